/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/monitor/gpu-field.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static const GpuFieldInfo fields[GPU_N_FIELDS] = {
  [GPU_FIELD_UTILISATION] = { "utilisation", N_ ("Utilisation"), GPU_UNIT_PERCENT },
  [GPU_FIELD_MEMORY_UTILISATION] = { "memory-utilisation", N_ ("Memory bus utilisation"),
                                     GPU_UNIT_PERCENT },
  [GPU_FIELD_ENCODER] = { "encoder", N_ ("Video encoder"), GPU_UNIT_PERCENT },
  [GPU_FIELD_DECODER] = { "decoder", N_ ("Video decoder"), GPU_UNIT_PERCENT },
  [GPU_FIELD_MEMORY_USED] = { "memory-used", N_ ("Memory used"), GPU_UNIT_BYTES },
  [GPU_FIELD_MEMORY_TOTAL] = { "memory-total", N_ ("Memory"), GPU_UNIT_BYTES },
  [GPU_FIELD_MEMORY_OWN] = { "memory-own", N_ ("Memory used by Myna"), GPU_UNIT_BYTES },
  [GPU_FIELD_SHARED_USED] = { "shared-used", N_ ("Shared memory used"), GPU_UNIT_BYTES },
  [GPU_FIELD_SHARED_TOTAL] = { "shared-total", N_ ("Shared memory"), GPU_UNIT_BYTES },
  [GPU_FIELD_TEMPERATURE] = { "temperature", N_ ("Temperature"), GPU_UNIT_CELSIUS },
  [GPU_FIELD_TEMPERATURE_HOTSPOT] = { "temperature-hotspot", N_ ("Temperature of the hottest spot"),
                                      GPU_UNIT_CELSIUS },
  [GPU_FIELD_TEMPERATURE_MEMORY] = { "temperature-memory", N_ ("Temperature of the memory"),
                                     GPU_UNIT_CELSIUS },
  [GPU_FIELD_TEMPERATURE_SLOWDOWN] = { "temperature-slowdown",
                                       N_ ("Temperature at which it slows down"),
                                       GPU_UNIT_CELSIUS },
  [GPU_FIELD_TEMPERATURE_SHUTDOWN] = { "temperature-shutdown",
                                       N_ ("Temperature at which it switches off"),
                                       GPU_UNIT_CELSIUS },
  [GPU_FIELD_POWER] = { "power", N_ ("Power"), GPU_UNIT_WATT },
  [GPU_FIELD_POWER_CAP] = { "power-cap", N_ ("Power limit"), GPU_UNIT_WATT },
  [GPU_FIELD_ENERGY] = { "energy", N_ ("Energy"), GPU_UNIT_JOULE },
  [GPU_FIELD_CLOCK_CORE] = { "clock-core", N_ ("Core clock"), GPU_UNIT_MEGAHERTZ },
  [GPU_FIELD_CLOCK_CORE_MAX] = { "clock-core-max", N_ ("Highest core clock"), GPU_UNIT_MEGAHERTZ },
  [GPU_FIELD_CLOCK_MEMORY] = { "clock-memory", N_ ("Memory clock"), GPU_UNIT_MEGAHERTZ },
  [GPU_FIELD_CLOCK_MEMORY_MAX] = { "clock-memory-max", N_ ("Highest memory clock"),
                                   GPU_UNIT_MEGAHERTZ },
  [GPU_FIELD_CLOCK_VIDEO] = { "clock-video", N_ ("Video clock"), GPU_UNIT_MEGAHERTZ },
  [GPU_FIELD_FAN] = { "fan", N_ ("Fan"), GPU_UNIT_PERCENT },
  [GPU_FIELD_FAN_SPEED] = { "fan-speed", N_ ("Fan speed"), GPU_UNIT_RPM },
  [GPU_FIELD_PCIE_GENERATION] = { "pcie-generation", N_ ("PCIe generation"), GPU_UNIT_GENERATION },
  [GPU_FIELD_PCIE_GENERATION_MAX] = { "pcie-generation-max", N_ ("Highest PCIe generation"),
                                      GPU_UNIT_GENERATION },
  [GPU_FIELD_PCIE_WIDTH] = { "pcie-width", N_ ("PCIe lanes"), GPU_UNIT_LANES },
  [GPU_FIELD_PCIE_WIDTH_MAX] = { "pcie-width-max", N_ ("Most PCIe lanes"), GPU_UNIT_LANES },
  [GPU_FIELD_PCIE_RECEIVED] = { "pcie-received", N_ ("PCIe received"), GPU_UNIT_BYTES_PER_SECOND },
  [GPU_FIELD_PCIE_SENT] = { "pcie-sent", N_ ("PCIe sent"), GPU_UNIT_BYTES_PER_SECOND },
};

/**
 * gpu_field_info:
 * @field: a field
 *
 * Returns: (transfer none): its key, untranslated name and unit
 */
const GpuFieldInfo *
gpu_field_info (GpuField field)
{
  g_return_val_if_fail ((guint) field < GPU_N_FIELDS, NULL);

  return &fields[field];
}

/**
 * gpu_field_get_name:
 * @field: a field
 *
 * Returns: (transfer none): its translated name
 */
const char *
gpu_field_get_name (GpuField field)
{
  g_return_val_if_fail ((guint) field < GPU_N_FIELDS, NULL);

  return _ (fields[field].name);
}

/**
 * gpu_field_find:
 * @key: a key, as in a recording
 * @field: (out): the field
 *
 * Returns: whether there is one
 */
gboolean
gpu_field_find (const char *key, GpuField *field)
{
  g_return_val_if_fail (key != NULL && field != NULL, FALSE);

  for (guint i = 0; i < GPU_N_FIELDS; i++)
    if (strcmp (fields[i].key, key) == 0)
      {
        *field = (GpuField) i;
        return TRUE;
      }
  return FALSE;
}

static char *
format_bytes (double value)
{
  return g_format_size ((guint64) CLAMP (value, 0, 1e18));
}

/* Grouped digits ("2,430") are the C library's business; g_format_size() does the same. */
static char *
format_with_unit (GpuUnit unit, double value)
{
  g_autofree char *size = NULL;

  switch (unit)
    {
    case GPU_UNIT_PERCENT:
      return g_strdup_printf (_ ("%.0f %%"), value);
    case GPU_UNIT_CELSIUS:
      return g_strdup_printf (_ ("%.0f °C"), value);
    case GPU_UNIT_WATT:
      return g_strdup_printf (_ ("%.0f W"), value);
    case GPU_UNIT_JOULE:
      return g_strdup_printf (_ ("%'.0f J"), value);
    case GPU_UNIT_MEGAHERTZ:
      return g_strdup_printf (_ ("%'.0f MHz"), value);
    case GPU_UNIT_RPM:
      return g_strdup_printf (_ ("%'.0f rpm"), value);
    case GPU_UNIT_LANES:
      return g_strdup_printf ("×%.0f", value);
    case GPU_UNIT_GENERATION:
      return g_strdup_printf ("%.0f", value);
    case GPU_UNIT_BYTES_PER_SECOND:
      size = format_bytes (value);
      return g_strdup_printf (_ ("%s/s"), size);
    case GPU_UNIT_BYTES:
    default:
      return format_bytes (value);
    }
}

/**
 * gpu_field_format:
 * @field: a field
 * @value: in its unit
 *
 * Returns: (transfer full): for people, with the unit: "1.4 GB", "63 °C", "185 W", "2,430 MHz"
 */
char *
gpu_field_format (GpuField field, double value)
{
  g_return_val_if_fail ((guint) field < GPU_N_FIELDS, NULL);

  return isfinite (value) ? format_with_unit (fields[field].unit, value) : g_strdup ("—");
}
