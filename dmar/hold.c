// SPDX-License-Identifier: GPL-2.0
/*
 * A change of the module while devices are in use: every managed device is let
 * go of with its driver bound, and taken back by whoever attaches next.
 *
 * Drivers are frozen meanwhile; what they have mapped is noted, and is mapped at
 * the same addresses when they go on.  Must never let a driver go on whose
 * addresses nothing translates: rather it stands still for good.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/iommu.h>
#include <linux/ktime.h>
#include <linux/pci.h>
#include <linux/sched/mm.h>
#include "slab.h"

#include "context.h"
#include "control.h"
#include "device.h"
#include "domain.h"
#include "handover.h"

/* Each is a node of the DMA API's tree, which is searched for each. */
#define VTD_HOLD_PAGES_MAX 16384

/**
 * struct vtd_held - a managed device
 * @pdev: the device; referenced
 * @d: its domain, while it is managed; NULL without translation
 * @now: what will be handed over
 */
struct vtd_held {
	struct pci_dev *pdev;
	struct vtd_domain *d;
	struct vtd_handover_device now;
};

/**
 * struct vtd_hold - all of them
 * @nr: entries of @held
 * @held: the devices
 */
struct vtd_hold {
	u32 nr;
	struct vtd_held held[];
};

/* What became of the last, for who asks after it is done with. */
static struct vtd_handover *vtd_hold_last;

static void vtd_hold_free(struct vtd_hold *hold)
{
	u32 i;

	if (!hold)
		return;
	for (i = 0; i < hold->nr; i++)
		pci_dev_put(hold->held[i].pdev);
	kvfree(hold);
}

static struct vtd_hold *vtd_hold_collect(void)
{
	struct vtd_device *vdev;
	struct vtd_hold *hold;
	u32 nr = 0;

	pci_lock_rescan_remove();
	list_for_each_entry(vdev, &vtd_devices, node)
		nr++;
	hold = kvzalloc(struct_size(hold, held, nr), GFP_KERNEL);
	if (hold) {
		list_for_each_entry(vdev, &vtd_devices, node)
			hold->held[hold->nr++].pdev = pci_dev_get(vdev->pdev);
	}
	pci_unlock_rescan_remove();
	return hold;
}

/**
 * struct vtd_hold_way - what becomes of a device
 * @how: a word for it
 * @reason: why it cannot be let go of as it is, or NULL
 * @remedy: what to do about that
 */
struct vtd_hold_way {
	const char *how;
	const char *reason;
	const char *remedy;
};

static struct vtd_hold_way vtd_hold_way(struct vtd_device *vdev)
{
	struct pci_dev *pdev = vdev->pdev;
	unsigned int type = vtd_device_type(vdev);
	struct vtd_hold_way way = { .how = "cannot" };

	way.remedy =
		"give it back first: shut down the guest or program that has it, and unbind it";
	if (vtd_type_assigned(type) || type == IOMMU_DOMAIN_BLOCKED) {
		way.reason = "is owned by user space or a guest (VFIO)";
	} else if (vtd_pci_driver_leaves_dma(pdev)) {
		way.reason = "is bound to a driver for user space or a guest";
	} else if (!xa_empty(&vdev->pasids)) {
		way.reason = "shares the memory of a process (PASID)";
		way.remedy = "end the programs that use the device";
	} else if (!READ_ONCE(pdev->dev.driver)) {
		way.how = "idle";
	} else if (!READ_ONCE(vdev->domain)) {
		way.how = "keep";
	} else {
		way.reason = vtd_freeze_obstacle(pdev);
		way.how = way.reason ? "rebind" : "freeze";
		way.remedy =
			"'vtdctl upgrade --rebind' binds it anew, which interrupts its users";
	}
	return way;
}

/* The records of all; how many devices stand against it. */
static unsigned int vtd_hold_look(struct vtd_hold *hold, bool dry_run,
				  struct vtd_reply *reply)
{
	unsigned int bad = 0;
	u32 i;

	pci_lock_rescan_remove();
	for (i = 0; i < hold->nr; i++) {
		struct pci_dev *pdev = hold->held[i].pdev;
		struct vtd_device *vdev = vtd_device_find(pdev);
		struct vtd_hold_way way;

		if (!vdev)
			continue;
		way = vtd_hold_way(vdev);
		bad += way.reason ? 1 : 0;
		if (dry_run)
			vtd_say(reply,
				"hold device=%s driver=%s domain=%s strict=%s ats_off=%s how=%s reason=\"%s\" remedy=\"%s\"\n",
				pci_name(pdev), vtd_pci_driver_name(pdev).text,
				vtd_domain_type(vtd_device_type(vdev)),
				vdev->strict ? "yes" : "no",
				vdev->ats_off ? "yes" : "no", way.how,
				way.reason ?: "", way.reason ? way.remedy : "");
		else if (way.reason)
			vtd_say(reply, "%s (driver %s) %s: %s\n",
				pci_name(pdev), vtd_pci_driver_name(pdev).text,
				way.reason, way.remedy);
	}
	pci_unlock_rescan_remove();
	return bad;
}

/* Freeze its driver, if it has one that uses addresses of ours, and note it. */
static int vtd_hold_freeze(struct vtd_held *held, struct vtd_reply *reply)
{
	struct pci_dev *pdev = held->pdev;
	struct vtd_device *vdev;
	int ret = vtd_lock_device(pdev);

	if (ret) {
		vtd_say(reply, "%s is being worked on (error %d)\n",
			pci_name(pdev), ret);
		return ret;
	}
	vdev = vtd_device_find(pdev);
	if (!vdev || vtd_hold_way(vdev).reason) {
		vtd_say(reply, "%s was taken into use meanwhile\n",
			pci_name(pdev));
		ret = -EBUSY;
		goto unlock;
	}
	held->now = (struct vtd_handover_device){
		.segment = pci_domain_nr(pdev->bus),
		.sid = pci_dev_id(pdev),
		.type = vtd_device_type(vdev),
		.domain = VTD_HANDOVER_NO_DOMAIN,
		.flags = (vdev->strict ? VTD_HANDOVER_STRICT : 0) |
			 (vdev->ats_off ? VTD_HANDOVER_ATS_OFF : 0),
	};
	held->d = READ_ONCE(vdev->domain);
	if (!pdev->dev.driver)
		goto unlock;
	held->now.since_ns = ktime_get_ns();
	if (held->d) {
		ret = vtd_freeze(pdev);
		if (ret) {
			vtd_say(reply,
				"%s: its driver %s does not stand still (error %d)\n",
				pci_name(pdev), vtd_pci_driver_name(pdev).text,
				ret);
			goto unlock;
		}
		held->now.flags |= VTD_HANDOVER_FROZEN;
		if (pdev->is_busmaster)
			held->now.flags |= VTD_HANDOVER_MASTER;
		pci_clear_master(pdev);
	}
	held->now.flags |= VTD_HANDOVER_HELD;
unlock:
	vtd_unlock_device(pdev);
	return ret;
}

/* The device has its addresses again, or never lost them: let it go on. */
static void vtd_hold_thaw(struct pci_dev *pdev, struct vtd_handover_device *now)
{
	device_lock(&pdev->dev);
	if (now->flags & VTD_HANDOVER_MASTER)
		pci_set_master(pdev);
	if ((now->flags & VTD_HANDOVER_FROZEN) && pdev->dev.driver)
		vtd_thaw(pdev);
	now->flags &= ~(VTD_HANDOVER_FROZEN | VTD_HANDOVER_MASTER);
	now->until_ns = ktime_get_ns();
	device_unlock(&pdev->dev);
}

/**
 * struct vtd_hold_walk - addresses of a domain being noted
 * @to: where the next range goes, or NULL to count only
 * @last: the range that may grow
 * @domain: index of the domain
 * @ranges: how many there are
 * @pages: how many pages those are
 */
struct vtd_hold_walk {
	struct vtd_handover_range *to;
	struct vtd_handover_range last;
	u32 domain;
	u32 ranges;
	u64 pages;
};

static void vtd_hold_leaf(struct vtd_hold_walk *walk, u64 iova,
			  const struct vtd_pt_leaf *leaf)
{
	u32 prot = leaf->prot & (VTD_PTE_R | VTD_PTE_W);
	struct vtd_handover_range *last = &walk->last;

	walk->pages += leaf->size / SZ_4K;
	if (last->bytes && last->iova + last->bytes == iova &&
	    last->phys + last->bytes == leaf->phys && last->prot == prot) {
		last->bytes += leaf->size;
	} else {
		walk->ranges++;
		*last = (struct vtd_handover_range){
			.iova = iova,
			.phys = leaf->phys,
			.bytes = leaf->size,
			.prot = prot,
			.domain = walk->domain,
		};
		if (walk->to)
			walk->to++;
	}
	if (walk->to)
		walk->to[-1] = *last;
}

/* Nobody maps or unmaps: all drivers of the domain stand still. */
static void vtd_hold_walk_domain(const struct vtd_pgtable *pt,
				 struct vtd_hold_walk *walk)
{
	u64 iova = 0, bytes;

	walk->last.bytes = 0;
	while (iova <= pt->last_iova) {
		struct vtd_pt_walk way;
		struct vtd_pt_leaf leaf;

		if (vtd_pt_lookup(pt, iova, &leaf)) {
			vtd_hold_leaf(walk, iova, &leaf);
			bytes = leaf.size;
		} else if (!vtd_pt_walk(pt, iova, &way)) {
			bytes = 1ULL << (VTD_PTE_PAGE_SHIFT +
					 VTD_PTE_LEVEL_BITS * (way.bottom - 1));
		} else {
			break;
		}
		iova = round_down(iova, bytes) + bytes;
		cond_resched();
	}
}

/* Give domains with a frozen driver their index. */
static void vtd_hold_number(struct vtd_hold *hold)
{
	u32 i, j;

	for (i = 0; i < hold->nr; i++) {
		struct vtd_held *held = &hold->held[i];

		if (!(held->now.flags & VTD_HANDOVER_FROZEN) ||
		    held->now.domain != VTD_HANDOVER_NO_DOMAIN)
			continue;
		for (j = 0; j < hold->nr; j++)
			if (hold->held[j].d == held->d)
				hold->held[j].now.domain = i;
	}
}

static void vtd_hold_walk_all(struct vtd_hold *hold, struct vtd_hold_walk *walk)
{
	u32 i;

	for (i = 0; i < hold->nr; i++) {
		if (hold->held[i].now.domain != i)
			continue;
		walk->domain = i;
		vtd_hold_walk_domain(&hold->held[i].d->pt, walk);
	}
}

/* No device left meanwhile, and took its domain with it. */
static bool vtd_hold_all_there(struct vtd_hold *hold)
{
	u32 i;

	for (i = 0; i < hold->nr; i++) {
		struct vtd_device *vdev = vtd_device_find(hold->held[i].pdev);

		if (!vdev || READ_ONCE(vdev->domain) != hold->held[i].d)
			return false;
	}
	return true;
}

/* No device can leave: pci_lock_rescan_remove() is held. */
static struct vtd_handover *vtd_hold_note(struct vtd_hold *hold,
					  struct vtd_reply *reply)
{
	struct vtd_hold_walk walk = {};
	struct vtd_handover *h;
	u32 i;

	if (!vtd_hold_all_there(hold)) {
		vtd_say(reply,
			"a device left, or was taken into use, meanwhile\n");
		return NULL;
	}
	vtd_hold_number(hold);
	vtd_hold_walk_all(hold, &walk);
	if (walk.pages > VTD_HOLD_PAGES_MAX) {
		vtd_say(reply,
			"drivers keep %llu pages mapped while they stand still, and more than %u cannot be handed over\n",
			walk.pages, VTD_HOLD_PAGES_MAX);
		return NULL;
	}
	h = vtd_handover_alloc(hold->nr, walk.ranges);
	if (!h) {
		vtd_say(reply, "no memory for what is to be handed over\n");
		return NULL;
	}
	walk = (struct vtd_hold_walk){ .to = vtd_handover_ranges(h) };
	vtd_hold_walk_all(hold, &walk);
	for (i = 0; i < hold->nr; i++)
		h->device[i] = hold->held[i].now;
	return h;
}

/* Manage it again, with its driver. */
static int vtd_hold_back_one(struct vtd_handover_device *now,
			     struct vtd_reply *reply)
{
	struct pci_dev *pdev = pci_get_domain_bus_and_slot(
		now->segment, PCI_BUS_NUM(now->sid), now->sid & 0xff);
	int ret = -ENODEV;

	if (pdev && !vtd_device_find(pdev))
		ret = vtd_manage_bound(pdev);
	else if (pdev)
		ret = 0;
	if (!ret &&
	    (now->flags & (VTD_HANDOVER_SHORT | VTD_HANDOVER_UNRESERVED))) {
		ret = -ENOMEM;
		vtd_unmanage_bound(pdev, true);
	}
	if (!ret)
		vtd_hold_thaw(pdev, now);
	else if (now->flags & VTD_HANDOVER_FROZEN)
		vtd_say(reply,
			"%04x:%02x:%02x.%u could not be taken back (error %d): its driver stands still, nothing is lost yet; 'vtdctl attach' tries again\n",
			now->segment, PCI_BUS_NUM(now->sid),
			PCI_SLOT(now->sid & 0xff), PCI_FUNC(now->sid & 0xff),
			ret);
	pci_dev_put(pdev);
	return ret;
}

/**
 * vtd_hold_take_back() - manage again what was held, and let drivers go on
 * @reply: told what could not be
 *
 * Context: may sleep; the control mutex is held; attached.
 */
void vtd_hold_take_back(struct vtd_reply *reply)
{
	struct vtd_handover *h = vtd_handover_current();
	unsigned int flags = memalloc_noio_save();
	u32 i, failed = 0;

	lockdep_assert_held(&vtd_control.lock);
	if (!h)
		goto out;
	if (!h->on_ns)
		h->on_ns = ktime_get_ns();
	for (i = 0; i < h->nr_devices; i++) {
		struct vtd_handover_device *now = &h->device[i];

		if (!(now->flags & VTD_HANDOVER_HELD) ||
		    (now->flags & VTD_HANDOVER_BACK))
			continue;
		now->error = vtd_hold_back_one(now, reply);
		if (!now->error)
			now->flags |= VTD_HANDOVER_BACK;
		else if (now->flags & VTD_HANDOVER_FROZEN)
			failed++;
	}
	kvfree(vtd_hold_last);
	vtd_hold_last = vtd_handover_alloc(h->nr_devices, 0);
	if (vtd_hold_last) {
		vtd_hold_last->off_ns = h->off_ns;
		vtd_hold_last->on_ns = h->on_ns;
		memcpy(vtd_hold_last->device, h->device,
		       sizeof(h->device[0]) * h->nr_devices);
	}
	if (!failed)
		vtd_handover_close();
out:
	memalloc_noio_restore(flags);
}

static void vtd_hold_thaw_all(struct vtd_hold *hold)
{
	u32 i;

	for (i = hold->nr; i-- > 0;)
		if (hold->held[i].now.flags & VTD_HANDOVER_FROZEN)
			vtd_hold_thaw(hold->held[i].pdev, &hold->held[i].now);
}

/* From frozen to detached; back when something fails. */
static int vtd_hold_leave(struct vtd_hold *hold, struct vtd_handover *h,
			  struct vtd_reply *reply)
{
	int ret = vtd_handover_leave(h);
	u32 i;

	if (ret) {
		vtd_say(reply, "nothing could be handed over (error %d)\n",
			ret);
		kvfree(h);
		vtd_hold_thaw_all(hold);
		return ret;
	}
	for (i = 0; i < hold->nr && !ret; i++) {
		if (!(h->device[i].flags & VTD_HANDOVER_HELD))
			continue;
		ret = vtd_unmanage_bound(hold->held[i].pdev, hold->held[i].d);
		if (ret)
			vtd_say(reply, "%s could not be let go of (error %d)\n",
				pci_name(hold->held[i].pdev), ret);
	}
	h->off_ns = ktime_get_ns();
	if (!ret)
		ret = vtd_detach(reply);
	if (ret)
		vtd_hold_take_back(reply);
	return ret;
}

static int vtd_hold_all(struct vtd_hold *hold, struct vtd_reply *reply)
{
	struct vtd_handover *h = NULL;
	int ret = 0;
	u32 i;

	for (i = 0; i < hold->nr && !ret; i++)
		ret = vtd_hold_freeze(&hold->held[i], reply);
	if (!ret) {
		pci_lock_rescan_remove();
		h = vtd_hold_note(hold, reply);
		pci_unlock_rescan_remove();
		if (h)
			return vtd_hold_leave(hold, h, reply);
		ret = -EBUSY;
	}
	vtd_hold_thaw_all(hold);
	return ret;
}

/**
 * vtd_hold() - detach while devices are in use
 * @dry_run: only tell what would become of each device, and what stands against
 * @reply: records with @dry_run; else what stands against it
 *
 * Whoever attaches next, this build or another, takes back what was held.  Until
 * then what uses those devices waits; and memory must not be waited for, which
 * it may be that they are to write to.
 *
 * Context: may sleep; the control mutex is held.
 * Return: 0; -ENODEV when not attached; -EBUSY with what stands against it, or
 * another error, and then everything is as it was.
 */
int vtd_hold(bool dry_run, struct vtd_reply *reply)
{
	unsigned int flags = memalloc_noio_save();
	struct vtd_hold *hold = NULL;
	int ret = -EBUSY;

	lockdep_assert_held(&vtd_control.lock);
	if (vtd_control.state == VTD_DETACHED) {
		vtd_say(reply, "not attached: there is nothing to hold\n");
		ret = -ENODEV;
	} else if (vtd_control.state == VTD_TRIAL) {
		vtd_say(reply,
			"attached on trial: 'vtdctl confirm' or 'vtdctl detach' first\n");
	} else if (vtd_control.holder && !dry_run) {
		vtd_say(reply, "module %s uses the units: remove it first\n",
			vtd_control.holder);
	} else if (vtd_handover_current()) {
		vtd_say(reply,
			"a device of the last change is not back yet: 'vtdctl attach' first\n");
	} else {
		hold = vtd_hold_collect();
		ret = hold ? 0 : -ENOMEM;
	}
	if (!ret && vtd_hold_look(hold, dry_run, reply) && !dry_run)
		ret = -EBUSY;
	if (!ret && !dry_run)
		ret = vtd_hold_all(hold, reply);
	vtd_hold_free(hold);
	memalloc_noio_restore(flags);
	return ret;
}

/**
 * vtd_hold_report() - what became of the devices that were held last
 * @reply: a "handover" record and a "held" record for each; nothing when there
 *	was no such change
 *
 * Context: may sleep; the control mutex is held.
 */
void vtd_hold_report(struct vtd_reply *reply)
{
	struct vtd_handover *h = vtd_hold_last;
	u32 i;

	lockdep_assert_held(&vtd_control.lock);
	if (!h)
		return;
	vtd_say(reply, "handover blackout_us=%llu devices=%u\n",
		h->on_ns > h->off_ns ? (h->on_ns - h->off_ns) / 1000 : 0,
		h->nr_devices);
	for (i = 0; i < h->nr_devices; i++) {
		const struct vtd_handover_device *now = &h->device[i];

		if (!(now->flags & VTD_HANDOVER_HELD))
			continue;
		vtd_say(reply,
			"held device=%04x:%02x:%02x.%u paused_us=%llu result=%s error=%d\n",
			now->segment, PCI_BUS_NUM(now->sid),
			PCI_SLOT(now->sid & 0xff), PCI_FUNC(now->sid & 0xff),
			now->until_ns > now->since_ns ?
				(now->until_ns - now->since_ns) / 1000 :
				0,
			now->flags & VTD_HANDOVER_BACK ? "back" : "lost",
			now->error);
	}
}

/**
 * vtd_hold_exit() - forget all of it; what is held waits for who comes next
 *
 * Context: may sleep; the module leaves.
 */
void vtd_hold_exit(void)
{
	kvfree(vtd_hold_last);
	vtd_hold_last = NULL;
	vtd_handover_forget();
}
