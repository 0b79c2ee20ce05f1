// SPDX-License-Identifier: GPL-2.0
/*
 * The PASIDs of the managed devices, and what each is attached to.
 *
 * A device may send PASIDs from when it is managed until it is let go; those
 * that are attached to nothing are refused by the unit.
 */
#include <linux/pci-ats.h>
#include <linux/xarray.h>

#include "context.h"
#include "device.h"
#include "domain.h"
#include "prq.h"
#include "scalable.h"
#include "trace.h"

/* Stands in @pasids for "addresses are not changed". */
static void *vtd_pasid_unchanged(void)
{
	return xa_mk_value(1);
}

/* Width of the PASIDs that device and unit, in scalable mode, have, or 0. */
static unsigned int vtd_device_pasid_width(const struct vtd_device *vdev)
{
	const struct vtd_unit *unit = vdev->unit;
	int nr = pci_max_pasids(vdev->pdev);

	/* Requests with a PASID carry no other source-id than the device's. */
	if (!(unit->ecap & VTD_ECAP_PASID) || nr <= 0 || vdev->nr_sids != 1)
		return 0;
	return min_t(unsigned int, ilog2(nr),
		     FIELD_GET(VTD_ECAP_PSS, unit->ecap) + 1);
}

/**
 * vtd_device_reserve() - have the memory for a device's first entries
 * @vdev: in the making: device, unit and source-ids are known
 *
 * The core takes it ill when the first domain of a device cannot be attached.
 * Where a directory for all PASIDs is too much to ask for, there will be none.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtd_device_reserve(struct vtd_device *vdev)
{
	unsigned int bits;
	int ret;

	if (!vdev->unit->scalable)
		return 0;
	bits = vtd_device_pasid_width(vdev);
	ret = vtd_sm_reserve(vdev->unit, vdev->sid, vdev->nr_sids, bits);
	if (ret && bits) {
		bits = 0;
		ret = vtd_sm_reserve(vdev->unit, vdev->sid, vdev->nr_sids, 0);
	}
	vdev->pasid_room = bits;
	return ret;
}

/**
 * vtd_device_start_pasids() - let a device send PASIDs, where it can
 * @vdev: just made; its driver is not bound
 *
 * PCIe wants it done before ATS is enabled.
 *
 * Context: may sleep.
 */
void vtd_device_start_pasids(struct vtd_device *vdev)
{
	unsigned int bits = vdev->pasid_room;

	if (!bits || pci_enable_pasid(vdev->pdev, 0))
		return;
	vdev->pasid_bits = bits;
	if (vtd_device_features(vdev, VTD_SM_CONTEXT_PASIDE, 0)) {
		pci_disable_pasid(vdev->pdev);
		vdev->pasid_bits = 0;
		return;
	}
	vdev->iommu.max_pasids = BIT(bits);
}

/**
 * vtd_device_clear_pasids() - refuse requests with any PASID
 * @vdev: about to be let go
 *
 * What its driver has left attached.  Ends its page requests, too, which PCIe
 * wants before the end of ATS.
 *
 * Context: may sleep; the group's mutex is held.
 */
void vtd_device_clear_pasids(struct vtd_device *vdev)
{
	unsigned long pasid;
	void *entry;

	vtd_device_assert_group(vdev);
	xa_for_each(&vdev->pasids, pasid, entry)
		vtd_device_clear_pasid(vdev, pasid);
}

/**
 * vtd_device_stop_pasids() - undo vtd_device_start_pasids()
 * @vdev: about to be let go; after vtd_device_stop_ats()
 *
 * Context: may sleep; the group's mutex is held.
 */
void vtd_device_stop_pasids(struct vtd_device *vdev)
{
	vtd_device_assert_group(vdev);
	if (!vdev->pasid_bits)
		return;
	if (!vdev->removed)
		pci_disable_pasid(vdev->pdev);
	if (vtd_device_features(vdev, 0, VTD_SM_CONTEXT_PASIDE))
		pci_err(vdev->pdev, "its PASIDs may still be translated\n");
	vdev->pasid_bits = 0;
}

/* @entry of @pasids is no longer what a PASID is attached to. */
static void vtd_pasid_left(struct vtd_device *vdev, u32 pasid, void *entry,
			   bool forgotten)
{
	struct vtd_domain *old = entry;

	if (!old || xa_is_value(entry))
		return;
	vtd_device_serve_no_more(vdev, old);
	trace_vtd_pasid_detach(pci_name(vdev->pdev), vdev->unit->name, pasid,
			       old->number, old->domain.type);
	vtd_domain_detach(old, vdev->unit, pasid, vdev->sid[0], forgotten);
}

/* What vtd_pasid_left() undoes. */
static int vtd_pasid_join(struct vtd_device *vdev, u32 pasid,
			  struct vtd_domain *d)
{
	int ret = vtd_device_serve(vdev, d);

	if (ret)
		return ret;
	if (vdev->strict || vdev->pdev->untrusted)
		ret = vtd_domain_set_strict(d, true);
	if (!ret)
		ret = vtd_domain_attach(d, vdev->unit, pasid, vdev->sid,
					vdev->nr_sids);
	if (ret)
		vtd_device_serve_no_more(vdev, d);
	return ret;
}

/**
 * vtd_device_set_pasid() - translate requests with a PASID
 * @vdev: a managed device
 * @pasid: the PASID
 * @d: with this domain, or NULL to leave their addresses as they are
 *
 * Replaces what the PASID was attached to, without a moment in between.
 *
 * Context: may sleep; the group's mutex is held.
 * Return: 0; -EOPNOTSUPP when the device may send no PASIDs; -ENOMEM; the errors
 * of vtd_domain_attach().
 */
int vtd_device_set_pasid(struct vtd_device *vdev, u32 pasid,
			 struct vtd_domain *d)
{
	void *old, *entry = d ?: vtd_pasid_unchanged();
	struct vtd_translation same;
	int ret;

	vtd_device_assert_group(vdev);
	if (!vdev->pasid_bits)
		return -EOPNOTSUPP;
	old = xa_store(&vdev->pasids, pasid, entry, GFP_KERNEL);
	if (old == entry)
		return 0;
	ret = xa_err(old);
	if (ret)
		return ret;
	if (d) {
		ret = vtd_pasid_join(vdev, pasid, d);
	} else {
		same = vtd_identity(vdev->unit);
		ret = vtd_context_set(vdev->unit, vdev->sid, vdev->nr_sids,
				      pasid, &same);
	}
	if (ret) {
		/* Needs no memory: its place is there. */
		xa_store(&vdev->pasids, pasid, old ?: XA_ZERO_ENTRY,
			 GFP_KERNEL);
		return ret;
	}
	trace_vtd_pasid_attach(pci_name(vdev->pdev), vdev->unit->name, pasid,
			       d ? d->number : 0,
			       d ? d->domain.type : IOMMU_DOMAIN_IDENTITY);
	vtd_pasid_left(vdev, pasid, old, true);
	return 0;
}

/**
 * vtd_device_clear_pasid() - refuse requests with a PASID
 * @vdev: a managed device
 * @pasid: the PASID
 *
 * When it returns 0 the unit has forgotten what the PASID was attached to.
 *
 * Context: may sleep; the group's mutex is held.
 * Return: 0 or the error of an invalidation.
 */
int vtd_device_clear_pasid(struct vtd_device *vdev, u32 pasid)
{
	const struct vtd_translation none = {};
	void *old;
	int ret;

	vtd_device_assert_group(vdev);
	if (!vdev->pasid_bits)
		return 0;
	ret = vtd_context_set(vdev->unit, vdev->sid, vdev->nr_sids, pasid,
			      &none);
	/* The place is kept, as the unit's table is, for the next time. */
	old = xa_store(&vdev->pasids, pasid, XA_ZERO_ENTRY, GFP_KERNEL);
	if (!xa_is_err(old))
		vtd_pasid_left(vdev, pasid, old, !ret);
	return ret;
}

/**
 * vtd_device_pasid_type() - what a PASID is attached to, for reports
 * @vdev: a managed device
 * @pasid: the PASID
 * @d: set to its domain, NULL for identity and blocked
 *
 * Context: any; @d is there until the end of the RCU read-side section.
 * Return: IOMMU_DOMAIN_*.
 */
unsigned int vtd_device_pasid_type(struct vtd_device *vdev, u32 pasid,
				   struct vtd_domain **d)
{
	void *entry = xa_load(&vdev->pasids, pasid);

	*d = xa_is_value(entry) ? NULL : entry;
	if (*d)
		return (*d)->domain.type;
	return entry ? IOMMU_DOMAIN_IDENTITY : IOMMU_DOMAIN_BLOCKED;
}
