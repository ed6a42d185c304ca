/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/cpu/gpu-cpu.h"

#include <stdlib.h>

#define ALIGNMENT 64

/* Eighths of a power of two, at least a page: at most an eighth is wasted and few classes exist. */
static gsize
size_class (gsize size)
{
  gsize step = 512;

  while (step * 16 < size)
    step *= 2;
  return (size + step - 1) / step * step;
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

  *actual = size_class (size);
  blocks = g_hash_table_lookup (state->free_blocks, GSIZE_TO_POINTER (*actual));
  if (blocks != NULL && blocks->len > 0)
    return g_ptr_array_steal_index_fast (blocks, blocks->len - 1);
  if (posix_memalign (&block, ALIGNMENT, *actual) != 0)
    return NULL;
  return block;
}

/**
 * gpu_cpu_block_free:
 * @state: the state it came from
 * @block: (transfer full): a block
 * @actual: its bytes
 *
 * Keeps the block for the next tensor of its class.
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
