/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MYNA_TYPE_LEVEL_BAR (myna_level_bar_get_type ())
/**
 * MynaLevelBar:
 *
 * The level of a microphone in decibels, with a held peak and a light that stays on after clipping.
 * Main thread only. Properties: "level" and "peak" (linear 0 … 1), "clipped" (boolean).
 */
G_DECLARE_FINAL_TYPE (MynaLevelBar, myna_level_bar, MYNA, LEVEL_BAR, GtkWidget)

GtkWidget *myna_level_bar_new (void);
void myna_level_bar_set_level (MynaLevelBar *self, double level);
double myna_level_bar_get_level (MynaLevelBar *self);
void myna_level_bar_set_peak (MynaLevelBar *self, double peak);
double myna_level_bar_get_peak (MynaLevelBar *self);
void myna_level_bar_set_clipped (MynaLevelBar *self, gboolean clipped);
gboolean myna_level_bar_get_clipped (MynaLevelBar *self);
char *myna_level_bar_dup_value_text (MynaLevelBar *self);

G_END_DECLS
