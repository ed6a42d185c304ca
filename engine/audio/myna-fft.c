/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <libavutil/mem.h>
#include <libavutil/tx.h>

#include "engine/audio/myna-fft.h"

struct _MynaFft
{
  int length;
  AVTXContext *forward;
  AVTXContext *inverse;
  av_tx_fn forward_function;
  av_tx_fn inverse_function;
  float *time;
  float *spectrum;
};

/**
 * myna_fft_new:
 * @length: number of real samples, a power of two from 16 to 2^20
 *
 * Plans both directions. A plan takes microseconds to milliseconds to make: keep it.
 *
 * Returns: (transfer full): a transform
 */
MynaFft *
myna_fft_new (int length)
{
  MynaFft *self = NULL;
  float one = 1.0f;
  float inverse_scale = 0;
  int failed = 0;

  g_return_val_if_fail (length >= 16 && length <= 1 << 20 && (length & (length - 1)) == 0, NULL);

  self = g_new0 (MynaFft, 1);
  self->length = length;
  inverse_scale = 1.0f / (float) length;
  self->time = av_malloc ((gsize) length * sizeof (float));
  self->spectrum = av_malloc ((gsize) (length + 2) * sizeof (float));
  failed =
      av_tx_init (&self->forward, &self->forward_function, AV_TX_FLOAT_RDFT, 0, length, &one, 0);
  failed |= av_tx_init (&self->inverse, &self->inverse_function, AV_TX_FLOAT_RDFT, 1, length,
                        &inverse_scale, 0);
  /* Powers of two are always supported, so only memory can have failed: as GLib does then. */
  if (failed != 0 || self->time == NULL || self->spectrum == NULL)
    g_error ("No memory for a transform of %d samples", length);
  return self;
}

/**
 * myna_fft_free:
 * @self: (nullable) (transfer full): a transform
 */
void
myna_fft_free (MynaFft *self)
{
  if (self == NULL)
    return;
  av_tx_uninit (&self->forward);
  av_tx_uninit (&self->inverse);
  av_free (self->time);
  av_free (self->spectrum);
  g_free (self);
}

/**
 * myna_fft_get_time:
 * @self: a transform
 *
 * Returns: (transfer none): the buffer of @length samples
 */
float *
myna_fft_get_time (MynaFft *self)
{
  return self->time;
}

/**
 * myna_fft_get_spectrum:
 * @self: a transform
 *
 * Returns: (transfer none): the buffer of @length / 2 + 1 complex values, real and imaginary parts
 *   interleaved
 */
float *
myna_fft_get_spectrum (MynaFft *self)
{
  return self->spectrum;
}

/**
 * myna_fft_forward:
 * @self: a transform
 *
 * Transforms the time buffer into the spectrum buffer, unscaled.
 */
void
myna_fft_forward (MynaFft *self)
{
  self->forward_function (self->forward, self->spectrum, self->time, sizeof (float));
}

/**
 * myna_fft_inverse:
 * @self: a transform
 *
 * Transforms the spectrum buffer into the time buffer, scaled by 1 / length, so that it undoes
 * myna_fft_forward(). The spectrum buffer is lost.
 */
void
myna_fft_inverse (MynaFft *self)
{
  self->inverse_function (self->inverse, self->time, self->spectrum, sizeof (AVComplexFloat));
}
