/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/devices/myna-devices.h"

G_BEGIN_DECLS

#define MYNA_TYPE_DEVICE_TILE (myna_device_tile_get_type ())
/**
 * MynaDeviceTile:
 *
 * One number of a device: its name, its value, and how it changed. Hidden until the device has told
 * it once, unless it is one that people look for. Main thread only.
 */
G_DECLARE_FINAL_TYPE (MynaDeviceTile, myna_device_tile, MYNA, DEVICE_TILE, GtkFlowBoxChild)

/* How many kinds of tiles there are: a device may have all of them. */
guint myna_device_tile_get_n_kinds (void);
GtkWidget *myna_device_tile_new (MynaDevice *device, guint kind);
void myna_device_tile_load (MynaDeviceTile *self);
void myna_device_tile_update (MynaDeviceTile *self);

G_END_DECLS
