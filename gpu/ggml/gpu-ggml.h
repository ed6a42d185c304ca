/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files of the ggml backend share. Operations are recorded into a ggml graph; it runs when
 * a value is read or when it has grown long. Our row-major shapes are ggml's with the dimensions in
 * the opposite order. */

#include "gpu/gpu-private.h"

#include <ggml-alloc.h>
#include <ggml-backend.h>
#include <ggml.h>

G_BEGIN_DECLS

typedef struct
{
  ggml_backend_dev_t device;
  ggml_backend_buffer_type_t buffer_type;
} GpuGgmlDevice;

/**
 * GpuGgmlPool:
 *
 * Memory that a context has freed, kept by size for its next values. One thread.
 */
typedef struct _GpuGgmlPool GpuGgmlPool;

/**
 * GpuGgmlStorage:
 *
 * Memory of the device with its description. Counted: by the tensor that owns it, by views of it,
 * and by the graph that has not run yet. One thread.
 */
typedef struct _GpuGgmlStorage GpuGgmlStorage;
struct _GpuGgmlStorage
{
  int refs;
  struct ggml_context *meta;
  struct ggml_tensor *tensor;
  ggml_backend_buffer_t buffer; /* NULL for a view */
  gsize size;                   /* of buffer */
  GpuGgmlPool *pool;            /* where buffer goes when it is freed; NULL: to the device */
  GpuGgmlStorage *base;
};

/* What GpuTensor.data points to. Without storage the node waits in the graph. */
typedef struct
{
  GpuGgmlStorage *storage;
  struct ggml_tensor *node;
  gint32 *host; /* i32 uploads: their values, for checks that a device does not make */
} GpuGgmlValue;

typedef struct
{
  struct ggml_context *meta;
  ggml_backend_buffer_t buffer;
  struct ggml_tensor *w;
  struct ggml_tensor *bias;
  GMutex lock;       /* of what follows */
  GpuWeight *cpu;    /* for layers that the device cannot compute, made when one is met */
  float *values;     /* transposed convolutions: repacked for a stride when it is known */
  GPtrArray *phases; /* GpuGgmlPhase */
} GpuGgmlWeight;

/* A transposed convolution of stride sh × sw as a convolution with sh·sw·out channels. */
typedef struct
{
  int sh, sw;
  gint64 jh, jw; /* taps of it */
  struct ggml_context *meta;
  ggml_backend_buffer_t buffer;
  struct ggml_tensor *w;
} GpuGgmlPhase;

typedef struct
{
  ggml_backend_t backend;
  GpuGgmlDevice *device;
  ggml_gallocr_t allocator;
  GpuGgmlPool *pool;
  struct ggml_context *meta; /* of the graph being recorded */
  struct ggml_cgraph *graph;
  GPtrArray *held; /* GpuGgmlStorage the graph uses */
  GpuContext *cpu; /* for operations the device cannot do */
} GpuGgmlState;

/* What a builder works with. */
typedef struct
{
  GpuContext *cx;
  GpuGgmlState *state;
  struct ggml_context *m;
  const GpuOp *op;
} GpuGgmlBuild;

typedef struct ggml_tensor *(*GpuGgmlBuilder) (GpuGgmlBuild *b);

extern const GpuGgmlBuilder gpu_ggml_builders[GPU_N_OPS];

/* Builders return NULL where ggml has no way; the processor does it then. */
struct ggml_tensor *gpu_ggml_linear (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_conv (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_conv_transpose (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_embed (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_activate (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_prelu (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_snake_beta (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_binary (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_gate (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_layer_norm (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_group_norm (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_grn (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_l2_norm (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_softmax (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_reduce (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_matmul (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_attention (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_rope (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_permute (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_slice (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_concat (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_gather (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_flip (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_repeat (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_pad (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_resample_linear (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_pool_2d (GpuGgmlBuild *b);
struct ggml_tensor *gpu_ggml_state_write (GpuGgmlBuild *b);

/* The node of an operand (NULL for NULL), held until the graph has run. */
struct ggml_tensor *gpu_ggml_node (GpuGgmlBuild *b, const GpuTensor *t);
/* A leaf with values, held until the graph has run; ne as ggml's. NULL without memory. */
struct ggml_tensor *
gpu_ggml_leaf (GpuGgmlBuild *b, enum ggml_type type, const gint64 *ne, const void *values);
/* Host values of an i32 operand, read back when they were computed. (transfer full) */
gint32 *gpu_ggml_indices (GpuGgmlBuild *b, const GpuTensor *t);

void gpu_ggml_ne (GpuShape shape, gint64 *ne);
struct ggml_tensor *
gpu_ggml_act (struct ggml_context *m, struct ggml_tensor *x, GpuActivation act, float a, float b);
struct ggml_tensor *
gpu_ggml_fuse (GpuGgmlBuild *b, struct ggml_tensor *y, struct ggml_tensor *bias);
struct ggml_tensor *gpu_ggml_dense (struct ggml_context *m, struct ggml_tensor *x);

/* gpu-ggml-weight.c */
gboolean
gpu_ggml_weight_pack (GpuWeight *w, const GpuValues *source, const float *bias, GError **error);
void gpu_ggml_weight_drop (GpuWeight *w);
const GpuWeight *gpu_ggml_weight_on_cpu (const GpuWeight *w, GError **error);
const GpuGgmlPhase *gpu_ggml_weight_phase (const GpuWeight *w, int sh, int sw);

/* gpu-ggml-storage.c */
GpuGgmlPool *gpu_ggml_pool_new (void);
void gpu_ggml_pool_free (GpuGgmlPool *self);
GpuGgmlStorage *gpu_ggml_storage_new (GpuGgmlPool *pool,
                                      ggml_backend_buffer_type_t type,
                                      enum ggml_type element,
                                      const gint64 *ne);
GpuGgmlStorage *gpu_ggml_storage_new_view (GpuGgmlStorage *base, const gint64 *ne);
GpuGgmlStorage *gpu_ggml_storage_ref (GpuGgmlStorage *self);
void gpu_ggml_storage_unref (GpuGgmlStorage *self);
enum ggml_type gpu_ggml_type (GpuType type);

/* gpu-ggml-fallback.c */
gboolean gpu_ggml_fall_back (GpuContext *cx, const GpuOp *op, GError **error);

/* gpu-ggml.c */
const GpuBackendClass *gpu_ggml_backend (void);
gboolean gpu_ggml_flush (GpuContext *cx, GError **error);
gboolean gpu_ggml_download (GpuContext *cx, const GpuTensor *t, void *values, GError **error);
gboolean gpu_ggml_upload (GpuContext *cx, GpuTensor *t, const void *values, GError **error);

G_END_DECLS
