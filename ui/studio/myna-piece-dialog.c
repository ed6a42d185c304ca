/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/studio/myna-piece-dialog.h"

#include <glib/gi18n.h>

struct _MynaPieceDialog
{
  AdwDialog parent_instance;

  /* Template widgets */
  GtkTextBuffer *words;
  GtkTextBuffer *sounds;
  GtkTextView *words_view;
  GtkTextView *sounds_view;
  GtkWidget *speak_button;
  GtkLabel *failure;

  /* Owned references */
  MynaStudio *studio;
  MynaTake *take;
  MynaPiece *piece;
};

G_DEFINE_FINAL_TYPE (MynaPieceDialog, myna_piece_dialog, ADW_TYPE_DIALOG)

static char *
dup_stripped (GtkTextBuffer *buffer)
{
  GtkTextIter start;
  GtkTextIter end;
  char *text = NULL;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  text = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  return g_strstrip (text);
}

static gboolean
words_changed (MynaPieceDialog *self)
{
  g_autofree char *words = dup_stripped (self->words);

  g_assert (MYNA_IS_PIECE_DIALOG (self));

  return g_strcmp0 (words, myna_piece_get_text (self->piece)) != 0;
}

static gboolean
sounds_changed (MynaPieceDialog *self)
{
  g_autofree char *sounds = dup_stripped (self->sounds);
  const char *now = myna_piece_get_phone_string (self->piece);

  g_assert (MYNA_IS_PIECE_DIALOG (self));

  return g_strcmp0 (sounds, now != NULL ? now : "") != 0;
}

static void
on_changed (MynaPieceDialog *self, GtkTextBuffer *buffer)
{
  g_autofree char *words = NULL;
  gboolean other_words = FALSE;

  g_assert (MYNA_IS_PIECE_DIALOG (self));

  if (self->piece == NULL)
    return;
  words = dup_stripped (self->words);
  other_words = words_changed (self);
  gtk_widget_set_sensitive (GTK_WIDGET (self->sounds_view), !other_words);
  gtk_widget_set_sensitive (self->speak_button,
                            *words != '\0' && (other_words || sounds_changed (self)));
}

static void
on_speak (MynaPieceDialog *self, GtkButton *button)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;
  g_autofree char *sounds = NULL;
  gboolean other_words = FALSE;

  g_assert (MYNA_IS_PIECE_DIALOG (self));

  words = dup_stripped (self->words);
  sounds = dup_stripped (self->sounds);
  other_words = words_changed (self);
  if (myna_takes_reroll (myna_studio_get_takes (self->studio), self->take,
                         myna_piece_get_index (self->piece), other_words ? words : NULL,
                         other_words || *sounds == '\0' ? NULL : sounds, &error) != NULL)
    {
      adw_dialog_close (ADW_DIALOG (self));
      return;
    }
  gtk_label_set_text (self->failure, error->message);
  gtk_widget_set_visible (GTK_WIDGET (self->failure), TRUE);
}

static void
myna_piece_dialog_dispose (GObject *object)
{
  MynaPieceDialog *self = MYNA_PIECE_DIALOG (object);

  g_clear_object (&self->piece);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_PIECE_DIALOG);
  g_clear_object (&self->take);
  g_clear_object (&self->studio);

  G_OBJECT_CLASS (myna_piece_dialog_parent_class)->dispose (object);
}

static void
myna_piece_dialog_class_init (MynaPieceDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_piece_dialog_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/studio/myna-piece-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaPieceDialog, words);
  gtk_widget_class_bind_template_child (widget_class, MynaPieceDialog, sounds);
  gtk_widget_class_bind_template_child (widget_class, MynaPieceDialog, words_view);
  gtk_widget_class_bind_template_child (widget_class, MynaPieceDialog, sounds_view);
  gtk_widget_class_bind_template_child (widget_class, MynaPieceDialog, speak_button);
  gtk_widget_class_bind_template_child (widget_class, MynaPieceDialog, failure);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_speak);
}

static void
myna_piece_dialog_init (MynaPieceDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * myna_piece_dialog_new:
 * @studio: the studio
 * @take: the take
 * @piece: the sentence
 *
 * Returns: (transfer floating): the dialog
 */
AdwDialog *
myna_piece_dialog_new (MynaStudio *studio, MynaTake *take, MynaPiece *piece)
{
  MynaPieceDialog *self = NULL;
  const char *sounds = NULL;

  g_return_val_if_fail (MYNA_IS_STUDIO (studio), NULL);
  g_return_val_if_fail (MYNA_IS_TAKE (take), NULL);
  g_return_val_if_fail (MYNA_IS_PIECE (piece), NULL);

  self = g_object_new (MYNA_TYPE_PIECE_DIALOG, NULL);
  self->studio = g_object_ref (studio);
  self->take = g_object_ref (take);
  self->piece = g_object_ref (piece);
  sounds = myna_piece_get_phone_string (piece);
  gtk_text_buffer_set_text (self->words, myna_piece_get_text (piece), -1);
  gtk_text_buffer_set_text (self->sounds, sounds != NULL ? sounds : "", -1);
  on_changed (self, self->words);
  adw_dialog_set_focus (ADW_DIALOG (self), GTK_WIDGET (self->words_view));
  return ADW_DIALOG (self);
}
