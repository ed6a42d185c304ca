/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/devices/myna-devices.h"
#include "engine/jobs/myna-job-queue.h"
#include "engine/studio/myna-takes.h"
#include "engine/voice/myna-voices.h"

G_BEGIN_DECLS

#define MYNA_TYPE_LIBRARY (myna_library_get_type ())
/**
 * MynaLibrary:
 *
 * Everything a process needs of the engine, opened on one data folder: store, voices, takes, job
 * queue with its engine thread and all kinds of jobs registered. Main thread only.
 */
G_DECLARE_FINAL_TYPE (MynaLibrary, myna_library, MYNA, LIBRARY, GObject)

typedef enum
{
  MYNA_LIBRARY_OPEN_DEFAULT = 0,
  MYNA_LIBRARY_OPEN_READ_ONLY_IF_BUSY =
      1 << 0,                        /* command line: another process may hold the folder */
  MYNA_LIBRARY_OPEN_PAUSED = 1 << 1, /* no job starts until the queue is told to */
} MynaLibraryOpenFlags;

MynaLibrary *myna_library_open (const char *data_dir, MynaLibraryOpenFlags flags, GError **error);
const char *myna_library_get_data_dir (MynaLibrary *self);
gboolean myna_library_is_read_only (MynaLibrary *self);
/* Non-NULL after a damaged database was set aside and rebuilt: a sentence for a banner. */
const char *myna_library_get_recovery_notice (MynaLibrary *self);
/* For its signal "write-failed". */
MynaStore *myna_library_get_store (MynaLibrary *self);
MynaVoices *myna_library_get_voices (MynaLibrary *self);
MynaTakes *myna_library_get_takes (MynaLibrary *self);
MynaJobQueue *myna_library_get_queue (MynaLibrary *self);
/* Made at the first question; sampled while a job runs, and while somebody else holds them. */
MynaDevices *myna_library_get_devices (MynaLibrary *self);
void myna_library_close (MynaLibrary *self);

G_END_DECLS
