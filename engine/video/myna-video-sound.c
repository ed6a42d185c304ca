/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/video/myna-video-sound-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "engine/audio/myna-audio-probe.h"
#include "engine/audio/myna-audio-reader.h"
#include "engine/core/myna-error.h"

/* What every player of videos takes. */
#define RATE 48000
/* Bits a second a channel: transparent for speech with FFmpeg's own AAC. */
#define BITS_PER_CHANNEL 112000
/* The original's sound comes in over this, so that it does not click. */
#define FADE_SAMPLES 480

struct _MynaVideoSound
{
  MynaAudioReader *reader; /* NULL once all is read */
  MynaAudioReader *tail;
  AVCodecContext *codec;
  GCancellable *cancellable;
  char *tail_path;
  int tail_stream;
  double tail_start;
  int channels;
  gint64 n_total;
  gint64 n_done;
  gint64 fade; /* samples of the tail's fade still to come */
  float *block;
  gboolean draining;
};

static int
count_channels (const char *path, int stream)
{
  g_autoptr (GPtrArray) streams = myna_audio_probe (path, NULL);
  int channels = 1;

  for (guint i = 0; streams != NULL && i < streams->len; i++)
    {
      const MynaAudioStream *item = g_ptr_array_index (streams, i);

      if (stream < 0 || item->index == stream)
        channels = MAX (channels, item->channels);
    }
  return MIN (channels, 2);
}

static gboolean
open_codec (MynaVideoSound *self, const char *const *encoders, GError **error)
{
  for (; *encoders != NULL; encoders++)
    {
      const AVCodec *kind = avcodec_find_encoder_by_name (*encoders);

      if (kind == NULL)
        continue;
      self->codec = avcodec_alloc_context3 (kind);
      self->codec->sample_rate = RATE;
      self->codec->sample_fmt =
          strcmp (*encoders, "libopus") == 0 ? AV_SAMPLE_FMT_FLT : AV_SAMPLE_FMT_FLTP;
      self->codec->time_base = (AVRational) { 1, RATE };
      self->codec->bit_rate = (gint64) BITS_PER_CHANNEL * self->channels;
      self->codec->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_GLOBAL_HEADER;
      av_channel_layout_default (&self->codec->ch_layout, self->channels);
      if (avcodec_open2 (self->codec, kind, NULL) >= 0)
        return TRUE;
      avcodec_free_context (&self->codec);
    }
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                       _ ("FFmpeg on this system cannot encode the sound of a video."));
  return FALSE;
}

/**
 * myna_video_sound_new:
 * @options: names the files
 * @encoders: (array zero-terminated=1): FFmpeg's names in order of preference
 * @duration: seconds
 * @cancellable: (nullable): looked at while reading
 *
 * Returns: (transfer full) (nullable): the sound; errors as of myna_audio_reader_open ()
 */
MynaVideoSound *
myna_video_sound_new (const MynaVideoWriterOptions *options,
                      const char *const *encoders,
                      double duration,
                      GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (MynaVideoSound) self = g_new0 (MynaVideoSound, 1);

  g_set_object (&self->cancellable, cancellable);
  self->tail_path = g_strdup (options->tail);
  self->tail_stream = options->tail_stream;
  self->tail_start = options->tail_start;
  self->channels = count_channels (options->audio, options->audio_stream);
  self->n_total = llround (duration * RATE);
  if (!open_codec (self, encoders, error))
    return NULL;
  self->block = g_new (float, (gsize) (self->codec->frame_size * self->channels));
  self->reader =
      myna_audio_reader_open (options->audio, options->audio_stream, RATE, self->channels, error);
  if (self->reader == NULL)
    return NULL;
  myna_audio_reader_set_cancellable (self->reader, cancellable);
  if (options->audio_start > 0 &&
      !myna_audio_reader_seek (self->reader, options->audio_start, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * myna_video_sound_get_codec:
 *
 * Returns: (transfer none): for the stream's parameters
 */
const AVCodecContext *
myna_video_sound_get_codec (MynaVideoSound *self)
{
  return self->codec;
}

/* The speech is over: the original's sound goes on where the picture is. A video without sound has
 * silence there. */
static gboolean
begin_tail (MynaVideoSound *self, gint64 position, GError **error)
{
  g_clear_pointer (&self->reader, myna_audio_reader_free);
  if (self->tail_path == NULL)
    return TRUE;
  self->tail =
      myna_audio_reader_open (self->tail_path, self->tail_stream, RATE, self->channels, NULL);
  if (self->tail == NULL)
    return TRUE;
  myna_audio_reader_set_cancellable (self->tail, self->cancellable);
  self->fade = FADE_SAMPLES;
  return myna_audio_reader_seek (self->tail, self->tail_start + (double) position / RATE, error);
}

static void
fade_in (MynaVideoSound *self, float *samples, gsize n)
{
  for (gsize i = 0; i < n && self->fade > 0; i++, self->fade--)
    for (int c = 0; c < self->channels; c++)
      samples[i * (gsize) self->channels + (gsize) c] *=
          (float) (FADE_SAMPLES - self->fade) / FADE_SAMPLES;
}

/* Fills the block with @n samples of each channel. */
static gboolean
fill_block (MynaVideoSound *self, gsize n, GError **error)
{
  gsize done = 0;

  while (done < n && (self->reader != NULL || self->tail != NULL))
    {
      float *at = self->block + done * (gsize) self->channels;
      MynaAudioReader *reader = self->reader != NULL ? self->reader : self->tail;
      gssize got = myna_audio_reader_read (reader, at, n - done, error);

      if (got < 0)
        return FALSE;
      if (got == 0 && self->reader == NULL)
        g_clear_pointer (&self->tail, myna_audio_reader_free);
      else if (got == 0 && !begin_tail (self, self->n_done + (gint64) done, error))
        return FALSE;
      if (reader == self->tail)
        fade_in (self, at, (gsize) got);
      done += (gsize) got;
    }
  memset (self->block + done * (gsize) self->channels, 0,
          (n - done) * (gsize) self->channels * sizeof (float));
  return TRUE;
}

static AVFrame *
make_frame (MynaVideoSound *self, int n)
{
  AVFrame *frame = av_frame_alloc ();

  frame->nb_samples = n;
  frame->format = self->codec->sample_fmt;
  frame->sample_rate = RATE;
  frame->pts = self->n_done;
  av_channel_layout_copy (&frame->ch_layout, &self->codec->ch_layout);
  if (av_frame_get_buffer (frame, 0) < 0)
    {
      av_frame_free (&frame);
      return NULL;
    }
  for (int i = 0; i < n; i++)
    for (int c = 0; c < self->channels; c++)
      {
        float value = CLAMP (self->block[i * self->channels + c], -1.0f, 1.0f);

        if (self->codec->sample_fmt == AV_SAMPLE_FMT_FLTP)
          ((float *) (void *) frame->extended_data[c])[i] = value;
        else
          ((float *) (void *) frame->extended_data[0])[i * self->channels + c] = value;
      }
  return frame;
}

static gboolean
fail (GError **error)
{
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED,
                       _ ("The sound of the video could not be encoded."));
  return FALSE;
}

/* Gives the encoder the next samples, or tells it that there are none any more. */
static gboolean
feed (MynaVideoSound *self, GError **error)
{
  int n = (int) MIN (self->codec->frame_size, self->n_total - self->n_done);
  AVFrame *frame = NULL;
  int result;

  if (n > 0)
    {
      if (!fill_block (self, (gsize) n, error))
        return FALSE;
      frame = make_frame (self, n);
      if (frame == NULL)
        return fail (error);
      self->n_done += n;
    }
  self->draining = n <= 0;
  result = avcodec_send_frame (self->codec, frame);
  av_frame_free (&frame);
  return result >= 0 ? TRUE : fail (error);
}

/**
 * myna_video_sound_next:
 *
 * Returns: (transfer full) (nullable): the next packet, its times in 1/48000 s, the first sample
 *   that is heard being 0; NULL without @error at the end
 */
AVPacket *
myna_video_sound_next (MynaVideoSound *self, GError **error)
{
  AVPacket *packet = av_packet_alloc ();

  for (;;)
    {
      int result = avcodec_receive_packet (self->codec, packet);

      if (result >= 0)
        return packet;
      if (result == AVERROR (EAGAIN) && !self->draining && feed (self, error))
        continue;
      if (result != AVERROR (EAGAIN) && result != AVERROR_EOF)
        fail (error);
      av_packet_free (&packet);
      return NULL;
    }
}

/**
 * myna_video_sound_free:
 * @self: (transfer full) (nullable): the sound
 */
void
myna_video_sound_free (MynaVideoSound *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->reader, myna_audio_reader_free);
  g_clear_pointer (&self->tail, myna_audio_reader_free);
  avcodec_free_context (&self->codec);
  g_clear_object (&self->cancellable);
  g_free (self->tail_path);
  g_free (self->block);
  g_free (self);
}
