/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/myna-lipsync-painter.h"
#include "engine/video/myna-video-reader.h"
#include "tests/support/lipsync-metrics.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>

/*
 * lipsync-quality VIDEO SPEECH [OUTPUT]
 *
 * Plans VIDEO speaking SPEECH, renders it (into OUTPUT, else into a file that is thrown away),
 * tracks the face in the result, and prints the metrics of spec lipsync-metrics, one a line, with
 * their gates. Exit status 1 when a hard gate fails.
 */

static char *cache = NULL;
static gboolean keep = FALSE;

static const GOptionEntry options[] = {
  { "cache", 0, 0, G_OPTION_ARG_FILENAME, &cache, "where tracking is kept", "FOLDER" },
  { "rendered", 0, 0, G_OPTION_ARG_NONE, &keep, "OUTPUT is there already", NULL },
  { NULL }
};

/* Everything that is added up over the frames. */
typedef struct
{
  MynaLipsyncPlan *plan;
  char *output;
  gint64 n;
  float *wanted, *realised, *all; /* @all: of every output frame with a face */
  double *times;
  gboolean *silent;
  gsize n_compared, n_all;
  float *own, *own_sharpness; /* of the source's frames */
  double *own_skin;           /* × 3 */
  gint64 n_own;
  gint64 outside;
  double seam, sharpness, colour, psnr;
  gint64 n_touched, n_sharp, n_psnr, n_frames;
} Quality;

static gboolean
has_face (Quality *q, gint64 frame, MynaFace *face)
{
  return frame >= 0 && frame < q->n_own &&
         myna_face_tracks_get_face (q->plan->tracks, q->plan->track, frame, face);
}

/* What the person's own mouth is like in each frame. */
static gboolean
study_source (Quality *q, GError **error)
{
  g_autoptr (MynaVideoReader) reader = myna_video_reader_open (q->plan->video, error);
  g_autoptr (MynaVideoFrame) frame = NULL;

  q->n_own = myna_face_tracks_get_n_frames (q->plan->tracks);
  q->own = g_new0 (float, (gsize) q->n_own);
  q->own_sharpness = g_new0 (float, (gsize) q->n_own);
  q->own_skin = g_new0 (double, 3 * (gsize) q->n_own);
  if (reader == NULL)
    return FALSE;
  while ((frame = myna_video_reader_next (reader, error)) != NULL)
    {
      MynaFace face;
      double lips[3];

      if (has_face (q, frame->index, &face))
        {
          q->own[frame->index] = myna_face_get_opening (&face);
          q->own_sharpness[frame->index] = (float) lipsync_metric_sharpness (frame, &face);
          lipsync_metric_colour (frame, &face, lips, q->own_skin + 3 * frame->index);
        }
      g_clear_pointer (&frame, myna_video_frame_free);
    }
  return TRUE;
}

/* Mean sharpness of the source's frames with a like opening; 0 without any. */
static double
find_own_sharpness (const Quality *q, float opening)
{
  double sum = 0;
  int n = 0;

  for (gint64 i = 0; i < q->n_own; i++)
    if (q->own_sharpness[i] > 0 && fabsf (q->own[i] - opening) < 0.015f)
      {
        sum += (double) q->own_sharpness[i];
        n++;
      }
  return n > 0 ? sum / n : 0;
}

static void
measure_painted (Quality *q,
                 const MynaVideoFrame *before,
                 const MynaVideoFrame *after,
                 const float *mask,
                 const MynaRect *rect,
                 const MynaMouthChoice *choice)
{
  MynaFace face;
  double lips[3], skin[3];

  q->outside += lipsync_metric_outside (before, after, mask, rect);
  if (mask == NULL || !has_face (q, choice->base, &face))
    return;
  q->seam += lipsync_metric_seam (before, after, mask, rect);
  lipsync_metric_colour (after, &face, lips, skin);
  q->colour += lipsync_metric_colour_distance (q->own_skin + 3 * choice->base, skin);
  q->n_touched++;
}

/* Paints the frames once more, for the masks, and compares with those that were encoded. */
static gboolean
study_frames (Quality *q, GError **error)
{
  g_autoptr (MynaLipsyncPainter) painter = NULL;
  g_autoptr (MynaVideoReader) reader = myna_video_reader_open (q->output, error);
  g_autoptr (MynaVideoReader) source = myna_video_reader_open (q->plan->video, error);
  g_autoptr (MynaVideoFrame) encoded = NULL;
  gint64 position = -1;

  painter =
      reader == NULL || source == NULL
          ? NULL
          : myna_lipsync_painter_new (q->plan, 0, q->n, g_get_tmp_dir (), NULL, NULL, NULL, error);
  if (painter == NULL)
    return FALSE;
  for (; (encoded = myna_video_reader_next (reader, error)) != NULL; q->n_frames++)
    {
      const MynaMouthChoice *choice =
          myna_mouth_selection_get (q->plan->selection, MIN (q->n_frames, q->n - 1));
      g_autoptr (MynaVideoFrame) before = NULL;
      MynaVideoFrame *after;
      MynaRect rect = { 0 };
      const float *mask;

      if (!q->plan->is_still && q->n_frames < q->n)
        {
          if (position + 1 != choice->base &&
              !myna_video_reader_seek (source,
                                       myna_face_tracks_get_time (q->plan->tracks, choice->base),
                                       choice->base, error))
            return FALSE;
          before = myna_video_reader_next (source, error);
          position = choice->base;
        }
      if (before != NULL)
        {
          after = myna_lipsync_painter_paint (painter, myna_video_frame_copy (before), q->n_frames,
                                              error);
          if (after == NULL)
            return FALSE;
          mask = myna_lipsync_painter_get_mask (painter, &rect);
          measure_painted (q, before, after, mask, &rect, choice);
          q->psnr += lipsync_metric_psnr (before, encoded, mask, &rect);
          q->n_psnr++;
          myna_video_frame_free (after);
        }
      g_clear_pointer (&encoded, myna_video_frame_free);
    }
  return TRUE;
}

/* Tracks the result and compares it with what was wanted. */
static gboolean
study_output (Quality *q, GError **error)
{
  g_autoptr (MynaFaceTracks) tracks =
      myna_face_tracks_new (q->output, NULL, NULL, NULL, NULL, error);
  g_autoptr (MynaVideoReader) reader = myna_video_reader_open (q->output, error);
  g_autoptr (MynaVideoFrame) frame = NULL;

  if (tracks == NULL || reader == NULL)
    return FALSE;
  while ((frame = myna_video_reader_next (reader, error)) != NULL)
    {
      gint64 i = frame->index;
      MynaFace face;

      if (i < q->n && myna_face_tracks_get_n_tracks (tracks) > 0 &&
          myna_face_tracks_get_face (tracks, 0, i, &face))
        {
          const MynaMouthChoice *choice = myna_mouth_selection_get (q->plan->selection, i);
          double time, own = find_own_sharpness (q, myna_face_get_opening (&face));
          gsize k = q->n_compared;

          myna_mouth_timeline_get_source (q->plan->timeline, i, &time);
          q->all[q->n_all++] = myna_face_get_opening (&face);
          if (choice->source >= 0 && choice->strength > 0.95f)
            {
              q->wanted[k] = choice->opening;
              q->realised[k] = myna_face_get_opening (&face);
              q->times[k] = time;
              q->silent[k] = myna_mouth_track_sample (q->plan->mouth, time - 0.15).silent &&
                             myna_mouth_track_sample (q->plan->mouth, time).silent &&
                             myna_mouth_track_sample (q->plan->mouth, time + 0.15).silent;
              q->n_compared++;
              if (own > 0)
                {
                  q->sharpness += lipsync_metric_sharpness (frame, &face) / own;
                  q->n_sharp++;
                }
            }
        }
      g_clear_pointer (&frame, myna_video_frame_free);
    }
  return TRUE;
}

static gboolean
report (const char *name, double value, double least, double most, const char *unit)
{
  gboolean good = value >= least && value <= most;

  printf ("%-28s %9.4f %-4s %s\n", name, value, unit, good ? "" : "OUTSIDE ITS GATE");
  return good;
}

static gboolean
print_report (Quality *q)
{
  TrajectoryMetric t = lipsync_metric_trajectory (q->wanted, q->realised, q->n_compared);
  gsize n_closures, n_silent = 0;
  const MynaClosure *closures = myna_mouth_track_get_closures (q->plan->mouth, &n_closures);
  g_autofree double *instants = g_new0 (double, n_closures + 1);
  double open = MAX (lipsync_metric_percentile (q->own, (gsize) q->n_own, 0.9),
                     lipsync_metric_percentile (q->realised, q->n_compared, 0.9));
  double limit = 0.25 * open, own = lipsync_metric_jitter (q->own, (gsize) q->n_own);
  gboolean good = TRUE;

  for (gsize i = 0; i < n_closures; i++)
    instants[i] = closures[i].time;
  for (gsize i = 0; i < q->n_compared; i++)
    n_silent += q->silent[i] ? 1 : 0;
  printf ("# %s, %" G_GINT64_FORMAT
          " frames, %s, %zu compared, %zu closures, %zu silent, 90 %% open %.3f\n",
          q->plan->video, q->n, q->plan->renderer == MYNA_LIPSYNC_BASIC ? "basic" : "library",
          q->n_compared, n_closures, n_silent, open);
  for (gsize i = 0; i < q->n_compared; i++)
    for (gsize k = 0; k < n_closures; k++)
      if (fabs (q->times[i] - instants[k]) < 0.02)
        printf ("# closure at %.2f s: wanted %.3f, seen %.3f, at most %.3f\n", q->times[i],
                (double) q->wanted[i], (double) q->realised[i], limit);
  report ("1 trajectory r", t.r, 0.8, 1, "");
  report ("1 trajectory error", t.mae, 0, 0.02, "ed");
  report (
      "2 closures",
      lipsync_metric_closures (q->realised, q->times, q->n_compared, instants, n_closures, limit),
      0.9, 1, "");
  report ("2 closures, of the wanted",
          lipsync_metric_closures (q->wanted, q->times, q->n_compared, instants, n_closures, limit),
          0, 1, "");
  report ("2 silence closed", lipsync_metric_silence (q->realised, q->silent, q->n_compared, limit),
          0.95, 1, "");
  report ("3 offset", lipsync_metric_offset (q->wanted, q->realised, q->n_compared, 8), -1, 1,
          "fr");
  good &= report ("5 samples changed outside", (double) q->outside, 0, 0, "");
  if (q->n_psnr > 0)
    good &= report ("5 PSNR outside, encoded", q->psnr / (double) q->n_psnr, 45, 99, "dB");
  if (q->n_touched > 0)
    {
      report ("6 seam", q->seam / (double) q->n_touched, 0, 1.1, "");
      report ("11 skin", q->colour / (double) q->n_touched, 0, 3, "dE");
    }
  if (q->n_sharp > 0)
    report ("7 sharpness", q->sharpness / (double) q->n_sharp, 0.8, 1.2, "");
  if (q->plan->renderer == MYNA_LIPSYNC_LIBRARY)
    report ("8 jitter", lipsync_metric_jitter (q->all, q->n_all) / MAX (own, 1e-6), 0.7, 1.3, "");
  report ("8 jitter, of the wanted",
          lipsync_metric_jitter (q->wanted, q->n_compared) / MAX (own, 1e-6), 0, 9, "");
  good &= report ("10 frames missing", (double) (q->n - q->n_frames), 0, 0, "");
  return good;
}

static gboolean
run (Quality *q, const char *video, const char *speech, const char *output, GError **error)
{
  MynaLipsyncOptions plan_options = MYNA_LIPSYNC_OPTIONS_INIT;
  gsize n;

  q->output = g_strdup (output);
  q->plan = myna_lipsync_plan_new (speech, NULL, NULL, video, &plan_options, cache, NULL, NULL,
                                   NULL, error);
  if (q->plan == NULL)
    return FALSE;
  q->n = myna_lipsync_plan_get_n_frames (q->plan);
  n = (gsize) q->n + 1;
  q->wanted = g_new0 (float, n);
  q->realised = g_new0 (float, n);
  q->all = g_new0 (float, n);
  q->times = g_new0 (double, n);
  q->silent = g_new0 (gboolean, n);
  if (!keep && !myna_lipsync_plan_render (q->plan, 0, -1, output, NULL, NULL, NULL, NULL, error))
    return FALSE;
  return study_source (q, error) && study_frames (q, error) && study_output (q, error);
}

static void
quality_clear (Quality *q)
{
  g_clear_pointer (&q->plan, myna_lipsync_plan_unref);
  g_free (q->output);
  g_free (q->wanted);
  g_free (q->realised);
  g_free (q->all);
  g_free (q->times);
  g_free (q->silent);
  g_free (q->own);
  g_free (q->own_sharpness);
  g_free (q->own_skin);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GOptionContext) context = g_option_context_new ("VIDEO SPEECH [OUTPUT]");
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL, *output = NULL;
  Quality q = { 0 };
  gboolean good;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc < 3 || argc > 4)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "lipsync-quality VIDEO SPEECH [OUTPUT]");
      return 2;
    }
  folder = g_dir_make_tmp ("myna-quality-XXXXXX", &error);
  output = argc == 4 ? g_strdup (argv[3]) : g_build_filename (folder, "output.mp4", NULL);
  good = run (&q, argv[1], argv[2], output, &error) && print_report (&q);
  if (error != NULL)
    g_printerr ("%s\n", error->message);
  quality_clear (&q);
  if (argc < 4)
    g_unlink (output);
  g_rmdir (folder);
  return good ? 0 : 1;
}
