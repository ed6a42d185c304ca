/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/myna-speech.h"

G_BEGIN_DECLS

/**
 * MynaDraftVoice:
 *
 * A person's voice as the draft engine needs it: analysed recording, half-phone units, spectral
 * conversion (spec/draft-voice.md). Immutable and reference counted; any thread may speak with it.
 */
typedef struct _MynaDraftVoice MynaDraftVoice;

/**
 * MynaDraftClip:
 * @samples: mono
 * @n_samples: their number
 * @rate: in Hz
 * @transcript: (nullable): what is said in the clip
 */
typedef struct
{
  const float *samples;
  gsize n_samples;
  int rate;
  const char *transcript;
} MynaDraftClip;

/**
 * MynaDraftReport:
 * @seconds_of_speech: voiced and unvoiced speech found
 * @used_transcript: built by alignment (3a) rather than without transcript (3b)
 * @transcript_fit: R2 of the ridge fit, 0 … 1; NAN without transcript
 * @n_units: half-phone units
 * @median_f0: in Hz
 * @snr_db: estimated
 * @warnings: (array zero-terminated=1) (nullable): translated sentences for the user
 */
typedef struct
{
  double seconds_of_speech;
  gboolean used_transcript;
  double transcript_fit;
  guint n_units;
  double median_f0;
  double snr_db;
  char **warnings;
} MynaDraftReport;

MynaDraftVoice *myna_draft_voice_build (const MynaDraftClip *clips,
                                        guint n_clips,
                                        const char *language,
                                        MynaProgressFunc progress,
                                        gpointer progress_data,
                                        GCancellable *cancellable,
                                        GError **error);
MynaDraftVoice *myna_draft_voice_load (const char *path, GError **error);
MynaDraftVoice *myna_draft_voice_new_from_bytes (GBytes *bytes, GError **error);
GBytes *myna_draft_voice_to_bytes (MynaDraftVoice *self);
gboolean myna_draft_voice_save (MynaDraftVoice *self, const char *path, GError **error);
MynaDraftVoice *myna_draft_voice_ref (MynaDraftVoice *self);
void myna_draft_voice_unref (MynaDraftVoice *self);
const MynaDraftReport *myna_draft_voice_get_report (MynaDraftVoice *self);

MynaSpeech *myna_draft_voice_speak (MynaDraftVoice *self,
                                    const char *sentence,
                                    const MynaSpeakParams *params,
                                    GCancellable *cancellable,
                                    GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaDraftVoice, myna_draft_voice_unref)

G_END_DECLS
