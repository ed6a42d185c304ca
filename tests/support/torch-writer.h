/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tests/support/golden-set.h"

G_BEGIN_DECLS

/**
 * TorchWriterFile:
 * @tensors: what to save
 * @section: (nullable): the key they are saved under ("weight"), NULL for a bare state dict
 * @prefix: put before every name ("model.")
 * @type: MYNA_TENSOR_F16 or MYNA_TENSOR_F32
 * @info: (nullable): a text saved beside the section
 * @version: (nullable): config/model/version
 * @hparams: whether config is an object of class utils.HParams rather than a dictionary
 * @head: (nullable): two characters written over "PK"
 */
typedef struct
{
  MynaTensors *tensors;
  const char *section;
  const char *prefix;
  MynaTensorType type;
  const char *info;
  const char *version;
  gboolean hparams;
  const char *head;
} TorchWriterFile;

/* Writes @file as torch.save() does: a stored zip with aligned storages and a pickle of protocol 2.
 * One tensor at a time is in memory. A failure ends the program. */
void torch_writer_save (const TorchWriterFile *file, const char *path);

/* The smallest network with weight normalisation, s2 v2 (83 MB of f16), as a fine-tuned file. */
void torch_writer_save_s2 (GoldenSet *set, const char *path);

G_END_DECLS
