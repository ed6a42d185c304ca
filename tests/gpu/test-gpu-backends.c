/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/gpu-ops.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

/* Backends that cannot be used are listed with the reason and never stop the program. Backends are
 * loaded once a process, so each case is one of its own. */

static const GpuBackendStatus *
find_status (GPtrArray *backends, const char *name)
{
  for (guint i = 0; i < backends->len; i++)
    {
      const GpuBackendStatus *status = backends->pdata[i];

      if (g_str_equal (status->name, name))
        return status;
    }
  g_assert_not_reached ();
}

/* Runs @path of this program with @folder before the folders of ggml. */
static void
run_with_folder (const char *path, const char *folder)
{
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "MYNA_GGML_PATH", folder, TRUE);

  g_test_trap_subprocess_with_envp (path, (const char *const *) environment, 0,
                                    G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

/* The processor is still there, and is what "auto" takes where no GPU is. */
static void
check_cpu_computes (void)
{
  g_autoptr (GpuDevice) cpu = gpu_device_choose ("cpu", NULL);
  g_autoptr (GpuContext) cx = gpu_context_new (cpu);
  float y[2];

  g_assert_true (gpu_tensor_read_f32 (
      cx, gpu_relu (cx, gpu_tensor_new_f32 (cx, GPU_SHAPE_1 (2), (float[]) { -1, 2 })), y, NULL));
  g_assert_cmpfloat (y[0], ==, 0);
  g_assert_cmpfloat (y[1], ==, 2);
}

static void
test_broken_child (void)
{
  g_autoptr (GPtrArray) backends = gpu_backends ();
  const GpuBackendStatus *cuda = find_status (backends, "CUDA"),
                         *hip = find_status (backends, "HIP");

  g_assert_cmpuint (cuda->n_devices, ==, 0);
  g_assert_true (g_str_has_prefix (cuda->path, g_getenv ("MYNA_GGML_PATH")));
  g_assert_nonnull (strstr (cuda->reason, "could not be loaded"));
  g_assert_nonnull (strstr (cuda->reason, "libggml-cuda.so"));
  g_assert_cmpuint (hip->n_devices, ==, 0);
  g_assert_nonnull (strstr (hip->reason, "libggml-hip.so"));
  g_assert_nonnull (strstr (hip->reason, "not a backend of this version of ggml"));
  check_cpu_computes ();
}

/* A file of letters under CUDA's name, and a library without ggml's entry under HIP's. */
static void
test_broken (void)
{
  g_autofree char *folder = g_dir_make_tmp ("myna-backends-XXXXXX", NULL);
  g_autofree char *cuda = g_build_filename (folder, "libggml-cuda.so", NULL);
  g_autofree char *hip = g_build_filename (folder, "libggml-hip.so", NULL);
  g_autofree char *library = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  if (g_test_subprocess ())
    {
      test_broken_child ();
      return;
    }
  g_file_set_contents (cuda, "This is no library.", -1, &error);
  g_assert_no_error (error);
  g_file_get_contents (g_getenv ("MYNA_TEST_NOT_A_BACKEND"), &library, &size, &error);
  g_assert_no_error (error);
  g_file_set_contents (hip, library, (gssize) size, &error);
  g_assert_no_error (error);
  run_with_folder ("/gpu/backends/broken", folder);
  g_remove (cuda);
  g_remove (hip);
  g_rmdir (folder);
}

static void
test_without_device_child (void)
{
  g_autoptr (GPtrArray) backends = gpu_backends ();
  const GpuBackendStatus *vulkan = find_status (backends, "Vulkan");

  g_assert_cmpuint (vulkan->n_devices, ==, 0);
  g_assert_nonnull (vulkan->reason);
  check_cpu_computes ();
}

/* Vulkan without a device to show: ggml is told to use one that does not exist. */
static void
test_without_device (void)
{
  g_auto (GStrv) environment =
      g_environ_setenv (g_get_environ (), "GGML_VK_VISIBLE_DEVICES", "", TRUE);

  if (g_test_subprocess ())
    {
      test_without_device_child ();
      return;
    }
  g_test_trap_subprocess_with_envp ("/gpu/backends/without-device",
                                    (const char *const *) environment, 0,
                                    G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
test_left_out_child (void)
{
  g_autoptr (GPtrArray) backends = NULL;
  const GpuBackendStatus *vulkan;

  gpu_backends_leave_out ("Vulkan", "It crashed.");
  backends = gpu_backends ();
  vulkan = find_status (backends, "Vulkan");
  g_assert_cmpuint (vulkan->n_devices, ==, 0);
  if (vulkan->path != NULL)
    g_assert_cmpstr (vulkan->reason, ==, "It crashed.");
  check_cpu_computes ();
}

/* One that the doctor has seen crash is not loaded. */
static void
test_left_out (void)
{
  if (g_test_subprocess ())
    {
      test_left_out_child ();
      return;
    }
  g_test_trap_subprocess ("/gpu/backends/left-out", 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
test_crash_child (void)
{
  g_autoptr (GPtrArray) backends = gpu_backends ();
  const GpuBackendStatus *cuda = find_status (backends, "CUDA"),
                         *hip = find_status (backends, "HIP");

  g_assert_cmpuint (cuda->n_devices, ==, 0);
  g_assert_nonnull (strstr (cuda->reason, "crashed"));
  g_assert_nonnull (strstr (hip->reason, "not a backend of this version of ggml"));
  check_cpu_computes ();
}

/* A backend whose loading kills the process is tried in another one first. */
static void
test_crash (void)
{
  g_autofree char *folder = NULL;
  g_autofree char *cuda = NULL;
  g_autofree char *hip = NULL;
  g_autofree char *probe = NULL;
  g_autofree char *library = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  if (g_test_subprocess ())
    {
      test_crash_child ();
      return;
    }
  folder = g_dir_make_tmp ("myna-backends-XXXXXX", NULL);
  cuda = g_build_filename (folder, "libggml-cuda.so", NULL);
  hip = g_build_filename (folder, "libggml-hip.so", NULL);
  probe = g_build_filename (folder, "probe", NULL);
  g_file_get_contents (g_getenv ("MYNA_TEST_NOT_A_BACKEND"), &library, &size, &error);
  g_assert_no_error (error);
  g_file_set_contents (cuda, library, (gssize) size, &error);
  g_file_set_contents (hip, library, (gssize) size, &error);
  g_assert_no_error (error);
  g_file_set_contents (probe, "#!/bin/sh\ncase $2 in *cuda*) kill -SEGV $$;; esac\necho '{}'\n", -1,
                       &error);
  g_assert_no_error (error);
  g_chmod (probe, 0700);
  g_setenv ("MYNA_GPU_PROBE", probe, TRUE);
  run_with_folder ("/gpu/backends/crash", folder);
  g_unsetenv ("MYNA_GPU_PROBE");
  g_remove (cuda);
  g_remove (hip);
  g_remove (probe);
  g_rmdir (folder);
}

static void
test_choose (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GpuDevice) automatic = gpu_device_choose (NULL, NULL);
  g_autoptr (GpuDevice) same = gpu_device_choose ("auto", NULL);
  g_autoptr (GpuDevice) none = gpu_device_choose ("vulkan99", &error);

  g_assert_null (none);
  g_assert_error (error, GPU_ERROR, GPU_ERROR_NO_DEVICE);
  g_assert_nonnull (strstr (error->message, "cpu"));
  g_assert_true (automatic == same);
  g_assert_cmpint (gpu_device_get_kind (automatic), !=, GPU_DEVICE_SOFTWARE_GPU);
}

/* What a device says of itself is complete. */
static void
test_describe (void)
{
  g_autoptr (GPtrArray) devices = gpu_devices ();

  for (guint i = 0; i < devices->len; i++)
    {
      GpuDevice *device = devices->pdata[i];
      g_autoptr (GpuDevice) chosen = gpu_device_choose (gpu_device_get_id (device), NULL);
      guint64 free_bytes, total;
      const char *source;

      g_autofree char *address = gpu_device_dup_address (device);
      g_autoptr (GpuDevice) there = address != NULL ? gpu_device_choose (address, NULL) : NULL;

      g_assert_true (chosen == device);
      if (address != NULL)
        g_assert_cmpint (gpu_device_get_kind (there), ==, gpu_device_get_kind (device));
      g_assert_cmpstr (gpu_device_get_name (device), !=, "");
      g_assert_nonnull (gpu_device_get_notes (device));
      if (gpu_device_get_memory (device, &free_bytes, &total, &source))
        {
          g_assert_cmpuint (free_bytes, <=, total);
          g_assert_cmpstr (source, !=, "");
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu/backends/broken", test_broken);
  g_test_add_func ("/gpu/backends/without-device", test_without_device);
  g_test_add_func ("/gpu/backends/left-out", test_left_out);
  g_test_add_func ("/gpu/backends/crash", test_crash);
  g_test_add_func ("/gpu/backends/choose", test_choose);
  g_test_add_func ("/gpu/backends/describe", test_describe);
  return g_test_run ();
}
