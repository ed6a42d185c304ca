/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/cli/myna-cli-voices-set.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "engine/models/myna-model-pair.h"

/* myna voices set: what of a voice GPT-SoVITS imitates, and its own model files. */

#define AUTOMATIC "auto"
#define NONE "none"

/* NULL when the changes make sense, else what is wrong with them. */
static const char *
check_changes (const MynaCliVoiceChanges *changes)
{
  gboolean automatic = g_strcmp0 (changes->reference, AUTOMATIC) == 0;
  gboolean details = changes->from != NULL || changes->to != NULL || changes->text != NULL;

  if (changes->reference == NULL && changes->models == NULL)
    return _ ("“set” needs something to change: --reference or --model.");
  if (details && (changes->reference == NULL || automatic))
    return _ ("--from, --to and --reference-text belong to --reference CLIP.");
  return NULL;
}

/* The words of a clip are known for the clip as a whole. */
static MynaVoiceReference *
parse_reference (MynaVoice *voice, const MynaCliVoiceChanges *changes)
{
  const MynaVoiceRecord *record = myna_voice_get_record (voice);
  const MynaVoiceClip *clip = NULL;
  const char *text = changes->text;
  guint64 number = 0;
  double from = 0;
  double to;

  if (!g_ascii_string_to_unsigned (changes->reference, 10, 1, G_MAXUINT, &number, NULL) ||
      (changes->from != NULL && !myna_cli_parse_time (changes->from, &from)))
    return NULL;
  if (number <= record->clips->len)
    clip = myna_voice_record_get_clip (record, (guint) number - 1);
  to = clip != NULL ? clip->duration : 0;
  if (changes->to != NULL && !myna_cli_parse_time (changes->to, &to))
    return NULL;
  if (text == NULL && clip != NULL && from <= 0 && to >= clip->duration)
    text = clip->transcript;
  return myna_voice_reference_new ((guint) number - 1, from, to, text);
}

static MynaCliStatus
set_reference (MynaLibrary *library,
               MynaVoice *voice,
               const MynaCliVoiceChanges *changes,
               GError **error)
{
  g_autoptr (MynaVoiceReference) reference = NULL;

  if (strcmp (changes->reference, AUTOMATIC) != 0)
    {
      reference = parse_reference (voice, changes);
      if (reference == NULL)
        return myna_cli_usage_error ("voices", _ ("--reference is the number of a clip, or “auto”; "
                                                  "--from and --to are times such as 12.5."));
    }
  if (!myna_voices_set_reference (myna_library_get_voices (library), voice, reference, error))
    return MYNA_CLI_FAILED;
  return myna_cli_prepare_voice (library, voice, changes->quiet, error);
}

static MynaCliStatus
set_models (MynaVoices *voices, MynaVoice *voice, char **models, GError **error)
{
  gboolean none = strcmp (models[0], NONE) == 0;
  g_autoptr (GAsyncResult) result = NULL;
  MynaCliWait wait;

  myna_cli_wait_begin (&wait);
  myna_voices_set_models_async (voices, voice, none ? NULL : (const char *const *) models,
                                wait.cancellable, myna_cli_wait_cb, &wait);
  result = myna_cli_wait_end (&wait);
  return myna_voices_set_models_finish (voices, result, error) ? MYNA_CLI_DONE : MYNA_CLI_FAILED;
}

/**
 * myna_cli_voices_set:
 * @library: the open library
 * @voice: which voice
 * @changes: what to change
 * @error: return location
 *
 * Changes a voice; nothing when one of the changes cannot be made for what was typed.
 *
 * Returns: the command's status
 */
MynaCliStatus
myna_cli_voices_set (MynaLibrary *library,
                     MynaVoice *voice,
                     const MynaCliVoiceChanges *changes,
                     GError **error)
{
  MynaVoices *voices = myna_library_get_voices (library);
  const char *wrong = check_changes (changes);
  MynaCliStatus status = MYNA_CLI_DONE;

  if (wrong != NULL)
    return myna_cli_usage_error ("voices", "%s", wrong);
  if (changes->reference != NULL)
    status = set_reference (library, voice, changes, error);
  if (status == MYNA_CLI_DONE && changes->models != NULL)
    status = set_models (voices, voice, changes->models, error);
  return status;
}

/**
 * myna_cli_voices_print_gpt_sovits:
 * @voice: a voice
 *
 * Prints what GPT-SoVITS imitates of it, and its own model files.
 */
void
myna_cli_voices_print_gpt_sovits (MynaVoice *voice)
{
  const MynaVoiceRecord *record = myna_voice_get_record (voice);
  const MynaVoiceReference *reference = record->reference;
  g_autoptr (MynaModelPair) pair = myna_model_pair_load (record->folder);
  g_autofree char *part = NULL;

  if (reference != NULL)
    part = g_strdup_printf (_ ("clip %u, %.1f to %.1f seconds"), reference->clip + 1,
                            reference->start, reference->end);
  printf ("  %s %s\n", _ ("Imitated part:"), part != NULL ? part : _ ("chosen automatically"));
  if (reference != NULL && reference->text != NULL)
    printf ("  %s %s\n", _ ("Said in it:"), reference->text);
  if (pair != NULL && pair->t2s != NULL)
    printf ("  %s %s\n", _ ("Own model:"), pair->t2s);
  if (pair != NULL && pair->decoder != NULL)
    printf ("  %s %s\n", _ ("Own model:"), pair->decoder);
}

/**
 * myna_cli_voices_add_gpt_sovits:
 * @json: inside the object of the voice
 * @voice: a voice
 *
 * Adds the members "reference" and "models".
 */
void
myna_cli_voices_add_gpt_sovits (JsonBuilder *json, MynaVoice *voice)
{
  const MynaVoiceRecord *record = myna_voice_get_record (voice);
  const MynaVoiceReference *reference = record->reference;
  g_autoptr (MynaModelPair) pair = myna_model_pair_load (record->folder);

  json_builder_set_member_name (json, "reference");
  if (reference == NULL)
    json_builder_add_null_value (json);
  else
    {
      json_builder_begin_object (json);
      json_builder_set_member_name (json, "clip");
      json_builder_add_int_value (json, reference->clip + 1);
      json_builder_set_member_name (json, "from");
      json_builder_add_double_value (json, reference->start);
      json_builder_set_member_name (json, "to");
      json_builder_add_double_value (json, reference->end);
      myna_cli_add_nullable (json, "text", reference->text);
      json_builder_end_object (json);
    }
  json_builder_set_member_name (json, "models");
  json_builder_begin_object (json);
  myna_cli_add_nullable (json, "t2s", pair != NULL ? pair->t2s : NULL);
  myna_cli_add_nullable (json, "decoder", pair != NULL ? pair->decoder : NULL);
  json_builder_end_object (json);
}
