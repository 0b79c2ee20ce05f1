// SPDX-License-Identifier: GPL-2.0
/* Domains may take whole ranges (6.12 cannot). */
#include <linux/generic_pt/iommu.h>

static size_t __maybe_unused vtd_probe(struct iommu_domain *domain)
{
	struct pt_iommu *pt = iommupt_from_domain(domain);

	return pt->ops->unmap_range(pt, 0, 1, NULL);
}
