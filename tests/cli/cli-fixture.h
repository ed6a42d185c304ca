/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "studio-fixture.h"

G_BEGIN_DECLS

/* The program as a user calls it, on a data folder of its own. */
typedef struct
{
  StudioFixture studio;             /* its library stays closed: the program opens the folder */
  char *sample;                     /* 8 s of speech */
  const char *data_dir;             /* (nullable): instead of the fixture's */
  GSpawnChildSetupFunc child_setup; /* (nullable): runs in the program's process before it */
  gpointer child_setup_data;
  int status;
  char *output;
  char *errors;
} CliFixture;

void cli_set_up (CliFixture *f, gconstpointer data);
void cli_tear_down (CliFixture *f, gconstpointer data);

const char *cli_get_program (void);
GStrv cli_make_arguments (const char *first, va_list args);
/* Run the program to its end: its status and what it printed are in the fixture. */
void cli_run_with_input (CliFixture *f, const char *input, GStrv arguments);
void cli_run (CliFixture *f, const char *first, ...) G_GNUC_NULL_TERMINATED;
/* (transfer full): still runs. */
GSubprocess *cli_start (CliFixture *f, const char *first, ...) G_GNUC_NULL_TERMINATED;

void cli_assert_failed (CliFixture *f, const char *hint);
void cli_assert_usage (CliFixture *f);
void cli_assert_done (CliFixture *f);
void cli_assert_audio (CliFixture *f, const char *name, double at_least);
/* (transfer full) */
JsonObject *cli_parse_json (CliFixture *f);

#define CLI_ADD(path, func) g_test_add (path, CliFixture, NULL, cli_set_up, func, cli_tear_down)

G_END_DECLS
