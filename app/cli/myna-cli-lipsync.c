/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "app/cli/myna-cli-common.h"
#include "app/cli/myna-cli-work.h"
#include "engine/core/myna-error.h"
#include "engine/studio/myna-lipsync-jobs.h"

/* myna lipsync: one speech, many videos; each gets back with the mouth following the speech. */

#define ENGINE "mouth-library"

static struct
{
  char *audio;
  char **videos;
  char *engine;
  char *from;
  char *to;
  int face;
  double intensity;
  double offset;
  double mask;
  double smoothing;
  gboolean trim;
  char *output;
  gboolean json;
  gboolean quiet;
} options;

static const GOptionEntry entries[] = {
  { "audio", 'a', 0, G_OPTION_ARG_FILENAME, &options.audio,
    N_ ("Audio or video file with the speech"), N_ ("FILE") },
  { "video", 'v', 0, G_OPTION_ARG_FILENAME_ARRAY, &options.videos,
    N_ ("Video or photo that is to speak; may be given several times"), N_ ("FILE") },
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
    N_ ("File to write (.mp4, .mkv, .mov, .webm; replaced when it exists), or a folder"),
    N_ ("FILE|DIR") },
  { "engine", 'e', 0, G_OPTION_ARG_STRING, &options.engine,
    N_ ("Lip-sync engine: mouth-library (the default)"), N_ ("NAME") },
  { "from", 0, 0, G_OPTION_ARG_STRING, &options.from,
    N_ ("Where to begin in the result, in seconds or as 1:30"), N_ ("TIME") },
  { "to", 0, 0, G_OPTION_ARG_STRING, &options.to, N_ ("Where to end in the result"), N_ ("TIME") },
  { "face", 0, 0, G_OPTION_ARG_INT, &options.face,
    N_ ("Which face speaks, from 1; the largest and most central one when not given"), N_ ("N") },
  { "intensity", 0, 0, G_OPTION_ARG_DOUBLE, &options.intensity,
    N_ ("How far the mouth opens, from 0.5 to 1.5 (1)"), N_ ("X") },
  { "offset", 0, 0, G_OPTION_ARG_DOUBLE, &options.offset,
    N_ ("Milliseconds that the mouth comes after the sound, from -500 to 500 (0)"), N_ ("MS") },
  { "mask", 0, 0, G_OPTION_ARG_DOUBLE, &options.mask,
    N_ ("How much of the face changes, from 0.7 to 1.4 (1)"), N_ ("X") },
  { "smoothing", 0, 0, G_OPTION_ARG_DOUBLE, &options.smoothing,
    N_ ("From 0 (follows every sound) to 1 (calm) (0.5)"), N_ ("X") },
  { "trim", 0, 0, G_OPTION_ARG_NONE, &options.trim, N_ ("End a longer video with the speech"),
    NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print JSON"), NULL },
  { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, N_ ("Show no progress"), NULL },
  G_OPTION_ENTRY_NULL,
};

typedef struct
{
  MynaCliWork work;
  GPtrArray *videos; /* absolute paths */
  char *audio;
  char *output;
  gboolean to_folder;
  double from, to;
  JsonBuilder *json;
} Lipsync;

static void
lipsync_clear (Lipsync *self)
{
  myna_cli_work_clear (&self->work);
  g_clear_pointer (&self->videos, g_ptr_array_unref);
  g_clear_pointer (&self->audio, g_free);
  g_clear_pointer (&self->output, g_free);
  g_clear_object (&self->json);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lipsync, lipsync_clear)

/* NULL when the options make sense, else what is wrong with them. */
static const char *
check_options (Lipsync *self)
{
  if (options.audio == NULL)
    return _ ("say what is spoken: --audio FILE.");
  if (self->videos->len == 0)
    return _ ("say which video is to speak: --video FILE.");
  if (options.output == NULL)
    return _ ("say where to write: -o FILE or -o FOLDER.");
  if (options.engine != NULL && strcmp (options.engine, ENGINE) != 0)
    return _ ("the lip-sync engine is mouth-library.");
  if (options.face < 0)
    return _ ("--face is a whole number from 1.");
  if (!myna_cli_is_between (options.intensity, 0.5, 1.5))
    return _ ("--intensity is from 0.5 to 1.5.");
  if (!myna_cli_is_between (options.offset, -500, 500))
    return _ ("--offset is from -500 to 500.");
  if (!myna_cli_is_between (options.mask, 0.7, 1.4))
    return _ ("--mask is from 0.7 to 1.4.");
  if (!myna_cli_is_between (options.smoothing, 0, 1))
    return _ ("--smoothing is from 0 to 1.");
  return NULL;
}

/* Videos may also be given without --video in front: `myna lipsync -a speech.wav clips/ *.mp4`. */
static void
collect_videos (Lipsync *self, int argc, char **argv)
{
  self->videos = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; options.videos != NULL && options.videos[i] != NULL; i++)
    g_ptr_array_add (self->videos, g_canonicalize_filename (options.videos[i], NULL));
  for (int i = 1; i < argc; i++)
    g_ptr_array_add (self->videos, g_canonicalize_filename (argv[i], NULL));
}

static gboolean
check_times (Lipsync *self, GError **error)
{
  self->to = -1;
  if ((options.from == NULL || myna_cli_parse_time (options.from, &self->from)) &&
      (options.to == NULL || myna_cli_parse_time (options.to, &self->to)) &&
      (self->to < 0 || self->to > self->from))
    return TRUE;
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED,
                       _ ("--from and --to are times such as 12.5 or 1:30, in order."));
  return FALSE;
}

static gboolean
is_video_name (const char *path)
{
  static const char *const extensions[] = { ".mp4", ".mkv", ".mov", ".webm", ".m4v" };
  g_autofree char *lower = g_ascii_strdown (path, -1);

  for (guint i = 0; i < G_N_ELEMENTS (extensions); i++)
    if (g_str_has_suffix (lower, extensions[i]))
      return TRUE;
  return FALSE;
}

/* The same file under whatever name. */
static gboolean
is_same_file (const char *a, const char *b)
{
  GStatBuf first, second;

  return g_stat (a, &first) == 0 && g_stat (b, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

/* What is read is not what is written: the original would be gone. */
static gboolean
check_originals (Lipsync *self, GError **error)
{
  gboolean same = is_same_file (self->output, self->audio);

  for (guint i = 0; i < self->videos->len; i++)
    same = same || is_same_file (self->output, g_ptr_array_index (self->videos, i));
  if (same)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_FAILED,
                 _ ("“%s” is an original that would be replaced. Give another name after -o."),
                 options.output);
  return !same;
}

static gboolean
check_files (Lipsync *self, GError **error)
{
  self->audio = g_canonicalize_filename (options.audio, NULL);
  self->output = g_canonicalize_filename (options.output, NULL);
  self->to_folder = g_file_test (self->output, G_FILE_TEST_IS_DIR) ||
                    g_str_has_suffix (options.output, G_DIR_SEPARATOR_S);
  if (!g_file_test (self->audio, G_FILE_TEST_EXISTS))
    {
      myna_error_set_from_errno (error, ENOENT, options.audio);
      return FALSE;
    }
  if (self->to_folder)
    {
      if (g_mkdir_with_parents (self->output, 0777) == 0)
        return TRUE;
      myna_error_set_from_errno (error, errno, self->output);
      return FALSE;
    }
  if (self->videos->len > 1)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_FAILED,
                   _ ("“%s” is one file, and there are several videos. Give a folder after -o."),
                   options.output);
      return FALSE;
    }
  if (!is_video_name (self->output))
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("“%s” has no known format. Use a name that ends in .mp4, .mkv, .mov or "
                      ".webm."),
                   options.output);
      return FALSE;
    }
  return check_originals (self, error) && myna_cli_check_output (self->output, error);
}

static MynaJob *
enqueue (Lipsync *self, const char *video, char **out_output, GError **error)
{
  MynaJobQueue *queue = myna_library_get_queue (myna_cli_work_get_library (&self->work));
  g_autoptr (MynaLipsyncRequest) request = myna_lipsync_request_new ();
  g_autofree char *speech = g_path_get_basename (self->audio);

  request->audio = g_strdup (self->audio);
  request->video = g_strdup (video);
  request->output = self->to_folder
                        ? myna_lipsync_choose_output (queue, self->output, video, self->audio)
                        : g_strdup (self->output);
  request->from = self->from;
  request->to = self->to;
  request->options.face = options.face - 1;
  request->options.intensity = options.intensity;
  request->options.offset_ms = options.offset;
  request->options.mask_size = options.mask;
  request->options.smoothing = options.smoothing;
  request->options.longer = options.trim ? MYNA_LIPSYNC_TRIM : MYNA_LIPSYNC_KEEP;
  *out_output = g_strdup (request->output);
  return myna_lipsync_enqueue (queue, request, speech, error);
}

static void
add_result (Lipsync *self, const char *video, const char *output, MynaJob *job, GError *error)
{
  json_builder_begin_object (self->json);
  json_builder_set_member_name (self->json, "video");
  json_builder_add_string_value (self->json, video);
  myna_cli_add_nullable (self->json, "output", error == NULL ? output : NULL);
  myna_cli_add_nullable (self->json, "error", error != NULL ? error->message : NULL);
  json_builder_set_member_name (self->json, "elapsed");
  json_builder_add_double_value (self->json, job != NULL ? myna_job_get_elapsed (job) : 0);
  myna_cli_add_strings (self->json, "warnings", job != NULL ? myna_job_get_warnings (job) : NULL);
  json_builder_end_object (self->json);
}

/* One video; its failure is printed here, because the others go on. */
static MynaCliStatus
run_one (Lipsync *self, const char *video)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaJob) job = NULL;
  g_autofree char *output = NULL;
  MynaCliStatus status = MYNA_CLI_FAILED;

  g_set_object (&job, enqueue (self, video, &output, &error));
  if (job != NULL)
    status = myna_cli_work_run (&self->work, job, options.quiet, &error);
  add_result (self, video, output, job, error);
  if (status != MYNA_CLI_DONE)
    {
      /* An error before the first frame does not name the video by itself. */
      myna_cli_fail (error);
      return status;
    }
  if (!options.json)
    printf ("%s\n", output);
  return status;
}

static MynaCliStatus
run (Lipsync *self)
{
  MynaCliStatus worst = MYNA_CLI_DONE;

  self->json = json_builder_new ();
  json_builder_begin_array (self->json);
  for (guint i = 0; i < self->videos->len && worst != MYNA_CLI_CANCELLED; i++)
    {
      MynaCliStatus status = run_one (self, g_ptr_array_index (self->videos, i));

      worst = MAX (worst, status);
    }
  json_builder_end_array (self->json);
  if (options.json)
    myna_cli_print_json (self->json);
  return worst;
}

/**
 * myna_cli_lipsync:
 *
 * The command "lipsync".
 */
MynaCliStatus
myna_cli_lipsync (int argc, char **argv)
{
  g_auto (Lipsync) self = { 0 };
  g_autoptr (GError) error = NULL;
  const char *wrong;

  options.intensity = 1;
  options.mask = 1;
  options.smoothing = 0.5;
  if (!myna_cli_parse (&argc, &argv, _ ("--audio FILE [--video] FILE… -o FILE|FOLDER"),
                       _ ("Makes videos and photos speak: the mouths follow the speech."), entries,
                       _ ("Each video is a job of the queue: when it is interrupted, “myna jobs "
                          "resume” goes on with it.")))
    return MYNA_CLI_USAGE;
  collect_videos (&self, argc, argv);
  wrong = check_options (&self);
  if (wrong != NULL)
    return myna_cli_usage_error ("lipsync", "%s", wrong);
  if (check_times (&self, &error) && check_files (&self, &error) &&
      myna_cli_work_open (&self.work, FALSE, &error))
    return run (&self);
  return myna_cli_fail (error);
}
