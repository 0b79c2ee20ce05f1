/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What user space asks of domains beyond the core's terms, by way of a module of
 * its own (include/vtd/nested.h).
 */
#ifndef VTD_USER_H
#define VTD_USER_H

#include <linux/iommu.h>

#include "iommu.h"

struct vtd_device;
struct vtd_domain;
struct vtd_unit;

bool vtd_user_can_track(const struct vtd_unit *unit);
struct iommu_domain *vtd_user_alloc(struct vtd_device *vdev, u32 flags);
void vtd_user_device_failed(struct device *dev);

#ifdef VTD_HAVE_IOMMUFD
void *vtd_user_hw_info(struct device *dev, u32 *length,
		       enum iommu_hw_info_type *type);
struct iommu_domain *
vtd_user_alloc_nested(struct device *dev, struct iommu_domain *parent,
		      u32 flags, const struct iommu_user_data *user_data);
size_t vtd_user_viommu_size(struct device *dev, enum iommu_viommu_type type);
int vtd_user_viommu_init(struct iommufd_viommu *viommu,
			 struct iommu_domain *parent,
			 const struct iommu_user_data *user_data);

#define vtd_user_iommu_ops()                          \
	.hw_info = vtd_user_hw_info,                  \
	.domain_alloc_nested = vtd_user_alloc_nested, \
	.get_viommu_size = vtd_user_viommu_size,      \
	.viommu_init = vtd_user_viommu_init,
#else
#define vtd_user_iommu_ops()
#endif

#endif /* VTD_USER_H */
