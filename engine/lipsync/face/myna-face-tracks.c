/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/face/myna-face-tracks.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "engine/core/myna-atomic-file.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-mailbox.h"
#include "engine/core/myna-paths.h"
#include "engine/lipsync/face/myna-face-cache-private.h"
#include "engine/lipsync/face/myna-face-file-private.h"
#include "engine/video/myna-video-reader.h"

/* Frames that are decoded ahead of the tracker. */
#define AHEAD 3

struct _MynaFaceTracks
{
  gatomicrefcount count;
  MynaFaceFile *file;
};

static MynaFaceTracks *
tracks_from_mapped (GMappedFile *mapped)
{
  MynaFaceFile *file = myna_face_file_new (mapped);
  MynaFaceTracks *self;

  if (file == NULL)
    return NULL;
  self = g_new0 (MynaFaceTracks, 1);
  g_atomic_ref_count_init (&self->count);
  self->file = file;
  return self;
}

/* ---- decoding, on a thread of its own ---- */

/* What the decoder hands over: a frame, an error, or neither at the end. */
typedef struct
{
  MynaVideoFrame *frame;
  GError *error;
} Decoded;

typedef struct
{
  MynaVideoReader *reader;
  MynaMailbox *frames;  /* Decoded */
  MynaMailbox *permits; /* one for each frame that may be decoded ahead */
} Decoder;

static void
decoded_free (gpointer data)
{
  Decoded *decoded = data;

  g_clear_pointer (&decoded->frame, myna_video_frame_free);
  g_clear_error (&decoded->error);
  g_free (decoded);
}

static gpointer
decode (gpointer data)
{
  Decoder *decoder = data;
  gboolean more = TRUE;

  while (more && myna_mailbox_pop (decoder->permits) != NULL)
    {
      Decoded *decoded = g_new0 (Decoded, 1);

      decoded->frame = myna_video_reader_next (decoder->reader, &decoded->error);
      more = decoded->frame != NULL;
      myna_mailbox_push (decoder->frames, decoded);
    }
  return NULL;
}

/* ---- tracking ---- */

typedef struct
{
  Decoder decoder;
  MynaFaceTracker *tracker;
  MynaFaceWriter *writer;
  const MynaFaceWatch *watch; /* (nullable) */
  void (*progress) (double fraction, gpointer user_data);
  gpointer progress_data;
  GCancellable *cancellable;
  double n_frames; /* as the file says */
} Work;

static gboolean
write_frame (const MynaTrackedFrame *frame, gpointer user_data, GError **error)
{
  Work *work = user_data;

  return myna_face_writer_add (work->writer, frame, error);
}

/* The next frame; NULL at the end, or with @error. */
static MynaVideoFrame *
take_frame (Work *work, GError **error)
{
  Decoded *decoded;
  MynaVideoFrame *frame;

  if (g_cancellable_set_error_if_cancelled (work->cancellable, error))
    return NULL;
  decoded = myna_mailbox_pop (work->decoder.frames);
  frame = g_steal_pointer (&decoded->frame);
  if (decoded->error != NULL)
    g_propagate_error (error, g_steal_pointer (&decoded->error));
  decoded_free (decoded);
  if (frame != NULL)
    myna_mailbox_push (work->decoder.permits, work);
  return frame;
}

static void
show (Work *work, const MynaVideoFrame *frame)
{
  const GArray *seen = work->watch != NULL ? myna_face_tracker_get_seen (work->tracker) : NULL;

  for (guint i = 0; seen != NULL && i < seen->len; i++)
    work->watch->seen (frame, &g_array_index (seen, MynaPersonFace, i).face, work->watch->data);
}

static gboolean
track_all (Work *work, GError **error)
{
  g_autoptr (GError) failure = NULL;
  MynaVideoFrame *frame;

  while ((frame = take_frame (work, &failure)) != NULL)
    {
      double done = (double) (frame->index + 1) / work->n_frames;
      gboolean tracked = myna_face_tracker_push (work->tracker, frame, error);

      if (tracked)
        show (work, frame);
      myna_video_frame_free (frame);
      if (!tracked)
        return FALSE;
      if (work->progress != NULL)
        work->progress (MIN (done, 1), work->progress_data);
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  return myna_face_tracker_finish (work->tracker, error) &&
         myna_face_writer_finish (work->writer, work->tracker, error);
}

static gboolean
run_work (Work *work, GError **error)
{
  Decoder *decoder = &work->decoder;
  GThread *thread;
  gboolean done;

  decoder->frames = myna_mailbox_new (decoded_free);
  decoder->permits = myna_mailbox_new (NULL);
  for (int i = 0; i < AHEAD; i++)
    myna_mailbox_push (decoder->permits, work);
  thread = g_thread_new ("myna-face-decode", decode, decoder);
  done = track_all (work, error);
  myna_mailbox_close (decoder->permits);
  while (myna_mailbox_try_pop (decoder->permits) != NULL)
    ;
  g_thread_join (thread);
  myna_mailbox_free (decoder->frames);
  myna_mailbox_free (decoder->permits);
  return done;
}

/* Tracks @path into the empty file @fd. */
static gboolean
track_into (const char *path, int fd, const char *name, Work *work, GError **error)
{
  g_autoptr (MynaVideoReader) reader = myna_video_reader_open (path, error);
  g_autoptr (MynaFaceModels) models = NULL;
  const MynaVideoInfo *info;
  gboolean done;

  if (reader == NULL)
    return FALSE;
  models = myna_face_models_new (error);
  if (models == NULL)
    return FALSE;
  myna_video_reader_set_cancellable (reader, work->cancellable);
  info = myna_video_reader_get_info (reader);
  work->decoder.reader = reader;
  work->n_frames = MAX ((double) info->n_frames, 1);
  work->writer = myna_face_writer_new (fd, name, info->width, info->height);
  work->tracker = myna_face_tracker_new (models, write_frame, work);
  done = run_work (work, error);
  g_clear_pointer (&work->tracker, myna_face_tracker_free);
  g_clear_pointer (&work->writer, myna_face_writer_free);
  return done;
}

/* A file that goes when it is closed. */
static int
open_temporary (GError **error)
{
  g_autofree char *name = NULL;
  int fd = open (g_get_tmp_dir (), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

  if (fd >= 0)
    return fd;
  fd = g_file_open_tmp ("myna-faces-XXXXXX", &name, error);
  if (fd >= 0)
    unlink (name);
  return fd;
}

static MynaFaceTracks *
track_uncached (const char *path, Work *work, GError **error)
{
  int fd = open_temporary (error);
  g_autoptr (GMappedFile) mapped = NULL;
  MynaFaceTracks *self = NULL;

  if (fd < 0)
    return NULL;
  if (track_into (path, fd, g_get_tmp_dir (), work, error))
    {
      mapped = g_mapped_file_new_from_fd (fd, FALSE, error);
      self = mapped != NULL ? tracks_from_mapped (mapped) : NULL;
    }
  close (fd);
  return self;
}

static MynaFaceTracks *
track_cached (const char *path, const char *cached, Work *work, GError **error)
{
  g_autoptr (MynaAtomicFile) file = myna_atomic_file_begin (cached, error);
  g_autoptr (GMappedFile) mapped = NULL;

  if (file == NULL || !track_into (path, myna_atomic_file_get_fd (file), cached, work, error) ||
      !myna_atomic_file_commit (file, error))
    return NULL;
  mapped = g_mapped_file_new (cached, FALSE, error);
  return mapped != NULL ? tracks_from_mapped (mapped) : NULL;
}

static MynaFaceTracks *
find_cached (const char *cached)
{
  g_autoptr (GMappedFile) mapped = g_mapped_file_new (cached, FALSE, NULL);

  return mapped != NULL ? tracks_from_mapped (mapped) : NULL;
}

/**
 * myna_face_tracks_new:
 * @path: a video or photo
 * @cache_dir: (nullable): folder in which results are kept by the content of the file
 * @progress: (nullable): called on this thread with 0 … 1
 * @progress_data: for it
 * @cancellable: (nullable): looked at before each frame
 * @error: of the file, the models (MYNA_ERROR_NOT_FOUND), the disk, or G_IO_ERROR_CANCELLED
 *
 * Tracks all faces. A damaged cache is made again. Takes long; never on the main thread. Memory
 * does not grow with the video but for 24 bytes a frame: points go to a file that is mapped.
 *
 * Returns: (transfer full) (nullable): the tracks
 */
MynaFaceTracks *
myna_face_tracks_new (const char *path,
                      const char *cache_dir,
                      void (*progress) (double fraction, gpointer user_data),
                      gpointer progress_data,
                      GCancellable *cancellable,
                      GError **error)
{
  return myna_face_tracks_new_watched (path, cache_dir, NULL, progress, progress_data, cancellable,
                                       error);
}

/**
 * myna_face_tracks_new_watched:
 * @path: a video or photo
 * @cache_dir: (nullable): as for myna_face_tracks_new()
 * @watch: (nullable): who else sees the frames
 * @progress: (nullable): called on this thread with 0 … 1
 * @progress_data: for it
 * @cancellable: (nullable): looked at before each frame
 * @error: as for myna_face_tracks_new()
 *
 * As myna_face_tracks_new().
 *
 * Returns: (transfer full) (nullable): the tracks
 */
MynaFaceTracks *
myna_face_tracks_new_watched (const char *path,
                              const char *cache_dir,
                              const MynaFaceWatch *watch,
                              void (*progress) (double fraction, gpointer user_data),
                              gpointer progress_data,
                              GCancellable *cancellable,
                              GError **error)
{
  Work work = {
    .watch = watch, .progress = progress, .progress_data = progress_data, .cancellable = cancellable
  };
  g_autofree char *cached = NULL;
  MynaFaceTracks *self;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (cache_dir == NULL)
    return track_uncached (path, &work, error);
  if (!myna_paths_ensure_dir (cache_dir, error))
    return NULL;
  cached = myna_face_cache_find_path (cache_dir, path, cancellable, error);
  if (cached == NULL)
    return NULL;
  self = find_cached (cached);
  if (self == NULL)
    return track_cached (path, cached, &work, error);
  if (progress != NULL)
    progress (1, progress_data);
  return self;
}

/**
 * myna_face_tracks_ref:
 * @self: tracks
 *
 * Returns: (transfer full): @self
 */
MynaFaceTracks *
myna_face_tracks_ref (MynaFaceTracks *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->count);
  return self;
}

/**
 * myna_face_tracks_unref:
 * @self: (nullable): tracks
 *
 * Gives up a reference.
 */
void
myna_face_tracks_unref (MynaFaceTracks *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->count))
    return;
  myna_face_file_free (self->file);
  g_free (self);
}

/**
 * myna_face_tracks_get_n_frames:
 * @self: tracks
 *
 * Returns: frames of the video
 */
gint64
myna_face_tracks_get_n_frames (MynaFaceTracks *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return myna_face_file_get_n_frames (self->file);
}

/**
 * myna_face_tracks_get_width:
 * @self: tracks
 *
 * Returns: of the upright frames, pixels
 */
int
myna_face_tracks_get_width (MynaFaceTracks *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return myna_face_file_get_width (self->file);
}

/**
 * myna_face_tracks_get_height:
 * @self: tracks
 *
 * Returns: of the upright frames, pixels
 */
int
myna_face_tracks_get_height (MynaFaceTracks *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return myna_face_file_get_height (self->file);
}

/**
 * myna_face_tracks_get_time:
 * @self: tracks
 * @frame: a frame
 *
 * Returns: its time in seconds, the first frame's being 0
 */
double
myna_face_tracks_get_time (MynaFaceTracks *self, gint64 frame)
{
  g_return_val_if_fail (self != NULL, 0);

  return myna_face_file_get_time (self->file, frame);
}

/**
 * myna_face_tracks_is_cut:
 * @self: tracks
 * @frame: a frame
 *
 * Returns: whether a cut lies between it and the frame before
 */
gboolean
myna_face_tracks_is_cut (MynaFaceTracks *self, gint64 frame)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return myna_face_file_is_cut (self->file, frame);
}

/**
 * myna_face_tracks_get_n_tracks:
 * @self: tracks
 *
 * Returns: how many different faces there are
 */
guint
myna_face_tracks_get_n_tracks (MynaFaceTracks *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return myna_face_file_get_n_tracks (self->file);
}

/**
 * myna_face_tracks_get_track:
 * @self: tracks
 * @track: below their number; the first is the most useful
 *
 * Returns: (transfer none): what is known of it
 */
const MynaFaceTrack *
myna_face_tracks_get_track (MynaFaceTracks *self, guint track)
{
  g_return_val_if_fail (self != NULL, NULL);

  return myna_face_file_get_track (self->file, track);
}

/**
 * myna_face_tracks_get_thumbnail:
 * @self: tracks
 * @track: below their number
 * @side: (out): pixels in each direction
 *
 * The face where it is seen best.
 *
 * Returns: (transfer none): packed R G B bytes; lives as long as @self
 */
const guint8 *
myna_face_tracks_get_thumbnail (MynaFaceTracks *self, guint track, int *side)
{
  g_return_val_if_fail (self != NULL && side != NULL, NULL);

  *side = MYNA_FACE_THUMBNAIL_SIDE;
  return myna_face_file_get_thumbnail (self->file, track);
}

/**
 * myna_face_tracks_get_face:
 * @self: tracks
 * @track: a track
 * @frame: a frame
 * @face: (out): set if it is there
 *
 * Returns: whether that face is in that frame
 */
gboolean
myna_face_tracks_get_face (MynaFaceTracks *self, guint track, gint64 frame, MynaFace *face)
{
  g_return_val_if_fail (self != NULL && face != NULL, FALSE);

  return myna_face_file_get_face (self->file, track, frame, face);
}
