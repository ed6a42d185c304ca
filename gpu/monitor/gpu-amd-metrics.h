/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The largest table that is known has 3872 bytes; sysfs gives a page at a time. */
#define GPU_AMD_METRICS_MAX 8192

/**
 * GpuAmdMetrics:
 * @format: 1 for graphics cards, 2 and 3 for APUs
 * @content: revision of the format
 * @temperature_edge: °C, as all temperatures
 * @activity: percent, as @memory_activity and @media_activity
 * @power: W
 * @energy: J since the driver was loaded
 * @clock_core: MHz, as all clocks
 * @fan_speed: rpm
 * @throttle: why it is slow: bits that are the same for all cards; 0 when none or not told
 *
 * What a gpu_metrics table tells; NAN where it does not.
 */
typedef struct
{
  guint format;
  guint content;
  double temperature_edge;
  double temperature_hotspot;
  double temperature_memory;
  double activity;
  double memory_activity;
  double media_activity;
  double power;
  double energy;
  double clock_core;
  double clock_memory;
  double clock_video;
  double fan_speed;
  guint64 throttle;
} GpuAmdMetrics;

/* Bits of GpuAmdMetrics.throttle, by what they are about. */
#define GPU_AMD_THROTTLE_POWER G_GUINT64_CONSTANT (0x000000000000ffff)
#define GPU_AMD_THROTTLE_CURRENT G_GUINT64_CONSTANT (0x00000000ffff0000)
#define GPU_AMD_THROTTLE_TEMPERATURE G_GUINT64_CONSTANT (0x00ffffff00000000)
#define GPU_AMD_THROTTLE_OTHER G_GUINT64_CONSTANT (0xff00000000000000)

gboolean gpu_amd_metrics_parse (const guint8 *data, gsize length, GpuAmdMetrics *metrics);

G_END_DECLS
