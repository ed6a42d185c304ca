/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <libavutil/frame.h>

G_BEGIN_DECLS

/**
 * MynaAudioDecoder:
 *
 * Packets of one audio stream decoded to frames that know their place on the file's timeline. What
 * is wrong with the timeline (gaps, overlaps) is the caller's to mend: see MynaAudioReader, whose
 * private part this is. One thread at a time.
 */
typedef struct _MynaAudioDecoder MynaAudioDecoder;

/* The place of a frame that does not say it. */
#define MYNA_AUDIO_POSITION_UNKNOWN G_MININT64

MynaAudioDecoder *myna_audio_decoder_open (const char *path, int stream, GError **error);
gboolean myna_audio_decoder_next (
    MynaAudioDecoder *self, AVFrame *frame, gint64 *position, gboolean *at_end, GError **error);
gboolean
myna_audio_decoder_seek (MynaAudioDecoder *self, gint64 position, int rate, GError **error);
void myna_audio_decoder_set_cancellable (MynaAudioDecoder *self, GCancellable *cancellable);
gboolean myna_audio_decoder_can_seek (MynaAudioDecoder *self);
gint64 myna_audio_decoder_get_rounding (MynaAudioDecoder *self, int rate);
double myna_audio_decoder_get_duration (MynaAudioDecoder *self);
guint myna_audio_decoder_get_n_damaged (MynaAudioDecoder *self);
void myna_audio_decoder_free (MynaAudioDecoder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaAudioDecoder, myna_audio_decoder_free)

G_END_DECLS
