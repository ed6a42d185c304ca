/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "ui/studio/myna-studio.h"

G_BEGIN_DECLS

#define MYNA_TYPE_TAKE_PAGE (myna_take_page_get_type ())
/**
 * MynaTakePage:
 *
 * One take, opened: its sentences, and what can be done with it. Closes itself when the take is
 * removed. Main thread only.
 */
G_DECLARE_FINAL_TYPE (MynaTakePage, myna_take_page, MYNA, TAKE_PAGE, AdwNavigationPage)

AdwNavigationPage *myna_take_page_new (MynaStudio *studio, MynaTake *take);
MynaTake *myna_take_page_get_take (MynaTakePage *self);

G_END_DECLS
