/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files of the CPU backend share. */

#include "gpu/gpu-half.h"
#include "gpu/gpu-private.h"

#include <oneapi/dnnl/dnnl.h>

G_BEGIN_DECLS

/* Variants of a kernel for SSE2, AVX2 and AVX-512, chosen at load by the CPU. Sanitizers cannot
 * start with them. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) &&                             \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define GPU_CLONES __attribute__ ((target_clones ("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define GPU_CLONES
#endif

/**
 * GpuCpuState:
 *
 * A context's own: a stream of oneDNN, one scratch buffer that grows, and freed blocks kept for the
 * next tensor of about their size, because fresh pages cost more than most kernels.
 */
typedef struct
{
  dnnl_engine_t engine; /* the process's */
  dnnl_stream_t stream;
  GHashTable *gemms; /* GpuCpuGemm -> primitive */
  void *scratch;
  gsize scratch_size;
  GHashTable *free_blocks; /* size class -> GPtrArray of blocks */
  gsize kept, used, most;  /* bytes of free blocks, of those in use, and the most in use so far */
  guint64 clock;           /* blocks given so far */
} GpuCpuState;

/**
 * GpuCpuWeight:
 *
 * Linear and table: rows in the weight's type. Convolutions: in PyTorch's layout, f32 or in
 * @rows_type as a mapped file has them, until oneDNN has packed them. Where @owner is set the rows
 * are its memory. Constants are bare floats instead (see gpu_constant()).
 */
typedef struct
{
  GMutex lock; /* of what follows but the values, which do not change */
  void *rows;
  GpuType rows_type;
  GBytes *owner;
  float *scales; /* i8: one a row */
  float *bias;
  GPtrArray *plans;  /* GpuCpuPlan */
  GPtrArray *packed; /* GpuCpuPacked */
} GpuCpuWeight;

/* Work that may be cut into ranges; the same ranges for the same number of threads, so results are
 * reproducible. */
typedef void (*GpuRangeFunc) (gint64 begin, gint64 end, gpointer data);
void gpu_parallel (gint64 n, gint64 grain, GpuRangeFunc func, gpointer data);
int gpu_parallel_threads (void);
gboolean gpu_parallel_is_openmp (void);
int gpu_parallel_limit (int threads);

void *gpu_cpu_block_new (GpuCpuState *state, gsize size, gsize *actual);
void gpu_cpu_block_free (GpuCpuState *state, void *block, gsize actual);
/* Uninitialised; valid until the next call. NULL when there is no memory. */
void *gpu_cpu_scratch (GpuCpuState *state, gsize size);

/* Layers through oneDNN. */
gboolean gpu_cpu_check (dnnl_status_t status, GError **error);
/* Where piece @piece lies; called on a lane's thread, lanes are 0 … threads − 1. */
typedef void (*GpuCpuPieceFunc) (gint64 piece,
                                 int lane,
                                 const float **source,
                                 const float **residual,
                                 float **result,
                                 gpointer data);
typedef void (*GpuCpuPieceDoneFunc) (gint64 piece, int lane, gpointer data);
gboolean gpu_cpu_conv_pieces (GpuContext *cx,
                              const GpuOp *op,
                              gint64 n,
                              GpuCpuPieceFunc begin,
                              GpuCpuPieceDoneFunc end,
                              gpointer data,
                              gboolean *fuse_after,
                              GError **error);
gboolean gpu_cpu_conv_whole (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_conv (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_linear (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_matmul (GpuContext *cx, const GpuOp *op, GError **error);

/**
 * GpuCpuGemm:
 *
 * C[b] = A[b]·B[b] with any strides, in floats.
 */
typedef struct
{
  gint64 batch, m, n, k;
  gint64 a_batch, a_row, a_col;
  gint64 b_batch, b_row, b_col;
  gint64 c_batch, c_row;
} GpuCpuGemm;
GHashTable *gpu_cpu_gemms_new (void);
gboolean gpu_cpu_gemm (GpuContext *cx,
                       const GpuCpuGemm *gemm,
                       const float *a,
                       const float *b,
                       float *c,
                       GError **error);
void gpu_cpu_rows_free (GpuCpuWeight *weight);
void gpu_cpu_plans_new (GpuCpuWeight *weight);
void gpu_cpu_plans_free (GpuCpuWeight *weight);

/* One row through a weight of any type: y = W·x + bias, all cores, bound by memory. */
void gpu_cpu_gemv (const GpuWeight *w, const float *x, float *y);
/* Products of a row of any type with floats, by the processor's best instructions. */
typedef float (*GpuCpuDot) (const void *row, const float *x, gint64 n);
GpuCpuDot gpu_cpu_dot (GpuType type);
void gpu_cpu_unpack_row (const GpuWeight *w, gint64 row, float *out);
void gpu_cpu_softmax_row (float *y, gint64 n);
void gpu_cpu_layer_norm_row (
    const float *x, const float *gain, const float *bias, float eps, float *y, gint64 n);

/**
 * GpuCpuAttend:
 * @type: of the cache, f32 or f16
 * @k: [tk, channels]
 * @v: [tk, channels]
 * @mask: (nullable): [tk], added to the scores
 * @scores: [heads, tk], scratch
 * @out: [channels]
 *
 * One query over a cache.
 */
typedef struct
{
  GpuType type;
  const void *k;
  const void *v;
  gint64 channels, width, tk;
  float scale;
  const float *q;
  const float *mask;
  float *scores;
  float *out;
} GpuCpuAttend;
void gpu_cpu_attend (const GpuCpuAttend *job, gint64 first, gint64 end);
void gpu_cpu_fuse (const GpuFused *fused, float *y, gint64 n);

/* The other kernels; each computes the whole operation. */
gboolean gpu_cpu_embed (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_activate (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_prelu (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_snake_beta (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_binary (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_gate (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_layer_norm (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_group_norm (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_grn (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_l2_norm (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_softmax (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_reduce (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_argmax (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_attention (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_decode (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_rope (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_permute (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_slice (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_concat (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_gather (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_flip (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_repeat (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_pad (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_resample_linear (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_pool_2d (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_resize_2d (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_warp_affine (GpuContext *cx, const GpuOp *op, GError **error);
gboolean gpu_cpu_state_write (GpuContext *cx, const GpuOp *op, GError **error);

G_END_DECLS
