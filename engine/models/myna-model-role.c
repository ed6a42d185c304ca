/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/models/myna-model-role.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/checkpoint/myna-checkpoint-file.h"
#include "engine/core/myna-error.h"
#include "engine/text/frontend/en/myna-en-neural.h"

/* spec gpt-sovits sections 1.2 and 11 */
static const struct
{
  const char *id;
  const char *title;
  const char *upstream;
  const char *licence;
} roles[] = {
  [MYNA_MODEL_T2S_V1] = { "t2s-v1", "GPT-SoVITS T2S v1",
                          "s1bert25hz-2kh-longer-epoch=68e-step=50232.ckpt", "MIT" },
  [MYNA_MODEL_T2S] = { "t2s", "GPT-SoVITS T2S", "s1v3.ckpt", "MIT" },
  [MYNA_MODEL_S2_V1] = { "s2-v1", "GPT-SoVITS v1", "s2G488k.pth", "MIT" },
  [MYNA_MODEL_S2_V2] = { "s2-v2", "GPT-SoVITS v2", "gsv-v2final-pretrained/s2G2333k.pth", "MIT" },
  [MYNA_MODEL_S2_V2PRO] = { "s2-v2pro", "GPT-SoVITS v2Pro", "v2Pro/s2Gv2Pro.pth", "MIT" },
  [MYNA_MODEL_S2_V2PROPLUS] = { "s2-v2proplus", "GPT-SoVITS v2ProPlus", "v2Pro/s2Gv2ProPlus.pth",
                                "MIT" },
  [MYNA_MODEL_HUBERT] = { "hubert", "chinese-hubert-base", "chinese-hubert-base/pytorch_model.bin",
                          "MIT" },
  [MYNA_MODEL_SPEAKER] = { "speaker", "ERes2NetV2", "sv/pretrained_eres2netv2w24s4ep4.ckpt",
                           "Apache-2.0" },
  [MYNA_MODEL_ROBERTA] = { "roberta", "chinese-roberta-wwm-ext-large",
                           "chinese-roberta-wwm-ext-large/pytorch_model.bin", "Apache-2.0" },
  [MYNA_MODEL_ROBERTA_VOCABULARY] = { "roberta-vocabulary",
                                      "chinese-roberta-wwm-ext-large tokenizer",
                                      "chinese-roberta-wwm-ext-large/tokenizer.json",
                                      "Apache-2.0" },
  [MYNA_MODEL_ENGLISH_WORDS] = { "english-words", "g2p_en", "checkpoint20.npz", "Apache-2.0" },
};
G_STATIC_ASSERT (G_N_ELEMENTS (roles) == MYNA_N_MODEL_ROLES);

/**
 * myna_model_role_get_id:
 * @role: a role
 *
 * Returns: (transfer none): its stable name
 */
const char *
myna_model_role_get_id (MynaModelRole role)
{
  g_return_val_if_fail (role < MYNA_N_MODEL_ROLES, NULL);

  return roles[role].id;
}

/**
 * myna_model_role_from_id:
 * @id: (nullable): a stable name
 * @role: (out): its role
 *
 * Returns: whether there is one
 */
gboolean
myna_model_role_from_id (const char *id, MynaModelRole *role)
{
  g_return_val_if_fail (role != NULL, FALSE);

  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    if (g_strcmp0 (roles[i].id, id) == 0)
      {
        *role = (MynaModelRole) i;
        return TRUE;
      }
  return FALSE;
}

/**
 * myna_model_role_get_title:
 * @role: a role
 *
 * Returns: (transfer none): what a person calls it
 */
const char *
myna_model_role_get_title (MynaModelRole role)
{
  g_return_val_if_fail (role < MYNA_N_MODEL_ROLES, NULL);

  return roles[role].title;
}

/**
 * myna_model_role_get_upstream:
 * @role: a role
 *
 * Returns: (transfer none): the path of the published file in upstream's folder
 */
const char *
myna_model_role_get_upstream (MynaModelRole role)
{
  g_return_val_if_fail (role < MYNA_N_MODEL_ROLES, NULL);

  return roles[role].upstream;
}

/**
 * myna_model_role_get_licence:
 * @role: a role
 *
 * Returns: (transfer none): the licence of the published file
 */
const char *
myna_model_role_get_licence (MynaModelRole role)
{
  g_return_val_if_fail (role < MYNA_N_MODEL_ROLES, NULL);

  return roles[role].licence;
}

/* The phones of v1 have 322 symbols in a table of 512 rows, those of later versions 732. */
static MynaModelRole
choose_t2s (MynaCheckpoint *checkpoint)
{
  g_autoptr (MynaTensors) tensors = myna_checkpoint_dup_weights (checkpoint);
  const MynaTensorInfo *table =
      myna_tensors_find (tensors, "ar_text_embedding.word_embeddings.weight");

  return table != NULL && table->dims[0] < 732 ? MYNA_MODEL_T2S_V1 : MYNA_MODEL_T2S;
}

static gboolean
recognise_checkpoint (const char *path, MynaModelRole *role, GError **error)
{
  g_autoptr (MynaCheckpoint) checkpoint = myna_checkpoint_open (path, error);
  MynaNetwork network;

  if (checkpoint == NULL || !myna_network_recognise (checkpoint, &network, error))
    return FALSE;
  switch (network)
    {
    case MYNA_NETWORK_T2S:
      *role = choose_t2s (checkpoint);
      return TRUE;
    case MYNA_NETWORK_S2_V1:
      *role = MYNA_MODEL_S2_V1;
      return TRUE;
    case MYNA_NETWORK_S2_V2:
      *role = MYNA_MODEL_S2_V2;
      return TRUE;
    case MYNA_NETWORK_S2_V2PRO:
      *role = MYNA_MODEL_S2_V2PRO;
      return TRUE;
    case MYNA_NETWORK_S2_V2PROPLUS:
      *role = MYNA_MODEL_S2_V2PROPLUS;
      return TRUE;
    case MYNA_NETWORK_HUBERT:
      *role = MYNA_MODEL_HUBERT;
      return TRUE;
    case MYNA_NETWORK_ROBERTA:
      *role = MYNA_MODEL_ROBERTA;
      return TRUE;
    case MYNA_NETWORK_ERES2NETV2:
      *role = MYNA_MODEL_SPEAKER;
      return TRUE;
    case MYNA_NETWORK_S2_DISCRIMINATOR:
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("“%s” is of use for training only; Myna does not need it."),
                   myna_checkpoint_get_label (checkpoint));
      return FALSE;
    default:
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("“%s” is %s, which this version of Myna cannot use yet."),
                   myna_checkpoint_get_label (checkpoint), myna_network_get_title (network));
      return FALSE;
    }
}

/* BERT's list of tokens, as JSON or a token a line: a text below 16 MB with its special tokens. */
static gboolean
is_vocabulary (const char *path)
{
  static const char *const tokens[] = { "[CLS]", "[SEP]", "[UNK]", "[PAD]" };
  g_autoptr (GBytes) bytes = myna_checkpoint_file_map (path, NULL);
  gsize size = 0;
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  if (size < 1024 || size > 16 * 1024 * 1024 || !g_utf8_validate_len (text, size, NULL))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (tokens); i++)
    if (g_strstr_len (text, (gssize) size, tokens[i]) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
is_english_words (const char *path)
{
  g_autoptr (MynaEnNeural) network =
      g_str_has_suffix (path, ".npz") ? myna_en_neural_load (path, NULL) : NULL;

  return network != NULL;
}

/**
 * myna_model_role_recognise:
 * @path: a file
 * @role: (out): what it is for
 * @error: (out) (optional): UNSUPPORTED, CORRUPT, NOT_FOUND, …
 *
 * Returns: whether it is of use
 */
gboolean
myna_model_role_recognise (const char *path, MynaModelRole *role, GError **error)
{
  g_return_val_if_fail (path != NULL && role != NULL, FALSE);

  if (is_vocabulary (path))
    {
      *role = MYNA_MODEL_ROBERTA_VOCABULARY;
      return TRUE;
    }
  if (is_english_words (path))
    {
      *role = MYNA_MODEL_ENGLISH_WORDS;
      return TRUE;
    }
  return recognise_checkpoint (path, role, error);
}
