/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
#include <math.h>

#include "engine/core/myna-error.h"
#include "engine/voice/draft/myna-draft-analysis.h"

#define MAX_RATE 768000
#define PIECE 65536 /* samples a call, so that counts fit an int whatever the length */

static void
free_resampler (SwrContext *swr)
{
  swr_free (&swr);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SwrContext, free_resampler)

static SwrContext *
open_resampler (int rate, int new_rate)
{
  AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
  SwrContext *swr = NULL;

  if (swr_alloc_set_opts2 (&swr, &mono, AV_SAMPLE_FMT_FLT, new_rate, &mono, AV_SAMPLE_FMT_FLT, rate,
                           0, NULL) < 0 ||
      swr_init (swr) < 0)
    swr_free (&swr);
  return swr;
}

/* Feeds @piece (silence or signal; @n = 0 and %NULL to drain), as far as @out has room. */
static gsize
feed (SwrContext *swr, const float *piece, int n, float *out, gsize room)
{
  guint8 *to = (guint8 *) out;
  const guint8 *from = (const guint8 *) piece;
  int made = swr_convert (swr, &to, (int) MIN (room, (gsize) G_MAXINT / 2),
                          piece != NULL ? &from : NULL, n);

  return made > 0 ? (gsize) made : 0;
}

/**
 * myna_draft_resample:
 * @samples: mono signal
 * @n_samples: its length
 * @rate: its rate in Hz
 * @new_rate: the rate wanted
 * @n_resampled: (out): n_samples * new_rate / rate, rounded
 * @error: set on failure
 *
 * Converts the rate with libswresample, without delay. Values that are not finite become 0.
 * Worker thread.
 *
 * Returns: (transfer full) (nullable): the new samples; at least one is allocated
 */
float *
myna_draft_resample (const float *samples,
                     gsize n_samples,
                     int rate,
                     int new_rate,
                     gsize *n_resampled,
                     GError **error)
{
  g_autoptr (SwrContext) swr = NULL;
  g_autofree float *out = NULL;
  g_autofree float *piece = g_new (float, PIECE);
  gsize n_out = 0, made = 0;

  *n_resampled = 0;
  if (rate < 1000 || rate > MAX_RATE || new_rate < 1000 || new_rate > MAX_RATE ||
      n_samples > G_MAXINT32)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("Sound with a sample rate of %d Hz cannot be used; convert it to 44100 or "
                      "48000 Hz first."),
                   rate);
      return NULL;
    }
  swr = open_resampler (rate, new_rate);
  if (swr == NULL)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("Sound with a sample rate of %d Hz cannot be used; convert it to 44100 or "
                      "48000 Hz first."),
                   rate);
      return NULL;
    }
  n_out =
      (gsize) (((guint64) n_samples * (guint64) new_rate + (guint64) rate / 2) / (guint64) rate);
  out = g_new0 (float, MAX (n_out, 1));
  for (gsize from = 0; from < n_samples && made < n_out; from += PIECE)
    {
      gsize n = MIN (PIECE, n_samples - from);

      for (gsize i = 0; i < n; i++)
        piece[i] = isfinite (samples[from + i]) ? samples[from + i] : 0.0f;
      made += feed (swr, piece, (int) n, out + made, n_out - made);
    }
  if (made < n_out)
    feed (swr, NULL, 0, out + made, n_out - made);
  *n_resampled = n_out;
  return g_steal_pointer (&out);
}
