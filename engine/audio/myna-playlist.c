/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-playlist.h"

struct _MynaPlaylist
{
  GArray *items;          /* MynaPlaylistItem */
  guint first_unmeasured; /* those before it have a duration */
};

static void
item_clear (gpointer data)
{
  MynaPlaylistItem *item = data;

  g_clear_pointer (&item->path, g_free);
}

/**
 * myna_playlist_new:
 *
 * Returns: (transfer full): an empty list
 */
MynaPlaylist *
myna_playlist_new (void)
{
  MynaPlaylist *self = g_new0 (MynaPlaylist, 1);

  self->items = g_array_new (FALSE, TRUE, sizeof (MynaPlaylistItem));
  g_array_set_clear_func (self->items, item_clear);
  return self;
}

/**
 * myna_playlist_free:
 * @self: (nullable) (transfer full): a list
 */
void
myna_playlist_free (MynaPlaylist *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->items);
  g_free (self);
}

/**
 * myna_playlist_clear:
 * @self: a list
 *
 * Removes all items.
 */
void
myna_playlist_clear (MynaPlaylist *self)
{
  g_return_if_fail (self != NULL);
  g_array_set_size (self->items, 0);
  self->first_unmeasured = 0;
}

/**
 * myna_playlist_append:
 * @self: a list
 * @path: a media file
 * @start: seconds of the file
 * @end: seconds of the file; <= 0: its end
 * @pause_after: seconds of silence before the next item
 *
 * Returns: the index of the new item
 */
guint
myna_playlist_append (
    MynaPlaylist *self, const char *path, double start, double end, double pause_after)
{
  MynaPlaylistItem item = { 0 };

  g_return_val_if_fail (self != NULL && path != NULL, 0);

  item.path = g_strdup (path);
  item.stream = -1;
  item.start = MAX (start, 0);
  item.end = MAX (end, 0);
  item.pause_after = MAX (pause_after, 0);
  item.duration = end > 0 ? MAX (item.end - item.start, 0) : -1;
  g_array_append_val (self->items, item);
  return self->items->len - 1;
}

/**
 * myna_playlist_get_length:
 * @self: a list
 *
 * Returns: number of items
 */
guint
myna_playlist_get_length (MynaPlaylist *self)
{
  return self->items->len;
}

/**
 * myna_playlist_set_stream:
 * @self: a list
 * @index: of an item
 * @stream: audio stream of its file, -1: the best one
 */
void
myna_playlist_set_stream (MynaPlaylist *self, guint index, int stream)
{
  g_return_if_fail (self != NULL && index < self->items->len);

  g_array_index (self->items, MynaPlaylistItem, index).stream = stream;
}

/**
 * myna_playlist_get:
 * @self: a list
 * @index: of an item
 *
 * Returns: (transfer none): the item, until the list changes
 */
const MynaPlaylistItem *
myna_playlist_get (MynaPlaylist *self, guint index)
{
  g_return_val_if_fail (self != NULL && index < self->items->len, NULL);
  return &g_array_index (self->items, MynaPlaylistItem, index);
}

/**
 * myna_playlist_set_duration:
 * @self: a list
 * @index: of an item
 * @seconds: how long it is, now that its file was looked at or decoded
 */
void
myna_playlist_set_duration (MynaPlaylist *self, guint index, double seconds)
{
  g_return_if_fail (self != NULL && index < self->items->len);
  g_array_index (self->items, MynaPlaylistItem, index).duration = MAX (seconds, 0);
}

/**
 * myna_playlist_find_unmeasured:
 * @self: a list
 *
 * Returns: the first item without a duration, or -1
 */
int
myna_playlist_find_unmeasured (MynaPlaylist *self)
{
  g_return_val_if_fail (self != NULL, -1);

  for (; self->first_unmeasured < self->items->len; self->first_unmeasured++)
    if (myna_playlist_get (self, self->first_unmeasured)->duration < 0)
      return (int) self->first_unmeasured;
  return -1;
}

/**
 * myna_playlist_get_duration:
 * @self: a list
 *
 * Returns: seconds of all items whose length is known and of the pauses between them
 */
double
myna_playlist_get_duration (MynaPlaylist *self)
{
  double seconds = 0;

  g_return_val_if_fail (self != NULL, 0);

  for (guint i = 0; i < self->items->len; i++)
    {
      const MynaPlaylistItem *item = myna_playlist_get (self, i);

      seconds += MAX (item->duration, 0);
      if (i + 1 < self->items->len)
        seconds += item->pause_after;
    }
  return seconds;
}

/**
 * myna_playlist_locate:
 * @self: a list
 * @position: seconds of the time line
 * @out_offset: (out): seconds since the start of the item, at most its duration and pause
 *
 * A pause belongs to the item before it; what is after the end, to the last item.
 *
 * Returns: the item at @position, or -1 when the list is empty
 */
int
myna_playlist_locate (MynaPlaylist *self, double position, double *out_offset)
{
  double left = MAX (position, 0);

  g_return_val_if_fail (self != NULL && out_offset != NULL, -1);

  *out_offset = 0;
  for (guint i = 0; i < self->items->len; i++)
    {
      const MynaPlaylistItem *item = myna_playlist_get (self, i);
      double length = MAX (item->duration, 0) + item->pause_after;

      *out_offset = MIN (left, length);
      if (left < length || i + 1 == self->items->len)
        return (int) i;
      left -= length;
    }
  return -1;
}
