/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/audio/myna-recorder.h"
#include "tests/unit/sound-bench.h"

/* What the tests of the recorder share: one with a file to record to. */
typedef struct
{
  Bench bench;
  MynaRecorder *recorder;
  GSubprocess *speech; /* of a test into whose microphone is spoken; else NULL */
  char *path;
  char *incomplete;
  double wanted; /* seconds or level to wait for */
  GAsyncResult *result;
  guint n_signals; /* that a test counts */
} RecorderFixture;

void recorder_fixture_set_up (RecorderFixture *self);
void recorder_fixture_tear_down (RecorderFixture *self);

/* For bench_wait (), with the fixture. */
gboolean recorder_fixture_has_elapsed (gpointer self);
gboolean recorder_fixture_has_error (gpointer self);

/* Starts a recording, and returns when so much of it is there. */
void recorder_fixture_record_for (RecorderFixture *self, double seconds);
gboolean recorder_fixture_stop (RecorderFixture *self, GError **error);
