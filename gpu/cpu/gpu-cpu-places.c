/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/cpu/gpu-cpu.h"
#include "gpu/cpu/gpu-cpu-math.h"

/* Kernels that move values between places. A tensor is seen as [outer, axis, inner] where one axis
 * matters. */

#define GRAIN 16384

typedef struct
{
  gint64 outer, n, inner; /* inner in bytes */
} Split;

static Split
split (const GpuTensor *t, int axis)
{
  Split s = { 1, t->shape.d[axis], (gint64) gpu_type_size (t->type) };

  for (int i = 0; i < axis; i++)
    s.outer *= t->shape.d[i];
  for (int i = axis + 1; i < t->shape.n; i++)
    s.inner *= t->shape.d[i];
  return s;
}

static void
copy (gpointer to, gint64 to_at, const void *from, gint64 from_at, gint64 size)
{
  memcpy ((char *) to + to_at, (const char *) from + from_at, (gsize) size);
}

gboolean
gpu_cpu_slice (GpuContext *cx, const GpuOp *op, GError **error)
{
  Split s = split (op->in[0], op->axis.axis);
  gint64 length = op->axis.length;

  for (gint64 o = 0; o < s.outer; o++)
    copy (op->out->data, o * length * s.inner, op->in[0]->data,
          (o * s.n + op->axis.start) * s.inner, length * s.inner);
  return TRUE;
}

gboolean
gpu_cpu_concat (GpuContext *cx, const GpuOp *op, GError **error)
{
  Split whole = split (op->out, op->axis.axis);
  gint64 at = 0;

  for (int i = 0; i < op->n_in; i++)
    {
      Split s = split (op->in[i], op->axis.axis);

      if (s.n * s.inner == 0)
        continue;
      for (gint64 o = 0; o < s.outer; o++)
        copy (op->out->data, (o * whole.n + at) * s.inner, op->in[i]->data, o * s.n * s.inner,
              s.n * s.inner);
      at += s.n;
    }
  return TRUE;
}

gboolean
gpu_cpu_flip (GpuContext *cx, const GpuOp *op, GError **error)
{
  Split s = split (op->in[0], op->axis.axis);

  for (gint64 o = 0; o < s.outer; o++)
    for (gint64 i = 0; i < s.n; i++)
      copy (op->out->data, (o * s.n + i) * s.inner, op->in[0]->data,
            (o * s.n + s.n - 1 - i) * s.inner, s.inner);
  return TRUE;
}

gboolean
gpu_cpu_repeat (GpuContext *cx, const GpuOp *op, GError **error)
{
  Split s = split (op->in[0], 0);
  gint64 times = op->axis.length;

  for (gint64 i = 0; i < s.n * times; i++)
    copy (op->out->data, i * s.inner, op->in[0]->data, i / times * s.inner, s.inner);
  return TRUE;
}

/* Source place of a place that is padded with values of the line. */
static gint64
pad_source (GpuPad mode, gint64 i, gint64 n)
{
  if (i >= 0 && i < n)
    return i;
  switch (mode)
    {
    case GPU_PAD_REFLECT:
      return i < 0 ? -i : 2 * (n - 1) - i;
    case GPU_PAD_EDGE:
    case GPU_PAD_ZERO:
    default:
      return i < 0 ? 0 : n - 1;
    }
}

/* Places [from, to) of one padded line; @x and @y are where it starts. */
static void
fill_edge (const GpuOp *op, const Split *s, const char *x, gint64 from, gint64 to, char *y)
{
  if (op->axis.pad == GPU_PAD_ZERO)
    memset (y + from * s->inner, 0, (gsize) ((to - from) * s->inner));
  else
    for (gint64 i = from; i < to; i++)
      copy (y, i * s->inner, x, pad_source (op->axis.pad, i - op->axis.start, s->n) * s->inner,
            s->inner);
}

gboolean
gpu_cpu_pad (GpuContext *cx, const GpuOp *op, GError **error)
{
  Split s = split (op->in[0], op->axis.axis);
  gint64 padded = op->out->shape.d[op->axis.axis], start = op->axis.start, line = s.n * s.inner;

  for (gint64 o = 0; o < s.outer; o++)
    {
      const char *x = (const char *) op->in[0]->data + o * line;
      char *y = (char *) op->out->data + o * padded * s.inner;

      fill_edge (op, &s, x, 0, start, y);
      copy (y, start * s.inner, x, 0, line);
      fill_edge (op, &s, x, start + s.n, padded, y);
    }
  return TRUE;
}

gboolean
gpu_cpu_gather (GpuContext *cx, const GpuOp *op, GError **error)
{
  Split s = split (op->in[0], 0);
  const gint32 *indices = op->in[1]->data;
  gint64 n = gpu_shape_size (op->in[1]->shape);

  for (gint64 i = 0; i < n; i++)
    if (indices[i] < 0 || indices[i] >= s.n)
      memset ((char *) op->out->data + i * s.inner, 0, (gsize) s.inner);
    else
      copy (op->out->data, i * s.inner, op->in[0]->data, indices[i] * s.inner, s.inner);
  return TRUE;
}

gboolean
gpu_cpu_embed (GpuContext *cx, const GpuOp *op, GError **error)
{
  const gint32 *indices = op->in[0]->data;
  gint64 n = gpu_shape_size (op->in[0]->shape);
  float *out = op->out->data;

  for (gint64 i = 0; i < n; i++)
    if (indices[i] < 0 || indices[i] >= op->w->out)
      memset (out + i * op->w->in, 0, sizeof (float) * (gsize) op->w->in);
    else
      gpu_cpu_unpack_row (op->w, indices[i], out + i * op->w->in);
  return TRUE;
}

/* ---- permutation ---- */

/* A plain transposition in tiles that stay in the first cache. */
static void
transpose_tiles (const guint32 *x, guint32 *y, gint64 rows, gint64 columns)
{
  for (gint64 r0 = 0; r0 < rows; r0 += 32)
    for (gint64 c0 = 0; c0 < columns; c0 += 32)
      for (gint64 r = r0; r < MIN (r0 + 32, rows); r++)
        for (gint64 c = c0; c < MIN (c0 + 32, columns); c++)
          y[c * rows + r] = x[r * columns + c];
}

gboolean
gpu_cpu_permute (GpuContext *cx, const GpuOp *op, GError **error)
{
  const GpuTensor *in = op->in[0];
  gint64 extent[GPU_MAX_DIMS] = { 1, 1, 1, 1 }, step[GPU_MAX_DIMS] = { 0 }, strides[GPU_MAX_DIMS];
  const guint32 *x = in->data;
  guint32 *y = op->out->data;
  int shift = GPU_MAX_DIMS - in->shape.n;

  if (in->shape.n == 2 && op->order[0] == 1)
    {
      transpose_tiles (x, y, in->shape.d[0], in->shape.d[1]);
      return TRUE;
    }
  strides[in->shape.n - 1] = 1;
  for (int i = in->shape.n - 2; i >= 0; i--)
    strides[i] = strides[i + 1] * in->shape.d[i + 1];
  for (int i = 0; i < in->shape.n; i++)
    {
      extent[i + shift] = in->shape.d[op->order[i]];
      step[i + shift] = strides[op->order[i]];
    }
  for (gint64 a = 0; a < extent[0]; a++)
    for (gint64 b = 0; b < extent[1]; b++)
      for (gint64 c = 0; c < extent[2]; c++)
        for (gint64 d = 0; d < extent[3]; d++)
          *y++ = x[a * step[0] + b * step[1] + c * step[2] + d * step[3]];
  return TRUE;
}

/* ---- interpolation ---- */

/* Source coordinate of PyTorch's align_corners = False: its row, the next one, and the weight of
 * the next. */
static void
half_pixel (gint64 i, gint64 length, gint64 n, gint64 *low, gint64 *high, float *weight)
{
  double at = ((double) i + 0.5) * (double) n / (double) length - 0.5;

  at = CLAMP (at, 0.0, (double) (n - 1));
  *low = (gint64) at;
  *high = MIN (*low + 1, n - 1);
  *weight = (float) (at - (double) *low);
}

GPU_CLONES static void
mix (const float *a, const float *b, float weight, float *y, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    y[i] = a[i] + (b[i] - a[i]) * weight;
}

gboolean
gpu_cpu_resample_linear (GpuContext *cx, const GpuOp *op, GError **error)
{
  gint64 n = op->in[0]->shape.d[0], c = op->in[0]->shape.d[1], length = op->out->shape.d[0];
  const float *x = op->in[0]->data;
  float *y = op->out->data;

  for (gint64 i = 0; i < length; i++)
    {
      gint64 low, high;
      float weight;

      half_pixel (i, length, n, &low, &high, &weight);
      mix (x + low * c, x + high * c, weight, y + i * c, c);
    }
  return TRUE;
}

static void
resize_row (
    const float *top, const float *bottom, float fy, gint64 w, gint64 out_w, gint64 c, float *y)
{
  for (gint64 i = 0; i < out_w; i++)
    {
      gint64 left, right;
      float fx;

      half_pixel (i, out_w, w, &left, &right, &fx);
      for (gint64 k = 0; k < c; k++)
        {
          float a = top[left * c + k] + (top[right * c + k] - top[left * c + k]) * fx;
          float b = bottom[left * c + k] + (bottom[right * c + k] - bottom[left * c + k]) * fx;

          y[i * c + k] = a + (b - a) * fy;
        }
    }
}

gboolean
gpu_cpu_resize_2d (GpuContext *cx, const GpuOp *op, GError **error)
{
  gint64 c = gpu_tensor_get_dim (op->out, -1), out_w = gpu_tensor_get_dim (op->out, -2),
         out_h = gpu_tensor_get_dim (op->out, -3);
  gint64 w = gpu_tensor_get_dim (op->in[0], -2), h = gpu_tensor_get_dim (op->in[0], -3);
  gint64 images = gpu_shape_size (op->out->shape) / (out_h * out_w * c);

  for (gint64 image = 0; image < images; image++)
    for (gint64 i = 0; i < out_h; i++)
      {
        const float *x = (const float *) op->in[0]->data + image * h * w * c;
        gint64 top, bottom;
        float fy;

        half_pixel (i, out_h, h, &top, &bottom, &fy);
        resize_row (x + top * w * c, x + bottom * w * c, fy, w, out_w, c,
                    (float *) op->out->data + (image * out_h + i) * out_w * c);
      }
  return TRUE;
}

static float
sample (const float *x, gint64 h, gint64 w, gint64 c, gint64 k, gint64 row, gint64 column)
{
  return row < 0 || row >= h || column < 0 || column >= w ? 0.0f : x[(row * w + column) * c + k];
}

static void
warp_pixel (const float *x, gint64 h, gint64 w, gint64 c, float sx, float sy, float *y)
{
  gint64 column, row;
  float fx, fy;

  /* Far outside: zeros, and no overflow of the conversion. */
  if (!(sx > -2.0f && sy > -2.0f && sx < (float) w + 1.0f && sy < (float) h + 1.0f))
    {
      memset (y, 0, sizeof (float) * (gsize) c);
      return;
    }
  column = (gint64) floorf (sx);
  row = (gint64) floorf (sy);
  fx = sx - (float) column;
  fy = sy - (float) row;
  for (gint64 k = 0; k < c; k++)
    {
      float top = sample (x, h, w, c, k, row, column) * (1 - fx) +
                  sample (x, h, w, c, k, row, column + 1) * fx;
      float bottom = sample (x, h, w, c, k, row + 1, column) * (1 - fx) +
                     sample (x, h, w, c, k, row + 1, column + 1) * fx;

      y[k] = top * (1 - fy) + bottom * fy;
    }
}

gboolean
gpu_cpu_warp_affine (GpuContext *cx, const GpuOp *op, GError **error)
{
  const GpuShape *in = &op->in[0]->shape, *out = &op->out->shape;
  const float *m = op->in[1]->data;
  float *y = op->out->data;

  for (gint64 i = 0; i < out->d[0]; i++)
    for (gint64 j = 0; j < out->d[1]; j++)
      warp_pixel (op->in[0]->data, in->d[0], in->d[1], in->d[2],
                  m[0] * (float) j + m[1] * (float) i + m[2],
                  m[3] * (float) j + m[4] * (float) i + m[5], y + (i * out->d[1] + j) * out->d[2]);
  return TRUE;
}

/* ---- pooling ---- */

typedef struct
{
  const GpuOp *op;
  gint64 h, w, c, out_h, out_w;
} Pool;

GPU_CLONES static void
max_into (const float *x, float *y, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    y[i] = x[i] > y[i] ? x[i] : y[i];
}

GPU_CLONES static void
add_part (const float *x, float part, float *y, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    y[i] += x[i] * part;
}

static void
pool_place (const Pool *job, const float *x, gint64 row, gint64 column, float *y)
{
  int k = job->op->pool.k;
  gboolean max = job->op->pool.max;

  for (gint64 ch = 0; ch < job->c; ch++)
    y[ch] = max ? -INFINITY : 0.0f;
  for (gint64 i = MAX (row, 0); i < MIN (row + k, job->h); i++)
    for (gint64 j = MAX (column, 0); j < MIN (column + k, job->w); j++)
      if (max)
        max_into (x + (i * job->w + j) * job->c, y, job->c);
      else
        add_part (x + (i * job->w + j) * job->c, 1.0f / (float) (k * k), y, job->c);
}

static void
pool_range (gint64 begin, gint64 end, gpointer data)
{
  const Pool *job = data;
  const GpuOp *op = job->op;

  for (gint64 r = begin; r < end; r++)
    for (gint64 j = 0; j < job->out_w; j++)
      pool_place (job, (const float *) op->in[0]->data + r / job->out_h * job->h * job->w * job->c,
                  r % job->out_h * op->pool.stride - op->pool.pad,
                  j * op->pool.stride - op->pool.pad,
                  (float *) op->out->data + (r * job->out_w + j) * job->c);
}

gboolean
gpu_cpu_pool_2d (GpuContext *cx, const GpuOp *op, GError **error)
{
  Pool job = { op,
               gpu_tensor_get_dim (op->in[0], -3),
               gpu_tensor_get_dim (op->in[0], -2),
               gpu_tensor_get_dim (op->in[0], -1),
               gpu_tensor_get_dim (op->out, -3),
               gpu_tensor_get_dim (op->out, -2) };

  gpu_parallel (gpu_shape_size (op->out->shape) / (job.out_w * job.c),
                GRAIN / (job.out_w * job.c) + 1, pool_range, &job);
  return TRUE;
}

/* ---- rotary positions, state ---- */

gboolean
gpu_cpu_rope (GpuContext *cx, const GpuOp *op, GError **error)
{
  gint64 rows = op->out->shape.d[0], c = op->out->shape.d[1];
  const float *x = op->in[0]->data;
  float *y = op->out->data;

  memcpy (y, x, sizeof (float) * (gsize) (rows * c));
  for (gint64 row = 0; row < rows; row++)
    for (int i = 0; i < op->rope.channels; i += 2)
      {
        double angle =
            (double) (op->rope.start + row) * pow (op->rope.theta, -(double) i / op->rope.channels);
        float s = (float) sin (angle), k = (float) cos (angle);
        float a = x[row * c + i], b = x[row * c + i + 1];

        y[row * c + i] = a * k - b * s;
        y[row * c + i + 1] = a * s + b * k;
      }
  return TRUE;
}

gboolean
gpu_cpu_state_write (GpuContext *cx, const GpuOp *op, GError **error)
{
  gint64 c = op->out->shape.d[1], n = gpu_shape_size (op->in[0]->shape);
  const float *x = op->in[0]->data;

  if (op->out->type == GPU_F32)
    memcpy ((float *) op->out->data + op->row * c, x, sizeof (float) * (gsize) n);
  else
    gpu_cpu_to_f16 (x, (guint16 *) op->out->data + op->row * c, n);
  return TRUE;
}
