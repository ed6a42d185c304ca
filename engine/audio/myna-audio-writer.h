/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MynaAudioWriter:
 *
 * Writes WAV, FLAC, Opus or MP3 (chosen by the path's extension) to a temporary file that finish
 * syncs and renames; freeing it unfinished leaves nothing behind. The same input gives the same
 * bytes. One thread at a time.
 */
typedef struct _MynaAudioWriter MynaAudioWriter;

MynaAudioWriter *myna_audio_writer_open (const char *path, int rate, int channels, GError **error);
MynaAudioWriter *
myna_audio_writer_open_visible (const char *path, int rate, int channels, GError **error);
void myna_audio_writer_set_tag (MynaAudioWriter *self, const char *key, const char *value);
gboolean myna_audio_writer_write (MynaAudioWriter *self,
                                  const float *interleaved,
                                  gsize n_frames,
                                  GError **error);
gboolean myna_audio_writer_finish (MynaAudioWriter *self, GError **error);
gboolean myna_audio_writer_finish_incomplete (MynaAudioWriter *self, GError **error);
void myna_audio_writer_free (MynaAudioWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaAudioWriter, myna_audio_writer_free)

gboolean myna_audio_format_is_known (const char *path);

G_END_DECLS
