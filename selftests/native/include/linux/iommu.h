/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native build: what the iommu core and the driver know of each other, by the
 * newest kernel's names.
 */
#ifndef VTD_SHIM_IOMMU_H
#define VTD_SHIM_IOMMU_H

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/types.h>

#include "iommu-pages.h"

#define IOMMU_READ (1 << 0)
#define IOMMU_WRITE (1 << 1)

#define IOMMU_DOMAIN_BLOCKED 0
#define IOMMU_DOMAIN_IDENTITY 4
#define IOMMU_DOMAIN_UNMANAGED 1
#define IOMMU_DOMAIN_DMA 3
#define IOMMU_DOMAIN_DMA_FQ 11
#define IOMMU_DOMAIN_SVA 16
#define IOMMU_DOMAIN_NESTED 64

#define IOMMU_HWPT_ALLOC_NEST_PARENT (1 << 0)
#define IOMMU_HWPT_ALLOC_DIRTY_TRACKING (1 << 1)
#define IOMMU_HWPT_ALLOC_PASID (1 << 3)

#define IOMMU_FAULT_READ 0
#define IOMMU_FAULT_WRITE 1

typedef unsigned int ioasid_t;

struct device;
struct iommu_device;
struct iommu_dirty_ops;
struct iommu_domain;
struct iommu_group;
struct iommu_ops;
struct iopf_fault;
struct iopf_group;
struct iommu_page_response;
struct iommu_user_data;
struct module;

/* Defined by the test that has groups. */
bool iommu_group_has_isolated_msi(struct iommu_group *group);
int iommu_group_id(struct iommu_group *group);

/* Defined by the test that has a core. */
int report_iommu_fault(struct iommu_domain *domain, struct device *dev,
		       unsigned long iova, int flags);
int iommu_device_register(struct iommu_device *iommu,
			  const struct iommu_ops *ops, struct device *dev);
void iommu_device_unregister(struct iommu_device *iommu);
bool iommu_group_dma_owner_claimed(struct iommu_group *group);
struct iommu_group *iommu_group_get(struct device *dev);
void iommu_group_put(struct iommu_group *group);

/* No group here has anybody in it. */
#define iommu_group_for_each_dev(group, data, fn) \
	((void)(group), (void)(data), (void)(fn), 0)

static inline void iommu_group_mutex_assert(struct device *dev)
{
}

enum iommu_cap {
	IOMMU_CAP_CACHE_COHERENCY,
	IOMMU_CAP_NOEXEC,
	IOMMU_CAP_PRE_BOOT_PROTECTION,
	IOMMU_CAP_ENFORCE_CACHE_COHERENCY,
	IOMMU_CAP_DEFERRED_FLUSH,
	IOMMU_CAP_DIRTY_TRACKING,
};

enum iommu_hw_info_type {
	IOMMU_HW_INFO_TYPE_DEFAULT,
};

enum iommu_resv_type {
	IOMMU_RESV_DIRECT,
	IOMMU_RESV_DIRECT_RELAXABLE,
	IOMMU_RESV_MSI,
};

struct iommu_resv_region {
	struct list_head list;
	phys_addr_t start;
	size_t length;
	int prot;
	enum iommu_resv_type type;
};

static inline struct iommu_resv_region *
iommu_alloc_resv_region(phys_addr_t start, size_t length, int prot,
			enum iommu_resv_type type, gfp_t gfp)
{
	struct iommu_resv_region *region = kzalloc(sizeof(*region), gfp);

	if (region)
		*region = (struct iommu_resv_region){
			.start = start,
			.length = length,
			.prot = prot,
			.type = type,
		};
	return region;
}

/* What was unmapped and is still to be forgotten; nothing: start > end. */
struct iommu_iotlb_gather {
	unsigned long start;
	unsigned long end;
	struct iommu_pages_list freelist;
	bool queued;
};

static inline void iommu_iotlb_gather_init(struct iommu_iotlb_gather *gather)
{
	gather->start = ~0UL;
	gather->end = 0;
	gather->queued = false;
	INIT_LIST_HEAD(&gather->freelist.pages);
}

static inline bool iommu_iotlb_gather_queued(struct iommu_iotlb_gather *gather)
{
	return gather && gather->queued;
}

static inline void
iommu_iotlb_gather_add_range(struct iommu_iotlb_gather *gather,
			     unsigned long iova, size_t size)
{
	unsigned long last = iova + size - 1;

	gather->start = gather->start < iova ? gather->start : iova;
	gather->end = gather->end > last ? gather->end : last;
}

struct iommu_domain_ops {
	int (*attach_dev)(struct iommu_domain *domain, struct device *dev,
			  struct iommu_domain *old);
	int (*set_dev_pasid)(struct iommu_domain *domain, struct device *dev,
			     ioasid_t pasid, struct iommu_domain *old);
	int (*map_pages)(struct iommu_domain *domain, unsigned long iova,
			 phys_addr_t paddr, size_t pgsize, size_t pgcount,
			 int prot, gfp_t gfp, size_t *mapped);
	size_t (*unmap_pages)(struct iommu_domain *domain, unsigned long iova,
			      size_t pgsize, size_t pgcount,
			      struct iommu_iotlb_gather *gather);
	void (*flush_iotlb_all)(struct iommu_domain *domain);
	int (*iotlb_sync_map)(struct iommu_domain *domain, unsigned long iova,
			      size_t size);
	void (*iotlb_sync)(struct iommu_domain *domain,
			   struct iommu_iotlb_gather *gather);
	phys_addr_t (*iova_to_phys)(struct iommu_domain *domain,
				    dma_addr_t iova);
	bool (*enforce_cache_coherency)(struct iommu_domain *domain);
	void (*free)(struct iommu_domain *domain);
};

struct iommu_domain_geometry {
	dma_addr_t aperture_start;
	dma_addr_t aperture_end;
	bool force_aperture;
};

struct iommu_domain {
	unsigned int type;
	const struct iommu_domain_ops *ops;
	const struct iommu_dirty_ops *dirty_ops;
	unsigned long pgsize_bitmap;
	struct iommu_domain_geometry geometry;
	int (*iopf_handler)(struct iopf_group *group);
};

struct iommu_device {
	struct list_head list;
	const struct iommu_ops *ops;
	struct device *dev;
	u32 max_pasids;
};

struct iommu_ops {
	struct module *owner;
	bool (*capable)(struct device *dev, enum iommu_cap cap);
	struct iommu_device *(*probe_device)(struct device *dev);
	void (*release_device)(struct device *dev);
	struct iommu_group *(*device_group)(struct device *dev);
	int (*def_domain_type)(struct device *dev);
	void (*get_resv_regions)(struct device *dev, struct list_head *list);
	struct iommu_domain *(*domain_alloc_paging_flags)(
		struct device *dev, u32 flags,
		const struct iommu_user_data *user_data);
	void (*page_response)(struct device *dev, struct iopf_fault *evt,
			      struct iommu_page_response *msg);
	const struct iommu_domain_ops *default_domain_ops;
	struct iommu_domain *identity_domain;
	struct iommu_domain *blocked_domain;
};

#endif /* VTD_SHIM_IOMMU_H */
