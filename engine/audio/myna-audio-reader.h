/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MynaAudioReader:
 *
 * Decodes one audio stream of any media file block by block in constant memory, resampled, with
 * correct timing: time 0 is where the file starts to play, gaps become silence, encoder priming is
 * skipped. Damaged packets are passed over and counted. One thread at a time; never the main
 * thread.
 */
typedef struct _MynaAudioReader MynaAudioReader;

MynaAudioReader *
myna_audio_reader_open (const char *path, int stream, int rate, int channels, GError **error);
gboolean myna_audio_reader_seek (MynaAudioReader *self, double seconds, GError **error);
gssize myna_audio_reader_read (MynaAudioReader *self,
                               float *interleaved,
                               gsize max_frames,
                               GError **error);
int myna_audio_reader_get_rate (MynaAudioReader *self);
int myna_audio_reader_get_channels (MynaAudioReader *self);
double myna_audio_reader_get_duration (MynaAudioReader *self);
void myna_audio_reader_set_cancellable (MynaAudioReader *self, GCancellable *cancellable);
guint myna_audio_reader_get_n_damaged (MynaAudioReader *self);
void myna_audio_reader_free (MynaAudioReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaAudioReader, myna_audio_reader_free)

G_END_DECLS
