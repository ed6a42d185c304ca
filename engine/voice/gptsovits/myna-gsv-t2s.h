/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/gptsovits/myna-gsv-sampler.h"
#include "engine/voice/gptsovits/myna-gsv-shapes.h"
#include "engine/voice/gptsovits/myna-gsv-weights.h"

G_BEGIN_DECLS

/* Channels of a BERT vector of a phone. */
#define MYNA_GSV_BERT_CHANNELS 1024
/* Tokens come at 25 a second; 1500 are 60 seconds (spec gpt-sovits section 4.3, sampling 8). */
#define MYNA_GSV_T2S_MAX_TOKENS 1500
/* Most phones, and most tokens with the prompt: the positions that are prepared. */
#define MYNA_GSV_T2S_MAX_POSITIONS 4096

/**
 * MynaGsvT2s:
 *
 * The text-to-semantic transformer: phones and prompt tokens in, semantic tokens out (spec
 * gpt-sovits section 4.3; the file *.ckpt, "s1"). Holds the weights on a device and does not change
 * after loading; reference counted, any thread.
 */
typedef struct _MynaGsvT2s MynaGsvT2s;

/**
 * MynaGsvT2sSize:
 * @vocabulary: tokens with EOS, the last
 * @phones: rows of the phone table
 * @inner: width of the feed-forward part
 *
 * Extents of a T2S network. There are always 16 heads.
 */
typedef struct
{
  int n_layers;
  gint64 channels, inner, vocabulary, phones;
} MynaGsvT2sSize;

/* Of all released checkpoints but v1's, whose phone table has 512 rows. */
#define MYNA_GSV_T2S_SIZE ((MynaGsvT2sSize) { 24, 512, 2048, 1025, 732 })

MynaGsvShapes *myna_gsv_t2s_get_shapes (const MynaGsvT2sSize *size, const char *prefix);

MynaGsvT2s *
myna_gsv_t2s_new (MynaTensors *tensors, GpuDevice *device, GpuType type, GError **error);
MynaGsvT2s *myna_gsv_t2s_ref (MynaGsvT2s *self);
void myna_gsv_t2s_unref (MynaGsvT2s *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaGsvT2s, myna_gsv_t2s_unref)

/* Tokens with the end-of-sequence token, which is the last one (1025 and 1024). */
int myna_gsv_t2s_get_vocabulary (MynaGsvT2s *self);
int myna_gsv_t2s_get_n_phones (MynaGsvT2s *self);
/* Bytes of the weights on the device. */
guint64 myna_gsv_t2s_get_size (MynaGsvT2s *self);

/**
 * MynaGsvT2sInput:
 * @phones: ids of the reference text's phones, then the target text's
 * @bert: (nullable): [n_phones, 1024], zeros for languages without BERT
 * @prompt: tokens of the reference; none when there is no reference text
 * @max_tokens: most tokens that will be asked for; sizes the cache
 *
 * What one sentence is made from.
 */
typedef struct
{
  const gint32 *phones;
  gsize n_phones;
  const float *bert;
  const gint32 *prompt;
  gsize n_prompt;
  gsize max_tokens;
} MynaGsvT2sInput;

/* Scratch bytes for a sentence of this size at its worst moment, cache included. */
guint64 myna_gsv_t2s_estimate (MynaGsvT2s *self, const MynaGsvT2sInput *input);

/**
 * MynaGsvT2sRun:
 *
 * One sentence being spoken: the caches on a context. Used by the context's thread.
 */
typedef struct _MynaGsvT2sRun MynaGsvT2sRun;

/* Reads text and prompt; @logits, of the vocabulary's size, choose the first token. */
MynaGsvT2sRun *myna_gsv_t2s_run_new (MynaGsvT2s *self,
                                     GpuContext *cx,
                                     const MynaGsvT2sInput *input,
                                     float *logits,
                                     const MynaGsvTrace *trace,
                                     GCancellable *cancellable,
                                     GError **error);
/* Takes the next token; @logits choose the one after it. */
gboolean myna_gsv_t2s_run_step (MynaGsvT2sRun *self, gint32 token, float *logits, GError **error);
void myna_gsv_t2s_run_free (MynaGsvT2sRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaGsvT2sRun, myna_gsv_t2s_run_free)

/* Called for each token; FALSE ends the sentence there. */
typedef gboolean (*MynaGsvTokenFunc) (gint32 token, gsize index, gpointer data);

/* (element-type gint32) (transfer full): the new tokens of a sentence, EOS left out; NULL with the
 * error. @stop (out) (optional): why it ended. */
GArray *myna_gsv_t2s_speak (MynaGsvT2s *self,
                            GpuContext *cx,
                            const MynaGsvT2sInput *input,
                            const MynaGsvSampling *sampling,
                            MynaGsvTokenFunc func,
                            gpointer data,
                            MynaGsvStop *stop,
                            GCancellable *cancellable,
                            GError **error);

G_END_DECLS
