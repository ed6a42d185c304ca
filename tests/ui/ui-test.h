/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/studio/myna-library.h"

G_BEGIN_DECLS

void ui_test_init (int *argc, char ***argv);

/* Runs the main context until @condition holds; the test runner's time limit is the only clock. */
#define ui_test_wait_for(condition)                                                                \
  G_STMT_START                                                                                     \
  {                                                                                                \
    while (!(condition))                                                                           \
      g_main_context_iteration (NULL, TRUE);                                                       \
  }                                                                                                \
  G_STMT_END

void ui_test_settle (GtkWidget *widget);

GtkWindow *ui_test_present (GtkWidget *child);
void ui_test_destroy (GtkWindow *window, GtkWidget *watched);

GtkWidget *ui_test_find (GtkWidget *root, GType type, const char *text);
const char *ui_test_toast (GtkWidget *root);
void ui_test_save_picture (GtkWidget *widget, const char *name);

char *ui_test_make_folder (void);
void ui_test_remove_folder (const char *path);
char *ui_test_speak_sample (const char *folder, const char *name);
MynaVoice *ui_test_add_voice (MynaLibrary *library, const char *folder, const char *name);
char *ui_test_write_voice (const char *folder, const char *name, double seconds);

G_END_DECLS
