/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's iommu_ops on top of our domains and devices.
 */
#ifndef VTD_ADAPTER_H
#define VTD_ADAPTER_H

#include <linux/iommu.h>
#include <linux/pci.h>

#include "ats.h"
#include "dmar_parse.h"

struct vtd_device;
struct vtd_domain;

extern const struct iommu_ops vtd_iommu_ops;

/**
 * struct vtd_probe_policy - whom the adapter asks about a device
 * @probe: unit that is to translate @pdev, or an ERR_PTR(-ENODEV) to leave it
 *	alone; called by the iommu core for every PCI device it has no group for
 * @ats: whether @pdev may cache translations of @unit
 * @rmrr: call @fn for each region that firmware reserved for @pdev
 * @settle: a device is about to be managed: set what was asked for before; may
 *	be NULL, as those that follow
 * @type: type of the default domain that it must have, or 0
 * @reserve: add addresses that are in use already to the core's list
 * @fill: it is about to be attached to @d: map what must be there before
 *
 * Set before anything is registered with the core.
 */
struct vtd_probe_policy {
	struct vtd_unit *(*probe)(struct pci_dev *pdev);
	enum vtd_ats (*ats)(struct pci_dev *pdev, const struct vtd_unit *unit);
	void (*rmrr)(struct pci_dev *pdev,
		     void (*fn)(const struct vtd_rmrr *rmrr, void *data),
		     void *data);
	void (*settle)(struct vtd_device *vdev);
	unsigned int (*type)(const struct vtd_device *vdev);
	void (*reserve)(const struct vtd_device *vdev, struct list_head *head);
	void (*fill)(struct vtd_device *vdev, struct vtd_domain *d);
};

void vtd_adapter_init(const struct vtd_probe_policy *policy);

#endif /* VTD_ADAPTER_H */
