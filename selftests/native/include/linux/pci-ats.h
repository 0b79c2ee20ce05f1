/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_PCI_ATS_H
#define SHIM_LINUX_PCI_ATS_H

#include <linux/pci.h>

static inline int pci_max_pasids(struct pci_dev *pdev)
{
	return pdev->max_pasids ?: -EINVAL;
}

static inline int pci_enable_pasid(struct pci_dev *pdev, int features)
{
	if (!pdev->max_pasids || pdev->no_pasid_path)
		return -EINVAL;
	pdev->pasid_enabled = true;
	return 0;
}

static inline void pci_disable_pasid(struct pci_dev *pdev)
{
	pdev->pasid_enabled = false;
}

#endif
