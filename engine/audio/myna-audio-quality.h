/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  MYNA_QUALITY_GOOD,
  MYNA_QUALITY_FAIR, /* usable, with advice */
  MYNA_QUALITY_UNUSABLE,
} MynaQualityGrade;

/**
 * MynaAudioQuality:
 *
 * What a voice sample is worth for cloning, in numbers and in plain words. findings: translated
 * sentences, most important first; never empty ("Good: 32 seconds of clear speech.").
 */
typedef struct
{
  MynaQualityGrade grade;
  double seconds;
  double speech_seconds;
  double loudness_lufs;
  double peak_db;
  double clipped_fraction;
  double noise_floor_db;
  double snr_db;
  double bandwidth_hz;
  char **findings;
} MynaAudioQuality;

MynaAudioQuality *myna_audio_quality_measure (const float *mono, gsize n_samples, int rate);
MynaAudioQuality *myna_audio_quality_measure_file (const char *path,
                                                   int stream,
                                                   double start,
                                                   double end,
                                                   GCancellable *cancellable,
                                                   GError **error);
void myna_audio_quality_free (MynaAudioQuality *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaAudioQuality, myna_audio_quality_free)

G_END_DECLS
