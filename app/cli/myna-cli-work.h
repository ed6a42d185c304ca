/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/cli/myna-cli.h"
#include "engine/studio/myna-library.h"

G_BEGIN_DECLS

/**
 * MynaCliWork:
 * @library: (nullable): the user's; has the voices
 * @temporary: (nullable): where the jobs are done when @library cannot be written
 * @temporary_dir: (nullable): its folder
 *
 * Where a command that works does its jobs.
 */
typedef struct
{
  MynaLibrary *library;
  MynaLibrary *temporary;
  char *temporary_dir;
} MynaCliWork;

gboolean myna_cli_work_open (MynaCliWork *self, gboolean needs_library, GError **error);
MynaLibrary *myna_cli_work_get_library (MynaCliWork *self);
MynaCliStatus myna_cli_work_run (MynaCliWork *self, MynaJob *job, gboolean quiet, GError **error);
void myna_cli_work_clear (MynaCliWork *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MynaCliWork, myna_cli_work_clear)

gboolean myna_cli_check_output (const char *path, GError **error);

G_END_DECLS
