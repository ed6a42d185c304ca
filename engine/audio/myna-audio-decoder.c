/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-audio-decoder.h"

#include <glib/gi18n-lib.h>
#include <libavcodec/avcodec.h>
#include <string.h>

#include "engine/audio/myna-media-input.h"
#include "engine/core/myna-error.h"

/* Decoded ahead of the place that was asked for, so that codecs with memory have settled: more than
 * the 80 ms of Opus, the bit reservoir of MP3 and the overlap of AAC. */
#define PREROLL_SECONDS 1.0

struct _MynaAudioDecoder
{
  MynaMediaInput *input;
  AVStream *stream; /* borrowed from input */
  AVCodecContext *codec;
  AVPacket *packet;
  GCancellable *cancellable;

  /* Time 0 of the file, in origin_base; unknown until the first frame. */
  gint64 origin;
  AVRational origin_base;
  gboolean has_origin;

  AVFrame *held; /* decoded, to be handed out next */
  gboolean has_held;
  gint64 skip_until; /* packets before this time (stream base) are passed over undecoded */
  gboolean draining;
  gboolean settling; /* errors here come from the jump, not from the file */
  guint n_damaged;
  double duration;
};

/* Formats that hold no timestamps: FFmpeg guesses where a jump landed. */
static gboolean
seeks_inexactly (const AVInputFormat *format)
{
  static const char *const names[] = { "mp3",   "aac",   "ac3",    "eac3", "dts", "amr",
                                       "amrnb", "amrwb", "truehd", "mlp",  NULL };

  return g_strv_contains (names, format->name);
}

static gboolean
open_codec (MynaAudioDecoder *self, GError **error)
{
  const AVCodec *codec = avcodec_find_decoder (self->stream->codecpar->codec_id);

  self->codec = avcodec_alloc_context3 (codec);
  if (avcodec_parameters_to_context (self->codec, self->stream->codecpar) >= 0)
    {
      self->codec->pkt_timebase = self->stream->time_base;
      if (avcodec_open2 (self->codec, codec, NULL) >= 0)
        return TRUE;
    }
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
               _ ("The sound in “%s” is damaged and cannot be decoded."), self->input->path);
  return FALSE;
}

/* Opens the file, or opens it again to be at its very start in the very same state. */
static gboolean
open_input (MynaAudioDecoder *self, const char *path, int stream, GError **error)
{
  g_autofree char *kept_path = g_strdup (path);
  int index;

  avcodec_free_context (&self->codec);
  g_clear_pointer (&self->input, myna_media_input_free);
  self->stream = NULL;
  self->has_held = FALSE;
  self->draining = FALSE;
  self->settling = FALSE;
  self->skip_until = AV_NOPTS_VALUE;
  self->input = myna_media_input_open (kept_path, error);
  if (self->input == NULL)
    return FALSE;
  index = myna_media_input_find_audio (self->input, stream, error);
  if (index < 0)
    return FALSE;
  self->stream = self->input->format->streams[index];
  for (guint i = 0; i < self->input->format->nb_streams; i++)
    if ((int) i != index)
      self->input->format->streams[i]->discard = AVDISCARD_ALL;
  return open_codec (self, error);
}

/* Whether the packet lies so far before the wanted place that it need not be decoded. */
static gboolean
is_skipped (MynaAudioDecoder *self)
{
  if (self->packet->stream_index != self->stream->index)
    return TRUE;
  if (self->skip_until == AV_NOPTS_VALUE)
    return FALSE;
  if (self->packet->pts != AV_NOPTS_VALUE && self->packet->pts < self->skip_until)
    return TRUE;
  self->skip_until = AV_NOPTS_VALUE;
  return FALSE;
}

/* The next packet of the stream into self->packet; at_end when there is none. */
static gboolean
read_packet (MynaAudioDecoder *self, gboolean *at_end, GError **error)
{
  for (;;)
    {
      if (!myna_media_input_read (self->input, self->packet, at_end, &self->n_damaged,
                                  self->cancellable, error))
        return FALSE;
      if (*at_end || !is_skipped (self))
        return TRUE;
      av_packet_unref (self->packet);
    }
}

static gboolean
feed_codec (MynaAudioDecoder *self, GError **error)
{
  gboolean at_end = FALSE;
  int result;

  if (!read_packet (self, &at_end, error))
    return FALSE;
  result = avcodec_send_packet (self->codec, at_end ? NULL : self->packet);
  self->draining = at_end;
  if (!at_end)
    av_packet_unref (self->packet);
  if (result < 0 && result != AVERROR_EOF && !self->settling)
    self->n_damaged++;
  return TRUE;
}

/* The next frame of the codec; damaged packets are counted and passed over. */
static gboolean
decode (MynaAudioDecoder *self, AVFrame *frame, gboolean *at_end, GError **error)
{
  *at_end = FALSE;
  for (;;)
    {
      int result = avcodec_receive_frame (self->codec, frame);

      if (result == 0 && frame->nb_samples > 0 && frame->sample_rate > 0)
        {
          self->settling = FALSE;
          return TRUE;
        }
      if (result == AVERROR_EOF || (result < 0 && self->draining))
        {
          *at_end = TRUE;
          return TRUE;
        }
      if (result < 0 && result != AVERROR (EAGAIN) && !self->settling)
        self->n_damaged++;
      if (result == AVERROR (EAGAIN) && !feed_codec (self, error))
        return FALSE;
    }
}

static gint64
frame_pts (const AVFrame *frame)
{
  return frame->pts != AV_NOPTS_VALUE ? frame->pts : frame->best_effort_timestamp;
}

/*
 * Time 0 of a file is where its first picture or sound is presented. The start of our own stream is
 * taken from its first decoded frame, because the streams' own start times differ between formats
 * in whether encoder priming counts.
 */
static void
find_origin (MynaAudioDecoder *self, const AVFrame *first)
{
  AVFormatContext *format = self->input->format;

  self->has_origin = TRUE;
  self->origin = frame_pts (first) != AV_NOPTS_VALUE ? frame_pts (first) : 0;
  self->origin_base = self->stream->time_base;
  for (guint i = 0; i < format->nb_streams; i++)
    {
      const AVStream *other = format->streams[i];
      gboolean is_video = other->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;

      if (other == self->stream || other->start_time == AV_NOPTS_VALUE ||
          (other->disposition & AV_DISPOSITION_ATTACHED_PIC) ||
          (!is_video && other->codecpar->codec_type != AVMEDIA_TYPE_AUDIO))
        continue;
      if (av_compare_ts (other->start_time, other->time_base, self->origin, self->origin_base) >= 0)
        continue;
      /* Another track that starts a little earlier does so by its priming only. */
      if (!is_video && (double) self->origin * av_q2d (self->origin_base) -
                               (double) other->start_time * av_q2d (other->time_base) <
                           0.1)
        continue;
      self->origin = other->start_time;
      self->origin_base = other->time_base;
    }
}

static gint64
frame_position (MynaAudioDecoder *self, const AVFrame *frame)
{
  AVRational samples = { 1, frame->sample_rate };

  if (frame_pts (frame) == AV_NOPTS_VALUE)
    return MYNA_AUDIO_POSITION_UNKNOWN;
  return av_rescale_q (frame_pts (frame), self->stream->time_base, samples) -
         av_rescale_q (self->origin, self->origin_base, samples);
}

/* Reads (without decoding) to the end: the only way to know the length of a bare MP3 or AAC stream.
 */
static double
measure_duration (MynaAudioDecoder *self)
{
  gboolean at_end = FALSE;
  double seconds = -1;

  while (read_packet (self, &at_end, NULL) && !at_end)
    {
      if (self->packet->pts != AV_NOPTS_VALUE)
        seconds = (double) (self->packet->pts + self->packet->duration - self->origin) *
                  av_q2d (self->stream->time_base);
      av_packet_unref (self->packet);
    }
  return seconds;
}

static double
stated_duration (MynaAudioDecoder *self)
{
  AVFormatContext *format = self->input->format;
  double origin = (double) self->origin * av_q2d (self->origin_base);
  double base = av_q2d (self->stream->time_base);
  double seconds = -1;

  if (self->stream->duration != AV_NOPTS_VALUE)
    {
      seconds = (double) self->stream->duration * base;
      if (self->stream->start_time != AV_NOPTS_VALUE)
        seconds += (double) self->stream->start_time * base - origin;
      /* The granule position of Ogg Opus counts the priming, the start time does not (RFC 7845). */
      if (strcmp (format->iformat->name, "ogg") == 0 &&
          self->stream->codecpar->codec_id == AV_CODEC_ID_OPUS)
        seconds -= self->stream->codecpar->initial_padding / 48000.0;
    }
  else if (format->duration != AV_NOPTS_VALUE)
    {
      seconds = (double) format->duration / AV_TIME_BASE;
      if (format->start_time != AV_NOPTS_VALUE)
        seconds += (double) format->start_time / AV_TIME_BASE - origin;
    }
  return seconds < 0 ? -1 : seconds;
}

/* Decodes the first frame, by which the timeline starts, and holds it. */
static gboolean
start (MynaAudioDecoder *self, GError **error)
{
  gboolean at_end = FALSE;

  if (!decode (self, self->held, &at_end, error))
    return FALSE;
  self->has_held = !at_end;
  if (!at_end)
    {
      if (!self->has_origin)
        find_origin (self, self->held);
      return TRUE;
    }
  if (self->n_damaged > 0)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
                 _ ("The sound in “%s” is damaged and cannot be decoded."), self->input->path);
  else
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                 _ ("“%s” contains no sound. Choose a file with an audio track."),
                 self->input->path);
  return FALSE;
}

static gboolean
reopen (MynaAudioDecoder *self, GError **error)
{
  g_autofree char *path = g_strdup (self->input->path);
  int index = self->stream->index;

  return open_input (self, path, index, error);
}

/**
 * myna_audio_decoder_open:
 * @path: (type filename): a media file
 * @stream: index of an audio stream, -1 for the best
 *
 * Opens the stream and decodes its first frame. For formats that do not state their length the
 * whole file is read once (not decoded). Blocking.
 *
 * Returns: (transfer full) (nullable): the decoder; errors as of myna_media_input_open () and
 *   myna_media_input_find_audio (), %MYNA_ERROR_CORRUPT when nothing can be decoded
 */
MynaAudioDecoder *
myna_audio_decoder_open (const char *path, int stream, GError **error)
{
  g_autoptr (MynaAudioDecoder) self = g_new0 (MynaAudioDecoder, 1);

  self->packet = av_packet_alloc ();
  self->held = av_frame_alloc ();
  if (!open_input (self, path, stream, error) || !start (self, error))
    return NULL;
  self->duration = stated_duration (self);
  if (self->input->format->duration_estimation_method == AVFMT_DURATION_FROM_BITRATE)
    {
      self->duration = measure_duration (self);
      self->n_damaged = 0;
      if (!reopen (self, error) || !start (self, error))
        return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * myna_audio_decoder_next:
 * @frame: filled with the next frame, which the caller unreferences
 * @position: (out): its place in samples of its own rate from time 0 of the file, or
 *   %MYNA_AUDIO_POSITION_UNKNOWN
 * @at_end: (out): whether there was none
 *
 * Blocking.
 *
 * Returns: FALSE when the file cannot be read any more or on cancellation
 */
gboolean
myna_audio_decoder_next (
    MynaAudioDecoder *self, AVFrame *frame, gint64 *position, gboolean *at_end, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  *position = MYNA_AUDIO_POSITION_UNKNOWN;
  *at_end = FALSE;
  if (self->has_held)
    {
      av_frame_move_ref (frame, self->held);
      self->has_held = FALSE;
    }
  else if (!decode (self, frame, at_end, error))
    return FALSE;
  if (!*at_end)
    *position = frame_position (self, frame);
  return TRUE;
}

/**
 * myna_audio_decoder_get_rounding:
 * @rate: samples per second
 *
 * Returns: by how many samples of @rate a position may be off, because the file's clock is coarser
 *   than that; 0 when positions are exact
 */
gint64
myna_audio_decoder_get_rounding (MynaAudioDecoder *self, int rate)
{
  AVRational base;

  g_return_val_if_fail (self != NULL && rate > 0, 0);

  base = self->stream->time_base;
  if (base.num == 1 && base.den % rate == 0)
    return 0;
  return 1 + (gint64) rate * base.num / base.den;
}

/**
 * myna_audio_decoder_can_seek:
 *
 * Returns: FALSE when only decoding everything before it finds an exact place: in a stream without
 *   timestamps, packets are counted, and where a packet is no whole number of ticks that count
 * drifts
 */
gboolean
myna_audio_decoder_can_seek (MynaAudioDecoder *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return !seeks_inexactly (self->input->format->iformat) ||
         myna_audio_decoder_get_rounding (self, self->codec->sample_rate) == 0;
}

/* Jumps by the file's index. FALSE without an error when it did not land before the place. */
static gboolean
jump (MynaAudioDecoder *self, gint64 timestamp, gint64 position, int rate, GError **error)
{
  gboolean at_end = FALSE;
  gint64 landed;

  if (av_seek_frame (self->input->format, self->stream->index, timestamp, AVSEEK_FLAG_BACKWARD) < 0)
    return FALSE;
  avcodec_flush_buffers (self->codec);
  av_frame_unref (self->held);
  self->has_held = FALSE;
  self->draining = FALSE;
  self->settling = TRUE;
  do
    {
      av_frame_unref (self->held);
      if (!decode (self, self->held, &at_end, error) || at_end)
        return FALSE;
      landed = frame_position (self, self->held);
    }
  while (landed == MYNA_AUDIO_POSITION_UNKNOWN);
  self->has_held = TRUE;
  return av_compare_ts (landed, (AVRational) { 1, self->held->sample_rate }, position,
                        (AVRational) { 1, rate }) <= 0;
}

/**
 * myna_audio_decoder_seek:
 * @position: the wanted place in samples from time 0 of the file
 * @rate: the rate of @position
 *
 * Makes the next frames begin some way before @position; the caller drops what it does not want.
 * Blocking.
 *
 * Returns: FALSE when the file cannot be read any more or on cancellation
 */
gboolean
myna_audio_decoder_seek (MynaAudioDecoder *self, gint64 position, int rate, GError **error)
{
  GError *jump_error = NULL;
  gint64 early = position - (gint64) (PREROLL_SECONDS * rate);
  gint64 timestamp;

  g_return_val_if_fail (self != NULL, FALSE);

  timestamp = av_rescale_q (early, (AVRational) { 1, rate }, self->stream->time_base) +
              av_rescale_q (self->origin, self->origin_base, self->stream->time_base);
  if (early > 0 && !seeks_inexactly (self->input->format->iformat))
    {
      if (jump (self, timestamp, position, rate, &jump_error))
        return TRUE;
      if (jump_error != NULL)
        {
          g_propagate_error (error, jump_error);
          return FALSE;
        }
    }
  av_frame_unref (self->held);
  if (!reopen (self, error))
    return FALSE;
  if (early > 0)
    {
      self->skip_until = timestamp;
      self->settling = TRUE;
    }
  return TRUE;
}

/**
 * myna_audio_decoder_set_cancellable:
 * @cancellable: (nullable): looked at before every packet from now on
 */
void
myna_audio_decoder_set_cancellable (MynaAudioDecoder *self, GCancellable *cancellable)
{
  g_return_if_fail (self != NULL);

  g_set_object (&self->cancellable, cancellable);
}

/**
 * myna_audio_decoder_get_duration:
 *
 * Returns: where the stream ends, in seconds from time 0 of the file, or -1 when unknown
 */
double
myna_audio_decoder_get_duration (MynaAudioDecoder *self)
{
  g_return_val_if_fail (self != NULL, -1);

  return self->duration;
}

/**
 * myna_audio_decoder_get_n_damaged:
 *
 * Returns: how many packets so far could not be decoded
 */
guint
myna_audio_decoder_get_n_damaged (MynaAudioDecoder *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_damaged;
}

/**
 * myna_audio_decoder_free:
 * @self: (transfer full) (nullable): the decoder
 */
void
myna_audio_decoder_free (MynaAudioDecoder *self)
{
  if (self == NULL)
    return;
  av_frame_free (&self->held);
  av_packet_free (&self->packet);
  avcodec_free_context (&self->codec);
  myna_media_input_free (self->input);
  g_clear_object (&self->cancellable);
  g_free (self);
}
