// SPDX-License-Identifier: GPL-2.0
/*
 * Which devices may cache translations (ATS): what the DMAR table says in its
 * ATSR and SATC structures, against what a device is and where it sits.
 *
 * Must never allow it for a device that could be somebody else's: what it sends
 * as translated is believed.
 */
#include <linux/pci.h>

#include "ats.h"
#include "pci.h"
#include "quirks.h"
#include "unit.h"

/* Requests cross nothing but PCI Express. */
static bool vtd_ats_all_express(struct pci_dev *pdev)
{
	for (; pdev; pdev = pci_upstream_bridge(pdev))
		if (!vtd_pci_is_express(pdev))
			return false;
	return true;
}

/* 8.5: root ports that take translated requests. */
static bool vtd_ats_root_port(const struct vtd_dmar *dmar,
			      struct vtd_pci_path *path)
{
	unsigned int i;

	path->depth = 1;
	for (i = 0; i < dmar->nr_atsr; i++)
		if (dmar->atsr[i].segment == path->segment &&
		    (dmar->atsr[i].all_ports ||
		     vtd_scope_list_matches(&dmar->atsr[i].scopes, path)))
			return true;
	return false;
}

/**
 * vtd_ats_policy() - may a device cache translations?
 * @dmar: the topology
 * @pdev: any PCI device
 * @unit: the unit that translates it
 *
 * VT-d 8.5, 8.8 and 4.  Does not ask whether the device can.
 *
 * Context: may sleep, while @pdev cannot be removed.
 * Return: see there.
 */
enum vtd_ats vtd_ats_policy(const struct vtd_dmar *dmar, struct pci_dev *pdev,
			    const struct vtd_unit *unit)
{
	struct vtd_pci_path path;
	unsigned int i;

	if (!(unit->ecap & VTD_ECAP_DT) || pdev->untrusted ||
	    vtd_pci_dma_dev(pdev) != pdev ||
	    vtd_quirk_of(pdev, unit, VTD_QUIRK_NO_ATS) ||
	    vtd_pci_path(pdev, &path) || !vtd_ats_all_express(pci_physfn(pdev)))
		return VTD_ATS_NO;
	for (i = 0; i < dmar->nr_satc; i++)
		if (dmar->satc[i].segment == path.segment &&
		    vtd_scope_list_matches(&dmar->satc[i].scopes, &path))
			return dmar->satc[i].atc_required ? VTD_ATS_REQUIRED :
							    VTD_ATS_ALLOWED;
	/* Nothing is between the root complex and what is integrated in it. */
	if (path.depth == 1)
		return VTD_ATS_ALLOWED;
	return vtd_ats_root_port(dmar, &path) ? VTD_ATS_ALLOWED : VTD_ATS_NO;
}

/**
 * vtd_ats_name() - a policy in a word
 * @ats: the policy
 *
 * Context: any.
 * Return: the word, as in the records of the control interface.
 */
const char *vtd_ats_name(enum vtd_ats ats)
{
	static const char *const names[] = {
		[VTD_ATS_NO] = "no",
		[VTD_ATS_ALLOWED] = "allowed",
		[VTD_ATS_REQUIRED] = "required",
	};

	return names[ats];
}
