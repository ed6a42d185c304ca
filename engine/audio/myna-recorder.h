/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MYNA_TYPE_RECORDER (myna_recorder_get_type ())
/**
 * MynaRecorder:
 *
 * Records the microphone to a FLAC file, and measures its level whether or not it records. Main
 * thread object; PortAudio's callback fills a lock-free ring that a writer thread empties.
 *
 * Properties (notify, at most 20 times a second): "monitoring" and "recording" and "paused"
 * (boolean), "level" and "peak" (linear 0 … 1; peak holds 1.5 s), "clipped" (boolean, since the
 * start), "elapsed" (seconds recorded), "error" (nullable, translated: no device, unplugged, lost
 * frames). Signal "peaks-added" (guint first, guint n): new waveform points for drawing while
 * recording.
 */
G_DECLARE_FINAL_TYPE (MynaRecorder, myna_recorder, MYNA, RECORDER, GObject)

MynaRecorder *myna_recorder_new (void);
void myna_recorder_set_device (MynaRecorder *self, const char *device_id);
/* Opens the device and measures the level; start_recording does so itself. */
gboolean myna_recorder_start_monitoring (MynaRecorder *self, GError **error);
void myna_recorder_stop_monitoring (MynaRecorder *self);
gboolean myna_recorder_start (MynaRecorder *self, const char *path, GError **error);
void myna_recorder_pause (MynaRecorder *self);
void myna_recorder_resume (MynaRecorder *self);
/* Fails with MYNA_ERROR_DEVICE_LOST when audio has holes against the clock: reported, never saved
 * silently. The partial file stays at path + ".incomplete" in that case. */
void myna_recorder_stop_async (MynaRecorder *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean myna_recorder_stop_finish (MynaRecorder *self, GAsyncResult *result, GError **error);
double myna_recorder_get_level (MynaRecorder *self);
double myna_recorder_get_peak (MynaRecorder *self);
gboolean myna_recorder_get_clipped (MynaRecorder *self);
double myna_recorder_get_elapsed (MynaRecorder *self);
gboolean myna_recorder_get_recording (MynaRecorder *self);
const char *myna_recorder_get_error (MynaRecorder *self);
/* (element-type float): one peak 0 … 1 per MYNA_RECORDER_PEAK_SECONDS. */
#define MYNA_RECORDER_PEAK_SECONDS 0.05
GArray *myna_recorder_get_peaks (MynaRecorder *self);

G_END_DECLS
