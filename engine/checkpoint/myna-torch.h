/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/checkpoint/myna-tensors.h"
#include "engine/checkpoint/myna-value.h"

G_BEGIN_DECLS

/*
 * Files of torch.save(): the zip of today and the stream of pickles before PyTorch 1.6. Data only,
 * bounds-checked, memory below 64 MiB beside the mapping whatever the file says. Any thread.
 */

/* Whether the bytes begin like one. */
gboolean myna_torch_is_one (GBytes *bytes);

/* The tensors by their place in what was saved, keys joined by "/" ("weight/enc_p.ssl_proj.bias");
 * they keep @bytes and the values. @root: (out) (transfer none): what was saved, as long as the
 * tensors. */
MynaTensors *
myna_torch_read (GBytes *bytes, const char *label, const MynaValue **root, GError **error);

G_END_DECLS
