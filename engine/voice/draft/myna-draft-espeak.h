/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MynaDraftLabel:
 *
 * The name of a phone without its stress marks, packed: up to eight bytes, the first lowest.
 * Compares with ==. 0 is a pause.
 */
typedef guint64 MynaDraftLabel;

/**
 * MynaDraftClass:
 *
 * Broad phonetic class of a label (spec draft-voice section 4.3).
 */
typedef enum
{
  MYNA_DRAFT_CLASS_PAUSE,
  MYNA_DRAFT_CLASS_VOWEL,
  MYNA_DRAFT_CLASS_NASAL,
  MYNA_DRAFT_CLASS_LIQUID,
  MYNA_DRAFT_CLASS_VOICELESS_FRICATIVE,
  MYNA_DRAFT_CLASS_VOICED_FRICATIVE,
  MYNA_DRAFT_CLASS_VOICELESS_STOP,
  MYNA_DRAFT_CLASS_VOICED_STOP,
  MYNA_DRAFT_CLASS_OTHER,
} MynaDraftClass;

/**
 * MynaDraftPhone:
 * @label: the phone; 0 for a pause
 * @name: espeak-ng's mnemonic with its stress marks; "_" for a pause
 * @stressed: carries primary stress
 * @word: index of the word, -1 in a pause
 * @start: first sample
 * @end: one past the last sample
 */
typedef struct
{
  MynaDraftLabel label;
  char name[12];
  gboolean stressed;
  int word;
  gsize start;
  gsize end;
} MynaDraftPhone;

/**
 * MynaDraftRendition:
 * @samples: what espeak-ng says, -1 … 1
 * @n_samples: their number
 * @rate: in Hz
 * @phones: (element-type MynaDraftPhone): cover all samples without gaps
 * @phone_string: the same in espeak-ng's notation, editable
 *
 * espeak-ng's reading of a text: the same text gives the same bytes, whatever was said before.
 */
typedef struct
{
  float *samples;
  gsize n_samples;
  int rate;
  GArray *phones;
  char *phone_string;
} MynaDraftRendition;

MynaDraftRendition *myna_draft_rendition_new (const char *language,
                                              const char *text,
                                              const char *phones,
                                              GCancellable *cancellable,
                                              GError **error);
void myna_draft_rendition_free (MynaDraftRendition *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaDraftRendition, myna_draft_rendition_free)

MynaDraftLabel myna_draft_label_from_name (const char *name);
MynaDraftClass myna_draft_label_class (MynaDraftLabel label);

G_END_DECLS
