/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <libavutil/pixfmt.h>

G_BEGIN_DECLS

/* HDR to what a screen without HDR shows, for analysis and previews; never for the output. */

gboolean myna_tone_map_is_needed (enum AVColorTransferCharacteristic transfer);
void myna_tone_map (const guint16 *deep,
                    gsize n,
                    enum AVColorTransferCharacteristic transfer,
                    enum AVColorPrimaries primaries,
                    guint8 *rgb);

G_END_DECLS
