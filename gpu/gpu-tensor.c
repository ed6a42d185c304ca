/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/gpu-private.h"

#include <glib/gi18n-lib.h>

G_DEFINE_QUARK (gpu - error - quark, gpu_error)

/**
 * gpu_shape_size:
 * @shape: a shape
 *
 * Returns: the number of elements. Any thread.
 */
gint64
gpu_shape_size (GpuShape shape)
{
  gint64 size = 1;

  for (int i = 0; i < shape.n; i++)
    size *= shape.d[i];
  return size;
}

/**
 * gpu_shape_equal:
 * @a: a shape
 * @b: another
 *
 * Returns: whether both have the same dimensions. Any thread.
 */
gboolean
gpu_shape_equal (GpuShape a, GpuShape b)
{
  if (a.n != b.n)
    return FALSE;
  for (int i = 0; i < a.n; i++)
    if (a.d[i] != b.d[i])
      return FALSE;
  return TRUE;
}

/**
 * gpu_type_size:
 * @type: an element type
 *
 * Returns: bytes of one element. Any thread.
 */
gsize
gpu_type_size (GpuType type)
{
  switch (type)
    {
    case GPU_F16:
    case GPU_BF16:
      return 2;
    case GPU_I8:
      return 1;
    case GPU_F32:
    case GPU_I32:
    default:
      return 4;
    }
}

/**
 * gpu_tensor_get_shape:
 * @self: a tensor
 *
 * Returns: its shape, also when its context has failed.
 */
GpuShape
gpu_tensor_get_shape (const GpuTensor *self)
{
  g_return_val_if_fail (self != NULL, GPU_SHAPE_1 (0));

  return self->shape;
}

/**
 * gpu_tensor_get_type:
 * @self: a tensor
 *
 * Returns: the type of its elements.
 */
GpuType
gpu_tensor_get_type (const GpuTensor *self)
{
  g_return_val_if_fail (self != NULL, GPU_F32);

  return self->type;
}

/**
 * gpu_tensor_get_dim:
 * @self: a tensor
 * @index: a dimension, from the end when negative
 *
 * Returns: its extent.
 */
gint64
gpu_tensor_get_dim (const GpuTensor *self, int index)
{
  g_return_val_if_fail (self != NULL, 0);

  if (index < 0)
    index += self->shape.n;
  g_return_val_if_fail (index >= 0 && index < self->shape.n, 0);

  return self->shape.d[index];
}

static void
append_shape (GString *text, const GpuTensor *tensor)
{
  if (tensor == NULL)
    {
      g_string_append (text, " (none)");
      return;
    }
  g_string_append (text, " [");
  for (int i = 0; i < tensor->shape.n; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? ", " : "", tensor->shape.d[i]);
  g_string_append_c (text, ']');
}

/* A wrong shape is an error in a model's code, never in a user's file: checkpoints are checked
 * against a table of shapes when they are loaded (design section 4). */
void
gpu_shape_panic (const char *op, const char *what, const GpuTensor *const *tensors, int n)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "%s: not %s, with", op, what);
  for (int i = 0; i < n; i++)
    append_shape (text, tensors[i]);
  g_error ("%s", text->str);
}
