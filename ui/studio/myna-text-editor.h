/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MYNA_TYPE_TEXT_EDITOR (myna_text_editor_get_type ())
/**
 * MynaTextEditor:
 *
 * The text to speak: typed, pasted, or loaded from a file. Main thread only.
 *
 * Properties (notify): "empty" (boolean: nothing but white space), "length-text" (translated:
 * number of characters and estimated duration). Signal "changed": shortly after the text changed.
 */
G_DECLARE_FINAL_TYPE (MynaTextEditor, myna_text_editor, MYNA, TEXT_EDITOR, AdwBin)

/* Larger files are refused: nobody listens to more than two weeks of speech. */
#define MYNA_TEXT_EDITOR_MAX_BYTES (16 * 1024 * 1024)

char *myna_text_editor_dup_text (MynaTextEditor *self);
void myna_text_editor_set_text (MynaTextEditor *self, const char *text);
void myna_text_editor_load (MynaTextEditor *self, GFile *file);
void myna_text_editor_set_speed (MynaTextEditor *self, double speed);
gboolean myna_text_editor_get_settled (MynaTextEditor *self);
gboolean myna_text_editor_get_empty (MynaTextEditor *self);
const char *myna_text_editor_get_length_text (MynaTextEditor *self);

G_END_DECLS
