/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/studio/myna-library.h"

/* A library in a folder of its own, with a speech engine that is quick and says what it was asked.
 */
typedef struct
{
  char *dir;
  MynaLibrary *library;
  MynaVoices *voices;
  MynaTakes *takes;
  MynaJobQueue *queue;
} StudioFixture;

void studio_fixture_set_up (StudioFixture *f, gconstpointer data);
void studio_fixture_tear_down (StudioFixture *f, gconstpointer data);
void studio_fixture_open (StudioFixture *f, MynaLibraryOpenFlags flags);
void studio_fixture_close (StudioFixture *f);

/* espeak-ng's reading of a text of at least so many seconds, as a WAV file in the fixture's folder.
 */
char *studio_fixture_make_sample (StudioFixture *f, const char *name, double seconds);
void studio_fixture_write_wav (const char *path, const float *samples, gsize n, int rate);
/* Adds a voice of a sample and waits until it is prepared. */
MynaVoice *studio_fixture_add_voice (StudioFixture *f, const char *name);
MynaVoice *studio_fixture_add_regions (
    StudioFixture *f, const char *name, GPtrArray *regions, const char *consent, GError **error);

void studio_fixture_iterate_until (gboolean (*done) (gpointer data), gpointer data);
void studio_fixture_wait_for_job (MynaJob *job);
void studio_fixture_wait_for_all (StudioFixture *f);

/* The fake engine: id "fake". A sentence with "mute" cannot be spoken; one with "wait" takes until
 * it is cancelled. */
void fake_engine_register (void);
guint fake_engine_get_n_prepared (void);
guint fake_engine_get_n_spoken (void);
/* Where it was told to compute. */
char *fake_engine_dup_device (void);
/* Called on the engine thread before each sentence. */
void fake_engine_set_hook (void (*hook) (guint n_spoken));
