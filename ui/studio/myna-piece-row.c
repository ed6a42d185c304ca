/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/studio/myna-piece-row.h"

#include <glib/gi18n.h>

#include "ui/studio/myna-piece-dialog.h"
#include "ui/widgets/myna-lazy-menu.h"
#include "ui/widgets/myna-time-text.h"
#include "ui/widgets/myna-toasts.h"

struct _MynaPieceRow
{
  AdwBin parent_instance;

  /* Template widgets */
  GtkMenuButton *menu_button;
  GtkButton *play_button;
  GtkLabel *text;
  GtkLabel *facts;
  GtkLabel *warning;
  GtkWidget *revision_box;
  GtkWidget *reroll_button;

  /* Owned references */
  MynaStudio *studio;
  MynaTake *take;
  MynaPiece *piece;
  GSignalGroup *piece_signals;
  GSignalGroup *player_signals;

  /* Borrowed references */
  GtkWidget *spinner; /* (nullable): while the sentence is spoken again */
};

G_DEFINE_FINAL_TYPE (MynaPieceRow, myna_piece_row, ADW_TYPE_BIN)

static char *
dup_facts (MynaPiece *piece)
{
  g_autofree char *length = NULL;
  guint n_revisions = myna_piece_get_n_revisions (piece);

  switch (myna_piece_get_state (piece))
    {
    case MYNA_PIECE_FAILED:
      return g_strdup (_ ("Could not be spoken"));
    case MYNA_PIECE_PENDING:
      return g_strdup (_ ("Waiting"));
    case MYNA_PIECE_READY:
    default:
      length = myna_time_text_precise (myna_piece_get_duration (piece));
      if (n_revisions < 2)
        return g_steal_pointer (&length);
      /* Translators: length of a sentence, and which of its versions is chosen: "0:03.2 · version 2
       * of 3" */
      return g_strdup_printf (_ ("%s · version %u of %u"), length,
                              myna_piece_get_revision (piece) + 1, n_revisions);
    }
}

static void
update_warning (MynaPieceRow *self)
{
  const char *const *warnings = myna_piece_get_warnings (self->piece);
  const char *error = myna_piece_get_error (self->piece);
  g_autofree char *text = NULL;

  g_assert (MYNA_IS_PIECE_ROW (self));

  if (error != NULL)
    text = g_strdup (error);
  else if (warnings != NULL && warnings[0] != NULL)
    text = g_strjoinv ("\n", (char **) warnings);
  gtk_label_set_text (self->warning, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->warning), text != NULL);
}

static void
update_actions (MynaPieceRow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  guint revision = myna_piece_get_revision (self->piece);
  guint n_revisions = myna_piece_get_n_revisions (self->piece);
  guint index = myna_piece_get_index (self->piece);
  guint n_pieces = g_list_model_get_n_items (G_LIST_MODEL (self->take));
  gboolean idle =
      myna_piece_get_job (self->piece) == NULL && myna_take_get_job (self->take) == NULL;

  g_assert (MYNA_IS_PIECE_ROW (self));

  gtk_widget_action_set_enabled (widget, "piece.play", myna_piece_get_path (self->piece) != NULL);
  gtk_widget_action_set_enabled (widget, "piece.previous", revision > 0);
  gtk_widget_action_set_enabled (widget, "piece.next", revision + 1 < n_revisions);
  gtk_widget_action_set_enabled (widget, "piece.reroll", idle);
  gtk_widget_action_set_enabled (widget, "piece.edit", idle);
  gtk_widget_action_set_enabled (widget, "piece.remove", idle && n_pieces > 1);
  gtk_widget_action_set_enabled (widget, "piece.up", idle && index > 0);
  gtk_widget_action_set_enabled (widget, "piece.down", idle && index + 1 < n_pieces);
  gtk_widget_set_visible (self->revision_box, n_revisions > 1);
}

static void
update_playing (MynaPieceRow *self)
{
  MynaTakePlayer *player = NULL;
  gboolean sounding = FALSE;

  g_assert (MYNA_IS_PIECE_ROW (self));

  player = myna_studio_get_player (self->studio);
  sounding = self->piece != NULL && myna_take_player_get_playing (player) &&
             myna_take_player_get_piece (player) == self->piece;
  gtk_button_set_icon_name (self->play_button, sounding ? "media-playback-pause-symbolic"
                                                        : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->play_button),
                               sounding ? _ ("Pause") : _ ("Play Sentence"));
  if (sounding)
    gtk_widget_add_css_class (GTK_WIDGET (self->text), "accent");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->text), "accent");
}

/* The spinner takes the place of its button, and is there only while it turns. */
static void
update_working (MynaPieceRow *self)
{
  gboolean working = myna_piece_get_job (self->piece) != NULL;

  g_assert (MYNA_IS_PIECE_ROW (self));

  gtk_widget_set_visible (self->reroll_button, !working);
  if (working && self->spinner == NULL)
    {
      self->spinner = adw_spinner_new ();
      gtk_widget_set_size_request (self->spinner, 34, 34);
      gtk_widget_set_valign (self->spinner, GTK_ALIGN_START);
      gtk_widget_set_tooltip_text (self->spinner, _ ("Speaking…"));
      gtk_widget_insert_after (self->spinner, gtk_widget_get_parent (self->reroll_button),
                               self->reroll_button);
    }
  else if (!working)
    g_clear_pointer (&self->spinner, gtk_widget_unparent);
}

static void
update (MynaPieceRow *self)
{
  g_autofree char *facts = NULL;

  g_assert (MYNA_IS_PIECE_ROW (self));

  if (self->piece == NULL)
    return;
  facts = dup_facts (self->piece);
  gtk_label_set_text (self->text, myna_piece_get_text (self->piece));
  gtk_label_set_text (self->facts, facts);
  update_working (self);
  update_warning (self);
  update_actions (self);
  update_playing (self);
}

/**
 * myna_piece_row_set_piece:
 * @self: the row
 * @piece: (nullable): the sentence to show
 */
void
myna_piece_row_set_piece (MynaPieceRow *self, MynaPiece *piece)
{
  g_return_if_fail (MYNA_IS_PIECE_ROW (self));

  if (!g_set_object (&self->piece, piece))
    return;
  g_signal_group_set_target (self->piece_signals, piece);
  update (self);
}

static void
play_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaPieceRow *self = MYNA_PIECE_ROW (widget);
  MynaTakePlayer *player = myna_studio_get_player (self->studio);

  if (myna_take_player_get_playing (player) && myna_take_player_get_piece (player) == self->piece)
    myna_take_player_toggle (player);
  else
    myna_take_player_play_piece (player, self->take, self->piece);
}

static void
revision_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaPieceRow *self = MYNA_PIECE_ROW (widget);
  guint revision = myna_piece_get_revision (self->piece);

  myna_takes_choose_revision (
      myna_studio_get_takes (self->studio), self->take, myna_piece_get_index (self->piece),
      g_str_equal (action_name, "piece.next") ? revision + 1 : revision - 1);
}

static void
reroll_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaPieceRow *self = MYNA_PIECE_ROW (widget);
  g_autoptr (GError) error = NULL;

  if (myna_takes_reroll (myna_studio_get_takes (self->studio), self->take,
                         myna_piece_get_index (self->piece), NULL, NULL, &error) == NULL)
    myna_toasts_add_error (widget, error);
}

static void
edit_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaPieceRow *self = MYNA_PIECE_ROW (widget);

  adw_dialog_present (myna_piece_dialog_new (self->studio, self->take, self->piece), widget);
}

static void
move_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaPieceRow *self = MYNA_PIECE_ROW (widget);

  myna_takes_move_piece (myna_studio_get_takes (self->studio), self->take,
                         myna_piece_get_index (self->piece),
                         g_str_equal (action_name, "piece.up") ? -1 : 1);
}

/* What an undone removal puts back. */
typedef struct
{
  MynaStudio *studio;
  MynaTake *take;
  MynaPiece *piece;
  guint index;
} Removal;

static void
removal_free (gpointer data, GClosure *closure)
{
  Removal *removal = data;

  g_object_unref (removal->studio);
  g_object_unref (removal->take);
  g_object_unref (removal->piece);
  g_free (removal);
}

static void
on_undo_removal (Removal *removal, AdwToast *toast)
{
  myna_takes_restore_piece (myna_studio_get_takes (removal->studio), removal->take, removal->piece,
                            removal->index);
}

static void
offer_undo (MynaPieceRow *self)
{
  Removal *removal = g_new0 (Removal, 1);
  AdwToast *toast = adw_toast_new (_ ("Sentence removed"));

  g_assert (MYNA_IS_PIECE_ROW (self));

  removal->studio = g_object_ref (self->studio);
  removal->take = g_object_ref (self->take);
  removal->piece = g_object_ref (self->piece);
  removal->index = myna_piece_get_index (self->piece);
  adw_toast_set_button_label (toast, _ ("_Undo"));
  adw_toast_set_timeout (toast, 10);
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (on_undo_removal), removal,
                         removal_free, G_CONNECT_SWAPPED);
  myna_toasts_add (GTK_WIDGET (self), toast);
}

static void
remove_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaPieceRow *self = MYNA_PIECE_ROW (widget);

  offer_undo (self);
  myna_takes_remove_piece (myna_studio_get_takes (self->studio), self->take,
                           myna_piece_get_index (self->piece));
}

static void
myna_piece_row_dispose (GObject *object)
{
  MynaPieceRow *self = MYNA_PIECE_ROW (object);

  g_clear_object (&self->piece_signals);
  g_clear_object (&self->player_signals);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_PIECE_ROW);
  g_clear_object (&self->piece);
  g_clear_object (&self->take);
  g_clear_object (&self->studio);

  G_OBJECT_CLASS (myna_piece_row_parent_class)->dispose (object);
}

static void
myna_piece_row_class_init (MynaPieceRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_piece_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/studio/myna-piece-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaPieceRow, menu_button);
  gtk_widget_class_bind_template_child (widget_class, MynaPieceRow, play_button);
  gtk_widget_class_bind_template_child (widget_class, MynaPieceRow, text);
  gtk_widget_class_bind_template_child (widget_class, MynaPieceRow, facts);
  gtk_widget_class_bind_template_child (widget_class, MynaPieceRow, warning);
  gtk_widget_class_bind_template_child (widget_class, MynaPieceRow, revision_box);
  gtk_widget_class_bind_template_child (widget_class, MynaPieceRow, reroll_button);
  gtk_widget_class_install_action (widget_class, "piece.play", NULL, play_action);
  gtk_widget_class_install_action (widget_class, "piece.previous", NULL, revision_action);
  gtk_widget_class_install_action (widget_class, "piece.next", NULL, revision_action);
  gtk_widget_class_install_action (widget_class, "piece.reroll", NULL, reroll_action);
  gtk_widget_class_install_action (widget_class, "piece.edit", NULL, edit_action);
  gtk_widget_class_install_action (widget_class, "piece.up", NULL, move_action);
  gtk_widget_class_install_action (widget_class, "piece.down", NULL, move_action);
  gtk_widget_class_install_action (widget_class, "piece.remove", NULL, remove_action);
}

static void
myna_piece_row_init (MynaPieceRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  myna_lazy_menu_attach (self->menu_button, MYNA_RESOURCE_BASE "/studio/menus.ui", "piece_menu");
  self->piece_signals = g_signal_group_new (MYNA_TYPE_PIECE);
  g_signal_group_connect_swapped (self->piece_signals, "notify", G_CALLBACK (update), self);
  self->player_signals = g_signal_group_new (MYNA_TYPE_TAKE_PLAYER);
  g_signal_group_connect_swapped (self->player_signals, "notify::playing",
                                  G_CALLBACK (update_playing), self);
  g_signal_group_connect_swapped (self->player_signals, "notify::piece",
                                  G_CALLBACK (update_playing), self);
}

/**
 * myna_piece_row_new:
 * @studio: the studio
 * @take: the take that the sentences belong to
 *
 * Returns: (transfer floating): a row without a sentence
 */
GtkWidget *
myna_piece_row_new (MynaStudio *studio, MynaTake *take)
{
  MynaPieceRow *self = NULL;

  g_return_val_if_fail (MYNA_IS_STUDIO (studio), NULL);
  g_return_val_if_fail (MYNA_IS_TAKE (take), NULL);

  self = g_object_new (MYNA_TYPE_PIECE_ROW, NULL);
  self->studio = g_object_ref (studio);
  self->take = g_object_ref (take);
  g_signal_group_set_target (self->player_signals, myna_studio_get_player (studio));
  /* While the whole take is being made, its sentences cannot be changed. */
  g_signal_connect_object (take, "notify::job", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
