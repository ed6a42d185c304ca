/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/monitor/gpu-fdinfo.h"

#include <string.h>

/*
 * Text of /proc/PID/fdinfo/FD for a client of DRM, as the kernel's
 * Documentation/gpu/drm-usage-stats.rst, amdgpu's, i915's and xe's pages describe it.
 */

static const struct
{
  const char *name;
  GpuEngine engine;
} engines[] = {
  /* amdgpu */
  { "gfx", GPU_ENGINE_GRAPHICS },
  { "compute", GPU_ENGINE_COMPUTE },
  { "dma", GPU_ENGINE_COPY },
  { "enc", GPU_ENGINE_ENCODE },
  { "enc_1", GPU_ENGINE_ENCODE },
  { "dec", GPU_ENGINE_DECODE },
  { "jpeg", GPU_ENGINE_DECODE },
  /* i915; "compute" as above */
  { "render", GPU_ENGINE_GRAPHICS },
  { "copy", GPU_ENGINE_COPY },
  { "video", GPU_ENGINE_VIDEO },
  /* xe */
  { "rcs", GPU_ENGINE_GRAPHICS },
  { "ccs", GPU_ENGINE_COMPUTE },
  { "bcs", GPU_ENGINE_COPY },
  { "vcs", GPU_ENGINE_VIDEO },
};

typedef enum
{
  MEMORY_NONE,
  MEMORY_TOTAL,    /* what was allocated, in memory or not */
  MEMORY_OLD,      /* drm-memory-: what is in memory, by its old name */
  MEMORY_RESIDENT, /* what is in memory */
} MemoryKey;

typedef struct
{
  GpuFdinfo *info;
  /* The best kind of key so far for each of the memories. */
  MemoryKey vram_key;
  MemoryKey shared_key;
  gboolean has_client;
} Parser;

static gboolean
find_engine (const char *name, GpuEngine *engine)
{
  for (guint i = 0; i < G_N_ELEMENTS (engines); i++)
    if (strcmp (name, engines[i].name) == 0)
      {
        *engine = engines[i].engine;
        return TRUE;
      }
  return FALSE;
}

/* What is behind @prefix in @key, or NULL. */
static const char *
strip (const char *key, const char *prefix)
{
  return g_str_has_prefix (key, prefix) ? key + strlen (prefix) : NULL;
}

static guint64
saturating_add (guint64 a, guint64 b)
{
  return a > G_MAXUINT64 - b ? G_MAXUINT64 : a + b;
}

/* Values of the same kind are summed: there may be vram0 and vram1. A better kind replaces. */
static void
add_memory (guint64 *sum, gboolean *has, MemoryKey *best, MemoryKey key, guint64 bytes)
{
  if (key < *best)
    return;
  *sum = key > *best ? bytes : saturating_add (*sum, bytes);
  *best = key;
  *has = TRUE;
}

static void
parse_memory (Parser *parser, MemoryKey key, const char *region, const char *value)
{
  char *unit;
  guint64 bytes = g_ascii_strtoull (value, &unit, 10);
  guint shift;

  if (unit == value)
    return;
  unit += strspn (unit, " \t");
  shift = g_str_has_prefix (unit, "KiB")   ? 10
          : g_str_has_prefix (unit, "MiB") ? 20
          : g_str_has_prefix (unit, "GiB") ? 30
                                           : 0;
  bytes = bytes > G_MAXUINT64 >> shift ? G_MAXUINT64 : bytes << shift;
  if (g_str_has_prefix (region, "vram") || g_str_has_prefix (region, "local"))
    add_memory (&parser->info->vram, &parser->info->has_vram, &parser->vram_key, key, bytes);
  else if (g_str_has_prefix (region, "gtt") || g_str_has_prefix (region, "system"))
    add_memory (&parser->info->shared, &parser->info->has_shared, &parser->shared_key, key, bytes);
}

/* Several engines of a kind ("dec", "jpeg") count as one. */
static void
parse_engine (Parser *parser, const char *key, const char *value)
{
  GpuEngineTime *times = parser->info->engines;
  guint64 number = g_ascii_strtoull (value, NULL, 10);
  GpuEngine engine;
  const char *name;

  if ((name = strip (key, "drm-engine-capacity-")) != NULL)
    {
      if (find_engine (name, &engine))
        times[engine].capacity = MAX (times[engine].capacity, (guint) MIN (number, 64));
    }
  else if ((name = strip (key, "drm-engine-")) != NULL ||
           (name = strip (key, "drm-cycles-")) != NULL)
    {
      if (!find_engine (name, &engine))
        return;
      times[engine].busy = saturating_add (times[engine].busy, number);
      times[engine].told = TRUE;
    }
  else if ((name = strip (key, "drm-total-cycles-")) != NULL && find_engine (name, &engine))
    times[engine].total = number;
}

static void
parse_line (Parser *parser, const char *key, const char *value)
{
  const char *region;

  if (strcmp (key, "drm-driver") == 0)
    g_strlcpy (parser->info->driver, value, sizeof parser->info->driver);
  else if (strcmp (key, "drm-pdev") == 0)
    g_strlcpy (parser->info->address, value, sizeof parser->info->address);
  else if (strcmp (key, "drm-client-id") == 0)
    {
      parser->info->client = g_ascii_strtoull (value, NULL, 10);
      parser->has_client = TRUE;
    }
  else if ((region = strip (key, "drm-resident-")) != NULL)
    parse_memory (parser, MEMORY_RESIDENT, region, value);
  else if ((region = strip (key, "drm-memory-")) != NULL)
    parse_memory (parser, MEMORY_OLD, region, value);
  else if ((region = strip (key, "drm-total-")) != NULL && !g_str_has_prefix (region, "cycles-"))
    parse_memory (parser, MEMORY_TOTAL, region, value);
  else
    parse_engine (parser, key, value);
}

/**
 * gpu_fdinfo_parse:
 * @text: the file; it need not end in a zero
 * @length: bytes of @text
 * @info: (out): what it tells
 *
 * Returns: whether it is of a client of a GPU on the PCI bus
 */
gboolean
gpu_fdinfo_parse (const char *text, gsize length, GpuFdinfo *info)
{
  Parser parser = { .info = info };
  const char *end = text + length;

  memset (info, 0, sizeof *info);
  for (const char *line = text; line < end;)
    {
      const char *stop = memchr (line, '\n', (gsize) (end - line));
      char buffer[128];
      char *value;
      gsize size;

      if (stop == NULL)
        stop = end;
      /* Not g_strlcpy(), which looks for the end of the text beyond it. */
      size = MIN (sizeof buffer - 1, (gsize) (stop - line));
      memcpy (buffer, line, size);
      buffer[size] = '\0';
      line = stop + 1;
      if ((value = strchr (buffer, ':')) == NULL || !g_str_has_prefix (buffer, "drm-"))
        continue;
      *value++ = '\0';
      parse_line (&parser, buffer, g_strstrip (value));
    }
  return info->driver[0] != '\0' && info->address[0] != '\0' && parser.has_client;
}
