// SPDX-License-Identifier: GPL-2.0
/*
 * Managed devices that keep translations of their own (PCIe ATS): when they
 * begin and end to.
 *
 * The order is PCIe's and the specification's (VT-d 4.4): PASIDs first, then
 * the unit's entry, then ATS in the device; and back in reverse.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/pci-ats.h>
#include <linux/spinlock.h>

#include "context.h"
#include "device.h"
#include "domain.h"
#include "quarantine.h"
#include "scalable.h"

/* ATS is switched on for one device at a time. */
static DEFINE_RAW_SPINLOCK(vtd_ats_lock);

static struct vtd_device *vtd_device_of_tlb(struct vtd_devtlb *tlb)
{
	return container_of(tlb, struct vtd_device, devtlb);
}

/**
 * vtd_device_features() - what requests a device may make, in scalable mode
 * @vdev: a managed device
 * @set: of VTD_SM_CONTEXT_DTE, _PASIDE and _PRE, those that it may from now on
 * @clear: those that it may not
 *
 * One in quarantine is allowed nothing; what it would be is kept for later.
 *
 * Context: may sleep; takes @vdev->features_lock, then the unit's.
 * Return: as vtd_sm_features().
 */
int vtd_device_features(struct vtd_device *vdev, u64 set, u64 clear)
{
	u64 features;
	int ret;

	mutex_lock(&vdev->features_lock);
	features = (vdev->features & ~clear) | set;
	ret = vtd_sm_features(vdev->unit, vdev->sid[0],
			      READ_ONCE(vdev->quarantine) ? 0 : features,
			      vdev->pasid_bits);
	if (!ret)
		vdev->features = features;
	mutex_unlock(&vdev->features_lock);
	return ret;
}

/*
 * A device that does not answer may use what it was told to forget: from now on
 * nothing that it sends is let through.
 */
static void vtd_device_mute(struct vtd_devtlb *tlb)
{
	vtd_quarantine(vtd_device_of_tlb(tlb), VTD_QUARANTINE_MUTE);
}

static u16 vtd_ats_cap(struct pci_dev *pdev)
{
	u16 cap = 0;

	pci_read_config_word(pdev, pdev->ats_cap + PCI_ATS_CAP, &cap);
	return cap;
}

/**
 * vtd_ats_whole_pages() - does a device ask for translations of whole pages?
 * @pdev: it has ATS
 *
 * A unit takes no request for less (VT-d 4.1).
 *
 * Context: any.
 */
bool vtd_ats_whole_pages(struct pci_dev *pdev)
{
	return vtd_ats_cap(pdev) & PCI_ATS_CAP_PAGE_ALIGNED;
}

/* VT-d 8.8: in legacy mode hardware has ATS by itself where it is required. */
static bool vtd_device_wants_ats(const struct vtd_device *vdev)
{
	if (vdev->ats == VTD_ATS_REQUIRED && !vdev->unit->scalable)
		return false;
	return vdev->ats != VTD_ATS_NO && pci_ats_supported(vdev->pdev) &&
	       vtd_ats_whole_pages(vdev->pdev) && !vdev->pdev->ats_enabled &&
	       vdev->nr_sids == 1;
}

static void vtd_devtlb_init(struct vtd_device *vdev)
{
	struct pci_dev *pdev = vdev->pdev;

	vdev->devtlb = (struct vtd_devtlb){
		.sid = vdev->sid[0],
		.pfsid = pci_dev_id(pci_physfn(pdev)),
		.depth = PCI_ATS_CAP_QDEP(vtd_ats_cap(pdev)),
		.idle = true,
		.failed = vtd_device_mute,
	};
}

/*
 * ATS on, and from then on whoever flushes tells the device.  Who comes in between
 * waits, so it is short and cannot be interrupted; what was flushed before, the
 * device has not seen.
 */
static int vtd_device_enable_ats(struct vtd_device *vdev)
{
	struct vtd_devtlb *tlb = &vdev->devtlb;
	unsigned long flags;
	int ret;

	raw_spin_lock_irqsave(&vtd_ats_lock, flags);
	WRITE_ONCE(tlb->switching, true);
	/* Before the device can ask for anything. */
	smp_mb();
	/* Put in quarantine just now, it gets none: vtd_device_end_ats(). */
	ret = READ_ONCE(vdev->quarantine) ?
		      -EIO :
		      pci_enable_ats(vdev->pdev, PAGE_SHIFT);
	if (!ret)
		WRITE_ONCE(tlb->idle, false);
	/* Pairs with vtd_devtlb_flush(). */
	smp_store_release(&tlb->switching, false);
	raw_spin_unlock_irqrestore(&vtd_ats_lock, flags);
	return ret;
}

/**
 * vtd_device_end_ats() - ATS off in the device, if it is on
 * @vdev: a managed device
 *
 * With it goes what the device keeps.
 *
 * Context: any but hard interrupt.
 */
void vtd_device_end_ats(struct vtd_device *vdev)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_ats_lock, flags);
	if (vdev->has_devtlb && vdev->pdev->ats_enabled)
		pci_disable_ats(vdev->pdev);
	raw_spin_unlock_irqrestore(&vtd_ats_lock, flags);
}

/*
 * ATS on in the device, or off, as it is to be now.  In legacy mode an entry that
 * passes through takes no requests for translations (VT-d 9.3, TT).
 */
static int vtd_device_follow_ats(struct vtd_device *vdev, bool translated)
{
	struct vtd_devtlb *tlb = &vdev->devtlb;
	bool on = !vdev->ats_off && !READ_ONCE(vdev->quarantine) &&
		  (vdev->unit->scalable || translated);

	if (on == vdev->pdev->ats_enabled)
		return 0;
	if (on)
		return vtd_device_enable_ats(vdev);
	/* What it keeps is of no use to it then. */
	vtd_device_end_ats(vdev);
	/* Pairs with vtd_devtlb_flush(). */
	smp_store_release(&tlb->idle, true);
	return 0;
}

/**
 * vtd_device_start_ats() - let a device keep translations, where it may
 * @vdev: attached to nothing; after vtd_device_start_pasids()
 *
 * Without ATS the device works as well: what goes wrong is only told.
 *
 * Context: may sleep.
 */
void vtd_device_start_ats(struct vtd_device *vdev)
{
	if (!vtd_device_wants_ats(vdev))
		return;
	vtd_devtlb_init(vdev);
	if (vtd_devtlb_add(vdev->unit, &vdev->devtlb))
		return;
	vdev->has_devtlb = true;
	if (vdev->unit->scalable &&
	    vtd_device_features(vdev, VTD_SM_CONTEXT_DTE, 0))
		goto stop;
	if (!vtd_device_follow_ats(vdev, false))
		return;
stop:
	pci_notice(vdev->pdev, "ATS could not be enabled\n");
	vtd_device_stop_ats(vdev);
}

/**
 * vtd_device_moved_ats() - a device is in a paging domain, or about to leave it
 * @vdev: a managed device
 * @translated: it is, after its entries have been written; otherwise before
 *	they are
 *
 * Context: may sleep; the group's mutex is held.
 */
void vtd_device_moved_ats(struct vtd_device *vdev, bool translated)
{
	vtd_device_assert_group(vdev);
	if (vdev->has_devtlb && vtd_device_follow_ats(vdev, translated))
		pci_notice(vdev->pdev, "ATS could not be enabled\n");
}

/**
 * vtd_device_regain_ats() - a device was blocked, maybe for a reset
 * @vdev: about to be translated again
 *
 * A reset of the function switches ATS off, and whoever does it gives it back only
 * when the device is attached again: until then it would not answer.  The same for
 * PASIDs, which PCIe wants switched on first.
 *
 * Context: may sleep; the group's mutex is held.
 */
void vtd_device_regain_ats(struct vtd_device *vdev)
{
	struct pci_dev *pdev = vdev->pdev;
	u16 ctrl = 0;

	vtd_device_assert_group(vdev);
	if (!vdev->has_devtlb || !pdev->ats_enabled ||
	    READ_ONCE(vdev->quarantine))
		return;
	pci_read_config_word(pdev, pdev->ats_cap + PCI_ATS_CTRL, &ctrl);
	if (ctrl & PCI_ATS_CTRL_ENABLE)
		return;
	vtd_device_end_ats(vdev);
	if (vdev->pasid_bits) {
		pci_disable_pasid(pdev);
		if (pci_enable_pasid(pdev, 0))
			pci_notice(pdev, "PASIDs could not be enabled\n");
	}
	if (vtd_device_enable_ats(vdev))
		pci_notice(pdev, "ATS could not be enabled\n");
}

/**
 * vtd_device_stop_ats() - undo vtd_device_start_ats()
 * @vdev: no PASID of it is attached
 *
 * Context: may sleep; the group's mutex is held.
 */
void vtd_device_stop_ats(struct vtd_device *vdev)
{
	vtd_device_assert_group(vdev);
	if (!vdev->has_devtlb)
		return;
	if (!vdev->removed)
		vtd_device_end_ats(vdev);
	/* Pairs with vtd_devtlb_flush(). */
	smp_store_release(&vdev->devtlb.idle, true);
	if (vdev->unit->scalable &&
	    vtd_device_features(vdev, 0, VTD_SM_CONTEXT_DTE))
		pci_err(vdev->pdev, "ATS may still be accepted\n");
	vtd_devtlb_remove(vdev->unit, &vdev->devtlb);
	vdev->has_devtlb = false;
}

/**
 * vtd_device_set_ats() - ATS off for a device, or on again
 * @vdev: a managed device
 * @on: as far as it may have it
 *
 * Context: may sleep; the group's mutex is held.
 * Return: 0; -EOPNOTSUPP when it may not have it; -EIO for one in quarantine; the
 * errors of pci_enable_ats().
 */
int vtd_device_set_ats(struct vtd_device *vdev, bool on)
{
	vtd_device_assert_group(vdev);
	if (!vdev->has_devtlb)
		return on ? -EOPNOTSUPP : 0;
	if (READ_ONCE(vdev->quarantine))
		return -EIO;
	vdev->ats_off = !on;
	return vtd_device_follow_ats(vdev, vdev->domain);
}
