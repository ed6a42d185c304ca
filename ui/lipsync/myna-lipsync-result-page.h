/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/jobs/myna-job.h"

G_BEGIN_DECLS

#define MYNA_TYPE_LIPSYNC_RESULT_PAGE (myna_lipsync_result_page_get_type ())
/**
 * MynaLipsyncResultPage:
 *
 * A finished video beside what it was made of. Main thread only.
 *
 * Actions: "result.show-folder", "result.export".
 */
G_DECLARE_FINAL_TYPE (
    MynaLipsyncResultPage, myna_lipsync_result_page, MYNA, LIPSYNC_RESULT_PAGE, AdwNavigationPage)

AdwNavigationPage *myna_lipsync_result_page_new (MynaJob *job);

G_END_DECLS
