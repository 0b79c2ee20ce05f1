// SPDX-License-Identifier: GPL-2.0
/*
 * iommufd is there, and drivers size its virtual IOMMU objects (Debian's kernels
 * have no iommufd; 6.12 has another way).
 */
#include <linux/iommu.h>
#include <linux/iommufd.h>

#if !IS_ENABLED(CONFIG_IOMMUFD)
#error there is no iommufd
#endif

static int vtd_probe(struct iommufd_viommu *viommu, struct iommu_domain *parent,
		     const struct iommu_user_data *data)
{
	return 0;
}

static void *vtd_probe_info(struct device *dev, u32 *length,
			    enum iommu_hw_info_type *type)
{
	return NULL;
}

const struct iommu_ops __maybe_unused vtd_probe_ops = {
	.viommu_init = vtd_probe,
	.hw_info = vtd_probe_info,
};
