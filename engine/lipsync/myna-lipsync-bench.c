/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/myna-lipsync-bench.h"

#include <glib/gstdio.h>
#include <libswscale/swscale.h>
#include <string.h>
#include <sys/resource.h>

#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"
#include "engine/lipsync/myna-lipsync-painter.h"
#include "engine/lipsync/myna-lipsync-private.h"
#include "engine/video/myna-video-bench.h"
#include "engine/video/myna-video-looper.h"
#include "engine/video/myna-video-reader.h"
#include "engine/video/myna-video-writer.h"

/* Frames that are decoded and encoded alone, and painted alone. */
#define MAX_FRAMES 150

static double
seconds_since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
}

/* The portrait in the middle of a grey picture. */
static MynaVideoFrame *
compose (const MynaVideoFrame *portrait, int height, GError **error)
{
  int width = height * 16 / 9 / 2 * 2;
  int side = height / 2 * 2;
  g_autofree guint8 *rgb = g_malloc ((gsize) side * (gsize) side * 3);
  const guint8 *const sources[] = { rgb };
  const int strides[] = { side * 3 };
  AVFrame *av = av_frame_alloc ();
  struct SwsContext *scaler;
  guint8 *targets[3];

  av->format = AV_PIX_FMT_YUV420P;
  av->width = width;
  av->height = height;
  av->color_range = AVCOL_RANGE_MPEG;
  if (!myna_video_frame_to_rgb (portrait, NULL, side, side, rgb, error) ||
      av_frame_get_buffer (av, 0) < 0)
    {
      av_frame_free (&av);
      return NULL;
    }
  for (int plane = 0; plane < 3; plane++)
    {
      memset (av->data[plane], 128, (gsize) av->linesize[plane] * (gsize) height / (plane ? 2 : 1));
      targets[plane] = av->data[plane] + (width - side) / 2 / (plane ? 2 : 1);
    }
  scaler = sws_getContext (side, side, AV_PIX_FMT_RGB24, side, side, AV_PIX_FMT_YUV420P,
                           SWS_BILINEAR, NULL, NULL, NULL);
  sws_scale (scaler, sources, strides, 0, side, targets, av->linesize);
  sws_freeContext (scaler);
  return myna_video_frame_new (av, 0, 0, 1.0 / MYNA_LIPSYNC_STILL_FPS);
}

static gboolean
write_still (const MynaVideoFrame *frame, const char *path, GError **error)
{
  const MynaVideoWriterOptions options = MYNA_VIDEO_WRITER_OPTIONS_INIT;
  g_autoptr (MynaVideoWriter) writer = NULL;
  MynaVideoInfo info = { 0 };

  info.width = myna_video_frame_get_width (frame);
  info.height = myna_video_frame_get_height (frame);
  info.sample_aspect = (AVRational) { 1, 1 };
  info.fps = MYNA_LIPSYNC_STILL_FPS;
  info.time_base = (AVRational) { 1, 90000 };
  info.format = AV_PIX_FMT_YUV420P;
  info.depth = 8;
  info.range = AVCOL_RANGE_MPEG;
  info.matrix = AVCOL_SPC_UNSPECIFIED;
  info.primaries = AVCOL_PRI_UNSPECIFIED;
  info.transfer = AVCOL_TRC_UNSPECIFIED;
  writer = myna_video_writer_open (path, &info, &options, NULL, error);
  return writer != NULL && myna_video_writer_write (writer, frame, error) &&
         myna_video_writer_finish (writer, NULL, error);
}

/**
 * myna_lipsync_bench_make_video:
 * @portrait: a photo of a face
 * @audio: what it says
 * @height: pixels
 * @path: the video
 * @error: return location
 *
 * A talking video where none is at hand.
 *
 * Returns: whether it was made
 */
gboolean
myna_lipsync_bench_make_video (
    const char *portrait, const char *audio, int height, const char *path, GError **error)
{
  const MynaLipsyncOptions options = MYNA_LIPSYNC_OPTIONS_INIT;
  g_autofree char *still = g_strconcat (path, ".still.mp4", NULL);
  g_autoptr (MynaVideoReader) reader = myna_video_reader_open (portrait, error);
  g_autoptr (MynaVideoFrame) photo = reader != NULL ? myna_video_reader_next (reader, error) : NULL;
  g_autoptr (MynaVideoFrame) frame = photo != NULL ? compose (photo, height, error) : NULL;
  g_autoptr (MynaLipsyncPlan) plan = NULL;

  if (frame == NULL || !write_still (frame, still, error))
    return FALSE;
  plan = myna_lipsync_plan_new (audio, NULL, NULL, still, &options, NULL, NULL, NULL, NULL, error);
  return plan != NULL &&
         myna_lipsync_plan_render (plan, 0, -1, path, NULL, NULL, NULL, NULL, error);
}

static double
get_frame_time (gint64 frame, gpointer plan)
{
  return myna_face_tracks_get_time (((MynaLipsyncPlan *) plan)->tracks, frame);
}

/* Warping and blending alone, one frame after the other. */
static gboolean
measure_painting (MynaLipsyncPlan *plan,
                  const char *folder,
                  MynaLipsyncFigures *figures,
                  GError **error)
{
  gint64 n = MIN (figures->n_frames, MAX_FRAMES);
  g_autoptr (MynaLipsyncPainter) painter =
      myna_lipsync_painter_new (plan, 0, n, folder, NULL, NULL, NULL, error);
  g_autoptr (MynaVideoLooper) looper =
      painter != NULL ? myna_video_looper_open (plan->video, folder, get_frame_time, plan, error)
                      : NULL;
  MynaMouthTimes times = { 0 };

  if (looper == NULL)
    return FALSE;
  for (gint64 i = 0; i < n; i++)
    {
      gint64 source = myna_mouth_timeline_get_source (plan->timeline, i, NULL);
      MynaVideoFrame *frame = myna_video_looper_get (looper, source, error);
      g_autoptr (MynaVideoFrame) painted =
          frame != NULL ? myna_lipsync_painter_paint (painter, frame, i, error) : NULL;

      if (painted == NULL)
        return FALSE;
    }
  myna_lipsync_painter_get_times (painter, &times);
  if (times.frames > 0)
    {
      double frames = (double) times.frames * G_USEC_PER_SEC;

      figures->warp_fps = frames / (double) MAX (times.shape + times.warp + times.interior, 1);
      figures->blend_fps = frames / (double) MAX (times.blend + times.write, 1);
    }
  return TRUE;
}

static gboolean
measure_codec (const char *video, MynaLipsyncFigures *figures, GError **error)
{
  MynaVideoBench bench = { 0 };

  if (!myna_video_bench (video, MAX_FRAMES, &bench, NULL, error))
    return FALSE;
  figures->decode_fps = bench.decode_fps;
  figures->encode_fps = bench.encode_fps;
  g_strlcpy (figures->encoder, bench.encoder, sizeof figures->encoder);
  return TRUE;
}

/* Plans and renders @video; returns the plan, whose time and that of the rendering are added. */
static MynaLipsyncPlan *
plan_and_render (const char *video,
                 const char *audio,
                 const char *folder,
                 double *planned,
                 double *rendered,
                 GError **error)
{
  MynaLipsyncOptions options = MYNA_LIPSYNC_OPTIONS_INIT;
  g_autofree char *output = g_build_filename (folder, "out.mp4", NULL);
  gint64 start = g_get_monotonic_time ();
  g_autoptr (MynaLipsyncPlan) plan = NULL;

  options.keep_mouths = TRUE;
  plan =
      myna_lipsync_plan_new (audio, NULL, NULL, video, &options, folder, NULL, NULL, NULL, error);
  *planned = seconds_since (start);
  start = g_get_monotonic_time ();
  if (plan == NULL ||
      !myna_lipsync_plan_render (plan, 0, -1, output, NULL, NULL, NULL, NULL, error))
    return NULL;
  *rendered = seconds_since (start);
  g_unlink (output);
  return g_steal_pointer (&plan);
}

static gboolean
measure (const char *video,
         const char *audio,
         const char *folder,
         MynaLipsyncFigures *figures,
         GError **error)
{
  double first_planned, planned, first_rendered, rendered;
  g_autoptr (MynaLipsyncPlan) first =
      plan_and_render (video, audio, folder, &first_planned, &first_rendered, error);
  g_autoptr (MynaLipsyncPlan) plan = NULL;
  MynaFaceTracks *tracks;
  struct rusage usage;

  if (first == NULL)
    return FALSE;
  getrusage (RUSAGE_SELF, &usage);
  figures->peak_bytes = (guint64) usage.ru_maxrss * 1024;
  plan = plan_and_render (video, audio, folder, &planned, &rendered, error);
  if (plan == NULL)
    return FALSE;
  tracks = plan->tracks;
  figures->width = myna_face_tracks_get_width (tracks);
  figures->height = myna_face_tracks_get_height (tracks);
  figures->n_frames = myna_lipsync_plan_get_n_frames (plan);
  figures->seconds = myna_lipsync_plan_get_output_duration (plan);
  figures->track_fps = (double) myna_face_tracks_get_n_frames (tracks) / (first_planned - planned);
  figures->select_fps = (double) figures->n_frames / planned;
  figures->render_fps = (double) figures->n_frames / first_rendered;
  figures->rtf_first = (first_planned + first_rendered) / figures->seconds;
  figures->rtf_again = (planned + rendered) / figures->seconds;
  return measure_painting (plan, folder, figures, error);
}

/**
 * myna_lipsync_bench_run:
 * @video: who speaks
 * @audio: what is said
 * @figures: (out caller-allocates): the figures
 * @error: return location
 *
 * Returns: whether all could be measured
 */
gboolean
myna_lipsync_bench_run (const char *video,
                        const char *audio,
                        MynaLipsyncFigures *figures,
                        GError **error)
{
  g_autofree char *folder = NULL;
  gboolean done;

  g_return_val_if_fail (video != NULL && audio != NULL && figures != NULL, FALSE);

  folder = g_dir_make_tmp ("myna-bench-XXXXXX", error);
  if (folder == NULL)
    return FALSE;
  done = measure (video, audio, folder, figures, error) && measure_codec (video, figures, error);
  myna_remove_tree (folder, NULL);
  return done;
}
