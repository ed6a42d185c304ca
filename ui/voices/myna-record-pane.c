/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/voices/myna-record-pane.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "engine/audio/myna-audio-devices.h"
#include "engine/core/myna-error.h"
#include "ui/widgets/myna-level-bar.h"
#include "ui/widgets/myna-time-text.h"
#include "ui/widgets/myna-waveform.h"

/* Peaks of speech, linear: -50 dB is a silent room, -24 dB somebody far away. */
#define SILENT_PEAK 0.003
#define QUIET_PEAK 0.063
#define LOUD_PEAK 0.5 /* -6 dBFS, where the meter changes its colour, too */

/* What becomes of a recording that is being stopped. */
typedef enum
{
  AFTER_STOP_FINISH,
  AFTER_STOP_RESTART,
  AFTER_STOP_DISCARD,
} AfterStop;

struct _MynaRecordPane
{
  AdwBin parent_instance;

  /* Template widgets */
  GtkStack *stack;
  AdwComboRow *device_row;
  MynaLevelBar *level_bar;
  GtkLabel *level_label;
  AdwSwitchRow *text_switch;
  GtkLabel *text_label;
  MynaWaveform *waveform;
  GtkLabel *elapsed_label;
  GtkButton *pause_button;
  GtkButton *record_button;
  GtkButton *restart_button;
  GtkWidget *failure_box;
  GtkLabel *failure_label;
  GtkWidget *keep_button;

  /* Owned references */
  MynaAudioDevices *devices;
  MynaRecorder *recorder;
  MynaScratch *scratch;
  GSettings *settings;

  /* State */
  char *path;         /* of the recording that is made, or was made last */
  gboolean recording; /* from start to the end of stopping */
  gboolean stopping;
  gboolean selecting;
};

enum
{
  PROP_0,
  PROP_RECORDING,
  N_PROPS
};

enum
{
  RECORDED,
  CHOOSE_FILES,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaRecordPane, myna_record_pane, ADW_TYPE_BIN)

static gboolean
get_paused (MynaRecordPane *self)
{
  gboolean paused = FALSE;

  g_object_get (self->recorder, "paused", &paused, NULL);
  return paused;
}

static void
sync_buttons (MynaRecordPane *self)
{
  gboolean running = self->recording && !self->stopping;
  gboolean paused = running && get_paused (self);

  g_assert (MYNA_IS_RECORD_PANE (self));

  gtk_button_set_icon_name (self->record_button, self->recording ? "media-playback-stop-symbolic"
                                                                 : "media-record-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->record_button),
                               self->recording ? _ ("Stop (R)") : _ ("Record (R)"));
  gtk_widget_set_sensitive (GTK_WIDGET (self->record_button), !self->stopping);
  gtk_widget_set_sensitive (GTK_WIDGET (self->pause_button), running);
  gtk_widget_set_sensitive (GTK_WIDGET (self->restart_button), running);
  gtk_widget_set_sensitive (GTK_WIDGET (self->device_row), !self->recording);
  gtk_widget_set_sensitive (GTK_WIDGET (self->text_switch), !self->recording);
  gtk_button_set_icon_name (self->pause_button,
                            paused ? "media-record-symbolic" : "media-playback-pause-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->pause_button),
                               paused ? _ ("Continue Recording") : _ ("Pause"));
}

static void
set_recording (MynaRecordPane *self, gboolean recording)
{
  g_assert (MYNA_IS_RECORD_PANE (self));

  if (self->recording == recording)
    return;
  self->recording = recording;
  gtk_accessible_announce (GTK_ACCESSIBLE (self),
                           recording ? _ ("Recording started") : _ ("Recording stopped"),
                           GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RECORDING]);
}

static void
show_failure (MynaRecordPane *self, const char *message, gboolean can_keep)
{
  g_assert (MYNA_IS_RECORD_PANE (self));

  gtk_label_set_text (self->failure_label, message != NULL ? message : "");
  gtk_widget_set_visible (self->failure_box, message != NULL);
  gtk_widget_set_visible (self->keep_button, can_keep);
  if (message != NULL)
    gtk_accessible_announce (GTK_ACCESSIBLE (self), message,
                             GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

/* Somebody who reads aloud has no hand free to scroll: the text begins at the top. */
static void
reveal_text (MynaRecordPane *self)
{
  GtkWidget *text = GTK_WIDGET (self->text_label);
  GtkWidget *viewport = gtk_widget_get_ancestor (text, GTK_TYPE_VIEWPORT);
  GtkAdjustment *adjustment;
  graphene_point_t point;

  g_assert (MYNA_IS_RECORD_PANE (self));

  if (viewport == NULL || !adw_switch_row_get_active (self->text_switch) ||
      !gtk_widget_compute_point (text, viewport, &GRAPHENE_POINT_INIT (0.0f, 0.0f), &point))
    return;
  adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (viewport));
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + (double) point.y);
}

static void
start (MynaRecordPane *self)
{
  g_autoptr (GError) error = NULL;

  g_assert (MYNA_IS_RECORD_PANE (self));

  if (self->recording || self->scratch == NULL)
    return;
  show_failure (self, NULL, FALSE);
  g_free (self->path);
  self->path = myna_scratch_dup_next (self->scratch);
  if (!myna_recorder_start (self->recorder, self->path, &error))
    {
      show_failure (self, error->message, FALSE);
      return;
    }
  myna_waveform_set_live (self->waveform, FALSE, 0.0);
  myna_waveform_set_live (self->waveform, TRUE, MYNA_RECORDER_PEAK_SECONDS);
  set_recording (self, TRUE);
  sync_buttons (self);
  reveal_text (self);
}

static char *
dup_incomplete (MynaRecordPane *self)
{
  return g_strconcat (self->path, ".incomplete", NULL);
}

static void
finish (MynaRecordPane *self, const GError *error)
{
  g_autofree char *incomplete = dup_incomplete (self);
  gboolean can_keep;

  g_assert (MYNA_IS_RECORD_PANE (self));

  if (error == NULL)
    {
      g_signal_emit (self, signals[RECORDED], 0, self->path);
      return;
    }
  can_keep = g_file_test (incomplete, G_FILE_TEST_EXISTS);
  /* The engine says where the rest is; here a button leads to it. */
  if (can_keep && g_error_matches (error, MYNA_ERROR, MYNA_ERROR_DEVICE_LOST))
    show_failure (self,
                  _ ("The microphone went away or lost sound. What was recorded until then "
                     "is still here."),
                  TRUE);
  else
    show_failure (self, error->message, can_keep);
}

static void
finished_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaRecordPane) self = user_data;
  g_autoptr (GError) error = NULL;

  g_assert (MYNA_IS_RECORD_PANE (self));

  myna_recorder_stop_finish (MYNA_RECORDER (source), result, &error);
  self->stopping = FALSE;
  if (self->stack == NULL)
    return; /* the dialog has gone meanwhile; the scratch folder takes the file along */
  myna_waveform_set_live (self->waveform, FALSE, 0.0);
  set_recording (self, FALSE);
  sync_buttons (self);
  finish (self, error);
}

static void
discard_file (MynaRecordPane *self)
{
  g_autofree char *incomplete = dup_incomplete (self);

  g_assert (MYNA_IS_RECORD_PANE (self));

  g_unlink (self->path);
  g_unlink (incomplete);
}

static void
discarded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaRecordPane) self = user_data;

  g_assert (MYNA_IS_RECORD_PANE (self));

  /* Whether it was complete does not matter to somebody who throws it away. */
  myna_recorder_stop_finish (MYNA_RECORDER (source), result, NULL);
  discard_file (self);
  self->stopping = FALSE;
  if (self->stack == NULL)
    return;
  myna_waveform_set_live (self->waveform, FALSE, 0.0);
  myna_waveform_clear (self->waveform);
  set_recording (self, FALSE);
  sync_buttons (self);
}

static void
restarted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MynaRecordPane *self = user_data;

  discarded_cb (source, result, g_object_ref (self));
  if (self->stack != NULL)
    start (self);
  g_object_unref (self);
}

static void
stop (MynaRecordPane *self, AfterStop after)
{
  static const GAsyncReadyCallback callbacks[] = {
    [AFTER_STOP_FINISH] = finished_cb,
    [AFTER_STOP_RESTART] = restarted_cb,
    [AFTER_STOP_DISCARD] = discarded_cb,
  };

  g_assert (MYNA_IS_RECORD_PANE (self));

  if (!self->recording || self->stopping)
    return;
  self->stopping = TRUE;
  sync_buttons (self);
  myna_recorder_stop_async (self->recorder, NULL, callbacks[after], g_object_ref (self));
}

/**
 * myna_record_pane_toggle:
 *
 * Begins to record, or ends and hands the recording over by "recorded".
 */
void
myna_record_pane_toggle (MynaRecordPane *self)
{
  g_return_if_fail (MYNA_IS_RECORD_PANE (self));

  if (g_list_model_get_n_items (G_LIST_MODEL (self->devices)) == 0)
    return;
  if (self->recording)
    stop (self, AFTER_STOP_FINISH);
  else
    start (self);
}

/**
 * myna_record_pane_abandon:
 *
 * Ends a recording and throws it away.
 */
void
myna_record_pane_abandon (MynaRecordPane *self)
{
  g_return_if_fail (MYNA_IS_RECORD_PANE (self));

  stop (self, AFTER_STOP_DISCARD);
}

static void
on_record_clicked (MynaRecordPane *self, GtkButton *button)
{
  g_assert (MYNA_IS_RECORD_PANE (self));

  myna_record_pane_toggle (self);
}

static void
on_pause_clicked (MynaRecordPane *self, GtkButton *button)
{
  g_assert (MYNA_IS_RECORD_PANE (self));

  if (!self->recording || self->stopping)
    return;
  if (get_paused (self))
    myna_recorder_resume (self->recorder);
  else
    myna_recorder_pause (self->recorder);
  sync_buttons (self);
}

static void
on_restart_clicked (MynaRecordPane *self, GtkButton *button)
{
  g_assert (MYNA_IS_RECORD_PANE (self));

  stop (self, AFTER_STOP_RESTART);
}

static void
on_keep_clicked (MynaRecordPane *self, GtkButton *button)
{
  g_autofree char *incomplete = dup_incomplete (self);

  g_assert (MYNA_IS_RECORD_PANE (self));

  show_failure (self, NULL, FALSE);
  g_signal_emit (self, signals[RECORDED], 0, incomplete);
}

static void
on_choose_files (MynaRecordPane *self, GtkButton *button)
{
  g_assert (MYNA_IS_RECORD_PANE (self));

  g_signal_emit (self, signals[CHOOSE_FILES], 0);
}

static void
level_cb (MynaRecordPane *self)
{
  double peak = myna_recorder_get_peak (self->recorder);
  const char *text = _ ("Good level");

  g_assert (MYNA_IS_RECORD_PANE (self));

  if (myna_recorder_get_clipped (self->recorder))
    text = _ ("Too loud: the sound was cut off. Speak more softly or move away.");
  else if (peak < SILENT_PEAK)
    text = _ ("No sound: say something, or choose another microphone.");
  else if (peak < QUIET_PEAK)
    text = _ ("Quiet: come closer to the microphone.");
  else if (peak > LOUD_PEAK)
    text = _ ("Loud: move away a little, so that nothing is cut off.");
  if (!g_str_equal (text, gtk_label_get_text (self->level_label)))
    gtk_label_set_text (self->level_label, text);
}

static void
elapsed_cb (MynaRecordPane *self)
{
  g_autofree char *text = myna_time_text_clock (myna_recorder_get_elapsed (self->recorder));

  g_assert (MYNA_IS_RECORD_PANE (self));

  if (!g_str_equal (text, gtk_label_get_text (self->elapsed_label)))
    gtk_label_set_text (self->elapsed_label, text);
}

static void
peaks_cb (MynaRecordPane *self, guint first, guint n)
{
  GArray *peaks = myna_recorder_get_peaks (self->recorder);

  g_assert (MYNA_IS_RECORD_PANE (self));

  if (myna_waveform_get_live (self->waveform) && first + n <= peaks->len)
    myna_waveform_append_peaks (self->waveform, &g_array_index (peaks, float, first), n);
}

/* Recording that ended by itself: the microphone went away, the disk is full. */
static void
recording_cb (MynaRecordPane *self)
{
  g_assert (MYNA_IS_RECORD_PANE (self));

  if (!myna_recorder_get_recording (self->recorder))
    stop (self, AFTER_STOP_FINISH);
}

static void
paused_cb (MynaRecordPane *self)
{
  g_assert (MYNA_IS_RECORD_PANE (self));

  sync_buttons (self);
}

static void
error_cb (MynaRecordPane *self)
{
  const char *error = myna_recorder_get_error (self->recorder);

  g_assert (MYNA_IS_RECORD_PANE (self));

  /* What ended a recording is told by finish(), and stays until the next try. */
  if (!self->recording && error != NULL && !gtk_widget_get_visible (self->keep_button))
    show_failure (self, error, FALSE);
}

static void
monitor (MynaRecordPane *self)
{
  g_autoptr (GError) error = NULL;

  g_assert (MYNA_IS_RECORD_PANE (self));

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)) ||
      g_list_model_get_n_items (G_LIST_MODEL (self->devices)) == 0)
    return;
  if (!myna_recorder_start_monitoring (self->recorder, &error))
    show_failure (self, error->message, FALSE);
}

static const char *
get_selected_id (MynaRecordPane *self)
{
  MynaAudioDevice *device = adw_combo_row_get_selected_item (self->device_row);

  return device != NULL ? myna_audio_device_get_id (device) : "";
}

static void
select_device (MynaRecordPane *self)
{
  GListModel *devices = G_LIST_MODEL (self->devices);
  g_autofree char *wanted = g_settings_get_string (self->settings, "input-device");
  guint found = 0;

  g_assert (MYNA_IS_RECORD_PANE (self));

  for (guint i = 0; i < g_list_model_get_n_items (devices); i++)
    {
      g_autoptr (MynaAudioDevice) device = g_list_model_get_item (devices, i);

      if (g_strcmp0 (myna_audio_device_get_id (device), wanted) == 0)
        found = i;
    }
  self->selecting = TRUE;
  if (g_list_model_get_n_items (devices) > 0)
    adw_combo_row_set_selected (self->device_row, found);
  self->selecting = FALSE;
  myna_recorder_set_device (self->recorder, get_selected_id (self));
}

static void
on_device_selected (MynaRecordPane *self, GParamSpec *pspec, AdwComboRow *row)
{
  g_assert (MYNA_IS_RECORD_PANE (self));

  if (self->selecting || adw_combo_row_get_selected_item (row) == NULL)
    return;
  g_settings_set_string (self->settings, "input-device", get_selected_id (self));
  show_failure (self, NULL, FALSE);
  myna_recorder_set_device (self->recorder, get_selected_id (self));
  monitor (self);
}

static void
devices_changing_cb (MynaRecordPane *self)
{
  g_assert (MYNA_IS_RECORD_PANE (self));

  self->selecting = TRUE;
}

/* A microphone came or went: the chosen one stays, or comes back, and a first one is listened to.
 */
static void
devices_changed_cb (MynaRecordPane *self)
{
  gboolean any = g_list_model_get_n_items (G_LIST_MODEL (self->devices)) > 0;

  g_assert (MYNA_IS_RECORD_PANE (self));

  self->selecting = FALSE;
  if (!self->recording)
    gtk_stack_set_visible_child_name (self->stack, any ? "device" : "no-device");
  select_device (self);
  if (any && !self->recording)
    monitor (self);
}

static void
myna_record_pane_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (myna_record_pane_parent_class)->map (widget);

  monitor (MYNA_RECORD_PANE (widget));
}

static void
myna_record_pane_unmap (GtkWidget *widget)
{
  MynaRecordPane *self = MYNA_RECORD_PANE (widget);

  if (!self->recording)
    myna_recorder_stop_monitoring (self->recorder);

  GTK_WIDGET_CLASS (myna_record_pane_parent_class)->unmap (widget);
}

static void
myna_record_pane_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaRecordPane *self = MYNA_RECORD_PANE (object);

  switch (prop_id)
    {
    case PROP_RECORDING:
      g_value_set_boolean (value, self->recording);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_record_pane_dispose (GObject *object)
{
  MynaRecordPane *self = MYNA_RECORD_PANE (object);

  /* Disposed twice, when the end of a discarded recording held the last reference. */
  if (self->stack != NULL && self->recording)
    myna_record_pane_abandon (self);
  else if (self->recorder != NULL)
    myna_recorder_stop_monitoring (self->recorder);
  if (self->recorder != NULL)
    g_signal_handlers_disconnect_by_data (self->recorder, self);
  if (self->devices != NULL)
    g_signal_handlers_disconnect_by_data (self->devices, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_RECORD_PANE);
  g_clear_object (&self->devices);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (myna_record_pane_parent_class)->dispose (object);
}

static void
myna_record_pane_finalize (GObject *object)
{
  MynaRecordPane *self = MYNA_RECORD_PANE (object);

  g_clear_object (&self->recorder);
  g_clear_pointer (&self->scratch, myna_scratch_unref);
  g_clear_pointer (&self->path, g_free);

  G_OBJECT_CLASS (myna_record_pane_parent_class)->finalize (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/voices/myna-record-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaRecordPane, stack);
  gtk_widget_class_bind_template_child (widget_class, MynaRecordPane, device_row);
  gtk_widget_class_bind_template_child (widget_class, MynaRecordPane, level_bar);
  gtk_widget_class_bind_template_child (widget_class, MynaRecordPane, level_label);
  gtk_widget_class_bind_template_child (widget_class, MynaRecordPane, text_switch);
  gtk_widget_class_bind_template_child (widget_class, MynaRecordPane, text_label);
  gtk_widget_class_bind_template_child (widget_class, MynaRecordPane, waveform);
  gtk_widget_class_bind_template_child (widget_class, MynaRecordPane, elapsed_label);
  gtk_widget_class_bind_template_child (widget_class, MynaRecordPane, pause_button);
  gtk_widget_class_bind_template_child (widget_class, MynaRecordPane, record_button);
  gtk_widget_class_bind_template_child (widget_class, MynaRecordPane, restart_button);
  gtk_widget_class_bind_template_child (widget_class, MynaRecordPane, failure_box);
  gtk_widget_class_bind_template_child (widget_class, MynaRecordPane, failure_label);
  gtk_widget_class_bind_template_child (widget_class, MynaRecordPane, keep_button);
  gtk_widget_class_bind_template_callback (widget_class, on_record_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_pause_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_restart_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_keep_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_choose_files);
  gtk_widget_class_bind_template_callback (widget_class, on_device_selected);
}

static void
myna_record_pane_class_init (MynaRecordPaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = myna_record_pane_get_property;
  object_class->dispose = myna_record_pane_dispose;
  object_class->finalize = myna_record_pane_finalize;
  widget_class->map = myna_record_pane_map;
  widget_class->unmap = myna_record_pane_unmap;

  properties[PROP_RECORDING] =
      g_param_spec_boolean ("recording", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[RECORDED] = g_signal_new ("recorded", MYNA_TYPE_RECORD_PANE, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[CHOOSE_FILES] = g_signal_new ("choose-files", MYNA_TYPE_RECORD_PANE, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (MYNA_TYPE_LEVEL_BAR);
  g_type_ensure (MYNA_TYPE_WAVEFORM);
  bind_template (widget_class);
}

static void
init_devices (MynaRecordPane *self)
{
  g_autoptr (GtkExpression) name =
      gtk_property_expression_new (MYNA_TYPE_AUDIO_DEVICE, NULL, "name");

  g_assert (MYNA_IS_RECORD_PANE (self));

  self->devices = myna_audio_devices_new_inputs ();
  adw_combo_row_set_expression (self->device_row, name);
  g_signal_connect_object (self->devices, "items-changed", G_CALLBACK (devices_changing_cb), self,
                           G_CONNECT_SWAPPED);
  self->selecting = TRUE;
  adw_combo_row_set_model (self->device_row, G_LIST_MODEL (self->devices));
  self->selecting = FALSE;
  g_signal_connect_object (self->devices, "items-changed", G_CALLBACK (devices_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}

static void
init_recorder (MynaRecordPane *self)
{
  static const struct
  {
    const char *signal;
    void (*callback) (MynaRecordPane *self);
  } handlers[] = {
    { "notify::peak", level_cb },      { "notify::clipped", level_cb },
    { "notify::elapsed", elapsed_cb }, { "notify::recording", recording_cb },
    { "notify::paused", paused_cb },   { "notify::error", error_cb },
  };

  g_assert (MYNA_IS_RECORD_PANE (self));

  self->recorder = myna_recorder_new ();
  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect_object (self->recorder, handlers[i].signal, G_CALLBACK (handlers[i].callback),
                             self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->recorder, "peaks-added", G_CALLBACK (peaks_cb), self,
                           G_CONNECT_SWAPPED);
  g_object_bind_property (self->recorder, "level", self->level_bar, "level", G_BINDING_SYNC_CREATE);
  g_object_bind_property (self->recorder, "peak", self->level_bar, "peak", G_BINDING_SYNC_CREATE);
  g_object_bind_property (self->recorder, "clipped", self->level_bar, "clipped",
                          G_BINDING_SYNC_CREATE);
}

/* Translators: a text that the user reads aloud to have a voice made of it, 30 to 45 seconds. Do
 * not translate it: write a plain, pleasant text in your language in which every sound of the
 * language occurs, and set the "language code of the text" below to your language. */
static const char *
get_passage (void)
{
  return _ ("The old harbour wakes before sunrise. Gulls argue over the boats while a boy in a "
            "yellow jacket unties each rope and checks the engine. “Was it you who took my thick "
            "blue gloves?” he calls. His father laughs, shakes his head and points to a basket of "
            "fresh fish. Far away, thunder rolls over the hills; soon the rain will reach the "
            "village. They push off, drink hot chocolate, and choose the quiet water near the "
            "chapel, where usually nobody goes. What a strange and beautiful measure of joy: wind, "
            "salt, a warm voice, and nothing to do until noon.");
}

static void
myna_record_pane_init (MynaRecordPane *self)
{
  self->settings = g_settings_new (MYNA_APP_ID);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_label_set_text (self->text_label, get_passage ());
  init_recorder (self);
  init_devices (self);
  devices_changed_cb (self);
  level_cb (self);
  sync_buttons (self);
}

/**
 * myna_record_pane_set_scratch:
 * @scratch: where recordings go
 */
void
myna_record_pane_set_scratch (MynaRecordPane *self, MynaScratch *scratch)
{
  g_return_if_fail (MYNA_IS_RECORD_PANE (self));
  g_return_if_fail (scratch != NULL);

  g_clear_pointer (&self->scratch, myna_scratch_unref);
  self->scratch = myna_scratch_ref (scratch);
}

/**
 * myna_record_pane_get_recording:
 *
 * Returns: whether a recording is being made
 */
gboolean
myna_record_pane_get_recording (MynaRecordPane *self)
{
  g_return_val_if_fail (MYNA_IS_RECORD_PANE (self), FALSE);

  return self->recording;
}

/**
 * myna_record_pane_get_text:
 *
 * Returns: (transfer none) (nullable): what the user said to have read aloud
 */
const char *
myna_record_pane_get_text (MynaRecordPane *self)
{
  g_return_val_if_fail (MYNA_IS_RECORD_PANE (self), NULL);

  return adw_switch_row_get_active (self->text_switch) ? get_passage () : NULL;
}

/**
 * myna_record_pane_get_text_language:
 *
 * Returns: (transfer none): the language of that text
 */
const char *
myna_record_pane_get_text_language (MynaRecordPane *self)
{
  g_return_val_if_fail (MYNA_IS_RECORD_PANE (self), NULL);

  /* Translators: the code of your language as in "myna voices add --language": "de", "pt-br", … */
  return C_ ("language code of the text", "en-us");
}
