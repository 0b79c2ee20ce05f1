// SPDX-License-Identifier: GPL-2.0
/* attach_dev() is told the domain that is attached now (since 6.19). */
#include <linux/iommu.h>

static int __maybe_unused vtd_probe(const struct iommu_domain_ops *ops,
				    struct iommu_domain *domain,
				    struct device *dev)
{
	return ops->attach_dev(domain, dev, domain);
}
