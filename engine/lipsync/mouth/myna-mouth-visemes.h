/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaVisemeKind:
 * @MYNA_VISEME_REST: nothing is said
 * @MYNA_VISEME_VOWEL: anticipated early
 * @MYNA_VISEME_CONSONANT: takes over much of its neighbours' shape
 * @MYNA_VISEME_CLOSED: the lips must touch
 * @MYNA_VISEME_TEETH: the lower lip must be at the upper teeth
 */
typedef enum
{
  MYNA_VISEME_REST,
  MYNA_VISEME_VOWEL,
  MYNA_VISEME_CONSONANT,
  MYNA_VISEME_CLOSED,
  MYNA_VISEME_TEETH,
} MynaVisemeKind;

/**
 * MynaViseme:
 * @kind: how it asserts itself
 * @opening: share of the widest opening of speech
 * @width: corners apart, relative to rest
 * @opening_weight: how firmly it holds its opening against its neighbours'
 * @width_weight: the same of its width
 *
 * The shape that a class of sounds gives the mouth.
 */
typedef struct
{
  MynaVisemeKind kind;
  float opening;
  float width;
  float opening_weight;
  float width_weight;
} MynaViseme;

/* Shapes that one phone can run through. */
#define MYNA_VISEMES_MAX 4

/* The shapes of a phone in their order and the share of its time each takes; 0 for a name that is
 * no sound (a pause, a mark). @phone_set: "espeak" or "arpabet". */
int myna_visemes_of_phone (const char *phone_set,
                           const char *name,
                           const MynaViseme *visemes[MYNA_VISEMES_MAX],
                           float shares[MYNA_VISEMES_MAX]);
/* A sound of which nothing is known. */
const MynaViseme *myna_viseme_get_neutral (void);
const MynaViseme *myna_viseme_get_rest (void);

G_END_DECLS
