/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Frames a second, as MYNA_MOUTH_RATE. */
#define MYNA_MOUTH_SOUND_RATE 100
/* Cepstral coefficients of a frame. */
#define MYNA_MOUTH_SOUND_CEPSTRA 10

/**
 * MynaMouthSoundFrame:
 * @cepstra: of 16 log-mel bands, the first is the level
 * @level: dB of full scale, at least -100
 * @voicing: 0 … 1, strength of the pitch
 * @low: share of the energy below 500 Hz: a closed mouth hums (m, n)
 * @high: share of the energy above 3 kHz: s, sh, f
 * @first: frequency of the first formant in Hz: opening
 * @second: frequency of the second formant in Hz: spreading against rounding
 * @onset: rise of the level above 1 kHz within 20 ms, dB: the release of a closure
 * @speech: somebody speaks
 *
 * What is heard in 10 ms.
 */
typedef struct
{
  float cepstra[MYNA_MOUTH_SOUND_CEPSTRA];
  float level;
  float voicing;
  float low;
  float high;
  float first;
  float second;
  float onset;
  gboolean speech;
} MynaMouthSoundFrame;

/**
 * MynaMouthSound:
 *
 * The analysis of a sound track, 100 frames a second; about 8 kB a second. Immutable, reference
 * counted; any thread.
 */
typedef struct _MynaMouthSound MynaMouthSound;

/* Any audio or video file, of any length; blocks. Errors as of myna_audio_reader_open (). */
MynaMouthSound *myna_mouth_sound_load (const char *path, GCancellable *cancellable, GError **error);
/* Mono samples in memory, 16 kHz. */
MynaMouthSound *myna_mouth_sound_new (const float *samples, gsize n_samples);
MynaMouthSound *myna_mouth_sound_ref (MynaMouthSound *self);
void myna_mouth_sound_unref (MynaMouthSound *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaMouthSound, myna_mouth_sound_unref)

double myna_mouth_sound_get_duration (MynaMouthSound *self);
/* Seconds in which somebody speaks. */
double myna_mouth_sound_get_speech (MynaMouthSound *self);
const MynaMouthSoundFrame *myna_mouth_sound_get_frames (MynaMouthSound *self, gsize *n_frames);

G_END_DECLS
