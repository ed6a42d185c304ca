/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/support/golden-weights.h"

#include <stdlib.h>
#include <string.h>

#include "engine/checkpoint/myna-crc32.h"
#include "gpu/gpu-half.h"

/* How one tensor is made: golden/README.md section 2, with the centre and scale that the rules give
 * as the set's table lists them. */
typedef struct
{
  guint64 key;
  float centre;
  float scale;
  guint32 crc;
} Recipe;

typedef struct
{
  char *network;
  char *salt;
  GoldenPrecision precision;
  gboolean check; /* the table is of this salt */
  GStringChunk *names;
  GArray *infos;   /* MynaTensorInfo */
  GArray *recipes; /* Recipe */
} Weights;

static void
weights_free (gpointer data)
{
  Weights *self = data;

  g_free (self->network);
  g_free (self->salt);
  g_string_chunk_free (self->names);
  g_array_unref (self->infos);
  g_array_unref (self->recipes);
  g_free (self);
}

static const MynaTensorInfo *
weights_list (gpointer source, gsize *n_tensors)
{
  Weights *self = source;

  *n_tensors = self->infos->len;
  return (const MynaTensorInfo *) (gpointer) self->infos->data;
}

/* splitmix64 from the key on: the i-th number needs none before it. */
static void
generate (const Recipe *recipe, float *values, gsize n)
{
  double centre = recipe->centre, scale = recipe->scale;

  for (gsize i = 0; i < n; i++)
    {
      guint64 z = recipe->key + (guint64) (i + 1) * 0x9E3779B97F4A7C15u;
      double u;

      z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
      z = (z ^ z >> 27) * 0x94D049BB133111EBu;
      z ^= z >> 31;
      u = (double) ((gint64) (z >> 40) - 8388608) / 8388608;
      values[i] = (float) (centre + scale * u);
    }
}

static void
round_to_halves (float *values, gsize n)
{
  guint16 halves[1024];

  for (gsize i = 0; i < n; i += G_N_ELEMENTS (halves))
    {
      gint64 now = (gint64) MIN (n - i, G_N_ELEMENTS (halves));

      gpu_cpu_to_f16 (values + i, halves, now);
      gpu_cpu_from_f16 (halves, values + i, now);
    }
}

static gboolean
weights_read (gpointer source, const MynaTensorInfo *info, float *values, GError **error)
{
  Weights *self = source;
  gsize index = (gsize) (info - (const MynaTensorInfo *) (gpointer) self->infos->data);
  const Recipe *recipe = &g_array_index (self->recipes, Recipe, index);
  gsize n = myna_tensor_info_get_n_elements (info);

  generate (recipe, values, n);
  if (self->check && myna_crc32 (0, values, n * sizeof *values) != recipe->crc)
    g_error ("golden weights %s/%s/%s have the wrong CRC", self->salt, self->network, info->name);
  if (self->precision == GOLDEN_WEIGHTS_F16)
    round_to_halves (values, n);
  return TRUE;
}

static const MynaTensorsClass weights_class = {
  .list = weights_list,
  .read_f32 = weights_read,
  .free_source = weights_free,
};

static guint64
fnv_1a (const char *text)
{
  guint64 hash = 0xcbf29ce484222325u;

  for (; *text != '\0'; text++)
    hash = (hash ^ (guint8) *text) * 0x100000001b3u;
  return hash;
}

/* name, shape "512x1024", CRC, centre, scale, first value */
static void
add_line (Weights *self, const char *line)
{
  g_auto (GStrv) fields = g_strsplit (line, "\t", -1);
  g_auto (GStrv) dims = NULL;
  g_autofree char *key = NULL;
  MynaTensorInfo info = { .type = MYNA_TENSOR_F32 };
  Recipe recipe;

  g_assert_cmpuint (g_strv_length (fields), >=, 5);
  info.name = g_string_chunk_insert (self->names, fields[0]);
  dims = g_strsplit (fields[1], "x", -1);
  for (int i = 0; dims[i] != NULL && *dims[i] != '\0'; i++)
    {
      g_assert_cmpint (i, <, MYNA_TENSOR_MAX_DIMS);
      info.dims[info.n_dims++] = g_ascii_strtoll (dims[i], NULL, 10);
    }
  key = g_strdup_printf ("%s/%s/%s", self->salt, self->network, fields[0]);
  recipe.key = fnv_1a (key);
  recipe.crc = (guint32) strtoul (fields[2], NULL, 16);
  recipe.centre = (float) g_ascii_strtod (fields[3], NULL);
  recipe.scale = (float) g_ascii_strtod (fields[4], NULL);
  g_array_append_val (self->infos, info);
  g_array_append_val (self->recipes, recipe);
}

/* The table of the set, or that of the subset: names, shapes, centres and scales are the same for
 * each salt. */
static char *
read_table (GoldenSet *set, const char *network, gboolean *own)
{
  g_autofree char *name = g_strdup_printf ("%s.tsv", network);
  g_autofree char *path = g_build_filename (golden_set_get_dir (set), "tensors", name, NULL);
  g_autofree char *other = g_build_filename (GOLDEN_SUBSET, "tensors", name, NULL);
  char *text = NULL;

  *own = g_file_get_contents (path, &text, NULL, NULL);
  if (!*own && !g_file_get_contents (other, &text, NULL, NULL))
    g_error ("no table of tensors: %s", path);
  return text;
}

/**
 * golden_weights_new:
 * @set: whose salt
 * @network: a name of golden/README.md section 2
 * @precision: as the formula gives them, or rounded to halves
 *
 * Returns: (transfer full): the network's tensors; one at a time is in memory
 */
MynaTensors *
golden_weights_new (GoldenSet *set, const char *network, GoldenPrecision precision)
{
  Weights *self = g_new0 (Weights, 1);
  g_autofree char *table = read_table (set, network, &self->check);
  g_auto (GStrv) lines = g_strsplit (table, "\n", -1);

  self->network = g_strdup (network);
  self->salt = g_strdup (golden_set_get_salt (set));
  self->precision = precision;
  self->names = g_string_chunk_new (4096);
  self->infos = g_array_new (FALSE, FALSE, sizeof (MynaTensorInfo));
  self->recipes = g_array_new (FALSE, FALSE, sizeof (Recipe));
  for (int i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0' && *lines[i] != '#')
      add_line (self, lines[i]);
  return myna_tensors_new (&weights_class, self, network);
}

typedef struct
{
  MynaTensors *base;
  char *tensor;
  gsize row;
  float factor;
} Scaled;

static void
scaled_free (gpointer data)
{
  Scaled *self = data;

  myna_tensors_unref (self->base);
  g_free (self->tensor);
  g_free (self);
}

static const MynaTensorInfo *
scaled_list (gpointer source, gsize *n_tensors)
{
  Scaled *self = source;

  return myna_tensors_list (self->base, n_tensors);
}

static gboolean
scaled_read (gpointer source, const MynaTensorInfo *info, float *values, GError **error)
{
  Scaled *self = source;
  g_autofree float *original = myna_tensors_read_f32 (self->base, info->name, error);
  gsize n = myna_tensor_info_get_n_elements (info);

  if (original == NULL)
    return FALSE;
  memcpy (values, original, n * sizeof *values);
  if (strcmp (info->name, self->tensor) == 0)
    {
      gsize columns = n / (gsize) info->dims[0];

      for (gsize i = 0; i < columns; i++)
        values[self->row * columns + i] *= self->factor;
    }
  return TRUE;
}

static const MynaTensorsClass scaled_class = {
  .list = scaled_list,
  .read_f32 = scaled_read,
  .free_source = scaled_free,
};

/**
 * golden_weights_scale_row:
 * @base: a set of tensors
 * @tensor: one of them
 * @row: entry of its first dimension
 * @factor: what to multiply it by
 *
 * Returns: (transfer full): the same tensors but for this row
 */
MynaTensors *
golden_weights_scale_row (MynaTensors *base, const char *tensor, gsize row, float factor)
{
  Scaled *self = g_new0 (Scaled, 1);

  self->base = myna_tensors_ref (base);
  self->tensor = g_strdup (tensor);
  self->row = row;
  self->factor = factor;
  return myna_tensors_new (&scaled_class, self, myna_tensors_get_label (base));
}
