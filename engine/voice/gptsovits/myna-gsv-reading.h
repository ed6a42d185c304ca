/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/gptsovits/myna-gsv-networks.h"

G_BEGIN_DECLS

/**
 * MynaGsvReading:
 * @phones: (element-type gint32): ids of the phones
 * @bert: (nullable): [n_phones, 1024]; %NULL when no part of the text is Mandarin
 *
 * A text as T2S takes it.
 */
typedef struct
{
  GArray *phones;
  float *bert;
} MynaGsvReading;

/* @text in @language (nullable: by script); under the lock of @networks. */
MynaGsvReading *myna_gsv_reading_new (MynaGsvNetworks *networks,
                                      const char *text,
                                      const char *language,
                                      GCancellable *cancellable,
                                      GError **error);
/* Phones that the user edited, in the notation of myna_symbols_format(). */
MynaGsvReading *
myna_gsv_reading_new_for_phones (MynaGsvNetworks *networks, const char *phones, GError **error);
/* @first, then @second. */
MynaGsvReading *myna_gsv_reading_join (const MynaGsvReading *first, const MynaGsvReading *second);
char *myna_gsv_reading_format (const MynaGsvReading *self);
void myna_gsv_reading_free (MynaGsvReading *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaGsvReading, myna_gsv_reading_free)

G_END_DECLS
