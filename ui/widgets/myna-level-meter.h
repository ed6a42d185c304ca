/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MYNA_TYPE_LEVEL_METER (myna_level_meter_get_type ())
/**
 * MynaLevelMeter:
 *
 * The level of a microphone in decibels, with a held peak and a light that stays on after clipping.
 * Main thread only. Properties: "level" and "peak" (linear 0 … 1), "clipped" (boolean).
 */
G_DECLARE_FINAL_TYPE (MynaLevelMeter, myna_level_meter, MYNA, LEVEL_METER, GtkWidget)

GtkWidget *myna_level_meter_new (void);
void myna_level_meter_set_level (MynaLevelMeter *self, double level);
double myna_level_meter_get_level (MynaLevelMeter *self);
void myna_level_meter_set_peak (MynaLevelMeter *self, double peak);
double myna_level_meter_get_peak (MynaLevelMeter *self);
void myna_level_meter_set_clipped (MynaLevelMeter *self, gboolean clipped);
gboolean myna_level_meter_get_clipped (MynaLevelMeter *self);
char *myna_level_meter_dup_value_text (MynaLevelMeter *self);

G_END_DECLS
