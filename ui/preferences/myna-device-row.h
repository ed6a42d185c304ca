/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/audio/myna-audio-devices.h"

G_BEGIN_DECLS

#define MYNA_TYPE_DEVICE_ROW (myna_device_row_get_type ())
/**
 * MynaDeviceRow:
 *
 * Chooses a sound device and keeps the choice in GSettings; follows hot-plug. A chosen device that
 * is unplugged stays chosen and comes back. Main thread only.
 */
G_DECLARE_FINAL_TYPE (MynaDeviceRow, myna_device_row, MYNA, DEVICE_ROW, AdwComboRow)

void myna_device_row_bind (MynaDeviceRow *self,
                           MynaAudioDevices *devices,
                           GSettings *settings,
                           const char *key);

G_END_DECLS
