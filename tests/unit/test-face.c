/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <libavutil/pixdesc.h>
#include <math.h>
#include <string.h>

#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"
#include "engine/lipsync/face/myna-face-cache-private.h"
#include "engine/lipsync/face/myna-face-cut.h"
#include "engine/lipsync/face/myna-face-detector.h"
#include "engine/lipsync/face/myna-face-mesh.h"
#include "engine/lipsync/face/myna-face-picture.h"
#include "engine/lipsync/face/myna-face-smoother.h"

/* What needs no model: measures, smoothing, cuts, pictures, the cache's names. */

/* ---- faces made of an ellipsoid ---- */

/* Points of the mesh that matter here, as places on a face looking straight on: x to the right of
 * the picture, y down, z away; in eye distances. All others lie in the middle. */
static const struct
{
  int index;
  double x, y, z;
} places[] = {
  { 33, -0.5, 0, 0 },        { 263, 0.5, 0, 0 },        { 133, -0.2, 0, -0.05 },
  { 362, 0.2, 0, -0.05 },    { 168, 0, 0, -0.2 },       { 6, 0, 0.1, -0.25 },
  { 197, 0, 0.2, -0.3 },     { 195, 0, 0.3, -0.35 },    { 98, -0.15, 0.45, -0.2 },
  { 327, 0.15, 0.45, -0.2 }, { 234, -0.8, 0.2, 0.6 },   { 454, 0.8, 0.2, 0.6 },
  { 127, -0.78, 0, 0.6 },    { 356, 0.78, 0, 0.6 },     { 93, -0.75, 0.4, 0.6 },
  { 323, 0.75, 0.4, 0.6 },   { 132, -0.7, 0.6, 0.55 },  { 361, 0.7, 0.6, 0.55 },
  { 58, -0.65, 0.8, 0.5 },   { 288, 0.65, 0.8, 0.5 },   { 50, -0.45, 0.4, 0 },
  { 280, 0.45, 0.4, 0 },     { 54, -0.6, -0.5, 0.3 },   { 284, 0.6, -0.5, 0.3 },
  { 10, 0, -0.8, 0 },        { 152, 0, 1.3, 0 },        { 151, 0, -0.5, -0.1 },
  { 199, 0, 1.1, -0.1 },     { 9, 0, -0.3, -0.15 },     { 200, 0, 1.0, -0.15 },
  { 175, 0, 1.2, 0 },        { 78, -0.25, 0.75, -0.1 }, { 308, 0.25, 0.75, -0.1 },
  { 13, 0, 0.7, -0.2 },      { 14, 0, 0.8, -0.2 },
};

static void
make_face (double x, double y, double size, double yaw, double pitch, double roll, MynaFace *face)
{
  memset (face, 0, sizeof *face);
  for (int i = 0; i < MYNA_FACE_N_POINTS; i++)
    face->points[i] = (MynaFacePoint) { (float) x, (float) y, 0 };
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      double a = places[i].x, b = places[i].y, c = places[i].z;
      /* Looking up turns the chin to the camera; then to the left of the picture; then rolled. */
      double b1 = b * cos (pitch) + c * sin (pitch), c1 = c * cos (pitch) - b * sin (pitch);
      double a2 = a * cos (yaw) + c1 * sin (yaw), c2 = c1 * cos (yaw) - a * sin (yaw);

      face->points[places[i].index] =
          (MynaFacePoint) { (float) (x + size * (a2 * cos (roll) - b1 * sin (roll))),
                            (float) (y + size * (a2 * sin (roll) + b1 * cos (roll))),
                            (float) (size * c2) };
    }
  face->confidence = 1;
  myna_face_find_pose (face);
}

static void
test_measures (void)
{
  MynaFace face;

  make_face (300, 200, 80, 0, 0, 0, &face);
  g_assert_cmpfloat_with_epsilon (myna_face_get_eye_distance (&face), 80, 0.01);
  g_assert_cmpfloat_with_epsilon (myna_face_get_opening (&face), 0.1, 1e-4);
  g_assert_cmpfloat_with_epsilon (myna_face_get_mouth_width (&face), 0.5, 1e-4);
  make_face (300, 200, 80, 0.5, 0, 0.3, &face);
  g_assert_cmpfloat_with_epsilon (myna_face_get_eye_distance (&face), 80, 0.01);
  g_assert_cmpfloat_with_epsilon (myna_face_get_opening (&face), 0.1, 1e-4);
}

static void
test_pose (void)
{
  MynaFace face;

  for (int i = 0; i < 27; i++)
    {
      double yaw = (i % 3 - 1) * 0.4, pitch = (i / 3 % 3 - 1) * 0.3;
      double roll = (i / 9 - 1) * 0.5;

      make_face (300, 200, 80, yaw, pitch, roll, &face);
      g_assert_cmpfloat_with_epsilon (face.yaw, yaw, 0.1);
      g_assert_cmpfloat_with_epsilon (face.pitch, pitch, 0.1);
      g_assert_cmpfloat_with_epsilon (face.roll, roll, 0.2);
    }
}

static void
test_square (void)
{
  MynaFace face;
  MynaFaceSquare square;

  make_face (300, 200, 80, 0, 0, 0.5, &face);
  square = myna_face_get_square (&face);
  g_assert_cmpfloat_with_epsilon (square.angle, 0.5, 1e-3);
  g_assert_cmpfloat_with_epsilon (square.side, 1.5 * 2.1 * 80, 1);
  g_assert_cmpfloat_with_epsilon (square.x, 300 - sin (0.5) * 0.25 * 80, 1);
  g_assert_cmpfloat_with_epsilon (square.y, 200 + cos (0.5) * 0.25 * 80, 1);
}

/* ---- smoothing ---- */

#define N_SMOOTH (2 * MYNA_FACE_SMOOTH_REACH + 1)

static void
smooth_at (MynaFace *faces, const double *times, int n, int at, MynaFace *result)
{
  const MynaFace *window[N_SMOOTH];
  int first = MAX (at - MYNA_FACE_SMOOTH_REACH, 0);
  int last = MIN (at + MYNA_FACE_SMOOTH_REACH, n - 1);

  for (int i = first; i <= last; i++)
    window[i - first] = &faces[i];
  myna_face_smooth (window, times + first, last - first + 1, at - first, result);
}

/* A head that moves, turns and comes nearer evenly stays exactly where it is: no delay. At uneven
 * times too. */
static void
test_smooth_motion (void)
{
  g_autofree MynaFace *faces = g_new (MynaFace, 30);
  double times[30];
  MynaFace result;

  for (int i = 0; i < 30; i++)
    {
      times[i] = (i + (i % 3 == 1 ? 0.4 : 0)) / 25;
      make_face (100 + 200 * times[i], 100 + 30 * times[i], 60, 0, 0, 0.1, &faces[i]);
    }
  for (int at = 0; at < 30; at++)
    {
      smooth_at (faces, times, 30, at, &result);
      for (guint i = 0; i < G_N_ELEMENTS (places); i++)
        {
          const MynaFacePoint *a = &result.points[places[i].index],
                              *b = &faces[at].points[places[i].index];

          g_assert_cmpfloat_with_epsilon (a->x, b->x, 0.02);
          g_assert_cmpfloat_with_epsilon (a->y, b->y, 0.02);
        }
    }
}

/* Noise of the tracker (its power) is less than a third of it afterwards, and the lips' peak stays.
 */
static void
test_smooth_noise (void)
{
  g_autofree MynaFace *faces = g_new (MynaFace, 200);
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  double times[200], before = 0, after = 0, peak = 0;
  MynaFace result;

  for (int i = 0; i < 200; i++)
    {
      double opening = 0.2 * MAX (sin (2 * G_PI * 3 * i / 25.0), 0); /* three syllables a second */

      times[i] = i / 25.0;
      make_face (300, 200, 80, 0, 0, 0, &faces[i]);
      faces[i].points[14].y += (float) (opening * 80);
      for (int j = 0; j < MYNA_FACE_N_POINTS; j++)
        {
          faces[i].points[j].x += (float) g_rand_double_range (rand, -1, 1);
          faces[i].points[j].y += (float) g_rand_double_range (rand, -1, 1);
        }
    }
  for (int at = 20; at < 180; at++)
    {
      double x, y;

      smooth_at (faces, times, 200, at, &result);
      x = (double) faces[at].points[263].x - (300 + 40);
      y = (double) result.points[263].x - (300 + 40);
      before += x * x;
      after += y * y;
      peak = MAX (peak, (double) myna_face_get_opening (&result));
    }
  g_assert_cmpfloat (after, <, before / 3);
  g_assert_cmpfloat (peak, >, 0.27);
  g_assert_cmpfloat (peak, <, 0.34);
}

static void
test_smooth_few (void)
{
  g_autofree MynaFace *faces = g_new (MynaFace, 3);
  const double times[3] = { 0, 0.04, 0.08 };
  MynaFace result;

  for (int i = 0; i < 3; i++)
    make_face (100, 100, 50, 0.2, 0, 0, &faces[i]);
  for (int n = 1; n <= 3; n++)
    for (int at = 0; at < n; at++)
      {
        smooth_at (faces, times, n, at, &result);
        g_assert_cmpfloat_with_epsilon (result.points[14].y, faces[at].points[14].y, 0.01);
        g_assert_cmpfloat_with_epsilon (result.yaw, faces[at].yaw, 0.01);
      }
}

/* ---- pictures ---- */

/* A frame whose colours rise from left to right and from top to bottom. */
static MynaVideoFrame *
make_frame (enum AVPixelFormat format, int width, int height, int phase)
{
  const AVPixFmtDescriptor *kind = av_pix_fmt_desc_get (format);
  AVFrame *av = av_frame_alloc ();

  av->format = format;
  av->width = width;
  av->height = height;
  av->colorspace = AVCOL_SPC_BT709;
  /* What grey is if it is limited, libraries do not agree on. */
  av->color_range = kind->nb_components == 1 ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  g_assert_cmpint (av_frame_get_buffer (av, 0), ==, 0);
  for (int plane = 0; plane < kind->nb_components; plane++)
    {
      int w = plane > 0 ? AV_CEIL_RSHIFT (width, kind->log2_chroma_w) : width;
      int h = plane > 0 ? AV_CEIL_RSHIFT (height, kind->log2_chroma_h) : height;

      for (int i = 0; i < w * h; i++)
        {
          int value = plane == 0 ? 30 + 180 * ((i % w + phase) % w) / w : 90 + 70 * (i / w) / h;
          guint8 *at = av->data[plane] + i / w * av->linesize[plane];

          if (kind->comp[plane].depth > 8)
            ((guint16 *) (gpointer) at)[i % w] = (guint16) (value << (kind->comp[plane].depth - 8));
          else
            at[i % w] = (guint8) value;
        }
    }
  return myna_video_frame_new (av, 0, 0, 0.04);
}

/* The tracker's fast pictures are those of myna_video_frame_to_rgb(). */
static void
test_pictures (void)
{
  const enum AVPixelFormat formats[] = { AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV444P,
                                         AV_PIX_FMT_YUV422P10, AV_PIX_FMT_GRAY8,
                                         AV_PIX_FMT_YUV420P12 };
  MynaFacePicture picture = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (formats) * 4; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MynaVideoFrame) frame = make_frame (formats[i / 4], 321, 243, 0);
      MynaRect rect = { 40, 60, 120, 90 };
      g_autofree guint8 *rgb = NULL;
      double worst = 0;

      g_assert_true (myna_face_picture_take (&picture, frame, &rect, (int) (i % 4) + 1, &error));
      g_assert_no_error (error);
      g_assert_cmpint (picture.image.width, ==, 120 / ((int) (i % 4) + 1));
      rgb = g_malloc ((gsize) picture.image.width * (gsize) picture.image.height * 3);
      rect.width = picture.image.width * ((int) (i % 4) + 1);
      rect.height = picture.image.height * ((int) (i % 4) + 1);
      g_assert_true (myna_video_frame_to_rgb (frame, &rect, picture.image.width,
                                              picture.image.height, rgb, &error));
      for (int j = 0; j < picture.image.width * picture.image.height * 3; j++)
        worst = MAX (worst, fabs ((double) picture.image.pixels[j / 3][j % 3] - rgb[j]));
      g_assert_cmpfloat (worst, <, 4);
    }
  myna_face_picture_clear (&picture);
}

/* Parts that lie anywhere give a picture within the frame. */
static void
test_pictures_outside (void)
{
  MynaFacePicture picture = { 0 };
  g_autoptr (MynaVideoFrame) frame = make_frame (AV_PIX_FMT_YUV420P, 33, 17, 0);

  for (int i = 0; i < 500; i++)
    {
      MynaRect rect = { i % 7 * 20 - 60, i / 7 % 7 * 10 - 30, 1 + i % 90, 1 + i % 50 };

      g_assert_true (myna_face_picture_take (&picture, frame, &rect, 1 + i % 20, NULL));
      g_assert_cmpint (picture.image.width, >=, 1);
      g_assert_cmpfloat (picture.image.x + picture.image.width * picture.image.step_x, <=, 33);
      g_assert_cmpfloat (picture.image.y + picture.image.height * picture.image.step_y, <=, 17);
    }
  myna_face_picture_clear (&picture);
}

/* A turned square shows what is there. */
static void
test_cut_out (void)
{
  g_autofree float (*pixels)[4] = g_malloc0 (sizeof (float[100 * 100][4]));
  MynaFaceImage image = { 100, 100, pixels, 50, 20, 2, 2 };
  MynaFaceSquare square = { 150, 120, 60, 0.7 };
  float cut[30 * 30 * 3];

  for (int i = 0; i < 100 * 100; i++)
    {
      pixels[i][0] = (float) (50 + (i % 100 + 0.5) * 2); /* the frame's x */
      pixels[i][1] = (float) (20 + (i / 100 + 0.5) * 2);
    }
  myna_face_image_cut (&image, &square, 30, 1, 0, cut);
  for (int i = 0; i < 30 * 30; i++)
    {
      double x, y;

      myna_face_square_to_frame (&square, 30, i % 30 + 0.5, i / 30 + 0.5, &x, &y);
      g_assert_cmpfloat_with_epsilon (cut[3 * i], x, 0.01);
      g_assert_cmpfloat_with_epsilon (cut[3 * i + 1], y, 0.01);
    }
  square.x = 1e9; /* nothing there: black */
  myna_face_image_cut (&image, &square, 30, 1, -1, cut);
  g_assert_cmpfloat (cut[450], ==, -1);
}

static void
test_overlap (void)
{
  MynaFaceDetection a = { .x = 10, .y = 10, .width = 20, .height = 10 }, b = a;

  g_assert_cmpfloat_with_epsilon (myna_face_detection_overlap (&a, &b), 1, 1e-6);
  b.x = 20;
  g_assert_cmpfloat_with_epsilon (myna_face_detection_overlap (&a, &b), 1.0 / 3, 1e-6);
  b.x = 40;
  g_assert_cmpfloat (myna_face_detection_overlap (&a, &b), ==, 0);
}

/* ---- cuts ---- */

static void
test_cuts (void)
{
  g_autoptr (MynaFaceCuts) cuts = myna_face_cuts_new ();

  for (int i = 0; i < 30; i++)
    {
      /* A picture that moves by three pixels, and another one from frame 20 on. */
      g_autoptr (MynaVideoFrame) frame = make_frame (
          i < 20 ? AV_PIX_FMT_YUV420P : AV_PIX_FMT_YUV444P, 320, 240, i < 20 ? 3 * i : 160);

      if (i >= 20)
        memset (frame->av->data[1], 200, (gsize) frame->av->linesize[1] * 240);
      g_assert_cmpint (myna_face_cuts_push (cuts, frame) == MYNA_FACE_CUT_YES, ==, i == 20);
    }
}

/* ---- the cache's names ---- */

static char *
find_name (const char *folder, const char *file, const char *text)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autoptr (GError) error = NULL;
  char *name;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  name = myna_face_cache_find_path (folder, path, NULL, &error);
  g_assert_no_error (error);
  return name;
}

static void
test_cache_names (void)
{
  g_autofree char *folder = g_dir_make_tmp ("myna-test-XXXXXX", NULL);
  g_autofree char *first = find_name (folder, "a.mp4", "one");
  g_autofree char *copy = find_name (folder, "b.mp4", "one");
  g_autofree char *again = find_name (folder, "a.mp4", "one");
  g_autofree char *changed = find_name (folder, "a.mp4", "two");
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_assert_cmpstr (first, ==, copy);
  g_assert_cmpstr (first, ==, again);
  g_assert_cmpstr (first, !=, changed);
  g_assert_null (myna_face_cache_find_path (folder, "/nowhere.mp4", NULL, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  {
    g_autofree char *path = g_build_filename (folder, "a.mp4", NULL);

    g_assert_null (myna_face_cache_find_path (folder, path, cancellable, &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  }
  g_assert_true (myna_remove_tree (folder, NULL));
}

/* ---- models that are missing or something else ---- */

static void
test_bad_models (void)
{
  g_autofree char *folder = g_dir_make_tmp ("myna-test-XXXXXX", NULL);
  g_autofree char *face = g_build_filename (folder, "face", NULL);
  g_autofree char *path = g_build_filename (face, "face_detection_short_range.tflite", NULL);
  g_autofree char *before = g_strdup (g_getenv ("MYNA_MODELS_DIR"));
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (face, 0700), ==, 0);
  g_setenv ("MYNA_MODELS_DIR", folder, TRUE);
  g_assert_null (myna_face_models_new (&error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (path, "no model", -1, NULL));
  g_assert_null (myna_face_models_new (&error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT);
  g_assert_true (myna_remove_tree (folder, NULL));
  if (before != NULL)
    g_setenv ("MYNA_MODELS_DIR", before, TRUE);
  else
    g_unsetenv ("MYNA_MODELS_DIR");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/face/measures", test_measures);
  g_test_add_func ("/face/pose", test_pose);
  g_test_add_func ("/face/square", test_square);
  g_test_add_func ("/face/smooth/motion", test_smooth_motion);
  g_test_add_func ("/face/smooth/noise", test_smooth_noise);
  g_test_add_func ("/face/smooth/few", test_smooth_few);
  g_test_add_func ("/face/pictures", test_pictures);
  g_test_add_func ("/face/pictures/outside", test_pictures_outside);
  g_test_add_func ("/face/cut-out", test_cut_out);
  g_test_add_func ("/face/overlap", test_overlap);
  g_test_add_func ("/face/cuts", test_cuts);
  g_test_add_func ("/face/cache/names", test_cache_names);
  g_test_add_func ("/face/models/bad", test_bad_models);
  return g_test_run ();
}
