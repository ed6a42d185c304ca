/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaValueKind:
 * @MYNA_VALUE_OBJECT: a plain object of a class that holds settings (HParams), like a dictionary
 * @MYNA_VALUE_TENSOR: @index is its place in the checkpoint's tensors
 *
 * The kinds below @MYNA_VALUE_STORAGE exist only while a pickle is read.
 */
typedef enum
{
  MYNA_VALUE_NONE,
  MYNA_VALUE_BOOL,
  MYNA_VALUE_INT,
  MYNA_VALUE_FLOAT,
  MYNA_VALUE_STRING,
  MYNA_VALUE_LIST,
  MYNA_VALUE_DICT,
  MYNA_VALUE_OBJECT,
  MYNA_VALUE_TENSOR,
  MYNA_VALUE_STORAGE,
  MYNA_VALUE_GLOBAL,
} MynaValueKind;

/**
 * MynaValue:
 * @integer: of an int, or 0 and 1
 * @number: of a float
 * @text: of a string, valid UTF-8
 * @items: of a list its values; of a dictionary or object keys and values in turn; NULL is empty
 * @index: of a tensor, storage or global
 *
 * A value of a checkpoint's settings. It lives as long as the arena that made it, with which
 * values may refer to one another in any way, even in circles; who walks them counts depth and
 * steps.
 */
typedef struct _MynaValue MynaValue;
struct _MynaValue
{
  MynaValueKind kind;
  union
  {
    gint64 integer;
    double number;
    const char *text;
    GPtrArray *items;
    guint index;
  };
};

/**
 * MynaArena:
 *
 * Owner of values and their texts, up to a number that bounds its memory. Not thread-safe; its
 * values are, once they are made.
 */
typedef struct _MynaArena MynaArena;

MynaArena *myna_arena_new (gsize max_values, gsize max_text);
void myna_arena_free (MynaArena *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaArena, myna_arena_free)

/* NULL when the arena is full. */
MynaValue *myna_arena_add (MynaArena *self, MynaValueKind kind);
/* NULL also for what is no UTF-8 without zeros. */
MynaValue *myna_arena_add_string (MynaArena *self, const char *text, gsize size);
/* For lists, dictionaries and objects. FALSE when the arena is full. */
gboolean myna_arena_append (MynaArena *self, MynaValue *container, const MynaValue *item);

guint myna_value_get_n_items (const MynaValue *self);
const MynaValue *myna_value_get_item (const MynaValue *self, guint index);
/* (nullable): the value under a key of a dictionary or object. */
const MynaValue *myna_value_lookup (const MynaValue *self, const char *key);
gboolean myna_value_is_mapping (const MynaValue *self);

G_END_DECLS
