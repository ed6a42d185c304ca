/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/gpu-private.h"
#include "gpu/gpu-registry.h"

/* Filled once, at the first question, and kept for the life of the process: backends cannot be
 * unloaded safely. */
static GPtrArray *all_devices;
static GPtrArray *all_backends;
static GpuDevice *cpu_device; /* the first of all_devices */

void
gpu_backend_status_free (GpuBackendStatus *self)
{
  g_free (self->name);
  g_free (self->path);
  g_free (self->reason);
  g_free (self);
}

/* The processor alone: whoever wants no more shall not wait for drivers, nor pay their memory. */
static void
ensure_cpu (void)
{
  static gsize once;

  if (!g_once_init_enter (&once))
    return;
  all_devices = g_ptr_array_new_with_free_func ((GDestroyNotify) gpu_device_unref);
  all_backends = g_ptr_array_new_with_free_func ((GDestroyNotify) gpu_backend_status_free);
  gpu_cpu_register (all_devices, all_backends);
  cpu_device = all_devices->pdata[0];
  g_once_init_leave (&once, 1);
}

static void
ensure_registered (void)
{
  static gsize once;

  ensure_cpu ();
  if (!g_once_init_enter (&once))
    return;
#ifdef MYNA_HAVE_GGML
  gpu_ggml_register (all_devices, all_backends);
#endif
  g_once_init_leave (&once, 1);
}

/**
 * gpu_registry_get_cpu:
 *
 * The processor, without looking for anything else: no backend is loaded for it. Any thread.
 *
 * Returns: (transfer full): the device "cpu"
 */
GpuDevice *
gpu_registry_get_cpu (void)
{
  ensure_cpu ();
  return gpu_device_ref (cpu_device);
}

static GMutex tried_lock;
static GHashTable *tried; /* name -> reason, or NULL; kept for the life of the process */

/**
 * gpu_backends_leave_out:
 * @name: "CUDA", "HIP" or "Vulkan"
 * @reason: (nullable): a translated sentence, shown in place of its devices; %NULL for one that was
 *   seen to work, and need not be tried again before it is loaded
 *
 * Keeps a backend from being loaded: the doctor has seen it crash or hang. Of no effect once
 * gpu_devices() or gpu_backends() was called. Any thread.
 */
void
gpu_backends_leave_out (const char *name, const char *reason)
{
  g_return_if_fail (name != NULL);

  g_mutex_lock (&tried_lock);
  if (tried == NULL)
    tried = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (tried, g_strdup (name), g_strdup (reason));
  g_mutex_unlock (&tried_lock);
}

/**
 * gpu_registry_was_tried:
 * @name: of a backend
 * @reason: (out) (transfer full) (nullable): why it is not to be loaded; %NULL when it may be
 *
 * Returns: whether anything is known of it
 */
gboolean
gpu_registry_was_tried (const char *name, char **reason)
{
  gpointer found = NULL;
  gboolean known;

  g_mutex_lock (&tried_lock);
  known = tried != NULL && g_hash_table_lookup_extended (tried, name, NULL, &found);
  *reason = g_strdup (found);
  g_mutex_unlock (&tried_lock);
  return known;
}

/**
 * gpu_devices:
 *
 * Every device that can compute, the CPU first. The first call loads the backends, which can take
 * seconds: not on the main thread.
 *
 * Returns: (element-type GpuDevice) (transfer container): the devices; any thread
 */
GPtrArray *
gpu_devices (void)
{
  GPtrArray *devices = g_ptr_array_new_with_free_func ((GDestroyNotify) gpu_device_unref);

  ensure_registered ();
  for (guint i = 0; i < all_devices->len; i++)
    g_ptr_array_add (devices, gpu_device_ref (all_devices->pdata[i]));
  return devices;
}

/**
 * gpu_backends:
 *
 * What was looked for, and why it gives no device where it does not.
 *
 * Returns: (element-type GpuBackendStatus) (transfer container): the backends; the entries live as
 * long as the process
 */
GPtrArray *
gpu_backends (void)
{
  GPtrArray *backends = g_ptr_array_new ();

  ensure_registered ();
  for (guint i = 0; i < all_backends->len; i++)
    g_ptr_array_add (backends, all_backends->pdata[i]);
  return backends;
}
