/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * GpuVerdict:
 * @GPU_VERDICT_USABLE: Myna can compute on it by this backend
 * @GPU_VERDICT_NOT_USABLE: it cannot, and @remedy of the finding may change that
 * @GPU_VERDICT_NOT_NEEDED: it cannot, and nothing is missed by it
 */
typedef enum
{
  GPU_VERDICT_USABLE,
  GPU_VERDICT_NOT_USABLE,
  GPU_VERDICT_NOT_NEEDED,
} GpuVerdict;

/* The stable keys of what was found, see docs/command-line.md. Those of usable devices first. */
#define GPU_CHECK_USABLE "usable"
#define GPU_CHECK_SUSPENDED "suspended"
#define GPU_CHECK_F32_FALLBACK "f32-fallback"
#define GPU_CHECK_OVERRIDE "override"
#define GPU_CHECK_SOFTWARE "software"
#define GPU_CHECK_NO_GPU "no-gpu"
#define GPU_CHECK_NO_DRIVER "no-driver"
#define GPU_CHECK_RESERVED "reserved"
#define GPU_CHECK_NOUVEAU "nouveau"
#define GPU_CHECK_OLD_DRIVER "old-driver"
#define GPU_CHECK_VERSION_MISMATCH "version-mismatch"
#define GPU_CHECK_NO_DEVICE_NODE "no-device-node"
#define GPU_CHECK_NO_PERMISSION "no-permission"
#define GPU_CHECK_FLATPAK_PERMISSION "flatpak-permission"
#define GPU_CHECK_FLATPAK_EXTENSION "flatpak-extension"
#define GPU_CHECK_BACKEND_MISSING "backend-missing"
#define GPU_CHECK_BACKEND_BROKEN "backend-broken"
#define GPU_CHECK_LIBRARY_MISSING "library-missing"
#define GPU_CHECK_DRIVER_TOO_OLD "driver-too-old"
#define GPU_CHECK_DRIVER_FAILED "driver-failed"
#define GPU_CHECK_NO_COMPUTE "no-compute"
#define GPU_CHECK_VULKAN_DRIVER "vulkan-driver"
#define GPU_CHECK_ARCHITECTURE "architecture"
#define GPU_CHECK_HIDDEN "hidden"
#define GPU_CHECK_SPARE "spare"
#define GPU_CHECK_MEMORY "memory"
#define GPU_CHECK_PROBE_MISSING "probe-missing"
#define GPU_CHECK_PROBE_HUNG "probe-hung"
#define GPU_CHECK_PROBE_CRASHED "probe-crashed"
#define GPU_CHECK_PROBE_GARBAGE "probe-garbage"

/**
 * GpuFinding:
 * @device_id: (nullable): PCI address, "0000:0b:00.0"; %NULL for a backend that has no GPU here,
 *   and for a device that no graphics card of the kernel's list belongs to
 * @device_name: (nullable): its name for people
 * @compute_id: (nullable): the id of gpu_devices() that it has by this backend, "vulkan0"
 * @backend: "CUDA", "HIP", "Vulkan"
 * @verdict: whether it can be used
 * @check: one of GPU_CHECK_*: the first check that failed, or what is worth knowing of a usable one
 * @what: a translated sentence
 * @remedy: (nullable): a translated sentence: what to do
 *
 * One graphics card with one backend.
 */
typedef struct
{
  char *device_id;
  char *device_name;
  char *compute_id;
  const char *backend;
  GpuVerdict verdict;
  const char *check;
  char *what;
  char *remedy;
} GpuFinding;

void gpu_finding_free (GpuFinding *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GpuFinding, gpu_finding_free)

/* "usable", "not-usable", "not-needed" */
const char *gpu_verdict_get_key (GpuVerdict verdict);

typedef enum
{
  GPU_SANDBOX_DETECT,
  GPU_SANDBOX_FLATPAK,
  GPU_SANDBOX_NONE,
} GpuSandbox;

/**
 * GpuDoctorOptions:
 * @root: (nullable): "/" or the tree of a test, with /sys, /proc, /dev, /etc, /usr/share
 * @probe: (nullable): the helper program; %NULL for MYNA_GPU_PROBE of the environment, else the
 *   installed one
 * @backends: (nullable): the only folder in which ggml's backends are looked for
 * @libcuda: (nullable): libraries that the probe opens instead of the system's
 * @libnvml: (nullable): likewise
 * @libhip: (nullable): likewise
 * @libvulkan: (nullable): likewise
 * @environment: (nullable) (array zero-terminated=1): "NAME=value"; %NULL for the process's own
 * @sandbox: whether this is a Flatpak
 * @time_limit: milliseconds for the probes, which run at the same time; 0 for the default
 * @memory_needed: bytes that what is to run needs on the device; 0 when that is not known
 * @wake: whether a card that sleeps to save power may be woken; else what would wake it is not
 *   tried, and the rest of the checks decide
 * @access: (nullable): stands in for access() on device nodes; 0, or an errno value
 * @access_data: handed to @access
 *
 * All zero is the system as it is.
 */
typedef struct
{
  const char *root;
  const char *probe;
  const char *backends;
  const char *libcuda;
  const char *libnvml;
  const char *libhip;
  const char *libvulkan;
  const char *const *environment;
  GpuSandbox sandbox;
  guint time_limit;
  guint64 memory_needed;
  gboolean wake;
  int (*access) (const char *path, gpointer data);
  gpointer access_data;
} GpuDoctorOptions;

GPtrArray *
gpu_doctor_run (const GpuDoctorOptions *options, GCancellable *cancellable, GError **error);

void gpu_doctor_protect (GPtrArray *findings);
gboolean gpu_doctor_has_gpu (GPtrArray *findings);
char *gpu_doctor_explain_no_gpu (void);

G_END_DECLS
