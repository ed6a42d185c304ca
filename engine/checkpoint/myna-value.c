/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-value.h"

#include <string.h>

#define BLOCK_VALUES 1024

struct _MynaArena
{
  GPtrArray *blocks; /* arrays of BLOCK_VALUES values */
  gsize n_values;
  gsize max_values;
  gsize n_items;
  GStringChunk *texts;
  gsize text_left;
};

/**
 * myna_arena_new:
 * @max_values: how many values it makes, and how many items its lists and dictionaries have in all
 * @max_text: bytes of all texts
 *
 * Returns: (transfer full): an empty arena
 */
MynaArena *
myna_arena_new (gsize max_values, gsize max_text)
{
  MynaArena *self = g_new0 (MynaArena, 1);

  self->blocks = g_ptr_array_new_with_free_func (g_free);
  self->max_values = max_values;
  self->texts = g_string_chunk_new (4096);
  self->text_left = max_text;
  return self;
}

static MynaValue *
get_value (MynaArena *self, gsize index)
{
  return (MynaValue *) g_ptr_array_index (self->blocks, index / BLOCK_VALUES) +
         index % BLOCK_VALUES;
}

/**
 * myna_arena_free:
 * @self: (transfer full): an arena; its values die with it
 */
void
myna_arena_free (MynaArena *self)
{
  g_return_if_fail (self != NULL);

  for (gsize i = 0; i < self->n_values; i++)
    {
      MynaValue *value = get_value (self, i);

      if (value->kind >= MYNA_VALUE_LIST && value->kind <= MYNA_VALUE_OBJECT)
        g_clear_pointer (&value->items, g_ptr_array_unref);
    }
  g_ptr_array_unref (self->blocks);
  g_string_chunk_free (self->texts);
  g_free (self);
}

/**
 * myna_arena_add:
 * @self: an arena
 * @kind: of the new value, which is 0, empty or ""
 *
 * Returns: (transfer none) (nullable): the value; %NULL when there are too many
 */
MynaValue *
myna_arena_add (MynaArena *self, MynaValueKind kind)
{
  MynaValue *value;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->n_values >= self->max_values)
    return NULL;
  if (self->n_values % BLOCK_VALUES == 0)
    g_ptr_array_add (self->blocks, g_new0 (MynaValue, BLOCK_VALUES));
  value = get_value (self, self->n_values++);
  value->kind = kind;
  if (kind == MYNA_VALUE_STRING)
    value->text = "";
  return value;
}

/**
 * myna_arena_add_string:
 * @self: an arena
 * @text: bytes, not ended by a zero
 * @size: their number
 *
 * Returns: (transfer none) (nullable): a string; %NULL when it is no UTF-8, has a zero or is too
 * much
 */
MynaValue *
myna_arena_add_string (MynaArena *self, const char *text, gsize size)
{
  MynaValue *value;

  g_return_val_if_fail (self != NULL && text != NULL, NULL);

  if (size > self->text_left || !g_utf8_validate_len (text, size, NULL))
    return NULL;
  value = myna_arena_add (self, MYNA_VALUE_STRING);
  if (value == NULL)
    return NULL;
  self->text_left -= size;
  value->text = g_string_chunk_insert_len (self->texts, text, (gssize) size);
  return value;
}

/**
 * myna_arena_append:
 * @self: an arena
 * @container: a list, dictionary or object of it
 * @item: a value of it
 *
 * Returns: %FALSE when there are too many items
 */
gboolean
myna_arena_append (MynaArena *self, MynaValue *container, const MynaValue *item)
{
  g_return_val_if_fail (self != NULL && container != NULL && item != NULL, FALSE);
  g_return_val_if_fail (container->kind >= MYNA_VALUE_LIST && container->kind <= MYNA_VALUE_OBJECT,
                        FALSE);

  if (self->n_items >= self->max_values)
    return FALSE;
  self->n_items++;
  if (container->items == NULL)
    container->items = g_ptr_array_new ();
  g_ptr_array_add (container->items, (gpointer) item);
  return TRUE;
}

/**
 * myna_value_is_mapping:
 * @self: a value
 *
 * Returns: whether it has keys
 */
gboolean
myna_value_is_mapping (const MynaValue *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->kind == MYNA_VALUE_DICT || self->kind == MYNA_VALUE_OBJECT;
}

/**
 * myna_value_get_n_items:
 * @self: a value
 *
 * Returns: items of a list, keys and values of a mapping, 0 of anything else
 */
guint
myna_value_get_n_items (const MynaValue *self)
{
  g_return_val_if_fail (self != NULL, 0);

  if (self->kind != MYNA_VALUE_LIST && !myna_value_is_mapping (self))
    return 0;
  return self->items != NULL ? self->items->len : 0;
}

/**
 * myna_value_get_item:
 * @self: a list or mapping
 * @index: below the number of items
 *
 * Returns: (transfer none): the item
 */
const MynaValue *
myna_value_get_item (const MynaValue *self, guint index)
{
  g_return_val_if_fail (index < myna_value_get_n_items (self), NULL);

  return g_ptr_array_index (self->items, index);
}

/**
 * myna_value_lookup:
 * @self: a value
 * @key: a text
 *
 * Returns: (transfer none) (nullable): what a mapping has under the key; of several the last
 */
const MynaValue *
myna_value_lookup (const MynaValue *self, const char *key)
{
  g_return_val_if_fail (self != NULL && key != NULL, NULL);

  if (!myna_value_is_mapping (self))
    return NULL;
  for (guint i = myna_value_get_n_items (self); i >= 2; i -= 2)
    {
      const MynaValue *name = myna_value_get_item (self, i - 2);

      if (name->kind == MYNA_VALUE_STRING && strcmp (name->text, key) == 0)
        return myna_value_get_item (self, i - 1);
    }
  return NULL;
}
