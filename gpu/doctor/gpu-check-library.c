/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/doctor/gpu-doctor-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The driver's libraries, as the probes have met them. */

#define CUDA_ERROR_NOT_READY 802
#define CUDA_ERROR_UNKNOWN 999

/* Names the extension after the driver's version as Flathub does. */
static gboolean
fail_flatpak_extension (const GpuExam *exam, GpuFinding *finding)
{
  g_autofree char *text = gpu_sysfs_read_text (exam->sysfs, "/proc/driver/nvidia/version");
  g_autofree char *version = text != NULL ? gpu_nvidia_parse_version (text) : NULL;

  if (version != NULL)
    g_strdelimit (version, ".", '-');
  return gpu_finding_fail (
      finding, GPU_CHECK_FLATPAK_EXTENSION,
      g_strdup (_ ("Flatpak has no copy of NVIDIA's driver that fits the one of this computer.")),
      version != NULL
          ? g_strdup_printf (_ ("Install it, then start Myna again. In a terminal: flatpak install "
                                "flathub org.freedesktop.Platform.GL.nvidia-%s"),
                             version)
          : g_strdup (_ ("Update Flatpak's part of the driver, then start Myna again. In a "
                         "terminal: flatpak update")));
}

static gboolean
fail_library (const GpuExam *exam, const GpuExamBackend *backend, GpuFinding *finding)
{
  static const struct
  {
    const char *name;
    GpuPackage package;
  } libraries[] = {
    [GPU_CUDA] = { "libcuda.so.1", GPU_PACKAGE_LIBCUDA },
    [GPU_HIP] = { "libamdhip64.so", GPU_PACKAGE_GGML_HIP },
    [GPU_VULKAN] = { "libvulkan.so.1", GPU_PACKAGE_VULKAN_LOADER },
  };

  return gpu_finding_fail (
      finding, GPU_CHECK_LIBRARY_MISSING,
      g_strdup_printf (_ ("The library %1$s, without which %2$s does not work, cannot be opened."),
                       libraries[backend->kind].name, backend->name),
      gpu_remedy_with_command (exam, _ ("Install the missing part of the driver."),
                               libraries[backend->kind].package));
}

/* libcuda, libamdhip64 or libvulkan is there. */
gboolean
gpu_check_library (const GpuExam *exam,
                   const GpuPatient *patient,
                   const GpuExamBackend *backend,
                   GpuFinding *finding)
{
  const GpuProbeReport *report = backend->driver != NULL ? backend->driver->report : NULL;

  if (report == NULL || report->missing == NULL)
    return FALSE;
  if (backend->kind == GPU_CUDA && exam->flatpak)
    return fail_flatpak_extension (exam, finding);
  return fail_library (exam, backend, finding);
}

/* The driver survived being asked for its devices. */
gboolean
gpu_check_driver_probe (const GpuExam *exam,
                        const GpuPatient *patient,
                        const GpuExamBackend *backend,
                        GpuFinding *finding)
{
  return backend->driver != NULL && gpu_probe_explain (backend->driver, backend->name, finding);
}

/**
 * gpu_probe_explain:
 * @probe: a run that is over
 * @backend: its name for people
 * @finding: gets the failure
 *
 * Returns: whether @probe brought no report
 */
gboolean
gpu_probe_explain (const GpuProbe *probe, const char *backend, GpuFinding *finding)
{
  switch (probe->outcome)
    {
    case GPU_PROBE_NOT_STARTED:
      return gpu_finding_fail (
          finding, GPU_CHECK_PROBE_MISSING,
          g_strdup_printf (_ ("Myna's helper program “%s” could not be started, so it is not known "
                              "what the graphics cards can do."),
                           probe->arguments[0]),
          g_strdup (_ ("Reinstall Myna.")));
    case GPU_PROBE_HUNG:
      return gpu_finding_fail (
          finding, GPU_CHECK_PROBE_HUNG,
          g_strdup_printf (_ ("The driver did not answer in time when %s was tried."), backend),
          g_strdup (_ ("Restart the computer. If it happens again, update the driver.")));
    case GPU_PROBE_CRASHED:
      return gpu_finding_fail (
          finding, GPU_CHECK_PROBE_CRASHED,
          probe->signal != 0
              ? g_strdup_printf (_ ("The driver crashed when %1$s was tried (signal %2$d)."),
                                 backend, probe->signal)
              : g_strdup_printf (_ ("The driver ended the program when %s was tried."), backend),
          g_strdup (_ ("Update the driver; after an update, restart the computer.")));
    case GPU_PROBE_GARBAGE:
      return gpu_finding_fail (
          finding, GPU_CHECK_PROBE_GARBAGE,
          g_strdup_printf (_ ("What the driver answered when %s was tried makes no sense."),
                           backend),
          g_strdup (_ ("Update the driver; after an update, restart the computer.")));
    case GPU_PROBE_DONE:
    default:
      return FALSE;
    }
}

static gboolean
fail_cuda (const GpuProbeReport *report, GpuFinding *finding)
{
  const char *remedy = _ ("Restart the computer. If that does not help, reinstall NVIDIA's "
                          "driver.");

  if (report->status == CUDA_ERROR_UNKNOWN)
    remedy = _ ("This happens after the computer has slept. Restart it, or in a terminal: "
                "sudo rmmod nvidia_uvm; sudo modprobe nvidia_uvm");
  else if (report->status == CUDA_ERROR_NOT_READY)
    remedy = _ ("On servers, start NVIDIA's fabric manager. In a terminal: sudo systemctl start "
                "nvidia-fabricmanager");
  return gpu_finding_fail (
      finding, GPU_CHECK_DRIVER_FAILED,
      g_strdup_printf (_ ("NVIDIA's driver refuses to compute (CUDA error %d)."),
                       (int) report->status),
      g_strdup (remedy));
}

/* CUDA's or HIP's first call went well. */
gboolean
gpu_check_driver_status (const GpuExam *exam,
                         const GpuPatient *patient,
                         const GpuExamBackend *backend,
                         GpuFinding *finding)
{
  const GpuProbeReport *report = backend->driver != NULL ? backend->driver->report : NULL;

  if (report == NULL || report->status == 0)
    return FALSE;
  if (backend->kind == GPU_CUDA)
    return fail_cuda (report, finding);
  return gpu_finding_fail (
      finding, GPU_CHECK_DRIVER_FAILED,
      g_strdup_printf (_ ("ROCm found no card to compute on (HIP error %d)."),
                       (int) report->status),
      g_strdup (_ ("Update ROCm and the kernel. Until then, Vulkan can use this card.")));
}

static GpuPackage
find_vulkan_package (const GpuCard *card)
{
  if (g_strcmp0 (card->driver, "nvidia") == 0)
    return GPU_PACKAGE_NVIDIA_VULKAN;
  if (card->vendor == GPU_PCI_NVIDIA)
    return GPU_PACKAGE_NOUVEAU_VULKAN;
  return card->vendor == GPU_PCI_INTEL ? GPU_PACKAGE_INTEL_VULKAN : GPU_PACKAGE_AMD_VULKAN;
}

static gboolean
fail_vulkan_driver (const GpuExam *exam, const GpuPatient *patient, GpuFinding *finding)
{
  gboolean nvidia = g_strcmp0 (patient->card->driver, "nvidia") == 0;

  if (nvidia && exam->flatpak)
    return fail_flatpak_extension (exam, finding);
  return gpu_finding_fail (
      finding, GPU_CHECK_VULKAN_DRIVER, g_strdup (_ ("There is no Vulkan driver for this card.")),
      exam->flatpak
          ? g_strdup (_ ("Update Flatpak's part of the driver, then start Myna again. In a "
                         "terminal: flatpak update"))
          : gpu_remedy_with_command (exam, _ ("Install the Vulkan driver of this card."),
                                     find_vulkan_package (patient->card)));
}

/* A Vulkan driver offers the card, and one that ggml can use. */
gboolean
gpu_check_vulkan_driver (const GpuExam *exam,
                         const GpuPatient *patient,
                         const GpuExamBackend *backend,
                         GpuFinding *finding)
{
  static const char *const variables[] = { "VK_DRIVER_FILES", "VK_ICD_FILENAMES",
                                           "VK_LOADER_DRIVERS_DISABLE",
                                           "VK_LOADER_DRIVERS_SELECT" };
  const GpuProbedDevice *device = gpu_exam_find (exam, backend, backend->driver, patient, NULL);

  if (device != NULL && device->half_storage == 0)
    return gpu_finding_fail (
        finding, GPU_CHECK_ARCHITECTURE,
        g_strdup (_ ("The card's Vulkan driver cannot keep half-precision numbers in memory, which "
                     "the Vulkan backend needs.")),
        g_strdup (_ ("Update the driver. If it is the newest, the card is too old.")));
  if (device != NULL || backend->driver == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    if (gpu_exam_getenv (exam, variables[i]) != NULL)
      return gpu_finding_fail_hidden (finding, variables[i], gpu_exam_getenv (exam, variables[i]));
  return fail_vulkan_driver (exam, patient, finding);
}
