/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Seconds that can be imitated: what GPT-SoVITS was trained to hear (spec gpt-sovits section 5). */
#define MYNA_VOICE_REFERENCE_LEAST 3.0
#define MYNA_VOICE_REFERENCE_MOST 10.0

/**
 * MynaVoiceReference:
 * @clip: index of the voice's clip
 * @start: seconds in the clip
 * @end: seconds in the clip
 * @text: (nullable): what is said there; %NULL: not known
 *
 * The part of a voice's clips whose delivery is imitated. Plain data.
 */
typedef struct
{
  guint clip;
  double start;
  double end;
  char *text;
} MynaVoiceReference;

MynaVoiceReference *
myna_voice_reference_new (guint clip, double start, double end, const char *text);
MynaVoiceReference *myna_voice_reference_copy (const MynaVoiceReference *self);
void myna_voice_reference_free (MynaVoiceReference *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaVoiceReference, myna_voice_reference_free)

gboolean myna_voice_reference_equal (const MynaVoiceReference *a, const MynaVoiceReference *b);
char *myna_voice_reference_dup_key (const MynaVoiceReference *self);
gboolean myna_voice_reference_check_length (double start, double end, GError **error);

G_END_DECLS
