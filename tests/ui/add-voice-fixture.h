/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tests/ui/ui-test.h"
#include "ui/voices/myna-add-voice-dialog.h"

G_BEGIN_DECLS

/* A library of voices in a folder of its own, and a window with the dialog that adds one. */
typedef struct
{
  char *folder;
  MynaStore *store;
  MynaVoices *voices;
  GSubprocess *speaker; /* of a test into whose microphone is spoken; else NULL */
  GtkWindow *window;
  MynaAddVoiceDialog *dialog; /* NULL when it has gone */
  MynaVoice *added;
} AddVoiceFixture;

void add_voice_set_up (AddVoiceFixture *fixture, gconstpointer data);
void add_voice_tear_down (AddVoiceFixture *fixture, gconstpointer data);

gpointer add_voice_find (AddVoiceFixture *fixture, GType type, const char *text);
void add_voice_click (AddVoiceFixture *fixture, const char *label);

G_END_DECLS
