/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the iommu core calls of a paging domain.
 */
#ifndef VTD_PAGING_H
#define VTD_PAGING_H

#include <linux/iommu.h>
#include <linux/types.h>

#include <vtd/hw/regs.h>

#include "domain.h"
#include "unit.h"

/* The first is of a domain for which vtd_paging_use() has not chosen. */
extern const struct iommu_domain_ops vtd_paging_ops[];

/**
 * vtd_needs_sync_map() - must a unit be told of each new mapping?
 * @unit: the unit
 *
 * See VT-d 6.1 (caching mode) and 6.8 (write buffers).
 *
 * Context: any.
 * Return: true when it must.
 */
static inline bool vtd_needs_sync_map(const struct vtd_unit *unit)
{
	return vtd_unit_caching_mode(unit) || unit->cap & VTD_CAP_RWBF;
}

void vtd_paging_use(struct vtd_domain *d, const struct vtd_unit *unit);

#endif /* VTD_PAGING_H */
