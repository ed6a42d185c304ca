/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/cpu/gpu-cpu.h"

/* With OpenMP the threads are libgomp's, because oneDNN computes on them too: a pool of our own
 * beside it would put twice as many threads on the cores. Without OpenMP, and under
 * ThreadSanitizer, which does not see into libgomp, they are a pool of our own; both cut work into
 * the same ranges. */

#if defined(_OPENMP) && !defined(__SANITIZE_THREAD__)
#define USE_OPENMP 1
#include <omp.h>
#endif

#ifdef USE_OPENMP

/**
 * gpu_parallel_is_openmp:
 *
 * Returns: whether oneDNN, called by a part of gpu_parallel(), computes on that part's thread alone
 */
gboolean
gpu_parallel_is_openmp (void)
{
  return TRUE;
}

/**
 * gpu_parallel_threads:
 *
 * Returns: how many threads gpu_parallel() cuts work for
 */
int
gpu_parallel_threads (void)
{
  return omp_get_max_threads ();
}

/**
 * gpu_parallel_limit:
 * @threads: how many threads this thread's work may be cut for, at least 1
 *
 * For the calling thread only; oneDNN keeps to it too.
 *
 * Returns: what it was before
 */
int
gpu_parallel_limit (int threads)
{
  int before = omp_get_max_threads ();

  omp_set_num_threads (threads);
  return before;
}

static void
run_parts (gint64 n, gint64 parts, GpuRangeFunc func, gpointer data)
{
#pragma omp parallel for num_threads((int) parts) schedule(static, 1)
  for (gint64 i = 0; i < parts; i++)
    func (n * i / parts, n * (i + 1) / parts, data);
}

#else

#include <pthread.h>

/* One gpu_parallel(), on the caller's stack. Its parts are taken in turn by the caller and the
 * workers; POSIX's locks, because ThreadSanitizer does not know GLib's. */
typedef struct Work Work;
struct Work
{
  Work *next;
  gint64 n, parts;
  GpuRangeFunc func;
  gpointer data;
  gint64 taken, done;
};

static struct
{
  pthread_mutex_t lock;
  pthread_cond_t work_came, part_done;
  Work *first; /* those with parts not taken */
} pool = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL };

/* Does one part of @work. Called and returns with the lock held. */
static void
do_part (Work *work)
{
  gint64 part = work->taken++;

  if (work->taken == work->parts)
    for (Work **at = &pool.first; *at != NULL; at = &(*at)->next)
      if (*at == work)
        {
          *at = work->next;
          break;
        }
  pthread_mutex_unlock (&pool.lock);
  work->func (work->n * part / work->parts, work->n * (part + 1) / work->parts, work->data);
  pthread_mutex_lock (&pool.lock);
  if (++work->done == work->parts)
    pthread_cond_broadcast (&pool.part_done);
}

static void *
work_for_ever (void *unused)
{
  pthread_mutex_lock (&pool.lock);
  for (;;)
    {
      while (pool.first == NULL)
        pthread_cond_wait (&pool.work_came, &pool.lock);
      do_part (pool.first);
    }
  return NULL;
}

static _Thread_local int limit; /* 0: all processors */

gboolean
gpu_parallel_is_openmp (void)
{
  return FALSE;
}

int
gpu_parallel_threads (void)
{
  return limit > 0 ? limit : (int) g_get_num_processors ();
}

int
gpu_parallel_limit (int threads)
{
  int before = gpu_parallel_threads ();

  limit = threads;
  return before;
}

/* The workers live as long as the process. */
static void
start_workers (void)
{
  pthread_attr_t attributes;

  pthread_attr_init (&attributes);
  pthread_attr_setdetachstate (&attributes, PTHREAD_CREATE_DETACHED);
  for (guint i = 1; i < g_get_num_processors (); i++)
    {
      pthread_t thread;

      /* The caller does what no worker takes. */
      if (pthread_create (&thread, &attributes, work_for_ever, NULL) != 0)
        break;
    }
  pthread_attr_destroy (&attributes);
}

static void
run_parts (gint64 n, gint64 parts, GpuRangeFunc func, gpointer data)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  Work work = { NULL, n, parts, func, data, 0, 0 };

  pthread_once (&once, start_workers);
  pthread_mutex_lock (&pool.lock);
  work.next = pool.first;
  pool.first = &work;
  pthread_cond_broadcast (&pool.work_came);
  while (work.taken < work.parts)
    do_part (&work);
  while (work.done < work.parts)
    pthread_cond_wait (&pool.part_done, &pool.lock);
  pthread_mutex_unlock (&pool.lock);
}

#endif

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

  if (parts > 1)
    run_parts (n, parts, func, data);
  else if (n > 0)
    func (0, n, data);
}
