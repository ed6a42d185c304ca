/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "engine/lipsync/mouth/myna-mouth-search.h"
#include "engine/lipsync/mouth/myna-mouth-selection.h"
#include "engine/lipsync/mouth/myna-mouth-speech.h"

#define RATE 16000
#define FPS 25

/* A head that sways, a mouth that opens and closes four times a second to a hum of its own. */
typedef struct
{
  gint64 n;
  MynaMouthPose *poses;
  double *times;
  gboolean *cuts;
} Clip;

static void
clip_clear (Clip *self)
{
  g_free (self->poses);
  g_free (self->times);
  g_free (self->cuts);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Clip, clip_clear)

static float
get_opening (double time)
{
  return (float) (0.06 - 0.055 * cos (2 * G_PI * time / 0.77 + 2 * sin (time)));
}

static void
fill_clip (Clip *clip, gint64 n, double fps)
{
  clip->n = n;
  clip->poses = g_new0 (MynaMouthPose, MAX (n, 1));
  clip->times = g_new0 (double, MAX (n, 1));
  clip->cuts = g_new0 (gboolean, MAX (n, 1));
  for (gint64 i = 0; i < n; i++)
    {
      double time = (double) i / fps;

      clip->times[i] = time;
      clip->poses[i] = (MynaMouthPose) {
        .opening = get_opening (time),
        .width = 0.5f + 0.03f * (float) sin (time * 5),
        .teeth = 0.1f,
        .yaw = 0.1f * (float) sin (time),
        .pitch = 0.05f * (float) cos (time * 0.7),
        .light = 0.5f,
        .sharpness = 3,
        .x = 300 + 20 * (float) sin (time),
        .y = 200,
        .size = 80,
        .present = TRUE,
        .usable = TRUE,
      };
    }
}

static MynaMouthInventory *
make_inventory (const Clip *clip, MynaMouthSound *sound)
{
  return myna_mouth_inventory_new_from_poses (clip->poses, clip->times, clip->cuts, clip->n, sound);
}

/* A hum whose colour follows the opening of the clip at the same time. */
static MynaMouthSound *
make_sound (double from, double to)
{
  gsize n = (gsize) ((to - from) * RATE);
  g_autofree float *samples = g_new0 (float, n);
  double phase = 0, low = 0;

  for (gsize i = 0; i < n; i++)
    {
      double opening = (double) get_opening (from + (double) i / RATE);

      phase += 130.0 / RATE;
      low += (0.03 + 2.5 * opening) * ((phase - floor (phase) - 0.5) - low);
      samples[i] = (float) (low * (0.1 + 4 * opening));
    }
  return myna_mouth_sound_new (samples, n);
}

static MynaMouthTrack *
make_track (double from, double to)
{
  gsize n = (gsize) ((to - from) * MYNA_MOUTH_RATE);
  g_autofree MynaMouthShape *shapes = g_new0 (MynaMouthShape, n);
  g_autoptr (GArray) closures = g_array_new (FALSE, FALSE, sizeof (MynaClosure));

  for (gsize i = 0; i < n; i++)
    {
      double time = from + (double) i / MYNA_MOUTH_RATE;

      shapes[i].width = 1;
      shapes[i].opening = get_opening (time);
      shapes[i].silent = i < 50;
      if (i % 60 >= 5)
        continue;
      shapes[i].closed = TRUE;
      shapes[i].opening = 0;
      if (i % 60 == 2)
        g_array_append_vals (closures, &(MynaClosure) { (double) i / MYNA_MOUTH_RATE }, 1);
    }
  return myna_mouth_track_new (shapes, n, (MynaClosure *) (gpointer) closures->data, closures->len);
}

static void
test_inventory (void)
{
  g_auto (Clip) clip = { 0 };
  g_autoptr (MynaMouthSound) sound = make_sound (0, 20);
  g_autoptr (MynaMouthInventory) inventory = NULL;
  const MynaMouthPerson *person = NULL;

  fill_clip (&clip, 20 * FPS, FPS);
  clip.cuts[100] = TRUE;
  clip.poses[200].present = clip.poses[200].usable = FALSE;
  clip.poses[300].sharpness = 0.5f;
  inventory = make_inventory (&clip, sound);
  person = myna_mouth_inventory_get_person (inventory);
  g_assert_cmpint (myna_mouth_inventory_get_n_frames (inventory), ==, 500);
  g_assert_cmpfloat_with_epsilon (person->closed, 0.005, 0.004);
  g_assert_cmpfloat_with_epsilon (person->open, 0.113, 0.004);
  g_assert_cmpfloat_with_epsilon (person->rest_width, 0.5, 0.01);
  g_assert_false (myna_mouth_inventory_continues (inventory, 0));
  g_assert_false (myna_mouth_inventory_continues (inventory, 100));
  g_assert_false (myna_mouth_inventory_continues (inventory, 200));
  g_assert_false (myna_mouth_inventory_continues (inventory, 201));
  g_assert_false (myna_mouth_inventory_continues (inventory, 500));
  g_assert_true (myna_mouth_inventory_continues (inventory, 101));
  g_assert_false (myna_mouth_inventory_get_pose (inventory, 300)->usable);
  g_assert_true (myna_mouth_inventory_get_pose (inventory, 301)->usable);
  g_assert_cmpfloat_with_epsilon (myna_mouth_inventory_get_pose (inventory, 301)->sharpness, 1,
                                  1e-5);
  /* The sound tells the opening here, and half of the time or more is spoken. */
  g_assert_cmpfloat (myna_mouth_inventory_get_reliability (inventory), >, 0.8);
  g_assert_cmpfloat (myna_mouth_inventory_get_usable_speech (inventory), >, 8);
  g_assert_cmpfloat (myna_mouth_inventory_get_usable_speech (inventory), <, 20);
}

static void
test_inventory_without (void)
{
  g_auto (Clip) clip = { 0 };
  g_autoptr (MynaMouthInventory) nothing =
      myna_mouth_inventory_new_from_poses (NULL, NULL, NULL, 0, NULL);
  g_autoptr (MynaMouthInventory) photo = NULL;
  g_autoptr (MynaMouthInventory) faceless = NULL;

  fill_clip (&clip, 1, FPS);
  photo = make_inventory (&clip, NULL);
  memset (clip.poses, 0, sizeof *clip.poses);
  faceless = make_inventory (&clip, NULL);
  g_assert_cmpint (myna_mouth_inventory_get_n_frames (nothing), ==, 0);
  g_assert_cmpfloat (myna_mouth_inventory_get_person (photo)->open, >, 0.05);
  g_assert_cmpfloat (myna_mouth_inventory_get_person (faceless)->rest_width, >, 0.1);
  g_assert_cmpfloat (myna_mouth_inventory_get_usable_speech (faceless), ==, 0);
  g_assert_cmpfloat (myna_mouth_inventory_get_reliability (photo), ==, 0);
}

/* Neighbours in place, time without gaps, exact length. */
static void
check_timeline (MynaMouthTimeline *timeline, double wanted, double longest_frame)
{
  gint64 n = myna_mouth_timeline_get_n_frames (timeline);
  double duration = myna_mouth_timeline_get_duration (timeline);
  gint64 before = 0;
  double start = 0;

  g_assert_cmpint (n, >, 0);
  g_assert_cmpfloat (duration, >, wanted - 0.002);
  g_assert_cmpfloat (duration, <, wanted + longest_frame);
  for (gint64 i = 0; i < n; i++)
    {
      double time;
      gint64 source = myna_mouth_timeline_get_source (timeline, i, &time);

      g_assert_cmpint (source, >=, 0);
      if (i > 0)
        {
          g_assert_cmpint (ABS (source - before), <=, 1);
          g_assert_cmpfloat (time, >, start);
          g_assert_cmpfloat (time - start, <, longest_frame + 1e-9);
        }
      else
        g_assert_true (source == 0 && time == 0);
      g_assert_cmpint (myna_mouth_timeline_find (timeline, time), ==, i);
      g_assert_cmpint (myna_mouth_timeline_find (timeline, time + 0.0005), ==, i);
      before = source;
      start = time;
    }
  g_assert_cmpint (myna_mouth_timeline_find (timeline, -1), ==, 0);
  g_assert_cmpint (myna_mouth_timeline_find (timeline, 1e9), ==, n - 1);
}

static void
test_timeline (void)
{
  g_auto (Clip) clip = { 0 };
  g_autoptr (MynaMouthInventory) inventory = NULL;
  g_autoptr (MynaMouthTimeline) whole = NULL;
  g_autoptr (MynaMouthTimeline) part = NULL;
  g_autoptr (MynaMouthTimeline) longer = NULL;
  g_autoptr (MynaMouthTimeline) empty = NULL;
  g_autoptr (MynaMouthInventory) nothing =
      myna_mouth_inventory_new_from_poses (NULL, NULL, NULL, 0, NULL);
  int n_turns = 0, direction = 1;

  fill_clip (&clip, 100, FPS);
  clip.cuts[50] = TRUE;
  inventory = make_inventory (&clip, NULL);
  whole = myna_mouth_timeline_new (inventory, 4, 0);
  g_assert_cmpint (myna_mouth_timeline_get_n_frames (whole), ==, 100);
  g_assert_cmpfloat_with_epsilon (myna_mouth_timeline_get_duration (whole), 4, 1e-9);
  part = myna_mouth_timeline_new (inventory, 4, 2.5);
  g_assert_cmpint (myna_mouth_timeline_get_n_frames (part), ==, 63);
  check_timeline (part, 2.5, 0.04);
  longer = myna_mouth_timeline_new (inventory, 4, 31.3);
  g_assert_cmpint (myna_mouth_timeline_get_n_frames (longer), ==, 783);
  check_timeline (longer, 31.3, 0.04);
  for (gint64 i = 1; i < 783; i++)
    {
      gint64 step = myna_mouth_timeline_get_source (longer, i, NULL) -
                    myna_mouth_timeline_get_source (longer, i - 1, NULL);

      g_assert_true (myna_mouth_timeline_is_turn (longer, i) == (step != direction));
      n_turns += step != direction ? 1 : 0;
      direction = (int) step;
      g_assert_true (myna_mouth_timeline_is_cut (longer, i) ==
                     (MAX (myna_mouth_timeline_get_source (longer, i, NULL),
                           myna_mouth_timeline_get_source (longer, i - 1, NULL)) == 50));
    }
  g_assert_cmpint (n_turns, >=, 7);
  empty = myna_mouth_timeline_new (nothing, 0, 5);
  g_assert_cmpint (myna_mouth_timeline_get_n_frames (empty), ==, 0);
}

/* Any clock, any length. */
static void
test_timeline_random (void)
{
  for (int round = 0; round < 60; round++)
    {
      g_auto (Clip) clip = { 0 };
      g_autoptr (MynaMouthInventory) inventory = NULL;
      g_autoptr (MynaMouthTimeline) timeline = NULL;
      double wanted = g_test_rand_double_range (0.1, 20), end;

      fill_clip (&clip, g_test_rand_int_range (1, 60), FPS);
      for (gint64 i = 0; i < clip.n; i++)
        {
          clip.times[i] = i == 0 ? 0.3 : clip.times[i - 1] + g_test_rand_double_range (0.01, 0.1);
          clip.poses[i].present = g_test_rand_int_range (0, 5) != 0;
          clip.cuts[i] = g_test_rand_int_range (0, 9) == 0;
        }
      end = clip.times[clip.n - 1] + 0.05;
      inventory = make_inventory (&clip, NULL);
      timeline = myna_mouth_timeline_new (inventory, end, wanted);
      check_timeline (timeline, wanted, 0.1);
    }
}

/* The cheapest of all sequences by trying them all. */
static float
search_all (MynaMouthSearch *search,
            MynaMouthInventory *inventory,
            const MynaMouthWish *wishes,
            int n_wishes,
            int at,
            gint64 before,
            int n_sources)
{
  float best = G_MAXFLOAT;

  if (at == n_wishes)
    return 0;
  for (gint64 source = 0; source < n_sources; source++)
    {
      float cost = myna_mouth_search_get_unit_cost (search, &wishes[at], source);

      if (!myna_mouth_inventory_get_pose (inventory, source)->usable && source != wishes[at].base)
        continue;
      if (at > 0 && !wishes[at].cut)
        cost += myna_mouth_search_get_join_cost (search, wishes[at - 1].base, before,
                                                 wishes[at].base, source);
      cost += search_all (search, inventory, wishes, n_wishes, at + 1, source, n_sources);
      best = MIN (best, cost);
    }
  return best;
}

static float
add_up (MynaMouthSearch *search, const MynaMouthWish *wishes, int n, const GArray *sources)
{
  float cost = 0;

  for (int i = 0; i < n; i++)
    {
      gint64 source = g_array_index (sources, gint64, i);

      cost += myna_mouth_search_get_unit_cost (search, &wishes[i], source);
      if (i > 0 && !wishes[i].cut)
        cost += myna_mouth_search_get_join_cost (search, wishes[i - 1].base,
                                                 g_array_index (sources, gint64, i - 1),
                                                 wishes[i].base, source);
    }
  return cost;
}

static void
test_search_is_optimal (void)
{
  for (int round = 0; round < 60; round++)
    {
      g_auto (Clip) clip = { 0 };
      g_autoptr (MynaMouthInventory) inventory = NULL;
      g_autoptr (MynaMouthSearch) search = NULL;
      g_autoptr (GArray) sources = NULL;
      MynaMouthWish wishes[5] = { 0 };

      fill_clip (&clip, 6, FPS);
      for (int i = 0; i < 6; i++)
        {
          clip.poses[i].opening = (float) g_test_rand_double_range (0, 0.12);
          clip.poses[i].yaw = (float) g_test_rand_double_range (-0.3, 0.3);
          clip.cuts[i] = g_test_rand_int_range (0, 5) == 0;
        }
      inventory = make_inventory (&clip, NULL);
      for (int i = 0; i < 5; i++)
        wishes[i] = (MynaMouthWish) {
          .base = g_test_rand_int_range (0, 6),
          .opening = (float) g_test_rand_double_range (0, 0.12),
          .width = 0.5f,
          .closed = g_test_rand_int_range (0, 4) == 0,
          .silent = g_test_rand_bit (),
          .active = TRUE,
          .cut = g_test_rand_int_range (0, 5) == 0,
        };
      search = myna_mouth_search_new (inventory);
      for (int i = 0; i < 5; i++)
        myna_mouth_search_push (search, &wishes[i]);
      sources = myna_mouth_search_finish (search);
      g_assert_cmpuint (sources->len, ==, 5);
      g_assert_cmpfloat_with_epsilon (add_up (search, wishes, 5, sources),
                                      search_all (search, inventory, wishes, 5, 0, -1, 6), 1e-3);
    }
}

static void
fill_wishes (MynaMouthWish *wishes, int n, gint64 n_bases)
{
  for (int i = 0; i < n; i++)
    wishes[i] = (MynaMouthWish) {
      .base = i % n_bases,
      .opening = get_opening (i * 0.037),
      .width = 0.5f,
      .closed = i % 40 == 7,
      .active = i % 200 < 190,
      .cut = i % 333 == 0,
    };
}

/* The least cost of all sequences, by plain dynamic programming without ever deciding early. */
static double
search_whole (MynaMouthSearch *search, const MynaMouthWish *wishes, int n, int n_sources)
{
  double costs[64] = { 0 }, least = 0;

  for (int i = 0; i < n; i++)
    {
      double now[64];

      for (gint64 s = 0; s < n_sources; s++)
        {
          now[s] = i == 0 ? 0 : G_MAXDOUBLE;
          for (gint64 b = 0; b < n_sources && i > 0; b++)
            {
              double cost = costs[b];

              if (!wishes[i].cut && wishes[i].active && wishes[i - 1].active)
                cost += (double) myna_mouth_search_get_join_cost (search, wishes[i - 1].base, b,
                                                                  wishes[i].base, s);
              now[s] = MIN (now[s], cost);
            }
          if (wishes[i].active)
            now[s] += (double) myna_mouth_search_get_unit_cost (search, &wishes[i], s);
        }
      memcpy (costs, now, sizeof now);
    }
  least = costs[0];
  for (int s = 1; s < n_sources; s++)
    least = MIN (least, costs[s]);
  return least;
}

/* Deciding early, as soon as all paths agree, changes nothing. */
static void
test_search_long (void)
{
  g_auto (Clip) clip = { 0 };
  g_autoptr (MynaMouthInventory) inventory = NULL;
  g_autoptr (MynaMouthSearch) search = NULL;
  g_autoptr (GArray) sources = NULL;
  g_autofree MynaMouthWish *wishes = g_new0 (MynaMouthWish, 800);
  double cost = 0;

  fill_clip (&clip, 50, FPS);
  inventory = make_inventory (&clip, NULL);
  fill_wishes (wishes, 800, 50);
  search = myna_mouth_search_new (inventory);
  for (int i = 0; i < 800; i++)
    myna_mouth_search_push (search, &wishes[i]);
  sources = myna_mouth_search_finish (search);
  g_assert_cmpuint (sources->len, ==, 800);
  for (int i = 0; i < 800; i++)
    {
      gint64 source = g_array_index (sources, gint64, i);

      g_assert_true ((source < 0) == !wishes[i].active);
      if (source < 0)
        continue;
      cost += (double) myna_mouth_search_get_unit_cost (search, &wishes[i], source);
      if (i > 0 && !wishes[i].cut)
        cost += (double) myna_mouth_search_get_join_cost (search, wishes[i - 1].base,
                                                          g_array_index (sources, gint64, i - 1),
                                                          wishes[i].base, source);
    }
  g_assert_cmpfloat_with_epsilon (cost, search_whole (search, wishes, 800, 50), 0.02);
}

/* Only closed mouths where lips must touch, and the same again. */
static void
test_search_closed (void)
{
  g_auto (Clip) clip = { 0 };
  g_autoptr (MynaMouthInventory) inventory = NULL;
  g_autoptr (GArray) first = NULL;
  g_autofree MynaMouthWish *wishes = g_new0 (MynaMouthWish, 500);
  const MynaMouthPerson *person = NULL;
  float limit;

  fill_clip (&clip, 150, FPS);
  inventory = make_inventory (&clip, NULL);
  person = myna_mouth_inventory_get_person (inventory);
  limit = person->closed + 0.2f * (person->open - person->closed);
  fill_wishes (wishes, 500, 150);
  for (int round = 0; round < 2; round++)
    {
      g_autoptr (MynaMouthSearch) search = myna_mouth_search_new (inventory);
      g_autoptr (GArray) sources = NULL;

      for (int i = 0; i < 500; i++)
        myna_mouth_search_push (search, &wishes[i]);
      sources = myna_mouth_search_finish (search);
      for (int i = 0; i < 500; i++)
        {
          gint64 source = g_array_index (sources, gint64, i);

          if (wishes[i].closed && source >= 0)
            g_assert_cmpfloat (clip.poses[source].opening, <=, limit);
        }
      if (first == NULL)
        first = g_steal_pointer (&sources);
      else
        g_assert_cmpmem (first->data, first->len * 8, sources->data, sources->len * 8);
    }
}

static double
correlate (const GArray *a, const GArray *b)
{
  double n = a->len, x = 0, y = 0, xx = 0, yy = 0, xy = 0;

  for (guint i = 0; i < a->len; i++)
    {
      double p = (double) g_array_index (a, float, i), q = (double) g_array_index (b, float, i);

      x += p;
      y += q;
      xx += p * p;
      yy += q * q;
      xy += p * q;
    }
  return (n * xy - x * y) / sqrt ((n * xx - x * x) * (n * yy - y * y));
}

/* The targets follow the track, the chosen mouths follow the targets, closures are shut. */
static void
test_selection (void)
{
  g_auto (Clip) clip = { 0 };
  g_autoptr (MynaMouthSound) own = make_sound (0, 20);
  g_autoptr (MynaMouthSound) speech = make_sound (40, 48);
  g_autoptr (MynaMouthTrack) track = make_track (40, 48);
  g_autoptr (MynaMouthInventory) inventory = NULL;
  g_autoptr (MynaMouthTimeline) timeline = NULL;
  g_autoptr (MynaMouthSelection) selection = NULL;
  g_autoptr (MynaMouthSelection) again = NULL;
  g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr (GArray) shown = g_array_new (FALSE, FALSE, sizeof (float));
  const MynaMouthPerson *person = NULL;

  fill_clip (&clip, 20 * FPS, FPS);
  inventory = make_inventory (&clip, own);
  person = myna_mouth_inventory_get_person (inventory);
  timeline = myna_mouth_timeline_new (inventory, 20, 8);
  selection = myna_mouth_selection_new (inventory, timeline, speech, track, NULL, NULL, NULL);
  again = myna_mouth_selection_new (inventory, timeline, speech, track, NULL, NULL, NULL);
  g_assert_cmpint (myna_mouth_selection_get_n_frames (selection), ==, 200);
  for (gint64 i = 0; i < 200; i++)
    {
      const MynaMouthChoice *choice = myna_mouth_selection_get (selection, i);
      MynaMouthShape shape = myna_mouth_track_sample (track, (double) i / FPS);
      float asked = person->closed +
                    shape.opening / MYNA_MOUTH_NOMINAL_OPEN * (person->open - person->closed);

      g_assert_cmpmem (choice, sizeof *choice, myna_mouth_selection_get (again, i), sizeof *choice);
      g_assert_cmpint (choice->base, ==, i);
      g_assert_cmpfloat (choice->strength, ==, 1);
      g_assert_true (choice->closed == shape.closed);
      g_assert_cmpfloat (fabsf (choice->opening - asked), <, 0.025f);
      if (choice->closed)
        g_assert_cmpfloat (choice->opening, <=, person->closed + 1e-6f);
      if (choice->jump)
        g_assert_cmpint (choice->fading, >=, 0);
      g_assert_true (choice->fade >= 0 && choice->fade < 1);
      g_array_append_val (wanted, asked);
      g_array_append_val (shown, clip.poses[choice->source].opening);
    }
  g_assert_cmpfloat (correlate (wanted, shown), >, 0.8);
  g_assert_cmpint (myna_mouth_selection_get_n_jumps (selection), >, 0);
  g_assert_cmpint (myna_mouth_selection_get_n_jumps (selection), <, 80);
}

/* Where the video's own mouth does what is asked, it stays. */
static void
test_own_mouth (void)
{
  g_auto (Clip) clip = { 0 };
  g_autoptr (MynaMouthSound) own = make_sound (0, 20);
  MynaMouthShape shapes[2000] = { 0 };
  g_autoptr (MynaMouthInventory) inventory = NULL;
  g_autoptr (MynaMouthTimeline) timeline = NULL;
  g_autoptr (MynaMouthTrack) track = NULL;
  g_autoptr (MynaMouthSelection) selection = NULL;
  const MynaMouthPerson *person = NULL;

  fill_clip (&clip, 20 * FPS, FPS);
  inventory = make_inventory (&clip, own);
  person = myna_mouth_inventory_get_person (inventory);
  for (int i = 0; i < 2000; i++)
    {
      shapes[i].width = 1 + (0.06f * (float) sin (i * 0.05)) / 0.8f;
      shapes[i].opening = (get_opening (i * 0.01) - person->closed) /
                          (person->open - person->closed) * MYNA_MOUTH_NOMINAL_OPEN;
    }
  track = myna_mouth_track_new (shapes, 2000, NULL, 0);
  timeline = myna_mouth_timeline_new (inventory, 20, 0);
  selection = myna_mouth_selection_new (inventory, timeline, own, track, NULL, NULL, NULL);
  for (gint64 i = 0; i < 500; i++)
    {
      const MynaMouthChoice *choice = myna_mouth_selection_get (selection, i);

      g_assert_cmpint (choice->source, ==, i);
      g_assert_cmpfloat_with_epsilon (choice->opening, clip.poses[i].opening, 0.004);
    }
  g_assert_cmpint (myna_mouth_selection_get_n_jumps (selection), ==, 0);
}

/* A face that leaves, a head that turns away, the end of the speech. */
static void
test_fades (void)
{
  g_auto (Clip) clip = { 0 };
  g_autoptr (MynaMouthSound) speech = make_sound (0, 6);
  g_autoptr (MynaMouthTrack) track = make_track (0, 6);
  g_autoptr (MynaMouthInventory) inventory = NULL;
  g_autoptr (MynaMouthTimeline) timeline = NULL;
  g_autoptr (MynaMouthSelection) selection = NULL;

  fill_clip (&clip, 8 * FPS, FPS);
  for (int i = 40; i < 50; i++)
    clip.poses[i].present = clip.poses[i].usable = FALSE;
  for (int i = 70; i < 80; i++)
    clip.poses[i].yaw = 0.9f;
  clip.cuts[80] = TRUE;
  inventory = make_inventory (&clip, NULL);
  timeline = myna_mouth_timeline_new (inventory, 8, 0);
  selection = myna_mouth_selection_new (inventory, timeline, speech, track, NULL, NULL, NULL);
  for (gint64 i = 0; i < 200; i++)
    {
      const MynaMouthChoice *choice = myna_mouth_selection_get (selection, i);
      gboolean gone = (i >= 40 && i < 50) || (i >= 70 && i < 80) || i >= 155;

      g_assert_true ((choice->strength <= 0) == gone);
      g_assert_true ((choice->source < 0) == gone);
    }
  g_assert_cmpfloat_with_epsilon (myna_mouth_selection_get (selection, 39)->strength, 0.25, 1e-5);
  g_assert_cmpfloat_with_epsilon (myna_mouth_selection_get (selection, 51)->strength, 0.5, 1e-5);
  g_assert_cmpfloat (myna_mouth_selection_get (selection, 53)->strength, ==, 1);
  /* A cut needs no fading. */
  g_assert_cmpfloat (myna_mouth_selection_get (selection, 80)->strength, ==, 1);
}

/* Five frames a second step over most closures; the nearest frame is shut all the same. Intensity
 * and offset do what they say. */
static void
test_targets (void)
{
  g_auto (Clip) clip = { 0 };
  g_autoptr (MynaMouthTrack) track = make_track (0, 10);
  g_autoptr (MynaMouthInventory) inventory = NULL;
  g_autoptr (MynaMouthTimeline) timeline = NULL;
  MynaMouthSelectionParams params = { 0.5, 0.2 };
  g_autoptr (MynaMouthSelection) plain = NULL;
  g_autoptr (MynaMouthSelection) other = NULL;
  const MynaClosure *closures = NULL;
  gsize n;

  fill_clip (&clip, 120, 10);
  inventory = make_inventory (&clip, NULL);
  timeline = myna_mouth_timeline_new (inventory, 12, 0);
  plain = myna_mouth_selection_new_targets (inventory, timeline, track, NULL);
  other = myna_mouth_selection_new_targets (inventory, timeline, track, &params);
  closures = myna_mouth_track_get_closures (track, &n);
  g_assert_cmpuint (n, >, 10);
  for (gsize i = 0; i < n; i++)
    {
      gint64 a = llround (closures[i].time * 10), b = llround ((closures[i].time + 0.2) * 10);

      g_assert_true (myna_mouth_selection_get (plain, a)->closed);
      g_assert_true (myna_mouth_selection_get (other, b)->closed);
    }
  g_assert_cmpfloat (myna_mouth_selection_get (plain, 15)->opening, >,
                     myna_mouth_selection_get (other, 17)->opening);
}

/* A person, any track: no crash, everything in range. */
static void
test_selection_random (void)
{
  for (int round = 0; round < 10; round++)
    {
      g_auto (Clip) clip = { 0 };
      g_autoptr (MynaMouthSound) speech = make_sound (0, 3);
      MynaMouthShape shapes[300] = { 0 };
      g_autoptr (MynaMouthInventory) inventory = NULL;
      g_autoptr (MynaMouthTimeline) timeline = NULL;
      g_autoptr (MynaMouthTrack) track = NULL;
      g_autoptr (MynaMouthSelection) selection = NULL;

      fill_clip (&clip, g_test_rand_int_range (1, 50), FPS);
      for (gint64 i = 0; i < clip.n; i++)
        {
          clip.poses[i].present = g_test_rand_int_range (0, 4) != 0;
          clip.poses[i].usable = clip.poses[i].present && g_test_rand_bit ();
          clip.poses[i].opening = (float) g_test_rand_double_range (0, 0.3);
          clip.cuts[i] = g_test_rand_int_range (0, 9) == 0;
        }
      for (int i = 0; i < 300; i++)
        shapes[i] = (MynaMouthShape) { .opening = (float) g_test_rand_double_range (0, 0.2),
                                       .width = 1,
                                       .closed = g_test_rand_int_range (0, 9) == 0 };
      inventory = make_inventory (&clip, round % 2 ? speech : NULL);
      timeline = myna_mouth_timeline_new (inventory, clip.times[clip.n - 1] + 0.04, 3);
      track = myna_mouth_track_new (shapes, 300, NULL, 0);
      selection = myna_mouth_selection_new (inventory, timeline, speech, track, NULL, NULL, NULL);
      for (gint64 i = 0; i < myna_mouth_selection_get_n_frames (selection); i++)
        {
          const MynaMouthChoice *choice = myna_mouth_selection_get (selection, i);

          g_assert_true (choice->base >= 0 && choice->base < clip.n);
          g_assert_true (choice->source >= -1 && choice->source < clip.n);
          g_assert_true (choice->fading >= -1 && choice->fading < clip.n);
          g_assert_true (choice->opening >= -0.01f && choice->opening < 0.6f);
          g_assert_true (clip.poses[choice->base].present || choice->source < 0);
          if (choice->source >= 0)
            g_assert_true (clip.poses[choice->source].present);
        }
    }
}

static void
test_cancel (void)
{
  g_auto (Clip) clip = { 0 };
  g_autoptr (MynaMouthSound) sound = make_sound (0, 4);
  g_autoptr (MynaMouthTrack) track = make_track (0, 4);
  g_autoptr (MynaMouthInventory) inventory = NULL;
  g_autoptr (MynaMouthTimeline) timeline = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  fill_clip (&clip, 100, FPS);
  inventory = make_inventory (&clip, sound);
  timeline = myna_mouth_timeline_new (inventory, 4, 0);
  g_cancellable_cancel (cancellable);
  g_assert_null (
      myna_mouth_selection_new (inventory, timeline, sound, track, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* What the person did at like sounds improves what the sound alone tells. */
static void
test_own_sounds (void)
{
  g_auto (Clip) clip = { 0 };
  g_autoptr (MynaMouthSound) own = make_sound (0, 30);
  g_autoptr (MynaMouthSound) speech = make_sound (50, 60);
  g_autoptr (MynaMouthInventory) inventory = NULL;
  g_autoptr (MynaMouthTrack) alone = NULL;
  g_autoptr (MynaMouthTrack) joined = NULL;
  g_autoptr (GArray) real = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr (GArray) a = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr (GArray) b = g_array_new (FALSE, FALSE, sizeof (float));

  fill_clip (&clip, 30 * FPS, FPS);
  inventory = make_inventory (&clip, own);
  alone = myna_mouth_track_new_for_speech (speech, NULL, NULL, NULL, 0.5, NULL, NULL);
  joined = myna_mouth_track_new_for_speech (speech, NULL, NULL, inventory, 0.5, NULL, NULL);
  for (double t = 0.1; t < 9.9; t += 0.04)
    {
      float x = get_opening (50 + t);
      float y = myna_mouth_track_sample (alone, t).opening;
      float z = myna_mouth_track_sample (joined, t).opening;

      g_array_append_val (real, x);
      g_array_append_val (a, y);
      g_array_append_val (b, z);
    }
  g_test_message ("alone %.3f, joined %.3f", correlate (real, a), correlate (real, b));
  g_assert_cmpfloat (correlate (real, b), >, correlate (real, a));
  g_assert_cmpfloat (correlate (real, b), >, 0.7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mouth-selection/inventory", test_inventory);
  g_test_add_func ("/mouth-selection/inventory-without", test_inventory_without);
  g_test_add_func ("/mouth-selection/timeline", test_timeline);
  g_test_add_func ("/mouth-selection/timeline-random", test_timeline_random);
  g_test_add_func ("/mouth-selection/search-is-optimal", test_search_is_optimal);
  g_test_add_func ("/mouth-selection/search-long", test_search_long);
  g_test_add_func ("/mouth-selection/search-closed", test_search_closed);
  g_test_add_func ("/mouth-selection/selection", test_selection);
  g_test_add_func ("/mouth-selection/own-mouth", test_own_mouth);
  g_test_add_func ("/mouth-selection/fades", test_fades);
  g_test_add_func ("/mouth-selection/targets", test_targets);
  g_test_add_func ("/mouth-selection/selection-random", test_selection_random);
  g_test_add_func ("/mouth-selection/cancel", test_cancel);
  g_test_add_func ("/mouth-selection/own-sounds", test_own_sounds);
  return g_test_run ();
}
