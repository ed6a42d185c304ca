/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>

#include "app/cli/myna-cli-common.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"
#include "engine/studio/myna-lipsync-jobs.h"

/* myna demo: from recordings to exported speech, with the time of each stage. */

/* What is best for a voice, by spec/draft-voice.md section 9. */
#define EXAMPLE_SECONDS 60

static const char demo_text[] =
    "Hello. This voice was made a moment ago from a few recorded sentences. "
    "No network, no graphics card and no download was needed.\n\n"
    "The birch canoe slid on the smooth planks. It is easy to tell the depth of a well. "
    "These days a chicken leg is a rare dish.";

static const char second_text[] =
    "The same face can say something else as well. Peter Piper picked a "
    "peck of pickled peppers, and Mary may be my baby bumblebee.";

static struct
{
  char *output;
  gboolean quiet;
} options;

static const GOptionEntry entries[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
    N_ ("Folder for the results (myna-demo)"), N_ ("DIR") },
  { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, N_ ("Show no progress"), NULL },
  G_OPTION_ENTRY_NULL,
};

/* A line of the closing table. */
typedef struct
{
  char *stage;
  double seconds;
  char *remark;
} Stage;

typedef struct
{
  MynaLibrary *library;
  char *data_dir;
  char *folder;
  GArray *stages; /* of Stage */
  gint64 started;
  gint64 first_ready; /* monotonic time when the first sentence could be heard */
} Demo;

static void
stage_clear (gpointer data)
{
  Stage *stage = data;

  g_free (stage->stage);
  g_free (stage->remark);
}

static void
demo_clear (Demo *self)
{
  if (self->library != NULL)
    myna_library_close (self->library);
  g_clear_object (&self->library);
  if (self->data_dir != NULL)
    myna_remove_tree (self->data_dir, NULL);
  g_clear_pointer (&self->data_dir, g_free);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->stages, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Demo, demo_clear)

static void
begin_stage (Demo *self)
{
  self->started = g_get_monotonic_time ();
}

static double
seconds_since (gint64 when)
{
  return (double) (g_get_monotonic_time () - when) / G_USEC_PER_SEC;
}

/* Takes @remark. */
static void
add_stage (Demo *self, const char *name, double seconds, char *remark)
{
  Stage stage = { g_strdup (name), seconds, remark };

  g_array_append_val (self->stages, stage);
}

static gboolean
open_library (Demo *self, GError **error)
{
  self->folder =
      g_canonicalize_filename (options.output != NULL ? options.output : "myna-demo", NULL);
  self->stages = g_array_new (FALSE, FALSE, sizeof (Stage));
  g_array_set_clear_func (self->stages, stage_clear);
  /* For the user to look into and give away: not private as the data folder is. */
  if (g_mkdir_with_parents (self->folder, 0777) != 0)
    {
      myna_error_set_from_errno (error, errno, self->folder);
      return FALSE;
    }
  /* A library of its own: the demo leaves nothing in the user's. */
  self->data_dir = g_dir_make_tmp ("myna-demo-XXXXXX", error);
  if (self->data_dir == NULL)
    return FALSE;
  self->library = myna_library_open (self->data_dir, MYNA_LIBRARY_OPEN_PAUSED, error);
  return self->library != NULL;
}

static MynaVoice *
make_voice (Demo *self, GError **error)
{
  g_autoptr (GPtrArray) regions = myna_cli_find_example (EXAMPLE_SECONDS, error);
  MynaVoice *voice;
  double seconds;

  if (regions == NULL)
    return NULL;
  begin_stage (self);
  voice = myna_cli_add_voice (self->library, _ ("Example"), "en-us", regions,
                              "public-domain recording", error);
  if (voice == NULL)
    return NULL;
  seconds = seconds_since (self->started);
  add_stage (self, _ ("Read the recordings"), seconds,
             g_strdup_printf (_ ("%u sentences, %.1f s of speech"), regions->len,
                              myna_voice_get_duration (voice)));
  begin_stage (self);
  if (myna_cli_prepare_voice (self->library, voice, options.quiet, error) != MYNA_CLI_DONE)
    return NULL;
  add_stage (self, _ ("Make the voice"), seconds_since (self->started), NULL);
  return voice;
}

static void
ready_cb (Demo *self, GParamSpec *pspec, MynaTake *take)
{
  g_assert (MYNA_IS_TAKE (take));

  if (self->first_ready == 0)
    self->first_ready = g_get_monotonic_time ();
}

static MynaTake *
speak (Demo *self, MynaVoice *voice, GError **error)
{
  const MynaSpeakParams params = MYNA_SPEAK_PARAMS_INIT;
  MynaTake *take;
  double seconds;

  begin_stage (self);
  take = myna_takes_speak (myna_library_get_takes (self->library), voice, demo_text, &params, 0.25,
                           error);
  if (take == NULL)
    return NULL;
  g_signal_connect_swapped (take, "notify::n-ready", G_CALLBACK (ready_cb), self);
  if (myna_cli_run_job (self->library, myna_take_get_job (take), options.quiet, error) !=
      MYNA_CLI_DONE)
    return NULL;
  seconds = seconds_since (self->started);
  g_signal_handlers_disconnect_by_data (take, self);
  add_stage (self, _ ("First sentence ready"),
             (double) (self->first_ready - self->started) / G_USEC_PER_SEC, NULL);
  add_stage (self, _ ("Speak the text"), seconds,
             g_strdup_printf (_ ("%u sentences, %.1f s of speech, %.0f× real time"),
                              myna_take_get_n_ready (take), myna_take_get_duration (take),
                              myna_take_get_duration (take) / seconds));
  return take;
}

static gboolean
export (Demo *self, MynaTake *take, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autofree char *stage = g_strdup_printf (_ ("Write %s"), name);
  MynaJob *job;

  begin_stage (self);
  job = myna_takes_export (myna_library_get_takes (self->library), take, path, TRUE, error);
  if (job == NULL || myna_cli_run_job (self->library, job, options.quiet, error) != MYNA_CLI_DONE)
    return FALSE;
  add_stage (self, stage, seconds_since (self->started), NULL);
  return TRUE;
}

static gboolean
sync_lips (Demo *self, MynaTake *take, const char *video, const char *name, GError **error)
{
  MynaJobQueue *queue = myna_library_get_queue (self->library);
  g_autoptr (MynaLipsyncRequest) request = myna_lipsync_request_new ();
  g_autofree char *stage = g_strdup_printf (_ ("Make %s"), name);
  MynaJob *job;
  double seconds;

  request->take = g_strdup (myna_take_get_id (take));
  request->video = g_strdup (video);
  request->output = g_build_filename (self->folder, name, NULL);
  begin_stage (self);
  job = myna_lipsync_enqueue (queue, request, myna_take_get_name (take), error);
  if (job == NULL || myna_cli_run_job (self->library, job, options.quiet, error) != MYNA_CLI_DONE)
    return FALSE;
  seconds = seconds_since (self->started);
  add_stage (self, stage, seconds,
             g_strdup_printf (_ ("%.1f s of video, %.1f× real time"), myna_take_get_duration (take),
                              myna_take_get_duration (take) / seconds));
  return TRUE;
}

static MynaTake *
speak_again (Demo *self, MynaVoice *voice, GError **error)
{
  const MynaSpeakParams params = MYNA_SPEAK_PARAMS_INIT;
  MynaTake *take = myna_takes_speak (myna_library_get_takes (self->library), voice, second_text,
                                     &params, 0.25, error);

  if (take == NULL || myna_cli_run_job (self->library, myna_take_get_job (take), options.quiet,
                                        error) != MYNA_CLI_DONE)
    return NULL;
  return take;
}

/* A photo speaks, and the video that came of it says something else. */
static gboolean
make_videos (Demo *self, MynaVoice *voice, MynaTake *take, GError **error)
{
  g_autofree char *portrait = myna_cli_find_portrait ();
  g_autofree char *video = g_build_filename (self->folder, "portrait.mp4", NULL);
  MynaTake *second;

  if (portrait == NULL)
    {
      myna_cli_warn (_ ("The example has no portrait.png; lip-sync is left out."));
      return TRUE;
    }
  if (!sync_lips (self, take, portrait, "portrait.mp4", error))
    return FALSE;
  second = speak_again (self, voice, error);
  return second != NULL && sync_lips (self, second, video, "portrait-again.mp4", error);
}

static void
print_stages (Demo *self)
{
  int width = 0;

  for (guint i = 0; i < self->stages->len; i++)
    width = MAX (width, myna_cli_get_columns (g_array_index (self->stages, Stage, i).stage));
  for (guint i = 0; i < self->stages->len; i++)
    {
      const Stage *stage = &g_array_index (self->stages, Stage, i);
      int padding = width - myna_cli_get_columns (stage->stage);

      printf ("%s%*s  %8.3f s  %s\n", stage->stage, padding, "", stage->seconds,
              stage->remark != NULL ? stage->remark : "");
    }
  printf ("%s %s\n", _ ("The results are in"), self->folder);
}

static MynaCliStatus
run (Demo *self, GError **error)
{
  static const char *const names[] = { "speech.wav", "speech.flac", "speech.opus", "speech.mp3" };
  MynaVoice *voice = make_voice (self, error);
  MynaTake *take = voice != NULL ? speak (self, voice, error) : NULL;

  if (take == NULL)
    return MYNA_CLI_FAILED;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (!export (self, take, names[i], error))
      return MYNA_CLI_FAILED;
  if (!make_videos (self, voice, take, error))
    return MYNA_CLI_FAILED;
  print_stages (self);
  return MYNA_CLI_DONE;
}

/**
 * myna_cli_demo:
 *
 * The command "demo".
 */
MynaCliStatus
myna_cli_demo (int argc, char **argv)
{
  g_auto (Demo) self = { 0 };
  g_autoptr (GError) error = NULL;
  MynaCliStatus status = MYNA_CLI_FAILED;

  if (!myna_cli_parse (
          &argc, &argv, NULL,
          _ ("Makes a voice of the example recordings, speaks a text in it and exports "
             "it, and makes a portrait\nspeak; shows how long each stage took."),
          entries, NULL))
    return MYNA_CLI_USAGE;
  if (argc > 1)
    return myna_cli_usage_error ("demo", _ ("it takes no arguments but options."));
  if (open_library (&self, &error))
    status = run (&self, &error);
  return error != NULL ? myna_cli_fail (error) : status;
}
