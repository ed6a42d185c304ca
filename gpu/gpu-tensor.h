/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GPU_MAX_DIMS 4

/**
 * GpuType:
 *
 * Element types. Activations are f32 (indices i32); weights may be any of them.
 */
typedef enum
{
  GPU_F32,
  GPU_F16,
  GPU_BF16,
  GPU_I32,
  GPU_I8, /* weights only: one f32 scale for each output row */
} GpuType;

/**
 * GpuShape:
 * @n: number of dimensions, 1 … 4
 * @d: extents, slowest first; channels are always last (time, channels), (height, width, channels)
 */
typedef struct
{
  int n;
  gint64 d[GPU_MAX_DIMS];
} GpuShape;

#define GPU_SHAPE_1(a) ((GpuShape) { 1, { (a), 1, 1, 1 } })
#define GPU_SHAPE_2(a, b) ((GpuShape) { 2, { (a), (b), 1, 1 } })
#define GPU_SHAPE_3(a, b, c) ((GpuShape) { 3, { (a), (b), (c), 1 } })
#define GPU_SHAPE_4(a, b, c, e) ((GpuShape) { 4, { (a), (b), (c), (e) } })

/**
 * GpuTensor:
 *
 * Values on a context's device, dense, row-major. Owned by the scope it was made in; never freed by
 * the caller. A tensor of a failed context has no values (see gpu_context_get_error()).
 */
typedef struct _GpuTensor GpuTensor;

/**
 * GpuWeight:
 *
 * Constant parameters of a layer on one device, repacked for it. Reference counted, shared by
 * all contexts of the device.
 */
typedef struct _GpuWeight GpuWeight;

gint64 gpu_shape_size (GpuShape shape);
gboolean gpu_shape_equal (GpuShape a, GpuShape b);
gsize gpu_type_size (GpuType type);

GpuShape gpu_tensor_get_shape (const GpuTensor *self);
GpuType gpu_tensor_get_type (const GpuTensor *self);
gint64 gpu_tensor_get_dim (const GpuTensor *self, int index);

G_END_DECLS
