/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/studio/myna-take-private.h"
#include "engine/studio/myna-takes.h"

G_BEGIN_DECLS

/* What the three parts share: the list, and following jobs (-takes.c); giving the queue jobs
 * (-takes-jobs.c); changing takes (-takes-edit.c). Main context only. */

struct _MynaTakes
{
  GObject parent_instance;

  MynaStore *store;
  MynaVoices *voices;
  MynaJobQueue *queue;
  char *engine;
  MynaTakeCut cut;
  char *device;         /* (nullable): where engines that can choose compute */
  GPtrArray *takes;     /* of MynaTake, newest first */
  GPtrArray *removed;   /* of MynaTake: hidden until restored or purged */
  GPtrArray *transient; /* of MynaTake: of the command line, never listed */
  GPtrArray *purging;   /* of MynaTake: deleted when its job has stopped */
};

void myna_takes_insert (MynaTakes *self, MynaTake *take);
gboolean myna_takes_extract (MynaTakes *self, MynaTake *take);
gboolean myna_takes_check_writable (MynaTakes *self, GError **error);
void myna_takes_save (MynaTakes *self, MynaTake *take);
void myna_takes_purge (MynaTakes *self, const char *id);
MynaJob *myna_takes_find_job (MynaTakes *self, const char *id);
void myna_takes_follow_speak_job (MynaTakes *self, MynaJob *job, MynaTake *take);

/* What a job on the engine thread found, told on the main context. */
void myna_takes_script_is_ready (MynaTakes *self, const char *id);
void myna_takes_add_revision (MynaTakes *self, const char *id, const MynaTakeRevision *revision);
void myna_takes_add_warning (MynaTakes *self, const char *id, const char *warning);

G_END_DECLS
