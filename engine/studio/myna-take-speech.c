/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-take-speech.h"

#include "engine/studio/myna-take-mixer.h"
#include "engine/studio/myna-take-script.h"

/**
 * myna_take_speech_load_phones:
 * @record: a take
 * @items: (element-type MynaMixItem): what is heard of it, by myna_take_mixer_list()
 *
 * What is said when in the file that myna_take_mixer_write() makes of @items. Blocking; any thread.
 *
 * Returns: (transfer full) (nullable) (element-type MynaPhone): in time order; %NULL when a piece
 *   does not say its phones, because half of them would drive the lips wrongly
 */
GArray *
myna_take_speech_load_phones (const MynaTakeRecord *record, GPtrArray *items)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (MynaPhone));
  double start = 0;

  g_return_val_if_fail (record != NULL && items != NULL, NULL);

  for (guint i = 0; i < items->len; i++)
    {
      const MynaMixItem *item = g_ptr_array_index (items, i);
      g_autoptr (GArray) phones =
          myna_take_script_load_phones (record->folder, item->number, item->revision);

      if (phones == NULL || phones->len == 0)
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

/**
 * myna_take_speech_get_phone_set:
 *
 * Returns: (transfer none): the notation of the take's phones, as myna_lipsync_plan_new() takes it
 */
const char *
myna_take_speech_get_phone_set (const MynaTakeRecord *record)
{
  g_return_val_if_fail (record != NULL, NULL);

  return g_strcmp0 (record->engine, "gpt-sovits") == 0 ? "arpabet" : "espeak";
}
