/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/gpu-device.h"

G_BEGIN_DECLS

/* (element-type GpuBackendStatus): gives a reason to those that must not be loaded. */
void gpu_trial_run (GPtrArray *backends);

G_END_DECLS
