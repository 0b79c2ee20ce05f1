// SPDX-License-Identifier: GPL-2.0
/*
 * "check", and the same by a timer: units, tables, devices and interrupt entries,
 * compared with what is believed (Documentation/control.rst).
 *
 * Costs nothing but when it is done.  What differs is looked at again before it is
 * told: it may have been changing.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/pci-ats.h>
#include <linux/workqueue.h>

#include "check.h"
#include "control.h"
#include "device.h"
#include "fault.h"
#include "incident.h"
#include "prq.h"
#include "quarantine.h"

/* Between two looks at what differs. */
#define VTD_CHECK_AGAIN_MS 20

/* Findings of one round by the timer that go to the log. */
#define VTD_CHECK_TOLD 16

/* Seconds between two rounds of the timer, 0 for none. */
unsigned int vtd_check_interval;

static bool vtd_check_memory(u64 phys)
{
	u64 word;

	return vtd_fault_peek_memory(phys, &word);
}

/* A part of a round: as struct vtd_check has it, for one thing. */
typedef void (*vtd_check_part)(struct vtd_check *c, void *data);

/* Looks a second time at what differs, and only that is told. */
static void vtd_check_twice(struct vtd_check *all, vtd_check_part part,
			    void *data)
{
	struct vtd_reply first = {};
	struct vtd_check c = { .reply = &first, .memory = all->memory };

	part(&c, data);
	if (c.findings) {
		msleep(VTD_CHECK_AGAIN_MS);
		c = (struct vtd_check){ .reply = all->reply,
					.memory = all->memory };
		part(&c, data);
	}
	vtd_reply_free(&first);
	all->registers += c.registers;
	all->entries += c.entries;
	all->devices += c.devices;
	all->findings += c.findings;
}

/* Where an interrupt of the unit's own goes, and whether it is masked. */
static void vtd_check_event(struct vtd_check *c, const struct vtd_unit *unit,
			    unsigned int irq, u32 base,
			    const char *const names[4])
{
	u32 expected[VTD_IRQ_REGS];
	unsigned int i;

	if (!irq || !vtd_irq_registers(irq, expected))
		return;
	for (i = 0; i < VTD_IRQ_REGS; i++) {
		const struct vtd_check_at at = { unit->name, "-", "register",
						 names[i] };
		u32 found = vtd_read32(&unit->regs, base + i * sizeof(u32));

		c->registers++;
		/* What waits behind the mask comes and goes. */
		vtd_check_value(c, &at, expected[i],
				i ? found : found & VTD_FECTL_IM,
				"an interrupt that it raises itself");
	}
}

static void vtd_check_part_registers(struct vtd_check *c, void *data)
{
	static const char *const fault[] = { "FECTL", "FEDATA", "FEADDR",
					     "FEUADDR" };
	static const char *const page[] = { "PECTL", "PEDATA", "PEADDR",
					    "PEUADDR" };
	struct vtd_unit *unit = data;
	const struct vtd_check_at gone = { unit->name, "-", "register",
					   "GSTS" };

	/* Nothing else is worth being told of then. */
	if (vtd_regs_gone(vtd_read32(&unit->regs, VTD_GSTS))) {
		vtd_check_value(
			c, &gone, 0, U32_MAX,
			"all registers read as all ones: the unit has gone");
		return;
	}
	vtd_check_registers(c, unit);
	vtd_check_event(c, unit, unit->irq, VTD_FECTL, fault);
	if (unit->prq)
		vtd_check_event(c, unit, unit->prq->irq, VTD_PECTL, page);
}

static bool vtd_check_managed(const struct vtd_unit *unit, u16 sid)
{
	struct vtd_device *vdev;

	list_for_each_entry(vdev, &vtd_devices, node)
		if (vdev->unit == unit && vtd_device_has_sid(vdev, sid))
			return true;
	return false;
}

static void vtd_check_part_tables(struct vtd_check *c, void *data)
{
	vtd_check_tables(c, data, vtd_check_managed);
}

/* --- devices ------------------------------------------------------------------- */

static void vtd_check_word(struct vtd_check *c, struct pci_dev *pdev,
			   const char *unit, const char *entry, int where,
			   u16 mask, u16 expected, const char *text)
{
	const struct vtd_check_at at = { unit, pci_name(pdev), "config",
					 entry };
	u16 found = 0;

	pci_read_config_word(pdev, where, &found);
	c->registers++;
	vtd_check_value(c, &at, expected, found & mask, text);
}

/* What the device has switched on, as the kernel and we know it. */
static void vtd_check_config(struct vtd_check *c, struct vtd_device *vdev)
{
	struct pci_dev *pdev = vdev->pdev;
	const char *unit = vdev->unit->name;
	bool held = READ_ONCE(vdev->quarantine);

	if (pdev->current_state != PCI_D0 || !vtd_pci_answers(pdev))
		return;
	if (held)
		vtd_check_word(c, pdev, unit, "COMMAND", PCI_COMMAND,
			       PCI_COMMAND_MASTER, 0,
			       "bus mastering of a device in quarantine");
	if (pdev->ats_cap)
		vtd_check_word(c, pdev, unit, "ATS",
			       pdev->ats_cap + PCI_ATS_CTRL,
			       PCI_ATS_CTRL_ENABLE,
			       pdev->ats_enabled ? PCI_ATS_CTRL_ENABLE : 0,
			       "whether it keeps translations");
	if (pdev->pasid_cap && vdev->unit->scalable)
		vtd_check_word(c, pdev, unit, "PASID",
			       pdev->pasid_cap + PCI_PASID_CTRL,
			       PCI_PASID_CTRL_ENABLE,
			       pdev->pasid_enabled ? PCI_PASID_CTRL_ENABLE : 0,
			       "whether it sends PASIDs");
	if (pdev->pri_cap)
		vtd_check_word(c, pdev, unit, "PRI",
			       pdev->pri_cap + PCI_PRI_CTRL,
			       PCI_PRI_CTRL_ENABLE,
			       pdev->pri_enabled ? PCI_PRI_CTRL_ENABLE : 0,
			       "whether it asks for pages");
}

static void vtd_check_member(struct vtd_device *vdev, void *data)
{
	struct vtd_check *c = data;

	vtd_check_device(c, vdev);
	vtd_check_config(c, vdev);
}

static void vtd_check_part_device(struct vtd_check *c, void *data)
{
	struct vtd_device *vdev = data;

	/* What it is attached to stays. */
	vtd_with_group(vdev->pdev, vtd_check_member, c);
}

static void vtd_check_part_acs(struct vtd_check *c, void *data)
{
	struct pci_dev *pdev = data;
	const struct vtd_check_at at = { "-", pci_name(pdev), "config", "ACS" };

	c->registers++;
	vtd_check_value(c, &at, 0, vtd_acs_missing(pdev),
			"bits of ACS that isolation needs and that are off");
}

static void vtd_check_part_other(struct vtd_check *c, void *data)
{
	vtd_control.check(c);
}

/* --- all of it -------------------------------------------------------------------- */

static void vtd_check_all(struct vtd_check *c)
{
	struct pci_dev *pdev = NULL;
	struct vtd_device *vdev;
	unsigned int i;

	for (i = 0; i < vtd_control.nr_units; i++) {
		struct vtd_unit *unit = vtd_control.units[i];

		if (!unit->translating)
			continue;
		c->units++;
		vtd_check_twice(c, vtd_check_part_registers, unit);
		vtd_check_twice(c, vtd_check_part_tables, unit);
	}
	list_for_each_entry(vdev, &vtd_devices, node)
		vtd_check_twice(c, vtd_check_part_device, vdev);
	for_each_pci_dev(pdev)
		vtd_check_twice(c, vtd_check_part_acs, pdev);
	if (vtd_control.check)
		vtd_check_twice(c, vtd_check_part_other, NULL);
}

/**
 * vtd_check() - compare what the hardware would read with what is believed
 * @reply: a "finding" record for each difference, and a "check" record
 *
 * Context: may sleep; the control mutex is held; takes pci_lock_rescan_remove(),
 * the mutexes of the groups and the locks of domains and units.
 * Return: 0, -ENODEV when not attached.
 */
int vtd_check(struct vtd_reply *reply)
{
	struct vtd_check c = { .reply = reply, .memory = vtd_check_memory };

	lockdep_assert_held(&vtd_control.lock);

	if (vtd_control.state == VTD_DETACHED) {
		vtd_say(reply, "not attached: run 'vtdctl attach' first\n");
		return -ENODEV;
	}
	pci_lock_rescan_remove();
	vtd_check_all(&c);
	pci_unlock_rescan_remove();
	vtd_say(reply,
		"check units=%u registers=%u entries=%u devices=%u findings=%u\n",
		c.units, c.registers, c.entries, c.devices, c.findings);
	return 0;
}

/* --- by a timer -------------------------------------------------------------------- */

/* Each finding is a line. */
static void vtd_check_tell(const struct vtd_reply *reply)
{
	const char *line = reply->text;
	unsigned int told = 0;

	while (line && *line && told++ < VTD_CHECK_TOLD) {
		const char *end = strchrnul(line, '\n');

		if (strncmp(line, "finding ", 8))
			break;
		pr_err("check: %.*s\n", (int)(end - line), line);
		line = *end ? end + 1 : NULL;
	}
}

static void vtd_check_round(struct work_struct *work);
static DECLARE_DELAYED_WORK(vtd_check_work, vtd_check_round);

/* The parameter is set before anything else of the module is there. */
static bool vtd_check_timed;

static void vtd_check_again(void)
{
	unsigned int seconds = READ_ONCE(vtd_check_interval);

	if (seconds && READ_ONCE(vtd_check_timed))
		mod_delayed_work(system_freezable_wq, &vtd_check_work,
				 seconds * HZ);
}

static void vtd_check_round(struct work_struct *work)
{
	struct vtd_reply reply = {};

	mutex_lock(&vtd_control.lock);
	if (!vtd_check(&reply) && reply.len &&
	    !strncmp(reply.text, "finding ", 8)) {
		vtd_check_tell(&reply);
		vtd_incident(
			"-", "-", "check",
			"what the hardware has differs from what is believed: see the kernel's log, and 'vtdctl check'");
	}
	mutex_unlock(&vtd_control.lock);
	vtd_reply_free(&reply);
	vtd_check_again();
}

/**
 * vtd_check_set_interval() - check every so many seconds
 * @seconds: 0 for never, at most a day
 *
 * Context: may sleep.
 * Return: 0 or -EINVAL.
 */
int vtd_check_set_interval(unsigned int seconds)
{
	if (seconds > 86400)
		return -EINVAL;
	WRITE_ONCE(vtd_check_interval, seconds);
	vtd_check_again();
	return 0;
}

/**
 * vtd_check_start() - from now on the interval counts
 *
 * Context: any.
 */
void vtd_check_start(void)
{
	WRITE_ONCE(vtd_check_timed, true);
	vtd_check_again();
}

/**
 * vtd_check_exit() - check no more
 *
 * Context: may sleep; without the control mutex.
 */
void vtd_check_exit(void)
{
	WRITE_ONCE(vtd_check_timed, false);
	cancel_delayed_work_sync(&vtd_check_work);
}
