/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/face/myna-tflite.h"

G_BEGIN_DECLS

/*
 * Writes a small TensorFlow Lite model: an image of 4 × 4 × 2 through a convolution 3 × 3 to 3
 * channels (f16 weights behind DEQUANTIZE), the padded input added, ReLU; a max pool 2 × 2; and
 * both reshaped. For tests and as a seed for the fuzzer.
 */

#define TFLITE_FIXTURE_IN (4 * 4 * 2)
#define TFLITE_FIXTURE_WEIGHTS (3 * 3 * 3 * 2)
#define TFLITE_FIXTURE_OUT (2 * 2 * 3)

GBytes *tflite_fixture_new (int channels_claimed);
float tflite_fixture_weight (int index);
float tflite_fixture_bias (int index);

G_END_DECLS
