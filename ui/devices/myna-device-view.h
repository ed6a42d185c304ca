/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/devices/myna-devices.h"

G_BEGIN_DECLS

#define MYNA_TYPE_DEVICE_VIEW (myna_device_view_get_type ())
/**
 * MynaDeviceView:
 *
 * One device on the Devices page: its numbers as they change, whether Myna can compute on it, who
 * uses it, and what is known of it. Main thread only.
 */
G_DECLARE_FINAL_TYPE (MynaDeviceView, myna_device_view, MYNA, DEVICE_VIEW, AdwPreferencesGroup)

GtkWidget *myna_device_view_new (MynaDevice *device);
MynaDevice *myna_device_view_get_device (MynaDeviceView *self);

G_END_DECLS
