/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/models/myna-models.h"

G_BEGIN_DECLS

/**
 * MynaModelPair:
 * @t2s: (nullable): path of the voice's own "s1"; NULL: the store's
 * @decoder: (nullable): path of the voice's own "s2"; NULL: the store's
 * @decoder_role: which version it is
 *
 * The fine-tuned networks of one voice, in "gpt-sovits/" of the voice's folder. Either alone is a
 * pair too: many fine-tunes have only one.
 */
typedef struct
{
  char *t2s;
  char *decoder;
  MynaModelRole decoder_role;
} MynaModelPair;

void myna_model_pair_free (MynaModelPair *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaModelPair, myna_model_pair_free)

/* (nullable): NULL when the voice has none. Any thread. */
MynaModelPair *myna_model_pair_load (const char *voice_dir);
/* Puts one file or both (a .ckpt and a .pth in any order) into the voice's folder, in place of
 * those of the same kind. What they are is seen by their content. Blocking. */
gboolean myna_model_pair_import (const char *voice_dir,
                                 const char *const *paths,
                                 GCancellable *cancellable,
                                 GError **error);
/* Back to the store's networks. */
gboolean myna_model_pair_remove (const char *voice_dir, GError **error);

/* The files that speak: those of @own (nullable), and the store's for what it lacks, the best
 * decoder that is complete. (transfer full) (nullable): NULL when one is not there: @missing. */
MynaModelPair *
myna_model_pair_complete (const MynaModelPair *own, MynaModels *models, MynaModelRole *missing);
/* The roles that are lacking to speak a language ("en", "zh") with @own (nullable), of the version
 * that is nearest to complete. (transfer full) (element-type MynaModelRole): empty when ready. */
GArray *
myna_model_pair_list_missing (const MynaModelPair *own, MynaModels *models, const char *language);

G_END_DECLS
