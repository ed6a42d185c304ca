/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/myna-ui.h"

GResource *myna_get_resource (void);

/**
 * myna_ui_init:
 *
 * Registers the resources with templates, icons and style. A static library's constructor may be
 * left out by the linker, so the program and every UI test call this before the first widget.
 * Main thread, idempotent.
 */
void
myna_ui_init (void)
{
  g_resources_register (myna_get_resource ());
}
