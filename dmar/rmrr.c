// SPDX-License-Identifier: GPL-2.0
/*
 * The DMAR table's reserved memory against the machine as it is.
 *
 * Every region stays mapped for its devices, also one that cannot be right:
 * a device may be using it just now, and what firmware says is all there is to
 * go by.  What is wrong is said, with the firmware's name.
 */
#include <linux/dmi.h>
#include <linux/ioport.h>
#include <linux/pci.h>

#include <vtd/hw/dmar_table.h>

#include "pci.h"
#include "reply.h"
#include "rmrr.h"

/**
 * vtd_rmrrs_each() - the regions that firmware reserved for a device
 * @dmar: the topology
 * @pdev: any PCI device
 * @fn: called for each
 * @data: for @fn
 *
 * Found by the device's place each time: what comes by hot-plug, and what is
 * attached again, has them as on the first day (VT-d 8.4).
 *
 * Context: any, while @pdev cannot be removed.
 */
void vtd_rmrrs_each(const struct vtd_dmar *dmar, struct pci_dev *pdev,
		    void (*fn)(const struct vtd_rmrr *rmrr, void *data),
		    void *data)
{
	struct vtd_pci_path path;
	unsigned int i;

	if (vtd_pci_path(pdev, &path))
		return;
	for (i = 0; i < dmar->nr_rmrr; i++)
		if (dmar->rmrr[i].segment == path.segment &&
		    vtd_scope_list_matches(&dmar->rmrr[i].scopes, &path))
			fn(&dmar->rmrr[i], data);
}

/**
 * struct vtd_overlap - what part of a region is memory
 * @start: first byte asked about, then found
 * @end: last byte asked about, then found
 * @found: there is some
 */
struct vtd_overlap {
	u64 start;
	u64 end;
	bool found;
};

static int vtd_first_ram(struct resource *res, void *data)
{
	struct vtd_overlap *o = data;

	if (res->end < o->start || res->start > o->end)
		return 0;
	o->start = max_t(u64, o->start, res->start);
	o->end = min_t(u64, o->end, res->end);
	o->found = true;
	return 1;
}

/**
 * vtd_rmrr_in_ram() - is a region memory that the kernel uses?
 * @rmrr: the region; firmware must have kept it from the kernel (8.4)
 * @start: set to the first such byte
 * @end: set to the last one of the same piece
 *
 * Context: may sleep.
 * Return: true when any of it is.
 */
bool vtd_rmrr_in_ram(const struct vtd_rmrr *rmrr, u64 *start, u64 *end)
{
	struct vtd_overlap o = { .start = rmrr->base, .end = rmrr->limit };

	walk_iomem_res_desc(IORES_DESC_NONE,
			    IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY, rmrr->base,
			    rmrr->limit, &o, vtd_first_ram);
	*start = o.start;
	*end = o.end;
	return o.found;
}

static bool vtd_scope_present(const struct vtd_dev_scope *scope, u16 segment)
{
	struct pci_dev *pdev = NULL;
	struct vtd_pci_path path;

	for_each_pci_dev(pdev) {
		if (vtd_pci_path(pdev, &path) || path.segment != segment ||
		    !vtd_scope_matches(scope, &path))
			continue;
		pci_dev_put(pdev);
		return true;
	}
	return false;
}

/* The same steps to the device, but from a bus of another number. */
static bool vtd_scope_misses(const struct vtd_dev_scope *scope,
			     const struct vtd_pci_path *path)
{
	unsigned int start, i;

	if (scope->depth > path->depth)
		return false;
	start = path->depth - scope->depth;
	for (i = 0; i < scope->depth; i++)
		if (path->hop[start + i].dev != scope->path[i].dev ||
		    path->hop[start + i].fn != scope->path[i].fn)
			return false;
	return path->hop[start].bus != scope->start_bus;
}

/**
 * vtd_scope_meant() - the device that a scope with a wrong bus number means
 * @scope: of a PCI device or bridge
 * @segment: its PCI segment
 *
 * Firmware numbers buses before the kernel does, and not always in the end as
 * in the table.  This is for messages: nothing is decided by it, since a wrong
 * guess would give memory to the wrong device.
 *
 * Context: may sleep, while no device is removed.
 * Return: the device, with a reference, when none is where the scope says and
 * exactly one would be on another bus; else NULL.
 */
struct pci_dev *vtd_scope_meant(const struct vtd_dev_scope *scope, u16 segment)
{
	struct pci_dev *pdev = NULL, *meant = NULL;
	struct vtd_pci_path path;

	if ((scope->type != DMAR_SCOPE_ENDPOINT &&
	     scope->type != DMAR_SCOPE_BRIDGE) ||
	    vtd_scope_present(scope, segment))
		return NULL;
	for_each_pci_dev(pdev) {
		if (vtd_pci_path(pdev, &path) || path.segment != segment ||
		    !vtd_scope_misses(scope, &path))
			continue;
		if (meant) {
			pci_dev_put(pdev);
			pci_dev_put(meant);
			return NULL;
		}
		meant = pci_dev_get(pdev);
	}
	return meant;
}

static const char *vtd_dmi(int field)
{
	return dmi_get_system_info(field) ?: "?";
}

static void vtd_review_ram(const struct vtd_rmrr *rmrr, struct vtd_reply *bugs)
{
	u64 start, end;

	if (!vtd_rmrr_in_ram(rmrr, &start, &end))
		return;
	vtd_say(bugs,
		"firmware bug: reserved region 0x%llx-0x%llx is not reserved: 0x%llx-0x%llx is memory that the kernel uses. Its devices keep the region, since they may be using it, and can reach that memory; 'vtdctl why' says which. Update the firmware: %s %s on %s\n",
		rmrr->base, rmrr->limit, start, end, vtd_dmi(DMI_BIOS_VENDOR),
		vtd_dmi(DMI_BIOS_VERSION), vtd_dmi(DMI_PRODUCT_NAME));
}

static void vtd_review_overlap(const struct vtd_dmar *dmar, unsigned int index,
			       struct vtd_reply *notes)
{
	const struct vtd_rmrr *rmrr = &dmar->rmrr[index], *other;
	unsigned int i;

	for (i = 0; i < index; i++) {
		other = &dmar->rmrr[i];
		if (rmrr->base <= other->limit && rmrr->limit >= other->base)
			vtd_say(notes,
				"reserved regions 0x%llx-0x%llx and 0x%llx-0x%llx overlap: each device keeps all of its own\n",
				other->base, other->limit, rmrr->base,
				rmrr->limit);
	}
}

static void vtd_review_scope(const struct vtd_rmrr *rmrr,
			     const struct vtd_dev_scope *scope,
			     struct vtd_reply *bugs, struct vtd_reply *notes)
{
	const struct vtd_path_elem *last = &scope->path[scope->depth - 1];
	struct pci_dev *meant;

	if (vtd_scope_present(scope, rmrr->segment))
		return;
	meant = vtd_scope_meant(scope, rmrr->segment);
	if (meant)
		vtd_say(bugs,
			"firmware bug: reserved region 0x%llx-0x%llx is for a device behind bus %02x, where it is not; %s may be meant, and does not have the region. Update the firmware: %s %s on %s\n",
			rmrr->base, rmrr->limit, scope->start_bus,
			pci_name(meant), vtd_dmi(DMI_BIOS_VENDOR),
			vtd_dmi(DMI_BIOS_VERSION), vtd_dmi(DMI_PRODUCT_NAME));
	else
		vtd_say(notes,
			"reserved region 0x%llx-0x%llx is kept for a device that is not there: %04x, bus %02x, path to %02x.%u\n",
			rmrr->base, rmrr->limit, rmrr->segment,
			scope->start_bus, last->dev, last->fn);
	pci_dev_put(meant);
}

/**
 * vtd_rmrrs_review() - compare the reserved regions with the machine
 * @dmar: the topology
 * @bugs: told what the firmware has wrong
 * @notes: told what else is worth a line
 *
 * Context: may sleep, while no device comes or is removed.
 */
void vtd_rmrrs_review(const struct vtd_dmar *dmar, struct vtd_reply *bugs,
		      struct vtd_reply *notes)
{
	unsigned int i, j;

	for (i = 0; i < dmar->nr_rmrr; i++) {
		const struct vtd_rmrr *rmrr = &dmar->rmrr[i];

		vtd_review_ram(rmrr, bugs);
		vtd_review_overlap(dmar, i, notes);
		for (j = 0; j < rmrr->scopes.nr; j++)
			vtd_review_scope(rmrr, &rmrr->scopes.scope[j], bugs,
					 notes);
	}
}
