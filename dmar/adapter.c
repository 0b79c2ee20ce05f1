// SPDX-License-Identifier: GPL-2.0
/*
 * What the iommu core calls: devices probed and released, domains allocated,
 * attached, mapped and unmapped.
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

#include "iommu.h"
#include "adapter.h"
#include "device.h"
#include "domain.h"
#include "iommu-pages.h"
#include "pci.h"
#include "unit.h"

/* Requests to this window are interrupts, never translated (3.14). */
#define VTD_MSI_BASE 0xfee00000
#define VTD_MSI_SIZE 0x100000

static const struct vtd_probe_policy *vtd_policy;

static struct vtd_device *vtd_device_of(struct device *dev)
{
	return dev_iommu_priv_get(dev);
}

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
		if (!managed ||
		    (other->dev.driver && !vtd_pci_driver_leaves_dma(other)))
			return other;
	}
	return NULL;
}

static int vtd_check_assignment(struct pci_dev *pdev)
{
	struct pci_dev *other = vtd_assignment_obstacle(pdev);

	if (!other)
		return 0;
	if (vtd_device_find(other))
		dev_err_ratelimited(
			&pdev->dev,
			"not assigned: nothing isolates it from %s, which is bound to %s; unbind that one or assign both\n",
			pci_name(other), vtd_pci_driver_name(other));
	else
		dev_err_ratelimited(
			&pdev->dev,
			"not assigned: nothing isolates it from %s (driver %s), which is not managed; run 'vtdctl adopt %s' first\n",
			pci_name(other), vtd_pci_driver_name(other),
			pci_name(other));
	pci_dev_put(other);
	return -EBUSY;
}

static int vtd_attach_paging(struct iommu_domain *domain, struct device *dev,
			     struct iommu_domain *old)
{
	struct vtd_device *vdev = vtd_device_of(dev);
	int ret;

	if (domain->type == IOMMU_DOMAIN_UNMANAGED) {
		ret = vtd_check_assignment(vdev->pdev);
		if (ret)
			return ret;
	}
	return vtd_device_set_domain(vdev, to_vtd_domain(domain));
}

static int vtd_attach_identity(struct iommu_domain *domain, struct device *dev,
			       struct iommu_domain *old)
{
	return vtd_device_set_identity(vtd_device_of(dev));
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
		ret = vtd_check_assignment(vdev->pdev);
		if (ret)
			return ret;
	}
	return vtd_device_block(vdev);
}

VTD_ATTACH_OP(vtd_attach_paging)
VTD_ATTACH_OP(vtd_attach_identity)
VTD_ATTACH_OP(vtd_attach_blocked)

static int vtd_map_pages(struct iommu_domain *domain, unsigned long iova,
			 phys_addr_t paddr, size_t pgsize, size_t pgcount,
			 int prot, gfp_t gfp, size_t *mapped)
{
	struct iommu_pages_list replaced = IOMMU_PAGES_LIST_INIT(replaced);
	struct vtd_domain *d = to_vtd_domain(domain);
	u64 bits = 0;
	int ret;

	if (prot & IOMMU_READ)
		bits |= VTD_PTE_R;
	if (prot & IOMMU_WRITE)
		bits |= VTD_PTE_W;
	if (!bits)
		return -EINVAL;
	if (!READ_ONCE(d->mapped))
		WRITE_ONCE(d->mapped, true);
	ret = vtd_pt_map(&d->pt, iova, paddr, pgsize, pgcount, bits, gfp,
			 &replaced, mapped);
	if (likely(iommu_pages_list_empty(&replaced)))
		return ret;
	/* Empty tables made way for a superpage: units may hold them cached. */
	if (!vtd_flush_range(d, iova, iova + *mapped - 1, false))
		iommu_put_pages_list(&replaced);
	return ret;
}

static int vtd_iotlb_sync_map(struct iommu_domain *domain, unsigned long iova,
			      size_t size)
{
	struct vtd_domain *d = to_vtd_domain(domain);

	if (!READ_ONCE(d->sync_map))
		return 0;
	return vtd_flush_mapped(d, iova, iova + size - 1);
}

static size_t vtd_unmap_pages(struct iommu_domain *domain, unsigned long iova,
			      size_t pgsize, size_t pgcount,
			      struct iommu_iotlb_gather *gather)
{
	bool tables_freed = false;
	size_t bytes;

	bytes = vtd_pt_unmap(&to_vtd_domain(domain)->pt, iova, pgsize, pgcount,
			     &gather->freelist, &tables_freed);
	if (bytes && !iommu_iotlb_gather_queued(gather))
		iommu_iotlb_gather_add_range(gather, iova, bytes);
	return bytes;
}

static void vtd_iotlb_sync(struct iommu_domain *domain,
			   struct iommu_iotlb_gather *gather)
{
	struct vtd_domain *d = to_vtd_domain(domain);
	bool leaf_only = iommu_pages_list_empty(&gather->freelist);
	int ret;

	if (gather->start > gather->end)
		ret = vtd_flush_all(d);
	else
		ret = vtd_flush_range(d, gather->start, gather->end, leaf_only);
	/* Kept for good when a unit may still walk them. */
	if (!ret)
		iommu_put_pages_list(&gather->freelist);
}

static void vtd_flush_iotlb_all(struct iommu_domain *domain)
{
	vtd_flush_all(to_vtd_domain(domain));
}

static phys_addr_t vtd_iova_to_phys(struct iommu_domain *domain,
				    dma_addr_t iova)
{
	struct vtd_pt_leaf leaf;

	if (!vtd_pt_lookup(&to_vtd_domain(domain)->pt, iova, &leaf))
		return 0;
	return leaf.phys;
}

static bool vtd_enforce_cache_coherency(struct iommu_domain *domain)
{
	return vtd_domain_enforce_snoop(to_vtd_domain(domain));
}

static void vtd_free(struct iommu_domain *domain)
{
	vtd_domain_free(to_vtd_domain(domain));
}

static const struct iommu_domain_ops vtd_paging_ops = {
	.attach_dev = vtd_attach_op(vtd_attach_paging),
	.map_pages = vtd_map_pages,
	.unmap_pages = vtd_unmap_pages,
	.flush_iotlb_all = vtd_flush_iotlb_all,
	.iotlb_sync_map = vtd_iotlb_sync_map,
	.iotlb_sync = vtd_iotlb_sync,
	.iova_to_phys = vtd_iova_to_phys,
	.enforce_cache_coherency = vtd_enforce_cache_coherency,
	.free = vtd_free,
};

static const struct iommu_domain_ops vtd_identity_ops = {
	.attach_dev = vtd_attach_op(vtd_attach_identity),
};

static const struct iommu_domain_ops vtd_blocked_ops = {
	.attach_dev = vtd_attach_op(vtd_attach_blocked),
};

static struct iommu_domain vtd_identity_domain = {
	.type = IOMMU_DOMAIN_IDENTITY,
	.ops = &vtd_identity_ops,
};

static struct iommu_domain vtd_blocked_domain = {
	.type = IOMMU_DOMAIN_BLOCKED,
	.ops = &vtd_blocked_ops,
};

static struct iommu_domain *vtd_domain_alloc_paging(struct device *dev)
{
	struct vtd_domain *d;

	if (!dev)
		return ERR_PTR(-EINVAL);
	d = vtd_domain_alloc(vtd_device_of(dev)->unit);
	if (IS_ERR(d))
		return ERR_CAST(d);
	d->domain.ops = &vtd_paging_ops;
	return &d->domain;
}

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
	dev_iommu_priv_set(dev, vdev);
	return &vdev->iommu;
}

static void vtd_release_device(struct device *dev)
{
	struct vtd_device *vdev = vtd_device_of(dev);

	if (vtd_device_leave(vdev, vdev->removed))
		dev_err(dev, "its source-ids may still be translated\n");
	/* When we let go, the core still needs vdev->iommu after this. */
	if (!vdev->releasing)
		vtd_device_free(vdev);
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

static void vtd_add_rmrr(u64 base, u64 limit, void *data)
{
	struct vtd_resv_walk *walk = data;
	struct iommu_resv_region *region;

	region = iommu_alloc_resv_region(base, limit - base + 1,
					 IOMMU_READ | IOMMU_WRITE, walk->type,
					 GFP_KERNEL);
	if (region)
		list_add_tail(&region->list, walk->head);
}

/* USB and graphics stop using the region once their driver has taken over. */
static bool vtd_rmrr_relaxable(const struct pci_dev *pdev)
{
	return pdev->class >> 8 == PCI_CLASS_SERIAL_USB ||
	       pdev->class >> 16 == PCI_BASE_CLASS_DISPLAY;
}

static void vtd_get_resv_regions(struct device *dev, struct list_head *head)
{
	struct pci_dev *pdev = to_pci_dev(dev);
	struct vtd_resv_walk walk = { .head = head };
	struct iommu_resv_region *region;

	walk.type = vtd_rmrr_relaxable(pdev) ? IOMMU_RESV_DIRECT_RELAXABLE :
					       IOMMU_RESV_DIRECT;
	vtd_policy->rmrr(pdev, vtd_add_rmrr, &walk);

	region = iommu_alloc_resv_region(VTD_MSI_BASE, VTD_MSI_SIZE, 0,
					 IOMMU_RESV_MSI, GFP_KERNEL);
	if (region)
		list_add_tail(&region->list, head);
}

const struct iommu_ops vtd_iommu_ops = {
	.owner = THIS_MODULE,
	.capable = vtd_capable,
	.probe_device = vtd_probe_device,
	.release_device = vtd_release_device,
	.device_group = pci_device_group,
	.get_resv_regions = vtd_get_resv_regions,
	.domain_alloc_paging = vtd_domain_alloc_paging,
	.default_domain_ops = &vtd_paging_ops,
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
