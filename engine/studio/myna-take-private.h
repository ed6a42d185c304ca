/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/studio/myna-piece-private.h"
#include "engine/studio/myna-take-record.h"
#include "engine/studio/myna-take.h"

G_BEGIN_DECLS

/* How MynaTakes keeps a take up to date. Main thread only. */
MynaTake *myna_take_new (MynaTakeRecord *record);
MynaTakeRecord *myna_take_get_record (MynaTake *self);
MynaPiece *myna_take_get_piece (MynaTake *self, guint index);
void myna_take_set_state (MynaTake *self, MynaTakeState state);
void myna_take_set_job (MynaTake *self, MynaJob *job);
void myna_take_set_name (MynaTake *self, const char *name);
void myna_take_add_warning (MynaTake *self, const char *warning);
/* The script is on disk now. */
void myna_take_reload (MynaTake *self);
/* A revision is on disk; it is chosen. */
void myna_take_add_revision (MynaTake *self, MynaTakeRevision *revision);
gboolean myna_take_choose_revision (MynaTake *self, guint index, guint revision);
gboolean myna_take_remove_piece (MynaTake *self, guint index);
gboolean myna_take_insert_piece (MynaTake *self, MynaPiece *piece, guint index);
gboolean myna_take_move_piece (MynaTake *self, guint index, int offset);
MynaPiece *myna_take_find_piece (MynaTake *self, guint number);

G_END_DECLS
