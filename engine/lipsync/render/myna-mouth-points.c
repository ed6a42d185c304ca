/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/render/myna-mouth-points.h"

#include <math.h>

/*
 * Which points of the mesh do what. Left and right are those of the picture.
 */

/* Eye corners, bridge and sides of the nose: they do not move when one speaks (spec
 * lipsync-default, renderer (a) 1). */
static const int stable_points[] = { 33, 133, 362, 263, 168, 6, 197, 195, 98, 327 };
/* The base of the nose, next to the lip. */
static const int nose_points[] = { 98, 97, 2, 326, 327 };
static const int wing_points[] = { 129, 358 };
/* From ear to ear. */
static const int jaw_points[] = { 132, 58,  172, 136, 150, 149, 176, 148, 152,
                                  377, 400, 378, 379, 365, 397, 288, 361 };
static const int cheek_points[] = { 205, 425, 50, 280, 187, 411, 123, 352, 207, 427 };
/* Pairs one above the other, left to right. */
static const int upper_inner[] = { 191, 80, 81, 82, 13, 312, 311, 310, 415 };
static const int lower_inner[] = { 95, 88, 178, 87, 14, 317, 402, 318, 324 };
static const int upper_outer[] = { 185, 40, 39, 37, 0, 267, 269, 270, 409 };
static const int lower_outer[] = { 146, 91, 181, 84, 17, 314, 405, 321, 375 };
/* Inner and outer corners. */
static const int corners[] = { 78, 308, 61, 291 };

#define CENTRE 4 /* of the pairs */
#define CHIN 152
#define FOREHEAD 10

/* What is behind the lips hangs on the skull: points this far down from the upper lip, as a share
 * of the gap, keep their distance from it, so that teeth are neither stretched nor squeezed. */
#define TEETH_DEPTH 0.55f

/* Of a change of the opening (spec lipsync-default, renderer (b)); closing, the upper lip takes
 * part more. */
#define UPPER_SHARE 0.12f
#define UPPER_SHARE_CLOSING 0.25f

/* A list of points being gathered for the spline. */
typedef struct
{
  MynaPoint to[MYNA_SPLINE_MAX_POINTS], from[MYNA_SPLINE_MAX_POINTS];
  float slack[MYNA_SPLINE_MAX_POINTS];
  int n;
} Pins;

/* A similarity: the complex number (a, b) and a translation. */
typedef struct
{
  float a, b, x, y;
} Similarity;

static MynaPoint
point (const MynaFace *face, int index)
{
  return (MynaPoint) { face->points[index].x, face->points[index].y };
}

static float
dot (MynaPoint a, MynaPoint b)
{
  return a.x * b.x + a.y * b.y;
}

static MynaPoint
minus (MynaPoint a, MynaPoint b)
{
  return (MynaPoint) { a.x - b.x, a.y - b.y };
}

/* @p moved by @right and @down along the axes of the head. */
static MynaPoint
moved (const MynaHeadFrame *h, MynaPoint p, float right, float down)
{
  return (MynaPoint) { p.x + right * h->right.x + down * h->down.x,
                       p.y + right * h->right.y + down * h->down.y };
}

static MynaPoint
between (MynaPoint a, MynaPoint b, float share)
{
  return (MynaPoint) { a.x + share * (b.x - a.x), a.y + share * (b.y - a.y) };
}

static float
smooth_step (float from, float to, float x)
{
  float t = CLAMP ((x - from) / (to - from), 0.0f, 1.0f);

  return t * t * (3 - 2 * t);
}

void
myna_head_frame_init (MynaHeadFrame *self, const MynaFace *face)
{
  MynaPoint left = point (face, 33), right = point (face, 263), along = minus (right, left);
  float length = MAX (1e-3f, sqrtf (dot (along, along)));

  self->origin = (MynaPoint) { (left.x + right.x) / 2, (left.y + right.y) / 2 };
  self->right = (MynaPoint) { along.x / length, along.y / length };
  self->down = (MynaPoint) { -self->right.y, self->right.x };
  self->unit = MAX (1.0f, myna_face_get_eye_distance (face));
}

static void
grow (MynaRect *box, const MynaFace *face, const int *points, gsize n, float margin)
{
  for (gsize i = 0; i < n; i++)
    {
      MynaPoint p = point (face, points[i]);
      int left = (int) floorf (p.x - margin), right = (int) ceilf (p.x + margin);
      int top = (int) floorf (p.y - margin), bottom = (int) ceilf (p.y + margin);

      if (box->width == 0)
        *box = (MynaRect) { left, top, right - left, bottom - top };
      right = MAX (right, box->x + box->width);
      bottom = MAX (bottom, box->y + box->height);
      box->x = MIN (box->x, left);
      box->y = MIN (box->y, top);
      box->width = right - box->x;
      box->height = bottom - box->y;
    }
}

gboolean
myna_mouth_points_are_sane (const MynaFace *face)
{
  for (int i = 0; i < MYNA_FACE_N_POINTS; i++)
    if (!(fabsf (face->points[i].x) < 60000) || !(fabsf (face->points[i].y) < 60000))
      return FALSE;
  return dot (minus (point (face, 263), point (face, 33)),
              minus (point (face, 263), point (face, 33))) >= 16;
}

/**
 * myna_mouth_points_get_bounds:
 *
 * Returns: the jaw, the base of the nose and the cheeks with a margin of a tenth of the eye
 *   distance, in pixels of the picture; empty for points that are out of reason
 */
MynaRect
myna_mouth_points_get_bounds (const MynaFace *face)
{
  MynaRect box = { 0 };
  MynaHeadFrame head;

  if (!myna_mouth_points_are_sane (face))
    return box;
  myna_head_frame_init (&head, face);
  grow (&box, face, jaw_points, G_N_ELEMENTS (jaw_points), 0.1f * head.unit);
  grow (&box, face, nose_points, G_N_ELEMENTS (nose_points), 0.1f * head.unit);
  grow (&box, face, cheek_points, 2, 0.1f * head.unit);
  grow (&box, face, lower_outer, G_N_ELEMENTS (lower_outer), 0.1f * head.unit);
  return box;
}

/* The similarity with the least squared error over the stable points. */
static Similarity
find_similarity (const MynaFace *from, const MynaFace *to)
{
  const int n = G_N_ELEMENTS (stable_points);
  MynaPoint f = { 0 }, t = { 0 };
  float real = 0, imaginary = 0, power = 1e-6f;
  Similarity s;

  for (int i = 0; i < n; i++)
    {
      MynaPoint p = point (from, stable_points[i]), q = point (to, stable_points[i]);

      f = (MynaPoint) { f.x + p.x / (float) n, f.y + p.y / (float) n };
      t = (MynaPoint) { t.x + q.x / (float) n, t.y + q.y / (float) n };
    }
  for (int i = 0; i < n; i++)
    {
      MynaPoint p = minus (point (from, stable_points[i]), f);
      MynaPoint q = minus (point (to, stable_points[i]), t);

      real += p.x * q.x + p.y * q.y;
      imaginary += p.x * q.y - p.y * q.x;
      power += p.x * p.x + p.y * p.y;
    }
  s.a = real / power;
  s.b = imaginary / power;
  s.x = t.x - (s.a * f.x - s.b * f.y);
  s.y = t.y - (s.b * f.x + s.a * f.y);
  return s;
}

static MynaPoint
apply (const Similarity *s, MynaPoint p)
{
  return (MynaPoint) { s->a * p.x - s->b * p.y + s->x, s->b * p.x + s->a * p.y + s->y };
}

/* The base of the nose hangs next to the lip: what the similarity leaves there (another pitch,
 * another yaw) the lips follow. */
static void
settle_on_nose (Similarity *s, const MynaFace *from, const MynaFace *to)
{
  MynaPoint miss = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (nose_points); i++)
    {
      MynaPoint d = minus (point (to, nose_points[i]), apply (s, point (from, nose_points[i])));

      miss = (MynaPoint) { miss.x + d.x, miss.y + d.y };
    }
  s->x += miss.x / (float) G_N_ELEMENTS (nose_points);
  s->y += miss.y / (float) G_N_ELEMENTS (nose_points);
}

static void
pin (Pins *pins, MynaPoint to, MynaPoint from, float slack)
{
  g_assert (pins->n < MYNA_SPLINE_MAX_POINTS);
  pins->to[pins->n] = to;
  pins->from[pins->n] = from;
  pins->slack[pins->n++] = slack;
}

float
myna_jaw_get_share (const MynaJaw *self, MynaPoint place)
{
  MynaPoint d = minus (place, self->chin);
  float right = dot (d, self->head.right) / self->half_width, down = dot (d, self->head.down);
  float across = fabsf (right) < 1 ? 0.5f + 0.5f * cosf ((float) G_PI * right) : 0;

  if (down < 0)
    return across * smooth_step (-self->rise, 0, down);
  return across * (1 - smooth_step (0, self->fall, down));
}

/* Spec lipsync-default, renderer (a) 5: the chin follows large changes of the opening; throat and
 * collar carry it to nothing half a face below. */
static void
set_jaw (MynaMouthTarget *self, const MynaFace *face, const MynaMouthWish *wish)
{
  const MynaHeadFrame *h = &self->head;
  MynaPoint corner = minus (point (face, corners[0]), point (face, CHIN));
  MynaPoint across = minus (point (face, 397), point (face, 172));
  MynaPoint height = minus (point (face, CHIN), point (face, FOREHEAD));
  float change = wish->opening - myna_face_get_opening (face);
  float threshold = smooth_step (0.02f, 0.07f, fabsf (change));

  self->jaw.head = *h;
  self->jaw.shift = wish->jaw * change * threshold * h->unit;
  self->jaw.chin = point (face, CHIN);
  self->jaw.half_width = MAX (1.0f, 0.75f * fabsf (dot (across, h->right)));
  self->jaw.rise = MAX (1.0f, -dot (corner, h->down));
  self->jaw.fall = MAX (1.0f, 0.5f * fabsf (dot (height, h->down)));
}

static MynaPoint
carried (const MynaJaw *jaw, MynaPoint p)
{
  return moved (&jaw->head, p, 0, jaw->shift * myna_jaw_get_share (jaw, p));
}

/* What stays or goes with the jaw. */
static void
pin_surroundings (Pins *pins, const MynaJaw *jaw, const MynaFace *face, const MynaFace *source)
{
  for (gsize i = 0; i < G_N_ELEMENTS (jaw_points); i++)
    pin (pins, carried (jaw, point (face, jaw_points[i])), point (source, jaw_points[i]), 2e-3f);
  for (gsize i = 0; i < G_N_ELEMENTS (nose_points); i++)
    pin (pins, point (face, nose_points[i]), point (source, nose_points[i]), 5e-4f);
  for (gsize i = 0; i < G_N_ELEMENTS (wing_points); i++)
    pin (pins, point (face, wing_points[i]), point (source, wing_points[i]), 1e-3f);
  for (gsize i = 0; i < G_N_ELEMENTS (cheek_points); i++)
    pin (pins, carried (jaw, point (face, cheek_points[i])), point (source, cheek_points[i]),
         2e-3f);
}

/* The lips of @source as they would lie in @face. */
static void
carry_lips (MynaLips *lips, const MynaHeadFrame *h, const MynaFace *face, const MynaFace *source)
{
  Similarity similarity = find_similarity (source, face), *s = &similarity;

  settle_on_nose (s, source, face);
  for (int k = 0; k < MYNA_MOUTH_N_PAIRS; k++)
    {
      lips->upper_in[k] = apply (s, point (source, upper_inner[k]));
      lips->lower_in[k] = apply (s, point (source, lower_inner[k]));
      lips->upper_out[k] = apply (s, point (source, upper_outer[k]));
      lips->lower_out[k] = apply (s, point (source, lower_outer[k]));
      lips->gap[k] = MAX (0.0f, dot (minus (lips->lower_in[k], lips->upper_in[k]), h->down));
    }
  for (int k = 0; k < 4; k++)
    lips->corner[k] = apply (s, point (source, corners[k]));
}

/* A sine from corner to corner when it opens; in proportion when it closes. */
static void
open_lips (MynaLips *lips, const MynaHeadFrame *h, float wanted, float teeth)
{
  float centre = lips->gap[CENTRE];
  float left = dot (lips->corner[0], h->right);
  float width = MAX (1.0f, dot (lips->corner[1], h->right) - left);

  for (int k = 0; k < MYNA_MOUTH_N_PAIRS; k++)
    {
      float at = (dot (lips->upper_in[k], h->right) - left) / width;
      float profile = powf (MAX (0.0f, sinf ((float) G_PI * CLAMP (at, 0.0f, 1.0f))), 0.8f);
      float change, upper;

      if (wanted < centre)
        change = lips->gap[k] * (wanted / centre - 1);
      else
        change = (wanted - centre) * profile;
      lips->gap[k] += change;
      upper = change * (change < 0 ? UPPER_SHARE_CLOSING : UPPER_SHARE);
      lips->upper_in[k] = moved (h, lips->upper_in[k], 0, -upper);
      lips->lower_in[k] = moved (h, lips->lower_in[k], 0, change - upper);
      lips->upper_out[k] = moved (h, lips->upper_out[k], 0, -upper);
      /* f and v: the lip's red goes in under the teeth. */
      lips->lower_out[k] =
          moved (h, lips->lower_out[k], 0, change - upper - 0.03f * teeth * profile * h->unit);
    }
}

static void
narrow_point (MynaPoint *p, const MynaHeadFrame *h, float centre, float ratio)
{
  float right = dot (*p, h->right) - centre;

  *p = moved (h, *p, right * (ratio - 1), 0);
}

/* Towards the middle for round vowels, apart for spread ones; what a spline can do without a
 * face being pulled along. */
static void
widen_lips (MynaLips *lips, const MynaHeadFrame *h, float wanted)
{
  float left = dot (lips->corner[0], h->right), right = dot (lips->corner[1], h->right);
  float ratio = wanted > 0 && right - left > 1 ? wanted / (right - left) : 1;

  ratio = CLAMP (ratio, 0.8f, 1.2f);
  for (int k = 0; k < MYNA_MOUTH_N_PAIRS; k++)
    {
      narrow_point (&lips->upper_in[k], h, (left + right) / 2, ratio);
      narrow_point (&lips->lower_in[k], h, (left + right) / 2, ratio);
      narrow_point (&lips->upper_out[k], h, (left + right) / 2, ratio);
      narrow_point (&lips->lower_out[k], h, (left + right) / 2, ratio);
    }
  for (int k = 0; k < 4; k++)
    narrow_point (&lips->corner[k], h, (left + right) / 2, ratio);
}

static void
pin_lips (Pins *pins, const MynaLips *lips, const MynaFace *source)
{
  for (int k = 0; k < MYNA_MOUTH_N_PAIRS; k++)
    {
      pin (pins, lips->upper_in[k], point (source, upper_inner[k]), 2e-4f);
      pin (pins, lips->lower_in[k], point (source, lower_inner[k]), 2e-4f);
      pin (pins, lips->upper_out[k], point (source, upper_outer[k]), 2e-4f);
      pin (pins, lips->lower_out[k], point (source, lower_outer[k]), 2e-4f);
    }
  for (int k = 0; k < 4; k++)
    pin (pins, lips->corner[k], point (source, corners[k]), 2e-4f);
}

/* @gaps: of the source, carried over. */
static void
pin_teeth (Pins *pins,
           const MynaLips *lips,
           const MynaHeadFrame *h,
           const MynaFace *source,
           const float *gaps)
{
  for (int k = CENTRE - 2; k <= CENTRE + 2; k += 2)
    {
      MynaPoint up = point (source, upper_inner[k]), low = point (source, lower_inner[k]);
      MynaPoint at = { up.x + TEETH_DEPTH * (low.x - up.x), up.y + TEETH_DEPTH * (low.y - up.y) };
      float depth = MIN (TEETH_DEPTH * gaps[k], 0.85f * lips->gap[k]);

      if (gaps[k] > 0.03f * h->unit && lips->gap[k] > 2)
        pin (pins, moved (h, lips->upper_in[k], 0, depth), at, 1e-3f);
    }
}

static void
set_inner (MynaMouthTarget *self)
{
  const MynaLips *lips = &self->lips;
  int n = 0;

  self->inner[n++] = lips->corner[0];
  for (int k = 0; k < MYNA_MOUTH_N_PAIRS; k++)
    self->inner[n++] = lips->upper_in[k];
  self->inner[n++] = lips->corner[1];
  for (int k = MYNA_MOUTH_N_PAIRS - 1; k >= 0; k--)
    self->inner[n++] = lips->lower_in[k];
}

static float
turn (MynaPoint a, MynaPoint b, MynaPoint c)
{
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

static int
compare_points (const void *a, const void *b)
{
  const MynaPoint *p = a, *q = b;

  return p->x != q->x ? (p->x > q->x) - (p->x < q->x) : (p->y > q->y) - (p->y < q->y);
}

/* Andrew's monotone chain; the result turns clockwise in a picture whose y goes down. */
static int
find_hull (MynaPoint *points, int n, MynaPoint *hull)
{
  int count = 0;

  qsort (points, (gsize) n, sizeof *points, compare_points);
  for (int pass = 0; pass < 2; pass++)
    {
      int start = count;

      for (int i = 0; i < n; i++)
        {
          MynaPoint p = points[pass == 0 ? i : n - 1 - i];

          while (count - start >= 2 && turn (hull[count - 2], hull[count - 1], p) <= 0)
            count--;
          hull[count++] = p;
        }
      count--;
    }
  return count;
}

/* Spec lipsync-default, renderer (a) 4: the hull of jaw line and nose base, eroded by 8 % of the
 * eye distance; a larger or smaller mask erodes less or more. */
static void
set_hull (MynaMouthTarget *self, const MynaFace *face, float mask_size)
{
  MynaPoint points[G_N_ELEMENTS (jaw_points) + G_N_ELEMENTS (nose_points) + 2];
  MynaPoint hull[2 * G_N_ELEMENTS (points)], across, height;
  int n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (jaw_points); i++)
    points[n++] = carried (&self->jaw, point (face, jaw_points[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (nose_points); i++)
    points[n++] = point (face, nose_points[i]);
  for (int i = 0; i < 2; i++) /* a broad smile reaches up into the cheeks */
    points[n++] = point (face, cheek_points[i]);
  self->n_hull = find_hull (points, n, hull);
  for (int i = 0; i < self->n_hull; i++)
    self->hull[i] = hull[i];
  self->nose = between (point (face, wing_points[0]), point (face, wing_points[1]), 0.5f);
  across = minus (point (face, wing_points[1]), point (face, wing_points[0]));
  height = minus (point (face, nose_points[2]), self->nose);
  self->nose_radius = MAX (0.5f * sqrtf (dot (across, across)), sqrtf (dot (height, height)));
  self->inset = self->head.unit * MAX (0.01f, 0.08f - 0.3f * (mask_size - 1));
}

static void
mix_lips (MynaLips *lips, const MynaLips *other, float share)
{
  for (int k = 0; k < MYNA_MOUTH_N_PAIRS; k++)
    {
      lips->upper_in[k] = between (lips->upper_in[k], other->upper_in[k], share);
      lips->lower_in[k] = between (lips->lower_in[k], other->lower_in[k], share);
      lips->upper_out[k] = between (lips->upper_out[k], other->upper_out[k], share);
      lips->lower_out[k] = between (lips->lower_out[k], other->lower_out[k], share);
      lips->gap[k] += share * (other->gap[k] - lips->gap[k]);
    }
  for (int k = 0; k < 4; k++)
    lips->corner[k] = between (lips->corner[k], other->corner[k], share);
}

static void
shape_lips (MynaLips *lips,
            const MynaMouthTarget *self,
            const MynaFace *source,
            const MynaMouthWish *wish)
{
  carry_lips (lips, &self->head, self->face, source);
  open_lips (lips, &self->head, self->opening, wish->teeth);
  widen_lips (lips, &self->head, wish->width * self->head.unit);
}

/**
 * myna_mouth_target_init:
 * @self: (out): the target
 * @face: of the frame; borrowed
 * @source: of the patch whose mouth is shown
 *
 * The lips of @source, carried over by the similarity of the stable points, are given the wanted
 * opening and width; jaw, nose and cheeks are those of the frame (spec lipsync-default, renderer
 * (a) 3 and 5).
 */
gboolean
myna_mouth_target_init (MynaMouthTarget *self,
                        const MynaFace *face,
                        const MynaFace *source,
                        const MynaFace *fading,
                        float fade,
                        const MynaMouthWish *wish)
{
  MynaLips other;

  if (!myna_mouth_points_are_sane (face) || !myna_mouth_points_are_sane (source) ||
      (fading != NULL && !myna_mouth_points_are_sane (fading)))
    return FALSE;
  self->face = face;
  myna_head_frame_init (&self->head, face);
  set_jaw (self, face, wish);
  self->opening = MAX (0.0f, wish->opening) * self->head.unit;
  shape_lips (&self->lips, self, source, wish);
  if (fading != NULL)
    {
      shape_lips (&other, self, fading, wish);
      mix_lips (&self->lips, &other, fade);
    }
  set_inner (self);
  set_hull (self, face, wish->mask_size);
  return TRUE;
}

gboolean
myna_mouth_target_fit (const MynaMouthTarget *self, const MynaFace *source, MynaSpline *spline)
{
  Pins pins = { .n = 0 };
  MynaLips lips;

  carry_lips (&lips, &self->head, self->face, source);
  pin_lips (&pins, &self->lips, source);
  pin_teeth (&pins, &self->lips, &self->head, source, lips.gap);
  pin_surroundings (&pins, &self->jaw, self->face, source);
  return myna_spline_fit (spline, pins.to, pins.from, pins.slack, pins.n, self->head.unit);
}

float
myna_mouth_target_get_gap (const MynaMouthTarget *self, const MynaFace *source)
{
  MynaLips lips;

  carry_lips (&lips, &self->head, self->face, source);
  return lips.gap[CENTRE];
}

MynaRect
myna_mouth_target_get_bounds (const MynaMouthTarget *self)
{
  float left = self->hull[0].x, right = left, top = self->hull[0].y, bottom = top;

  for (int i = 1; i < self->n_hull; i++)
    {
      left = MIN (left, self->hull[i].x);
      right = MAX (right, self->hull[i].x);
      top = MIN (top, self->hull[i].y);
      bottom = MAX (bottom, self->hull[i].y);
    }
  return (MynaRect) { (int) floorf (left), (int) floorf (top), (int) ceilf (right - left) + 1,
                      (int) ceilf (bottom - top) + 1 };
}
