/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MYNA_TYPE_DROP_AREA (myna_drop_area_get_type ())
/**
 * MynaDropArea:
 *
 * Takes files dropped anywhere on its child, and says over all of it what will become of them while
 * they are held there. Main thread only.
 *
 * Properties: "child" (GtkWidget), "label" (string: what a drop does).
 * Signal "dropped" (GdkFileList).
 */
G_DECLARE_FINAL_TYPE (MynaDropArea, myna_drop_area, MYNA, DROP_AREA, GtkWidget)

GtkWidget *myna_drop_area_new (void);
void myna_drop_area_set_child (MynaDropArea *self, GtkWidget *child);
GtkWidget *myna_drop_area_get_child (MynaDropArea *self);
void myna_drop_area_set_label (MynaDropArea *self, const char *label);
const char *myna_drop_area_get_label (MynaDropArea *self);

G_END_DECLS
