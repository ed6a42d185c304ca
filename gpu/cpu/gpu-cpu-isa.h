/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Keeps oneDNN from instructions that the processor names but cannot run. Once a process; any
 * thread. */
void gpu_cpu_isa_apply (void);
/* (transfer full): what was probed, translated sentences. */
char **gpu_cpu_isa_notes (void);

G_END_DECLS
