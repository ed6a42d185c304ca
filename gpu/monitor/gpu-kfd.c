/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/monitor/gpu-kfd.h"

#include <string.h>

/* Source: the kernel's drivers/gpu/drm/amd/amdkfd/kfd_topology.c and kfd_process.c; spec
 * gpu-telemetry 3. */
#define NODES "/sys/class/kfd/kfd/topology/nodes"
#define PROCESSES "/sys/class/kfd/kfd/proc"

/**
 * gpu_kfd_node_clear:
 * @self: a node
 */
void
gpu_kfd_node_clear (GpuKfdNode *self)
{
  g_clear_pointer (&self->target, g_free);
  self->gpu_id = 0;
}

/* The number behind "name " in text of lines; 0 when there is none. */
static guint64
get_property (const char *text, const char *name)
{
  gsize length = strlen (name);

  for (const char *at = text; at != NULL && *at != '\0';)
    {
      if (strncmp (at, name, length) == 0 && at[length] == ' ')
        return g_ascii_strtoull (at + length + 1, NULL, 10);
      at = strchr (at, '\n');
      at = at != NULL ? at + 1 : NULL;
    }
  return 0;
}

/* 110003 is gfx1103, 90010 is gfx90a: the last two digits are hexadecimal. */
static char *
get_target (guint64 version)
{
  return version > 0 ? g_strdup_printf ("gfx%u%x%x", (guint) (version / 10000),
                                        (guint) (version / 100 % 100), (guint) (version % 100))
                     : NULL;
}

/**
 * gpu_kfd_find:
 * @sysfs: the kernel's files
 * @render_minor: the number of the render node: 128 for renderD128
 * @node: (out): to be cleared by gpu_kfd_node_clear()
 *
 * Returns: whether AMD's compute driver knows the GPU
 */
gboolean
gpu_kfd_find (GpuSysfs *sysfs, int render_minor, GpuKfdNode *node)
{
  g_auto (GStrv) names = gpu_sysfs_list (sysfs, NODES);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *dir = g_strconcat (NODES, "/", names[i], NULL);
      g_autofree char *text = gpu_sysfs_read_in (sysfs, dir, "properties");
      gint64 id;

      if (text == NULL || get_property (text, "drm_render_minor") != (guint64) render_minor ||
          !gpu_sysfs_read_number (sysfs, dir, "gpu_id", &id) || id <= 0)
        continue;
      node->gpu_id = (guint64) id;
      node->target = get_target (get_property (text, "gfx_target_version"));
      return TRUE;
    }
  *node = (GpuKfdNode) { 0 };
  return FALSE;
}

/**
 * gpu_kfd_add_processes:
 * @sysfs: the kernel's files
 * @gpu_id: of gpu_kfd_find()
 * @usage: what clients of the graphics driver use
 *
 * Adds what computes by HIP. Older kernels count such memory only here, newer ones in both places:
 * the greater figure is the right one.
 */
void
gpu_kfd_add_processes (GpuSysfs *sysfs, guint64 gpu_id, GpuUsage *usage)
{
  g_auto (GStrv) pids = gpu_sysfs_list (sysfs, PROCESSES);
  g_autofree char *file = g_strdup_printf ("vram_%" G_GUINT64_FORMAT, gpu_id);

  for (guint i = 0; pids[i] != NULL; i++)
    {
      g_autofree char *dir = g_strconcat (PROCESSES, "/", pids[i], NULL);
      gint64 pid = g_ascii_strtoll (pids[i], NULL, 10);
      GpuProcess *process;
      gint64 bytes;

      if (pid <= 0 || !gpu_sysfs_read_number (sysfs, dir, file, &bytes) || bytes < 0)
        continue;
      process = gpu_usage_find_process (usage, sysfs, pid);
      process->memory = MAX (process->memory, (guint64) bytes);
      process->has_memory = TRUE;
    }
}
