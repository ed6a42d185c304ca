/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/devices/myna-devices.h"

G_BEGIN_DECLS

#define MYNA_TYPE_DEVICE_CHOICE_ROW (myna_device_choice_row_get_type ())
/**
 * MynaDeviceChoiceRow:
 *
 * Where an engine computes: automatic, one of the graphics cards, or the processor; kept in a
 * setting. Says what comes of the choice. Main thread only.
 */
G_DECLARE_FINAL_TYPE (
    MynaDeviceChoiceRow, myna_device_choice_row, MYNA, DEVICE_CHOICE_ROW, AdwComboRow)

void myna_device_choice_row_bind (MynaDeviceChoiceRow *self,
                                  MynaDevices *devices,
                                  GSettings *settings,
                                  const char *key);

G_END_DECLS
