/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-audio-load.h"
#include "engine/voice/draft/myna-draft-espeak.h"
#include "engine/voice/draft/myna-draft-voice.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/*
 * draft-speak REF.wav[,REF2…] LANGUAGE TRANSCRIPT TEXT OUT.wav
 *
 * Experiments with the draft voice: builds a voice, speaks, prints report and timings as JSON.
 * TRANSCRIPT is "-" for none, the text of the one reference, or "@FILE" with a line a reference.
 * TEXT is a sentence or "@FILE" with a line a sentence. With --espeak the plain espeak-ng reading
 * is written instead, for comparison.
 */

static double clarity = -1, speed = 1, pitch = 0;
static int seed = 0;
static gboolean plain_espeak = FALSE;
static char *speak_language = NULL, *save_path = NULL, *phones_path = NULL;

static const GOptionEntry options[] = {
  { "clarity", 0, 0, G_OPTION_ARG_DOUBLE, &clarity, "0 = person … 1 = clear", "X" },
  { "speed", 0, 0, G_OPTION_ARG_DOUBLE, &speed, "1 = the person's pace", "X" },
  { "pitch", 0, 0, G_OPTION_ARG_DOUBLE, &pitch, "semitones", "X" },
  { "seed", 0, 0, G_OPTION_ARG_INT, &seed, "of the take", "N" },
  { "speak-language", 0, 0, G_OPTION_ARG_STRING, &speak_language, "of the text", "L" },
  { "save", 0, 0, G_OPTION_ARG_FILENAME, &save_path, "keep the voice", "FILE" },
  { "phones", 0, 0, G_OPTION_ARG_FILENAME, &phones_path, "write phone times", "FILE" },
  { "espeak", 0, 0, G_OPTION_ARG_NONE, &plain_espeak, "espeak-ng alone", NULL },
  { NULL }
};

static char **
read_lines (const char *argument)
{
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;

  if (argument[0] != '@')
    return g_strsplit (argument, "\001", -1);
  if (!g_file_get_contents (argument + 1, &contents, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      return NULL;
    }
  return g_strsplit (g_strstrip (contents), "\n", -1);
}

static void
put_u32 (FILE *file, guint32 value)
{
  value = GUINT32_TO_LE (value);
  fwrite (&value, 4, 1, file);
}

static gboolean
write_wav (const char *path, const GArray *samples, int rate)
{
  FILE *file = fopen (path, "wb");

  if (file == NULL)
    return FALSE;
  fwrite ("RIFF", 4, 1, file);
  put_u32 (file, 36 + 2 * samples->len);
  fwrite ("WAVEfmt ", 8, 1, file);
  put_u32 (file, 16);
  put_u32 (file, 1 | 1u << 16);
  put_u32 (file, (guint32) rate);
  put_u32 (file, 2 * (guint32) rate);
  put_u32 (file, 2 | 16u << 16);
  fwrite ("data", 4, 1, file);
  put_u32 (file, 2 * samples->len);
  for (guint i = 0; i < samples->len; i++)
    {
      gint16 value = (gint16) lrintf (CLAMP (g_array_index (samples, float, i), -1, 1) * 32767);

      fwrite (&value, 2, 1, file);
    }
  return fclose (file) == 0;
}

static MynaDraftVoice *
build (const char *references, const char *language, const char *transcript, GError **error)
{
  g_auto (GStrv) paths = g_strsplit (references, ",", -1);
  g_auto (GStrv) texts = read_lines (transcript);
  guint n = g_strv_length (paths);
  g_autofree MynaDraftClip *clips = g_new0 (MynaDraftClip, n);
  g_autoptr (GPtrArray) audio = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_audio_free);
  MynaDraftVoice *voice;
  clock_t start;

  if (texts == NULL || (strcmp (transcript, "-") != 0 && g_strv_length (texts) != n))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%u transcripts are needed", n);
      return NULL;
    }
  for (guint i = 0; i < n; i++)
    {
      MynaAudio *one = myna_audio_load (paths[i], -1, 0, 0, 0, 1, NULL, error);

      if (one == NULL)
        return NULL;
      g_ptr_array_add (audio, one);
      clips[i].samples = one->samples;
      clips[i].n_samples = one->n_frames;
      clips[i].rate = one->rate;
      clips[i].transcript = strcmp (transcript, "-") == 0 ? NULL : texts[i];
    }
  start = clock ();
  voice = myna_draft_voice_build (clips, n, language, NULL, NULL, NULL, error);
  if (voice != NULL)
    {
      const MynaDraftReport *report = myna_draft_voice_get_report (voice);

      g_print ("{\"build_cpu_s\": %.2f, \"speech_s\": %.1f, \"transcript\": %d, \"fit\": %.3f, "
               "\"units\": %u, \"f0\": %.0f, \"snr\": %.0f}\n",
               (double) (clock () - start) / CLOCKS_PER_SEC, report->seconds_of_speech,
               report->used_transcript, report->transcript_fit, report->n_units, report->median_f0,
               report->snr_db);
      for (guint i = 0; report->warnings != NULL && report->warnings[i] != NULL; i++)
        g_print ("warning: %s\n", report->warnings[i]);
    }
  return voice;
}

static void
print_phones (FILE *file, const MynaSpeech *speech, double offset)
{
  for (guint i = 0; i < speech->phones->len; i++)
    {
      const MynaPhone *phone = &g_array_index (speech->phones, MynaPhone, i);

      fprintf (file, "%.4f %.4f %s %d\n", offset + phone->start, offset + phone->end, phone->name,
               phone->word);
    }
}

static gboolean
speak_line (MynaDraftVoice *voice,
            const char *language,
            const char *line,
            GArray *out,
            int *rate,
            FILE *phones,
            GError **error)
{
  MynaSpeakParams params = MYNA_SPEAK_PARAMS_INIT;
  g_autoptr (MynaSpeech) speech = NULL;
  g_autoptr (MynaDraftRendition) rendition = NULL;
  clock_t start = clock ();
  double seconds, took;

  params.language = speak_language;
  params.seed = (guint32) seed;
  params.speed = speed;
  params.pitch = pitch;
  params.clarity = clarity;
  if (plain_espeak)
    {
      rendition = myna_draft_rendition_new (language, line, NULL, NULL, error);
      if (rendition == NULL)
        return FALSE;
      *rate = rendition->rate;
      g_array_append_vals (out, rendition->samples, (guint) rendition->n_samples);
      return TRUE;
    }
  speech = myna_draft_voice_speak (voice, line, &params, NULL, error);
  if (speech == NULL)
    return FALSE;
  took = (double) (clock () - start) / CLOCKS_PER_SEC;
  seconds = (double) speech->n_samples / speech->rate;
  if (phones != NULL)
    print_phones (phones, speech, (double) out->len / speech->rate);
  g_array_append_vals (out, speech->samples, (guint) speech->n_samples);
  *rate = speech->rate;
  g_print ("{\"speech_s\": %.2f, \"cpu_ms\": %.1f, \"cpu_rtf\": %.4f}\n", seconds, took * 1000,
           took / seconds);
  for (guint i = 0; speech->warnings != NULL && speech->warnings[i] != NULL; i++)
    g_print ("warning: %s\n", speech->warnings[i]);
  return TRUE;
}

static gboolean
run (char **arguments, GError **error)
{
  g_autoptr (MynaDraftVoice) voice = NULL;
  g_autoptr (GArray) out = g_array_new (FALSE, FALSE, sizeof (float));
  g_auto (GStrv) lines = read_lines (arguments[4]);
  FILE *phones = phones_path != NULL ? fopen (phones_path, "w") : NULL;
  int rate = 16000;

  if (!plain_espeak)
    {
      if (g_str_has_suffix (arguments[1], ".mynavoice"))
        voice = myna_draft_voice_load (arguments[1], error);
      else
        voice = build (arguments[1], arguments[2], arguments[3], error);
      if (voice == NULL)
        return FALSE;
    }
  if (save_path != NULL && !myna_draft_voice_save (voice, save_path, error))
    return FALSE;
  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    if (*lines[i] != '\0' && !speak_line (voice, arguments[2], lines[i], out, &rate, phones, error))
      return FALSE;
  if (phones != NULL)
    fclose (phones);
  return write_wav (arguments[5], out, rate);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context =
      g_option_context_new ("REF.wav[,REF2…] LANGUAGE TRANSCRIPT TEXT OUT.wav");
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 6)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "five arguments are needed, see --help");
      return 2;
    }
  if (!run (argv, &error))
    {
      g_printerr ("%s\n", error != NULL ? error->message : "could not write");
      return 1;
    }
  return 0;
}
