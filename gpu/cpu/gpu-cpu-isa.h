/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Keeps oneDNN from instructions that the processor names but cannot run. Once a process; any
 * thread. */
void gpu_cpu_isa_apply (void);
/* (transfer full): what was probed, translated sentences. */
char **gpu_cpu_isa_notes (void);
/* (nullable): what oneDNN uses: "AVX-512" */
const char *gpu_cpu_isa_name (void);

/**
 * GpuCpuLevel:
 *
 * What kernels that are written for x86's vectors may use: AVX2 is with FMA and F16C, AVX-512 with
 * BW and VL.
 */
typedef enum
{
  GPU_CPU_PLAIN,
  GPU_CPU_AVX2,
  GPU_CPU_AVX512,
} GpuCpuLevel;

GpuCpuLevel gpu_cpu_level (void);

G_END_DECLS
