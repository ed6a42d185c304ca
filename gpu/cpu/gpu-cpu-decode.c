/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/cpu/gpu-cpu.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

/* One place through all layers of a decoder. Every weight is read once, so memory decides the time,
 * and what is lost between the products decides how near one comes to it: threads are started once
 * for all layers. The work is a list of phases, each cut into chunks; a thread takes the next chunk
 * of the current phase, and who finishes the last one does the short serial rest and opens the next
 * phase. So nobody waits for a thread that the system keeps away, only for a chunk that one has
 * begun; and what a chunk computes does not depend on who does it. */

/* A last phase, after all layers, is the decoder's head, where it has one. */
typedef enum
{
  PHASE_QKV,
  PHASE_ATTEND,
  PHASE_OUT,
  PHASE_UP,
  PHASE_DOWN,
  N_PHASES,
} Phase;

/* Bytes of weights in a chunk: long enough to read at full speed, short enough that threads end
 * together. 32 KiB cost a quarter of the speed, 256 KiB a tenth. */
#define CHUNK_BYTES 131072
/* How much of its next weights a waiting thread brings near: a part of a core's second cache. */
#define AHEAD_BYTES 131072
/* Rounds of looking before the processor is given to someone else. */
#define SPINS 4096

typedef struct
{
  const GpuDecoder *decoder;
  gint64 row, channels, hidden, width;
  float *x;      /* [C], what goes from layer to layer */
  float *qkv;    /* [3C] */
  float *mixed;  /* [C], the attention's result */
  float *sum;    /* [C], before a norm */
  float *inner;  /* [F] */
  float *scores; /* [heads, row + 1] */
  float *result; /* [V], of the head */
  int n_phases;  /* all layers' and the head's */
  atomic_int phase;
  atomic_int *taken; /* [layers, phases, threads]: chunks taken of each thread's share */
  atomic_int *done;  /* [layers, phases] */
  int n_threads;
} Decode;

static const GpuDecoderLayer *
layer_of (const Decode *job, int at)
{
  return &job->decoder->layers[at / N_PHASES];
}

static Phase
phase_of (const Decode *job, int at)
{
  return at / N_PHASES < job->decoder->n_layers ? (Phase) (at % N_PHASES) : N_PHASES;
}

/* What is multiplied in phase @at, NULL for the attention. */
static const GpuWeight *
weight_of (const Decode *job, int at)
{
  const GpuDecoderLayer *layer = layer_of (job, at);

  switch (phase_of (job, at))
    {
    case PHASE_QKV:
      return layer->qkv;
    case PHASE_OUT:
      return layer->out;
    case PHASE_UP:
      return layer->up;
    case PHASE_DOWN:
      return layer->down;
    case N_PHASES:
      return job->decoder->head;
    case PHASE_ATTEND:
    default:
      return NULL;
    }
}

static int
count_chunks (const Decode *job, int at)
{
  const GpuWeight *w = weight_of (job, at);

  if (w == NULL) /* heads lie side by side in the cache: quarters read long enough pieces of it */
    return MIN (job->decoder->heads, 4);
  return (int) CLAMP (w->out * w->in * (gint64) gpu_type_size (w->type) / CHUNK_BYTES, 1, w->out);
}

/* Chunks are shared out in pieces that lie together. */
static int
first_chunk (const Decode *job, int n_chunks, int thread)
{
  return n_chunks * thread / job->n_threads;
}

/* Rows begin … end of y = W·x + bias. */
static void
multiply (const GpuWeight *w, const float *x, float *y, gint64 begin, gint64 end)
{
  const GpuCpuWeight *weight = w->packed;
  GpuCpuDot dot = gpu_cpu_dot (w->type);
  gsize row_bytes = gpu_type_size (w->type) * (gsize) w->in;

  for (gint64 row = begin; row < end; row++)
    {
      float sum = dot ((const char *) weight->rows + (gsize) row * row_bytes, x, w->in);

      if (weight->scales != NULL)
        sum *= weight->scales[row];
      y[row] = sum + (weight->bias != NULL ? weight->bias[row] : 0.0f);
    }
}

static void
attend (Decode *job, const GpuDecoderLayer *layer, gint64 first, gint64 end)
{
  GpuCpuAttend row = { .type = layer->keys->type,
                       .k = layer->keys->data,
                       .v = layer->values->data,
                       .channels = job->channels,
                       .width = job->width,
                       .tk = job->row + 1,
                       .scale = 1.0f / sqrtf ((float) job->width),
                       .q = job->qkv,
                       .scores = job->scores,
                       .out = job->mixed };

  gpu_cpu_attend (&row, first, end);
}

static void
do_chunk (Decode *job, int at, int chunk, int n_chunks)
{
  const GpuWeight *w = weight_of (job, at);
  gint64 rows = w != NULL ? w->out : job->decoder->heads;
  gint64 begin = rows * chunk / n_chunks, end = rows * (chunk + 1) / n_chunks;
  GpuFused act = { .act = job->decoder->act };

  switch (phase_of (job, at))
    {
    case PHASE_QKV:
      multiply (w, job->x, job->qkv, begin, end);
      break;
    case PHASE_ATTEND:
      attend (job, layer_of (job, at), begin, end);
      break;
    case PHASE_OUT:
      multiply (w, job->mixed, job->sum, begin, end);
      break;
    case PHASE_UP:
      multiply (w, job->x, job->inner, begin, end);
      gpu_cpu_fuse (&act, job->inner + begin, end - begin);
      break;
    case PHASE_DOWN:
      multiply (w, job->inner, job->sum, begin, end);
      break;
    case N_PHASES:
    default:
      multiply (w, job->x, job->result, begin, end);
      break;
    }
}

static void
remember (GpuTensor *cache, gint64 row, const float *x, gint64 n)
{
  if (cache->type == GPU_F32)
    memcpy ((float *) cache->data + row * n, x, sizeof (float) * (gsize) n);
  else
    gpu_cpu_to_f16 (x, (guint16 *) cache->data + row * n, n);
}

static void
add_and_norm (Decode *job, const GpuWeight *const pair[2])
{
  for (gint64 i = 0; i < job->channels; i++)
    job->sum[i] += job->x[i];
  gpu_cpu_layer_norm_row (job->sum, pair[0]->packed, pair[1]->packed, job->decoder->eps, job->x,
                          job->channels);
}

/* What is done once after all chunks of a phase. */
static void
end_phase (Decode *job, int at)
{
  const GpuDecoderLayer *layer = layer_of (job, at);
  Phase phase = phase_of (job, at);
  gint64 c = job->channels;

  if (phase == PHASE_QKV)
    {
      remember (layer->keys, job->row, job->qkv + c, c);
      remember (layer->values, job->row, job->qkv + 2 * c, c);
    }
  else if (phase == PHASE_OUT)
    add_and_norm (job, layer->norm1);
  else if (phase == PHASE_DOWN)
    add_and_norm (job, layer->norm2);
}

/* The first weights of this thread's share of the products after phase @at. */
static const char *
find_next_weights (const Decode *job, int at, int thread, gsize *size)
{
  for (at++; at < job->n_phases; at++)
    {
      const GpuWeight *w = weight_of (job, at);
      int n_chunks = count_chunks (job, at);
      gsize row_bytes;

      if (w == NULL)
        continue;
      row_bytes = (gsize) w->in * gpu_type_size (w->type);
      *size = (gsize) w->out * row_bytes / (gsize) job->n_threads;
      return (const char *) ((const GpuCpuWeight *) w->packed)->rows +
             (gsize) (w->out * first_chunk (job, n_chunks, thread) / n_chunks) * row_bytes;
    }
  *size = 0;
  return NULL;
}

/* Waiting is used to bring the weights that come next near. */
static void
wait_for_phase (Decode *job, int at, int thread)
{
  gsize size, ahead = 0;
  const char *next = find_next_weights (job, at, thread, &size);

  size = MIN (size, AHEAD_BYTES);
  for (int spins = 0; atomic_load_explicit (&job->phase, memory_order_acquire) == at; spins++)
    if (ahead < size)
      {
        __builtin_prefetch (next + ahead, 0, 2);
        ahead += 64;
      }
    else if (spins >= SPINS)
      sched_yield ();
#if defined(__x86_64__)
    else
      __builtin_ia32_pause ();
#endif
}

/* The next chunk that nobody has taken, of the thread's own share first, which lies in one piece;
 * −1: none is left. */
static int
take_chunk (Decode *job, int at, int n_chunks, int thread)
{
  atomic_int *taken = job->taken + at * job->n_threads;

  for (int i = 0; i < job->n_threads; i++)
    {
      int share = (thread + i) % job->n_threads, first = first_chunk (job, n_chunks, share);
      int n = first_chunk (job, n_chunks, share + 1) - first, chunk;

      if (atomic_load_explicit (&taken[share], memory_order_relaxed) >= n)
        continue;
      chunk = atomic_fetch_add_explicit (&taken[share], 1, memory_order_relaxed);
      if (chunk < n)
        return first + chunk;
    }
  return -1;
}

static void
decode_thread (gint64 begin, gint64 end, gpointer data)
{
  Decode *job = data;
  int at, thread = (int) begin;

  while ((at = atomic_load_explicit (&job->phase, memory_order_acquire)) < job->n_phases)
    {
      int n_chunks = count_chunks (job, at), chunk = take_chunk (job, at, n_chunks, thread);

      if (chunk < 0)
        {
          wait_for_phase (job, at, thread);
          continue;
        }
      do_chunk (job, at, chunk, n_chunks);
      if (atomic_fetch_add_explicit (&job->done[at], 1, memory_order_acq_rel) + 1 == n_chunks)
        {
          end_phase (job, at);
          atomic_store_explicit (&job->phase, at + 1, memory_order_release);
        }
    }
}

/* Lays the buffers of @job into one block; NULL: the number of bytes only. */
static gsize
lay_out (Decode *job, char *block)
{
  gint64 c = job->channels, heads = job->decoder->heads;
  gsize phases = (gsize) job->n_phases;
  gsize taken = sizeof (atomic_int) * phases * (gsize) job->n_threads;
  gsize done = sizeof (atomic_int) * phases;
  struct
  {
    float **buffer;
    gint64 n;
  } parts[] = {
    { &job->x, c },   { &job->qkv, 3 * c },         { &job->mixed, c },
    { &job->sum, c }, { &job->inner, job->hidden }, { &job->scores, heads * (job->row + 1) }
  };
  gsize at = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      if (block != NULL)
        *parts[i].buffer = (float *) (void *) (block + at);
      at += (sizeof (float) * (gsize) parts[i].n + 63) / 64 * 64;
    }
  if (block != NULL)
    {
      job->taken = (atomic_int *) (void *) (block + at);
      job->done = (atomic_int *) (void *) (block + at + taken);
      memset (block + at, 0, taken + done);
    }
  return at + taken + done;
}

/* As many as have work in the longest phase: small networks are done faster alone. */
static int
count_threads (const Decode *job)
{
  int most = 1;

  for (int at = 0; at < job->n_phases; at++)
    if (weight_of (job, at) != NULL)
      most = MAX (most, count_chunks (job, at));
  return MIN (most, gpu_parallel_threads ());
}

gboolean
gpu_cpu_decode (GpuContext *cx, const GpuOp *op, GError **error)
{
  const GpuDecoder *decoder = op->decode.decoder;
  Decode job = { .decoder = decoder,
                 .row = op->decode.row,
                 .channels = op->in[0]->shape.d[1],
                 .result = op->out->data,
                 .n_phases = decoder->n_layers * N_PHASES + (decoder->head != NULL) };
  void *block;

  if (decoder->n_layers > 0)
    job.hidden = decoder->layers[0].up->out;
  job.width = job.channels / decoder->heads;
  job.n_threads = count_threads (&job);
  block = gpu_cpu_scratch (cx->state, lay_out (&job, NULL));
  if (block == NULL)
    {
      g_set_error_literal (
          error, GPU_ERROR, GPU_ERROR_OUT_OF_MEMORY,
          _ ("The computer does not have enough memory. Close other programs and try again."));
      return FALSE;
    }
  lay_out (&job, block);
  memcpy (job.x, op->in[0]->data, sizeof (float) * (gsize) job.channels);
  gpu_parallel (job.n_threads, 1, decode_thread, &job);
  if (decoder->head == NULL)
    memcpy (op->out->data, job.x, sizeof (float) * (gsize) job.channels);
  return TRUE;
}
