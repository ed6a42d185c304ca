/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/ui/ui-test.h"

/* A sentence or two with most sounds of English: enough for the draft voice's alignment. */
#define SAMPLE_TEXT                                                                                \
  "The north wind and the sun were disputing which was the stronger, when a traveller came along " \
  "wrapped in a warm cloak. They agreed that the one who first succeeded in making the traveller " \
  "take his cloak off should be considered stronger than the other."

/**
 * ui_test_speak_sample:
 * @folder: where
 * @name: file name
 *
 * Writes a WAV of clean speech made by espeak-ng.
 *
 * Returns: (transfer full): its path
 */
char *
ui_test_speak_sample (const char *folder, const char *name)
{
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (folder, name, NULL);
  const char *argv[] = { "espeak-ng", "-v", "en-us", "-w", path, SAMPLE_TEXT, NULL };
  int status = 0;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status,
                &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, NULL));
  return path;
}

static void
on_voice_added (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  MynaVoice **voice = data;

  *voice = myna_voices_add_finish (MYNA_VOICES (source), result, &error);
  g_assert_no_error (error);
}

/**
 * ui_test_add_voice:
 * @library: an open library
 * @folder: for the sample
 * @name: of the voice
 *
 * Returns: (transfer none): a voice made from a sample with transcript
 */
MynaVoice *
ui_test_add_voice (MynaLibrary *library, const char *folder, const char *name)
{
  g_autofree char *path = ui_test_speak_sample (folder, "sample.wav");
  g_autoptr (GPtrArray) regions =
      g_ptr_array_new_with_free_func ((GDestroyNotify) myna_voice_region_free);
  MynaVoice *voice = NULL;

  g_ptr_array_add (regions, myna_voice_region_new (path, -1, 0.0, 0.0, SAMPLE_TEXT));
  myna_voices_add_async (myna_library_get_voices (library), name, "en-us", regions,
                         "It is the computer's own voice.", NULL, on_voice_added, &voice);
  ui_test_wait_for (voice != NULL);
  return voice;
}
