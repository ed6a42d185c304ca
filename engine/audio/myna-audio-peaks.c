/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-audio-peaks.h"

#include "engine/audio/myna-audio-reader.h"

#define BLOCK_FRAMES 16384

typedef struct
{
  GArray *points; /* float: min, max, min, max, … */
  guint64 rate;   /* frames per second */
  guint64 points_per_second;
  guint64 halvings; /* a point holds 2^halvings of the wanted ones */
  guint64 n_frames;
  guint64 point; /* that is being filled */
  float min;
  float max;
  gboolean has_any;
} Peaks;

static void
end_point (Peaks *self)
{
  if (!self->has_any)
    return;
  g_array_append_val (self->points, self->min);
  g_array_append_val (self->points, self->max);
  self->has_any = FALSE;
}

/* Two points become one each: the drawing of a very long file gets coarser, not larger. */
static void
halve (Peaks *self)
{
  float *values = (float *) (void *) self->points->data;
  guint n = self->points->len / 4;

  for (guint i = 0; i < n; i++)
    {
      float min = MIN (values[4 * i], values[4 * i + 2]);
      float max = MAX (values[4 * i + 1], values[4 * i + 3]);

      values[2 * i] = min;
      values[2 * i + 1] = max;
    }
  g_array_set_size (self->points, 2 * n);
  self->halvings++;
}

static void
add_frame (Peaks *self, const float *frame, int channels)
{
  guint64 point = (self->n_frames * self->points_per_second / self->rate) >> self->halvings;

  if (point != self->point)
    {
      end_point (self);
      if (self->points->len / 2 >= MYNA_AUDIO_PEAKS_MAX)
        {
          halve (self);
          point >>= 1;
        }
      self->point = point;
    }
  for (int c = 0; c < channels; c++)
    {
      self->min = self->has_any ? MIN (self->min, frame[c]) : frame[c];
      self->max = self->has_any ? MAX (self->max, frame[c]) : frame[c];
      self->has_any = TRUE;
    }
  self->n_frames++;
}

static gboolean
add_all (Peaks *self, MynaAudioReader *reader, GCancellable *cancellable, GError **error)
{
  int channels = myna_audio_reader_get_channels (reader);
  g_autofree float *block = g_new (float, BLOCK_FRAMES *(gsize) channels);
  gssize n;

  do
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      n = myna_audio_reader_read (reader, block, BLOCK_FRAMES, error);
      for (gssize i = 0; i < n; i++)
        add_frame (self, block + i * channels, channels);
    }
  while (n > 0);
  end_point (self);
  return n == 0;
}

/**
 * myna_audio_peaks:
 * @path: (type filename): any audio or video file
 * @stream: index of an audio stream, -1 for the best
 * @points_per_second: wanted points a second, > 0, at most the file's rate
 * @cancellable: (nullable): stops it within a block
 * @out_min_max: (out) (transfer full) (element-type float): the lowest and the highest sample of
 * all channels, for one point after the other
 * @out_duration: (out) (optional): seconds of sound that were read
 *
 * Measures a whole file for drawing it. The points are evenly spread over the duration; where there
 * would be more than %MYNA_AUDIO_PEAKS_MAX each covers more time, so that memory stays the same for
 * any length. Blocking: not on the main thread.
 *
 * Returns: FALSE with the errors of myna_audio_reader_open () or on cancellation
 */
gboolean
myna_audio_peaks (const char *path,
                  int stream,
                  guint points_per_second,
                  GCancellable *cancellable,
                  GArray **out_min_max,
                  double *out_duration,
                  GError **error)
{
  g_autoptr (MynaAudioReader) reader = NULL;
  g_autoptr (GArray) points = NULL;
  Peaks peaks = { 0 };

  g_return_val_if_fail (path != NULL && out_min_max != NULL, FALSE);
  g_return_val_if_fail (points_per_second > 0, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  reader = myna_audio_reader_open (path, stream, 0, 0, error);
  if (reader == NULL)
    return FALSE;
  myna_audio_reader_set_cancellable (reader, cancellable);
  points = g_array_new (FALSE, FALSE, sizeof (float));
  peaks.points = points;
  peaks.rate = (guint64) myna_audio_reader_get_rate (reader);
  peaks.points_per_second = MIN (points_per_second, peaks.rate);
  if (!add_all (&peaks, reader, cancellable, error))
    return FALSE;
  *out_min_max = g_steal_pointer (&points);
  if (out_duration != NULL)
    *out_duration = (double) peaks.n_frames / (double) peaks.rate;
  return TRUE;
}
