/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The command line: `myna COMMAND …`. Needs no display. Results go to the standard output, progress
 * and errors to the standard error.
 */

/* Exit statuses; part of what docs/command-line.md promises. */
typedef enum
{
  MYNA_CLI_DONE = 0,
  MYNA_CLI_FAILED = 1,
  MYNA_CLI_USAGE = 2,
  MYNA_CLI_CANCELLED = 130,
} MynaCliStatus;

gboolean myna_cli_is_command (const char *name);
int myna_cli_main (int argc, char **argv);

/* One function a command; argv[0] is the command's name. */
MynaCliStatus myna_cli_models (int argc, char **argv);
MynaCliStatus myna_cli_voices (int argc, char **argv);
MynaCliStatus myna_cli_speak (int argc, char **argv);
MynaCliStatus myna_cli_lipsync (int argc, char **argv);
MynaCliStatus myna_cli_jobs (int argc, char **argv);
MynaCliStatus myna_cli_demo (int argc, char **argv);
MynaCliStatus myna_cli_bench (int argc, char **argv);
MynaCliStatus myna_cli_devices (int argc, char **argv);
MynaCliStatus myna_cli_monitor (int argc, char **argv);
/* "bench ops"; argv[1] is "ops". */
MynaCliStatus myna_cli_bench_ops (int argc, char **argv);
MynaCliStatus myna_cli_bench_lipsync (int argc, char **argv);
/* "bench speak --engine gpt-sovits". */
MynaCliStatus myna_cli_bench_gptsovits (const char *device, int runs, gboolean json);

G_END_DECLS
