/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-part.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "engine/audio/myna-audio-load.h"
#include "engine/core/myna-error.h"

/* The length that sounds best: long enough for the manner, short enough for T2S's attention. */
#define BEST_SECONDS 7.0

/* Where a long clip is cut, a pause is looked for in windows of this length. */
#define LEVEL_SECONDS 0.05

static gboolean
is_good_length (double seconds)
{
  return seconds >= MYNA_VOICE_REFERENCE_LEAST && seconds <= MYNA_VOICE_REFERENCE_MOST;
}

/* The clip to take the delivery from: one whose words are known, of a good length. */
static guint
choose_clip (const MynaVoiceRecord *voice)
{
  guint best = 0;
  double best_score = -G_MAXDOUBLE;

  for (guint i = 0; i < voice->clips->len; i++)
    {
      const MynaVoiceClip *clip = myna_voice_record_get_clip (voice, i);
      gboolean said = clip->transcript != NULL && *clip->transcript != '\0';
      double score = -fabs (clip->duration - BEST_SECONDS);

      if (said && is_good_length (clip->duration))
        score += 1000;
      else if (clip->duration >= MYNA_VOICE_REFERENCE_LEAST)
        score += 100;
      if (score <= best_score)
        continue;
      best = i;
      best_score = score;
    }
  return best;
}

static double *
measure_levels (const MynaAudio *audio, gsize *n_levels)
{
  gsize size = (gsize) (LEVEL_SECONDS * audio->rate);
  double *levels = g_new0 (double, audio->n_frames / size + 1);

  *n_levels = audio->n_frames / size;
  for (gsize i = 0; i < *n_levels; i++)
    for (gsize s = 0; s < size; s++)
      levels[i] += (double) audio->samples[i * size + s] * audio->samples[i * size + s];
  return levels;
}

/* Of a long clip, the stretch between two pauses with most speech in it. */
static void
choose_stretch (const MynaAudio *audio, double *out_start, double *out_end)
{
  const gsize length = (gsize) (BEST_SECONDS / LEVEL_SECONDS);
  const gsize slack = (gsize) ((MYNA_VOICE_REFERENCE_MOST - BEST_SECONDS) / LEVEL_SECONDS);
  gsize n = 0;
  g_autofree double *levels = measure_levels (audio, &n);
  double best = -G_MAXDOUBLE;

  *out_start = 0;
  *out_end = MIN (MYNA_VOICE_REFERENCE_MOST, (double) audio->n_frames / audio->rate);
  for (gsize start = 0; start + length < n; start += 2)
    for (gsize end = start + length - slack; end < MIN (start + length + slack, n); end += 2)
      {
        double sum = 0;

        /* Loud within, quiet at both ends. */
        for (gsize i = start + 1; i < end; i += 4)
          sum += sqrt (levels[i]);
        sum = sum / (double) (end - start) * 4 - 2 * (sqrt (levels[start]) + sqrt (levels[end]));
        if (sum <= best)
          continue;
        best = sum;
        *out_start = (double) start * LEVEL_SECONDS;
        *out_end = (double) end * LEVEL_SECONDS;
      }
}

/* Which of the words are said in a part of a clip is not known. */
static MynaVoiceReference *
choose_in_long_clip (const MynaVoiceRecord *voice,
                     guint clip,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autofree char *path = myna_voice_record_dup_clip_path (voice, clip);
  g_autoptr (MynaAudio) audio = myna_audio_load (path, -1, 0, 0, 0, 1, cancellable, error);
  double start, end;

  if (audio == NULL)
    return NULL;
  choose_stretch (audio, &start, &end);
  return myna_voice_reference_new (clip, start, end, NULL);
}

/**
 * myna_gsv_part_choose:
 * @voice: a voice with clips
 * @cancellable: (nullable): to stop
 * @error: return location
 *
 * Upstream takes a whole file of 3 to 10 seconds with its text (spec gpt-sovits section 5, step 1);
 * where no clip is such a one, the stretch of a longer clip that lies between pauses serves.
 *
 * Returns: (transfer full): what is imitated; %NULL with TOO_SHORT, …
 */
MynaVoiceReference *
myna_gsv_part_choose (const MynaVoiceRecord *voice, GCancellable *cancellable, GError **error)
{
  const MynaVoiceClip *clip;
  gboolean said;
  guint best;

  g_return_val_if_fail (voice != NULL && voice->clips->len > 0, NULL);

  if (voice->reference != NULL)
    return myna_voice_reference_copy (voice->reference);
  best = choose_clip (voice);
  clip = myna_voice_record_get_clip (voice, best);
  if (clip->duration < MYNA_VOICE_REFERENCE_LEAST)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_TOO_SHORT,
                   _ ("GPT-SoVITS needs 3 seconds of “%s” in one recording. Add a longer one."),
                   voice->name);
      return NULL;
    }
  if (clip->duration > MYNA_VOICE_REFERENCE_MOST)
    return choose_in_long_clip (voice, best, cancellable, error);
  said = clip->transcript != NULL && *clip->transcript != '\0';
  return myna_voice_reference_new (best, 0, clip->duration, said ? clip->transcript : NULL);
}
