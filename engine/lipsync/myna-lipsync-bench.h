/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MynaLipsyncFigures:
 * @width: of the video
 * @height: of the video
 * @n_frames: of the result
 * @seconds: of the result
 * @decode_fps: frames a second of decoding alone
 * @track_fps: of finding and tracking the faces, decoding included
 * @select_fps: of both sounds and of choosing a mouth for each frame
 * @warp_fps: of bending mouths into shape
 * @blend_fps: of colour, pyramid and writing back
 * @encode_fps: of encoding alone
 * @encoder: FFmpeg's name of it
 * @render_fps: of the pipeline: decoding, painting and encoding together
 * @rtf_first: seconds of work for a second of video, of a video that was never seen before
 * @rtf_again: the same when its faces are known
 * @peak_bytes: most memory that the process has had
 *
 * Speed of lip-sync.
 */
typedef struct
{
  int width, height;
  gint64 n_frames;
  double seconds;
  double decode_fps, track_fps, select_fps, warp_fps, blend_fps, encode_fps;
  char encoder[32];
  double render_fps;
  double rtf_first, rtf_again;
  guint64 peak_bytes;
} MynaLipsyncFigures;

/* Makes a talking video of a portrait, @height pixels high and 16:9. Blocks. */
gboolean myna_lipsync_bench_make_video (
    const char *portrait, const char *audio, int height, const char *path, GError **error);
/* Has @video say @audio and measures it. Blocks; any thread. */
gboolean myna_lipsync_bench_run (const char *video,
                                 const char *audio,
                                 MynaLipsyncFigures *figures,
                                 GError **error);

G_END_DECLS
