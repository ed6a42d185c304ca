/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-align.h"

#include "engine/core/myna-error.h"
#include "engine/voice/draft/myna-draft-vector.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* All constants: spec draft-voice section 3a. One step of the search is 10 ms. */
#define STEP 2
#define N_STATIC 20
#define DIMS (2 * N_STATIC)
#define DELTA_FRAMES 4
#define STATIC_WEIGHT 0.6f
#define DELTA_WEIGHT 0.4f
#define LEVEL_WEIGHT 0.8f
#define HIGH_WEIGHT 0.6f
#define FIRST_HIGH 8
#define VOICING_COST 2.0f
#define COST_SCALE 0.8f
#define STAY_COST 0.12f
#define SKIP_ONE_COST 0.15f
#define SKIP_TWO_COST 0.375f
#define MAX_JUMP 3
#define SILENCE -1
/* The path may stray this far from the straight line through the speech. */
#define BAND_STATES 600
#define BAND_SHARE 0.05
/* Ways this much dearer than the best are given up: half a second of plain mismatch. */
#define BEAM 60.0f
#define NEVER 1e30f

/* Normalised features of one side, a row a step of 10 ms. */
typedef struct
{
  gsize n;
  float *rows; /* n x DIMS */
  guint8 *voiced;
} Features;

/* The search: states of the text against steps of the recording. */
typedef struct
{
  Features text;
  Features heard;
  gint32 *states;   /* a row of text, or SILENCE */
  gint32 *progress; /* for each state: speech states before it */
  gsize n_states;
  float *silence;               /* cost of silence at each step of the recording */
  float (*jumps)[MAX_JUMP + 1]; /* for each state: cost of coming by 0 … 3 states */
  gint32 *expected;             /* for each step: the state on the straight line */
  gsize half_band;
  guint8 *back; /* n_steps x band */
} Search;

/**
 * myna_draft_alignment_free:
 * @self: (nullable) (transfer full): an alignment
 */
void
myna_draft_alignment_free (MynaDraftAlignment *self)
{
  if (self == NULL)
    return;
  g_free (self->position);
  g_free (self->cost);
  g_free (self);
}

static void
features_clear (Features *self)
{
  g_free (self->rows);
  g_free (self->voiced);
}

static void
search_clear (Search *self)
{
  features_clear (&self->text);
  features_clear (&self->heard);
  g_free (self->states);
  g_free (self->progress);
  g_free (self->silence);
  g_free (self->jumps);
  g_free (self->expected);
  g_free (self->back);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Search, search_clear)

static float
static_weight (int c)
{
  return c == 0 ? LEVEL_WEIGHT : c >= FIRST_HIGH ? HIGH_WEIGHT : 1.0f;
}

/* Subtracts the mean over speech and divides by the spread, a column at a time. */
static void
normalise (float *rows, gsize n, const guint8 *speech, int column, float weight)
{
  double sum = 0, square = 0, count = 0, mean, spread;

  for (gsize i = 0; i < n; i++)
    if (speech[i])
      {
        double v = (double) rows[i * DIMS + (gsize) column];

        sum += v;
        square += v * v;
        count++;
      }
  count = MAX (count, 1);
  mean = sum / count;
  spread = sqrt (MAX (square / count - mean * mean, 1e-6));
  for (gsize i = 0; i < n; i++)
    {
      float *v = &rows[i * DIMS + (gsize) column];

      *v = (float) (((double) *v - mean) / spread) * weight;
    }
}

/* @cep: one row a frame of 5 ms; @speech: one byte a step */
static Features
make_features (const float *cep, const float *f0, gsize n_frames, int n_cep, const guint8 *speech)
{
  Features self = { .n = (n_frames + STEP - 1) / STEP };
  float total = 0;

  self.rows = g_new (float, MAX (self.n, 1) * DIMS);
  self.voiced = g_new (guint8, MAX (self.n, 1));
  for (gsize i = 0; i < self.n; i++)
    {
      gsize frame = i * STEP;
      gsize before = frame >= DELTA_FRAMES ? frame - DELTA_FRAMES : 0;
      gsize after = MIN (frame + DELTA_FRAMES, n_frames - 1);

      self.voiced[i] = f0[frame] > 0;
      for (gsize c = 0; c < N_STATIC; c++)
        {
          self.rows[i * DIMS + c] = cep[frame * (gsize) n_cep + c];
          self.rows[i * DIMS + N_STATIC + c] =
              cep[after * (gsize) n_cep + c] - cep[before * (gsize) n_cep + c];
        }
    }
  for (int c = 0; c < N_STATIC; c++)
    total += static_weight (c) * static_weight (c);
  /* Folded in: weights, and the division that makes a sum of squares a mean. */
  for (int c = 0; c < N_STATIC; c++)
    {
      float weight = static_weight (c) / sqrtf (total);

      normalise (self.rows, self.n, speech, c, weight * sqrtf (STATIC_WEIGHT));
      normalise (self.rows, self.n, speech, N_STATIC + c, weight * sqrtf (DELTA_WEIGHT));
    }
  return self;
}

static float
local_cost (const Features *a, gsize i, const Features *b, gsize j)
{
  const float *x = a->rows + i * DIMS, *y = b->rows + j * DIMS;
  MynaDraftVec4 sum = { 0 };
  float square;

  for (gsize k = 0; k < DIMS; k += 4)
    {
      MynaDraftVec4 d = *(const MynaDraftVec4 *) (x + k) - *(const MynaDraftVec4 *) (y + k);

      sum += d * d;
    }
  square = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  if (a->voiced[i] != b->voiced[j])
    square += VOICING_COST / N_STATIC;
  return COST_SCALE * sqrtf (square);
}

/* The rendition in the person's space, where a first pass has told how to get there. */
static float *
map_rendition (const MynaDraftAnalysis *rendition, const MynaDraftRidge *ridge)
{
  gsize n_cep = (gsize) rendition->format->n_cep;
  float *mapped = g_new (float, rendition->n_frames *n_cep);

  for (gsize i = 0; i < rendition->n_frames; i++)
    myna_draft_ridge_map (ridge, rendition->cep + i * n_cep, rendition->f0[i] > 0, (int) n_cep,
                          mapped + i * n_cep);
  return mapped;
}

static void
prepare_text (Search *self, const MynaDraftUtterance *utterance, const MynaDraftRidge *ridge)
{
  const MynaDraftAnalysis *rendition = utterance->analysis;
  gsize n_steps = (rendition->n_frames + STEP - 1) / STEP;
  g_autofree guint8 *speech = g_new0 (guint8, n_steps);
  g_autofree float *mapped = ridge != NULL ? map_rendition (rendition, ridge) : NULL;
  gint32 word = -1, before = 0;

  self->states = g_new (gint32, n_steps + 2 * utterance->phones->len + 2);
  self->states[self->n_states++] = SILENCE;
  for (guint p = 0; p < utterance->phones->len; p++)
    {
      const MynaDraftPhone *phone = &g_array_index (utterance->phones, MynaDraftPhone, p);
      gsize first = (phone->start + STEP - 1) / STEP, last = (phone->end + STEP - 1) / STEP;

      if ((phone->label == 0 || phone->word != word) && self->states[self->n_states - 1] != SILENCE)
        self->states[self->n_states++] = SILENCE;
      word = phone->word;
      for (gsize i = first; phone->label != 0 && i < last; i++)
        {
          speech[i] = 1;
          self->states[self->n_states++] = (gint32) i;
        }
    }
  if (self->states[self->n_states - 1] != SILENCE)
    self->states[self->n_states++] = SILENCE;
  self->progress = g_new (gint32, self->n_states);
  for (gsize s = 0; s < self->n_states; s++)
    {
      self->progress[s] = before;
      before += self->states[s] != SILENCE;
    }
  self->text = make_features (mapped != NULL ? mapped : rendition->cep, rendition->f0,
                              rendition->n_frames, rendition->format->n_cep, speech);
}

static void
prepare_recording (Search *self, const MynaDraftAnalysis *recording, gboolean open_end)
{
  gsize n_steps = (recording->n_frames + STEP - 1) / STEP;
  g_autofree guint8 *quiet = g_new (guint8, recording->n_frames);
  g_autofree guint8 *speech = g_new (guint8, n_steps);
  double loud = myna_draft_loud_level (recording->db, recording->n_frames);
  double threshold = myna_draft_noise_floor (recording->db, recording->n_frames) - loud + 9;
  gint32 n_speech = self->progress[self->n_states - 1];
  double total = 0, so_far = 0, scale;
  gsize state = 0;

  threshold = CLAMP (threshold, -40, -18);
  myna_draft_silence_mask (recording->db, recording->n_frames, quiet);
  self->silence = g_new (float, n_steps);
  self->expected = g_new (gint32, n_steps);
  for (gsize i = 0; i < n_steps; i++)
    {
      double relative = (double) recording->db[i * STEP] - loud;

      self->silence[i] = (float) (0.55 + CLAMP ((relative - threshold) / 12, -0.45, 2));
      speech[i] = !quiet[i * STEP];
      total += speech[i];
    }
  self->heard = make_features (recording->cep, recording->f0, recording->n_frames,
                               recording->format->n_cep, speech);
  /* An open end: the text goes on after the recording, at a pace that only the search finds. */
  scale = open_end ? 1.0 : n_speech / MAX (total, 1);
  for (gsize i = 0; i < n_steps; i++)
    {
      so_far += speech[i] * scale;
      while (state + 1 < self->n_states && self->progress[state] < so_far)
        state++;
      self->expected[i] = (gint32) state;
    }
  self->half_band = BAND_STATES + (gsize) (BAND_SHARE * (double) self->n_states);
  self->half_band = MIN (self->half_band, self->n_states);
}

/* Where the band of step @i begins. */
static gsize
band_start (const Search *self, gsize i)
{
  gsize expected = (gsize) self->expected[i];

  return expected > self->half_band ? expected - self->half_band : 0;
}

static float
jump_cost (const Search *self, gsize to, gsize jump)
{
  gboolean over_silence = FALSE;

  for (gsize s = to - jump + 1; s < to; s++)
    over_silence |= self->states[s] == SILENCE;
  switch (jump)
    {
    case 0:
      return self->states[to] == SILENCE ? 0 : STAY_COST;
    case 1:
      return 0;
    case 2:
      return over_silence ? 0 : SKIP_ONE_COST;
    default:
      return over_silence ? SKIP_ONE_COST : SKIP_TWO_COST;
    }
}

static void
prepare_jumps (Search *self)
{
  self->jumps = g_malloc (self->n_states * sizeof *self->jumps);
  for (gsize s = 0; s < self->n_states; s++)
    for (gsize jump = 0; jump <= MAX_JUMP; jump++)
      self->jumps[s][jump] = jump <= s ? jump_cost (self, s, jump) : NEVER;
}

/* The cheapest way into state @s at one step, from costs whose band begins at @old_start. */
static float
best_way (const Search *self, gsize s, const float *previous, gsize old_start, guint8 *from)
{
  gsize width = 2 * self->half_band + 1;
  float best = NEVER;

  for (gsize jump = 0; jump <= MAX_JUMP && jump + old_start <= s; jump++)
    {
      gsize at = s - jump - old_start;
      float cost = at < width ? previous[at] + self->jumps[s][jump] : NEVER;

      if (cost < best)
        {
          best = cost;
          *from = (guint8) jump;
        }
    }
  return best;
}

/* One step of the recording: the best way into every state of the band. Returns the lowest cost. */
static float
advance (Search *self, gsize step, float limit, const float *previous, float *current)
{
  gsize start = band_start (self, step), old_start = step > 0 ? band_start (self, step - 1) : 0;
  gsize width = 2 * self->half_band + 1;
  gsize end = MIN (start + width, self->n_states);
  float lowest = NEVER;

  for (gsize s = start; s < end; s++)
    {
      guint8 from = 0;
      float best =
          step == 0 ? (s < MAX_JUMP ? 0 : NEVER) : best_way (self, s, previous, old_start, &from);

      if (best < limit)
        {
          best += self->states[s] == SILENCE
                      ? self->silence[step]
                      : local_cost (&self->text, (gsize) self->states[s], &self->heard, step);
          lowest = MIN (lowest, best);
        }
      else
        best = NEVER;
      current[s - start] = best;
      self->back[step * width + s - start] = from;
    }
  for (gsize k = end - start; k < width; k++)
    current[k] = NEVER;
  return lowest;
}

/* Returns the state of the last step, or -1 when the text does not fit in the recording at all. */
static gssize
find_end (const Search *self, const float *costs, gboolean open_end)
{
  gsize start = band_start (self, self->heard.n - 1);
  gssize best = -1;
  float lowest = NEVER;

  for (gsize s = start; s < MIN (start + 2 * self->half_band + 1, self->n_states); s++)
    if ((open_end || s + MAX_JUMP >= self->n_states) && costs[s - start] < lowest)
      {
        lowest = costs[s - start];
        best = (gssize) s;
      }
  return best;
}

static gssize
run_search (Search *self, gboolean open_end, GCancellable *cancellable, GError **error)
{
  gsize width = 2 * self->half_band + 1;
  g_autofree float *previous = g_new (float, width);
  g_autofree float *current = g_new (float, width);
  float lowest = 0;
  gssize end;

  prepare_jumps (self);
  self->back = g_try_malloc (self->heard.n * width);
  if (self->back == NULL)
    {
      g_set_error_literal (
          error, MYNA_ERROR, MYNA_ERROR_TOO_LARGE,
          _ ("There is not enough memory for so long a sample. Use a shorter one."));
      return -1;
    }
  for (gsize step = 0; step < self->heard.n; step++)
    {
      float *swap = previous;

      if (step % 64 == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return -1;
      lowest = advance (self, step, MIN (lowest + BEAM, NEVER), previous, current);
      previous = current;
      current = swap;
    }
  end = find_end (self, previous, open_end);
  if (end < 0)
    g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED,
                         _ ("The text is much longer than the sample. Check the transcript."));
  return end;
}

/* Follows the path back and gives every frame of the recording its frame of the rendition. */
static MynaDraftAlignment *
trace_back (const Search *self,
            gsize state,
            const MynaDraftUtterance *utterance,
            const MynaDraftAnalysis *recording)
{
  MynaDraftAlignment *alignment = g_new0 (MynaDraftAlignment, 1);
  gsize width = 2 * self->half_band + 1, n_frames = recording->n_frames;
  g_autofree gint32 *rows = g_new (gint32, self->heard.n);
  gsize matched = 0, agreed = 0;
  double cost = 0;

  for (gsize step = self->heard.n; step-- > 0;)
    {
      rows[step] = self->states[state];
      state -= self->back[step * width + state - band_start (self, step)];
    }
  alignment->n_frames = n_frames;
  alignment->position = g_new (gint32, n_frames);
  alignment->cost = g_new0 (float, n_frames);
  for (gsize i = 0; i < n_frames; i++)
    {
      gsize step = i / STEP;
      gint32 row = rows[step], next = step + 1 < self->heard.n ? rows[step + 1] : SILENCE;
      gint32 frame;

      alignment->position[i] = SILENCE;
      if (row == SILENCE)
        continue;
      frame = row * STEP;
      if (i % STEP != 0 && next != SILENCE)
        frame = (row + next) * STEP / 2;
      alignment->position[i] = MIN (frame, (gint32) utterance->analysis->n_frames - 1);
      alignment->cost[i] = local_cost (&self->text, (gsize) row, &self->heard, step);
      cost += (double) alignment->cost[i];
      agreed += self->text.voiced[row] == self->heard.voiced[step];
      matched++;
    }
  alignment->mean_cost = matched > 0 ? cost / (double) matched : 0;
  alignment->agreement = matched > 0 ? (double) agreed / (double) matched : 0;
  return alignment;
}

static void
measure_rate (MynaDraftAlignment *self, const Search *search, gsize end)
{
  gsize matched = 0;
  gint32 text = search->progress[end] + (search->states[end] != SILENCE);

  for (gsize i = 0; i < self->n_frames; i++)
    matched += self->position[i] != SILENCE;
  self->rate = text > 0 ? (double) matched / (double) (text * STEP) : 1;
}

/**
 * myna_draft_align:
 * @utterance: espeak-ng's reading of the transcript
 * @recording: the person's reading
 * @ridge: (nullable): conversion found by an earlier pass
 * @open_end: the recording may end before the text does
 * @cancellable: (nullable): cancellable
 * @error: return location for an error
 *
 * Dynamic programming of the recording against the rendition, with optional silence at every word
 * (spec draft-voice section 3a). Takes memory in proportion to the length times a band of 12 s or
 * 20 %. Any thread.
 *
 * Returns: (transfer full) (nullable): the alignment
 */
MynaDraftAlignment *
myna_draft_align (const MynaDraftUtterance *utterance,
                  const MynaDraftAnalysis *recording,
                  const MynaDraftRidge *ridge,
                  gboolean open_end,
                  GCancellable *cancellable,
                  GError **error)
{
  g_auto (Search) search = { 0 };
  MynaDraftAlignment *self;
  gssize end;

  g_return_val_if_fail (utterance != NULL && recording != NULL, NULL);
  g_return_val_if_fail (recording->n_frames > 0 && utterance->analysis->n_frames > 0, NULL);

  prepare_text (&search, utterance, ridge);
  prepare_recording (&search, recording, open_end);
  end = run_search (&search, open_end, cancellable, error);
  if (end < 0)
    return NULL;
  self = trace_back (&search, (gsize) end, utterance, recording);
  measure_rate (self, &search, (gsize) end);
  return self;
}

/**
 * myna_draft_alignment_pairs:
 * @self: an alignment
 * @utterance: what was aligned
 * @recording: with what
 *
 * Returns: (transfer full) (element-type MynaDraftPair): the frames that belong together, every
 *   10 ms; they point into @utterance and @recording
 */
GArray *
myna_draft_alignment_pairs (const MynaDraftAlignment *self,
                            const MynaDraftUtterance *utterance,
                            const MynaDraftAnalysis *recording)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (MynaDraftPair));
  gsize n_cep = (gsize) recording->format->n_cep;

  for (gsize i = 0; i < self->n_frames; i += STEP)
    if (self->position[i] != SILENCE)
      {
        gsize frame = (gsize) self->position[i];
        MynaDraftPair pair = { .in = utterance->analysis->cep + frame * n_cep,
                               .out = recording->cep + i * n_cep,
                               .voiced = utterance->analysis->f0[frame] > 0 };

        g_array_append_val (pairs, pair);
      }
  return pairs;
}
