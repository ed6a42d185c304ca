/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-network-private.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "engine/core/myna-error.h"

static const struct
{
  const char *id;
  const char *title;
} names[] = {
  [MYNA_NETWORK_T2S] = { "t2s", "GPT-SoVITS T2S" },
  [MYNA_NETWORK_S2_V1] = { "s2-v1", "GPT-SoVITS v1" },
  [MYNA_NETWORK_S2_V2] = { "s2-v2", "GPT-SoVITS v2" },
  [MYNA_NETWORK_S2_V2PRO] = { "s2-v2pro", "GPT-SoVITS v2Pro" },
  [MYNA_NETWORK_S2_V2PROPLUS] = { "s2-v2proplus", "GPT-SoVITS v2ProPlus" },
  [MYNA_NETWORK_S2_V3] = { "s2-v3", "GPT-SoVITS v3" },
  [MYNA_NETWORK_S2_V4] = { "s2-v4", "GPT-SoVITS v4" },
  [MYNA_NETWORK_S2_LORA] = { "s2-lora", "GPT-SoVITS LoRA" },
  [MYNA_NETWORK_S2_DISCRIMINATOR] = { "s2-discriminator", "GPT-SoVITS discriminator" },
  [MYNA_NETWORK_HUBERT] = { "hubert", "chinese-hubert-base" },
  [MYNA_NETWORK_ROBERTA] = { "roberta", "chinese-roberta-wwm-ext-large" },
  [MYNA_NETWORK_ERES2NETV2] = { "eres2netv2", "ERes2NetV2" },
  [MYNA_NETWORK_VOCODER_V4] = { "vocoder-v4", "GPT-SoVITS v4 vocoder" },
  [MYNA_NETWORK_BIGVGAN] = { "bigvgan", "BigVGAN" },
};
G_STATIC_ASSERT (G_N_ELEMENTS (names) == MYNA_N_NETWORKS);

/**
 * myna_network_get_id:
 * @network: a network
 *
 * Returns: (transfer none): its stable name
 */
const char *
myna_network_get_id (MynaNetwork network)
{
  g_return_val_if_fail (network < MYNA_N_NETWORKS, NULL);

  return names[network].id;
}

/**
 * myna_network_from_id:
 * @id: (nullable): a stable name
 * @network: (out): its network
 *
 * Returns: whether there is one
 */
gboolean
myna_network_from_id (const char *id, MynaNetwork *network)
{
  g_return_val_if_fail (network != NULL, FALSE);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (names[i].id, id) == 0)
      {
        *network = (MynaNetwork) i;
        return TRUE;
      }
  return FALSE;
}

/**
 * myna_network_get_title:
 * @network: a network
 *
 * Returns: (transfer none): what a person calls it
 */
const char *
myna_network_get_title (MynaNetwork network)
{
  g_return_val_if_fail (network < MYNA_N_NETWORKS, NULL);

  return names[network].title;
}

/* ---- shape tables ---- */

/* Appends the names that a pattern stands for. */
static void
expand (const char *pattern, GPtrArray *expanded)
{
  const char *open = strchr (pattern, '{');
  const char *close = open != NULL ? strchr (open, '}') : NULL;
  g_autofree char *head = NULL, *inside = NULL;
  g_auto (GStrv) words = NULL;
  int first, last;

  if (close == NULL)
    {
      g_ptr_array_add (expanded, g_strdup (pattern));
      return;
    }
  head = g_strndup (pattern, (gsize) (open - pattern));
  inside = g_strndup (open + 1, (gsize) (close - open - 1));
  if (sscanf (inside, "%d-%d", &first, &last) == 2)
    for (int i = first; i <= last; i++)
      {
        g_autofree char *one = g_strdup_printf ("%s%d%s", head, i, close + 1);

        expand (one, expanded);
      }
  else
    {
      words = g_strsplit (inside, ",", -1);
      for (int i = 0; words[i] != NULL; i++)
        {
          g_autofree char *one = g_strconcat (head, words[i], close + 1, NULL);

          expand (one, expanded);
        }
    }
}

static void
add_line (GArray *rows, GStringChunk *chunk, const char *line)
{
  g_autoptr (GPtrArray) expanded = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  MynaTensorRow row = { 0 };

  expand (words[0], expanded);
  for (int i = 1; words[i] != NULL; i++)
    row.dims[i - 1] = g_ascii_strtoll (words[i], NULL, 10);
  for (guint i = 0; i < expanded->len; i++)
    {
      row.name = g_string_chunk_insert (chunk, g_ptr_array_index (expanded, i));
      g_array_append_val (rows, row);
    }
}

static GArray *
make_rows (MynaNetwork network, GStringChunk *chunk)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (MynaTensorRow));

  for (int i = 0; i < MYNA_NETWORK_MAX_PARTS && myna_network_tables[network][i] != NULL; i++)
    {
      g_auto (GStrv) lines = g_strsplit (myna_network_tables[network][i], "\n", -1);

      for (int k = 0; lines[k] != NULL; k++)
        if (*lines[k] != '\0')
          add_line (rows, chunk, lines[k]);
    }
  return rows;
}

/**
 * myna_network_get_rows:
 * @network: a network
 * @n_rows: (out): number of rows, 0 for a network that is only named
 *
 * Any thread.
 *
 * Returns: (transfer none) (array length=n_rows): its shape table, which lives for ever
 */
const MynaTensorRow *
myna_network_get_rows (MynaNetwork network, gsize *n_rows)
{
  static GArray *tables[MYNA_N_NETWORKS];
  static GStringChunk *chunk; /* of all names */
  static GMutex lock;
  GArray *rows;

  g_return_val_if_fail (network < MYNA_N_NETWORKS && n_rows != NULL, NULL);

  g_mutex_lock (&lock);
  if (chunk == NULL)
    chunk = g_string_chunk_new (4096);
  if (tables[network] == NULL)
    tables[network] = make_rows (network, chunk);
  rows = tables[network];
  g_mutex_unlock (&lock);
  *n_rows = rows->len;
  return (const MynaTensorRow *) (gpointer) rows->data;
}

/* ---- recognising ---- */

static gint64
get_extent (MynaTensors *tensors, const char *name, int axis)
{
  const MynaTensorInfo *info = myna_tensors_find (tensors, name);

  return info != NULL && axis < info->n_dims ? info->dims[axis] : 0;
}

static gboolean
has (MynaTensors *tensors, const char *name)
{
  return myna_tensors_find (tensors, name) != NULL;
}

static gboolean
has_part (MynaTensors *tensors, const char *part)
{
  gsize n;
  const MynaTensorInfo *infos = myna_tensors_list (tensors, &n);

  for (gsize i = 0; i < n; i++)
    if (strstr (infos[i].name, part) != NULL)
      return TRUE;
  return FALSE;
}

/* v3 and v4 have the same shapes. The base files have no version in them and are known by the MD5
 * of their first 8192 bytes, spec gpt-sovits section 1.3. */
static gboolean
is_v4 (MynaCheckpoint *checkpoint)
{
  static const char v4_base[] = "4f26b9476d0c5033e04162c486074374";
  const char *version = myna_checkpoint_get_string (checkpoint, "config/model/version");
  const char *head = myna_checkpoint_get_head (checkpoint);
  gsize size;
  const guint8 *data = g_bytes_get_data (myna_checkpoint_get_bytes (checkpoint), &size);
  g_autofree char *sum = NULL;

  if (*head != '\0')
    return strcmp (head, "04") == 0;
  if (version != NULL && (strcmp (version, "v3") == 0 || strcmp (version, "v4") == 0))
    return strcmp (version, "v4") == 0;
  sum = g_compute_checksum_for_data (G_CHECKSUM_MD5, data, MIN (size, 8192));
  return strcmp (sum, v4_base) == 0;
}

/* spec gpt-sovits section 1.3, "A robust reader". */
static MynaNetwork
recognise_s2 (MynaCheckpoint *checkpoint, MynaTensors *tensors)
{
  if (has_part (tensors, "cfm."))
    return is_v4 (checkpoint) ? MYNA_NETWORK_S2_V4 : MYNA_NETWORK_S2_V3;
  if (has (tensors, "sv_emb.weight"))
    return get_extent (tensors, "dec.conv_pre.weight", 0) == 768 ? MYNA_NETWORK_S2_V2PROPLUS
                                                                 : MYNA_NETWORK_S2_V2PRO;
  return get_extent (tensors, "enc_p.text_embedding.weight", 0) == 322 ? MYNA_NETWORK_S2_V1
                                                                       : MYNA_NETWORK_S2_V2;
}

/* MYNA_N_NETWORKS: none of them. */
static MynaNetwork
recognise (MynaCheckpoint *checkpoint, MynaTensors *tensors)
{
  if (myna_checkpoint_get_value (checkpoint, "lora_rank") != NULL || has_part (tensors, ".lora_A."))
    return MYNA_NETWORK_S2_LORA;
  if (has (tensors, "enc_p.text_embedding.weight"))
    return recognise_s2 (checkpoint, tensors);
  if (has (tensors, "ar_predict_layer.weight"))
    return MYNA_NETWORK_T2S;
  if (has_part (tensors, "discriminators.0."))
    return MYNA_NETWORK_S2_DISCRIMINATOR;
  if (has (tensors, "feature_extractor.conv_layers.0.conv.weight"))
    return MYNA_NETWORK_HUBERT;
  if (has (tensors, "embeddings.word_embeddings.weight"))
    return MYNA_NETWORK_ROBERTA;
  if (has (tensors, "layer1.0.conv1.weight") && has_part (tensors, "fuse34"))
    return MYNA_NETWORK_ERES2NETV2;
  if (has_part (tensors, ".act.alpha"))
    return MYNA_NETWORK_BIGVGAN;
  if (has (tensors, "conv_pre.weight") && has (tensors, "ups.0.weight"))
    return MYNA_NETWORK_VOCODER_V4;
  return MYNA_N_NETWORKS;
}

/**
 * myna_network_recognise:
 * @checkpoint: a file
 * @network: (out): what it is
 * @error: (out) (optional): UNSUPPORTED for anything else, CORRUPT naming a tensor
 *
 * Tells networks and versions apart by their tensors, and checks all of them against the shape
 * table. Reads no values.
 *
 * Returns: whether it is a whole network of ours
 */
gboolean
myna_network_recognise (MynaCheckpoint *checkpoint, MynaNetwork *network, GError **error)
{
  g_autoptr (MynaTensors) tensors = NULL;
  const MynaTensorRow *rows;
  gsize n_rows;
  MynaNetwork found;

  g_return_val_if_fail (checkpoint != NULL && network != NULL, FALSE);

  tensors = myna_checkpoint_dup_weights (checkpoint);
  found = recognise (checkpoint, tensors);
  if (found == MYNA_N_NETWORKS)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("“%s” is a checkpoint, but of no network that Myna knows."),
                   myna_checkpoint_get_label (checkpoint));
      return FALSE;
    }
  rows = myna_network_get_rows (found, &n_rows);
  if (!myna_tensors_check (tensors, rows, n_rows, error))
    return FALSE;
  *network = found;
  return TRUE;
}
