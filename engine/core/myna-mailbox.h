/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaMailbox:
 *
 * A queue of pointers between threads: many push, one pops and may wait. On pthread primitives, not
 * GLib's, so that ThreadSanitizer sees the order it makes (spec ui-testing section 5). Any thread.
 */
typedef struct _MynaMailbox MynaMailbox;

MynaMailbox *myna_mailbox_new (GDestroyNotify item_free);
void myna_mailbox_free (MynaMailbox *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaMailbox, myna_mailbox_free)

gboolean myna_mailbox_push (MynaMailbox *self, gpointer item);
gpointer myna_mailbox_pop (MynaMailbox *self);
gpointer myna_mailbox_pop_timed (MynaMailbox *self, gint64 timeout_us);
gpointer myna_mailbox_try_pop (MynaMailbox *self);
guint myna_mailbox_get_length (MynaMailbox *self);
void myna_mailbox_close (MynaMailbox *self);
gboolean myna_mailbox_is_closed (MynaMailbox *self);

G_END_DECLS
