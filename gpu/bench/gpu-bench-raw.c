/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/bench/gpu-bench.h"
#include "gpu/cpu/gpu-cpu-isa.h"

#include <oneapi/dnnl/dnnl.h>
#include <string.h>

/* oneDNN as its documentation has it: layouts of its own choice for weights, everything made
 * beforehand, activations and residuals fused, one list of primitives to execute. */

#define MAX_STEPS 64
#define MAX_ARGS 5

typedef struct
{
  dnnl_primitive_t primitive;
  int n;
  dnnl_exec_arg_t args[MAX_ARGS];
} Step;

struct _GpuBenchRaw
{
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  GPtrArray *memory;
  Step steps[MAX_STEPS];
  int n_steps;
  gboolean failed;
};

static void
memory_free (gpointer memory)
{
  dnnl_memory_destroy (memory);
}

static void
check (GpuBenchRaw *self, dnnl_status_t status)
{
  self->failed = self->failed || status != dnnl_success;
}

/* Memory of the engine, small random values in it. */
static dnnl_memory_t
make_memory (GpuBenchRaw *self, const_dnnl_memory_desc_t layout)
{
  dnnl_memory_t memory = NULL;
  void *values = NULL;
  gsize size = dnnl_memory_desc_get_size (layout);
  dnnl_data_type_t type = dnnl_data_type_undef;

  check (self, dnnl_memory_create (&memory, layout, self->engine, DNNL_MEMORY_ALLOCATE));
  if (memory == NULL)
    return NULL;
  g_ptr_array_add (self->memory, memory);
  dnnl_memory_get_data_handle (memory, &values);
  dnnl_memory_desc_query (layout, dnnl_query_data_type, &type);
  memset (values, 0, size);
  for (gsize i = 0; type == dnnl_f32 && i < size / sizeof (float); i++)
    ((float *) values)[i] = (float) (i % 257) / 25700 - 0.005f;
  return memory;
}

static dnnl_memory_t
new_memory (
    GpuBenchRaw *self, int n, const dnnl_dims_t dims, dnnl_data_type_t type, dnnl_format_tag_t tag)
{
  dnnl_memory_desc_t layout = NULL;
  dnnl_memory_t memory;

  dnnl_memory_desc_create_with_tag (&layout, n, dims, type, tag);
  memory = make_memory (self, layout);
  dnnl_memory_desc_destroy (layout);
  return memory;
}

static dnnl_memory_desc_t
any_layout (int n, const dnnl_dims_t dims, dnnl_data_type_t type)
{
  dnnl_memory_desc_t layout = NULL;

  dnnl_memory_desc_create_with_tag (&layout, n, dims, type, dnnl_format_tag_any);
  return layout;
}

static const_dnnl_memory_desc_t
layout_of (dnnl_memory_t memory)
{
  const_dnnl_memory_desc_t layout = NULL;

  if (memory != NULL)
    dnnl_memory_get_memory_desc (memory, &layout);
  return layout;
}

/* Takes the description. */
static Step *
add_step (GpuBenchRaw *self, dnnl_status_t status, dnnl_primitive_desc_t description)
{
  Step *step = &self->steps[self->n_steps++];

  g_assert (self->n_steps <= MAX_STEPS);
  check (self, status);
  if (status == dnnl_success)
    check (self, dnnl_primitive_create (&step->primitive, description));
  dnnl_primitive_desc_destroy (description);
  return step;
}

static void
add_arg (Step *step, int which, dnnl_memory_t memory)
{
  g_assert (step->n < MAX_ARGS);
  step->args[step->n++] = (dnnl_exec_arg_t) { which, memory };
}

/* A layer's weights in the layout that the primitive wants. */
static dnnl_memory_t
weights_for (GpuBenchRaw *self, dnnl_status_t status, dnnl_primitive_desc_t description)
{
  if (status != dnnl_success)
    return NULL;
  return make_memory (self, dnnl_primitive_desc_query_md (description, dnnl_query_weights_md, 0));
}

static dnnl_primitive_attr_t
attributes (gboolean leaky, dnnl_memory_t residual)
{
  dnnl_primitive_attr_t attr = NULL;
  dnnl_post_ops_t post = NULL;

  dnnl_primitive_attr_create (&attr);
  dnnl_post_ops_create (&post);
  if (leaky)
    dnnl_post_ops_append_eltwise (post, dnnl_eltwise_relu, 0.1f, 0);
  if (residual != NULL)
    dnnl_post_ops_append_binary (post, dnnl_binary_add, layout_of (residual));
  dnnl_primitive_attr_set_post_ops (attr, post);
  dnnl_post_ops_destroy (post);
  return attr;
}

/* A layer of any dimensions: kernel and padding are the same in all; dilation counts from 1. */
static dnnl_memory_t
add_conv (GpuBenchRaw *self,
          int spatial,
          dnnl_memory_t x,
          const dnnl_dims_t result,
          gint64 in,
          gint64 k,
          gint64 dilation,
          gboolean leaky,
          dnnl_memory_t residual)
{
  dnnl_dims_t dims = { result[1], in, k, k }, one = { 1, 1 };
  dnnl_dims_t dilations = { dilation - 1, dilation - 1 };
  dnnl_dims_t pad = { dilation * (k - 1) / 2, dilation * (k - 1) / 2 };
  dnnl_memory_desc_t weights = any_layout (spatial + 2, dims, dnnl_f32);
  dnnl_memory_t y =
      new_memory (self, spatial + 2, result, dnnl_f32, spatial == 2 ? dnnl_nhwc : dnnl_nwc);
  dnnl_memory_t bias = new_memory (self, 1, (dnnl_dims_t) { result[1] }, dnnl_f32, dnnl_a);
  dnnl_primitive_attr_t attr = attributes (leaky, residual);
  dnnl_primitive_desc_t description = NULL;
  dnnl_status_t status = dnnl_convolution_forward_primitive_desc_create (
      &description, self->engine, dnnl_forward_inference, dnnl_convolution_direct, layout_of (x),
      weights, layout_of (bias), layout_of (y), one, dilations, pad, pad, attr);
  dnnl_memory_t w = weights_for (self, status, description);
  Step *step = add_step (self, status, description);

  dnnl_primitive_attr_destroy (attr);
  dnnl_memory_desc_destroy (weights);
  add_arg (step, DNNL_ARG_SRC, x);
  add_arg (step, DNNL_ARG_WEIGHTS, w);
  add_arg (step, DNNL_ARG_BIAS, bias);
  add_arg (step, DNNL_ARG_DST, y);
  if (residual != NULL)
    add_arg (step, DNNL_ARG_ATTR_MULTIPLE_POST_OP (0) | DNNL_ARG_SRC_1, residual);
  return y;
}

static dnnl_memory_t
add_eltwise (GpuBenchRaw *self, dnnl_memory_t x, dnnl_alg_kind_t kind, float a)
{
  dnnl_memory_t y = make_memory (self, layout_of (x));
  dnnl_primitive_desc_t description = NULL;
  dnnl_status_t status = dnnl_eltwise_forward_primitive_desc_create (
      &description, self->engine, dnnl_forward_inference, kind, layout_of (x), layout_of (y), a, 0,
      NULL);
  Step *step = add_step (self, status, description);

  add_arg (step, DNNL_ARG_SRC, x);
  add_arg (step, DNNL_ARG_DST, y);
  return y;
}

static dnnl_memory_t
add_sum (GpuBenchRaw *self, dnnl_memory_t x, dnnl_memory_t y)
{
  dnnl_memory_t z = make_memory (self, layout_of (x));
  dnnl_primitive_desc_t description = NULL;
  dnnl_status_t status =
      dnnl_binary_primitive_desc_create (&description, self->engine, dnnl_binary_add, layout_of (x),
                                         layout_of (y), layout_of (z), NULL);
  Step *step = add_step (self, status, description);

  add_arg (step, DNNL_ARG_SRC_0, x);
  add_arg (step, DNNL_ARG_SRC_1, y);
  add_arg (step, DNNL_ARG_DST, z);
  return z;
}

static void
build_stack (GpuBenchRaw *self, gint64 c, gint64 t)
{
  const dnnl_dims_t dims = { 1, c, t };
  dnnl_memory_t input = new_memory (self, 3, dims, dnnl_f32, dnnl_nwc), sum = NULL;

  for (int k = 3; k <= 11; k += 4)
    {
      dnnl_memory_t x = input;

      for (int dilation = 1; dilation <= 5; dilation += 2)
        {
          dnnl_memory_t y = add_eltwise (self, x, dnnl_eltwise_relu, 0.1f);

          y = add_conv (self, 1, y, dims, c, k, dilation, TRUE, NULL);
          x = add_conv (self, 1, y, dims, c, k, 1, FALSE, x);
        }
      sum = sum == NULL ? x : add_sum (self, sum, x);
    }
  add_eltwise (self, sum, dnnl_eltwise_linear, 1.0f / 3);
}

/* @b NULL: a weight in a layout of oneDNN's choice. */
static dnnl_memory_t
add_matmul (GpuBenchRaw *self,
            int n,
            dnnl_memory_t a,
            dnnl_memory_t b,
            const dnnl_dims_t b_dims,
            dnnl_memory_t c,
            dnnl_data_type_t type)
{
  dnnl_memory_desc_t any = b == NULL ? any_layout (n, b_dims, type) : NULL;
  dnnl_primitive_desc_t description = NULL;
  dnnl_status_t status = dnnl_matmul_primitive_desc_create (
      &description, self->engine, layout_of (a), b != NULL ? layout_of (b) : any, NULL,
      layout_of (c), NULL);
  Step *step;

  if (b == NULL)
    b = weights_for (self, status, description);
  step = add_step (self, status, description);
  dnnl_memory_desc_destroy (any);
  add_arg (step, DNNL_ARG_SRC, a);
  add_arg (step, DNNL_ARG_WEIGHTS, b);
  add_arg (step, DNNL_ARG_DST, c);
  return c;
}

static void
build_attention (GpuBenchRaw *self, gint64 heads, gint64 width, gint64 t)
{
  gint64 c = heads * width;
  dnnl_memory_desc_t q = NULL, k = NULL;
  dnnl_memory_t scores = new_memory (self, 3, (dnnl_dims_t) { heads, t, t }, dnnl_f32, dnnl_abc);
  dnnl_memory_t weights = make_memory (self, layout_of (scores)), y;
  dnnl_primitive_desc_t description = NULL;
  dnnl_status_t status;
  Step *step;

  dnnl_memory_desc_create_with_strides (&q, 3, (dnnl_dims_t) { heads, t, width }, dnnl_f32,
                                        (dnnl_dims_t) { width, c, 1 });
  dnnl_memory_desc_create_with_strides (&k, 3, (dnnl_dims_t) { heads, width, t }, dnnl_f32,
                                        (dnnl_dims_t) { width, 1, c });
  add_matmul (self, 3, make_memory (self, q), make_memory (self, k), NULL, scores, dnnl_f32);
  status = dnnl_softmax_forward_primitive_desc_create (
      &description, self->engine, dnnl_forward_inference, dnnl_softmax_accurate, layout_of (scores),
      layout_of (weights), 2, NULL);
  step = add_step (self, status, description);
  add_arg (step, DNNL_ARG_SRC, scores);
  add_arg (step, DNNL_ARG_DST, weights);
  y = make_memory (self, q);
  add_matmul (self, 3, weights, make_memory (self, q), NULL, y, dnnl_f32);
  dnnl_memory_desc_destroy (q);
  dnnl_memory_desc_destroy (k);
}

static void
build_gemv (GpuBenchRaw *self, gint64 in, gint64 out, dnnl_data_type_t type)
{
  dnnl_memory_t x = new_memory (self, 2, (dnnl_dims_t) { 1, in }, type, dnnl_ab);
  dnnl_memory_t y = new_memory (self, 2, (dnnl_dims_t) { 1, out }, dnnl_f32, dnnl_ab);

  for (int i = 0; i < GPU_BENCH_WEIGHTS; i++)
    add_matmul (self, 2, x, NULL, (dnnl_dims_t) { in, out }, y, type);
}

static void
build_upsample (GpuBenchRaw *self, gint64 in, gint64 t, gint64 stride)
{
  dnnl_memory_t x = new_memory (self, 3, (dnnl_dims_t) { 1, in, t }, dnnl_f32, dnnl_nwc);
  dnnl_memory_t y =
      new_memory (self, 3, (dnnl_dims_t) { 1, in / 2, t * stride }, dnnl_f32, dnnl_nwc);
  dnnl_memory_desc_t any = any_layout (3, (dnnl_dims_t) { in / 2, in, 2 * stride }, dnnl_f32);
  dnnl_primitive_desc_t description = NULL;
  dnnl_dims_t strides = { stride }, none = { 0 }, pad = { stride / 2 };
  dnnl_status_t status = dnnl_deconvolution_forward_primitive_desc_create (
      &description, self->engine, dnnl_forward_inference, dnnl_deconvolution_direct, layout_of (x),
      any, NULL, layout_of (y), strides, none, pad, pad, NULL);
  dnnl_memory_t w = weights_for (self, status, description);
  Step *step = add_step (self, status, description);

  dnnl_memory_desc_destroy (any);
  add_arg (step, DNNL_ARG_SRC, x);
  add_arg (step, DNNL_ARG_WEIGHTS, w);
  add_arg (step, DNNL_ARG_DST, y);
}

static void
build_norm (GpuBenchRaw *self, gint64 c, gint64 t)
{
  dnnl_memory_t x = new_memory (self, 2, (dnnl_dims_t) { t, c }, dnnl_f32, dnnl_ab);
  dnnl_memory_t y = make_memory (self, layout_of (x));
  dnnl_primitive_desc_t description = NULL;
  dnnl_status_t status = dnnl_layer_normalization_forward_primitive_desc_create (
      &description, self->engine, dnnl_forward_inference, layout_of (x), layout_of (y), NULL, 1e-5f,
      dnnl_normalization_flags_none, NULL);
  Step *step = add_step (self, status, description);

  add_arg (step, DNNL_ARG_SRC, x);
  add_arg (step, DNNL_ARG_DST, y);
}

/**
 * gpu_bench_raw_new:
 * @which: a case of gpu_bench_cases()
 *
 * Returns: (transfer full) (nullable): its primitives, %NULL when oneDNN cannot do it
 */
GpuBenchRaw *
gpu_bench_raw_new (const GpuBenchCase *which)
{
  g_autoptr (GpuBenchRaw) self = g_new0 (GpuBenchRaw, 1);

  gpu_cpu_isa_apply ();
  self->memory = g_ptr_array_new_with_free_func (memory_free);
  check (self, dnnl_engine_create (&self->engine, dnnl_cpu, 0));
  check (self, dnnl_stream_create (&self->stream, self->engine, dnnl_stream_default_flags));
  if (which->kind == GPU_BENCH_STACK)
    build_stack (self, which->a, which->b);
  else if (which->kind == GPU_BENCH_GEMM)
    add_matmul (
        self, 2, new_memory (self, 2, (dnnl_dims_t) { which->a, which->b }, dnnl_f32, dnnl_ab),
        NULL, (dnnl_dims_t) { which->b, which->c },
        new_memory (self, 2, (dnnl_dims_t) { which->a, which->c }, dnnl_f32, dnnl_ab), dnnl_f32);
  else if (which->kind == GPU_BENCH_GEMV && which->type != GPU_I8)
    build_gemv (self, which->a, which->b, which->type == GPU_F16 ? dnnl_f16 : dnnl_bf16);
  else if (which->kind == GPU_BENCH_ATTENTION)
    build_attention (self, which->a, which->b, which->c);
  else if (which->kind == GPU_BENCH_CONV_2D)
    add_conv (self, 2,
              new_memory (self, 4, (dnnl_dims_t) { 1, which->a, which->b, which->b }, dnnl_f32,
                          dnnl_nhwc),
              (dnnl_dims_t) { 1, which->a, which->b, which->b }, which->a, 3, 1, FALSE, NULL);
  else if (which->kind == GPU_BENCH_UPSAMPLE)
    build_upsample (self, which->a, which->b, which->c);
  else if (which->kind == GPU_BENCH_NORM)
    build_norm (self, which->a, which->b);
  else
    self->failed = TRUE;
  return self->failed ? NULL : g_steal_pointer (&self);
}

/**
 * gpu_bench_raw_time:
 * @self: a case
 *
 * Returns: seconds of one run
 */
double
gpu_bench_raw_time (GpuBenchRaw *self)
{
  gint64 start = g_get_monotonic_time ();

  for (int i = 0; i < self->n_steps; i++)
    dnnl_primitive_execute (self->steps[i].primitive, self->stream, self->steps[i].n,
                            self->steps[i].args);
  dnnl_stream_wait (self->stream);
  return (double) (g_get_monotonic_time () - start) * 1e-6;
}

void
gpu_bench_raw_free (GpuBenchRaw *self)
{
  if (self == NULL)
    return;
  for (int i = 0; i < self->n_steps; i++)
    dnnl_primitive_destroy (self->steps[i].primitive);
  g_ptr_array_unref (self->memory);
  dnnl_stream_destroy (self->stream);
  dnnl_engine_destroy (self->engine);
  g_free (self);
}
