/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/gpu-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static GpuTensor *
tensor_new (GpuContext *self, GpuShape shape, GpuType type)
{
  GpuTensor *tensor = g_new0 (GpuTensor, 1);

  tensor->shape = shape;
  tensor->type = type;
  tensor->scope = self->depth;
  g_ptr_array_add (self->tensors, tensor);
  return tensor;
}

static void
tensor_drop (GpuContext *self, GpuTensor *tensor)
{
  if (tensor->size > 0)
    {
      self->used -= tensor->size;
      self->device->backend->tensor_free (self, tensor);
    }
  g_free (tensor);
}

/* Frees the tensors of scopes deeper than `depth`. They lie at the end of the array, but for kept
 * ones and states. */
static void
drop_scopes (GpuContext *self, guint depth)
{
  guint kept = 0;

  for (guint i = 0; i < self->tensors->len; i++)
    {
      GpuTensor *tensor = self->tensors->pdata[i];

      if (tensor->scope > depth)
        tensor_drop (self, tensor);
      else
        self->tensors->pdata[kept++] = tensor;
    }
  g_ptr_array_set_size (self->tensors, (int) kept);
}

static void
set_out_of_memory (GpuContext *self, gsize size)
{
  g_autofree char *needed = g_format_size (size);
  g_autofree char *used = g_format_size (self->used);

  gpu_context_fail (
      self, g_error_new (GPU_ERROR, GPU_ERROR_OUT_OF_MEMORY,
                         _ ("%s does not have enough memory: %s more were needed beside %s in use. "
                            "Close other programs, or choose the CPU."),
                         self->device->name, needed, used));
}

/**
 * gpu_context_new:
 * @device: where to compute
 *
 * Returns: (transfer full): a context with one scope open. If the device cannot be opened, the
 * context is born with the error set.
 */
GpuContext *
gpu_context_new (GpuDevice *device)
{
  GpuContext *self;
  GError *error = NULL;

  g_return_val_if_fail (device != NULL, NULL);

  self = g_new0 (GpuContext, 1);
  self->device = gpu_device_ref (device);
  self->tensors = g_ptr_array_new ();
  self->check_finite = TRUE;
  if (!device->backend->context_open (self, &error))
    gpu_context_fail (self, error);
  return self;
}

/**
 * gpu_context_free:
 * @self: (nullable) (transfer full): a context
 *
 * Frees it with all its tensors.
 */
void
gpu_context_free (GpuContext *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->tensors->len; i++)
    tensor_drop (self, self->tensors->pdata[i]);
  g_ptr_array_unref (self->tensors);
  self->device->backend->context_close (self);
  g_clear_error (&self->error);
  gpu_device_unref (self->device);
  g_free (self);
}

/**
 * gpu_context_get_device:
 * @self: a context
 *
 * Returns: (transfer none): its device
 */
GpuDevice *
gpu_context_get_device (GpuContext *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->device;
}

/**
 * gpu_context_get_error:
 * @self: a context
 *
 * Returns: (transfer none) (nullable): the first error since the last reset
 */
const GError *
gpu_context_get_error (GpuContext *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->error;
}

/**
 * gpu_context_reset:
 * @self: a context
 *
 * Frees all tensors, states included, closes all scopes and forgets the error: the way back after
 * GPU_ERROR_OUT_OF_MEMORY, to try again with a smaller window.
 */
void
gpu_context_reset (GpuContext *self)
{
  g_return_if_fail (self != NULL);

  for (guint i = 0; i < self->tensors->len; i++)
    tensor_drop (self, self->tensors->pdata[i]);
  g_ptr_array_set_size (self->tensors, 0);
  self->depth = 0;
  g_clear_error (&self->error);
}

/**
 * gpu_context_get_used:
 * @self: a context
 *
 * Returns: bytes of scratch in use
 */
guint64
gpu_context_get_used (GpuContext *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->used;
}

/**
 * gpu_context_get_peak:
 * @self: a context
 *
 * Returns: the most bytes of scratch in use at a time since gpu_context_reset_peak()
 */
guint64
gpu_context_get_peak (GpuContext *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->peak;
}

/**
 * gpu_context_reset_peak:
 * @self: a context
 *
 * Begins a new measurement of the peak.
 */
void
gpu_context_reset_peak (GpuContext *self)
{
  g_return_if_fail (self != NULL);

  self->peak = self->used;
}

/**
 * gpu_context_set_limit:
 * @self: a context
 * @bytes: most scratch to use, 0 for no limit
 *
 * What the memory plan allows; beyond it operations fail as if the device were full.
 */
void
gpu_context_set_limit (GpuContext *self, guint64 bytes)
{
  g_return_if_fail (self != NULL);

  self->limit = bytes;
}

/**
 * gpu_context_set_check_finite:
 * @self: a context
 * @check: whether reading looks for NaN and infinity
 *
 * The check is on by default; it costs one pass over what is read.
 */
void
gpu_context_set_check_finite (GpuContext *self, gboolean check)
{
  g_return_if_fail (self != NULL);

  self->check_finite = check;
}

/**
 * gpu_context_set_threads:
 * @self: a context
 * @threads: 1 …, or 0 for all
 *
 * How many threads the processor computes this context's operations with. GPUs take no notice.
 */
void
gpu_context_set_threads (GpuContext *self, int threads)
{
  g_return_if_fail (self != NULL && threads >= 0);

  self->threads = threads;
}

/**
 * gpu_scope_begin:
 * @self: a context
 *
 * Opens a scope. Scopes nest.
 */
void
gpu_scope_begin (GpuContext *self)
{
  g_return_if_fail (self != NULL);

  self->depth++;
}

/**
 * gpu_scope_keep:
 * @self: a context with an open scope
 * @tensor: a tensor of this scope
 *
 * Moves @tensor, with the storage it shares, to the enclosing scope.
 *
 * Returns: (transfer none): @tensor
 */
GpuTensor *
gpu_scope_keep (GpuContext *self, GpuTensor *tensor)
{
  g_return_val_if_fail (self != NULL && tensor != NULL, tensor);
  g_return_val_if_fail (self->depth > 0, tensor);

  for (GpuTensor *t = tensor; t != NULL; t = t->base)
    t->scope = MIN (t->scope, self->depth - 1);
  return tensor;
}

/**
 * gpu_scope_end:
 * @self: a context with an open scope
 *
 * Closes the innermost scope and frees its tensors.
 */
void
gpu_scope_end (GpuContext *self)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (self->depth > 0);

  if (self->error == NULL && self->device->backend->scope_end != NULL)
    self->device->backend->scope_end (self);
  self->depth--;
  drop_scopes (self, self->depth);
}

GpuTensor *
gpu_context_new_tensor (GpuContext *self, GpuShape shape, GpuType type)
{
  GpuTensor *tensor = tensor_new (self, shape, type);
  gsize size = (gsize) gpu_shape_size (shape) * gpu_type_size (type);

  if (self->error != NULL || size == 0)
    return tensor;
  if ((self->limit > 0 && self->used + size > self->limit) ||
      !self->device->backend->tensor_alloc (self, tensor))
    {
      set_out_of_memory (self, size);
      return tensor;
    }
  self->used += tensor->size;
  self->peak = MAX (self->peak, self->used);
  return tensor;
}

GpuTensor *
gpu_context_new_view (GpuContext *self, const GpuTensor *base, GpuShape shape)
{
  GpuTensor *tensor = tensor_new (self, shape, base->type);

  tensor->base = (GpuTensor *) base;
  tensor->scope = MAX (base->scope, self->depth);
  if (self->error == NULL && base->data != NULL)
    self->device->backend->tensor_view (self, tensor);
  return tensor;
}

GpuTensor *
gpu_context_new_borrowed (GpuContext *self, GpuShape shape, gpointer storage)
{
  GpuTensor *tensor = tensor_new (self, shape, GPU_F32);

  tensor->data = storage;
  return tensor;
}

void
gpu_context_fail (GpuContext *self, GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
}

GpuTensor *
gpu_context_run (GpuContext *self, const GpuOp *op)
{
  GError *error = NULL;

  if (self->error != NULL || gpu_shape_size (op->out->shape) == 0)
    return op->out;
  if (!self->device->backend->run (self, op, &error))
    gpu_context_fail (self, error);
  return op->out;
}

GpuTensor *
gpu_context_new_from_host (GpuContext *self, GpuShape shape, GpuType type, const void *values)
{
  GError *error = NULL;
  GpuTensor *tensor = gpu_context_new_tensor (self, shape, type);

  if (self->error != NULL || gpu_shape_size (shape) == 0)
    return tensor;
  if (!self->device->backend->upload (self, tensor, values, &error))
    gpu_context_fail (self, error);
  return tensor;
}

/**
 * gpu_tensor_new_f32:
 * @self: a context
 * @shape: 1 … 4 dimensions
 * @values: (nullable): as many floats as @shape has places, copied; %NULL for zeros
 *
 * Returns: (transfer none): a tensor of the current scope
 */
GpuTensor *
gpu_tensor_new_f32 (GpuContext *self, GpuShape shape, const float *values)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (shape.n >= 1 && shape.n <= GPU_MAX_DIMS, NULL);

  return gpu_context_new_from_host (self, shape, GPU_F32, values);
}

/**
 * gpu_tensor_new_i32:
 * @self: a context
 * @shape: 1 … 4 dimensions
 * @values: (nullable): as many integers as @shape has places, copied; %NULL for zeros
 *
 * Returns: (transfer none): a tensor of the current scope
 */
GpuTensor *
gpu_tensor_new_i32 (GpuContext *self, GpuShape shape, const gint32 *values)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (shape.n >= 1 && shape.n <= GPU_MAX_DIMS, NULL);

  return gpu_context_new_from_host (self, shape, GPU_I32, values);
}

static gboolean
tensor_read (GpuContext *self, const GpuTensor *tensor, void *values, GError **error)
{
  if (self->error == NULL && gpu_shape_size (tensor->shape) > 0)
    {
      GError *local = NULL;

      if (!self->device->backend->download (self, tensor, values, &local))
        gpu_context_fail (self, local);
    }
  if (self->error != NULL)
    {
      if (error != NULL)
        *error = g_error_copy (self->error);
      return FALSE;
    }
  return TRUE;
}

static gboolean
all_finite (const float *values, gsize n)
{
  gsize bad = 0;

  for (gsize i = 0; i < n; i++)
    bad += !isfinite (values[i]);
  return bad == 0;
}

/**
 * gpu_tensor_read_f32:
 * @self: the tensor's context
 * @tensor: an f32 tensor
 * @values: (out caller-allocates): room for all its places
 * @error: (out) (optional): the context's error, or GPU_ERROR_NOT_FINITE
 *
 * Waits for what is still to be computed, and copies.
 *
 * Returns: %FALSE when the context has failed or the values are not finite
 */
gboolean
gpu_tensor_read_f32 (GpuContext *self, const GpuTensor *tensor, float *values, GError **error)
{
  g_return_val_if_fail (self != NULL && tensor != NULL, FALSE);
  g_return_val_if_fail (tensor->type == GPU_F32, FALSE);

  if (!tensor_read (self, tensor, values, error))
    return FALSE;
  if (self->check_finite && !all_finite (values, (gsize) gpu_shape_size (tensor->shape)))
    {
      g_set_error (error, GPU_ERROR, GPU_ERROR_NOT_FINITE,
                   _ ("%s computed a value that is not a number. Choose another device."),
                   self->device->name);
      return FALSE;
    }
  return TRUE;
}

/**
 * gpu_tensor_read_i32:
 * @self: the tensor's context
 * @tensor: an i32 tensor
 * @values: (out caller-allocates): room for all its places
 * @error: (out) (optional): the context's error
 *
 * Returns: %FALSE when the context has failed
 */
gboolean
gpu_tensor_read_i32 (GpuContext *self, const GpuTensor *tensor, gint32 *values, GError **error)
{
  g_return_val_if_fail (self != NULL && tensor != NULL, FALSE);
  g_return_val_if_fail (tensor->type == GPU_I32, FALSE);

  return tensor_read (self, tensor, values, error);
}
