/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-decoder.h"

#include "engine/checkpoint/myna-network.h"
#include "engine/voice/gptsovits/myna-gsv-flow.h"
#include "engine/voice/gptsovits/myna-gsv-generator.h"
#include "engine/voice/gptsovits/myna-gsv-prior.h"
#include "engine/voice/gptsovits/myna-gsv-style.h"
#include "gpu/gpu-plan.h"

#include <string.h>

/* Windows the memory plan may choose: ten seconds, half a second. */
#define MOST_WINDOW 500
#define LEAST_WINDOW 25
/* Frames to each side that a frame of sound depends on. */
#define REACH (MYNA_GSV_GENERATOR_REACH + MYNA_GSV_FLOW_REACH)

struct _MynaGsvDecoder
{
  MynaGsvWeights *weights;
  MynaGsvStyle style;
  MynaGsvPrior prior;
  MynaGsvFlow flow;
  MynaGsvGenerator generator;
  int n_bins, timbre_size, n_phones;
  int speaker_size; /* 0: takes none */
};

/* ---- loading ---- */

static int
extent (MynaTensors *tensors, const char *name, int index)
{
  const MynaTensorInfo *info = myna_tensors_find (tensors, name);

  return info != NULL && info->n_dims > index ? (int) info->dims[index] : 0;
}

/* The version by its content (spec gpt-sovits, section 1.3). */
static MynaNetwork
find_version (MynaTensors *tensors)
{
  if (myna_tensors_find (tensors, "sv_emb.weight") != NULL)
    return extent (tensors, "dec.conv_pre.weight", 0) == 768 ? MYNA_NETWORK_S2_V2PROPLUS
                                                             : MYNA_NETWORK_S2_V2PRO;
  return extent (tensors, "enc_p.text_embedding.weight", 0) == 322 ? MYNA_NETWORK_S2_V1
                                                                   : MYNA_NETWORK_S2_V2;
}

/**
 * myna_gsv_decoder_new:
 * @tensors: a SoVITS checkpoint of version 1, 2, v2Pro or v2ProPlus
 * @device: where to run
 * @type: how the weights of products are kept
 * @error: (out) (optional): a tensor is missing, has another shape or does not fit the device
 *
 * The versions differ in extents only, and in the speaker vector of the Pro ones (spec gpt-sovits,
 * section 4.5).
 *
 * Returns: (transfer full) (nullable): the decoder
 */
MynaGsvDecoder *
myna_gsv_decoder_new (MynaTensors *tensors, GpuDevice *device, GpuType type, GError **error)
{
  g_autoptr (MynaGsvDecoder) self = NULL;
  const MynaTensorRow *rows;
  gsize n_rows;

  g_return_val_if_fail (tensors != NULL && device != NULL, NULL);

  rows = myna_network_get_rows (find_version (tensors), &n_rows);
  if (!myna_tensors_check (tensors, rows, n_rows, error))
    return NULL;
  self = g_new0 (MynaGsvDecoder, 1);
  self->weights = myna_gsv_weights_new (tensors, device, type);
  self->speaker_size = extent (tensors, "sv_emb.weight", 1);
  self->n_bins = extent (tensors, "ref_enc.spectral.0.fc.weight", 1);
  self->timbre_size = extent (tensors, "ref_enc.fc.fc.weight", 0);
  self->n_phones = extent (tensors, "enc_p.text_embedding.weight", 0);
  myna_gsv_style_load (&self->style, self->weights, self->speaker_size > 0);
  myna_gsv_prior_load (&self->prior, self->weights, self->speaker_size > 0);
  myna_gsv_flow_load (&self->flow, self->weights);
  myna_gsv_generator_load (&self->generator, self->weights);
  return myna_gsv_weights_finish (self->weights, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * myna_gsv_decoder_free:
 * @self: (nullable) (transfer full): the decoder
 */
void
myna_gsv_decoder_free (MynaGsvDecoder *self)
{
  if (self == NULL)
    return;
  myna_gsv_weights_free (self->weights);
  g_free (self);
}

/**
 * myna_gsv_decoder_get_size:
 * @self: the decoder
 *
 * Returns: bytes of its weights on the device
 */
guint64
myna_gsv_decoder_get_size (MynaGsvDecoder *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return myna_gsv_weights_get_size (self->weights);
}

/**
 * myna_gsv_decoder_get_device:
 * @self: the decoder
 *
 * Returns: (transfer none): where it runs
 */
GpuDevice *
myna_gsv_decoder_get_device (MynaGsvDecoder *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return myna_gsv_weights_get_device (self->weights);
}

/**
 * myna_gsv_decoder_get_n_bins:
 * @self: the decoder
 *
 * Returns: bins of the spectrogram that it takes a timbre from
 */
int
myna_gsv_decoder_get_n_bins (MynaGsvDecoder *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_bins;
}

/**
 * myna_gsv_decoder_get_timbre_size:
 * @self: the decoder
 *
 * Returns: values of a timbre
 */
int
myna_gsv_decoder_get_timbre_size (MynaGsvDecoder *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->timbre_size;
}

/**
 * myna_gsv_decoder_needs_speaker:
 * @self: the decoder
 *
 * Returns: whether a timbre needs a speaker vector of MynaGsvSpeaker
 */
gboolean
myna_gsv_decoder_needs_speaker (MynaGsvDecoder *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->speaker_size > 0;
}

/**
 * myna_gsv_decoder_get_n_phones:
 * @self: the decoder
 *
 * Returns: size of the table of phones: 322 for version 1, else 732
 */
int
myna_gsv_decoder_get_n_phones (MynaGsvDecoder *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_phones;
}

/* ---- timbre ---- */

/**
 * myna_gsv_decoder_read_timbre:
 * @self: the decoder
 * @cx: a context of its device
 * @spectrogram: [n_frames, bins] of myna_gsv_spectrogram()
 * @n_frames: at least one
 * @speaker: (nullable): of MynaGsvSpeaker, where it is needed
 * @timbre: (out caller-allocates): as many values as myna_gsv_decoder_get_timbre_size()
 * @trace: (nullable): is shown what lies between
 * @error: (out) (optional): the device failed
 *
 * Returns: whether @timbre was set
 */
gboolean
myna_gsv_decoder_read_timbre (MynaGsvDecoder *self,
                              GpuContext *cx,
                              const float *spectrogram,
                              gint64 n_frames,
                              const float *speaker,
                              float *timbre,
                              const MynaGsvTrace *trace,
                              GError **error)
{
  GpuTensor *x, *vector = NULL;
  gboolean done;

  g_return_val_if_fail (self != NULL && cx != NULL && timbre != NULL, FALSE);
  g_return_val_if_fail (spectrogram != NULL && n_frames > 0, FALSE);
  g_return_val_if_fail (self->speaker_size == 0 || speaker != NULL, FALSE);

  gpu_scope_begin (cx);
  x = gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (n_frames, self->n_bins), spectrogram);
  if (self->speaker_size > 0)
    vector = gpu_tensor_new_f32 (cx, GPU_SHAPE_1 (self->speaker_size), speaker);
  x = myna_gsv_style_run (&self->style, cx, x, vector, trace);
  done = gpu_tensor_read_f32 (cx, x, timbre, error);
  gpu_scope_end (cx);
  return done;
}

/**
 * myna_gsv_timbre_average:
 * @mean: (inout): mean of n − 1 timbres; is overwritten for n = 1
 * @timbre: one more
 * @size: of both
 * @n: how many @mean will be of
 *
 * Several references sound like the mean of their timbres (spec gpt-sovits, section 4.5).
 */
void
myna_gsv_timbre_average (float *mean, const float *timbre, int size, int n)
{
  g_return_if_fail (mean != NULL && timbre != NULL && n > 0);

  for (int i = 0; i < size; i++)
    mean[i] = n == 1 ? timbre[i] : mean[i] + (timbre[i] - mean[i]) / (float) n;
}

/* ---- decoding ---- */

/**
 * myna_gsv_count_frames:
 * @n_tokens: of an utterance
 * @speed: of its speech
 *
 * Returns: latent frames of it, MYNA_GSV_FRAMES_PER_SECOND
 */
gint64
myna_gsv_count_frames (gsize n_tokens, double speed)
{
  gint64 n = 2 * (gint64) n_tokens;

  return speed == 1 ? n : (gint64) ((double) n / speed) + 1;
}

/* One call of myna_gsv_decoder_run(). */
typedef struct
{
  MynaGsvDecoder *decoder;
  GpuContext *cx;
  const MynaGsvUtterance *utterance;
  gint64 n_frames;
  GpuTensor *prior; /* [n_frames, 384] */
  MynaGsvFlowConditions flow_conditions;
  GpuTensor *generator_condition;
  float *buffer; /* noise of a window, then its sound */
  MynaGsvSamplesFunc func;
  gpointer data;
  GCancellable *cancellable;
  const MynaGsvTrace *trace;
} Run;

static void
prepare (Run *run)
{
  const MynaGsvUtterance *u = run->utterance;
  MynaGsvDecoder *self = run->decoder;
  GpuContext *cx = run->cx;
  GpuTensor *tokens = gpu_tensor_new_i32 (cx, GPU_SHAPE_1 ((gint64) u->n_tokens), u->tokens);
  GpuTensor *phones = gpu_tensor_new_i32 (cx, GPU_SHAPE_1 ((gint64) u->n_phones), u->phones);
  GpuTensor *timbre = gpu_tensor_new_f32 (cx, GPU_SHAPE_1 (self->timbre_size), u->timbre);

  run->prior = myna_gsv_prior_run (&self->prior, cx, tokens, phones, timbre, u->speed,
                                   run->cancellable, run->trace);
  run->flow_conditions = myna_gsv_flow_condition (&self->flow, cx, timbre);
  run->generator_condition = myna_gsv_generator_condition (&self->generator, cx, timbre);
}

/* Noise belongs to frames, not to windows, so that windows agree where they overlap. */
static GpuTensor *
draw_noise (Run *run, gint64 from, gint64 n)
{
  const MynaGsvUtterance *u = run->utterance;
  MynaGsvRandom random = { u->random.seed, MYNA_GSV_STREAM_NOISE };

  for (gint64 i = 0; i < n; i++)
    {
      float *row = run->buffer + i * MYNA_GSV_LATENT;

      if (u->noise != NULL)
        memcpy (row, u->noise + (from + i) * MYNA_GSV_LATENT, sizeof (float) * MYNA_GSV_LATENT);
      else
        myna_gsv_random_normal (&random, (guint32) (from + i), row, MYNA_GSV_LATENT);
      for (int c = 0; c < MYNA_GSV_LATENT; c++)
        row[c] *= u->noise_scale;
    }
  return gpu_tensor_new_f32 (run->cx, GPU_SHAPE_2 (n, MYNA_GSV_LATENT), run->buffer);
}

/* m + noise·exp (log σ) of frames from @from on. */
static GpuTensor *
draw_latent (Run *run, gint64 from, gint64 n)
{
  GpuContext *cx = run->cx;
  GpuTensor *rows = gpu_slice (cx, run->prior, 0, from, n);
  GpuTensor *mean = gpu_slice (cx, rows, 1, 0, MYNA_GSV_LATENT);
  GpuTensor *deviation = gpu_slice (cx, rows, 1, MYNA_GSV_LATENT, MYNA_GSV_LATENT);
  GpuTensor *x;

  myna_gsv_trace (run->trace, cx, mean, "m");
  myna_gsv_trace (run->trace, cx, deviation, "logs");
  x = gpu_mul (cx, draw_noise (run, from, n), gpu_activate (cx, deviation, GPU_ACT_EXP, 0, 0));
  x = gpu_add (cx, mean, x);
  myna_gsv_trace (run->trace, cx, x, "z_p");
  return x;
}

/* The sound of frames [begin, end): what lies within the reach of the generator is made too and
 * cut off, and around that what lies within the reach of the flow. */
static gboolean
decode_window (Run *run, gint64 begin, gint64 end, GError **error)
{
  MynaGsvDecoder *self = run->decoder;
  GpuContext *cx = run->cx;
  gint64 first = MAX (begin - MYNA_GSV_GENERATOR_REACH, 0);
  gint64 last = MIN (end + MYNA_GSV_GENERATOR_REACH, run->n_frames);
  gint64 flow_first = MAX (first - MYNA_GSV_FLOW_REACH, 0);
  gint64 flow_last = MIN (last + MYNA_GSV_FLOW_REACH, run->n_frames);
  GpuTensor *x;
  gboolean done;

  gpu_scope_begin (cx);
  x = draw_latent (run, flow_first, flow_last - flow_first);
  x = myna_gsv_flow_run (&self->flow, cx, x, &run->flow_conditions);
  myna_gsv_trace (run->trace, cx, x, "z");
  x = gpu_slice (cx, x, 0, first - flow_first, last - first);
  x = myna_gsv_generator_run (&self->generator, cx, x, run->generator_condition, run->cancellable);
  done = !g_cancellable_set_error_if_cancelled (run->cancellable, error) &&
         gpu_tensor_read_f32 (cx, x, run->buffer, error);
  gpu_scope_end (cx);
  if (done)
    run->func (run->buffer + (begin - first) * MYNA_GSV_FRAME_SAMPLES,
               (gsize) ((end - begin) * MYNA_GSV_FRAME_SAMPLES), run->data);
  return done;
}

/**
 * myna_gsv_decoder_run:
 * @self: the decoder
 * @cx: a context of its device
 * @utterance: what to say
 * @func: gets the sound, piece after piece
 * @data: closure for @func
 * @cancellable: (nullable): looked at many times a second
 * @trace: (nullable): is shown what lies between, of every window
 * @error: (out) (optional): the device failed, or G_IO_ERROR_CANCELLED
 *
 * Scratch memory grows with the window, not with the utterance, but for the few bytes a frame of
 * the prior. The sound does not depend on the windows (spec gpt-sovits, section 10).
 *
 * Returns: whether all was decoded
 */
gboolean
myna_gsv_decoder_run (MynaGsvDecoder *self,
                      GpuContext *cx,
                      const MynaGsvUtterance *utterance,
                      MynaGsvSamplesFunc func,
                      gpointer data,
                      GCancellable *cancellable,
                      const MynaGsvTrace *trace,
                      GError **error)
{
  Run run = {
    self, cx, utterance, 0, .func = func, .data = data, .cancellable = cancellable, .trace = trace
  };
  gint64 window, width;
  gboolean done = TRUE;

  g_return_val_if_fail (self != NULL && cx != NULL && utterance != NULL && func != NULL, FALSE);
  g_return_val_if_fail (utterance->n_tokens > 0 && utterance->n_phones > 0, FALSE);
  g_return_val_if_fail (utterance->timbre != NULL && utterance->speed > 0, FALSE);

  run.n_frames = myna_gsv_count_frames (utterance->n_tokens, utterance->speed);
  window = utterance->window > 0 ? MIN (utterance->window, run.n_frames) : run.n_frames;
  width = utterance->first_window > 0 ? MIN (utterance->first_window, window) : window;
  run.buffer = g_new (float, MAX ((window + 2 * MYNA_GSV_GENERATOR_REACH) * MYNA_GSV_FRAME_SAMPLES,
                                  (window + 2 * REACH) * MYNA_GSV_LATENT));
  gpu_scope_begin (cx);
  prepare (&run);
  /* Doubling, so that the seams' cost stays small beside the first piece's haste. */
  for (gint64 begin = 0; done && begin < run.n_frames; width = MIN (2 * width, window))
    {
      gint64 end = MIN (begin + width, run.n_frames);

      done = decode_window (&run, begin, end, error);
      begin = end;
    }
  gpu_scope_end (cx);
  g_free (run.buffer);
  return done;
}

/* ---- the memory plan ---- */

typedef struct
{
  MynaGsvDecoder *decoder;
  MynaGsvUtterance utterance;
} Plan;

static void
ignore_samples (const float *samples, gsize n_samples, gpointer data)
{
}

static void
measure (GpuContext *cx, gint64 window, gpointer data)
{
  Plan *plan = data;

  plan->utterance.window = window;
  myna_gsv_decoder_run (plan->decoder, cx, &plan->utterance, ignore_samples, NULL, NULL, NULL,
                        NULL);
}

/* An utterance of silence; @storage is for its values. */
static void
plan_init (Plan *plan,
           MynaGsvDecoder *decoder,
           gsize n_tokens,
           gsize n_phones,
           double speed,
           gpointer *storage)
{
  gsize n = MAX (MAX (n_tokens, n_phones), (gsize) decoder->timbre_size);

  *storage = g_malloc0 (n * sizeof (gint32));
  *plan = (Plan) { decoder,
                   { .tokens = *storage,
                     .n_tokens = n_tokens,
                     .phones = *storage,
                     .n_phones = n_phones,
                     .timbre = *storage,
                     .speed = speed } };
}

/**
 * myna_gsv_decoder_estimate:
 * @self: the decoder
 * @n_tokens: of an utterance
 * @n_phones: of it
 * @speed: of it
 * @window: frames of a piece, 0: all at once
 *
 * Returns: bytes of scratch that decoding will need
 */
guint64
myna_gsv_decoder_estimate (
    MynaGsvDecoder *self, gsize n_tokens, gsize n_phones, double speed, gint64 window)
{
  g_autofree gpointer storage = NULL;
  Plan plan;

  g_return_val_if_fail (self != NULL && n_tokens > 0 && n_phones > 0 && speed > 0, 0);

  plan_init (&plan, self, n_tokens, n_phones, speed, &storage);
  return gpu_plan_estimate (myna_gsv_weights_get_device (self->weights), window, measure, &plan);
}

/**
 * myna_gsv_decoder_choose_window:
 * @self: the decoder
 * @n_tokens: of an utterance
 * @n_phones: of it
 * @speed: of it
 *
 * Returns: the frames of a piece that fit the device's free memory, at most ten seconds
 */
gint64
myna_gsv_decoder_choose_window (MynaGsvDecoder *self, gsize n_tokens, gsize n_phones, double speed)
{
  g_autofree gpointer storage = NULL;
  Plan plan;

  g_return_val_if_fail (self != NULL && n_tokens > 0 && n_phones > 0 && speed > 0, 0);

  plan_init (&plan, self, n_tokens, n_phones, speed, &storage);
  return gpu_plan_window (myna_gsv_weights_get_device (self->weights), MOST_WINDOW, LEAST_WINDOW,
                          measure, &plan);
}
