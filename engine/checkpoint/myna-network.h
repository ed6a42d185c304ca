/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/checkpoint/myna-checkpoint.h"

G_BEGIN_DECLS

/**
 * MynaNetwork:
 * @MYNA_NETWORK_T2S: GPT-SoVITS "s1", text to semantic tokens (all versions)
 * @MYNA_NETWORK_S2_V1: … @MYNA_NETWORK_S2_V4: GPT-SoVITS "s2", the decoder of a version
 * @MYNA_NETWORK_S2_LORA: a fine-tuned difference to v3 or v4
 * @MYNA_NETWORK_S2_DISCRIMINATOR: of training only
 * @MYNA_NETWORK_HUBERT: chinese-hubert-base
 * @MYNA_NETWORK_ROBERTA: chinese-roberta-wwm-ext-large
 * @MYNA_NETWORK_ERES2NETV2: the speaker model of v2Pro and v2ProPlus
 * @MYNA_NETWORK_VOCODER_V4: 48 kHz HiFi-GAN
 * @MYNA_NETWORK_BIGVGAN: the vocoder of v3
 *
 * What a checkpoint can be.
 */
typedef enum
{
  MYNA_NETWORK_T2S,
  MYNA_NETWORK_S2_V1,
  MYNA_NETWORK_S2_V2,
  MYNA_NETWORK_S2_V2PRO,
  MYNA_NETWORK_S2_V2PROPLUS,
  MYNA_NETWORK_S2_V3,
  MYNA_NETWORK_S2_V4,
  MYNA_NETWORK_S2_LORA,
  MYNA_NETWORK_S2_DISCRIMINATOR,
  MYNA_NETWORK_HUBERT,
  MYNA_NETWORK_ROBERTA,
  MYNA_NETWORK_ERES2NETV2,
  MYNA_NETWORK_VOCODER_V4,
  MYNA_NETWORK_BIGVGAN,
  MYNA_N_NETWORKS,
} MynaNetwork;

/* A stable name for files and --json: "t2s", "s2-v2pro". */
const char *myna_network_get_id (MynaNetwork network);
gboolean myna_network_from_id (const char *id, MynaNetwork *network);
/* What a person calls it: "GPT-SoVITS v2Pro". Not translated. */
const char *myna_network_get_title (MynaNetwork network);
/* (transfer none): the tensors that inference reads; 0 rows for those that are only named. */
const MynaTensorRow *myna_network_get_rows (MynaNetwork network, gsize *n_rows);
/* What the file is, by its content: never by its name. FALSE with UNSUPPORTED for something else,
 * CORRUPT with the tensor for a network with tensors missing or of other shapes. */
gboolean myna_network_recognise (MynaCheckpoint *checkpoint, MynaNetwork *network, GError **error);

G_END_DECLS
