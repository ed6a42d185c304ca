/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/checkpoint/myna-network.h"

G_BEGIN_DECLS

/**
 * MynaModelRole:
 * @MYNA_MODEL_T2S_V1: GPT-SoVITS "s1" with the phones of v1
 * @MYNA_MODEL_T2S: GPT-SoVITS "s1" of everything later
 * @MYNA_MODEL_S2_V1: … @MYNA_MODEL_S2_V2PROPLUS: GPT-SoVITS "s2" of a version
 * @MYNA_MODEL_HUBERT: reads the reference recording
 * @MYNA_MODEL_SPEAKER: the speaker model of v2Pro and v2ProPlus
 * @MYNA_MODEL_ROBERTA: Mandarin's text network
 * @MYNA_MODEL_ROBERTA_VOCABULARY: its list of characters
 * @MYNA_MODEL_ENGLISH_WORDS: pronounces English words that no dictionary has; optional
 *
 * What a model file is for.
 */
typedef enum
{
  MYNA_MODEL_T2S_V1,
  MYNA_MODEL_T2S,
  MYNA_MODEL_S2_V1,
  MYNA_MODEL_S2_V2,
  MYNA_MODEL_S2_V2PRO,
  MYNA_MODEL_S2_V2PROPLUS,
  MYNA_MODEL_HUBERT,
  MYNA_MODEL_SPEAKER,
  MYNA_MODEL_ROBERTA,
  MYNA_MODEL_ROBERTA_VOCABULARY,
  MYNA_MODEL_ENGLISH_WORDS,
  MYNA_N_MODEL_ROLES,
} MynaModelRole;

/* A stable name for files and --json. */
const char *myna_model_role_get_id (MynaModelRole role);
gboolean myna_model_role_from_id (const char *id, MynaModelRole *role);
/* What a person calls it; a name, not translated. */
const char *myna_model_role_get_title (MynaModelRole role);
/* Where upstream keeps it: a path below its folder of models. */
const char *myna_model_role_get_upstream (MynaModelRole role);
/* The licence of the published file, as SPDX names it. */
const char *myna_model_role_get_licence (MynaModelRole role);
/* What a file is, by its content. FALSE with UNSUPPORTED or CORRUPT; networks that Myna knows and
 * cannot use yet, or that only training needs, are said to be that. Blocking. */
gboolean myna_model_role_recognise (const char *path, MynaModelRole *role, GError **error);

G_END_DECLS
