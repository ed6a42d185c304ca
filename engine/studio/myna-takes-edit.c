/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-takes.h"

#include <glib/gi18n-lib.h>

#include "engine/core/myna-error.h"
#include "engine/studio/myna-takes-private.h"

/* What a person changes of takes: which revision is heard, the order of sentences, names, removal.
 */

/**
 * myna_takes_choose_revision:
 * @take: which take
 * @piece: where in the take
 * @revision: which revision shall be heard
 */
void
myna_takes_choose_revision (MynaTakes *self, MynaTake *take, guint piece, guint revision)
{
  g_return_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take));

  if (myna_takes_check_writable (self, NULL) && myna_take_choose_revision (take, piece, revision))
    myna_takes_save (self, take);
}

/**
 * myna_takes_remove_piece:
 * @take: which take
 * @piece: where in the take
 *
 * Drops a sentence from the take.
 */
void
myna_takes_remove_piece (MynaTakes *self, MynaTake *take, guint piece)
{
  g_return_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take));

  if (myna_takes_check_writable (self, NULL) && myna_take_remove_piece (take, piece))
    myna_takes_save (self, take);
}

/**
 * myna_takes_restore_piece:
 * @take: which take
 * @piece: a sentence that was removed from it
 * @index: where in the take it was
 *
 * Undoes myna_takes_remove_piece().
 */
void
myna_takes_restore_piece (MynaTakes *self, MynaTake *take, MynaPiece *piece, guint index)
{
  g_return_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take) && MYNA_IS_PIECE (piece));

  if (myna_takes_check_writable (self, NULL) && myna_take_insert_piece (take, piece, index))
    myna_takes_save (self, take);
}

/**
 * myna_takes_move_piece:
 * @take: which take
 * @piece: where in the take
 * @offset: by how many places; not beyond the ends
 *
 * Puts a sentence elsewhere.
 */
void
myna_takes_move_piece (MynaTakes *self, MynaTake *take, guint piece, int offset)
{
  g_return_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take));

  if (myna_takes_check_writable (self, NULL) && myna_take_move_piece (take, piece, offset))
    myna_takes_save (self, take);
}

/**
 * myna_takes_rename:
 * @take: which take
 * @name: its new name; two takes may have the same
 * @error: return location
 *
 * Returns: %FALSE with EMPTY or READ_ONLY
 */
gboolean
myna_takes_rename (MynaTakes *self, MynaTake *take, const char *name, GError **error)
{
  g_autofree char *stripped = NULL;

  g_return_val_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take) && name != NULL, FALSE);

  stripped = g_strstrip (g_strdup (name));
  if (!myna_takes_check_writable (self, error))
    return FALSE;
  if (*stripped == '\0')
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_EMPTY, _ ("Give the take a name."));
      return FALSE;
    }
  myna_take_set_name (take, stripped);
  myna_takes_save (self, take);
  return TRUE;
}

/**
 * myna_takes_remove:
 * @take: which take
 *
 * Hides a take at once and cancels its job; its files stay until myna_takes_purge_removed() or the
 * next start.
 */
void
myna_takes_remove (MynaTakes *self, MynaTake *take)
{
  g_return_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take));

  if (!myna_takes_check_writable (self, NULL))
    return;
  g_object_ref (take);
  if (myna_takes_extract (self, take))
    {
      g_ptr_array_add (self->removed, g_object_ref (take));
      myna_take_get_record (take)->removed = g_get_real_time () / G_USEC_PER_SEC;
      myna_takes_save (self, take);
      if (myna_take_get_job (take) != NULL)
        myna_job_queue_cancel (self->queue, myna_take_get_job (take));
    }
  g_object_unref (take);
}

/**
 * myna_takes_restore:
 * @take: one that was removed
 *
 * Brings it back. When its job was cancelled with it, the job can be retried.
 */
void
myna_takes_restore (MynaTakes *self, MynaTake *take)
{
  g_return_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take));

  g_object_ref (take);
  if (g_ptr_array_remove (self->removed, take))
    {
      myna_take_get_record (take)->removed = 0;
      myna_takes_save (self, take);
      myna_takes_insert (self, take);
    }
  g_object_unref (take);
}

/**
 * myna_takes_purge_removed:
 *
 * Deletes what was removed for good; a take whose job still runs when the job has stopped.
 */
void
myna_takes_purge_removed (MynaTakes *self)
{
  g_return_if_fail (MYNA_IS_TAKES (self));

  for (guint i = 0; i < self->removed->len; i++)
    {
      MynaTake *take = g_ptr_array_index (self->removed, i);

      if (myna_take_get_job (take) != NULL)
        g_ptr_array_add (self->purging, g_object_ref (take));
      else
        myna_takes_purge (self, myna_take_get_id (take));
    }
  g_ptr_array_set_size (self->removed, 0);
}
