/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Callbacks of the iommu core, by the newest kernel's prototypes.
 */
#ifndef VTD_COMPAT_IOMMU_H
#define VTD_COMPAT_IOMMU_H

#include <linux/iommu.h>

#include "vtd_probed.h"

/*
 * VTD_ATTACH_OP(fn) makes fn(domain, dev, old) usable as attach_dev;
 * vtd_attach_op(fn) names it in the table.  An older core does not tell which
 * domain is attached: there @old is NULL.
 */
#ifdef VTD_HAVE_ATTACH_DEV_OLD
#define VTD_ATTACH_OP(fn)
#define vtd_attach_op(fn) fn
#else
#define VTD_ATTACH_OP(fn)                                                   \
	static int fn##_op(struct iommu_domain *domain, struct device *dev) \
	{                                                                   \
		return fn(domain, dev, NULL);                               \
	}
#define vtd_attach_op(fn) fn##_op
#endif

/*
 * A core that knows struct pt_iommu passes whole ranges to map and unmap, once
 * vtd_use_ranges() was called; an older one goes by pages of one size.
 */
#ifdef VTD_HAVE_PT_IOMMU
#include <linux/generic_pt/iommu.h>

static inline void vtd_use_ranges(struct pt_iommu *iommu,
				  const struct pt_iommu_ops *ops)
{
	iommu->ops = ops;
	iommu->domain.is_iommupt = true;
}
#else
struct pt_iommu {
	struct iommu_domain domain;
};

struct pt_iommu_ops {
	int (*map_range)(struct pt_iommu *iommu, dma_addr_t iova,
			 phys_addr_t paddr, dma_addr_t len, unsigned int prot,
			 gfp_t gfp, size_t *mapped);
	size_t (*unmap_range)(struct pt_iommu *iommu, dma_addr_t iova,
			      dma_addr_t len,
			      struct iommu_iotlb_gather *gather);
};

static inline void vtd_use_ranges(struct pt_iommu *iommu,
				  const struct pt_iommu_ops *ops)
{
}
#endif

#endif /* VTD_COMPAT_IOMMU_H */
