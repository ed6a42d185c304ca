/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaPeaks:
 *
 * The minima and maxima of a recording at several resolutions, so that any stretch of hours of
 * sound is summed up in a few steps. Grows while recording. One thread at a time.
 */
typedef struct _MynaPeaks MynaPeaks;

MynaPeaks *myna_peaks_new (double seconds_per_point);
void myna_peaks_append (MynaPeaks *self, float low, float high);
void myna_peaks_append_array (MynaPeaks *self, const float *min_max, gsize n_points);
gsize myna_peaks_get_n_points (MynaPeaks *self);
double myna_peaks_get_duration (MynaPeaks *self);
gboolean myna_peaks_range (MynaPeaks *self, double start, double end, float *low, float *high);
void myna_peaks_free (MynaPeaks *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaPeaks, myna_peaks_free)

G_END_DECLS
