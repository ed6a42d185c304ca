/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/face/myna-tflite.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/core/myna-error.h"

/* Reads TensorFlow Lite's schema (a FlatBuffer: tables that name their fields by a vtable, offsets
 * relative to where they stand). The file is not trusted: each read is checked, a wrong one marks
 * the file as damaged and gives 0, so that the reader needs one check at the end. */

#define MAX_BYTES (64 << 20)
#define MAX_ITEMS 8192
#define MAX_DIM 65536
#define MAX_TENSOR (G_GINT64_CONSTANT (1) << 26)

typedef struct
{
  const guint8 *bytes;
  gsize size;
  gboolean damaged;
} Reader;

typedef struct
{
  gsize at, vtable;
  guint n_fields;
} Table;

/* @at is the first of @n items. */
typedef struct
{
  gsize at;
  guint32 n;
} Vector;

static gboolean
check (Reader *reader, gboolean good)
{
  if (!good)
    reader->damaged = TRUE;
  return good;
}

static gboolean
holds (Reader *reader, gsize at, gsize bytes)
{
  return check (reader, at <= reader->size && bytes <= reader->size - at);
}

static guint32
read_u32 (Reader *reader, gsize at)
{
  guint32 value = 0;

  if (holds (reader, at, sizeof value))
    memcpy (&value, reader->bytes + at, sizeof value);
  return GUINT32_FROM_LE (value);
}

static guint16
read_u16 (Reader *reader, gsize at)
{
  guint16 value = 0;

  if (holds (reader, at, sizeof value))
    memcpy (&value, reader->bytes + at, sizeof value);
  return GUINT16_FROM_LE (value);
}

static guint8
read_u8 (Reader *reader, gsize at)
{
  return holds (reader, at, 1) ? reader->bytes[at] : 0;
}

/* The place that the 32-bit offset at @at points to. */
static gsize
follow (Reader *reader, gsize at)
{
  gsize target = at + read_u32 (reader, at);

  return holds (reader, target, 4) ? target : 0;
}

static Table
read_table (Reader *reader, gsize at)
{
  Table table = { .at = at };
  gint64 vtable = (gint64) at - (gint32) read_u32 (reader, at);
  guint16 size;

  if (!check (reader, vtable >= 0))
    return table;
  table.vtable = (gsize) vtable;
  size = read_u16 (reader, table.vtable);
  if (check (reader, size >= 4 && size % 2 == 0) && holds (reader, table.vtable, size))
    table.n_fields = (size - 4) / 2;
  return table;
}

/* Where a field is, 0 if it is not there and has its default. */
static gsize
find_field (Reader *reader, const Table *table, guint field)
{
  guint16 offset = 0;

  if (field < table->n_fields)
    offset = read_u16 (reader, table->vtable + 4 + 2 * (gsize) field);
  return offset == 0 ? 0 : table->at + offset;
}

static int
read_int (Reader *reader, const Table *table, guint field, int fallback)
{
  gsize at = find_field (reader, table, field);

  return at == 0 ? fallback : (int) (gint32) read_u32 (reader, at);
}

static int
read_byte (Reader *reader, const Table *table, guint field)
{
  gsize at = find_field (reader, table, field);

  return at == 0 ? 0 : (int) (gint8) read_u8 (reader, at);
}

static Vector
read_vector (Reader *reader, const Table *table, guint field, gsize item)
{
  gsize at = find_field (reader, table, field);
  Vector vector = { 0, 0 };
  guint32 n;

  if (at == 0)
    return vector;
  at = follow (reader, at);
  n = read_u32 (reader, at);
  if (!check (reader, n <= reader->size / item) || !holds (reader, at + 4, n * item))
    return vector;
  vector.at = at + 4;
  vector.n = n;
  return vector;
}

/* A vector of tables, of at most MAX_ITEMS. */
static Vector
read_tables (Reader *reader, const Table *table, guint field)
{
  Vector vector = read_vector (reader, table, field, 4);

  if (!check (reader, vector.n <= MAX_ITEMS))
    vector.n = 0;
  return vector;
}

static Table
read_item (Reader *reader, const Vector *vector, guint32 index)
{
  return read_table (reader, follow (reader, vector->at + 4 * (gsize) index));
}

static int
read_indices (Reader *reader, const Table *table, guint field, int max, int limit, int *indices)
{
  Vector vector = read_vector (reader, table, field, 4);

  if (!check (reader, vector.n <= (guint32) max))
    return 0;
  for (guint32 i = 0; i < vector.n; i++)
    {
      indices[i] = (int) (gint32) read_u32 (reader, vector.at + 4 * (gsize) i);
      check (reader, indices[i] >= -1 && indices[i] < limit);
    }
  return (int) vector.n;
}

/* ---- the schema ---- */

static gsize
get_type_size (MynaTfliteType type)
{
  return type == MYNA_TFLITE_FLOAT16 ? 2 : 4;
}

static void
read_tensor (Reader *reader, const Table *table, const Vector *buffers, MynaTfliteTensor *tensor)
{
  Vector dims = read_vector (reader, table, 0, 4), data = { 0, 0 };
  guint32 buffer = (guint32) read_int (reader, table, 2, 0);

  tensor->type = (MynaTfliteType) read_byte (reader, table, 1);
  if (!check (reader, dims.n <= MYNA_TFLITE_MAX_DIMS && tensor->type <= MYNA_TFLITE_INT32))
    return;
  tensor->n_dims = (int) dims.n;
  tensor->size = 1;
  for (guint32 i = 0; i < dims.n; i++)
    {
      tensor->dims[i] = (int) (gint32) read_u32 (reader, dims.at + 4 * (gsize) i);
      if (!check (reader, tensor->dims[i] > 0 && tensor->dims[i] <= MAX_DIM))
        return;
      tensor->size *= tensor->dims[i];
      if (!check (reader, tensor->size <= MAX_TENSOR))
        return;
    }
  if (!check (reader, buffer < MAX (buffers->n, 1)))
    return;
  if (buffers->n > 0)
    {
      Table entry = read_item (reader, buffers, buffer);

      data = read_vector (reader, &entry, 0, 1);
    }
  if (data.n == 0)
    return;
  if (check (reader, data.n == (gsize) tensor->size * get_type_size (tensor->type)))
    tensor->data = reader->bytes + data.at;
}

static char *
read_string (Reader *reader, const Table *table, guint field)
{
  Vector text = read_vector (reader, table, field, 1);

  return text.n == 0 || text.n > 255 ? NULL
                                     : g_strndup ((const char *) reader->bytes + text.at, text.n);
}

static void
read_code (Reader *reader, const Vector *codes, guint32 index, MynaTfliteOp *op)
{
  Table table;
  int old, new;

  if (!check (reader, index < codes->n))
    return;
  table = read_item (reader, codes, index);
  old = read_byte (reader, &table, 0);
  new = read_int (reader, &table, 3, 0);
  op->code = (MynaTfliteCode) MAX (old, new);
  op->custom = read_string (reader, &table, 1);
}

static void
read_window (Reader *reader, const Table *options, MynaTfliteOp *op)
{
  op->valid = read_byte (reader, options, 0) == 1;
  op->stride_w = read_int (reader, options, 1, 0);
  op->stride_h = read_int (reader, options, 2, 0);
  check (reader, op->stride_w > 0 && op->stride_w < 256);
  check (reader, op->stride_h > 0 && op->stride_h < 256);
}

static void
read_dilation (Reader *reader, const Table *options, guint field, MynaTfliteOp *op)
{
  op->dilation_w = read_int (reader, options, field, 1);
  op->dilation_h = read_int (reader, options, field + 1, 1);
  check (reader, op->dilation_w > 0 && op->dilation_w < 256);
  check (reader, op->dilation_h > 0 && op->dilation_h < 256);
}

static void
read_options (Reader *reader, const Table *options, MynaTfliteOp *op)
{
  switch (op->code)
    {
    case MYNA_TFLITE_CONV_2D:
      read_window (reader, options, op);
      op->activation = read_byte (reader, options, 3);
      read_dilation (reader, options, 4, op);
      break;
    case MYNA_TFLITE_DEPTHWISE_CONV_2D:
      read_window (reader, options, op);
      op->multiplier = read_int (reader, options, 3, 0);
      op->activation = read_byte (reader, options, 4);
      read_dilation (reader, options, 5, op);
      break;
    case MYNA_TFLITE_MAX_POOL_2D:
      read_window (reader, options, op);
      op->filter_w = read_int (reader, options, 3, 0);
      op->filter_h = read_int (reader, options, 4, 0);
      op->activation = read_byte (reader, options, 5);
      check (reader, op->filter_w > 0 && op->filter_w < 256);
      check (reader, op->filter_h > 0 && op->filter_h < 256);
      break;
    case MYNA_TFLITE_CONCATENATION:
      op->axis = read_int (reader, options, 0, 0);
      op->activation = read_byte (reader, options, 1);
      break;
    case MYNA_TFLITE_ADD:
    case MYNA_TFLITE_MUL:
      op->activation = read_byte (reader, options, 0);
      break;
    default:
      break;
    }
}

static void
read_op (Reader *reader, const Table *table, const Vector *codes, int n_tensors, MynaTfliteOp *op)
{
  gsize options = find_field (reader, table, 4);
  Vector custom = read_vector (reader, table, 5, 1);
  Table fields = { 0 };

  op->stride_w = op->stride_h = op->dilation_w = op->dilation_h = 1;
  read_code (reader, codes, (guint32) read_int (reader, table, 0, 0), op);
  op->n_in = read_indices (reader, table, 1, MYNA_TFLITE_MAX_INPUTS, n_tensors, op->in);
  op->n_out = read_indices (reader, table, 2, MYNA_TFLITE_MAX_OUTPUTS, n_tensors, op->out);
  for (int i = 0; i < op->n_out; i++)
    check (reader, op->out[i] >= 0);
  if (options != 0)
    fields = read_table (reader, follow (reader, options));
  read_options (reader, &fields, op);
  op->options = custom.n > 0 ? reader->bytes + custom.at : NULL;
  op->options_size = custom.n;
}

static void
read_graph (Reader *reader, const Table *model, const Table *graph, MynaTflite *self)
{
  Vector codes = read_tables (reader, model, 1), buffers = read_tables (reader, model, 4);
  Vector tensors = read_tables (reader, graph, 0), ops = read_tables (reader, graph, 3);

  self->n_tensors = tensors.n;
  self->tensors = g_new0 (MynaTfliteTensor, MAX (tensors.n, 1));
  for (guint32 i = 0; i < tensors.n && !reader->damaged; i++)
    {
      Table table = read_item (reader, &tensors, i);

      read_tensor (reader, &table, &buffers, &self->tensors[i]);
    }
  self->n_ops = ops.n;
  self->ops = g_new0 (MynaTfliteOp, MAX (ops.n, 1));
  for (guint32 i = 0; i < ops.n && !reader->damaged; i++)
    {
      Table table = read_item (reader, &ops, i);

      read_op (reader, &table, &codes, (int) tensors.n, &self->ops[i]);
    }
  self->n_in = read_indices (reader, graph, 1, MYNA_TFLITE_MAX_INPUTS, (int) tensors.n, self->in);
  self->n_out = read_indices (reader, graph, 2, MYNA_TFLITE_MAX_INPUTS, (int) tensors.n, self->out);
  for (int i = 0; i < self->n_in; i++)
    check (reader, self->in[i] >= 0);
  for (int i = 0; i < self->n_out; i++)
    check (reader, self->out[i] >= 0);
}

/* A value is written once, before it is read: then the ops can be done in their order. */
static void
check_order (Reader *reader, const MynaTflite *self)
{
  g_autofree gboolean *known = g_new0 (gboolean, MAX (self->n_tensors, 1));

  for (guint i = 0; i < self->n_tensors; i++)
    known[i] = self->tensors[i].data != NULL;
  for (int i = 0; i < self->n_in; i++)
    known[self->in[i]] = TRUE;
  for (guint i = 0; i < self->n_ops; i++)
    {
      const MynaTfliteOp *op = &self->ops[i];

      for (int j = 0; j < op->n_in; j++)
        check (reader, op->in[j] < 0 || known[op->in[j]]);
      for (int j = 0; j < op->n_out; j++)
        {
          check (reader, !known[op->out[j]]);
          known[op->out[j]] = TRUE;
        }
    }
  for (int i = 0; i < self->n_out; i++)
    check (reader, known[self->out[i]]);
}

/**
 * myna_tflite_new:
 * @bytes: a file's content; kept
 * @name: the file's name, for messages
 * @error: MYNA_ERROR_CORRUPT or MYNA_ERROR_TOO_LARGE
 *
 * Reads tensors and operators of the file's first graph, after TensorFlow Lite's public schema
 * (version 3). Any thread.
 *
 * Returns: (transfer full) (nullable): the model
 */
MynaTflite *
myna_tflite_new (GBytes *bytes, const char *name, GError **error)
{
  g_autoptr (MynaTflite) self = NULL;
  Reader reader = { 0 };
  Table model, graph;
  Vector graphs;

  g_return_val_if_fail (bytes != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  self = g_new0 (MynaTflite, 1);
  self->bytes = g_bytes_ref (bytes);
  reader.bytes = g_bytes_get_data (bytes, &reader.size);
  if (reader.size > MAX_BYTES)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_TOO_LARGE,
                   _ ("The model file “%s” is too large to be one of Myna’s face models."), name);
      return NULL;
    }
  if (holds (&reader, 0, 8) && check (&reader, memcmp (reader.bytes + 4, "TFL3", 4) == 0))
    {
      model = read_table (&reader, follow (&reader, 0));
      graphs = read_tables (&reader, &model, 2);
      if (check (&reader, graphs.n > 0))
        {
          graph = read_item (&reader, &graphs, 0);
          read_graph (&reader, &model, &graph, self);
        }
    }
  if (!reader.damaged)
    check_order (&reader, self);
  if (reader.damaged)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
                   _ ("The model file “%s” is damaged; install Myna again."), name);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * myna_tflite_free:
 * @self: (nullable): a model
 *
 * Frees it.
 */
void
myna_tflite_free (MynaTflite *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; self->ops != NULL && i < self->n_ops; i++)
    g_free (self->ops[i].custom);
  g_free (self->ops);
  g_free (self->tensors);
  g_bytes_unref (self->bytes);
  g_free (self);
}

/* IEEE 754 half precision. */
static float
widen_half (guint16 half)
{
  guint32 sign = (guint32) (half & 0x8000) << 16, exponent = half >> 10 & 31, bits;
  guint32 mantissa = half & 1023;
  float value;

  if (exponent == 0)
    {
      value = (float) mantissa * 0x1p-24f;
      return sign != 0 ? -value : value;
    }
  bits = sign | (exponent == 31 ? 255u : exponent + 112) << 23 | mantissa << 13;
  memcpy (&value, &bits, sizeof value);
  return value;
}

/**
 * myna_tflite_dup_floats:
 * @tensor: a constant of floating-point values
 *
 * Returns: (transfer full) (nullable): its values as f32; NULL if it is no such constant
 */
float *
myna_tflite_dup_floats (const MynaTfliteTensor *tensor)
{
  float *values;

  g_return_val_if_fail (tensor != NULL, NULL);

  if (tensor->data == NULL || tensor->type == MYNA_TFLITE_INT32)
    return NULL;
  values = g_new (float, tensor->size);
  for (gint64 i = 0; i < tensor->size; i++)
    if (tensor->type == MYNA_TFLITE_FLOAT32)
      {
        guint32 bits;

        memcpy (&bits, tensor->data + 4 * i, sizeof bits);
        bits = GUINT32_FROM_LE (bits);
        memcpy (&values[i], &bits, sizeof bits);
      }
    else
      {
        guint16 half;

        memcpy (&half, tensor->data + 2 * i, sizeof half);
        values[i] = widen_half (GUINT16_FROM_LE (half));
      }
  return values;
}

/**
 * myna_tflite_get_int:
 * @tensor: a constant of integers
 * @index: below its size
 *
 * Returns: the value
 */
int
myna_tflite_get_int (const MynaTfliteTensor *tensor, gint64 index)
{
  gint32 value;

  g_return_val_if_fail (tensor != NULL && tensor->data != NULL, 0);
  g_return_val_if_fail (tensor->type == MYNA_TFLITE_INT32, 0);
  g_return_val_if_fail (index >= 0 && index < tensor->size, 0);

  memcpy (&value, tensor->data + 4 * index, sizeof value);
  return GINT32_FROM_LE (value);
}
