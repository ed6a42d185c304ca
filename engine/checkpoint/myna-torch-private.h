/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the readers of the two formats give to the source of tensors. */

#include "engine/checkpoint/myna-pickle.h"
#include "engine/checkpoint/myna-zip.h"

G_BEGIN_DECLS

/**
 * MynaTorchData:
 * @offset: of its first element in the file
 * @entry: (nullable): of the zip, with a checksum to verify
 * @state: 0 not yet verified, 1 good, 2 bad (atomic)
 *
 * Where the values of one storage of the pickle lie: all of them, within the file.
 */
typedef struct
{
  gsize offset;
  const MynaZipEntry *entry;
  int state;
} MynaTorchData;

/* For each storage of *@pickle one MynaTorchData in *@data. FALSE with CORRUPT or UNSUPPORTED. */
gboolean myna_torch_zip_read (GBytes *bytes,
                              const char *label,
                              MynaZip **zip,
                              MynaPickle **pickle,
                              GArray **data,
                              GError **error);
gboolean myna_torch_legacy_is_one (GBytes *bytes);
gboolean myna_torch_legacy_read (
    GBytes *bytes, const char *label, MynaPickle **pickle, GArray **data, GError **error);
/* FALSE, always: the sentence of a file whose values are not what its list of tensors says. */
gboolean myna_torch_set_damaged (const char *label, GError **error);

G_END_DECLS
