/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-ring.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

/* Writer and reader each own one position; apart by a cache line so that they do not slow each
 * other down. */
#define CACHE_LINE 64

struct _MynaRing
{
  float *frames;
  guint64 capacity; /* frames, a power of two */
  int channels;
  alignas (CACHE_LINE) _Atomic guint64 written;
  alignas (CACHE_LINE) _Atomic guint64 read;
};

/**
 * myna_ring_new:
 * @min_frames: how many frames it must hold at least
 * @channels: samples in a frame
 *
 * Returns: (transfer full): an empty ring. Any thread.
 */
MynaRing *
myna_ring_new (gsize min_frames, int channels)
{
  MynaRing *self;
  guint64 capacity = 1;

  g_return_val_if_fail (min_frames > 0 && min_frames <= G_MAXUINT32, NULL);
  g_return_val_if_fail (channels > 0, NULL);

  while (capacity < min_frames)
    capacity *= 2;
  self = g_aligned_alloc0 (1, sizeof *self, CACHE_LINE);
  self->frames = g_new0 (float, capacity *(gsize) channels);
  self->capacity = capacity;
  self->channels = channels;
  return self;
}

/* Copies between the ring at @position and @frames; into the ring when @store. */
static void
copy_frames (MynaRing *self, guint64 position, float *frames, gsize n_frames, gboolean store)
{
  gsize channels = (gsize) self->channels;
  gsize offset = (gsize) (position & (self->capacity - 1));
  gsize first = MIN (n_frames, (gsize) self->capacity - offset);
  float *a = self->frames + offset * channels;
  float *b = frames + first * channels;
  gsize n_a = first * channels * sizeof (float);
  gsize n_b = (n_frames - first) * channels * sizeof (float);

  memcpy (store ? a : frames, store ? frames : a, n_a);
  memcpy (store ? self->frames : b, store ? b : self->frames, n_b);
}

/**
 * myna_ring_write:
 * @self: a ring
 * @frames: interleaved samples
 * @n_frames: how many frames
 *
 * The writing thread only; never waits.
 *
 * Returns: how many frames fitted, from the first on
 */
gsize
myna_ring_write (MynaRing *self, const float *frames, gsize n_frames)
{
  guint64 written = atomic_load_explicit (&self->written, memory_order_relaxed);
  guint64 read = atomic_load_explicit (&self->read, memory_order_acquire);
  gsize n = MIN (n_frames, (gsize) (self->capacity - (written - read)));

  copy_frames (self, written, (float *) (gpointer) frames, n, TRUE);
  atomic_store_explicit (&self->written, written + n, memory_order_release);
  return n;
}

/**
 * myna_ring_read:
 * @self: a ring
 * @frames: (out caller-allocates): room for @n_frames interleaved frames
 * @n_frames: how many frames
 *
 * The reading thread only; never waits.
 *
 * Returns: how many frames there were
 */
gsize
myna_ring_read (MynaRing *self, float *frames, gsize n_frames)
{
  guint64 read = atomic_load_explicit (&self->read, memory_order_relaxed);
  guint64 written = atomic_load_explicit (&self->written, memory_order_acquire);
  gsize n = MIN (n_frames, (gsize) (written - read));

  copy_frames (self, read, frames, n, FALSE);
  atomic_store_explicit (&self->read, read + n, memory_order_release);
  return n;
}

/**
 * myna_ring_skip_to:
 * @self: a ring
 * @position: frames since the ring was made
 *
 * Drops what is before @position; what lies behind what was written stays to be dropped by a later
 * call. The reading thread only.
 */
void
myna_ring_skip_to (MynaRing *self, guint64 position)
{
  guint64 read = atomic_load_explicit (&self->read, memory_order_relaxed);
  guint64 written = atomic_load_explicit (&self->written, memory_order_acquire);

  position = MIN (position, written);
  if (position > read)
    atomic_store_explicit (&self->read, position, memory_order_release);
}

/**
 * myna_ring_get_written:
 * @self: a ring
 *
 * Returns: frames written since it was made. Any thread.
 */
guint64
myna_ring_get_written (MynaRing *self)
{
  return atomic_load_explicit (&self->written, memory_order_acquire);
}

/**
 * myna_ring_get_read:
 * @self: a ring
 *
 * Returns: frames read or skipped since it was made. Any thread.
 */
guint64
myna_ring_get_read (MynaRing *self)
{
  return atomic_load_explicit (&self->read, memory_order_acquire);
}

/**
 * myna_ring_get_capacity:
 * @self: a ring
 *
 * Returns: frames that it can hold. Any thread.
 */
gsize
myna_ring_get_capacity (MynaRing *self)
{
  return (gsize) self->capacity;
}

/**
 * myna_ring_get_channels:
 * @self: a ring
 *
 * Returns: samples in a frame. Any thread.
 */
int
myna_ring_get_channels (MynaRing *self)
{
  return self->channels;
}

/**
 * myna_ring_free:
 * @self: (nullable) (transfer full): a ring that no thread uses any more
 */
void
myna_ring_free (MynaRing *self)
{
  if (self == NULL)
    return;
  g_free (self->frames);
  g_aligned_free (self);
}
