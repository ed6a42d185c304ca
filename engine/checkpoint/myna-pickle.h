/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/checkpoint/myna-tensors.h"
#include "engine/checkpoint/myna-value.h"

G_BEGIN_DECLS

/**
 * MynaStorage:
 * @key: its name in the file
 * @type: of an element
 * @n_elements: as the pickle says
 * @offset: elements before it in the storage of this key (a view of the legacy format)
 * @n_root: elements of the whole storage of this key
 *
 * A run of values that tensors of a pickle are views of.
 */
typedef struct
{
  const char *key;
  MynaTensorType type;
  gint64 n_elements;
  gint64 offset;
  gint64 n_root;
} MynaStorage;

/**
 * MynaPickledTensor:
 * @storage: index of its storage
 * @offset: elements
 * @strides: elements
 *
 * A view of a storage as the pickle describes it. Sizes, strides and offset are not negative and
 * lie within the storage's n_elements.
 */
typedef struct
{
  guint storage;
  int n_dims;
  gint64 offset;
  gint64 dims[MYNA_TENSOR_MAX_DIMS];
  gint64 strides[MYNA_TENSOR_MAX_DIMS];
} MynaPickledTensor;

/**
 * MynaPickle:
 * @root: what was pickled
 * @storages: MynaStorage
 * @tensors: MynaPickledTensor
 *
 * The content of one pickle, read as data: a stack machine of which every opcode that could call
 * something is either one of a fixed list of harmless builders or an error with the name.
 */
typedef struct
{
  MynaArena *arena;
  const MynaValue *root;
  GArray *storages;
  GArray *tensors;
} MynaPickle;

/* @label names the file in messages; @used: bytes up to and with STOP. Any thread. */
MynaPickle *
myna_pickle_read (const guint8 *data, gsize size, const char *label, gsize *used, GError **error);
void myna_pickle_free (MynaPickle *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaPickle, myna_pickle_free)

G_END_DECLS
