/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/checkpoint/myna-tensors.h"

G_BEGIN_DECLS

/* The element types of checkpoints: sizes, names and the way to f32. Any thread. */

gsize myna_tensor_type_get_size (MynaTensorType type);
const char *myna_tensor_type_get_name (MynaTensorType type);
/* @bytes: @n elements, little-endian, at any alignment. */
void myna_tensor_type_to_f32 (MynaTensorType type, gconstpointer bytes, gsize n, float *values);
/* FALSE when the product of the extents, or their bytes, do not fit; no extent may be negative. */
gboolean myna_tensor_count_elements (
    const gint64 *dims, int n_dims, MynaTensorType type, gsize *n_elements, gsize *n_bytes);
/* (transfer full): "512×256×16"; "one value" has no extents. */
char *myna_tensor_format_dims (const gint64 *dims, int n_dims);

G_END_DECLS
