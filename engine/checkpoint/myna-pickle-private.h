/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the two halves of the pickle reader share: the stack machine and the builders that its
 * opcodes may ask for. */

#include "engine/checkpoint/myna-pickle.h"

G_BEGIN_DECLS

/**
 * MynaPickleGlobal:
 *
 * The whole list of names that a pickle may mention. None of them runs anything: each is a
 * description of data.
 */
typedef enum
{
  MYNA_GLOBAL_ORDERED_DICT,
  MYNA_GLOBAL_REBUILD_TENSOR,
  MYNA_GLOBAL_REBUILD_TENSOR_V2,
  MYNA_GLOBAL_REBUILD_PARAMETER,
  MYNA_GLOBAL_SIZE,
  MYNA_GLOBAL_SETTINGS, /* utils.HParams: an object that is a dictionary */
  MYNA_GLOBAL_STORAGE,  /* + MynaTensorType */
} MynaPickleGlobal;

/* (nullable): with an error that gives the name. */
MynaValue *myna_pickle_global (
    MynaPickle *self, const char *module, const char *name, const char *label, GError **error);
/* What follows gives NULL without an error for what does not fit: the file is damaged. */
MynaValue *myna_pickle_call (MynaPickle *self, const MynaValue *global, const MynaValue *arguments);
MynaValue *
myna_pickle_new_object (MynaPickle *self, const MynaValue *global, const MynaValue *arguments);
gboolean myna_pickle_set_state (MynaPickle *self, MynaValue *object, const MynaValue *state);
MynaValue *myna_pickle_persistent (MynaPickle *self, const MynaValue *id);

G_END_DECLS
