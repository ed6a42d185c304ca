/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-renamed-tensors.h"

#include <string.h>

/* Where files keep a network, the first that a file has: exported weights, a training state,
 * Wav2Lip, BigVGAN. */
static const char *const sections[] = { "weight/", "model/", "state_dict/", "generator/" };

/* What wrappers put before every name: s1's Lightning module, DataParallel, Hugging Face's tasks.
 */
static const char *const prefixes[] = { "module.", "model.", "bert.", "hubert." };

/* Other spellings of the same tensor: TensorFlow's, in older BERT files, and PyTorch's newer weight
 * normalisation. */
static const struct
{
  const char *suffix;
  const char *name;
} spellings[] = {
  { "LayerNorm.gamma", "LayerNorm.weight" },
  { "LayerNorm.beta", "LayerNorm.bias" },
  { "parametrizations.weight.original0", "weight_g" },
  { "parametrizations.weight.original1", "weight_v" },
};

/**
 * Renamed:
 * @originals: of each info the base's
 *
 * A selection of another set's tensors under other names. Immutable.
 */
typedef struct
{
  MynaTensors *base;
  GArray *infos;        /* MynaTensorInfo */
  GPtrArray *originals; /* const MynaTensorInfo */
  GStringChunk *names;
} Renamed;

static void
renamed_free (gpointer source)
{
  Renamed *self = source;

  myna_tensors_unref (self->base);
  g_array_unref (self->infos);
  g_ptr_array_unref (self->originals);
  g_string_chunk_free (self->names);
  g_free (self);
}

static const MynaTensorInfo *
renamed_list (gpointer source, gsize *n_tensors)
{
  Renamed *self = source;

  *n_tensors = self->infos->len;
  return (const MynaTensorInfo *) (gpointer) self->infos->data;
}

static const MynaTensorInfo *
get_original (Renamed *self, const MynaTensorInfo *info)
{
  gsize index = (gsize) (info - (const MynaTensorInfo *) (gpointer) self->infos->data);

  g_assert (index < self->originals->len);
  return g_ptr_array_index (self->originals, (guint) index);
}

static gboolean
renamed_read_f32 (gpointer source, const MynaTensorInfo *info, float *values, GError **error)
{
  Renamed *self = source;

  return myna_tensors_read_into (self->base, get_original (self, info), values, error);
}

static gconstpointer
renamed_view (gpointer source, const MynaTensorInfo *info)
{
  Renamed *self = source;

  return myna_tensors_view (self->base, get_original (self, info));
}

static const MynaTensorsClass renamed_class = {
  .list = renamed_list,
  .read_f32 = renamed_read_f32,
  .view = renamed_view,
  .free_source = renamed_free,
};

static gboolean
any_begins (const MynaTensorInfo *infos, gsize n, const char *prefix)
{
  for (gsize i = 0; i < n; i++)
    if (g_str_has_prefix (infos[i].name, prefix))
      return TRUE;
  return FALSE;
}

/* "" for a bare state dict. */
static const char *
choose_section (const MynaTensorInfo *infos, gsize n)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sections); i++)
    if (any_begins (infos, n, sections[i]))
      return sections[i];
  return "";
}

static char *
respell (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (name, prefixes[i]))
      {
        name += strlen (prefixes[i]);
        break;
      }
  for (gsize i = 0; i < G_N_ELEMENTS (spellings); i++)
    if (g_str_has_suffix (name, spellings[i].suffix))
      {
        g_autofree char *stem = g_strndup (name, strlen (name) - strlen (spellings[i].suffix));

        return g_strconcat (stem, spellings[i].name, NULL);
      }
  return g_strdup (name);
}

/**
 * myna_renamed_tensors_new:
 * @base: all tensors of a file
 *
 * Returns: (transfer full): those of its network
 */
MynaTensors *
myna_renamed_tensors_new (MynaTensors *base)
{
  Renamed *self;
  gsize n;
  const MynaTensorInfo *infos;
  const char *section;

  g_return_val_if_fail (base != NULL, NULL);

  self = g_new0 (Renamed, 1);
  self->base = myna_tensors_ref (base);
  self->infos = g_array_new (FALSE, FALSE, sizeof (MynaTensorInfo));
  self->originals = g_ptr_array_new ();
  self->names = g_string_chunk_new (4096);
  infos = myna_tensors_list (base, &n);
  section = choose_section (infos, n);
  for (gsize i = 0; i < n; i++)
    if (g_str_has_prefix (infos[i].name, section))
      {
        g_autofree char *name = respell (infos[i].name + strlen (section));
        MynaTensorInfo info = infos[i];

        info.name = g_string_chunk_insert (self->names, name);
        g_array_append_val (self->infos, info);
        g_ptr_array_add (self->originals, (gpointer) &infos[i]);
      }
  return myna_tensors_new (&renamed_class, self, myna_tensors_get_label (base));
}
