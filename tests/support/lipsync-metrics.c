/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/support/lipsync-metrics.h"

#include <libavutil/pixdesc.h>
#include <math.h>

/* Side of the stabilised picture of the mouth. */
#define PATCH 64

static const int lip_points[] = { 61,  185, 40,  39,  37, 0,   267, 269, 270, 409,
                                  291, 146, 91,  181, 84, 17,  314, 405, 321, 375,
                                  78,  13,  308, 14,  82, 312, 87,  317 };

TrajectoryMetric
lipsync_metric_trajectory (const float *wanted, const float *realised, gsize n)
{
  double a = 0, b = 0, aa = 1e-12, bb = 1e-12, ab = 0, miss = 0;

  for (gsize i = 0; i < n; i++)
    {
      a += (double) wanted[i] / (double) n;
      b += (double) realised[i] / (double) n;
      miss += fabs ((double) (wanted[i] - realised[i]));
    }
  for (gsize i = 0; i < n; i++)
    {
      double x = (double) wanted[i] - a, y = (double) realised[i] - b;

      aa += x * x;
      bb += y * y;
      ab += x * y;
    }
  return (TrajectoryMetric) { ab / sqrt (aa * bb), n > 0 ? miss / (double) n : 0 };
}

static int
compare_floats (const void *a, const void *b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

double
lipsync_metric_percentile (const float *values, gsize n, double share)
{
  g_autofree float *sorted = g_memdup2 (values, n * sizeof *values);

  if (n == 0)
    return 0;
  qsort (sorted, n, sizeof *sorted, compare_floats);
  return (double) sorted[MIN (n - 1, (gsize) (share * (double) n))];
}

double
lipsync_metric_closures (const float *realised,
                         const double *times,
                         gsize n,
                         const double *closures,
                         gsize n_closures,
                         double limit)
{
  gsize closed = 0, counted = 0;

  for (gsize k = 0; k < n_closures; k++)
    {
      double least = G_MAXDOUBLE;

      for (gsize i = 0; i < n; i++)
        if (fabs (times[i] - closures[k]) <= 0.06)
          least = MIN (least, (double) realised[i]);
      counted += least < G_MAXDOUBLE;
      closed += least <= limit;
    }
  return counted > 0 ? (double) closed / (double) counted : 1;
}

double
lipsync_metric_silence (const float *realised, const gboolean *silent, gsize n, double limit)
{
  gsize closed = 0, counted = 0;

  for (gsize i = 0; i < n; i++)
    {
      counted += silent[i] ? 1 : 0;
      closed += silent[i] && (double) realised[i] <= limit;
    }
  return counted > 0 ? (double) closed / (double) counted : 1;
}

int
lipsync_metric_offset (const float *wanted, const float *realised, gsize n, int reach)
{
  double best = -2;
  int found = 0;

  for (int lag = -reach; lag <= reach; lag++)
    {
      gsize skip = (gsize) ABS (lag);
      double r;

      if (skip + 3 > n)
        continue;
      r = lag >= 0 ? lipsync_metric_trajectory (wanted, realised + skip, n - skip).r
                   : lipsync_metric_trajectory (wanted + skip, realised, n - skip).r;
      if (r > best || (r == best && ABS (lag) < ABS (found)))
        {
          best = r;
          found = lag;
        }
    }
  return found;
}

double
lipsync_metric_lips (const MynaFace *a, const MynaFace *b)
{
  double sum = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (lip_points); i++)
    {
      const MynaFacePoint *p = &a->points[lip_points[i]], *q = &b->points[lip_points[i]];

      sum += hypot ((double) (p->x - q->x), (double) (p->y - q->y));
    }
  return sum / G_N_ELEMENTS (lip_points) / (double) myna_face_get_eye_distance (a);
}

static float
mask_at (const float *mask, const MynaRect *rect, int x, int y)
{
  x -= rect->x;
  y -= rect->y;
  if (mask == NULL || x < 0 || y < 0 || x >= rect->width || y >= rect->height)
    return 0;
  return mask[(gsize) y * (gsize) rect->width + (gsize) x];
}

static int
sample_at (const AVFrame *av, int plane, int x, int y, int bytes)
{
  const guint8 *row = av->data[plane] + (gssize) y * av->linesize[plane];

  return bytes == 1 ? row[x] : ((const guint16 *) (const void *) row)[x];
}

/* Any luma pixel of the sample is in the mask. */
static gboolean
is_masked (const float *mask, const MynaRect *rect, int x, int y, int shift_x, int shift_y)
{
  for (int j = 0; j < 1 << shift_y; j++)
    for (int i = 0; i < 1 << shift_x; i++)
      if (mask_at (mask, rect, (x << shift_x) + i, (y << shift_y) + j) > 0)
        return TRUE;
  return FALSE;
}

gint64
lipsync_metric_outside (const MynaVideoFrame *before,
                        const MynaVideoFrame *after,
                        const float *mask,
                        const MynaRect *rect)
{
  const AVPixFmtDescriptor *d = av_pix_fmt_desc_get (before->av->format);
  int bytes = d->comp[0].depth > 8 ? 2 : 1;
  gint64 differ = 0;

  for (int p = 0; p < MIN (3, d->nb_components); p++)
    {
      int sx = p > 0 ? d->log2_chroma_w : 0, sy = p > 0 ? d->log2_chroma_h : 0;

      for (int y = 0; y < AV_CEIL_RSHIFT (before->av->height, sy); y++)
        for (int x = 0; x < AV_CEIL_RSHIFT (before->av->width, sx); x++)
          if (sample_at (before->av, p, x, y, bytes) != sample_at (after->av, p, x, y, bytes) &&
              !is_masked (mask, rect, x, y, sx, sy))
            differ++;
    }
  return differ;
}

double
lipsync_metric_psnr (const MynaVideoFrame *before,
                     const MynaVideoFrame *after,
                     const float *mask,
                     const MynaRect *rect)
{
  int depth = av_pix_fmt_desc_get (before->av->format)->comp[0].depth, bytes = depth > 8 ? 2 : 1;
  double peak = (1 << depth) - 1, squares = 0;
  gint64 n = 0;

  for (int y = 0; y < before->av->height; y++)
    for (int x = 0; x < before->av->width; x++)
      if (mask_at (mask, rect, x, y) <= 0)
        {
          double e = sample_at (before->av, 0, x, y, bytes) - sample_at (after->av, 0, x, y, bytes);

          squares += e * e;
          n++;
        }
  if (squares <= 0 || n == 0)
    return 99;
  return MIN (99.0, 10 * log10 (peak * peak * (double) n / squares));
}

/* Sums steps of luma between neighbours of which one is in the mask, and the other is not. */
static double
sum_border (const AVFrame *av, const float *mask, const MynaRect *rect, int bytes)
{
  double sum = 0;

  for (int y = MAX (1, rect->y); y < MIN (av->height - 1, rect->y + rect->height); y++)
    for (int x = MAX (1, rect->x); x < MIN (av->width - 1, rect->x + rect->width); x++)
      {
        gboolean in = mask_at (mask, rect, x, y) > 0;

        if (in != (mask_at (mask, rect, x + 1, y) > 0))
          sum += abs (sample_at (av, 0, x, y, bytes) - sample_at (av, 0, x + 1, y, bytes));
        if (in != (mask_at (mask, rect, x, y + 1) > 0))
          sum += abs (sample_at (av, 0, x, y, bytes) - sample_at (av, 0, x, y + 1, bytes));
      }
  return sum;
}

double
lipsync_metric_seam (const MynaVideoFrame *before,
                     const MynaVideoFrame *after,
                     const float *mask,
                     const MynaRect *rect)
{
  int bytes = av_pix_fmt_desc_get (before->av->format)->comp[0].depth > 8 ? 2 : 1;

  return (sum_border (after->av, mask, rect, bytes) + 1) /
         (sum_border (before->av, mask, rect, bytes) + 1);
}

static MynaRect
get_lip_box (const MynaFace *face, const AVFrame *av)
{
  float left = G_MAXFLOAT, top = G_MAXFLOAT, right = -G_MAXFLOAT, bottom = -G_MAXFLOAT;
  MynaRect box;

  for (gsize i = 0; i < G_N_ELEMENTS (lip_points); i++)
    {
      const MynaFacePoint *p = &face->points[lip_points[i]];

      left = MIN (left, p->x);
      right = MAX (right, p->x);
      top = MIN (top, p->y);
      bottom = MAX (bottom, p->y);
    }
  box.x = CLAMP ((int) left, 1, av->width - 4);
  box.y = CLAMP ((int) top, 1, av->height - 4);
  box.width = CLAMP ((int) (right - left), 2, av->width - 2 - box.x);
  box.height = CLAMP ((int) (bottom - top), 2, av->height - 2 - box.y);
  return box;
}

double
lipsync_metric_sharpness (const MynaVideoFrame *frame, const MynaFace *face)
{
  const AVFrame *av = frame->av;
  int depth = av_pix_fmt_desc_get (av->format)->comp[0].depth, bytes = depth > 8 ? 2 : 1;
  MynaRect box = get_lip_box (face, av);
  double sum = 0, squares = 0, n = box.width * box.height;

  for (int y = box.y; y < box.y + box.height; y++)
    for (int x = box.x; x < box.x + box.width; x++)
      {
        double l = sample_at (av, 0, x, y, bytes) * 4 - sample_at (av, 0, x - 1, y, bytes) -
                   sample_at (av, 0, x + 1, y, bytes) - sample_at (av, 0, x, y - 1, bytes) -
                   sample_at (av, 0, x, y + 1, bytes);

        l /= 1 << (depth - 8);
        sum += l;
        squares += l * l;
      }
  return squares / n - sum / n * (sum / n);
}

double
lipsync_metric_jitter (const float *values, gsize n)
{
  double sum = 0;

  for (gsize i = 1; i + 1 < n; i++)
    sum += fabs ((double) (values[i - 1] - 2 * values[i] + values[i + 1]));
  return n > 2 ? sum / (double) (n - 2) : 0;
}

/* Luma of a place given in eye distances from the base of the nose; bilinear. */
static double
stable_sample (const AVFrame *av, const MynaFace *face, double right, double down, int depth)
{
  const MynaFacePoint *l = &face->points[33], *r = &face->points[263], *base = &face->points[2];
  double ux = (double) (r->x - l->x), uy = (double) (r->y - l->y);
  double x = (double) base->x + right * ux - down * uy - 0.5;
  double y = (double) base->y + right * uy + down * ux - 0.5;
  int i = CLAMP ((int) floor (x), 0, av->width - 2), j = CLAMP ((int) floor (y), 0, av->height - 2);
  int bytes = depth > 8 ? 2 : 1;
  double u = CLAMP (x - i, 0.0, 1.0), v = CLAMP (y - j, 0.0, 1.0);

  return ((1 - v) *
              ((1 - u) * sample_at (av, 0, i, j, bytes) + u * sample_at (av, 0, i + 1, j, bytes)) +
          v * ((1 - u) * sample_at (av, 0, i, j + 1, bytes) +
               u * sample_at (av, 0, i + 1, j + 1, bytes))) /
         (1 << (depth - 8));
}

double
lipsync_metric_flicker (const MynaVideoFrame *a,
                        const MynaFace *face_a,
                        const MynaVideoFrame *b,
                        const MynaFace *face_b)
{
  int depth = av_pix_fmt_desc_get (a->av->format)->comp[0].depth;
  double sum = 0;

  for (int j = 0; j < PATCH; j++)
    for (int i = 0; i < PATCH; i++)
      {
        double right = 0.8 * ((i + 0.5) / PATCH - 0.5), down = 0.1 + 0.5 * (j + 0.5) / PATCH;

        sum += fabs (stable_sample (a->av, face_a, right, down, depth) -
                     stable_sample (b->av, face_b, right, down, depth));
      }
  return sum / (PATCH * PATCH);
}

static double
lab_curve (double t)
{
  return t > 0.008856 ? cbrt (t) : 7.787 * t + 16.0 / 116;
}

static void
rgb_to_lab (const double rgb[3], double lab[3])
{
  double linear[3], x, y, z;

  for (int i = 0; i < 3; i++)
    {
      double c = rgb[i] / 255;

      linear[i] = c <= 0.04045 ? c / 12.92 : pow ((c + 0.055) / 1.055, 2.4);
    }
  x = lab_curve ((0.4124 * linear[0] + 0.3576 * linear[1] + 0.1805 * linear[2]) / 0.9505);
  y = lab_curve (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]);
  z = lab_curve ((0.0193 * linear[0] + 0.1192 * linear[1] + 0.9505 * linear[2]) / 1.089);
  lab[0] = 116 * y - 16;
  lab[1] = 500 * (x - y);
  lab[2] = 200 * (y - z);
}

/* Mean of small squares between pairs of points. */
static void
mean_lab (const MynaVideoFrame *frame,
          const MynaFace *face,
          const int (*pairs)[2],
          gsize n,
          double lab[3])
{
  int side = MAX (2, (int) (0.05f * myna_face_get_eye_distance (face)));
  double rgb[3] = { 0 };

  for (gsize k = 0; k < n; k++)
    {
      const MynaFacePoint *a = &face->points[pairs[k][0]], *b = &face->points[pairs[k][1]];
      MynaRect rect = { (int) ((a->x + b->x) / 2) - side / 2, (int) ((a->y + b->y) / 2) - side / 2,
                        side, side };
      guint8 pixels[4 * 4 * 3];

      if (!myna_video_frame_to_rgb (frame, &rect, 4, 4, pixels, NULL))
        continue;
      for (int i = 0; i < 4 * 4 * 3; i++)
        rgb[i % 3] += pixels[i] / (16.0 * (double) n);
    }
  rgb_to_lab (rgb, lab);
}

void
lipsync_metric_colour (const MynaVideoFrame *frame,
                       const MynaFace *face,
                       double lips[3],
                       double skin[3])
{
  static const int lip_pairs[][2] = {
    { 14, 17 }, { 87, 84 }, { 317, 314 }, { 178, 181 }, { 402, 405 }
  };
  static const int skin_pairs[][2] = {
    { 187, 61 }, { 411, 291 }, { 17, 152 }, { 84, 149 }, { 314, 378 }
  };

  mean_lab (frame, face, lip_pairs, G_N_ELEMENTS (lip_pairs), lips);
  mean_lab (frame, face, skin_pairs, G_N_ELEMENTS (skin_pairs), skin);
}

double
lipsync_metric_colour_distance (const double a[3], const double b[3])
{
  return sqrt ((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) +
               (a[2] - b[2]) * (a[2] - b[2]));
}
