/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "engine/voice/draft/myna-draft-level.h"
#include "engine/voice/draft/myna-draft-f0.h"
#include "engine/voice/draft/myna-draft-vector.h"

/* Pitch by normalised cross-correlation and dynamic programming (spec draft-voice, section 2.2;
 * the method is Talkin's RAPT with the lag penalty and transition costs measured there). */

#define LOW_RATE 8000
#define WINDOW 200 /* 25 ms */
#define MIN_HZ 60.0
#define MAX_HZ 450.0       /* of the first pass */
#define MAX_HZ_CHILD 600.0 /* of the second, which knows the speaker's median */
#define MAX_LAG 135        /* LOW_RATE / MIN_HZ, and one more to see the last peak */
#define PAD (WINDOW + MAX_LAG)
#define N_CANDIDATES 6
#define BAND_TAPS 61
#define MIN_ISLAND 4
#define CANCEL_EVERY 512

typedef struct
{
  float f0;
  float score;
} Candidate;

typedef struct
{
  guint n;
  float best_ncc;
  Candidate candidates[N_CANDIDATES];
} Frame;

typedef struct
{
  float *signal;  /* at LOW_RATE, PAD zeros on both sides */
  double *energy; /* running sum of squares of signal */
  gsize n_signal;
  gsize n_frames;
  const float *db;
  double loud_db;
  double quiet_db; /* below it nothing is taken for voice */
  double floor_energy;
  Frame *frames;
} Tracker;

static double
sinc (double x)
{
  return fabs (x) < 1e-9 ? 1.0 : sin (G_PI * x) / (G_PI * x);
}

/* Hamming-windowed sinc that passes @low … @high of the sampling rate. */
static void
design_band (float *taps, int n_taps, double low, double high)
{
  int middle = n_taps / 2;
  double centre = low > 0 ? (low + high) / 2 : 0;
  double gain = 0;

  for (int i = 0; i < n_taps; i++)
    {
      double t = i - middle;
      double window = 0.54 + 0.46 * cos (G_PI * t / middle);
      double tap = window * (2 * high * sinc (2 * high * t) - 2 * low * sinc (2 * low * t));

      taps[i] = (float) tap;
      gain += tap * cos (2 * G_PI * centre * t);
    }
  for (int i = 0; i < n_taps; i++)
    taps[i] = (float) (taps[i] / gain);
}

/* Every @step-th sample of the input filtered by @taps (odd, centred, symmetric). */
static void
filter_and_decimate (
    const float *in, gsize n, const float *taps, int n_taps, int step, float *out, gsize n_out)
{
  gsize half = (gsize) n_taps / 2;

  for (gsize i = 0; i < n_out; i++)
    {
      gsize centre = i * (gsize) step;
      gsize first = centre > half ? centre - half : 0;
      gsize last = MIN (centre + half + 1, n);

      out[i] = first < last
                   ? myna_draft_dot (in + first, taps + (first + half - centre), last - first)
                   : 0.0f;
    }
}

static void
make_low_signal (Tracker *self, const float *samples, gsize n_samples, int rate)
{
  int step = rate / LOW_RATE;
  gsize n_low = (n_samples + (gsize) step - 1) / (gsize) step;
  int n_taps = 24 * step + 1;
  g_autofree float *decimator = g_new (float, n_taps);
  g_autofree float *low = g_new (float, n_low);
  float band[BAND_TAPS];
  double sum = 0;

  design_band (decimator, n_taps, 0, 3000.0 / rate);
  filter_and_decimate (samples, n_samples, decimator, n_taps, step, low, n_low);
  design_band (band, BAND_TAPS, 50.0 / LOW_RATE, 1200.0 / LOW_RATE);
  self->n_signal = n_low + 2 * PAD;
  self->signal = g_new0 (float, self->n_signal);
  filter_and_decimate (low, n_low, band, BAND_TAPS, 1, self->signal + PAD, n_low);
  self->energy = g_new (double, self->n_signal + 1);
  self->energy[0] = 0;
  for (gsize i = 0; i < self->n_signal; i++)
    {
      sum += (double) self->signal[i] * self->signal[i];
      self->energy[i + 1] = sum;
    }
}

static void
add_candidate (Frame *frame, float f0, float score)
{
  guint at = frame->n;

  while (at > 0 && frame->candidates[at - 1].score < score)
    at--;
  if (at >= N_CANDIDATES)
    return;
  if (frame->n < N_CANDIDATES)
    frame->n++;
  memmove (frame->candidates + at + 1, frame->candidates + at,
           (frame->n - at - 1) * sizeof (Candidate));
  frame->candidates[at] = (Candidate) { f0, score };
}

/* The correlation of the two windows one lag apart that lie around @centre. What is as weak as the
 * noise between words correlates half as much as it seems to. */
static float
correlate (const Tracker *self, gsize centre, int lag)
{
  gsize a = centre - (gsize) (WINDOW + lag) / 2;
  gsize b = a + (gsize) lag;
  double ea = self->energy[a + WINDOW] - self->energy[a] + self->floor_energy;
  double eb = self->energy[b + WINDOW] - self->energy[b] + self->floor_energy;

  return (float) (myna_draft_dot (self->signal + a, self->signal + b, WINDOW) / sqrt (ea * eb));
}

static void
find_candidates (const Tracker *self, Frame *frame, gsize centre, int min_lag, int max_lag)
{
  float ncc[MAX_LAG + 2];

  frame->n = 0;
  frame->best_ncc = 0;
  for (int lag = min_lag - 1; lag <= max_lag + 1; lag++)
    ncc[lag] = correlate (self, centre, lag);
  for (int lag = min_lag; lag <= max_lag; lag++)
    {
      float left = ncc[lag - 1], top = ncc[lag], right = ncc[lag + 1];
      float bend = 2 * top - left - right;
      float shift = 0;

      if (top <= 0.3f || top < left || top <= right)
        continue;
      if (bend > 1e-6f)
        shift = CLAMP (0.5f * (right - left) / bend, -0.5f, 0.5f);
      top += 0.25f * (right - left) * shift;
      frame->best_ncc = MAX (frame->best_ncc, top);
      add_candidate (frame, LOW_RATE / ((float) lag + shift),
                     top * (1 - 0.15f * ((float) lag + shift) / (float) (LOW_RATE / MIN_HZ)));
    }
}

static float
unvoiced_cost (const Tracker *self, gsize i)
{
  float cost = 0.12f + 0.95f * self->frames[i].best_ncc;

  return self->db[i] < self->quiet_db ? cost - 1 : cost;
}

static float
jump_cost (float ln_a, float ln_b)
{
  float ratio = fabsf (ln_a - ln_b);

  return ratio > 0.5f ? 0.6f + 0.6f * ratio : 1.2f * ratio;
}

/* State N_CANDIDATES is unvoiced. Fills @f0. */
static void
best_path (const Tracker *self, float *f0)
{
  g_autofree guint8 *back = g_new0 (guint8, self->n_frames * (N_CANDIDATES + 1));
  float cost[N_CANDIDATES + 1], ln_f0[N_CANDIDATES + 1];
  float new_cost[N_CANDIDATES + 1], new_ln_f0[N_CANDIDATES + 1];
  guint n_before = 0;
  guint state = N_CANDIDATES;

  for (gsize i = 0; i < self->n_frames; i++)
    {
      const Frame *frame = &self->frames[i];
      guint8 *from = back + i * (N_CANDIDATES + 1);

      for (guint s = 0; s <= N_CANDIDATES; s++)
        {
          gboolean voiced = s < N_CANDIDATES;
          float best = 0;

          if (voiced && s >= frame->n)
            continue;
          /* cppcheck-suppress arrayIndexOutOfBounds ; the last state is not voiced */
          new_ln_f0[s] = voiced ? logf (frame->candidates[s].f0) : 0;
          from[s] = N_CANDIDATES;
          if (i > 0)
            {
              best = cost[N_CANDIDATES] + (voiced ? 0.25f : 0);
              for (guint r = 0; r < n_before; r++)
                {
                  float c = cost[r] + (voiced ? jump_cost (ln_f0[r], new_ln_f0[s]) : 0.25f);

                  if (c < best)
                    {
                      best = c;
                      from[s] = (guint8) r;
                    }
                }
            }
          new_cost[s] = best + (voiced ? 1 - frame->candidates[s].score : unvoiced_cost (self, i));
        }
      memcpy (cost, new_cost, sizeof cost);
      memcpy (ln_f0, new_ln_f0, sizeof ln_f0);
      n_before = frame->n;
    }
  for (guint s = 0; s < n_before; s++)
    if (cost[s] < cost[state])
      state = s;
  for (gsize i = self->n_frames; i-- > 0;)
    {
      f0[i] = state < N_CANDIDATES ? self->frames[i].candidates[state].f0 : 0.0f;
      state = back[i * (N_CANDIDATES + 1) + state];
    }
}

static gboolean
run_pass (Tracker *self,
          double min_hz,
          double max_hz,
          float *f0,
          GCancellable *cancellable,
          GError **error)
{
  int min_lag = MAX ((int) floor (LOW_RATE / max_hz), 2);
  int max_lag = MIN ((int) ceil (LOW_RATE / min_hz), MAX_LAG - 1);

  for (gsize i = 0; i < self->n_frames; i++)
    {
      if (i % CANCEL_EVERY == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      find_candidates (self, &self->frames[i],
                       MIN (PAD + i * (LOW_RATE / 200), self->n_signal - PAD), min_lag, max_lag);
    }
  best_path (self, f0);
  return TRUE;
}

static int
compare_floats (const void *a, const void *b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

/* Of the voiced frames that are loud enough to be trusted; 0 if there are none. */
static double
median_voiced (const Tracker *self, const float *f0)
{
  g_autofree float *voiced = g_new (float, self->n_frames);
  gsize n = 0;

  for (gsize i = 0; i < self->n_frames; i++)
    if (f0[i] > 0 && self->db[i] > self->loud_db - 25)
      voiced[n++] = f0[i];
  if (n == 0)
    return 0;
  qsort (voiced, n, sizeof (float), compare_floats);
  return voiced[n / 2];
}

static void
delete_islands (float *f0, gsize n_frames)
{
  gsize start = 0;

  for (gsize i = 0; i <= n_frames; i++)
    {
      if (i < n_frames && f0[i] > 0)
        continue;
      if (i - start < MIN_ISLAND)
        memset (f0 + start, 0, (i - start) * sizeof (float));
      start = i + 1;
    }
}

/**
 * myna_draft_track_f0:
 * @samples: the signal
 * @n_samples: its length
 * @format: its format
 * @db: level of every frame (n_samples / hop + 1)
 * @f0: (out caller-allocates): pitch of every frame in Hz, 0 where unvoiced
 * @cancellable: (nullable): to stop early
 * @error: set when cancelled
 *
 * Tracks the pitch: 60 … 450 Hz at first, then within an octave of the speaker's median, up to
 * 600 Hz for children. Worker thread.
 *
 * Returns: %FALSE when cancelled
 */
gboolean
myna_draft_track_f0 (const float *samples,
                     gsize n_samples,
                     const MynaDraftFormat *format,
                     const float *db,
                     float *f0,
                     GCancellable *cancellable,
                     GError **error)
{
  Tracker self = { 0 };
  gsize n_frames = n_samples / (gsize) format->hop + 1;
  gboolean done = FALSE;
  double median = 0, noise_db = 0;

  g_return_val_if_fail (format->rate % LOW_RATE == 0 && format->hop * 200 == format->rate, FALSE);

  self.n_frames = n_frames;
  self.db = db;
  self.loud_db = myna_draft_loud_level (db, n_frames);
  noise_db = myna_draft_noise_floor (db, n_frames);
  self.quiet_db = CLAMP (noise_db + 4, self.loud_db - 42, self.loud_db - 22);
  self.floor_energy =
      WINDOW * pow (10, CLAMP (noise_db, self.loud_db - 60, self.loud_db - 30) / 10);
  self.frames = g_new (Frame, n_frames);
  make_low_signal (&self, samples, n_samples, format->rate);
  done = run_pass (&self, MIN_HZ, MAX_HZ, f0, cancellable, error);
  median = done ? median_voiced (&self, f0) : 0;
  if (median > 0)
    done = run_pass (&self, MAX (MIN_HZ, median / 2), MIN (MAX_HZ_CHILD, median * 2), f0,
                     cancellable, error);
  if (done)
    delete_islands (f0, n_frames);
  g_free (self.frames);
  g_free (self.signal);
  g_free (self.energy);
  return done;
}
