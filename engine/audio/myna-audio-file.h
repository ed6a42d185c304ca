/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MynaAudioStream:
 * @index: FFmpeg stream index
 * @description: translated, e.g. "English, AAC, stereo, 48 kHz"
 * @duration: seconds, or -1
 *
 * One audio stream of a file.
 */
typedef struct
{
  int index;
  char *description;
  int rate;
  int channels;
  double duration;
} MynaAudioStream;

void myna_audio_stream_free (MynaAudioStream *self);

/* (element-type MynaAudioStream) (transfer full); UNSUPPORTED when not a media file, EMPTY without audio. */
GPtrArray *myna_audio_probe (const char *path, GError **error);

/**
 * MynaAudio:
 * @samples: interleaved, -1 … 1
 *
 * Decoded audio in memory.
 */
typedef struct
{
  float *samples;
  gsize n_frames;
  int channels;
  int rate;
} MynaAudio;

void myna_audio_free (MynaAudio *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaAudio, myna_audio_free)

/* The longest region that may be held in memory (10 minutes); longer is refused with TOO_LARGE. */
#define MYNA_AUDIO_MAX_SECONDS 600

/* stream -1: best; end <= 0: to the end; rate 0 / channels 0: as in the file. Blocking: not on the main thread. */
MynaAudio *myna_audio_load (const char *path, int stream, double start, double end, int rate, int channels,
                            GCancellable *cancellable, GError **error);

/**
 * MynaAudioReader:
 *
 * Decodes one stream block by block in constant memory, resampled, with correct timing (gaps become
 * silence, priming is skipped). One thread at a time.
 */
typedef struct _MynaAudioReader MynaAudioReader;

MynaAudioReader *myna_audio_reader_open (const char *path, int stream, int rate, int channels, GError **error);
gboolean myna_audio_reader_seek (MynaAudioReader *self, double seconds, GError **error);
/* Returns frames read, 0 at the end, -1 on error. */
gssize myna_audio_reader_read (MynaAudioReader *self, float *interleaved, gsize max_frames, GError **error);
int myna_audio_reader_get_rate (MynaAudioReader *self);
int myna_audio_reader_get_channels (MynaAudioReader *self);
double myna_audio_reader_get_duration (MynaAudioReader *self);
void myna_audio_reader_free (MynaAudioReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaAudioReader, myna_audio_reader_free)

/**
 * MynaAudioWriter:
 *
 * Writes WAV, FLAC, Opus or MP3 (chosen by the path's extension) to a temporary file that finish
 * syncs and renames; freeing it unfinished leaves nothing behind. One thread at a time.
 */
typedef struct _MynaAudioWriter MynaAudioWriter;

MynaAudioWriter *myna_audio_writer_open (const char *path, int rate, int channels, GError **error);
void myna_audio_writer_set_tag (MynaAudioWriter *self, const char *key, const char *value);
gboolean myna_audio_writer_write (MynaAudioWriter *self, const float *interleaved, gsize n_frames, GError **error);
gboolean myna_audio_writer_finish (MynaAudioWriter *self, GError **error);
void myna_audio_writer_free (MynaAudioWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaAudioWriter, myna_audio_writer_free)

gboolean myna_audio_format_is_known (const char *path);

/* Waveform for drawing: n_points pairs min,max over the region. Blocking. */
gboolean myna_audio_peaks (const char *path, int stream, guint points_per_second, GCancellable *cancellable,
                           GArray **out_min_max, double *out_duration, GError **error);

G_END_DECLS
