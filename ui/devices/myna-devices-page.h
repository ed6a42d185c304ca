/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/studio/myna-library.h"

G_BEGIN_DECLS

#define MYNA_TYPE_DEVICES_PAGE (myna_devices_page_get_type ())
/**
 * MynaDevicesPage:
 *
 * What the machine computes with: each graphics card and the processor with their numbers, whether
 * Myna can use them and why not, and where engines compute. Asks the devices only while it is
 * shown. Main thread only. Actions: "devices.copy-diagnostics", "devices.record",
 * "devices.stop-recording", "devices.check".
 */
G_DECLARE_FINAL_TYPE (MynaDevicesPage, myna_devices_page, MYNA, DEVICES_PAGE, AdwBin)

GtkWidget *myna_devices_page_new (MynaLibrary *library);
void myna_devices_page_record_to (MynaDevicesPage *self, const char *path);

G_END_DECLS
