/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/checkpoint/myna-network.h"

G_BEGIN_DECLS

#define MYNA_NETWORK_MAX_PARTS 5

extern const char *const myna_network_tables[MYNA_N_NETWORKS][MYNA_NETWORK_MAX_PARTS];

G_END_DECLS
