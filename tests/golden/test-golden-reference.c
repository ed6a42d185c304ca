/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

/* What GPT-SoVITS makes of a reference clip: spectrogram, features, tokens, speaker. */

#include "engine/voice/gptsovits/myna-gsv-hubert.h"
#include "engine/voice/gptsovits/myna-gsv-quantizer.h"
#include "engine/voice/gptsovits/myna-gsv-speaker.h"
#include "engine/voice/gptsovits/myna-gsv-spectrum.h"
#include "tests/golden/gsv-parity.h"

#include <math.h>

static void
check_resampler (GsvParity *parity, const char *in, int rate, int new_rate, const char *out)
{
  gsize n, n_out;
  g_autofree float *sound = gsv_parity_sound (parity, in, &n);
  g_autofree float *made = myna_gsv_resample (sound, n, rate, new_rate, &n_out);

  golden_check (parity->set, parity->one, out, made, n_out, GOLDEN_SAME, GOLDEN_F32);
}

static void
check_spectrum (GsvParity *parity)
{
  gsize n, n_frames;
  g_autofree float *sound = gsv_parity_sound (parity, "in.wav32k", &n);
  g_autofree float *linear = myna_gsv_spectrogram (sound, n, MYNA_GSV_MAX_BINS, &n_frames);

  gsv_parity_check_floats (parity, "out.linear", linear, n_frames * MYNA_GSV_MAX_BINS);
  check_resampler (parity, "in.wav32k", 32000, 16000, "out.resample_32k_16k");
  check_resampler (parity, "in.wav32k", 32000, 24000, "out.resample_32k_24k");
  check_resampler (parity, "in.wav44k", 44100, 32000, "out.resample_44k_32k");
  check_resampler (parity, "in.wav44k", 44100, 16000, "out.resample_44k_16k");
}

/* What was planned is enough, for what the operations need beside their results is counted. */
static void
check_plan (GsvParity *parity, guint64 weights, guint64 estimate)
{
  guint64 peak = gpu_context_get_peak (parity->cx);

  g_test_message ("weights %" G_GUINT64_FORMAT ", scratch %" G_GUINT64_FORMAT
                  ", planned %" G_GUINT64_FORMAT " bytes",
                  weights, peak, estimate);
  /* The allocator rounds up by an eighth at most. */
  g_assert_cmpuint (estimate * 9 / 8, >=, peak);
}

static void
check_hubert (GsvParity *parity)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaTensors) weights = gsv_parity_weights (parity, NULL);
  g_autoptr (MynaGsvHubert) hubert =
      myna_gsv_hubert_new (weights, parity->device, parity->type, &error);
  gsize n;
  g_autofree float *sound = gsv_parity_sound (parity, "in.wav16k", &n);
  MynaGsvTrace trace = gsv_parity_trace (parity);
  guint64 estimate;

  g_assert_no_error (error);
  parity->layout = GOLDEN_SAME;
  sound = g_renew (float, sound, n + MYNA_GSV_HUBERT_TAIL);
  for (gsize i = 0; i < MYNA_GSV_HUBERT_TAIL; i++)
    sound[n++] = 0;
  gsv_parity_check (parity, "out.features",
                    myna_gsv_hubert_run (hubert, parity->cx, sound, (gint64) n, &trace));
  estimate = myna_gsv_hubert_estimate (hubert, (gint64) n);
  check_plan (parity, myna_gsv_hubert_get_size (hubert), estimate);
}

/* The stored features are those of the case "cnhubert"; a token may differ where the runner-up is
 * as close. */
static void
check_codes (GsvParity *parity)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaTensors) weights = gsv_parity_weights (parity, NULL);
  g_autoptr (MynaGsvQuantizer) quantizer = myna_gsv_quantizer_new (weights, parity->device, &error);
  g_autoptr (GoldenCase) hubert = golden_case_open (parity->set, "cnhubert");
  gsize n, n_codes, n_gaps;
  g_autofree float *values = golden_case_read (hubert, "out.features", &n);
  g_autofree float *gaps = golden_case_read (parity->one, "out.gap", &n_gaps);
  g_autofree gint32 *wanted = golden_case_read_i32 (parity->one, "out.codes", &n_codes);
  g_autofree gint32 *codes = g_new (gint32, n_codes);
  MynaGsvTrace trace = gsv_parity_trace (parity);
  gint64 n_frames = (gint64) n / MYNA_GSV_HUBERT_CHANNELS;
  GpuTensor *features, *result;

  g_assert_no_error (error);
  features =
      gpu_tensor_new_f32 (parity->cx, GPU_SHAPE_2 (n_frames, MYNA_GSV_HUBERT_CHANNELS), values);
  result = myna_gsv_quantizer_run (quantizer, parity->cx, features, &trace);
  g_assert_cmpint (gpu_tensor_get_dim (result, 0), ==, (gint64) n_codes);
  gpu_tensor_read_i32 (parity->cx, result, codes, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < n_codes; i++)
    if (gaps[i] > (parity->type == GPU_F32 ? 1e-2f : 1.0f))
      g_assert_cmpint (codes[i], ==, wanted[i]);
}

/* The second result is of louder features, which reach the clamp. */
static void
check_speaker (GsvParity *parity)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaTensors) weights = gsv_parity_weights (parity, NULL);
  g_autoptr (MynaGsvSpeaker) speaker =
      myna_gsv_speaker_new (weights, parity->device, parity->type, &error);
  gsize n, n_frames, n_short = 160;
  g_autofree float *sound = gsv_parity_sound (parity, "in.wav16k", &n);
  g_autofree float *fbank = myna_gsv_fbank (sound, n, &n_frames);
  MynaGsvTrace trace = gsv_parity_trace (parity);
  guint64 estimate;

  g_assert_no_error (error);
  golden_check (parity->set, parity->one, "mid.fbank", fbank, n_frames * MYNA_GSV_BANDS,
                GOLDEN_SAME, GOLDEN_F32);
  gsv_parity_check (parity, "out.embedding",
                    myna_gsv_speaker_run (speaker, parity->cx, fbank, (gint64) n_frames, &trace));
  estimate = myna_gsv_speaker_estimate (speaker, (gint64) n_frames);
  check_plan (parity, myna_gsv_speaker_get_size (speaker), estimate);
  for (gsize i = 0; i < n_short * MYNA_GSV_BANDS; i++)
    fbank[i] *= 20;
  gsv_parity_check (parity, "out.embedding_clamped",
                    myna_gsv_speaker_run (speaker, parity->cx, fbank, (gint64) n_short, NULL));
}

/* A sweep of @n samples. */
static float *
make_sound (gsize n)
{
  float *sound = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    sound[i] = 0.3f * sinf ((float) i * (0.02f + (float) i * 1e-5f));
  return sound;
}

static float *
read_all (GpuContext *cx, const GpuTensor *value, gsize *n)
{
  g_autoptr (GError) error = NULL;
  float *values;

  *n = (gsize) gpu_shape_size (gpu_tensor_get_shape (value));
  values = g_new (float, *n);
  gpu_tensor_read_f32 (cx, value, values, &error);
  g_assert_no_error (error);
  return values;
}

static float *
run_hubert_on (GoldenSet *set, GpuDevice *device, gsize *n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaTensors) weights = golden_weights_new (set, "cnhubert", GOLDEN_WEIGHTS_F32);
  g_autoptr (MynaGsvHubert) hubert = myna_gsv_hubert_new (weights, device, GPU_F32, &error);
  g_autoptr (GpuContext) cx = gpu_context_new (device);
  g_autofree float *sound = make_sound (3200);

  g_assert_no_error (error);
  return read_all (cx, myna_gsv_hubert_run (hubert, cx, sound, 3200, NULL), n);
}

static float *
run_speaker_on (GoldenSet *set, GpuDevice *device, gsize *n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaTensors) weights = golden_weights_new (set, "eres2netv2", GOLDEN_WEIGHTS_F32);
  g_autoptr (MynaGsvSpeaker) speaker = myna_gsv_speaker_new (weights, device, GPU_F32, &error);
  g_autoptr (GpuContext) cx = gpu_context_new (device);
  g_autofree float *sound = make_sound (4800);
  gsize n_frames;
  g_autofree float *fbank = myna_gsv_fbank (sound, 4800, &n_frames);

  g_assert_no_error (error);
  return read_all (cx, myna_gsv_speaker_run (speaker, cx, fbank, (gint64) n_frames, NULL), n);
}

int
main (int argc, char **argv)
{
  GoldenSet *set;
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  set = golden_set_open ();
  gsv_parity_add (set, "spectrum", check_spectrum);
  gsv_parity_add (set, "cnhubert", check_hubert);
  gsv_parity_add (set, "codes-", check_codes);
  gsv_parity_add (set, "eres2netv2", check_speaker);
  gsv_parity_add_devices (set, "cnhubert", run_hubert_on);
  gsv_parity_add_devices (set, "eres2netv2", run_speaker_on);
  status = g_test_run ();
  golden_set_free (set);
  return status;
}
