/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Virtual IOMMUs and the devices of their guests.
 */
#ifndef VTD_VIOMMU_H
#define VTD_VIOMMU_H

#include <linux/iommufd.h>
#include <linux/list.h>
#include <linux/mutex.h>

#include <vtd/units.h>

/**
 * struct vtd_viommu - a virtual IOMMU
 * @core: what iommufd knows of it
 * @parent: domain of the second stage
 * @lock: @vdevs
 * @vdevs: devices of the guest
 */
struct vtd_viommu {
	struct iommufd_viommu core;
	struct iommu_domain *parent;
	struct mutex lock;
	struct list_head vdevs;
};

/**
 * struct vtd_vdevice - a device as the guest has it
 * @core: what iommufd knows of it
 * @dev: the device; managed as long as this is there (c)
 * @node: in the @vdevs of its virtual IOMMU
 * @event: in the list of all that want events
 * @segment: PCI segment of the device (c)
 * @nr_sids: entries of @sid (c)
 * @sid: source-ids of its requests (c)
 *
 * (c) constant.
 */
struct vtd_vdevice {
	struct iommufd_vdevice core;
	struct device *dev;
	struct list_head node;
	struct list_head event;
	u16 segment;
	unsigned int nr_sids;
	u16 sid[VTD_UNITS_SIDS_MAX];
};

static inline struct vtd_viommu *vtd_viommu_of(struct iommufd_viommu *core)
{
	return container_of(core, struct vtd_viommu, core);
}

#endif /* VTD_VIOMMU_H */
