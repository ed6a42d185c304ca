/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <libavutil/mastering_display_metadata.h>
#include <libavutil/pixfmt.h>
#include <libavutil/rational.h>

G_BEGIN_DECLS

/**
 * MynaVideoInfo:
 * @width: of the upright picture as the reader gives it, in stored pixels
 * @height: likewise
 * @sample_aspect: width of a pixel over its height; 1/1 when the file does not say
 * @rotation: 0, 90, 180, 270 degrees clockwise: how the stored picture is turned to be upright
 * @mirrored: whether it is mirrored as well
 * @is_image: one still picture
 * @n_frames: as the file states or its length suggests; the reader has the last word; 1 of an image
 * @duration: seconds of picture as the file states; 0 of an image
 * @start: seconds from time 0 of the file (that of its sound as well) to the first frame
 * @fps: mean frames a second; 25 of an image
 * @is_variable: frames last differently long
 * @time_base: seconds a tick in which the file counts
 * @codec: name of the codec as FFmpeg has it, e.g. "h264"
 * @stored_format: pixel format in the file, e.g. "nv12"
 * @format: pixel format that the reader gives
 * @is_converted: the two differ in more than the order of the same samples
 * @depth: bits a sample
 * @matrix: colour tags, of what the reader gives
 * @is_hdr: PQ or HLG
 * @has_mastering: the mastering display of HDR10 is known
 * @has_light: likewise its content light levels
 * @is_interlaced: the file says so; the reader gives whole pictures
 * @bit_rate: bits a second of the picture, 0 when unknown
 * @audio: (element-type MynaAudioStream): the sound tracks that can be decoded; may be empty
 *
 * What is in a video or photo. Immutable once made; any thread.
 */
typedef struct
{
  int width, height;
  AVRational sample_aspect;
  int rotation;
  gboolean mirrored;
  gboolean is_image;
  gint64 n_frames;
  double duration;
  double start;
  double fps;
  gboolean is_variable;
  AVRational time_base;
  char *codec;
  char *stored_format;
  enum AVPixelFormat format;
  gboolean is_converted;
  int depth;
  enum AVColorSpace matrix;
  enum AVColorRange range;
  enum AVColorPrimaries primaries;
  enum AVColorTransferCharacteristic transfer;
  gboolean is_hdr;
  gboolean has_mastering;
  AVMasteringDisplayMetadata mastering;
  gboolean has_light;
  AVContentLightMetadata light;
  gboolean is_interlaced;
  gint64 bit_rate;
  GPtrArray *audio;
} MynaVideoInfo;

MynaVideoInfo *myna_video_probe (const char *path, GError **error);
void myna_video_info_free (MynaVideoInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaVideoInfo, myna_video_info_free)

G_END_DECLS
