/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The front ends of GPT-SoVITS that work on sound: resampling, the linear spectrogram that the
 * timbre is taken from, and the filter bank of the speaker network. Everything on the caller's
 * thread; the sound is a few seconds of a reference clip.
 */

#define MYNA_GSV_RATE 32000         /* spectrogram and result, Hz */
#define MYNA_GSV_HOP 640            /* samples of a frame of the spectrogram */
#define MYNA_GSV_SPEAKER_RATE 16000 /* filter bank and CNHuBERT, Hz */
#define MYNA_GSV_BANDS 80           /* of the filter bank */
#define MYNA_GSV_MAX_BINS 1025

/* Fewer samples have no frame. */
#define MYNA_GSV_SPECTROGRAM_LEAST 705
#define MYNA_GSV_FBANK_LEAST 400

float *myna_gsv_resample (
    const float *samples, gsize n_samples, int rate, int new_rate, gsize *n_resampled);
float *myna_gsv_spectrogram (const float *samples, gsize n_samples, int n_bins, gsize *n_frames);
float *myna_gsv_fbank (const float *samples, gsize n_samples, gsize *n_frames);

G_END_DECLS
