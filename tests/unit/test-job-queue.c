/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-error.h"
#include "engine/jobs/myna-job-queue.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char *dir;
  MynaStore *store;
  MynaJobQueue *queue;
} Fixture;

/* "N": makes N pieces; "fail": fails; "wait": until cancelled. */
static gboolean
fake_run (MynaJobContext *cx, gpointer user_data, GError **error)
{
  const char *params = myna_job_context_get_params (cx);
  GCancellable *cancellable = myna_job_context_get_cancellable (cx);
  int n = atoi (params);

  myna_job_context_set_stage (cx, "working");
  if (strcmp (params, "fail") == 0)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED, "It failed.");
      return FALSE;
    }
  if (strcmp (params, "wait") == 0)
    {
      GPollFD fd;

      g_cancellable_make_pollfd (cancellable, &fd);
      g_poll (&fd, 1, -1);
      g_cancellable_release_fd (cancellable);
      return !g_cancellable_set_error_if_cancelled (cancellable, error);
    }
  for (int i = 0; i < n; i++)
    {
      g_autofree char *key = g_strdup_printf ("%d", i);
      g_autofree char *done = myna_job_context_journal_get (cx, key);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (done == NULL && !myna_job_context_journal_put (cx, key, "x", error))
        return FALSE;
      myna_job_context_log (cx, "%s piece %d", done == NULL ? "made" : "kept", i);
      myna_job_context_set_progress (cx, (i + 1.0) / n, "fast");
    }
  myna_job_context_set_result (cx, "take:1");
  return TRUE;
}

static void
open_queue (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->store = myna_store_open (f->dir, MYNA_STORE_OPEN_DEFAULT, &error);
  g_assert_no_error (error);
  f->queue = myna_job_queue_new (f->store);
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
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", f->dir);

  close_queue (f);
  g_assert_cmpint (system (command), ==, 0);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/job-queue/runs", Fixture, NULL, setup, test_runs, teardown);
  g_test_add ("/job-queue/failure-does-not-block", Fixture, NULL, setup,
              test_failure_does_not_block, teardown);
  g_test_add ("/job-queue/cancel", Fixture, NULL, setup, test_cancel, teardown);
  return g_test_run ();
}
