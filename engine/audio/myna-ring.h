/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaRing:
 *
 * A ring of audio frames between exactly one writing and one reading thread, without locks and
 * without allocation, so that a sound device's callback may be either of them. Positions are
 * counted in frames since the ring was made and never wrap, so that they serve as a clock.
 */
typedef struct _MynaRing MynaRing;

MynaRing *myna_ring_new (gsize min_frames, int channels);
gsize myna_ring_write (MynaRing *self, const float *frames, gsize n_frames);
gsize myna_ring_read (MynaRing *self, float *frames, gsize n_frames);
void myna_ring_skip_to (MynaRing *self, guint64 position);
guint64 myna_ring_get_written (MynaRing *self);
guint64 myna_ring_get_read (MynaRing *self);
gsize myna_ring_get_capacity (MynaRing *self);
int myna_ring_get_channels (MynaRing *self);
void myna_ring_free (MynaRing *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaRing, myna_ring_free)

G_END_DECLS
