/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/monitor/gpu-sampler.h"

G_BEGIN_DECLS

/* Rounds as lines of JSON, as docs/command-line.md describes them under "monitor". */

char *gpu_round_to_line (GPtrArray *round);
GPtrArray *gpu_round_from_line (const char *line, gsize length);

/* A recording as a source of rounds. */
extern const GpuSamplerSource gpu_replay_source;
gpointer gpu_replay_new (const char *path, gboolean loop, GError **error);
gboolean gpu_replay_has_ended (gpointer replay);

G_END_DECLS
