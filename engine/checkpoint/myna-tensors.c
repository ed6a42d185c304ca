/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-tensors.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "engine/checkpoint/myna-tensor-type.h"
#include "engine/core/myna-error.h"

struct _MynaTensors
{
  gatomicrefcount refs;
  const MynaTensorsClass *klass;
  gpointer source;
  char *label;
  const MynaTensorInfo *infos; /* the source's */
  gsize n_infos;
  GHashTable *by_name; /* borrowed name -> borrowed MynaTensorInfo */
};

/**
 * myna_tensors_new:
 * @klass: how to read from @source; lives as long as the set
 * @source: (transfer full): a source of tensors; its list must not change
 * @label: what to call it in messages
 *
 * Returns: (transfer full): a set of tensors
 */
MynaTensors *
myna_tensors_new (const MynaTensorsClass *klass, gpointer source, const char *label)
{
  MynaTensors *self;

  g_return_val_if_fail (klass != NULL && klass->list != NULL && klass->read_f32 != NULL, NULL);
  g_return_val_if_fail (label != NULL, NULL);

  self = g_new0 (MynaTensors, 1);
  g_atomic_ref_count_init (&self->refs);
  self->klass = klass;
  self->source = source;
  self->label = g_strdup (label);
  self->infos = klass->list (source, &self->n_infos);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  for (gsize i = 0; i < self->n_infos; i++)
    g_hash_table_insert (self->by_name, (gpointer) self->infos[i].name, (gpointer) &self->infos[i]);
  return self;
}

/**
 * myna_tensors_ref:
 * @self: a set of tensors
 *
 * Returns: (transfer full): @self
 */
MynaTensors *
myna_tensors_ref (MynaTensors *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * myna_tensors_unref:
 * @self: (transfer full): a set of tensors
 *
 * Drops a reference; views die with the last one.
 */
void
myna_tensors_unref (MynaTensors *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_hash_table_unref (self->by_name);
  if (self->klass->free_source != NULL)
    self->klass->free_source (self->source);
  g_free (self->label);
  g_free (self);
}

/**
 * myna_tensors_get_label:
 * @self: a set of tensors
 *
 * Returns: (transfer none): what to call it in messages
 */
const char *
myna_tensors_get_label (MynaTensors *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->label;
}

/**
 * myna_tensors_list:
 * @self: a set of tensors
 * @n_tensors: (out): their number
 *
 * Returns: (transfer none) (array length=n_tensors): all of them, in the source's order
 */
const MynaTensorInfo *
myna_tensors_list (MynaTensors *self, gsize *n_tensors)
{
  g_return_val_if_fail (self != NULL && n_tensors != NULL, NULL);

  *n_tensors = self->n_infos;
  return self->infos;
}

/**
 * myna_tensors_find:
 * @self: a set of tensors
 * @name: of one
 *
 * Returns: (transfer none) (nullable): the tensor of this name
 */
const MynaTensorInfo *
myna_tensors_find (MynaTensors *self, const char *name)
{
  g_return_val_if_fail (self != NULL && name != NULL, NULL);

  return g_hash_table_lookup (self->by_name, name);
}

/**
 * myna_tensor_info_get_n_elements:
 * @info: a tensor
 *
 * Returns: the product of its extents; 1 without dimensions
 */
gsize
myna_tensor_info_get_n_elements (const MynaTensorInfo *info)
{
  gsize n = 0, bytes;

  g_return_val_if_fail (info != NULL, 0);

  if (!myna_tensor_count_elements (info->dims, info->n_dims, info->type, &n, &bytes))
    g_return_val_if_reached (0);
  return n;
}

static void
set_missing (MynaTensors *self, const char *name, GError **error)
{
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
               _ ("“%s” is not complete: the tensor %s is missing."), self->label, name);
}

static float *
read_info (MynaTensors *self, const MynaTensorInfo *info, GError **error)
{
  g_autofree float *values = NULL;
  gsize n, bytes, room;

  /* Stride 0 in a hostile file can ask for more than there is: no abort on failure. */
  if (myna_tensor_count_elements (info->dims, info->n_dims, info->type, &n, &bytes) &&
      g_size_checked_mul (&room, MAX (n, 1), sizeof *values))
    values = g_try_malloc (room);
  if (values == NULL)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_TOO_LARGE,
                   _ ("“%s” needs more memory than there is (tensor %s)."), self->label,
                   info->name);
      return NULL;
    }
  if (!self->klass->read_f32 (self->source, info, values, error))
    return NULL;
  return g_steal_pointer (&values);
}

/**
 * myna_tensors_read_f32:
 * @self: a set of tensors
 * @name: of one
 * @error: (out) (optional): CORRUPT naming file and tensor, TOO_LARGE
 *
 * Returns: (transfer full) (nullable): its values, dense and row-major
 */
float *
myna_tensors_read_f32 (MynaTensors *self, const char *name, GError **error)
{
  const MynaTensorInfo *info;

  g_return_val_if_fail (self != NULL && name != NULL, NULL);

  info = myna_tensors_find (self, name);
  if (info == NULL)
    {
      set_missing (self, name, error);
      return NULL;
    }
  return read_info (self, info, error);
}

/**
 * myna_tensors_read_into:
 * @self: a set of tensors
 * @info: one of its tensors
 * @values: (out caller-allocates): room for all its elements
 * @error: (out) (optional): CORRUPT
 *
 * Returns: %FALSE when the values are damaged
 */
gboolean
myna_tensors_read_into (MynaTensors *self,
                        const MynaTensorInfo *info,
                        float *values,
                        GError **error)
{
  g_return_val_if_fail (self != NULL && info != NULL && values != NULL, FALSE);

  return self->klass->read_f32 (self->source, info, values, error);
}

/**
 * myna_tensors_view:
 * @self: a set of tensors
 * @info: one of its tensors
 *
 * Returns: (transfer none) (nullable): its bytes in its own type, dense and row-major, aligned for
 * the type; %NULL when they have to be read
 */
gconstpointer
myna_tensors_view (MynaTensors *self, const MynaTensorInfo *info)
{
  g_return_val_if_fail (self != NULL && info != NULL, NULL);

  return self->klass->view != NULL ? self->klass->view (self->source, info) : NULL;
}

/* Where in @g the factor of the element @index of @v lies: the places of the dimensions that @g
 * has. */
static gsize
gain_index (const MynaTensorInfo *v, const MynaTensorInfo *g, gsize index)
{
  gsize position = 0, step = 1;

  for (int i = v->n_dims - 1; i >= 0; i--)
    {
      gsize at = index % (gsize) v->dims[i];

      index /= (gsize) v->dims[i];
      if (g->dims[i] != 1)
        position += at * step;
      step *= (gsize) g->dims[i];
    }
  return position;
}

/* Elements that follow one another and share their factor. */
static gsize
gain_run (const MynaTensorInfo *v, const MynaTensorInfo *g)
{
  gsize run = 1;

  for (int i = v->n_dims - 1; i >= 0 && g->dims[i] == 1; i--)
    run *= (gsize) v->dims[i];
  return run;
}

static void
fold (const MynaTensorInfo *v_info, const MynaTensorInfo *g_info, float *v, const float *g)
{
  gsize n = myna_tensor_info_get_n_elements (v_info);
  gsize n_g = myna_tensor_info_get_n_elements (g_info);
  gsize run = gain_run (v_info, g_info);
  g_autofree double *squares = g_new0 (double, n_g);
  g_autofree float *factors = g_new (float, n_g);

  for (gsize i = 0; i < n; i += run)
    {
      double sum = 0;

      for (gsize k = i; k < i + run; k++)
        sum += (double) v[k] * v[k];
      squares[gain_index (v_info, g_info, i)] += sum;
    }
  /* A direction of zeros has no length: it stays zeros, as no weight can be got from it. */
  for (gsize i = 0; i < n_g; i++)
    factors[i] = squares[i] > 0 ? (float) (g[i] / sqrt (squares[i])) : 0;
  for (gsize i = 0; i < n; i += run)
    {
      float factor = factors[gain_index (v_info, g_info, i)];

      for (gsize k = i; k < i + run; k++)
        v[k] *= factor;
    }
}

/* Each extent of g is v's or 1; the norm is over the dimensions where it is 1. */
static gboolean
is_gain_of (const MynaTensorInfo *g, const MynaTensorInfo *v)
{
  if (g->n_dims != v->n_dims || myna_tensor_info_get_n_elements (v) == 0)
    return FALSE;
  for (int i = 0; i < g->n_dims; i++)
    if (g->dims[i] != 1 && g->dims[i] != v->dims[i])
      return FALSE;
  return TRUE;
}

/**
 * myna_tensors_read_weight:
 * @self: a set of tensors
 * @name: of a layer, without ".weight"
 * @error: (out) (optional): CORRUPT naming file and tensor, TOO_LARGE
 *
 * Reads a weight that may be normalised: W = v·g/‖v‖ of the pair @name.weight_v, @name.weight_g,
 * else @name.weight. The norm is over the dimensions in which g has extent 1: all but the first for
 * convolutions (the first is the input channel in transposed ones), the first two for HuBERT's
 * positional convolution. Folded in f32, sums in f64 (spec gpt-sovits section 2: folding in f16 was
 * audible in a native port).
 *
 * Returns: (transfer full) (nullable): the values in the shape of v
 */
float *
myna_tensors_read_weight (MynaTensors *self, const char *name, GError **error)
{
  g_autofree char *v_name = NULL, *g_name = NULL, *plain = NULL;
  g_autofree float *v = NULL, *g = NULL;
  const MynaTensorInfo *v_info, *g_info;

  g_return_val_if_fail (self != NULL && name != NULL, NULL);

  plain = g_strconcat (name, ".weight", NULL);
  if (myna_tensors_find (self, plain) != NULL)
    return myna_tensors_read_f32 (self, plain, error);
  v_name = g_strconcat (name, ".weight_v", NULL);
  g_name = g_strconcat (name, ".weight_g", NULL);
  v_info = myna_tensors_find (self, v_name);
  g_info = myna_tensors_find (self, g_name);
  if (v_info == NULL || g_info == NULL)
    {
      set_missing (self,
                   v_info == NULL && g_info == NULL ? plain
                   : v_info == NULL                 ? v_name
                                                    : g_name,
                   error);
      return NULL;
    }
  if (!is_gain_of (g_info, v_info))
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
                   _ ("“%s” is damaged: the tensors %s and %s do not fit each other."), self->label,
                   v_name, g_name);
      return NULL;
    }
  v = read_info (self, v_info, error);
  if (v == NULL)
    return NULL;
  g = read_info (self, g_info, error);
  if (g == NULL)
    return NULL;
  fold (v_info, g_info, v, g);
  return g_steal_pointer (&v);
}

static int
row_n_dims (const MynaTensorRow *row)
{
  int n = 0;

  while (n < MYNA_TENSOR_MAX_DIMS && row->dims[n] != 0)
    n++;
  return n;
}

/* A set whose weight normalisation is already folded has X.weight for X.weight_v and needs no
 * X.weight_g. */
static const MynaTensorInfo *
find_folded (MynaTensors *self, const char *name)
{
  g_autofree char *plain = NULL;

  if (!g_str_has_suffix (name, ".weight_v") && !g_str_has_suffix (name, ".weight_g"))
    return NULL;
  plain = g_strndup (name, strlen (name) - 2);
  return myna_tensors_find (self, plain);
}

static gboolean
check_row (MynaTensors *self, const MynaTensorRow *row, GError **error)
{
  const MynaTensorInfo *info = myna_tensors_find (self, row->name);
  int n_dims = row_n_dims (row);
  gboolean fits;
  g_autofree char *wanted = NULL, *found = NULL;

  if (info == NULL)
    {
      info = find_folded (self, row->name);
      if (info != NULL && g_str_has_suffix (row->name, ".weight_g"))
        return TRUE;
    }
  if (info == NULL)
    {
      set_missing (self, row->name, error);
      return FALSE;
    }
  fits = info->n_dims == n_dims;
  for (int i = 0; fits && i < n_dims; i++)
    fits = row->dims[i] == -1 ? info->dims[i] > 0 : row->dims[i] == info->dims[i];
  if (fits)
    return TRUE;
  wanted = myna_tensor_format_dims (row->dims, n_dims);
  found = myna_tensor_format_dims (info->dims, info->n_dims);
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
               _ ("“%s” does not fit this network: the tensor %s is %s instead of %s."),
               self->label, row->name, found, wanted);
  return FALSE;
}

/**
 * myna_tensors_check:
 * @self: a set of tensors
 * @rows: the shape table of a network
 * @n_rows: its length
 * @error: (out) (optional): CORRUPT naming file, tensor, wanted and found shape
 *
 * Returns: %TRUE when every tensor of the table is there in its shape; others may be there too
 */
gboolean
myna_tensors_check (MynaTensors *self, const MynaTensorRow *rows, gsize n_rows, GError **error)
{
  g_return_val_if_fail (self != NULL && (rows != NULL || n_rows == 0), FALSE);

  for (gsize i = 0; i < n_rows; i++)
    if (!check_row (self, &rows[i], error))
      return FALSE;
  return TRUE;
}
