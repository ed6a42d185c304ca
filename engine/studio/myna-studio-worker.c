/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-studio-worker.h"

#include <glib/gi18n-lib.h>

#include "engine/studio/myna-studio-jobs.h"
#include "engine/studio/myna-takes-private.h"
#include "gpu/gpu-device.h"

/* A person switches between few voices; each holds some ten megabytes. */
#define MAX_RECENT 2

struct _MynaStudioWorker
{
  gatomicrefcount refs;
  MynaStore *store;
  MynaVoices *voices;                    /* borrowed, main thread */
  MynaTakes *takes;                      /* borrowed, main thread */
  MynaPreparedVoice *recent[MAX_RECENT]; /* engine thread; newest first */
  char *device;                          /* engine thread: where those compute that can choose */
};

/* One thing to tell the lists. */
typedef struct
{
  MynaStudioWorker *worker;
  char *id;
  MynaTakeRevision *revision;
  char *warning;
  char **warnings;
} News;

static News *
news_new (MynaStudioWorker *worker, const char *id)
{
  News *self = g_new0 (News, 1);

  self->worker = myna_studio_worker_ref (worker);
  self->id = g_strdup (id);
  return self;
}

static void
news_free (gpointer data)
{
  News *self = data;

  myna_studio_worker_unref (self->worker);
  g_free (self->id);
  myna_take_revision_free (self->revision);
  g_free (self->warning);
  g_strfreev (self->warnings);
  g_free (self);
}

/**
 * myna_studio_worker_new:
 * @store: the store
 * @voices: outlives the queue
 * @takes: outlives the queue
 *
 * Returns: (transfer full): the worker
 */
MynaStudioWorker *
myna_studio_worker_new (MynaStore *store, MynaVoices *voices, MynaTakes *takes)
{
  MynaStudioWorker *self;

  g_return_val_if_fail (MYNA_IS_STORE (store) && MYNA_IS_VOICES (voices), NULL);
  g_return_val_if_fail (MYNA_IS_TAKES (takes), NULL);

  self = g_new0 (MynaStudioWorker, 1);
  g_atomic_ref_count_init (&self->refs);
  self->store = g_object_ref (store);
  self->voices = voices;
  self->takes = takes;
  return self;
}

/**
 * myna_studio_worker_ref:
 *
 * Returns: (transfer full): the worker with one more reference
 */
MynaStudioWorker *
myna_studio_worker_ref (MynaStudioWorker *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * myna_studio_worker_unref:
 * @self: (transfer full): gives a reference back
 */
void
myna_studio_worker_unref (MynaStudioWorker *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  for (guint i = 0; i < MAX_RECENT; i++)
    g_clear_pointer (&self->recent[i], myna_prepared_voice_unref);
  g_clear_pointer (&self->device, g_free);
  g_object_unref (self->store);
  g_free (self);
}

/**
 * myna_studio_worker_get_store:
 *
 * Returns: (transfer none): the store
 */
MynaStore *
myna_studio_worker_get_store (MynaStudioWorker *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->store;
}

/**
 * myna_studio_worker_resolve:
 * @path: absolute, or inside the data folder
 *
 * Paths inside the data folder are kept relative, so that the folder can be moved.
 *
 * Returns: (transfer full): the absolute path
 */
char *
myna_studio_worker_resolve (MynaStudioWorker *self, const char *path)
{
  g_return_val_if_fail (self != NULL && path != NULL, NULL);

  if (g_path_is_absolute (path))
    return g_strdup (path);
  return g_build_filename (myna_store_get_data_dir (self->store), path, NULL);
}

/* One that is stale goes at once: it may hold large networks. */
static MynaPreparedVoice *
find_recent (MynaStudioWorker *self, const char *key, const MynaVoiceRecord *voice)
{
  for (guint i = 0; i < MAX_RECENT; i++)
    {
      MynaPreparedVoice *recent = self->recent[i];

      if (recent == NULL || g_strcmp0 (myna_prepared_voice_get_key (recent), key) != 0)
        continue;
      if (myna_prepared_voice_is_current (recent, voice))
        return myna_prepared_voice_ref (recent);
      g_clear_pointer (&self->recent[i], myna_prepared_voice_unref);
    }
  return NULL;
}

static void
remember (MynaStudioWorker *self, MynaPreparedVoice *voice)
{
  guint last = 0;

  while (last < MAX_RECENT - 1 && self->recent[last] != NULL && self->recent[last] != voice)
    last++;
  if (self->recent[last] == voice)
    myna_prepared_voice_unref (self->recent[last]);
  else
    g_clear_pointer (&self->recent[last], myna_prepared_voice_unref);
  for (guint i = last; i > 0; i--)
    self->recent[i] = self->recent[i - 1];
  self->recent[0] = myna_prepared_voice_ref (voice);
}

/* The device that the job was made for. A graphics card may have gone since then: a job that goes
 * on is worth more than where it does. */
static char *
dup_device (MynaJobContext *cx)
{
  g_autofree char *device = myna_studio_jobs_dup_param (myna_job_context_get_params (cx), "device");
  g_autoptr (GpuDevice) found = NULL;
  g_autofree char *warning = NULL;

  if (device == NULL || g_str_equal (device, "auto") || g_str_equal (device, "cpu"))
    return g_steal_pointer (&device);
  found = gpu_device_choose (device, NULL);
  if (found != NULL)
    return g_steal_pointer (&device);
  warning = g_strdup_printf (_ ("The device “%s” that was chosen for this job is not there, so "
                                "another one did it."),
                             device);
  myna_job_context_add_warning (cx, warning);
  return g_strdup ("auto");
}

/* Voices that were prepared for another device are of no use. */
static void
set_device (MynaStudioWorker *self, MynaJobContext *cx, const MynaSpeechEngine *engine)
{
  g_autofree char *device = engine->set_device != NULL ? dup_device (cx) : NULL;

  if (engine->set_device == NULL || !g_set_str (&self->device, device))
    return;
  for (guint i = 0; i < MAX_RECENT; i++)
    g_clear_pointer (&self->recent[i], myna_prepared_voice_unref);
  engine->set_device (device);
}

/**
 * myna_studio_worker_prepare:
 * @cx: the job; its parameters say on which device
 * @engine: id of the speech engine
 * @voice: the voice
 * @progress: (nullable): called while the voice is built
 * @progress_data: closure
 * @error: return location
 *
 * The prepared voice: the one of before, else from the cache, else built anew. Engine thread.
 *
 * Returns: (transfer full): the prepared voice
 */
MynaPreparedVoice *
myna_studio_worker_prepare (MynaStudioWorker *self,
                            MynaJobContext *cx,
                            const char *engine,
                            const MynaVoiceRecord *voice,
                            MynaProgressFunc progress,
                            gpointer progress_data,
                            GError **error)
{
  const MynaSpeechEngine *speech_engine;
  g_autofree char *key = NULL;
  MynaPreparedVoice *prepared;

  g_return_val_if_fail (self != NULL && cx != NULL, NULL);
  g_return_val_if_fail (engine != NULL && voice != NULL, NULL);

  speech_engine = myna_speech_engine_find (engine, error);
  if (speech_engine == NULL)
    return NULL;
  set_device (self, cx, speech_engine);
  key = myna_voice_record_dup_cache_path (voice, engine);
  prepared = find_recent (self, key, voice);
  if (prepared == NULL)
    prepared = myna_prepared_voice_new (speech_engine, voice, progress, progress_data,
                                        myna_job_context_get_cancellable (cx), error);
  if (prepared != NULL)
    remember (self, prepared);
  return prepared;
}

static gboolean
script_cb (gpointer data)
{
  News *news = data;

  g_assert (MYNA_IS_TAKES (news->worker->takes));

  myna_takes_script_is_ready (news->worker->takes, news->id);
  return G_SOURCE_REMOVE;
}

/**
 * myna_studio_worker_tell_script:
 * @cx: the job
 * @take: id of the take whose text was split
 */
void
myna_studio_worker_tell_script (MynaStudioWorker *self, MynaJobContext *cx, const char *take)
{
  g_return_if_fail (self != NULL && cx != NULL && take != NULL);

  myna_job_context_emit (cx, script_cb, news_new (self, take), news_free);
}

static gboolean
revision_cb (gpointer data)
{
  News *news = data;

  g_assert (MYNA_IS_TAKES (news->worker->takes));

  myna_takes_add_revision (news->worker->takes, news->id, news->revision);
  return G_SOURCE_REMOVE;
}

/**
 * myna_studio_worker_tell_revision:
 * @cx: the job
 * @take: id of the take
 * @revision: whose files are on disk
 */
void
myna_studio_worker_tell_revision (MynaStudioWorker *self,
                                  MynaJobContext *cx,
                                  const char *take,
                                  const MynaTakeRevision *revision)
{
  News *news;

  g_return_if_fail (self != NULL && cx != NULL && take != NULL && revision != NULL);

  news = news_new (self, take);
  news->revision = myna_take_revision_copy (revision);
  myna_job_context_emit (cx, revision_cb, news, news_free);
}

static gboolean
warning_cb (gpointer data)
{
  News *news = data;

  g_assert (MYNA_IS_TAKES (news->worker->takes));

  myna_takes_add_warning (news->worker->takes, news->id, news->warning);
  return G_SOURCE_REMOVE;
}

/**
 * myna_studio_worker_tell_warning:
 * @cx: the job
 * @take: id of the take
 * @warning: a sentence for the user, also for the job
 */
void
myna_studio_worker_tell_warning (MynaStudioWorker *self,
                                 MynaJobContext *cx,
                                 const char *take,
                                 const char *warning)
{
  News *news;

  g_return_if_fail (self != NULL && cx != NULL && take != NULL && warning != NULL);

  myna_job_context_add_warning (cx, warning);
  news = news_new (self, take);
  news->warning = g_strdup (warning);
  myna_job_context_emit (cx, warning_cb, news, news_free);
}

static gboolean
prepared_cb (gpointer data)
{
  News *news = data;

  g_assert (MYNA_IS_VOICES (news->worker->voices));

  myna_voices_set_prepared (news->worker->voices, news->id, (const char *const *) news->warnings);
  return G_SOURCE_REMOVE;
}

/**
 * myna_studio_worker_tell_prepared:
 * @cx: the job
 * @voice: id of the voice that was prepared
 * @warnings: (nullable): what the engine says about the sample
 */
void
myna_studio_worker_tell_prepared (MynaStudioWorker *self,
                                  MynaJobContext *cx,
                                  const char *voice,
                                  const char *const *warnings)
{
  News *news;

  g_return_if_fail (self != NULL && cx != NULL && voice != NULL);

  news = news_new (self, voice);
  news->warnings = g_strdupv ((char **) warnings);
  myna_job_context_emit (cx, prepared_cb, news, news_free);
}
