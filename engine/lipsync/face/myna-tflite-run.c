/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include "engine/lipsync/face/myna-tflite-net-private.h"

/* Steps on a device. */

static GpuShape
get_shape (const MynaTfliteNet *self, int value, int batch)
{
  const MynaTfliteTensor *tensor = &self->values[value];
  GpuShape shape = { tensor->n_dims, { 1, 1, 1, 1 } };

  for (int i = 0; i < tensor->n_dims; i++)
    shape.d[i] = i == 0 ? batch : tensor->dims[i];
  return shape;
}

static GpuTensor *
run_conv (GpuContext *cx, const MynaStep *step, GpuTensor *const *values)
{
  GpuConv conv = step->conv;

  conv.fused.residual = step->residual >= 0 ? values[step->residual] : NULL;
  return gpu_conv_2d (cx, values[step->in[0]], step->w, conv);
}

static GpuTensor *
run_pad (GpuContext *cx, const MynaStep *step, GpuTensor *x)
{
  for (int axis = 0; axis < MYNA_TFLITE_MAX_DIMS; axis++)
    if (step->pad[axis][0] > 0 || step->pad[axis][1] > 0)
      x = gpu_pad (cx, x, axis, step->pad[axis][0], step->pad[axis][1], GPU_PAD_ZERO);
  return x;
}

static GpuTensor *
run_concat (GpuContext *cx, const MynaStep *step, GpuTensor *const *values)
{
  const GpuTensor *parts[MYNA_TFLITE_MAX_INPUTS];

  for (int i = 0; i < step->n_in; i++)
    parts[i] = values[step->in[i]];
  return gpu_concat (cx, parts, step->n_in, step->axis);
}

static GpuTensor *
run_step (const MynaTfliteNet *self,
          GpuContext *cx,
          const MynaStep *step,
          int batch,
          GpuTensor *const *values)
{
  GpuTensor *x = values[step->in[0]];
  const GpuFused *fused = &step->conv.fused;

  switch (step->kind)
    {
    case MYNA_STEP_CONV:
      return run_conv (cx, step, values);
    case MYNA_STEP_MAX_POOL:
      return gpu_max_pool_2d (cx, x, step->k, step->stride, 0);
    case MYNA_STEP_PAD:
      return run_pad (cx, step, x);
    case MYNA_STEP_ADD:
      x = gpu_add (cx, x, values[step->in[1]]);
      return fused->act == GPU_ACT_NONE ? x : gpu_activate (cx, x, fused->act, fused->a, fused->b);
    case MYNA_STEP_MUL:
      return gpu_mul (cx, x, gpu_constant (cx, step->w));
    case MYNA_STEP_RELU:
      return gpu_relu (cx, x);
    case MYNA_STEP_PRELU:
      return gpu_prelu (cx, x, gpu_constant (cx, step->w));
    case MYNA_STEP_RESHAPE:
      return gpu_reshape (cx, x, get_shape (self, step->out, batch));
    case MYNA_STEP_CONCAT:
      return run_concat (cx, step, values);
    case MYNA_STEP_LANDMARKS_TO_MATRIX:
      return myna_step_landmarks_to_matrix (cx, step, x);
    case MYNA_STEP_TRANSFORM_TENSOR:
      return myna_step_transform_tensor (cx, &self->values[step->out], x, values[step->in[1]]);
    case MYNA_STEP_TRANSFORM_LANDMARKS:
      return myna_step_transform_landmarks (cx, x, values[step->in[1]]);
    case MYNA_STEP_NONE:
      break;
    }
  return NULL;
}

/**
 * myna_tflite_net_run:
 * @self: a net
 * @cx: a context of the net's device
 * @batch: number of inputs, at least 1; only 1 for the attention mesh
 * @input: [batch, height, width, channels]
 * @outputs: for each output asked for room for batch × myna_tflite_net_get_output_size() values,
 *   or NULL to skip it
 * @error: the device's
 *
 * Computes the outputs. On the context's thread.
 *
 * Returns: whether it worked
 */
gboolean
myna_tflite_net_run (MynaTfliteNet *self,
                     GpuContext *cx,
                     int batch,
                     const float *input,
                     float *const *outputs,
                     GError **error)
{
  g_autofree GpuTensor **values = NULL;
  gboolean done = TRUE;

  g_return_val_if_fail (self != NULL && cx != NULL && input != NULL && outputs != NULL, FALSE);
  g_return_val_if_fail (batch >= 1 && (batch == 1 || !self->single), FALSE);

  values = g_new0 (GpuTensor *, self->n_values);
  gpu_scope_begin (cx);
  values[self->input] = gpu_tensor_new_f32 (cx, get_shape (self, self->input, batch), input);
  for (guint i = 0; i < self->steps->len; i++)
    {
      const MynaStep *step = &g_array_index (self->steps, MynaStep, i);

      if (step->kind != MYNA_STEP_NONE)
        values[step->out] = run_step (self, cx, step, batch, values);
    }
  for (int i = 0; done && i < self->n_outputs; i++)
    if (outputs[i] != NULL)
      done = gpu_tensor_read_f32 (cx, values[self->outputs[i]], outputs[i], error);
  gpu_scope_end (cx);
  return done;
}

/* ---- MediaPipe's operators: small, so that they are done here on values that were read ---- */

/* Reads into room for @size values; zeros if the context has failed, which its reader finds. */
static void
read_values (GpuContext *cx, const GpuTensor *tensor, float *values, gint64 size)
{
  if (!gpu_tensor_read_f32 (cx, tensor, values, NULL))
    for (gint64 i = 0; i < size; i++)
      values[i] = 0;
}

/**
 * myna_step_landmarks_to_matrix:
 * @cx: a context
 * @step: with the crop's options
 * @landmarks: [1, n, 3], in pixels of the feature image
 *
 * The matrix from pixels of a crop to the image's: the smallest box around some points that is
 * level with the line between two of them, enlarged. MediaPipe's Landmarks2TransformMatrix,
 * version 2.
 *
 * Returns: (transfer none): [1, 4, 4]
 */
GpuTensor *
myna_step_landmarks_to_matrix (GpuContext *cx, const MynaStep *step, const GpuTensor *landmarks)
{
  const MynaLandmarkCrop *crop = &step->crop;
  gint64 n = gpu_tensor_get_dim (landmarks, 1);
  g_autofree float *points = g_new (float, n * 3);
  float low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };
  float angle, c, s, x, y, scale_x, scale_y;
  const float *left = points + 3 * crop->left, *right = points + 3 * crop->right;

  read_values (cx, landmarks, points, n * 3);
  angle = atan2f (right[1] - left[1], right[0] - left[0]);
  c = cosf (angle);
  s = sinf (angle);
  for (guint i = 0; i < crop->points->len; i++)
    {
      const float *point = points + 3 * g_array_index (crop->points, gint64, i);
      float turned[2] = { c * point[0] + s * point[1], c * point[1] - s * point[0] };

      for (int j = 0; j < 2; j++)
        {
          low[j] = MIN (low[j], turned[j]);
          high[j] = MAX (high[j], turned[j]);
        }
    }
  x = (low[0] + high[0]) / 2;
  y = (low[1] + high[1]) / 2;
  scale_x = crop->scale_x * (high[0] - low[0]) / (float) crop->width;
  scale_y = crop->scale_y * (high[1] - low[1]) / (float) crop->height;
  {
    float half_w = scale_x * (float) crop->width / 2, half_h = scale_y * (float) crop->height / 2;
    float matrix[16] = {
      c * scale_x, -s * scale_y,
      0,           c * (x - half_w) - s * (y - half_h),
      s * scale_x, c * scale_y,
      0,           s * (x - half_w) + c * (y - half_h),
      0,           0,
      1,           0,
      0,           0,
      0,           1,
    };

    return gpu_tensor_new_f32 (cx, GPU_SHAPE_3 (1, 4, 4), matrix);
  }
}

/**
 * myna_step_transform_tensor:
 * @cx: a context
 * @out: the result's shape
 * @features: [1, height, width, channels]
 * @matrix: [1, 4, 4]
 *
 * Cuts a crop out of a feature image, bilinear; pixel centres are at halves. MediaPipe's
 * TransformTensorBilinear, version 2.
 *
 * Returns: (transfer none): [1, out height, out width, channels]
 */
GpuTensor *
myna_step_transform_tensor (GpuContext *cx,
                            const MynaTfliteTensor *out,
                            const GpuTensor *features,
                            const GpuTensor *matrix)
{
  GpuShape shape = gpu_tensor_get_shape (features);
  GpuTensor *image = gpu_reshape (cx, features, GPU_SHAPE_3 (shape.d[1], shape.d[2], shape.d[3]));
  GpuTensor *crop;
  float m[16], affine[6];

  read_values (cx, matrix, m, 16);
  for (int row = 0; row < 2; row++)
    {
      affine[3 * row] = m[4 * row];
      affine[3 * row + 1] = m[4 * row + 1];
      affine[3 * row + 2] = m[4 * row + 3] + (m[4 * row] + m[4 * row + 1]) / 2 - 0.5f;
    }
  crop = gpu_warp_affine (cx, image, gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (2, 3), affine),
                          out->dims[1], out->dims[2]);
  return gpu_reshape (cx, crop, GPU_SHAPE_4 (1, out->dims[1], out->dims[2], out->dims[3]));
}

/**
 * myna_step_transform_landmarks:
 * @cx: a context
 * @landmarks: [1, n, 2]
 * @matrix: [1, 4, 4]
 *
 * Moves points by a matrix. MediaPipe's TransformLandmarks, version 2.
 *
 * Returns: (transfer none): [1, n, 2]
 */
GpuTensor *
myna_step_transform_landmarks (GpuContext *cx, const GpuTensor *landmarks, const GpuTensor *matrix)
{
  gint64 n = gpu_tensor_get_dim (landmarks, 1);
  g_autofree float *points = g_new (float, n * 2);
  float m[16];

  read_values (cx, matrix, m, 16);
  read_values (cx, landmarks, points, n * 2);
  for (gint64 i = 0; i < n; i++)
    {
      float x = points[2 * i], y = points[2 * i + 1];

      points[2 * i] = m[0] * x + m[1] * y + m[3];
      points[2 * i + 1] = m[4] * x + m[5] * y + m[7];
    }
  return gpu_tensor_new_f32 (cx, GPU_SHAPE_3 (1, n, 2), points);
}
