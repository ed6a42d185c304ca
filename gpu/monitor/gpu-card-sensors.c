/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/monitor/gpu-card-sensors.h"

#include <glib/gi18n-lib.h>

#define CLASS_BRIDGE 0x0604

/**
 * gpu_card_find_hwmon:
 * @card: a card
 * @sysfs: the kernel's files
 *
 * Returns: (transfer full) (nullable): the folder of its sensors
 */
char *
gpu_card_find_hwmon (const GpuCard *card, GpuSysfs *sysfs)
{
  g_autofree char *dir = g_strconcat (card->dir, "/hwmon", NULL);
  g_auto (GStrv) names = gpu_sysfs_list (sysfs, dir);

  return names[0] != NULL ? g_strconcat (dir, "/", names[0], NULL) : NULL;
}

/**
 * gpu_card_find_link:
 * @card: a card
 * @sysfs: the kernel's files
 *
 * Graphics cards of AMD and Intel have a switch on them: the function that draws hangs on a link
 * inside the chip that is always at its widest, and the one into the machine is that of the
 * switch's upper end, a bridge of the same vendor.
 *
 * Returns: (transfer full): the folder whose current_link_speed counts
 */
char *
gpu_card_find_link (const GpuCard *card, GpuSysfs *sysfs)
{
  char *dir = g_strdup (card->dir);

  for (int up = 0; up < 2; up++)
    {
      g_autofree char *parent = g_strconcat (dir, "/..", NULL);
      gint64 vendor, class_code;

      if (!gpu_sysfs_read_number (sysfs, parent, "vendor", &vendor) || vendor != card->vendor ||
          !gpu_sysfs_read_number (sysfs, parent, "class", &class_code) ||
          class_code >> 8 != CLASS_BRIDGE)
        break;
      g_free (dir);
      dir = g_steal_pointer (&parent);
    }
  return dir;
}

/* From "16.0 GT/s PCIe"; PCI Express Base Specification, one generation a doubling. */
static int
get_generation (double speed)
{
  static const double speeds[] = { 2.5, 5, 8, 16, 32, 64, 128 };

  for (guint i = 0; i < G_N_ELEMENTS (speeds); i++)
    if (speed <= speeds[i] + 0.5)
      return (int) i + 1;
  return 0;
}

static void
add_generation (
    GpuSample *sample, GpuField field, GpuSysfs *sysfs, const char *link, const char *name)
{
  g_autofree char *text = gpu_sysfs_read_in (sysfs, link, name);
  double speed = text != NULL ? g_ascii_strtod (text, NULL) : 0;
  int generation = get_generation (speed);

  if (speed > 0 && generation > 0)
    gpu_sample_set (sample, field, generation);
}

static void
add_width (GpuSample *sample, GpuField field, GpuSysfs *sysfs, const char *link, const char *name)
{
  gint64 width;

  /* 0 and 255 stand for a link that is not known. */
  if (gpu_sysfs_read_number (sysfs, link, name, &width) && width > 0 && width <= 32)
    gpu_sample_set (sample, field, (double) width);
}

/**
 * gpu_card_add_link:
 * @sample: a new sample
 * @sysfs: the kernel's files
 * @link: of gpu_card_find_link()
 *
 * Adds the generation and the width of the link into the machine.
 */
void
gpu_card_add_link (GpuSample *sample, GpuSysfs *sysfs, const char *link)
{
  add_generation (sample, GPU_FIELD_PCIE_GENERATION, sysfs, link, "current_link_speed");
  add_generation (sample, GPU_FIELD_PCIE_GENERATION_MAX, sysfs, link, "max_link_speed");
  add_width (sample, GPU_FIELD_PCIE_WIDTH, sysfs, link, "current_link_width");
  add_width (sample, GPU_FIELD_PCIE_WIDTH_MAX, sysfs, link, "max_link_width");
}

/**
 * gpu_sample_add_number:
 * @sample: a new sample
 * @field: a field
 * @sysfs: the kernel's files
 * @dir: (nullable): a folder
 * @name: the file with the number
 * @unit: what one of the file is in the field's unit
 *
 * Adds what a file says, if it does and the field is not known yet.
 */
void
gpu_sample_add_number (GpuSample *sample,
                       GpuField field,
                       GpuSysfs *sysfs,
                       const char *dir,
                       const char *name,
                       double unit)
{
  gint64 number;

  if (dir != NULL && !gpu_sample_has (sample, field) &&
      gpu_sysfs_read_number (sysfs, dir, name, &number))
    gpu_sample_set (sample, field, (double) number * unit);
}

/**
 * gpu_sample_has:
 *
 * Returns: whether @field is known
 */
gboolean
gpu_sample_has (GpuSample *sample, GpuField field)
{
  double value;

  return gpu_sample_get (sample, field, &value);
}

/**
 * gpu_sample_set_missing:
 * @sample: a new sample
 * @field: a field
 * @value: taken when the field is not known yet
 */
void
gpu_sample_set_missing (GpuSample *sample, GpuField field, double value)
{
  if (!gpu_sample_has (sample, field))
    gpu_sample_set (sample, field, value);
}

/**
 * gpu_sample_set_suspended:
 * @sample: a new sample
 *
 * The card sleeps; it was not asked anything.
 */
void
gpu_sample_set_suspended (GpuSample *sample)
{
  gpu_sample_set_state (sample, GPU_STATE_SUSPENDED,
                        _ ("The card sleeps to save power; it wakes when a program uses it."));
}
