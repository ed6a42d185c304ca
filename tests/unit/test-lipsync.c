/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <malloc.h>

#include "video-fixtures.h"

#include "engine/audio/myna-audio-load.h"
#include "engine/audio/myna-audio-probe.h"
#include "engine/audio/myna-audio-writer.h"
#include "engine/core/myna-sidecar.h"
#include "engine/lipsync/myna-lipsync-painter.h"
#include "engine/video/myna-video-looper.h"
#include "engine/voice/draft/myna-draft-espeak.h"

/*
 * Short clips of the example portrait that are to speak, from the plan to the file. The portrait
 * has never said a word, so that its mouth is bent and drawn.
 */

/* The part of the portrait that is seen, a pixel further right in each frame. */
#define SCENE "crop=320:240:60+n:0"

#define RATE 10

/* The one sentence of all tests, 1 to 2 s. */
static char *
make_speech (Fixture *f)
{
  char *path = file_in (f, "speech.wav");
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaDraftRendition) said =
      myna_draft_rendition_new ("en-us", "My mama bought a map.", NULL, NULL, &error);
  g_autoptr (MynaAudioWriter) writer = NULL;

  g_assert_no_error (error);
  writer = myna_audio_writer_open (path, said->rate, 1, &error);
  g_assert_no_error (error);
  g_assert_true (myna_audio_writer_write (writer, said->samples, said->n_samples, &error));
  g_assert_true (myna_audio_writer_finish (writer, &error));
  return path;
}

static double
get_sound_seconds (const char *path)
{
  g_autoptr (MynaAudio) audio = myna_audio_load (path, -1, 0, -1, 16000, 1, NULL, NULL);

  return audio != NULL ? (double) audio->n_frames / 16000 : 0;
}

/* Whether the test can run: brings the portrait into the folder. */
static gboolean
get_portrait (Fixture *f)
{
  const char *prefix = g_getenv ("MYNA_TEST_PREFIX");
  const char *models = g_getenv ("MYNA_MODELS_DIR");
  g_autofree char *path =
      prefix != NULL ? g_build_filename (prefix, "share/myna/example/portrait.png", NULL) : NULL;
  g_autofree char *model =
      models != NULL ? g_build_filename (models, "face/face_landmark_with_attention.tflite", NULL)
                     : NULL;
  g_autofree char *copy = file_in (f, "portrait.png");
  g_autofree char *content = NULL;
  gsize size;

  if (path == NULL || !g_file_get_contents (path, &content, &size, NULL))
    g_test_skip ("the example portrait is not here; ./dev gets it");
  else if (model == NULL || !g_file_test (model, G_FILE_TEST_EXISTS))
    g_test_skip ("the face models are not here; ./dev gets them");
  else
    return g_file_set_contents (copy, content, (gssize) size, NULL);
  return FALSE;
}

/* A clip of the portrait through @options into @name. */
static char *
film (Fixture *f, const char *options, const char *name)
{
  g_autofree char *arguments =
      g_strdup_printf ("-loop 1 -framerate %d -i portrait.png %s %s", RATE, options, name);

  ffmpeg (f, arguments);
  return file_in (f, name);
}

#define CODED "-c:v libx264 -preset ultrafast -crf 10 -pix_fmt yuv420p"

static MynaLipsyncPlan *
make_plan (const char *audio, const char *video, const MynaLipsyncOptions *options)
{
  const MynaLipsyncOptions usual = MYNA_LIPSYNC_OPTIONS_INIT;
  GError *error = NULL;
  MynaLipsyncPlan *plan = myna_lipsync_plan_new (
      audio, NULL, NULL, video, options != NULL ? options : &usual, NULL, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return plan;
}

/* What a rendering told. */
typedef struct
{
  gint64 n_frames;
  gint64 first_frames; /* more than none, the first time; -1 before */
  gint64 stop_at;
  GCancellable *cancellable;
} Told;

static void
report_cb (double fraction, gint64 frames_done, gint64 n_frames, double fps, gpointer user_data)
{
  Told *told = user_data;

  g_assert_cmpfloat (fraction, >=, 0);
  g_assert_cmpfloat (fraction, <=, 1);
  g_assert_cmpfloat (fps, >=, 0);
  g_assert_cmpint (frames_done, <=, n_frames);
  told->n_frames = n_frames;
  if (told->first_frames < 0 && frames_done > 0)
    told->first_frames = frames_done;
  if (told->stop_at > 0 && frames_done >= told->stop_at)
    g_cancellable_cancel (told->cancellable);
}

/* The whole result; returns its frames. */
static GArray *
render (MynaLipsyncPlan *plan, const char *output)
{
  Told told = { .first_frames = -1 };
  GError *error = NULL;
  GArray *frames;

  myna_lipsync_plan_render (plan, 0, -1, output, NULL, report_cb, &told, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (told.n_frames, ==, myna_lipsync_plan_get_n_frames (plan));
  frames = read_frames (output);
  g_assert_cmpint (frames->len, ==, myna_lipsync_plan_get_n_frames (plan));
  return frames;
}

static double
get_end (GArray *frames)
{
  return seen_at (frames, frames->len - 1)->time + seen_at (frames, frames->len - 1)->duration;
}

/* Frames, length and size of the result of a video are those of the video or of the speech. */
static void
check_result (Fixture *f, const char *speech, const char *video, double wanted)
{
  g_autofree char *output = file_in (f, "out.mp4");
  g_autoptr (MynaLipsyncPlan) plan = make_plan (speech, video, NULL);
  g_autoptr (GArray) frames = render (plan, output);
  g_autoptr (MynaVideoInfo) before = myna_video_probe (video, NULL);
  g_autoptr (MynaVideoInfo) after = myna_video_probe (output, NULL);

  g_assert_cmpint (myna_lipsync_plan_get_renderer (plan), ==, MYNA_LIPSYNC_BASIC);
  g_assert_cmpfloat_with_epsilon (myna_lipsync_plan_get_output_duration (plan), wanted, 0.001);
  g_assert_cmpfloat_with_epsilon (after->duration, wanted, 0.02);
  g_assert_cmpfloat (seen_at (frames, frames->len - 1)->time, <, wanted);
  g_assert_cmpfloat_with_epsilon (get_sound_seconds (output), wanted, 0.03);
  g_assert_cmpint (after->width, ==, (before->width + 1) / 2 * 2);
  g_assert_cmpint (after->height, ==, (before->height + 1) / 2 * 2);
  g_assert_cmpint (after->rotation, ==, 0);
  g_assert_cmpuint (after->audio->len, ==, 1);
}

/* Every kind of video keeps its length, its frames and their times. */
static void
test_kinds (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *name, *options;
    guint n;
  } kinds[] = {
    { "plain.mp4", "-t 2.4 -vf " SCENE " " CODED, 24 },
    { "turned.mp4", "-t 2 -vf " SCENE ",transpose=1 " CODED, 20 },
    { "odd.mkv", "-t 2 -vf crop=321:241:60+n:0:exact=1 -c:v ffv1 -pix_fmt yuv420p", 20 },
    { "deep.mkv", "-t 2 -vf " SCENE " -c:v libx264 -pix_fmt yuv420p10le", 20 },
    { "variable.mp4",
      "-t 3 -vf " SCENE ",select='not(mod(n\\,3))+not(mod(n\\,7))' -fps_mode vfr " CODED, 13 },
  };
  g_autofree char *speech = NULL;

  if (!get_portrait (f))
    return;
  speech = make_speech (f);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *made = film (f, kinds[i].options, kinds[i].name);
      g_autofree char *video = NULL;
      g_autoptr (GArray) frames = NULL;

      g_test_message ("%s", kinds[i].name);
      /* Stored lying, shown upright. */
      if (strcmp (kinds[i].name, "turned.mp4") == 0)
        {
          ffmpeg (f, "-display_rotation 90 -i turned.mp4 -c copy rotated.mp4");
          video = file_in (f, "rotated.mp4");
        }
      else
        video = g_strdup (made);
      frames = read_frames (video);
      g_assert_cmpuint (frames->len, ==, kinds[i].n);
      check_result (f, speech, video, get_end (frames));
    }
}

static double
measure_loudness (const char *path, double from, double to)
{
  g_autoptr (MynaAudio) audio = myna_audio_load (path, -1, from, to, 16000, 1, NULL, NULL);
  double sum = 0;

  g_assert_nonnull (audio);
  for (gsize i = 0; i < audio->n_frames; i++)
    sum += audio->samples[i] * audio->samples[i];
  return sqrt (sum / (double) MAX (audio->n_frames, 1));
}

/* A clip with two sound tracks that is longer than the speech: its end stays, with its own sound,
 * or is cut off. */
static void
test_longer (Fixture *f, gconstpointer data)
{
  MynaLipsyncOptions trim = MYNA_LIPSYNC_OPTIONS_INIT;
  g_autofree char *output = file_in (f, "out.mp4");
  g_autofree char *video = NULL;
  g_autofree char *speech = NULL;
  g_autoptr (MynaLipsyncPlan) kept = NULL;
  g_autoptr (MynaLipsyncPlan) trimmed = NULL;
  g_autoptr (GArray) all = NULL;
  g_autoptr (GArray) part = NULL;
  double length;

  if (!get_portrait (f))
    return;
  speech = make_speech (f);
  length = get_sound_seconds (speech);
  g_assert_cmpfloat (length, <, 2.5);
  video = film (f,
                "-f lavfi -i sine=300 -f lavfi -i sine=700 -map 0 -map 1 -map 2 -t 4 -vf " SCENE
                " -c:a aac " CODED,
                "two.mp4");
  kept = make_plan (speech, video, NULL);
  all = render (kept, output);
  g_assert_cmpfloat_with_epsilon (get_end (all), 4, 0.001);
  g_assert_cmpuint (all->len, ==, 40);
  g_assert_cmpuint (g_strv_length ((char **) myna_lipsync_plan_get_warnings (kept)), ==, 2);
  g_assert_cmpfloat (measure_loudness (output, length + 0.3, 3.9), >, 0.05);
  trim.longer = MYNA_LIPSYNC_TRIM;
  trimmed = make_plan (speech, video, &trim);
  part = render (trimmed, output);
  g_assert_cmpfloat_with_epsilon (get_end (part), length, 0.001);
  g_assert_cmpuint (part->len, ==, (guint) ceil (length * RATE - 0.05));
}

/* A clip shorter than the speech goes backwards and forwards, and ends with it; so do one picture
 * that calls itself a video, and a photo. */
static void
test_shorter (Fixture *f, gconstpointer data)
{
  g_autofree char *output = file_in (f, "out.mp4");
  g_autofree char *speech = NULL;
  g_autofree char *clip = NULL;
  g_autofree char *single = NULL;
  g_autofree char *photo = file_in (f, "portrait.png");
  g_autoptr (MynaLipsyncPlan) plan = NULL;
  double length;

  if (!get_portrait (f))
    return;
  speech = make_speech (f);
  length = get_sound_seconds (speech);
  clip = film (f, "-t 0.7 -vf " SCENE " " CODED, "short.mp4");
  single = film (f, "-frames:v 1 -vf " SCENE " " CODED, "single.mp4");
  check_result (f, speech, clip, length);
  check_result (f, speech, single, length);
  check_result (f, speech, photo, length);
  plan = make_plan (speech, photo, NULL);
  g_assert_cmpint (myna_lipsync_plan_get_n_frames (plan), ==,
                   (gint64) ceil (length * MYNA_LIPSYNC_STILL_FPS - 0.05));
  g_assert_cmpfloat (myna_lipsync_plan_get_video_duration (plan), ==, 0);
}

/* A part of the result has the frames and the sound of that part. */
static void
test_range (Fixture *f, gconstpointer data)
{
  g_autofree char *output = file_in (f, "out.mp4");
  g_autofree char *speech = NULL;
  g_autofree char *video = NULL;
  g_autoptr (MynaLipsyncPlan) plan = NULL;
  g_autoptr (GArray) frames = NULL;
  g_autoptr (GError) error = NULL;

  if (!get_portrait (f))
    return;
  speech = make_speech (f);
  video = film (f, "-t 3 -vf " SCENE " " CODED, "clip.mp4");
  plan = make_plan (speech, video, NULL);
  myna_lipsync_plan_render (plan, 0.5, 1.5, output, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  frames = read_frames (output);
  g_assert_cmpuint (frames->len, ==, 10);
  g_assert_cmpfloat_with_epsilon (seen_at (frames, 0)->time, 0, 1e-9);
  g_assert_cmpfloat_with_epsilon (get_sound_seconds (output), 1, 0.03);
}

/* Where a face's points are, with room for its mask. */
static MynaRect
get_bounds (const MynaFace *face)
{
  double left = 1e9, top = 1e9, right = -1e9, bottom = -1e9, room;

  for (int i = 0; i < MYNA_FACE_N_POINTS; i++)
    {
      left = MIN (left, face->points[i].x);
      right = MAX (right, face->points[i].x);
      top = MIN (top, face->points[i].y);
      bottom = MAX (bottom, face->points[i].y);
    }
  room = (right - left) * 0.15;
  /* Nothing above the eyes has to do with speaking. */
  top = face->points[168].y;
  return (MynaRect) { (int) (left - room), (int) top, (int) (right - left + 2 * room),
                      (int) (bottom - top + 4 * room) };
}

/* Samples that differ; none of them may lie outside @bounds. */
static guint
count_changes (const AVFrame *a, const AVFrame *b, const MynaRect *bounds)
{
  guint n = 0;

  for (int plane = 0; plane < 3; plane++)
    for (int y = 0; y < (plane > 0 ? (a->height + 1) / 2 : a->height); y++)
      for (int x = 0; x < (plane > 0 ? (a->width + 1) / 2 : a->width); x++)
        if (a->data[plane][y * a->linesize[plane] + x] !=
            b->data[plane][y * b->linesize[plane] + x])
          {
            int scale = plane > 0 ? 2 : 1;

            g_assert_cmpint (x * scale, >=, bounds->x);
            g_assert_cmpint (x * scale, <=, bounds->x + bounds->width);
            g_assert_cmpint (y * scale, >=, bounds->y - 1);
            g_assert_cmpint (y * scale, <=, bounds->y + bounds->height);
            n++;
          }
  return n;
}

/* Before it is encoded nothing outside the mouth differs, and nothing at all after the speech. */
static void
test_untouched (Fixture *f, gconstpointer data)
{
  g_autofree char *speech = NULL;
  g_autofree char *video = NULL;
  g_autoptr (MynaLipsyncPlan) plan = NULL;
  g_autoptr (MynaLipsyncPainter) painter = NULL;
  g_autoptr (MynaVideoReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  guint n_changed = 0;

  if (!get_portrait (f))
    return;
  speech = make_speech (f);
  video = film (f, "-t 4 -vf " SCENE " " CODED, "clip.mp4");
  plan = make_plan (speech, video, NULL);
  painter = myna_lipsync_painter_new (plan, 0, 40, f->folder, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  reader = myna_video_reader_open (video, &error);
  for (int i = 0; i < 40; i++)
    {
      g_autoptr (MynaVideoFrame) frame = myna_video_reader_next (reader, &error);
      g_autoptr (MynaVideoFrame) painted =
          myna_lipsync_painter_paint (painter, myna_video_frame_copy (frame), i, &error);
      MynaRect bounds;
      MynaFace face;
      guint n;

      g_assert_no_error (error);
      g_assert_cmpint (painted->index, ==, i);
      g_assert_true (myna_face_tracks_get_face (plan->tracks, plan->track, i, &face));
      bounds = get_bounds (&face);
      n = count_changes (frame->av, painted->av, &bounds);
      n_changed += n > 0;
      if (i > (myna_lipsync_plan_get_speech_duration (plan) + 0.5) * RATE)
        g_assert_cmpuint (n, ==, 0);
    }
  g_assert_cmpuint (n_changed, >=, 8);
}

/* A plan that cannot be made says why. */
static void
assert_no_plan (const char *audio, const char *video, int face, int code, const char *hint)
{
  MynaLipsyncOptions options = MYNA_LIPSYNC_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  options.face = face;
  g_assert_null (
      myna_lipsync_plan_new (audio, NULL, NULL, video, &options, NULL, NULL, NULL, NULL, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  if (code >= 0)
    g_assert_error (error, MYNA_ERROR, code);
  g_assert_nonnull (strstr (error->message, hint));
}

static void
test_errors (Fixture *f, gconstpointer data)
{
  g_autofree char *speech = NULL;
  g_autofree char *silence = file_in (f, "silence.wav");
  g_autofree char *clip = NULL;
  g_autofree char *text = file_in (f, "text.mp4");
  g_autofree char *broken = file_in (f, "broken.mp4");
  g_autofree char *nobody = make_clip (f, "-c:v mpeg4 -t 0.4", "nobody.mp4");
  g_autofree char *content = NULL;
  gsize size;

  if (!get_portrait (f))
    return;
  speech = make_speech (f);
  clip = film (f, "-t 1 -vf " SCENE " " CODED, "clip.mp4");
  ffmpeg (f, "-f lavfi -i anullsrc=r=16000 -t 1 silence.wav");
  g_assert_true (g_file_set_contents (text, "This is no video.", -1, NULL));
  g_assert_true (g_file_get_contents (clip, &content, &size, NULL));
  g_assert_true (g_file_set_contents (broken, content, (gssize) size / 3, NULL));
  assert_no_plan (speech, nobody, -1, MYNA_ERROR_EMPTY, "nobody.mp4");
  assert_no_plan (speech, clip, 1, MYNA_ERROR_NOT_FOUND, "clip.mp4");
  assert_no_plan (speech, "/nowhere.mp4", -1, MYNA_ERROR_NOT_FOUND, "nowhere.mp4");
  assert_no_plan ("/nowhere.wav", clip, -1, MYNA_ERROR_NOT_FOUND, "nowhere.wav");
  assert_no_plan (silence, clip, -1, MYNA_ERROR_SILENT, "silence.wav");
  assert_no_plan (speech, text, -1, -1, "text.mp4");
  assert_no_plan (text, clip, -1, -1, "text.mp4");
  /* Without its index, which such a file has at its end. */
  assert_no_plan (speech, broken, -1, -1, "broken.mp4");
  /* A video without sound says nothing. */
  assert_no_plan (clip, clip, -1, -1, "clip.mp4");
}

/* A file that was cut off is as long as what is left of it. */
static void
test_truncated (Fixture *f, gconstpointer data)
{
  g_autofree char *speech = NULL;
  g_autofree char *whole = NULL;
  g_autofree char *part = file_in (f, "part.mkv");
  g_autofree char *content = NULL;
  g_autoptr (GArray) frames = NULL;
  gsize size;

  if (!get_portrait (f))
    return;
  speech = make_speech (f);
  whole = film (f, "-t 6 -vf " SCENE " -c:v mjpeg -q:v 3 -pix_fmt yuvj420p", "whole.mkv");
  g_assert_true (g_file_get_contents (whole, &content, &size, NULL));
  g_assert_true (g_file_set_contents (part, content, (gssize) size / 2, NULL));
  frames = read_frames (part);
  g_assert_cmpuint (frames->len, >, 20);
  g_assert_cmpuint (frames->len, <, 40);
  {
    g_autofree char *output = file_in (f, "out.mp4");
    g_autoptr (MynaLipsyncPlan) plan = make_plan (speech, part, NULL);
    g_autoptr (GArray) after = render (plan, output);

    g_assert_cmpuint (after->len, >=, frames->len);
  }
}

/* Of two faces the one that was asked for speaks, and the other one stays as it is. */
static void
test_two_faces (Fixture *f, gconstpointer data)
{
  MynaLipsyncOptions second = MYNA_LIPSYNC_OPTIONS_INIT;
  g_autofree char *speech = NULL;
  g_autofree char *video = NULL;
  g_autoptr (MynaLipsyncPlan) plan = NULL;
  g_autoptr (MynaLipsyncPainter) painter = NULL;
  g_autoptr (MynaVideoReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  guint n_changed = 0;

  if (!get_portrait (f))
    return;
  speech = make_speech (f);
  video = film (f,
                "-t 2 -filter_complex [0]crop=320:240:60:0,split[a][b];[b]scale=240:180,"
                "pad=320:240:40:30[c];[a][c]hstack " CODED,
                "two.mp4");
  second.face = 1;
  plan = make_plan (speech, video, &second);
  g_assert_cmpuint (myna_face_tracks_get_n_tracks (plan->tracks), ==, 2);
  g_assert_cmpuint (plan->track, ==, 1);
  assert_no_plan (speech, video, 2, MYNA_ERROR_NOT_FOUND, "two.mp4");
  painter = myna_lipsync_painter_new (plan, 0, 20, f->folder, NULL, NULL, NULL, &error);
  reader = myna_video_reader_open (video, &error);
  for (int i = 0; i < 20; i++)
    {
      g_autoptr (MynaVideoFrame) frame = myna_video_reader_next (reader, &error);
      g_autoptr (MynaVideoFrame) painted =
          myna_lipsync_painter_paint (painter, myna_video_frame_copy (frame), i, &error);
      MynaRect bounds;
      MynaFace face;

      g_assert_true (myna_face_tracks_get_face (plan->tracks, 1, i, &face));
      bounds = get_bounds (&face);
      n_changed += count_changes (frame->av, painted->av, &bounds) > 0;
    }
  g_assert_cmpuint (n_changed, >=, 5);
}

/* Cancelled, it says so and leaves nothing, and goes no further than the frames on their way. */
static void
test_cancel (Fixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Told told = { .first_frames = -1, .stop_at = 5, .cancellable = cancellable };
  const MynaLipsyncOptions usual = MYNA_LIPSYNC_OPTIONS_INIT;
  g_autofree char *output = file_in (f, "out.mp4");
  g_autofree char *speech = NULL;
  g_autofree char *video = NULL;
  g_autoptr (MynaLipsyncPlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  guint n_files;

  if (!get_portrait (f))
    return;
  speech = make_speech (f);
  video = film (f, "-t 3 -vf " SCENE " " CODED, "clip.mp4");
  plan = make_plan (speech, video, NULL);
  n_files = count_files (f);
  g_assert_false (
      myna_lipsync_plan_render (plan, 0, -1, output, NULL, report_cb, &told, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (count_files (f), ==, n_files);
  g_clear_error (&error);
  g_assert_null (myna_lipsync_plan_new (speech, NULL, NULL, video, &usual, NULL, NULL, NULL,
                                        cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (myna_lipsync_plan_render_frame (plan, 1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static GBytes *
read_file (const char *path)
{
  char *content = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &content, &size, NULL));
  return g_bytes_new_take (content, size);
}

/* A run that was stopped goes on behind its last finished segment, and gives the same bytes. */
static void
test_resume (Fixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Told stopped = { .first_frames = -1, .stop_at = 30, .cancellable = cancellable };
  Told resumed = { .first_frames = -1 };
  g_autofree char *output = file_in (f, "out.mp4");
  g_autofree char *segments = file_in (f, "segments");
  g_autofree char *speech = NULL;
  g_autofree char *video = NULL;
  g_autoptr (MynaLipsyncPlan) plan = NULL;
  g_autoptr (MynaLipsyncPlan) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (GBytes) joined = NULL;
  g_autoptr (GArray) frames = NULL;

  if (!get_portrait (f))
    return;
  speech = make_speech (f);
  /* The shortest segments are of 24 frames, of a video with 3 a second or fewer. */
  video = film (f, "-t 20 -r 2 -vf " SCENE " " CODED, "slow.mp4");
  plan = make_plan (speech, video, NULL);
  /* Whatever new memory holds. */
  mallopt (M_PERTURB, 37);
  frames = render (plan, output);
  g_assert_cmpuint (frames->len, ==, 40);
  mallopt (M_PERTURB, 148);
  whole = read_file (output);
  g_assert_cmpint (g_unlink (output), ==, 0);
  g_assert_false (myna_lipsync_plan_render (plan, 0, -1, output, segments, report_cb, &stopped,
                                            cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (g_file_test (output, G_FILE_TEST_EXISTS));
  again = make_plan (speech, video, NULL);
  myna_lipsync_plan_render (again, 0, -1, output, segments, report_cb, &resumed, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (resumed.first_frames, ==, 25);
  joined = read_file (output);
  g_assert_true (g_bytes_equal (whole, joined));
  g_assert_true (myna_remove_tree (segments, NULL));
}

/* A clip in which the person speaks gives its own mouths: they are the same whether they were kept
 * while the faces were found, or the video is decoded again for them. */
static void
test_own_mouths (Fixture *f, gconstpointer data)
{
  MynaLipsyncOptions keeping = MYNA_LIPSYNC_OPTIONS_INIT;
  g_autofree char *photo = file_in (f, "portrait.png");
  g_autofree char *video = file_in (f, "speaking.mp4");
  g_autofree char *output = file_in (f, "out.mp4");
  g_autofree char *speech = NULL;
  g_autoptr (GBytes) kept = NULL;
  g_autoptr (GBytes) decoded = NULL;

  if (!get_portrait (f))
    return;
  speech = make_speech (f);
  {
    g_autoptr (MynaLipsyncPlan) plan = make_plan (speech, photo, NULL);
    g_autoptr (GArray) frames = render (plan, video);

    g_assert_cmpint (myna_lipsync_plan_get_renderer (plan), ==, MYNA_LIPSYNC_BASIC);
  }
  keeping.keep_mouths = TRUE;
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (MynaLipsyncPlan) plan = make_plan (speech, video, i == 0 ? &keeping : NULL);
      g_autoptr (GArray) frames = render (plan, output);

      g_assert_cmpint (myna_lipsync_plan_get_renderer (plan), ==, MYNA_LIPSYNC_LIBRARY);
      *(i == 0 ? &kept : &decoded) = read_file (output);
      g_assert_cmpint (g_unlink (output), ==, 0);
    }
  g_assert_true (g_bytes_equal (kept, decoded));
}

static double
get_walk_time (gint64 frame, gpointer data)
{
  return seen_at (data, (guint) frame)->time;
}

static void
check_walk (MynaVideoLooper *walk, GArray *frames, guint index)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaVideoFrame) frame = myna_video_looper_get (walk, index, &error);

  g_assert_no_error (error);
  g_assert_cmpint (frame->index, ==, index);
  g_assert_cmpuint (checksum (frame->av), ==, seen_at (frames, index)->sum);
}

/* In any order, the frames of a video are those that are read one after the other. */
static void
test_walk (Fixture *f, gconstpointer data)
{
  g_autofree char *path = file_in (f, "long.mp4");
  g_autoptr (GArray) frames = NULL;
  g_autoptr (MynaVideoLooper) walk = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  g_autoptr (GError) error = NULL;

  ffmpeg (f, "-f lavfi -i testsrc2=size=64x48:rate=50:duration=8 -c:v libx264 -preset ultrafast "
             "-bf 3 -g 60 long.mp4");
  frames = read_frames (path);
  g_assert_cmpuint (frames->len, ==, 400);
  walk = myna_video_looper_open (path, f->folder, get_walk_time, frames, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 400; i += 7)
    check_walk (walk, frames, i);
  /* Longer than what is decoded ahead. */
  for (guint i = 400; i > 0; i--)
    check_walk (walk, frames, i - 1);
  for (guint i = 0; i < 60; i++)
    check_walk (walk, frames, (guint) g_rand_int_range (rand, 0, 400));
  /* Back and forth, each turn a little further. */
  for (guint turn = 0; turn < 6; turn++)
    for (guint i = 0; i < 20; i++)
      check_walk (walk, frames, 200 + turn * 5 + (turn % 2 == 0 ? i : 20 - i));
}

#define ADD(NAME, FUNC) g_test_add ("/lipsync/" NAME, Fixture, NULL, set_up, FUNC, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("walk", test_walk);
  ADD ("kinds", test_kinds);
  ADD ("longer", test_longer);
  ADD ("shorter", test_shorter);
  ADD ("range", test_range);
  ADD ("untouched", test_untouched);
  ADD ("errors", test_errors);
  ADD ("truncated", test_truncated);
  ADD ("two-faces", test_two_faces);
  ADD ("cancel", test_cancel);
  ADD ("resume", test_resume);
  ADD ("own-mouths", test_own_mouths);
  return g_test_run ();
}
