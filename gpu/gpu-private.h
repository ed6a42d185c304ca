/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the parts of gpu/ share and no one else sees: the inside of tensors and weights, the record
 * of an operation, and the functions that a backend provides. */

#include "gpu/gpu-error.h"
#include "gpu/gpu-ops.h"
#include "gpu/gpu-weight.h"

G_BEGIN_DECLS

/* ---- operations as records ---- */

typedef enum
{
  GPU_OP_LINEAR,
  GPU_OP_CONV,
  GPU_OP_CONV_TRANSPOSE,
  GPU_OP_EMBED,
  GPU_OP_ACTIVATE,
  GPU_OP_PRELU,
  GPU_OP_SNAKE_BETA,
  GPU_OP_BINARY,
  GPU_OP_GATE,
  GPU_OP_LAYER_NORM,
  GPU_OP_GROUP_NORM,
  GPU_OP_GRN,
  GPU_OP_L2_NORM,
  GPU_OP_SOFTMAX,
  GPU_OP_REDUCE,
  GPU_OP_ARGMAX,
  GPU_OP_MATMUL,
  GPU_OP_ATTENTION,
  GPU_OP_DECODE,
  GPU_OP_ROPE,
  GPU_OP_PERMUTE,
  GPU_OP_SLICE,
  GPU_OP_CONCAT,
  GPU_OP_GATHER,
  GPU_OP_FLIP,
  GPU_OP_REPEAT,
  GPU_OP_PAD,
  GPU_OP_RESAMPLE_LINEAR,
  GPU_OP_POOL_2D,
  GPU_OP_RESIZE_2D,
  GPU_OP_WARP_AFFINE,
  GPU_OP_STATE_WRITE,
  GPU_N_OPS,
} GpuOpCode;

typedef enum
{
  GPU_GATE_GLU,
  GPU_GATE_TANH,
} GpuGate;

#define GPU_OP_MAX_INPUTS 16

/* Convolutions are 2-D inside: a 1-D one has height 1 and its parameters in the width. [N, H, W, C]
 */
typedef struct
{
  gint64 n, h, w, in, out_h, out_w, out;
  gint64 kh, kw;
  int stride_h, stride_w, pad_t, pad_b, pad_l, pad_r, dilation_h, dilation_w, groups;
} GpuConvGeometry;

/**
 * GpuOp:
 *
 * One operation with its shapes already checked and its result's shape known. A backend computes
 * @out from @in (and @w) by it; nothing else is passed.
 */
typedef struct
{
  GpuOpCode code;
  GpuTensor *out;
  const GpuTensor *in[GPU_OP_MAX_INPUTS]; /* optional operands are NULL */
  int n_in;
  const GpuWeight *w;
  GpuFused fused; /* fused.residual is in in[] too where the layer has one */
  union
  {
    GpuConvGeometry conv;
    struct
    {
      GpuActivation act;
      float a, b;
    } activate;
    GpuBinary binary;
    GpuGate gate;
    struct
    {
      int groups; /* group norm: channels are groups of C/groups */
      float eps;
    } norm;
    float scale; /* softmax */
    struct
    {
      GpuReduce op;
      int axis;
    } reduce;
    struct
    {
      gboolean transpose_b;
      gint64 batch, m, n, k;
      gboolean b_shared; /* b has no batch */
    } matmul;
    struct
    {
      int heads;
      float scale;
      gint64 batch, tq, tk, width; /* width: channels of a head */
      int window;                  /* of the relative tables, -1: none */
    } attention;                   /* in: q, k, v, mask, rel_k, rel_v */
    struct
    {
      const GpuDecoder *decoder;
      gint64 row;
    } decode;
    struct
    {
      int channels;
      float theta;
      gint64 start;
    } rope;
    int order[GPU_MAX_DIMS]; /* permute */
    struct
    {
      int axis;
      gint64 start, length; /* slice; pad: before, after; repeat: times in length */
      GpuPad pad;
    } axis;
    struct
    {
      gboolean max;
      int k, stride, pad;
    } pool;
    gint64 row; /* state write */
  };
} GpuOp;

/* ---- tensors, weights ---- */

struct _GpuTensor
{
  GpuShape shape;
  GpuType type;
  void *data; /* the backend's storage: host memory on the CPU, a ggml_tensor on a GPU; NULL in a
                 failed context */
  gsize size; /* bytes of storage owned by this tensor, 0 for a view */
  GpuTensor *base; /* of a reshape: whose storage it shares */
  guint scope;     /* depth of the scope that owns it */
  gboolean is_state;
};

typedef enum
{
  GPU_WEIGHT_LINEAR,
  GPU_WEIGHT_CONV,
  GPU_WEIGHT_CONV_TRANSPOSE,
  GPU_WEIGHT_TABLE,
  GPU_WEIGHT_CONSTANT,
} GpuWeightKind;

struct _GpuWeight
{
  gatomicrefcount refs;
  GpuDevice *device;
  GpuWeightKind kind;
  GpuType type;
  gboolean two_d;
  gint64 out, in, kh, kw; /* linear and table: out = rows, in = columns */
  int groups;
  GpuShape shape; /* constant */
  gboolean has_bias;
  guint64 size;
  gpointer packed; /* the backend's */
};

/* ---- backends ---- */

typedef struct
{
  const char *name;
  /* Copies and packs; the weight's description is filled in. */
  gboolean (*weight_pack) (GpuWeight *w,
                           const GpuValues *values,
                           const float *bias,
                           GError **error);
  void (*weight_drop) (GpuWeight *w);
  gboolean (*context_open) (GpuContext *cx, GError **error);
  void (*context_close) (GpuContext *cx);
  /* Storage for t->shape, t->type; sets data and size. FALSE: out of memory. */
  gboolean (*tensor_alloc) (GpuContext *cx, GpuTensor *t);
  void (*tensor_free) (GpuContext *cx, GpuTensor *t);
  gboolean (*tensor_view) (GpuContext *cx, GpuTensor *t); /* t->base set: shares its storage */
  /* values NULL: zeros. */
  gboolean (*upload) (GpuContext *cx, GpuTensor *t, const void *values, GError **error);
  gboolean (*download) (GpuContext *cx, const GpuTensor *t, void *values, GError **error);
  gboolean (*run) (GpuContext *cx, const GpuOp *op, GError **error);
  void (*scope_end) (GpuContext *cx);
  gboolean (*memory) (GpuDevice *device,
                      guint64 *free_bytes,
                      guint64 *total_bytes,
                      const char **source);
  /* (nullable) (transfer full): PCI address. */
  char *(*address) (GpuDevice *device);
} GpuBackendClass;

struct _GpuDevice
{
  gatomicrefcount refs;
  const GpuBackendClass *backend;
  char *id;
  char *name;
  char *backend_name;
  GpuDeviceKind kind;
  char **notes;
  gpointer handle; /* the backend's */
};

struct _GpuContext
{
  GpuDevice *device;
  gpointer state; /* the backend's */
  GPtrArray *tensors;
  guint depth;
  GError *error;
  guint64 used, peak, limit;
  gboolean check_finite;
  int threads; /* CPU: 0 is all */
};

const GpuBackendClass *gpu_cpu_backend (void);

/* As floats: @values' own memory, or new memory in *@made (g_free). */
const float *gpu_values_widen (const GpuValues *values, gsize n, float **made);

/* A result tensor in the current scope; NULL data once the context has failed. */
GpuTensor *gpu_context_new_tensor (GpuContext *cx, GpuShape shape, GpuType type);
/* A tensor whose storage belongs to a weight. */
GpuTensor *gpu_context_new_borrowed (GpuContext *cx, GpuShape shape, gpointer storage);
GpuTensor *gpu_context_new_view (GpuContext *cx, const GpuTensor *base, GpuShape shape);
/* Runs a checked operation, or does nothing after an error. Returns op->out. */
GpuTensor *gpu_context_run (GpuContext *cx, const GpuOp *op);
/* A result tensor with host values, zeros for NULL. */
GpuTensor *
gpu_context_new_from_host (GpuContext *cx, GpuShape shape, GpuType type, const void *values);
void gpu_context_fail (GpuContext *cx, GError *error);

/* For shape checks: aborts with the op and the shapes. */
void gpu_shape_panic (const char *op, const char *what, const GpuTensor *const *tensors, int n)
    G_GNUC_NORETURN;
#define gpu_check(condition, op, ...)                                                              \
  G_STMT_START                                                                                     \
  {                                                                                                \
    const GpuTensor *const gpu_check_tensors[] = { __VA_ARGS__ };                                  \
    if (G_UNLIKELY (!(condition)))                                                                 \
      gpu_shape_panic (op, #condition, gpu_check_tensors, G_N_ELEMENTS (gpu_check_tensors));       \
  }                                                                                                \
  G_STMT_END

G_END_DECLS
