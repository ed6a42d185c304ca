/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/cpu/gpu-cpu.h"

#include <string.h>

/* Products of activations through oneDNN. A primitive for each geometry is kept with the context,
 * with its memory objects: making them takes as long as a small product. */

#define MAX_GEMMS 256

typedef struct
{
  GpuCpuGemm gemm; /* the key */
  dnnl_primitive_t primitive;
  dnnl_memory_t memory[3];
} Kept;

static guint
gemm_hash (gconstpointer key)
{
  const gint64 *numbers = key;
  guint64 hash = 14695981039346656037u;

  for (gsize i = 0; i < sizeof (GpuCpuGemm) / sizeof *numbers; i++)
    hash = (hash ^ (guint64) numbers[i]) * 1099511628211u;
  return (guint) (hash ^ hash >> 32);
}

static gboolean
gemm_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (GpuCpuGemm)) == 0;
}

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  for (int i = 0; i < 3; i++)
    dnnl_memory_destroy (kept->memory[i]);
  dnnl_primitive_destroy (kept->primitive);
  g_free (kept);
}

/**
 * gpu_cpu_gemms_new:
 *
 * Returns: (transfer full): room for a context's products
 */
GHashTable *
gpu_cpu_gemms_new (void)
{
  return g_hash_table_new_full (gemm_hash, gemm_equal, NULL, kept_free);
}

static void
describe (const GpuCpuGemm *g, dnnl_memory_desc_t layout[3])
{
  gint64 b_batch = g->b_batch == 0 ? g->k * g->n : g->b_batch;

  dnnl_memory_desc_create_with_strides (&layout[0], 3, (dnnl_dims_t) { g->batch, g->m, g->k },
                                        dnnl_f32, (dnnl_dims_t) { g->a_batch, g->a_row, g->a_col });
  dnnl_memory_desc_create_with_strides (
      &layout[1], 3, (dnnl_dims_t) { g->b_batch == 0 ? 1 : g->batch, g->k, g->n }, dnnl_f32,
      (dnnl_dims_t) { b_batch, g->b_row, g->b_col });
  dnnl_memory_desc_create_with_strides (&layout[2], 3, (dnnl_dims_t) { g->batch, g->m, g->n },
                                        dnnl_f32, (dnnl_dims_t) { g->c_batch, g->c_row, 1 });
}

static Kept *
make (GpuCpuState *state, const GpuCpuGemm *gemm, GError **error)
{
  Kept *kept = g_new0 (Kept, 1);
  dnnl_memory_desc_t layout[3] = { NULL };
  dnnl_primitive_desc_t description = NULL;
  gboolean done;

  kept->gemm = *gemm;
  describe (gemm, layout);
  done = gpu_cpu_check (dnnl_matmul_primitive_desc_create (&description, state->engine, layout[0],
                                                           layout[1], NULL, layout[2], NULL),
                        error) &&
         gpu_cpu_check (dnnl_primitive_create (&kept->primitive, description), error);
  for (int i = 0; i < 3; i++)
    {
      done = done && gpu_cpu_check (dnnl_memory_create (&kept->memory[i], layout[i], state->engine,
                                                        DNNL_MEMORY_NONE),
                                    error);
      dnnl_memory_desc_destroy (layout[i]);
    }
  dnnl_primitive_desc_destroy (description);
  if (!done)
    g_clear_pointer (&kept, kept_free);
  return kept;
}

static Kept *
find (GpuCpuState *state, const GpuCpuGemm *gemm, GError **error)
{
  Kept *kept = g_hash_table_lookup (state->gemms, gemm);

  if (kept != NULL)
    return kept;
  /* A decoder's products have a new length every step: begin anew rather than grow for ever. */
  if (g_hash_table_size (state->gemms) >= MAX_GEMMS)
    g_hash_table_remove_all (state->gemms);
  kept = make (state, gemm, error);
  if (kept != NULL)
    g_hash_table_insert (state->gemms, &kept->gemm, kept);
  return kept;
}

/**
 * gpu_cpu_gemm:
 * @cx: a CPU context
 * @gemm: extents and strides, in floats
 * @a: left operand
 * @b: right operand
 * @c: (out caller-allocates): the result
 * @error: (out) (optional): oneDNN's error
 *
 * Returns: whether it was computed
 */
gboolean
gpu_cpu_gemm (GpuContext *cx,
              const GpuCpuGemm *gemm,
              const float *a,
              const float *b,
              float *c,
              GError **error)
{
  GpuCpuState *state = cx->state;
  Kept *kept = find (state, gemm, error);
  const dnnl_exec_arg_t args[3] = {
    { DNNL_ARG_SRC, kept != NULL ? kept->memory[0] : NULL },
    { DNNL_ARG_WEIGHTS, kept != NULL ? kept->memory[1] : NULL },
    { DNNL_ARG_DST, kept != NULL ? kept->memory[2] : NULL },
  };

  if (kept == NULL)
    return FALSE;
  dnnl_memory_set_data_handle (kept->memory[0], (void *) a);
  dnnl_memory_set_data_handle (kept->memory[1], (void *) b);
  dnnl_memory_set_data_handle (kept->memory[2], c);
  return gpu_cpu_check (dnnl_primitive_execute (kept->primitive, state->stream, 3, args), error) &&
         gpu_cpu_check (dnnl_stream_wait (state->stream), error);
}

gboolean
gpu_cpu_matmul (GpuContext *cx, const GpuOp *op, GError **error)
{
  gint64 m = op->matmul.m, n = op->matmul.n, k = op->matmul.k;
  gboolean transposed = op->matmul.transpose_b;
  GpuCpuGemm gemm = { op->matmul.batch,
                      m,
                      n,
                      k,
                      m * k,
                      k,
                      1,
                      op->matmul.b_shared ? 0 : k * n,
                      transposed ? 1 : n,
                      transposed ? k : 1,
                      m * n,
                      n };

  if (k == 0)
    {
      memset (op->out->data, 0, sizeof (float) * (gsize) (op->matmul.batch * m * n));
      return TRUE;
    }
  return gpu_cpu_gemm (cx, &gemm, op->in[0]->data, op->in[1]->data, op->out->data, error);
}
