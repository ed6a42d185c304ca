/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MYNA_TYPE_TRIM_HANDLE (myna_trim_handle_get_type ())
/**
 * MynaTrimHandle:
 *
 * One end of a waveform's selection: CSS node "trimhandle" with a "grip" in it. A slider for
 * assistive tools, and a stop for Tab, which a box or a bin would hand on to its child. What keys
 * and pointer do with it is the waveform's business. Main thread only.
 */
G_DECLARE_FINAL_TYPE (MynaTrimHandle, myna_trim_handle, MYNA, TRIM_HANDLE, GtkWidget)

GtkWidget *myna_trim_handle_new (const char *label, int width);

G_END_DECLS
