/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-prior.h"

/* spec gpt-sovits, section 4.5, "enc_p". */

#define HEADS 2
#define MIXING_HEADS 4
#define EPS 1e-5f
#define FRAMES_PER_TOKEN 2

/* ---- loading ---- */

static void
load_layer (MynaGsvWeights *weights, MynaGsvEncoderLayer *layer, const char *name, int i)
{
  layer->q = myna_gsv_weights_linear (weights, "%s.attn_layers.%d.conv_q", name, i);
  layer->k = myna_gsv_weights_linear (weights, "%s.attn_layers.%d.conv_k", name, i);
  layer->v = myna_gsv_weights_linear (weights, "%s.attn_layers.%d.conv_v", name, i);
  layer->out = myna_gsv_weights_linear (weights, "%s.attn_layers.%d.conv_o", name, i);
  layer->rel_k = myna_gsv_weights_constant (weights, "%s.attn_layers.%d.emb_rel_k", name, i);
  layer->rel_v = myna_gsv_weights_constant (weights, "%s.attn_layers.%d.emb_rel_v", name, i);
  layer->gain_1 = myna_gsv_weights_constant (weights, "%s.norm_layers_1.%d.gamma", name, i);
  layer->bias_1 = myna_gsv_weights_constant (weights, "%s.norm_layers_1.%d.beta", name, i);
  layer->widen = myna_gsv_weights_conv_1d (weights, 1, "%s.ffn_layers.%d.conv_1", name, i);
  layer->narrow = myna_gsv_weights_conv_1d (weights, 1, "%s.ffn_layers.%d.conv_2", name, i);
  layer->gain_2 = myna_gsv_weights_constant (weights, "%s.norm_layers_2.%d.gamma", name, i);
  layer->bias_2 = myna_gsv_weights_constant (weights, "%s.norm_layers_2.%d.beta", name, i);
}

static void
load_encoder (MynaGsvWeights *weights, MynaGsvEncoder *encoder, const char *name, int n_layers)
{
  encoder->n_layers = n_layers;
  for (int i = 0; i < n_layers; i++)
    load_layer (weights, &encoder->layers[i], name, i);
}

/* Each entry of the codebook through the 1×1 projection that follows the look-up: a table that is
 * four times narrower, and no product. */
static GpuWeight *
load_tokens (MynaGsvWeights *weights)
{
  const MynaTensorInfo *book = NULL, *shape = NULL;
  g_autofree float *entries =
      myna_gsv_weights_values (weights, &book, "quantizer.vq.layers.0._codebook.embed");
  g_autofree float *bias = NULL;
  g_autofree float *w = myna_gsv_weights_layer (weights, &shape, &bias, "enc_p.ssl_proj");
  g_autofree float *table = NULL;
  GError *error = NULL;
  GpuWeight *weight;
  gint64 n, in, out;

  if (entries == NULL || w == NULL)
    return NULL;
  n = book->dims[0];
  in = book->dims[1];
  out = shape->dims[0];
  table = g_new (float, n *out);
  for (gint64 i = 0; i < n; i++)
    for (gint64 j = 0; j < out; j++)
      {
        float sum = 0;

        for (gint64 c = 0; c < in; c++)
          sum += entries[i * in + c] * w[j * in + c];
        table[i * out + j] = sum + bias[j];
      }
  weight =
      gpu_weight_new_table (myna_gsv_weights_get_device (weights), GPU_F32, n, out, table, &error);
  return myna_gsv_weights_adopt (weights, weight, error);
}

/**
 * myna_gsv_prior_load:
 * @self: (out caller-allocates): the encoder
 * @weights: of a SoVITS checkpoint, being loaded
 * @pro: whether the timbre has 1024 values
 */
void
myna_gsv_prior_load (MynaGsvPrior *self, MynaGsvWeights *weights, gboolean pro)
{
  self->tokens = load_tokens (weights);
  self->phones = myna_gsv_weights_table (weights, "enc_p.text_embedding");
  if (pro)
    self->narrow_timbre = myna_gsv_weights_linear (weights, "ge_to512");
  load_encoder (weights, &self->ssl, "enc_p.encoder_ssl", 3);
  load_encoder (weights, &self->text, "enc_p.encoder_text", 6);
  load_encoder (weights, &self->both, "enc_p.encoder2", 3);
  self->sound_in = myna_gsv_weights_linear (weights, "enc_p.mrte.c_pre");
  self->text_in = myna_gsv_weights_linear (weights, "enc_p.mrte.text_pre");
  self->q = myna_gsv_weights_linear (weights, "enc_p.mrte.cross_attention.conv_q");
  self->k = myna_gsv_weights_linear (weights, "enc_p.mrte.cross_attention.conv_k");
  self->v = myna_gsv_weights_linear (weights, "enc_p.mrte.cross_attention.conv_v");
  self->attended = myna_gsv_weights_linear (weights, "enc_p.mrte.cross_attention.conv_o");
  self->mixed_out = myna_gsv_weights_linear (weights, "enc_p.mrte.c_post");
  self->out = myna_gsv_weights_linear (weights, "enc_p.proj");
}

/* ---- running ---- */

static GpuTensor *
run_layer (const MynaGsvEncoderLayer *layer, GpuContext *cx, GpuTensor *x)
{
  GpuTensor *q = gpu_linear (cx, x, layer->q, (GpuFused) { 0 });
  GpuTensor *k = gpu_linear (cx, x, layer->k, (GpuFused) { 0 });
  GpuTensor *v = gpu_linear (cx, x, layer->v, (GpuFused) { 0 });
  GpuAttention attention = { .heads = HEADS,
                             .rel_k = gpu_constant (cx, layer->rel_k),
                             .rel_v = gpu_constant (cx, layer->rel_v) };
  GpuConv widen = { .pad = 1, .pad_end = -1, .fused.act = GPU_ACT_RELU };
  GpuConv narrow = { .pad = 1, .pad_end = -1 };
  GpuTensor *y = gpu_attention (cx, q, k, v, attention);

  x = gpu_linear (cx, y, layer->out, (GpuFused) { .residual = x });
  x = gpu_layer_norm (cx, x, gpu_constant (cx, layer->gain_1), gpu_constant (cx, layer->bias_1),
                      EPS);
  narrow.fused.residual = x;
  y = gpu_conv_1d (cx, x, layer->widen, widen);
  x = gpu_conv_1d (cx, y, layer->narrow, narrow);
  return gpu_layer_norm (cx, x, gpu_constant (cx, layer->gain_2), gpu_constant (cx, layer->bias_2),
                         EPS);
}

static GpuTensor *
run_encoder (const MynaGsvEncoder *encoder, GpuContext *cx, GpuTensor *x, GCancellable *cancellable)
{
  for (int i = 0; i < encoder->n_layers && !g_cancellable_is_cancelled (cancellable); i++)
    {
      gpu_scope_begin (cx);
      x = gpu_scope_keep (cx, run_layer (&encoder->layers[i], cx, x));
      gpu_scope_end (cx);
    }
  return x;
}

/* MRTE: the sound looks at the text, and the timbre is added. */
static GpuTensor *
mix (const MynaGsvPrior *self,
     GpuContext *cx,
     const GpuTensor *sound,
     const GpuTensor *text,
     const GpuTensor *timbre)
{
  GpuTensor *x = gpu_linear (cx, sound, self->sound_in, (GpuFused) { 0 });
  GpuTensor *y = gpu_linear (cx, text, self->text_in, (GpuFused) { 0 });
  GpuTensor *q = gpu_linear (cx, x, self->q, (GpuFused) { 0 });
  GpuTensor *k = gpu_linear (cx, y, self->k, (GpuFused) { 0 });
  GpuTensor *v = gpu_linear (cx, y, self->v, (GpuFused) { 0 });

  y = gpu_attention (cx, q, k, v, (GpuAttention) { .heads = MIXING_HEADS });
  x = gpu_linear (cx, y, self->attended, (GpuFused) { .residual = x });
  if (self->narrow_timbre != NULL)
    timbre = gpu_linear (cx, timbre, self->narrow_timbre, (GpuFused) { 0 });
  return gpu_linear (cx, gpu_add (cx, x, timbre), self->mixed_out, (GpuFused) { 0 });
}

/**
 * myna_gsv_prior_run:
 * @self: the encoder
 * @cx: a context of its device
 * @tokens: i32 [n]
 * @phones: i32 [n'], of the text that is spoken alone
 * @timbre: [512], Pro [1024]
 * @speed: 1 as the tokens say; more is faster
 * @cancellable: (nullable): looked at after each layer; the result is worth nothing afterwards
 * @trace: (nullable): is shown what lies between
 *
 * Returns: (transfer none): [T, 384], means and then logarithms of deviations; a tensor of the
 *   current scope. T is 2n, or ⌊2n/speed⌋ + 1
 */
GpuTensor *
myna_gsv_prior_run (const MynaGsvPrior *self,
                    GpuContext *cx,
                    const GpuTensor *tokens,
                    const GpuTensor *phones,
                    const GpuTensor *timbre,
                    double speed,
                    GCancellable *cancellable,
                    const MynaGsvTrace *trace)
{
  GpuTensor *x, *text;

  g_return_val_if_fail (self != NULL && cx != NULL && speed > 0, NULL);
  g_return_val_if_fail (tokens != NULL && phones != NULL && timbre != NULL, NULL);

  gpu_scope_begin (cx);
  x = gpu_repeat (cx, gpu_embed (cx, tokens, self->tokens), FRAMES_PER_TOKEN);
  x = run_encoder (&self->ssl, cx, x, cancellable);
  myna_gsv_trace (trace, cx, x, "enc_p.encoder_ssl");
  text = run_encoder (&self->text, cx, gpu_embed (cx, phones, self->phones), cancellable);
  myna_gsv_trace (trace, cx, text, "enc_p.encoder_text");
  x = mix (self, cx, x, text, timbre);
  myna_gsv_trace (trace, cx, x, "enc_p.mrte");
  x = run_encoder (&self->both, cx, x, cancellable);
  myna_gsv_trace (trace, cx, x, "enc_p.encoder2");
  if (speed != 1)
    x = gpu_resample_linear (cx, x, (gint64) ((double) gpu_tensor_get_dim (x, 0) / speed) + 1);
  x = gpu_scope_keep (cx, gpu_linear (cx, x, self->out, (GpuFused) { 0 }));
  gpu_scope_end (cx);
  return x;
}
