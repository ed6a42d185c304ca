/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-prosody.h"

#include <math.h>
#include <string.h>

/* Durations (spec draft-voice section 4.5). */
#define RENDITION_SHARE 0.65
#define UNIT_SHARE 0.35
#define MAX_PAUSE 80
#define LEAD_IN 20
#define LEAD_OUT 40
/* Pauses (4.6): the unit's own sound goes on before room tone takes over. */
#define TAIL 16
#define HEAD 8
/* Envelope (4.7). */
#define LEVEL_SHARE 0.15f
#define LEVEL_RANGE 25.0f
#define LEVEL_WINDOW 15
#define JOIN_FRAMES 6
/* Pitch (4.8). */
#define PITCH_JOIN_FRAMES 12
#define PITCH_WINDOW 7
#define PITCH_RANGE 0.6f
/* What a seed moves: length of a half-phone, pitch of a phrase. */
#define LENGTH_JITTER 0.04
#define PITCH_JITTER 0.02f
#define LOWEST_F0 40.0f
#define HIGHEST_F0 800.0f

/* A stretch of output that comes from one place. */
typedef struct
{
  gsize start; /* output frames */
  gsize end;
  gint32 unit;     /* or MYNA_DRAFT_VIRTUAL */
  gint32 target;   /* -1 in a pause */
  gboolean joined; /* goes on without a join from the span before */
} Span;

typedef struct
{
  const MynaDraftModel *model;
  const MynaDraftTargets *targets;
  const gint32 *chosen;
  const MynaDraftStyle *style;
  double speed;
  GArray *frames; /* MynaDraftPlanFrame */
  GArray *spans;  /* Span, without pauses */
  guint8 *owned;  /* frames of the recording that belong to a unit */
  double carry;
  gsize room_steps; /* frames of room tone used so far */
} Layout;

/**
 * myna_draft_score_free:
 * @self: (nullable) (transfer full): a score
 */
void
myna_draft_score_free (MynaDraftScore *self)
{
  if (self == NULL)
    return;
  g_free (self->frames);
  g_free (self->raw);
  g_free (self->target);
  g_clear_pointer (&self->phones, g_array_unref);
  g_free (self);
}

static void
layout_clear (Layout *self)
{
  g_clear_pointer (&self->frames, g_array_unref);
  g_clear_pointer (&self->spans, g_array_unref);
  g_free (self->owned);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Layout, layout_clear)

static const MynaDraftTarget *
target_at (const Layout *self, guint h)
{
  return &g_array_index (self->targets->targets, MynaDraftTarget, h);
}

static const MynaDraftUnit *
unit_at (const Layout *self, gint32 u)
{
  return &g_array_index (self->model->units, MynaDraftUnit, u);
}

static void
mark_owned (Layout *self)
{
  self->owned = g_new0 (guint8, self->model->person->n_frames + 1);
  for (guint u = 0; u < self->model->units->len; u++)
    {
      const MynaDraftUnit *unit = unit_at (self, (gint32) u);

      memset (self->owned + unit->start, 1, unit->end - unit->start);
    }
  /* No pause runs over from one clip into the next. */
  for (guint e = 0; e < self->model->edges->len; e++)
    {
      guint32 edge = g_array_index (self->model->edges, guint32, e);

      self->owned[MIN (edge, self->model->person->n_frames)] = 1;
      if (edge > 0)
        self->owned[edge - 1] = 1;
    }
}

/* Frames of output for a length wanted; what rounding takes is given to the next. */
static gsize
round_length (Layout *self, double length)
{
  gsize n;

  self->carry += length;
  n = (gsize) MAX (floor (self->carry + 0.5), 1);
  self->carry -= (double) n;
  return n;
}

static double
half_phone_length (const Layout *self, guint h)
{
  const MynaDraftTarget *target = target_at (self, h);
  double wanted = target->frames, length = wanted;

  if (self->chosen[h] != MYNA_DRAFT_VIRTUAL)
    {
      const MynaDraftUnit *unit = unit_at (self, self->chosen[h]);
      double own = (double) (unit->end - unit->start);

      length = pow (wanted, RENDITION_SHARE) * pow (own, UNIT_SHARE);
      length = CLAMP (length, 0.45 * own, 2.2 * own);
      length = CLAMP (length, 0.5 * wanted, 1.8 * wanted);
    }
  length *= 1 + LENGTH_JITTER * (double) myna_draft_jitter (self->style->seed, target->phone, ~0u);
  return length / self->speed;
}

static void
add_frame (Layout *self, double frame, MynaDraftSource source)
{
  MynaDraftPlanFrame planned = { .position = MAX (frame, 0) * self->model->format->hop,
                                 .source = (guint8) source };

  g_array_append_val (self->frames, planned);
}

static void
add_half_phone (Layout *self, guint h)
{
  const MynaDraftTarget *target = target_at (self, h);
  gint32 unit = self->chosen[h];
  gboolean real = unit != MYNA_DRAFT_VIRTUAL;
  double start = real ? unit_at (self, unit)->start : (double) target->start;
  double end = real ? unit_at (self, unit)->end : (double) target->end;
  gsize n = round_length (self, half_phone_length (self, h));
  Span span = {
    .start = self->frames->len, .end = self->frames->len + n, .unit = unit, .target = (gint32) h
  };

  if (h > 0 && target_at (self, h - 1)->end == target->start)
    span.joined = real ? myna_draft_units_follow (self->model, self->chosen[h - 1], unit)
                       : self->chosen[h - 1] == MYNA_DRAFT_VIRTUAL;
  for (gsize j = 0; j < n; j++)
    add_frame (self, start - 0.5 + ((double) j + 0.5) / (double) n * (end - start),
               real ? MYNA_DRAFT_SOURCE_PERSON : MYNA_DRAFT_SOURCE_ESPEAK);
  g_array_append_val (self->spans, span);
}

/* Room tone back and forth, so that it never jumps. */
static void
add_room_tone (Layout *self, gsize n)
{
  const MynaDraftAnalysis *person = self->model->person;
  gsize length = person->room_end - person->room_start;

  for (gsize i = 0; i < n; i++)
    {
      gsize at = length > 1 ? self->room_steps++ % (2 * length - 2) : 0;

      if (length < 2)
        add_frame (self, 0, MYNA_DRAFT_SOURCE_NOISE);
      else
        add_frame (self, (double) (person->room_start + (at < length ? at : 2 * length - 2 - at)),
                   MYNA_DRAFT_SOURCE_PERSON);
    }
}

/* How far the sound of unit @u goes on beyond its edge without being another unit's. */
static gsize
free_frames (const Layout *self, gint32 u, gboolean after, gsize most)
{
  gsize n = 0;

  if (u == MYNA_DRAFT_VIRTUAL)
    return 0;
  if (after)
    while (n < most && unit_at (self, u)->end + n < self->model->person->n_frames &&
           !self->owned[unit_at (self, u)->end + n])
      n++;
  else
    while (n < most && unit_at (self, u)->start > n &&
           !self->owned[unit_at (self, u)->start - n - 1])
      n++;
  return n;
}

/* @before and @after: targets around the pause, -1 at the ends of the sentence */
static void
add_pause (Layout *self, gint32 before, gint32 after, gsize n)
{
  gsize tail = before >= 0 ? free_frames (self, self->chosen[before], TRUE, MIN (TAIL, n)) : 0;
  gsize head =
      after >= 0 ? free_frames (self, self->chosen[after], FALSE, MIN (HEAD, n - tail)) : 0;

  for (gsize i = 0; i < tail; i++)
    add_frame (self, (double) (unit_at (self, self->chosen[before])->end + i),
               MYNA_DRAFT_SOURCE_PERSON);
  add_room_tone (self, n - tail - head);
  for (gsize i = head; i > 0; i--)
    add_frame (self, (double) (unit_at (self, self->chosen[after])->start - i),
               MYNA_DRAFT_SOURCE_PERSON);
}

static void
lay_out (Layout *self)
{
  guint n = self->targets->targets->len;

  for (guint h = 0; h < n; h++)
    {
      const MynaDraftTarget *target = target_at (self, h);
      gsize before = h > 0 ? target_at (self, h - 1)->end : 0;

      if (h == 0)
        add_pause (self, -1, 0, LEAD_IN);
      else if (before < target->start)
        {
          double length = MIN ((double) (target->start - before) * self->model->rate, MAX_PAUSE);

          add_pause (self, (gint32) h - 1, (gint32) h, (gsize) MAX (length / self->speed, 1));
        }
      add_half_phone (self, h);
    }
  add_pause (self, (gint32) n - 1, -1, LEAD_OUT);
}

/* Row @position (in frames, may be between two) of @cep. */
static void
read_row (const float *cep, gsize n_frames, gsize n_cep, double position, float *row)
{
  double clamped = CLAMP (position, 0, (double) n_frames - 1);
  gsize first = (gsize) clamped, second = MIN (first + 1, n_frames - 1);
  float share = (float) (clamped - (double) first);

  for (gsize c = 0; c < n_cep; c++)
    row[c] = cep[first * n_cep + c] + share * (cep[second * n_cep + c] - cep[first * n_cep + c]);
}

/* Mean envelope of the quietest frames: the floor under a recording that has no room tone. */
static void
floor_row (const MynaDraftAnalysis *person, float *row)
{
  gsize n_cep = (gsize) person->format->n_cep;
  double limit = myna_draft_noise_floor (person->db, person->n_frames) + 0.5;
  float n = 0;

  memset (row, 0, n_cep * sizeof (float));
  for (gsize i = 0; i < person->n_frames; i++)
    if ((double) person->db[i] <= limit)
      {
        for (gsize c = 0; c < n_cep; c++)
          row[c] += person->cep[i * n_cep + c];
        n++;
      }
  for (gsize c = 0; c < n_cep; c++)
    row[c] /= MAX (n, 1);
}

static void
read_envelopes (const Layout *self, MynaDraftScore *score)
{
  const MynaDraftAnalysis *person = self->model->person;
  const MynaDraftAnalysis *rendition = self->targets->utterance->analysis;
  gsize n_cep = (gsize) self->model->format->n_cep;
  float noise[MYNA_DRAFT_MAX_CEP];

  floor_row (person, noise);
  score->raw = g_new (float, MAX (score->n_frames, 1) * n_cep);
  for (gsize i = 0; i < score->n_frames; i++)
    {
      const MynaDraftPlanFrame *frame = &score->frames[i];
      double position = frame->position / self->model->format->hop;
      float *row = score->raw + i * n_cep;

      if (frame->source == MYNA_DRAFT_SOURCE_NOISE)
        memcpy (row, noise, n_cep * sizeof (float));
      else if (frame->source == MYNA_DRAFT_SOURCE_ESPEAK)
        read_row (rendition->cep, rendition->n_frames, n_cep, position, row);
      else
        read_row (person->cep, person->n_frames, n_cep, position, row);
    }
  score->target = g_memdup2 (score->raw, MAX (score->n_frames, 1) * n_cep * sizeof (float));
}

/* Where output frame @i of a span lies in the rendition. */
static double
rendition_position (const Layout *self, const Span *span, gsize i)
{
  const MynaDraftTarget *target = target_at (self, (guint) span->target);

  return (double) target->start - 0.5 +
         ((double) (i - span->start) + 0.5) / (double) (span->end - span->start) *
             (double) (target->end - target->start);
}

/* Pulls the units' envelopes towards the converted rendition (spec section 4.7). */
static void
pull_envelopes (const Layout *self, MynaDraftScore *score)
{
  gsize n_cep = (gsize) self->model->format->n_cep;
  gsize n_rendition = self->targets->utterance->analysis->n_frames;
  g_autofree float *level = g_new0 (float, MAX (score->n_frames, 1));
  float converted[MYNA_DRAFT_MAX_CEP];

  for (guint s = 0; s < self->spans->len; s++)
    {
      const Span *span = &g_array_index (self->spans, Span, s);
      float pull = span->unit == MYNA_DRAFT_VIRTUAL ? 1 : self->style->pull;

      for (gsize i = span->start; i < span->end; i++)
        {
          float *row = score->target + i * n_cep;

          read_row (self->targets->converted, n_rendition, n_cep,
                    rendition_position (self, span, i), converted);
          if (span->unit == MYNA_DRAFT_VIRTUAL)
            row[0] = converted[0];
          else
            level[i] = LEVEL_SHARE * CLAMP (converted[0] - row[0], -LEVEL_RANGE, LEVEL_RANGE);
          for (gsize c = 1; c < n_cep; c++)
            row[c] += pull * (converted[c] - row[c]);
        }
    }
  myna_draft_smooth (level, score->n_frames, LEVEL_WINDOW);
  for (guint s = 0; s < self->spans->len; s++)
    {
      const Span *span = &g_array_index (self->spans, Span, s);

      for (gsize i = span->start; span->unit != MYNA_DRAFT_VIRTUAL && i < span->end; i++)
        score->target[i * n_cep] += level[i];
    }
}

/* Takes half of the step at @at away on each side, less and less up to @reach frames from it. */
static void
spread_step (
    float *track, gsize stride, gsize n_columns, gsize first, gsize at, gsize end, gsize reach)
{
  for (gsize c = 0; c < n_columns; c++)
    {
      float half = (track[at * stride + c] - track[(at - 1) * stride + c]) / 2;

      for (gsize k = 0; k < reach; k++)
        {
          float share = half * (1 - ((float) k + 0.5f) / (float) reach);

          if (at >= first + k + 1)
            track[(at - 1 - k) * stride + c] += share;
          if (at + k < end)
            track[(at + k) * stride + c] -= share;
        }
    }
}

/* Where speech that holds the join before @span begins and ends. */
static void
phrase_around (const Layout *self, guint s, gsize *first, gsize *end)
{
  guint a = s, b = s;

  while (a > 0 &&
         g_array_index (self->spans, Span, a - 1).end == g_array_index (self->spans, Span, a).start)
    a--;
  while (b + 1 < self->spans->len &&
         g_array_index (self->spans, Span, b + 1).start == g_array_index (self->spans, Span, b).end)
    b++;
  *first = g_array_index (self->spans, Span, a).start;
  *end = g_array_index (self->spans, Span, b).end;
}

static gboolean
is_join (const Layout *self, guint s)
{
  const Span *span = &g_array_index (self->spans, Span, s);

  return s > 0 && !span->joined && g_array_index (self->spans, Span, s - 1).end == span->start;
}

static void
smooth_joins (const Layout *self, float *track, gsize stride, gsize n_columns, gsize reach)
{
  for (guint s = 1; s < self->spans->len; s++)
    {
      gsize first, end;

      if (!is_join (self, s))
        continue;
      phrase_around (self, s, &first, &end);
      spread_step (track, stride, n_columns, first, g_array_index (self->spans, Span, s).start, end,
                   reach);
    }
}

/* How far a unit's own pitch is from the melody, where it is voiced; gaps are filled. */
static float *
natural_pitch (const Layout *self, const float *wanted, gsize n)
{
  const MynaDraftAnalysis *person = self->model->person;
  g_autofree guint8 *known = g_new0 (guint8, MAX (n, 1));
  float *own = g_new0 (float, MAX (n, 1));
  gssize last = -1;

  for (guint s = 0; s < self->spans->len; s++)
    {
      const Span *span = &g_array_index (self->spans, Span, s);

      for (gsize i = span->start; i < span->end; i++)
        {
          const MynaDraftPlanFrame *frame = &g_array_index (self->frames, MynaDraftPlanFrame, i);
          gsize at = (gsize) (frame->position / self->model->format->hop + 0.5);
          float f0 = at < person->n_frames ? person->f0[at] : 0;

          known[i] = span->unit == MYNA_DRAFT_VIRTUAL || f0 > 0;
          if (span->unit != MYNA_DRAFT_VIRTUAL && f0 > 0)
            own[i] = self->style->natural_pitch * (logf (f0) - wanted[i]);
        }
    }
  for (gsize i = 0; i < n; i++)
    {
      if (!known[i])
        continue;
      for (gsize j = (gsize) (last + 1); j < i; j++)
        own[j] = last < 0 ? own[i]
                          : own[last] + (own[i] - own[last]) * (float) ((gssize) j - last) /
                                            (float) ((gssize) i - last);
      last = (gssize) i;
    }
  for (gsize j = (gsize) (last + 1); last >= 0 && j < n; j++)
    own[j] = own[last];
  return own;
}

static void
set_pitch (const Layout *self, MynaDraftScore *score, double semitones)
{
  gsize n = score->n_frames;
  g_autofree float *wanted = g_new0 (float, MAX (n, 1));
  g_autofree float *own = NULL;
  gsize n_rendition = self->targets->utterance->analysis->n_frames;
  float shift =
      (float) (semitones * G_LN2 / 12) + PITCH_JITTER * myna_draft_jitter (self->style->seed, 1, 2);

  for (guint s = 0; s < self->spans->len; s++)
    {
      const Span *span = &g_array_index (self->spans, Span, s);

      for (gsize i = span->start; i < span->end; i++)
        read_row (self->targets->log_f0, n_rendition, 1, rendition_position (self, span, i),
                  &wanted[i]);
    }
  own = natural_pitch (self, wanted, n);
  smooth_joins (self, own, 1, 1, PITCH_JOIN_FRAMES);
  myna_draft_smooth (own, n, PITCH_WINDOW);
  for (guint s = 0; s < self->spans->len; s++)
    {
      const Span *span = &g_array_index (self->spans, Span, s);

      for (gsize i = span->start; i < span->end; i++)
        {
          float f0 = expf (wanted[i] + CLAMP (own[i], -PITCH_RANGE, PITCH_RANGE) + shift);

          score->frames[i].f0 = CLAMP (f0, LOWEST_F0, HIGHEST_F0);
        }
    }
}

static void
add_phone (const Layout *self, GArray *phones, const char *name, int word, gsize start, gsize end)
{
  MynaPhone phone = { .word = word };
  double frame = (double) self->model->format->hop / self->model->format->rate;

  if (end <= start)
    return;
  g_strlcpy (phone.name, name, sizeof phone.name);
  phone.start = (double) start * frame;
  phone.end = (double) end * frame;
  g_array_append_val (phones, phone);
}

/* The phones as they lie in the output, pauses between them. */
static GArray *
list_phones (const Layout *self, gsize n_frames)
{
  GArray *phones = g_array_new (FALSE, TRUE, sizeof (MynaPhone));
  gsize at = 0;

  for (guint s = 0; s < self->spans->len;)
    {
      const Span *span = &g_array_index (self->spans, Span, s);
      guint index = target_at (self, (guint) span->target)->phone;
      const MynaDraftPhone *phone =
          &g_array_index (self->targets->utterance->phones, MynaDraftPhone, index);
      gsize start = span->start;

      add_phone (self, phones, "_", -1, at, start);
      for (; s < self->spans->len &&
             target_at (self, (guint) g_array_index (self->spans, Span, s).target)->phone == index;
           s++)
        at = g_array_index (self->spans, Span, s).end;
      add_phone (self, phones, phone->name, phone->word, start, at);
    }
  add_phone (self, phones, "_", -1, at, n_frames);
  return phones;
}

/**
 * myna_draft_score_new:
 * @model: a voice
 * @targets: the half-phones to be spoken
 * @chosen: a unit for each, from myna_draft_select()
 * @style: how
 * @speed: 1 = the person's pace
 * @semitones: added to the pitch
 *
 * Lays the units out in time and plans pitch and envelope (spec draft-voice section 4.5 to 4.8).
 *
 * Returns: (transfer full): the score
 */
MynaDraftScore *
myna_draft_score_new (const MynaDraftModel *model,
                      const MynaDraftTargets *targets,
                      const gint32 *chosen,
                      const MynaDraftStyle *style,
                      double speed,
                      double semitones)
{
  g_auto (Layout) layout = {
    .model = model, .targets = targets, .chosen = chosen, .style = style, .speed = speed
  };
  MynaDraftScore *score = g_new0 (MynaDraftScore, 1);
  gsize n_cep = (gsize) model->format->n_cep;

  layout.frames = g_array_new (FALSE, TRUE, sizeof (MynaDraftPlanFrame));
  layout.spans = g_array_new (FALSE, TRUE, sizeof (Span));
  mark_owned (&layout);
  lay_out (&layout);
  score->n_frames = layout.frames->len;
  score->frames = g_memdup2 (layout.frames->data, score->n_frames * sizeof (MynaDraftPlanFrame));
  read_envelopes (&layout, score);
  pull_envelopes (&layout, score);
  smooth_joins (&layout, score->target, n_cep, n_cep, JOIN_FRAMES);
  set_pitch (&layout, score, semitones);
  score->phones = list_phones (&layout, score->n_frames);
  return score;
}
