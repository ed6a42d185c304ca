/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/studio/myna-models-work.h"

#include <glib/gi18n.h>

#include "engine/core/myna-paths.h"
#include "engine/models/myna-model-pair.h"

/* Importing models off the main thread, and saying what there is then. */

static const char *const languages[] = { "en", "zh" };

/* What the thread needs. */
typedef struct
{
  char **paths; /* (nullable) */
  MynaModelsWorkProgress progress;
  gpointer progress_data;
  GTask *task; /* borrowed: what news are told with */
} Work;

/* One thing to tell the main context. */
typedef struct
{
  GTask *task;
  char *name;
  guint index;
  guint n_files;
} News;

static void
present_free (gpointer data)
{
  MynaModelsPresent *self = data;

  g_free (self->title);
  g_free (self->facts);
  g_free (self);
}

/**
 * myna_models_report_free:
 * @self: (nullable) (transfer full): a report
 */
void
myna_models_report_free (MynaModelsReport *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->problems);
  g_ptr_array_unref (self->present);
  for (gsize i = 0; i < G_N_ELEMENTS (self->missing); i++)
    g_free (self->missing[i]);
  g_free (self);
}

static void
work_free (gpointer data)
{
  Work *work = data;

  g_strfreev (work->paths);
  g_free (work);
}

static void
news_free (gpointer data)
{
  News *news = data;

  g_object_unref (news->task);
  g_free (news->name);
  g_free (news);
}

static gboolean
tell_cb (gpointer data)
{
  const News *news = data;
  const Work *work = g_task_get_task_data (news->task);

  if (!g_task_get_completed (news->task))
    work->progress (news->name, news->index, news->n_files, work->progress_data);
  return G_SOURCE_REMOVE;
}

static void
import_progress (const char *path, guint index, guint n_files, gpointer data)
{
  const Work *work = data;
  News *news;

  if (work->progress == NULL)
    return;
  news = g_new0 (News, 1);
  news->task = g_object_ref (work->task);
  news->name = g_filename_display_basename (path);
  news->index = index;
  news->n_files = n_files;
  g_main_context_invoke_full (g_task_get_context (work->task), G_PRIORITY_DEFAULT, tell_cb, news,
                              news_free);
}

/* Only files that the person named: a folder has many that are none of ours. */
static void
add_imports (MynaModelsReport *report, GPtrArray *imports, char **paths)
{
  for (guint i = 0; i < imports->len; i++)
    {
      const MynaModelImport *import = g_ptr_array_index (imports, i);

      if (import->model != NULL && import->known)
        report->n_known++;
      else if (import->model != NULL)
        report->n_new++;
      else if (g_strv_contains ((const char *const *) paths, import->path))
        g_ptr_array_add (report->problems, g_strdup (import->error->message));
    }
}

/* "GPT-SoVITS T2S (s1v3.ckpt), ERes2NetV2 (sv/…)" */
static char *
describe_missing (MynaModels *models, const char *language)
{
  g_autoptr (GArray) missing = myna_model_pair_list_missing (NULL, models, language);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < missing->len; i++)
    {
      MynaModelRole role = g_array_index (missing, MynaModelRole, i);

      g_string_append_printf (text, "%s%s (%s)", i > 0 ? ", " : "",
                              myna_model_role_get_title (role),
                              myna_model_role_get_upstream (role));
    }
  /* Translators: followed by a list of model files */
  return missing->len > 0 ? g_strdup_printf (_ ("Missing: %s"), text->str) : NULL;
}

static void
add_present (MynaModelsReport *report, MynaModels *models)
{
  GPtrArray *all = myna_models_get_all (models);

  for (guint i = 0; i < all->len; i++)
    {
      const MynaModel *model = g_ptr_array_index (all, i);
      MynaModelsPresent *present = g_new0 (MynaModelsPresent, 1);
      g_autofree char *size = g_format_size (model->size);

      present->title = g_strdup (myna_model_role_get_title (model->role));
      present->facts = g_strjoin (" · ", model->name, size, NULL);
      g_ptr_array_add (report->present, present);
    }
}

static MynaModelsReport *
make_report (Work *work, GCancellable *cancellable, GError **error)
{
  g_autofree char *dir = myna_paths_dup_data_dir ();
  g_autoptr (MynaModels) models = myna_models_open (dir);
  g_autoptr (MynaModelsReport) report = g_new0 (MynaModelsReport, 1);

  report->problems = g_ptr_array_new_with_free_func (g_free);
  report->present = g_ptr_array_new_with_free_func (present_free);
  if (work->paths != NULL)
    {
      g_autoptr (GPtrArray) imports = myna_models_import (
          models, (const char *const *) work->paths, import_progress, work, cancellable, error);

      if (imports == NULL)
        return NULL;
      add_imports (report, imports, work->paths);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    report->missing[i] = describe_missing (models, languages[i]);
  add_present (report, models);
  return g_steal_pointer (&report);
}

static void
work_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;
  MynaModelsReport *report = make_report (task_data, cancellable, &error);

  if (report != NULL)
    g_task_return_pointer (task, report, (GDestroyNotify) myna_models_report_free);
  else
    g_task_return_error (task, error);
}

/**
 * myna_models_work_start:
 * @paths: (nullable): files and folders to import first
 * @progress: (nullable): told each file, on the main context
 * @progress_data: closure; lives until @callback is called
 * @cancellable: (nullable): to stop; what was imported before is kept
 * @callback: called on the main context
 * @user_data: closure
 *
 * Imports models on a thread and finds out what can be spoken then. The process must hold the data
 * folder.
 */
void
myna_models_work_start (const char *const *paths,
                        MynaModelsWorkProgress progress,
                        gpointer progress_data,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Work *work = g_new0 (Work, 1);

  work->paths = g_strdupv ((char **) paths);
  work->progress = progress;
  work->progress_data = progress_data;
  work->task = task;
  g_task_set_name (task, "myna-models-work");
  g_task_set_source_tag (task, myna_models_work_start);
  /* What was done by then is told. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, work, work_free);
  g_task_run_in_thread (task, work_thread);
}

/**
 * myna_models_work_finish:
 * @result: from the callback
 * @error: return location
 *
 * Returns: (transfer full): how things stand; %NULL with NO_SPACE, G_IO_ERROR_CANCELLED, …
 */
MynaModelsReport *
myna_models_work_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
