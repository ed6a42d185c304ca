/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/* What the tests of the sound hardware share: noise of which every sample is known, so that a
 * recording can be compared with it frame by frame; fake hardware to speak into and to listen to
 * (tests/hardware/with-sound.sh); and waiting in the main loop. */

#define BENCH_RATE 48000

typedef struct
{
  char *folder;
  float *noise; /* one minute, -0.25 … 0.25 */
  gsize n_noise;
  char *noise_path;
} Bench;

void bench_set_up (Bench *self);
void bench_tear_down (Bench *self);
char *bench_path (Bench *self, const char *name);

/* Plays the noise into the room, once, until it is stopped. */
GSubprocess *bench_speak (Bench *self);
/* Records what comes out of the speaker, mono float, to @path. */
GSubprocess *bench_listen (const char *path);
void bench_stop (GSubprocess *process);
void bench_pactl (const char *first_arg, ...) G_GNUC_NULL_TERMINATED;

/* Index in the noise at which @heard is to be found, or -1; @heard is louder by @gain. */
gssize bench_find (Bench *self, const float *heard, gsize n_heard, float gain);
/* How many samples of @heard are the noise from @from on. */
gsize bench_follow (Bench *self, const float *heard, gsize n_heard, gsize from, float gain);
float *bench_read_raw (const char *path, gsize *n);

/* Runs the main loop until @done says so; fails the test when that takes a minute. */
typedef gboolean (*BenchDone) (gpointer user_data);
void bench_wait (BenchDone done, gpointer user_data);
