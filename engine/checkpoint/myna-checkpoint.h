/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/checkpoint/myna-tensors.h"
#include "engine/checkpoint/myna-value.h"

G_BEGIN_DECLS

/**
 * MynaCheckpoint:
 *
 * A checkpoint file read as data: torch.save() of any age, with the first two bytes that GPT-SoVITS
 * wrote over or not, or safetensors. Opening reads what is where and verifies nothing but that; the
 * values are mapped, and read when they are asked for. Any thread.
 */
typedef struct _MynaCheckpoint MynaCheckpoint;

MynaCheckpoint *myna_checkpoint_open (const char *path, GError **error);
MynaCheckpoint *myna_checkpoint_parse (GBytes *bytes, const char *label, GError **error);
void myna_checkpoint_free (MynaCheckpoint *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaCheckpoint, myna_checkpoint_free)

const char *myna_checkpoint_get_label (MynaCheckpoint *self);
GBytes *myna_checkpoint_get_bytes (MynaCheckpoint *self);
/* Every tensor, by its place in the file: "weight/model.bert_proj.bias". */
MynaTensors *myna_checkpoint_get_tensors (MynaCheckpoint *self);
/* The network's tensors by the names of its code, without what savers and wrappers add: those
 * below "weight/", "model/" or "state_dict/", without "model.", "module.", "bert.", "hubert.". */
MynaTensors *myna_checkpoint_dup_weights (MynaCheckpoint *self);
/* (nullable): a value by its place, "config/model/n_layer". */
const MynaValue *myna_checkpoint_get_value (MynaCheckpoint *self, const char *place);
gint64 myna_checkpoint_get_int (MynaCheckpoint *self, const char *place, gint64 fallback);
const char *myna_checkpoint_get_string (MynaCheckpoint *self, const char *place);
/* The two digits that GPT-SoVITS wrote over "PK" to tell versions apart, "05"; else "". */
const char *myna_checkpoint_get_head (MynaCheckpoint *self);

G_END_DECLS
