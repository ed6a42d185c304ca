/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "video-fixtures.h"

#include "engine/video/myna-video-writer.h"

static const MynaVideoWriterOptions defaults = MYNA_VIDEO_WRITER_OPTIONS_INIT;

/* Writes @n frames (all where it is less than 0) of @from again. TRUE when it was finished. */
static gboolean
copy (const char *from,
      const char *to,
      const MynaVideoWriterOptions *options,
      const char *folder,
      int n,
      GError **error)
{
  g_autoptr (MynaVideoReader) reader = myna_video_reader_open (from, NULL);
  g_autoptr (MynaVideoWriter) writer = NULL;
  gint64 finished;

  g_assert_nonnull (reader);
  writer = myna_video_writer_open (to, myna_video_reader_get_info (reader), options, folder, error);
  if (writer == NULL)
    return FALSE;
  finished = myna_video_writer_get_n_finished (writer);
  for (int i = 0; n < 0 || i < n; i++)
    {
      g_autoptr (MynaVideoFrame) frame = myna_video_reader_next (reader, NULL);

      if (frame == NULL)
        break;
      if (frame->index >= finished && !myna_video_writer_write (writer, frame, error))
        return FALSE;
    }
  return n < 0 && myna_video_writer_finish (writer, NULL, error);
}

static void
check_same_frames (const char *a, const char *b, double tick)
{
  g_autoptr (GArray) left = read_frames (a);
  g_autoptr (GArray) right = read_frames (b);

  g_assert_cmpuint (left->len, ==, right->len);
  for (guint i = 0; i < left->len; i++)
    {
      g_assert_cmpfloat_with_epsilon (seen_at (left, i)->time, seen_at (right, i)->time,
                                      tick + 1e-9);
      g_assert_cmpfloat_with_epsilon (seen_at (left, i)->duration, seen_at (right, i)->duration,
                                      tick + 1e-9);
      g_assert_cmpuint (seen_at (left, i)->sum, ==, seen_at (right, i)->sum);
    }
}

/* What is not touched comes out as it went in: times exactly, and every pixel where that is asked
 * for. */
static void
test_exact (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *options, *name;
  } cases[] = {
    { "-t 0.6 -c:v libx264 -preset ultrafast -bf 2", "plain.mp4" },
    { "-t 0.6 -r 30000/1001 -c:v mpeg4", "film.mp4" },
    { "-vf select='not(mod(n\\,3))+not(mod(n\\,7))' -fps_mode vfr -c:v libx264", "vary.mp4" },
    { "-t 0.4 -c:v ffv1 -pix_fmt yuv420p10le", "deep.mkv" },
    { "-t 0.4 -c:v ffv1 -pix_fmt yuv422p", "wide.mkv" },
    { "-t 0.4 -c:v ffv1 -pix_fmt yuv444p10le", "full.mkv" },
    { "-t 0.4 -r 10", "moving.gif" },
  };
  MynaVideoWriterOptions options = defaults;

  options.lossless = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *from = make_clip (f, cases[i].options, cases[i].name);
      g_autofree char *mp4 = file_in (f, "out.mp4");
      g_autofree char *mkv = file_in (f, "out.mkv");
      GError *error = NULL;

      copy (from, mp4, &options, NULL, -1, &error);
      g_assert_no_error (error);
      check_same_frames (from, mp4, 0);
      copy (from, mkv, &options, NULL, -1, &error);
      g_assert_no_error (error);
      check_same_frames (from, mkv, 0.001);
    }
}

/* A frame that grew by a column and a row to have even numbers. */
static void
test_odd_size (Fixture *f, gconstpointer data)
{
  g_autofree char *from = file_in (f, "odd.mkv");
  g_autofree char *to = file_in (f, "odd.mp4");
  g_autoptr (MynaVideoReader) before = NULL, after = NULL;
  g_autoptr (MynaVideoFrame) in = NULL, out = NULL;
  MynaVideoWriterOptions options = defaults;
  GError *error = NULL;

  options.lossless = TRUE;
  ffmpeg (f, "-f lavfi -i testsrc=size=321x241:rate=25:duration=0.1 -pix_fmt yuv420p -c:v ffv1 "
             "odd.mkv");
  copy (from, to, &options, NULL, -1, &error);
  g_assert_no_error (error);
  before = myna_video_reader_open (from, NULL);
  after = myna_video_reader_open (to, NULL);
  in = myna_video_reader_next (before, NULL);
  out = myna_video_reader_next (after, NULL);
  g_assert_cmpint (myna_video_frame_get_width (out), ==, 322);
  g_assert_cmpint (myna_video_frame_get_height (out), ==, 242);
  for (int y = 0; y < 242; y++)
    for (int x = 0; x < 322; x++)
      g_assert_cmpuint (out->av->data[0][y * out->av->linesize[0] + x], ==,
                        in->av->data[0][MIN (y, 240) * in->av->linesize[0] + MIN (x, 320)]);
}

static void
test_tags (Fixture *f, gconstpointer data)
{
  g_autofree char *from = make_clip (f,
                                     "-t 0.2 -vf setsar=4/3 -c:v libx264 -pix_fmt yuv420p10le "
                                     "-x264-params "
                                     "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:"
                                     "cll=1000,400:mastering-display=G(13250,34500)B(7500,3000)"
                                     "R(34000,16000)WP(15635,16450)L(10000000,1)",
                                     "hdr.mkv");
  static const char *const names[] = { "out.mp4", "out.mkv", "out.mov" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *to = file_in (f, names[i]);
      g_autoptr (MynaVideoInfo) info = NULL;
      g_autofree char *bytes = NULL;
      gsize size = 0;
      GError *error = NULL;

      copy (from, to, NULL, NULL, -1, &error);
      g_assert_no_error (error);
      info = myna_video_probe (to, NULL);
      g_assert_cmpint (info->depth, ==, 10);
      g_assert_cmpint (info->matrix, ==, AVCOL_SPC_BT2020_NCL);
      g_assert_cmpint (info->primaries, ==, AVCOL_PRI_BT2020);
      g_assert_cmpint (info->transfer, ==, AVCOL_TRC_SMPTE2084);
      g_assert_true (info->has_light);
      g_assert_cmpuint (info->light.MaxFALL, ==, 400);
      g_assert_true (info->has_mastering);
      g_assert_cmpfloat_with_epsilon (av_q2d (info->mastering.max_luminance), 1000, 0.01);
      g_assert_cmpint (info->sample_aspect.num, ==, 4);
      g_assert_cmpint (info->sample_aspect.den, ==, 3);
      /* The mark is there. */
      g_assert_true (g_file_get_contents (to, &bytes, &size, NULL));
      g_assert_nonnull (memmem (bytes, size, "AI-generated", 12));
    }
}

/* The time of the first sound above a threshold, and the length. */
static double
find_pulse (const char *path, double from, double *duration)
{
  g_autoptr (MynaAudioReader) reader = myna_audio_reader_open (path, -1, 48000, 1, NULL);
  double found = -1;
  gint64 n = 0;
  float block[4800];
  gssize got;

  g_assert_nonnull (reader);
  while ((got = myna_audio_reader_read (reader, block, G_N_ELEMENTS (block), NULL)) > 0)
    for (gssize i = 0; i < got; i++, n++)
      if (found < 0 && (double) n / 48000 >= from && fabsf (block[i]) > 0.2f)
        found = (double) n / 48000;
  *duration = (double) n / 48000;
  return found;
}

/* The sound is exactly as long as the picture, and starts with it. */
static void
test_sound (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "out.mp4", "out.mkv", "out.webm", "out.mov" };
  g_autofree char *from = make_clip (f, "-c:v libx264 -preset ultrafast", "silent.mp4");
  g_autofree char *shorter = file_in (f, "short.wav");
  g_autofree char *longer = file_in (f, "long.wav");
  MynaVideoWriterOptions options = defaults;
  double duration = 0;

  ffmpeg (f,
          "-f lavfi -i aevalsrc='if(between(t\\,0.5\\,0.51)\\,0.8*sin(6000*t)\\,0)':d=0.9:s=44100 "
          "short.wav");
  ffmpeg (f, "-f lavfi -i aevalsrc='if(between(t\\,1.5\\,1.51)\\,0.8*sin(6000*t)\\,0)':d=5 "
             "long.wav");
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *to = file_in (f, names[i]);
      g_autoptr (GArray) frames = NULL;
      GError *error = NULL;

      options.audio = shorter;
      copy (from, to, &options, NULL, -1, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat_with_epsilon (find_pulse (to, 0, &duration), 0.5, 0.005);
      g_assert_cmpfloat_with_epsilon (duration, 2, 0.0011);
      options.audio = longer;
      options.audio_start = 0.25;
      copy (from, to, &options, NULL, -1, &error);
      options.audio_start = 0;
      g_assert_no_error (error);
      g_assert_cmpfloat_with_epsilon (find_pulse (to, 0, &duration), 1.25, 0.005);
      g_assert_cmpfloat_with_epsilon (duration, 2, 0.0011);
      frames = read_frames (to);
      g_assert_cmpuint (frames->len, ==, 50);
    }
}

/* After the speech the original's sound goes on at its own time. */
static void
test_tail (Fixture *f, gconstpointer data)
{
  g_autofree char *from = make_clip (f, "-c:v libx264 -preset ultrafast", "silent.mp4");
  g_autofree char *to = file_in (f, "out.mp4");
  g_autofree char *speech = file_in (f, "speech.wav");
  g_autofree char *original = file_in (f, "original.wav");
  MynaVideoWriterOptions options = defaults;
  GError *error = NULL;
  double duration = 0;

  ffmpeg (f, "-f lavfi -i aevalsrc='if(between(t\\,0.3\\,0.31)\\,0.8*sin(6000*t)\\,0)':d=0.7 "
             "speech.wav");
  ffmpeg (f, "-f lavfi -i aevalsrc='if(between(t\\,0.5\\,0.51)+between(t\\,1.4\\,1.41)\\,"
             "0.8*sin(6000*t)\\,0)':d=3 original.wav");
  options.audio = speech;
  options.tail = original;
  copy (from, to, &options, NULL, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (find_pulse (to, 0, &duration), 0.3, 0.005);
  g_assert_cmpfloat_with_epsilon (find_pulse (to, 0.4, &duration), 1.4, 0.005);
  g_assert_cmpfloat_with_epsilon (duration, 2, 0.001);
}

static void
check_same_bytes (const char *a, const char *b)
{
  g_autoptr (GMappedFile) left = g_mapped_file_new (a, FALSE, NULL);
  g_autoptr (GMappedFile) right = g_mapped_file_new (b, FALSE, NULL);

  g_assert_cmpmem (g_mapped_file_get_contents (left), g_mapped_file_get_length (left),
                   g_mapped_file_get_contents (right), g_mapped_file_get_length (right));
}

/* Left at any frame, and what was written last damaged, the rest gives the same file. */
static void
test_resume (Fixture *f, gconstpointer data)
{
  static const int stops[] = { 30, 210, 399 };
  g_autofree char *from = file_in (f, "long.mkv");
  g_autofree char *whole = file_in (f, "whole.mp4");
  g_autofree char *parts = file_in (f, "parts.mp4");
  g_autofree char *folder = file_in (f, "segments");
  g_autofree char *log = g_build_filename (folder, "video.packets", NULL);
  MynaVideoWriterOptions options = defaults;
  GError *error = NULL;

  options.key = "a";
  ffmpeg (f, "-f lavfi -i testsrc2=size=96x64:rate=25:duration=17 -c:v mpeg4 -g 50 -q:v 3 "
             "-force_key_frames 7.3 long.mkv");
  copy (from, whole, &options, NULL, -1, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (stops); i++)
    {
      g_autofree char *bytes = NULL;
      gsize size = 0;

      g_assert_false (copy (from, parts, &options, folder, stops[i], &error));
      g_assert_no_error (error);
      g_assert_false (g_file_test (parts, G_FILE_TEST_EXISTS));
      g_assert_true (g_file_get_contents (log, &bytes, &size, NULL));
      bytes[size - 3] ^= 1;
      g_assert_true (g_file_set_contents (log, bytes, (gssize) size - 1, NULL));
    }
  copy (from, parts, &options, folder, -1, &error);
  g_assert_no_error (error);
  check_same_bytes (whole, parts);
  g_assert_false (g_file_test (log, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* Segments of something else are not used. */
static void
test_other_key (Fixture *f, gconstpointer data)
{
  g_autofree char *from = make_clip (f, "-c:v mpeg4", "short.mp4");
  g_autofree char *to = file_in (f, "out.mp4");
  g_autofree char *folder = file_in (f, "segments");
  g_autofree char *log = g_build_filename (folder, "video.packets", NULL);
  g_autoptr (MynaVideoReader) reader = myna_video_reader_open (from, NULL);
  MynaVideoInfo info = *myna_video_reader_get_info (reader);
  MynaVideoWriterOptions options = defaults;

  /* Segments of a video of 2 frames a second are short enough for this test. */
  info.fps = 2;
  for (int pass = 0; pass < 3; pass++)
    {
      g_autoptr (MynaVideoWriter) writer = NULL;

      options.key = pass < 2 ? "a" : "b";
      writer = myna_video_writer_open (to, &info, &options, folder, NULL);
      g_assert_cmpint (myna_video_writer_get_n_finished (writer), ==, pass == 1 ? 24 : 0);
      for (int i = 0; pass == 0 && i < 30; i++)
        {
          g_autoptr (MynaVideoFrame) frame = myna_video_reader_next (reader, NULL);

          g_assert_true (myna_video_writer_write (writer, frame, NULL));
        }
    }
  g_assert_cmpint (g_unlink (log), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* Each encoder of this FFmpeg that needs no graphics card. */
static void
test_encoders (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *encoder, *name;
  } cases[] = {
    { "libx264", "out.mp4" },     { "libopenh264", "out.mp4" }, { "mpeg4", "out.mp4" },
    { "libvpx-vp9", "out.webm" }, { "libvpx", "out.webm" },
  };
  g_autofree char *from = make_clip (
      f, "-vf select='not(mod(n\\,3))+not(mod(n\\,7))' -fps_mode vfr -c:v ffv1", "vary.mkv");
  g_autoptr (GArray) wanted = read_frames (from);
  guint n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *to = file_in (f, cases[i].name);
      MynaVideoWriterOptions options = defaults;
      g_autoptr (GArray) frames = NULL;
      GError *error = NULL;

      options.encoder = cases[i].encoder;
      copy (from, to, &options, NULL, -1, &error);
      if (g_error_matches (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED))
        {
          g_test_message ("FFmpeg has no %s", cases[i].encoder);
          g_clear_error (&error);
          continue;
        }
      g_assert_no_error (error);
      frames = read_frames (to);
      g_assert_cmpuint (frames->len, ==, wanted->len);
      for (guint k = 0; k < frames->len; k++)
        g_assert_cmpfloat_with_epsilon (seen_at (frames, k)->time, seen_at (wanted, k)->time,
                                        0.0006);
      n++;
    }
  g_assert_cmpuint (n, >, 0);
}

/* Asking for a graphics card where there is none still gives a video. */
static void
test_no_hardware (Fixture *f, gconstpointer data)
{
  g_autofree char *from = make_clip (f, "-t 0.2 -c:v ffv1 -pix_fmt yuv420p", "plain.mkv");
  g_autofree char *to = file_in (f, "out.mp4");
  MynaVideoWriterOptions options = defaults;
  GError *error = NULL;

  options.coder = MYNA_VIDEO_CODER_HARDWARE;
  g_assert_true (copy (from, to, &options, NULL, -1, &error));
  g_assert_no_error (error);
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  g_autofree char *from = make_clip (f, "-t 0.2 -c:v mpeg4", "plain.mp4");
  g_autofree char *unknown = file_in (f, "out.xyz");
  g_autofree char *nowhere = file_in (f, "nowhere/out.mp4");
  g_autofree char *to = file_in (f, "out.mp4");
  MynaVideoWriterOptions options = defaults;
  GError *error = NULL;

  g_assert_false (copy (from, unknown, NULL, NULL, -1, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_false (copy (from, nowhere, NULL, NULL, -1, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND);
  g_clear_error (&error);
  options.audio = unknown;
  g_assert_false (copy (from, to, &options, NULL, -1, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpuint (count_files (f), ==, 1);
}

static void
test_empty_and_cancelled (Fixture *f, gconstpointer data)
{
  g_autofree char *from = make_clip (f, "-t 0.2 -c:v mpeg4", "plain.mp4");
  g_autofree char *to = file_in (f, "out.mp4");
  g_autoptr (MynaVideoReader) reader = myna_video_reader_open (from, NULL);
  g_autoptr (MynaVideoFrame) frame = myna_video_reader_next (reader, NULL);
  g_autoptr (MynaVideoWriter) writer =
      myna_video_writer_open (to, myna_video_reader_get_info (reader), NULL, NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GError *error = NULL;

  g_assert_false (myna_video_writer_finish (writer, NULL, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY);
  g_clear_error (&error);
  g_assert_true (myna_video_writer_write (writer, frame, NULL));
  g_cancellable_cancel (cancellable);
  g_assert_false (myna_video_writer_finish (writer, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (count_files (f), ==, 1);
}

/* A limit on the size of files stands for the full disk. */
static void
test_full (Fixture *f, gconstpointer data)
{
  g_autofree char *from = make_clip (f, "-c:v ffv1 -pix_fmt yuv420p", "plain.mkv");
  g_autofree char *to = file_in (f, "out.mp4");
  MynaVideoWriterOptions options = defaults;
  struct rlimit old, small;
  GError *error = NULL;
  void (*handler) (int) = signal (SIGXFSZ, SIG_IGN);

  options.lossless = TRUE;
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small = (struct rlimit) { .rlim_cur = 50000, .rlim_max = old.rlim_max };
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  g_assert_false (copy (from, to, &options, NULL, -1, &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  signal (SIGXFSZ, handler);
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NO_SPACE);
  g_clear_error (&error);
  g_assert_cmpuint (count_files (f), ==, 1);
}

/* A pixel of a known colour through each matrix and range. */
static void
test_colours (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *matrix, *range;
  } cases[] = {
    { "bt709", "tv" },   { "bt709", "pc" },    { "smpte170m", "tv" },
    { "bt470bg", "pc" }, { "bt2020nc", "tv" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *arguments = g_strdup_printf (
          "-f lavfi -i color=0xC86432:size=64x48:duration=0.04 -vf "
          "scale=out_color_matrix=%s:out_range=%s,format=yuv444p,setparams=colorspace=%s:range=%s "
          "-c:v ffv1 colour.mkv",
          strcmp (cases[i].matrix, "bt2020nc") == 0 ? "bt2020" : cases[i].matrix, cases[i].range,
          cases[i].matrix, cases[i].range);
      g_autofree char *path = file_in (f, "colour.mkv");
      g_autoptr (MynaVideoReader) reader = NULL;
      g_autoptr (MynaVideoFrame) frame = NULL;
      MynaRect outside = { -10, -10, 20, 20 };
      guint8 rgb[3 * 20 * 20];

      ffmpeg (f, arguments);
      reader = myna_video_reader_open (path, NULL);
      frame = myna_video_reader_next (reader, NULL);
      for (int pass = 0; pass < 2; pass++)
        {
          g_assert_true (
              myna_video_frame_to_rgb (frame, pass == 0 ? NULL : &outside, 20, 20, rgb, NULL));
          for (int k = 0; k < 20 * 20; k++)
            {
              g_assert_cmpint (ABS (rgb[3 * k] - 0xC8), <=, 2);
              g_assert_cmpint (ABS (rgb[3 * k + 1] - 0x64), <=, 2);
              g_assert_cmpint (ABS (rgb[3 * k + 2] - 0x32), <=, 2);
            }
        }
    }
}

/* A part is exactly where it is asked for, whatever the chroma's grid. */
static void
test_parts (Fixture *f, gconstpointer data)
{
  g_autofree char *path = make_clip (f, "-frames:v 1 -c:v ffv1 -pix_fmt yuv420p", "part.mkv");
  g_autoptr (MynaVideoReader) reader = myna_video_reader_open (path, NULL);
  g_autoptr (MynaVideoFrame) frame = myna_video_reader_next (reader, NULL);
  g_autofree guint8 *all = g_malloc (160 * 120 * 3);
  g_autofree guint8 *part = g_malloc (31 * 17 * 3);

  g_assert_true (
      myna_video_frame_to_rgb (frame, &(MynaRect) { 0, 0, 160, 120 }, 160, 120, all, NULL));
  for (int x = 40; x < 44; x++)
    for (int y = 21; y < 24; y++)
      {
        g_assert_true (
            myna_video_frame_to_rgb (frame, &(MynaRect) { x, y, 31, 17 }, 31, 17, part, NULL));
        for (int row = 0; row < 17; row++)
          for (int k = 0; k < 31 * 3; k++)
            g_assert_cmpint (ABS (part[row * 31 * 3 + k] - all[((y + row) * 160 + x) * 3 + k]), <=,
                             1);
      }
}

/* HDR comes out as a picture: black is black, diffuse white is bright, order is kept. */
static void
test_tone (Fixture *f, gconstpointer data)
{
  static const char *const transfers[] = { "smpte2084", "arib-std-b67" };

  for (gsize i = 0; i < G_N_ELEMENTS (transfers); i++)
    {
      g_autofree char *arguments = g_strdup_printf (
          "-f lavfi -i gradients=size=256x16:c0=black:c1=white:x0=0:y0=0:x1=255:y1=0:speed=0:"
          "duration=0.04:type=linear -vf format=yuv444p10le,setparams=color_primaries=bt2020:"
          "color_trc=%s:colorspace=bt2020nc:range=tv -c:v ffv1 tone.mkv",
          transfers[i]);
      g_autofree char *path = file_in (f, "tone.mkv");
      g_autoptr (MynaVideoReader) reader = NULL;
      g_autoptr (MynaVideoFrame) frame = NULL;
      g_autofree guint8 *rgb = g_malloc (256 * 16 * 3);

      ffmpeg (f, arguments);
      reader = myna_video_reader_open (path, NULL);
      frame = myna_video_reader_next (reader, NULL);
      g_assert_cmpint (frame->av->color_trc, ==,
                       i == 0 ? AVCOL_TRC_SMPTE2084 : AVCOL_TRC_ARIB_STD_B67);
      g_assert_true (myna_video_frame_to_rgb (frame, NULL, 256, 16, rgb, NULL));
      g_assert_cmpint (rgb[0], <=, 4);
      g_assert_cmpint (rgb[3 * 255], >=, 250);
      /* 58 % of PQ is 203 nits, 75 % of HLG is 203 nits (BT.2408): bright, with room above. */
      g_assert_cmpint (rgb[3 * (i == 0 ? 148 : 191)], >, 200);
      g_assert_cmpint (rgb[3 * (i == 0 ? 148 : 191)], <, 245);
      for (int x = 1; x < 256; x++)
        {
          g_assert_cmpint (rgb[3 * x], >=, rgb[3 * (x - 1)] - 2);
          /* Grey stays grey. */
          g_assert_cmpint (ABS (rgb[3 * x] - rgb[3 * x + 2]), <=, 3);
        }
    }
}

#define ADD(name) g_test_add ("/video-writer/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (exact);
  ADD (odd_size);
  ADD (tags);
  ADD (sound);
  ADD (tail);
  ADD (resume);
  ADD (other_key);
  ADD (encoders);
  ADD (no_hardware);
  ADD (refused);
  ADD (empty_and_cancelled);
  ADD (full);
  ADD (colours);
  ADD (parts);
  ADD (tone);
  return g_test_run ();
}
