/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/myna-lipsync.h"

G_BEGIN_DECLS

/**
 * MynaLipsyncRequest:
 * @take: (nullable): id of the take that is spoken; else @audio
 * @audio: (nullable): audio or video file with the speech
 * @video: the video or photo that is to speak
 * @output: the file to write
 * @from: seconds of the output where it begins
 * @to: seconds where it ends; < 0: the end
 * @options: how
 *
 * One video that is to speak, as values: the parameters of a job "lipsync".
 */
typedef struct
{
  char *take;
  char *audio;
  char *video;
  char *output;
  double from;
  double to;
  MynaLipsyncOptions options;
} MynaLipsyncRequest;

MynaLipsyncRequest *myna_lipsync_request_new (void);
MynaLipsyncRequest *myna_lipsync_request_copy (const MynaLipsyncRequest *self);
void myna_lipsync_request_free (MynaLipsyncRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaLipsyncRequest, myna_lipsync_request_free)

char *myna_lipsync_request_to_json (const MynaLipsyncRequest *self);
MynaLipsyncRequest *myna_lipsync_request_from_json (const char *json, GError **error);

G_END_DECLS
