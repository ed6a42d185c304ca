/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "app/cli/myna-cli-common.h"
#include "app/cli/myna-cli-work.h"
#include "engine/audio/myna-audio-probe.h"
#include "engine/audio/myna-audio-writer.h"
#include "engine/core/myna-error.h"
#include "engine/text/myna-language.h"
#include "engine/text/myna-segment.h"
#include "engine/voice/gptsovits/myna-gsv-engine.h"
#include "gpu/gpu-device.h"

/* myna speak: a text in a voice, to a file. */

#define MAX_TEXT_BYTES (16 * 1024 * 1024)
#define DEFAULT_PAUSE 0.25

static struct
{
  char *voice;
  char *reference;
  char *reference_text;
  char *reference_language;
  char *from;
  char *to;
  int stream;
  char *text;
  char *text_file;
  char *language;
  char *engine;
  char *device;
  gint64 seed;
  double speed;
  double pitch;
  double clarity;
  double pause;
  char *cut;
  char *output;
  gboolean json;
  gboolean quiet;
} options;

static const GOptionEntry entries[] = {
  { "voice", 'v', 0, G_OPTION_ARG_FILENAME, &options.voice,
    N_ ("Voice of the library, by name or id"), N_ ("NAME") },
  { "reference", 'r', 0, G_OPTION_ARG_FILENAME, &options.reference,
    N_ ("Instead of a voice: audio or video file to speak like"), N_ ("FILE") },
  { "reference-text", 0, 0, G_OPTION_ARG_FILENAME, &options.reference_text,
    N_ ("What is said in the reference; makes it better"), N_ ("TEXT") },
  { "reference-language", 0, 0, G_OPTION_ARG_STRING, &options.reference_language,
    N_ ("Language of the reference; as --language when not given"), N_ ("CODE") },
  { "from", 0, 0, G_OPTION_ARG_STRING, &options.from,
    N_ ("Where the part of the reference begins, in seconds or as 1:30"), N_ ("TIME") },
  { "to", 0, 0, G_OPTION_ARG_STRING, &options.to, N_ ("Where the part of the reference ends"),
    N_ ("TIME") },
  { "stream", 0, 0, G_OPTION_ARG_INT, &options.stream,
    N_ ("Audio stream of the reference, by its index"), N_ ("N") },
  { "text", 't', 0, G_OPTION_ARG_FILENAME, &options.text, N_ ("What to say"), N_ ("TEXT") },
  { "text-file", 'f', 0, G_OPTION_ARG_FILENAME, &options.text_file,
    N_ ("File with what to say; - for the standard input"), N_ ("FILE") },
  { "language", 'l', 0, G_OPTION_ARG_STRING, &options.language,
    N_ ("Language of the text, such as en-us, de or cmn; the voice's own when not given"),
    N_ ("CODE") },
  { "engine", 'e', 0, G_OPTION_ARG_STRING, &options.engine,
    N_ ("Speech engine: draft (the default) or gpt-sovits"), N_ ("NAME") },
  { "device", 'd', 0, G_OPTION_ARG_STRING, &options.device,
    N_ ("Where gpt-sovits computes: auto (the default) or an id of “myna devices”"), N_ ("ID") },
  { "seed", 0, 0, G_OPTION_ARG_INT64, &options.seed,
    N_ ("Another number, another delivery; the same number, the same audio (0)"), N_ ("N") },
  { "speed", 0, 0, G_OPTION_ARG_DOUBLE, &options.speed,
    N_ ("Pace, from 0.5 to 2; 1 is the person's own"), N_ ("X") },
  { "pitch", 0, 0, G_OPTION_ARG_DOUBLE, &options.pitch, N_ ("Semitones to add, from -12 to 12"),
    N_ ("N") },
  { "clarity", 0, 0, G_OPTION_ARG_DOUBLE, &options.clarity,
    N_ ("From 0 (like the person) to 1 (clear); by the sample's length when not given"), N_ ("X") },
  { "pause", 0, 0, G_OPTION_ARG_DOUBLE, &options.pause,
    N_ ("Seconds between sentences, from 0 to 10 (0.25)"), N_ ("X") },
  { "cut", 0, 0, G_OPTION_ARG_STRING, &options.cut,
    N_ ("What gpt-sovits speaks at once: sentences (the default), four-clauses, fifty, "
        "chinese-stops, english-stops or punctuation"),
    N_ ("METHOD") },
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
    N_ ("File to write: .wav, .flac, .opus or .mp3; replaced when it exists"), N_ ("FILE") },
  { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print JSON"), NULL },
  { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, N_ ("Show no progress"), NULL },
  G_OPTION_ENTRY_NULL,
};

/* What one call of the command holds. */
typedef struct
{
  MynaCliWork work;
  char *text;
  char *output;
  MynaVoiceRegion *reference;
} Speak;

static void
speak_clear (Speak *self)
{
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->output, g_free);
  g_clear_pointer (&self->reference, myna_voice_region_free);
  myna_cli_work_clear (&self->work);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Speak, speak_clear)

static gboolean
is_gpt_sovits (void)
{
  return g_strcmp0 (options.engine, MYNA_GSV_ENGINE_ID) == 0;
}

static const char *
check_cut (void)
{
  MynaTakeCut cut;

  if (options.cut != NULL && !is_gpt_sovits ())
    return _ ("--cut needs --engine gpt-sovits; the draft voice speaks sentences.");
  if (options.cut != NULL && !myna_take_cut_from_id (options.cut, &cut))
    return _ ("--cut is sentences, four-clauses, fifty, chinese-stops, english-stops or "
              "punctuation.");
  return NULL;
}

/* NULL when the options make sense, else what is wrong with them. */
static const char *
check_options (int argc)
{
  if (argc > 1)
    return _ ("it takes no arguments but options; put the text in quotes after --text.");
  if ((options.voice != NULL) == (options.reference != NULL))
    return _ ("say who speaks: either --voice NAME or --reference FILE.");
  if ((options.text != NULL) == (options.text_file != NULL))
    return _ ("say what to speak: either --text TEXT or --text-file FILE.");
  if (options.output == NULL)
    return _ ("say where to write: -o FILE.");
  if (!myna_cli_is_between (options.speed, 0.5, 2))
    return _ ("--speed is from 0.5 to 2.");
  if (!myna_cli_is_between (options.pitch, -12, 12))
    return _ ("--pitch is from -12 to 12.");
  if (!myna_cli_is_between (options.clarity, 0, 1) && options.clarity >= 0)
    return _ ("--clarity is from 0 to 1.");
  if (!myna_cli_is_between (options.pause, 0, 10))
    return _ ("--pause is from 0 to 10.");
  if (options.device != NULL && !is_gpt_sovits ())
    return _ ("--device needs --engine gpt-sovits; the draft voice uses the processor.");
  if (options.seed < 0 || options.seed > G_MAXUINT32)
    return _ ("--seed is a whole number from 0 to 4294967295.");
  return check_cut ();
}

static char *
read_stream (FILE *file, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char block[65536];
  size_t n;

  while ((n = fread (block, 1, sizeof block, file)) > 0 && text->len <= MAX_TEXT_BYTES)
    g_string_append_len (text, block, (gssize) n);
  /* Zero bytes are no text; they must not end it. */
  for (gsize i = 0; i < text->len; i++)
    if (text->str[i] == '\0')
      text->str[i] = ' ';
  if (!ferror (file))
    return g_string_free_and_steal (g_steal_pointer (&text));
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_FAILED, _ ("The text could not be read: %s."),
               g_strerror (errno));
  return NULL;
}

static gboolean
read_text (Speak *self, GError **error)
{
  FILE *file;

  if (options.text != NULL)
    self->text = g_strdup (options.text);
  else if (strcmp (options.text_file, "-") == 0)
    self->text = read_stream (stdin, error);
  else
    {
      file = g_fopen (options.text_file, "re");
      if (file == NULL)
        {
          myna_error_set_from_errno (error, errno, options.text_file);
          return FALSE;
        }
      self->text = read_stream (file, error);
      fclose (file);
    }
  if (self->text != NULL && !myna_segment_has_speech (self->text, -1))
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                           _ ("There is nothing to say: the text has no words."));
      return FALSE;
    }
  return self->text != NULL;
}

static gboolean
check_output (Speak *self, GError **error)
{
  self->output = g_canonicalize_filename (options.output, NULL);
  if (!myna_audio_format_is_known (self->output))
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("“%s” has no known format. Use a name that ends in .wav, .flac, .opus or "
                      ".mp3."),
                   options.output);
      return FALSE;
    }
  return myna_cli_check_output (self->output, error);
}

static gboolean
check_language (const char *code, GError **error)
{
  g_autofree char *resolved = code != NULL ? myna_language_resolve (code, error) : NULL;

  return code == NULL || resolved != NULL;
}

static gboolean
check_reference (Speak *self, GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GPtrArray) streams = NULL;
  double from = 0;
  double to = 0;

  if (options.reference == NULL)
    return TRUE;
  path = g_canonicalize_filename (options.reference, NULL);
  streams = myna_audio_probe (path, error);
  if (streams == NULL)
    return FALSE;
  if ((options.from != NULL && !myna_cli_parse_time (options.from, &from)) ||
      (options.to != NULL && !myna_cli_parse_time (options.to, &to)) || (to > 0 && to <= from))
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED,
                           _ ("--from and --to are times such as 12.5 or 1:30, in order."));
      return FALSE;
    }
  self->reference = myna_voice_region_new (path, options.stream, from, to, options.reference_text);
  return TRUE;
}

/* The job finds the device again by its id. */
static gboolean
check_device (GError **error)
{
  g_autoptr (GpuDevice) device = NULL;

  if (options.device == NULL)
    return TRUE;
  device = gpu_device_choose (options.device, error);
  return device != NULL;
}

/* What is missing is said before a job is made of it. */
static gboolean
check_engine (MynaVoice *voice, GError **error)
{
  const MynaVoiceRecord *record = voice != NULL ? myna_voice_get_record (voice) : NULL;
  const char *language = options.language;
  g_autofree char *resolved = NULL;

  if (!is_gpt_sovits ())
    return TRUE;
  if (language == NULL && record != NULL)
    language = record->language;
  resolved = language != NULL ? myna_language_resolve (language, NULL) : NULL;
  return myna_gsv_engine_is_ready (resolved, record != NULL ? record->folder : NULL, error);
}

static MynaJob *
enqueue (Speak *self, GError **error)
{
  MynaTakes *takes = myna_library_get_takes (myna_cli_work_get_library (&self->work));
  MynaSpeakParams params = MYNA_SPEAK_PARAMS_INIT;
  MynaFileRequest request = { 0 };
  MynaTakeCut cut;

  if (options.engine != NULL && !myna_takes_set_engine (takes, options.engine, error))
    return NULL;
  myna_takes_set_device (takes, options.device);
  if (myna_take_cut_from_id (options.cut, &cut))
    myna_takes_set_cut (takes, cut);
  if (options.voice != NULL)
    request.voice = myna_cli_find_voice (self->work.library, options.voice, error);
  if ((options.voice != NULL && request.voice == NULL) || !check_engine (request.voice, error))
    return NULL;
  request.reference = self->reference;
  request.reference_language = options.reference_language;
  request.output = self->output;
  params.language = options.language;
  params.seed = (guint32) options.seed;
  params.speed = options.speed;
  params.pitch = options.pitch;
  params.clarity = options.clarity;
  return myna_takes_speak_to_file (takes, &request, self->text, &params, options.pause, error);
}

static void
print_result (Speak *self, MynaJob *job)
{
  g_autoptr (JsonBuilder) json = NULL;
  g_autoptr (GPtrArray) streams = myna_audio_probe (self->output, NULL);
  double seconds = streams != NULL && streams->len > 0
                       ? ((const MynaAudioStream *) streams->pdata[0])->duration
                       : -1;

  if (!options.json)
    {
      printf ("%s\n", self->output);
      return;
    }
  json = json_builder_new ();
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "output");
  json_builder_add_string_value (json, self->output);
  json_builder_set_member_name (json, "seconds");
  json_builder_add_double_value (json, seconds);
  json_builder_set_member_name (json, "elapsed");
  json_builder_add_double_value (json, myna_job_get_elapsed (job));
  myna_cli_add_strings (json, "warnings", myna_job_get_warnings (job));
  json_builder_end_object (json);
  myna_cli_print_json (json);
}

static MynaCliStatus
run (Speak *self, GError **error)
{
  g_autoptr (MynaJob) job = enqueue (self, error);
  MynaCliStatus status;

  if (job == NULL)
    return MYNA_CLI_FAILED;
  g_object_ref (job);
  status = myna_cli_work_run (&self->work, job, options.quiet, error);
  if (status == MYNA_CLI_DONE)
    print_result (self, job);
  return status;
}

/**
 * myna_cli_speak:
 *
 * The command "speak".
 */
MynaCliStatus
myna_cli_speak (int argc, char **argv)
{
  g_auto (Speak) self = { 0 };
  g_autoptr (GError) error = NULL;
  MynaCliStatus status = MYNA_CLI_FAILED;
  const char *wrong;

  options.stream = -1;
  options.speed = 1;
  options.clarity = -1;
  options.pause = DEFAULT_PAUSE;
  if (!myna_cli_parse (
          &argc, &argv,
          _ ("(--voice NAME | --reference FILE) (--text TEXT | --text-file FILE) -o OUT"),
          _ ("Speaks a text in a voice, to an audio file."), entries,
          _ ("The work is a job of the queue: when it is interrupted, “myna jobs resume” goes on "
             "with it.")))
    return MYNA_CLI_USAGE;
  wrong = check_options (argc);
  if (wrong != NULL)
    return myna_cli_usage_error ("speak", "%s", wrong);
  if (read_text (&self, &error) && check_output (&self, &error) &&
      check_language (options.language, &error) &&
      check_language (options.reference_language, &error) && check_reference (&self, &error) &&
      check_device (&error) && myna_cli_work_open (&self.work, options.voice != NULL, &error))
    status = run (&self, &error);
  return error != NULL ? myna_cli_fail (error) : status;
}
