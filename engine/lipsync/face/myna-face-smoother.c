/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/face/myna-face-smoother.h"

#include <math.h>

#include "engine/lipsync/face/myna-face-mesh.h"

/* Smoothing without delay: for each frame, a parabola through the frames around it, weighted by
 * their distance in time (local regression; at an even rate a Savitzky-Golay filter), evaluated at
 * that frame. The head's motion and the face's shape are smoothed apart: the shape hardly changes
 * but for lips, eyes and jaw, so that it bears much more. */

#define MAX_FRAMES (2 * MYNA_FACE_SMOOTH_REACH + 1)

/* Widths of the windows: standard deviations in seconds. */
#define POSE_WIDTH 0.045
#define SHAPE_WIDTH 0.12
#define SPEECH_WIDTH 0.030

/* Points of the skull, which speech does not move (spec lipsync-default, renderer (a) 1). */
static const int stable[] = { 33, 133, 362, 263, 168, 6, 197, 195, 98, 327 };

/* (x, y) -> (a·x − b·y + x₀, b·x + a·y + y₀). */
typedef struct
{
  double a, b, x, y;
} Similarity;

/* The similarity that moves the stable points of @from to those of @to, least squares. */
static Similarity
fit (const MynaFace *from, const MynaFace *to)
{
  const int n = G_N_ELEMENTS (stable);
  double fx = 0, fy = 0, tx = 0, ty = 0, dot = 0, cross = 0, norm = 0;
  Similarity s;

  for (int i = 0; i < n; i++)
    {
      fx += (double) from->points[stable[i]].x / n;
      fy += (double) from->points[stable[i]].y / n;
      tx += (double) to->points[stable[i]].x / n;
      ty += (double) to->points[stable[i]].y / n;
    }
  for (int i = 0; i < n; i++)
    {
      double px = (double) from->points[stable[i]].x - fx;
      double py = (double) from->points[stable[i]].y - fy;
      double qx = (double) to->points[stable[i]].x - tx, qy = (double) to->points[stable[i]].y - ty;

      dot += px * qx + py * qy;
      cross += px * qy - py * qx;
      norm += px * px + py * py;
    }
  s.a = norm > 0 ? dot / norm : 1;
  s.b = norm > 0 ? cross / norm : 0;
  s.x = tx - s.a * fx + s.b * fy;
  s.y = ty - s.b * fx - s.a * fy;
  return s;
}

/* The weights with which values at @times give the value at @times[centre] of a polynomial of
 * @order (0 … 2) fitted to them with a Gaussian window; fewer frames lower the order. */
static void
find_weights (
    const double *times, int n, int centre, int order, double width, double weights[MAX_FRAMES])
{
  double moments[5] = { 0 }, row[3];

  order = MIN (order, (n - 1) / 2 * 2);
  if (centre < order / 2 || n - 1 - centre < order / 2)
    order = MIN (order, 1); /* at an end a parabola would follow the noise */
  for (int i = 0; i < n; i++)
    {
      double t = (times[i] - times[centre]) / width, power = weights[i] = exp (-t * t / 2);

      for (int k = 0; k < 5; k++, power *= t)
        moments[k] += power;
    }
  /* First row of the inverse of the normal equations' matrix. */
  {
    double m0 = moments[0], m1 = moments[1], m2 = moments[2], m3 = moments[3], m4 = moments[4];
    double two = m0 * m2 - m1 * m1;
    double three = m0 * (m2 * m4 - m3 * m3) - m1 * (m1 * m4 - m2 * m3) + m2 * (m1 * m3 - m2 * m2);

    if (order == 2 && three > 1e-9)
      {
        row[0] = (m2 * m4 - m3 * m3) / three;
        row[1] = (m2 * m3 - m1 * m4) / three;
        row[2] = (m1 * m3 - m2 * m2) / three;
      }
    else if (order >= 1 && two > 1e-9)
      {
        row[0] = m2 / two;
        row[1] = -m1 / two;
        row[2] = 0;
      }
    else
      {
        row[0] = 1 / m0;
        row[1] = row[2] = 0;
      }
  }
  for (int i = 0; i < n; i++)
    {
      double t = (times[i] - times[centre]) / width;

      weights[i] *= row[0] + t * (row[1] + t * row[2]);
    }
}

/* Whether speech or blinking moves a point: lips, eyes, and all below the nose. */
static gboolean *
make_moving (void)
{
  /* Between the nose's base and the upper lip, cheeks and jaw at that height and below. */
  static const int lower[] = {
    2,   164, 393, 391, 322, 410, 432, 434, 364, 367, 365, 379, 378, 400, 377, 152, 148,
    176, 149, 150, 136, 138, 135, 214, 212, 186, 92,  165, 167, 175, 171, 140, 170, 169,
    210, 202, 204, 194, 201, 200, 421, 418, 424, 422, 430, 394, 395, 369, 396, 428, 199,
    208, 32,  211, 262, 431, 83,  18,  313, 406, 335, 273, 287, 57,  43,  106, 182, 436,
    216, 206, 426, 203, 423, 98,  97,  326, 327, 60,  290, 172, 397, 58,  288, 192, 416,
    213, 433, 215, 435, 207, 427, 187, 411, 205, 425, 36,  266, 142, 371, 129, 358, 147,
    376, 177, 401, 93,  323, 132, 361, 137, 366, 227, 447, 234, 454, 123, 352,
  };
  static const int eyelids[] = {
    /* without the corners */
    7,   163, 144, 145, 153, 154, 155, 246, 161, 160, 159, 158, 157, 173,
    249, 390, 373, 374, 380, 381, 382, 466, 388, 387, 386, 385, 384, 398,
  };
  gboolean *moving = g_new0 (gboolean, MYNA_FACE_N_POINTS);
  int n;
  const int *lips = myna_face_get_lips (&n);

  for (int i = 0; i < n; i++)
    moving[lips[i]] = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (lower); i++)
    moving[lower[i]] = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (eyelids); i++)
    moving[eyelids[i]] = TRUE;
  return moving;
}

static const gboolean *
get_moving (void)
{
  static gsize made;

  if (g_once_init_enter (&made))
    g_once_init_leave (&made, (gsize) make_moving ());
  return (const gboolean *) made;
}

/* Points of all frames moved onto the head of the centre's, averaged. */
static void
smooth_shape (const MynaFace *const *faces,
              const Similarity *back,
              int n,
              const double *shape,
              const double *speech,
              MynaFace *result)
{
  const gboolean *moving = get_moving ();

  for (int i = 0; i < MYNA_FACE_N_POINTS; i++)
    {
      const double *weights = moving[i] ? speech : shape;
      double x = 0, y = 0, z = 0;

      for (int j = 0; j < n; j++)
        {
          const MynaFacePoint *p = &faces[j]->points[i];
          const Similarity *s = &back[j];

          x += weights[j] * (s->a * (double) p->x - s->b * (double) p->y + s->x);
          y += weights[j] * (s->b * (double) p->x + s->a * (double) p->y + s->y);
          z += weights[j] * (double) p->z * hypot (s->a, s->b);
        }
      result->points[i] = (MynaFacePoint) { (float) x, (float) y, (float) z };
    }
}

/* The head's motion: where the similarities from the centre's head to the others' say that the
 * centre's should be. */
static void
smooth_pose (const MynaFace *const *faces, int n, int centre, const double *pose, MynaFace *result)
{
  Similarity mean = { 0 };

  for (int j = 0; j < n; j++)
    {
      Similarity s = fit (faces[centre], faces[j]);

      mean.a += pose[j] * s.a;
      mean.b += pose[j] * s.b;
      mean.x += pose[j] * s.x;
      mean.y += pose[j] * s.y;
    }
  for (int i = 0; i < MYNA_FACE_N_POINTS; i++)
    {
      MynaFacePoint *p = &result->points[i];
      double x = (double) p->x, y = (double) p->y;

      p->x = (float) (mean.a * x - mean.b * y + mean.x);
      p->y = (float) (mean.b * x + mean.a * y + mean.y);
      p->z = (float) ((double) p->z * hypot (mean.a, mean.b));
    }
}

/**
 * myna_face_smooth:
 * @faces: a face in frames that follow one another
 * @times: their times in seconds, rising
 * @n: 1 … 2 · MYNA_FACE_SMOOTH_REACH + 1
 * @centre: which one is wanted
 * @result: (out): that one, smoothed, with its confidence
 *
 * Takes the tracker's noise out without shifting anything in time.
 */
void
myna_face_smooth (
    const MynaFace *const *faces, const double *times, int n, int centre, MynaFace *result)
{
  double pose[MAX_FRAMES], shape[MAX_FRAMES], speech[MAX_FRAMES];
  Similarity back[MAX_FRAMES];

  g_return_if_fail (faces != NULL && times != NULL && result != NULL);
  g_return_if_fail (n >= 1 && n <= MAX_FRAMES && centre >= 0 && centre < n);

  find_weights (times, n, centre, 2, POSE_WIDTH, pose);
  find_weights (times, n, centre, 1, SHAPE_WIDTH, shape);
  find_weights (times, n, centre, 2, SPEECH_WIDTH, speech);
  for (int j = 0; j < n; j++)
    back[j] = fit (faces[j], faces[centre]);
  smooth_shape (faces, back, n, shape, speech, result);
  smooth_pose (faces, n, centre, pose, result);
  result->confidence = faces[centre]->confidence;
  result->light = faces[centre]->light;
  result->sharpness = faces[centre]->sharpness;
  myna_face_find_pose (result);
}
