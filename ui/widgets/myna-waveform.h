/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MYNA_TYPE_WAVEFORM (myna_waveform_get_type ())
/**
 * MynaWaveform:
 *
 * A recording drawn as its peaks, from a second to many hours, with a play cursor and, when
 * "selectable", two trim handles that the pointer and the arrow keys move (Shift: bigger steps).
 * Ctrl+scroll, pinch and myna_waveform_zoom() zoom; scrolling and dragging pan. While "live" it
 * follows a recording that grows. Time runs from left to right in every language. Main thread only.
 *
 * Properties: "selectable", "live" (boolean), "selection-start", "selection-end" (seconds),
 * "position" (seconds of the play cursor, < 0: none), "duration" (seconds, read only), "zoom" (1 =
 * all, read only). Signals: "seek" (double seconds): the user clicked a place; "selection-changed":
 * the user moved a handle.
 */
G_DECLARE_FINAL_TYPE (MynaWaveform, myna_waveform, MYNA, WAVEFORM, GtkWidget)

GtkWidget *myna_waveform_new (void);
void myna_waveform_clear (MynaWaveform *self);
void myna_waveform_set_peaks (MynaWaveform *self, GArray *min_max, double duration);
void myna_waveform_set_live (MynaWaveform *self, gboolean live, double seconds_per_peak);
void myna_waveform_append_peaks (MynaWaveform *self, const float *peaks, gsize n_peaks);
gboolean myna_waveform_get_live (MynaWaveform *self);
double myna_waveform_get_duration (MynaWaveform *self);
void myna_waveform_set_position (MynaWaveform *self, double seconds);
double myna_waveform_get_position (MynaWaveform *self);
void myna_waveform_set_selectable (MynaWaveform *self, gboolean selectable);
gboolean myna_waveform_get_selectable (MynaWaveform *self);
void myna_waveform_set_selection (MynaWaveform *self, double start, double end);
double myna_waveform_get_selection_start (MynaWaveform *self);
double myna_waveform_get_selection_end (MynaWaveform *self);
void myna_waveform_zoom (MynaWaveform *self, double factor);
double myna_waveform_get_zoom (MynaWaveform *self);
void myna_waveform_show_range (MynaWaveform *self, double start, double end);

G_END_DECLS
