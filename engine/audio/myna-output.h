/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <portaudio.h>

#include "engine/audio/myna-ring.h"

G_BEGIN_DECLS

/**
 * MynaOutput:
 *
 * The end of the player at the sound device: a ring that one thread feeds and that PortAudio's
 * callback plays, with pause, seek and an account of what has been heard. Shared by reference
 * count; no function waits for a lock.
 */
typedef struct _MynaOutput MynaOutput;

MynaOutput *myna_output_new (int rate, int channels, double latency);
MynaOutput *myna_output_ref (MynaOutput *self);
void myna_output_unref (MynaOutput *self);

int myna_output_callback (const void *input,
                          void *output,
                          unsigned long n_frames,
                          const PaStreamCallbackTimeInfo *times,
                          PaStreamCallbackFlags flags,
                          void *user_data);

MynaRing *myna_output_get_ring (MynaOutput *self);
int myna_output_get_rate (MynaOutput *self);
void myna_output_set_running (MynaOutput *self, gboolean running);
void myna_output_hold (MynaOutput *self, guint serial);
guint64 myna_output_drop (MynaOutput *self);
void myna_output_release (MynaOutput *self, guint serial);
guint64 myna_output_get_heard (MynaOutput *self, gint64 now);
gboolean myna_output_has_died (MynaOutput *self);
gint64 myna_output_get_called_at (MynaOutput *self);

G_END_DECLS
