/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/cli/myna-cli-common.h"
#include "app/cli/myna-cli-peers.h"
#include "engine/voice/gptsovits/myna-gsv-bench.h"

/* myna bench speak --engine gpt-sovits: how fast the networks are, with weights of full size that
 * are made up, beside the same maths in PyTorch with the same weights in the same run. */

/* A sentence of five seconds after a reference of five: tokens come at 25 a second. */
#define AUDIO_SECONDS 5
#define PHONES 120
#define TOKENS 125
#define CHARACTERS 32

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
  double read_limit; /* bytes a second */
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
  double rate = (double) self->t2s.tokens / self->t2s.decode;

  printf (_ ("%s, %d threads; PyTorch: %s\n"), gpu_device_get_name (self->device),
          gpu_bench_threads (), torch != NULL ? torch : _ ("not installed"));
  printf ("%-26s %10s %8s %12s %7s %9s\n", "", "ms", "RTF", "PyTorch ms", "×", "Δ");
  for (guint i = 0; i < self->rows->len; i++)
    print_row (&g_array_index (self->rows, Row, i));
  printf (_ ("%.0f tokens/s, reading %.1f GB/s: %.0f%% of what the memory gives.\n"), rate,
          rate * self->t2s.bytes_per_token * 1e-9,
          100 * rate * self->t2s.bytes_per_token / self->read_limit);
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
  if (!measure_t2s (&bench, &error) || !measure_bert (&bench, &error))
    return myna_cli_fail (error);
  if (json)
    print_json (&bench);
  else
    print_table (&bench);
  return MYNA_CLI_DONE;
}
