/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <signal.h>

#include "engine/audio/myna-audio-devices.h"
#include "tests/unit/sound-bench.h"

/* Run under tests/hardware/with-sound.sh. */

static gboolean
has_devices (gpointer data)
{
  return g_list_model_get_n_items (data) > 0;
}

static gboolean
has_no_devices (gpointer data)
{
  return g_list_model_get_n_items (data) == 0;
}

static void
check_default (MynaAudioDevices *devices, gboolean input)
{
  g_autoptr (MynaAudioDevice) device = NULL;
  gboolean is_input;
  gboolean is_output;

  bench_wait (has_devices, devices);
  /* The names under which ALSA reaches the sound server are one device to a person. */
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (devices)), ==, 1);
  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (devices)) == MYNA_TYPE_AUDIO_DEVICE);
  device = g_list_model_get_item (G_LIST_MODEL (devices), 0);
  g_assert_cmpstr (myna_audio_device_get_id (device), ==, "");
  g_assert_cmpstr (myna_audio_device_get_name (device), ==, "System default");
  g_object_get (device, "is-input", &is_input, "is-output", &is_output, NULL);
  g_assert_true (is_input == input && is_output != input);
}

/* Everything is unplugged: the lists notice by themselves. */
static void
test_hot_plug (void)
{
  g_autoptr (MynaAudioDevices) inputs = myna_audio_devices_new_inputs ();
  g_autoptr (MynaAudioDevices) outputs = myna_audio_devices_new_outputs ();

  check_default (inputs, TRUE);
  check_default (outputs, FALSE);
  kill ((pid_t) g_ascii_strtoll (g_getenv ("MYNA_FAKE_PULSE_PID"), NULL, 10), SIGTERM);
  bench_wait (has_no_devices, inputs);
  bench_wait (has_no_devices, outputs);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpstr (g_getenv ("MYNA_FAKE_SOUND"), ==, "1");
  g_test_add_func ("/audio-devices/hot-plug", test_hot_plug);
  return g_test_run ();
}
