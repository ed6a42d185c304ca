/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "app/cli/myna-cli-common.h"
#include "engine/core/myna-error.h"

/* myna jobs: the queue. */

static struct
{
  gboolean json;
  gboolean quiet;
} options;

static const GOptionEntry entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print JSON"), NULL },
  { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, N_ ("Show no progress"), NULL },
  G_OPTION_ENTRY_NULL,
};

/* For --json: stable and never translated. */
static const char *
get_state_nick (MynaJob *job)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MYNA_TYPE_JOB_STATE);
  GEnumValue *value = g_enum_get_value (klass, (int) myna_job_get_state (job));

  return value != NULL ? value->value_nick : "unknown";
}

static const char *
get_state_text (MynaJob *job)
{
  switch (myna_job_get_state (job))
    {
    case MYNA_JOB_QUEUED:
      return _ ("waiting");
    case MYNA_JOB_RUNNING:
      return _ ("running");
    case MYNA_JOB_CANCELLING:
      return _ ("cancelling");
    case MYNA_JOB_DONE:
      return _ ("done");
    case MYNA_JOB_FAILED:
      return _ ("failed");
    case MYNA_JOB_CANCELLED:
      return _ ("cancelled");
    case MYNA_JOB_INTERRUPTED:
      return _ ("interrupted");
    default:
      return "";
    }
}

static void
add_job_json (JsonBuilder *json, MynaJob *job, gboolean with_log)
{
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "id");
  json_builder_add_int_value (json, myna_job_get_id (job));
  myna_cli_add_nullable (json, "kind", myna_job_get_kind (job));
  myna_cli_add_nullable (json, "title", myna_job_get_title (job));
  myna_cli_add_nullable (json, "state", get_state_nick (job));
  json_builder_set_member_name (json, "fraction");
  json_builder_add_double_value (json, myna_job_get_fraction (job));
  json_builder_set_member_name (json, "elapsed");
  json_builder_add_double_value (json, myna_job_get_elapsed (job));
  myna_cli_add_nullable (json, "stage", myna_job_get_stage (job));
  myna_cli_add_nullable (json, "error", myna_job_get_error (job));
  myna_cli_add_nullable (json, "result", myna_job_get_result (job));
  myna_cli_add_strings (json, "warnings", myna_job_get_warnings (job));
  if (with_log)
    myna_cli_add_nullable (json, "log", myna_job_get_log (job));
  json_builder_end_object (json);
}

static void
print_list_json (GListModel *queue)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "jobs");
  json_builder_begin_array (json);
  for (guint i = 0; i < g_list_model_get_n_items (queue); i++)
    {
      g_autoptr (MynaJob) job = g_list_model_get_item (queue, i);

      add_job_json (json, job, FALSE);
    }
  json_builder_end_array (json);
  json_builder_end_object (json);
  myna_cli_print_json (json);
}

static MynaJob *
find_job (MynaLibrary *library, int argc, char **argv, GError **error)
{
  MynaJob *job;
  char *end = NULL;
  gint64 id = argc == 1 ? g_ascii_strtoll (argv[0], &end, 10) : 0;

  job = argc == 1 && *end == '\0' && end != argv[0]
            ? myna_job_queue_find (myna_library_get_queue (library), id)
            : NULL;
  if (job == NULL)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND,
                 _ ("There is no job “%s”; “myna jobs” lists them."), argc > 0 ? argv[0] : "");
  return job;
}

static MynaCliStatus
run_list (MynaLibrary *library, int argc, char **argv, GError **error)
{
  GListModel *queue = G_LIST_MODEL (myna_library_get_queue (library));

  if (options.json)
    print_list_json (queue);
  for (guint i = 0; !options.json && i < g_list_model_get_n_items (queue); i++)
    {
      g_autoptr (MynaJob) job = g_list_model_get_item (queue, i);
      double fraction = CLAMP (myna_job_get_fraction (job), 0, 1);

      printf ("%" G_GINT64_FORMAT "\t%s\t%3.0f %%\t%s\n", myna_job_get_id (job),
              get_state_text (job), fraction * 100, myna_job_get_title (job));
    }
  return MYNA_CLI_DONE;
}

static void
print_line (const char *label, const char *value)
{
  if (value != NULL && *value != '\0')
    printf ("  %s %s\n", label, value);
}

static MynaCliStatus
run_show (MynaLibrary *library, int argc, char **argv, GError **error)
{
  MynaJob *job = find_job (library, argc, argv, error);
  const char *const *warnings;

  if (job == NULL)
    return MYNA_CLI_FAILED;
  if (options.json)
    {
      g_autoptr (JsonBuilder) json = json_builder_new ();

      add_job_json (json, job, TRUE);
      myna_cli_print_json (json);
      return MYNA_CLI_DONE;
    }
  printf ("%" G_GINT64_FORMAT " %s\n", myna_job_get_id (job), myna_job_get_title (job));
  print_line (_ ("State:"), get_state_text (job));
  print_line (_ ("Stage:"), myna_job_get_stage (job));
  print_line (_ ("Error:"), myna_job_get_error (job));
  print_line (_ ("Result:"), myna_job_get_result (job));
  warnings = myna_job_get_warnings (job);
  for (guint i = 0; warnings != NULL && warnings[i] != NULL; i++)
    print_line (_ ("Note:"), warnings[i]);
  if (myna_job_get_log (job) != NULL)
    printf ("%s\n", myna_job_get_log (job));
  return MYNA_CLI_DONE;
}

static MynaCliStatus
run_resume (MynaLibrary *library, int argc, char **argv, GError **error)
{
  MynaJob *job = find_job (library, argc, argv, error);
  MynaCliStatus status;

  if (job == NULL || !myna_cli_check_writable (library, error))
    return MYNA_CLI_FAILED;
  if (myna_job_get_state (job) == MYNA_JOB_DONE)
    return myna_cli_fail_with (_ ("Job %s is done; there is nothing to resume."), argv[0]);
  g_object_ref (job);
  myna_job_queue_retry (myna_library_get_queue (library), job);
  status = myna_cli_run_job (library, job, options.quiet, error);
  if (status == MYNA_CLI_DONE && myna_job_get_result (job) != NULL)
    printf ("%s\n", myna_job_get_result (job));
  g_object_unref (job);
  return status;
}

static MynaCliStatus
run_cancel (MynaLibrary *library, int argc, char **argv, GError **error)
{
  MynaJob *job = find_job (library, argc, argv, error);

  if (job == NULL || !myna_cli_check_writable (library, error))
    return MYNA_CLI_FAILED;
  if (myna_job_is_finished (job))
    return myna_cli_fail_with (_ ("Job %s has ended; there is nothing to cancel."), argv[0]);
  myna_job_queue_cancel (myna_library_get_queue (library), job);
  return MYNA_CLI_DONE;
}

static MynaCliStatus
run_clear (MynaLibrary *library, int argc, char **argv, GError **error)
{
  if (!myna_cli_check_writable (library, error))
    return MYNA_CLI_FAILED;
  myna_job_queue_clear_finished (myna_library_get_queue (library));
  return MYNA_CLI_DONE;
}

typedef struct
{
  const char *name;
  int n_arguments;
  MynaCliStatus (*run) (MynaLibrary *library, int argc, char **argv, GError **error);
} Action;

static const Action actions[] = {
  { "list", 0, run_list },     { "show", 1, run_show },   { "resume", 1, run_resume },
  { "cancel", 1, run_cancel }, { "clear", 0, run_clear },
};

static const Action *
find_action (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (strcmp (name, actions[i].name) == 0)
      return &actions[i];
  return NULL;
}

/**
 * myna_cli_jobs:
 *
 * The command "jobs".
 */
MynaCliStatus
myna_cli_jobs (int argc, char **argv)
{
  g_autoptr (MynaLibrary) library = NULL;
  g_autoptr (GError) error = NULL;
  const Action *action;
  MynaCliStatus status;

  if (!myna_cli_parse (&argc, &argv, _ ("[list | show ID | resume ID | cancel ID | clear]"),
                       _ ("The jobs of the library: what runs, waits or has ended."), entries,
                       _ ("“resume” goes on with a job that was interrupted, cancelled or failed, "
                          "behind what it had\nfinished. “clear” takes ended jobs off the list.")))
    return MYNA_CLI_USAGE;
  action = find_action (argc > 1 ? argv[1] : "list");
  if (action == NULL)
    return myna_cli_usage_error ("jobs", _ ("unknown action “%s”."), argv[1]);
  if (MAX (argc - 2, 0) != action->n_arguments)
    return myna_cli_usage_error ("jobs",
                                 action->n_arguments == 0 ? _ ("“%s” takes no arguments.")
                                                          : _ ("“%s” takes the number of one job."),
                                 action->name);
  library = myna_cli_open_library (&error);
  if (library == NULL)
    return myna_cli_fail (error);
  status = action->run (library, MAX (argc - 2, 0), argv + MIN (argc, 2), &error);
  myna_library_close (library);
  return error != NULL ? myna_cli_fail (error) : status;
}
