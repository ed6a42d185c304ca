/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A stand-in for libnvidia-ml.so.1, told what to answer by the text file that MYNA_FAKE_NVML names;
 * it is read anew for each call, so that a test changes the answers from one sample to the next.
 * FAKE_VERSION is 1 (the functions of old drivers: no _v2, processes of 16 bytes), 2 or 3.
 *
 *   init CODE              what nvmlInit gives; 0 when the line is absent
 *   all CODE               what every call on a card gives
 *   driver TEXT, cuda N    versions
 *   device BUS             begins a card; what follows is its
 *   lost CODE              what nvmlDeviceGetHandleByIndex gives for it
 *   error KEY CODE         what KEY gives instead of its value
 *   KEY VALUE…             see the functions; what is absent is NOT_SUPPORTED
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef FAKE_VERSION
#define FAKE_VERSION 3
#endif

enum
{
  SUCCESS = 0,
  UNINITIALIZED = 1,
  INVALID_ARGUMENT = 2,
  NOT_SUPPORTED = 3,
  INSUFFICIENT_SIZE = 7,
};

typedef struct
{
  int index;
} Device;

#define EXPORT __attribute__ ((visibility ("default")))

static Device devices[8] = { { 0 }, { 1 }, { 2 }, { 3 }, { 4 }, { 5 }, { 6 }, { 7 } };
static int started;

/* Calls @line with each line of the part of a card, -1 being what is before the first; stops when
 * it gives non-zero. */
static int
each_line (int index, int (*line) (const char *text, void *data), void *data)
{
  const char *path = getenv ("MYNA_FAKE_NVML");
  FILE *file = path != NULL ? fopen (path, "r") : NULL;
  char text[256];
  int at = -1, found = 0;

  while (file != NULL && found == 0 && fgets (text, sizeof text, file) != NULL)
    {
      text[strcspn (text, "\n")] = '\0';
      if (strncmp (text, "device ", 7) == 0)
        at++;
      if (at == index)
        found = line (text, data);
    }
  if (file != NULL)
    fclose (file);
  return found;
}

typedef struct
{
  const char *key;
  char *value;
} Search;

static int
match (const char *text, void *data)
{
  Search *search = data;
  size_t length = strlen (search->key);

  if (strncmp (text, search->key, length) != 0 || text[length] != ' ')
    return 0;
  snprintf (search->value, 200, "%s", text + length + 1);
  return 1;
}

static int
find (int index, const char *key, char value[200])
{
  Search search = { key, value };

  value[0] = '\0';
  return each_line (index, match, &search);
}

static int
find_code (int index, const char *key)
{
  char value[200];

  return find (index, key, value) ? atoi (value) : 0;
}

/* The text of a key of a card, or why not. */
static int
get (Device *device, const char *key, char value[200])
{
  char name[64];
  int code;

  if (started == 0)
    return UNINITIALIZED;
  if ((code = find_code (-1, "all")) != 0)
    return code;
  snprintf (name, sizeof name, "error %s", key);
  if ((code = find_code (device->index, name)) != 0)
    return code;
  return find (device->index, key, value) ? SUCCESS : NOT_SUPPORTED;
}

static int
get_numbers (Device *device, const char *key, unsigned long long numbers[4])
{
  char value[200];
  int code = get (device, key, value);

  if (code == SUCCESS)
    sscanf (value, "%llu %llu %llu %llu", &numbers[0], &numbers[1], &numbers[2], &numbers[3]);
  return code;
}

static int
get_number (Device *device, const char *key, unsigned *number)
{
  unsigned long long numbers[4] = { 0 };
  int code = get_numbers (device, key, numbers);

  if (code == SUCCESS)
    *number = (unsigned) numbers[0];
  return code;
}

static int
get_text (Device *device, const char *key, char *text, unsigned length)
{
  char value[200];
  int code = get (device, key, value);

  if (code == SUCCESS)
    snprintf (text, length, "%s", value);
  return code;
}

static int
start (void)
{
  int code = find_code (-1, "init");

  started += code == SUCCESS;
  return code;
}

static int
count (unsigned *n)
{
  char value[200];

  if (started == 0)
    return UNINITIALIZED;
  *n = 0;
  while (*n < 8 && find ((int) *n, "device", value))
    (*n)++;
  return SUCCESS;
}

static int
by_index (unsigned index, Device **device)
{
  int code = find_code ((int) index, "lost");

  if (started == 0)
    return UNINITIALIZED;
  if (code == SUCCESS)
    *device = &devices[index];
  return code;
}

typedef struct
{
  char legacy[16];
  unsigned domain, bus, device, ids, subsystem;
#if FAKE_VERSION >= 3
  char bus_id[32];
#else
  unsigned reserved[4];
#endif
} Pci;

static int
get_pci (Device *device, Pci *pci)
{
  char value[200];
  int code =
      started > 0 ? find (device->index, "device", value) ? SUCCESS : NOT_SUPPORTED : UNINITIALIZED;

  memset (pci, 0, sizeof *pci);
  sscanf (value, "%x:%x:%x", &pci->domain, &pci->bus, &pci->device);
  snprintf (pci->legacy, sizeof pci->legacy, "%04X:%02X:%02X.0", pci->domain & 0xffff,
            pci->bus & 0xff, pci->device & 0xff);
  return code;
}

typedef struct
{
  unsigned pid;
  unsigned long long memory;
#if FAKE_VERSION >= 2
  unsigned gpu_instance, compute_instance;
#endif
} Process;

typedef struct
{
  const char *key;
  Process *processes;
  unsigned capacity;
  unsigned n;
} List;

static int
add_process (const char *text, void *data)
{
  List *list = data;
  size_t length = strlen (list->key);
  Process process = { 0 };

  if (strncmp (text, list->key, length) != 0 ||
      sscanf (text + length, "%u %llu", &process.pid, &process.memory) != 2)
    return 0;
  if (list->n < list->capacity)
    list->processes[list->n] = process;
  list->n++;
  return 0;
}

/* "graphics-process PID BYTES", any number of such lines. */
static int
list_processes (Device *device, const char *key, unsigned *n, Process *processes)
{
  List list = { key, processes, *n, 0 };
  char value[200];
  int code = get (device, key, value);

  if (code != SUCCESS && code != NOT_SUPPORTED)
    return code;
  each_line (device->index, add_process, &list);
  *n = list.n;
  return list.n > list.capacity ? INSUFFICIENT_SIZE : SUCCESS;
}

/* ---- what the library offers ---- */

#define FUNCTION(name, ...)                                                                        \
  EXPORT int name (__VA_ARGS__);                                                                   \
  EXPORT int name (__VA_ARGS__)

#if FAKE_VERSION >= 2
#define V2(name) name##_v2
#else
#define V2(name) name
#endif

#if FAKE_VERSION >= 3
#define V3(name) name##_v3
#else
#define V3(name) V2 (name)
#endif

/* One level more, so that V2 (…) is replaced before it is a name. */
#define VERSIONED(name, ...) FUNCTION (name, __VA_ARGS__)

VERSIONED (V2 (nvmlInit), void)
{
  return start ();
}

FUNCTION (nvmlShutdown, void)
{
  if (started == 0)
    return UNINITIALIZED;
  started--;
  return SUCCESS;
}

FUNCTION (nvmlSystemGetDriverVersion, char *text, unsigned length)
{
  char value[200];

  if (!find (-1, "driver", value))
    return NOT_SUPPORTED;
  snprintf (text, length, "%s", value);
  return SUCCESS;
}

VERSIONED (V2 (nvmlSystemGetCudaDriverVersion), int *version)
{
  *version = find_code (-1, "cuda");
  return SUCCESS;
}

VERSIONED (V2 (nvmlDeviceGetCount), unsigned *n)
{
  return count (n);
}

VERSIONED (V2 (nvmlDeviceGetHandleByIndex), unsigned index, Device **device)
{
  return by_index (index, device);
}

VERSIONED (V3 (nvmlDeviceGetPciInfo), Device *device, Pci *pci)
{
  return get_pci (device, pci);
}

FUNCTION (nvmlDeviceGetName, Device *device, char *text, unsigned length)
{
  return get_text (device, "name", text, length);
}

FUNCTION (nvmlDeviceGetUUID, Device *device, char *text, unsigned length)
{
  return get_text (device, "uuid", text, length);
}

FUNCTION (nvmlDeviceGetCudaComputeCapability, Device *device, int *major, int *minor)
{
  unsigned long long numbers[4] = { 0 };
  int code = get_numbers (device, "capability", numbers);

  *major = (int) numbers[0];
  *minor = (int) numbers[1];
  return code;
}

FUNCTION (nvmlDeviceGetUtilizationRates, Device *device, unsigned rates[2])
{
  unsigned long long numbers[4] = { 0 };
  int code = get_numbers (device, "utilization", numbers);

  rates[0] = (unsigned) numbers[0];
  rates[1] = (unsigned) numbers[1];
  return code;
}

FUNCTION (nvmlDeviceGetEncoderUtilization, Device *device, unsigned *percent, unsigned *period)
{
  *period = 167000;
  return get_number (device, "encoder", percent);
}

FUNCTION (nvmlDeviceGetDecoderUtilization, Device *device, unsigned *percent, unsigned *period)
{
  *period = 167000;
  return get_number (device, "decoder", percent);
}

typedef struct
{
  unsigned long long total, free, used;
} Memory;

typedef struct
{
  unsigned version;
  unsigned long long total, reserved, free, used;
} Memory2;

/* "memory TOTAL RESERVED USED" */
FUNCTION (nvmlDeviceGetMemoryInfo, Device *device, Memory *memory)
{
  unsigned long long numbers[4] = { 0 };
  int code = get_numbers (device, "memory", numbers);

  memory->total = numbers[0];
  memory->used = numbers[1] + numbers[2];
  memory->free = numbers[0] - memory->used;
  return code;
}

#if FAKE_VERSION >= 3
FUNCTION (nvmlDeviceGetMemoryInfo_v2, Device *device, Memory2 *memory)
{
  unsigned long long numbers[4] = { 0 };
  int code;

  if (memory->version != (40 | 2 << 24))
    return INVALID_ARGUMENT;
  code = get_numbers (device, "memory", numbers);
  memory->total = numbers[0];
  memory->reserved = numbers[1];
  memory->used = numbers[2];
  memory->free = numbers[0] - numbers[1] - numbers[2];
  return code;
}
#endif

/* The third version has only the newer of the two. */
#if FAKE_VERSION < 3
FUNCTION (nvmlDeviceGetTemperature, Device *device, unsigned sensor, unsigned *celsius)
{
  return sensor == 0 ? get_number (device, "temperature", celsius) : INVALID_ARGUMENT;
}
#else
typedef struct
{
  unsigned version, sensor;
  int celsius;
} Temperature;

FUNCTION (nvmlDeviceGetTemperatureV, Device *device, Temperature *temperature)
{
  if (temperature->version != (12 | 1 << 24) || temperature->sensor != 0)
    return INVALID_ARGUMENT;
  return get_number (device, "temperature", (unsigned *) &temperature->celsius);
}
#endif

typedef struct
{
  unsigned field, scope;
  long long time, latency;
  unsigned type, result;
  union
  {
    double number;
    unsigned word;
    unsigned long long long_word;
  } value;
} FieldValue;

/* "memory-temperature CELSIUS"; each field has a result of its own. */
FUNCTION (nvmlDeviceGetFieldValues, Device *device, int n, FieldValue *values)
{
  if (started == 0 || find_code (-1, "all") != 0)
    return started == 0 ? UNINITIALIZED : find_code (-1, "all");
  for (int i = 0; i < n; i++)
    {
      values[i].type = 1;
      values[i].result =
          values[i].field == 82
              ? (unsigned) get_number (device, "memory-temperature", &values[i].value.word)
              : NOT_SUPPORTED;
    }
  return SUCCESS;
}

FUNCTION (nvmlDeviceGetTemperatureThreshold, Device *device, unsigned which, unsigned *celsius)
{
  return get_number (device, which == 0 ? "shutdown" : "slowdown", celsius);
}

FUNCTION (nvmlDeviceGetPowerUsage, Device *device, unsigned *milliwatt)
{
  return get_number (device, "power", milliwatt);
}

FUNCTION (nvmlDeviceGetEnforcedPowerLimit, Device *device, unsigned *milliwatt)
{
  return get_number (device, "power-limit", milliwatt);
}

FUNCTION (nvmlDeviceGetTotalEnergyConsumption, Device *device, unsigned long long *millijoule)
{
  unsigned long long numbers[4] = { 0 };
  int code = get_numbers (device, "energy", numbers);

  *millijoule = numbers[0];
  return code;
}

static const char *const clocks[] = { "clock-graphics", "clock-sm", "clock-memory", "clock-video" };
static const char *const maximal_clocks[] = { "max-graphics", "max-sm", "max-memory", "max-video" };

FUNCTION (nvmlDeviceGetClockInfo, Device *device, unsigned which, unsigned *megahertz)
{
  return which < 4 ? get_number (device, clocks[which], megahertz) : INVALID_ARGUMENT;
}

FUNCTION (nvmlDeviceGetMaxClockInfo, Device *device, unsigned which, unsigned *megahertz)
{
  return which < 4 ? get_number (device, maximal_clocks[which], megahertz) : INVALID_ARGUMENT;
}

FUNCTION (nvmlDeviceGetFanSpeed, Device *device, unsigned *percent)
{
  return get_number (device, "fan", percent);
}

FUNCTION (nvmlDeviceGetCurrPcieLinkGeneration, Device *device, unsigned *generation)
{
  return get_number (device, "generation", generation);
}

FUNCTION (nvmlDeviceGetMaxPcieLinkGeneration, Device *device, unsigned *generation)
{
  return get_number (device, "max-generation", generation);
}

FUNCTION (nvmlDeviceGetCurrPcieLinkWidth, Device *device, unsigned *lanes)
{
  return get_number (device, "width", lanes);
}

FUNCTION (nvmlDeviceGetMaxPcieLinkWidth, Device *device, unsigned *lanes)
{
  return get_number (device, "max-width", lanes);
}

FUNCTION (nvmlDeviceGetPcieThroughput, Device *device, unsigned which, unsigned *kilobytes)
{
  return get_number (device, which == 0 ? "sent" : "received", kilobytes);
}

FUNCTION (nvmlDeviceGetCurrentClocksThrottleReasons, Device *device, unsigned long long *reasons)
{
  unsigned long long numbers[4] = { 0 };
  int code = get_numbers (device, "slow", numbers);

  *reasons = numbers[0];
  return code;
}

VERSIONED (V3 (nvmlDeviceGetGraphicsRunningProcesses), Device *device, unsigned *n, Process *list)
{
  return list_processes (device, "graphics-process", n, list);
}

VERSIONED (V3 (nvmlDeviceGetComputeRunningProcesses), Device *device, unsigned *n, Process *list)
{
  return list_processes (device, "compute-process", n, list);
}

typedef struct
{
  unsigned pid;
  unsigned long long time;
  unsigned sm, memory, encoder, decoder;
} Sample;

typedef struct
{
  Sample *samples;
  unsigned capacity;
  unsigned n;
} Samples;

static int
add_sample (const char *text, void *data)
{
  Samples *samples = data;
  Sample sample = { 0 };

  if (sscanf (text, "sample %u %llu %u", &sample.pid, &sample.time, &sample.sm) != 3)
    return 0;
  if (samples->n < samples->capacity)
    samples->samples[samples->n] = sample;
  samples->n++;
  return 0;
}

/* "sample PID TIME PERCENT", any number of such lines. */
FUNCTION (
    nvmlDeviceGetProcessUtilization, Device *device, Sample *list, unsigned *n, uint64_t since)
{
  Samples samples = { list, list != NULL ? *n : 0, 0 };

  each_line (device->index, add_sample, &samples);
  *n = samples.n;
  return samples.n > samples.capacity ? INSUFFICIENT_SIZE : SUCCESS;
}
