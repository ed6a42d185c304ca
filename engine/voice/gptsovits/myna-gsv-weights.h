/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/checkpoint/myna-tensors.h"
#include "gpu/gpu-ops.h"

G_BEGIN_DECLS

/**
 * MynaGsvWeights:
 *
 * The weights of one network on one device. A network asks for them by their names in the
 * checkpoint and keeps the borrowed pointers; they live as long as this object. The first failure
 * is kept and later requests return NULL, so that a network is loaded without a check on each line;
 * myna_gsv_weights_finish() reports it. One thread while loading, any afterwards.
 */
typedef struct _MynaGsvWeights MynaGsvWeights;

MynaGsvWeights *myna_gsv_weights_new (MynaTensors *tensors, GpuDevice *device, GpuType type);
void myna_gsv_weights_free (MynaGsvWeights *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaGsvWeights, myna_gsv_weights_free)

/* Put before every name from here on ("model.", "bert."); "" at first. */
void myna_gsv_weights_set_prefix (MynaGsvWeights *self, const char *prefix);
/* Lets go of the checkpoint. FALSE with the first failure, after which self holds nothing. */
gboolean myna_gsv_weights_finish (MynaGsvWeights *self, GError **error);
GpuDevice *myna_gsv_weights_get_device (MynaGsvWeights *self);
/* Bytes on the device. */
guint64 myna_gsv_weights_get_size (MynaGsvWeights *self);

/* Each takes the name without ".weight" (or "_weight"); a pair ".weight_g", ".weight_v" is folded,
 * ".bias" is taken when it is there. Borrowed, NULL after a failure. */
GpuWeight *
myna_gsv_weights_linear (MynaGsvWeights *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
GpuWeight *myna_gsv_weights_conv_1d (MynaGsvWeights *self, int groups, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
GpuWeight *myna_gsv_weights_conv_transpose_1d (MynaGsvWeights *self, const char *format, ...)
    G_GNUC_PRINTF (2, 3);
/* A table for gpu_embed(), of @name.weight. */
GpuWeight *
myna_gsv_weights_table (MynaGsvWeights *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* The tensor of exactly this name in its own shape (dimensions of 1 at the front are dropped), for
 * gpu_constant(). */
GpuWeight *
myna_gsv_weights_constant (MynaGsvWeights *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* For weights that are prepared by the network itself: the tensor of exactly this name as floats
 * (g_free), its shape (nullable). */
float *
myna_gsv_weights_values (MynaGsvWeights *self, const MynaTensorInfo **info, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/* The same for a layer: folded weight and bias (nullable; zeros where there is none), for g_free().
 */
float *myna_gsv_weights_layer (MynaGsvWeights *self,
                               const MynaTensorInfo **info,
                               float **bias,
                               const char *format,
                               ...) G_GNUC_PRINTF (4, 5);
/* Owns a weight that the network has made from such values; NULL and the error are passed on.
 * Returns the weight, borrowed. */
GpuWeight *myna_gsv_weights_adopt (MynaGsvWeights *self, GpuWeight *weight, GError *error);
GpuType myna_gsv_weights_get_type (MynaGsvWeights *self);

/**
 * MynaGsvTrace:
 * @func: is shown a named value inside a network; may read it
 * @data: closure
 *
 * For the tests of parity: what goes on inside. NULL where nobody looks.
 */
typedef struct
{
  void (*func) (const char *name, GpuContext *cx, const GpuTensor *value, gpointer data);
  gpointer data;
} MynaGsvTrace;

void myna_gsv_trace (const MynaGsvTrace *trace,
                     GpuContext *cx,
                     const GpuTensor *value,
                     const char *format,
                     ...) G_GNUC_PRINTF (4, 5);

G_END_DECLS
