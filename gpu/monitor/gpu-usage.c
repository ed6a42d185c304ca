/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <unistd.h>

#include "gpu/monitor/gpu-fdinfo.h"

/* Processes of one sample; further ones are the lightest. */
#define MAX_PROCESSES 64

static void
clear_process (gpointer item)
{
  GpuProcess *process = item;

  g_clear_pointer (&process->name, g_free);
}

/**
 * gpu_usage_init:
 * @self: (out): a usage by nobody
 */
void
gpu_usage_init (GpuUsage *self)
{
  for (guint i = 0; i < GPU_N_ENGINES; i++)
    self->percent[i] = NAN;
  self->processes = g_array_new (FALSE, TRUE, sizeof (GpuProcess));
  g_array_set_clear_func (self->processes, clear_process);
}

/**
 * gpu_usage_clear:
 * @self: a usage; its processes are freed
 */
void
gpu_usage_clear (GpuUsage *self)
{
  g_clear_pointer (&self->processes, g_array_unref);
}

/**
 * gpu_usage_find_process:
 * @self: a usage
 * @sysfs: the kernel's files
 * @pid: a process id, as this process sees them
 *
 * Returns: (transfer none): the process, with its name; added when it was not there. Valid until
 * the next one is added.
 */
GpuProcess *
gpu_usage_find_process (GpuUsage *self, GpuSysfs *sysfs, gint64 pid)
{
  GpuProcess process = { .pid = pid, .own = pid == getpid () };
  g_autofree char *path = NULL;

  for (guint i = 0; i < self->processes->len; i++)
    if (g_array_index (self->processes, GpuProcess, i).pid == pid)
      return &g_array_index (self->processes, GpuProcess, i);
  path = g_strdup_printf ("/proc/%" G_GINT64_FORMAT "/comm", pid);
  process.name = gpu_sysfs_read_text (sysfs, path);
  g_array_append_val (self->processes, process);
  return &g_array_index (self->processes, GpuProcess, self->processes->len - 1);
}

static int
compare_processes (gconstpointer a, gconstpointer b)
{
  const GpuProcess *left = a, *right = b;

  if (left->memory != right->memory)
    return left->memory < right->memory ? 1 : -1;
  return left->pid < right->pid ? -1 : left->pid > right->pid;
}

/**
 * gpu_usage_finish:
 * @self: a usage
 * @sample: a new sample
 *
 * Moves the processes into the sample, those with most memory first, and tells what this one holds.
 */
void
gpu_usage_finish (GpuUsage *self, GpuSample *sample)
{
  g_array_sort (self->processes, compare_processes);
  for (guint i = 0; i < self->processes->len; i++)
    {
      GpuProcess *process = &g_array_index (self->processes, GpuProcess, i);

      if (process->own && process->has_memory)
        gpu_sample_set (sample, GPU_FIELD_MEMORY_OWN, (double) process->memory);
      if (i >= MAX_PROCESSES && !process->own)
        continue;
      gpu_sample_add_process (sample, process);
      process->name = NULL;
    }
}
