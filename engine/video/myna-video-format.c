/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <string.h>

#include "engine/video/myna-video-format-private.h"

struct _MynaVideoFormat
{
  enum AVPixelFormat format;
  int width, height;
  struct SwsContext *sws;
};

/* The full-range twins of the plain formats: the same bytes, and the range is a tag as well. */
static enum AVPixelFormat
without_range (enum AVPixelFormat format)
{
  static const enum AVPixelFormat pairs[][2] = {
    { AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV420P }, { AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUV422P },
    { AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUV444P }, { AV_PIX_FMT_YUVJ440P, AV_PIX_FMT_YUV440P },
    { AV_PIX_FMT_YUVJ411P, AV_PIX_FMT_YUV411P },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (pairs[i][0] == format)
      return pairs[i][1];
  return format;
}

/* Planar YUV of the given sampling and depth; 0 bits chroma shift in both is 4:4:4. */
static enum AVPixelFormat
find_planar (int chroma_w, int chroma_h, int depth)
{
  static const struct
  {
    int chroma_w, chroma_h;
    enum AVPixelFormat by_depth[5]; /* 8, 10, 12, 14, 16 */
  } formats[] = {
    { 1,
      1,
      { AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV420P10, AV_PIX_FMT_YUV420P12, AV_PIX_FMT_YUV420P14,
        AV_PIX_FMT_YUV420P16 } },
    { 1,
      0,
      { AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV422P10, AV_PIX_FMT_YUV422P12, AV_PIX_FMT_YUV422P14,
        AV_PIX_FMT_YUV422P16 } },
    { 0,
      0,
      { AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUV444P10, AV_PIX_FMT_YUV444P12, AV_PIX_FMT_YUV444P14,
        AV_PIX_FMT_YUV444P16 } },
  };
  int step = depth <= 8 ? 0 : (MIN (depth, 16) - 7) / 2;

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i].chroma_w == chroma_w && formats[i].chroma_h == chroma_h)
      return formats[i].by_depth[step];
  return formats[0].by_depth[step];
}

static gboolean
is_colour_rgb (const AVPixFmtDescriptor *kind)
{
  return (kind->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BAYER |
                         AV_PIX_FMT_FLAG_XYZ)) != 0;
}

static gboolean
is_plain (const AVPixFmtDescriptor *kind)
{
  guint64 bad = AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_ALPHA |
                AV_PIX_FMT_FLAG_BAYER | AV_PIX_FMT_FLAG_XYZ | AV_PIX_FMT_FLAG_FLOAT;

  if ((kind->flags & bad) != 0 || (kind->nb_components != 1 && kind->nb_components != 3))
    return FALSE;
  /* Every component alone in its plane, in whole bytes, low bits used. */
  for (int i = 0; i < kind->nb_components; i++)
    if (kind->comp[i].plane != i || kind->comp[i].step != (kind->comp[i].depth > 8 ? 2 : 1) ||
        kind->comp[i].shift != 0 || kind->comp[i].depth < 8)
      return FALSE;
  return TRUE;
}

/* 4:1:0 and 4:1:1 have no transposed twin. */
static gboolean
can_turn (const AVPixFmtDescriptor *kind)
{
  if (kind->nb_components == 1 || kind->log2_chroma_w == kind->log2_chroma_h)
    return TRUE;
  return kind->log2_chroma_w <= 1 && kind->comp[0].depth <= 12 && kind->comp[0].depth != 9;
}

/**
 * myna_video_format_choose:
 * @format: of a decoder
 * @quarter_turn: whether the pictures will be turned by 90 or 270 degrees
 *
 * Returns: the planar format to work in: itself where possible, else the one that holds the same
 *   samples, and 4:2:0 for R G B and palettes, as the encoder wants it in the end
 */
enum AVPixelFormat
myna_video_format_choose (enum AVPixelFormat format, gboolean quarter_turn)
{
  const AVPixFmtDescriptor *kind = av_pix_fmt_desc_get (format);
  int depth;

  if (kind == NULL)
    return AV_PIX_FMT_YUV420P;
  depth = kind->comp[0].depth;
  if (is_colour_rgb (kind))
    return find_planar (1, 1, (kind->flags & AV_PIX_FMT_FLAG_PAL) || depth <= 8 ? 8 : 10);
  if (is_plain (kind) && (!quarter_turn || can_turn (kind)))
    return without_range (format);
  if (kind->nb_components < 3)
    return depth <= 8 ? AV_PIX_FMT_GRAY8 : depth <= 10 ? AV_PIX_FMT_GRAY10 : AV_PIX_FMT_GRAY16;
  if (quarter_turn && !can_turn (kind))
    return find_planar (1, 1, depth);
  return find_planar (kind->log2_chroma_w, kind->log2_chroma_h, depth);
}

/**
 * myna_video_format_is_lossless:
 *
 * Returns: whether every sample of @from is found again in @to
 */
gboolean
myna_video_format_is_lossless (enum AVPixelFormat from, enum AVPixelFormat to)
{
  const AVPixFmtDescriptor *a = av_pix_fmt_desc_get (from);
  const AVPixFmtDescriptor *b = av_pix_fmt_desc_get (to);

  return a != NULL && b != NULL && !is_colour_rgb (a) && (a->flags & AV_PIX_FMT_FLAG_ALPHA) == 0 &&
         a->log2_chroma_w >= b->log2_chroma_w && a->log2_chroma_h >= b->log2_chroma_h &&
         a->comp[0].depth <= b->comp[0].depth;
}

/**
 * myna_video_format_new:
 * @first: the first picture as decoded
 * @quarter_turn: as for myna_video_format_choose ()
 * @photo: whether it is a still picture
 *
 * Returns: (transfer full): what brings it and those after it to one format and size
 */
MynaVideoFormat *
myna_video_format_new (const AVFrame *first, gboolean quarter_turn, gboolean photo)
{
  MynaVideoFormat *self = g_new0 (MynaVideoFormat, 1);
  int longest = MAX (first->width, first->height);

  self->format = myna_video_format_choose (first->format, quarter_turn);
  self->width = first->width;
  self->height = first->height;
  if (photo && longest > MYNA_VIDEO_MAX_PHOTO)
    {
      double scale = (double) MYNA_VIDEO_MAX_PHOTO / longest;

      self->width = MAX ((int) (first->width * scale / 2 + 0.5) * 2, 2);
      self->height = MAX ((int) (first->height * scale / 2 + 0.5) * 2, 2);
    }
  return self;
}

/* Converts @in to the format and size of @out. */
static gboolean
convert (MynaVideoFormat *self, const AVFrame *in, AVFrame *out)
{
  gboolean rgb_in = is_colour_rgb (av_pix_fmt_desc_get (in->format));
  gboolean rgb_out = is_colour_rgb (av_pix_fmt_desc_get (out->format));
  gboolean scaled = in->width != out->width || in->height != out->height;
  const int *matrix = sws_getCoefficients (rgb_in ? SWS_CS_ITU709 : SWS_CS_DEFAULT);
  int full = in->color_range == AVCOL_RANGE_JPEG || rgb_in;
  int flags = SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP | SWS_FULL_CHR_H_INT;

  self->sws = sws_getCachedContext (self->sws, in->width, in->height, in->format, out->width,
                                    out->height, out->format,
                                    flags | (scaled ? SWS_LANCZOS : SWS_BICUBIC), NULL, NULL, NULL);
  if (self->sws == NULL ||
      sws_setColorspaceDetails (self->sws, matrix, full, matrix, rgb_in && !rgb_out ? 0 : full, 0,
                                1 << 16, 1 << 16) < 0)
    return FALSE;
  return sws_scale (self->sws, (const guint8 *const *) in->data, in->linesize, 0, in->height,
                    out->data, out->linesize) == out->height;
}

static AVFrame *
alloc_frame (enum AVPixelFormat format, int width, int height)
{
  AVFrame *frame = av_frame_alloc ();

  if (frame == NULL)
    return NULL;
  frame->format = format;
  frame->width = width;
  frame->height = height;
  if (av_frame_get_buffer (frame, 0) < 0)
    av_frame_free (&frame);
  return frame;
}

/* Transparent places become white, as on a page; what is hidden there may be any colour. */
static AVFrame *
flatten (MynaVideoFormat *self, const AVFrame *in)
{
  AVFrame *rgba = alloc_frame (AV_PIX_FMT_RGBA, in->width, in->height);

  if (rgba == NULL || !convert (self, in, rgba))
    {
      av_frame_free (&rgba);
      return NULL;
    }
  for (int y = 0; y < rgba->height; y++)
    for (int x = 0; x < rgba->width; x++)
      {
        guint8 *pixel = rgba->data[0] + (gssize) y * rgba->linesize[0] + 4 * x;

        for (int c = 0; c < 3; c++)
          pixel[c] = (guint8) ((pixel[c] * pixel[3] + 255 * (255 - pixel[3]) + 127) / 255);
        pixel[3] = 255;
      }
  return rgba;
}

/* The plane of transparency is left behind; the others are shared. */
static void
drop_alpha (AVFrame *frame, enum AVPixelFormat format)
{
  frame->format = format;
  if (frame->buf[3] != NULL)
    av_buffer_unref (&frame->buf[3]);
  frame->data[3] = NULL;
  frame->linesize[3] = 0;
}

static gboolean
is_same_but_alpha (enum AVPixelFormat from, enum AVPixelFormat to)
{
  const AVPixFmtDescriptor *a = av_pix_fmt_desc_get (from);
  const AVPixFmtDescriptor *b = av_pix_fmt_desc_get (to);
  guint64 flags = AV_PIX_FMT_FLAG_PLANAR | AV_PIX_FMT_FLAG_ALPHA;

  if (a->flags != flags || a->nb_components != 4 || b->nb_components != 3)
    return FALSE;
  return a->log2_chroma_w == b->log2_chroma_w && a->log2_chroma_h == b->log2_chroma_h &&
         a->comp[0].depth == b->comp[0].depth;
}

static AVFrame *
convert_frame (MynaVideoFormat *self, AVFrame *frame)
{
  const AVPixFmtDescriptor *kind = av_pix_fmt_desc_get (frame->format);
  AVFrame *flat = NULL;
  AVFrame *out = NULL;

  if (is_colour_rgb (kind) && (kind->flags & (AV_PIX_FMT_FLAG_ALPHA | AV_PIX_FMT_FLAG_PAL)) != 0)
    {
      flat = flatten (self, frame);
      if (flat == NULL)
        return NULL;
    }
  out = alloc_frame (self->format, self->width, self->height);
  if (out == NULL || av_frame_copy_props (out, frame) < 0 ||
      !convert (self, flat != NULL ? flat : frame, out))
    av_frame_free (&out);
  av_frame_free (&flat);
  if (out != NULL && is_colour_rgb (kind))
    {
      out->colorspace = AVCOL_SPC_BT709;
      out->color_range = AVCOL_RANGE_MPEG;
    }
  return out;
}

/**
 * myna_video_format_apply:
 * @frame: (transfer full): a picture as decoded
 *
 * Returns: (transfer full) (nullable): the same frame where nothing is to be done, else a converted
 *   one; NULL when it cannot be converted
 */
AVFrame *
myna_video_format_apply (MynaVideoFormat *self, AVFrame *frame)
{
  enum AVPixelFormat plain = without_range (frame->format);
  AVFrame *out;

  if (plain != frame->format)
    {
      frame->format = plain;
      frame->color_range = AVCOL_RANGE_JPEG;
    }
  if (frame->width == self->width && frame->height == self->height)
    {
      if (frame->format == self->format)
        return frame;
      if (is_same_but_alpha (frame->format, self->format))
        {
          drop_alpha (frame, self->format);
          return frame;
        }
    }
  out = convert_frame (self, frame);
  av_frame_free (&frame);
  return out;
}

/**
 * myna_video_format_free:
 * @self: (transfer full) (nullable): the converter
 */
void
myna_video_format_free (MynaVideoFormat *self)
{
  if (self == NULL)
    return;
  sws_freeContext (self->sws);
  g_free (self);
}
