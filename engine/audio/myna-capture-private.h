/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "engine/audio/myna-audio-writer.h"
#include "engine/audio/myna-capture.h"
#include "engine/audio/myna-frame-clock.h"
#include "engine/audio/myna-level-meter.h"
#include "engine/audio/myna-portaudio.h"
#include "engine/audio/myna-ring.h"

G_BEGIN_DECLS

/* What MynaCapture shares with its writer thread (myna-capture-writer.c). */

typedef enum
{
  MYNA_CAPTURE_START,
  MYNA_CAPTURE_PAUSE,
  MYNA_CAPTURE_RESUME,
  MYNA_CAPTURE_STOP,
} MynaCaptureMarkKind;

/* What the person asked for, at the frame at which it takes effect. */
typedef struct
{
  MynaCaptureMarkKind kind;
  guint serial; /* of the stream it is for */
  guint64 position;
  char *path; /* MYNA_CAPTURE_START */
} MynaCaptureMark;

struct _MynaCapture
{
  int ref_count; /* atomic */
  double peak_seconds;

  /* Sound thread. */
  MynaSoundStream *stream;
  char *stream_device;
  guint stream_serial;
  pthread_t writer_thread;

  /* Set while the writer thread does not run. */
  MynaRing *ring;
  int rate;
  int channels;
  double latency;

  /* Callback to writer thread. */
  _Atomic guint64 delivered; /* frames */
  _Atomic gint64 smallest_deficit;
  _Atomic guint overflows;
  _Atomic gint64 delivered_at;
  atomic_bool died;

  /* Under lock. */
  pthread_mutex_t lock;
  pthread_cond_t wake;
  gboolean quit;
  guint serial_wanted; /* counts the requests to open */
  guint serial;        /* the request that the stream answers; 0: no stream */
  GQueue marks;        /* MynaCaptureMark */
  MynaCaptureState state;
  GArray *peaks;      /* float, not yet fetched */
  GTask *stop_task;   /* who waits for the end of the recording */
  GError *end_error;  /* how the last recording ended */
  gboolean end_known; /* it ended and nobody was told */
  GQueue answers;     /* on their way */

  /* Writer thread. */
  MynaLevelMeter meter;
  MynaFrameClock clock;
  gint64 window_start;
  gint64 opened_at;
  gint64 looked_at;
  gint64 awake_since;
  guint overflows_seen;
  gboolean lost;
  char *path;
  MynaAudioWriter *file;
  GError *file_error; /* why the recording in progress cannot be whole */
  gboolean paused;
  guint64 n_recorded;
  float window_peak;
  gsize n_in_window;
};

MynaCapture *myna_capture_ref (MynaCapture *self);
void myna_capture_unref (MynaCapture *self);
void myna_capture_drop_stream (MynaCapture *self);

void *myna_capture_writer_run (void *user_data);
void myna_capture_mark_free (gpointer mark);
void myna_capture_recording_ended (MynaCapture *self, GError *error);
void myna_capture_send_answer (MynaCapture *self, GTask *task, GError *error);
void myna_capture_answer_if_ended (MynaCapture *self);

G_END_DECLS
