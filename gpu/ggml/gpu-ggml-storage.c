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

/**
 * gpu_ggml_storage_new:
 * @type: a device's kind of memory
 * @element: type of the elements
 * @ne: four extents in ggml's order
 *
 * Returns: (transfer full) (nullable): memory of the device, %NULL when it has no more
 */
GpuGgmlStorage *
gpu_ggml_storage_new (ggml_backend_buffer_type_t type, enum ggml_type element, const gint64 *ne)
{
  GpuGgmlStorage *self = storage_describe (element, ne);

  self->buffer =
      ggml_backend_buft_alloc_buffer (type, ggml_backend_buft_get_alloc_size (type, self->tensor));
  if (self->buffer == NULL || ggml_backend_tensor_alloc (self->buffer, self->tensor,
                                                         ggml_backend_buffer_get_base (
                                                             self->buffer)) != GGML_STATUS_SUCCESS)
    g_clear_pointer (&self, gpu_ggml_storage_unref);
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
  if (self->buffer != NULL)
    ggml_backend_buffer_free (self->buffer);
  ggml_free (self->meta);
  g_clear_pointer (&self->base, gpu_ggml_storage_unref);
  g_free (self);
}
