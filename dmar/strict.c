// SPDX-License-Identifier: GPL-2.0
/*
 * "strict BDF on|off": a device's unmaps flushed at once though its group is of
 * type DMA-FQ (Documentation/control.rst).
 *
 * The kernel changes the type of a group while drivers are bound in one
 * direction only, from DMA to DMA-FQ.  This is the way back.
 */
#include <linux/iommu.h>
#include <linux/pci.h>

#include "control.h"
#include "device.h"
#include "domain.h"

/**
 * struct vtd_strict_walk - the devices of a group, one after the other
 * @on: what is wanted
 * @pdev: the device that was named
 * @members: how many devices of the group are managed
 * @type: kind of domain of the one that was named
 * @lazy: it may still reach what was unmapped
 * @untrusted: a member that is always strict, or NULL
 * @err: of an invalidation, or of asking too much
 */
struct vtd_strict_walk {
	bool on;
	struct pci_dev *pdev;
	unsigned int members;
	unsigned int type;
	bool lazy;
	struct pci_dev *untrusted;
	int err;
};

/* With the group's mutex held: nothing of it changes meanwhile. */
static int vtd_strict_look(struct device *dev, void *data)
{
	struct vtd_strict_walk *walk = data;
	struct pci_dev *pdev = dev_is_pci(dev) ? to_pci_dev(dev) : NULL;
	struct vtd_device *vdev = pdev ? vtd_device_find(pdev) : NULL;

	if (!vdev)
		return 0;
	walk->members++;
	if (pdev->untrusted)
		walk->untrusted = pdev;
	if (pdev == walk->pdev) {
		walk->type = vtd_device_type(vdev);
		walk->lazy = vtd_device_lazy(vdev);
	}
	return 0;
}

/* The others are done all the same when one fails. */
static int vtd_strict_set(struct device *dev, void *data)
{
	struct vtd_strict_walk *walk = data;
	struct vtd_device *vdev;
	int ret;

	vdev = dev_is_pci(dev) ? vtd_device_find(to_pci_dev(dev)) : NULL;
	if (!vdev)
		return 0;
	ret = vtd_device_set_strict(vdev, walk->on);
	if (ret && !walk->err)
		walk->err = ret;
	return 0;
}

static int vtd_strict_check(const struct vtd_strict_walk *walk, int group,
			    struct vtd_reply *reply)
{
	const char *name = pci_name(walk->pdev);

	if (walk->type == IOMMU_DOMAIN_IDENTITY) {
		vtd_say(reply,
			"%s: its group is of type identity, its addresses are not translated and nothing is ever flushed: unbind its driver, then 'echo DMA > /sys/kernel/iommu_groups/%d/type'\n",
			name, group);
		return -EINVAL;
	}
	if (!walk->on && walk->untrusted) {
		vtd_say(reply,
			"%s: %s can be plugged in from outside: its unmaps are always flushed at once\n",
			name, pci_name(walk->untrusted));
		return -EPERM;
	}
	return 0;
}

static int vtd_strict_group(struct vtd_strict_walk *walk,
			    struct iommu_group *group, struct vtd_reply *reply)
{
	int id = iommu_group_id(group);
	int ret;

	iommu_group_for_each_dev(group, walk, vtd_strict_look);
	ret = vtd_strict_check(walk, id, reply);
	if (ret)
		return ret;
	iommu_group_for_each_dev(group, walk, vtd_strict_set);
	if (walk->err) {
		vtd_say(reply,
			"%s: what was unmapped before could not be flushed (error %d): see 'vtdctl status'\n",
			pci_name(walk->pdev), walk->err);
		return walk->err;
	}
	walk->members = 0;
	iommu_group_for_each_dev(group, walk, vtd_strict_look);
	vtd_say(reply,
		"strict device=%s group=%d members=%u domain=%s asked=%s unmaps=%s\n",
		pci_name(walk->pdev), id, walk->members,
		vtd_domain_type(walk->type), walk->on ? "on" : "off",
		walk->lazy ? "lazy" : "strict");
	return 0;
}

/**
 * vtd_strict() - flush a device's unmaps at once, or as its group's type says
 * @pdev: any PCI device
 * @on: at once; all devices of its IOMMU group, which share a domain
 * @reply: a "strict" record, or why not
 *
 * Lasts until it is taken back or the device is no longer managed, through
 * changes of its driver and of the type of its group.
 *
 * Context: may sleep; the control mutex is held; takes
 * pci_lock_rescan_remove() and the mutex of the group.
 * Return: 0; -ENODEV when @pdev is not managed; -EINVAL when its addresses are
 * not translated; -EPERM for "off" with an untrusted device; the error of an
 * invalidation.
 */
int vtd_strict(struct pci_dev *pdev, bool on, struct vtd_reply *reply)
{
	struct vtd_strict_walk walk = { .on = on, .pdev = pdev };
	struct iommu_group *group = NULL;
	int ret;

	lockdep_assert_held(&vtd_control.lock);
	pci_lock_rescan_remove();
	if (vtd_device_find(pdev))
		group = iommu_group_get(&pdev->dev);
	if (group) {
		ret = vtd_strict_group(&walk, group, reply);
		iommu_group_put(group);
	} else {
		vtd_say(reply,
			"%s is not managed, its addresses are not translated: 'vtdctl adopt %s' takes it over\n",
			pci_name(pdev), pci_name(pdev));
		ret = -ENODEV;
	}
	pci_unlock_rescan_remove();
	return ret;
}
