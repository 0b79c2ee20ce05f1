// SPDX-License-Identifier: GPL-2.0
/*
 * Which devices are managed, and how one becomes so at run time.
 *
 * The iommu core probes devices when an instance is registered or a device is
 * added.  For a device that is there already we register an instance for a
 * moment and accept nothing but that device; what it is tied to is an instance
 * of its own, so that it can be let go of alone.  Must never let the core
 * probe a device whose driver is bound, but one that stands still and has what it
 * mapped handed over.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/iommu.h>
#include <linux/pci.h>
#include <linux/xarray.h>

#include "adapter.h"
#include "context.h"
#include "control.h"
#include "device.h"
#include "domain.h"
#include "handover.h"
#include "quirks.h"
#include "rmrr.h"
#include "slab.h"

/* Why a device is not managed, in words that say what to do. */
#define VTD_WHY_NO_UNIT "no unit of the DMAR table translates it"
#define VTD_WHY_BRIDGE "a bridge with a driver does no DMA of its own"
#define VTD_WHY_BOUND \
	"its driver was bound before; 'vtdctl adopt' takes it over"
#define VTD_WHY_SHARES \
	"it shares a source-id with a device whose driver was bound before; 'vtdctl adopt' takes both over"

#define VTD_WHY_LATE_BUS \
	"its root bus came after 'vtdctl attach', perhaps with a unit of its own: the DMAR table does not say"

/* A driver's probe or remove may hold a device lock this long. */
#define VTD_LOCK_TRIES 1000
#define VTD_LOCK_WAIT_MS 10

/**
 * vtd_unit_of() - the unit that translates a device's DMA
 * @pdev: any PCI device
 *
 * Context: any, while attached and @pdev cannot be removed.
 * Return: the unit, or NULL where the DMAR table names none.
 */
struct vtd_unit *vtd_unit_of(struct pci_dev *pdev)
{
	struct vtd_pci_path path;
	int index;

	if (!vtd_control.dmar || vtd_pci_path(pdev, &path))
		return NULL;
	index = vtd_dmar_find_unit(vtd_control.dmar, &path);
	return index < 0 ? NULL : vtd_control.units[index];
}

/* Root buses by segment and number; their units are those of the table. */
static DEFINE_XARRAY(vtd_root_buses);

/**
 * vtd_root_buses_note() - remember which root buses are there
 *
 * Context: may sleep; takes pci_lock_rescan_remove().
 * Return: 0 or -ENOMEM.
 */
int vtd_root_buses_note(void)
{
	struct pci_bus *bus;
	int ret = 0;

	pci_lock_rescan_remove();
	list_for_each_entry(bus, &pci_root_buses, node) {
		ret = xa_err(xa_store(&vtd_root_buses,
				      pci_domain_nr(bus) << 8 | bus->number,
				      xa_mk_value(1), GFP_KERNEL));
		if (ret)
			break;
	}
	pci_unlock_rescan_remove();
	return ret;
}

/**
 * vtd_root_buses_forget() - undo vtd_root_buses_note()
 *
 * Context: may sleep.
 */
void vtd_root_buses_forget(void)
{
	xa_destroy(&vtd_root_buses);
}

/**
 * vtd_on_late_bus() - may a device have a unit that the table does not name?
 * @pdev: any PCI device
 * @unit: the unit that the table gives it
 *
 * A processor that is added at run time brings a root bus and a unit.  Who then
 * took its devices for those of the unit for all others would call them
 * translated when they are not.
 *
 * Context: any, while attached and @pdev cannot be removed.
 * Return: true when its root bus came after vtd_attach(), and no scope names it.
 */
bool vtd_on_late_bus(struct pci_dev *pdev, const struct vtd_unit *unit)
{
	struct vtd_pci_path path;

	return unit->drhd->include_all && !vtd_pci_path(pdev, &path) &&
	       !xa_load(&vtd_root_buses,
			(unsigned long)path.segment << 8 | path.root_bus);
}

/* A device with a driver whose requests a unit cannot tell from @pdev's. */
static bool vtd_shares_with_bound(struct pci_dev *pdev)
{
	struct pci_dev *other = NULL;

	for_each_pci_dev(other) {
		if (other == pdev || vtd_pci_is_bridge(other) ||
		    !READ_ONCE(other->dev.driver) || vtd_device_find(other) ||
		    !vtd_pci_share_sid(pdev, other))
			continue;
		pci_dev_put(other);
		return true;
	}
	return false;
}

/**
 * vtd_unmanaged_reason() - why a device is not, or would not be, managed
 * @pdev: any PCI device
 * @unit: the unit that translates it, or NULL
 *
 * Context: may sleep, while @pdev cannot be removed.
 * Return: a sentence, or NULL when nothing stands against it.
 */
const char *vtd_unmanaged_reason(struct pci_dev *pdev, struct vtd_unit *unit)
{
	const struct vtd_quirk *quirk;

	if (!unit)
		return VTD_WHY_NO_UNIT;
	if (unit->off_reason)
		return unit->off_reason;
	if (vtd_on_late_bus(pdev, unit))
		return VTD_WHY_LATE_BUS;
	quirk = vtd_quirk_untranslated(pdev, unit);
	if (quirk)
		return quirk->why;
	if (READ_ONCE(pdev->dev.driver))
		return vtd_pci_is_bridge(pdev) ? VTD_WHY_BRIDGE : VTD_WHY_BOUND;
	if (vtd_shares_with_bound(pdev))
		return VTD_WHY_SHARES;
	return NULL;
}

/* What an administrator took into his own hands is on record. */
static void vtd_tell_relaxed(const struct vtd_rmrr *rmrr, void *data)
{
	struct pci_dev *pdev = data;

	pci_notice(
		pdev,
		"reserved region 0x%llx-0x%llx relaxed, as relax_rmrr asks: the device can be assigned and loses the region then\n",
		rmrr->base, rmrr->limit);
}

/* The core asks about each PCI device without a group. */
static struct vtd_unit *vtd_probe(struct pci_dev *pdev)
{
	struct vtd_unit *unit;

	if (vtd_control.closing)
		return ERR_PTR(-ENODEV);
	/* Our own registration is about one device at most. */
	if (READ_ONCE(vtd_control.registering) == current &&
	    vtd_control.target != pdev)
		return ERR_PTR(-ENODEV);
	unit = vtd_unit_of(pdev);
	if (vtd_unmanaged_reason(pdev, unit))
		return ERR_PTR(-ENODEV);
	if (vtd_rmrr_relaxed(pdev))
		vtd_rmrrs_each(vtd_control.dmar, pdev, vtd_tell_relaxed, pdev);
	return unit;
}

static void vtd_rmrrs_of(struct pci_dev *pdev,
			 void (*fn)(const struct vtd_rmrr *rmrr, void *data),
			 void *data)
{
	vtd_rmrrs_each(vtd_control.dmar, pdev, fn, data);
}

static enum vtd_ats vtd_ats_of(struct pci_dev *pdev,
			       const struct vtd_unit *unit)
{
	return vtd_ats_policy(vtd_control.dmar, pdev, unit);
}

static const struct vtd_probe_policy vtd_policy = {
	.probe = vtd_probe,
	.ats = vtd_ats_of,
	.rmrr = vtd_rmrrs_of,
	.settle = vtd_handover_settings,
	.type = vtd_handover_type,
	.reserve = vtd_handover_reserve,
	.fill = vtd_handover_fill,
};

/**
 * vtd_manage_init() - be the one that the adapter asks
 *
 * Context: any.
 */
void vtd_manage_init(void)
{
	vtd_adapter_init(&vtd_policy);
}

/**
 * vtd_lock_device() - keep a device, its driver and its being managed as they are
 * @pdev: any PCI device
 *
 * pci_lock_rescan_remove() and the device's lock, in an order that others take
 * the other way round (sriov_numvfs_store), hence the try and the wait.
 *
 * Context: may sleep; the control mutex is held.
 * Return: 0, or -EBUSY when the device's lock cannot be had.
 */
int vtd_lock_device(struct pci_dev *pdev)
{
	unsigned int tries;

	lockdep_assert_held(&vtd_control.lock);
	for (tries = 0; tries < VTD_LOCK_TRIES; tries++) {
		pci_lock_rescan_remove();
		if (device_trylock(&pdev->dev))
			return 0;
		pci_unlock_rescan_remove();
		msleep(VTD_LOCK_WAIT_MS);
	}
	return -EBUSY;
}

/**
 * vtd_unlock_device() - undo vtd_lock_device()
 * @pdev: the device
 *
 * Context: any.
 */
void vtd_unlock_device(struct pci_dev *pdev)
{
	device_unlock(&pdev->dev);
	pci_unlock_rescan_remove();
}

/* Both locks of vtd_lock_device() are held. */
static void vtd_let_go(struct vtd_device *vdev)
{
	vdev->releasing = true;
	iommu_device_unregister(&vdev->iommu);
	vtd_device_free(vdev);
}

/* Have the core probe @pdev and nothing else; both locks are held. */
static int vtd_register_for(struct pci_dev *pdev, struct vtd_unit *unit)
{
	struct iommu_device *once = kzalloc_obj(*once);
	struct vtd_device *vdev;
	int ret;

	if (!once)
		return -ENOMEM;
	once->dev = unit->iommu.dev;
	vtd_control.target = pdev;
	WRITE_ONCE(vtd_control.registering, current);
	ret = iommu_device_register(once, &vtd_iommu_ops, NULL);
	WRITE_ONCE(vtd_control.registering, NULL);
	vtd_control.target = NULL;
	/* No device hangs on this instance; it only made the core look. */
	if (!ret)
		iommu_device_unregister(once);
	kfree(once);

	vdev = vtd_device_find(pdev);
	if (!ret && vdev && pdev->dev.iommu_group)
		return 0;
	/* The core can fail after the device is in a group. */
	if (vdev)
		vtd_let_go(vdev);
	return ret ?: -ENODEV;
}

/**
 * struct vtd_group_call - something to be done with one device
 * @pdev: the device
 * @fn: does it
 * @data: for @fn
 * @ret: 0 when it was done
 */
struct vtd_group_call {
	struct pci_dev *pdev;
	void (*fn)(struct vtd_device *vdev, void *data);
	void *data;
	int ret;
};

static int vtd_group_call(struct device *dev, void *data)
{
	struct vtd_group_call *call = data;
	struct vtd_device *vdev;

	if (dev != &call->pdev->dev)
		return 0;
	vdev = vtd_device_find(call->pdev);
	if (!vdev)
		return 0;
	call->fn(vdev, call->data);
	call->ret = 0;
	return 0;
}

/**
 * vtd_with_group() - look at a device, or change it, while nobody attaches it
 * @pdev: any PCI device
 * @fn: called once, with the mutex of the device's group held
 * @data: for @fn
 *
 * Context: may sleep; pci_lock_rescan_remove() is held; takes the mutex of the
 * group.
 * Return: 0; -ENODEV when the device is not managed.
 */
int vtd_with_group(struct pci_dev *pdev,
		   void (*fn)(struct vtd_device *vdev, void *data), void *data)
{
	struct vtd_group_call call = { pdev, fn, data, -ENODEV };
	struct iommu_group *group = NULL;

	if (vtd_device_find(pdev))
		group = iommu_group_get(&pdev->dev);
	if (!group)
		return -ENODEV;
	iommu_group_for_each_dev(group, &call, vtd_group_call);
	iommu_group_put(group);
	return call.ret;
}

/**
 * vtd_manage() - have the core manage a device that is there already
 * @pdev: no driver bound
 *
 * Context: may sleep; the control mutex is held; takes
 * pci_lock_rescan_remove() and the device's lock.
 * Return: 0, also when it was managed before; -EBUSY when a driver is bound or
 * the device's lock cannot be had; -ENODEV when it left or no unit translates
 * it; what the core failed with, and then nothing has changed.
 */
int vtd_manage(struct pci_dev *pdev)
{
	struct vtd_unit *unit;
	int ret;

	lockdep_assert_held(&vtd_control.lock);

	ret = vtd_lock_device(pdev);
	if (ret)
		return ret;
	unit = vtd_unit_of(pdev);
	if (!device_is_registered(&pdev->dev) || !unit)
		ret = -ENODEV;
	else if (vtd_device_find(pdev))
		ret = 0;
	else if (vtd_unmanaged_reason(pdev, unit))
		ret = -EBUSY;
	else
		ret = vtd_register_for(pdev, unit);
	vtd_unlock_device(pdev);
	return ret;
}

/**
 * vtd_unmanage() - take a device away from the core; its DMA passes through
 * @pdev: managed, or not
 *
 * Context: as vtd_manage().
 * Return: 0, also when it was not managed; -EBUSY while a driver is bound or
 * user space owns its DMA.
 */
int vtd_unmanage(struct pci_dev *pdev)
{
	struct vtd_device *vdev;
	int ret;

	lockdep_assert_held(&vtd_control.lock);

	ret = vtd_lock_device(pdev);
	if (ret)
		return ret;
	vdev = vtd_device_find(pdev);
	if (!vdev)
		ret = 0;
	else if (pdev->dev.driver ||
		 iommu_group_dma_owner_claimed(pdev->dev.iommu_group))
		ret = -EBUSY;
	else
		vtd_let_go(vdev);
	vtd_unlock_device(pdev);
	return ret;
}

/**
 * vtd_unmanage_bound() - take a device away from the core, its driver bound
 * @pdev: managed; its driver stands still, or its addresses are not translated
 * @block: no DMA of it is let through from now on
 *
 * The core's count of drivers goes with the group; the driver knows nothing.
 *
 * Context: as vtd_manage().
 * Return: 0; -EBUSY when the device's lock cannot be had, or what was is no
 * longer so.
 */
int vtd_unmanage_bound(struct pci_dev *pdev, bool block)
{
	struct vtd_device *vdev;
	int ret;

	lockdep_assert_held(&vtd_control.lock);

	ret = vtd_lock_device(pdev);
	if (ret)
		return ret;
	vdev = vtd_device_find(pdev);
	if (!vdev || !pdev->dev.driver || vtd_pci_driver_leaves_dma(pdev) ||
	    !pdev->dev.bus->dma_cleanup) {
		ret = -EBUSY;
	} else {
		vdev->held = block;
		pdev->dev.bus->dma_cleanup(&pdev->dev);
		vtd_let_go(vdev);
	}
	vtd_unlock_device(pdev);
	return ret;
}

/**
 * vtd_manage_bound() - undo vtd_unmanage_bound(), perhaps of another build
 * @pdev: not managed, its driver bound
 *
 * The core wants no driver: it is hidden from it for that moment, under the
 * device's lock, which whoever calls the driver takes.
 *
 * Context: as vtd_manage().
 * Return: 0; -ENODEV when the device left, lost its driver, or no unit translates
 * it; what the core failed with, and then nothing has changed.
 */
int vtd_manage_bound(struct pci_dev *pdev)
{
	struct device *dev = &pdev->dev;
	struct device_driver *driver;
	struct vtd_unit *unit;
	int ret;

	lockdep_assert_held(&vtd_control.lock);

	ret = vtd_lock_device(pdev);
	if (ret)
		return ret;
	unit = vtd_unit_of(pdev);
	driver = dev->driver;
	if (!device_is_registered(dev) || !driver || !unit ||
	    unit->off_reason) {
		ret = -ENODEV;
		goto unlock;
	}
	WRITE_ONCE(dev->driver, NULL);
	ret = vtd_register_for(pdev, unit);
	WRITE_ONCE(dev->driver, driver);
	if (ret)
		goto unlock;
	ret = dev->bus->dma_configure(dev);
	if (ret)
		vtd_let_go(vtd_device_find(pdev));
unlock:
	vtd_unlock_device(pdev);
	return ret;
}

/**
 * vtd_manage_unbound() - manage every device that nothing stands against
 *
 * Context: as vtd_manage().
 * Return: 0 or the first error that is about more than one device.
 */
int vtd_manage_unbound(void)
{
	struct pci_dev *pdev = NULL;

	/* Parents come before children, as groups want it. */
	for_each_pci_dev(pdev) {
		int ret;

		if (vtd_unmanaged_reason(pdev, vtd_unit_of(pdev)))
			continue;
		ret = vtd_manage(pdev);
		/* A driver was quicker, or the device left: as if before. */
		if (!ret || ret == -EBUSY || ret == -ENODEV)
			continue;
		pci_err(pdev, "could not be managed: error %d\n", ret);
		pci_dev_put(pdev);
		return ret;
	}
	return 0;
}

/* The source-id of a device that left must not stay open for the next one. */
static void vtd_unmanaged_removed(struct pci_dev *pdev)
{
	const struct vtd_translation blocked = {};
	struct vtd_unit *unit = vtd_unit_of(pdev);
	u16 sid = pci_dev_id(pdev);

	if (unit && !unit->off_reason && vtd_pci_dma_dev(pdev) == pdev)
		vtd_context_set(unit, &sid, 1, VTD_NO_PASID, &blocked);
}

static int vtd_pci_notify(struct notifier_block *nb, unsigned long action,
			  void *data)
{
	struct pci_dev *pdev = to_pci_dev(data);
	struct vtd_device *vdev = vtd_device_find(pdev);

	/* Drivers too: some add source-ids when they are bound. */
	vtd_device_topology_changed();
	if (action == BUS_NOTIFY_DEL_DEVICE && vdev)
		vdev->removed = true;
	else if (action == BUS_NOTIFY_REMOVED_DEVICE && !vdev)
		vtd_unmanaged_removed(pdev);
	return NOTIFY_DONE;
}

static struct notifier_block vtd_pci_nb = {
	.notifier_call = vtd_pci_notify,
};

/**
 * vtd_pci_notifier_add() - learn of devices that leave
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int vtd_pci_notifier_add(void)
{
	return bus_register_notifier(&pci_bus_type, &vtd_pci_nb);
}

/**
 * vtd_pci_notifier_remove() - undo vtd_pci_notifier_add()
 *
 * Context: may sleep.
 */
void vtd_pci_notifier_remove(void)
{
	bus_unregister_notifier(&pci_bus_type, &vtd_pci_nb);
}
