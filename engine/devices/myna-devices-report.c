/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/devices/myna-devices-private.h"

#include <glib/gi18n-lib.h>

/* What is said about devices: the choices that engines have, why, and the report for developers. */

static void
choice_free (gpointer data)
{
  MynaDeviceChoice *choice = data;

  g_free (choice->id);
  g_free (choice->name);
  g_free (choice);
}

static void
add_choice (GPtrArray *choices, const char *id, char *name)
{
  MynaDeviceChoice *choice = g_new0 (MynaDeviceChoice, 1);

  choice->id = g_strdup (id);
  choice->name = name;
  g_ptr_array_add (choices, choice);
}

/* Two of the same kind are told apart by where they are. */
static char *
dup_distinct_name (MynaDevices *self, MynaDevice *device)
{
  const char *name = myna_device_get_name (device);

  g_assert (MYNA_IS_DEVICES (self));

  for (guint i = 0; i < self->devices->len; i++)
    if (self->devices->pdata[i] != device &&
        g_str_equal (name, myna_device_get_name (self->devices->pdata[i])))
      return g_strdup_printf ("%s (%s)", name, myna_device_get_id (device));
  return g_strdup (name);
}

/**
 * myna_devices_list_choices:
 *
 * Returns: (transfer container) (element-type MynaDeviceChoice): where an engine may be told to
 *   compute: “auto”, each graphics card, the processor
 */
GPtrArray *
myna_devices_list_choices (MynaDevices *self)
{
  GPtrArray *choices;

  g_return_val_if_fail (MYNA_IS_DEVICES (self), NULL);

  choices = g_ptr_array_new_with_free_func (choice_free);
  add_choice (choices, "auto", g_strdup (_ ("Automatic")));
  for (guint i = 0; i < self->devices->len; i++)
    if (!myna_device_is_processor (self->devices->pdata[i]))
      add_choice (choices, myna_device_get_id (self->devices->pdata[i]),
                  dup_distinct_name (self, self->devices->pdata[i]));
  add_choice (choices, "cpu", g_strdup (_ ("Processor")));
  return choices;
}

/* What was found, and what to do about it: whole sentences both. */
static char *
join_finding (const GpuFinding *finding)
{
  return finding->remedy != NULL ? g_strdup_printf ("%s %s", finding->what, finding->remedy)
                                 : g_strdup (finding->what);
}

/* Why no graphics card is taken: the first that could be, but for something. */
static const GpuFinding *
find_obstacle (MynaDevices *self)
{
  g_assert (MYNA_IS_DEVICES (self));

  for (guint i = 0; i < self->devices->len; i++)
    {
      const GpuFinding *verdict = myna_device_get_verdict (self->devices->pdata[i]);

      if (verdict != NULL && verdict->verdict == GPU_VERDICT_NOT_USABLE)
        return verdict;
    }
  return NULL;
}

static char *
explain_automatic (MynaDevices *self)
{
  MynaDevice *device = myna_devices_resolve (self, "auto");
  const GpuFinding *obstacle = find_obstacle (self);
  g_autofree char *reason = NULL;

  g_assert (MYNA_IS_DEVICES (self));

  if (!self->diagnosed)
    return g_strdup (_ ("Looking at the devices…"));
  if (device != NULL && !myna_device_is_processor (device))
    return g_strdup_printf (_ ("Takes %s."), self->automatic_words != NULL
                                                 ? self->automatic_words
                                                 : myna_device_get_name (device));
  if (device == NULL && self->automatic_words != NULL)
    return g_strdup_printf (_ ("Takes %s."), self->automatic_words);
  if (!myna_devices_has_gpu (self))
    return g_strdup (_ ("Takes the processor, because there is no graphics card."));
  if (obstacle == NULL)
    return g_strdup (_ ("Takes the processor."));
  reason = join_finding (obstacle);
  /* Translators: then follow whole sentences that say why, and what to do */
  return g_strdup_printf (_ ("Takes the processor. %s"), reason);
}

/**
 * myna_devices_explain_choice:
 * @choice: (nullable): "auto" (as %NULL), "cpu", or a PCI address
 *
 * Returns: (transfer full): what comes of it, for people: what “auto” takes, why a card cannot be
 *   used; empty when there is nothing to say
 */
char *
myna_devices_explain_choice (MynaDevices *self, const char *choice)
{
  MynaDevice *device;
  const GpuFinding *verdict;

  g_return_val_if_fail (MYNA_IS_DEVICES (self), NULL);

  if (choice == NULL || g_str_equal (choice, "auto"))
    return explain_automatic (self);
  if (g_str_equal (choice, "cpu"))
    return g_strdup ("");
  device = myna_devices_resolve (self, choice);
  if (device == NULL)
    return g_strdup (_ ("The chosen device is not there. Another one does the work."));
  verdict = myna_device_get_verdict (device);
  if (verdict == NULL)
    return g_strdup (self->diagnosed ? "" : _ ("Looking at the devices…"));
  return join_finding (verdict);
}

static void
report_device (MynaDevice *device, GString *text)
{
  g_autofree char *summary = myna_device_dup_summary (device);
  g_autofree char *line = myna_device_format_line (device);

  g_string_append_printf (text, "  %s (%s): %s\n    %s\n", myna_device_get_name (device),
                          myna_device_get_id (device), summary, line);
}

static void
report_findings (GPtrArray *findings, GString *text)
{
  g_string_append (text, "Findings:\n");
  for (guint i = 0; i < findings->len; i++)
    {
      const GpuFinding *finding = findings->pdata[i];
      g_autofree char *sentences = join_finding (finding);

      g_string_append_printf (text, "  %s, %s: %s, %s: %s\n", finding->backend,
                              finding->device_id != NULL ? finding->device_id : "-",
                              gpu_verdict_get_key (finding->verdict), finding->check, sentences);
    }
}

/**
 * myna_devices_dup_report:
 *
 * What a report of a fault has to say about the devices: which, what the doctor found, the last
 * sample as a line of a recording. For developers; only the doctor's sentences are translated.
 *
 * Returns: (transfer full): the text
 */
char *
myna_devices_dup_report (MynaDevices *self)
{
  GString *text;
  g_autofree char *line = NULL;

  g_return_val_if_fail (MYNA_IS_DEVICES (self), NULL);

  text = g_string_new ("Devices:\n");
  for (guint i = 0; i < self->devices->len; i++)
    report_device (self->devices->pdata[i], text);
  if (self->automatic_words != NULL)
    g_string_append_printf (text, "Automatic: %s\n", self->automatic_words);
  if (self->findings != NULL)
    report_findings (self->findings, text);
  line = gpu_monitor_dup_line (self->monitor);
  if (line != NULL)
    g_string_append_printf (text, "Sample: %s\n", g_strstrip (line));
  return g_string_free (text, FALSE);
}
