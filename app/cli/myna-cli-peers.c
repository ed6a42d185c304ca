/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/cli/myna-cli-peers.h"

#include <gio/gio.h>

struct _MynaCliPeers
{
  GSubprocess *process;
  GDataInputStream *answers;
  JsonNode *versions;
};

static JsonNode *
read_answer (MynaCliPeers *self)
{
  g_autofree char *line = g_data_input_stream_read_line (self->answers, NULL, NULL, NULL);

  return line != NULL ? json_from_string (line, NULL) : NULL;
}

/**
 * myna_cli_peers_start:
 * @variable: MYNA_CLI_PEERS_OPS or MYNA_CLI_PEERS_NETWORKS
 *
 * Starts the process, and waits until it has loaded what is installed. It uses as many threads as
 * this process does.
 *
 * Returns: (transfer full): the peers, possibly none
 */
MynaCliPeers *
myna_cli_peers_start (const char *variable)
{
  MynaCliPeers *self = g_new0 (MynaCliPeers, 1);
  const char *script = g_getenv (variable);
  g_autofree char *threads = g_strdup_printf ("%d", gpu_bench_threads ());

  if (script == NULL)
    return self;
  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                        G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                                    NULL, "python3", script, threads, NULL);
  if (self->process == NULL)
    return self;
  self->answers = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  self->versions = read_answer (self);
  return self;
}

/**
 * myna_cli_peers_stop:
 * @self: (transfer full): the peers
 *
 * Ends the process.
 */
void
myna_cli_peers_stop (MynaCliPeers *self)
{
  if (self->process != NULL)
    {
      g_output_stream_close (g_subprocess_get_stdin_pipe (self->process), NULL, NULL);
      g_subprocess_wait (self->process, NULL, NULL);
    }
  g_clear_pointer (&self->versions, json_node_unref);
  g_clear_object (&self->answers);
  g_clear_object (&self->process);
  g_free (self);
}

/**
 * myna_cli_peers_version:
 * @self: the peers
 * @peer: "onnxruntime" or "torch"
 *
 * Returns: (transfer none) (nullable): its version, %NULL when it is not installed
 */
const char *
myna_cli_peers_version (MynaCliPeers *self, const char *peer)
{
  if (self->versions == NULL || !JSON_NODE_HOLDS_OBJECT (self->versions))
    return NULL;
  return json_object_get_string_member_with_default (json_node_get_object (self->versions), peer,
                                                     NULL);
}

static char *
make_request (const char *peer, const GpuBenchCase *which, int runs)
{
  static const char *const kinds[] = { "stack",   "gemm",     "gemv", "attention", "decode",
                                       "conv-2d", "upsample", "norm", "gate" };
  static const char *const types[] = { "f32", "f16", "bf16", "i32", "i8" };

  return g_strdup_printf ("{\"peer\": \"%s\", \"id\": \"%s\", \"kind\": \"%s\", \"type\": \"%s\", "
                          "\"a\": %" G_GINT64_FORMAT ", \"b\": %" G_GINT64_FORMAT
                          ", \"c\": %" G_GINT64_FORMAT ", \"weights\": %d, \"runs\": %d}",
                          peer, which->id, kinds[which->kind], types[which->type], which->a,
                          which->b, which->c, GPU_BENCH_WEIGHTS, runs);
}

/**
 * myna_cli_peers_ask:
 * @self: the peers
 * @request: an object in JSON, in one line
 *
 * Returns: (transfer full) (nullable): the answer; %NULL when there is none
 */
JsonObject *
myna_cli_peers_ask (MynaCliPeers *self, const char *request)
{
  g_autoptr (JsonNode) answer = NULL;

  if (self->process == NULL || self->versions == NULL ||
      !g_output_stream_printf (g_subprocess_get_stdin_pipe (self->process), NULL, NULL, NULL,
                               "%s\n", request))
    return NULL;
  answer = read_answer (self);
  return answer != NULL && JSON_NODE_HOLDS_OBJECT (answer) ? json_node_dup_object (answer) : NULL;
}

/**
 * myna_cli_peers_time:
 * @self: the peers
 * @peer: "onnxruntime" or "torch"
 * @which: the case
 * @runs: how often
 *
 * Returns: the best seconds; −1 when it could not be measured
 */
double
myna_cli_peers_time (MynaCliPeers *self, const char *peer, const GpuBenchCase *which, int runs)
{
  g_autofree char *request = make_request (peer, which, runs);
  g_autoptr (JsonObject) answer = NULL;

  if (myna_cli_peers_version (self, peer) == NULL)
    return -1;
  answer = myna_cli_peers_ask (self, request);
  return answer != NULL ? json_object_get_double_member_with_default (answer, "seconds", -1) : -1;
}
