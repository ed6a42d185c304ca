/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DeviceTree:
 *
 * A made-up /sys and /proc in a temporary folder, for the telemetry and the doctor.
 */
typedef struct
{
  char *root;
} DeviceTree;

DeviceTree *device_tree_new (void);
void device_tree_free (DeviceTree *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DeviceTree, device_tree_free)

/* Files, with their folders; a path is absolute inside the tree. */
void device_tree_write (DeviceTree *self, const char *path, const char *text);
void device_tree_write_bytes (DeviceTree *self, const char *path, const void *data, gsize length);
void device_tree_link (DeviceTree *self, const char *path, const char *target);
/* Reading it gives EIO. */
void device_tree_break (DeviceTree *self, const char *path);
void device_tree_remove (DeviceTree *self, const char *path);

/**
 * DeviceTreeCard:
 *
 * A card on the PCI bus. @driver and @number may be absent (%NULL, -1): no driver, no DRM nodes.
 */
typedef struct
{
  const char *address;
  guint class_code;
  guint vendor;
  guint device;
  guint revision;
  const char *driver;
  int number; /* card0 and renderD128 for 0 */
} DeviceTreeCard;

/* (transfer full): the card's folder, "/sys/devices/pci0000:00/0000:0b:00.0". */
char *device_tree_add_card (DeviceTree *self, const DeviceTreeCard *card);
void device_tree_remove_card (DeviceTree *self, const DeviceTreeCard *card);
void device_tree_add_cpu (DeviceTree *self);

G_END_DECLS
