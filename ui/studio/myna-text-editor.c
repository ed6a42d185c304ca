/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/studio/myna-text-editor.h"

#include <glib/gi18n.h>

#include "ui/widgets/myna-text-file.h"
#include "ui/widgets/myna-time-text.h"
#include "ui/widgets/myna-toasts.h"

/* Reading aloud: letters a second of an alphabet, and of scripts with a syllable a character.
 * 165 words a minute (espeak-ng's default that draft-voice.md section 2 uses) of 5.5 characters. */
#define CHARACTERS_A_SECOND 15.0
#define WIDE_CHARACTERS_A_SECOND 4.5

/* The text is summed up when typing pauses this long: a megabyte is not read again at every key. */
#define SETTLE_MS 250

struct _MynaTextEditor
{
  AdwBin parent_instance;

  /* Template widgets */
  GtkTextView *text_view;
  GtkTextBuffer *buffer;
  GtkLabel *placeholder;

  /* Owned references */
  GCancellable *loading;
  char *length_text;

  /* State */
  guint settle_id;
  double speed;
  gboolean empty;
};

enum
{
  PROP_0,
  PROP_EMPTY,
  PROP_LENGTH_TEXT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
static guint signal_changed;

G_DEFINE_FINAL_TYPE (MynaTextEditor, myna_text_editor, ADW_TYPE_BIN)

static double
estimate_seconds (const char *text)
{
  gsize wide = 0;
  gsize narrow = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_iswide (c))
        wide++;
      else if (g_unichar_isprint (c))
        narrow++;
    }
  return (double) wide / WIDE_CHARACTERS_A_SECOND + (double) narrow / CHARACTERS_A_SECOND;
}

static gboolean
is_blank (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_isspace (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

static char *
dup_length_text (MynaTextEditor *self, const char *text)
{
  guint n_characters = 0;
  g_autofree char *characters = NULL;
  g_autofree char *time = NULL;

  g_assert (MYNA_IS_TEXT_EDITOR (self));

  n_characters = (guint) gtk_text_buffer_get_char_count (self->buffer);
  characters =
      g_strdup_printf (ngettext ("%'u character", "%'u characters", n_characters), n_characters);
  if (self->empty)
    return g_steal_pointer (&characters);
  time = myna_time_text_words (MAX (estimate_seconds (text) / self->speed, 1.0));
  /* Translators: length of a text, as in "120 characters, about 8 seconds" */
  return g_strdup_printf (_ ("%s, about %s"), characters, time);
}

static void
sum_up (MynaTextEditor *self)
{
  g_autofree char *text = NULL;
  g_autofree char *length_text = NULL;
  gboolean empty = FALSE;

  g_assert (MYNA_IS_TEXT_EDITOR (self));

  text = myna_text_editor_dup_text (self);
  empty = is_blank (text);
  if (self->empty != empty)
    {
      self->empty = empty;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EMPTY]);
    }
  length_text = dup_length_text (self, text);
  if (g_set_str (&self->length_text, length_text))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LENGTH_TEXT]);
}

static gboolean
on_settled (gpointer data)
{
  MynaTextEditor *self = MYNA_TEXT_EDITOR (data);

  self->settle_id = 0;
  sum_up (self);
  g_signal_emit (self, signal_changed, 0);
  return G_SOURCE_REMOVE;
}

static void
on_buffer_changed (MynaTextEditor *self, GtkTextBuffer *buffer)
{
  g_assert (MYNA_IS_TEXT_EDITOR (self));

  gtk_widget_set_visible (GTK_WIDGET (self->placeholder),
                          gtk_text_buffer_get_char_count (self->buffer) == 0);
  g_clear_handle_id (&self->settle_id, g_source_remove);
  self->settle_id = g_timeout_add (SETTLE_MS, on_settled, self);
}

/**
 * myna_text_editor_dup_text:
 * @self: the editor
 *
 * Returns: (transfer full): the whole text
 */
char *
myna_text_editor_dup_text (MynaTextEditor *self)
{
  GtkTextIter start;
  GtkTextIter end;

  g_return_val_if_fail (MYNA_IS_TEXT_EDITOR (self), NULL);

  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  return gtk_text_buffer_get_text (self->buffer, &start, &end, FALSE);
}

/**
 * myna_text_editor_set_text:
 * @self: the editor
 * @text: valid UTF-8
 *
 * Replaces the text as one user action that can be undone. "empty" and "length-text" follow at
 * once.
 */
void
myna_text_editor_set_text (MynaTextEditor *self, const char *text)
{
  GtkTextIter start;
  GtkTextIter end;

  g_return_if_fail (MYNA_IS_TEXT_EDITOR (self));
  g_return_if_fail (text != NULL);

  gtk_text_buffer_begin_user_action (self->buffer);
  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  gtk_text_buffer_delete (self->buffer, &start, &end);
  gtk_text_buffer_insert (self->buffer, &start, text, -1);
  gtk_text_buffer_end_user_action (self->buffer);
  gtk_text_buffer_get_start_iter (self->buffer, &start);
  gtk_text_buffer_place_cursor (self->buffer, &start);
  sum_up (self);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MynaTextEditor) self = MYNA_TEXT_EDITOR (data);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  text = myna_text_file_load_finish (result, &error);
  if (text != NULL)
    myna_text_editor_set_text (self, text);
  else
    myna_toasts_add_error (GTK_WIDGET (self), error);
}

/**
 * myna_text_editor_load:
 * @self: the editor
 * @file: a text file
 *
 * Replaces the text by that of @file, which is read in the background; a toast says when it cannot
 * be.
 */
void
myna_text_editor_load (MynaTextEditor *self, GFile *file)
{
  g_return_if_fail (MYNA_IS_TEXT_EDITOR (self));
  g_return_if_fail (G_IS_FILE (file));

  g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
  self->loading = g_cancellable_new ();
  myna_text_file_load_async (file, MYNA_TEXT_EDITOR_MAX_BYTES, self->loading, on_loaded,
                             g_object_ref (self));
}

/**
 * myna_text_editor_set_speed:
 * @self: the editor
 * @speed: speaking speed, 1.0 is normal
 *
 * Lets the estimated duration follow the speed.
 */
void
myna_text_editor_set_speed (MynaTextEditor *self, double speed)
{
  g_return_if_fail (MYNA_IS_TEXT_EDITOR (self));
  g_return_if_fail (speed > 0.0);

  self->speed = speed;
  sum_up (self);
}

/**
 * myna_text_editor_get_settled:
 * @self: the editor
 *
 * Returns: whether "changed" was emitted for all that was typed
 */
gboolean
myna_text_editor_get_settled (MynaTextEditor *self)
{
  g_return_val_if_fail (MYNA_IS_TEXT_EDITOR (self), TRUE);

  return self->settle_id == 0;
}

gboolean
myna_text_editor_get_empty (MynaTextEditor *self)
{
  g_return_val_if_fail (MYNA_IS_TEXT_EDITOR (self), TRUE);

  return self->empty;
}

const char *
myna_text_editor_get_length_text (MynaTextEditor *self)
{
  g_return_val_if_fail (MYNA_IS_TEXT_EDITOR (self), NULL);

  return self->length_text;
}

static gboolean
myna_text_editor_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (MYNA_TEXT_EDITOR (widget)->text_view));
}

static void
myna_text_editor_dispose (GObject *object)
{
  MynaTextEditor *self = MYNA_TEXT_EDITOR (object);

  g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_TEXT_EDITOR);
  g_clear_handle_id (&self->settle_id, g_source_remove);
  g_clear_pointer (&self->length_text, g_free);

  G_OBJECT_CLASS (myna_text_editor_parent_class)->dispose (object);
}

static void
myna_text_editor_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaTextEditor *self = MYNA_TEXT_EDITOR (object);

  switch (prop_id)
    {
    case PROP_EMPTY:
      g_value_set_boolean (value, self->empty);
      break;
    case PROP_LENGTH_TEXT:
      g_value_set_string (value, self->length_text);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_text_editor_class_init (MynaTextEditorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = myna_text_editor_dispose;
  object_class->get_property = myna_text_editor_get_property;
  widget_class->grab_focus = myna_text_editor_grab_focus;

  properties[PROP_EMPTY] = g_param_spec_boolean ("empty", NULL, NULL, TRUE, flags);
  properties[PROP_LENGTH_TEXT] = g_param_spec_string ("length-text", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signal_changed = g_signal_new ("changed", MYNA_TYPE_TEXT_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/studio/myna-text-editor.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaTextEditor, text_view);
  gtk_widget_class_bind_template_child (widget_class, MynaTextEditor, buffer);
  gtk_widget_class_bind_template_child (widget_class, MynaTextEditor, placeholder);
  gtk_widget_class_bind_template_callback (widget_class, on_buffer_changed);
}

static void
myna_text_editor_init (MynaTextEditor *self)
{
  self->empty = TRUE;
  self->speed = 1.0;
  gtk_widget_init_template (GTK_WIDGET (self));
  sum_up (self);
}
