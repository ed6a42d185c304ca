/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/checkpoint/myna-tensors.h"

G_BEGIN_DECLS

/**
 * MynaGsvShapes:
 *
 * The shape table of a network whose sizes are known only when a checkpoint is seen: names and
 * extents of all its tensors. One thread.
 */
typedef struct _MynaGsvShapes MynaGsvShapes;

/* @prefix is put before every name. */
MynaGsvShapes *myna_gsv_shapes_new (const char *prefix);
void myna_gsv_shapes_free (MynaGsvShapes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaGsvShapes, myna_gsv_shapes_free)

/* A tensor of the extents d0, d1, d2, ended by the first 0. */
void
myna_gsv_shapes_add (MynaGsvShapes *self, gint64 d0, gint64 d1, gint64 d2, const char *format, ...)
    G_GNUC_PRINTF (5, 6);
void myna_gsv_shapes_add_rows (MynaGsvShapes *self, const MynaTensorRow *rows, gsize n_rows);
/* FALSE with one sentence when @tensors lack one or have another shape. */
gboolean myna_gsv_shapes_check (MynaGsvShapes *self, MynaTensors *tensors, GError **error);
/* (transfer full): tensors of these shapes with made-up values, for measuring speed: what a network
 * says with them means nothing, but its values stay in the usual range. */
MynaTensors *myna_gsv_shapes_make_tensors (MynaGsvShapes *self);

G_END_DECLS
