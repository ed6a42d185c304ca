/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-bench-sovits.h"

#include "engine/voice/gptsovits/myna-gsv-decoder.h"
#include "engine/voice/gptsovits/myna-gsv-generator.h"
#include "engine/voice/gptsovits/myna-gsv-hubert.h"
#include "engine/voice/gptsovits/myna-gsv-shapes.h"
#include "engine/voice/gptsovits/myna-gsv-speaker.h"
#include "engine/voice/gptsovits/myna-gsv-spectrum.h"

#include <math.h>
#include <string.h>

/* Frames of the first piece when pieces are asked for: a quarter second. */
#define FIRST_WINDOW 12
#define WINDOW 500

static double
now (void)
{
  return (double) g_get_monotonic_time () / G_USEC_PER_SEC;
}

static MynaTensors *
make_tensors (MynaNetwork network)
{
  g_autoptr (MynaGsvShapes) shapes = myna_gsv_shapes_new ("");
  gsize n;
  const MynaTensorRow *rows = myna_network_get_rows (network, &n);

  myna_gsv_shapes_add_rows (shapes, rows, n);
  return myna_gsv_shapes_make_tensors (shapes);
}

/* ---- the decoder ---- */

/* A run and its stages, by what the decoder shows on its way. */
typedef struct
{
  double started, prior, latent, first_sound;
  float *sound;
  gsize n;
} Watch;

/* Reads a value, which waits until it has been computed, also on a GPU. */
static void
watch (const char *name, GpuContext *cx, const GpuTensor *value, gpointer data)
{
  Watch *self = data;
  gboolean prior = strcmp (name, "m") == 0, latent = strcmp (name, "z") == 0;
  g_autofree float *values = NULL;

  if (!prior && !latent)
    return;
  values = g_new (float, gpu_shape_size (gpu_tensor_get_shape (value)));
  gpu_tensor_read_f32 (cx, value, values, NULL);
  *(prior ? &self->prior : &self->latent) = now ();
}

static void
take_sound (const float *samples, gsize n_samples, gpointer data)
{
  Watch *self = data;

  if (self->n == 0)
    self->first_sound = now () - self->started;
  memcpy (self->sound + self->n, samples, n_samples * sizeof *samples);
  self->n += n_samples;
}

static double
count_operations (gboolean plus, gint64 n_frames)
{
  static const int rates[] = { 10, 8, 2, 2, 2 };
  static const int taps[] = { 16, 16, 8, 2, 2 };
  double channels = plus ? 768 : 512, rate = (double) n_frames;
  double sum = rate * 7 * 192 * channels;

  for (int i = 0; i < MYNA_GSV_STAGES; i++)
    {
      sum += rate * channels * channels / 2 * (plus && i == 0 ? 20 : taps[i]);
      rate *= rates[i];
      channels /= 2;
      /* Three branches of 3, 7 and 11 taps, three units, two convolutions. */
      sum += rate * channels * channels * (3 + 7 + 11) * 6;
    }
  return 2 * sum;
}

static gboolean
run_sovits (MynaGsvDecoder *decoder,
            GpuContext *cx,
            const MynaGsvUtterance *utterance,
            Watch *seen,
            MynaGsvSovitsFigures *figures,
            GError **error)
{
  MynaGsvTrace trace = { watch, seen };
  double total;

  seen->n = 0;
  seen->started = now ();
  if (!myna_gsv_decoder_run (decoder, cx, utterance, take_sound, seen, NULL, &trace, error))
    return FALSE;
  total = now () - seen->started;
  if (figures->first_run == 0)
    figures->first_run = total;
  figures->prior = MIN (figures->prior, seen->prior - seen->started);
  figures->flow = MIN (figures->flow, seen->latent - seen->prior);
  figures->generator = MIN (figures->generator, seen->started + total - seen->latent);
  figures->total = MIN (figures->total, total);
  return TRUE;
}

static gboolean
measure_sovits (MynaGsvDecoder *decoder,
                MynaGsvUtterance *utterance,
                int runs,
                MynaGsvSovitsFigures *figures,
                GError **error)
{
  g_autoptr (GpuContext) cx = gpu_context_new (myna_gsv_decoder_get_device (decoder));
  gsize n = (gsize) myna_gsv_count_frames (utterance->n_tokens, 1) * MYNA_GSV_FRAME_SAMPLES;
  g_autofree float *sound = g_new (float, n);
  Watch seen = { .sound = sound };

  figures->audio = (double) n / MYNA_GSV_RATE;
  for (int i = 0; i < runs; i++)
    if (!run_sovits (decoder, cx, utterance, &seen, figures, error))
      return FALSE;
  memcpy (figures->values, sound + n / 2, sizeof figures->values);
  figures->scratch = gpu_context_get_peak (cx);
  utterance->first_window = FIRST_WINDOW;
  utterance->window = WINDOW;
  for (int i = 0; i < runs; i++)
    {
      seen.n = 0;
      seen.started = now ();
      if (!myna_gsv_decoder_run (decoder, cx, utterance, take_sound, &seen, NULL, NULL, error))
        return FALSE;
      figures->first_sound = MIN (figures->first_sound, seen.first_sound);
    }
  return TRUE;
}

/**
 * myna_gsv_bench_sovits:
 * @device: where to compute
 * @type: of the weights
 * @network: MYNA_NETWORK_S2_V2PRO or MYNA_NETWORK_S2_V2PROPLUS
 * @n_tokens: tokens to decode, 25 a second
 * @n_phones: of the text
 * @runs: how often; the best counts, because others on the machine disturb
 * @figures: (out): what was measured
 * @error: (out) (optional): GPU_ERROR
 *
 * The whole utterance at once, without noise; then in pieces for the time to the first sound.
 *
 * Returns: whether it ran
 */
gboolean
myna_gsv_bench_sovits (GpuDevice *device,
                       GpuType type,
                       MynaNetwork network,
                       gsize n_tokens,
                       gsize n_phones,
                       int runs,
                       MynaGsvSovitsFigures *figures,
                       GError **error)
{
  g_autoptr (MynaTensors) tensors = NULL;
  g_autoptr (MynaGsvDecoder) decoder = NULL;
  g_autofree gint32 *tokens = NULL, *phones = NULL;
  float timbre[1024];
  MynaGsvUtterance utterance;
  double started = now ();

  g_return_val_if_fail (device != NULL && figures != NULL && n_tokens > 0 && n_phones > 0, FALSE);

  tensors = make_tensors (network);
  decoder = myna_gsv_decoder_new (tensors, device, type, error);
  if (decoder == NULL)
    return FALSE;
  *figures = (MynaGsvSovitsFigures) {
    .load = now () - started,
    .prior = G_MAXDOUBLE,
    .flow = G_MAXDOUBLE,
    .generator = G_MAXDOUBLE,
    .total = G_MAXDOUBLE,
    .first_sound = G_MAXDOUBLE,
    .weights = myna_gsv_decoder_get_size (decoder),
    .operations = count_operations (network == MYNA_NETWORK_S2_V2PROPLUS,
                                    myna_gsv_count_frames (n_tokens, 1)),
  };
  tokens = g_new (gint32, n_tokens);
  phones = g_new (gint32, n_phones);
  for (gsize i = 0; i < n_tokens; i++)
    tokens[i] = (gint32) (i * 37 % 1024);
  for (gsize i = 0; i < n_phones; i++)
    phones[i] = (gint32) (i * 11 % 732);
  for (int i = 0; i < 1024; i++)
    timbre[i] = (float) sin (i);
  utterance = (MynaGsvUtterance) { tokens, n_tokens, phones, n_phones, timbre, .speed = 1 };
  return measure_sovits (decoder, &utterance, runs, figures, error);
}

/* ---- what reads the reference ---- */

/* Runs a network once on a context and gives its result. */
typedef GpuTensor *(*RunFunc) (gpointer network, GpuContext *cx, const float *input, gint64 n);

static void
pick (GpuShape shape, const float *values, gboolean middle, float *picked)
{
  gint64 first = middle ? shape.d[0] / 2 * shape.d[1] : 0;
  gint64 step = middle ? 1 : gpu_shape_size (shape) / MYNA_GSV_BENCH_VALUES;

  for (int i = 0; i < MYNA_GSV_BENCH_VALUES; i++)
    picked[i] = values[first + i * step];
}

static gboolean
measure_reference (
    RunFunc run,
    gpointer network,
    GpuDevice *device,
    const float *input,
    gint64 n,
    gboolean middle, /* the values are the middle row's first, else from everywhere */
    int runs,
    MynaGsvReferenceFigures *figures,
    GError **error)
{
  g_autoptr (GpuContext) cx = gpu_context_new (device);
  gboolean done = TRUE;

  for (int i = 0; done && i < runs; i++)
    {
      double started = now ();
      g_autofree float *values = NULL;
      GpuTensor *x;

      gpu_scope_begin (cx);
      x = run (network, cx, input, n);
      values = g_new (float, gpu_shape_size (gpu_tensor_get_shape (x)));
      done = gpu_tensor_read_f32 (cx, x, values, error);
      pick (gpu_tensor_get_shape (x), values, middle, figures->values);
      gpu_scope_end (cx);
      figures->seconds = MIN (figures->seconds, now () - started);
    }
  figures->scratch = gpu_context_get_peak (cx);
  return done;
}

static GpuTensor *
run_hubert (gpointer network, GpuContext *cx, const float *input, gint64 n)
{
  return myna_gsv_hubert_run (network, cx, input, n, NULL);
}

static GpuTensor *
run_speaker (gpointer network, GpuContext *cx, const float *input, gint64 n)
{
  return myna_gsv_speaker_run (network, cx, input, n, NULL);
}

static float *
make_wave (gsize n, double amplitude, double step)
{
  float *wave = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    wave[i] = (float) (amplitude * sin ((double) i * step));
  return wave;
}

/**
 * myna_gsv_bench_hubert:
 * @device: where to compute
 * @type: of the weights
 * @n_samples: of a reference at 16 kHz with its tail
 * @runs: how often; the best counts
 * @figures: (out): what was measured
 * @error: (out) (optional): GPU_ERROR
 *
 * Returns: whether it ran
 */
gboolean
myna_gsv_bench_hubert (GpuDevice *device,
                       GpuType type,
                       gsize n_samples,
                       int runs,
                       MynaGsvReferenceFigures *figures,
                       GError **error)
{
  g_autoptr (MynaTensors) tensors = make_tensors (MYNA_NETWORK_HUBERT);
  g_autoptr (MynaGsvHubert) hubert = NULL;
  g_autofree float *wave = make_wave (n_samples, 0.3, 0.05);
  double started = now ();

  g_return_val_if_fail (device != NULL && figures != NULL, FALSE);

  hubert = myna_gsv_hubert_new (tensors, device, type, error);
  if (hubert == NULL)
    return FALSE;
  *figures = (MynaGsvReferenceFigures) { .load = now () - started,
                                         .seconds = G_MAXDOUBLE,
                                         .weights = myna_gsv_hubert_get_size (hubert) };
  return measure_reference (run_hubert, hubert, device, wave, (gint64) n_samples, TRUE, runs,
                            figures, error);
}

/**
 * myna_gsv_bench_speaker:
 * @device: where to compute
 * @type: of the weights
 * @n_frames: of a reference's filter bank, 100 a second
 * @runs: how often; the best counts
 * @figures: (out): what was measured
 * @error: (out) (optional): GPU_ERROR
 *
 * Returns: whether it ran
 */
gboolean
myna_gsv_bench_speaker (GpuDevice *device,
                        GpuType type,
                        gsize n_frames,
                        int runs,
                        MynaGsvReferenceFigures *figures,
                        GError **error)
{
  g_autoptr (MynaTensors) tensors = make_tensors (MYNA_NETWORK_ERES2NETV2);
  g_autoptr (MynaGsvSpeaker) speaker = NULL;
  g_autofree float *fbank = make_wave (n_frames * MYNA_GSV_BANDS, 1, 0.01);
  double started = now ();

  g_return_val_if_fail (device != NULL && figures != NULL, FALSE);

  speaker = myna_gsv_speaker_new (tensors, device, type, error);
  if (speaker == NULL)
    return FALSE;
  *figures = (MynaGsvReferenceFigures) { .load = now () - started,
                                         .seconds = G_MAXDOUBLE,
                                         .weights = myna_gsv_speaker_get_size (speaker) };
  return measure_reference (run_speaker, speaker, device, fbank, (gint64) n_frames, FALSE, runs,
                            figures, error);
}
