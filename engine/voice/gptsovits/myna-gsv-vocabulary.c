/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-vocabulary.h"

#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The released files have 110 kB (vocab.txt) and 270 kB (tokenizer.json). */
#define MAX_BYTES (16 * 1024 * 1024)
#define MAX_ID (1 << 20)

struct _MynaGsvVocabulary
{
  GHashTable *characters; /* gunichar -> id */
  gint32 cls, sep, unknown;
};

static void
add_token (MynaGsvVocabulary *self, const char *token, gsize length, gint64 id)
{
  if (id < 0 || id >= MAX_ID || length == 0 || !g_utf8_validate (token, (gssize) length, NULL))
    return;
  if (length == 5 && memcmp (token, "[CLS]", 5) == 0)
    self->cls = (gint32) id;
  else if (length == 5 && memcmp (token, "[SEP]", 5) == 0)
    self->sep = (gint32) id;
  else if (length == 5 && memcmp (token, "[UNK]", 5) == 0)
    self->unknown = (gint32) id;
  else if (g_utf8_strlen (token, (gssize) length) == 1)
    g_hash_table_insert (self->characters, GUINT_TO_POINTER (g_utf8_get_char (token)),
                         GINT_TO_POINTER ((gint) id));
}

/* One token a line, whose number is the id. */
static void
read_lines (MynaGsvVocabulary *self, const char *text, gsize size)
{
  const char *end = text + size;

  for (gint64 id = 0; text < end; id++)
    {
      const char *line_end = memchr (text, '\n', (gsize) (end - text));
      const char *next = line_end != NULL ? line_end + 1 : end;
      const char *last = line_end != NULL ? line_end : end;

      if (last > text && last[-1] == '\r')
        last--;
      add_token (self, text, (gsize) (last - text), id);
      text = next;
    }
}

static JsonObject *
get_object (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* {"model": {"vocab": {"token": id, …}}} */
static gboolean
read_json (MynaGsvVocabulary *self, const char *text, gsize size, const char *name, GError **error)
{
  g_autoptr (JsonNode) root = myna_sidecar_parse (text, (gssize) size, name, error);
  JsonObject *vocab;
  JsonObjectIter iter;
  const char *token;
  JsonNode *id;

  if (root == NULL)
    return FALSE;
  vocab = JSON_NODE_HOLDS_OBJECT (root)
              ? get_object (get_object (json_node_get_object (root), "model"), "vocab")
              : NULL;
  if (vocab == NULL)
    return TRUE; /* the special tokens will be missing */
  json_object_iter_init (&iter, vocab);
  while (json_object_iter_next (&iter, &token, &id))
    if (JSON_NODE_HOLDS_VALUE (id) && json_node_get_value_type (id) == G_TYPE_INT64)
      add_token (self, token, strlen (token), json_node_get_int (id));
  return TRUE;
}

/**
 * myna_gsv_vocabulary_parse:
 * @text: what the file holds, any bytes
 * @size: their number
 * @name: of the file, for messages
 * @error: (out) (optional): MYNA_ERROR_CORRUPT or MYNA_ERROR_TOO_LARGE
 *
 * Tokens that are no text are passed over.
 *
 * Returns: (transfer full) (nullable): the vocabulary
 */
MynaGsvVocabulary *
myna_gsv_vocabulary_parse (const char *text, gsize size, const char *name, GError **error)
{
  g_autoptr (MynaGsvVocabulary) self = NULL;
  gsize start = 0;

  g_return_val_if_fail ((text != NULL || size == 0) && name != NULL, NULL);

  if (size > MAX_BYTES)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_TOO_LARGE,
                   _ ("“%s” is too large to be a vocabulary. Get the file again from its source."),
                   name);
      return NULL;
    }
  self = g_new0 (MynaGsvVocabulary, 1);
  self->characters = g_hash_table_new (NULL, NULL);
  self->cls = self->sep = self->unknown = -1;
  while (start < size && g_ascii_isspace (text[start]))
    start++;
  if (start < size && text[start] == '{')
    {
      if (!read_json (self, text, size, name, error))
        return NULL;
    }
  else if (size > 0)
    read_lines (self, text, size);
  if (self->cls < 0 || self->sep < 0 || self->unknown < 0)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
                   _ ("“%s” is not the vocabulary of a Chinese text model. Get the file again from "
                      "its source."),
                   name);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * myna_gsv_vocabulary_read:
 * @path: tokenizer.json or vocab.txt
 * @error: (out) (optional): MYNA_ERROR, or GLib's file error
 *
 * Blocks on the disk.
 *
 * Returns: (transfer full) (nullable): the vocabulary
 */
MynaGsvVocabulary *
myna_gsv_vocabulary_read (const char *path, GError **error)
{
  g_autoptr (GMappedFile) file = NULL;
  g_autofree char *name = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  file = g_mapped_file_new (path, FALSE, error);
  if (file == NULL)
    return NULL;
  name = g_filename_display_basename (path);
  return myna_gsv_vocabulary_parse (g_mapped_file_get_contents (file),
                                    g_mapped_file_get_length (file), name, error);
}

/**
 * myna_gsv_vocabulary_free:
 * @self: (nullable) (transfer full): a vocabulary
 */
void
myna_gsv_vocabulary_free (MynaGsvVocabulary *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->characters);
  g_free (self);
}

static gint32
find_character (MynaGsvVocabulary *self, gunichar c)
{
  gpointer id;

  if (g_hash_table_lookup_extended (self->characters, GUINT_TO_POINTER (g_unichar_tolower (c)),
                                    NULL, &id))
    return (gint32) GPOINTER_TO_INT (id);
  return self->unknown;
}

/**
 * myna_gsv_vocabulary_encode:
 * @self: a vocabulary
 * @text: UTF-8
 * @n_ids: (out): number of characters and two
 *
 * Characters are lower-cased; those that are not in the vocabulary become [UNK].
 *
 * Returns: (transfer full): [CLS], one id a character, [SEP]
 */
gint32 *
myna_gsv_vocabulary_encode (MynaGsvVocabulary *self, const char *text, gsize *n_ids)
{
  gsize n;
  gint32 *ids;

  g_return_val_if_fail (self != NULL && text != NULL && n_ids != NULL, NULL);

  n = (gsize) g_utf8_strlen (text, -1);
  ids = g_new (gint32, n + 2);
  ids[0] = self->cls;
  for (gsize i = 0; i < n; i++, text = g_utf8_next_char (text))
    ids[i + 1] = find_character (self, g_utf8_get_char (text));
  ids[n + 1] = self->sep;
  *n_ids = n + 2;
  return ids;
}
