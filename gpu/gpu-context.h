/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/gpu-device.h"
#include "gpu/gpu-error.h"
#include "gpu/gpu-tensor.h"

G_BEGIN_DECLS

/**
 * GpuContext:
 *
 * One thread's work on one device: scratch memory with nested scopes, and the first error. After an
 * error (memory, device lost) every further operation does nothing and gives a tensor without
 * values, so that a model is written without a check after each line; the reader checks once.
 * One thread at a time.
 */
typedef struct _GpuContext GpuContext;

GpuContext *gpu_context_new (GpuDevice *device);
void gpu_context_free (GpuContext *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GpuContext, gpu_context_free)

GpuDevice *gpu_context_get_device (GpuContext *self);
const GError *gpu_context_get_error (GpuContext *self);
/* Forgets the error and all tensors: back to an empty context. */
void gpu_context_reset (GpuContext *self);

/* Scratch bytes in use now, and the most at any time since the last reset_peak. */
guint64 gpu_context_get_used (GpuContext *self);
guint64 gpu_context_get_peak (GpuContext *self);
void gpu_context_reset_peak (GpuContext *self);
/* 0 = no limit. An operation that would pass it fails with GPU_ERROR_OUT_OF_MEMORY (also for
 * tests). */
void gpu_context_set_limit (GpuContext *self, guint64 bytes);
/* Have every result looked at for NaN and infinity when it is read. On by default. */
void gpu_context_set_check_finite (GpuContext *self, gboolean check);

/* Threads that the CPU may compute with for this context; 0, the default: all. 1 is faster for many
 * small operations beside other work, where threads would wait for one another. */
void gpu_context_set_threads (GpuContext *self, int threads);

/* Everything made between begin and end is freed at the end, except the tensors handed to
 * gpu_scope_keep(), which move to the enclosing scope. */
void gpu_scope_begin (GpuContext *self);
GpuTensor *gpu_scope_keep (GpuContext *self, GpuTensor *tensor);
void gpu_scope_end (GpuContext *self);

/* Tensors from and to host memory. values has as many elements as the shape; NULL: zeros. */
GpuTensor *gpu_tensor_new_f32 (GpuContext *self, GpuShape shape, const float *values);
GpuTensor *gpu_tensor_new_i32 (GpuContext *self, GpuShape shape, const gint32 *values);
gboolean
gpu_tensor_read_f32 (GpuContext *self, const GpuTensor *tensor, float *values, GError **error);
gboolean
gpu_tensor_read_i32 (GpuContext *self, const GpuTensor *tensor, gint32 *values, GError **error);

G_END_DECLS
