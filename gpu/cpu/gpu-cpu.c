/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/cpu/gpu-cpu.h"
#include "gpu/cpu/gpu-cpu-isa.h"
#include "gpu/gpu-registry.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The backend of the processor: eager, in host memory; the oracle of all others. */

typedef gboolean (*Kernel) (GpuContext *cx, const GpuOp *op, GError **error);

static const Kernel kernels[GPU_N_OPS] = {
  [GPU_OP_LINEAR] = gpu_cpu_linear,
  [GPU_OP_CONV] = gpu_cpu_conv,
  [GPU_OP_CONV_TRANSPOSE] = gpu_cpu_conv,
  [GPU_OP_EMBED] = gpu_cpu_embed,
  [GPU_OP_ACTIVATE] = gpu_cpu_activate,
  [GPU_OP_PRELU] = gpu_cpu_prelu,
  [GPU_OP_SNAKE_BETA] = gpu_cpu_snake_beta,
  [GPU_OP_BINARY] = gpu_cpu_binary,
  [GPU_OP_GATE] = gpu_cpu_gate,
  [GPU_OP_LAYER_NORM] = gpu_cpu_layer_norm,
  [GPU_OP_GROUP_NORM] = gpu_cpu_group_norm,
  [GPU_OP_GRN] = gpu_cpu_grn,
  [GPU_OP_L2_NORM] = gpu_cpu_l2_norm,
  [GPU_OP_SOFTMAX] = gpu_cpu_softmax,
  [GPU_OP_REDUCE] = gpu_cpu_reduce,
  [GPU_OP_ARGMAX] = gpu_cpu_argmax,
  [GPU_OP_MATMUL] = gpu_cpu_matmul,
  [GPU_OP_ATTENTION] = gpu_cpu_attention,
  [GPU_OP_DECODE] = gpu_cpu_decode,
  [GPU_OP_ROPE] = gpu_cpu_rope,
  [GPU_OP_PERMUTE] = gpu_cpu_permute,
  [GPU_OP_SLICE] = gpu_cpu_slice,
  [GPU_OP_CONCAT] = gpu_cpu_concat,
  [GPU_OP_GATHER] = gpu_cpu_gather,
  [GPU_OP_FLIP] = gpu_cpu_flip,
  [GPU_OP_REPEAT] = gpu_cpu_repeat,
  [GPU_OP_PAD] = gpu_cpu_pad,
  [GPU_OP_RESAMPLE_LINEAR] = gpu_cpu_resample_linear,
  [GPU_OP_POOL_2D] = gpu_cpu_pool_2d,
  [GPU_OP_RESIZE_2D] = gpu_cpu_resize_2d,
  [GPU_OP_WARP_AFFINE] = gpu_cpu_warp_affine,
  [GPU_OP_STATE_WRITE] = gpu_cpu_state_write,
};

/* ---- weights ---- */

static gint64
weight_rows (const GpuWeight *w)
{
  return w->kind == GPU_WEIGHT_CONV_TRANSPOSE ? w->in : w->out;
}

static gint64
weight_columns (const GpuWeight *w)
{
  gint64 other = w->kind == GPU_WEIGHT_CONV_TRANSPOSE ? w->out : w->in;

  return other / w->groups * w->kh * w->kw;
}

static gboolean
is_conv (const GpuWeight *w)
{
  return w->kind == GPU_WEIGHT_CONV || w->kind == GPU_WEIGHT_CONV_TRANSPOSE;
}

/* Symmetric, one scale a row: the greatest magnitude becomes 127. */
static void
quantise_row (const float *x, gint8 *y, float *scale, gint64 n)
{
  float most = 0;

  for (gint64 i = 0; i < n; i++)
    most = MAX (most, fabsf (x[i]));
  *scale = most / 127.0f;
  for (gint64 i = 0; i < n; i++)
    y[i] = most > 0 ? (gint8) lrintf (x[i] / *scale) : 0;
}

/* Floats with the values that the type can hold. */
static void
round_rows (GpuType type, const float *values, float *rounded, gint64 n)
{
  guint16 halves[1024];

  for (gint64 i = 0; i < n; i += G_N_ELEMENTS (halves))
    {
      gint64 now = MIN (n - i, (gint64) G_N_ELEMENTS (halves));

      if (type == GPU_F16)
        {
          gpu_cpu_to_f16 (values + i, halves, now);
          gpu_cpu_from_f16 (halves, rounded + i, now);
        }
      else
        {
          gpu_cpu_to_bf16 (values + i, halves, now);
          gpu_cpu_from_bf16 (halves, rounded + i, now);
        }
    }
}

/* Rows in the type they are kept in. Convolutions are computed in f32 but hold the values of their
 * type, so that a device that computes with halves has the same weights. */
static void
store_rows (const GpuWeight *w, GpuCpuWeight *weight, const float *values)
{
  gint64 rows = weight_rows (w), columns = weight_columns (w), n = rows * columns;

  if (w->type == GPU_F32)
    memcpy (weight->rows, values, sizeof (float) * (gsize) n);
  else if (is_conv (w))
    round_rows (w->type, values, weight->rows, n);
  else if (w->type == GPU_F16)
    gpu_cpu_to_f16 (values, weight->rows, n);
  else if (w->type == GPU_BF16)
    gpu_cpu_to_bf16 (values, weight->rows, n);
  else
    for (gint64 row = 0; row < rows; row++)
      quantise_row (values + row * columns, (gint8 *) weight->rows + row * columns,
                    weight->scales + row, columns);
}

/* Whether the rows can stay where they are. A convolution is widened when it is packed, which loses
 * nothing; the kernels of the others read their own type. */
static gboolean
can_borrow (const GpuWeight *w, const GpuValues *values)
{
  return values->owner != NULL && (values->type == w->type || (is_conv (w) && w->type == GPU_F32));
}

/**
 * gpu_cpu_rows_free:
 * @weight: a weight
 *
 * Gives up the plain values.
 */
void
gpu_cpu_rows_free (GpuCpuWeight *weight)
{
  if (weight->owner == NULL)
    free (weight->rows);
  weight->rows = NULL;
  g_clear_pointer (&weight->owner, g_bytes_unref);
}

static void *
aligned_copy (const void *values, gsize size)
{
  void *copy = NULL;

  if (posix_memalign (&copy, 64, MAX (size, 64)) != 0)
    return NULL;
  if (values != NULL)
    memcpy (copy, values, size);
  return copy;
}

static gboolean
set_no_memory (GError **error)
{
  g_set_error_literal (error, GPU_ERROR, GPU_ERROR_OUT_OF_MEMORY,
                       _ ("The computer does not have enough memory for the model. Close other "
                          "programs and try again."));
  return FALSE;
}

static void
weight_drop (GpuWeight *w)
{
  GpuCpuWeight *weight = w->packed;

  if (w->kind == GPU_WEIGHT_CONSTANT)
    {
      free (w->packed);
      return;
    }
  if (weight == NULL)
    return;
  gpu_cpu_plans_free (weight);
  gpu_cpu_rows_free (weight);
  free (weight->scales);
  free (weight->bias);
  g_mutex_clear (&weight->lock);
  g_free (weight);
}

/* Takes the rows: borrowed, or copied into the weight's own memory. */
static gboolean
take_rows (GpuWeight *w, GpuCpuWeight *weight, const GpuValues *values)
{
  gsize n = (gsize) (weight_rows (w) * weight_columns (w));
  g_autofree float *made = NULL;

  if (can_borrow (w, values))
    {
      weight->rows = (void *) values->data;
      weight->rows_type = values->type;
      weight->owner = g_bytes_ref (values->owner);
      return TRUE;
    }
  weight->rows_type = is_conv (w) ? GPU_F32 : w->type;
  weight->rows = aligned_copy (NULL, w->size);
  if (w->type == GPU_I8)
    weight->scales = aligned_copy (NULL, sizeof (float) * (gsize) w->out);
  if (weight->rows == NULL || (w->type == GPU_I8 && weight->scales == NULL))
    return FALSE;
  if (values->type == w->type && !is_conv (w))
    memcpy (weight->rows, values->data, w->size);
  else
    store_rows (w, weight, gpu_values_widen (values, n, &made));
  return TRUE;
}

static gboolean
weight_pack (GpuWeight *w, const GpuValues *values, const float *bias, GError **error)
{
  GpuCpuWeight *weight;
  gsize element = is_conv (w) ? sizeof (float) : gpu_type_size (w->type);

  if (w->kind == GPU_WEIGHT_CONSTANT)
    {
      w->size = sizeof (float) * (guint64) gpu_shape_size (w->shape);
      w->packed = aligned_copy (values->data, w->size);
      return w->packed != NULL || set_no_memory (error);
    }
  weight = g_new0 (GpuCpuWeight, 1);
  g_mutex_init (&weight->lock);
  gpu_cpu_plans_new (weight);
  w->packed = weight;
  w->size = element * (guint64) (weight_rows (w) * weight_columns (w));
  if (!take_rows (w, weight, values))
    return set_no_memory (error);
  if (bias != NULL)
    {
      weight->bias = aligned_copy (bias, sizeof (float) * (gsize) w->out);
      if (weight->bias == NULL)
        return set_no_memory (error);
    }
  return TRUE;
}

/* ---- contexts and tensors ---- */

/* One for the process: what weights keep was made with it, and outlives contexts. */
static dnnl_engine_t
get_engine (void)
{
  static dnnl_engine_t engine;
  static gsize once;

  if (g_once_init_enter (&once))
    {
      gpu_cpu_isa_apply ();
      if (dnnl_engine_create (&engine, dnnl_cpu, 0) != dnnl_success)
        engine = NULL;
      g_once_init_leave (&once, 1);
    }
  return engine;
}

static gboolean
context_open (GpuContext *cx, GError **error)
{
  GpuCpuState *state = g_new0 (GpuCpuState, 1);

  cx->state = state;
  state->engine = get_engine ();
  state->gemms = gpu_cpu_gemms_new ();
  state->free_blocks = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
  if (state->engine != NULL &&
      dnnl_stream_create (&state->stream, state->engine, dnnl_stream_default_flags) == dnnl_success)
    return TRUE;
  g_set_error_literal (error, GPU_ERROR, GPU_ERROR_FAILED,
                       _ ("oneDNN could not be started on this processor."));
  return FALSE;
}

static void
context_close (GpuContext *cx)
{
  GpuCpuState *state = cx->state;

  g_hash_table_unref (state->gemms);
  dnnl_stream_destroy (state->stream);
  free (state->scratch);
  g_hash_table_unref (state->free_blocks);
  g_free (state);
}

static gboolean
tensor_alloc (GpuContext *cx, GpuTensor *t)
{
  t->data = gpu_cpu_block_new (
      cx->state, (gsize) gpu_shape_size (t->shape) * gpu_type_size (t->type), &t->size);
  if (t->data == NULL)
    t->size = 0;
  return t->data != NULL;
}

static void
tensor_free (GpuContext *cx, GpuTensor *t)
{
  gpu_cpu_block_free (cx->state, t->data, t->size);
}

static gboolean
tensor_view (GpuContext *cx, GpuTensor *t)
{
  t->data = t->base->data;
  return TRUE;
}

static gsize
tensor_bytes (const GpuTensor *t)
{
  return (gsize) gpu_shape_size (t->shape) * gpu_type_size (t->type);
}

static gboolean
upload (GpuContext *cx, GpuTensor *t, const void *values, GError **error)
{
  if (values != NULL)
    memcpy (t->data, values, tensor_bytes (t));
  else
    memset (t->data, 0, tensor_bytes (t));
  return TRUE;
}

static gboolean
download (GpuContext *cx, const GpuTensor *t, void *values, GError **error)
{
  memcpy (values, t->data, tensor_bytes (t));
  return TRUE;
}

static gboolean
run (GpuContext *cx, const GpuOp *op, GError **error)
{
  int before;
  gboolean done;

  if (cx->threads == 0)
    return kernels[op->code](cx, op, error);
  before = gpu_parallel_limit (cx->threads);
  done = kernels[op->code](cx, op, error);
  gpu_parallel_limit (before);
  return done;
}

/* MemAvailable is what the kernel thinks a new program could take without swapping. */
static gboolean
memory (GpuDevice *device, guint64 *free_bytes, guint64 *total_bytes, const char **source)
{
  g_autofree char *text = NULL;
  const char *available, *total;

  *source = "/proc/meminfo";
  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    return FALSE;
  available = strstr (text, "MemAvailable:");
  total = strstr (text, "MemTotal:");
  if (available == NULL || total == NULL)
    return FALSE;
  *free_bytes = g_ascii_strtoull (available + strlen ("MemAvailable:"), NULL, 10) * 1024;
  *total_bytes = g_ascii_strtoull (total + strlen ("MemTotal:"), NULL, 10) * 1024;
  return TRUE;
}

/**
 * gpu_cpu_backend:
 *
 * Returns: (transfer none): the functions of the CPU backend
 */
const GpuBackendClass *
gpu_cpu_backend (void)
{
  static const GpuBackendClass backend = {
    .name = "CPU",
    .weight_pack = weight_pack,
    .weight_drop = weight_drop,
    .context_open = context_open,
    .context_close = context_close,
    .tensor_alloc = tensor_alloc,
    .tensor_free = tensor_free,
    .tensor_view = tensor_view,
    .upload = upload,
    .download = download,
    .run = run,
    .memory = memory,
  };

  return &backend;
}

/* ---- registration ---- */

static char *
read_model_name (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL))
    {
      lines = g_strsplit (text, "\n", 64);
      for (int i = 0; lines[i] != NULL; i++)
        if (g_str_has_prefix (lines[i], "model name") && strchr (lines[i], ':') != NULL)
          return g_strstrip (g_strdup (strchr (lines[i], ':') + 1));
    }
  return g_strdup (_ ("Processor"));
}

/**
 * gpu_cpu_register:
 * @devices: (element-type GpuDevice): gets the processor
 * @backends: (element-type GpuBackendStatus): gets the backend
 *
 * The processor is always there.
 */
void
gpu_cpu_register (GPtrArray *devices, GPtrArray *backends)
{
  GpuDevice *device = g_new0 (GpuDevice, 1);
  GpuBackendStatus *status = g_new0 (GpuBackendStatus, 1);

  g_atomic_ref_count_init (&device->refs);
  device->backend = gpu_cpu_backend ();
  device->id = g_strdup ("cpu");
  device->name = read_model_name ();
  device->backend_name = g_strdup ("CPU");
  device->kind = GPU_DEVICE_CPU;
  device->notes = gpu_cpu_isa_notes ();
  g_ptr_array_add (devices, device);
  status->name = g_strdup ("CPU");
  status->n_devices = 1;
  g_ptr_array_add (backends, status);
}
