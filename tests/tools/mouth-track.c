/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/mouth/myna-mouth-inventory-private.h"
#include "engine/lipsync/mouth/myna-mouth-selection.h"
#include "engine/lipsync/mouth/myna-mouth-speech.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/*
 * mouth-track AUDIO
 *
 * What a sound asks of a mouth, as CSV at 100 lines a second, for plots and measurements. With
 * --phones, a file of lines "name start end" (seconds), from the phones. With --features also what
 * was heard. With --video a line for each frame of the output instead: the frame's own mouth, what
 * the person's own sounds foretell (without that moment's neighbourhood), and the mouth chosen.
 */

static char *phones_path = NULL, *phone_set = NULL;
static char *video_path = NULL, *cache_path = NULL;
static double smoothing = 0.5;
static gboolean with_features = FALSE;

static const GOptionEntry options[] = {
  { "phones", 0, 0, G_OPTION_ARG_FILENAME, &phones_path, "lines: name start end", "FILE" },
  { "phone-set", 0, 0, G_OPTION_ARG_STRING, &phone_set, "espeak or arpabet", "SET" },
  { "smoothing", 0, 0, G_OPTION_ARG_DOUBLE, &smoothing, "0 … 1", "X" },
  { "video", 0, 0, G_OPTION_ARG_FILENAME, &video_path, "choose mouths of it", "FILE" },
  { "cache", 0, 0, G_OPTION_ARG_FILENAME, &cache_path, "of its faces", "FOLDER" },
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

static void
print_choice (MynaMouthInventory *inventory, const MynaMouthChoice *choice, double time)
{
  const MynaMouthPose *own = myna_mouth_inventory_get_pose (inventory, choice->base);
  const MynaMouthPose *source =
      choice->source >= 0 ? myna_mouth_inventory_get_pose (inventory, choice->source) : own;
  MynaMouthForetold foretold = { NAN, NAN, NAN };
  float key[MYNA_MOUTH_LIKENESS_SIZE];

  if (inventory->likeness != NULL)
    {
      double then = myna_mouth_inventory_get_time (inventory, choice->base);

      myna_mouth_likeness_get_key (inventory->likeness, inventory->sound, then, key);
      myna_mouth_likeness_foretell (inventory, key, then, &foretold);
    }
  printf ("%.4f,%" G_GINT64_FORMAT ",%.5f,%.5f,%.4f,%.4f,%.4f,%.4f,%.4f,%.3f,%.3f,%d,", time,
          choice->base, (double) own->opening, (double) own->width, (double) own->teeth,
          (double) own->yaw, (double) own->pitch, (double) own->roll, (double) own->light,
          (double) own->sharpness, (double) own->size, own->usable);
  printf ("%.5f,%.5f,%.3f,%" G_GINT64_FORMAT ",%.5f,%.5f,%" G_GINT64_FORMAT ",%.3f,%.5f,%.5f,%.3f,"
          "%.3f,%d,%d\n",
          (double) foretold.opening, (double) foretold.width, (double) foretold.closed,
          choice->source, (double) source->opening, (double) source->width, choice->fading,
          (double) choice->fade, (double) choice->opening, (double) choice->width,
          (double) choice->teeth, (double) choice->strength, choice->closed, choice->jump);
}

static int
print_selection (MynaMouthSound *speech, GArray *phones)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaFaceTracks) tracks = NULL;
  g_autoptr (MynaMouthSound) sound = NULL;
  g_autoptr (MynaMouthInventory) inventory = NULL;
  g_autoptr (MynaMouthTimeline) timeline = NULL;
  g_autoptr (MynaMouthTrack) track = NULL;
  g_autoptr (MynaMouthSelection) selection = NULL;
  const MynaMouthPerson *person = NULL;
  gint64 n;
  double end;

  tracks = myna_face_tracks_new (video_path, cache_path, NULL, NULL, NULL, &error);
  if (tracks == NULL || myna_face_tracks_get_n_tracks (tracks) == 0)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "no face");
      return 1;
    }
  sound = myna_mouth_sound_load (video_path, NULL, NULL);
  inventory = myna_mouth_inventory_new (tracks, 0, sound, NULL, NULL);
  n = myna_mouth_inventory_get_n_frames (inventory);
  end = myna_mouth_inventory_get_time (inventory, n - 1) * (double) n / (double) MAX (n - 1, 1);
  timeline =
      myna_mouth_timeline_new (inventory, end, MAX (myna_mouth_sound_get_duration (speech), end));
  track =
      myna_mouth_track_new_for_speech (speech, phones, phone_set, inventory, smoothing, NULL, NULL);
  selection = myna_mouth_selection_new (inventory, timeline, speech, track, NULL, NULL, NULL);
  person = myna_mouth_inventory_get_person (inventory);
  g_printerr ("closed %.4f rest %.4f open %.4f rest width %.3f usable speech %.1f s reliability "
              "%.3f jumps %" G_GINT64_FORMAT "\n",
              (double) person->closed, (double) person->rest, (double) person->open,
              (double) person->rest_width, myna_mouth_inventory_get_usable_speech (inventory),
              myna_mouth_inventory_get_reliability (inventory),
              myna_mouth_selection_get_n_jumps (selection));
  printf ("time,base,opening,width,teeth,yaw,pitch,roll,light,sharpness,size,usable,foretold,"
          "foretold_width,foretold_closed,source,source_opening,source_width,"
          "fading,fade,target,target_width,"
          "target_teeth,strength,closed,jump\n");
  for (gint64 i = 0; i < myna_mouth_selection_get_n_frames (selection); i++)
    {
      double time;

      myna_mouth_timeline_get_source (timeline, i, &time);
      print_choice (inventory, myna_mouth_selection_get (selection, i), time);
    }
  return 0;
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
  if (video_path != NULL)
    return print_selection (sound, phones);
  track = myna_mouth_track_new_for_speech (sound, phones, phone_set, NULL, smoothing, NULL, &error);
  print_track (track, sound);
  return 0;
}
