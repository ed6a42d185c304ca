/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "engine/voice/draft/myna-draft-envelope.h"
#include "engine/audio/myna-fft.h"
#include "engine/voice/draft/myna-draft-psola.h"

/* Time-domain pitch-synchronous overlap-add with a spectral filter on every pulse (spec
 * draft-voice, section 4.9). */

#define MAX_LN_GAIN 1.7269f /* 15 dB */
#define MAX_SLOPE 4.0       /* source samples an output sample within a stretched unit */
#define MIN_F0 40.0f
#define MAX_F0 800.0f
#define CANCEL_EVERY 256

typedef struct
{
  const MynaDraftPlan *plan;
  MynaFft *fft;
  MynaDraftCode *code;
  float *out;
  gsize n_out;
  double grain;  /* distance of unvoiced pulses in samples; half of their length */
  double jitter; /* largest displacement of theirs */
} Renderer;

/* One pulse: what to take from the source, and how wide. */
typedef struct
{
  const MynaDraftAnalysis *source;
  double centre; /* of a voiced pulse between samples */
  double left;
  double right;
  float gain;
} Pulse;

/* A well-mixed 32-bit hash of two numbers (finaliser of MurmurHash3). */
static guint32
hash (guint32 seed, guint32 index)
{
  guint32 h = seed * 0x9e3779b9u ^ index;

  h = (h ^ h >> 16) * 0x85ebca6bu;
  h = (h ^ h >> 13) * 0xc2b2ae35u;
  return h ^ h >> 16;
}

/* -1 … 1 */
static double
hash_signed (guint32 seed, guint32 index)
{
  return hash (seed, index) / 2147483648.0 - 1;
}

static const MynaDraftAnalysis *
get_source (const Renderer *self, gsize frame)
{
  switch (self->plan->frames[frame].source)
    {
    case MYNA_DRAFT_SOURCE_PERSON:
      return self->plan->person;
    case MYNA_DRAFT_SOURCE_ESPEAK:
      return self->plan->espeak;
    default:
      return NULL;
    }
}

/* Source samples an output sample around @frame: 1 where the plan jumps. */
static double
get_slope (const Renderer *self, gsize frame)
{
  const MynaDraftPlan *plan = self->plan;
  const MynaDraftPlanFrame *a = &plan->frames[frame];
  const MynaDraftPlanFrame *b = frame + 1 < plan->n_frames ? a + 1 : a;
  double slope = (b->position - a->position) / plan->format->hop;

  return a->source == b->source && slope > 0 && slope < MAX_SLOPE ? slope : 1;
}

static double
get_position (const Renderer *self, gsize frame, double t)
{
  double position =
      self->plan->frames[frame].position +
      (t - (double) (frame * (gsize) self->plan->format->hop)) * get_slope (self, frame);

  return position > -1e9 && position < 1e9 ? position : 0;
}

/* Index of the epoch nearest to @position. */
static gsize
nearest_epoch (const MynaDraftAnalysis *source, double position)
{
  gsize low = 0, high = source->n_epochs;

  while (low < high)
    {
      gsize middle = (low + high) / 2;

      if (source->epochs[middle] < position)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == source->n_epochs ||
      (low > 0 && position - source->epochs[low - 1] < source->epochs[low] - position))
    low--;
  return low;
}

static double
plausible_interval (double interval, double period)
{
  return interval < 0.6 * period || interval > 1.5 * period ? period : interval;
}

/* The glottal pulse at @position, if the source is voiced there. */
static gboolean
take_voiced_pulse (
    const Renderer *self, const MynaDraftAnalysis *source, double position, float f0, Pulse *pulse)
{
  const MynaDraftFormat *format = self->plan->format;
  gint64 frame = (gint64) floor (position / format->hop + 0.5);
  double period = 0;
  gsize at = 0;

  if (f0 <= 0 || source == NULL || frame < 0 || frame >= (gint64) source->n_frames ||
      source->f0[frame] <= 0 || source->n_epochs == 0)
    return FALSE;
  period = format->rate / (double) source->f0[frame];
  at = nearest_epoch (source, position);
  if (fabs (source->epochs[at] - position) > 1.2 * period)
    return FALSE;
  pulse->source = source;
  pulse->centre = source->epochs[at];
  pulse->left = pulse->right = period;
  if (at > 0)
    pulse->left = plausible_interval (source->epochs[at] - source->epochs[at - 1], period);
  if (at + 1 < source->n_epochs)
    pulse->right = plausible_interval (source->epochs[at + 1] - source->epochs[at], period);
  pulse->gain = (float) sqrt (format->rate / (double) f0 / ((pulse->left + pulse->right) / 2));
  return TRUE;
}

/* A grain of noise or of whatever the source is. The less the unit is stretched, the less its
 * grains are displaced: at its natural rate they add up to the source itself. */
static void
take_unvoiced_pulse (const Renderer *self,
                     const MynaDraftAnalysis *source,
                     gsize frame,
                     double position,
                     guint32 index,
                     Pulse *pulse)
{
  double stretch = CLAMP (1 - get_slope (self, frame), 0, 1);

  pulse->source = source;
  pulse->centre =
      floor (position + 0.5 + stretch * self->jitter * hash_signed (self->plan->seed, index));
  pulse->left = pulse->right = self->grain;
  pulse->gain = 1;
}

/* Windows @pulse around the middle of the transform's time buffer. @t is only the place in the
 * stream of noise. */
static void
window_pulse (const Renderer *self, const Pulse *pulse, gint64 t)
{
  const MynaDraftAnalysis *source = pulse->source;
  float *time = myna_fft_get_time (self->fft);
  int middle = self->plan->format->fft / 2;
  int left = MIN ((int) pulse->left, middle - 1), right = MIN ((int) pulse->right, middle - 1);
  gint64 centre = (gint64) floor (pulse->centre + 0.5);

  memset (time, 0, sizeof (float) * (gsize) self->plan->format->fft);
  for (int i = -left; i <= right; i++)
    {
      double width = i < 0 ? pulse->left : pulse->right;
      float window = 0.5f + 0.5f * cosf ((float) G_PI * (float) i / (float) width);
      float x = 0;

      if (source == NULL)
        x = (float) (sqrt (3.0) * hash_signed (self->plan->seed, (guint32) (t + i)));
      else if (centre + i >= 0 && centre + i < (gint64) source->n_samples)
        x = source->samples[centre + i];
      time[middle + i] = window * pulse->gain * x;
    }
}

/* The gain of every bin that brings the source's envelope to what the plan wants. %FALSE: there is
 * nothing to change. */
static gboolean
get_filter (const Renderer *self, gsize frame, gboolean noise, float *gain)
{
  const MynaDraftPlan *plan = self->plan;
  gsize n_cep = (gsize) plan->format->n_cep;
  const float *raw = plan->raw != NULL ? plan->raw + frame * n_cep : NULL;
  const float *target = plan->target != NULL ? plan->target + frame * n_cep : NULL;
  float difference[MYNA_DRAFT_MAX_CEP];
  int n_bins = myna_draft_format_n_bins (plan->format);

  if (target == NULL ||
      (!noise && (raw == NULL || memcmp (raw, target, n_cep * sizeof (float)) == 0)))
    return FALSE;
  for (gsize c = 0; c < n_cep; c++)
    difference[c] = noise ? target[c] : target[c] - raw[c];
  myna_draft_code_decode (self->code, difference, gain);
  for (int k = 0; k < n_bins; k++)
    gain[k] = expf (noise ? MIN (0.5f * gain[k], MAX_LN_GAIN)
                          : CLAMP (0.5f * gain[k], -MAX_LN_GAIN, MAX_LN_GAIN));
  return TRUE;
}

/* Filters the pulse in the time buffer and delays it by a part of a sample: whole samples would
 * make the period jitter and the upper harmonics hoarse. */
static void
shape_pulse (const Renderer *self, gsize frame, gboolean noise, double delay)
{
  float *spectrum = myna_fft_get_spectrum (self->fft);
  float gain[MYNA_DRAFT_MAX_BINS];
  int n_bins = myna_draft_format_n_bins (self->plan->format);
  gboolean filtered = get_filter (self, frame, noise, gain);
  double angle = -2 * G_PI * delay / self->plan->format->fft;
  float step_re = (float) cos (angle), step_im = (float) sin (angle);
  float turn_re = 1, turn_im = 0;

  if (!filtered && fabs (delay) < 1e-3)
    return;
  myna_fft_forward (self->fft);
  for (int k = 0; k < n_bins; k++)
    {
      float re = spectrum[2 * k] * turn_re - spectrum[2 * k + 1] * turn_im;
      float im = spectrum[2 * k] * turn_im + spectrum[2 * k + 1] * turn_re;
      float next = turn_re * step_re - turn_im * step_im;

      turn_im = turn_re * step_im + turn_im * step_re;
      turn_re = next;
      spectrum[2 * k] = filtered ? re * gain[k] : re;
      spectrum[2 * k + 1] = filtered ? im * gain[k] : im;
    }
  spectrum[2 * n_bins - 1] = 0; /* the bin at half the rate is real */
  myna_fft_inverse (self->fft);
}

static void
add_pulse (Renderer *self, gint64 t)
{
  const float *time = myna_fft_get_time (self->fft);
  gint64 start = t - self->plan->format->fft / 2;

  for (gint64 i = MAX (-start, 0); i < self->plan->format->fft; i++)
    {
      if (start + i >= (gint64) self->n_out)
        break;
      self->out[start + i] += time[i];
    }
}

/* At the beginning of a voiced stretch the first pulse falls where the source has it. */
static double
align_first_pulse (const Pulse *pulse, double position, double slope, double step)
{
  double shift = (pulse->centre - position) / slope;

  return shift > 0 && shift < step ? shift : 0;
}

static gboolean
render_all (Renderer *self, GCancellable *cancellable, GError **error)
{
  const MynaDraftPlan *plan = self->plan;
  gboolean was_voiced = FALSE;
  double t = 0;

  for (guint32 index = 0; t < (double) self->n_out + self->grain; index++)
    {
      gsize frame = MIN ((gsize) (t / plan->format->hop + 0.5), plan->n_frames - 1);
      const MynaDraftAnalysis *source = get_source (self, frame);
      double position = get_position (self, frame, t);
      double step = self->grain, place = 0;
      float f0 = plan->frames[frame].f0 > 0 ? CLAMP (plan->frames[frame].f0, MIN_F0, MAX_F0) : 0;
      gboolean voiced = FALSE;
      Pulse pulse;

      if (index % CANCEL_EVERY == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      voiced = take_voiced_pulse (self, source, position, f0, &pulse);
      if (voiced)
        {
          step = plan->format->rate / (double) f0;
          if (!was_voiced)
            t += align_first_pulse (&pulse, position, get_slope (self, frame), step);
          place = t - (pulse.centre - floor (pulse.centre + 0.5));
        }
      else
        {
          t = place = floor (t + 0.5);
          take_unvoiced_pulse (self, source, frame, get_position (self, frame, t), index, &pulse);
        }
      window_pulse (self, &pulse, (gint64) floor (place + 0.5));
      shape_pulse (self, frame, source == NULL, place - floor (place + 0.5));
      add_pulse (self, (gint64) floor (place + 0.5));
      was_voiced = voiced;
      t += step;
    }
  return TRUE;
}

/**
 * myna_draft_render:
 * @plan: what to render
 * @n_samples: (out): n_frames * hop
 * @cancellable: (nullable): to stop early
 * @error: set when cancelled
 *
 * Renders a plan to sound at the level of its sources. The same plan gives the same samples on the
 * same machine. Worker thread.
 *
 * Returns: (transfer full) (nullable): the samples; %NULL when cancelled
 */
float *
myna_draft_render (const MynaDraftPlan *plan,
                   gsize *n_samples,
                   GCancellable *cancellable,
                   GError **error)
{
  g_autoptr (MynaFft) fft = NULL;
  g_autoptr (MynaDraftCode) code = NULL;
  Renderer self = { plan, NULL, NULL, NULL, 0, 0, 0 };

  g_return_val_if_fail (plan != NULL && plan->format != NULL, NULL);

  self.n_out = plan->n_frames * (gsize) plan->format->hop;
  self.grain = plan->format->rate * 0.004;
  self.jitter = plan->format->rate * 0.0025;
  self.fft = fft = myna_fft_new (plan->format->fft);
  self.code = code = myna_draft_code_new (plan->format);
  self.out = g_new0 (float, MAX (self.n_out, 1));
  if (self.n_out > 0 && !render_all (&self, cancellable, error))
    g_clear_pointer (&self.out, g_free);
  *n_samples = self.out != NULL ? self.n_out : 0;
  return self.out;
}
