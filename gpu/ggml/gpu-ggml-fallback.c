/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/ggml/gpu-ggml.h"

#include <glib/gi18n-lib.h>

/* The processor's tensor with the values of a device's. */
static GpuTensor *
fetch (GpuContext *cx, const GpuTensor *t, GError **error)
{
  GpuGgmlState *state = cx->state;
  GpuTensor *copy = gpu_context_new_tensor (state->cpu, t->shape, t->type);

  if (gpu_shape_size (t->shape) > 0 &&
      (copy->data == NULL || !gpu_ggml_download (cx, t, copy->data, error)))
    return NULL;
  return copy;
}

/**
 * gpu_ggml_fall_back:
 * @cx: a context
 * @op: an operation that the device cannot do
 * @error: (out) (optional): the processor's error
 *
 * Computes it on the processor: operands are read back, the result is uploaded.
 *
 * Returns: whether it was computed
 */
gboolean
gpu_ggml_fall_back (GpuContext *cx, const GpuOp *op, GError **error)
{
  GpuGgmlState *state = cx->state;
  GpuOp local = *op;
  gboolean done = TRUE;

  if (op->w != NULL && (local.w = gpu_ggml_weight_on_cpu (op->w, error)) == NULL)
    return FALSE;
  if (op->code == GPU_OP_STATE_WRITE)
    {
      g_set_error (error, GPU_ERROR, GPU_ERROR_UNSUPPORTED,
                   _ ("%s cannot do an operation of this model. Choose the CPU."),
                   cx->device->name);
      return FALSE;
    }
  gpu_scope_begin (state->cpu);
  for (int i = 0; done && i < op->n_in; i++)
    if (op->in[i] != NULL)
      {
        local.in[i] = fetch (cx, op->in[i], error);
        done = local.in[i] != NULL;
      }
  if (op->fused.residual != NULL)
    local.fused.residual = local.in[1];
  if (done)
    {
      local.out = gpu_context_new_tensor (state->cpu, op->out->shape, op->out->type);
      gpu_context_run (state->cpu, &local);
      if (gpu_context_get_error (state->cpu) != NULL)
        {
          if (error != NULL)
            *error = g_error_copy (gpu_context_get_error (state->cpu));
          gpu_context_reset (state->cpu);
          return FALSE;
        }
      done = gpu_ggml_upload (cx, op->out, local.out->data, error);
    }
  gpu_scope_end (state->cpu);
  return done;
}
