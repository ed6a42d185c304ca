/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/face/myna-face-picture.h"

#include <libavutil/csp.h>
#include <libavutil/pixdesc.h>
#include <math.h>
#include <string.h>

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

/* Adds a row of samples to sums, one for each of them. */
static void
add_row (const guint8 *row, int bytes, int n, gint32 *sums)
{
  if (bytes == 1)
    for (int i = 0; i < n; i++)
      sums[i] += row[i];
  else
    for (int i = 0; i < n; i++)
      sums[i] += ((const guint16 *) (gconstpointer) row)[i];
}

/* Means of @width sums each, side by side. Inlined with a constant @width it becomes vectors. */
static inline __attribute__ ((always_inline)) void
take_means (const gint32 *sums, int width, int n, float scale, float *means)
{
  for (int i = 0; i < n; i++)
    {
      gint32 sum = 0;

      for (int j = 0; j < width; j++)
        sum += sums[i * width + j];
      means[i] = scale * (float) sum;
    }
}

/* Blocks of an odd number of pixels begin in the middle of a chroma sample now and then. */
static void
take_uneven (
    const gint32 *sums, int x, int factor, int shift, int width, int n, float scale, float *means)
{
  for (int i = 0; i < n; i++)
    take_means (sums + ((x + i * factor) >> shift) - (x >> shift), width, 1, scale, means + i);
}

/* Means of a plane's blocks for one row of the result; @sums is room for a row of samples. Where a
 * block is smaller than a chroma sample, that sample is repeated. */
static void
take_plane (const AVFrame *av,
            const AVPixFmtDescriptor *kind,
            int plane,
            const MynaRect *block,
            int factor,
            int row,
            int n,
            gint32 *sums,
            float *means)
{
  int shift_x = plane > 0 ? kind->log2_chroma_w : 0, shift_y = plane > 0 ? kind->log2_chroma_h : 0;
  int bytes = kind->comp[plane].step, left = block->x >> shift_x;
  int width = MAX (factor >> shift_x, 1), height = MAX (factor >> shift_y, 1);
  int n_samples = ((block->x + (n - 1) * factor) >> shift_x) + width - left;
  const guint8 *from = av->data[plane] +
                       (gssize) ((block->y + row * factor) >> shift_y) * av->linesize[plane] +
                       (gssize) left * bytes;
  float scale = 1.0f / (float) (width * height);

  memset (sums, 0, sizeof *sums * (gsize) n_samples);
  for (int i = 0; i < height; i++)
    add_row (from + (gssize) i * av->linesize[plane], bytes, n_samples, sums);
  if (factor != width << shift_x)
    take_uneven (sums, block->x, factor, shift_x, width, n, scale, means);
  else if (width == 1)
    take_means (sums, 1, n, scale, means);
  else if (width == 2)
    take_means (sums, 2, n, scale, means);
  else if (width == 4)
    take_means (sums, 4, n, scale, means);
  else
    take_means (sums, width, n, scale, means);
}

static void
convert_row (
    const Matrix *m, const float *y, const float *u, const float *v, int n, float (*pixels)[4])
{
  for (int i = 0; i < n; i++)
    {
      float luma = (y[i] - m->luma_offset) * m->luma;
      float blue = u[i] - m->chroma_offset, red = v[i] - m->chroma_offset;

      pixels[i][0] = CLAMP (luma + m->red_v * red, 0.0f, 255.0f);
      pixels[i][1] = CLAMP (luma + m->green_u * blue + m->green_v * red, 0.0f, 255.0f);
      pixels[i][2] = CLAMP (luma + m->blue_u * blue, 0.0f, 255.0f);
      pixels[i][3] = 0;
    }
}

static void
take_fast (MynaFacePicture *self, const AVFrame *av, const MynaRect *block, int factor)
{
  const AVPixFmtDescriptor *kind = av_pix_fmt_desc_get (av->format);
  Matrix matrix = make_matrix (av, kind->comp[0].depth);
  int n = self->image.width, planes = kind->nb_components >= 3 ? 3 : 1;
  g_autofree float *means = g_new (float, (gsize) n * 3);
  g_autofree gint32 *sums = g_new (gint32, (gsize) block->width + 8);

  for (int i = n; i < 3 * n; i++)
    means[i] = matrix.chroma_offset; /* grey, if there is no colour */
  for (int row = 0; row < self->image.height; row++)
    {
      for (int plane = 0; plane < planes; plane++)
        take_plane (av, kind, plane, block, factor, row, n, sums, means + plane * n);
      convert_row (&matrix, means, means + n, means + 2 * n, n,
                   self->image.pixels + (gsize) row * (gsize) n);
    }
}

static gboolean
take_slow (MynaFacePicture *self,
           const MynaVideoFrame *frame,
           const MynaRect *block,
           GError **error)
{
  gsize n = (gsize) self->image.width * (gsize) self->image.height;
  g_autofree guint8 *rgb = g_malloc (n * 3);

  if (!myna_video_frame_to_rgb (frame, block, self->image.width, self->image.height, rgb, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    for (int j = 0; j < 3; j++)
      self->image.pixels[i][j] = rgb[3 * i + (gsize) j];
  return TRUE;
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
  gsize n;

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
  n = (gsize) image->width * (gsize) image->height;
  if (self->room < n)
    {
      g_free (image->pixels);
      image->pixels = g_malloc0 (sizeof *image->pixels * n);
      self->room = n;
    }
  block.width = image->width * factor;
  block.height = image->height * factor;
  if (!is_plain (frame->av))
    return take_slow (self, frame, &block, error);
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
  g_clear_pointer (&self->image.pixels, g_free);
  self->room = 0;
}
