/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaSpeechMeasures:
 * @seconds: length
 * @speech_seconds: of them with speech
 * @voiced_seconds: of them with a voice's pitch
 * @steady_fraction: share of the pitched sound whose pitch stands still: high for tones and music
 * @loudness_lufs: gated loudness (ITU-R BS.1770), -70 for silence
 * @peak_db: highest sample, dBFS, at least -120
 * @clipped_fraction: share of the samples that lie on the rail
 * @noise_floor_db: level between the words above 80 Hz, dBFS RMS, at least -100
 * @snr_db: level of the speech over the noise floor
 * @bandwidth_hz: up to where the speech has energy
 *
 * What a #MynaSpeechMeter found.
 */
typedef struct
{
  double seconds;
  double speech_seconds;
  double voiced_seconds;
  double steady_fraction;
  double loudness_lufs;
  double peak_db;
  double clipped_fraction;
  double noise_floor_db;
  double snr_db;
  double bandwidth_hz;
} MynaSpeechMeasures;

/**
 * MynaSpeechMeter:
 *
 * Measures a recording of speech of any length in constant memory: which part is speech, how loud,
 * how clean. One thread at a time.
 */
typedef struct _MynaSpeechMeter MynaSpeechMeter;

MynaSpeechMeter *myna_speech_meter_new (int rate, int channels);
void myna_speech_meter_push (MynaSpeechMeter *self, const float *interleaved, gsize n_frames);
void myna_speech_meter_finish (MynaSpeechMeter *self, MynaSpeechMeasures *measures);
void myna_speech_meter_free (MynaSpeechMeter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaSpeechMeter, myna_speech_meter_free)

G_END_DECLS
