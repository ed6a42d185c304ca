/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pthread.h>

#include "engine/audio/myna-output.h"
#include "engine/audio/myna-playback.h"
#include "engine/audio/myna-playlist.h"
#include "engine/audio/myna-portaudio.h"

G_BEGIN_DECLS

/* What MynaPlayback shares with its feeding thread (myna-feeder.c). */

struct _MynaPlayback
{
  int ref_count; /* atomic */

  /* Sound thread. */
  MynaSoundStream *stream;
  MynaOutput *stream_output; /* what its callback plays */

  /* Under lock. */
  pthread_mutex_t lock;
  pthread_cond_t wake;
  gboolean quit;
  gboolean feeding; /* the feeding thread was started */
  MynaPlaylist *list;
  gboolean list_closed;
  guint list_serial; /* counts the lists */
  MynaOutput *output;
  gint64 opened_at;
  gint64 looked_at; /* whether the device is still there */
  gint64 awake_since;
  gboolean open_wanted;
  guint open_serial; /* counts the requests to open */
  gboolean running;
  guint seek_serial; /* counts seeks, and what is like one: another list, another output */
  double seek_to;
  double reached; /* the position never runs back between seeks */
  char *error;

  /* What the feeding thread has done about the seek of fed_serial; under lock. */
  guint fed_serial;
  guint64 fed_from; /* ring position that is seek_to */
  gboolean fed_all;
  guint64 fed_end; /* ring position of the end of the last item, when fed_all */
};

MynaPlayback *myna_playback_ref (MynaPlayback *self);
void myna_playback_unref (MynaPlayback *self);

G_END_DECLS
