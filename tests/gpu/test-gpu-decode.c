/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/gpu/gpu-check.h"

#include <string.h>

/* A decoder's steps over a growing cache, on every device, against the maths written out. */

#define LAYERS 2
#define EPS 1e-5f

/**
 * Case:
 * @width: channels of a head: 16 and 32 have vectors of their own, others take the plain way
 * @steps: places, so that the cache fills whole blocks and parts of them
 */
typedef struct
{
  int heads, width, inner, vocabulary, steps;
  GpuType type;
} Case;

static const Case cases[] = {
  { 2, 16, 24, 0, 37, GPU_F32 },  { 4, 32, 96, 70, 40, GPU_F16 }, { 3, 5, 7, 11, 5, GPU_F32 },
  { 16, 32, 520, 0, 3, GPU_F16 }, { 1, 48, 33, 9, 18, GPU_F16 },
};

typedef struct
{
  float *qkv, *qkv_bias, *out, *out_bias, *up, *up_bias, *down, *down_bias, *norm[4];
  float *keys, *values; /* of all places so far */
} Reference;

static float *
round_to (GpuType type, float *values, gint64 n)
{
  if (type == GPU_F16)
    for (gint64 i = 0; i < n; i++)
      values[i] = (float) (_Float16) values[i];
  return values;
}

/* A matrix that keeps the size of what goes through it. */
static float *
make_matrix (GpuType type, gint64 out, gint64 in)
{
  float *values = check_random (out * in);

  for (gint64 i = 0; i < out * in; i++)
    values[i] *= sqrtf (3.0f / (float) in);
  return round_to (type, values, out * in);
}

static void
reference_init (Reference *self, const Case *c)
{
  gint64 n = (gint64) c->heads * c->width, f = c->inner;

  self->qkv = make_matrix (c->type, 3 * n, n);
  self->qkv_bias = check_random (3 * n);
  self->out = make_matrix (c->type, n, n);
  self->out_bias = check_random (n);
  self->up = make_matrix (c->type, f, n);
  self->up_bias = check_random (f);
  self->down = make_matrix (c->type, n, f);
  self->down_bias = check_random (n);
  for (int i = 0; i < 4; i++)
    self->norm[i] = check_random (n);
  self->keys = g_new0 (float, c->steps *n);
  self->values = g_new0 (float, c->steps *n);
}

static void
reference_clear (Reference *self)
{
  float **const all[] = { &self->qkv,  &self->qkv_bias, &self->out,  &self->out_bias,
                          &self->up,   &self->up_bias,  &self->down, &self->down_bias,
                          &self->keys, &self->values };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    g_clear_pointer (all[i], g_free);
  for (int i = 0; i < 4; i++)
    g_clear_pointer (&self->norm[i], g_free);
}

static void
multiply (const float *w, const float *bias, const double *x, double *y, gint64 out, gint64 in)
{
  for (gint64 i = 0; i < out; i++)
    {
      y[i] = bias != NULL ? (double) bias[i] : 0;
      for (gint64 j = 0; j < in; j++)
        y[i] += (double) w[i * in + j] * x[j];
    }
}

static void
add_and_norm (double *x, const double *y, const float *gain, const float *bias, gint64 n)
{
  double mean = 0, variance = 0;

  for (gint64 i = 0; i < n; i++)
    {
      x[i] += y[i];
      mean += x[i] / (double) n;
    }
  for (gint64 i = 0; i < n; i++)
    variance += (x[i] - mean) * (x[i] - mean) / (double) n;
  for (gint64 i = 0; i < n; i++)
    x[i] = (x[i] - mean) / sqrt (variance + (double) EPS) * (double) gain[i] + (double) bias[i];
}

static void
attend (const Reference *r, const Case *c, const double *q, gint64 row, double *out)
{
  gint64 n = (gint64) c->heads * c->width;
  g_autofree double *p = g_new (double, row + 1);

  for (int h = 0; h < c->heads; h++)
    {
      double most = -INFINITY, sum = 0;

      for (gint64 j = 0; j <= row; j++)
        {
          p[j] = 0;
          for (gint64 i = h * c->width; i < (h + 1) * c->width; i++)
            p[j] += q[i] * (double) r->keys[j * n + i] / sqrt (c->width);
          most = MAX (most, p[j]);
        }
      for (gint64 j = 0; j <= row; j++)
        sum += p[j] = exp (p[j] - most);
      for (gint64 i = h * c->width; i < (h + 1) * c->width; i++)
        {
          out[i] = 0;
          for (gint64 j = 0; j <= row; j++)
            out[i] += p[j] / sum * (double) r->values[j * n + i];
        }
    }
}

static void
reference_step (Reference *r, const Case *c, double *x, gint64 row)
{
  gint64 n = (gint64) c->heads * c->width;
  g_autofree double *qkv = g_new (double, 3 * n);
  g_autofree double *y = g_new (double, n);
  g_autofree double *z = g_new (double, n);
  g_autofree double *inner = g_new (double, c->inner);

  multiply (r->qkv, r->qkv_bias, x, qkv, 3 * n, n);
  for (gint64 i = 0; i < n; i++)
    {
      r->keys[row * n + i] = (float) qkv[n + i];
      r->values[row * n + i] = (float) qkv[2 * n + i];
    }
  round_to (c->type, r->keys + row * n, n);
  round_to (c->type, r->values + row * n, n);
  attend (r, c, qkv, row, y);
  multiply (r->out, r->out_bias, y, z, n, n);
  add_and_norm (x, z, r->norm[0], r->norm[1], n);
  multiply (r->up, r->up_bias, x, inner, c->inner, n);
  for (gint64 i = 0; i < c->inner; i++)
    inner[i] = MAX (inner[i], 0);
  multiply (r->down, r->down_bias, inner, z, n, c->inner);
  add_and_norm (x, z, r->norm[2], r->norm[3], n);
}

static void
make_layer (
    GpuContext *cx, const Case *c, const Reference *r, GPtrArray *owned, GpuDecoderLayer *layer)
{
  GpuDevice *device = gpu_context_get_device (cx);
  gint64 n = (gint64) c->heads * c->width;
  GpuWeight *norm[4];

  layer->qkv = gpu_weight_new_linear (device, c->type, 3 * n, n, r->qkv, r->qkv_bias, NULL);
  layer->out = gpu_weight_new_linear (device, c->type, n, n, r->out, r->out_bias, NULL);
  layer->up = gpu_weight_new_linear (device, c->type, c->inner, n, r->up, r->up_bias, NULL);
  layer->down = gpu_weight_new_linear (device, c->type, n, c->inner, r->down, r->down_bias, NULL);
  for (int i = 0; i < 4; i++)
    {
      norm[i] = gpu_weight_new_constant (device, GPU_SHAPE_1 (n), r->norm[i], NULL);
      g_ptr_array_add (owned, norm[i]);
    }
  layer->norm1[0] = norm[0];
  layer->norm1[1] = norm[1];
  layer->norm2[0] = norm[2];
  layer->norm2[1] = norm[3];
  g_ptr_array_add (owned, (gpointer) layer->qkv);
  g_ptr_array_add (owned, (gpointer) layer->out);
  g_ptr_array_add (owned, (gpointer) layer->up);
  g_ptr_array_add (owned, (gpointer) layer->down);
  layer->keys = gpu_state_new (cx, GPU_SHAPE_2 (c->steps, n), c->type);
  layer->values = gpu_state_new (cx, GPU_SHAPE_2 (c->steps, n), c->type);
}

static void
check_steps (GpuContext *cx, gpointer data)
{
  const Case *c = data;
  gint64 n = (gint64) c->heads * c->width;
  g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func ((GDestroyNotify) gpu_weight_unref);
  g_autofree float *head = make_matrix (c->type, c->vocabulary, n);
  Reference references[LAYERS];
  GpuDecoderLayer layers[LAYERS];
  GpuDecoder decoder = {
    .layers = layers, .n_layers = LAYERS, .heads = c->heads, .act = GPU_ACT_RELU, .eps = EPS
  };

  for (int i = 0; i < LAYERS; i++)
    {
      reference_init (&references[i], c);
      make_layer (cx, c, &references[i], owned, &layers[i]);
    }
  if (c->vocabulary > 0)
    {
      GpuWeight *w = gpu_weight_new_linear (gpu_context_get_device (cx), c->type, c->vocabulary, n,
                                            head, NULL, NULL);

      g_ptr_array_add (owned, w);
      decoder.head = w;
    }
  for (gint64 row = 0; row < c->steps; row++)
    {
      g_autofree float *x = check_random (n);
      g_autofree double *y = g_new (double, n);
      g_autofree double *logits = g_new (double, c->vocabulary);
      g_autofree float *expected = g_new (float, MAX (n, c->vocabulary));
      gint64 n_expected = c->vocabulary > 0 ? c->vocabulary : n;

      for (gint64 i = 0; i < n; i++)
        y[i] = (double) x[i];
      for (int i = 0; i < LAYERS; i++)
        reference_step (&references[i], c, y, row);
      multiply (head, NULL, y, logits, c->vocabulary, n);
      for (gint64 i = 0; i < n_expected; i++)
        expected[i] = (float) (c->vocabulary > 0 ? logits[i] : y[i]);
      gpu_scope_begin (cx);
      check_values (cx,
                    gpu_decode (cx, gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (1, n), x), &decoder, row),
                    expected, n_expected, c->type == GPU_F32 ? CHECK_F32 : CHECK_F16, "decode");
      gpu_scope_end (cx);
    }
  for (int i = 0; i < LAYERS; i++)
    {
      gpu_state_free (cx, layers[i].keys);
      gpu_state_free (cx, layers[i].values);
      reference_clear (&references[i]);
    }
}

static void
check_case (gconstpointer data)
{
  check_on_devices (check_steps, (gpointer) data);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/gpu/decode/%" G_GSIZE_FORMAT, i);

      g_test_add_data_func (path, &cases[i], check_case);
    }
  return g_test_run ();
}
