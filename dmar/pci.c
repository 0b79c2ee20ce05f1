// SPDX-License-Identifier: GPL-2.0
/*
 * Where a PCI device sits and what its requests look like to a unit.
 *
 * Owns the walk from a device to its root bus.  Knows nothing of units,
 * domains or groups.
 */
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/limits.h>
#include <linux/pci.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include <asm/pci.h>

#include <vtd/sids.h>

#include "pci.h"

/* Functions of one bus; the PCI core keeps its own name for it private. */
#define VTD_DEVFNS 256

/**
 * vtd_pci_dma_dev() - the device whose source-id the requests carry
 * @pdev: any PCI device
 *
 * Devices behind VMD live in a segment of their own that only the CPU knows;
 * their requests carry the source-id of the VMD endpoint.
 *
 * Context: any.
 * Return: @pdev or the VMD endpoint; no reference is taken.
 */
struct pci_dev *vtd_pci_dma_dev(struct pci_dev *pdev)
{
#if IS_ENABLED(CONFIG_VMD)
	if (is_vmd(pdev->bus))
		return to_pci_sysdata(pdev->bus)->vmd_dev;
#endif
	return pdev;
}

/**
 * vtd_pci_path() - the way from the root bus to a device
 * @pdev: any PCI device; a virtual function is where its physical one is
 * @path: filled in
 *
 * Context: any, while @pdev cannot be removed.
 * Return: 0, or -E2BIG when more bridges than VTD_PCI_PATH_MAX are above it.
 */
int vtd_pci_path(struct pci_dev *pdev, struct vtd_pci_path *path)
{
	unsigned int depth = 0, i;
	struct pci_dev *at;

	pdev = pci_physfn(vtd_pci_dma_dev(pdev));
	for (at = pdev; at; at = at->bus->self) {
		if (depth == VTD_PCI_PATH_MAX)
			return -E2BIG;
		path->hop[depth].bus = at->bus->number;
		path->hop[depth].dev = PCI_SLOT(at->devfn);
		path->hop[depth].fn = PCI_FUNC(at->devfn);
		depth++;
	}
	for (i = 0; i < depth / 2; i++)
		swap(path->hop[i], path->hop[depth - 1 - i]);
	path->depth = depth;
	path->root_bus = path->hop[0].bus;
	path->segment = pci_domain_nr(pdev->bus);
	return 0;
}

/**
 * vtd_pci_scope_sid() - the source-id that a device scope means
 * @scope: of what is no PCI device itself: an I/O APIC, an HPET, an ACPI device
 * @segment: PCI segment of the structure that it stands in
 *
 * Behind bridges the bus is looked up: firmware does not write it down (VT-d
 * 8.3.1).
 *
 * Context: may sleep.
 * Return: the source-id, or -ENODEV when such a bridge is not there.
 */
int vtd_pci_scope_sid(const struct vtd_dev_scope *scope, u16 segment)
{
	const struct vtd_path_elem *step = scope->path;
	unsigned int bus = scope->start_bus, i;

	for (i = 1; i < scope->depth; i++, step++) {
		struct pci_dev *bridge = pci_get_domain_bus_and_slot(
			segment, bus, PCI_DEVFN(step->dev, step->fn));
		bool leads = bridge && bridge->subordinate;

		if (leads)
			bus = bridge->subordinate->number;
		pci_dev_put(bridge);
		if (!leads)
			return -ENODEV;
	}
	return PCI_DEVID(bus, PCI_DEVFN(step->dev, step->fn));
}

static int vtd_pci_add_sid(u16 *sid, unsigned int nr, u16 new)
{
	if (vtd_sids_have(sid, nr, new))
		return nr;
	if (nr == VTD_SIDS_MAX)
		return -E2BIG;
	sid[nr] = new;
	return nr + 1;
}

/* The source-id that @bridge puts on requests from below, or -ENOENT. */
static int vtd_pci_bridge_sid(struct pci_dev *bridge)
{
	if (pci_is_pcie(bridge)) {
		switch (pci_pcie_type(bridge)) {
		case PCI_EXP_TYPE_PCI_BRIDGE:
			return PCI_DEVID(bridge->subordinate->number, 0);
		case PCI_EXP_TYPE_PCIE_BRIDGE:
			return pci_dev_id(bridge);
		default:
			return -ENOENT;
		}
	}
	if (bridge->dev_flags & PCI_DEV_FLAG_PCIE_BRIDGE_ALIAS)
		return PCI_DEVID(bridge->subordinate->number, 0);
	return pci_dev_id(bridge);
}

/*
 * The bits of the function number that requests may carry either way, for more
 * tags at a time: phantom functions (PCI Express 7.5.3.3, 7.5.3.4).
 */
static u8 vtd_pci_phantom_bits(struct pci_dev *pdev)
{
	static const u8 bits[] = { 0, 4, 6, 7 };
	u16 ctrl = 0;
	u32 cap = 0;

	if (!pci_is_pcie(pdev))
		return 0;
	pcie_capability_read_word(pdev, PCI_EXP_DEVCTL, &ctrl);
	if (!(ctrl & PCI_EXP_DEVCTL_PHANTOM) || ctrl == U16_MAX)
		return 0;
	pcie_capability_read_dword(pdev, PCI_EXP_DEVCAP, &cap);
	return bits[FIELD_GET(PCI_EXP_DEVCAP_PHANTOM, cap)];
}

/* The source-ids of @pdev with its phantom functions, but for its own. */
static int vtd_pci_add_phantoms(struct pci_dev *pdev, u16 *sid, int nr)
{
	u8 bits = vtd_pci_phantom_bits(pdev), fn;

	for (fn = 0; bits && fn < 8 && nr > 0; fn++)
		if (!((fn ^ pdev->devfn) & 7 & ~bits))
			nr = vtd_pci_add_sid(sid, nr,
					     (pci_dev_id(pdev) & ~7) | fn);
	return nr;
}

/**
 * vtd_pci_sids() - every source-id that a device's requests may carry
 * @pdev: any PCI device
 * @sid: room for VTD_SIDS_MAX; the device's own comes first
 *
 * Its own, those of its phantom functions, the ones its quirks name, and those
 * that PCI bridges above it take on its behalf (PCIe-to-PCI bridge
 * specification, 2.3).
 *
 * Context: any, while @pdev cannot be removed.
 * Return: how many, or -E2BIG.
 */
int vtd_pci_sids(struct pci_dev *pdev, u16 *sid)
{
	struct pci_bus *bus;
	int nr, devfn;

	pdev = vtd_pci_dma_dev(pdev);
	nr = vtd_pci_add_sid(sid, 0, pci_dev_id(pdev));
	nr = vtd_pci_add_phantoms(pdev, sid, nr);
	if (nr < 0)
		return nr;
	if (pdev->dma_alias_mask) {
		for_each_set_bit(devfn, pdev->dma_alias_mask, VTD_DEVFNS) {
			nr = vtd_pci_add_sid(
				sid, nr, PCI_DEVID(pdev->bus->number, devfn));
			if (nr < 0)
				return nr;
		}
	}
	for (bus = pdev->bus; !pci_is_root_bus(bus); bus = bus->parent) {
		int alias;

		if (!bus->self)
			continue;
		if (bus->self->dev_flags & PCI_DEV_FLAGS_BRIDGE_XLATE_ROOT)
			break;
		alias = vtd_pci_bridge_sid(bus->self);
		if (alias < 0)
			continue;
		nr = vtd_pci_add_sid(sid, nr, alias);
		if (nr < 0)
			return nr;
	}
	return nr;
}

/**
 * vtd_pci_sids_text() - source-ids as people write them
 * @sid: what vtd_pci_sids() filled in
 * @nr: what it returned; for an error @text stays as it is
 * @text: room for VTD_SIDS_TEXT: "00:03.0,01:00.0"
 *
 * Context: any.
 */
void vtd_pci_sids_text(const u16 *sid, int nr, char *text)
{
	size_t len = 0;
	int i;

	for (i = 0; i < nr && len < VTD_SIDS_TEXT; i++)
		len += scnprintf(text + len, VTD_SIDS_TEXT - len,
				 "%s%02x:%02x.%u", i ? "," : "",
				 PCI_BUS_NUM(sid[i]), PCI_SLOT(sid[i] & 0xff),
				 PCI_FUNC(sid[i] & 0xff));
}

/**
 * vtd_pci_is_bridge() - does it forward requests rather than make its own?
 * @pdev: any PCI device
 *
 * Context: any.
 * Return: true for a PCI-to-PCI bridge of any kind, a port included.
 */
bool vtd_pci_is_bridge(const struct pci_dev *pdev)
{
	return pdev->hdr_type == PCI_HEADER_TYPE_BRIDGE;
}

/**
 * vtd_pci_driver_leaves_dma() - is the bound driver one that takes ownership
 * of DMA itself?
 * @pdev: any PCI device
 *
 * Such drivers (vfio-pci, pcieport) do no DMA through the kernel's DMA API.
 *
 * Context: any; only a snapshot unless the device lock is held.
 * Return: true when a driver is bound and it is one.
 */
bool vtd_pci_driver_leaves_dma(struct pci_dev *pdev)
{
	const struct device_driver *drv;
	bool leaves;

	/* A driver's module is freed a grace period after it was unbound. */
	rcu_read_lock();
	drv = READ_ONCE(pdev->dev.driver);
	leaves = drv && to_pci_driver(drv)->driver_managed_dma;
	rcu_read_unlock();
	return leaves;
}

/**
 * vtd_pci_driver_name() - name of the bound driver, for messages
 * @pdev: any PCI device
 *
 * Context: any; only a snapshot unless the device lock is held.
 * Return: a copy of the name, or of "-" when none is bound.
 */
struct vtd_driver_name vtd_pci_driver_name(struct pci_dev *pdev)
{
	struct vtd_driver_name name = { "-" };
	const struct device_driver *drv;

	rcu_read_lock();
	drv = READ_ONCE(pdev->dev.driver);
	if (drv)
		strscpy(name.text, drv->name);
	rcu_read_unlock();
	return name;
}

/**
 * vtd_pci_share_sid() - may requests of two devices carry the same source-id?
 * @a: any PCI device
 * @b: any PCI device
 *
 * Context: any, while neither can be removed.
 * Return: true when a unit cannot tell them apart.
 */
bool vtd_pci_share_sid(struct pci_dev *a, struct pci_dev *b)
{
	u16 sid_a[VTD_SIDS_MAX], sid_b[VTD_SIDS_MAX];
	int nr_a, nr_b, i, j;

	if (pci_domain_nr(vtd_pci_dma_dev(a)->bus) !=
	    pci_domain_nr(vtd_pci_dma_dev(b)->bus))
		return false;
	nr_a = vtd_pci_sids(a, sid_a);
	nr_b = vtd_pci_sids(b, sid_b);
	for (i = 0; i < nr_a; i++)
		for (j = 0; j < nr_b; j++)
			if (sid_a[i] == sid_b[j])
				return true;
	return false;
}

/**
 * vtd_pci_is_master() - may a device begin anything?
 * @pdev: any PCI device
 *
 * Context: any.
 * Return: what its command register says.
 */
bool vtd_pci_is_master(struct pci_dev *pdev)
{
	u16 command = 0;

	pci_read_config_word(pdev, PCI_COMMAND, &command);
	return command != U16_MAX && command & PCI_COMMAND_MASTER;
}

/**
 * vtd_pci_answers() - is there anything at a device's address?
 * @pdev: any PCI device
 *
 * Context: any.
 * Return: false when its configuration reads as all ones.
 */
bool vtd_pci_answers(struct pci_dev *pdev)
{
	u16 vendor = U16_MAX;

	pci_read_config_word(pdev, PCI_VENDOR_ID, &vendor);
	return vendor != U16_MAX;
}
