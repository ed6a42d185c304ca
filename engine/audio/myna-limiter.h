/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The highest level in the speech that Myna makes, dBFS. */
#define MYNA_LIMITER_CEILING_DB -1.0

/**
 * MynaLimiter:
 *
 * A look-ahead peak limiter: no sample leaves it above the ceiling, and what is below stays as it
 * is. For streams: what comes out is the input delayed inside, and flush brings the rest, so that
 * as much comes out as went in, aligned with it. One thread at a time.
 */
typedef struct _MynaLimiter MynaLimiter;

MynaLimiter *myna_limiter_new (int rate, int channels, double ceiling_db);
void myna_limiter_set_gain (MynaLimiter *self, double gain_db);
void
myna_limiter_process (MynaLimiter *self, const float *interleaved, gsize n_frames, GArray *out);
void myna_limiter_flush (MynaLimiter *self, GArray *out);
void myna_limiter_free (MynaLimiter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaLimiter, myna_limiter_free)

G_END_DECLS
