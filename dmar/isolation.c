// SPDX-License-Identifier: GPL-2.0
/*
 * Access control services and isolation sets.
 *
 * With intel_iommu=off the PCI core never switches ACS on, so the groups it
 * would form call devices isolated that can reach each other.  Owns the ACS
 * bits while attached, and the answer to: which devices can reach each other
 * without passing a unit?  Must never call two devices isolated when in doubt.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kprobes.h>
#include <linux/pci.h>

#include "pci.h"

/* What the iommu core asks of a path before it calls it isolating. */
#define VTD_ACS_NEEDED (PCI_ACS_SV | PCI_ACS_RR | PCI_ACS_CR | PCI_ACS_UF)

/*
 * The PCI core's own switch: while it is set, the core enables ACS on every
 * device it finds, and again after a reset and a resume.  It is not exported.
 */
static int *vtd_acs_core_switch;

static int *vtd_acs_find_core_switch(void)
{
	struct kprobe probe = {
		.symbol_name = "pci_acs_enable",
		.flags = KPROBE_FLAG_DISABLED,
	};

	/* A data symbol is never probed; its address is what stays behind. */
	if (register_kprobe(&probe) == 0) {
		unregister_kprobe(&probe);
		return NULL;
	}
	return (int *)probe.addr;
}

/**
 * vtd_acs_enable_one() - switch on what isolation needs, as far as it can
 * @pdev: any PCI device
 *
 * PCI Express 6.12.
 *
 * Context: may sleep.
 */
void vtd_acs_enable_one(struct pci_dev *pdev)
{
	u16 pos = pci_find_ext_capability(pdev, PCI_EXT_CAP_ID_ACS);
	u16 cap, ctrl, want;

	if (!pos)
		return;
	pci_read_config_word(pdev, pos + PCI_ACS_CAP, &cap);
	pci_read_config_word(pdev, pos + PCI_ACS_CTRL, &ctrl);
	want = ctrl | (cap & VTD_ACS_NEEDED);
	if (pdev->external_facing || pdev->untrusted)
		want |= cap & PCI_ACS_TB;
	if (want != ctrl)
		pci_write_config_word(pdev, pos + PCI_ACS_CTRL, want);
}

/**
 * vtd_acs_enable() - switch ACS on everywhere, for now and for later devices
 *
 * Context: may sleep; pci_lock_rescan_remove() is held.
 */
void vtd_acs_enable(void)
{
	struct pci_dev *pdev = NULL;

	vtd_acs_core_switch = vtd_acs_find_core_switch();
	if (vtd_acs_core_switch)
		WRITE_ONCE(*vtd_acs_core_switch, 1);
	else
		pr_warn("the PCI core's ACS switch was not found: ACS may be lost after a reset or a resume\n");
	for_each_pci_dev(pdev)
		vtd_acs_enable_one(pdev);
}

/**
 * vtd_acs_restore() - new devices get no ACS again
 *
 * The bits of present devices stay: they only add isolation.
 *
 * Context: may sleep.
 */
void vtd_acs_restore(void)
{
	if (vtd_acs_core_switch)
		WRITE_ONCE(*vtd_acs_core_switch, 0);
	vtd_acs_core_switch = NULL;
}

/* The bits that isolation needs and that are off; all for want of ACS. */
static u16 vtd_acs_bits_off(struct pci_dev *pdev)
{
	u16 pos = pci_find_ext_capability(pdev, PCI_EXT_CAP_ID_ACS);
	u16 cap, ctrl;

	if (!pos)
		return VTD_ACS_NEEDED;
	pci_read_config_word(pdev, pos + PCI_ACS_CAP, &cap);
	pci_read_config_word(pdev, pos + PCI_ACS_CTRL, &ctrl);
	/* What a device cannot do it does not need to be kept from doing. */
	return VTD_ACS_NEEDED & cap & ~ctrl;
}

/**
 * vtd_acs_missing() - bits of ACS that a function has, isolation needs, and are off
 * @pdev: any PCI device
 *
 * Context: may sleep.
 * Return: PCI_ACS_*; 0 for one without ACS.
 */
u16 vtd_acs_missing(struct pci_dev *pdev)
{
	return pci_find_ext_capability(pdev, PCI_EXT_CAP_ID_ACS) ?
		       vtd_acs_bits_off(pdev) :
		       0;
}

static bool vtd_acs_bits_on(struct pci_dev *pdev)
{
	return !vtd_acs_bits_off(pdev);
}

/* Does @pdev send requests of its neighbours and children upstream only? */
static bool vtd_acs_isolates(struct pci_dev *pdev)
{
	if (!pci_is_pcie(pdev))
		return false;
	switch (pci_pcie_type(pdev)) {
	case PCI_EXP_TYPE_ROOT_PORT:
	case PCI_EXP_TYPE_DOWNSTREAM:
		return vtd_acs_bits_on(pdev);
	case PCI_EXP_TYPE_ENDPOINT:
	case PCI_EXP_TYPE_LEG_END:
	case PCI_EXP_TYPE_RC_END:
	case PCI_EXP_TYPE_UPSTREAM:
		/* A single function has no neighbour to reach. */
		return !pdev->multifunction || vtd_acs_bits_on(pdev);
	default:
		return false;
	}
}

static bool vtd_acs_path_isolates(struct pci_dev *pdev)
{
	for (; pdev; pdev = pdev->bus->self)
		if (!vtd_acs_isolates(pdev))
			return false;
	return true;
}

/* The highest device whose requests cannot be told from those of @pdev. */
static struct pci_dev *vtd_isolation_head(struct pci_dev *pdev)
{
	struct pci_dev *head = pci_physfn(vtd_pci_dma_dev(pdev));
	struct pci_bus *bus;

	for (bus = head->bus; !pci_is_root_bus(bus); bus = bus->parent) {
		struct pci_dev *bridge = bus->self;

		if (!bridge)
			continue;
		if (!pci_is_pcie(bridge) ||
		    pci_pcie_type(bridge) == PCI_EXP_TYPE_PCI_BRIDGE ||
		    pci_pcie_type(bridge) == PCI_EXP_TYPE_PCIE_BRIDGE ||
		    !vtd_acs_path_isolates(bridge))
			head = bridge;
		/* What it does not send up reaches every port of the switch. */
		if (pci_pcie_type(bridge) == PCI_EXP_TYPE_DOWNSTREAM &&
		    !vtd_acs_isolates(bridge) && pci_upstream_bridge(bridge))
			head = pci_upstream_bridge(bridge);
	}
	return head;
}

/* Does @pdev sit below @head, which is above @other and does not isolate it? */
static bool vtd_within_reach(struct pci_dev *pdev, struct pci_dev *head,
			     struct pci_dev *other)
{
	if (head == pci_physfn(vtd_pci_dma_dev(other)))
		return false;
	for (pdev = vtd_pci_dma_dev(pdev); pdev;
	     pdev = pci_upstream_bridge(pdev))
		if (pdev == head)
			return true;
	return false;
}

/* Functions of one device, neither of which says that it isolates. */
static bool vtd_functions_of_one(struct pci_dev *a, struct pci_dev *b)
{
	return a->bus == b->bus && PCI_SLOT(a->devfn) == PCI_SLOT(b->devfn) &&
	       a->multifunction && !vtd_acs_isolates(a) && !vtd_acs_isolates(b);
}

/*
 * The core knows devices that isolate their functions without saying so, but
 * only its groups show it.  It errs only about the ports above, which we keep
 * from it; functions of one device have the same ones.
 */
static bool vtd_core_tells_apart(struct pci_dev *a, struct pci_dev *b)
{
	return a->dev.iommu_group && b->dev.iommu_group &&
	       a->dev.iommu_group != b->dev.iommu_group;
}

/* @by_core: believe the core where it tells functions of one device apart. */
static bool vtd_pci_meet(struct pci_dev *a, struct pci_dev *b, bool by_core)
{
	struct pci_dev *head_a, *head_b;

	if (a == b)
		return true;
	head_a = vtd_isolation_head(a);
	head_b = vtd_isolation_head(b);
	if (head_a == head_b) {
		/* They meet at a bridge that does not isolate, */
		if (head_a != pci_physfn(a) || head_b != pci_physfn(b))
			return true;
		/* or are virtual functions of one device, and itself. */
		return !vtd_acs_isolates(head_a) || vtd_pci_share_sid(a, b);
	}
	if (vtd_within_reach(b, head_a, a) || vtd_within_reach(a, head_b, b))
		return true;
	if (vtd_functions_of_one(head_a, head_b) &&
	    !(by_core && vtd_core_tells_apart(head_a, head_b)))
		return true;
	return vtd_pci_share_sid(a, b);
}

/**
 * vtd_pci_same_set() - can two devices reach each other past the unit?
 * @a: any PCI device
 * @b: any PCI device
 *
 * True for devices that share a source-id, that sit below the same port which
 * does not isolate or share a switch with such a port, or that are functions of
 * one device without ACS.
 *
 * Context: may sleep, while neither can be removed.
 * Return: true when they belong to one isolation set.
 */
bool vtd_pci_same_set(struct pci_dev *a, struct pci_dev *b)
{
	return vtd_pci_meet(a, b, true);
}

/**
 * vtd_pci_alone() - is a device the only one of its isolation set?
 * @pdev: any PCI device
 *
 * True only where the topology says so.  What the core's groups say is not
 * asked, so that the answer holds until a device comes, leaves or changes its
 * driver.
 *
 * Context: may sleep, while @pdev cannot be removed.
 * Return: true when no other device belongs to its set.
 */
bool vtd_pci_alone(struct pci_dev *pdev)
{
	struct pci_dev *other = NULL;

	for_each_pci_dev(other) {
		if (other == pdev || vtd_pci_is_bridge(other) ||
		    !vtd_pci_meet(pdev, other, false))
			continue;
		pci_dev_put(other);
		return false;
	}
	return true;
}

/* --- what joins two devices, for people ------------------------------------- */

static bool vtd_at_or_above(const struct pci_dev *bridge, struct pci_dev *pdev)
{
	for (pdev = vtd_pci_dma_dev(pdev); pdev;
	     pdev = pci_upstream_bridge(pdev))
		if (pci_physfn(pdev) == bridge)
			return true;
	return false;
}

/* The same place twice is of no use; what does not fit is left out. */
static unsigned int vtd_link_add(struct vtd_link *link, unsigned int nr,
				 enum vtd_link_kind kind, struct pci_dev *at)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (link[i].kind == kind && link[i].at == at)
			return nr;
	if (nr == VTD_LINKS_MAX)
		return nr;
	link[nr].kind = kind;
	link[nr].at = at;
	link[nr].no_acs = false;
	link[nr].missing = 0;
	if (kind == VTD_LINK_PORT || kind == VTD_LINK_FUNCTION) {
		link[nr].no_acs =
			!pci_find_ext_capability(at, PCI_EXT_CAP_ID_ACS);
		link[nr].missing = vtd_acs_bits_off(at);
	}
	return nr + 1;
}

/* The bridges above @pdev that let it and @other meet. */
static unsigned int vtd_links_above(struct pci_dev *pdev, struct pci_dev *other,
				    struct vtd_link *link, unsigned int nr)
{
	struct pci_dev *bridge = pci_upstream_bridge(vtd_pci_dma_dev(pdev));

	for (; bridge; bridge = pci_upstream_bridge(bridge)) {
		struct pci_dev *reach = bridge;

		if (vtd_acs_isolates(bridge))
			continue;
		if (vtd_pci_is_express(bridge) &&
		    pci_pcie_type(bridge) == PCI_EXP_TYPE_DOWNSTREAM)
			reach = pci_upstream_bridge(bridge) ?: bridge;
		if (vtd_at_or_above(reach, other))
			nr = vtd_link_add(link, nr,
					  vtd_pci_is_express(bridge) ?
						  VTD_LINK_PORT :
						  VTD_LINK_BUS,
					  bridge);
	}
	return nr;
}

/**
 * vtd_pci_links() - what lets two devices reach each other past the unit
 * @a: any PCI device
 * @b: another one
 * @link: room for VTD_LINKS_MAX
 *
 * All that would have to be other than it is for the two to be apart.  No
 * references are taken.
 *
 * Context: may sleep, while neither can be removed.
 * Return: how many; 0 exactly when vtd_pci_same_set() is false.
 */
unsigned int vtd_pci_links(struct pci_dev *a, struct pci_dev *b,
			   struct vtd_link *link)
{
	struct pci_dev *head_a, *head_b;
	unsigned int nr;

	if (!vtd_pci_same_set(a, b))
		return 0;
	nr = vtd_links_above(a, b, link, 0);
	nr = vtd_links_above(b, a, link, nr);
	head_a = vtd_isolation_head(a);
	head_b = vtd_isolation_head(b);
	if (head_a == head_b) {
		/* Virtual functions of one device, and itself. */
		if (head_a == pci_physfn(a) && head_b == pci_physfn(b) &&
		    !vtd_acs_isolates(head_a))
			nr = vtd_link_add(link, nr, VTD_LINK_FUNCTION, head_a);
	} else if (vtd_functions_of_one(head_a, head_b) &&
		   !vtd_core_tells_apart(head_a, head_b)) {
		nr = vtd_link_add(link, nr, VTD_LINK_FUNCTION, head_a);
		nr = vtd_link_add(link, nr, VTD_LINK_FUNCTION, head_b);
	}
	if (vtd_pci_share_sid(a, b))
		nr = vtd_link_add(link, nr, VTD_LINK_SID, vtd_pci_dma_dev(b));
	return nr;
}
