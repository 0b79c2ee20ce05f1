// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual IOMMU objects for VT-d: nested domains of one guest, its devices by the
 * names that it has for them, and what they are to forget.  Experimental; see
 * include/vtd/uapi/iommufd.h.
 */
#include <linux/align.h>
#include <linux/iommufd.h>
#include <linux/limits.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>

#include <vtd/nested.h>
#include <vtd/uapi/iommufd.h>
#include <vtd/units.h>

#include "iommufd.h"
#include "viommu.h"

/**
 * vtd_viommu_size() - what a virtual IOMMU takes
 * @dev: a managed device
 * @type: what is asked for
 *
 * Context: any.
 * Return: bytes; 0 for a type that is not ours.
 */
size_t vtd_viommu_size(struct device *dev, unsigned int type)
{
	if (type != VTD_VIOMMU_TYPE)
		return 0;
	return VIOMMU_STRUCT_SIZE(struct vtd_viommu, core);
}

/* --- devices ------------------------------------------------------------------ */

static void vtd_vdevice_destroy(struct iommufd_vdevice *core)
{
	struct vtd_vdevice *vdev = container_of(core, struct vtd_vdevice, core);
	struct vtd_viommu *viommu = vtd_viommu_of(core->viommu);

	vtd_event_remove(vdev);
	mutex_lock(&viommu->lock);
	list_del(&vdev->node);
	mutex_unlock(&viommu->lock);
}

static int vtd_vdevice_init(struct iommufd_vdevice *core)
{
	struct vtd_vdevice *vdev = container_of(core, struct vtd_vdevice, core);
	struct vtd_viommu *viommu = vtd_viommu_of(core->viommu);
	struct device *dev = iommufd_vdevice_to_device(core);
	struct pci_dev *pdev = to_pci_dev(dev);
	int ret = vtd_units_of_device(pdev, vdev->sid, &vdev->nr_sids);

	if (ret < 0)
		return ret;
	vdev->dev = dev;
	vdev->segment = pci_domain_nr(pdev->bus);
	mutex_lock(&viommu->lock);
	list_add_tail(&vdev->node, &viommu->vdevs);
	mutex_unlock(&viommu->lock);
	vtd_event_add(vdev);
	core->destroy = vtd_vdevice_destroy;
	return 0;
}

/* --- invalidations ------------------------------------------------------------ */

static u32 vtd_invalidate_error(int err)
{
	switch (err) {
	case 0:
		return VTD_INVALIDATE_DONE;
	case -ENOENT:
		return VTD_INVALIDATE_NO_DEVICE;
	case -ETIMEDOUT:
		return VTD_INVALIDATE_TIMED_OUT;
	case -EIO:
		return VTD_INVALIDATE_FAILED;
	default:
		return VTD_INVALIDATE_BAD;
	}
}

/* A vDEVICE stays as long as the lock is held, and with it the device. */
static int vtd_viommu_flush_device(struct vtd_viommu *viommu,
				   const struct vtd_viommu_invalidate *inv,
				   u64 last)
{
	struct vtd_vdevice *vdev;
	int ret = -ENOENT;

	mutex_lock(&viommu->lock);
	list_for_each_entry(vdev, &viommu->vdevs, node) {
		if (vdev->core.virt_id != inv->virt_id)
			continue;
		ret = vtd_iommufd_errno(vtd_nested_flush_device(
			vdev->dev, inv->pasid, inv->addr, last));
		break;
	}
	mutex_unlock(&viommu->lock);
	return ret;
}

static int vtd_viommu_invalidate_one(struct vtd_viommu *viommu,
				     const struct vtd_viommu_invalidate *inv)
{
	u64 last;
	int ret;

	if (inv->flags || inv->pasid >> 20)
		return -EOPNOTSUPP;
	ret = vtd_iommufd_range(inv->addr, inv->npages, &last);
	if (ret)
		return ret;
	if (inv->scope == VTD_INVALIDATE_DEVICE_TLB)
		return vtd_viommu_flush_device(viommu, inv, last);
	if (inv->scope != VTD_INVALIDATE_ALL)
		return -EOPNOTSUPP;
	if (inv->virt_id || inv->pasid || inv->addr || last != U64_MAX)
		return -EINVAL;
	return vtd_iommufd_errno(
		vtd_nested_flush(viommu->parent, 0, U64_MAX, false));
}

/* Each request is told what became of it. */
static int vtd_viommu_answer(const struct iommu_user_data_array *array, u32 i,
			     u32 error)
{
	size_t at = array->entry_len * i +
		    offsetof(struct vtd_viommu_invalidate, error);

	return copy_to_user(array->uptr + at, &error, sizeof(error)) ? -EFAULT :
								       0;
}

static int vtd_viommu_invalidate(struct iommufd_viommu *core,
				 struct iommu_user_data_array *array)
{
	struct vtd_viommu *viommu = vtd_viommu_of(core);
	struct vtd_viommu_invalidate inv;
	u32 i;
	int ret = 0;

	if (array->type != VTD_VIOMMU_INVALIDATE) {
		array->entry_num = 0;
		return -EINVAL;
	}
	for (i = 0; i < array->entry_num; i++) {
		ret = iommu_copy_struct_from_user_array(
			&inv, array, VTD_VIOMMU_INVALIDATE, i, npages);
		if (ret)
			break;
		ret = vtd_viommu_invalidate_one(viommu, &inv);
		ret = vtd_viommu_answer(array, i, vtd_invalidate_error(ret)) ?:
			      ret;
		if (ret)
			break;
		cond_resched();
	}
	array->entry_num = i;
	return ret;
}

/* --- the object ----------------------------------------------------------------- */

static struct iommu_domain *
vtd_viommu_alloc_nested(struct iommufd_viommu *core, u32 flags,
			const struct iommu_user_data *user_data)
{
	/* Whether the unit can do it is found out when a device is attached. */
	return vtd_iommufd_nested(NULL, vtd_viommu_of(core)->parent, flags,
				  user_data);
}

static const struct iommufd_viommu_ops vtd_viommu_ops = {
	.destroy = vtd_viommu_destroy,
	.alloc_domain_nested = vtd_viommu_alloc_nested,
	.cache_invalidate = vtd_viommu_invalidate,
	.vdevice_size = VDEVICE_STRUCT_SIZE(struct vtd_vdevice, core),
	.vdevice_init = vtd_vdevice_init,
};

/**
 * vtd_viommu_init() - a virtual IOMMU is made
 * @core: zeroed but for what the core has set
 * @parent: domain of the second stage
 * @user_data: must be NULL
 *
 * Context: may sleep.
 * Return: 0; -EOPNOTSUPP with data.
 */
int vtd_viommu_init(struct iommufd_viommu *core, struct iommu_domain *parent,
		    const struct iommu_user_data *user_data)
{
	struct vtd_viommu *viommu = vtd_viommu_of(core);

	if (user_data)
		return -EOPNOTSUPP;
	viommu->parent = parent;
	mutex_init(&viommu->lock);
	INIT_LIST_HEAD(&viommu->vdevs);
	core->ops = &vtd_viommu_ops;
	return 0;
}

/**
 * vtd_viommu_gone() - undo vtd_viommu_init()
 * @core: has no vDEVICE any more
 *
 * Context: may sleep.
 */
void vtd_viommu_gone(struct iommufd_viommu *core)
{
	mutex_destroy(&vtd_viommu_of(core)->lock);
}
