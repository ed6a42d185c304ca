/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-t2s.h"

#include "engine/core/myna-error.h"
#include "gpu/gpu-plan.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define HEADS 16
#define EPS 1e-5f
#define MAX_LAYERS 64
#define MAX_CHANNELS 4096
#define MAX_ROWS 65536

typedef struct
{
  GpuWeight *qkv, *out, *up, *down;
  GpuWeight *norm1[2], *norm2[2]; /* gain, bias */
} Layer;

struct _MynaGsvT2s
{
  gatomicrefcount refs;
  MynaGsvWeights *weights;
  MynaGsvT2sSize size;
  float text_alpha;
  GpuWeight *bert_proj, *phones, *tokens, *predict;
  GpuWeight *positions; /* of tokens, times their alpha */
  Layer layers[MAX_LAYERS];
};

/* ---- loading ---- */

static const char *
find_prefix (MynaTensors *tensors)
{
  return myna_tensors_find (tensors, "model.ar_predict_layer.weight") != NULL ? "model." : "";
}

static gint64
find_dim (MynaTensors *tensors, const char *prefix, const char *name, int dim)
{
  g_autofree char *full = g_strconcat (prefix, name, NULL);
  const MynaTensorInfo *info = myna_tensors_find (tensors, full);

  return info != NULL && dim < info->n_dims ? info->dims[dim] : -1;
}

static int
count_layers (MynaTensors *tensors, const char *prefix)
{
  int n = 0;

  for (; n < MAX_LAYERS; n++)
    {
      g_autofree char *name = g_strdup_printf ("h.layers.%d.norm1.weight", n);

      if (find_dim (tensors, prefix, name, 0) < 0)
        break;
    }
  return n;
}

/**
 * myna_gsv_t2s_get_shapes:
 * @size: extents
 * @prefix: of the names, "model." in released files
 *
 * Returns: (transfer full): the shape table (spec gpt-sovits section 4.3)
 */
MynaGsvShapes *
myna_gsv_t2s_get_shapes (const MynaGsvT2sSize *size, const char *prefix)
{
  MynaGsvShapes *s;
  gint64 c;

  g_return_val_if_fail (size != NULL && prefix != NULL, NULL);

  s = myna_gsv_shapes_new (prefix);
  c = size->channels;
  myna_gsv_shapes_add (s, c, MYNA_GSV_BERT_CHANNELS, 0, "bert_proj.weight");
  myna_gsv_shapes_add (s, c, 0, 0, "bert_proj.bias");
  myna_gsv_shapes_add (s, size->phones, c, 0, "ar_text_embedding.word_embeddings.weight");
  myna_gsv_shapes_add (s, size->vocabulary, c, 0, "ar_audio_embedding.word_embeddings.weight");
  myna_gsv_shapes_add (s, 1, 0, 0, "ar_text_position.alpha");
  myna_gsv_shapes_add (s, 1, 0, 0, "ar_audio_position.alpha");
  myna_gsv_shapes_add (s, size->vocabulary, c, 0, "ar_predict_layer.weight");
  for (int i = 0; i < size->n_layers; i++)
    {
      myna_gsv_shapes_add (s, 3 * c, c, 0, "h.layers.%d.self_attn.in_proj_weight", i);
      myna_gsv_shapes_add (s, 3 * c, 0, 0, "h.layers.%d.self_attn.in_proj_bias", i);
      myna_gsv_shapes_add (s, c, c, 0, "h.layers.%d.self_attn.out_proj.weight", i);
      myna_gsv_shapes_add (s, c, 0, 0, "h.layers.%d.self_attn.out_proj.bias", i);
      myna_gsv_shapes_add (s, size->inner, c, 0, "h.layers.%d.linear1.weight", i);
      myna_gsv_shapes_add (s, size->inner, 0, 0, "h.layers.%d.linear1.bias", i);
      myna_gsv_shapes_add (s, c, size->inner, 0, "h.layers.%d.linear2.weight", i);
      myna_gsv_shapes_add (s, c, 0, 0, "h.layers.%d.linear2.bias", i);
      for (int norm = 1; norm <= 2; norm++)
        {
          myna_gsv_shapes_add (s, c, 0, 0, "h.layers.%d.norm%d.weight", i, norm);
          myna_gsv_shapes_add (s, c, 0, 0, "h.layers.%d.norm%d.bias", i, norm);
        }
    }
  return s;
}

/* Sizes come from the checkpoint's own matrices, and everything must fit them. */
static gboolean
read_size (MynaGsvT2sSize *size, MynaTensors *tensors, const char *prefix, GError **error)
{
  size->vocabulary = find_dim (tensors, prefix, "ar_predict_layer.weight", 0);
  size->channels = find_dim (tensors, prefix, "ar_predict_layer.weight", 1);
  size->phones = find_dim (tensors, prefix, "ar_text_embedding.word_embeddings.weight", 0);
  size->inner = find_dim (tensors, prefix, "h.layers.0.linear1.weight", 0);
  size->n_layers = count_layers (tensors, prefix);
  if (size->vocabulary >= 2 && size->vocabulary <= MAX_ROWS && size->channels >= HEADS &&
      size->channels <= MAX_CHANNELS && size->channels % HEADS == 0 && size->phones >= 1 &&
      size->phones <= MAX_ROWS && size->inner >= 1 && size->inner <= MAX_ROWS && size->n_layers > 0)
    return TRUE;
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
               _ ("“%s” is not a text-to-speech model of GPT-SoVITS (.ckpt). Choose another "
                  "file."),
               myna_tensors_get_label (tensors));
  return FALSE;
}

/* PE[p, 2i] = sin (p·10000^(−2i/C)), PE[p, 2i+1] = cos (the same), times alpha; in single precision
 * as the network was trained with. */
static void
make_positions (float *values, gint64 n, gint64 channels, float alpha)
{
  for (gint64 i = 0; i < channels / 2; i++)
    {
      float rate = expf ((float) (2 * i) * (float) (-log (10000.0) / (double) channels));

      for (gint64 p = 0; p < n; p++)
        {
          values[p * channels + 2 * i] = alpha * sinf ((float) p * rate);
          values[p * channels + 2 * i + 1] = alpha * cosf ((float) p * rate);
        }
    }
}

static GpuWeight *
load_positions (MynaGsvT2s *self)
{
  MynaGsvWeights *w = self->weights;
  g_autofree float *alpha = myna_gsv_weights_values (w, NULL, "ar_audio_position.alpha");
  g_autofree float *table = g_new (float, MYNA_GSV_T2S_MAX_POSITIONS * self->size.channels);
  GError *error = NULL;
  GpuWeight *weight;

  if (alpha == NULL)
    return NULL;
  make_positions (table, MYNA_GSV_T2S_MAX_POSITIONS, self->size.channels, alpha[0]);
  weight = gpu_weight_new_constant (myna_gsv_weights_get_device (w),
                                    GPU_SHAPE_2 (MYNA_GSV_T2S_MAX_POSITIONS, self->size.channels),
                                    table, &error);
  return myna_gsv_weights_adopt (w, weight, error);
}

static void
load (MynaGsvT2s *self)
{
  MynaGsvWeights *w = self->weights;
  g_autofree float *alpha = myna_gsv_weights_values (w, NULL, "ar_text_position.alpha");

  self->text_alpha = alpha != NULL ? alpha[0] : 0;
  self->bert_proj = myna_gsv_weights_linear (w, "bert_proj");
  self->phones = myna_gsv_weights_table (w, "ar_text_embedding.word_embeddings");
  self->tokens = myna_gsv_weights_table (w, "ar_audio_embedding.word_embeddings");
  self->predict = myna_gsv_weights_linear (w, "ar_predict_layer");
  self->positions = load_positions (self);
  for (int i = 0; i < self->size.n_layers; i++)
    {
      Layer *layer = &self->layers[i];

      layer->qkv = myna_gsv_weights_linear (w, "h.layers.%d.self_attn.in_proj", i);
      layer->out = myna_gsv_weights_linear (w, "h.layers.%d.self_attn.out_proj", i);
      layer->up = myna_gsv_weights_linear (w, "h.layers.%d.linear1", i);
      layer->down = myna_gsv_weights_linear (w, "h.layers.%d.linear2", i);
      layer->norm1[0] = myna_gsv_weights_constant (w, "h.layers.%d.norm1.weight", i);
      layer->norm1[1] = myna_gsv_weights_constant (w, "h.layers.%d.norm1.bias", i);
      layer->norm2[0] = myna_gsv_weights_constant (w, "h.layers.%d.norm2.weight", i);
      layer->norm2[1] = myna_gsv_weights_constant (w, "h.layers.%d.norm2.bias", i);
    }
}

/**
 * myna_gsv_t2s_new:
 * @tensors: an s1 checkpoint, its names with or without "model."
 * @device: where it will run
 * @type: how the weights of products are kept, f16 for the product, f32 for the tests of parity
 * @error: (out) (optional): MYNA_ERROR or GPU_ERROR
 *
 * Checks all shapes, then copies the weights to the device. Numbers of layers, channels, phones and
 * tokens are the checkpoint's (24, 512, 732 or 512, 1025); there are always 16 heads.
 *
 * Returns: (transfer full) (nullable): the network
 */
MynaGsvT2s *
myna_gsv_t2s_new (MynaTensors *tensors, GpuDevice *device, GpuType type, GError **error)
{
  g_autoptr (MynaGsvT2s) self = NULL;
  g_autoptr (MynaGsvShapes) shapes = NULL;
  const char *prefix;

  g_return_val_if_fail (tensors != NULL && device != NULL, NULL);

  self = g_new0 (MynaGsvT2s, 1);
  g_atomic_ref_count_init (&self->refs);
  prefix = find_prefix (tensors);
  if (!read_size (&self->size, tensors, prefix, error))
    return NULL;
  shapes = myna_gsv_t2s_get_shapes (&self->size, prefix);
  if (!myna_gsv_shapes_check (shapes, tensors, error))
    return NULL;
  self->weights = myna_gsv_weights_new (tensors, device, type);
  myna_gsv_weights_set_prefix (self->weights, prefix);
  load (self);
  if (!myna_gsv_weights_finish (self->weights, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * myna_gsv_t2s_ref:
 * @self: a network
 *
 * Returns: (transfer full): @self
 */
MynaGsvT2s *
myna_gsv_t2s_ref (MynaGsvT2s *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * myna_gsv_t2s_unref:
 * @self: (transfer full): a network
 *
 * Frees its weights with the last reference.
 */
void
myna_gsv_t2s_unref (MynaGsvT2s *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  myna_gsv_weights_free (self->weights);
  g_free (self);
}

/**
 * myna_gsv_t2s_get_vocabulary:
 * @self: a network
 *
 * Returns: number of tokens; the last is EOS
 */
int
myna_gsv_t2s_get_vocabulary (MynaGsvT2s *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return (int) self->size.vocabulary;
}

/**
 * myna_gsv_t2s_get_n_phones:
 * @self: a network
 *
 * Returns: rows of the phone table: 732, or 512 for v1
 */
int
myna_gsv_t2s_get_n_phones (MynaGsvT2s *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return (int) self->size.phones;
}

/**
 * myna_gsv_t2s_get_size:
 * @self: a network
 *
 * Returns: bytes of its weights on the device
 */
guint64
myna_gsv_t2s_get_size (MynaGsvT2s *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return myna_gsv_weights_get_size (self->weights);
}

/* ---- a sentence ---- */

struct _MynaGsvT2sRun
{
  MynaGsvT2s *t2s;
  GpuContext *cx;
  gint64 n_phones, n_audio; /* places read so far: phones; prompt and new tokens */
  gint64 capacity;
  GpuDecoderLayer layers[MAX_LAYERS];
  GpuDecoder decoder;
};

static gboolean
check_input (const MynaGsvT2sInput *input, GError **error)
{
  if (input->n_phones == 0)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                           _ ("There is nothing to speak in this text."));
      return FALSE;
    }
  if (input->n_phones > MYNA_GSV_T2S_MAX_POSITIONS ||
      input->n_prompt + input->max_tokens > MYNA_GSV_T2S_MAX_POSITIONS)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_TOO_LARGE,
                           _ ("The sentence is too long to be spoken at once; split it."));
      return FALSE;
    }
  return TRUE;
}

/* Phones: table + projected BERT vector + position. */
static GpuTensor *
embed_text (MynaGsvT2sRun *run, const MynaGsvT2sInput *input)
{
  MynaGsvT2s *self = run->t2s;
  GpuContext *cx = run->cx;
  gint64 n = (gint64) input->n_phones;
  g_autofree float *positions = g_new (float, n * self->size.channels);
  GpuTensor *x =
      gpu_embed (cx, gpu_tensor_new_i32 (cx, GPU_SHAPE_1 (n), input->phones), self->phones);
  GpuTensor *bert = gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (n, MYNA_GSV_BERT_CHANNELS), input->bert);

  make_positions (positions, n, self->size.channels, self->text_alpha);
  x = gpu_linear (cx, bert, self->bert_proj, (GpuFused) { .residual = x });
  return gpu_add (cx, x, gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (n, self->size.channels), positions));
}

/* Tokens from @first on: table + position, which counts from the prompt's first token. */
static GpuTensor *
embed_tokens (MynaGsvT2sRun *run, const gint32 *tokens, gint64 n, gint64 first)
{
  MynaGsvT2s *self = run->t2s;
  GpuContext *cx = run->cx;
  GpuTensor *x = gpu_embed (cx, gpu_tensor_new_i32 (cx, GPU_SHAPE_1 (n), tokens), self->tokens);

  return gpu_add (cx, x, gpu_slice (cx, gpu_constant (cx, self->positions), 0, first, n));
}

/* Text sees all text and no sound; sound sees all text, and sound up to itself. */
static GpuTensor *
make_mask (GpuContext *cx, gint64 text, gint64 audio)
{
  gint64 n = text + audio;
  g_autofree float *mask = g_new0 (float, n *n);

  for (gint64 i = 0; i < n; i++)
    for (gint64 j = MAX (i + 1, text); j < n; j++)
      mask[i * n + j] = -INFINITY;
  return gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (n, n), mask);
}

static GpuTensor *
norm (GpuContext *cx, const GpuTensor *x, GpuWeight *const pair[2])
{
  return gpu_layer_norm (cx, x, gpu_constant (cx, pair[0]), gpu_constant (cx, pair[1]), EPS);
}

/* One layer over text and prompt, whose keys and values are kept. */
static GpuTensor *
run_layer (MynaGsvT2sRun *run, const GpuTensor *x, const GpuTensor *mask, int index)
{
  const Layer *w = &run->t2s->layers[index];
  GpuDecoderLayer *cache = &run->layers[index];
  GpuContext *cx = run->cx;
  gint64 c = run->t2s->size.channels;
  GpuTensor *qkv = gpu_linear (cx, x, w->qkv, (GpuFused) { 0 });
  GpuTensor *q = gpu_slice (cx, qkv, 1, 0, c);
  GpuTensor *k = gpu_slice (cx, qkv, 1, c, c);
  GpuTensor *v = gpu_slice (cx, qkv, 1, 2 * c, c);
  GpuTensor *y;

  gpu_state_write (cx, cache->keys, 0, k);
  gpu_state_write (cx, cache->values, 0, v);
  y = gpu_attention (cx, q, k, v, (GpuAttention) { .heads = HEADS, .mask = mask });
  y = gpu_linear (cx, y, w->out, (GpuFused) { .residual = x });
  y = norm (cx, y, w->norm1);
  x = y;
  y = gpu_linear (cx, x, w->up, (GpuFused) { .act = GPU_ACT_RELU });
  y = gpu_linear (cx, y, w->down, (GpuFused) { .residual = x });
  return norm (cx, y, w->norm2);
}

static gboolean
prefill (MynaGsvT2sRun *run,
         const MynaGsvT2sInput *input,
         float *logits,
         const MynaGsvTrace *trace,
         GCancellable *cancellable,
         GError **error)
{
  GpuContext *cx = run->cx;
  gint64 n = run->n_phones + run->n_audio;
  GpuTensor *mask = make_mask (cx, run->n_phones, run->n_audio);
  GpuTensor *x = embed_text (run, input);

  if (run->n_audio > 0)
    {
      const GpuTensor *parts[2] = { x, embed_tokens (run, input->prompt, run->n_audio, 0) };

      x = gpu_concat (cx, parts, 2, 0);
    }
  myna_gsv_trace (trace, cx, x, "embed");
  for (int i = 0; i < run->t2s->size.n_layers; i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      gpu_scope_begin (cx);
      x = gpu_scope_keep (cx, run_layer (run, x, mask, i));
      gpu_scope_end (cx);
      myna_gsv_trace (trace, cx, x, "layer%d", i);
    }
  if (trace != NULL)
    myna_gsv_trace (trace, cx, gpu_linear (cx, x, run->t2s->predict, (GpuFused) { 0 }), "logits");
  x = gpu_linear (cx, gpu_slice (cx, x, 0, n - 1, 1), run->t2s->predict, (GpuFused) { 0 });
  return gpu_tensor_read_f32 (cx, x, logits, error);
}

static void
open_caches (MynaGsvT2sRun *run)
{
  MynaGsvT2s *self = run->t2s;
  GpuType type = myna_gsv_weights_get_type (self->weights) == GPU_F32 ? GPU_F32 : GPU_F16;
  GpuShape shape = GPU_SHAPE_2 (run->capacity, self->size.channels);

  run->decoder = (GpuDecoder) { .layers = run->layers,
                                .n_layers = self->size.n_layers,
                                .heads = HEADS,
                                .act = GPU_ACT_RELU,
                                .eps = EPS,
                                .head = self->predict };
  for (int i = 0; i < self->size.n_layers; i++)
    {
      const Layer *w = &self->layers[i];

      run->layers[i] = (GpuDecoderLayer) { .qkv = w->qkv,
                                           .out = w->out,
                                           .up = w->up,
                                           .down = w->down,
                                           .norm1 = { w->norm1[0], w->norm1[1] },
                                           .norm2 = { w->norm2[0], w->norm2[1] },
                                           .keys = gpu_state_new (run->cx, shape, type),
                                           .values = gpu_state_new (run->cx, shape, type) };
    }
}

/**
 * myna_gsv_t2s_run_new:
 * @self: a network
 * @cx: a context of its device
 * @input: the sentence
 * @logits: (out caller-allocates): one for each token: what comes first
 * @trace: (nullable): sees "embed", "layer0" …, "logits" of all places
 * @cancellable: (nullable): looked at between layers
 * @error: (out) (optional): MYNA_ERROR, GPU_ERROR or cancellation
 *
 * Keys and values are kept as f16, with f32 weights as f32; 24 layers, 512 channels and 2000 places
 * take 94 MiB. Must be freed before the context is reset or freed.
 *
 * Returns: (transfer full) (nullable): the sentence after its prompt
 */
MynaGsvT2sRun *
myna_gsv_t2s_run_new (MynaGsvT2s *self,
                      GpuContext *cx,
                      const MynaGsvT2sInput *input,
                      float *logits,
                      const MynaGsvTrace *trace,
                      GCancellable *cancellable,
                      GError **error)
{
  MynaGsvT2sRun *run;
  gboolean done;

  g_return_val_if_fail (self != NULL && cx != NULL && input != NULL && logits != NULL, NULL);

  if (!check_input (input, error))
    return NULL;
  run = g_new0 (MynaGsvT2sRun, 1);
  run->t2s = myna_gsv_t2s_ref (self);
  run->cx = cx;
  run->n_phones = (gint64) input->n_phones;
  run->n_audio = (gint64) input->n_prompt;
  run->capacity = run->n_phones + run->n_audio + (gint64) input->max_tokens;
  open_caches (run);
  gpu_scope_begin (cx);
  done = prefill (run, input, logits, trace, cancellable, error);
  gpu_scope_end (cx);
  if (!done)
    g_clear_pointer (&run, myna_gsv_t2s_run_free);
  return run;
}

/**
 * myna_gsv_t2s_run_step:
 * @self: a sentence with places left
 * @token: what was drawn
 * @logits: (out caller-allocates): what comes after it
 * @error: (out) (optional): GPU_ERROR
 *
 * Returns: whether it was computed
 */
gboolean
myna_gsv_t2s_run_step (MynaGsvT2sRun *self, gint32 token, float *logits, GError **error)
{
  gint64 row;
  GpuTensor *x;
  gboolean done;

  g_return_val_if_fail (self != NULL && logits != NULL, FALSE);
  row = self->n_phones + self->n_audio;
  g_return_val_if_fail (row < self->capacity, FALSE);

  gpu_scope_begin (self->cx);
  x = embed_tokens (self, &token, 1, self->n_audio);
  x = gpu_decode (self->cx, x, &self->decoder, row);
  done = gpu_tensor_read_f32 (self->cx, x, logits, error);
  gpu_scope_end (self->cx);
  self->n_audio++;
  return done;
}

/**
 * myna_gsv_t2s_run_free:
 * @self: (nullable) (transfer full): a sentence
 *
 * Gives back the caches.
 */
void
myna_gsv_t2s_run_free (MynaGsvT2sRun *self)
{
  if (self == NULL)
    return;
  for (int i = 0; i < self->t2s->size.n_layers; i++)
    {
      gpu_state_free (self->cx, self->layers[i].keys);
      gpu_state_free (self->cx, self->layers[i].values);
    }
  myna_gsv_t2s_unref (self->t2s);
  g_free (self);
}

typedef struct
{
  MynaGsvT2s *t2s;
  const MynaGsvT2sInput *input;
} Measure;

static void
measure (GpuContext *cx, gint64 window, gpointer data)
{
  const Measure *job = data;
  g_autofree float *logits = g_new0 (float, job->t2s->size.vocabulary);
  MynaGsvT2sRun *run = myna_gsv_t2s_run_new (job->t2s, cx, job->input, logits, NULL, NULL, NULL);

  myna_gsv_t2s_run_free (run);
}

/**
 * myna_gsv_t2s_estimate:
 * @self: a network
 * @input: a sentence; only its lengths matter, but the arrays must be there
 *
 * The memory plan: goes through the prefill, which is the worst moment, without computing.
 *
 * Returns: scratch bytes, weights (myna_gsv_t2s_get_size()) not included
 */
guint64
myna_gsv_t2s_estimate (MynaGsvT2s *self, const MynaGsvT2sInput *input)
{
  Measure job = { self, input };

  g_return_val_if_fail (self != NULL && input != NULL, 0);

  return gpu_plan_estimate (myna_gsv_weights_get_device (self->weights), 1, measure, &job);
}

/* ---- speaking ---- */

static gboolean
go_on (MynaGsvT2sRun *run,
       MynaGsvSampler *sampler,
       float *logits,
       gsize most,
       MynaGsvTokenFunc func,
       gpointer data,
       GArray *tokens,
       MynaGsvStop *stop,
       GCancellable *cancellable,
       GError **error)
{
  *stop = MYNA_GSV_STOP_LENGTH;
  while (tokens->len < most)
    {
      gint32 token = myna_gsv_sampler_draw (sampler, logits);

      if (token < 0)
        {
          *stop = MYNA_GSV_STOP_EOS;
          break;
        }
      g_array_append_val (tokens, token);
      if (func != NULL && !func (token, tokens->len - 1, data))
        {
          *stop = MYNA_GSV_STOP_CALLER;
          break;
        }
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (tokens->len < most && !myna_gsv_t2s_run_step (run, token, logits, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * myna_gsv_t2s_speak:
 * @self: a network
 * @cx: a context of its device
 * @input: the sentence; max_tokens at most 1500
 * @sampling: how tokens are drawn
 * @func: (nullable): is told each token
 * @data: closure
 * @stop: (out) (optional): why it ended
 * @cancellable: (nullable): looked at before each token
 * @error: (out) (optional): MYNA_ERROR, GPU_ERROR or cancellation
 *
 * The whole of one sentence. It can end with no token at all, when EOS comes at once and
 * min_tokens is 0.
 *
 * Returns: (transfer full) (nullable) (element-type gint32): the new tokens
 */
GArray *
myna_gsv_t2s_speak (MynaGsvT2s *self,
                    GpuContext *cx,
                    const MynaGsvT2sInput *input,
                    const MynaGsvSampling *sampling,
                    MynaGsvTokenFunc func,
                    gpointer data,
                    MynaGsvStop *stop,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (gint32));
  g_autoptr (MynaGsvSampler) sampler = NULL;
  g_autoptr (MynaGsvT2sRun) run = NULL;
  g_autofree float *logits = NULL;
  MynaGsvStop why;

  g_return_val_if_fail (self != NULL && cx != NULL && input != NULL && sampling != NULL, NULL);
  g_return_val_if_fail (input->max_tokens <= MYNA_GSV_T2S_MAX_TOKENS, NULL);

  logits = g_new (float, self->size.vocabulary);
  run = myna_gsv_t2s_run_new (self, cx, input, logits, NULL, cancellable, error);
  if (run == NULL)
    return NULL;
  sampler = myna_gsv_sampler_new (sampling, (int) self->size.vocabulary);
  myna_gsv_sampler_see (sampler, input->prompt, input->n_prompt);
  if (!go_on (run, sampler, logits, input->max_tokens, func, data, tokens, &why, cancellable,
              error))
    return NULL;
  if (stop != NULL)
    *stop = why;
  return g_steal_pointer (&tokens);
}
