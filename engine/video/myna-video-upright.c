/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <libavcodec/avcodec.h>
#include <libavutil/pixdesc.h>
#include <string.h>

#include "engine/video/myna-video-upright-private.h"

/* A square that fits the cache twice. */
#define TILE 32

/**
 * myna_orientation_from_matrix:
 * @matrix: (array fixed-size=9) (nullable): FFmpeg's display matrix (libavutil/display.h)
 *
 * Returns: what it asks for, to the nearest quarter of a turn
 */
MynaOrientation
myna_orientation_from_matrix (const gint32 *matrix)
{
  gint32 a, b, c, d;

  if (matrix == NULL)
    return (MynaOrientation) { FALSE, FALSE, FALSE };
  /* A point x, y goes to a x + c y, b x + d y, y pointing down. */
  a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
  if (ABS ((gint64) b) + ABS ((gint64) c) > ABS ((gint64) a) + ABS ((gint64) d))
    return (MynaOrientation) { TRUE, c < 0, b < 0 };
  return (MynaOrientation) { FALSE, a < 0, d < 0 };
}

/**
 * myna_orientation_find:
 * @stream: of a file
 * @frame: (nullable): its first picture, which may say it where the stream does not (a photo's
 *   Exif)
 *
 * Returns: how its pictures are to be turned
 */
MynaOrientation
myna_orientation_find (const AVStream *stream, const AVFrame *frame)
{
  const AVPacketSideData *side =
      av_packet_side_data_get (stream->codecpar->coded_side_data,
                               stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  const AVFrameSideData *frame_side = NULL;

  if (side != NULL && side->size >= 9 * sizeof (gint32))
    return myna_orientation_from_matrix ((const gint32 *) (const void *) side->data);
  if (frame != NULL)
    frame_side = av_frame_get_side_data (frame, AV_FRAME_DATA_DISPLAYMATRIX);
  if (frame_side != NULL && frame_side->size >= 9 * sizeof (gint32))
    return myna_orientation_from_matrix ((const gint32 *) (const void *) frame_side->data);
  return myna_orientation_from_matrix (NULL);
}

/**
 * myna_orientation_is_upright:
 *
 * Returns: whether nothing is to be done
 */
gboolean
myna_orientation_is_upright (const MynaOrientation *self)
{
  return !self->transpose && !self->mirror && !self->flip;
}

/**
 * myna_orientation_get_degrees:
 * @mirrored: (out): whether it is also mirrored, after turning
 *
 * Returns: 0, 90, 180 or 270: clockwise turn that makes it upright
 */
int
myna_orientation_get_degrees (const MynaOrientation *self, gboolean *mirrored)
{
  *mirrored = self->transpose ^ self->mirror ^ self->flip;
  if (self->transpose)
    return self->flip ? 270 : 90;
  return self->flip ? 180 : 0;
}

/* One plane, elements of one or two bytes. */
#define DEFINE_TURN(type)                                                                          \
  static void turn_##type (const MynaOrientation *self, const type *in, gsize in_stride,           \
                           type *out, gsize out_stride, int out_width, int out_height)             \
  {                                                                                                \
    for (int top = 0; top < out_height; top += TILE)                                               \
      for (int left = 0; left < out_width; left += TILE)                                           \
        for (int y = top; y < MIN (top + TILE, out_height); y++)                                   \
          for (int x = left; x < MIN (left + TILE, out_width); x++)                                \
            {                                                                                      \
              gsize u = (gsize) (self->mirror ? out_width - 1 - x : x);                            \
              gsize v = (gsize) (self->flip ? out_height - 1 - y : y);                             \
                                                                                                   \
              out[(gsize) y * out_stride + (gsize) x] =                                            \
                  self->transpose ? in[u * in_stride + v] : in[v * in_stride + u];                 \
            }                                                                                      \
  }

DEFINE_TURN (guint8)
DEFINE_TURN (guint16)

/* Turned by a quarter, 4:2:2 has its chroma halved in height instead of width. */
static enum AVPixelFormat
transposed_format (enum AVPixelFormat format)
{
  static const enum AVPixelFormat pairs[][2] = {
    { AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV440P },
    { AV_PIX_FMT_YUV422P10, AV_PIX_FMT_YUV440P10 },
    { AV_PIX_FMT_YUV422P12, AV_PIX_FMT_YUV440P12 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    for (int k = 0; k < 2; k++)
      if (pairs[i][k] == format)
        return pairs[i][1 - k];
  return format;
}

/**
 * myna_orientation_apply:
 * @frame: planar YUV or grey with one or two bytes a sample, no format whose chroma cannot be
 *   turned (4:1:1 is to be converted before)
 *
 * Turns and mirrors each plane exactly: every sample is moved, none is changed.
 *
 * Returns: (transfer full) (nullable): the picture upright, NULL without memory
 */
AVFrame *
myna_orientation_apply (const MynaOrientation *self, const AVFrame *frame)
{
  const AVPixFmtDescriptor *kind = av_pix_fmt_desc_get (frame->format);
  AVFrame *out = av_frame_alloc ();

  if (out == NULL)
    return NULL;
  out->format = self->transpose ? transposed_format (frame->format) : frame->format;
  out->width = self->transpose ? frame->height : frame->width;
  out->height = self->transpose ? frame->width : frame->height;
  if (av_frame_get_buffer (out, 0) < 0 || av_frame_copy_props (out, frame) < 0)
    {
      av_frame_free (&out);
      return NULL;
    }
  if (self->transpose)
    out->sample_aspect_ratio =
        (AVRational) { frame->sample_aspect_ratio.den, frame->sample_aspect_ratio.num };
  /* Where chroma lies between luma turned with the picture; few such places have a name. */
  out->chroma_location = AVCHROMA_LOC_UNSPECIFIED;
  kind = av_pix_fmt_desc_get (out->format);
  for (int i = 0; i < kind->nb_components; i++)
    {
      gboolean chroma = i > 0;
      int width = chroma ? AV_CEIL_RSHIFT (out->width, kind->log2_chroma_w) : out->width;
      int height = chroma ? AV_CEIL_RSHIFT (out->height, kind->log2_chroma_h) : out->height;

      if (kind->comp[i].depth > 8)
        turn_guint16 (self, (const guint16 *) (const void *) frame->data[i],
                      (gsize) frame->linesize[i] / 2, (guint16 *) (void *) out->data[i],
                      (gsize) out->linesize[i] / 2, width, height);
      else
        turn_guint8 (self, frame->data[i], (gsize) frame->linesize[i], out->data[i],
                     (gsize) out->linesize[i], width, height);
    }
  return out;
}
