// SPDX-License-Identifier: GPL-2.0
/*
 * Devices in quarantine: one that did not answer when it was told to forget
 * translations, or that faults on and on, is let do nothing more, until an
 * administrator brings it back ("recover BDF", Documentation/control.rst).
 *
 * What is done at once is what any context allows: it may not begin anything (bus
 * master).  A work item does the rest: no page requests, entries cleared, ATS off.
 * Whatever it is attached to meanwhile, its entries stay cleared (vtd_context_hold()).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/export.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/rculist.h>
#include <linux/workqueue.h>

#include <vtd/units.h>
#include "context.h"
#include "device.h"
#include "domain.h"
#include "incident.h"
#include "quarantine.h"
#include "user.h"

/* Who blocks interrupts, or NULL; one call at a time. */
static DEFINE_MUTEX(vtd_contain_lock);
static int (*vtd_contain)(const struct vtd_unit *unit, const u16 *sid,
			  unsigned int nr, bool on);

static void vtd_quarantine_interrupts(struct vtd_device *vdev, bool on)
{
	lockdep_assert_held(&vtd_contain_lock);

	if (vtd_contain &&
	    vtd_contain(vdev->unit, vdev->sid, vdev->nr_sids, on))
		pci_err(vdev->pdev, "its interrupts may not be %s\n",
			on ? "blocked" : "let through");
}

static void vtd_quarantine_hold(struct vtd_device *vdev, bool on)
{
	mutex_lock(&vtd_contain_lock);
	vtd_quarantine_interrupts(vdev, on);
	mutex_unlock(&vtd_contain_lock);
}

void vtd_units_contain(int (*hold)(const struct vtd_unit *unit, const u16 *sid,
				   unsigned int nr, bool on))
{
	struct vtd_device *vdev;

	pci_lock_rescan_remove();
	mutex_lock(&vtd_contain_lock);
	vtd_contain = hold;
	/* One that is brought back meanwhile is let through after this. */
	list_for_each_entry(vdev, &vtd_devices, node)
		if (READ_ONCE(vdev->quarantine))
			vtd_quarantine_interrupts(vdev, true);
	mutex_unlock(&vtd_contain_lock);
	pci_unlock_rescan_remove();
}
EXPORT_SYMBOL_GPL(vtd_units_contain);

/* Nothing that it sends is let through; 0 when the unit has forgotten it. */
static int vtd_quarantine_block(struct vtd_device *vdev)
{
	struct vtd_devtlb *tlb = &vdev->devtlb;
	int ret;

	/* It is not waited for while it is blocked. */
	if (READ_ONCE(tlb->mute))
		WRITE_ONCE(tlb->containing, true);
	vtd_device_stop_requests(vdev);
	ret = vtd_context_hold(vdev->unit, vdev->sid, vdev->nr_sids, true);
	if (!ret && vdev->unit->scalable)
		ret = vtd_device_features(vdev, 0, 0);
	vtd_device_end_ats(vdev);
	/* Before this, each flush that it has a part in fails. */
	if (!ret)
		/* Pairs with vtd_devtlb_flush(). */
		smp_store_release(&tlb->idle, true);
	return ret;
}

static void vtd_quarantine_work(struct work_struct *work)
{
	struct vtd_device *vdev =
		container_of(work, struct vtd_device, contain);
	unsigned int why = READ_ONCE(vdev->quarantine);
	unsigned int i;

	if (vtd_quarantine_block(vdev))
		pci_err(vdev->pdev, "may not be blocked everywhere\n");
	vtd_quarantine_hold(vdev, true);
	/* It goes on trying: nobody wants to hear of it. */
	for (i = 0; i < vdev->nr_sids && why & VTD_QUARANTINE_STORM; i++)
		vtd_context_silence(vdev->unit, vdev->sid[i], true);
	pci_err(vdev->pdev,
		"in quarantine: %s: blocked, bus mastering and ATS off; 'vtdctl recover %s' brings it back\n",
		vtd_quarantine_text(why), pci_name(vdev->pdev));
	vtd_incident(vdev->unit->name, pci_name(vdev->pdev), "quarantine",
		     vtd_quarantine_text(why));
	if (why & VTD_QUARANTINE_MUTE)
		vtd_user_device_failed(&vdev->pdev->dev);
}

/**
 * vtd_quarantine_init() - a device begins to be managed
 * @vdev: just made
 *
 * Context: any.
 */
void vtd_quarantine_init(struct vtd_device *vdev)
{
	vdev->devtlb.idle = true;
	INIT_WORK(&vdev->contain, vtd_quarantine_work);
}

/**
 * vtd_quarantine() - let a device do nothing more
 * @vdev: a managed device; under RCU, or otherwise kept from being let go
 * @why: one of VTD_QUARANTINE_*
 *
 * Says so once.  A device that goes on although it may not is stopped again each
 * time.
 *
 * Context: any but hard interrupt.
 * Return: false when it was in quarantine for that already.
 */
bool vtd_quarantine(struct vtd_device *vdev, unsigned int why)
{
	unsigned int before = READ_ONCE(vdev->quarantine);

	while (!try_cmpxchg(&vdev->quarantine, &before, before | why))
		;
	if (!before)
		vdev->was_master = vtd_pci_is_master(vdev->pdev);
	pci_clear_master(vdev->pdev);
	if (before & why)
		return false;
	schedule_work(&vdev->contain);
	return true;
}

/* What the entries say of a device that nothing stands against. */
static int vtd_quarantine_restore(struct vtd_device *vdev)
{
	struct vtd_translation to = {};

	if (vdev->domain)
		return vtd_domain_renew(vdev->domain, vdev->unit, vdev->sid,
					vdev->nr_sids);
	if (vdev->type == IOMMU_DOMAIN_IDENTITY)
		to = vtd_identity(vdev->unit);
	return vtd_context_set(vdev->unit, vdev->sid, vdev->nr_sids,
			       VTD_NO_PASID, &to);
}

/**
 * vtd_quarantine_lift() - a device may do again what it might before
 * @vdev: a managed device
 *
 * Its entries are those of what it is attached to now; ATS, page requests and bus
 * mastering come back as they were.  One that still does not answer is in quarantine
 * again soon.
 *
 * Context: may sleep; the group's mutex is held.
 * Return: 0; -ENOENT when it is in none; -ENODEV when nothing answers at its
 * address; -EIO when its unit has failed; the error of an invalidation, after
 * which it is in quarantine again.
 */
int vtd_quarantine_lift(struct vtd_device *vdev)
{
	unsigned int why = READ_ONCE(vdev->quarantine);
	int ret;

	vtd_device_assert_group(vdev);
	if (!why)
		return -ENOENT;
	if (READ_ONCE(vdev->unit->health) != VTD_HEALTH_OK)
		return -EIO;
	if (!vtd_pci_answers(vdev->pdev))
		return -ENODEV;
	cancel_work_sync(&vdev->contain);
	WRITE_ONCE(vdev->quarantine, 0);
	WRITE_ONCE(vdev->devtlb.containing, false);
	WRITE_ONCE(vdev->devtlb.mute, false);
	ret = vtd_context_hold(vdev->unit, vdev->sid, vdev->nr_sids, false);
	if (!ret && vdev->unit->scalable)
		ret = vtd_device_features(vdev, 0, 0);
	if (!ret)
		ret = vtd_quarantine_restore(vdev);
	if (ret) {
		vtd_quarantine(vdev, why);
		return ret;
	}
	vtd_quarantine_hold(vdev, false);
	vtd_device_moved_ats(vdev, vdev->domain);
	vtd_device_resume_requests(vdev);
	if (vdev->was_master)
		pci_set_master(vdev->pdev);
	pci_notice(vdev->pdev, "out of quarantine\n");
	vtd_incident(vdev->unit->name, pci_name(vdev->pdev), "recovered",
		     "out of quarantine");
	return 0;
}

/**
 * vtd_quarantine_end() - a device is being let go, whatever it did
 * @vdev: about to leave; nothing puts it in quarantine from now on
 *
 * What its entries say is the caller's business then.
 *
 * Context: may sleep; the group's mutex is held.
 */
void vtd_quarantine_end(struct vtd_device *vdev)
{
	vtd_device_assert_group(vdev);
	disable_work_sync(&vdev->contain);
	if (!READ_ONCE(vdev->quarantine))
		return;
	vtd_context_hold(vdev->unit, vdev->sid, vdev->nr_sids, false);
	vtd_quarantine_hold(vdev, false);
}

/* Has user space, or a guest, the device? */
static bool vtd_device_assigned(struct vtd_device *vdev)
{
	return vtd_type_assigned(vtd_device_type(vdev)) ||
	       vtd_pci_driver_leaves_dma(vdev->pdev);
}

/**
 * vtd_devices_storm() - stop the devices that fault on and on
 * @unit: their unit
 * @sid: source-id of the faults; all who have it are meant
 * @only_assigned: but none that a driver of the host has
 *
 * Context: any but hard interrupt.
 * Return: how many are in quarantine for it now.
 */
unsigned int vtd_devices_storm(const struct vtd_unit *unit, u16 sid,
			       bool only_assigned)
{
	struct vtd_device *vdev;
	unsigned int nr = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(vdev, &vtd_devices, node) {
		if (vdev->unit != unit || !vtd_device_has_sid(vdev, sid))
			continue;
		if (only_assigned && !vtd_device_assigned(vdev))
			continue;
		vtd_quarantine(vdev, VTD_QUARANTINE_STORM);
		nr++;
	}
	rcu_read_unlock();
	return nr;
}

/**
 * vtd_devices_quarantine() - stop all managed devices of a unit
 * @unit: it failed to forget translations, so their DMA is no longer safe
 *
 * There is no way back from it.
 *
 * Context: any but hard interrupt.
 */
void vtd_devices_quarantine(const struct vtd_unit *unit)
{
	struct vtd_device *vdev;

	rcu_read_lock();
	list_for_each_entry_rcu(vdev, &vtd_devices, node) {
		if (vdev->unit != unit)
			continue;
		pci_clear_master(vdev->pdev);
		pci_err(vdev->pdev,
			"bus mastering switched off: %s no longer answers\n",
			unit->name);
	}
	rcu_read_unlock();
	vtd_incident(unit->name, "-", "unit-failed",
		     "it cannot be relied on; its devices are stopped");
}
