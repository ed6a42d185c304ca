/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-reference.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "engine/audio/myna-audio-load.h"
#include "engine/core/myna-atomic-file.h"
#include "engine/core/myna-error.h"
#include "engine/voice/gptsovits/myna-gsv-part.h"
#include "engine/voice/gptsovits/myna-gsv-spectrum.h"

/* More clips than this do not change the mean timbre that can be heard. */
#define MAX_TIMBRES 5

/* Not UTF-8 text, so that a file of another kind is never taken for one. */
#define CACHE_TYPE "(suddmsaiau)"

/**
 * myna_gsv_reference_free:
 * @self: (transfer full): a reference
 */
void
myna_gsv_reference_free (MynaGsvReference *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->part, myna_voice_reference_free);
  g_clear_pointer (&self->prompt, g_array_unref);
  g_clear_pointer (&self->timbre, g_array_unref);
  g_free (self);
}

/* Spec gpt-sovits section 5, step 2. */
static void
limit_peak (float *samples, gsize n)
{
  float peak = 0;

  for (gsize i = 0; i < n; i++)
    peak = MAX (peak, fabsf (samples[i]));
  if (peak <= 1)
    return;
  for (gsize i = 0; i < n; i++)
    samples[i] /= MIN (peak, 2.0f);
}

static float *
read_speaker (MynaGsvNetworks *networks,
              const float *samples,
              gsize n_samples,
              GCancellable *cancellable,
              GError **error)
{
  GpuContext *cx = myna_gsv_networks_get_context (networks);
  MynaGsvSpeaker *speaker = myna_gsv_networks_get_speaker (networks, cancellable, error);
  g_autofree float *reduced = NULL;
  g_autofree float *fbank = NULL;
  g_autofree float *vector = NULL;
  gsize n_reduced = 0, n_frames = 0;
  gboolean done;

  if (speaker == NULL)
    return NULL;
  reduced =
      myna_gsv_resample (samples, n_samples, MYNA_GSV_RATE, MYNA_GSV_SPEAKER_RATE, &n_reduced);
  fbank = myna_gsv_fbank (reduced, n_reduced, &n_frames);
  vector = g_new0 (float, MYNA_GSV_SPEAKER_SIZE);
  gpu_scope_begin (cx);
  done = gpu_tensor_read_f32 (
      cx, myna_gsv_speaker_run (speaker, cx, fbank, (gint64) n_frames, NULL), vector, error);
  gpu_scope_end (cx);
  return done ? g_steal_pointer (&vector) : NULL;
}

/* The timbre of a stretch of sound at 32 kHz. */
static float *
read_timbre (MynaGsvNetworks *networks,
             float *samples,
             gsize n_samples,
             GCancellable *cancellable,
             GError **error)
{
  MynaGsvDecoder *decoder = myna_gsv_networks_get_decoder (networks, cancellable, error);
  g_autofree float *spectrogram = NULL;
  g_autofree float *speaker = NULL;
  g_autofree float *timbre = NULL;
  gsize n_frames = 0;

  if (decoder == NULL)
    return NULL;
  limit_peak (samples, n_samples);
  spectrogram =
      myna_gsv_spectrogram (samples, n_samples, myna_gsv_decoder_get_n_bins (decoder), &n_frames);
  if (myna_gsv_decoder_needs_speaker (decoder))
    {
      speaker = read_speaker (networks, samples, n_samples, cancellable, error);
      if (speaker == NULL)
        return NULL;
    }
  timbre = g_new0 (float, myna_gsv_decoder_get_timbre_size (decoder));
  if (!myna_gsv_decoder_read_timbre (decoder, myna_gsv_networks_get_context (networks), spectrogram,
                                     (gint64) n_frames, speaker, timbre, NULL, error))
    return NULL;
  return g_steal_pointer (&timbre);
}

static gboolean
read_prompt (MynaGsvReference *self,
             MynaGsvNetworks *networks,
             const MynaAudio *audio,
             GCancellable *cancellable,
             GError **error)
{
  GpuContext *cx = myna_gsv_networks_get_context (networks);
  MynaGsvHubert *hubert = myna_gsv_networks_get_hubert (networks, cancellable, error);
  MynaGsvQuantizer *quantizer =
      hubert != NULL ? myna_gsv_networks_get_quantizer (networks, cancellable, error) : NULL;
  g_autofree float *samples = NULL;
  GpuTensor *tokens;
  gsize n = 0;
  gboolean done;

  if (quantizer == NULL)
    return FALSE;
  samples =
      myna_gsv_resample (audio->samples, audio->n_frames, audio->rate, MYNA_GSV_SPEAKER_RATE, &n);
  samples = g_renew (float, samples, n + MYNA_GSV_HUBERT_TAIL);
  memset (samples + n, 0, MYNA_GSV_HUBERT_TAIL * sizeof (float));
  gpu_scope_begin (cx);
  tokens = myna_gsv_quantizer_run (
      quantizer, cx,
      myna_gsv_hubert_run (hubert, cx, samples, (gint64) (n + MYNA_GSV_HUBERT_TAIL), NULL), NULL);
  g_array_set_size (self->prompt, (guint) gpu_shape_size (gpu_tensor_get_shape (tokens)));
  done = gpu_tensor_read_i32 (cx, tokens, (gint32 *) (gpointer) self->prompt->data, error);
  gpu_scope_end (cx);
  return done;
}

static gboolean
add_timbre (MynaGsvReference *self,
            MynaGsvNetworks *networks,
            const MynaAudio *audio,
            GCancellable *cancellable,
            GError **error)
{
  gsize n = 0;
  g_autofree float *samples =
      myna_gsv_resample (audio->samples, audio->n_frames, audio->rate, MYNA_GSV_RATE, &n);
  g_autofree float *timbre = read_timbre (networks, samples, n, cancellable, error);
  int size;

  if (timbre == NULL)
    return FALSE;
  size = myna_gsv_decoder_get_timbre_size (
      myna_gsv_networks_get_decoder (networks, cancellable, NULL));
  g_array_set_size (self->timbre, (guint) size);
  self->n_timbres++;
  myna_gsv_timbre_average ((float *) (gpointer) self->timbre->data, timbre, size,
                           (int) self->n_timbres);
  return TRUE;
}

/* A part that is the whole clip is read to its end, wherever that is. */
static MynaAudio *
load_part (const MynaVoiceReference *part,
           const MynaVoiceRecord *voice,
           GCancellable *cancellable,
           GError **error)
{
  g_autofree char *path = myna_voice_record_dup_clip_path (voice, part->clip);
  gboolean whole =
      part->start <= 0 && part->end >= myna_voice_record_get_clip (voice, part->clip)->duration;

  return myna_audio_load (path, -1, part->start, whole ? 0 : part->end, 0, 1, cancellable, error);
}

static gboolean
add_others (MynaGsvReference *self,
            MynaGsvNetworks *networks,
            const MynaVoiceRecord *voice,
            GCancellable *cancellable,
            GError **error)
{
  for (guint i = 0; i < voice->clips->len && self->n_timbres < MAX_TIMBRES; i++)
    {
      const MynaVoiceClip *clip = myna_voice_record_get_clip (voice, i);
      g_autofree char *path = myna_voice_record_dup_clip_path (voice, i);
      g_autoptr (MynaAudio) audio = NULL;

      if (i == self->part->clip || clip->duration < MYNA_VOICE_REFERENCE_LEAST)
        continue;
      audio = myna_audio_load (path, -1, 0, MIN (clip->duration, MYNA_VOICE_REFERENCE_MOST), 0, 1,
                               cancellable, error);
      if (audio == NULL || g_cancellable_set_error_if_cancelled (cancellable, error) ||
          !add_timbre (self, networks, audio, cancellable, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * myna_gsv_reference_new:
 * @networks: locked
 * @voice: whose clips are taken
 * @progress: (nullable): called from this thread
 * @progress_data: closure
 * @cancellable: (nullable): to stop
 * @error: return location
 *
 * Reads what is to be imitated, as the person chose it or by itself (spec gpt-sovits section 5,
 * steps 1 to 4).
 *
 * Returns: (transfer full): the reference; %NULL with TOO_SHORT, UNSUPPORTED, …
 */
MynaGsvReference *
myna_gsv_reference_new (MynaGsvNetworks *networks,
                        const MynaVoiceRecord *voice,
                        void (*progress) (double fraction, gpointer user_data),
                        gpointer progress_data,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (MynaGsvReference) self = g_new0 (MynaGsvReference, 1);
  g_autoptr (MynaAudio) audio = NULL;

  g_return_val_if_fail (networks != NULL && voice != NULL && voice->clips->len > 0, NULL);

  self->prompt = g_array_new (FALSE, FALSE, sizeof (gint32));
  self->timbre = g_array_new (FALSE, FALSE, sizeof (float));
  self->part = myna_gsv_part_choose (voice, cancellable, error);
  audio = self->part != NULL ? load_part (self->part, voice, cancellable, error) : NULL;
  if (audio == NULL ||
      (self->part->text != NULL && !read_prompt (self, networks, audio, cancellable, error)))
    return NULL;
  if (progress != NULL)
    progress (0.5, progress_data);
  if (!add_timbre (self, networks, audio, cancellable, error) ||
      !add_others (self, networks, voice, cancellable, error))
    return NULL;
  if (progress != NULL)
    progress (1, progress_data);
  return g_steal_pointer (&self);
}

static void
fill_array (GArray *array, GVariant *values)
{
  gsize n = 0;
  gconstpointer data = g_variant_get_fixed_array (values, &n, 4);

  g_array_append_vals (array, data, (guint) n);
}

static MynaGsvReference *
parse (GVariant *cache, const char *key)
{
  g_autoptr (MynaGsvReference) self = g_new0 (MynaGsvReference, 1);
  g_autoptr (GVariant) prompt = NULL;
  g_autoptr (GVariant) timbre = NULL;
  g_autofree char *made_with = NULL;

  self->part = myna_voice_reference_new (0, 0, 0, NULL);
  self->prompt = g_array_new (FALSE, FALSE, sizeof (gint32));
  self->timbre = g_array_new (FALSE, FALSE, sizeof (float));
  g_variant_get (cache, "(suddms@ai@au)", &made_with, &self->part->clip, &self->part->start,
                 &self->part->end, &self->part->text, &prompt, &timbre);
  if (g_strcmp0 (made_with, key) != 0)
    return NULL;
  fill_array (self->prompt, prompt);
  fill_array (self->timbre, timbre);
  for (guint i = 0; i < self->prompt->len; i++)
    if (g_array_index (self->prompt, gint32, i) < 0 ||
        g_array_index (self->prompt, gint32, i) >= MYNA_GSV_CODES)
      return NULL;
  for (guint i = 0; i < self->timbre->len; i++)
    if (!isfinite (g_array_index (self->timbre, float, i)))
      return NULL;
  self->n_timbres = 1;
  return self->timbre->len > 0 ? g_steal_pointer (&self) : NULL;
}

/**
 * myna_gsv_reference_load:
 * @path: as given to myna_gsv_reference_save()
 * @key: of the networks
 *
 * Returns: (transfer full) (nullable): what was kept; %NULL when it is of other networks or damaged
 */
MynaGsvReference *
myna_gsv_reference_load (const char *path, const char *key)
{
  g_autofree char *data = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GVariant) cache = NULL;
  gsize size = 0;

  g_return_val_if_fail (path != NULL && key != NULL, NULL);

  if (!g_file_get_contents (path, &data, &size, NULL))
    return NULL;
  bytes = g_bytes_new_take (g_steal_pointer (&data), size);
  cache = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (CACHE_TYPE), bytes, FALSE));
  return g_variant_is_normal_form (cache) ? parse (cache, key) : NULL;
}

/**
 * myna_gsv_reference_save:
 * @path: a file
 * @key: of the networks it was made with
 * @error: return location
 *
 * Returns: whether it was kept
 */
gboolean
myna_gsv_reference_save (MynaGsvReference *self, const char *path, const char *key, GError **error)
{
  g_autoptr (GVariant) cache = NULL;

  g_return_val_if_fail (self != NULL && path != NULL && key != NULL, FALSE);

  /* Floats travel as their bits: GVariant has no type for them. */
  cache = g_variant_ref_sink (g_variant_new (
      "(suddms@ai@au)", key, self->part->clip, self->part->start, self->part->end, self->part->text,
      g_variant_new_fixed_array (G_VARIANT_TYPE_INT32, self->prompt->data, self->prompt->len, 4),
      g_variant_new_fixed_array (G_VARIANT_TYPE_UINT32, self->timbre->data, self->timbre->len, 4)));
  return myna_atomic_file_write (path, g_variant_get_data (cache), g_variant_get_size (cache),
                                 error);
}
