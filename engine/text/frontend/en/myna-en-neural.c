/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/en/myna-en-neural.h"

#include "engine/core/myna-error.h"
#include "engine/text/frontend/en/myna-en-npz.h"
#include "engine/text/frontend/myna-symbols.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/*
 * g2p_en (spec gpt-sovits 3.6): 64-dimensional embeddings, GRUs of 128 units, 29 letters to 74
 * phones, at most 20 of them, the likeliest at each step.
 */
#define EMBEDDING 64
#define UNITS 128
#define N_LETTERS 29
#define N_PHONES 74
#define MAX_STEPS 20
#define MAX_BYTES (64 << 20)
/* A word longer than this is not one. */
#define MAX_LETTERS 64

/* Letters: padding, unknown, end, then a to z. Phones: padding, unknown, begin, end, then these. */
enum
{
  LETTER_END = 2,
  LETTER_A = 3,
  PHONE_BEGIN = 2,
  PHONE_END = 3,
  PHONE_FIRST = 4,
};

/* Upstream leaves out "UW", which has no stress; we say it with one. */
static const char phones[] =
    "AA0 AA1 AA2 AE0 AE1 AE2 AH0 AH1 AH2 AO0 AO1 AO2 AW0 AW1 AW2 AY0 AY1 AY2 "
    "B CH D DH EH0 EH1 EH2 ER0 ER1 ER2 EY0 EY1 EY2 F G HH IH0 IH1 IH2 IY0 IY1 "
    "IY2 JH K L M N NG OW0 OW1 OW2 OY0 OY1 OY2 P R S SH T TH UH0 UH1 UH2 UW1 "
    "UW0 UW1 UW2 V W Y Z ZH";

typedef struct
{
  float input[3 * UNITS][EMBEDDING];
  float state[3 * UNITS][UNITS];
  float input_bias[3 * UNITS];
  float state_bias[3 * UNITS];
} Gru;

struct _MynaEnNeural
{
  Gru encoder;
  Gru decoder;
  float letters[N_LETTERS][EMBEDDING];
  float phones[N_PHONES][EMBEDDING];
  float output[N_PHONES][UNITS];
  float output_bias[N_PHONES];
  guint16 ids[N_PHONES]; /* of our symbols */
};

static gboolean
load_matrix (GBytes *file, const char *name, gsize rows, gsize columns, float *values)
{
  gsize shape[2] = { rows, columns };

  return myna_en_npz_find (file, name, shape, columns > 0 ? 2 : 1, values);
}

static gboolean
load_gru (GBytes *file, const char *prefix, Gru *gru)
{
  g_autofree char *input = g_strconcat (prefix, "_w_ih", NULL);
  g_autofree char *state = g_strconcat (prefix, "_w_hh", NULL);
  g_autofree char *input_bias = g_strconcat (prefix, "_b_ih", NULL);
  g_autofree char *state_bias = g_strconcat (prefix, "_b_hh", NULL);

  return load_matrix (file, input, 3 * UNITS, EMBEDDING, &gru->input[0][0]) &&
         load_matrix (file, state, 3 * UNITS, UNITS, &gru->state[0][0]) &&
         load_matrix (file, input_bias, 3 * UNITS, 0, gru->input_bias) &&
         load_matrix (file, state_bias, 3 * UNITS, 0, gru->state_bias);
}

static GBytes *
map_file (const char *path)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);

  if (file == NULL || g_mapped_file_get_length (file) > MAX_BYTES)
    return NULL;
  return g_mapped_file_get_bytes (file);
}

/**
 * myna_en_neural_load:
 * @path: g2p_en's "checkpoint20.npz"
 * @error: return location for an error
 *
 * Any thread; reads a file of 3 MB.
 *
 * Returns: (transfer full): the network; %NULL with MYNA_ERROR_CORRUPT when the file is anything
 * else
 */
MynaEnNeural *
myna_en_neural_load (const char *path, GError **error)
{
  g_autoptr (MynaEnNeural) self = g_new0 (MynaEnNeural, 1);
  g_autoptr (GBytes) file = map_file (path);
  g_auto (GStrv) names = g_strsplit (phones, " ", -1);

  if (file == NULL || !load_gru (file, "enc", &self->encoder) ||
      !load_gru (file, "dec", &self->decoder) ||
      !load_matrix (file, "enc_emb", N_LETTERS, EMBEDDING, &self->letters[0][0]) ||
      !load_matrix (file, "dec_emb", N_PHONES, EMBEDDING, &self->phones[0][0]) ||
      !load_matrix (file, "fc_w", N_PHONES, UNITS, &self->output[0][0]) ||
      !load_matrix (file, "fc_b", N_PHONES, 0, self->output_bias))
    {
      g_set_error (
          error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
          _ ("“%s” is not the pronunciation model of g2p_en. Get “checkpoint20.npz” again."), path);
      return NULL;
    }
  for (guint i = 0; names[i] != NULL && PHONE_FIRST + i < N_PHONES; i++)
    self->ids[PHONE_FIRST + i] =
        (guint16) MAX (myna_symbols_find (MYNA_SYMBOLS_V1, names[i], -1), 0);
  return g_steal_pointer (&self);
}

/**
 * myna_en_neural_free:
 * @self: (nullable) (transfer full): a network
 */
void
myna_en_neural_free (MynaEnNeural *self)
{
  g_free (self);
}

static float
dot (const float *a, const float *b, gsize n)
{
  float sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

static float
sigmoid (float x)
{
  return 1.0f / (1.0f + expf (-x));
}

/* One step: h = (1 - z) n + z h, gates in the order reset, update, new. */
static void
step (const Gru *gru, const float *x, float *h)
{
  float input[3 * UNITS], state[3 * UNITS];

  for (gsize i = 0; i < 3 * UNITS; i++)
    {
      input[i] = dot (gru->input[i], x, EMBEDDING) + gru->input_bias[i];
      state[i] = dot (gru->state[i], h, UNITS) + gru->state_bias[i];
    }
  for (gsize i = 0; i < UNITS; i++)
    {
      float reset = sigmoid (input[i] + state[i]);
      float update = sigmoid (input[UNITS + i] + state[UNITS + i]);
      float fresh = tanhf (input[2 * UNITS + i] + reset * state[2 * UNITS + i]);

      h[i] = (1 - update) * fresh + update * h[i];
    }
}

static guint
pick (const MynaEnNeural *self, const float *h)
{
  guint best = 0;
  float highest = -INFINITY;

  for (guint i = 0; i < N_PHONES; i++)
    {
      float value = dot (self->output[i], h, UNITS) + self->output_bias[i];

      if (value > highest)
        {
          highest = value;
          best = i;
        }
    }
  return best;
}

/**
 * myna_en_neural_pronounce:
 * @self: the network
 * @word: ASCII letters in any case; others are skipped
 * @length: how many
 * @out: (element-type guint16): its phones are appended
 *
 * About a millisecond.
 */
void
myna_en_neural_pronounce (const MynaEnNeural *self, const char *word, gsize length, GArray *out)
{
  float h[UNITS] = { 0 };
  guint phone = PHONE_BEGIN;

  for (gsize i = 0; i < MIN (length, MAX_LETTERS); i++)
    if (g_ascii_isalpha (word[i]))
      step (&self->encoder, self->letters[LETTER_A + g_ascii_tolower (word[i]) - 'a'], h);
  step (&self->encoder, self->letters[LETTER_END], h);
  for (guint i = 0; i < MAX_STEPS; i++)
    {
      step (&self->decoder, self->phones[phone], h);
      phone = pick (self, h);
      if (phone == PHONE_END)
        break;
      if (phone >= PHONE_FIRST)
        g_array_append_val (out, self->ids[phone]);
    }
}
