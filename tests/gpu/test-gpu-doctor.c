/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/support/doctor-bench.h"

#include <errno.h>
#include <string.h>

/* Each way in which a graphics card is not used: the check that is named, and the remedy. */

#define NVIDIA "0000:01:00.0"
#define AMD "0000:0b:00.0"
#define INTEL "0000:00:02.0"

#define GB "000000000"
#define MODULE_580                                                                                 \
  "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.173.02  Release Build\n"           \
  "GCC version:  gcc version 14.2.0 (Debian 14.2.0-19)"

/* No driver: number -1, no DRM nodes. */
static void
add_card (DoctorBench *bench, const char *address, const char *driver)
{
  gboolean nvidia = g_str_equal (address, NVIDIA), amd = g_str_equal (address, AMD);
  const DeviceTreeCard card = { .address = address,
                                .class_code = 0x030000,
                                .vendor = nvidia ? 0x10de
                                          : amd  ? 0x1002
                                                 : 0x8086,
                                .device = nvidia ? 0x2684
                                          : amd  ? 0x744c
                                                 : 0x56a0,
                                .driver = driver,
                                .number = driver == NULL ? -1
                                          : nvidia       ? 1
                                          : amd          ? 0
                                                         : 2 };
  g_autofree char *dir = device_tree_add_card (bench->tree, &card);
}

/* AMD's card as the kernel offers it for computing, with an architecture. */
static void
add_kfd (DoctorBench *bench, const char *gfx_target_version)
{
  g_autofree char *text = g_strdup_printf (
      "simd_count 192\ndrm_render_minor 128\ngfx_target_version %s", gfx_target_version);

  device_tree_write (bench->tree, "/sys/class/kfd/kfd/topology/nodes/0/properties",
                     "simd_count 0\ndrm_render_minor 0");
  device_tree_write (bench->tree, "/sys/class/kfd/kfd/topology/nodes/1/properties", text);
}

/* A computer with an NVIDIA card on which all is well, before a test breaks something. */
static DoctorBench *
new_nvidia (void)
{
  DoctorBench *bench = doctor_bench_new ();

  add_card (bench, NVIDIA, "nvidia");
  device_tree_write (bench->tree, "/proc/driver/nvidia/version", MODULE_580);
  device_tree_write (bench->tree, "/proc/driver/nvidia/gpus/" NVIDIA "/information",
                     "Model: \t\t NVIDIA GeForce RTX 4090\nDevice Minor: \t 0");
  doctor_bench_set (bench, "FAKE_CUDA_VERSION", "13000");
  doctor_bench_set (bench, "FAKE_CUDA_DEVICES", "00000000:01:00.0|NVIDIA GeForce RTX 4090|8.9");
  doctor_bench_set (bench, "FAKE_VULKAN_DEVICES", NVIDIA "|NVIDIA GeForce RTX 4090|");
  doctor_bench_add_backend (bench, "cuda",
                            "{\"devices\":[{\"pci\":\"" NVIDIA "\",\"name\":\"RTX\",\"free\":20" GB
                            ",\"total\":24" GB "}],\"version\":13000,\"archs\":\"750,860,890\"}");
  return bench;
}

static DoctorBench *
new_amd (void)
{
  DoctorBench *bench = doctor_bench_new ();

  add_card (bench, AMD, "amdgpu");
  add_kfd (bench, "110000");
  doctor_bench_set (bench, "FAKE_HIP_DEVICES", AMD "|AMD Radeon RX 7900 XTX|");
  doctor_bench_set (bench, "FAKE_VULKAN_DEVICES", AMD "|AMD Radeon RX 7900 XTX (RADV NAVI31)|");
  doctor_bench_add_backend (bench, "vulkan",
                            "{\"devices\":[{\"pci\":\"" AMD "\",\"name\":\"RX 7900\",\"free\":20" GB
                            ",\"total\":24" GB "}]}");
  return bench;
}

/* @remedy is a part of it, or NULL where there is none. */
static const GpuFinding *
check (DoctorBench *bench,
       const char *device_id,
       const char *backend,
       GpuVerdict verdict,
       const char *key,
       const char *what,
       const char *remedy)
{
  const GpuFinding *finding = doctor_bench_find (bench, device_id, backend);

  g_test_message ("%s | %s | %s", finding->check, finding->what, finding->remedy);
  g_assert_cmpstr (finding->check, ==, key);
  g_assert_cmpint (finding->verdict, ==, verdict);
  g_assert_nonnull (strstr (finding->what, what));
  if (remedy == NULL)
    g_assert_null (finding->remedy);
  else
    g_assert_true (finding->remedy != NULL && strstr (finding->remedy, remedy) != NULL);
  return finding;
}

/* ---- nothing wrong ---- */

static void
test_usable (void)
{
  g_autoptr (DoctorBench) bench = new_nvidia ();
  const GpuFinding *finding;

  add_card (bench, AMD, "amdgpu");
  add_kfd (bench, "110000");
  doctor_bench_set (bench, "FAKE_VULKAN_DEVICES", NVIDIA "|RTX|;" AMD "|RX|");
  doctor_bench_add_backend (bench, "vulkan",
                            "{\"devices\":[{\"pci\":\"" NVIDIA "\"},{\"pci\":\"" AMD "\"}]}");
  doctor_bench_run (bench);
  finding = check (bench, NVIDIA, "CUDA", GPU_VERDICT_USABLE, "usable", "CUDA", NULL);
  g_assert_cmpstr (finding->compute_id, ==, "cuda0");
  finding = check (bench, NVIDIA, "Vulkan", GPU_VERDICT_USABLE, "usable", "Vulkan", NULL);
  g_assert_cmpstr (finding->compute_id, ==, "vulkan0");
  finding = check (bench, AMD, "Vulkan", GPU_VERDICT_USABLE, "usable", "Vulkan", NULL);
  g_assert_cmpstr (finding->compute_id, ==, "vulkan1");
  g_assert_cmpstr (finding->device_name, ==, "AMD graphics card [1002:744c]");
  check (bench, AMD, "HIP", GPU_VERDICT_NOT_NEEDED, "backend-missing", "Vulkan serves this card",
         NULL);
  g_assert_cmpuint (bench->findings->len, ==, 4);
  g_assert_true (gpu_doctor_has_gpu (bench->findings));
}

static void
test_no_gpu (void)
{
  g_autoptr (DoctorBench) bench = doctor_bench_new ();
  g_autofree char *paragraph = gpu_doctor_explain_no_gpu ();
  /* The graphics of a server's management board are none. */
  const DeviceTreeCard aspeed = { "0000:03:00.0", 0x030000, 0x1a03, 0x2000, 0x41, "ast", 0 };
  g_autofree char *dir = device_tree_add_card (bench->tree, &aspeed);

  doctor_bench_add_backend (bench, "vulkan",
                            "{\"devices\":[{\"name\":\"llvmpipe\",\"kind\":\"software\"}]}");
  doctor_bench_run (bench);
  check (bench, NULL, "CUDA", GPU_VERDICT_NOT_NEEDED, "no-gpu", "NVIDIA", NULL);
  check (bench, NULL, "HIP", GPU_VERDICT_NOT_NEEDED, "no-gpu", "AMD", NULL);
  check (bench, NULL, "Vulkan", GPU_VERDICT_NOT_NEEDED, "software", "processor", NULL);
  g_assert_cmpuint (bench->findings->len, ==, 3);
  g_assert_false (gpu_doctor_has_gpu (bench->findings));
  g_assert_nonnull (strstr (paragraph, "oneDNN"));
  g_assert_nonnull (strstr (paragraph, "525"));
}

/* A virtual machine's card that the kernel lists under another maker. */
static void
test_foreign (void)
{
  g_autoptr (DoctorBench) bench = doctor_bench_new ();
  const GpuFinding *finding;

  doctor_bench_add_backend (bench, "vulkan", "{\"devices\":[{\"name\":\"Virtio-GPU Venus\"}]}");
  doctor_bench_run (bench);
  finding = check (bench, NULL, "Vulkan", GPU_VERDICT_USABLE, "usable", "Vulkan", NULL);
  g_assert_cmpstr (finding->device_name, ==, "Virtio-GPU Venus");
  g_assert_true (gpu_doctor_has_gpu (bench->findings));
}

static void
test_suspended (void)
{
  g_autoptr (DoctorBench) bench = new_amd ();
  const GpuFinding *finding;

  device_tree_write (bench->tree, "/sys/devices/pci0000:00/" AMD "/power/runtime_status",
                     "suspended");
  bench->options.wake = TRUE;
  doctor_bench_run (bench);
  finding = check (bench, AMD, "Vulkan", GPU_VERDICT_USABLE, "suspended", "wakes when", NULL);
  g_assert_cmpstr (finding->compute_id, ==, "vulkan0");
  doctor_bench_set (bench, "FAKE_VULKAN_STATUS", "-3");
  doctor_bench_add_backend (bench, "vulkan", "{\"devices\":[]}");
  doctor_bench_run (bench);
  check (bench, AMD, "Vulkan", GPU_VERDICT_NOT_USABLE, "vulkan-driver", "Vulkan driver", "driver");
}

/* Nothing is tried that would wake it, and nothing is missing that can be seen without. */
static void
test_let_sleep (void)
{
  g_autoptr (DoctorBench) bench = new_amd ();

  add_card (bench, NVIDIA, "nvidia");
  add_card (bench, INTEL, "i915");
  device_tree_write (bench->tree, "/sys/devices/pci0000:00/" AMD "/power/runtime_status",
                     "suspended");
  doctor_bench_set (bench, "FAKE_VULKAN_STATUS", "crash");
  doctor_bench_script_backend (bench, "vulkan", "kill -SEGV $$");
  doctor_bench_add_backend (bench, "cuda", "{\"devices\":[{\"pci\":\"" NVIDIA "\"}]}");
  doctor_bench_run (bench);
  check (bench, AMD, "Vulkan", GPU_VERDICT_USABLE, "suspended", "wakes when", NULL);
  check (bench, INTEL, "Vulkan", GPU_VERDICT_USABLE, "usable", "as far as", NULL);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_USABLE, "usable", "CUDA", NULL);
  doctor_bench_deny (bench, "/dev/dri/renderD128", EACCES);
  doctor_bench_run (bench);
  check (bench, AMD, "Vulkan", GPU_VERDICT_NOT_USABLE, "no-permission", "renderD128", "usermod");
}

static void
test_f32 (void)
{
  g_autoptr (DoctorBench) bench = new_amd ();

  doctor_bench_set (bench, "FAKE_VULKAN_DEVICES", AMD "|Old card|no-half");
  doctor_bench_run (bench);
  check (bench, AMD, "Vulkan", GPU_VERDICT_USABLE, "f32-fallback", "full precision", NULL);
  doctor_bench_set (bench, "FAKE_VULKAN_DEVICES", AMD "|Card|");
  doctor_bench_set (bench, "GGML_VK_DISABLE_F16", "1");
  doctor_bench_run (bench);
  check (bench, AMD, "Vulkan", GPU_VERDICT_USABLE, "f32-fallback", "GGML_VK_DISABLE_F16", NULL);
}

/* ---- the kernel ---- */

static void
test_no_driver (void)
{
  g_autoptr (DoctorBench) bench = doctor_bench_new ();

  device_tree_write (bench->tree, "/etc/os-release", "NAME=\"Debian\"\nID=debian");
  add_card (bench, NVIDIA, NULL);
  add_card (bench, AMD, NULL);
  add_card (bench, INTEL, NULL);
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "no-driver", "No driver", " nvidia-driver");
  check (bench, NVIDIA, "Vulkan", GPU_VERDICT_NOT_USABLE, "no-driver", "No driver", "NVIDIA");
  check (bench, AMD, "HIP", GPU_VERDICT_NOT_USABLE, "no-driver", "No driver", "firmware-amd");
  check (bench, INTEL, "Vulkan", GPU_VERDICT_NOT_USABLE, "no-driver", "No driver",
         "Update the system");
}

/* The module runs for another card. */
static void
test_old_card (void)
{
  g_autoptr (DoctorBench) bench = doctor_bench_new ();

  add_card (bench, NVIDIA, NULL);
  device_tree_write (bench->tree, "/proc/driver/nvidia/version", MODULE_580);
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "no-driver", "580.173.02", "470");
}

/* A compute card without a Vulkan driver, which nobody misses. */
static void
test_vulkan_not_missed (void)
{
  g_autoptr (DoctorBench) bench = new_nvidia ();

  doctor_bench_set (bench, "FAKE_VULKAN_DEVICES", "");
  doctor_bench_add_backend (bench, "vulkan", "{\"devices\":[]}");
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_USABLE, "usable", "CUDA", NULL);
  check (bench, NVIDIA, "Vulkan", GPU_VERDICT_NOT_NEEDED, "vulkan-driver", "Vulkan driver", NULL);
  doctor_bench_script_backend (bench, "vulkan", "kill -SEGV $$");
  doctor_bench_set (bench, "FAKE_VULKAN_DEVICES", NVIDIA "|RTX|");
  doctor_bench_run (bench);
  check (bench, NVIDIA, "Vulkan", GPU_VERDICT_NOT_USABLE, "probe-crashed", "crashed", "Update");
}

static void
test_secure_boot (void)
{
  g_autoptr (DoctorBench) bench = doctor_bench_new ();

  add_card (bench, NVIDIA, NULL);
  device_tree_write_bytes (
      bench->tree, "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
      "\6\0\0\0\1", 5);
  device_tree_write (bench->tree, "/etc/os-release", "ID=nobara\nID_LIKE=\"rhel fedora\"");
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "no-driver", "No driver", "Secure Boot");
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "no-driver", "No driver", "akmod-nvidia");
}

static void
test_other_drivers (void)
{
  g_autoptr (DoctorBench) bench = doctor_bench_new ();

  add_card (bench, NVIDIA, "nouveau");
  add_card (bench, AMD, "radeon");
  add_card (bench, INTEL, "vfio-pci");
  doctor_bench_add_backend (bench, "vulkan", "{\"devices\":[]}");
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "nouveau", "nouveau", "NVIDIA's driver");
  check (bench, AMD, "HIP", GPU_VERDICT_NOT_USABLE, "old-driver", "radeon", "amdgpu.si_support=1");
  check (bench, INTEL, "Vulkan", GPU_VERDICT_NOT_USABLE, "reserved", "vfio-pci", "reserves");
}

/* Vulkan works with nouveau; CUDA is not installed, so it is not asked for. */
static void
test_nouveau_with_vulkan (void)
{
  g_autoptr (DoctorBench) bench = doctor_bench_new ();

  add_card (bench, NVIDIA, "nouveau");
  doctor_bench_set (bench, "FAKE_VULKAN_DEVICES", NVIDIA "|NVK|");
  doctor_bench_add_backend (bench, "vulkan", "{\"devices\":[{\"pci\":\"" NVIDIA "\"}]}");
  doctor_bench_run (bench);
  check (bench, NVIDIA, "Vulkan", GPU_VERDICT_USABLE, "usable", "Vulkan", NULL);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_NEEDED, "backend-missing", "Vulkan serves", NULL);
}

static void
test_permission (void)
{
  g_autoptr (DoctorBench) bench = new_amd ();
  g_autoptr (DoctorBench) nvidia = new_nvidia ();

  doctor_bench_set (bench, "FAKE_VULKAN_DEVICES", "");
  doctor_bench_set (bench, "FAKE_HIP_DEVICES", "");
  doctor_bench_add_backend (bench, "vulkan", "{\"devices\":[]}");
  doctor_bench_add_backend (bench, "hip", "{\"devices\":[]}");
  doctor_bench_deny (bench, "/dev/kfd", EACCES);
  doctor_bench_run (bench);
  check (bench, AMD, "HIP", GPU_VERDICT_NOT_USABLE, "no-permission", "/dev/kfd",
         "sudo usermod -aG render,video $USER");
  doctor_bench_deny (bench, "/dev/dri/renderD128", EACCES);
  doctor_bench_run (bench);
  check (bench, AMD, "Vulkan", GPU_VERDICT_NOT_USABLE, "no-permission", "/dev/dri/renderD128",
         "log out and in");

  doctor_bench_set (nvidia, "FAKE_CUDA_STATUS", "100");
  doctor_bench_add_backend (nvidia, "cuda", "{\"devices\":[]}");
  doctor_bench_deny (nvidia, "/dev/nvidia0", EACCES);
  doctor_bench_run (nvidia);
  check (nvidia, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "no-permission", "/dev/nvidia0",
         "usermod");
}

static void
test_no_node (void)
{
  g_autoptr (DoctorBench) bench = new_amd ();
  g_autoptr (DoctorBench) nvidia = new_nvidia ();

  doctor_bench_set (bench, "FAKE_VULKAN_DEVICES", "");
  doctor_bench_set (bench, "FAKE_HIP_DEVICES", "");
  doctor_bench_add_backend (bench, "vulkan", "{\"devices\":[]}");
  doctor_bench_deny (bench, "/dev/kfd", ENOENT);
  doctor_bench_run (bench);
  check (bench, AMD, "HIP", GPU_VERDICT_NOT_USABLE, "no-device-node", "/dev/kfd", "container");
  doctor_bench_deny (bench, "/dev/dri/renderD128", ENOENT);
  doctor_bench_run (bench);
  check (bench, AMD, "Vulkan", GPU_VERDICT_NOT_USABLE, "no-device-node", "renderD128",
         "--device /dev/dri");

  doctor_bench_set (nvidia, "FAKE_CUDA_STATUS", "999");
  doctor_bench_add_backend (nvidia, "cuda", "{\"devices\":[]}");
  doctor_bench_deny (nvidia, "/dev/nvidia-uvm", ENOENT);
  doctor_bench_run (nvidia);
  check (nvidia, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "no-device-node", "nvidia-uvm",
         "nvidia-modprobe -u -c0");
  doctor_bench_deny (nvidia, "/dev/nvidiactl", ENOENT);
  doctor_bench_run (nvidia);
  check (nvidia, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "no-device-node", "nvidiactl",
         "nvidia-modprobe");
}

/* What works is not doubted, whatever its nodes look like. */
static void
test_working_is_believed (void)
{
  g_autoptr (DoctorBench) bench = new_nvidia ();

  doctor_bench_deny (bench, "/dev/nvidiactl", ENOENT);
  doctor_bench_deny (bench, "/dev/nvidia-uvm", ENOENT);
  bench->options.libcuda = doctor_bench_name_driver (bench, "libcuda.so.575.57.08");
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_USABLE, "usable", "CUDA", NULL);
}

static void
test_no_compute (void)
{
  g_autoptr (DoctorBench) bench = doctor_bench_new ();

  add_card (bench, AMD, "amdgpu");
  doctor_bench_add_backend (bench, "hip", "{\"devices\":[]}");
  doctor_bench_run (bench);
  check (bench, AMD, "HIP", GPU_VERDICT_NOT_USABLE, "no-compute", "ROCm", "Vulkan");
}

/* ---- Flatpak ---- */

static void
test_flatpak (void)
{
  g_autoptr (DoctorBench) bench = new_amd ();

  device_tree_write (bench->tree, "/.flatpak-info",
                     "[Application]\nname=org.example.Myna\n[Instance]\nflatpak-version=1.16.1");
  doctor_bench_set (bench, "FAKE_VULKAN_DEVICES", "");
  doctor_bench_set (bench, "FAKE_HIP_DEVICES", "");
  doctor_bench_add_backend (bench, "vulkan", "{\"devices\":[]}");
  doctor_bench_add_backend (bench, "hip", "{\"devices\":[]}");
  doctor_bench_deny (bench, "/dev/kfd", ENOENT);
  doctor_bench_run (bench);
  check (bench, AMD, "HIP", GPU_VERDICT_NOT_USABLE, "flatpak-permission", "1.18", "--device=all");
  check (bench, AMD, "Vulkan", GPU_VERDICT_NOT_USABLE, "vulkan-driver", "Vulkan driver",
         "flatpak update");
  doctor_bench_deny (bench, "/dev/dri/renderD128", ENOENT);
  doctor_bench_run (bench);
  check (bench, AMD, "Vulkan", GPU_VERDICT_NOT_USABLE, "flatpak-permission", "renderD128",
         "flatpak override --user --device=dri org.example.Myna");
}

static void
test_flatpak_nvidia (void)
{
  g_autoptr (DoctorBench) bench = new_nvidia ();

  bench->options.sandbox = GPU_SANDBOX_FLATPAK;
  bench->options.libcuda = "/nonexistent/libcuda.so.1";
  doctor_bench_add_backend (bench, "cuda", "{\"missing\":\"libcuda.so.1: not found\"}");
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "flatpak-extension", "Flatpak",
         "org.freedesktop.Platform.GL.nvidia-580-173-02");
}

/* ---- NVIDIA ---- */

static void
test_mismatch (void)
{
  g_autoptr (DoctorBench) bench = new_nvidia ();

  bench->options.libcuda = doctor_bench_name_driver (bench, "libcuda.so.575.57.08");
  doctor_bench_set (bench, "FAKE_CUDA_STATUS", "803");
  doctor_bench_add_backend (bench, "cuda", "{\"devices\":[]}");
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "version-mismatch", "575.57.08", "Restart");
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "version-mismatch", "580.173.02",
         "Restart");
  bench->options.sandbox = GPU_SANDBOX_FLATPAK;
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "version-mismatch", "575.57.08",
         "flatpak update");
}

/* NVML says it where the library's name does not. */
static void
test_mismatch_by_nvml (void)
{
  g_autoptr (DoctorBench) bench = new_nvidia ();

  doctor_bench_set (bench, "FAKE_CUDA_STATUS", "100");
  doctor_bench_set (bench, "FAKE_NVML_STATUS", "18");
  doctor_bench_add_backend (bench, "cuda", "{\"devices\":[]}");
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "version-mismatch", "different versions",
         "Restart");
}

static void
test_too_old (void)
{
  g_autoptr (DoctorBench) bench = new_nvidia ();

  doctor_bench_set (bench, "FAKE_CUDA_VERSION", "12080");
  doctor_bench_add_backend (bench, "cuda", "{\"devices\":[],\"version\":13000}");
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "driver-too-old", "580.173.02", "580 or");
}

static void
test_cuda_status (void)
{
  g_autoptr (DoctorBench) bench = new_nvidia ();

  doctor_bench_add_backend (bench, "cuda", "{\"devices\":[]}");
  doctor_bench_set (bench, "FAKE_CUDA_STATUS", "999");
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "driver-failed", "999", "slept");
  doctor_bench_set (bench, "FAKE_CUDA_STATUS", "802");
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "driver-failed", "802", "fabric");
  doctor_bench_set (bench, "FAKE_CUDA_STATUS", "3");
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "driver-failed", "3", "reinstall");
}

static void
test_no_library (void)
{
  g_autoptr (DoctorBench) bench = new_nvidia ();

  device_tree_write (bench->tree, "/etc/os-release", "ID=arch");
  bench->options.libcuda = "/nonexistent/libcuda.so.1";
  bench->options.libvulkan = "/nonexistent/libvulkan.so.1";
  doctor_bench_add_backend (bench, "cuda", "{\"missing\":\"libcuda.so.1: not found\"}");
  doctor_bench_add_backend (bench, "vulkan", "{\"missing\":\"libvulkan.so.1: not found\"}");
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "library-missing", "libcuda",
         "sudo pacman -S nvidia-utils");
  check (bench, NVIDIA, "Vulkan", GPU_VERDICT_NOT_USABLE, "library-missing", "libvulkan",
         "vulkan-icd-loader");
}

static void
test_cuda_architecture (void)
{
  g_autoptr (DoctorBench) bench = new_nvidia ();

  doctor_bench_set (bench, "FAKE_CUDA_DEVICES", NVIDIA "|GeForce GTX 980|5.2");
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "architecture", "sm_52", "Vulkan");
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "architecture", "sm_75 and newer",
         "Vulkan");
}

/* ---- AMD ---- */

static void
test_hip_architecture (void)
{
  g_autoptr (DoctorBench) bench = new_amd ();

  add_kfd (bench, "100302");
  doctor_bench_add_backend (bench, "hip",
                            "{\"devices\":[{\"pci\":\"" AMD "\",\"name\":\"RX 6700\"}]}");
  doctor_bench_set_archs (bench, "gfx906:xnack-,gfx1030,gfx1100");
  doctor_bench_run (bench);
  check (bench, AMD, "HIP", GPU_VERDICT_NOT_USABLE, "architecture", "gfx1032",
         "HSA_OVERRIDE_GFX_VERSION=10.3.0");
  check (bench, AMD, "HIP", GPU_VERDICT_NOT_USABLE, "architecture", "gfx906, gfx1030, gfx1100",
         "Vulkan");
  doctor_bench_set (bench, "HSA_OVERRIDE_GFX_VERSION", "10.3.0");
  doctor_bench_run (bench);
  check (bench, AMD, "HIP", GPU_VERDICT_USABLE, "override", "gfx1030", NULL);
  doctor_bench_set (bench, "HSA_OVERRIDE_GFX_VERSION", "9.0.10");
  doctor_bench_run (bench);
  check (bench, AMD, "HIP", GPU_VERDICT_NOT_USABLE, "architecture", "gfx90a", "Vulkan");
  bench->environment = g_environ_unsetenv (bench->environment, "HSA_OVERRIDE_GFX_VERSION");
  doctor_bench_set_archs (bench, "gfx906,gfx1100");
  doctor_bench_run (bench);
  g_assert_null (strstr (doctor_bench_find (bench, AMD, "HIP")->remedy, "OVERRIDE"));
}

static void
test_hip (void)
{
  g_autoptr (DoctorBench) bench = new_amd ();
  const GpuFinding *finding;

  device_tree_write (bench->tree, "/etc/os-release", "ID=linuxmint\nID_LIKE=\"ubuntu debian\"");
  doctor_bench_add_backend (bench, "hip", "{\"devices\":[{\"pci\":\"" AMD "\"}]}");
  doctor_bench_set_archs (bench, "gfx11-generic");
  doctor_bench_run (bench);
  finding = check (bench, AMD, "HIP", GPU_VERDICT_USABLE, "usable", "HIP", NULL);
  g_assert_cmpstr (finding->compute_id, ==, "hip0");
  doctor_bench_set (bench, "FAKE_HIP_DEVICES", "");
  doctor_bench_add_backend (bench, "hip", "{\"devices\":[]}");
  doctor_bench_run (bench);
  check (bench, AMD, "HIP", GPU_VERDICT_NOT_USABLE, "driver-failed", "100", "Vulkan");
}

/* ---- Vulkan ---- */

static void
test_vulkan (void)
{
  g_autoptr (DoctorBench) bench = doctor_bench_new ();

  add_card (bench, INTEL, "xe");
  device_tree_write (bench->tree, "/etc/os-release", "ID=arch");
  doctor_bench_run (bench);
  check (bench, INTEL, "Vulkan", GPU_VERDICT_NOT_USABLE, "backend-missing", "Vulkan", "libggml");
  doctor_bench_add_backend (bench, "vulkan", "{\"devices\":[]}");
  doctor_bench_set (bench, "FAKE_VULKAN_STATUS", "-9");
  doctor_bench_run (bench);
  check (bench, INTEL, "Vulkan", GPU_VERDICT_NOT_USABLE, "vulkan-driver", "Vulkan driver",
         "vulkan-intel");
  doctor_bench_set (bench, "VK_DRIVER_FILES", "/opt/lvp.json");
  doctor_bench_run (bench);
  check (bench, INTEL, "Vulkan", GPU_VERDICT_NOT_USABLE, "hidden", "/opt/lvp.json",
         "VK_DRIVER_FILES");
  doctor_bench_set (bench, "FAKE_VULKAN_STATUS", "0");
  doctor_bench_set (bench, "FAKE_VULKAN_DEVICES", INTEL "|Old|no-storage");
  doctor_bench_run (bench);
  check (bench, INTEL, "Vulkan", GPU_VERDICT_NOT_USABLE, "architecture", "half-precision", "too");
}

static void
test_hidden (void)
{
  g_autoptr (DoctorBench) bench = new_amd ();

  doctor_bench_add_backend (bench, "vulkan", "{\"devices\":[]}");
  doctor_bench_set (bench, "GGML_VK_VISIBLE_DEVICES", "7");
  doctor_bench_run (bench);
  check (bench, AMD, "Vulkan", GPU_VERDICT_NOT_USABLE, "hidden", "GGML_VK_VISIBLE_DEVICES",
         "without");
}

static void
test_spare (void)
{
  g_autoptr (DoctorBench) bench = new_amd ();

  add_card (bench, INTEL, "i915");
  doctor_bench_set (bench, "FAKE_VULKAN_DEVICES", AMD "|RX|;" INTEL "|UHD|integrated");
  doctor_bench_run (bench);
  check (bench, INTEL, "Vulkan", GPU_VERDICT_NOT_NEEDED, "spare", "left alone", NULL);
  doctor_bench_add_backend (bench, "vulkan",
                            "{\"devices\":[{\"name\":\"llvmpipe\",\"kind\":\"software\"}]}");
  doctor_bench_run (bench);
  check (bench, INTEL, "Vulkan", GPU_VERDICT_NOT_USABLE, "driver-failed", "did not take", "Update");
}

/* A backend of an older ggml tells no addresses. */
static void
test_without_address (void)
{
  g_autoptr (DoctorBench) bench = new_amd ();
  const GpuFinding *finding;

  doctor_bench_add_backend (bench, "vulkan", "{\"devices\":[{\"name\":\"RX 7900\"}]}");
  doctor_bench_run (bench);
  finding = check (bench, AMD, "Vulkan", GPU_VERDICT_USABLE, "usable", "Vulkan", NULL);
  g_assert_cmpstr (finding->compute_id, ==, "vulkan0");
}

static void
test_memory (void)
{
  g_autoptr (DoctorBench) bench = new_nvidia ();
  g_autoptr (DoctorBench) amd = new_amd ();

  bench->options.memory_needed = 21 * G_GUINT64_CONSTANT (1000000000);
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "memory", "20.0", "Close other programs");
  bench->options.memory_needed = 3 * G_GUINT64_CONSTANT (1000000000);
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_USABLE, "usable", "CUDA", NULL);

  /* The kernel's figure goes before the driver's. */
  amd->options.memory_needed = 3 * G_GUINT64_CONSTANT (1000000000);
  device_tree_write (amd->tree, "/sys/devices/pci0000:00/" AMD "/mem_info_vram_total",
                     "25753026560");
  device_tree_write (amd->tree, "/sys/devices/pci0000:00/" AMD "/mem_info_vram_used",
                     "25000000000");
  doctor_bench_run (amd);
  check (amd, AMD, "Vulkan", GPU_VERDICT_NOT_USABLE, "memory", "753.0", "processor");
}

/* ---- what goes wrong with the probe ---- */

static void
test_driver_crash (void)
{
  g_autoptr (DoctorBench) bench = new_nvidia ();

  doctor_bench_set (bench, "FAKE_CUDA_STATUS", "crash");
  doctor_bench_script_backend (bench, "cuda", "kill -SEGV $$");
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "probe-crashed", "crashed", "Update");
}

/* The backend crashes, the driver does not; also where there is no card for it at all. */
static void
test_backend_crash (void)
{
  g_autoptr (DoctorBench) bench = new_nvidia ();

  doctor_bench_script_backend (bench, "cuda", "kill -SEGV $$");
  doctor_bench_script_backend (bench, "hip", "exit 3");
  doctor_bench_run (bench);
  check (bench, NVIDIA, "CUDA", GPU_VERDICT_NOT_USABLE, "probe-crashed", "signal 11", "Update");
  check (bench, NULL, "HIP", GPU_VERDICT_NOT_USABLE, "probe-crashed", "ended the program",
         "Update");
}

static void
test_garbage (void)
{
  static const char *const garbage[] = {
    "true", "echo hello", "echo '[1, 2]'", "printf '\\377\\376\\0'", "yes", "echo '{\"devices\":'",
  };

  for (guint i = 0; i < G_N_ELEMENTS (garbage); i++)
    {
      g_autoptr (DoctorBench) bench = new_amd ();

      doctor_bench_script_backend (bench, "vulkan", garbage[i]);
      doctor_bench_run (bench);
      check (bench, AMD, "Vulkan", GPU_VERDICT_NOT_USABLE, "probe-garbage", "no sense", "Update");
    }
}

static void
test_broken_backend (void)
{
  g_autoptr (DoctorBench) bench = new_amd ();

  doctor_bench_add_backend (bench, "vulkan", "{\"missing\":\"libggml-base.so.0: cannot open\"}");
  doctor_bench_run (bench);
  check (bench, AMD, "Vulkan", GPU_VERDICT_NOT_USABLE, "backend-broken", "libggml-base.so.0",
         "Reinstall");
  doctor_bench_add_backend (bench, "vulkan", "{\"status\":1}");
  doctor_bench_run (bench);
  check (bench, AMD, "Vulkan", GPU_VERDICT_NOT_USABLE, "backend-broken", "not a backend of this",
         "Reinstall");
  doctor_bench_add_backend (bench, "vulkan", "{\"devices\":[],\"log\":\"no queue\"}");
  doctor_bench_run (bench);
  check (bench, AMD, "Vulkan", GPU_VERDICT_NOT_USABLE, "driver-failed", "no queue", "Update");
}

/* It and what it has started are killed. */
static void
test_hang (void)
{
  g_autoptr (DoctorBench) bench = doctor_bench_new ();

  add_card (bench, AMD, "amdgpu");
  doctor_bench_set (bench, "FAKE_VULKAN_STATUS", "hang");
  doctor_bench_script_backend (bench, "vulkan", "sleep 600 & wait");
  bench->options.time_limit = 300;
  doctor_bench_run (bench);
  check (bench, AMD, "Vulkan", GPU_VERDICT_NOT_USABLE, "probe-hung", "in time", "Restart");
}

static void
test_no_probe (void)
{
  g_autoptr (DoctorBench) bench = new_amd ();

  bench->options.probe = "/nonexistent/myna-gpu-probe";
  doctor_bench_run (bench);
  check (bench, AMD, "Vulkan", GPU_VERDICT_NOT_USABLE, "probe-missing", "/nonexistent/",
         "Reinstall");
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (20000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancel (void)
{
  g_autoptr (DoctorBench) bench = new_amd ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread;

  doctor_bench_script_backend (bench, "vulkan", "sleep 600");
  bench->options.environment = (const char *const *) bench->environment;
  bench->options.time_limit = 600000; /* the test would run into its own limit */
  thread = g_thread_new ("cancel", cancel_soon, cancellable);
  g_assert_null (gpu_doctor_run (&bench->options, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  g_clear_error (&error);
  g_assert_null (gpu_doctor_run (&bench->options, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* This computer, with the real probe and whatever is installed. */
static void
test_here (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) findings = gpu_doctor_run (NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (findings->len, >=, 3);
  for (guint i = 0; i < findings->len; i++)
    {
      const GpuFinding *finding = findings->pdata[i];

      g_test_message ("%s %s: %s: %s", finding->device_name, finding->backend, finding->check,
                      finding->what);
      g_assert_nonnull (finding->check);
      g_assert_nonnull (finding->what);
      g_assert_cmpstr (finding->check, !=, "probe-missing");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu/doctor/usable", test_usable);
  g_test_add_func ("/gpu/doctor/no-gpu", test_no_gpu);
  g_test_add_func ("/gpu/doctor/foreign", test_foreign);
  g_test_add_func ("/gpu/doctor/suspended", test_suspended);
  g_test_add_func ("/gpu/doctor/let-sleep", test_let_sleep);
  g_test_add_func ("/gpu/doctor/f32", test_f32);
  g_test_add_func ("/gpu/doctor/no-driver", test_no_driver);
  g_test_add_func ("/gpu/doctor/old-card", test_old_card);
  g_test_add_func ("/gpu/doctor/vulkan-not-missed", test_vulkan_not_missed);
  g_test_add_func ("/gpu/doctor/secure-boot", test_secure_boot);
  g_test_add_func ("/gpu/doctor/other-drivers", test_other_drivers);
  g_test_add_func ("/gpu/doctor/nouveau-with-vulkan", test_nouveau_with_vulkan);
  g_test_add_func ("/gpu/doctor/permission", test_permission);
  g_test_add_func ("/gpu/doctor/no-node", test_no_node);
  g_test_add_func ("/gpu/doctor/working-is-believed", test_working_is_believed);
  g_test_add_func ("/gpu/doctor/no-compute", test_no_compute);
  g_test_add_func ("/gpu/doctor/flatpak", test_flatpak);
  g_test_add_func ("/gpu/doctor/flatpak-nvidia", test_flatpak_nvidia);
  g_test_add_func ("/gpu/doctor/mismatch", test_mismatch);
  g_test_add_func ("/gpu/doctor/mismatch-by-nvml", test_mismatch_by_nvml);
  g_test_add_func ("/gpu/doctor/too-old", test_too_old);
  g_test_add_func ("/gpu/doctor/cuda-status", test_cuda_status);
  g_test_add_func ("/gpu/doctor/no-library", test_no_library);
  g_test_add_func ("/gpu/doctor/cuda-architecture", test_cuda_architecture);
  g_test_add_func ("/gpu/doctor/hip-architecture", test_hip_architecture);
  g_test_add_func ("/gpu/doctor/hip", test_hip);
  g_test_add_func ("/gpu/doctor/vulkan", test_vulkan);
  g_test_add_func ("/gpu/doctor/hidden", test_hidden);
  g_test_add_func ("/gpu/doctor/spare", test_spare);
  g_test_add_func ("/gpu/doctor/without-address", test_without_address);
  g_test_add_func ("/gpu/doctor/memory", test_memory);
  g_test_add_func ("/gpu/doctor/driver-crash", test_driver_crash);
  g_test_add_func ("/gpu/doctor/backend-crash", test_backend_crash);
  g_test_add_func ("/gpu/doctor/garbage", test_garbage);
  g_test_add_func ("/gpu/doctor/broken-backend", test_broken_backend);
  g_test_add_func ("/gpu/doctor/hang", test_hang);
  g_test_add_func ("/gpu/doctor/no-probe", test_no_probe);
  g_test_add_func ("/gpu/doctor/cancel", test_cancel);
  g_test_add_func ("/gpu/doctor/here", test_here);
  return g_test_run ();
}
