/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>

#include "app/cli/myna-cli-common.h"
#include "app/cli/myna-cli-progress.h"
#include "engine/core/myna-error.h"

/* A job of this process that Ctrl-C cancels. */
typedef struct
{
  MynaJobQueue *queue;
  MynaJob *job;
  GMainLoop *loop;
} Running;

static gboolean
interrupted_cb (gpointer data)
{
  Running *running = data;

  g_assert (MYNA_IS_JOB_QUEUE (running->queue));

  myna_job_queue_cancel (running->queue, running->job);
  return G_SOURCE_CONTINUE;
}

static void
finished_cb (MynaJobQueue *queue, MynaJob *job, gpointer data)
{
  Running *running = data;

  g_assert (MYNA_IS_JOB_QUEUE (queue));

  if (job != running->job)
    return;
  /* The jobs of other commands are not ours to start. */
  myna_job_queue_set_paused (queue, TRUE);
  g_main_loop_quit (running->loop);
}

static void
run_loop (Running *running)
{
  guint interrupt = g_unix_signal_add (SIGINT, interrupted_cb, running);
  guint terminate = g_unix_signal_add (SIGTERM, interrupted_cb, running);
  gulong handler =
      g_signal_connect (running->queue, "job-finished", G_CALLBACK (finished_cb), running);

  /* Before the jobs that wait for the window. */
  myna_job_queue_move (running->queue, running->job, -G_MAXINT);
  myna_job_queue_set_paused (running->queue, FALSE);
  if (!myna_job_is_finished (running->job))
    g_main_loop_run (running->loop);
  myna_job_queue_set_paused (running->queue, TRUE);
  g_signal_handler_disconnect (running->queue, handler);
  g_source_remove (interrupt);
  g_source_remove (terminate);
}

/**
 * myna_cli_run_job:
 * @library: a library that was opened paused
 * @job: a job of its queue that waits
 * @quiet: show no progress
 * @error: return location
 *
 * Runs one job with its progress on the standard error; Ctrl-C cancels it.
 *
 * Returns: DONE; FAILED or CANCELLED with @error
 */
MynaCliStatus
myna_cli_run_job (MynaLibrary *library, MynaJob *job, gboolean quiet, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (MynaJob) kept = g_object_ref (job);
  Running running = { myna_library_get_queue (library), job, loop };
  MynaCliProgress *progress = myna_cli_progress_start (job, quiet);
  const char *const *warnings;

  run_loop (&running);
  myna_cli_progress_stop (progress);
  warnings = myna_job_get_warnings (job);
  for (guint i = 0; warnings != NULL && warnings[i] != NULL; i++)
    myna_cli_warn (warnings[i]);
  if (myna_job_get_state (job) == MYNA_JOB_DONE)
    return MYNA_CLI_DONE;
  if (myna_job_get_state (job) == MYNA_JOB_CANCELLED)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled."));
      return MYNA_CLI_CANCELLED;
    }
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED,
                       myna_job_get_error (job) != NULL ? myna_job_get_error (job)
                                                        : _ ("The job did not finish."));
  return MYNA_CLI_FAILED;
}

static gboolean
cancel_wait_cb (gpointer data)
{
  MynaCliWait *wait = data;

  g_cancellable_cancel (wait->cancellable);
  return G_SOURCE_CONTINUE;
}

/**
 * myna_cli_wait_begin:
 * @wait: (out caller-allocates): what an asynchronous call is started with
 *
 * From here on Ctrl-C cancels @wait's cancellable. Follow with the call, and myna_cli_wait_end().
 */
void
myna_cli_wait_begin (MynaCliWait *wait)
{
  g_return_if_fail (wait != NULL);

  wait->loop = g_main_loop_new (NULL, FALSE);
  wait->cancellable = g_cancellable_new ();
  wait->result = NULL;
  wait->interrupt = g_unix_signal_add (SIGINT, cancel_wait_cb, wait);
  wait->terminate = g_unix_signal_add (SIGTERM, cancel_wait_cb, wait);
}

/**
 * myna_cli_wait_cb:
 *
 * The callback of the call; its user data is the MynaCliWait.
 */
void
myna_cli_wait_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  MynaCliWait *wait = data;

  wait->result = g_object_ref (result);
  g_main_loop_quit (wait->loop);
}

/**
 * myna_cli_wait_end:
 * @wait: what was begun
 *
 * Blocks until the call is done.
 *
 * Returns: (transfer full): its result
 */
GAsyncResult *
myna_cli_wait_end (MynaCliWait *wait)
{
  g_return_val_if_fail (wait != NULL, NULL);

  g_main_loop_run (wait->loop);
  g_source_remove (wait->interrupt);
  g_source_remove (wait->terminate);
  g_clear_object (&wait->cancellable);
  g_clear_pointer (&wait->loop, g_main_loop_unref);
  return g_steal_pointer (&wait->result);
}

/**
 * myna_cli_add_voice:
 *
 * Like myna_voices_add_async(), and waits. Ctrl-C cancels.
 *
 * Returns: (transfer none): the voice
 */
MynaVoice *
myna_cli_add_voice (MynaLibrary *library,
                    const char *name,
                    const char *language,
                    GPtrArray *regions,
                    const char *consent,
                    GError **error)
{
  MynaVoices *voices = myna_library_get_voices (library);
  g_autoptr (GAsyncResult) result = NULL;
  MynaCliWait wait;

  myna_cli_wait_begin (&wait);
  myna_voices_add_async (voices, name, language, regions, consent, wait.cancellable,
                         myna_cli_wait_cb, &wait);
  result = myna_cli_wait_end (&wait);
  return myna_voices_add_finish (voices, result, error);
}

/* The job that the library enqueued for a new voice is the last of its kind. */
static MynaJob *
find_prepare_job (MynaJobQueue *queue)
{
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (queue)); i > 0; i--)
    {
      g_autoptr (MynaJob) job = g_list_model_get_item (G_LIST_MODEL (queue), i - 1);

      if (g_strcmp0 (myna_job_get_kind (job), "prepare") == 0)
        return job;
    }
  return NULL;
}

/**
 * myna_cli_prepare_voice:
 * @library: the library
 * @voice: a voice that was just added
 * @quiet: show no progress
 * @error: return location
 *
 * Runs the job that prepares the voice. When it fails, the voice is removed again: a voice that
 * cannot speak is of no use.
 *
 * Returns: DONE; FAILED or CANCELLED with @error
 */
MynaCliStatus
myna_cli_prepare_voice (MynaLibrary *library, MynaVoice *voice, gboolean quiet, GError **error)
{
  MynaJobQueue *queue = myna_library_get_queue (library);
  MynaJob *job = find_prepare_job (queue);
  MynaCliStatus status;

  g_return_val_if_fail (job != NULL, MYNA_CLI_FAILED);

  status = myna_cli_run_job (library, job, quiet, error);
  myna_job_queue_remove (queue, job);
  if (status == MYNA_CLI_DONE)
    return status;
  myna_voices_remove (myna_library_get_voices (library), voice);
  myna_voices_purge_removed (myna_library_get_voices (library));
  return status;
}
