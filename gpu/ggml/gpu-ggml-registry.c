/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/doctor/gpu-trial.h"
#include "gpu/ggml/gpu-ggml.h"
#include "gpu/gpu-registry.h"

#include <dlfcn.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

/* Finds ggml's loadable backends and what they can compute on. ggml's own "load all" would load its
 * CPU backend too, which we do not use; and it says nothing of a backend that is installed and
 * gives no device. */

typedef struct
{
  const char *name; /* for people */
  const char *stem; /* of the file: libggml-STEM.so */
  const char *id;   /* of its devices */
  const char *none; /* why it may have no device */
} Kind;

static const Kind kinds[] = {
  { "CUDA", "cuda", "cuda",
    N_ ("The CUDA backend is installed, but found no NVIDIA GPU. Is the NVIDIA driver installed "
        "and loaded?") },
  { "HIP", "hip", "hip",
    N_ ("The HIP backend is installed, but found no AMD GPU. Is the amdgpu driver loaded, and may "
        "you open /dev/kfd?") },
  { "Vulkan", "vulkan", "vulkan",
    N_ ("The Vulkan backend is installed, but found no GPU. Is a Vulkan driver installed for "
        "it?") },
};

static void
log_quietly (enum ggml_log_level level, const char *text, void *data)
{
  g_debug ("ggml: %s", text);
}

static void
add_folders_of (GPtrArray *folders, const char *parent)
{
  g_autoptr (GDir) dir = g_dir_open (parent, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (parent, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        g_ptr_array_add (folders, g_steal_pointer (&path));
    }
}

/* MYNA_GGML_PATH (tests, portable use), the application's add-ons, and where ggml itself lies. */
static GPtrArray *
find_folders (const char *override)
{
  GPtrArray *folders = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) addons = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *directory = NULL;
  g_autofree char *nested = NULL;
  Dl_info info;

  if (override != NULL)
    g_ptr_array_add (folders, g_strdup (override));
  add_folders_of (addons, "/app/extensions");
  for (guint i = 0; i < addons->len; i++)
    g_ptr_array_add (folders, g_build_filename (addons->pdata[i], "lib", "ggml", NULL));
  if (dladdr ((void *) ggml_backend_load, &info) == 0 || info.dli_fname == NULL)
    return folders;
  directory = g_path_get_dirname (info.dli_fname);
  nested = g_build_filename (directory, "ggml", NULL);
  g_ptr_array_add (folders, g_strdup (directory));
  g_ptr_array_add (folders, g_strdup (nested));
  add_folders_of (folders, nested);
  return folders;
}

static char *
find_backend (GPtrArray *folders, const char *stem)
{
  g_autofree char *file = g_strdup_printf ("libggml-%s.so", stem);

  for (guint i = 0; i < folders->len; i++)
    {
      g_autofree char *path = g_build_filename (folders->pdata[i], file, NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
  return NULL;
}

/**
 * gpu_ggml_find_backend:
 * @stem: "cuda", "hip" or "vulkan"
 * @override: (nullable): a folder that goes before the others
 *
 * Any thread; loads nothing.
 *
 * Returns: (transfer full) (nullable): the file that is loaded for it; %NULL when there is none
 */
char *
gpu_ggml_find_backend (const char *stem, const char *override)
{
  g_autoptr (GPtrArray) folders = find_folders (override);

  g_return_val_if_fail (stem != NULL, NULL);

  return find_backend (folders, stem);
}

static GpuDeviceKind
read_kind (ggml_backend_dev_t device)
{
  const char *description = ggml_backend_dev_description (device);

  if (strstr (description, "llvmpipe") != NULL || strstr (description, "SwiftShader") != NULL)
    return GPU_DEVICE_SOFTWARE_GPU;
  return ggml_backend_dev_type (device) == GGML_BACKEND_DEVICE_TYPE_IGPU ? GPU_DEVICE_INTEGRATED_GPU
                                                                         : GPU_DEVICE_GPU;
}

static GpuDevice *
make_device (const Kind *kind, ggml_backend_dev_t found, guint index)
{
  GpuDevice *device = g_new0 (GpuDevice, 1);
  GpuGgmlDevice *own = g_new0 (GpuGgmlDevice, 1); /* as long as the process, like the backend */

  own->device = found;
  own->buffer_type = ggml_backend_dev_buffer_type (found);
  g_atomic_ref_count_init (&device->refs);
  device->backend = gpu_ggml_backend ();
  device->id = g_strdup_printf ("%s%u", kind->id, index);
  device->name = g_strdup (ggml_backend_dev_description (found));
  device->backend_name = g_strdup (kind->name);
  device->kind = read_kind (found);
  device->notes = g_new0 (char *, 1);
  device->handle = own;
  return device;
}

/* Why ggml did not take the file. */
static char *
explain_refusal (const Kind *kind, const char *path)
{
  void *library = dlopen (path, RTLD_LAZY | RTLD_LOCAL);

  if (library == NULL)
    return g_strdup_printf (_ ("The %s backend could not be loaded: %s"), kind->name, dlerror ());
  dlclose (library);
  return g_strdup_printf (_ ("“%s” is not a backend of this version of ggml."), path);
}

static void
register_kind (GPtrArray *devices, const Kind *kind, GpuBackendStatus *status)
{
  ggml_backend_reg_t registered = ggml_backend_load (status->path);

  if (registered == NULL)
    {
      status->reason = explain_refusal (kind, status->path);
      return;
    }
  for (gsize i = 0; i < ggml_backend_reg_dev_count (registered); i++)
    g_ptr_array_add (
        devices, make_device (kind, ggml_backend_reg_dev_get (registered, i), status->n_devices++));
  if (status->n_devices == 0)
    status->reason = g_strdup (_ (kind->none));
}

/* In a process of its own, for a driver that crashes would take this one along. */
static void
try_backends (GPtrArray *statuses)
{
  g_autoptr (GPtrArray) untried = g_ptr_array_new ();

  for (guint i = 0; i < statuses->len; i++)
    {
      GpuBackendStatus *status = statuses->pdata[i];

      if (status->reason == NULL && !gpu_registry_was_tried (status->name, &status->reason))
        g_ptr_array_add (untried, status);
    }
  gpu_trial_run (untried);
}

/**
 * gpu_ggml_register:
 * @devices: (element-type GpuDevice): gets the GPUs
 * @backends: (element-type GpuBackendStatus): gets CUDA, HIP and Vulkan, found or not
 *
 * Loads the backends that are installed. A missing, broken or deviceless one is reported and never
 * fatal, nor is one that crashes or hangs.
 */
void
gpu_ggml_register (GPtrArray *devices, GPtrArray *backends)
{
  g_autoptr (GPtrArray) folders = find_folders (g_getenv ("MYNA_GGML_PATH"));
  g_autoptr (GPtrArray) own = g_ptr_array_new ();

  ggml_log_set (log_quietly, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      GpuBackendStatus *status = g_new0 (GpuBackendStatus, 1);

      status->name = g_strdup (kinds[i].name);
      status->path = find_backend (folders, kinds[i].stem);
      if (status->path == NULL)
        status->reason = g_strdup_printf (_ ("The %s backend is not installed."), kinds[i].name);
      g_ptr_array_add (backends, status);
      g_ptr_array_add (own, status);
    }
  try_backends (own);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      GpuBackendStatus *status = own->pdata[i];

      if (status->reason == NULL)
        register_kind (devices, &kinds[i], status);
    }
}
