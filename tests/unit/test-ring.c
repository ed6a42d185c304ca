/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <pthread.h>

#include "engine/audio/myna-ring.h"

static void
fill (float *frames, guint64 first, gsize n_frames, int channels)
{
  for (gsize i = 0; i < n_frames; i++)
    for (int c = 0; c < channels; c++)
      frames[i * (gsize) channels + (gsize) c] = (float) ((first + i) % 10007) + 0.25f * (float) c;
}

static void
check (const float *frames, guint64 first, gsize n_frames, int channels)
{
  for (gsize i = 0; i < n_frames; i++)
    for (int c = 0; c < channels; c++)
      g_assert_cmpfloat (frames[i * (gsize) channels + (gsize) c], ==,
                         (float) ((first + i) % 10007) + 0.25f * (float) c);
}

static void
test_empty_and_full (void)
{
  g_autoptr (MynaRing) ring = myna_ring_new (100, 2);
  float frames[300 * 2];

  g_assert_cmpuint (myna_ring_get_capacity (ring), >=, 100);
  g_assert_cmpuint (myna_ring_read (ring, frames, 10), ==, 0);
  fill (frames, 0, 300, 2);
  g_assert_cmpuint (myna_ring_write (ring, frames, 300), ==, myna_ring_get_capacity (ring));
  g_assert_cmpuint (myna_ring_write (ring, frames, 1), ==, 0);
  g_assert_cmpuint (myna_ring_read (ring, frames, 300), ==, myna_ring_get_capacity (ring));
  check (frames, 0, myna_ring_get_capacity (ring), 2);
}

static void
test_wrap (void)
{
  g_autoptr (MynaRing) ring = myna_ring_new (64, 3);
  float frames[64 * 3];
  guint64 position = 0;

  for (gsize n = 1; n < 64; n++)
    {
      fill (frames, position, n, 3);
      g_assert_cmpuint (myna_ring_write (ring, frames, n), ==, n);
      g_assert_cmpuint (myna_ring_read (ring, frames, 64), ==, n);
      check (frames, position, n, 3);
      position += n;
      g_assert_cmpuint (myna_ring_get_written (ring), ==, position);
      g_assert_cmpuint (myna_ring_get_read (ring), ==, position);
    }
}

static void
test_skip (void)
{
  g_autoptr (MynaRing) ring = myna_ring_new (64, 1);
  float frames[64];

  fill (frames, 0, 40, 1);
  myna_ring_write (ring, frames, 40);
  myna_ring_skip_to (ring, 30);
  g_assert_cmpuint (myna_ring_read (ring, frames, 5), ==, 5);
  check (frames, 30, 5, 1);
  myna_ring_skip_to (ring, 10);
  g_assert_cmpuint (myna_ring_get_read (ring), ==, 35);
  myna_ring_skip_to (ring, 1000);
  g_assert_cmpuint (myna_ring_get_read (ring), ==, 40);
}

#define N_THREADED 400000

static void *
write_many (void *user_data)
{
  MynaRing *ring = user_data;
  float frames[97 * 2];
  guint64 done = 0;

  while (done < N_THREADED)
    {
      gsize n = (gsize) MIN (1 + done % 97, N_THREADED - done);

      fill (frames, done, n, 2);
      done += myna_ring_write (ring, frames, n);
    }
  return NULL;
}

/* One thread writes, one reads, in blocks of odd sizes; nothing is lost, doubled or torn. */
static void
test_two_threads (void)
{
  g_autoptr (MynaRing) ring = myna_ring_new (256, 2);
  pthread_t writer;
  float frames[61 * 2];
  guint64 done = 0;

  g_assert_cmpint (pthread_create (&writer, NULL, write_many, ring), ==, 0);
  while (done < N_THREADED)
    {
      gsize n = myna_ring_read (ring, frames, (gsize) (1 + done % 61));

      check (frames, done, n, 2);
      done += n;
    }
  pthread_join (writer, NULL);
  g_assert_cmpuint (myna_ring_get_written (ring), ==, N_THREADED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ring/empty-and-full", test_empty_and_full);
  g_test_add_func ("/ring/wrap", test_wrap);
  g_test_add_func ("/ring/skip", test_skip);
  g_test_add_func ("/ring/two-threads", test_two_threads);
  return g_test_run ();
}
