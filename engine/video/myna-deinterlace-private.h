/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <libavutil/frame.h>

G_BEGIN_DECLS

/* Whole pictures from interlaced ones, as many as there were. */

gboolean myna_deinterlace_is_combed (const AVFrame *frame);
AVFrame *myna_deinterlace (const AVFrame *previous, const AVFrame *frame, const AVFrame *next);

G_END_DECLS
