/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-model.h"

G_BEGIN_DECLS

#define MYNA_DRAFT_FILE_VERSION 1

GBytes *myna_draft_model_to_bytes (const MynaDraftModel *self);
MynaDraftModel *myna_draft_model_from_bytes (GBytes *bytes, GError **error);

G_END_DECLS
