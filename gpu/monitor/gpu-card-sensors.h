/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/monitor/gpu-card.h"
#include "gpu/monitor/gpu-sample-private.h"

G_BEGIN_DECLS

/* What cards of all vendors tell by the same kind of file: hwmon, PCI Express, and that they sleep.
 */

/* (nullable): "…/hwmon/hwmon3" */
char *gpu_card_find_hwmon (const GpuCard *card, GpuSysfs *sysfs);
/* The folder whose link is the one into the machine: the card's, or that of a bridge on it. */
char *gpu_card_find_link (const GpuCard *card, GpuSysfs *sysfs);
void gpu_card_add_link (GpuSample *sample, GpuSysfs *sysfs, const char *link);

void gpu_sample_add_number (GpuSample *sample,
                            GpuField field,
                            GpuSysfs *sysfs,
                            const char *dir,
                            const char *name,
                            double unit);
gboolean gpu_sample_has (GpuSample *sample, GpuField field);
/* Like gpu_sample_set(), unless it is known already. */
void gpu_sample_set_missing (GpuSample *sample, GpuField field, double value);
void gpu_sample_set_suspended (GpuSample *sample);

G_END_DECLS
