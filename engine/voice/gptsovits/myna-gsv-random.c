/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-random.h"

#include <math.h>
#include <string.h>

static inline guint32
multiply (guint32 a, guint32 b, guint32 *high)
{
  guint64 product = (guint64) a * b;

  *high = (guint32) (product >> 32);
  return (guint32) product;
}

/**
 * myna_gsv_philox:
 * @counter: which numbers
 * @key: of which sequence
 * @result: (out): four random words
 *
 * Philox 4×32-10.
 */
void
myna_gsv_philox (const guint32 counter[4], const guint32 key[2], guint32 result[4])
{
  guint32 c[4], k[2] = { key[0], key[1] };

  memcpy (c, counter, sizeof c);
  for (int round = 0; round < 10; round++)
    {
      guint32 high0, high1;
      guint32 low0 = multiply (0xD2511F53u, c[0], &high0);
      guint32 low1 = multiply (0xCD9E8D57u, c[2], &high1);

      c[0] = high1 ^ c[1] ^ k[0];
      c[1] = low1;
      c[2] = high0 ^ c[3] ^ k[1];
      c[3] = low0;
      k[0] += 0x9E3779B9u; /* the golden ratio and √3 − 1 */
      k[1] += 0xBB67AE85u;
    }
  memcpy (result, c, sizeof c);
}

static void
draw (const MynaGsvRandom *self, guint32 step, guint32 index, guint32 result[4])
{
  const guint32 counter[4] = { index, step, self->stream, 0 };
  const guint32 key[2] = { (guint32) self->seed, (guint32) (self->seed >> 32) };

  myna_gsv_philox (counter, key, result);
}

/* 32 bits to the middle of one of 2³² equal parts of (0, 1). */
static double
to_uniform (guint32 bits)
{
  return (bits + 0.5) / 4294967296.0;
}

/**
 * myna_gsv_random_uniform:
 * @self: seed and stream
 * @step: first coordinate
 * @index: second coordinate
 *
 * Returns: a number evenly spread over (0, 1)
 */
double
myna_gsv_random_uniform (const MynaGsvRandom *self, guint32 step, guint32 index)
{
  guint32 bits[4];

  g_return_val_if_fail (self != NULL, 0.5);

  draw (self, step, index, bits);
  return to_uniform (bits[0]);
}

/**
 * myna_gsv_random_exponential:
 * @self: seed and stream
 * @step: first coordinate
 * @index: second coordinate
 *
 * Returns: −log of the uniform number there
 */
double
myna_gsv_random_exponential (const MynaGsvRandom *self, guint32 step, guint32 index)
{
  return -log (myna_gsv_random_uniform (self, step, index));
}

/**
 * myna_gsv_random_normal:
 * @self: seed and stream
 * @step: first coordinate
 * @values: (out caller-allocates): @n normal values
 * @n: how many
 *
 * Box and Muller's transform; one Philox block gives four values, so that values[i] depends on
 * (step, i) alone.
 */
void
myna_gsv_random_normal (const MynaGsvRandom *self, guint32 step, float *values, guint32 n)
{
  g_return_if_fail (self != NULL && (values != NULL || n == 0));

  for (guint32 i = 0; i < n; i += 4)
    {
      guint32 bits[4];

      draw (self, step, i / 4, bits);
      for (guint32 j = 0; j < 4 && i + j < n; j++)
        {
          double radius = sqrt (-2 * log (to_uniform (bits[j & 2])));
          double angle = 2 * G_PI * to_uniform (bits[(j & 2) + 1]);

          values[i + j] = (float) (radius * (j & 1 ? sin (angle) : cos (angle)));
        }
    }
}
