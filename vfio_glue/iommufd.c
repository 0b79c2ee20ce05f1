// SPDX-License-Identifier: GPL-2.0
/*
 * What iommufd offers user space of VT-d beyond plain domains: what the hardware
 * is like, nested domains, what was written to, virtual IOMMUs.
 *
 * Speaks iommufd's language and has no tables: those are vtd_dmar's.
 */
#include <linux/iommu.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include <vtd/nested.h>
#include <vtd/units.h>

#include "iommufd.h"

static void *vtd_hw_info(struct device *dev, u32 *length,
			 enum iommu_hw_info_type *type)
{
	struct iommu_hw_info_vtd info = {};
	u16 sid[VTD_UNITS_SIDS_MAX];
	struct vtd_unit_info unit;
	unsigned int nr;
	int index;

	if (*type != IOMMU_HW_INFO_TYPE_DEFAULT &&
	    *type != IOMMU_HW_INFO_TYPE_INTEL_VTD)
		return ERR_PTR(-EOPNOTSUPP);
	index = vtd_units_of_device(to_pci_dev(dev), sid, &nr);
	if (index < 0)
		return ERR_PTR(index);
	vtd_units_get(index, &unit);
	if (vtd_nested_needs_write())
		info.flags |= IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17;
	info.cap_reg = unit.cap;
	info.ecap_reg = unit.ecap;
	*length = sizeof(info);
	*type = IOMMU_HW_INFO_TYPE_INTEL_VTD;
	return kmemdup(&info, sizeof(info), GFP_KERNEL) ?: ERR_PTR(-ENOMEM);
}

static const struct vtd_user_ops vtd_iommufd_ops = {
	.owner = THIS_MODULE,
	.hw_info = vtd_hw_info,
	.dirty_ops = &vtd_dirty_ops,
	.alloc_nested = vtd_iommufd_nested,
	.viommu_size = vtd_viommu_size,
	.viommu_init = vtd_viommu_init,
	.viommu_destroy = vtd_viommu_gone,
	.device_failed = vtd_event_device_failed,
};

/**
 * vtd_iommufd_start() - speak for user space from now on
 *
 * Context: may sleep.
 * Return: as vtd_user_register().
 */
int vtd_iommufd_start(void)
{
	int ret = vtd_user_register(&vtd_iommufd_ops);

	if (!ret)
		vtd_event_init();
	return ret;
}

/**
 * vtd_iommufd_stop() - undo vtd_iommufd_start()
 *
 * Context: may sleep; nothing made through it is left.
 */
void vtd_iommufd_stop(void)
{
	vtd_event_exit();
	vtd_user_unregister();
}
