/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-weights.h"

#include "engine/core/myna-error.h"

#include <glib/gi18n-lib.h>

struct _MynaGsvWeights
{
  MynaTensors *tensors; /* NULL once loading is over */
  GBytes *memory;       /* keeps the checkpoint's views, with the weights that read them in place */
  GpuDevice *device;
  GpuType type;
  char *prefix;
  GPtrArray *weights; /* GpuWeight */
  guint64 size;
  GError *error;
};

/**
 * myna_gsv_weights_new:
 * @tensors: a checkpoint, already checked against the network's shape table
 * @device: where the network will run
 * @type: how the weights of products and tables are kept; constants are always f32
 *
 * Returns: (transfer full): room for a network's weights
 */
MynaGsvWeights *
myna_gsv_weights_new (MynaTensors *tensors, GpuDevice *device, GpuType type)
{
  MynaGsvWeights *self;

  g_return_val_if_fail (tensors != NULL && device != NULL, NULL);

  self = g_new0 (MynaGsvWeights, 1);
  self->tensors = myna_tensors_ref (tensors);
  self->memory = g_bytes_new_with_free_func ("", 0, (GDestroyNotify) myna_tensors_unref,
                                             myna_tensors_ref (tensors));
  self->device = gpu_device_ref (device);
  self->type = type;
  self->prefix = g_strdup ("");
  self->weights = g_ptr_array_new_with_free_func ((GDestroyNotify) gpu_weight_unref);
  return self;
}

/**
 * myna_gsv_weights_free:
 * @self: (nullable) (transfer full): weights; no operation with them may be waiting
 *
 * Frees them on the device.
 */
void
myna_gsv_weights_free (MynaGsvWeights *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->tensors, myna_tensors_unref);
  g_clear_pointer (&self->memory, g_bytes_unref);
  g_ptr_array_unref (self->weights);
  gpu_device_unref (self->device);
  g_clear_error (&self->error);
  g_free (self->prefix);
  g_free (self);
}

/**
 * myna_gsv_weights_set_prefix:
 * @self: weights being loaded
 * @prefix: put before every name from here on
 */
void
myna_gsv_weights_set_prefix (MynaGsvWeights *self, const char *prefix)
{
  g_return_if_fail (self != NULL && prefix != NULL);

  g_set_str (&self->prefix, prefix);
}

/**
 * myna_gsv_weights_finish:
 * @self: weights that have all been asked for
 * @error: (out) (optional): the first failure, as MYNA_ERROR or GPU_ERROR
 *
 * Returns: whether all were there and fit the device
 */
gboolean
myna_gsv_weights_finish (MynaGsvWeights *self, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  g_clear_pointer (&self->tensors, myna_tensors_unref);
  g_clear_pointer (&self->memory, g_bytes_unref);
  if (self->error == NULL)
    return TRUE;
  g_ptr_array_set_size (self->weights, 0);
  self->size = 0;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

/**
 * myna_gsv_weights_get_device:
 * @self: weights
 *
 * Returns: (transfer none): the device they are on
 */
GpuDevice *
myna_gsv_weights_get_device (MynaGsvWeights *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->device;
}

/**
 * myna_gsv_weights_get_size:
 * @self: weights
 *
 * Returns: bytes on the device
 */
guint64
myna_gsv_weights_get_size (MynaGsvWeights *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->size;
}

/**
 * myna_gsv_weights_get_type:
 * @self: weights
 *
 * Returns: how products keep their weights
 */
GpuType
myna_gsv_weights_get_type (MynaGsvWeights *self)
{
  g_return_val_if_fail (self != NULL, GPU_F32);

  return self->type;
}

/**
 * myna_gsv_weights_adopt:
 * @self: weights being loaded
 * @weight: (nullable) (transfer full): a weight, or %NULL after a failure
 * @error: (nullable) (transfer full): that failure
 *
 * Returns: (transfer none) (nullable): @weight
 */
GpuWeight *
myna_gsv_weights_adopt (MynaGsvWeights *self, GpuWeight *weight, GError *error)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (weight != NULL)
    {
      g_ptr_array_add (self->weights, weight);
      self->size += gpu_weight_get_size (weight);
    }
  if (error != NULL && self->error == NULL)
    self->error = error;
  else
    g_clear_error (&error);
  return weight;
}

static const MynaTensorInfo *
find (MynaGsvWeights *self, const char *name, const char *suffix)
{
  g_autofree char *full = g_strconcat (self->prefix, name, suffix, NULL);

  return myna_tensors_find (self->tensors, full);
}

static float *
read_values (MynaGsvWeights *self, const char *name)
{
  g_autofree char *full = g_strconcat (self->prefix, name, NULL);

  return myna_tensors_read_f32 (self->tensors, full, self->error == NULL ? &self->error : NULL);
}

/* A layer's weight and bias as floats, and the shape of the weight. @source is the weight as the
 * device takes it: in place where the checkpoint is mapped and has it in a type of the device's,
 * else @values. */
typedef struct
{
  const MynaTensorInfo *info;
  float *values;
  float *bias;
  GpuValues source;
} Layer;

static void
layer_clear (Layer *layer)
{
  g_free (layer->values);
  g_free (layer->bias);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Layer, layer_clear)

static gboolean
layer_map (MynaGsvWeights *self, Layer *layer)
{
  static const GpuType types[] = {
    [MYNA_TENSOR_F32] = GPU_F32, [MYNA_TENSOR_F16] = GPU_F16, [MYNA_TENSOR_BF16] = GPU_BF16
  };

  if (layer->info->type >= G_N_ELEMENTS (types))
    return FALSE;
  layer->source.data = myna_tensors_view (self->tensors, layer->info);
  layer->source.type = types[layer->info->type];
  layer->source.owner = self->memory;
  return layer->source.data != NULL;
}

/* @n_dims: 0 when the caller wants the values themselves. What PyTorch's attention multiplies its
 * input by is called in_proj_weight and in_proj_bias. */
static gboolean
layer_read (MynaGsvWeights *self, const char *name, int n_dims, Layer *layer)
{
  g_autofree char *full = g_strconcat (self->prefix, name, NULL);
  gboolean joined = find (self, name, "_weight") != NULL;
  g_autofree char *weight = g_strconcat (name, joined ? "_weight" : ".weight", NULL);
  g_autofree char *bias = g_strconcat (name, joined ? "_bias" : ".bias", NULL);

  if (self->error != NULL)
    return FALSE;
  layer->info = find (self, weight, "");
  if (n_dims == 0 || layer->info == NULL || !layer_map (self, layer))
    {
      layer->values = joined ? read_values (self, weight)
                             : myna_tensors_read_weight (self->tensors, full, &self->error);
      if (layer->values == NULL)
        return FALSE;
      layer->source = (GpuValues) { layer->values, GPU_F32, NULL };
    }
  if (layer->info == NULL)
    layer->info = find (self, name, ".weight_v");
  if (layer->info == NULL || (n_dims > 0 && layer->info->n_dims != n_dims))
    {
      self->error = g_error_new (MYNA_ERROR, MYNA_ERROR_CORRUPT,
                                 _ ("“%s” has the weight “%s” in another shape than the model "
                                    "needs. Get the file again from its source."),
                                 myna_tensors_get_label (self->tensors), full);
      return FALSE;
    }
  if (find (self, bias, "") != NULL)
    layer->bias = read_values (self, bias);
  return self->error == NULL;
}

/* name = the caller's format and what follows it. */
#define FORMAT_NAME(name, format)                                                                  \
  G_STMT_START                                                                                     \
  {                                                                                                \
    va_list format_args;                                                                           \
                                                                                                   \
    va_start (format_args, format);                                                                \
    name = g_strdup_vprintf (format, format_args);                                                 \
    va_end (format_args);                                                                          \
  }                                                                                                \
  G_STMT_END

/**
 * myna_gsv_weights_linear:
 * @self: weights being loaded
 * @format: the name without ".weight", as for printf()
 *
 * A matrix [out, in]; a 1×1 convolution [out, in, 1] is taken as one too.
 *
 * Returns: (transfer none) (nullable): a linear weight
 */
GpuWeight *
myna_gsv_weights_linear (MynaGsvWeights *self, const char *format, ...)
{
  g_autofree char *name = NULL;
  g_auto (Layer) layer = { NULL };
  GError *error = NULL;
  GpuWeight *weight;
  int n_dims = 2;

  FORMAT_NAME (name, format);
  if (self->error == NULL)
    {
      const MynaTensorInfo *info = find (self, name, ".weight");

      if (info == NULL)
        info = find (self, name, ".weight_v");
      if (info != NULL && info->n_dims == 3 && info->dims[2] == 1)
        n_dims = 3;
    }
  if (!layer_read (self, name, n_dims, &layer))
    return NULL;
  weight = gpu_weight_new_linear_from (self->device, self->type, layer.info->dims[0],
                                       layer.info->dims[1], &layer.source, layer.bias, &error);
  return myna_gsv_weights_adopt (self, weight, error);
}

/**
 * myna_gsv_weights_conv_1d:
 * @self: weights being loaded
 * @groups: groups of the convolution
 * @format: the name without ".weight", as for printf()
 *
 * Returns: (transfer none) (nullable): the weight of a convolution [out, in/groups, k]
 */
GpuWeight *
myna_gsv_weights_conv_1d (MynaGsvWeights *self, int groups, const char *format, ...)
{
  g_autofree char *name = NULL;
  g_auto (Layer) layer = { NULL };
  GError *error = NULL;
  GpuWeight *weight;

  FORMAT_NAME (name, format);
  if (!layer_read (self, name, 3, &layer))
    return NULL;
  weight = gpu_weight_new_conv_1d_from (self->device, self->type, layer.info->dims[0],
                                        layer.info->dims[1] * groups, layer.info->dims[2], groups,
                                        &layer.source, layer.bias, &error);
  return myna_gsv_weights_adopt (self, weight, error);
}

/**
 * myna_gsv_weights_conv_transpose_1d:
 * @self: weights being loaded
 * @format: the name without ".weight", as for printf()
 *
 * Returns: (transfer none) (nullable): the weight of a transposed convolution [in, out, k]
 */
GpuWeight *
myna_gsv_weights_conv_transpose_1d (MynaGsvWeights *self, const char *format, ...)
{
  g_autofree char *name = NULL;
  g_auto (Layer) layer = { NULL };
  GError *error = NULL;
  GpuWeight *weight;

  FORMAT_NAME (name, format);
  if (!layer_read (self, name, 3, &layer))
    return NULL;
  weight = gpu_weight_new_conv_transpose_1d_from (self->device, self->type, layer.info->dims[0],
                                                  layer.info->dims[1], layer.info->dims[2],
                                                  &layer.source, layer.bias, &error);
  return myna_gsv_weights_adopt (self, weight, error);
}

/**
 * myna_gsv_weights_table:
 * @self: weights being loaded
 * @format: the name without ".weight", as for printf()
 *
 * Returns: (transfer none) (nullable): a table [rows, columns] for gpu_embed()
 */
GpuWeight *
myna_gsv_weights_table (MynaGsvWeights *self, const char *format, ...)
{
  g_autofree char *name = NULL;
  g_auto (Layer) layer = { NULL };
  GError *error = NULL;
  GpuWeight *weight;

  FORMAT_NAME (name, format);
  if (!layer_read (self, name, 2, &layer))
    return NULL;
  weight = gpu_weight_new_table_from (self->device, self->type, layer.info->dims[0],
                                      layer.info->dims[1], &layer.source, &error);
  return myna_gsv_weights_adopt (self, weight, error);
}

/**
 * myna_gsv_weights_constant:
 * @self: weights being loaded
 * @format: the whole name, as for printf()
 *
 * Returns: (transfer none) (nullable): a constant of the tensor's shape without leading ones
 */
GpuWeight *
myna_gsv_weights_constant (MynaGsvWeights *self, const char *format, ...)
{
  g_autofree char *name = NULL;
  g_autofree float *values = NULL;
  const MynaTensorInfo *info;
  GpuShape shape = { 0 };
  GError *error = NULL;
  GpuWeight *weight;
  int first = 0;

  FORMAT_NAME (name, format);
  if (self->error != NULL || (values = read_values (self, name)) == NULL)
    return NULL;
  info = find (self, name, "");
  while (first < info->n_dims - 1 && info->dims[first] == 1)
    first++;
  shape.n = MAX (info->n_dims - first, 1);
  if (shape.n > GPU_MAX_DIMS)
    return myna_gsv_weights_adopt (
        self, NULL,
        g_error_new (MYNA_ERROR, MYNA_ERROR_CORRUPT,
                     _ ("“%s” has the weight “%s” in another shape than the model needs. Get the "
                        "file again from its source."),
                     myna_tensors_get_label (self->tensors), name));
  for (int i = 0; i < GPU_MAX_DIMS; i++)
    shape.d[i] = i < shape.n && info->n_dims > 0 ? info->dims[first + i] : 1;
  weight = gpu_weight_new_constant (self->device, shape, values, &error);
  return myna_gsv_weights_adopt (self, weight, error);
}

/**
 * myna_gsv_weights_values:
 * @self: weights being loaded
 * @info: (out) (optional) (transfer none): shape
 * @format: the whole name, as for printf()
 *
 * Returns: (transfer full) (nullable): the tensor's values, for g_free()
 */
float *
myna_gsv_weights_values (MynaGsvWeights *self, const MynaTensorInfo **info, const char *format, ...)
{
  g_autofree char *name = NULL;

  FORMAT_NAME (name, format);
  if (self->error != NULL)
    return NULL;
  if (info != NULL)
    *info = find (self, name, "");
  return read_values (self, name);
}

/**
 * myna_gsv_weights_layer:
 * @self: weights being loaded
 * @info: (out) (optional) (transfer none): shape
 * @bias: (out) (optional) (transfer full): for g_free(); zeros where the layer has none
 * @format: the name without ".weight", as for printf()
 *
 * Returns: (transfer full) (nullable): the layer's weight with its norm folded in, for g_free()
 */
float *
myna_gsv_weights_layer (
    MynaGsvWeights *self, const MynaTensorInfo **info, float **bias, const char *format, ...)
{
  g_autofree char *name = NULL;
  g_auto (Layer) layer = { NULL };

  FORMAT_NAME (name, format);
  if (!layer_read (self, name, 0, &layer))
    return NULL;
  if (info != NULL)
    *info = layer.info;
  if (bias != NULL && layer.bias == NULL)
    *bias = g_new0 (float, MAX (layer.info->dims[0], layer.info->dims[1]));
  else if (bias != NULL)
    *bias = g_steal_pointer (&layer.bias);
  return g_steal_pointer (&layer.values);
}

/**
 * myna_gsv_trace:
 * @trace: (nullable): who looks
 * @cx: the value's context
 * @value: a value inside a network
 * @format: its name, as for printf()
 *
 * Shows @value to @trace.
 */
void
myna_gsv_trace (
    const MynaGsvTrace *trace, GpuContext *cx, const GpuTensor *value, const char *format, ...)
{
  if (trace != NULL)
    {
      g_autofree char *name = NULL;

      FORMAT_NAME (name, format);
      trace->func (name, cx, value, trace->data);
    }
}
