/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/checkpoint/myna-tensors.h"

G_BEGIN_DECLS

/**
 * GoldenSet:
 *
 * A folder of golden cases: MYNA_GOLDEN_DIR, else ../shared/golden beside the checkout, else the
 * subset in tests/golden. A folder that is named and has no manifest.json ends the program.
 */
typedef struct _GoldenSet GoldenSet;

GoldenSet *golden_set_open (void);
void golden_set_free (GoldenSet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GoldenSet, golden_set_free)

const char *golden_set_get_dir (GoldenSet *self);
const char *golden_set_get_salt (GoldenSet *self);
/* (transfer full): the names of the cases that begin with @prefix ("" is all), sorted. */
char **golden_set_list_cases (GoldenSet *self, const char *prefix);
/* Whether large results are left out of its cases ("partial" in the manifest): what is missing
 * there is not compared. */
gboolean golden_set_is_partial (GoldenSet *self);
/* What rounding all weights to fp16 changed in this case, 0 where it was not measured. */
double golden_set_get_fp16_rel (GoldenSet *self, const char *name);
/* (transfer full): a file of the set that is no case, "text.json"; NULL where there is none. */
char *golden_set_find_file (GoldenSet *self, const char *name);

/**
 * GoldenCase:
 *
 * One case: inputs “in.…”, results “mid.…” and “out.…”, statistics “trace/…”. What is asked for by
 * a name that it lacks ends the program.
 */
typedef struct _GoldenCase GoldenCase;

GoldenCase *golden_case_open (GoldenSet *set, const char *name);
void golden_case_free (GoldenCase *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GoldenCase, golden_case_free)

const char *golden_case_get_name (GoldenCase *self);
MynaTensors *golden_case_get_tensors (GoldenCase *self);
gboolean golden_case_has (GoldenCase *self, const char *tensor);
/* Shape as stored. */
const MynaTensorInfo *golden_case_get_info (GoldenCase *self, const char *tensor);
/* (transfer full), g_free(): the values. int16 sound is not divided by 32768. */
float *golden_case_read (GoldenCase *self, const char *tensor, gsize *n);
gint32 *golden_case_read_i32 (GoldenCase *self, const char *tensor, gsize *n);
/* (nullable): a remark or fact by its key. */
const char *golden_case_get_fact (GoldenCase *self, const char *key);
/* The network whose weights the case uses, NULL for front ends. */
const char *golden_case_get_network (GoldenCase *self);

G_END_DECLS
