/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-findings.h"

#include "engine/voice/draft/myna-draft-envelope.h"

#include <math.h>
#include <string.h>

#define CLIP_LEVEL 0.995f
#define MAX_CLIPPED 0.005
#define TWO_VOICES_SHARE 0.2
#define TWO_VOICES_STEP 0.4
#define TWO_VOICES_SEPARATION 3.6
#define TELEPHONE_HZ 4000
#define TELEPHONE_DB -38.0

/**
 * myna_draft_find_speech_seconds:
 * @recording: a recording
 *
 * Returns: for how long it is not quiet
 */
double
myna_draft_find_speech_seconds (const MynaDraftAnalysis *recording)
{
  g_autofree guint8 *quiet = g_new (guint8, recording->n_frames);
  gsize n = 0;

  myna_draft_silence_mask (recording->db, recording->n_frames, quiet);
  for (gsize i = 0; i < recording->n_frames; i++)
    n += !quiet[i];
  return (double) n * recording->format->hop / recording->format->rate;
}

/**
 * myna_draft_find_clipping:
 * @samples: as recorded
 * @n_samples: their number
 *
 * Returns: whether more than one sample in 200 is at the rail
 */
gboolean
myna_draft_find_clipping (const float *samples, gsize n_samples)
{
  gsize n = 0;

  for (gsize i = 0; i < n_samples; i++)
    n += fabsf (samples[i]) >= CLIP_LEVEL;
  return (double) n > MAX_CLIPPED * (double) n_samples;
}

/**
 * myna_draft_find_two_voices:
 * @recording: a recording
 *
 * Two people speaking show as two separate pitches, each for a good part of the time.
 *
 * Returns: whether there seem to be two
 */
gboolean
myna_draft_find_two_voices (const MynaDraftAnalysis *recording)
{
  double centre[2], sum[2], square[2], n[2], spread;

  centre[0] = log (90);
  centre[1] = log (260);
  for (int round = 0; round < 12; round++)
    {
      memset (sum, 0, sizeof sum);
      memset (square, 0, sizeof square);
      memset (n, 0, sizeof n);
      for (gsize i = 0; i < recording->n_frames; i++)
        if (recording->f0[i] > 0)
          {
            double pitch = log ((double) recording->f0[i]);
            int k = fabs (pitch - centre[1]) < fabs (pitch - centre[0]);

            sum[k] += pitch;
            square[k] += pitch * pitch;
            n[k]++;
          }
      if (n[0] < 1 || n[1] < 1)
        return FALSE;
      for (int k = 0; k < 2; k++)
        centre[k] = sum[k] / n[k];
    }
  spread = sqrt (
      MAX ((square[0] + square[1] - n[0] * centre[0] * centre[0] - n[1] * centre[1] * centre[1]) /
               (n[0] + n[1]),
           1e-6));
  return MIN (n[0], n[1]) > TWO_VOICES_SHARE * (n[0] + n[1]) &&
         centre[1] - centre[0] > TWO_VOICES_STEP &&
         centre[1] - centre[0] > TWO_VOICES_SEPARATION * spread;
}

/**
 * myna_draft_find_telephone:
 * @recording: a recording
 *
 * Returns: whether speech has nothing above 4 kHz, the band of a telephone
 */
gboolean
myna_draft_find_telephone (const MynaDraftAnalysis *recording)
{
  g_autoptr (MynaDraftCode) code = myna_draft_code_new (recording->format);
  int n_bins = myna_draft_format_n_bins (recording->format);
  int middle = (int) (TELEPHONE_HZ * recording->format->fft / recording->format->rate);
  g_autofree float *envelope = g_new (float, n_bins);
  double loud = myna_draft_loud_level (recording->db, recording->n_frames), low = 0, high = 0;

  for (gsize i = 0; i < recording->n_frames; i += 4)
    {
      if ((double) recording->db[i] < loud - 30)
        continue;
      myna_draft_code_decode (code, recording->cep + i * (gsize) recording->format->n_cep,
                              envelope);
      for (int bin = 1; bin < n_bins; bin++)
        *(bin < middle ? &low : &high) += exp ((double) envelope[bin]);
    }
  return low > 0 && 10 * log10 (high / low + 1e-12) < TELEPHONE_DB;
}
