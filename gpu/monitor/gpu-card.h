/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/monitor/gpu-sysfs.h"

G_BEGIN_DECLS

#define GPU_PCI_NVIDIA 0x10de
#define GPU_PCI_AMD 0x1002
#define GPU_PCI_INTEL 0x8086

/**
 * GpuCard:
 * @address: PCI address, "0000:0b:00.0"
 * @dir: "/sys/bus/pci/devices/0000:0b:00.0"
 * @card: (nullable): "card0"; %NULL without a DRM driver
 * @render_node: (nullable): "/dev/dri/renderD128"
 * @driver: (nullable): the kernel driver that is bound: "amdgpu", "nvidia", "nouveau", "vfio-pci"…
 * @class_code: PCI class, 0x030000 for VGA
 * @vendor: PCI ids
 * @boot: whether the firmware's screen is on it
 *
 * A graphics card or compute accelerator of NVIDIA, AMD or Intel that the kernel sees, with or
 * without a driver. Read from files that do not wake a suspended card.
 */
typedef struct
{
  char *address;
  char *dir;
  char *card;
  char *render_node;
  char *driver;
  guint32 class_code;
  guint16 vendor;
  guint16 device;
  guint16 subsystem_vendor;
  guint16 subsystem_device;
  guint8 revision;
  gboolean boot;
} GpuCard;

void gpu_card_free (GpuCard *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GpuCard, gpu_card_free)

/* (element-type GpuCard) (transfer container), by address. */
GPtrArray *gpu_cards_list (GpuSysfs *sysfs);
/* Text that changes when a card or its driver comes or goes; cheaper than listing. */
char *gpu_cards_fingerprint (GpuSysfs *sysfs);

/* Whether it sleeps to save power; then nothing else of it may be read. */
gboolean gpu_card_is_suspended (const GpuCard *self, GpuSysfs *sysfs);
/* Its name for a person; for AMD by device and revision from libdrm's list, else from pci.ids. */
char *gpu_card_dup_name (const GpuCard *self, GpuSysfs *sysfs);

G_END_DECLS
