/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-sidecar.h"
#include "engine/studio/myna-take-record.h"
#include "engine/studio/myna-take-script.h"
#include "engine/voice/myna-voice-record.h"

#include <glib/gstdio.h>
#include <stdlib.h>

/*
 * Hostile files of the data folder. The first byte chooses which: voice.json, take.json,
 * script.json or revisions.jsonl. What is accepted must survive being written and read again.
 */

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static char *folder;

static void
remove_folder (void)
{
  myna_remove_tree (folder, NULL);
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  folder = g_dir_make_tmp ("myna-fuzz-XXXXXX", NULL);
  g_assert_nonnull (folder);
  atexit (remove_folder);
  return 0;
}

static void
try_voice (const char *text, gsize size)
{
  g_autoptr (JsonNode) node = myna_sidecar_parse (text, (gssize) size, "voice.json", NULL);
  g_autoptr (MynaVoiceRecord) record = NULL;

  if (node != NULL)
    record = myna_voice_record_from_json (folder, node, NULL);
  if (record != NULL)
    {
      g_autoptr (JsonNode) again = myna_voice_record_to_json (record);
      g_autoptr (MynaVoiceRecord) second = myna_voice_record_from_json (folder, again, NULL);

      g_assert_nonnull (second);
      g_assert_cmpfloat (myna_voice_record_get_duration (record), >=, 0);
    }
}

static void
try_take (const char *text, gsize size)
{
  g_autoptr (JsonNode) node = myna_sidecar_parse (text, (gssize) size, "take.json", NULL);
  g_autoptr (MynaTakeRecord) record = NULL;

  if (node != NULL)
    record = myna_take_record_from_json (folder, node, NULL);
  if (record != NULL)
    {
      g_autoptr (JsonNode) again = myna_take_record_to_json (record);
      g_autoptr (MynaTakeRecord) second = myna_take_record_from_json (folder, again, NULL);

      g_assert_nonnull (second);
    }
}

static void
try_script (const char *name, const char *text, gsize size)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GPtrArray) sentences = NULL;
  g_autoptr (GPtrArray) revisions = NULL;
  g_autoptr (GArray) phones = NULL;

  g_assert_true (g_file_set_contents (path, text, (gssize) size, NULL));
  sentences = myna_take_script_load (folder, NULL);
  revisions = myna_take_script_load_revisions (folder, NULL);
  phones = myna_take_script_load_phones (folder, 0, 0);
  g_unlink (path);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *) data + 1;

  if (size == 0)
    return 0;
  switch (data[0] % 4)
    {
    case 0:
      try_voice (text, size - 1);
      break;
    case 1:
      try_take (text, size - 1);
      break;
    case 2:
      try_script ("script.json", text, size - 1);
      break;
    default:
      try_script ("revisions.jsonl", text, size - 1);
      break;
    }
  return 0;
}
