/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/doctor/probe/gpu-probe-main.h"

#include <dlfcn.h>

/* NVIDIA's driver through libcuda.so.1, and NVML for its word on versions. Declared by hand after
 * the CUDA Driver API and NVML references. */

enum
{
  ATTRIBUTE_MAJOR = 75,
  ATTRIBUTE_MINOR = 76,
};

static struct
{
  int (*init) (guint flags);
  int (*version) (int *version);
  int (*count) (int *count);
  int (*get) (int *device, int index);
  int (*name) (char *name, int size, int device);
  int (*attribute) (int *value, int attribute, int device);
  int (*pci) (char *address, int size, int device);
} cu;

static void
add_device (JsonBuilder *json, int index)
{
  char text[256] = "";
  int device, major = 0, minor = 0;

  if (cu.get == NULL || cu.get (&device, index) != 0)
    return;
  json_builder_begin_object (json);
  if (cu.name != NULL && cu.name (text, sizeof text, device) == 0)
    gpu_probe_add_text (json, "name", text);
  if (cu.pci != NULL && cu.pci (text, sizeof text, device) == 0)
    gpu_probe_add_text (json, "pci", text);
  if (cu.attribute != NULL && cu.attribute (&major, ATTRIBUTE_MAJOR, device) == 0 &&
      cu.attribute (&minor, ATTRIBUTE_MINOR, device) == 0)
    {
      g_autofree char *arch = g_strdup_printf ("%d.%d", major, minor);

      gpu_probe_add_text (json, "arch", arch);
    }
  json_builder_end_object (json);
}

static void
ask_nvml (JsonBuilder *json, const char *name)
{
  void *library = dlopen (name, RTLD_NOW | RTLD_LOCAL);
  int (*init) (void) = library != NULL ? dlsym (library, "nvmlInit_v2") : NULL;
  int (*end) (void) = library != NULL ? dlsym (library, "nvmlShutdown") : NULL;
  int status;

  if (init == NULL)
    return;
  status = init ();
  gpu_probe_add_number (json, "nvml", status);
  if (status == 0 && end != NULL)
    end ();
}

static void
load (void *library)
{
  cu.init = dlsym (library, "cuInit");
  cu.version = dlsym (library, "cuDriverGetVersion");
  cu.count = dlsym (library, "cuDeviceGetCount");
  cu.get = dlsym (library, "cuDeviceGet");
  cu.name = dlsym (library, "cuDeviceGetName");
  cu.attribute = dlsym (library, "cuDeviceGetAttribute");
  cu.pci = dlsym (library, "cuDeviceGetPCIBusId");
}

/**
 * gpu_probe_cuda:
 * @json: an open object
 * @libcuda: name or path of libcuda.so.1
 * @libnvml: of libnvidia-ml.so.1
 */
void
gpu_probe_cuda (JsonBuilder *json, const char *libcuda, const char *libnvml)
{
  void *library = gpu_probe_open (json, libcuda);
  int status, version = 0, count = 0;

  if (library == NULL)
    return;
  load (library);
  if (cu.init == NULL || cu.count == NULL)
    {
      gpu_probe_add_text (json, "missing", "cuInit");
      return;
    }
  gpu_probe_add_file (json, (void *) cu.init);
  ask_nvml (json, libnvml);
  if (cu.version != NULL && cu.version (&version) == 0)
    gpu_probe_add_number (json, "version", version);
  status = cu.init (0);
  if (status == 0)
    status = cu.count (&count);
  gpu_probe_add_number (json, "status", status);
  json_builder_set_member_name (json, "devices");
  json_builder_begin_array (json);
  for (int i = 0; status == 0 && i < count; i++)
    add_device (json, i);
  json_builder_end_array (json);
}
