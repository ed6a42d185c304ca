/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/cpu/gpu-cpu.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

/* Layers through oneDNN: primitives with fused post-operations, kept with their weight; weights in
 * the layout that oneDNN asks for. A plan is a primitive for one geometry. */

#define MAX_PLANS 48

typedef struct
{
  dnnl_memory_desc_t layout;
  void *values;
  guint64 size;
} GpuCpuPacked;

typedef struct
{
  GpuOpCode code;
  GpuActivation act;
  float a, b;
  gint32 has_residual, residual_after;
  gint32 threads;
  gint64 rows; /* linear */
  GpuConvGeometry conv;
} PlanKey;

/* Memory objects are made with the plan and pointed to the operands at each run. */
enum
{
  SOURCE,
  WEIGHTS,
  RESULT,
  BIAS,
  SCRATCHPAD,
  RESIDUAL,
  N_ARGUMENTS,
};

typedef struct
{
  PlanKey key;
  dnnl_primitive_t primitive;
  dnnl_memory_desc_t source, result, bias, scratchpad;
  dnnl_memory_t memory[N_ARGUMENTS]; /* NULL: the layer has no such argument */
  GpuCpuPacked *weights;
  gsize scratch_size;
  int residual_index;  /* of the post-operation, −1: none */
  gboolean fuse_after; /* the activation is not one of oneDNN's: a pass of our own */
} Plan;

/**
 * gpu_cpu_check:
 * @status: what oneDNN returned
 * @error: (out) (optional): set when it is not success
 *
 * Returns: whether it is success
 */
gboolean
gpu_cpu_check (dnnl_status_t status, GError **error)
{
  if (status == dnnl_success)
    return TRUE;
  if (status == dnnl_out_of_memory)
    g_set_error_literal (
        error, GPU_ERROR, GPU_ERROR_OUT_OF_MEMORY,
        _ ("The computer does not have enough memory. Close other programs and try again."));
  else
    g_set_error (error, GPU_ERROR, GPU_ERROR_FAILED,
                 _ ("oneDNN could not compute a layer (status %d)."), (int) status);
  return FALSE;
}

static void
packed_free (gpointer data)
{
  GpuCpuPacked *packed = data;

  dnnl_memory_desc_destroy (packed->layout);
  free (packed->values);
  g_free (packed);
}

static void
plan_free (gpointer data)
{
  Plan *plan = data;

  for (int i = 0; i < N_ARGUMENTS; i++)
    dnnl_memory_destroy (plan->memory[i]);
  dnnl_primitive_destroy (plan->primitive);
  dnnl_memory_desc_destroy (plan->source);
  dnnl_memory_desc_destroy (plan->result);
  dnnl_memory_desc_destroy (plan->bias);
  dnnl_memory_desc_destroy (plan->scratchpad);
  g_free (plan);
}

/**
 * gpu_cpu_plans_free:
 * @weight: a weight
 *
 * Frees what this file keeps with it.
 */
void
gpu_cpu_plans_free (GpuCpuWeight *weight)
{
  g_clear_pointer (&weight->plans, g_ptr_array_unref);
  g_clear_pointer (&weight->packed, g_ptr_array_unref);
}

/* ---- post-operations ---- */

static gboolean
find_eltwise (GpuActivation act, dnnl_alg_kind_t *kind, float *a, float *b)
{
  static const dnnl_alg_kind_t kinds[GPU_N_ACTS] = {
    [GPU_ACT_RELU] = dnnl_eltwise_relu,          [GPU_ACT_LEAKY_RELU] = dnnl_eltwise_relu,
    [GPU_ACT_GELU] = dnnl_eltwise_gelu_erf,      [GPU_ACT_GELU_TANH] = dnnl_eltwise_gelu_tanh,
    [GPU_ACT_SIGMOID] = dnnl_eltwise_logistic,   [GPU_ACT_TANH] = dnnl_eltwise_tanh,
    [GPU_ACT_SILU] = dnnl_eltwise_swish,         [GPU_ACT_MISH] = dnnl_eltwise_mish,
    [GPU_ACT_SOFTPLUS] = dnnl_eltwise_soft_relu, [GPU_ACT_ELU] = dnnl_eltwise_elu,
    [GPU_ACT_SQUARE] = dnnl_eltwise_square,      [GPU_ACT_ABS] = dnnl_eltwise_abs,
    [GPU_ACT_CLAMP] = dnnl_eltwise_clip,         [GPU_ACT_AFFINE] = dnnl_eltwise_linear,
  };

  if (kinds[act] == dnnl_alg_kind_undef)
    return FALSE;
  *kind = kinds[act];
  if (act == GPU_ACT_RELU)
    *a = 0;
  if (act == GPU_ACT_SILU || act == GPU_ACT_SOFTPLUS)
    *a = 1;
  return TRUE;
}

static dnnl_primitive_attr_t
make_attributes (const GpuFused *fused, const_dnnl_memory_desc_t result, Plan *plan)
{
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_post_ops_t post = NULL;
  dnnl_alg_kind_t kind = dnnl_alg_kind_undef;
  float a = fused->a, b = fused->b;
  gboolean known = fused->act == GPU_ACT_NONE || find_eltwise (fused->act, &kind, &a, &b);

  dnnl_primitive_attr_create (&attributes);
  dnnl_primitive_attr_set_scratchpad_mode (attributes, dnnl_scratchpad_mode_user);
  plan->residual_index = -1;
  plan->fuse_after = !known;
  if (!known)
    return attributes;
  dnnl_post_ops_create (&post);
  if (fused->residual != NULL && !fused->residual_after)
    {
      plan->residual_index = dnnl_post_ops_len (post);
      dnnl_post_ops_append_binary (post, dnnl_binary_add, result);
    }
  if (kind != dnnl_alg_kind_undef)
    dnnl_post_ops_append_eltwise (post, kind, a, b);
  if (fused->residual != NULL && fused->residual_after)
    {
      plan->residual_index = dnnl_post_ops_len (post);
      dnnl_post_ops_append_binary (post, dnnl_binary_add, result);
    }
  dnnl_primitive_attr_set_post_ops (attributes, post);
  dnnl_post_ops_destroy (post);
  return attributes;
}

/* ---- descriptions of memory ---- */

/* Channels-last [n, h, w, c] in oneDNN's logical order (n, c, h, w); without h for a 1-D layer,
 * whose kernels are faster. */
static dnnl_memory_desc_t
image_layout (gboolean two_d, gint64 n, gint64 h, gint64 w, gint64 c)
{
  dnnl_memory_desc_t layout = NULL;

  if (two_d)
    dnnl_memory_desc_create_with_tag (&layout, 4, (dnnl_dims_t) { n, c, h, w }, dnnl_f32,
                                      dnnl_nhwc);
  else
    dnnl_memory_desc_create_with_tag (&layout, 3, (dnnl_dims_t) { n, c, w }, dnnl_f32, dnnl_nwc);
  return layout;
}

/* The weight's logical dimensions for oneDNN, with strides of PyTorch's order, or any layout when
 * @any. */
static dnnl_memory_desc_t
conv_weight_layout (const GpuWeight *w, gboolean any)
{
  gboolean transposed = w->kind == GPU_WEIGHT_CONV_TRANSPOSE;
  gint64 out = w->out / w->groups, in = w->in / w->groups, area = w->kh * w->kw;
  dnnl_dims_t dims = { 0 }, strides = { 0 };
  dnnl_memory_desc_t layout = NULL;
  int n = 0;

  if (w->groups > 1)
    {
      dims[n] = w->groups;
      strides[n++] = out * in * area;
    }
  dims[n] = out;
  strides[n++] = transposed ? area : in * area;
  dims[n] = in;
  strides[n++] = transposed ? out * area : area;
  if (w->two_d)
    {
      dims[n] = w->kh;
      strides[n++] = w->kw;
    }
  dims[n] = w->kw;
  strides[n++] = 1;
  if (any)
    dnnl_memory_desc_create_with_tag (&layout, n, dims, dnnl_f32, dnnl_format_tag_any);
  else
    dnnl_memory_desc_create_with_strides (&layout, n, dims, dnnl_f32, strides);
  return layout;
}

static dnnl_memory_desc_t
linear_weight_layout (const GpuWeight *w, gboolean any)
{
  dnnl_memory_desc_t layout = NULL;

  if (any)
    dnnl_memory_desc_create_with_tag (&layout, 2, (dnnl_dims_t) { w->in, w->out }, dnnl_f32,
                                      dnnl_format_tag_any);
  else
    dnnl_memory_desc_create_with_strides (&layout, 2, (dnnl_dims_t) { w->in, w->out }, dnnl_f32,
                                          (dnnl_dims_t) { 1, w->in });
  return layout;
}

/* ---- packing ---- */

static gboolean
reorder (GpuCpuState *state,
         const_dnnl_memory_desc_t from,
         const void *source,
         const_dnnl_memory_desc_t to,
         void *target,
         GError **error)
{
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_t primitive = NULL;
  dnnl_memory_t a = NULL, b = NULL;
  gboolean done;

  done = gpu_cpu_check (dnnl_reorder_primitive_desc_create (&description, from, state->engine, to,
                                                            state->engine, NULL),
                        error) &&
         gpu_cpu_check (dnnl_primitive_create (&primitive, description), error) &&
         gpu_cpu_check (dnnl_memory_create (&a, from, state->engine, (void *) source), error) &&
         gpu_cpu_check (dnnl_memory_create (&b, to, state->engine, target), error) &&
         gpu_cpu_check (dnnl_primitive_execute (
                            primitive, state->stream, 2,
                            (dnnl_exec_arg_t[]) { { DNNL_ARG_FROM, a }, { DNNL_ARG_TO, b } }),
                        error) &&
         gpu_cpu_check (dnnl_stream_wait (state->stream), error);
  dnnl_memory_destroy (a);
  dnnl_memory_destroy (b);
  dnnl_primitive_destroy (primitive);
  dnnl_primitive_desc_destroy (description);
  return done;
}

/* The weight in @layout, packed now or before. After the first packing the plain values are given
 * up: they can be had back from a packed form, and would double the memory. Called with the
 * weight's lock held. */
static GpuCpuPacked *
find_packed (GpuCpuState *state,
             const GpuWeight *w,
             const_dnnl_memory_desc_t layout,
             GError **error)
{
  GpuCpuWeight *weight = w->packed;
  GpuCpuPacked *packed;
  dnnl_memory_desc_t plain = NULL;
  gboolean done;

  for (guint i = 0; i < weight->packed->len; i++)
    if (dnnl_memory_desc_equal (((GpuCpuPacked *) weight->packed->pdata[i])->layout, layout))
      return weight->packed->pdata[i];
  packed = g_new0 (GpuCpuPacked, 1);
  packed->size = dnnl_memory_desc_get_size (layout);
  dnnl_memory_desc_clone (&packed->layout, layout);
  if (posix_memalign (&packed->values, 64, packed->size) != 0)
    {
      packed->values = NULL;
      packed_free (packed);
      gpu_cpu_check (dnnl_out_of_memory, error);
      return NULL;
    }
  if (weight->rows != NULL)
    {
      g_autofree float *made = NULL;
      GpuValues rows = { weight->rows, weight->rows_type, NULL };

      plain = w->kind == GPU_WEIGHT_LINEAR ? linear_weight_layout (w, FALSE)
                                           : conv_weight_layout (w, FALSE);
      done = reorder (
          state, plain,
          gpu_values_widen (&rows, dnnl_memory_desc_get_size (plain) / sizeof *made, &made), layout,
          packed->values, error);
      dnnl_memory_desc_destroy (plain);
    }
  else
    {
      const GpuCpuPacked *other = weight->packed->pdata[0];

      done = reorder (state, other->layout, other->values, layout, packed->values, error);
    }
  if (!done)
    {
      packed_free (packed);
      return NULL;
    }
  if (w->kind != GPU_WEIGHT_LINEAR)
    gpu_cpu_rows_free (weight);
  g_ptr_array_add (weight->packed, packed);
  return packed;
}

/* ---- plans ---- */

/* A 1-D layer has only the width. */
static void
set_spatial (dnnl_dims_t dims, gboolean two_d, gint64 vertical, gint64 horizontal)
{
  dims[0] = two_d ? vertical : horizontal;
  dims[1] = horizontal;
}

static dnnl_status_t
describe_conv (GpuCpuState *state,
               const GpuOp *op,
               Plan *plan,
               const_dnnl_memory_desc_t weights,
               dnnl_primitive_attr_t attributes,
               dnnl_primitive_desc_t *description)
{
  const GpuConvGeometry *g = &op->conv;
  gboolean two_d = op->w->two_d;
  dnnl_dims_t strides, dilations, before, after;

  set_spatial (strides, two_d, g->stride_h, g->stride_w);
  set_spatial (dilations, two_d, g->dilation_h - 1, g->dilation_w - 1);
  set_spatial (before, two_d, g->pad_t, g->pad_l);
  set_spatial (after, two_d, g->pad_b, g->pad_r);
  if (op->code == GPU_OP_CONV_TRANSPOSE)
    {
      /* out_pad is less padding at the end. */
      set_spatial (after, two_d, (g->h - 1) * g->stride_h + g->kh - g->pad_t - g->out_h,
                   (g->w - 1) * g->stride_w + g->kw - g->pad_l - g->out_w);
      return dnnl_deconvolution_forward_primitive_desc_create (
          description, state->engine, dnnl_forward_inference, dnnl_deconvolution_direct,
          plan->source, weights, plan->bias, plan->result, strides, dilations, before, after,
          attributes);
    }
  return dnnl_convolution_forward_primitive_desc_create (
      description, state->engine, dnnl_forward_inference, dnnl_convolution_direct, plan->source,
      weights, plan->bias, plan->result, strides, dilations, before, after, attributes);
}

static void
describe_memory (const GpuOp *op, Plan *plan)
{
  const GpuConvGeometry *g = &op->conv;
  const GpuWeight *w = op->w;

  if (op->code == GPU_OP_LINEAR)
    {
      dnnl_memory_desc_create_with_tag (&plan->source, 2, (dnnl_dims_t) { plan->key.rows, w->in },
                                        dnnl_f32, dnnl_ab);
      dnnl_memory_desc_create_with_tag (&plan->result, 2, (dnnl_dims_t) { plan->key.rows, w->out },
                                        dnnl_f32, dnnl_ab);
      if (w->has_bias)
        dnnl_memory_desc_create_with_tag (&plan->bias, 2, (dnnl_dims_t) { 1, w->out }, dnnl_f32,
                                          dnnl_ab);
      return;
    }
  plan->source = image_layout (w->two_d, g->n, g->h, g->w, g->in);
  plan->result = image_layout (w->two_d, g->n, g->out_h, g->out_w, g->out);
  if (w->has_bias)
    dnnl_memory_desc_create_with_tag (&plan->bias, 1, (dnnl_dims_t) { w->out }, dnnl_f32, dnnl_a);
}

static gboolean
make_memory (GpuCpuState *state, const GpuOp *op, Plan *plan, GError **error)
{
  const GpuCpuWeight *weight = op->w->packed;
  const_dnnl_memory_desc_t layouts[N_ARGUMENTS] = {
    [SOURCE] = plan->source,
    [WEIGHTS] = plan->weights->layout,
    [RESULT] = plan->result,
    [BIAS] = plan->bias,
    [SCRATCHPAD] = plan->scratch_size > 0 ? plan->scratchpad : NULL,
    [RESIDUAL] = plan->residual_index >= 0 ? plan->result : NULL,
  };
  void *const constants[N_ARGUMENTS] = { [WEIGHTS] = plan->weights->values, [BIAS] = weight->bias };

  for (int i = 0; i < N_ARGUMENTS; i++)
    if (layouts[i] != NULL &&
        !gpu_cpu_check (
            dnnl_memory_create (&plan->memory[i], layouts[i], state->engine, constants[i]), error))
      return FALSE;
  return TRUE;
}

static gboolean
fill_plan (GpuCpuState *state, const GpuOp *op, Plan *plan, GError **error)
{
  dnnl_primitive_desc_t description = NULL;
  dnnl_memory_desc_t weights;
  dnnl_primitive_attr_t attributes;
  dnnl_status_t status;
  gboolean done;

  describe_memory (op, plan);
  weights = op->code == GPU_OP_LINEAR ? linear_weight_layout (op->w, TRUE)
                                      : conv_weight_layout (op->w, TRUE);
  attributes = make_attributes (&op->fused, plan->result, plan);
  if (op->code == GPU_OP_LINEAR)
    status = dnnl_matmul_primitive_desc_create (&description, state->engine, plan->source, weights,
                                                plan->bias, plan->result, attributes);
  else
    status = describe_conv (state, op, plan, weights, attributes, &description);
  dnnl_primitive_attr_destroy (attributes);
  dnnl_memory_desc_destroy (weights);
  if (!gpu_cpu_check (status, error))
    return FALSE;
  plan->weights = find_packed (
      state, op->w, dnnl_primitive_desc_query_md (description, dnnl_query_weights_md, 0), error);
  dnnl_memory_desc_clone (&plan->scratchpad,
                          dnnl_primitive_desc_query_md (description, dnnl_query_scratchpad_md, 0));
  plan->scratch_size = dnnl_memory_desc_get_size (plan->scratchpad);
  done = plan->weights != NULL &&
         gpu_cpu_check (dnnl_primitive_create (&plan->primitive, description), error) &&
         make_memory (state, op, plan, error);
  dnnl_primitive_desc_destroy (description);
  return done;
}

/* The newest plans are at the end; the oldest goes when there are too many (a linear layer has a
 * new number of rows every sentence). */
static Plan *
find_plan (GpuCpuState *state, const GpuOp *op, const PlanKey *key, GError **error)
{
  GpuCpuWeight *weight = op->w->packed;
  Plan *plan;

  for (guint i = weight->plans->len; i-- > 0;)
    {
      plan = weight->plans->pdata[i];
      if (memcmp (&plan->key, key, sizeof *key) == 0)
        return plan;
    }
  plan = g_new0 (Plan, 1);
  plan->key = *key;
  if (!fill_plan (state, op, plan, error))
    {
      plan_free (plan);
      return NULL;
    }
  if (weight->plans->len >= MAX_PLANS)
    g_ptr_array_remove_index (weight->plans, 0);
  g_ptr_array_add (weight->plans, plan);
  return plan;
}

/* Operands of one execution. */
typedef struct
{
  const float *source, *residual;
  float *result;
  void *scratch;
} Operands;

static gboolean
execute (GpuCpuState *state,
         const Plan *plan,
         dnnl_memory_t *memory,
         const Operands *operands,
         GError **error)
{
  const int names[N_ARGUMENTS] = {
    DNNL_ARG_SRC,        DNNL_ARG_WEIGHTS,
    DNNL_ARG_DST,        DNNL_ARG_BIAS,
    DNNL_ARG_SCRATCHPAD, DNNL_ARG_ATTR_MULTIPLE_POST_OP (plan->residual_index) | DNNL_ARG_SRC_1,
  };
  dnnl_exec_arg_t args[N_ARGUMENTS];
  int n = 0;

  dnnl_memory_set_data_handle (memory[SOURCE], (void *) operands->source);
  dnnl_memory_set_data_handle (memory[RESULT], operands->result);
  if (memory[SCRATCHPAD] != NULL)
    dnnl_memory_set_data_handle (memory[SCRATCHPAD], operands->scratch);
  if (memory[RESIDUAL] != NULL)
    dnnl_memory_set_data_handle (memory[RESIDUAL], (void *) operands->residual);
  for (int i = 0; i < N_ARGUMENTS; i++)
    if (memory[i] != NULL)
      args[n++] = (dnnl_exec_arg_t) { names[i], memory[i] };
  return gpu_cpu_check (dnnl_primitive_execute (plan->primitive, state->stream, n, args), error) &&
         gpu_cpu_check (dnnl_stream_wait (state->stream), error);
}

static gboolean
execute_whole (GpuContext *cx, const GpuOp *op, Plan *plan, GError **error)
{
  Operands operands = { op->in[0]->data,
                        op->fused.residual != NULL ? op->fused.residual->data : NULL, op->out->data,
                        NULL };

  if (plan->scratch_size > 0)
    {
      operands.scratch = gpu_cpu_scratch (cx->state, plan->scratch_size);
      if (operands.scratch == NULL)
        return gpu_cpu_check (dnnl_out_of_memory, error);
    }
  if (!execute (cx->state, plan, plan->memory, &operands, error))
    return FALSE;
  if (plan->fuse_after)
    gpu_cpu_fuse (&op->fused, op->out->data, gpu_shape_size (op->out->shape));
  return TRUE;
}

static void
make_key (PlanKey *key, const GpuOp *op, gint64 rows)
{
  memset (key, 0, sizeof *key); /* padding takes part in the comparison */
  key->code = op->code;
  key->act = op->fused.act;
  key->a = op->fused.a;
  key->b = op->fused.b;
  key->has_residual = op->fused.residual != NULL;
  key->residual_after = op->fused.residual_after;
  key->threads = gpu_parallel_threads (); /* a primitive is made for a number of threads */
  key->rows = rows;
  if (op->code != GPU_OP_LINEAR)
    key->conv = op->conv;
}

static gboolean
run_planned (GpuContext *cx, const GpuOp *op, gint64 rows, GError **error)
{
  GpuCpuWeight *weight = op->w->packed;
  PlanKey key;
  Plan *plan;
  gboolean done;

  make_key (&key, op, rows);
  /* Held while computing too: a plan must not be dropped under another context's hands. */
  g_mutex_lock (&weight->lock);
  plan = find_plan (cx->state, op, &key, error);
  done = plan != NULL && execute_whole (cx, op, plan, error);
  g_mutex_unlock (&weight->lock);
  return done;
}

/**
 * gpu_cpu_conv_whole:
 * @cx: a context
 * @op: a convolution of any kind
 * @error: (out) (optional): oneDNN failed
 *
 * Computes it by one primitive of its geometry.
 *
 * Returns: whether it was computed
 */
gboolean
gpu_cpu_conv_whole (GpuContext *cx, const GpuOp *op, GError **error)
{
  return run_planned (cx, op, 0, error);
}

/* ---- pieces ---- */

/* One gpu_cpu_conv_pieces(). A lane is a thread's: its own memory objects and scratch. */
typedef struct
{
  GpuCpuState *state;
  const Plan *plan;
  gint64 n;
  GpuCpuPieceFunc begin;
  GpuCpuPieceDoneFunc end;
  gpointer data;
  char *scratch; /* of all lanes */
  int next;      /* atomic: the piece to be taken next */
  int failed;    /* atomic */
} Pieces;

/* Those of the weight and the bias are not pointed elsewhere and are shared. */
static gboolean
lane_memory_new (const Pieces *self, dnnl_memory_t *memory)
{
  gboolean done = TRUE;

  for (int i = 0; i < N_ARGUMENTS; i++)
    {
      const_dnnl_memory_desc_t layout = NULL;

      memory[i] = NULL;
      if (self->plan->memory[i] == NULL)
        continue;
      if (i == WEIGHTS || i == BIAS)
        memory[i] = self->plan->memory[i];
      else
        done = done &&
               dnnl_memory_get_memory_desc (self->plan->memory[i], &layout) == dnnl_success &&
               dnnl_memory_create (&memory[i], layout, self->state->engine, NULL) == dnnl_success;
    }
  return done;
}

static void
lane_memory_free (dnnl_memory_t *memory)
{
  for (int i = 0; i < N_ARGUMENTS; i++)
    if (i != WEIGHTS && i != BIAS)
      dnnl_memory_destroy (memory[i]);
}

/* Takes pieces until there are none. Inside a parallel region oneDNN computes on this thread. */
static void
run_lane (Pieces *self, int lane)
{
  dnnl_memory_t memory[N_ARGUMENTS];
  Operands operands = { .scratch = self->scratch + (gsize) lane * self->plan->scratch_size };
  gboolean good = lane_memory_new (self, memory);

  while (good)
    {
      gint64 piece = g_atomic_int_add (&self->next, 1);

      if (piece >= self->n)
        break;
      self->begin (piece, lane, &operands.source, &operands.residual, &operands.result, self->data);
      good = execute (self->state, self->plan, memory, &operands, NULL);
      if (good && self->end != NULL)
        self->end (piece, lane, self->data);
    }
  lane_memory_free (memory);
  if (!good)
    g_atomic_int_set (&self->failed, TRUE);
}

static void
run_lanes (gint64 begin, gint64 end, gpointer data)
{
  for (gint64 lane = begin; lane < end; lane++)
    run_lane (data, (int) lane);
}

static gboolean
run_pieces (Pieces *self, gint64 n_lanes, GError **error)
{
  gsize size = (gsize) n_lanes * self->plan->scratch_size;

  if (size > 0)
    self->scratch = gpu_cpu_scratch (self->state, size);
  if (size > 0 && self->scratch == NULL)
    return gpu_cpu_check (dnnl_out_of_memory, error);
  gpu_parallel (n_lanes, 1, run_lanes, self);
  return gpu_cpu_check (self->failed ? dnnl_runtime_error : dnnl_success, error);
}

/**
 * gpu_cpu_conv_pieces:
 * @cx: a context
 * @op: the operation on a piece; its operands' values are not looked at
 * @n: number of pieces
 * @begin: says where a piece's operands lie
 * @end: (nullable): called when a piece's result is there
 * @data: closure
 * @fuse_after: (out): the caller has to apply the fused part to the result
 * @error: (out) (optional): oneDNN failed
 *
 * Computes the pieces on all threads, each piece on one (without OpenMP one after the other): there
 * is one meeting of the threads for all of them, and a thread that others on the machine interrupt
 * has its pieces taken by the others.
 *
 * Returns: whether all were computed
 */
gboolean
gpu_cpu_conv_pieces (GpuContext *cx,
                     const GpuOp *op,
                     gint64 n,
                     GpuCpuPieceFunc begin,
                     GpuCpuPieceDoneFunc end,
                     gpointer data,
                     gboolean *fuse_after,
                     GError **error)
{
  GpuCpuWeight *weight = op->w->packed;
  Pieces self = { cx->state, NULL, n, begin, end, data, NULL, 0, FALSE };
  int threads = gpu_parallel_threads ();
  int lanes = gpu_parallel_is_openmp () ? threads : 1;
  gboolean done = FALSE;
  PlanKey key;

  gpu_parallel_limit (threads / lanes); /* those of a primitive */
  make_key (&key, op, 0);
  g_mutex_lock (&weight->lock);
  self.plan = find_plan (cx->state, op, &key, error);
  gpu_parallel_limit (threads);
  if (self.plan != NULL)
    {
      *fuse_after = self.plan->fuse_after;
      done = run_pieces (&self, MIN (lanes, n), error);
    }
  g_mutex_unlock (&weight->lock);
  return done;
}

typedef struct
{
  const GpuWeight *w;
  float *wide;
} Unpack;

static void
unpack_range (gint64 begin, gint64 end, gpointer data)
{
  const Unpack *job = data;

  for (gint64 row = begin; row < end; row++)
    gpu_cpu_unpack_row (job->w, row, job->wide + row * job->w->in);
}

/* Rows of a weight that is not f32, widened once for a product with many rows. */
static gboolean
linear_unpacked (GpuContext *cx, const GpuOp *op, gint64 rows, GError **error)
{
  GpuCpuState *state = cx->state;
  const GpuCpuWeight *weight = op->w->packed;
  gint64 in = op->w->in, out = op->w->out;
  gsize actual;
  float *wide = gpu_cpu_block_new (state, sizeof (float) * (gsize) (in * out), &actual);
  GpuCpuGemm gemm = { 1, rows, out, in, 0, in, 1, 0, 1, in, 0, out };
  float *y = op->out->data;
  gboolean done;

  if (wide == NULL)
    return gpu_cpu_check (dnnl_out_of_memory, error);
  gpu_parallel (out, MAX (16384 / in, 1), unpack_range, &(Unpack) { op->w, wide });
  done = gpu_cpu_gemm (cx, &gemm, op->in[0]->data, wide, y, error);
  gpu_cpu_block_free (state, wide, actual);
  for (gint64 row = 0; done && weight->bias != NULL && row < rows; row++)
    for (gint64 i = 0; i < out; i++)
      y[row * out + i] += weight->bias[i];
  if (done)
    gpu_cpu_fuse (&op->fused, y, rows * out);
  return done;
}

gboolean
gpu_cpu_linear (GpuContext *cx, const GpuOp *op, GError **error)
{
  gint64 rows = gpu_shape_size (op->in[0]->shape) / op->w->in;
  gint64 direct = op->w->type == GPU_F32 ? 1 : 4;
  const float *x = op->in[0]->data;
  float *y = op->out->data;

  if (rows > direct)
    return op->w->type == GPU_F32 ? run_planned (cx, op, rows, error)
                                  : linear_unpacked (cx, op, rows, error);
  for (gint64 row = 0; row < rows; row++)
    gpu_cpu_gemv (op->w, x + row * op->w->in, y + row * op->w->out);
  gpu_cpu_fuse (&op->fused, y, rows * op->w->out);
  return TRUE;
}

/**
 * gpu_cpu_plans_new:
 * @weight: a weight
 *
 * Makes room for plans and packed forms.
 */
void
gpu_cpu_plans_new (GpuCpuWeight *weight)
{
  weight->plans = g_ptr_array_new_with_free_func (plan_free);
  weight->packed = g_ptr_array_new_with_free_func (packed_free);
}
