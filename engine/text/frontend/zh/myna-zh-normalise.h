/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/text/frontend/myna-front-end.h"
#include "engine/text/frontend/myna-lexicon.h"

#include <glib.h>

G_BEGIN_DECLS

/* Private use characters that stand for the pause marks ￥ and ^ until phones are made. */
#define MYNA_ZH_PAUSE_SHORT 0xf8d1
#define MYNA_ZH_PAUSE_LONG 0xf8d2

char *
myna_zh_normalise (const MynaLexiconTable *simplified, const char *text, MynaFrontEndFlags flags);
gsize myna_zh_unit_length (const char *text);

G_END_DECLS
