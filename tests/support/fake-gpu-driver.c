/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gpu/doctor/probe/gpu-vulkan-api.h"

/*
 * libcuda, libnvidia-ml, libamdhip64 and libvulkan in one, that say what the environment tells
 * them, where API is CUDA, NVML, HIP or VULKAN:
 *
 *   FAKE_API_STATUS   what the first call gives; "hang" or "crash" for that
 *   FAKE_API_VERSION  of the driver
 *   FAKE_API_DEVICES  "0000:0b:00.0|Name|WORDS;…"; WORDS of CUDA: "8.6", of Vulkan any of "cpu",
 *                     "integrated", "no-half", "no-storage"
 */

/* cppcheck-suppress-file unusedFunction */

static const char *
get_setting (const char *api, const char *what)
{
  char name[64];
  const char *value;

  g_snprintf (name, sizeof name, "FAKE_%s_%s", api, what);
  value = g_getenv (name);
  return value != NULL ? value : "";
}

static int
begin (const char *api)
{
  const char *status = get_setting (api, "STATUS");

  if (strcmp (status, "crash") == 0)
    abort ();
  while (strcmp (status, "hang") == 0)
    pause ();
  return atoi (status);
}

static char **
list_devices (const char *api)
{
  const char *devices = get_setting (api, "DEVICES");

  return g_strsplit (devices, ";", *devices == '\0' ? 1 : 16);
}

static int
count_devices (const char *api)
{
  g_auto (GStrv) devices = list_devices (api);

  return (int) g_strv_length (devices);
}

/* Part @part of the line of device @index. */
static void
copy_part (const char *api, int index, int part, char *to, gsize size)
{
  g_auto (GStrv) devices = list_devices (api);
  g_auto (GStrv) parts = g_strsplit (devices[index], "|", 3);

  g_strlcpy (to, parts[part], size);
}

/* ---- CUDA and NVML ---- */

int cuInit (guint flags);
int cuDriverGetVersion (int *version);
int cuDeviceGetCount (int *count);
int cuDeviceGet (int *device, int index);
int cuDeviceGetName (char *name, int size, int device);
int cuDeviceGetAttribute (int *value, int attribute, int device);
int cuDeviceGetPCIBusId (char *address, int size, int device);
int nvmlInit_v2 (void);
int nvmlShutdown (void);

int
cuInit (guint flags)
{
  return begin ("CUDA");
}

int
cuDriverGetVersion (int *version)
{
  *version = atoi (get_setting ("CUDA", "VERSION"));
  return 0;
}

int
cuDeviceGetCount (int *count)
{
  *count = count_devices ("CUDA");
  return 0;
}

int
cuDeviceGet (int *device, int index)
{
  *device = index;
  return 0;
}

int
cuDeviceGetName (char *name, int size, int device)
{
  copy_part ("CUDA", device, 1, name, (gsize) size);
  return 0;
}

int
cuDeviceGetAttribute (int *value, int attribute, int device)
{
  char text[32];

  copy_part ("CUDA", device, 2, text, sizeof text);
  *value = atoi (attribute == 75 ? text : strchr (text, '.') + 1);
  return 0;
}

int
cuDeviceGetPCIBusId (char *address, int size, int device)
{
  copy_part ("CUDA", device, 0, address, (gsize) size);
  return 0;
}

int
nvmlInit_v2 (void)
{
  return begin ("NVML");
}

int
nvmlShutdown (void)
{
  return 0;
}

/* ---- HIP ---- */

int hipInit (guint flags);
int hipGetDeviceCount (int *count);
int hipDeviceGetName (char *name, int size, int device);
int hipDeviceGetPCIBusId (char *address, int size, int device);

int
hipInit (guint flags)
{
  return begin ("HIP");
}

int
hipGetDeviceCount (int *count)
{
  *count = count_devices ("HIP");
  return *count > 0 ? 0 : 100;
}

int
hipDeviceGetName (char *name, int size, int device)
{
  copy_part ("HIP", device, 1, name, (gsize) size);
  return 0;
}

int
hipDeviceGetPCIBusId (char *address, int size, int device)
{
  copy_part ("HIP", device, 0, address, (gsize) size);
  return 0;
}

/* ---- Vulkan ---- */

void *vkGetInstanceProcAddr (VulkanInstance instance, const char *name);

static int
create_instance (const VulkanInstanceCreateInfo *info, const void *allocator, VulkanInstance *made)
{
  *made = GINT_TO_POINTER (1);
  return begin ("VULKAN");
}

static int
enumerate (VulkanInstance instance, guint32 *n, VulkanDevice *devices)
{
  *n = (guint32) count_devices ("VULKAN");
  for (guint32 i = 0; i < *n; i++)
    devices[i] = GUINT_TO_POINTER (i + 1);
  return 0;
}

/* The structure of @type in the chain that begins with @first. */
static void *
find_in_chain (void *first, guint32 type)
{
  typedef struct
  {
    guint32 type;
    void *next;
  } Link;

  for (Link *link = first; link != NULL; link = link->next)
    if (link->type == type)
      return link;
  return NULL;
}

static void
get_properties (VulkanDevice device, VulkanProperties2 *properties)
{
  int index = GPOINTER_TO_INT (device) - 1;
  VulkanPciProperties *pci = find_in_chain (properties, VULKAN_PCI_PROPERTIES);
  VulkanDriverProperties *driver = find_in_chain (properties, VULKAN_DRIVER_PROPERTIES);
  char text[64];
  guint *parts[] = { &pci->domain, &pci->bus, &pci->device, &pci->function };
  char *at = text;

  copy_part ("VULKAN", index, 1, properties->properties.name, 256);
  g_strlcpy (driver->name, "fake", sizeof driver->name);
  copy_part ("VULKAN", index, 2, text, sizeof text);
  properties->properties.kind = strstr (text, "cpu") != NULL          ? VULKAN_TYPE_CPU
                                : strstr (text, "integrated") != NULL ? VULKAN_TYPE_INTEGRATED
                                                                      : 2;
  copy_part ("VULKAN", index, 0, text, sizeof text);
  for (int i = 0; i < 4; i++, at++)
    *parts[i] = (guint) g_ascii_strtoull (at, &at, 16);
}

static void
get_features (VulkanDevice device, VulkanFeatures2 *features)
{
  VulkanFloat16Features *half = find_in_chain (features, VULKAN_FLOAT16_FEATURES);
  VulkanStorage16Features *storage = find_in_chain (features, VULKAN_STORAGE_16_FEATURES);
  char text[64];

  copy_part ("VULKAN", GPOINTER_TO_INT (device) - 1, 2, text, sizeof text);
  half->float16 = strstr (text, "no-half") == NULL;
  storage->storage_buffer = strstr (text, "no-storage") == NULL;
}

void *
vkGetInstanceProcAddr (VulkanInstance instance, const char *name)
{
  static const struct
  {
    const char *name;
    void *function;
  } all[] = {
    { "vkCreateInstance", (void *) create_instance },
    { "vkEnumeratePhysicalDevices", (void *) enumerate },
    { "vkGetPhysicalDeviceProperties2", (void *) get_properties },
    { "vkGetPhysicalDeviceFeatures2", (void *) get_features },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (strcmp (name, all[i].name) == 0)
      return all[i].function;
  return NULL;
}
