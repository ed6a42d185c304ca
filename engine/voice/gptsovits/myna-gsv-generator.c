/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-generator.h"

/* spec gpt-sovits, section 4.5, "Generator". A stage ends with the mean of three branches; here
 * with their sum, and the next layer's weights are divided by three: the leaky rectifier between
 * them passes factors through. */

#define SLOPE 0.1f
#define LAST_SLOPE 0.01f

static const int rates[MYNA_GSV_STAGES] = { 10, 8, 2, 2, 2 };
static const int branch_taps[MYNA_GSV_BRANCHES] = { 3, 7, 11 };
static const int dilations[MYNA_GSV_UNITS] = { 1, 3, 5 };

/* ---- loading ---- */

static GpuWeight *
load_up (MynaGsvWeights *weights, MynaGsvStage *stage, int index)
{
  const MynaTensorInfo *info = NULL;
  g_autofree float *bias = NULL;
  g_autofree float *w = myna_gsv_weights_layer (weights, &info, &bias, "dec.ups.%d", index);
  GpuWeight *weight;
  GError *error = NULL;

  if (w == NULL)
    return NULL;
  for (gsize i = 0; index > 0 && i < myna_tensor_info_get_n_elements (info); i++)
    w[i] /= MYNA_GSV_BRANCHES;
  /* What is cut makes the result exactly as many times longer as the rate says. */
  stage->pad = (int) (info->dims[2] - rates[index]) / 2;
  weight = gpu_weight_new_conv_transpose_1d (myna_gsv_weights_get_device (weights),
                                             myna_gsv_weights_get_type (weights), info->dims[0],
                                             info->dims[1], info->dims[2], w, bias, &error);
  return myna_gsv_weights_adopt (weights, weight, error);
}

static GpuWeight *
load_out (MynaGsvWeights *weights)
{
  const MynaTensorInfo *info = NULL;
  g_autofree float *w = myna_gsv_weights_layer (weights, &info, NULL, "dec.conv_post");
  GpuWeight *weight;
  GError *error = NULL;

  if (w == NULL)
    return NULL;
  for (gsize i = 0; i < myna_tensor_info_get_n_elements (info); i++)
    w[i] /= MYNA_GSV_BRANCHES;
  weight = gpu_weight_new_conv_1d (myna_gsv_weights_get_device (weights),
                                   myna_gsv_weights_get_type (weights), info->dims[0],
                                   info->dims[1], info->dims[2], 1, w, NULL, &error);
  return myna_gsv_weights_adopt (weights, weight, error);
}

static void
load_stage (MynaGsvWeights *weights, MynaGsvStage *stage, int index)
{
  stage->up = load_up (weights, stage, index);
  for (int i = 0; i < MYNA_GSV_BRANCHES; i++)
    for (int j = 0; j < MYNA_GSV_UNITS; j++)
      {
        int block = MYNA_GSV_BRANCHES * index + i;

        stage->units[i][j].dilated =
            myna_gsv_weights_conv_1d (weights, 1, "dec.resblocks.%d.convs1.%d", block, j);
        stage->units[i][j].plain =
            myna_gsv_weights_conv_1d (weights, 1, "dec.resblocks.%d.convs2.%d", block, j);
      }
}

/**
 * myna_gsv_generator_load:
 * @self: (out caller-allocates): the generator
 * @weights: of a SoVITS checkpoint, being loaded
 */
void
myna_gsv_generator_load (MynaGsvGenerator *self, MynaGsvWeights *weights)
{
  self->in = myna_gsv_weights_conv_1d (weights, 1, "dec.conv_pre");
  self->condition = myna_gsv_weights_linear (weights, "dec.cond");
  for (int i = 0; i < MYNA_GSV_STAGES; i++)
    load_stage (weights, &self->stages[i], i);
  self->out = load_out (weights);
}

/* ---- running ---- */

/* One unit: x + plain (lrelu (dilated (lrelu (x)))), and what @fused adds to it. @active is
 * lrelu (x). */
static GpuTensor *
run_unit (const MynaGsvUnit *unit,
          GpuContext *cx,
          const GpuTensor *active,
          int taps,
          int dilation,
          GpuFused fused)
{
  GpuConv dilated = { .pad = dilation * (taps - 1) / 2,
                      .pad_end = -1,
                      .dilation = dilation,
                      .fused.act = GPU_ACT_LEAKY_RELU,
                      .fused.a = SLOPE };
  GpuConv plain = { .pad = (taps - 1) / 2, .pad_end = -1, .fused = fused };

  return gpu_conv_1d (cx, gpu_conv_1d (cx, active, unit->dilated, dilated), unit->plain, plain);
}

/* @sum (nullable) + the branch of @x; the last branch's result goes through the rectifier that
 * follows the stage. */
static GpuTensor *
run_branch (const MynaGsvStage *stage,
            int branch,
            GpuContext *cx,
            GpuTensor *x,
            const GpuTensor *active,
            const GpuTensor *sum,
            float slope)
{
  for (int j = 0; j < MYNA_GSV_UNITS; j++)
    {
      gboolean last = j == MYNA_GSV_UNITS - 1;
      GpuFused fused = { .residual = x };

      gpu_scope_begin (cx);
      if (j > 0)
        active = gpu_leaky_relu (cx, x, SLOPE);
      if (last && sum != NULL)
        fused.residual = gpu_add (cx, x, sum);
      if (last && branch == MYNA_GSV_BRANCHES - 1)
        {
          fused.act = GPU_ACT_LEAKY_RELU;
          fused.a = slope;
        }
      x = run_unit (&stage->units[branch][j], cx, active, branch_taps[branch], dilations[j], fused);
      gpu_scope_keep (cx, x);
      gpu_scope_end (cx);
    }
  return x;
}

/* [T, C] after its rectifier -> [rate·T, C/2] after its own. */
static GpuTensor *
run_stage (const MynaGsvGenerator *self,
           int index,
           GpuContext *cx,
           GpuTensor *x,
           GCancellable *cancellable)
{
  const MynaGsvStage *stage = &self->stages[index];
  GpuConv up = { .stride = rates[index], .pad = stage->pad, .pad_end = -1 };
  float slope = index == MYNA_GSV_STAGES - 1 ? LAST_SLOPE : SLOPE;
  GpuTensor *active, *sum = NULL;

  x = gpu_conv_transpose_1d (cx, x, stage->up, up);
  active = gpu_leaky_relu (cx, x, SLOPE);
  for (int i = 0; i < MYNA_GSV_BRANCHES && !g_cancellable_is_cancelled (cancellable); i++)
    {
      gpu_scope_begin (cx);
      sum = gpu_scope_keep (cx, run_branch (stage, i, cx, x, active, sum, slope));
      gpu_scope_end (cx);
    }
  return sum;
}

/**
 * myna_gsv_generator_condition:
 * @self: the generator
 * @cx: a context of its device
 * @timbre: [512], Pro [1024]
 *
 * Returns: (transfer none): a tensor of the current scope, the same for every window
 */
GpuTensor *
myna_gsv_generator_condition (const MynaGsvGenerator *self, GpuContext *cx, const GpuTensor *timbre)
{
  return gpu_linear (cx, timbre, self->condition, (GpuFused) { 0 });
}

/**
 * myna_gsv_generator_run:
 * @self: the generator
 * @cx: a context of its device
 * @latent: [T, 192]
 * @condition: of the timbre
 * @cancellable: (nullable): looked at after each branch
 *
 * Returns: (transfer none) (nullable): sound [640·T], a tensor of the current scope; %NULL when
 *   cancelled
 */
GpuTensor *
myna_gsv_generator_run (const MynaGsvGenerator *self,
                        GpuContext *cx,
                        const GpuTensor *latent,
                        const GpuTensor *condition,
                        GCancellable *cancellable)
{
  GpuTensor *x;

  g_return_val_if_fail (self != NULL && cx != NULL && latent != NULL && condition != NULL, NULL);

  for (int i = 0; i < MYNA_GSV_STAGES + 1; i++)
    gpu_scope_begin (cx);
  x = gpu_conv_1d (cx, latent, self->in, (GpuConv) { .pad = 3, .pad_end = -1 });
  x = gpu_leaky_relu (cx, gpu_add (cx, x, condition), SLOPE);
  for (int i = 0; i < MYNA_GSV_STAGES; i++)
    {
      if (x != NULL)
        x = run_stage (self, i, cx, x, cancellable);
      if (g_cancellable_is_cancelled (cancellable))
        x = NULL;
      if (x != NULL)
        gpu_scope_keep (cx, x);
      gpu_scope_end (cx);
    }
  if (x != NULL)
    {
      x = gpu_conv_1d (cx, x, self->out,
                       (GpuConv) { .pad = 3, .pad_end = -1, .fused.act = GPU_ACT_TANH });
      x = gpu_reshape (cx, x, GPU_SHAPE_1 (gpu_tensor_get_dim (x, 0)));
      gpu_scope_keep (cx, x);
    }
  gpu_scope_end (cx);
  return x;
}
