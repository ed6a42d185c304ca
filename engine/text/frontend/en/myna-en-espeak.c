/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/en/myna-en-espeak.h"

#include "engine/text/frontend/myna-symbols.h"
#include "engine/text/myna-espeak.h"

#include <espeak-ng/speak_lib.h>
#include <string.h>

#define IPA 0x02

/*
 * The IPA of espeak-ng's American English to ARPAbet; the first that fits counts, so the longer
 * come first. '*' stands for the stress: 1 or 2 behind a stress mark, else 0.
 */
static const struct
{
  const char *ipa;
  const char *phones;
} sounds[] = {
  { "aɪɚ", "AY* ER0" }, { "aɪə", "AY* AH0" }, { "aʊɚ", "AW* ER0" }, { "ɔɪɚ", "OY* ER0" },
  { "tʃ", "CH" },       { "dʒ", "JH" },       { "eɪ", "EY*" },      { "aɪ", "AY*" },
  { "aʊ", "AW*" },      { "ɔɪ", "OY*" },      { "oʊ", "OW*" },      { "iə", "IY* AH0" },
  { "ɪɹ", "IH* R" },    { "ɛɹ", "EH* R" },    { "ʊɹ", "UH* R" },    { "ɑːɹ", "AA* R" },
  { "ɔːɹ", "AO* R" },   { "oːɹ", "AO* R" },   { "oː", "AO*" },      { "əl", "AH0 L" },
  { "iː", "IY*" },      { "uː", "UW*" },      { "ɑː", "AA*" },      { "ɔː", "AO*" },
  { "ɜː", "ER*" },      { "ɜ", "ER*" },       { "ɚ", "ER*" },       { "i", "IY*" },
  { "ɪ", "IH*" },       { "ᵻ", "IH*" },       { "ɛ", "EH*" },       { "e", "EH*" },
  { "æ", "AE*" },       { "a", "AA*" },       { "ɑ", "AA*" },       { "ɒ", "AA*" },
  { "ɔ", "AO*" },       { "o", "OW*" },       { "ʊ", "UH*" },       { "u", "UW*" },
  { "ʌ", "AH*" },       { "ə", "AH*" },       { "ɐ", "AH*" },       { "n̩", "AH0 N" },
  { "p", "P" },         { "b", "B" },         { "t", "T" },         { "d", "D" },
  { "k", "K" },         { "ɡ", "G" },         { "g", "G" },         { "f", "F" },
  { "v", "V" },         { "θ", "TH" },        { "ð", "DH" },        { "s", "S" },
  { "z", "Z" },         { "ʃ", "SH" },        { "ʒ", "ZH" },        { "h", "HH" },
  { "m", "M" },         { "n", "N" },         { "ŋ", "NG" },        { "l", "L" },
  { "ɫ", "L" },         { "ɬ", "L" },         { "ɹ", "R" },         { "r", "R" },
  { "j", "Y" },         { "w", "W" },         { "ɾ", "T" },         { "ʔ", "T" },
  { "x", "K" },         { "ç", "HH" },
};

static void
append_phones (const char *names, char stress, GArray *phones)
{
  g_auto (GStrv) parts = g_strsplit (names, " ", -1);

  for (gsize i = 0; parts[i] != NULL; i++)
    {
      guint16 id;
      int found;

      g_strdelimit (parts[i], "*", stress);
      found = myna_symbols_find (MYNA_SYMBOLS_V1, parts[i], -1);
      if (found < 0)
        continue;
      id = (guint16) found;
      g_array_append_val (phones, id);
    }
}

/**
 * myna_en_espeak_from_ipa:
 * @ipa: the IPA of an English word as espeak-ng writes it
 * @phones: (element-type guint16): its ARPAbet is appended; sounds without one are left out
 */
void
myna_en_espeak_from_ipa (const char *ipa, GArray *phones)
{
  char stress = '0';

  while (*ipa != '\0')
    {
      gsize length = (gsize) (g_utf8_next_char (ipa) - ipa);

      if (g_str_has_prefix (ipa, "ˈ"))
        stress = '1';
      else if (g_str_has_prefix (ipa, "ˌ"))
        stress = '2';
      for (gsize i = 0; i < G_N_ELEMENTS (sounds); i++)
        if (g_str_has_prefix (ipa, sounds[i].ipa))
          {
            append_phones (sounds[i].phones, stress, phones);
            length = strlen (sounds[i].ipa);
            if (strchr (sounds[i].phones, '*') != NULL)
              stress = '0';
            break;
          }
      ipa += length;
    }
}

/**
 * myna_en_espeak_pronounce:
 * @word: letters
 * @length: how many bytes
 * @phones: (element-type guint16): its phones are appended
 *
 * Lets espeak-ng read a word that no dictionary has. Any thread; waits while another renders.
 *
 * Returns: whether espeak-ng is there and had an answer
 */
gboolean
myna_en_espeak_pronounce (const char *word, gsize length, GArray *phones)
{
  g_autofree char *text = g_strndup (word, length);
  const void *rest = text;
  guint before = phones->len;

  if (!myna_espeak_acquire (NULL))
    return FALSE;
  if (espeak_SetVoiceByName ("en-us") == EE_OK)
    for (int i = 0; rest != NULL && i < 8; i++)
      {
        const char *ipa = espeak_TextToPhonemes (&rest, espeakCHARS_UTF8, IPA);

        if (ipa != NULL)
          myna_en_espeak_from_ipa (ipa, phones);
      }
  myna_espeak_release ();
  return phones->len > before;
}
