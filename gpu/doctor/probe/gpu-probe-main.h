/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/*
 * myna-gpu-probe: asks one library of a driver, or one backend of ggml, for its devices and prints
 * what it says as one line of JSON (gpu/doctor/gpu-probe-report.c). Drivers hang and crash, so the
 * doctor runs this with a time limit; it is of no use by itself.
 */

/* Each adds members to the object that is open in @json. */
void gpu_probe_cuda (JsonBuilder *json, const char *libcuda, const char *libnvml);
void gpu_probe_hip (JsonBuilder *json, char **names);
void gpu_probe_vulkan (JsonBuilder *json, const char *name);
void gpu_probe_ggml (JsonBuilder *json, const char *path);

void gpu_probe_add_text (JsonBuilder *json, const char *name, const char *text);
void gpu_probe_add_number (JsonBuilder *json, const char *name, gint64 number);
void *gpu_probe_open (JsonBuilder *json, const char *name);
void gpu_probe_add_file (JsonBuilder *json, void *symbol);

G_END_DECLS
