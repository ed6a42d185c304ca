/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-audio-devices.h"

#include <string.h>

#include "engine/audio/myna-portaudio.h"
#include "engine/core/myna-mailbox.h"

/* A device that was plugged in gives several file events, and is usable a moment later. */
#define SETTLE_MS 700
/* While something is recorded or played the hardware cannot be looked at. */
#define RETRY_MS 2000

struct _MynaAudioDevices
{
  GObject parent_instance;

  MynaSoundDirection direction;
  GPtrArray *devices;  /* MynaAudioDevice */
  GPtrArray *monitors; /* GFileMonitor of what changes when hardware does */
  guint settle_id;
};

static GType
get_item_type (GListModel *model)
{
  return MYNA_TYPE_AUDIO_DEVICE;
}

static guint
get_n_items (GListModel *model)
{
  MynaAudioDevices *self = MYNA_AUDIO_DEVICES (model);

  return self->devices->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  MynaAudioDevices *self = MYNA_AUDIO_DEVICES (model);

  if (position >= self->devices->len)
    return NULL;
  return g_object_ref (g_ptr_array_index (self->devices, position));
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaAudioDevices,
                               myna_audio_devices,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

/* One look at the hardware: asked on the main thread, done on the sound thread, answered on the
 * main thread. */
typedef struct
{
  GWeakRef devices;
  MynaSoundDirection direction;
  gint64 asked_at;
  gboolean in_vain; /* what is found is of an earlier look */
  GPtrArray *found;
} Look;

/* Looks that are done. Lives as long as the process. */
static MynaMailbox *looks;

static void
look_free (gpointer data)
{
  Look *look = data;

  g_weak_ref_clear (&look->devices);
  g_clear_pointer (&look->found, g_ptr_array_unref);
  g_free (look);
}

static gboolean
device_equals (MynaAudioDevice *device, const MynaSoundDevice *sound)
{
  return strcmp (myna_audio_device_get_id (device), sound->id) == 0 &&
         strcmp (myna_audio_device_get_name (device), sound->name) == 0;
}

static gboolean
is_same (MynaAudioDevices *self, GPtrArray *found)
{
  if (found->len != self->devices->len)
    return FALSE;
  for (guint i = 0; i < found->len; i++)
    if (!device_equals (g_ptr_array_index (self->devices, i), g_ptr_array_index (found, i)))
      return FALSE;
  return TRUE;
}

static void
take_found (MynaAudioDevices *self, GPtrArray *found)
{
  guint n_before = self->devices->len;

  if (is_same (self, found))
    return;
  g_ptr_array_set_size (self->devices, 0);
  for (guint i = 0; i < found->len; i++)
    {
      MynaSoundDevice *sound = g_ptr_array_index (found, i);

      g_ptr_array_add (self->devices, myna_audio_device_new (sound->id, sound->name,
                                                             self->direction == MYNA_SOUND_INPUT));
    }
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, found->len);
}

static gboolean settled_cb (gpointer user_data);

static gboolean
looked_cb (gpointer user_data)
{
  Look *look = myna_mailbox_try_pop (looks);
  g_autoptr (MynaAudioDevices) self = NULL;

  g_assert (look != NULL && look->found != NULL);

  self = g_weak_ref_get (&look->devices);
  if (self != NULL)
    {
      take_found (self, look->found);
      if (look->in_vain && self->settle_id == 0)
        self->settle_id = g_timeout_add (RETRY_MS, settled_cb, self);
    }
  look_free (look);
  return G_SOURCE_REMOVE;
}

static void
look_on_sound_thread (gpointer user_data)
{
  Look *look = user_data;

  g_assert (look->found == NULL);

  look->in_vain = !myna_portaudio_refresh (look->asked_at);
  look->found = myna_portaudio_list (look->direction);
  myna_mailbox_push (looks, look);
  g_idle_add_full (G_PRIORITY_DEFAULT, looked_cb, NULL, NULL);
}

static void
look_for_devices (MynaAudioDevices *self)
{
  Look *look = g_new0 (Look, 1);

  if (looks == NULL)
    looks = myna_mailbox_new (look_free);
  g_weak_ref_init (&look->devices, self);
  look->direction = self->direction;
  look->asked_at = g_get_monotonic_time ();
  myna_portaudio_post (look_on_sound_thread, look);
}

static gboolean
settled_cb (gpointer user_data)
{
  MynaAudioDevices *self = user_data;

  g_assert (MYNA_IS_AUDIO_DEVICES (self));

  self->settle_id = 0;
  look_for_devices (self);
  return G_SOURCE_REMOVE;
}

static void
hardware_changed_cb (MynaAudioDevices *self)
{
  g_assert (MYNA_IS_AUDIO_DEVICES (self));

  g_clear_handle_id (&self->settle_id, g_source_remove);
  self->settle_id = g_timeout_add (SETTLE_MS, settled_cb, self);
}

static void
watch_folder (MynaAudioDevices *self, const char *path)
{
  g_autoptr (GFile) folder = g_file_new_for_path (path);
  g_autoptr (GFileMonitor) monitor = NULL;

  monitor = g_file_monitor_directory (folder, G_FILE_MONITOR_NONE, NULL, NULL);
  if (monitor == NULL)
    return;
  g_signal_connect_swapped (monitor, "changed", G_CALLBACK (hardware_changed_cb), self);
  g_ptr_array_add (self->monitors, g_steal_pointer (&monitor));
}

/* Cards come and go as nodes in /dev/snd; a sound server that starts or ends moves its socket. */
static void
watch_hardware (MynaAudioDevices *self)
{
  g_autofree char *pulse = g_build_filename (g_get_user_runtime_dir (), "pulse", NULL);

  watch_folder (self, "/dev/snd");
  watch_folder (self, pulse);
}

static void
myna_audio_devices_dispose (GObject *object)
{
  MynaAudioDevices *self = MYNA_AUDIO_DEVICES (object);

  for (guint i = 0; i < self->monitors->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->monitors, i), self);
  g_ptr_array_set_size (self->monitors, 0);
  g_clear_handle_id (&self->settle_id, g_source_remove);
  G_OBJECT_CLASS (myna_audio_devices_parent_class)->dispose (object);
}

static void
myna_audio_devices_finalize (GObject *object)
{
  MynaAudioDevices *self = MYNA_AUDIO_DEVICES (object);

  g_ptr_array_unref (self->devices);
  g_ptr_array_unref (self->monitors);
  G_OBJECT_CLASS (myna_audio_devices_parent_class)->finalize (object);
}

static void
myna_audio_devices_class_init (MynaAudioDevicesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = myna_audio_devices_dispose;
  object_class->finalize = myna_audio_devices_finalize;
}

static void
myna_audio_devices_init (MynaAudioDevices *self)
{
  self->devices = g_ptr_array_new_with_free_func (g_object_unref);
  self->monitors = g_ptr_array_new_with_free_func (g_object_unref);
}

static MynaAudioDevices *
devices_new (MynaSoundDirection direction)
{
  MynaAudioDevices *self = g_object_new (MYNA_TYPE_AUDIO_DEVICES, NULL);

  self->direction = direction;
  watch_hardware (self);
  look_for_devices (self);
  return self;
}

/**
 * myna_audio_devices_new_inputs:
 *
 * Main thread. The list is empty at first and filled within the next moments.
 *
 * Returns: (transfer full): the microphones, kept up to date
 */
MynaAudioDevices *
myna_audio_devices_new_inputs (void)
{
  return devices_new (MYNA_SOUND_INPUT);
}

/**
 * myna_audio_devices_new_outputs:
 *
 * Main thread. The list is empty at first and filled within the next moments.
 *
 * Returns: (transfer full): the sound outputs, kept up to date
 */
MynaAudioDevices *
myna_audio_devices_new_outputs (void)
{
  return devices_new (MYNA_SOUND_OUTPUT);
}
