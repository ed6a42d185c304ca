/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-reading.h"

#include <string.h>

#define CHANNELS MYNA_GSV_BERT_CHANNELS

/**
 * myna_gsv_reading_free:
 * @self: (transfer full): a reading
 */
void
myna_gsv_reading_free (MynaGsvReading *self)
{
  g_return_if_fail (self != NULL);

  g_array_unref (self->phones);
  g_free (self->bert);
  g_free (self);
}

static MynaGsvReading *
reading_new (void)
{
  MynaGsvReading *self = g_new0 (MynaGsvReading, 1);

  self->phones = g_array_new (FALSE, FALSE, sizeof (gint32));
  return self;
}

static void
add_phones (MynaGsvReading *self, const GArray *ids)
{
  for (guint i = 0; i < ids->len; i++)
    {
      gint32 id = g_array_index (ids, guint16, i);

      g_array_append_val (self->phones, id);
    }
}

static gboolean
any_mandarin (GPtrArray *segments)
{
  for (guint i = 0; i < segments->len; i++)
    {
      const MynaPhoneSegment *segment = g_ptr_array_index (segments, i);

      if (segment->word2ph != NULL)
        return TRUE;
    }
  return FALSE;
}

/* The vectors of the Mandarin parts; zeros for the others (spec gpt-sovits section 3.2). */
static gboolean
read_meaning (MynaGsvReading *self,
              MynaGsvNetworks *networks,
              GPtrArray *segments,
              GCancellable *cancellable,
              GError **error)
{
  MynaGsvVocabulary *vocabulary = NULL;
  MynaGsvBert *bert;
  gsize first = 0;

  if (!any_mandarin (segments))
    return TRUE;
  bert = myna_gsv_networks_get_bert (networks, &vocabulary, cancellable, error);
  if (bert == NULL)
    return FALSE;
  self->bert = g_new0 (float, (gsize) self->phones->len *CHANNELS);
  for (guint i = 0; i < segments->len; i++)
    {
      const MynaPhoneSegment *segment = g_ptr_array_index (segments, i);

      if (segment->word2ph != NULL &&
          !myna_gsv_bert_read (bert, myna_gsv_networks_get_context (networks), vocabulary,
                               segment->text, segment->word2ph, segment->n_characters,
                               self->bert + first * CHANNELS, cancellable, error))
        return FALSE;
      first += segment->ids->len;
    }
  return TRUE;
}

/**
 * myna_gsv_reading_new:
 * @networks: locked
 * @text: one sentence
 * @language: (nullable): a language's tag; %NULL: by script
 * @cancellable: (nullable): to stop
 * @error: return location
 *
 * Returns: (transfer full): the reading; %NULL with EMPTY (nothing to say), UNSUPPORTED (language,
 *   or a model file is missing), TOO_LARGE, …
 */
MynaGsvReading *
myna_gsv_reading_new (MynaGsvNetworks *networks,
                      const char *text,
                      const char *language,
                      GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (MynaGsvReading) self = reading_new ();
  g_autoptr (GPtrArray) segments = NULL;
  MynaFrontEnd *front_end = myna_gsv_networks_get_front_end (networks, error);
  MynaTextMode mode = MYNA_TEXT_AUTO;

  if (front_end == NULL ||
      (language != NULL && !myna_front_end_mode_for_language (language, &mode, error)))
    return NULL;
  segments =
      myna_front_end_read (front_end, text, mode, myna_gsv_networks_get_symbols (networks), error);
  if (segments == NULL)
    return NULL;
  for (guint i = 0; i < segments->len; i++)
    add_phones (self, ((const MynaPhoneSegment *) segments->pdata[i])->ids);
  if (!read_meaning (self, networks, segments, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * myna_gsv_reading_new_for_phones:
 * @networks: whose symbols are used
 * @phones: names of phones with spaces between
 * @error: return location
 *
 * Returns: (transfer full): the reading; %NULL with UNSUPPORTED naming the phone that is not known
 */
MynaGsvReading *
myna_gsv_reading_new_for_phones (MynaGsvNetworks *networks, const char *phones, GError **error)
{
  g_autoptr (MynaGsvReading) self = reading_new ();
  g_autoptr (GArray) ids =
      myna_symbols_parse (myna_gsv_networks_get_symbols (networks), phones, error);

  if (ids == NULL)
    return NULL;
  add_phones (self, ids);
  return g_steal_pointer (&self);
}

/**
 * myna_gsv_reading_join:
 * @first: what was said in the reference
 * @second: what is to be said
 *
 * Returns: (transfer full): both after each other
 */
MynaGsvReading *
myna_gsv_reading_join (const MynaGsvReading *first, const MynaGsvReading *second)
{
  MynaGsvReading *self = reading_new ();
  gsize n_first = (gsize) first->phones->len * CHANNELS;
  gsize n_second = (gsize) second->phones->len * CHANNELS;

  g_array_append_vals (self->phones, first->phones->data, first->phones->len);
  g_array_append_vals (self->phones, second->phones->data, second->phones->len);
  if (first->bert == NULL && second->bert == NULL)
    return self;
  self->bert = g_new0 (float, n_first + n_second);
  if (first->bert != NULL)
    memcpy (self->bert, first->bert, n_first * sizeof (float));
  if (second->bert != NULL)
    memcpy (self->bert + n_first, second->bert, n_second * sizeof (float));
  return self;
}

/**
 * myna_gsv_reading_format:
 *
 * Returns: (transfer full): the phones as the user edits them
 */
char *
myna_gsv_reading_format (const MynaGsvReading *self)
{
  g_autofree guint16 *ids = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  ids = g_new (guint16, MAX (self->phones->len, 1));
  for (guint i = 0; i < self->phones->len; i++)
    ids[i] = (guint16) g_array_index (self->phones, gint32, i);
  return myna_symbols_format (ids, self->phones->len);
}
