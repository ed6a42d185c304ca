/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/lipsync/myna-lipsync-video.h"

#include <glib/gi18n.h>

#include "ui/widgets/myna-time-text.h"

/* Faces beyond this many are not offered: a crowd is no portrait. */
#define MAX_FACES 8

struct _MynaLipsyncVideo
{
  GObject parent_instance;

  char *path;
  char *name;
  char *status;
  MynaLipsyncVideoState state;
  int face;
  guint n_faces;
  GdkPaintable *pictures[MAX_FACES];

  /* Owned references */
  MynaStore *store;
  MynaFaceTracks *tracks;
  MynaLipsyncPlan *plan;
  GCancellable *cancellable;       /* ends with the object */
  GCancellable *check_cancellable; /* of the plan that is being made */

  /* What the next plan is made of, once the faces are known. */
  MynaLipsyncRequest *wanted;
};

G_DEFINE_FINAL_TYPE (MynaLipsyncVideo, myna_lipsync_video, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (MynaLipsyncVideoState,
                    myna_lipsync_video_state,
                    G_DEFINE_ENUM_VALUE (MYNA_LIPSYNC_VIDEO_CHECKING, "checking"),
                    G_DEFINE_ENUM_VALUE (MYNA_LIPSYNC_VIDEO_READY, "ready"),
                    G_DEFINE_ENUM_VALUE (MYNA_LIPSYNC_VIDEO_FAILED, "failed"))

enum
{
  PROP_NAME = 1,
  PROP_STATE,
  PROP_STATUS,
  PROP_THUMBNAIL,
  PROP_FACE,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

/* Takes @status. */
static void
set_state (MynaLipsyncVideo *self, MynaLipsyncVideoState state, char *status)
{
  g_assert (MYNA_IS_LIPSYNC_VIDEO (self));

  g_free (self->status);
  self->status = status;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static gboolean
is_cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* What was found in the video alone, before it is known what it is to say. */
static char *
dup_faces_text (MynaLipsyncVideo *self)
{
  return g_strdup_printf (ngettext ("%u face found", "%u faces found", self->n_faces),
                          self->n_faces);
}

static char *
dup_plan_text (MynaLipsyncVideo *self)
{
  const char *const *warnings = myna_lipsync_plan_get_warnings (self->plan);
  g_autofree char *clock =
      myna_time_text_clock (myna_lipsync_plan_get_output_duration (self->plan));
  /* Translators: a length such as 1:23 */
  g_autofree char *ready = g_strdup_printf (_ ("Ready: the result is %s long."), clock);
  g_autofree char *warned = g_strjoinv ("\n", (char **) warnings);

  return *warned != '\0' ? g_strjoin ("\n", ready, warned, NULL) : g_steal_pointer (&ready);
}

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaLipsyncVideo) self = user_data;
  g_autoptr (GError) error = NULL;
  MynaLipsyncPlan *plan = myna_lipsync_check_finish (result, &error);

  g_assert (MYNA_IS_LIPSYNC_VIDEO (self));

  if (is_cancelled (error))
    return;
  g_clear_pointer (&self->plan, myna_lipsync_plan_unref);
  self->plan = plan;
  if (plan != NULL)
    set_state (self, MYNA_LIPSYNC_VIDEO_READY, dup_plan_text (self));
  else
    set_state (self, MYNA_LIPSYNC_VIDEO_FAILED, g_strdup (error->message));
}

static void
start_check (MynaLipsyncVideo *self)
{
  g_assert (MYNA_IS_LIPSYNC_VIDEO (self));

  g_cancellable_cancel (self->check_cancellable);
  g_clear_object (&self->check_cancellable);
  if (self->tracks == NULL || self->n_faces == 0)
    return;
  if (self->wanted == NULL)
    {
      g_clear_pointer (&self->plan, myna_lipsync_plan_unref);
      set_state (self, MYNA_LIPSYNC_VIDEO_READY, dup_faces_text (self));
      return;
    }
  self->wanted->options.face = self->face;
  self->check_cancellable = g_cancellable_new ();
  set_state (self, MYNA_LIPSYNC_VIDEO_CHECKING, g_strdup (_ ("Listening and comparing…")));
  myna_lipsync_check_async (self->store, self->wanted, self->check_cancellable, checked_cb,
                            g_object_ref (self));
}

/* The tracker kept one of each face: nothing is decoded. */
static void
load_thumbnails (MynaLipsyncVideo *self)
{
  g_assert (MYNA_IS_LIPSYNC_VIDEO (self));

  for (guint i = 0; i < self->n_faces; i++)
    {
      int side;
      const guint8 *rgb = myna_face_tracks_get_thumbnail (self->tracks, i, &side);
      g_autoptr (GBytes) bytes = g_bytes_new (rgb, (gsize) side * (gsize) side * 3);

      self->pictures[i] = GDK_PAINTABLE (
          gdk_memory_texture_new (side, side, GDK_MEMORY_R8G8B8, bytes, (gsize) side * 3));
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_THUMBNAIL]);
}

static void
faces_found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaLipsyncVideo) self = user_data;
  g_autoptr (GError) error = NULL;
  MynaFaceTracks *tracks = myna_lipsync_find_faces_finish (result, &error);

  g_assert (MYNA_IS_LIPSYNC_VIDEO (self));

  if (is_cancelled (error))
    return;
  self->tracks = tracks;
  if (tracks == NULL)
    {
      set_state (self, MYNA_LIPSYNC_VIDEO_FAILED, g_strdup (error->message));
      return;
    }
  self->n_faces = MIN (myna_face_tracks_get_n_tracks (tracks), MAX_FACES);
  if (self->n_faces == 0)
    {
      set_state (self, MYNA_LIPSYNC_VIDEO_FAILED,
                 g_strdup (_ ("No face was found. Choose a video or photo in which the face is "
                              "seen from the front.")));
      return;
    }
  load_thumbnails (self);
  start_check (self);
}

static void
myna_lipsync_video_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  MynaLipsyncVideo *self = MYNA_LIPSYNC_VIDEO (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_STATE:
      g_value_set_enum (value, (int) self->state);
      break;
    case PROP_STATUS:
      g_value_set_string (value, self->status);
      break;
    case PROP_THUMBNAIL:
      g_value_set_object (value, myna_lipsync_video_get_thumbnail (self));
      break;
    case PROP_FACE:
      g_value_set_int (value, self->face);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
myna_lipsync_video_finalize (GObject *object)
{
  MynaLipsyncVideo *self = MYNA_LIPSYNC_VIDEO (object);

  for (guint i = 0; i < MAX_FACES; i++)
    g_clear_object (&self->pictures[i]);
  g_clear_pointer (&self->wanted, myna_lipsync_request_free);
  g_clear_pointer (&self->plan, myna_lipsync_plan_unref);
  g_clear_pointer (&self->tracks, myna_face_tracks_unref);
  g_clear_object (&self->check_cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->store);
  g_free (self->status);
  g_free (self->name);
  g_free (self->path);
  G_OBJECT_CLASS (myna_lipsync_video_parent_class)->finalize (object);
}

static void
myna_lipsync_video_class_init (MynaLipsyncVideoClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = myna_lipsync_video_get_property;
  object_class->finalize = myna_lipsync_video_finalize;
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, MYNA_TYPE_LIPSYNC_VIDEO_STATE,
                                              MYNA_LIPSYNC_VIDEO_CHECKING, flags);
  properties[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL, flags);
  properties[PROP_THUMBNAIL] =
      g_param_spec_object ("thumbnail", NULL, NULL, GDK_TYPE_PAINTABLE, flags);
  properties[PROP_FACE] = g_param_spec_int ("face", NULL, NULL, 0, MAX_FACES, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
myna_lipsync_video_init (MynaLipsyncVideo *self)
{
  self->cancellable = g_cancellable_new ();
  self->status = g_strdup (_ ("Looking for faces…"));
}

/**
 * myna_lipsync_video_new:
 * @store: whose data folder keeps what is found
 * @path: a video or photo
 *
 * Returns: (transfer full): the video, which begins to look for its faces
 */
MynaLipsyncVideo *
myna_lipsync_video_new (MynaStore *store, const char *path)
{
  MynaLipsyncVideo *self;
  g_autofree char *base = NULL;

  g_return_val_if_fail (MYNA_IS_STORE (store) && path != NULL, NULL);

  base = g_path_get_basename (path);
  self = g_object_new (MYNA_TYPE_LIPSYNC_VIDEO, NULL);
  self->store = g_object_ref (store);
  self->path = g_strdup (path);
  self->name = g_filename_display_name (base);
  myna_lipsync_find_faces_async (store, path, self->cancellable, faces_found_cb,
                                 g_object_ref (self));
  return self;
}

/**
 * myna_lipsync_video_stop:
 *
 * Stops looking: the video was taken from the list.
 */
void
myna_lipsync_video_stop (MynaLipsyncVideo *self)
{
  g_return_if_fail (MYNA_IS_LIPSYNC_VIDEO (self));

  g_cancellable_cancel (self->cancellable);
  g_cancellable_cancel (self->check_cancellable);
}

/**
 * myna_lipsync_video_check:
 * @speech: (nullable): what the video is to say
 * @options: how
 *
 * Finds out what will happen; "state" and "status" tell. A check that runs is given up.
 */
void
myna_lipsync_video_check (MynaLipsyncVideo *self,
                          MynaSpeechSource *speech,
                          const MynaLipsyncOptions *options)
{
  g_return_if_fail (MYNA_IS_LIPSYNC_VIDEO (self) && options != NULL);

  g_clear_pointer (&self->wanted, myna_lipsync_request_free);
  if (speech != NULL)
    {
      self->wanted = myna_lipsync_request_new ();
      self->wanted->video = g_strdup (self->path);
      self->wanted->options = *options;
      myna_speech_source_apply (speech, self->wanted);
    }
  start_check (self);
}

/**
 * myna_lipsync_video_set_face:
 * @face: index of a face, the most prominent first
 *
 * Chooses who speaks.
 */
void
myna_lipsync_video_set_face (MynaLipsyncVideo *self, int face)
{
  g_return_if_fail (MYNA_IS_LIPSYNC_VIDEO (self));
  g_return_if_fail (face >= 0 && face < MAX_FACES);

  if (self->face == face)
    return;
  self->face = face;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FACE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_THUMBNAIL]);
  start_check (self);
}

/**
 * myna_lipsync_video_get_path:
 *
 * Returns: (transfer none): the file
 */
const char *
myna_lipsync_video_get_path (MynaLipsyncVideo *self)
{
  g_return_val_if_fail (MYNA_IS_LIPSYNC_VIDEO (self), NULL);

  return self->path;
}

/**
 * myna_lipsync_video_get_name:
 *
 * Returns: (transfer none): the file's name, to be shown
 */
const char *
myna_lipsync_video_get_name (MynaLipsyncVideo *self)
{
  g_return_val_if_fail (MYNA_IS_LIPSYNC_VIDEO (self), NULL);

  return self->name;
}

/**
 * myna_lipsync_video_get_state:
 *
 * Returns: whether it can speak
 */
MynaLipsyncVideoState
myna_lipsync_video_get_state (MynaLipsyncVideo *self)
{
  g_return_val_if_fail (MYNA_IS_LIPSYNC_VIDEO (self), MYNA_LIPSYNC_VIDEO_FAILED);

  return self->state;
}

/**
 * myna_lipsync_video_get_status:
 *
 * Returns: (transfer none): what was found, or what is wrong
 */
const char *
myna_lipsync_video_get_status (MynaLipsyncVideo *self)
{
  g_return_val_if_fail (MYNA_IS_LIPSYNC_VIDEO (self), NULL);

  return self->status;
}

/**
 * myna_lipsync_video_get_thumbnail:
 *
 * Returns: (transfer none) (nullable): the chosen face
 */
GdkPaintable *
myna_lipsync_video_get_thumbnail (MynaLipsyncVideo *self)
{
  g_return_val_if_fail (MYNA_IS_LIPSYNC_VIDEO (self), NULL);

  return self->pictures[self->face];
}

/**
 * myna_lipsync_video_get_n_faces:
 *
 * Returns: how many faces there are to choose from
 */
guint
myna_lipsync_video_get_n_faces (MynaLipsyncVideo *self)
{
  g_return_val_if_fail (MYNA_IS_LIPSYNC_VIDEO (self), 0);

  return self->n_faces;
}

/**
 * myna_lipsync_video_get_face_picture:
 * @face: index of a face
 *
 * Returns: (transfer none) (nullable): what it looks like
 */
GdkPaintable *
myna_lipsync_video_get_face_picture (MynaLipsyncVideo *self, guint face)
{
  g_return_val_if_fail (MYNA_IS_LIPSYNC_VIDEO (self), NULL);

  return face < self->n_faces ? self->pictures[face] : NULL;
}

/**
 * myna_lipsync_video_get_face:
 *
 * Returns: index of the face that speaks
 */
int
myna_lipsync_video_get_face (MynaLipsyncVideo *self)
{
  g_return_val_if_fail (MYNA_IS_LIPSYNC_VIDEO (self), 0);

  return self->face;
}

/**
 * myna_lipsync_video_get_plan:
 *
 * Returns: (transfer none) (nullable): what will happen; for previews
 */
MynaLipsyncPlan *
myna_lipsync_video_get_plan (MynaLipsyncVideo *self)
{
  g_return_val_if_fail (MYNA_IS_LIPSYNC_VIDEO (self), NULL);

  return self->plan;
}
