/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/ggml/gpu-ggml.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Contexts on a ggml device: the graph that is being recorded, and what becomes of its values. */

#define MAX_NODES 8192
#define FLUSH_NODES 4096

/* ---- the graph ---- */

static void
open_graph (GpuGgmlState *state)
{
  state->meta = ggml_init ((struct ggml_init_params) {
      (MAX_NODES * 2) * ggml_tensor_overhead () + ggml_graph_overhead_custom (MAX_NODES, false),
      NULL, true });
  state->graph = ggml_new_graph_custom (state->meta, MAX_NODES, false);
}

static void
close_graph (GpuGgmlState *state)
{
  g_ptr_array_set_size (state->held, 0);
  ggml_free (state->meta);
  state->meta = NULL;
}

void
gpu_ggml_ne (GpuShape shape, gint64 *ne)
{
  for (int i = 0; i < GPU_MAX_DIMS; i++)
    ne[i] = i < shape.n ? shape.d[shape.n - 1 - i] : 1;
}

struct ggml_tensor *
gpu_ggml_node (GpuGgmlBuild *b, const GpuTensor *t)
{
  GpuGgmlValue *value;

  if (t == NULL)
    return NULL;
  value = t->data;
  if (value->storage != NULL)
    g_ptr_array_add (b->state->held, gpu_ggml_storage_ref (value->storage));
  return value->node;
}

struct ggml_tensor *
gpu_ggml_leaf (GpuGgmlBuild *b, enum ggml_type type, const gint64 *ne, const void *values)
{
  GpuGgmlStorage *storage =
      gpu_ggml_storage_new (b->state->pool, b->state->device->buffer_type, type, ne);

  if (storage == NULL)
    return NULL;
  ggml_backend_tensor_set (storage->tensor, values, 0, ggml_nbytes (storage->tensor));
  g_ptr_array_add (b->state->held, storage);
  return storage->tensor;
}

/* Gives a waiting value memory of its own, so that it outlives the graph. The node writes there at
 * once where it can; a view, or a node that two values share, is copied. */
static gboolean
settle (GpuGgmlState *state, GpuGgmlValue *value)
{
  struct ggml_tensor *node = value->node;
  GpuGgmlStorage *storage =
      gpu_ggml_storage_new (state->pool, state->device->buffer_type, node->type, node->ne);

  if (storage == NULL)
    return FALSE;
  if (node->view_src == NULL && node->buffer == NULL)
    ggml_backend_tensor_alloc (storage->buffer, node,
                               ggml_backend_buffer_get_base (storage->buffer));
  else
    ggml_build_forward_expand (state->graph, ggml_cpy (state->meta, node, storage->tensor));
  value->storage = storage;
  return TRUE;
}

static gboolean
set_no_memory (GpuContext *cx, GError **error)
{
  g_set_error (error, GPU_ERROR, GPU_ERROR_OUT_OF_MEMORY,
               _ ("%s does not have enough memory. Close other programs, or choose the CPU."),
               cx->device->name);
  return FALSE;
}

/* Values of the graph that did not get memory are lost with it. */
static void
forget_waiting (GpuContext *cx)
{
  for (guint i = 0; i < cx->tensors->len; i++)
    {
      GpuTensor *t = cx->tensors->pdata[i];
      GpuGgmlValue *value = t->data;

      if (value != NULL)
        value->node = value->storage != NULL ? value->storage->tensor : NULL;
    }
}

/**
 * gpu_ggml_flush:
 * @cx: a context
 * @error: (out) (optional): GPU_ERROR_OUT_OF_MEMORY or GPU_ERROR_DEVICE_LOST
 *
 * Runs the graph. Every tensor that still lives has its values afterwards.
 *
 * Returns: whether it ran
 */
gboolean
gpu_ggml_flush (GpuContext *cx, GError **error)
{
  GpuGgmlState *state = cx->state;
  gboolean done = TRUE;

  if (ggml_graph_n_nodes (state->graph) == 0)
    return TRUE;
  for (guint i = 0; done && i < cx->tensors->len; i++)
    {
      GpuTensor *t = cx->tensors->pdata[i];
      GpuGgmlValue *value = t->data;

      if (value != NULL && value->storage == NULL && value->node != NULL)
        done = settle (state, value);
    }
  done = done && ggml_gallocr_alloc_graph (state->allocator, state->graph);
  if (!done)
    set_no_memory (cx, error);
  else
    {
      enum ggml_status status = ggml_backend_graph_compute (state->backend, state->graph);

      done = status == GGML_STATUS_SUCCESS;
      if (status == GGML_STATUS_ALLOC_FAILED)
        set_no_memory (cx, error);
      else if (!done)
        g_set_error (error, GPU_ERROR, GPU_ERROR_DEVICE_LOST,
                     _ ("%s stopped computing. Choose another device, or start Myna again."),
                     cx->device->name);
    }
  if (!done)
    {
      /* What it holds after a failed allocation is of no use to the next, smaller graph. */
      ggml_gallocr_free (state->allocator);
      state->allocator = ggml_gallocr_new (state->device->buffer_type);
    }
  forget_waiting (cx);
  close_graph (state);
  open_graph (state);
  return done;
}

/* ---- tensors ---- */

static gboolean
tensor_alloc (GpuContext *cx, GpuTensor *t)
{
  t->data = g_new0 (GpuGgmlValue, 1);
  t->size = (gsize) gpu_shape_size (t->shape) * gpu_type_size (t->type);
  return TRUE;
}

static void
tensor_free (GpuContext *cx, GpuTensor *t)
{
  GpuGgmlValue *value = t->data;

  g_clear_pointer (&value->storage, gpu_ggml_storage_unref);
  g_free (value->host);
  g_free (value);
}

static gboolean
tensor_view (GpuContext *cx, GpuTensor *t)
{
  GpuGgmlState *state = cx->state;
  GpuGgmlValue *base = t->base->data, *value = g_new0 (GpuGgmlValue, 1);
  gint64 ne[4];

  gpu_ggml_ne (t->shape, ne);
  t->data = value;
  t->size = 1; /* so that it is freed; its memory is the base's */
  cx->used += t->size;
  if (base->storage != NULL)
    {
      value->storage = gpu_ggml_storage_new_view (base->storage, ne);
      value->node = value->storage->tensor;
    }
  else
    {
      value->node = ggml_reshape_4d (state->meta, base->node, ne[0], ne[1], ne[2], ne[3]);
      ggml_build_forward_expand (state->graph, value->node);
    }
  if (base->host != NULL)
    value->host = g_memdup2 (base->host, sizeof (gint32) * (gsize) gpu_shape_size (t->shape));
  return TRUE;
}

gboolean
gpu_ggml_upload (GpuContext *cx, GpuTensor *t, const void *values, GError **error)
{
  GpuGgmlState *state = cx->state;
  GpuGgmlValue *value = t->data;
  gint64 ne[4];

  gpu_ggml_ne (t->shape, ne);
  value->storage =
      gpu_ggml_storage_new (state->pool, state->device->buffer_type, gpu_ggml_type (t->type), ne);
  if (value->storage == NULL)
    return set_no_memory (cx, error);
  value->node = value->storage->tensor;
  if (values != NULL)
    ggml_backend_tensor_set (value->node, values, 0, ggml_nbytes (value->node));
  else
    ggml_backend_tensor_memset (value->node, 0, 0, ggml_nbytes (value->node));
  if (t->type == GPU_I32)
    value->host = values != NULL ? g_memdup2 (values, t->size) : g_malloc0 (t->size);
  return TRUE;
}

gboolean
gpu_ggml_download (GpuContext *cx, const GpuTensor *t, void *values, GError **error)
{
  GpuGgmlValue *value = t->data;

  if (value->storage == NULL && !gpu_ggml_flush (cx, error))
    return FALSE;
  ggml_backend_tensor_get (value->storage->tensor, values, 0, ggml_nbytes (value->storage->tensor));
  return TRUE;
}

gint32 *
gpu_ggml_indices (GpuGgmlBuild *b, const GpuTensor *t)
{
  GpuGgmlValue *value = t->data;
  gsize size = sizeof (gint32) * (gsize) gpu_shape_size (t->shape);
  g_autofree gint32 *indices = NULL;

  if (value->host != NULL)
    return g_memdup2 (value->host, size);
  indices = g_malloc (size);
  if (!gpu_ggml_download (b->cx, t, indices, NULL))
    return NULL;
  b->m = b->state->meta; /* reading has begun a new graph */
  return g_steal_pointer (&indices);
}

/* ---- running ---- */

/* Whether the device can do every node made since @last. */
static gboolean
supports_since (GpuGgmlState *state, struct ggml_tensor *last)
{
  struct ggml_tensor *t =
      last == NULL ? ggml_get_first_tensor (state->meta) : ggml_get_next_tensor (state->meta, last);

  for (; t != NULL; t = ggml_get_next_tensor (state->meta, t))
    if (t->op != GGML_OP_NONE && !ggml_backend_supports_op (state->backend, t))
      {
        g_debug ("%s: %s is left to the processor", ggml_backend_name (state->backend),
                 ggml_op_desc (t));
        return FALSE;
      }
  return TRUE;
}

static struct ggml_tensor *
last_tensor (GpuGgmlState *state)
{
  struct ggml_tensor *last = NULL;

  /* The list only grows; walking it from the newest known node keeps this cheap. */
  for (struct ggml_tensor *t = ggml_graph_n_nodes (state->graph) > 0
                                   ? ggml_graph_node (state->graph, -1)
                                   : ggml_get_first_tensor (state->meta);
       t != NULL; t = ggml_get_next_tensor (state->meta, t))
    last = t;
  return last;
}

static gboolean
run (GpuContext *cx, const GpuOp *op, GError **error)
{
  GpuGgmlState *state = cx->state;
  GpuGgmlBuild build = { cx, state, state->meta, op };
  GpuGgmlValue *value = op->out->data;
  struct ggml_tensor *last, *result = NULL;

  if (ggml_graph_n_nodes (state->graph) > FLUSH_NODES)
    {
      if (!gpu_ggml_flush (cx, error))
        return FALSE;
      build.m = state->meta;
    }
  last = last_tensor (state);
  if (gpu_ggml_builders[op->code] != NULL)
    {
      struct ggml_context *before = state->meta;

      result = gpu_ggml_builders[op->code](&build);
      if (state->meta != before)
        last = NULL;
    }
  if (result == NULL || !supports_since (state, last))
    return gpu_ggml_fall_back (cx, op, error);
  ggml_build_forward_expand (state->graph, result);
  if (op->code != GPU_OP_STATE_WRITE)
    value->node = result;
  return TRUE;
}

/* ---- contexts ---- */

static gboolean
context_open (GpuContext *cx, GError **error)
{
  GpuGgmlDevice *device = cx->device->handle;
  GpuGgmlState *state = g_new0 (GpuGgmlState, 1);
  g_autoptr (GpuDevice) cpu = gpu_device_choose ("cpu", NULL);

  cx->state = state;
  state->device = device;
  state->held = g_ptr_array_new_with_free_func ((GDestroyNotify) gpu_ggml_storage_unref);
  state->pool = gpu_ggml_pool_new ();
  state->cpu = gpu_context_new (cpu);
  gpu_context_set_check_finite (state->cpu, FALSE);
  open_graph (state);
  state->backend = ggml_backend_dev_init (device->device, NULL);
  if (state->backend == NULL)
    {
      g_set_error (error, GPU_ERROR, GPU_ERROR_FAILED,
                   _ ("%s could not be opened for computing. Choose another device."),
                   cx->device->name);
      return FALSE;
    }
  state->allocator = ggml_gallocr_new (device->buffer_type);
  return TRUE;
}

static void
context_close (GpuContext *cx)
{
  GpuGgmlState *state = cx->state;

  close_graph (state);
  g_ptr_array_unref (state->held);
  gpu_ggml_pool_free (state->pool);
  if (state->allocator != NULL)
    ggml_gallocr_free (state->allocator);
  if (state->backend != NULL)
    ggml_backend_free (state->backend);
  gpu_context_free (state->cpu);
  g_free (state);
}

static gboolean
memory (GpuDevice *device, guint64 *free_bytes, guint64 *total_bytes, const char **source)
{
  GpuGgmlDevice *own = device->handle;
  gsize free_size = 0, total = 0;

  ggml_backend_dev_memory (own->device, &free_size, &total);
  *free_bytes = free_size;
  *total_bytes = total;
  *source = "ggml";
  return total > 0;
}

/* CUDA makes a context to answer this: nobody asks without need. */
static char *
address (GpuDevice *device)
{
  GpuGgmlDevice *own = device->handle;
  struct ggml_backend_dev_props properties = { 0 };

  ggml_backend_dev_get_props (own->device, &properties);
  return g_strdup (properties.device_id);
}

/**
 * gpu_ggml_backend:
 *
 * Returns: (transfer none): the functions of the ggml backend, for all its devices
 */
const GpuBackendClass *
gpu_ggml_backend (void)
{
  static const GpuBackendClass backend = {
    .name = "ggml",
    .weight_pack = gpu_ggml_weight_pack,
    .weight_drop = gpu_ggml_weight_drop,
    .context_open = context_open,
    .context_close = context_close,
    .tensor_alloc = tensor_alloc,
    .tensor_free = tensor_free,
    .tensor_view = tensor_view,
    .upload = gpu_ggml_upload,
    .download = gpu_ggml_download,
    .run = run,
    .memory = memory,
    .address = address,
  };

  return &backend;
}
