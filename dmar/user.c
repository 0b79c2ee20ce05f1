// SPDX-License-Identifier: GPL-2.0
/*
 * The way to the module that speaks iommufd's language, and the domains that are
 * made for it.
 *
 * Owns who that module is.  Each object that is made through it holds it, and
 * lets it go from here, so that it cannot be taken out while its own code runs.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/export.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>

#include <vtd/nested.h>

#include "device.h"
#include "domain.h"
#include "paging.h"
#include "unit.h"
#include "user.h"

static DEFINE_MUTEX(vtd_user_lock);
static const struct vtd_user_ops __rcu *vtd_user;

int vtd_user_register(const struct vtd_user_ops *ops)
{
	int ret = 0;

	mutex_lock(&vtd_user_lock);
	if (rcu_access_pointer(vtd_user))
		ret = -EBUSY;
	else
		rcu_assign_pointer(vtd_user, ops);
	mutex_unlock(&vtd_user_lock);
	return ret;
}
EXPORT_SYMBOL_GPL(vtd_user_register);

void vtd_user_unregister(void)
{
	mutex_lock(&vtd_user_lock);
	rcu_assign_pointer(vtd_user, NULL);
	mutex_unlock(&vtd_user_lock);
	synchronize_rcu();
}
EXPORT_SYMBOL_GPL(vtd_user_unregister);

/* The module, held; NULL without one. */
static const struct vtd_user_ops *vtd_user_get(void)
{
	const struct vtd_user_ops *ops;

	rcu_read_lock();
	ops = rcu_dereference(vtd_user);
	if (ops && !try_module_get(ops->owner))
		ops = NULL;
	rcu_read_unlock();
	return ops;
}

static void vtd_user_put(const struct vtd_user_ops *ops)
{
	module_put(ops->owner);
}

/* Can tables of this stage tell what was written to? */
static bool vtd_stage_tracks(const struct vtd_unit *unit,
			     enum vtd_pt_stage stage)
{
	u64 needed = stage == VTD_PT_FIRST ? VTD_ECAP_FSTS :
					     VTD_ECAP_SSTS | VTD_ECAP_SSADS;

	return unit->scalable && vtd_unit_walks_coherent(unit) &&
	       (unit->ecap & needed) == needed;
}

/**
 * vtd_user_can_track() - can domains of a unit tell what was written to?
 * @unit: the unit
 *
 * Context: any.
 * Return: true when there is a module, too, that asks for it.
 */
bool vtd_user_can_track(const struct vtd_unit *unit)
{
	return rcu_access_pointer(vtd_user) &&
	       (vtd_stage_tracks(unit, VTD_PT_FIRST) ||
		vtd_stage_tracks(unit, VTD_PT_SECOND));
}

/* What a domain with these flags is to be like: -EOPNOTSUPP if it cannot. */
static int vtd_user_want(const struct vtd_unit *unit, u32 flags,
			 struct vtd_domain_want *want)
{
	const u64 nests = VTD_ECAP_NEST | VTD_ECAP_SSTS | VTD_ECAP_FSTS;

	*want = vtd_unit_usual(unit);
	want->dirty = flags & IOMMU_HWPT_ALLOC_DIRTY_TRACKING;
	if (flags & IOMMU_HWPT_ALLOC_NEST_PARENT) {
		if (!unit->scalable || (unit->ecap & nests) != nests)
			return -EOPNOTSUPP;
		want->stage = VTD_PT_SECOND;
		return want->dirty && !vtd_stage_tracks(unit, want->stage) ?
			       -EOPNOTSUPP :
			       0;
	}
	if (!want->dirty || vtd_stage_tracks(unit, want->stage))
		return 0;
	want->stage = want->stage == VTD_PT_FIRST ? VTD_PT_SECOND :
						    VTD_PT_FIRST;
	return vtd_stage_tracks(unit, want->stage) ? 0 : -EOPNOTSUPP;
}

/**
 * vtd_user_alloc() - a paging domain with something that only user space asks for
 * @vdev: a managed device that it is for
 * @flags: IOMMU_HWPT_ALLOC_NEST_PARENT, IOMMU_HWPT_ALLOC_DIRTY_TRACKING, or both
 *
 * Context: may sleep.
 * Return: the domain, or an ERR_PTR: -EOPNOTSUPP when the device's unit cannot, or
 * without a module that asks for it; -ENOMEM.
 */
struct iommu_domain *vtd_user_alloc(struct vtd_device *vdev, u32 flags)
{
	const struct vtd_user_ops *ops;
	struct vtd_domain_want want;
	struct vtd_domain *d;
	int ret = vtd_user_want(vdev->unit, flags, &want);

	if (ret)
		return ERR_PTR(ret);
	ops = vtd_user_get();
	if (!ops)
		return ERR_PTR(-EOPNOTSUPP);
	d = vtd_domain_alloc(vdev->unit, want);
	if (IS_ERR(d)) {
		vtd_user_put(ops);
		return ERR_CAST(d);
	}
	d->owner = ops->owner;
	d->nest_parent = flags & IOMMU_HWPT_ALLOC_NEST_PARENT;
	if (want.dirty)
		d->domain.dirty_ops = ops->dirty_ops;
	vtd_paging_use(d, vdev->unit);
	return &d->domain;
}

/**
 * vtd_user_device_failed() - a device is being blocked: it does not answer
 * @dev: a managed device
 *
 * Context: may sleep.
 */
void vtd_user_device_failed(struct device *dev)
{
	const struct vtd_user_ops *ops = vtd_user_get();

	if (!ops)
		return;
	ops->device_failed(dev);
	vtd_user_put(ops);
}

int vtd_user_dirty_track(struct iommu_domain *domain, bool on)
{
	return vtd_domain_track(to_vtd_domain(domain), on);
}
EXPORT_SYMBOL_GPL(vtd_user_dirty_track);

void vtd_user_dirty_read(struct iommu_domain *domain, unsigned long iova,
			 size_t size, bool clear,
			 void (*tell)(void *data, u64 iova, u64 bytes),
			 void *data)
{
	vtd_pt_read_dirty(&to_vtd_domain(domain)->pt, iova, iova + size - 1,
			  clear, tell, data);
}
EXPORT_SYMBOL_GPL(vtd_user_dirty_read);

#ifdef VTD_HAVE_IOMMUFD

/**
 * vtd_user_hw_info() - what the hardware is like, for iommufd
 * @dev: a managed device
 * @length: set to the bytes returned
 * @type: what is asked for; set to what it is
 *
 * Context: may sleep.
 * Return: memory that the caller frees, or an ERR_PTR.
 */
void *vtd_user_hw_info(struct device *dev, u32 *length,
		       enum iommu_hw_info_type *type)
{
	const struct vtd_user_ops *ops = vtd_user_get();
	void *info;

	if (!ops)
		return ERR_PTR(-EOPNOTSUPP);
	info = ops->hw_info(dev, length, type);
	vtd_user_put(ops);
	return info;
}

/**
 * vtd_user_alloc_nested() - a nested domain, for iommufd
 * @dev: a managed device
 * @parent: domain of the second stage
 * @flags: IOMMU_HWPT_ALLOC_*
 * @user_data: the guest's tables
 *
 * Context: may sleep.
 * Return: as vtd_nested_alloc(); -EOPNOTSUPP without a module for it.
 */
struct iommu_domain *
vtd_user_alloc_nested(struct device *dev, struct iommu_domain *parent,
		      u32 flags, const struct iommu_user_data *user_data)
{
	const struct vtd_user_ops *ops = vtd_user_get();
	struct iommu_domain *domain;

	if (!ops)
		return ERR_PTR(-EOPNOTSUPP);
	domain = ops->alloc_nested(dev, parent, flags, user_data);
	if (IS_ERR(domain))
		vtd_user_put(ops);
	else
		to_vtd_domain(domain)->owner = ops->owner;
	return domain;
}

/**
 * vtd_user_viommu_size() - what a virtual IOMMU takes, for iommufd
 * @dev: a managed device
 * @type: of the virtual IOMMU
 *
 * Context: may sleep.
 * Return: bytes; 0 for a type that is not known.
 */
size_t vtd_user_viommu_size(struct device *dev, enum iommu_viommu_type type)
{
	const struct vtd_user_ops *ops = vtd_user_get();
	size_t bytes;

	if (!ops)
		return 0;
	bytes = ops->viommu_size(dev, type);
	vtd_user_put(ops);
	return bytes;
}

/**
 * vtd_user_viommu_init() - a virtual IOMMU is made, for iommufd
 * @viommu: of vtd_user_viommu_size() bytes
 * @parent: domain of the second stage
 * @user_data: NULL
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int vtd_user_viommu_init(struct iommufd_viommu *viommu,
			 struct iommu_domain *parent,
			 const struct iommu_user_data *user_data)
{
	const struct vtd_user_ops *ops = vtd_user_get();
	int ret;

	if (!ops)
		return -EOPNOTSUPP;
	ret = ops->viommu_init(viommu, parent, user_data);
	/* Otherwise it is held until vtd_viommu_destroy(). */
	if (ret)
		vtd_user_put(ops);
	return ret;
}

void vtd_viommu_destroy(struct iommufd_viommu *viommu)
{
	const struct vtd_user_ops *ops =
		rcu_dereference_protected(vtd_user, true);

	ops->viommu_destroy(viommu);
	vtd_user_put(ops);
}
EXPORT_SYMBOL_GPL(vtd_viommu_destroy);

#endif /* VTD_HAVE_IOMMUFD */
