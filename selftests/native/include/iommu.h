/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shim for compat/iommu.h: a core that passes whole ranges, and tells which
 * domain was attached.
 */
#ifndef VTD_NATIVE_IOMMU_H
#define VTD_NATIVE_IOMMU_H

#include <linux/iommu.h>

struct pt_iommu;

struct pt_iommu_ops {
	int (*map_range)(struct pt_iommu *iommu, dma_addr_t iova,
			 phys_addr_t paddr, dma_addr_t len, unsigned int prot,
			 gfp_t gfp, size_t *mapped);
	size_t (*unmap_range)(struct pt_iommu *iommu, dma_addr_t iova,
			      dma_addr_t len,
			      struct iommu_iotlb_gather *gather);
};

struct pt_iommu {
	struct iommu_domain domain;
	const struct pt_iommu_ops *ops;
};

static inline void vtd_use_ranges(struct pt_iommu *iommu,
				  const struct pt_iommu_ops *ops)
{
	iommu->ops = ops;
}

#define VTD_ATTACH_OP(fn)
#define vtd_attach_op(fn) fn
#define VTD_SET_PASID_OP(fn)
#define vtd_set_pasid_op(fn) fn
#define VTD_REMOVE_PASID_OP(fn)
#define vtd_remove_pasid_op(fn)
#define vtd_alloc_sva_op(fn)
#define VTD_FEATURE_OP(fn)
#define vtd_feature_op(fn)
#define VTD_ALLOC_PAGING_OP(fn)
#define vtd_alloc_paging_op(fn) .domain_alloc_paging_flags = (fn),

#endif /* VTD_NATIVE_IOMMU_H */
