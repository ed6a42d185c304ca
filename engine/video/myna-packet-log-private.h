/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <libavcodec/packet.h>

G_BEGIN_DECLS

/**
 * MynaPacketLog:
 *
 * Encoded pictures on their way into a video: an append-only file of segments, each on the disk and
 * checked by a sum once it is ended. What a killed process left behind the last whole segment is
 * cut off. One thread at a time.
 */
typedef struct _MynaPacketLog MynaPacketLog;

MynaPacketLog *myna_packet_log_open (const char *path, const char *signature, GError **error);
MynaPacketLog *myna_packet_log_open_nameless (const char *beside, GError **error);
gint64 myna_packet_log_get_n_frames (MynaPacketLog *self);
gint64 myna_packet_log_get_end (MynaPacketLog *self);
gboolean myna_packet_log_append (MynaPacketLog *self, const AVPacket *packet, GError **error);
gboolean myna_packet_log_end_segment (MynaPacketLog *self, GError **error);
gboolean myna_packet_log_rewind (MynaPacketLog *self, GError **error);
gboolean myna_packet_log_next_segment (MynaPacketLog *self, GArray *times, GError **error);
AVPacket *myna_packet_log_next (MynaPacketLog *self, GError **error);
void myna_packet_log_remove (MynaPacketLog *self);
void myna_packet_log_free (MynaPacketLog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaPacketLog, myna_packet_log_free)

G_END_DECLS
