/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-networks.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <string.h>

#include "engine/checkpoint/myna-converted.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-paths.h"

struct _MynaGsvNetworks
{
  gatomicrefcount refs;
  pthread_mutex_t lock;
  char *stamp; /* what the choice of files was made from */
  char *key;   /* which files they are */
  char *data_dir;
  MynaModels *models;
  MynaModelPair *files; /* both */

  GpuDevice *device;
  GpuContext *context;
  MynaFrontEnd *front_end;
  MynaGsvT2s *t2s;
  MynaGsvDecoder *decoder;
  MynaGsvQuantizer *quantizer;
  MynaGsvHubert *hubert;
  MynaGsvSpeaker *speaker;
  MynaGsvBert *bert;
  MynaGsvVocabulary *vocabulary;
};

/* The networks that were opened last: the next voice of the same files takes them. */
static struct
{
  GMutex lock;
  MynaGsvNetworks *last;
  char *device; /* (nullable): as chosen by the user */
} shared;

static void
set_missing (GError **error, MynaModelRole role)
{
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
               _ ("GPT-SoVITS needs the model file “%s”. Get it, then “myna models import” it, or "
                  "speak with the draft voice."),
               myna_model_role_get_upstream (role));
}

static void
add_to_key (GString *key, const char *path)
{
  GStatBuf status = { 0 };

  if (path != NULL && g_stat (path, &status) == 0)
    g_string_append_printf (key, "%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld\n", path,
                            (gint64) status.st_size, (gint64) status.st_mtim.tv_sec,
                            status.st_mtim.tv_nsec);
}

static char *
make_key (const MynaModelPair *files, const char *device)
{
  g_autoptr (GString) key = g_string_new (device != NULL ? device : "auto");

  g_string_append_c (key, '\n');
  if (files != NULL)
    {
      add_to_key (key, files->t2s);
      add_to_key (key, files->decoder);
    }
  return g_string_free_and_steal (g_steal_pointer (&key));
}

/* A model that comes or goes changes the time of the folder: no file in it has to be read to see
 * that. */
static char *
make_stamp (const MynaModelPair *own, const char *device, const char *data_dir)
{
  g_autoptr (GString) stamp = g_string_new (NULL);
  g_autofree char *folder = g_build_filename (data_dir, "models", NULL);
  g_autofree char *key = make_key (own, device);

  add_to_key (stamp, folder);
  g_string_append (stamp, key);
  return g_string_free_and_steal (g_steal_pointer (&stamp));
}

static void
networks_free (MynaGsvNetworks *self)
{
  myna_gsv_networks_drop_readers (self);
  g_clear_pointer (&self->vocabulary, myna_gsv_vocabulary_free);
  g_clear_pointer (&self->bert, myna_gsv_bert_free);
  g_clear_pointer (&self->decoder, myna_gsv_decoder_free);
  g_clear_pointer (&self->t2s, myna_gsv_t2s_unref);
  g_clear_pointer (&self->front_end, myna_front_end_free);
  g_clear_pointer (&self->context, gpu_context_free);
  g_clear_pointer (&self->device, gpu_device_unref);
  g_clear_pointer (&self->models, myna_models_free);
  pthread_mutex_destroy (&self->lock);
  g_clear_pointer (&self->files, myna_model_pair_free);
  g_free (self->data_dir);
  g_free (self->stamp);
  g_free (self->key);
  g_free (self);
}

static MynaGsvNetworks *
networks_new (const MynaModelPair *own, const char *device, GError **error)
{
  g_autoptr (MynaGsvNetworks) self = g_new0 (MynaGsvNetworks, 1);
  MynaModelRole missing;

  g_atomic_ref_count_init (&self->refs);
  pthread_mutex_init (&self->lock, NULL);
  self->data_dir = myna_paths_dup_data_dir ();
  self->stamp = make_stamp (own, device, self->data_dir);
  self->models = myna_models_open (self->data_dir);
  self->files = myna_model_pair_complete (own, self->models, &missing);
  if (self->files == NULL)
    {
      set_missing (error, missing);
      return NULL;
    }
  self->key = make_key (self->files, device);
  return g_steal_pointer (&self);
}

/* The networks that were opened last, when all that they were chosen from is as it was. */
static MynaGsvNetworks *
dup_last (const MynaModelPair *own, const char *device)
{
  g_autofree char *data_dir = myna_paths_dup_data_dir ();
  g_autofree char *stamp = make_stamp (own, device, data_dir);
  g_autoptr (MynaGsvNetworks) last = NULL;
  g_autofree char *key = NULL;

  g_mutex_lock (&shared.lock);
  if (shared.last != NULL)
    last = myna_gsv_networks_ref (shared.last);
  g_mutex_unlock (&shared.lock);
  if (last == NULL || strcmp (last->stamp, stamp) != 0)
    return NULL;
  key = make_key (last->files, device);
  return strcmp (last->key, key) == 0 ? g_steal_pointer (&last) : NULL;
}

static gboolean
ensure_device (MynaGsvNetworks *self, const char *device, GError **error)
{
  pthread_mutex_lock (&self->lock);
  if (self->device == NULL)
    {
      self->device = gpu_device_choose (device, error);
      if (self->device != NULL)
        self->context = gpu_context_new (self->device);
    }
  pthread_mutex_unlock (&self->lock);
  return self->device != NULL;
}

/**
 * myna_gsv_networks_open:
 * @pair: (nullable): the voice's own files
 * @error: return location
 *
 * Chooses the files and the device; loads nothing yet. The networks that were opened last serve
 * again when nothing has changed. Any thread; reads folders.
 *
 * Returns: (transfer full): the networks; %NULL with UNSUPPORTED when a file is missing
 */
MynaGsvNetworks *
myna_gsv_networks_open (const MynaModelPair *pair, GError **error)
{
  g_autoptr (MynaGsvNetworks) made = NULL;
  g_autoptr (MynaGsvNetworks) old = NULL;
  g_autofree char *device = NULL;

  g_mutex_lock (&shared.lock);
  device = g_strdup (shared.device);
  g_mutex_unlock (&shared.lock);
  made = dup_last (pair, device);
  if (made == NULL)
    {
      made = networks_new (pair, device, error);
      if (made == NULL)
        return NULL;
      g_mutex_lock (&shared.lock);
      old = g_steal_pointer (&shared.last);
      shared.last = myna_gsv_networks_ref (made);
      g_mutex_unlock (&shared.lock);
    }
  return ensure_device (made, device, error) ? g_steal_pointer (&made) : NULL;
}

/**
 * myna_gsv_networks_ref:
 *
 * Returns: (transfer full): @self
 */
MynaGsvNetworks *
myna_gsv_networks_ref (MynaGsvNetworks *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * myna_gsv_networks_unref:
 * @self: (transfer full): networks
 */
void
myna_gsv_networks_unref (MynaGsvNetworks *self)
{
  g_return_if_fail (self != NULL);

  if (g_atomic_ref_count_dec (&self->refs))
    networks_free (self);
}

/**
 * myna_gsv_networks_set_device:
 * @device: (nullable): "auto", "cpu" or an id of `myna devices`
 *
 * See the header.
 */
void
myna_gsv_networks_set_device (const char *device)
{
  g_mutex_lock (&shared.lock);
  g_set_str (&shared.device, device);
  g_mutex_unlock (&shared.lock);
}

/**
 * myna_gsv_networks_lock:
 *
 * Waits until no other thread uses them.
 */
void
myna_gsv_networks_lock (MynaGsvNetworks *self)
{
  g_return_if_fail (self != NULL);

  pthread_mutex_lock (&self->lock);
}

/**
 * myna_gsv_networks_unlock:
 *
 * Lets others use them.
 */
void
myna_gsv_networks_unlock (MynaGsvNetworks *self)
{
  g_return_if_fail (self != NULL);

  pthread_mutex_unlock (&self->lock);
}

/**
 * myna_gsv_networks_get_key:
 *
 * Returns: (transfer none): says which files they are
 */
const char *
myna_gsv_networks_get_key (MynaGsvNetworks *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->key;
}

/**
 * myna_gsv_networks_get_symbols:
 *
 * Returns: the phones that the files were trained with
 */
MynaSymbolSet
myna_gsv_networks_get_symbols (MynaGsvNetworks *self)
{
  g_return_val_if_fail (self != NULL, MYNA_SYMBOLS_V2);

  return self->files->decoder_role == MYNA_MODEL_S2_V1 ? MYNA_SYMBOLS_V1 : MYNA_SYMBOLS_V2;
}

/**
 * myna_gsv_networks_get_context:
 *
 * Returns: (transfer none): where they run
 */
GpuContext *
myna_gsv_networks_get_context (MynaGsvNetworks *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->context;
}

/**
 * myna_gsv_networks_get_front_end:
 * @error: return location
 *
 * Returns: (transfer none): reads texts; %NULL when the lexicon is missing
 */
MynaFrontEnd *
myna_gsv_networks_get_front_end (MynaGsvNetworks *self, GError **error)
{
  const MynaModel *words;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->front_end != NULL)
    return self->front_end;
  self->front_end = myna_front_end_new (MYNA_FRONT_END_DEFAULT, error);
  words = myna_models_find (self->models, MYNA_MODEL_ENGLISH_WORDS);
  if (self->front_end != NULL && words != NULL)
    {
      g_autoptr (GError) local_error = NULL;

      if (!myna_front_end_load_english_model (self->front_end, words->path, &local_error))
        g_message ("%s", local_error->message);
    }
  return self->front_end;
}

static MynaTensors *
open_tensors (MynaGsvNetworks *self, const char *path, GCancellable *cancellable, GError **error)
{
  MynaNetwork network;

  return myna_converted_open (path, myna_models_get_converted_dir (self->models), &network,
                              cancellable, error);
}

static MynaTensors *
open_store (MynaGsvNetworks *self, MynaModelRole role, GCancellable *cancellable, GError **error)
{
  const MynaModel *model = myna_models_find (self->models, role);

  if (model != NULL)
    return open_tensors (self, model->path, cancellable, error);
  set_missing (error, role);
  return NULL;
}

/**
 * myna_gsv_networks_get_t2s:
 *
 * Returns: (transfer none): from phones to tokens
 */
MynaGsvT2s *
myna_gsv_networks_get_t2s (MynaGsvNetworks *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (MynaTensors) tensors = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->t2s != NULL)
    return self->t2s;
  tensors = open_tensors (self, self->files->t2s, cancellable, error);
  if (tensors != NULL)
    self->t2s = myna_gsv_t2s_new (tensors, self->device, GPU_F16, error);
  return self->t2s;
}

/**
 * myna_gsv_networks_get_decoder:
 *
 * Returns: (transfer none): from tokens to sound
 */
MynaGsvDecoder *
myna_gsv_networks_get_decoder (MynaGsvNetworks *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (MynaTensors) tensors = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->decoder != NULL)
    return self->decoder;
  tensors = open_tensors (self, self->files->decoder, cancellable, error);
  if (tensors != NULL)
    self->decoder = myna_gsv_decoder_new (tensors, self->device, GPU_F16, error);
  return self->decoder;
}

/**
 * myna_gsv_networks_get_quantizer:
 *
 * Returns: (transfer none): from HuBERT's features to tokens; of the decoder's file
 */
MynaGsvQuantizer *
myna_gsv_networks_get_quantizer (MynaGsvNetworks *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (MynaTensors) tensors = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->quantizer != NULL)
    return self->quantizer;
  tensors = open_tensors (self, self->files->decoder, cancellable, error);
  if (tensors != NULL)
    self->quantizer = myna_gsv_quantizer_new (tensors, self->device, error);
  return self->quantizer;
}

/**
 * myna_gsv_networks_get_hubert:
 *
 * Returns: (transfer none): from sound to features
 */
MynaGsvHubert *
myna_gsv_networks_get_hubert (MynaGsvNetworks *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (MynaTensors) tensors = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->hubert != NULL)
    return self->hubert;
  tensors = open_store (self, MYNA_MODEL_HUBERT, cancellable, error);
  if (tensors != NULL)
    self->hubert = myna_gsv_hubert_new (tensors, self->device, GPU_F16, error);
  return self->hubert;
}

/**
 * myna_gsv_networks_get_speaker:
 *
 * Returns: (transfer none): who speaks, for v2Pro and v2ProPlus
 */
MynaGsvSpeaker *
myna_gsv_networks_get_speaker (MynaGsvNetworks *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (MynaTensors) tensors = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->speaker != NULL)
    return self->speaker;
  tensors = open_store (self, MYNA_MODEL_SPEAKER, cancellable, error);
  if (tensors != NULL)
    self->speaker = myna_gsv_speaker_new (tensors, self->device, GPU_F16, error);
  return self->speaker;
}

static gboolean
load_vocabulary (MynaGsvNetworks *self, GError **error)
{
  const MynaModel *model = myna_models_find (self->models, MYNA_MODEL_ROBERTA_VOCABULARY);

  if (self->vocabulary != NULL)
    return TRUE;
  if (model != NULL)
    self->vocabulary = myna_gsv_vocabulary_read (model->path, error);
  else
    set_missing (error, MYNA_MODEL_ROBERTA_VOCABULARY);
  return self->vocabulary != NULL;
}

/**
 * myna_gsv_networks_get_bert:
 * @out_vocabulary: (out) (transfer none): the characters that it knows
 *
 * Returns: (transfer none): what Mandarin texts mean
 */
MynaGsvBert *
myna_gsv_networks_get_bert (MynaGsvNetworks *self,
                            MynaGsvVocabulary **out_vocabulary,
                            GCancellable *cancellable,
                            GError **error)
{
  g_autoptr (MynaTensors) tensors = NULL;

  g_return_val_if_fail (self != NULL && out_vocabulary != NULL, NULL);

  if (!load_vocabulary (self, error))
    return NULL;
  *out_vocabulary = self->vocabulary;
  if (self->bert != NULL)
    return self->bert;
  tensors = open_store (self, MYNA_MODEL_ROBERTA, cancellable, error);
  if (tensors != NULL)
    self->bert = myna_gsv_bert_new (tensors, self->device, GPU_F16, error);
  return self->bert;
}

/**
 * myna_gsv_networks_drop_readers:
 *
 * CNHuBERT, the quantiser and the speaker network are half of the memory and are needed for a
 * second.
 */
void
myna_gsv_networks_drop_readers (MynaGsvNetworks *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->speaker, myna_gsv_speaker_free);
  g_clear_pointer (&self->hubert, myna_gsv_hubert_free);
  g_clear_pointer (&self->quantizer, myna_gsv_quantizer_free);
}
