/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-flow.h"

#include "engine/voice/gptsovits/myna-gsv-prior.h"

/* spec gpt-sovits, section 4.5, "Flow". Upstream reverses the order of the channels before each
 * coupling. Here the channels stay: every second coupling has its weights reversed at loading and
 * changes the other half. */

#define HALF (MYNA_GSV_LATENT / 2)
#define HIDDEN 192
#define GATE (2 * HIDDEN)
#define TAPS 5

/* ---- loading ---- */

static GpuWeight *
adopt_linear (MynaGsvWeights *weights, gint64 out, gint64 in, const float *w, const float *bias)
{
  GError *error = NULL;
  GpuWeight *weight =
      gpu_weight_new_linear (myna_gsv_weights_get_device (weights),
                             myna_gsv_weights_get_type (weights), out, in, w, bias, &error);

  return myna_gsv_weights_adopt (weights, weight, error);
}

/* A 1×1 layer [out, in] with its inputs or outputs in reverse order, times @factor. */
static GpuWeight *
load_turned (
    MynaGsvWeights *weights, const char *name, gboolean turn_in, gboolean turn_out, float factor)
{
  const MynaTensorInfo *info = NULL;
  g_autofree float *bias = NULL, *turned_bias = NULL, *turned = NULL;
  g_autofree float *w = myna_gsv_weights_layer (weights, &info, &bias, "%s", name);
  gint64 out, in;

  if (w == NULL)
    return NULL;
  out = info->dims[0];
  in = info->dims[1];
  turned = g_new (float, out *in);
  turned_bias = g_new (float, out);
  for (gint64 i = 0; i < out; i++)
    {
      gint64 row = turn_out ? out - 1 - i : i;

      turned_bias[i] = factor * bias[row];
      for (gint64 j = 0; j < in; j++)
        turned[i * in + j] = factor * w[row * in + (turn_in ? in - 1 - j : j)];
    }
  return adopt_linear (weights, out, in, turned, turned_bias);
}

/* The first rows of a res_skip layer add to the hidden values, the others to the result; the last
 * layer has only these. */
static void
load_res_skip (MynaGsvWeights *weights, MynaGsvCoupling *coupling, const char *name, int layer)
{
  gboolean last = layer == MYNA_GSV_WAVENET_LAYERS - 1;
  g_autofree float *bias = NULL;
  g_autofree float *w =
      myna_gsv_weights_layer (weights, NULL, &bias, "%s.enc.res_skip_layers.%d", name, layer);
  gsize skip = last ? 0 : HIDDEN;

  if (w == NULL)
    return;
  if (!last)
    coupling->residuals[layer] = adopt_linear (weights, HIDDEN, HIDDEN, w, bias);
  coupling->skips[layer] = adopt_linear (weights, HIDDEN, HIDDEN, w + skip * HIDDEN, bias + skip);
}

static void
load_coupling (MynaGsvWeights *weights, MynaGsvCoupling *coupling, int index, gboolean turned)
{
  g_autofree char *name = g_strdup_printf ("flow.flows.%d", index);
  g_autofree char *in = g_strconcat (name, ".pre", NULL);
  g_autofree char *out = g_strconcat (name, ".post", NULL);

  coupling->in = load_turned (weights, in, turned, FALSE, 1);
  coupling->conditions = myna_gsv_weights_linear (weights, "%s.enc.cond_layer", name);
  for (int i = 0; i < MYNA_GSV_WAVENET_LAYERS; i++)
    {
      coupling->gates[i] = myna_gsv_weights_conv_1d (weights, 1, "%s.enc.in_layers.%d", name, i);
      load_res_skip (weights, coupling, name, i);
    }
  coupling->out = load_turned (weights, out, FALSE, turned, -1);
}

/**
 * myna_gsv_flow_load:
 * @self: (out caller-allocates): the flow
 * @weights: of a SoVITS checkpoint, being loaded
 */
void
myna_gsv_flow_load (MynaGsvFlow *self, MynaGsvWeights *weights)
{
  for (int i = 0; i < MYNA_GSV_COUPLINGS; i++)
    load_coupling (weights, &self->couplings[i], 2 * (MYNA_GSV_COUPLINGS - 1 - i), i % 2 == 0);
}

/* ---- running ---- */

/**
 * myna_gsv_flow_condition:
 * @self: the flow
 * @cx: a context of its device
 * @timbre: [512], Pro [1024]
 *
 * Returns: tensors of the current scope for myna_gsv_flow_run(), the same for every window
 */
MynaGsvFlowConditions
myna_gsv_flow_condition (const MynaGsvFlow *self, GpuContext *cx, const GpuTensor *timbre)
{
  MynaGsvFlowConditions all;

  for (int i = 0; i < MYNA_GSV_COUPLINGS; i++)
    {
      GpuTensor *x = gpu_linear (cx, timbre, self->couplings[i].conditions, (GpuFused) { 0 });

      all.conditions[i] = gpu_reshape (cx, x, GPU_SHAPE_2 (MYNA_GSV_WAVENET_LAYERS, GATE));
    }
  return all;
}

/* WaveNet on @source, its result taken from @target. */
static GpuTensor *
run_coupling (const MynaGsvCoupling *coupling,
              GpuContext *cx,
              const GpuTensor *source,
              const GpuTensor *target,
              const GpuTensor *conditions)
{
  GpuTensor *x, *skip = NULL;

  gpu_scope_begin (cx);
  x = gpu_linear (cx, source, coupling->in, (GpuFused) { 0 });
  for (int i = 0; i < MYNA_GSV_WAVENET_LAYERS; i++)
    {
      GpuTensor *y =
          gpu_conv_1d (cx, x, coupling->gates[i], (GpuConv) { .pad = TAPS / 2, .pad_end = -1 });

      y = gpu_tanh_gate (cx, gpu_add (cx, y, gpu_slice (cx, conditions, 0, i, 1)));
      if (coupling->residuals[i] != NULL)
        x = gpu_linear (cx, y, coupling->residuals[i], (GpuFused) { .residual = x });
      skip = gpu_linear (cx, y, coupling->skips[i], (GpuFused) { .residual = skip });
    }
  x = gpu_linear (cx, skip, coupling->out, (GpuFused) { .residual = target });
  gpu_scope_keep (cx, x);
  gpu_scope_end (cx);
  return x;
}

/**
 * myna_gsv_flow_run:
 * @self: the flow
 * @cx: a context of its device
 * @latent: [T, 192] drawn from the prior
 * @conditions: of the timbre
 *
 * Returns: (transfer none): [T, 192], a tensor of the current scope
 */
GpuTensor *
myna_gsv_flow_run (const MynaGsvFlow *self,
                   GpuContext *cx,
                   const GpuTensor *latent,
                   const MynaGsvFlowConditions *conditions)
{
  GpuTensor *first, *second, *x;

  g_return_val_if_fail (self != NULL && cx != NULL && latent != NULL, NULL);

  gpu_scope_begin (cx);
  first = gpu_slice (cx, latent, 1, 0, HALF);
  second = gpu_slice (cx, latent, 1, HALF, HALF);
  for (int i = 0; i < MYNA_GSV_COUPLINGS; i += 2)
    {
      first = run_coupling (&self->couplings[i], cx, second, first, conditions->conditions[i]);
      second =
          run_coupling (&self->couplings[i + 1], cx, first, second, conditions->conditions[i + 1]);
    }
  x = gpu_concat (cx, (const GpuTensor *[]) { first, second }, 2, 1);
  gpu_scope_keep (cx, x);
  gpu_scope_end (cx);
  return x;
}
