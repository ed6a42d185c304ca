/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/render/myna-compositor.h"

#include "engine/lipsync/render/myna-pyramid.h"
#include "engine/lipsync/render/myna-resample.h"

#include <math.h>
#include <string.h>

/* Margins in eye distances, counted inwards from where the mask begins. */
#define WINDOW_WIDTH 0.07f /* until the mask is full */
#define BLEND_FROM 0.025f  /* the pyramid's mask */
#define BLEND_TO 0.09f
#define NOSE_MARGIN 0.01f
#define RING_OUTSIDE 0.04f /* the ring in which colours are compared reaches this far out */
/* Sharpening beyond this would show grain. */
#define MAX_SHARPENING 0.7f

/* Masks for one size of plane. */
typedef struct
{
  float *window; /* 0 outside the mask: nothing is written there */
  float *blend;
  float *ring; /* weight for comparing colours */
  gsize allocated;
} Masks;

/* a + b x + c y */
typedef struct
{
  float a, b, c;
} Plane;

struct _MynaCompositor
{
  AVFrame *frame;
  MynaYuvLayout layout;
  MynaYuvImage base, work;
  MynaMap map;
  MynaPyramid pyramid;
  Masks luma, chroma;
  float *distance; /* at the nodes of a grid */
  gsize n_distance;
  float *mask; /* of the frame */
  MynaRect mask_rect;
  gsize n_mask;
};

MynaCompositor *
myna_compositor_new (void)
{
  return g_new0 (MynaCompositor, 1);
}

static void
masks_clear (Masks *self)
{
  g_free (self->window);
  g_free (self->blend);
  g_free (self->ring);
}

void
myna_compositor_free (MynaCompositor *self)
{
  myna_yuv_image_clear (&self->base);
  myna_yuv_image_clear (&self->work);
  myna_map_clear (&self->map);
  myna_pyramid_clear (&self->pyramid);
  masks_clear (&self->luma);
  masks_clear (&self->chroma);
  g_free (self->distance);
  g_free (self->mask);
  g_free (self);
}

static void
masks_set_size (Masks *self, gsize n)
{
  if (n <= self->allocated)
    return;
  masks_clear (self);
  self->window = g_new (float, n);
  self->blend = g_new (float, n);
  self->ring = g_new (float, n);
  self->allocated = n;
}

void
myna_compositor_begin (MynaCompositor *self, AVFrame *frame, const MynaYuvLayout *layout)
{
  self->frame = frame;
  self->layout = *layout;
  self->mask_rect = (MynaRect) { 0 };
}

const float *
myna_compositor_get_mask (MynaCompositor *self, MynaRect *rect)
{
  *rect = self->mask_rect;
  return self->mask_rect.width > 0 ? self->mask : NULL;
}

/* Makes the frame's mask cover @rect too. */
static void
grow_mask (MynaCompositor *self, const MynaRect *rect)
{
  MynaRect old = self->mask_rect, all = *rect;
  float *mask;

  if (old.width > 0)
    {
      all.x = MIN (old.x, rect->x);
      all.y = MIN (old.y, rect->y);
      all.width = MAX (old.x + old.width, rect->x + rect->width) - all.x;
      all.height = MAX (old.y + old.height, rect->y + rect->height) - all.y;
    }
  mask = g_new0 (float, (gsize) all.width *(gsize) all.height);
  for (int y = 0; y < old.height; y++)
    memcpy (mask + (gsize) (y + old.y - all.y) * (gsize) all.width + (old.x - all.x),
            self->mask + (gsize) y * (gsize) old.width, sizeof (float) * (gsize) old.width);
  g_free (self->mask);
  self->mask = mask;
  self->mask_rect = all;
}

static void
add_to_mask (MynaCompositor *self, const MynaRect *rect, const float *window, float strength)
{
  grow_mask (self, rect);
  for (int y = 0; y < rect->height; y++)
    {
      float *out = self->mask +
                   (gsize) (y + rect->y - self->mask_rect.y) * (gsize) self->mask_rect.width +
                   (rect->x - self->mask_rect.x);
      const float *in = window + (gsize) y * (gsize) rect->width;

      for (int x = 0; x < rect->width; x++)
        out[x] = MAX (out[x], strength * in[x]);
    }
}

/* Means over the luma samples that belong to each chroma sample: above 0 where any of them is. */
static void
shrink (const float *in, int width, int height, int shift_x, int shift_y, float *out)
{
  int columns = width >> shift_x, rows = height >> shift_y;
  float scale = 1.0f / (float) (1 << (shift_x + shift_y));

  for (int y = 0; y < rows; y++)
    for (int x = 0; x < columns; x++)
      {
        float sum = 0;

        for (int j = 0; j < 1 << shift_y; j++)
          for (int i = 0; i < 1 << shift_x; i++)
            sum += in[(gsize) ((y << shift_y) + j) * (gsize) width + (gsize) ((x << shift_x) + i)];
        out[(gsize) y * (gsize) columns + (gsize) x] = sum * scale;
      }
}

static void
shrink_masks (MynaCompositor *self, const MynaRect *rect)
{
  const MynaYuvLayout *l = &self->layout;
  gsize n = (gsize) rect->width * (gsize) rect->height;

  if (l->n_planes == 1)
    return;
  masks_set_size (&self->chroma, n);
  shrink (self->luma.window, rect->width, rect->height, l->shift_x[1], l->shift_y[1],
          self->chroma.window);
  shrink (self->luma.blend, rect->width, rect->height, l->shift_x[1], l->shift_y[1],
          self->chroma.blend);
  shrink (self->luma.ring, rect->width, rect->height, l->shift_x[1], l->shift_y[1],
          self->chroma.ring);
}

/* The jaw moves along the face: each place shows what was @shift above it, as far as it takes part.
 * One step of the fixed point is enough for shifts far below the reach of the movement. */
static void
set_jaw_map (MynaCompositor *self, const MynaRect *rect, const MynaJaw *jaw)
{
  MynaMap *map = &self->map;
  static const MynaSpline identity = { .scale = 1,
                                       .affine_x = { 0, 1, 0 },
                                       .affine_y = { 0, 0, 1 } };

  myna_map_set (map, rect, &identity, MYNA_SPLINE_STEP);
  for (int i = 0; i < map->columns * map->rows; i++)
    {
      MynaPoint p = { map->xs[i], map->ys[i] }, q;
      float d = jaw->shift * myna_jaw_get_share (jaw, p);

      q = (MynaPoint) { p.x - d * jaw->head.down.x, p.y - d * jaw->head.down.y };
      d = jaw->shift * myna_jaw_get_share (jaw, q);
      map->xs[i] = p.x - d * jaw->head.down.x;
      map->ys[i] = p.y - d * jaw->head.down.y;
    }
}

/* Where the map moves anything. Between nodes it is bilinear, so a cell is still when its corners
 * are. */
static void
set_jaw_window (MynaCompositor *self, const MynaRect *rect)
{
  const MynaMap *map = &self->map;

  masks_set_size (&self->luma, (gsize) rect->width * (gsize) rect->height);
  memset (self->luma.blend, 0, sizeof (float) * (gsize) rect->width * (gsize) rect->height);
  memset (self->luma.ring, 0, sizeof (float) * (gsize) rect->width * (gsize) rect->height);
  for (int r = 0; r + 1 < map->rows; r++)
    for (int c = 0; c + 1 < map->columns; c++)
      {
        float moves = 0;

        for (int k = 0; k < 4; k++)
          {
            int i = (r + k / 2) * map->columns + c + k % 2;

            moves += fabsf (map->xs[i] - (float) (rect->x + (c + k % 2) * MYNA_SPLINE_STEP)) +
                     fabsf (map->ys[i] - (float) (rect->y + (r + k / 2) * MYNA_SPLINE_STEP));
          }
        for (int y = 0; y < MYNA_SPLINE_STEP; y++)
          for (int x = 0; x < MYNA_SPLINE_STEP; x++)
            self->luma.window[(gsize) (r * MYNA_SPLINE_STEP + y) * (gsize) rect->width +
                              (gsize) (c * MYNA_SPLINE_STEP + x)] = moves > 0.02f ? 1 : 0;
      }
}

static MynaRect
get_jaw_bounds (const MynaJaw *jaw)
{
  const MynaHeadFrame *h = &jaw->head;
  float middle = (jaw->fall - jaw->rise) / 2, reach = (jaw->fall + jaw->rise) / 2;
  float x = jaw->chin.x + middle * h->down.x, y = jaw->chin.y + middle * h->down.y;
  float width = jaw->half_width * fabsf (h->right.x) + reach * fabsf (h->down.x);
  float height = jaw->half_width * fabsf (h->right.y) + reach * fabsf (h->down.y);

  return (MynaRect) { (int) floorf (x - width), (int) floorf (y - height), (int) (2 * width) + 2,
                      (int) (2 * height) + 2 };
}

/**
 * myna_compositor_move_jaw:
 *
 * Spec lipsync-default, renderer (a) 5. The frame's own pixels are moved, so that nothing foreign
 * comes in outside the mouth's mask. A shift below a quarter of a pixel is left out.
 */
void
myna_compositor_move_jaw (MynaCompositor *self, const MynaJaw *jaw)
{
  MynaRect rect = get_jaw_bounds (jaw);

  if (fabsf (jaw->shift) < 0.25f || rect.width > 4096 || rect.height > 4096)
    return;
  rect = myna_yuv_align (&rect);
  set_jaw_map (self, &rect, jaw);
  myna_yuv_image_set_size (&self->base, &self->layout, &rect);
  myna_yuv_image_load (&self->base, self->frame);
  myna_resample (&self->work, &self->base, &self->map);
  set_jaw_window (self, &rect);
  shrink_masks (self, &rect);
  for (int p = 0; p < self->layout.n_planes; p++)
    myna_yuv_image_store (&self->work, p, p == 0 ? self->luma.window : self->chroma.window,
                          self->frame);
  add_to_mask (self, &rect, self->luma.window, 1);
}

static float
get_depth (const MynaMouthTarget *target, float x, float y)
{
  float nose = hypotf (x - target->nose.x, y - target->nose.y) - target->nose_radius;
  float least = G_MAXFLOAT;

  for (int i = 0; i < target->n_hull; i++)
    {
      MynaPoint a = target->hull[i], b = target->hull[(i + 1) % target->n_hull];
      float dx = b.x - a.x, dy = b.y - a.y;

      least = MIN (least, (dx * (y - a.y) - dy * (x - a.x)) / sqrtf (dx * dx + dy * dy + 1e-9f));
    }
  return MIN (least - target->inset, nose - NOSE_MARGIN * target->head.unit);
}

static inline float
smooth_step (float from, float to, float x)
{
  float t = (x - from) / (to - from);

  t = t < 0 ? 0 : t > 1 ? 1 : t;
  return t * t * (3 - 2 * t);
}

static void
set_mask_row (Masks *m, gsize offset, const float *depth, int n, float unit)
{
  float *window = m->window + offset, *blend = m->blend + offset, *ring = m->ring + offset;

  for (int x = 0; x < n; x++)
    {
      float d = depth[x];

      window[x] = smooth_step (0, WINDOW_WIDTH * unit, d);
      blend[x] = smooth_step (BLEND_FROM * unit, BLEND_TO * unit, d);
      ring[x] = (1 - blend[x]) * smooth_step (-RING_OUTSIDE * unit, 0, d);
    }
}

/* Depth inside the hull at nodes 8 pixels apart, bilinear between them. */
static void
set_masks (MynaCompositor *self, const MynaRect *rect, const MynaMouthTarget *target)
{
  int columns = rect->width / 8 + 1, rows = rect->height / 8 + 1;
  gsize n = (gsize) columns * (gsize) rows;
  g_autofree float *line = g_new (float, (gsize) rect->width);

  if (n > self->n_distance)
    {
      g_free (self->distance);
      self->distance = g_new (float, n);
      self->n_distance = n;
    }
  for (int r = 0; r < rows; r++)
    for (int c = 0; c < columns; c++)
      self->distance[r * columns + c] =
          get_depth (target, (float) (rect->x + 8 * c), (float) (rect->y + 8 * r));
  masks_set_size (&self->luma, (gsize) rect->width * (gsize) rect->height);
  for (int y = 0; y < rect->height; y++)
    {
      const float *above = self->distance + (gsize) (y / 8) * (gsize) columns,
                  *below = above + columns;
      float v = ((float) (y % 8) + 0.5f) / 8;

      for (int x = 0; x < rect->width; x++)
        {
          float u = ((float) (x % 8) + 0.5f) / 8;
          int c = x / 8;

          line[x] = (1 - v) * (above[c] + u * (above[c + 1] - above[c])) +
                    v * (below[c] + u * (below[c + 1] - below[c]));
        }
      set_mask_row (&self->luma, (gsize) y * (gsize) rect->width, line, rect->width,
                    target->head.unit);
    }
  shrink_masks (self, rect);
}

/* Solves the symmetric 3 × 3 system of a plane's fit. */
static Plane
solve_plane (const double m[6], const double r[3])
{
  double c00 = m[3] * m[5] - m[4] * m[4], c01 = m[2] * m[4] - m[1] * m[5];
  double c02 = m[1] * m[4] - m[2] * m[3], c11 = m[0] * m[5] - m[2] * m[2];
  double c12 = m[1] * m[2] - m[0] * m[4], c22 = m[0] * m[3] - m[1] * m[1];
  double det = m[0] * c00 + m[1] * c01 + m[2] * c02;

  if (fabs (det) < 1e-9 * m[0] * m[0] * m[0] + 1e-12)
    return (Plane) { m[0] > 0 ? (float) (r[0] / m[0]) : 0, 0, 0 };
  return (Plane) { (float) ((c00 * r[0] + c01 * r[1] + c02 * r[2]) / det),
                   (float) ((c01 * r[0] + c11 * r[1] + c12 * r[2]) / det),
                   (float) ((c02 * r[0] + c12 * r[1] + c22 * r[2]) / det) };
}

/* One pass of a weighted fit; samples further than @limit from @before count for nothing. Returns
 * the spread. */
static float
fit_pass (
    const float *d, const float *ring, int width, int height, Plane before, float limit, Plane *fit)
{
  double m[6] = { 1e-9, 0, 0, 1e-9, 0, 1e-9 }, r[3] = { 0 }, squares = 0;
  float sx = 2.0f / (float) width, sy = 2.0f / (float) height;

  for (int y = 0; y < height; y++)
    {
      float v = (float) y * sy - 1;

      for (int x = 0; x < width; x++)
        {
          gsize i = (gsize) y * (gsize) width + (gsize) x;
          float u = (float) x * sx - 1, w = ring[i];
          float miss = d[i] - (before.a + before.b * u + before.c * v);

          if (w <= 0 || fabsf (miss) > limit)
            continue;
          m[0] += (double) w;
          m[1] += (double) (w * u);
          m[2] += (double) (w * v);
          m[3] += (double) (w * u * u);
          m[4] += (double) (w * u * v);
          m[5] += (double) (w * v * v);
          r[0] += (double) (w * d[i]);
          r[1] += (double) (w * u * d[i]);
          r[2] += (double) (w * v * d[i]);
          squares += (double) (w * miss * miss);
        }
    }
  *fit = solve_plane (m, r);
  return (float) sqrt (squares / m[0]);
}

/* The difference of light between the two pictures, seen in the ring: a plane, robust against hair,
 * collars and shadows. */
static void
match_colour (float *d, const float *ring, int width, int height)
{
  Plane fit = { 0 };
  float limit = G_MAXFLOAT;

  for (int pass = 0; pass < 3; pass++)
    {
      Plane next;
      float spread = fit_pass (d, ring, width, height, fit, limit, &next);

      fit = next;
      limit = pass == 0 ? 2.5f * spread + 1 : MIN (limit, 2.5f * spread + 1);
    }
  for (int y = 0; y < height; y++)
    {
      float v = 2.0f * (float) y / (float) height - 1, sx = 2.0f / (float) width;
      float *row = d + (gsize) y * (gsize) width;

      for (int x = 0; x < width; x++)
        row[x] -= fit.a + fit.b * ((float) x * sx - 1) + fit.c * v;
    }
}

/* Fine detail: a sample less its neighbours. */
static inline float
detail (const float *p, int width)
{
  return p[0] - 0.25f * (p[-1] + p[1] + p[-width] + p[width]);
}

/* Gives the luma of the candidate the grain of the ring, which both pictures show: sampled once it
 * is a little softer, and a source further from the camera more so. Adds to the difference. */
static void
match_sharpness (
    float *d, const float *base, const float *candidate, const float *ring, int width, int height)
{
  double ours = 1e-6, theirs = 1e-6;
  float amount;

  for (int y = 1; y + 1 < height; y++)
    for (int x = 1; x + 1 < width; x++)
      {
        gsize i = (gsize) y * (gsize) width + (gsize) x;
        float a = detail (base + i, width), b = detail (candidate + i, width);

        ours += (double) (ring[i] * a * a);
        theirs += (double) (ring[i] * b * b);
      }
  amount = CLAMP ((float) sqrt (ours / theirs) - 1, 0.0f, MAX_SHARPENING);
  if (amount < 0.02f)
    return;
  for (int y = 1; y + 1 < height; y++)
    for (int x = 1; x + 1 < width; x++)
      {
        gsize i = (gsize) y * (gsize) width + (gsize) x;

        d[i] += amount * detail (candidate + i, width);
      }
}

static void
blend_plane (MynaCompositor *self, const MynaYuvImage *candidate, int p, int levels, float strength)
{
  const Masks *m = p == 0 ? &self->luma : &self->chroma;
  int width = self->base.width[p], height = self->base.height[p];
  gsize n = (gsize) width * (gsize) height;
  const float *base = self->base.planes[p], *from = candidate->planes[p];
  float *d = self->work.planes[p];

  for (gsize i = 0; i < n; i++)
    d[i] = from[i] - base[i];
  match_colour (d, m->ring, width, height);
  if (p == 0)
    match_sharpness (d, base, from, m->ring, width, height);
  myna_pyramid_blend (&self->pyramid, d, m->blend, width, height, levels);
  for (gsize i = 0; i < n; i++)
    d[i] = base[i] + strength * m->window[i] * d[i];
  myna_yuv_image_store (&self->work, p, m->window, self->frame);
}

/**
 * myna_compositor_blend:
 * @candidate: the new mouth in the frame's geometry, of the same layout; its part of the picture is
 *   what is worked on
 * @strength: 0 … 1: share of the new mouth
 *
 * Spec lipsync-default, renderer (a) 4.
 */
void
myna_compositor_blend (MynaCompositor *self,
                       const MynaYuvImage *candidate,
                       const MynaMouthTarget *target,
                       float strength)
{
  const MynaYuvLayout *l = &self->layout;
  int levels = CLAMP ((int) lrintf (log2f (0.13f * target->head.unit)), 2, 5);

  g_return_if_fail (candidate->layout.format == l->format);

  myna_yuv_image_set_size (&self->base, l, &candidate->rect);
  myna_yuv_image_set_size (&self->work, l, &candidate->rect);
  myna_yuv_image_load (&self->base, self->frame);
  set_masks (self, &candidate->rect, target);
  for (int p = 0; p < l->n_planes; p++)
    blend_plane (self, candidate, p, MAX (1, levels - MAX (l->shift_x[p], l->shift_y[p])),
                 strength);
  add_to_mask (self, &candidate->rect, self->luma.window, strength);
}
