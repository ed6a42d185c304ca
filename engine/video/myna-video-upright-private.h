/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>

G_BEGIN_DECLS

/**
 * MynaOrientation:
 * @transpose: rows become columns; done first
 * @mirror: then left and right are exchanged
 * @flip: then top and bottom
 *
 * One of the eight ways in which a camera may have been held.
 */
typedef struct
{
  gboolean transpose;
  gboolean mirror;
  gboolean flip;
} MynaOrientation;

MynaOrientation myna_orientation_from_matrix (const gint32 *matrix);
MynaOrientation myna_orientation_find (const AVStream *stream, const AVFrame *frame);
gboolean myna_orientation_is_upright (const MynaOrientation *self);
int myna_orientation_get_degrees (const MynaOrientation *self, gboolean *mirrored);
AVFrame *myna_orientation_apply (const MynaOrientation *self, const AVFrame *frame);

G_END_DECLS
