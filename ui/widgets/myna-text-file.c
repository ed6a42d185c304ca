/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/widgets/myna-text-file.h"

#include <glib/gi18n.h>
#include <string.h>

#include "engine/core/myna-error.h"

/*
 * Text files as people have them: UTF-8, UTF-16 with a byte order mark, or an old Windows file.
 */

static char *
convert (const char *bytes, gsize n_bytes, const char *charset)
{
  g_autofree char *text = g_convert (bytes, (gssize) n_bytes, "UTF-8", charset, NULL, NULL, NULL);

  return text != NULL && g_utf8_validate (text, -1, NULL) ? g_steal_pointer (&text) : NULL;
}

static char *
convert_any (const char *bytes, gsize n_bytes)
{
  if (n_bytes >= 3 && memcmp (bytes, "\xef\xbb\xbf", 3) == 0)
    return convert (bytes + 3, n_bytes - 3, "UTF-8");
  if (n_bytes >= 2 && (memcmp (bytes, "\xff\xfe", 2) == 0 || memcmp (bytes, "\xfe\xff", 2) == 0))
    return convert (bytes, n_bytes, "UTF-16");
  /* A zero byte never occurs in text: this is a picture, a program or a recording. */
  if (memchr (bytes, '\0', n_bytes) != NULL)
    return NULL;
  if (g_utf8_validate_len (bytes, n_bytes, NULL))
    return g_strndup (bytes, n_bytes);
  return convert (bytes, n_bytes, "WINDOWS-1252");
}

/**
 * myna_text_file_decode:
 * @bytes: content of a file
 * @n_bytes: its length
 * @name: the file's name for the message
 * @error: return location; UNSUPPORTED when it is not text
 *
 * Any thread.
 *
 * Returns: (transfer full): the text in UTF-8 with "\n" as line end
 */
char *
myna_text_file_decode (const char *bytes, gsize n_bytes, const char *name, GError **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_return_val_if_fail (bytes != NULL || n_bytes == 0, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  text = n_bytes > 0 ? convert_any (bytes, n_bytes) : g_strdup ("");
  if (text == NULL)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("“%s” is not a text file. Drop a plain text file here."), name);
      return NULL;
    }
  lines = g_strsplit (text, "\r\n", -1);
  return g_strjoinv ("\n", lines);
}

typedef struct
{
  GFile *file;
  gsize max_bytes;
} LoadRequest;

static void
load_request_free (LoadRequest *request)
{
  g_object_unref (request->file);
  g_free (request);
}

static void
load_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  LoadRequest *request = task_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInputStream) stream = NULL;
  g_autofree char *name = g_file_get_basename (request->file);
  g_autofree char *bytes = NULL;
  char *text = NULL;
  gsize n_bytes = 0;

  stream = g_file_read (request->file, cancellable, &error);
  bytes = stream != NULL ? g_malloc (request->max_bytes + 1) : NULL;
  if (stream == NULL ||
      !g_input_stream_read_all (G_INPUT_STREAM (stream), bytes, request->max_bytes + 1, &n_bytes,
                                cancellable, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (n_bytes > request->max_bytes)
    {
      g_task_return_new_error (task, MYNA_ERROR, MYNA_ERROR_TOO_LARGE,
                               _ ("“%s” is too large. Split the text into files below %d MB."),
                               name, (int) (request->max_bytes / 1024 / 1024));
      return;
    }
  text = myna_text_file_decode (bytes, n_bytes, name, &error);
  if (text != NULL)
    g_task_return_pointer (task, text, g_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/**
 * myna_text_file_load_async:
 * @file: the file
 * @max_bytes: larger files are refused with TOO_LARGE
 * @cancellable: (nullable): cancels
 * @callback: called on the caller's main context
 * @user_data: closure
 *
 * Reads a text file on a thread.
 */
void
myna_text_file_load_async (GFile *file,
                           gsize max_bytes,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  LoadRequest *request = NULL;

  g_return_if_fail (G_IS_FILE (file));

  request = g_new0 (LoadRequest, 1);
  request->file = g_object_ref (file);
  request->max_bytes = max_bytes;
  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, myna_text_file_load_async);
  g_task_set_task_data (task, request, (GDestroyNotify) load_request_free);
  g_task_run_in_thread (task, load_in_thread);
}

/**
 * myna_text_file_load_finish:
 * @result: the result
 * @error: return location
 *
 * Returns: (transfer full): the text
 */
char *
myna_text_file_load_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
