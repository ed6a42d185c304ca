/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-tensor-type.h"

#include <string.h>

#include "gpu/gpu-half.h"

#if G_BYTE_ORDER != G_LITTLE_ENDIAN
#error "checkpoints are little-endian and read as they lie"
#endif

static const struct
{
  const char *name;
  gsize size;
} types[] = {
  [MYNA_TENSOR_F32] = { "float32", 4 },   [MYNA_TENSOR_F16] = { "float16", 2 },
  [MYNA_TENSOR_BF16] = { "bfloat16", 2 }, [MYNA_TENSOR_F64] = { "float64", 8 },
  [MYNA_TENSOR_I64] = { "int64", 8 },     [MYNA_TENSOR_I32] = { "int32", 4 },
  [MYNA_TENSOR_I16] = { "int16", 2 },     [MYNA_TENSOR_I8] = { "int8", 1 },
  [MYNA_TENSOR_U8] = { "uint8", 1 },      [MYNA_TENSOR_BOOL] = { "bool", 1 },
};

/**
 * myna_tensor_type_get_size:
 * @type: an element type
 *
 * Returns: bytes of an element
 */
gsize
myna_tensor_type_get_size (MynaTensorType type)
{
  g_return_val_if_fail (type < G_N_ELEMENTS (types), 1);

  return types[type].size;
}

/**
 * myna_tensor_type_get_name:
 * @type: an element type
 *
 * Returns: (transfer none): its name as PyTorch spells it
 */
const char *
myna_tensor_type_get_name (MynaTensorType type)
{
  g_return_val_if_fail (type < G_N_ELEMENTS (types), "");

  return types[type].name;
}

#define CONVERT(TYPE)                                                                              \
  for (gsize i = 0; i < n; i++)                                                                    \
    {                                                                                              \
      TYPE x;                                                                                      \
                                                                                                   \
      memcpy (&x, (const guint8 *) bytes + i * sizeof x, sizeof x);                                \
      values[i] = (float) x;                                                                       \
    }

/* The vector conversions want aligned elements. */
static void
halves_to_f32 (MynaTensorType type, gconstpointer bytes, gsize n, float *values)
{
  guint16 buffer[512];

  while (n > 0)
    {
      gsize now = MIN (n, G_N_ELEMENTS (buffer));

      memcpy (buffer, bytes, now * sizeof *buffer);
      if (type == MYNA_TENSOR_F16)
        gpu_cpu_from_f16 (buffer, values, (gint64) now);
      else
        gpu_cpu_from_bf16 (buffer, values, (gint64) now);
      bytes = (const guint8 *) bytes + now * sizeof *buffer;
      values += now;
      n -= now;
    }
}

/**
 * myna_tensor_type_to_f32:
 * @type: an element type
 * @bytes: @n elements, little-endian, at any alignment
 * @n: their number
 * @values: (out caller-allocates): the same as floats
 *
 * Whole numbers beyond 2²⁴ are rounded.
 */
void
myna_tensor_type_to_f32 (MynaTensorType type, gconstpointer bytes, gsize n, float *values)
{
  switch (type)
    {
    case MYNA_TENSOR_F32:
      if (n > 0)
        memcpy (values, bytes, n * sizeof *values);
      break;
    case MYNA_TENSOR_F16:
    case MYNA_TENSOR_BF16:
      halves_to_f32 (type, bytes, n, values);
      break;
    case MYNA_TENSOR_F64:
      CONVERT (double)
      break;
    case MYNA_TENSOR_I64:
      CONVERT (gint64)
      break;
    case MYNA_TENSOR_I32:
      CONVERT (gint32)
      break;
    case MYNA_TENSOR_I16:
      CONVERT (gint16)
      break;
    case MYNA_TENSOR_I8:
      CONVERT (gint8)
      break;
    case MYNA_TENSOR_U8:
    case MYNA_TENSOR_BOOL:
      CONVERT (guint8)
      break;
    default:
      g_return_if_reached ();
    }
}

/**
 * myna_tensor_count_elements:
 * @dims: extents
 * @n_dims: their number
 * @type: of an element
 * @n_elements: (out): their product
 * @n_bytes: (out): the same in bytes
 *
 * Returns: %FALSE when an extent is negative or a product does not fit in 63 bits
 */
gboolean
myna_tensor_count_elements (
    const gint64 *dims, int n_dims, MynaTensorType type, gsize *n_elements, gsize *n_bytes)
{
  gsize n = 1, bytes;
  gboolean empty = FALSE;

  for (int i = 0; i < n_dims; i++)
    {
      if (dims[i] < 0)
        return FALSE;
      empty = empty || dims[i] == 0;
    }
  for (int i = 0; i < n_dims && !empty; i++)
    if (!g_size_checked_mul (&n, n, (gsize) dims[i]) || n > G_MAXINT64)
      return FALSE;
  if (empty)
    n = 0;
  if (!g_size_checked_mul (&bytes, n, myna_tensor_type_get_size (type)) || bytes > G_MAXINT64)
    return FALSE;
  *n_elements = n;
  *n_bytes = bytes;
  return TRUE;
}

/**
 * myna_tensor_format_dims:
 * @dims: extents
 * @n_dims: their number
 *
 * Returns: (transfer full): "512×256×16" for messages; "1" for a tensor without dimensions
 */
char *
myna_tensor_format_dims (const gint64 *dims, int n_dims)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 0; i < n_dims; i++)
    {
      if (i > 0)
        g_string_append (text, "×");
      if (dims[i] < 0)
        g_string_append_c (text, '*');
      else
        g_string_append_printf (text, "%" G_GINT64_FORMAT, dims[i]);
    }
  if (n_dims == 0)
    g_string_append_c (text, '1');
  return g_string_free_and_steal (g_steal_pointer (&text));
}
