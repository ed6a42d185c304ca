/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-voice.h"
#include "tests/unit/draft-person.h"

/*
 * Hostile voice files. Half of the inputs are taken as the file itself. The others are a list of
 * changes to a good file, whose sums are made right again after them: otherwise nothing would ever
 * get past the sums. A voice that is accepted has to speak.
 */

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define FIRST_SECTION 12
#define SECTION_HEAD 16
#define CHANGE_BYTES 5

static GBytes *good;

static guint32
crc32 (const guint8 *data, gsize n)
{
  static guint32 table[256];
  guint32 crc = ~0u;

  for (guint32 i = 0; table[255] == 0 && i < 256; i++)
    {
      table[i] = i;
      for (int k = 0; k < 8; k++)
        table[i] = (table[i] & 1) != 0 ? table[i] >> 1 ^ 0xedb88320u : table[i] >> 1;
    }
  for (gsize i = 0; i < n; i++)
    crc = table[(crc ^ data[i]) & 0xff] ^ crc >> 8;
  return ~crc;
}

static guint64
read_le (const guint8 *data, int n)
{
  guint64 value = 0;

  for (int i = 0; i < n; i++)
    value |= (guint64) data[i] << 8 * i;
  return value;
}

static void
correct_sums (guint8 *file, gsize size)
{
  gsize at = FIRST_SECTION;

  while (at + SECTION_HEAD <= size)
    {
      guint64 length = read_le (file + at + 8, 8);
      guint32 crc;

      if (length > size - at - SECTION_HEAD)
        return;
      crc = crc32 (file + at + SECTION_HEAD, length);
      for (int i = 0; i < 4; i++)
        file[at + 4 + (gsize) i] = (guint8) (crc >> 8 * i);
      at += SECTION_HEAD + length;
    }
}

/* Where change @where lands: half of them in the heads and the small sections at both ends. */
static gsize
place (guint32 where, gsize size)
{
  switch (where % 4)
    {
    case 0:
      return where / 4 % MIN (size, 300);
    case 1:
      return size - 1 - where / 4 % MIN (size, 8192);
    default:
      return where / 4 % size;
    }
}

static GBytes *
apply_changes (const guint8 *data, gsize size)
{
  gsize n = 0;
  const guint8 *original = g_bytes_get_data (good, &n);
  guint8 *file = g_memdup2 (original, n);

  for (; size >= CHANGE_BYTES; data += CHANGE_BYTES, size -= CHANGE_BYTES)
    file[place ((guint32) read_le (data, 4), n)] = data[4];
  correct_sums (file, n);
  return g_bytes_new_take (file, n);
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_autoptr (GError) error = NULL;
  const char *text = "The birch canoe slid on the smooth planks.";
  g_autoptr (DraftPerson) person = draft_person_new ("en-us", text, 1.1, 0, -2);
  MynaDraftClip clip = { person->samples, person->n_samples, person->rate, text };
  g_autoptr (MynaDraftVoice) voice =
      myna_draft_voice_build (&clip, 1, "en", NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  good = myna_draft_voice_to_bytes (voice);
  return 0;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) file = NULL;
  g_autoptr (MynaDraftVoice) voice = NULL;
  g_autoptr (MynaSpeech) speech = NULL;

  if (size < 1)
    return 0;
  file = data[0] % 2 == 0 ? g_bytes_new (data + 1, size - 1) : apply_changes (data + 1, size - 1);
  voice = myna_draft_voice_new_from_bytes (file, NULL);
  if (voice == NULL)
    return 0;
  speech = myna_draft_voice_speak (voice, "Hi.", NULL, NULL, NULL);
  for (gsize i = 0; speech != NULL && i < speech->n_samples; i++)
    g_assert (isfinite (speech->samples[i]));
  return 0;
}
