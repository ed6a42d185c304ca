/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaGsvRandom:
 * @seed: what the user sees
 * @stream: which use of the seed; see the constants below
 *
 * Random numbers by counter: the number at (seed, stream, step, index) is always the same, whatever
 * was drawn before and on whatever device the network ran. Philox 4×32 with 10 rounds (Salmon et
 * al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
 */
typedef struct
{
  guint64 seed;
  guint32 stream;
} MynaGsvRandom;

/* Draws of the T2S tokens: step is the token's number, index the candidate. */
#define MYNA_GSV_STREAM_TOKENS 0
/* Noise of the SoVITS prior: step is the frame, index the channel. */
#define MYNA_GSV_STREAM_NOISE 1

void myna_gsv_philox (const guint32 counter[4], const guint32 key[2], guint32 result[4]);
/* In (0, 1), never either. */
double myna_gsv_random_uniform (const MynaGsvRandom *self, guint32 step, guint32 index);
/* Exponential with mean 1. */
double myna_gsv_random_exponential (const MynaGsvRandom *self, guint32 step, guint32 index);
/* n normal values (mean 0, variance 1) at (step, 0 … n − 1). */
void myna_gsv_random_normal (const MynaGsvRandom *self, guint32 step, float *values, guint32 n);

G_END_DECLS
