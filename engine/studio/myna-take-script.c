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
  g_autofree char *name = g_strdup_printf ("%04u-r%u.flac", number + 1, revision);

  g_return_val_if_fail (folder != NULL, NULL);

  return g_build_filename (folder, name, NULL);
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

/* "0 85 -1 _;85 140 0 h;…": begin and end in tenths of a millisecond, word, name. */
static char *
phones_to_text (GArray *phones)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < phones->len; i++)
    {
      const MynaPhone *phone = &g_array_index (phones, MynaPhone, i);

      g_string_append_printf (text, "%s%.0f %.0f %d %s", i > 0 ? ";" : "", phone->start * 1e4,
                              phone->end * 1e4, phone->word, phone->name);
    }
  return g_string_free_and_steal (g_steal_pointer (&text));
}

/* The number and the revision come first, so that a line is found without parsing the others. */
static char *
make_prefix (guint number, guint revision)
{
  return g_strdup_printf ("{\"n\":%u,\"r\":%u,", number, revision);
}

static char *
revision_to_line (const MynaTakeRevision *revision, GArray *phones)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;
  g_autofree char *timings = phones != NULL ? phones_to_text (phones) : NULL;
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
  myna_sidecar_set_string (object, "timings", timings);
  json_node_take_object (node, object);
  text = json_to_string (node, FALSE);
  /* A line break first: a torn line of a process that died must not swallow this one. */
  return g_strconcat ("\n", text, "\n", NULL);
}

static int
open_log (const char *folder, int flags, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "revisions.jsonl", NULL);
  int fd = g_open (path, flags | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0)
    myna_error_set_from_errno (error, errno, path);
  return fd;
}

/**
 * myna_take_script_add_revision:
 * @folder: the take's folder
 * @revision: a revision whose audio, if any, is on disk
 * @phones: (nullable) (element-type MynaPhone): its phones
 * @error: return location
 *
 * Appends a revision to the log. A killed process loses nothing of it; for a power failure see
 * myna_take_script_sync(). Any thread, one at a time for a take.
 *
 * Returns: %TRUE when written
 */
gboolean
myna_take_script_add_revision (const char *folder,
                               const MynaTakeRevision *revision,
                               GArray *phones,
                               GError **error)
{
  g_autofree char *line = NULL;
  gsize length;
  gssize written;
  int fd;

  g_return_val_if_fail (folder != NULL && revision != NULL, FALSE);

  fd = open_log (folder, O_WRONLY | O_APPEND, error);
  if (fd < 0)
    return FALSE;
  line = revision_to_line (revision, phones);
  length = strlen (line);
  written = write (fd, line, length);
  if (written != (gssize) length)
    /* A short write is a full disk. */
    myna_error_set_from_errno (error, written < 0 ? errno : ENOSPC, folder);
  close (fd);
  return written == (gssize) length;
}

/**
 * myna_take_script_sync:
 * @folder: the take's folder
 * @error: return location
 *
 * Waits until the log is on disk. Once a job, not once a sentence: what a power failure takes of
 * the log is spoken again.
 *
 * Returns: %TRUE when it is
 */
gboolean
myna_take_script_sync (const char *folder, GError **error)
{
  int fd;
  gboolean synced;

  g_return_val_if_fail (folder != NULL, FALSE);

  fd = open_log (folder, O_WRONLY, error);
  if (fd < 0)
    return FALSE;
  synced = fsync (fd) == 0;
  if (!synced)
    myna_error_set_from_errno (error, errno, folder);
  close (fd);
  return synced;
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

/* The log as text; %NULL without error when there is none. */
static char *
read_log (const char *folder, gsize *size, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "revisions.jsonl", NULL);
  char *log = NULL;
  GStatBuf info;

  if (g_stat (path, &info) != 0 && errno == ENOENT)
    return NULL;
  if (info.st_size > MAX_LOG_BYTES || !g_file_get_contents (path, &log, size, NULL))
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT, _ ("“%s” is damaged and was not used."),
                 path);
  return log;
}

/* The line at *position, without its end; moves on behind it. */
static const char *
next_line (const char *log, gsize size, gsize *position, gsize *length)
{
  const char *line = log + *position;
  const char *end = memchr (line, '\n', size - *position);

  *length = (gsize) ((end != NULL ? end : log + size) - line);
  *position += *length + 1;
  return line;
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
  g_autoptr (GError) local_error = NULL;
  g_autofree char *log = NULL;
  gsize position = 0;
  gsize length = 0;
  gsize size = 0;

  g_return_val_if_fail (folder != NULL, NULL);

  log = read_log (folder, &size, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  while (position < size)
    {
      const char *line = next_line (log, size, &position, &length);
      MynaTakeRevision *revision = length > 0 ? revision_from_line (parser, line, length) : NULL;

      if (revision != NULL)
        g_ptr_array_add (revisions, revision);
    }
  return g_steal_pointer (&revisions);
}

static gboolean
phone_from_text (const char *text, MynaPhone *out)
{
  g_auto (GStrv) fields = g_strsplit (text, " ", 4);
  const MynaPhone empty = { .word = -1 };

  *out = empty;
  if (g_strv_length (fields) != 4 || strlen (fields[3]) >= sizeof out->name)
    return FALSE;
  out->start = g_ascii_strtod (fields[0], NULL) / 1e4;
  out->end = g_ascii_strtod (fields[1], NULL) / 1e4;
  out->word = (int) CLAMP (g_ascii_strtoll (fields[2], NULL, 10), -1, G_MAXINT);
  g_strlcpy (out->name, fields[3], sizeof out->name);
  return out->start >= 0 && out->end >= out->start && out->end < 1e6;
}

static void
phones_from_line (GArray *phones, const char *line, gsize length)
{
  g_autofree char *copy = g_strndup (line, length);
  g_autoptr (JsonNode) node = myna_sidecar_parse (copy, (gssize) length, "revision", NULL);
  const char *timings =
      node != NULL ? myna_sidecar_get_string (json_node_get_object (node), "timings") : NULL;
  g_auto (GStrv) items = timings != NULL ? g_strsplit (timings, ";", -1) : NULL;

  g_array_set_size (phones, 0);
  for (guint i = 0; items != NULL && items[i] != NULL; i++)
    {
      MynaPhone phone;

      if (phone_from_text (items[i], &phone))
        g_array_append_val (phones, phone);
    }
}

/**
 * myna_take_script_load_phones:
 * @folder: the take's folder
 * @number: the sentence's number
 * @revision: the revision's
 *
 * Finds the phones of one revision in the log. What is damaged is left out.
 *
 * Returns: (transfer full) (element-type MynaPhone): the phones; empty when there are none
 */
GArray *
myna_take_script_load_phones (const char *folder, guint number, guint revision)
{
  g_autofree char *prefix = make_prefix (number, revision);
  g_autofree char *log = NULL;
  GArray *phones = g_array_new (FALSE, FALSE, sizeof (MynaPhone));
  gsize position = 0;
  gsize length = 0;
  gsize size = 0;

  g_return_val_if_fail (folder != NULL, phones);

  log = read_log (folder, &size, NULL);
  while (log != NULL && position < size)
    {
      const char *line = next_line (log, size, &position, &length);

      if (length > strlen (prefix) && strncmp (line, prefix, strlen (prefix)) == 0)
        phones_from_line (phones, line, length);
    }
  return phones;
}
