/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/face/myna-tflite-net.h"

#include <glib/gi18n-lib.h>

#include "engine/core/myna-error.h"
#include "engine/lipsync/face/myna-flexbuffer.h"
#include "engine/lipsync/face/myna-tflite-net-private.h"

/* From operators to steps. Shapes are worked out here and compared with those in the file, because
 * the compute layer takes a wrong shape for a programmer's error. */

typedef struct
{
  const MynaTflite *model;
  GpuDevice *device;
  MynaTfliteNet *net;
  int *constants; /* tensor -> constant tensor that it equals, −1 if it is computed */
  int *uses;      /* of computed values by needed operators and outputs */
  int *makers;    /* value -> its step, −1 */
  GError *error;
} Build;

static void
clear_step (gpointer data)
{
  MynaStep *step = data;

  g_clear_pointer (&step->w, gpu_weight_unref);
  g_clear_pointer (&step->slope, gpu_weight_unref);
  g_clear_pointer (&step->crop.points, g_array_unref);
}

static gboolean
same_shape (const MynaTfliteTensor *a, const MynaTfliteTensor *b)
{
  if (a->n_dims != b->n_dims)
    return FALSE;
  for (int i = 0; i < a->n_dims; i++)
    if (a->dims[i] != b->dims[i])
      return FALSE;
  return TRUE;
}

static gboolean
has_shape (const MynaTfliteTensor *tensor, int n_dims, const int *dims)
{
  MynaTfliteTensor other = { .n_dims = n_dims };

  for (int i = 0; i < n_dims; i++)
    other.dims[i] = dims[i];
  return same_shape (tensor, &other);
}

/* The tensor of an input, if it is computed and has a batch of one in front. */
static const MynaTfliteTensor *
get_value (const Build *build, const MynaTfliteOp *op, int index)
{
  int tensor = index < op->n_in ? op->in[index] : -1;
  const MynaTfliteTensor *value;

  if (tensor < 0 || build->constants[tensor] >= 0)
    return NULL;
  value = &build->model->tensors[tensor];
  return value->type == MYNA_TFLITE_FLOAT32 && value->n_dims >= 3 && value->dims[0] == 1 ? value
                                                                                         : NULL;
}

static const MynaTfliteTensor *
get_constant (const Build *build, const MynaTfliteOp *op, int index)
{
  int tensor = index < op->n_in ? op->in[index] : -1;

  return tensor < 0 || build->constants[tensor] < 0
             ? NULL
             : &build->model->tensors[build->constants[tensor]];
}

static const MynaTfliteTensor *
get_result (const Build *build, const MynaTfliteOp *op)
{
  const MynaTfliteTensor *result;

  if (op->n_out != 1)
    return NULL;
  result = &build->model->tensors[op->out[0]];
  return result->type == MYNA_TFLITE_FLOAT32 && result->n_dims >= 3 && result->dims[0] == 1 ? result
                                                                                            : NULL;
}

static MynaStep
make_step (const MynaTfliteOp *op, MynaStepKind kind, int n_in)
{
  MynaStep step = { .kind = kind, .n_in = n_in, .out = op->out[0], .residual = -1 };

  for (int i = 0; i < n_in; i++)
    step.in[i] = op->in[i];
  return step;
}

static gboolean
add_step (Build *build, MynaStep step)
{
  build->makers[step.out] = (int) build->net->steps->len;
  g_array_append_val (build->net->steps, step);
  return TRUE;
}

/* ---- convolutions ---- */

/* TensorFlow's SAME: as many places as ⌈in/stride⌉, the odd zero at the end. */
static gboolean
find_padding (int in, int k, int stride, int dilation, gboolean valid, int out, int pad[2])
{
  int reach = (k - 1) * dilation + 1, total;

  pad[0] = pad[1] = 0;
  if (valid)
    return in >= reach && (in - reach) / stride + 1 == out;
  if ((in + stride - 1) / stride != out)
    return FALSE;
  total = MAX ((out - 1) * stride + reach - in, 0);
  pad[0] = total / 2;
  pad[1] = total - pad[0];
  return TRUE;
}

/* TensorFlow's [out, kh, kw, in] or, depthwise, [1, kh, kw, channels] to PyTorch's
 * [out, in/groups, kh, kw]. */
static float *
reorder_weights (const MynaTfliteTensor *constant, gboolean depthwise)
{
  g_autofree float *from = myna_tflite_dup_floats (constant);
  gint64 area = (gint64) constant->dims[1] * constant->dims[2];
  gint64 out = depthwise ? constant->dims[3] : constant->dims[0];
  gint64 in = depthwise ? 1 : constant->dims[3];
  float *to;

  if (from == NULL)
    return NULL;
  to = g_new (float, constant->size);
  for (gint64 o = 0; o < out; o++)
    for (gint64 i = 0; i < in; i++)
      for (gint64 place = 0; place < area; place++)
        to[(o * in + i) * area + place] =
            depthwise ? from[place * out + o] : from[(o * area + place) * in + i];
  return to;
}

static gboolean
set_activation (const MynaTfliteOp *op, GpuFused *fused)
{
  switch (op->activation)
    {
    case 0:
      return TRUE;
    case 1:
      fused->act = GPU_ACT_RELU;
      return TRUE;
    case 3:
      fused->act = GPU_ACT_CLAMP;
      fused->b = 6;
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
set_geometry (const MynaTfliteOp *op,
              const MynaTfliteTensor *x,
              const MynaTfliteTensor *w,
              const MynaTfliteTensor *y,
              GpuConv *conv)
{
  int rows[2], columns[2];

  if (!find_padding (x->dims[1], w->dims[1], op->stride_h, op->dilation_h, op->valid, y->dims[1],
                     rows) ||
      !find_padding (x->dims[2], w->dims[2], op->stride_w, op->dilation_w, op->valid, y->dims[2],
                     columns))
    return FALSE;
  *conv = (GpuConv) { .stride = op->stride_h,
                      .pad = rows[0],
                      .pad_end = rows[1],
                      .dilation = op->dilation_h,
                      .two_d = TRUE,
                      .stride_w = op->stride_w,
                      .pad_w = columns[0],
                      .pad_end_w = columns[1],
                      .dilation_w = op->dilation_w };
  return set_activation (op, &conv->fused);
}

static gboolean
build_conv (Build *build, const MynaTfliteOp *op)
{
  const MynaTfliteTensor *x = get_value (build, op, 0), *w = get_constant (build, op, 1),
                         *bias = get_constant (build, op, 2), *y = get_result (build, op);
  gboolean depthwise = op->code == MYNA_TFLITE_DEPTHWISE_CONV_2D;
  MynaStep step = make_step (op, MYNA_STEP_CONV, 1);
  g_autofree float *weights = NULL;
  g_autofree float *biases = NULL;
  int out, in;

  if (x == NULL || w == NULL || y == NULL || x->n_dims != 4 || w->n_dims != 4 || y->n_dims != 4)
    return FALSE;
  out = y->dims[3];
  in = x->dims[3];
  if (w->dims[3] != in ||
      (depthwise ? w->dims[0] != 1 || op->multiplier != 1 || out != in : w->dims[0] != out))
    return FALSE;
  if (op->n_in > 2 && op->in[2] >= 0 && (bias == NULL || bias->size != out))
    return FALSE;
  if (!set_geometry (op, x, w, y, &step.conv))
    return FALSE;
  weights = reorder_weights (w, depthwise);
  biases = bias != NULL ? myna_tflite_dup_floats (bias) : NULL;
  if (weights == NULL || (bias != NULL && biases == NULL))
    return FALSE;
  step.w = gpu_weight_new_conv_2d (build->device, GPU_F32, out, in, w->dims[1], w->dims[2],
                                   depthwise ? in : 1, weights, biases, &build->error);
  return step.w != NULL && add_step (build, step);
}

/* ---- what can be joined with the convolution that made it ---- */

/* The convolution that made a value which nobody else reads, and is not finished with an
 * activation. */
static MynaStep *
find_open_conv (Build *build, int value)
{
  int maker = build->makers[value];
  MynaStep *step = maker < 0 ? NULL : &g_array_index (build->net->steps, MynaStep, maker);

  return step != NULL && step->kind == MYNA_STEP_CONV && build->uses[value] == 1 &&
                 step->conv.fused.act == GPU_ACT_NONE && step->slope == NULL
             ? step
             : NULL;
}

/* Does the convolution @step here instead, where everything it now needs is known. */
static gboolean
move_step (Build *build, MynaStep *step, MynaStep with)
{
  step->kind = MYNA_STEP_NONE;
  step->w = NULL;
  return add_step (build, with);
}

static gboolean
build_add (Build *build, const MynaTfliteOp *op)
{
  const MynaTfliteTensor *a = get_value (build, op, 0), *b = get_value (build, op, 1),
                         *y = get_result (build, op);
  MynaStep step = make_step (op, MYNA_STEP_ADD, 2);

  if (a == NULL || b == NULL || y == NULL || !same_shape (a, b) || !same_shape (a, y))
    return FALSE;
  if (!set_activation (op, &step.conv.fused))
    return FALSE;
  for (int i = 0; i < 2; i++)
    {
      MynaStep *conv = find_open_conv (build, op->in[i]);
      MynaStep joined;

      if (conv == NULL || conv->residual >= 0 || op->in[0] == op->in[1])
        continue;
      joined = *conv;
      joined.residual = op->in[1 - i];
      joined.out = op->out[0];
      joined.conv.fused = step.conv.fused;
      return move_step (build, conv, joined);
    }
  return add_step (build, step);
}

static gboolean
build_relu (Build *build, const MynaTfliteOp *op)
{
  const MynaTfliteTensor *x = get_value (build, op, 0), *y = get_result (build, op);
  MynaStep *conv;
  MynaStep joined;

  if (x == NULL || y == NULL || !same_shape (x, y))
    return FALSE;
  conv = find_open_conv (build, op->in[0]);
  if (conv == NULL)
    return add_step (build, make_step (op, MYNA_STEP_RELU, 1));
  joined = *conv;
  joined.conv.fused.act = GPU_ACT_RELU;
  joined.out = op->out[0];
  return move_step (build, conv, joined);
}

static gboolean
build_prelu (Build *build, const MynaTfliteOp *op)
{
  const MynaTfliteTensor *x = get_value (build, op, 0), *slope = get_constant (build, op, 1),
                         *y = get_result (build, op);
  MynaStep step = make_step (op, MYNA_STEP_PRELU, 1);
  g_autofree float *slopes = NULL;

  if (x == NULL || y == NULL || slope == NULL || !same_shape (x, y) ||
      slope->size != x->dims[x->n_dims - 1] || slope->dims[slope->n_dims - 1] != slope->size)
    return FALSE;
  slopes = myna_tflite_dup_floats (slope);
  if (slopes == NULL)
    return FALSE;
  step.w =
      gpu_weight_new_constant (build->device, GPU_SHAPE_1 (slope->size), slopes, &build->error);
  return step.w != NULL && add_step (build, step);
}

/* ---- the others ---- */

static gboolean
build_mul (Build *build, const MynaTfliteOp *op)
{
  const MynaTfliteTensor *x = get_value (build, op, 0), *factor = get_constant (build, op, 1),
                         *y = get_result (build, op);
  MynaStep step = make_step (op, MYNA_STEP_MUL, 1);
  g_autofree float *values = NULL;
  GpuShape shape = { 0 };

  if (x == NULL || y == NULL || factor == NULL || !same_shape (x, y) || op->activation != 0)
    return FALSE;
  if (factor->size != 1 && !same_shape (factor, x))
    return FALSE;
  values = myna_tflite_dup_floats (factor);
  if (values == NULL)
    return FALSE;
  shape.n = factor->size == 1 ? 1 : factor->n_dims;
  for (int i = 0; i < GPU_MAX_DIMS; i++)
    shape.d[i] = i < shape.n && factor->size > 1 ? factor->dims[i] : 1;
  step.w = gpu_weight_new_constant (build->device, shape, values, &build->error);
  return step.w != NULL && add_step (build, step);
}

static gboolean
build_max_pool (Build *build, const MynaTfliteOp *op)
{
  const MynaTfliteTensor *x = get_value (build, op, 0), *y = get_result (build, op);
  MynaStep step = make_step (op, MYNA_STEP_MAX_POOL, 1);
  int rows[2], columns[2];

  if (x == NULL || y == NULL || x->n_dims != 4 || y->n_dims != 4 || x->dims[3] != y->dims[3] ||
      op->activation != 0 || op->filter_w != op->filter_h || op->stride_w != op->stride_h)
    return FALSE;
  step.k = op->filter_h;
  step.stride = op->stride_h;
  if (!find_padding (x->dims[1], step.k, step.stride, 1, op->valid, y->dims[1], rows) ||
      !find_padding (x->dims[2], step.k, step.stride, 1, op->valid, y->dims[2], columns))
    return FALSE;
  if (rows[0] != 0 || rows[1] != 0 || columns[0] != 0 || columns[1] != 0)
    return FALSE;
  return add_step (build, step);
}

static gboolean
build_pad (Build *build, const MynaTfliteOp *op)
{
  const MynaTfliteTensor *x = get_value (build, op, 0), *amounts = get_constant (build, op, 1),
                         *y = get_result (build, op);
  MynaStep step = make_step (op, MYNA_STEP_PAD, 1);

  if (x == NULL || y == NULL || amounts == NULL || amounts->type != MYNA_TFLITE_INT32 ||
      x->n_dims != y->n_dims || amounts->size != 2 * x->n_dims)
    return FALSE;
  for (int i = 0; i < x->n_dims; i++)
    {
      for (int j = 0; j < 2; j++)
        {
          step.pad[i][j] = myna_tflite_get_int (amounts, 2 * i + j);
          if (step.pad[i][j] < 0 || step.pad[i][j] > y->dims[i])
            return FALSE;
        }
      if (x->dims[i] + step.pad[i][0] + step.pad[i][1] != y->dims[i])
        return FALSE;
    }
  return add_step (build, step);
}

static gboolean
build_reshape (Build *build, const MynaTfliteOp *op)
{
  const MynaTfliteTensor *x = get_value (build, op, 0), *y = get_result (build, op);

  return x != NULL && y != NULL && x->size == y->size &&
         add_step (build, make_step (op, MYNA_STEP_RESHAPE, 1));
}

/* Only a slice that is the whole, which is how the exporter left one behind. */
static gboolean
build_slice (Build *build, const MynaTfliteOp *op)
{
  const MynaTfliteTensor *x = get_value (build, op, 0), *y = get_result (build, op);

  return x != NULL && y != NULL && same_shape (x, y) &&
         add_step (build, make_step (op, MYNA_STEP_RESHAPE, 1));
}

static gboolean
build_concat (Build *build, const MynaTfliteOp *op)
{
  const MynaTfliteTensor *y = get_result (build, op);
  MynaStep step = make_step (op, MYNA_STEP_CONCAT, op->n_in);
  int dims[MYNA_TFLITE_MAX_DIMS], sum = 0;

  if (y == NULL || op->n_in < 1 || op->activation != 0)
    return FALSE;
  step.axis = op->axis < 0 ? op->axis + y->n_dims : op->axis;
  if (step.axis < 1 || step.axis >= y->n_dims)
    return FALSE;
  for (int i = 0; i < op->n_in; i++)
    {
      const MynaTfliteTensor *x = get_value (build, op, i);

      if (x == NULL || x->n_dims != y->n_dims)
        return FALSE;
      for (int j = 0; j < y->n_dims; j++)
        dims[j] = j == step.axis ? x->dims[j] : y->dims[j];
      if (!has_shape (x, y->n_dims, dims))
        return FALSE;
      sum += x->dims[step.axis];
    }
  return sum == y->dims[step.axis] && add_step (build, step);
}

/* ---- operators of MediaPipe's attention mesh ---- */

static gboolean
read_option (const MynaTfliteOp *op, const char *key, double least, double most, double *value)
{
  return myna_flexbuffer_get_number (op->options, op->options_size, key, value) &&
         *value >= least && *value <= most;
}

static gboolean
read_crop (const MynaTfliteOp *op, int n_points, MynaLandmarkCrop *crop)
{
  double left, right, width, height, scale_x, scale_y, turn = 0;
  g_autoptr (GArray) points = NULL;

  if (!read_option (op, "left_rotation_idx", 0, n_points - 1, &left) ||
      !read_option (op, "right_rotation_idx", 0, n_points - 1, &right) ||
      !read_option (op, "output_width", 1, 1024, &width) ||
      !read_option (op, "output_height", 1, 1024, &height) ||
      !read_option (op, "scale_x", 1e-3, 1e3, &scale_x) ||
      !read_option (op, "scale_y", 1e-3, 1e3, &scale_y) ||
      !read_option (op, "target_rotation_radians", 0, 0, &turn))
    return FALSE;
  points = myna_flexbuffer_dup_integers (op->options, op->options_size, "subset_idxs");
  if (points == NULL || points->len == 0)
    return FALSE;
  for (guint i = 0; i < points->len; i++)
    if (g_array_index (points, gint64, i) < 0 || g_array_index (points, gint64, i) >= n_points)
      return FALSE;
  *crop = (MynaLandmarkCrop) { (int) left,      (int) right,     g_steal_pointer (&points),
                               (float) scale_x, (float) scale_y, (int) width,
                               (int) height };
  return TRUE;
}

static gboolean
build_custom (Build *build, const MynaTfliteOp *op)
{
  const MynaTfliteTensor *x = get_value (build, op, 0), *y = get_result (build, op),
                         *matrix = get_value (build, op, 1);
  MynaStep step = make_step (op, MYNA_STEP_LANDMARKS_TO_MATRIX, MIN (op->n_in, 2));

  if (x == NULL || y == NULL || op->custom == NULL)
    return FALSE;
  build->net->single = TRUE;
  if (g_str_equal (op->custom, "Landmarks2TransformMatrix"))
    {
      if (x->n_dims != 3 || x->dims[2] != 3 || !has_shape (y, 3, (int[]) { 1, 4, 4 }) ||
          !read_crop (op, x->dims[1], &step.crop))
        return FALSE;
      return add_step (build, step);
    }
  if (matrix == NULL || !has_shape (matrix, 3, (int[]) { 1, 4, 4 }))
    return FALSE;
  if (g_str_equal (op->custom, "TransformTensorBilinear"))
    {
      step.kind = MYNA_STEP_TRANSFORM_TENSOR;
      return x->n_dims == 4 && y->n_dims == 4 && x->dims[3] == y->dims[3] && add_step (build, step);
    }
  if (g_str_equal (op->custom, "TransformLandmarks"))
    {
      step.kind = MYNA_STEP_TRANSFORM_LANDMARKS;
      return x->n_dims == 3 && x->dims[2] == 2 && same_shape (x, y) && add_step (build, step);
    }
  return FALSE;
}

static gboolean
build_op (Build *build, const MynaTfliteOp *op)
{
  switch (op->code)
    {
    case MYNA_TFLITE_CONV_2D:
    case MYNA_TFLITE_DEPTHWISE_CONV_2D:
      return build_conv (build, op);
    case MYNA_TFLITE_ADD:
      return build_add (build, op);
    case MYNA_TFLITE_MUL:
      return build_mul (build, op);
    case MYNA_TFLITE_RELU:
      return build_relu (build, op);
    case MYNA_TFLITE_PRELU:
      return build_prelu (build, op);
    case MYNA_TFLITE_MAX_POOL_2D:
      return build_max_pool (build, op);
    case MYNA_TFLITE_PAD:
      return build_pad (build, op);
    case MYNA_TFLITE_RESHAPE:
      return build_reshape (build, op);
    case MYNA_TFLITE_STRIDED_SLICE:
      return build_slice (build, op);
    case MYNA_TFLITE_CONCATENATION:
      return build_concat (build, op);
    case MYNA_TFLITE_CUSTOM:
      return build_custom (build, op);
    default:
      return FALSE;
    }
}

/* ---- the whole graph ---- */

/* Which tensors are constants, also through DEQUANTIZE (f16 weights). */
static void
find_constants (Build *build)
{
  const MynaTflite *model = build->model;

  build->constants = g_new (int, MAX (model->n_tensors, 1));
  for (guint i = 0; i < model->n_tensors; i++)
    build->constants[i] = model->tensors[i].data != NULL ? (int) i : -1;
  for (guint i = 0; i < model->n_ops; i++)
    {
      const MynaTfliteOp *op = &model->ops[i];

      if (op->code == MYNA_TFLITE_DEQUANTIZE && op->n_in == 1 && op->n_out == 1 && op->in[0] >= 0)
        {
          int from = build->constants[op->in[0]];

          if (from >= 0 && model->tensors[from].type == MYNA_TFLITE_FLOAT16 &&
              same_shape (&model->tensors[from], &model->tensors[op->out[0]]))
            build->constants[op->out[0]] = from;
        }
    }
}

static gboolean
is_needed (const Build *build, const MynaTfliteOp *op)
{
  for (int i = 0; i < op->n_out; i++)
    if (build->constants[op->out[i]] < 0 && build->uses[op->out[i]] > 0)
      return TRUE;
  return FALSE;
}

static void
count_uses (Build *build)
{
  const MynaTflite *model = build->model;

  build->uses = g_new0 (int, MAX (model->n_tensors, 1));
  for (int i = 0; i < build->net->n_outputs; i++)
    build->uses[build->net->outputs[i]] += 1;
  for (guint i = model->n_ops; i-- > 0;)
    if (is_needed (build, &model->ops[i]))
      for (int j = 0; j < model->ops[i].n_in; j++)
        if (model->ops[i].in[j] >= 0)
          build->uses[model->ops[i].in[j]] += 1;
}

static gboolean
build_graph (Build *build, const char *name, GError **error)
{
  const MynaTflite *model = build->model;

  find_constants (build);
  count_uses (build);
  build->makers = g_new (int, MAX (model->n_tensors, 1));
  for (guint i = 0; i < model->n_tensors; i++)
    build->makers[i] = -1;
  for (guint i = 0; i < model->n_ops; i++)
    {
      const MynaTfliteOp *op = &model->ops[i];

      if (!is_needed (build, op) || build_op (build, op))
        continue;
      if (build->error != NULL)
        g_propagate_error (error, g_steal_pointer (&build->error));
      else
        g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                     _ ("The model file “%s” has an operator (%s, number %d) that Myna does not "
                        "know; install Myna again."),
                     name, op->custom != NULL ? op->custom : "TensorFlow Lite", (int) op->code);
      return FALSE;
    }
  return TRUE;
}

static gboolean
take_ends (MynaTfliteNet *self, const MynaTflite *model, const int *outputs, int n_outputs)
{
  const MynaTfliteTensor *input = model->n_in == 1 ? &model->tensors[model->in[0]] : NULL;

  if (input == NULL || input->n_dims != 4 || input->dims[0] != 1 ||
      input->type != MYNA_TFLITE_FLOAT32)
    return FALSE;
  self->input = model->in[0];
  for (int i = 0; i < n_outputs; i++)
    {
      if (outputs[i] < 0 || outputs[i] >= model->n_out)
        return FALSE;
      self->outputs[i] = model->out[outputs[i]];
    }
  self->n_outputs = n_outputs;
  return TRUE;
}

/**
 * myna_tflite_net_new:
 * @model: a model with one input
 * @device: what it shall run on
 * @outputs: the outputs wanted, by their number in the model
 * @n_outputs: 1 … 8
 * @name: the file's name, for messages
 * @error: MYNA_ERROR_UNSUPPORTED when it is not a graph of known operators with fitting shapes
 *
 * Makes the steps that compute @outputs; the rest of the graph is left out. Any thread.
 *
 * Returns: (transfer full) (nullable): the net; @model is not needed any more
 */
MynaTfliteNet *
myna_tflite_net_new (const MynaTflite *model,
                     GpuDevice *device,
                     const int *outputs,
                     int n_outputs,
                     const char *name,
                     GError **error)
{
  g_autoptr (MynaTfliteNet) self = NULL;
  Build build = { .model = model, .device = device };
  gboolean done;

  g_return_val_if_fail (model != NULL && device != NULL && name != NULL, NULL);
  g_return_val_if_fail (n_outputs > 0 && n_outputs <= MYNA_TFLITE_MAX_INPUTS, NULL);

  self = g_new0 (MynaTfliteNet, 1);
  self->steps = g_array_new (FALSE, FALSE, sizeof (MynaStep));
  g_array_set_clear_func (self->steps, clear_step);
  if (!take_ends (self, model, outputs, n_outputs))
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("The model file “%s” is not the face model that Myna expects; install Myna "
                      "again."),
                   name);
      return NULL;
    }
  self->n_values = model->n_tensors;
  self->values = g_memdup2 (model->tensors, model->n_tensors * sizeof *model->tensors);
  build.net = self;
  done = build_graph (&build, name, error);
  g_free (build.constants);
  g_free (build.uses);
  g_free (build.makers);
  return done ? g_steal_pointer (&self) : NULL;
}

/**
 * myna_tflite_net_free:
 * @self: (nullable): a net
 *
 * Frees it.
 */
void
myna_tflite_net_free (MynaTfliteNet *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->steps);
  g_free (self->values);
  g_free (self);
}

/**
 * myna_tflite_net_get_input_size:
 * @self: a net
 *
 * Returns: values of one input
 */
gint64
myna_tflite_net_get_input_size (const MynaTfliteNet *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->values[self->input].size;
}

/**
 * myna_tflite_net_get_output_size:
 * @self: a net
 * @index: of the outputs asked for
 *
 * Returns: values of that output for one input
 */
gint64
myna_tflite_net_get_output_size (const MynaTfliteNet *self, int index)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (index >= 0 && index < self->n_outputs, 0);

  return self->values[self->outputs[index]].size;
}
