/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Callbacks of the iommu core, by the newest kernel's prototypes.
 */
#ifndef VTD_COMPAT_IOMMU_H
#define VTD_COMPAT_IOMMU_H

#include <linux/iommu.h>
#include <uapi/linux/iommufd.h>

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

/* The same for set_dev_pasid. */
#ifdef VTD_HAVE_SET_DEV_PASID_OLD
#define VTD_SET_PASID_OP(fn)
#define vtd_set_pasid_op(fn) fn
#else
#define VTD_SET_PASID_OP(fn)                                                \
	static int fn##_op(struct iommu_domain *domain, struct device *dev, \
			   ioasid_t pasid)                                  \
	{                                                                   \
		return fn(domain, dev, pasid, NULL);                        \
	}
#define vtd_set_pasid_op(fn) fn##_op
#endif

/*
 * VTD_REMOVE_PASID_OP(fn) has a PASID blocked by fn(domain, dev, pasid, old) on
 * cores that ask for it by remove_dev_pasid; vtd_remove_pasid_op(fn) stands in
 * the table.  Others attach the blocked domain.
 */
#ifdef VTD_HAVE_REMOVE_DEV_PASID
#define VTD_REMOVE_PASID_OP(fn)                                     \
	static void fn##_remove(struct device *dev, ioasid_t pasid, \
				struct iommu_domain *domain)        \
	{                                                           \
		fn(NULL, dev, pasid, domain);                       \
	}
#define vtd_remove_pasid_op(fn) .remove_dev_pasid = fn##_remove,
#else
#define VTD_REMOVE_PASID_OP(fn)
#define vtd_remove_pasid_op(fn)
#endif

/* VTD_ALLOC_PAGING_OP(fn): fn(dev, flags, user_data) allocates paging domains. */
#ifdef VTD_HAVE_ALLOC_PAGING_FLAGS
#define VTD_ALLOC_PAGING_OP(fn)
#define vtd_alloc_paging_op(fn) .domain_alloc_paging_flags = (fn),
#else
#define VTD_ALLOC_PAGING_OP(fn)                                  \
	static struct iommu_domain *fn##_dev(struct device *dev) \
	{                                                        \
		return fn(dev, 0, NULL);                         \
	}
#define vtd_alloc_paging_op(fn) .domain_alloc_paging = fn##_dev,
#endif

/* Where the core allows devices to share the addresses of processes. */
#ifdef VTD_HAVE_SVA_KERNEL_FLUSH
#define vtd_alloc_sva_op(fn) .domain_alloc_sva = (fn),
#else
#define vtd_alloc_sva_op(fn)
#endif

/*
 * VTD_FEATURE_OP(fn): where drivers still ask the core to enable SVA before
 * they bind a process, fn(dev, is_sva) refuses.
 */
#if defined(VTD_HAVE_DEV_FEAT) && !defined(VTD_HAVE_SVA_KERNEL_FLUSH)
#define VTD_FEATURE_OP(fn)                                     \
	static int fn##_op(struct device *dev,                 \
			   enum iommu_dev_features feature)    \
	{                                                      \
		return fn(dev, feature == IOMMU_DEV_FEAT_SVA); \
	}
#define vtd_feature_op(fn) .dev_enable_feat = fn##_op,
#else
#define VTD_FEATURE_OP(fn)
#define vtd_feature_op(fn)
#endif

#ifndef IOMMU_HWPT_ALLOC_PASID
#define IOMMU_HWPT_ALLOC_PASID BIT(3)
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
