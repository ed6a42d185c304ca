/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Speed of the operations on the shapes that the models use, beside oneDNN called directly, and
 * what the machine can do at most. */

#include "gpu/gpu-ops.h"

G_BEGIN_DECLS

typedef enum
{
  GPU_BENCH_STACK,     /* residual blocks of HiFi-GAN: a channels, b places */
  GPU_BENCH_GEMM,      /* a × b by b × c */
  GPU_BENCH_GEMV,      /* one row of a through weights [b, a], many of them in turn */
  GPU_BENCH_ATTENTION, /* a heads of b channels, c queries and keys */
  GPU_BENCH_DECODE,    /* a heads of b channels, one query, c keys in an f16 cache */
  GPU_BENCH_CONV_2D,   /* 3 × 3, a channels at b × b */
  GPU_BENCH_UPSAMPLE,  /* transposed convolution: a to a/2 channels, b places, stride c, taps 2c */
  GPU_BENCH_NORM,      /* layer norm of a channels, b places */
  GPU_BENCH_GATE,      /* tanh·σ of a channels, b places */
} GpuBenchKind;

/**
 * GpuBenchCase:
 * @id: what peers know it by
 * @label: for people
 * @kind: what is computed
 * @a: first extent, see GpuBenchKind
 * @b: second extent
 * @c: third extent
 * @type: of the weights
 * @bandwidth: whether memory is the limit: @amount is bytes, else operations
 * @amount: in one run
 */
typedef struct
{
  const char *id;
  const char *label;
  GpuBenchKind kind;
  gint64 a, b, c;
  GpuType type;
  gboolean bandwidth;
  double amount;
} GpuBenchCase;

const GpuBenchCase *gpu_bench_cases (guint *n_cases);

/* How many weights a matrix-vector case goes through in a run, as a decoder does with its layers,
 * so that they do not stay in the small caches. */
#define GPU_BENCH_WEIGHTS 16

/**
 * GpuBench:
 *
 * A case made ready on a device. One thread.
 */
typedef struct _GpuBench GpuBench;

GpuBench *gpu_bench_new (GpuDevice *device, const GpuBenchCase *which, GError **error);
/* Seconds of one run, the result read back; < 0 and the error. */
double gpu_bench_time (GpuBench *self, GError **error);
void gpu_bench_free (GpuBench *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GpuBench, gpu_bench_free)

/**
 * GpuBenchRaw:
 *
 * The same case as primitives of oneDNN, called directly with everything prepared.
 */
typedef struct _GpuBenchRaw GpuBenchRaw;

/* NULL where oneDNN has no such primitive. */
GpuBenchRaw *gpu_bench_raw_new (const GpuBenchCase *which);
double gpu_bench_raw_time (GpuBenchRaw *self);
void gpu_bench_raw_free (GpuBenchRaw *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GpuBenchRaw, gpu_bench_raw_free)

/* What all cores do together: multiply-adds in registers, and reading of memory. */
double gpu_bench_peak_flops (void);
double gpu_bench_stream_bytes (gsize footprint);
/* Threads that the processor computes on. */
int gpu_bench_threads (void);

G_END_DECLS
