// SPDX-License-Identifier: GPL-2.0
/*
 * Nested domains in iommufd's language: what a VMM says of its guest's tables,
 * and of what its guest has changed in them.
 */
#include <linux/align.h>
#include <linux/iommu.h>
#include <linux/limits.h>
#include <linux/sizes.h>

#include <vtd/hw/pasid.h>
#include <vtd/nested.h>

#include "iommufd.h"

/* One request; which of an array failed is told by how many are done. */
static int
vtd_nested_invalidate_one(struct iommu_domain *domain,
			  const struct iommu_hwpt_vtd_s1_invalidate *inv)
{
	u64 last;
	int ret;

	if (inv->flags & ~IOMMU_VTD_INV_FLAGS_LEAF || inv->__reserved)
		return -EOPNOTSUPP;
	ret = vtd_iommufd_range(inv->addr, inv->npages, &last);
	if (ret)
		return ret;
	return vtd_iommufd_errno(
		vtd_nested_flush(domain, inv->addr, last,
				 inv->flags & IOMMU_VTD_INV_FLAGS_LEAF));
}

static int vtd_nested_invalidate(struct iommu_domain *domain,
				 struct iommu_user_data_array *array)
{
	struct iommu_hwpt_vtd_s1_invalidate inv;
	u32 i;
	int ret = 0;

	if (array->type != IOMMU_HWPT_INVALIDATE_DATA_VTD_S1) {
		array->entry_num = 0;
		return -EINVAL;
	}
	for (i = 0; i < array->entry_num; i++) {
		ret = iommu_copy_struct_from_user_array(
			&inv, array, IOMMU_HWPT_INVALIDATE_DATA_VTD_S1, i,
			__reserved);
		if (!ret)
			ret = vtd_nested_invalidate_one(domain, &inv);
		if (ret)
			break;
		cond_resched();
	}
	array->entry_num = i;
	return ret;
}

static const struct iommu_domain_ops vtd_nested_ops = {
	.attach_dev = vtd_attach_paging,
	.set_dev_pasid = vtd_set_pasid_paging,
	.cache_invalidate_user = vtd_nested_invalidate,
	.free = vtd_nested_free,
};

static int vtd_nested_levels(const struct iommu_hwpt_vtd_s1 *s1)
{
	switch (s1->addr_width) {
	case 48:
		return 4;
	case 57:
		return 5;
	default:
		return -EINVAL;
	}
}

static u64 vtd_nested_flags(u64 flags)
{
	return (flags & IOMMU_VTD_S1_SRE ? VTD_PASID_SRE : 0) |
	       (flags & IOMMU_VTD_S1_WPE ? VTD_PASID_WPE : 0) |
	       (flags & IOMMU_VTD_S1_EAFE ? VTD_PASID_EAFE : 0);
}

/**
 * vtd_iommufd_nested() - a nested domain as a VMM asks for it
 * @dev: a managed device
 * @parent: domain of the second stage
 * @flags: IOMMU_HWPT_ALLOC_PASID or 0
 * @user_data: struct iommu_hwpt_vtd_s1
 *
 * VT-d 9.6: FSPTPTR, FSPM, SRE, WPE, EAFE.
 *
 * Context: may sleep.
 * Return: as vtd_nested_alloc(); -EOPNOTSUPP for flags or data that are not
 * known; -EINVAL for a width that is neither 48 nor 57; -EFAULT.
 */
struct iommu_domain *vtd_iommufd_nested(struct device *dev,
					struct iommu_domain *parent, u32 flags,
					const struct iommu_user_data *user_data)
{
	const u64 known = IOMMU_VTD_S1_SRE | IOMMU_VTD_S1_WPE |
			  IOMMU_VTD_S1_EAFE;
	struct vtd_guest_stage guest;
	struct iommu_hwpt_vtd_s1 s1;
	int ret;

	if (flags & ~IOMMU_HWPT_ALLOC_PASID ||
	    user_data->type != IOMMU_HWPT_DATA_VTD_S1)
		return ERR_PTR(-EOPNOTSUPP);
	ret = iommu_copy_struct_from_user(&s1, user_data,
					  IOMMU_HWPT_DATA_VTD_S1, __reserved);
	if (ret)
		return ERR_PTR(ret);
	if (s1.flags & ~known || s1.__reserved)
		return ERR_PTR(-EOPNOTSUPP);
	ret = vtd_nested_levels(&s1);
	if (ret < 0)
		return ERR_PTR(ret);
	guest = (struct vtd_guest_stage){
		.table = s1.pgtbl_addr,
		.flags = vtd_nested_flags(s1.flags),
		.levels = ret,
	};
	return vtd_nested_alloc(dev, parent, &guest, &vtd_nested_ops);
}
