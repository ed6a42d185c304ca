/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/store/myna-store.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-mailbox.h"
#include "engine/core/myna-wakeup.h"
#include "engine/store/myna-store-open.h"
#include "engine/store/myna-store-sql.h"

#include <glib/gi18n-lib.h>
#include <pthread.h>

/* One write that somebody asked for. Whoever waits for it owns it; else the store does. */
typedef struct
{
  MynaStoreFunc func;
  gpointer data;
  GDestroyNotify destroy;
  MynaStoreDone done;
  gpointer done_data;
  MynaMailbox *reply; /* (nullable): the request itself is the reply */
  gboolean ok;
  GError *error;
} Request;

/* A statement with its values, as the data of a request. */
typedef struct
{
  char *sql;
  GArray *binds;
} Statement;

struct _MynaStore
{
  GObject parent_instance;

  char *data_dir;
  char *notice;
  MynaStoreFiles files;
  gboolean closed;

  pthread_mutex_t read_lock; /* guards files.reader */

  pthread_t thread;
  gboolean has_thread;
  MynaMailbox *requests; /* main and others to the store thread */
  MynaMailbox *finished; /* the store thread to the main context */
  GSource *wakeup;
};

G_DEFINE_FINAL_TYPE (MynaStore, myna_store, G_TYPE_OBJECT)

enum
{
  SIGNAL_WRITE_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* The store whose thread this is. */
static __thread MynaStore *own_store;

static void
request_free (gpointer data)
{
  Request *request = data;

  if (request->destroy != NULL)
    request->destroy (request->data);
  g_clear_error (&request->error);
  g_free (request);
}

static void
statement_free (gpointer data)
{
  Statement *statement = data;

  g_free (statement->sql);
  g_array_unref (statement->binds);
  g_free (statement);
}

/* MynaStoreFunc. */
static gboolean
statement_run (MynaStore *self, gpointer data, GError **error)
{
  Statement *statement = data;

  g_assert (MYNA_IS_STORE (self));

  return myna_store_sql_exec (self->files.writer, statement->sql, statement->binds, error);
}

/* Runs one request in a transaction. A request without a function only waits for its turn. */
static void
perform (MynaStore *self, Request *request)
{
  sqlite3 *db = self->files.writer;

  g_assert (MYNA_IS_STORE (self));

  request->ok = TRUE;
  if (request->func == NULL)
    return;
  request->ok = myna_store_sql_exec (db, "BEGIN IMMEDIATE", NULL, &request->error) &&
                request->func (self, request->data, &request->error) &&
                myna_store_sql_exec (db, "COMMIT", NULL, &request->error);
  /* SQLite has rolled back by itself after some errors, such as a full disk. */
  if (!request->ok && !sqlite3_get_autocommit (db))
    myna_store_sql_exec (db, "ROLLBACK", NULL, NULL);
  if (!request->ok && request->error == NULL)
    g_set_error_literal (&request->error, MYNA_ERROR, MYNA_ERROR_FAILED,
                         _ ("The change could not be stored."));
}

static void *
store_thread (void *data)
{
  MynaStore *self = data;
  Request *request;

  own_store = self;
  while ((request = myna_mailbox_pop (self->requests)) != NULL)
    {
      perform (self, request);
      if (request->reply != NULL)
        myna_mailbox_push (request->reply, request);
      else if (myna_mailbox_push (self->finished, request))
        g_source_set_ready_time (self->wakeup, 0);
    }
  own_store = NULL;
  return NULL;
}

/* Tells whoever asked for the writes that have come back; how many there were. */
static guint
deliver_finished (MynaStore *store)
{
  g_autoptr (MynaStore) self = g_object_ref (store);
  Request *request;
  guint n = 0;

  g_assert (MYNA_IS_STORE (self));

  if (self->wakeup != NULL)
    g_source_set_ready_time (self->wakeup, -1);
  while ((request = myna_mailbox_try_pop (self->finished)) != NULL)
    {
      if (request->done != NULL)
        request->done (self, request->error, request->done_data);
      else if (!request->ok)
        {
          g_warning ("%s", request->error->message);
          g_signal_emit (self, signals[SIGNAL_WRITE_FAILED], 0, request->error);
        }
      request_free (request);
      n++;
    }
  return n;
}

/* Main context. */
static gboolean
deliver_finished_cb (gpointer data)
{
  g_assert (MYNA_IS_STORE (data));

  deliver_finished (data);
  return G_SOURCE_CONTINUE;
}

static void
myna_store_dispose (GObject *object)
{
  myna_store_close (MYNA_STORE (object));
  G_OBJECT_CLASS (myna_store_parent_class)->dispose (object);
}

static void
myna_store_finalize (GObject *object)
{
  MynaStore *self = MYNA_STORE (object);

  g_clear_pointer (&self->requests, myna_mailbox_free);
  g_clear_pointer (&self->finished, myna_mailbox_free);
  pthread_mutex_destroy (&self->read_lock);
  g_free (self->data_dir);
  g_free (self->notice);
  G_OBJECT_CLASS (myna_store_parent_class)->finalize (object);
}

static void
myna_store_class_init (MynaStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = myna_store_dispose;
  object_class->finalize = myna_store_finalize;

  signals[SIGNAL_WRITE_FAILED] = g_signal_new ("write-failed", MYNA_TYPE_STORE, G_SIGNAL_RUN_LAST,
                                               0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
myna_store_init (MynaStore *self)
{
  self->files.lock_fd = -1;
  pthread_mutex_init (&self->read_lock, NULL);
  self->requests = myna_mailbox_new (request_free);
  self->finished = myna_mailbox_new (request_free);
}

static void
load_notice (MynaStore *self)
{
  g_autoptr (MynaStoreRows) rows = NULL;

  g_assert (MYNA_IS_STORE (self));

  rows = myna_store_query (self, NULL, "SELECT value FROM meta WHERE key = 'recovery'", NULL);
  if (rows != NULL && myna_store_rows_next (rows))
    self->notice = g_strdup (myna_store_rows_get_text (rows, 0));
}

static gboolean
start_thread (MynaStore *self, GError **error)
{
  int rc;

  g_assert (MYNA_IS_STORE (self));

  rc = pthread_create (&self->thread, NULL, store_thread, self);
  if (rc == 0)
    self->has_thread = TRUE;
  else
    g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED, g_strerror (rc));
  return self->has_thread;
}

/**
 * myna_store_open:
 * @data_dir: the data folder; made (0700) when it is missing
 * @flags: how to open
 * @error: return location
 *
 * Opens the store. A damaged database is kept under another name and a new one made; see
 * myna_store_was_recovered(). Callbacks and signals come on the calling thread's default main
 * context.
 *
 * Returns: (transfer full) (nullable): the store, or %NULL on error: %MYNA_ERROR_BUSY when another
 *   process writes to the folder, %MYNA_ERROR_UNSUPPORTED for a database of a newer Myna (left
 *   untouched), %MYNA_ERROR_READ_ONLY, %MYNA_ERROR_NO_SPACE, %MYNA_ERROR_CORRUPT (read-only only)
 */
MynaStore *
myna_store_open (const char *data_dir, MynaStoreOpenFlags flags, GError **error)
{
  g_autoptr (MynaStore) self = NULL;

  g_return_val_if_fail (data_dir != NULL, NULL);

  self = g_object_new (MYNA_TYPE_STORE, NULL);
  self->data_dir = g_canonicalize_filename (data_dir, NULL);
  if (!myna_store_files_open (&self->files, self->data_dir, flags, error))
    return NULL;
  load_notice (self);
  self->wakeup = myna_wakeup_new (g_main_context_get_thread_default (), deliver_finished_cb, self);
  if (self->files.writer != NULL && !start_thread (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * myna_store_close:
 * @self: a store
 *
 * Finishes the writes asked for, closes the database and gives the folder to other processes. What
 * comes after is refused with an error. Callbacks that are still due are called from here.
 * Idempotent. On the thread that opened the store, when no other thread uses it any more.
 */
void
myna_store_close (MynaStore *self)
{
  g_return_if_fail (MYNA_IS_STORE (self));

  if (self->closed)
    return;
  /* A callback may ask for one more write: a job's folder goes after its row. */
  for (guint n = 1; self->has_thread && n > 0; n = deliver_finished (self))
    myna_store_flush (self);
  self->closed = TRUE;
  myna_mailbox_close (self->requests);
  if (self->has_thread)
    pthread_join (self->thread, NULL);
  self->has_thread = FALSE;
  if (self->wakeup != NULL)
    {
      g_source_destroy (self->wakeup);
      g_clear_pointer (&self->wakeup, g_source_unref);
    }
  deliver_finished (self);
  pthread_mutex_lock (&self->read_lock);
  myna_store_files_close (&self->files);
  pthread_mutex_unlock (&self->read_lock);
}

/**
 * myna_store_is_read_only:
 * @self: a store
 *
 * Returns: whether every write is refused with %MYNA_ERROR_READ_ONLY
 */
gboolean
myna_store_is_read_only (MynaStore *self)
{
  g_return_val_if_fail (MYNA_IS_STORE (self), TRUE);

  return self->files.writer == NULL;
}

/**
 * myna_store_get_data_dir:
 * @self: a store
 *
 * Returns: (transfer none): the absolute path of the data folder; never changes
 */
const char *
myna_store_get_data_dir (MynaStore *self)
{
  g_return_val_if_fail (MYNA_IS_STORE (self), NULL);

  return self->data_dir;
}

/**
 * myna_store_build_path:
 * @self: a store
 * @first: the first element below the data folder
 * @...: more elements, then %NULL
 *
 * Returns: (transfer full): a path in the data folder; nothing is created
 */
char *
myna_store_build_path (MynaStore *self, const char *first, ...)
{
  g_autofree char *below = NULL;
  va_list args;

  g_return_val_if_fail (MYNA_IS_STORE (self), NULL);

  va_start (args, first);
  below = g_build_filename_valist (first, &args);
  va_end (args);
  return g_build_filename (self->data_dir, below, NULL);
}

/**
 * myna_store_was_recovered:
 * @self: a store
 *
 * Whether the database is a new one in the place of one that was damaged or lost, and the rows have
 * yet to be rebuilt from the files in the folders of voices and takes. Stays so, over restarts too,
 * until myna_store_finish_recovery(). Main thread.
 *
 * Returns: %TRUE while rows are to be rebuilt
 */
gboolean
myna_store_was_recovered (MynaStore *self)
{
  return myna_store_get_recovery_notice (self) != NULL;
}

/**
 * myna_store_get_recovery_notice:
 * @self: a store
 *
 * Returns: (transfer none) (nullable): a translated sentence for a person, while the rows are to be
 *   rebuilt and in the run that rebuilt them
 */
const char *
myna_store_get_recovery_notice (MynaStore *self)
{
  g_return_val_if_fail (MYNA_IS_STORE (self), NULL);

  return self->notice;
}

/**
 * myna_store_finish_recovery:
 * @self: a store
 * @error: return location
 *
 * Remembers that the rows have been rebuilt, so that the next start does not do it again. Waits for
 * the disk.
 *
 * Returns: %FALSE on error
 */
gboolean
myna_store_finish_recovery (MynaStore *self, GError **error)
{
  return myna_store_exec (self, error, "DELETE FROM meta WHERE key = 'recovery'", NULL);
}

/**
 * myna_store_query:
 * @self: a store
 * @error: return location
 * @sql: one SELECT
 * @types: (nullable): a letter for each parameter, see #MynaStore
 * @...: the values
 *
 * Reads what is committed; inside a #MynaStoreFunc also what it has written itself. Any thread.
 *
 * Returns: (transfer full) (nullable): the rows, %NULL on error
 */
MynaStoreRows *
myna_store_query (MynaStore *self, GError **error, const char *sql, const char *types, ...)
{
  g_autoptr (GArray) binds = NULL;
  MynaStoreRows *rows = NULL;
  va_list args;

  g_return_val_if_fail (MYNA_IS_STORE (self), NULL);
  g_return_val_if_fail (sql != NULL, NULL);

  va_start (args, types);
  binds = myna_store_binds_new (types, args);
  va_end (args);
  if (own_store == self)
    return myna_store_sql_query (self->files.writer, sql, binds, error);
  pthread_mutex_lock (&self->read_lock);
  if (self->files.reader != NULL)
    rows = myna_store_sql_query (self->files.reader, sql, binds, error);
  else
    g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED, _ ("The library has been closed."));
  pthread_mutex_unlock (&self->read_lock);
  return rows;
}

static void
set_refused (MynaStore *self, GError **error)
{
  g_assert (MYNA_IS_STORE (self));

  if (!self->has_thread && !self->closed)
    g_set_error (
        error, MYNA_ERROR, MYNA_ERROR_READ_ONLY,
        _ ("The folder “%s” is open for reading only, so nothing can be changed in it now."),
        self->data_dir);
  else
    g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED, _ ("The library has been closed."));
}

/* Hands @request over and waits for it. */
static gboolean
submit_and_wait (MynaStore *self, Request *request, GError **error)
{
  g_autoptr (MynaMailbox) reply = myna_mailbox_new (NULL);
  gboolean ok = FALSE;

  g_assert (MYNA_IS_STORE (self));
  g_assert (own_store != self);

  request->reply = reply;
  if (self->files.writer != NULL && myna_mailbox_push (self->requests, request))
    {
      myna_mailbox_pop (reply);
      ok = request->ok;
      if (request->error != NULL)
        g_propagate_error (error, g_steal_pointer (&request->error));
    }
  else
    set_refused (self, error);
  request_free (request);
  return ok;
}

/* Hands @request over; a refusal is reported in the same way as a failure, from the main context.
 */
static void
submit (MynaStore *self, Request *request)
{
  g_assert (MYNA_IS_STORE (self));

  if (self->files.writer != NULL && myna_mailbox_push (self->requests, request))
    return;
  set_refused (self, &request->error);
  myna_mailbox_push (self->finished, request);
  if (self->wakeup != NULL)
    g_source_set_ready_time (self->wakeup, 0);
  else
    deliver_finished_cb (self); /* closed: the last moment to say so */
}

static Request *
request_for_statement (const char *sql, GArray *binds)
{
  Statement *statement = g_new0 (Statement, 1);
  Request *request = g_new0 (Request, 1);

  statement->sql = g_strdup (sql);
  statement->binds = binds;
  request->func = statement_run;
  request->data = statement;
  request->destroy = statement_free;
  return request;
}

/**
 * myna_store_exec:
 * @self: a store
 * @error: return location
 * @sql: one statement that changes something
 * @types: (nullable): a letter for each parameter, see #MynaStore
 * @...: the values
 *
 * Runs the statement after the writes asked for before, and waits until it is on disk. Inside a
 * #MynaStoreFunc it runs at once as part of that transaction. Any thread, but it may take as long
 * as the disk does: the main thread of the app uses myna_store_exec_async().
 *
 * Returns: %FALSE on error: %MYNA_ERROR_NO_SPACE, %MYNA_ERROR_READ_ONLY, …
 */
gboolean
myna_store_exec (MynaStore *self, GError **error, const char *sql, const char *types, ...)
{
  g_autoptr (GArray) binds = NULL;
  va_list args;

  g_return_val_if_fail (MYNA_IS_STORE (self), FALSE);
  g_return_val_if_fail (sql != NULL, FALSE);

  va_start (args, types);
  binds = myna_store_binds_new (types, args);
  va_end (args);
  if (own_store == self)
    return myna_store_sql_exec (self->files.writer, sql, binds, error);
  return submit_and_wait (self, request_for_statement (sql, g_steal_pointer (&binds)), error);
}

/**
 * myna_store_run:
 * @self: a store
 * @func: runs on the store thread in one transaction
 * @data: for @func
 * @error: return location
 *
 * As myna_store_exec(), for several statements that belong together. Inside a #MynaStoreFunc @func
 * becomes part of that transaction.
 *
 * Returns: %FALSE on error; then nothing of it is stored
 */
gboolean
myna_store_run (MynaStore *self, MynaStoreFunc func, gpointer data, GError **error)
{
  Request *request;

  g_return_val_if_fail (MYNA_IS_STORE (self), FALSE);
  g_return_val_if_fail (func != NULL, FALSE);

  if (own_store == self)
    return func (self, data, error);
  request = g_new0 (Request, 1);
  request->func = func;
  request->data = data;
  return submit_and_wait (self, request, error);
}

/**
 * myna_store_flush:
 * @self: a store
 *
 * Waits until every write asked for so far has been carried out.
 */
void
myna_store_flush (MynaStore *self)
{
  g_return_if_fail (MYNA_IS_STORE (self));
  g_return_if_fail (own_store != self);

  submit_and_wait (self, g_new0 (Request, 1), NULL);
}

/**
 * myna_store_exec_async:
 * @self: a store
 * @done: (nullable): told the outcome on the main context; without it a failure is the signal
 * "write-failed"
 * @done_data: for @done
 * @sql: one statement that changes something
 * @types: (nullable): a letter for each parameter, see #MynaStore
 * @...: the values; copied
 *
 * Runs the statement on the store thread after the writes asked for before. Returns at once. Any
 * thread.
 */
void
myna_store_exec_async (MynaStore *self,
                       MynaStoreDone done,
                       gpointer done_data,
                       const char *sql,
                       const char *types,
                       ...)
{
  Request *request;
  va_list args;

  g_return_if_fail (MYNA_IS_STORE (self));
  g_return_if_fail (sql != NULL);

  va_start (args, types);
  request = request_for_statement (sql, myna_store_binds_new (types, args));
  va_end (args);
  request->done = done;
  request->done_data = done_data;
  submit (self, request);
}

/**
 * myna_store_run_async:
 * @self: a store
 * @func: runs on the store thread in one transaction
 * @data: (transfer full): for @func
 * @destroy: (nullable): frees @data on the main context, after @done
 * @done: (nullable): told the outcome on the main context; without it a failure is the signal
 * "write-failed"
 * @done_data: for @done
 *
 * Runs @func on the store thread after the writes asked for before. Returns at once. Any thread.
 */
void
myna_store_run_async (MynaStore *self,
                      MynaStoreFunc func,
                      gpointer data,
                      GDestroyNotify destroy,
                      MynaStoreDone done,
                      gpointer done_data)
{
  Request *request;

  g_return_if_fail (MYNA_IS_STORE (self));
  g_return_if_fail (func != NULL);

  request = g_new0 (Request, 1);
  request->func = func;
  request->data = data;
  request->destroy = destroy;
  request->done = done;
  request->done_data = done_data;
  submit (self, request);
}
