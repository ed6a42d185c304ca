/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/studio/myna-library.h"

G_BEGIN_DECLS

#define MYNA_TYPE_QUEUE_PAGE (myna_queue_page_get_type ())
/**
 * MynaQueuePage:
 *
 * All jobs: what runs, what waits, what is over; their order, progress, results and logs.
 * Main thread only.
 *
 * Actions: "queue.clear-finished", "queue.resume-interrupted".
 */
G_DECLARE_FINAL_TYPE (MynaQueuePage, myna_queue_page, MYNA, QUEUE_PAGE, AdwBin)

GtkWidget *myna_queue_page_new (MynaLibrary *library);

G_END_DECLS
