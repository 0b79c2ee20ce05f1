// SPDX-License-Identifier: GPL-2.0
/*
 * Single devices at run time: taken over from their driver's untranslated
 * DMA, and given back to it.
 *
 * All members of an isolation set go together, or none does.  Must never leave
 * a device without the driver it had.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/list.h>
#include <linux/pci.h>
#include "slab.h"

#include "control.h"
#include "device.h"
#include "quirks.h"

/**
 * struct vtd_member - one device of the set that a command is about
 * @node: in the command's list
 * @pdev: the device; referenced
 * @had_driver: give it one again at the end
 */
struct vtd_member {
	struct list_head node;
	struct pci_dev *pdev;
	bool had_driver;
};

static void vtd_members_free(struct list_head *members)
{
	struct vtd_member *member, *next;

	list_for_each_entry_safe(member, next, members, node) {
		pci_dev_put(member->pdev);
		kfree(member);
	}
}

/* The devices that nothing isolates from @pdev, itself included. */
static int vtd_members_find(struct pci_dev *pdev, bool managed,
			    struct list_head *members)
{
	struct pci_dev *other = NULL;

	for_each_pci_dev(other) {
		struct vtd_member *member;

		if (other != pdev && vtd_pci_is_bridge(other))
			continue;
		if (!!vtd_device_find(other) != managed ||
		    !vtd_pci_same_set(pdev, other))
			continue;
		member = kzalloc_obj(*member);
		if (!member) {
			pci_dev_put(other);
			vtd_members_free(members);
			return -ENOMEM;
		}
		member->pdev = pci_dev_get(other);
		list_add_tail(&member->node, members);
	}
	return 0;
}

static void vtd_members_unbind(struct list_head *members)
{
	struct vtd_member *member;

	list_for_each_entry(member, members, node) {
		member->had_driver = READ_ONCE(member->pdev->dev.driver);
		if (member->had_driver)
			device_release_driver(&member->pdev->dev);
	}
}

static void vtd_members_rebind(struct list_head *members,
			       struct vtd_reply *reply)
{
	struct vtd_member *member;

	list_for_each_entry(member, members, node) {
		if (!member->had_driver)
			continue;
		if (device_attach(&member->pdev->dev) != 1)
			vtd_say(reply,
				"%s: its driver did not come back: see the kernel log, then 'echo %s > /sys/bus/pci/drivers_probe'\n",
				pci_name(member->pdev), pci_name(member->pdev));
	}
}

/* User space would lose a device it owns: name it and refuse. */
static bool vtd_members_owned(struct list_head *members,
			      struct vtd_reply *reply)
{
	struct vtd_member *member;

	list_for_each_entry(member, members, node) {
		if (!vtd_pci_is_bridge(member->pdev) &&
		    vtd_pci_driver_leaves_dma(member->pdev)) {
			vtd_say(reply,
				"%s is bound to %s for use by user space or a guest: stop that and unbind it first\n",
				pci_name(member->pdev),
				vtd_pci_driver_name(member->pdev).text);
			return true;
		}
	}
	return false;
}

static int vtd_adopt_members(struct list_head *members, struct vtd_reply *reply)
{
	struct vtd_member *member;
	int ret;

	list_for_each_entry(member, members, node) {
		ret = vtd_manage(member->pdev);
		if (!ret)
			continue;
		vtd_say(reply, "%s: could not be taken over (error %d)\n",
			pci_name(member->pdev), ret);
		list_for_each_entry_continue_reverse(member, members, node)
			vtd_unmanage(member->pdev);
		return ret;
	}
	return 0;
}

/* Release each; those that will not are named, the others go all the same. */
static int vtd_release_members(struct list_head *members,
			       struct vtd_reply *reply)
{
	struct vtd_member *member;
	int ret = 0;

	list_for_each_entry(member, members, node) {
		int err = vtd_unmanage(member->pdev);

		if (!err)
			continue;
		vtd_say(reply, "%s could not be released (error %d)\n",
			pci_name(member->pdev), err);
		ret = err;
	}
	return ret;
}

/*
 * Take @pdev's isolation set from one hand to the other: drivers unbound, each
 * member moved, drivers back, and @outcome told of each.
 */
static int vtd_move_set(struct pci_dev *pdev, bool managed,
			int (*move)(struct list_head *members,
				    struct vtd_reply *reply),
			const char *outcome, struct vtd_reply *reply)
{
	struct vtd_member *member;
	LIST_HEAD(members);
	int ret;

	ret = vtd_members_find(pdev, managed, &members);
	if (ret)
		return ret;
	if (vtd_members_owned(&members, reply)) {
		ret = -EBUSY;
		goto free;
	}
	vtd_members_unbind(&members);
	ret = move(&members, reply);
	vtd_members_rebind(&members, reply);
	if (!ret)
		list_for_each_entry(member, &members, node)
			vtd_say(reply, "%s %s, driver %s\n",
				pci_name(member->pdev), outcome,
				vtd_pci_driver_name(member->pdev).text);
free:
	vtd_members_free(&members);
	return ret;
}

/**
 * vtd_adopt() - manage a device that is in use, with its isolation set
 * @pdev: the device
 * @reply: told what was done, or why not
 *
 * Drivers are unbound and bound again; what they do is interrupted.
 *
 * Context: may sleep; the control mutex is held; no other lock.
 * Return: 0; -ENODEV when not attached or no unit translates it; -EBUSY; what
 * the core failed with.  On error every device is as it was.
 */
int vtd_adopt(struct pci_dev *pdev, struct vtd_reply *reply)
{
	const struct vtd_quirk *quirk;
	struct vtd_unit *unit;

	lockdep_assert_held(&vtd_control.lock);
	if (vtd_control.state == VTD_DETACHED) {
		vtd_say(reply, "not attached: run 'vtdctl attach' first\n");
		return -ENODEV;
	}
	unit = vtd_unit_of(pdev);
	if (!unit || unit->off_reason) {
		vtd_say(reply, "%s: %s\n", pci_name(pdev),
			unit ? unit->off_reason :
			       "no unit of the DMAR table translates it");
		return -ENODEV;
	}
	if (vtd_on_late_bus(pdev, unit)) {
		vtd_say(reply,
			"%s cannot be managed: its root bus came after 'vtdctl attach', perhaps with a unit of its own\n",
			pci_name(pdev));
		return -ENODEV;
	}
	quirk = vtd_quirk_untranslated(pdev, unit);
	if (quirk) {
		vtd_say(reply, "%s cannot be managed: %s (erratum %s)\n",
			pci_name(pdev), quirk->why, quirk->name);
		return -ENODEV;
	}
	if (vtd_device_find(pdev)) {
		vtd_say(reply, "%s is managed already\n", pci_name(pdev));
		return 0;
	}
	if (vtd_pci_is_bridge(pdev) && READ_ONCE(pdev->dev.driver)) {
		vtd_say(reply,
			"%s is a bridge with driver %s: it does no DMA of its own, adopt the devices behind it\n",
			pci_name(pdev), vtd_pci_driver_name(pdev).text);
		return -EBUSY;
	}
	return vtd_move_set(pdev, false, vtd_adopt_members, "is managed",
			    reply);
}

/**
 * vtd_release() - let a device pass through again, with its isolation set
 * @pdev: the device
 * @reply: told what was done, or why not
 *
 * Context: as vtd_adopt().
 * Return: 0; -ENODEV when it is not managed; -EBUSY when user space owns it.
 */
int vtd_release(struct pci_dev *pdev, struct vtd_reply *reply)
{
	lockdep_assert_held(&vtd_control.lock);
	if (!vtd_device_find(pdev)) {
		vtd_say(reply, "%s is not managed\n", pci_name(pdev));
		return -ENODEV;
	}
	return vtd_move_set(pdev, true, vtd_release_members, "passes through",
			    reply);
}

/**
 * vtd_release_all() - release every managed device that has a driver
 * @reply: told what was done
 *
 * Context: as vtd_adopt().
 */
void vtd_release_all(struct vtd_reply *reply)
{
	struct pci_dev *pdev = NULL;

	lockdep_assert_held(&vtd_control.lock);
	for_each_pci_dev(pdev)
		if (vtd_device_find(pdev) && READ_ONCE(pdev->dev.driver))
			vtd_release(pdev, reply);
}
