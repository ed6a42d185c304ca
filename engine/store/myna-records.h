/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "engine/store/myna-store.h"

G_BEGIN_DECLS

/**
 * MynaRecords:
 * @MYNA_RECORDS_VOICES: DATA/voices/ID/voice.json
 * @MYNA_RECORDS_TAKES: DATA/takes/ID/take.json
 *
 * A kind of thing that has a folder of its own and a JSON record, which is a row of the database
 * (what counts, and quick to list) and a sidecar in the folder (what the database is rebuilt from).
 */
typedef enum
{
  MYNA_RECORDS_VOICES,
  MYNA_RECORDS_TAKES,
} MynaRecords;

/* Receives a record of the library; the node is borrowed. */
typedef void (*MynaRecordFunc) (const char *folder, JsonNode *record, gpointer user_data);

char *myna_records_dup_folder (MynaStore *store, MynaRecords kind, const char *id);
gboolean myna_records_load (
    MynaStore *store, MynaRecords kind, MynaRecordFunc func, gpointer user_data, GError **error);
gboolean myna_records_recover (MynaStore *store, MynaRecords kind, GError **error);

gboolean myna_records_save (
    MynaStore *store, MynaRecords kind, const char *id, JsonNode *record, GError **error);
void myna_records_save_async (MynaStore *store, MynaRecords kind, const char *id, JsonNode *record);
void myna_records_purge_async (MynaStore *store, MynaRecords kind, const char *id);

G_END_DECLS
