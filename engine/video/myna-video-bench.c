/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/video/myna-video-bench.h"

#include <glib/gstdio.h>

#include "engine/core/myna-sidecar.h"
#include "engine/video/myna-video-reader.h"
#include "engine/video/myna-video-writer.h"

#define RGB_WIDTH 640

typedef struct
{
  MynaVideoReader *reader;
  MynaVideoWriter *writer;
  guint8 *rgb;
  int rgb_height;
  gint64 decoding, converting, encoding; /* microseconds */
} Bench;

/* Adds the time since @start to @sum and starts anew. */
static void
lap (gint64 *start, gint64 *sum)
{
  gint64 now = g_get_monotonic_time ();

  *sum += now - *start;
  *start = now;
}

static gboolean
run (Bench *self, gint64 max_frames, gint64 *n, GCancellable *cancellable, GError **error)
{
  gint64 start = g_get_monotonic_time ();

  while (*n < max_frames)
    {
      GError *read_error = NULL;
      g_autoptr (MynaVideoFrame) frame = myna_video_reader_next (self->reader, &read_error);

      lap (&start, &self->decoding);
      if (frame == NULL && read_error == NULL)
        break;
      if (frame == NULL)
        {
          g_propagate_error (error, read_error);
          return FALSE;
        }
      if (!myna_video_frame_to_rgb (frame, NULL, RGB_WIDTH, self->rgb_height, self->rgb, error))
        return FALSE;
      lap (&start, &self->converting);
      if (!myna_video_writer_write (self->writer, frame, error))
        return FALSE;
      lap (&start, &self->encoding);
      ++*n;
    }
  if (!myna_video_writer_finish (self->writer, cancellable, error))
    return FALSE;
  lap (&start, &self->encoding);
  return TRUE;
}

static double
rate (gint64 n, gint64 time)
{
  return (double) n * G_USEC_PER_SEC / (double) MAX (time, 1);
}

/**
 * myna_video_bench:
 * @path: (type filename): a video
 * @max_frames: stop after so many
 * @result: (out caller-allocates): the speeds
 * @cancellable: (nullable): looked at while reading
 *
 * Reads the video, makes pictures for the face detector and writes it anew into a temporary folder,
 * one after the other, and takes the time of each. Each uses as many threads as it always does.
 * Blocking.
 *
 * Returns: FALSE with the reason
 */
gboolean
myna_video_bench (const char *path,
                  gint64 max_frames,
                  MynaVideoBench *result,
                  GCancellable *cancellable,
                  GError **error)
{
  g_autofree char *folder = NULL;
  g_autofree char *output = NULL;
  Bench self = { NULL };
  gboolean ok = FALSE;

  g_return_val_if_fail (path != NULL && max_frames > 0 && result != NULL, FALSE);

  *result = (MynaVideoBench) { 0 };
  folder = g_dir_make_tmp ("myna-bench-XXXXXX", error);
  if (folder == NULL)
    return FALSE;
  output = g_build_filename (folder, "out.mp4", NULL);
  self.reader = myna_video_reader_open (path, error);
  if (self.reader != NULL)
    {
      const MynaVideoInfo *info = myna_video_reader_get_info (self.reader);

      myna_video_reader_set_cancellable (self.reader, cancellable);
      self.rgb_height = MAX (RGB_WIDTH * info->height / info->width, 1);
      self.rgb = g_malloc ((gsize) RGB_WIDTH * (gsize) self.rgb_height * 3);
      self.writer = myna_video_writer_open (output, info, NULL, NULL, error);
    }
  if (self.writer != NULL)
    {
      g_strlcpy (result->encoder, myna_video_writer_get_encoder (self.writer),
                 sizeof result->encoder);
      ok = run (&self, max_frames, &result->n_frames, cancellable, error);
    }
  result->decode_fps = rate (result->n_frames, self.decoding);
  result->rgb_fps = rate (result->n_frames, self.converting);
  result->encode_fps = rate (result->n_frames, self.encoding);
  g_clear_pointer (&self.writer, myna_video_writer_free);
  g_clear_pointer (&self.reader, myna_video_reader_free);
  g_free (self.rgb);
  myna_remove_tree (folder, NULL);
  return ok;
}
