/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-lipsync-jobs.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/studio/myna-studio-jobs.h"

/* Names of a video and of a speech longer than this are cut: file systems take 255 bytes for both
 * of them, and a character takes up to four. */
#define MAX_NAME_CHARS 60
#define MAX_NAME_BYTES 110

/**
 * myna_lipsync_dup_cache_dir:
 *
 * Returns: (transfer full): the folder that keeps what was found in videos; can always be rebuilt
 */
char *
myna_lipsync_dup_cache_dir (MynaStore *store)
{
  return g_build_filename (myna_store_get_data_dir (store), "faces", NULL);
}

/* The file's name without folder and extension, as a part of a new name. */
static char *
dup_stem (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *name = g_filename_display_name (base);
  char *dot = strrchr (name, '.');
  char *stem;
  glong n;

  if (dot != NULL && dot != name)
    *dot = '\0';
  n = MIN (g_utf8_strlen (name, -1), MAX_NAME_CHARS);
  while (g_utf8_offset_to_pointer (name, n) - name > MAX_NAME_BYTES)
    n--;
  stem = g_utf8_substring (name, 0, n);
  return g_strdelimit (stem, "/\n\r\t", '-');
}

/* Whether a job of the queue writes this file, or will. */
static gboolean
is_promised (MynaJobQueue *queue, const char *path)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (queue)); i++)
    {
      g_autoptr (MynaJob) job = g_list_model_get_item (G_LIST_MODEL (queue), i);
      g_autofree char *output = NULL;

      if (g_strcmp0 (myna_job_get_kind (job), MYNA_JOB_LIPSYNC) != 0)
        continue;
      output = myna_studio_jobs_dup_param (myna_job_get_params (job), "output");
      if (g_strcmp0 (output, path) == 0)
        return TRUE;
    }
  return FALSE;
}

/**
 * myna_lipsync_choose_output:
 * @queue: the queue
 * @folder: where the file is to be
 * @video: the video that is to speak
 * @speech: name of the speech, a file or a title
 *
 * Main thread.
 *
 * Returns: (transfer full): a path in @folder that neither exists nor is written by another job
 */
char *
myna_lipsync_choose_output (MynaJobQueue *queue,
                            const char *folder,
                            const char *video,
                            const char *speech)
{
  g_autofree char *video_stem = dup_stem (video);
  g_autofree char *speech_stem = dup_stem (speech);

  g_return_val_if_fail (MYNA_IS_JOB_QUEUE (queue) && folder != NULL, NULL);

  for (guint n = 1;; n++)
    {
      g_autofree char *name =
          n == 1 ? g_strdup_printf ("%s - %s.mp4", video_stem, speech_stem)
                 : g_strdup_printf ("%s - %s (%u).mp4", video_stem, speech_stem, n);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (!g_file_test (path, G_FILE_TEST_EXISTS) && !is_promised (queue, path))
        return g_steal_pointer (&path);
    }
}

/**
 * myna_lipsync_enqueue:
 * @queue: the queue
 * @request: what to do
 * @speech: what the user knows the speech by: a take's name or a file
 * @error: return location
 *
 * Main thread.
 *
 * Returns: (transfer none): the job; %NULL with READ_ONLY
 */
MynaJob *
myna_lipsync_enqueue (MynaJobQueue *queue,
                      const MynaLipsyncRequest *request,
                      const char *speech,
                      GError **error)
{
  g_autofree char *base = NULL;
  g_autofree char *video = NULL;
  g_autofree char *title = NULL;
  g_autofree char *params = NULL;

  g_return_val_if_fail (MYNA_IS_JOB_QUEUE (queue) && request != NULL, NULL);
  g_return_val_if_fail (request->video != NULL && request->output != NULL, NULL);

  base = g_path_get_basename (request->video);
  video = g_filename_display_name (base);
  title = g_strdup_printf (_ ("Make “%s” speak"), video);
  params = myna_lipsync_request_to_json (request);
  return myna_job_queue_add (queue, MYNA_JOB_LIPSYNC, title, speech, params, error);
}
