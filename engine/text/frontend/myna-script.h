/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/text/frontend/myna-front-end.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaScriptRun:
 * @language: "zh" or "en"
 * @start: where it begins in the text, in bytes
 * @end: where it ends
 *
 * A stretch of text in one language.
 */
typedef struct
{
  const char *language;
  gsize start;
  gsize end;
} MynaScriptRun;

GArray *myna_script_split (const char *text, MynaTextMode mode, GError **error);

G_END_DECLS
