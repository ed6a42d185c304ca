/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/video/myna-video-frame.h"

G_BEGIN_DECLS

/**
 * MynaFrameStore:
 *
 * A stretch of frames of one size and format, as they are, in a nameless temporary file. One thread
 * at a time.
 */
typedef struct _MynaFrameStore MynaFrameStore;

MynaFrameStore *myna_frame_store_new (const char *folder);
void myna_frame_store_clear (MynaFrameStore *self);
gboolean myna_frame_store_add (MynaFrameStore *self, const MynaVideoFrame *frame);
MynaVideoFrame *myna_frame_store_get (MynaFrameStore *self, gint64 index);
void myna_frame_store_free (MynaFrameStore *self);

G_END_DECLS
