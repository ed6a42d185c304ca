/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/render/myna-mouth-patch.h"

G_BEGIN_DECLS

/**
 * MynaPatchStore:
 *
 * The patches of a video's frames, by frame number: written to a nameless file, the last used kept
 * in memory, so that memory is flat however many there are. Any thread.
 */
typedef struct _MynaPatchStore MynaPatchStore;

/* @folder: where the file lies (it has no name: nothing is left behind); @memory: bytes of patches
 * kept in memory. */
MynaPatchStore *myna_patch_store_new (const char *folder, gsize memory, GError **error);
void myna_patch_store_free (MynaPatchStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaPatchStore, myna_patch_store_free)

/* Keeps @patch under its frame's number; one that is there already stays. */
gboolean myna_patch_store_add (MynaPatchStore *self, MynaMouthPatch *patch, GError **error);
gboolean myna_patch_store_has (MynaPatchStore *self, gint64 frame);
/* (transfer full); MYNA_ERROR_NOT_FOUND when there is none. */
MynaMouthPatch *myna_patch_store_get (MynaPatchStore *self, gint64 frame, GError **error);

G_END_DECLS
