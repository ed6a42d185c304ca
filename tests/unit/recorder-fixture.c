/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/recorder-fixture.h"

void
recorder_fixture_set_up (RecorderFixture *self)
{
  bench_set_up (&self->bench);
  self->recorder = myna_recorder_new ();
  self->path = bench_path (&self->bench, "recording.flac");
  self->incomplete = g_strconcat (self->path, ".incomplete", NULL);
}

void
recorder_fixture_tear_down (RecorderFixture *self)
{
  g_assert_finalize_object (self->recorder);
  if (self->speech != NULL)
    bench_stop (self->speech);
  bench_tear_down (&self->bench);
  g_free (self->path);
  g_free (self->incomplete);
}

gboolean
recorder_fixture_has_elapsed (gpointer data)
{
  RecorderFixture *self = data;
  return myna_recorder_get_elapsed (self->recorder) >= self->wanted;
}

gboolean
recorder_fixture_has_error (gpointer data)
{
  RecorderFixture *self = data;
  return myna_recorder_get_error (self->recorder) != NULL;
}

static gboolean
has_result (gpointer data)
{
  RecorderFixture *self = data;
  return self->result != NULL;
}

static void
stopped_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  RecorderFixture *self = data;
  self->result = g_object_ref (result);
}

gboolean
recorder_fixture_stop (RecorderFixture *self, GError **error)
{
  gboolean whole;

  myna_recorder_stop_async (self->recorder, NULL, stopped_cb, self);
  bench_wait (has_result, self);
  whole = myna_recorder_stop_finish (self->recorder, self->result, error);
  g_clear_object (&self->result);
  return whole;
}

void
recorder_fixture_record_for (RecorderFixture *self, double seconds)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (myna_recorder_start (self->recorder, self->path, &error));
  g_assert_no_error (error);
  g_assert_true (myna_recorder_get_recording (self->recorder));
  self->wanted = seconds;
  bench_wait (recorder_fixture_has_elapsed, self);
  g_assert_cmpstr (myna_recorder_get_error (self->recorder), ==, NULL);
}
