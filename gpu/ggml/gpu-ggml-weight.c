/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/ggml/gpu-ggml.h"

#include <glib/gi18n-lib.h>

/* Weights on the device. Linear and tables as they are; 1-D convolutions with the taps outside the
 * channels, as their channels-last columns are gathered; 2-D ones in PyTorch's order, as
 * ggml_im2col gathers; grouped ones with the groups outermost; transposed ones become convolutions
 * when the stride is known. */

static void
set_values (struct ggml_tensor *t, const float *values)
{
  gint64 n = ggml_nelements (t);

  if (t->type == GGML_TYPE_F32)
    {
      ggml_backend_tensor_set (t, values, 0, sizeof (float) * (gsize) n);
      return;
    }
  {
    g_autofree guint16 *halves = g_new (guint16, n);

    if (t->type == GGML_TYPE_F16)
      ggml_fp32_to_fp16_row (values, (ggml_fp16_t *) halves, n);
    else
      ggml_fp32_to_bf16_row (values, (ggml_bf16_t *) halves, n);
    ggml_backend_tensor_set (t, halves, 0, sizeof (guint16) * (gsize) n);
  }
}

static gboolean
set_no_memory (GpuDevice *device, GError **error)
{
  g_set_error (
      error, GPU_ERROR, GPU_ERROR_OUT_OF_MEMORY,
      _ ("%s does not have enough memory for the model. Close other programs, or choose the CPU."),
      device->name);
  return FALSE;
}

/* The extents that the weight has on the device, ggml's order. */
static void
weight_ne (const GpuWeight *w, gint64 *ne)
{
  gint64 in = w->in / w->groups, out = w->out / w->groups;

  ne[0] = ne[1] = ne[2] = ne[3] = 1;
  if (w->kind != GPU_WEIGHT_CONV)
    {
      ne[0] = w->in;
      ne[1] = w->out;
    }
  else if (w->two_d)
    {
      ne[0] = w->kw;
      ne[1] = w->kh;
      ne[2] = in;
      ne[3] = w->out;
    }
  else
    {
      ne[0] = in * w->kw;
      ne[1] = out;
      ne[2] = w->groups;
    }
}

/* [out, in, k] to [out, k, in], or back. */
static float *
turn_taps (const GpuWeight *w, const float *values, gboolean outside)
{
  gint64 in = w->in / w->groups, k = w->kw;
  float *turned = g_new (float, w->out * in * k);

  for (gint64 o = 0; o < w->out; o++)
    for (gint64 i = 0; i < in; i++)
      for (gint64 t = 0; t < k; t++)
        {
          gint64 plain = (o * in + i) * k + t, device = (o * k + t) * in + i;

          if (outside)
            turned[device] = values[plain];
          else
            turned[plain] = values[device];
        }
  return turned;
}

static gboolean
make_constant (GpuWeight *w, const float *values, GError **error)
{
  GpuGgmlDevice *device = w->device->handle;
  GpuGgmlValue *value = g_new0 (GpuGgmlValue, 1);
  gint64 ne[4];

  gpu_ggml_ne (w->shape, ne);
  w->packed = value;
  w->size = sizeof (float) * (guint64) gpu_shape_size (w->shape);
  value->storage = gpu_ggml_storage_new (NULL, device->buffer_type, GGML_TYPE_F32, ne);
  if (value->storage == NULL)
    return set_no_memory (w->device, error);
  value->node = value->storage->tensor;
  ggml_backend_tensor_set (value->node, values, 0, w->size);
  return TRUE;
}

static gsize
count_values (const GpuWeight *w)
{
  return (gsize) (w->in / w->groups * w->out * w->kh * w->kw);
}

/**
 * gpu_ggml_weight_pack:
 * @w: a described weight
 * @source: as in the checkpoint
 * @bias: (nullable): [out]
 * @error: (out) (optional): GPU_ERROR_OUT_OF_MEMORY
 *
 * Puts the weight on the device.
 *
 * Returns: whether it fitted
 */
gboolean
gpu_ggml_weight_pack (GpuWeight *w, const GpuValues *source, const float *bias, GError **error)
{
  GpuGgmlDevice *device = w->device->handle;
  GpuGgmlWeight *weight;
  g_autofree float *made = NULL;
  const float *values;
  gint64 ne[4];
  gboolean transposed = w->kind == GPU_WEIGHT_CONV_TRANSPOSE;

  if (w->kind == GPU_WEIGHT_CONSTANT)
    return make_constant (w, source->data, error);
  values = gpu_values_widen (source, count_values (w), &made);
  weight = g_new0 (GpuGgmlWeight, 1);
  g_mutex_init (&weight->lock);
  weight->phases = g_ptr_array_new ();
  w->packed = weight;
  if (transposed)
    weight->values = g_memdup2 (values, sizeof (float) * count_values (w));
  weight_ne (w, ne);
  weight->meta = ggml_init ((struct ggml_init_params) { 2 * ggml_tensor_overhead (), NULL, true });
  if (!transposed)
    weight->w = ggml_new_tensor (weight->meta, gpu_ggml_type (w->type), 4, ne);
  if (bias != NULL)
    weight->bias = ggml_new_tensor_1d (weight->meta, GGML_TYPE_F32, w->out);
  if (weight->w == NULL && weight->bias == NULL)
    return TRUE;
  weight->buffer = ggml_backend_alloc_ctx_tensors_from_buft (weight->meta, device->buffer_type);
  if (weight->buffer == NULL)
    return set_no_memory (w->device, error);
  w->size = ggml_backend_buffer_get_size (weight->buffer);
  if (bias != NULL)
    set_values (weight->bias, bias);
  if (weight->w != NULL && w->kind == GPU_WEIGHT_CONV && !w->two_d)
    {
      g_autofree float *turned = turn_taps (w, values, TRUE);

      set_values (weight->w, turned);
    }
  else if (weight->w != NULL)
    set_values (weight->w, values);
  return TRUE;
}

static void
phase_free (GpuGgmlPhase *phase)
{
  ggml_backend_buffer_free (phase->buffer);
  ggml_free (phase->meta);
  g_free (phase);
}

/**
 * gpu_ggml_weight_drop:
 * @w: a weight
 *
 * Frees what is on the device.
 */
void
gpu_ggml_weight_drop (GpuWeight *w)
{
  GpuGgmlWeight *weight = w->packed;

  if (weight == NULL)
    return;
  if (w->kind == GPU_WEIGHT_CONSTANT)
    {
      GpuGgmlValue *value = w->packed;

      g_clear_pointer (&value->storage, gpu_ggml_storage_unref);
      g_free (value);
      return;
    }
  for (guint i = 0; i < weight->phases->len; i++)
    phase_free (weight->phases->pdata[i]);
  g_ptr_array_unref (weight->phases);
  g_clear_pointer (&weight->cpu, gpu_weight_unref);
  if (weight->buffer != NULL)
    ggml_backend_buffer_free (weight->buffer);
  if (weight->meta != NULL)
    ggml_free (weight->meta);
  g_free (weight->values);
  g_mutex_clear (&weight->lock);
  g_free (weight);
}

/* ---- the processor's copy ---- */

/* Reads a tensor of the device back as floats. */
static float *
get_values (const struct ggml_tensor *t)
{
  gint64 n = ggml_nelements (t);
  float *values = g_new (float, n);
  g_autofree guint16 *halves = NULL;

  if (t->type == GGML_TYPE_F32)
    {
      ggml_backend_tensor_get (t, values, 0, sizeof (float) * (gsize) n);
      return values;
    }
  halves = g_new (guint16, n);
  ggml_backend_tensor_get (t, halves, 0, sizeof (guint16) * (gsize) n);
  if (t->type == GGML_TYPE_F16)
    ggml_fp16_to_fp32_row ((const ggml_fp16_t *) halves, values, n);
  else
    ggml_bf16_to_fp32_row ((const ggml_bf16_t *) halves, values, n);
  return values;
}

static GpuWeight *
copy_to_cpu (const GpuWeight *w, const float *values, const float *bias, GError **error)
{
  g_autoptr (GpuDevice) cpu = gpu_device_choose ("cpu", error);

  if (cpu == NULL)
    return NULL;
  switch (w->kind)
    {
    case GPU_WEIGHT_LINEAR:
      return gpu_weight_new_linear (cpu, w->type, w->out, w->in, values, bias, error);
    case GPU_WEIGHT_TABLE:
      return gpu_weight_new_table (cpu, w->type, w->out, w->in, values, error);
    case GPU_WEIGHT_CONV:
      return w->two_d ? gpu_weight_new_conv_2d (cpu, w->type, w->out, w->in, w->kh, w->kw,
                                                w->groups, values, bias, error)
                      : gpu_weight_new_conv_1d (cpu, w->type, w->out, w->in, w->kw, w->groups,
                                                values, bias, error);
    case GPU_WEIGHT_CONV_TRANSPOSE:
      return w->two_d ? gpu_weight_new_conv_transpose_2d (cpu, w->type, w->in, w->out, w->kh, w->kw,
                                                          values, bias, error)
                      : gpu_weight_new_conv_transpose_1d (cpu, w->type, w->in, w->out, w->kw,
                                                          values, bias, error);
    case GPU_WEIGHT_CONSTANT:
    default:
      g_return_val_if_reached (NULL);
    }
}

/**
 * gpu_ggml_weight_on_cpu:
 * @w: a weight of a layer that its device cannot compute
 * @error: (out) (optional): GPU_ERROR_OUT_OF_MEMORY
 *
 * Read back from the device at the first use, so that weights of layers that the device computes
 * take no memory of the computer. Any thread.
 *
 * Returns: (transfer none) (nullable): the same weight for the processor
 */
const GpuWeight *
gpu_ggml_weight_on_cpu (const GpuWeight *w, GError **error)
{
  GpuGgmlWeight *weight = w->packed;

  g_mutex_lock (&weight->lock);
  if (weight->cpu == NULL)
    {
      g_autofree float *values = weight->w != NULL ? get_values (weight->w) : NULL;
      g_autofree float *bias = weight->bias != NULL ? get_values (weight->bias) : NULL;

      if (w->kind == GPU_WEIGHT_CONV && !w->two_d)
        {
          g_autofree float *turned = g_steal_pointer (&values);

          values = turn_taps (w, turned, FALSE);
        }
      weight->cpu = copy_to_cpu (w, values != NULL ? values : weight->values, bias, error);
    }
  g_mutex_unlock (&weight->lock);
  return weight->cpu;
}

/* ---- transposed convolutions ---- */

/* out'[t'] of phase p is Σ_j w[p + j·s] x[t' − j]: a convolution whose tap j' is j = J − 1 − j',
 * for every phase at once. Column order as the columns are gathered: 1-D (tap, channel), 2-D
 * (channel, row, column). */
static float *
phase_values (const GpuWeight *w, const float *values, const GpuGgmlPhase *phase)
{
  gint64 columns = w->in * phase->jh * phase->jw;
  float *turned = g_new0 (float, columns * phase->sh * phase->sw * w->out);

  for (gint64 c = 0; c < w->in; c++)
    for (gint64 o = 0; o < w->out; o++)
      for (gint64 y = 0; y < w->kh; y++)
        for (gint64 x = 0; x < w->kw; x++)
          {
            gint64 jy = phase->jh - 1 - y / phase->sh, jx = phase->jw - 1 - x / phase->sw;
            gint64 row = (y % phase->sh * phase->sw + x % phase->sw) * w->out + o;
            gint64 column = w->two_d ? (c * phase->jh + jy) * phase->jw + jx : jx * w->in + c;

            turned[row * columns + column] = values[((c * w->out + o) * w->kh + y) * w->kw + x];
          }
  return turned;
}

/**
 * gpu_ggml_weight_phase:
 * @w: a transposed convolution's weight
 * @sh: vertical stride
 * @sw: horizontal stride
 *
 * Returns: (transfer none) (nullable): it as a convolution, made at the first use; %NULL without
 * memory
 */
const GpuGgmlPhase *
gpu_ggml_weight_phase (const GpuWeight *w, int sh, int sw)
{
  GpuGgmlWeight *weight = w->packed;
  GpuGgmlDevice *device = w->device->handle;
  GpuGgmlPhase *phase = NULL;
  g_autofree float *values = NULL;

  g_mutex_lock (&weight->lock);
  for (guint i = 0; i < weight->phases->len && phase == NULL; i++)
    {
      GpuGgmlPhase *known = weight->phases->pdata[i];

      if (known->sh == sh && known->sw == sw)
        phase = known;
    }
  if (phase == NULL)
    {
      phase = g_new0 (GpuGgmlPhase, 1);
      phase->sh = sh;
      phase->sw = sw;
      phase->jh = (w->kh + sh - 1) / sh;
      phase->jw = (w->kw + sw - 1) / sw;
      phase->meta = ggml_init ((struct ggml_init_params) { ggml_tensor_overhead (), NULL, true });
      phase->w = ggml_new_tensor_2d (phase->meta, gpu_ggml_type (w->type),
                                     w->in * phase->jh * phase->jw, w->out * sh * sw);
      phase->buffer = ggml_backend_alloc_ctx_tensors_from_buft (phase->meta, device->buffer_type);
      if (phase->buffer == NULL)
        {
          ggml_free (phase->meta);
          g_clear_pointer (&phase, g_free);
        }
      else
        {
          values = phase_values (w, weight->values, phase);
          set_values (phase->w, values);
          g_ptr_array_add (weight->phases, phase);
        }
    }
  g_mutex_unlock (&weight->lock);
  return phase;
}
