/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MYNA_TYPE_COMPARE_VIEW (myna_compare_view_get_type ())
/**
 * MynaCompareView:
 *
 * Two pictures of the same size on top of each other, the one before left of a divider and the one
 * after right of it. The divider is dragged, or moved by the arrow keys, Page Up and Down, Home and
 * End; for assistive tools it is a slider. With one picture only, that is shown whole. Properties:
 * "before", "after" (GdkPaintable, nullable), "position" (0 … 1 of the width).
 */
G_DECLARE_FINAL_TYPE (MynaCompareView, myna_compare_view, MYNA, COMPARE_VIEW, GtkWidget)

void myna_compare_view_set_before (MynaCompareView *self, GdkPaintable *before);
void myna_compare_view_set_after (MynaCompareView *self, GdkPaintable *after);
void myna_compare_view_set_position (MynaCompareView *self, double position);
double myna_compare_view_get_position (MynaCompareView *self);

G_END_DECLS
