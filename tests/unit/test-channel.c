/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib.h>
#include <pthread.h>

#include "engine/core/myna-channel.h"

/* A bounded queue between two threads: order, the bound, the end, and giving up. */

#define N_ITEMS 5000
#define CAPACITY 3

static int n_freed;

static void
count_free (gpointer item)
{
  n_freed++;
}

typedef struct
{
  MynaChannel *channel;
  guint pushed;
} Producer;

static gpointer
to_item (guint n)
{
  return GUINT_TO_POINTER (n + 1);
}

static void *
produce (void *data)
{
  Producer *producer = data;

  for (guint i = 0; i < N_ITEMS; i++)
    {
      if (!myna_channel_push (producer->channel, to_item (i)))
        return NULL;
      producer->pushed++;
    }
  myna_channel_finish (producer->channel);
  return NULL;
}

static void
test_order (void)
{
  g_autoptr (MynaChannel) channel = myna_channel_new (CAPACITY, count_free);
  Producer producer = { channel, 0 };
  pthread_t thread;
  gpointer item;
  guint n = 0;

  n_freed = 0;
  g_assert_cmpint (pthread_create (&thread, NULL, produce, &producer), ==, 0);
  while ((item = myna_channel_pop (channel)) != NULL)
    g_assert_true (item == to_item (n++));
  pthread_join (thread, NULL);
  g_assert_cmpuint (n, ==, N_ITEMS);
  g_assert_cmpint (n_freed, ==, 0);
  g_assert_null (myna_channel_pop (channel));
}

/* The producer stops soon after nobody wants more, and nothing is lost from the accounts. */
static void
test_close (void)
{
  MynaChannel *channel = myna_channel_new (CAPACITY, count_free);
  Producer producer = { channel, 0 };
  pthread_t thread;
  guint taken = 0;

  n_freed = 0;
  g_assert_cmpint (pthread_create (&thread, NULL, produce, &producer), ==, 0);
  for (; taken < 10; taken++)
    g_assert_nonnull (myna_channel_pop (channel));
  myna_channel_close (channel);
  pthread_join (thread, NULL);
  g_assert_null (myna_channel_pop (channel));
  g_assert_cmpuint (producer.pushed, <=, taken + CAPACITY);
  g_assert_false (myna_channel_push (channel, to_item (0)));
  myna_channel_free (channel);
  /* What waited, what was refused to the producer, and ours. */
  g_assert_cmpint (n_freed, ==, (int) (producer.pushed - taken) + 2);
}

static void
test_finish_keeps_what_waits (void)
{
  g_autoptr (MynaChannel) channel = myna_channel_new (CAPACITY, count_free);

  for (guint i = 0; i < CAPACITY; i++)
    g_assert_true (myna_channel_push (channel, to_item (i)));
  myna_channel_finish (channel);
  for (guint i = 0; i < CAPACITY; i++)
    g_assert_true (myna_channel_pop (channel) == to_item (i));
  g_assert_null (myna_channel_pop (channel));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/channel/order", test_order);
  g_test_add_func ("/channel/close", test_close);
  g_test_add_func ("/channel/finish", test_finish_keeps_what_waits);
  return g_test_run ();
}
