/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-audio-quality.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "engine/audio/myna-audio-reader.h"
#include "engine/audio/myna-speech-meter.h"

/* Of the voices: draft-voice sections 0 and 7. */
#define LEAST_SPEECH_SECONDS 3
#define WANTED_SPEECH_SECONDS 15
#define BEST_SPEECH_SECONDS 30
#define LEAST_VOICED_SECONDS 0.3
#define NOISY_DB 20.0
#define VERY_NOISY_DB 10.0
#define CLIPPED_FRACTION 0.005
#define TELEPHONE_HZ 5000.0

/* Speech moves its pitch: 0.02 … 0.18 in 35 recordings, tones and chords are above 0.6. */
#define STEADY_FRACTION 0.45
/* Below this a microphone's own noise is near. */
#define QUIET_LUFS -42.0
#define SILENT_PEAK_DB -60.0

#define BLOCK_FRAMES 8192
/* Nothing of a voice is above what this rate holds. */
#define HIGHEST_RATE 48000
#define LOWEST_RATE 8000

/**
 * myna_audio_quality_free:
 * @self: (transfer full) (nullable): quality
 */
void
myna_audio_quality_free (MynaAudioQuality *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->findings);
  g_free (self);
}

static void
add (GStrvBuilder *findings, MynaAudioQuality *self, MynaQualityGrade grade, const char *text)
{
  g_strv_builder_add (findings, text);
  self->grade = MAX (self->grade, grade);
}

static void
add_taken (GStrvBuilder *findings, MynaAudioQuality *self, MynaQualityGrade grade, char *text)
{
  add (findings, self, grade, text);
  g_free (text);
}

/* What makes the sample useless: then nothing else matters. */
static gboolean
judge_speech (MynaAudioQuality *self, const MynaSpeechMeasures *m, GStrvBuilder *findings)
{
  int found = (int) floor (self->speech_seconds);
  g_autofree char *too_short = g_strdup_printf (
      ngettext ("The sample is too short. Record at least %d second.",
                "The sample is too short. Record at least %d seconds.", WANTED_SPEECH_SECONDS),
      WANTED_SPEECH_SECONDS);
  gboolean is_steady = m->steady_fraction > STEADY_FRACTION && m->voiced_seconds > 0;

  if (self->seconds < 1)
    add (findings, self, MYNA_QUALITY_UNUSABLE, too_short);
  else if (self->peak_db < SILENT_PEAK_DB)
    add (findings, self, MYNA_QUALITY_UNUSABLE,
         _ ("No speech found: the sample is silent. Check the microphone and its volume."));
  else if (is_steady)
    add (findings, self, MYNA_QUALITY_UNUSABLE,
         _ ("No speech found: this sounds like music or a tone. Choose a sample with one person "
            "speaking."));
  else if (self->seconds < LEAST_SPEECH_SECONDS)
    add (findings, self, MYNA_QUALITY_UNUSABLE, too_short);
  else if (m->voiced_seconds < LEAST_VOICED_SECONDS)
    add (findings, self, MYNA_QUALITY_UNUSABLE,
         _ ("No speech found. Choose a sample in which one person speaks clearly."));
  else if (found < LEAST_SPEECH_SECONDS)
    add_taken (
        findings, self, MYNA_QUALITY_UNUSABLE,
        g_strdup_printf (ngettext ("Too short: only %d second of speech was found. Record at "
                                   "least %d seconds.",
                                   "Too short: only %d seconds of speech were found. Record at "
                                   "least %d seconds.",
                                   found),
                         found, WANTED_SPEECH_SECONDS));
  else
    return TRUE;
  /* What was not speech is not counted as such. */
  if (m->voiced_seconds < LEAST_VOICED_SECONDS || is_steady)
    self->speech_seconds = 0;
  return FALSE;
}

static void
judge_length (MynaAudioQuality *self, GStrvBuilder *findings)
{
  int found = (int) floor (self->speech_seconds);

  if (found < WANTED_SPEECH_SECONDS)
    add_taken (
        findings, self, MYNA_QUALITY_FAIR,
        g_strdup_printf (ngettext ("Short: %d second of speech. With %d seconds or more the "
                                   "voice gets clearer; 30 to 60 are best.",
                                   "Short: %d seconds of speech. With %d seconds or more the "
                                   "voice gets clearer; 30 to 60 are best.",
                                   found),
                         found, WANTED_SPEECH_SECONDS));
}

/* Faults of the recording, the worst for the voice first. */
static void
judge_recording (MynaAudioQuality *self, GStrvBuilder *findings)
{
  if (self->clipped_fraction > CLIPPED_FRACTION)
    add (findings, self, MYNA_QUALITY_FAIR,
         _ ("The loud parts are distorted. Record again with the microphone turned down or further "
            "away."));
  if (self->snr_db < VERY_NOISY_DB)
    add (findings, self, MYNA_QUALITY_FAIR,
         _ ("There is loud noise in the background. Record again in a quiet room."));
  else if (self->snr_db < NOISY_DB)
    add (findings, self, MYNA_QUALITY_FAIR,
         _ ("There is noise in the background. A quieter room or a closer microphone helps."));
  if (self->loudness_lufs < QUIET_LUFS)
    add (findings, self, MYNA_QUALITY_FAIR,
         _ ("The speech is very quiet. Turn the microphone up or come closer."));
  if (self->bandwidth_hz <= TELEPHONE_HZ)
    add (
        findings, self, MYNA_QUALITY_FAIR,
        _ ("It sounds like a telephone: the high tones are missing. The voice will sound like that "
           "too."));
}

static void
praise (MynaAudioQuality *self, GStrvBuilder *findings)
{
  int found = (int) floor (self->speech_seconds);

  if (found >= 120)
    add_taken (findings, self, MYNA_QUALITY_GOOD,
               g_strdup_printf (ngettext ("Good: %d minute of clear speech.",
                                          "Good: %d minutes of clear speech.", found / 60),
                                found / 60));
  else if (found >= BEST_SPEECH_SECONDS)
    add_taken (findings, self, MYNA_QUALITY_GOOD,
               g_strdup_printf (ngettext ("Good: %d second of clear speech.",
                                          "Good: %d seconds of clear speech.", found),
                                found));
  else
    add_taken (
        findings, self, MYNA_QUALITY_GOOD,
        g_strdup_printf (ngettext ("Good: %d second of clear speech. 30 to 60 are best.",
                                   "Good: %d seconds of clear speech. 30 to 60 are best.", found),
                         found));
}

static MynaAudioQuality *
judge (const MynaSpeechMeasures *m)
{
  g_autoptr (GStrvBuilder) findings = g_strv_builder_new ();
  MynaAudioQuality *self = g_new0 (MynaAudioQuality, 1);

  self->grade = MYNA_QUALITY_GOOD;
  self->seconds = m->seconds;
  self->speech_seconds = m->speech_seconds;
  self->loudness_lufs = m->loudness_lufs;
  self->peak_db = m->peak_db;
  self->clipped_fraction = m->clipped_fraction;
  self->noise_floor_db = m->noise_floor_db;
  self->snr_db = m->snr_db;
  self->bandwidth_hz = m->bandwidth_hz;
  if (judge_speech (self, m, findings))
    {
      judge_recording (self, findings);
      judge_length (self, findings);
      if (self->grade == MYNA_QUALITY_GOOD)
        praise (self, findings);
    }
  self->findings = g_strv_builder_end (findings);
  return self;
}

/**
 * myna_audio_quality_measure:
 * @mono: (array length=n_samples): samples, -1 … 1
 * @n_samples: how many; none is an empty sample
 * @rate: Hz, at least 1000
 *
 * Judges a voice sample in memory; the method is that of #MynaSpeechMeter. About 1 ms per second of
 * sound. Any thread.
 *
 * Returns: (transfer full): the quality, with at least one finding
 */
MynaAudioQuality *
myna_audio_quality_measure (const float *mono, gsize n_samples, int rate)
{
  g_autoptr (MynaSpeechMeter) meter = NULL;
  MynaSpeechMeasures measures;

  g_return_val_if_fail (mono != NULL || n_samples == 0, NULL);
  g_return_val_if_fail (rate >= 1000, NULL);

  meter = myna_speech_meter_new (rate, 1);
  myna_speech_meter_push (meter, mono, n_samples);
  myna_speech_meter_finish (meter, &measures);
  return judge (&measures);
}

/* The file's own rate, so that its rail is seen as it is, within what a voice needs. */
static MynaAudioReader *
open_reader (const char *path, int stream, GError **error)
{
  g_autoptr (MynaAudioReader) reader = myna_audio_reader_open (path, stream, 0, 0, error);
  int rate;

  if (reader == NULL)
    return NULL;
  rate = myna_audio_reader_get_rate (reader);
  if (rate >= LOWEST_RATE && rate <= HIGHEST_RATE)
    return g_steal_pointer (&reader);
  return myna_audio_reader_open (path, stream, CLAMP (rate, LOWEST_RATE, HIGHEST_RATE), 0, error);
}

static gboolean
measure_region (MynaAudioReader *reader,
                MynaSpeechMeter *meter,
                gint64 n_frames,
                GCancellable *cancellable,
                GError **error)
{
  gsize channels = (gsize) myna_audio_reader_get_channels (reader);
  g_autofree float *block = g_new (float, BLOCK_FRAMES *channels);
  gssize n;

  do
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      n = myna_audio_reader_read (reader, block, (gsize) MIN (n_frames, BLOCK_FRAMES), error);
      if (n < 0)
        return FALSE;
      myna_speech_meter_push (meter, block, (gsize) n);
      n_frames -= n;
    }
  while (n > 0);
  return TRUE;
}

/**
 * myna_audio_quality_measure_file:
 * @path: (type filename): any audio or video file
 * @stream: index of an audio stream, -1 for the best
 * @start: seconds from the start of the file
 * @end: seconds from the start of the file, <= 0 for its end
 * @cancellable: (nullable): stops it within a block
 *
 * Judges a region of any length in constant memory. Blocking: not on the main thread.
 *
 * Returns: (transfer full) (nullable): the quality; errors as of myna_audio_reader_open (), or
 *   cancellation
 */
MynaAudioQuality *
myna_audio_quality_measure_file (const char *path,
                                 int stream,
                                 double start,
                                 double end,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_autoptr (MynaAudioReader) reader = NULL;
  g_autoptr (MynaSpeechMeter) meter = NULL;
  MynaSpeechMeasures measures;
  gint64 n_frames = G_MAXINT64;

  g_return_val_if_fail (path != NULL, NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  reader = open_reader (path, stream, error);
  if (reader == NULL)
    return NULL;
  start = MAX (start, 0);
  myna_audio_reader_set_cancellable (reader, cancellable);
  if (end > 0)
    n_frames = llround (CLAMP (end - start, 0, 1e7) * myna_audio_reader_get_rate (reader));
  if (start > 0 && !myna_audio_reader_seek (reader, start, error))
    return NULL;
  meter = myna_speech_meter_new (myna_audio_reader_get_rate (reader),
                                 myna_audio_reader_get_channels (reader));
  if (!measure_region (reader, meter, n_frames, cancellable, error))
    return NULL;
  myna_speech_meter_finish (meter, &measures);
  return judge (&measures);
}
