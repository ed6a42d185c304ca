/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/jobs/myna-job-context.h"
#include "engine/core/myna-paths.h"
#include "engine/jobs/myna-job-context-private.h"
#include "engine/jobs/myna-job-private.h"
#include "engine/jobs/myna-job-records.h"

#include <math.h>
#include <pthread.h>

/* How often lines of the log go to disk by themselves, so that a crash leaves them. */
#define LOG_INTERVAL_US G_USEC_PER_SEC

struct _MynaJobContext
{
  gint64 id;
  char *params;
  char *folder;
  MynaStore *store;      /* borrowed: the queue keeps it */
  MynaJobOutbox *outbox; /* borrowed: the queue keeps it */
  GCancellable *cancellable;
  gint64 start;          /* monotonic, of this run */
  double elapsed_before; /* seconds of earlier runs */

  /* The job's helper threads report too. */
  pthread_mutex_t lock;
  char *stage;
  double fraction;
  GString *log; /* what is not stored yet */
  gsize log_stored;
  gint64 log_time;
  GPtrArray *warnings;
  char *result;
};

/**
 * myna_job_context_new:
 * @store: the store
 * @outbox: where to report
 * @id: which job
 * @params: (nullable): its parameters
 * @elapsed: seconds it has run before
 * @cancellable: its cancellable
 *
 * Returns: (transfer full): the context of a run that begins now
 */
MynaJobContext *
myna_job_context_new (MynaStore *store,
                      MynaJobOutbox *outbox,
                      gint64 id,
                      const char *params,
                      double elapsed,
                      GCancellable *cancellable)
{
  MynaJobContext *cx = g_new0 (MynaJobContext, 1);

  cx->id = id;
  cx->params = g_strdup (params);
  cx->store = store;
  cx->outbox = outbox;
  cx->cancellable = g_object_ref (cancellable);
  cx->start = g_get_monotonic_time ();
  cx->elapsed_before = elapsed;
  pthread_mutex_init (&cx->lock, NULL);
  cx->fraction = -1;
  cx->log = g_string_new (NULL);
  cx->log_time = cx->start;
  cx->warnings = g_ptr_array_new_with_free_func (g_free);
  return cx;
}

/**
 * myna_job_context_free:
 * @cx: (transfer full): a context whose job has returned
 */
void
myna_job_context_free (MynaJobContext *cx)
{
  g_return_if_fail (cx != NULL);

  g_free (cx->params);
  g_free (cx->folder);
  g_object_unref (cx->cancellable);
  pthread_mutex_destroy (&cx->lock);
  g_free (cx->stage);
  g_string_free (cx->log, TRUE);
  g_ptr_array_unref (cx->warnings);
  g_free (cx->result);
  g_free (cx);
}

static double
get_elapsed (MynaJobContext *cx)
{
  return cx->elapsed_before + (double) (g_get_monotonic_time () - cx->start) / G_USEC_PER_SEC;
}

/**
 * myna_job_context_get_id:
 * @cx: a context
 *
 * Returns: the number of the job
 */
gint64
myna_job_context_get_id (MynaJobContext *cx)
{
  g_return_val_if_fail (cx != NULL, 0);

  return cx->id;
}

/**
 * myna_job_context_get_params:
 * @cx: a context
 *
 * Returns: (transfer none) (nullable): what was given to myna_job_queue_add()
 */
const char *
myna_job_context_get_params (MynaJobContext *cx)
{
  g_return_val_if_fail (cx != NULL, NULL);

  return cx->params;
}

/**
 * myna_job_context_get_folder:
 * @cx: a context
 * @error: return location
 *
 * The job's own folder, made at the first call, deleted when the job is removed. What a resumed job
 * needs goes here. Engine thread.
 *
 * Returns: (transfer none) (nullable): an absolute path, %NULL on error
 */
const char *
myna_job_context_get_folder (MynaJobContext *cx, GError **error)
{
  g_autofree char *folder = NULL;

  g_return_val_if_fail (cx != NULL, NULL);

  if (cx->folder != NULL)
    return cx->folder;
  folder = myna_job_record_build_folder (cx->store, cx->id);
  if (!myna_paths_ensure_dir (folder, error))
    return NULL;
  cx->folder = g_steal_pointer (&folder);
  return cx->folder;
}

/**
 * myna_job_context_get_cancellable:
 * @cx: a context
 *
 * To be looked at every 100 ms at least. Cancelled when the person cancels, and when the program
 * ends. Any thread.
 *
 * Returns: (transfer none): the cancellable of this run
 */
GCancellable *
myna_job_context_get_cancellable (MynaJobContext *cx)
{
  g_return_val_if_fail (cx != NULL, NULL);

  return cx->cancellable;
}

/**
 * myna_job_context_set_stage:
 * @cx: a context
 * @stage: (nullable): what is being done now, translated
 *
 * Any thread.
 */
void
myna_job_context_set_stage (MynaJobContext *cx, const char *stage)
{
  MynaJobEvent *event;

  g_return_if_fail (cx != NULL);

  pthread_mutex_lock (&cx->lock);
  g_set_str (&cx->stage, stage);
  event = myna_job_outbox_begin_update (cx->outbox, cx->id);
  event->has_stage = TRUE;
  g_set_str (&event->stage, stage);
  myna_job_outbox_end_update (cx->outbox);
  pthread_mutex_unlock (&cx->lock);
}

/**
 * myna_job_context_set_progress:
 * @cx: a context
 * @fraction: how much is done, 0 … 1; less than 0 unknown
 * @speed: (nullable): how fast, translated
 *
 * May be called as often as one likes. Any thread.
 */
void
myna_job_context_set_progress (MynaJobContext *cx, double fraction, const char *speed)
{
  MynaJobEvent *event;

  g_return_if_fail (cx != NULL);

  fraction = isnan (fraction) || fraction < 0 ? -1 : MIN (fraction, 1);
  pthread_mutex_lock (&cx->lock);
  cx->fraction = fraction;
  event = myna_job_outbox_begin_update (cx->outbox, cx->id);
  event->has_progress = TRUE;
  event->fraction = fraction;
  g_set_str (&event->speed, speed);
  myna_job_outbox_end_update (cx->outbox);
  pthread_mutex_unlock (&cx->lock);
}

/* Under the lock: hands the lines that are not stored yet to the store, without waiting. */
static void
store_log (MynaJobContext *cx)
{
  if (cx->log->len == 0)
    return;
  myna_job_record_add_log (cx->store, cx->id, cx->log->str);
  cx->log_stored += cx->log->len;
  if (cx->log_stored > 2 * MYNA_JOB_LOG_MAX)
    {
      myna_job_record_compact_log (cx->store, cx->id);
      cx->log_stored = MYNA_JOB_LOG_MAX;
    }
  g_string_truncate (cx->log, 0);
  cx->log_time = g_get_monotonic_time ();
}

/* Under the lock. */
static void
add_line (MynaJobContext *cx, const char *text)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *line =
      g_strdup_printf ("%02d:%02d:%02d %s\n", g_date_time_get_hour (now),
                       g_date_time_get_minute (now), g_date_time_get_second (now), valid);
  MynaJobEvent *event = myna_job_outbox_begin_update (cx->outbox, cx->id);

  if (event->log == NULL)
    event->log = g_string_new (NULL);
  g_string_append (event->log, line);
  myna_job_log_trim (event->log);
  myna_job_outbox_end_update (cx->outbox);

  g_string_append (cx->log, line);
  myna_job_log_trim (cx->log);
  if (g_get_monotonic_time () - cx->log_time >= LOG_INTERVAL_US)
    store_log (cx);
}

/**
 * myna_job_context_log:
 * @cx: a context
 * @format: one line in printf's way, without the newline
 * @...: its arguments
 *
 * Adds a line to the job's log, with the time of day before it. Any thread.
 */
void
myna_job_context_log (MynaJobContext *cx, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  g_return_if_fail (cx != NULL);
  g_return_if_fail (format != NULL);

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  pthread_mutex_lock (&cx->lock);
  add_line (cx, text);
  pthread_mutex_unlock (&cx->lock);
}

/* An event has its own copies: it crosses threads. */
static GPtrArray *
copy_strings (GPtrArray *strings)
{
  GPtrArray *copy = g_ptr_array_new_null_terminated (strings->len, g_free, TRUE);

  for (guint i = 0; i < strings->len; i++)
    g_ptr_array_add (copy, g_strdup (strings->pdata[i]));
  return copy;
}

/**
 * myna_job_context_add_warning:
 * @cx: a context
 * @warning: a translated sentence
 *
 * Adds a warning that the person sees with the result, unless it is there already; it is a line of
 * the log too. Any thread.
 */
void
myna_job_context_add_warning (MynaJobContext *cx, const char *warning)
{
  MynaJobEvent *event;

  g_return_if_fail (cx != NULL);
  g_return_if_fail (warning != NULL);

  pthread_mutex_lock (&cx->lock);
  if (!g_ptr_array_find_with_equal_func (cx->warnings, warning, g_str_equal, NULL))
    {
      add_line (cx, warning);
      g_ptr_array_add (cx->warnings, g_utf8_make_valid (warning, -1));
      event = myna_job_outbox_begin_update (cx->outbox, cx->id);
      g_clear_pointer (&event->warnings, g_ptr_array_unref);
      event->warnings = copy_strings (cx->warnings);
      myna_job_outbox_end_update (cx->outbox);
    }
  pthread_mutex_unlock (&cx->lock);
}

/**
 * myna_job_context_set_result:
 * @cx: a context
 * @result: (nullable): a file path, or "take:ID", "voice:ID"
 *
 * What the person is offered when the job is done. Any thread.
 */
void
myna_job_context_set_result (MynaJobContext *cx, const char *result)
{
  g_return_if_fail (cx != NULL);

  pthread_mutex_lock (&cx->lock);
  g_set_str (&cx->result, result);
  pthread_mutex_unlock (&cx->lock);
}

/**
 * myna_job_context_journal_get:
 * @cx: a context
 * @key: names a piece of the work
 *
 * Returns: (transfer full) (nullable): what an earlier run, or this one, has put there
 */
char *
myna_job_context_journal_get (MynaJobContext *cx, const char *key)
{
  g_return_val_if_fail (cx != NULL, NULL);
  g_return_val_if_fail (key != NULL, NULL);

  return myna_job_record_get (cx->store, cx->id, key);
}

/**
 * myna_job_context_journal_put:
 * @cx: a context
 * @key: names a piece of the work
 * @value: what a resumed job has to know of it
 * @error: return location
 *
 * Notes that a piece is finished. When this returns %TRUE it survives a crash or a power cut, so
 * the files of the piece have to be complete and synced before. Engine thread.
 *
 * Returns: %FALSE on error, such as %MYNA_ERROR_NO_SPACE; then the piece is not noted
 */
gboolean
myna_job_context_journal_put (MynaJobContext *cx,
                              const char *key,
                              const char *value,
                              GError **error)
{
  g_autofree char *stage = NULL;
  g_autofree char *log = NULL;
  MynaJobOutcome so_far = { .elapsed = get_elapsed (cx) };

  g_return_val_if_fail (cx != NULL, FALSE);
  g_return_val_if_fail (key != NULL && value != NULL, FALSE);

  pthread_mutex_lock (&cx->lock);
  so_far.fraction = cx->fraction;
  so_far.stage = stage = g_strdup (cx->stage);
  log = g_strdup (cx->log->str);
  cx->log_stored += cx->log->len;
  g_string_truncate (cx->log, 0);
  pthread_mutex_unlock (&cx->lock);
  return myna_job_record_put (cx->store, cx->id, key, value, log, &so_far, error);
}

/**
 * myna_job_context_emit:
 * @cx: a context
 * @func: called once on the main context, after the events that were reported before
 * @data: (transfer full): for @func
 * @destroy: (nullable): frees @data on the main context
 *
 * Any thread of the job.
 */
void
myna_job_context_emit (MynaJobContext *cx, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  g_return_if_fail (cx != NULL);
  g_return_if_fail (func != NULL);

  myna_job_outbox_post_call (cx->outbox, cx->id, func, data, destroy);
}

/**
 * myna_job_context_finish:
 * @cx: a context whose job has returned
 * @state: what became of it
 * @error: (nullable): a sentence
 *
 * Stores the outcome, then reports it. When it cannot be stored the report says what is true all
 * the same; the next start finds the job interrupted, and its journal complete.
 */
void
myna_job_context_finish (MynaJobContext *cx, MynaJobState state, const char *error)
{
  g_autoptr (GPtrArray) warnings = copy_strings (cx->warnings);
  g_autoptr (GError) local = NULL;
  MynaJobOutcome outcome = { .state = state, .error = error, .elapsed = get_elapsed (cx) };

  g_return_if_fail (cx != NULL);

  if (state == MYNA_JOB_DONE)
    cx->fraction = 1;
  outcome.warnings = (const char *const *) warnings->pdata;
  outcome.result = cx->result;
  outcome.stage = cx->stage;
  outcome.fraction = cx->fraction;
  if (!myna_job_record_end (cx->store, cx->id, cx->log->str, &outcome, &local))
    {
      g_warning ("%s", local->message);
      myna_job_context_log (cx, "%s", local->message);
    }
  myna_job_outbox_post_ended (cx->outbox, cx->id, state, error, cx->result, outcome.elapsed);
}
