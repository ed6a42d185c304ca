/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

GSource *myna_wakeup_new (GMainContext *context, GSourceFunc func, gpointer data);

G_END_DECLS
