/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gpu/monitor/gpu-fdinfo.h"

/* Looking at the file descriptors of all processes takes long where there are many; so many are
 * looked at in one round, and the next one goes on where it stopped. Those known to belong to a GPU
 * are read each time. */
#define MAX_LOOKS 1000

/* Clients of one round; more than any desktop has. */
#define MAX_CLIENTS 4096

/* Kernels count a little more than went by when a counter is read late. */
#define TOLERANCE 1.05

typedef struct
{
  int pid;
  int fd;
} Handle;

typedef struct
{
  GpuFdinfo info;
  int pid;
  gint64 time;
  double percent[GPU_N_ENGINES];
} Client;

struct _GpuFdinfoSweep
{
  GArray *handles;     /* Handle: the file descriptors known to be of a GPU */
  GHashTable *clients; /* "address client" -> Client, of this round */
  GHashTable *before;  /* the same of the round before */
  int next_pid;        /* where looking goes on */
  gboolean looked;     /* whether all were looked at once */
};

/**
 * gpu_fdinfo_sweep_new:
 *
 * Returns: (transfer full): a sweep that knows nobody yet
 */
GpuFdinfoSweep *
gpu_fdinfo_sweep_new (void)
{
  GpuFdinfoSweep *self = g_new0 (GpuFdinfoSweep, 1);

  self->handles = g_array_new (FALSE, FALSE, sizeof (Handle));
  self->clients = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->before = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

/**
 * gpu_fdinfo_sweep_free:
 * @self: (transfer full): a sweep
 */
void
gpu_fdinfo_sweep_free (GpuFdinfoSweep *self)
{
  g_array_unref (self->handles);
  g_hash_table_unref (self->clients);
  g_hash_table_unref (self->before);
  g_free (self);
}

/**
 * gpu_fdinfo_sweep_rest:
 * @self: a sweep
 *
 * Forgets the counters: nobody looks for a while.
 */
void
gpu_fdinfo_sweep_rest (GpuFdinfoSweep *self)
{
  g_hash_table_remove_all (self->clients);
  g_array_set_size (self->handles, 0);
  self->looked = FALSE;
  self->next_pid = 0;
}

static gboolean
knows_handle (GpuFdinfoSweep *self, int pid, int fd)
{
  for (guint i = 0; i < self->handles->len; i++)
    {
      const Handle *handle = &g_array_index (self->handles, Handle, i);

      if (handle->pid == pid && handle->fd == fd)
        return TRUE;
    }
  return FALSE;
}

/* Notes the file descriptors of one process that are of a GPU. How many there are. */
static guint
look_at (GpuFdinfoSweep *self, GpuSysfs *sysfs, int pid)
{
  g_autofree char *dir = g_strdup_printf ("/proc/%d/fd", pid);
  g_auto (GStrv) names = gpu_sysfs_list (sysfs, dir);
  guint n = 0;

  for (; names[n] != NULL; n++)
    {
      g_autofree char *path = g_strconcat (dir, "/", names[n], NULL);
      char target[64];

      if (!gpu_sysfs_read_link (sysfs, path, target, sizeof target) ||
          !g_str_has_prefix (target, "/dev/dri/"))
        continue;
      if (self->handles->len < MAX_CLIENTS && !knows_handle (self, pid, atoi (names[n])))
        g_array_append_vals (self->handles, &(Handle) { pid, atoi (names[n]) }, 1);
    }
  return n;
}

static int
compare_pids (gconstpointer a, gconstpointer b)
{
  return *(const int *) a - *(const int *) b;
}

static GArray *
list_pids (GpuSysfs *sysfs)
{
  g_auto (GStrv) names = gpu_sysfs_list (sysfs, "/proc");
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (int));

  for (guint i = 0; names[i] != NULL; i++)
    if (g_ascii_isdigit (names[i][0]))
      {
        int pid = atoi (names[i]);

        g_array_append_val (pids, pid);
      }
  g_array_sort (pids, compare_pids);
  return pids;
}

/* New file descriptors: all of this process, and as many of others as one round may look at. */
static void
look (GpuFdinfoSweep *self, GpuSysfs *sysfs)
{
  g_autoptr (GArray) pids = list_pids (sysfs);
  guint looks = 0, first = 0;

  look_at (self, sysfs, getpid ());
  while (first < pids->len && g_array_index (pids, int, first) < self->next_pid)
    first++;
  for (guint i = 0; i < pids->len; i++)
    {
      int pid = g_array_index (pids, int, (first + i) % pids->len);

      if (self->looked && looks >= MAX_LOOKS)
        {
          self->next_pid = pid;
          return;
        }
      if (pid != getpid ())
        looks += 1 + look_at (self, sysfs, pid);
    }
  self->looked = TRUE;
  self->next_pid = 0;
}

/* Percent that an engine was busy for the client since the round before; NAN when the counters
 * cannot be right. */
static double
get_percent (const GpuEngineTime *now, const GpuEngineTime *before, gint64 microseconds)
{
  double passed =
      now->total > 0 ? (double) now->total - (double) before->total : (double) microseconds * 1000;
  double busy = (double) now->busy - (double) before->busy;
  double capacity = MAX (now->capacity, 1);

  if (!now->told || !before->told || passed <= 0 || busy < 0 ||
      busy > passed * capacity * TOLERANCE)
    return NAN;
  return MIN (100 * busy / (passed * capacity), 100);
}

/* FALSE when the file descriptor is not of a GPU any more. */
static gboolean
read_handle (GpuFdinfoSweep *self, GpuSysfs *sysfs, const Handle *handle, gint64 time)
{
  char path[64];
  guint8 text[4096];
  gsize length;
  GpuFdinfo info;
  g_autofree char *key = NULL;
  const Client *before;
  Client *client;

  g_snprintf (path, sizeof path, "/proc/%d/fdinfo/%d", handle->pid, handle->fd);
  if (!gpu_sysfs_read_bytes (sysfs, path, text, sizeof text, &length) ||
      !gpu_fdinfo_parse ((const char *) text, length, &info))
    return FALSE;
  key = g_strdup_printf ("%s %" G_GUINT64_FORMAT, info.address, info.client);
  if (g_hash_table_contains (self->clients, key))
    return TRUE;
  client = g_new (Client, 1);
  *client = (Client) { .info = info, .pid = handle->pid, .time = time };
  before = g_hash_table_lookup (self->before, key);
  for (guint i = 0; i < GPU_N_ENGINES; i++)
    client->percent[i] = before != NULL ? get_percent (&info.engines[i], &before->info.engines[i],
                                                       time - before->time)
                                        : NAN;
  g_hash_table_insert (self->clients, g_steal_pointer (&key), client);
  return TRUE;
}

/**
 * gpu_fdinfo_sweep_update:
 * @self: a sweep
 * @sysfs: the kernel's files
 * @time: of this round, µs
 *
 * Reads all clients anew.
 */
void
gpu_fdinfo_sweep_update (GpuFdinfoSweep *self, GpuSysfs *sysfs, gint64 time)
{
  GHashTable *oldest = self->before;

  self->before = self->clients;
  self->clients = oldest;
  g_hash_table_remove_all (self->clients);
  look (self, sysfs);
  for (guint i = 0; i < self->handles->len;)
    if (read_handle (self, sysfs, &g_array_index (self->handles, Handle, i), time))
      i++;
    else
      g_array_remove_index_fast (self->handles, i);
}

static void
add_client (GpuUsage *usage, GpuSysfs *sysfs, const Client *client)
{
  GpuProcess *process = gpu_usage_find_process (usage, sysfs, client->pid);
  double busiest = NAN;

  for (guint i = 0; i < GPU_N_ENGINES; i++)
    {
      if (isnan (client->percent[i]))
        continue;
      usage->percent[i] =
          MIN ((isnan (usage->percent[i]) ? 0 : usage->percent[i]) + client->percent[i], 100);
      busiest = fmax (busiest, client->percent[i]);
    }
  if (!isnan (busiest))
    {
      process->utilisation = MIN (process->utilisation + busiest, 100);
      process->has_utilisation = TRUE;
    }
  if (client->info.has_vram)
    {
      process->memory += client->info.vram;
      process->has_memory = TRUE;
    }
}

/**
 * gpu_fdinfo_sweep_get_usage:
 * @self: a sweep
 * @sysfs: the kernel's files, for the names of processes
 * @address: PCI address of a card
 * @usage: (out): to be cleared by gpu_usage_clear()
 */
void
gpu_fdinfo_sweep_get_usage (GpuFdinfoSweep *self,
                            GpuSysfs *sysfs,
                            const char *address,
                            GpuUsage *usage)
{
  GHashTableIter iter;
  gpointer item;

  gpu_usage_init (usage);
  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    {
      const Client *client = item;

      if (strcmp (client->info.address, address) == 0)
        add_client (usage, sysfs, client);
    }
}
