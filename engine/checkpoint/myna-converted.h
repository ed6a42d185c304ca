/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/checkpoint/myna-network.h"

G_BEGIN_DECLS

/*
 * Converted networks: a checkpoint's tensors as the product uses them, in a file that is mapped and
 * not read. Weight normalisation is folded, matrices and convolutions are f16, everything else f32,
 * each aligned to 64 bytes. A converted file can always be made again from its original.
 */

/* The network in the checkpoint at @path, from the converted file in @folder when that is of this
 * very original (size and time), whole and undamaged; else it is made, for some seconds. Where it
 * cannot be kept (a full disk) the tensors come from the original. UNSUPPORTED, CORRUPT, …,
 * G_IO_ERROR_CANCELLED. Blocking, any thread. */
MynaTensors *myna_converted_open (const char *path,
                                  const char *folder,
                                  MynaNetwork *network,
                                  GCancellable *cancellable,
                                  GError **error);
/* (transfer full): where the converted file of @path lies in @folder. */
char *myna_converted_dup_path (const char *path, const char *folder);

G_END_DECLS
