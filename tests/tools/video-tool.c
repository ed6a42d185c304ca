/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/video/myna-video-bench.h"
#include "engine/video/myna-video-reader.h"
#include "engine/video/myna-video-writer.h"

#include <libavutil/adler32.h>
#include <libavutil/pixdesc.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

/*
 * video-tool info FILE…
 * video-tool frames FILE           number, time, duration and checksum of each frame
 * video-tool picture FILE TIME OUT.ppm
 * video-tool bench FILE            frames a second of reading and writing
 * video-tool copy FILE OUT [--audio FILE] [--folder FOLDER] [--lossless] [--hardware] [--stop N]
 *                                  writes it anew; --stop leaves after N frames
 *
 * Looks at videos through the engine's reader.
 */

static int
fail (GError *error)
{
  fprintf (stderr, "video-tool: %s\n", error->message);
  g_error_free (error);
  return 1;
}

static int
print_info (const char *path)
{
  GError *error = NULL;
  g_autoptr (MynaVideoInfo) info = myna_video_probe (path, &error);

  if (info == NULL)
    return fail (error);
  printf ("%s: %s %s -> %s%s, %d x %d (pixel %d:%d), turned %d%s, %s, %" G_GINT64_FORMAT
          " frames, %.6f s from %.6f, %.4f fps%s, tick %d/%d, %d bits, matrix %s range %s "
          "primaries %s transfer %s%s%s%s, %" G_GINT64_FORMAT " bit/s, %u sound tracks\n",
          path, info->codec, info->stored_format, av_get_pix_fmt_name (info->format),
          info->is_converted ? " (converted)" : "", info->width, info->height,
          info->sample_aspect.num, info->sample_aspect.den, info->rotation,
          info->mirrored ? " mirrored" : "", info->is_image ? "image" : "video", info->n_frames,
          info->duration, info->start, info->fps, info->is_variable ? " variable" : "",
          info->time_base.num, info->time_base.den, info->depth, av_color_space_name (info->matrix),
          av_color_range_name (info->range), av_color_primaries_name (info->primaries),
          av_color_transfer_name (info->transfer), info->is_hdr ? " HDR" : "",
          info->has_mastering ? " mastering" : "", info->is_interlaced ? " interlaced" : "",
          info->bit_rate, info->audio->len);
  return 0;
}

static unsigned long
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

static int
print_frames (const char *path)
{
  GError *error = NULL;
  g_autoptr (MynaVideoReader) reader = myna_video_reader_open (path, &error);

  while (reader != NULL)
    {
      g_autoptr (MynaVideoFrame) frame = myna_video_reader_next (reader, &error);

      if (frame == NULL)
        break;
      printf ("%6" G_GINT64_FORMAT " %12.6f %9.6f %s %dx%d %08lx\n", frame->index, frame->time,
              frame->duration, av_get_pix_fmt_name (frame->av->format), frame->av->width,
              frame->av->height, checksum (frame->av));
    }
  if (error != NULL)
    return fail (error);
  if (myna_video_reader_get_n_damaged (reader) > 0)
    printf ("damaged: %u\n", myna_video_reader_get_n_damaged (reader));
  return 0;
}

static int
write_picture (const char *path, double time, const char *output)
{
  GError *error = NULL;
  g_autoptr (MynaVideoReader) reader = myna_video_reader_open (path, &error);
  g_autoptr (MynaVideoFrame) frame = NULL;
  g_autofree char *header = NULL;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  int width, height;
  gsize start;

  if (reader == NULL || !myna_video_reader_seek (reader, time, 0, &error))
    return fail (error);
  frame = myna_video_reader_next (reader, &error);
  if (frame == NULL)
    return fail (error);
  width = myna_video_frame_get_width (frame);
  height = myna_video_frame_get_height (frame);
  header = g_strdup_printf ("P6 %d %d 255\n", width, height);
  start = strlen (header);
  g_byte_array_set_size (bytes, (guint) (start + (gsize) width * (gsize) height * 3));
  memcpy (bytes->data, header, start);
  if (!myna_video_frame_to_rgb (frame, NULL, width, height, bytes->data + start, &error) ||
      !g_file_set_contents (output, (const char *) bytes->data, bytes->len, &error))
    return fail (error);
  printf ("%f\n", frame->time);
  return 0;
}

static char *audio = NULL, *folder = NULL;
static gboolean lossless = FALSE, hardware = FALSE;
static int stop = -1;

static const GOptionEntry options[] = {
  { "audio", 0, 0, G_OPTION_ARG_FILENAME, &audio, "the sound", "FILE" },
  { "folder", 0, 0, G_OPTION_ARG_FILENAME, &folder, "keeps segments", "FOLDER" },
  { "lossless", 0, 0, G_OPTION_ARG_NONE, &lossless, "every pixel", NULL },
  { "hardware", 0, 0, G_OPTION_ARG_NONE, &hardware, "by the graphics card", NULL },
  { "stop", 0, 0, G_OPTION_ARG_INT, &stop, "leave after so many frames", "N" },
  { NULL }
};

static int
copy (const char *path, const char *output)
{
  GError *error = NULL;
  g_autoptr (MynaVideoReader) reader = myna_video_reader_open (path, &error);
  MynaVideoWriterOptions wishes = MYNA_VIDEO_WRITER_OPTIONS_INIT;
  g_autoptr (MynaVideoWriter) writer = NULL;
  gint64 skip;

  if (reader == NULL)
    return fail (error);
  wishes.audio = audio;
  wishes.lossless = lossless;
  wishes.coder = hardware ? MYNA_VIDEO_CODER_HARDWARE : MYNA_VIDEO_CODER_AUTO;
  writer =
      myna_video_writer_open (output, myna_video_reader_get_info (reader), &wishes, folder, &error);
  if (writer == NULL)
    return fail (error);
  skip = myna_video_writer_get_n_finished (writer);
  fprintf (stderr, "%s, %" G_GINT64_FORMAT " frames are there\n",
           myna_video_writer_get_encoder (writer), skip);
  for (gint64 i = 0; stop < 0 || i < stop; i++)
    {
      g_autoptr (MynaVideoFrame) frame = myna_video_reader_next (reader, &error);

      if (frame == NULL)
        break;
      if (i >= skip && !myna_video_writer_write (writer, frame, &error))
        return fail (error);
    }
  if (error != NULL)
    return fail (error);
  if (stop >= 0)
    return 0;
  return myna_video_writer_finish (writer, NULL, &error) ? 0 : fail (error);
}

static int
bench (const char *path)
{
  GError *error = NULL;
  MynaVideoBench result;

  if (!myna_video_bench (path, G_MAXINT64, &result, NULL, &error))
    return fail (error);
  printf ("%" G_GINT64_FORMAT " frames: decode %.1f, rgb %.1f, encode %.1f frames/s (%s)\n",
          result.n_frames, result.decode_fps, result.rgb_fps, result.encode_fps, result.encoder);
  return 0;
}

int
main (int argc, char **argv)
{
  int status = 0;
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, NULL))
    return 2;
  if (argc >= 3 && strcmp (argv[1], "info") == 0)
    {
      for (int i = 2; i < argc; i++)
        status |= print_info (argv[i]);
      return status;
    }
  if (argc == 3 && strcmp (argv[1], "frames") == 0)
    return print_frames (argv[2]);
  if (argc == 5 && strcmp (argv[1], "picture") == 0)
    return write_picture (argv[2], g_ascii_strtod (argv[3], NULL), argv[4]);
  if (argc == 3 && strcmp (argv[1], "bench") == 0)
    return bench (argv[2]);
  if (argc == 4 && strcmp (argv[1], "copy") == 0)
    return copy (argv[2], argv[3]);
  fprintf (stderr, "usage: video-tool info FILE… | frames FILE | picture FILE TIME OUT.ppm | bench "
                   "FILE | copy FILE OUT\n");
  return 2;
}
