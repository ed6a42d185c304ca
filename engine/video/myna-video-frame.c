/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/video/myna-video-frame.h"

#include <glib/gi18n-lib.h>

#include "engine/core/myna-error.h"

/**
 * myna_video_frame_new:
 * @av: (transfer full): the picture
 * @index: its number, from 0
 * @time: seconds from the first frame
 * @duration: seconds
 *
 * Returns: (transfer full): a frame
 */
MynaVideoFrame *
myna_video_frame_new (AVFrame *av, gint64 index, double time, double duration)
{
  MynaVideoFrame *self;

  g_return_val_if_fail (av != NULL, NULL);

  self = g_new (MynaVideoFrame, 1);
  *self = (MynaVideoFrame) { av, index, time, duration };
  return self;
}

/**
 * myna_video_frame_copy:
 *
 * Returns: (transfer full): the same picture; its bytes are shared until one of the two is made
 *   writable
 */
MynaVideoFrame *
myna_video_frame_copy (const MynaVideoFrame *self)
{
  AVFrame *av;

  g_return_val_if_fail (self != NULL, NULL);

  av = av_frame_clone (self->av);
  g_return_val_if_fail (av != NULL, NULL);
  return myna_video_frame_new (av, self->index, self->time, self->duration);
}

/**
 * myna_video_frame_free:
 * @self: (transfer full) (nullable): the frame
 */
void
myna_video_frame_free (MynaVideoFrame *self)
{
  if (self == NULL)
    return;
  av_frame_free (&self->av);
  g_free (self);
}

/**
 * myna_video_frame_get_width:
 *
 * Returns: pixels
 */
int
myna_video_frame_get_width (const MynaVideoFrame *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->av->width;
}

/**
 * myna_video_frame_get_height:
 *
 * Returns: pixels
 */
int
myna_video_frame_get_height (const MynaVideoFrame *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->av->height;
}

/**
 * myna_video_frame_make_writable:
 *
 * Gives the frame bytes of its own where it shares them, such as with the decoder, which still
 * needs them for the next pictures.
 *
 * Returns: FALSE when there is no memory
 */
gboolean
myna_video_frame_make_writable (MynaVideoFrame *self, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (av_frame_make_writable (self->av) >= 0)
    return TRUE;
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED,
                       _ ("There is not enough memory for a frame of the video."));
  return FALSE;
}
