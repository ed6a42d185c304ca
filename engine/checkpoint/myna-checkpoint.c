/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-checkpoint.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/checkpoint/myna-checkpoint-file.h"
#include "engine/checkpoint/myna-renamed-tensors.h"
#include "engine/checkpoint/myna-safetensors.h"
#include "engine/checkpoint/myna-torch.h"
#include "engine/core/myna-error.h"

struct _MynaCheckpoint
{
  GBytes *bytes;
  MynaTensors *tensors;
  const MynaValue *root; /* the tensors'; NULL in safetensors */
  char head[3];
};

static gboolean
is_safetensors (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint64 length;

  if (size < sizeof length + 2)
    return FALSE;
  memcpy (&length, data, sizeof length);
  return length <= size - sizeof length && data[sizeof length] == '{';
}

static gboolean
read_any (MynaCheckpoint *self, const char *label, GError **error)
{
  if (myna_torch_is_one (self->bytes))
    self->tensors = myna_torch_read (self->bytes, label, &self->root, error);
  else if (is_safetensors (self->bytes))
    self->tensors = myna_safetensors_parse (self->bytes, label, NULL, error);
  else
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                 _ ("“%s” is not complete or no checkpoint (.ckpt, .pth, .safetensors)."), label);
  return self->tensors != NULL;
}

/**
 * myna_checkpoint_parse:
 * @bytes: a whole file
 * @label: what to call it in messages
 * @error: (out) (optional): CORRUPT, UNSUPPORTED with what it asked for
 *
 * Returns: (transfer full) (nullable): the checkpoint, which keeps @bytes
 */
MynaCheckpoint *
myna_checkpoint_parse (GBytes *bytes, const char *label, GError **error)
{
  g_autoptr (MynaCheckpoint) self = NULL;
  gsize size;
  const char *data;

  g_return_val_if_fail (bytes != NULL && label != NULL, NULL);

  self = g_new0 (MynaCheckpoint, 1);
  self->bytes = g_bytes_ref (bytes);
  data = g_bytes_get_data (bytes, &size);
  if (!read_any (self, label, error))
    return NULL;
  if (self->root != NULL && data[0] == '0')
    memcpy (self->head, data, 2);
  return g_steal_pointer (&self);
}

/**
 * myna_checkpoint_open:
 * @path: file
 * @error: (out) (optional): NOT_FOUND, CORRUPT, UNSUPPORTED with what it asked for, …
 *
 * Maps a file and reads what is where. Blocking, for some milliseconds.
 *
 * Returns: (transfer full) (nullable): the checkpoint
 */
MynaCheckpoint *
myna_checkpoint_open (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *label = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  bytes = myna_checkpoint_file_map (path, error);
  if (bytes == NULL)
    return NULL;
  label = g_filename_display_basename (path);
  return myna_checkpoint_parse (bytes, label, error);
}

/**
 * myna_checkpoint_free:
 * @self: (transfer full): a checkpoint; its values die with it, its sets of tensors with their own
 * last reference
 */
void
myna_checkpoint_free (MynaCheckpoint *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->tensors, myna_tensors_unref);
  g_bytes_unref (self->bytes);
  g_free (self);
}

/**
 * myna_checkpoint_get_label:
 * @self: a checkpoint
 *
 * Returns: (transfer none): what to call it in messages
 */
const char *
myna_checkpoint_get_label (MynaCheckpoint *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return myna_tensors_get_label (self->tensors);
}

/**
 * myna_checkpoint_get_bytes:
 * @self: a checkpoint
 *
 * Returns: (transfer none): the whole file
 */
GBytes *
myna_checkpoint_get_bytes (MynaCheckpoint *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->bytes;
}

/**
 * myna_checkpoint_get_tensors:
 * @self: a checkpoint
 *
 * Returns: (transfer none): all tensors, named by their place
 */
MynaTensors *
myna_checkpoint_get_tensors (MynaCheckpoint *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->tensors;
}

/**
 * myna_checkpoint_dup_weights:
 * @self: a checkpoint
 *
 * Returns: (transfer full): the network's tensors by the names of its code
 */
MynaTensors *
myna_checkpoint_dup_weights (MynaCheckpoint *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return myna_renamed_tensors_new (self->tensors);
}

/**
 * myna_checkpoint_get_value:
 * @self: a checkpoint
 * @place: keys joined by "/"
 *
 * Returns: (transfer none) (nullable): what is there; lives as long as the checkpoint
 */
const MynaValue *
myna_checkpoint_get_value (MynaCheckpoint *self, const char *place)
{
  g_auto (GStrv) keys = NULL;
  const MynaValue *value;

  g_return_val_if_fail (self != NULL && place != NULL, NULL);

  keys = g_strsplit (place, "/", -1);
  value = self->root;
  for (int i = 0; value != NULL && keys[i] != NULL; i++)
    value = myna_value_lookup (value, keys[i]);
  return value;
}

/**
 * myna_checkpoint_get_int:
 * @self: a checkpoint
 * @place: keys joined by "/"
 * @fallback: when there is no whole number
 *
 * Returns: the number there
 */
gint64
myna_checkpoint_get_int (MynaCheckpoint *self, const char *place, gint64 fallback)
{
  const MynaValue *value = myna_checkpoint_get_value (self, place);

  return value != NULL && value->kind == MYNA_VALUE_INT ? value->integer : fallback;
}

/**
 * myna_checkpoint_get_string:
 * @self: a checkpoint
 * @place: keys joined by "/"
 *
 * Returns: (transfer none) (nullable): the text there
 */
const char *
myna_checkpoint_get_string (MynaCheckpoint *self, const char *place)
{
  const MynaValue *value = myna_checkpoint_get_value (self, place);

  return value != NULL && value->kind == MYNA_VALUE_STRING ? value->text : NULL;
}

/**
 * myna_checkpoint_get_head:
 * @self: a checkpoint
 *
 * Returns: (transfer none): the two digits written over "PK", or ""
 */
const char *
myna_checkpoint_get_head (MynaCheckpoint *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->head;
}
