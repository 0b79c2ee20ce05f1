// SPDX-License-Identifier: GPL-2.0
/*
 * Which devices may be taken from their reserved memory.
 *
 * A region that firmware reserved stays mapped one to one, so a device that has
 * one cannot be handed to user space.  Two exceptions: kinds of devices that
 * stop using it once a driver has taken over, and devices that the
 * administrator names.  Must never relax a device that nobody named.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/pci.h>

#include "reply.h"
#include "rmrr.h"

char *vtd_relax_list;
module_param_named(relax_rmrr, vtd_relax_list, charp, 0444);
MODULE_PARM_DESC(
	relax_rmrr,
	"BDF[,BDF]: devices that no longer use the memory that firmware reserved for them, and so can be assigned (default: none)");

/**
 * struct vtd_relax_name - a device that the administrator named
 * @segment: PCI segment
 * @bus: PCI bus
 * @devfn: device and function
 */
struct vtd_relax_name {
	unsigned int segment;
	unsigned int bus;
	unsigned int devfn;
};

/* The name at the start of @at; how long it is, 0 for no name. */
static int vtd_relax_name(const char *at, struct vtd_relax_name *name)
{
	unsigned int slot, fn;
	int end = 0;

	if (sscanf(at, "%4x:%2x:%2x.%1u%n", &name->segment, &name->bus, &slot,
		   &fn, &end) != 4 ||
	    !end || slot > 0x1f || fn > 7 || (at[end] && at[end] != ','))
		return 0;
	name->devfn = PCI_DEVFN(slot, fn);
	return end;
}

/**
 * vtd_relax_check() - is a list of devices one?
 * @list: BDF[,BDF]... in the long form, or NULL
 * @reply: told what is wrong with it
 *
 * A device that is not there is no error: it may come.
 *
 * Context: may sleep.
 * Return: 0 or -EINVAL.
 */
int vtd_relax_check(const char *list, struct vtd_reply *reply)
{
	struct vtd_relax_name name;
	const char *at = list;

	while (at && *at) {
		int len = vtd_relax_name(at, &name);

		if (!len || (at[len] && !at[len + 1])) {
			vtd_say(reply,
				"relax_rmrr=%s: devices are wanted like 0000:00:03.0, with commas between them\n",
				list);
			return -EINVAL;
		}
		at += len + !!at[len];
	}
	return 0;
}

/**
 * vtd_rmrr_relaxed() - did the administrator name the device?
 * @pdev: any PCI device
 *
 * Context: any.
 * Return: true when its reserved memory is not to keep it from being assigned.
 */
bool vtd_rmrr_relaxed(struct pci_dev *pdev)
{
	const char *at = vtd_relax_list;
	struct vtd_relax_name name;
	int len;

	while (at && *at && (len = vtd_relax_name(at, &name))) {
		if (name.segment == pci_domain_nr(pdev->bus) &&
		    name.bus == pdev->bus->number && name.devfn == pdev->devfn)
			return true;
		at += len + !!at[len];
	}
	return false;
}

/**
 * vtd_rmrr_relaxable() - does it stop using the region by itself?
 * @pdev: any PCI device
 *
 * USB and graphics do once their driver has taken over: the region is for
 * keyboards and screens before an operating system is there.
 *
 * Context: any.
 * Return: true for such a device.
 */
bool vtd_rmrr_relaxable(struct pci_dev *pdev)
{
	return pdev->class >> 8 == PCI_CLASS_SERIAL_USB ||
	       pdev->class >> 16 == PCI_BASE_CLASS_DISPLAY;
}
