/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/render/myna-pyramid.h"

#include <string.h>

#define MAX_LEVELS 8

void
myna_pyramid_clear (MynaPyramid *self)
{
  g_clear_pointer (&self->memory, g_free);
  self->allocated = 0;
}

static inline int
half (int n)
{
  return (n + 1) / 2;
}

/* Every other sample of a row after a binomial filter (1 4 6 4 1) / 16; edges are repeated. */
static void
halve_row (const float *in, int n, float *out)
{
  int m = half (n), last = (n - 3) / 2;

  for (int i = 0; i < m; i++)
    {
      int c = 2 * i;

      if (i >= 1 && i <= last)
        continue;
      out[i] = 0.0625f * (in[MAX (c - 2, 0)] + in[MIN (c + 2, n - 1)]) +
               0.25f * (in[MAX (c - 1, 0)] + in[MIN (c + 1, n - 1)]) + 0.375f * in[c];
    }
  for (int i = 1; i <= last; i++)
    out[i] = 0.0625f * (in[2 * i - 2] + in[2 * i + 2]) + 0.25f * (in[2 * i - 1] + in[2 * i + 1]) +
             0.375f * in[2 * i];
}

/* @line: room for @width samples. */
static void
halve (const float *in, int width, int height, float *out, float *line)
{
  for (int y = 0; y < half (height); y++)
    {
      const float *rows[5];

      for (int k = 0; k < 5; k++)
        rows[k] = in + (gsize) CLAMP (2 * y + k - 2, 0, height - 1) * (gsize) width;
      for (int x = 0; x < width; x++)
        line[x] = 0.0625f * (rows[0][x] + rows[4][x]) + 0.25f * (rows[1][x] + rows[3][x]) +
                  0.375f * rows[2][x];
      halve_row (line, width, out + (gsize) y * (gsize) half (width));
    }
}

/* The inverse interpolation: even samples (1 6 1) / 8, odd ones (1 1) / 2. */
static void
double_row (const float *in, int n, float *out)
{
  int m = half (n);

  for (int i = 0; i < m; i++)
    out[2 * i] = 0.125f * (in[MAX (i - 1, 0)] + in[MIN (i + 1, m - 1)]) + 0.75f * in[i];
  for (int i = 0; 2 * i + 1 < n; i++)
    out[2 * i + 1] = 0.5f * (in[i] + in[MIN (i + 1, m - 1)]);
}

/* Adds @sign times the enlarged @in to @out of @width × @height. @line, @row: room for a row each.
 */
static void
add_doubled (
    const float *in, int width, int height, float sign, float *out, float *line, float *row)
{
  int columns = half (width), rows = half (height);

  for (int y = 0; y < height; y++)
    {
      const float *here = in + (gsize) (y / 2) * (gsize) columns;
      const float *above = in + (gsize) MAX (y / 2 - 1, 0) * (gsize) columns;
      const float *below = in + (gsize) MIN (y / 2 + 1, rows - 1) * (gsize) columns;
      float *to = out + (gsize) y * (gsize) width;

      if (y % 2 == 0)
        for (int x = 0; x < columns; x++)
          line[x] = 0.125f * (above[x] + below[x]) + 0.75f * here[x];
      else
        for (int x = 0; x < columns; x++)
          line[x] = 0.5f * (here[x] + below[x]);
      double_row (line, width, row);
      for (int x = 0; x < width; x++)
        to[x] += sign * row[x];
    }
}

static void
multiply (float *a, const float *b, gsize n)
{
  for (gsize i = 0; i < n; i++)
    a[i] *= b[i];
}

/* Levels of one picture lie behind one another. */
static gsize
lay_out (int width, int height, int *levels, int *widths, int *heights, gsize *offsets)
{
  gsize n = 0;
  int count = 0;

  for (;; count++)
    {
      widths[count] = width;
      heights[count] = height;
      offsets[count] = n;
      n += (gsize) width * (gsize) height;
      if (count == MIN (*levels, MAX_LEVELS) || width < 4 || height < 4)
        break;
      width = half (width);
      height = half (height);
    }
  *levels = count;
  return n;
}

/**
 * myna_pyramid_blend:
 * @difference: (inout): new minus old, @width × @height
 * @mask: 0 … 1
 * @levels: octaves; 5 for a face of 200 pixels between the eyes
 *
 * Burt and Adelson's multiresolution spline (1983). Pyramids are linear, so blending two pictures
 * is adding the blended difference to one of them, and one pyramid does the work of two.
 */
void
myna_pyramid_blend (
    MynaPyramid *self, float *difference, const float *mask, int width, int height, int levels)
{
  int widths[MAX_LEVELS + 1], heights[MAX_LEVELS + 1];
  gsize offsets[MAX_LEVELS + 1];
  gsize n = lay_out (width, height, &levels, widths, heights, offsets);
  gsize needed = 2 * n + 2 * (gsize) width;
  float *image, *weights, *line, *row;

  if (needed > self->allocated)
    {
      g_free (self->memory);
      self->memory = g_new (float, needed);
      self->allocated = needed;
    }
  image = self->memory;
  weights = image + n;
  line = weights + n;
  row = line + width;
  memcpy (image, difference, sizeof (float) * (gsize) width * (gsize) height);
  memcpy (weights, mask, sizeof (float) * (gsize) width * (gsize) height);
  for (int l = 0; l < levels; l++)
    {
      halve (image + offsets[l], widths[l], heights[l], image + offsets[l + 1], line);
      halve (weights + offsets[l], widths[l], heights[l], weights + offsets[l + 1], line);
      add_doubled (image + offsets[l + 1], widths[l], heights[l], -1, image + offsets[l], line,
                   row);
    }
  multiply (image, weights, n);
  for (int l = levels - 1; l >= 0; l--)
    add_doubled (image + offsets[l + 1], widths[l], heights[l], 1, image + offsets[l], line, row);
  memcpy (difference, image, sizeof (float) * (gsize) width * (gsize) height);
}
