/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/gptsovits/myna-gsv-shapes.h"
#include "engine/voice/gptsovits/myna-gsv-vocabulary.h"
#include "engine/voice/gptsovits/myna-gsv-weights.h"

G_BEGIN_DECLS

/**
 * MynaGsvBert:
 *
 * Chinese RoBERTa (chinese-roberta-wwm-ext-large) up to its 22nd layer: a vector of 1024 numbers
 * for each character of Mandarin text (spec gpt-sovits sections 3.4, 4.2). Does not change after
 * loading; any thread.
 */
typedef struct _MynaGsvBert MynaGsvBert;

/**
 * MynaGsvBertSize:
 * @inner: width of the feed-forward part
 *
 * Extents. Heads have 64 channels.
 */
typedef struct
{
  int n_layers;
  gint64 channels, inner, vocabulary, positions;
} MynaGsvBertSize;

/* What is used of the released file; it has two layers more. */
#define MYNA_GSV_BERT_SIZE ((MynaGsvBertSize) { 22, 1024, 4096, 21128, 512 })

MynaGsvShapes *myna_gsv_bert_get_shapes (const MynaGsvBertSize *size, const char *prefix);

MynaGsvBert *
myna_gsv_bert_new (MynaTensors *tensors, GpuDevice *device, GpuType type, GError **error);
void myna_gsv_bert_free (MynaGsvBert *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaGsvBert, myna_gsv_bert_free)

gint64 myna_gsv_bert_get_channels (MynaGsvBert *self);
/* Bytes of the weights on the device. */
guint64 myna_gsv_bert_get_size (MynaGsvBert *self);
/* Scratch bytes for so many ids. */
guint64 myna_gsv_bert_estimate (MynaGsvBert *self, gsize n_ids);

/* @ids begin with [CLS] and end with [SEP]; @features gets a row for each of the others. */
gboolean myna_gsv_bert_run (MynaGsvBert *self,
                            GpuContext *cx,
                            const gint32 *ids,
                            gsize n_ids,
                            float *features,
                            const MynaGsvTrace *trace,
                            GCancellable *cancellable,
                            GError **error);
/* Each character's row as often as it has phones; @spread has a row for each phone. */
void myna_gsv_bert_spread (const float *features,
                           gint64 channels,
                           const guint8 *word2ph,
                           gsize n_characters,
                           float *spread);
/* Both for a text as the front end gives it; @spread has as many rows as @word2ph adds up to. */
gboolean myna_gsv_bert_read (MynaGsvBert *self,
                             GpuContext *cx,
                             MynaGsvVocabulary *vocabulary,
                             const char *text,
                             const guint8 *word2ph,
                             gsize n_characters,
                             float *spread,
                             GCancellable *cancellable,
                             GError **error);

G_END_DECLS
