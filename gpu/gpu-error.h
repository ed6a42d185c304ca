/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GPU_ERROR:
 *
 * The error domain of the compute layer. Messages are plain translated sentences.
 */
#define GPU_ERROR (gpu_error_quark ())

/**
 * GpuError:
 * @GPU_ERROR_FAILED: anything without a code of its own
 * @GPU_ERROR_NO_DEVICE: no such device
 * @GPU_ERROR_OUT_OF_MEMORY: the device has not enough memory
 * @GPU_ERROR_DEVICE_LOST: the device stopped working
 * @GPU_ERROR_UNSUPPORTED: the device cannot do this operation
 * @GPU_ERROR_NOT_FINITE: a result holds NaN or infinity
 */
typedef enum
{
  GPU_ERROR_FAILED,
  GPU_ERROR_NO_DEVICE,
  GPU_ERROR_OUT_OF_MEMORY,
  GPU_ERROR_DEVICE_LOST,
  GPU_ERROR_UNSUPPORTED,
  GPU_ERROR_NOT_FINITE,
} GpuError;

GQuark gpu_error_quark (void);

G_END_DECLS
