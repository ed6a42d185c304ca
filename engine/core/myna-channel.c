/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-channel.h"

#include <pthread.h>

struct _MynaChannel
{
  pthread_mutex_t lock;
  pthread_cond_t not_full;
  pthread_cond_t not_empty;
  GDestroyNotify free_item;
  gpointer *items; /* a ring */
  guint capacity;
  guint first;
  guint n;
  gboolean finished; /* nothing more comes */
  gboolean closed;   /* nobody wants more */
};

/**
 * myna_channel_new:
 * @capacity: how many items may wait, at least 1
 * @free_item: frees what nobody took
 *
 * Returns: (transfer full): an empty channel
 */
MynaChannel *
myna_channel_new (guint capacity, GDestroyNotify free_item)
{
  MynaChannel *self;

  g_return_val_if_fail (capacity > 0 && free_item != NULL, NULL);

  self = g_new0 (MynaChannel, 1);
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->not_full, NULL);
  pthread_cond_init (&self->not_empty, NULL);
  self->free_item = free_item;
  self->items = g_new0 (gpointer, capacity);
  self->capacity = capacity;
  return self;
}

/**
 * myna_channel_free:
 * @self: (transfer full): a channel that no thread uses any more
 */
void
myna_channel_free (MynaChannel *self)
{
  g_return_if_fail (self != NULL);

  while (self->n > 0)
    {
      self->free_item (self->items[self->first]);
      self->first = (self->first + 1) % self->capacity;
      self->n--;
    }
  pthread_cond_destroy (&self->not_empty);
  pthread_cond_destroy (&self->not_full);
  pthread_mutex_destroy (&self->lock);
  g_free (self->items);
  g_free (self);
}

/**
 * myna_channel_push:
 * @item: (transfer full) (not nullable): goes to the consumer, or is freed when nobody wants it
 *
 * Waits while the channel is full.
 *
 * Returns: %FALSE when the channel was closed: the producer should stop
 */
gboolean
myna_channel_push (MynaChannel *self, gpointer item)
{
  gboolean wanted;

  g_return_val_if_fail (self != NULL && item != NULL, FALSE);

  pthread_mutex_lock (&self->lock);
  while (self->n == self->capacity && !self->closed)
    pthread_cond_wait (&self->not_full, &self->lock);
  wanted = !self->closed;
  if (wanted)
    {
      self->items[(self->first + self->n) % self->capacity] = item;
      self->n++;
      pthread_cond_signal (&self->not_empty);
    }
  pthread_mutex_unlock (&self->lock);
  if (!wanted)
    self->free_item (item);
  return wanted;
}

/**
 * myna_channel_pop:
 *
 * Waits while the channel is empty.
 *
 * Returns: (transfer full) (nullable): the next item in order; %NULL when the producer has finished
 *   and all is taken, or the channel was closed
 */
gpointer
myna_channel_pop (MynaChannel *self)
{
  gpointer item = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  pthread_mutex_lock (&self->lock);
  while (self->n == 0 && !self->finished && !self->closed)
    pthread_cond_wait (&self->not_empty, &self->lock);
  if (self->n > 0 && !self->closed)
    {
      item = self->items[self->first];
      self->first = (self->first + 1) % self->capacity;
      self->n--;
      pthread_cond_signal (&self->not_full);
    }
  pthread_mutex_unlock (&self->lock);
  return item;
}

static void
set_flag (MynaChannel *self, gboolean *flag)
{
  pthread_mutex_lock (&self->lock);
  *flag = TRUE;
  pthread_cond_broadcast (&self->not_full);
  pthread_cond_broadcast (&self->not_empty);
  pthread_mutex_unlock (&self->lock);
}

/**
 * myna_channel_finish:
 *
 * By the producer: nothing more comes; the consumer gets what waits, then %NULL.
 */
void
myna_channel_finish (MynaChannel *self)
{
  g_return_if_fail (self != NULL);

  set_flag (self, &self->finished);
}

/**
 * myna_channel_close:
 *
 * By anyone: stop. Both sides are woken; what waits is not handed out any more.
 */
void
myna_channel_close (MynaChannel *self)
{
  g_return_if_fail (self != NULL);

  set_flag (self, &self->closed);
}
