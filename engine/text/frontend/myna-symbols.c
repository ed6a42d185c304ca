/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/myna-symbols.h"

#include "engine/core/myna-error.h"
#include "engine/text/frontend/myna-symbol-names.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A phone string longer than this is not a sentence: the text encoder takes 510 characters. */
#define MAX_PHONES 4096

/**
 * myna_symbols_get_count:
 * @set: a symbol set
 *
 * Returns: how many phones it has; ids are below
 */
guint
myna_symbols_get_count (MynaSymbolSet set)
{
  return set == MYNA_SYMBOLS_V1 ? MYNA_SYMBOLS_V1_COUNT : MYNA_SYMBOLS_V2_COUNT;
}

/**
 * myna_symbols_get_name:
 * @id: a phone's id
 *
 * Returns: (transfer none): its name, such as "AH0" or "ang3"
 */
const char *
myna_symbols_get_name (guint id)
{
  g_return_val_if_fail (id < MYNA_SYMBOLS_V2_COUNT, "UNK");

  return myna_symbol_names[id];
}

static GHashTable *
get_index (void)
{
  static GHashTable *index = NULL;

  if (g_once_init_enter_pointer (&index))
    {
      GHashTable *table = g_hash_table_new (g_str_hash, g_str_equal);

      for (guint id = 0; id < MYNA_SYMBOLS_V2_COUNT; id++)
        g_hash_table_insert (table, (gpointer) myna_symbol_names[id], GUINT_TO_POINTER (id + 1));
      g_once_init_leave_pointer (&index, table);
    }
  return index;
}

/**
 * myna_symbols_find:
 * @set: a symbol set
 * @name: a phone's name
 * @length: its length in bytes, -1 when it ends with a zero
 *
 * Any thread.
 *
 * Returns: its id, or -1 when the set has no such phone
 */
int
myna_symbols_find (MynaSymbolSet set, const char *name, gssize length)
{
  char key[16];
  guint found;

  g_return_val_if_fail (name != NULL, -1);

  if (length < 0)
    length = (gssize) strlen (name);
  if (length == 0 || (gsize) length >= sizeof key)
    return -1;
  memcpy (key, name, (gsize) length);
  key[length] = '\0';
  found = GPOINTER_TO_UINT (g_hash_table_lookup (get_index (), key));
  return found == 0 || found > myna_symbols_get_count (set) ? -1 : (int) found - 1;
}

static void
refuse_phone (MynaSymbolSet set, const char *name, gsize length, GError **error)
{
  g_autofree char *copy = g_utf8_make_valid (name, (gssize) MIN (length, 40));

  if (set == MYNA_SYMBOLS_V1 && myna_symbols_find (MYNA_SYMBOLS_V2, name, (gssize) length) >= 0)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                 _ ("The phone “%s” is not one that a version 1 model knows. Change it, or use a "
                    "newer model."),
                 copy);
  else
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                 _ ("“%s” is not a phone. Write phones separated by spaces, such as “HH AH0 L OW1” "
                    "or “n i2 h ao3”."),
                 copy);
}

/**
 * myna_symbols_parse:
 * @set: the symbol set that the model knows
 * @text: phones separated by white space, as myna_symbols_format() writes them
 * @error: return location for an error
 *
 * Reads phones that a person edited. Any thread.
 *
 * Returns: (transfer full) (element-type guint16): their ids; %NULL with MYNA_ERROR_UNSUPPORTED and
 *   the name of the first that is no phone, MYNA_ERROR_EMPTY, or MYNA_ERROR_TOO_LARGE
 */
GArray *
myna_symbols_parse (MynaSymbolSet set, const char *text, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint16));

  g_return_val_if_fail (text != NULL, NULL);

  for (;;)
    {
      gsize length;
      guint16 id;
      int found;

      text += strspn (text, " \t\r\n");
      length = strcspn (text, " \t\r\n");
      if (length == 0)
        break;
      found = myna_symbols_find (set, text, (gssize) length);
      if (found < 0)
        {
          refuse_phone (set, text, length, error);
          return NULL;
        }
      if (ids->len >= MAX_PHONES)
        {
          g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_TOO_LARGE,
                               _ ("There are too many phones for one sentence. Split it."));
          return NULL;
        }
      id = (guint16) found;
      g_array_append_val (ids, id);
      text += length;
    }
  if (ids->len == 0)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                           _ ("There are no phones to speak. Write at least one."));
      return NULL;
    }
  return g_steal_pointer (&ids);
}

/**
 * myna_symbols_format:
 * @ids: phones
 * @n_ids: how many
 *
 * Returns: (transfer full): their names separated by single spaces
 */
char *
myna_symbols_format (const guint16 *ids, gsize n_ids)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (ids != NULL || n_ids == 0, NULL);

  for (gsize i = 0; i < n_ids; i++)
    {
      if (i > 0)
        g_string_append_c (text, ' ');
      g_string_append (text, myna_symbols_get_name (ids[i]));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
