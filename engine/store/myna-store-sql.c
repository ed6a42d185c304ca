/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/store/myna-store-sql.h"
#include "engine/core/myna-error.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

/* GDestroyNotify of an array of MynaStoreValue. */
void
myna_store_value_clear (gpointer data)
{
  MynaStoreValue *value = data;

  g_clear_pointer (&value->text, g_free);
  g_clear_pointer (&value->blob, g_bytes_unref);
}

static MynaStoreValue
value_from_argument (char type, va_list *args)
{
  MynaStoreValue value = { .type = SQLITE_INTEGER };

  switch (type)
    {
    case 's':
      value.text = g_strdup (va_arg (*args, const char *));
      value.type = value.text != NULL ? SQLITE_TEXT : SQLITE_NULL;
      break;
    case 'b':
      value.blob = va_arg (*args, GBytes *);
      value.type = value.blob != NULL ? SQLITE_BLOB : SQLITE_NULL;
      if (value.blob != NULL)
        g_bytes_ref (value.blob);
      break;
    case 'd':
      value.real = va_arg (*args, double);
      value.type = SQLITE_FLOAT;
      break;
    case 'i':
      value.integer = va_arg (*args, int);
      break;
    case 'u':
      value.integer = va_arg (*args, guint);
      break;
    case 'l':
      value.integer = va_arg (*args, gint64);
      break;
    default:
      g_critical ("unknown type letter '%c' of a statement's parameter", type);
      value.type = SQLITE_NULL;
      break;
    }
  return value;
}

/**
 * myna_store_binds_new:
 * @types: (nullable): one letter a parameter: s i u l d b, see #MynaStore
 * @args: as many values
 *
 * Returns: (transfer full) (element-type MynaStoreValue): copies of the values
 */
GArray *
myna_store_binds_new (const char *types, va_list args)
{
  GArray *binds = g_array_new (FALSE, TRUE, sizeof (MynaStoreValue));
  va_list copy;

  g_array_set_clear_func (binds, myna_store_value_clear);
  va_copy (copy, args);
  for (const char *type = types; type != NULL && *type != '\0'; type++)
    {
      MynaStoreValue value = value_from_argument (*type, &copy);

      g_array_append_val (binds, value);
    }
  va_end (copy);
  return binds;
}

/* Full by the file system's own word, or by a limit on the size of files (EFBIG), which SQLite
 * reports as a plain I/O error. */
static gboolean
is_out_of_space (sqlite3 *db, int code)
{
  int os_error = sqlite3_system_errno (db);

  if ((code & 0xff) == SQLITE_FULL)
    return TRUE;
  return (code & 0xff) == SQLITE_IOERR &&
         (os_error == ENOSPC || os_error == EDQUOT || os_error == EFBIG);
}

/**
 * myna_store_sql_set_error:
 * @error: return location
 * @db: a connection on which the last call failed
 * @path: (nullable): its file, where the connection does not know it: it could not be opened
 *
 * Says what went wrong as a sentence for a person, with the code that callers switch on.
 */
void
myna_store_sql_set_error (GError **error, sqlite3 *db, const char *path)
{
  int code = sqlite3_extended_errcode (db);

  path = path != NULL ? path : sqlite3_db_filename (db, "main");
  path = path != NULL && *path != '\0' ? path : "myna.db";
  if (is_out_of_space (db, code))
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_NO_SPACE,
                 _ ("The disk is full: “%s” could not be written. Free some space and try again."),
                 path);
  else if ((code & 0xff) == SQLITE_READONLY || (code & 0xff) == SQLITE_PERM)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_READ_ONLY,
                 _ ("“%s” cannot be written. Check the permissions of its folder."), path);
  else if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
                 _ ("The database “%s” is damaged. Start Myna again and it will be rebuilt."),
                 path);
  else if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_BUSY,
                 _ ("The database “%s” is in use by another program."), path);
  else if ((code & 0xff) == SQLITE_CANTOPEN && sqlite3_system_errno (db) != 0)
    myna_error_set_from_errno (error, sqlite3_system_errno (db), path);
  else
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_FAILED, _ ("The database “%s” reports: %s."), path,
                 sqlite3_errmsg (db));
}

static int
bind_value (sqlite3_stmt *statement, int index, const MynaStoreValue *value)
{
  gsize size = 0;
  gconstpointer data;

  switch (value->type)
    {
    case SQLITE_INTEGER:
      return sqlite3_bind_int64 (statement, index, value->integer);
    case SQLITE_FLOAT:
      return sqlite3_bind_double (statement, index, value->real);
    case SQLITE_TEXT:
      return sqlite3_bind_text (statement, index, value->text, -1, SQLITE_STATIC);
    case SQLITE_BLOB:
      data = g_bytes_get_data (value->blob, &size);
      return sqlite3_bind_blob64 (statement, index, data != NULL ? data : "", size, SQLITE_STATIC);
    default:
      return sqlite3_bind_null (statement, index);
    }
}

/* The values must outlive the statement. */
static sqlite3_stmt *
prepare (sqlite3 *db, const char *sql, GArray *binds, GError **error)
{
  sqlite3_stmt *statement = NULL;
  guint n_binds = binds != NULL ? binds->len : 0;

  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) != SQLITE_OK)
    {
      myna_store_sql_set_error (error, db, NULL);
      return NULL;
    }
  if (sqlite3_bind_parameter_count (statement) != (int) n_binds)
    g_critical ("%u values for the %d parameters of: %s", n_binds,
                sqlite3_bind_parameter_count (statement), sql);
  for (guint i = 0; i < n_binds; i++)
    if (bind_value (statement, (int) i + 1, &g_array_index (binds, MynaStoreValue, i)) != SQLITE_OK)
      {
        myna_store_sql_set_error (error, db, NULL);
        sqlite3_finalize (statement);
        return NULL;
      }
  return statement;
}

/**
 * myna_store_sql_exec:
 * @db: a connection
 * @sql: one statement
 * @binds: (nullable) (element-type MynaStoreValue): its values
 * @error: return location
 *
 * Returns: %TRUE when the statement ran to its end
 */
gboolean
myna_store_sql_exec (sqlite3 *db, const char *sql, GArray *binds, GError **error)
{
  sqlite3_stmt *statement = prepare (db, sql, binds, error);
  int rc;

  if (statement == NULL)
    return FALSE;
  do
    rc = sqlite3_step (statement);
  while (rc == SQLITE_ROW);
  if (rc != SQLITE_DONE)
    myna_store_sql_set_error (error, db, NULL);
  sqlite3_finalize (statement);
  return rc == SQLITE_DONE;
}

/**
 * myna_store_sql_query:
 * @db: a connection
 * @sql: one statement
 * @binds: (nullable) (element-type MynaStoreValue): its values
 * @error: return location
 *
 * Returns: (transfer full) (nullable): a copy of all rows, %NULL on error
 */
MynaStoreRows *
myna_store_sql_query (sqlite3 *db, const char *sql, GArray *binds, GError **error)
{
  g_autoptr (MynaStoreRows) rows = NULL;
  sqlite3_stmt *statement = prepare (db, sql, binds, error);
  int rc;

  if (statement == NULL)
    return NULL;
  rows = myna_store_rows_new ((guint) sqlite3_column_count (statement));
  while ((rc = sqlite3_step (statement)) == SQLITE_ROW)
    myna_store_rows_append (rows, statement);
  if (rc != SQLITE_DONE)
    {
      myna_store_sql_set_error (error, db, NULL);
      g_clear_pointer (&rows, myna_store_rows_free);
    }
  sqlite3_finalize (statement);
  return g_steal_pointer (&rows);
}

/**
 * myna_store_sql_get_int:
 * @db: a connection
 * @sql: a statement with one row of one integer, such as a PRAGMA
 * @value: (out): the integer, 0 without a row
 * @error: return location
 *
 * Returns: %FALSE on error
 */
gboolean
myna_store_sql_get_int (sqlite3 *db, const char *sql, gint64 *value, GError **error)
{
  g_autoptr (MynaStoreRows) rows = myna_store_sql_query (db, sql, NULL, error);

  if (rows == NULL)
    return FALSE;
  *value = myna_store_rows_next (rows) ? myna_store_rows_get_int64 (rows, 0) : 0;
  return TRUE;
}
