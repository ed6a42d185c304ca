/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "gpu/monitor/gpu-amd-metrics.h"
#include "gpu/monitor/gpu-fdinfo.h"

/* Binary and text that kernels give: every revision of gpu_metrics, also cut short and too long,
 * and the clients of DRM as amdgpu, i915 and xe print them. */

typedef struct
{
  guint8 data[GPU_AMD_METRICS_MAX];
  guint16 size;
} Table;

/* All ones, as the kernel begins one, with its header. */
static Table
begin (guint8 format, guint8 content, guint16 size)
{
  Table table = { .size = size };

  memset (table.data, 0xff, sizeof table.data);
  memcpy (table.data, &size, 2);
  table.data[2] = format;
  table.data[3] = content;
  return table;
}

static void
put16 (Table *table, guint offset, guint16 value)
{
  memcpy (table->data + offset, &value, 2);
}

static void
put32 (Table *table, guint offset, guint32 value)
{
  memcpy (table->data + offset, &value, 4);
}

static void
put64 (Table *table, guint offset, guint64 value)
{
  memcpy (table->data + offset, &value, 8);
}

static GpuAmdMetrics
parse (const Table *table)
{
  GpuAmdMetrics metrics;

  g_assert_true (gpu_amd_metrics_parse (table->data, table->size, &metrics));
  return metrics;
}

/* Cards, v1.0 to v1.3: the members are where the kernel's header puts them. */
static void
test_metrics_cards (void)
{
  const guint16 sizes[] = { 80, 96, 104, 120 };

  for (guint8 content = 0; content <= 3; content++)
    {
      Table table = begin (1, content, sizes[content]);
      guint first = content == 0 ? 16 : 4; /* v1.0 has its clock in front */
      guint activity = content == 0 ? 28 : 16;
      GpuAmdMetrics metrics = parse (&table);

      g_assert_true (isnan (metrics.temperature_edge) && isnan (metrics.activity) &&
                     isnan (metrics.power) && isnan (metrics.clock_core) &&
                     isnan (metrics.fan_speed) && isnan (metrics.energy));
      g_assert_cmpuint (metrics.throttle, ==, 0);
      put16 (&table, first, 55);
      put16 (&table, first + 2, 71);
      put16 (&table, first + 4, 64);
      put16 (&table, activity, 93);
      put16 (&table, activity + 2, 41);
      put16 (&table, activity + 4, 12);
      put16 (&table, activity + 6, 187);
      put16 (&table, 54, 2430);
      put16 (&table, 58, 1249);
      put16 (&table, 60, 1600);
      put16 (&table, 72, 1350);
      if (content == 3)
        put64 (&table, 112, G_GUINT64_CONSTANT (1) << 36);
      metrics = parse (&table);
      g_assert_cmpuint (metrics.format, ==, 1);
      g_assert_cmpuint (metrics.content, ==, content);
      g_assert_cmpfloat (metrics.temperature_edge, ==, 55);
      g_assert_cmpfloat (metrics.temperature_hotspot, ==, 71);
      g_assert_cmpfloat (metrics.temperature_memory, ==, 64);
      g_assert_cmpfloat (metrics.activity, ==, 93);
      g_assert_cmpfloat (metrics.memory_activity, ==, 41);
      g_assert_cmpfloat (metrics.media_activity, ==, 12);
      g_assert_cmpfloat (metrics.power, ==, 187);
      g_assert_cmpfloat (metrics.clock_core, ==, 2430);
      g_assert_cmpfloat (metrics.clock_memory, ==, 1249);
      g_assert_cmpfloat (metrics.clock_video, ==, 1600);
      g_assert_cmpfloat (metrics.fan_speed, ==, 1350);
      g_assert_cmpint ((metrics.throttle & GPU_AMD_THROTTLE_TEMPERATURE) != 0, ==, content == 3);
      g_assert_cmpint ((metrics.throttle & GPU_AMD_THROTTLE_POWER) != 0, ==, FALSE);
    }
}

/* Instinct, v1.4 to v1.8: after the first sixteen bytes all differ. */
static void
test_metrics_instinct (void)
{
  const struct
  {
    guint8 content;
    guint16 size;
    guint energy, core, video, memory;
  } cases[] = {
    { 4, 288, 24, 240, 264, 280 },  { 5, 328, 56, 280, 304, 320 },  { 6, 1664, 16, 264, 288, 304 },
    { 7, 2208, 24, 296, 320, 336 }, { 8, 3872, 24, 296, 320, 336 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Table table = begin (1, cases[i].content, cases[i].size);
      GpuAmdMetrics metrics;

      put16 (&table, 4, 47);
      put16 (&table, 6, 42);
      put16 (&table, 10, 560);
      put16 (&table, 12, 100);
      put16 (&table, 14, 37);
      put64 (&table, cases[i].energy, 65536 * 1000);
      put16 (&table, cases[i].core, 1900);
      put16 (&table, cases[i].core + 14, 2100);
      put16 (&table, cases[i].video, 29);
      put16 (&table, cases[i].memory, 1300);
      if (cases[i].content <= 5)
        put16 (&table, 18, 7);
      metrics = parse (&table);
      g_assert_true (isnan (metrics.temperature_edge) && isnan (metrics.fan_speed));
      g_assert_cmpfloat (metrics.temperature_hotspot, ==, 47);
      g_assert_cmpfloat (metrics.temperature_memory, ==, 42);
      g_assert_cmpfloat (metrics.power, ==, 560);
      g_assert_cmpfloat (metrics.activity, ==, 100);
      g_assert_cmpfloat (metrics.memory_activity, ==, 37);
      g_assert_cmpfloat (metrics.energy, ==, 1000);
      g_assert_cmpfloat (metrics.clock_core, ==, 2100);
      g_assert_cmpfloat (metrics.clock_video, ==, 29);
      g_assert_cmpfloat (metrics.clock_memory, ==, 1300);
      if (cases[i].content <= 5)
        g_assert_cmpfloat (metrics.media_activity, ==, 7);
      else
        g_assert_true (isnan (metrics.media_activity));
    }
}

/* APUs, v2 and v3. Activity and power only where their units are the same for all chips. */
static void
test_metrics_apus (void)
{
  const guint16 sizes[] = { 120, 120, 128, 152, 168 };
  Table table;
  GpuAmdMetrics metrics;

  for (guint8 content = 0; content <= 4; content++)
    {
      guint clock = content == 0 ? 80 : 76;

      table = begin (2, content, sizes[content]);
      put16 (&table, content == 0 ? 16 : 4, 5150);
      put16 (&table, content == 0 ? 40 : 28, 6300);
      put16 (&table, content == 0 ? 44 : 40, 15500);
      put16 (&table, clock, 1800);
      put16 (&table, clock + 4, 2400);
      put16 (&table, clock + 8, 400);
      metrics = parse (&table);
      g_assert_cmpfloat (metrics.temperature_edge, ==, 51.5);
      g_assert_cmpfloat (metrics.clock_core, ==, 1800);
      g_assert_cmpfloat (metrics.clock_memory, ==, 2400);
      g_assert_cmpfloat (metrics.clock_video, ==, 400);
      g_assert_true (isnan (metrics.fan_speed) && isnan (metrics.temperature_hotspot));
      if (content == 4)
        {
          g_assert_cmpfloat (metrics.activity, ==, 63);
          g_assert_cmpfloat (metrics.power, ==, 15.5);
        }
      else
        g_assert_true (isnan (metrics.activity) && isnan (metrics.power));
    }
  table = begin (3, 0, 264);
  put16 (&table, 4, 4925);
  put16 (&table, 44, 1200);
  put32 (&table, 112, 28400);
  put16 (&table, 174, 2900);
  put16 (&table, 184, 1100);
  put16 (&table, 186, 1000);
  metrics = parse (&table);
  g_assert_cmpuint (metrics.format, ==, 3);
  g_assert_cmpfloat (metrics.temperature_edge, ==, 49.25);
  g_assert_cmpfloat (metrics.media_activity, ==, 12);
  g_assert_cmpfloat_with_epsilon (metrics.power, 28.4, 1e-9);
  g_assert_cmpfloat (metrics.clock_core, ==, 2900);
  g_assert_cmpfloat (metrics.clock_video, ==, 1100);
  g_assert_cmpfloat (metrics.clock_memory, ==, 1000);
}

/* Every length below the right one is refused, more is left alone, and so are other revisions. */
static void
test_metrics_damaged (void)
{
  Table table = begin (1, 3, 120);
  GpuAmdMetrics metrics;
  guint16 size;

  put16 (&table, 4, 55);
  for (gsize length = 0; length < 120; length++)
    {
      /* On the heap, so that a sanitizer sees a read beyond the end. */
      g_autofree guint8 *copy = g_memdup2 (table.data, length);

      g_assert_false (gpu_amd_metrics_parse (copy, length, &metrics));
      g_assert_true (isnan (metrics.temperature_edge));
    }
  g_assert_true (gpu_amd_metrics_parse (table.data, 4096, &metrics));
  g_assert_cmpfloat (metrics.temperature_edge, ==, 55);
  for (size = 0; size < 120; size++)
    {
      memcpy (table.data, &size, 2);
      g_assert_false (gpu_amd_metrics_parse (table.data, 120, &metrics));
    }
  size = 121;
  memcpy (table.data, &size, 2);
  g_assert_false (gpu_amd_metrics_parse (table.data, 120, &metrics));
  g_assert_true (gpu_amd_metrics_parse (table.data, 121, &metrics));
  table = begin (1, 9, 120);
  g_assert_false (gpu_amd_metrics_parse (table.data, 4096, &metrics));
  table = begin (4, 0, 264);
  g_assert_false (gpu_amd_metrics_parse (table.data, 4096, &metrics));
}

static GpuFdinfo
parse_fdinfo (const char *text)
{
  GpuFdinfo info;

  g_assert_true (gpu_fdinfo_parse (text, strlen (text), &info));
  return info;
}

static void
test_fdinfo_amdgpu (void)
{
  GpuFdinfo info = parse_fdinfo ("pos:\t0\nflags:\t02100002\nmnt_id:\t26\nino:\t900\n"
                                 "drm-driver:\tamdgpu\ndrm-client-id:\t42\n"
                                 "drm-pdev:\t0000:0b:00.0\npasid:\t32771\n"
                                 "drm-memory-vram:\t1024 KiB\ndrm-memory-gtt: \t512 KiB\n"
                                 "drm-memory-cpu: \t9 KiB\namd-evicted-vram:\t0 KiB\n"
                                 "drm-engine-gfx:\t123456789 ns\ndrm-engine-compute:\t5 ns\n"
                                 "drm-engine-dec:\t100 ns\ndrm-engine-jpeg:\t11 ns\n"
                                 "drm-engine-enc:\t7 ns\n");

  g_assert_cmpstr (info.driver, ==, "amdgpu");
  g_assert_cmpstr (info.address, ==, "0000:0b:00.0");
  g_assert_cmpuint (info.client, ==, 42);
  g_assert_cmpuint (info.vram, ==, 1 << 20);
  g_assert_cmpuint (info.shared, ==, 512 << 10);
  g_assert_cmpuint (info.engines[GPU_ENGINE_GRAPHICS].busy, ==, 123456789);
  g_assert_cmpuint (info.engines[GPU_ENGINE_COMPUTE].busy, ==, 5);
  g_assert_cmpuint (info.engines[GPU_ENGINE_DECODE].busy, ==, 111);
  g_assert_cmpuint (info.engines[GPU_ENGINE_ENCODE].busy, ==, 7);

  /* Newer kernels say it three times: what is in memory counts, whatever comes first. */
  info = parse_fdinfo ("drm-driver:\tamdgpu\ndrm-client-id:\t1\ndrm-pdev:\t0000:0b:00.0\n"
                       "drm-total-vram:\t9 MiB\ndrm-resident-vram:\t3 MiB\n"
                       "drm-memory-vram:\t4 MiB\ndrm-shared-vram:\t1 MiB\n");
  g_assert_cmpuint (info.vram, ==, 3 << 20);
  g_assert_false (info.has_shared);
}

static void
test_fdinfo_intel (void)
{
  GpuFdinfo info = parse_fdinfo ("drm-driver: i915\ndrm-client-id: 7\ndrm-pdev: 0000:00:02.0\n"
                                 "drm-total-system0: 4 MiB\ndrm-resident-system0: 2 MiB\n"
                                 "drm-total-local0: 8192 KiB\n"
                                 "drm-engine-render: 1000 ns\ndrm-engine-copy: 1 ns\n"
                                 "drm-engine-video: 20 ns\ndrm-engine-capacity-video: 2\n"
                                 "drm-engine-video-enhance: 999 ns\n");

  g_assert_cmpuint (info.vram, ==, 8 << 20);
  g_assert_cmpuint (info.shared, ==, 2 << 20);
  g_assert_cmpuint (info.engines[GPU_ENGINE_GRAPHICS].busy, ==, 1000);
  g_assert_cmpuint (info.engines[GPU_ENGINE_VIDEO].busy, ==, 20);
  g_assert_cmpuint (info.engines[GPU_ENGINE_VIDEO].capacity, ==, 2);
  info = parse_fdinfo ("drm-driver:\txe\ndrm-client-id:\t3\ndrm-pdev:\t0000:03:00.0\n"
                       "drm-total-vram0:\t0\ndrm-resident-vram0:\t100 KiB\n"
                       "drm-resident-vram1:\t28 KiB\ndrm-total-gtt:\t1 KiB\n"
                       "drm-cycles-rcs:\t28257900\ndrm-total-cycles-rcs:\t7655183225\n");
  g_assert_cmpuint (info.vram, ==, 128 << 10);
  g_assert_cmpuint (info.engines[GPU_ENGINE_GRAPHICS].busy, ==, 28257900);
  g_assert_cmpuint (info.engines[GPU_ENGINE_GRAPHICS].total, ==, 7655183225);
}

static void
test_fdinfo_damaged (void)
{
  static const char *const wrong[] = {
    "",
    "\n\n::\n:",
    "pos: 0\nflags: 02\n",
    "drm-driver: amdgpu\n",
    "drm-driver: amdgpu\ndrm-pdev: 0000:0b:00.0\n",
    "drm-client-id: 1\ndrm-pdev: 0000:0b:00.0\n",
  };
  g_autofree char *text = NULL;
  GpuFdinfo info;

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (gpu_fdinfo_parse (wrong[i], strlen (wrong[i]), &info));
  text = g_strdup ("drm-driver: amdgpu\ndrm-client-id: 1\ndrm-pdev: 0000:0b:00.0\n"
                   "drm-memory-vram: 99999999999999999999 KiB\ndrm-memory-gtt: x\n"
                   "drm-engine-gfx: -5 ns\ndrm-engine-capacity-gfx: 4294967296\n"
                   "a line that is much longer than any line that a kernel has ever printed into"
                   " such a file, and that has no colon in its first part: 1\ndrm-engine-dec");
  /* Cut anywhere. */
  for (gsize length = 0; length <= strlen (text); length++)
    {
      g_autofree char *copy = g_memdup2 (text, length);

      gpu_fdinfo_parse (copy != NULL ? copy : "", length, &info);
    }
  g_assert_cmpuint (info.vram, ==, G_MAXUINT64);
  g_assert_false (info.has_shared);
  g_assert_cmpuint (info.engines[GPU_ENGINE_GRAPHICS].capacity, <=, 64);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu-parsers/metrics/cards", test_metrics_cards);
  g_test_add_func ("/gpu-parsers/metrics/instinct", test_metrics_instinct);
  g_test_add_func ("/gpu-parsers/metrics/apus", test_metrics_apus);
  g_test_add_func ("/gpu-parsers/metrics/damaged", test_metrics_damaged);
  g_test_add_func ("/gpu-parsers/fdinfo/amdgpu", test_fdinfo_amdgpu);
  g_test_add_func ("/gpu-parsers/fdinfo/intel", test_fdinfo_intel);
  g_test_add_func ("/gpu-parsers/fdinfo/damaged", test_fdinfo_damaged);
  return g_test_run ();
}
