/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-takes.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/audio/myna-audio-writer.h"
#include "engine/core/myna-atomic-file.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-paths.h"
#include "engine/core/myna-sidecar.h"
#include "engine/store/myna-records.h"
#include "engine/studio/myna-studio-jobs.h"
#include "engine/studio/myna-take-speaker.h"
#include "engine/studio/myna-takes-private.h"
#include "engine/text/myna-language.h"

/* What takes have done in the queue: speaking, resuming, speaking again, exporting. */

/* More text than a long novel is a mistake. */
#define MAX_TEXT_BYTES (16 * 1024 * 1024)

/* A take is named by the begin of its text. */
#define MAX_NAME_COLUMNS 48

/* Where a name is full: a Chinese character takes two columns. At the end of @text when it fits. */
static const char *
find_name_end (const char *text)
{
  const char *at = text;
  int columns = 0;

  while (*at != '\0')
    {
      columns += g_unichar_iswide (g_utf8_get_char (at)) ? 2 : 1;
      if (columns > MAX_NAME_COLUMNS)
        break;
      at = g_utf8_next_char (at);
    }
  return at;
}

/* Sentences in Chinese or Japanese follow each other without a space. */
static gboolean
ends_wide (const GString *text)
{
  const char *last = g_utf8_find_prev_char (text->str, text->str + text->len);

  return last != NULL && g_unichar_iswide (g_utf8_get_char (last));
}

/* The begin of the text, in one line, cut between words. */
static char *
make_name (const char *text)
{
  g_autofree char *begin = g_utf8_make_valid (text, (gssize) MIN (strlen (text), 1000));
  g_autoptr (GPtrArray) segments = myna_segment_text (begin, -1, NULL);
  g_autoptr (GString) name = g_string_new (NULL);
  const char *end = name->str;
  const char *space;

  for (guint i = 0; i < segments->len && *end == '\0'; i++)
    {
      g_string_append_printf (name, "%s%s", i > 0 && !ends_wide (name) ? " " : "",
                              ((const MynaSegment *) segments->pdata[i])->text);
      end = find_name_end (name->str);
    }
  if (*end == '\0')
    return g_string_free_and_steal (g_steal_pointer (&name));
  space = g_utf8_strrchr (name->str, end - name->str, ' ');
  if (space != NULL && space > name->str + (end - name->str) / 2)
    end = space;
  return g_strdup_printf ("%.*s…", (int) (end - name->str), name->str);
}

static gboolean
check_text (const char *text, GError **error)
{
  if (!myna_segment_has_speech (text, -1))
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                           _ ("There is nothing to say: the text has no words."));
      return FALSE;
    }
  if (strlen (text) > MAX_TEXT_BYTES)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_TOO_LARGE,
                   _ ("The text is longer than %d MB. Split it into several takes."),
                   MAX_TEXT_BYTES / (1024 * 1024));
      return FALSE;
    }
  return TRUE;
}

static gboolean
commit_text (MynaStore *store, gpointer data, GError **error)
{
  return myna_atomic_file_commit (data, error);
}

static void
free_text (gpointer data)
{
  myna_atomic_file_free (data);
}

/* The folder and the text. A full disk is noticed here; the wait for the disk is not. */
static gboolean
store_text (MynaTakes *self, MynaTakeRecord *record, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (record->folder, "text.txt", NULL);
  g_autoptr (MynaAtomicFile) file = NULL;

  g_assert (MYNA_IS_TAKES (self));

  if (!myna_paths_ensure_dir (record->folder, error))
    return FALSE;
  file = myna_atomic_file_begin (path, error);
  if (file == NULL || !myna_atomic_file_append (file, text, strlen (text), error))
    {
      myna_remove_tree (record->folder, NULL);
      return FALSE;
    }
  myna_store_run_async (self->store, commit_text, g_steal_pointer (&file), free_text, NULL, NULL);
  return TRUE;
}

static MynaTakeRecord *
new_record (MynaTakes *self,
            const char *text,
            const char *language,
            const MynaSpeakParams *params,
            double pause,
            GError **error)
{
  g_autofree char *resolved = NULL;
  MynaTakeRecord *record;
  g_autofree char *id = g_uuid_string_random ();
  g_autofree char *folder = myna_records_dup_folder (self->store, MYNA_RECORDS_TAKES, id);

  g_assert (MYNA_IS_TAKES (self));

  if (!myna_takes_check_writable (self, error) || !check_text (text, error))
    return NULL;
  resolved = myna_language_resolve (language, error);
  if (resolved == NULL)
    return NULL;
  record = myna_take_record_new (folder);
  record->id = g_steal_pointer (&id);
  record->name = make_name (text);
  record->engine = g_strdup (self->engine);
  record->params = *params;
  record->params.phones = NULL;
  myna_take_record_set_language (record, resolved);
  record->pause = CLAMP (pause, 0, 10);
  record->cut = self->cut;
  record->created = g_get_real_time () / G_USEC_PER_SEC;
  return record;
}

static void
set_voice (MynaTakes *self, MynaTakeRecord *record, MynaVoice *voice)
{
  const MynaVoiceRecord *values = myna_voice_get_record (voice);
  const char *data_dir = myna_store_get_data_dir (self->store);
  const char *inside = values->folder;

  g_assert (MYNA_IS_TAKES (self));

  if (g_str_has_prefix (inside, data_dir) && inside[strlen (data_dir)] == '/')
    inside += strlen (data_dir) + 1;
  record->voice_id = g_strdup (values->id);
  record->voice_name = g_strdup (values->name);
  record->voice_folder = g_strdup (inside);
}

static char *
make_params (MynaTakes *self, const MynaTakeRecord *record)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  g_assert (MYNA_IS_TAKES (self));

  json_object_set_string_member (object, "take", record->id);
  myna_studio_jobs_set_device (object, record->engine, self->device);
  json_node_take_object (node, object);
  return json_to_string (node, FALSE);
}

static MynaJob *
add_speak_job (MynaTakes *self, MynaTake *take, GError **error)
{
  const MynaTakeRecord *record = myna_take_get_record (take);
  g_autofree char *title = g_strdup_printf (_ ("Speak “%s”"), record->name);
  g_autofree char *params = make_params (self, record);

  g_assert (MYNA_IS_TAKES (self));

  return myna_job_queue_add (self->queue, MYNA_JOB_SPEAK, title, record->voice_name, params, error);
}

/* Stores a new take and enqueues its job. */
static MynaJob *
enqueue (MynaTakes *self, MynaTake *take, const char *text, GError **error)
{
  MynaTakeRecord *record = myna_take_get_record (take);
  MynaJob *job;

  g_assert (MYNA_IS_TAKES (self));

  if (!store_text (self, record, text, error))
    return NULL;
  myna_take_set_state (take, MYNA_TAKE_WAITING);
  myna_takes_save (self, take);
  job = add_speak_job (self, take, error);
  if (job == NULL)
    myna_takes_purge (self, record->id);
  return job;
}

/**
 * myna_takes_speak:
 * @voice: who speaks
 * @text: what; any length
 * @params: how; its language may be %NULL for the voice's own
 * @pause: seconds between sentences
 * @error: return location
 *
 * Stores a new take and enqueues the job that speaks it.
 *
 * Returns: (transfer none): the take, which is in the list; %NULL with EMPTY (nothing to say),
 *   UNSUPPORTED (language), NO_SPACE, READ_ONLY, TOO_LARGE
 */
MynaTake *
myna_takes_speak (MynaTakes *self,
                  MynaVoice *voice,
                  const char *text,
                  const MynaSpeakParams *params,
                  double pause,
                  GError **error)
{
  MynaTakeRecord *record;
  g_autoptr (MynaTake) take = NULL;

  g_return_val_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_VOICE (voice), NULL);
  g_return_val_if_fail (text != NULL && params != NULL, NULL);

  record = new_record (
      self, text, params->language != NULL ? params->language : myna_voice_get_language (voice),
      params, pause, error);
  if (record == NULL)
    return NULL;
  set_voice (self, record, voice);
  take = myna_take_new (record);
  /* Listed first: the job that is added looks for it. */
  myna_takes_insert (self, take);
  if (enqueue (self, take, text, error) == NULL)
    {
      myna_takes_extract (self, take);
      return NULL;
    }
  return take;
}

/**
 * myna_takes_speak_to_file:
 * @request: who speaks, and where to
 * @text: what
 * @params: how
 * @pause: seconds between sentences
 * @error: return location
 *
 * Like myna_takes_speak(), for the command line: the take is not listed, its job writes the output
 * at the end, and when that is done the take is deleted. The job survives the process: it can be
 * resumed.
 *
 * Returns: (transfer none): the job; %NULL with the errors of myna_takes_speak()
 */
MynaJob *
myna_takes_speak_to_file (MynaTakes *self,
                          const MynaFileRequest *request,
                          const char *text,
                          const MynaSpeakParams *params,
                          double pause,
                          GError **error)
{
  const char *language;
  MynaTakeRecord *record;
  MynaTake *take;
  MynaJob *job;

  g_return_val_if_fail (MYNA_IS_TAKES (self) && request != NULL && text != NULL, NULL);
  g_return_val_if_fail (request->voice != NULL || request->reference != NULL, NULL);
  g_return_val_if_fail (g_path_is_absolute (request->output) && params != NULL, NULL);

  language = params->language;
  if (language == NULL)
    language = request->voice != NULL ? myna_voice_get_language (request->voice)
                                      : request->reference_language;
  record = new_record (self, text, language != NULL ? language : "en-us", params, pause, error);
  if (record == NULL)
    return NULL;
  if (request->voice != NULL)
    set_voice (self, record, request->voice);
  else
    {
      record->reference = myna_voice_region_copy (request->reference);
      record->reference_language = g_strdup (request->reference_language);
      record->voice_name = g_path_get_basename (request->reference->path);
    }
  record->output = g_strdup (request->output);
  record->transient = TRUE;
  take = myna_take_new (record);
  job = enqueue (self, take, text, error);
  if (job == NULL)
    g_object_unref (take);
  else
    {
      g_ptr_array_add (self->transient, take);
      myna_takes_follow_speak_job (self, job, take);
    }
  return job;
}

/**
 * myna_takes_resume:
 * @take: a take that is not complete
 * @error: return location
 *
 * Goes on with a take behind what is finished of it: retries its job, or enqueues a new one when
 * the job was taken off the queue. One that is waiting or spoken already is left alone.
 *
 * Returns: (transfer none): the job; %NULL with READ_ONLY
 */
MynaJob *
myna_takes_resume (MynaTakes *self, MynaTake *take, GError **error)
{
  MynaJob *job;

  g_return_val_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take), NULL);

  if (!myna_takes_check_writable (self, error))
    return NULL;
  job = myna_takes_find_job (self, myna_take_get_id (take));
  if (job == NULL || myna_job_get_state (job) == MYNA_JOB_DONE)
    return add_speak_job (self, take, error);
  myna_job_queue_retry (self->queue, job);
  return job;
}

static char *
make_reroll_params (MynaTakes *self,
                    MynaTake *take,
                    MynaPiece *piece,
                    guint32 seed,
                    const char *text,
                    const char *phones)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  g_assert (MYNA_IS_TAKES (self));

  json_object_set_string_member (object, "take", myna_take_get_id (take));
  json_object_set_int_member (object, "piece", myna_piece_get_number (piece));
  json_object_set_int_member (object, "revision", myna_piece_get_n_revisions (piece));
  json_object_set_int_member (object, "seed", seed);
  myna_sidecar_set_string (object, "text", text);
  myna_sidecar_set_string (object, "phones", phones);
  myna_studio_jobs_set_device (object, myna_take_get_record (take)->engine, self->device);
  json_node_take_object (node, object);
  return json_to_string (node, FALSE);
}

/* What the new revision is spoken from: a new text, new phones, or what the chosen one had. */
static gboolean
check_reroll (MynaTakes *self, MynaTake *take, MynaPiece *piece, const char *text, GError **error)
{
  g_assert (MYNA_IS_TAKES (self));

  if (!myna_takes_check_writable (self, error))
    return FALSE;
  if (piece == NULL)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND,
                           _ ("The sentence is not in the take any more."));
      return FALSE;
    }
  if (text != NULL && !myna_segment_has_speech (text, -1))
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                           _ ("There is nothing to say in this sentence."));
      return FALSE;
    }
  if (myna_piece_get_job (piece) != NULL || myna_piece_get_state (piece) == MYNA_PIECE_PENDING)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_BUSY,
                           _ ("The sentence is still being spoken. Try again when it is ready."));
      return FALSE;
    }
  return TRUE;
}

/**
 * myna_takes_reroll:
 * @take: which take
 * @piece: where in the take
 * @text: (nullable): other text; %NULL keeps it
 * @phones: (nullable): other phones, in the engine's notation; %NULL: from the text
 * @error: return location
 *
 * Enqueues the job that speaks a sentence again. With neither @text nor @phones it gets another
 * seed; else it keeps the seed of the chosen revision, so that only what was edited changes.
 *
 * Returns: (transfer none): the job; %NULL with NOT_FOUND, EMPTY, BUSY or READ_ONLY
 */
MynaJob *
myna_takes_reroll (MynaTakes *self,
                   MynaTake *take,
                   guint piece,
                   const char *text,
                   const char *phones,
                   GError **error)
{
  MynaPiece *item;
  const MynaTakeRevision *chosen;
  g_autofree char *title = NULL;
  g_autofree char *name = NULL;
  g_autofree char *params = NULL;
  guint32 seed;

  g_return_val_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take), NULL);

  item = myna_take_get_piece (take, piece);
  if (!check_reroll (self, take, item, text, error))
    return NULL;
  chosen = myna_piece_get_chosen (item);
  seed = chosen->seed;
  if (text == NULL && phones == NULL)
    {
      seed = myna_take_speaker_derive_seed (myna_take_get_record (take)->params.seed,
                                            myna_piece_get_number (item),
                                            myna_piece_get_n_revisions (item));
      phones = chosen->phones;
    }
  if (text == NULL)
    text = chosen->text;
  params = make_reroll_params (self, take, item, seed, text, phones);
  name = make_name (text != NULL ? text : myna_piece_get_text (item));
  title = g_strdup_printf (_ ("Speak again: “%s”"), name);
  return myna_job_queue_add (self->queue, MYNA_JOB_REROLL, title, myna_take_get_voice_name (take),
                             params, error);
}

/**
 * myna_takes_export:
 * @take: which take
 * @path: absolute; the extension says the format: wav, flac, opus or mp3
 * @tag_synthetic: whether the file says that its speech is synthetic
 * @error: return location
 *
 * Enqueues the job that writes the take to one file.
 *
 * Returns: (transfer none): the job; %NULL with UNSUPPORTED (format), EMPTY (nothing is finished)
 *   or READ_ONLY
 */
MynaJob *
myna_takes_export (
    MynaTakes *self, MynaTake *take, const char *path, gboolean tag_synthetic, GError **error)
{
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *params = NULL;
  g_autofree char *title = NULL;
  g_autofree char *name = NULL;
  JsonObject *object;

  g_return_val_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take), NULL);
  g_return_val_if_fail (path != NULL && g_path_is_absolute (path), NULL);

  name = g_path_get_basename (path);
  if (!myna_audio_format_is_known (path))
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("“%s” has no known format. Use a name that ends in .wav, .flac, .opus or "
                      ".mp3."),
                   name);
      return NULL;
    }
  if (myna_take_get_n_ready (take) == 0)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                   _ ("“%s” holds no finished speech. Generate it first."),
                   myna_take_get_name (take));
      return NULL;
    }
  object = json_object_new ();
  json_object_set_string_member (object, "take", myna_take_get_id (take));
  json_object_set_string_member (object, "path", path);
  json_object_set_boolean_member (object, "synthetic", tag_synthetic);
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  params = json_to_string (node, FALSE);
  title = g_strdup_printf (_ ("Export “%s”"), myna_take_get_name (take));
  return myna_job_queue_add (self->queue, MYNA_JOB_EXPORT, title, name, params, error);
}
