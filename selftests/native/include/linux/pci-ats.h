/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_PCI_ATS_H
#define SHIM_LINUX_PCI_ATS_H

#include <linux/pci.h>

static inline void vtd_shim_switched(struct pci_dev *pdev)
{
	if (pdev->switched)
		pdev->switched(pdev);
}

static inline int pci_max_pasids(struct pci_dev *pdev)
{
	return pdev->max_pasids ?: -EINVAL;
}

static inline int pci_enable_pasid(struct pci_dev *pdev, int features)
{
	if (!pdev->max_pasids || pdev->no_pasid_path)
		return -EINVAL;
	pdev->pasid_enabled = true;
	vtd_shim_switched(pdev);
	return 0;
}

static inline void pci_disable_pasid(struct pci_dev *pdev)
{
	pdev->pasid_enabled = false;
	vtd_shim_switched(pdev);
}

#define PCI_ATS_CAP 0x04
#define PCI_ATS_CAP_QDEP(x) ((x) & 0x1f)
#define PCI_ATS_CAP_PAGE_ALIGNED 0x20
#define PCI_ATS_CTRL 0x06
#define PCI_ATS_CTRL_ENABLE 0x8000

static inline bool pci_ats_supported(struct pci_dev *pdev)
{
	return pdev->ats_cap && !pdev->untrusted;
}

static inline int pci_enable_ats(struct pci_dev *pdev, int shift)
{
	if (!pci_ats_supported(pdev))
		return -EINVAL;
	pdev->ats_enabled = 1;
	pdev->ats_lost = false;
	vtd_shim_switched(pdev);
	return 0;
}

static inline void pci_disable_ats(struct pci_dev *pdev)
{
	pdev->ats_enabled = 0;
	vtd_shim_switched(pdev);
}

#endif
