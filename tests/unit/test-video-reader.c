/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "video-fixtures.h"

#include "engine/audio/myna-audio-probe.h"
#include "engine/video/myna-video-looper.h"

/* Frames at i / rate, the last one as long as the others. */
static void
check_rate (const char *path, guint n, double rate, double tick)
{
  g_autoptr (GArray) list = read_frames (path);
  g_autoptr (MynaVideoInfo) info = myna_video_probe (path, NULL);

  g_assert_nonnull (info);
  g_assert_false (info->is_variable);
  g_assert_cmpfloat_with_epsilon (info->fps, rate, rate * 1e-4);
  g_assert_cmpint (ABS (info->n_frames - n), <=, 1);
  g_assert_cmpuint (list->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpfloat_with_epsilon (seen_at (list, i)->time, i / rate, tick + 1e-9);
      g_assert_cmpfloat_with_epsilon (seen_at (list, i)->duration, 1 / rate, tick + 1e-9);
    }
}

static void
test_rates (Fixture *f, gconstpointer data)
{
  g_autofree char *plain = make_clip (f, "-c:v libx264 -preset ultrafast -bf 3", "plain.mp4");
  g_autofree char *film = file_in (f, "film.mp4");
  g_autofree char *fast = file_in (f, "fast.mkv");

  ffmpeg (f, "-f lavfi -i testsrc2=size=160x120:rate=30000/1001:duration=1 -c:v mpeg4 film.mp4");
  ffmpeg (f, "-f lavfi -i testsrc2=size=160x120:rate=60000/1001:duration=1 -c:v ffv1 fast.mkv");
  check_rate (plain, 50, 25, 0);
  check_rate (film, 30, 30000 / 1001.0, 0);
  /* Matroska counts milliseconds. */
  check_rate (fast, 60, 60000 / 1001.0, 0.001);
}

static void
test_variable (Fixture *f, gconstpointer data)
{
  static const int kept[] = { 0, 3, 6, 7, 9, 12, 14, 15, 18, 21 };
  g_autofree char *path = make_clip (
      f, "-vf select='not(mod(n\\,3))+not(mod(n\\,7))' -fps_mode vfr -c:v libx264", "vfr.mp4");
  g_autoptr (GArray) list = read_frames (path);
  g_autoptr (MynaVideoInfo) info = myna_video_probe (path, NULL);

  g_assert_true (info->is_variable);
  g_assert_cmpuint (list->len, ==, 22);
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      g_assert_cmpfloat_with_epsilon (seen_at (list, i)->time, kept[i] / 25.0, 1e-9);
      if (i > 0)
        g_assert_cmpfloat_with_epsilon (seen_at (list, i - 1)->duration,
                                        (kept[i] - kept[i - 1]) / 25.0, 1e-9);
    }
}

/* Bytes of the n-th picture of a file of raw 4:2:0 pictures. */
static guint
raw_checksum (const guint8 *raw, gsize bytes, guint n)
{
  return av_adler32_update (1, raw + n * bytes, bytes);
}

static void
test_turned (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *how;
    int rotation;
    gboolean mirrored;
  } cases[] = {
    { "-display_rotation 90", 270, FALSE },
    { "-display_rotation 180", 180, FALSE },
    { "-display_rotation 270", 90, FALSE },
    { "-display_hflip", 0, TRUE },
    { "-display_rotation 90 -display_vflip", 90, TRUE },
  };
  g_autofree char *plain = make_clip (f, "-c:v mpeg4 -t 0.2", "plain.mp4");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *turn = g_strdup_printf ("%s -i plain.mp4 -c copy turned.mp4", cases[i].how);
      g_autofree char *path = file_in (f, "turned.mp4");
      g_autofree char *raw_path = file_in (f, "turned.yuv");
      g_autofree char *raw = NULL;
      g_autoptr (MynaVideoInfo) info = NULL;
      g_autoptr (GArray) list = NULL;
      gsize size = 0;

      ffmpeg (f, turn);
      ffmpeg (f, "-i turned.mp4 -f rawvideo turned.yuv");
      info = myna_video_probe (path, NULL);
      g_assert_cmpint (info->width, ==, (cases[i].rotation % 180) == 0 ? 160 : 120);
      g_assert_cmpint (info->height, ==, (cases[i].rotation % 180) == 0 ? 120 : 160);
      g_assert_cmpint (info->mirrored, ==, cases[i].mirrored);
      if (!cases[i].mirrored)
        g_assert_cmpint (info->rotation, ==, cases[i].rotation);
      list = read_frames (path);
      g_assert_true (g_file_get_contents (raw_path, &raw, &size, NULL));
      g_assert_cmpuint (size, ==, list->len * (160 * 120 * 3 / 2));
      for (guint k = 0; k < list->len; k++)
        g_assert_cmpuint (seen_at (list, k)->sum, ==,
                          raw_checksum ((const guint8 *) raw, 160 * 120 * 3 / 2, k));
    }
}

static void
test_deep (Fixture *f, gconstpointer data)
{
  g_autofree char *path = make_clip (
      f,
      "-t 0.2 -vf setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc -c:v "
      "libx264 -pix_fmt yuv420p10le -x264-params "
      "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:cll=1000,400",
      "hdr.mkv");
  g_autoptr (MynaVideoInfo) info = myna_video_probe (path, NULL);

  g_assert_cmpint (info->depth, ==, 10);
  g_assert_cmpint (info->format, ==, AV_PIX_FMT_YUV420P10);
  g_assert_cmpint (info->matrix, ==, AVCOL_SPC_BT2020_NCL);
  g_assert_cmpint (info->primaries, ==, AVCOL_PRI_BT2020);
  g_assert_cmpint (info->transfer, ==, AVCOL_TRC_SMPTE2084);
  g_assert_true (info->is_hdr);
  g_assert_false (info->is_converted);
  g_assert_true (info->has_light);
  g_assert_cmpuint (info->light.MaxCLL, ==, 1000);
}

/* The samples of a format that is not planar are found again in the planar one. */
static void
test_formats (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *stored;
    enum AVPixelFormat given;
    gboolean converted;
  } cases[] = {
    { "nv12", AV_PIX_FMT_YUV420P, FALSE },    { "yuyv422", AV_PIX_FMT_YUV422P, FALSE },
    { "gray", AV_PIX_FMT_GRAY8, FALSE },      { "bgr24", AV_PIX_FMT_YUV420P, TRUE },
    { "yuv444p", AV_PIX_FMT_YUV444P, FALSE }, { "yuv422p10le", AV_PIX_FMT_YUV422P10, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *given = av_get_pix_fmt_name (cases[i].given);
      g_autofree char *options =
          g_strdup_printf ("-t 0.08 -pix_fmt %s -c:v rawvideo", cases[i].stored);
      g_autofree char *unpack =
          g_strdup_printf ("-i format.nut -pix_fmt %s -f rawvideo format.yuv", given);
      g_autofree char *path = make_clip (f, options, "format.nut");
      g_autofree char *raw_path = file_in (f, "format.yuv");
      g_autofree char *raw = NULL;
      g_autoptr (GArray) list = read_frames (path);
      g_autoptr (MynaVideoInfo) info = myna_video_probe (path, NULL);
      gsize size = 0;

      g_assert_cmpstr (info->stored_format, ==, cases[i].stored);
      g_assert_cmpint (info->format, ==, cases[i].given);
      g_assert_cmpint (info->is_converted, ==, cases[i].converted);
      /* Grey that is not tagged is of full range, as FFmpeg made it. */
      g_assert_cmpint (info->range == AVCOL_RANGE_JPEG, ==, strcmp (cases[i].stored, "gray") == 0);
      g_assert_cmpuint (list->len, ==, 2);
      if (cases[i].converted)
        continue;
      ffmpeg (f, unpack);
      g_assert_true (g_file_get_contents (raw_path, &raw, &size, NULL));
      g_assert_cmpuint (seen_at (list, 1)->sum, ==,
                        raw_checksum ((const guint8 *) raw, size / 2, 1));
    }
}

static void
test_odd_and_short (Fixture *f, gconstpointer data)
{
  g_autofree char *odd = file_in (f, "odd.mkv");
  g_autofree char *one = make_clip (f, "-frames:v 1 -c:v libx264", "one.mp4");
  g_autoptr (MynaVideoInfo) info = NULL;
  g_autoptr (GArray) list = NULL;

  ffmpeg (f, "-f lavfi -i testsrc=size=321x241:rate=25:duration=0.2 -pix_fmt yuv420p -c:v ffv1 "
             "odd.mkv");
  info = myna_video_probe (odd, NULL);
  g_assert_cmpint (info->width, ==, 321);
  g_assert_cmpint (info->height, ==, 241);
  list = read_frames (one);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpfloat_with_epsilon (seen_at (list, 0)->duration, 0.04, 1e-9);
}

static void
test_sound_tracks (Fixture *f, gconstpointer data)
{
  g_autofree char *none = make_clip (f, "-t 0.4 -c:v mpeg4", "none.mp4");
  g_autofree char *two = make_clip (
      f, "-f lavfi -i sine=d=1 -f lavfi -i sine=f=900:d=1 -map 0 -map 1 -map 2 -t 0.4 -c:v mpeg4",
      "two.mp4");
  g_autofree char *sound = file_in (f, "sound.m4a");
  g_autoptr (MynaVideoInfo) without = myna_video_probe (none, NULL);
  g_autoptr (MynaVideoInfo) with = myna_video_probe (two, NULL);
  GError *error = NULL;

  g_assert_cmpuint (without->audio->len, ==, 0);
  g_assert_cmpuint (with->audio->len, ==, 2);
  g_assert_cmpint (((MynaAudioStream *) with->audio->pdata[1])->index, ==, 2);
  ffmpeg (f, "-f lavfi -i sine=d=1 sound.m4a");
  g_assert_null (myna_video_probe (sound, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY);
  g_clear_error (&error);
}

/* Where the picture starts later than the sound, and where an edit list starts it in the middle. */
static void
test_starts (Fixture *f, gconstpointer data)
{
  g_autofree char *whole =
      make_clip (f, "-f lavfi -i sine=d=2 -c:v libx264 -g 50 -preset ultrafast", "whole.mp4");
  g_autofree char *late = file_in (f, "late.mp4");
  g_autofree char *edit = file_in (f, "edit.mp4");
  g_autoptr (MynaVideoInfo) info = NULL;
  g_autoptr (GArray) all = read_frames (whole);
  g_autoptr (GArray) list = NULL;

  ffmpeg (f, "-itsoffset 0.4 -i whole.mp4 -i whole.mp4 -map 0:v -map 1:a -c copy late.mp4");
  info = myna_video_probe (late, NULL);
  g_assert_cmpfloat_with_epsilon (info->start, 0.4, 0.002);
  ffmpeg (f, "-ss 0.6 -i whole.mp4 -c copy edit.mp4");
  list = read_frames (edit);
  g_assert_cmpuint (list->len, ==, 35);
  g_assert_cmpfloat (seen_at (list, 0)->time, ==, 0);
  for (guint i = 0; i < list->len; i++)
    g_assert_cmpuint (seen_at (list, i)->sum, ==, seen_at (all, i + 15)->sum);
}

static void
test_interlaced (Fixture *f, gconstpointer data)
{
  g_autofree char *path = file_in (f, "fields.mpg");
  g_autofree char *false_path = file_in (f, "false.mpg");
  g_autofree char *progressive = file_in (f, "progressive.mkv");
  g_autoptr (MynaVideoInfo) info = NULL;
  g_autoptr (GArray) list = NULL, flagged = NULL, plain = NULL;

  ffmpeg (f, "-f lavfi -i testsrc2=size=160x120:rate=50:duration=0.6 -vf interlace,setfield=tff "
             "-c:v mpeg2video -flags +ilme+ildct -q:v 2 fields.mpg");
  info = myna_video_probe (path, NULL);
  g_assert_true (info->is_interlaced);
  list = read_frames (path);
  g_assert_cmpuint (list->len, ==, 15);
  g_assert_cmpfloat_with_epsilon (seen_at (list, 10)->time, 0.4, 1e-6);
  /* Called interlaced, but each picture is of one time: nothing is touched. */
  ffmpeg (f, "-f lavfi -i smptebars=size=160x120:rate=25:duration=0.2 -vf setfield=tff "
             "-c:v mpeg2video -flags +ilme+ildct false.mpg");
  ffmpeg (f, "-i false.mpg -vf setfield=prog -c:v ffv1 progressive.mkv");
  flagged = read_frames (false_path);
  plain = read_frames (progressive);
  g_assert_cmpuint (flagged->len, ==, plain->len);
  for (guint i = 0; i < plain->len; i++)
    g_assert_cmpuint (seen_at (flagged, i)->sum, ==, seen_at (plain, i)->sum);
}

/* How far neighbouring lines are apart beyond the lines around them: high in a combed picture. */
static double
measure_comb (const AVFrame *av)
{
  double sum = 0;

  for (int y = 2; y + 2 < av->height; y++)
    for (int x = 0; x < av->width; x++)
      {
        const guint8 *p = av->data[0] + (gssize) y * av->linesize[0] + x;
        gssize stride = av->linesize[0];

        sum += ABS (2 * p[0] - p[-stride] - p[stride]);
      }
  return sum / av->height / av->width;
}

static void
test_deinterlaced (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "fields.mkv", "woven.mkv", "whole.mkv" };
  double comb[3];

  /* A pattern that moves 8 pixels a field. */
  ffmpeg (f, "-f lavfi -i testsrc=size=160x120:rate=50:duration=0.4 -vf scroll=h=0.05,format=gray,"
             "boxblur=2,interlace=lowpass=off,setfield=tff -c:v ffv1 fields.mkv");
  ffmpeg (f, "-i fields.mkv -vf setfield=prog -c:v ffv1 woven.mkv");
  ffmpeg (f, "-f lavfi -i testsrc=size=160x120:rate=50:duration=0.4 -vf scroll=h=0.05,format=gray,"
             "boxblur=2,select='not(mod(n\\,2))',setfield=prog -c:v ffv1 whole.mkv");
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = file_in (f, names[i]);
      g_autoptr (MynaVideoReader) reader = myna_video_reader_open (path, NULL);

      for (int k = 0; k < 4; k++)
        {
          g_autoptr (MynaVideoFrame) frame = myna_video_reader_next (reader, NULL);

          comb[i] = measure_comb (frame->av);
        }
    }
  g_test_message ("comb: ours %.2f, woven %.2f, true %.2f", comb[0], comb[1], comb[2]);
  g_assert_cmpfloat (comb[1], >, 20 * comb[2]);
  g_assert_cmpfloat (comb[0], <, comb[1] / 20);
}

static void
test_images (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "still.png", "still.jpg" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = make_clip (f, "-frames:v 1", names[i]);
      g_autoptr (MynaVideoInfo) info = myna_video_probe (path, NULL);
      g_autoptr (GArray) list = read_frames (path);

      g_assert_true (info->is_image);
      g_assert_cmpint (info->width, ==, 160);
      g_assert_cmpint (info->is_converted, ==, i == 0);
      g_assert_cmpuint (list->len, ==, 1);
      g_assert_cmpfloat_with_epsilon (seen_at (list, 0)->duration, 0.04, 1e-9);
    }
}

static void
test_animation (Fixture *f, gconstpointer data)
{
  g_autofree char *path = make_clip (f, "-r 10 -t 1", "moving.gif");
  g_autoptr (MynaVideoInfo) info = myna_video_probe (path, NULL);
  g_autoptr (GArray) list = read_frames (path);

  g_assert_false (info->is_image);
  g_assert_true (info->is_converted);
  g_assert_cmpuint (list->len, ==, 10);
  g_assert_cmpfloat_with_epsilon (seen_at (list, 9)->time, 0.9, 1e-9);
}

/* Keeps the first part of a file. */
static void
truncate_file (const char *path, double part)
{
  g_autofree char *bytes = NULL;
  gsize size = 0;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) ((double) size * part), NULL));
}

static void
test_truncated (Fixture *f, gconstpointer data)
{
  g_autofree char *open = make_clip (f, "-c:v libx264 -g 10 -preset ultrafast", "cut.mkv");
  g_autofree char *shut = make_clip (f, "-c:v libx264 -preset ultrafast", "cut.mp4");
  g_autoptr (GArray) list = NULL;
  GError *error = NULL;

  truncate_file (open, 0.5);
  list = read_frames (open);
  g_assert_cmpuint (list->len, >, 5);
  g_assert_cmpuint (list->len, <, 45);
  /* What says where the pictures are was at the end. */
  truncate_file (shut, 0.5);
  g_assert_null (myna_video_reader_open (shut, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT);
  g_clear_error (&error);
}

/* Bytes in the middle are wrong: everything else is there, and it is said. */
static void
test_damaged (Fixture *f, gconstpointer data)
{
  g_autofree char *path = make_clip (f, "-c:v mpeg4 -g 5 -q:v 5", "hole.mkv");
  g_autofree char *bytes = NULL;
  g_autoptr (MynaVideoReader) reader = NULL;
  gsize size = 0;
  guint n = 0;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize i = 0; i < 400; i++)
    bytes[size / 2 + i * 7] ^= 0x5a;
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  reader = myna_video_reader_open (path, NULL);
  g_assert_nonnull (reader);
  for (;;)
    {
      GError *error = NULL;
      g_autoptr (MynaVideoFrame) frame = myna_video_reader_next (reader, &error);

      g_assert_no_error (error);
      if (frame == NULL)
        break;
      n++;
    }
  g_assert_cmpuint (n, >, 30);
  g_assert_cmpuint (myna_video_reader_get_n_damaged (reader), >, 0);
}

static void
check_refused (const char *path, int code)
{
  GError *error = NULL;

  g_assert_null (myna_video_probe (path, &error));
  g_assert_error (error, MYNA_ERROR, code);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_clear_error (&error);
  g_assert_null (myna_video_reader_open (path, &error));
  g_assert_error (error, MYNA_ERROR, code);
  g_clear_error (&error);
}

static void
test_not_a_video (Fixture *f, gconstpointer data)
{
  g_autofree char *missing = file_in (f, "missing.mp4");
  g_autofree char *empty = file_in (f, "empty.mp4");
  g_autofree char *text = file_in (f, "text.mp4");
  g_autofree char *noise = file_in (f, "noise.mp4");
  guint8 bytes[5000];

  for (gsize i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8) g_random_int_range (0, 256);
  g_assert_true (g_file_set_contents (empty, "", 0, NULL));
  g_assert_true (g_file_set_contents (text, "Not a video at all.\n", -1, NULL));
  g_assert_true (g_file_set_contents (noise, (const char *) bytes, sizeof bytes, NULL));
  check_refused (missing, MYNA_ERROR_NOT_FOUND);
  check_refused (empty, MYNA_ERROR_EMPTY);
  check_refused (text, MYNA_ERROR_UNSUPPORTED);
  check_refused (noise, MYNA_ERROR_UNSUPPORTED);
  check_refused (f->folder, MYNA_ERROR_UNSUPPORTED);
}

/* Any frame, in any order, is the one that reading from the start gives. */
static void
test_seek (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *options, *name;
  } cases[] = {
    { "-c:v libx264 -preset ultrafast -bf 3 -g 50", "long.mp4" },
    { "-c:v libx264 -x264-params open-gop=1:keyint=12:bframes=4", "open.mkv" },
    { "-c:v libx264 -preset ultrafast -bf 2 -g 12", "stream.ts" },
    { "-c:v mpeg4 -bf 2 -g 12", "old.avi" },
    { "-c:v mpeg2video -bf 2 -g 12", "disc.mpg" },
    { "-c:v libx264 -vf setpts='N*N/100/TB' -fps_mode vfr -g 12", "vary.mp4" },
    { "-vf interlace,setfield=tff -c:v mpeg2video -flags +ilme+ildct -g 6", "fields.mkv" },
  };
  g_autoptr (GRand) random = g_rand_new_with_seed (4);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = make_clip (f, cases[i].options, cases[i].name);
      g_autoptr (GArray) list = read_frames (path);
      g_autoptr (MynaVideoReader) reader = myna_video_reader_open (path, NULL);

      g_assert_cmpuint (list->len, >=, 25);
      for (int k = 0; k < 25; k++)
        {
          guint wanted = (guint) g_rand_int_range (random, 0, (int) list->len);
          const Seen *seen = seen_at (list, wanted);
          /* Exactly there, or somewhere while it is shown. */
          double time = k % 2 == 0 ? seen->time : seen->time + seen->duration * 0.6;
          g_autoptr (MynaVideoFrame) frame = NULL;
          GError *error = NULL;

          g_assert_true (myna_video_reader_seek (reader, time, wanted, &error));
          g_assert_no_error (error);
          frame = myna_video_reader_next (reader, &error);
          g_assert_no_error (error);
          g_assert_nonnull (frame);
          g_assert_cmpint (frame->index, ==, wanted);
          g_assert_cmpfloat_with_epsilon (frame->time, seen->time, 1e-9);
          g_assert_cmpuint (checksum (frame->av), ==, seen->sum);
        }
    }
}

static double
time_of (gint64 index, gpointer user_data)
{
  return seen_at (user_data, (guint) index)->time;
}

/* Up, down and up again, further than a group of pictures, with and without room for a file. */
static void
test_to_and_fro (Fixture *f, gconstpointer data)
{
  static const int turns[] = { 0, 40, 3, 49, 0, 20 };
  g_autofree char *path = make_clip (f, "-c:v libx264 -preset ultrafast -bf 3 -g 30", "long.mp4");
  g_autofree char *nowhere = file_in (f, "nowhere");
  g_autoptr (GArray) list = read_frames (path);

  for (int pass = 0; pass < 2; pass++)
    {
      GError *error = NULL;
      g_autoptr (MynaVideoLooper) looper =
          myna_video_looper_open (path, pass == 0 ? f->folder : nowhere, time_of, list, &error);

      g_assert_no_error (error);
      for (gsize t = 1; t < G_N_ELEMENTS (turns); t++)
        for (int i = turns[t - 1]; i != turns[t]; i += turns[t] > turns[t - 1] ? 1 : -1)
          {
            g_autoptr (MynaVideoFrame) frame = myna_video_looper_get (looper, i, &error);

            g_assert_no_error (error);
            g_assert_cmpint (frame->index, ==, i);
            g_assert_cmpfloat_with_epsilon (frame->time, seen_at (list, (guint) i)->time, 1e-9);
            g_assert_cmpuint (checksum (frame->av), ==, seen_at (list, (guint) i)->sum);
          }
    }
  g_assert_cmpuint (count_files (f), ==, 1);
}

static void
test_photo_for_ever (Fixture *f, gconstpointer data)
{
  g_autofree char *path = make_clip (f, "-frames:v 1", "still.png");
  g_autoptr (MynaVideoLooper) looper = myna_video_looper_open (path, NULL, time_of, NULL, NULL);

  for (gint64 i = 0; i < 100000; i += 33333)
    {
      g_autoptr (MynaVideoFrame) frame = myna_video_looper_get (looper, i, NULL);

      g_assert_cmpint (frame->index, ==, i);
      g_assert_cmpfloat_with_epsilon (frame->time, (double) i * 0.04, 1e-6);
    }
}

static void
test_cancel (Fixture *f, gconstpointer data)
{
  g_autofree char *path = make_clip (f, "-c:v mpeg4", "long.mp4");
  g_autoptr (MynaVideoReader) reader = myna_video_reader_open (path, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (MynaVideoFrame) frame = NULL;
  GError *error = NULL;

  myna_video_reader_set_cancellable (reader, cancellable);
  frame = myna_video_reader_next (reader, &error);
  g_assert_no_error (error);
  g_cancellable_cancel (cancellable);
  g_assert_null (myna_video_reader_next (reader, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
}

/* Real recordings, where there are some: as many frames as ffmpeg counts, all times increasing. */
static void
test_real (Fixture *f, gconstpointer data)
{
  const char *media = g_getenv ("MYNA_MEDIA_DIR");
  g_autofree char *path =
      media != NULL ? g_build_filename (media, "face", "grid-bbaf2n.mpg", NULL) : NULL;
  g_autoptr (GArray) list = NULL;

  if (path == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("MYNA_MEDIA_DIR has no recordings of faces");
      return;
    }
  list = read_frames (path);
  g_assert_cmpuint (list->len, ==, 75);
  for (guint i = 0; i < list->len; i++)
    g_assert_cmpfloat_with_epsilon (seen_at (list, i)->time, i / 25.0, 1e-6);
}

#define ADD(name) g_test_add ("/video-reader/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (rates);
  ADD (variable);
  ADD (turned);
  ADD (deep);
  ADD (formats);
  ADD (odd_and_short);
  ADD (sound_tracks);
  ADD (starts);
  ADD (interlaced);
  ADD (deinterlaced);
  ADD (images);
  ADD (animation);
  ADD (truncated);
  ADD (damaged);
  ADD (not_a_video);
  ADD (seek);
  ADD (to_and_fro);
  ADD (photo_for_ever);
  ADD (cancel);
  ADD (real);
  return g_test_run ();
}
