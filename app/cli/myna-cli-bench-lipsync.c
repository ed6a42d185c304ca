/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "app/cli/myna-cli-common.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"
#include "engine/lipsync/myna-lipsync-bench.h"

/* myna bench lipsync: frames a second of each stage, at 720p and 1080p or on a given video. */

static const int heights[] = { 720, 1080 };

/* Enough for the person's own mouths to be used. */
#define EXAMPLE_SECONDS 12

static struct
{
  char *video;
  char *audio;
  gboolean json;
} options;

static const GOptionEntry entries[] = {
  { "video", 'v', 0, G_OPTION_ARG_FILENAME, &options.video,
    N_ ("Video to measure with, instead of the example portrait"), N_ ("FILE") },
  { "audio", 'a', 0, G_OPTION_ARG_FILENAME, &options.audio, N_ ("Speech, instead of the example"),
    N_ ("FILE") },
  { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print JSON"), NULL },
  G_OPTION_ENTRY_NULL,
};

static void
print_figures (const MynaLipsyncFigures *figures)
{
  const struct
  {
    const char *stage;
    double fps;
  } stages[] = {
    { N_ ("decode"), figures->decode_fps },   { N_ ("track faces"), figures->track_fps },
    { N_ ("select"), figures->select_fps },   { N_ ("warp"), figures->warp_fps },
    { N_ ("blend"), figures->blend_fps },     { N_ ("encode"), figures->encode_fps },
    { N_ ("pipeline"), figures->render_fps },
  };

  printf ("%d×%d, %.1f s, %s\n", figures->width, figures->height, figures->seconds,
          figures->encoder);
  for (guint i = 0; i < G_N_ELEMENTS (stages); i++)
    {
      printf ("  ");
      myna_cli_print_cell (_ (stages[i].stage), 16);
      printf ("%8.1f %s\n", stages[i].fps, _ ("frames/s"));
    }
  printf ("  %s\n", _ ("seconds of work for a second of video"));
  printf ("  %-16s%8.3f\n", _ ("first time"), figures->rtf_first);
  printf ("  %-16s%8.3f\n", _ ("faces known"), figures->rtf_again);
  printf ("  %-16s%8.0f MB\n", _ ("peak memory"), (double) figures->peak_bytes / 1e6);
}

static void
add_figures (JsonBuilder *json, const MynaLipsyncFigures *figures)
{
  const struct
  {
    const char *name;
    double value;
  } values[] = {
    { "seconds", figures->seconds },       { "decode_fps", figures->decode_fps },
    { "track_fps", figures->track_fps },   { "select_fps", figures->select_fps },
    { "warp_fps", figures->warp_fps },     { "blend_fps", figures->blend_fps },
    { "encode_fps", figures->encode_fps }, { "render_fps", figures->render_fps },
    { "rtf_first", figures->rtf_first },   { "rtf_again", figures->rtf_again },
  };

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "width");
  json_builder_add_int_value (json, figures->width);
  json_builder_set_member_name (json, "height");
  json_builder_add_int_value (json, figures->height);
  json_builder_set_member_name (json, "encoder");
  json_builder_add_string_value (json, figures->encoder);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      json_builder_set_member_name (json, values[i].name);
      json_builder_add_double_value (json, values[i].value);
    }
  json_builder_set_member_name (json, "peak_bytes");
  json_builder_add_int_value (json, (gint64) figures->peak_bytes);
  json_builder_end_object (json);
}

static gboolean
measure (JsonBuilder *json, const char *video, const char *audio, GError **error)
{
  MynaLipsyncFigures figures = { 0 };

  if (!myna_lipsync_bench_run (video, audio, &figures, error))
    return FALSE;
  if (!options.json)
    print_figures (&figures);
  add_figures (json, &figures);
  return TRUE;
}

static char *
find_speech (GError **error)
{
  g_autoptr (GPtrArray) regions = NULL;

  if (options.audio != NULL)
    return g_canonicalize_filename (options.audio, NULL);
  regions = myna_cli_find_example (EXAMPLE_SECONDS, error);
  return regions != NULL ? g_strdup (((MynaVoiceRegion *) regions->pdata[0])->path) : NULL;
}

static gboolean
measure_example (JsonBuilder *json, const char *audio, const char *folder, GError **error)
{
  g_autofree char *portrait = myna_cli_find_portrait ();

  if (portrait == NULL)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND,
                           _ ("The example has no portrait.png. Give a video with --video FILE."));
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (heights); i++)
    {
      g_autofree char *name = g_strdup_printf ("%d.mp4", heights[i]);
      g_autofree char *video = g_build_filename (folder, name, NULL);

      if (!myna_lipsync_bench_make_video (portrait, audio, heights[i], video, error) ||
          !measure (json, video, audio, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run (JsonBuilder *json, const char *folder, GError **error)
{
  g_autofree char *audio = find_speech (error);
  g_autofree char *video = NULL;

  if (audio == NULL)
    return FALSE;
  if (options.video == NULL)
    return measure_example (json, audio, folder, error);
  video = g_canonicalize_filename (options.video, NULL);
  return measure (json, video, audio, error);
}

/**
 * myna_cli_bench_lipsync:
 *
 * The command "bench lipsync".
 */
MynaCliStatus
myna_cli_bench_lipsync (int argc, char **argv)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;
  gboolean done;

  if (!myna_cli_parse (&argc, &argv, "lipsync", _ ("Measures the speed of lip-sync."), entries,
                       NULL))
    return MYNA_CLI_USAGE;
  folder = g_dir_make_tmp ("myna-bench-XXXXXX", &error);
  if (folder == NULL)
    return myna_cli_fail (error);
  json_builder_begin_array (json);
  done = run (json, folder, &error);
  json_builder_end_array (json);
  myna_remove_tree (folder, NULL);
  if (!done)
    return myna_cli_fail (error);
  if (options.json)
    myna_cli_print_json (json);
  return MYNA_CLI_DONE;
}
