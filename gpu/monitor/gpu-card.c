/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/monitor/gpu-card.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PCI_DEVICES "/sys/bus/pci/devices"

/* PCI classes, from the PCI Code and ID Assignment specification. */
#define CLASS_DISPLAY 0x03
#define CLASS_ACCELERATOR 0x12

/**
 * gpu_card_free:
 * @self: (transfer full): a card
 */
void
gpu_card_free (GpuCard *self)
{
  g_free (self->address);
  g_free (self->dir);
  g_free (self->card);
  g_free (self->render_node);
  g_free (self->driver);
  g_free (self);
}

static guint32
read_id (GpuSysfs *sysfs, const char *dir, const char *name)
{
  gint64 value;

  return gpu_sysfs_read_number (sysfs, dir, name, &value) && value > 0 && value <= G_MAXUINT32
             ? (guint32) value
             : 0;
}

/* Intel's accelerators of that class are for neural networks only (VPU), not graphics cards. */
static gboolean
is_graphics (guint32 class_code, guint16 vendor)
{
  guint base = class_code >> 16;

  return (base == CLASS_DISPLAY &&
          (vendor == GPU_PCI_NVIDIA || vendor == GPU_PCI_AMD || vendor == GPU_PCI_INTEL)) ||
         (base == CLASS_ACCELERATOR && (vendor == GPU_PCI_NVIDIA || vendor == GPU_PCI_AMD));
}

static void
find_nodes (GpuCard *self, GpuSysfs *sysfs)
{
  g_autofree char *dir = g_strconcat (self->dir, "/drm", NULL);
  g_auto (GStrv) names = gpu_sysfs_list (sysfs, dir);

  for (guint i = 0; names[i] != NULL; i++)
    if (self->card == NULL && g_str_has_prefix (names[i], "card") && strchr (names[i], '-') == NULL)
      self->card = g_strdup (names[i]);
    else if (self->render_node == NULL && g_str_has_prefix (names[i], "renderD"))
      self->render_node = g_strconcat ("/dev/dri/", names[i], NULL);
}

static GpuCard *
read_card (GpuSysfs *sysfs, const char *address)
{
  g_autofree char *dir = g_strconcat (PCI_DEVICES, "/", address, NULL);
  g_autofree char *driver = g_strconcat (dir, "/driver", NULL);
  guint32 class_code = read_id (sysfs, dir, "class");
  guint16 vendor = (guint16) read_id (sysfs, dir, "vendor");
  GpuCard *self;

  if (!is_graphics (class_code, vendor))
    return NULL;
  self = g_new0 (GpuCard, 1);
  self->address = g_strdup (address);
  self->driver = gpu_sysfs_read_link_name (sysfs, driver);
  self->class_code = class_code;
  self->vendor = vendor;
  self->device = (guint16) read_id (sysfs, dir, "device");
  self->subsystem_vendor = (guint16) read_id (sysfs, dir, "subsystem_vendor");
  self->subsystem_device = (guint16) read_id (sysfs, dir, "subsystem_device");
  self->revision = (guint8) read_id (sysfs, dir, "revision");
  self->boot = read_id (sysfs, dir, "boot_vga") == 1;
  self->dir = g_steal_pointer (&dir);
  find_nodes (self, sysfs);
  return self;
}

/**
 * gpu_cards_list:
 * @sysfs: the kernel's files
 *
 * Returns: (transfer container) (element-type GpuCard): the graphics cards, by address
 */
GPtrArray *
gpu_cards_list (GpuSysfs *sysfs)
{
  GPtrArray *cards = g_ptr_array_new_with_free_func ((GDestroyNotify) gpu_card_free);
  g_auto (GStrv) addresses = NULL;

  g_return_val_if_fail (sysfs != NULL, cards);

  addresses = gpu_sysfs_list (sysfs, PCI_DEVICES);
  for (guint i = 0; addresses[i] != NULL; i++)
    {
      GpuCard *card = read_card (sysfs, addresses[i]);

      if (card != NULL)
        g_ptr_array_add (cards, card);
    }
  return cards;
}

/**
 * gpu_cards_fingerprint:
 * @sysfs: the kernel's files
 *
 * Three folders are read rather than some files of every PCI device. A driver that is bound or
 * unbound makes or removes entries of /sys/class/drm; one that does not is seen when it is loaded.
 *
 * Returns: (transfer full): text that is the same as long as gpu_cards_list() gives the same
 */
char *
gpu_cards_fingerprint (GpuSysfs *sysfs)
{
  g_auto (GStrv) devices = gpu_sysfs_list (sysfs, PCI_DEVICES);
  g_auto (GStrv) nodes = gpu_sysfs_list (sysfs, "/sys/class/drm");
  g_auto (GStrv) drivers = gpu_sysfs_list (sysfs, "/sys/bus/pci/drivers");
  g_autofree char *a = g_strjoinv (" ", devices);
  g_autofree char *b = g_strjoinv (" ", nodes);
  g_autofree char *c = g_strjoinv (" ", drivers);

  return g_strconcat (a, "\n", b, "\n", c, NULL);
}

/**
 * gpu_card_is_suspended:
 * @self: a card
 * @sysfs: the kernel's files
 *
 * Reading sensors would wake it (spec gpu-telemetry 2, "Pitfalls"); this does not.
 *
 * Returns: whether it sleeps, or is falling asleep
 */
gboolean
gpu_card_is_suspended (const GpuCard *self, GpuSysfs *sysfs)
{
  g_autofree char *status = gpu_sysfs_read_in (sysfs, self->dir, "power/runtime_status");

  return status != NULL && g_str_has_prefix (status, "suspend");
}

/* Calls @match with each line of a text file under the root until it gives a name. */
static char *
search_lines (GpuSysfs *sysfs,
              const char *path,
              char *(*match) (char *line, const GpuCard *card, gboolean *inside),
              const GpuCard *card)
{
  int fd = gpu_sysfs_open (sysfs, path, O_RDONLY);
  FILE *file = fd < 0 ? NULL : fdopen (fd, "r");
  char line[512];
  char *name = NULL;
  gboolean inside = FALSE;

  if (file == NULL && fd >= 0)
    close (fd);
  if (file == NULL)
    return NULL;
  while (name == NULL && fgets (line, sizeof line, file) != NULL)
    name = match (line, card, &inside);
  fclose (file);
  return name;
}

/* Of libdrm's amdgpu.ids: "744C,	C8,	AMD Radeon RX 7900 XTX". */
static char *
match_amdgpu_ids (char *line, const GpuCard *card, gboolean *inside)
{
  g_auto (GStrv) parts = NULL;

  if (line[0] == '#')
    return NULL;
  parts = g_strsplit (line, ",", 3);
  if (g_strv_length (parts) < 3 || g_ascii_strtoull (parts[0], NULL, 16) != card->device ||
      g_ascii_strtoull (parts[1], NULL, 16) != card->revision)
    return NULL;
  return g_utf8_make_valid (g_strstrip (parts[2]), -1);
}

/* Of pci.ids: a line for the vendor, then "<tab>744c  Navi 31 [Radeon RX 7900 XT/7900 XTX]". */
static char *
match_pci_ids (char *line, const GpuCard *card, gboolean *inside)
{
  char *end = NULL;
  guint64 id;

  if (g_ascii_isxdigit (line[0]))
    {
      *inside = g_ascii_strtoull (line, NULL, 16) == card->vendor;
      return NULL;
    }
  if (!*inside || line[0] != '\t' || !g_ascii_isxdigit (line[1]))
    return NULL;
  id = g_ascii_strtoull (line + 1, &end, 16);
  return id == card->device ? g_utf8_make_valid (g_strstrip (end), -1) : NULL;
}

static const char *
get_vendor_name (guint16 vendor)
{
  return vendor == GPU_PCI_NVIDIA ? "NVIDIA" : vendor == GPU_PCI_AMD ? "AMD" : "Intel";
}

/* "Navi 31 [Radeon RX 7900 XTX]" is known to people by what is in brackets. */
static char *
shorten (char *name, const char *vendor)
{
  char *open = strrchr (name, '[');
  char *close = strrchr (name, ']');
  char *full;

  if (open != NULL && close != NULL && close > open + 1)
    {
      *close = '\0';
      full = g_strconcat (vendor, " ", open + 1, NULL);
    }
  else if (g_str_has_prefix (name, vendor))
    return name;
  else
    full = g_strconcat (vendor, " ", name, NULL);
  g_free (name);
  return full;
}

/**
 * gpu_card_dup_name:
 * @self: a card
 * @sysfs: the kernel's files
 *
 * Names come from files of the system, since the kernel knows only numbers.
 *
 * Returns: (transfer full): such as "AMD Radeon RX 7900 XTX", or "AMD graphics card [1002:744c]"
 * when no list has it
 */
char *
gpu_card_dup_name (const GpuCard *self, GpuSysfs *sysfs)
{
  static const char *const lists[] = { "/usr/share/hwdata/pci.ids", "/usr/share/misc/pci.ids" };
  const char *vendor = get_vendor_name (self->vendor);
  char *name = NULL;

  if (self->vendor == GPU_PCI_AMD)
    name = search_lines (sysfs, "/usr/share/libdrm/amdgpu.ids", match_amdgpu_ids, self);
  if (name != NULL)
    return name;
  for (guint i = 0; name == NULL && i < G_N_ELEMENTS (lists); i++)
    name = search_lines (sysfs, lists[i], match_pci_ids, self);
  if (name != NULL)
    return shorten (name, vendor);
  /* Translators: a maker, and the numbers by which a search finds the card */
  return g_strdup_printf (_ ("%1$s graphics card [%2$04x:%3$04x]"), vendor, self->vendor,
                          self->device);
}
