/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Draws what the face tracker found: a contact sheet of frames with the mesh on them, and the first
 * track's measures as CSV on stdout. To be looked at.
 * face-draw VIDEO OUT.png COUNT even|closed|open|whole|thumbnails [CACHE-FOLDER] */

#include <gio/gio.h>
#include <libavcodec/avcodec.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/lipsync/face/myna-face-mesh.h"
#include "engine/lipsync/face/myna-face-tracks.h"
#include "engine/video/myna-video-reader.h"

#define CELL 400
#define COLUMNS 4

typedef struct
{
  int width, height;
  guint8 *rgb;
} Sheet;

static void
put (Sheet *sheet, double x, double y, int size, guint32 colour)
{
  for (int i = 0; i < size * size; i++)
    {
      int at_x = (int) floor (x) + i % size, at_y = (int) floor (y) + i / size;

      if (at_x < 0 || at_y < 0 || at_x >= sheet->width || at_y >= sheet->height)
        continue;
      for (int j = 0; j < 3; j++)
        sheet->rgb[(at_y * sheet->width + at_x) * 3 + j] = (guint8) (colour >> (16 - 8 * j));
    }
}

static gboolean
save (const Sheet *sheet, const char *path)
{
  const AVCodec *codec = avcodec_find_encoder (AV_CODEC_ID_PNG);
  AVCodecContext *cx = avcodec_alloc_context3 (codec);
  AVFrame *frame = av_frame_alloc ();
  AVPacket *packet = av_packet_alloc ();
  gboolean done = FALSE;

  cx->width = frame->width = sheet->width;
  cx->height = frame->height = sheet->height;
  cx->pix_fmt = AV_PIX_FMT_RGB24;
  frame->format = AV_PIX_FMT_RGB24;
  cx->time_base = (AVRational) { 1, 1 };
  if (avcodec_open2 (cx, codec, NULL) == 0 && av_frame_get_buffer (frame, 0) == 0)
    {
      for (int y = 0; y < sheet->height; y++)
        memcpy (frame->data[0] + y * frame->linesize[0], sheet->rgb + y * sheet->width * 3,
                (size_t) sheet->width * 3);
      avcodec_send_frame (cx, frame);
      avcodec_send_frame (cx, NULL);
      done = avcodec_receive_packet (cx, packet) == 0 &&
             g_file_set_contents (path, (const char *) packet->data, packet->size, NULL);
    }
  av_packet_free (&packet);
  av_frame_free (&frame);
  avcodec_free_context (&cx);
  return done;
}

typedef struct
{
  gint64 frame;
  float opening;
} Entry;

static int
compare_openings (gconstpointer a, gconstpointer b)
{
  float x = ((const Entry *) a)->opening, y = ((const Entry *) b)->opening;

  return x < y ? -1 : x > y;
}

/* Which frames to show. */
static GArray *
choose (MynaFaceTracks *tracks, int count, const char *mode)
{
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  gint64 n = myna_face_tracks_get_n_frames (tracks);
  MynaFace face;

  for (gint64 i = 0; i < n; i++)
    {
      Entry entry = { i, 0 };

      if (myna_face_tracks_get_n_tracks (tracks) > 0 &&
          myna_face_tracks_get_face (tracks, 0, i, &face))
        entry.opening = myna_face_get_opening (&face);
      else if (strcmp (mode, "whole") != 0)
        continue;
      g_array_append_val (entries, entry);
    }
  if (strcmp (mode, "closed") == 0 || strcmp (mode, "open") == 0)
    {
      g_array_sort (entries, compare_openings);
      if (strcmp (mode, "open") == 0 && entries->len > (guint) count)
        g_array_remove_range (entries, 0, entries->len - (guint) count);
    }
  else
    for (int i = 0; i < count && entries->len > 0; i++)
      {
        guint from = (guint) ((guint64) i * entries->len / (guint64) count);

        g_array_index (entries, Entry, i) = g_array_index (entries, Entry, from);
      }
  g_array_set_size (entries, MIN (entries->len, (guint) count));
  return entries;
}

static void
draw_frame (
    Sheet *sheet, int cell, MynaFaceTracks *tracks, const MynaVideoFrame *frame, gboolean whole)
{
  int left = cell % COLUMNS * CELL, top = cell / COLUMNS * CELL, n_lips;
  const int *lips = myna_face_get_lips (&n_lips);
  int width = myna_video_frame_get_width (frame), height = myna_video_frame_get_height (frame);
  MynaRect rect = { 0, 0, MAX (width, height), MAX (width, height) };
  g_autofree guint8 *rgb = g_malloc (CELL * CELL * 3);
  MynaFace face;

  if (!whole && myna_face_tracks_get_face (tracks, 0, frame->index, &face))
    {
      double side = (double) myna_face_get_eye_distance (&face) * 1.5;

      rect.x = (int) ((double) face.points[13].x - side / 2);
      rect.y = (int) ((double) face.points[13].y - side / 2);
      rect.width = rect.height = (int) side;
    }
  if (!myna_video_frame_to_rgb (frame, &rect, CELL, CELL, rgb, NULL))
    return;
  for (int y = 0; y < CELL; y++)
    memcpy (sheet->rgb + ((top + y) * sheet->width + left) * 3, rgb + y * CELL * 3, CELL * 3);
  for (guint t = 0; t < myna_face_tracks_get_n_tracks (tracks); t++)
    {
      double scale = (double) CELL / rect.width;

      if (!myna_face_tracks_get_face (tracks, t, frame->index, &face))
        continue;
      for (int i = 0; i < MYNA_FACE_N_POINTS; i++)
        {
          double x = ((double) face.points[i].x - rect.x) * scale;
          double y = ((double) face.points[i].y - rect.y) * scale;

          if (x >= 0 && y >= 0 && x < CELL && y < CELL)
            put (sheet, left + x, top + y, 1, t == 0 ? 0x00ff00 : 0xffff00);
        }
      for (int i = 0; i < n_lips; i++)
        {
          double x = ((double) face.points[lips[i]].x - rect.x) * scale;
          double y = ((double) face.points[lips[i]].y - rect.y) * scale;

          if (x >= 0 && y >= 0 && x < CELL && y < CELL)
            put (sheet, left + x - 1, top + y - 1, whole ? 1 : 2,
                 i >= 20 && i < 40 ? 0xff0000 : 0x00ffff);
        }
      if (t == 0)
        for (int i = 0; i < (int) (myna_face_get_opening (&face) * 1000); i++)
          put (sheet, left + i, top + CELL - 4, 3, 0xff00ff);
    }
}

static void
print_measures (MynaFaceTracks *tracks)
{
  MynaFace face;

  printf ("frame,time,opening,width,yaw,pitch,roll,confidence,eyes,cut\n");
  for (gint64 i = 0; i < myna_face_tracks_get_n_frames (tracks); i++)
    if (myna_face_tracks_get_n_tracks (tracks) > 0 &&
        myna_face_tracks_get_face (tracks, 0, i, &face))
      printf ("%d,%.4f,%.4f,%.4f,%.4f,%.4f,%.4f,%.3f,%.2f,%d\n", (int) i,
              myna_face_tracks_get_time (tracks, i), (double) myna_face_get_opening (&face),
              (double) myna_face_get_mouth_width (&face), (double) face.yaw, (double) face.pitch,
              (double) face.roll, (double) face.confidence,
              (double) myna_face_get_eye_distance (&face), myna_face_tracks_is_cut (tracks, i));
}

static void
draw_thumbnails (Sheet *sheet, MynaFaceTracks *tracks)
{
  for (guint t = 0; t < MIN (myna_face_tracks_get_n_tracks (tracks), 16); t++)
    {
      int side, left = (int) t % COLUMNS * CELL, top = (int) t / COLUMNS * CELL;
      const guint8 *rgb = myna_face_tracks_get_thumbnail (tracks, t, &side);

      for (int i = 0; i < side * side; i++)
        put (sheet, left + i % side, top + i / side, 1,
             (guint32) rgb[3 * i] << 16 | (guint32) rgb[3 * i + 1] << 8 | rgb[3 * i + 2]);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaFaceTracks) tracks = NULL;
  g_autoptr (MynaVideoReader) reader = NULL;
  g_autoptr (GArray) chosen = NULL;
  gint64 start = g_get_monotonic_time ();
  MynaVideoFrame *frame;
  Sheet sheet;

  if (argc < 5)
    return fprintf (stderr, "face-draw VIDEO OUT.png COUNT even|closed|open|whole|thumbnails "
                            "[CACHE]\n"),
           2;
  tracks = myna_face_tracks_new (argv[1], argc > 5 ? argv[5] : NULL, NULL, NULL, NULL, &error);
  if (tracks == NULL)
    return fprintf (stderr, "%s\n", error->message), 1;
  fprintf (stderr, "%d frames, %.2f ms each, %u tracks\n",
           (int) myna_face_tracks_get_n_frames (tracks),
           (double) (g_get_monotonic_time () - start) / 1e3 /
               (double) MAX (myna_face_tracks_get_n_frames (tracks), 1),
           myna_face_tracks_get_n_tracks (tracks));
  for (guint i = 0; i < myna_face_tracks_get_n_tracks (tracks); i++)
    {
      const MynaFaceTrack *t = myna_face_tracks_get_track (tracks, i);

      fprintf (stderr,
               "track %u: %d to %d, in %d, confidence %.2f, size %.1f, centrality %.2f, "
               "yaw %.2f, seen best in %d\n",
               i, (int) t->first, (int) t->last, (int) t->n_present, (double) t->confidence,
               (double) t->size, (double) t->centrality, (double) t->max_yaw,
               (int) t->thumbnail_frame);
    }
  print_measures (tracks);
  chosen = choose (tracks, atoi (argv[3]), argv[4]);
  sheet.width = COLUMNS * CELL;
  sheet.height = MAX (((int) chosen->len + COLUMNS - 1) / COLUMNS, 1) * CELL;
  sheet.rgb = g_malloc0 ((gsize) sheet.width * (gsize) sheet.height * 3);
  reader = myna_video_reader_open (argv[1], &error);
  while (reader != NULL && (frame = myna_video_reader_next (reader, &error)) != NULL)
    {
      for (guint i = 0; i < chosen->len; i++)
        if (g_array_index (chosen, Entry, i).frame == frame->index &&
            strcmp (argv[4], "thumbnails") != 0)
          draw_frame (&sheet, (int) i, tracks, frame, strcmp (argv[4], "whole") == 0);
      myna_video_frame_free (frame);
    }
  if (strcmp (argv[4], "thumbnails") == 0)
    draw_thumbnails (&sheet, tracks);
  if (!save (&sheet, argv[2]))
    return fprintf (stderr, "%s cannot be written\n", argv[2]), 1;
  g_free (sheet.rgb);
  return 0;
}
