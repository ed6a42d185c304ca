/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/window/myna-about.h"

#include <glib/gi18n.h>

#include "engine/audio/myna-audio-devices.h"
#include "engine/studio/myna-diagnostics.h"
#include "ui/window/myna-window.h"

static void
add_devices (GString *text, const char *title, MynaAudioDevices *devices)
{
  guint n_devices = g_list_model_get_n_items (G_LIST_MODEL (devices));

  g_string_append_printf (text, "%s: %s\n", title, n_devices == 0 ? "none" : "");
  for (guint i = 0; i < n_devices; i++)
    {
      g_autoptr (MynaAudioDevice) device = g_list_model_get_item (G_LIST_MODEL (devices), i);

      g_string_append_printf (text, "  %s\n", myna_audio_device_get_name (device));
    }
}

static void
add_display (GString *text)
{
  GdkDisplay *display = gdk_display_get_default ();
  guint n_monitors =
      display != NULL ? g_list_model_get_n_items (gdk_display_get_monitors (display)) : 0;

  if (display != NULL)
    g_string_append_printf (text, "Display: %s, %u monitors\n", G_OBJECT_TYPE_NAME (display),
                            n_monitors);
}

/**
 * myna_about_dup_debug_info:
 * @devices: (nullable): what the machine computes with, once that is known
 *
 * Returns: (transfer full): versions and devices for a report, in English
 */
char *
myna_about_dup_debug_info (MynaDevices *devices)
{
  g_autofree char *versions =
      devices != NULL ? myna_diagnostics_dup_report (devices) : myna_diagnostics_dup_versions ();
  g_autoptr (MynaAudioDevices) outputs = myna_audio_devices_new_outputs ();
  g_autoptr (MynaAudioDevices) inputs = myna_audio_devices_new_inputs ();
  GString *text = g_string_new (versions);

  g_string_append_printf (text, "GTK: %u.%u.%u\n", gtk_get_major_version (),
                          gtk_get_minor_version (), gtk_get_micro_version ());
  g_string_append_printf (text, "libadwaita: %u.%u.%u\n", adw_get_major_version (),
                          adw_get_minor_version (), adw_get_micro_version ());
  add_display (text);
  g_string_append_printf (text, "Language: %s\n",
                          pango_language_to_string (gtk_get_default_language ()));
  add_devices (text, "Playback devices", outputs);
  add_devices (text, "Recording devices", inputs);
  return g_string_free (text, FALSE);
}

/**
 * myna_about_present:
 * @window: the window
 *
 * Shows what the program is, from its metainfo, with what a report of a fault needs.
 */
void
myna_about_present (GtkWindow *window)
{
  MynaLibrary *library =
      MYNA_IS_WINDOW (window) ? myna_window_get_library (MYNA_WINDOW (window)) : NULL;
  g_autofree char *debug_info =
      myna_about_dup_debug_info (library != NULL ? myna_library_get_devices (library) : NULL);
  AdwAboutDialog *dialog = NULL;

  g_return_if_fail (GTK_IS_WINDOW (window));

  dialog = ADW_ABOUT_DIALOG (
      adw_about_dialog_new_from_appdata (MYNA_RESOURCE_BASE "/metainfo.xml", MYNA_VERSION));
  adw_about_dialog_set_version (dialog, MYNA_VERSION);
  adw_about_dialog_set_copyright (dialog, _ ("© 2026 Myna contributors"));
  adw_about_dialog_set_debug_info (dialog, debug_info);
  adw_about_dialog_set_debug_info_filename (dialog, "myna-debug-info.txt");
  /* Translators: your names, one a line */
  adw_about_dialog_set_translator_credits (dialog, _ ("translator-credits"));
  adw_about_dialog_add_acknowledgement_section (
      dialog, _ ("Built With"),
      (const char *[]) {
          "espeak-ng https://github.com/espeak-ng/espeak-ng",
          "FFmpeg https://ffmpeg.org",
          "PortAudio https://www.portaudio.com",
          "SQLite https://sqlite.org",
          NULL,
      });
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (window));
}
