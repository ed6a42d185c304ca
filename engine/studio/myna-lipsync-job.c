/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "engine/core/myna-error.h"
#include "engine/studio/myna-lipsync-jobs.h"
#include "engine/studio/myna-lipsync-request.h"
#include "engine/studio/myna-studio-jobs.h"
#include "engine/studio/myna-take-mixer.h"
#include "engine/studio/myna-take-speaker.h"
#include "engine/studio/myna-take-speech.h"

/*
 * The job "lipsync": one video that is to speak. A take is mixed to a file in the job's folder
 * first, and stays there: a job that goes on after a crash must hear the same speech although the
 * take was edited since. Finished segments of the video are in the same folder.
 */

/* The part of the progress that looking at the video is, when it was not looked at before. */
#define PLAN_FRACTION 0.4

typedef struct
{
  MynaJobContext *cx;
  MynaStudioWorker *worker;
  MynaLipsyncRequest *request;
  MynaTakeSpeaker speaker; /* only its record, when a take is spoken */
  char *audio;
  GArray *phones;
  MynaLipsyncPlan *plan;
  double planned; /* the part of the progress that was the plan */
} Syncing;

static void
syncing_clear (Syncing *self)
{
  g_clear_pointer (&self->request, myna_lipsync_request_free);
  myna_take_speaker_clear (&self->speaker);
  g_clear_pointer (&self->audio, g_free);
  g_clear_pointer (&self->phones, g_array_unref);
  g_clear_pointer (&self->plan, myna_lipsync_plan_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Syncing, syncing_clear)

static gboolean
mix_take (Syncing *self, GError **error)
{
  MynaMixTags tags = { 0 };
  g_autoptr (GPtrArray) items = NULL;
  const char *folder = myna_job_context_get_folder (self->cx, error);

  if (folder == NULL || !myna_take_speaker_load (&self->speaker, self->cx, self->worker, error))
    return FALSE;
  items = myna_take_mixer_list (self->speaker.record, error);
  if (items == NULL)
    return FALSE;
  self->phones = myna_take_speech_load_phones (self->speaker.record, items,
                                               myna_job_context_get_cancellable (self->cx));
  self->audio = g_build_filename (folder, "speech.wav", NULL);
  if (g_file_test (self->audio, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  return myna_take_mixer_write (items, self->audio, &tags, NULL, NULL,
                                myna_job_context_get_cancellable (self->cx), error);
}

static gboolean
load_speech (Syncing *self, GError **error)
{
  self->request = myna_lipsync_request_from_json (myna_job_context_get_params (self->cx), error);
  if (self->request == NULL)
    return FALSE;
  if (self->request->take == NULL)
    {
      self->audio = g_strdup (self->request->audio);
      return TRUE;
    }
  myna_job_context_set_stage (self->cx, _ ("Reading the speech"));
  return mix_take (self, error);
}

static void
plan_progress_cb (double fraction, gpointer user_data)
{
  Syncing *self = user_data;

  self->planned = PLAN_FRACTION;
  myna_job_context_set_progress (self->cx, fraction * PLAN_FRACTION, NULL);
}

static gboolean
make_plan (Syncing *self, GError **error)
{
  g_autofree char *cache = myna_lipsync_dup_cache_dir (myna_studio_worker_get_store (self->worker));
  MynaLipsyncOptions options = self->request->options;
  const char *const *warnings;

  options.keep_mouths = TRUE;
  myna_job_context_set_stage (self->cx, _ ("Looking for faces"));
  self->plan = myna_lipsync_plan_new (self->audio, self->phones, MYNA_TAKE_SPEECH_PHONE_SET,
                                      self->request->video, &options, cache, plan_progress_cb, self,
                                      myna_job_context_get_cancellable (self->cx), error);
  if (self->plan == NULL)
    return FALSE;
  warnings = myna_lipsync_plan_get_warnings (self->plan);
  for (guint i = 0; warnings != NULL && warnings[i] != NULL; i++)
    myna_job_context_add_warning (self->cx, warnings[i]);
  return TRUE;
}

static void
report_cb (double fraction, gint64 frames_done, gint64 n_frames, double fps, gpointer user_data)
{
  Syncing *self = user_data;
  g_autofree char *speed = NULL;

  if (fps > 0)
    /* Translators: pictures of a video made in a second, as in "42.0 frames/s" */
    speed = g_strdup_printf (_ ("%.1f frames/s"), fps);
  myna_job_context_set_progress (self->cx, self->planned + (1 - self->planned) * fraction, speed);
}

static gboolean
render (Syncing *self, GError **error)
{
  const char *folder = myna_job_context_get_folder (self->cx, error);

  if (folder == NULL)
    return FALSE;
  myna_job_context_set_stage (self->cx, _ ("Making the mouth follow the speech"));
  return myna_lipsync_plan_render (self->plan, self->request->from, self->request->to,
                                   self->request->output, folder, report_cb, self,
                                   myna_job_context_get_cancellable (self->cx), error);
}

/**
 * myna_lipsync_job_run:
 *
 * See MynaJobRun: makes one video speak. Result: the file.
 */
gboolean
myna_lipsync_job_run (MynaJobContext *cx, gpointer worker, GError **error)
{
  g_auto (Syncing) self = { .cx = cx, .worker = worker };

  if (!load_speech (&self, error) || !make_plan (&self, error) || !render (&self, error))
    return FALSE;
  myna_job_context_set_result (cx, self.request->output);
  return TRUE;
}
