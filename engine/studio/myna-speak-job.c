/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "engine/core/myna-error.h"
#include "engine/studio/myna-studio-jobs.h"
#include "engine/studio/myna-take-mixer.h"
#include "engine/studio/myna-take-speaker.h"

/*
 * The job "speak": text -> sentences -> audio, sentence by sentence. Each finished sentence is
 * written to the take's own journal after its audio is on disk, so a killed job goes on behind it.
 * It is the take's and not the job's, because it outlives the job and holds what the take needs
 * anyway: seed, length, phones.
 */

/* Characters that people speak in a second, for the parts of the progress. */
#define CHARS_PER_SECOND 14.0

typedef struct
{
  MynaTakeSpeaker speaker;
  GPtrArray *sentences; /* of MynaTakeSentence */
  GHashTable *finished; /* numbers of the sentences that the take's journal has */
  double prepared;      /* the part of the progress that preparing the voice is */
  double all_chars;
  double done_chars;
  double spoken_seconds; /* of audio, in this run */
  gint64 started;        /* monotonic time of the first sentence of this run */
  guint n_ready;
} Speaking;

static void
speaking_clear (Speaking *self)
{
  myna_take_speaker_clear (&self->speaker);
  g_clear_pointer (&self->sentences, g_ptr_array_unref);
  g_clear_pointer (&self->finished, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Speaking, speaking_clear)

static gboolean
split_text (Speaking *self, GError **error)
{
  const MynaTakeRecord *record = self->speaker.record;
  g_autofree char *path = g_build_filename (record->folder, "text.txt", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) segments = NULL;
  gsize size = 0;

  if (!g_file_get_contents (path, &text, &size, NULL))
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND,
                   _ ("The text of “%s” is missing. Generate it again."), record->name);
      return FALSE;
    }
  segments = myna_take_cut_text (record->cut, text, (gssize) size, record->language);
  if (segments->len == 0)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                           _ ("There is nothing to say: the text has no words."));
      return FALSE;
    }
  return myna_take_script_save (record->folder, segments, error);
}

static gboolean
load_script (Speaking *self, GError **error)
{
  const MynaTakeRecord *record = self->speaker.record;

  self->sentences = myna_take_script_load (record->folder, NULL);
  if (self->sentences == NULL)
    {
      myna_job_context_set_stage (self->speaker.cx, _ ("Reading the text"));
      if (!split_text (self, error))
        return FALSE;
      self->sentences = myna_take_script_load (record->folder, error);
      if (self->sentences == NULL)
        return FALSE;
    }
  myna_studio_worker_tell_script (self->speaker.worker, self->speaker.cx, record->id);
  for (guint i = 0; i < self->sentences->len; i++)
    {
      const MynaTakeSentence *sentence = g_ptr_array_index (self->sentences, i);

      self->all_chars += (double) g_utf8_strlen (sentence->text, -1);
    }
  return TRUE;
}

static gboolean
load_journal (Speaking *self, GError **error)
{
  g_autoptr (GPtrArray) revisions =
      myna_take_script_load_revisions (self->speaker.record->folder, error);

  self->finished = g_hash_table_new (NULL, NULL);
  for (guint i = 0; revisions != NULL && i < revisions->len; i++)
    {
      const MynaTakeRevision *revision = g_ptr_array_index (revisions, i);

      /* What could not be spoken is tried again. */
      if (revision->revision == 0 && revision->error == NULL)
        g_hash_table_add (self->finished, GUINT_TO_POINTER (revision->number));
    }
  return revisions != NULL;
}

/* Building a voice and speaking take about as long per second of audio; a cached voice is free. */
static double
estimate_preparation (Speaking *self, const MynaVoiceRecord *voice)
{
  g_autofree char *cache = myna_voice_record_dup_cache_path (voice, self->speaker.record->engine);
  double voice_seconds = myna_voice_record_get_duration (voice);

  if (g_file_test (cache, G_FILE_TEST_EXISTS))
    return 0;
  return voice_seconds / (voice_seconds + self->all_chars / CHARS_PER_SECOND);
}

static void
report (Speaking *self)
{
  double elapsed = (double) (g_get_monotonic_time () - self->started) / G_USEC_PER_SEC;
  double fraction = self->done_chars / MAX (self->all_chars, 1);
  g_autofree char *speed = NULL;

  if (self->spoken_seconds > 0 && elapsed > 0)
    /* Translators: how much faster than listening, as in "12.3× real time" */
    speed = g_strdup_printf (_ ("%.1f× real time"), self->spoken_seconds / elapsed);
  myna_job_context_set_progress (self->speaker.cx, self->prepared + (1 - self->prepared) * fraction,
                                 speed);
}

/* Whether a sentence was finished before the job was interrupted. The audio is looked at too:
 * someone may have deleted it. */
static gboolean
is_finished (Speaking *self, guint number)
{
  g_autofree char *path = myna_take_script_dup_audio_path (self->speaker.record->folder, number, 0);

  if (!g_hash_table_contains (self->finished, GUINT_TO_POINTER (number)) ||
      !g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return FALSE;
  self->n_ready++;
  return TRUE;
}

static gboolean
speak_one (Speaking *self, guint number, GError **error)
{
  const MynaTakeSentence *sentence = g_ptr_array_index (self->sentences, number);
  g_autoptr (MynaTakeRevision) revision = myna_take_revision_new (number, 0);
  g_autofree char *stage = NULL;

  /* Translators: progress of a job; the numbers are the sentence and how many there are */
  stage = g_strdup_printf (_ ("Speaking sentence %u of %u"), number + 1, self->sentences->len);
  myna_job_context_set_stage (self->speaker.cx, stage);
  revision->seed = myna_take_speaker_derive_seed (self->speaker.record->params.seed, number, 0);
  if (!myna_take_speaker_speak (&self->speaker, sentence->text, revision, error))
    return FALSE;
  if (revision->error == NULL)
    self->n_ready++;
  self->spoken_seconds += revision->duration;
  return TRUE;
}

static gboolean
speak_all (Speaking *self, GError **error)
{
  GCancellable *cancellable = myna_job_context_get_cancellable (self->speaker.cx);

  self->started = g_get_monotonic_time ();
  for (guint i = 0; i < self->sentences->len; i++)
    {
      const MynaTakeSentence *sentence = g_ptr_array_index (self->sentences, i);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (!is_finished (self, i) && !speak_one (self, i, error))
        return FALSE;
      self->done_chars += (double) g_utf8_strlen (sentence->text, -1);
      report (self);
    }
  return myna_take_script_sync (self->speaker.record->folder, error);
}

/* Sentences that could not be spoken are a warning, unless none could. */
static gboolean
check_result (Speaking *self, GError **error)
{
  guint n_failed = self->sentences->len - self->n_ready;
  g_autofree char *warning = NULL;

  if (self->n_ready == 0)
    {
      g_autoptr (GPtrArray) revisions =
          myna_take_script_load_revisions (self->speaker.record->folder, NULL);
      const MynaTakeRevision *last =
          revisions != NULL && revisions->len > 0 ? revisions->pdata[revisions->len - 1] : NULL;

      if (last != NULL && last->error != NULL)
        g_set_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY, _ ("Nothing could be spoken: %s"),
                     last->error);
      else
        g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                             _ ("There is nothing to say: the text has no words."));
      return FALSE;
    }
  if (n_failed == 0)
    return TRUE;
  warning =
      g_strdup_printf (ngettext ("%u sentence could not be spoken and was left out.",
                                 "%u sentences could not be spoken and were left out.", n_failed),
                       n_failed);
  myna_studio_worker_tell_warning (self->speaker.worker, self->speaker.cx, self->speaker.record->id,
                                   warning);
  return TRUE;
}

static gboolean
write_output (Speaking *self, GError **error)
{
  MynaTakeRecord *record = self->speaker.record;
  MynaMixTags tags = { record->name, record->voice_name, TRUE };
  g_autofree char *name = g_path_get_basename (record->output);
  g_autofree char *stage = g_strdup_printf (_ ("Writing “%s”"), name);
  g_autoptr (GPtrArray) items = NULL;

  myna_job_context_set_stage (self->speaker.cx, stage);
  items = myna_take_mixer_list (record, error);
  return items != NULL &&
         myna_take_mixer_write (items, record->output, &tags, NULL, NULL,
                                myna_job_context_get_cancellable (self->speaker.cx), error);
}

/**
 * myna_speak_job_run:
 *
 * See MynaJobRun. Result: "take:ID", or the output file when the take has one.
 */
gboolean
myna_speak_job_run (MynaJobContext *cx, gpointer worker, GError **error)
{
  g_auto (Speaking) self = { 0 };
  g_autoptr (MynaVoiceRecord) voice = NULL;
  g_autofree char *result = NULL;

  if (!myna_take_speaker_load (&self.speaker, cx, worker, error) || !load_script (&self, error) ||
      !load_journal (&self, error))
    return FALSE;
  voice = myna_take_speaker_load_voice (&self.speaker, error);
  if (voice == NULL)
    return FALSE;
  self.prepared = estimate_preparation (&self, voice);
  if (!myna_take_speaker_prepare (&self.speaker, voice, self.prepared, error) ||
      !speak_all (&self, error) || !check_result (&self, error))
    return FALSE;
  if (self.speaker.record->output != NULL && !write_output (&self, error))
    return FALSE;
  result = self.speaker.record->output != NULL
               ? g_strdup (self.speaker.record->output)
               : g_strconcat ("take:", self.speaker.record->id, NULL);
  myna_job_context_set_result (cx, result);
  return TRUE;
}
