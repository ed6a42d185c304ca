/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "ui/studio/myna-studio.h"

G_BEGIN_DECLS

#define MYNA_TYPE_TAKE_ROW (myna_take_row_get_type ())
/**
 * MynaTakeRow:
 *
 * A take in the list: play, name, facts, live progress while it is made, and what can be done with
 * it. Recycled by the list: set_take() with another take, or %NULL. Main thread only.
 */
G_DECLARE_FINAL_TYPE (MynaTakeRow, myna_take_row, MYNA, TAKE_ROW, AdwBin)

GtkWidget *myna_take_row_new (MynaStudio *studio);
void myna_take_row_set_take (MynaTakeRow *self, MynaTake *take);
char *myna_take_row_dup_facts (MynaTake *take);

G_END_DECLS
