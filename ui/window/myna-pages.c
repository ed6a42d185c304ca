/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/window/myna-pages.h"

#include <glib/gi18n.h>

#include "ui/devices/myna-devices-page.h"
#include "ui/lipsync/myna-lipsync-page.h"
#include "ui/queue/myna-queue-page.h"
#include "ui/studio/myna-studio-page.h"
#include "ui/voices/myna-voices-page.h"

static const MynaPageInfo pages[] = {
  { "studio", N_ ("Studio"), N_ ("_Studio"), "myna-studio-symbolic", myna_studio_page_new },
  { "voices", N_ ("Voices"), N_ ("_Voices"), "myna-voices-symbolic", myna_voices_page_new },
  { "lipsync", N_ ("Lip-sync"), N_ ("_Lip-sync"), "myna-lipsync-symbolic", myna_lipsync_page_new },
  { "queue", N_ ("Queue"), N_ ("_Queue"), "myna-queue-symbolic", myna_queue_page_new },
  { "devices", N_ ("Devices"), N_ ("_Devices"), "myna-devices-symbolic", myna_devices_page_new },
};

/**
 * myna_pages_get:
 * @n_pages: (out): their number
 *
 * Returns: (transfer none): the pages that this build has, in the order of design.md section 2.
 */
const MynaPageInfo *
myna_pages_get (guint *n_pages)
{
  g_return_val_if_fail (n_pages != NULL, NULL);

  *n_pages = G_N_ELEMENTS (pages);
  return pages;
}
