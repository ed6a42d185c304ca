/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MYNA_TENSOR_MAX_DIMS 8

/**
 * MynaTensorType:
 *
 * Element types found in checkpoints.
 */
typedef enum
{
  MYNA_TENSOR_F32,
  MYNA_TENSOR_F16,
  MYNA_TENSOR_BF16,
  MYNA_TENSOR_F64,
  MYNA_TENSOR_I64,
  MYNA_TENSOR_I32,
  MYNA_TENSOR_I16,
  MYNA_TENSOR_I8,
  MYNA_TENSOR_U8,
  MYNA_TENSOR_BOOL,
} MynaTensorType;

/**
 * MynaTensorInfo:
 * @dims: extents, slowest first; the layout a reader gives is dense and row-major
 */
typedef struct
{
  const char *name;
  MynaTensorType type;
  int n_dims;
  gint64 dims[MYNA_TENSOR_MAX_DIMS];
} MynaTensorInfo;

/**
 * MynaTensors:
 *
 * A read-only set of named tensors: a checkpoint, a converted cache, or values made by formula in
 * tests. Networks are built from this and know nothing of files. Reference counted, any thread.
 */
typedef struct _MynaTensors MynaTensors;

/**
 * MynaTensorsClass:
 * @list: (transfer none) all tensors, in the source's order
 * @read_f32: the values as f32, dense and row-major; @values has room for all of them
 * @view: (nullable) the bytes in the tensor's own type when they lie dense in memory (a mapped
 *   file), else NULL
 *
 * A source of tensors.
 */
typedef struct
{
  const MynaTensorInfo *(*list) (gpointer source, gsize *n_tensors);
  gboolean (*read_f32) (gpointer source, const MynaTensorInfo *info, float *values, GError **error);
  gconstpointer (*view) (gpointer source, const MynaTensorInfo *info);
  GDestroyNotify free_source;
} MynaTensorsClass;

/* @label names the source in messages ("s2Gv2Pro.pth"). Takes @source. */
MynaTensors *myna_tensors_new (const MynaTensorsClass *klass, gpointer source, const char *label);
MynaTensors *myna_tensors_ref (MynaTensors *self);
void myna_tensors_unref (MynaTensors *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaTensors, myna_tensors_unref)

const char *myna_tensors_get_label (MynaTensors *self);
const MynaTensorInfo *myna_tensors_list (MynaTensors *self, gsize *n_tensors);
/* NULL when there is none of this name. */
const MynaTensorInfo *myna_tensors_find (MynaTensors *self, const char *name);
gsize myna_tensor_info_get_n_elements (const MynaTensorInfo *info);
/* New memory, g_free(); MYNA_ERROR_CORRUPT naming file and tensor when it is missing or damaged. */
float *myna_tensors_read_f32 (MynaTensors *self, const char *name, GError **error);
/* The same into memory of the caller, which has room for all elements. */
gboolean myna_tensors_read_into (MynaTensors *self,
                                 const MynaTensorInfo *info,
                                 float *values,
                                 GError **error);
/* The bytes in the tensor's own type, or NULL when they must be read through read_f32. */
gconstpointer myna_tensors_view (MynaTensors *self, const MynaTensorInfo *info);

/* W = v·g/‖v‖ from the pair @name.weight_g, @name.weight_v (folded in f32, the norm over all
 * dimensions but the first, or over @norm_dims of them from the first on for HuBERT's positional
 * convolution), or plain @name.weight when there is no pair. spec gpt-sovits section 2. */
float *myna_tensors_read_weight (MynaTensors *self, const char *name, GError **error);

/**
 * MynaTensorRow:
 * @name: tensor's name
 * @dims: extents, ended by 0; -1 matches any extent
 *
 * One line of the shape table of a network. A checkpoint is checked against the whole table before
 * a network is built from it, so that the network may rely on the shapes.
 */
typedef struct
{
  const char *name;
  gint64 dims[MYNA_TENSOR_MAX_DIMS];
} MynaTensorRow;

/* FALSE with one sentence that names file, tensor, wanted and found shape. */
gboolean
myna_tensors_check (MynaTensors *self, const MynaTensorRow *rows, gsize n_rows, GError **error);

G_END_DECLS
