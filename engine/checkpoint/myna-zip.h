/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaZipEntry:
 * @offset: of its bytes in the file
 *
 * A stored file of an archive; its bytes lie within the archive's. @crc is as the directory says,
 * not yet checked.
 */
typedef struct
{
  const char *name;
  gsize offset;
  gsize size;
  guint32 crc;
} MynaZipEntry;

/**
 * MynaZip:
 *
 * The directory of an archive as PyTorch writes them: nothing compressed, nothing encrypted, names
 * that are unique and climb nowhere. Immutable.
 */
typedef struct _MynaZip MynaZip;

/* Whether the bytes end like an archive and begin like one, or like those whose first two bytes
 * GPT-SoVITS wrote over with “00” … “06”. */
gboolean myna_zip_is_one (GBytes *bytes);
MynaZip *myna_zip_read (GBytes *bytes, const char *label, GError **error);
void myna_zip_free (MynaZip *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaZip, myna_zip_free)

gsize myna_zip_get_n_entries (MynaZip *self);
const MynaZipEntry *myna_zip_get_entry (MynaZip *self, gsize index);
/* (nullable) */
const MynaZipEntry *myna_zip_find (MynaZip *self, const char *name);
/* Whether the entry's bytes have its checksum. */
gboolean myna_zip_verify (MynaZip *self, const MynaZipEntry *entry);

G_END_DECLS
