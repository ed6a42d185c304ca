/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-ridge.h"

#include <math.h>

#define N_CEP 32
#define N_PAIRS 800

typedef struct
{
  float in[N_PAIRS][N_CEP];
  float out[N_PAIRS][N_CEP];
  MynaDraftPair pairs[N_PAIRS];
} Data;

static float
noise (guint32 *state)
{
  float sum = 0;

  for (int i = 0; i < 4; i++)
    {
      *state = *state * 1664525u + 1013904223u;
      sum += (float) (*state >> 8) / 8388608.0f - 1;
    }
  return sum;
}

/* out = a linear map of in + an offset where voiced + @error times noise */
static Data *
make_data (float error)
{
  Data *data = g_new0 (Data, 1);
  guint32 state = 7;

  for (int p = 0; p < N_PAIRS; p++)
    {
      gboolean voiced = p % 3 != 0;

      for (int c = 0; c < N_CEP; c++)
        data->in[p][c] = 3 * noise (&state) + 10;
      for (int c = 0; c < N_CEP; c++)
        data->out[p][c] = 0.7f * data->in[p][c] + 0.3f * data->in[p][(c + 5) % 24] +
                          (voiced && c == 2 ? 4 : 0) + (float) c + error * noise (&state);
      data->pairs[p] = (MynaDraftPair) { .in = data->in[p], .out = data->out[p], .voiced = voiced };
    }
  return data;
}

static void
test_recovers_map (void)
{
  g_autofree Data *data = make_data (0);
  MynaDraftRidge ridge;
  float mapped[MYNA_DRAFT_MAX_CEP];
  double worst = 0;

  g_assert_true (myna_draft_ridge_fit (&ridge, data->pairs, N_PAIRS, N_CEP, 1e-6));
  for (int p = 0; p < N_PAIRS; p++)
    {
      myna_draft_ridge_map (&ridge, data->in[p], data->pairs[p].voiced, N_CEP, mapped);
      for (int c = 0; c < 24; c++)
        worst = MAX (worst, fabs ((double) (mapped[c] - data->out[p][c])));
    }
  g_assert_cmpfloat (worst, <, 0.01);
  g_assert_cmpfloat (myna_draft_ridge_r2 (&ridge, data->pairs, N_PAIRS, N_CEP), >, 0.999);
}

static void
test_r2_falls_with_noise (void)
{
  g_autofree Data *clean = make_data (1);
  g_autofree Data *noisy = make_data (20);
  MynaDraftRidge ridge;
  double r2_clean, r2_noisy;

  g_assert_true (
      myna_draft_ridge_fit (&ridge, clean->pairs, N_PAIRS, N_CEP, MYNA_DRAFT_RIDGE_ALIGNED));
  r2_clean = myna_draft_ridge_r2 (&ridge, clean->pairs, N_PAIRS, N_CEP);
  g_assert_true (
      myna_draft_ridge_fit (&ridge, noisy->pairs, N_PAIRS, N_CEP, MYNA_DRAFT_RIDGE_ALIGNED));
  r2_noisy = myna_draft_ridge_r2 (&ridge, noisy->pairs, N_PAIRS, N_CEP);
  g_assert_cmpfloat (r2_clean, >, 0.8);
  g_assert_cmpfloat (r2_noisy, <, 0.3);
}

/* With little to go by the map stays near the identity around the means. */
static void
test_shrinks_to_identity (void)
{
  g_autofree Data *data = make_data (0);
  MynaDraftRidge ridge;

  g_assert_true (myna_draft_ridge_fit (&ridge, data->pairs, N_PAIRS, N_CEP, 1e6));
  for (int i = 0; i < 24; i++)
    for (int c = 0; c < 24; c++)
      g_assert_cmpfloat (fabs ((double) ridge.weights[i][c] - (i == c)), <, 0.01);
}

static void
test_too_little (void)
{
  g_autofree Data *data = make_data (0);
  MynaDraftRidge ridge;

  g_assert_false (myna_draft_ridge_fit (&ridge, data->pairs, 5, N_CEP, 0.01));
  g_assert_false (myna_draft_ridge_fit (&ridge, data->pairs, 0, N_CEP, 0.01));
}

/* Constant input must not give NaN. */
static void
test_degenerate (void)
{
  g_autofree Data *data = make_data (0);
  MynaDraftRidge ridge;
  float mapped[MYNA_DRAFT_MAX_CEP];

  for (int p = 0; p < N_PAIRS; p++)
    for (int c = 0; c < N_CEP; c++)
      data->in[p][c] = 1;
  g_assert_true (myna_draft_ridge_fit (&ridge, data->pairs, N_PAIRS, N_CEP, 0.01));
  myna_draft_ridge_fit_variance (&ridge, data->pairs, N_PAIRS, N_CEP);
  myna_draft_ridge_convert (&ridge, data->in[0], TRUE, N_CEP, mapped);
  for (int c = 0; c < N_CEP; c++)
    g_assert_true (isfinite (mapped[c]));
}

/* After the correction the converted cepstra spread like the person's, but not without limit. */
static void
test_variance (void)
{
  g_autofree Data *data = make_data (12);
  MynaDraftRidge ridge;
  double spread[24] = { 0 }, wanted[24] = { 0 }, mean[24] = { 0 }, mean_out[24] = { 0 };

  g_assert_true (
      myna_draft_ridge_fit (&ridge, data->pairs, N_PAIRS, N_CEP, MYNA_DRAFT_RIDGE_ALIGNED));
  myna_draft_ridge_fit_variance (&ridge, data->pairs, N_PAIRS, N_CEP);
  for (int pass = 0; pass < 2; pass++)
    for (int p = 0; p < N_PAIRS; p++)
      {
        float out[MYNA_DRAFT_MAX_CEP];

        myna_draft_ridge_convert (&ridge, data->in[p], data->pairs[p].voiced, N_CEP, out);
        for (int c = 0; c < 24; c++)
          if (pass == 0)
            {
              mean[c] += (double) out[c] / N_PAIRS;
              mean_out[c] += (double) data->out[p][c] / N_PAIRS;
            }
          else
            {
              spread[c] += pow ((double) out[c] - mean[c], 2) / N_PAIRS;
              wanted[c] += pow ((double) data->out[p][c] - mean_out[c], 2) / N_PAIRS;
            }
      }
  g_assert_cmpfloat (ridge.gv_scale[0], ==, 1);
  for (int c = 1; c < 24; c++)
    {
      g_assert_cmpfloat (ridge.gv_scale[c], >, 1.2);
      g_assert_cmpfloat (ridge.gv_scale[c], <, 2.201f);
      if (ridge.gv_scale[c] < 2.19f)
        g_assert_cmpfloat_with_epsilon (sqrt (spread[c] / wanted[c]), 1, 0.02);
      else
        g_assert_cmpfloat (spread[c], <, wanted[c]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/draft-ridge/recovers-map", test_recovers_map);
  g_test_add_func ("/draft-ridge/r2", test_r2_falls_with_noise);
  g_test_add_func ("/draft-ridge/identity", test_shrinks_to_identity);
  g_test_add_func ("/draft-ridge/too-little", test_too_little);
  g_test_add_func ("/draft-ridge/degenerate", test_degenerate);
  g_test_add_func ("/draft-ridge/variance", test_variance);
  return g_test_run ();
}
