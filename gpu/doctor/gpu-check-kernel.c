/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/doctor/gpu-doctor-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>

/* What the kernel gives to this program: a driver, device nodes, the right to open them. */

static char *
explain_no_driver (const GpuExam *exam, const GpuPatient *patient)
{
  switch (patient->card->vendor)
    {
    case GPU_PCI_NVIDIA:
      if (gpu_exam_secure_boot (exam))
        return gpu_remedy_with_command (
            exam,
            _ ("Install NVIDIA's driver and restart the computer. Secure Boot is on: where the "
               "driver is installed already, its module has to be signed with a key that you "
               "enrol at the next start, or Secure Boot be turned off."),
            GPU_PACKAGE_NVIDIA_DRIVER);
      return gpu_remedy_with_command (exam, _ ("Install NVIDIA's driver and restart the computer."),
                                      GPU_PACKAGE_NVIDIA_DRIVER);
    case GPU_PCI_AMD:
      return gpu_remedy_with_command (
          exam,
          _ ("Install the firmware of AMD's graphics cards and restart the computer. A card that "
             "is newer than the system may also need a newer kernel."),
          GPU_PACKAGE_AMD_FIRMWARE);
    case GPU_PCI_INTEL:
    default:
      return g_strdup (_ ("Update the system: a card that is newer than the kernel has no driver "
                          "in it."));
    }
}

/* NVIDIA's module runs, and leaves this card alone. Its releases say which generations they end
 * with: 580 is the last for the GTX 900 and 1000 series, 470 for the 600 and 700. */
static gboolean
fail_old_card (const GpuExam *exam, GpuFinding *finding)
{
  g_autofree char *text = gpu_sysfs_read_text (exam->sysfs, "/proc/driver/nvidia/version");
  g_autofree char *version = text != NULL ? gpu_nvidia_parse_version (text) : NULL;

  if (version == NULL)
    return FALSE;
  return gpu_finding_fail (
      finding, GPU_CHECK_NO_DRIVER,
      g_strdup_printf (_ ("NVIDIA's driver %s is running, but not for this card, which may be too "
                          "old for it."),
                       version),
      g_strdup (_ ("Install the last version of the driver that knows this card: 580 for the GTX "
                   "900 and 1000 series, 470 for the GTX 600 and 700 series.")));
}

/* A driver is bound to the card, and one that can compute. */
gboolean
gpu_check_driver (const GpuExam *exam,
                  const GpuPatient *patient,
                  const GpuExamBackend *backend,
                  GpuFinding *finding)
{
  const char *driver = patient->card->driver;

  if (driver == NULL && patient->card->vendor == GPU_PCI_NVIDIA && fail_old_card (exam, finding))
    return TRUE;
  if (driver == NULL)
    return gpu_finding_fail (finding, GPU_CHECK_NO_DRIVER,
                             g_strdup (_ ("No driver is running for this card.")),
                             explain_no_driver (exam, patient));
  if (g_str_equal (driver, "vfio-pci") || g_str_equal (driver, "pci-stub"))
    return gpu_finding_fail (
        finding, GPU_CHECK_RESERVED,
        g_strdup_printf (_ ("This card is set aside for virtual machines (driver %s)."), driver),
        g_strdup (_ ("If Myna is to use it, undo the setting that reserves it, then restart "
                     "the computer.")));
  if (g_str_equal (driver, "radeon"))
    return gpu_finding_fail (
        finding, GPU_CHECK_OLD_DRIVER,
        g_strdup (_ ("The kernel's old driver “radeon” runs this card, and it cannot compute.")),
        g_strdup (_ ("Cards since 2012 can use the driver “amdgpu”: start the kernel with "
                     "radeon.si_support=0 radeon.cik_support=0 amdgpu.si_support=1 "
                     "amdgpu.cik_support=1.")));
  return FALSE;
}

static gboolean
fail_permission (const char *node, GpuFinding *finding)
{
  return gpu_finding_fail (
      finding, GPU_CHECK_NO_PERMISSION,
      g_strdup_printf (_ ("You are not allowed to open %s; members of the groups “render” "
                          "and “video” are."),
                       node),
      g_strdup (_ ("Join these groups, then log out and in again. In a terminal: sudo usermod -aG "
                   "render,video $USER")));
}

static gboolean
fail_flatpak (const GpuExam *exam, const char *node, GpuFinding *finding)
{
  return gpu_finding_fail (
      finding, GPU_CHECK_FLATPAK_PERMISSION,
      g_strdup_printf (_ ("Flatpak does not let Myna see %s."), node),
      g_strdup_printf (_ ("Allow Myna to use the graphics card, then start it again. In a "
                          "terminal: flatpak override --user --device=dri %s"),
                       exam->flatpak_app));
}

/* The node through which programs use the card; not NVIDIA's driver, which has its own. */
gboolean
gpu_check_render_node (const GpuExam *exam,
                       const GpuPatient *patient,
                       const GpuExamBackend *backend,
                       GpuFinding *finding)
{
  const char *node = patient->card->render_node;
  int status;

  if (g_strcmp0 (patient->card->driver, "nvidia") == 0)
    return FALSE;
  if (node == NULL)
    return gpu_finding_fail (
        finding, GPU_CHECK_NO_DEVICE_NODE,
        g_strdup_printf (_ ("The driver %s has made no device node for this card."),
                         patient->card->driver),
        g_strdup (_ ("Restart the computer. If that does not help, the kernel's messages say why "
                     "the driver did not start: sudo dmesg")));
  status = gpu_exam_access (exam, node);
  if (status == ENOENT && exam->flatpak)
    return fail_flatpak (exam, node, finding);
  if (status == ENOENT)
    return gpu_finding_fail (
        finding, GPU_CHECK_NO_DEVICE_NODE,
        g_strdup_printf (_ ("The device node %s is missing."), node),
        g_strdup (_ ("If Myna runs in a container, hand /dev/dri on to it (Docker and Podman: "
                     "--device /dev/dri); else restart the computer.")));
  return status != 0 && fail_permission (node, finding);
}

/* The kernel's compute interface, which ROCm uses. */
gboolean
gpu_check_kfd (const GpuExam *exam,
               const GpuPatient *patient,
               const GpuExamBackend *backend,
               GpuFinding *finding)
{
  int status = gpu_exam_access (exam, "/dev/kfd");

  if (status == ENOENT && exam->flatpak && gpu_sysfs_exists (exam->sysfs, "/sys/class/kfd"))
    return gpu_finding_fail (
        finding, GPU_CHECK_FLATPAK_PERMISSION,
        g_strdup (_ ("Flatpak does not let Myna see /dev/kfd, which ROCm needs; Flatpak 1.18 and "
                     "newer do.")),
        g_strdup_printf (_ ("Update Flatpak, or let Myna use all devices. In a terminal: flatpak "
                            "override --user --device=all %s"),
                         exam->flatpak_app));
  if (status == ENOENT && gpu_sysfs_exists (exam->sysfs, "/sys/class/kfd"))
    return gpu_finding_fail (
        finding, GPU_CHECK_NO_DEVICE_NODE, g_strdup (_ ("The device node /dev/kfd is missing.")),
        g_strdup (_ ("If Myna runs in a container, hand /dev/kfd on to it (Docker and Podman: "
                     "--device /dev/kfd); else restart the computer.")));
  if (status != 0 && status != ENOENT)
    return fail_permission ("/dev/kfd", finding);
  if (patient->gfx == NULL)
    return gpu_finding_fail (finding, GPU_CHECK_NO_COMPUTE,
                             g_strdup (_ ("The kernel's driver does not offer this card to ROCm.")),
                             g_strdup (_ ("Vulkan can use this card instead.")));
  return FALSE;
}

/* "Device Minor: 	 0" of the driver's page on the card. */
static char *
find_nvidia_node (const GpuExam *exam, const GpuPatient *patient)
{
  g_autofree char *path =
      g_strdup_printf ("/proc/driver/nvidia/gpus/%s/information", patient->card->address);
  g_autofree char *text = gpu_sysfs_read_text (exam->sysfs, path);
  const char *at = text != NULL ? strstr (text, "Device Minor:") : NULL;
  guint64 minor;

  if (at == NULL)
    return NULL;
  minor = g_ascii_strtoull (at + strlen ("Device Minor:"), NULL, 10);
  return minor < 256 ? g_strdup_printf ("/dev/nvidia%u", (guint) minor) : NULL;
}

static gboolean
check_nvidia_node (const GpuExam *exam, const char *node, GpuFinding *finding)
{
  int status = gpu_exam_access (exam, node);

  if (status == 0)
    return FALSE;
  if (status == ENOENT && exam->flatpak)
    return fail_flatpak (exam, node, finding);
  if (status == ENOENT)
    return gpu_finding_fail (
        finding, GPU_CHECK_NO_DEVICE_NODE,
        g_strdup_printf (_ ("The device node %s is missing."), node),
        g_strdup (_ ("NVIDIA's helper makes it. In a terminal: sudo nvidia-modprobe -c0 -u")));
  return fail_permission (node, finding);
}

/* The nodes of NVIDIA's driver, where that is bound. */
gboolean
gpu_check_nvidia_nodes (const GpuExam *exam,
                        const GpuPatient *patient,
                        const GpuExamBackend *backend,
                        GpuFinding *finding)
{
  g_autofree char *node = NULL;

  if (g_strcmp0 (patient->card->driver, "nvidia") != 0)
    return FALSE;
  node = find_nvidia_node (exam, patient);
  return check_nvidia_node (exam, "/dev/nvidiactl", finding) ||
         (node != NULL && check_nvidia_node (exam, node, finding));
}
