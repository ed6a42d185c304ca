/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/myna-user-dictionary.h"

#include "engine/text/frontend/myna-symbols.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A dictionary that a person writes is small; more is not read. */
#define MAX_BYTES (4 << 20)

struct _MynaUserDictionary
{
  gatomicrefcount references;
  GHashTable *readings; /* word, case folded -> reading, single spaces */
  char *problem;
  gint64 modified; /* of the file, in nanoseconds; 0 without one */
  gint64 size;
};

static gboolean
is_han (gunichar c)
{
  return c >= 0x4e00 && c <= 0x9fff;
}

/* A syllable as "hang2". Whether it exists is for the language to say; it is left alone if not. */
static gboolean
is_pinyin (const char *text)
{
  gsize letters = strspn (text, "abcdefghijklmnopqrstuvwxyz");

  return letters >= 1 && letters <= 6 && text[letters] >= '1' && text[letters] <= '5' &&
         text[letters + 1] == '\0';
}

/* Whether each character of a Chinese word has a syllable, or an English one has phones. */
static gboolean
check_reading (const char *word, char **reading)
{
  gboolean han = TRUE;
  glong n = 0;

  for (const char *c = word; *c != '\0'; c = g_utf8_next_char (c), n++)
    han &= is_han (g_utf8_get_char (c));
  if (han && (glong) g_strv_length (reading) != n)
    return FALSE;
  for (gsize i = 0; reading[i] != NULL; i++)
    if (han ? !is_pinyin (reading[i]) : myna_symbols_find (MYNA_SYMBOLS_V1, reading[i], -1) < 0)
      return FALSE;
  return n > 0 && n <= MYNA_USER_DICTIONARY_MAX_WORD && reading[0] != NULL;
}

/* The words of a line's right side, without the empty ones. */
static char **
split_reading (const char *text)
{
  g_auto (GStrv) parts = g_strsplit_set (text, " \t\r", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (gsize i = 0; parts[i] != NULL; i++)
    if (parts[i][0] != '\0')
      g_strv_builder_add (builder, parts[i]);
  return g_strv_builder_end (builder);
}

static void
read_line (MynaUserDictionary *self, char *line, guint number)
{
  char *equals = strchr (line, '=');
  g_auto (GStrv) reading = NULL;

  g_strstrip (line);
  if (line[0] == '\0' || line[0] == '#')
    return;
  if (equals != NULL)
    {
      *equals = '\0';
      reading = split_reading (equals + 1);
      g_strchomp (line);
    }
  if (equals != NULL && check_reading (line, reading))
    g_hash_table_insert (self->readings, g_utf8_casefold (line, -1), g_strjoinv (" ", reading));
  else if (self->problem == NULL)
    self->problem = g_strdup_printf (_ ("Line %u of your dictionary is not understood. Write it as "
                                        "“行长 = hang2 zhang3” or “GIF "
                                        "= JH IH1 F”."),
                                     number);
}

/**
 * myna_user_dictionary_parse:
 * @contents: what is in the file
 * @length: its length in bytes
 *
 * Reads what it understands; the first line it does not is the problem. A word that comes twice is
 * read as the last time.
 *
 * Returns: (transfer full): the dictionary
 */
MynaUserDictionary *
myna_user_dictionary_parse (const char *contents, gsize length)
{
  MynaUserDictionary *self = g_new0 (MynaUserDictionary, 1);
  g_autofree char *valid =
      g_utf8_make_valid (length > 0 ? contents : "", (gssize) MIN (length, MAX_BYTES));
  g_auto (GStrv) lines = g_strsplit (valid, "\n", -1);

  g_atomic_ref_count_init (&self->references);
  self->readings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; lines[i] != NULL; i++)
    read_line (self, lines[i], i + 1);
  return self;
}

static void
stamp (int fd, gint64 *modified, gint64 *size)
{
  struct stat info;

  *modified = *size = 0;
  if (fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode))
    return;
  *modified = (gint64) info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
  *size = info.st_size;
}

static GByteArray *
read_file (int fd)
{
  GByteArray *contents = g_byte_array_new ();
  guint8 buffer[65536];
  ssize_t n;

  while (fd >= 0 && contents->len < MAX_BYTES && (n = read (fd, buffer, sizeof buffer)) > 0)
    g_byte_array_append (contents, buffer, (guint) n);
  return contents;
}

/**
 * myna_user_dictionary_load:
 * @path: the file
 *
 * Any thread; reads a file.
 *
 * Returns: (transfer full): the dictionary; an empty one when there is no such file
 */
MynaUserDictionary *
myna_user_dictionary_load (const char *path)
{
  g_autoptr (GByteArray) contents = NULL;
  MynaUserDictionary *self;
  gint64 modified, size;
  int fd;

  g_return_val_if_fail (path != NULL, NULL);

  fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  stamp (fd, &modified, &size);
  contents = read_file (size > 0 ? fd : -1);
  if (fd >= 0)
    close (fd);
  self = myna_user_dictionary_parse ((const char *) contents->data, contents->len);
  self->modified = modified;
  self->size = size;
  return self;
}

/**
 * myna_user_dictionary_is_current:
 * @self: a dictionary that was loaded
 * @path: its file
 *
 * Returns: whether the file is as it was when it was loaded
 */
gboolean
myna_user_dictionary_is_current (const MynaUserDictionary *self, const char *path)
{
  int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  gint64 modified, size;

  stamp (fd, &modified, &size);
  if (fd >= 0)
    close (fd);
  return modified == self->modified && size == self->size;
}

/**
 * myna_user_dictionary_ref:
 * @self: a dictionary
 *
 * Returns: (transfer full): @self
 */
MynaUserDictionary *
myna_user_dictionary_ref (MynaUserDictionary *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

/**
 * myna_user_dictionary_unref:
 * @self: (nullable) (transfer full): a dictionary
 */
void
myna_user_dictionary_unref (MynaUserDictionary *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_pointer (&self->readings, g_hash_table_unref);
  g_free (self->problem);
  g_free (self);
}

/**
 * myna_user_dictionary_get_problem:
 * @self: a dictionary
 *
 * Returns: (transfer none) (nullable): a sentence about the first line that was not understood
 */
const char *
myna_user_dictionary_get_problem (const MynaUserDictionary *self)
{
  return self->problem;
}

/**
 * myna_user_dictionary_get_size:
 * @self: a dictionary
 *
 * Returns: how many words it has
 */
guint
myna_user_dictionary_get_size (const MynaUserDictionary *self)
{
  return g_hash_table_size (self->readings);
}

/**
 * myna_user_dictionary_find:
 * @self: a dictionary
 * @word: a word in any case
 * @length: its length in bytes, -1 when it ends with a zero
 *
 * Returns: (transfer none) (nullable): its reading: pinyin or phones, separated by single spaces
 */
const char *
myna_user_dictionary_find (const MynaUserDictionary *self, const char *word, gssize length)
{
  g_autofree char *key = NULL;

  if (g_hash_table_size (self->readings) == 0)
    return NULL;
  key = g_utf8_casefold (word, length);
  return g_hash_table_lookup (self->readings, key);
}
