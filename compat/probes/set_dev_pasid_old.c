// SPDX-License-Identifier: GPL-2.0
/* set_dev_pasid() is told the domain that is attached now (6.12.y, 6.13). */
#include <linux/iommu.h>

static int __maybe_unused vtd_probe(const struct iommu_domain_ops *ops,
				    struct iommu_domain *domain,
				    struct device *dev)
{
	return ops->set_dev_pasid(domain, dev, 1, domain);
}
