/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/gptsovits/myna-gsv-networks.h"
#include "engine/voice/myna-voice-record.h"

G_BEGIN_DECLS

/**
 * MynaGsvReference:
 * @part: what the delivery is taken from; without its text there is no prompt
 * @prompt: (element-type gint32): the tokens of what is said there
 * @timbre: (element-type float): mean over the voice's clips
 * @n_timbres: how many clips it is the mean of
 *
 * What GPT-SoVITS takes from a voice.
 */
typedef struct
{
  MynaVoiceReference *part;
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
