/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/cpu/gpu-cpu.h"

#include <stdlib.h>

#define ALIGNMENT 64
/* Blocks given since: several layers of a network, less than a sentence. */
#define STALE 512

/* Eighths of a power of two, at least a page: at most an eighth is wasted and few classes exist. */
static gsize
size_class (gsize size)
{
  gsize step = 512;

  while (step * 16 < size)
    step *= 2;
  return (size + step - 1) / step * step;
}

/* A free block begins with the clock of its freeing. */
static gboolean
is_stale (const GpuCpuState *state, const void *block)
{
  return *(const guint64 *) block + STALE < state->clock;
}

/* Gives back what has not been used for long: sentences have many lengths, and blocks of each would
 * add up. */
static void
drop_stale (GpuCpuState *state)
{
  GHashTableIter iter;
  gpointer class, value;

  g_hash_table_iter_init (&iter, state->free_blocks);
  while (g_hash_table_iter_next (&iter, &class, &value))
    {
      GPtrArray *blocks = value;

      for (guint i = blocks->len; i-- > 0;)
        if (is_stale (state, blocks->pdata[i]))
          {
            g_ptr_array_remove_index_fast (blocks, i);
            state->kept -= GPOINTER_TO_SIZE (class);
          }
    }
}

static void
count_used (GpuCpuState *state, gsize size)
{
  state->clock++;
  state->used += size;
  state->most = MAX (state->most, state->used);
}

/**
 * gpu_cpu_block_new:
 * @state: a context's state
 * @size: bytes wanted
 * @actual: (out): bytes given
 *
 * Returns: (nullable): memory aligned to 64 bytes, from the freed blocks when one fits
 */
void *
gpu_cpu_block_new (GpuCpuState *state, gsize size, gsize *actual)
{
  GPtrArray *blocks;
  void *block = NULL;

  *actual = size_class (MAX (size, sizeof (guint64)));
  count_used (state, *actual);
  blocks = g_hash_table_lookup (state->free_blocks, GSIZE_TO_POINTER (*actual));
  if (blocks != NULL && blocks->len > 0)
    {
      state->kept -= *actual;
      return g_ptr_array_steal_index_fast (blocks, blocks->len - 1);
    }
  if (state->kept > state->most / 2)
    drop_stale (state);
  if (posix_memalign (&block, ALIGNMENT, *actual) != 0)
    {
      state->used -= *actual;
      return NULL;
    }
  return block;
}

/**
 * gpu_cpu_block_free:
 * @state: the state it came from
 * @block: (transfer full): a block
 * @actual: its bytes
 *
 * Keeps the block for the next tensor of its class, for a while.
 */
void
gpu_cpu_block_free (GpuCpuState *state, void *block, gsize actual)
{
  GPtrArray *blocks = g_hash_table_lookup (state->free_blocks, GSIZE_TO_POINTER (actual));

  if (blocks == NULL)
    {
      blocks = g_ptr_array_new_with_free_func (free);
      g_hash_table_insert (state->free_blocks, GSIZE_TO_POINTER (actual), blocks);
    }
  *(guint64 *) block = state->clock;
  state->used -= actual;
  state->kept += actual;
  g_ptr_array_add (blocks, block);
}

/**
 * gpu_cpu_scratch:
 * @state: a context's state
 * @size: bytes wanted
 *
 * Returns: (nullable) (transfer none): uninitialised memory until the next call
 */
void *
gpu_cpu_scratch (GpuCpuState *state, gsize size)
{
  if (size > state->scratch_size)
    {
      free (state->scratch);
      state->scratch = NULL;
      state->scratch_size = 0;
      if (posix_memalign (&state->scratch, ALIGNMENT, size) != 0)
        {
          state->scratch = NULL;
          return NULL;
        }
      state->scratch_size = size;
    }
  return state->scratch;
}
