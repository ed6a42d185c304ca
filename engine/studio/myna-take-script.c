/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-take-script.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#include "engine/core/myna-atomic-file.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"

/* More than these are refused when a file claims them. */
#define MAX_SENTENCES 1000000
#define MAX_REVISIONS 10000
#define MAX_LOG_BYTES (256 * 1024 * 1024)

/**
 * myna_take_revision_new:
 * @number: the sentence's number
 * @revision: the revision's
 *
 * Returns: (transfer full): a revision to be filled in
 */
MynaTakeRevision *
myna_take_revision_new (guint number, guint revision)
{
  MynaTakeRevision *self = g_new0 (MynaTakeRevision, 1);

  self->number = number;
  self->revision = revision;
  return self;
}

/**
 * myna_take_revision_copy:
 *
 * Returns: (transfer full): a copy
 */
MynaTakeRevision *
myna_take_revision_copy (const MynaTakeRevision *self)
{
  MynaTakeRevision *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = myna_take_revision_new (self->number, self->revision);
  copy->text = g_strdup (self->text);
  copy->phones = g_strdup (self->phones);
  copy->phone_string = g_strdup (self->phone_string);
  copy->seed = self->seed;
  copy->duration = self->duration;
  copy->error = g_strdup (self->error);
  copy->warnings = g_strdupv (self->warnings);
  return copy;
}

/**
 * myna_take_revision_free:
 * @self: (nullable) (transfer full): a revision
 */
void
myna_take_revision_free (MynaTakeRevision *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_free (self->phones);
  g_free (self->phone_string);
  g_free (self->error);
  g_strfreev (self->warnings);
  g_free (self);
}

static void
sentence_free (MynaTakeSentence *self)
{
  g_free (self->text);
  g_free (self);
}

/**
 * myna_take_pause_seconds:
 * @kind: what follows a sentence in the text
 * @pause: seconds between sentences, as the user set it
 *
 * Returns: seconds of pause after the sentence
 */
double
myna_take_pause_seconds (MynaPauseKind kind, double pause)
{
  switch (kind)
    {
    case MYNA_PAUSE_CLAUSE:
      return pause * 0.4;
    case MYNA_PAUSE_PARAGRAPH:
      return pause * 2.2;
    case MYNA_PAUSE_SENTENCE:
    default:
      return pause;
    }
}

static char *
dup_piece_path (const char *folder, guint number, guint revision, const char *extension)
{
  g_autofree char *name = g_strdup_printf ("%04u-r%u.%s", number + 1, revision, extension);

  return g_build_filename (folder, name, NULL);
}

/**
 * myna_take_script_dup_audio_path:
 * @folder: the take's folder
 * @number: the sentence's number, from 0
 * @revision: the revision's
 *
 * Returns: (transfer full): the FLAC file of a revision
 */
char *
myna_take_script_dup_audio_path (const char *folder, guint number, guint revision)
{
  g_return_val_if_fail (folder != NULL, NULL);

  return dup_piece_path (folder, number, revision, "flac");
}

/**
 * myna_take_script_save:
 * @folder: the take's folder
 * @segments: (element-type MynaSegment): the sentences
 * @error: return location
 *
 * Writes script.json. Blocking.
 *
 * Returns: %TRUE when it is on disk
 */
gboolean
myna_take_script_save (const char *folder, GPtrArray *segments, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *path = NULL;
  JsonObject *object = json_object_new ();
  JsonArray *texts = json_array_sized_new (segments->len);
  JsonArray *pauses = json_array_sized_new (segments->len);

  g_return_val_if_fail (folder != NULL && segments != NULL, FALSE);

  for (guint i = 0; i < segments->len; i++)
    {
      const MynaSegment *segment = g_ptr_array_index (segments, i);

      json_array_add_string_element (texts, segment->text);
      json_array_add_int_element (pauses, (gint64) segment->pause);
    }
  json_object_set_array_member (object, "sentences", texts);
  json_object_set_array_member (object, "pauses", pauses);
  json_node_take_object (node, object);
  path = g_build_filename (folder, "script.json", NULL);
  return myna_sidecar_write (path, node, error);
}

static JsonArray *
get_array (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static MynaTakeSentence *
sentence_from_json (JsonNode *text, JsonNode *pause)
{
  MynaTakeSentence *self;

  if (!JSON_NODE_HOLDS_VALUE (text) || json_node_get_value_type (text) != G_TYPE_STRING ||
      !JSON_NODE_HOLDS_VALUE (pause) || json_node_get_value_type (pause) != G_TYPE_INT64)
    return NULL;
  self = g_new0 (MynaTakeSentence, 1);
  self->text = json_node_dup_string (text);
  self->pause =
      (MynaPauseKind) CLAMP (json_node_get_int (pause), MYNA_PAUSE_CLAUSE, MYNA_PAUSE_PARAGRAPH);
  return self;
}

/**
 * myna_take_script_load:
 * @folder: the take's folder
 * @error: return location
 *
 * Reads script.json. Blocking.
 *
 * Returns: (transfer full) (element-type MynaTakeSentence): the sentences; %NULL with NOT_FOUND
 *   before the take's job split the text, or CORRUPT
 */
GPtrArray *
myna_take_script_load (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) sentences = g_ptr_array_new_with_free_func ((GDestroyNotify) sentence_free);
  g_autofree char *path = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonArray *texts;
  JsonArray *pauses;
  guint n;

  g_return_val_if_fail (folder != NULL, NULL);

  path = g_build_filename (folder, "script.json", NULL);
  node = myna_sidecar_read (path, error);
  if (node == NULL)
    return NULL;
  texts = get_array (json_node_get_object (node), "sentences");
  pauses = get_array (json_node_get_object (node), "pauses");
  n = texts != NULL ? json_array_get_length (texts) : 0;
  if (n > 0 && n <= MAX_SENTENCES && pauses != NULL && json_array_get_length (pauses) == n)
    for (guint i = 0; i < n; i++)
      {
        MynaTakeSentence *sentence = sentence_from_json (json_array_get_element (texts, i),
                                                         json_array_get_element (pauses, i));

        if (sentence == NULL)
          break;
        g_ptr_array_add (sentences, sentence);
      }
  if (n == 0 || sentences->len != n)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT, _ ("“%s” is damaged and was not used."),
                   path);
      return NULL;
    }
  return g_steal_pointer (&sentences);
}

static char *
revision_to_line (const MynaTakeRevision *revision)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "n", revision->number);
  json_object_set_int_member (object, "r", revision->revision);
  json_object_set_int_member (object, "seed", revision->seed);
  json_object_set_double_member (object, "duration", revision->duration);
  myna_sidecar_set_string (object, "text", revision->text);
  myna_sidecar_set_string (object, "asked-phones", revision->phones);
  myna_sidecar_set_string (object, "phones", revision->phone_string);
  myna_sidecar_set_string (object, "error", revision->error);
  myna_sidecar_set_strv (object, "warnings", (const char *const *) revision->warnings);
  json_node_take_object (node, object);
  text = json_to_string (node, FALSE);
  /* A line break first: a torn line of a process that died must not swallow this one. */
  return g_strconcat ("\n", text, "\n", NULL);
}

static gboolean
append_line (const char *path, const char *line, GError **error)
{
  int fd = g_open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  gsize length = strlen (line);
  gboolean written;
  int saved_errno;

  if (fd < 0)
    {
      myna_error_set_from_errno (error, errno, path);
      return FALSE;
    }
  errno = ENOSPC; /* what a short write means */
  written = write (fd, line, length) == (gssize) length && fsync (fd) == 0;
  saved_errno = errno;
  close (fd);
  if (!written)
    myna_error_set_from_errno (error, saved_errno, path);
  return written;
}

static gboolean
save_phones (const char *path, GArray *phones, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < phones->len; i++)
    {
      const MynaPhone *phone = &g_array_index (phones, MynaPhone, i);
      char start[G_ASCII_DTOSTR_BUF_SIZE];
      char end[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (start, sizeof start, "%.6f", phone->start);
      g_ascii_formatd (end, sizeof end, "%.6f", phone->end);
      g_string_append_printf (text, "%s %s %d %s\n", start, end, phone->word, phone->name);
    }
  return myna_atomic_file_write (path, text->str, text->len, error);
}

/**
 * myna_take_script_add_revision:
 * @folder: the take's folder
 * @revision: a revision whose audio, if any, is on disk
 * @phones: (nullable) (element-type MynaPhone): its phones
 * @error: return location
 *
 * Writes the phones and appends the revision to the log. Blocking.
 *
 * Returns: %TRUE when it is on disk
 */
gboolean
myna_take_script_add_revision (const char *folder,
                               const MynaTakeRevision *revision,
                               GArray *phones,
                               GError **error)
{
  g_autofree char *phones_path = NULL;
  g_autofree char *log_path = NULL;
  g_autofree char *line = NULL;

  g_return_val_if_fail (folder != NULL && revision != NULL, FALSE);

  phones_path = dup_piece_path (folder, revision->number, revision->revision, "phones");
  if (phones != NULL && !save_phones (phones_path, phones, error))
    return FALSE;
  line = revision_to_line (revision);
  log_path = g_build_filename (folder, "revisions.jsonl", NULL);
  return append_line (log_path, line, error);
}

static gboolean
read_revision_number (JsonObject *object, const char *member, gint64 limit, guint *out)
{
  gint64 value = myna_sidecar_get_int (object, member, -1);

  *out = (guint) CLAMP (value, 0, limit);
  return value >= 0 && value < limit;
}

/* A line that is not whole or not sound gives nothing: that revision was never finished. */
static MynaTakeRevision *
revision_from_line (JsonParser *parser, const char *line, gsize length)
{
  MynaTakeRevision *self;
  JsonNode *root;
  JsonObject *object;
  guint number;
  guint revision;

  if (!g_utf8_validate (line, (gssize) length, NULL) ||
      !json_parser_load_from_data (parser, line, (gssize) length, NULL))
    return NULL;
  root = json_parser_get_root (parser);
  object = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  if (object == NULL || !read_revision_number (object, "n", MAX_SENTENCES, &number) ||
      !read_revision_number (object, "r", MAX_REVISIONS, &revision))
    return NULL;

  self = myna_take_revision_new (number, revision);
  self->seed = (guint32) myna_sidecar_get_int (object, "seed", 0);
  self->duration = CLAMP (myna_sidecar_get_double (object, "duration", 0), 0, 1e6);
  self->text = g_strdup (myna_sidecar_get_string (object, "text"));
  self->phones = g_strdup (myna_sidecar_get_string (object, "asked-phones"));
  self->phone_string = g_strdup (myna_sidecar_get_string (object, "phones"));
  self->error = g_strdup (myna_sidecar_get_string (object, "error"));
  self->warnings = myna_sidecar_dup_strv (object, "warnings");
  return self;
}

/**
 * myna_take_script_load_revisions:
 * @folder: the take's folder
 * @error: return location
 *
 * Reads the log of finished revisions, which may be damaged: what cannot be read is left out. The
 * same revision may appear twice (spoken again after a crash); the last one counts. Blocking.
 *
 * Returns: (transfer full) (element-type MynaTakeRevision): the revisions in the order they were
 *   finished; empty when there is no log; %NULL when it cannot be read
 */
GPtrArray *
myna_take_script_load_revisions (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) revisions =
      g_ptr_array_new_with_free_func ((GDestroyNotify) myna_take_revision_free);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *path = NULL;
  g_autofree char *log = NULL;
  gsize size = 0;
  GStatBuf info;
  const char *line;

  g_return_val_if_fail (folder != NULL, NULL);

  path = g_build_filename (folder, "revisions.jsonl", NULL);
  if (g_stat (path, &info) != 0 && errno == ENOENT)
    return g_steal_pointer (&revisions);
  if (info.st_size > MAX_LOG_BYTES || !g_file_get_contents (path, &log, &size, NULL))
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT, _ ("“%s” is damaged and was not used."),
                   path);
      return NULL;
    }
  line = log;
  while (line < log + size)
    {
      const char *end = memchr (line, '\n', (gsize) (log + size - line));
      gsize length = (gsize) ((end != NULL ? end : log + size) - line);
      MynaTakeRevision *revision = length > 0 ? revision_from_line (parser, line, length) : NULL;

      if (revision != NULL)
        g_ptr_array_add (revisions, revision);
      line += length + 1;
    }
  return g_steal_pointer (&revisions);
}

static gboolean
phone_from_line (const char *line, MynaPhone *out)
{
  g_auto (GStrv) fields = g_strsplit (line, " ", 4);
  const MynaPhone empty = { .word = -1 };

  *out = empty;
  if (g_strv_length (fields) != 4 || strlen (fields[3]) >= sizeof out->name)
    return FALSE;
  out->start = g_ascii_strtod (fields[0], NULL);
  out->end = g_ascii_strtod (fields[1], NULL);
  out->word = (int) CLAMP (g_ascii_strtoll (fields[2], NULL, 10), -1, G_MAXINT);
  g_strlcpy (out->name, fields[3], sizeof out->name);
  return out->start >= 0 && out->end >= out->start && out->end < 1e6;
}

/**
 * myna_take_script_load_phones:
 * @folder: the take's folder
 * @number: the sentence's number
 * @revision: the revision's
 *
 * Reads the phones of one revision: a file of a few kilobytes. Damaged lines are left out.
 *
 * Returns: (transfer full) (element-type MynaPhone): the phones; empty when there are none
 */
GArray *
myna_take_script_load_phones (const char *folder, guint number, guint revision)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  GArray *phones = g_array_new (FALSE, FALSE, sizeof (MynaPhone));

  g_return_val_if_fail (folder != NULL, phones);

  path = dup_piece_path (folder, number, revision, "phones");
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return phones;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      MynaPhone phone;

      if (phone_from_line (lines[i], &phone))
        g_array_append_val (phones, phone);
    }
  return phones;
}
