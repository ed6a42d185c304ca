/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/checkpoint/myna-tensors.h"

G_BEGIN_DECLS

/* (transfer full): the network's part of a saved file under the names of its code; see
 * myna_checkpoint_dup_weights(). Keeps @base. */
MynaTensors *myna_renamed_tensors_new (MynaTensors *base);

G_END_DECLS
