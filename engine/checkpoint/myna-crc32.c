/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-crc32.h"

#include <string.h>

/* Eight bytes a step, a table for each (M. Kounavis, F. Berry, "A Systematic Approach to Building
 * High Performance Software-based CRC Generators", 2005): memory speed matters, a checkpoint has
 * hundreds of megabytes. */
static guint32 tables[8][256];

static void
make_tables (void)
{
  static gsize once = 0;

  if (!g_once_init_enter (&once))
    return;
  for (guint i = 0; i < 256; i++)
    {
      guint32 crc = i;

      for (int bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
      tables[0][i] = crc;
    }
  for (guint i = 0; i < 256; i++)
    for (int t = 1; t < 8; t++)
      tables[t][i] = tables[t - 1][i] >> 8 ^ tables[0][tables[t - 1][i] & 0xff];
  g_once_init_leave (&once, 1);
}

/**
 * myna_crc32:
 * @crc: of the bytes before, 0 at the start
 * @data: bytes
 * @size: their number
 *
 * Returns: the checksum of all bytes so far
 */
guint32
myna_crc32 (guint32 crc, gconstpointer data, gsize size)
{
  const guint8 *bytes = data;

  make_tables ();
  crc = ~crc;
  for (; size >= 8; size -= 8, bytes += 8)
    {
      guint64 word;

      memcpy (&word, bytes, sizeof word);
      word = GUINT64_FROM_LE (word) ^ crc;
      crc = tables[7][word & 0xff] ^ tables[6][word >> 8 & 0xff] ^ tables[5][word >> 16 & 0xff] ^
            tables[4][word >> 24 & 0xff] ^ tables[3][word >> 32 & 0xff] ^
            tables[2][word >> 40 & 0xff] ^ tables[1][word >> 48 & 0xff] ^ tables[0][word >> 56];
    }
  for (; size > 0; size--, bytes++)
    crc = crc >> 8 ^ tables[0][(crc ^ *bytes) & 0xff];
  return ~crc;
}
