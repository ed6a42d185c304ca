/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-recorder.h"

#include <glib/gi18n-lib.h>

#include "engine/audio/myna-capture.h"
#include "engine/audio/myna-portaudio.h"
#include "engine/core/myna-error.h"

/* 20 times a second. */
#define TICK_MS 50

struct _MynaRecorder
{
  GObject parent_instance;

  MynaCapture *capture;
  char *device_id;
  GArray *peaks; /* float */
  guint tick_id;

  gboolean monitor_wanted;
  gboolean paused;
  guint n_stopping;
  MynaCaptureState state; /* as of the last tick */
};

enum
{
  PROP_0,
  PROP_MONITORING,
  PROP_RECORDING,
  PROP_PAUSED,
  PROP_LEVEL,
  PROP_PEAK,
  PROP_CLIPPED,
  PROP_ELAPSED,
  PROP_ERROR,
  N_PROPS
};

enum
{
  SIGNAL_PEAKS_ADDED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaRecorder, myna_recorder, G_TYPE_OBJECT)

static void
notify_changes (MynaRecorder *self, const MynaCaptureState *before)
{
  const MynaCaptureState *now = &self->state;
  const gboolean changed[N_PROPS] = {
    [PROP_MONITORING] = before->open != now->open,
    [PROP_RECORDING] = before->recording != now->recording,
    [PROP_LEVEL] = before->level != now->level,
    [PROP_PEAK] = before->peak != now->peak,
    [PROP_CLIPPED] = before->clipped != now->clipped,
    [PROP_ELAPSED] = before->elapsed != now->elapsed,
    [PROP_ERROR] = g_strcmp0 (before->error, now->error) != 0,
  };

  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 1; i < N_PROPS; i++)
    if (changed[i])
      g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
set_paused (MynaRecorder *self, gboolean paused)
{
  if (self->paused == paused)
    return;
  self->paused = paused;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
}

/* Brings what the capture knows into the properties. */
static void
update (MynaRecorder *self)
{
  MynaCaptureState before = self->state;
  guint n_before = self->peaks->len;

  myna_capture_get_state (self->capture, &self->state, self->peaks);
  if (!self->state.open)
    self->state.level = self->state.peak = 0;
  if (self->peaks->len > n_before)
    g_signal_emit (self, signals[SIGNAL_PEAKS_ADDED], 0, n_before, self->peaks->len - n_before);
  if (!self->state.recording)
    set_paused (self, FALSE);
  notify_changes (self, &before);
  myna_capture_state_clear (&before);
}

static gboolean
tick_cb (gpointer user_data)
{
  g_autoptr (MynaRecorder) self = g_object_ref (user_data);

  g_assert (MYNA_IS_RECORDER (self));

  update (self);
  if (!self->state.open)
    self->monitor_wanted = FALSE;
  if (self->state.recording || self->n_stopping > 0 || self->monitor_wanted)
    return G_SOURCE_CONTINUE;
  if (self->state.open)
    {
      myna_capture_close (self->capture);
      update (self);
    }
  self->tick_id = 0;
  return G_SOURCE_REMOVE;
}

static void
ensure_ticking (MynaRecorder *self)
{
  if (self->tick_id == 0)
    self->tick_id = g_timeout_add (TICK_MS, tick_cb, self);
  update (self);
}

static void
myna_recorder_dispose (GObject *object)
{
  MynaRecorder *self = MYNA_RECORDER (object);

  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_pointer (&self->capture, myna_capture_release);
  G_OBJECT_CLASS (myna_recorder_parent_class)->dispose (object);
}

static void
myna_recorder_finalize (GObject *object)
{
  MynaRecorder *self = MYNA_RECORDER (object);

  g_free (self->device_id);
  g_array_unref (self->peaks);
  myna_capture_state_clear (&self->state);
  G_OBJECT_CLASS (myna_recorder_parent_class)->finalize (object);
}

static void
myna_recorder_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaRecorder *self = MYNA_RECORDER (object);

  switch (prop_id)
    {
    case PROP_MONITORING:
      g_value_set_boolean (value, self->state.open);
      break;
    case PROP_RECORDING:
      g_value_set_boolean (value, self->state.recording);
      break;
    case PROP_PAUSED:
      g_value_set_boolean (value, self->paused);
      break;
    case PROP_LEVEL:
      g_value_set_double (value, self->state.level);
      break;
    case PROP_PEAK:
      g_value_set_double (value, self->state.peak);
      break;
    case PROP_CLIPPED:
      g_value_set_boolean (value, self->state.clipped);
      break;
    case PROP_ELAPSED:
      g_value_set_double (value, self->state.elapsed);
      break;
    case PROP_ERROR:
      g_value_set_string (value, self->state.error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_recorder_class_init (MynaRecorderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = myna_recorder_dispose;
  object_class->finalize = myna_recorder_finalize;
  object_class->get_property = myna_recorder_get_property;

  properties[PROP_MONITORING] = g_param_spec_boolean ("monitoring", NULL, NULL, FALSE, flags);
  properties[PROP_RECORDING] = g_param_spec_boolean ("recording", NULL, NULL, FALSE, flags);
  properties[PROP_PAUSED] = g_param_spec_boolean ("paused", NULL, NULL, FALSE, flags);
  properties[PROP_LEVEL] = g_param_spec_double ("level", NULL, NULL, 0, 1, 0, flags);
  properties[PROP_PEAK] = g_param_spec_double ("peak", NULL, NULL, 0, 1, 0, flags);
  properties[PROP_CLIPPED] = g_param_spec_boolean ("clipped", NULL, NULL, FALSE, flags);
  properties[PROP_ELAPSED] = g_param_spec_double ("elapsed", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_PEAKS_ADDED] =
      g_signal_new ("peaks-added", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
}

static void
myna_recorder_init (MynaRecorder *self)
{
  self->capture = myna_capture_new (MYNA_RECORDER_PEAK_SECONDS);
  self->device_id = g_strdup ("");
  self->peaks = g_array_new (FALSE, FALSE, sizeof (float));
}

/**
 * myna_recorder_new:
 *
 * Main thread, as all of the recorder. Opens nothing yet.
 *
 * Returns: (transfer full): a recorder
 */
MynaRecorder *
myna_recorder_new (void)
{
  return g_object_new (MYNA_TYPE_RECORDER, NULL);
}

/**
 * myna_recorder_set_device:
 * @self: a recorder
 * @device_id: (nullable): id of a MynaAudioDevice; %NULL or "" for the system's default
 *
 * Chooses the microphone: at once when it is only measured, for the next time when it records.
 */
void
myna_recorder_set_device (MynaRecorder *self, const char *device_id)
{
  g_return_if_fail (MYNA_IS_RECORDER (self));

  if (device_id == NULL)
    device_id = "";
  if (!g_set_str (&self->device_id, device_id))
    return;
  if (!self->state.open || self->state.recording || self->n_stopping > 0)
    return;
  myna_capture_close (self->capture);
  myna_capture_open (self->capture, self->device_id);
  ensure_ticking (self);
}

/* Answers at once when it was found a moment ago that there is nothing to record with. */
static gboolean
check_device (MynaRecorder *self, GError **error)
{
  if (self->state.open || !myna_portaudio_is_known_missing (MYNA_SOUND_INPUT))
    return TRUE;
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_NO_DEVICE,
                       _ ("No microphone was found. Connect one and try again."));
  return FALSE;
}

/**
 * myna_recorder_start_monitoring:
 * @self: a recorder
 * @error: (out): MYNA_ERROR_NO_DEVICE
 *
 * Opens the microphone in the background and measures it. What fails later is in the "error"
 * property, and "monitoring" is FALSE again.
 *
 * Returns: FALSE when it is known already that there is no microphone
 */
gboolean
myna_recorder_start_monitoring (MynaRecorder *self, GError **error)
{
  g_return_val_if_fail (MYNA_IS_RECORDER (self), FALSE);

  if (!check_device (self, error))
    return FALSE;
  self->monitor_wanted = TRUE;
  myna_capture_open (self->capture, self->device_id);
  ensure_ticking (self);
  return TRUE;
}

/**
 * myna_recorder_stop_monitoring:
 * @self: a recorder
 *
 * Closes the microphone; when it records, at the end of the recording.
 */
void
myna_recorder_stop_monitoring (MynaRecorder *self)
{
  g_return_if_fail (MYNA_IS_RECORDER (self));

  self->monitor_wanted = FALSE;
  if (!self->state.open || self->state.recording || self->n_stopping > 0)
    return;
  myna_capture_close (self->capture);
  update (self);
}

/**
 * myna_recorder_start:
 * @self: a recorder that does not record
 * @path: (type filename): the FLAC file to make; while it is made it is at @path + ".incomplete"
 * @error: (out): MYNA_ERROR_NO_DEVICE
 *
 * Records the microphone, mono, at its own rate. What fails later ends the recording, is in the
 * "error" property and is the result of myna_recorder_stop_async ().
 *
 * Returns: FALSE when it is known already that it cannot record
 */
gboolean
myna_recorder_start (MynaRecorder *self, const char *path, GError **error)
{
  g_return_val_if_fail (MYNA_IS_RECORDER (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (!self->state.recording && self->n_stopping == 0, FALSE);

  if (!check_device (self, error))
    return FALSE;
  g_array_set_size (self->peaks, 0);
  myna_capture_start (self->capture, self->device_id, path);
  ensure_ticking (self);
  return TRUE;
}

/**
 * myna_recorder_pause:
 * @self: a recorder
 *
 * Leaves out what is said from now on; the level is still measured.
 */
void
myna_recorder_pause (MynaRecorder *self)
{
  g_return_if_fail (MYNA_IS_RECORDER (self));

  if (!self->state.recording || self->paused)
    return;
  myna_capture_pause (self->capture);
  set_paused (self, TRUE);
}

/**
 * myna_recorder_resume:
 * @self: a recorder
 *
 * Records again after a pause, to the same file.
 */
void
myna_recorder_resume (MynaRecorder *self)
{
  g_return_if_fail (MYNA_IS_RECORDER (self));

  if (!self->state.recording || !self->paused)
    return;
  myna_capture_resume (self->capture);
  set_paused (self, FALSE);
}

static void
stopped_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  MynaRecorder *self = MYNA_RECORDER (object);
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  g_assert (G_IS_TASK (task));

  self->n_stopping--;
  if (self->capture != NULL)
    update (self);
  if (g_task_propagate_boolean (G_TASK (result), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * myna_recorder_stop_async:
 * @self: a recorder
 * @cancellable: (nullable): ignored: a file that is being finished is finished
 * @callback: called when the file is done
 * @user_data: for @callback
 *
 * Ends the recording after what was said until now and closes the file; the microphone too unless
 * it was being measured before.
 */
void
myna_recorder_stop_async (MynaRecorder *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MYNA_IS_RECORDER (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, myna_recorder_stop_async);
  self->n_stopping++;
  myna_capture_stop (self->capture, g_task_new (self, NULL, stopped_cb, task));
  ensure_ticking (self);
}

/**
 * myna_recorder_stop_finish:
 * @self: a recorder
 * @result: from the callback
 * @error: (out): MYNA_ERROR_DEVICE_LOST when the audio has gaps or the device went away,
 *   MYNA_ERROR_NO_SPACE, MYNA_ERROR_NO_DEVICE
 *
 * Returns: whether the file is there and holds all that was said
 */
gboolean
myna_recorder_stop_finish (MynaRecorder *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (MYNA_IS_RECORDER (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * myna_recorder_get_level:
 * @self: a recorder
 *
 * Returns: root mean square of the last 50 ms, linear 0 … 1
 */
double
myna_recorder_get_level (MynaRecorder *self)
{
  g_return_val_if_fail (MYNA_IS_RECORDER (self), 0);
  return self->state.level;
}

/**
 * myna_recorder_get_peak:
 * @self: a recorder
 *
 * Returns: highest sample of the last 1.5 s, linear 0 … 1
 */
double
myna_recorder_get_peak (MynaRecorder *self)
{
  g_return_val_if_fail (MYNA_IS_RECORDER (self), 0);
  return self->state.peak;
}

/**
 * myna_recorder_get_clipped:
 * @self: a recorder
 *
 * Returns: whether the scale was exceeded since the recording, or else the measuring, began
 */
gboolean
myna_recorder_get_clipped (MynaRecorder *self)
{
  g_return_val_if_fail (MYNA_IS_RECORDER (self), FALSE);
  return self->state.clipped;
}

/**
 * myna_recorder_get_elapsed:
 * @self: a recorder
 *
 * Returns: seconds recorded, pauses left out
 */
double
myna_recorder_get_elapsed (MynaRecorder *self)
{
  g_return_val_if_fail (MYNA_IS_RECORDER (self), 0);
  return self->state.elapsed;
}

/**
 * myna_recorder_get_recording:
 * @self: a recorder
 *
 * Returns: whether a file is being recorded, paused or not
 */
gboolean
myna_recorder_get_recording (MynaRecorder *self)
{
  g_return_val_if_fail (MYNA_IS_RECORDER (self), FALSE);
  return self->state.recording;
}

/**
 * myna_recorder_get_error:
 * @self: a recorder
 *
 * Returns: (nullable): what went wrong since the microphone was opened or the recording started
 */
const char *
myna_recorder_get_error (MynaRecorder *self)
{
  g_return_val_if_fail (MYNA_IS_RECORDER (self), NULL);
  return self->state.error;
}

/**
 * myna_recorder_get_peaks:
 * @self: a recorder
 *
 * Returns: (element-type float) (transfer none): the waveform of the recording so far, one peak
 *   0 … 1 per MYNA_RECORDER_PEAK_SECONDS
 */
GArray *
myna_recorder_get_peaks (MynaRecorder *self)
{
  g_return_val_if_fail (MYNA_IS_RECORDER (self), NULL);
  return self->peaks;
}
