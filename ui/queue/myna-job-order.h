/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "engine/jobs/myna-job-queue.h"

G_BEGIN_DECLS

#define MYNA_TYPE_JOB_ORDER (myna_job_order_get_type ())
/**
 * MynaJobOrder:
 *
 * The jobs of a queue in the order in which people look at them: what runs, what could go on, what
 * waits in its turn, and what is over, newest first; each a section (GtkSectionModel). Kept while
 * states change. A GListModel of MynaJob; main thread only.
 *
 * GtkSortListModel asks its sorters for the sections at any time, also between the change of a
 * state and the sorting after it, and GtkListView aborts on that; here a section is what was last
 * told.
 */
G_DECLARE_FINAL_TYPE (MynaJobOrder, myna_job_order, MYNA, JOB_ORDER, GObject)

MynaJobOrder *myna_job_order_new (MynaJobQueue *queue);
const char *myna_job_order_section_title (MynaJobState state);

G_END_DECLS
