/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "gpu/monitor/gpu-card-sensors.h"
#include "gpu/monitor/gpu-nvml-api.h"
#include "gpu/monitor/gpu-telemetry-private.h"

/*
 * NVIDIA's cards by NVML (spec gpu-telemetry 2). The library answers only as long as it fits the
 * kernel's driver: when it does not any more, its cards stay in the list as lost, with the reason,
 * and it is closed and tried anew from time to time. Cards that the kernel shows are there without
 * it, too.
 */

/* µs until a library that failed is tried again. */
#define RETRY (5 * G_USEC_PER_SEC)
/* The same for single cards that do not answer, since all are started anew. */
#define RETRY_CARD (30 * G_USEC_PER_SEC)

#define MAX_CARDS 64
#define MAX_LISTED 1024

typedef struct
{
  GpuNvmlHandle *handle; /* NULL while the library is closed, or the card does not answer */
  GpuNvmlResult failure; /* why it does not */
  GpuDeviceInfo *info;
  guint64 seen; /* time stamp of the newest process sample */
} NvmlCard;

typedef struct
{
  char *library;
  GpuNvmlApi api;
  gboolean open;
  gboolean tried;        /* at all */
  GpuNvmlResult failure; /* why it is not open */
  gint64 retry;          /* when to try again */
  GHashTable *cards;     /* address -> NvmlCard */
} NvmlTelemetry;

static void
nvml_card_free (gpointer data)
{
  NvmlCard *self = data;

  g_clear_pointer (&self->info, gpu_device_info_unref);
  g_free (self);
}

static gpointer
nvml_new (const GpuMonitorOptions *options)
{
  NvmlTelemetry *self = g_new0 (NvmlTelemetry, 1);

  self->library = g_strdup (options->nvml != NULL ? options->nvml : "libnvidia-ml.so.1");
  self->cards = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, nvml_card_free);
  self->failure = GPU_NVML_NO_LIBRARY;
  return self;
}

/* Handles die with the library. */
static void
close_library (NvmlTelemetry *self)
{
  GHashTableIter iter;
  gpointer item;

  if (!self->open)
    return;
  gpu_nvml_close (&self->api);
  self->open = FALSE;
  g_hash_table_iter_init (&iter, self->cards);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    {
      NvmlCard *card = item;

      card->handle = NULL;
      card->failure = GPU_NVML_SUCCESS;
    }
}

static void
nvml_rest (gpointer data)
{
  NvmlTelemetry *self = data;

  close_library (self);
  self->retry = 0;
}

static void
nvml_free (gpointer data)
{
  NvmlTelemetry *self = data;

  close_library (self);
  g_hash_table_unref (self->cards);
  g_free (self->library);
  g_free (self);
}

static const char *
get_reason (GpuNvmlResult failure)
{
  switch ((int) failure)
    {
    case GPU_NVML_NO_LIBRARY:
      return _ ("The library of NVIDIA’s driver (libnvidia-ml) is not installed or cannot be "
                "opened.");
    case GPU_NVML_VERSION_MISMATCH:
      return _ ("NVIDIA’s driver was updated: its library and its kernel module have different "
                "versions. Restart the computer; in a Flatpak, run “flatpak update”.");
    case GPU_NVML_DRIVER_NOT_LOADED:
    case GPU_NVML_UNINITIALIZED:
      return _ ("NVIDIA’s driver is not loaded.");
    case GPU_NVML_NO_PERMISSION:
    case GPU_NVML_OPERATING_SYSTEM:
      return _ ("NVIDIA’s driver does not let this user see the card.");
    case GPU_NVML_GPU_IS_LOST:
      return _ ("The card has stopped answering; it may have been unplugged or have failed.");
    case GPU_NVML_RESET_REQUIRED:
      return _ ("The card must be reset before it can be used again; restart the computer.");
    default:
      return _ ("NVIDIA’s driver does not answer.");
    }
}

/* Whether an answer means that the driver is gone, for all cards. */
static gboolean
is_fatal_for_all (int result)
{
  return result == GPU_NVML_UNINITIALIZED || result == GPU_NVML_DRIVER_NOT_LOADED ||
         result == GPU_NVML_VERSION_MISMATCH;
}

/* Whether an answer means that the card is gone, not only that number. */
static gboolean
is_fatal (int result)
{
  return is_fatal_for_all (result) || result == GPU_NVML_GPU_IS_LOST ||
         result == GPU_NVML_RESET_REQUIRED;
}

static NvmlCard *
get_card (NvmlTelemetry *self, const char *address)
{
  NvmlCard *card = g_hash_table_lookup (self->cards, address);

  if (card == NULL)
    {
      card = g_new0 (NvmlCard, 1);
      g_hash_table_insert (self->cards, g_strdup (address), card);
    }
  return card;
}

static char *
call_text (int (*function) (GpuNvmlHandle *, char *, guint), GpuNvmlHandle *handle)
{
  char text[128] = "";

  if (function == NULL || function (handle, text, sizeof text - 1) != GPU_NVML_SUCCESS ||
      *text == '\0')
    return NULL;
  text[sizeof text - 1] = '\0';
  return g_utf8_make_valid (text, -1);
}

static void
add_versions (NvmlTelemetry *self, GpuDeviceInfo *info)
{
  char text[128] = "";
  int cuda = 0;

  if (self->api.system_driver_version != NULL &&
      self->api.system_driver_version (text, sizeof text - 1) == GPU_NVML_SUCCESS)
    {
      g_free (info->driver_version);
      info->driver_version = g_utf8_make_valid (text, -1);
    }
  if (self->api.system_cuda_version != NULL &&
      self->api.system_cuda_version (&cuda) == GPU_NVML_SUCCESS && cuda > 0)
    {
      g_strfreev (info->runtimes);
      info->runtimes = g_new0 (char *, 2);
      info->runtimes[0] = g_strdup_printf ("CUDA %d.%d", cuda / 1000, cuda % 1000 / 10);
    }
}

/* Who a card is: what the kernel tells, if it does, and what the library adds. */
static void
learn (NvmlTelemetry *self, NvmlCard *card, const char *address)
{
  GpuDeviceInfo *info = gpu_device_info_new (address, "NVIDIA", GPU_VENDOR_NVIDIA);
  char *name = call_text (self->api.device_name, card->handle);
  int major, minor;

  if (card->info != NULL)
    {
      g_set_str (&info->name, card->info->name);
      info->driver = g_strdup (card->info->driver);
      info->render_node = g_strdup (card->info->render_node);
      info->integrated = card->info->integrated;
      gpu_device_info_unref (card->info);
    }
  if (name != NULL)
    {
      g_free (info->name);
      info->name = name;
    }
  if (info->driver == NULL)
    info->driver = g_strdup ("nvidia");
  info->uuid = call_text (self->api.device_uuid, card->handle);
  if (self->api.device_capability != NULL &&
      self->api.device_capability (card->handle, &major, &minor) == GPU_NVML_SUCCESS)
    info->compute_capability = g_strdup_printf ("%d.%d", major, minor);
  add_versions (self, info);
  card->info = info;
}

/* The address as the kernel writes it; the library's text has a domain of eight digits. */
static gboolean
get_address (NvmlTelemetry *self, GpuNvmlHandle *handle, char *address, gsize size)
{
  GpuNvmlPci pci = { 0 };

  if (self->api.device_pci (handle, &pci) != GPU_NVML_SUCCESS)
    return FALSE;
  g_snprintf (address, size, "%04x:%02x:%02x.0", pci.domain, pci.bus, pci.device);
  return TRUE;
}

static void
find_cards (NvmlTelemetry *self)
{
  guint n = 0;

  if (self->api.device_count (&n) != GPU_NVML_SUCCESS)
    n = 0;
  for (guint i = 0; i < MIN (n, MAX_CARDS); i++)
    {
      GpuNvmlHandle *handle = NULL;
      int result = self->api.device_by_index (i, &handle);
      char address[32];
      NvmlCard *card;

      if (result != GPU_NVML_SUCCESS || handle == NULL ||
          !get_address (self, handle, address, sizeof address))
        {
          /* Which one it is cannot be told; it is the one that is left without a handle. */
          self->failure = (GpuNvmlResult) result;
          continue;
        }
      card = get_card (self, address);
      card->handle = handle;
      card->failure = GPU_NVML_SUCCESS;
      learn (self, card, address);
    }
}

static void
open_library (NvmlTelemetry *self, gint64 time)
{
  self->tried = TRUE;
  self->failure = gpu_nvml_open (self->library, &self->api);
  self->open = self->failure == GPU_NVML_SUCCESS;
  self->retry = self->open ? G_MAXINT64 : time + RETRY;
  if (self->open)
    find_cards (self);
}

static gboolean
is_ours (const GpuCard *card)
{
  return g_strcmp0 (card->driver, "nvidia") == 0;
}

/* Starting the library wakes cards, so at least one must be awake. Where the kernel shows none (in
 * WSL and some containers) it is tried once. */
static gboolean
may_open (NvmlTelemetry *self, GpuTick *tick)
{
  gboolean any = FALSE;

  for (guint i = 0; i < tick->cards->len; i++)
    {
      const GpuCard *card = tick->cards->pdata[i];

      any = any || card->vendor == GPU_PCI_NVIDIA;
      if (is_ours (card) && !gpu_card_is_suspended (card, tick->sysfs))
        return TRUE;
    }
  return !any && (!self->tried || g_hash_table_size (self->cards) > 0);
}

/* ---- one card ---- */

typedef struct
{
  NvmlTelemetry *nvml;
  NvmlCard *card;
  GpuSample *sample;
  int fatal;       /* the first fatal answer; 0 for none */
  guint succeeded; /* calls that did */
  guint unknown;   /* calls that failed for no reason that is told */
} Round;

static gboolean
succeeds (Round *round, int result)
{
  if (result == GPU_NVML_SUCCESS)
    round->succeeded++;
  else if (result == GPU_NVML_UNKNOWN)
    round->unknown++;
  else if (is_fatal (result) && round->fatal == 0)
    round->fatal = result;
  return result == GPU_NVML_SUCCESS;
}

static void
add_number (Round *round, GpuField field, int (*function) (GpuNvmlHandle *, guint *), double unit)
{
  guint number = 0;

  if (function != NULL && succeeds (round, function (round->card->handle, &number)))
    gpu_sample_set (round->sample, field, number * unit);
}

static void
add_number_of (Round *round,
               GpuField field,
               int (*function) (GpuNvmlHandle *, guint, guint *),
               guint which,
               double unit)
{
  guint number = 0;

  if (function != NULL && succeeds (round, function (round->card->handle, which, &number)))
    gpu_sample_set (round->sample, field, number * unit);
}

static void
add_engine (Round *round, GpuField field, int (*function) (GpuNvmlHandle *, guint *, guint *))
{
  guint percent = 0, period = 0;

  if (function != NULL && succeeds (round, function (round->card->handle, &percent, &period)) &&
      percent <= 100)
    gpu_sample_set (round->sample, field, percent);
}

static void
add_load (Round *round)
{
  GpuNvmlApi *api = &round->nvml->api;
  GpuNvmlUtilization load = { 0 };

  if (api->utilization != NULL && succeeds (round, api->utilization (round->card->handle, &load)) &&
      load.gpu <= 100 && load.memory <= 100)
    {
      gpu_sample_set (round->sample, GPU_FIELD_UTILISATION, load.gpu);
      gpu_sample_set (round->sample, GPU_FIELD_MEMORY_UTILISATION, load.memory);
    }
  add_engine (round, GPU_FIELD_ENCODER, api->encoder);
  add_engine (round, GPU_FIELD_DECODER, api->decoder);
}

/* Newer libraries count the driver's reserve apart, as nvidia-smi does. */
static gboolean
get_memory (Round *round, guint64 *used, guint64 *total)
{
  GpuNvmlApi *api = &round->nvml->api;
  GpuNvmlMemory2 newer = { .version = GPU_NVML_MEMORY_2 };
  GpuNvmlMemory memory = { 0 };

  if (api->memory_2 != NULL && succeeds (round, api->memory_2 (round->card->handle, &newer)))
    {
      *used = newer.used;
      *total = newer.total;
    }
  else if (api->memory != NULL && succeeds (round, api->memory (round->card->handle, &memory)))
    {
      *used = memory.used;
      *total = memory.total;
    }
  else
    return FALSE;
  return *total > 0;
}

/* A chip without memory of its own uses the system's. */
static void
add_memory (Round *round, GpuSysfs *sysfs)
{
  guint64 used, total;
  double system_used, system_total;

  if (get_memory (round, &used, &total))
    {
      gpu_sample_set (round->sample, GPU_FIELD_MEMORY_USED, (double) used);
      gpu_sample_set (round->sample, GPU_FIELD_MEMORY_TOTAL, (double) total);
    }
  else if (round->fatal == 0 && gpu_read_system_memory (sysfs, &system_used, &system_total))
    {
      gpu_sample_set (round->sample, GPU_FIELD_SHARED_USED, system_used);
      gpu_sample_set (round->sample, GPU_FIELD_SHARED_TOTAL, system_total);
    }
}

static void
add_temperature (Round *round)
{
  GpuNvmlApi *api = &round->nvml->api;
  GpuNvmlTemperature temperature = { .version = GPU_NVML_TEMPERATURE_1 };
  GpuNvmlFieldValue memory = { .field = GPU_NVML_FIELD_MEMORY_TEMPERATURE };

  add_number_of (round, GPU_FIELD_TEMPERATURE, api->temperature, 0, 1);
  if (!gpu_sample_has (round->sample, GPU_FIELD_TEMPERATURE) && api->temperature_v != NULL &&
      succeeds (round, api->temperature_v (round->card->handle, &temperature)))
    gpu_sample_set (round->sample, GPU_FIELD_TEMPERATURE, temperature.temperature);
  if (api->field_values != NULL &&
      succeeds (round, api->field_values (round->card->handle, 1, &memory)) &&
      memory.result == GPU_NVML_SUCCESS &&
      (memory.type == GPU_NVML_TYPE_UINT || memory.type == GPU_NVML_TYPE_INT) && memory.value > 0)
    gpu_sample_set (round->sample, GPU_FIELD_TEMPERATURE_MEMORY, (guint) memory.value);
  add_number_of (round, GPU_FIELD_TEMPERATURE_SLOWDOWN, api->threshold, GPU_NVML_THRESHOLD_SLOWDOWN,
                 1);
  add_number_of (round, GPU_FIELD_TEMPERATURE_SHUTDOWN, api->threshold, GPU_NVML_THRESHOLD_SHUTDOWN,
                 1);
}

static void
add_power (Round *round)
{
  GpuNvmlApi *api = &round->nvml->api;
  guint64 millijoule = 0;

  add_number (round, GPU_FIELD_POWER, api->power, 0.001);
  add_number (round, GPU_FIELD_POWER_CAP, api->power_limit, 0.001);
  if (api->energy != NULL && succeeds (round, api->energy (round->card->handle, &millijoule)))
    gpu_sample_set (round->sample, GPU_FIELD_ENERGY, (double) millijoule * 0.001);
  add_number (round, GPU_FIELD_FAN, api->fan, 1);
}

static void
add_clocks (Round *round)
{
  GpuNvmlApi *api = &round->nvml->api;

  add_number_of (round, GPU_FIELD_CLOCK_CORE, api->clock, GPU_NVML_CLOCK_GRAPHICS, 1);
  add_number_of (round, GPU_FIELD_CLOCK_CORE_MAX, api->clock_max, GPU_NVML_CLOCK_GRAPHICS, 1);
  add_number_of (round, GPU_FIELD_CLOCK_MEMORY, api->clock, GPU_NVML_CLOCK_MEMORY, 1);
  add_number_of (round, GPU_FIELD_CLOCK_MEMORY_MAX, api->clock_max, GPU_NVML_CLOCK_MEMORY, 1);
  add_number_of (round, GPU_FIELD_CLOCK_VIDEO, api->clock, GPU_NVML_CLOCK_VIDEO, 1);
}

static void
add_pcie (Round *round)
{
  GpuNvmlApi *api = &round->nvml->api;

  add_number (round, GPU_FIELD_PCIE_GENERATION, api->pcie_generation, 1);
  add_number (round, GPU_FIELD_PCIE_GENERATION_MAX, api->pcie_generation_max, 1);
  add_number (round, GPU_FIELD_PCIE_WIDTH, api->pcie_width, 1);
  add_number (round, GPU_FIELD_PCIE_WIDTH_MAX, api->pcie_width_max, 1);
  /* Each counts for 20 ms before it answers. */
  add_number_of (round, GPU_FIELD_PCIE_SENT, api->pcie_throughput, GPU_NVML_PCIE_SENT, 1000);
  add_number_of (round, GPU_FIELD_PCIE_RECEIVED, api->pcie_throughput, GPU_NVML_PCIE_RECEIVED,
                 1000);
}

static void
add_slow_reasons (Round *round)
{
  GpuNvmlApi *api = &round->nvml->api;
  guint64 reasons = 0;

  if (api->slow_reasons == NULL ||
      !succeeds (round, api->slow_reasons (round->card->handle, &reasons)))
    return;
  if (reasons & GPU_NVML_SLOW_THERMAL)
    gpu_sample_add_throttle_reason (round->sample, _ ("temperature"));
  if (reasons & GPU_NVML_SLOW_POWER_CAP)
    gpu_sample_add_throttle_reason (round->sample, _ ("power limit"));
  if (reasons & GPU_NVML_SLOW_POWER_BRAKE)
    gpu_sample_add_throttle_reason (round->sample, _ ("power supply"));
  if (reasons & GPU_NVML_SLOW_SYNC)
    gpu_sample_add_throttle_reason (round->sample, _ ("other cards"));
  if ((reasons & GPU_NVML_SLOW_HARDWARE) != 0 &&
      (reasons & (GPU_NVML_SLOW_THERMAL | GPU_NVML_SLOW_POWER_BRAKE)) == 0)
    gpu_sample_add_throttle_reason (round->sample, _ ("hardware"));
}

/* The list of one kind; the library says how long it is when there is not enough room. */
static void
add_process_list (Round *round, guint list, GpuUsage *usage, GpuSysfs *sysfs)
{
  GpuNvmlApi *api = &round->nvml->api;
  gsize size = api->process_size[list];
  g_autofree guint8 *entries = NULL;
  guint capacity = 32, n = 0;
  int result = GPU_NVML_INSUFFICIENT_SIZE;

  if (api->processes[list] == NULL)
    return;
  while (result == GPU_NVML_INSUFFICIENT_SIZE && capacity <= MAX_LISTED)
    {
      entries = g_realloc (entries, capacity * size);
      n = capacity;
      result = api->processes[list](round->card->handle, &n, entries);
      capacity = MAX (2 * capacity, MIN (n + 8, MAX_LISTED));
    }
  if (!succeeds (round, result))
    return;
  for (guint i = 0; i < n; i++)
    {
      GpuNvmlProcess1 entry; /* the longer ones begin like it */
      GpuProcess *process;

      memcpy (&entry, entries + i * size, sizeof entry);
      process = gpu_usage_find_process (usage, sysfs, entry.pid);
      if (entry.memory != GPU_NVML_NO_MEMORY)
        {
          process->memory = MAX (process->memory, entry.memory);
          process->has_memory = TRUE;
        }
    }
}

/* Samples since the last look. There may be nonsense among them: more than 100 %, times of long ago
 * (spec gpu-telemetry 2, "Pitfalls"). The newest of each process counts. */
static void
add_process_load (Round *round, GpuUsage *usage)
{
  GpuNvmlApi *api = &round->nvml->api;
  g_autofree GpuNvmlProcessSample *samples = NULL;
  guint64 newest = round->card->seen;
  guint n = 0;

  if (api->process_utilization == NULL || usage->processes->len == 0 ||
      api->process_utilization (round->card->handle, NULL, &n, newest) !=
          GPU_NVML_INSUFFICIENT_SIZE ||
      n == 0 || n > MAX_LISTED)
    return;
  samples = g_new0 (GpuNvmlProcessSample, n);
  if (!succeeds (round, api->process_utilization (round->card->handle, samples, &n, newest)))
    return;
  for (guint i = 0; i < usage->processes->len; i++)
    {
      GpuProcess *process = &g_array_index (usage->processes, GpuProcess, i);
      guint64 latest = round->card->seen;

      for (guint k = 0; k < n; k++)
        if (samples[k].pid == process->pid && samples[k].time > latest && samples[k].sm <= 100)
          {
            latest = samples[k].time;
            newest = MAX (newest, latest);
            process->utilisation = samples[k].sm;
            process->has_utilisation = TRUE;
          }
    }
  round->card->seen = newest;
}

/* In a sandbox the library's process ids are those of the host: neither ours nor anyone's here. */
static void
add_processes (Round *round, GpuTick *tick)
{
  g_auto (GpuUsage) usage = { 0 };

  if (tick->foreign_pids)
    return;
  gpu_usage_init (&usage);
  for (guint i = 0; i < GPU_NVML_N_PROCESS_LISTS; i++)
    add_process_list (round, i, &usage, tick->sysfs);
  add_process_load (round, &usage);
  gpu_usage_finish (&usage, round->sample);
}

static GpuSample *
new_lost_sample (GpuTick *tick, GpuNvmlResult failure)
{
  GpuSample *sample = gpu_tick_new_sample (tick);

  gpu_sample_set_state (sample, GPU_STATE_LOST, get_reason (failure));
  return sample;
}

/* What a card tells; a sample that says why not when it is lost in the middle of it. */
static GpuSample *
ask (NvmlTelemetry *self, NvmlCard *card, GpuTick *tick)
{
  Round round = { .nvml = self, .card = card, .sample = gpu_tick_new_sample (tick) };

  add_load (&round);
  if (round.fatal == 0)
    {
      add_memory (&round, tick->sysfs);
      add_temperature (&round);
      add_power (&round);
      add_clocks (&round);
      add_pcie (&round);
      add_slow_reasons (&round);
      add_processes (&round, tick);
    }
  if (round.fatal == 0 && round.succeeded == 0 && round.unknown > 0)
    round.fatal = GPU_NVML_UNKNOWN;
  if (round.fatal == 0)
    return round.sample;
  gpu_sample_unref (round.sample);
  card->failure = (GpuNvmlResult) round.fatal;
  card->handle = NULL;
  return new_lost_sample (tick, card->failure);
}

/* Why a card has no handle. An open library that says nothing about it keeps it from us: containers
 * see all cards in the kernel's files, and only theirs in the library. */
static GpuNvmlResult
get_failure (NvmlTelemetry *self, NvmlCard *state)
{
  if (!self->open)
    return self->failure;
  if (state->failure != GPU_NVML_SUCCESS)
    return state->failure;
  return self->failure != GPU_NVML_SUCCESS ? self->failure : GPU_NVML_NO_PERMISSION;
}

static GpuSample *
sample_card (NvmlTelemetry *self, NvmlCard *state, const GpuCard *card, GpuTick *tick)
{
  GpuSample *sample;

  if (card != NULL && gpu_card_is_suspended (card, tick->sysfs))
    {
      sample = gpu_tick_new_sample (tick);
      gpu_sample_set_suspended (sample);
      return sample;
    }
  return state->handle != NULL ? ask (self, state, tick)
                               : new_lost_sample (tick, get_failure (self, state));
}

static const GpuCard *
find_card (GpuTick *tick, const char *address)
{
  for (guint i = 0; i < tick->cards->len; i++)
    if (strcmp (((const GpuCard *) tick->cards->pdata[i])->address, address) == 0)
      return tick->cards->pdata[i];
  return NULL;
}

/* What the kernel shows, and forgets what it does not show any more and the library neither. */
static void
update_cards (NvmlTelemetry *self, GpuTick *tick)
{
  GHashTableIter iter;
  gpointer address, item;
  gboolean kernel_knows = FALSE;

  for (guint i = 0; i < tick->cards->len; i++)
    {
      const GpuCard *card = tick->cards->pdata[i];
      NvmlCard *state;

      kernel_knows = kernel_knows || card->vendor == GPU_PCI_NVIDIA;
      if (!is_ours (card))
        continue;
      state = get_card (self, card->address);
      if (state->info == NULL)
        state->info = gpu_device_info_new_for_card (card, tick->sysfs);
    }
  g_hash_table_iter_init (&iter, self->cards);
  while (g_hash_table_iter_next (&iter, &address, &item))
    {
      const GpuCard *card = find_card (tick, address);

      if (kernel_knows && (card == NULL || !is_ours (card)))
        g_hash_table_iter_remove (&iter);
    }
}

/* After a round: cards that have failed are tried anew after a while, by starting the library
 * again, perhaps as another version. */
static void
plan_retry (NvmlTelemetry *self, gint64 time)
{
  GHashTableIter iter;
  gpointer item;
  guint answering = 0, failed = 0;

  g_hash_table_iter_init (&iter, self->cards);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    {
      const NvmlCard *card = item;

      answering += card->handle != NULL;
      failed += card->handle == NULL;
      if (is_fatal_for_all (card->failure))
        self->failure = card->failure;
    }
  if (is_fatal_for_all (self->failure))
    close_library (self);
  if (failed > 0 && self->retry == G_MAXINT64)
    self->retry = time + (self->open && answering > 0 ? RETRY_CARD : RETRY);
}

static void
nvml_sample (gpointer data, GpuTick *tick)
{
  NvmlTelemetry *self = data;
  GHashTableIter iter;
  gpointer address, item;

  update_cards (self, tick);
  if (tick->time >= self->retry && may_open (self, tick))
    {
      close_library (self);
      open_library (self, tick->time);
    }
  g_hash_table_iter_init (&iter, self->cards);
  while (g_hash_table_iter_next (&iter, &address, &item))
    {
      NvmlCard *state = item;
      GpuSample *sample = sample_card (self, state, find_card (tick, address), tick);

      gpu_tick_add (tick, gpu_device_info_ref (state->info), sample);
    }
  if (self->open)
    plan_retry (self, tick->time);
}

const GpuTelemetryBackend gpu_nvml_telemetry = {
  .new = nvml_new,
  .sample = nvml_sample,
  .rest = nvml_rest,
  .free = nvml_free,
};
