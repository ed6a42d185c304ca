/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/devices/myna-device.h"

G_BEGIN_DECLS

#define MYNA_TYPE_DEVICES (myna_devices_get_type ())
/**
 * MynaDevices:
 *
 * What the machine computes with, as a GListModel of MynaDevice: the graphics cards that the kernel
 * sees, then the processor; empty until the first sample after a hold. Joins the numbers of the
 * monitor with the doctor's findings and with what engines would choose. Main thread only; the
 * asking itself is done on threads.
 *
 * Properties (notify): "diagnosed" (boolean): the doctor has looked at least once; "automatic"
 * (MynaDevice, nullable): what “auto” takes, once that is known; "recording" (boolean).
 *
 * Environment, for tests, screenshots and reports of faults: MYNA_TELEMETRY_REPLAY (a recording to
 * play instead of the machine), MYNA_TELEMETRY_ROOT, MYNA_TELEMETRY_NVML.
 */
G_DECLARE_FINAL_TYPE (MynaDevices, myna_devices, MYNA, DEVICES, GObject)

/**
 * MynaDeviceChoice:
 * @id: what is kept: "auto", "cpu" or a PCI address
 * @name: for people
 *
 * Where an engine may be told to compute.
 */
typedef struct
{
  char *id;
  char *name;
} MynaDeviceChoice;

MynaDevices *myna_devices_new (void);

/* The numbers change only while somebody holds. */
void myna_devices_hold (MynaDevices *self);
void myna_devices_release (MynaDevices *self);
gboolean myna_devices_is_held (MynaDevices *self);
gboolean myna_devices_has_gpu (MynaDevices *self);
MynaDevice *myna_devices_find (MynaDevices *self, const char *id);
MynaDevice *myna_devices_get_processor (MynaDevices *self);

void myna_devices_diagnose_async (MynaDevices *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean myna_devices_diagnose_finish (MynaDevices *self, GAsyncResult *result, GError **error);
/* The same, unless the findings are there or on their way. */
void myna_devices_ensure_diagnosed (MynaDevices *self);
gboolean myna_devices_is_diagnosed (MynaDevices *self);
/* (transfer none) (nullable) (element-type GpuFinding): all of them, also of no card */
GPtrArray *myna_devices_get_findings (MynaDevices *self);

/* (transfer container) (element-type MynaDeviceChoice) */
GPtrArray *myna_devices_list_choices (MynaDevices *self);
MynaDevice *myna_devices_resolve (MynaDevices *self, const char *choice);
char *myna_devices_explain_choice (MynaDevices *self, const char *choice);

gboolean myna_devices_start_recording (MynaDevices *self, const char *path, GError **error);
gboolean myna_devices_stop_recording (MynaDevices *self, GError **error);
gboolean myna_devices_get_recording (MynaDevices *self);

/* English, for developers. */
char *myna_devices_dup_report (MynaDevices *self);

G_END_DECLS
