/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "gpu/monitor/gpu-sampler.h"

/* The devices of this machine: all backends, asked in turn. */

static const GpuTelemetryBackend *const backends[] = {
  &gpu_amd_telemetry,   &gpu_intel_telemetry, &gpu_nvml_telemetry,
  &gpu_other_telemetry, &gpu_cpu_telemetry,
};

typedef struct
{
  GpuSysfs *sysfs;
  gint64 (*clock) (gpointer data);
  gpointer clock_data;
  gpointer states[G_N_ELEMENTS (backends)];
  GPtrArray *cards;
  char *fingerprint;
  GpuFdinfoSweep *clients;
  gboolean foreign_pids;
} GpuMachine;

static gint64
get_time (gpointer data)
{
  return g_get_monotonic_time ();
}

/**
 * gpu_machine_new:
 * @options: of the monitor
 *
 * Returns: (transfer full): data of gpu_machine_source
 */
gpointer
gpu_machine_new (const GpuMonitorOptions *options)
{
  GpuMachine *self = g_new0 (GpuMachine, 1);

  self->sysfs = gpu_sysfs_new (options->root != NULL ? options->root : "/");
  self->clock = options->clock != NULL ? options->clock : get_time;
  self->clock_data = options->clock_data;
  self->foreign_pids = gpu_sysfs_has_own_pids (self->sysfs);
  self->clients = gpu_fdinfo_sweep_new ();
  for (guint i = 0; i < G_N_ELEMENTS (backends); i++)
    self->states[i] = backends[i]->new (options);
  return self;
}

/* Whether the cards are others than in the round before. */
static gboolean
update_cards (GpuMachine *self)
{
  g_autofree char *fingerprint = gpu_cards_fingerprint (self->sysfs);

  if (self->cards != NULL && strcmp (fingerprint, self->fingerprint) == 0)
    return FALSE;
  g_free (self->fingerprint);
  self->fingerprint = g_steal_pointer (&fingerprint);
  g_clear_pointer (&self->cards, g_ptr_array_unref);
  self->cards = gpu_cards_list (self->sysfs);
  return TRUE;
}

/* NVIDIA's own driver tells nothing by DRM's files (spec gpu-telemetry 5). */
static gboolean
has_clients (GpuMachine *self)
{
  for (guint i = 0; i < self->cards->len; i++)
    {
      const GpuCard *card = self->cards->pdata[i];

      if (card->render_node != NULL && g_strcmp0 (card->driver, "nvidia") != 0)
        return TRUE;
    }
  return FALSE;
}

/* By address, the processor last. */
static int
compare_reports (gconstpointer a, gconstpointer b)
{
  const GpuReport *left = *(const GpuReport *const *) a, *right = *(const GpuReport *const *) b;
  gboolean left_last = left->info->vendor == GPU_VENDOR_CPU;
  gboolean right_last = right->info->vendor == GPU_VENDOR_CPU;

  return left_last != right_last ? (int) left_last - (int) right_last
                                 : strcmp (left->info->id, right->info->id);
}

static GPtrArray *
gpu_machine_sample (gpointer data)
{
  GpuMachine *self = data;
  GpuTick tick = { .sysfs = self->sysfs, .foreign_pids = self->foreign_pids };

  tick.cards_changed = update_cards (self);
  tick.cards = self->cards;
  tick.time = self->clock (self->clock_data);
  tick.wall_time = g_get_real_time ();
  tick.clients = self->clients;
  if (has_clients (self))
    gpu_fdinfo_sweep_update (self->clients, self->sysfs, tick.time);
  tick.reports = g_ptr_array_new_with_free_func ((GDestroyNotify) gpu_report_free);
  for (guint i = 0; i < G_N_ELEMENTS (backends); i++)
    backends[i]->sample (self->states[i], &tick);
  g_ptr_array_sort (tick.reports, compare_reports);
  return tick.reports;
}

static void
gpu_machine_rest (gpointer data)
{
  GpuMachine *self = data;

  for (guint i = 0; i < G_N_ELEMENTS (backends); i++)
    backends[i]->rest (self->states[i]);
  gpu_fdinfo_sweep_rest (self->clients);
}

static void
gpu_machine_free (gpointer data)
{
  GpuMachine *self = data;

  for (guint i = 0; i < G_N_ELEMENTS (backends); i++)
    backends[i]->free (self->states[i]);
  g_clear_pointer (&self->cards, g_ptr_array_unref);
  g_free (self->fingerprint);
  gpu_fdinfo_sweep_free (self->clients);
  gpu_sysfs_unref (self->sysfs);
  g_free (self);
}

const GpuSamplerSource gpu_machine_source = {
  .sample = gpu_machine_sample,
  .rest = gpu_machine_rest,
  .free = gpu_machine_free,
};
