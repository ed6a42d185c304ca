/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The part of NVIDIA's management library that is used, written from its reference manual (NVML API
 * Reference Guide) and spec gpu-telemetry 2. The library is opened at run time; a function that it
 * lacks is NULL here, except those that nothing works without.
 */

typedef struct GpuNvmlHandle GpuNvmlHandle;

typedef enum
{
  GPU_NVML_SUCCESS = 0,
  GPU_NVML_UNINITIALIZED = 1,
  GPU_NVML_NOT_SUPPORTED = 3,
  GPU_NVML_NO_PERMISSION = 4,
  GPU_NVML_INSUFFICIENT_SIZE = 7,
  GPU_NVML_DRIVER_NOT_LOADED = 9,
  GPU_NVML_GPU_IS_LOST = 15,
  GPU_NVML_RESET_REQUIRED = 16,
  GPU_NVML_OPERATING_SYSTEM = 17,
  GPU_NVML_VERSION_MISMATCH = 18,
  GPU_NVML_UNKNOWN = 999,
  /* Ours. */
  GPU_NVML_NO_LIBRARY = -1,
} GpuNvmlResult;

typedef struct
{
  guint gpu;
  guint memory;
} GpuNvmlUtilization;

/* Bytes; what is used has the driver's reserve in it. */
typedef struct
{
  guint64 total;
  guint64 free;
  guint64 used;
} GpuNvmlMemory;

typedef struct
{
  guint version;
  guint64 total;
  guint64 reserved;
  guint64 free;
  guint64 used;
} GpuNvmlMemory2;

#define GPU_NVML_MEMORY_2 ((guint) sizeof (GpuNvmlMemory2) | 2u << 24)
G_STATIC_ASSERT (sizeof (GpuNvmlMemory2) == 40);

/* All versions begin so; @rest is what the newest appends. */
typedef struct
{
  char legacy[16];
  guint domain;
  guint bus;
  guint device;
  guint ids;
  guint subsystem_ids;
  char rest[32];
} GpuNvmlPci;

typedef struct
{
  guint pid;
  guint64 memory;
} GpuNvmlProcess1;

typedef struct
{
  guint pid;
  guint64 memory;
  guint gpu_instance;
  guint compute_instance;
} GpuNvmlProcess2;

G_STATIC_ASSERT (sizeof (GpuNvmlProcess1) == 16 && sizeof (GpuNvmlProcess2) == 24);

#define GPU_NVML_NO_MEMORY G_MAXUINT64

typedef struct
{
  guint pid;
  guint64 time; /* µs */
  guint sm;     /* percent, as all */
  guint memory;
  guint encoder;
  guint decoder;
} GpuNvmlProcessSample;

/* nvmlTemperature_v1_t of newer libraries. */
typedef struct
{
  guint version;
  guint sensor;
  gint temperature;
} GpuNvmlTemperature;

#define GPU_NVML_TEMPERATURE_1 ((guint) sizeof (GpuNvmlTemperature) | 1u << 24)

/* nvmlFieldValue_t; @value is a union of the types that @type tells of. */
typedef struct
{
  guint field;
  guint scope;
  gint64 time;
  gint64 latency;
  guint type;
  guint result;
  guint64 value;
} GpuNvmlFieldValue;

G_STATIC_ASSERT (sizeof (GpuNvmlFieldValue) == 40);

#define GPU_NVML_FIELD_MEMORY_TEMPERATURE 82
#define GPU_NVML_TYPE_UINT 1
#define GPU_NVML_TYPE_INT 5

typedef enum
{
  GPU_NVML_CLOCK_GRAPHICS = 0,
  GPU_NVML_CLOCK_MEMORY = 2,
  GPU_NVML_CLOCK_VIDEO = 3,
} GpuNvmlClock;

typedef enum
{
  GPU_NVML_THRESHOLD_SHUTDOWN = 0,
  GPU_NVML_THRESHOLD_SLOWDOWN = 1,
} GpuNvmlThreshold;

typedef enum
{
  GPU_NVML_PCIE_SENT = 0,
  GPU_NVML_PCIE_RECEIVED = 1,
} GpuNvmlPcie;

/* Reasons for lower clocks. */
#define GPU_NVML_SLOW_POWER_CAP G_GUINT64_CONSTANT (0x04)
#define GPU_NVML_SLOW_HARDWARE G_GUINT64_CONSTANT (0x08)
#define GPU_NVML_SLOW_SYNC G_GUINT64_CONSTANT (0x10)
#define GPU_NVML_SLOW_THERMAL G_GUINT64_CONSTANT (0x60)
#define GPU_NVML_SLOW_POWER_BRAKE G_GUINT64_CONSTANT (0x80)

#define GPU_NVML_N_PROCESS_LISTS 3

typedef int (*GpuNvmlListProcesses) (GpuNvmlHandle *device, guint *n, gpointer processes);

/**
 * GpuNvmlApi:
 * @process_size: bytes of an entry of each process list: that of the function that was found
 *
 * The library, opened.
 */
typedef struct
{
  gpointer library;

  int (*init) (void);
  int (*shutdown) (void);
  int (*system_driver_version) (char *text, guint length);
  int (*system_cuda_version) (int *version);

  int (*device_count) (guint *n);
  int (*device_by_index) (guint index, GpuNvmlHandle **device);
  int (*device_pci) (GpuNvmlHandle *device, GpuNvmlPci *pci);
  int (*device_name) (GpuNvmlHandle *device, char *text, guint length);
  int (*device_uuid) (GpuNvmlHandle *device, char *text, guint length);
  int (*device_capability) (GpuNvmlHandle *device, int *major, int *minor);

  int (*utilization) (GpuNvmlHandle *device, GpuNvmlUtilization *utilization);
  int (*encoder) (GpuNvmlHandle *device, guint *percent, guint *period);
  int (*decoder) (GpuNvmlHandle *device, guint *percent, guint *period);
  int (*memory) (GpuNvmlHandle *device, GpuNvmlMemory *memory);
  int (*memory_2) (GpuNvmlHandle *device, GpuNvmlMemory2 *memory);
  int (*temperature) (GpuNvmlHandle *device, guint sensor, guint *celsius);
  int (*temperature_v) (GpuNvmlHandle *device, GpuNvmlTemperature *temperature);
  int (*field_values) (GpuNvmlHandle *device, int n, GpuNvmlFieldValue *values);
  int (*threshold) (GpuNvmlHandle *device, guint threshold, guint *celsius);
  int (*power) (GpuNvmlHandle *device, guint *milliwatt);
  int (*power_limit) (GpuNvmlHandle *device, guint *milliwatt);
  int (*energy) (GpuNvmlHandle *device, guint64 *millijoule);
  int (*clock) (GpuNvmlHandle *device, guint clock, guint *megahertz);
  int (*clock_max) (GpuNvmlHandle *device, guint clock, guint *megahertz);
  int (*fan) (GpuNvmlHandle *device, guint *percent);
  int (*pcie_generation) (GpuNvmlHandle *device, guint *generation);
  int (*pcie_generation_max) (GpuNvmlHandle *device, guint *generation);
  int (*pcie_width) (GpuNvmlHandle *device, guint *lanes);
  int (*pcie_width_max) (GpuNvmlHandle *device, guint *lanes);
  int (*pcie_throughput) (GpuNvmlHandle *device, guint counter, guint *kilobytes);
  int (*slow_reasons) (GpuNvmlHandle *device, guint64 *reasons);
  int (*process_utilization) (GpuNvmlHandle *device,
                              GpuNvmlProcessSample *samples,
                              guint *n,
                              guint64 since);
  GpuNvmlListProcesses processes[GPU_NVML_N_PROCESS_LISTS];
  gsize process_size[GPU_NVML_N_PROCESS_LISTS];
} GpuNvmlApi;

GpuNvmlResult gpu_nvml_open (const char *library, GpuNvmlApi *api);
void gpu_nvml_close (GpuNvmlApi *api);

G_END_DECLS
