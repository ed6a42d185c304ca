/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/studio/myna-speech-options.h"

#include <glib/gi18n.h>

#include "engine/voice/gptsovits/myna-gsv-engine.h"
#include "engine/voice/myna-voice.h"

struct _MynaSpeechOptions
{
  GtkPopover parent_instance;

  /* Template widgets */
  AdwToggleGroup *engine_group;
  AdwToggle *gpt_sovits_toggle;
  GtkLabel *engine_note;
  GtkAdjustment *speed;
  GtkAdjustment *pitch;
  GtkAdjustment *clarity;
  GtkCheckButton *automatic_check;
  AdwComboRow *cut_row;
  AdwSpinRow *pause_row;
  AdwSwitchRow *random_row;
  AdwSpinRow *seed_row;

  /* Owned references */
  GSettings *settings;
  MynaVoice *voice;       /* (nullable): who is to speak */
  GCancellable *checking; /* (nullable): the check of model files that runs */
};

G_DEFINE_FINAL_TYPE (MynaSpeechOptions, myna_speech_options, GTK_TYPE_POPOVER)

enum
{
  PROP_VOICE = 1,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

static const char *const keys[] = {
  "engine", "cut", "speed", "pitch", "clarity", "clarity-automatic", "pause", "random-seed", "seed",
};

static gboolean
is_draft (MynaSpeechOptions *self, const char *engine)
{
  g_assert (MYNA_IS_SPEECH_OPTIONS (self));

  return g_strcmp0 (engine, MYNA_GSV_ENGINE_ID) != 0;
}

static gboolean
is_gpt_sovits (MynaSpeechOptions *self, const char *engine)
{
  return !is_draft (self, engine);
}

static char *
describe_speed (MynaSpeechOptions *self, double value)
{
  g_assert (MYNA_IS_SPEECH_OPTIONS (self));

  /* Translators: speaking speed, as in "1.25×" */
  return g_strdup_printf (_ ("%.2f×"), value);
}

static char *
describe_pitch (MynaSpeechOptions *self, double value)
{
  g_assert (MYNA_IS_SPEECH_OPTIONS (self));

  if (value > -0.05 && value < 0.05)
    return g_strdup (_ ("Unchanged"));
  /* Translators: pitch change, as in "+2.0 semitones" */
  return g_strdup_printf (_ ("%+.1f semitones"), value);
}

/* What is to be spoken. */
typedef struct
{
  char *language;
  char *voice_dir;
} Check;

static void
free_check (gpointer data)
{
  Check *check = data;

  g_free (check->language);
  g_free (check->voice_dir);
  g_free (check);
}

/* On a thread: reads folders. */
static void
check_models (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Check *check = data;
  GError *error = NULL;

  if (myna_gsv_engine_is_ready (check->language, check->voice_dir, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_models_checked (GObject *source, GAsyncResult *result, gpointer data)
{
  MynaSpeechOptions *self = MYNA_SPEECH_OPTIONS (source);
  g_autoptr (GError) error = NULL;
  gboolean ready = g_task_propagate_boolean (G_TASK (result), &error);

  /* Checked anew meanwhile, or gone. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->checking);
  adw_toggle_set_enabled (self->gpt_sovits_toggle, ready);
  gtk_label_set_text (self->engine_note, ready ? "" : error->message);
  gtk_widget_set_visible (GTK_WIDGET (self->engine_note), !ready);
}

static Check *
make_check (MynaSpeechOptions *self)
{
  g_autofree char *language = g_settings_get_string (self->settings, "language");
  Check *check = g_new0 (Check, 1);

  g_assert (MYNA_IS_SPEECH_OPTIONS (self));

  if (*language != '\0')
    check->language = g_steal_pointer (&language);
  else if (self->voice != NULL)
    check->language = g_strdup (myna_voice_get_language (self->voice));
  if (self->voice != NULL)
    check->voice_dir = g_strdup (myna_voice_get_record (self->voice)->folder);
  return check;
}

static void
start_check (MynaSpeechOptions *self)
{
  g_autoptr (GTask) task = NULL;

  g_assert (MYNA_IS_SPEECH_OPTIONS (self));

  g_cancellable_cancel (self->checking);
  g_clear_object (&self->checking);
  self->checking = g_cancellable_new ();
  task = g_task_new (self, self->checking, on_models_checked, NULL);
  g_task_set_task_data (task, make_check (self), free_check);
  g_task_run_in_thread (task, check_models);
}

/* Files may have come since. */
static void
on_show (MynaSpeechOptions *self)
{
  g_assert (MYNA_IS_SPEECH_OPTIONS (self));

  start_check (self);
}

/* The dialog belongs to the page: the popover is gone as soon as another thing is clicked. */
static void
on_import (MynaSpeechOptions *self, GtkButton *button)
{
  g_assert (MYNA_IS_SPEECH_OPTIONS (self));

  gtk_popover_popdown (GTK_POPOVER (self));
  gtk_widget_activate_action (GTK_WIDGET (self), "studio.import-models", NULL);
}

static void
on_reset (MynaSpeechOptions *self, GtkButton *button)
{
  g_assert (MYNA_IS_SPEECH_OPTIONS (self));

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    g_settings_reset (self->settings, keys[i]);
}

/**
 * myna_speech_options_fill:
 * @settings: the application's settings
 * @params: (inout): what the engine takes; speed, pitch, clarity and seed are set
 * @pause: (out): seconds between sentences
 *
 * Reads the options as they are now; a random seed is drawn here. An automatic clarity is left to
 * the engine, which knows how much it has heard (spec draft-voice section 9).
 */
void
myna_speech_options_fill (GSettings *settings, MynaSpeakParams *params, double *pause)
{
  g_return_if_fail (G_IS_SETTINGS (settings));
  g_return_if_fail (params != NULL);
  g_return_if_fail (pause != NULL);

  params->speed = g_settings_get_double (settings, "speed");
  params->pitch = g_settings_get_double (settings, "pitch");
  params->clarity = g_settings_get_boolean (settings, "clarity-automatic")
                        ? -1.0
                        : g_settings_get_double (settings, "clarity");
  params->seed = g_settings_get_boolean (settings, "random-seed")
                     ? g_random_int ()
                     : g_settings_get_uint (settings, "seed");
  *pause = g_settings_get_double (settings, "pause");
}

/* The list's places are those of MynaTakeCut. */
static gboolean
get_cut_mapping (GValue *value, GVariant *setting, gpointer data)
{
  MynaTakeCut cut;

  if (!myna_take_cut_from_id (g_variant_get_string (setting, NULL), &cut))
    return FALSE;
  g_value_set_uint (value, cut);
  return TRUE;
}

static GVariant *
set_cut_mapping (const GValue *value, const GVariantType *type, gpointer data)
{
  guint cut = g_value_get_uint (value);

  return cut < MYNA_N_TAKE_CUTS ? g_variant_new_string (myna_take_cut_get_id ((MynaTakeCut) cut))
                                : NULL;
}

static void
bind_cut (MynaSpeechOptions *self)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  g_assert (MYNA_IS_SPEECH_OPTIONS (self));

  for (guint i = 0; i < MYNA_N_TAKE_CUTS; i++)
    gtk_string_list_append (titles, myna_take_cut_get_title ((MynaTakeCut) i));
  adw_combo_row_set_model (self->cut_row, G_LIST_MODEL (titles));
  g_settings_bind_with_mapping (self->settings, "cut", self->cut_row, "selected",
                                G_SETTINGS_BIND_DEFAULT, get_cut_mapping, set_cut_mapping, NULL,
                                NULL);
}

/**
 * myna_speech_options_get_cut:
 * @settings: the application's settings
 *
 * Returns: how the engine that is chosen wants the text to be cut
 */
MynaTakeCut
myna_speech_options_get_cut (GSettings *settings)
{
  g_autofree char *engine = NULL;
  g_autofree char *id = NULL;
  MynaTakeCut cut = MYNA_TAKE_CUT_SENTENCES;

  g_return_val_if_fail (G_IS_SETTINGS (settings), MYNA_TAKE_CUT_SENTENCES);

  engine = g_settings_get_string (settings, "engine");
  id = g_settings_get_string (settings, "cut");
  if (g_strcmp0 (engine, MYNA_GSV_ENGINE_ID) != 0 || !myna_take_cut_from_id (id, &cut))
    return MYNA_TAKE_CUT_SENTENCES;
  return cut;
}

static void
bind_settings (MynaSpeechOptions *self)
{
  g_assert (MYNA_IS_SPEECH_OPTIONS (self));

  g_settings_bind (self->settings, "engine", self->engine_group, "active-name",
                   G_SETTINGS_BIND_DEFAULT);
  bind_cut (self);
  g_settings_bind (self->settings, "speed", self->speed, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "pitch", self->pitch, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "clarity", self->clarity, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "clarity-automatic", self->automatic_check, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "pause", self->pause_row, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "random-seed", self->random_row, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "seed", self->seed_row, "value", G_SETTINGS_BIND_DEFAULT);
}

static void
myna_speech_options_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  MynaSpeechOptions *self = MYNA_SPEECH_OPTIONS (object);

  if (id == PROP_VOICE)
    g_set_object (&self->voice, g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
myna_speech_options_dispose (GObject *object)
{
  MynaSpeechOptions *self = MYNA_SPEECH_OPTIONS (object);

  g_cancellable_cancel (self->checking);
  g_clear_object (&self->checking);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_SPEECH_OPTIONS);
  g_clear_object (&self->settings);
  g_clear_object (&self->voice);

  G_OBJECT_CLASS (myna_speech_options_parent_class)->dispose (object);
}

static void
myna_speech_options_class_init (MynaSpeechOptionsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->set_property = myna_speech_options_set_property;
  G_OBJECT_CLASS (klass)->dispose = myna_speech_options_dispose;
  /* A list's selected item is an object of any kind to a template. */
  properties[PROP_VOICE] =
      g_param_spec_object ("voice", NULL, NULL, G_TYPE_OBJECT,
                           G_PARAM_WRITABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPERTIES, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/studio/myna-speech-options.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaSpeechOptions, engine_group);
  gtk_widget_class_bind_template_child (widget_class, MynaSpeechOptions, gpt_sovits_toggle);
  gtk_widget_class_bind_template_child (widget_class, MynaSpeechOptions, engine_note);
  gtk_widget_class_bind_template_child (widget_class, MynaSpeechOptions, speed);
  gtk_widget_class_bind_template_child (widget_class, MynaSpeechOptions, pitch);
  gtk_widget_class_bind_template_child (widget_class, MynaSpeechOptions, clarity);
  gtk_widget_class_bind_template_child (widget_class, MynaSpeechOptions, automatic_check);
  gtk_widget_class_bind_template_child (widget_class, MynaSpeechOptions, cut_row);
  gtk_widget_class_bind_template_child (widget_class, MynaSpeechOptions, pause_row);
  gtk_widget_class_bind_template_child (widget_class, MynaSpeechOptions, random_row);
  gtk_widget_class_bind_template_child (widget_class, MynaSpeechOptions, seed_row);
  gtk_widget_class_bind_template_callback (widget_class, is_draft);
  gtk_widget_class_bind_template_callback (widget_class, is_gpt_sovits);
  gtk_widget_class_bind_template_callback (widget_class, describe_speed);
  gtk_widget_class_bind_template_callback (widget_class, describe_pitch);
  gtk_widget_class_bind_template_callback (widget_class, on_import);
  gtk_widget_class_bind_template_callback (widget_class, on_reset);
}

static void
myna_speech_options_init (MynaSpeechOptions *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->settings = g_settings_new (MYNA_APP_ID);
  bind_settings (self);
  g_signal_connect (self, "show", G_CALLBACK (on_show), NULL);
}
