/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/ggml/gpu-ggml.h"

/**
 * gpu_ggml_type:
 * @type: our type
 *
 * Returns: ggml's. i8 is kept as f16: ggml's 8-bit blocks have a scale for 32 values, ours for a
 * row.
 */
enum ggml_type
gpu_ggml_type (GpuType type)
{
  switch (type)
    {
    case GPU_F16:
    case GPU_I8:
      return GGML_TYPE_F16;
    case GPU_BF16:
      return GGML_TYPE_BF16;
    case GPU_I32:
      return GGML_TYPE_I32;
    case GPU_F32:
    default:
      return GGML_TYPE_F32;
    }
}

static GpuGgmlStorage *
storage_describe (enum ggml_type element, const gint64 *ne)
{
  GpuGgmlStorage *self = g_new0 (GpuGgmlStorage, 1);

  self->refs = 1;
  self->meta = ggml_init ((struct ggml_init_params) { ggml_tensor_overhead (), NULL, true });
  self->tensor = ggml_new_tensor (self->meta, element, 4, ne);
  return self;
}

/* ---- freed memory of a context ---- */

/* Devices take long to give memory, and graphs that repeat are only recognised when their values
 * lie where they lay before. More than this is given back. */
#define MOST_KEPT (G_GUINT64_CONSTANT (512) << 20)

struct _GpuGgmlPool
{
  GHashTable *free; /* size -> GPtrArray of ggml_backend_buffer_t */
  guint64 kept;     /* bytes in it */
};

static void
buffer_free (gpointer buffer)
{
  ggml_backend_buffer_free (buffer);
}

/**
 * gpu_ggml_pool_new:
 *
 * Returns: (transfer full): room for the freed memory of a context
 */
GpuGgmlPool *
gpu_ggml_pool_new (void)
{
  GpuGgmlPool *self = g_new0 (GpuGgmlPool, 1);

  self->free = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
  return self;
}

/**
 * gpu_ggml_pool_free:
 * @self: (transfer full): a pool; no storage of it may live
 *
 * Gives all of it back to the device.
 */
void
gpu_ggml_pool_free (GpuGgmlPool *self)
{
  g_hash_table_unref (self->free);
  g_free (self);
}

static void
pool_empty (GpuGgmlPool *self)
{
  g_hash_table_remove_all (self->free);
  self->kept = 0;
}

static ggml_backend_buffer_t
pool_take (GpuGgmlPool *self, gsize size)
{
  GPtrArray *buffers = g_hash_table_lookup (self->free, GSIZE_TO_POINTER (size));

  if (buffers == NULL || buffers->len == 0)
    return NULL;
  self->kept -= size;
  return g_ptr_array_steal_index (buffers, buffers->len - 1);
}

static void
pool_give (GpuGgmlPool *self, ggml_backend_buffer_t buffer, gsize size)
{
  GPtrArray *buffers;

  if (self->kept + size > MOST_KEPT)
    pool_empty (self);
  buffers = g_hash_table_lookup (self->free, GSIZE_TO_POINTER (size));
  if (buffers == NULL)
    {
      buffers = g_ptr_array_new_with_free_func (buffer_free);
      g_hash_table_insert (self->free, GSIZE_TO_POINTER (size), buffers);
    }
  g_ptr_array_add (buffers, buffer);
  self->kept += size;
}

/* Eighths of a power of two: at most an eighth is wasted, and few sizes exist. */
static gsize
round_size (gsize size)
{
  gsize step = 256;

  while (step * 16 < size)
    step *= 2;
  return (size + step - 1) / step * step;
}

static ggml_backend_buffer_t
find_buffer (GpuGgmlPool *pool, ggml_backend_buffer_type_t type, gsize size)
{
  ggml_backend_buffer_t buffer = pool != NULL ? pool_take (pool, size) : NULL;

  if (buffer == NULL)
    buffer = ggml_backend_buft_alloc_buffer (type, size);
  if (buffer == NULL && pool != NULL && pool->kept > 0)
    {
      pool_empty (pool);
      buffer = ggml_backend_buft_alloc_buffer (type, size);
    }
  return buffer;
}

/* ---- storage ---- */

/**
 * gpu_ggml_storage_new:
 * @pool: (nullable): of the context; constants have none
 * @type: a device's kind of memory
 * @element: type of the elements
 * @ne: four extents in ggml's order
 *
 * Returns: (transfer full) (nullable): memory of the device, %NULL when it has no more
 */
GpuGgmlStorage *
gpu_ggml_storage_new (GpuGgmlPool *pool,
                      ggml_backend_buffer_type_t type,
                      enum ggml_type element,
                      const gint64 *ne)
{
  GpuGgmlStorage *self = storage_describe (element, ne);

  self->size = round_size (ggml_backend_buft_get_alloc_size (type, self->tensor));
  self->buffer = find_buffer (pool, type, self->size);
  if (self->buffer == NULL || ggml_backend_tensor_alloc (self->buffer, self->tensor,
                                                         ggml_backend_buffer_get_base (
                                                             self->buffer)) != GGML_STATUS_SUCCESS)
    {
      g_clear_pointer (&self, gpu_ggml_storage_unref);
      return NULL;
    }
  self->pool = pool;
  return self;
}

/**
 * gpu_ggml_storage_new_view:
 * @base: a storage
 * @ne: four extents with as many places
 *
 * Returns: (transfer full): the same memory under another shape
 */
GpuGgmlStorage *
gpu_ggml_storage_new_view (GpuGgmlStorage *base, const gint64 *ne)
{
  GpuGgmlStorage *self = storage_describe (base->tensor->type, ne);

  self->base = gpu_ggml_storage_ref (base);
  ggml_backend_tensor_alloc (base->tensor->buffer, self->tensor, base->tensor->data);
  return self;
}

GpuGgmlStorage *
gpu_ggml_storage_ref (GpuGgmlStorage *self)
{
  self->refs++;
  return self;
}

void
gpu_ggml_storage_unref (GpuGgmlStorage *self)
{
  if (--self->refs > 0)
    return;
  if (self->pool != NULL)
    pool_give (self->pool, self->buffer, self->size);
  else if (self->buffer != NULL)
    ggml_backend_buffer_free (self->buffer);
  ggml_free (self->meta);
  g_clear_pointer (&self->base, gpu_ggml_storage_unref);
  g_free (self);
}
