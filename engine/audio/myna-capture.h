/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MynaCapture:
 *
 * What MynaRecorder does off the main thread: the sound thread opens and closes the device, its
 * callback fills a ring, and a writer thread empties the ring, measures it and writes the file.
 * The functions below never wait and may be called by any one thread; the state is copied out.
 */
typedef struct _MynaCapture MynaCapture;

/**
 * MynaCaptureState:
 * @open: the device delivers or is being opened
 * @recording: a file is being recorded
 * @level: linear 0 … 1
 * @peak: linear 0 … 1
 * @clipped: since the device was opened or the recording was started
 * @elapsed: seconds recorded
 * @error: (nullable): translated; why it is not open, or what is wrong with the recording
 */
typedef struct
{
  gboolean open;
  gboolean recording;
  double level;
  double peak;
  gboolean clipped;
  double elapsed;
  char *error;
} MynaCaptureState;

MynaCapture *myna_capture_new (double peak_seconds);
void myna_capture_open (MynaCapture *self, const char *device_id);
void myna_capture_close (MynaCapture *self);
void myna_capture_start (MynaCapture *self, const char *device_id, const char *path);
void myna_capture_pause (MynaCapture *self);
void myna_capture_resume (MynaCapture *self);
void myna_capture_stop (MynaCapture *self, GTask *task);
void myna_capture_get_state (MynaCapture *self, MynaCaptureState *state, GArray *peaks);
void myna_capture_state_clear (MynaCaptureState *state);
void myna_capture_release (MynaCapture *self);

G_END_DECLS
