/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-error.h"
#include "engine/jobs/myna-job-queue.h"

#include <glib/gstdio.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct
{
  char *dir;
  MynaStore *store;
  MynaJobQueue *queue;
  gboolean paused; /* open the queue so */
} Fixture;

#define N_HELPERS 3
#define N_LINES 50
#define N_CALLS 100

/* Main thread: how many calls have come, each in its turn. */
static int calls_seen;

static gboolean
call_cb (gpointer data)
{
  g_assert_cmpint (GPOINTER_TO_INT (data), ==, calls_seen);
  calls_seen++;
  return G_SOURCE_REMOVE;
}

typedef struct
{
  MynaJobContext *cx;
  int number;
} Helper;

static void *
help (void *data)
{
  Helper *helper = data;

  for (int i = 0; i < N_LINES; i++)
    {
      myna_job_context_log (helper->cx, "helper %d line %d", helper->number, i);
      myna_job_context_set_progress (helper->cx, 0.5, NULL);
    }
  return NULL;
}

static gboolean
run_threads (MynaJobContext *cx)
{
  Helper helpers[N_HELPERS];
  pthread_t threads[N_HELPERS];

  for (int t = 0; t < N_HELPERS; t++)
    {
      helpers[t] = (Helper) { cx, t };
      g_assert_cmpint (pthread_create (&threads[t], NULL, help, &helpers[t]), ==, 0);
    }
  for (int i = 0; i < N_CALLS; i++)
    myna_job_context_emit (cx, call_cb, GINT_TO_POINTER (i), NULL);
  for (int t = 0; t < N_HELPERS; t++)
    g_assert_cmpint (pthread_join (threads[t], NULL), ==, 0);
  return TRUE;
}

static gboolean
run_chatter (MynaJobContext *cx)
{
  for (int i = 0; i < 20000; i++)
    {
      myna_job_context_log (cx, "Zürich\xff line %d", i);
      myna_job_context_set_progress (cx, i / 20000.0, NULL);
    }
  return TRUE;
}

static gboolean
run_wait (GCancellable *cancellable, GError **error)
{
  GPollFD fd;

  g_cancellable_make_pollfd (cancellable, &fd);
  g_poll (&fd, 1, -1);
  g_cancellable_release_fd (cancellable);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* Makes @n pieces, each once; fails before piece @stop the first time it comes there. */
static gboolean
run_pieces (MynaJobContext *cx, int n, int stop, GError **error)
{
  const char *folder = myna_job_context_get_folder (cx, error);

  if (folder == NULL)
    return FALSE;
  for (int i = 0; i < n; i++)
    {
      g_autofree char *key = g_strdup_printf ("%d", i);
      g_autofree char *done = myna_job_context_journal_get (cx, key);
      g_autofree char *failed = myna_job_context_journal_get (cx, "failed");

      if (g_cancellable_set_error_if_cancelled (myna_job_context_get_cancellable (cx), error))
        return FALSE;
      if (i == stop && failed == NULL)
        {
          g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED, "It stopped.");
          myna_job_context_journal_put (cx, "failed", "once", NULL);
          return FALSE;
        }
      if (done == NULL && !myna_job_context_journal_put (cx, key, "x", error))
        return FALSE;
      myna_job_context_log (cx, "%s piece %d", done == NULL ? "made" : "kept", i);
      myna_job_context_set_progress (cx, (i + 1.0) / n, "fast");
    }
  myna_job_context_add_warning (cx, "A warning, “quoted”.");
  myna_job_context_add_warning (cx, "A warning, “quoted”.");
  myna_job_context_set_result (cx, "take:1");
  return TRUE;
}

/* The parameters say what to do; a number: make so many pieces. */
static gboolean
fake_run (MynaJobContext *cx, gpointer user_data, GError **error)
{
  const char *params = myna_job_context_get_params (cx);
  GCancellable *cancellable = myna_job_context_get_cancellable (cx);
  g_autofree char *waited = NULL;

  myna_job_context_set_stage (cx, "working");
  if (g_strcmp0 (params, "wait") == 0)
    return run_wait (cancellable, error);
  if (g_strcmp0 (params, "wait-once") == 0)
    {
      waited = myna_job_context_journal_get (cx, "waited");
      return waited != NULL || (myna_job_context_journal_put (cx, "waited", "once", error) &&
                                run_wait (cancellable, error));
    }
  if (g_strcmp0 (params, "stop-at-3") == 0)
    return run_pieces (cx, 5, 3, error);
  if (g_strcmp0 (params, "chatter") == 0)
    return run_chatter (cx);
  if (g_strcmp0 (params, "threads") == 0)
    return run_threads (cx);
  if (params != NULL && g_ascii_isdigit (*params))
    return run_pieces (cx, atoi (params), -1, error);
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED, "It failed.");
  return FALSE;
}

/* Warnings are what a full disk is expected to give. */
static gboolean
ignore_warnings (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  return (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0;
}

static void
open_queue (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->store = myna_store_open (f->dir, MYNA_STORE_OPEN_DEFAULT, &error);
  g_assert_no_error (error);
  f->queue = myna_job_queue_new (f->store);
  myna_job_queue_set_paused (f->queue, f->paused);
  myna_job_queue_register (f->queue, "fake", fake_run, NULL, NULL);
  myna_job_queue_load (f->queue);
}

static void
close_queue (Fixture *f)
{
  myna_job_queue_shutdown (f->queue);
  g_assert_finalize_object (f->queue);
  myna_store_close (f->store);
  g_assert_finalize_object (f->store);
}

static void
setup (Fixture *f, gconstpointer data)
{
  f->dir = g_dir_make_tmp ("myna-queue-XXXXXX", NULL);
  open_queue (f);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  const char *argv[] = { "rm", "-rf", f->dir, NULL };

  close_queue (f);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
  g_free (f->dir);
}

static MynaJob *
add (Fixture *f, const char *params)
{
  g_autoptr (GError) error = NULL;
  MynaJob *job = myna_job_queue_add (f->queue, "fake", "A job", NULL, params, &error);

  g_assert_no_error (error);
  g_assert_nonnull (job);
  return job;
}

static void
wait_for (MynaJob *job, MynaJobState state)
{
  while (myna_job_get_state (job) != state)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_runs (Fixture *f, gconstpointer data)
{
  MynaJob *job = add (f, "5");

  g_assert_cmpint (myna_job_get_state (job), ==, MYNA_JOB_QUEUED);
  g_assert_cmpuint (myna_job_queue_get_n_unfinished (f->queue), ==, 1);
  wait_for (job, MYNA_JOB_DONE);
  g_assert_cmpstr (myna_job_get_result (job), ==, "take:1");
  g_assert_cmpfloat (myna_job_get_fraction (job), ==, 1);
  g_assert_nonnull (strstr (myna_job_get_log (job), "made piece 4"));
  g_assert_null (myna_job_get_error (job));
  g_assert_cmpuint (myna_job_queue_get_n_unfinished (f->queue), ==, 0);
}

static void
test_failure_does_not_block (Fixture *f, gconstpointer data)
{
  MynaJob *bad = add (f, "fail");
  MynaJob *good = add (f, "2");

  wait_for (good, MYNA_JOB_DONE);
  g_assert_cmpint (myna_job_get_state (bad), ==, MYNA_JOB_FAILED);
  g_assert_cmpstr (myna_job_get_error (bad), ==, "It failed.");
}

static void
test_cancel (Fixture *f, gconstpointer data)
{
  MynaJob *running = add (f, "wait");
  MynaJob *queued = add (f, "wait");

  myna_job_queue_cancel (f->queue, queued);
  g_assert_cmpint (myna_job_get_state (queued), ==, MYNA_JOB_CANCELLED);
  wait_for (running, MYNA_JOB_RUNNING);
  g_assert_true (myna_job_queue_get_active (f->queue) == running);
  myna_job_queue_cancel (f->queue, running);
  myna_job_queue_cancel (f->queue, running);
  g_assert_cmpint (myna_job_get_state (running), ==, MYNA_JOB_CANCELLING);
  wait_for (running, MYNA_JOB_CANCELLED);
  g_assert_null (myna_job_queue_get_active (f->queue));
  g_assert_null (myna_job_get_error (running));
}

/* The data of "finished": how often each job has ended. */
static void
count_finished_cb (MynaJobQueue *queue, MynaJob *job, GHashTable *counts)
{
  gpointer key = GSIZE_TO_POINTER ((gsize) myna_job_get_id (job));

  g_assert_true (myna_job_is_finished (job));
  g_hash_table_insert (counts, key,
                       GINT_TO_POINTER (GPOINTER_TO_INT (g_hash_table_lookup (counts, key)) + 1));
}

static void
test_finished_once (Fixture *f, gconstpointer data)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (NULL, NULL);
  const char *const params[] = { "1", "fail", "wait", "wait", "2" };
  MynaJob *jobs[G_N_ELEMENTS (params)];

  g_signal_connect (f->queue, "job-finished", G_CALLBACK (count_finished_cb), counts);
  for (guint i = 0; i < G_N_ELEMENTS (params); i++)
    jobs[i] = add (f, params[i]);
  myna_job_queue_cancel (f->queue, jobs[3]);
  wait_for (jobs[2], MYNA_JOB_RUNNING);
  myna_job_queue_cancel (f->queue, jobs[2]);
  wait_for (jobs[4], MYNA_JOB_DONE);
  for (guint i = 0; i < G_N_ELEMENTS (params); i++)
    g_assert_cmpint (GPOINTER_TO_INT (g_hash_table_lookup (
                         counts, GSIZE_TO_POINTER ((gsize) myna_job_get_id (jobs[i])))),
                     ==, 1);
}

static void
assert_log_contains (MynaJob *job, const char *text)
{
  if (strstr (myna_job_get_log (job), text) == NULL)
    g_error ("no “%s” in the log:\n%s", text, myna_job_get_log (job));
}

static void
test_kept_over_restart (Fixture *f, gconstpointer data)
{
  MynaJob *job = add (f, "3");
  gint64 id = myna_job_get_id (job);

  wait_for (job, MYNA_JOB_DONE);
  wait_for (add (f, "fail"), MYNA_JOB_FAILED);
  close_queue (f);
  open_queue (f);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->queue)), ==, 2);
  job = myna_job_queue_find (f->queue, id);
  g_assert_nonnull (job);
  g_assert_cmpint (myna_job_get_state (job), ==, MYNA_JOB_DONE);
  g_assert_cmpstr (myna_job_get_title (job), ==, "A job");
  g_assert_cmpstr (myna_job_get_kind (job), ==, "fake");
  g_assert_cmpstr (myna_job_get_params (job), ==, "3");
  g_assert_cmpstr (myna_job_get_stage (job), ==, "working");
  g_assert_cmpstr (myna_job_get_result (job), ==, "take:1");
  g_assert_cmpfloat (myna_job_get_fraction (job), ==, 1);
  g_assert_cmpfloat (myna_job_get_elapsed (job), >, 0);
  assert_log_contains (job, "made piece 2");
  g_assert_cmpstr (myna_job_get_warnings (job)[0], ==, "A warning, “quoted”.");
  g_assert_null (myna_job_get_warnings (job)[1]);
  job = myna_job_queue_find (f->queue, id + 1);
  g_assert_cmpstr (myna_job_get_error (job), ==, "It failed.");
}

/* The number of a job is never given again, not even after all are removed. */
static void
test_numbers (Fixture *f, gconstpointer data)
{
  gint64 id = myna_job_get_id (add (f, "1"));

  myna_job_queue_remove (f->queue, myna_job_queue_find (f->queue, id));
  while (myna_job_queue_find (f->queue, id) != NULL)
    g_main_context_iteration (NULL, TRUE);
  close_queue (f);
  open_queue (f);
  g_assert_cmpint (myna_job_get_id (add (f, "1")), ==, id + 1);
}

static void
test_retry_keeps_pieces (Fixture *f, gconstpointer data)
{
  MynaJob *job = add (f, "stop-at-3");

  wait_for (job, MYNA_JOB_FAILED);
  assert_log_contains (job, "made piece 2");
  myna_job_queue_retry (f->queue, job);
  g_assert_null (myna_job_get_error (job));
  wait_for (job, MYNA_JOB_DONE);
  assert_log_contains (job, "kept piece 2");
  assert_log_contains (job, "made piece 3");
  myna_job_queue_retry (f->queue, job);
  g_assert_cmpint (myna_job_get_state (job), ==, MYNA_JOB_DONE);
}

/* As if the process had died: the row says that the job runs, and nobody runs it. */
static void
test_interrupted (Fixture *f, gconstpointer data)
{
  MynaJob *job = add (f, "stop-at-3");
  gint64 id = myna_job_get_id (job);

  wait_for (job, MYNA_JOB_FAILED);
  g_assert_true (myna_store_exec (f->store, NULL, "UPDATE jobs SET state = 'running'", NULL));
  close_queue (f);
  open_queue (f);
  job = myna_job_queue_find (f->queue, id);
  g_assert_cmpint (myna_job_get_state (job), ==, MYNA_JOB_INTERRUPTED);
  g_assert_false (myna_job_is_finished (job));
  g_assert_cmpuint (myna_job_queue_get_n_unfinished (f->queue), ==, 0);
  myna_job_queue_clear_finished (f->queue);
  g_assert_cmpuint (myna_job_queue_resume_interrupted (f->queue), ==, 1);
  g_assert_cmpuint (myna_job_queue_resume_interrupted (f->queue), ==, 0);
  wait_for (job, MYNA_JOB_DONE);
  assert_log_contains (job, "Interrupted");
  assert_log_contains (job, "kept piece 2");
}

static void
test_shutdown_while_running (Fixture *f, gconstpointer data)
{
  MynaJob *running = add (f, "wait-once");
  gint64 id = myna_job_get_id (running);
  gint64 waiting = myna_job_get_id (add (f, "1"));
  g_autoptr (GError) error = NULL;

  wait_for (running, MYNA_JOB_RUNNING);
  myna_job_queue_shutdown (f->queue);
  myna_job_queue_shutdown (f->queue);
  g_assert_cmpint (myna_job_get_state (running), ==, MYNA_JOB_QUEUED);
  g_assert_null (myna_job_queue_get_active (f->queue));
  g_assert_null (myna_job_queue_add (f->queue, "fake", "A job", NULL, "1", &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_FAILED);
  close_queue (f);
  open_queue (f);
  wait_for (myna_job_queue_find (f->queue, waiting), MYNA_JOB_DONE);
  g_assert_cmpint (myna_job_get_state (myna_job_queue_find (f->queue, id)), ==, MYNA_JOB_DONE);
}

static void
test_shutdown_while_cancelling (Fixture *f, gconstpointer data)
{
  MynaJob *job = add (f, "wait");
  gint64 id = myna_job_get_id (job);

  wait_for (job, MYNA_JOB_RUNNING);
  myna_job_queue_cancel (f->queue, job);
  close_queue (f);
  open_queue (f);
  g_assert_cmpint (myna_job_get_state (myna_job_queue_find (f->queue, id)), ==, MYNA_JOB_CANCELLED);
}

/* Ordered to the engine, not confirmed yet: both ways of stopping apply all the same. */
static void
test_stopped_before_start (Fixture *f, gconstpointer data)
{
  MynaJob *job = add (f, "wait");
  gint64 id = myna_job_get_id (job);

  myna_job_queue_cancel (f->queue, job);
  g_assert_cmpint (myna_job_get_state (job), ==, MYNA_JOB_CANCELLING);
  wait_for (job, MYNA_JOB_CANCELLED);
  myna_job_queue_retry (f->queue, job);
  close_queue (f);
  open_queue (f);
  job = myna_job_queue_find (f->queue, id);
  g_assert_cmpint (myna_job_get_state (job), ==, MYNA_JOB_QUEUED);
  wait_for (job, MYNA_JOB_RUNNING);
}

static void
test_unknown_kind (Fixture *f, gconstpointer data)
{
  MynaJob *unknown = myna_job_queue_add (f->queue, "from-the-future", "A job", NULL, NULL, NULL);

  wait_for (add (f, "1"), MYNA_JOB_DONE);
  g_assert_cmpint (myna_job_get_state (unknown), ==, MYNA_JOB_QUEUED);
  g_assert_nonnull (strstr (myna_job_get_error (unknown), "from-the-future"));
  myna_job_queue_register (f->queue, "from-the-future", fake_run, NULL, NULL);
  wait_for (unknown, MYNA_JOB_FAILED);
}

static void
assert_order (Fixture *f, const char *expected)
{
  GString *order = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (f->queue)); i++)
    {
      g_autoptr (MynaJob) job = g_list_model_get_item (G_LIST_MODEL (f->queue), i);

      g_string_append (order, myna_job_get_params (job));
    }
  g_assert_cmpstr (order->str, ==, expected);
  g_string_free (order, TRUE);
}

static void
test_move (Fixture *f, gconstpointer data)
{
  MynaJob *jobs[5];
  const char *const params[] = { "1", "2", "3", "4", "5" };

  myna_job_queue_set_paused (f->queue, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    jobs[i] = add (f, params[i]);
  myna_job_queue_move (f->queue, jobs[3], -1);
  assert_order (f, "12435");
  myna_job_queue_move (f->queue, jobs[0], 100);
  assert_order (f, "24351");
  myna_job_queue_move (f->queue, jobs[4], -100);
  assert_order (f, "52431");
  myna_job_queue_move (f->queue, jobs[4], -1);
  myna_job_queue_move (f->queue, jobs[4], 0);
  assert_order (f, "52431");
  myna_job_queue_cancel (f->queue, jobs[1]);
  myna_job_queue_move (f->queue, jobs[1], 1);
  assert_order (f, "52431");
  myna_job_queue_move (f->queue, jobs[3], -1);
  assert_order (f, "45231");
  close_queue (f);
  f->paused = TRUE;
  open_queue (f);
  assert_order (f, "45231");
}

static gboolean
folder_exists (Fixture *f, gint64 id)
{
  g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT, id);
  g_autofree char *path = g_build_filename (f->dir, "jobs", name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static gint64
count_rows (Fixture *f, const char *table)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count(*) FROM %s", table);
  g_autoptr (MynaStoreRows) rows = NULL;

  myna_store_flush (f->store);
  rows = myna_store_query (f->store, NULL, sql, NULL);
  g_assert_true (myna_store_rows_next (rows));
  return myna_store_rows_get_int64 (rows, 0);
}

static void
test_remove (Fixture *f, gconstpointer data)
{
  MynaJob *done = add (f, "2");
  MynaJob *running = add (f, "wait");
  MynaJob *queued = add (f, "1");
  gint64 id = myna_job_get_id (done);

  wait_for (running, MYNA_JOB_RUNNING);
  g_assert_true (folder_exists (f, id));
  myna_job_queue_remove (f->queue, queued);
  myna_job_queue_remove (f->queue, done);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->queue)), ==, 1);
  myna_job_queue_remove (f->queue, running);
  while (g_list_model_get_n_items (G_LIST_MODEL (f->queue)) > 0 || folder_exists (f, id))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (count_rows (f, "jobs"), ==, 0);
  g_assert_cmpint (count_rows (f, "journal"), ==, 0);
  g_assert_cmpint (count_rows (f, "job_log"), ==, 0);
  g_assert_cmpuint (myna_job_queue_get_n_unfinished (f->queue), ==, 0);
}

static void
test_clear_finished (Fixture *f, gconstpointer data)
{
  MynaJob *running;

  add (f, "1");
  add (f, "fail");
  running = add (f, "wait");
  myna_job_queue_cancel (f->queue, add (f, "1"));
  add (f, "2");
  wait_for (running, MYNA_JOB_RUNNING);
  myna_job_queue_clear_finished (f->queue);
  assert_order (f, "wait2");
  g_assert_cmpint (count_rows (f, "jobs"), ==, 2);
}

/* Folders of jobs that are gone are swept up; what is not ours stays. */
static void
test_sweep (Fixture *f, gconstpointer data)
{
  g_autofree char *orphan = g_build_filename (f->dir, "jobs", "77", "deep", NULL);
  g_autofree char *foreign = g_build_filename (f->dir, "jobs", "notes", NULL);
  g_autofree char *outside = g_build_filename (f->dir, "outside", NULL);
  g_autofree char *link = g_build_filename (orphan, "link", NULL);

  wait_for (add (f, "1"), MYNA_JOB_DONE);
  close_queue (f);
  g_assert_cmpint (g_mkdir_with_parents (orphan, 0700), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (foreign, 0700), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (outside, 0700), ==, 0);
  g_assert_cmpint (symlink (outside, link), ==, 0);
  open_queue (f);
  myna_store_flush (f->store);
  g_assert_false (folder_exists (f, 77));
  g_assert_true (folder_exists (f, 1));
  g_assert_true (g_file_test (foreign, G_FILE_TEST_IS_DIR));
  g_assert_true (g_file_test (outside, G_FILE_TEST_IS_DIR));
}

static void
test_log_is_bounded (Fixture *f, gconstpointer data)
{
  MynaJob *job = add (f, "chatter");
  gint64 id = myna_job_get_id (job);

  wait_for (job, MYNA_JOB_DONE);
  for (int round = 0; round < 2; round++)
    {
      const char *log = myna_job_get_log (job);

      g_assert_cmpuint (strlen (log), <=, 64 * 1024);
      g_assert_cmpuint (strlen (log), >, 60 * 1024);
      assert_log_contains (job, "line 19999\n");
      g_assert_true (g_utf8_validate (log, -1, NULL));
      close_queue (f);
      open_queue (f);
      job = myna_job_queue_find (f->queue, id);
    }
}

typedef struct
{
  guint n_progress;
  double last;
} Watch;

static void
watch_progress_cb (MynaJob *job, GParamSpec *pspec, Watch *watch)
{
  watch->n_progress++;
  g_assert_cmpfloat (myna_job_get_fraction (job), >=, watch->last);
  watch->last = myna_job_get_fraction (job);
}

/* However fast a job reports, the window hears of it at most 20 times a second, and of the end. */
static void
test_coalesced (Fixture *f, gconstpointer data)
{
  MynaJob *job = add (f, "chatter");
  Watch watch = { 0, -1 };
  gint64 start = g_get_monotonic_time ();
  double seconds;

  g_signal_connect (job, "notify::fraction", G_CALLBACK (watch_progress_cb), &watch);
  wait_for (job, MYNA_JOB_DONE);
  seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  g_assert_cmpfloat (watch.n_progress, <=, seconds * 20 + 3);
  g_assert_cmpfloat (watch.last, ==, 1);
}

/* What helper threads of a job and the job itself report arrives whole and in order. */
static void
test_order_of_events (Fixture *f, gconstpointer data)
{
  MynaJob *job = add (f, "threads");

  wait_for (job, MYNA_JOB_DONE);
  g_assert_cmpint (calls_seen, ==, N_CALLS);
  for (int t = 0; t < N_HELPERS; t++)
    {
      const char *at = myna_job_get_log (job);

      for (int i = 0; i < N_LINES; i++)
        {
          g_autofree char *line = g_strdup_printf ("helper %d line %d\n", t, i);

          at = strstr (at, line);
          g_assert_nonnull (at);
        }
    }
}

static void
test_second_process (Fixture *f, gconstpointer data)
{
  MynaJob *job = add (f, "wait");
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaStore) store = NULL;
  g_autoptr (MynaJobQueue) queue = NULL;
  MynaJob *other;

  wait_for (job, MYNA_JOB_RUNNING);
  store = myna_store_open (f->dir, MYNA_STORE_OPEN_READ_ONLY_IF_BUSY, NULL);
  queue = myna_job_queue_new (store);
  myna_job_queue_register (queue, "fake", fake_run, NULL, NULL);
  myna_job_queue_load (queue);
  other = myna_job_queue_find (queue, myna_job_get_id (job));
  g_assert_cmpint (myna_job_get_state (other), ==, MYNA_JOB_RUNNING);
  g_assert_null (myna_job_queue_add (queue, "fake", "A job", NULL, "1", &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_READ_ONLY);
  myna_job_queue_cancel (queue, other);
  myna_job_queue_remove (queue, other);
  myna_job_queue_clear_finished (queue);
  g_assert_cmpuint (myna_job_queue_resume_interrupted (queue), ==, 0);
  g_assert_cmpint (myna_job_get_state (other), ==, MYNA_JOB_RUNNING);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (queue)), ==, 1);
  myna_job_queue_shutdown (queue);
}

/* The job is not lost without a word, and the queue works again when there is room. */
static void
test_disk_full (Fixture *f, gconstpointer data)
{
  struct rlimit limit, old;
  MynaJob *job;

  wait_for (add (f, "1"), MYNA_JOB_DONE);
  myna_store_flush (f->store);
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  limit = old;
  limit.rlim_cur = 4096;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_test_log_set_fatal_handler (ignore_warnings, NULL);
  job = add (f, "1");
  wait_for (job, MYNA_JOB_FAILED);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_nonnull (strstr (myna_job_get_error (job), "full"));
  myna_job_queue_retry (f->queue, job);
  wait_for (job, MYNA_JOB_DONE);
  g_assert_null (myna_job_get_error (job));
}

static void
shutdown_cb (MynaJobQueue *queue, MynaJob *job, gpointer data)
{
  myna_job_queue_shutdown (queue);
  *(gboolean *) data = TRUE;
}

static void
test_shutdown_from_handler (Fixture *f, gconstpointer data)
{
  gboolean called = FALSE;
  MynaJob *waiting;

  g_signal_connect (f->queue, "job-finished", G_CALLBACK (shutdown_cb), &called);
  add (f, "1");
  waiting = add (f, "1");
  while (!called)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (myna_job_get_state (waiting), ==, MYNA_JOB_QUEUED);
}

static void
test_paused (Fixture *f, gconstpointer data)
{
  MynaJob *job;

  myna_job_queue_set_paused (f->queue, TRUE);
  job = add (f, "1");
  myna_store_flush (f->store);
  g_assert_null (myna_job_queue_get_active (f->queue));
  g_assert_cmpint (myna_job_get_state (job), ==, MYNA_JOB_QUEUED);
  myna_job_queue_set_paused (f->queue, FALSE);
  wait_for (job, MYNA_JOB_DONE);
}

/* Anything in any order, often. What counts is that nothing hangs, is lost or races. */
static void
test_storm (Fixture *f, gconstpointer data)
{
  static const char *const params[] = {
    "0", "1", "3", "fail", "wait", "wait", "wait", "stop-at-3"
  };

  for (int round = 0; round < 6; round++)
    {
      for (int i = 0; i < 60; i++)
        {
          guint n = g_list_model_get_n_items (G_LIST_MODEL (f->queue));
          g_autoptr (MynaJob) job =
              n > 0 ? g_list_model_get_item (G_LIST_MODEL (f->queue),
                                             (guint) g_test_rand_int_range (0, (int) n))
                    : NULL;

          switch (job != NULL ? g_test_rand_int_range (0, 8) : 0)
            {
            case 0:
            case 1:
              add (f, params[g_test_rand_int_range (0, G_N_ELEMENTS (params))]);
              break;
            case 2:
            case 3:
              myna_job_queue_cancel (f->queue, job);
              break;
            case 4:
              myna_job_queue_retry (f->queue, job);
              break;
            case 5:
              myna_job_queue_move (f->queue, job, g_test_rand_int_range (-3, 4));
              break;
            case 6:
              myna_job_queue_remove (f->queue, job);
              break;
            default:
              g_main_context_iteration (NULL, FALSE);
            }
        }
      close_queue (f);
      open_queue (f);
    }
  while (myna_job_queue_get_n_unfinished (f->queue) > 0)
    {
      MynaJob *active = myna_job_queue_get_active (f->queue);

      if (active != NULL)
        myna_job_queue_cancel (f->queue, active);
      g_main_context_iteration (NULL, TRUE);
    }
}

#define ADD(name, func) g_test_add ("/job-queue/" name, Fixture, NULL, setup, func, teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("runs", test_runs);
  ADD ("failure-does-not-block", test_failure_does_not_block);
  ADD ("cancel", test_cancel);
  ADD ("finished-once", test_finished_once);
  ADD ("kept-over-restart", test_kept_over_restart);
  ADD ("numbers", test_numbers);
  ADD ("retry-keeps-pieces", test_retry_keeps_pieces);
  ADD ("interrupted", test_interrupted);
  ADD ("shutdown-while-running", test_shutdown_while_running);
  ADD ("shutdown-while-cancelling", test_shutdown_while_cancelling);
  ADD ("stopped-before-start", test_stopped_before_start);
  ADD ("unknown-kind", test_unknown_kind);
  ADD ("move", test_move);
  ADD ("remove", test_remove);
  ADD ("clear-finished", test_clear_finished);
  ADD ("sweep", test_sweep);
  ADD ("log-is-bounded", test_log_is_bounded);
  ADD ("coalesced", test_coalesced);
  ADD ("order-of-events", test_order_of_events);
  ADD ("second-process", test_second_process);
  ADD ("disk-full", test_disk_full);
  ADD ("shutdown-from-handler", test_shutdown_from_handler);
  ADD ("paused", test_paused);
  ADD ("storm", test_storm);
  return g_test_run ();
}
