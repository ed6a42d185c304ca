/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/cpu/gpu-cpu.h"

#ifdef _OPENMP
#include <omp.h>
#endif

/* The threads are libgomp's, because oneDNN computes on them too: a pool of our own beside it would
 * put twice as many threads on the cores. */

/**
 * gpu_parallel_threads:
 *
 * Returns: how many threads gpu_parallel() cuts work for
 */
int
gpu_parallel_threads (void)
{
#ifdef _OPENMP
  return omp_get_max_threads ();
#else
  return 1;
#endif
}

/**
 * gpu_parallel:
 * @n: places
 * @grain: fewest places worth a thread
 * @func: does a range; called on several threads at once
 * @data: closure
 *
 * Cuts 0 … @n into as many equal ranges as there are threads, fewer when they would be smaller than
 * @grain, and returns when all are done.
 */
void
gpu_parallel (gint64 n, gint64 grain, GpuRangeFunc func, gpointer data)
{
  gint64 parts = CLAMP (n / MAX (grain, 1), 1, gpu_parallel_threads ());

  if (parts == 1)
    {
      if (n > 0)
        func (0, n, data);
      return;
    }
#ifdef _OPENMP
#pragma omp parallel for num_threads((int) parts) schedule(static, 1)
#endif
  for (gint64 i = 0; i < parts; i++)
    func (n * i / parts, n * (i + 1) / parts, data);
}
