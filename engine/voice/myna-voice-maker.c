/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/myna-voice-maker.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "engine/audio/myna-audio-load.h"
#include "engine/audio/myna-audio-probe.h"
#include "engine/audio/myna-audio-quality.h"
#include "engine/audio/myna-audio-writer.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-paths.h"
#include "engine/core/myna-sidecar.h"
#include "engine/text/myna-language.h"

/* Below this peak (dBFS) a sample is silence, whatever the speech detector makes of its noise. */
#define SILENT_PEAK_DB -55.0

/* Blocks handed to the writer, so that cancelling does not wait for a whole clip. */
#define WRITE_FRAMES 65536

/* A voice being made in a folder of its own, which becomes the voice's when all is done. */
typedef struct
{
  char *folder; /* where it is made */
  MynaVoiceRecord *record;
  GArray *samples; /* float: all clips one after the other, for the quality check */
  int rate;        /* of samples */
  double seconds;
  GCancellable *cancellable;
} Maker;

static void
maker_clear (Maker *self)
{
  /* Nothing half-made stays. */
  if (self->folder != NULL)
    myna_remove_tree (self->folder, NULL);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->record, myna_voice_record_free);
  g_clear_pointer (&self->samples, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Maker, maker_clear)

static char *
format_minutes (double seconds)
{
  int total = (int) CLAMP (seconds, 0, 1e8);

  if (total >= 3600)
    return g_strdup_printf ("%d:%02d:%02d", total / 3600, total / 60 % 60, total % 60);
  return g_strdup_printf ("%d:%02d", total / 60, total % 60);
}

static gboolean
check_length (Maker *self, const char *name, double length, GError **error)
{
  g_autofree char *total = format_minutes (self->seconds + length);

  if (self->seconds + length <= MYNA_VOICE_MAX_SECONDS)
    return TRUE;
  if (self->seconds > 0)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_TOO_LARGE,
                 _ ("The samples are %s long together; a voice takes at most %d minutes and is "
                    "good from 30 to 60 seconds. Choose fewer or shorter parts."),
                 total, MYNA_VOICE_MAX_SECONDS / 60);
  else
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_TOO_LARGE,
                 _ ("“%s” is %s long; a voice takes at most %d minutes and is good from 30 to 60 "
                    "seconds. Choose a part in which one person speaks clearly."),
                 name, total, MYNA_VOICE_MAX_SECONDS / 60);
  return FALSE;
}

/* The length of a region without decoding it; -1 when the file does not say. */
static double
probe_length (const MynaVoiceRegion *region, GError **error)
{
  g_autoptr (GPtrArray) streams = NULL;
  double duration = -1;

  if (region->end > 0)
    return region->end - region->start;
  streams = myna_audio_probe (region->path, error);
  for (guint i = 0; streams != NULL && i < streams->len; i++)
    {
      const MynaAudioStream *stream = g_ptr_array_index (streams, i);

      if (region->stream < 0 || region->stream == stream->index)
        duration = MAX (duration, stream->duration);
    }
  return duration >= 0 ? MAX (duration - region->start, 0) : -1;
}

static MynaAudio *
load_region (Maker *self, const MynaVoiceRegion *region, GError **error)
{
  g_autofree char *name = g_path_get_basename (region->path);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (MynaAudio) audio = NULL;
  double length = probe_length (region, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  if (!check_length (self, name, length, error))
    return NULL;
  audio = myna_audio_load (region->path, region->stream, region->start, region->end, 0, 1,
                           self->cancellable, error);
  if (audio == NULL)
    return NULL;
  length = (double) audio->n_frames / audio->rate;
  if (!check_length (self, name, length, error))
    return NULL;
  if (audio->n_frames == 0)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_TOO_SHORT,
                   _ ("The chosen part of “%s” holds no audio. Choose another part."), name);
      return NULL;
    }
  self->seconds += length;
  return g_steal_pointer (&audio);
}

static gboolean
write_clip (Maker *self, const char *path, const MynaAudio *audio, GError **error)
{
  g_autoptr (MynaAudioWriter) writer = myna_audio_writer_open (path, audio->rate, 1, error);

  if (writer == NULL)
    return FALSE;
  for (gsize done = 0; done < audio->n_frames; done += WRITE_FRAMES)
    if (g_cancellable_set_error_if_cancelled (self->cancellable, error) ||
        !myna_audio_writer_write (writer, audio->samples + done,
                                  MIN (WRITE_FRAMES, audio->n_frames - done), error))
      return FALSE;
  return myna_audio_writer_finish (writer, error);
}

static char *
hash_file (const char *path, GError **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, error);
  g_autoptr (GBytes) bytes = file != NULL ? g_mapped_file_get_bytes (file) : NULL;

  return bytes != NULL ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes) : NULL;
}

/* For the quality check all clips count as one sample, at the rate of the first. */
static gboolean
collect_samples (Maker *self, const char *path, const MynaAudio *audio, GError **error)
{
  g_autoptr (MynaAudio) resampled = NULL;

  if (self->rate == 0)
    self->rate = audio->rate;
  if (self->rate != audio->rate)
    {
      resampled = myna_audio_load (path, -1, 0, 0, self->rate, 1, self->cancellable, error);
      if (resampled == NULL)
        return FALSE;
      audio = resampled;
    }
  g_array_append_vals (self->samples, audio->samples, (guint) audio->n_frames);
  return TRUE;
}

static gboolean
add_clip (Maker *self, const MynaVoiceRegion *region, GError **error)
{
  g_autofree char *file = g_strdup_printf ("clip-%u.flac", self->record->clips->len + 1);
  g_autofree char *path = g_build_filename (self->folder, file, NULL);
  g_autofree char *sha256 = NULL;
  g_autoptr (MynaAudio) audio = load_region (self, region, error);
  MynaVoiceClip *clip;

  if (audio == NULL || !write_clip (self, path, audio, error))
    return FALSE;
  sha256 = hash_file (path, error);
  if (sha256 == NULL || !collect_samples (self, path, audio, error))
    return FALSE;
  clip = myna_voice_record_add_clip (self->record, file, sha256,
                                     (double) audio->n_frames / audio->rate);
  myna_voice_record_set_clip_transcript (self->record, self->record->clips->len - 1,
                                         region->transcript);
  clip->source = g_path_get_basename (region->path);
  return TRUE;
}

static gboolean
check_quality (Maker *self, GError **error)
{
  g_autoptr (MynaAudioQuality) quality = NULL;

  quality = myna_audio_quality_measure ((const float *) (gconstpointer) self->samples->data,
                                        self->samples->len, self->rate);
  if (quality->seconds < MYNA_VOICE_MIN_SPEECH_SECONDS)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_TOO_SHORT,
                   _ ("The sample is %.1f seconds long; a voice needs at least %d seconds of "
                      "speech, better 30."),
                   quality->seconds, MYNA_VOICE_MIN_SPEECH_SECONDS);
      return FALSE;
    }
  if (quality->peak_db < SILENT_PEAK_DB || quality->speech_seconds < 0.5)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_SILENT,
                           _ ("No speech was found in the sample. Check the microphone or choose "
                              "another part of the file."));
      return FALSE;
    }
  if (quality->speech_seconds < MYNA_VOICE_MIN_SPEECH_SECONDS)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_TOO_SHORT,
                   _ ("The sample holds %.1f seconds of speech; a voice needs at least %d seconds, "
                      "better 30."),
                   quality->speech_seconds, MYNA_VOICE_MIN_SPEECH_SECONDS);
      return FALSE;
    }
  if (quality->grade != MYNA_QUALITY_GOOD)
    self->record->quality = g_strdupv (quality->findings);
  return TRUE;
}

static gboolean
check_request (const char *name, GPtrArray *regions, const char *consent, GError **error)
{
  g_autofree char *stripped_name = g_strstrip (g_strdup (name));
  g_autofree char *stripped_consent = g_strstrip (g_strdup (consent != NULL ? consent : ""));

  if (*stripped_consent == '\0')
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_CONSENT,
                           _ ("Confirm that the person agreed to have their voice cloned, or that "
                              "it is your own."));
      return FALSE;
    }
  if (*stripped_name == '\0')
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_EMPTY, _ ("Give the voice a name."));
      return FALSE;
    }
  if (regions->len == 0)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                           _ ("Choose at least one recording for the voice."));
      return FALSE;
    }
  return TRUE;
}

/* Moves the finished folder to its place. */
static gboolean
publish (Maker *self, const char *folder, GError **error)
{
  g_autofree char *sidecar = g_build_filename (self->folder, "voice.json", NULL);
  g_autoptr (JsonNode) node = myna_voice_record_to_json (self->record);

  if (!myna_sidecar_write (sidecar, node, error) ||
      g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;
  if (g_rename (self->folder, folder) != 0)
    {
      myna_error_set_from_errno (error, errno, folder);
      return FALSE;
    }
  g_clear_pointer (&self->folder, g_free);
  return TRUE;
}

static gboolean
begin (Maker *self, const char *folder, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (folder);
  g_autofree char *base = g_path_get_basename (folder);
  g_autofree char *hidden = g_strdup_printf (".%s.making", base);

  self->folder = g_build_filename (parent, hidden, NULL);
  self->samples = g_array_new (FALSE, FALSE, sizeof (float));
  return myna_remove_tree (self->folder, error) && myna_paths_ensure_dir (self->folder, error);
}

/**
 * myna_voice_make:
 * @folder: where the voice shall be; does not exist
 * @id: its id
 * @name: its name
 * @language: code of the language spoken in the clips
 * @regions: (element-type MynaVoiceRegion): parts of audio or video files
 * @consent: a note that the person agreed; blank is refused
 * @cancellable: (nullable): to stop
 * @error: return location
 *
 * Decodes the regions to mono FLAC clips at the rate of their source, checks them, and writes the
 * voice's folder. The folder is made under a hidden name and renamed at the end, so that nothing
 * half-made is ever seen. Blocking; any thread.
 *
 * Returns: (transfer full): the voice; %NULL with CONSENT, EMPTY, NOT_FOUND, UNSUPPORTED,
 *   TOO_SHORT, SILENT, TOO_LARGE, NO_SPACE, READ_ONLY
 */
MynaVoiceRecord *
myna_voice_make (const char *folder,
                 const char *id,
                 const char *name,
                 const char *language,
                 GPtrArray *regions,
                 const char *consent,
                 GCancellable *cancellable,
                 GError **error)
{
  g_auto (Maker) maker = { .cancellable = cancellable };
  g_autofree char *resolved = NULL;

  g_return_val_if_fail (folder != NULL && id != NULL && name != NULL && language != NULL, NULL);
  g_return_val_if_fail (regions != NULL, NULL);

  if (!check_request (name, regions, consent, error))
    return NULL;
  resolved = myna_language_resolve (language, error);
  if (resolved == NULL || !begin (&maker, folder, error))
    return NULL;

  maker.record = myna_voice_record_new (folder);
  maker.record->id = g_strdup (id);
  maker.record->name = g_strstrip (g_strdup (name));
  maker.record->language = g_steal_pointer (&resolved);
  maker.record->consent = g_strdup (consent);
  maker.record->created = g_get_real_time () / G_USEC_PER_SEC;
  for (guint i = 0; i < regions->len; i++)
    if (!add_clip (&maker, g_ptr_array_index (regions, i), error))
      return NULL;
  if (!check_quality (&maker, error) || !publish (&maker, folder, error))
    return NULL;
  return g_steal_pointer (&maker.record);
}
