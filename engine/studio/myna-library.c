/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-library.h"

#include <glib/gi18n-lib.h>

#include "engine/core/myna-paths.h"
#include "engine/store/myna-records.h"
#include "engine/studio/myna-studio-jobs.h"
#include "engine/voice/draft/myna-draft-engine.h"
#include "engine/voice/gptsovits/myna-gsv-engine.h"

struct _MynaLibrary
{
  GObject parent_instance;

  MynaStore *store;
  MynaJobQueue *queue;
  MynaVoices *voices;
  MynaTakes *takes;
  MynaDevices *devices;   /* (nullable): nobody has asked */
  gboolean holds_devices; /* because a job runs */
};

G_DEFINE_FINAL_TYPE (MynaLibrary, myna_library, G_TYPE_OBJECT)

static void
myna_library_dispose (GObject *object)
{
  MynaLibrary *self = MYNA_LIBRARY (object);

  myna_library_close (self);
  g_clear_object (&self->devices);
  g_clear_object (&self->takes);
  g_clear_object (&self->voices);
  g_clear_object (&self->queue);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (myna_library_parent_class)->dispose (object);
}

static void
myna_library_class_init (MynaLibraryClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_library_dispose;
}

static void
myna_library_init (MynaLibrary *self)
{
}

/* A new or changed voice is prepared before somebody waits for it. */
static void
prepare_wanted_cb (MynaLibrary *self, MynaVoice *voice)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (GError) error = NULL;
  g_autofree char *params = NULL;
  g_autofree char *title = NULL;
  JsonObject *object = json_object_new ();

  g_assert (MYNA_IS_LIBRARY (self));

  json_object_set_string_member (object, "voice", myna_voice_get_id (voice));
  json_object_set_string_member (object, "engine", myna_takes_get_engine (self->takes));
  myna_studio_jobs_set_device (object, myna_takes_get_engine (self->takes),
                               myna_takes_get_device (self->takes));
  json_node_take_object (node, object);
  params = json_to_string (node, FALSE);
  title = g_strdup_printf (_ ("Prepare the voice “%s”"), myna_voice_get_name (voice));
  if (myna_job_queue_add (self->queue, MYNA_JOB_PREPARE, title, NULL, params, &error) == NULL)
    g_message ("%s", error->message);
}

static gboolean
recover (MynaStore *store, GError **error)
{
  if (!myna_store_was_recovered (store) || myna_store_is_read_only (store))
    return TRUE;
  return myna_records_recover (store, MYNA_RECORDS_VOICES, error) &&
         myna_records_recover (store, MYNA_RECORDS_TAKES, error) &&
         myna_store_finish_recovery (store, error);
}

static void
start_queue (MynaLibrary *self, MynaLibraryOpenFlags flags)
{
  MynaStudioWorker *worker = myna_studio_worker_new (self->store, self->voices, self->takes);

  g_assert (MYNA_IS_LIBRARY (self));

  myna_studio_jobs_register (self->queue, worker);
  myna_studio_worker_unref (worker);
  myna_job_queue_set_paused (self->queue, (flags & MYNA_LIBRARY_OPEN_PAUSED) != 0);
  myna_job_queue_load (self->queue);
}

/**
 * myna_library_open:
 * @data_dir: (nullable): the data folder; %NULL: the user's own
 * @flags: how
 * @error: return location
 *
 * Opens everything on one data folder, and goes on with the jobs that wait.
 *
 * Returns: (transfer full): the library; %NULL with BUSY (another process has the folder, unless
 *   reading is enough), READ_ONLY, NO_SPACE, UNSUPPORTED (made by a newer Myna)
 */
MynaLibrary *
myna_library_open (const char *data_dir, MynaLibraryOpenFlags flags, GError **error)
{
  g_autoptr (MynaLibrary) self = NULL;
  g_autofree char *folder = data_dir != NULL ? g_strdup (data_dir) : myna_paths_dup_data_dir ();
  MynaStoreOpenFlags store_flags = (flags & MYNA_LIBRARY_OPEN_READ_ONLY_IF_BUSY) != 0
                                       ? MYNA_STORE_OPEN_READ_ONLY_IF_BUSY
                                       : MYNA_STORE_OPEN_DEFAULT;

  myna_speech_engine_register (myna_draft_engine_get ());
  myna_speech_engine_register (myna_gsv_engine_get ());
  self = g_object_new (MYNA_TYPE_LIBRARY, NULL);
  self->store = myna_store_open (folder, store_flags, error);
  if (self->store == NULL || !recover (self->store, error))
    return NULL;
  self->queue = myna_job_queue_new (self->store);
  self->voices = myna_voices_new (self->store, MYNA_DRAFT_ENGINE_ID);
  self->takes = myna_takes_new (self->store, self->voices, self->queue);
  g_signal_connect_object (self->voices, "prepare-wanted", G_CALLBACK (prepare_wanted_cb), self,
                           G_CONNECT_SWAPPED);
  start_queue (self, flags);
  return g_steal_pointer (&self);
}

/**
 * myna_library_close:
 *
 * Stops the engine thread (the job that runs goes on at the next start), writes what is due and
 * gives the folder to other processes. Blocks for a moment. Idempotent.
 */
void
myna_library_close (MynaLibrary *self)
{
  g_return_if_fail (MYNA_IS_LIBRARY (self));

  /* Jobs tell the lists until they have stopped: the queue goes first. */
  if (self->queue != NULL)
    myna_job_queue_shutdown (self->queue);
  if (self->store != NULL)
    myna_store_close (self->store);
}

/**
 * myna_library_get_data_dir:
 *
 * Returns: (transfer none): the data folder
 */
const char *
myna_library_get_data_dir (MynaLibrary *self)
{
  g_return_val_if_fail (MYNA_IS_LIBRARY (self), NULL);

  return myna_store_get_data_dir (self->store);
}

/**
 * myna_library_is_read_only:
 *
 * Returns: whether nothing can be changed: another process has the folder
 */
gboolean
myna_library_is_read_only (MynaLibrary *self)
{
  g_return_val_if_fail (MYNA_IS_LIBRARY (self), TRUE);

  return myna_store_is_read_only (self->store);
}

/**
 * myna_library_get_recovery_notice:
 *
 * Returns: (transfer none) (nullable): a sentence for the user after a damaged database was set
 *   aside and the library rebuilt
 */
const char *
myna_library_get_recovery_notice (MynaLibrary *self)
{
  g_return_val_if_fail (MYNA_IS_LIBRARY (self), NULL);

  return myna_store_get_recovery_notice (self->store);
}

/**
 * myna_library_get_store:
 *
 * Returns: (transfer none): the store, for its signal "write-failed"
 */
MynaStore *
myna_library_get_store (MynaLibrary *self)
{
  g_return_val_if_fail (MYNA_IS_LIBRARY (self), NULL);

  return self->store;
}

/**
 * myna_library_get_voices:
 *
 * Returns: (transfer none): the voices
 */
MynaVoices *
myna_library_get_voices (MynaLibrary *self)
{
  g_return_val_if_fail (MYNA_IS_LIBRARY (self), NULL);

  return self->voices;
}

/**
 * myna_library_get_takes:
 *
 * Returns: (transfer none): the takes
 */
MynaTakes *
myna_library_get_takes (MynaLibrary *self)
{
  g_return_val_if_fail (MYNA_IS_LIBRARY (self), NULL);

  return self->takes;
}

/* Devices are sampled while a job runs, so that its numbers are there when somebody looks. */
static void
follow_job (MynaLibrary *self)
{
  gboolean runs = myna_job_queue_get_active (self->queue) != NULL;

  g_assert (MYNA_IS_LIBRARY (self));

  if (self->devices == NULL || runs == self->holds_devices)
    return;
  self->holds_devices = runs;
  if (runs)
    myna_devices_hold (self->devices);
  else
    myna_devices_release (self->devices);
}

/**
 * myna_library_get_devices:
 *
 * What the machine computes with. The command line never asks, and so never samples.
 *
 * Returns: (transfer none): the devices
 */
MynaDevices *
myna_library_get_devices (MynaLibrary *self)
{
  g_return_val_if_fail (MYNA_IS_LIBRARY (self), NULL);

  if (self->devices == NULL)
    {
      self->devices = myna_devices_new ();
      g_signal_connect_object (self->queue, "notify::active", G_CALLBACK (follow_job), self,
                               G_CONNECT_SWAPPED);
      follow_job (self);
    }
  return self->devices;
}

/**
 * myna_library_get_queue:
 *
 * Returns: (transfer none): the queue
 */
MynaJobQueue *
myna_library_get_queue (MynaLibrary *self)
{
  g_return_val_if_fail (MYNA_IS_LIBRARY (self), NULL);

  return self->queue;
}
