/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/cli/myna-cli-common.h"

G_BEGIN_DECLS

/**
 * MynaCliVoiceChanges:
 * @reference: (nullable): the number of a clip, or "auto"
 * @from: (nullable): where the imitated part begins
 * @to: (nullable): where it ends
 * @text: (nullable): what is said in it
 * @models: (nullable): the voice's own model files, or "none"
 * @quiet: no progress
 *
 * What "myna voices set" is asked to change, as it was typed.
 */
typedef struct
{
  const char *reference;
  const char *from;
  const char *to;
  const char *text;
  char **models;
  gboolean quiet;
} MynaCliVoiceChanges;

MynaCliStatus myna_cli_voices_set (MynaLibrary *library,
                                   MynaVoice *voice,
                                   const MynaCliVoiceChanges *changes,
                                   GError **error);

/* The same as "voices show" says it. */
void myna_cli_voices_print_gpt_sovits (MynaVoice *voice);
void myna_cli_voices_add_gpt_sovits (JsonBuilder *json, MynaVoice *voice);

G_END_DECLS
