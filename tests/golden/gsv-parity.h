/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/gptsovits/myna-gsv-weights.h"
#include "tests/support/golden-compare.h"
#include "tests/support/golden-weights.h"

G_BEGIN_DECLS

/**
 * GsvParity:
 *
 * A golden case, and a device to compute it on with weights of one type. @layout is that of the
 * reference's values; convolutions' activations ("conv_…") are always stored channels first.
 */
typedef struct
{
  GoldenSet *set;
  GoldenCase *one;
  GpuDevice *device;
  GpuContext *cx;
  GpuType type;
  GoldenTolerance tolerance;
  GoldenLayout layout;
  const char *suffix; /* of names inside, where a case has several runs; NULL: none */
} GsvParity;

typedef void (*GsvParityFunc) (GsvParity *self);

/* Adds the test PATH/CASE/DEVICE-TYPE for each case whose name begins with @prefix: on the CPU with
 * f32 and f16 weights. */
void gsv_parity_add (GoldenSet *set, const char *prefix, GsvParityFunc func);

/* Adds “/golden/NAME/devices” for what is computed by a reduced length on every device. @func makes
 * the values on @device, g_free(). They are compared with the CPU's, relative to their rms. */
typedef float *(*GsvDeviceFunc) (GoldenSet *set, GpuDevice *device, gsize *n);
void gsv_parity_add_devices (GoldenSet *set, const char *name, GsvDeviceFunc func);

/* The weights of the case's network, or of @network. */
MynaTensors *gsv_parity_weights (GsvParity *self, const char *network);
/* int16 sound, divided by 32768. */
float *gsv_parity_sound (GsvParity *self, const char *tensor, gsize *n);
void gsv_parity_check (GsvParity *self, const char *name, const GpuTensor *value);
void gsv_parity_check_floats (GsvParity *self, const char *name, const float *values, gsize n);
/* Compares what is shown with “mid.NAME” or “mid.NAMESUFFIX” where the case has it. */
MynaGsvTrace gsv_parity_trace (GsvParity *self);

G_END_DECLS
