/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaLexicon:
 *
 * The mapped file of word lists that Myna is installed with: pronunciations, segmentation, tables.
 * Immutable; any thread.
 */
typedef struct _MynaLexicon MynaLexicon;

/**
 * MynaLexiconTable:
 * @n_keys: how many keys; keys are in the order of memcmp
 *
 * Borrows from its lexicon. An empty table has no key and finds nothing.
 */
typedef struct
{
  guint32 n_keys;
  const guint32 *key_offsets;
  const char *keys;
  const guint32 *value_offsets;
  const guint16 *values;
} MynaLexiconTable;

/**
 * MynaLexiconRange:
 *
 * The keys of a table that begin with some bytes, see myna_lexicon_table_narrow().
 */
typedef struct
{
  guint32 first;
  guint32 end;
  gsize depth;
} MynaLexiconRange;

MynaLexicon *myna_lexicon_open (const char *path, GError **error);
MynaLexicon *myna_lexicon_open_installed (GError **error);
MynaLexicon *myna_lexicon_ref (MynaLexicon *self);
void myna_lexicon_unref (MynaLexicon *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaLexicon, myna_lexicon_unref)

gboolean
myna_lexicon_get_table (const MynaLexicon *self, const char *name, MynaLexiconTable *table);

gssize myna_lexicon_table_find (const MynaLexiconTable *table, const char *key, gssize length);
const guint16 *
myna_lexicon_table_get (const MynaLexiconTable *table, const char *key, gssize length, gsize *n);
const guint16 *myna_lexicon_table_values (const MynaLexiconTable *table, guint32 index, gsize *n);
const char *myna_lexicon_table_key (const MynaLexiconTable *table, guint32 index, gsize *length);
MynaLexiconRange myna_lexicon_table_all (const MynaLexiconTable *table);
gboolean myna_lexicon_table_narrow (const MynaLexiconTable *table,
                                    MynaLexiconRange *range,
                                    const char *bytes,
                                    gsize length,
                                    gssize *exact);
double myna_lexicon_read_double (const guint16 *values);

G_END_DECLS
