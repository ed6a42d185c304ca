/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/lipsync/myna-speech-source.h"

struct _MynaSpeechSource
{
  GObject parent_instance;

  MynaTake *take; /* or */
  char *path;
  char *name; /* of the file */
};

G_DEFINE_FINAL_TYPE (MynaSpeechSource, myna_speech_source, G_TYPE_OBJECT)

enum
{
  PROP_NAME = 1,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
name_cb (MynaSpeechSource *self)
{
  g_assert (MYNA_IS_SPEECH_SOURCE (self));

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
}

static void
myna_speech_source_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, myna_speech_source_get_name (MYNA_SPEECH_SOURCE (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
myna_speech_source_finalize (GObject *object)
{
  MynaSpeechSource *self = MYNA_SPEECH_SOURCE (object);

  g_clear_object (&self->take);
  g_free (self->path);
  g_free (self->name);
  G_OBJECT_CLASS (myna_speech_source_parent_class)->finalize (object);
}

static void
myna_speech_source_class_init (MynaSpeechSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = myna_speech_source_get_property;
  object_class->finalize = myna_speech_source_finalize;
  properties[PROP_NAME] =
      g_param_spec_string ("name", NULL, NULL, NULL,
                           G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
myna_speech_source_init (MynaSpeechSource *self)
{
}

/**
 * myna_speech_source_new_for_take:
 * @take: a take with finished speech
 *
 * Returns: (transfer full): the take as a speech
 */
MynaSpeechSource *
myna_speech_source_new_for_take (MynaTake *take)
{
  MynaSpeechSource *self;

  g_return_val_if_fail (MYNA_IS_TAKE (take), NULL);

  self = g_object_new (MYNA_TYPE_SPEECH_SOURCE, NULL);
  self->take = g_object_ref (take);
  g_signal_connect_object (take, "notify::name", G_CALLBACK (name_cb), self, G_CONNECT_SWAPPED);
  return self;
}

/**
 * myna_speech_source_new_for_file:
 * @path: an audio or video file
 *
 * Returns: (transfer full): the file as a speech
 */
MynaSpeechSource *
myna_speech_source_new_for_file (const char *path)
{
  MynaSpeechSource *self;
  g_autofree char *base = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  base = g_path_get_basename (path);
  self = g_object_new (MYNA_TYPE_SPEECH_SOURCE, NULL);
  self->path = g_strdup (path);
  self->name = g_filename_display_name (base);
  return self;
}

/**
 * myna_speech_source_get_name:
 *
 * Returns: (transfer none): what the user knows it by
 */
const char *
myna_speech_source_get_name (MynaSpeechSource *self)
{
  g_return_val_if_fail (MYNA_IS_SPEECH_SOURCE (self), NULL);

  return self->take != NULL ? myna_take_get_name (self->take) : self->name;
}

/**
 * myna_speech_source_get_take:
 *
 * Returns: (transfer none) (nullable): the take; %NULL for a file
 */
MynaTake *
myna_speech_source_get_take (MynaSpeechSource *self)
{
  g_return_val_if_fail (MYNA_IS_SPEECH_SOURCE (self), NULL);

  return self->take;
}

/**
 * myna_speech_source_get_path:
 *
 * Returns: (transfer none) (nullable): the file; %NULL for a take
 */
const char *
myna_speech_source_get_path (MynaSpeechSource *self)
{
  g_return_val_if_fail (MYNA_IS_SPEECH_SOURCE (self), NULL);

  return self->path;
}

/**
 * myna_speech_source_apply:
 * @request: gets this speech
 */
void
myna_speech_source_apply (MynaSpeechSource *self, MynaLipsyncRequest *request)
{
  g_return_if_fail (MYNA_IS_SPEECH_SOURCE (self) && request != NULL);

  g_set_str (&request->take, self->take != NULL ? myna_take_get_id (self->take) : NULL);
  g_set_str (&request->audio, self->path);
}
