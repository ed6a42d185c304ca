/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/support/talking-head.h"

#include <libavutil/pixdesc.h>
#include <math.h>

/*
 * Everything is laid out in eye distances from the middle between the eyes, x to the right of the
 * picture and y down the face. The numbers are those of nobody: they were set by eye.
 */

#define MOUTH_Y 0.83
#define UPPER_LIP 0.075
#define LOWER_LIP 0.095
#define UPPER_SHARE 0.12
#define CHIN_Y 1.28
#define CHIN_SHARE 0.6
#define FACE_WIDTH 0.74
#define FACE_TOP -0.78

typedef struct
{
  double y, u, v;
} Colour;

/* The shape of the mouth and what follows from it. */
typedef struct
{
  const TalkingHeadPose *pose;
  double half;   /* of the inner width */
  double c, s;   /* of roll */
  double cy, sy; /* of yaw */
} Head;

static double
step (double from, double to, double x)
{
  double t = CLAMP ((x - from) / (to - from), 0.0, 1.0);

  return t * t * (3 - 2 * t);
}

static void
mix (Colour *a, Colour b, double share)
{
  a->y += share * (b.y - a->y);
  a->u += share * (b.u - a->u);
  a->v += share * (b.v - a->v);
}

static double
gauss (double x)
{
  return exp (-x * x);
}

static guint32
hash (guint32 a, guint32 b)
{
  guint32 h = a * 0x9e3779b1u ^ (b * 0x85ebca6bu + 0x7f4a7c15u);

  h = (h ^ (h >> 15)) * 0x2c1b3c6du;
  h = (h ^ (h >> 12)) * 0x297a2d39u;
  return h ^ (h >> 15);
}

static double
lattice (int x, int y)
{
  return (double) hash ((guint32) x, (guint32) y) / 2147483648.0 - 1;
}

/* Smooth noise, -1 … 1. */
static double
noise (double x, double y)
{
  double fx = floor (x), fy = floor (y);
  double u = step (0, 1, x - fx), v = step (0, 1, y - fy);
  int i = (int) fx, j = (int) fy;

  return (1 - v) * ((1 - u) * lattice (i, j) + u * lattice (i + 1, j)) +
         v * ((1 - u) * lattice (i, j + 1) + u * lattice (i + 1, j + 1));
}

static double
grain (double x, double y)
{
  return noise (9 * x, 9 * y) + 0.8 * noise (23 * x, 23 * y) + 0.9 * noise (47 * x, 47 * y);
}

static Head
head_new (const TalkingHeadPose *pose)
{
  return (Head) {
    pose, pose->width / 2, cos (pose->roll), sin (pose->roll), cos (pose->yaw), sin (pose->yaw)
  };
}

/* How near a place of the face is to the camera. */
static double
depth (double x, double y)
{
  double round = 0.4 * sqrt (MAX (0.0, 1 - x * x / (FACE_WIDTH * FACE_WIDTH)));
  double nose = 0.2 * exp (-x * x / 0.012) * step (-0.1, 0.45, y) * (1 - step (0.46, 0.6, y));

  return round + nose - 0.4;
}

static MynaFacePoint
project (const Head *h, double x, double y)
{
  double d = depth (x, y), px = x * h->cy - d * h->sy;
  const TalkingHeadPose *p = h->pose;

  return (MynaFacePoint) { (float) (p->x + p->unit * (h->c * px - h->s * y)),
                           (float) (p->y + p->unit * (h->s * px + h->c * y)),
                           (float) (-p->unit * (d * h->cy + x * h->sy)) };
}

static double
profile (const Head *h, double x)
{
  double t = x / h->half, q = MAX (0.0, 1 - t * t);

  return q * (1.4 - 0.4 * q);
}

/* A closed mouth's line is bent a little. */
static double
lip_line (const Head *h, double x)
{
  double t = x / h->half;

  return MOUTH_Y + 0.012 * t * t - 0.006;
}

static double
upper_edge (const Head *h, double x)
{
  return lip_line (h, x) - UPPER_SHARE * h->pose->opening * profile (h, x);
}

static double
lower_edge (const Head *h, double x)
{
  return lip_line (h, x) + (1 - UPPER_SHARE) * h->pose->opening * profile (h, x);
}

/* How thick the lips are across their width: the upper with a bow. */
static double
thickness (const Head *h, double x, gboolean upper)
{
  double t = x / (h->half + 0.03), round = sqrt (MAX (0.0, 1 - t * t));

  return upper ? UPPER_LIP * round * (1 - 0.25 * exp (-t * t / 0.02)) : LOWER_LIP * round;
}

/* How much of the chin's movement reaches a place. */
static double
jaw_share (double x, double y)
{
  double across = 0.5 + 0.5 * cos (G_PI * CLAMP (x / FACE_WIDTH, -1.0, 1.0));

  return across * step (MOUTH_Y, MOUTH_Y + 0.25, y) * (1 - step (CHIN_Y + 0.05, CHIN_Y + 0.75, y));
}

/* Height at which a place of the skin was when the mouth was closed. */
static double
to_rest (const Head *h, double x, double y)
{
  double o = h->pose->opening, near, lip;

  if (y < MOUTH_Y - 0.5 || y > CHIN_Y + 0.8 || fabs (x) > FACE_WIDTH)
    return y;
  near = gauss ((y - MOUTH_Y) / 0.16);
  if (y < upper_edge (h, x))
    return y + UPPER_SHARE * o * profile (h, x) * near;
  lip = (1 - UPPER_SHARE) * o * profile (h, x);
  near = gauss (MAX (0.0, y - lower_edge (h, x) - LOWER_LIP) / 0.13);
  return y - near * lip - (1 - near) * CHIN_SHARE * o * jaw_share (x, y);
}

static double
chin_y (const Head *h)
{
  return CHIN_Y + CHIN_SHARE * h->pose->opening;
}

/* The exponent of the face's outline, 2.5. */
static double
outline (double x)
{
  return x * x * sqrt (x);
}

/* Distance inside the outline of the face, positive inside. */
static double
inside_face (const Head *h, double x, double y)
{
  double t = y < 0.1 ? (0.1 - y) / (0.1 - FACE_TOP) : (y - 0.1) / (chin_y (h) - 0.1);
  double r = pow (outline (fabs (x) / FACE_WIDTH) + outline (fabs (t)), 0.4);

  return (1 - r) * FACE_WIDTH;
}

static void
paint_eye (Colour *c, double x, double y, double edge)
{
  double side = x < 0 ? -1 : 1, ex = x * side - 0.33, ey = y - 0.005;
  double lid = 0.062 * (1 - ex * ex / (0.165 * 0.165)), white;
  double iris = hypot (ex + 0.01, ey);

  if (fabs (ex) > 0.2 || fabs (ey) > 0.36)
    return;
  mix (c, (Colour) { 52, 124, 132 },
       (1 - step (0.02, 0.045, fabs (ey + 0.2 - 0.25 * ex * ex))) *
           (1 - step (0.14, 0.19, fabs (ex)))); /* brow */
  if (fabs (ex) >= 0.165)
    return;
  mix (c, (Colour) { 60, 122, 138 },
       (1 - step (0, 0.02, fabs (fabs (ey) - lid))) * (ey < 0 ? 0.9 : 0.4));
  white = step (-edge, edge, lid - fabs (ey));
  mix (c, (Colour) { 205, 127, 129 }, white);
  mix (c, (Colour) { 90, 136, 118 }, white * (1 - step (0.052, 0.06, iris)));
  mix (c, (Colour) { 24, 128, 128 }, white * (1 - step (0.02, 0.027, iris)));
}

static void
paint_nose (Colour *c, double x, double y)
{
  double side = gauss ((fabs (x) - 0.11) / 0.035) * step (0.1, 0.4, y) * (1 - step (0.5, 0.58, y));
  double hole = hypot ((fabs (x) - 0.065) / 0.032, (y - 0.535) / 0.018);
  double light = exp (-x * x / 0.0018) * step (0.05, 0.35, y) * (1 - step (0.44, 0.5, y));

  c->y += 14 * light - 16 * side;
  mix (c, (Colour) { 48, 124, 140 }, 1 - step (0.6, 1.2, hole));
}

/* @y: where it was at rest. */
static Colour
lip_colour (double x, double y)
{
  double streak = noise (60 * x, 9 * y) * 7 + 4 * grain (x, y);

  return (Colour) { 98 + streak, 116, 164 };
}

static void
paint_lips (Colour *c, const Head *h, double x, double y, double rest, double edge)
{
  double up = upper_edge (h, x), low = lower_edge (h, x);
  double top = up - thickness (h, x, TRUE), bottom = low + thickness (h, x, FALSE);
  double lip = step (-2 * edge, 2 * edge, MIN (y - top, bottom - y));

  if (fabs (x) > h->half + 0.03)
    return;
  mix (c, lip_colour (x, rest), lip);
  c->y -=
      22 * lip * (1 - step (0, 0.03, MIN (fabs (y - up), fabs (y - low)))); /* rounded inwards */
  c->y += 9 * lip * gauss ((y - low - 0.04) / 0.02);
}

/* What hangs on the skull, and the tongue. */
static void
paint_inside (Colour *c, const Head *h, double x, double y, double edge)
{
  double up = upper_edge (h, x), low = lower_edge (h, x), gap = low - up;
  double cover = fabs (x) < h->half ? step (-edge, edge, MIN (y - up, low - y)) : 0;
  double teeth = (1 - step (0.055, 0.065, y - MOUTH_Y)) * (1 - step (0.14, 0.2, fabs (x)));
  double tooth = fabs (x) / 0.075, split = fabs (tooth - round (tooth));
  Colour in = { 34, 122, 139 };

  if (cover <= 0)
    return;
  mix (&in, (Colour) { 92, 120, 148 },
       0.8 * step (0.08, 0.14, gap) * step (0.6, 0.9, (y - up) / MAX (gap, 1e-6)));
  mix (&in, (Colour) { 168 - 70 * step (0, 1, 1 - split / 0.1), 122, 132 }, teeth);
  mix (c, in, cover);
}

static Colour
skin_colour (double x, double y)
{
  Colour c = { 158 + 5 * grain (x, y), 113, 149 };

  c.y -= 26 * x + 30 * pow (fabs (x) / FACE_WIDTH, 4);
  c.v += 5 * gauss ((fabs (x) - 0.4) / 0.15) * gauss ((y - 0.45) / 0.2);
  return c;
}

static Colour
hair_colour (double x, double y)
{
  return (Colour) { 44 + 9 * noise (40 * x, 5 * y), 124, 134 };
}

static Colour
background_colour (double x, double y)
{
  return (Colour) { 96 + 30 * y + 6 * noise (14 * x, 14 * y) + 3 * noise (70 * x, 70 * y), 134,
                    122 };
}

/* Everything behind the face. */
static Colour
paint_behind (double x, double y, double bx, double by, double in, double edge)
{
  Colour c = background_colour (bx, by);
  double neck = MIN (0.42 + 0.1 * step (1.2, 2, y) - fabs (x), y - 0.6);
  double shirt = y - 1.62 - 0.45 * x * x + 0.5 * exp (-x * x / 0.05);
  double crown = hypot (x / (FACE_WIDTH + 0.16), (y - 0.05) / 1.05);

  if (y < 0.9 && crown < 1.1)
    mix (&c, hair_colour (x, y), 1 - step (1 - 2 * edge, 1 + 2 * edge, crown));
  if (neck > -edge)
    {
      Colour skin = skin_colour (x, y);

      skin.y *= 0.72 * (0.72 + 0.28 * step (0, 0.5, in + 0.42));
      mix (&c, skin, step (-edge, edge, neck));
    }
  if (shirt > -edge)
    mix (&c, (Colour) { 70 + 8 * noise (30 * x, 30 * y), 150, 118 }, step (-edge, edge, shirt));
  return c;
}

/* @x, @y: on the head; @bx, @by: on the picture, 0 … 1. */
static Colour
paint (const Head *h, double x, double y, double bx, double by, double edge)
{
  double in = inside_face (h, x, y), fringe;
  Colour c = { 0 };

  if (in < edge)
    c = paint_behind (x, y, bx, by, in, edge);
  if (in > -edge)
    {
      double rest = to_rest (h, x, y);
      Colour skin = skin_colour (x, rest);

      paint_eye (&skin, x, y, edge);
      if (fabs (x) < 0.3 && y > 0 && y < 0.65)
        paint_nose (&skin, x, y);
      if (y > MOUTH_Y - 0.25 && y < MOUTH_Y + 0.5)
        {
          paint_lips (&skin, h, x, y, rest, edge);
          paint_inside (&skin, h, x, y, edge);
        }
      mix (&c, skin, step (-edge, edge, in));
    }
  fringe = -0.5 - y + 0.12 * cos (4 * x);
  if (fringe > -edge && hypot (x / (FACE_WIDTH + 0.16), (y - 0.05) / 1.05) < 1)
    mix (&c, hair_colour (x, y), step (-edge, edge, fringe));
  c.y *= h->pose->light;
  return c;
}

/* From the picture to the head: yaw is undone by a fixed point. */
static Colour
paint_pixel (const Head *h, double px, double py, int width, int height)
{
  const TalkingHeadPose *p = h->pose;
  double dx = (px - p->x) / p->unit, dy = (py - p->y) / p->unit;
  double turned = h->c * dx + h->s * dy, y = h->c * dy - h->s * dx, x = turned;

  for (int i = 0; i < 3 && p->yaw != 0; i++)
    x = (turned + depth (x, y) * h->sy) / h->cy;
  return paint (h, x, y, px / width, py / height, 0.7 / p->unit);
}

static void
put_sample (AVFrame *av, int plane, int x, int y, double value, int bits)
{
  guint8 *row = av->data[plane] + (gssize) y * av->linesize[plane];
  double v = CLAMP (value, 1.0, 254.0) * (1 << (bits - 8));

  if (bits == 8)
    row[x] = (guint8) lrint (v);
  else
    ((guint16 *) (void *) row)[x] = (guint16) lrint (v);
}

static void
paint_picture (AVFrame *av, const Head *h)
{
  const AVPixFmtDescriptor *d = av_pix_fmt_desc_get (av->format);
  int sx = d->log2_chroma_w, sy = d->log2_chroma_h, bits = d->comp[0].depth;
  double share = 1.0 / (1 << (sx + sy));

  for (int by = 0; by < AV_CEIL_RSHIFT (av->height, sy); by++)
    for (int bx = 0; bx < AV_CEIL_RSHIFT (av->width, sx); bx++)
      {
        double u = 0, v = 0;

        for (int i = 0; i < 1 << (sx + sy); i++)
          {
            int x = (bx << sx) + (i & ((1 << sx) - 1)), y = (by << sy) + (i >> sx);
            Colour c = paint_pixel (h, x + 0.5, y + 0.5, av->width, av->height);

            u += share * c.u;
            v += share * c.v;
            if (x < av->width && y < av->height)
              put_sample (av, 0, x, y, c.y, bits);
          }
        if (d->nb_components >= 3)
          {
            put_sample (av, 1, bx, by, u, bits);
            put_sample (av, 2, bx, by, v, bits);
          }
      }
}

/* Places of the mesh that are used, for the left of the picture; MIRROR is its twin. */
typedef struct
{
  int left, right;
  double x, y;
} Place;

static const Place still_places[] = {
  { 33, 263, 0.5, 0 },     { 133, 362, 0.17, 0.005 }, { 168, 168, 0, -0.03 },
  { 6, 6, 0, 0.07 },       { 197, 197, 0, 0.19 },     { 195, 195, 0, 0.3 },
  { 1, 1, 0, 0.47 },       { 2, 2, 0, 0.56 },         { 97, 326, 0.06, 0.55 },
  { 98, 327, 0.12, 0.53 }, { 129, 358, 0.16, 0.48 },  { 205, 425, 0.4, 0.5 },
  { 50, 280, 0.48, 0.34 }, { 123, 352, 0.6, 0.4 },    { 10, 10, 0, -0.76 },
  { 234, 454, 0.74, 0.1 }, { 52, 282, 0.33, -0.19 },
};
/* From the corner to the middle and on to the other corner. */
static const int upper_inner[] = { 78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308 };
static const int lower_inner[] = { 78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308 };
static const int upper_outer[] = { 61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291 };
static const int lower_outer[] = { 61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291 };
static const int jaw[] = { 132, 58,  172, 136, 150, 149, 176, 148, 152,
                           377, 400, 378, 379, 365, 397, 288, 361 };
static const int upper_lids[2][9] = { { 33, 246, 161, 160, 159, 158, 157, 173, 133 },
                                      { 263, 466, 388, 387, 386, 385, 384, 398, 362 } };
static const int lower_lids[2][9] = { { 33, 7, 163, 144, 145, 153, 154, 155, 133 },
                                      { 263, 249, 390, 373, 374, 380, 381, 382, 362 } };

static void
place_lips (const Head *h, MynaFace *face)
{
  for (int k = 0; k < 11; k++)
    {
      double t = -cos (G_PI * k / 10), in = t * h->half, out = t * (h->half + 0.03);

      face->points[upper_inner[k]] = project (h, in, upper_edge (h, in));
      face->points[lower_inner[k]] = project (h, in, lower_edge (h, in));
      face->points[upper_outer[k]] =
          project (h, out, upper_edge (h, out) - thickness (h, out, TRUE));
      face->points[lower_outer[k]] =
          project (h, out, lower_edge (h, out) + thickness (h, out, FALSE));
    }
}

static void
place_outline (const Head *h, MynaFace *face)
{
  for (int k = 0; k < 17; k++)
    {
      double angle = G_PI * (k + 2.5) / 21, c = cos (angle), s = sin (angle);
      double r = pow (outline (fabs (c)) + outline (s), -0.4);

      face->points[jaw[k]] = project (h, -FACE_WIDTH * r * c, 0.1 + (chin_y (h) - 0.1) * r * s);
    }
  for (int side = 0; side < 2; side++)
    for (int k = 0; k < 9; k++)
      {
        double ex = 0.165 * cos (G_PI * k / 8), lid = 0.062 * (1 - ex * ex / (0.165 * 0.165));
        double x = (side == 0 ? -1 : 1) * (0.33 + ex);

        face->points[upper_lids[side][k]] = project (h, x, 0.005 - lid);
        face->points[lower_lids[side][k]] = project (h, x, 0.005 + lid);
      }
}

static void
place_points (const Head *h, MynaFace *face)
{
  double cheeks[][3] = { { 187, 0.52, 0.72 }, { 207, 0.42, 0.8 } };
  const int twins[] = { 411, 427 };

  for (int i = 0; i < MYNA_FACE_N_POINTS; i++) /* those that nobody uses: spread over the face */
    {
      double r = sqrt ((i + 0.5) / MYNA_FACE_N_POINTS), a = 2.399963 * i;

      face->points[i] = project (h, 0.6 * r * cos (a), 0.25 + 0.8 * r * sin (a));
    }
  place_outline (h, face);
  place_lips (h, face);
  for (gsize i = 0; i < G_N_ELEMENTS (still_places); i++)
    {
      const Place *p = &still_places[i];

      face->points[p->left] = project (h, -p->x, p->y);
      face->points[p->right] = project (h, p->x, p->y);
    }
  for (int i = 0; i < 2; i++)
    {
      double y =
          cheeks[i][2] + CHIN_SHARE * h->pose->opening * jaw_share (cheeks[i][1], cheeks[i][2]);

      face->points[(int) cheeks[i][0]] = project (h, -cheeks[i][1], y);
      face->points[twins[i]] = project (h, cheeks[i][1], y);
    }
  face->confidence = 1;
  face->yaw = (float) h->pose->yaw;
  face->pitch = 0;
  face->roll = (float) h->pose->roll;
}

MynaVideoFrame *
talking_head_draw (int width,
                   int height,
                   int format,
                   const TalkingHeadPose *pose,
                   gint64 index,
                   double rate,
                   MynaFace *face)
{
  AVFrame *av = av_frame_alloc ();
  Head h = head_new (pose);

  av->width = width;
  av->height = height;
  av->format = format;
  av->color_range = AVCOL_RANGE_MPEG;
  av->colorspace = AVCOL_SPC_BT709;
  if (av_frame_get_buffer (av, 0) < 0)
    g_error ("no memory for a picture");
  paint_picture (av, &h);
  if (face != NULL)
    place_points (&h, face);
  return myna_video_frame_new (av, index, (double) index / rate, 1 / rate);
}

/* Syllables: half a closure, the vowel, half the next closure; every fifth and sixth are a pause.
 */
#define SYLLABLE 0.32
#define CLOSING 0.05

typedef struct
{
  gboolean pause;
  gboolean closes; /* begins with m, b or p */
  double opening, width;
  double first, second; /* formants, Hz */
} Syllable;

static Syllable
get_syllable (guint32 seed, gint64 index)
{
  static const Syllable vowels[] = {
    { FALSE, TRUE, 0.17, 0.50, 750, 1200 }, { FALSE, TRUE, 0.10, 0.53, 500, 1800 },
    { FALSE, TRUE, 0.05, 0.55, 300, 2300 }, { FALSE, TRUE, 0.11, 0.42, 480, 850 },
    { FALSE, TRUE, 0.045, 0.38, 320, 700 },
  };
  guint32 r = index < 0 ? 0 : hash (seed * 977u + 5, (guint32) index);
  Syllable s = vowels[r % G_N_ELEMENTS (vowels)];

  s.pause = index < 0 || index % 6 >= 4;
  s.closes = (r >> 8) % 3 != 0;
  return s;
}

static double
get_opening (guint32 seed, double time)
{
  gint64 index = (gint64) floor (time / SYLLABLE);
  double into = time - (double) index * SYLLABLE, rest = TALKING_HEAD_REST_OPENING;
  Syllable s = get_syllable (seed, index), next = get_syllable (seed, index + 1);
  Syllable last = get_syllable (seed, index - 1);
  double begin = s.closes || last.pause ? rest : (last.opening + s.opening) / 2;
  double end = next.closes || next.pause ? rest : (next.opening + s.opening) / 2;

  if (s.pause)
    return rest;
  if (into < SYLLABLE / 2)
    return begin + (s.opening - begin) * step (CLOSING, SYLLABLE / 2, into);
  return s.opening + (end - s.opening) * step (SYLLABLE / 2, SYLLABLE - CLOSING / 2, into);
}

static double
get_width (guint32 seed, double time)
{
  double sum = 0;

  for (int k = -2; k <= 2; k++) /* lips round slowly */
    {
      Syllable s = get_syllable (seed, (gint64) floor ((time + 0.05 * k) / SYLLABLE));

      sum += (s.pause ? TALKING_HEAD_REST_WIDTH : s.width) / 5;
    }
  return sum;
}

void
talking_head_get_pose (guint32 seed, double time, int width, int height, TalkingHeadPose *pose)
{
  double unit = 0.3 * MIN (width, height);

  pose->unit = unit * (1 + 0.02 * sin (0.9 * time + seed));
  pose->x = width / 2.0 + 0.04 * unit * sin (1.3 * time + seed);
  pose->y = 0.4 * height + 0.03 * unit * sin (1.7 * time);
  pose->roll = 0.04 * sin (0.8 * time + 1);
  pose->yaw = 0.12 * sin (0.6 * time + seed);
  pose->opening = get_opening (seed, time);
  pose->width = get_width (seed, time);
  pose->light = 1 + 0.03 * sin (0.5 * time);
}

GArray *
talking_head_get_closures (guint32 seed, double duration)
{
  GArray *times = g_array_new (FALSE, FALSE, sizeof (double));

  for (gint64 i = 0; (double) (i + 1) * SYLLABLE < duration; i++)
    {
      Syllable s = get_syllable (seed, i);
      double time = (double) i * SYLLABLE + CLOSING / 3;

      if (s.closes && !s.pause)
        g_array_append_val (times, time);
    }
  return times;
}

gboolean
talking_head_is_silent (guint32 seed, double time)
{
  return get_syllable (seed, (gint64) floor ((time - 0.15) / SYLLABLE)).pause &&
         get_syllable (seed, (gint64) floor ((time + 0.15) / SYLLABLE)).pause;
}

/* A resonance: two poles. */
typedef struct
{
  double y1, y2;
} Resonance;

static double
resonate (Resonance *r, double x, double frequency, double rate)
{
  double radius = exp (-G_PI * 90 / rate), y;

  y = (1 - radius) * x + 2 * radius * cos (2 * G_PI * frequency / rate) * r->y1 -
      radius * radius * r->y2;
  r->y2 = r->y1;
  r->y1 = y;
  return y;
}

float *
talking_head_speak (guint32 seed, double duration, int rate)
{
  gsize n = (gsize) (duration * rate);
  float *samples = g_new0 (float, MAX (n, 1));
  Resonance first = { 0 }, second = { 0 };
  double phase = 0;

  for (gsize i = 0; i < n; i++)
    {
      double time = (double) i / rate, opening = get_opening (seed, time), pulse;
      Syllable s = get_syllable (seed, (gint64) floor (time / SYLLABLE));
      double loud = s.pause ? 0 : step (0.01, 0.05, opening);

      phase += (118 + 14 * sin (2.1 * time)) / rate;
      pulse = phase >= 1 ? 1 : 0;
      phase -= floor (phase);
      pulse = resonate (&first, pulse * loud, s.first, rate) +
              0.6 * resonate (&second, pulse * loud, s.second, rate);
      samples[i] = (float) CLAMP (6 * pulse, -0.9, 0.9);
    }
  return samples;
}

static double
red_at (const MynaVideoFrame *frame, double x, double y)
{
  int i = (int) floor (x), j = (int) floor (y);
  const guint8 *row = frame->av->data[2] + (gssize) j * frame->av->linesize[2];

  return (row[i] + row[i + 1] + row[i - 1]) / 3.0;
}

double
talking_head_measure (const MynaVideoFrame *frame, const MynaFace *face)
{
  const MynaFacePoint *a = &face->points[0], *b = &face->points[17];
  double length = hypot ((double) (b->x - a->x), (double) (b->y - a->y));
  double sum = 0, inside = 0;
  int n = (int) (16 * length), lips = 0;

  g_return_val_if_fail (frame->av->format == AV_PIX_FMT_YUV444P && n > 0, 0);

  /* From one lip's red to the other's; half red is the edge: lips are 164, the inside 148 at most.
   */
  /* The line goes on below: the mouth may have been opened. */
  for (int i = 0; i < 2 * n; i++)
    {
      double t = (i + 0.5) / n;
      double red = red_at (frame, (double) a->x + t * (double) (b->x - a->x),
                           (double) a->y + t * (double) (b->y - a->y));

      if (red >= 157)
        {
          sum += lips > 0 ? inside : 0;
          inside = 0;
          lips++;
        }
      else if (red < 153)
        inside += length / n;
    }
  return sum / (double) myna_face_get_eye_distance (face);
}
