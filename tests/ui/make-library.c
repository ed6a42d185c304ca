/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/ui/ui-test.h"

/*
 * make-library FOLDER [AUDIO TRANSCRIPT]…: a data folder with voices and takes, as
 * tests/ui/screenshots.sh shows them. Without recordings the voice is espeak-ng's own.
 */

static const char *const texts[] = {
  "Good morning, and welcome to the garden.",
  "It was a bright cold day in April. The clocks were striking thirteen, and nobody in the house "
  "had slept.",
  "Once upon a time there was a myna that could repeat every sound it heard. The whole village "
  "came to listen. "
  "One day it spoke a word that nobody had taught it.",
};

static void
on_added (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  MynaVoice **voice = data;

  *voice = myna_voices_add_finish (MYNA_VOICES (source), result, &error);
  g_assert_no_error (error);
}

static void
add_recordings (MynaLibrary *library, int n_arguments, char **arguments)
{
  g_autoptr (GPtrArray) regions =
      g_ptr_array_new_with_free_func ((GDestroyNotify) myna_voice_region_free);
  MynaVoice *voice = NULL;

  for (int i = 0; i + 1 < n_arguments; i += 2)
    g_ptr_array_add (
        regions, myna_voice_region_new (arguments[i], -1, 0.0, 0.0, g_strstrip (arguments[i + 1])));
  if (regions->len == 0)
    return;
  myna_voices_add_async (myna_library_get_voices (library), "Elinor", "en-us", regions,
                         "Public domain reading.", NULL, on_added, &voice);
  ui_test_wait_for (voice != NULL);
}

static void
add_takes (MynaLibrary *library)
{
  MynaSpeakParams params = MYNA_SPEAK_PARAMS_INIT;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      GListModel *voices = G_LIST_MODEL (myna_library_get_voices (library));
      g_autoptr (MynaVoice) voice =
          g_list_model_get_item (voices, i % g_list_model_get_n_items (voices));
      MynaTake *take = NULL;

      params.seed = i + 1;
      take = myna_takes_speak (myna_library_get_takes (library), voice, texts[i], &params, 0.35,
                               &error);
      g_assert_no_error (error);
      ui_test_wait_for (myna_take_get_job (take) == NULL);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaLibrary) library = NULL;

  if (argc < 2)
    return 2;
  library = myna_library_open (argv[1], MYNA_LIBRARY_OPEN_DEFAULT, &error);
  g_assert_no_error (error);
  add_recordings (library, argc - 2, argv + 2);
  ui_test_add_voice (library, argv[1], "Machine");
  add_takes (library);
  myna_library_close (library);
  return 0;
}
