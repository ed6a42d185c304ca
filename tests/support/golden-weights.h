/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tests/support/golden-set.h"

G_BEGIN_DECLS

typedef enum
{
  GOLDEN_WEIGHTS_F32,
  GOLDEN_WEIGHTS_F16, /* rounded to the nearest half */
} GoldenPrecision;

/* (transfer full): all generated tensors of a network of golden/README.md section 2 ("t2s",
 * "s2-v2Pro"). Each is made when it is read and checked against the CRC-32 that the set gives; a
 * wrong one ends the program. Any thread. */
MynaTensors *golden_weights_new (GoldenSet *set, const char *network, GoldenPrecision precision);

/* A set of tensors with one of another's multiplied: rows @row of @tensor by @factor (t2s-eos).
 * Takes a reference on @base. */
MynaTensors *
golden_weights_scale_row (MynaTensors *base, const char *tensor, gsize row, float factor);

G_END_DECLS
