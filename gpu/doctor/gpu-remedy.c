/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/doctor/gpu-doctor-private.h"

#include <glib/gi18n-lib.h>

/* What brings a missing part, by distribution. Packages of Debian 14, Ubuntu 26.04, Fedora 42 with
 * RPM Fusion, Arch. No entry: the distribution has no package of it, or not one for all cards. */
static const char *const commands[GPU_N_PACKAGES][GPU_DISTRO_OTHER] = {
  [GPU_PACKAGE_NVIDIA_DRIVER] = { "sudo apt install linux-headers-$(dpkg --print-architecture) "
                                  "nvidia-driver",
                                  "sudo ubuntu-drivers install", "sudo dnf install akmod-nvidia",
                                  "sudo pacman -S nvidia-open" },
  [GPU_PACKAGE_LIBCUDA] = { "sudo apt install libcuda1", "sudo ubuntu-drivers install",
                            "sudo dnf install xorg-x11-drv-nvidia-cuda",
                            "sudo pacman -S nvidia-utils" },
  [GPU_PACKAGE_NVIDIA_VULKAN] = { "sudo apt install nvidia-vulkan-icd",
                                  "sudo ubuntu-drivers install",
                                  "sudo dnf install xorg-x11-drv-nvidia",
                                  "sudo pacman -S nvidia-utils" },
  [GPU_PACKAGE_AMD_FIRMWARE] = { "sudo apt install firmware-amd-graphics",
                                 "sudo apt install linux-firmware",
                                 "sudo dnf install amd-gpu-firmware",
                                 "sudo pacman -S linux-firmware-amdgpu" },
  [GPU_PACKAGE_AMD_VULKAN] = { "sudo apt install mesa-vulkan-drivers",
                               "sudo apt install mesa-vulkan-drivers",
                               "sudo dnf install mesa-vulkan-drivers",
                               "sudo pacman -S vulkan-radeon" },
  [GPU_PACKAGE_INTEL_VULKAN] = { "sudo apt install mesa-vulkan-drivers",
                                 "sudo apt install mesa-vulkan-drivers",
                                 "sudo dnf install mesa-vulkan-drivers",
                                 "sudo pacman -S vulkan-intel" },
  [GPU_PACKAGE_NOUVEAU_VULKAN] = { "sudo apt install mesa-vulkan-drivers",
                                   "sudo apt install mesa-vulkan-drivers",
                                   "sudo dnf install mesa-vulkan-drivers",
                                   "sudo pacman -S vulkan-nouveau" },
  [GPU_PACKAGE_VULKAN_LOADER] = { "sudo apt install libvulkan1", "sudo apt install libvulkan1",
                                  "sudo dnf install vulkan-loader",
                                  "sudo pacman -S vulkan-icd-loader" },
  [GPU_PACKAGE_GGML_HIP] = { "sudo apt install libggml0-backend-hip" },
  [GPU_PACKAGE_GGML_VULKAN] = { "sudo apt install libggml0-backend-vulkan" },
};

/**
 * gpu_remedy_with_command:
 * @exam: tells the distribution
 * @sentence: translated, what to do
 * @package: what is missing
 *
 * Returns: (transfer full): @sentence, with the command that does it where one is known
 */
char *
gpu_remedy_with_command (const GpuExam *exam, const char *sentence, GpuPackage package)
{
  const char *command = exam->distro < GPU_DISTRO_OTHER ? commands[package][exam->distro] : NULL;

  if (command == NULL)
    return g_strdup (sentence);
  /* Translators: a whole sentence, then a command to be typed */
  return g_strdup_printf (_ ("%s In a terminal: %s"), sentence, command);
}

/**
 * gpu_finding_fail:
 * @self: what to fill
 * @check: a GPU_CHECK_*
 * @what: (transfer full): a translated sentence
 * @remedy: (transfer full) (nullable): likewise
 *
 * Returns: %TRUE, what a failed check returns
 */
gboolean
gpu_finding_fail (GpuFinding *self, const char *check, char *what, char *remedy)
{
  self->verdict = GPU_VERDICT_NOT_USABLE;
  self->check = check;
  g_free (self->what);
  self->what = what;
  g_free (self->remedy);
  self->remedy = remedy;
  return TRUE;
}

/**
 * gpu_finding_fail_hidden:
 * @self: what to fill
 * @variable: of the environment, which leaves the card out
 * @value: its value
 *
 * Returns: %TRUE
 */
gboolean
gpu_finding_fail_hidden (GpuFinding *self, const char *variable, const char *value)
{
  return gpu_finding_fail (
      self, GPU_CHECK_HIDDEN,
      g_strdup_printf (_ ("The environment variable %1$s (“%2$s”) leaves this card out."), variable,
                       value),
      g_strdup_printf (_ ("Start Myna without %s."), variable));
}

/**
 * gpu_finding_free:
 * @self: (transfer full): a finding
 */
void
gpu_finding_free (GpuFinding *self)
{
  g_free (self->device_id);
  g_free (self->device_name);
  g_free (self->compute_id);
  g_free (self->what);
  g_free (self->remedy);
  g_free (self);
}

/**
 * gpu_verdict_get_key:
 * @verdict: a verdict
 *
 * Returns: (transfer none): its stable key
 */
const char *
gpu_verdict_get_key (GpuVerdict verdict)
{
  static const char *const keys[] = { "usable", "not-usable", "not-needed" };

  g_return_val_if_fail (verdict < G_N_ELEMENTS (keys), NULL);

  return keys[verdict];
}
