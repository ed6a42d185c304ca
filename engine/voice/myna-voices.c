/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/myna-voices.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"
#include "engine/models/myna-model-pair.h"
#include "engine/store/myna-records.h"
#include "engine/text/myna-language.h"
#include "engine/voice/myna-voice-maker.h"
#include "engine/voice/myna-voice-private.h"

struct _MynaVoices
{
  GObject parent_instance;

  MynaStore *store;
  char *engine;       /* whose cache says whether a voice is prepared */
  GPtrArray *voices;  /* of MynaVoice, sorted by name */
  GPtrArray *removed; /* of MynaVoice: hidden until restored or purged */
};

enum
{
  SIGNAL_PREPARE_WANTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaVoices,
                               myna_voices,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
myna_voices_dispose (GObject *object)
{
  MynaVoices *self = MYNA_VOICES (object);

  g_clear_object (&self->store);
  g_clear_pointer (&self->voices, g_ptr_array_unref);
  g_clear_pointer (&self->removed, g_ptr_array_unref);
  G_OBJECT_CLASS (myna_voices_parent_class)->dispose (object);
}

static void
myna_voices_finalize (GObject *object)
{
  g_clear_pointer (&MYNA_VOICES (object)->engine, g_free);
  G_OBJECT_CLASS (myna_voices_parent_class)->finalize (object);
}

static void
myna_voices_class_init (MynaVoicesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = myna_voices_dispose;
  object_class->finalize = myna_voices_finalize;

  signals[SIGNAL_PREPARE_WANTED] =
      g_signal_new ("prepare-wanted", MYNA_TYPE_VOICES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, MYNA_TYPE_VOICE);
}

static void
myna_voices_init (MynaVoices *self)
{
  self->voices = g_ptr_array_new_with_free_func (g_object_unref);
  self->removed = g_ptr_array_new_with_free_func (g_object_unref);
}

static GType
get_item_type (GListModel *model)
{
  return MYNA_TYPE_VOICE;
}

static guint
get_n_items (GListModel *model)
{
  return MYNA_VOICES (model)->voices->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  GPtrArray *voices = MYNA_VOICES (model)->voices;

  return position < voices->len ? g_object_ref (g_ptr_array_index (voices, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static int
compare (MynaVoice *a, MynaVoice *b)
{
  g_autofree char *key_a = g_utf8_casefold (myna_voice_get_name (a), -1);
  g_autofree char *key_b = g_utf8_casefold (myna_voice_get_name (b), -1);
  int order = g_utf8_collate (key_a, key_b);

  return order != 0 ? order : g_strcmp0 (myna_voice_get_id (a), myna_voice_get_id (b));
}

static void
insert (MynaVoices *self, MynaVoice *voice)
{
  guint position = 0;

  g_assert (MYNA_IS_VOICES (self));

  while (position < self->voices->len &&
         compare (g_ptr_array_index (self->voices, position), voice) < 0)
    position++;
  g_ptr_array_insert (self->voices, (int) position, g_object_ref (voice));
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
}

/* Takes a voice out of the list. */
static gboolean
extract (MynaVoices *self, MynaVoice *voice)
{
  guint position;

  g_assert (MYNA_IS_VOICES (self));

  if (!g_ptr_array_find (self->voices, voice, &position))
    return FALSE;
  g_ptr_array_remove_index (self->voices, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
  return TRUE;
}

static void
check_prepared (MynaVoices *self, MynaVoice *voice)
{
  g_autofree char *cache =
      myna_voice_record_dup_cache_path (myna_voice_get_record (voice), self->engine);

  g_assert (MYNA_IS_VOICES (self));

  myna_voice_set_prepared (voice, g_file_test (cache, G_FILE_TEST_IS_REGULAR));
}

static void
load_cb (const char *folder, JsonNode *node, gpointer user_data)
{
  MynaVoices *self = user_data;
  g_autoptr (GError) error = NULL;
  MynaVoiceRecord *record = myna_voice_record_from_json (folder, node, &error);
  g_autoptr (MynaVoice) voice = NULL;

  g_assert (MYNA_IS_VOICES (self));

  if (record == NULL)
    {
      g_message ("%s", error->message);
      return;
    }
  /* The time to undo a removal ended with the process that did it. */
  if (record->removed != 0)
    {
      myna_records_purge_async (self->store, MYNA_RECORDS_VOICES, record->id);
      myna_voice_record_free (record);
      return;
    }
  voice = myna_voice_new (record);
  check_prepared (self, voice);
  insert (self, voice);
}

/* What a killed process left of a voice that it was making. */
static void
remove_leftovers (MynaVoices *self)
{
  g_autofree char *path = myna_store_build_path (self->store, "voices", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  g_assert (MYNA_IS_VOICES (self));

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, ".") && g_str_has_suffix (name, ".making"))
      {
        g_autofree char *leftover = g_build_filename (path, name, NULL);

        myna_remove_tree (leftover, NULL);
      }
}

/**
 * myna_voices_new:
 * @store: an open store
 * @engine: id of the speech engine whose cache tells whether a voice is prepared
 *
 * Loads the voices. What was removed in an earlier run is deleted for good now.
 *
 * Returns: (transfer full): the library of voices
 */
MynaVoices *
myna_voices_new (MynaStore *store, const char *engine)
{
  g_autoptr (GError) error = NULL;
  MynaVoices *self;

  g_return_val_if_fail (MYNA_IS_STORE (store) && engine != NULL, NULL);

  self = g_object_new (MYNA_TYPE_VOICES, NULL);
  self->store = g_object_ref (store);
  self->engine = g_strdup (engine);
  if (!myna_store_is_read_only (store))
    remove_leftovers (self);
  if (!myna_records_load (store, MYNA_RECORDS_VOICES, load_cb, self, &error))
    g_message ("%s", error->message);
  return self;
}

/**
 * myna_voices_find:
 * @id: a voice's id
 *
 * Returns: (transfer none) (nullable): the voice, unless it was removed
 */
MynaVoice *
myna_voices_find (MynaVoices *self, const char *id)
{
  g_return_val_if_fail (MYNA_IS_VOICES (self), NULL);

  for (guint i = 0; i < self->voices->len; i++)
    if (g_strcmp0 (myna_voice_get_id (g_ptr_array_index (self->voices, i)), id) == 0)
      return g_ptr_array_index (self->voices, i);
  return NULL;
}

/**
 * myna_voices_find_by_name:
 * @name: a name; upper and lower case are the same
 *
 * Returns: (transfer none) (nullable): the voice of that name
 */
MynaVoice *
myna_voices_find_by_name (MynaVoices *self, const char *name)
{
  g_autofree char *key = NULL;

  g_return_val_if_fail (MYNA_IS_VOICES (self) && name != NULL, NULL);

  key = g_utf8_casefold (name, -1);
  for (guint i = 0; i < self->voices->len; i++)
    {
      MynaVoice *voice = g_ptr_array_index (self->voices, i);
      g_autofree char *other = g_utf8_casefold (myna_voice_get_name (voice), -1);

      if (g_strcmp0 (key, other) == 0)
        return voice;
    }
  return NULL;
}

/* "Anna" -> "Anna 2" when there is an Anna. */
static char *
dup_free_name (MynaVoices *self, const char *wanted)
{
  g_autofree char *name = g_strstrip (g_strdup (wanted));

  g_assert (MYNA_IS_VOICES (self));

  for (guint i = 2; myna_voices_find_by_name (self, name) != NULL; i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s %u", wanted, i);
    }
  return g_steal_pointer (&name);
}

static void
save (MynaVoices *self, MynaVoice *voice)
{
  g_autoptr (JsonNode) node = myna_voice_record_to_json (myna_voice_get_record (voice));

  g_assert (MYNA_IS_VOICES (self));

  myna_records_save_async (self->store, MYNA_RECORDS_VOICES, myna_voice_get_id (voice), node);
}

static gboolean
check_writable (MynaVoices *self, GError **error)
{
  g_assert (MYNA_IS_VOICES (self));

  if (!myna_store_is_read_only (self->store))
    return TRUE;
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_READ_ONLY,
                       _ ("The voices cannot be changed: another Myna is open, or the data folder "
                          "cannot be written."));
  return FALSE;
}

/* What the worker thread of myna_voices_add_async() needs. */
typedef struct
{
  MynaStore *store;
  char *name;
  char *language;
  char *consent;
  GPtrArray *regions;
} Addition;

static void
addition_free (gpointer data)
{
  Addition *self = data;

  g_object_unref (self->store);
  g_free (self->name);
  g_free (self->language);
  g_free (self->consent);
  g_ptr_array_unref (self->regions);
  g_free (self);
}

static void
add_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Addition *addition = task_data;
  g_autofree char *id = g_uuid_string_random ();
  g_autofree char *folder = myna_records_dup_folder (addition->store, MYNA_RECORDS_VOICES, id);
  g_autoptr (MynaVoiceRecord) record = NULL;
  g_autoptr (JsonNode) node = NULL;
  GError *error = NULL;

  record = myna_voice_make (folder, id, addition->name, addition->language, addition->regions,
                            addition->consent, cancellable, &error);
  if (record != NULL)
    {
      node = myna_voice_record_to_json (record);
      if (!myna_records_save (addition->store, MYNA_RECORDS_VOICES, id, node, &error))
        {
          myna_remove_tree (folder, NULL);
          g_clear_pointer (&record, myna_voice_record_free);
        }
    }
  if (record != NULL)
    g_task_return_pointer (task, g_steal_pointer (&record),
                           (GDestroyNotify) myna_voice_record_free);
  else
    g_task_return_error (task, error);
}

/**
 * myna_voices_add_async:
 * @name: its name; gets a number when it is taken
 * @language: code of the language spoken in the samples
 * @regions: (element-type MynaVoiceRegion): parts of audio or video files
 * @consent: a note that the person agreed; blank is refused
 * @cancellable: (nullable): to stop
 * @callback: called on the main context
 * @user_data: closure
 *
 * Makes a voice of samples, on a worker thread; see myna_voice_make() for the errors.
 */
void
myna_voices_add_async (MynaVoices *self,
                       const char *name,
                       const char *language,
                       GPtrArray *regions,
                       const char *consent,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GError) error = NULL;
  Addition *addition;

  g_return_if_fail (MYNA_IS_VOICES (self));
  g_return_if_fail (name != NULL && language != NULL && regions != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, myna_voices_add_async);
  /* When it is done it is done: a late cancel must not leave a voice that nobody was told of. */
  g_task_set_check_cancellable (task, FALSE);
  if (!check_writable (self, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  addition = g_new0 (Addition, 1);
  addition->store = g_object_ref (self->store);
  addition->name = dup_free_name (self, name);
  addition->language = g_strdup (language);
  addition->consent = g_strdup (consent);
  addition->regions = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_voice_region_free);
  for (guint i = 0; i < regions->len; i++)
    g_ptr_array_add (addition->regions, myna_voice_region_copy (g_ptr_array_index (regions, i)));
  g_task_set_task_data (task, addition, addition_free);
  g_task_run_in_thread (task, add_thread);
}

/**
 * myna_voices_add_finish:
 * @result: from the callback
 * @error: return location
 *
 * Returns: (transfer none): the new voice, which is in the list now; %NULL on error
 */
MynaVoice *
myna_voices_add_finish (MynaVoices *self, GAsyncResult *result, GError **error)
{
  MynaVoiceRecord *record;
  g_autoptr (MynaVoice) voice = NULL;
  g_autofree char *name = NULL;

  g_return_val_if_fail (MYNA_IS_VOICES (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  record = g_task_propagate_pointer (G_TASK (result), error);
  if (record == NULL)
    return NULL;
  /* Another voice may have taken the name meanwhile. */
  name = dup_free_name (self, record->name);
  voice = myna_voice_new (record);
  if (g_strcmp0 (name, record->name) != 0)
    {
      g_set_str (&record->name, name);
      save (self, voice);
    }
  insert (self, voice);
  g_signal_emit (self, signals[SIGNAL_PREPARE_WANTED], 0, voice);
  return voice;
}

/* Shows and stores changed values of a voice. */
static void
change (MynaVoices *self, MynaVoice *voice, MynaVoiceRecord *record)
{
  g_assert (MYNA_IS_VOICES (self));

  myna_voice_set_record (voice, record);
  save (self, voice);
}

/**
 * myna_voices_rename:
 * @voice: which
 * @name: its new name
 * @error: return location
 *
 * Returns: %FALSE with EMPTY, EXISTS or READ_ONLY
 */
gboolean
myna_voices_rename (MynaVoices *self, MynaVoice *voice, const char *name, GError **error)
{
  g_autofree char *stripped = NULL;
  MynaVoiceRecord *record;
  MynaVoice *other;

  g_return_val_if_fail (MYNA_IS_VOICES (self) && MYNA_IS_VOICE (voice) && name != NULL, FALSE);

  stripped = g_strstrip (g_strdup (name));
  other = myna_voices_find_by_name (self, stripped);
  if (!check_writable (self, error))
    return FALSE;
  if (*stripped == '\0')
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_EMPTY, _ ("Give the voice a name."));
      return FALSE;
    }
  if (other != NULL && other != voice)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_EXISTS,
                   _ ("There is another voice called “%s”. Choose a different name."), stripped);
      return FALSE;
    }
  record = myna_voice_record_copy (myna_voice_get_record (voice));
  g_set_str (&record->name, stripped);
  change (self, voice, record);
  g_object_ref (voice);
  if (extract (self, voice))
    insert (self, voice);
  g_object_unref (voice);
  return TRUE;
}

/* What the engine said held for the old material. */
static void
change_material (MynaVoices *self, MynaVoice *voice, MynaVoiceRecord *record)
{
  g_assert (MYNA_IS_VOICES (self));

  g_clear_pointer (&record->engine_warnings, g_strfreev);
  change (self, voice, record);
  check_prepared (self, voice);
  g_signal_emit (self, signals[SIGNAL_PREPARE_WANTED], 0, voice);
}

/**
 * myna_voices_set_transcript:
 * @voice: which
 * @transcript: (nullable): what is said, one line a clip; blank removes it
 * @error: return location
 *
 * Returns: %FALSE with FAILED (lines do not match the clips) or READ_ONLY
 */
gboolean
myna_voices_set_transcript (MynaVoices *self,
                            MynaVoice *voice,
                            const char *transcript,
                            GError **error)
{
  g_autoptr (MynaVoiceRecord) record = NULL;

  g_return_val_if_fail (MYNA_IS_VOICES (self) && MYNA_IS_VOICE (voice), FALSE);

  record = myna_voice_record_copy (myna_voice_get_record (voice));
  if (!check_writable (self, error) ||
      !myna_voice_record_set_transcript (record, transcript, error))
    return FALSE;
  change_material (self, voice, g_steal_pointer (&record));
  return TRUE;
}

/**
 * myna_voices_set_language:
 * @voice: which
 * @language: code of the language spoken in the clips
 * @error: return location
 *
 * Returns: %FALSE with UNSUPPORTED or READ_ONLY
 */
gboolean
myna_voices_set_language (MynaVoices *self, MynaVoice *voice, const char *language, GError **error)
{
  g_autofree char *resolved = NULL;
  MynaVoiceRecord *record;

  g_return_val_if_fail (MYNA_IS_VOICES (self) && MYNA_IS_VOICE (voice), FALSE);
  g_return_val_if_fail (language != NULL, FALSE);

  resolved = myna_language_resolve (language, error);
  if (resolved == NULL || !check_writable (self, error))
    return FALSE;
  record = myna_voice_record_copy (myna_voice_get_record (voice));
  g_set_str (&record->language, resolved);
  change_material (self, voice, record);
  return TRUE;
}

/**
 * myna_voices_set_reference:
 * @voice: which
 * @reference: (nullable): the part of a clip that GPT-SoVITS imitates; %NULL: chosen automatically
 * @error: return location
 *
 * The voice is prepared anew: what the engine said held for the old part.
 *
 * Returns: %FALSE with the errors of myna_voice_record_set_reference(), or READ_ONLY
 */
gboolean
myna_voices_set_reference (MynaVoices *self,
                           MynaVoice *voice,
                           const MynaVoiceReference *reference,
                           GError **error)
{
  g_autoptr (MynaVoiceRecord) record = NULL;

  g_return_val_if_fail (MYNA_IS_VOICES (self) && MYNA_IS_VOICE (voice), FALSE);

  record = myna_voice_record_copy (myna_voice_get_record (voice));
  if (!check_writable (self, error) || !myna_voice_record_set_reference (record, reference, error))
    return FALSE;
  change_material (self, voice, g_steal_pointer (&record));
  return TRUE;
}

typedef struct
{
  char *folder;
  char **paths; /* (nullable) */
} Models;

static void
models_free (gpointer data)
{
  Models *self = data;

  g_free (self->folder);
  g_strfreev (self->paths);
  g_free (self);
}

static void
set_models_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Models *models = task_data;
  GError *error = NULL;
  gboolean done;

  if (models->paths != NULL)
    done = myna_model_pair_import (models->folder, (const char *const *) models->paths, cancellable,
                                   &error);
  else
    done = myna_model_pair_remove (models->folder, &error);
  if (done)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * myna_voices_set_models_async:
 * @voice: which
 * @paths: (nullable) (array zero-terminated=1): a T2S checkpoint, a decoder, or one of each; %NULL:
 *   the published ones serve again
 * @cancellable: (nullable): to stop
 * @callback: called on the main context
 * @user_data: closure
 *
 * Gives the voice model files of its own, on a worker thread; see myna_model_pair_import() for the
 * errors.
 */
void
myna_voices_set_models_async (MynaVoices *self,
                              MynaVoice *voice,
                              const char *const *paths,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GError) error = NULL;
  Models *models;

  g_return_if_fail (MYNA_IS_VOICES (self) && MYNA_IS_VOICE (voice));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, myna_voices_set_models_async);
  /* What is in place is in place. */
  g_task_set_check_cancellable (task, FALSE);
  if (!check_writable (self, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  models = g_new0 (Models, 1);
  models->folder = g_strdup (myna_voice_get_record (voice)->folder);
  models->paths = g_strdupv ((char **) paths);
  g_task_set_task_data (task, models, models_free);
  g_task_run_in_thread (task, set_models_thread);
}

/**
 * myna_voices_set_models_finish:
 * @result: from the callback
 * @error: return location
 *
 * Returns: %FALSE with UNSUPPORTED (not a file of a voice), CORRUPT, NO_SPACE, READ_ONLY, …
 */
gboolean
myna_voices_set_models_finish (MynaVoices *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (MYNA_IS_VOICES (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
set_removed (MynaVoices *self, MynaVoice *voice, gint64 when)
{
  MynaVoiceRecord *record = myna_voice_record_copy (myna_voice_get_record (voice));

  g_assert (MYNA_IS_VOICES (self));

  record->removed = when;
  change (self, voice, record);
}

/**
 * myna_voices_remove:
 * @voice: which
 *
 * Hides a voice at once; its files stay until myna_voices_purge_removed() or the next start.
 */
void
myna_voices_remove (MynaVoices *self, MynaVoice *voice)
{
  g_return_if_fail (MYNA_IS_VOICES (self) && MYNA_IS_VOICE (voice));

  if (!check_writable (self, NULL))
    return;
  g_object_ref (voice);
  if (extract (self, voice))
    {
      g_ptr_array_add (self->removed, g_object_ref (voice));
      set_removed (self, voice, g_get_real_time () / G_USEC_PER_SEC);
    }
  g_object_unref (voice);
}

/**
 * myna_voices_restore:
 * @voice: one that was removed
 *
 * Brings it back; its name gets a number when it was taken meanwhile.
 */
void
myna_voices_restore (MynaVoices *self, MynaVoice *voice)
{
  g_autofree char *name = NULL;
  MynaVoiceRecord *record;

  g_return_if_fail (MYNA_IS_VOICES (self) && MYNA_IS_VOICE (voice));

  g_object_ref (voice);
  if (g_ptr_array_remove (self->removed, voice))
    {
      name = dup_free_name (self, myna_voice_get_name (voice));
      record = myna_voice_record_copy (myna_voice_get_record (voice));
      g_set_str (&record->name, name);
      record->removed = 0;
      change (self, voice, record);
      insert (self, voice);
    }
  g_object_unref (voice);
}

/**
 * myna_voices_purge_removed:
 *
 * Deletes what was removed for good, with the recordings.
 */
void
myna_voices_purge_removed (MynaVoices *self)
{
  g_return_if_fail (MYNA_IS_VOICES (self));

  for (guint i = 0; i < self->removed->len; i++)
    myna_records_purge_async (self->store, MYNA_RECORDS_VOICES,
                              myna_voice_get_id (g_ptr_array_index (self->removed, i)));
  g_ptr_array_set_size (self->removed, 0);
}

static gboolean
same_strings (char **a, const char *const *b)
{
  if (a == NULL || b == NULL)
    return a == NULL && b == NULL;
  return g_strv_equal ((const char *const *) a, b);
}

/**
 * myna_voices_set_prepared:
 * @id: a voice's id
 * @warnings: (nullable): what the engine says about the sample
 *
 * The job of kind "prepare" has built the cache.
 */
void
myna_voices_set_prepared (MynaVoices *self, const char *id, const char *const *warnings)
{
  MynaVoice *voice = NULL;
  MynaVoiceRecord *record;

  g_return_if_fail (MYNA_IS_VOICES (self) && id != NULL);

  voice = myna_voices_find (self, id);
  if (voice == NULL)
    return;
  check_prepared (self, voice);
  if (same_strings (myna_voice_get_record (voice)->engine_warnings, warnings))
    return;
  record = myna_voice_record_copy (myna_voice_get_record (voice));
  g_strfreev (record->engine_warnings);
  record->engine_warnings = g_strdupv ((char **) warnings);
  change (self, voice, record);
}
