/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/doctor/gpu-doctor.h"
#include "gpu/monitor/gpu-sample.h"
#include "gpu/monitor/gpu-telemetry-device.h"

G_BEGIN_DECLS

#define MYNA_TYPE_DEVICE (myna_device_get_type ())
/**
 * MynaDevice:
 *
 * A graphics card, or the processor with its memory, as people see it: its numbers, and whether
 * Myna can compute on it. Main thread only. Properties: "latest" (GpuSample, nullable) notifies at
 * each sample; "name" (string) and "summary" (string) when the driver came back as another one;
 * "findings" (boxed GPtrArray of GpuFinding) when the doctor has looked.
 */
G_DECLARE_FINAL_TYPE (MynaDevice, myna_device, MYNA, DEVICE, GObject)

/**
 * MynaDeviceFact:
 * @name: what it is, translated
 * @value: as people read it
 *
 * Something of a device that seldom changes.
 */
typedef struct
{
  char *name;
  char *value;
} MynaDeviceFact;

MynaDevice *myna_device_new (GpuTelemetryDevice *telemetry);

const char *myna_device_get_id (MynaDevice *self);
const char *myna_device_get_name (MynaDevice *self);
gboolean myna_device_is_processor (MynaDevice *self);
gboolean myna_device_is_integrated (MynaDevice *self);
gboolean myna_device_is_asleep (MynaDevice *self);
char *myna_device_dup_summary (MynaDevice *self);
GPtrArray *myna_device_list_facts (MynaDevice *self);

GpuSample *myna_device_get_latest (MynaDevice *self);
void myna_device_get_history (MynaDevice *self, GpuField field, double *values, gsize n);
char *myna_device_format_memory (MynaDevice *self);
char *myna_device_format_line (MynaDevice *self);

/* (transfer none) (element-type GpuFinding): empty until the doctor has looked */
GPtrArray *myna_device_get_findings (MynaDevice *self);
void myna_device_set_findings (MynaDevice *self, GPtrArray *findings);
const GpuFinding *myna_device_get_verdict (MynaDevice *self);

G_END_DECLS
