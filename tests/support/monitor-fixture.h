/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/monitor/gpu-monitor.h"
#include "tests/support/device-tree.h"

G_BEGIN_DECLS

/* A monitor on a made-up machine, whose clock stands still until a test moves it. */

#define GIB (1024.0 * 1024 * 1024)
#define MIB (1024.0 * 1024)

/* The monitor's clock, µs. */
extern gint64 monitor_fixture_time;

/* @nvml: (nullable): the library; without it there is none. */
GpuMonitor *monitor_fixture_new (DeviceTree *tree, const char *nvml);
/* (transfer none): the last sample of a device, which must be there */
GpuSample *monitor_fixture_get (GpuMonitor *monitor, const char *id);
/* NAN for a field that must be missing. */
void monitor_assert_value (GpuSample *sample, GpuField field, double expected);
/* All fields that are not listed must be missing; the list ends with GPU_N_FIELDS. */
void monitor_assert_values (GpuSample *sample, GpuField first, double expected, ...);

G_END_DECLS
