// SPDX-License-Identifier: GPL-2.0
/*
 * Domains whose tables are those of a process (SVA): one pointer is valid for
 * the process and for the device (VT-d 3.6, 7.10).
 *
 * The tables belong to the kernel's memory management, which tells what to
 * forget.  Must never let a device reach them once the process gives them up,
 * and never write to them.
 */
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/slab.h>

#include <asm/cpufeature.h>

#include "context.h"
#include "device.h"
#include "domain.h"
#include "sva.h"

/**
 * struct vtd_sva - the domain of a process
 * @d: the domain; its tables are never changed by us
 * @notifier: tells of changes to the process's tables
 */
struct vtd_sva {
	struct vtd_domain d;
	struct mmu_notifier notifier;
};

static struct vtd_sva *vtd_sva_of(struct mmu_notifier *notifier)
{
	return container_of(notifier, struct vtd_sva, notifier);
}

/*
 * Pages or tables of the range are about to be reused, whatever becomes of the
 * flush: what fails has stopped the device, or all of the unit's.
 */
static void vtd_sva_invalidate(struct mmu_notifier *notifier,
			       struct mm_struct *mm, unsigned long start,
			       unsigned long end)
{
	struct vtd_sva *sva = vtd_sva_of(notifier);

	if (start < end)
		vtd_flush_range(&sva->d, start, end - 1, false);
	else
		vtd_flush_all(&sva->d);
}

/* The process is at its end, with devices that still use its addresses. */
static void vtd_sva_release(struct mmu_notifier *notifier, struct mm_struct *mm)
{
	vtd_domain_block(&vtd_sva_of(notifier)->d);
}

static void vtd_sva_free_notifier(struct mmu_notifier *notifier)
{
	vtd_domain_free(&vtd_sva_of(notifier)->d);
}

static const struct mmu_notifier_ops vtd_sva_notifier_ops = {
	.arch_invalidate_secondary_tlbs = vtd_sva_invalidate,
	.release = vtd_sva_release,
	.free_notifier = vtd_sva_free_notifier,
};

static int vtd_sva_set_pasid(struct iommu_domain *domain, struct device *dev,
			     ioasid_t pasid, struct iommu_domain *old)
{
	struct vtd_device *vdev = dev_iommu_priv_get(dev);

	return vtd_device_set_pasid(vdev, pasid, to_vtd_domain(domain));
}

VTD_SET_PASID_OP(vtd_sva_set_pasid)

/* No device is attached; the notifier may be at work for the last time. */
static void vtd_sva_free(struct iommu_domain *domain)
{
	struct vtd_domain *d = to_vtd_domain(domain);

	mmu_notifier_put(&container_of(d, struct vtd_sva, d)->notifier);
}

static const struct iommu_domain_ops vtd_sva_ops = {
	.set_dev_pasid = vtd_set_pasid_op(vtd_sva_set_pasid),
	.free = vtd_sva_free,
};

/*
 * Why a unit cannot walk the CPU's tables, or NULL.  The CPU writes nothing back,
 * and uses whatever it has.
 */
static const char *vtd_sva_obstacle(const struct vtd_device *vdev)
{
	const struct vtd_unit *unit = vdev->unit;

	if (!unit->scalable)
		return "its unit is in legacy mode";
	if (!(unit->ecap & VTD_ECAP_FSTS))
		return "its unit has no first stage";
	if (!vtd_unit_walks_coherent(unit))
		return "its unit does not snoop when it walks tables";
	if (cpu_feature_enabled(X86_FEATURE_GBPAGES) &&
	    !(unit->cap & VTD_CAP_FL1GP))
		return "the CPU has pages of 1 GiB and its unit has not";
	if (cpu_feature_enabled(X86_FEATURE_LA57) &&
	    !(unit->cap & VTD_CAP_FL5LP))
		return "the CPU has 5 levels of tables and its unit has not; boot with no5lvl";
	if (!vdev->pasid_bits)
		return "it may send no PASIDs";
	return NULL;
}

/**
 * vtd_sva_alloc() - a domain of the addresses of a process
 * @dev: a device that is managed
 * @mm: the process's memory
 *
 * VT-d 3.6.
 *
 * Context: as the iommu core calls it; may sleep.
 * Return: the domain or an ERR_PTR: -EOPNOTSUPP when device or unit cannot,
 * which is logged; -ENOMEM; the errors of mmu_notifier_register().
 */
struct iommu_domain *vtd_sva_alloc(struct device *dev, struct mm_struct *mm)
{
	struct vtd_device *vdev = dev_iommu_priv_get(dev);
	const char *obstacle = vtd_sva_obstacle(vdev);
	struct vtd_sva *sva;
	int ret;

	if (obstacle) {
		dev_err_ratelimited(dev, "no shared virtual memory: %s\n",
				    obstacle);
		return ERR_PTR(-EOPNOTSUPP);
	}
	sva = kzalloc(sizeof(*sva), GFP_KERNEL);
	if (!sva)
		return ERR_PTR(-ENOMEM);
	vtd_domain_init(&sva->d);
	sva->d.can_snoop = vdev->unit->ecap & VTD_ECAP_SC;
	sva->d.foreign = true;
	sva->d.domain.ops = &vtd_sva_ops;
	sva->d.pt = (struct vtd_pgtable){
		.root = (u64 *)mm->pgd,
		.pgsize_bitmap = PAGE_SIZE,
		.levels = cpu_feature_enabled(X86_FEATURE_LA57) ? 5 : 4,
		.coherent = true,
		.stage = VTD_PT_FIRST,
		.nid = vdev->unit->nid,
	};
	sva->notifier.ops = &vtd_sva_notifier_ops;
	ret = mmu_notifier_register(&sva->notifier, mm);
	if (!ret)
		return &sva->d.domain;
	vtd_domain_free(&sva->d);
	return ERR_PTR(ret);
}

/**
 * vtd_sva_exit() - nothing of it is at work any more
 *
 * Context: may sleep; no domain is left.
 */
void vtd_sva_exit(void)
{
	mmu_notifier_synchronize();
}
