/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/gptsovits/myna-gsv-random.h"
#include "engine/voice/gptsovits/myna-gsv-weights.h"

G_BEGIN_DECLS

#define MYNA_GSV_NOISE_SCALE 0.5f
#define MYNA_GSV_FRAMES_PER_SECOND 50

/**
 * MynaGsvDecoder:
 *
 * The acoustic half of a SoVITS checkpoint of version 1, 2, v2Pro or v2ProPlus: a timbre from a
 * reference, and sound at 32 kHz from tokens. Any thread.
 */
typedef struct _MynaGsvDecoder MynaGsvDecoder;

MynaGsvDecoder *
myna_gsv_decoder_new (MynaTensors *tensors, GpuDevice *device, GpuType type, GError **error);
void myna_gsv_decoder_free (MynaGsvDecoder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaGsvDecoder, myna_gsv_decoder_free)

guint64 myna_gsv_decoder_get_size (MynaGsvDecoder *self);
GpuDevice *myna_gsv_decoder_get_device (MynaGsvDecoder *self);
/* Bins of the spectrogram: 704, or 1025 for version 1. */
int myna_gsv_decoder_get_n_bins (MynaGsvDecoder *self);
/* Values of a timbre: 512, or 1024 for the Pro versions. */
int myna_gsv_decoder_get_timbre_size (MynaGsvDecoder *self);
/* Whether a timbre is also made of a speaker vector. */
gboolean myna_gsv_decoder_needs_speaker (MynaGsvDecoder *self);
int myna_gsv_decoder_get_n_phones (MynaGsvDecoder *self);

/* ---- timbre ---- */

gboolean myna_gsv_decoder_read_timbre (MynaGsvDecoder *self,
                                       GpuContext *cx,
                                       const float *spectrogram,
                                       gint64 n_frames,
                                       const float *speaker,
                                       float *timbre,
                                       const MynaGsvTrace *trace,
                                       GError **error);
/* Adds @timbre as the @n-th (from 1) to the mean of those before. */
void myna_gsv_timbre_average (float *mean, const float *timbre, int size, int n);

/* ---- decoding ---- */

/**
 * MynaGsvUtterance:
 * @tokens: semantic tokens of T2S, 25 a second; at least one
 * @phones: of the text that is spoken, without the reference's; at least one
 * @timbre: of the reference
 * @speed: 1 as the tokens say
 * @noise_scale: MYNA_GSV_NOISE_SCALE; 0 is the same every time
 * @random: where the noise comes from; its stream is set by the decoder
 * @noise: (nullable): [frames, 192], instead of @random, for tests
 * @first_window: frames until the first samples are handed out; 0: as @window
 * @window: frames of the later pieces, 0: all at once
 */
typedef struct
{
  const gint32 *tokens;
  gsize n_tokens;
  const gint32 *phones;
  gsize n_phones;
  const float *timbre;
  double speed;
  float noise_scale;
  MynaGsvRandom random;
  const float *noise;
  gint64 first_window;
  gint64 window;
} MynaGsvUtterance;

/* The next samples, which are the callee's for this call. Called on the decoding thread. */
typedef void (*MynaGsvSamplesFunc) (const float *samples, gsize n_samples, gpointer data);

gint64 myna_gsv_count_frames (gsize n_tokens, double speed);
gboolean myna_gsv_decoder_run (MynaGsvDecoder *self,
                               GpuContext *cx,
                               const MynaGsvUtterance *utterance,
                               MynaGsvSamplesFunc func,
                               gpointer data,
                               GCancellable *cancellable,
                               const MynaGsvTrace *trace,
                               GError **error);

/* ---- the memory plan ---- */

guint64 myna_gsv_decoder_estimate (
    MynaGsvDecoder *self, gsize n_tokens, gsize n_phones, double speed, gint64 window);
gint64
myna_gsv_decoder_choose_window (MynaGsvDecoder *self, gsize n_tokens, gsize n_phones, double speed);

G_END_DECLS
