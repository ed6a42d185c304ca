/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-format.h"

G_BEGIN_DECLS

#define MYNA_DRAFT_RIDGE_N 24
#define MYNA_DRAFT_RIDGE_ROWS (MYNA_DRAFT_RIDGE_N + 2) /* + constant + voicing */

/* Shrinkage towards the identity, times n * var (spec draft-voice section 3a). */
#define MYNA_DRAFT_RIDGE_ALIGNED 0.01
#define MYNA_DRAFT_RIDGE_UNALIGNED 0.04

/**
 * MynaDraftRidge:
 * @mean_in: means of espeak-ng's cepstra
 * @mean_out: means of the person's cepstra
 * @weights: from centred input, 1 and the voicing flag to centred output; row i is input i
 * @gv_mean: mean of the converted cepstra at the units' centres
 * @gv_scale: how much wider the person's cepstra spread there than the converted ones, 1 … 2.2
 *
 * The conversion of espeak-ng's spectra to the person's: a linear map of 24 cepstra, then a global
 * variance correction. Higher cepstra move by the difference of the means. Plain data.
 */
typedef struct
{
  float mean_in[MYNA_DRAFT_MAX_CEP];
  float mean_out[MYNA_DRAFT_MAX_CEP];
  float weights[MYNA_DRAFT_RIDGE_ROWS][MYNA_DRAFT_RIDGE_N];
  float gv_mean[MYNA_DRAFT_RIDGE_N];
  float gv_scale[MYNA_DRAFT_RIDGE_N];
} MynaDraftRidge;

/**
 * MynaDraftPair:
 * @in: n_cep cepstra of espeak-ng
 * @out: n_cep cepstra of the person at the same place of the text
 * @voiced: the frame of espeak-ng is voiced
 */
typedef struct
{
  const float *in;
  const float *out;
  gboolean voiced;
} MynaDraftPair;

gboolean myna_draft_ridge_fit (
    MynaDraftRidge *self, const MynaDraftPair *pairs, gsize n_pairs, int n_cep, double shrinkage);
double myna_draft_ridge_r2 (const MynaDraftRidge *self,
                            const MynaDraftPair *pairs,
                            gsize n_pairs,
                            int n_cep);
void myna_draft_ridge_fit_variance (MynaDraftRidge *self,
                                    const MynaDraftPair *centres,
                                    gsize n_centres,
                                    int n_cep);
void myna_draft_ridge_map (
    const MynaDraftRidge *self, const float *in, gboolean voiced, int n_cep, float *out);
void myna_draft_ridge_convert (
    const MynaDraftRidge *self, const float *in, gboolean voiced, int n_cep, float *out);

G_END_DECLS
