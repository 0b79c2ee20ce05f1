// SPDX-License-Identifier: GPL-2.0
/*
 * What the iommu core calls: devices probed and released, domains allocated
 * and attached.  What it calls of a paging domain is in paging.c.
 *
 * Translates between the core's terms and ours and decides nothing itself,
 * but for one thing: an assignment is refused while the device's isolation
 * set is not in one hand.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/dmar.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/pci.h>

#include <vtd/nested.h>

#include "iommu.h"
#include "adapter.h"
#include "device.h"
#include "domain.h"
#include "fault.h"
#include "paging.h"
#include "prq.h"
#include "quarantine.h"
#include "pci.h"
#include "rmrr.h"
#include "sva.h"
#include "unit.h"
#include "user.h"

/* Requests to this window are interrupts, never translated (3.14). */
#define VTD_MSI_BASE 0xfee00000
#define VTD_MSI_SIZE 0x100000

static const struct vtd_probe_policy *vtd_policy;

/*
 * Why @pdev must not be handed to user space: another member of its isolation
 * set that is in other hands.  Returns it with a reference, or NULL.
 */
static struct pci_dev *vtd_assignment_obstacle(struct pci_dev *pdev)
{
	struct pci_dev *other = NULL;

	for_each_pci_dev(other) {
		bool managed;

		if (other == pdev || vtd_pci_is_bridge(other) ||
		    !vtd_pci_same_set(pdev, other))
			continue;
		managed = vtd_device_find(other);
		/* Its group is the core's business: VFIO checks it whole. */
		if (managed && other->dev.iommu_group == pdev->dev.iommu_group)
			continue;
		if (!managed || (READ_ONCE(other->dev.driver) &&
				 !vtd_pci_driver_leaves_dma(other)))
			return other;
	}
	return NULL;
}

static int vtd_check_assignment(struct vtd_device *vdev)
{
	struct pci_dev *pdev = vdev->pdev, *other;

	if (vtd_device_alone(vdev))
		return 0;
	other = vtd_assignment_obstacle(pdev);
	if (!other)
		return 0;
	if (vtd_device_find(other))
		dev_err_ratelimited(
			&pdev->dev,
			"not assigned: nothing isolates it from %s, which is bound to %s; unbind that one or assign both\n",
			pci_name(other), vtd_pci_driver_name(other).text);
	else
		dev_err_ratelimited(
			&pdev->dev,
			"not assigned: nothing isolates it from %s (driver %s), which is not managed; run 'vtdctl adopt %s' first\n",
			pci_name(other), vtd_pci_driver_name(other).text,
			pci_name(other));
	pci_dev_put(other);
	return -EBUSY;
}

/* Would nobody tell the unit of new mappings in the domain? */
static bool vtd_is_untold(const struct vtd_domain *d,
			  const struct vtd_unit *unit)
{
	if (d->guest)
		d = d->guest->parent;
	return !d->domain.ops->iotlb_sync_map && vtd_needs_sync_map(unit);
}

/* From blocked to translated, as after a reset. */
static void vtd_unblocked(struct vtd_device *vdev,
			  const struct iommu_domain *old)
{
	if (old && old->type == IOMMU_DOMAIN_BLOCKED)
		vtd_device_regain_ats(vdev);
}

/**
 * vtd_attach_paging() - attach a device to a paging domain, or to a nested one
 * @domain: the domain, of vtd_domain_alloc() or vtd_nested_alloc()
 * @dev: a device that is managed
 * @old: what it is attached to, or NULL
 *
 * Context: as the iommu core calls it; may sleep.
 * Return: 0; -EINVAL: the device's unit must be told of new mappings, and the
 * domain was made for one that need not; -EBUSY: the device is not isolated
 * from one that is in other hands; else as vtd_device_set_domain().
 */
int vtd_attach_paging(struct iommu_domain *domain, struct device *dev,
		      struct iommu_domain *old)
{
	struct vtd_device *vdev = vtd_device_of(dev);
	struct vtd_domain *d = to_vtd_domain(domain);
	int ret;

	if (vtd_is_untold(d, vdev->unit))
		return -EINVAL;
	if (vtd_domain_assigned(d)) {
		ret = vtd_check_assignment(vdev);
		if (ret)
			return ret;
	}
	if (vtd_policy->fill)
		vtd_policy->fill(vdev, d);
	vtd_unblocked(vdev, old);
	return vtd_device_set_domain(vdev, d);
}
EXPORT_SYMBOL_GPL(vtd_attach_paging);

/* The core has such a rule for default domains, but not for others. */
static int vtd_may_pass(const struct vtd_device *vdev)
{
	if (!vdev->pdev->untrusted)
		return 0;
	dev_err_ratelimited(
		&vdev->pdev->dev,
		"not untranslated: it can be plugged in from outside\n");
	return -EPERM;
}

static int vtd_attach_identity(struct iommu_domain *domain, struct device *dev,
			       struct iommu_domain *old)
{
	struct vtd_device *vdev = vtd_device_of(dev);

	return vtd_may_pass(vdev) ?: vtd_device_set_identity(vdev);
}

static int vtd_attach_blocked(struct iommu_domain *domain, struct device *dev,
			      struct iommu_domain *old)
{
	struct vtd_device *vdev = vtd_device_of(dev);
	int ret;

	/*
	 * User space takes ownership by blocking first.  A reset blocks too,
	 * whoever owns the device: never refuse that.
	 */
	if (vtd_pci_driver_leaves_dma(vdev->pdev)) {
		ret = vtd_check_assignment(vdev);
		if (ret)
			return ret;
	}
	return vtd_device_block(vdev);
}

/**
 * vtd_set_pasid_paging() - attach a PASID of a device to a paging domain, or to
 * a nested one
 * @domain: the domain, of vtd_domain_alloc() or vtd_nested_alloc()
 * @dev: a device that is managed
 * @pasid: the PASID
 * @old: what it is attached to, or NULL
 *
 * Context: as the iommu core calls it; may sleep.
 * Return: as vtd_attach_paging(); -EOPNOTSUPP for a device without PASIDs.
 */
int vtd_set_pasid_paging(struct iommu_domain *domain, struct device *dev,
			 ioasid_t pasid, struct iommu_domain *old)
{
	struct vtd_device *vdev = vtd_device_of(dev);
	struct vtd_domain *d = to_vtd_domain(domain);
	int ret;

	if (vtd_is_untold(d, vdev->unit))
		return -EINVAL;
	if (vtd_domain_assigned(d)) {
		ret = vtd_check_assignment(vdev);
		if (ret)
			return ret;
	}
	vtd_unblocked(vdev, old);
	return vtd_device_set_pasid(vdev, pasid, d);
}
EXPORT_SYMBOL_GPL(vtd_set_pasid_paging);

static int vtd_set_pasid_identity(struct iommu_domain *domain,
				  struct device *dev, ioasid_t pasid,
				  struct iommu_domain *old)
{
	struct vtd_device *vdev = vtd_device_of(dev);

	return vtd_may_pass(vdev) ?: vtd_device_set_pasid(vdev, pasid, NULL);
}

static int vtd_set_pasid_blocked(struct iommu_domain *domain,
				 struct device *dev, ioasid_t pasid,
				 struct iommu_domain *old)
{
	return vtd_device_clear_pasid(vtd_device_of(dev), pasid);
}

VTD_SET_PASID_OP(vtd_set_pasid_identity)
VTD_SET_PASID_OP(vtd_set_pasid_blocked)
VTD_REMOVE_PASID_OP(vtd_set_pasid_blocked)

VTD_ATTACH_OP(vtd_attach_identity)
VTD_ATTACH_OP(vtd_attach_blocked)

static const struct iommu_domain_ops vtd_identity_ops = {
	.attach_dev = vtd_attach_op(vtd_attach_identity),
	.set_dev_pasid = vtd_set_pasid_op(vtd_set_pasid_identity),
};

static const struct iommu_domain_ops vtd_blocked_ops = {
	.attach_dev = vtd_attach_op(vtd_attach_blocked),
	.set_dev_pasid = vtd_set_pasid_op(vtd_set_pasid_blocked),
};

static struct iommu_domain vtd_identity_domain = {
	.type = IOMMU_DOMAIN_IDENTITY,
	.ops = &vtd_identity_ops,
};

static struct iommu_domain vtd_blocked_domain = {
	.type = IOMMU_DOMAIN_BLOCKED,
	.ops = &vtd_blocked_ops,
};

/* Every domain can be attached to a PASID where units have such. */
static struct iommu_domain *
vtd_alloc_paging(struct device *dev, u32 flags,
		 const struct iommu_user_data *user_data)
{
	const u32 users = IOMMU_HWPT_ALLOC_NEST_PARENT |
			  IOMMU_HWPT_ALLOC_DIRTY_TRACKING;
	struct vtd_unit *unit;
	struct vtd_domain *d;

	if (!dev)
		return ERR_PTR(-EINVAL);
	if (flags & ~(IOMMU_HWPT_ALLOC_PASID | users) || user_data)
		return ERR_PTR(-EOPNOTSUPP);
	if (flags & users)
		return vtd_user_alloc(vtd_device_of(dev), flags);
	unit = vtd_device_of(dev)->unit;
	d = vtd_domain_alloc(unit, vtd_unit_usual(unit));
	if (IS_ERR(d))
		return ERR_CAST(d);
	vtd_paging_use(d, unit);
	return &d->domain;
}

VTD_ALLOC_PAGING_OP(vtd_alloc_paging)

static struct iommu_device *vtd_probe_device(struct device *dev)
{
	struct vtd_device *vdev;
	struct vtd_unit *unit;

	/* Any error but -ENODEV would end the registration of all devices. */
	if (!dev_is_pci(dev))
		return ERR_PTR(-ENODEV);
	unit = vtd_policy->probe(to_pci_dev(dev));
	if (IS_ERR(unit))
		return ERR_CAST(unit);
	vdev = vtd_device_create(to_pci_dev(dev), unit);
	if (IS_ERR(vdev)) {
		dev_err(dev, "not managed: error %ld\n", PTR_ERR(vdev));
		return ERR_PTR(-ENODEV);
	}
	vdev->ats = vtd_policy->ats(vdev->pdev, unit);
	if (vtd_policy->settle)
		vtd_policy->settle(vdev);
	vtd_device_start_pasids(vdev);
	vtd_device_start_ats(vdev);
	dev_iommu_priv_set(dev, vdev);
	return &vdev->iommu;
}

static void vtd_release_device(struct device *dev)
{
	struct vtd_device *vdev = vtd_device_of(dev);

	vtd_quarantine_end(vdev);
	vtd_device_clear_pasids(vdev);
	vtd_device_stop_ats(vdev);
	vtd_device_stop_pasids(vdev);
	if (vtd_device_leave(vdev, vdev->removed || vdev->held))
		dev_err(dev, "its source-ids may still be translated\n");
	/* When we let go, the core still needs vdev->iommu after this. */
	if (!vdev->releasing)
		vtd_device_free(vdev);
}

static int vtd_def_domain_type(struct device *dev)
{
	return vtd_policy->type ? vtd_policy->type(vtd_device_of(dev)) : 0;
}

static bool vtd_capable(struct device *dev, enum iommu_cap cap)
{
	switch (cap) {
	case IOMMU_CAP_CACHE_COHERENCY:
	case IOMMU_CAP_DEFERRED_FLUSH:
		return true;
	case IOMMU_CAP_PRE_BOOT_PROTECTION:
		return dmar_platform_optin();
	case IOMMU_CAP_ENFORCE_CACHE_COHERENCY:
		return vtd_device_of(dev)->unit->ecap & VTD_ECAP_SC;
	case IOMMU_CAP_DIRTY_TRACKING:
		return vtd_user_can_track(vtd_device_of(dev)->unit);
	default:
		return false;
	}
}

/**
 * struct vtd_resv_walk - reserved regions being collected
 * @head: the core's list
 * @type: what the regions of this device are
 */
struct vtd_resv_walk {
	struct list_head *head;
	enum iommu_resv_type type;
};

static void vtd_add_rmrr(const struct vtd_rmrr *rmrr, void *data)
{
	struct vtd_resv_walk *walk = data;
	struct iommu_resv_region *region;

	region = iommu_alloc_resv_region(rmrr->base,
					 rmrr->limit - rmrr->base + 1,
					 IOMMU_READ | IOMMU_WRITE, walk->type,
					 GFP_KERNEL);
	if (region)
		list_add_tail(&region->list, walk->head);
}

static void vtd_get_resv_regions(struct device *dev, struct list_head *head)
{
	struct pci_dev *pdev = to_pci_dev(dev);
	struct vtd_resv_walk walk = { .head = head };
	struct iommu_resv_region *region;

	walk.type = vtd_rmrr_relaxable(pdev) || vtd_rmrr_relaxed(pdev) ?
			    IOMMU_RESV_DIRECT_RELAXABLE :
			    IOMMU_RESV_DIRECT;
	vtd_policy->rmrr(pdev, vtd_add_rmrr, &walk);

	region = iommu_alloc_resv_region(VTD_MSI_BASE, VTD_MSI_SIZE, 0,
					 IOMMU_RESV_MSI, GFP_KERNEL);
	if (region)
		list_add_tail(&region->list, head);
	if (vtd_policy->reserve)
		vtd_policy->reserve(vtd_device_of(dev), head);
}

/* Only on cores that refuse to bind a process: say so before the driver tries. */
static int __maybe_unused vtd_enable_feature(struct device *dev, bool is_sva)
{
	if (!is_sva)
		return -ENODEV;
	dev_notice_ratelimited(
		dev,
		"no shared virtual memory: this kernel's core refuses it on x86\n");
	return -EOPNOTSUPP;
}

VTD_FEATURE_OP(vtd_enable_feature)

const struct iommu_ops vtd_iommu_ops = {
	.owner = THIS_MODULE,
	.capable = vtd_capable,
	.probe_device = vtd_probe_device,
	.release_device = vtd_release_device,
	.device_group = pci_device_group,
	.def_domain_type = vtd_def_domain_type,
	.get_resv_regions = vtd_get_resv_regions,
	.page_response = vtd_page_response,
	vtd_user_iommu_ops() vtd_alloc_paging_op(vtd_alloc_paging)
		vtd_remove_pasid_op(vtd_set_pasid_blocked)
			vtd_alloc_sva_op(vtd_sva_alloc)
				vtd_feature_op(vtd_enable_feature)
					.default_domain_ops = vtd_paging_ops,
	.identity_domain = &vtd_identity_domain,
	.blocked_domain = &vtd_blocked_domain,
};

/**
 * vtd_adapter_init() - say whom to ask
 * @policy: stays valid while anything is registered with the core
 *
 * Context: any.
 */
void vtd_adapter_init(const struct vtd_probe_policy *policy)
{
	vtd_policy = policy;
}
