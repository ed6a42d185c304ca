/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/face/myna-tflite.h"
#include "gpu/gpu-context.h"

G_BEGIN_DECLS

/**
 * MynaTfliteNet:
 *
 * A TensorFlow Lite graph made ready for a device: constants unpacked into weights, additions and
 * activations joined with the convolution before them, what no wanted output needs left out.
 * Immutable; shared by contexts of the device.
 */
typedef struct _MynaTfliteNet MynaTfliteNet;

MynaTfliteNet *myna_tflite_net_new (const MynaTflite *model,
                                    GpuDevice *device,
                                    const int *outputs,
                                    int n_outputs,
                                    const char *name,
                                    GError **error);
void myna_tflite_net_free (MynaTfliteNet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaTfliteNet, myna_tflite_net_free)

gint64 myna_tflite_net_get_input_size (const MynaTfliteNet *self);
gint64 myna_tflite_net_get_output_size (const MynaTfliteNet *self, int index);
gboolean myna_tflite_net_run (MynaTfliteNet *self,
                              GpuContext *cx,
                              int batch,
                              const float *input,
                              float *const *outputs,
                              GError **error);

G_END_DECLS
