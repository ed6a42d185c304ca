/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *myna_diagnostics_dup_versions (void);

G_END_DECLS
