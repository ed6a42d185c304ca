/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-audio-load.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "engine/audio/myna-audio-reader.h"
#include "engine/core/myna-error.h"

/* Frames read between two looks at the cancellable. */
#define BLOCK_FRAMES 16384

/**
 * myna_audio_free:
 * @self: (transfer full) (nullable): audio
 */
void
myna_audio_free (MynaAudio *self)
{
  if (self == NULL)
    return;
  g_free (self->samples);
  g_free (self);
}

static void
set_too_large (const char *path, GError **error)
{
  int minutes = MYNA_AUDIO_MAX_SECONDS / 60;

  g_set_error (
      error, MYNA_ERROR, MYNA_ERROR_TOO_LARGE,
      ngettext ("The chosen part of “%s” is longer than %d minute. Choose a shorter part.",
                "The chosen part of “%s” is longer than %d minutes. Choose a shorter part.",
                minutes),
      path, minutes);
}

/* Whether the region is short enough, as far as the file states its length. */
static gboolean
check_length (MynaAudioReader *reader, const char *path, double start, double end, GError **error)
{
  double duration = myna_audio_reader_get_duration (reader);

  if (duration > 0 && (end <= 0 || end > duration))
    end = duration;
  /* A little tolerance: a duration that a file states is rarely exact. */
  if (end - start <= MYNA_AUDIO_MAX_SECONDS + 0.5)
    return TRUE;
  set_too_large (path, error);
  return FALSE;
}

/* Makes room for one more block; memory that is not there is an error, not a crash. */
static gboolean
grow (MynaAudio *audio, gsize *capacity, const char *path, GError **error)
{
  gsize wanted = audio->n_frames + BLOCK_FRAMES;
  float *samples;

  if (wanted <= *capacity)
    return TRUE;
  wanted = MAX (wanted, *capacity + *capacity / 2);
  samples = g_try_realloc_n (audio->samples, wanted, sizeof (float) * (gsize) audio->channels);
  if (samples == NULL)
    {
      set_too_large (path, error);
      return FALSE;
    }
  audio->samples = samples;
  *capacity = wanted;
  return TRUE;
}

static gboolean
read_region (MynaAudioReader *reader,
             MynaAudio *audio,
             gsize max_frames,
             const char *path,
             GCancellable *cancellable,
             GError **error)
{
  gsize hard_limit = ((gsize) MYNA_AUDIO_MAX_SECONDS + 1) * (gsize) audio->rate;
  gsize capacity = 0;
  gssize n;

  do
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (!grow (audio, &capacity, path, error))
        return FALSE;
      n = myna_audio_reader_read (reader,
                                  audio->samples + audio->n_frames * (gsize) audio->channels,
                                  MIN (BLOCK_FRAMES, max_frames - audio->n_frames), error);
      if (n < 0)
        return FALSE;
      audio->n_frames += (gsize) n;
      if (audio->n_frames > hard_limit)
        {
          set_too_large (path, error);
          return FALSE;
        }
    }
  while (n > 0);
  return TRUE;
}

/**
 * myna_audio_load:
 * @path: (type filename): any audio or video file
 * @stream: index of an audio stream, -1 for the best
 * @start: seconds from the start of the file
 * @end: seconds from the start of the file, <= 0 for its end
 * @rate: wanted rate in Hz, 0 as in the file
 * @channels: wanted channels, 0 as in the file
 * @cancellable: (nullable): stops it within a block
 *
 * Decodes a region of at most %MYNA_AUDIO_MAX_SECONDS into memory. Blocking: not on the main
 * thread.
 *
 * Returns: (transfer full) (nullable): the region, shorter where the file ends earlier;
 *   %MYNA_ERROR_TOO_LARGE, %MYNA_ERROR_EMPTY when nothing is there, and as of
 *   myna_audio_reader_open ()
 */
MynaAudio *
myna_audio_load (const char *path,
                 int stream,
                 double start,
                 double end,
                 int rate,
                 int channels,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autoptr (MynaAudioReader) reader = NULL;
  g_autoptr (MynaAudio) audio = g_new0 (MynaAudio, 1);
  gsize max_frames = G_MAXSIZE;

  g_return_val_if_fail (path != NULL, NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  reader = myna_audio_reader_open (path, stream, rate, channels, error);
  if (reader == NULL)
    return NULL;
  start = MAX (start, 0);
  if (!check_length (reader, path, start, end, error))
    return NULL;
  audio->rate = myna_audio_reader_get_rate (reader);
  if (end > 0)
    max_frames = (gsize) llround (CLAMP (end - start, 0, 1e6) * audio->rate);
  audio->channels = myna_audio_reader_get_channels (reader);
  myna_audio_reader_set_cancellable (reader, cancellable);
  if ((start > 0 && !myna_audio_reader_seek (reader, start, error)) ||
      !read_region (reader, audio, max_frames, path, cancellable, error))
    return NULL;
  if (audio->n_frames > 0)
    return g_steal_pointer (&audio);
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
               _ ("The chosen part of “%s” contains no sound. Choose another part."), path);
  return NULL;
}
