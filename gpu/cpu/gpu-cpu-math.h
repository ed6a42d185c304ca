/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Functions of one float that compilers vectorise: no branches, no library calls. */

#include <glib.h>
#include <math.h>
#include <string.h>

/* eˣ by the usual reduction x = n·ln 2 + r and a polynomial of degree 6 (Cephes' coefficients);
 * relative error below 2e-7. −INFINITY gives 0. */
static inline float
gpu_expf (float x)
{
  float y = x < -87.33f ? -87.33f : (x > 88.37f ? 88.37f : x);
  int n = (int) (y * 1.44269504f + (y < 0 ? -0.5f : 0.5f));
  float f = (float) n;
  float r = (y - f * 0.693359375f) + f * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  gint32 bits;
  float scale;

  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  bits = (n + 127) << 23;
  memcpy (&scale, &bits, sizeof scale);
  return x < -87.33f ? 0.0f : p * scale;
}

static inline float
gpu_sigmoidf (float x)
{
  return 1.0f / (1.0f + gpu_expf (-x));
}

/* tanh x = 2σ(2x) − 1 loses digits near 0; there the odd polynomial of Cephes is used. */
static inline float
gpu_tanhf (float x)
{
  float a = x < 0 ? -x : x;
  float s = x * x;
  float small = ((((-5.70498872745e-3f * s + 2.06390887954e-2f) * s - 5.37397155531e-2f) * s +
                  1.33314422036e-1f) *
                     s -
                 3.33332819422e-1f) *
                    s * x +
                x;
  float e = gpu_expf (2.0f * (a > 9.0f ? 9.0f : a));
  float large = 1.0f - 2.0f / (e + 1.0f);

  large = x < 0 ? -large : large;
  return a < 0.625f ? small : large;
}

/* erf by Abramowitz and Stegun 7.1.26 would give 1.5e-7 absolute; near 0 its Taylor series keeps
 * the relative error. */
static inline float
gpu_erff (float x)
{
  float a = x < 0 ? -x : x;
  float s = x * x;
  float t = 1.0f / (1.0f + 0.3275911f * a);
  float p = ((((1.061405429f * t - 1.453152027f) * t + 1.421413741f) * t - 0.284496736f) * t +
             0.254829592f) *
            t;
  float large = 1.0f - p * gpu_expf (-s);
  float small =
      x * (1.128379167f + s * (-0.3761263890f +
                               s * (0.1128379167f + s * (-0.02686617064f + s * 0.005223977625f))));

  large = x < 0 ? -large : large;
  return a < 0.5f ? small : large;
}

/* log (1 + eˣ) without overflow. logf is the library's: rare functions need not be vectors. */
static inline float
gpu_softplusf (float x)
{
  return (x > 0 ? x : 0) + log1pf (gpu_expf (x > 0 ? -x : x));
}
