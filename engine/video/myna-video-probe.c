/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/video/myna-video-probe.h"

#include <libavcodec/avcodec.h>
#include <libavutil/pixdesc.h>
#include <string.h>

#include "engine/audio/myna-audio-probe.h"
#include "engine/core/myna-error.h"
#include "engine/video/myna-tone-map-private.h"
#include "engine/video/myna-video-format-private.h"
#include "engine/video/myna-video-probe-private.h"
#include "engine/video/myna-video-upright-private.h"

/* So many packets tell whether frames come evenly where the file has no table of them. */
#define SAMPLED_PACKETS 240
/* Frames that may be stored before ones that are shown earlier. */
#define MAX_REORDERED 16
/* How fast an image is shown. */
#define IMAGE_FPS 25.0

static int
compare_ticks (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;

  return (left > right) - (left < right);
}

/* The MP4 family lists every frame. Fragments are listed as they are read. */
static gboolean
has_table (MynaVideoSource *source)
{
  AVFormatContext *format = myna_video_source_get_format (source);
  AVStream *stream = myna_video_source_get_stream (source);

  return strstr (format->iformat->name, "mp4") != NULL &&
         avformat_index_get_entries_count (stream) > 1 &&
         avformat_index_get_entries_count (stream) == stream->nb_frames;
}

/* The times of the frames, in order: all of them where the file has a table, else the first ones.
 */
static GArray *
sample_times (MynaVideoSource *source)
{
  AVFormatContext *format = myna_video_source_get_format (source);
  AVStream *stream = myna_video_source_get_stream (source);
  GArray *times = g_array_new (FALSE, FALSE, sizeof (gint64));
  int n_entries = has_table (source) ? avformat_index_get_entries_count (stream) : 0;
  AVPacket *packet;

  for (int i = 0; i < n_entries; i++)
    g_array_append_val (times, avformat_index_get_entry (stream, i)->timestamp);
  packet = n_entries == 0 ? av_packet_alloc () : NULL;
  while (packet != NULL && times->len < SAMPLED_PACKETS && av_read_frame (format, packet) == 0)
    {
      gint64 ticks = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;

      if (packet->stream_index == stream->index && ticks != AV_NOPTS_VALUE)
        g_array_append_val (times, ticks);
      av_packet_unref (packet);
    }
  av_packet_free (&packet);
  g_array_sort (times, compare_ticks);
  return times;
}

/* Even, but for the rounding to ticks. In what was read from the middle, frames are missing at both
 * ends: those that are stored before, or after, others that are shown later. */
static gboolean
is_variable (MynaVideoSource *source)
{
  g_autoptr (GArray) times = sample_times (source);
  gboolean complete = has_table (source);
  guint trim = complete ? 0 : MIN (times->len / 3, MAX_REORDERED);
  gint64 shortest = G_MAXINT64, longest = 0;

  for (guint i = trim + 1; i + trim < times->len; i++)
    {
      gint64 step = g_array_index (times, gint64, i) - g_array_index (times, gint64, i - 1);

      shortest = MIN (shortest, step);
      longest = MAX (longest, step);
    }
  return longest > 0 && longest - shortest > 2 && longest * 100 > shortest * 102;
}

/* Side data of the file, or of the first picture. */
static gconstpointer
find_side_data (const AVStream *stream,
                const AVFrame *first,
                enum AVPacketSideDataType of_stream,
                enum AVFrameSideDataType of_frame,
                gsize size)
{
  const AVPacketSideData *side = av_packet_side_data_get (
      stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, of_stream);
  const AVFrameSideData *frame_side = av_frame_get_side_data (first, of_frame);

  if (side != NULL && side->size >= size)
    return side->data;
  return frame_side != NULL && frame_side->size >= size ? frame_side->data : NULL;
}

static void
fill_hdr (MynaVideoInfo *self, const AVStream *stream, const AVFrame *first)
{
  const AVMasteringDisplayMetadata *mastering =
      find_side_data (stream, first, AV_PKT_DATA_MASTERING_DISPLAY_METADATA,
                      AV_FRAME_DATA_MASTERING_DISPLAY_METADATA, sizeof self->mastering);
  const AVContentLightMetadata *light =
      find_side_data (stream, first, AV_PKT_DATA_CONTENT_LIGHT_LEVEL,
                      AV_FRAME_DATA_CONTENT_LIGHT_LEVEL, sizeof self->light);

  self->is_hdr = myna_tone_map_is_needed (self->transfer);
  self->has_mastering = mastering != NULL;
  if (mastering != NULL)
    self->mastering = *mastering;
  self->has_light = light != NULL;
  if (light != NULL)
    self->light = *light;
}

static void
fill_picture (MynaVideoInfo *self, MynaVideoSource *source, const AVFrame *first)
{
  AVStream *stream = myna_video_source_get_stream (source);
  MynaOrientation orientation = myna_orientation_find (stream, first);
  AVFrame *frame = av_frame_clone (first);
  MynaVideoFormat *format = myna_video_format_new (first, orientation.transpose, self->is_image);
  AVRational aspect = first->sample_aspect_ratio;

  if (aspect.num <= 0 || aspect.den <= 0)
    aspect = stream->sample_aspect_ratio;
  self->stored_format = g_strdup (av_get_pix_fmt_name (first->format));
  self->format = myna_video_format_choose (first->format, orientation.transpose);
  self->is_converted = !myna_video_format_is_lossless (first->format, self->format);
  self->depth = av_pix_fmt_desc_get (self->format)->comp[0].depth;
  frame = myna_video_format_apply (format, frame);
  myna_video_format_free (format);
  self->rotation = myna_orientation_get_degrees (&orientation, &self->mirrored);
  if (frame != NULL)
    {
      self->width = orientation.transpose ? frame->height : frame->width;
      self->height = orientation.transpose ? frame->width : frame->height;
      self->matrix = frame->colorspace;
      self->range = frame->color_range;
      self->primaries = frame->color_primaries;
      self->transfer = frame->color_trc;
    }
  self->sample_aspect = (AVRational) { 1, 1 };
  if (aspect.num > 0 && aspect.den > 0)
    {
      av_reduce (&aspect.num, &aspect.den, aspect.num, aspect.den, G_MAXINT);
      self->sample_aspect = orientation.transpose ? av_inv_q (aspect) : aspect;
    }
  self->is_interlaced = (first->flags & AV_FRAME_FLAG_INTERLACED) != 0;
  av_frame_free (&frame);
}

/* Time 0 of a file is where its first picture or sound is presented, as for MynaAudioReader. */
static double
find_start (AVFormatContext *format, const AVStream *stream, gint64 first)
{
  double picture = (double) first * av_q2d (stream->time_base);
  double origin = picture;

  for (guint i = 0; i < format->nb_streams; i++)
    {
      const AVStream *other = format->streams[i];

      if (other->codecpar->codec_type == AVMEDIA_TYPE_AUDIO && other->start_time != AV_NOPTS_VALUE)
        origin = MIN (origin, (double) other->start_time * av_q2d (other->time_base));
    }
  return picture - origin;
}

static void
fill_time (MynaVideoInfo *self, MynaVideoSource *source, const AVFrame *first)
{
  AVFormatContext *format = myna_video_source_get_format (source);
  AVStream *stream = myna_video_source_get_stream (source);

  self->time_base = stream->time_base;
  self->fps = av_q2d (myna_video_source_get_rate (source));
  self->start = find_start (format, stream, first->pts);
  if (stream->duration != AV_NOPTS_VALUE && stream->duration > 0)
    self->duration = (double) stream->duration * av_q2d (stream->time_base);
  else if (format->duration != AV_NOPTS_VALUE)
    self->duration = (double) format->duration / AV_TIME_BASE;
  self->n_frames = stream->nb_frames > 0 ? stream->nb_frames
                                         : MAX ((gint64) (self->duration * self->fps + 0.5), 1);
  self->is_variable = is_variable (source);
}

/* What the file as a whole has beyond its sound, where the stream does not say it itself. */
static gint64
find_bit_rate (AVFormatContext *format, const AVStream *stream)
{
  gint64 rate = format->bit_rate;

  /* MPEG-1's "variable" is the greatest number that fits. */
  if (stream->codecpar->bit_rate > 0 && (rate <= 0 || stream->codecpar->bit_rate <= rate * 11 / 10))
    return stream->codecpar->bit_rate;
  for (guint i = 0; i < format->nb_streams; i++)
    if (format->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO)
      rate -= format->streams[i]->codecpar->bit_rate;
  return MAX (rate, 0);
}

/**
 * myna_video_info_new:
 * @source: at its first picture; it is read on, and has to be restarted
 * @first: that picture, as decoded
 *
 * Returns: (transfer full): what is in the file, without its sound
 */
MynaVideoInfo *
myna_video_info_new (MynaVideoSource *source, const AVFrame *first)
{
  MynaVideoInfo *self = g_new0 (MynaVideoInfo, 1);
  AVStream *stream = myna_video_source_get_stream (source);

  self->audio = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_audio_stream_free);
  self->is_image = myna_video_source_is_photo (source);
  self->codec = g_strdup (avcodec_get_name (stream->codecpar->codec_id));
  fill_picture (self, source, first);
  fill_hdr (self, stream, first);
  self->bit_rate = find_bit_rate (myna_video_source_get_format (source), stream);
  if (!self->is_image)
    {
      fill_time (self, source, first);
      return self;
    }
  self->time_base = (AVRational) { 1, (int) IMAGE_FPS };
  self->fps = IMAGE_FPS;
  self->n_frames = 1;
  self->is_interlaced = FALSE;
  return self;
}

/**
 * myna_video_probe:
 * @path: (type filename): any file
 *
 * Finds out what pictures and sound a file has by decoding its first picture. Blocking: not on the
 * main thread.
 *
 * Returns: (transfer full) (nullable): what is in it; errors as of myna_video_source_open (),
 *   %MYNA_ERROR_CORRUPT when no picture can be decoded
 */
MynaVideoInfo *
myna_video_probe (const char *path, GError **error)
{
  g_autoptr (MynaVideoSource) source = NULL;
  MynaVideoInfo *self = NULL;
  AVFrame *first = NULL;
  GPtrArray *audio = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  source = myna_video_source_open (path, error);
  if (source == NULL)
    return NULL;
  first = av_frame_alloc ();
  if (myna_video_source_first (source, first, error))
    self = myna_video_info_new (source, first);
  av_frame_free (&first);
  if (self == NULL || self->is_image)
    return self;
  /* A video without sound is as good as any. */
  audio = myna_audio_probe (path, NULL);
  if (audio != NULL)
    {
      g_ptr_array_unref (self->audio);
      self->audio = audio;
    }
  return self;
}

/**
 * myna_video_info_free:
 * @self: (transfer full) (nullable): what is in a file
 */
void
myna_video_info_free (MynaVideoInfo *self)
{
  if (self == NULL)
    return;
  g_free (self->codec);
  g_free (self->stored_format);
  g_ptr_array_unref (self->audio);
  g_free (self);
}
