/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-pickle-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/checkpoint/myna-tensor-type.h"
#include "engine/core/myna-error.h"

/* A network of ours has at most 1 600. */
#define MAX_TENSORS 65536

/* spec gpt-sovits section 2; the storages by the types that PyTorch names. */
static const struct
{
  const char *module;
  const char *name;
  guint global;
} globals[] = {
  { "collections", "OrderedDict", MYNA_GLOBAL_ORDERED_DICT },
  { "torch._utils", "_rebuild_tensor", MYNA_GLOBAL_REBUILD_TENSOR },
  { "torch._utils", "_rebuild_tensor_v2", MYNA_GLOBAL_REBUILD_TENSOR_V2 },
  { "torch._utils", "_rebuild_parameter", MYNA_GLOBAL_REBUILD_PARAMETER },
  { "torch", "Size", MYNA_GLOBAL_SIZE },
  { "utils", "HParams", MYNA_GLOBAL_SETTINGS },
  { "GPT_SoVITS.utils", "HParams", MYNA_GLOBAL_SETTINGS },
  { "torch", "FloatStorage", MYNA_GLOBAL_STORAGE + MYNA_TENSOR_F32 },
  { "torch", "HalfStorage", MYNA_GLOBAL_STORAGE + MYNA_TENSOR_F16 },
  { "torch", "BFloat16Storage", MYNA_GLOBAL_STORAGE + MYNA_TENSOR_BF16 },
  { "torch", "DoubleStorage", MYNA_GLOBAL_STORAGE + MYNA_TENSOR_F64 },
  { "torch", "LongStorage", MYNA_GLOBAL_STORAGE + MYNA_TENSOR_I64 },
  { "torch", "IntStorage", MYNA_GLOBAL_STORAGE + MYNA_TENSOR_I32 },
  { "torch", "ShortStorage", MYNA_GLOBAL_STORAGE + MYNA_TENSOR_I16 },
  { "torch", "CharStorage", MYNA_GLOBAL_STORAGE + MYNA_TENSOR_I8 },
  { "torch", "ByteStorage", MYNA_GLOBAL_STORAGE + MYNA_TENSOR_U8 },
  { "torch", "BoolStorage", MYNA_GLOBAL_STORAGE + MYNA_TENSOR_BOOL },
};

/**
 * myna_pickle_global:
 * @self: a pickle being read
 * @module: a Python module
 * @name: what the pickle wants of it
 * @label: of the file
 * @error: (out) (optional): UNSUPPORTED with the name
 *
 * Returns: (transfer none) (nullable): a value that stands for it; %NULL for anything that is not
 * on the list
 */
MynaValue *
myna_pickle_global (
    MynaPickle *self, const char *module, const char *name, const char *label, GError **error)
{
  g_autofree char *shown = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (globals); i++)
    if (strcmp (globals[i].module, module) == 0 && strcmp (globals[i].name, name) == 0)
      {
        MynaValue *value = myna_arena_add (self->arena, MYNA_VALUE_GLOBAL);

        if (value != NULL)
          value->index = globals[i].global;
        return value;
      }
  /* A name as long as the file would be no sentence. */
  shown = g_strdup_printf ("%.60s.%.60s", module, name);
  if (!g_utf8_validate (shown, -1, NULL))
    {
      g_autofree char *valid = g_utf8_make_valid (shown, -1);

      g_set_str (&shown, valid);
    }
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
               _ ("“%s” was refused: it asks for %s, and Myna reads data only and runs nothing."),
               label, shown);
  return NULL;
}

/* The item when it is of this kind. */
static const MynaValue *
get_item (const MynaValue *list, guint index, MynaValueKind kind)
{
  const MynaValue *item;

  if (list->kind != MYNA_VALUE_LIST || index >= myna_value_get_n_items (list))
    return NULL;
  item = myna_value_get_item (list, index);
  return item->kind == kind ? item : NULL;
}

/* -1: it is not a list of at most so many whole numbers from 0 on. */
static int
get_extents (const MynaValue *list, gint64 *extents)
{
  guint n;

  if (list == NULL || list->kind != MYNA_VALUE_LIST)
    return -1;
  n = myna_value_get_n_items (list);
  if (n > MYNA_TENSOR_MAX_DIMS)
    return -1;
  for (guint i = 0; i < n; i++)
    {
      const MynaValue *item = myna_value_get_item (list, i);

      if (item->kind != MYNA_VALUE_INT || item->integer < 0)
        return -1;
      extents[i] = item->integer;
    }
  return (int) n;
}

/* Whether the last element lies within the storage, and the whole is not more than the storage can
 * fill: stride 0 may repeat what is there a few times, as expanded tensors do, not for ever. */
static gboolean
lies_within (const MynaPickledTensor *tensor, const MynaStorage *storage)
{
  const gsize repeated = 1 << 20;
  gsize n, bytes;
  gint64 last = tensor->offset;

  if (!myna_tensor_count_elements (tensor->dims, tensor->n_dims, storage->type, &n, &bytes))
    return FALSE;
  if (tensor->offset > storage->n_elements)
    return FALSE;
  if (n == 0)
    return TRUE;
  if (n > MAX ((gsize) storage->n_elements, repeated))
    return FALSE;
  for (int i = 0; i < tensor->n_dims; i++)
    {
      gint64 step;

      if (__builtin_mul_overflow (tensor->dims[i] - 1, tensor->strides[i], &step) ||
          __builtin_add_overflow (last, step, &last))
        return FALSE;
    }
  return last < storage->n_elements;
}

static MynaValue *
add_tensor (MynaPickle *self, const MynaPickledTensor *tensor)
{
  MynaValue *value = myna_arena_add (self->arena, MYNA_VALUE_TENSOR);

  if (value == NULL || self->tensors->len >= MAX_TENSORS)
    return NULL;
  value->index = self->tensors->len;
  g_array_append_vals (self->tensors, tensor, 1);
  return value;
}

/* (storage, offset, size, stride, requires gradient, hooks): the last two say nothing about data.
 */
static MynaValue *
rebuild_tensor (MynaPickle *self, const MynaValue *arguments, guint least, guint most)
{
  const MynaValue *storage = get_item (arguments, 0, MYNA_VALUE_STORAGE);
  const MynaValue *offset = get_item (arguments, 1, MYNA_VALUE_INT);
  const MynaValue *dims = get_item (arguments, 2, MYNA_VALUE_LIST);
  const MynaValue *strides = get_item (arguments, 3, MYNA_VALUE_LIST);
  guint n = myna_value_get_n_items (arguments);
  MynaPickledTensor tensor = { 0 };

  if (storage == NULL || offset == NULL || n < least || n > most || offset->integer < 0)
    return NULL;
  tensor.storage = storage->index;
  tensor.offset = offset->integer;
  tensor.n_dims = get_extents (dims, tensor.dims);
  if (tensor.n_dims < 0 || get_extents (strides, tensor.strides) != tensor.n_dims)
    return NULL;
  if (!lies_within (&tensor, &g_array_index (self->storages, MynaStorage, tensor.storage)))
    return NULL;
  return add_tensor (self, &tensor);
}

/* (tensor, requires gradient, hooks) */
static MynaValue *
rebuild_parameter (const MynaValue *arguments)
{
  const MynaValue *tensor = get_item (arguments, 0, MYNA_VALUE_TENSOR);

  return myna_value_get_n_items (arguments) == 3 ? (MynaValue *) tensor : NULL;
}

/* Without arguments, or with one list of pairs. */
static MynaValue *
new_dictionary (MynaPickle *self, const MynaValue *arguments)
{
  MynaValue *value = myna_arena_add (self->arena, MYNA_VALUE_DICT);
  guint n = myna_value_get_n_items (arguments);
  const MynaValue *pairs;

  if (value == NULL || n == 0)
    return value;
  pairs = get_item (arguments, 0, MYNA_VALUE_LIST);
  if (n != 1 || pairs == NULL)
    return NULL;
  for (guint i = 0; i < myna_value_get_n_items (pairs); i++)
    {
      const MynaValue *pair = get_item (pairs, i, MYNA_VALUE_LIST);

      if (pair == NULL || myna_value_get_n_items (pair) != 2)
        return NULL;
      for (guint k = 0; k < 2; k++)
        if (!myna_arena_append (self->arena, value, myna_value_get_item (pair, k)))
          return NULL;
    }
  return value;
}

/**
 * myna_pickle_call:
 * @self: a pickle being read
 * @global: what REDUCE applies
 * @arguments: to these
 *
 * Returns: (transfer none) (nullable): the data that the call would have built
 */
MynaValue *
myna_pickle_call (MynaPickle *self, const MynaValue *global, const MynaValue *arguments)
{
  if (global->kind != MYNA_VALUE_GLOBAL || arguments->kind != MYNA_VALUE_LIST)
    return NULL;
  switch (global->index)
    {
    case MYNA_GLOBAL_ORDERED_DICT:
      return new_dictionary (self, arguments);
    case MYNA_GLOBAL_REBUILD_TENSOR:
      return rebuild_tensor (self, arguments, 4, 4);
    case MYNA_GLOBAL_REBUILD_TENSOR_V2:
      return rebuild_tensor (self, arguments, 6, 7);
    case MYNA_GLOBAL_REBUILD_PARAMETER:
      return rebuild_parameter (arguments);
    case MYNA_GLOBAL_SIZE:
      return (MynaValue *) get_item (arguments, 0, MYNA_VALUE_LIST);
    default:
      return NULL;
    }
}

/**
 * myna_pickle_new_object:
 * @self: a pickle being read
 * @global: the class of NEWOBJ
 * @arguments: of its constructor
 *
 * Returns: (transfer none) (nullable): an empty dictionary, as the classes on the list are
 */
MynaValue *
myna_pickle_new_object (MynaPickle *self, const MynaValue *global, const MynaValue *arguments)
{
  if (global->kind != MYNA_VALUE_GLOBAL || arguments->kind != MYNA_VALUE_LIST ||
      myna_value_get_n_items (arguments) != 0)
    return NULL;
  switch (global->index)
    {
    case MYNA_GLOBAL_ORDERED_DICT:
      return myna_arena_add (self->arena, MYNA_VALUE_DICT);
    case MYNA_GLOBAL_SETTINGS:
      return myna_arena_add (self->arena, MYNA_VALUE_OBJECT);
    default:
      return NULL;
    }
}

/**
 * myna_pickle_set_state:
 * @self: a pickle being read
 * @object: what BUILD fills
 * @state: with what
 *
 * Attributes of a dictionary (a state dict's version notes) are dropped; those of an object are its
 * settings.
 *
 * Returns: %FALSE when @object has no state or @state is no dictionary
 */
gboolean
myna_pickle_set_state (MynaPickle *self, MynaValue *object, const MynaValue *state)
{
  if (state->kind != MYNA_VALUE_DICT || !myna_value_is_mapping (object))
    return FALSE;
  if (object->kind == MYNA_VALUE_DICT)
    return TRUE;
  for (guint i = 0; i < myna_value_get_n_items (state); i++)
    if (!myna_arena_append (self->arena, object, myna_value_get_item (state, i)))
      return FALSE;
  return TRUE;
}

/* None, or (key of the view, offset, size) in the legacy format. */
static gboolean
set_view (MynaStorage *storage, const MynaValue *view)
{
  const MynaValue *offset, *size;

  if (view->kind == MYNA_VALUE_NONE)
    return TRUE;
  offset = get_item (view, 1, MYNA_VALUE_INT);
  size = get_item (view, 2, MYNA_VALUE_INT);
  if (myna_value_get_n_items (view) != 3 || offset == NULL || size == NULL || offset->integer < 0 ||
      size->integer < 0 || offset->integer > storage->n_root ||
      size->integer > storage->n_root - offset->integer)
    return FALSE;
  storage->offset = offset->integer;
  storage->n_elements = size->integer;
  return TRUE;
}

static guint
add_storage (MynaPickle *self, const MynaStorage *storage)
{
  /* Tensors that share a storage name it one after the other. */
  for (guint i = self->storages->len; i > 0 && i + 8 > self->storages->len; i--)
    {
      const MynaStorage *other = &g_array_index (self->storages, MynaStorage, i - 1);

      if (strcmp (other->key, storage->key) == 0 && other->type == storage->type &&
          other->n_elements == storage->n_elements && other->offset == storage->offset &&
          other->n_root == storage->n_root)
        return i - 1;
    }
  g_array_append_vals (self->storages, storage, 1);
  return self->storages->len - 1;
}

/**
 * myna_pickle_persistent:
 * @self: a pickle being read
 * @id: ("storage", class, key, place, number of elements[, view])
 *
 * Returns: (transfer none) (nullable): the storage
 */
MynaValue *
myna_pickle_persistent (MynaPickle *self, const MynaValue *id)
{
  const MynaValue *tag = get_item (id, 0, MYNA_VALUE_STRING);
  const MynaValue *class = get_item (id, 1, MYNA_VALUE_GLOBAL);
  const MynaValue *key = get_item (id, 2, MYNA_VALUE_STRING);
  const MynaValue *n = get_item (id, 4, MYNA_VALUE_INT);
  guint n_items = myna_value_get_n_items (id);
  MynaStorage storage = { 0 };
  MynaValue *value;

  if (tag == NULL || class == NULL || key == NULL || n == NULL || n_items > 6 ||
      strcmp (tag->text, "storage") != 0 || class->index < MYNA_GLOBAL_STORAGE)
    return NULL;
  storage.type = (MynaTensorType) (class->index - MYNA_GLOBAL_STORAGE);
  storage.key = key->text;
  storage.n_elements = storage.n_root = n->integer;
  if (n->integer < 0 || *key->text == '\0' || self->storages->len >= MAX_TENSORS ||
      n->integer > G_MAXINT64 / (gint64) myna_tensor_type_get_size (storage.type))
    return NULL;
  if (n_items == 6 && !set_view (&storage, myna_value_get_item (id, 5)))
    return NULL;
  value = myna_arena_add (self->arena, MYNA_VALUE_STORAGE);
  if (value != NULL)
    value->index = add_storage (self, &storage);
  return value;
}
