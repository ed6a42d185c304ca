/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/video/myna-video-mux-private.h"

#include <glib/gi18n-lib.h>
#include <libavformat/avformat.h>
#include <string.h>

#include "engine/audio/myna-media-output.h"
#include "engine/core/myna-error.h"
#include "engine/video/myna-video-sound-private.h"

/* Not translated: it is for whoever finds the file, anywhere. */
#define MARK "Made with Myna. AI-generated: the mouth in this video is synthetic."

static const MynaVideoContainer containers[] = {
  { ".mp4", "mp4", FALSE, { "aac" } },      { ".m4v", "mp4", FALSE, { "aac" } },
  { ".mov", "mov", FALSE, { "aac" } },      { ".mkv", "matroska", FALSE, { "libopus", "aac" } },
  { ".webm", "webm", TRUE, { "libopus" } },
};

typedef struct
{
  AVFormatContext *format;
  MynaMediaOutput *output;
  AVStream *video;
  AVStream *audio; /* NULL without sound */
  MynaVideoSound *sound;
  MynaPacketLog *log;
  AVRational time_base;
  int delay; /* by how many pictures decoding runs ahead of showing */

  GArray *times; /* gint64: of the pictures, in the order of showing, from the one that the next
                    dts is taken from */
  gint64 n_packets;
  AVPacket *picture; /* the next of each, NULL at the end */
  AVPacket *sample;
  gboolean in_segment;
} Mux;

/**
 * myna_video_container_find:
 * @path: (type filename): a file name
 *
 * Returns: (nullable): what its extension stands for
 */
const MynaVideoContainer *
myna_video_container_find (const char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS (containers); i++)
    {
      gsize length = strlen (path);
      gsize suffix = strlen (containers[i].extension);

      if (length > suffix &&
          g_ascii_strcasecmp (path + length - suffix, containers[i].extension) == 0)
        return &containers[i];
    }
  return NULL;
}

static gint
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;

  return (left > right) - (left < right);
}

/* Enters the next segment, whose times follow those that are still to be used. */
static gboolean
enter_segment (Mux *self, GError **error)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (!myna_packet_log_next_segment (self->log, times, error))
    return FALSE;
  self->in_segment = times->len > 0;
  if (!self->in_segment)
    return TRUE;
  g_array_sort (times, compare_times);
  g_array_append_vals (self->times, times->data, times->len);
  return TRUE;
}

/*
 * Decoding times are those of showing, moved by the decoder's delay: so they increase over the
 * borders of segments too, whatever the frames' distances. The first ones lie before the start.
 */
static gint64
next_dts (Mux *self)
{
  gint64 first = g_array_index (self->times, gint64, 0);
  gint64 dts;

  if (self->n_packets < self->delay)
    {
      gint64 step = self->times->len > 1 ? g_array_index (self->times, gint64, 1) - first : 1;

      dts = first - (self->delay - self->n_packets) * step;
    }
  else
    {
      dts = first;
      g_array_remove_index (self->times, 0);
    }
  self->n_packets++;
  return dts;
}

static gboolean
next_picture (Mux *self, GError **error)
{
  GError *read_error = NULL;

  while (self->in_segment)
    {
      self->picture = myna_packet_log_next (self->log, &read_error);
      if (read_error != NULL)
        {
          g_propagate_error (error, read_error);
          return FALSE;
        }
      if (self->picture != NULL)
        {
          self->picture->dts = next_dts (self);
          self->picture->stream_index = self->video->index;
          return TRUE;
        }
      if (!enter_segment (self, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
next_sample (Mux *self, GError **error)
{
  GError *sound_error = NULL;

  if (self->sound == NULL)
    return TRUE;
  self->sample = myna_video_sound_next (self->sound, &sound_error);
  if (sound_error != NULL)
    {
      g_propagate_error (error, sound_error);
      return FALSE;
    }
  if (self->sample != NULL)
    self->sample->stream_index = self->audio->index;
  return TRUE;
}

/* FALSE with the error of the file, else a general one for what FFmpeg refused. */
static gboolean
fail (Mux *self, const char *path, GError **error)
{
  if (self->output->error != NULL)
    g_propagate_error (error, g_steal_pointer (&self->output->error));
  else
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_FAILED,
                 _ ("The video “%s” could not be put together."), path);
  return FALSE;
}

static gboolean
write_packet (Mux *self, AVPacket **packet, AVRational base, const AVStream *stream)
{
  int result;

  av_packet_rescale_ts (*packet, base, stream->time_base);
  result = av_interleaved_write_frame (self->format, *packet);
  av_packet_free (packet);
  return result >= 0;
}

static gboolean
write_all (Mux *self, const char *path, GCancellable *cancellable, GError **error)
{
  AVRational samples = { 1, 48000 };

  if (!enter_segment (self, error) || !next_picture (self, error) || !next_sample (self, error))
    return FALSE;
  while (self->picture != NULL || self->sample != NULL)
    {
      gboolean picture =
          self->sample == NULL ||
          (self->picture != NULL &&
           av_compare_ts (self->picture->dts, self->time_base, self->sample->pts, samples) <= 0);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (picture && !write_packet (self, &self->picture, self->time_base, self->video))
        return fail (self, path, error);
      if (!picture && !write_packet (self, &self->sample, samples, self->audio))
        return fail (self, path, error);
      if (picture ? !next_picture (self, error) : !next_sample (self, error))
        return FALSE;
    }
  return TRUE;
}

static void
add_hdr (AVCodecParameters *parameters, const MynaVideoInfo *source)
{
  AVPacketSideData *side;

  if (source->has_mastering)
    {
      side = av_packet_side_data_new (&parameters->coded_side_data, &parameters->nb_coded_side_data,
                                      AV_PKT_DATA_MASTERING_DISPLAY_METADATA,
                                      sizeof source->mastering, 0);
      if (side != NULL)
        memcpy (side->data, &source->mastering, sizeof source->mastering);
    }
  if (source->has_light)
    {
      side = av_packet_side_data_new (&parameters->coded_side_data, &parameters->nb_coded_side_data,
                                      AV_PKT_DATA_CONTENT_LIGHT_LEVEL, sizeof source->light, 0);
      if (side != NULL)
        memcpy (side->data, &source->light, sizeof source->light);
    }
}

static gboolean
add_streams (Mux *self, const MynaVideoInfo *source, MynaVideoEncoder *encoder)
{
  const AVCodecContext *codec = myna_video_encoder_get_codec (encoder);

  self->video = avformat_new_stream (self->format, NULL);
  self->video->time_base = self->time_base;
  self->video->avg_frame_rate = codec->framerate;
  self->video->sample_aspect_ratio = codec->sample_aspect_ratio;
  if (avcodec_parameters_from_context (self->video->codecpar, codec) < 0)
    return FALSE;
  add_hdr (self->video->codecpar, source);
  if (self->sound == NULL)
    return TRUE;
  codec = myna_video_sound_get_codec (self->sound);
  self->audio = avformat_new_stream (self->format, NULL);
  self->audio->time_base = codec->time_base;
  return avcodec_parameters_from_context (self->audio->codecpar, codec) >= 0;
}

static gboolean
write_header (Mux *self, const MynaVideoWriterOptions *options)
{
  AVDictionary *settings = NULL;
  int result;

  if (!options->unmarked)
    {
      av_dict_set (&self->format->metadata, "comment", MARK, 0);
      av_dict_set (&self->format->metadata, "description", MARK, 0);
    }
  /* The table of contents in front, so that a browser plays before it has all; other containers do
   * not know the option and leave it. */
  av_dict_set (&settings, "movflags", "+faststart", 0);
  result = avformat_write_header (self->format, &settings);
  av_dict_free (&settings);
  return result >= 0;
}

static gboolean
mux (Mux *self,
     const char *path,
     const MynaVideoInfo *source,
     MynaVideoEncoder *encoder,
     const MynaVideoWriterOptions *options,
     GCancellable *cancellable,
     GError **error)
{
  if (avformat_alloc_output_context2 (&self->format, NULL, myna_video_container_find (path)->muxer,
                                      NULL) < 0)
    return fail (self, path, error);
  myna_media_output_attach (self->output, self->format);
  if (!add_streams (self, source, encoder) || !write_header (self, options))
    return fail (self, path, error);
  if (!write_all (self, path, cancellable, error))
    return FALSE;
  if (av_write_trailer (self->format) < 0)
    return fail (self, path, error);
  avio_flush (self->output->io);
  if (self->output->error != NULL)
    return fail (self, path, error);
  return myna_atomic_file_commit (self->output->file, error);
}

/**
 * myna_video_mux:
 * @path: (type filename): the video to be
 * @source: whose HDR data it gets
 * @encoder: the one that made the packets
 * @log: the packets
 * @time_base: their ticks
 * @options: the sound, and the mark
 *
 * Joins encoded pictures and sound to a file that appears at @path when it is complete. The same
 * input gives the same bytes. Blocking.
 *
 * Returns: FALSE with the reason; then @path is as it was
 */
gboolean
myna_video_mux (const char *path,
                const MynaVideoInfo *source,
                MynaVideoEncoder *encoder,
                MynaPacketLog *log,
                AVRational time_base,
                const MynaVideoWriterOptions *options,
                GCancellable *cancellable,
                GError **error)
{
  double duration = (double) myna_packet_log_get_end (log) * av_q2d (time_base);
  Mux self = { .log = log, .time_base = time_base };
  gboolean ok = FALSE;

  if (options->audio != NULL)
    {
      self.sound = myna_video_sound_new (options, myna_video_container_find (path)->sound, duration,
                                         cancellable, error);
      if (self.sound == NULL)
        return FALSE;
    }
  self.delay = myna_video_encoder_get_codec (encoder)->has_b_frames;
  self.times = g_array_new (FALSE, FALSE, sizeof (gint64));
  self.output = myna_media_output_new ();
  self.output->file = myna_atomic_file_begin (path, error);
  if (self.output->file != NULL && myna_packet_log_rewind (log, error))
    ok = mux (&self, path, source, encoder, options, cancellable, error);
  av_packet_free (&self.picture);
  av_packet_free (&self.sample);
  avformat_free_context (self.format);
  myna_media_output_free (self.output);
  g_clear_pointer (&self.sound, myna_video_sound_free);
  g_array_unref (self.times);
  return ok;
}
