// SPDX-License-Identifier: GPL-2.0
/* A PASID is detached by an operation of its own (until 6.14). */
#include <linux/iommu.h>

static void __maybe_unused vtd_probe(const struct iommu_ops *ops,
				     struct iommu_domain *domain,
				     struct device *dev)
{
	ops->remove_dev_pasid(dev, 1, domain);
}
