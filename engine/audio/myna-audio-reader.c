/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-audio-reader.h"

#include <glib/gi18n-lib.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <math.h>
#include <string.h>

#include "engine/audio/myna-audio-decoder.h"
#include "engine/core/myna-error.h"

/* Deviations of timestamps below this are rounding or jitter of the file, above it lost sound: one
 * lost packet of the codecs in use is 20 ms or more, and containers round to 1 ms. */
#define JITTER_SECONDS 0.015
/* Timestamps that go back further were reset in the middle (joined recordings): sound goes on. */
#define MAX_OVERLAP_SECONDS 1.0
/* The longest believable gap where the file does not state its length. */
#define MAX_GAP_SECONDS 600.0
/* Fed to the resampler before a place that was jumped to, so that its filter is full. */
#define FILTER_SECONDS 0.05
#define SILENCE_FRAMES 4096
/* Twice the default, for a clean top octave. */
#define FILTER_TAPS 64
/* No sane sound is above +30 dBFS; such values are damage and would ruin every measurement. */
#define MAX_SAMPLE 32.0

struct _MynaAudioReader
{
  MynaAudioDecoder *decoder;
  char *path;
  SwrContext *swr;
  AVFrame *frame;

  /* What goes into the resampler. */
  int in_rate;
  enum AVSampleFormat in_format;
  AVChannelLayout in_layout;
  gint64 in_position; /* of the next sample fed, from time 0 */
  gint64 in_silence;  /* samples of silence to feed first */
  int in_offset;      /* samples of the frame that are already used or unwanted */
  gint64 grid;        /* a place where a frame began, to undo the rounding of timestamps */
  gint64 shift;       /* added to the decoder's positions, after resets of timestamps */
  gboolean is_placed; /* in_position is confirmed by a frame since the last jump */
  gboolean has_resets;
  gboolean at_end;

  /* What comes out of it. */
  int rate;
  int channels;
  AVChannelLayout layout;
  float *out;
  gsize out_start;
  gsize out_end;
  gsize out_capacity;
  gint64 out_drop; /* frames to drop first */
};

/* Plain average and copy: the general matrix would lower mono by 3 dB in stereo. */
static int
set_matrix (MynaAudioReader *self)
{
  static const double mono_to_stereo[] = { 1, 1 };
  static const double stereo_to_mono[] = { .5, .5 };

  if (self->in_layout.nb_channels == 1 && self->channels == 2)
    return swr_set_matrix (self->swr, mono_to_stereo, 1);
  if (self->in_layout.nb_channels == 2 && self->channels == 1)
    return swr_set_matrix (self->swr, stereo_to_mono, 2);
  return 0;
}

static gboolean
init_swr (MynaAudioReader *self, GError **error)
{
  int result;

  swr_free (&self->swr);
  result = swr_alloc_set_opts2 (&self->swr, &self->layout, AV_SAMPLE_FMT_FLT, self->rate,
                                &self->in_layout, self->in_format, self->in_rate, 0, NULL);
  if (result >= 0)
    {
      av_opt_set_int (self->swr, "filter_size", FILTER_TAPS, 0);
      /* Mixing down never gets louder than the loudest channel. */
      av_opt_set_double (self->swr, "rematrix_maxval", 1.0, 0);
      result = set_matrix (self);
    }
  if (result >= 0)
    result = swr_init (self->swr);
  if (result >= 0)
    return TRUE;
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
               _ ("The sound in “%s” (%d Hz, %d channels) cannot be converted."), self->path,
               self->in_rate, self->in_layout.nb_channels);
  return FALSE;
}

static void
copy_layout (AVChannelLayout *to, const AVChannelLayout *from)
{
  av_channel_layout_uninit (to);
  if (from->order == AV_CHANNEL_ORDER_UNSPEC)
    av_channel_layout_default (to, from->nb_channels);
  else
    av_channel_layout_copy (to, from);
}

/* Takes over the form of the frame. */
static gboolean
configure (MynaAudioReader *self, GError **error)
{
  self->in_rate = self->frame->sample_rate;
  self->in_format = self->frame->format;
  copy_layout (&self->in_layout, &self->frame->ch_layout);
  return init_swr (self, error);
}

static gboolean
matches (MynaAudioReader *self)
{
  return self->frame->sample_rate == self->in_rate && self->frame->format == self->in_format &&
         self->frame->ch_layout.nb_channels == self->in_layout.nb_channels;
}

static void
clean_floats (float *samples, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!(fabsf (samples[i]) <= (float) MAX_SAMPLE))
      samples[i] = 0;
}

static void
clean_doubles (double *samples, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!(fabs (samples[i]) <= MAX_SAMPLE))
      samples[i] = 0;
}

/* Not-a-number and infinity in a float file would spread through the filter: they become silence.
 */
static void
clean_frame (AVFrame *frame)
{
  enum AVSampleFormat packed = av_get_packed_sample_fmt (frame->format);
  int planes = av_sample_fmt_is_planar (frame->format) ? frame->ch_layout.nb_channels : 1;
  gsize n = (gsize) frame->nb_samples * (gsize) (planes == 1 ? frame->ch_layout.nb_channels : 1);

  if ((packed != AV_SAMPLE_FMT_FLT && packed != AV_SAMPLE_FMT_DBL) ||
      av_frame_make_writable (frame) < 0)
    return;
  for (int i = 0; i < planes; i++)
    if (packed == AV_SAMPLE_FMT_FLT)
      clean_floats ((float *) (void *) frame->extended_data[i], n);
    else
      clean_doubles ((double *) (void *) frame->extended_data[i], n);
}

/* Gives n samples per channel (NULL data: the end) to the resampler and keeps what comes out. */
static gboolean
feed (MynaAudioReader *self, const guint8 *const *data, int n, GError **error)
{
  int space = MAX (swr_get_out_samples (self->swr, n), 0) + 32;
  guint8 *out;
  int got;

  if (self->out_start == self->out_end)
    self->out_start = self->out_end = 0;
  if (self->out_end + (gsize) space > self->out_capacity)
    {
      self->out_capacity = self->out_end + (gsize) space;
      self->out = g_renew (float, self->out, self->out_capacity *(gsize) self->channels);
    }
  out = (guint8 *) (self->out + self->out_end * (gsize) self->channels);
  got = swr_convert (self->swr, &out, space, (const guint8 **) data, n);
  if (got < 0)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_FAILED,
                   _ ("The sound in “%s” could not be converted."), self->path);
      return FALSE;
    }
  self->out_end += (gsize) got;
  if (self->out_drop > 0)
    {
      gsize drop = MIN ((gsize) self->out_drop, self->out_end - self->out_start);

      self->out_start += drop;
      self->out_drop -= (gint64) drop;
    }
  return TRUE;
}

static gboolean
feed_silence (MynaAudioReader *self, GError **error)
{
  g_autofree guint8 *zeros = NULL;
  g_autofree const guint8 **planes = NULL;
  int n = (int) MIN (self->in_silence, SILENCE_FRAMES);
  int channels = self->in_layout.nb_channels;
  gsize bytes = (gsize) n * (gsize) channels * (gsize) av_get_bytes_per_sample (self->in_format);

  zeros = g_malloc (bytes);
  /* 8-bit sound is silent in the middle. */
  memset (zeros, av_get_packed_sample_fmt (self->in_format) == AV_SAMPLE_FMT_U8 ? 0x80 : 0, bytes);
  planes = g_new (const guint8 *, (gsize) channels);
  for (int i = 0; i < channels; i++)
    planes[i] = zeros;
  self->in_silence -= n;
  self->in_position += n;
  return feed (self, planes, n, error);
}

static gboolean
feed_frame (MynaAudioReader *self, GError **error)
{
  int channels = self->in_layout.nb_channels;
  gboolean is_planar = av_sample_fmt_is_planar (self->in_format);
  gsize skip = (gsize) self->in_offset * (gsize) av_get_bytes_per_sample (self->in_format) *
               (gsize) (is_planar ? 1 : channels);
  int n = self->frame->nb_samples - self->in_offset;
  g_autofree const guint8 **planes = g_new (const guint8 *, (gsize) channels);
  gboolean ok;

  for (int i = 0; i < (is_planar ? channels : 1); i++)
    planes[i] = self->frame->extended_data[i] + skip;
  ok = feed (self, planes, n, error);
  self->in_position += n;
  av_frame_unref (self->frame);
  return ok;
}

/* Undoes the rounding of a timestamp where frames follow on a regular grid (1 ms in Matroska). */
static gint64
snap_to_grid (MynaAudioReader *self, gint64 position)
{
  gint64 length = self->frame->nb_samples;
  gint64 tolerance = myna_audio_decoder_get_rounding (self->decoder, self->in_rate);
  gint64 offset = (position - self->grid) % length;

  if (offset > length / 2)
    offset -= length;
  else if (offset < -length / 2)
    offset += length;
  return ABS (offset) <= tolerance && 4 * tolerance < length ? position - offset : position;
}

static gboolean
is_believable (MynaAudioReader *self, gint64 gap)
{
  double duration = myna_audio_decoder_get_duration (self->decoder);
  double end = (double) (self->in_position + gap) / self->in_rate;

  if (gap < 0)
    return (double) -gap < MAX_OVERLAP_SECONDS * self->in_rate;
  return duration > 0 ? end < duration + 1 : (double) gap < MAX_GAP_SECONDS * self->in_rate;
}

/* The gap before the first frame since the start or a jump: its place is exact, not jitter. */
static gint64
first_gap (MynaAudioReader *self, gint64 position)
{
  gint64 gap;

  if (position == MYNA_AUDIO_POSITION_UNKNOWN)
    gap = self->in_position == 0 ? 0 : -self->frame->nb_samples;
  else
    gap = snap_to_grid (self, position) - self->in_position;
  self->is_placed = gap + self->frame->nb_samples > 0;
  return gap;
}

static gint64
next_gap (MynaAudioReader *self, gint64 position)
{
  gint64 gap;

  if (position == MYNA_AUDIO_POSITION_UNKNOWN)
    return 0;
  gap = position + self->shift - self->in_position;
  if ((double) ABS (gap) < JITTER_SECONDS * self->in_rate)
    return 0;
  if (is_believable (self, gap))
    return gap;
  self->shift -= gap;
  self->has_resets = TRUE;
  return 0;
}

/*
 * Decides what happens between what was fed and the frame: nothing, silence in a gap, or dropping
 * what overlaps. After a jump everything before the wanted place is dropped.
 */
static void
place_frame (MynaAudioReader *self, gint64 position)
{
  gint64 gap = self->is_placed ? next_gap (self, position) : first_gap (self, position);

  self->in_silence = MAX (gap, 0);
  self->in_offset = (int) CLAMP (-gap, 0, self->frame->nb_samples);
  if (self->in_offset == self->frame->nb_samples)
    av_frame_unref (self->frame);
}

/* The form of the sound changes in the middle of the stream: the old resampler gives its rest. */
static gboolean
change_form (MynaAudioReader *self, GError **error)
{
  int old_rate = self->in_rate;

  if (!feed (self, NULL, 0, error) || !configure (self, error))
    return FALSE;
  self->in_position = av_rescale (self->in_position, self->in_rate, old_rate);
  self->shift = av_rescale (self->shift, self->in_rate, old_rate);
  self->grid = self->in_position;
  return TRUE;
}

static gboolean
fetch_frame (MynaAudioReader *self, GError **error)
{
  gboolean at_end = FALSE;
  gint64 position;

  if (!myna_audio_decoder_next (self->decoder, self->frame, &position, &at_end, error))
    return FALSE;
  if (at_end)
    {
      self->at_end = TRUE;
      return feed (self, NULL, 0, error);
    }
  if (!matches (self) && !change_form (self, error))
    return FALSE;
  clean_frame (self->frame);
  place_frame (self, position);
  return TRUE;
}

/* One step towards more output: silence, the rest of a frame, or a new frame. */
static gboolean
step (MynaAudioReader *self, GError **error)
{
  if (self->in_silence > 0)
    return feed_silence (self, error);
  if (self->frame->nb_samples > 0)
    return feed_frame (self, error);
  return fetch_frame (self, error);
}

/* The first frame tells what the sound really is; headers may be wrong (HE-AAC). */
static gboolean
start (MynaAudioReader *self, GError **error)
{
  gboolean at_end = FALSE;
  gint64 position;

  if (!myna_audio_decoder_next (self->decoder, self->frame, &position, &at_end, error))
    return FALSE;
  if (self->rate <= 0)
    self->rate = self->frame->sample_rate;
  if (self->channels <= 0)
    {
      self->channels = self->frame->ch_layout.nb_channels;
      copy_layout (&self->layout, &self->frame->ch_layout);
    }
  else
    av_channel_layout_default (&self->layout, self->channels);
  if (!configure (self, error))
    return FALSE;
  clean_frame (self->frame);
  /* The first frame may be shorter by the priming: the grid is where the second begins. */
  self->grid = position == MYNA_AUDIO_POSITION_UNKNOWN ? 0 : position + self->frame->nb_samples;
  place_frame (self, position);
  return TRUE;
}

/**
 * myna_audio_reader_open:
 * @path: (type filename): any audio or video file
 * @stream: index of an audio stream (#MynaAudioStream), -1 for the best
 * @rate: wanted rate in Hz, 0 as in the file
 * @channels: wanted channels, 0 as in the file; a mix-down averages
 *
 * Opens the stream at time 0. Blocking, for formats without a stated length as long as it takes to
 * read the file.
 *
 * Returns: (transfer full) (nullable): the reader; %MYNA_ERROR_NOT_FOUND, %MYNA_ERROR_UNSUPPORTED,
 *   %MYNA_ERROR_EMPTY (no sound) or %MYNA_ERROR_CORRUPT
 */
MynaAudioReader *
myna_audio_reader_open (const char *path, int stream, int rate, int channels, GError **error)
{
  g_autoptr (MynaAudioReader) self = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (rate >= 0 && channels >= 0, NULL);

  self = g_new0 (MynaAudioReader, 1);
  self->path = g_strdup (path);
  self->rate = rate;
  self->channels = channels;
  self->frame = av_frame_alloc ();
  self->decoder = myna_audio_decoder_open (path, stream, error);
  if (self->decoder == NULL || !start (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * myna_audio_reader_seek:
 * @seconds: a time from the start of the file; before 0 counts as 0
 *
 * Makes the next read begin at the sample nearest to @seconds, with exactly the samples that
 * reading from the start gives there. Behind the end the next read returns 0. Blocking.
 *
 * Returns: FALSE when the file cannot be read any more or on cancellation
 */
gboolean
myna_audio_reader_seek (MynaAudioReader *self, double seconds, GError **error)
{
  gint64 target, early, common, in_period, out_period;

  g_return_val_if_fail (self != NULL, FALSE);

  target = (gint64) llround (CLAMP (seconds, 0, 1e8) * self->rate);
  /* The resampler starts where a sample of the input coincides with one of the output. */
  common = av_gcd (self->in_rate, self->rate);
  in_period = self->in_rate / common;
  out_period = self->rate / common;
  early =
      av_rescale (target, self->in_rate, self->rate) - (gint64) (FILTER_SECONDS * self->in_rate);
  if (early < 0 || self->has_resets || !myna_audio_decoder_can_seek (self->decoder))
    early = 0;
  early /= in_period;

  av_frame_unref (self->frame);
  self->in_position = early * in_period;
  self->in_silence = 0;
  self->in_offset = 0;
  self->shift = 0;
  self->is_placed = FALSE;
  self->at_end = FALSE;
  self->out_start = self->out_end = 0;
  self->out_drop = target - early * out_period;
  return init_swr (self, error) &&
         myna_audio_decoder_seek (self->decoder, self->in_position, self->in_rate, error);
}

/**
 * myna_audio_reader_read:
 * @interleaved: (out caller-allocates): room for @max_frames times the number of channels
 * @max_frames: frames wanted
 *
 * Reads on. Values are -1 … 1 for sound that does not clip, never infinite or not a number.
 * Blocking.
 *
 * Returns: frames read, fewer than @max_frames only before the end, 0 at the end, -1 on error or
 *   cancellation
 */
gssize
myna_audio_reader_read (MynaAudioReader *self, float *interleaved, gsize max_frames, GError **error)
{
  gsize done = 0;

  g_return_val_if_fail (self != NULL, -1);
  g_return_val_if_fail (interleaved != NULL || max_frames == 0, -1);

  while (done < max_frames)
    {
      gsize n = MIN (self->out_end - self->out_start, max_frames - done);
      gsize channels = (gsize) self->channels;

      if (n > 0)
        memcpy (interleaved + done * channels, self->out + self->out_start * channels,
                n * channels * sizeof (float));
      self->out_start += n;
      done += n;
      if (n == 0 && self->at_end)
        break;
      if (n == 0 && !step (self, error))
        return -1;
    }
  return (gssize) done;
}

/**
 * myna_audio_reader_set_cancellable:
 * @cancellable: (nullable): makes open-ended work of this reader stop with %G_IO_ERROR_CANCELLED
 */
void
myna_audio_reader_set_cancellable (MynaAudioReader *self, GCancellable *cancellable)
{
  g_return_if_fail (self != NULL);

  myna_audio_decoder_set_cancellable (self->decoder, cancellable);
}

/**
 * myna_audio_reader_get_rate:
 *
 * Returns: the rate in Hz of what is read
 */
int
myna_audio_reader_get_rate (MynaAudioReader *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->rate;
}

/**
 * myna_audio_reader_get_channels:
 *
 * Returns: the number of channels of what is read
 */
int
myna_audio_reader_get_channels (MynaAudioReader *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->channels;
}

/**
 * myna_audio_reader_get_duration:
 *
 * Returns: seconds from the start of the file to the end of the stream as the file states it, or
 * -1; a truncated file ends earlier
 */
double
myna_audio_reader_get_duration (MynaAudioReader *self)
{
  g_return_val_if_fail (self != NULL, -1);

  return myna_audio_decoder_get_duration (self->decoder);
}

/**
 * myna_audio_reader_get_n_damaged:
 *
 * Returns: how many packets so far were damaged and replaced by silence
 */
guint
myna_audio_reader_get_n_damaged (MynaAudioReader *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return myna_audio_decoder_get_n_damaged (self->decoder);
}

/**
 * myna_audio_reader_free:
 * @self: (transfer full) (nullable): the reader
 */
void
myna_audio_reader_free (MynaAudioReader *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->decoder, myna_audio_decoder_free);
  av_frame_free (&self->frame);
  swr_free (&self->swr);
  av_channel_layout_uninit (&self->in_layout);
  av_channel_layout_uninit (&self->layout);
  g_free (self->out);
  g_free (self->path);
  g_free (self);
}
