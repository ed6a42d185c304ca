/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MynaPhone:
 * @name: the phone as the engine names it (espeak-ng mnemonic for the draft voice); "_" is a pause
 * @start: begin in seconds from the start of the piece
 * @end: end in seconds
 * @word: index of the word in the sentence, or -1 in a pause
 *
 * One spoken sound with its time. Lip-sync is driven by these.
 */
typedef struct
{
  char name[12];
  double start;
  double end;
  int word;
} MynaPhone;

/**
 * MynaSpeakParams:
 * @language: espeak-ng voice name / BCP 47 tag such as "en-us" or "cmn"; %NULL: the voice's own
 * @seed: the take's seed; the same seed gives the same bytes
 * @speed: 1.0 = the person's own pace, 0.5 … 2.0
 * @pitch: semitones added, -12 … 12
 * @clarity: 0 = closest to the person (preset G) … 1 = clearest (preset K); -1 = engine's default
 * @phones: (nullable): phones edited by the user in the engine's notation; %NULL: from the text
 */
typedef struct
{
  const char *language;
  guint32 seed;
  double speed;
  double pitch;
  double clarity;
  const char *phones;
} MynaSpeakParams;

#define MYNA_SPEAK_PARAMS_INIT { NULL, 0, 1.0, 0.0, -1.0, NULL }

/**
 * MynaSpeech:
 * @samples: mono, -1 … 1
 * @n_samples: their number
 * @rate: in Hz
 * @phones: (element-type MynaPhone): in time order
 * @phone_string: the phones spoken, editable, in the engine's notation
 * @warnings: (array zero-terminated=1) (nullable): translated sentences for the user
 *
 * What a speech engine gives for one sentence. Immutable once returned.
 */
typedef struct
{
  float *samples;
  gsize n_samples;
  int rate;
  GArray *phones;
  char *phone_string;
  char **warnings;
} MynaSpeech;

void myna_speech_free (MynaSpeech *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaSpeech, myna_speech_free)

/**
 * MynaProgressFunc:
 * @fraction: 0 … 1
 * @user_data: closure
 *
 * Called from the working thread, at any rate; the receiver coalesces.
 */
typedef void (*MynaProgressFunc) (double fraction, gpointer user_data);

G_END_DECLS
