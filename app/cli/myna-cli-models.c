/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>

#include "app/cli/myna-cli-common.h"
#include "engine/core/myna-paths.h"
#include "engine/models/myna-models.h"

/* myna models: the model files of the engines. */

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

static const struct
{
  const char *code;
  const char *name;
} languages[] = {
  { "en", N_ ("English") },
  { "zh", N_ ("Mandarin") },
};

/* ---- list ---- */

static void
add_model_json (JsonBuilder *json, const MynaModel *model)
{
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "name");
  json_builder_add_string_value (json, model->name);
  json_builder_set_member_name (json, "role");
  json_builder_add_string_value (json, myna_model_role_get_id (model->role));
  json_builder_set_member_name (json, "title");
  json_builder_add_string_value (json, myna_model_role_get_title (model->role));
  json_builder_set_member_name (json, "path");
  json_builder_add_string_value (json, model->path);
  json_builder_set_member_name (json, "bytes");
  json_builder_add_int_value (json, (gint64) model->size);
  json_builder_set_member_name (json, "sha256");
  json_builder_add_string_value (json, model->sha256);
  json_builder_set_member_name (json, "added");
  json_builder_add_int_value (json, model->added);
  json_builder_set_member_name (json, "licence");
  json_builder_add_string_value (json, myna_model_role_get_licence (model->role));
  json_builder_end_object (json);
}

static void
add_language_json (JsonBuilder *json, const char *code, GArray *missing)
{
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "language");
  json_builder_add_string_value (json, code);
  json_builder_set_member_name (json, "ready");
  json_builder_add_boolean_value (json, missing->len == 0);
  json_builder_set_member_name (json, "missing");
  json_builder_begin_array (json);
  for (guint i = 0; i < missing->len; i++)
    {
      MynaModelRole role = g_array_index (missing, MynaModelRole, i);

      json_builder_begin_object (json);
      json_builder_set_member_name (json, "role");
      json_builder_add_string_value (json, myna_model_role_get_id (role));
      json_builder_set_member_name (json, "title");
      json_builder_add_string_value (json, myna_model_role_get_title (role));
      json_builder_set_member_name (json, "file");
      json_builder_add_string_value (json, myna_model_role_get_upstream (role));
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
  json_builder_end_object (json);
}

/* The decoders that are there; v2Pro stands for all where there is none. */
static gboolean
is_shown (MynaModels *models, MynaModelRole decoder)
{
  if (myna_models_find (models, decoder) != NULL)
    return TRUE;
  for (guint role = MYNA_MODEL_S2_V1; role <= MYNA_MODEL_S2_V2PROPLUS; role++)
    if (myna_models_find (models, (MynaModelRole) role) != NULL)
      return FALSE;
  return decoder == MYNA_MODEL_S2_V2PRO;
}

static void
add_voices_json (JsonBuilder *json, MynaModels *models)
{
  json_builder_set_member_name (json, "engines");
  json_builder_begin_array (json);
  for (guint role = MYNA_MODEL_S2_V1; role <= MYNA_MODEL_S2_V2PROPLUS; role++)
    if (is_shown (models, (MynaModelRole) role))
      {
        json_builder_begin_object (json);
        json_builder_set_member_name (json, "engine");
        json_builder_add_string_value (json, "gpt-sovits");
        json_builder_set_member_name (json, "decoder");
        json_builder_add_string_value (json, myna_model_role_get_id ((MynaModelRole) role));
        json_builder_set_member_name (json, "title");
        json_builder_add_string_value (json, myna_model_role_get_title ((MynaModelRole) role));
        json_builder_set_member_name (json, "languages");
        json_builder_begin_array (json);
        for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
          {
            g_autoptr (GArray) missing =
                myna_models_list_missing (models, (MynaModelRole) role, languages[i].code);

            add_language_json (json, languages[i].code, missing);
          }
        json_builder_end_array (json);
        json_builder_end_object (json);
      }
  json_builder_end_array (json);
}

static void
print_list_json (MynaModels *models)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  GPtrArray *all = myna_models_get_all (models);

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "models");
  json_builder_begin_array (json);
  for (guint i = 0; i < all->len; i++)
    add_model_json (json, g_ptr_array_index (all, i));
  json_builder_end_array (json);
  add_voices_json (json, models);
  json_builder_end_object (json);
  myna_cli_print_json (json);
}

static void
print_model (const MynaModel *model)
{
  g_autofree char *size = g_format_size (model->size);

  printf ("%s\t%s\t%s\n", model->name, myna_model_role_get_title (model->role), size);
}

static void
print_language (const char *name, GArray *missing)
{
  if (missing->len == 0)
    {
      fprintf (stderr, "  ");
      fprintf (stderr, _ ("%s: ready"), name);
      fprintf (stderr, "\n");
      return;
    }
  fprintf (stderr, "  ");
  fprintf (stderr, _ ("%s: needs"), name);
  for (guint i = 0; i < missing->len; i++)
    {
      MynaModelRole role = g_array_index (missing, MynaModelRole, i);

      fprintf (stderr, "%s %s (%s)", i > 0 ? "," : "", myna_model_role_get_title (role),
               myna_model_role_get_upstream (role));
    }
  fprintf (stderr, "\n");
}

/* What can be spoken with what is there; a note, so not on the standard output. */
static void
print_readiness (MynaModels *models)
{
  for (guint role = MYNA_MODEL_S2_V1; role <= MYNA_MODEL_S2_V2PROPLUS; role++)
    if (is_shown (models, (MynaModelRole) role))
      {
        fprintf (stderr, "%s\n", myna_model_role_get_title ((MynaModelRole) role));
        for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
          {
            g_autoptr (GArray) missing =
                myna_models_list_missing (models, (MynaModelRole) role, languages[i].code);

            print_language (_ (languages[i].name), missing);
          }
      }
}

static MynaCliStatus
run_list (MynaModels *models, int argc, char **argv, GError **error)
{
  GPtrArray *all = myna_models_get_all (models);

  if (argc > 0)
    return myna_cli_usage_error ("models", _ ("“list” takes no arguments."));
  if (options.json)
    {
      print_list_json (models);
      return MYNA_CLI_DONE;
    }
  if (all->len == 0)
    fprintf (stderr, "%s\n", _ ("There are no models yet. “myna models import” takes files."));
  for (guint i = 0; i < all->len; i++)
    print_model (g_ptr_array_index (all, i));
  fflush (stdout);
  print_readiness (models);
  return MYNA_CLI_DONE;
}

/* ---- import ---- */

/* A single file needs no word of its own. */
static void
show_progress (const char *path, guint index, guint n_files, gpointer data)
{
  char **paths = data;
  g_autofree char *name = NULL;

  if (options.quiet || (paths[1] == NULL && strcmp (paths[0], path) == 0))
    return;
  name = g_filename_display_name (path);
  fprintf (stderr, "%s\n", name);
}

static void
print_imports_json (GPtrArray *imports, MynaModels *models)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "files");
  json_builder_begin_array (json);
  for (guint i = 0; i < imports->len; i++)
    {
      const MynaModelImport *import = g_ptr_array_index (imports, i);
      g_autofree char *path = g_filename_display_name (import->path);

      json_builder_begin_object (json);
      json_builder_set_member_name (json, "file");
      json_builder_add_string_value (json, path);
      myna_cli_add_nullable (json, "name", import->model != NULL ? import->model->name : NULL);
      json_builder_set_member_name (json, "known");
      json_builder_add_boolean_value (json, import->known);
      myna_cli_add_nullable (json, "error", import->error != NULL ? import->error->message : NULL);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
  add_voices_json (json, models);
  json_builder_end_object (json);
  myna_cli_print_json (json);
}

/* Whether the user named this very file, rather than a folder with it. */
static gboolean
is_named (const MynaModelImport *import, char **paths)
{
  return g_strv_contains ((const char *const *) paths, import->path);
}

static void
print_imports (GPtrArray *imports, MynaModels *models, char **paths)
{
  gboolean any = FALSE;

  for (guint i = 0; i < imports->len; i++)
    {
      const MynaModelImport *import = g_ptr_array_index (imports, i);

      if (import->model != NULL)
        print_model (import->model);
      else if (!is_named (import, paths))
        myna_cli_warn (import->error->message);
      any = any || import->model != NULL;
    }
  fflush (stdout);
  if (any && !options.quiet)
    print_readiness (models);
}

static GCancellable *interrupted;

static gboolean
interrupt_cb (gpointer data)
{
  g_cancellable_cancel (interrupted);
  return G_SOURCE_CONTINUE;
}

static gpointer
watch_interrupts (gpointer data)
{
  g_main_loop_run (data);
  return NULL;
}

/* Ctrl-C cancels while the work blocks this thread. */
typedef struct
{
  GMainLoop *loop;
  GThread *thread;
} Watch;

static void
watch_begin (Watch *watch)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) source = g_unix_signal_source_new (SIGINT);

  interrupted = g_cancellable_new ();
  g_source_set_callback (source, interrupt_cb, NULL, NULL);
  g_source_attach (source, context);
  watch->loop = g_main_loop_new (context, FALSE);
  watch->thread = g_thread_new ("interrupts", watch_interrupts, watch->loop);
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

static void
watch_end (Watch *watch)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, quit_cb, watch->loop, NULL);
  g_source_attach (source, g_main_loop_get_context (watch->loop));
  g_thread_join (watch->thread);
  g_main_loop_unref (watch->loop);
  g_clear_object (&interrupted);
}

/* Failed when a file that was named, or every file of the folders, could not be used. */
static MynaCliStatus
judge (GPtrArray *imports, char **paths)
{
  MynaCliStatus status = MYNA_CLI_DONE;
  gboolean any = FALSE;

  for (guint i = 0; i < imports->len; i++)
    {
      const MynaModelImport *import = g_ptr_array_index (imports, i);

      any = any || import->model != NULL;
      if (import->error != NULL && is_named (import, paths))
        status = myna_cli_fail (import->error);
    }
  if (!any && status == MYNA_CLI_DONE)
    return myna_cli_fail_with (_ ("No model was found there. “myna models list” shows the files "
                                  "that are needed."));
  return status;
}

static MynaCliStatus
run_import (MynaModels *models, int argc, char **argv, GError **error)
{
  g_autoptr (GPtrArray) imports = NULL;
  Watch watch;

  if (argc == 0)
    return myna_cli_usage_error ("models", _ ("“import” needs files, or a folder with them."));
  watch_begin (&watch);
  imports = myna_models_import (models, (const char *const *) argv, show_progress, argv,
                                interrupted, error);
  watch_end (&watch);
  if (imports == NULL)
    return MYNA_CLI_FAILED;
  if (options.json)
    print_imports_json (imports, models);
  else
    print_imports (imports, models, argv);
  return judge (imports, argv);
}

/* ---- verify, remove ---- */

static MynaCliStatus
run_verify (MynaModels *models, int argc, char **argv, GError **error)
{
  GPtrArray *all = myna_models_get_all (models);
  MynaCliStatus status = MYNA_CLI_DONE;
  Watch watch;

  if (argc > 0)
    return myna_cli_usage_error ("models", _ ("“verify” takes no arguments."));
  watch_begin (&watch);
  for (guint i = 0; i < all->len; i++)
    {
      const MynaModel *model = g_ptr_array_index (all, i);
      g_autoptr (GError) found = NULL;

      if (myna_models_verify (models, model, interrupted, &found))
        {
          printf ("%s\t%s\n", model->name, _ ("good"));
          continue;
        }
      if (g_error_matches (found, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&found));
          break;
        }
      status = myna_cli_fail (found);
    }
  watch_end (&watch);
  return status;
}

static MynaCliStatus
run_remove (MynaModels *models, int argc, char **argv, GError **error)
{
  if (argc != 1)
    return myna_cli_usage_error ("models", _ ("“remove” takes the name of one model."));
  return myna_models_remove (models, argv[0], error) ? MYNA_CLI_DONE : MYNA_CLI_FAILED;
}

typedef MynaCliStatus (*Action) (MynaModels *models, int argc, char **argv, GError **error);

static const struct
{
  const char *name;
  Action run;
  gboolean writes;
} actions[] = {
  { "list", run_list, FALSE },
  { "import", run_import, TRUE },
  { "verify", run_verify, FALSE },
  { "remove", run_remove, TRUE },
};

/* What changes the store holds the data folder meanwhile. */
static MynaCliStatus
run_action (gsize index, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaLibrary) library = NULL;
  g_autoptr (MynaModels) models = NULL;
  g_autofree char *data_dir = myna_paths_dup_data_dir ();
  MynaCliStatus status = MYNA_CLI_FAILED;

  if (actions[index].writes && argc > 0)
    {
      library = myna_cli_open_library (&error);
      if (library == NULL)
        return myna_cli_fail (error);
    }
  if (library == NULL || myna_cli_check_writable (library, &error))
    {
      models = myna_models_open (data_dir);
      status = actions[index].run (models, argc, argv, &error);
    }
  if (library != NULL)
    myna_library_close (library);
  return error != NULL ? myna_cli_fail (error) : status;
}

/**
 * myna_cli_models:
 *
 * The command "models".
 */
MynaCliStatus
myna_cli_models (int argc, char **argv)
{
  const char *name;

  if (!myna_cli_parse (
          &argc, &argv, _ ("[list | import FILE|FOLDER… | verify | remove NAME]"),
          _ ("The model files of the engines."), entries,
          _ ("Checkpoints of GPT-SoVITS are imported as they are published or trained: s1*.ckpt, "
             "s2G*.pth, and the\nfolder pretrained_models with everything in it. They are told "
             "apart by their content, not by their names.")))
    return MYNA_CLI_USAGE;
  name = argc > 1 ? argv[1] : "list";
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    if (strcmp (name, actions[i].name) == 0)
      return run_action (i, MAX (argc - 2, 0), argv + MIN (argc, 2));
  return myna_cli_usage_error ("models", _ ("unknown action “%s”."), name);
}
