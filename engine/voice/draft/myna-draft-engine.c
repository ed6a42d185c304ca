/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-engine.h"

#include <glib/gi18n-lib.h>

#include "engine/audio/myna-audio-load.h"
#include "engine/voice/draft/myna-draft-voice.h"

/* The decoded clips of a voice, while it is built from them. */
typedef struct
{
  GPtrArray *audio; /* of MynaAudio */
  GArray *clips;    /* of MynaDraftClip, pointing into audio */
} Clips;

static void
clips_clear (Clips *self)
{
  g_clear_pointer (&self->audio, g_ptr_array_unref);
  g_clear_pointer (&self->clips, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Clips, clips_clear)

static gboolean
load_clips (Clips *self, const MynaVoiceRecord *voice, GCancellable *cancellable, GError **error)
{
  self->audio = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_audio_free);
  self->clips = g_array_new (FALSE, FALSE, sizeof (MynaDraftClip));
  for (guint i = 0; i < voice->clips->len; i++)
    {
      g_autofree char *path = myna_voice_record_dup_clip_path (voice, i);
      MynaAudio *audio = myna_audio_load (path, -1, 0, 0, 0, 1, cancellable, error);
      MynaDraftClip clip;

      if (audio == NULL)
        return FALSE;
      g_ptr_array_add (self->audio, audio);
      clip.samples = audio->samples;
      clip.n_samples = audio->n_frames;
      clip.rate = audio->rate;
      clip.transcript = myna_voice_record_get_clip (voice, i)->transcript;
      g_array_append_val (self->clips, clip);
    }
  return TRUE;
}

static MynaDraftVoice *
build (const MynaVoiceRecord *voice,
       const char *cache_path,
       MynaProgressFunc progress,
       gpointer progress_data,
       GCancellable *cancellable,
       GError **error)
{
  g_auto (Clips) clips = { 0 };
  g_autoptr (GError) save_error = NULL;
  MynaDraftVoice *draft;

  if (!load_clips (&clips, voice, cancellable, error))
    return NULL;
  draft = myna_draft_voice_build ((const MynaDraftClip *) (gconstpointer) clips.clips->data,
                                  clips.clips->len, voice->language, progress, progress_data,
                                  cancellable, error);
  if (draft != NULL && !myna_draft_voice_save (draft, cache_path, &save_error))
    g_message ("The prepared voice is not kept: %s", save_error->message);
  return draft;
}

static gpointer
prepare (const MynaVoiceRecord *voice,
         const char *cache_path,
         MynaProgressFunc progress,
         gpointer progress_data,
         char ***out_warnings,
         GCancellable *cancellable,
         GError **error)
{
  g_autoptr (GError) load_error = NULL;
  MynaDraftVoice *draft = NULL;

  if (g_file_test (cache_path, G_FILE_TEST_EXISTS))
    draft = myna_draft_voice_load (cache_path, &load_error);
  if (load_error != NULL)
    g_message ("The prepared voice is made again: %s", load_error->message);
  if (draft == NULL)
    draft = build (voice, cache_path, progress, progress_data, cancellable, error);
  if (draft != NULL)
    *out_warnings = g_strdupv (myna_draft_voice_get_report (draft)->warnings);
  return draft;
}

static MynaSpeech *
speak (gpointer prepared,
       const char *sentence,
       const MynaSpeakParams *params,
       GCancellable *cancellable,
       GError **error)
{
  return myna_draft_voice_speak (prepared, sentence, params, cancellable, error);
}

static void
free_prepared (gpointer prepared)
{
  myna_draft_voice_unref (prepared);
}

/**
 * myna_draft_engine_get:
 *
 * Returns: (transfer none): the engine, to be registered
 */
const MynaSpeechEngine *
myna_draft_engine_get (void)
{
  static const MynaSpeechEngine engine = {
    .id = MYNA_DRAFT_ENGINE_ID,
    .name = N_ ("Draft voice"),
    .prepare = prepare,
    .speak = speak,
    .free_prepared = free_prepared,
  };

  return &engine;
}
