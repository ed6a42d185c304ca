/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-take-mixer.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "engine/audio/myna-audio-reader.h"
#include "engine/audio/myna-audio-writer.h"
#include "engine/core/myna-error.h"
#include "engine/studio/myna-take-script.h"
#include "engine/voice/myna-voice.h"

/*
 * Joins the pieces of a take to one file, block by block. A pause is not digital silence, which is
 * heard as a hole (spec/draft-voice.md section 1 measured 0.5 OVRL for it): it is made of the room
 * tone that a piece ends with, cut into short overlapping grains taken at random places.
 */

#define BLOCK_FRAMES 4096

/* How much of a piece's end is looked at for room tone: the draft voice gives 200 ms of it. */
#define TAIL_SECONDS 0.17

/* Grains this long, half overlapping; the same half is the cross-fade at both ends of a pause. */
#define GRAIN_SECONDS 0.06

/* An end that is louder than this part of the piece is speech, not room tone. */
#define MAX_ROOM_LEVEL 0.35

/* A grain may have so much more energy than the quietest one. */
#define MAX_GRAIN_ENERGY 1.4

#define MIN_PAUSE_SECONDS 0.005

typedef struct
{
  MynaAudioWriter *writer;
  int rate;
  gsize tail_size; /* frames held back */
  gsize half;      /* half a grain */
  float *tail;     /* the last frames of the current piece */
  gsize tail_used;
  float *lead; /* what fades out under the begin of the next piece; half frames */
  gboolean has_lead;
  gsize piece_frames; /* of the current piece, so far */
  double energy;      /* of the current piece, so far */
  GRand *rand;
  GCancellable *cancellable;
} Mixer;

static void
mixer_clear (Mixer *self)
{
  g_clear_pointer (&self->writer, myna_audio_writer_free);
  g_clear_pointer (&self->tail, g_free);
  g_clear_pointer (&self->lead, g_free);
  g_clear_pointer (&self->rand, g_rand_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Mixer, mixer_clear)

static void
item_free (gpointer data)
{
  MynaMixItem *self = data;

  g_free (self->path);
  g_free (self);
}

/* The newest revision of each sentence: what is heard unless the user chose another. */
static GPtrArray *
index_newest (GPtrArray *revisions, guint n_sentences)
{
  GPtrArray *chosen = g_ptr_array_new ();

  g_ptr_array_set_size (chosen, (int) n_sentences);
  for (guint i = 0; i < revisions->len; i++)
    {
      MynaTakeRevision *revision = g_ptr_array_index (revisions, i);

      if (revision->number < n_sentences)
        chosen->pdata[revision->number] = revision;
    }
  return chosen;
}

static const MynaTakeRevision *
find_revision (GPtrArray *revisions, const MynaTakeSlot *slot)
{
  for (guint i = revisions->len; i > 0; i--)
    {
      const MynaTakeRevision *revision = g_ptr_array_index (revisions, i - 1);

      if (revision->number == slot->number && revision->revision == slot->revision)
        return revision;
    }
  return NULL;
}

static void
add_item (GPtrArray *items,
          const MynaTakeRecord *record,
          const MynaTakeSentence *sentence,
          const MynaTakeRevision *revision)
{
  MynaMixItem *item;

  if (revision == NULL || revision->error != NULL)
    return;
  item = g_new0 (MynaMixItem, 1);
  item->path =
      myna_take_script_dup_audio_path (record->folder, revision->number, revision->revision);
  item->number = revision->number;
  item->revision = revision->revision;
  item->duration = revision->duration;
  item->pause_after = myna_take_pause_seconds (sentence->pause, record->pause);
  g_ptr_array_add (items, item);
}

/**
 * myna_take_mixer_list:
 * @record: a take
 * @error: return location
 *
 * What of a take can be heard, in its order. Blocking; any thread.
 *
 * Returns: (transfer full) (element-type MynaMixItem): its audio files; %NULL with EMPTY when none
 *   is finished
 */
GPtrArray *
myna_take_mixer_list (const MynaTakeRecord *record, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (item_free);
  g_autoptr (GPtrArray) sentences = NULL;
  g_autoptr (GPtrArray) revisions = NULL;
  g_autoptr (GPtrArray) newest = NULL;

  g_return_val_if_fail (record != NULL, NULL);

  sentences = myna_take_script_load (record->folder, error);
  revisions = sentences != NULL ? myna_take_script_load_revisions (record->folder, error) : NULL;
  if (revisions == NULL)
    return NULL;
  newest = index_newest (revisions, sentences->len);
  for (guint i = 0; record->slots == NULL && i < sentences->len; i++)
    add_item (items, record, sentences->pdata[i], newest->pdata[i]);
  for (guint i = 0; record->slots != NULL && i < record->slots->len; i++)
    {
      const MynaTakeSlot *slot = &g_array_index (record->slots, MynaTakeSlot, i);

      if (slot->number < sentences->len)
        add_item (items, record, sentences->pdata[slot->number], find_revision (revisions, slot));
    }
  if (items->len == 0)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                   _ ("“%s” holds no finished speech. Generate it first."), record->name);
      return NULL;
    }
  return g_steal_pointer (&items);
}

static gboolean
write_frames (Mixer *self, const float *samples, gsize n, GError **error)
{
  return n == 0 || myna_audio_writer_write (self->writer, samples, n, error);
}

/* The begin of a piece comes up while the pause before it goes down, at equal power. */
static void
fade_lead (Mixer *self, float *samples, gsize n)
{
  for (gsize i = 0; i < n && self->has_lead; i++)
    {
      gsize at = self->piece_frames + i;
      double phase = (double) at / (double) self->half * G_PI_2;

      if (at >= self->half)
        {
          self->has_lead = FALSE;
          break;
        }
      samples[i] = (float) (samples[i] * sin (phase) + self->lead[at] * cos (phase));
    }
}

/* Takes frames of a piece; the last ones stay in the tail. */
static gboolean
push (Mixer *self, float *samples, gsize n, GError **error)
{
  gsize total = self->tail_used + n;
  gsize out = total > self->tail_size ? total - self->tail_size : 0;
  gsize from_tail = MIN (out, self->tail_used);

  fade_lead (self, samples, n);
  self->piece_frames += n;
  for (gsize i = 0; i < n; i++)
    self->energy += (double) samples[i] * samples[i];

  if (!write_frames (self, self->tail, from_tail, error) ||
      !write_frames (self, samples, out - from_tail, error))
    return FALSE;
  memmove (self->tail, self->tail + from_tail, (self->tail_used - from_tail) * sizeof (float));
  self->tail_used -= from_tail;
  memcpy (self->tail + self->tail_used, samples + (out - from_tail),
          (n - (out - from_tail)) * sizeof (float));
  self->tail_used += n - (out - from_tail);
  return TRUE;
}

static gboolean
tail_is_room_tone (Mixer *self)
{
  double energy = 0;

  if (self->tail_used < self->tail_size || self->piece_frames < 2 * self->tail_size)
    return FALSE;
  for (gsize i = 0; i < self->tail_used; i++)
    energy += (double) self->tail[i] * self->tail[i];
  energy /= (double) self->tail_used;
  return sqrt (energy) < MAX_ROOM_LEVEL * sqrt (self->energy / (double) self->piece_frames);
}

/* Where in the tail grains may start: where they hold no click or end of a word, which would be
 * heard again and again. Such things are in the high frequencies (the difference from sample to
 * sample); rumble is not. */
static GArray *
find_grains (Mixer *self)
{
  GArray *starts = g_array_new (FALSE, FALSE, sizeof (gsize));
  g_autofree double *sums = g_new0 (double, self->tail_size);
  gsize grain = 2 * self->half;
  gsize step = MAX (self->half / 16, 1);
  double quietest = G_MAXDOUBLE;

  for (gsize i = 1; i < self->tail_size; i++)
    {
      double difference = (double) self->tail[i] - self->tail[i - 1];

      sums[i] = sums[i - 1] + difference * difference;
    }
  for (gsize from = 0; from + grain < self->tail_size; from += step)
    quietest = MIN (quietest, sums[from + grain] - sums[from]);
  for (gsize from = 0; from + grain < self->tail_size; from += step)
    if (sums[from + grain] - sums[from] <= MAX_GRAIN_ENERGY * quietest)
      g_array_append_val (starts, from);
  return starts;
}

/* n frames of room tone: grains from random places of the tail, overlapping at equal power. */
static float *
make_room_tone (Mixer *self, gsize n)
{
  float *tone = g_new0 (float, n);
  g_autoptr (GArray) starts = NULL;
  gsize grain = 2 * self->half;

  if (!tail_is_room_tone (self))
    return tone;
  starts = find_grains (self);
  for (gsize position = 0; position < n + self->half; position += self->half)
    {
      int choice = g_rand_int_range (self->rand, 0, (int) starts->len);
      gsize from = g_array_index (starts, gsize, choice);

      /* The first grain starts in its middle, so that the tone is whole from its first frame. */
      for (gsize i = 0; i < grain; i++)
        {
          gsize at = position + i;

          if (at >= self->half && at - self->half < n)
            tone[at - self->half] +=
                (float) (self->tail[from + i] * sin (G_PI * (double) i / (double) grain));
        }
    }
  return tone;
}

/* Ends a piece: its last frames go over into the pause, and the pause into the next piece. */
static gboolean
write_pause (Mixer *self, double seconds, GError **error)
{
  gsize frames = (gsize) (seconds * self->rate + 0.5);
  gsize fade = MIN (self->half, self->tail_used);
  g_autofree float *tone = make_room_tone (self, fade + frames + self->half);
  float *end = self->tail + (self->tail_used - fade);

  for (gsize i = 0; i < fade; i++)
    {
      double phase = (double) i / (double) fade * G_PI_2;

      end[i] = (float) (end[i] * cos (phase) + tone[i] * sin (phase));
    }
  memcpy (self->lead, tone + fade + frames, self->half * sizeof (float));
  self->has_lead = TRUE;
  return write_frames (self, self->tail, self->tail_used, error) &&
         write_frames (self, tone + fade, frames, error);
}

static gboolean
add_piece (Mixer *self, const MynaMixItem *item, gboolean last, GError **error)
{
  g_autoptr (MynaAudioReader) reader =
      myna_audio_reader_open (item->path, -1, self->rate, 1, error);
  float block[BLOCK_FRAMES];
  gssize n = reader != NULL ? 1 : -1;

  self->tail_used = 0;
  self->piece_frames = 0;
  self->energy = 0;
  while (n > 0)
    {
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
      n = myna_audio_reader_read (reader, block, BLOCK_FRAMES, error);
      if (n > 0 && !push (self, block, (gsize) n, error))
        return FALSE;
    }
  self->has_lead = FALSE;
  if (n < 0)
    return FALSE;
  if (last || item->pause_after < MIN_PAUSE_SECONDS)
    return write_frames (self, self->tail, self->tail_used, error);
  return write_pause (self, item->pause_after, error);
}

static gboolean
open_output (Mixer *self,
             const MynaMixItem *first,
             const char *path,
             const MynaMixTags *tags,
             GError **error)
{
  g_autoptr (MynaAudioReader) reader = myna_audio_reader_open (first->path, -1, 0, 1, error);

  if (reader == NULL)
    return FALSE;
  self->rate = myna_audio_reader_get_rate (reader);
  self->tail_size = (gsize) (TAIL_SECONDS * self->rate);
  self->half = (gsize) (GRAIN_SECONDS / 2 * self->rate);
  self->tail = g_new0 (float, self->tail_size);
  self->lead = g_new0 (float, self->half);
  self->rand = g_rand_new_with_seed (1);
  self->writer = myna_audio_writer_open (path, self->rate, 1, error);
  if (self->writer == NULL)
    return FALSE;
  myna_audio_writer_set_tag (self->writer, "title", tags->title);
  myna_audio_writer_set_tag (self->writer, "artist", tags->artist);
  if (tags->synthetic)
    {
      /* The comment is the one field that all four formats have; players show it. */
      myna_audio_writer_set_tag (self->writer, "comment", "Synthetic speech made with Myna");
      myna_audio_writer_set_tag (self->writer, "synthetic", "yes");
    }
  return TRUE;
}

/**
 * myna_take_mixer_write:
 * @items: (element-type MynaMixItem): what to join; not empty
 * @path: the file; its extension says the format
 * @tags: what the file says of itself
 * @progress: (nullable): called from this thread
 * @progress_data: closure
 * @cancellable: (nullable): to stop
 * @error: return location
 *
 * Joins audio files with their pauses, in constant memory. The file appears when it is whole.
 * Blocking.
 *
 * Returns: %TRUE when written; else nothing is left behind
 */
gboolean
myna_take_mixer_write (GPtrArray *items,
                       const char *path,
                       const MynaMixTags *tags,
                       MynaProgressFunc progress,
                       gpointer progress_data,
                       GCancellable *cancellable,
                       GError **error)
{
  g_auto (Mixer) mixer = { .cancellable = cancellable };

  g_return_val_if_fail (items != NULL && items->len > 0, FALSE);
  g_return_val_if_fail (path != NULL && tags != NULL, FALSE);

  if (!open_output (&mixer, g_ptr_array_index (items, 0), path, tags, error))
    return FALSE;
  for (guint i = 0; i < items->len; i++)
    {
      if (!add_piece (&mixer, g_ptr_array_index (items, i), i + 1 == items->len, error))
        return FALSE;
      if (progress != NULL)
        progress ((double) (i + 1) / items->len, progress_data);
    }
  return myna_audio_writer_finish (mixer.writer, error);
}
