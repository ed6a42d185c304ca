/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/myna-lipsync-private.h"
#include "engine/lipsync/render/myna-mouth-renderer.h"

G_BEGIN_DECLS

/**
 * MynaLipsyncPainter:
 *
 * Puts the planned mouths into the frames of an output range. A painted frame depends on the plan
 * and its number alone. One thread at a time.
 */
typedef struct _MynaLipsyncPainter MynaLipsyncPainter;

/* Cuts the mouths that the output frames @first … @last - 1 need out of the video, into a nameless
 * file in @folder. @progress 0 … 1 from this thread. Blocks. */
MynaLipsyncPainter *myna_lipsync_painter_new (MynaLipsyncPlan *plan,
                                              gint64 first,
                                              gint64 last,
                                              const char *folder,
                                              MynaProgressFunc progress,
                                              gpointer progress_data,
                                              GCancellable *cancellable,
                                              GError **error);
void myna_lipsync_painter_free (MynaLipsyncPainter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaLipsyncPainter, myna_lipsync_painter_free)

/* Paints output frame @index. @frame is the frame of the video behind it; for a photo %NULL, and
 * the photo is given life. (transfer full) the finished frame; @frame is taken. */
MynaVideoFrame *myna_lipsync_painter_paint (MynaLipsyncPainter *self,
                                            MynaVideoFrame *frame,
                                            gint64 index,
                                            GError **error);
const float *myna_lipsync_painter_get_mask (MynaLipsyncPainter *self, MynaRect *rect);
void myna_lipsync_painter_get_times (MynaLipsyncPainter *self, MynaMouthTimes *times);

G_END_DECLS
