/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app/cli/myna-cli-common.h"
#include "engine/core/myna-sidecar.h"
#include "engine/voice/draft/myna-draft-engine.h"
#include "engine/voice/draft/myna-draft-espeak.h"
#include "engine/voice/myna-voice-maker.h"

/* myna bench speak: how fast the draft voice is, beside espeak-ng alone in the same run. */

#define EXAMPLE_SECONDS 60

static const char *const sentences[] = {
  "The birch canoe slid on the smooth planks.",  "Glue the sheet to the dark blue background.",
  "It is easy to tell the depth of a well.",     "These days a chicken leg is a rare dish.",
  "Rice is often served in round bowls.",        "The juice of lemons makes fine punch.",
  "The box was thrown beside the parked truck.", "The hogs were fed chopped corn and garbage.",
  "Four hours of steady work faced us.",         "A large size in stockings is hard to sell.",
};

static const guint lengths[] = { 1, 5, 20, 100 };

static struct
{
  char *engine;
  char *device;
  char *reference;
  char *reference_text;
  int runs;
  gboolean json;
} options;

static const GOptionEntry entries[] = {
  { "engine", 'e', 0, G_OPTION_ARG_STRING, &options.engine,
    N_ ("What to measure: “draft” or “gpt-sovits” (draft)"), N_ ("ENGINE") },
  { "device", 'd', 0, G_OPTION_ARG_STRING, &options.device, N_ ("Device to measure (cpu)"),
    N_ ("ID") },
  { "reference", 'r', 0, G_OPTION_ARG_FILENAME, &options.reference,
    N_ ("Recording of the voice, instead of the example"), N_ ("FILE") },
  { "reference-text", 0, 0, G_OPTION_ARG_FILENAME, &options.reference_text,
    N_ ("What is said in it"), N_ ("TEXT") },
  /* Others on the machine disturb a figure, nothing makes it better than it is. */
  { "runs", 0, 0, G_OPTION_ARG_INT, &options.runs,
    N_ ("Measure so many times and show the best (3)"), N_ ("N") },
  { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print JSON"), NULL },
  G_OPTION_ENTRY_NULL,
};

/* What one text length gave. */
typedef struct
{
  guint n_sentences;
  double first;   /* seconds until the first audio */
  double elapsed; /* seconds for all */
  double cpu;     /* processor seconds for all */
  double audio;   /* seconds of speech */
} Figure;

static double
now (clockid_t clock)
{
  struct timespec t = { 0 };

  clock_gettime (clock, &t);
  return (double) t.tv_sec + (double) t.tv_nsec * 1e-9;
}

/* Speaks a sentence; returns its seconds of audio, or < 0 on error. */
typedef double (*SpeakFunc) (const char *sentence, guint number, gpointer data, GError **error);

static double
speak_draft (const char *sentence, guint number, gpointer data, GError **error)
{
  MynaSpeakParams params = MYNA_SPEAK_PARAMS_INIT;
  g_autoptr (MynaSpeech) speech = NULL;

  params.language = "en-us";
  params.seed = number;
  speech = myna_prepared_voice_speak (data, sentence, &params, NULL, error);
  return speech != NULL ? (double) speech->n_samples / speech->rate : -1;
}

static double
speak_espeak (const char *sentence, guint number, gpointer data, GError **error)
{
  g_autoptr (MynaDraftRendition) rendition =
      myna_draft_rendition_new ("en-us", sentence, NULL, NULL, error);

  return rendition != NULL ? (double) rendition->n_samples / rendition->rate : -1;
}

static gboolean
measure_once (SpeakFunc func, gpointer data, Figure *figure, GError **error)
{
  double start = now (CLOCK_MONOTONIC);
  double cpu = now (CLOCK_PROCESS_CPUTIME_ID);

  figure->audio = 0;
  for (guint i = 0; i < figure->n_sentences; i++)
    {
      double seconds = func (sentences[i % G_N_ELEMENTS (sentences)], i, data, error);

      if (seconds < 0)
        return FALSE;
      figure->audio += seconds;
      if (i == 0)
        figure->first = now (CLOCK_MONOTONIC) - start;
    }
  figure->elapsed = now (CLOCK_MONOTONIC) - start;
  figure->cpu = now (CLOCK_PROCESS_CPUTIME_ID) - cpu;
  return TRUE;
}

static gboolean
measure (SpeakFunc func, gpointer data, guint n_sentences, Figure *best, GError **error)
{
  Figure figure = { n_sentences, 0, 0, 0, 0 };

  for (int run = 0; run < options.runs; run++)
    {
      if (!measure_once (func, data, &figure, error))
        return FALSE;
      if (run == 0)
        *best = figure;
      best->first = MIN (best->first, figure.first);
      best->elapsed = MIN (best->elapsed, figure.elapsed);
      best->cpu = MIN (best->cpu, figure.cpu);
    }
  return TRUE;
}

static void
add_figure_json (JsonBuilder *json, const char *name, const Figure *figure)
{
  json_builder_set_member_name (json, name);
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "audio-seconds");
  json_builder_add_double_value (json, figure->audio);
  json_builder_set_member_name (json, "elapsed-seconds");
  json_builder_add_double_value (json, figure->elapsed);
  json_builder_set_member_name (json, "cpu-seconds");
  json_builder_add_double_value (json, figure->cpu);
  json_builder_set_member_name (json, "first-audio-seconds");
  json_builder_add_double_value (json, figure->first);
  json_builder_set_member_name (json, "rtf");
  json_builder_add_double_value (json, figure->elapsed / figure->audio);
  json_builder_end_object (json);
}

static void
print_json (const Figure *draft, const Figure *espeak, double voice, double prepare, double load)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "voice-seconds");
  json_builder_add_double_value (json, voice);
  json_builder_set_member_name (json, "prepare-seconds");
  json_builder_add_double_value (json, prepare);
  json_builder_set_member_name (json, "load-seconds");
  json_builder_add_double_value (json, load);
  json_builder_set_member_name (json, "speak");
  json_builder_begin_array (json);
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      json_builder_begin_object (json);
      json_builder_set_member_name (json, "sentences");
      json_builder_add_int_value (json, lengths[i]);
      add_figure_json (json, "draft", &draft[i]);
      add_figure_json (json, "espeak-ng", &espeak[i]);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
  json_builder_end_object (json);
  myna_cli_print_json (json);
}

static void
print_heads (void)
{
  myna_cli_print_cell (_ ("sentences"), 9);
  for (int i = 0; i < 2; i++)
    {
      myna_cli_print_cell (_ ("audio s"), 11);
      myna_cli_print_cell ("RTF", 10);
      myna_cli_print_cell (_ ("first ms"), 11);
    }
  printf ("\n");
}

static void
print_table (const Figure *draft, const Figure *espeak, double voice, double prepare, double load)
{
  printf (_ ("A voice of %.1f s: made in %.3f s, loaded again in %.3f s.\n"), voice, prepare, load);
  printf ("%9s  %-30s  %-30s\n", "", "draft", "espeak-ng");
  print_heads ();
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    printf ("%9u  %9.1f %9.4f %10.1f  %9.1f %9.4f %10.1f\n", lengths[i], draft[i].audio,
            draft[i].elapsed / draft[i].audio, draft[i].first * 1000, espeak[i].audio,
            espeak[i].elapsed / espeak[i].audio, espeak[i].first * 1000);
}

static GPtrArray *
find_recordings (GError **error)
{
  GPtrArray *regions;

  if (options.reference == NULL)
    return myna_cli_find_example (EXAMPLE_SECONDS, error);
  regions = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_voice_region_free);
  g_ptr_array_add (regions,
                   myna_voice_region_new (options.reference, -1, 0, 0, options.reference_text));
  return regions;
}

static MynaPreparedVoice *
prepare (const MynaVoiceRecord *record, double *seconds, GError **error)
{
  double start = now (CLOCK_MONOTONIC);
  MynaPreparedVoice *voice =
      myna_prepared_voice_new (myna_draft_engine_get (), record, NULL, NULL, NULL, error);

  *seconds = now (CLOCK_MONOTONIC) - start;
  return voice;
}

static MynaCliStatus
bench_speak (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) regions = find_recordings (error);
  g_autoptr (MynaVoiceRecord) record = NULL;
  g_autoptr (MynaPreparedVoice) built = NULL;
  g_autoptr (MynaPreparedVoice) voice = NULL;
  Figure draft[G_N_ELEMENTS (lengths)];
  Figure espeak[G_N_ELEMENTS (lengths)];
  double prepare_seconds;
  double load_seconds;

  if (regions != NULL)
    record = myna_voice_make (folder, "bench", "bench", "en-us", regions, "bench", NULL, error);
  if (record != NULL)
    built = prepare (record, &prepare_seconds, error);
  if (built != NULL)
    voice = prepare (record, &load_seconds, error);
  if (voice == NULL)
    return MYNA_CLI_FAILED;
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    if (!measure (speak_draft, voice, lengths[i], &draft[i], error) ||
        !measure (speak_espeak, NULL, lengths[i], &espeak[i], error))
      return MYNA_CLI_FAILED;
  if (options.json)
    print_json (draft, espeak, myna_voice_record_get_duration (record), prepare_seconds,
                load_seconds);
  else
    print_table (draft, espeak, myna_voice_record_get_duration (record), prepare_seconds,
                 load_seconds);
  return MYNA_CLI_DONE;
}

/**
 * myna_cli_bench:
 *
 * The command "bench".
 */
MynaCliStatus
myna_cli_bench (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = NULL;
  g_autofree char *folder = NULL;
  MynaCliStatus status;

  if (argc > 1 && strcmp (argv[1], "ops") == 0)
    return myna_cli_bench_ops (argc, argv);
  if (argc > 1 && strcmp (argv[1], "lipsync") == 0)
    return myna_cli_bench_lipsync (argc, argv);
  options.runs = 3;
  if (!myna_cli_parse (&argc, &argv, "[speak|ops|lipsync]",
                       _ ("Measures the draft voice beside espeak-ng alone: real-time factor (RTF) "
                          "and time to the first audio; or GPT-SoVITS' networks, with made-up "
                          "weights, beside PyTorch."),
                       entries, _ ("“myna bench ops” measures what models are made of.")))
    return MYNA_CLI_USAGE;
  if (argc > 2 || (argc == 2 && strcmp (argv[1], "speak") != 0))
    return myna_cli_usage_error ("bench", _ ("it measures “speak” or “ops”."));
  if (options.runs < 1 || options.runs > 100)
    return myna_cli_usage_error ("bench", _ ("--runs is from 1 to 100."));
  if (g_strcmp0 (options.engine, "gpt-sovits") == 0)
    return myna_cli_bench_gptsovits (options.device, options.runs, options.json);
  if (options.engine != NULL && strcmp (options.engine, "draft") != 0)
    return myna_cli_usage_error ("bench", _ ("the engine is “draft” or “gpt-sovits”."));
  dir = g_dir_make_tmp ("myna-bench-XXXXXX", &error);
  if (dir == NULL)
    return myna_cli_fail (error);
  folder = g_build_filename (dir, "voice", NULL);
  status = bench_speak (folder, &error);
  myna_remove_tree (dir, NULL);
  return error != NULL ? myna_cli_fail (error) : status;
}
