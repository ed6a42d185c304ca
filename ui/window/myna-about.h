/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/devices/myna-devices.h"

G_BEGIN_DECLS

void myna_about_present (GtkWindow *window);
char *myna_about_dup_debug_info (MynaDevices *devices);

G_END_DECLS
