/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "engine/audio/myna-audio-writer.h"
#include "engine/core/myna-paths.h"
#include "engine/studio/myna-library.h"
#include "engine/voice/draft/myna-draft-espeak.h"

/*
 * Speaking a long text with the draft voice, to be killed. `crash-speak run` does it, or goes on
 * with it, in $MYNA_DATA_DIR, and exports it to out.wav. Each sentence that can be heard is a line
 * "FILE SHA256" on the standard output. `crash-speak verify LINES` compares such lines with what is
 * there.
 */

#define N_SENTENCES 120
#define VOICE_NAME "Crash"

typedef struct
{
  MynaLibrary *library;
  MynaVoice *voice;
  gboolean added;
} Run;

static char *
hash_file (const char *path)
{
  g_autofree char *bytes = NULL;
  gsize size = 0;

  if (!g_file_get_contents (path, &bytes, &size, NULL))
    return g_strdup ("missing");
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, size);
}

static char *
make_sample (const char *data_dir)
{
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (data_dir, "sample.wav", NULL);
  g_autoptr (MynaDraftRendition) rendition =
      myna_draft_rendition_new ("en-us",
                                "The birch canoe slid on the smooth planks. Glue the sheet to the "
                                "dark blue background. It is "
                                "easy to tell the depth of a well.",
                                NULL, NULL, &error);
  g_autoptr (MynaAudioWriter) writer =
      rendition != NULL ? myna_audio_writer_open (path, rendition->rate, 1, &error) : NULL;

  if (writer == NULL ||
      !myna_audio_writer_write (writer, rendition->samples, rendition->n_samples, &error) ||
      !myna_audio_writer_finish (writer, &error))
    g_error ("%s", error->message);
  return path;
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Run *run = data;
  g_autoptr (GError) error = NULL;

  run->voice = myna_voices_add_finish (MYNA_VOICES (source), result, &error);
  if (run->voice == NULL)
    g_error ("%s", error->message);
  run->added = TRUE;
}

static void
ensure_voice (Run *run)
{
  MynaVoices *voices = myna_library_get_voices (run->library);
  g_autoptr (GPtrArray) regions =
      g_ptr_array_new_with_free_func ((GDestroyNotify) myna_voice_region_free);
  g_autofree char *sample = NULL;

  run->voice = myna_voices_find_by_name (voices, VOICE_NAME);
  if (run->voice != NULL)
    return;
  sample = make_sample (myna_library_get_data_dir (run->library));
  g_ptr_array_add (regions, myna_voice_region_new (sample, -1, 0, 0, NULL));
  myna_voices_add_async (voices, VOICE_NAME, "en-us", regions, "synthetic", NULL, added_cb, run);
  while (!run->added)
    g_main_context_iteration (NULL, TRUE);
}

static void
wait_for_queue (Run *run)
{
  MynaJobQueue *queue = myna_library_get_queue (run->library);

  while (myna_job_queue_get_n_unfinished (queue) > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
ready_cb (MynaTake *take, GParamSpec *pspec, gpointer data)
{
  static guint n_told;

  for (; n_told < myna_take_get_n_ready (take); n_told++)
    {
      g_autoptr (MynaPiece) piece = g_list_model_get_item (G_LIST_MODEL (take), n_told);
      g_autofree char *sum = hash_file (myna_piece_get_path (piece));

      printf ("%s %s\n", myna_piece_get_path (piece), sum);
      fflush (stdout);
    }
}

static MynaTake *
ensure_take (Run *run)
{
  MynaTakes *takes = myna_library_get_takes (run->library);
  const MynaSpeakParams params = { NULL, 11, 1.0, 0.0, -1.0, NULL };
  g_autoptr (MynaTake) take = g_list_model_get_item (G_LIST_MODEL (takes), 0);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  if (take != NULL)
    {
      if (myna_take_get_state (take) == MYNA_TAKE_PARTIAL &&
          myna_takes_resume (takes, take, &error) == NULL)
        g_error ("%s", error->message);
      return take;
    }
  for (int i = 0; i < N_SENTENCES; i++)
    g_string_append_printf (text, "Sentence %d of many. ", i);
  return myna_takes_speak (takes, run->voice, text->str, &params, 0.2, &error);
}

static int
do_run (const char *data_dir)
{
  Run run = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *output = g_build_filename (data_dir, "out.wav", NULL);
  MynaTake *take;

  run.library = myna_library_open (data_dir, MYNA_LIBRARY_OPEN_DEFAULT, &error);
  if (run.library == NULL)
    g_error ("%s", error->message);
  ensure_voice (&run);
  take = ensure_take (&run);
  g_signal_connect (take, "notify::n-ready", G_CALLBACK (ready_cb), NULL);
  ready_cb (take, NULL, NULL);
  myna_job_queue_resume_interrupted (myna_library_get_queue (run.library));
  wait_for_queue (&run);
  if (myna_take_get_state (take) != MYNA_TAKE_COMPLETE ||
      myna_take_get_n_ready (take) != N_SENTENCES)
    g_error ("The take is not complete.");
  if (myna_takes_export (myna_library_get_takes (run.library), take, output, TRUE, &error) == NULL)
    g_error ("%s", error->message);
  wait_for_queue (&run);
  myna_library_close (run.library);
  g_object_unref (run.library);
  return 0;
}

static int
verify (const char *lines_path)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (lines_path, &text, NULL, NULL))
    return 1;
  lines = g_strsplit (text, "\n", -1);
  /* The last one may be torn. */
  for (guint i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], " ", 2);
      g_autofree char *sum = hash_file (fields[0]);

      if (g_strcmp0 (sum, fields[1]) != 0)
        {
          g_printerr ("%s: %s now\n", lines[i], sum);
          return 1;
        }
    }
  return 0;
}

int
main (int argc, char **argv)
{
  g_autofree char *data_dir = myna_paths_dup_data_dir ();

  if (argc == 2 && strcmp (argv[1], "run") == 0)
    return do_run (data_dir);
  if (argc == 3 && strcmp (argv[1], "verify") == 0)
    return verify (argv[2]);
  return 2;
}
