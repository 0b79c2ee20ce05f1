/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the iommu core calls of a paging domain.
 */
#ifndef VTD_PAGING_H
#define VTD_PAGING_H

#include <linux/iommu.h>
#include <linux/types.h>

#include "domain.h"
#include "unit.h"

/* The first is of a domain for which vtd_paging_use() has not chosen. */
extern const struct iommu_domain_ops vtd_paging_ops[];

void vtd_paging_use(struct vtd_domain *d, const struct vtd_unit *unit);

#endif /* VTD_PAGING_H */
