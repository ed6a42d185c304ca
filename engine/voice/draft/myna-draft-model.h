/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-segment.h"

G_BEGIN_DECLS

/* A unit's spectra are looked at in three places, sixteen cepstra each. */
#define MYNA_DRAFT_PLACES 3
#define MYNA_DRAFT_COMPARED 16
#define MYNA_DRAFT_FEATURES (MYNA_DRAFT_PLACES * MYNA_DRAFT_COMPARED)

/**
 * MynaDraftUnit:
 * @label: the phone
 * @previous: the phone before, 0 after silence
 * @next: the phone after, 0 before silence
 * @half: 0 = first half of the phone, 1 = second
 * @stressed: primary stress
 * @start: first frame in the recording
 * @end: one past its last frame
 * @cost: mean cost of the alignment
 * @voiced: share of voiced frames
 * @log_f0: mean of the log pitch of its voiced frames; 0 when it has none
 * @rendition: features of espeak-ng's same half-phone
 * @person: features of the unit itself
 *
 * Half a phone as the person said it. Features: cepstra at 15, 50 and 85 % of its length, divided
 * by their spread over all speech, c0 halved.
 */
typedef struct
{
  MynaDraftLabel label;
  MynaDraftLabel previous;
  MynaDraftLabel next;
  guint8 half;
  guint8 stressed;
  guint32 start;
  guint32 end;
  float cost;
  float voiced;
  float log_f0;
  float rendition[MYNA_DRAFT_FEATURES];
  float person[MYNA_DRAFT_FEATURES];
} MynaDraftUnit;

/**
 * MynaDraftPitch:
 * @median: of ln F0
 * @spread: standard deviation of ln F0 between its 3rd and 97th percentile
 */
typedef struct
{
  double median;
  double spread;
} MynaDraftPitch;

/**
 * MynaDraftFindings:
 * @MYNA_DRAFT_FOUND_MISMATCH: the transcript is not what is said; it was not used
 * @MYNA_DRAFT_FOUND_PART_MISMATCH: that of some clips; these clips were not used
 * @MYNA_DRAFT_FOUND_NO_TRANSCRIPT: there was none
 * @MYNA_DRAFT_FOUND_SHORT: less speech than is good
 * @MYNA_DRAFT_FOUND_LONG: only the best part of a long recording was used
 * @MYNA_DRAFT_FOUND_NOISE: noise was reduced
 * @MYNA_DRAFT_FOUND_LOUD_NOISE: so much noise that it will be heard
 * @MYNA_DRAFT_FOUND_CLIPPING: overdriven
 * @MYNA_DRAFT_FOUND_TELEPHONE: nothing above 4 kHz
 * @MYNA_DRAFT_FOUND_TWO_VOICES: two clearly different pitches
 *
 * What a user should know about a recording.
 */
typedef enum
{
  MYNA_DRAFT_FOUND_MISMATCH = 1 << 0,
  MYNA_DRAFT_FOUND_PART_MISMATCH = 1 << 1,
  MYNA_DRAFT_FOUND_NO_TRANSCRIPT = 1 << 2,
  MYNA_DRAFT_FOUND_SHORT = 1 << 3,
  MYNA_DRAFT_FOUND_LONG = 1 << 4,
  MYNA_DRAFT_FOUND_NOISE = 1 << 5,
  MYNA_DRAFT_FOUND_LOUD_NOISE = 1 << 6,
  MYNA_DRAFT_FOUND_CLIPPING = 1 << 7,
  MYNA_DRAFT_FOUND_TELEPHONE = 1 << 8,
  MYNA_DRAFT_FOUND_TWO_VOICES = 1 << 9,
} MynaDraftFindings;

#define MYNA_DRAFT_FINDINGS_ALL ((1 << 10) - 1)

/**
 * MynaDraftModel:
 * @format: what it is counted in
 * @language: code of the language of the recording
 * @person: the recordings, one after the other
 * @edges: (element-type guint32): frames where a recording begins, and one past the last
 * @units: (element-type MynaDraftUnit): in time order
 * @aligned: units come from a transcript (spec section 3a), else 3b
 * @ridge: espeak-ng's spectra -> the person's
 * @spread_rendition: spread of espeak-ng's cepstra over speech
 * @spread_person: spread of the person's
 * @pitch_person: of the recordings
 * @pitch_rendition: of espeak-ng reading the same
 * @rate: how much longer the person takes than espeak-ng
 * @cost_median: median of the units' costs
 * @gain: brings what is rendered to the level wanted
 * @fit: R2 of the ridge map on aligned frames; NAN without transcript
 * @speech_seconds: how much speech the recordings hold
 * @findings: MynaDraftFindings
 *
 * Everything that is known of a voice. Plain data, constant once built.
 */
typedef struct
{
  const MynaDraftFormat *format;
  char *language;
  MynaDraftAnalysis *person;
  GArray *edges;
  GArray *units;
  gboolean aligned;
  MynaDraftRidge ridge;
  float spread_rendition[MYNA_DRAFT_MAX_CEP];
  float spread_person[MYNA_DRAFT_MAX_CEP];
  MynaDraftPitch pitch_person;
  MynaDraftPitch pitch_rendition;
  double rate;
  double cost_median;
  double gain;
  double fit;
  double speech_seconds;
  guint32 findings;
} MynaDraftModel;

MynaDraftModel *myna_draft_model_new (const MynaDraftFormat *format, const char *language);
void myna_draft_model_free (MynaDraftModel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaDraftModel, myna_draft_model_free)

void myna_draft_features (
    const float *cep, int n_cep, const float *spread, gsize start, gsize end, float *features);
void myna_draft_model_compute_person_features (MynaDraftModel *self);
gboolean myna_draft_units_follow (const MynaDraftModel *self, gint32 a, gint32 b);
MynaDraftPitch myna_draft_pitch_measure (const float *f0, gsize n_frames);

G_END_DECLS
