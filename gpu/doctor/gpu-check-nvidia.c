/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/doctor/gpu-doctor-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* NVIDIA's driver has two halves, a kernel module and libraries, that must be of one version. */

#define NVML_ERROR_LIB_RM_VERSION_MISMATCH 18
#define CUDA_ERROR_SYSTEM_DRIVER_MISMATCH 803

/* The proprietary module rather than the kernel's own driver. */
gboolean
gpu_check_nvidia_module (const GpuExam *exam,
                         const GpuPatient *patient,
                         const GpuExamBackend *backend,
                         GpuFinding *finding)
{
  const char *driver = patient->card->driver;

  if (g_strcmp0 (driver, "nouveau") != 0 && g_ascii_strncasecmp (driver, "nova", 4) != 0)
    return FALSE;
  return gpu_finding_fail (
      finding, GPU_CHECK_NOUVEAU,
      g_strdup_printf (_ ("The free driver “%s” runs this card; CUDA needs NVIDIA's own."), driver),
      gpu_remedy_with_command (exam, _ ("Install NVIDIA's driver and restart the computer."),
                               GPU_PACKAGE_NVIDIA_DRIVER));
}

static char *
read_module_version (const GpuExam *exam)
{
  g_autofree char *text = gpu_sysfs_read_text (exam->sysfs, "/proc/driver/nvidia/version");

  return text != NULL ? gpu_nvidia_parse_version (text) : NULL;
}

/* Module and libraries differ after an update, until the next start; in a Flatpak, the libraries
 * are those of an extension (spec gpu-telemetry 6). */
gboolean
gpu_check_nvidia_version (const GpuExam *exam,
                          const GpuPatient *patient,
                          const GpuExamBackend *backend,
                          GpuFinding *finding)
{
  const GpuProbe *probe = exam->backends[GPU_CUDA].driver;
  const GpuProbeReport *report = probe != NULL ? probe->report : NULL;
  g_autofree char *module = NULL;
  g_autofree char *library = NULL;

  if (report == NULL || g_strcmp0 (patient->card->driver, "nvidia") != 0)
    return FALSE;
  module = read_module_version (exam);
  library = report->file != NULL ? gpu_nvidia_library_version (report->file) : NULL;
  if ((module == NULL || library == NULL || g_str_equal (module, library)) &&
      report->nvml_status != NVML_ERROR_LIB_RM_VERSION_MISMATCH &&
      report->status != CUDA_ERROR_SYSTEM_DRIVER_MISMATCH)
    return FALSE;
  return gpu_finding_fail (
      finding, GPU_CHECK_VERSION_MISMATCH,
      module != NULL && library != NULL && !g_str_equal (module, library)
          ? g_strdup_printf (_ ("NVIDIA's driver is running in version %1$s, but its libraries are "
                                "of version %2$s: one of them was updated without the other."),
                             module, library)
          : g_strdup (_ ("NVIDIA's driver and its libraries are of different versions: one of them "
                         "was updated without the other.")),
      exam->flatpak ? g_strdup (_ ("Update Flatpak's part of the driver, then start Myna again. In "
                                   "a terminal: flatpak update"))
                    : g_strdup (_ ("Restart the computer.")));
}

/* /dev/nvidia-uvm is made when a CUDA program first runs, which a sandbox cannot do. */
gboolean
gpu_check_nvidia_uvm (const GpuExam *exam,
                      const GpuPatient *patient,
                      const GpuExamBackend *backend,
                      GpuFinding *finding)
{
  if (g_strcmp0 (patient->card->driver, "nvidia") != 0 ||
      gpu_exam_access (exam, "/dev/nvidia-uvm") == 0)
    return FALSE;
  return gpu_finding_fail (
      finding, GPU_CHECK_NO_DEVICE_NODE,
      g_strdup (_ ("The device node /dev/nvidia-uvm, which CUDA needs, is missing: it is made when "
                   "a CUDA program first runs after the computer starts.")),
      exam->flatpak ? g_strdup (_ ("Make it outside of Flatpak, then start Myna again. In a "
                                   "terminal: sudo nvidia-modprobe -u -c0"))
                    : g_strdup (_ ("Make it, then start Myna again. In a terminal: sudo "
                                   "nvidia-modprobe -u -c0")));
}

/* NVIDIA's "CUDA Compatibility", table of minor version compatibility: the oldest driver for a
 * runtime of each major version. */
static guint
find_least_driver (guint cuda)
{
  static const struct
  {
    guint cuda, driver;
  } known[] = { { 11, 450 }, { 12, 525 }, { 13, 580 } };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (known[i].cuda == cuda)
      return known[i].driver;
  return 0;
}

/* The driver's CUDA is not older than the one that the backend was built with. */
gboolean
gpu_check_cuda_version (const GpuExam *exam,
                        const GpuPatient *patient,
                        const GpuExamBackend *backend,
                        GpuFinding *finding)
{
  const GpuProbeReport *driver = backend->driver != NULL ? backend->driver->report : NULL;
  const GpuProbeReport *ggml = backend->ggml != NULL ? backend->ggml->report : NULL;
  g_autofree char *module = NULL;
  guint has, needs;

  if (driver == NULL || ggml == NULL || driver->version <= 0 || ggml->version <= 0)
    return FALSE;
  has = (guint) (driver->version / 1000);
  needs = (guint) (ggml->version / 1000);
  if (has >= needs)
    return FALSE;
  module = read_module_version (exam);
  return gpu_finding_fail (
      finding, GPU_CHECK_DRIVER_TOO_OLD,
      module != NULL
          ? g_strdup_printf (_ ("NVIDIA's driver %1$s is too old: it brings CUDA %2$u, and the "
                                "CUDA backend was built for CUDA %3$u."),
                             module, has, needs)
          : g_strdup_printf (_ ("NVIDIA's driver is too old: it brings CUDA %1$u, and the CUDA "
                                "backend was built for CUDA %2$u."),
                             has, needs),
      find_least_driver (needs) != 0
          ? g_strdup_printf (_ ("Install NVIDIA's driver in version %u or newer. Until then, "
                                "Vulkan can use this card."),
                             find_least_driver (needs))
          : g_strdup (_ ("Install a newer version of NVIDIA's driver. Until then, Vulkan can "
                         "use this card.")));
}
