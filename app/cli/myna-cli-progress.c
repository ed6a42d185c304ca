/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/cli/myna-cli-progress.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/cli/myna-cli-common.h"

#define BAR_WIDTH 24
#define TERMINAL_INTERVAL_MS 100
#define LINE_INTERVAL_MS 1000

struct _MynaCliProgress
{
  MynaJob *job;
  gboolean on_terminal;
  guint timeout;
};

static int
get_columns (void)
{
  struct winsize size = { 0 };

  return ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* "Speaking sentence 3 of 20 · 12.3× real time · 0:04 left" */
static char *
describe (MynaJob *job)
{
  g_autoptr (GString) text = g_string_new (myna_job_get_stage (job));

  if (myna_job_get_speed (job) != NULL)
    g_string_append_printf (text, " · %s", myna_job_get_speed (job));
  if (myna_job_get_eta (job) >= 0)
    {
      g_autofree char *eta = myna_cli_format_duration (myna_job_get_eta (job));

      g_string_append (text, " · ");
      /* Translators: how long a job will still take, such as "1:05 left" */
      g_string_append_printf (text, _ ("%s left"), eta);
    }
  return g_string_free_and_steal (g_steal_pointer (&text));
}

static void
draw_bar (MynaCliProgress *self, double fraction, const char *text)
{
  int filled = (int) (CLAMP (fraction, 0, 1) * BAR_WIDTH + 0.5);
  int room = get_columns () - BAR_WIDTH - 9;
  g_autofree char *shown =
      g_utf8_substring (text, 0, MIN (MAX (room, 0), g_utf8_strlen (text, -1)));

  fprintf (stderr, "\r\033[K[");
  for (int i = 0; i < BAR_WIDTH; i++)
    fputs (i < filled ? "█" : " ", stderr);
  if (fraction >= 0)
    fprintf (stderr, "] %3.0f %% %s", fraction * 100, shown);
  else
    fprintf (stderr, "]       %s", shown);
  fflush (stderr);
}

static gboolean
tick_cb (gpointer data)
{
  MynaCliProgress *self = data;
  double fraction = myna_job_get_fraction (self->job);
  g_autofree char *text = describe (self->job);

  if (self->on_terminal)
    draw_bar (self, fraction, text);
  else if (fraction >= 0)
    fprintf (stderr, "%3.0f %% %s\n", fraction * 100, text);
  else if (*text != '\0')
    fprintf (stderr, "      %s\n", text);
  return G_SOURCE_CONTINUE;
}

/**
 * myna_cli_progress_start:
 * @job: a job that runs or will
 * @quiet: show nothing
 *
 * Returns: (transfer full): stop it with myna_cli_progress_stop()
 */
MynaCliProgress *
myna_cli_progress_start (MynaJob *job, gboolean quiet)
{
  MynaCliProgress *self = g_new0 (MynaCliProgress, 1);

  self->job = g_object_ref (job);
  self->on_terminal = isatty (STDERR_FILENO);
  if (!quiet)
    self->timeout =
        g_timeout_add (self->on_terminal ? TERMINAL_INTERVAL_MS : LINE_INTERVAL_MS, tick_cb, self);
  return self;
}

/**
 * myna_cli_progress_stop:
 * @self: (transfer full): the progress
 */
void
myna_cli_progress_stop (MynaCliProgress *self)
{
  if (self->timeout != 0)
    {
      g_source_remove (self->timeout);
      if (self->on_terminal)
        fprintf (stderr, "\r\033[K");
    }
  g_object_unref (self->job);
  g_free (self);
}
