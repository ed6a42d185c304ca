/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tflite-fixture.h"

#include <string.h>

/* A FlatBuffer written from the front: offsets point forwards to what is appended later, so that a
 * table is written first and its children are patched in. Vtables stand before their tables. */

static void
put_u32 (GByteArray *out, guint32 value)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (out, (const guint8 *) &value, 4);
}

static void
put_u16 (GByteArray *out, guint16 value)
{
  value = GUINT16_TO_LE (value);
  g_byte_array_append (out, (const guint8 *) &value, 2);
}

/* Makes the offset at @at point to the end. */
static void
point_here (GByteArray *out, guint at)
{
  guint32 offset = GUINT32_TO_LE (out->len - at);

  memcpy (out->data + at, &offset, 4);
}

/* A table whose @n fields are all 32-bit words; returns where the fields start. */
static guint
put_table (GByteArray *out, guint n, const guint32 *words)
{
  guint vtable = out->len, at;

  put_u16 (out, (guint16) (4 + 2 * n));
  put_u16 (out, (guint16) (4 + 4 * n));
  for (guint i = 0; i < n; i++)
    put_u16 (out, (guint16) (4 + 4 * i));
  at = out->len;
  put_u32 (out, at - vtable);
  for (guint i = 0; i < n; i++)
    put_u32 (out, words[i]);
  return at + 4;
}

static void
put_ints (GByteArray *out, guint field, int n, const int *values)
{
  point_here (out, field);
  put_u32 (out, (guint32) n);
  for (int i = 0; i < n; i++)
    put_u32 (out, (guint32) values[i]);
}

/* A vector of @n offsets to be patched; returns where they start. */
static guint
put_offsets (GByteArray *out, guint field, guint n)
{
  point_here (out, field);
  put_u32 (out, n);
  for (guint i = 0; i < n; i++)
    put_u32 (out, 0);
  return out->len - 4 * n;
}

static void
put_buffer (GByteArray *out, guint offset, gconstpointer data, gsize size)
{
  guint fields;

  point_here (out, offset);
  /* The table follows its vtable: point to the table itself. */
  fields = put_table (out, 1, (const guint32[]) { 0 });
  {
    guint32 distance = GUINT32_TO_LE (fields - 4 - offset);

    memcpy (out->data + offset, &distance, 4);
  }
  point_here (out, fields);
  put_u32 (out, (guint32) size);
  g_byte_array_append (out, data, (guint) size);
  while (out->len % 4 != 0)
    g_byte_array_append (out, (const guint8 *) "", 1);
}

/* As put_table(), and makes the offset at @offset point to it. */
static guint
put_child (GByteArray *out, guint offset, guint n, const guint32 *words)
{
  guint fields = put_table (out, n, words);
  guint32 distance = GUINT32_TO_LE (fields - 4 - offset);

  memcpy (out->data + offset, &distance, 4);
  return fields;
}

static void
put_tensor (GByteArray *out, guint offset, int type, int buffer, int n, const int *dims)
{
  guint fields =
      put_child (out, offset, 3, (const guint32[]) { 0, (guint32) type, (guint32) buffer });

  put_ints (out, fields, n, dims);
}

static void
put_op (GByteArray *out,
        guint offset,
        int code,
        int n_in,
        const int *in,
        int result,
        guint n_options,
        const guint32 *options)
{
  guint fields = put_child (out, offset, 5, (const guint32[]) { (guint32) code, 0, 0, 0, 0 });

  put_ints (out, fields + 4, n_in, in);
  put_ints (out, fields + 8, 1, &result);
  put_child (out, fields + 16, n_options, options);
}

/* Sixteenths are exact in half precision. */
float
tflite_fixture_weight (int index)
{
  return (float) (index % 7 - 3) / 16;
}

float
tflite_fixture_bias (int index)
{
  return (float) (index - 1) / 4;
}

static guint16
to_half (float value)
{
  guint32 bits;

  memcpy (&bits, &value, 4);
  if (value == 0)
    return 0;
  return (guint16) ((bits >> 16 & 0x8000) | ((bits >> 23 & 255) - 112) << 10 | (bits >> 13 & 1023));
}

enum
{
  INPUT,
  HALVES,
  WEIGHTS,
  BIAS,
  SUM,
  PADS,
  PADDED,
  ADDED,
  ACTIVE,
  POOLED,
  FLAT,
  N_TENSORS,
};

enum
{
  CONV,
  DEQUANTIZE,
  PAD,
  ADD,
  RELU,
  MAX_POOL,
  RESHAPE,
  N_CODES,
};

static void
put_tensors (GByteArray *out, guint field, int channels)
{
  guint at = put_offsets (out, field, N_TENSORS);
  const int image[] = { 1, 4, 4, 2 }, weights[] = { 3, 3, 3, 2 }, three[] = { 3 };
  const int sum[] = { 1, 4, 4, channels }, pads[] = { 4, 2 }, pooled[] = { 1, 2, 2, 3 },
            flat[] = { 1, TFLITE_FIXTURE_OUT, 1 };

  put_tensor (out, at + 4 * INPUT, 0, 0, 4, image);
  put_tensor (out, at + 4 * HALVES, 1, 1, 4, weights);
  put_tensor (out, at + 4 * WEIGHTS, 0, 0, 4, weights);
  put_tensor (out, at + 4 * BIAS, 0, 2, 1, three);
  put_tensor (out, at + 4 * SUM, 0, 0, 4, sum);
  put_tensor (out, at + 4 * PADS, 2, 3, 2, pads);
  put_tensor (out, at + 4 * PADDED, 0, 0, 4, sum);
  put_tensor (out, at + 4 * ADDED, 0, 0, 4, sum);
  put_tensor (out, at + 4 * ACTIVE, 0, 0, 4, sum);
  put_tensor (out, at + 4 * POOLED, 0, 0, 4, pooled);
  put_tensor (out, at + 4 * FLAT, 0, 0, 3, flat);
}

static void
put_ops (GByteArray *out, guint field)
{
  guint at = put_offsets (out, field, N_CODES);

  put_op (out, at, DEQUANTIZE, 1, (const int[]) { HALVES }, WEIGHTS, 0, NULL);
  put_op (out, at + 4, CONV, 3, (const int[]) { INPUT, WEIGHTS, BIAS }, SUM, 3,
          (const guint32[]) { 0, 1, 1 });
  put_op (out, at + 8, PAD, 2, (const int[]) { INPUT, PADS }, PADDED, 0, NULL);
  put_op (out, at + 12, ADD, 2, (const int[]) { PADDED, SUM }, ADDED, 0, NULL);
  put_op (out, at + 16, RELU, 1, (const int[]) { ADDED }, ACTIVE, 0, NULL);
  put_op (out, at + 20, MAX_POOL, 1, (const int[]) { ACTIVE }, POOLED, 5,
          (const guint32[]) { 1, 2, 2, 2, 2 });
  put_op (out, at + 24, RESHAPE, 1, (const int[]) { POOLED }, FLAT, 0, NULL);
}

static void
put_codes (GByteArray *out, guint field)
{
  static const guint32 codes[N_CODES] = {
    [CONV] = MYNA_TFLITE_CONV_2D,    [DEQUANTIZE] = MYNA_TFLITE_DEQUANTIZE,
    [PAD] = MYNA_TFLITE_PAD,         [ADD] = MYNA_TFLITE_ADD,
    [RELU] = MYNA_TFLITE_RELU,       [MAX_POOL] = MYNA_TFLITE_MAX_POOL_2D,
    [RESHAPE] = MYNA_TFLITE_RESHAPE,
  };
  guint at = put_offsets (out, field, N_CODES);

  /* The name is left to a vtable that ends before it would. */
  for (guint i = 0; i < N_CODES; i++)
    put_child (out, at + 4 * i, 1, &codes[i]);
}

static void
put_buffers (GByteArray *out, guint field)
{
  guint at = put_offsets (out, field, 4);
  guint16 halves[TFLITE_FIXTURE_WEIGHTS];
  float bias[3];
  const gint32 pads[8] = { 0, 0, 0, 0, 0, 0, 0, 1 };

  for (int i = 0; i < TFLITE_FIXTURE_WEIGHTS; i++)
    halves[i] = to_half (tflite_fixture_weight (i));
  for (int i = 0; i < 3; i++)
    bias[i] = tflite_fixture_bias (i);
  put_buffer (out, at, NULL, 0);
  put_buffer (out, at + 4, halves, sizeof halves);
  put_buffer (out, at + 8, bias, sizeof bias);
  put_buffer (out, at + 12, pads, sizeof pads);
}

/**
 * tflite_fixture_new:
 * @channels_claimed: 3, or another number to make shapes that do not fit
 *
 * Returns: (transfer full): the model's file
 */
GBytes *
tflite_fixture_new (int channels_claimed)
{
  GByteArray *out = g_byte_array_new ();
  guint model, graphs, graph;

  put_u32 (out, 0);
  g_byte_array_append (out, (const guint8 *) "TFL3", 4);
  model = put_child (out, 0, 5, (const guint32[]) { 3, 0, 0, 0, 0 });
  put_codes (out, model + 4);
  graphs = put_offsets (out, model + 8, 1);
  graph = put_child (out, graphs, 4, (const guint32[]) { 0, 0, 0, 0 });
  put_tensors (out, graph, channels_claimed);
  put_ints (out, graph + 4, 1, (const int[]) { INPUT });
  put_ints (out, graph + 8, 2, (const int[]) { FLAT, ACTIVE });
  put_ops (out, graph + 12);
  /* The description is not read; any string will do. */
  put_ints (out, model + 12, 0, NULL);
  put_buffers (out, model + 16);
  return g_byte_array_free_to_bytes (out);
}
