/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/doctor/gpu-doctor.h"
#include "tests/support/device-tree.h"

G_BEGIN_DECLS

/**
 * DoctorBench:
 *
 * A made-up computer for the doctor: files of the kernel, drivers that say what they are told
 * (fake-gpu-driver.c, asked by the real probe), backends that are files with what the probe would
 * say of them.
 */
typedef struct
{
  DeviceTree *tree;
  char *backends; /* folder */
  char *probe;
  char **environment;
  GHashTable *denied; /* path of a device node -> errno */
  GPtrArray *findings;
  GPtrArray *texts; /* that options point to */
  GpuDoctorOptions options;
} DoctorBench;

DoctorBench *doctor_bench_new (void);
void doctor_bench_free (DoctorBench *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DoctorBench, doctor_bench_free)

void doctor_bench_set (DoctorBench *self, const char *name, const char *value);
void doctor_bench_deny (DoctorBench *self, const char *node, int status);
/* The probe prints @says of it; or a shell runs @does in its place. */
void doctor_bench_add_backend (DoctorBench *self, const char *stem, const char *says);
void doctor_bench_script_backend (DoctorBench *self, const char *stem, const char *does);
/* Under a name such as "libcuda.so.580.173.02". */
const char *doctor_bench_name_driver (DoctorBench *self, const char *name);
/* Puts device code of these into the HIP backend: "gfx1030,gfx1100". */
void doctor_bench_set_archs (DoctorBench *self, const char *archs);

void doctor_bench_run (DoctorBench *self);
const GpuFinding *doctor_bench_find (DoctorBench *self, const char *device_id, const char *backend);

G_END_DECLS
