/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/video/myna-video-reader.h"

#include <glib/gi18n-lib.h>

#include "engine/core/myna-error.h"
#include "engine/video/myna-deinterlace-private.h"
#include "engine/video/myna-video-format-private.h"
#include "engine/video/myna-video-probe-private.h"
#include "engine/video/myna-video-source-private.h"
#include "engine/video/myna-video-upright-private.h"

/* A jump that lands behind the wanted place is tried again from this much earlier. */
#define JUMP_BACK_SECONDS 10.0
/* So far ahead it is quicker to decode on than to jump to a key picture. */
#define NEAR_SECONDS 1.0

struct _MynaVideoReader
{
  MynaVideoSource *source;
  MynaVideoInfo *info;
  MynaVideoFormat *format;
  MynaOrientation orientation;
  double tick;  /* seconds */
  gint64 first; /* ticks of the first picture: time 0 */

  AVFrame *held; /* the next picture, as decoded */
  gboolean has_held;
  AVFrame *previous; /* the one before it, for pictures that are made of several */
  AVFrame *ahead;    /* the one after it, when a search went one too far */
  gboolean has_ahead;
  gint64 index;     /* of held */
  gint64 last_step; /* ticks between the two pictures before */
};

/* The next picture into held. */
static gboolean
hold_next (MynaVideoReader *self, GError **error)
{
  gboolean at_end = FALSE;

  av_frame_unref (self->held);
  if (self->has_ahead)
    {
      av_frame_move_ref (self->held, self->ahead);
      self->has_ahead = FALSE;
      self->has_held = TRUE;
      return TRUE;
    }
  self->has_held = FALSE;
  if (!myna_video_source_next (self->source, self->held, &at_end, error))
    return FALSE;
  self->has_held = !at_end;
  return TRUE;
}

static void
drop_ahead (MynaVideoReader *self)
{
  av_frame_unref (self->previous);
  av_frame_unref (self->ahead);
  self->has_ahead = FALSE;
}

static double
held_time (MynaVideoReader *self)
{
  return (double) (self->held->pts - self->first) * self->tick;
}

/**
 * myna_video_reader_open:
 * @path: (type filename): a video or photo
 *
 * Opens the file and decodes its first picture. Blocking.
 *
 * Returns: (transfer full) (nullable): the reader; errors as of myna_video_probe ()
 */
MynaVideoReader *
myna_video_reader_open (const char *path, GError **error)
{
  g_autoptr (MynaVideoReader) self = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_new0 (MynaVideoReader, 1);
  self->held = av_frame_alloc ();
  self->ahead = av_frame_alloc ();
  self->previous = av_frame_alloc ();
  self->source = myna_video_source_open (path, error);
  if (self->source == NULL || !myna_video_source_first (self->source, self->held, error))
    return NULL;
  self->orientation =
      myna_orientation_find (myna_video_source_get_stream (self->source), self->held);
  self->format = myna_video_format_new (self->held, self->orientation.transpose,
                                        myna_video_source_is_photo (self->source));
  self->first = self->held->pts;
  self->tick = av_q2d (myna_video_source_get_stream (self->source)->time_base);
  self->info = myna_video_info_new (self->source, self->held);
  if (!myna_video_source_restart (self->source, error) || !hold_next (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * myna_video_reader_set_cancellable:
 * @cancellable: (nullable): looked at before each packet
 */
void
myna_video_reader_set_cancellable (MynaVideoReader *self, GCancellable *cancellable)
{
  g_return_if_fail (self != NULL);

  myna_video_source_set_cancellable (self->source, cancellable);
}

/**
 * myna_video_reader_get_info:
 *
 * Returns: (transfer none): what is in the file; its list of sound tracks is empty here, see
 *   myna_video_probe ()
 */
const MynaVideoInfo *
myna_video_reader_get_info (MynaVideoReader *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->info;
}

static gint64
last_duration (MynaVideoReader *self, const AVFrame *av)
{
  if (myna_video_source_is_photo (self->source))
    return MAX ((gint64) (1 / (self->info->fps * self->tick) + 0.5), 1);
  if (av->duration > 0)
    return av->duration;
  return self->last_step > 0 ? self->last_step : myna_video_source_get_nominal_ticks (self->source);
}

/* A neighbour in the same format, without one where there is none. */
static AVFrame *
plain_copy (MynaVideoReader *self, const AVFrame *av)
{
  AVFrame *copy = av->buf[0] != NULL ? av_frame_clone (av) : NULL;

  return copy != NULL ? myna_video_format_apply (self->format, copy) : NULL;
}

/* Takes a picture whose two fields are from different times apart. */
static AVFrame *
make_whole (MynaVideoReader *self, AVFrame *av)
{
  AVFrame *before, *after, *whole;

  if (av == NULL || (av->flags & AV_FRAME_FLAG_INTERLACED) == 0 || self->info->is_image ||
      !myna_deinterlace_is_combed (av))
    return av;
  before = plain_copy (self, self->previous);
  after = plain_copy (self, self->held);
  whole = myna_deinterlace (before, av, after);
  av_frame_free (&before);
  av_frame_free (&after);
  av_frame_free (&av);
  return whole;
}

static AVFrame *
make_upright (MynaVideoReader *self, AVFrame *av)
{
  AVFrame *turned;

  if (av == NULL || myna_orientation_is_upright (&self->orientation))
    return av;
  turned = myna_orientation_apply (&self->orientation, av);
  av_frame_free (&av);
  return turned;
}

/* From the picture as decoded, not changed, to the frame that is given out. */
static MynaVideoFrame *
finish (MynaVideoReader *self, const AVFrame *decoded, gint64 ticks, GError **error)
{
  const AVStream *stream = myna_video_source_get_stream (self->source);
  gint64 place = decoded->pts - self->first;
  AVFrame *av = av_frame_clone (decoded);

  if (av != NULL)
    {
      av->pts = place;
      av->duration = ticks;
      av->time_base = stream->time_base;
      if (av->sample_aspect_ratio.num <= 0 || av->sample_aspect_ratio.den <= 0)
        av->sample_aspect_ratio = stream->sample_aspect_ratio;
      av_frame_remove_side_data (av, AV_FRAME_DATA_DISPLAYMATRIX);
      av = make_upright (self, make_whole (self, myna_video_format_apply (self->format, av)));
    }
  if (av != NULL)
    return myna_video_frame_new (av, self->index, (double) place * self->tick,
                                 (double) ticks * self->tick);
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_FAILED,
               _ ("A picture of “%s” could not be converted; there may not be enough memory."),
               myna_video_source_get_path (self->source));
  return NULL;
}

/**
 * myna_video_reader_next:
 *
 * Decodes the next frame. Its picture may share bytes with the decoder: see
 * myna_video_frame_make_writable (). Blocking.
 *
 * Returns: (transfer full) (nullable): the frame; NULL without @error after the last one, NULL with
 *   @error when the file cannot be read any more or on cancellation
 */
MynaVideoFrame *
myna_video_reader_next (MynaVideoReader *self, GError **error)
{
  MynaVideoFrame *frame = NULL;
  AVFrame *av;
  gint64 ticks;

  g_return_val_if_fail (self != NULL, NULL);

  if (!self->has_held)
    return NULL;
  av = av_frame_alloc ();
  av_frame_move_ref (av, self->held);
  self->has_held = FALSE;
  if (!myna_video_source_is_photo (self->source) && !hold_next (self, error))
    {
      av_frame_free (&av);
      return NULL;
    }
  ticks = self->has_held ? self->held->pts - av->pts : last_duration (self, av);
  self->last_step = ticks;
  frame = finish (self, av, ticks, error);
  self->index++;
  av_frame_unref (self->previous);
  if (self->info->is_interlaced)
    av_frame_move_ref (self->previous, av);
  av_frame_free (&av);
  return frame;
}

/*
 * Decodes on until the held picture is the one that is shown at @time. @found is FALSE when the
 * first picture from here is later than that.
 */
static gboolean
advance (MynaVideoReader *self, double time, gboolean *found, GError **error)
{
  AVFrame *previous = av_frame_alloc ();
  gboolean ok = TRUE;

  *found = FALSE;
  while (ok && self->has_held)
    {
      /* A time that was kept as a number of less precision is still that of its frame. */
      double slack = MIN (0.0005, (double) MAX (self->held->duration, 1) * self->tick / 4);

      if (held_time (self) > time + slack)
        break;
      if (*found)
        {
          av_frame_unref (self->previous);
          av_frame_move_ref (self->previous, previous);
        }
      *found = TRUE;
      av_frame_move_ref (previous, self->held);
      ok = hold_next (self, error);
    }
  if (ok && *found)
    {
      av_frame_move_ref (self->ahead, self->held);
      self->has_ahead = self->has_held;
      av_frame_move_ref (self->held, previous);
      self->has_held = TRUE;
    }
  av_frame_free (&previous);
  return ok;
}

static gboolean
restart (MynaVideoReader *self, GError **error)
{
  drop_ahead (self);
  return myna_video_source_restart (self->source, error) && hold_next (self, error);
}

/* By the file's index; @found is FALSE where that leads nowhere. */
static gboolean
jump (MynaVideoReader *self, double time, gboolean *found, GError **error)
{
  for (int attempt = 0; attempt < 3; attempt++)
    {
      /* What is made of several pictures needs the one before as well. */
      double wanted = time - attempt * JUMP_BACK_SECONDS - (self->info->is_interlaced ? 0.1 : 0);
      gint64 ticks = self->first + (gint64) (wanted / self->tick + 0.5);
      gboolean jumped = FALSE;

      if (wanted < 0)
        break;
      drop_ahead (self);
      if (!myna_video_source_jump (self->source, ticks, &jumped, error))
        return FALSE;
      if (!jumped)
        break;
      if (!hold_next (self, error) || !advance (self, time, found, error))
        return FALSE;
      /* What the decoder doubts after a jump is right when decoded from further back. */
      if (*found && (self->held->flags & AV_FRAME_FLAG_CORRUPT) != 0)
        *found = FALSE;
      if (*found && self->info->is_interlaced && self->previous->buf[0] == NULL)
        *found = FALSE;
      if (*found && myna_video_source_is_regular (self->source))
        return TRUE;
    }
  *found = FALSE;
  return TRUE;
}

/**
 * myna_video_reader_seek:
 * @time: seconds from the first frame
 * @index: the number that the frame there shall have
 *
 * Makes the frame that is shown at @time the next one: the very picture that reading from the start
 * would give there. A file without trustworthy times is decoded from its start. After the end it is
 * the last frame. Blocking.
 *
 * Returns: FALSE when the file cannot be read any more or on cancellation
 */
gboolean
myna_video_reader_seek (MynaVideoReader *self, double time, gint64 index, GError **error)
{
  gboolean near, found = FALSE;

  g_return_val_if_fail (self != NULL, FALSE);

  self->index = index;
  if (myna_video_source_is_photo (self->source))
    return self->has_held || restart (self, error);
  near = self->has_held && time >= held_time (self) && time < held_time (self) + NEAR_SECONDS;
  if (near)
    return advance (self, time, &found, error);
  if (time > 0 && !jump (self, time, &found, error))
    return FALSE;
  if (found)
    return TRUE;
  return restart (self, error) && advance (self, MAX (time, 0), &found, error);
}

/**
 * myna_video_reader_get_position:
 *
 * Returns: the number of the next frame
 */
gint64
myna_video_reader_get_position (MynaVideoReader *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->index;
}

/**
 * myna_video_reader_get_n_damaged:
 *
 * Returns: how many pictures or packets so far were damaged
 */
guint
myna_video_reader_get_n_damaged (MynaVideoReader *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return myna_video_source_get_n_damaged (self->source);
}

/**
 * myna_video_reader_free:
 * @self: (transfer full) (nullable): the reader
 */
void
myna_video_reader_free (MynaVideoReader *self)
{
  if (self == NULL)
    return;
  av_frame_free (&self->held);
  av_frame_free (&self->ahead);
  av_frame_free (&self->previous);
  myna_video_format_free (self->format);
  myna_video_info_free (self->info);
  myna_video_source_free (self->source);
  g_free (self);
}
