/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/cli/myna-cli-work.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <unistd.h>

#include "app/cli/myna-cli-common.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"

/**
 * myna_cli_work_clear:
 *
 * Closes the libraries; what was only for this process goes.
 */
void
myna_cli_work_clear (MynaCliWork *self)
{
  if (self->temporary != NULL)
    myna_library_close (self->temporary);
  g_clear_object (&self->temporary);
  if (self->library != NULL)
    myna_library_close (self->library);
  g_clear_object (&self->library);
  if (self->temporary_dir != NULL)
    myna_remove_tree (self->temporary_dir, NULL);
  g_clear_pointer (&self->temporary_dir, g_free);
}

/* Where the job cannot be kept, it is done all the same, in a folder that goes with the process. */
static gboolean
open_temporary (MynaCliWork *self, GError **error)
{
  if (self->library != NULL && !myna_library_is_read_only (self->library))
    return TRUE;
  self->temporary_dir = g_dir_make_tmp ("myna-XXXXXX", error);
  if (self->temporary_dir == NULL)
    return FALSE;
  self->temporary = myna_library_open (self->temporary_dir, MYNA_LIBRARY_OPEN_PAUSED, error);
  return self->temporary != NULL;
}

/**
 * myna_cli_work_open:
 * @needs_library: something of the user's library is used
 * @error: return location
 *
 * Opens the user's library, and a temporary one where that cannot be written.
 *
 * Returns: %TRUE when jobs can be done
 */
gboolean
myna_cli_work_open (MynaCliWork *self, gboolean needs_library, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  self->library = myna_cli_open_library (&local_error);
  if (self->library == NULL && needs_library)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  return open_temporary (self, error);
}

/**
 * myna_cli_work_get_library:
 *
 * Returns: (transfer none): the library that does the jobs
 */
MynaLibrary *
myna_cli_work_get_library (MynaCliWork *self)
{
  return self->temporary != NULL ? self->temporary : self->library;
}

/**
 * myna_cli_work_run:
 * @job: a job of the working library
 * @quiet: show no progress
 * @error: return location
 *
 * Runs the job, and says what becomes of it when it does not finish.
 *
 * Returns: DONE; FAILED or CANCELLED with @error
 */
MynaCliStatus
myna_cli_work_run (MynaCliWork *self, MynaJob *job, gboolean quiet, GError **error)
{
  MynaLibrary *library = myna_cli_work_get_library (self);
  g_autoptr (MynaJob) kept = g_object_ref (job);
  MynaCliStatus status;

  if (self->temporary != NULL)
    myna_cli_warn (_ ("The data folder is in use or cannot be written; this job cannot be resumed "
                      "if it is interrupted."));
  status = myna_cli_run_job (library, job, quiet, error);
  if (status == MYNA_CLI_DONE)
    return status;
  /* Nothing was finished: there is nothing to go on from. */
  if (status == MYNA_CLI_FAILED && !(myna_job_get_fraction (job) > 0))
    myna_job_queue_remove (myna_library_get_queue (library), job);
  else if (self->temporary == NULL)
    fprintf (stderr, _ ("What is finished is kept: “myna jobs resume %d” goes on.\n"),
             (int) myna_job_get_id (job));
  return status;
}

/**
 * myna_cli_check_output:
 * @path: absolute; a file that is to be written
 * @error: return location
 *
 * Better now than after minutes of work.
 *
 * Returns: whether a file can be put there
 */
gboolean
myna_cli_check_output (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *dot = g_build_filename (folder, ".", NULL);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      myna_error_set_from_errno (error, EISDIR, path);
      return FALSE;
    }
  /* The dot makes a file in the place of the folder an error. */
  if (access (dot, W_OK) != 0)
    {
      myna_error_set_from_errno (error, errno, folder);
      return FALSE;
    }
  return TRUE;
}
