/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/myna-speech-engine.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "engine/core/myna-error.h"
#include "engine/core/myna-paths.h"

/* Engines are registered while the library opens and never go away. */
#define MAX_ENGINES 8

static GMutex engines_lock;
static const MynaSpeechEngine *engines[MAX_ENGINES];

struct _MynaPreparedVoice
{
  gatomicrefcount refs;
  const MynaSpeechEngine *engine;
  gpointer prepared;
  char *key;
  char **warnings;
};

/**
 * myna_speech_engine_register:
 * @engine: lives as long as the process
 *
 * Makes an engine known by its id; one of the same id is replaced. Any thread.
 */
void
myna_speech_engine_register (const MynaSpeechEngine *engine)
{
  guint i = 0;

  g_return_if_fail (engine != NULL && engine->id != NULL);

  g_mutex_lock (&engines_lock);
  while (i < MAX_ENGINES && engines[i] != NULL && g_strcmp0 (engines[i]->id, engine->id) != 0)
    i++;
  if (i < MAX_ENGINES)
    engines[i] = engine;
  g_mutex_unlock (&engines_lock);
  g_return_if_fail (i < MAX_ENGINES);
}

/**
 * myna_speech_engine_find:
 * @id: of an engine
 * @error: return location
 *
 * Returns: (transfer none): the engine; %NULL with NOT_FOUND
 */
const MynaSpeechEngine *
myna_speech_engine_find (const char *id, GError **error)
{
  const MynaSpeechEngine *found = NULL;

  g_return_val_if_fail (id != NULL, NULL);

  g_mutex_lock (&engines_lock);
  for (guint i = 0; i < MAX_ENGINES && engines[i] != NULL && found == NULL; i++)
    if (g_strcmp0 (engines[i]->id, id) == 0)
      found = engines[i];
  g_mutex_unlock (&engines_lock);
  if (found == NULL)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND,
                 _ ("There is no speech engine “%s”; use “draft” or “gpt-sovits”."), id);
  return found;
}

/* Caches of older states of the voice are of no use any more. */
static void
remove_stale (const char *cache_path, const char *engine_id)
{
  g_autofree char *folder = g_path_get_dirname (cache_path);
  g_autofree char *current = g_path_get_basename (cache_path);
  g_autofree char *prefix = g_strconcat (engine_id, "-", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  if (!g_file_test (cache_path, G_FILE_TEST_EXISTS))
    return;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, prefix) && g_strcmp0 (name, current) != 0)
      {
        g_autofree char *stale = g_build_filename (folder, name, NULL);

        g_unlink (stale);
      }
}

/**
 * myna_prepared_voice_new:
 * @engine: the engine
 * @voice: the voice, whose clips are on disk
 * @progress: (nullable): called from this thread while the voice is built
 * @progress_data: closure
 * @cancellable: (nullable): to stop
 * @error: return location
 *
 * Loads the engine's cache of a voice, or builds it. Blocking.
 *
 * Returns: (transfer full): the prepared voice
 */
MynaPreparedVoice *
myna_prepared_voice_new (const MynaSpeechEngine *engine,
                         const MynaVoiceRecord *voice,
                         MynaProgressFunc progress,
                         gpointer progress_data,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autofree char *cache_path = NULL;
  g_autofree char *cache_folder = NULL;
  MynaPreparedVoice *self;
  char **warnings = NULL;
  gpointer prepared;

  g_return_val_if_fail (engine != NULL && voice != NULL, NULL);

  cache_path = myna_voice_record_dup_cache_path (voice, engine->id);
  cache_folder = g_path_get_dirname (cache_path);
  /* A read-only data folder only means that nothing is kept. */
  myna_paths_ensure_dir (cache_folder, NULL);
  prepared =
      engine->prepare (voice, cache_path, progress, progress_data, &warnings, cancellable, error);
  if (prepared == NULL)
    {
      g_strfreev (warnings);
      return NULL;
    }
  remove_stale (cache_path, engine->id);
  self = g_new0 (MynaPreparedVoice, 1);
  g_atomic_ref_count_init (&self->refs);
  self->engine = engine;
  self->prepared = prepared;
  self->key = g_steal_pointer (&cache_path);
  self->warnings = warnings;
  return self;
}

/**
 * myna_prepared_voice_ref:
 *
 * Returns: (transfer full): the voice with one more reference
 */
MynaPreparedVoice *
myna_prepared_voice_ref (MynaPreparedVoice *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * myna_prepared_voice_unref:
 * @self: (transfer full): gives a reference back
 */
void
myna_prepared_voice_unref (MynaPreparedVoice *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  self->engine->free_prepared (self->prepared);
  g_free (self->key);
  g_strfreev (self->warnings);
  g_free (self);
}

/**
 * myna_prepared_voice_get_key:
 *
 * Returns: (transfer none): what tells it from other voices, engines and older states of the voice
 */
const char *
myna_prepared_voice_get_key (MynaPreparedVoice *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->key;
}

/**
 * myna_prepared_voice_is_current:
 * @voice: the voice of the same key, as it is now
 *
 * Whether preparing @voice would give @self again: other model files may have been chosen since.
 * May read folders.
 *
 * Returns: whether it still serves
 */
gboolean
myna_prepared_voice_is_current (MynaPreparedVoice *self, const MynaVoiceRecord *voice)
{
  g_return_val_if_fail (self != NULL && voice != NULL, FALSE);

  return self->engine->is_current == NULL || self->engine->is_current (self->prepared, voice);
}

/**
 * myna_prepared_voice_get_warnings:
 *
 * Returns: (transfer none) (nullable): what the engine says about the sample
 */
const char *const *
myna_prepared_voice_get_warnings (MynaPreparedVoice *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char *const *) self->warnings;
}

/**
 * myna_prepared_voice_speak:
 * @sentence: valid UTF-8
 * @params: how to speak
 * @cancellable: (nullable): to stop
 * @error: return location
 *
 * Speaks one sentence. Blocking.
 *
 * Returns: (transfer full): the speech; %NULL with EMPTY when there is nothing to say in it, …
 */
MynaSpeech *
myna_prepared_voice_speak (MynaPreparedVoice *self,
                           const char *sentence,
                           const MynaSpeakParams *params,
                           GCancellable *cancellable,
                           GError **error)
{
  g_return_val_if_fail (self != NULL && sentence != NULL && params != NULL, NULL);

  return self->engine->speak (self->prepared, sentence, params, cancellable, error);
}
