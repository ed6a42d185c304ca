/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/doctor/probe/gpu-probe-main.h"

#include <dlfcn.h>

/* AMD's ROCm through libamdhip64. Declared by hand after the HIP reference; only functions whose
 * types have stayed the same since version 5. */

static struct
{
  int (*init) (guint flags);
  int (*count) (int *count);
  int (*name) (char *name, int size, int device);
  int (*pci) (char *address, int size, int device);
} hip;

static void
add_device (JsonBuilder *json, int device)
{
  char text[256] = "";

  json_builder_begin_object (json);
  if (hip.name != NULL && hip.name (text, sizeof text, device) == 0)
    gpu_probe_add_text (json, "name", text);
  if (hip.pci != NULL && hip.pci (text, sizeof text, device) == 0)
    gpu_probe_add_text (json, "pci", text);
  json_builder_end_object (json);
}

/**
 * gpu_probe_hip:
 * @json: an open object
 * @names: (array zero-terminated=1): of the library, the first that can be opened is taken
 */
void
gpu_probe_hip (JsonBuilder *json, char **names)
{
  void *library = NULL;
  int status, count = 0;

  for (int i = 0; names[i] != NULL && library == NULL; i++)
    library = names[i + 1] != NULL ? dlopen (names[i], RTLD_NOW | RTLD_LOCAL)
                                   : gpu_probe_open (json, names[i]);
  if (library == NULL)
    return;
  hip.init = dlsym (library, "hipInit");
  hip.count = dlsym (library, "hipGetDeviceCount");
  hip.name = dlsym (library, "hipDeviceGetName");
  hip.pci = dlsym (library, "hipDeviceGetPCIBusId");
  if (hip.init == NULL || hip.count == NULL)
    {
      gpu_probe_add_text (json, "missing", "hipInit");
      return;
    }
  gpu_probe_add_file (json, (void *) hip.init);
  status = hip.init (0);
  if (status == 0)
    status = hip.count (&count);
  gpu_probe_add_number (json, "status", status);
  json_builder_set_member_name (json, "devices");
  json_builder_begin_array (json);
  for (int i = 0; status == 0 && i < count; i++)
    add_device (json, i);
  json_builder_end_array (json);
}
