/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/support/device-tree.h"

#include <errno.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/**
 * device_tree_new:
 *
 * Returns: (transfer full): an empty tree
 */
DeviceTree *
device_tree_new (void)
{
  DeviceTree *self = g_new0 (DeviceTree, 1);
  g_autoptr (GError) error = NULL;

  self->root = g_dir_make_tmp ("myna-tree-XXXXXX", &error);
  g_assert_no_error (error);
  device_tree_add_cpu (self);
  return self;
}

static int
remove_entry (const char *path, const struct stat *status, int kind, struct FTW *ftw)
{
  return remove (path);
}

/**
 * device_tree_remove:
 * @self: a tree
 * @path: a file or folder
 */
void
device_tree_remove (DeviceTree *self, const char *path)
{
  g_autofree char *full = g_strconcat (self->root, path, NULL);

  nftw (full, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/**
 * device_tree_free:
 * @self: (transfer full): a tree; its files go
 */
void
device_tree_free (DeviceTree *self)
{
  device_tree_remove (self, "");
  g_free (self->root);
  g_free (self);
}

static char *
make_place (DeviceTree *self, const char *path)
{
  char *full = g_strconcat (self->root, path, NULL);
  g_autofree char *folder = g_path_get_dirname (full);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  return full;
}

/**
 * device_tree_write_bytes:
 * @self: a tree
 * @path: a file; replaced when it is there
 * @data: what it holds
 * @length: bytes of @data
 */
void
device_tree_write_bytes (DeviceTree *self, const char *path, const void *data, gsize length)
{
  g_autofree char *full = make_place (self, path);
  g_autoptr (GError) error = NULL;

  unlink (full);
  g_file_set_contents_full (full, data, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
}

/**
 * device_tree_write:
 * @self: a tree
 * @path: a file; replaced when it is there
 * @text: what it says; a new line is added
 */
void
device_tree_write (DeviceTree *self, const char *path, const char *text)
{
  g_autofree char *line = g_strconcat (text, "\n", NULL);

  device_tree_write_bytes (self, path, line, strlen (line));
}

/**
 * device_tree_link:
 * @self: a tree
 * @path: where the link is
 * @target: what it says
 */
void
device_tree_link (DeviceTree *self, const char *path, const char *target)
{
  g_autofree char *full = make_place (self, path);

  unlink (full);
  g_assert_cmpint (symlink (target, full), ==, 0);
}

/**
 * device_tree_break:
 * @self: a tree
 * @path: a file
 *
 * Memory at address 0 opens and cannot be read.
 */
void
device_tree_break (DeviceTree *self, const char *path)
{
  device_tree_link (self, path, "/proc/self/mem");
}

static void
write_id (DeviceTree *self, const char *dir, const char *name, const char *format, guint value)
{
  g_autofree char *path = g_strconcat (dir, "/", name, NULL);
  g_autofree char *text = g_strcmp0 (format, "4") == 0   ? g_strdup_printf ("0x%04x", value)
                          : g_strcmp0 (format, "6") == 0 ? g_strdup_printf ("0x%06x", value)
                                                         : g_strdup_printf ("0x%02x", value);

  device_tree_write (self, path, text);
}

static void
add_node (DeviceTree *self, const DeviceTreeCard *card, const char *dir, const char *name)
{
  g_autofree char *node = g_strconcat (dir, "/drm/", name, "/dev", NULL);
  g_autofree char *parent = g_strconcat (dir, "/drm/", name, "/device", NULL);
  g_autofree char *link = g_strconcat ("/sys/class/drm/", name, NULL);
  g_autofree char *target =
      g_strdup_printf ("../../devices/pci0000:00/%s/drm/%s", card->address, name);
  g_autofree char *back = g_strconcat ("../../../", card->address, NULL);

  device_tree_write (self, node, "226:0");
  device_tree_link (self, parent, back);
  device_tree_link (self, link, target);
}

/**
 * device_tree_add_card:
 * @self: a tree
 * @card: a card
 *
 * Returns: (transfer full): its folder inside the tree
 */
char *
device_tree_add_card (DeviceTree *self, const DeviceTreeCard *card)
{
  char *dir = g_strconcat ("/sys/devices/pci0000:00/", card->address, NULL);
  g_autofree char *bus = g_strconcat ("/sys/bus/pci/devices/", card->address, NULL);
  g_autofree char *target = g_strconcat ("../../../devices/pci0000:00/", card->address, NULL);
  g_autofree char *drm = g_strdup_printf ("card%d", card->number);
  g_autofree char *render = g_strdup_printf ("renderD%d", 128 + card->number);

  write_id (self, dir, "class", "6", card->class_code);
  write_id (self, dir, "vendor", "4", card->vendor);
  write_id (self, dir, "device", "4", card->device);
  write_id (self, dir, "revision", "2", card->revision);
  if (card->driver != NULL)
    {
      g_autofree char *link = g_strconcat (dir, "/driver", NULL);
      g_autofree char *driver = g_strconcat ("../../../bus/pci/drivers/", card->driver, NULL);

      device_tree_link (self, link, driver);
    }
  if (card->number >= 0)
    {
      add_node (self, card, dir, drm);
      add_node (self, card, dir, render);
    }
  device_tree_link (self, bus, target);
  return dir;
}

/**
 * device_tree_remove_card:
 * @self: a tree
 * @card: a card that was added: it is unplugged
 */
void
device_tree_remove_card (DeviceTree *self, const DeviceTreeCard *card)
{
  g_autofree char *dir = g_strconcat ("/sys/devices/pci0000:00/", card->address, NULL);
  g_autofree char *bus = g_strconcat ("/sys/bus/pci/devices/", card->address, NULL);
  g_autofree char *drm = g_strdup_printf ("/sys/class/drm/card%d", card->number);
  g_autofree char *render = g_strdup_printf ("/sys/class/drm/renderD%d", 128 + card->number);

  device_tree_remove (self, bus);
  device_tree_remove (self, drm);
  device_tree_remove (self, render);
  device_tree_remove (self, dir);
}

/**
 * device_tree_add_cpu:
 * @self: a tree
 *
 * A processor with 16 GiB of memory, 4 of them used, as every tree has.
 */
void
device_tree_add_cpu (DeviceTree *self)
{
  device_tree_write (
      self, "/proc/cpuinfo",
      "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: Myna Test CPU 8-Core");
  device_tree_write (self, "/proc/meminfo",
                     "MemTotal:       16777216 kB\nMemFree:         1000000 kB\n"
                     "MemAvailable:   12582912 kB");
  device_tree_write (self, "/proc/stat", "cpu  1000 0 1000 8000 0 0 0 0 0 0\ncpu0 1 1 1 1");
}
