/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/mouth/myna-mouth-visemes.h"

#include <string.h>

/* The shapes, by the sound in the International Phonetic Alphabet that is typical of each. */
typedef enum
{
  REST,
  A,  /* ɑ a */
  AE, /* æ ɐ */
  V,  /* ʌ */
  E,  /* ɛ */
  EE, /* e */
  I,  /* ɪ */
  II, /* i */
  Y,  /* y ø: spread tongue, round lips */
  O,  /* ɔ ɒ */
  OO, /* o */
  U,  /* ʊ */
  UU, /* u */
  AX, /* ə */
  ER, /* ɝ */
  IZ, /* ɯ and the i of zi, zhi: teeth near, lips flat */
  P,  /* p b m */
  PH, /* ɸ β: lips near, not touching */
  F,  /* f v */
  W,  /* w ʍ */
  R,  /* ɹ */
  TH, /* θ ð */
  S,  /* s z */
  SH, /* ʃ ʒ */
  SJ, /* ɕ ʂ ç: as ʃ without rounding */
  T,  /* t d n l ɾ */
  J,  /* j */
  K,  /* k g ŋ x */
  H,  /* h ʔ */
  N_SHAPES
} Shape;

/*
 * Openings follow jaw and lip height of the vowel chart (open, mid, close), widths its rounding;
 * weights say what a sound can leave to its neighbours: lips are free in k, h and t, not in ʃ, w
 * and the vowels. Phonetics textbooks agree on the order; the numbers are set so that the lips'
 * measured range in read speech is met (see MYNA_MOUTH_NOMINAL_OPEN).
 */
static const MynaViseme shapes[N_SHAPES] = {
  [REST] = { MYNA_VISEME_REST, 0.00f, 1.00f, 0.8f, 0.8f },
  [A] = { MYNA_VISEME_VOWEL, 1.00f, 1.00f, 1.0f, 0.7f },
  [AE] = { MYNA_VISEME_VOWEL, 0.88f, 1.06f, 1.0f, 0.8f },
  [V] = { MYNA_VISEME_VOWEL, 0.70f, 1.00f, 0.9f, 0.5f },
  [E] = { MYNA_VISEME_VOWEL, 0.68f, 1.05f, 0.9f, 0.7f },
  [EE] = { MYNA_VISEME_VOWEL, 0.52f, 1.08f, 0.9f, 0.8f },
  [I] = { MYNA_VISEME_VOWEL, 0.45f, 1.06f, 0.7f, 0.6f },
  [II] = { MYNA_VISEME_VOWEL, 0.36f, 1.12f, 0.9f, 1.0f },
  [Y] = { MYNA_VISEME_VOWEL, 0.28f, 0.80f, 0.9f, 1.2f },
  [O] = { MYNA_VISEME_VOWEL, 0.80f, 0.90f, 1.0f, 1.0f },
  [OO] = { MYNA_VISEME_VOWEL, 0.50f, 0.84f, 0.9f, 1.1f },
  [U] = { MYNA_VISEME_VOWEL, 0.38f, 0.86f, 0.8f, 0.9f },
  [UU] = { MYNA_VISEME_VOWEL, 0.26f, 0.78f, 0.9f, 1.2f },
  [AX] = { MYNA_VISEME_VOWEL, 0.48f, 1.00f, 0.5f, 0.3f },
  [ER] = { MYNA_VISEME_VOWEL, 0.46f, 0.92f, 0.8f, 0.8f },
  [IZ] = { MYNA_VISEME_VOWEL, 0.28f, 1.06f, 0.9f, 0.8f },
  [P] = { MYNA_VISEME_CLOSED, 0.00f, 0.99f, 1.4f, 0.3f },
  [PH] = { MYNA_VISEME_CONSONANT, 0.12f, 0.92f, 1.0f, 0.6f },
  [F] = { MYNA_VISEME_TEETH, 0.16f, 1.00f, 1.4f, 0.5f },
  [W] = { MYNA_VISEME_CONSONANT, 0.18f, 0.76f, 1.1f, 1.3f },
  [R] = { MYNA_VISEME_CONSONANT, 0.34f, 0.90f, 0.6f, 0.7f },
  [TH] = { MYNA_VISEME_CONSONANT, 0.36f, 1.00f, 0.6f, 0.3f },
  [S] = { MYNA_VISEME_CONSONANT, 0.26f, 1.04f, 0.9f, 0.5f },
  [SH] = { MYNA_VISEME_CONSONANT, 0.32f, 0.84f, 0.9f, 1.0f },
  [SJ] = { MYNA_VISEME_CONSONANT, 0.30f, 1.02f, 0.8f, 0.5f },
  [T] = { MYNA_VISEME_CONSONANT, 0.32f, 1.01f, 0.5f, 0.2f },
  [J] = { MYNA_VISEME_CONSONANT, 0.34f, 1.08f, 0.6f, 0.7f },
  [K] = { MYNA_VISEME_CONSONANT, 0.42f, 1.00f, 0.3f, 0.1f },
  [H] = { MYNA_VISEME_CONSONANT, 0.45f, 1.00f, 0.1f, 0.05f },
};

typedef struct
{
  const char *name;
  Shape shape;
} Letter;

/* espeak-ng's mnemonics are built of these; longer entries first where one begins another. What is
 * not listed (stress, tone, length, nasality, aspiration, digits) does not move the lips. */
static const Letter espeak_letters[] = {
  { "p\\", PH }, { "i.", IZ }, { "i[", IZ },  { "u-", IZ }, { "u~", OO }, { "s.", SJ },
  { "z.", SJ },  { "sx", SJ }, { "s\\", SJ }, { "S;", SJ }, { "aa", A },  { "oe", Y },
  { "eo", Y },   { "a", AE },  { "A", A },    { "&", AE },  { "V", V },   { "E", E },
  { "e", EE },   { "I", I },   { "i", II },   { "y", Y },   { "Y", Y },   { "W", Y },
  { "8", U },    { "O", O },   { "0", O },    { "o", OO },  { "U", U },   { "u", UU },
  { "@", AX },   { "3", ER },  { "p", P },    { "b", P },   { "m", P },   { "B", PH },
  { "F", F },    { "f", F },   { "v", F },    { "w", W },   { "T", TH },  { "D", TH },
  { "s", S },    { "z", S },   { "S", SH },   { "Z", SH },  { "C", SJ },  { "t", T },
  { "d", T },    { "n", T },   { "l", T },    { "L", T },   { "r", T },   { "*", T },
  { "j", J },    { ";", J },   { "c", J },    { "J", J },   { "k", K },   { "g", K },
  { "N", K },    { "x", K },   { "X", K },    { "Q", K },   { "q", K },   { "R", K },
  { "h", H },    { "H", H },   { "?", H },
};

/* The symbols of GPT-SoVITS in lower case: pinyin initials and finals, Japanese morae, and Jyutping
 * behind a capital Y; tone digits are passed over. */
static const Letter romanised_letters[] = {
  { "zh", SJ }, { "ch", SJ }, { "sh", SJ }, { "ts", S },  { "ir", IZ }, { "i0", IZ }, { "ng", K },
  { "iu", II }, { "ui", W },  { "En", E },  { "er", ER }, { "aa", A },  { "oe", Y },  { "eo", Y },
  { "yu", Y },  { "gw", W },  { "kw", W },  { "b", P },   { "p", P },   { "m", P },   { "f", F },
  { "w", W },   { "v", Y },   { "a", A },   { "o", OO },  { "e", V },   { "E", E },   { "i", II },
  { "u", UU },  { "I", II },  { "U", UU },  { "d", T },   { "t", T },   { "n", T },   { "N", T },
  { "l", T },   { "r", T },   { "z", S },   { "c", S },   { "s", S },   { "j", SJ },  { "q", SJ },
  { "x", SJ },  { "y", J },   { "g", K },   { "k", K },   { "h", H },
};

/* Phones that are not built of letters: ARPAbet without its stress digits, pinyin's zero initials,
 * Korean letters and finals whose letters mislead. The third column of two shapes is the second. */
typedef struct
{
  const char *name;
  Shape first, second;
} Whole;

static const Whole arpabet[] = {
  { "AA", A, A },   { "AE", AE, AE }, { "AH", V, V },   { "AO", O, O },   { "AW", A, UU },
  { "AY", A, I },   { "EH", E, E },   { "ER", ER, ER }, { "EY", E, II },  { "IH", I, I },
  { "IY", II, II }, { "OW", OO, UU }, { "OY", O, II },  { "UH", U, U },   { "UW", UU, UU },
  { "B", P, P },    { "P", P, P },    { "M", P, P },    { "F", F, F },    { "V", F, F },
  { "CH", T, SH },  { "JH", T, SH },  { "SH", SH, SH }, { "ZH", SH, SH }, { "S", S, S },
  { "Z", S, S },    { "TH", TH, TH }, { "DH", TH, TH }, { "T", T, T },    { "D", T, T },
  { "N", T, T },    { "L", T, T },    { "DX", T, T },   { "NG", K, K },   { "K", K, K },
  { "G", K, K },    { "HH", H, H },   { "R", R, R },    { "W", W, W },    { "Y", J, J },
  { "EE", V, V },   { "OO", OO, OO }, { "iu", II, OO }, { "ui", W, EE },  { "ou", OO, UU },
  { "ie", II, E },  { "ve", Y, E },   { "cl", T, T },   { "ㅂ", P, P },   { "ㅃ", P, P },
  { "ㅍ", P, P },   { "ㅁ", P, P },   { "ㄱ", K, K },   { "ㄲ", K, K },   { "ㅋ", K, K },
  { "ㅇ", K, K },   { "ㅎ", H, H },   { "ㅅ", S, S },   { "ㅆ", S, S },   { "ㅈ", SJ, SJ },
  { "ㅉ", SJ, SJ }, { "ㅊ", SJ, SJ }, { "ㄴ", T, T },   { "ㄷ", T, T },   { "ㄸ", T, T },
  { "ㄹ", T, T },   { "ㅌ", T, T },   { "ㅏ", A, A },   { "ㅐ", E, E },   { "ㅓ", V, V },
  { "ㅔ", E, E },   { "ㅗ", OO, OO }, { "ㅜ", UU, UU }, { "ㅡ", IZ, IZ }, { "ㅣ", II, II },
};

/* Symbols that are no sound. */
static const char *const arpabet_pauses[] = { "SP", "SP2", "SP3", "UNK", "pau", "停", "空" };

/* Longest names first is the tables' own order, so the first that fits is taken. */
static const Letter *
find_letter (const Letter *letters, gsize n_letters, const char *text)
{
  for (gsize i = 0; i < n_letters; i++)
    if (g_str_has_prefix (text, letters[i].name))
      return &letters[i];
  return NULL;
}

static int
parse_letters (const Letter *letters, gsize n_letters, const char *name, Shape found[])
{
  int n = 0;

  while (*name != '\0' && n < MYNA_VISEMES_MAX)
    {
      const Letter *letter = find_letter (letters, n_letters, name);
      /* "3" and "8" begin a vowel; behind one they only number it. */
      gboolean number = g_ascii_isdigit (*name) && n > 0;

      if (letter == NULL || number)
        {
          name++;
          continue;
        }
      if (n == 0 || found[n - 1] != letter->shape)
        found[n++] = letter->shape;
      name += strlen (letter->name);
    }
  return n;
}

static int
parse_whole (const char *name, Shape found[])
{
  gsize length = strlen (name);

  if (length > 1 && g_ascii_isdigit (name[length - 1]))
    length--;
  for (gsize i = 0; i < G_N_ELEMENTS (arpabet); i++)
    if (strlen (arpabet[i].name) == length && strncmp (arpabet[i].name, name, length) == 0)
      {
        found[0] = arpabet[i].first;
        found[1] = arpabet[i].second;
        return found[0] == found[1] ? 1 : 2;
      }
  return 0;
}

static int
parse_arpabet (const char *name, Shape found[])
{
  int n;

  for (gsize i = 0; i < G_N_ELEMENTS (arpabet_pauses); i++)
    if (g_str_equal (name, arpabet_pauses[i]))
      return 0;
  n = parse_whole (name, found);
  if (n > 0)
    return n;
  /* Jyutping: the capital Y only sets it apart. */
  if (name[0] == 'Y' && g_ascii_islower (name[1]))
    name++;
  return parse_letters (romanised_letters, G_N_ELEMENTS (romanised_letters), name, found);
}

/* A consonant's approach (the t of ts) is short, and of a vowel's glides the beginning is held
 * longest: 60 to 40 in a diphthong (spec lipsync-default). */
static void
share_time (const Shape found[], int n, float shares[])
{
  static const float two[2] = { 0.6f, 0.4f };
  static const float three[3] = { 0.3f, 0.42f, 0.28f };

  for (int i = 0; i < n; i++)
    shares[i] = n == 2 ? two[i] : n == 3 ? three[i] : 1.0f / (float) n;
  if (n == 2 && shapes[found[0]].kind != MYNA_VISEME_VOWEL)
    {
      shares[0] = 0.35f;
      shares[1] = 0.65f;
    }
}

/**
 * myna_visemes_of_phone:
 * @phone_set: "espeak", or "arpabet" for all symbols of GPT-SoVITS
 * @name: a phone
 * @visemes: (out caller-allocates): its shapes
 * @shares: (out caller-allocates): of its time, sum 1
 *
 * Returns: number of shapes; 0 when nothing is said
 */
int
myna_visemes_of_phone (const char *phone_set,
                       const char *name,
                       const MynaViseme *visemes[MYNA_VISEMES_MAX],
                       float shares[MYNA_VISEMES_MAX])
{
  Shape found[MYNA_VISEMES_MAX];
  int n;

  g_return_val_if_fail (name != NULL && visemes != NULL && shares != NULL, 0);

  if (name[0] == '_' || name[0] == '(' || name[0] == '\0')
    return 0;
  if (g_strcmp0 (phone_set, "arpabet") == 0)
    n = parse_arpabet (name, found);
  else
    n = parse_letters (espeak_letters, G_N_ELEMENTS (espeak_letters), name, found);
  share_time (found, n, shares);
  for (int i = 0; i < n; i++)
    visemes[i] = &shapes[found[i]];
  return n;
}

/**
 * myna_viseme_get_neutral:
 *
 * Returns: the shape of a sound of which nothing is known
 */
const MynaViseme *
myna_viseme_get_neutral (void)
{
  return &shapes[H];
}

/**
 * myna_viseme_get_rest:
 *
 * Returns: the shape of a mouth that says nothing
 */
const MynaViseme *
myna_viseme_get_rest (void)
{
  return &shapes[REST];
}
