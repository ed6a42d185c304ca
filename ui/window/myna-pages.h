/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/studio/myna-library.h"

G_BEGIN_DECLS

/**
 * MynaPageInfo:
 * @name: the page's name in actions and settings
 * @title: translatable title
 * @label: the same with a mnemonic, for the sidebar; a translation may add the letter in brackets
 * @icon_name: symbolic icon of the sidebar
 * @create: makes the page's widget (transfer floating); it holds its own AdwToolbarView with
 * AdwHeaderBar
 *
 * A page of the window. The order of the table is the order of the sidebar and of Alt+1, Alt+2, …
 *
 * What a page may use: myna_toasts_add*() for feedback, and these window actions by
 * gtk_widget_activate_action():
 *  "win.show-page" (s: name) · "win.open-result" (s: "take:ID", "voice:ID" or a file path) ·
 *  "win.add-voice" · "win.add-voice-from-file" · "win.add-voice-files" (as: paths) ·
 * "win.use-voice" (s: ID) · "win.use-take" (s: ID: a video is to speak it) · "win.show-video" (s:
 * path of a finished video). A toast's action is looked up from the toast overlay: only these work
 * there, not a page's own. What a page offers (gtk_widget_class_install_action on the page's
 * class): studio: "studio.generate", "studio.show-take" (s: ID), … · voices: "voices.add" and
 * "voices.add-from-file" (open the dialog), "voices.add-files" (as: paths), "voices.show-voice" (s:
 * ID) · lipsync: "lipsync.use-take" (s: ID), "lipsync.show-result" (s: path), …
 */
typedef struct
{
  const char *name;
  const char *title;
  const char *label;
  const char *icon_name;
  GtkWidget *(*create) (MynaLibrary *library);
} MynaPageInfo;

const MynaPageInfo *myna_pages_get (guint *n_pages);

G_END_DECLS
