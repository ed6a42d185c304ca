/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/render/myna-mouth-footage.h"

#include <glib/gi18n-lib.h>

#include "engine/core/myna-error.h"
#include "engine/lipsync/render/myna-mouth-patch-private.h"
#include "engine/lipsync/render/myna-patch-store.h"

/* Of the file: two to three minutes of 1080p. The rest of a longer video is decoded again. */
#define MAX_BYTES ((gint64) 1 << 30)

/* In memory, as the painter's own store. */
#define MEMORY (12 << 20)

typedef struct
{
  gint64 frame;
  MynaRect rect;
} Kept;

struct _MynaMouthFootage
{
  MynaPatchStore *store; /* by place in @kept */
  GArray *kept;          /* of Kept, frames ascending */
  gint64 bytes;
  gboolean full; /* or the disk is */
};

/**
 * myna_mouth_footage_new:
 * @folder: where the file lies
 * @error: of the disk
 *
 * Returns: (transfer full): footage that is empty yet
 */
MynaMouthFootage *
myna_mouth_footage_new (const char *folder, GError **error)
{
  MynaPatchStore *store = myna_patch_store_new (folder, MEMORY, error);
  MynaMouthFootage *self;

  if (store == NULL)
    return NULL;
  self = g_new0 (MynaMouthFootage, 1);
  self->store = store;
  self->kept = g_array_new (FALSE, FALSE, sizeof (Kept));
  return self;
}

/**
 * myna_mouth_footage_free:
 * @self: (transfer full): footage
 */
void
myna_mouth_footage_free (MynaMouthFootage *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->store, myna_patch_store_free);
  g_array_unref (self->kept);
  g_free (self);
}

/**
 * myna_mouth_footage_add:
 * @frame: the whole picture
 * @face: a face in it
 *
 * Keeps the lower face while there is room. A frame that cannot be kept is no error: it is decoded
 * again when it is wanted.
 */
void
myna_mouth_footage_add (MynaMouthFootage *self, const MynaVideoFrame *frame, const MynaFace *face)
{
  g_autoptr (MynaMouthPatch) patch = NULL;
  Kept kept = { .frame = frame->index };

  g_return_if_fail (self != NULL && frame != NULL && face != NULL);

  if (self->full)
    return;
  patch = myna_mouth_patch_new_wide (frame, face, self->kept->len);
  if (patch == NULL)
    return;
  kept.rect = patch->header.rect;
  self->bytes += (gint64) myna_mouth_patch_get_size (patch);
  self->full = self->bytes > MAX_BYTES || !myna_patch_store_add (self->store, patch, NULL);
  if (!self->full)
    g_array_append_val (self->kept, kept);
}

/* The place of the first one that is not before @frame. */
static guint
find_frame (const MynaMouthFootage *self, gint64 frame)
{
  guint low = 0, high = self->kept->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (g_array_index (self->kept, Kept, middle).frame < frame)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static gboolean
contains (const MynaRect *a, const MynaRect *b)
{
  return a->x <= b->x && a->y <= b->y && a->x + a->width >= b->x + b->width &&
         a->y + a->height >= b->y + b->height;
}

/* The place of the one with all of the face's mouth; their number when there is none. */
static guint
find_mouth (const MynaMouthFootage *self, gint64 frame, const MynaFace *face)
{
  MynaRect wanted = myna_mouth_patch_get_rect (face);

  for (guint i = find_frame (self, frame); i < self->kept->len; i++)
    {
      const Kept *kept = &g_array_index (self->kept, Kept, i);

      if (kept->frame != frame)
        break;
      if (contains (&kept->rect, &wanted))
        return i;
    }
  return self->kept->len;
}

gboolean
myna_mouth_footage_has (MynaMouthFootage *self, gint64 frame, const MynaFace *face)
{
  g_return_val_if_fail (self != NULL && face != NULL, FALSE);

  return find_mouth (self, frame, face) < self->kept->len;
}

MynaMouthPatch *
myna_mouth_footage_get (MynaMouthFootage *self, gint64 frame, const MynaFace *face, GError **error)
{
  g_autoptr (MynaMouthPatch) wide = NULL;
  guint place;

  g_return_val_if_fail (self != NULL && face != NULL, NULL);

  place = find_mouth (self, frame, face);
  wide = myna_patch_store_get (self->store, place, error);
  return wide != NULL ? myna_mouth_patch_narrow (wide, frame, face) : NULL;
}
