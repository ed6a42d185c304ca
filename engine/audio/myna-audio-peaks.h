/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The most points that myna_audio_peaks () makes; longer files get fewer points a second. */
#define MYNA_AUDIO_PEAKS_MAX (1 << 18)

gboolean myna_audio_peaks (const char *path,
                           int stream,
                           guint points_per_second,
                           GCancellable *cancellable,
                           GArray **out_min_max,
                           double *out_duration,
                           GError **error);

G_END_DECLS
