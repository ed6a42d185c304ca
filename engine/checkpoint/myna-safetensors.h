/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/checkpoint/myna-tensors.h"

G_BEGIN_DECLS

/* safetensors: 8 bytes length of the header, JSON, then the values. Data only; bounds-checked. Any
 * thread. */

/* @metadata: (out) (optional) (transfer full): the strings under __metadata__. */
MynaTensors *myna_safetensors_open (const char *path, GHashTable **metadata, GError **error);
/* @bytes keeps the tensors' memory; @label names it in messages. */
MynaTensors *
myna_safetensors_parse (GBytes *bytes, const char *label, GHashTable **metadata, GError **error);

G_END_DECLS
