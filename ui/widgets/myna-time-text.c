/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/widgets/myna-time-text.h"

#include <glib/gi18n.h>
#include <math.h>

/*
 * Times as people read and type them: "1:05", "1:05.3", "1 minute 5 seconds". The page, the dialog
 * and the accessible values all use these, so that a time looks the same everywhere. Main thread.
 */

/**
 * myna_time_text_clock:
 * @seconds: a time; negative counts as 0
 *
 * Returns: (transfer full): "1:05" or "1:00:05", for labels beside a waveform or a job
 */
char *
myna_time_text_clock (double seconds)
{
  gint64 whole = (gint64) floor (MAX (seconds, 0.0));
  int hours = (int) (whole / 3600);
  int minutes = (int) (whole / 60 % 60);
  int rest = (int) (whole % 60);

  if (hours > 0)
    return g_strdup_printf ("%d:%02d:%02d", hours, minutes, rest);
  return g_strdup_printf ("%d:%02d", minutes, rest);
}

/**
 * myna_time_text_precise:
 * @seconds: a time; negative counts as 0
 *
 * Returns: (transfer full): as myna_time_text_clock(), with tenths of a second
 */
char *
myna_time_text_precise (double seconds)
{
  gint64 tenths = (gint64) floor (MAX (seconds, 0.0) * 10.0 + 0.5);
  int hours = (int) (tenths / 36000);
  int minutes = (int) (tenths / 600 % 60);
  int rest = (int) (tenths / 10 % 60);
  int tenth = (int) (tenths % 10);

  if (hours > 0)
    return g_strdup_printf ("%d:%02d:%02d.%d", hours, minutes, rest, tenth);
  return g_strdup_printf ("%d:%02d.%d", minutes, rest, tenth);
}

/**
 * myna_time_text_words:
 * @seconds: a duration
 *
 * Returns: (transfer full): the duration in translated words, as a screen reader should say it
 */
char *
myna_time_text_words (double seconds)
{
  guint whole = (guint) floor (MAX (seconds, 0.0) + 0.5);
  g_autofree char *minutes = NULL;
  g_autofree char *rest = NULL;

  if (whole < 60)
    return g_strdup_printf (ngettext ("%u second", "%u seconds", whole), whole);
  if (whole >= 3600)
    {
      minutes = g_strdup_printf (ngettext ("%u hour", "%u hours", whole / 3600), whole / 3600);
      whole = whole % 3600 / 60;
      rest = g_strdup_printf (ngettext ("%u minute", "%u minutes", whole), whole);
    }
  else
    {
      minutes = g_strdup_printf (ngettext ("%u minute", "%u minutes", whole / 60), whole / 60);
      whole = whole % 60;
      rest = g_strdup_printf (ngettext ("%u second", "%u seconds", whole), whole);
    }
  if (whole == 0)
    return g_steal_pointer (&minutes);
  /* Translators: a duration of two units: "1 minute 5 seconds", "2 hours 3 minutes" */
  return g_strdup_printf (C_ ("duration", "%1$s %2$s"), minutes, rest);
}

/**
 * myna_time_text_parse:
 * @text: "65", "65.5", "1:05.5" or "1:00:05"; a comma is a decimal point, too
 * @out_seconds: (out): the time
 *
 * Returns: whether @text is a time
 */
gboolean
myna_time_text_parse (const char *text, double *out_seconds)
{
  g_autofree char *clean = NULL;
  g_auto (GStrv) parts = NULL;
  double seconds = 0.0;
  guint n;

  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (out_seconds != NULL, FALSE);

  clean = g_strstrip (g_strdelimit (g_strdup (text), ",", '.'));
  parts = g_strsplit (clean, ":", -1);
  n = g_strv_length (parts);
  if (n < 1 || n > 3)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      char *end = NULL;
      double value;

      if (!g_ascii_isdigit (parts[i][0]))
        return FALSE;
      value = g_ascii_strtod (parts[i], &end);
      if (*end != '\0' || !isfinite (value))
        return FALSE;
      seconds = seconds * 60.0 + value;
    }
  *out_seconds = seconds;
  return TRUE;
}

static gboolean
spin_output_cb (GtkSpinButton *spin, gpointer user_data)
{
  g_autofree char *text = NULL;

  g_assert (GTK_IS_SPIN_BUTTON (spin));

  text = myna_time_text_precise (gtk_spin_button_get_value (spin));
  if (g_strcmp0 (text, gtk_editable_get_text (GTK_EDITABLE (spin))) != 0)
    gtk_editable_set_text (GTK_EDITABLE (spin), text);
  return TRUE;
}

static int
spin_input_cb (GtkSpinButton *spin, double *out_value, gpointer user_data)
{
  g_assert (GTK_IS_SPIN_BUTTON (spin));

  if (!myna_time_text_parse (gtk_editable_get_text (GTK_EDITABLE (spin)), out_value))
    return GTK_INPUT_ERROR;
  return TRUE;
}

/**
 * myna_time_text_bind_spin:
 * @spin: a spin button whose value is seconds
 *
 * Makes @spin show and accept times in the form of myna_time_text_precise().
 */
void
myna_time_text_bind_spin (GtkSpinButton *spin)
{
  g_return_if_fail (GTK_IS_SPIN_BUTTON (spin));

  g_signal_connect (spin, "output", G_CALLBACK (spin_output_cb), NULL);
  g_signal_connect (spin, "input", G_CALLBACK (spin_input_cb), NULL);
  gtk_spin_button_update (spin);
}
