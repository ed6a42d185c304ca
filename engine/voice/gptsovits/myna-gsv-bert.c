/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-bert.h"

#include "engine/core/myna-error.h"
#include "gpu/gpu-plan.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* spec gpt-sovits, section 4.2: BERT, post-norm. The phones get the output of layer 22 of 24, so
 * the last two are never read. */

#define MAX_LAYERS 22
#define HEAD_WIDTH 64
#define EPS 1e-12f

typedef struct
{
  GpuWeight *gain, *bias;
} Norm;

typedef struct
{
  GpuWeight *query, *key, *value, *out;
  Norm norm;
  GpuWeight *widen, *narrow;
  Norm final_norm;
} Layer;

struct _MynaGsvBert
{
  MynaGsvWeights *weights;
  MynaGsvBertSize size;
  GpuWeight *words;
  GpuWeight *positions; /* with the vector of the first token type, which is always added */
  Norm norm;
  Layer layers[MAX_LAYERS];
};

/* ---- loading ---- */

/* How a file names things: files made from other heads put "bert." before everything, old ones call
 * a norm's vectors gamma and beta. */
typedef struct
{
  const char *prefix, *gain, *bias;
} Names;

static Names
find_names (MynaTensors *tensors)
{
  Names names = { "", "weight", "bias" };

  if (myna_tensors_find (tensors, "bert.embeddings.word_embeddings.weight") != NULL)
    names.prefix = "bert.";
  if (myna_tensors_find (tensors, "embeddings.LayerNorm.gamma") != NULL ||
      myna_tensors_find (tensors, "bert.embeddings.LayerNorm.gamma") != NULL)
    {
      names.gain = "gamma";
      names.bias = "beta";
    }
  return names;
}

static MynaGsvShapes *
make_shapes (const MynaGsvBertSize *size, Names names)
{
  MynaGsvShapes *s = myna_gsv_shapes_new (names.prefix);
  gint64 c = size->channels, inner = size->inner;

  myna_gsv_shapes_add (s, size->vocabulary, c, 0, "embeddings.word_embeddings.weight");
  myna_gsv_shapes_add (s, size->positions, c, 0, "embeddings.position_embeddings.weight");
  myna_gsv_shapes_add (s, 2, c, 0, "embeddings.token_type_embeddings.weight");
  myna_gsv_shapes_add (s, c, 0, 0, "embeddings.LayerNorm.%s", names.gain);
  myna_gsv_shapes_add (s, c, 0, 0, "embeddings.LayerNorm.%s", names.bias);
  for (int i = 0; i < size->n_layers; i++)
    {
      static const char *const square[] = { "self.query", "self.key", "self.value",
                                            "output.dense" };

      for (gsize k = 0; k < G_N_ELEMENTS (square); k++)
        {
          myna_gsv_shapes_add (s, c, c, 0, "encoder.layer.%d.attention.%s.weight", i, square[k]);
          myna_gsv_shapes_add (s, c, 0, 0, "encoder.layer.%d.attention.%s.bias", i, square[k]);
        }
      myna_gsv_shapes_add (s, c, 0, 0, "encoder.layer.%d.attention.output.LayerNorm.%s", i,
                           names.gain);
      myna_gsv_shapes_add (s, c, 0, 0, "encoder.layer.%d.attention.output.LayerNorm.%s", i,
                           names.bias);
      myna_gsv_shapes_add (s, inner, c, 0, "encoder.layer.%d.intermediate.dense.weight", i);
      myna_gsv_shapes_add (s, inner, 0, 0, "encoder.layer.%d.intermediate.dense.bias", i);
      myna_gsv_shapes_add (s, c, inner, 0, "encoder.layer.%d.output.dense.weight", i);
      myna_gsv_shapes_add (s, c, 0, 0, "encoder.layer.%d.output.dense.bias", i);
      myna_gsv_shapes_add (s, c, 0, 0, "encoder.layer.%d.output.LayerNorm.%s", i, names.gain);
      myna_gsv_shapes_add (s, c, 0, 0, "encoder.layer.%d.output.LayerNorm.%s", i, names.bias);
    }
  return s;
}

/**
 * myna_gsv_bert_get_shapes:
 * @size: extents
 * @prefix: of the names, often "bert."
 *
 * Returns: (transfer full): the shape table
 */
MynaGsvShapes *
myna_gsv_bert_get_shapes (const MynaGsvBertSize *size, const char *prefix)
{
  g_return_val_if_fail (size != NULL && prefix != NULL, NULL);

  return make_shapes (size, (Names) { prefix, "weight", "bias" });
}

static gint64
find_dim (MynaTensors *tensors, Names names, const char *name, int dim)
{
  g_autofree char *full = g_strconcat (names.prefix, name, NULL);
  const MynaTensorInfo *info = myna_tensors_find (tensors, full);

  return info != NULL && dim < info->n_dims ? info->dims[dim] : -1;
}

/* Sizes come from the checkpoint; everything must fit them. */
static gboolean
read_size (MynaGsvBertSize *size, MynaTensors *tensors, Names names, GError **error)
{
  size->vocabulary = find_dim (tensors, names, "embeddings.word_embeddings.weight", 0);
  size->channels = find_dim (tensors, names, "embeddings.word_embeddings.weight", 1);
  size->positions = find_dim (tensors, names, "embeddings.position_embeddings.weight", 0);
  size->inner = find_dim (tensors, names, "encoder.layer.0.intermediate.dense.weight", 0);
  for (size->n_layers = 0; size->n_layers < MAX_LAYERS; size->n_layers++)
    {
      g_autofree char *name =
          g_strdup_printf ("encoder.layer.%d.output.dense.weight", size->n_layers);

      if (find_dim (tensors, names, name, 0) < 0)
        break;
    }
  if (size->vocabulary >= 3 && size->vocabulary < 1 << 20 && size->channels >= HEAD_WIDTH &&
      size->channels <= 8192 && size->channels % HEAD_WIDTH == 0 && size->positions >= 3 &&
      size->positions <= 65536 && size->inner >= 1 && size->inner <= 65536)
    return TRUE;
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
               _ ("“%s” is not the Chinese text model (RoBERTa) of GPT-SoVITS. Choose another "
                  "file."),
               myna_tensors_get_label (tensors));
  return FALSE;
}

static Norm
load_norm (MynaGsvWeights *w, Names names, const char *name)
{
  return (Norm) { myna_gsv_weights_constant (w, "%s.%s", name, names.gain),
                  myna_gsv_weights_constant (w, "%s.%s", name, names.bias) };
}

static GpuWeight *
load_positions (MynaGsvBert *self)
{
  MynaGsvWeights *w = self->weights;
  g_autofree float *table =
      myna_gsv_weights_values (w, NULL, "embeddings.position_embeddings.weight");
  g_autofree float *types =
      myna_gsv_weights_values (w, NULL, "embeddings.token_type_embeddings.weight");
  gint64 n = self->size.positions, c = self->size.channels;
  GError *error = NULL;
  GpuWeight *weight;

  if (table == NULL || types == NULL)
    return NULL;
  for (gint64 i = 0; i < n * c; i++)
    table[i] += types[i % c];
  weight =
      gpu_weight_new_constant (myna_gsv_weights_get_device (w), GPU_SHAPE_2 (n, c), table, &error);
  return myna_gsv_weights_adopt (w, weight, error);
}

static void
load (MynaGsvBert *self, Names names)
{
  MynaGsvWeights *w = self->weights;

  self->words = myna_gsv_weights_table (w, "embeddings.word_embeddings");
  self->positions = load_positions (self);
  self->norm = load_norm (w, names, "embeddings.LayerNorm");
  for (int i = 0; i < self->size.n_layers; i++)
    {
      Layer *l = &self->layers[i];
      g_autofree char *norm = g_strdup_printf ("encoder.layer.%d.attention.output.LayerNorm", i);
      g_autofree char *final_norm = g_strdup_printf ("encoder.layer.%d.output.LayerNorm", i);

      l->query = myna_gsv_weights_linear (w, "encoder.layer.%d.attention.self.query", i);
      l->key = myna_gsv_weights_linear (w, "encoder.layer.%d.attention.self.key", i);
      l->value = myna_gsv_weights_linear (w, "encoder.layer.%d.attention.self.value", i);
      l->out = myna_gsv_weights_linear (w, "encoder.layer.%d.attention.output.dense", i);
      l->norm = load_norm (w, names, norm);
      l->widen = myna_gsv_weights_linear (w, "encoder.layer.%d.intermediate.dense", i);
      l->narrow = myna_gsv_weights_linear (w, "encoder.layer.%d.output.dense", i);
      l->final_norm = load_norm (w, names, final_norm);
    }
}

/**
 * myna_gsv_bert_new:
 * @tensors: chinese-roberta-wwm-ext-large, with or without its head
 * @device: where it will run
 * @type: how the weights of products are kept
 * @error: (out) (optional): MYNA_ERROR or GPU_ERROR
 *
 * Layers after the 22nd and the head are not read.
 *
 * Returns: (transfer full) (nullable): the network
 */
MynaGsvBert *
myna_gsv_bert_new (MynaTensors *tensors, GpuDevice *device, GpuType type, GError **error)
{
  g_autoptr (MynaGsvBert) self = NULL;
  g_autoptr (MynaGsvShapes) shapes = NULL;
  Names names;

  g_return_val_if_fail (tensors != NULL && device != NULL, NULL);

  self = g_new0 (MynaGsvBert, 1);
  names = find_names (tensors);
  if (!read_size (&self->size, tensors, names, error))
    return NULL;
  shapes = make_shapes (&self->size, names);
  if (!myna_gsv_shapes_check (shapes, tensors, error))
    return NULL;
  self->weights = myna_gsv_weights_new (tensors, device, type);
  myna_gsv_weights_set_prefix (self->weights, names.prefix);
  load (self, names);
  return myna_gsv_weights_finish (self->weights, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * myna_gsv_bert_free:
 * @self: (nullable) (transfer full): a network
 */
void
myna_gsv_bert_free (MynaGsvBert *self)
{
  if (self == NULL)
    return;
  myna_gsv_weights_free (self->weights);
  g_free (self);
}

/**
 * myna_gsv_bert_get_channels:
 * @self: a network
 *
 * Returns: length of a vector
 */
gint64
myna_gsv_bert_get_channels (MynaGsvBert *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->size.channels;
}

/**
 * myna_gsv_bert_get_size:
 * @self: a network
 *
 * Returns: bytes of its weights on the device
 */
guint64
myna_gsv_bert_get_size (MynaGsvBert *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return myna_gsv_weights_get_size (self->weights);
}

/* ---- running ---- */

static GpuTensor *
apply_norm (GpuContext *cx, const GpuTensor *x, const Norm *w)
{
  return gpu_layer_norm (cx, x, gpu_constant (cx, w->gain), gpu_constant (cx, w->bias), EPS);
}

static GpuTensor *
run_layer (MynaGsvBert *self, GpuContext *cx, const GpuTensor *x, const Layer *w)
{
  GpuTensor *q = gpu_linear (cx, x, w->query, (GpuFused) { 0 });
  GpuTensor *k = gpu_linear (cx, x, w->key, (GpuFused) { 0 });
  GpuTensor *v = gpu_linear (cx, x, w->value, (GpuFused) { 0 });
  GpuAttention attention = { .heads = (int) (self->size.channels / HEAD_WIDTH) };
  GpuTensor *y = gpu_attention (cx, q, k, v, attention), *z;

  y = apply_norm (cx, gpu_linear (cx, y, w->out, (GpuFused) { .residual = x }), &w->norm);
  z = gpu_linear (cx, y, w->widen, (GpuFused) { .act = GPU_ACT_GELU });
  z = gpu_linear (cx, z, w->narrow, (GpuFused) { .residual = y });
  return apply_norm (cx, z, &w->final_norm);
}

static gboolean
run (MynaGsvBert *self,
     GpuContext *cx,
     const gint32 *ids,
     gint64 n,
     float *features,
     const MynaGsvTrace *trace,
     GCancellable *cancellable,
     GError **error)
{
  GpuTensor *x = gpu_embed (cx, gpu_tensor_new_i32 (cx, GPU_SHAPE_1 (n), ids), self->words);

  x = gpu_add (cx, x, gpu_slice (cx, gpu_constant (cx, self->positions), 0, 0, n));
  x = apply_norm (cx, x, &self->norm);
  myna_gsv_trace (trace, cx, x, "hidden0");
  for (int i = 0; i < self->size.n_layers; i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      gpu_scope_begin (cx);
      x = gpu_scope_keep (cx, run_layer (self, cx, x, &self->layers[i]));
      gpu_scope_end (cx);
      myna_gsv_trace (trace, cx, x, "hidden%d", i + 1);
    }
  return gpu_tensor_read_f32 (cx, gpu_slice (cx, x, 0, 1, n - 2), features, error);
}

/**
 * myna_gsv_bert_run:
 * @self: a network
 * @cx: a context of its device
 * @ids: [CLS], characters, [SEP]; what is outside the vocabulary counts as zeros
 * @n_ids: their number, at least 3
 * @features: (out caller-allocates): [n_ids − 2, channels]
 * @trace: (nullable): sees "hidden0", the embedding, to "hidden22"
 * @cancellable: (nullable): looked at between layers
 * @error: (out) (optional): MYNA_ERROR_TOO_LARGE beyond 510 characters, GPU_ERROR, cancellation
 *
 * Returns: whether it was computed
 */
gboolean
myna_gsv_bert_run (MynaGsvBert *self,
                   GpuContext *cx,
                   const gint32 *ids,
                   gsize n_ids,
                   float *features,
                   const MynaGsvTrace *trace,
                   GCancellable *cancellable,
                   GError **error)
{
  gboolean done;

  g_return_val_if_fail (self != NULL && cx != NULL && ids != NULL && features != NULL, FALSE);
  g_return_val_if_fail (n_ids >= 3, FALSE);

  if (n_ids > (gsize) self->size.positions)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_TOO_LARGE,
                           _ ("The sentence is too long to be spoken at once; split it."));
      return FALSE;
    }
  gpu_scope_begin (cx);
  done = run (self, cx, ids, (gint64) n_ids, features, trace, cancellable, error);
  gpu_scope_end (cx);
  return done;
}

static void
measure (GpuContext *cx, gint64 window, gpointer data)
{
  MynaGsvBert *self = data;
  g_autofree gint32 *ids = g_new0 (gint32, window);
  g_autofree float *features = g_new0 (float, window * self->size.channels);

  myna_gsv_bert_run (self, cx, ids, (gsize) window, features, NULL, NULL, NULL);
}

/**
 * myna_gsv_bert_estimate:
 * @self: a network
 * @n_ids: as for myna_gsv_bert_run()
 *
 * Returns: bytes of scratch that a run will need
 */
guint64
myna_gsv_bert_estimate (MynaGsvBert *self, gsize n_ids)
{
  g_return_val_if_fail (self != NULL && n_ids >= 3, 0);

  return gpu_plan_estimate (myna_gsv_weights_get_device (self->weights), (gint64) n_ids, measure,
                            self);
}

/**
 * myna_gsv_bert_spread:
 * @features: [n_characters, channels]
 * @channels: length of a vector
 * @word2ph: phones of each character
 * @n_characters: number of characters
 * @spread: (out caller-allocates): [phones, channels]
 */
void
myna_gsv_bert_spread (const float *features,
                      gint64 channels,
                      const guint8 *word2ph,
                      gsize n_characters,
                      float *spread)
{
  g_return_if_fail (n_characters == 0 || (features != NULL && word2ph != NULL && spread != NULL));

  for (gsize i = 0; i < n_characters; i++)
    for (int k = 0; k < word2ph[i]; k++, spread += channels)
      memcpy (spread, features + (gint64) i * channels, sizeof (float) * (gsize) channels);
}

/**
 * myna_gsv_bert_read:
 * @self: a network
 * @cx: a context of its device
 * @vocabulary: its characters
 * @text: normalised Mandarin of @n_characters characters
 * @word2ph: phones of each character
 * @n_characters: at least one
 * @spread: (out caller-allocates): [phones, channels]
 * @cancellable: (nullable): looked at between layers
 * @error: (out) (optional): as for myna_gsv_bert_run()
 *
 * Returns: whether it was computed
 */
gboolean
myna_gsv_bert_read (MynaGsvBert *self,
                    GpuContext *cx,
                    MynaGsvVocabulary *vocabulary,
                    const char *text,
                    const guint8 *word2ph,
                    gsize n_characters,
                    float *spread,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autofree gint32 *ids = NULL;
  g_autofree float *features = NULL;
  gsize n_ids;

  g_return_val_if_fail (self != NULL && cx != NULL && vocabulary != NULL && text != NULL, FALSE);
  g_return_val_if_fail (word2ph != NULL && n_characters > 0 && spread != NULL, FALSE);

  ids = myna_gsv_vocabulary_encode (vocabulary, text, &n_ids);
  g_return_val_if_fail (n_ids == n_characters + 2, FALSE);
  features = g_new (float, (gint64) n_characters * self->size.channels);
  if (!myna_gsv_bert_run (self, cx, ids, n_ids, features, NULL, cancellable, error))
    return FALSE;
  myna_gsv_bert_spread (features, self->size.channels, word2ph, n_characters, spread);
  return TRUE;
}
