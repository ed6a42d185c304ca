/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Between floats and the 16-bit types, at the speed of memory. Any thread; the arrays do not
 * overlap. */
void gpu_cpu_to_f16 (const float *x, guint16 *y, gint64 n);
void gpu_cpu_from_f16 (const guint16 *x, float *y, gint64 n);
void gpu_cpu_to_bf16 (const float *x, guint16 *y, gint64 n);
void gpu_cpu_from_bf16 (const guint16 *x, float *y, gint64 n);

G_END_DECLS
