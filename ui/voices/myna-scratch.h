/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaScratch:
 *
 * A folder for recordings that are not a voice yet. It and all in it goes with the last reference,
 * so that a file being closed in the background is gone too. Any thread.
 */
typedef struct _MynaScratch MynaScratch;

MynaScratch *myna_scratch_new (GError **error);
MynaScratch *myna_scratch_ref (MynaScratch *self);
void myna_scratch_unref (MynaScratch *self);
const char *myna_scratch_get_path (MynaScratch *self);
char *myna_scratch_dup_next (MynaScratch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaScratch, myna_scratch_unref)

G_END_DECLS
