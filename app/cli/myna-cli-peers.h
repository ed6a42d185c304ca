/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "gpu/bench/gpu-bench.h"

G_BEGIN_DECLS

/**
 * MynaCliPeers:
 *
 * ONNX Runtime and PyTorch in a process of their own, which measures when it is told to:
 * tests/bench/peers.py (MYNA_BENCH_PEERS) operations, tests/bench/gptsovits_torch.py
 * (MYNA_BENCH_TORCH) networks. Only for `myna bench`; without the script or the packages there are
 * no peers.
 */
typedef struct _MynaCliPeers MynaCliPeers;

#define MYNA_CLI_PEERS_OPS "MYNA_BENCH_PEERS"
#define MYNA_CLI_PEERS_NETWORKS "MYNA_BENCH_TORCH"

/* @variable: of the environment, names the script. */
MynaCliPeers *myna_cli_peers_start (const char *variable);
void myna_cli_peers_stop (MynaCliPeers *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaCliPeers, myna_cli_peers_stop)

/* NULL: not installed. */
const char *myna_cli_peers_version (MynaCliPeers *self, const char *peer);
/* (transfer full) (nullable): the answer to a line of JSON. */
JsonObject *myna_cli_peers_ask (MynaCliPeers *self, const char *request);
/* Best seconds of `runs` runs; < 0 when the peer cannot do the case. */
double
myna_cli_peers_time (MynaCliPeers *self, const char *peer, const GpuBenchCase *which, int runs);

G_END_DECLS
