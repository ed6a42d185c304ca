/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *myna_draft_passage_get (const char *language);

G_END_DECLS
