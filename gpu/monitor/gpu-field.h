/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * GpuUnit:
 *
 * In what a value is counted; always the unit itself, never a multiple.
 */
typedef enum
{
  GPU_UNIT_PERCENT,
  GPU_UNIT_BYTES,
  GPU_UNIT_CELSIUS,
  GPU_UNIT_WATT,
  GPU_UNIT_JOULE,
  GPU_UNIT_MEGAHERTZ,
  GPU_UNIT_RPM,
  GPU_UNIT_GENERATION,
  GPU_UNIT_LANES,
  GPU_UNIT_BYTES_PER_SECOND,
} GpuUnit;

/**
 * GpuField:
 * @GPU_FIELD_MEMORY_OWN: what this process holds of the device's memory
 * @GPU_FIELD_SHARED_USED: the system's memory that the GPU uses (AMD's GTT)
 * @GPU_FIELD_ENERGY: since the driver was loaded
 *
 * One number that a device may tell. Recordings and `myna monitor --json` name it by its key.
 */
typedef enum
{
  GPU_FIELD_UTILISATION,
  GPU_FIELD_MEMORY_UTILISATION,
  GPU_FIELD_ENCODER,
  GPU_FIELD_DECODER,
  GPU_FIELD_MEMORY_USED,
  GPU_FIELD_MEMORY_TOTAL,
  GPU_FIELD_MEMORY_OWN,
  GPU_FIELD_SHARED_USED,
  GPU_FIELD_SHARED_TOTAL,
  GPU_FIELD_TEMPERATURE,
  GPU_FIELD_TEMPERATURE_HOTSPOT,
  GPU_FIELD_TEMPERATURE_MEMORY,
  GPU_FIELD_TEMPERATURE_SLOWDOWN,
  GPU_FIELD_TEMPERATURE_SHUTDOWN,
  GPU_FIELD_POWER,
  GPU_FIELD_POWER_CAP,
  GPU_FIELD_ENERGY,
  GPU_FIELD_CLOCK_CORE,
  GPU_FIELD_CLOCK_CORE_MAX,
  GPU_FIELD_CLOCK_MEMORY,
  GPU_FIELD_CLOCK_MEMORY_MAX,
  GPU_FIELD_CLOCK_VIDEO,
  GPU_FIELD_FAN,
  GPU_FIELD_FAN_SPEED,
  GPU_FIELD_PCIE_GENERATION,
  GPU_FIELD_PCIE_GENERATION_MAX,
  GPU_FIELD_PCIE_WIDTH,
  GPU_FIELD_PCIE_WIDTH_MAX,
  GPU_FIELD_PCIE_RECEIVED,
  GPU_FIELD_PCIE_SENT,
  GPU_N_FIELDS,
} GpuField;

/**
 * GpuFieldInfo:
 * @key: stable, for JSON: "memory-used"
 * @name: untranslated; gpu_field_get_name() translates
 * @unit: what its values are counted in
 */
typedef struct
{
  const char *key;
  const char *name;
  GpuUnit unit;
} GpuFieldInfo;

const GpuFieldInfo *gpu_field_info (GpuField field);
const char *gpu_field_get_name (GpuField field);
gboolean gpu_field_find (const char *key, GpuField *field);
char *gpu_field_format (GpuField field, double value);

G_END_DECLS
