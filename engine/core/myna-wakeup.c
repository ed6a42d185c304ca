/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-wakeup.h"

static gboolean
dispatch (GSource *source, GSourceFunc func, gpointer data)
{
  g_assert (func != NULL);

  return func (data);
}

static GSourceFuncs funcs = { .dispatch = dispatch };

/**
 * myna_wakeup_new:
 * @context: where @func is to run
 * @func: called whenever the source's ready time is reached; sets the ready time back to -1 itself
 * @data: for @func
 *
 * A source that sleeps until another thread calls g_source_set_ready_time(): the way in which
 * threads tell a main context that something lies in one of their pthread-guarded boxes. What is
 * handed over must lie in such a box, because ThreadSanitizer does not see GLib's own locks.
 *
 * Returns: (transfer full): an attached source; g_source_destroy() it and unref it
 */
GSource *
myna_wakeup_new (GMainContext *context, GSourceFunc func, gpointer data)
{
  GSource *source;

  g_return_val_if_fail (func != NULL, NULL);

  source = g_source_new (&funcs, sizeof (GSource));
  g_source_set_static_name (source, "MynaWakeup");
  g_source_set_callback (source, func, data, NULL);
  g_source_set_ready_time (source, -1);
  g_source_attach (source, context);
  return source;
}
