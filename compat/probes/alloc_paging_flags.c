// SPDX-License-Identifier: GPL-2.0
/* Paging domains are allocated with flags (since 6.14). */
#include <linux/iommu.h>

static bool __maybe_unused vtd_probe(const struct iommu_ops *ops,
				     struct device *dev)
{
	return ops->domain_alloc_paging_flags(dev, 0, NULL);
}
