/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>

#include "engine/core/myna-error.h"
#include "engine/core/myna-paths.h"
#include "engine/lipsync/mouth/myna-mouth-speech.h"
#include "engine/lipsync/myna-lipsync-private.h"
#include "engine/video/myna-video-probe.h"

/* What is known before rendering: faces, both sounds, who speaks how, and what will happen. */

/* Below this much speech of the person, there are no mouths to choose from. The prototype wanted 5
 * s (spec lipsync-default); with our warp, even the 2 s of speech in GRID's clips pass the gates of
 * closures, sharpness and jitter that bending alone misses. */
#define MIN_USABLE_SECONDS 0.5

/* With less than this, the choice is poor enough to say so. */
#define GOOD_USABLE_SECONDS 20.0

/* Differences of length that nobody needs to be told. */
#define SAME_LENGTH_SECONDS 0.5

/* The parts of the progress: finding faces decodes the whole video, the rest is sound. */
#define TRACKING_FRACTION 0.8
#define SOUND_FRACTION 0.9

typedef struct
{
  MynaLipsyncPlan *plan;
  GArray *phones;
  const char *phone_set;
  const char *cache_dir;
  void (*progress) (double fraction, gpointer user_data);
  gpointer progress_data;
  GCancellable *cancellable;
} Planning;

static void
report (Planning *self, double fraction)
{
  if (self->progress != NULL)
    self->progress (fraction, self->progress_data);
}

static void
tracking_cb (double fraction, gpointer user_data)
{
  report (user_data, fraction * TRACKING_FRACTION);
}

/* Takes @text. */
static void
warn (Planning *self, char *text)
{
  g_ptr_array_add (self->plan->warnings, text);
}

static gboolean
choose_face (Planning *self, GError **error)
{
  MynaLipsyncPlan *plan = self->plan;
  guint n = myna_face_tracks_get_n_tracks (plan->tracks);
  g_autofree char *name = g_filename_display_basename (plan->video);

  if (n == 0)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                   _ ("No face was found in “%s”. Choose a video or photo in which the face is "
                      "seen from the front."),
                   name);
      return FALSE;
    }
  if (plan->options.face >= (int) n)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND,
                   ngettext ("“%s” has %u face. Choose another one.",
                             "“%s” has %u faces. Choose another one.", n),
                   name, n);
      return FALSE;
    }
  plan->track = plan->options.face < 0 ? 0 : (guint) plan->options.face;
  if (n > 1 && plan->options.face < 0)
    warn (self,
          g_strdup_printf (ngettext ("%u face was found.",
                                     "%u faces were found; the most prominent one speaks.", n),
                           n));
  return TRUE;
}

static void
keep_mouth_cb (const MynaVideoFrame *frame, const MynaFace *face, gpointer footage)
{
  myna_mouth_footage_add (footage, frame, face);
}

/* A disk that takes no mouths is no reason to fail: they are then cut when they are wanted. */
static gboolean
track_faces (Planning *self, GError **error)
{
  MynaLipsyncPlan *plan = self->plan;
  const char *folder = self->cache_dir != NULL ? self->cache_dir : g_get_tmp_dir ();
  MynaFaceWatch watch = { keep_mouth_cb, NULL };

  if (plan->options.keep_mouths && myna_paths_ensure_dir (folder, NULL))
    watch.data = plan->footage = myna_mouth_footage_new (folder, NULL);
  plan->tracks = myna_face_tracks_new_watched (plan->video, self->cache_dir,
                                               plan->footage != NULL ? &watch : NULL, tracking_cb,
                                               self, self->cancellable, error);
  return plan->tracks != NULL;
}

static gboolean
look_at_video (Planning *self, GError **error)
{
  MynaLipsyncPlan *plan = self->plan;
  g_autoptr (MynaVideoInfo) info = myna_video_probe (plan->video, error);

  if (info == NULL)
    return FALSE;
  if (!track_faces (self, error) || !choose_face (self, error))
    return FALSE;
  plan->is_still = info->is_image || myna_face_tracks_get_n_frames (plan->tracks) == 1;
  plan->video_duration = plan->is_still ? 0 : info->duration;
  return TRUE;
}

/* The clip's own sound; NULL without an error when it has none that can be read. */
static MynaMouthSound *
load_own_sound (Planning *self, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  MynaMouthSound *sound;

  if (self->plan->is_still)
    return NULL;
  sound = myna_mouth_sound_load (self->plan->video, self->cancellable, &local_error);
  if (sound == NULL && g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&local_error));
  return sound;
}

static void
choose_renderer (Planning *self)
{
  MynaLipsyncPlan *plan = self->plan;
  double usable = myna_mouth_inventory_get_usable_speech (plan->inventory);

  plan->renderer =
      !plan->is_still && usable >= MIN_USABLE_SECONDS ? MYNA_LIPSYNC_LIBRARY : MYNA_LIPSYNC_BASIC;
  if (plan->is_still)
    warn (self, g_strdup (_ ("A photo has no mouth movements to take: the mouth is bent and drawn, "
                             "in basic quality.")));
  else if (plan->renderer == MYNA_LIPSYNC_BASIC)
    warn (self,
          g_strdup (_ ("Nobody is heard to speak in this clip, so there are no mouths to take: "
                       "the mouth is bent and drawn, in basic quality.")));
  else if (usable < GOOD_USABLE_SECONDS)
    warn (self, g_strdup_printf (_ ("The person speaks for %.0f s in this clip. From 20 s on, the "
                                    "mouth follows better."),
                                 usable));
}

static double
choose_duration (Planning *self, gboolean has_sound)
{
  MynaLipsyncPlan *plan = self->plan;
  double longer = plan->video_duration - plan->speech_duration;

  if (plan->is_still)
    return plan->speech_duration;
  if (longer < -SAME_LENGTH_SECONDS)
    warn (self, g_strdup_printf (_ ("The speech is %.0f s longer than the video: the video goes "
                                    "backwards and forwards until it ends."),
                                 -longer));
  else if (longer > SAME_LENGTH_SECONDS && plan->options.longer == MYNA_LIPSYNC_KEEP)
    warn (self, g_strdup_printf (
                    has_sound ? _ ("The video is %.0f s longer than the speech: its end stays as "
                                   "it is, with its own sound.")
                              : _ ("The video is %.0f s longer than the speech: its end stays as "
                                   "it is."),
                    longer));
  if (plan->options.longer == MYNA_LIPSYNC_TRIM || longer < 0)
    return plan->speech_duration;
  return plan->video_duration;
}

static void
warn_of_absence (Planning *self)
{
  MynaLipsyncPlan *plan = self->plan;
  const MynaFaceTrack *track = myna_face_tracks_get_track (plan->tracks, plan->track);
  gint64 n = myna_face_tracks_get_n_frames (plan->tracks);
  double absent = 1.0 - (double) track->n_present / (double) MAX (n, 1);

  if (absent > 0.02)
    warn (self, g_strdup_printf (_ ("The face is not seen in %.0f %% of the video; there it stays "
                                    "as it is."),
                                 ceil (absent * 100)));
}

static gboolean
look_at_mouths (Planning *self, MynaMouthSound *speech, GError **error)
{
  MynaLipsyncPlan *plan = self->plan;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (MynaMouthSound) own = load_own_sound (self, &local_error);
  double end = plan->is_still ? 1.0 / MYNA_LIPSYNC_STILL_FPS : plan->video_duration;

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  report (self, SOUND_FRACTION);
  plan->inventory =
      myna_mouth_inventory_new (plan->tracks, plan->track, own, self->cancellable, error);
  if (plan->inventory == NULL)
    return FALSE;
  choose_renderer (self);
  warn_of_absence (self);
  plan->timeline =
      myna_mouth_timeline_new (plan->inventory, end, choose_duration (self, own != NULL));
  plan->mouth =
      myna_mouth_track_new_for_speech (speech, self->phones, self->phone_set, plan->inventory,
                                       plan->options.smoothing, self->cancellable, error);
  return plan->mouth != NULL;
}

static gboolean
select_mouths (Planning *self, MynaMouthSound *speech, GError **error)
{
  MynaLipsyncPlan *plan = self->plan;
  const MynaMouthSelectionParams params = { plan->options.intensity,
                                            plan->options.offset_ms / 1000 };

  if (plan->renderer == MYNA_LIPSYNC_LIBRARY)
    plan->selection = myna_mouth_selection_new (plan->inventory, plan->timeline, speech,
                                                plan->mouth, &params, self->cancellable, error);
  else
    plan->selection =
        myna_mouth_selection_new_targets (plan->inventory, plan->timeline, plan->mouth, &params);
  return plan->selection != NULL;
}

static gboolean
check_speech (Planning *self, MynaMouthSound *speech, GError **error)
{
  g_autofree char *name = g_filename_display_basename (self->plan->audio);

  self->plan->speech_duration = myna_mouth_sound_get_duration (speech);
  if (myna_mouth_sound_get_speech (speech) > 0)
    return TRUE;
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_SILENT,
               _ ("Nobody speaks in “%s”. Choose a recording with speech."), name);
  return FALSE;
}

static gboolean
make_plan (Planning *self, GError **error)
{
  g_autoptr (MynaMouthSound) speech =
      myna_mouth_sound_load (self->plan->audio, self->cancellable, error);

  if (speech == NULL || !check_speech (self, speech, error) || !look_at_video (self, error) ||
      !look_at_mouths (self, speech, error) || !select_mouths (self, speech, error))
    return FALSE;
  report (self, 1);
  return !g_cancellable_set_error_if_cancelled (self->cancellable, error);
}

/**
 * myna_lipsync_plan_new:
 * @audio: audio or video file with the speech
 * @phones: (nullable) (element-type MynaPhone): when what is said, in seconds of @audio
 * @phone_set: (nullable): "espeak" or "arpabet", the notation of @phones
 * @video: the video or photo that is to speak
 * @options: how
 * @cache_dir: (nullable): keeps what was found in videos
 * @progress: (nullable): called from this thread
 * @progress_data: closure
 * @cancellable: (nullable): to stop
 * @error: return location
 *
 * Looks at both files and chooses a mouth for each frame. Blocks; any thread.
 *
 * Returns: (transfer full): the plan; %NULL with NOT_FOUND, UNSUPPORTED, CORRUPT, EMPTY (no face),
 *   SILENT (no speech) or G_IO_ERROR_CANCELLED
 */
MynaLipsyncPlan *
myna_lipsync_plan_new (const char *audio,
                       GArray *phones,
                       const char *phone_set,
                       const char *video,
                       const MynaLipsyncOptions *options,
                       const char *cache_dir,
                       void (*progress) (double fraction, gpointer user_data),
                       gpointer progress_data,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (MynaLipsyncPlan) plan = NULL;
  Planning planning = { NULL, phones, phone_set, cache_dir, progress, progress_data, cancellable };

  g_return_val_if_fail (audio != NULL && video != NULL && options != NULL, NULL);
  g_return_val_if_fail (phones == NULL || phone_set != NULL, NULL);

  plan = planning.plan = g_new0 (MynaLipsyncPlan, 1);
  g_atomic_ref_count_init (&plan->refs);
  plan->audio = g_strdup (audio);
  plan->video = g_strdup (video);
  plan->options = *options;
  plan->warnings = g_ptr_array_new_null_terminated (4, g_free, TRUE);
  return make_plan (&planning, error) ? g_steal_pointer (&plan) : NULL;
}

/**
 * myna_lipsync_plan_ref:
 *
 * Returns: (transfer full): @self
 */
MynaLipsyncPlan *
myna_lipsync_plan_ref (MynaLipsyncPlan *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * myna_lipsync_plan_unref:
 * @self: (transfer full): a plan
 */
void
myna_lipsync_plan_unref (MynaLipsyncPlan *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_pointer (&self->selection, myna_mouth_selection_unref);
  g_clear_pointer (&self->mouth, myna_mouth_track_unref);
  g_clear_pointer (&self->timeline, myna_mouth_timeline_unref);
  g_clear_pointer (&self->inventory, myna_mouth_inventory_unref);
  g_clear_pointer (&self->footage, myna_mouth_footage_free);
  g_clear_pointer (&self->tracks, myna_face_tracks_unref);
  g_ptr_array_unref (self->warnings);
  if (self->owns_audio)
    g_unlink (self->audio);
  g_free (self->audio);
  g_free (self->video);
  g_free (self);
}

/**
 * myna_lipsync_plan_own_audio:
 *
 * Has the audio file deleted with the plan. Before the plan is shared between threads.
 */
void
myna_lipsync_plan_own_audio (MynaLipsyncPlan *self)
{
  g_return_if_fail (self != NULL);

  self->owns_audio = TRUE;
}

/**
 * myna_lipsync_plan_get_tracks:
 *
 * Returns: (transfer none): the faces of the video
 */
MynaFaceTracks *
myna_lipsync_plan_get_tracks (MynaLipsyncPlan *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->tracks;
}

/**
 * myna_lipsync_plan_get_renderer:
 *
 * Returns: how the mouth is made
 */
MynaLipsyncRenderer
myna_lipsync_plan_get_renderer (MynaLipsyncPlan *self)
{
  g_return_val_if_fail (self != NULL, MYNA_LIPSYNC_BASIC);

  return self->renderer;
}

/**
 * myna_lipsync_plan_get_usable_speech:
 *
 * Returns: seconds in which the person speaks in the clip and the mouth is well seen
 */
double
myna_lipsync_plan_get_usable_speech (MynaLipsyncPlan *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return myna_mouth_inventory_get_usable_speech (self->inventory);
}

/**
 * myna_lipsync_plan_get_speech_duration:
 *
 * Returns: seconds of the speech
 */
double
myna_lipsync_plan_get_speech_duration (MynaLipsyncPlan *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->speech_duration;
}

/**
 * myna_lipsync_plan_get_video_duration:
 *
 * Returns: seconds of the video; 0 for a photo
 */
double
myna_lipsync_plan_get_video_duration (MynaLipsyncPlan *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->video_duration;
}

/**
 * myna_lipsync_plan_get_output_duration:
 *
 * Returns: seconds of the whole result
 */
double
myna_lipsync_plan_get_output_duration (MynaLipsyncPlan *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return myna_mouth_timeline_get_duration (self->timeline);
}

/**
 * myna_lipsync_plan_get_n_frames:
 *
 * Returns: frames of the whole result
 */
gint64
myna_lipsync_plan_get_n_frames (MynaLipsyncPlan *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return myna_mouth_timeline_get_n_frames (self->timeline);
}

/**
 * myna_lipsync_plan_get_warnings:
 *
 * Returns: (transfer none) (array zero-terminated=1): what the user should know before, translated
 */
const char *const *
myna_lipsync_plan_get_warnings (MynaLipsyncPlan *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char *const *) self->warnings->pdata;
}
