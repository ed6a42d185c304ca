/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/myna-voice-private.h"

struct _MynaVoice
{
  GObject parent_instance;

  MynaVoiceRecord *record;
  char *transcript; /* derived from the record */
  char **warnings;  /* derived from the record */
  gboolean prepared;
};

enum
{
  PROP_0,
  PROP_ID,
  PROP_NAME,
  PROP_LANGUAGE,
  PROP_TRANSCRIPT,
  PROP_DURATION,
  PROP_N_CLIPS,
  PROP_CREATED,
  PROP_CONSENT,
  PROP_WARNINGS,
  PROP_PREPARED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MynaVoice, myna_voice, G_TYPE_OBJECT)

static void
myna_voice_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaVoice *self = MYNA_VOICE (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->record->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->record->name);
      break;
    case PROP_LANGUAGE:
      g_value_set_string (value, self->record->language);
      break;
    case PROP_TRANSCRIPT:
      g_value_set_string (value, self->transcript);
      break;
    case PROP_DURATION:
      g_value_set_double (value, myna_voice_get_duration (self));
      break;
    case PROP_N_CLIPS:
      g_value_set_uint (value, myna_voice_get_n_clips (self));
      break;
    case PROP_CREATED:
      g_value_set_int64 (value, self->record->created);
      break;
    case PROP_CONSENT:
      g_value_set_string (value, self->record->consent);
      break;
    case PROP_WARNINGS:
      g_value_set_boxed (value, self->warnings);
      break;
    case PROP_PREPARED:
      g_value_set_boolean (value, self->prepared);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_voice_finalize (GObject *object)
{
  MynaVoice *self = MYNA_VOICE (object);

  g_clear_pointer (&self->record, myna_voice_record_free);
  g_clear_pointer (&self->transcript, g_free);
  g_clear_pointer (&self->warnings, g_strfreev);
  G_OBJECT_CLASS (myna_voice_parent_class)->finalize (object);
}

static void
myna_voice_class_init (MynaVoiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = myna_voice_get_property;
  object_class->finalize = myna_voice_finalize;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_LANGUAGE] = g_param_spec_string ("language", NULL, NULL, NULL, flags);
  properties[PROP_TRANSCRIPT] = g_param_spec_string ("transcript", NULL, NULL, NULL, flags);
  properties[PROP_DURATION] =
      g_param_spec_double ("duration", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_N_CLIPS] = g_param_spec_uint ("n-clips", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_CREATED] =
      g_param_spec_int64 ("created", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_CONSENT] = g_param_spec_string ("consent", NULL, NULL, NULL, flags);
  properties[PROP_WARNINGS] = g_param_spec_boxed ("warnings", NULL, NULL, G_TYPE_STRV, flags);
  properties[PROP_PREPARED] = g_param_spec_boolean ("prepared", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
myna_voice_init (MynaVoice *self)
{
}

static char **
join_warnings (const MynaVoiceRecord *record)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (record->quality == NULL && record->engine_warnings == NULL)
    return NULL;
  if (record->quality != NULL)
    g_strv_builder_addv (builder, (const char **) record->quality);
  if (record->engine_warnings != NULL)
    g_strv_builder_addv (builder, (const char **) record->engine_warnings);
  return g_strv_builder_end (builder);
}

static void
take_record (MynaVoice *self, MynaVoiceRecord *record)
{
  g_clear_pointer (&self->record, myna_voice_record_free);
  g_clear_pointer (&self->transcript, g_free);
  g_clear_pointer (&self->warnings, g_strfreev);
  self->record = record;
  self->transcript = myna_voice_record_dup_transcript (record);
  self->warnings = join_warnings (record);
}

/**
 * myna_voice_new:
 * @record: (transfer full): its values
 *
 * Returns: (transfer full): a voice
 */
MynaVoice *
myna_voice_new (MynaVoiceRecord *record)
{
  MynaVoice *self;

  g_return_val_if_fail (record != NULL, NULL);

  self = g_object_new (MYNA_TYPE_VOICE, NULL);
  take_record (self, record);
  return self;
}

/**
 * myna_voice_set_record:
 * @record: (transfer full): its new values
 *
 * Changes the voice as a whole; properties that differ notify.
 */
void
myna_voice_set_record (MynaVoice *self, MynaVoiceRecord *record)
{
  g_autoptr (MynaVoiceRecord) old = NULL;
  g_autofree char *old_transcript = NULL;

  g_return_if_fail (MYNA_IS_VOICE (self));
  g_return_if_fail (record != NULL);

  old = g_steal_pointer (&self->record);
  old_transcript = g_steal_pointer (&self->transcript);
  take_record (self, record);

  g_object_freeze_notify (G_OBJECT (self));
  if (g_strcmp0 (old->name, record->name) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
  if (g_strcmp0 (old->language, record->language) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LANGUAGE]);
  if (g_strcmp0 (old_transcript, self->transcript) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TRANSCRIPT]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WARNINGS]);
  g_object_thaw_notify (G_OBJECT (self));
}

/**
 * myna_voice_set_prepared:
 * @prepared: whether the engine's cache is there and current
 */
void
myna_voice_set_prepared (MynaVoice *self, gboolean prepared)
{
  g_return_if_fail (MYNA_IS_VOICE (self));

  if (self->prepared == prepared)
    return;
  self->prepared = prepared;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PREPARED]);
}

/**
 * myna_voice_get_record:
 *
 * Returns: (transfer none): the voice as values; valid until the voice changes
 */
const MynaVoiceRecord *
myna_voice_get_record (MynaVoice *self)
{
  g_return_val_if_fail (MYNA_IS_VOICE (self), NULL);

  return self->record;
}

/**
 * myna_voice_get_id:
 *
 * Returns: (transfer none): its UUID
 */
const char *
myna_voice_get_id (MynaVoice *self)
{
  g_return_val_if_fail (MYNA_IS_VOICE (self), NULL);

  return self->record->id;
}

/**
 * myna_voice_get_name:
 *
 * Returns: (transfer none): the name, unique in the library
 */
const char *
myna_voice_get_name (MynaVoice *self)
{
  g_return_val_if_fail (MYNA_IS_VOICE (self), NULL);

  return self->record->name;
}

/**
 * myna_voice_get_language:
 *
 * Returns: (transfer none): code of the language that the person speaks in the clips
 */
const char *
myna_voice_get_language (MynaVoice *self)
{
  g_return_val_if_fail (MYNA_IS_VOICE (self), NULL);

  return self->record->language;
}

/**
 * myna_voice_get_transcript:
 *
 * Returns: (transfer none) (nullable): what is said, one line a clip
 */
const char *
myna_voice_get_transcript (MynaVoice *self)
{
  g_return_val_if_fail (MYNA_IS_VOICE (self), NULL);

  return self->transcript;
}

/**
 * myna_voice_get_duration:
 *
 * Returns: seconds of all clips
 */
double
myna_voice_get_duration (MynaVoice *self)
{
  g_return_val_if_fail (MYNA_IS_VOICE (self), 0);

  return myna_voice_record_get_duration (self->record);
}

/**
 * myna_voice_get_n_clips:
 *
 * Returns: number of reference clips
 */
guint
myna_voice_get_n_clips (MynaVoice *self)
{
  g_return_val_if_fail (MYNA_IS_VOICE (self), 0);

  return self->record->clips->len;
}

/**
 * myna_voice_dup_clip_path:
 * @index: below the number of clips
 *
 * Returns: (transfer full): the FLAC file of a clip
 */
char *
myna_voice_dup_clip_path (MynaVoice *self, guint index)
{
  g_return_val_if_fail (MYNA_IS_VOICE (self), NULL);

  return myna_voice_record_dup_clip_path (self->record, index);
}

/**
 * myna_voice_get_warnings:
 *
 * Returns: (transfer none) (nullable): findings about the sample, in plain words
 */
const char *const *
myna_voice_get_warnings (MynaVoice *self)
{
  g_return_val_if_fail (MYNA_IS_VOICE (self), NULL);

  return (const char *const *) self->warnings;
}

/**
 * myna_voice_get_created:
 *
 * Returns: unix seconds
 */
gint64
myna_voice_get_created (MynaVoice *self)
{
  g_return_val_if_fail (MYNA_IS_VOICE (self), 0);

  return self->record->created;
}

/**
 * myna_voice_get_prepared:
 *
 * Returns: whether the engine's cache is there and current
 */
gboolean
myna_voice_get_prepared (MynaVoice *self)
{
  g_return_val_if_fail (MYNA_IS_VOICE (self), FALSE);

  return self->prepared;
}

/**
 * myna_voice_region_new:
 * @path: audio or video file
 * @stream: stream index, -1 for the best
 * @start: seconds
 * @end: seconds, <= 0 for the end of the file
 * @transcript: (nullable): what is said in it
 *
 * Returns: (transfer full): a region of a file
 */
MynaVoiceRegion *
myna_voice_region_new (
    const char *path, int stream, double start, double end, const char *transcript)
{
  MynaVoiceRegion *self;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_new0 (MynaVoiceRegion, 1);
  self->path = g_strdup (path);
  self->stream = stream;
  self->start = start;
  self->end = end;
  self->transcript = g_strdup (transcript);
  return self;
}

/**
 * myna_voice_region_copy:
 *
 * Returns: (transfer full): a copy
 */
MynaVoiceRegion *
myna_voice_region_copy (const MynaVoiceRegion *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return myna_voice_region_new (self->path, self->stream, self->start, self->end, self->transcript);
}

/**
 * myna_voice_region_free:
 * @self: (nullable) (transfer full): a region
 */
void
myna_voice_region_free (MynaVoiceRegion *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_free (self->transcript);
  g_free (self);
}
