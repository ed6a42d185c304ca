/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-atomic-file.h"
#include "engine/core/myna-paths.h"
#include "engine/jobs/myna-job-queue.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * A long job to be killed. `crash-job run` does it, or goes on with it, in $MYNA_DATA_DIR: pieces
 * of known bytes into files and the journal, at the end all of them into out.bin. Each piece that
 * the journal has accepted is a line on the standard output, which a kill cannot take back.
 * `crash-job verify LINES` compares such lines with what is there.
 */

#define N_PIECES 40
#define PIECE_SIZE (256 * 1024)

/* Any bytes, the same each time; some work, so that there is a time to be killed in. */
static guint8 *
make_piece (int number)
{
  guint8 *bytes = g_malloc (PIECE_SIZE);
  guint32 state = 2463534242u + (guint32) number;

  for (int round = 0; round < 8; round++)
    for (gsize i = 0; i < PIECE_SIZE; i++)
      {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        bytes[i] = (guint8) (state >> 24);
      }
  return bytes;
}

static char *
sum (const void *bytes, gsize length)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, length);
}

static char *
build_piece_path (const char *folder, int number)
{
  g_autofree char *name = g_strdup_printf ("piece-%03d", number);

  return g_build_filename (folder, name, NULL);
}

/* The file first, then the journal, then the word of it. */
static gboolean
do_piece (MynaJobContext *cx, const char *folder, int number, GError **error)
{
  g_autofree char *path = build_piece_path (folder, number);
  g_autofree char *key = g_strdup_printf ("%d", number);
  g_autofree char *known = myna_job_context_journal_get (cx, key);
  g_autofree guint8 *bytes = NULL;
  g_autofree char *digest = NULL;
  g_autofree char *line = NULL;

  if (known != NULL)
    return TRUE;
  bytes = make_piece (number);
  digest = sum (bytes, PIECE_SIZE);
  if (!myna_atomic_file_write (path, bytes, PIECE_SIZE, error) ||
      !myna_job_context_journal_put (cx, key, digest, error))
    return FALSE;
  line = g_strdup_printf ("%" G_GINT64_FORMAT " %d\n", myna_job_context_get_id (cx), number);
  return write (STDOUT_FILENO, line, strlen (line)) == (gssize) strlen (line);
}

static gboolean
join_pieces (const char *folder, const char *path, GError **error)
{
  g_autoptr (MynaAtomicFile) file = myna_atomic_file_begin (path, error);

  for (int i = 0; file != NULL && i < N_PIECES; i++)
    {
      g_autofree char *piece = build_piece_path (folder, i);
      g_autofree char *bytes = NULL;
      gsize length = 0;

      if (!g_file_get_contents (piece, &bytes, &length, error) ||
          !myna_atomic_file_append (file, bytes, length, error))
        return FALSE;
    }
  return file != NULL && myna_atomic_file_commit (file, error);
}

/* MynaJobRun. The parameters are the path of the result. */
static gboolean
run_job (MynaJobContext *cx, gpointer user_data, GError **error)
{
  const char *folder = myna_job_context_get_folder (cx, error);

  for (int i = 0; folder != NULL && i < N_PIECES; i++)
    {
      if (g_cancellable_set_error_if_cancelled (myna_job_context_get_cancellable (cx), error) ||
          !do_piece (cx, folder, i, error))
        return FALSE;
      myna_job_context_log (cx, "piece %d", i);
      myna_job_context_set_progress (cx, (i + 1.0) / N_PIECES, NULL);
    }
  return folder != NULL && join_pieces (folder, myna_job_context_get_params (cx), error);
}

static int
run (const char *data_dir)
{
  g_autofree char *out = g_build_filename (data_dir, "out.bin", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaStore) store = myna_store_open (data_dir, MYNA_STORE_OPEN_DEFAULT, &error);
  g_autoptr (MynaJobQueue) queue = NULL;
  g_autoptr (MynaJob) job = NULL;
  gboolean done;

  if (store == NULL || myna_store_was_recovered (store))
    {
      fprintf (stderr, "%s\n",
               store == NULL ? error->message : myna_store_get_recovery_notice (store));
      return 1;
    }
  queue = myna_job_queue_new (store);
  myna_job_queue_register (queue, "crash", run_job, NULL, NULL);
  myna_job_queue_load (queue);
  myna_job_queue_resume_interrupted (queue);
  job = g_list_model_get_item (G_LIST_MODEL (queue), 0);
  if (job == NULL)
    job = g_object_ref (myna_job_queue_add (queue, "crash", "A long job", NULL, out, &error));
  while (!myna_job_is_finished (job))
    g_main_context_iteration (NULL, TRUE);
  done = myna_job_get_state (job) == MYNA_JOB_DONE;
  if (!done)
    fprintf (stderr, "%s\n", myna_job_get_error (job));
  myna_job_queue_shutdown (queue);
  myna_store_close (store);
  return done ? 0 : 1;
}

/* Whether the journal has the piece, and its file is whole. */
static gboolean
check_piece (MynaStore *store, gint64 job, int number, const char *digest)
{
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, job);
  g_autofree char *folder = myna_store_build_path (store, "jobs", id, NULL);
  g_autofree char *path = build_piece_path (folder, number);
  g_autofree char *bytes = NULL;
  g_autofree char *found = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &bytes, &length, NULL))
    return FALSE;
  found = sum (bytes, length);
  return g_strcmp0 (found, digest) == 0;
}

/* Every piece in the journal is whole. Returns which they are. */
static GHashTable *
check_journal (MynaStore *store, gboolean *ok)
{
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (MynaStoreRows) rows =
      myna_store_query (store, NULL, "SELECT job_id, key, value FROM journal", NULL);

  *ok = rows != NULL;
  while (rows != NULL && myna_store_rows_next (rows))
    {
      gint64 job = myna_store_rows_get_int64 (rows, 0);
      const char *key = myna_store_rows_get_text (rows, 1);

      g_hash_table_add (keys, g_strdup_printf ("%" G_GINT64_FORMAT " %s", job, key));
      if (check_piece (store, job, atoi (key), myna_store_rows_get_text (rows, 2)))
        continue;
      fprintf (stderr, "piece %s is in the journal, but its file is not whole\n", key);
      *ok = FALSE;
    }
  return g_steal_pointer (&keys);
}

/* Every line is in the journal, and there only once: nothing finished is lost or done again. */
static gboolean
check_lines (GHashTable *keys, const char *path)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean ok = TRUE;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      if (**line == '\0')
        continue;
      if (!g_hash_table_contains (keys, *line))
        fprintf (stderr, "piece “%s” was finished and is lost\n", *line);
      else if (!g_hash_table_add (seen, *line))
        fprintf (stderr, "piece “%s” was finished and done again\n", *line);
      else
        continue;
      ok = FALSE;
    }
  return ok;
}

static int
verify (const char *data_dir, const char *lines)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaStore) store = myna_store_open (data_dir, MYNA_STORE_OPEN_READ_ONLY, &error);
  g_autoptr (GHashTable) keys = NULL;
  gboolean ok = FALSE;

  if (store == NULL)
    {
      fprintf (stderr, "%s\n", error->message);
      return 1;
    }
  keys = check_journal (store, &ok);
  return check_lines (keys, lines) && ok ? 0 : 1;
}

int
main (int argc, char **argv)
{
  g_autofree char *data_dir = myna_paths_dup_data_dir ();

  if (argc == 2 && strcmp (argv[1], "run") == 0)
    return run (data_dir);
  if (argc == 3 && strcmp (argv[1], "verify") == 0)
    return verify (data_dir, argv[2]);
  fprintf (stderr, "usage: crash-job run | verify LINES\n");
  return 2;
}
