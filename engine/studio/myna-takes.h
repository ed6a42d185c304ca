/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/jobs/myna-job-queue.h"
#include "engine/studio/myna-take-cut.h"
#include "engine/studio/myna-take.h"
#include "engine/voice/myna-voices.h"

G_BEGIN_DECLS

#define MYNA_TYPE_TAKES (myna_takes_get_type ())
/**
 * MynaTakes:
 *
 * All takes as a GListModel of MynaTake, newest first. Main thread only; the work is done by jobs
 * of kind "speak", "reroll" and "export" on the engine thread. Property (notify): "device" (string,
 * nullable), see myna_takes_set_device().
 */
G_DECLARE_FINAL_TYPE (MynaTakes, myna_takes, MYNA, TAKES, GObject)

MynaTakes *myna_takes_new (MynaStore *store, MynaVoices *voices, MynaJobQueue *queue);
/* The speech engine of takes made from now on; "draft" at first. */
gboolean myna_takes_set_engine (MynaTakes *self, const char *engine, GError **error);
const char *myna_takes_get_engine (MynaTakes *self);
/* Where jobs that are made from now on compute: "auto" (as NULL), "cpu" or an id of `myna devices`.
 */
void myna_takes_set_device (MynaTakes *self, const char *device);
const char *myna_takes_get_device (MynaTakes *self);
/* How texts of takes made from now on become pieces; sentences at first. */
void myna_takes_set_cut (MynaTakes *self, MynaTakeCut cut);
MynaTake *myna_takes_find (MynaTakes *self, const char *id);

/* Splits the text, stores the take and enqueues its job. Errors: EMPTY (nothing to say), NO_SPACE,
 * … */
MynaTake *myna_takes_speak (MynaTakes *self,
                            MynaVoice *voice,
                            const char *text,
                            const MynaSpeakParams *params,
                            double pause,
                            GError **error);
/**
 * MynaFileRequest:
 * @voice: (nullable): the voice, of this or of another library
 * @reference: (nullable): instead of a voice: a sample to speak like
 * @reference_language: (nullable): spoken in the sample; %NULL: as the text's
 * @output: the file to write; absolute
 *
 * What the command line asks for: text straight to a file, by a take that nobody sees.
 */
typedef struct
{
  MynaVoice *voice;
  const MynaVoiceRegion *reference;
  const char *reference_language;
  const char *output;
} MynaFileRequest;

/* Enqueues a "speak" job that ends by writing the file; the take goes with it. */
MynaJob *myna_takes_speak_to_file (MynaTakes *self,
                                   const MynaFileRequest *request,
                                   const char *text,
                                   const MynaSpeakParams *params,
                                   double pause,
                                   GError **error);
/* Goes on with a take that is not complete: its job again, or a new one when that was cleared. */
MynaJob *myna_takes_resume (MynaTakes *self, MynaTake *take, GError **error);
/* A new revision of one sentence: another seed, other text or other phones (NULL keeps). */
MynaJob *myna_takes_reroll (MynaTakes *self,
                            MynaTake *take,
                            guint piece,
                            const char *text,
                            const char *phones,
                            GError **error);
void myna_takes_choose_revision (MynaTakes *self, MynaTake *take, guint piece, guint revision);
/* Splice: drop a sentence from the take, or put it elsewhere. */
void myna_takes_remove_piece (MynaTakes *self, MynaTake *take, guint piece);
void myna_takes_restore_piece (MynaTakes *self, MynaTake *take, MynaPiece *piece, guint index);
void myna_takes_move_piece (MynaTakes *self, MynaTake *take, guint piece, int offset);
gboolean myna_takes_rename (MynaTakes *self, MynaTake *take, const char *name, GError **error);
void myna_takes_remove (MynaTakes *self, MynaTake *take);
void myna_takes_restore (MynaTakes *self, MynaTake *take);
void myna_takes_purge_removed (MynaTakes *self);
/* Writes the whole take; format by extension (wav, flac, opus, mp3); with a metadata tag that says
 * synthetic. */
MynaJob *myna_takes_export (
    MynaTakes *self, MynaTake *take, const char *path, gboolean tag_synthetic, GError **error);

G_END_DECLS
