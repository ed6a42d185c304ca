/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MynaModelsPresent:
 * @title: what it is
 * @facts: its name and size
 *
 * A model file that is there, in words.
 */
typedef struct
{
  char *title;
  char *facts;
} MynaModelsPresent;

/**
 * MynaModelsReport:
 * @n_new: files that were imported
 * @n_known: files that were there already
 * @problems: (element-type utf8): a sentence for each file that was named and not imported
 * @missing: for English and Mandarin what is missing, in words; %NULL: it can be spoken
 * @present: (element-type MynaModelsPresent): all that is there
 *
 * What has become of an import, and how things stand. Plain data.
 */
typedef struct
{
  guint n_new;
  guint n_known;
  GPtrArray *problems;
  char *missing[2];
  GPtrArray *present;
} MynaModelsReport;

void myna_models_report_free (MynaModelsReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaModelsReport, myna_models_report_free)

/* Called on the main context for each file before it is looked at. */
typedef void (*MynaModelsWorkProgress) (const char *name,
                                        guint index,
                                        guint n_files,
                                        gpointer user_data);

/* @paths (nullable): what to import first. @progress is called until the callback is; its data must
 * live as long. */
void myna_models_work_start (const char *const *paths,
                             MynaModelsWorkProgress progress,
                             gpointer progress_data,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
MynaModelsReport *myna_models_work_finish (GAsyncResult *result, GError **error);

G_END_DECLS
