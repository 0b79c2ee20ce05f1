// SPDX-License-Identifier: GPL-2.0
/*
 * "recover BDF": a device comes out of quarantine (Documentation/control.rst).
 *
 * Only the administrator says so, whatever it is attached to meanwhile.
 */
#include <linux/pci.h>

#include "control.h"
#include "device.h"
#include "quarantine.h"

/**
 * struct vtd_recovery - one device, with its group's mutex held
 * @pdev: the device that was named
 * @vdev: the same
 * @why: it was in quarantine
 * @err: what bringing it back came to
 */
struct vtd_recovery {
	struct pci_dev *pdev;
	struct vtd_device *vdev;
	unsigned int why;
	int err;
};

static void vtd_recover_one(struct vtd_device *vdev, void *data)
{
	struct vtd_recovery *r = data;

	r->vdev = vdev;
	r->why = READ_ONCE(vdev->quarantine);
	r->err = vtd_quarantine_lift(vdev);
}

static int vtd_recover_answer(const struct vtd_recovery *r,
			      struct vtd_reply *reply)
{
	const char *name = pci_name(r->pdev);

	switch (r->err) {
	case 0:
		vtd_say(reply,
			"recover device=%s was=\"%s\" bus_master=%s ats=%s\n",
			name, vtd_quarantine_text(r->why),
			vtd_pci_is_master(r->pdev) ? "on" : "off",
			r->pdev->ats_enabled ? "on" : "off");
		break;
	case -ENOENT:
		vtd_say(reply, "%s is not in quarantine\n", name);
		break;
	case -ENODEV:
		vtd_say(reply,
			"%s: nothing answers at its address: 'echo 1 > /sys/bus/pci/devices/%s/remove', then 'echo 1 > /sys/bus/pci/rescan'\n",
			name, name);
		break;
	case -EIO:
		vtd_say(reply,
			"%s: its unit %s failed and cannot be relied on: save your work and reboot\n",
			name, r->vdev->unit->name);
		break;
	default:
		vtd_say(reply,
			"%s: its entries could not be written (error %d): it is in quarantine again\n",
			name, r->err);
	}
	return r->err;
}

/**
 * vtd_recover() - bring a device back from quarantine
 * @pdev: any PCI device
 * @reply: a "recover" record, or why not
 *
 * Context: may sleep; the control mutex is held; takes
 * pci_lock_rescan_remove() and the mutex of the group.
 * Return: 0; -ENOENT when it is in none; -ENODEV when @pdev is not managed, or does
 * not answer; -EIO when its unit has failed; the error of an invalidation.
 */
int vtd_recover(struct pci_dev *pdev, struct vtd_reply *reply)
{
	struct vtd_recovery r = { .pdev = pdev };
	int ret;

	lockdep_assert_held(&vtd_control.lock);
	pci_lock_rescan_remove();
	ret = vtd_with_group(pdev, vtd_recover_one, &r);
	if (!ret)
		ret = vtd_recover_answer(&r, reply);
	else
		vtd_say(reply, "%s is not managed, and in no quarantine\n",
			pci_name(pdev));
	pci_unlock_rescan_remove();
	return ret;
}
