/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * As much of Vulkan's interface as the probe needs, declared by hand after the specification
 * (registry 1.3), so that neither its headers nor its loader are needed to build Myna. Limits and
 * features that are not read are room only.
 */

typedef struct _VulkanInstance *VulkanInstance;
typedef struct _VulkanDevice *VulkanDevice; /* a physical one */

enum
{
  VULKAN_APPLICATION_INFO = 0,
  VULKAN_INSTANCE_CREATE_INFO = 1,
  VULKAN_FEATURES_2 = 1000059000,
  VULKAN_PROPERTIES_2 = 1000059001,
  VULKAN_FLOAT16_FEATURES = 1000082000,
  VULKAN_STORAGE_16_FEATURES = 1000083000,
  VULKAN_DRIVER_PROPERTIES = 1000196000,
  VULKAN_PCI_PROPERTIES = 1000212000,
};

#define VULKAN_API_1_2 (1u << 22 | 2u << 12)
#define VULKAN_TYPE_INTEGRATED 1
#define VULKAN_TYPE_CPU 4

typedef struct
{
  guint32 type;
  const void *next;
  const char *name;
  guint32 version;
  const char *engine_name;
  guint32 engine_version;
  guint32 api;
} VulkanApplicationInfo;

typedef struct
{
  guint32 type;
  const void *next;
  guint32 flags;
  const VulkanApplicationInfo *application;
  guint32 n_layers;
  const char *const *layers;
  guint32 n_extensions;
  const char *const *extensions;
} VulkanInstanceCreateInfo;

typedef struct
{
  guint32 type;
  void *next;
  guint32 domain, bus, device, function;
} VulkanPciProperties;

typedef struct
{
  guint32 type;
  void *next;
  guint32 id;
  char name[256];
  char information[256];
  guint8 conformance[4];
} VulkanDriverProperties;

typedef struct
{
  guint32 type;
  void *next;
  struct
  {
    guint32 api, driver, vendor, device, kind;
    char name[256];
    guint8 cache_id[16];
    guint64 room[128]; /* limits and sparse properties: 524 bytes in version 1.3 */
  } properties;
} VulkanProperties2;

typedef struct
{
  guint32 type;
  void *next;
  guint32 storage_buffer, uniform_and_storage_buffer, push_constant, input_output;
} VulkanStorage16Features;

typedef struct
{
  guint32 type;
  void *next;
  guint32 float16, int8;
} VulkanFloat16Features;

typedef struct
{
  guint32 type;
  void *next;
  guint32 room[128]; /* 55 booleans in version 1.3 */
} VulkanFeatures2;

G_END_DECLS
