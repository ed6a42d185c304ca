/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/video/myna-video-probe.h"
#include "engine/video/myna-video-source-private.h"

G_BEGIN_DECLS

MynaVideoInfo *myna_video_info_new (MynaVideoSource *source, const AVFrame *first);

G_END_DECLS
