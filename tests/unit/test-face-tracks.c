/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"
#include "engine/lipsync/face/myna-face-file-private.h"
#include "engine/lipsync/face/myna-face-tracks.h"
#include "engine/video/myna-video-reader.h"

/* Whole videos, with the models where they are; real faces in MYNA_MEDIA_DIR. */

static gboolean
skip_without_models (void)
{
  const char *folder = g_getenv ("MYNA_MODELS_DIR");
  g_autofree char *path =
      folder != NULL ? g_build_filename (folder, "face", "face_detection_short_range.tflite", NULL)
                     : NULL;

  if (path != NULL && g_file_test (path, G_FILE_TEST_EXISTS))
    return FALSE;
  g_test_skip ("the face models are not here; ./dev gets them");
  return TRUE;
}

static char *
find_clip (void)
{
  const char *media = g_getenv ("MYNA_MEDIA_DIR");
  g_autofree char *path =
      media != NULL ? g_build_filename (media, "face", "grid-bbaf2n.mpg", NULL) : NULL;

  if (path == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("MYNA_MEDIA_DIR has no face/grid-bbaf2n.mpg");
      return NULL;
    }
  return g_steal_pointer (&path);
}

/* Coloured stripes: no face. */
static void
write_picture (const char *path)
{
  const int width = 320, height = 200;
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text, "P6 %d %d 255\n", width, height);
  for (int i = 0; i < width * height; i++)
    for (int j = 0; j < 3; j++)
      g_string_append_c (text, (char) (100 + 60 * ((i % width / 20 + i / width / 30 + j) % 3)));
  g_assert_true (g_file_set_contents (path, text->str, (gssize) text->len, NULL));
}

static void
count_progress (double fraction, gpointer user_data)
{
  double *last = user_data;

  g_assert_cmpfloat (fraction, >=, *last);
  g_assert_cmpfloat (fraction, <=, 1);
  *last = fraction;
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_no_face (void)
{
  g_autofree char *folder = g_dir_make_tmp ("myna-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "picture.ppm", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaFaceTracks) tracks = NULL;
  double progress = 0;
  MynaFace face;

  if (skip_without_models ())
    return;
  write_picture (path);
  tracks = myna_face_tracks_new (path, NULL, count_progress, &progress, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (myna_face_tracks_get_n_frames (tracks), ==, 1);
  g_assert_cmpint (myna_face_tracks_get_width (tracks), ==, 320);
  g_assert_cmpint (myna_face_tracks_get_height (tracks), ==, 200);
  g_assert_cmpuint (myna_face_tracks_get_n_tracks (tracks), ==, 0);
  g_assert_false (myna_face_tracks_get_face (tracks, 0, 0, &face));
  g_assert_false (myna_face_tracks_is_cut (tracks, 0));
  g_assert_cmpfloat (progress, ==, 1);
  g_assert_true (myna_remove_tree (folder, NULL));
}

static void
test_errors (void)
{
  g_autofree char *folder = g_dir_make_tmp ("myna-test-XXXXXX", NULL);
  g_autofree char *cache = g_build_filename (folder, "cache", NULL);
  g_autofree char *path = g_build_filename (folder, "picture.ppm", NULL);
  g_autofree char *text = g_build_filename (folder, "text.mp4", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  if (skip_without_models ())
    return;
  g_assert_null (myna_face_tracks_new ("/nowhere.mp4", NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (text, "no video", -1, NULL));
  g_assert_null (myna_face_tracks_new (text, cache, NULL, NULL, NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  write_picture (path);
  g_cancellable_cancel (cancellable);
  g_assert_null (myna_face_tracks_new (path, NULL, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  /* Nothing half-finished: only the note of what the text's content is. */
  g_assert_cmpuint (count_files (cache), ==, 1);
  g_assert_true (myna_remove_tree (folder, NULL));
}

static void
assert_equal (MynaFaceTracks *a, MynaFaceTracks *b)
{
  g_assert_cmpint (myna_face_tracks_get_n_frames (a), ==, myna_face_tracks_get_n_frames (b));
  g_assert_cmpuint (myna_face_tracks_get_n_tracks (a), ==, myna_face_tracks_get_n_tracks (b));
  for (gint64 i = 0; i < myna_face_tracks_get_n_frames (a); i++)
    {
      MynaFace x, y;

      memset (&x, 0, sizeof x);
      memset (&y, 0, sizeof y);
      g_assert_cmpint (myna_face_tracks_get_face (a, 0, i, &x), ==,
                       myna_face_tracks_get_face (b, 0, i, &y));
      g_assert_cmpmem (&x, sizeof x, &y, sizeof y);
    }
}

/* A person who speaks: one track, there in every frame, mouth closed at first. */
static void
check_clip (MynaFaceTracks *tracks)
{
  const MynaFaceTrack *track = myna_face_tracks_get_track (tracks, 0);
  float most = 0, least = 1;
  int side;

  g_assert_cmpuint (myna_face_tracks_get_n_tracks (tracks), ==, 1);
  g_assert_cmpint (track->first, ==, 0);
  g_assert_cmpint (track->last, ==, 74);
  g_assert_cmpint (track->n_present, ==, 75);
  g_assert_cmpfloat (track->confidence, >, 0.9);
  g_assert_nonnull (myna_face_tracks_get_thumbnail (tracks, 0, &side));
  g_assert_cmpint (side, >, 0);
  for (gint64 i = 0; i < 75; i++)
    {
      MynaFace face;
      float opening;

      g_assert_true (myna_face_tracks_get_face (tracks, 0, i, &face));
      g_assert_false (myna_face_tracks_is_cut (tracks, i));
      g_assert_cmpfloat_with_epsilon (myna_face_tracks_get_time (tracks, i), (double) i / 25, 1e-3);
      opening = myna_face_get_opening (&face);
      if (i < 5)
        g_assert_cmpfloat (opening, <, 0.02);
      most = MAX (most, opening);
      least = MIN (least, opening);
      g_assert_cmpfloat (fabsf (face.yaw), <, 0.3);
      g_assert_cmpfloat (face.points[152].y, >, face.points[10].y);
      g_assert_cmpfloat (face.points[263].x, >, face.points[33].x);
    }
  g_assert_cmpfloat (most, >, 0.08);
  g_assert_cmpfloat (least, <, 0.01);
}

static char *
find_faces_file (const char *cache)
{
  g_autoptr (GDir) dir = g_dir_open (cache, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".faces"))
      return g_build_filename (cache, name, NULL);
  g_assert_not_reached ();
}

/* What a cache holds is taken; what was damaged is made again. */
static void
test_clip (void)
{
  g_autofree char *clip = find_clip ();
  g_autofree char *cache = NULL;
  g_autofree char *faces = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaFaceTracks) first = NULL;
  g_autoptr (MynaFaceTracks) again = NULL;
  g_autoptr (MynaFaceTracks) repaired = NULL;
  double progress = 0;

  if (clip == NULL || skip_without_models ())
    return;
  cache = g_dir_make_tmp ("myna-test-XXXXXX", NULL);
  first = myna_face_tracks_new (clip, cache, count_progress, &progress, NULL, &error);
  g_assert_no_error (error);
  check_clip (first);
  g_assert_cmpfloat (progress, >, 0.9);
  again = myna_face_tracks_new (clip, cache, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_equal (first, again);
  faces = find_faces_file (cache);
  {
    g_autofree char *content = NULL;
    gsize size;

    g_assert_true (g_file_get_contents (faces, &content, &size, NULL));
    content[size - 10] ^= 1;
    g_assert_true (g_file_set_contents (faces, content, (gssize) size, NULL));
  }
  repaired = myna_face_tracks_new (clip, cache, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  check_clip (repaired);
  g_assert_true (myna_remove_tree (cache, NULL));
}

/* ---- scenes made of the example portrait ---- */

#define PORTRAIT_SIDE 512
/* Width of its face in its pixels, as the detector sees it. */
#define PORTRAIT_FACE 105

static char *
find_portrait (void)
{
  const char *prefix = g_getenv ("MYNA_TEST_PREFIX");
  g_autofree char *path =
      prefix != NULL ? g_build_filename (prefix, "share/myna/example/portrait.png", NULL) : NULL;

  if (path != NULL && g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&path);
  g_test_skip ("the example portrait is not here; ./dev gets it");
  return NULL;
}

/* A grey frame of 4:4:4 samples. */
static MynaVideoFrame *
make_scene (int width, int height, gint64 index)
{
  AVFrame *av = av_frame_alloc ();

  av->format = AV_PIX_FMT_YUV444P;
  av->width = width;
  av->height = height;
  av->colorspace = AVCOL_SPC_BT709;
  av->color_range = AVCOL_RANGE_JPEG;
  g_assert_cmpint (av_frame_get_buffer (av, 0), ==, 0);
  for (int plane = 0; plane < 3; plane++)
    memset (av->data[plane], plane == 0 ? 120 : 128, (gsize) av->linesize[plane] * (gsize) height);
  return myna_video_frame_new (av, index, (double) index / 25, 0.04);
}

/* Puts the portrait, reduced to @side pixels, at @x, @y; what is outside is left out. */
static void
put_portrait (MynaVideoFrame *scene, const MynaVideoFrame *portrait, int side, int x, int y)
{
  g_autofree guint8 *rgb = g_malloc ((gsize) side * (gsize) side * 3);
  AVFrame *av = scene->av;

  g_assert_true (myna_video_frame_to_rgb (portrait, NULL, side, side, rgb, NULL));
  for (int i = 0; i < side * side; i++)
    {
      int at_x = x + i % side, at_y = y + i / side;
      double r = rgb[3 * i], g = rgb[3 * i + 1], b = rgb[3 * i + 2];
      double luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;

      if (at_x < 0 || at_y < 0 || at_x >= av->width || at_y >= av->height)
        continue;
      av->data[0][at_y * av->linesize[0] + at_x] = (guint8) (luma + 0.5);
      av->data[1][at_y * av->linesize[1] + at_x] = (guint8) (128.5 + (b - luma) / 1.8556);
      av->data[2][at_y * av->linesize[2] + at_x] = (guint8) (128.5 + (r - luma) / 1.5748);
    }
}

/* For each frame how many faces, and who is the first. */
typedef struct
{
  int n[64], first[64], cuts;
  MynaFace faces[64];
} Seen;

static gboolean
note_frame (const MynaTrackedFrame *frame, gpointer user_data, GError **error)
{
  Seen *seen = user_data;

  seen->n[frame->index] = (int) frame->faces->len;
  seen->cuts += frame->cut;
  if (frame->faces->len > 0)
    {
      seen->first[frame->index] = (int) g_array_index (frame->faces, MynaPersonFace, 0).person;
      seen->faces[frame->index] = g_array_index (frame->faces, MynaPersonFace, 0).face;
    }
  return TRUE;
}

static MynaVideoFrame *
read_portrait (void)
{
  g_autofree char *path = find_portrait ();
  g_autoptr (MynaVideoReader) reader = NULL;

  if (path == NULL || skip_without_models ())
    return NULL;
  reader = myna_video_reader_open (path, NULL);
  return myna_video_reader_next (reader, NULL);
}

/* Faces of 1/25 and of 1/6 of the frame's width are found, and where they are. */
static void
test_small_faces (void)
{
  g_autoptr (MynaVideoFrame) portrait = read_portrait ();
  g_autoptr (MynaVideoFrame) scene = make_scene (1600, 900, 0);
  g_autoptr (MynaFaceModels) models = NULL;
  g_autoptr (MynaFaceTracker) tracker = NULL;
  g_autofree Seen *seen = g_new0 (Seen, 1);
  int side = PORTRAIT_SIDE * (1600 / 25) / PORTRAIT_FACE;

  if (portrait == NULL)
    return;
  put_portrait (scene, portrait, side, 1100, 500);
  put_portrait (scene, portrait, PORTRAIT_SIDE * 5 / 2, -300, 100);
  models = myna_face_models_new (NULL);
  tracker = myna_face_tracker_new (models, note_frame, seen);
  g_assert_true (myna_face_tracker_push (tracker, scene, NULL));
  g_assert_true (myna_face_tracker_finish (tracker, NULL));
  g_assert_cmpint (seen->n[0], ==, 2);
  g_assert_cmpuint (myna_face_tracker_get_n_persons (tracker), ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      MynaPerson person = myna_face_tracker_get_person (tracker, i);
      double scale = person.track.size > 60 ? 2.5 : (double) side / PORTRAIT_SIDE;

      g_assert_cmpfloat_with_epsilon (person.track.size, 61 * scale, 61 * scale * 0.06);
      g_assert_nonnull (person.thumbnail);
    }
}

/* Who goes and comes back elsewhere is the same; nobody is seen in between; a cut is found. */
static void
test_leaves (void)
{
  g_autoptr (MynaVideoFrame) portrait = read_portrait ();
  g_autoptr (MynaFaceModels) models = NULL;
  g_autoptr (MynaFaceTracker) tracker = NULL;
  g_autofree Seen *seen = g_new0 (Seen, 1);

  if (portrait == NULL)
    return;
  models = myna_face_models_new (NULL);
  tracker = myna_face_tracker_new (models, note_frame, seen);
  for (int i = 0; i < 36; i++)
    {
      g_autoptr (MynaVideoFrame) scene = make_scene (640, 480, i);

      if (i < 12)
        put_portrait (scene, portrait, 400, 10 + i, 40);
      else if (i >= 20)
        put_portrait (scene, portrait, 420, 200, 30 - i);
      g_assert_true (myna_face_tracker_push (tracker, scene, NULL));
    }
  g_assert_true (myna_face_tracker_finish (tracker, NULL));
  g_assert_cmpuint (myna_face_tracker_get_n_persons (tracker), ==, 1);
  for (int i = 0; i < 36; i++)
    {
      /* When somebody comes without a cut they are looked for every third frame. */
      if (i < 20 || i >= 23)
        g_assert_cmpint (seen->n[i], ==, i < 12 || i >= 20);
      g_assert_cmpint (seen->first[i], ==, 0);
      if (i > 0 && i < 12) /* it moves as the picture does */
        g_assert_cmpfloat_with_epsilon (seen->faces[i].points[168].x - seen->faces[0].points[168].x,
                                        i, 0.5);
    }
  g_assert_cmpint (seen->cuts, >=, 1);
}

/* ---- the file, without models ---- */

static gboolean
ignore_frame (const MynaTrackedFrame *frame, gpointer user_data, GError **error)
{
  return TRUE;
}

static MynaFace
make_face (int frame)
{
  MynaFace face = { .confidence = 0.9f, .yaw = 0.1f, .pitch = -0.2f, .roll = 0.3f };

  for (int i = 0; i < MYNA_FACE_N_POINTS; i++)
    face.points[i] = (MynaFacePoint) { (float) (300 + i % 37 * 9 + frame),
                                       (float) (200 + i % 23 * 11), (float) (i % 11 * 5 - 20) };
  return face;
}

/* Ten frames with a face in each that nobody is known for, or for the first of which somebody is.
 */
static GBytes *
write_file (void)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  int fd = g_file_open_tmp ("myna-test-XXXXXX", &path, &error);
  g_autoptr (MynaFaceWriter) writer = myna_face_writer_new (fd, path, 640, 480);
  MynaFaceModels models = { .device = gpu_device_choose ("cpu", NULL) };
  MynaFaceTracker *tracker = myna_face_tracker_new (&models, ignore_frame, NULL);
  char *content;
  gsize size;

  for (int i = 0; i < 10; i++)
    {
      MynaPersonFace face = { 0, make_face (i) };
      g_autoptr (GArray) faces = g_array_new (FALSE, FALSE, sizeof face);
      MynaTrackedFrame frame = { i, i / 25.0, i == 5, faces };

      g_array_append_val (faces, face);
      g_assert_true (myna_face_writer_add (writer, &frame, &error));
    }
  g_assert_true (myna_face_writer_finish (writer, tracker, &error));
  myna_face_tracker_free (tracker);
  gpu_device_unref (models.device);
  g_close (fd, NULL);
  g_assert_true (g_file_get_contents (path, &content, &size, &error));
  g_unlink (path);
  return g_bytes_new_take (content, size);
}

static MynaFaceFile *
open_file (const guint8 *data, gsize size)
{
  int fd = memfd_create ("faces", MFD_CLOEXEC);
  g_autoptr (GMappedFile) mapped = NULL;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size), ==, size);
  mapped = g_mapped_file_new_from_fd (fd, FALSE, NULL);
  g_close (fd, NULL);
  g_assert_nonnull (mapped);
  return myna_face_file_new (mapped);
}

static void
test_file (void)
{
  g_autoptr (GBytes) bytes = write_file ();
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_autoptr (MynaFaceFile) file = open_file (data, size);
  MynaFace face;

  g_assert_nonnull (file);
  g_assert_cmpint (myna_face_file_get_n_frames (file), ==, 10);
  g_assert_cmpint (myna_face_file_get_width (file), ==, 640);
  g_assert_cmpfloat_with_epsilon (myna_face_file_get_time (file, 9), 0.36, 1e-9);
  g_assert_true (myna_face_file_is_cut (file, 5));
  g_assert_false (myna_face_file_is_cut (file, 6));
  g_assert_false (myna_face_file_is_cut (file, 10));
  g_assert_cmpuint (myna_face_file_get_n_tracks (file), ==, 0);
  g_assert_false (myna_face_file_get_face (file, 0, 3, &face));
}

/* Shortened or changed anywhere but in the records it is refused. */
static void
test_file_damage (void)
{
  g_autoptr (GBytes) bytes = write_file ();
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_autofree guint8 *damaged = g_memdup2 (data, size);
  gsize tables = size - 10 * 24 - 2 * MYNA_FACE_MAX_PERSONS;

  for (gsize n = 1; n < size; n = n < 100 ? n + 7 : n + 997)
    g_assert_null (open_file (data, n));
  for (gsize i = 0; i < size; i = i == 55 ? tables : i + 1)
    {
      damaged[i] ^= 1 << i % 8;
      g_assert_null (open_file (damaged, size));
      damaged[i] ^= 1 << i % 8;
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/face-tracks/file", test_file);
  g_test_add_func ("/face-tracks/file/damage", test_file_damage);
  g_test_add_func ("/face-tracks/no-face", test_no_face);
  g_test_add_func ("/face-tracks/errors", test_errors);
  g_test_add_func ("/face-tracks/clip", test_clip);
  g_test_add_func ("/face-tracks/small-faces", test_small_faces);
  g_test_add_func ("/face-tracks/leaves", test_leaves);
  return g_test_run ();
}
