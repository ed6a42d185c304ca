/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/models/myna-models.h"

G_BEGIN_DECLS

#define MYNA_MODELS_SIDECAR "model.json"
#define MYNA_MODELS_STAGING ".import-"

struct _MynaModels
{
  char *dir; /* DATA/models */
  char *converted_dir;
  GPtrArray *all; /* MynaModel */
};

/* Takes a model into the list, in its place. */
void myna_models_add (MynaModels *self, MynaModel *model);

G_END_DECLS
