/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/jobs/myna-job-records.h"
#include "engine/core/myna-error.h"
#include "engine/jobs/myna-job-private.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#define JOBS_FOLDER "jobs"

/* A job that is gone, or never came to be, has no log. */
static const char insert_log[] =
    "INSERT INTO job_log (job_id, text) SELECT id, ?2 FROM jobs WHERE id = ?1";

static char *
warnings_to_json (const char *const *warnings)
{
  g_autoptr (JsonNode) node = NULL;
  JsonArray *array;

  if (warnings == NULL || warnings[0] == NULL)
    return NULL;
  array = json_array_new ();
  for (guint i = 0; warnings[i] != NULL; i++)
    json_array_add_string_element (array, warnings[i]);
  node = json_node_init_array (json_node_alloc (), array);
  json_array_unref (array);
  return json_to_string (node, FALSE);
}

/* Anything else than a list of strings is nothing: the file is not to be trusted. */
static char **
warnings_from_json (const char *json)
{
  g_autoptr (JsonNode) node = json != NULL ? json_from_string (json, NULL) : NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return NULL;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (element) && json_node_get_value_type (element) == G_TYPE_STRING)
        g_strv_builder_add (builder, json_node_get_string (element));
    }
  return g_strv_builder_end (builder);
}

static const char *
text_or (MynaStoreRows *rows, guint column, const char *other)
{
  const char *text = myna_store_rows_get_text (rows, column);

  return text != NULL ? text : other;
}

/* Columns as in myna_job_records_load(). */
static MynaJob *
job_from_row (MynaStoreRows *rows)
{
  MynaJob *job = myna_job_new (myna_store_rows_get_int64 (rows, 0), text_or (rows, 1, ""),
                               text_or (rows, 2, ""), myna_store_rows_get_text (rows, 3),
                               myna_store_rows_get_text (rows, 4));
  g_auto (GStrv) warnings = warnings_from_json (myna_store_rows_get_text (rows, 11));
  double fraction = myna_store_rows_get_double (rows, 8);
  double elapsed = myna_store_rows_get_double (rows, 9);

  myna_job_set_state (job, myna_job_state_from_string (myna_store_rows_get_text (rows, 5)));
  myna_job_set_position (job, myna_store_rows_get_int64 (rows, 6));
  myna_job_set_stage (job, myna_store_rows_get_text (rows, 7));
  myna_job_set_fraction (job, fraction >= 0 && fraction <= 1 ? fraction : -1);
  myna_job_set_elapsed (job, elapsed >= 0 ? elapsed : 0);
  myna_job_set_error (job, myna_store_rows_get_text (rows, 10));
  myna_job_set_warnings (job, (const char *const *) warnings);
  myna_job_set_result (job, myna_store_rows_get_text (rows, 12));
  return job;
}

static gboolean
load_logs (MynaStore *store, GPtrArray *jobs, GError **error)
{
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr (MynaStoreRows) rows = NULL;
  g_autofree gint64 *ids = g_new (gint64, jobs->len + 1);

  for (guint i = 0; i < jobs->len; i++)
    {
      ids[i] = myna_job_get_id (jobs->pdata[i]);
      g_hash_table_insert (by_id, &ids[i], jobs->pdata[i]);
    }
  rows = myna_store_query (store, error, "SELECT job_id, text FROM job_log ORDER BY id", NULL);
  while (rows != NULL && myna_store_rows_next (rows))
    {
      gint64 id = myna_store_rows_get_int64 (rows, 0);
      MynaJob *job = g_hash_table_lookup (by_id, &id);

      if (job != NULL)
        myna_job_append_log (job, myna_store_rows_get_text (rows, 1));
    }
  return rows != NULL;
}

/* The highest number among the folders of jobs. */
static gint64
find_last_folder (MynaStore *store)
{
  g_autofree char *path = myna_store_build_path (store, JOBS_FOLDER, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint64 number = 0;
  gint64 last = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_ascii_string_to_unsigned (name, 10, 1, G_MAXINT32, &number, NULL))
      last = MAX (last, (gint64) number);
  return last;
}

/* One more than any number that was ever given. After a recovery only the folders still know. */
static gboolean
load_next_id (MynaStore *store, gint64 *next_id, GError **error)
{
  g_autoptr (MynaStoreRows) rows = NULL;

  rows = myna_store_query (
      store, error,
      "SELECT 1 + max (coalesce ((SELECT max (id) FROM jobs), 0),"
      " coalesce ((SELECT max (seq) FROM sqlite_sequence WHERE name = 'jobs'), 0))",
      NULL);
  if (rows == NULL)
    return FALSE;
  *next_id = myna_store_rows_next (rows) ? MAX (myna_store_rows_get_int64 (rows, 0), 1) : 1;
  if (myna_store_was_recovered (store))
    *next_id = MAX (*next_id, find_last_folder (store) + 1);
  return TRUE;
}

/**
 * myna_job_records_load:
 * @store: the store
 * @next_id: (out): the number for the next new job
 * @error: return location
 *
 * Returns: (transfer full) (element-type MynaJob) (nullable): all jobs in their order as they were
 *   left, with their logs; %NULL on error
 */
GPtrArray *
myna_job_records_load (MynaStore *store, gint64 *next_id, GError **error)
{
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (MynaStoreRows) rows = NULL;

  rows = myna_store_query (
      store, error,
      "SELECT id, kind, title, subtitle, params, state, position, stage, fraction,"
      " elapsed, error, warnings, result FROM jobs ORDER BY position, id",
      NULL);
  if (rows == NULL)
    return NULL;
  while (myna_store_rows_next (rows))
    g_ptr_array_add (jobs, job_from_row (rows));
  if (!load_logs (store, jobs, error) || !load_next_id (store, next_id, error))
    return NULL;
  return g_steal_pointer (&jobs);
}

/**
 * myna_job_record_save:
 * @store: the store
 * @job: a job that the engine does not run
 * @done: (nullable): told the outcome
 * @done_data: for @done
 *
 * Stores the job, new or changed, without waiting.
 */
void
myna_job_record_save (MynaStore *store, MynaJob *job, MynaStoreDone done, gpointer done_data)
{
  static const char sql[] =
      "INSERT INTO jobs (id, kind, title, subtitle, params, state, position, stage, fraction, "
      "elapsed,"
      " error, warnings, result, created)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
      " ON CONFLICT (id) DO UPDATE SET state = excluded.state, position = excluded.position,"
      " stage = excluded.stage, fraction = excluded.fraction, elapsed = excluded.elapsed,"
      " error = excluded.error, warnings = excluded.warnings, result = excluded.result";
  g_autofree char *warnings = warnings_to_json (myna_job_get_warnings (job));

  myna_store_exec_async (
      store, done, done_data, sql, "lssssslsddsssl", myna_job_get_id (job), myna_job_get_kind (job),
      myna_job_get_title (job), myna_job_get_subtitle (job), myna_job_get_params (job),
      myna_job_state_to_string (myna_job_get_state (job)), myna_job_get_position (job),
      myna_job_get_stage (job), myna_job_get_fraction (job), myna_job_get_elapsed (job),
      myna_job_get_error (job), warnings, myna_job_get_result (job),
      g_get_real_time () / G_USEC_PER_SEC);
}

/**
 * myna_job_record_save_position:
 * @store: the store
 * @job: a job
 *
 * Stores its place among the others, without waiting.
 */
void
myna_job_record_save_position (MynaStore *store, MynaJob *job)
{
  myna_store_exec_async (store, NULL, NULL, "UPDATE jobs SET position = ?2 WHERE id = ?1", "ll",
                         myna_job_get_id (job), myna_job_get_position (job));
}

/**
 * myna_job_record_add_log:
 * @store: the store
 * @id: which job; one that is gone is no error
 * @text: lines
 *
 * Stores lines of its log, without waiting. Any thread.
 */
void
myna_job_record_add_log (MynaStore *store, gint64 id, const char *text)
{
  myna_store_exec_async (store, NULL, NULL, insert_log, "ls", id, text);
}

/* The data of the functions that change a job on the store thread. */
typedef struct
{
  gint64 id;
  const char *key;
  const char *value;
  const char *log;
  const MynaJobOutcome *outcome;
} Change;

/* Makes one bounded row of all chunks. */
static gboolean
compact_log (MynaStore *store, gint64 id, GError **error)
{
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (MynaStoreRows) rows = NULL;

  rows = myna_store_query (store, error, "SELECT text FROM job_log WHERE job_id = ?1 ORDER BY id",
                           "l", id);
  if (rows == NULL)
    return FALSE;
  while (myna_store_rows_next (rows))
    g_string_append (log, text_or (rows, 0, ""));
  myna_job_log_trim (log);
  return myna_store_exec (store, error, "DELETE FROM job_log WHERE job_id = ?1", "l", id) &&
         myna_store_exec (store, error, insert_log, "ls", id, log->str);
}

/* MynaStoreFunc. */
static gboolean
compact_log_func (MynaStore *store, gpointer data, GError **error)
{
  return compact_log (store, *(gint64 *) data, error);
}

/**
 * myna_job_record_compact_log:
 * @store: the store
 * @id: which job
 *
 * Cuts its stored log to the length that is kept, without waiting. Any thread.
 */
void
myna_job_record_compact_log (MynaStore *store, gint64 id)
{
  myna_store_run_async (store, compact_log_func, g_memdup2 (&id, sizeof id), g_free, NULL, NULL);
}

/**
 * myna_job_record_build_folder:
 * @store: the store
 * @id: which job
 *
 * Returns: (transfer full): where its files go; not created
 */
char *
myna_job_record_build_folder (MynaStore *store, gint64 id)
{
  g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT, id);

  return myna_store_build_path (store, JOBS_FOLDER, name, NULL);
}

/* Links are removed, not followed. */
static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    {
      dir = g_dir_open (path, 0, NULL);
      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          remove_tree (child);
        }
    }
  g_remove (path);
}

static gboolean
has_row (MynaStore *store, gint64 id, gboolean *found, GError **error)
{
  g_autoptr (MynaStoreRows) rows = NULL;

  rows = myna_store_query (store, error, "SELECT 1 FROM jobs WHERE id = ?1", "l", id);
  if (rows != NULL)
    *found = myna_store_rows_get_n_rows (rows) > 0;
  return rows != NULL;
}

/* MynaStoreFunc: the store thread, because a folder may hold many files. */
static gboolean
remove_folder (MynaStore *store, gpointer data, GError **error)
{
  gint64 id = *(gint64 *) data;
  g_autofree char *folder = myna_job_record_build_folder (store, id);
  gboolean found = FALSE;

  if (!has_row (store, id, &found, error))
    return FALSE;
  if (!found)
    remove_tree (folder);
  return TRUE;
}

/**
 * myna_job_record_remove:
 * @store: the store
 * @id: which job
 *
 * Deletes its rows, then its folder, without waiting. In this order a crash leaves a folder without
 * a row, which is swept up at the next start, and never a row that has lost its files.
 */
void
myna_job_record_remove (MynaStore *store, gint64 id)
{
  myna_store_exec_async (store, NULL, NULL, "DELETE FROM jobs WHERE id = ?1", "l", id);
  myna_store_run_async (store, remove_folder, g_memdup2 (&id, sizeof id), g_free, NULL, NULL);
}

/* MynaStoreFunc. Only folders with the name of a number are ours. */
static gboolean
sweep_folders (MynaStore *store, gpointer data, GError **error)
{
  g_autofree char *path = myna_store_build_path (store, JOBS_FOLDER, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      gboolean found = FALSE;
      guint64 id = 0;

      if (!g_ascii_string_to_unsigned (name, 10, 1, G_MAXINT64, &id, NULL))
        continue;
      if (!has_row (store, (gint64) id, &found, error))
        return FALSE;
      if (!found)
        remove_tree (child);
    }
  return TRUE;
}

/**
 * myna_job_records_sweep_folders:
 * @store: the store
 *
 * Deletes folders whose job is gone, without waiting. Not after a recovery: then the rows are gone,
 * not the jobs.
 */
void
myna_job_records_sweep_folders (MynaStore *store)
{
  if (!myna_store_was_recovered (store))
    myna_store_run_async (store, sweep_folders, NULL, NULL, NULL, NULL);
}

/* MynaStoreFunc. A job whose row could not be stored must not run: nothing could be resumed. */
static gboolean
begin (MynaStore *store, gpointer data, GError **error)
{
  gint64 id = *(gint64 *) data;
  g_autoptr (MynaStoreRows) rows = NULL;

  if (!myna_store_exec (store, error,
                        "UPDATE jobs SET state = 'running', error = NULL WHERE id = ?1", "l", id))
    return FALSE;
  rows = myna_store_query (store, error, "SELECT changes ()", NULL);
  if (rows == NULL)
    return FALSE;
  if (myna_store_rows_next (rows) && myna_store_rows_get_int64 (rows, 0) > 0)
    return TRUE;
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND,
                       _ ("The job could not be stored, so it was not started."));
  return FALSE;
}

/**
 * myna_job_record_begin:
 * @store: the store
 * @id: which job
 * @error: return location
 *
 * Stores that the job runs. Waits for the disk.
 *
 * Returns: %FALSE on error; then the job must not run
 */
gboolean
myna_job_record_begin (MynaStore *store, gint64 id, GError **error)
{
  return myna_store_run (store, begin, &id, error);
}

static gboolean
add_log (MynaStore *store, const Change *change, GError **error)
{
  if (change->log == NULL || *change->log == '\0')
    return TRUE;
  return myna_store_exec (store, error, insert_log, "ls", change->id, change->log);
}

/* MynaStoreFunc. */
static gboolean
put (MynaStore *store, gpointer data, GError **error)
{
  const Change *change = data;
  const MynaJobOutcome *so_far = change->outcome;

  return myna_store_exec (store, error,
                          "INSERT OR REPLACE INTO journal (job_id, key, value) VALUES (?1, ?2, ?3)",
                          "lss", change->id, change->key, change->value) &&
         myna_store_exec (store, error,
                          "UPDATE jobs SET stage = ?2, fraction = ?3, elapsed = ?4 WHERE id = ?1",
                          "lsdd", change->id, so_far->stage, so_far->fraction, so_far->elapsed) &&
         add_log (store, change, error);
}

/**
 * myna_job_record_put:
 * @store: the store
 * @id: which job
 * @key: which piece
 * @value: what to know of it
 * @log: (nullable): lines that are not stored yet
 * @so_far: stage, fraction and elapsed
 * @error: return location
 *
 * Adds to the journal; a key that is there is replaced. On disk when it returns.
 *
 * Returns: %FALSE on error; then nothing of it is stored
 */
gboolean
myna_job_record_put (MynaStore *store,
                     gint64 id,
                     const char *key,
                     const char *value,
                     const char *log,
                     const MynaJobOutcome *so_far,
                     GError **error)
{
  Change change = { .id = id, .key = key, .value = value, .log = log, .outcome = so_far };

  return myna_store_run (store, put, &change, error);
}

/**
 * myna_job_record_get:
 * @store: the store
 * @id: which job
 * @key: which piece
 *
 * Returns: (transfer full) (nullable): what the journal has under @key
 */
char *
myna_job_record_get (MynaStore *store, gint64 id, const char *key)
{
  g_autoptr (MynaStoreRows) rows = NULL;

  rows = myna_store_query (store, NULL, "SELECT value FROM journal WHERE job_id = ?1 AND key = ?2",
                           "ls", id, key);
  if (rows == NULL || !myna_store_rows_next (rows))
    return NULL;
  return g_strdup (myna_store_rows_get_text (rows, 0));
}

/* MynaStoreFunc. */
static gboolean
end (MynaStore *store, gpointer data, GError **error)
{
  const Change *change = data;
  const MynaJobOutcome *outcome = change->outcome;
  g_autofree char *warnings = warnings_to_json (outcome->warnings);

  return myna_store_exec (
             store, error,
             "UPDATE jobs SET state = ?2, error = ?3, warnings = ?4, result = ?5, stage = ?6,"
             " fraction = ?7, elapsed = ?8 WHERE id = ?1",
             "lsssssdd", change->id, myna_job_state_to_string (outcome->state), outcome->error,
             warnings, outcome->result, outcome->stage, outcome->fraction, outcome->elapsed) &&
         add_log (store, change, error) && compact_log (store, change->id, error);
}

/**
 * myna_job_record_end:
 * @store: the store
 * @id: which job
 * @log: (nullable): lines that are not stored yet
 * @outcome: how the run ended
 * @error: return location
 *
 * Stores the end of a run. Waits for the disk.
 *
 * Returns: %FALSE on error
 */
gboolean
myna_job_record_end (
    MynaStore *store, gint64 id, const char *log, const MynaJobOutcome *outcome, GError **error)
{
  Change change = { .id = id, .log = log, .outcome = outcome };

  return myna_store_run (store, end, &change, error);
}
