/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/face/myna-face-picture.h"

#include <libavutil/csp.h>
#include <libavutil/pixdesc.h>
#include <math.h>

/* myna_video_frame_to_rgb() is exact and made for pictures; the trackers need a rough one of
 * another part in each frame, fast: means over square blocks of samples, turned into RGB after
 * that. */

#define MAX_FACTOR 64

/* From samples to RGB, 0 … 255. */
typedef struct
{
  float luma_offset, luma, chroma_offset;
  float red_v, green_u, green_v, blue_u;
} Matrix;

static Matrix
make_matrix (const AVFrame *av, int depth)
{
  enum AVColorSpace space = av->colorspace;
  const AVLumaCoefficients *known = av_csp_luma_coeffs_from_avcsp (space);
  float unit = (float) (1 << (depth - 8)), wide = (float) ((1 << depth) - 1);
  gboolean full = av->color_range == AVCOL_RANGE_JPEG;
  float chroma;
  double r, b, g;
  Matrix matrix;

  if (known == NULL)
    known = av_csp_luma_coeffs_from_avcsp (MIN (av->width, av->height) < 720 ? AVCOL_SPC_SMPTE170M
                                                                             : AVCOL_SPC_BT709);
  r = av_q2d (known->cr);
  g = av_q2d (known->cg);
  b = av_q2d (known->cb);
  chroma = 255.0f / (full ? wide : 224 * unit);
  matrix.luma_offset = full ? 0 : 16 * unit;
  matrix.luma = 255.0f / (full ? wide : 219 * unit);
  matrix.chroma_offset = 128 * unit;
  matrix.red_v = (float) (2 * (1 - r)) * chroma;
  matrix.blue_u = (float) (2 * (1 - b)) * chroma;
  matrix.green_u = (float) (-2 * b * (1 - b) / g) * chroma;
  matrix.green_v = (float) (-2 * r * (1 - r) / g) * chroma;
  return matrix;
}

static int
sum_block (const guint8 *row, int stride, int bytes, int width, int height)
{
  int sum = 0;

  for (int i = 0; i < height; i++, row += stride)
    if (bytes == 1)
      for (int j = 0; j < width; j++)
        sum += row[j];
    else
      for (int j = 0; j < width; j++)
        sum += ((const guint16 *) (gconstpointer) row)[j];
  return sum;
}

/* Means of blocks of @width × @height samples, @n in a row. */
static void
reduce_row (const guint8 *row, int stride, int bytes, int width, int height, int n, float *means)
{
  float scale = 1.0f / (float) (width * height);

  for (int i = 0; i < n; i++)
    means[i] =
        scale * (float) sum_block (row + (gssize) i * width * bytes, stride, bytes, width, height);
}

static guint8
to_byte (float value)
{
  return (guint8) CLAMP (value + 0.5f, 0.0f, 255.0f);
}

static void
convert_row (const Matrix *m, const float *y, const float *u, const float *v, int n, guint8 *rgb)
{
  for (int i = 0; i < n; i++)
    {
      float luma = (y[i] - m->luma_offset) * m->luma;
      float blue = u != NULL ? u[i] - m->chroma_offset : 0;
      float red = v != NULL ? v[i] - m->chroma_offset : 0;

      rgb[3 * i] = to_byte (luma + m->red_v * red);
      rgb[3 * i + 1] = to_byte (luma + m->green_u * blue + m->green_v * red);
      rgb[3 * i + 2] = to_byte (luma + m->blue_u * blue);
    }
}

/* A plane's means for one row of the result. Where a block is smaller than a chroma sample, that
 * sample is repeated. */
static void
take_plane (const AVFrame *av,
            const AVPixFmtDescriptor *kind,
            int plane,
            const MynaRect *block,
            int factor,
            int row,
            int n,
            float *means)
{
  int shift_x = plane > 0 ? kind->log2_chroma_w : 0, shift_y = plane > 0 ? kind->log2_chroma_h : 0;
  int bytes = kind->comp[plane].step, stride = av->linesize[plane];
  int width = MAX (factor >> shift_x, 1), height = MAX (factor >> shift_y, 1);
  const guint8 *from = av->data[plane] + (gssize) ((block->y + row * factor) >> shift_y) * stride;

  if (factor % (1 << shift_x) == 0)
    reduce_row (from + (gssize) (block->x >> shift_x) * bytes, stride, bytes, width, height, n,
                means);
  else
    for (int i = 0; i < n; i++)
      means[i] = (float) sum_block (from + (gssize) ((block->x + i * factor) >> shift_x) * bytes,
                                    stride, bytes, width, height) /
                 (float) (width * height);
}

static void
take_fast (MynaFacePicture *self, const AVFrame *av, const MynaRect *block, int factor)
{
  const AVPixFmtDescriptor *kind = av_pix_fmt_desc_get (av->format);
  Matrix matrix = make_matrix (av, kind->comp[0].depth);
  gboolean coloured = kind->nb_components >= 3;
  int n = self->image.width;
  g_autofree float *means = g_new (float, (gsize) n * 3);

  for (int row = 0; row < self->image.height; row++)
    {
      for (int plane = 0; plane < (coloured ? 3 : 1); plane++)
        take_plane (av, kind, plane, block, factor, row, n, means + plane * n);
      convert_row (&matrix, means, coloured ? means + n : NULL, coloured ? means + 2 * n : NULL, n,
                   self->image.rgb + (gsize) row * (gsize) n * 3);
    }
}

/* Planes of Y, U and V in the machine's order, not HDR. */
static gboolean
is_plain (const AVFrame *av)
{
  const AVPixFmtDescriptor *kind = av_pix_fmt_desc_get (av->format);

  if (av->color_trc == AVCOL_TRC_SMPTE2084 || av->color_trc == AVCOL_TRC_ARIB_STD_B67)
    return FALSE;
  if ((kind->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_PAL)) != 0)
    return FALSE;
  for (int i = 0; i < MIN (kind->nb_components, 3); i++)
    if (kind->comp[i].plane != i || kind->comp[i].shift != 0 || kind->comp[i].step > 2)
      return FALSE;
  return TRUE;
}

/**
 * myna_face_picture_take:
 * @self: memory for pictures
 * @frame: a frame
 * @rect: the part wanted; what lies outside the frame is left out
 * @factor: frame pixels for each of the picture's, 1 … 64
 * @error: when the frame cannot be converted
 *
 * Sets @self->image to that part, reduced by averaging. HDR is tone-mapped, colours and range are
 * as the frame's tags say.
 *
 * Returns: FALSE on failure
 */
gboolean
myna_face_picture_take (MynaFacePicture *self,
                        const MynaVideoFrame *frame,
                        const MynaRect *rect,
                        int factor,
                        GError **error)
{
  MynaFaceImage *image = &self->image;
  MynaRect block;
  int width, height;
  gsize bytes;

  g_return_val_if_fail (self != NULL && frame != NULL && rect != NULL, FALSE);

  width = myna_video_frame_get_width (frame);
  height = myna_video_frame_get_height (frame);
  factor = CLAMP (factor, 1, MIN (MAX_FACTOR, MIN (width, height)));
  /* At even places, where chroma samples start. */
  block.x = CLAMP (rect->x & ~1, 0, (width - factor) & ~1);
  block.y = CLAMP (rect->y & ~1, 0, (height - factor) & ~1);
  block.width = CLAMP (rect->x + rect->width - block.x, factor, width - block.x);
  block.height = CLAMP (rect->y + rect->height - block.y, factor, height - block.y);
  image->width = block.width / factor;
  image->height = block.height / factor;
  image->x = block.x;
  image->y = block.y;
  image->step_x = image->step_y = factor;
  bytes = (gsize) image->width * (gsize) image->height * 3;
  if (self->room < bytes)
    {
      g_free (image->rgb);
      image->rgb = g_malloc (bytes);
      self->room = bytes;
    }
  block.width = image->width * factor;
  block.height = image->height * factor;
  if (!is_plain (frame->av))
    return myna_video_frame_to_rgb (frame, &block, image->width, image->height, image->rgb, error);
  take_fast (self, frame->av, &block, factor);
  return TRUE;
}

/**
 * myna_face_picture_take_all:
 * @self: memory for pictures
 * @frame: a frame
 * @longest: about how long the picture's longer side shall be; at least that, if the frame is
 * @error: when the frame cannot be converted
 *
 * Takes the whole frame.
 *
 * Returns: FALSE on failure
 */
gboolean
myna_face_picture_take_all (MynaFacePicture *self,
                            const MynaVideoFrame *frame,
                            int longest,
                            GError **error)
{
  MynaRect all = { 0 };

  g_return_val_if_fail (frame != NULL && longest > 0, FALSE);

  all.width = myna_video_frame_get_width (frame);
  all.height = myna_video_frame_get_height (frame);
  return myna_face_picture_take (self, frame, &all, MAX (all.width, all.height) / longest, error);
}

/**
 * myna_face_picture_take_square:
 * @self: memory for pictures
 * @frame: a frame
 * @square: a turned square of it
 * @side: pixels that will be cut out of the picture for it
 * @error: when the frame cannot be converted
 *
 * Takes the part that holds the square, with at least @side pixels across it, if the frame has
 * them.
 *
 * Returns: FALSE on failure
 */
gboolean
myna_face_picture_take_square (MynaFacePicture *self,
                               const MynaVideoFrame *frame,
                               const MynaFaceSquare *square,
                               int side,
                               GError **error)
{
  double reach;
  MynaRect rect;

  g_return_val_if_fail (square != NULL && side > 0, FALSE);

  reach = square->side / 2 * (fabs (cos (square->angle)) + fabs (sin (square->angle))) + 2;
  reach = CLAMP (reach, 2, 1 << 16);
  rect.x = (int) floor (CLAMP (square->x, -65536.0, 65536.0) - reach);
  rect.y = (int) floor (CLAMP (square->y, -65536.0, 65536.0) - reach);
  rect.width = rect.height = (int) ceil (2 * reach);
  return myna_face_picture_take (self, frame, &rect, (int) (square->side / side), error);
}

/**
 * myna_face_picture_clear:
 * @self: memory for pictures
 *
 * Frees what it holds.
 */
void
myna_face_picture_clear (MynaFacePicture *self)
{
  g_clear_pointer (&self->image.rgb, g_free);
  self->room = 0;
}
