/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/*
 * Sidecars: small JSON files beside media files. Written to a temporary name, synced and renamed.
 * Any thread.
 */

/* Larger sidecars are refused as damaged; a text of 1 MB with its sentences is below 4 MB. */
#define MYNA_SIDECAR_MAX_BYTES (64 * 1024 * 1024)

JsonNode *myna_sidecar_parse (const char *text, gssize size, const char *name, GError **error);
JsonNode *myna_sidecar_read (const char *path, GError **error);
gboolean myna_sidecar_write (const char *path, JsonNode *node, GError **error);

const char *myna_sidecar_get_string (JsonObject *object, const char *member);
double myna_sidecar_get_double (JsonObject *object, const char *member, double fallback);
gint64 myna_sidecar_get_int (JsonObject *object, const char *member, gint64 fallback);
gboolean myna_sidecar_get_boolean (JsonObject *object, const char *member);
char **myna_sidecar_dup_strv (JsonObject *object, const char *member);
void myna_sidecar_set_string (JsonObject *object, const char *member, const char *value);
void myna_sidecar_set_strv (JsonObject *object, const char *member, const char *const *value);

gboolean myna_remove_tree (const char *path, GError **error);

G_END_DECLS
