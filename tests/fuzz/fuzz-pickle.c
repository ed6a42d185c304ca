/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-pickle.h"
#include "engine/checkpoint/myna-tensor-type.h"

/*
 * Pickles alone, without the checksums of the archives around them. Every tensor that is accepted
 * lies within its storage.
 */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_tensor (const MynaPickle *pickle, const MynaPickledTensor *tensor)
{
  const MynaStorage *storage = &g_array_index (pickle->storages, MynaStorage, tensor->storage);
  __int128 last = tensor->offset;
  gsize n, bytes;

  g_assert_true (
      myna_tensor_count_elements (tensor->dims, tensor->n_dims, storage->type, &n, &bytes));
  g_assert_cmpint (storage->offset, >=, 0);
  g_assert_true ((__int128) storage->offset + storage->n_elements <= storage->n_root);
  if (n == 0)
    return;
  for (int i = 0; i < tensor->n_dims; i++)
    last += (__int128) (tensor->dims[i] - 1) * tensor->strides[i];
  g_assert_true (tensor->offset >= 0 && last < storage->n_elements);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gsize used = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaPickle) pickle = myna_pickle_read (data, size, "fuzz.pkl", &used, &error);

  if (pickle == NULL)
    {
      g_assert_nonnull (error);
      return 0;
    }
  g_assert_cmpuint (used, <=, size);
  g_assert_nonnull (pickle->root);
  for (guint i = 0; i < pickle->tensors->len; i++)
    check_tensor (pickle, &g_array_index (pickle->tensors, MynaPickledTensor, i));
  return 0;
}
