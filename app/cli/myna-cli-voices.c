/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "app/cli/myna-cli-voices-set.h"
#include "engine/text/myna-language.h"

/* myna voices: the voices of the library. */

static struct
{
  char **audio;
  char **text;
  char *language;
  char **from;
  char **to;
  int stream;
  char *reference;
  char *reference_text;
  char **models;
  gboolean consent;
  gboolean json;
  gboolean quiet;
} options;

static const GOptionEntry entries[] = {
  { "audio", 'a', 0, G_OPTION_ARG_FILENAME_ARRAY, &options.audio,
    N_ ("add: audio or video file with the voice; may be given several times"), N_ ("FILE") },
  { "text", 't', 0, G_OPTION_ARG_FILENAME_ARRAY, &options.text,
    N_ ("add: what is said in the file; once for each --audio, in the same order"), N_ ("TEXT") },
  { "language", 'l', 0, G_OPTION_ARG_STRING, &options.language,
    N_ ("add: language that is spoken in it, such as en-us (the default)"), N_ ("CODE") },
  { "from", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.from,
    N_ ("add, set: where the part to use begins, in seconds or as 1:30"), N_ ("TIME") },
  { "to", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.to, N_ ("add, set: where the part to use ends"),
    N_ ("TIME") },
  { "stream", 0, 0, G_OPTION_ARG_INT, &options.stream,
    N_ ("add: audio stream of the file, by its index"), N_ ("N") },
  { "consent", 0, 0, G_OPTION_ARG_NONE, &options.consent,
    N_ ("add: the person agreed to have their voice cloned, or it is your own"), NULL },
  { "reference", 0, 0, G_OPTION_ARG_STRING, &options.reference,
    N_ ("set: clip that GPT-SoVITS imitates, by its number; auto to let it choose"),
    N_ ("CLIP|auto") },
  { "reference-text", 0, 0, G_OPTION_ARG_FILENAME, &options.reference_text,
    N_ ("set: what is said in the imitated part"), N_ ("TEXT") },
  { "model", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.models,
    N_ ("set: the voice's own GPT-SoVITS .ckpt or .pth; may be given twice; none to remove them"),
    N_ ("FILE|none") },
  { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print JSON"), NULL },
  { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, N_ ("Show no progress"), NULL },
  G_OPTION_ENTRY_NULL,
};

static void
add_voice_json (JsonBuilder *json, MynaVoice *voice)
{
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "id");
  json_builder_add_string_value (json, myna_voice_get_id (voice));
  json_builder_set_member_name (json, "name");
  json_builder_add_string_value (json, myna_voice_get_name (voice));
  json_builder_set_member_name (json, "language");
  json_builder_add_string_value (json, myna_voice_get_language (voice));
  json_builder_set_member_name (json, "seconds");
  json_builder_add_double_value (json, myna_voice_get_duration (voice));
  json_builder_set_member_name (json, "transcript");
  if (myna_voice_get_transcript (voice) != NULL)
    json_builder_add_string_value (json, myna_voice_get_transcript (voice));
  else
    json_builder_add_null_value (json);
  json_builder_set_member_name (json, "prepared");
  json_builder_add_boolean_value (json, myna_voice_get_prepared (voice));
  json_builder_set_member_name (json, "created");
  json_builder_add_int_value (json, myna_voice_get_created (voice));
  json_builder_set_member_name (json, "clips");
  json_builder_begin_array (json);
  for (guint i = 0; i < myna_voice_get_n_clips (voice); i++)
    {
      g_autofree char *path = myna_voice_dup_clip_path (voice, i);

      json_builder_add_string_value (json, path);
    }
  json_builder_end_array (json);
  myna_cli_voices_add_gpt_sovits (json, voice);
  myna_cli_add_strings (json, "warnings", myna_voice_get_warnings (voice));
  json_builder_end_object (json);
}

static void
print_voice_json (MynaVoice *voice)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();

  add_voice_json (json, voice);
  myna_cli_print_json (json);
}

static void
print_list_json (MynaVoices *voices)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "voices");
  json_builder_begin_array (json);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (voices)); i++)
    {
      g_autoptr (MynaVoice) voice = g_list_model_get_item (G_LIST_MODEL (voices), i);

      add_voice_json (json, voice);
    }
  json_builder_end_array (json);
  json_builder_end_object (json);
  myna_cli_print_json (json);
}

static MynaCliStatus
run_list (MynaLibrary *library, int argc, char **argv, GError **error)
{
  MynaVoices *voices = myna_library_get_voices (library);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (voices));

  if (argc > 0)
    return myna_cli_usage_error ("voices", _ ("“list” takes no arguments."));
  if (options.json)
    print_list_json (voices);
  else if (n == 0)
    fprintf (stderr, "%s\n", _ ("There are no voices yet. “myna voices add” makes one."));
  for (guint i = 0; !options.json && i < n; i++)
    {
      g_autoptr (MynaVoice) voice = g_list_model_get_item (G_LIST_MODEL (voices), i);
      g_autofree char *duration = myna_cli_format_duration (myna_voice_get_duration (voice));

      printf ("%s\t%s\t%s\n", myna_voice_get_name (voice), myna_voice_get_language (voice),
              duration);
    }
  return MYNA_CLI_DONE;
}

static void
print_voice (MynaVoice *voice)
{
  g_autofree char *duration = myna_cli_format_duration (myna_voice_get_duration (voice));
  g_autofree char *language = myna_language_dup_name (myna_voice_get_language (voice));
  const char *const *warnings = myna_voice_get_warnings (voice);

  printf ("%s\n", myna_voice_get_name (voice));
  printf ("  %s %s (%s)\n", _ ("Language:"), language, myna_voice_get_language (voice));
  printf ("  %s %s\n", _ ("Length:"), duration);
  for (guint i = 0; i < myna_voice_get_n_clips (voice); i++)
    {
      g_autofree char *path = myna_voice_dup_clip_path (voice, i);

      printf ("  %s %s\n", _ ("Recording:"), path);
    }
  if (myna_voice_get_transcript (voice) != NULL)
    printf ("  %s %s\n", _ ("Transcript:"), myna_voice_get_transcript (voice));
  myna_cli_voices_print_gpt_sovits (voice);
  for (guint i = 0; warnings != NULL && warnings[i] != NULL; i++)
    printf ("  %s %s\n", _ ("Note:"), warnings[i]);
}

static MynaCliStatus
run_show (MynaLibrary *library, int argc, char **argv, GError **error)
{
  MynaVoice *voice;

  if (argc != 1)
    return myna_cli_usage_error ("voices", _ ("“show” takes the name of one voice."));
  voice = myna_cli_find_voice (library, argv[0], error);
  if (voice == NULL)
    return MYNA_CLI_FAILED;
  if (options.json)
    print_voice_json (voice);
  else
    print_voice (voice);
  return MYNA_CLI_DONE;
}

/* The i-th value of an option that may be given once for each file. */
static const char *
nth (char **values, guint i)
{
  return values != NULL && i < g_strv_length (values) ? values[i] : NULL;
}

/* A value given once counts for all files. */
static gboolean
nth_time (char **values, guint i, double *seconds)
{
  const char *text = values != NULL && g_strv_length (values) == 1 ? values[0] : nth (values, i);

  *seconds = 0;
  return text == NULL || myna_cli_parse_time (text, seconds);
}

static GPtrArray *
collect_regions (int argc, char **argv)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new ();
  g_autoptr (GPtrArray) regions =
      g_ptr_array_new_with_free_func ((GDestroyNotify) myna_voice_region_free);

  for (guint i = 0; options.audio != NULL && options.audio[i] != NULL; i++)
    g_ptr_array_add (files, options.audio[i]);
  for (int i = 0; i < argc; i++)
    g_ptr_array_add (files, argv[i]);
  for (guint i = 0; i < files->len; i++)
    {
      double from;
      double to;

      if (!nth_time (options.from, i, &from) || !nth_time (options.to, i, &to) ||
          (to > 0 && to <= from))
        return NULL;
      g_ptr_array_add (regions, myna_voice_region_new (files->pdata[i], options.stream, from, to,
                                                       nth (options.text, i)));
    }
  return g_steal_pointer (&regions);
}

static MynaCliStatus
run_add (MynaLibrary *library, int argc, char **argv, GError **error)
{
  g_autoptr (GPtrArray) regions = NULL;
  g_autofree char *name = NULL;
  MynaCliStatus status;
  MynaVoice *voice;

  if (argc < 1)
    return myna_cli_usage_error ("voices", _ ("“add” needs a name for the voice."));
  regions = collect_regions (argc - 1, argv + 1);
  if (regions == NULL)
    return myna_cli_usage_error ("voices",
                                 _ ("--from and --to are times such as 12.5 or 1:30, in order."));
  if (regions->len == 0)
    return myna_cli_usage_error ("voices", _ ("“add” needs a recording: --audio FILE."));
  if (!options.consent)
    return myna_cli_fail_with (_ ("Add --consent to confirm that the person agreed to have their "
                                  "voice cloned, or that it is your own."));
  if (!myna_cli_check_writable (library, error))
    return MYNA_CLI_FAILED;
  name = g_utf8_make_valid (argv[0], -1);
  voice = myna_cli_add_voice (library, name, options.language != NULL ? options.language : "en-us",
                              regions, "confirmed on the command line", error);
  if (voice == NULL)
    return MYNA_CLI_FAILED;
  status = myna_cli_prepare_voice (library, voice, options.quiet, error);
  if (status != MYNA_CLI_DONE)
    return status;
  if (options.json)
    print_voice_json (voice);
  else
    print_voice (voice);
  return MYNA_CLI_DONE;
}

static MynaCliStatus
run_set (MynaLibrary *library, int argc, char **argv, GError **error)
{
  const MynaCliVoiceChanges changes = { options.reference,   nth (options.from, 0),
                                        nth (options.to, 0), options.reference_text,
                                        options.models,      options.quiet };
  MynaCliStatus status;
  MynaVoice *voice;

  if (argc != 1)
    return myna_cli_usage_error ("voices", _ ("“set” takes the name of one voice."));
  voice = myna_cli_find_voice (library, argv[0], error);
  if (voice == NULL || !myna_cli_check_writable (library, error))
    return MYNA_CLI_FAILED;
  status = myna_cli_voices_set (library, voice, &changes, error);
  if (status == MYNA_CLI_DONE && options.json)
    print_voice_json (voice);
  else if (status == MYNA_CLI_DONE)
    print_voice (voice);
  return status;
}

static MynaCliStatus
run_remove (MynaLibrary *library, int argc, char **argv, GError **error)
{
  MynaVoices *voices = myna_library_get_voices (library);
  MynaVoice *voice;

  if (argc != 1)
    return myna_cli_usage_error ("voices", _ ("“remove” takes the name of one voice."));
  voice = myna_cli_find_voice (library, argv[0], error);
  if (voice == NULL || !myna_cli_check_writable (library, error))
    return MYNA_CLI_FAILED;
  myna_voices_remove (voices, voice);
  myna_voices_purge_removed (voices);
  return MYNA_CLI_DONE;
}

typedef MynaCliStatus (*Action) (MynaLibrary *library, int argc, char **argv, GError **error);

static Action
find_action (const char *name)
{
  static const struct
  {
    const char *name;
    Action action;
  } actions[] = {
    { "list", run_list }, { "add", run_add },       { "show", run_show },
    { "set", run_set },   { "remove", run_remove },
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (strcmp (name, actions[i].name) == 0)
      return actions[i].action;
  return NULL;
}

/**
 * myna_cli_voices:
 *
 * The command "voices".
 */
MynaCliStatus
myna_cli_voices (int argc, char **argv)
{
  g_autoptr (MynaLibrary) library = NULL;
  g_autoptr (GError) error = NULL;
  MynaCliStatus status;
  Action action;

  options.stream = -1;
  if (!myna_cli_parse (&argc, &argv,
                       _ ("[list | add NAME --audio FILE… | show NAME | set NAME | remove NAME]"),
                       _ ("The voices of the library."), entries,
                       _ ("A voice takes 30 to 60 seconds of one person speaking clearly, in one "
                          "or several files. The\ntranscript is optional and makes it better.")))
    return MYNA_CLI_USAGE;
  action = find_action (argc > 1 ? argv[1] : "list");
  if (action == NULL)
    return myna_cli_usage_error ("voices", _ ("unknown action “%s”."), argv[1]);
  library = myna_cli_open_library (&error);
  if (library == NULL)
    return myna_cli_fail (error);
  status = action (library, MAX (argc - 2, 0), argv + MIN (argc, 2), &error);
  myna_library_close (library);
  return error != NULL ? myna_cli_fail (error) : status;
}
