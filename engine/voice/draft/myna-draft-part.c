/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-part.h"

#include "engine/core/myna-error.h"

/* Of the text belonging to a cut recording so much more is taken, as the reader may speed up. */
#define TEXT_RESERVE 1.25
/* Pairs of frames (3 s) from which on a clip has a ridge map of its own. */
#define OWN_RIDGE_PAIRS 300
/* Nobody speaks faster: more text than this is cut, and what is left will not match. */
#define MAX_CHARACTERS_PER_SECOND 40
#define SPARE_CHARACTERS 100
/* With fewer words another order is hardly another text. */
#define MIN_DECOY_WORDS 6

/**
 * myna_draft_part_clear:
 * @self: a part
 *
 * Frees what it owns.
 */
void
myna_draft_part_clear (MynaDraftPart *self)
{
  g_clear_pointer (&self->recording, myna_draft_analysis_free);
  g_clear_pointer (&self->utterance, myna_draft_utterance_free);
  g_clear_pointer (&self->alignment, myna_draft_alignment_free);
  g_clear_pointer (&self->segments, g_array_unref);
}

/**
 * myna_draft_part_has_transcript:
 * @self: a part
 *
 * Returns: whether there is any text
 */
gboolean
myna_draft_part_has_transcript (const MynaDraftPart *self)
{
  g_autofree char *text =
      g_strstrip (g_strdup (self->source->transcript != NULL ? self->source->transcript : ""));

  return *text != '\0';
}

static gboolean
fit_pairs (MynaDraftRidge *ridge, const GArray *pairs, int n_cep)
{
  return myna_draft_ridge_fit (ridge, (const MynaDraftPair *) (gpointer) pairs->data, pairs->len,
                               n_cep, MYNA_DRAFT_RIDGE_ALIGNED);
}

/**
 * myna_draft_part_pairs:
 * @self: an aligned part
 *
 * Returns: (transfer full) (element-type MynaDraftPair): frames that belong together
 */
GArray *
myna_draft_part_pairs (const MynaDraftPart *self)
{
  return myna_draft_alignment_pairs (self->alignment, self->utterance, self->recording);
}

/* What belongs to the part of a clip that is looked at: all of its text, or the first words. */
static char *
part_text (const MynaDraftPart *self)
{
  const char *text = self->source->transcript;
  double share = (double) self->n_used / (double) self->source->n_samples;
  glong length = g_utf8_strlen (text, -1);
  const char *end;

  length = MIN (length, (glong) (MAX_CHARACTERS_PER_SECOND * (double) self->source->n_samples /
                                 self->source->rate) +
                            SPARE_CHARACTERS);
  if (self->n_used == self->source->n_samples)
    return g_utf8_substring (text, 0, length);
  end = g_utf8_offset_to_pointer (
      text, (glong) MIN ((double) length * share * TEXT_RESERVE, (double) length));
  while (*end != '\0' && !g_unichar_isspace (g_utf8_get_char (end)) &&
         !g_unichar_iswide (g_utf8_get_char (end)))
    end = g_utf8_next_char (end);
  return g_strndup (text, (gsize) (end - text));
}

/**
 * myna_draft_part_read:
 * @self: a part with its recording
 * @cancellable: (nullable): cancellable
 * @error: return location for an error
 *
 * Lets espeak-ng read the transcript. "…" is no transcript: then there is no utterance.
 *
 * Returns: %FALSE on an error
 */
gboolean
myna_draft_part_read (MynaDraftPart *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *text = g_utf8_make_valid (self->source->transcript, -1);
  g_autofree char *used = NULL;
  g_autoptr (GError) reason = NULL;
  MynaDraftClip valid = *self->source;
  MynaDraftPart with_valid = *self;

  valid.transcript = text;
  with_valid.source = &valid;
  used = part_text (&with_valid);
  self->utterance = myna_draft_utterance_new (self->language, used, NULL, self->recording->format,
                                              cancellable, &reason);
  if (self->utterance == NULL && g_error_matches (reason, MYNA_ERROR, MYNA_ERROR_EMPTY))
    return TRUE;
  if (self->utterance == NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return self->utterance != NULL;
}

/**
 * myna_draft_part_align:
 * @self: a part with its utterance
 * @ridge: (nullable): conversion found by an earlier pass
 * @cancellable: (nullable): cancellable
 * @error: return location for an error
 *
 * Aligns clip and transcript. A text that cannot be fitted at all is a wrong text, no error: then
 * there is no alignment.
 *
 * Returns: %FALSE on an error
 */
gboolean
myna_draft_part_align (MynaDraftPart *self,
                       const MynaDraftRidge *ridge,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (GError) reason = NULL;
  MynaDraftAlignment *alignment =
      myna_draft_align (self->utterance, self->recording, ridge,
                        self->n_used < self->source->n_samples, cancellable, &reason);

  g_clear_pointer (&self->alignment, myna_draft_alignment_free);
  self->alignment = alignment;
  if (alignment == NULL && !g_error_matches (reason, MYNA_ERROR, MYNA_ERROR_FAILED))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  return TRUE;
}

/**
 * myna_draft_part_score:
 * @self: an aligned part
 *
 * Sets fit and score, by a map of the clip's own: so were the thresholds measured.
 */
void
myna_draft_part_score (MynaDraftPart *self)
{
  g_autoptr (GArray) pairs = NULL;
  MynaDraftRidge ridge;

  self->score = -1;
  if (self->alignment == NULL)
    return;
  pairs = myna_draft_part_pairs (self);
  if (!fit_pairs (&ridge, pairs, self->recording->format->n_cep))
    return;
  self->fit = myna_draft_ridge_r2 (&ridge, (const MynaDraftPair *) (gpointer) pairs->data,
                                   pairs->len, self->recording->format->n_cep);
  self->score = self->fit + self->alignment->agreement - self->alignment->mean_cost;
}

/**
 * myna_draft_part_align_again:
 * @self: an aligned part
 * @common: (nullable): a map over all clips
 * @cancellable: (nullable): cancellable
 * @error: return location for an error
 *
 * The second pass: by the clip's own map where it is long enough to have one.
 *
 * Returns: %FALSE on an error
 */
gboolean
myna_draft_part_align_again (MynaDraftPart *self,
                             const MynaDraftRidge *common,
                             GCancellable *cancellable,
                             GError **error)
{
  g_autoptr (GArray) pairs = myna_draft_part_pairs (self);
  MynaDraftRidge own;

  if (pairs->len >= OWN_RIDGE_PAIRS && fit_pairs (&own, pairs, self->recording->format->n_cep))
    return myna_draft_part_align (self, &own, cancellable, error);
  return myna_draft_part_align (self, common, cancellable, error);
}

/* The words of a text; its characters where it is written without spaces. */
static char **
split_words (const char *text)
{
  g_autoptr (GStrvBuilder) characters = g_strv_builder_new ();

  if (!g_unichar_iswide (g_utf8_get_char (text)))
    return g_strsplit_set (text, " \t\r\n", -1);
  for (; *text != '\0'; text = g_utf8_next_char (text))
    g_strv_builder_take (characters, g_strndup (text, (gsize) (g_utf8_next_char (text) - text)));
  return g_strv_builder_end (characters);
}

/* The words backwards (@how 0), or with their halves exchanged (@how 1). */
static char *
shuffle_words (const char *text, guint how, guint *n_words)
{
  g_autofree char *valid = g_strstrip (g_utf8_make_valid (text, -1));
  g_auto (GStrv) words = split_words (valid);
  guint n = g_strv_length (words);
  GString *shuffled = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (shuffled, "%s ", words[how == 0 ? n - 1 - i : (i + n / 2) % n]);
  *n_words = n;
  return g_string_free (shuffled, FALSE);
}

static double
score_shuffled (const MynaDraftPart *self, guint how, GCancellable *cancellable)
{
  guint n_words = 0;
  g_autofree char *text = shuffle_words (self->source->transcript, how, &n_words);
  MynaDraftClip clip = *self->source;
  MynaDraftPart decoy = { .source = &clip,
                          .language = self->language,
                          .n_used = self->n_used,
                          .recording = self->recording,
                          .score = -1 };

  clip.transcript = text;
  if (n_words >= MIN_DECOY_WORDS && myna_draft_part_read (&decoy, cancellable, NULL) &&
      decoy.utterance != NULL && myna_draft_part_align (&decoy, NULL, cancellable, NULL) &&
      decoy.alignment != NULL && myna_draft_part_align_again (&decoy, NULL, cancellable, NULL))
    myna_draft_part_score (&decoy);
  decoy.recording = NULL;
  myna_draft_part_clear (&decoy);
  return decoy.score;
}

/**
 * myna_draft_part_decoy_score:
 * @self: an aligned part
 * @cancellable: (nullable): cancellable
 *
 * How well the clip fits the words of its own transcript in a wrong order: what a score is worth
 * that a wrong text would get.
 *
 * Returns: the better of two orders; -1 where that cannot be tried
 */
double
myna_draft_part_decoy_score (const MynaDraftPart *self, GCancellable *cancellable)
{
  double backwards = score_shuffled (self, 0, cancellable);

  return MAX (backwards, score_shuffled (self, 1, cancellable));
}
