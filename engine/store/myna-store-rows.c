/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/store/myna-store-rows.h"
#include "engine/store/myna-store-sql.h"

struct _MynaStoreRows
{
  GArray *values; /* of MynaStoreValue, row after row */
  guint n_columns;
  guint n_rows;
  guint next; /* the row that next () steps to; the current one is before it */
};

static const MynaStoreValue *
get_value (MynaStoreRows *self, guint column)
{
  g_assert (self->next > 0);

  return &g_array_index (self->values, MynaStoreValue, (self->next - 1) * self->n_columns + column);
}

/* Whether @column of a current row can be read; a wrong call is the caller's mistake. */
static gboolean
has_value (MynaStoreRows *self, guint column)
{
  return self != NULL && self->next > 0 && column < self->n_columns;
}

MynaStoreRows *
myna_store_rows_new (guint n_columns)
{
  MynaStoreRows *self = g_new0 (MynaStoreRows, 1);

  self->values = g_array_new (FALSE, TRUE, sizeof (MynaStoreValue));
  g_array_set_clear_func (self->values, myna_store_value_clear);
  self->n_columns = n_columns;
  return self;
}

/* Copies the row that @statement stands on. Text is made valid UTF-8: the file is not to be
 * trusted. */
void
myna_store_rows_append (MynaStoreRows *self, sqlite3_stmt *statement)
{
  g_assert (self != NULL);

  for (guint c = 0; c < self->n_columns; c++)
    {
      MynaStoreValue value = { .type = sqlite3_column_type (statement, (int) c) };

      if (value.type == SQLITE_INTEGER)
        value.integer = sqlite3_column_int64 (statement, (int) c);
      else if (value.type == SQLITE_FLOAT)
        value.real = sqlite3_column_double (statement, (int) c);
      else if (value.type == SQLITE_TEXT)
        value.text =
            g_utf8_make_valid ((const char *) sqlite3_column_text (statement, (int) c), -1);
      else if (value.type == SQLITE_BLOB)
        value.blob = g_bytes_new (sqlite3_column_blob (statement, (int) c),
                                  (gsize) sqlite3_column_bytes (statement, (int) c));
      g_array_append_val (self->values, value);
    }
  self->n_rows++;
}

/**
 * myna_store_rows_next:
 * @self: the rows of a query
 *
 * Steps to the next row; before the first call there is no current row.
 *
 * Returns: %FALSE after the last row
 */
gboolean
myna_store_rows_next (MynaStoreRows *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (self->next >= self->n_rows)
    return FALSE;
  self->next++;
  return TRUE;
}

/**
 * myna_store_rows_get_n_rows:
 * @self: the rows of a query
 *
 * Returns: how many rows there are in all
 */
guint
myna_store_rows_get_n_rows (MynaStoreRows *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_rows;
}

/**
 * myna_store_rows_is_null:
 * @self: the rows of a query, on a row
 * @column: which column
 *
 * Returns: whether the value is NULL
 */
gboolean
myna_store_rows_is_null (MynaStoreRows *self, guint column)
{
  g_return_val_if_fail (has_value (self, column), TRUE);

  return get_value (self, column)->type == SQLITE_NULL;
}

/**
 * myna_store_rows_get_int64:
 * @self: the rows of a query, on a row
 * @column: which column
 *
 * Returns: the integer, 0 when the value is not one
 */
gint64
myna_store_rows_get_int64 (MynaStoreRows *self, guint column)
{
  g_return_val_if_fail (has_value (self, column), 0);

  return get_value (self, column)->integer;
}

/**
 * myna_store_rows_get_double:
 * @self: the rows of a query, on a row
 * @column: which column
 *
 * Returns: the number, real or integer; 0 when the value is neither
 */
double
myna_store_rows_get_double (MynaStoreRows *self, guint column)
{
  const MynaStoreValue *value;

  g_return_val_if_fail (has_value (self, column), 0);

  value = get_value (self, column);
  return value->type == SQLITE_INTEGER ? (double) value->integer : value->real;
}

/**
 * myna_store_rows_get_text:
 * @self: the rows of a query, on a row
 * @column: which column
 *
 * Returns: (nullable): the text, valid UTF-8, until the rows are freed; %NULL when the value is no
 * text
 */
const char *
myna_store_rows_get_text (MynaStoreRows *self, guint column)
{
  g_return_val_if_fail (has_value (self, column), NULL);

  return get_value (self, column)->text;
}

/**
 * myna_store_rows_get_blob:
 * @self: the rows of a query, on a row
 * @column: which column
 *
 * Returns: (transfer none) (nullable): the bytes; %NULL when the value is no blob
 */
GBytes *
myna_store_rows_get_blob (MynaStoreRows *self, guint column)
{
  g_return_val_if_fail (has_value (self, column), NULL);

  return get_value (self, column)->blob;
}

/**
 * myna_store_rows_free:
 * @self: (transfer full) (nullable): the rows of a query
 */
void
myna_store_rows_free (MynaStoreRows *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->values);
  g_free (self);
}
