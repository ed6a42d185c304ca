/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-speaker.h"

#include "engine/checkpoint/myna-network.h"
#include "engine/voice/gptsovits/myna-gsv-spectrum.h"
#include "gpu/gpu-plan.h"

#include <math.h>

/* spec gpt-sovits, section 4.6. An image is [bands, time, channels]. */

#define N_STAGES 4
#define MOST_BLOCKS 6
#define N_PARTS 4     /* a block's groups of channels, each fed by the one before */
#define FIRST_FUSED 2 /* stages from here on fuse groups by attention instead of adding them */
#define BATCH_NORM_EPS 1e-5f
#define CEILING 20.0f

static const int n_blocks[N_STAGES] = { 3, 4, 6, 3 };

/* Attentional fusion of two images. */
typedef struct
{
  GpuWeight *squeeze, *expand;
} Fusion;

typedef struct
{
  GpuWeight *enter;
  GpuWeight *parts[N_PARTS];
  Fusion fusions[N_PARTS - 1];
  GpuWeight *leave;
  GpuWeight *shortcut; /* NULL: the input as it is */
} Block;

struct _MynaGsvSpeaker
{
  MynaGsvWeights *weights;
  GpuWeight *stem;
  Block blocks[N_STAGES][MOST_BLOCKS];
  GpuWeight *downsample;
  Fusion fusion;
};

/* ---- loading ---- */

/* A convolution with the batch norm that follows it: w·gain/σ and (bias − mean)·gain/σ + offset.
 * @norm may be NULL. Takes an optional @conv.bias. */
static void
fold_norm (MynaGsvWeights *weights, const char *norm, gsize out, float *w, gsize row, float *bias)
{
  g_autofree float *gain = myna_gsv_weights_values (weights, NULL, "%s.weight", norm);
  g_autofree float *offset = myna_gsv_weights_values (weights, NULL, "%s.bias", norm);
  g_autofree float *mean = myna_gsv_weights_values (weights, NULL, "%s.running_mean", norm);
  g_autofree float *variance = myna_gsv_weights_values (weights, NULL, "%s.running_var", norm);

  if (gain == NULL || offset == NULL || mean == NULL || variance == NULL)
    return;
  for (gsize i = 0; i < out; i++)
    {
      float factor = gain[i] / sqrtf (variance[i] + BATCH_NORM_EPS);

      for (gsize j = 0; j < row; j++)
        w[i * row + j] *= factor;
      bias[i] = (bias[i] - mean[i]) * factor + offset[i];
    }
}

static GpuWeight *
load_conv (MynaGsvWeights *weights, const char *conv, gboolean has_bias, const char *norm)
{
  const MynaTensorInfo *info = NULL;
  g_autofree float *w = myna_gsv_weights_values (weights, &info, "%s.weight", conv);
  g_autofree float *bias = NULL;
  gint64 d[4];
  GError *error = NULL;
  GpuWeight *weight;

  if (w == NULL)
    return NULL;
  for (int i = 0; i < 4; i++)
    d[i] = info->dims[i];
  bias = has_bias ? myna_gsv_weights_values (weights, NULL, "%s.bias", conv) : g_new0 (float, d[0]);
  if (bias == NULL)
    return NULL;
  if (norm != NULL)
    fold_norm (weights, norm, (gsize) d[0], w, (gsize) (d[1] * d[2] * d[3]), bias);
  weight = gpu_weight_new_conv_2d (myna_gsv_weights_get_device (weights),
                                   myna_gsv_weights_get_type (weights), d[0], d[1], d[2], d[3], 1,
                                   w, bias, &error);
  return myna_gsv_weights_adopt (weights, weight, error);
}

/* @block's convolution @conv with its @norm. */
static GpuWeight *
load_in_block (MynaGsvWeights *weights, const char *block, const char *conv, const char *norm)
{
  g_autofree char *conv_name = g_strdup_printf ("%s.%s", block, conv);
  g_autofree char *norm_name = g_strdup_printf ("%s.%s", block, norm);

  return load_conv (weights, conv_name, FALSE, norm_name);
}

static Fusion
load_fusion (MynaGsvWeights *weights, const char *name)
{
  g_autofree char *squeeze = g_strconcat (name, ".local_att.0", NULL);
  g_autofree char *squeeze_norm = g_strconcat (name, ".local_att.1", NULL);
  g_autofree char *expand = g_strconcat (name, ".local_att.3", NULL);
  g_autofree char *expand_norm = g_strconcat (name, ".local_att.4", NULL);

  return (Fusion) { load_conv (weights, squeeze, TRUE, squeeze_norm),
                    load_conv (weights, expand, TRUE, expand_norm) };
}

static void
load_block (MynaGsvWeights *weights, Block *block, int stage, int index)
{
  g_autofree char *name = g_strdup_printf ("layer%d.%d", stage + 1, index);

  block->enter = load_in_block (weights, name, "conv1", "bn1");
  for (int i = 0; i < N_PARTS; i++)
    {
      g_autofree char *conv = g_strdup_printf ("convs.%d", i);
      g_autofree char *norm = g_strdup_printf ("bns.%d", i);

      block->parts[i] = load_in_block (weights, name, conv, norm);
    }
  for (int i = 0; stage >= FIRST_FUSED && i < N_PARTS - 1; i++)
    {
      g_autofree char *fusion = g_strdup_printf ("%s.fuse_models.%d", name, i);

      block->fusions[i] = load_fusion (weights, fusion);
    }
  block->leave = load_in_block (weights, name, "conv3", "bn3");
  /* Width or size change with a stage's first block only. */
  if (index == 0)
    block->shortcut = load_in_block (weights, name, "shortcut.0", "shortcut.1");
}

/**
 * myna_gsv_speaker_new:
 * @tensors: ERes2NetV2
 * @device: where to run
 * @type: how the weights of products are kept
 * @error: (out) (optional): a tensor is missing, has another shape or does not fit the device
 *
 * Batch norms are folded into the convolutions before them.
 *
 * Returns: (transfer full) (nullable): the network
 */
MynaGsvSpeaker *
myna_gsv_speaker_new (MynaTensors *tensors, GpuDevice *device, GpuType type, GError **error)
{
  g_autoptr (MynaGsvSpeaker) self = NULL;
  const MynaTensorRow *rows;
  gsize n_rows;
  MynaGsvWeights *w;

  g_return_val_if_fail (tensors != NULL && device != NULL, NULL);

  rows = myna_network_get_rows (MYNA_NETWORK_ERES2NETV2, &n_rows);
  if (!myna_tensors_check (tensors, rows, n_rows, error))
    return NULL;
  self = g_new0 (MynaGsvSpeaker, 1);
  self->weights = w = myna_gsv_weights_new (tensors, device, type);
  self->stem = load_conv (w, "conv1", FALSE, "bn1");
  for (int stage = 0; stage < N_STAGES; stage++)
    for (int i = 0; i < n_blocks[stage]; i++)
      load_block (w, &self->blocks[stage][i], stage, i);
  self->downsample = load_conv (w, "layer3_ds", FALSE, NULL);
  self->fusion = load_fusion (w, "fuse34");
  return myna_gsv_weights_finish (w, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * myna_gsv_speaker_free:
 * @self: (nullable) (transfer full): the network
 */
void
myna_gsv_speaker_free (MynaGsvSpeaker *self)
{
  if (self == NULL)
    return;
  myna_gsv_weights_free (self->weights);
  g_free (self);
}

/**
 * myna_gsv_speaker_get_size:
 * @self: the network
 *
 * Returns: bytes of its weights on the device
 */
guint64
myna_gsv_speaker_get_size (MynaGsvSpeaker *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return myna_gsv_weights_get_size (self->weights);
}

static void
measure (GpuContext *cx, gint64 n_frames, gpointer data)
{
  g_autofree float *silence = g_new0 (float, n_frames *MYNA_GSV_BANDS);

  myna_gsv_speaker_run (data, cx, silence, n_frames, NULL);
}

/**
 * myna_gsv_speaker_estimate:
 * @self: the network
 * @n_frames: as for myna_gsv_speaker_run()
 *
 * Returns: bytes of scratch that a run will need
 */
guint64
myna_gsv_speaker_estimate (MynaGsvSpeaker *self, gint64 n_frames)
{
  g_return_val_if_fail (self != NULL && n_frames > 0, 0);

  return gpu_plan_estimate (myna_gsv_weights_get_device (self->weights), n_frames, measure, self);
}

/* ---- running ---- */

static const GpuFused capped = { .act = GPU_ACT_CLAMP, .a = 0, .b = CEILING };

/* u = 1 + tanh (expand (silu (squeeze (a, b)))); a·u + b·(2 − u) = a + b + tanh (…)·(a − b). */
static GpuTensor *
fuse (GpuContext *cx, const Fusion *fusion, const GpuTensor *a, const GpuTensor *b)
{
  GpuTensor *u = gpu_concat (cx, (const GpuTensor *[]) { a, b }, 2, 2);

  u = gpu_conv_2d (cx, u, fusion->squeeze, (GpuConv) { .fused.act = GPU_ACT_SILU });
  u = gpu_conv_2d (cx, u, fusion->expand, (GpuConv) { .fused.act = GPU_ACT_TANH });
  u = gpu_mul (cx, u, gpu_sub (cx, a, b));
  return gpu_add (cx, gpu_add (cx, a, b), u);
}

/* The groups of channels of @y, each with what came before it. */
static GpuTensor *
run_parts (const Block *block, GpuContext *cx, GpuTensor *y)
{
  GpuTensor *parts[N_PARTS], *part = NULL;
  gint64 width = gpu_tensor_get_dim (y, 2) / N_PARTS;
  GpuConv conv = { .pad = 1, .pad_end = -1, .fused = capped };

  for (int i = 0; i < N_PARTS; i++)
    {
      GpuTensor *own = gpu_slice (cx, y, 2, i * width, width);

      if (i == 0)
        part = own;
      else if (block->fusions[i - 1].squeeze == NULL)
        part = gpu_add (cx, part, own);
      else
        part = fuse (cx, &block->fusions[i - 1], part, own);
      parts[i] = part = gpu_conv_2d (cx, part, block->parts[i], conv);
    }
  return gpu_concat (cx, (const GpuTensor *const *) parts, N_PARTS, 2);
}

static GpuTensor *
run_block (const Block *block, GpuContext *cx, GpuTensor *x, int stride)
{
  GpuConv leave = { .fused = capped };
  GpuTensor *y;

  gpu_scope_begin (cx);
  y = gpu_conv_2d (cx, x, block->enter, (GpuConv) { .stride = stride, .fused = capped });
  y = gpu_scope_keep (cx, run_parts (block, cx, y));
  gpu_scope_end (cx);
  if (block->shortcut != NULL)
    x = gpu_conv_2d (cx, x, block->shortcut, (GpuConv) { .stride = stride });
  leave.fused.residual = x;
  return gpu_conv_2d (cx, y, block->leave, leave);
}

/* Ends a scope after each block, which frees the block's input, an image of tens of megabytes.
 * @also (nullable) is kept. */
static GpuTensor *
run_stage (MynaGsvSpeaker *self, GpuContext *cx, GpuTensor *x, int stage, GpuTensor *also)
{
  for (int i = 0; i < n_blocks[stage]; i++)
    {
      x = run_block (&self->blocks[stage][i], cx, x, i == 0 && stage > 0 ? 2 : 1);
      gpu_scope_keep (cx, x);
      if (also != NULL)
        gpu_scope_keep (cx, also);
      gpu_scope_end (cx);
    }
  return x;
}

/**
 * myna_gsv_speaker_run:
 * @self: the network
 * @cx: a context of its device
 * @fbank: [n_frames, MYNA_GSV_BANDS] of myna_gsv_fbank()
 * @n_frames: at least 8
 * @trace: (nullable): is shown what lies between
 *
 * Returns: (transfer none): [MYNA_GSV_SPEAKER_SIZE], a tensor of the current scope
 */
GpuTensor *
myna_gsv_speaker_run (MynaGsvSpeaker *self,
                      GpuContext *cx,
                      const float *fbank,
                      gint64 n_frames,
                      const MynaGsvTrace *trace)
{
  GpuTensor *x, *third;

  g_return_val_if_fail (self != NULL && cx != NULL && fbank != NULL && n_frames > 0, NULL);

  gpu_scope_begin (cx);
  for (int stage = 0; stage < N_STAGES; stage++)
    for (int i = 0; i < n_blocks[stage]; i++)
      gpu_scope_begin (cx);
  x = gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (n_frames, MYNA_GSV_BANDS), fbank);
  x = gpu_permute (cx, x, (const int[]) { 1, 0 });
  x = gpu_reshape (cx, x, GPU_SHAPE_3 (MYNA_GSV_BANDS, n_frames, 1));
  x = gpu_conv_2d (cx, x, self->stem,
                   (GpuConv) { .pad = 1, .pad_end = -1, .fused.act = GPU_ACT_RELU });
  x = run_stage (self, cx, x, 0, NULL);
  myna_gsv_trace (trace, cx, x, "layer1.2");
  x = run_stage (self, cx, x, 1, NULL);
  myna_gsv_trace (trace, cx, x, "layer2.3");
  third = run_stage (self, cx, x, 2, NULL);
  myna_gsv_trace (trace, cx, third, "layer3.5");
  x = run_stage (self, cx, third, 3, third);
  myna_gsv_trace (trace, cx, x, "layer4.2");
  third =
      gpu_conv_2d (cx, third, self->downsample, (GpuConv) { .stride = 2, .pad = 1, .pad_end = -1 });
  x = fuse (cx, &self->fusion, x, third);
  myna_gsv_trace (trace, cx, x, "fuse34");
  /* Mean over time, channels × bands in one row. */
  x = gpu_reduce (cx, GPU_REDUCE_MEAN, x, 1);
  x = gpu_permute (cx, x, (const int[]) { 2, 1, 0 });
  x = gpu_scope_keep (cx, gpu_reshape (cx, x, GPU_SHAPE_1 (MYNA_GSV_SPEAKER_SIZE)));
  gpu_scope_end (cx);
  return x;
}
