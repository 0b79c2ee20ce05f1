// SPDX-License-Identifier: GPL-2.0
/* Drivers enable features of a device through the core (until 6.16). */
#include <linux/iommu.h>

static int __maybe_unused vtd_probe(const struct iommu_ops *ops,
				    struct device *dev)
{
	return ops->dev_enable_feat(dev, IOMMU_DEV_FEAT_SVA);
}
