/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/text/frontend/myna-front-end.h"

#include <glib.h>

G_BEGIN_DECLS

char *myna_en_normalise (const char *text, MynaFrontEndFlags flags);

G_END_DECLS
