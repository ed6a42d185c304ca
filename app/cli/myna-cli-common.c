/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/cli/myna-cli-common.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "engine/audio/myna-audio-probe.h"
#include "engine/core/myna-error.h"

/**
 * myna_cli_parse:
 * @argc: (inout): number of arguments
 * @argv: (inout): arguments, argv[0] the command's name
 * @parameters: what follows the name in the usage line
 * @summary: what the command does
 * @entries: its options
 * @description: (nullable): more, below the options
 *
 * Parses the options of a command; --help prints and ends the process, as GOption does. A wrong
 * option is told on the standard error.
 *
 * Returns: %FALSE when the command must end with the status for wrong usage
 */
gboolean
myna_cli_parse (int *argc,
                char ***argv,
                const char *parameters,
                const char *summary,
                const GOptionEntry *entries,
                const char *description)
{
  g_autoptr (GOptionContext) context = g_option_context_new (parameters);
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_strconcat ("myna ", (*argv)[0], NULL);

  g_set_prgname (name);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (g_option_context_parse (context, argc, argv, &error))
    return TRUE;
  fprintf (stderr, "%s: %s\n", name, error->message);
  fprintf (stderr, _ ("“%s --help” shows how it is used.\n"), name);
  return FALSE;
}

/**
 * myna_cli_usage_error:
 * @command: the command's name
 * @format: what is wrong with its arguments
 *
 * Returns: the status to end with
 */
MynaCliStatus
myna_cli_usage_error (const char *command, const char *format, ...)
{
  va_list args;

  fprintf (stderr, "myna %s: ", command);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fprintf (stderr, "\n");
  fprintf (stderr, _ ("“%s --help” shows how it is used.\n"), g_get_prgname ());
  return MYNA_CLI_USAGE;
}

/**
 * myna_cli_is_between:
 *
 * Returns: whether a number lies in a range, its ends included; never for what is no number
 */
gboolean
myna_cli_is_between (double value, double low, double high)
{
  return value >= low && value <= high;
}

/**
 * myna_cli_parse_time:
 * @text: "12.5", "1:30" or "1:02:03"
 * @seconds: (out): the time
 *
 * Returns: whether it is a time
 */
gboolean
myna_cli_parse_time (const char *text, double *seconds)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 4);
  guint n = g_strv_length (parts);

  *seconds = 0;
  for (guint i = 0; i < n; i++)
    {
      char *end = NULL;
      double value = g_ascii_strtod (parts[i], &end);

      if (end == parts[i] || *end != '\0' || !(value >= 0 && value < 1e7))
        return FALSE;
      *seconds = *seconds * 60 + value;
    }
  return n >= 1 && n <= 3;
}

/**
 * myna_cli_fail:
 * @error: why
 *
 * Tells why a command failed: one sentence on the standard error.
 *
 * Returns: the status to end with
 */
MynaCliStatus
myna_cli_fail (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      fprintf (stderr, "myna: %s\n", _ ("Cancelled."));
      return MYNA_CLI_CANCELLED;
    }
  fprintf (stderr, "myna: %s\n", error->message);
  return MYNA_CLI_FAILED;
}

/**
 * myna_cli_fail_with:
 * @format: why, a sentence
 *
 * Like myna_cli_fail().
 */
MynaCliStatus
myna_cli_fail_with (const char *format, ...)
{
  va_list args;

  fprintf (stderr, "myna: ");
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fprintf (stderr, "\n");
  return MYNA_CLI_FAILED;
}

/**
 * myna_cli_warn:
 * @text: a sentence for the user
 */
void
myna_cli_warn (const char *text)
{
  fprintf (stderr, "%s %s\n", _ ("Note:"), text);
}

/**
 * myna_cli_get_columns:
 * @text: what is printed
 *
 * Returns: how many columns @text takes on a terminal. A Chinese character is two wide, and
 * printf() counts its three bytes.
 */
int
myna_cli_get_columns (const char *text)
{
  int columns = 0;

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      columns += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
    }
  return columns;
}

/**
 * myna_cli_print_cell:
 * @text: the head of a column
 * @columns: how wide the column is
 *
 * Prints @text at the right of its column, as "%*s" does with a number.
 */
void
myna_cli_print_cell (const char *text, int columns)
{
  printf ("%*s%s", MAX (columns - myna_cli_get_columns (text), 0), "", text);
}

/**
 * myna_cli_print_json:
 * @builder: a whole value
 *
 * Prints it on the standard output.
 */
void
myna_cli_print_json (JsonBuilder *builder)
{
  g_autoptr (JsonNode) node = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (node, TRUE);

  puts (text);
}

/**
 * myna_cli_add_strings:
 * @builder: inside an object
 * @name: of the member
 * @strings: (nullable): its strings; %NULL gives an empty array
 */
void
myna_cli_add_strings (JsonBuilder *builder, const char *name, const char *const *strings)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; strings != NULL && strings[i] != NULL; i++)
    json_builder_add_string_value (builder, strings[i]);
  json_builder_end_array (builder);
}

/**
 * myna_cli_format_duration:
 * @seconds: a length of time
 *
 * Returns: (transfer full): such as "1:05" or "2:00:01"
 */
char *
myna_cli_format_duration (double seconds)
{
  int total = (int) (CLAMP (seconds, 0, 1e8) + 0.5);

  if (total >= 3600)
    return g_strdup_printf ("%d:%02d:%02d", total / 3600, total / 60 % 60, total % 60);
  return g_strdup_printf ("%d:%02d", total / 60, total % 60);
}

/**
 * myna_cli_open_library:
 * @error: return location
 *
 * Opens the user's library: to write when nobody else does, else to read. No job starts by itself:
 * a command runs only its own.
 *
 * Returns: (transfer full): the library
 */
MynaLibrary *
myna_cli_open_library (GError **error)
{
  MynaLibrary *library = myna_library_open (
      NULL, MYNA_LIBRARY_OPEN_READ_ONLY_IF_BUSY | MYNA_LIBRARY_OPEN_PAUSED, error);

  if (library != NULL && myna_library_get_recovery_notice (library) != NULL)
    myna_cli_warn (myna_library_get_recovery_notice (library));
  return library;
}

/**
 * myna_cli_find_voice:
 * @library: the library
 * @name: a voice's name or id
 * @error: return location
 *
 * Returns: (transfer none): the voice; %NULL with NOT_FOUND
 */
MynaVoice *
myna_cli_find_voice (MynaLibrary *library, const char *name, GError **error)
{
  MynaVoices *voices = myna_library_get_voices (library);
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  MynaVoice *voice = myna_voices_find_by_name (voices, valid);

  if (voice == NULL)
    voice = myna_voices_find (voices, valid);
  if (voice == NULL)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND,
                 _ ("There is no voice “%s”; “myna voices” lists them."), valid);
  return voice;
}

/**
 * myna_cli_check_writable:
 * @library: the library
 * @error: return location
 *
 * Returns: %FALSE with BUSY when nothing can be changed
 */
gboolean
myna_cli_check_writable (MynaLibrary *library, GError **error)
{
  if (!myna_library_is_read_only (library))
    return TRUE;
  g_set_error (
      error, MYNA_ERROR, MYNA_ERROR_BUSY,
      _ ("“%s” is in use by another Myna, or cannot be written; nothing was changed. Close "
         "the other one and try again."),
      myna_library_get_data_dir (library));
  return FALSE;
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
find_example_dir (void)
{
  const char *const *dirs = g_get_system_data_dirs ();
  const char *given = g_getenv ("MYNA_EXAMPLE_DIR");

  if (given != NULL && *given != '\0')
    return g_strdup (given);
  for (guint i = 0; dirs[i] != NULL; i++)
    {
      g_autofree char *dir = g_build_filename (dirs[i], "myna", "example", NULL);

      if (g_file_test (dir, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&dir);
    }
  return g_build_filename (MYNA_PKGDATADIR, "example", NULL);
}

static GPtrArray *
list_waves (const char *folder)
{
  GPtrArray *waves = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".wav"))
      g_ptr_array_add (waves, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (waves, compare_paths);
  return waves;
}

static double
get_seconds (const char *path)
{
  g_autoptr (GPtrArray) streams = myna_audio_probe (path, NULL);

  return streams != NULL && streams->len > 0
             ? ((const MynaAudioStream *) streams->pdata[0])->duration
             : -1;
}

static char *
read_transcript (const char *wave)
{
  g_autofree char *path = g_strdup (wave);
  char *text = NULL;

  strcpy (path + strlen (path) - strlen (".wav"), ".txt");
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  return g_strstrip (text);
}

/**
 * myna_cli_find_portrait:
 *
 * Returns: (transfer full) (nullable): the photo of a face in the example's folder; %NULL when the
 *   example came without it
 */
char *
myna_cli_find_portrait (void)
{
  g_autofree char *folder = find_example_dir ();
  g_autofree char *path = g_build_filename (folder, "portrait.png", NULL);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&path) : NULL;
}

/**
 * myna_cli_find_example:
 * @max_seconds: how much of it
 * @error: return location
 *
 * The example is a folder of sentences NAME.wav with what is said in NAME.txt: $MYNA_EXAMPLE_DIR,
 * or myna/example in a data folder of the system.
 *
 * Returns: (transfer full) (element-type MynaVoiceRegion): its sentences; %NULL with NOT_FOUND
 */
GPtrArray *
myna_cli_find_example (double max_seconds, GError **error)
{
  g_autofree char *folder = find_example_dir ();
  g_autoptr (GPtrArray) waves = list_waves (folder);
  g_autoptr (GPtrArray) regions =
      g_ptr_array_new_with_free_func ((GDestroyNotify) myna_voice_region_free);
  double total = 0;

  for (guint i = 0; i < waves->len; i++)
    {
      const char *wave = g_ptr_array_index (waves, i);
      g_autofree char *transcript = read_transcript (wave);
      double seconds = get_seconds (wave);

      if (seconds <= 0 || total + seconds > max_seconds)
        continue;
      total += seconds;
      g_ptr_array_add (regions, myna_voice_region_new (wave, -1, 0, 0, transcript));
    }
  if (regions->len > 0)
    return g_steal_pointer (&regions);
  g_set_error (
      error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND,
      _ ("The example recordings are not in “%s”. Set MYNA_EXAMPLE_DIR to a folder of .wav "
         "files with .txt transcripts."),
      folder);
  return NULL;
}

/**
 * myna_cli_add_nullable:
 * @json: inside an object
 * @name: of the member
 * @value: (nullable): its text; %NULL becomes null
 */
void
myna_cli_add_nullable (JsonBuilder *json, const char *name, const char *value)
{
  json_builder_set_member_name (json, name);
  if (value != NULL)
    json_builder_add_string_value (json, value);
  else
    json_builder_add_null_value (json);
}
