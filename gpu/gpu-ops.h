/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The op set that models are written in. Every function takes the context first, makes a new tensor
 * in the current scope and returns it (borrowed). Shapes are checked: a wrong one is a programmer's
 * error and aborts with the op's name and the shapes, because checkpoints are validated when
 * loaded. In the comments T is time, C channels, N batch; […] are leading dimensions that an op
 * leaves alone.
 */

#include "gpu/gpu-context.h"
#include "gpu/gpu-weight.h"

G_BEGIN_DECLS

/**
 * GpuActivation:
 *
 * Functions of one value, alone (gpu_activate()) or fused into a layer. a and b are the parameters:
 * LEAKY_RELU slope a; CLAMP a … b; AFFINE a·x + b; ELU a.
 */
typedef enum
{
  GPU_ACT_NONE,
  GPU_ACT_RELU,
  GPU_ACT_LEAKY_RELU,
  GPU_ACT_GELU,      /* x/2 (1 + erf (x/√2)) */
  GPU_ACT_GELU_TANH, /* x/2 (1 + tanh (√(2/π) (x + 0.044715 x³))) */
  GPU_ACT_SIGMOID,
  GPU_ACT_TANH,
  GPU_ACT_SILU,     /* x·σ(x) */
  GPU_ACT_MISH,     /* x·tanh (log (1 + eˣ)) */
  GPU_ACT_SOFTPLUS, /* log (1 + eˣ) */
  GPU_ACT_ELU,
  GPU_ACT_EXP,
  GPU_ACT_LOG,
  GPU_ACT_SQRT,
  GPU_ACT_SQUARE,
  GPU_ACT_ABS,
  GPU_ACT_SIN,
  GPU_ACT_COS,
  GPU_ACT_CLAMP,
  GPU_ACT_AFFINE,
  GPU_N_ACTS,
} GpuActivation;

/**
 * GpuFused:
 * @act: applied to the layer's result
 * @a: first parameter of @act
 * @b: second parameter of @act
 * @residual: (nullable): a tensor of the result's shape, added to it
 * @residual_after: add @residual after @act rather than before
 *
 * What a layer does to its result before it is stored: act (x + residual) or act (x) + residual.
 */
typedef struct
{
  GpuActivation act;
  float a, b;
  const GpuTensor *residual;
  gboolean residual_after;
} GpuFused;

/**
 * GpuConv:
 * @stride: 0 means 1
 * @pad: zeros at the front (1-D) or at the top (2-D)
 * @pad_end: zeros at the end (1-D) or at the bottom; -1 means as many as @pad — so 0 is none
 * @dilation: 0 means 1
 * @out_pad: transposed only: extra places at the end (PyTorch's output_padding)
 * @stride_w, @pad_w, @pad_end_w, @dilation_w, @out_pad_w: the same for the width, 2-D; used as they
 * are when
 *   @two_d is set, else copied from the height's
 * @fused: what happens to the result
 */
typedef struct
{
  int stride, pad, pad_end, dilation, out_pad;
  gboolean two_d;
  int stride_w, pad_w, pad_end_w, dilation_w, out_pad_w;
  GpuFused fused;
} GpuConv;

/* ---- layers with weights ---- */

/* […, in] -> […, out]: x·Wᵀ + b. One row takes the matrix-vector path. */
GpuTensor *gpu_linear (GpuContext *cx, const GpuTensor *x, const GpuWeight *w, GpuFused fused);
/* [T, in] or [N, T, in] -> [T', out]; T' = ⌊(T + pad + pad_end − dilation·(k−1) − 1)/stride⌋ + 1.
 */
GpuTensor *gpu_conv_1d (GpuContext *cx, const GpuTensor *x, const GpuWeight *w, GpuConv conv);
/* [H, W, in] or [N, H, W, in]. */
GpuTensor *gpu_conv_2d (GpuContext *cx, const GpuTensor *x, const GpuWeight *w, GpuConv conv);
/* T' = (T − 1)·stride − pad − pad_end + k + out_pad. */
GpuTensor *
gpu_conv_transpose_1d (GpuContext *cx, const GpuTensor *x, const GpuWeight *w, GpuConv conv);
GpuTensor *
gpu_conv_transpose_2d (GpuContext *cx, const GpuTensor *x, const GpuWeight *w, GpuConv conv);
/* i32 indices […] -> […, columns]: rows of a table. An index outside the table gives zeros. */
GpuTensor *gpu_embed (GpuContext *cx, const GpuTensor *indices, const GpuWeight *table);
/* A constant as an operand. */
GpuTensor *gpu_constant (GpuContext *cx, const GpuWeight *w);

/* ---- elementwise ---- */

GpuTensor *gpu_activate (GpuContext *cx, const GpuTensor *x, GpuActivation act, float a, float b);
static inline GpuTensor *
gpu_relu (GpuContext *cx, const GpuTensor *x)
{
  return gpu_activate (cx, x, GPU_ACT_RELU, 0, 0);
}
static inline GpuTensor *
gpu_leaky_relu (GpuContext *cx, const GpuTensor *x, float slope)
{
  return gpu_activate (cx, x, GPU_ACT_LEAKY_RELU, slope, 0);
}
static inline GpuTensor *
gpu_gelu (GpuContext *cx, const GpuTensor *x)
{
  return gpu_activate (cx, x, GPU_ACT_GELU, 0, 0);
}
static inline GpuTensor *
gpu_sigmoid (GpuContext *cx, const GpuTensor *x)
{
  return gpu_activate (cx, x, GPU_ACT_SIGMOID, 0, 0);
}
static inline GpuTensor *
gpu_tanh (GpuContext *cx, const GpuTensor *x)
{
  return gpu_activate (cx, x, GPU_ACT_TANH, 0, 0);
}
static inline GpuTensor *
gpu_silu (GpuContext *cx, const GpuTensor *x)
{
  return gpu_activate (cx, x, GPU_ACT_SILU, 0, 0);
}
static inline GpuTensor *
gpu_mish (GpuContext *cx, const GpuTensor *x)
{
  return gpu_activate (cx, x, GPU_ACT_MISH, 0, 0);
}
static inline GpuTensor *
gpu_affine (GpuContext *cx, const GpuTensor *x, float a, float b)
{
  return gpu_activate (cx, x, GPU_ACT_AFFINE, a, b);
}
static inline GpuTensor *
gpu_clamp (GpuContext *cx, const GpuTensor *x, float lo, float hi)
{
  return gpu_activate (cx, x, GPU_ACT_CLAMP, lo, hi);
}
/* Per-channel slope: max (x, 0) + slope[c]·min (x, 0); slope has shape [C]. */
GpuTensor *gpu_prelu (GpuContext *cx, const GpuTensor *x, const GpuTensor *slope);
/* x + sin² (eᵅ x)/(eᵝ + 1e-9) with per-channel α, β (BigVGAN's SnakeBeta). */
GpuTensor *
gpu_snake_beta (GpuContext *cx, const GpuTensor *x, const GpuTensor *alpha, const GpuTensor *beta);

typedef enum
{
  GPU_ADD,
  GPU_SUB,
  GPU_MUL,
  GPU_DIV,
  GPU_MAX,
  GPU_MIN,
} GpuBinary;

/* NumPy's broadcasting: trailing dimensions are aligned, an extent of 1 is repeated. */
GpuTensor *gpu_binary (GpuContext *cx, GpuBinary op, const GpuTensor *x, const GpuTensor *y);
static inline GpuTensor *
gpu_add (GpuContext *cx, const GpuTensor *x, const GpuTensor *y)
{
  return gpu_binary (cx, GPU_ADD, x, y);
}
static inline GpuTensor *
gpu_sub (GpuContext *cx, const GpuTensor *x, const GpuTensor *y)
{
  return gpu_binary (cx, GPU_SUB, x, y);
}
static inline GpuTensor *
gpu_mul (GpuContext *cx, const GpuTensor *x, const GpuTensor *y)
{
  return gpu_binary (cx, GPU_MUL, x, y);
}
static inline GpuTensor *
gpu_div (GpuContext *cx, const GpuTensor *x, const GpuTensor *y)
{
  return gpu_binary (cx, GPU_DIV, x, y);
}
/* […, 2C] -> […, C]: first half · σ(second half). */
GpuTensor *gpu_glu (GpuContext *cx, const GpuTensor *x);
/* […, 2C] -> […, C]: tanh (first half) · σ(second half), WaveNet's gate. */
GpuTensor *gpu_tanh_gate (GpuContext *cx, const GpuTensor *x);

/* ---- normalisation and reduction ---- */

/* Over the last dimension; gain and bias [C] may be NULL. RMS: without mean and bias. */
GpuTensor *gpu_layer_norm (
    GpuContext *cx, const GpuTensor *x, const GpuTensor *gain, const GpuTensor *bias, float eps);
/* Each channel over the places (all dimensions but the last), affine: GroupNorm with as many groups
 * as channels. */
GpuTensor *gpu_channel_norm (
    GpuContext *cx, const GpuTensor *x, const GpuTensor *gain, const GpuTensor *bias, float eps);
/* GroupNorm over places and the channels of a group. */
GpuTensor *gpu_group_norm (GpuContext *cx,
                           const GpuTensor *x,
                           int groups,
                           const GpuTensor *gain,
                           const GpuTensor *bias,
                           float eps);
/* ConvNeXt-V2's GRN on [T, C]: gain·x·g/(mean_c g + eps) + bias + x with g = ‖x‖₂ over T. */
GpuTensor *gpu_grn (
    GpuContext *cx, const GpuTensor *x, const GpuTensor *gain, const GpuTensor *bias, float eps);
/* x/max (‖x‖₂, eps) over the last dimension. */
GpuTensor *gpu_l2_norm (GpuContext *cx, const GpuTensor *x, float eps);
/* softmax (scale·x + mask) over the last dimension; mask (nullable) broadcasts, −INFINITY allowed.
 */
GpuTensor *gpu_softmax (GpuContext *cx, const GpuTensor *x, float scale, const GpuTensor *mask);

typedef enum
{
  GPU_REDUCE_SUM,
  GPU_REDUCE_MEAN,
  GPU_REDUCE_MAX,
} GpuReduce;

/* One axis (negative: from the end) becomes 1. */
GpuTensor *gpu_reduce (GpuContext *cx, GpuReduce op, const GpuTensor *x, int axis);
/* Index of the greatest of the last dimension, the first on ties; i32 […]. */
GpuTensor *gpu_argmax (GpuContext *cx, const GpuTensor *x);

/* ---- products ---- */

/* […, m, k]·[…, k, n] -> […, m, n]; transpose_b: b is […, n, k]. Leading dimensions equal or b has
 * none. */
GpuTensor *
gpu_matmul (GpuContext *cx, const GpuTensor *a, const GpuTensor *b, gboolean transpose_b);

/**
 * GpuAttention:
 * @heads: q, k, v have heads·D channels
 * @scale: 0 means 1/√D
 * @mask: (nullable): [Tq, Tk], added to the scores
 * @rel_k: (nullable): [2w+1, D] relative keys, banded |j−i| <= w (VITS); shared by the heads
 * @rel_v: (nullable): [2w+1, D] relative values
 * @n_keys: use only the first n_keys rows of k and v (a cache that is not full); 0: all
 */
typedef struct
{
  int heads;
  float scale;
  const GpuTensor *mask;
  const GpuTensor *rel_k;
  const GpuTensor *rel_v;
  gint64 n_keys;
} GpuAttention;

/* q [Tq, heads·D], k, v [Tk, heads·D] -> [Tq, heads·D]; with a leading N on all three for a batch.
 */
GpuTensor *gpu_attention (GpuContext *cx,
                          const GpuTensor *q,
                          const GpuTensor *k,
                          const GpuTensor *v,
                          GpuAttention attention);
/* Rotary embedding, interleaved pairs, on the first `channels` channels of [T, C] at positions
 * start …; frequencies θ^(−2i/channels). */
GpuTensor *gpu_rope (GpuContext *cx, const GpuTensor *x, int channels, float theta, gint64 start);

/* ---- places and shapes ---- */

/* The same values under another shape. No copy. */
GpuTensor *gpu_reshape (GpuContext *cx, const GpuTensor *x, GpuShape shape);
/* order[i] is the source dimension of result dimension i. */
GpuTensor *gpu_permute (GpuContext *cx, const GpuTensor *x, const int *order);
/* [start, start + length) of an axis. */
GpuTensor *gpu_slice (GpuContext *cx, const GpuTensor *x, int axis, gint64 start, gint64 length);
GpuTensor *gpu_concat (GpuContext *cx, const GpuTensor *const *parts, int n_parts, int axis);
/* Rows of [T, C] by i32 index [T']; any order, repeats allowed. */
GpuTensor *gpu_gather (GpuContext *cx, const GpuTensor *x, const GpuTensor *indices);
/* Reverses an axis. */
GpuTensor *gpu_flip (GpuContext *cx, const GpuTensor *x, int axis);
/* Repeats each place of [T, C] `times` times (nearest-neighbour upsampling in time). */
GpuTensor *gpu_repeat (GpuContext *cx, const GpuTensor *x, int times);

typedef enum
{
  GPU_PAD_ZERO,
  GPU_PAD_REFLECT, /* without repeating the edge */
  GPU_PAD_EDGE,
} GpuPad;

/* Adds before and after places to an axis. */
GpuTensor *
gpu_pad (GpuContext *cx, const GpuTensor *x, int axis, gint64 before, gint64 after, GpuPad mode);
/* Time axis of [T, C] to `length` by linear interpolation, source = (i + ½)·T/length − ½, clamped
 * (align_corners off). */
GpuTensor *gpu_resample_linear (GpuContext *cx, const GpuTensor *x, gint64 length);
/* [H, W, C] or [N, H, W, C]: windows of k × k. */
GpuTensor *gpu_max_pool_2d (GpuContext *cx, const GpuTensor *x, int k, int stride, int pad);
GpuTensor *gpu_avg_pool_2d (GpuContext *cx, const GpuTensor *x, int k, int stride, int pad);
/* Bilinear to h × w; align_corners off. */
GpuTensor *gpu_resize_2d (GpuContext *cx, const GpuTensor *x, gint64 h, gint64 w);
/* Samples [H, W, C] at h × w places given by a 2×3 affine matrix from result pixel (x, y, 1) to
 * source pixel, bilinear, zero outside. */
GpuTensor *
gpu_warp_affine (GpuContext *cx, const GpuTensor *x, const GpuTensor *matrix, gint64 h, gint64 w);

/* ---- state that lives across scopes ---- */

/* A tensor of the outermost scope to write into, such as a key/value cache; zeros. */
GpuTensor *gpu_state_new (GpuContext *cx, GpuShape shape, GpuType type);
/* Writes the rows of x [n, C] into state [T, C] from row `row` on. type f32 or f16. */
void gpu_state_write (GpuContext *cx, GpuTensor *state, gint64 row, const GpuTensor *x);
void gpu_state_free (GpuContext *cx, GpuTensor *state);

/* ---- decoders ---- */

/**
 * GpuDecoderLayer:
 * @qkv: linear [3C, C]: queries, keys, values
 * @out: linear [C, C]
 * @up: linear [F, C]
 * @down: linear [C, F]
 * @norm1: gain and bias after the attention, constants [C]
 * @norm2: gain and bias after the feed-forward part, constants [C]
 * @keys: a state [T, C]
 * @values: a state [T, C]
 *
 * A post-norm layer of a transformer: x = norm1 (x + out (attention (qkv (x)))),
 * x = norm2 (x + down (act (up (x)))).
 */
typedef struct
{
  const GpuWeight *qkv, *out, *up, *down;
  const GpuWeight *norm1[2], *norm2[2];
  GpuTensor *keys, *values;
} GpuDecoderLayer;

/**
 * GpuDecoder:
 * @layers: @n_layers of them, all with the same C, F and caches
 * @heads: C is heads·D; scores are scaled by 1/√D
 * @act: of the feed-forward part
 * @eps: of the norms
 * @head: (nullable): linear [V, C], applied to what the last layer gives
 *
 * A stack of layers that is stepped through one place at a time.
 */
typedef struct
{
  const GpuDecoderLayer *layers;
  int n_layers;
  int heads;
  GpuActivation act;
  float eps;
  const GpuWeight *head;
} GpuDecoder;

/* x [1, C] through all layers: its keys and values are written into row `row` of the caches, and it
 * sees rows 0 … row. A processor does it in one piece. -> [1, C], [1, V] with a head */
GpuTensor *gpu_decode (GpuContext *cx, const GpuTensor *x, const GpuDecoder *decoder, gint64 row);

G_END_DECLS
