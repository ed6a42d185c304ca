/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Videos made by the ffmpeg program, which is not ours and so may judge us. */

#include <libavutil/adler32.h>
#include <libavutil/pixdesc.h>

#include "audio-fixtures.h"
#include "engine/video/myna-video-reader.h"

#define TEST_PICTURE "testsrc2=size=160x120:rate=25:duration=2"

/* Runs ffmpeg in the fixture's folder; @arguments are separated by spaces. */
static inline void
ffmpeg (Fixture *f, const char *arguments)
{
  g_autofree char *line = g_strconcat ("ffmpeg -v error -nostdin -y -bitexact ", arguments, NULL);
  g_auto (GStrv) argv = g_strsplit (line, " ", -1);
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GSubprocess) process = NULL;
  GError *error = NULL;

  g_subprocess_launcher_set_cwd (launcher, f->folder);
  g_subprocess_launcher_unsetenv (launcher, "LD_PRELOAD");
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);
  g_subprocess_wait_check (process, NULL, &error);
  if (error != NULL)
    g_error ("%s: %s", line, error->message);
}

/* The test picture through @options into @name. */
static inline char *
make_clip (Fixture *f, const char *options, const char *name)
{
  g_autofree char *arguments =
      g_strconcat ("-f lavfi -i " TEST_PICTURE " ", options, " ", name, NULL);

  ffmpeg (f, arguments);
  return file_in (f, name);
}

static inline guint
checksum (const AVFrame *av)
{
  const AVPixFmtDescriptor *kind = av_pix_fmt_desc_get (av->format);
  AVAdler sum = 1;

  for (int i = 0; i < kind->nb_components; i++)
    {
      int width = i > 0 ? AV_CEIL_RSHIFT (av->width, kind->log2_chroma_w) : av->width;
      int height = i > 0 ? AV_CEIL_RSHIFT (av->height, kind->log2_chroma_h) : av->height;

      for (int y = 0; y < height; y++)
        sum = av_adler32_update (sum, av->data[i] + (gssize) y * av->linesize[i],
                                 (size_t) (width * kind->comp[i].step));
    }
  return sum;
}

typedef struct
{
  double time;
  double duration;
  guint sum;
} Seen;

/* Every frame of a file, read from the start to the end. */
static inline GArray *
read_frames (const char *path)
{
  GError *error = NULL;
  g_autoptr (MynaVideoReader) reader = myna_video_reader_open (path, &error);
  GArray *list = g_array_new (FALSE, FALSE, sizeof (Seen));

  g_assert_no_error (error);
  for (;;)
    {
      g_autoptr (MynaVideoFrame) frame = myna_video_reader_next (reader, &error);
      Seen seen;

      g_assert_no_error (error);
      if (frame == NULL)
        return list;
      g_assert_cmpint (frame->index, ==, list->len);
      seen = (Seen) { frame->time, frame->duration, checksum (frame->av) };
      g_array_append_val (list, seen);
    }
}

static inline const Seen *
seen_at (GArray *list, guint i)
{
  g_assert_cmpuint (i, <, list->len);
  return &g_array_index (list, Seen, i);
}
