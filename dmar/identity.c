// SPDX-License-Identifier: GPL-2.0
/*
 * Translations under which DMA is not changed: pass-through, or 1:1 tables for
 * units that lack it (ECAP.PT).
 */
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "domain.h"

static int vtd_highest_ram(struct resource *res, void *end)
{
	u64 *top = end;

	*top = max(*top, (u64)res->end + 1);
	return 0;
}

/**
 * vtd_identity_init() - tables that change nothing, where pass-through is
 * missing
 * @unit: does nothing when ECAP.PT is set
 *
 * Maps all of memory, from 0 to the end of RAM.
 *
 * Context: may sleep.
 * Return: 0; -ERANGE when memory ends beyond what the unit can address;
 * -ENOMEM.
 */
int vtd_identity_init(struct vtd_unit *unit)
{
	size_t pgsize, mapped = 0;
	u64 top = SZ_4G;
	int ret;

	if (vtd_unit_pass_through(unit) || unit->identity.root)
		return 0;
	walk_iomem_res_desc(IORES_DESC_NONE,
			    IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY, 0, U64_MAX,
			    &top, vtd_highest_ram);
	ret = vtd_unit_pt_init(unit, vtd_unit_usual(unit), &unit->identity);
	if (ret)
		return ret;
	pgsize = 1UL << __fls(unit->identity.pgsize_bitmap);
	top = ALIGN(top, pgsize);
	ret = vtd_pt_map(&unit->identity, 0, 0, pgsize, top / pgsize,
			 VTD_PTE_R | VTD_PTE_W, GFP_KERNEL, NULL, &mapped);
	if (ret)
		vtd_identity_destroy(unit);
	return ret;
}

/* The part of a region that is not there yet; what is, begins at its start. */
static int vtd_identity_region(struct vtd_pgtable *pt,
			       const struct vtd_rmrr *rmrr)
{
	struct vtd_pt_leaf leaf;
	u64 at = rmrr->base;
	size_t mapped;

	while (at <= rmrr->limit && vtd_pt_lookup(pt, at, &leaf))
		at = ALIGN(at + 1, leaf.size);
	if (at > rmrr->limit)
		return 0;
	return vtd_pt_map_range(pt, at, at, rmrr->limit + 1 - at,
				VTD_PTE_R | VTD_PTE_W, GFP_KERNEL, NULL,
				&mapped);
}

/* Which begins first of those of a segment that begin behind @last. */
static const struct vtd_rmrr *vtd_identity_next(const struct vtd_dmar *dmar,
						u16 segment,
						const struct vtd_rmrr *last)
{
	const struct vtd_rmrr *next = NULL;
	unsigned int i;

	for (i = 0; i < dmar->nr_rmrr; i++) {
		const struct vtd_rmrr *rmrr = &dmar->rmrr[i];

		if (rmrr->segment != segment)
			continue;
		/* One that begins where another does comes after it. */
		if (last && (rmrr->base < last->base ||
			     (rmrr->base == last->base && rmrr <= last)))
			continue;
		if (!next || rmrr->base < next->base)
			next = rmrr;
	}
	return next;
}

/**
 * vtd_identity_regions() - reserved memory in the tables, too
 * @unit: after vtd_identity_init(); does nothing when ECAP.PT is set
 * @dmar: the topology
 *
 * Firmware may reserve memory beyond the end of RAM.  Devices that pass through
 * reach it in any case where there is pass-through (VT-d 8.4).
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM; vtd_identity_destroy() is due in any case.
 */
int vtd_identity_regions(struct vtd_unit *unit, const struct vtd_dmar *dmar)
{
	u16 segment = unit->drhd->segment;
	const struct vtd_rmrr *rmrr;
	int ret = 0;

	if (!unit->identity.root)
		return 0;
	for (rmrr = vtd_identity_next(dmar, segment, NULL); rmrr && !ret;
	     rmrr = vtd_identity_next(dmar, segment, rmrr)) {
		/* No request through this unit has such an address. */
		if (rmrr->limit > unit->identity.last_iova)
			continue;
		ret = vtd_identity_region(&unit->identity, rmrr);
	}
	return ret;
}

/**
 * vtd_identity_destroy() - free what vtd_identity_init() made
 * @unit: no longer translating
 *
 * Context: may sleep.
 */
void vtd_identity_destroy(struct vtd_unit *unit)
{
	if (unit->identity.root)
		vtd_pt_destroy(&unit->identity);
	memset(&unit->identity, 0, sizeof(unit->identity));
}

/**
 * vtd_identity() - the translation under which DMA is not changed
 * @unit: after vtd_identity_init()
 *
 * Context: any.
 * Return: pass-through, or the unit's 1:1 tables.
 */
struct vtd_translation vtd_identity(const struct vtd_unit *unit)
{
	/* Pass-through wants the largest width the unit has (9.3, AW). */
	if (vtd_unit_pass_through(unit))
		return (struct vtd_translation){
			.kind = VTD_PASS_THROUGH,
			.levels = fls(FIELD_GET(VTD_CAP_SAGAW, unit->cap)) + 1,
			.did = VTD_DID_PASS_THROUGH,
		};
	return vtd_pt_translation(&unit->identity, VTD_DID_PASS_THROUGH);
}
