// SPDX-License-Identifier: GPL-2.0
/*
 * Entries under which DMA is not changed: pass-through, or 1:1 tables for
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
	ret = vtd_unit_pt_init(unit, &unit->identity);
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
 * vtd_identity_entry() - the context entry under which DMA is not changed
 * @unit: after vtd_identity_init()
 *
 * Context: any.
 * Return: a pass-through entry, or one that points to the unit's 1:1 tables.
 */
struct vtd_context_entry vtd_identity_entry(const struct vtd_unit *unit)
{
	/* Pass-through wants the largest width the unit has (9.3, AW). */
	if (vtd_unit_pass_through(unit))
		return vtd_context_pass_through(
			fls(FIELD_GET(VTD_CAP_SAGAW, unit->cap)) + 1,
			VTD_DID_PASS_THROUGH);
	return vtd_context_second_stage(virt_to_phys(unit->identity.root),
					unit->levels, VTD_DID_PASS_THROUGH);
}
