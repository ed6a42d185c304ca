/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-hubert.h"

#include "engine/checkpoint/myna-network.h"
#include "gpu/gpu-plan.h"

/* spec gpt-sovits, section 4.1. */

#define N_CONVS 7
#define N_LAYERS 12
#define N_HEADS 12
#define POSITION_GROUPS 16
#define POSITION_PAD 64
#define EPS 1e-5f

static const int conv_strides[N_CONVS] = { 5, 2, 2, 2, 2, 2, 2 };

typedef struct
{
  GpuWeight *gain, *bias;
} Norm;

typedef struct
{
  GpuWeight *q, *k, *v, *out;
  Norm norm;
  GpuWeight *widen, *narrow;
  Norm final_norm;
} Layer;

struct _MynaGsvHubert
{
  MynaGsvWeights *weights;
  GpuWeight *convs[N_CONVS];
  Norm conv_norm;
  Norm projection_norm;
  GpuWeight *projection;
  GpuWeight *position;
  Norm norm;
  Layer layers[N_LAYERS];
};

static Norm
load_norm (MynaGsvWeights *weights, const char *name)
{
  return (Norm) { myna_gsv_weights_constant (weights, "%s.weight", name),
                  myna_gsv_weights_constant (weights, "%s.bias", name) };
}

static void
load_layer (MynaGsvWeights *weights, Layer *layer, int index)
{
  g_autofree char *name = g_strdup_printf ("encoder.layers.%d", index);
  g_autofree char *norm = g_strconcat (name, ".layer_norm", NULL);
  g_autofree char *final_norm = g_strconcat (name, ".final_layer_norm", NULL);

  layer->q = myna_gsv_weights_linear (weights, "%s.attention.q_proj", name);
  layer->k = myna_gsv_weights_linear (weights, "%s.attention.k_proj", name);
  layer->v = myna_gsv_weights_linear (weights, "%s.attention.v_proj", name);
  layer->out = myna_gsv_weights_linear (weights, "%s.attention.out_proj", name);
  layer->norm = load_norm (weights, norm);
  layer->widen = myna_gsv_weights_linear (weights, "%s.feed_forward.intermediate_dense", name);
  layer->narrow = myna_gsv_weights_linear (weights, "%s.feed_forward.output_dense", name);
  layer->final_norm = load_norm (weights, final_norm);
}

/**
 * myna_gsv_hubert_new:
 * @tensors: chinese-hubert-base
 * @device: where to run
 * @type: how the weights of products are kept
 * @error: (out) (optional): a tensor is missing, has another shape or does not fit the device
 *
 * Returns: (transfer full) (nullable): the network
 */
MynaGsvHubert *
myna_gsv_hubert_new (MynaTensors *tensors, GpuDevice *device, GpuType type, GError **error)
{
  g_autoptr (MynaGsvHubert) self = NULL;
  const MynaTensorRow *rows;
  gsize n_rows;
  MynaGsvWeights *w;

  g_return_val_if_fail (tensors != NULL && device != NULL, NULL);

  rows = myna_network_get_rows (MYNA_NETWORK_HUBERT, &n_rows);
  if (!myna_tensors_check (tensors, rows, n_rows, error))
    return NULL;
  self = g_new0 (MynaGsvHubert, 1);
  self->weights = w = myna_gsv_weights_new (tensors, device, type);
  for (int i = 0; i < N_CONVS; i++)
    self->convs[i] = myna_gsv_weights_conv_1d (w, 1, "feature_extractor.conv_layers.%d.conv", i);
  self->conv_norm = load_norm (w, "feature_extractor.conv_layers.0.layer_norm");
  self->projection_norm = load_norm (w, "feature_projection.layer_norm");
  self->projection = myna_gsv_weights_linear (w, "feature_projection.projection");
  self->position = myna_gsv_weights_conv_1d (w, POSITION_GROUPS, "encoder.pos_conv_embed.conv");
  self->norm = load_norm (w, "encoder.layer_norm");
  for (int i = 0; i < N_LAYERS; i++)
    load_layer (w, &self->layers[i], i);
  return myna_gsv_weights_finish (w, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * myna_gsv_hubert_free:
 * @self: (nullable) (transfer full): the network
 */
void
myna_gsv_hubert_free (MynaGsvHubert *self)
{
  if (self == NULL)
    return;
  myna_gsv_weights_free (self->weights);
  g_free (self);
}

/**
 * myna_gsv_hubert_get_size:
 * @self: the network
 *
 * Returns: bytes of its weights on the device
 */
guint64
myna_gsv_hubert_get_size (MynaGsvHubert *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return myna_gsv_weights_get_size (self->weights);
}

static void
measure (GpuContext *cx, gint64 n_samples, gpointer data)
{
  g_autofree float *silence = g_new0 (float, n_samples);

  myna_gsv_hubert_run (data, cx, silence, n_samples, NULL);
}

/**
 * myna_gsv_hubert_estimate:
 * @self: the network
 * @n_samples: as for myna_gsv_hubert_run()
 *
 * Returns: bytes of scratch that a run will need
 */
guint64
myna_gsv_hubert_estimate (MynaGsvHubert *self, gint64 n_samples)
{
  g_return_val_if_fail (self != NULL && n_samples > 0, 0);

  return gpu_plan_estimate (myna_gsv_weights_get_device (self->weights), n_samples, measure, self);
}

static GpuTensor *
normalise (GpuContext *cx, const GpuTensor *x, const Norm *norm)
{
  return gpu_layer_norm (cx, x, gpu_constant (cx, norm->gain), gpu_constant (cx, norm->bias), EPS);
}

/* [samples, 1] -> [T, 512]. Ends N_CONVS scopes, each with a layer's input: the first are large. */
static GpuTensor *
extract_features (MynaGsvHubert *self, GpuContext *cx, GpuTensor *x)
{
  x = gpu_conv_1d (cx, x, self->convs[0], (GpuConv) { .stride = conv_strides[0] });
  x = gpu_channel_norm (cx, x, gpu_constant (cx, self->conv_norm.gain),
                        gpu_constant (cx, self->conv_norm.bias), EPS);
  x = gpu_scope_keep (cx, gpu_gelu (cx, x));
  gpu_scope_end (cx);
  for (int i = 1; i < N_CONVS; i++)
    {
      x = gpu_conv_1d (cx, x, self->convs[i],
                       (GpuConv) { .stride = conv_strides[i], .fused.act = GPU_ACT_GELU });
      gpu_scope_keep (cx, x);
      gpu_scope_end (cx);
    }
  return x;
}

/* x + gelu (conv (x)), the convolution's last place dropped: its padding is even to 128 taps. */
static GpuTensor *
add_positions (MynaGsvHubert *self, GpuContext *cx, GpuTensor *x)
{
  GpuFused fused = { .act = GPU_ACT_GELU, .residual = x, .residual_after = TRUE };

  return gpu_conv_1d (
      cx, x, self->position,
      (GpuConv) { .pad = POSITION_PAD, .pad_end = POSITION_PAD - 1, .fused = fused });
}

static GpuTensor *
run_layer (const Layer *layer, GpuContext *cx, GpuTensor *x)
{
  GpuTensor *q = gpu_linear (cx, x, layer->q, (GpuFused) { 0 });
  GpuTensor *k = gpu_linear (cx, x, layer->k, (GpuFused) { 0 });
  GpuTensor *v = gpu_linear (cx, x, layer->v, (GpuFused) { 0 });
  GpuTensor *y = gpu_attention (cx, q, k, v, (GpuAttention) { .heads = N_HEADS });

  x = gpu_linear (cx, y, layer->out, (GpuFused) { .residual = x });
  x = normalise (cx, x, &layer->norm);
  y = gpu_linear (cx, x, layer->widen, (GpuFused) { .act = GPU_ACT_GELU });
  x = gpu_linear (cx, y, layer->narrow, (GpuFused) { .residual = x });
  return normalise (cx, x, &layer->final_norm);
}

/**
 * myna_gsv_hubert_run:
 * @self: the network
 * @cx: a context of its device
 * @samples: mono sound at 16 kHz, −1 … 1, with MYNA_GSV_HUBERT_TAIL zeros at its end
 * @n_samples: at least 400
 * @trace: (nullable): is shown what lies between
 *
 * The sound is not brought to a level: the first norm does that (spec gpt-sovits, section 4.1).
 *
 * Returns: (transfer none): features [about n_samples/320, 768], a tensor of the current scope
 */
GpuTensor *
myna_gsv_hubert_run (MynaGsvHubert *self,
                     GpuContext *cx,
                     const float *samples,
                     gint64 n_samples,
                     const MynaGsvTrace *trace)
{
  GpuTensor *x;

  g_return_val_if_fail (self != NULL && cx != NULL && samples != NULL && n_samples >= 400, NULL);

  for (int i = 0; i < N_CONVS + 1; i++)
    gpu_scope_begin (cx);
  x = gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (n_samples, 1), samples);
  x = extract_features (self, cx, x);
  myna_gsv_trace (trace, cx, x, "conv_features");
  x = normalise (cx, x, &self->projection_norm);
  x = gpu_linear (cx, x, self->projection, (GpuFused) { 0 });
  myna_gsv_trace (trace, cx, x, "feature_projection");
  x = add_positions (self, cx, x);
  x = normalise (cx, x, &self->norm);
  gpu_scope_keep (cx, x);
  gpu_scope_end (cx);
  myna_gsv_trace (trace, cx, x, "encoder.layer_norm");
  for (int i = 0; i < N_LAYERS; i++)
    {
      gpu_scope_begin (cx);
      x = gpu_scope_keep (cx, run_layer (&self->layers[i], cx, x));
      gpu_scope_end (cx);
      myna_gsv_trace (trace, cx, x, "encoder.layers.%d", i);
    }
  return x;
}
