/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define MYNA_TYPE_AUDIO_DEVICE (myna_audio_device_get_type ())
/**
 * MynaAudioDevice:
 *
 * A sound device by stable id ("" = system default) and friendly name. Immutable.
 * Properties: "id", "name", "is-input", "is-output".
 */
G_DECLARE_FINAL_TYPE (MynaAudioDevice, myna_audio_device, MYNA, AUDIO_DEVICE, GObject)
MynaAudioDevice *myna_audio_device_new (const char *id, const char *name, gboolean is_input);
const char *myna_audio_device_get_id (MynaAudioDevice *self);
const char *myna_audio_device_get_name (MynaAudioDevice *self);

G_END_DECLS
