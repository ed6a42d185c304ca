/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/widgets/myna-job-text.h"

#include <glib/gi18n.h>

#include "ui/widgets/myna-time-text.h"

static void
add_part (GPtrArray *parts, char *part)
{
  if (part != NULL && *part != '\0')
    g_ptr_array_add (parts, part);
  else
    g_free (part);
}

static char *
dup_eta (MynaJob *job)
{
  double eta = myna_job_get_eta (job);
  g_autofree char *time = NULL;

  if (eta < 0.0)
    return NULL;
  time = myna_time_text_words (eta);
  /* Translators: remaining time, as in "1 minute 5 seconds left" */
  return g_strdup_printf (_ ("%s left"), time);
}

/* The facts of a running job, in the order in which a person asks for them. */
static char *
dup_running (MynaJob *job)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  double fraction = myna_job_get_fraction (job);
  const char *stage = myna_job_get_stage (job);

  add_part (parts, g_strdup (stage != NULL ? stage : _ ("Starting…")));
  if (fraction >= 0.0)
    /* Translators: progress, as in "42 %" */
    add_part (parts, g_strdup_printf (_ ("%d %%"), (int) (fraction * 100.0)));
  add_part (parts, g_strdup (myna_job_get_speed (job)));
  add_part (parts, dup_eta (job));
  g_ptr_array_add (parts, NULL);
  return g_strjoinv (" · ", (char **) parts->pdata);
}

/**
 * myna_job_text_progress:
 * @job: a job in any state
 *
 * Returns: (transfer full): where it stands in one line, "Speaking · 42 % · 12× real time · 3
 * seconds left"
 */
char *
myna_job_text_progress (MynaJob *job)
{
  g_return_val_if_fail (MYNA_IS_JOB (job), NULL);

  switch (myna_job_get_state (job))
    {
    case MYNA_JOB_QUEUED:
      return g_strdup (_ ("Waiting for its turn"));
    case MYNA_JOB_RUNNING:
      return dup_running (job);
    case MYNA_JOB_CANCELLING:
      return g_strdup (_ ("Cancelling…"));
    case MYNA_JOB_DONE:
      return g_strdup (_ ("Done"));
    case MYNA_JOB_FAILED:
      return g_strdup (myna_job_get_error (job) != NULL ? myna_job_get_error (job) : _ ("Failed"));
    case MYNA_JOB_CANCELLED:
      return g_strdup (_ ("Cancelled"));
    case MYNA_JOB_INTERRUPTED:
      return g_strdup (_ ("Interrupted; it can be resumed"));
    default:
      g_return_val_if_reached (NULL);
    }
}
