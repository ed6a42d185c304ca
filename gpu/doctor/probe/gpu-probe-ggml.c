/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/doctor/probe/gpu-probe-main.h"

#ifdef MYNA_HAVE_GGML
#include <dlfcn.h>
#include <ggml-backend.h>
#include <string.h>

/* A backend of ggml, loaded as gpu/ggml/gpu-ggml-registry.c does it. */

/* The last complaint, for ggml says in its log only why a backend has no device. */
static char complaint[512];

static void
keep_complaint (enum ggml_log_level level, const char *text, void *data)
{
  if (level == GGML_LOG_LEVEL_WARN || level == GGML_LOG_LEVEL_ERROR)
    g_strlcpy (complaint, text, sizeof complaint);
}

static const char *
name_kind (ggml_backend_dev_t device)
{
  const char *description = ggml_backend_dev_description (device);

  if (strstr (description, "llvmpipe") != NULL || strstr (description, "SwiftShader") != NULL)
    return "software";
  return ggml_backend_dev_type (device) == GGML_BACKEND_DEVICE_TYPE_IGPU ? "integrated" : "gpu";
}

static void
add_device (JsonBuilder *json, ggml_backend_dev_t device)
{
  struct ggml_backend_dev_props properties = { 0 };

  ggml_backend_dev_get_props (device, &properties);
  json_builder_begin_object (json);
  gpu_probe_add_text (json, "name", ggml_backend_dev_description (device));
  gpu_probe_add_text (json, "kind", name_kind (device));
  gpu_probe_add_text (json, "pci", properties.device_id);
  gpu_probe_add_number (json, "free", (gint64) properties.memory_free);
  gpu_probe_add_number (json, "total", (gint64) properties.memory_total);
  json_builder_end_object (json);
}

static void
add_archs (JsonBuilder *json, ggml_backend_reg_t backend)
{
  ggml_backend_get_features_t get =
      (ggml_backend_get_features_t) ggml_backend_reg_get_proc_address (backend,
                                                                       "ggml_backend_get_features");
  const struct ggml_backend_feature *feature = get != NULL ? get (backend) : NULL;

  for (; feature != NULL && feature->name != NULL; feature++)
    if (strcmp (feature->name, "ARCHS") == 0)
      gpu_probe_add_text (json, "archs", feature->value);
}

/* The CUDA that the backend brought with it, by the libraries that are in the process now. */
static void
add_runtime (JsonBuilder *json)
{
  for (int major = 11; major < 20; major++)
    {
      g_autofree char *runtime =
          g_strdup_printf ("libcudart.so.%d%s", major, major == 11 ? ".0" : "");
      g_autofree char *blas = g_strdup_printf ("libcublas.so.%d", major);

      if (dlopen (runtime, RTLD_NOW | RTLD_NOLOAD) == NULL &&
          dlopen (blas, RTLD_NOW | RTLD_NOLOAD) == NULL)
        continue;
      gpu_probe_add_number (json, "version", major * 1000);
      return;
    }
}

/**
 * gpu_probe_ggml:
 * @json: an open object
 * @path: of the backend, libggml-cuda.so, libggml-hip.so or libggml-vulkan.so
 */
void
gpu_probe_ggml (JsonBuilder *json, const char *path)
{
  ggml_backend_reg_t backend;

  if (gpu_probe_open (json, path) == NULL)
    return;
  ggml_log_set (keep_complaint, NULL);
  backend = ggml_backend_load (path);
  if (backend == NULL)
    {
      gpu_probe_add_number (json, "status", 1); /* not one of this ggml */
      return;
    }
  add_archs (json, backend);
  add_runtime (json);
  json_builder_set_member_name (json, "devices");
  json_builder_begin_array (json);
  for (gsize i = 0; i < ggml_backend_reg_dev_count (backend); i++)
    add_device (json, ggml_backend_reg_dev_get (backend, i));
  json_builder_end_array (json);
  if (complaint[0] != '\0')
    gpu_probe_add_text (json, "log", g_strstrip (complaint));
}
#else
void
gpu_probe_ggml (JsonBuilder *json, const char *path)
{
  gpu_probe_add_text (json, "missing", path);
}
#endif
