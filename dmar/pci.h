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

/* Room for all of them in words, with the closing 0. */
#define VTD_SIDS_TEXT (VTD_SIDS_MAX * 8 + 1)

/**
 * enum vtd_link_kind - what joins two devices
 * @VTD_LINK_SID: requests of both may carry the same source-id
 * @VTD_LINK_BUS: a bridge to conventional PCI: all behind it see each other
 * @VTD_LINK_PORT: a port that does not send everything from below upstream
 * @VTD_LINK_FUNCTION: a function that its neighbours in the device can reach
 */
enum vtd_link_kind {
	VTD_LINK_SID,
	VTD_LINK_BUS,
	VTD_LINK_PORT,
	VTD_LINK_FUNCTION,
};

/* Places between two devices that are told of; there are two in most cases. */
#define VTD_LINKS_MAX 16

/**
 * struct vtd_link - one thing that joins two devices
 * @kind: see there
 * @at: the port, bridge or function; the one whose source-id it is
 * @no_acs: ports and functions: there is no ACS capability
 * @missing: PCI_ACS_* that are needed and off; all that are, for @no_acs
 */
struct vtd_link {
	enum vtd_link_kind kind;
	struct pci_dev *at;
	bool no_acs;
	u16 missing;
};

/**
 * struct vtd_driver_name - the name of a driver, which may be gone by now
 * @text: the name, cut off where it is longer
 */
struct vtd_driver_name {
	char text[64];
};

/* PCI Express on each of its sides: no bridge to conventional PCI. */
static inline bool vtd_pci_is_express(struct pci_dev *pdev)
{
	return pci_is_pcie(pdev) &&
	       pci_pcie_type(pdev) != PCI_EXP_TYPE_PCI_BRIDGE &&
	       pci_pcie_type(pdev) != PCI_EXP_TYPE_PCIE_BRIDGE;
}

struct pci_dev *vtd_pci_dma_dev(struct pci_dev *pdev);
int vtd_pci_path(struct pci_dev *pdev, struct vtd_pci_path *path);
int vtd_pci_scope_sid(const struct vtd_dev_scope *scope, u16 segment);
int vtd_pci_sids(struct pci_dev *pdev, u16 *sid);
void vtd_pci_sids_text(const u16 *sid, int nr, char *text);
bool vtd_pci_is_bridge(const struct pci_dev *pdev);
bool vtd_pci_driver_leaves_dma(struct pci_dev *pdev);
struct vtd_driver_name vtd_pci_driver_name(struct pci_dev *pdev);

bool vtd_pci_is_master(struct pci_dev *pdev);
bool vtd_pci_answers(struct pci_dev *pdev);

void vtd_acs_enable(void);
void vtd_acs_enable_one(struct pci_dev *pdev);
void vtd_acs_restore(void);
u16 vtd_acs_missing(struct pci_dev *pdev);

bool vtd_pci_same_set(struct pci_dev *a, struct pci_dev *b);
bool vtd_pci_alone(struct pci_dev *pdev);
unsigned int vtd_pci_links(struct pci_dev *a, struct pci_dev *b,
			   struct vtd_link *link);
bool vtd_pci_share_sid(struct pci_dev *a, struct pci_dev *b);

#endif /* VTD_PCI_H */
