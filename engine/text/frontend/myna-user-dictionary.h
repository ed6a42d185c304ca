/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaUserDictionary:
 *
 * How a person wants words to be read: a text file, a line each, "word = reading". Immutable once
 * loaded; any thread. docs/front-ends.md describes the file.
 */
typedef struct _MynaUserDictionary MynaUserDictionary;

/* Longer words are refused, in characters. */
#define MYNA_USER_DICTIONARY_MAX_WORD 32

MynaUserDictionary *myna_user_dictionary_load (const char *path);
MynaUserDictionary *myna_user_dictionary_parse (const char *contents, gsize length);
MynaUserDictionary *myna_user_dictionary_ref (MynaUserDictionary *self);
void myna_user_dictionary_unref (MynaUserDictionary *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaUserDictionary, myna_user_dictionary_unref)

gboolean myna_user_dictionary_is_current (const MynaUserDictionary *self, const char *path);
const char *myna_user_dictionary_get_problem (const MynaUserDictionary *self);
const char *
myna_user_dictionary_find (const MynaUserDictionary *self, const char *word, gssize length);
guint myna_user_dictionary_get_size (const MynaUserDictionary *self);

G_END_DECLS
