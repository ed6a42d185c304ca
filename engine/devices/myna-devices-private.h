/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/devices/myna-devices.h"
#include "gpu/gpu-device.h"
#include "gpu/monitor/gpu-monitor.h"

G_BEGIN_DECLS

/* What the list (-devices.c) and its words (-devices-report.c) share. */
struct _MynaDevices
{
  GObject parent_instance;

  GpuMonitor *monitor;
  GPtrArray *devices;    /* MynaDevice, as the monitor's */
  GPtrArray *findings;   /* (nullable) GpuFinding: of the last diagnosis */
  char *automatic;       /* (nullable): id of the device that “auto” takes */
  char *automatic_words; /* (nullable): its name and backend */
  guint holds;
  guint n_diagnoses; /* that run now */
  gboolean diagnosed;
  GError *replay_error; /* (nullable): why the recording cannot be played */
};

G_END_DECLS
