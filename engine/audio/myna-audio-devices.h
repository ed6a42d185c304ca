/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/audio/myna-audio-device.h"

G_BEGIN_DECLS

#define MYNA_TYPE_AUDIO_DEVICES (myna_audio_devices_get_type ())
/**
 * MynaAudioDevices:
 *
 * The devices of one direction as a GListModel of MynaAudioDevice, "System default" first when any
 * exists; refreshed on hot-plug. Empty when the machine has none. Main thread only.
 */
G_DECLARE_FINAL_TYPE (MynaAudioDevices, myna_audio_devices, MYNA, AUDIO_DEVICES, GObject)
MynaAudioDevices *myna_audio_devices_new_inputs (void);
MynaAudioDevices *myna_audio_devices_new_outputs (void);

G_END_DECLS
