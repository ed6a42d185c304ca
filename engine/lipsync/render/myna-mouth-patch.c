/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/render/myna-mouth-patch-private.h"

#include "engine/core/myna-error.h"
#include "engine/lipsync/render/myna-mouth-points.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Pictures beyond this are no faces; it bounds what one patch can take. */
#define MAX_SIDE 4096

static gsize
get_plane_size (const MynaYuvLayout *layout, const MynaRect *rect, int p)
{
  return (gsize) (rect->width >> layout->shift_x[p]) *
         (gsize) (rect->height >> layout->shift_y[p]) * (gsize) layout->bytes;
}

gsize
myna_yuv_layout_get_size (const MynaYuvLayout *layout, const MynaRect *rect)
{
  gsize size = 0;

  for (int p = 0; p < layout->n_planes; p++)
    size += get_plane_size (layout, rect, p);
  return size;
}

MynaMouthPatch *
myna_mouth_patch_new_from_samples (const MynaPatchHeader *header, guint8 *samples)
{
  MynaMouthPatch *self = g_new0 (MynaMouthPatch, 1);

  g_atomic_ref_count_init (&self->refs);
  self->header = *header;
  self->samples = samples;
  myna_yuv_layout_init (&self->layout, header->format);
  return self;
}

/* Places outside the picture repeat its edge. */
static void
copy_plane (guint8 *out, const MynaPatchHeader *h, const MynaYuvLayout *l, int p, const AVFrame *av)
{
  int width = AV_CEIL_RSHIFT (av->width, l->shift_x[p]);
  int height = AV_CEIL_RSHIFT (av->height, l->shift_y[p]);
  int left = h->rect.x >> l->shift_x[p], top = h->rect.y >> l->shift_y[p];
  int columns = h->rect.width >> l->shift_x[p], rows = h->rect.height >> l->shift_y[p];
  int first = CLAMP (left, 0, width - 1), last = CLAMP (left + columns, first + 1, width);
  gsize bytes = (gsize) l->bytes;

  for (int y = 0; y < rows; y++)
    {
      const guint8 *row = av->data[p] + (gssize) CLAMP (top + y, 0, height - 1) * av->linesize[p];
      guint8 *line = out + (gsize) y * (gsize) columns * bytes;
      int begin = CLAMP (first - left, 0, columns - 1);
      int end = CLAMP (begin + last - first, begin + 1, columns);

      memcpy (line + (gsize) begin * bytes, row + (gsize) first * bytes,
              (gsize) (end - begin) * bytes);
      for (int x = 0; x < begin; x++)
        memcpy (line + (gsize) x * bytes, row + (gsize) first * bytes, bytes);
      for (int x = end; x < columns; x++)
        memcpy (line + (gsize) x * bytes, row + (gsize) (first + end - begin - 1) * bytes, bytes);
    }
}

MynaRect
myna_mouth_patch_get_rect (const MynaFace *face)
{
  MynaRect rect = myna_mouth_points_get_bounds (face);

  return myna_yuv_align (&rect);
}

static gboolean
can_cut (const MynaRect *rect, const AVFrame *av)
{
  return rect->width > 0 && rect->height > 0 && rect->width <= MAX_SIDE &&
         rect->height <= MAX_SIDE && rect->x < av->width && rect->y < av->height &&
         rect->x + rect->width > 0 && rect->y + rect->height > 0;
}

/* NULL when it cannot be cut. */
static MynaMouthPatch *
cut (const MynaVideoFrame *frame, const MynaFace *face, const MynaRect *rect, gint64 key)
{
  MynaPatchHeader header = { .frame = key, .face = *face, .format = frame->av->format };
  MynaYuvLayout layout;
  guint8 *samples, *out;

  if (!myna_yuv_layout_init (&layout, frame->av->format) || !can_cut (rect, frame->av))
    return NULL;
  header.rect = myna_yuv_align (rect);
  header.size = myna_yuv_layout_get_size (&layout, &header.rect);
  out = samples = g_malloc (header.size);
  for (int p = 0; p < layout.n_planes; p++)
    {
      copy_plane (out, &header, &layout, p, frame->av);
      out += get_plane_size (&layout, &header.rect, p);
    }
  return myna_mouth_patch_new_from_samples (&header, samples);
}

/**
 * myna_mouth_patch_new:
 * @frame: the whole picture
 * @face: the face in it
 *
 * Returns: (transfer full) (nullable): the lower face with a margin, or NULL with
 *   MYNA_ERROR_UNSUPPORTED when the picture is not planar YUV or the face is not in it
 */
MynaMouthPatch *
myna_mouth_patch_new (const MynaVideoFrame *frame, const MynaFace *face, GError **error)
{
  MynaMouthPatch *self;
  MynaRect rect;

  g_return_val_if_fail (frame != NULL && face != NULL, NULL);

  rect = myna_mouth_points_get_bounds (face);
  self = cut (frame, face, &rect, frame->index);
  if (self == NULL)
    g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                         _ ("The mouth cannot be cut out of this picture."));
  return self;
}

MynaMouthPatch *
myna_mouth_patch_new_wide (const MynaVideoFrame *frame, const MynaFace *face, gint64 key)
{
  MynaRect rect = myna_mouth_points_get_bounds (face);
  int margin = rect.width / 16;

  rect.x -= margin;
  rect.y -= margin;
  rect.width += 2 * margin;
  rect.height += 2 * margin;
  return cut (frame, face, &rect, key);
}

/* A part of a plane of samples into one of its own. */
static void
copy_part (guint8 *out, const MynaPatchHeader *to, const MynaMouthPatch *wide, int p, gsize start)
{
  const MynaYuvLayout *layout = &wide->layout;
  const MynaRect *from = &wide->header.rect;
  gsize bytes = (gsize) layout->bytes;
  gsize stride = (gsize) (from->width >> layout->shift_x[p]) * bytes;
  gsize row = (gsize) (to->rect.width >> layout->shift_x[p]) * bytes;
  gsize left = (gsize) ((to->rect.x - from->x) >> layout->shift_x[p]) * bytes;
  gsize top = (gsize) ((to->rect.y - from->y) >> layout->shift_y[p]);

  for (int y = 0; y < to->rect.height >> layout->shift_y[p]; y++)
    memcpy (out + (gsize) y * row, wide->samples + start + (top + (gsize) y) * stride + left, row);
}

MynaMouthPatch *
myna_mouth_patch_narrow (MynaMouthPatch *wide, gint64 frame, const MynaFace *face)
{
  const MynaYuvLayout *layout = &wide->layout;
  MynaPatchHeader header = { .frame = frame, .face = *face, .format = wide->header.format };
  gsize in = 0, out = 0;
  guint8 *samples;

  header.rect = myna_mouth_patch_get_rect (face);
  header.size = myna_yuv_layout_get_size (layout, &header.rect);
  samples = g_malloc (header.size);
  for (int p = 0; p < layout->n_planes; p++)
    {
      copy_part (samples + out, &header, wide, p, in);
      in += get_plane_size (layout, &wide->header.rect, p);
      out += get_plane_size (layout, &header.rect, p);
    }
  return myna_mouth_patch_new_from_samples (&header, samples);
}

MynaMouthPatch *
myna_mouth_patch_ref (MynaMouthPatch *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
myna_mouth_patch_unref (MynaMouthPatch *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->samples);
  g_free (self);
}

gint64
myna_mouth_patch_get_frame (MynaMouthPatch *self)
{
  return self->header.frame;
}

const MynaFace *
myna_mouth_patch_get_face (MynaMouthPatch *self)
{
  return &self->header.face;
}

gsize
myna_mouth_patch_get_size (MynaMouthPatch *self)
{
  return sizeof *self + self->header.size;
}

void
myna_mouth_patch_load (MynaMouthPatch *self, MynaYuvImage *image)
{
  const guint8 *in = self->samples;

  myna_yuv_image_set_size (image, &self->layout, &self->header.rect);
  for (int p = 0; p < self->layout.n_planes; p++)
    {
      gsize n = (gsize) image->width[p] * (gsize) image->height[p];
      const guint16 *wide = (const guint16 *) (const void *) in;
      float *out = image->planes[p], scale = 1 / self->layout.unit;

      if (self->layout.bytes == 1)
        for (gsize i = 0; i < n; i++)
          out[i] = in[i];
      else
        for (gsize i = 0; i < n; i++)
          out[i] = (float) wide[i] * scale;
      in += n * (gsize) self->layout.bytes;
    }
}
