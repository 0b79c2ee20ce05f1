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

extern const struct iommu_ops vtd_iommu_ops;

/**
 * struct vtd_probe_policy - whom the adapter asks about a device
 * @probe: unit that is to translate @pdev, or an ERR_PTR(-ENODEV) to leave it
 *	alone; called by the iommu core for every PCI device it has no group for
 * @ats: whether @pdev may cache translations of @unit
 * @rmrr: call @fn for each region that firmware reserved for @pdev
 *
 * Set before anything is registered with the core.
 */
struct vtd_probe_policy {
	struct vtd_unit *(*probe)(struct pci_dev *pdev);
	enum vtd_ats (*ats)(struct pci_dev *pdev, const struct vtd_unit *unit);
	void (*rmrr)(struct pci_dev *pdev,
		     void (*fn)(const struct vtd_rmrr *rmrr, void *data),
		     void *data);
};

void vtd_adapter_init(const struct vtd_probe_policy *policy);

#endif /* VTD_ADAPTER_H */
