/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/studio/myna-take-row.h"

#include <glib/gi18n.h>

#include "engine/voice/gptsovits/myna-gsv-engine.h"
#include "ui/studio/myna-take-operations.h"
#include "ui/widgets/myna-job-text.h"
#include "ui/widgets/myna-lazy-menu.h"
#include "ui/widgets/myna-time-text.h"

struct _MynaTakeRow
{
  AdwBin parent_instance;

  /* Template widgets */
  GtkMenuButton *menu_button;
  GtkButton *play_button;
  GtkLabel *title;
  GtkLabel *facts;
  GtkProgressBar *progress;
  GtkLabel *progress_text;
  GtkWidget *warning_box;
  GtkLabel *warning;
  GtkWidget *cancel_button;
  GtkWidget *resume_button;

  /* Owned references */
  MynaStudio *studio;
  MynaTake *take;
  GSignalGroup *take_signals;
  GSignalGroup *job_signals;
  GSignalGroup *player_signals;
};

G_DEFINE_FINAL_TYPE (MynaTakeRow, myna_take_row, ADW_TYPE_BIN)

static char *
dup_created (MynaTake *take)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) created = g_date_time_new_from_unix_local (myna_take_get_created (take));

  if (created == NULL)
    return g_strdup ("");
  if (g_date_time_get_year (now) == g_date_time_get_year (created) &&
      g_date_time_get_day_of_year (now) == g_date_time_get_day_of_year (created))
    /* Translators: the time of a take made today, see g_date_time_format() */
    return g_date_time_format (created, _ ("%H:%M"));
  /* Translators: the date of an older take, see g_date_time_format() */
  return g_date_time_format (created, _ ("%e %b %Y"));
}

static const char *
get_engine_name (MynaTake *take)
{
  g_autofree char *engine = NULL;

  g_object_get (take, "engine", &engine, NULL);
  return g_strcmp0 (engine, MYNA_GSV_ENGINE_ID) == 0 ? myna_gsv_engine_get ()->name
                                                     : _ ("Draft voice");
}

/**
 * myna_take_row_dup_facts:
 * @take: a take
 *
 * Returns: (transfer full): voice, engine, length, sentences and time in one line
 */
char *
myna_take_row_dup_facts (MynaTake *take)
{
  g_autofree char *length = NULL;
  g_autofree char *sentences = NULL;
  g_autofree char *created = NULL;
  guint n_pieces = 0;

  g_return_val_if_fail (MYNA_IS_TAKE (take), NULL);

  n_pieces = g_list_model_get_n_items (G_LIST_MODEL (take));
  length = myna_time_text_clock (myna_take_get_duration (take));
  sentences = g_strdup_printf (ngettext ("%u sentence", "%u sentences", n_pieces), n_pieces);
  created = dup_created (take);
  return g_strjoin (" · ", myna_take_get_voice_name (take), get_engine_name (take), length,
                    sentences, created, NULL);
}

static void
update_job (MynaTakeRow *self)
{
  g_autofree char *text = NULL;
  MynaJob *job = NULL;
  gboolean cancelling = FALSE;

  g_assert (MYNA_IS_TAKE_ROW (self));

  job = self->take != NULL ? myna_take_get_job (self->take) : NULL;
  g_signal_group_set_target (self->job_signals, job);
  gtk_widget_set_visible (GTK_WIDGET (self->progress), job != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->progress_text), job != NULL);
  gtk_widget_set_visible (self->cancel_button, job != NULL);
  if (job == NULL)
    return;
  text = myna_job_text_progress (job);
  gtk_label_set_text (self->progress_text, text);
  gtk_progress_bar_set_fraction (self->progress, CLAMP (myna_job_get_fraction (job), 0.0, 1.0));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress),
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
  cancelling = myna_job_get_state (job) == MYNA_JOB_CANCELLING;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "take.cancel", !cancelling);
}

static void
update_playing (MynaTakeRow *self)
{
  MynaTakePlayer *player = NULL;
  gboolean playing = FALSE;

  g_assert (MYNA_IS_TAKE_ROW (self));

  player = myna_studio_get_player (self->studio);
  playing = self->take != NULL && myna_take_player_get_take (player) == self->take &&
            myna_take_player_get_playing (player);
  gtk_button_set_icon_name (self->play_button, playing ? "media-playback-pause-symbolic"
                                                       : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->play_button), playing ? _ ("Pause") : _ ("Play"));
}

static void
update_warning (MynaTakeRow *self)
{
  const char *const *warnings = myna_take_get_warnings (self->take);
  gboolean any = warnings != NULL && warnings[0] != NULL;
  gboolean partial = myna_take_get_state (self->take) == MYNA_TAKE_PARTIAL;

  g_assert (MYNA_IS_TAKE_ROW (self));

  if (any)
    gtk_label_set_text (self->warning, warnings[0]);
  else if (partial)
    gtk_label_set_text (self->warning, _ ("Not finished; what is ready can be used"));
  gtk_widget_set_visible (self->warning_box, any || partial);
  gtk_widget_set_visible (self->resume_button, partial);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "take.resume", partial);
}

static void
update (MynaTakeRow *self)
{
  g_autofree char *facts = NULL;
  gboolean ready = FALSE;

  g_assert (MYNA_IS_TAKE_ROW (self));

  if (self->take == NULL)
    return;
  facts = myna_take_row_dup_facts (self->take);
  ready = myna_take_get_n_ready (self->take) > 0;
  gtk_label_set_text (self->title, myna_take_get_name (self->take));
  gtk_label_set_text (self->facts, facts);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "take.play", ready);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "take.export", ready);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "take.lipsync",
                                 myna_take_get_state (self->take) == MYNA_TAKE_COMPLETE);
  update_warning (self);
  update_job (self);
  update_playing (self);
}

/**
 * myna_take_row_set_take:
 * @self: the row
 * @take: (nullable): the take to show
 */
void
myna_take_row_set_take (MynaTakeRow *self, MynaTake *take)
{
  g_return_if_fail (MYNA_IS_TAKE_ROW (self));

  if (!g_set_object (&self->take, take))
    return;
  g_signal_group_set_target (self->take_signals, take);
  g_signal_group_set_target (self->job_signals, NULL);
  update (self);
}

static void
play_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaTakeRow *self = MYNA_TAKE_ROW (widget);
  MynaTakePlayer *player = myna_studio_get_player (self->studio);

  if (myna_take_player_get_take (player) == self->take)
    myna_take_player_toggle (player);
  else
    myna_take_player_play_take (player, self->take);
}

static void
take_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaTakeRow *self = MYNA_TAKE_ROW (widget);

  if (g_str_equal (action_name, "take.lipsync"))
    gtk_widget_activate_action (widget, "win.use-take", "s", myna_take_get_id (self->take));
  else if (g_str_equal (action_name, "take.export"))
    myna_take_operations_export (widget, self->studio, self->take);
  else if (g_str_equal (action_name, "take.rename"))
    myna_take_operations_rename (widget, self->studio, self->take);
  else if (g_str_equal (action_name, "take.delete"))
    myna_take_operations_delete (widget, self->studio, self->take);
  else if (g_str_equal (action_name, "take.cancel"))
    myna_take_operations_cancel (widget, self->studio, self->take);
  else if (g_str_equal (action_name, "take.resume"))
    myna_take_operations_resume (widget, self->studio, self->take);
}

static void
open_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaTakeRow *self = MYNA_TAKE_ROW (widget);
  g_autofree char *id = NULL;

  g_object_get (self->take, "id", &id, NULL);
  gtk_widget_activate_action (
      widget, g_str_equal (action_name, "take.open") ? "studio.show-take" : "studio.reuse-text",
      "s", id);
}

static void
myna_take_row_dispose (GObject *object)
{
  MynaTakeRow *self = MYNA_TAKE_ROW (object);

  g_clear_object (&self->take_signals);
  g_clear_object (&self->job_signals);
  g_clear_object (&self->player_signals);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_TAKE_ROW);
  g_clear_object (&self->take);
  g_clear_object (&self->studio);

  G_OBJECT_CLASS (myna_take_row_parent_class)->dispose (object);
}

static void
myna_take_row_class_init (MynaTakeRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_take_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/studio/myna-take-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaTakeRow, menu_button);
  gtk_widget_class_bind_template_child (widget_class, MynaTakeRow, play_button);
  gtk_widget_class_bind_template_child (widget_class, MynaTakeRow, title);
  gtk_widget_class_bind_template_child (widget_class, MynaTakeRow, facts);
  gtk_widget_class_bind_template_child (widget_class, MynaTakeRow, progress);
  gtk_widget_class_bind_template_child (widget_class, MynaTakeRow, progress_text);
  gtk_widget_class_bind_template_child (widget_class, MynaTakeRow, warning_box);
  gtk_widget_class_bind_template_child (widget_class, MynaTakeRow, warning);
  gtk_widget_class_bind_template_child (widget_class, MynaTakeRow, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, MynaTakeRow, resume_button);
  gtk_widget_class_install_action (widget_class, "take.play", NULL, play_action);
  gtk_widget_class_install_action (widget_class, "take.open", NULL, open_action);
  gtk_widget_class_install_action (widget_class, "take.reuse", NULL, open_action);
  gtk_widget_class_install_action (widget_class, "take.export", NULL, take_action);
  gtk_widget_class_install_action (widget_class, "take.lipsync", NULL, take_action);
  gtk_widget_class_install_action (widget_class, "take.rename", NULL, take_action);
  gtk_widget_class_install_action (widget_class, "take.delete", NULL, take_action);
  gtk_widget_class_install_action (widget_class, "take.cancel", NULL, take_action);
  gtk_widget_class_install_action (widget_class, "take.resume", NULL, take_action);
}

static void
myna_take_row_init (MynaTakeRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  myna_lazy_menu_attach (self->menu_button, MYNA_RESOURCE_BASE "/studio/menus.ui", "take_menu");
  self->take_signals = g_signal_group_new (MYNA_TYPE_TAKE);
  g_signal_group_connect_swapped (self->take_signals, "notify", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->take_signals, "items-changed", G_CALLBACK (update), self);
  self->job_signals = g_signal_group_new (MYNA_TYPE_JOB);
  g_signal_group_connect_swapped (self->job_signals, "notify", G_CALLBACK (update_job), self);
  self->player_signals = g_signal_group_new (MYNA_TYPE_TAKE_PLAYER);
  g_signal_group_connect_swapped (self->player_signals, "notify::playing",
                                  G_CALLBACK (update_playing), self);
  g_signal_group_connect_swapped (self->player_signals, "notify::take", G_CALLBACK (update_playing),
                                  self);
}

/**
 * myna_take_row_new:
 * @studio: the studio
 *
 * Returns: (transfer floating): a row without a take
 */
GtkWidget *
myna_take_row_new (MynaStudio *studio)
{
  MynaTakeRow *self = NULL;

  g_return_val_if_fail (MYNA_IS_STUDIO (studio), NULL);

  self = g_object_new (MYNA_TYPE_TAKE_ROW, NULL);
  self->studio = g_object_ref (studio);
  g_signal_group_set_target (self->player_signals, myna_studio_get_player (studio));
  return GTK_WIDGET (self);
}
