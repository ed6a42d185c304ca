/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/cli/myna-cli-common.h"
#include "app/cli/myna-cli-peers.h"
#include "engine/voice/gptsovits/myna-gsv-bench-sovits.h"
#include "engine/voice/gptsovits/myna-gsv-bench.h"

/* myna bench speak --engine gpt-sovits: how fast the networks are, with weights of full size that
 * are made up, beside the same maths in PyTorch with the same weights in the same run. */

/* A sentence of five seconds after a reference of five: tokens come at 25 a second. */
#define AUDIO_SECONDS 5
#define PHONES 120
#define TOKENS 125
#define CHARACTERS 32
/* The text that is spoken, without the reference's; the reference as the networks take it. */
#define SPOKEN_PHONES 60
#define HUBERT_SAMPLES 89600
#define SPEAKER_FRAMES 498

/**
 * Row:
 * @id: for programs
 * @label: for people, like those of the cases of "bench ops" not translated
 * @seconds: ours for the sentence
 * @torch: PyTorch's; < 0 where it was not measured
 * @difference: of its results from ours, relative; < 0 where it was not measured
 */
typedef struct
{
  const char *id;
  const char *label;
  double seconds;
  double torch;
  double difference;
} Row;

typedef struct
{
  GpuDevice *device;
  int runs;
  MynaCliPeers *peers;
  GArray *rows; /* Row */
  MynaGsvT2sFigures t2s;
  MynaGsvSovitsFigures sovits; /* v2Pro */
  double torch_sovits;         /* seconds, < 0: not measured */
  double read_limit;           /* bytes a second */
  double flops_limit;          /* operations a second */
  guint64 weights, scratch;    /* of all but RoBERTa; the most of one */
} Bench;

static void
add_row (Bench *self, const char *id, const char *label, double seconds, double torch, double off)
{
  Row row = { id, label, seconds, torch, off };

  g_array_append_val (self->rows, row);
}

/* How far the peer's results are from ours: both have computed the same thing or a figure is worth
 * nothing. */
static double
compare_results (JsonObject *answer, const float *results, guint n)
{
  JsonArray *array = answer != NULL && json_object_has_member (answer, "results")
                         ? json_object_get_array_member (answer, "results")
                         : NULL;
  double difference = 0, size = 0;

  if (array == NULL || json_array_get_length (array) < n)
    return -1;
  for (guint i = 0; i < n; i++)
    {
      double other = json_array_get_double_element (array, i);

      difference += ((double) results[i] - other) * ((double) results[i] - other);
      size += other * other;
    }
  return sqrt (difference / size);
}

static double
get_seconds (JsonObject *answer, const char *member)
{
  return answer != NULL ? json_object_get_double_member_with_default (answer, member, -1) : -1;
}

static gboolean
measure_t2s (Bench *self, GError **error)
{
  g_autofree char *request = g_strdup_printf (
      "{\"stage\": \"t2s\", \"phones\": %d, \"prompt\": %d, \"tokens\": %d, \"runs\": 1}", PHONES,
      TOKENS, TOKENS);
  g_autoptr (JsonObject) answer = NULL;
  double difference;

  if (!myna_gsv_bench_t2s (self->device, GPU_F16, PHONES, TOKENS, TOKENS, self->runs, &self->t2s,
                           error))
    return FALSE;
  self->read_limit = gpu_bench_stream_bytes ((gsize) self->t2s.bytes_per_token);
  answer = myna_cli_peers_ask (self->peers, request);
  difference = compare_results (answer, self->t2s.results, MYNA_GSV_BENCH_RESULTS);
  add_row (self, "t2s-prefill", "T2S, text and prompt", self->t2s.prefill,
           get_seconds (answer, "prefill"), difference);
  add_row (self, "t2s-tokens", "T2S, 125 tokens", self->t2s.decode, get_seconds (answer, "decode"),
           difference);
  return TRUE;
}

static void
add_memory (Bench *self, guint64 weights, guint64 scratch)
{
  self->weights += weights;
  self->scratch = MAX (self->scratch, scratch);
}

/* The stages of a decoder; PyTorch's of the whole is their sum. */
static void
add_sovits (Bench *self, const char *id, const char *label, const MynaGsvSovitsFigures *figures)
{
  g_autofree char *request =
      g_strdup_printf ("{\"stage\": \"sovits\", \"network\": \"%s\", \"tokens\": %d, "
                       "\"phones\": %d, \"runs\": 1}",
                       id, TOKENS, SPOKEN_PHONES);
  g_autoptr (JsonObject) answer = myna_cli_peers_ask (self->peers, request);
  double prior = get_seconds (answer, "prior"), flow = get_seconds (answer, "flow");
  double generator = get_seconds (answer, "generator");
  double difference = compare_results (answer, figures->values, MYNA_GSV_BENCH_VALUES);

  self->torch_sovits = generator > 0 ? prior + flow + generator : -1;
  add_row (self, "sovits-prior", "  tokens and text", figures->prior, prior, -1);
  add_row (self, "sovits-flow", "  flow", figures->flow, flow, -1);
  add_row (self, "sovits-generator", "  generator", figures->generator, generator, -1);
  add_row (self, id, label, figures->total, self->torch_sovits, difference);
}

static gboolean
measure_sovits (Bench *self, GError **error)
{
  MynaGsvSovitsFigures plus;

  if (!myna_gsv_bench_sovits (self->device, GPU_F16, MYNA_NETWORK_S2_V2PROPLUS, TOKENS,
                              SPOKEN_PHONES, self->runs, &plus, error) ||
      !myna_gsv_bench_sovits (self->device, GPU_F16, MYNA_NETWORK_S2_V2PRO, TOKENS, SPOKEN_PHONES,
                              self->runs, &self->sovits, error))
    return FALSE;
  add_sovits (self, "s2-v2proplus", "SoVITS v2ProPlus", &plus);
  add_sovits (self, "s2-v2pro", "SoVITS v2Pro", &self->sovits);
  add_row (self, "first-sound", "  first 0.24 s", self->sovits.first_sound, -1, -1);
  add_memory (self, self->sovits.weights, self->sovits.scratch);
  self->flops_limit = gpu_bench_peak_flops ();
  return TRUE;
}

static gboolean
measure_reference (Bench *self, GError **error)
{
  g_autofree char *hubert_request =
      g_strdup_printf ("{\"stage\": \"hubert\", \"samples\": %d, \"runs\": 1}", HUBERT_SAMPLES);
  g_autofree char *speaker_request =
      g_strdup_printf ("{\"stage\": \"speaker\", \"frames\": %d, \"runs\": 1}", SPEAKER_FRAMES);
  g_autoptr (JsonObject) hubert_answer = NULL, speaker_answer = NULL;
  MynaGsvReferenceFigures hubert, speaker;

  if (!myna_gsv_bench_hubert (self->device, GPU_F16, HUBERT_SAMPLES, self->runs, &hubert, error) ||
      !myna_gsv_bench_speaker (self->device, GPU_F16, SPEAKER_FRAMES, self->runs, &speaker, error))
    return FALSE;
  hubert_answer = myna_cli_peers_ask (self->peers, hubert_request);
  speaker_answer = myna_cli_peers_ask (self->peers, speaker_request);
  add_row (self, "hubert", "CNHuBERT, reference", hubert.seconds,
           get_seconds (hubert_answer, "seconds"),
           compare_results (hubert_answer, hubert.values, MYNA_GSV_BENCH_VALUES));
  add_row (self, "eres2netv2", "ERes2NetV2, reference", speaker.seconds,
           get_seconds (speaker_answer, "seconds"),
           compare_results (speaker_answer, speaker.values, MYNA_GSV_BENCH_VALUES));
  add_memory (self, hubert.weights, hubert.scratch);
  add_memory (self, speaker.weights, speaker.scratch);
  return TRUE;
}

/* T2S and v2Pro, with a reference that has been read. */
static void
add_sentence (Bench *self)
{
  const Row *prefill = &g_array_index (self->rows, Row, 0);
  const Row *tokens = &g_array_index (self->rows, Row, 1);
  gboolean torch = tokens->torch > 0 && self->torch_sovits > 0;

  add_memory (self, self->t2s.weights, self->t2s.scratch);
  add_row (self, "sentence", "a sentence, v2Pro",
           prefill->seconds + tokens->seconds + self->sovits.total,
           torch ? prefill->torch + tokens->torch + self->torch_sovits : -1, -1);
}

static gboolean
measure_bert (Bench *self, GError **error)
{
  g_autofree char *request =
      g_strdup_printf ("{\"stage\": \"roberta\", \"ids\": %d, \"runs\": 1}", CHARACTERS);
  g_autoptr (JsonObject) answer = NULL;
  MynaGsvBertFigures bert;

  if (!myna_gsv_bench_bert (self->device, GPU_F16, CHARACTERS, self->runs, &bert, error))
    return FALSE;
  answer = myna_cli_peers_ask (self->peers, request);
  add_row (self, "roberta", "RoBERTa, 32 characters", bert.seconds, get_seconds (answer, "seconds"),
           compare_results (answer, bert.results, MYNA_GSV_BENCH_RESULTS));
  return TRUE;
}

/* Most memory that the process has had, in bytes; 0: unknown. */
static double
read_peak_memory (void)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL) ||
      (line = strstr (text, "VmHWM:")) == NULL)
    return 0;
  return 1024 * g_ascii_strtod (line + strlen ("VmHWM:"), NULL);
}

static void
print_row (const Row *row)
{
  printf ("%-26s %10.1f %8.3f", row->label, row->seconds * 1000, row->seconds / AUDIO_SECONDS);
  if (row->torch > 0)
    printf (" %12.1f %7.1f", row->torch * 1000, row->torch / row->seconds);
  else
    {
      myna_cli_print_cell ("–", 13);
      myna_cli_print_cell ("–", 8);
    }
  if (row->difference >= 0)
    printf (" %9.1e", row->difference);
  printf ("\n");
}

static void
print_table (const Bench *self)
{
  const char *torch = myna_cli_peers_version (self->peers, "torch");
  g_autofree char *memory = g_format_size ((guint64) read_peak_memory ());
  g_autofree char *weights = g_format_size (self->weights);
  g_autofree char *scratch = g_format_size (self->scratch);
  double rate = (double) self->t2s.tokens / self->t2s.decode;

  printf (_ ("%s, %d threads; PyTorch: %s\n"), gpu_device_get_name (self->device),
          gpu_bench_threads (), torch != NULL ? torch : _ ("not installed"));
  printf ("%-26s %10s %8s %12s %7s %9s\n", "", "ms", "RTF", "PyTorch ms", "×", "Δ");
  for (guint i = 0; i < self->rows->len; i++)
    print_row (&g_array_index (self->rows, Row, i));
  printf (_ ("%.0f tokens/s, reading %.1f GB/s: %.0f%% of what the memory gives.\n"), rate,
          rate * self->t2s.bytes_per_token * 1e-9,
          100 * rate * self->t2s.bytes_per_token / self->read_limit);
  printf (_ ("Generator: %.0f GFLOP/s, %.0f%% of what the processor can do.\n"),
          self->sovits.operations / self->sovits.generator * 1e-9,
          100 * self->sovits.operations / self->sovits.generator / self->flops_limit);
  printf (_ ("All networks but RoBERTa: %s of weights, and %s to compute.\n"), weights, scratch);
  printf (_ ("Most memory: %s\n"), memory);
}

static void
add_number (JsonBuilder *json, const char *name, double value)
{
  json_builder_set_member_name (json, name);
  json_builder_add_double_value (json, value);
}

static void
print_json (const Bench *self)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  double rate = (double) self->t2s.tokens / self->t2s.decode;

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "device");
  json_builder_add_string_value (json, gpu_device_get_id (self->device));
  add_number (json, "audio-seconds", AUDIO_SECONDS);
  json_builder_set_member_name (json, "stages");
  json_builder_begin_array (json);
  for (guint i = 0; i < self->rows->len; i++)
    {
      const Row *row = &g_array_index (self->rows, Row, i);

      json_builder_begin_object (json);
      json_builder_set_member_name (json, "stage");
      json_builder_add_string_value (json, row->id);
      add_number (json, "seconds", row->seconds);
      add_number (json, "rtf", row->seconds / AUDIO_SECONDS);
      if (row->torch > 0)
        add_number (json, "torch-seconds", row->torch);
      if (row->difference >= 0)
        add_number (json, "torch-difference", row->difference);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
  add_number (json, "tokens-per-second", rate);
  add_number (json, "bytes-per-second", rate * self->t2s.bytes_per_token);
  add_number (json, "read-limit-bytes-per-second", self->read_limit);
  add_number (json, "generator-operations-per-second",
              self->sovits.operations / self->sovits.generator);
  add_number (json, "operations-limit-per-second", self->flops_limit);
  add_number (json, "weights-bytes", (double) self->weights);
  add_number (json, "scratch-bytes", (double) self->scratch);
  add_number (json, "peak-memory-bytes", read_peak_memory ());
  json_builder_end_object (json);
  myna_cli_print_json (json);
}

/**
 * myna_cli_bench_gptsovits:
 * @device: (nullable): id of a device, the processor if %NULL
 * @runs: measure so many times, the best counts
 * @json: print JSON
 *
 * "bench speak --engine gpt-sovits".
 *
 * Returns: exit status
 */
MynaCliStatus
myna_cli_bench_gptsovits (const char *device, int runs, gboolean json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GpuDevice) chosen = gpu_device_choose (device != NULL ? device : "cpu", &error);
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (Row));
  g_autoptr (MynaCliPeers) peers = NULL;
  Bench bench = { .device = chosen, .runs = runs, .rows = rows };

  if (chosen == NULL)
    return myna_cli_fail (error);
  bench.peers = peers = myna_cli_peers_start (MYNA_CLI_PEERS_NETWORKS);
  if (!measure_t2s (&bench, &error) || !measure_sovits (&bench, &error))
    return myna_cli_fail (error);
  add_sentence (&bench);
  if (!measure_reference (&bench, &error) || !measure_bert (&bench, &error))
    return myna_cli_fail (error);
  if (json)
    print_json (&bench);
  else
    print_table (&bench);
  return MYNA_CLI_DONE;
}
