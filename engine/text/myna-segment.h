/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaPauseKind:
 * @MYNA_PAUSE_CLAUSE: a long sentence was split here
 * @MYNA_PAUSE_SENTENCE: a sentence ends
 * @MYNA_PAUSE_PARAGRAPH: a paragraph ends (an empty line, or a line that ends like a sentence)
 *
 * What follows a piece of text, and so how long the pause is.
 */
typedef enum
{
  MYNA_PAUSE_CLAUSE,
  MYNA_PAUSE_SENTENCE,
  MYNA_PAUSE_PARAGRAPH,
} MynaPauseKind;

/**
 * MynaSegment:
 * @text: what to speak: valid UTF-8, white space collapsed, no control characters, never blank
 * @start: where it begins in the source text, in bytes
 * @end: where it ends, in bytes
 * @pause: what follows
 *
 * A sentence, or a part of a long one.
 */
typedef struct
{
  char *text;
  gsize start;
  gsize end;
  MynaPauseKind pause;
} MynaSegment;

/* Longer sentences are split, in characters. Spoken at once they would delay the first sound. */
#define MYNA_SEGMENT_MAX_CHARS 300

MynaSegment *myna_segment_new (const char *text, MynaPauseKind pause);
void myna_segment_free (MynaSegment *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaSegment, myna_segment_free)

GPtrArray *myna_segment_text (const char *text, gssize length, const char *language);
gboolean myna_segment_has_speech (const char *text, gssize length);

G_END_DECLS
