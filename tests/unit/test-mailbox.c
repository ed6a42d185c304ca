/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-mailbox.h"

#include <glib-object.h>
#include <pthread.h>

#define N_PRODUCERS 4
#define N_ITEMS 2000

static void
test_order (void)
{
  g_autoptr (MynaMailbox) box = myna_mailbox_new (NULL);

  for (guint i = 1; i <= 100; i++)
    g_assert_true (myna_mailbox_push (box, GUINT_TO_POINTER (i)));
  g_assert_cmpuint (myna_mailbox_get_length (box), ==, 100);
  for (guint i = 1; i <= 100; i++)
    g_assert_cmpuint (GPOINTER_TO_UINT (myna_mailbox_pop (box)), ==, i);
  g_assert_null (myna_mailbox_try_pop (box));
}

static void
test_close (void)
{
  g_autoptr (MynaMailbox) box = myna_mailbox_new (NULL);

  g_assert_true (myna_mailbox_push (box, GUINT_TO_POINTER (1)));
  myna_mailbox_close (box);
  myna_mailbox_close (box);
  g_assert_true (myna_mailbox_is_closed (box));
  g_assert_false (myna_mailbox_push (box, GUINT_TO_POINTER (2)));
  g_assert_cmpuint (GPOINTER_TO_UINT (myna_mailbox_pop (box)), ==, 1);
  g_assert_null (myna_mailbox_pop (box));
  g_assert_null (myna_mailbox_pop_timed (box, 1000));
}

static void
test_frees_the_rest (void)
{
  MynaMailbox *box = myna_mailbox_new (g_object_unref);
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  gpointer weak = object;

  g_object_add_weak_pointer (object, &weak);
  g_assert_true (myna_mailbox_push (box, object));
  myna_mailbox_free (box);
  g_assert_null (weak);
}

static void
test_timeout (void)
{
  g_autoptr (MynaMailbox) box = myna_mailbox_new (NULL);
  gint64 before = g_get_monotonic_time ();

  g_assert_null (myna_mailbox_pop_timed (box, 20000));
  g_assert_cmpint (g_get_monotonic_time () - before, >=, 20000);
  g_assert_true (myna_mailbox_push (box, GUINT_TO_POINTER (1)));
  g_assert_nonnull (myna_mailbox_pop_timed (box, 0));
}

typedef struct
{
  MynaMailbox *box;
  guint number;
} Producer;

/* Items are allocated here and read there: what ThreadSanitizer looks at. */
static void *
produce (void *data)
{
  Producer *producer = data;

  for (guint i = 0; i < N_ITEMS; i++)
    {
      guint *item = g_new (guint, 2);

      item[0] = producer->number;
      item[1] = i;
      g_assert_true (myna_mailbox_push (producer->box, item));
    }
  return NULL;
}

static void
test_many_producers (void)
{
  g_autoptr (MynaMailbox) box = myna_mailbox_new (g_free);
  Producer producers[N_PRODUCERS];
  pthread_t threads[N_PRODUCERS];
  guint next[N_PRODUCERS] = { 0 };

  for (guint p = 0; p < N_PRODUCERS; p++)
    {
      producers[p] = (Producer) { box, p };
      g_assert_cmpint (pthread_create (&threads[p], NULL, produce, &producers[p]), ==, 0);
    }
  for (guint i = 0; i < N_PRODUCERS * N_ITEMS; i++)
    {
      g_autofree guint *item = i % 2 == 0 ? myna_mailbox_pop (box) : NULL;

      while (item == NULL)
        item = myna_mailbox_pop_timed (box, 100000);
      g_assert_cmpuint (item[1], ==, next[item[0]]++);
    }
  for (guint p = 0; p < N_PRODUCERS; p++)
    g_assert_cmpint (pthread_join (threads[p], NULL), ==, 0);
  g_assert_cmpuint (myna_mailbox_get_length (box), ==, 0);
}

static void *
wait_for_close (void *data)
{
  return myna_mailbox_pop (data);
}

static void
test_close_wakes (void)
{
  g_autoptr (MynaMailbox) box = myna_mailbox_new (NULL);
  pthread_t thread;
  void *result = box;

  g_assert_cmpint (pthread_create (&thread, NULL, wait_for_close, box), ==, 0);
  myna_mailbox_close (box);
  g_assert_cmpint (pthread_join (thread, &result), ==, 0);
  g_assert_null (result);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mailbox/order", test_order);
  g_test_add_func ("/mailbox/close", test_close);
  g_test_add_func ("/mailbox/frees-the-rest", test_frees_the_rest);
  g_test_add_func ("/mailbox/timeout", test_timeout);
  g_test_add_func ("/mailbox/many-producers", test_many_producers);
  g_test_add_func ("/mailbox/close-wakes", test_close_wakes);
  return g_test_run ();
}
