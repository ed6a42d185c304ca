/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/monitor/gpu-amd-metrics.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/*
 * amdgpu's table "gpu_metrics". Layouts: the kernel's
 * drivers/gpu/drm/amd/include/kgd_pp_interface.h (structs gpu_metrics_v1_0 … v1_8, v2_0 … v2_4,
 * v3_0), offsets as natural alignment gives them. A member of all ones is not told. Only what is
 * used here is listed.
 *
 * Not taken: activity and power of v2.0 to v2.3 and activity of v3.0, whose units depend on chip
 * and firmware; gpu_busy_percent and hwmon tell these. Temperatures of APUs are hundredths
 * (pm/swsmu/smu12/renoir_ppt.c and later ones divide them by 100).
 */

typedef struct
{
  guint16 target; /* offset of a double in GpuAmdMetrics; THROTTLE for the bits */
  guint16 offset;
  guint8 size;
  guint8 count; /* the greatest of so many neighbours; 0 is 1 */
  double unit;
} Member;

typedef struct
{
  guint8 format;
  guint8 content;
  guint16 size;
  const Member *members;
  guint n_members;
} Layout;

#define TO(name) (guint16) offsetof (GpuAmdMetrics, name)
#define THROTTLE G_MAXUINT16

/* 2⁻¹⁶ J, as the header says for v1.4 and later. */
#define ENERGY (1.0 / 65536)

static const Member v1_0[] = {
  { TO (temperature_edge), 16, 2, 0, 1 },
  { TO (temperature_hotspot), 18, 2, 0, 1 },
  { TO (temperature_memory), 20, 2, 0, 1 },
  { TO (activity), 28, 2, 0, 1 },
  { TO (memory_activity), 30, 2, 0, 1 },
  { TO (media_activity), 32, 2, 0, 1 },
  { TO (power), 34, 2, 0, 1 },
  { TO (clock_core), 54, 2, 0, 1 },
  { TO (clock_memory), 58, 2, 0, 1 },
  { TO (clock_video), 60, 2, 0, 1 },
  { TO (fan_speed), 72, 2, 0, 1 },
};

static const Member v1_3[] = {
  { TO (temperature_edge), 4, 2, 0, 1 },
  { TO (temperature_hotspot), 6, 2, 0, 1 },
  { TO (temperature_memory), 8, 2, 0, 1 },
  { TO (activity), 16, 2, 0, 1 },
  { TO (memory_activity), 18, 2, 0, 1 },
  { TO (media_activity), 20, 2, 0, 1 },
  { TO (power), 22, 2, 0, 1 },
  { TO (clock_core), 54, 2, 0, 1 },
  { TO (clock_memory), 58, 2, 0, 1 },
  { TO (clock_video), 60, 2, 0, 1 },
  { TO (fan_speed), 72, 2, 0, 1 },
  { THROTTLE, 112, 8, 0, 1 },
};

static const Member v1_4[] = {
  { TO (temperature_hotspot), 4, 2, 0, 1 },
  { TO (temperature_memory), 6, 2, 0, 1 },
  { TO (power), 10, 2, 0, 1 },
  { TO (activity), 12, 2, 0, 1 },
  { TO (memory_activity), 14, 2, 0, 1 },
  { TO (media_activity), 16, 2, 4, 1 },
  { TO (energy), 24, 8, 0, ENERGY },
  { TO (clock_core), 240, 2, 8, 1 },
  { TO (clock_video), 264, 2, 4, 1 },
  { TO (clock_memory), 280, 2, 0, 1 },
};

static const Member v1_5[] = {
  { TO (temperature_hotspot), 4, 2, 0, 1 },
  { TO (temperature_memory), 6, 2, 0, 1 },
  { TO (power), 10, 2, 0, 1 },
  { TO (activity), 12, 2, 0, 1 },
  { TO (memory_activity), 14, 2, 0, 1 },
  { TO (media_activity), 16, 2, 4, 1 },
  { TO (energy), 56, 8, 0, ENERGY },
  { TO (clock_core), 280, 2, 8, 1 },
  { TO (clock_video), 304, 2, 4, 1 },
  { TO (clock_memory), 320, 2, 0, 1 },
};

static const Member v1_6[] = {
  { TO (temperature_hotspot), 4, 2, 0, 1 },
  { TO (temperature_memory), 6, 2, 0, 1 },
  { TO (power), 10, 2, 0, 1 },
  { TO (activity), 12, 2, 0, 1 },
  { TO (memory_activity), 14, 2, 0, 1 },
  { TO (energy), 16, 8, 0, ENERGY },
  { TO (clock_core), 264, 2, 8, 1 },
  { TO (clock_video), 288, 2, 4, 1 },
  { TO (clock_memory), 304, 2, 0, 1 },
};

static const Member v1_7[] = {
  { TO (temperature_hotspot), 4, 2, 0, 1 },
  { TO (temperature_memory), 6, 2, 0, 1 },
  { TO (power), 10, 2, 0, 1 },
  { TO (activity), 12, 2, 0, 1 },
  { TO (memory_activity), 14, 2, 0, 1 },
  { TO (energy), 24, 8, 0, ENERGY },
  { TO (clock_core), 296, 2, 8, 1 },
  { TO (clock_video), 320, 2, 4, 1 },
  { TO (clock_memory), 336, 2, 0, 1 },
};

static const Member v2_0[] = {
  { TO (temperature_edge), 16, 2, 0, 0.01 },
  { TO (clock_core), 80, 2, 0, 1 },
  { TO (clock_memory), 84, 2, 0, 1 },
  { TO (clock_video), 88, 2, 0, 1 },
};

static const Member v2_2[] = {
  { TO (temperature_edge), 4, 2, 0, 0.01 },
  { TO (clock_core), 76, 2, 0, 1 },
  { TO (clock_memory), 80, 2, 0, 1 },
  { TO (clock_video), 84, 2, 0, 1 },
  { THROTTLE, 120, 8, 0, 1 },
};

static const Member v2_4[] = {
  { TO (temperature_edge), 4, 2, 0, 0.01 }, { TO (activity), 28, 2, 0, 0.01 },
  { TO (media_activity), 30, 2, 0, 0.01 },  { TO (power), 40, 2, 0, 0.001 },
  { TO (clock_core), 76, 2, 0, 1 },         { TO (clock_memory), 80, 2, 0, 1 },
  { TO (clock_video), 84, 2, 0, 1 },        { THROTTLE, 120, 8, 0, 1 },
};

static const Member v3_0[] = {
  { TO (temperature_edge), 4, 2, 0, 0.01 }, { TO (media_activity), 44, 2, 0, 0.01 },
  { TO (power), 112, 4, 0, 0.001 },         { TO (clock_core), 174, 2, 0, 1 },
  { TO (clock_memory), 186, 2, 0, 1 },      { TO (clock_video), 184, 2, 0, 1 },
};

#define MEMBERS(table) table, G_N_ELEMENTS (table)
/* The same members without the last. */
#define ALL_BUT_LAST(table) table, G_N_ELEMENTS (table) - 1

static const Layout layouts[] = {
  { 1, 0, 80, MEMBERS (v1_0) },       { 1, 1, 96, ALL_BUT_LAST (v1_3) },
  { 1, 2, 104, ALL_BUT_LAST (v1_3) }, { 1, 3, 120, MEMBERS (v1_3) },
  { 1, 4, 288, MEMBERS (v1_4) },      { 1, 5, 328, MEMBERS (v1_5) },
  { 1, 6, 1664, MEMBERS (v1_6) },     { 1, 7, 2208, MEMBERS (v1_7) },
  { 1, 8, 3360, MEMBERS (v1_7) },     { 2, 0, 120, MEMBERS (v2_0) },
  { 2, 1, 120, ALL_BUT_LAST (v2_2) }, { 2, 2, 128, MEMBERS (v2_2) },
  { 2, 3, 152, MEMBERS (v2_2) },      { 2, 4, 168, MEMBERS (v2_4) },
  { 3, 0, 264, MEMBERS (v3_0) },
};

static const Layout *
find_layout (guint format, guint content)
{
  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++)
    if (layouts[i].format == format && layouts[i].content == content)
      return &layouts[i];
  return NULL;
}

/* FALSE when it is all ones. */
static gboolean
read_number (const guint8 *at, guint size, guint64 *number)
{
  guint16 short_number;
  guint32 word;

  switch (size)
    {
    case 2:
      memcpy (&short_number, at, 2);
      *number = short_number;
      return short_number != G_MAXUINT16;
    case 4:
      memcpy (&word, at, 4);
      *number = word;
      return word != G_MAXUINT32;
    default:
      memcpy (number, at, 8);
      return *number != G_MAXUINT64;
    }
}

static void
take (GpuAmdMetrics *metrics, const Member *member, const guint8 *data)
{
  guint count = MAX (member->count, 1);
  guint64 number;
  double *target;

  if (member->target == THROTTLE)
    {
      if (read_number (data + member->offset, member->size, &number))
        metrics->throttle = number;
      return;
    }
  target = (double *) (gpointer) ((guint8 *) metrics + member->target);
  for (guint i = 0; i < count; i++)
    if (read_number (data + member->offset + i * member->size, member->size, &number))
      *target = fmax (*target, (double) number * member->unit);
}

/**
 * gpu_amd_metrics_parse:
 * @data: the file device/gpu_metrics
 * @length: bytes of @data
 * @metrics: (out): what it tells; all missing when it is not understood
 *
 * Returns: %FALSE for a revision that is not known, and for tables that are cut short
 */
gboolean
gpu_amd_metrics_parse (const guint8 *data, gsize length, GpuAmdMetrics *metrics)
{
  const Layout *layout;
  guint16 size;

  g_return_val_if_fail (metrics != NULL && (data != NULL || length == 0), FALSE);

  *metrics = (GpuAmdMetrics) {
    .temperature_edge = NAN,
    .temperature_hotspot = NAN,
    .temperature_memory = NAN,
    .activity = NAN,
    .memory_activity = NAN,
    .media_activity = NAN,
    .power = NAN,
    .energy = NAN,
    .clock_core = NAN,
    .clock_memory = NAN,
    .clock_video = NAN,
    .fan_speed = NAN,
  };
  if (length < 4)
    return FALSE;
  memcpy (&size, data, 2);
  layout = find_layout (data[2], data[3]);
  if (layout == NULL || size < layout->size || length < size)
    return FALSE;
  metrics->format = data[2];
  metrics->content = data[3];
  for (guint i = 0; i < layout->n_members; i++)
    take (metrics, &layout->members[i], data);
  return TRUE;
}
