/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MynaAudio:
 * @samples: interleaved, -1 … 1
 * @n_frames: samples per channel
 *
 * Decoded audio in memory.
 */
typedef struct
{
  float *samples;
  gsize n_frames;
  int channels;
  int rate;
} MynaAudio;

void myna_audio_free (MynaAudio *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaAudio, myna_audio_free)

/* The longest region that may be held in memory (10 minutes); longer is refused with TOO_LARGE. */
#define MYNA_AUDIO_MAX_SECONDS 600

MynaAudio *myna_audio_load (const char *path,
                            int stream,
                            double start,
                            double end,
                            int rate,
                            int channels,
                            GCancellable *cancellable,
                            GError **error);

G_END_DECLS
