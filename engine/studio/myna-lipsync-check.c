/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-lipsync-check.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "engine/core/myna-error.h"
#include "engine/core/myna-paths.h"
#include "engine/store/myna-records.h"
#include "engine/studio/myna-lipsync-jobs.h"
#include "engine/studio/myna-take-mixer.h"
#include "engine/studio/myna-take-speech.h"

/* One check at a time: each decodes a whole video and would only slow the others down. */
static GMutex one_at_a_time;

/* What a check works on. */
typedef struct
{
  char *data_dir;
  char *cache_dir;
  char *video;
  MynaLipsyncRequest *request;
  char *take_folder;
  MynaFaceTracks *tracks;
  MynaLipsyncPlan *plan;
  int size;
  double from, to;
} Check;

static void
check_free (gpointer data)
{
  Check *self = data;

  g_free (self->data_dir);
  g_free (self->cache_dir);
  g_free (self->video);
  g_clear_pointer (&self->request, myna_lipsync_request_free);
  g_free (self->take_folder);
  g_clear_pointer (&self->tracks, myna_face_tracks_unref);
  g_clear_pointer (&self->plan, myna_lipsync_plan_unref);
  g_free (self);
}

/* Runs @func on a worker with the lock held; it gives the value, or NULL and an error. */
typedef gpointer (*CheckFunc) (Check *check, GCancellable *cancellable, GError **error);

typedef struct
{
  Check *check;
  CheckFunc func;
  GDestroyNotify free_value;
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  check_free (work->check);
  g_free (work);
}

static void
work_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  GError *error = NULL;
  gpointer value = NULL;

  g_mutex_lock (&one_at_a_time);
  if (!g_cancellable_set_error_if_cancelled (cancellable, &error))
    value = work->func (work->check, cancellable, &error);
  g_mutex_unlock (&one_at_a_time);
  if (value != NULL)
    g_task_return_pointer (task, value, work->free_value);
  else
    g_task_return_error (task, error);
}

/* Takes @check. */
static void
run (Check *check,
     CheckFunc func,
     GDestroyNotify free_value,
     GCancellable *cancellable,
     GAsyncReadyCallback callback,
     gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Work *work = g_new (Work, 1);

  work->check = check;
  work->func = func;
  work->free_value = free_value;
  g_task_set_task_data (task, work, work_free);
  g_task_run_in_thread (task, work_thread);
}

static Check *
check_new (MynaStore *store)
{
  Check *self = g_new0 (Check, 1);

  if (store == NULL)
    return self;
  self->data_dir = g_strdup (myna_store_get_data_dir (store));
  self->cache_dir = myna_lipsync_dup_cache_dir (store);
  return self;
}

static gpointer
find_faces (Check *check, GCancellable *cancellable, GError **error)
{
  return myna_face_tracks_new (check->video, check->cache_dir, NULL, NULL, cancellable, error);
}

static void
tracks_unref (gpointer tracks)
{
  myna_face_tracks_unref (tracks);
}

/**
 * myna_lipsync_find_faces_async:
 * @store: whose data folder keeps what is found
 * @video: a video or photo
 *
 * See the header. Main thread.
 */
void
myna_lipsync_find_faces_async (MynaStore *store,
                               const char *video,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  Check *check;

  g_return_if_fail (MYNA_IS_STORE (store) && video != NULL);

  check = check_new (store);
  check->video = g_strdup (video);
  run (check, find_faces, tracks_unref, cancellable, callback, user_data);
}

/**
 * myna_lipsync_find_faces_finish:
 *
 * Returns: (transfer full): the faces; %NULL on error
 */
MynaFaceTracks *
myna_lipsync_find_faces_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* A name in the cache folder that no other check uses. */
static char *
dup_temporary (Check *check, const char *suffix, GError **error)
{
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *name = g_strconcat (".", uuid, suffix, NULL);

  if (!myna_paths_ensure_dir (check->cache_dir, error))
    return NULL;
  return g_build_filename (check->cache_dir, name, NULL);
}

/* The take's speech in a file that goes with the plan. */
static MynaLipsyncPlan *
plan_take (Check *check, GCancellable *cancellable, GError **error)
{
  const MynaMixTags tags = { 0 };
  MynaLipsyncRequest *request = check->request;
  g_autoptr (MynaTakeRecord) record = myna_take_record_load (check->take_folder, error);
  g_autoptr (GPtrArray) items = record != NULL ? myna_take_mixer_list (record, error) : NULL;
  g_autoptr (GArray) phones = NULL;
  g_autofree char *audio = items != NULL ? dup_temporary (check, ".wav", error) : NULL;
  MynaLipsyncPlan *plan = NULL;

  if (audio == NULL)
    return NULL;
  phones = myna_take_speech_load_phones (record, items, cancellable);
  if (myna_take_mixer_write (items, audio, &tags, NULL, NULL, cancellable, error))
    plan =
        myna_lipsync_plan_new (audio, phones, MYNA_TAKE_SPEECH_PHONE_SET, request->video,
                               &request->options, check->cache_dir, NULL, NULL, cancellable, error);
  if (plan != NULL)
    myna_lipsync_plan_own_audio (plan);
  else
    g_unlink (audio);
  return plan;
}

static gpointer
make_plan (Check *check, GCancellable *cancellable, GError **error)
{
  if (check->take_folder != NULL)
    return plan_take (check, cancellable, error);
  return myna_lipsync_plan_new (check->request->audio, NULL, NULL, check->request->video,
                                &check->request->options, check->cache_dir, NULL, NULL, cancellable,
                                error);
}

static void
plan_unref (gpointer plan)
{
  myna_lipsync_plan_unref (plan);
}

/**
 * myna_lipsync_check_async:
 * @store: whose data folder keeps what is found
 * @request: what would be enqueued
 *
 * See the header. Main thread.
 */
void
myna_lipsync_check_async (MynaStore *store,
                          const MynaLipsyncRequest *request,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  Check *check;

  g_return_if_fail (MYNA_IS_STORE (store) && request != NULL);
  g_return_if_fail (request->video != NULL);
  g_return_if_fail ((request->take != NULL) != (request->audio != NULL));

  check = check_new (store);
  check->request = myna_lipsync_request_copy (request);
  if (request->take != NULL)
    check->take_folder = myna_records_dup_folder (store, MYNA_RECORDS_TAKES, request->take);
  run (check, make_plan, plan_unref, cancellable, callback, user_data);
}

/**
 * myna_lipsync_check_finish:
 *
 * Returns: (transfer full): the plan; %NULL on error
 */
MynaLipsyncPlan *
myna_lipsync_check_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * myna_lipsync_picture_free:
 * @self: (transfer full): a picture
 */
void
myna_lipsync_picture_free (MynaLipsyncPicture *self)
{
  g_return_if_fail (self != NULL);

  g_bytes_unref (self->rgb);
  g_free (self);
}

static void
picture_free (gpointer picture)
{
  myna_lipsync_picture_free (picture);
}

static MynaLipsyncPicture *
make_picture (
    const MynaVideoFrame *frame, const MynaRect *rect, int width, int height, GError **error)
{
  g_autofree guint8 *rgb = g_malloc ((gsize) width * (gsize) height * 3);
  MynaLipsyncPicture *picture;

  if (!myna_video_frame_to_rgb (frame, rect, width, height, rgb, error))
    return NULL;
  picture = g_new0 (MynaLipsyncPicture, 1);
  picture->rgb = g_bytes_new_take (g_steal_pointer (&rgb), (gsize) width * (gsize) height * 3);
  picture->width = width;
  picture->height = height;
  return picture;
}

static gpointer
make_frame (Check *check, GCancellable *cancellable, GError **error)
{
  g_autoptr (MynaVideoFrame) frame =
      myna_lipsync_plan_render_frame (check->plan, check->from, cancellable, error);
  int width, height;
  double scale;

  if (frame == NULL)
    return NULL;
  width = myna_video_frame_get_width (frame);
  height = myna_video_frame_get_height (frame);
  scale = MIN (1.0, (double) check->size / MAX (width, height));
  width = MAX ((int) (width * scale), 1);
  height = MAX ((int) (height * scale), 1);
  return make_picture (frame, NULL, width, height, error);
}

/**
 * myna_lipsync_preview_frame_async:
 * @plan: what will happen
 * @time: seconds of the output
 * @max_size: pixels
 *
 * See the header. Main thread.
 */
void
myna_lipsync_preview_frame_async (MynaLipsyncPlan *plan,
                                  double time,
                                  int max_size,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  Check *check;

  g_return_if_fail (plan != NULL && max_size > 0);

  check = check_new (NULL);
  check->plan = myna_lipsync_plan_ref (plan);
  check->from = time;
  check->size = max_size;
  run (check, make_frame, picture_free, cancellable, callback, user_data);
}

/**
 * myna_lipsync_picture_finish:
 *
 * Returns: (transfer full): the picture; %NULL on error
 */
MynaLipsyncPicture *
myna_lipsync_picture_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static gpointer
make_clip (Check *check, GCancellable *cancellable, GError **error)
{
  g_autofree char *path = dup_temporary (check, ".mp4", error);

  if (path == NULL || !myna_lipsync_plan_render (check->plan, check->from, check->to, path, NULL,
                                                 NULL, NULL, cancellable, error))
    return NULL;
  return g_steal_pointer (&path);
}

/**
 * myna_lipsync_preview_clip_async:
 * @store: whose data folder holds the file
 * @plan: what will happen
 * @from: seconds of the output
 * @to: seconds of the output
 *
 * See the header. Main thread.
 */
void
myna_lipsync_preview_clip_async (MynaStore *store,
                                 MynaLipsyncPlan *plan,
                                 double from,
                                 double to,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  Check *check;

  g_return_if_fail (MYNA_IS_STORE (store) && plan != NULL);
  g_return_if_fail (from >= 0 && to > from);

  check = check_new (store);
  check->plan = myna_lipsync_plan_ref (plan);
  check->from = from;
  check->to = to;
  run (check, make_clip, g_free, cancellable, callback, user_data);
}

/**
 * myna_lipsync_preview_clip_finish:
 *
 * Returns: (transfer full): the file, which the caller deletes; %NULL on error
 */
char *
myna_lipsync_preview_clip_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
