/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-shapes.h"

#include <math.h>
#include <string.h>

struct _MynaGsvShapes
{
  char *prefix;
  GStringChunk *names;
  GArray *rows; /* MynaTensorRow */
};

/**
 * myna_gsv_shapes_new:
 * @prefix: put before every name
 *
 * Returns: (transfer full): an empty table
 */
MynaGsvShapes *
myna_gsv_shapes_new (const char *prefix)
{
  MynaGsvShapes *self;

  g_return_val_if_fail (prefix != NULL, NULL);

  self = g_new0 (MynaGsvShapes, 1);
  self->prefix = g_strdup (prefix);
  self->names = g_string_chunk_new (4096);
  self->rows = g_array_new (FALSE, FALSE, sizeof (MynaTensorRow));
  return self;
}

/**
 * myna_gsv_shapes_free:
 * @self: (nullable) (transfer full): a table
 */
void
myna_gsv_shapes_free (MynaGsvShapes *self)
{
  if (self == NULL)
    return;
  g_free (self->prefix);
  g_string_chunk_free (self->names);
  g_array_unref (self->rows);
  g_free (self);
}

/**
 * myna_gsv_shapes_add:
 * @self: a table
 * @d0: first extent
 * @d1: second extent, 0 for none
 * @d2: third extent, 0 for none
 * @format: the name, as for printf()
 */
void
myna_gsv_shapes_add (MynaGsvShapes *self, gint64 d0, gint64 d1, gint64 d2, const char *format, ...)
{
  g_autofree char *name = NULL;
  g_autofree char *full = NULL;
  MynaTensorRow row = { NULL, { d0, d1, d2, 0 } };
  va_list args;

  g_return_if_fail (self != NULL && format != NULL);

  va_start (args, format);
  name = g_strdup_vprintf (format, args);
  va_end (args);
  full = g_strconcat (self->prefix, name, NULL);
  row.name = g_string_chunk_insert (self->names, full);
  g_array_append_val (self->rows, row);
}

/**
 * myna_gsv_shapes_add_rows:
 * @self: a table
 * @rows: lines of another
 * @n_rows: their number
 *
 * Adds all of them; an extent of any size becomes 1.
 */
void
myna_gsv_shapes_add_rows (MynaGsvShapes *self, const MynaTensorRow *rows, gsize n_rows)
{
  g_return_if_fail (self != NULL && (rows != NULL || n_rows == 0));

  for (gsize i = 0; i < n_rows; i++)
    {
      g_autofree char *full = g_strconcat (self->prefix, rows[i].name, NULL);
      MynaTensorRow row = rows[i];

      row.name = g_string_chunk_insert (self->names, full);
      for (int k = 0; k < MYNA_TENSOR_MAX_DIMS; k++)
        row.dims[k] = row.dims[k] < 0 ? 1 : row.dims[k];
      g_array_append_val (self->rows, row);
    }
}

/**
 * myna_gsv_shapes_check:
 * @self: a table
 * @tensors: a checkpoint
 * @error: (out) (optional): MYNA_ERROR_CORRUPT naming file and tensor
 *
 * Returns: whether @tensors has all of them
 */
gboolean
myna_gsv_shapes_check (MynaGsvShapes *self, MynaTensors *tensors, GError **error)
{
  g_return_val_if_fail (self != NULL && tensors != NULL, FALSE);

  return myna_tensors_check (tensors, (const MynaTensorRow *) (gpointer) self->rows->data,
                             self->rows->len, error);
}

/* ---- made-up values ---- */

typedef struct
{
  GStringChunk *names;
  GArray *infos; /* MynaTensorInfo */
} Made;

static const MynaTensorInfo *
made_list (gpointer source, gsize *n_tensors)
{
  Made *self = source;

  *n_tensors = self->infos->len;
  return (const MynaTensorInfo *) (gpointer) self->infos->data;
}

/* Gains are 1, other vectors 0; matrices keep the size of what goes through them. The numbers are a
 * hash of name and place, so that the peers of `myna bench` can make the same. */
static gboolean
made_read (gpointer source, const MynaTensorInfo *info, float *values, GError **error)
{
  gsize n = myna_tensor_info_get_n_elements (info), fan = n / (gsize) MAX (info->dims[0], 1);
  gboolean gain = !g_str_has_suffix (info->name, "bias") && !g_str_has_suffix (info->name, "beta");
  float scale = sqrtf (3.0f / (float) MAX (fan, 1)) / 8388608.0f;
  guint32 seed = g_str_hash (info->name);

  for (gsize i = 0; i < n; i++)
    {
      guint32 h = (guint32) (i + 1) * 2654435769u + seed;

      h ^= h >> 16;
      h *= 0x21f0aaadu;
      h ^= h >> 15;
      values[i] = scale * ((float) (h >> 8) - 8388608.0f);
    }
  for (gsize i = 0; fan <= 1 && i < n; i++)
    values[i] = gain ? 1 : 0;
  return TRUE;
}

static void
made_free (gpointer source)
{
  Made *self = source;

  g_string_chunk_free (self->names);
  g_array_unref (self->infos);
  g_free (self);
}

/**
 * myna_gsv_shapes_make_tensors:
 * @self: a table
 *
 * Returns: (transfer full): tensors whose values are made when they are read, always the same
 */
MynaTensors *
myna_gsv_shapes_make_tensors (MynaGsvShapes *self)
{
  static const MynaTensorsClass klass = { made_list, made_read, NULL, made_free };
  Made *made;

  g_return_val_if_fail (self != NULL, NULL);

  made = g_new0 (Made, 1);
  made->names = g_string_chunk_new (4096);
  made->infos = g_array_new (FALSE, TRUE, sizeof (MynaTensorInfo));
  for (guint i = 0; i < self->rows->len; i++)
    {
      const MynaTensorRow *row = &g_array_index (self->rows, MynaTensorRow, i);
      MynaTensorInfo info = { .name = g_string_chunk_insert (made->names, row->name),
                              .type = MYNA_TENSOR_F32 };

      for (; row->dims[info.n_dims] != 0; info.n_dims++)
        info.dims[info.n_dims] = row->dims[info.n_dims];
      g_array_append_val (made->infos, info);
    }
  return myna_tensors_new (&klass, made, "made-up weights");
}
