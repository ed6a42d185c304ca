/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/monitor/gpu-nvml-api.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

typedef struct
{
  gsize offset; /* in GpuNvmlApi */
  gboolean required;
  const char *names[3]; /* the newest first */
} Symbol;

#define AT(member) offsetof (GpuNvmlApi, member)

static const Symbol symbols[] = {
  { AT (init), TRUE, { "nvmlInit_v2", "nvmlInit" } },
  { AT (shutdown), TRUE, { "nvmlShutdown" } },
  { AT (device_count), TRUE, { "nvmlDeviceGetCount_v2", "nvmlDeviceGetCount" } },
  { AT (device_by_index), TRUE, { "nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex" } },
  { AT (device_pci),
    TRUE,
    { "nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetPciInfo_v2", "nvmlDeviceGetPciInfo" } },
  { AT (device_name), FALSE, { "nvmlDeviceGetName" } },
  { AT (device_uuid), FALSE, { "nvmlDeviceGetUUID" } },
  { AT (device_capability), FALSE, { "nvmlDeviceGetCudaComputeCapability" } },
  { AT (system_driver_version), FALSE, { "nvmlSystemGetDriverVersion" } },
  { AT (system_cuda_version),
    FALSE,
    { "nvmlSystemGetCudaDriverVersion_v2", "nvmlSystemGetCudaDriverVersion" } },
  { AT (utilization), FALSE, { "nvmlDeviceGetUtilizationRates" } },
  { AT (encoder), FALSE, { "nvmlDeviceGetEncoderUtilization" } },
  { AT (decoder), FALSE, { "nvmlDeviceGetDecoderUtilization" } },
  { AT (memory), FALSE, { "nvmlDeviceGetMemoryInfo" } },
  { AT (memory_2), FALSE, { "nvmlDeviceGetMemoryInfo_v2" } },
  { AT (temperature), FALSE, { "nvmlDeviceGetTemperature" } },
  { AT (temperature_v), FALSE, { "nvmlDeviceGetTemperatureV" } },
  { AT (field_values), FALSE, { "nvmlDeviceGetFieldValues" } },
  { AT (threshold), FALSE, { "nvmlDeviceGetTemperatureThreshold" } },
  { AT (power), FALSE, { "nvmlDeviceGetPowerUsage" } },
  { AT (power_limit), FALSE, { "nvmlDeviceGetEnforcedPowerLimit" } },
  { AT (energy), FALSE, { "nvmlDeviceGetTotalEnergyConsumption" } },
  { AT (clock), FALSE, { "nvmlDeviceGetClockInfo" } },
  { AT (clock_max), FALSE, { "nvmlDeviceGetMaxClockInfo" } },
  { AT (fan), FALSE, { "nvmlDeviceGetFanSpeed" } },
  { AT (pcie_generation), FALSE, { "nvmlDeviceGetCurrPcieLinkGeneration" } },
  { AT (pcie_generation_max), FALSE, { "nvmlDeviceGetMaxPcieLinkGeneration" } },
  { AT (pcie_width), FALSE, { "nvmlDeviceGetCurrPcieLinkWidth" } },
  { AT (pcie_width_max), FALSE, { "nvmlDeviceGetMaxPcieLinkWidth" } },
  { AT (pcie_throughput), FALSE, { "nvmlDeviceGetPcieThroughput" } },
  { AT (slow_reasons),
    FALSE,
    { "nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons" } },
  { AT (process_utilization), FALSE, { "nvmlDeviceGetProcessUtilization" } },
};

/* Entries of the third and second version have 24 bytes, those of the first 16. */
static const char *const process_lists[GPU_NVML_N_PROCESS_LISTS] = {
  "nvmlDeviceGetGraphicsRunningProcesses",
  "nvmlDeviceGetComputeRunningProcesses",
  "nvmlDeviceGetMPSComputeRunningProcesses",
};

static gboolean
find_symbol (GpuNvmlApi *api, const Symbol *symbol)
{
  gpointer found = NULL;

  for (guint i = 0; found == NULL && i < G_N_ELEMENTS (symbol->names); i++)
    if (symbol->names[i] != NULL)
      found = dlsym (api->library, symbol->names[i]);
  memcpy ((guint8 *) api + symbol->offset, &found, sizeof found);
  return found != NULL || !symbol->required;
}

static void
find_process_list (GpuNvmlApi *api, guint i)
{
  static const char *const versions[] = { "_v3", "_v2", "" };

  for (guint k = 0; k < G_N_ELEMENTS (versions); k++)
    {
      g_autofree char *name = g_strconcat (process_lists[i], versions[k], NULL);
      gpointer found = dlsym (api->library, name);

      if (found == NULL)
        continue;
      memcpy (&api->processes[i], &found, sizeof found);
      api->process_size[i] =
          *versions[k] != '\0' ? sizeof (GpuNvmlProcess2) : sizeof (GpuNvmlProcess1);
      return;
    }
}

/**
 * gpu_nvml_open:
 * @library: name or path
 * @api: (out): the library's functions
 *
 * Opens and starts the library. Sampler thread.
 *
 * Returns: GPU_NVML_SUCCESS, then gpu_nvml_close() must follow; else why not
 */
GpuNvmlResult
gpu_nvml_open (const char *library, GpuNvmlApi *api)
{
  GpuNvmlResult result;

  *api = (GpuNvmlApi) { .library = dlopen (library, RTLD_NOW | RTLD_LOCAL) };
  if (api->library == NULL)
    return GPU_NVML_NO_LIBRARY;
  for (guint i = 0; i < G_N_ELEMENTS (symbols); i++)
    if (!find_symbol (api, &symbols[i]))
      {
        g_debug ("%s lacks %s", library, symbols[i].names[0]);
        dlclose (g_steal_pointer (&api->library));
        return GPU_NVML_NO_LIBRARY;
      }
  for (guint i = 0; i < GPU_NVML_N_PROCESS_LISTS; i++)
    find_process_list (api, i);
  result = (GpuNvmlResult) api->init ();
  if (result != GPU_NVML_SUCCESS)
    dlclose (g_steal_pointer (&api->library));
  return result;
}

/**
 * gpu_nvml_close:
 * @api: an open library
 *
 * Ends and closes it: after an update of the driver the next gpu_nvml_open() finds the new one.
 */
void
gpu_nvml_close (GpuNvmlApi *api)
{
  if (api->library == NULL)
    return;
  api->shutdown ();
  dlclose (g_steal_pointer (&api->library));
}
