/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/face/myna-tflite-net.h"
#include "gpu/gpu-ops.h"

G_BEGIN_DECLS

typedef enum
{
  MYNA_STEP_CONV,
  MYNA_STEP_MAX_POOL,
  MYNA_STEP_PAD,
  MYNA_STEP_ADD,
  MYNA_STEP_MUL,
  MYNA_STEP_RELU,
  MYNA_STEP_PRELU,
  MYNA_STEP_RESHAPE,
  MYNA_STEP_CONCAT,
  MYNA_STEP_LANDMARKS_TO_MATRIX,
  MYNA_STEP_TRANSFORM_TENSOR,
  MYNA_STEP_TRANSFORM_LANDMARKS,
  MYNA_STEP_NONE, /* joined with a later step */
} MynaStepKind;

/**
 * MynaLandmarkCrop:
 * @left, @right: points whose line is made level
 * @points: the points that the crop holds
 * @scale_x, @scale_y: of their box
 * @width, @height: of the crop in pixels
 *
 * Options of Landmarks2TransformMatrix.
 */
typedef struct
{
  int left, right;
  GArray *points;
  float scale_x, scale_y;
  int width, height;
} MynaLandmarkCrop;

/**
 * MynaStep:
 * @kind: what is done
 * @in, @n_in: values read
 * @out: value written
 * @w: (nullable): layer or constant
 * @slope: (nullable): PReLU fused into the layer
 * @conv: geometry and what is fused; its residual is the value @residual
 * @residual: value, or −1
 * @k, @stride: of pooling
 * @pad: places before and after each axis
 * @axis: of a concatenation
 * @crop: of MYNA_STEP_LANDMARKS_TO_MATRIX
 */
typedef struct
{
  MynaStepKind kind;
  int n_in;
  int in[MYNA_TFLITE_MAX_INPUTS];
  int out;
  GpuWeight *w;
  GpuWeight *slope;
  GpuConv conv;
  int residual;
  int k, stride;
  int pad[MYNA_TFLITE_MAX_DIMS][2];
  int axis;
  MynaLandmarkCrop crop;
} MynaStep;

struct _MynaTfliteNet
{
  GArray *steps; /* (element-type MynaStep) */
  guint n_values;
  MynaTfliteTensor *values; /* shapes; data is NULL */
  int input;
  int n_outputs;
  int outputs[MYNA_TFLITE_MAX_INPUTS];
  gboolean single; /* has steps that take no batch */
};

GpuTensor *
myna_step_landmarks_to_matrix (GpuContext *cx, const MynaStep *step, const GpuTensor *landmarks);
GpuTensor *myna_step_transform_tensor (GpuContext *cx,
                                       const MynaTfliteTensor *out,
                                       const GpuTensor *features,
                                       const GpuTensor *matrix);
GpuTensor *
myna_step_transform_landmarks (GpuContext *cx, const GpuTensor *landmarks, const GpuTensor *matrix);

G_END_DECLS
