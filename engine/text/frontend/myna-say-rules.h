/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/text/frontend/myna-front-end.h"

G_BEGIN_DECLS

/**
 * MynaSayWhich:
 *
 * Whose rule it is: of both, of ours alone, or of upstream alone, for its exact reading.
 */
typedef enum
{
  MYNA_SAY_ALWAYS,
  MYNA_SAY_OURS,
  MYNA_SAY_UPSTREAM,
} MynaSayWhich;

/**
 * MynaSayRule:
 * @which: when it counts
 * @pattern: what is written
 * @say: gives what is said for it
 * @data: (nullable): for @say
 * @again: until nothing matches any more: each use takes a part away
 */
typedef struct
{
  MynaSayWhich which;
  const char *pattern;
  GRegexEvalCallback say;
  const char *data;
  gboolean again;
} MynaSayRule;

/**
 * MynaSayRules:
 *
 * Rules in the order in which they are applied; the patterns are compiled at the first use.
 */
typedef struct
{
  const MynaSayRule *rules;
  gsize n;
  GRegex **patterns;
} MynaSayRules;

#define MYNA_SAY_RULES_INIT(rules) { (rules), G_N_ELEMENTS (rules), NULL }

char *myna_say_rules_apply (MynaSayRules *self, char *text, MynaFrontEndFlags flags);

G_END_DECLS
