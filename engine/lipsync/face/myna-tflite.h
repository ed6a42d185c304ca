/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MYNA_TFLITE_MAX_DIMS 4
#define MYNA_TFLITE_MAX_INPUTS 8
#define MYNA_TFLITE_MAX_OUTPUTS 4

/* The operators that the face models use, with the numbers of TensorFlow Lite's schema. */
typedef enum
{
  MYNA_TFLITE_ADD = 0,
  MYNA_TFLITE_CONCATENATION = 2,
  MYNA_TFLITE_CONV_2D = 3,
  MYNA_TFLITE_DEPTHWISE_CONV_2D = 4,
  MYNA_TFLITE_DEQUANTIZE = 6,
  MYNA_TFLITE_MAX_POOL_2D = 17,
  MYNA_TFLITE_MUL = 18,
  MYNA_TFLITE_RELU = 19,
  MYNA_TFLITE_RESHAPE = 22,
  MYNA_TFLITE_CUSTOM = 32,
  MYNA_TFLITE_PAD = 34,
  MYNA_TFLITE_STRIDED_SLICE = 45,
  MYNA_TFLITE_PRELU = 54,
} MynaTfliteCode;

typedef enum
{
  MYNA_TFLITE_FLOAT32 = 0,
  MYNA_TFLITE_FLOAT16 = 1,
  MYNA_TFLITE_INT32 = 2,
} MynaTfliteType;

/**
 * MynaTfliteTensor:
 * @n_dims: 0 … 4
 * @dims: extents, slowest first, each at least 1
 * @type: of the values
 * @size: number of values
 * @data: (nullable): @size values if it is a constant, little-endian, of any alignment
 */
typedef struct
{
  int n_dims;
  int dims[MYNA_TFLITE_MAX_DIMS];
  MynaTfliteType type;
  gint64 size;
  const guint8 *data;
} MynaTfliteTensor;

/**
 * MynaTfliteOp:
 * @code: what it does
 * @custom: (nullable): name of a custom operator
 * @n_in, @in: tensors read; −1 is an input that is left out
 * @n_out, @out: tensors written
 * @valid: VALID padding rather than SAME
 * @stride_w, @stride_h, @dilation_w, @dilation_h: of convolutions and pooling, at least 1
 * @filter_w, @filter_h: of pooling
 * @multiplier: of a depthwise convolution
 * @axis: of a concatenation
 * @activation: applied to the result: 0 none, 1 ReLU, 3 ReLU6
 * @options: (nullable): a custom operator's FlexBuffer of @options_size bytes
 */
typedef struct
{
  MynaTfliteCode code;
  char *custom;
  int n_in, n_out;
  int in[MYNA_TFLITE_MAX_INPUTS];
  int out[MYNA_TFLITE_MAX_OUTPUTS];
  gboolean valid;
  int stride_w, stride_h, dilation_w, dilation_h;
  int filter_w, filter_h;
  int multiplier;
  int axis;
  int activation;
  const guint8 *options;
  gsize options_size;
} MynaTfliteOp;

/**
 * MynaTflite:
 * @bytes: the file; tensors point into it
 * @tensors: of the first graph
 * @ops: in an order in which they can be done
 *
 * A TensorFlow Lite file that was read. Every offset was checked against the file's size, every
 * index against its table. Immutable.
 */
typedef struct
{
  GBytes *bytes;
  guint n_tensors, n_ops;
  MynaTfliteTensor *tensors;
  MynaTfliteOp *ops;
  int n_in, n_out;
  int in[MYNA_TFLITE_MAX_INPUTS];
  int out[MYNA_TFLITE_MAX_INPUTS];
} MynaTflite;

MynaTflite *myna_tflite_new (GBytes *bytes, const char *name, GError **error);
void myna_tflite_free (MynaTflite *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaTflite, myna_tflite_free)

float *myna_tflite_dup_floats (const MynaTfliteTensor *tensor);
int myna_tflite_get_int (const MynaTfliteTensor *tensor, gint64 index);

G_END_DECLS
