/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/render/myna-mouth-interior.h"

#include <math.h>
#include <string.h>

/* Lines a luma line is cut into for the edge of the lips; across them it is exact. */
#define SUBLINES 4

/* Lengths in eye distances (spec lipsync-default, renderer (b)). */
#define TEETH_HEIGHT 0.085f
#define TOOTH_WIDTH 0.085f
#define LIP_SHADOW 0.035f
/* The line of closed lips: the light it lacks, and its share of the height that is painted. */
#define LINE_SHADOW 0.4f
#define LINE_WIDTH 0.22f
/* Of a sample, to be painted. */
#define LEAST_COVER 0.1f
/* The tongue comes into view between these openings. */
#define TONGUE_FROM 0.07f
#define TONGUE_TO 0.12f

void
myna_mouth_interior_clear (MynaMouthInterior *self)
{
  g_clear_pointer (&self->cover, g_free);
  self->allocated = 0;
}

static float
smooth_step (float from, float to, float x)
{
  float t = CLAMP ((x - from) / (to - from), 0.0f, 1.0f);

  return t * t * (3 - 2 * t);
}

/* Mean of a disc of each plane round a place of the picture. */
static void
take_colour (const MynaYuvImage *image, float x, float y, float radius, float *colour)
{
  for (int p = 0; p < image->layout.n_planes; p++)
    {
      int shift_x = image->layout.shift_x[p], shift_y = image->layout.shift_y[p];
      int cx = ((int) x - image->rect.x) >> shift_x, cy = ((int) y - image->rect.y) >> shift_y;
      int reach = MAX (1, (int) radius >> shift_x), count = 0;
      float sum = 0;

      for (int j = MAX (0, cy - reach); j <= MIN (image->height[p] - 1, cy + reach); j++)
        for (int i = MAX (0, cx - reach); i <= MIN (image->width[p] - 1, cx + reach); i++, count++)
          sum += image->planes[p][(gsize) j * (gsize) image->width[p] + (gsize) i];
      colour[p] = count > 0 ? sum / (float) count : 128;
    }
}

static void
take_colour_between (
    const MynaYuvImage *image, const MynaFace *face, int a, int b, float radius, float *colour)
{
  const MynaFacePoint *p = &face->points[a], *q = &face->points[b];

  take_colour (image, (p->x + q->x) / 2, (p->y + q->y) / 2, radius, colour);
}

/**
 * myna_mouth_palette_init:
 * @image: shows the lower face of @face
 * @full_range: black is 0, not 16
 */
void
myna_mouth_palette_init (MynaMouthPalette *self,
                         const MynaYuvImage *image,
                         const MynaFace *face,
                         gboolean full_range)
{
  float unit = myna_face_get_eye_distance (face), other[3] = { 128, 128, 128 };

  self->lip[1] = self->lip[2] = self->skin[1] = self->skin[2] = 128;
  take_colour_between (image, face, 14, 17, 0.03f * unit, self->lip);
  take_colour_between (image, face, 205, 205, 0.05f * unit, self->skin);
  take_colour_between (image, face, 425, 425, 0.05f * unit, other);
  for (int p = 0; p < 3; p++)
    self->skin[p] = (self->skin[p] + other[p]) / 2;
  self->black = full_range ? 0 : 16;
}

/* Adds the part of [@from, @to) that lies in each sample of a line, times @weight. */
static void
add_span (float *line, int n, float from, float to, float weight)
{
  int first, last;

  from = CLAMP (from, 0, (float) n);
  to = CLAMP (to, 0, (float) n);
  if (to <= from)
    return;
  first = MIN ((int) from, n - 1);
  last = MIN ((int) to, n - 1);
  if (first == last)
    {
      line[first] += weight * (to - from);
      return;
    }
  line[first] += weight * ((float) (first + 1) - from);
  for (int i = first + 1; i < last; i++)
    line[i] += weight;
  line[last] += weight * (to - (float) last);
}

static int
find_crossings (const MynaPoint *points, int n, float y, float *xs)
{
  int count = 0;

  for (int i = 0; i < n; i++)
    {
      MynaPoint a = points[i], b = points[(i + 1) % n];

      if ((a.y <= y) != (b.y <= y))
        xs[count++] = a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x);
    }
  for (int i = 1; i < count; i++)
    for (int j = i; j > 0 && xs[j - 1] > xs[j]; j--)
      {
        float swap = xs[j];

        xs[j] = xs[j - 1];
        xs[j - 1] = swap;
      }
  return count;
}

/* A soft edge of about a pixel each way, as a lens draws it. */
static void
soften (float *cover, int width, int height)
{
  g_autofree float *row = g_new (float, (gsize) width);
  g_autofree float *above = g_new0 (float, (gsize) width);

  for (int y = 0; y < height; y++)
    {
      float *line = cover + (gsize) y * (gsize) width;

      memcpy (row, line, sizeof (float) * (gsize) width);
      for (int x = 1; x + 1 < width; x++)
        line[x] = 0.25f * (row[x - 1] + row[x + 1]) + 0.5f * row[x];
    }
  for (int y = 0; y + 1 < height; y++)
    {
      float *line = cover + (gsize) y * (gsize) width;

      memcpy (row, line, sizeof (float) * (gsize) width);
      for (int x = 0; x < width; x++)
        line[x] = 0.25f * (above[x] + line[x + width]) + 0.5f * row[x];
      memcpy (above, row, sizeof (float) * (gsize) width);
    }
}

/* The inner lips, the corners where they are. */
static void
spread (MynaPoint *inner, const MynaMouthTarget *target, float grow)
{
  const int right = MYNA_MOUTH_N_PAIRS + 1;

  for (int i = 0; i < MYNA_MOUTH_N_INNER; i++)
    {
      float down = i == 0 || i == right ? 0 : i < right ? -grow : grow;

      inner[i] = target->inner[i];
      inner[i].x += down * target->head.down.x;
      inner[i].y += down * target->head.down.y;
    }
}

/**
 * myna_mouth_interior_set:
 * @rect: what is covered, in luma pixels of the frame
 * @grow: pixels that the lips are taken further apart, each
 */
void
myna_mouth_interior_set (MynaMouthInterior *self,
                         const MynaMouthTarget *target,
                         const MynaRect *rect,
                         float grow)
{
  gsize n = (gsize) rect->width * (gsize) rect->height;
  MynaPoint inner[MYNA_MOUTH_N_INNER];
  float xs[MYNA_MOUTH_N_INNER];

  if (n > self->allocated)
    {
      g_free (self->cover);
      self->cover = g_new (float, n);
      self->allocated = n;
    }
  self->rect = *rect;
  spread (inner, target, grow);
  memset (self->cover, 0, sizeof (float) * n);
  for (int y = 0; y < rect->height * SUBLINES; y++)
    {
      float at = (float) rect->y + ((float) y + 0.5f) / SUBLINES;
      int count = find_crossings (inner, MYNA_MOUTH_N_INNER, at, xs);

      for (int i = 0; i + 1 < count; i += 2)
        add_span (self->cover + (gsize) (y / SUBLINES) * (gsize) rect->width, rect->width,
                  xs[i] - (float) rect->x, xs[i + 1] - (float) rect->x, 1.0f / SUBLINES);
    }
  soften (self->cover, rect->width, rect->height);
}

/* The inner lips as heights over the mouth's own axis. */
typedef struct
{
  MynaPoint left;
  const MynaHeadFrame *head;
  float width;
  float x[MYNA_MOUTH_N_PAIRS + 2];
  float upper[MYNA_MOUTH_N_PAIRS + 2], lower[MYNA_MOUTH_N_PAIRS + 2];
} Profile;

static void
profile_init (Profile *self, const MynaMouthTarget *target)
{
  const int last = MYNA_MOUTH_N_PAIRS + 1;

  self->head = &target->head;
  self->left = target->inner[0];
  for (int k = 0; k <= last; k++)
    {
      MynaPoint up = target->inner[k];
      MynaPoint low = k == 0 || k == last ? up : target->inner[MYNA_MOUTH_N_INNER - k];
      float dx = up.x - self->left.x, dy = up.y - self->left.y;

      self->x[k] = dx * self->head->right.x + dy * self->head->right.y;
      self->upper[k] = dx * self->head->down.x + dy * self->head->down.y;
      self->lower[k] =
          (low.x - self->left.x) * self->head->down.x + (low.y - self->left.y) * self->head->down.y;
    }
  self->width = MAX (1.0f, self->x[last]);
}

static void
profile_find (const Profile *self, float x, float *upper, float *lower)
{
  int k = 0;
  float t;

  while (k < MYNA_MOUTH_N_PAIRS && self->x[k + 1] < x)
    k++;
  t = CLAMP ((x - self->x[k]) / MAX (1e-3f, self->x[k + 1] - self->x[k]), 0.0f, 1.0f);
  *upper = self->upper[k] + t * (self->upper[k + 1] - self->upper[k]);
  *lower = self->lower[k] + t * (self->lower[k + 1] - self->lower[k]);
}

static void
mix (float *colour, float y, float u, float v, float amount)
{
  colour[0] += amount * (y - colour[0]);
  colour[1] += amount * (u - colour[1]);
  colour[2] += amount * (v - colour[2]);
}

/* Low contrast on purpose: a bright row of teeth is what makes a drawn mouth a puppet's. The gaps
 * between teeth are hints only. */
static void
add_teeth (float *colour, const MynaMouthPalette *p, float across, float below, float unit)
{
  float height = TEETH_HEIGHT * (1 - 0.45f * across * across);
  float there = (1 - smooth_step (0.8f * height, height + 0.012f, below)) *
                (1 - smooth_step (0.4f, 0.85f, fabsf (across)));
  float tooth = fabsf (across) * unit / TOOTH_WIDTH;
  float gap = fabsf (tooth - roundf (tooth));
  float light = (p->skin[0] - p->black) * (0.86f - 0.22f * across * across);

  light *= 0.55f + 0.45f * smooth_step (0, LIP_SHADOW, below); /* the upper lip's shadow */
  light *= 0.9f + 0.1f * smooth_step (0, 0.12f, gap);
  mix (colour, p->black + light, 128 + 0.35f * (p->skin[1] - 128), 128 + 0.3f * (p->skin[2] - 128),
       there);
}

static void
add_tongue (
    float *colour, const MynaMouthPalette *p, float across, float above, float opening, float gap)
{
  float reach = 0.45f * gap;
  float there = smooth_step (TONGUE_FROM, TONGUE_TO, opening) *
                (1 - smooth_step (0.35f * reach, reach + 1e-3f, above)) *
                (1 - smooth_step (0.3f, 0.75f, fabsf (across)));

  mix (colour, p->black + 0.55f * (p->lip[0] - p->black), p->lip[1], p->lip[2], 0.8f * there);
}

/* @x, @y: pixels of the frame. */
static void
find_colour (const Profile *f,
             const MynaMouthTarget *target,
             const MynaMouthPalette *p,
             float x,
             float y,
             float *colour)
{
  const MynaHeadFrame *h = f->head;
  float dx = x - f->left.x, dy = y - f->left.y, unit = h->unit;
  float along = dx * h->right.x + dy * h->right.y, down = dx * h->down.x + dy * h->down.y;
  float across = 2 * along / f->width - 1, upper, lower, below, gap, depth;

  profile_find (f, along, &upper, &lower);
  below = MAX (0.0f, down - upper) / unit;
  gap = MAX (1e-3f, lower - upper) / unit;
  depth = CLAMP (below / gap, 0.0f, 1.0f);
  colour[0] = p->black + (p->skin[0] - p->black) * (0.07f + 0.12f * depth * depth);
  colour[1] = 128 + 0.45f * (p->lip[1] - 128);
  colour[2] = 128 + 0.6f * (p->lip[2] - 128);
  add_tongue (colour, p, across, gap - below, target->opening / unit, gap);
  add_teeth (colour, p, across, below, 0.5f * f->width / unit);
}

/* Mean cover of the luma samples that belong to a sample of plane @p. */
static float
get_cover (const MynaMouthInterior *self, const MynaYuvImage *image, int p, int x, int y)
{
  int shift_x = image->layout.shift_x[p], shift_y = image->layout.shift_y[p];
  float sum = 0;

  for (int j = 0; j < 1 << shift_y; j++)
    for (int i = 0; i < 1 << shift_x; i++)
      sum += self->cover[(gsize) ((y << shift_y) + j) * (gsize) self->rect.width +
                         (gsize) ((x << shift_x) + i)];
  return sum / (float) (1 << (shift_x + shift_y));
}

/**
 * myna_mouth_interior_draw:
 * @image: of the same part of the frame as the interior
 * @amount: 0 … 1
 *
 * Spec lipsync-default, renderer (b).
 */
void
myna_mouth_interior_draw (const MynaMouthInterior *self,
                          MynaYuvImage *image,
                          const MynaMouthTarget *target,
                          const MynaMouthPalette *palette,
                          float amount)
{
  Profile profile;

  profile_init (&profile, target);
  for (int p = 0; p < image->layout.n_planes; p++)
    for (int y = 0; y < image->height[p]; y++)
      for (int x = 0; x < image->width[p]; x++)
        {
          float cover = amount * get_cover (self, image, p, x, y), colour[3], *sample;
          float sx = (float) (1 << image->layout.shift_x[p]),
                sy = (float) (1 << image->layout.shift_y[p]);

          if (cover <= 0)
            continue;
          find_colour (&profile, target, palette, (float) image->rect.x + ((float) x + 0.5f) * sx,
                       (float) image->rect.y + ((float) y + 0.5f) * sy, colour);
          sample = image->planes[p] + (gsize) y * (gsize) image->width[p] + (gsize) x;
          *sample += cover * (colour[p] - *sample);
        }
}

/* One column of a plane: what is above and below the mouth runs into each other, with the line of
 * the lips between them. */
static void
press_column (const MynaMouthInterior *self,
              MynaYuvImage *image,
              int p,
              int x,
              const MynaMouthPalette *palette,
              float amount)
{
  gsize width = (gsize) image->width[p];
  float *column = image->planes[p] + (gsize) x, above, below;
  int first = 0, last = image->height[p] - 1;

  while (first <= last && get_cover (self, image, p, x, first) < LEAST_COVER)
    first++;
  while (first < last && get_cover (self, image, p, x, last) < LEAST_COVER)
    last--;
  if (first > last)
    return;
  above = column[(gsize) MAX (first - 1, 0) * width];
  below = column[(gsize) MIN (last + 1, image->height[p] - 1) * width];
  for (int y = first; y <= last; y++)
    {
      float t = ((float) (y - first) + 0.5f) / (float) (last - first + 1);
      float wanted = above + t * (below - above), off = (t - 0.5f) / LINE_WIDTH;

      if (p == 0)
        wanted -= (wanted - palette->black) * LINE_SHADOW * expf (-off * off);
      column[(gsize) y * width] += amount * (wanted - column[(gsize) y * width]);
    }
}

/**
 * myna_mouth_interior_press:
 * @image: of the same part of the frame as the interior, which was set for lips a little apart
 * @amount: 0 … 1
 *
 * A map of nodes cannot push teeth together to nothing: they are painted over by the lips.
 */
void
myna_mouth_interior_press (const MynaMouthInterior *self,
                           MynaYuvImage *image,
                           const MynaMouthPalette *palette,
                           float amount)
{
  for (int p = 0; p < image->layout.n_planes; p++)
    for (int x = 0; x < image->width[p]; x++)
      press_column (self, image, p, x, palette, amount);
}

/**
 * myna_mouth_interior_borrow:
 * @other: of the same part of the frame
 */
void
myna_mouth_interior_borrow (const MynaMouthInterior *self,
                            MynaYuvImage *image,
                            const MynaYuvImage *other,
                            float amount)
{
  for (int p = 0; p < image->layout.n_planes; p++)
    for (int y = 0; y < image->height[p]; y++)
      for (int x = 0; x < image->width[p]; x++)
        {
          gsize i = (gsize) y * (gsize) image->width[p] + (gsize) x;
          float cover = amount * get_cover (self, image, p, x, y);

          image->planes[p][i] += cover * (other->planes[p][i] - image->planes[p][i]);
        }
}
