// SPDX-License-Identifier: GPL-2.0
/*
 * Domains that are nested: a guest's first-stage tables, whose addresses, and
 * those they lead to, a second stage translates (VT-d 3.8).
 *
 * The guest owns its tables and says what of them is to be forgotten; the second
 * stage is a domain like any other.  Must never let a guest's entry have a bit
 * that its unit does not know.
 */
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/module.h>

#include <asm/cpu_device_id.h>
#include <asm/intel-family.h>

#include <vtd/hw/pasid.h>
#include <vtd/nested.h>

#include "device.h"
#include "domain.h"
#include "slab.h"
#include "user.h"

#define VTD_GUEST_FLAGS (VTD_PASID_SRE | VTD_PASID_WPE | VTD_PASID_EAFE)

/**
 * struct vtd_nested - a nested domain
 * @d: the domain; it has no tables of its own
 * @guest: what it is nested in, and how
 */
struct vtd_nested {
	struct vtd_domain d;
	struct vtd_guest guest;
};

static const struct x86_cpu_id vtd_spr17[] = {
	X86_MATCH_VFM(INTEL_SAPPHIRERAPIDS_X, NULL),
	{},
};

bool vtd_nested_needs_write(void)
{
	return x86_match_cpu(vtd_spr17);
}
EXPORT_SYMBOL_GPL(vtd_nested_needs_write);

/* Is it where the second stage can translate it? */
static bool vtd_guest_table_fits(const struct vtd_domain *parent, u64 table)
{
	return !(table & ~VTD_PASID_FSPTPTR) && table <= parent->pt.last_iova;
}

struct iommu_domain *vtd_nested_alloc(struct device *dev,
				      struct iommu_domain *parent,
				      const struct vtd_guest_stage *guest,
				      const struct iommu_domain_ops *ops)
{
	struct vtd_unit *unit = dev ? vtd_device_of(dev)->unit : NULL;
	struct vtd_domain *second = to_vtd_domain(parent);
	struct vtd_nested *nested;

	if (!second->nest_parent || !vtd_guest_table_fits(second, guest->table))
		return ERR_PTR(-EINVAL);
	if (guest->flags & ~VTD_GUEST_FLAGS)
		return ERR_PTR(-EOPNOTSUPP);
	nested = kzalloc_obj(*nested);
	if (!nested)
		return ERR_PTR(-ENOMEM);
	nested->guest = (struct vtd_guest){
		.parent = second,
		.table = guest->table | guest->flags,
		.levels = guest->levels,
	};
	vtd_domain_init(&nested->d);
	nested->d.can_snoop = second->can_snoop;
	nested->d.foreign = true;
	nested->d.guest = &nested->guest;
	nested->d.pt = (struct vtd_pgtable){
		.levels = guest->levels,
		.stage = VTD_PT_FIRST,
		.nid = second->pt.nid,
	};
	nested->d.domain.type = IOMMU_DOMAIN_NESTED;
	nested->d.domain.ops = ops;
	if (unit && !vtd_domain_suits(&nested->d, unit)) {
		vtd_domain_free(&nested->d);
		return ERR_PTR(-EOPNOTSUPP);
	}
	return &nested->d.domain;
}
EXPORT_SYMBOL_GPL(vtd_nested_alloc);

void vtd_nested_free(struct iommu_domain *domain)
{
	vtd_domain_free(to_vtd_domain(domain));
}
EXPORT_SYMBOL_GPL(vtd_nested_free);

int vtd_nested_flush(struct iommu_domain *domain, u64 start, u64 last,
		     bool leaf_only)
{
	return vtd_flush_range(to_vtd_domain(domain), start, last, leaf_only);
}
EXPORT_SYMBOL_GPL(vtd_nested_flush);

int vtd_nested_flush_device(struct device *dev, u32 pasid, u64 start, u64 last)
{
	struct vtd_device *vdev = vtd_device_of(dev);
	struct vtd_unit *unit = vdev->unit;
	struct vtd_devtlb *tlb;
	int ret = 0;

	mutex_lock(&unit->lock);
	tlb = vtd_devtlb_find(unit, vdev->sid[0]);
	if (tlb)
		ret = vtd_devtlb_flush(unit, tlb, pasid, start, last);
	mutex_unlock(&unit->lock);
	return ret;
}
EXPORT_SYMBOL_GPL(vtd_nested_flush_device);
