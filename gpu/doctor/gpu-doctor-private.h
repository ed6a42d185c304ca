/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/doctor/gpu-doctor.h"
#include "gpu/doctor/gpu-probe-run.h"
#include "gpu/monitor/gpu-card.h"

G_BEGIN_DECLS

/* What the checks look at, all of it gathered before the first of them. */

typedef enum
{
  GPU_CUDA,
  GPU_HIP,
  GPU_VULKAN,
  GPU_N_EXAM_BACKENDS,
} GpuExamBackendKind;

/* Commands that bring something, by distribution. */
typedef enum
{
  GPU_PACKAGE_NVIDIA_DRIVER,
  GPU_PACKAGE_LIBCUDA,
  GPU_PACKAGE_NVIDIA_VULKAN,
  GPU_PACKAGE_AMD_FIRMWARE,
  GPU_PACKAGE_AMD_VULKAN,
  GPU_PACKAGE_INTEL_VULKAN,
  GPU_PACKAGE_NOUVEAU_VULKAN,
  GPU_PACKAGE_VULKAN_LOADER,
  GPU_PACKAGE_GGML_HIP,
  GPU_PACKAGE_GGML_VULKAN,
  GPU_N_PACKAGES,
} GpuPackage;

typedef enum
{
  GPU_DISTRO_DEBIAN,
  GPU_DISTRO_UBUNTU,
  GPU_DISTRO_FEDORA,
  GPU_DISTRO_ARCH,
  GPU_DISTRO_OTHER,
} GpuDistro;

/**
 * GpuExamBackend:
 * @name: for people, and of GpuDevice
 * @path: (nullable): of ggml's backend; %NULL when it is not installed
 * @driver: (nullable): the probe of libcuda, libamdhip64 or libvulkan; %NULL when no card calls
 *   for it
 * @ggml: (nullable): the probe of ggml's backend
 * @asleep: not probed, so that a card can sleep on
 */
typedef struct
{
  GpuExamBackendKind kind;
  const char *name;
  const char *id;
  char *path;
  GpuProbe *driver;
  GpuProbe *ggml;
  gboolean asleep;
} GpuExamBackend;

typedef struct
{
  GpuSysfs *sysfs;
  const GpuDoctorOptions *options;
  char **environment; /* "NAME=value" */
  GpuDistro distro;
  gboolean flatpak;
  char *flatpak_app; /* (nullable) */
  GPtrArray *cards;
  GPtrArray *patients; /* of GpuPatient, as the cards */
  GpuExamBackend backends[GPU_N_EXAM_BACKENDS];
} GpuExam;

/**
 * GpuPatient:
 * @card: as the kernel sees it
 * @gfx: (nullable): AMD's name of its architecture, "gfx1100"
 * @suspended: whether it slept before anything was tried
 */
typedef struct
{
  const GpuCard *card;
  char *name;
  char *gfx;
  gboolean suspended;
} GpuPatient;

/* TRUE when the check failed; then @finding says so. */
typedef gboolean GpuCheck (const GpuExam *exam,
                           const GpuPatient *patient,
                           const GpuExamBackend *backend,
                           GpuFinding *finding);

void gpu_exam_init (GpuExam *self, const GpuDoctorOptions *options);
void gpu_exam_clear (GpuExam *self);
gboolean gpu_exam_probe (GpuExam *self, GCancellable *cancellable, GError **error);
const char *gpu_exam_getenv (const GpuExam *self, const char *name);
int gpu_exam_access (const GpuExam *self, const char *path);
gboolean gpu_exam_secure_boot (const GpuExam *self);
gboolean gpu_exam_serves (const GpuExamBackend *backend, const GpuCard *card);
const GpuProbedDevice *gpu_exam_find (const GpuExam *self,
                                      const GpuExamBackend *backend,
                                      const GpuProbe *probe,
                                      const GpuPatient *patient,
                                      guint *index);

/* (transfer full) @what and @remedy; always TRUE */
gboolean gpu_finding_fail (GpuFinding *self, const char *check, char *what, char *remedy);
gboolean gpu_finding_fail_hidden (GpuFinding *self, const char *variable, const char *value);
const char *gpu_probe_find_program (char **environment);
gboolean gpu_probe_explain (const GpuProbe *probe, const char *backend, GpuFinding *finding);
char *gpu_remedy_with_command (const GpuExam *exam, const char *sentence, GpuPackage package);

/* gpu-check-kernel.c: what the kernel gives to this program */
GpuCheck gpu_check_driver, gpu_check_render_node, gpu_check_kfd, gpu_check_nvidia_nodes;
/* gpu-check-nvidia.c */
GpuCheck gpu_check_nvidia_module, gpu_check_nvidia_version, gpu_check_nvidia_uvm;
GpuCheck gpu_check_cuda_version;
/* gpu-check-library.c: libraries of the driver */
GpuCheck gpu_check_library, gpu_check_driver_probe, gpu_check_driver_status;
GpuCheck gpu_check_vulkan_driver;
/* gpu-check-backend.c: ggml's backends */
GpuCheck gpu_check_installed, gpu_check_ggml_probe, gpu_check_hidden, gpu_check_spare;
GpuCheck gpu_check_architecture, gpu_check_memory, gpu_check_last;

/* Foreign text, read without trust. */
char *gpu_nvidia_parse_version (const char *text);
char *gpu_nvidia_library_version (const char *file);
char *gpu_gfx_from_version (guint64 version);
char *gpu_gfx_from_override (const char *value);
char **gpu_offload_list (const char *path);
gboolean gpu_offload_has (const char *const *archs, const char *gfx);

G_END_DECLS
