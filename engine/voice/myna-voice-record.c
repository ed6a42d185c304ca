/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/myna-voice-record.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"

static void
clip_free (MynaVoiceClip *self)
{
  g_free (self->file);
  g_free (self->sha256);
  g_free (self->transcript);
  g_free (self->source);
  g_free (self);
}

/**
 * myna_voice_record_new:
 * @folder: the voice's folder
 *
 * Returns: (transfer full): an empty record
 */
MynaVoiceRecord *
myna_voice_record_new (const char *folder)
{
  MynaVoiceRecord *self = g_new0 (MynaVoiceRecord, 1);

  self->folder = g_strdup (folder);
  self->clips = g_ptr_array_new_with_free_func ((GDestroyNotify) clip_free);
  return self;
}

/**
 * myna_voice_record_copy:
 *
 * Returns: (transfer full): a deep copy
 */
MynaVoiceRecord *
myna_voice_record_copy (const MynaVoiceRecord *self)
{
  MynaVoiceRecord *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = myna_voice_record_new (self->folder);
  copy->id = g_strdup (self->id);
  copy->name = g_strdup (self->name);
  copy->language = g_strdup (self->language);
  copy->consent = g_strdup (self->consent);
  copy->created = self->created;
  copy->removed = self->removed;
  copy->reference = myna_voice_reference_copy (self->reference);
  copy->quality = g_strdupv (self->quality);
  copy->engine_warnings = g_strdupv (self->engine_warnings);
  for (guint i = 0; i < self->clips->len; i++)
    {
      const MynaVoiceClip *from = myna_voice_record_get_clip (self, i);
      MynaVoiceClip *to =
          myna_voice_record_add_clip (copy, from->file, from->sha256, from->duration);

      to->transcript = g_strdup (from->transcript);
      to->source = g_strdup (from->source);
    }
  return copy;
}

/**
 * myna_voice_record_free:
 * @self: (nullable) (transfer full): a record
 */
void
myna_voice_record_free (MynaVoiceRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->folder);
  g_free (self->id);
  g_free (self->name);
  g_free (self->language);
  g_free (self->consent);
  g_ptr_array_unref (self->clips);
  myna_voice_reference_free (self->reference);
  g_strfreev (self->quality);
  g_strfreev (self->engine_warnings);
  g_free (self);
}

/**
 * myna_voice_record_add_clip:
 * @file: name inside the folder
 * @sha256: of its content
 * @duration: seconds
 *
 * Returns: (transfer none): the new clip, whose other fields may be filled in
 */
MynaVoiceClip *
myna_voice_record_add_clip (MynaVoiceRecord *self,
                            const char *file,
                            const char *sha256,
                            double duration)
{
  MynaVoiceClip *clip;

  g_return_val_if_fail (self != NULL && file != NULL, NULL);

  clip = g_new0 (MynaVoiceClip, 1);
  clip->file = g_strdup (file);
  clip->sha256 = g_strdup (sha256);
  clip->duration = duration;
  g_ptr_array_add (self->clips, clip);
  return clip;
}

/**
 * myna_voice_record_get_clip:
 *
 * Returns: (transfer none): the clip at @index
 */
const MynaVoiceClip *
myna_voice_record_get_clip (const MynaVoiceRecord *self, guint index)
{
  g_return_val_if_fail (self != NULL && index < self->clips->len, NULL);

  return g_ptr_array_index (self->clips, index);
}

/**
 * myna_voice_record_dup_clip_path:
 *
 * Returns: (transfer full): the path of the clip at @index
 */
char *
myna_voice_record_dup_clip_path (const MynaVoiceRecord *self, guint index)
{
  g_return_val_if_fail (self != NULL && index < self->clips->len, NULL);

  return g_build_filename (self->folder, myna_voice_record_get_clip (self, index)->file, NULL);
}

/**
 * myna_voice_record_dup_transcript:
 *
 * Returns: (transfer full) (nullable): what is said, one line a clip; %NULL when no clip has a text
 */
char *
myna_voice_record_dup_transcript (const MynaVoiceRecord *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean any = FALSE;

  g_return_val_if_fail (self != NULL, NULL);

  for (guint i = 0; i < self->clips->len; i++)
    {
      const char *transcript = myna_voice_record_get_clip (self, i)->transcript;

      if (i > 0)
        g_string_append_c (text, '\n');
      if (transcript != NULL)
        g_string_append (text, transcript);
      any |= transcript != NULL;
    }
  return any ? g_string_free_and_steal (g_steal_pointer (&text)) : NULL;
}

/* White space of any kind becomes one space, so that a clip's transcript stays one line. */
static char *
flatten (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_auto (GStrv) words = g_strsplit_set (valid, " \t\r\n\f\v", -1);
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      g_string_append_printf (line, "%s%s", line->len > 0 ? " " : "", words[i]);
  return line->len > 0 ? g_string_free_and_steal (g_steal_pointer (&line)) : NULL;
}

/**
 * myna_voice_record_set_clip_transcript:
 * @index: which clip
 * @text: (nullable): what is said in it; blank counts as %NULL
 */
void
myna_voice_record_set_clip_transcript (MynaVoiceRecord *self, guint index, const char *text)
{
  MynaVoiceClip *clip;

  g_return_if_fail (self != NULL && index < self->clips->len);

  clip = g_ptr_array_index (self->clips, index);
  g_free (clip->transcript);
  clip->transcript = text != NULL ? flatten (text) : NULL;
}

/**
 * myna_voice_record_set_transcript:
 * @text: (nullable): what is said: free text for one clip, else one line a clip; blank removes it
 * @error: return location
 *
 * Returns: %FALSE with FAILED when the lines do not match the clips
 */
gboolean
myna_voice_record_set_transcript (MynaVoiceRecord *self, const char *text, GError **error)
{
  g_autofree char *flat = NULL;
  g_auto (GStrv) lines = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  flat = text != NULL ? flatten (text) : NULL;
  if (flat != NULL && self->clips->len > 1)
    {
      lines = g_strsplit (text, "\n", -1);
      if (g_strv_length (lines) != self->clips->len)
        {
          g_set_error (error, MYNA_ERROR, MYNA_ERROR_FAILED,
                       ngettext ("The voice has %u clip: write its transcript in one line.",
                                 "The voice has %u clips: write one line of transcript for each.",
                                 self->clips->len),
                       self->clips->len);
          return FALSE;
        }
    }
  for (guint i = 0; i < self->clips->len; i++)
    myna_voice_record_set_clip_transcript (self, i, lines != NULL ? lines[i] : flat);
  return TRUE;
}

static gboolean
check_reference (MynaVoiceRecord *self, const MynaVoiceReference *reference, GError **error)
{
  if (reference->clip >= self->clips->len)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND,
                   ngettext ("There is no clip %u; the voice has %u clip.",
                             "There is no clip %u; the voice has %u clips.", self->clips->len),
                   reference->clip + 1, self->clips->len);
      return FALSE;
    }
  /* A tenth: decoders and files do not quite agree on lengths. */
  if (!(reference->start >= 0) ||
      !(reference->end <= myna_voice_record_get_clip (self, reference->clip)->duration + 0.1))
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_FAILED, _ ("Clip %u ends after %.1f seconds."),
                   reference->clip + 1,
                   myna_voice_record_get_clip (self, reference->clip)->duration);
      return FALSE;
    }
  return myna_voice_reference_check_length (reference->start, reference->end, error);
}

/**
 * myna_voice_record_set_reference:
 * @reference: (nullable): the part of a clip to imitate; %NULL: automatic
 * @error: return location
 *
 * Returns: %FALSE with NOT_FOUND (no such clip), FAILED (outside of it), TOO_SHORT or TOO_LARGE
 */
gboolean
myna_voice_record_set_reference (MynaVoiceRecord *self,
                                 const MynaVoiceReference *reference,
                                 GError **error)
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  if (reference != NULL && !check_reference (self, reference, error))
    return FALSE;
  text = reference != NULL && reference->text != NULL ? flatten (reference->text) : NULL;
  g_clear_pointer (&self->reference, myna_voice_reference_free);
  if (reference != NULL)
    self->reference =
        myna_voice_reference_new (reference->clip, reference->start, reference->end, text);
  return TRUE;
}

/**
 * myna_voice_record_get_duration:
 *
 * Returns: seconds of all clips
 */
double
myna_voice_record_get_duration (const MynaVoiceRecord *self)
{
  double duration = 0;

  g_return_val_if_fail (self != NULL, 0);

  for (guint i = 0; i < self->clips->len; i++)
    duration += myna_voice_record_get_clip (self, i)->duration;
  return duration;
}

static void
add_to_key (GChecksum *checksum, const char *text)
{
  /* The terminating zero keeps "a", "bc" apart from "ab", "c"; missing is not the same as empty. */
  g_checksum_update (checksum, (const guchar *) (text != NULL ? "+" : "-"), 1);
  if (text != NULL)
    g_checksum_update (checksum, (const guchar *) text, (gssize) strlen (text) + 1);
}

/* What an engine's cache depends on: another clip, transcript or language gives another key. */
static char *
dup_key (const MynaVoiceRecord *self)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  add_to_key (checksum, self->language);
  for (guint i = 0; i < self->clips->len; i++)
    {
      const MynaVoiceClip *clip = myna_voice_record_get_clip (self, i);

      add_to_key (checksum, clip->file);
      add_to_key (checksum, clip->sha256);
      add_to_key (checksum, clip->transcript);
    }
  return g_strndup (g_checksum_get_string (checksum), 16);
}

/**
 * myna_voice_record_dup_cache_path:
 * @engine: id of the speech engine
 *
 * The file name holds a key of all that the cache is made from, so a stale cache is never found.
 *
 * Returns: (transfer full): where the engine's cache of this voice belongs
 */
char *
myna_voice_record_dup_cache_path (const MynaVoiceRecord *self, const char *engine)
{
  g_autofree char *key = NULL;
  g_autofree char *name = NULL;

  g_return_val_if_fail (self != NULL && engine != NULL, NULL);

  key = dup_key (self);
  name = g_strdup_printf ("%s-%s.myna", engine, key);
  return g_build_filename (self->folder, "cache", name, NULL);
}

/* The clip is named by its file. */
static void
add_reference_json (const MynaVoiceRecord *self, JsonObject *object)
{
  const MynaVoiceReference *reference = self->reference;
  JsonObject *member;

  if (reference == NULL || reference->clip >= self->clips->len)
    return;
  member = json_object_new ();
  json_object_set_string_member (member, "clip",
                                 myna_voice_record_get_clip (self, reference->clip)->file);
  json_object_set_double_member (member, "start", reference->start);
  json_object_set_double_member (member, "end", reference->end);
  myna_sidecar_set_string (member, "text", reference->text);
  json_object_set_object_member (object, "reference", member);
}

static JsonObject *
clip_to_json (const MynaVoiceClip *clip)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "file", clip->file);
  myna_sidecar_set_string (object, "sha256", clip->sha256);
  json_object_set_double_member (object, "duration", clip->duration);
  myna_sidecar_set_string (object, "transcript", clip->transcript);
  myna_sidecar_set_string (object, "source", clip->source);
  return object;
}

/**
 * myna_voice_record_to_json:
 *
 * Returns: (transfer full): the content of voice.json
 */
JsonNode *
myna_voice_record_to_json (const MynaVoiceRecord *self)
{
  JsonObject *object = json_object_new ();
  JsonArray *clips = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  g_return_val_if_fail (self != NULL, NULL);

  json_object_set_int_member (object, "format", MYNA_VOICE_RECORD_FORMAT);
  json_object_set_string_member (object, "id", self->id);
  json_object_set_string_member (object, "name", self->name);
  json_object_set_string_member (object, "language", self->language);
  json_object_set_string_member (object, "consent", self->consent);
  json_object_set_int_member (object, "created", self->created);
  json_object_set_int_member (object, "removed", self->removed);
  for (guint i = 0; i < self->clips->len; i++)
    json_array_add_object_element (clips, clip_to_json (myna_voice_record_get_clip (self, i)));
  json_object_set_array_member (object, "clips", clips);
  add_reference_json (self, object);
  myna_sidecar_set_strv (object, "quality", (const char *const *) self->quality);
  myna_sidecar_set_strv (object, "engine-warnings", (const char *const *) self->engine_warnings);
  json_node_take_object (node, object);
  return node;
}

/* A name from a file must stay inside the voice's folder. */
static gboolean
is_plain_name (const char *name)
{
  return name != NULL && *name != '\0' && *name != '.' && strchr (name, '/') == NULL;
}

static gboolean
add_clip_from_json (MynaVoiceRecord *self, JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *file = object != NULL ? myna_sidecar_get_string (object, "file") : NULL;
  double duration = object != NULL ? myna_sidecar_get_double (object, "duration", 0) : 0;
  MynaVoiceClip *clip;

  if (!is_plain_name (file) || !(duration >= 0 && duration < 1e6))
    return FALSE;
  clip =
      myna_voice_record_add_clip (self, file, myna_sidecar_get_string (object, "sha256"), duration);
  clip->transcript = g_strdup (myna_sidecar_get_string (object, "transcript"));
  clip->source = g_strdup (myna_sidecar_get_string (object, "source"));
  return TRUE;
}

static gboolean
read_clips (MynaVoiceRecord *self, JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "clips");
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!add_clip_from_json (self, json_array_get_element (array, i)))
      return FALSE;
  return self->clips->len > 0;
}

/* A choice that makes no sense is none. */
static void
read_reference (MynaVoiceRecord *self, JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "reference");
  JsonObject *member =
      node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *file = member != NULL ? myna_sidecar_get_string (member, "clip") : NULL;

  for (guint i = 0; file != NULL && i < self->clips->len; i++)
    if (g_str_equal (myna_voice_record_get_clip (self, i)->file, file))
      {
        MynaVoiceReference reference = { i, myna_sidecar_get_double (member, "start", -1),
                                         myna_sidecar_get_double (member, "end", -1),
                                         (char *) myna_sidecar_get_string (member, "text") };

        myna_voice_record_set_reference (self, &reference, NULL);
        return;
      }
}

/**
 * myna_voice_record_from_json:
 * @folder: the voice's folder
 * @node: what voice.json holds; may be damaged or hostile
 * @error: return location
 *
 * Returns: (transfer full): the record; %NULL with CORRUPT or UNSUPPORTED (a newer format)
 */
MynaVoiceRecord *
myna_voice_record_from_json (const char *folder, JsonNode *node, GError **error)
{
  g_autoptr (MynaVoiceRecord) self = NULL;
  JsonObject *object;

  g_return_val_if_fail (folder != NULL && node != NULL, NULL);

  self = myna_voice_record_new (folder);
  object = json_node_get_object (node);
  if (myna_sidecar_get_int (object, "format", 0) > MYNA_VOICE_RECORD_FORMAT)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("The voice in “%s” was made by a newer Myna. Update Myna to use it."),
                   folder);
      return NULL;
    }
  self->id = g_strdup (myna_sidecar_get_string (object, "id"));
  self->name = g_strdup (myna_sidecar_get_string (object, "name"));
  self->language = g_strdup (myna_sidecar_get_string (object, "language"));
  self->consent = g_strdup (myna_sidecar_get_string (object, "consent"));
  self->created = myna_sidecar_get_int (object, "created", 0);
  self->removed = myna_sidecar_get_int (object, "removed", 0);
  self->quality = myna_sidecar_dup_strv (object, "quality");
  self->engine_warnings = myna_sidecar_dup_strv (object, "engine-warnings");
  if (!is_plain_name (self->id) || self->name == NULL || self->language == NULL ||
      self->consent == NULL || !read_clips (self, object))
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
                   _ ("The voice in “%s” is damaged and was not loaded."), folder);
      return NULL;
    }
  read_reference (self, object);
  return g_steal_pointer (&self);
}

/**
 * myna_voice_record_dup_path:
 *
 * Returns: (transfer full): the path of its voice.json
 */
char *
myna_voice_record_dup_path (const MynaVoiceRecord *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_build_filename (self->folder, "voice.json", NULL);
}

/**
 * myna_voice_record_load:
 * @folder: the voice's folder
 * @error: return location
 *
 * Reads voice.json. Blocking; any thread.
 *
 * Returns: (transfer full): the record; %NULL with NOT_FOUND, CORRUPT or UNSUPPORTED
 */
MynaVoiceRecord *
myna_voice_record_load (const char *folder, GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_return_val_if_fail (folder != NULL, NULL);

  path = g_build_filename (folder, "voice.json", NULL);
  node = myna_sidecar_read (path, error);
  return node != NULL ? myna_voice_record_from_json (folder, node, error) : NULL;
}
