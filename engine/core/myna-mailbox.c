/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-mailbox.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

/* A list of our own: what happens inside GQueue is hidden from ThreadSanitizer as well. */
typedef struct _Letter Letter;
struct _Letter
{
  Letter *next;
  gpointer item;
};

struct _MynaMailbox
{
  pthread_mutex_t lock;
  pthread_cond_t filled;
  Letter *first;
  Letter *last;
  guint length;
  GDestroyNotify item_free;
  gboolean closed;
};

/* Under the lock. */
static void
append (MynaMailbox *self, gpointer item)
{
  Letter *letter = g_new (Letter, 1);

  letter->next = NULL;
  letter->item = item;
  if (self->last != NULL)
    self->last->next = letter;
  else
    self->first = letter;
  self->last = letter;
  self->length++;
}

/* Under the lock: the oldest item, NULL when there is none. */
static gpointer
take (MynaMailbox *self)
{
  Letter *letter = self->first;
  gpointer item;

  if (letter == NULL)
    return NULL;
  item = letter->item;
  self->first = letter->next;
  if (self->first == NULL)
    self->last = NULL;
  self->length--;
  g_free (letter);
  return item;
}

/**
 * myna_mailbox_new:
 * @item_free: (nullable): frees the items still inside when the mailbox is freed
 *
 * Returns: (transfer full): an empty, open mailbox
 */
MynaMailbox *
myna_mailbox_new (GDestroyNotify item_free)
{
  MynaMailbox *self = g_new0 (MynaMailbox, 1);
  pthread_condattr_t attr;

  pthread_mutex_init (&self->lock, NULL);
  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (&self->filled, &attr);
  pthread_condattr_destroy (&attr);
  self->item_free = item_free;
  return self;
}

/**
 * myna_mailbox_free:
 * @self: (transfer full): a mailbox that no other thread uses any more
 *
 * Frees the mailbox and the items nobody took.
 */
void
myna_mailbox_free (MynaMailbox *self)
{
  gpointer item;

  g_return_if_fail (self != NULL);

  while ((item = take (self)) != NULL)
    if (self->item_free != NULL)
      self->item_free (item);
  pthread_cond_destroy (&self->filled);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

/**
 * myna_mailbox_push:
 * @self: a mailbox
 * @item: (transfer full) (not nullable): goes to the end
 *
 * Never waits. Any thread.
 *
 * Returns: %FALSE when the mailbox is closed; the item then stays the caller's
 */
gboolean
myna_mailbox_push (MynaMailbox *self, gpointer item)
{
  gboolean taken;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (item != NULL, FALSE);

  pthread_mutex_lock (&self->lock);
  taken = !self->closed;
  if (taken)
    {
      append (self, item);
      pthread_cond_signal (&self->filled);
    }
  pthread_mutex_unlock (&self->lock);
  return taken;
}

/**
 * myna_mailbox_pop:
 * @self: a mailbox
 *
 * Waits for an item. Items pushed before the mailbox was closed still come out.
 *
 * Returns: (transfer full) (nullable): the oldest item, %NULL when closed and empty
 */
gpointer
myna_mailbox_pop (MynaMailbox *self)
{
  gpointer item;

  g_return_val_if_fail (self != NULL, NULL);

  pthread_mutex_lock (&self->lock);
  while (self->first == NULL && !self->closed)
    pthread_cond_wait (&self->filled, &self->lock);
  item = take (self);
  pthread_mutex_unlock (&self->lock);
  return item;
}

/**
 * myna_mailbox_pop_timed:
 * @self: a mailbox
 * @timeout_us: how long to wait at most, microseconds
 *
 * As myna_mailbox_pop(), for a limited time.
 *
 * Returns: (transfer full) (nullable): the oldest item, %NULL after the time or when closed and
 * empty
 */
gpointer
myna_mailbox_pop_timed (MynaMailbox *self, gint64 timeout_us)
{
  struct timespec until;
  gint64 us;
  gpointer item;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (timeout_us >= 0, NULL);

  /* g_get_monotonic_time() is CLOCK_MONOTONIC, the clock of the condition. */
  us = g_get_monotonic_time () + timeout_us;
  until.tv_sec = us / G_USEC_PER_SEC;
  until.tv_nsec = (us % G_USEC_PER_SEC) * 1000;

  pthread_mutex_lock (&self->lock);
  while (self->first == NULL && !self->closed)
    if (pthread_cond_timedwait (&self->filled, &self->lock, &until) == ETIMEDOUT)
      break;
  item = take (self);
  pthread_mutex_unlock (&self->lock);
  return item;
}

/**
 * myna_mailbox_try_pop:
 * @self: a mailbox
 *
 * Returns: (transfer full) (nullable): the oldest item, %NULL when there is none; never waits
 */
gpointer
myna_mailbox_try_pop (MynaMailbox *self)
{
  gpointer item;

  g_return_val_if_fail (self != NULL, NULL);

  pthread_mutex_lock (&self->lock);
  item = take (self);
  pthread_mutex_unlock (&self->lock);
  return item;
}

/**
 * myna_mailbox_get_length:
 * @self: a mailbox
 *
 * Returns: how many items wait at this moment
 */
guint
myna_mailbox_get_length (MynaMailbox *self)
{
  guint length;

  g_return_val_if_fail (self != NULL, 0);

  pthread_mutex_lock (&self->lock);
  length = self->length;
  pthread_mutex_unlock (&self->lock);
  return length;
}

/**
 * myna_mailbox_close:
 * @self: a mailbox
 *
 * Refuses further items and wakes whoever waits. Idempotent.
 */
void
myna_mailbox_close (MynaMailbox *self)
{
  g_return_if_fail (self != NULL);

  pthread_mutex_lock (&self->lock);
  self->closed = TRUE;
  pthread_cond_broadcast (&self->filled);
  pthread_mutex_unlock (&self->lock);
}

/**
 * myna_mailbox_is_closed:
 * @self: a mailbox
 *
 * Returns: whether myna_mailbox_close() was called
 */
gboolean
myna_mailbox_is_closed (MynaMailbox *self)
{
  gboolean closed;

  g_return_val_if_fail (self != NULL, TRUE);

  pthread_mutex_lock (&self->lock);
  closed = self->closed;
  pthread_mutex_unlock (&self->lock);
  return closed;
}
