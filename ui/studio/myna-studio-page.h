/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/studio/myna-library.h"

G_BEGIN_DECLS

#define MYNA_TYPE_STUDIO_PAGE (myna_studio_page_get_type ())
/**
 * MynaStudioPage:
 *
 * Text, voice and options to a take; the takes below, the player at the bottom. Main thread only.
 *
 * Actions: "studio.generate", "studio.new-text", "studio.open-text", "studio.open-files" (as:
 * paths), "studio.play" (play or pause), "studio.export", "studio.show-take" (s: ID),
 * "studio.reuse-text" (s: ID of a take).
 */
G_DECLARE_FINAL_TYPE (MynaStudioPage, myna_studio_page, MYNA, STUDIO_PAGE, AdwBin)

GtkWidget *myna_studio_page_new (MynaLibrary *library);

G_END_DECLS
