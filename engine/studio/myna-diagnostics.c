/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-diagnostics.h"

#include <sys/utsname.h>

#include <espeak-ng/speak_lib.h>
#include <libavutil/avutil.h>
#include <portaudio.h>
#include <sqlite3.h>

static void
add_system (GString *text)
{
  g_autofree char *name = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);
  struct utsname system;

  if (uname (&system) == 0)
    g_string_append_printf (text, "System: %s, %s %s, %s, %u processors\n",
                            name != NULL ? name : "unknown", system.sysname, system.release,
                            system.machine, g_get_num_processors ());
}

/**
 * myna_diagnostics_dup_versions:
 *
 * What a report of a fault has to say about the program and the libraries that the engine runs on,
 * one fact a line, in English as it is for developers. Any thread.
 *
 * Returns: (transfer full): the text
 */
char *
myna_diagnostics_dup_versions (void)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "Myna: %s (%s)\n", MYNA_VERSION, MYNA_PROFILE);
  add_system (text);
  g_string_append_printf (text, "GLib: %u.%u.%u\n", glib_major_version, glib_minor_version,
                          glib_micro_version);
  g_string_append_printf (text, "FFmpeg: %s\n", av_version_info ());
  g_string_append_printf (text, "espeak-ng: %s\n", espeak_Info (NULL));
  g_string_append_printf (text, "PortAudio: %s\n", Pa_GetVersionText ());
  g_string_append_printf (text, "SQLite: %s\n", sqlite3_libversion ());
  return g_string_free (text, FALSE);
}

/**
 * myna_diagnostics_dup_report:
 * @devices: what the machine computes with
 *
 * The versions, the devices with what the doctor found of them, and their last numbers: what a
 * report about a graphics card needs. Main thread.
 *
 * Returns: (transfer full): the text
 */
char *
myna_diagnostics_dup_report (MynaDevices *devices)
{
  g_autofree char *versions = NULL;
  g_autofree char *report = NULL;

  g_return_val_if_fail (MYNA_IS_DEVICES (devices), NULL);

  versions = myna_diagnostics_dup_versions ();
  report = myna_devices_dup_report (devices);
  return g_strconcat (versions, report, NULL);
}
