/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/face/myna-face-tracker.h"

#include <math.h>

#include "engine/lipsync/face/myna-face-cut.h"
#include "engine/lipsync/face/myna-face-detector.h"
#include "engine/lipsync/face/myna-face-look.h"
#include "engine/lipsync/face/myna-face-mesh.h"
#include "engine/lipsync/face/myna-face-person-private.h"
#include "engine/lipsync/face/myna-face-picture.h"
#include "engine/lipsync/face/myna-face-smoother.h"

/* Frames from one look at the whole picture to the next, and when a face has just been lost. */
#define DETECT_EVERY 15
#define DETECT_EVERY_LOST 3
#define LOST_FOR 30

/* Faces followed at once. */
#define MAX_ACTIVE 12

/* A new face must be surer than one that is followed. */
#define LEAST_NEW_CONFIDENCE 0.7f

/* Eye distances: a jump of a face that makes a change of the picture a cut. */
#define LEAST_JUMP 0.25

/* Scores of the detector when it looks at one face alone: for a new one. Real faces from
 * the front have over 0.9; the mesh alone believes in folded hands. */
#define LEAST_NEW_SCORE 0.7f

/* Eye distances in pixels below which the mesh is guesswork. */
#define LEAST_SIZE 8

struct _MynaFaceTracker
{
  MynaFaceModels *models;
  GpuContext *cx;
  MynaFaceTrackerFunc func;
  gpointer user_data;
  MynaFaceCuts *cuts;
  MynaFacePicture whole, part;
  GPtrArray *persons; /* (element-type MynaTrackedPerson) */
  GPtrArray *window;  /* (element-type MynaTrackedFrame): for smoothing */
  guint next;         /* of the window, to be smoothed */
  gint64 detected;    /* frame of the last look */
  gint64 lost;        /* frame in which a face was lost last */
  int turn;           /* which part of the finest level is next */
};

static void
tracked_frame_free (gpointer data)
{
  MynaTrackedFrame *frame = data;

  g_array_unref (frame->faces);
  g_free (frame);
}

/**
 * myna_face_tracker_new:
 * @models: borrowed; lives longer
 * @func: called in myna_face_tracker_push() and myna_face_tracker_finish()
 * @user_data: for it
 *
 * Returns: (transfer full): a tracker
 */
MynaFaceTracker *
myna_face_tracker_new (MynaFaceModels *models, MynaFaceTrackerFunc func, gpointer user_data)
{
  MynaFaceTracker *self;

  g_return_val_if_fail (models != NULL && func != NULL, NULL);

  self = g_new0 (MynaFaceTracker, 1);
  self->models = models;
  self->cx = gpu_context_new (models->device);
  gpu_context_set_threads (self->cx, 1); /* the decoder has the other */
  self->func = func;
  self->user_data = user_data;
  self->cuts = myna_face_cuts_new ();
  self->persons = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_tracked_person_free);
  self->window = g_ptr_array_new_with_free_func (tracked_frame_free);
  self->detected = self->lost = G_MININT64 / 2;
  return self;
}

/**
 * myna_face_tracker_free:
 * @self: (nullable): a tracker
 *
 * Frees it.
 */
void
myna_face_tracker_free (MynaFaceTracker *self)
{
  if (self == NULL)
    return;
  gpu_context_free (self->cx);
  myna_face_cuts_free (self->cuts);
  myna_face_picture_clear (&self->whole);
  myna_face_picture_clear (&self->part);
  g_ptr_array_unref (self->persons);
  g_ptr_array_unref (self->window);
  g_free (self);
}

/* ---- one face in one frame ---- */

/* How far a square is from the one that the mesh was found in, in parts of its side. */
static double
get_shift (const MynaFaceSquare *from, const MynaFaceSquare *to)
{
  double turn = fabs (remainder (to->angle - from->angle, 2 * G_PI));

  return MAX (MAX (hypot (to->x - from->x, to->y - from->y), fabs (to->side - from->side)) /
                  from->side,
              turn / 2);
}

/* Finds the mesh in @square of the frame, and again in the square that it gives itself when that is
 * far off. The picture of the face stays in self->part. */
static gboolean
find_mesh (MynaFaceTracker *self,
           const MynaVideoFrame *frame,
           MynaFaceSquare square,
           MynaFace *face,
           GError **error)
{
  for (int turn = 0; turn < 2; turn++)
    {
      MynaFaceSquare own;

      if (!myna_face_picture_take_square (&self->part, frame, &square, MYNA_FACE_MESH_SIDE,
                                          error) ||
          !myna_face_mesh_run (self->models, self->cx, &self->part.image, &square, face, error))
        return FALSE;
      own = myna_face_get_square (face);
      if (!(face->confidence >= MYNA_FACE_LEAST_CONFIDENCE) || !(own.side > 1) ||
          get_shift (&square, &own) < 0.12)
        break;
      square = own;
    }
  if (myna_face_get_eye_distance (face) < LEAST_SIZE)
    face->confidence = 0;
  if (face->confidence >= MYNA_FACE_LEAST_CONFIDENCE)
    myna_face_measure_look (face, &self->part.image);
  return TRUE;
}

static gboolean
are_same_place (const MynaFace *a, const MynaFace *b)
{
  double x, y, other_x, other_y;
  double unit = (double) MAX (myna_face_get_eye_distance (a), myna_face_get_eye_distance (b));

  myna_face_get_middle (a, &x, &y);
  myna_face_get_middle (b, &other_x, &other_y);
  return hypot (x - other_x, y - other_y) < 0.6 * unit;
}

static MynaPersonFace *
find_at (const MynaTrackedFrame *frame, const MynaFace *face)
{
  for (guint i = 0; i < frame->faces->len; i++)
    {
      MynaPersonFace *other = &g_array_index (frame->faces, MynaPersonFace, i);

      if (are_same_place (&other->face, face))
        return other;
    }
  return NULL;
}

static void
see (MynaFaceTracker *self,
     const MynaVideoFrame *frame,
     MynaTrackedFrame *tracked,
     guint person,
     const MynaFace *face)
{
  MynaPersonFace seen = { person, *face };

  myna_tracked_person_see (self->persons->pdata[person], face, frame->index, &self->part.image,
                           myna_video_frame_get_width (frame), myna_video_frame_get_height (frame));
  g_array_append_val (tracked->faces, seen);
}

/* ---- following, finding ---- */

/* Further than heads move from one frame to the next. */
static gboolean
has_jumped (const MynaTrackedPerson *person, const MynaFace *face)
{
  double x, y, old_x, old_y;

  myna_face_get_middle (&person->face, &old_x, &old_y);
  myna_face_get_middle (face, &x, &y);
  return hypot (x - old_x, y - old_y) >
         LEAST_JUMP * (double) myna_face_get_eye_distance (&person->face);
}

/* @maybe: the picture has changed so much that a face which is lost or jumps means a cut. */
static gboolean
follow (MynaFaceTracker *self,
        const MynaVideoFrame *frame,
        MynaTrackedFrame *tracked,
        gboolean maybe,
        GError **error)
{
  for (guint i = 0; i < self->persons->len; i++)
    {
      MynaTrackedPerson *person = self->persons->pdata[i];
      MynaFace face;

      if (!person->active)
        continue;
      if (!find_mesh (self, frame, myna_face_get_square (&person->face), &face, error))
        return FALSE;
      if (maybe && (face.confidence < MYNA_FACE_LEAST_CONFIDENCE || has_jumped (person, &face)))
        tracked->cut = TRUE;
      /* After a cut somebody else may be in the same place; two must not follow one face. */
      if (face.confidence >= MYNA_FACE_LEAST_CONFIDENCE && find_at (tracked, &face) == NULL &&
          (!tracked->cut ||
           isfinite (myna_tracked_person_compare (person, &face, &self->part.image, FALSE))))
        {
          see (self, frame, tracked, i, &face);
          continue;
        }
      person->active = FALSE;
      self->lost = frame->index;
    }
  return TRUE;
}

static guint
count_active (const MynaFaceTracker *self)
{
  guint n = 0;

  for (guint i = 0; i < self->persons->len; i++)
    n += ((MynaTrackedPerson *) self->persons->pdata[i])->active ? 1 : 0;
  return n;
}

/* Somebody who was here before, or somebody new. */
static guint
recognise (MynaFaceTracker *self, const MynaFace *face)
{
  double best = INFINITY;
  guint found = self->persons->len;

  for (guint i = 0; i < self->persons->len; i++)
    {
      MynaTrackedPerson *person = self->persons->pdata[i];
      double unlike;

      if (person->active)
        continue;
      unlike = myna_tracked_person_compare (person, face, &self->part.image, TRUE);
      if (unlike < best)
        {
          best = unlike;
          found = i;
        }
    }
  if (found == self->persons->len && found < MYNA_FACE_MAX_PERSONS)
    g_ptr_array_add (self->persons, myna_tracked_person_new ());
  return found;
}

/* How sure the detector is of one face, seen alone. */
static gboolean
check_face (MynaFaceTracker *self,
            const MynaVideoFrame *frame,
            const MynaFace *face,
            float *score,
            GError **error)
{
  MynaFaceSquare square = myna_face_get_square (face);

  square.side *= 1.6;
  return myna_face_picture_take_square (&self->whole, frame, &square, MYNA_FACE_DETECTOR_SIDE,
                                        error) &&
         myna_face_detector_check (self->models, self->cx, &self->whole.image, &square, score,
                                   error);
}

/* Checks all that are followed; who fails is left. */
static gboolean
check_all (MynaFaceTracker *self,
           const MynaVideoFrame *frame,
           MynaTrackedFrame *tracked,
           GError **error)
{
  for (guint i = 0; i < tracked->faces->len; i++)
    {
      MynaPersonFace *seen = &g_array_index (tracked->faces, MynaPersonFace, i);
      MynaTrackedPerson *person = self->persons->pdata[seen->person];
      float score;

      if (!check_face (self, frame, &seen->face, &score, error))
        return FALSE;
      person->sum_scores += (double) score;
      person->n_scores += 1;
      if (person->n_scores >= 3 && !myna_tracked_person_is_face (person))
        person->active = FALSE;
    }
  return TRUE;
}

static gboolean
take_detection (MynaFaceTracker *self,
                const MynaVideoFrame *frame,
                MynaTrackedFrame *tracked,
                const MynaFaceDetection *detection,
                GError **error)
{
  MynaFace face;
  float score;
  guint person;

  for (guint i = 0; i < tracked->faces->len; i++)
    {
      double x, y;

      myna_face_get_middle (&g_array_index (tracked->faces, MynaPersonFace, i).face, &x, &y);
      if (x > (double) detection->x && x < (double) (detection->x + detection->width) &&
          y > (double) detection->y && y < (double) (detection->y + detection->height))
        return TRUE;
    }
  if (count_active (self) >= MAX_ACTIVE)
    return TRUE;
  if (!find_mesh (self, frame, myna_face_detection_get_square (detection), &face, error))
    return FALSE;
  if (!(face.confidence >= LEAST_NEW_CONFIDENCE) || find_at (tracked, &face) != NULL)
    return TRUE;
  if (!check_face (self, frame, &face, &score, error))
    return FALSE;
  if (score < LEAST_NEW_SCORE)
    return TRUE;
  person = recognise (self, &face);
  if (person < self->persons->len)
    see (self, frame, tracked, person, &face);
  return TRUE;
}

/* Everything at the start and after a cut; later, and when a face was lost, a part of the fine
 * tiles at a time. */
static gboolean
detect (MynaFaceTracker *self,
        const MynaVideoFrame *frame,
        MynaTrackedFrame *tracked,
        GError **error)
{
  gboolean first = self->detected < 0 || tracked->cut;
  gboolean recent = frame->index - self->lost < LOST_FOR;
  gint64 since = frame->index - self->detected;
  g_autoptr (GArray) found = NULL;

  if (!first && self->lost != frame->index && since < (recent ? DETECT_EVERY_LOST : DETECT_EVERY))
    return TRUE;
  if (!check_all (self, frame, tracked, error) ||
      !myna_face_picture_take_all (&self->whole, frame, MYNA_FACE_DETECTOR_PICTURE, error))
    return FALSE;
  found = myna_face_detector_run (self->models, self->cx, &self->whole.image,
                                  first ? -1 : self->turn, error);
  if (found == NULL)
    return FALSE;
  self->turn = (self->turn + 1) % MYNA_FACE_DETECTOR_PARTS;
  self->detected = frame->index;
  for (guint i = 0; i < found->len; i++)
    if (!take_detection (self, frame, tracked, &g_array_index (found, MynaFaceDetection, i), error))
      return FALSE;
  return TRUE;
}

/* ---- smoothing ---- */

static const MynaFace *
find_person (const MynaTrackedFrame *frame, guint person)
{
  for (guint i = 0; i < frame->faces->len; i++)
    {
      const MynaPersonFace *face = &g_array_index (frame->faces, MynaPersonFace, i);

      if (face->person == person)
        return &face->face;
    }
  return NULL;
}

static void
smooth (const MynaFaceTracker *self, guint at, guint person, MynaFace *result)
{
  const MynaFace *faces[2 * MYNA_FACE_SMOOTH_REACH + 1];
  double times[2 * MYNA_FACE_SMOOTH_REACH + 1];
  guint first = at, last = at;

#define FRAME(i) ((const MynaTrackedFrame *) self->window->pdata[i])
  while (first > 0 && at - first < MYNA_FACE_SMOOTH_REACH && !FRAME (first)->cut &&
         find_person (FRAME (first - 1), person) != NULL)
    first--;
  while (last + 1 < self->window->len && last - at < MYNA_FACE_SMOOTH_REACH &&
         !FRAME (last + 1)->cut && find_person (FRAME (last + 1), person) != NULL)
    last++;
  for (guint i = first; i <= last; i++)
    {
      faces[i - first] = find_person (FRAME (i), person);
      times[i - first] = FRAME (i)->time;
    }
#undef FRAME
  myna_face_smooth (faces, times, (int) (last - first + 1), (int) (at - first), result);
}

/* Hands out the frames that have enough others behind them, all when there are no more. */
static gboolean
hand_out (MynaFaceTracker *self, gboolean all, GError **error)
{
  guint reach = all ? 0 : MYNA_FACE_SMOOTH_REACH;

  while (self->next + reach < self->window->len)
    {
      const MynaTrackedFrame *raw = self->window->pdata[self->next];
      MynaTrackedFrame smoothed = *raw;
      gboolean done;

      smoothed.faces = g_array_sized_new (FALSE, FALSE, sizeof (MynaPersonFace), raw->faces->len);
      g_array_append_vals (smoothed.faces, raw->faces->data, raw->faces->len);
      for (guint i = 0; i < smoothed.faces->len; i++)
        {
          MynaPersonFace *face = &g_array_index (smoothed.faces, MynaPersonFace, i);

          smooth (self, self->next, face->person, &face->face);
        }
      done = self->func (&smoothed, self->user_data, error);
      g_array_unref (smoothed.faces);
      if (!done)
        return FALSE;
      self->next++;
      if (self->next > MYNA_FACE_SMOOTH_REACH)
        {
          g_ptr_array_remove_index (self->window, 0);
          self->next--;
        }
    }
  return TRUE;
}

/**
 * myna_face_tracker_push:
 * @self: a tracker
 * @frame: the next frame
 * @error: of the device, the frame or the function
 *
 * Finds all faces of a frame.
 *
 * Returns: whether it went well
 */
gboolean
myna_face_tracker_push (MynaFaceTracker *self, const MynaVideoFrame *frame, GError **error)
{
  MynaTrackedFrame *tracked;
  MynaFaceCut cut;

  g_return_val_if_fail (self != NULL && frame != NULL, FALSE);

  tracked = g_new0 (MynaTrackedFrame, 1);
  tracked->index = frame->index;
  tracked->time = frame->time;
  tracked->faces = g_array_new (FALSE, FALSE, sizeof (MynaPersonFace));
  cut = myna_face_cuts_push (self->cuts, frame);
  tracked->cut = cut == MYNA_FACE_CUT_YES;
  g_ptr_array_add (self->window, tracked);
  if (!follow (self, frame, tracked, cut == MYNA_FACE_CUT_MAYBE, error))
    return FALSE;
  return detect (self, frame, tracked, error) && hand_out (self, FALSE, error);
}

const GArray *
myna_face_tracker_get_seen (MynaFaceTracker *self)
{
  const MynaTrackedFrame *last;

  g_return_val_if_fail (self != NULL && self->window->len > 0, NULL);

  last = self->window->pdata[self->window->len - 1];
  return last->faces;
}

/**
 * myna_face_tracker_finish:
 * @self: a tracker
 * @error: of the function
 *
 * Hands out the last frames.
 *
 * Returns: whether it went well
 */
gboolean
myna_face_tracker_finish (MynaFaceTracker *self, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return hand_out (self, TRUE, error);
}

/**
 * myna_face_tracker_get_n_persons:
 * @self: a tracker
 *
 * Returns: how many different faces there were
 */
guint
myna_face_tracker_get_n_persons (MynaFaceTracker *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->persons->len;
}

/**
 * myna_face_tracker_get_person:
 * @self: a tracker
 * @person: below their number
 *
 * Returns: what is known of them; the thumbnail is the tracker's
 */
MynaPerson
myna_face_tracker_get_person (MynaFaceTracker *self, guint person)
{
  MynaTrackedPerson *known;

  g_return_val_if_fail (self != NULL && person < self->persons->len, ((MynaPerson) { 0 }));

  known = self->persons->pdata[person];
  return (MynaPerson) { known->track,
                        myna_tracked_person_is_face (known) ? known->thumbnail : NULL };
}
