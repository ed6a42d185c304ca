/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/devices/myna-devices.h"

G_BEGIN_DECLS

char *myna_diagnostics_dup_versions (void);
char *myna_diagnostics_dup_report (MynaDevices *devices);

G_END_DECLS
