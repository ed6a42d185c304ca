/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/gpu-device.h"
#include "gpu/gpu-tensor.h"

G_BEGIN_DECLS

/**
 * GpuValues:
 * @data: dense, row-major, aligned for @type
 * @type: f32, f16 or bf16
 * @owner: (nullable): the memory that holds @data, a mapped file; the CPU then reads the values
 * where they lie instead of copying them, and keeps a reference
 *
 * Values for a weight in host memory.
 */
typedef struct
{
  gconstpointer data;
  GpuType type;
  GBytes *owner;
} GpuValues;

/*
 * Weights come in the layout of the checkpoints (PyTorch): linear [out, in], convolutions [out,
 * in/groups, k…], transposed convolutions [in, out, k…]; bias [out] or NULL. The values are f32 in
 * host memory and are copied; `type` is how the device keeps them. Any thread. NULL with
 * GPU_ERROR_OUT_OF_MEMORY when they do not fit.
 */
GpuWeight *gpu_weight_new_linear (GpuDevice *device,
                                  GpuType type,
                                  gint64 out,
                                  gint64 in,
                                  const float *w,
                                  const float *bias,
                                  GError **error);
GpuWeight *gpu_weight_new_conv_1d (GpuDevice *device,
                                   GpuType type,
                                   gint64 out,
                                   gint64 in,
                                   gint64 k,
                                   int groups,
                                   const float *w,
                                   const float *bias,
                                   GError **error);
GpuWeight *gpu_weight_new_conv_2d (GpuDevice *device,
                                   GpuType type,
                                   gint64 out,
                                   gint64 in,
                                   gint64 kh,
                                   gint64 kw,
                                   int groups,
                                   const float *w,
                                   const float *bias,
                                   GError **error);
GpuWeight *gpu_weight_new_conv_transpose_1d (GpuDevice *device,
                                             GpuType type,
                                             gint64 in,
                                             gint64 out,
                                             gint64 k,
                                             const float *w,
                                             const float *bias,
                                             GError **error);
GpuWeight *gpu_weight_new_conv_transpose_2d (GpuDevice *device,
                                             GpuType type,
                                             gint64 in,
                                             gint64 out,
                                             gint64 kh,
                                             gint64 kw,
                                             const float *w,
                                             const float *bias,
                                             GError **error);
/* An embedding table [rows, columns] for gpu_embed(). */
GpuWeight *gpu_weight_new_table (
    GpuDevice *device, GpuType type, gint64 rows, gint64 columns, const float *w, GError **error);
/* The same from values of another type, or from a mapped file. Those that are already of `type` are
 * not rounded again. */
GpuWeight *gpu_weight_new_linear_from (GpuDevice *device,
                                       GpuType type,
                                       gint64 out,
                                       gint64 in,
                                       const GpuValues *w,
                                       const float *bias,
                                       GError **error);
GpuWeight *gpu_weight_new_conv_1d_from (GpuDevice *device,
                                        GpuType type,
                                        gint64 out,
                                        gint64 in,
                                        gint64 k,
                                        int groups,
                                        const GpuValues *w,
                                        const float *bias,
                                        GError **error);
GpuWeight *gpu_weight_new_conv_2d_from (GpuDevice *device,
                                        GpuType type,
                                        gint64 out,
                                        gint64 in,
                                        gint64 kh,
                                        gint64 kw,
                                        int groups,
                                        const GpuValues *w,
                                        const float *bias,
                                        GError **error);
GpuWeight *gpu_weight_new_conv_transpose_1d_from (GpuDevice *device,
                                                  GpuType type,
                                                  gint64 in,
                                                  gint64 out,
                                                  gint64 k,
                                                  const GpuValues *w,
                                                  const float *bias,
                                                  GError **error);
GpuWeight *gpu_weight_new_table_from (GpuDevice *device,
                                      GpuType type,
                                      gint64 rows,
                                      gint64 columns,
                                      const GpuValues *w,
                                      GError **error);
/* A constant tensor (norm gains, positions, codebooks), f32, usable as an operand through
 * gpu_constant(). */
GpuWeight *
gpu_weight_new_constant (GpuDevice *device, GpuShape shape, const float *values, GError **error);

GpuWeight *gpu_weight_ref (GpuWeight *self);
void gpu_weight_unref (GpuWeight *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GpuWeight, gpu_weight_unref)

/* Bytes on the device. */
guint64 gpu_weight_get_size (const GpuWeight *self);

G_END_DECLS
