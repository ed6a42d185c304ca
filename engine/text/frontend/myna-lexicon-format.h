/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdint.h>

/*
 * The lexicon's file, little endian: the header, @n_tables records, then what these point to. A
 * table maps byte strings, sorted by memcmp, to runs of 16-bit values. Positions count from the
 * start of the file; offsets are in bytes of the keys and in values; both offset lists have one
 * entry more than there are keys.
 */

#define MYNA_LEXICON_MAGIC "MYNALEX1"
#define MYNA_LEXICON_MAX_TABLES 64

typedef struct
{
  char magic[8]; /* without a zero at its end */
  uint64_t size; /* of the whole file */
  uint32_t n_tables;
  uint32_t reserved;
} MynaLexiconHeader;

typedef struct
{
  char name[24]; /* zero-terminated */
  uint32_t n_keys;
  uint32_t n_key_bytes;
  uint32_t n_values;
  uint32_t reserved;
  uint64_t key_offsets;   /* position of uint32_t[n_keys + 1], aligned to 4 */
  uint64_t keys;          /* position of the bytes */
  uint64_t value_offsets; /* position of uint32_t[n_keys + 1], aligned to 4 */
  uint64_t values;        /* position of uint16_t[n_values], aligned to 4 */
} MynaLexiconRecord;

/* A reading in Mandarin: the syllable's index in the table "zh-syllables", and its tone 1 to 5. */
#define MYNA_LEXICON_READING(syllable, tone) ((uint16_t) ((syllable) << 3 | (tone)))
#define MYNA_LEXICON_READING_SYLLABLE(reading) ((reading) >> 3)
#define MYNA_LEXICON_READING_TONE(reading) ((reading) & 7)
#define MYNA_LEXICON_NO_READING 0xffff

/* Log probabilities are doubles in four values each, in the machine's (little-endian) order. */
#define MYNA_LEXICON_VALUES_PER_DOUBLE 4
