// SPDX-License-Identifier: GPL-2.0
/* Page-table pages have a list type of their own (since 6.16). */
#include <linux/iommu.h>

static __maybe_unused struct iommu_pages_list *
vtd_probe(struct iommu_iotlb_gather *gather)
{
	return &gather->freelist;
}
