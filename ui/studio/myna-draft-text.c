/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/studio/myna-draft-text.h"

#include "ui/widgets/myna-text-file.h"

struct _MynaDraftText
{
  GObject parent_instance;

  /* Owned references */
  GFile *file;
  GCancellable *cancellable;

  /* Borrowed references */
  MynaTextEditor *editor;

  /* State */
  gboolean read_only;
  gboolean saving;
  gboolean again; /* the text changed while it was being saved */
};

G_DEFINE_FINAL_TYPE (MynaDraftText, myna_draft_text, G_TYPE_OBJECT)

static void save (MynaDraftText *self);

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MynaDraftText) self = MYNA_DRAFT_TEXT (data);
  g_autoptr (GError) error = NULL;

  self->saving = FALSE;
  /* The text is still in the window; a full disk is reported by what the person asked for. */
  if (!g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    g_message ("%s", error->message);
  if (self->again)
    save (self);
}

static void
save (MynaDraftText *self)
{
  g_autoptr (GBytes) bytes = NULL;
  char *text = NULL;

  g_assert (MYNA_IS_DRAFT_TEXT (self));

  self->again = self->saving;
  if (self->saving || self->read_only || self->editor == NULL)
    return;
  self->saving = TRUE;
  text = myna_text_editor_dup_text (self->editor);
  bytes = g_bytes_new_take (text, strlen (text));
  g_file_replace_contents_bytes_async (self->file, bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL,
                                       on_saved, g_object_ref (self));
}

/* The window closes, perhaps for good: the last words typed are not left to a main loop that ends.
 */
static void
on_unmapped (MynaDraftText *self)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert (MYNA_IS_DRAFT_TEXT (self));

  if (self->read_only || (!self->saving && myna_text_editor_get_settled (self->editor)))
    return;
  text = myna_text_editor_dup_text (self->editor);
  if (!g_file_set_contents (g_file_peek_path (self->file), text, -1, &error))
    g_message ("%s", error->message);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MynaDraftText) self = MYNA_DRAFT_TEXT (data);
  g_autofree char *text = myna_text_file_load_finish (result, NULL);

  if (self->editor == NULL)
    return;
  /* What was typed in the meantime wins. */
  if (text != NULL && myna_text_editor_get_empty (self->editor))
    myna_text_editor_set_text (self->editor, text);
  g_signal_connect_object (self->editor, "changed", G_CALLBACK (save), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->editor, "unmap", G_CALLBACK (on_unmapped), self,
                           G_CONNECT_SWAPPED);
}

static void
myna_draft_text_dispose (GObject *object)
{
  MynaDraftText *self = MYNA_DRAFT_TEXT (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_weak_pointer (&self->editor);
  g_clear_object (&self->file);

  G_OBJECT_CLASS (myna_draft_text_parent_class)->dispose (object);
}

static void
myna_draft_text_class_init (MynaDraftTextClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_draft_text_dispose;
}

static void
myna_draft_text_init (MynaDraftText *self)
{
  self->cancellable = g_cancellable_new ();
}

/**
 * myna_draft_text_new:
 * @library: the open library
 * @editor: the editor to fill and to watch
 *
 * Returns: (transfer full): the keeper; the editor is filled shortly after
 */
MynaDraftText *
myna_draft_text_new (MynaLibrary *library, MynaTextEditor *editor)
{
  MynaDraftText *self = NULL;

  g_return_val_if_fail (MYNA_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (MYNA_IS_TEXT_EDITOR (editor), NULL);

  self = g_object_new (MYNA_TYPE_DRAFT_TEXT, NULL);
  self->file = g_file_new_build_filename (myna_library_get_data_dir (library), "studio.txt", NULL);
  self->read_only = myna_library_is_read_only (library);
  g_set_weak_pointer (&self->editor, editor);
  myna_text_file_load_async (self->file, MYNA_TEXT_EDITOR_MAX_BYTES, self->cancellable, on_loaded,
                             g_object_ref (self));
  return self;
}
