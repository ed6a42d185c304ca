/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/studio/myna-library.h"

G_BEGIN_DECLS

#define MYNA_TYPE_DEVICE_LINE (myna_device_line_get_type ())
/**
 * MynaDeviceLine:
 *
 * The numbers of the device that the running job computes on, in a line; hidden while none runs. It
 * leads to the Devices page. Main thread only.
 */
G_DECLARE_FINAL_TYPE (MynaDeviceLine, myna_device_line, MYNA, DEVICE_LINE, AdwBin)

void myna_device_line_bind (MynaDeviceLine *self, MynaLibrary *library);

G_END_DECLS
