/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/video/myna-video-source-private.h"

#include <glib/gi18n-lib.h>
#include <libavcodec/avcodec.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/pixdesc.h>
#include <string.h>

#include "engine/audio/myna-media-input.h"
#include "engine/core/myna-error.h"

/* More threads than this only hold more pictures: the rest of the work has the other cores. */
#define MAX_THREADS 4
/* A larger picture is not a video that anyone has; 16k × 8k. */
#define MAX_PIXELS (16384LL * 8192)
/* In streams whose clock may be set anew, a greater step is that, not a long picture. */
#define MAX_STEP_SECONDS 10.0
/* What is assumed of a stream that does not say how fast it is. */
#define FALLBACK_FPS 25
#define MAX_FPS 1000

struct _MynaVideoSource
{
  MynaMediaInput *input;
  AVStream *stream; /* borrowed from input */
  AVCodecContext *codec;
  AVPacket *packet;
  GCancellable *cancellable;

  gint64 last;  /* the place given out last; AV_NOPTS_VALUE before the first */
  gint64 shift; /* added to the file's times where its clock was set anew */
  gboolean regular;
  gboolean settling; /* errors here come from the jump, not from the file */
  gboolean draining;
  guint n_damaged;
};

static gboolean
is_picture (const AVStream *stream)
{
  return stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
         (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) == 0;
}

static gboolean
is_decodable (const AVStream *stream)
{
  return is_picture (stream) && avcodec_find_decoder (stream->codecpar->codec_id) != NULL;
}

static void
set_no_picture_error (MynaMediaInput *input, GError **error)
{
  for (guint i = 0; i < input->format->nb_streams; i++)
    if (is_picture (input->format->streams[i]))
      {
        g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                     _ ("The picture in “%s” has a format that this system cannot decode (%s)."),
                     input->path, avcodec_get_name (input->format->streams[i]->codecpar->codec_id));
        return;
      }
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
               _ ("“%s” contains no picture. Choose a video or a photo."), input->path);
}

/* A phone's HEIC photo is a grid of small pictures, each a stream of its own: one of them alone
 * would pass for the photo. */
static gboolean
is_in_tiles (MynaMediaInput *input)
{
  for (guint i = 0; i < input->format->nb_stream_groups; i++)
    if (input->format->stream_groups[i]->type == AV_STREAM_GROUP_PARAMS_TILE_GRID &&
        input->format->stream_groups[i]->params.tile_grid->nb_tiles > 1)
      return TRUE;
  return FALSE;
}

static int
find_stream (MynaMediaInput *input, GError **error)
{
  int best = av_find_best_stream (input->format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);

  if (is_in_tiles (input))
    {
      g_set_error (
          error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
          _ ("“%s” is a photo in tiles, which Myna cannot put together. Save it as JPEG or "
             "PNG and choose that."),
          input->path);
      return -1;
    }
  if (best >= 0 && is_decodable (input->format->streams[best]))
    return best;
  for (guint i = 0; i < input->format->nb_streams; i++)
    if (is_decodable (input->format->streams[i]))
      return (int) i;
  set_no_picture_error (input, error);
  return -1;
}

static gboolean
set_damaged_error (MynaVideoSource *self, GError **error)
{
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
               _ ("The picture in “%s” is damaged and cannot be decoded."), self->input->path);
  return FALSE;
}

static gboolean
open_codec (MynaVideoSource *self, GError **error)
{
  const AVCodec *codec = avcodec_find_decoder (self->stream->codecpar->codec_id);

  self->codec = avcodec_alloc_context3 (codec);
  if (avcodec_parameters_to_context (self->codec, self->stream->codecpar) >= 0)
    {
      self->codec->pkt_timebase = self->stream->time_base;
      self->codec->max_pixels = MAX_PIXELS;
      /* Cropping to the very pixel. */
      self->codec->flags |= AV_CODEC_FLAG_UNALIGNED;
      self->codec->thread_count = myna_video_source_is_photo (self)
                                      ? 1
                                      : (int) CLAMP (g_get_num_processors (), 1, MAX_THREADS);
      if (avcodec_open2 (self->codec, codec, NULL) >= 0)
        return TRUE;
    }
  return set_damaged_error (self, error);
}

/* Opens the file, or opens it again to be at its very start in the very same state. */
static gboolean
open_input (MynaVideoSource *self, const char *path, GError **error)
{
  g_autofree char *kept_path = g_strdup (path);
  int index;

  avcodec_free_context (&self->codec);
  g_clear_pointer (&self->input, myna_media_input_free);
  self->stream = NULL;
  self->last = AV_NOPTS_VALUE;
  self->shift = 0;
  self->draining = FALSE;
  self->settling = FALSE;
  self->input = myna_media_input_open (kept_path, error);
  if (self->input == NULL)
    return FALSE;
  index = find_stream (self->input, error);
  if (index < 0)
    return FALSE;
  self->stream = self->input->format->streams[index];
  for (guint i = 0; i < self->input->format->nb_streams; i++)
    if ((int) i != index)
      self->input->format->streams[i]->discard = AVDISCARD_ALL;
  return open_codec (self, error);
}

/**
 * myna_video_source_open:
 * @path: (type filename): a video or photo
 *
 * Opens the best picture stream. Blocking.
 *
 * Returns: (transfer full) (nullable): the source; errors as of myna_media_input_open (),
 *   %MYNA_ERROR_EMPTY without a picture, %MYNA_ERROR_UNSUPPORTED without a decoder
 */
MynaVideoSource *
myna_video_source_open (const char *path, GError **error)
{
  g_autoptr (MynaVideoSource) self = g_new0 (MynaVideoSource, 1);

  self->regular = TRUE;
  self->packet = av_packet_alloc ();
  if (!open_input (self, path, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * myna_video_source_set_cancellable:
 * @cancellable: (nullable): looked at before each packet
 */
void
myna_video_source_set_cancellable (MynaVideoSource *self, GCancellable *cancellable)
{
  g_set_object (&self->cancellable, cancellable);
}

/* The next packet of the stream into self->packet; at_end when there is none. */
static gboolean
read_packet (MynaVideoSource *self, gboolean *at_end, GError **error)
{
  for (;;)
    {
      if (!myna_media_input_read (self->input, self->packet, at_end, &self->n_damaged,
                                  self->cancellable, error))
        return FALSE;
      if (*at_end || self->packet->stream_index == self->stream->index)
        return TRUE;
      av_packet_unref (self->packet);
    }
}

static gboolean
feed_codec (MynaVideoSource *self, GError **error)
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

/* The part of the picture that the container says is to be seen. */
static void
crop (MynaVideoSource *self, AVFrame *frame)
{
  const AVPacketSideData *side = av_packet_side_data_get (
      self->stream->codecpar->coded_side_data, self->stream->codecpar->nb_coded_side_data,
      AV_PKT_DATA_FRAME_CROPPING);

  if (side == NULL || side->size < 4 * sizeof (guint32))
    return;
  frame->crop_top += AV_RL32 (side->data);
  frame->crop_bottom += AV_RL32 (side->data + 4);
  frame->crop_left += AV_RL32 (side->data + 8);
  frame->crop_right += AV_RL32 (side->data + 12);
  if (av_frame_apply_cropping (frame, AV_FRAME_CROP_UNALIGNED) < 0)
    frame->crop_top = frame->crop_bottom = frame->crop_left = frame->crop_right = 0;
}

/* Grey without a tag is of full range where no codec of videos says how it would be tagged: so
 * FFmpeg stores it, and so pictures are. */
static void
tag_grey (MynaVideoSource *self, AVFrame *frame)
{
  static const enum AVCodecID codecs[] = { AV_CODEC_ID_H264,       AV_CODEC_ID_HEVC,
                                           AV_CODEC_ID_AV1,        AV_CODEC_ID_VP9,
                                           AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO,
                                           AV_CODEC_ID_MPEG4 };

  if (frame->color_range != AVCOL_RANGE_UNSPECIFIED ||
      av_pix_fmt_desc_get (frame->format)->nb_components > 2)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++)
    if (self->stream->codecpar->codec_id == codecs[i])
      return;
  frame->color_range = AVCOL_RANGE_JPEG;
}

/*
 * Places increase strictly. A picture without a time follows the one before it; where the clock of
 * a broadcast stream was set anew, the times after it are shifted so that they go on.
 */
static gint64
place (MynaVideoSource *self, const AVFrame *frame)
{
  gint64 nominal = myna_video_source_get_nominal_ticks (self);
  gint64 ticks = frame->pts != AV_NOPTS_VALUE ? frame->pts : frame->best_effort_timestamp;
  gint64 step;

  if (ticks == AV_NOPTS_VALUE)
    {
      self->regular = FALSE;
      return self->last == AV_NOPTS_VALUE ? 0 : self->last + nominal;
    }
  ticks += self->shift;
  if (self->last == AV_NOPTS_VALUE)
    return ticks;
  step = ticks - self->last;
  if ((self->input->format->iformat->flags & AVFMT_TS_DISCONT) != 0 &&
      (double) ABS (step) * av_q2d (self->stream->time_base) > MAX_STEP_SECONDS)
    {
      self->regular = FALSE;
      self->shift += nominal - step;
      return self->last + nominal;
    }
  if (step > 0)
    return ticks;
  self->regular = FALSE;
  return self->last + nominal;
}

/**
 * myna_video_source_next:
 * @frame: filled with the next picture, which the caller unreferences; its pts are ticks of the
 *   stream's time base, later than those of the picture before
 * @at_end: (out): whether there was none
 *
 * Pictures that cannot be decoded are counted and passed over. Blocking.
 *
 * Returns: FALSE when the file cannot be read any more or on cancellation
 */
gboolean
myna_video_source_next (MynaVideoSource *self, AVFrame *frame, gboolean *at_end, GError **error)
{
  *at_end = FALSE;
  for (;;)
    {
      int result;

      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
      result = avcodec_receive_frame (self->codec, frame);
      if (result == 0 && frame->width > 0 && frame->height > 0)
        {
          if (!self->settling &&
              (frame->decode_error_flags != 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0))
            self->n_damaged++;
          self->settling = FALSE;
          frame->pts = place (self, frame);
          self->last = frame->pts;
          crop (self, frame);
          tag_grey (self, frame);
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

/**
 * myna_video_source_first:
 * @frame: filled with the first picture
 *
 * As myna_video_source_next (), where there must be one.
 *
 * Returns: FALSE also when nothing can be decoded, %MYNA_ERROR_CORRUPT
 */
gboolean
myna_video_source_first (MynaVideoSource *self, AVFrame *frame, GError **error)
{
  gboolean at_end = FALSE;

  if (!myna_video_source_next (self, frame, &at_end, error))
    return FALSE;
  return at_end ? set_damaged_error (self, error) : TRUE;
}

/**
 * myna_video_source_jump:
 * @ticks: a place in the stream's time base
 * @jumped: (out): whether it is now at a key picture that should be before @ticks; otherwise it is
 *   somewhere, and is to be restarted
 *
 * Uses the file's index. Not in a source that is not regular: its places would change.
 *
 * Returns: FALSE when cancelled
 */
gboolean
myna_video_source_jump (MynaVideoSource *self, gint64 ticks, gboolean *jumped, GError **error)
{
  *jumped = FALSE;
  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;
  if (!self->regular ||
      av_seek_frame (self->input->format, self->stream->index, ticks, AVSEEK_FLAG_BACKWARD) < 0)
    return TRUE;
  avcodec_flush_buffers (self->codec);
  self->draining = FALSE;
  self->settling = TRUE;
  self->last = AV_NOPTS_VALUE;
  self->input->n_read_errors = 0;
  *jumped = TRUE;
  return TRUE;
}

/**
 * myna_video_source_restart:
 *
 * Goes to the very start.
 *
 * Returns: FALSE when the file cannot be opened any more
 */
gboolean
myna_video_source_restart (MynaVideoSource *self, GError **error)
{
  g_autofree char *path = g_strdup (self->input->path);

  return open_input (self, path, error);
}

/**
 * myna_video_source_get_stream:
 *
 * Returns: (transfer none): the stream; another one after a restart
 */
AVStream *
myna_video_source_get_stream (MynaVideoSource *self)
{
  return self->stream;
}

/**
 * myna_video_source_get_format:
 *
 * Returns: (transfer none): the file; another one after a restart
 */
AVFormatContext *
myna_video_source_get_format (MynaVideoSource *self)
{
  return self->input->format;
}

/**
 * myna_video_source_get_path:
 *
 * Returns: (type filename): the file's path
 */
const char *
myna_video_source_get_path (MynaVideoSource *self)
{
  return self->input->path;
}

/**
 * myna_video_source_is_photo:
 *
 * Returns: whether the file is one still picture
 */
gboolean
myna_video_source_is_photo (MynaVideoSource *self)
{
  static const char *const brands[] = { "avif", "heic", "heix", "mif1", NULL };
  const char *name = self->input->format->iformat->name;
  const AVDictionaryEntry *brand =
      av_dict_get (self->input->format->metadata, "major_brand", NULL, 0);

  return g_str_has_suffix (name, "_pipe") || strcmp (name, "image2") == 0 ||
         strcmp (name, "ico") == 0 || (brand != NULL && g_strv_contains (brands, brand->value));
}

/**
 * myna_video_source_is_regular:
 *
 * Returns: whether all times so far were the file's own, so that a jump finds them again
 */
gboolean
myna_video_source_is_regular (MynaVideoSource *self)
{
  return self->regular;
}

static gboolean
is_rate (AVRational rate)
{
  return rate.num > 0 && rate.den > 0 && av_q2d (rate) <= MAX_FPS;
}

/**
 * myna_video_source_get_rate:
 *
 * Returns: mean frames a second as the file says it, where that can be: some give their clock
 */
AVRational
myna_video_source_get_rate (MynaVideoSource *self)
{
  if (is_rate (self->stream->avg_frame_rate))
    return self->stream->avg_frame_rate;
  if (is_rate (self->stream->r_frame_rate))
    return self->stream->r_frame_rate;
  return (AVRational) { FALLBACK_FPS, 1 };
}

/**
 * myna_video_source_get_nominal_ticks:
 *
 * Returns: how long a picture lasts when nothing says it, in the stream's time base; at least 1
 */
gint64
myna_video_source_get_nominal_ticks (MynaVideoSource *self)
{
  AVRational rate = myna_video_source_get_rate (self);

  return MAX (av_rescale_q (1, av_inv_q (rate), self->stream->time_base), 1);
}

/**
 * myna_video_source_get_n_damaged:
 *
 * Returns: how many pictures or packets so far were damaged
 */
guint
myna_video_source_get_n_damaged (MynaVideoSource *self)
{
  return self->n_damaged;
}

/**
 * myna_video_source_free:
 * @self: (transfer full) (nullable): the source
 */
void
myna_video_source_free (MynaVideoSource *self)
{
  if (self == NULL)
    return;
  av_packet_free (&self->packet);
  avcodec_free_context (&self->codec);
  myna_media_input_free (self->input);
  g_clear_object (&self->cancellable);
  g_free (self);
}
