/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

/* SoVITS of versions 1, 2, v2Pro and v2ProPlus: timbre, prior, flow and sound, whole and in
 * windows. */

#include "engine/voice/gptsovits/myna-gsv-decoder.h"
#include "tests/golden/gsv-parity.h"

#include <math.h>
#include <string.h>

#define LATENT 192

/* [rows, columns] -> [columns, rows], g_free(). */
static float *
transposed (const float *values, gsize rows, gsize columns)
{
  float *out = g_new (float, rows *columns);

  for (gsize i = 0; i < rows; i++)
    for (gsize j = 0; j < columns; j++)
      out[j * rows + i] = values[i * columns + j];
  return out;
}

static float *
read_transposed (GsvParity *parity, const char *tensor, gsize rows, gsize *columns)
{
  gsize n;
  g_autofree float *values = golden_case_read (parity->one, tensor, &n);

  *columns = n / rows;
  return transposed (values, rows, *columns);
}

typedef struct
{
  float *samples;
  gsize n;
} Sound;

static void
append (const float *samples, gsize n_samples, gpointer data)
{
  Sound *sound = data;

  sound->samples = g_renew (float, sound->samples, sound->n + n_samples);
  memcpy (sound->samples + sound->n, samples, n_samples * sizeof *samples);
  sound->n += n_samples;
}

static void
decode (GsvParity *parity,
        MynaGsvDecoder *decoder,
        const MynaGsvUtterance *utterance,
        const MynaGsvTrace *trace,
        Sound *sound)
{
  g_autoptr (GError) error = NULL;

  sound->n = 0;
  myna_gsv_decoder_run (decoder, parity->cx, utterance, append, sound, NULL, trace, &error);
  g_assert_no_error (error);
}

/* Windows of odd sizes sound as the whole, within 1e-5. */
static void
check_windows (GsvParity *parity,
               MynaGsvDecoder *decoder,
               const MynaGsvUtterance *utterance,
               const Sound *whole)
{
  MynaGsvUtterance windowed = *utterance;
  Sound sound = { NULL, 0 };
  double worst = 0;

  windowed.first_window = 9;
  windowed.window = 33;
  decode (parity, decoder, &windowed, NULL, &sound);
  g_assert_cmpuint (sound.n, ==, whole->n);
  for (gsize i = 0; i < sound.n; i++)
    worst = MAX (worst, fabs ((double) sound.samples[i] - (double) whole->samples[i]));
  g_test_message ("windows: max %.2e", worst);
  g_assert_cmpfloat (worst, <=, 1e-5);
  g_free (sound.samples);
}

static void
check_speed (GsvParity *parity,
             MynaGsvDecoder *decoder,
             MynaGsvUtterance *utterance,
             const char *speed)
{
  MynaGsvTrace trace = gsv_parity_trace (parity);
  g_autofree char *suffix = g_strconcat ("_speed", speed, NULL);
  g_autofree char *out = g_strconcat ("out.wav", suffix, NULL);
  Sound sound = { NULL, 0 };
  guint64 peak, estimate;

  parity->suffix = suffix;
  utterance->speed = g_ascii_strtod (speed, NULL);
  gpu_context_reset_peak (parity->cx);
  decode (parity, decoder, utterance, &trace, &sound);
  peak = gpu_context_get_peak (parity->cx);
  gsv_parity_check_floats (parity, out, sound.samples, sound.n);
  if (parity->type == GPU_F32)
    check_windows (parity, decoder, utterance, &sound);
  estimate = myna_gsv_decoder_estimate (decoder, utterance->n_tokens, utterance->n_phones,
                                        utterance->speed, 0);
  g_test_message ("weights %" G_GUINT64_FORMAT ", scratch %" G_GUINT64_FORMAT
                  ", planned %" G_GUINT64_FORMAT " bytes",
                  myna_gsv_decoder_get_size (decoder), peak, estimate);
  /* The allocator rounds up by an eighth at most. */
  g_assert_cmpuint (estimate * 9 / 8, >=, peak);
  g_free (sound.samples);
}

/* The second reference is frames 40 … 149 of the first, its speaker −½ of the first's. */
static void
check_two_references (GsvParity *parity,
                      MynaGsvDecoder *decoder,
                      const float *spectrogram,
                      const float *speaker,
                      gsize n_speaker,
                      const float *first)
{
  int size = myna_gsv_decoder_get_timbre_size (decoder);
  int n_bins = myna_gsv_decoder_get_n_bins (decoder);
  g_autofree float *mean = g_new (float, size);
  g_autofree float *timbre = g_new (float, size);
  g_autofree float *other = g_new (float, MAX (n_speaker, 1));
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < n_speaker; i++)
    other[i] = -0.5f * speaker[i];
  myna_gsv_decoder_read_timbre (decoder, parity->cx, spectrogram + 40 * n_bins, 110,
                                speaker != NULL ? other : NULL, timbre, NULL, &error);
  g_assert_no_error (error);
  myna_gsv_timbre_average (mean, first, size, 1);
  myna_gsv_timbre_average (mean, timbre, size, 2);
  gsv_parity_check_floats (parity, "out.ge_two_refs", mean, (gsize) size);
}

static void
check_sovits (GsvParity *parity)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaTensors) weights = gsv_parity_weights (parity, NULL);
  g_autoptr (MynaGsvDecoder) decoder =
      myna_gsv_decoder_new (weights, parity->device, parity->type, &error);
  MynaGsvTrace trace = gsv_parity_trace (parity);
  MynaGsvUtterance utterance = { .noise_scale = MYNA_GSV_NOISE_SCALE };
  g_autofree float *spectrogram = NULL, *speaker = NULL, *timbre = NULL, *noise = NULL;
  g_autofree gint32 *tokens = NULL, *phones = NULL;
  gsize n_frames, n_speaker = 0, n_noise;

  g_assert_no_error (error);
  spectrogram = read_transposed (parity, "in.refer", (gsize) myna_gsv_decoder_get_n_bins (decoder),
                                 &n_frames);
  if (myna_gsv_decoder_needs_speaker (decoder))
    speaker = golden_case_read (parity->one, "in.sv", &n_speaker);
  timbre = g_new (float, myna_gsv_decoder_get_timbre_size (decoder));
  myna_gsv_decoder_read_timbre (decoder, parity->cx, spectrogram, (gint64) n_frames, speaker,
                                timbre, &trace, &error);
  g_assert_no_error (error);
  check_two_references (parity, decoder, spectrogram, speaker, n_speaker, timbre);
  noise = read_transposed (parity, "in.noise", LATENT, &n_noise);
  utterance.tokens = tokens = golden_case_read_i32 (parity->one, "in.codes", &utterance.n_tokens);
  utterance.phones = phones = golden_case_read_i32 (parity->one, "in.phones", &utterance.n_phones);
  utterance.timbre = timbre;
  utterance.noise = noise;
  check_speed (parity, decoder, &utterance, "1.0");
  check_speed (parity, decoder, &utterance, "1.3");
}

/* ---- what needs no reference ---- */

/* Some tokens and phones of nobody. */
typedef struct
{
  gint32 tokens[48], phones[12];
  float timbre[1024];
  MynaGsvUtterance utterance;
} Invented;

static void
invent (Invented *self, gsize n_tokens)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->tokens); i++)
    self->tokens[i] = (gint32) (i * 37 % 1024);
  for (gsize i = 0; i < G_N_ELEMENTS (self->phones); i++)
    self->phones[i] = (gint32) (i * 11 % 322);
  for (gsize i = 0; i < G_N_ELEMENTS (self->timbre); i++)
    self->timbre[i] = sinf ((float) i);
  self->utterance = (MynaGsvUtterance) { .tokens = self->tokens,
                                         .n_tokens = n_tokens,
                                         .phones = self->phones,
                                         .n_phones = G_N_ELEMENTS (self->phones),
                                         .timbre = self->timbre,
                                         .speed = 1,
                                         .noise_scale = MYNA_GSV_NOISE_SCALE,
                                         .random.seed = 42 };
}

static MynaGsvDecoder *
make_decoder (GoldenSet *set, GpuDevice *device)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaTensors) weights = golden_weights_new (set, "s2-v2Pro", GOLDEN_WEIGHTS_F32);
  MynaGsvDecoder *decoder = myna_gsv_decoder_new (weights, device, GPU_F32, &error);

  g_assert_no_error (error);
  return decoder;
}

static float *
run_on (GoldenSet *set, GpuDevice *device, gsize *n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaGsvDecoder) decoder = make_decoder (set, device);
  g_autoptr (GpuContext) cx = gpu_context_new (device);
  Invented invented;
  Sound sound = { NULL, 0 };

  invent (&invented, 5);
  invented.utterance.speed = 1.3;
  myna_gsv_decoder_run (decoder, cx, &invented.utterance, append, &sound, NULL, NULL, &error);
  g_assert_no_error (error);
  *n = sound.n;
  return sound.samples;
}

typedef struct
{
  GCancellable *cancellable;
  gsize first, n_calls;
} Listener;

static void
listen (const float *samples, gsize n_samples, gpointer data)
{
  Listener *self = data;

  if (self->n_calls++ == 0)
    self->first = n_samples;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

/* The first piece comes before the others are computed, and a run that is cancelled then ends. */
static void
check_pieces (gconstpointer data)
{
  g_autoptr (GpuDevice) device = gpu_device_choose ("cpu", NULL);
  g_autoptr (MynaGsvDecoder) decoder = make_decoder ((GoldenSet *) data, device);
  g_autoptr (GpuContext) cx = gpu_context_new (device);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Listener listener = { cancellable, 0, 0 }, all = { NULL, 0, 0 };
  guint64 peaks[2];
  Invented invented;

  invent (&invented, 40);
  invented.utterance.first_window = 10;
  invented.utterance.window = 16;
  g_assert_false (myna_gsv_decoder_run (decoder, cx, &invented.utterance, listen, &listener,
                                        cancellable, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (listener.n_calls, ==, 1);
  g_assert_cmpuint (listener.first, ==, 10 * 640);
  /* Twice the length, the same memory but for the prior and the flow, which reach beyond a window.
   */
  for (int i = 0; i < 2; i++)
    {
      invent (&invented, 24 * (gsize) (i + 1));
      invented.utterance.window = 16;
      gpu_context_reset_peak (cx);
      myna_gsv_decoder_run (decoder, cx, &invented.utterance, listen, &all, NULL, NULL, &error);
      g_assert_no_error (error);
      peaks[i] = gpu_context_get_peak (cx);
    }
  g_assert_cmpuint (all.n_calls, ==, 9);
  g_assert_cmpuint (peaks[1], <, peaks[0] + peaks[0] / 8);
  g_assert_cmpint (myna_gsv_decoder_choose_window (decoder, 40, 12, 1), >=, 25);
}

int
main (int argc, char **argv)
{
  static const char *const cases[] = { "s2-v1", "s2-v2" }; /* and v2Pro, v2ProPlus */
  GoldenSet *set;
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  set = golden_set_open ();
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    gsv_parity_add (set, cases[i], check_sovits);
  gsv_parity_add_devices (set, "s2-v2Pro", run_on);
  g_test_add_data_func ("/golden/s2-v2Pro/pieces", set, check_pieces);
  status = g_test_run ();
  golden_set_free (set);
  return status;
}
