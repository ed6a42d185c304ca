/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MYNA_TYPE_VIDEO_STREAM (myna_video_stream_get_type ())
/**
 * MynaVideoStream:
 *
 * A video file as a GtkMediaStream and GdkPaintable, decoded by the engine: pictures on a thread of
 * their own, sound through MynaPlayer, whose clock the pictures follow. A stream may follow another
 * one's clock instead, and is silent then. Where the sound cannot be played, or is muted, time goes
 * by the system's clock. Nothing is decoded while no surface shows it (realize, unrealize). The
 * volume is not changed, only muted. Main thread.
 */
G_DECLARE_FINAL_TYPE (MynaVideoStream, myna_video_stream, MYNA, VIDEO_STREAM, GtkMediaStream)

GtkMediaStream *myna_video_stream_new (const char *path);
void myna_video_stream_set_leader (MynaVideoStream *self, MynaVideoStream *leader);
double myna_video_stream_get_position (MynaVideoStream *self);

G_END_DECLS
