/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/doctor/probe/gpu-probe-main.h"
#include "gpu/doctor/probe/gpu-vulkan-api.h"

#include <dlfcn.h>

/* The Vulkan loader and all drivers that it finds. */

#define MAX_DEVICES 64

static struct
{
  void *(*get) (VulkanInstance instance, const char *name);
  int (*enumerate) (VulkanInstance instance, guint32 *n, VulkanDevice *devices);
  void (*properties) (VulkanDevice device, VulkanProperties2 *properties);
  void (*features) (VulkanDevice device, VulkanFeatures2 *features);
} vk;

static const char *
name_kind (guint32 kind)
{
  return kind == VULKAN_TYPE_CPU          ? "software"
         : kind == VULKAN_TYPE_INTEGRATED ? "integrated"
                                          : "gpu";
}

static void
add_features (JsonBuilder *json, VulkanDevice device)
{
  VulkanStorage16Features storage = { .type = VULKAN_STORAGE_16_FEATURES };
  VulkanFloat16Features half = { .type = VULKAN_FLOAT16_FEATURES, .next = &storage };
  VulkanFeatures2 features = { .type = VULKAN_FEATURES_2, .next = &half };

  vk.features (device, &features);
  json_builder_set_member_name (json, "half");
  json_builder_add_boolean_value (json, half.float16 != 0);
  json_builder_set_member_name (json, "half-storage");
  json_builder_add_boolean_value (json, storage.storage_buffer != 0);
}

static void
add_device (JsonBuilder *json, VulkanDevice device)
{
  VulkanPciProperties pci = { .type = VULKAN_PCI_PROPERTIES, .domain = G_MAXUINT32 };
  VulkanDriverProperties driver = { .type = VULKAN_DRIVER_PROPERTIES, .next = &pci };
  VulkanProperties2 properties = { .type = VULKAN_PROPERTIES_2, .next = &driver };

  vk.properties (device, &properties);
  json_builder_begin_object (json);
  properties.properties.name[sizeof properties.properties.name - 1] = '\0';
  driver.name[sizeof driver.name - 1] = '\0';
  gpu_probe_add_text (json, "name", properties.properties.name);
  gpu_probe_add_text (json, "driver", driver.name);
  gpu_probe_add_text (json, "kind", name_kind (properties.properties.kind));
  if (pci.domain != G_MAXUINT32 && properties.properties.kind != VULKAN_TYPE_CPU)
    {
      g_autofree char *address =
          g_strdup_printf ("%04x:%02x:%02x.%x", pci.domain, pci.bus, pci.device, pci.function);

      gpu_probe_add_text (json, "pci", address);
    }
  if (vk.features != NULL)
    add_features (json, device);
  json_builder_end_object (json);
}

static int
make_instance (VulkanInstance *instance)
{
  int (*create) (const VulkanInstanceCreateInfo *info, const void *allocator,
                 VulkanInstance *made) = vk.get (NULL, "vkCreateInstance");
  const VulkanApplicationInfo application = { .type = VULKAN_APPLICATION_INFO,
                                              .name = "myna-gpu-probe",
                                              .api = VULKAN_API_1_2 };
  const VulkanInstanceCreateInfo info = { .type = VULKAN_INSTANCE_CREATE_INFO,
                                          .application = &application };

  return create != NULL ? create (&info, NULL, instance) : -1;
}

/**
 * gpu_probe_vulkan:
 * @json: an open object
 * @name: name or path of libvulkan.so.1
 */
void
gpu_probe_vulkan (JsonBuilder *json, const char *name)
{
  void *library = gpu_probe_open (json, name);
  VulkanDevice devices[MAX_DEVICES];
  guint32 n = MAX_DEVICES;
  VulkanInstance instance = NULL;
  int status;

  if (library == NULL)
    return;
  vk.get = dlsym (library, "vkGetInstanceProcAddr");
  if (vk.get == NULL)
    {
      gpu_probe_add_text (json, "missing", "vkGetInstanceProcAddr");
      return;
    }
  gpu_probe_add_file (json, (void *) vk.get);
  status = make_instance (&instance);
  gpu_probe_add_number (json, "status", status);
  if (status != 0)
    return;
  vk.enumerate = vk.get (instance, "vkEnumeratePhysicalDevices");
  vk.properties = vk.get (instance, "vkGetPhysicalDeviceProperties2");
  vk.features = vk.get (instance, "vkGetPhysicalDeviceFeatures2");
  if (vk.enumerate == NULL || vk.properties == NULL || vk.enumerate (instance, &n, devices) < 0)
    return;
  json_builder_set_member_name (json, "devices");
  json_builder_begin_array (json);
  for (guint32 i = 0; i < MIN (n, MAX_DEVICES); i++)
    add_device (json, devices[i]);
  json_builder_end_array (json);
}
