/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "app/cli/myna-cli-common.h"
#include "app/cli/myna-cli-peers.h"
#include "gpu/bench/gpu-bench.h"

/* myna bench ops: how fast the compute layer's operations are, beside oneDNN called directly and,
 * where they are installed, ONNX Runtime and PyTorch, on the same shapes in the same run. */

static struct
{
  char *device;
  char *only;
  int rounds;
  gboolean json;
} options;

static const GOptionEntry entries[] = {
  { "device", 'd', 0, G_OPTION_ARG_STRING, &options.device, N_ ("Device to measure (cpu)"),
    N_ ("ID") },
  { "only", 'o', 0, G_OPTION_ARG_STRING, &options.only, N_ ("Only cases whose name begins so"),
    N_ ("NAME") },
  { "rounds", 'r', 0, G_OPTION_ARG_INT, &options.rounds,
    N_ ("Measure in turn so many times and show the best (5)"), N_ ("N") },
  { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print JSON"), NULL },
  G_OPTION_ENTRY_NULL,
};

enum
{
  OURS,
  ONEDNN,
  ONNX_RUNTIME,
  PYTORCH,
  N_COLUMNS,
};

static const char *const columns[N_COLUMNS] = { "myna", "oneDNN", "ONNX Runtime", "PyTorch" };
static const char *const keys[N_COLUMNS] = { "myna", "onednn", "onnxruntime", "torch" };

typedef struct
{
  const GpuBenchCase *which;
  double seconds[N_COLUMNS]; /* best; < 0: not measured */
  double limit;              /* operations or bytes a second that the machine can do */
} Row;

#define RUNS 5 /* of each before the next has its turn */

static void
improve (double *best, double seconds)
{
  if (seconds > 0 && (*best < 0 || seconds < *best))
    *best = seconds;
}

/* All in turn, several times, so that a burst of other work on the machine hits none alone. */
static gboolean
measure (GpuDevice *device, MynaCliPeers *peers, Row *row, GError **error)
{
  g_autoptr (GpuBench) bench = gpu_bench_new (device, row->which, error);
  g_autoptr (GpuBenchRaw) raw = NULL;

  for (int i = 0; i < N_COLUMNS; i++)
    row->seconds[i] = -1;
  if (bench == NULL)
    return FALSE;
  if (gpu_device_get_kind (device) == GPU_DEVICE_CPU)
    raw = gpu_bench_raw_new (row->which);
  for (int round = 0; round < options.rounds; round++)
    {
      for (int i = 0; i < RUNS; i++)
        {
          double seconds = gpu_bench_time (bench, error);

          if (seconds < 0)
            return FALSE;
          if (round > 0 || i > 0) /* the first fills caches */
            improve (&row->seconds[OURS], seconds);
        }
      for (int i = 0; i < RUNS && raw != NULL; i++)
        improve (&row->seconds[ONEDNN], gpu_bench_raw_time (raw));
      for (int peer = ONNX_RUNTIME; peer < N_COLUMNS; peer++)
        improve (&row->seconds[peer], myna_cli_peers_time (peers, keys[peer], row->which, RUNS));
    }
  return TRUE;
}

static void
print_header (MynaCliPeers *peers, double flops)
{
  for (int peer = ONNX_RUNTIME; peer < N_COLUMNS; peer++)
    if (myna_cli_peers_version (peers, keys[peer]) != NULL)
      printf ("%s %s\n", columns[peer], myna_cli_peers_version (peers, keys[peer]));
    else
      printf ("%s: %s\n", columns[peer], _ ("not installed"));
  printf (_ ("Peak: %.1f GFLOP/s, f32, all cores.\n"), flops * 1e-9);
  printf ("%-40s %8s", "", "");
  for (int i = 0; i < N_COLUMNS; i++)
    printf (" %12s", columns[i]);
  myna_cli_print_cell (_ ("of limit"), 9);
  printf ("\n");
}

static void
print_row (const Row *row)
{
  int padding = 40 - myna_cli_get_columns (row->which->label);

  printf ("%s%*s %8s", row->which->label, MAX (padding, 0), "",
          row->which->bandwidth ? "GB/s" : "GFLOP/s");
  for (int i = 0; i < N_COLUMNS; i++)
    if (row->seconds[i] > 0)
      printf (" %12.1f", row->which->amount / row->seconds[i] * 1e-9);
    else
      myna_cli_print_cell ("–", 13);
  printf (" %7.0f%%\n", 100 * row->which->amount / row->seconds[OURS] / row->limit);
  fflush (stdout);
}

static void
add_row_json (JsonBuilder *json, const Row *row)
{
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "case");
  json_builder_add_string_value (json, row->which->id);
  json_builder_set_member_name (json, row->which->bandwidth ? "bytes" : "operations");
  json_builder_add_double_value (json, row->which->amount);
  json_builder_set_member_name (json, "limit-per-second");
  json_builder_add_double_value (json, row->limit);
  json_builder_set_member_name (json, "seconds");
  json_builder_begin_object (json);
  for (int i = 0; i < N_COLUMNS; i++)
    if (row->seconds[i] > 0)
      {
        json_builder_set_member_name (json, keys[i]);
        json_builder_add_double_value (json, row->seconds[i]);
      }
  json_builder_end_object (json);
  json_builder_end_object (json);
}

/* The stages of a stack together: what a second of speech takes. */
static void
add_to_total (Row *total, GpuBenchCase *which, const Row *row)
{
  if (row->which->kind != GPU_BENCH_STACK)
    return;
  if (total->which == NULL)
    {
      *total = *row;
      *which = *row->which;
      which->label = "residual stack, all stages"; /* like those of the cases: not translated */
      total->which = which;
      return;
    }
  which->amount += row->which->amount;
  for (int i = 0; i < N_COLUMNS; i++)
    if (total->seconds[i] > 0 && row->seconds[i] > 0)
      total->seconds[i] += row->seconds[i];
}

static gboolean
bench_ops (GpuDevice *device, JsonBuilder *json, GError **error)
{
  guint n;
  const GpuBenchCase *cases = gpu_bench_cases (&n);
  g_autoptr (MynaCliPeers) peers = myna_cli_peers_start (MYNA_CLI_PEERS_OPS);
  double flops = gpu_bench_peak_flops ();
  GpuBenchCase all;
  Row total = { NULL };

  if (!options.json)
    print_header (peers, flops);
  for (guint i = 0; i < n; i++)
    {
      Row row = { &cases[i] };

      if (options.only != NULL && !g_str_has_prefix (cases[i].id, options.only))
        continue;
      row.limit = cases[i].bandwidth ? gpu_bench_stream_bytes ((gsize) cases[i].amount) : flops;
      if (!measure (device, peers, &row, error))
        return FALSE;
      add_to_total (&total, &all, &row);
      if (options.json)
        add_row_json (json, &row);
      else
        print_row (&row);
    }
  if (!options.json && total.which != NULL)
    print_row (&total);
  return TRUE;
}

/**
 * myna_cli_bench_ops:
 *
 * The command "bench ops".
 */
MynaCliStatus
myna_cli_bench_ops (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GpuDevice) device = NULL;
  g_autoptr (JsonBuilder) json = json_builder_new ();

  options.rounds = 5;
  if (!myna_cli_parse (&argc, &argv, "ops",
                       _ ("Measures the operations that models are made of, beside oneDNN called "
                          "directly and, where they are installed, ONNX Runtime and PyTorch."),
                       entries, NULL))
    return MYNA_CLI_USAGE;
  if (argc > 2)
    return myna_cli_usage_error ("bench ops", _ ("it takes no arguments."));
  if (options.rounds < 1 || options.rounds > 1000)
    return myna_cli_usage_error ("bench ops", _ ("--rounds is from 1 to 1000."));
  device = gpu_device_choose (options.device != NULL ? options.device : "cpu", &error);
  if (device == NULL)
    return myna_cli_fail (error);
  json_builder_begin_array (json);
  if (!bench_ops (device, json, &error))
    return myna_cli_fail (error);
  json_builder_end_array (json);
  if (options.json)
    myna_cli_print_json (json);
  return MYNA_CLI_DONE;
}
