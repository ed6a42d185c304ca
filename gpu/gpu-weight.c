/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/gpu-private.h"

#include "gpu/gpu-half.h"

static GpuWeight *
weight_new (GpuDevice *device, GpuWeightKind kind, GpuType type)
{
  GpuWeight *self = g_new0 (GpuWeight, 1);

  g_atomic_ref_count_init (&self->refs);
  self->device = gpu_device_ref (device);
  self->kind = kind;
  self->type = type;
  self->kh = self->kw = self->groups = 1;
  return self;
}

static GpuWeight *
weight_pack (GpuWeight *self, const GpuValues *values, const float *bias, GError **error)
{
  self->has_bias = bias != NULL;
  if (!self->device->backend->weight_pack (self, values, bias, error))
    g_clear_pointer (&self, gpu_weight_unref);
  return self;
}

static GpuValues
from_floats (const float *values)
{
  return (GpuValues) { values, GPU_F32, NULL };
}

/**
 * gpu_values_widen:
 * @values: of any type
 * @n: their number
 * @made: (out) (transfer full) (nullable): new memory for g_free(), or %NULL
 *
 * For backends that take floats only.
 *
 * Returns: (transfer none): the values as floats
 */
const float *
gpu_values_widen (const GpuValues *values, gsize n, float **made)
{
  *made = NULL;
  if (values->type == GPU_F32)
    return values->data;
  *made = g_new (float, n);
  if (values->type == GPU_F16)
    gpu_cpu_from_f16 (values->data, *made, (gint64) n);
  else
    gpu_cpu_from_bf16 (values->data, *made, (gint64) n);
  return *made;
}

static gboolean
is_wide_or_half (GpuType type)
{
  return type == GPU_F32 || type == GPU_F16 || type == GPU_BF16;
}

/**
 * gpu_weight_new_linear:
 * @device: where it will be used
 * @type: how it is kept: f32, f16, bf16 or i8 (one scale a row, symmetric)
 * @out: rows
 * @in: columns
 * @w: [out, in]
 * @bias: (nullable): [out]
 * @error: (out) (optional): GPU_ERROR_OUT_OF_MEMORY
 *
 * Returns: (transfer full) (nullable): the weight of gpu_linear()
 */
GpuWeight *
gpu_weight_new_linear (GpuDevice *device,
                       GpuType type,
                       gint64 out,
                       gint64 in,
                       const float *w,
                       const float *bias,
                       GError **error)
{
  GpuValues values = from_floats (w);

  return gpu_weight_new_linear_from (device, type, out, in, &values, bias, error);
}

/**
 * gpu_weight_new_linear_from:
 * @device: where it will be used
 * @type: how it is kept: f32, f16, bf16 or i8 (one scale a row, symmetric)
 * @out: rows
 * @in: columns
 * @w: [out, in]
 * @bias: (nullable): [out]
 * @error: (out) (optional): GPU_ERROR_OUT_OF_MEMORY
 *
 * Returns: (transfer full) (nullable): the weight of gpu_linear()
 */
GpuWeight *
gpu_weight_new_linear_from (GpuDevice *device,
                            GpuType type,
                            gint64 out,
                            gint64 in,
                            const GpuValues *w,
                            const float *bias,
                            GError **error)
{
  GpuWeight *self;

  g_return_val_if_fail (device != NULL && w != NULL && out > 0 && in > 0 && type != GPU_I32, NULL);
  g_return_val_if_fail (w->data != NULL && is_wide_or_half (w->type), NULL);

  self = weight_new (device, GPU_WEIGHT_LINEAR, type);
  self->out = out;
  self->in = in;
  return weight_pack (self, w, bias, error);
}

static GpuWeight *
conv_new (GpuDevice *device,
          GpuType type,
          GpuWeightKind kind,
          gboolean two_d,
          const gint64 *out_in_kh_kw,
          int groups,
          const GpuValues *w,
          const float *bias,
          GError **error)
{
  GpuWeight *self;

  g_return_val_if_fail (device != NULL && w != NULL && type != GPU_I32 && type != GPU_I8, NULL);
  g_return_val_if_fail (w->data != NULL && is_wide_or_half (w->type), NULL);
  for (int i = 0; i < 4; i++)
    g_return_val_if_fail (out_in_kh_kw[i] > 0, NULL);
  g_return_val_if_fail (
      groups > 0 && out_in_kh_kw[0] % groups == 0 && out_in_kh_kw[1] % groups == 0, NULL);

  self = weight_new (device, kind, type);
  self->two_d = two_d;
  self->out = out_in_kh_kw[0];
  self->in = out_in_kh_kw[1];
  self->kh = out_in_kh_kw[2];
  self->kw = out_in_kh_kw[3];
  self->groups = groups;
  return weight_pack (self, w, bias, error);
}

/**
 * gpu_weight_new_conv_1d:
 * @device: where it will be used
 * @type: how it is kept: f32, f16 or bf16
 * @out: result channels
 * @in: channels
 * @k: taps
 * @groups: divides both; as many as channels is depthwise
 * @w: [out, in/groups, k]
 * @bias: (nullable): [out]
 * @error: (out) (optional): GPU_ERROR_OUT_OF_MEMORY
 *
 * Returns: (transfer full) (nullable): the weight of gpu_conv_1d()
 */
GpuWeight *
gpu_weight_new_conv_1d (GpuDevice *device,
                        GpuType type,
                        gint64 out,
                        gint64 in,
                        gint64 k,
                        int groups,
                        const float *w,
                        const float *bias,
                        GError **error)
{
  GpuValues values = from_floats (w);

  return gpu_weight_new_conv_1d_from (device, type, out, in, k, groups, &values, bias, error);
}

/**
 * gpu_weight_new_conv_1d_from:
 * @device: where it will be used
 * @type: how it is kept: f32, f16 or bf16
 * @out: result channels
 * @in: channels
 * @k: taps
 * @groups: divides both; as many as channels is depthwise
 * @w: [out, in/groups, k]
 * @bias: (nullable): [out]
 * @error: (out) (optional): GPU_ERROR_OUT_OF_MEMORY
 *
 * Returns: (transfer full) (nullable): the weight of gpu_conv_1d()
 */
GpuWeight *
gpu_weight_new_conv_1d_from (GpuDevice *device,
                             GpuType type,
                             gint64 out,
                             gint64 in,
                             gint64 k,
                             int groups,
                             const GpuValues *w,
                             const float *bias,
                             GError **error)
{
  return conv_new (device, type, GPU_WEIGHT_CONV, FALSE, (gint64[]) { out, in, 1, k }, groups, w,
                   bias, error);
}

/**
 * gpu_weight_new_conv_2d:
 * @device: where it will be used
 * @type: how it is kept: f32, f16 or bf16
 * @out: result channels
 * @in: channels
 * @kh: rows of taps
 * @kw: columns of taps
 * @groups: divides both; as many as channels is depthwise
 * @w: [out, in/groups, kh, kw]
 * @bias: (nullable): [out]
 * @error: (out) (optional): GPU_ERROR_OUT_OF_MEMORY
 *
 * Returns: (transfer full) (nullable): the weight of gpu_conv_2d()
 */
GpuWeight *
gpu_weight_new_conv_2d (GpuDevice *device,
                        GpuType type,
                        gint64 out,
                        gint64 in,
                        gint64 kh,
                        gint64 kw,
                        int groups,
                        const float *w,
                        const float *bias,
                        GError **error)
{
  GpuValues values = from_floats (w);

  return gpu_weight_new_conv_2d_from (device, type, out, in, kh, kw, groups, &values, bias, error);
}

/**
 * gpu_weight_new_conv_2d_from:
 * @device: where it will be used
 * @type: how it is kept: f32, f16 or bf16
 * @out: result channels
 * @in: channels
 * @kh: rows of taps
 * @kw: columns of taps
 * @groups: divides both; as many as channels is depthwise
 * @w: [out, in/groups, kh, kw]
 * @bias: (nullable): [out]
 * @error: (out) (optional): GPU_ERROR_OUT_OF_MEMORY
 *
 * Returns: (transfer full) (nullable): the weight of gpu_conv_2d()
 */
GpuWeight *
gpu_weight_new_conv_2d_from (GpuDevice *device,
                             GpuType type,
                             gint64 out,
                             gint64 in,
                             gint64 kh,
                             gint64 kw,
                             int groups,
                             const GpuValues *w,
                             const float *bias,
                             GError **error)
{
  return conv_new (device, type, GPU_WEIGHT_CONV, TRUE, (gint64[]) { out, in, kh, kw }, groups, w,
                   bias, error);
}

/**
 * gpu_weight_new_conv_transpose_1d:
 * @device: where it will be used
 * @type: how it is kept: f32, f16 or bf16
 * @in: channels
 * @out: result channels
 * @k: taps
 * @w: [in, out, k]
 * @bias: (nullable): [out]
 * @error: (out) (optional): GPU_ERROR_OUT_OF_MEMORY
 *
 * Returns: (transfer full) (nullable): the weight of gpu_conv_transpose_1d()
 */
GpuWeight *
gpu_weight_new_conv_transpose_1d (GpuDevice *device,
                                  GpuType type,
                                  gint64 in,
                                  gint64 out,
                                  gint64 k,
                                  const float *w,
                                  const float *bias,
                                  GError **error)
{
  GpuValues values = from_floats (w);

  return gpu_weight_new_conv_transpose_1d_from (device, type, in, out, k, &values, bias, error);
}

/**
 * gpu_weight_new_conv_transpose_1d_from:
 * @device: where it will be used
 * @type: how it is kept: f32, f16 or bf16
 * @in: channels
 * @out: result channels
 * @k: taps
 * @w: [in, out, k]
 * @bias: (nullable): [out]
 * @error: (out) (optional): GPU_ERROR_OUT_OF_MEMORY
 *
 * Returns: (transfer full) (nullable): the weight of gpu_conv_transpose_1d()
 */
GpuWeight *
gpu_weight_new_conv_transpose_1d_from (GpuDevice *device,
                                       GpuType type,
                                       gint64 in,
                                       gint64 out,
                                       gint64 k,
                                       const GpuValues *w,
                                       const float *bias,
                                       GError **error)
{
  return conv_new (device, type, GPU_WEIGHT_CONV_TRANSPOSE, FALSE, (gint64[]) { out, in, 1, k }, 1,
                   w, bias, error);
}

/**
 * gpu_weight_new_conv_transpose_2d:
 * @device: where it will be used
 * @type: how it is kept: f32, f16 or bf16
 * @in: channels
 * @out: result channels
 * @kh: rows of taps
 * @kw: columns of taps
 * @w: [in, out, kh, kw]
 * @bias: (nullable): [out]
 * @error: (out) (optional): GPU_ERROR_OUT_OF_MEMORY
 *
 * Returns: (transfer full) (nullable): the weight of gpu_conv_transpose_2d()
 */
GpuWeight *
gpu_weight_new_conv_transpose_2d (GpuDevice *device,
                                  GpuType type,
                                  gint64 in,
                                  gint64 out,
                                  gint64 kh,
                                  gint64 kw,
                                  const float *w,
                                  const float *bias,
                                  GError **error)
{
  GpuValues values = from_floats (w);

  return conv_new (device, type, GPU_WEIGHT_CONV_TRANSPOSE, TRUE, (gint64[]) { out, in, kh, kw }, 1,
                   &values, bias, error);
}

/**
 * gpu_weight_new_table:
 * @device: where it will be used
 * @type: how it is kept: f32, f16 or bf16
 * @rows: entries
 * @columns: channels of an entry
 * @w: [rows, columns]
 * @error: (out) (optional): GPU_ERROR_OUT_OF_MEMORY
 *
 * Returns: (transfer full) (nullable): the table of gpu_embed()
 */
GpuWeight *
gpu_weight_new_table (
    GpuDevice *device, GpuType type, gint64 rows, gint64 columns, const float *w, GError **error)
{
  GpuValues values = from_floats (w);

  return gpu_weight_new_table_from (device, type, rows, columns, &values, error);
}

/**
 * gpu_weight_new_table_from:
 * @device: where it will be used
 * @type: how it is kept: f32, f16 or bf16
 * @rows: entries
 * @columns: channels of an entry
 * @w: [rows, columns]
 * @error: (out) (optional): GPU_ERROR_OUT_OF_MEMORY
 *
 * Returns: (transfer full) (nullable): the table of gpu_embed()
 */
GpuWeight *
gpu_weight_new_table_from (GpuDevice *device,
                           GpuType type,
                           gint64 rows,
                           gint64 columns,
                           const GpuValues *w,
                           GError **error)
{
  GpuWeight *self;

  g_return_val_if_fail (device != NULL && w != NULL && rows > 0 && columns > 0, NULL);
  g_return_val_if_fail (is_wide_or_half (type) && w->data != NULL && is_wide_or_half (w->type),
                        NULL);

  self = weight_new (device, GPU_WEIGHT_TABLE, type);
  self->out = rows;
  self->in = columns;
  return weight_pack (self, w, NULL, error);
}

/**
 * gpu_weight_new_constant:
 * @device: where it will be used
 * @shape: 1 … 4 dimensions
 * @values: as many floats as @shape has places
 * @error: (out) (optional): GPU_ERROR_OUT_OF_MEMORY
 *
 * Returns: (transfer full) (nullable): an operand for gpu_constant()
 */
GpuWeight *
gpu_weight_new_constant (GpuDevice *device, GpuShape shape, const float *values, GError **error)
{
  GpuValues source = from_floats (values);
  GpuWeight *self;

  g_return_val_if_fail (device != NULL && values != NULL && gpu_shape_size (shape) > 0, NULL);

  self = weight_new (device, GPU_WEIGHT_CONSTANT, GPU_F32);
  self->shape = shape;
  return weight_pack (self, &source, NULL, error);
}

/**
 * gpu_weight_ref:
 * @self: a weight
 *
 * Returns: (transfer full): @self
 */
GpuWeight *
gpu_weight_ref (GpuWeight *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * gpu_weight_unref:
 * @self: (transfer full): a weight
 *
 * Drops a reference. No context may still use the weight with the last one.
 */
void
gpu_weight_unref (GpuWeight *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  self->device->backend->weight_drop (self);
  gpu_device_unref (self->device);
  g_free (self);
}

/**
 * gpu_weight_get_size:
 * @self: a weight
 *
 * Returns: bytes it takes on its device
 */
guint64
gpu_weight_get_size (const GpuWeight *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->size;
}
