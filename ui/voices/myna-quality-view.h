/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/audio/myna-audio-quality.h"

G_BEGIN_DECLS

#define MYNA_TYPE_QUALITY_VIEW (myna_quality_view_get_type ())
/**
 * MynaQualityView:
 *
 * What a sample is worth, in plain words: an icon for the grade, a line for each finding. Says so
 * while it is not known yet. Main thread only.
 */
G_DECLARE_FINAL_TYPE (MynaQualityView, myna_quality_view, MYNA, QUALITY_VIEW, AdwBin)

void myna_quality_view_set_quality (MynaQualityView *self, const MynaAudioQuality *quality);
void myna_quality_view_set_findings (MynaQualityView *self,
                                     MynaQualityGrade grade,
                                     const char *const *findings);

const char *myna_quality_icon (MynaQualityGrade grade);
const char *myna_quality_css_class (MynaQualityGrade grade);
const char *myna_quality_name (MynaQualityGrade grade);

G_END_DECLS
