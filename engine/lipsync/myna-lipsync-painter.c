/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/myna-lipsync-painter.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "engine/core/myna-error.h"
#include "engine/lipsync/render/myna-patch-store.h"
#include "engine/lipsync/render/myna-still.h"
#include "engine/video/myna-video-reader.h"

/* Of cut mouths in memory; a 1080p mouth is about 0.3 MB, and a run uses each once or twice. */
#define PATCH_MEMORY (12 << 20)

/* Decoding on is faster than seeking over fewer frames than this. */
#define SEEK_FRAMES 250

/* An own mouth opened at least this far, in eye distances, has an inside worth borrowing. */
#define MIN_INTERIOR_OPENING 0.06f

/* Turned further than this, radians, it shows the inside of a cheek. */
#define MAX_INTERIOR_YAW 0.35f

/* Any number: it only has to be the same each time. */
#define STILL_SEED 20261122

struct _MynaLipsyncPainter
{
  MynaLipsyncPlan *plan;
  MynaMouthRenderer *renderer;
  MynaPatchStore *store;
  MynaMouthPatch *interior; /* (nullable) */

  MynaStill *still; /* (nullable): a photo */
};

typedef struct
{
  MynaLipsyncPainter *painter;
  GArray *frames; /* of gint64, ascending, each once */
  MynaProgressFunc progress;
  gpointer progress_data;
  GCancellable *cancellable;
} Cutting;

/**
 * myna_lipsync_painter_free:
 * @self: (transfer full): a painter
 */
void
myna_lipsync_painter_free (MynaLipsyncPainter *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->still, myna_still_free);
  g_clear_pointer (&self->interior, myna_mouth_patch_unref);
  g_clear_pointer (&self->store, myna_patch_store_free);
  g_clear_pointer (&self->renderer, myna_mouth_renderer_free);
  g_clear_pointer (&self->plan, myna_lipsync_plan_unref);
  g_free (self);
}

static int
compare_frames (gconstpointer a, gconstpointer b)
{
  const gint64 *first = a, *second = b;

  return *first < *second ? -1 : *first > *second;
}

/* Whether the mouth of that frame was kept while the faces were found; sets @face if so. */
static gboolean
has_footage (MynaLipsyncPainter *self, gint64 frame, MynaFace *face)
{
  MynaLipsyncPlan *plan = self->plan;

  return plan->footage != NULL &&
         myna_face_tracks_get_face (plan->tracks, plan->track, frame, face) &&
         myna_mouth_footage_has (plan->footage, frame, face);
}

static void
add_frame (Cutting *self, gint64 frame, gint64 base)
{
  MynaFace face;

  if (frame >= 0 && frame != base && !has_footage (self->painter, frame, &face))
    g_array_append_val (self->frames, frame);
}

static void
remove_doubles (GArray *frames)
{
  guint n = 0;

  g_array_sort (frames, compare_frames);
  for (guint i = 0; i < frames->len; i++)
    if (n == 0 || g_array_index (frames, gint64, i) != g_array_index (frames, gint64, n - 1))
      g_array_index (frames, gint64, n++) = g_array_index (frames, gint64, i);
  g_array_set_size (frames, n);
}

static void
list_frames (Cutting *self, gint64 first, gint64 last)
{
  MynaMouthSelection *selection = self->painter->plan->selection;

  for (gint64 i = first; i < last; i++)
    {
      const MynaMouthChoice *choice = myna_mouth_selection_get (selection, i);

      add_frame (self, choice->source, choice->base);
      if (choice->fading != choice->source)
        add_frame (self, choice->fading, choice->base);
    }
  remove_doubles (self->frames);
}

static gboolean
cut_mouth (MynaLipsyncPainter *self, const MynaVideoFrame *frame, GError **error)
{
  g_autoptr (MynaMouthPatch) patch = NULL;
  MynaFace face;

  /* A choice names only frames with a face. */
  if (!myna_face_tracks_get_face (self->plan->tracks, self->plan->track, frame->index, &face))
    return TRUE;
  patch = myna_mouth_patch_new (frame, &face, error);
  return patch != NULL && myna_patch_store_add (self->store, patch, error);
}

/* Makes @wanted the reader's next frame. */
static gboolean
go_to (MynaLipsyncPainter *self, MynaVideoReader *reader, gint64 wanted, GError **error)
{
  gint64 position = myna_video_reader_get_position (reader);

  if (wanted >= position && wanted - position < SEEK_FRAMES)
    return TRUE;
  return myna_video_reader_seek (reader, myna_face_tracks_get_time (self->plan->tracks, wanted),
                                 wanted, error);
}

static gboolean
cut_run (Cutting *self, MynaVideoReader *reader, guint i, GError **error)
{
  const gint64 wanted = g_array_index (self->frames, gint64, i);

  if (!go_to (self->painter, reader, wanted, error))
    return FALSE;
  for (;;)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (MynaVideoFrame) frame = myna_video_reader_next (reader, &local_error);

      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      /* The file has become shorter: the frame's own mouth stays. */
      if (frame == NULL || frame->index > wanted)
        return TRUE;
      if (frame->index == wanted)
        return cut_mouth (self->painter, frame, error);
    }
}

static gboolean
cut_mouths (Cutting *self, GError **error)
{
  g_autoptr (MynaVideoReader) reader = NULL;

  if (self->frames->len == 0)
    return TRUE;
  reader = myna_video_reader_open (self->painter->plan->video, error);
  if (reader == NULL)
    return FALSE;
  myna_video_reader_set_cancellable (reader, self->cancellable);
  for (guint i = 0; i < self->frames->len; i++)
    {
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error) ||
          !cut_run (self, reader, i, error))
        return FALSE;
      if (self->progress != NULL)
        self->progress ((double) (i + 1) / self->frames->len, self->progress_data);
    }
  return TRUE;
}

static MynaVideoFrame *
read_frame (MynaLipsyncPainter *self, gint64 index, GCancellable *cancellable, GError **error)
{
  g_autoptr (MynaVideoReader) reader = myna_video_reader_open (self->plan->video, error);
  MynaVideoFrame *frame;

  if (reader == NULL)
    return NULL;
  myna_video_reader_set_cancellable (reader, cancellable);
  if (!myna_video_reader_seek (reader, myna_face_tracks_get_time (self->plan->tracks, index), index,
                               error))
    return NULL;
  frame = myna_video_reader_next (reader, error);
  if (frame == NULL && error != NULL && *error == NULL)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
                 _ ("“%s” ends too early. Choose another video."), self->plan->video);
  return frame;
}

/* The frame of the clip in which the person's mouth is furthest open and well seen, or -1. */
static gint64
find_interior (MynaLipsyncPlan *plan)
{
  gint64 best = -1;
  float opening = MIN_INTERIOR_OPENING;

  for (gint64 i = 0; i < myna_mouth_inventory_get_n_frames (plan->inventory); i++)
    {
      const MynaMouthPose *pose = myna_mouth_inventory_get_pose (plan->inventory, i);

      if (!pose->usable || fabsf (pose->yaw) > MAX_INTERIOR_YAW || pose->opening <= opening)
        continue;
      best = i;
      opening = pose->opening;
    }
  return best;
}

static gboolean
borrow_interior (MynaLipsyncPainter *self, GCancellable *cancellable, GError **error)
{
  gint64 index = find_interior (self->plan);
  g_autoptr (MynaVideoFrame) frame = NULL;
  MynaFace face;

  if (index < 0 || !myna_face_tracks_get_face (self->plan->tracks, self->plan->track, index, &face))
    return TRUE;
  frame = read_frame (self, index, cancellable, error);
  if (frame == NULL)
    return FALSE;
  self->interior = myna_mouth_patch_new (frame, &face, error);
  return self->interior != NULL;
}

static gboolean
bring_to_life (MynaLipsyncPainter *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (MynaVideoFrame) photo = read_frame (self, 0, cancellable, error);
  MynaFace face;

  if (photo == NULL)
    return FALSE;
  if (!myna_face_tracks_get_face (self->plan->tracks, self->plan->track, 0, &face))
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                   _ ("No face was found in “%s”. Choose a video or photo in which the face is "
                      "seen from the front."),
                   self->plan->video);
      return FALSE;
    }
  self->still = myna_still_new (photo, &face, STILL_SEED, 1.0f, error);
  return self->still != NULL;
}

static gboolean
prepare (MynaLipsyncPainter *self, Cutting *cutting, gint64 first, gint64 last, GError **error)
{
  if (self->plan->is_still)
    return bring_to_life (self, cutting->cancellable, error);
  if (self->plan->renderer == MYNA_LIPSYNC_BASIC)
    return borrow_interior (self, cutting->cancellable, error);
  list_frames (cutting, first, last);
  return cut_mouths (cutting, error);
}

/**
 * myna_lipsync_painter_new:
 * @plan: what is to be done
 * @first: first frame of the output
 * @last: the frame after the last one
 * @folder: for a file that goes with the painter
 * @progress: (nullable): called from this thread
 * @progress_data: closure
 * @cancellable: (nullable): to stop
 * @error: return location
 *
 * Returns: (transfer full): a painter for these frames; %NULL with CORRUPT, NO_SPACE, …
 */
MynaLipsyncPainter *
myna_lipsync_painter_new (MynaLipsyncPlan *plan,
                          gint64 first,
                          gint64 last,
                          const char *folder,
                          MynaProgressFunc progress,
                          gpointer progress_data,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (MynaLipsyncPainter) self = NULL;
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  Cutting cutting = { NULL, frames, progress, progress_data, cancellable };

  g_return_val_if_fail (plan != NULL && folder != NULL && first >= 0 && last >= first, NULL);

  self = cutting.painter = g_new0 (MynaLipsyncPainter, 1);
  self->plan = myna_lipsync_plan_ref (plan);
  self->renderer = myna_mouth_renderer_new ();
  self->store = myna_patch_store_new (folder, PATCH_MEMORY, error);
  if (self->store == NULL || !prepare (self, &cutting, first, last, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* The mouth of @source: the frame's own, cut before, or kept while the faces were found. */
static gboolean
get_patch (MynaLipsyncPainter *self,
           gint64 source,
           const MynaVideoFrame *frame,
           const MynaFace *face,
           MynaMouthPatch **out_patch,
           GError **error)
{
  MynaFace kept;

  if (source < 0)
    return TRUE;
  if (source == frame->index)
    *out_patch = myna_mouth_patch_new (frame, face, error);
  else if (myna_patch_store_has (self->store, source))
    *out_patch = myna_patch_store_get (self->store, source, error);
  else if (has_footage (self, source, &kept))
    *out_patch = myna_mouth_footage_get (self->plan->footage, source, &kept, error);
  else
    *out_patch = myna_mouth_patch_new (frame, face, error);
  return *out_patch != NULL;
}

static gboolean
get_patches (MynaLipsyncPainter *self,
             const MynaMouthChoice *choice,
             const MynaVideoFrame *frame,
             MynaMouthRequest *request,
             MynaMouthPatch **out_source,
             MynaMouthPatch **out_fading,
             GError **error)
{
  if (self->plan->renderer == MYNA_LIPSYNC_LIBRARY &&
      (!get_patch (self, choice->source, frame, request->face, out_source, error) ||
       !get_patch (self, choice->fading, frame, request->face, out_fading, error)))
    return FALSE;
  request->source = *out_source;
  request->fading = *out_fading;
  request->interior = self->interior;
  return TRUE;
}

static gboolean
paint_mouth (MynaLipsyncPainter *self,
             MynaVideoFrame *frame,
             const MynaFace *face,
             const MynaMouthChoice *choice,
             GError **error)
{
  g_autoptr (MynaMouthPatch) source = NULL;
  g_autoptr (MynaMouthPatch) fading = NULL;
  MynaMouthRequest request = MYNA_MOUTH_REQUEST_INIT;

  request.face = face;
  request.fade = choice->fade;
  request.opening = choice->opening;
  request.width = choice->width;
  request.teeth = choice->teeth;
  request.closed = choice->closed;
  request.strength = choice->strength;
  request.mask_size = (float) self->plan->options.mask_size;
  return get_patches (self, choice, frame, &request, &source, &fading, error) &&
         myna_mouth_renderer_render (self->renderer, frame, &request, error);
}

/**
 * myna_lipsync_painter_paint:
 * @frame: (transfer full) (nullable): the frame of the video behind it; %NULL for a photo
 * @index: number of the output frame
 * @error: return location
 *
 * Returns: (transfer full): the finished frame, numbered and timed as of the output; %NULL on error
 */
MynaVideoFrame *
myna_lipsync_painter_paint (MynaLipsyncPainter *self,
                            MynaVideoFrame *frame,
                            gint64 index,
                            GError **error)
{
  g_autoptr (MynaVideoFrame) painted = frame;
  const MynaMouthChoice *choice;
  MynaFace face;
  double time;
  gboolean present;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail ((frame == NULL) == (self->still != NULL), NULL);

  choice = myna_mouth_selection_get (self->plan->selection, index);
  myna_mouth_timeline_get_source (self->plan->timeline, index, &time);
  present = self->still != NULL ||
            myna_face_tracks_get_face (self->plan->tracks, self->plan->track, choice->base, &face);
  if (self->still != NULL)
    painted = myna_still_get_frame (self->still, time, &face, error);
  if (painted == NULL)
    return NULL;
  if (present && choice->source >= 0 && choice->strength > 0 &&
      !paint_mouth (self, painted, &face, choice, error))
    return NULL;
  painted->index = index;
  painted->time = time;
  return g_steal_pointer (&painted);
}

/**
 * myna_lipsync_painter_get_mask:
 * @rect: (out): the part of the picture it covers
 *
 * Returns: (nullable): the mask of the frame that was painted last, as
 *   myna_mouth_renderer_get_mask (); for measuring
 */
const float *
myna_lipsync_painter_get_mask (MynaLipsyncPainter *self, MynaRect *rect)
{
  g_return_val_if_fail (self != NULL && rect != NULL, NULL);

  return myna_mouth_renderer_get_mask (self->renderer, rect);
}

/**
 * myna_lipsync_painter_get_times:
 * @times: (out): where the time went
 */
void
myna_lipsync_painter_get_times (MynaLipsyncPainter *self, MynaMouthTimes *times)
{
  g_return_if_fail (self != NULL && times != NULL);

  myna_mouth_renderer_get_times (self->renderer, times);
}
