/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/mouth/myna-mouth-speech.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

/*
 * mouth-track AUDIO
 *
 * What a sound asks of a mouth, as CSV at 100 lines a second, for plots and measurements. With
 * --phones, a file of lines "name start end" (seconds), from the phones. With --features also what
 * was heard.
 */

static char *phones_path = NULL, *phone_set = NULL;
static double smoothing = 0.5;
static gboolean with_features = FALSE;

static const GOptionEntry options[] = {
  { "phones", 0, 0, G_OPTION_ARG_FILENAME, &phones_path, "lines: name start end", "FILE" },
  { "phone-set", 0, 0, G_OPTION_ARG_STRING, &phone_set, "espeak or arpabet", "SET" },
  { "smoothing", 0, 0, G_OPTION_ARG_DOUBLE, &smoothing, "0 … 1", "X" },
  { "features", 0, 0, G_OPTION_ARG_NONE, &with_features, "what was heard", NULL },
  { NULL }
};

static GArray *
read_phones (const char *path, GError **error)
{
  g_autoptr (GArray) phones = g_array_new (FALSE, TRUE, sizeof (MynaPhone));
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &contents, NULL, error))
    return NULL;
  lines = g_strsplit (contents, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      MynaPhone phone = { .word = 0 };

      if (sscanf (*line, "%11s %lf %lf", phone.name, &phone.start, &phone.end) == 3)
        g_array_append_val (phones, phone);
    }
  return g_steal_pointer (&phones);
}

static void
print_features (const MynaMouthSoundFrame *frame)
{
  printf (",%.2f,%.3f,%.3f,%.3f,%.0f,%.0f,%.2f,%d", (double) frame->level, (double) frame->voicing,
          (double) frame->low, (double) frame->high, (double) frame->first, (double) frame->second,
          (double) frame->onset, frame->speech);
  for (int k = 0; k < MYNA_MOUTH_SOUND_CEPSTRA; k++)
    printf (",%.4f", (double) frame->cepstra[k]);
}

static void
print_track (MynaMouthTrack *track, MynaMouthSound *sound)
{
  const MynaMouthSoundFrame *frames = NULL;
  gsize n;

  frames = myna_mouth_sound_get_frames (sound, &n);
  printf ("time,opening,width,teeth,closed,silent");
  if (with_features)
    printf (",level,voicing,low,high,first,second,onset,speech,"
            "c0,c1,c2,c3,c4,c5,c6,c7,c8,c9");
  printf ("\n");
  for (gsize i = 0; i < n; i++)
    {
      double time = (double) i / MYNA_MOUTH_RATE;
      MynaMouthShape shape = myna_mouth_track_sample (track, time);

      printf ("%.2f,%.5f,%.4f,%.3f,%d,%d", time, (double) shape.opening, (double) shape.width,
              (double) shape.teeth, shape.closed, shape.silent);
      if (with_features)
        print_features (&frames[i]);
      printf ("\n");
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("AUDIO");
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaMouthSound) sound = NULL;
  g_autoptr (MynaMouthTrack) track = NULL;
  g_autoptr (GArray) phones = NULL;

  setlocale (LC_ALL, "C.UTF-8");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 2)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "mouth-track AUDIO");
      return 2;
    }
  sound = myna_mouth_sound_load (argv[1], NULL, &error);
  if (sound != NULL && phones_path != NULL)
    phones = read_phones (phones_path, &error);
  if (error != NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  track = myna_mouth_track_new_for_speech (sound, phones, phone_set, NULL, smoothing, NULL, &error);
  print_track (track, sound);
  return 0;
}
