/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libavformat/avformat.h>

#include "engine/core/myna-atomic-file.h"

G_BEGIN_DECLS

/**
 * MynaMediaOutput:
 * @io: what FFmpeg writes into
 * @file: (nullable): where that goes; set once, before anything is written
 * @error: (nullable): the first thing that went wrong; nothing is written after it
 *
 * A media file being written by FFmpeg through an atomic file, so that the reason of a failure,
 * such as a full disk, is known exactly. Private to the writers of the engine. One thread at a
 * time.
 */
typedef struct
{
  AVIOContext *io;
  MynaAtomicFile *file;
  GError *error;
} MynaMediaOutput;

MynaMediaOutput *myna_media_output_new (void);
void myna_media_output_attach (MynaMediaOutput *self, AVFormatContext *format);
void myna_media_output_free (MynaMediaOutput *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaMediaOutput, myna_media_output_free)

G_END_DECLS
