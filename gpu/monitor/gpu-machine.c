/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "gpu/monitor/gpu-sampler.h"

/* The devices of this machine: all backends, asked in turn. */

static const GpuTelemetryBackend *const backends[] = {
  &gpu_cpu_telemetry, /* last in every list */
};

typedef struct
{
  GpuSysfs *sysfs;
  gint64 (*clock) (gpointer data);
  gpointer clock_data;
  gpointer states[G_N_ELEMENTS (backends)];
  GPtrArray *cards;
  char *fingerprint;
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

static GPtrArray *
gpu_machine_sample (gpointer data)
{
  GpuMachine *self = data;
  GpuTick tick = { .sysfs = self->sysfs, .foreign_pids = self->foreign_pids };

  tick.cards_changed = update_cards (self);
  tick.cards = self->cards;
  tick.time = self->clock (self->clock_data);
  tick.wall_time = g_get_real_time ();
  tick.reports = g_ptr_array_new_with_free_func ((GDestroyNotify) gpu_report_free);
  for (guint i = 0; i < G_N_ELEMENTS (backends); i++)
    backends[i]->sample (self->states[i], &tick);
  return tick.reports;
}

static void
gpu_machine_rest (gpointer data)
{
  GpuMachine *self = data;

  for (guint i = 0; i < G_N_ELEMENTS (backends); i++)
    backends[i]->rest (self->states[i]);
}

static void
gpu_machine_free (gpointer data)
{
  GpuMachine *self = data;

  for (guint i = 0; i < G_N_ELEMENTS (backends); i++)
    backends[i]->free (self->states[i]);
  g_clear_pointer (&self->cards, g_ptr_array_unref);
  g_free (self->fingerprint);
  gpu_sysfs_unref (self->sysfs);
  g_free (self);
}

const GpuSamplerSource gpu_machine_source = {
  .sample = gpu_machine_sample,
  .rest = gpu_machine_rest,
  .free = gpu_machine_free,
};
