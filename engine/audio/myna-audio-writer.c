/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-audio-writer.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "engine/audio/myna-media-input.h"
#include "engine/audio/myna-media-output.h"
#include "engine/core/myna-atomic-file.h"
#include "engine/core/myna-error.h"

/* Samples given at once to encoders that take any number. */
#define FRAME_SAMPLES 4096
/* Twice the default of the resampler, for a clean top octave. */
#define FILTER_TAPS 64

typedef struct
{
  const char *extension;
  const char *name; /* as people know it */
  const char *muxer;
  const char *encoder;
  int max_channels;
  int lowest_rate; /* below it the format gets poor: resample up */
  int bit_rate;    /* per channel, of the lossy ones: transparent for speech */
} Format;

static const Format formats[] = {
  { ".wav", "WAV", "wav", "pcm_s16le", 8, 0, 0 },
  { ".flac", "FLAC", "flac", "flac", 8, 0, 0 },
  { ".opus", "Opus", "opus", "libopus", 8, 0, 80000 },
  { ".mp3", "MP3", "mp3", "libmp3lame", 2, 16000, 112000 },
};

struct _MynaAudioWriter
{
  char *path;
  const Format *kind;
  gboolean is_visible;

  AVFormatContext *format;
  MynaMediaOutput *output;
  AVStream *stream; /* borrowed from format */
  AVCodecContext *codec;
  AVPacket *packet;
  SwrContext *swr;
  AVAudioFifo *fifo; /* resampled, waiting to fill a frame */
  float *clean;      /* a block without values that have no meaning */

  int rate;
  int channels;
  gint64 n_in;
  gint64 n_encoded;
  gboolean has_header;
};

static const Format *
find_format (const char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      gsize length = strlen (path);
      gsize suffix = strlen (formats[i].extension);

      if (length > suffix && g_ascii_strcasecmp (path + length - suffix, formats[i].extension) == 0)
        return &formats[i];
    }
  return NULL;
}

/**
 * myna_audio_format_is_known:
 * @path: (type filename): a file name
 *
 * Returns: whether #MynaAudioWriter knows the format that its extension stands for
 */
gboolean
myna_audio_format_is_known (const char *path)
{
  g_return_val_if_fail (path != NULL, FALSE);

  return find_format (path) != NULL;
}

/* FALSE with the error that happened first, else a general one for what FFmpeg refused. */
static gboolean
fail (MynaAudioWriter *self, GError **error)
{
  if (self->output->error == NULL)
    g_set_error (&self->output->error, MYNA_ERROR, MYNA_ERROR_FAILED,
                 _ ("“%s” could not be encoded as %s."), self->path, self->kind->name);
  if (error != NULL)
    *error = g_error_copy (self->output->error);
  return FALSE;
}

/* The rate nearest above ours that the encoder takes, else its highest: nothing is lost. */
static int
choose_rate (const AVCodec *codec, const Format *kind, int rate)
{
  const int *rates = NULL;
  int n_rates = 0;
  int above = 0;
  int highest = 0;

  if (avcodec_get_supported_config (NULL, codec, AV_CODEC_CONFIG_SAMPLE_RATE, 0,
                                    (const void **) &rates, &n_rates) < 0 ||
      rates == NULL)
    return rate;
  for (int i = 0; i < n_rates; i++)
    {
      highest = MAX (highest, rates[i]);
      if (rates[i] >= MAX (rate, kind->lowest_rate) && (above == 0 || rates[i] < above))
        above = rates[i];
    }
  return above > 0 ? above : highest;
}

static enum AVSampleFormat
choose_sample_format (const AVCodec *codec)
{
  const enum AVSampleFormat *sample_formats = NULL;
  int n = 0;

  if (avcodec_get_supported_config (NULL, codec, AV_CODEC_CONFIG_SAMPLE_FORMAT, 0,
                                    (const void **) &sample_formats, &n) < 0 ||
      sample_formats == NULL)
    return AV_SAMPLE_FMT_S16;
  /* Floats where the codec works with them, else 16 bits: more than a room's noise needs. */
  for (int i = 0; i < n; i++)
    if (av_get_packed_sample_fmt (sample_formats[i]) == AV_SAMPLE_FMT_FLT)
      return sample_formats[i];
  return sample_formats[0];
}

static gboolean
open_codec (MynaAudioWriter *self, GError **error)
{
  const AVCodec *codec = avcodec_find_encoder_by_name (self->kind->encoder);

  if (codec == NULL)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("FFmpeg on this system cannot write %s. Choose WAV or FLAC for “%s”."),
                   self->kind->name, self->path);
      return FALSE;
    }
  self->codec = avcodec_alloc_context3 (codec);
  self->codec->sample_rate = choose_rate (codec, self->kind, self->rate);
  self->codec->sample_fmt = choose_sample_format (codec);
  self->codec->time_base = (AVRational) { 1, self->codec->sample_rate };
  av_channel_layout_default (&self->codec->ch_layout, self->channels);
  if (self->kind->bit_rate > 0)
    self->codec->bit_rate = (gint64) self->kind->bit_rate * self->channels;
  /* No version numbers or random serials: the same sound is the same file. */
  self->codec->flags |= AV_CODEC_FLAG_BITEXACT;
  if (self->format->oformat->flags & AVFMT_GLOBALHEADER)
    self->codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  if (avcodec_open2 (self->codec, codec, NULL) >= 0)
    return TRUE;
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
               _ ("%s cannot hold %d channels at %d Hz. Choose another format for “%s”."),
               self->kind->name, self->channels, self->rate, self->path);
  return FALSE;
}

static gboolean
open_converter (MynaAudioWriter *self, GError **error)
{
  AVChannelLayout *layout = &self->codec->ch_layout;

  self->fifo = av_audio_fifo_alloc (self->codec->sample_fmt, self->channels, FRAME_SAMPLES);
  if (self->fifo != NULL &&
      swr_alloc_set_opts2 (&self->swr, layout, self->codec->sample_fmt, self->codec->sample_rate,
                           layout, AV_SAMPLE_FMT_FLT, self->rate, 0, NULL) >= 0 &&
      av_opt_set_int (self->swr, "filter_size", FILTER_TAPS, 0) >= 0 && swr_init (self->swr) >= 0)
    return TRUE;
  return fail (self, error);
}

static gboolean
open_format (MynaAudioWriter *self, GError **error)
{
  int result = avformat_alloc_output_context2 (&self->format, NULL, self->kind->muxer, NULL);

  if (result < 0)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("FFmpeg on this system cannot write %s. Choose WAV or FLAC for “%s”."),
                   self->kind->name, self->path);
      return FALSE;
    }
  self->output = myna_media_output_new ();
  myna_media_output_attach (self->output, self->format);
  if (!open_codec (self, error) || !open_converter (self, error))
    return FALSE;
  self->stream = avformat_new_stream (self->format, NULL);
  self->stream->time_base = self->codec->time_base;
  if (avcodec_parameters_from_context (self->stream->codecpar, self->codec) < 0)
    return fail (self, error);
  return TRUE;
}

static MynaAudioWriter *
writer_open (const char *path, int rate, int channels, gboolean visible, GError **error)
{
  g_autoptr (MynaAudioWriter) self = g_new0 (MynaAudioWriter, 1);

  myna_ffmpeg_init ();
  self->path = g_strdup (path);
  self->rate = rate;
  self->channels = channels;
  self->is_visible = visible;
  self->packet = av_packet_alloc ();
  self->kind = find_format (path);
  if (self->kind == NULL)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("“%s” has no known ending. Name it .wav, .flac, .opus or .mp3."), path);
      return NULL;
    }
  if (channels > self->kind->max_channels)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("%s cannot hold %d channels at %d Hz. Choose another format for “%s”."),
                   self->kind->name, channels, rate, path);
      return NULL;
    }
  /* First the codec, which may be missing, then the file, so that none is left by that. */
  if (!open_format (self, error))
    return NULL;
  if (visible)
    {
      g_autofree char *working_path = g_strconcat (path, ".incomplete", NULL);

      self->output->file = myna_atomic_file_begin_visible (path, working_path, error);
    }
  else
    self->output->file = myna_atomic_file_begin (path, error);
  return self->output->file != NULL ? g_steal_pointer (&self) : NULL;
}

/**
 * myna_audio_writer_open:
 * @path: (type filename): the file to be; its extension (.wav, .flac, .opus, .mp3) is the format
 * @rate: Hz of what will be written; where the format cannot hold it, it is resampled
 * @channels: channels of what will be written
 *
 * WAV and FLAC get 16 bits, WAV beyond 4 GB becomes RF64. Nothing is at @path before
 * myna_audio_writer_finish (). Blocking.
 *
 * Returns: (transfer full) (nullable): the writer; %MYNA_ERROR_UNSUPPORTED for an unknown extension
 *   or a format that is not available, and the errors of myna_atomic_file_begin ()
 */
MynaAudioWriter *
myna_audio_writer_open (const char *path, int rate, int channels, GError **error)
{
  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (rate > 0 && channels > 0, NULL);

  return writer_open (path, rate, channels, FALSE, error);
}

/**
 * myna_audio_writer_open_visible:
 * @path: (type filename): the file to be
 * @rate: Hz
 * @channels: channels
 *
 * As myna_audio_writer_open (), for a recording, which must survive a crash: until it is finished
 * it is at @path + ".incomplete", written out at every call, and it stays there when it is not
 * finished.
 *
 * Returns: (transfer full) (nullable): the writer
 */
MynaAudioWriter *
myna_audio_writer_open_visible (const char *path, int rate, int channels, GError **error)
{
  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (rate > 0 && channels > 0, NULL);

  return writer_open (path, rate, channels, TRUE, error);
}

/**
 * myna_audio_writer_set_tag:
 * @key: a general name: "title", "artist", "comment", "date", "language", …
 * @value: (nullable): its text, NULL takes it away
 *
 * Sets a tag of the file, before anything is written. Names beyond the general ones are kept by
 * FLAC, Opus and MP3, not by WAV.
 */
void
myna_audio_writer_set_tag (MynaAudioWriter *self, const char *key, const char *value)
{
  g_return_if_fail (self != NULL && !self->has_header);
  g_return_if_fail (key != NULL);

  av_dict_set (&self->format->metadata, key, value, 0);
}

static gboolean
ensure_header (MynaAudioWriter *self, GError **error)
{
  AVDictionary *options = NULL;
  int result;

  if (self->output->error != NULL)
    return fail (self, error);
  if (self->has_header)
    return TRUE;
  /* Past 4 GB a WAV file becomes RF64; others do not know the option and leave it. */
  av_dict_set (&options, "rf64", "auto", 0);
  result = avformat_write_header (self->format, &options);
  av_dict_free (&options);
  self->has_header = result >= 0;
  return result >= 0 ? TRUE : fail (self, error);
}

/* Encodes a frame, NULL for the rest, and writes the packets that come out. */
static gboolean
encode (MynaAudioWriter *self, AVFrame *frame, GError **error)
{
  int result = avcodec_send_frame (self->codec, frame);

  while (result >= 0)
    {
      result = avcodec_receive_packet (self->codec, self->packet);
      if (result < 0)
        break;
      self->packet->stream_index = self->stream->index;
      av_packet_rescale_ts (self->packet, self->codec->time_base, self->stream->time_base);
      result = av_write_frame (self->format, self->packet);
      av_packet_unref (self->packet);
    }
  if (self->output->error != NULL || (result != AVERROR (EAGAIN) && result != AVERROR_EOF))
    return fail (self, error);
  return TRUE;
}

/* Encodes the next n samples of the fifo as one frame. */
static gboolean
encode_from_fifo (MynaAudioWriter *self, int n, GError **error)
{
  AVFrame *frame = av_frame_alloc ();
  gboolean ok = FALSE;

  frame->nb_samples = n;
  frame->format = self->codec->sample_fmt;
  frame->sample_rate = self->codec->sample_rate;
  frame->pts = self->n_encoded;
  av_channel_layout_copy (&frame->ch_layout, &self->codec->ch_layout);
  if (av_frame_get_buffer (frame, 0) < 0 ||
      av_audio_fifo_read (self->fifo, (void **) frame->extended_data, n) != n)
    fail (self, error);
  else
    ok = encode (self, frame, error);
  self->n_encoded += n;
  av_frame_free (&frame);
  return ok;
}

static gboolean
encode_full_frames (MynaAudioWriter *self, GError **error)
{
  int n = self->codec->frame_size > 0 ? self->codec->frame_size : FRAME_SAMPLES;

  while (av_audio_fifo_size (self->fifo) >= n)
    if (!encode_from_fifo (self, n, error))
      return FALSE;
  return TRUE;
}

/* Converts n samples per channel (NULL: the rest in the resampler) into the fifo. */
static gboolean
convert (MynaAudioWriter *self, const float *samples, int n, GError **error)
{
  const guint8 *in = (const guint8 *) samples;
  guint8 **planes = NULL;
  int space = MAX (swr_get_out_samples (self->swr, n), 0) + 32;
  gboolean ok = FALSE;
  int got;

  if (av_samples_alloc_array_and_samples (&planes, NULL, self->channels, space,
                                          self->codec->sample_fmt, 0) < 0)
    return fail (self, error);
  got = swr_convert (self->swr, planes, space, samples != NULL ? &in : NULL, n);
  if (got >= 0 && av_audio_fifo_write (self->fifo, (void **) planes, got) == got)
    ok = TRUE;
  av_freep (&planes[0]);
  av_freep (&planes);
  return ok ? TRUE : fail (self, error);
}

/* Not-a-number becomes silence, and what is too loud is cut here, not wrapped by an encoder. */
static const float *
clean (MynaAudioWriter *self, const float *samples, gsize n)
{
  if (self->clean == NULL)
    self->clean = g_new (float, FRAME_SAMPLES *(gsize) self->channels);
  for (gsize i = 0; i < n * (gsize) self->channels; i++)
    self->clean[i] = isnan (samples[i]) ? 0 : CLAMP (samples[i], -1.0f, 1.0f);
  return self->clean;
}

/**
 * myna_audio_writer_write:
 * @interleaved: (array): @n_frames times the number of channels, -1 … 1; louder is cut
 * @n_frames: samples per channel
 *
 * Writes on. After an error every later call gives the same error. Blocking.
 *
 * Returns: FALSE with the reason, such as %MYNA_ERROR_NO_SPACE
 */
gboolean
myna_audio_writer_write (MynaAudioWriter *self,
                         const float *interleaved,
                         gsize n_frames,
                         GError **error)
{
  g_return_val_if_fail (self != NULL && self->output->file != NULL, FALSE);
  g_return_val_if_fail (interleaved != NULL || n_frames == 0, FALSE);

  if (!ensure_header (self, error))
    return FALSE;
  while (n_frames > 0)
    {
      gsize n = MIN (n_frames, FRAME_SAMPLES);

      if (!convert (self, clean (self, interleaved, n), (int) n, error) ||
          !encode_full_frames (self, error))
        return FALSE;
      self->n_in += (gint64) n;
      interleaved += n * (gsize) self->channels;
      n_frames -= n;
    }
  if (self->is_visible)
    avio_flush (self->output->io);
  return self->output->error == NULL ? TRUE : fail (self, error);
}

/* The last frames, what the encoder holds back, and the final header. */
static gboolean
write_rest (MynaAudioWriter *self, GError **error)
{
  gint64 total = av_rescale_rnd (self->n_in, self->codec->sample_rate, self->rate, AV_ROUND_UP);
  gint64 rest;

  if (!ensure_header (self, error) || !convert (self, NULL, 0, error) ||
      !encode_full_frames (self, error))
    return FALSE;
  /* The resampler rounds its end up: the length shall follow from the input alone. */
  rest = MIN (total - self->n_encoded, av_audio_fifo_size (self->fifo));
  if (rest > 0 && !encode_from_fifo (self, (int) rest, error))
    return FALSE;
  if (!encode (self, NULL, error))
    return FALSE;
  if (av_write_trailer (self->format) < 0)
    return fail (self, error);
  avio_flush (self->output->io);
  return self->output->error == NULL ? TRUE : fail (self, error);
}

/**
 * myna_audio_writer_finish:
 *
 * Completes the file, syncs it to the disk and puts it at its path, over an older one. After that
 * only myna_audio_writer_free () may be called. Blocking, maybe for long.
 *
 * Returns: FALSE with the reason; then the path is as it was
 */
gboolean
myna_audio_writer_finish (MynaAudioWriter *self, GError **error)
{
  g_return_val_if_fail (self != NULL && self->output->file != NULL, FALSE);

  return write_rest (self, error) && myna_atomic_file_commit (self->output->file, error);
}

/**
 * myna_audio_writer_finish_incomplete:
 *
 * Completes a visible file but leaves it at its path + ".incomplete": a recording with holes, that
 * is worth keeping and must not pass for a whole one. Blocking.
 *
 * Returns: FALSE with the reason; the file stays, perhaps without its end
 */
gboolean
myna_audio_writer_finish_incomplete (MynaAudioWriter *self, GError **error)
{
  g_return_val_if_fail (self != NULL && self->output->file != NULL, FALSE);
  g_return_val_if_fail (self->is_visible, FALSE);

  if (!write_rest (self, error))
    return FALSE;
  if (fsync (myna_atomic_file_get_fd (self->output->file)) == 0)
    return TRUE;
  myna_error_set_from_errno (error, errno, self->path);
  return FALSE;
}

/**
 * myna_audio_writer_free:
 * @self: (transfer full) (nullable): the writer
 *
 * Closes it. Unfinished, nothing is left of it, except of a visible one.
 */
void
myna_audio_writer_free (MynaAudioWriter *self)
{
  if (self == NULL)
    return;
  avcodec_free_context (&self->codec);
  avformat_free_context (self->format);
  myna_media_output_free (self->output);
  swr_free (&self->swr);
  if (self->fifo != NULL)
    av_audio_fifo_free (self->fifo);
  av_packet_free (&self->packet);
  g_free (self->clean);
  g_free (self->path);
  g_free (self);
}
