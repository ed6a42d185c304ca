/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "gpu/gpu-error.h"
#include "gpu/monitor/gpu-recording.h"

/* A longer line is not of a recording: 64 devices with all their processes need less. */
#define MAX_LINE (1 << 20)

typedef struct
{
  FILE *file;
  gboolean loop;
  char *line;
  GPtrArray *last; /* the round that was read last */
  gint ended;      /* atomic */
} GpuReplay;

/* The next line into self->line. Its length; 0 at the end of the file, or at a line that is too
 * long. Rounds are read one by one, however long the recording is. */
static gsize
read_line (GpuReplay *self)
{
  gsize length;

  if (fgets (self->line, MAX_LINE, self->file) == NULL)
    return 0;
  length = strlen (self->line);
  return length < MAX_LINE - 1 ? length : 0;
}

/* The next line that holds a round; others are passed over. */
static GPtrArray *
read_round (GpuReplay *self)
{
  gsize length;

  while ((length = read_line (self)) > 0)
    {
      GPtrArray *round = gpu_round_from_line (self->line, length);

      if (round != NULL)
        return round;
    }
  return NULL;
}

static void
replay_free (gpointer data)
{
  GpuReplay *self = data;

  if (self->file != NULL)
    fclose (self->file);
  g_clear_pointer (&self->last, g_ptr_array_unref);
  g_free (self->line);
  g_free (self);
}

static GPtrArray *
replay_sample (gpointer data)
{
  GpuReplay *self = data;
  GPtrArray *round = read_round (self);

  if (round == NULL && self->loop)
    {
      rewind (self->file);
      round = read_round (self);
    }
  if (round == NULL)
    {
      g_atomic_int_set (&self->ended, 1);
      return g_ptr_array_ref (self->last);
    }
  g_ptr_array_unref (self->last);
  self->last = g_ptr_array_ref (round);
  return round;
}

static void
replay_rest (gpointer data)
{
}

const GpuSamplerSource gpu_replay_source = {
  .sample = replay_sample,
  .rest = replay_rest,
  .free = replay_free,
};

/**
 * gpu_replay_new:
 * @path: a recording
 * @loop: whether it begins anew at its end; else the last round stays
 * @error: return location
 *
 * Returns: (transfer full): data of gpu_replay_source; %NULL when @path is no recording
 */
gpointer
gpu_replay_new (const char *path, gboolean loop, GError **error)
{
  GpuReplay *self = g_new0 (GpuReplay, 1);

  self->loop = loop;
  self->line = g_malloc (MAX_LINE);
  self->file = fopen (path, "re");
  if (self->file == NULL)
    {
      g_set_error (error, GPU_ERROR, GPU_ERROR_FAILED, _ ("“%s” cannot be read: %s."), path,
                   g_strerror (errno));
      replay_free (self);
      return NULL;
    }
  self->last = read_round (self);
  if (self->last == NULL)
    {
      g_set_error (error, GPU_ERROR, GPU_ERROR_FAILED,
                   _ ("“%s” is not a recording of devices; “myna monitor --record” makes one."),
                   path);
      replay_free (self);
      return NULL;
    }
  rewind (self->file);
  return self;
}

/**
 * gpu_replay_has_ended:
 * @replay: of gpu_replay_new()
 *
 * Any thread.
 *
 * Returns: whether the last round was given already
 */
gboolean
gpu_replay_has_ended (gpointer replay)
{
  return g_atomic_int_get (&((GpuReplay *) replay)->ended) != 0;
}
