/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-audio-device.h"

struct _MynaAudioDevice
{
  GObject parent_instance;

  char *id;
  char *name;
  gboolean is_input;
};

enum
{
  PROP_0,
  PROP_ID,
  PROP_NAME,
  PROP_IS_INPUT,
  PROP_IS_OUTPUT,
  N_PROPS
};

static GParamSpec *device_properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MynaAudioDevice, myna_audio_device, G_TYPE_OBJECT)

static void
myna_audio_device_finalize (GObject *object)
{
  MynaAudioDevice *self = MYNA_AUDIO_DEVICE (object);

  g_free (self->id);
  g_free (self->name);
  G_OBJECT_CLASS (myna_audio_device_parent_class)->finalize (object);
}

static void
myna_audio_device_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaAudioDevice *self = MYNA_AUDIO_DEVICE (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_IS_INPUT:
      g_value_set_boolean (value, self->is_input);
      break;
    case PROP_IS_OUTPUT:
      g_value_set_boolean (value, !self->is_input);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_audio_device_class_init (MynaAudioDeviceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = myna_audio_device_finalize;
  object_class->get_property = myna_audio_device_get_property;

  device_properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  device_properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  device_properties[PROP_IS_INPUT] = g_param_spec_boolean ("is-input", NULL, NULL, FALSE, flags);
  device_properties[PROP_IS_OUTPUT] = g_param_spec_boolean ("is-output", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, device_properties);
}

static void
myna_audio_device_init (MynaAudioDevice *self)
{
}

/**
 * myna_audio_device_get_id:
 * @self: a device
 *
 * Returns: the id that settings keep and that the recorder and the player take; "" is the system's
 *   default. Any thread: a device never changes.
 */
const char *
myna_audio_device_get_id (MynaAudioDevice *self)
{
  g_return_val_if_fail (MYNA_IS_AUDIO_DEVICE (self), NULL);
  return self->id;
}

/**
 * myna_audio_device_get_name:
 * @self: a device
 *
 * Returns: the name to show. Any thread.
 */
const char *
myna_audio_device_get_name (MynaAudioDevice *self)
{
  g_return_val_if_fail (MYNA_IS_AUDIO_DEVICE (self), NULL);
  return self->name;
}

/**
 * myna_audio_device_new:
 * @id: stable id
 * @name: for people
 * @is_input: a microphone, else an output
 *
 * Returns: (transfer full): the device. Any thread.
 */
MynaAudioDevice *
myna_audio_device_new (const char *id, const char *name, gboolean is_input)
{
  MynaAudioDevice *self = g_object_new (MYNA_TYPE_AUDIO_DEVICE, NULL);

  g_return_val_if_fail (id != NULL && name != NULL, self);

  self->id = g_strdup (id);
  self->name = g_strdup (name);
  self->is_input = is_input;
  return self;
}
