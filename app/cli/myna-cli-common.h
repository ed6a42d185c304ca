/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "app/cli/myna-cli.h"
#include "engine/studio/myna-library.h"

G_BEGIN_DECLS

/* Parsing. @argv is changed in place; what is left is the positional arguments, argv[0] first. */
gboolean myna_cli_parse (int *argc,
                         char ***argv,
                         const char *parameters,
                         const char *summary,
                         const GOptionEntry *entries,
                         const char *description);
MynaCliStatus
myna_cli_usage_error (const char *command, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean myna_cli_parse_time (const char *text, double *seconds);
gboolean myna_cli_is_between (double value, double low, double high);

/* Talking. */
MynaCliStatus myna_cli_fail (const GError *error);
MynaCliStatus myna_cli_fail_with (const char *format, ...) G_GNUC_PRINTF (1, 2);
void myna_cli_warn (const char *text);
int myna_cli_get_columns (const char *text);
void myna_cli_print_cell (const char *text, int columns);
void myna_cli_print_json (JsonBuilder *builder);
void myna_cli_add_strings (JsonBuilder *builder, const char *name, const char *const *strings);
char *myna_cli_format_duration (double seconds);

/* The library. */
MynaLibrary *myna_cli_open_library (GError **error);
MynaVoice *myna_cli_find_voice (MynaLibrary *library, const char *name, GError **error);
gboolean myna_cli_check_writable (MynaLibrary *library, GError **error);

/* Running. */
MynaCliStatus myna_cli_run_job (MynaLibrary *library, MynaJob *job, gboolean quiet, GError **error);

/**
 * MynaCliWait:
 * @cancellable: for the call
 *
 * Waiting for an asynchronous call while Ctrl-C cancels it.
 */
typedef struct
{
  GMainLoop *loop;
  GCancellable *cancellable;
  GAsyncResult *result;
  guint interrupt, terminate;
} MynaCliWait;

void myna_cli_wait_begin (MynaCliWait *wait);
void myna_cli_wait_cb (GObject *source, GAsyncResult *result, gpointer data);
GAsyncResult *myna_cli_wait_end (MynaCliWait *wait);

/* Adds a voice; blocks. Ctrl-C cancels. */
MynaVoice *myna_cli_add_voice (MynaLibrary *library,
                               const char *name,
                               const char *language,
                               GPtrArray *regions,
                               const char *consent,
                               GError **error);
/* Runs the job that prepares a new voice. */
MynaCliStatus
myna_cli_prepare_voice (MynaLibrary *library, MynaVoice *voice, gboolean quiet, GError **error);

/* The pairs NAME.wav, NAME.txt of the example, at most @max_seconds of them. */
GPtrArray *myna_cli_find_example (double max_seconds, GError **error);

/* The portrait of the example; NULL when it is not there. */
char *myna_cli_find_portrait (void);

void myna_cli_add_nullable (JsonBuilder *json, const char *name, const char *value);

G_END_DECLS
