/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-ridge.h"

#include <math.h>
#include <string.h>

#define N MYNA_DRAFT_RIDGE_N
#define ROWS MYNA_DRAFT_RIDGE_ROWS

/* Fewer pairs than this determine nothing. */
#define MIN_PAIRS 30
/* The cepstra over which the fit of a transcript is judged (spec draft-voice section 7). */
#define R2_FIRST 1
#define R2_LAST 12
#define MAX_VARIANCE_GAIN 2.2

/* Solves A X = B for symmetric positive definite A (ROWS x ROWS); B (ROWS x N) becomes X. */
static gboolean
solve_cholesky (double a[ROWS][ROWS], double b[ROWS][N])
{
  for (int i = 0; i < ROWS; i++)
    for (int j = 0; j <= i; j++)
      {
        double sum = a[i][j];

        for (int k = 0; k < j; k++)
          sum -= a[i][k] * a[j][k];
        if (i != j)
          a[i][j] = sum / a[j][j];
        else if (sum > 0 && isfinite (sum))
          a[i][i] = sqrt (sum);
        else
          return FALSE;
      }
  for (int c = 0; c < N; c++)
    {
      for (int i = 0; i < ROWS; i++)
        {
          for (int k = 0; k < i; k++)
            b[i][c] -= a[i][k] * b[k][c];
          b[i][c] /= a[i][i];
        }
      for (int i = ROWS - 1; i >= 0; i--)
        {
          for (int k = i + 1; k < ROWS; k++)
            b[i][c] -= a[k][i] * b[k][c];
          b[i][c] /= a[i][i];
        }
    }
  return TRUE;
}

static void
fit_means (MynaDraftRidge *self, const MynaDraftPair *pairs, gsize n_pairs, int n_cep)
{
  for (int c = 0; c < n_cep; c++)
    {
      double in = 0, out = 0;

      for (gsize i = 0; i < n_pairs; i++)
        {
          in += (double) pairs[i].in[c];
          out += (double) pairs[i].out[c];
        }
      self->mean_in[c] = (float) (in / (double) n_pairs);
      self->mean_out[c] = (float) (out / (double) n_pairs);
    }
}

static void
centred_input (const MynaDraftRidge *self, const float *in, gboolean voiced, float x[ROWS])
{
  for (int c = 0; c < N; c++)
    x[c] = in[c] - self->mean_in[c];
  x[N] = 1;
  x[N + 1] = voiced ? 1 : 0;
}

/**
 * myna_draft_ridge_fit:
 * @self: (out caller-allocates): the map; without variance correction after this
 * @pairs: frames of espeak-ng and of the person at the same place of the text
 * @n_pairs: their number
 * @n_cep: cepstra a frame, at least 24
 * @shrinkage: pull towards the identity, MYNA_DRAFT_RIDGE_ALIGNED or …_UNALIGNED
 *
 * Least squares with a pull towards the identity: weights minimise the squared error plus
 * shrinkage * n * var (input) * (weight - identity)²; the constant and the voicing flag are pulled
 * to 0 a thousand times less (spec draft-voice section 3a).
 *
 * Returns: whether there was enough to determine it
 */
gboolean
myna_draft_ridge_fit (
    MynaDraftRidge *self, const MynaDraftPair *pairs, gsize n_pairs, int n_cep, double shrinkage)
{
  double xx[ROWS][ROWS] = { 0 };
  double xy[ROWS][N] = { 0 };

  g_return_val_if_fail (n_cep >= N && n_cep <= MYNA_DRAFT_MAX_CEP, FALSE);

  memset (self, 0, sizeof *self);
  for (int c = 0; c < N; c++)
    self->gv_scale[c] = 1;
  if (n_pairs < MIN_PAIRS)
    return FALSE;
  fit_means (self, pairs, n_pairs, n_cep);
  for (gsize p = 0; p < n_pairs; p++)
    {
      float x[ROWS], y[N];

      centred_input (self, pairs[p].in, pairs[p].voiced, x);
      /* The residual of the identity: what is left to explain is shrunk to nothing. */
      for (int c = 0; c < N; c++)
        y[c] = pairs[p].out[c] - self->mean_out[c] - x[c];
      for (int i = 0; i < ROWS; i++)
        {
          for (int j = 0; j <= i; j++)
            xx[i][j] += (double) (x[i] * x[j]);
          for (int c = 0; c < N; c++)
            xy[i][c] += (double) (x[i] * y[c]);
        }
    }
  for (int i = 0; i < N; i++)
    xx[i][i] += shrinkage * xx[i][i] + 1e-9;
  for (int i = N; i < ROWS; i++)
    xx[i][i] += shrinkage * 1e-3 * (double) n_pairs + 1e-9;
  if (!solve_cholesky (xx, xy))
    return FALSE;
  for (int i = 0; i < ROWS; i++)
    for (int c = 0; c < N; c++)
      self->weights[i][c] = (float) (xy[i][c] + (i == c ? 1 : 0));
  return TRUE;
}

/**
 * myna_draft_ridge_map:
 * @self: a map
 * @in: @n_cep cepstra of espeak-ng
 * @voiced: whether that frame is voiced
 * @n_cep: cepstra a frame
 * @out: (out caller-allocates): @n_cep cepstra as the person would have them, not @in
 *
 * Applies the linear map alone.
 */
void
myna_draft_ridge_map (
    const MynaDraftRidge *self, const float *in, gboolean voiced, int n_cep, float *out)
{
  float x[ROWS];

  centred_input (self, in, voiced, x);
  for (int c = 0; c < n_cep; c++)
    out[c] = self->mean_out[c] + (c < N ? 0 : in[c] - self->mean_in[c]);
  for (int i = 0; i < ROWS; i++)
    for (int c = 0; c < N; c++)
      out[c] += x[i] * self->weights[i][c];
}

/**
 * myna_draft_ridge_convert:
 * @self: a map
 * @in: @n_cep cepstra of espeak-ng
 * @voiced: whether that frame is voiced
 * @n_cep: cepstra a frame
 * @out: (out caller-allocates): @n_cep cepstra as the person would have them, not @in
 *
 * Applies the map and the variance correction.
 */
void
myna_draft_ridge_convert (
    const MynaDraftRidge *self, const float *in, gboolean voiced, int n_cep, float *out)
{
  myna_draft_ridge_map (self, in, voiced, n_cep, out);
  for (int c = 1; c < N; c++)
    out[c] = self->gv_mean[c] + self->gv_scale[c] * (out[c] - self->gv_mean[c]);
}

/**
 * myna_draft_ridge_r2:
 * @self: a map
 * @pairs: the pairs it was fitted on
 * @n_pairs: their number
 * @n_cep: cepstra a frame
 *
 * How much of the person's spectra the map explains, over c1 … c12: low when the transcript is not
 * what was said (spec draft-voice section 7).
 *
 * Returns: 1 - residual / variance, at most 1
 */
double
myna_draft_ridge_r2 (const MynaDraftRidge *self,
                     const MynaDraftPair *pairs,
                     gsize n_pairs,
                     int n_cep)
{
  double residual = 0, variance = 0;
  float mapped[MYNA_DRAFT_MAX_CEP];

  for (gsize i = 0; i < n_pairs; i++)
    {
      myna_draft_ridge_map (self, pairs[i].in, pairs[i].voiced, n_cep, mapped);
      for (int c = R2_FIRST; c <= R2_LAST; c++)
        {
          double error = (double) (pairs[i].out[c] - mapped[c]);
          double spread = (double) (pairs[i].out[c] - self->mean_out[c]);

          residual += error * error;
          variance += spread * spread;
        }
    }
  return variance > 0 ? 1 - residual / variance : 0;
}

/**
 * myna_draft_ridge_fit_variance:
 * @self: a fitted map
 * @centres: pairs at the centres of the units
 * @n_centres: their number
 * @n_cep: cepstra a frame
 *
 * Fits the global variance correction: a least squares map averages, and its output is duller than
 * the person. c0 is the level and stays.
 */
void
myna_draft_ridge_fit_variance (MynaDraftRidge *self,
                               const MynaDraftPair *centres,
                               gsize n_centres,
                               int n_cep)
{
  double sum[N] = { 0 }, square[N] = { 0 }, sum_out[N] = { 0 }, square_out[N] = { 0 };
  float mapped[MYNA_DRAFT_MAX_CEP];
  double n = (double) n_centres;

  if (n_centres < 2)
    return;
  for (gsize i = 0; i < n_centres; i++)
    {
      myna_draft_ridge_map (self, centres[i].in, centres[i].voiced, n_cep, mapped);
      for (int c = 0; c < N; c++)
        {
          double in = (double) mapped[c], out = (double) centres[i].out[c];

          sum[c] += in;
          square[c] += in * in;
          sum_out[c] += out;
          square_out[c] += out * out;
        }
    }
  for (int c = 0; c < N; c++)
    {
      double spread = square[c] / n - sum[c] / n * (sum[c] / n);
      double wanted = square_out[c] / n - sum_out[c] / n * (sum_out[c] / n);

      self->gv_mean[c] = (float) (sum[c] / n);
      self->gv_scale[c] = 1;
      if (c > 0 && spread > 1e-9 && wanted > spread)
        self->gv_scale[c] = (float) MIN (sqrt (wanted / spread), MAX_VARIANCE_GAIN);
    }
}
