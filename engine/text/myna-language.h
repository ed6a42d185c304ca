/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaLanguage:
 * @code: lower-case tag such as "en-us", "cmn" or "pt-br"; what the engines take as language
 * @name: its name in the user's language
 * @native_name: its name in itself; the same as @name where that is not known
 *
 * A language or dialect that text can be spoken in.
 */
typedef struct
{
  char *code;
  char *name;
  char *native_name;
} MynaLanguage;

void myna_language_free (MynaLanguage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaLanguage, myna_language_free)

GPtrArray *myna_language_list (GError **error);
char *myna_language_resolve (const char *tag, GError **error);
char *myna_language_dup_voice (const char *tag, GError **error);
char *myna_language_dup_name (const char *tag);
gboolean myna_language_is_tonal (const char *tag);

G_END_DECLS
