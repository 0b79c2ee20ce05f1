// SPDX-License-Identifier: GPL-2.0
/*
 * "ats BDF on|off": a device's own translation cache (PCIe ATS), switched while
 * the device is in use (Documentation/control.rst).
 *
 * Allows nothing that vtd_ats_policy() does not.
 */
#include <linux/pci.h>
#include <linux/pci-ats.h>

#include "control.h"
#include "device.h"
#include "quirks.h"

/**
 * struct vtd_ats_switch - one device, with its group's mutex held
 * @on: what is wanted
 * @pdev: the device that was named
 * @vdev: the same
 * @never: why it may not have ATS, or NULL
 * @enabled: it has it now
 * @err: what setting it came to
 */
struct vtd_ats_switch {
	bool on;
	struct pci_dev *pdev;
	struct vtd_device *vdev;
	const char *never;
	bool enabled;
	int err;
};

/* Why the policy is "no": what vtd_ats_policy() asks, in words. */
static const char *vtd_ats_forbidden(struct vtd_device *vdev)
{
	if (!(vdev->unit->ecap & VTD_ECAP_DT))
		return "its unit takes no translated requests";
	if (vtd_quirk_of(vdev->pdev, vdev->unit, VTD_QUIRK_NO_ATS))
		return "of an erratum, see the quirk lines of 'vtdctl status'";
	return "firmware does not allow it there, or not all on the way is PCI Express";
}

/* Why a device that is managed can have no ATS of ours, or NULL. */
static const char *vtd_ats_obstacle(struct vtd_device *vdev)
{
	struct pci_dev *pdev = vdev->pdev;

	if (vdev->has_devtlb)
		return NULL;
	if (pdev->untrusted)
		return "it can be plugged in from outside";
	if (!pci_ats_supported(pdev))
		return "it has no ATS, or the kernel was told 'pci=noats'";
	if (!vtd_ats_whole_pages(pdev))
		return "it asks for parts of pages, which no unit translates";
	if (vdev->ats == VTD_ATS_NO)
		return vtd_ats_forbidden(vdev);
	if (vdev->ats == VTD_ATS_REQUIRED && !vdev->unit->scalable)
		return "it does not work without, and in legacy mode hardware has it on by itself";
	if (vdev->nr_sids != 1)
		return "its requests carry several source-ids";
	return "it could not be enabled when the device was taken over, see the kernel's log";
}

static int vtd_ats_set(const struct vtd_ats_switch *sw)
{
	struct vtd_device *vdev = sw->vdev;

	if (!sw->on) {
		/* PCIe: no page requests without ATS, and they end first. */
		if (vdev->pri_users)
			return -EBUSY;
		if (vdev->ats == VTD_ATS_REQUIRED)
			return -EPERM;
	}
	/* There is nothing to be switched off. */
	if (sw->never)
		return sw->on ? -EOPNOTSUPP : 0;
	return vtd_device_set_ats(vdev, sw->on);
}

static void vtd_ats_apply(struct vtd_device *vdev, void *data)
{
	struct vtd_ats_switch *sw = data;

	sw->vdev = vdev;
	sw->never = vtd_ats_obstacle(vdev);
	sw->err = vtd_ats_set(sw);
	sw->enabled = sw->pdev->ats_enabled;
}

static int vtd_ats_answer(const struct vtd_ats_switch *sw,
			  struct vtd_reply *reply)
{
	const char *name = pci_name(sw->pdev);

	switch (sw->err) {
	case 0:
		vtd_say(reply, "ats device=%s asked=%s ats=%s reason=\"%s\"\n",
			name, sw->on ? "on" : "off",
			sw->never   ? "never" :
			sw->enabled ? "on" :
				      "off",
			sw->never ?: "");
		break;
	case -EBUSY:
		vtd_say(reply,
			"%s: ATS stays on while it asks for pages (PRI), which PCIe allows only with ATS: end what shares its memory with the device first\n",
			name);
		break;
	case -EPERM:
		vtd_say(reply,
			"%s: ATS stays on: firmware says that the device does not work without (SATC)\n",
			name);
		break;
	case -EOPNOTSUPP:
		vtd_say(reply, "%s: no ATS: %s\n", name, sw->never);
		break;
	case -EIO:
		vtd_say(reply,
			"%s: it is in quarantine: 'vtdctl recover %s' brings it back\n",
			name, name);
		break;
	default:
		vtd_say(reply, "%s: ATS could not be enabled (error %d)\n",
			name, sw->err);
	}
	return sw->err;
}

/**
 * vtd_ats_command() - ATS off for a device, or on again
 * @pdev: any PCI device
 * @on: as far as it may have it
 * @reply: an "ats" record, or why not
 *
 * What the device keeps is gone when "off" returns.  Lasts until it is taken
 * back or the device is no longer managed.
 *
 * Context: may sleep; the control mutex is held; takes
 * pci_lock_rescan_remove() and the mutex of the group.
 * Return: 0, for "off" also where ATS is never on; -ENODEV when @pdev is not
 * managed; -EOPNOTSUPP when it may not have ATS; -EBUSY for "off" while page
 * requests are in use; -EPERM for "off" when it does not work without; -EIO for
 * one in quarantine; the errors of pci_enable_ats().
 */
int vtd_ats_command(struct pci_dev *pdev, bool on, struct vtd_reply *reply)
{
	struct vtd_ats_switch sw = { .on = on, .pdev = pdev };
	int ret;

	lockdep_assert_held(&vtd_control.lock);
	pci_lock_rescan_remove();
	ret = vtd_with_group(pdev, vtd_ats_apply, &sw);
	if (!ret)
		ret = vtd_ats_answer(&sw, reply);
	else
		vtd_say(reply,
			"%s is not managed, its ATS is not ours to switch: 'vtdctl adopt %s' takes it over\n",
			pci_name(pdev), pci_name(pdev));
	pci_unlock_rescan_remove();
	return ret;
}
