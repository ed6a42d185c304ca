/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/gpu-private.h"

/* One place through the layers of a decoder: an operation of its own on the processor, where the
 * start of each small one would cost as much as the work; composed elsewhere. */

static GpuTensor *
norm (GpuContext *cx, const GpuTensor *x, const GpuWeight *const pair[2], float eps)
{
  return gpu_layer_norm (cx, x, gpu_constant (cx, pair[0]), gpu_constant (cx, pair[1]), eps);
}

static GpuTensor *
compose_layer (GpuContext *cx,
               const GpuTensor *x,
               const GpuDecoder *decoder,
               const GpuDecoderLayer *layer,
               gint64 row)
{
  gint64 c = gpu_tensor_get_dim (x, 1);
  GpuTensor *qkv = gpu_linear (cx, x, layer->qkv, (GpuFused) { 0 });
  GpuTensor *q = gpu_slice (cx, qkv, 1, 0, c);
  GpuTensor *y;

  gpu_state_write (cx, layer->keys, row, gpu_slice (cx, qkv, 1, c, c));
  gpu_state_write (cx, layer->values, row, gpu_slice (cx, qkv, 1, 2 * c, c));
  y = gpu_attention (cx, q, layer->keys, layer->values,
                     (GpuAttention) { .heads = decoder->heads, .n_keys = row + 1 });
  y = gpu_linear (cx, y, layer->out, (GpuFused) { .residual = x });
  x = norm (cx, y, layer->norm1, decoder->eps);
  y = gpu_linear (cx, x, layer->up, (GpuFused) { .act = decoder->act });
  y = gpu_linear (cx, y, layer->down, (GpuFused) { .residual = x });
  return norm (cx, y, layer->norm2, decoder->eps);
}

static void
check_layer (const GpuTensor *x, const GpuDecoderLayer *layer, gint64 row)
{
  const GpuWeight *const vectors[] = { layer->norm1[0], layer->norm1[1], layer->norm2[0],
                                       layer->norm2[1] };
  gint64 c = gpu_tensor_get_dim (x, 1);

  gpu_check (layer->qkv->kind == GPU_WEIGHT_LINEAR && layer->out->kind == GPU_WEIGHT_LINEAR &&
                 layer->up->kind == GPU_WEIGHT_LINEAR && layer->down->kind == GPU_WEIGHT_LINEAR,
             "decode", x);
  gpu_check (layer->qkv->in == c && layer->qkv->out == 3 * c && layer->out->in == c &&
                 layer->out->out == c && layer->up->in == c && layer->down->out == c &&
                 layer->down->in == layer->up->out,
             "decode", x);
  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++)
    gpu_check (vectors[i]->kind == GPU_WEIGHT_CONSTANT && gpu_shape_size (vectors[i]->shape) == c,
               "decode", x);
  gpu_check (layer->keys->is_state && layer->values->is_state && layer->keys->shape.n == 2 &&
                 gpu_shape_equal (layer->keys->shape, layer->values->shape) &&
                 layer->keys->type == layer->values->type && layer->keys->shape.d[1] == c &&
                 row >= 0 && row < layer->keys->shape.d[0],
             "decode", x, layer->keys, layer->values);
}

/**
 * gpu_decode:
 * @cx: a context
 * @x: [1, C]
 * @decoder: layers and their caches; must live until the call returns
 * @row: the place of @x in the caches
 *
 * A step of an autoregressive transformer (post-norm; spec gpt-sovits section 4.3).
 *
 * Returns: (transfer none): [1, C], what the last layer gives, or [1, V], the head of it
 */
GpuTensor *
gpu_decode (GpuContext *cx, const GpuTensor *x, const GpuDecoder *decoder, gint64 row)
{
  GpuOp op = { .code = GPU_OP_DECODE, .in = { x }, .n_in = 1 };

  gpu_check (x->type == GPU_F32 && x->shape.n == 2 && x->shape.d[0] == 1, "decode", x);
  gpu_check (decoder->heads > 0 && x->shape.d[1] % decoder->heads == 0, "decode", x);
  gpu_check (decoder->head == NULL ||
                 (decoder->head->kind == GPU_WEIGHT_LINEAR && decoder->head->in == x->shape.d[1]),
             "decode", x);
  for (int i = 0; i < decoder->n_layers; i++)
    check_layer (x, &decoder->layers[i], row);
  if (cx->device->kind != GPU_DEVICE_CPU)
    {
      for (int i = 0; i < decoder->n_layers; i++)
        x = compose_layer (cx, x, decoder, &decoder->layers[i], row);
      return decoder->head != NULL ? gpu_linear (cx, x, decoder->head, (GpuFused) { 0 })
                                   : (GpuTensor *) x;
    }
  op.decode.decoder = decoder;
  op.decode.row = row;
  op.out = gpu_context_new_tensor (
      cx, GPU_SHAPE_2 (1, decoder->head != NULL ? decoder->head->out : x->shape.d[1]), GPU_F32);
  return gpu_context_run (cx, &op);
}
