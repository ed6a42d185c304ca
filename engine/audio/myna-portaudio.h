/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <portaudio.h>

G_BEGIN_DECLS

/* PortAudio may be called by one thread at a time, and some of its calls take hundreds of
 * milliseconds. So one thread of the process, the sound thread, owns it: everything below that is
 * not marked "any thread" is called on it only, from functions posted to it. */

typedef enum
{
  MYNA_SOUND_INPUT,
  MYNA_SOUND_OUTPUT,
} MynaSoundDirection;

/**
 * MynaSoundDevice:
 * @id: stable over restarts and hot-plug; "" is the system default
 * @name: for people, translated where it is ours
 */
typedef struct
{
  char *id;
  char *name;
  PaDeviceIndex index; /* of this enumeration */
  int max_channels;
} MynaSoundDevice;

void myna_sound_device_free (MynaSoundDevice *self);

typedef void (*MynaSoundFunc) (gpointer user_data);
void myna_portaudio_post (MynaSoundFunc func, gpointer user_data);
gboolean myna_portaudio_is_known_missing (MynaSoundDirection direction);

GPtrArray *myna_portaudio_list (MynaSoundDirection direction);
gboolean myna_portaudio_refresh (gint64 asked_at);

/**
 * MynaSoundStream:
 *
 * An open stream of float samples to or from one device.
 */
typedef struct _MynaSoundStream MynaSoundStream;

/* Closes its stream, unless it cannot be done without at this moment. */
typedef gboolean (*MynaSoundRelease) (gpointer user_data);

MynaSoundStream *myna_sound_stream_open (MynaSoundDirection direction,
                                         const char *device_id,
                                         int max_channels,
                                         double latency,
                                         GError **error);
gboolean myna_sound_stream_start (MynaSoundStream *self,
                                  PaStreamCallback *callback,
                                  gpointer user_data,
                                  GError **error);
void myna_sound_stream_set_interruptible (MynaSoundStream *self,
                                          MynaSoundRelease release,
                                          MynaSoundFunc reopen,
                                          gpointer user_data);
int myna_sound_stream_get_rate (MynaSoundStream *self);
int myna_sound_stream_get_channels (MynaSoundStream *self);
double myna_sound_stream_get_latency (MynaSoundStream *self);
void myna_sound_stream_close (MynaSoundStream *self);

G_END_DECLS
