/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the PCI core knows of a device, in the terms of VT-d.
 */
#ifndef VTD_PCI_H
#define VTD_PCI_H

#include <linux/pci.h>
#include <linux/types.h>

#include "dmar_parse.h"

/* Source-ids that one device's requests may carry; more are refused. */
#define VTD_SIDS_MAX 32

struct pci_dev *vtd_pci_dma_dev(struct pci_dev *pdev);
int vtd_pci_path(struct pci_dev *pdev, struct vtd_pci_path *path);
int vtd_pci_sids(struct pci_dev *pdev, u16 *sid);
bool vtd_pci_is_bridge(const struct pci_dev *pdev);
bool vtd_pci_driver_leaves_dma(struct pci_dev *pdev);
const char *vtd_pci_driver_name(struct pci_dev *pdev);

void vtd_acs_enable(void);
void vtd_acs_enable_one(struct pci_dev *pdev);
void vtd_acs_restore(void);

bool vtd_pci_same_set(struct pci_dev *a, struct pci_dev *b);
bool vtd_pci_alone(struct pci_dev *pdev);
bool vtd_pci_share_sid(struct pci_dev *a, struct pci_dev *b);

#endif /* VTD_PCI_H */
