/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/models/myna-model-role.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MynaModel:
 * @name: unique in the store; the name of its folder
 * @path: of the file
 * @size: bytes
 * @sha256: of the file when it was imported
 * @added: unix seconds
 *
 * An imported model file.
 */
typedef struct
{
  char *name;
  MynaModelRole role;
  char *path;
  guint64 size;
  char *sha256;
  gint64 added;
} MynaModel;

MynaModel *myna_model_new (
    const char *name, MynaModelRole role, const char *path, const char *sha256, gint64 added);
void myna_model_free (MynaModel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaModel, myna_model_free)

/**
 * MynaModels:
 *
 * The model files of a data folder: "models/NAME/" with the file and model.json, and
 * "models/converted/" with what can be made from them again. Reading takes no lock, so that it
 * works beside another process; who changes it holds the data folder. One thread at a time.
 */
typedef struct _MynaModels MynaModels;

/* Reads what is there; a folder without models is an empty store. Damaged entries are left out. */
MynaModels *myna_models_open (const char *data_dir);
void myna_models_free (MynaModels *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaModels, myna_models_free)

/* (transfer none) (element-type MynaModel): by role, then by name. */
GPtrArray *myna_models_get_all (MynaModels *self);
const MynaModel *myna_models_find_name (MynaModels *self, const char *name);
/* (nullable): the model of a role; of several the one that was added last. */
const MynaModel *myna_models_find (MynaModels *self, MynaModelRole role);
/* (transfer none): where converted networks are kept, for myna_converted_open(). */
const char *myna_models_get_converted_dir (MynaModels *self);

/* The roles that a decoder (MYNA_MODEL_S2_…) lacks to speak a language ("en", "zh"), itself
 * included. (transfer full) (element-type MynaModelRole): empty when it is ready. */
GArray *myna_models_list_missing (MynaModels *self, MynaModelRole decoder, const char *language);

/**
 * MynaModelImport:
 * @path: a file
 * @model: (nullable): what it has become, or was already
 * @known: whether it was there before
 * @error: (nullable): why it was not imported
 *
 * What has become of one file.
 */
typedef struct
{
  char *path;
  const MynaModel *model;
  gboolean known;
  GError *error;
} MynaModelImport;

/* Bytes that a device needs at least to speak with what is there; 0 when nothing can speak. */
guint64 myna_models_estimate_memory (MynaModels *self);

/* Imports files, and from folders what looks like a model, in upstream's layout or any other. An
 * array of MynaModelImport, a file each; NULL with an error when the whole had to stop (no folder,
 * a full disk, G_IO_ERROR_CANCELLED). @progress (nullable) is told each file before it is looked
 * at. Blocking, for long. */
typedef void (*MynaModelProgress) (const char *path, guint index, guint n_files, gpointer data);
GPtrArray *myna_models_import (MynaModels *self,
                               const char *const *paths,
                               MynaModelProgress progress,
                               gpointer data,
                               GCancellable *cancellable,
                               GError **error);
/* Whether the file is still what was imported. CORRUPT, NOT_FOUND, …. Blocking, for seconds. */
gboolean myna_models_verify (MynaModels *self,
                             const MynaModel *model,
                             GCancellable *cancellable,
                             GError **error);
/* Deletes a model and what was converted from it; @name must be one of the store. */
gboolean myna_models_remove (MynaModels *self, const char *name, GError **error);

G_END_DECLS
