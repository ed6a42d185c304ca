/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/gptsovits/myna-gsv-networks.h"
#include "engine/voice/myna-voice-record.h"

G_BEGIN_DECLS

/* What upstream was trained to hear (spec gpt-sovits section 5). */
#define MYNA_GSV_REFERENCE_LEAST 3.0
#define MYNA_GSV_REFERENCE_MOST 10.0

/**
 * MynaGsvReference:
 * @clip: index of the voice's clip that the delivery is taken from
 * @start: seconds in the clip
 * @end: seconds in the clip
 * @text: (nullable): what is said there; %NULL: not known, then there is no prompt
 * @prompt: (element-type gint32): the tokens of what is said there
 * @timbre: (element-type float): mean over the voice's clips
 * @n_timbres: how many clips it is the mean of
 *
 * What GPT-SoVITS takes from a voice.
 */
typedef struct
{
  guint clip;
  double start, end;
  char *text;
  GArray *prompt;
  GArray *timbre;
  guint n_timbres;
} MynaGsvReference;

/* Under the lock of @networks. Blocks for seconds. */
MynaGsvReference *myna_gsv_reference_new (MynaGsvNetworks *networks,
                                          const MynaVoiceRecord *voice,
                                          void (*progress) (double fraction, gpointer user_data),
                                          gpointer progress_data,
                                          GCancellable *cancellable,
                                          GError **error);
/* The cache: made with the same networks, or NULL without an error. */
MynaGsvReference *myna_gsv_reference_load (const char *path, const char *key);
gboolean
myna_gsv_reference_save (MynaGsvReference *self, const char *path, const char *key, GError **error);
void myna_gsv_reference_free (MynaGsvReference *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaGsvReference, myna_gsv_reference_free)

G_END_DECLS
