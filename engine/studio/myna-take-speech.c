/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-take-speech.h"

#include "engine/audio/myna-audio-load.h"
#include "engine/studio/myna-take-mixer.h"
#include "engine/studio/myna-take-script.h"
#include "engine/voice/draft/myna-draft-timing.h"

/* Hz that speech is loaded with to be aligned. */
#define ALIGN_RATE 16000

/* The take's words, read at the first piece whose engine does not say when each phone is heard. */
typedef struct
{
  GPtrArray *sentences; /* (nullable) */
  GPtrArray *revisions; /* (nullable) */
  gboolean loaded;
} Words;

static void
words_clear (Words *self)
{
  g_clear_pointer (&self->sentences, g_ptr_array_unref);
  g_clear_pointer (&self->revisions, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Words, words_clear)

static void
words_load (Words *self, const MynaTakeRecord *record)
{
  if (self->loaded)
    return;
  self->loaded = TRUE;
  self->sentences = myna_take_script_load (record->folder, NULL);
  self->revisions = myna_take_script_load_revisions (record->folder, NULL);
}

/* What was said in a piece: the edited text, or the script's. */
static const char *
words_find (const Words *self, const MynaMixItem *item)
{
  for (guint i = 0; self->revisions != NULL && i < self->revisions->len; i++)
    {
      const MynaTakeRevision *revision = self->revisions->pdata[i];

      if (revision->number == item->number && revision->revision == item->revision &&
          revision->text != NULL)
        return revision->text;
    }
  if (self->sentences == NULL || item->number >= self->sentences->len)
    return NULL;
  return ((const MynaTakeSentence *) self->sentences->pdata[item->number])->text;
}

static GArray *
find_phones (const MynaTakeRecord *record,
             Words *words,
             const MynaMixItem *item,
             GCancellable *cancellable)
{
  g_autoptr (MynaAudio) audio = NULL;
  const char *text;

  words_load (words, record);
  text = words_find (words, item);
  if (text == NULL || record->language == NULL)
    return NULL;
  audio = myna_audio_load (item->path, -1, 0, -1, ALIGN_RATE, 1, cancellable, NULL);
  if (audio == NULL || audio->n_frames == 0)
    return NULL;
  return myna_draft_find_phones (record->language, text, audio->samples, audio->n_frames,
                                 ALIGN_RATE, cancellable, NULL);
}

/**
 * myna_take_speech_load_phones:
 * @record: a take
 * @items: (element-type MynaMixItem): what is heard of it, by myna_take_mixer_list()
 * @cancellable: (nullable): cancellable
 *
 * What is said when in the file that myna_take_mixer_write() makes of @items: as the engine tells
 * it, else as the text is found again in the sound. Blocking; any thread.
 *
 * Returns: (transfer full) (nullable) (element-type MynaPhone): espeak-ng's phones in time order;
 *   %NULL when a piece does not show its phones, because half of them would drive the lips wrongly
 */
GArray *
myna_take_speech_load_phones (const MynaTakeRecord *record,
                              GPtrArray *items,
                              GCancellable *cancellable)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (MynaPhone));
  g_auto (Words) words = { NULL, NULL, FALSE };
  double start = 0;

  g_return_val_if_fail (record != NULL && items != NULL, NULL);

  for (guint i = 0; i < items->len; i++)
    {
      const MynaMixItem *item = g_ptr_array_index (items, i);
      g_autoptr (GArray) phones =
          myna_take_script_load_phones (record->folder, item->number, item->revision);

      if (phones != NULL && phones->len == 0)
        {
          g_array_unref (phones);
          phones = find_phones (record, &words, item, cancellable);
        }
      if (phones == NULL)
        return NULL;
      for (guint p = 0; p < phones->len; p++)
        {
          MynaPhone phone = g_array_index (phones, MynaPhone, p);

          phone.start += start;
          phone.end += start;
          g_array_append_val (all, phone);
        }
      start += item->duration + item->pause_after;
    }
  return g_steal_pointer (&all);
}
