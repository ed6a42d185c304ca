/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GpuSysfs:
 *
 * The kernel's files under a root, "/" or a tree that a test has made. Paths are absolute inside
 * it ("/sys/class/drm"). Every read is small and bounded, and whatever goes wrong with it (absent,
 * not allowed, EIO, EBUSY, the device unplugged between two reads) is "no value": nothing here
 * fails. Reference counted; all functions on any thread.
 */
typedef struct _GpuSysfs GpuSysfs;

GpuSysfs *gpu_sysfs_new (const char *root);
GpuSysfs *gpu_sysfs_ref (GpuSysfs *self);
void gpu_sysfs_unref (GpuSysfs *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GpuSysfs, gpu_sysfs_unref)

const char *gpu_sysfs_get_root (GpuSysfs *self);

gboolean gpu_sysfs_read_bytes (
    GpuSysfs *self, const char *path, guint8 *buffer, gsize capacity, gsize *length);
char *gpu_sysfs_read_text (GpuSysfs *self, const char *path);
char *gpu_sysfs_read_in (GpuSysfs *self, const char *dir, const char *name);
gboolean gpu_sysfs_read_number (GpuSysfs *self, const char *dir, const char *name, gint64 *value);
gboolean gpu_sysfs_read_link (GpuSysfs *self, const char *path, char *target, gsize capacity);
char *gpu_sysfs_read_link_name (GpuSysfs *self, const char *path);
char **gpu_sysfs_list (GpuSysfs *self, const char *path);
gboolean gpu_sysfs_exists (GpuSysfs *self, const char *path);
gboolean gpu_sysfs_can_access (GpuSysfs *self, const char *path, int mode, int *saved_errno);
/* -1, or what openat() gives, for those who read in a way of their own. */
int gpu_sysfs_open (GpuSysfs *self, const char *path, int flags);

/* In a Flatpak, or in another PID namespace: process ids of drivers are not ours. */
gboolean gpu_sysfs_is_flatpak (GpuSysfs *self);
gboolean gpu_sysfs_has_own_pids (GpuSysfs *self);

G_END_DECLS
