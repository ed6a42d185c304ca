/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MynaAudioStream:
 * @index: FFmpeg stream index, for the stream arguments below
 * @description: translated, e.g. "English, AAC, stereo, 48 kHz"
 * @rate: Hz
 * @channels: channels
 * @duration: seconds, or -1 when the file does not say
 *
 * One audio stream of a file. Immutable once made.
 */
typedef struct
{
  int index;
  char *description;
  int rate;
  int channels;
  double duration;
} MynaAudioStream;

void myna_audio_stream_free (MynaAudioStream *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaAudioStream, myna_audio_stream_free)

GPtrArray *myna_audio_probe (const char *path, GError **error);

G_END_DECLS
