// SPDX-License-Identifier: GPL-2.0
/*
 * The managed devices, and what each is attached to.
 *
 * Owns the list of them.  Knows nothing of how a device came to be managed.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "context.h"
#include "device.h"
#include "domain.h"
#include "prq.h"
#include "quarantine.h"
#include "trace.h"

/* Read under RCU, or by who holds pci_lock_rescan_remove(). */
LIST_HEAD(vtd_devices);

/* Writers of the list. */
static DEFINE_SPINLOCK(vtd_devices_lock);

/**
 * vtd_device_create() - start to manage a device
 * @pdev: not managed
 * @unit: the unit that translates it
 *
 * Changes nothing in hardware.
 *
 * Context: may sleep.
 * Return: the device or an ERR_PTR: -ENOMEM, -E2BIG when it has more
 * source-ids than VTD_SIDS_MAX.
 */
struct vtd_device *vtd_device_create(struct pci_dev *pdev,
				     struct vtd_unit *unit)
{
	struct vtd_device *vdev = kzalloc(sizeof(*vdev), GFP_KERNEL);
	int ret;

	if (!vdev)
		return ERR_PTR(-ENOMEM);
	vdev->pdev = pci_dev_get(pdev);
	vdev->unit = unit;
	ret = vtd_pci_sids(pdev, vdev->sid);
	if (ret < 0)
		goto free;
	vdev->nr_sids = ret;
	ret = vtd_device_reserve(vdev);
	if (ret)
		goto free;
	vdev->type = IOMMU_DOMAIN_IDENTITY;
	/* Flushing all of a domain costs such a unit more than many pages do. */
	vdev->strict = vtd_unit_caching_mode(unit);
	vdev->iommu.ops = unit->iommu.ops;
	vdev->iommu.dev = unit->iommu.dev;
	INIT_LIST_HEAD(&vdev->iommu.list);
	xa_init(&vdev->pasids);
	mutex_init(&vdev->features_lock);
	mutex_init(&vdev->answer_lock);
	vtd_quarantine_init(vdev);

	spin_lock(&vtd_devices_lock);
	list_add_tail_rcu(&vdev->node, &vtd_devices);
	spin_unlock(&vtd_devices_lock);
	return vdev;
free:
	pci_dev_put(pdev);
	kfree(vdev);
	return ERR_PTR(ret);
}

/* Who isolates interrupts, or NULL; it may be about to leave. */
static struct module *vtd_isolation;
static DEFINE_SPINLOCK(vtd_isolation_lock);

/**
 * vtd_device_isolated_by() - who sees to it that interrupts are isolated
 * @who: see vtd_units_isolate()
 *
 * Context: any but hard interrupt.
 */
void vtd_device_isolated_by(struct module *who)
{
	spin_lock(&vtd_isolation_lock);
	vtd_isolation = who;
	spin_unlock(&vtd_isolation_lock);
}

/* Others get the device: what they were told of interrupts stays true. */
static int vtd_device_keep_isolation(struct vtd_device *vdev)
{
	int ret = 0;

	if (vdev->isolation)
		return 0;
	spin_lock(&vtd_isolation_lock);
	if (vtd_isolation) {
		if (try_module_get(vtd_isolation))
			vdev->isolation = vtd_isolation;
		else
			ret = -EBUSY;
	}
	spin_unlock(&vtd_isolation_lock);
	return ret;
}

static void vtd_device_drop_isolation(struct vtd_device *vdev)
{
	module_put(vdev->isolation);
	vdev->isolation = NULL;
}

/**
 * vtd_device_free() - stop managing a device
 * @vdev: attached to no domain, no longer known to the core
 *
 * Context: may sleep.
 */
void vtd_device_free(struct vtd_device *vdev)
{
	spin_lock(&vtd_devices_lock);
	list_del_rcu(&vdev->node);
	spin_unlock(&vtd_devices_lock);
	/* Where even blocking it failed, it is still in its user's domain. */
	vtd_device_drop_isolation(vdev);
	xa_destroy(&vdev->pasids);
	mutex_destroy(&vdev->answer_lock);
	mutex_destroy(&vdev->features_lock);
	pci_dev_put(vdev->pdev);
	kfree_rcu(vdev, rcu);
}

/**
 * vtd_device_find() - the managed device of a PCI device
 * @pdev: any PCI device
 *
 * Context: any; pci_lock_rescan_remove() or RCU keeps the result alive.
 * Return: the device, or NULL when it is not managed.
 */
struct vtd_device *vtd_device_find(const struct pci_dev *pdev)
{
	struct vtd_device *vdev, *found = NULL;

	rcu_read_lock();
	list_for_each_entry_rcu(vdev, &vtd_devices, node) {
		if (vdev->pdev == pdev) {
			found = vdev;
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

/* Counts what may change an isolation set. */
static atomic64_t vtd_topology = ATOMIC64_INIT(1);

/**
 * vtd_device_topology_changed() - a PCI device came, left or changed its driver
 *
 * What was known of isolation sets is found out anew when it is next needed.
 *
 * Context: any.
 */
void vtd_device_topology_changed(void)
{
	atomic64_inc_return(&vtd_topology);
}

/**
 * vtd_device_alone() - is it the only device of its isolation set?
 * @vdev: a managed device
 *
 * Looks at all devices, but only once between two changes to them.
 *
 * Context: may sleep; the group's mutex is held.
 * Return: as vtd_pci_alone().
 */
bool vtd_device_alone(struct vtd_device *vdev)
{
	/* Read before the look: a change during it makes for another look. */
	u64 now = atomic64_read_acquire(&vtd_topology);

	vtd_device_assert_group(vdev);
	if (vdev->alone_at != now) {
		vdev->alone = vtd_pci_alone(vdev->pdev);
		vdev->alone_at = now;
	}
	return vdev->alone;
}

/* Another entry instead of the paging domain that is attached, if any. */
static int vtd_device_leave_domain(struct vtd_device *vdev, const u16 *sid,
				   unsigned int nr,
				   const struct vtd_translation *to)
{
	struct vtd_domain *old = vdev->domain;
	int ret;

	vtd_device_assert_group(vdev);
	vtd_device_moved_ats(vdev, false);
	ret = vtd_context_set(vdev->unit, sid, nr, VTD_NO_PASID, to);
	/* Out of memory comes before anything was changed. */
	if (ret == -ENOMEM)
		return ret;
	WRITE_ONCE(vdev->domain, NULL);
	vtd_device_drop_isolation(vdev);
	if (old) {
		vtd_device_serve_no_more(vdev, old);
		trace_vtd_detach(pci_name(vdev->pdev), vdev->unit->name,
				 old->number, old->domain.type);
		vtd_domain_detach(old, vdev->unit, VTD_NO_PASID, vdev->sid[0],
				  !ret);
	}
	return ret;
}

/* The device is in no domain now: identity or blocked. */
static void vtd_device_is(struct vtd_device *vdev, unsigned int type)
{
	WRITE_ONCE(vdev->type, type);
	trace_vtd_attach(pci_name(vdev->pdev), vdev->unit->name, 0, type);
}

/**
 * vtd_device_set_identity() - the device's addresses are not translated
 * @vdev: a managed device
 *
 * Context: may sleep; the group's mutex is held.
 * Return: 0, -ENOMEM with nothing changed, or the error of an invalidation.
 */
int vtd_device_set_identity(struct vtd_device *vdev)
{
	const struct vtd_translation same = vtd_identity(vdev->unit);
	int ret =
		vtd_device_leave_domain(vdev, vdev->sid, vdev->nr_sids, &same);

	if (!ret)
		vtd_device_is(vdev, IOMMU_DOMAIN_IDENTITY);
	return ret;
}

/**
 * vtd_device_block() - the device can do no DMA
 * @vdev: a managed device
 *
 * Context: may sleep; the group's mutex is held.
 * Return: 0 or the error of an invalidation.
 */
int vtd_device_block(struct vtd_device *vdev)
{
	const struct vtd_translation none = {};
	int ret =
		vtd_device_leave_domain(vdev, vdev->sid, vdev->nr_sids, &none);

	if (!ret)
		vtd_device_is(vdev, IOMMU_DOMAIN_BLOCKED);
	return ret;
}

/* Does another managed device's DMA depend on the entry of @sid? */
static bool vtd_device_shares(const struct vtd_device *vdev, u16 sid)
{
	struct vtd_device *other;
	bool shares = false;

	rcu_read_lock();
	list_for_each_entry_rcu(other, &vtd_devices, node)
		if (other != vdev && other->unit == vdev->unit)
			shares = shares || vtd_device_has_sid(other, sid);
	rcu_read_unlock();
	return shares;
}

/**
 * vtd_device_leave() - the device will not be managed any longer
 * @vdev: a managed device
 * @gone: it leaves the machine: block its source-ids; otherwise it stays, and
 *	its addresses are not translated from now on
 *
 * Source-ids that other managed devices use too, behind a PCI bridge, keep
 * their entries.
 *
 * Context: may sleep; the group's mutex is held.
 * Return: 0 or the error of an invalidation.
 */
int vtd_device_leave(struct vtd_device *vdev, bool gone)
{
	struct vtd_translation to = {};
	u16 sid[VTD_SIDS_MAX];
	unsigned int i, nr = 0;

	vtd_device_assert_group(vdev);
	if (!gone)
		to = vtd_identity(vdev->unit);
	for (i = 0; i < vdev->nr_sids; i++)
		if (!vtd_device_shares(vdev, vdev->sid[i]))
			sid[nr++] = vdev->sid[i];
	return vtd_device_leave_domain(vdev, sid, nr, &to);
}

static int vtd_device_join_domain(struct vtd_device *vdev, struct vtd_domain *d)
{
	bool kept = vdev->isolation;
	int ret = 0;

	if (vtd_domain_assigned(d))
		ret = vtd_device_keep_isolation(vdev);
	if (ret)
		return ret;
	ret = vtd_device_serve(vdev, d);
	if (!ret) {
		ret = vtd_domain_attach(d, vdev->unit, VTD_NO_PASID, vdev->sid,
					vdev->nr_sids);
		if (ret)
			vtd_device_serve_no_more(vdev, d);
	}
	/* As it was before; or the host has it again. */
	if (ret ? !kept : !vtd_domain_assigned(d))
		vtd_device_drop_isolation(vdev);
	return ret;
}

/**
 * vtd_device_set_domain() - translate the device's addresses
 * @vdev: a managed device
 * @d: with this domain
 *
 * Context: may sleep; the group's mutex is held.
 * Return: 0; -EBUSY when the module that isolates interrupts is just leaving; or
 * an error of vtd_domain_attach().
 */
int vtd_device_set_domain(struct vtd_device *vdev, struct vtd_domain *d)
{
	struct vtd_domain *old = vdev->domain;
	int ret;

	vtd_device_assert_group(vdev);
	if (vdev->strict || vdev->pdev->untrusted) {
		ret = vtd_domain_set_strict(d, true);
		if (ret)
			return ret;
	}
	if (old != d) {
		ret = vtd_device_join_domain(vdev, d);
		if (ret)
			return ret;
		WRITE_ONCE(vdev->domain, d);
		trace_vtd_attach(pci_name(vdev->pdev), vdev->unit->name,
				 d->number, d->domain.type);
		if (old) {
			vtd_device_serve_no_more(vdev, old);
			trace_vtd_detach(pci_name(vdev->pdev), vdev->unit->name,
					 old->number, old->domain.type);
			vtd_domain_detach(old, vdev->unit, VTD_NO_PASID,
					  vdev->sid[0], true);
		}
	}
	vtd_device_moved_ats(vdev, true);
	WRITE_ONCE(vdev->type, d->domain.type);
	return 0;
}

/**
 * vtd_device_set_strict() - have the device's unmaps flushed at once, or not
 * @vdev: a managed device
 * @on: at once, whatever domain it is in, now and later; otherwise as the type
 *	of its domain says
 *
 * Affects all devices of its domain; for each of them @on must be said.
 *
 * Context: may sleep; the group's mutex is held.
 * Return: 0; -EPERM for "not at once" with an untrusted device; the error of an
 * invalidation, after which it is strict all the same.
 */
int vtd_device_set_strict(struct vtd_device *vdev, bool on)
{
	vtd_device_assert_group(vdev);
	if (!on && vdev->pdev->untrusted)
		return -EPERM;
	WRITE_ONCE(vdev->strict, on);
	return vdev->domain ? vtd_domain_set_strict(vdev->domain, on) : 0;
}

/**
 * vtd_device_type() - the kind of domain that a device is in
 * @vdev: a managed device
 *
 * The core makes a strict domain lazy without a word to us.
 *
 * Context: any; under RCU, or the group's mutex is held.
 * Return: IOMMU_DOMAIN_*.
 */
unsigned int vtd_device_type(const struct vtd_device *vdev)
{
	const struct vtd_domain *d = READ_ONCE(vdev->domain);

	return d ? READ_ONCE(d->domain.type) : READ_ONCE(vdev->type);
}

/**
 * vtd_device_lazy() - may a device reach what was unmapped, for a while?
 * @vdev: a managed device
 *
 * Context: as vtd_device_type().
 * Return: true for a lazy domain that is not made strict.
 */
bool vtd_device_lazy(const struct vtd_device *vdev)
{
	const struct vtd_domain *d = READ_ONCE(vdev->domain);

	return d && READ_ONCE(d->domain.type) == IOMMU_DOMAIN_DMA_FQ &&
	       READ_ONCE(d->strict) != VTD_STRICT_ON;
}
