/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-untranscribed.h"

#include "engine/core/myna-error.h"
#include "engine/voice/draft/myna-draft-passage.h"
#include "engine/voice/draft/myna-draft-phone-loop.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Constants: spec draft-voice section 3b. */
#define ROUNDS 4
#define PAIR_STEP 2
#define MIN_RATE 0.75
#define MAX_RATE 1.4
/* Shorter quiet is the closure of a stop: 80 ms. */
#define MIN_PAUSE_FRAMES 16
#define N_PLACES 3
/* What another neighbour weighs against the spectral distance, in standard deviations. */
#define NEIGHBOUR_COST 0.5f

typedef struct
{
  const MynaDraftAnalysis *const *recordings;
  guint n_recordings;
  MynaDraftLabelling *result;
  MynaDraftPhoneLoop *loop;
  MynaDraftHeard passage;
  MynaDraftHeard *heard; /* one a recording */
  gint32 **states;
  float **costs;
  float *state_cep; /* mean of espeak-ng's frames of each state: n_states x n_cep */
  gboolean *state_voiced;
  guint32 *first_of;  /* where the frames of each state begin in frames_of; n_states + 1 */
  guint32 *frames_of; /* frames of the passage by state */
  GCancellable *cancellable;
} Labeller;

/**
 * myna_draft_labelling_free:
 * @self: (nullable) (transfer full): a labelling
 */
void
myna_draft_labelling_free (MynaDraftLabelling *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->passage, myna_draft_utterance_free);
  g_clear_pointer (&self->segments, g_ptr_array_unref);
  g_free (self);
}

static void
labeller_clear (Labeller *self)
{
  for (guint r = 0; r < self->n_recordings; r++)
    {
      myna_draft_heard_clear (&self->heard[r]);
      g_free (self->states[r]);
      g_free (self->costs[r]);
    }
  g_free (self->heard);
  g_free (self->states);
  g_free (self->costs);
  myna_draft_heard_clear (&self->passage);
  g_free (self->state_cep);
  g_free (self->state_voiced);
  g_free (self->first_of);
  g_free (self->frames_of);
  g_clear_pointer (&self->loop, myna_draft_phone_loop_free);
  g_clear_pointer (&self->result, myna_draft_labelling_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Labeller, labeller_clear)

/* Speech by level; the closures within words stay in it. */
static void
mark_speech (const MynaDraftAnalysis *recording, guint8 *speech)
{
  gsize n = recording->n_frames, start = 0;

  myna_draft_silence_mask (recording->db, n, speech);
  for (gsize i = 0; i <= n; i++)
    {
      if (i < n && speech[i])
        continue;
      if (i - start < MIN_PAUSE_FRAMES && start > 0 && i < n)
        memset (speech + start, 0, i - start);
      start = i + 1;
    }
  for (gsize i = 0; i < n; i++)
    speech[i] = !speech[i];
}

static void
hear_recordings (Labeller *self)
{
  self->heard = g_new0 (MynaDraftHeard, self->n_recordings);
  self->states = g_new0 (gint32 *, self->n_recordings);
  self->costs = g_new0 (float *, self->n_recordings);
  for (guint r = 0; r < self->n_recordings; r++)
    {
      const MynaDraftAnalysis *recording = self->recordings[r];

      myna_draft_heard_init (&self->heard[r], recording->cep, recording->f0, recording->n_frames,
                             recording->format->n_cep);
      mark_speech (recording, self->heard[r].speech);
      self->states[r] = g_new (gint32, recording->n_frames);
      self->costs[r] = g_new (float, recording->n_frames);
    }
  myna_draft_heard_normalise (self->heard, self->n_recordings);
}

/* The passage as it is, or as the person would have it. To normalise it by its own spread restores
 * the variance that the map takes away. */
static void
hear_passage (Labeller *self, gboolean mapped)
{
  const MynaDraftAnalysis *analysis = self->result->passage->analysis;
  gsize n_cep = (gsize) analysis->format->n_cep;
  g_autofree float *cep = NULL;

  if (mapped)
    {
      cep = g_new (float, analysis->n_frames *n_cep);
      for (gsize i = 0; i < analysis->n_frames; i++)
        myna_draft_ridge_map (&self->result->ridge, analysis->cep + i * n_cep, analysis->f0[i] > 0,
                              (int) n_cep, cep + i * n_cep);
    }
  myna_draft_heard_clear (&self->passage);
  myna_draft_heard_init (&self->passage, mapped ? cep : analysis->cep, analysis->f0,
                         analysis->n_frames, (int) n_cep);
  for (gsize i = 0; i < analysis->n_frames; i++)
    self->passage.speech[i] = self->loop->state_of[i] >= 0;
  myna_draft_heard_normalise (&self->passage, 1);
}

static void
average_states (Labeller *self)
{
  const MynaDraftAnalysis *analysis = self->result->passage->analysis;
  gsize n_cep = (gsize) analysis->format->n_cep, n = self->loop->n_states;
  g_autofree float *count = g_new0 (float, MAX (n, 1));
  g_autofree float *voiced = g_new0 (float, MAX (n, 1));

  self->state_cep = g_new0 (float, MAX (n, 1) * n_cep);
  self->state_voiced = g_new0 (gboolean, MAX (n, 1));
  for (gsize i = 0; i < analysis->n_frames; i++)
    {
      gsize s = (gsize) self->loop->state_of[i];

      if (self->loop->state_of[i] < 0)
        continue;
      count[s]++;
      voiced[s] += analysis->f0[i] > 0;
      for (gsize c = 0; c < n_cep; c++)
        self->state_cep[s * n_cep + c] += analysis->cep[i * n_cep + c];
    }
  for (gsize s = 0; s < n; s++)
    {
      self->state_voiced[s] = 2 * voiced[s] > count[s];
      for (gsize c = 0; c < n_cep; c++)
        self->state_cep[s * n_cep + c] /= MAX (count[s], 1.0f);
    }
}

/* Sorts the frames of the passage by state. */
static void
list_frames (Labeller *self)
{
  gsize n = self->loop->n_states, n_frames = self->result->passage->analysis->n_frames;
  g_autofree guint32 *next = g_new0 (guint32, n + 1);

  self->first_of = g_new0 (guint32, n + 1);
  self->frames_of = g_new0 (guint32, n_frames);
  for (gsize i = 0; i < n_frames; i++)
    if (self->loop->state_of[i] >= 0)
      self->first_of[self->loop->state_of[i] + 1]++;
  for (gsize s = 0; s < n; s++)
    next[s] = self->first_of[s + 1] += self->first_of[s];
  for (gsize i = 0; i < n_frames; i++)
    if (self->loop->state_of[i] >= 0)
      self->frames_of[--next[self->loop->state_of[i]]] = (guint32) i;
}

static gboolean
decode_all (Labeller *self, GError **error)
{
  for (guint r = 0; r < self->n_recordings; r++)
    if (!myna_draft_phone_loop_decode (self->loop, &self->heard[r], self->states[r], self->costs[r],
                                       self->cancellable, error))
      return FALSE;
  return TRUE;
}

/* The frame of the passage that is most like @row among those of one state. */
static gsize
find_like (const Labeller *self, const float *row, gint32 state)
{
  gsize best = self->frames_of[self->first_of[state]];
  float best_distance = G_MAXFLOAT;

  for (guint32 k = self->first_of[state]; k < self->first_of[state + 1]; k++)
    {
      const float *other = self->passage.rows + self->frames_of[k] * MYNA_DRAFT_HEARD_DIMS;
      float distance = 0;

      for (gsize d = 0; d < MYNA_DRAFT_HEARD_DIMS; d++)
        distance += (row[d] - other[d]) * (row[d] - other[d]);
      if (distance < best_distance)
        {
          best_distance = distance;
          best = self->frames_of[k];
        }
    }
  return best;
}

/* Each frame of the person with what stands for it in the passage: the mean of espeak-ng's frames
 * of its state while labels are poor; in the end the frame of that state that sounds most like it.
 * That adds what varies within a state: R2 on truly aligned frames rises from .40 to .49 (80 s) and
 * from .48 to .54 (18 s); doing so from the first round on gives no more. */
static void
add_pairs (const Labeller *self, guint r, gboolean last, GArray *pairs)
{
  const MynaDraftAnalysis *passage = self->result->passage->analysis;
  gsize n_cep = (gsize) passage->format->n_cep;

  for (gsize i = 0; i < self->recordings[r]->n_frames; i += PAIR_STEP)
    {
      gint32 state = self->states[r][i];
      MynaDraftPair pair = { .out = self->recordings[r]->cep + i * n_cep };

      if (state < 0)
        continue;
      pair.in = self->state_cep + (gsize) state * n_cep;
      pair.voiced = self->state_voiced[state];
      if (last && self->first_of[state + 1] > self->first_of[state])
        {
          gsize like = find_like (self, self->heard[r].rows + i * MYNA_DRAFT_HEARD_DIMS, state);

          pair.in = passage->cep + like * n_cep;
          pair.voiced = passage->f0[like] > 0;
        }
      g_array_append_val (pairs, pair);
    }
}

static gboolean
fit_map (Labeller *self, gboolean last, GError **error)
{
  g_autoptr (GArray) pairs = g_array_new (FALSE, FALSE, sizeof (MynaDraftPair));

  for (guint r = 0; r < self->n_recordings; r++)
    add_pairs (self, r, last, pairs);
  if (myna_draft_ridge_fit (&self->result->ridge, (const MynaDraftPair *) (gpointer) pairs->data,
                            pairs->len, self->result->passage->analysis->format->n_cep,
                            MYNA_DRAFT_RIDGE_UNALIGNED))
    return TRUE;
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_TOO_SHORT,
                       _ ("The sample holds too little speech. At least 5 seconds are needed, 30 "
                          "or more are good."));
  return FALSE;
}

static gboolean
run_rounds (Labeller *self, GError **error)
{
  for (int round = 0; round < ROUNDS; round++)
    {
      hear_passage (self, round > 0);
      myna_draft_phone_loop_train (self->loop, &self->passage);
      if (!decode_all (self, error) || !fit_map (self, round + 1 == ROUNDS, error))
        return FALSE;
    }
  return TRUE;
}

/* The phones of one recording: a new one begins where a first state follows another state. */
static GArray *
collect_segments (const Labeller *self, guint r)
{
  GArray *segments = g_array_new (FALSE, FALSE, sizeof (MynaDraftSegment));
  const gint32 *states = self->states[r];
  gsize n = self->recordings[r]->n_frames, end = 0;

  for (gsize start = 0; start < n; start = end)
    {
      MynaDraftSegment segment = { .start = start };
      gint32 first = states[start] - states[start] % MYNA_DRAFT_PHONE_STATES;
      gsize second = 0, third = 0;
      double cost = 0;

      end = start + 1;
      if (states[start] < 0)
        continue;
      for (; end < n && states[end] >= states[end - 1] &&
             states[end] < first + MYNA_DRAFT_PHONE_STATES;
           end++)
        if (states[end] > states[end - 1])
          *(states[end] == first + 1 ? &second : &third) = end;
      segment.end = end;
      segment.middle = CLAMP ((second + third + 1) / 2, start + 1, end);
      segment.label =
          g_array_index (self->loop->labels, MynaDraftLabel, first / MYNA_DRAFT_PHONE_STATES);
      for (gsize i = start; i < end; i++)
        cost += (double) self->costs[r][i];
      segment.cost = (float) (cost / (double) (end - start));
      g_array_append_val (segments, segment);
    }
  for (guint s = 1; s < segments->len; s++)
    {
      MynaDraftSegment *before = &g_array_index (segments, MynaDraftSegment, s - 1);
      MynaDraftSegment *after = &g_array_index (segments, MynaDraftSegment, s);

      if (before->end == after->start)
        {
          after->previous = before->label;
          before->next = after->label;
        }
    }
  return segments;
}

/* How unlike the segment a phone of the passage is: its spectra in three places and neighbours. */
static float
compare_phones (const Labeller *self,
                const MynaDraftHeard *heard,
                const MynaDraftSegment *segment,
                guint at)
{
  const GArray *phones = self->result->passage->phones;
  const MynaDraftPhone *phone = &g_array_index (phones, MynaDraftPhone, at);
  MynaDraftLabel previous = at > 0 ? g_array_index (phones, MynaDraftPhone, at - 1).label : 0;
  MynaDraftLabel next =
      at + 1 < phones->len ? g_array_index (phones, MynaDraftPhone, at + 1).label : 0;
  float sum = 0;

  for (gsize place = 1; place <= N_PLACES; place++)
    {
      gsize a = segment->start + (segment->end - segment->start) * place / (N_PLACES + 1);
      gsize b = phone->start + (phone->end - phone->start) * place / (N_PLACES + 1);
      const float *x = heard->rows + a * MYNA_DRAFT_HEARD_DIMS;
      const float *y = self->passage.rows + b * MYNA_DRAFT_HEARD_DIMS;

      for (gsize c = 0; c < MYNA_DRAFT_HEARD_STATIC; c++)
        sum += (x[c] - y[c]) * (x[c] - y[c]);
    }
  return sqrtf (sum / (N_PLACES * MYNA_DRAFT_HEARD_STATIC)) +
         NEIGHBOUR_COST * (float) ((previous != segment->previous) + (next != segment->next));
}

/* The occurrence in the passage that a segment is most like stands for espeak-ng's reading of it.
 */
static void
find_rendition (const Labeller *self, const MynaDraftHeard *heard, MynaDraftSegment *segment)
{
  const GArray *phones = self->result->passage->phones;
  float best = G_MAXFLOAT;

  for (guint p = 0; p < phones->len; p++)
    {
      const MynaDraftPhone *phone = &g_array_index (phones, MynaDraftPhone, p);
      float score = 0;

      if (phone->label != segment->label)
        continue;
      score = compare_phones (self, heard, segment, p);
      if (score >= best)
        continue;
      best = score;
      segment->stressed = phone->stressed;
      segment->rendition_start = phone->start;
      segment->rendition_middle = (phone->start + phone->end) / 2;
      segment->rendition_end = phone->end;
    }
}

/* Phones last as long as those of the same name in the passage, times the rate. Wrong labels make
 * that uncertain by 15 % to 20 %, about as much as people differ: so half of it is believed. */
static double
measure_rate (const Labeller *self)
{
  const GArray *phones = self->result->passage->phones;
  guint n = self->loop->labels->len;
  g_autofree double *length = g_new0 (double, n + 1);
  g_autofree double *count = g_new0 (double, n + 1);
  double person = 0, espeak = 0;

  for (guint p = 0; p < phones->len; p++)
    {
      const MynaDraftPhone *phone = &g_array_index (phones, MynaDraftPhone, p);
      gint32 state = self->loop->state_of[phone->start];

      if (state < 0)
        continue;
      length[state / MYNA_DRAFT_PHONE_STATES] += (double) (phone->end - phone->start);
      count[state / MYNA_DRAFT_PHONE_STATES]++;
    }
  for (guint r = 0; r < self->n_recordings; r++)
    {
      const GArray *segments = g_ptr_array_index (self->result->segments, r);

      for (guint s = 0; s < segments->len; s++)
        {
          const MynaDraftSegment *segment = &g_array_index (segments, MynaDraftSegment, s);
          gint32 label = self->states[r][segment->start] / MYNA_DRAFT_PHONE_STATES;

          person += (double) (segment->end - segment->start);
          espeak += length[label] / MAX (count[label], 1);
        }
    }
  return espeak > 0 ? CLAMP (sqrt (person / espeak), MIN_RATE, MAX_RATE) : 1;
}

/**
 * myna_draft_label_without_transcript:
 * @language: of the recordings, as for myna_language_resolve()
 * @recordings: (array length=n_recordings): what one person said, in the same format
 * @n_recordings: their number, at least 1
 * @cancellable: (nullable): cancellable
 * @error: return location for an error
 *
 * Finds phones in speech whose words are not known (spec draft-voice section 3b): a phone loop is
 * trained on espeak-ng's reading of a fixed passage, brought nearer to the person's spectra by a
 * map, and in four rounds both improve each other. Any thread, not the main one: about a second
 * for a minute of speech.
 *
 * Returns: (transfer full) (nullable): the phones
 */
MynaDraftLabelling *
myna_draft_label_without_transcript (const char *language,
                                     const MynaDraftAnalysis *const *recordings,
                                     guint n_recordings,
                                     GCancellable *cancellable,
                                     GError **error)
{
  g_auto (Labeller) self = { .recordings = recordings, .cancellable = cancellable };

  g_return_val_if_fail (language != NULL && n_recordings > 0, NULL);

  self.n_recordings = n_recordings;
  hear_recordings (&self);
  self.result = g_new0 (MynaDraftLabelling, 1);
  self.result->segments = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  self.result->passage = myna_draft_utterance_new (language, myna_draft_passage_get (language),
                                                   NULL, recordings[0]->format, cancellable, error);
  if (self.result->passage == NULL)
    return NULL;
  self.loop = myna_draft_phone_loop_new (self.result->passage);
  average_states (&self);
  list_frames (&self);
  if (!run_rounds (&self, error))
    return NULL;
  for (guint r = 0; r < n_recordings; r++)
    {
      GArray *segments = collect_segments (&self, r);

      for (guint s = 0; s < segments->len; s++)
        find_rendition (&self, &self.heard[r], &g_array_index (segments, MynaDraftSegment, s));
      g_ptr_array_add (self.result->segments, segments);
    }
  self.result->rate = measure_rate (&self);
  return g_steal_pointer (&self.result);
}
