/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/video/myna-video-encoder-private.h"

#include <glib/gi18n-lib.h>
#include <libavutil/hwcontext.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <math.h>
#include <string.h>

#include "engine/core/myna-error.h"

/* Always the same, whatever the machine: x264's pictures depend on the number. More hold more
 * pictures (20 MB each way at 1080p), and rendering is slower than two of them. */
#define THREADS 2
/* A run is a segment: its length in seconds, and so how much work a kill can cost. */
#define RUN_SECONDS 8

typedef enum
{
  FOR_MP4,
  FOR_WEBM,
} Container;

typedef struct
{
  const char *name;
  Container container;
  enum AVHWDeviceType device; /* pictures are to be uploaded to one */
  gboolean hardware;
  gboolean even_only;
} Kind;

/* In order of preference: x264 is the best of its quality at any speed. */
static const Kind kinds[] = {
  { "libx264", FOR_MP4, AV_HWDEVICE_TYPE_NONE, FALSE, TRUE },
  { "h264_nvenc", FOR_MP4, AV_HWDEVICE_TYPE_NONE, TRUE, TRUE },
  { "h264_amf", FOR_MP4, AV_HWDEVICE_TYPE_NONE, TRUE, TRUE },
  { "h264_vaapi", FOR_MP4, AV_HWDEVICE_TYPE_VAAPI, TRUE, TRUE },
  { "h264_qsv", FOR_MP4, AV_HWDEVICE_TYPE_NONE, TRUE, TRUE },
  { "libopenh264", FOR_MP4, AV_HWDEVICE_TYPE_NONE, FALSE, TRUE },
  { "mpeg4", FOR_MP4, AV_HWDEVICE_TYPE_NONE, FALSE, TRUE },
  { "libvpx-vp9", FOR_WEBM, AV_HWDEVICE_TYPE_NONE, FALSE, FALSE },
  { "libvpx", FOR_WEBM, AV_HWDEVICE_TYPE_NONE, FALSE, TRUE },
};

typedef struct
{
  gint64 pts;
  gint64 duration;
} Place;

struct _MynaVideoEncoder
{
  const Kind *kind;
  enum AVPixelFormat format; /* of the pictures before any upload */
  int width, height;         /* padded where the format wants even numbers */
  int crf;
  gboolean lossless;
  int run_length;
  char *description;
  MynaVideoInfo source; /* a shallow copy: no strings, no tracks */

  AVCodecContext *codec;
  AVBufferRef *device;
  struct SwsContext *sws;
  GArray *places; /* Place of each frame of the run; the encoder itself only counts */
  gboolean draining;
};

/*
 * x264's constant quality. Measured on a talking head of 1080p with the settings below: 16 leaves
 * untouched pixels at 47.4 dB of luma on average, 17 at 46.8, 18 at 46.3 for 30 % fewer bits than
 * 16, 19 at 45.7. A source that itself spent more bits gets more. Bits of newer codecs count for
 * more.
 */
static int
choose_crf (const MynaVideoInfo *source)
{
  static const struct
  {
    const char *codec;
    double worth;
  } codecs[] = {
    { "hevc", 1.6 },       { "vp9", 1.5 },        { "av1", 2 },
    { "mpeg1video", 0.4 }, { "mpeg2video", 0.5 }, { "mjpeg", 0.2 },
    { "prores", 0.3 },     { "dnxhd", 0.3 },      { "mpeg4", 0.7 },
  };
  double pixels = (double) source->width * source->height * MAX (source->fps, 1);
  double bits = (double) source->bit_rate / pixels;

  if (source->is_image || source->bit_rate <= 0)
    return 18;
  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++)
    if (g_strcmp0 (codecs[i].codec, source->codec) == 0)
      bits *= codecs[i].worth;
  return bits > 0.3 ? 15 : bits > 0.15 ? 16 : bits > 0.05 ? 17 : 18;
}

/* For coders that only know bits a second. */
static gint64
choose_bit_rate (const MynaVideoInfo *source)
{
  double pixels = (double) source->width * source->height * MAX (source->fps, 1);

  return (gint64) MAX ((double) source->bit_rate * 1.5, pixels * 0.12);
}

static void
set_option (AVCodecContext *codec, const char *name, const char *value)
{
  if (av_opt_set (codec, name, value, AV_OPT_SEARCH_CHILDREN) < 0)
    g_debug ("%s has no option %s=%s", codec->codec->name, name, value);
}

static void
set_number (AVCodecContext *codec, const char *name, int value)
{
  char text[16];

  g_snprintf (text, sizeof text, "%d", value);
  set_option (codec, name, text);
}

static void
set_x264_quality (const MynaVideoEncoder *self, AVCodecContext *codec)
{
  /* "stitchable": headers that do not depend on the run's own pictures. "superfast" with a short
   * look ahead gives the size of "veryfast" for 1.2 dB less and two thirds of the work (18.7
   * instead of 28.8 ms of one core for a picture of 1080p), which the whole job needs more. */
  set_option (codec, "preset", self->lossless ? "ultrafast" : "superfast");
  set_option (codec, "x264-params",
              self->lossless ? "stitchable=1"
                             : "stitchable=1:lookahead-threads=1:mbtree=1:rc-lookahead=5:subme=1");
  if (self->lossless)
    set_number (codec, "qp", 0);
  else
    set_number (codec, "crf", self->crf);
}

static void
set_vpx_quality (const MynaVideoEncoder *self, AVCodecContext *codec)
{
  set_option (codec, "deadline", "good");
  set_number (codec, "cpu-used", 5);
  set_number (codec, "row-mt", 1);
  set_number (codec, "auto-alt-ref", 0);
  set_number (codec, "lag-in-frames", 0);
  if (self->lossless)
    set_number (codec, "lossless", 1);
  else
    set_number (codec, "crf", self->crf + 8);
}

/* The quality of each coder in its own words, about the same to the eye. */
static void
set_quality (const MynaVideoEncoder *self, AVCodecContext *codec)
{
  const char *name = self->kind->name;

  if (strcmp (name, "libx264") == 0)
    set_x264_quality (self, codec);
  else if (g_str_has_prefix (name, "libvpx"))
    set_vpx_quality (self, codec);
  else if (strcmp (name, "h264_nvenc") == 0)
    {
      set_option (codec, "preset", "p5");
      set_option (codec, "rc", "vbr");
      set_number (codec, "cq", self->crf + 3);
    }
  else if (strcmp (name, "h264_vaapi") == 0)
    {
      set_option (codec, "rc_mode", "CQP");
      set_number (codec, "qp", self->crf + 4);
    }
  else if (strcmp (name, "h264_amf") == 0)
    {
      set_option (codec, "rc", "cqp");
      set_number (codec, "qp_i", self->crf + 2);
      set_number (codec, "qp_p", self->crf + 4);
    }
  else if (strcmp (name, "h264_qsv") == 0)
    codec->global_quality = self->crf + 4;
  else if (strcmp (name, "mpeg4") == 0)
    {
      codec->flags |= AV_CODEC_FLAG_QSCALE;
      codec->global_quality = FF_QP2LAMBDA * 2;
    }
  else
    codec->bit_rate = choose_bit_rate (&self->source);
}

static void
set_hdr (const MynaVideoEncoder *self, AVCodecContext *codec)
{
  AVFrameSideData *side;

  if (self->source.has_mastering)
    {
      side = av_frame_side_data_new (&codec->decoded_side_data, &codec->nb_decoded_side_data,
                                     AV_FRAME_DATA_MASTERING_DISPLAY_METADATA,
                                     sizeof self->source.mastering, 0);
      if (side != NULL)
        memcpy (side->data, &self->source.mastering, sizeof self->source.mastering);
    }
  if (self->source.has_light)
    {
      side =
          av_frame_side_data_new (&codec->decoded_side_data, &codec->nb_decoded_side_data,
                                  AV_FRAME_DATA_CONTENT_LIGHT_LEVEL, sizeof self->source.light, 0);
      if (side != NULL)
        memcpy (side->data, &self->source.light, sizeof self->source.light);
    }
}

static void
set_picture (const MynaVideoEncoder *self, AVCodecContext *codec)
{
  AVRational rate = av_d2q (CLAMP (self->source.fps, 1, 240), 60000);

  codec->width = self->width;
  codec->height = self->height;
  codec->pix_fmt = self->format;
  codec->sample_aspect_ratio = self->source.sample_aspect;
  codec->colorspace = self->source.matrix;
  codec->color_range = self->source.range;
  codec->color_primaries = self->source.primaries;
  codec->color_trc = self->source.transfer;
  codec->framerate = rate;
  codec->time_base = av_inv_q (rate);
  codec->gop_size = self->run_length;
  codec->thread_count = THREADS;
  codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP | AV_CODEC_FLAG_BITEXACT;
  /* With them and mbtree x264 reads memory that it never wrote: two runs give different files (seen
   * in 0.165; MALLOC_PERTURB_ shows it). Elsewhere the gain is small and the faults are many. */
  codec->max_b_frames = 0;
}

/* A graphics card's own memory for the pictures. */
static gboolean
set_device (MynaVideoEncoder *self, AVCodecContext *codec)
{
  AVHWFramesContext *frames;

  if (self->kind->device == AV_HWDEVICE_TYPE_NONE)
    return TRUE;
  if (self->device == NULL &&
      av_hwdevice_ctx_create (&self->device, self->kind->device, NULL, NULL, 0) < 0)
    return FALSE;
  codec->hw_frames_ctx = av_hwframe_ctx_alloc (self->device);
  if (codec->hw_frames_ctx == NULL)
    return FALSE;
  frames = (AVHWFramesContext *) (void *) codec->hw_frames_ctx->data;
  frames->format = AV_PIX_FMT_VAAPI;
  frames->sw_format = self->format;
  frames->width = self->width;
  frames->height = self->height;
  frames->initial_pool_size = 16;
  codec->pix_fmt = AV_PIX_FMT_VAAPI;
  return av_hwframe_ctx_init (codec->hw_frames_ctx) >= 0;
}

static AVCodecContext *
open_codec (MynaVideoEncoder *self)
{
  const AVCodec *kind = avcodec_find_encoder_by_name (self->kind->name);
  AVCodecContext *codec = kind != NULL ? avcodec_alloc_context3 (kind) : NULL;

  if (codec == NULL)
    return NULL;
  set_picture (self, codec);
  set_hdr (self, codec);
  set_quality (self, codec);
  if (set_device (self, codec) && avcodec_open2 (codec, kind, NULL) >= 0)
    return codec;
  avcodec_free_context (&codec);
  return NULL;
}

/* The formats that a source may be encoded in, the most faithful first. */
static guint
list_formats (enum AVPixelFormat format, enum AVPixelFormat list[8])
{
  const AVPixFmtDescriptor *kind = av_pix_fmt_desc_get (format);
  gboolean deep = kind->comp[0].depth > 8;
  gboolean full = kind->nb_components == 3 && kind->log2_chroma_w == 0 && kind->log2_chroma_h == 0;
  gboolean half = kind->nb_components == 3 && kind->log2_chroma_w == 1 && kind->log2_chroma_h == 0;
  guint n = 0;

  for (int depth = deep ? 1 : 0; depth >= 0; depth--)
    {
      if (full)
        list[n++] = depth > 0 ? AV_PIX_FMT_YUV444P10 : AV_PIX_FMT_YUV444P;
      if (half)
        list[n++] = depth > 0 ? AV_PIX_FMT_YUV422P10 : AV_PIX_FMT_YUV422P;
      list[n++] = depth > 0 ? AV_PIX_FMT_YUV420P10 : AV_PIX_FMT_YUV420P;
    }
  /* What some graphics cards take: the same samples in another order. */
  if (deep)
    list[n++] = AV_PIX_FMT_P010;
  list[n++] = AV_PIX_FMT_NV12;
  return n;
}

static gboolean
takes_format (const Kind *kind, enum AVPixelFormat format)
{
  const AVCodec *codec = avcodec_find_encoder_by_name (kind->name);
  const enum AVPixelFormat *formats = NULL;
  int n = 0;

  if (codec == NULL)
    return FALSE;
  if (kind->device != AV_HWDEVICE_TYPE_NONE)
    return format == AV_PIX_FMT_NV12;
  if (avcodec_get_supported_config (NULL, codec, AV_CODEC_CONFIG_PIX_FORMAT, 0,
                                    (const void **) &formats, &n) < 0 ||
      formats == NULL)
    return format == AV_PIX_FMT_YUV420P;
  for (int i = 0; i < n; i++)
    if (formats[i] == format)
      return TRUE;
  return FALSE;
}

static void
set_size (MynaVideoEncoder *self)
{
  const AVPixFmtDescriptor *kind = av_pix_fmt_desc_get (self->format);
  int w = self->kind->even_only ? (1 << kind->log2_chroma_w) - 1 : 0;
  int h = self->kind->even_only ? (1 << kind->log2_chroma_h) - 1 : 0;

  self->width = (self->source.width + w) & ~w;
  self->height = (self->source.height + h) & ~h;
}

static gboolean
try_kind (MynaVideoEncoder *self, const Kind *kind, enum AVPixelFormat format)
{
  if (!takes_format (kind, format))
    return FALSE;
  self->kind = kind;
  self->format = format;
  set_size (self);
  av_buffer_unref (&self->device);
  self->codec = open_codec (self);
  g_debug ("Encoder %s in %s: %s", kind->name, av_get_pix_fmt_name (format),
           self->codec != NULL ? "works" : "does not open");
  return self->codec != NULL;
}

static gboolean
is_wanted (const Kind *kind, const MynaVideoWriterOptions *options, gboolean hardware_only)
{
  if (options->encoder != NULL)
    return strcmp (kind->name, options->encoder) == 0;
  if (hardware_only)
    return kind->hardware;
  return !kind->hardware || options->coder != MYNA_VIDEO_CODER_SOFTWARE;
}

/* The first that really opens; faithfulness of the format goes before the order of the coders. */
static gboolean
find_coder (MynaVideoEncoder *self, Container container, const MynaVideoWriterOptions *options)
{
  enum AVPixelFormat formats[8];
  guint n_formats = list_formats (self->source.format, formats);

  for (int pass = options->coder == MYNA_VIDEO_CODER_HARDWARE ? 0 : 1; pass < 2; pass++)
    for (guint f = 0; f < n_formats; f++)
      for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
        if (kinds[k].container == container && is_wanted (&kinds[k], options, pass == 0) &&
            try_kind (self, &kinds[k], formats[f]))
          return TRUE;
  return FALSE;
}

static char *
describe (const MynaVideoEncoder *self)
{
  g_autofree char *header = g_compute_checksum_for_data (
      G_CHECKSUM_SHA256, self->codec->extradata, (gsize) MAX (self->codec->extradata_size, 0));

  return g_strdup_printf ("%s %s %dx%d q%d%s run %d avcodec %u header %s", self->kind->name,
                          av_get_pix_fmt_name (self->format), self->width, self->height, self->crf,
                          self->lossless ? " lossless" : "", self->run_length, avcodec_version (),
                          header);
}

/**
 * myna_video_encoder_new:
 * @source: the video that the result shall be like
 * @webm: for WebM (VP9), else H.264
 * @options: who encodes, and whether losslessly
 *
 * Looks for an encoder by opening it. Blocking.
 *
 * Returns: (transfer full) (nullable): the encoder; %MYNA_ERROR_UNSUPPORTED when none works
 */
MynaVideoEncoder *
myna_video_encoder_new (const MynaVideoInfo *source,
                        gboolean webm,
                        const MynaVideoWriterOptions *options,
                        GError **error)
{
  g_autoptr (MynaVideoEncoder) self = g_new0 (MynaVideoEncoder, 1);

  self->source = *source;
  self->source.codec = NULL;
  self->source.stored_format = NULL;
  self->source.audio = NULL;
  self->places = g_array_new (FALSE, FALSE, sizeof (Place));
  self->crf = choose_crf (source);
  self->lossless = options->lossless;
  self->run_length = (int) CLAMP (lround (source->fps * RUN_SECONDS), 24, 480);
  if (find_coder (self, webm ? FOR_WEBM : FOR_MP4, options))
    {
      self->description = describe (self);
      return g_steal_pointer (&self);
    }
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
               _ ("FFmpeg on this system has no encoder that works for a video of %d × %d pixels. "
                  "Install FFmpeg with x264."),
               source->width, source->height);
  return NULL;
}

/**
 * myna_video_encoder_get_codec:
 *
 * Returns: (transfer none): for the stream's parameters
 */
const AVCodecContext *
myna_video_encoder_get_codec (MynaVideoEncoder *self)
{
  return self->codec;
}

/**
 * myna_video_encoder_get_description:
 *
 * Returns: everything that decides what comes out; runs with the same text fit behind each other
 */
const char *
myna_video_encoder_get_description (MynaVideoEncoder *self)
{
  return self->description;
}

/**
 * myna_video_encoder_get_name:
 *
 * Returns: FFmpeg's name of the encoder
 */
const char *
myna_video_encoder_get_name (MynaVideoEncoder *self)
{
  return self->kind->name;
}

/**
 * myna_video_encoder_get_run_length:
 *
 * Returns: frames in a run
 */
int
myna_video_encoder_get_run_length (MynaVideoEncoder *self)
{
  return self->run_length;
}

/**
 * myna_video_encoder_start:
 *
 * Begins a run. What the run before has not given out is lost.
 *
 * Returns: FALSE when the encoder does not open any more
 */
gboolean
myna_video_encoder_start (MynaVideoEncoder *self, GError **error)
{
  g_array_set_size (self->places, 0);
  self->draining = FALSE;
  avcodec_free_context (&self->codec);
  self->codec = open_codec (self);
  if (self->codec != NULL)
    return TRUE;
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_FAILED, _ ("The video encoder %s stopped working."),
               self->kind->name);
  return FALSE;
}

static gboolean
fail (MynaVideoEncoder *self, GError **error)
{
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_FAILED,
               _ ("The video encoder %s failed on a picture."), self->kind->name);
  return FALSE;
}

/* Repeats the last column and row into those that make the numbers even. */
static void
pad (AVFrame *frame, int width, int height)
{
  const AVPixFmtDescriptor *kind = av_pix_fmt_desc_get (frame->format);

  for (int i = 0; i < kind->nb_components; i++)
    {
      int shift_w = i > 0 ? kind->log2_chroma_w : 0, shift_h = i > 0 ? kind->log2_chroma_h : 0;
      gsize step = (gsize) kind->comp[i].step;
      gsize stride = (gsize) frame->linesize[i];
      gsize w = (gsize) AV_CEIL_RSHIFT (width, shift_w);
      gsize h = (gsize) AV_CEIL_RSHIFT (height, shift_h);
      gsize full_w = (gsize) AV_CEIL_RSHIFT (frame->width, shift_w);
      gsize full_h = (gsize) AV_CEIL_RSHIFT (frame->height, shift_h);

      for (gsize y = 0; y < h; y++)
        for (gsize x = w; x < full_w; x++)
          memcpy (frame->data[i] + y * stride + x * step,
                  frame->data[i] + y * stride + (w - 1) * step, step);
      for (gsize y = h; y < full_h; y++)
        memcpy (frame->data[i] + y * stride, frame->data[i] + (h - 1) * stride, full_w * step);
    }
}

/* Grey as colour: the encoders' grey plays in few players. */
static void
copy_grey (AVFrame *out, const AVFrame *in)
{
  const AVPixFmtDescriptor *kind = av_pix_fmt_desc_get (out->format);
  int depth = kind->comp[0].depth;

  av_image_copy_plane (out->data[0], out->linesize[0], in->data[0], in->linesize[0],
                       in->width * kind->comp[0].step, in->height);
  for (int i = 1; i < 3; i++)
    for (int y = 0; y < AV_CEIL_RSHIFT (out->height, kind->log2_chroma_h); y++)
      for (int x = 0; x < AV_CEIL_RSHIFT (out->width, kind->log2_chroma_w); x++)
        if (depth > 8)
          ((guint16 *) (void *) (out->data[i] + (gssize) y * out->linesize[i]))[x] =
              (guint16) (1 << (depth - 1));
        else
          out->data[i][(gssize) y * out->linesize[i] + x] = 128;
}

static gboolean
convert (MynaVideoEncoder *self, AVFrame *out, const AVFrame *in)
{
  const AVPixFmtDescriptor *from = av_pix_fmt_desc_get (in->format);
  const int *matrix = sws_getCoefficients (SWS_CS_DEFAULT);
  int full = in->color_range == AVCOL_RANGE_JPEG;

  if (from->nb_components == 1 &&
      from->comp[0].depth == av_pix_fmt_desc_get (out->format)->comp[0].depth &&
      av_pix_fmt_desc_get (out->format)->comp[1].plane == 1)
    {
      copy_grey (out, in);
      return TRUE;
    }
  if (in->format == out->format)
    {
      av_image_copy (out->data, out->linesize, (const guint8 **) (void *) in->data, in->linesize,
                     in->format, in->width, in->height);
      return TRUE;
    }
  self->sws =
      sws_getCachedContext (self->sws, in->width, in->height, in->format, in->width, in->height,
                            out->format, SWS_BICUBIC | SWS_ACCURATE_RND, NULL, NULL, NULL);
  return self->sws != NULL &&
         sws_setColorspaceDetails (self->sws, matrix, full, matrix, full, 0, 1 << 16, 1 << 16) >=
             0 &&
         sws_scale (self->sws, (const guint8 *const *) in->data, in->linesize, 0, in->height,
                    out->data, out->linesize) == in->height;
}

/* The picture as the encoder wants it; shared where it is so already. */
static AVFrame *
fit (MynaVideoEncoder *self, const AVFrame *in)
{
  AVFrame *out;

  if (in->format == self->format && in->width == self->width && in->height == self->height)
    return av_frame_clone (in);
  out = av_frame_alloc ();
  out->format = self->format;
  out->width = self->width;
  out->height = self->height;
  if (av_frame_get_buffer (out, 0) < 0 || !convert (self, out, in))
    {
      av_frame_free (&out);
      return NULL;
    }
  pad (out, in->width, in->height);
  return out;
}

static AVFrame *
upload (MynaVideoEncoder *self, AVFrame *frame)
{
  AVFrame *out;

  if (self->device == NULL || frame == NULL)
    return frame;
  out = av_frame_alloc ();
  if (av_hwframe_get_buffer (self->codec->hw_frames_ctx, out, 0) < 0 ||
      av_hwframe_transfer_data (out, frame, 0) < 0)
    av_frame_free (&out);
  av_frame_free (&frame);
  return out;
}

/**
 * myna_video_encoder_send:
 * @frame: (nullable): the next picture; NULL: there is none any more in this run
 * @pts: where it is shown, in ticks of the caller
 * @duration: likewise
 *
 * After each call everything that myna_video_encoder_receive () gives is to be taken.
 *
 * Returns: FALSE when it cannot be encoded
 */
gboolean
myna_video_encoder_send (MynaVideoEncoder *self,
                         const MynaVideoFrame *frame,
                         gint64 pts,
                         gint64 duration,
                         GError **error)
{
  Place place = { pts, duration };
  AVFrame *av = NULL;
  int result;

  if (frame != NULL)
    {
      av = upload (self, fit (self, frame->av));
      if (av == NULL)
        return fail (self, error);
      av->pts = self->places->len;
      av->duration = 1;
      av->pict_type = AV_PICTURE_TYPE_NONE;
      av->flags &= ~(AV_FRAME_FLAG_INTERLACED | AV_FRAME_FLAG_TOP_FIELD_FIRST);
      av->repeat_pict = 0;
      g_array_append_val (self->places, place);
    }
  result = avcodec_send_frame (self->codec, av);
  av_frame_free (&av);
  return result >= 0 || result == AVERROR_EOF ? TRUE : fail (self, error);
}

/**
 * myna_video_encoder_receive:
 *
 * Returns: (transfer full) (nullable): the next packet in the order of decoding, with the places
 *   that were given; its dts is unset. NULL without @error when there is none now.
 */
AVPacket *
myna_video_encoder_receive (MynaVideoEncoder *self, GError **error)
{
  AVPacket *packet = av_packet_alloc ();
  int result = avcodec_receive_packet (self->codec, packet);

  if (result >= 0 && packet->pts >= 0 && packet->pts < (gint64) self->places->len)
    {
      const Place *place = &g_array_index (self->places, Place, packet->pts);

      packet->pts = place->pts;
      packet->duration = place->duration;
      packet->dts = AV_NOPTS_VALUE;
      return packet;
    }
  av_packet_free (&packet);
  if (result != AVERROR (EAGAIN) && result != AVERROR_EOF)
    fail (self, error);
  return NULL;
}

/**
 * myna_video_encoder_free:
 * @self: (transfer full) (nullable): the encoder
 */
void
myna_video_encoder_free (MynaVideoEncoder *self)
{
  if (self == NULL)
    return;
  avcodec_free_context (&self->codec);
  av_buffer_unref (&self->device);
  sws_freeContext (self->sws);
  g_array_unref (self->places);
  g_free (self->description);
  g_free (self);
}
