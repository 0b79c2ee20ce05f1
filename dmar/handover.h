/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What one version of the module leaves to the next.
 *
 * The layout below is read by another build than the one that wrote it.  Who
 * changes it counts VTD_HANDOVER_VERSION up; an older module then refuses to
 * attach, and the one that wrote it can be loaded again.
 */
#ifndef VTD_HANDOVER_H
#define VTD_HANDOVER_H

#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/pci.h>
#include <linux/types.h>

struct vtd_device;
struct vtd_domain;

#define VTD_HANDOVER_MAGIC 0x564f484456544831ULL
#define VTD_HANDOVER_VERSION 1

/* In vtd_handover_device.domain: it had no addresses that are translated. */
#define VTD_HANDOVER_NO_DOMAIN 0xffffffffU

/**
 * enum vtd_handover_flag - of a device
 * @VTD_HANDOVER_STRICT: its unmaps are flushed at once
 * @VTD_HANDOVER_ATS_OFF: the administrator does not want it to have ATS
 * @VTD_HANDOVER_HELD: it has a driver, and is to be managed again with it
 * @VTD_HANDOVER_FROZEN: that driver was frozen
 * @VTD_HANDOVER_MASTER: bus mastering was on, and is to be again
 * @VTD_HANDOVER_BACK: done with
 * @VTD_HANDOVER_SHORT: not all that it has could be mapped in its domain
 * @VTD_HANDOVER_UNRESERVED: not all of it could be reserved there
 */
enum vtd_handover_flag {
	VTD_HANDOVER_STRICT = 1 << 0,
	VTD_HANDOVER_ATS_OFF = 1 << 1,
	VTD_HANDOVER_HELD = 1 << 2,
	VTD_HANDOVER_FROZEN = 1 << 3,
	VTD_HANDOVER_MASTER = 1 << 4,
	VTD_HANDOVER_BACK = 1 << 5,
	VTD_HANDOVER_SHORT = 1 << 6,
	VTD_HANDOVER_UNRESERVED = 1 << 7,
};

/**
 * struct vtd_handover_device - a device that was managed
 * @segment: PCI segment
 * @sid: bus, device and function
 * @pad: 0
 * @flags: enum vtd_handover_flag
 * @type: IOMMU_DOMAIN_* of what it was attached to
 * @domain: index of its addresses, see struct vtd_handover_range
 * @error: what taking it back failed with, or 0
 * @filled: number of the domain that is to have the addresses, or 0; of use to
 *	the build that set it only
 * @pad2: 0
 * @since_ns: when its driver was frozen, ktime_get_ns()
 * @until_ns: when it had its driver again, or 0
 */
struct vtd_handover_device {
	u32 segment;
	u16 sid;
	u16 pad;
	u32 flags;
	u32 type;
	u32 domain;
	s32 error;
	u32 filled;
	u32 pad2;
	u64 since_ns;
	u64 until_ns;
};

/**
 * struct vtd_handover_range - addresses that a driver has from the DMA API
 * @iova: the first, bytes; ranges of a domain are in ascending order
 * @phys: what it leads to
 * @bytes: length
 * @prot: VTD_PTE_R and VTD_PTE_W
 * @domain: whose
 */
struct vtd_handover_range {
	u64 iova;
	u64 phys;
	u64 bytes;
	u32 prot;
	u32 domain;
};

/**
 * struct vtd_handover - all of it
 * @magic: VTD_HANDOVER_MAGIC
 * @version: VTD_HANDOVER_VERSION
 * @nr_devices: entries of @device
 * @nr_ranges: entries of the array of ranges that follows them
 * @pad: 0
 * @off_ns: when translation was about to be switched off
 * @on_ns: when it was on again, or 0
 * @device: the devices
 */
struct vtd_handover {
	u64 magic;
	u32 version;
	u32 nr_devices;
	u32 nr_ranges;
	u32 pad;
	u64 off_ns;
	u64 on_ns;
	struct vtd_handover_device device[];
};

static inline struct vtd_handover_range *
vtd_handover_ranges(struct vtd_handover *h)
{
	return (struct vtd_handover_range *)&h->device[h->nr_devices];
}

/* handover.c */
struct vtd_handover *vtd_handover_alloc(u32 nr_devices, u32 nr_ranges);
int vtd_handover_leave(struct vtd_handover *h);
int vtd_handover_open(void);
struct vtd_handover *vtd_handover_current(void);
void vtd_handover_close(void);
void vtd_handover_forget(void);
struct vtd_handover_device *vtd_handover_find(const struct pci_dev *pdev);
void vtd_handover_settings(struct vtd_device *vdev);
unsigned int vtd_handover_type(const struct vtd_device *vdev);
void vtd_handover_reserve(const struct vtd_device *vdev,
			  struct list_head *head);
void vtd_handover_fill(struct vtd_device *vdev, struct vtd_domain *d);

/* freeze.c */
const char *vtd_freeze_obstacle(struct pci_dev *pdev);
int vtd_freeze(struct pci_dev *pdev);
void vtd_thaw(struct pci_dev *pdev);

#endif /* VTD_HANDOVER_H */
