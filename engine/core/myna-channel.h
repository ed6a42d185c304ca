/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaChannel:
 *
 * A bounded queue between two stages of a pipeline: the producer waits while it is full, the
 * consumer while it is empty, so that a fast stage cannot fill the memory. Closing wakes both.
 * pthread-based, so that ThreadSanitizer understands it. Any thread.
 */
typedef struct _MynaChannel MynaChannel;

MynaChannel *myna_channel_new (guint capacity, GDestroyNotify free_item);
gboolean myna_channel_push (MynaChannel *self, gpointer item);
gpointer myna_channel_pop (MynaChannel *self);
void myna_channel_finish (MynaChannel *self);
void myna_channel_close (MynaChannel *self);
void myna_channel_free (MynaChannel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaChannel, myna_channel_free)

G_END_DECLS
