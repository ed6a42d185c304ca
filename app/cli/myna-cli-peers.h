/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/bench/gpu-bench.h"

G_BEGIN_DECLS

/**
 * MynaCliPeers:
 *
 * ONNX Runtime and PyTorch in a process of their own (tests/bench/peers.py), which measures a case
 * when it is told to. Only for `myna bench`; without the script (MYNA_BENCH_PEERS) or the packages
 * there are no peers.
 */
typedef struct _MynaCliPeers MynaCliPeers;

MynaCliPeers *myna_cli_peers_start (void);
void myna_cli_peers_stop (MynaCliPeers *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaCliPeers, myna_cli_peers_stop)

/* NULL: not installed. */
const char *myna_cli_peers_version (MynaCliPeers *self, const char *peer);
/* Best seconds of `runs` runs; < 0 when the peer cannot do the case. */
double
myna_cli_peers_time (MynaCliPeers *self, const char *peer, const GpuBenchCase *which, int runs);

G_END_DECLS
