/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/studio/myna-take-record.h"

G_BEGIN_DECLS

/**
 * MynaMixItem:
 * @path: an audio file
 * @number: the sentence's number in the script
 * @revision: which revision of it
 * @duration: seconds of its audio
 * @pause_after: seconds before the next one
 */
typedef struct
{
  char *path;
  guint number;
  guint revision;
  double duration;
  double pause_after;
} MynaMixItem;

/**
 * MynaMixTags:
 * @title: (nullable): tag of the file
 * @artist: (nullable): tag of the file
 * @synthetic: whether the file says that its speech is synthetic
 */
typedef struct
{
  const char *title;
  const char *artist;
  gboolean synthetic;
} MynaMixTags;

GPtrArray *myna_take_mixer_list (const MynaTakeRecord *record, GError **error);
gboolean myna_take_mixer_write (GPtrArray *items,
                                const char *path,
                                const MynaMixTags *tags,
                                MynaProgressFunc progress,
                                gpointer progress_data,
                                GCancellable *cancellable,
                                GError **error);

G_END_DECLS
