/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/face/myna-face.h"
#include "engine/video/myna-video-frame.h"

G_BEGIN_DECLS

/*
 * How good a lip-sync is, without a human (spec lipsync-metrics; the numbers are its own). Openings
 * are in eye distances, one a frame.
 */

typedef struct
{
  double r;   /* correlation of wanted and realised */
  double mae; /* eye distances */
} TrajectoryMetric;

/* 1 */
TrajectoryMetric lipsync_metric_trajectory (const float *wanted, const float *realised, gsize n);
double lipsync_metric_percentile (const float *values, gsize n, double share);
/* 2: share of the instants within 60 ms of which the opening is at most @limit; 1 without any. */
double lipsync_metric_closures (const float *realised,
                                const double *times,
                                gsize n,
                                const double *closures,
                                gsize n_closures,
                                double limit);
/* 2: share of the silent frames whose opening is at most @limit; 1 without any. */
double
lipsync_metric_silence (const float *realised, const gboolean *silent, gsize n, double limit);
/* 3: frames that @realised lies behind @wanted, by the greatest correlation within @reach. */
int lipsync_metric_offset (const float *wanted, const float *realised, gsize n, int reach);
/* 4: mean distance of the lips' points, in eye distances. */
double lipsync_metric_lips (const MynaFace *a, const MynaFace *b);
/* 5: samples that differ outside the mask; @mask (nullable): nothing may differ. */
gint64 lipsync_metric_outside (const MynaVideoFrame *before,
                               const MynaVideoFrame *after,
                               const float *mask,
                               const MynaRect *rect);
/* 5: luma's peak signal to noise ratio where the mask is 0, dB; 99 where all is the same. */
double lipsync_metric_psnr (const MynaVideoFrame *before,
                            const MynaVideoFrame *after,
                            const float *mask,
                            const MynaRect *rect);
/* 6: mean gradient across the mask's border, after over before. */
double lipsync_metric_seam (const MynaVideoFrame *before,
                            const MynaVideoFrame *after,
                            const float *mask,
                            const MynaRect *rect);
/* 7: variance of luma's Laplacian in the box of the lips. */
double lipsync_metric_sharpness (const MynaVideoFrame *frame, const MynaFace *face);
/* 8: mean second difference. */
double lipsync_metric_jitter (const float *values, gsize n);
/* 9: mean difference of luma between two frames in the box of the lips, each stabilised by its own
 * face. */
double lipsync_metric_flicker (const MynaVideoFrame *a,
                               const MynaFace *face_a,
                               const MynaVideoFrame *b,
                               const MynaFace *face_b);
/* 11: distance in CIELAB of the mean colours of lips or skin. */
void lipsync_metric_colour (const MynaVideoFrame *frame,
                            const MynaFace *face,
                            double lips[3],
                            double skin[3]);
double lipsync_metric_colour_distance (const double a[3], const double b[3]);

G_END_DECLS
