/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "engine/voice/draft/myna-draft-epochs.h"
#include "engine/voice/draft/myna-draft-vector.h"

/* Glottal closures: peaks of the linear prediction residual, chained by dynamic programming
 * (spec draft-voice, section 2.3). */

#define MAX_ORDER 26
#define CANCEL_EVERY 512
#define MIN_PEAK 0.4f
#define MIN_STEP 0.5 /* of a period */
#define MAX_STEP 1.7
#define PEAK_PULL 0.05 /* of a peak of the residual against two alike periods */

/* Butterworth high-pass of second order, forwards and backwards, so without delay. In place. */
static void
high_pass (float *x, gsize n, double cut_off)
{
  double k = tan (G_PI * cut_off);
  double scale = 1 / (1 + G_SQRT2 * k + k * k);
  double a1 = 2 * (k * k - 1) * scale, a2 = (1 - G_SQRT2 * k + k * k) * scale;

  for (int pass = 0; pass < 2; pass++)
    {
      double x1 = 0, x2 = 0, y1 = 0, y2 = 0;

      for (gsize i = 0; i < n; i++)
        {
          gsize at = pass == 0 ? i : n - 1 - i;
          double in = x[at];
          double out = scale * (in - 2 * x1 + x2) - a1 * y1 - a2 * y2;

          x2 = x1;
          x1 = in;
          y2 = y1;
          y1 = out;
          x[at] = (float) out;
        }
    }
}

/* Levinson-Durbin. @a gets @order + 1 coefficients, a[0] = 1. */
static void
predict (const double *r, int order, float *a)
{
  double c[MAX_ORDER + 1] = { 1 };
  double error = r[0];

  for (int i = 1; i <= order && error > 0; i++)
    {
      double next[MAX_ORDER + 1];
      double k = r[i];

      for (int j = 1; j < i; j++)
        k += c[j] * r[i - j];
      k = -k / error;
      memcpy (next, c, sizeof next);
      for (int j = 1; j < i; j++)
        next[j] = c[j] + k * c[i - j];
      next[i] = k;
      memcpy (c, next, sizeof c);
      error *= 1 - k * k;
    }
  for (int i = 0; i <= order; i++)
    a[i] = (float) c[i];
}

/* The residual of one hop around the centre of a 25 ms frame, only where it is voiced. */
static gboolean
make_residual (const float *x,
               gsize n,
               const MynaDraftFormat *format,
               const float *f0,
               float *residual,
               GCancellable *cancellable,
               GError **error)
{
  int order = format->rate == 16000 ? 18 : MAX_ORDER;
  gsize hop = (gsize) format->hop;
  gsize size = 5 * hop;
  gsize n_frames = n / hop + 1;
  g_autofree float *window = g_new (float, size);
  g_autofree float *frame = g_new (float, size);

  for (gsize i = 0; i < size; i++)
    window[i] = (float) (0.5 - 0.5 * cos (2 * G_PI * ((double) i + 0.5) / (double) size));
  for (gsize t = 0; t < n_frames; t++)
    {
      double r[MAX_ORDER + 1];
      float a[MAX_ORDER + 1];
      gsize first = t * hop > hop / 2 ? t * hop - hop / 2 : 0;
      gsize last = MIN (t * hop + hop - hop / 2, n);

      if (t % CANCEL_EVERY == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      /* A peak needs its surroundings: two frames on either side of voiced ones as well. */
      if (f0[t] <= 0 && f0[MIN (t + 2, n_frames - 1)] <= 0 && f0[t > 2 ? t - 2 : 0] <= 0)
        continue;
      for (gsize i = 0; i < size; i++)
        {
          gsize at = t * hop + i;

          frame[i] = at >= size / 2 && at - size / 2 < n ? window[i] * x[at - size / 2] : 0;
        }
      for (int lag = 0; lag <= order; lag++)
        r[lag] = myna_draft_dot (frame, frame + lag, size - (gsize) lag);
      r[0] = r[0] * (1 + 1e-5) + 1e-9;
      predict (r, order, a);
      for (gsize i = first; i < last; i++)
        {
          float sum = 0;

          for (int j = 0; j <= order && (gsize) j <= i; j++)
            sum += a[j] * x[i - (gsize) j];
          residual[i] = sum;
        }
    }
  return TRUE;
}

/* Hann smoothing over 0.7 ms, sign so that closures point up, and division by the local RMS. */
static void
shape_residual (float *residual, gsize n, const MynaDraftFormat *format)
{
  gsize half = (gsize) (format->rate * 5 / 16000);
  gsize around = (gsize) format->hop * 5 / 2;
  g_autofree float *smooth = g_new0 (float, n);
  g_autofree double *sum = g_new (double, n + 1);
  double third = 0;

  for (gsize k = 0; k <= 2 * half; k++)
    {
      float w =
          (float) ((0.5 + 0.5 * cos (G_PI * ((double) k - (double) half) / ((double) half + 1))) /
                   ((double) half + 1));
      gsize to = k < half ? half - k : 0;
      gsize from = k > half ? k - half : 0;

      if (n > MAX (to, from))
        myna_draft_add_scaled (smooth + to, residual + from, w, n - MAX (to, from));
    }
  sum[0] = 0;
  for (gsize i = 0; i < n; i++)
    {
      double s = smooth[i];

      third += s * s * s;
      sum[i + 1] = sum[i] + s * s;
    }
  for (gsize i = 0; i < n; i++)
    {
      gsize first = i > around ? i - around : 0;
      gsize last = MIN (i + around + 1, n);
      double rms = sqrt ((sum[last] - sum[first]) / (double) (last - first)) + 1e-9;

      residual[i] = (float) ((third < 0 ? -smooth[i] : smooth[i]) / rms);
    }
}

typedef struct
{
  gsize at;
  gsize before; /* index of the one before it in the best chain; itself if first */
  double period;
  double score;
} Mark;

static double
period_at (const MynaDraftFormat *format, const float *f0, gsize n_frames, gsize sample)
{
  gsize frame = MIN ((sample + (gsize) format->hop / 2) / (gsize) format->hop, n_frames - 1);

  return f0[frame] > 0 ? format->rate / (double) f0[frame] : 0;
}

/* Where between its neighbours a peak lies: the top of the parabola through them. */
static double
peak_shift (const float *z, gsize at)
{
  double bend = 2.0 * z[at] - z[at - 1] - z[at + 1];

  return bend > 1e-6 ? CLAMP (0.5 * (z[at + 1] - z[at - 1]) / bend, -0.5, 0.5) : 0;
}

static void
reverse (double *values, gsize n)
{
  for (gsize i = 0; i < n / 2; i++)
    {
      double value = values[i];

      values[i] = values[n - 1 - i];
      values[n - 1 - i] = value;
    }
}

/* The best chain of marks in one voiced run, appended to @epochs. */
static void
chain_run (const float *z,
           gsize first,
           gsize last,
           const MynaDraftFormat *format,
           const float *f0,
           gsize n_frames,
           GArray *marks,
           GArray *epochs)
{
  gsize best = 0;
  double best_score = -G_MAXDOUBLE;
  guint n_before = epochs->len;

  g_array_set_size (marks, 0);
  for (gsize i = MAX (first, 1); i + 1 < last; i++)
    {
      Mark mark = { i, marks->len, period_at (format, f0, n_frames, i), 0 };
      double reward = MIN (z[i], 4.0f) / 4 + 0.3;

      if (z[i] <= MIN_PEAK || z[i] < z[i - 1] || z[i] <= z[i + 1] || mark.period <= 0)
        continue;
      mark.score = reward - (double) (i - first) / mark.period;
      for (gsize j = marks->len; j-- > 0;)
        {
          const Mark *other = &g_array_index (marks, Mark, j);
          double step = (double) (i - other->at) / mark.period;
          double score = 0;

          if (step >= MAX_STEP)
            break;
          if (step <= MIN_STEP)
            continue;
          score = other->score + reward - 4 * fabs (log (step));
          if (score > mark.score)
            {
              mark.score = score;
              mark.before = j;
            }
        }
      g_array_append_val (marks, mark);
    }
  for (gsize i = 0; i < marks->len; i++)
    {
      const Mark *mark = &g_array_index (marks, Mark, i);
      double score = mark->score - (double) (last - mark->at) / mark->period;

      if (score > best_score)
        {
          best_score = score;
          best = i;
        }
    }
  while (marks->len > 0)
    {
      const Mark *mark = &g_array_index (marks, Mark, best);
      double at = (double) mark->at + peak_shift (z, mark->at);

      g_array_append_val (epochs, at);
      if (mark->before == best)
        break;
      best = mark->before;
    }
  reverse (&g_array_index (epochs, double, 0) + n_before, epochs->len - n_before);
}

/* How far apart the two periods around @middle are most alike: about @period, between samples.
 * @likeness is their correlation. */
static double
measure_period (const float *x, gsize n, double middle, double period, double *likeness)
{
  int width = (int) (1.2 * period), low = (int) (0.85 * period), high = (int) (1.15 * period) + 1;
  float score[3] = { 0 }, best = 0;
  double result = period;

  for (int lag = low; lag <= high; lag++)
    {
      gint64 first = (gint64) middle - (width + lag) / 2;
      const float *a = x + first, *b = a + lag;
      float energy;

      if (first < 0 || first + lag + width > (gint64) n)
        break;
      energy = myna_draft_dot (a, a, (gsize) width) * myna_draft_dot (b, b, (gsize) width);
      score[0] = score[1];
      score[1] = score[2];
      score[2] = myna_draft_dot (a, b, (gsize) width) / sqrtf (energy + 1e-12f);
      if (lag >= low + 2 && score[1] > best && score[1] >= score[0] && score[1] >= score[2])
        {
          float bend = MAX (2 * score[1] - score[0] - score[2], 1e-6f);

          best = score[1];
          result = lag - 1 + CLAMP (0.5 * (score[2] - score[0]) / bend, -0.5, 0.5);
        }
    }
  *likeness = best;
  return result;
}

/* Moves the marks of one run so that neighbours are as far apart as the periods they stand for
 * are alike: least squares with a weak pull to the peaks that were found. Peaks of the residual
 * wander where it is weak, as in nasals. */
static void
refine_run (const float *x,
            gsize n,
            const MynaDraftFormat *format,
            const float *f0,
            gsize n_frames,
            double *epochs,
            gsize n_epochs)
{
  g_autofree double *diagonal = g_new (double, n_epochs);
  g_autofree double *link = g_new0 (double, n_epochs); /* between k - 1 and k */
  g_autofree double *moved = g_new0 (double, n_epochs);

  for (gsize k = 0; k < n_epochs; k++)
    diagonal[k] = PEAK_PULL;
  for (gsize k = 1; k < n_epochs; k++)
    {
      double middle = (epochs[k - 1] + epochs[k]) / 2, step = epochs[k] - epochs[k - 1];
      double period = period_at (format, f0, n_frames, (gsize) middle), likeness = 0, error = 0;

      if (period <= 0 || step < 0.6 * period || step > 1.5 * period)
        continue;
      error = measure_period (x, n, middle, period, &likeness) - step;
      link[k] = likeness * likeness;
      diagonal[k - 1] += link[k];
      diagonal[k] += link[k];
      moved[k - 1] -= link[k] * error;
      moved[k] += link[k] * error;
    }
  /* The tridiagonal system (Thomas). */
  for (gsize k = 1; k < n_epochs; k++)
    {
      double factor = -link[k] / diagonal[k - 1];

      diagonal[k] += factor * link[k];
      moved[k] -= factor * moved[k - 1];
    }
  for (gsize k = n_epochs; k-- > 0;)
    {
      if (k + 1 < n_epochs)
        moved[k] += link[k + 1] * moved[k + 1];
      moved[k] /= diagonal[k];
    }
  for (gsize k = 0; k < n_epochs; k++)
    epochs[k] = CLAMP (epochs[k] + moved[k], 0.0, (double) n - 1);
}

/**
 * myna_draft_find_epochs:
 * @samples: the signal
 * @n_samples: its length
 * @format: its format
 * @f0: pitch of every frame, 0 where unvoiced
 * @n_epochs: (out): number of epochs
 * @cancellable: (nullable): to stop early
 * @error: set when cancelled
 *
 * Finds the instants of glottal closure in the voiced parts. Worker thread.
 *
 * Returns: (transfer full) (nullable): ascending sample positions; %NULL when cancelled
 */
double *
myna_draft_find_epochs (const float *samples,
                        gsize n_samples,
                        const MynaDraftFormat *format,
                        const float *f0,
                        gsize *n_epochs,
                        GCancellable *cancellable,
                        GError **error)
{
  gsize hop = (gsize) format->hop;
  gsize n_frames = n_samples / hop + 1;
  g_autofree float *filtered = g_memdup2 (samples, n_samples * sizeof (float));
  g_autofree float *z = g_new0 (float, n_samples);
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (Mark));
  GArray *epochs = NULL;
  gsize run = 0;
  guint before = 0;

  *n_epochs = 0;
  high_pass (filtered, n_samples, 60.0 / format->rate);
  if (!make_residual (filtered, n_samples, format, f0, z, cancellable, error))
    return NULL;
  shape_residual (z, n_samples, format);
  epochs = g_array_new (FALSE, FALSE, sizeof (double));
  for (gsize t = 0; t <= n_frames; t++)
    {
      if (t < n_frames && f0[t] > 0)
        continue;
      if (t > run)
        chain_run (z, run * hop > hop / 2 ? run * hop - hop / 2 : 0,
                   MIN (t * hop - hop / 2, n_samples), format, f0, n_frames, marks, epochs);
      if (epochs->len > before)
        refine_run (filtered, n_samples, format, f0, n_frames,
                    &g_array_index (epochs, double, 0) + before, epochs->len - before);
      before = epochs->len;
      run = t + 1;
    }
  *n_epochs = epochs->len;
  if (epochs->len == 0)
    g_array_set_size (epochs, 1); /* so that no epochs are not taken for a failure */
  return (double *) (gpointer) g_array_free (epochs, FALSE);
}
