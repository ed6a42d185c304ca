/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-torch.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/checkpoint/myna-tensor-type.h"
#include "engine/checkpoint/myna-torch-private.h"
#include "engine/core/myna-error.h"

/* What was saved is walked this deep, and in so many steps: shared parts can make a small file a
 * tree without end. */
#define MAX_DEPTH 32
#define MAX_STEPS 1000000
#define MAX_NAME 512

/**
 * Torch:
 * @places: of each info its MynaPickledTensor's index
 *
 * Source of tensors: the file's bytes, what the pickle says of them, and where the storages lie.
 * Immutable but for the checksums' states.
 */
typedef struct
{
  GBytes *bytes;
  char *label;
  MynaZip *zip; /* (nullable) */
  MynaPickle *pickle;
  GArray *data;   /* MynaTorchData */
  GArray *infos;  /* MynaTensorInfo */
  GArray *places; /* guint */
  GStringChunk *names;
  GHashTable *known;
  GMutex lock; /* of verifying */
} Torch;

static void
torch_free (gpointer source)
{
  Torch *self = source;

  g_bytes_unref (self->bytes);
  g_free (self->label);
  g_clear_pointer (&self->zip, myna_zip_free);
  g_clear_pointer (&self->pickle, myna_pickle_free);
  g_clear_pointer (&self->data, g_array_unref);
  g_array_unref (self->infos);
  g_array_unref (self->places);
  g_string_chunk_free (self->names);
  g_hash_table_unref (self->known);
  g_mutex_clear (&self->lock);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Torch, torch_free)

static const MynaTensorInfo *
torch_list (gpointer source, gsize *n_tensors)
{
  Torch *self = source;

  *n_tensors = self->infos->len;
  return (const MynaTensorInfo *) (gpointer) self->infos->data;
}

static const MynaPickledTensor *
get_pickled (Torch *self, const MynaTensorInfo *info)
{
  gsize index = (gsize) (info - (const MynaTensorInfo *) (gpointer) self->infos->data);

  g_assert (index < self->infos->len);
  return &g_array_index (self->pickle->tensors, MynaPickledTensor,
                         g_array_index (self->places, guint, index));
}

/* Each storage of a zip is verified once, before its values are given to anyone. */
static gboolean
is_sound (Torch *self, MynaTorchData *data)
{
  int state = g_atomic_int_get (&data->state);

  if (data->entry == NULL)
    return TRUE;
  if (state == 0)
    {
      g_mutex_lock (&self->lock);
      state = g_atomic_int_get (&data->state);
      if (state == 0)
        {
          state = myna_zip_verify (self->zip, data->entry) ? 1 : 2;
          g_atomic_int_set (&data->state, state);
        }
      g_mutex_unlock (&self->lock);
    }
  return state == 1;
}

static const guint8 *
find_first (Torch *self, const MynaTensorInfo *info, const MynaPickledTensor *tensor)
{
  const MynaTorchData *data = &g_array_index (self->data, MynaTorchData, tensor->storage);

  return (const guint8 *) g_bytes_get_data (self->bytes, NULL) + data->offset +
         (gsize) tensor->offset * myna_tensor_type_get_size (info->type);
}

static gboolean
is_dense (const MynaPickledTensor *tensor)
{
  gint64 stride = 1;

  for (int i = tensor->n_dims - 1; i >= 0; i--)
    {
      if (tensor->dims[i] != 1 && tensor->strides[i] != stride)
        return FALSE;
      stride *= tensor->dims[i];
    }
  return TRUE;
}

/* The elements of one row (the last dimension) from @first on, in runs through a buffer. */
static void
read_row (const MynaTensorInfo *info,
          const MynaPickledTensor *tensor,
          const guint8 *first,
          float *values)
{
  gsize item = myna_tensor_type_get_size (info->type);
  gsize n = (gsize) tensor->dims[tensor->n_dims - 1];
  gsize step = (gsize) tensor->strides[tensor->n_dims - 1] * item;
  guint8 buffer[4096];
  gsize room = sizeof buffer / item;

  for (gsize done = 0; done < n; done += room)
    {
      gsize now = MIN (room, n - done);

      for (gsize i = 0; i < now; i++)
        memcpy (buffer + i * item, first + (done + i) * step, item);
      myna_tensor_type_to_f32 (info->type, buffer, now, values + done);
    }
}

static void
read_strided (const MynaTensorInfo *info,
              const MynaPickledTensor *tensor,
              const guint8 *first,
              float *values)
{
  gsize item = myna_tensor_type_get_size (info->type);
  gsize row = (gsize) tensor->dims[tensor->n_dims - 1];
  gsize n = myna_tensor_info_get_n_elements (info);
  gint64 at[MYNA_TENSOR_MAX_DIMS] = { 0 };

  for (gsize done = 0; done < n; done += row)
    {
      gsize offset = 0;

      for (int i = 0; i < tensor->n_dims - 1; i++)
        offset += (gsize) (at[i] * tensor->strides[i]);
      read_row (info, tensor, first + offset * item, values + done);
      for (int i = tensor->n_dims - 2; i >= 0; i--)
        {
          if (++at[i] < tensor->dims[i])
            break;
          at[i] = 0;
        }
    }
}

static gboolean
torch_read_f32 (gpointer source, const MynaTensorInfo *info, float *values, GError **error)
{
  Torch *self = source;
  const MynaPickledTensor *tensor = get_pickled (self, info);
  const guint8 *first = find_first (self, info, tensor);
  gsize n = myna_tensor_info_get_n_elements (info);

  if (!is_sound (self, &g_array_index (self->data, MynaTorchData, tensor->storage)))
    return myna_torch_set_damaged (self->label, error);
  if (n == 0 || is_dense (tensor))
    myna_tensor_type_to_f32 (info->type, first, n, values);
  else
    read_strided (info, tensor, first, values);
  return TRUE;
}

static gconstpointer
torch_view (gpointer source, const MynaTensorInfo *info)
{
  Torch *self = source;
  const MynaPickledTensor *tensor = get_pickled (self, info);
  const guint8 *first = find_first (self, info, tensor);

  if ((guintptr) first % myna_tensor_type_get_size (info->type) != 0 || !is_dense (tensor) ||
      !is_sound (self, &g_array_index (self->data, MynaTorchData, tensor->storage)))
    return NULL;
  return first;
}

static const MynaTensorsClass torch_class = {
  .list = torch_list,
  .read_f32 = torch_read_f32,
  .view = torch_view,
  .free_source = torch_free,
};

/**
 * Walk:
 * @name: of the place
 * @steps: left
 *
 * Collecting the tensors of what was saved.
 */
typedef struct
{
  Torch *torch;
  GString *name;
  guint depth;
  guint steps;
} Walk;

static gboolean walk (Walk *self, const MynaValue *value);

static gboolean
add_tensor (Walk *self, guint index)
{
  Torch *torch = self->torch;
  const MynaPickledTensor *tensor =
      &g_array_index (torch->pickle->tensors, MynaPickledTensor, index);
  MynaTensorInfo info = { 0 };

  if (g_hash_table_contains (torch->known, self->name->str))
    return FALSE;
  info.name = g_string_chunk_insert (torch->names, self->name->str);
  info.type = g_array_index (torch->pickle->storages, MynaStorage, tensor->storage).type;
  info.n_dims = tensor->n_dims;
  memcpy (info.dims, tensor->dims, sizeof info.dims);
  g_array_append_val (torch->infos, info);
  g_array_append_val (torch->places, index);
  g_hash_table_add (torch->known, (gpointer) info.name);
  return TRUE;
}

static gboolean
walk_item (Walk *self, const MynaValue *key, guint index, const MynaValue *item)
{
  gsize length = self->name->len;
  gboolean good;

  if (length > 0)
    g_string_append_c (self->name, '/');
  if (key != NULL && key->kind == MYNA_VALUE_STRING)
    g_string_append (self->name, key->text);
  else
    g_string_append_printf (self->name, "%" G_GINT64_FORMAT,
                            key != NULL ? key->integer : (gint64) index);
  good = self->name->len <= MAX_NAME && walk (self, item);
  g_string_truncate (self->name, length);
  return good;
}

/* FALSE: too deep, too much, a name twice, or a key that is no name. */
static gboolean
walk (Walk *self, const MynaValue *value)
{
  gboolean mapping = myna_value_is_mapping (value);
  guint n = myna_value_get_n_items (value);
  gboolean good = TRUE;

  if (self->steps == 0 || self->depth > MAX_DEPTH)
    return FALSE;
  self->steps--;
  if (value->kind == MYNA_VALUE_TENSOR)
    return add_tensor (self, value->index);
  if (value->kind >= MYNA_VALUE_STORAGE)
    return FALSE;
  self->depth++;
  for (guint i = 0; good && i < n; i += mapping ? 2 : 1)
    {
      const MynaValue *key = mapping ? myna_value_get_item (value, i) : NULL;

      good = (key == NULL || key->kind == MYNA_VALUE_STRING || key->kind == MYNA_VALUE_INT) &&
             walk_item (self, key, i, myna_value_get_item (value, mapping ? i + 1 : i));
    }
  self->depth--;
  return good;
}

static gboolean
collect (Torch *self, GError **error)
{
  g_autoptr (GString) name = g_string_new (NULL);
  Walk state = { .torch = self, .name = name, .steps = MAX_STEPS };

  if (myna_value_is_mapping (self->pickle->root) && walk (&state, self->pickle->root) &&
      self->infos->len > 0)
    return TRUE;
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
               _ ("“%s” holds no set of tensors that Myna could use."), self->label);
  return FALSE;
}

/**
 * myna_torch_is_one:
 * @bytes: a file
 *
 * Returns: whether it begins like a file of torch.save()
 */
gboolean
myna_torch_is_one (GBytes *bytes)
{
  g_return_val_if_fail (bytes != NULL, FALSE);

  return myna_zip_is_one (bytes) || myna_torch_legacy_is_one (bytes);
}

/**
 * myna_torch_read:
 * @bytes: a file for which myna_torch_is_one() holds
 * @label: what to call it in messages
 * @root: (out) (optional) (transfer none): what was saved; lives as long as the tensors
 * @error: (out) (optional): CORRUPT, UNSUPPORTED
 *
 * Reads what is where. The values are read, and their checksums verified, when they are asked for.
 *
 * Returns: (transfer full) (nullable): the tensors, which keep @bytes
 */
MynaTensors *
myna_torch_read (GBytes *bytes, const char *label, const MynaValue **root, GError **error)
{
  g_autoptr (Torch) self = NULL;
  gboolean good;

  g_return_val_if_fail (bytes != NULL && label != NULL, NULL);

  self = g_new0 (Torch, 1);
  g_mutex_init (&self->lock);
  self->bytes = g_bytes_ref (bytes);
  self->label = g_strdup (label);
  self->infos = g_array_new (FALSE, FALSE, sizeof (MynaTensorInfo));
  self->places = g_array_new (FALSE, FALSE, sizeof (guint));
  self->names = g_string_chunk_new (4096);
  self->known = g_hash_table_new (g_str_hash, g_str_equal);
  if (myna_torch_legacy_is_one (bytes))
    good = myna_torch_legacy_read (bytes, label, &self->pickle, &self->data, error);
  else
    good = myna_torch_zip_read (bytes, label, &self->zip, &self->pickle, &self->data, error);
  if (!good || !collect (self, error))
    return NULL;
  if (root != NULL)
    *root = self->pickle->root;
  return myna_tensors_new (&torch_class, g_steal_pointer (&self), label);
}
