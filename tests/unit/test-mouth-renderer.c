/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-error.h"
#include "engine/lipsync/render/myna-mouth-footage.h"
#include "engine/lipsync/render/myna-mouth-patch-private.h"
#include "engine/lipsync/render/myna-mouth-renderer.h"
#include "engine/lipsync/render/myna-patch-store.h"
#include "engine/lipsync/render/myna-still.h"
#include "tests/support/lipsync-metrics.h"
#include "tests/support/talking-head.h"

#include <glib/gstdio.h>
#include <libavutil/pixfmt.h>
#include <math.h>

/*
 * Renders a drawn person whose mouth is known exactly, and measures with the metrics and gates of
 * spec lipsync-metrics. The person says one thing, the mouth is made to say another.
 */

#define WIDTH 200
#define HEIGHT 216
#define RATE 25.0
#define N_FRAMES 48

static MynaVideoFrame *
draw (int format, guint32 seed, gint64 index, MynaFace *face)
{
  TalkingHeadPose pose;

  talking_head_get_pose (seed, (double) index / RATE, WIDTH, HEIGHT, &pose);
  return talking_head_draw (WIDTH, HEIGHT, format, &pose, index, RATE, face);
}

static MynaVideoFrame *
draw_opening (int format, double opening, gint64 index, MynaFace *face)
{
  TalkingHeadPose pose = { .x = WIDTH / 2.0,
                           .y = 0.4 * HEIGHT,
                           .unit = 64,
                           .opening = opening,
                           .width = TALKING_HEAD_REST_WIDTH,
                           .light = 1 };

  return talking_head_draw (WIDTH, HEIGHT, format, &pose, index, RATE, face);
}

static void
render (MynaMouthRenderer *renderer, MynaVideoFrame *frame, const MynaMouthRequest *request)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (myna_mouth_renderer_render (renderer, frame, request, &error));
  g_assert_no_error (error);
}

static MynaMouthPatch *
cut (const MynaVideoFrame *frame, const MynaFace *face)
{
  g_autoptr (GError) error = NULL;
  MynaMouthPatch *patch = myna_mouth_patch_new (frame, face, &error);

  g_assert_no_error (error);
  return patch;
}

/* A whole performance: what was wanted, and what is seen. */
typedef struct
{
  MynaVideoFrame *before[N_FRAMES], *after[N_FRAMES];
  MynaFace face[N_FRAMES];
  MynaMouthPatch *patch[N_FRAMES];
  float wanted[N_FRAMES], seen[N_FRAMES], own[N_FRAMES];
  double seam, sharpness, colour_lips, colour_skin;
  double flicker, own_flicker;
  gint64 outside;
} Performance;

/* The frame of the same person whose mouth is most like what is wanted, as the selection does. */
static int
find_source (const Performance *p, double opening, double width)
{
  double best = G_MAXDOUBLE;
  int found = 0;

  for (int i = 0; i < N_FRAMES; i++)
    {
      double cost = fabs ((double) p->own[i] - opening) +
                    0.5 * fabs ((double) myna_face_get_mouth_width (&p->face[i]) - width);

      if (cost < best)
        {
          best = cost;
          found = i;
        }
    }
  return found;
}

static void
measure_frame (Performance *p, MynaMouthRenderer *renderer, int i, int source)
{
  double lips[2][3], skin[2][3];
  MynaRect rect;
  const float *mask = myna_mouth_renderer_get_mask (renderer, &rect);

  p->outside += lipsync_metric_outside (p->before[i], p->after[i], mask, &rect);
  if (mask != NULL)
    p->seam += lipsync_metric_seam (p->before[i], p->after[i], mask, &rect) / N_FRAMES;
  else
    p->seam += 1.0 / N_FRAMES;
  p->seen[i] = (float) talking_head_measure (p->after[i], &p->face[i]);
  p->sharpness += lipsync_metric_sharpness (p->after[i], &p->face[source]) /
                  lipsync_metric_sharpness (p->before[source], &p->face[source]) / N_FRAMES;
  lipsync_metric_colour (p->before[source], &p->face[source], lips[0], skin[0]);
  lipsync_metric_colour (p->after[i], &p->face[i], lips[1], skin[1]);
  p->colour_skin += lipsync_metric_colour_distance (skin[0], skin[1]) / N_FRAMES;
}

static void
perform (Performance *p, MynaMouthRenderer *renderer)
{
  for (int i = 0; i < N_FRAMES; i++)
    {
      p->before[i] = draw (AV_PIX_FMT_YUV444P, 3, i, &p->face[i]);
      p->patch[i] = cut (p->before[i], &p->face[i]);
      p->own[i] = myna_face_get_opening (&p->face[i]);
    }
  for (int i = 0; i < N_FRAMES; i++)
    {
      MynaMouthRequest request = MYNA_MOUTH_REQUEST_INIT;
      TalkingHeadPose pose;
      int source;

      talking_head_get_pose (8, i / RATE, WIDTH, HEIGHT, &pose);
      source = find_source (p, pose.opening, pose.width);
      p->wanted[i] = request.opening = (float) pose.opening;
      request.width = (float) pose.width;
      request.face = &p->face[i];
      request.source = p->patch[source];
      p->after[i] = myna_video_frame_copy (p->before[i]);
      render (renderer, p->after[i], &request);
      measure_frame (p, renderer, i, source);
    }
}

static void
measure_silence (Performance *p, gboolean *silent)
{
  int n = 0;

  for (int i = 0; i < N_FRAMES; i++)
    silent[i] = talking_head_is_silent (8, i / RATE);
  for (int i = 1; i < N_FRAMES; i++)
    if (silent[i] && silent[i - 1])
      {
        p->flicker +=
            lipsync_metric_flicker (p->after[i - 1], &p->face[i - 1], p->after[i], &p->face[i]);
        n++;
      }
  for (int i = 1; i < N_FRAMES; i++)
    if (talking_head_is_silent (3, i / RATE) && talking_head_is_silent (3, (i - 1) / RATE))
      {
        p->own_flicker +=
            lipsync_metric_flicker (p->before[i - 1], &p->face[i - 1], p->before[i], &p->face[i]);
        n--;
      }
  g_assert_cmpint (n, ==, 0); /* the pauses lie at the same times */
  g_assert_cmpfloat (p->own_flicker, >, 0);
}

static void
test_gates (void)
{
  g_autoptr (MynaMouthRenderer) renderer = myna_mouth_renderer_new ();
  g_autofree Performance *p = g_new0 (Performance, 1);
  g_autoptr (GArray) closures = talking_head_get_closures (8, N_FRAMES / RATE);
  gboolean silent[N_FRAMES];
  double times[N_FRAMES], limit, jitter;
  TrajectoryMetric trajectory;

  perform (p, renderer);
  measure_silence (p, silent);
  for (int i = 0; i < N_FRAMES; i++)
    times[i] = i / RATE;
  trajectory = lipsync_metric_trajectory (p->wanted, p->seen, N_FRAMES);
  limit = 0.25 * lipsync_metric_percentile (p->own, N_FRAMES, 0.9);
  jitter = lipsync_metric_jitter (p->seen, N_FRAMES) / lipsync_metric_jitter (p->wanted, N_FRAMES);
  g_test_message (
      "r %.3f mae %.4f seam %.3f sharpness %.3f jitter %.2f flicker %.2f of %.2f skin %.2f",
      trajectory.r, trajectory.mae, p->seam, p->sharpness, jitter, p->flicker, p->own_flicker,
      p->colour_skin);
  g_assert_cmpfloat (trajectory.r, >=, 0.95);
  g_assert_cmpfloat (trajectory.mae, <=, 0.01);
  g_assert_cmpint (lipsync_metric_offset (p->wanted, p->seen, N_FRAMES, 5), ==, 0);
  g_assert_cmpfloat (lipsync_metric_closures (p->seen, times, N_FRAMES,
                                              (double *) (void *) closures->data, closures->len,
                                              limit),
                     >=, 0.9);
  g_assert_cmpfloat (lipsync_metric_silence (p->seen, silent, N_FRAMES, limit), >=, 0.95);
  g_assert_cmpint (p->outside, ==, 0);
  g_assert_cmpfloat (p->seam, <=, 1.1);
  g_assert_cmpfloat_with_epsilon (p->sharpness, 1, 0.2);
  g_assert_cmpfloat_with_epsilon (jitter, 1, 0.3);
  g_assert_cmpfloat (p->flicker, <=, 1.5 * p->own_flicker);
  g_assert_cmpfloat (p->colour_skin, <, 3);
  for (int i = 0; i < N_FRAMES; i++)
    {
      myna_video_frame_free (p->before[i]);
      myna_video_frame_free (p->after[i]);
      myna_mouth_patch_unref (p->patch[i]);
    }
}

/* Every sample outside the mask stays, in every format; inside something changes. */
static void
test_outside (void)
{
  static const int formats[] = { AV_PIX_FMT_YUV420P,   AV_PIX_FMT_YUV422P,   AV_PIX_FMT_YUV444P,
                                 AV_PIX_FMT_YUV420P10, AV_PIX_FMT_YUV422P10, AV_PIX_FMT_YUV420P16,
                                 AV_PIX_FMT_GRAY8 };
  g_autoptr (MynaMouthRenderer) renderer = myna_mouth_renderer_new ();

  for (gsize k = 0; k < G_N_ELEMENTS (formats); k++)
    {
      MynaMouthRequest request = MYNA_MOUTH_REQUEST_INIT;
      MynaFace face, other;
      g_autoptr (MynaVideoFrame) before = draw_opening (formats[k], 0.01, 0, &face);
      g_autoptr (MynaVideoFrame) source = draw_opening (formats[k], 0.13, 1, &other);
      g_autoptr (MynaVideoFrame) after = myna_video_frame_copy (before);
      g_autoptr (MynaMouthPatch) patch = cut (source, &other);
      const float *mask;
      MynaRect rect = { 0 };

      request.face = &face;
      request.source = patch;
      request.opening = 0.13f;
      render (renderer, after, &request);
      mask = myna_mouth_renderer_get_mask (renderer, &rect);
      g_assert_nonnull (mask);
      g_assert_cmpint (lipsync_metric_outside (before, after, mask, &rect), ==, 0);
      g_assert_cmpint (lipsync_metric_outside (before, after, NULL, &rect), >, 500);
    }
}

/* Odd sizes, and a face that leaves the picture. */
static void
test_edges (void)
{
  g_autoptr (MynaMouthRenderer) renderer = myna_mouth_renderer_new ();
  static const double places[][2] = { { 0.2, 0.4 }, { 0.9, 0.6 }, { 0.5, 0.95 }, { 0.02, 0.02 } };

  for (gsize k = 0; k < G_N_ELEMENTS (places); k++)
    {
      MynaMouthRequest request = MYNA_MOUTH_REQUEST_INIT;
      TalkingHeadPose pose = { .x = places[k][0] * 151,
                               .y = places[k][1] * 133,
                               .unit = 50,
                               .roll = 0.5,
                               .opening = 0.02,
                               .width = 0.5,
                               .light = 1 };
      MynaFace face;
      g_autoptr (MynaVideoFrame) before =
          talking_head_draw (151, 133, AV_PIX_FMT_YUV420P, &pose, 0, RATE, &face);
      g_autoptr (MynaVideoFrame) after = myna_video_frame_copy (before);
      g_autoptr (MynaMouthPatch) patch = myna_mouth_patch_new (before, &face, NULL);
      const float *mask;
      MynaRect rect = { 0 };

      if (patch == NULL) /* the mouth is out of the picture */
        continue;
      request.face = &face;
      request.source = patch;
      request.opening = 0.1f;
      render (renderer, after, &request);
      mask = myna_mouth_renderer_get_mask (renderer, &rect);
      g_assert_cmpint (lipsync_metric_outside (before, after, mask, &rect), ==, 0);
    }
}

/* Nothing to change, no strength, a turned head: the frame is not even copied. */
static void
test_untouched (void)
{
  g_autoptr (MynaMouthRenderer) renderer = myna_mouth_renderer_new ();
  MynaMouthRequest request = MYNA_MOUTH_REQUEST_INIT;
  MynaFace face, turned;
  MynaRect rect;
  g_autoptr (MynaVideoFrame) frame = draw_opening (AV_PIX_FMT_YUV420P, 0.05, 4, &face);
  g_autoptr (MynaVideoFrame) copy = myna_video_frame_copy (frame);
  g_autoptr (MynaMouthPatch) patch = cut (frame, &face);
  const guint8 *data = frame->av->data[0];

  request.face = &face;
  request.source = patch;
  request.opening = myna_face_get_opening (&face);
  request.width = myna_face_get_mouth_width (&face);
  render (renderer, frame, &request);
  g_assert_null (myna_mouth_renderer_get_mask (renderer, &rect));
  request.opening = 0.12f;
  request.strength = 0;
  render (renderer, frame, &request);
  turned = face;
  turned.yaw = 0.9f;
  request.face = &turned;
  request.strength = 1;
  render (renderer, frame, &request);
  g_assert_null (myna_mouth_renderer_get_mask (renderer, &rect));
  g_assert_true (frame->av->data[0] == data);
  g_assert_cmpint (lipsync_metric_outside (copy, frame, NULL, &rect), ==, 0);
  turned.yaw = 0.2f;
  render (renderer, frame, &request);
  g_assert_nonnull (myna_mouth_renderer_get_mask (renderer, &rect));
}

/* A closed mouth without footage opens, and what appears is dark or teeth, not lip. */
static void
test_basic (void)
{
  g_autoptr (MynaMouthRenderer) renderer = myna_mouth_renderer_new ();
  MynaMouthRequest request = MYNA_MOUTH_REQUEST_INIT;
  float wanted[] = { 0.0f, 0.03f, 0.06f, 0.09f, 0.12f, 0.2f }, last = -1;
  MynaFace face;
  g_autoptr (MynaVideoFrame) before = draw_opening (AV_PIX_FMT_YUV444P, 0.01, 0, &face);

  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_autoptr (MynaVideoFrame) after = myna_video_frame_copy (before);
      float seen;

      request.face = &face;
      request.opening = wanted[i];
      render (renderer, after, &request);
      seen = (float) talking_head_measure (after, &face);
      g_test_message ("wanted %.3f seen %.3f", (double) wanted[i], (double) seen);
      /* A tongue is red too, and comes into view from 0.07 on. */
      g_assert_cmpfloat (seen, >=, last - 0.02f);
      g_assert_cmpfloat (fabsf (seen - MIN (wanted[i], 0.12f)), <=, 0.03);
      last = seen;
    }
}

/* A photo of a smile closes its mouth: no teeth are left between the lips. */
static void
test_press (void)
{
  g_autoptr (MynaMouthRenderer) renderer = myna_mouth_renderer_new ();
  MynaMouthRequest request = MYNA_MOUTH_REQUEST_INIT;
  MynaFace face;
  g_autoptr (MynaVideoFrame) before = draw_opening (AV_PIX_FMT_YUV444P, 0.12, 0, &face);
  g_autoptr (MynaVideoFrame) after = myna_video_frame_copy (before);

  request.face = &face;
  request.opening = 0.005f;
  request.closed = TRUE;
  render (renderer, after, &request);
  g_test_message ("of 0.120 is left %.3f", talking_head_measure (after, &face));
  g_assert_cmpfloat (talking_head_measure (before, &face), >, 0.1);
  g_assert_cmpfloat (talking_head_measure (after, &face), <, 0.015);
}

/* A fade ends in either mouth. */
static void
test_fade (void)
{
  g_autoptr (MynaMouthRenderer) renderer = myna_mouth_renderer_new ();
  MynaMouthRequest request = MYNA_MOUTH_REQUEST_INIT;
  MynaFace face, faces[2];
  g_autoptr (MynaVideoFrame) before = draw_opening (AV_PIX_FMT_YUV444P, 0.01, 0, &face);
  g_autoptr (MynaVideoFrame) first = draw_opening (AV_PIX_FMT_YUV444P, 0.1, 1, &faces[0]);
  g_autoptr (MynaVideoFrame) second = draw_opening (AV_PIX_FMT_YUV444P, 0.14, 2, &faces[1]);
  g_autoptr (MynaMouthPatch) source = cut (first, &faces[0]);
  g_autoptr (MynaMouthPatch) fading = cut (second, &faces[1]);

  for (int i = 0; i <= 4; i++)
    {
      g_autoptr (MynaVideoFrame) after = myna_video_frame_copy (before);

      request.face = &face;
      request.opening = 0.11f;
      request.source = source;
      request.fading = fading;
      request.fade = (float) i / 4;
      render (renderer, after, &request);
      g_assert_cmpfloat (fabs (talking_head_measure (after, &face) - 0.11), <=, 0.02);
    }
}

/* The same request gives the same frame, whatever was rendered before. */
static void
test_order (void)
{
  g_autoptr (MynaMouthRenderer) a = myna_mouth_renderer_new ();
  g_autoptr (MynaMouthRenderer) b = myna_mouth_renderer_new ();
  MynaMouthRequest request = MYNA_MOUTH_REQUEST_INIT;
  MynaRect rect = { 0 };
  MynaFace face;
  g_autoptr (MynaVideoFrame) before = draw (AV_PIX_FMT_YUV420P, 3, 5, &face);
  g_autoptr (MynaVideoFrame) one = myna_video_frame_copy (before);
  g_autoptr (MynaVideoFrame) other = myna_video_frame_copy (before);
  g_autoptr (MynaVideoFrame) waste = myna_video_frame_copy (before);

  request.face = &face;
  request.opening = 0.02f;
  render (b, waste, &request);
  request.opening = 0.1f;
  render (a, one, &request);
  render (b, other, &request);
  g_assert_cmpint (lipsync_metric_outside (one, other, NULL, &rect), ==, 0);
}

static void
test_store (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("myna-patches-XXXXXX", NULL);
  g_autoptr (MynaPatchStore) store = NULL;
  g_autoptr (MynaMouthPatch) missing = NULL;
  MynaFace face;
  g_autoptr (MynaVideoFrame) frame = draw_opening (AV_PIX_FMT_YUV420P, 0.05, 0, &face);
  gsize size = 0;

  store = myna_patch_store_new (folder, 1, &error); /* room for one at most */
  g_assert_no_error (error);
  for (int i = 0; i < 6; i++)
    {
      g_autoptr (MynaMouthPatch) patch = NULL;

      frame->index = i;
      face.confidence = (float) i / 8;
      patch = cut (frame, &face);
      size = myna_mouth_patch_get_size (patch);
      g_assert_true (myna_patch_store_add (store, patch, &error));
      g_assert_true (myna_patch_store_add (store, patch, &error)); /* again is no harm */
    }
  for (int i = 5; i >= 0; i--)
    {
      g_autoptr (MynaMouthPatch) patch = myna_patch_store_get (store, i, &error);

      g_assert_no_error (error);
      g_assert_cmpint (myna_mouth_patch_get_frame (patch), ==, i);
      g_assert_cmpfloat (myna_mouth_patch_get_face (patch)->confidence, ==, (float) i / 8);
      g_assert_cmpuint (myna_mouth_patch_get_size (patch), ==, size);
    }
  g_assert_false (myna_patch_store_has (store, 6));
  missing = myna_patch_store_get (store, 6, &error);
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND);
  g_assert_cmpint (g_rmdir (folder), ==, 0); /* nothing lies in it */
}

static MynaFace
shifted (const MynaFace *face, float by)
{
  MynaFace moved = *face;

  for (int i = 0; i < MYNA_FACE_N_POINTS; i++)
    moved.points[i].x += by;
  return moved;
}

/* What was kept with a margin gives the very patch that is cut from the frame, for a face that the
 * smoothing moves a little, at the edge of the picture too; none for one that it does not hold. */
static void
test_footage (void)
{
  static const double places[][2] = { { 100, 90 }, { 60, 80 }, { 190, 150 }, { 100, 190 } };
  g_autofree char *folder = g_dir_make_tmp ("myna-footage-XXXXXX", NULL);
  g_autoptr (MynaMouthFootage) footage = myna_mouth_footage_new (folder, NULL);
  MynaVideoFrame *frames[G_N_ELEMENTS (places)];
  MynaFace faces[G_N_ELEMENTS (places)];

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      TalkingHeadPose pose = { .x = places[i][0],
                               .y = places[i][1],
                               .unit = 64,
                               .roll = 0.2,
                               .opening = 0.05,
                               .width = TALKING_HEAD_REST_WIDTH,
                               .light = 1 };

      frames[i] = talking_head_draw (WIDTH, HEIGHT, i < 2 ? AV_PIX_FMT_YUV420P : AV_PIX_FMT_YUV444P,
                                     &pose, 3 * i, RATE, &faces[i]);
      myna_mouth_footage_add (footage, frames[i], &faces[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      MynaFace smoothed = shifted (&faces[i], 1.3f), elsewhere = shifted (&faces[i], 40);
      g_autoptr (MynaMouthPatch) wanted = cut (frames[i], &smoothed);
      g_autoptr (MynaMouthPatch) patch = NULL;

      g_assert_true (myna_mouth_footage_has (footage, 3 * i, &smoothed));
      g_assert_false (myna_mouth_footage_has (footage, 3 * i, &elsewhere));
      g_assert_false (myna_mouth_footage_has (footage, 3 * i + 1, &smoothed));
      patch = myna_mouth_footage_get (footage, 3 * i, &smoothed, NULL);
      g_assert_nonnull (patch);
      g_assert_cmpint (patch->header.frame, ==, 3 * i);
      g_assert_cmpmem (&patch->header.rect, sizeof (MynaRect), &wanted->header.rect,
                       sizeof (MynaRect));
      g_assert_cmpmem (&patch->header.face, sizeof (MynaFace), &smoothed, sizeof (MynaFace));
      g_assert_cmpmem (patch->samples, patch->header.size, wanted->samples, wanted->header.size);
      myna_video_frame_free (frames[i]);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0); /* nothing lies in it */
}

/* A photo moves a little, blinks, and is the same for the same seed. */
static void
test_still (void)
{
  g_autoptr (GError) error = NULL;
  MynaFace face, moved;
  MynaRect rect = { 0 };
  g_autoptr (MynaVideoFrame) photo = draw_opening (AV_PIX_FMT_YUV420P, 0.01, 0, &face);
  g_autoptr (MynaStill) still = myna_still_new (photo, &face, 5, 1, &error);
  g_autoptr (MynaStill) same = myna_still_new (photo, &face, 5, 1, &error);
  double open = G_MAXDOUBLE, closed = 0, farthest = 0;

  g_assert_no_error (error);
  for (int i = 0; i < 60; i++)
    {
      g_autoptr (MynaVideoFrame) frame = myna_still_get_frame (still, i * 0.1, &moved, &error);
      double bright = 0;

      g_assert_no_error (error);
      farthest = MAX (farthest, hypot ((double) (moved.points[1].x - face.points[1].x),
                                       (double) (moved.points[1].y - face.points[1].y)));
      g_assert_cmpint (frame->av->data[0][3], ==, photo->av->data[0][3]);
      for (int y = -1; y <= 1; y++) /* the pupil is dark, the lid is not */
        for (int x = -1; x <= 1; x++)
          bright += frame->av->data[0][(int) (0.4 * HEIGHT + y) * frame->av->linesize[0] +
                                       (int) (WIDTH / 2.0 - 0.32 * 64 + x)] /
                    9.0;
      open = MIN (open, bright);
      closed = MAX (closed, bright);
      if (i == 17)
        {
          g_autoptr (MynaVideoFrame) again = myna_still_get_frame (same, i * 0.1, &moved, &error);

          g_assert_cmpint (lipsync_metric_outside (frame, again, NULL, &rect), ==, 0);
        }
    }
  g_test_message ("moves %.2f px, eye %.0f to %.0f", farthest, open, closed);
  g_assert_cmpfloat (farthest, >, 0.3);
  g_assert_cmpfloat (farthest, <, 3);
  g_assert_cmpfloat (open, <, 0.6 * closed);
}

/* Points out of reason, formats that are none: no crash, and a word about it. */
static void
test_bad (void)
{
  g_autoptr (MynaMouthRenderer) renderer = myna_mouth_renderer_new ();
  g_autoptr (GError) error = NULL;
  MynaMouthRequest request = MYNA_MOUTH_REQUEST_INIT;
  MynaFace face, bad;
  MynaRect rect;
  g_autoptr (MynaVideoFrame) frame = draw_opening (AV_PIX_FMT_YUV420P, 0.05, 0, &face);
  g_autoptr (MynaMouthPatch) patch = cut (frame, &face);

  bad = face;
  bad.points[13].x = NAN;
  g_assert_null (myna_mouth_patch_new (frame, &bad, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  request.face = &bad;
  request.source = patch;
  request.opening = 0.1f;
  render (renderer, frame, &request);
  g_assert_null (myna_mouth_renderer_get_mask (renderer, &rect));
  for (int i = 0; i < MYNA_FACE_N_POINTS; i++)
    bad.points[i] = (MynaFacePoint) { 50, 50, 0 };
  render (renderer, frame, &request);
  g_assert_null (myna_mouth_renderer_get_mask (renderer, &rect));
  frame->av->format = AV_PIX_FMT_NV12;
  g_assert_null (myna_mouth_patch_new (frame, &face, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
  frame->av->format = AV_PIX_FMT_YUV420P;
}

/* Each metric sees the fault it is for. */
static void
test_metrics (void)
{
  float wave[100], late[100], rough[100];
  double times[100], closures[] = { 0.5, 1.5, 2.5 };
  MynaFace face;
  MynaRect rect = { 40, 40, 64, 64 };
  g_autofree float *mask = g_new0 (float, 64 * 64);
  g_autoptr (MynaVideoFrame) before = draw_opening (AV_PIX_FMT_YUV420P, 0.05, 0, &face);
  g_autoptr (MynaVideoFrame) after = myna_video_frame_copy (before);

  for (int i = 0; i < 100; i++)
    {
      wave[i] = 0.1f + 0.1f * cosf (0.5f * (float) i + 0.02f * (float) (i * i) / 10);
      late[i] = i >= 2 ? wave[i - 2] : 0.1f;
      rough[i] = wave[i] + (i % 2 == 0 ? 0.05f : -0.05f);
      times[i] = i / RATE;
    }
  g_assert_cmpfloat (lipsync_metric_trajectory (wave, wave, 100).r, >, 0.999);
  g_assert_cmpfloat (lipsync_metric_trajectory (wave, rough, 100).mae, >, 0.04);
  g_assert_cmpint (lipsync_metric_offset (wave, late, 100, 5), ==, 2);
  g_assert_cmpfloat (lipsync_metric_jitter (rough, 100), >,
                     1.3 * lipsync_metric_jitter (wave, 100));
  for (int i = 0; i < 100; i++)
    rough[i] = fabs (times[i] - 0.5) < 0.03 || fabs (times[i] - 2.5) < 0.03 ? 0 : 0.1f;
  g_assert_cmpfloat_with_epsilon (lipsync_metric_closures (rough, times, 100, closures, 3, 0.02),
                                  2.0 / 3, 1e-6);
  for (int i = 0; i < 64 * 64; i++)
    mask[i] = i % 64 > 8 && i % 64 < 56 && i / 64 > 8 && i / 64 < 56 ? 1 : 0;
  g_assert_true (myna_video_frame_make_writable (after, NULL));
  for (int y = 50; y < 94; y++)
    for (int x = 50; x < 94; x++)
      after->av->data[0][y * after->av->linesize[0] + x] = 20;
  g_assert_cmpint (lipsync_metric_outside (before, after, mask, &rect), ==, 0);
  g_assert_cmpfloat (lipsync_metric_psnr (before, after, mask, &rect), ==, 99);
  for (int y = 49; y < 96; y++)
    after->av->data[0][y * after->av->linesize[0] + 49] = 20;
  g_assert_cmpfloat (lipsync_metric_seam (before, after, mask, &rect), >, 1.1);
  after->av->data[0][0] ^= 4;
  g_assert_cmpint (lipsync_metric_outside (before, after, mask, &rect), ==, 1);
  g_assert_cmpfloat (lipsync_metric_psnr (before, after, mask, &rect), <, 99);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mouth-renderer/gates", test_gates);
  g_test_add_func ("/mouth-renderer/outside", test_outside);
  g_test_add_func ("/mouth-renderer/edges", test_edges);
  g_test_add_func ("/mouth-renderer/untouched", test_untouched);
  g_test_add_func ("/mouth-renderer/basic", test_basic);
  g_test_add_func ("/mouth-renderer/press", test_press);
  g_test_add_func ("/mouth-renderer/fade", test_fade);
  g_test_add_func ("/mouth-renderer/order", test_order);
  g_test_add_func ("/mouth-renderer/store", test_store);
  g_test_add_func ("/mouth-renderer/footage", test_footage);
  g_test_add_func ("/mouth-renderer/still", test_still);
  g_test_add_func ("/mouth-renderer/bad", test_bad);
  g_test_add_func ("/mouth-renderer/metrics", test_metrics);
  return g_test_run ();
}
