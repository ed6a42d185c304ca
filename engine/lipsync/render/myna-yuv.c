/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/render/myna-yuv.h"

#include <libavutil/pixdesc.h>
#include <math.h>

/**
 * myna_yuv_layout_init:
 * @self: (out): the layout
 * @format: an AVPixelFormat
 *
 * Returns: FALSE when @format is none we composite in: planar YUV or grey, 8 to 16 bits, native
 *   byte order.
 */
gboolean
myna_yuv_layout_init (MynaYuvLayout *self, int format)
{
  const AVPixFmtDescriptor *d = av_pix_fmt_desc_get (format);
  const guint64 bad = AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_PAL |
                      AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BAYER;
  int depth;

  if (d == NULL || (d->flags & bad) != 0)
    return FALSE;
  depth = d->comp[0].depth;
  if (depth < 8 || depth > 16 || d->nb_components == 2)
    return FALSE;
  if (depth > 8 && (((d->flags & AV_PIX_FMT_FLAG_BE) != 0) != (G_BYTE_ORDER == G_BIG_ENDIAN)))
    return FALSE;
  *self = (MynaYuvLayout) { .format = format, .n_planes = d->nb_components >= 3 ? 3 : 1 };
  self->bytes = depth > 8 ? 2 : 1;
  self->unit = (float) (1 << (depth - 8));
  self->max = (float) ((1 << depth) - 1);
  for (int p = 0; p < self->n_planes; p++)
    {
      if (d->comp[p].plane != p || d->comp[p].step != self->bytes || d->comp[p].shift != 0 ||
          d->comp[p].depth != depth)
        return FALSE;
      self->shift_x[p] = p > 0 ? d->log2_chroma_w : 0;
      self->shift_y[p] = p > 0 ? d->log2_chroma_h : 0;
    }
  return self->n_planes == 1 || (d->log2_chroma_w <= 2 && d->log2_chroma_h <= 2);
}

MynaRect
myna_yuv_align (const MynaRect *rect)
{
  int left = rect->x & ~7, top = rect->y & ~7;

  return (MynaRect) { left, top, (rect->x + rect->width - left + 7) & ~7,
                      (rect->y + rect->height - top + 7) & ~7 };
}

/**
 * myna_yuv_image_set_size:
 * @self: an image, zeroed before its first use
 * @rect: aligned
 *
 * Makes room; the samples are undefined.
 */
void
myna_yuv_image_set_size (MynaYuvImage *self, const MynaYuvLayout *layout, const MynaRect *rect)
{
  self->layout = *layout;
  self->rect = *rect;
  for (int p = 0; p < layout->n_planes; p++)
    {
      gsize n;

      self->width[p] = rect->width >> layout->shift_x[p];
      self->height[p] = rect->height >> layout->shift_y[p];
      n = (gsize) self->width[p] * (gsize) self->height[p];
      if (n > self->allocated[p])
        {
          g_free (self->planes[p]);
          self->planes[p] = g_new (float, n);
          self->allocated[p] = n;
        }
    }
}

void
myna_yuv_image_clear (MynaYuvImage *self)
{
  for (int p = 0; p < MYNA_YUV_MAX_PLANES; p++)
    {
      g_clear_pointer (&self->planes[p], g_free);
      self->allocated[p] = 0;
    }
}

static void
load_row (float *out, int n, int x, int width, const guint8 *row, const MynaYuvLayout *layout)
{
  const guint16 *wide = (const guint16 *) (const void *) row;
  float scale = 1 / layout->unit;
  int first = CLAMP (-x, 0, n), last = CLAMP (width - x, first, n);

  if (layout->bytes == 1)
    for (int i = first; i < last; i++)
      out[i] = row[x + i];
  else
    for (int i = first; i < last; i++)
      out[i] = (float) wide[x + i] * scale;
  if (first == last) /* wholly beside the picture */
    {
      int edge = x < 0 ? 0 : width - 1;
      float value = layout->bytes == 1 ? (float) row[edge] : (float) wide[edge] * scale;

      for (int i = 0; i < n; i++)
        out[i] = value;
      return;
    }
  for (int i = 0; i < first; i++)
    out[i] = out[first];
  for (int i = last; i < n; i++)
    out[i] = out[last - 1];
}

void
myna_yuv_image_load (MynaYuvImage *self, const AVFrame *frame)
{
  const MynaYuvLayout *layout = &self->layout;

  for (int p = 0; p < layout->n_planes; p++)
    {
      int width = AV_CEIL_RSHIFT (frame->width, layout->shift_x[p]);
      int height = AV_CEIL_RSHIFT (frame->height, layout->shift_y[p]);
      int left = self->rect.x >> layout->shift_x[p], top = self->rect.y >> layout->shift_y[p];

      for (int y = 0; y < self->height[p]; y++)
        {
          int line = CLAMP (top + y, 0, height - 1);

          load_row (self->planes[p] + (gsize) y * (gsize) self->width[p], self->width[p], left,
                    width, frame->data[p] + (gssize) line * frame->linesize[p], layout);
        }
    }
}

static void
store_row (guint8 *row, const float *samples, const float *mask, int n, const MynaYuvLayout *layout)
{
  guint16 *wide = (guint16 *) (void *) row;
  float unit = layout->unit, max = layout->max;

  if (layout->bytes == 1)
    for (int i = 0; i < n; i++)
      {
        float v = CLAMP (samples[i], 0.0f, 255.0f);

        row[i] = mask[i] > 0 ? (guint8) (v + 0.5f) : row[i];
      }
  else
    for (int i = 0; i < n; i++)
      {
        float v = CLAMP (samples[i] * unit, 0.0f, max);

        wide[i] = mask[i] > 0 ? (guint16) (v + 0.5f) : wide[i];
      }
}

void
myna_yuv_image_store (const MynaYuvImage *self, int plane, const float *mask, AVFrame *frame)
{
  const MynaYuvLayout *layout = &self->layout;
  int width = AV_CEIL_RSHIFT (frame->width, layout->shift_x[plane]);
  int height = AV_CEIL_RSHIFT (frame->height, layout->shift_y[plane]);
  int left = self->rect.x >> layout->shift_x[plane], top = self->rect.y >> layout->shift_y[plane];
  int first = MAX (0, -left), last = MIN (self->width[plane], width - left);

  if (first >= last)
    return;
  for (int y = MAX (0, -top); y < MIN (self->height[plane], height - top); y++)
    {
      gsize offset = (gsize) y * (gsize) self->width[plane] + (gsize) first;

      store_row (frame->data[plane] + (gssize) (top + y) * frame->linesize[plane] +
                     (gssize) (left + first) * layout->bytes,
                 self->planes[plane] + offset, mask + offset, last - first, layout);
    }
}
