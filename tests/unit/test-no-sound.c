/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-audio-devices.h"
#include "engine/audio/myna-player.h"
#include "engine/audio/myna-recorder.h"
#include "engine/core/myna-error.h"
#include "tests/unit/sound-bench.h"

/* Run under tests/hardware/no-sound.sh: a machine without any sound device. */

static gboolean
recorder_has_error (gpointer data)
{
  return myna_recorder_get_error (data) != NULL;
}

static gboolean
player_has_error (gpointer data)
{
  return myna_player_get_error (data) != NULL;
}

static void
stopped_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GAsyncResult **slot = data;
  *slot = g_object_ref (result);
}

static gboolean
has_result (gpointer data)
{
  GAsyncResult **slot = data;
  return *slot != NULL;
}

/* The first attempt finds out in the background; the next is told at once. */
static void
test_record (void)
{
  g_autoptr (MynaRecorder) recorder = myna_recorder_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean monitoring = TRUE;

  g_assert_true (myna_recorder_start (recorder, "/nowhere/recording.flac", &error));
  bench_wait (recorder_has_error, recorder);
  g_assert_false (myna_recorder_get_recording (recorder));
  g_object_get (recorder, "monitoring", &monitoring, NULL);
  g_assert_false (monitoring);
  myna_recorder_stop_async (recorder, NULL, stopped_cb, &result);
  bench_wait (has_result, &result);
  g_assert_false (myna_recorder_stop_finish (recorder, result, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NO_DEVICE);
  g_assert_cmpstr (error->message, ==, myna_recorder_get_error (recorder));
  g_clear_error (&error);

  g_assert_false (myna_recorder_start_monitoring (recorder, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NO_DEVICE);
  g_clear_error (&error);
  g_assert_false (myna_recorder_start (recorder, "/nowhere/recording.flac", &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NO_DEVICE);
}

static void
test_play (void)
{
  g_autoptr (MynaPlayer) player = myna_player_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (myna_player_play (player, &error));
  bench_wait (player_has_error, player);
  g_assert_false (myna_player_get_playing (player));
  g_assert_false (myna_player_play (player, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NO_DEVICE);
}

static void
test_named_device (void)
{
  g_autoptr (MynaPlayer) player = myna_player_new ();
  g_autoptr (MynaRecorder) recorder = myna_recorder_new ();

  g_assert_nonnull (player);
  myna_player_set_device (player, "USB Headset");
  myna_recorder_set_device (recorder, "USB Headset");
  if (myna_player_play (player, NULL))
    bench_wait (player_has_error, player);
  if (myna_recorder_start_monitoring (recorder, NULL))
    bench_wait (recorder_has_error, recorder);
  g_assert_false (myna_player_get_playing (player));
}

static void
test_devices (void)
{
  g_autoptr (MynaAudioDevices) inputs = myna_audio_devices_new_inputs ();
  g_autoptr (MynaAudioDevices) outputs = myna_audio_devices_new_outputs ();
  g_autoptr (MynaPlayer) player = myna_player_new ();

  /* When playing has failed, both lists have been looked up: one thing after the other. */
  if (myna_player_play (player, NULL))
    bench_wait (player_has_error, player);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (inputs)), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (outputs)), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpstr (g_getenv ("MYNA_FAKE_SOUND"), ==, "0");
  g_test_add_func ("/no-sound/record", test_record);
  g_test_add_func ("/no-sound/play", test_play);
  g_test_add_func ("/no-sound/named-device", test_named_device);
  g_test_add_func ("/no-sound/devices", test_devices);
  return g_test_run ();
}
