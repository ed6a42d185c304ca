/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/checkpoint/myna-network.h"
#include "gpu/gpu-ops.h"

G_BEGIN_DECLS

#define MYNA_GSV_BENCH_VALUES 8

/**
 * MynaGsvSovitsFigures:
 * @load: seconds to put the weights on the device
 * @audio: seconds of speech that was decoded
 * @first_run: seconds of the first run, which compiles kernels
 * @prior: seconds of the text and token encoder, the best of all runs as what follows
 * @flow: of the flow
 * @generator: of the generator
 * @total: of a run
 * @first_sound: until the first quarter second of a run in pieces
 * @weights: bytes on the device
 * @scratch: most bytes beside them
 * @operations: multiplications and additions of the generator
 * @values: from the middle of the sound, for comparing with a peer
 *
 * Speed of a SoVITS decoder with full-size made-up weights.
 */
typedef struct
{
  double load, audio, first_run;
  double prior, flow, generator, total, first_sound;
  guint64 weights, scratch;
  double operations;
  float values[MYNA_GSV_BENCH_VALUES];
} MynaGsvSovitsFigures;

/**
 * MynaGsvReferenceFigures:
 * @load: seconds to put the weights on the device
 * @seconds: for one reference
 * @weights: bytes on the device
 * @scratch: most bytes beside them
 * @values: some results, for comparing with a peer
 *
 * Speed of a network that reads the reference.
 */
typedef struct
{
  double load, seconds;
  guint64 weights, scratch;
  float values[MYNA_GSV_BENCH_VALUES];
} MynaGsvReferenceFigures;

/* Any thread; takes seconds. @runs: the best of so many. */
gboolean myna_gsv_bench_sovits (GpuDevice *device,
                                GpuType type,
                                MynaNetwork network,
                                gsize n_tokens,
                                gsize n_phones,
                                int runs,
                                MynaGsvSovitsFigures *figures,
                                GError **error);
gboolean myna_gsv_bench_hubert (GpuDevice *device,
                                GpuType type,
                                gsize n_samples,
                                int runs,
                                MynaGsvReferenceFigures *figures,
                                GError **error);
gboolean myna_gsv_bench_speaker (GpuDevice *device,
                                 GpuType type,
                                 gsize n_frames,
                                 int runs,
                                 MynaGsvReferenceFigures *figures,
                                 GError **error);

G_END_DECLS
