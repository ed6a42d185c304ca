/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/cli/myna-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  const char *name;
  const char *summary;
  MynaCliStatus (*run) (int argc, char **argv);
} Command;

static MynaCliStatus help (int argc, char **argv);
static MynaCliStatus version (int argc, char **argv);

static const Command commands[] = {
  { "voices", N_ ("List, add, show and remove voices"), myna_cli_voices },
  { "speak", N_ ("Speak a text in a voice, to an audio file"), myna_cli_speak },
  { "lipsync", N_ ("Make videos and photos speak"), myna_cli_lipsync },
  { "jobs", N_ ("List, resume, cancel and clear jobs"), myna_cli_jobs },
  { "models", N_ ("List, import, verify and remove models"), myna_cli_models },
  { "demo", N_ ("Do the main work on an example, with timings"), myna_cli_demo },
  { "bench", N_ ("Measure the speed of the engines"), myna_cli_bench },
  { "devices", N_ ("List what Myna can compute on"), myna_cli_devices },
  { "monitor", N_ ("Show what the devices do now"), myna_cli_monitor },
  { "help", N_ ("Show this help"), help },
  { "--help", NULL, help },
  { "-h", NULL, help },
  { "--version", N_ ("Show the version"), version },
};

static const Command *
find (const char *name)
{
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (commands); i++)
    if (strcmp (name, commands[i].name) == 0)
      return &commands[i];
  return NULL;
}

static void
print_usage (FILE *file)
{
  fprintf (file, "%s\n  myna\n  myna %s\n\n%s\n", _ ("Usage:"), _ ("COMMAND [OPTION…]"),
           _ ("Without a command, the window opens. Commands need no display:"));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (commands[i].summary != NULL)
      fprintf (file, "  %-10s %s\n", commands[i].name, _ (commands[i].summary));
  fprintf (file, "\n%s\n", _ ("“myna COMMAND --help” shows the options of a command."));
}

static MynaCliStatus
help (int argc, char **argv)
{
  const Command *command = argc > 1 ? find (argv[1]) : NULL;
  char *arguments[] = { argc > 1 ? argv[1] : NULL, (char[]) { "--help" }, NULL };

  if (command != NULL && command->summary != NULL && command->run != help)
    return command->run (2, arguments);
  print_usage (stdout);
  return MYNA_CLI_DONE;
}

static MynaCliStatus
version (int argc, char **argv)
{
  printf ("myna %s\n", MYNA_VERSION);
  return MYNA_CLI_DONE;
}

/**
 * myna_cli_is_command:
 * @name: (nullable): the program's first argument
 *
 * Returns: whether it is for the command line rather than the window
 */
gboolean
myna_cli_is_command (const char *name)
{
  return find (name) != NULL;
}

/**
 * myna_cli_main:
 * @argc: as of main()
 * @argv: as of main(); argv[1] is the command
 *
 * Runs a command.
 *
 * Returns: the exit status: 0 done, 1 failed (one sentence on the standard error), 2 usage, 130
 *   cancelled
 */
int
myna_cli_main (int argc, char **argv)
{
  const Command *command = argc > 1 ? find (argv[1]) : NULL;

  if (command == NULL)
    {
      /* What looks like a file was meant as one: the window opens those that exist. */
      if (argc > 1 && strpbrk (argv[1], "./") != NULL)
        {
          fprintf (stderr, "myna: ");
          fprintf (stderr, _ ("“%s” does not exist."), argv[1]);
          fprintf (stderr, "\n");
          return MYNA_CLI_FAILED;
        }
      if (argc > 1)
        fprintf (stderr, "myna: %s “%s”\n", _ ("unknown command"), argv[1]);
      print_usage (stderr);
      return MYNA_CLI_USAGE;
    }
  return (int) command->run (argc - 1, argv + 1);
}
