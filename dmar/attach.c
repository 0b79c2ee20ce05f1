// SPDX-License-Identifier: GPL-2.0
/*
 * The whole machine: from a DMAR table to units that translate, and back.
 *
 * Owns the order of steps.  Must never leave a half-state: what fails undoes
 * what went before, and a device in use keeps everything in place.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/acpi.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <vtd/hw/dmar_table.h>

#include "adapter.h"
#include "context.h"
#include "control.h"
#include "device.h"
#include "domain.h"
#include "fault.h"
#include "handover.h"
#include "intel_iommu.h"
#include "pmu.h"
#include "prq.h"
#include "quarantine.h"
#include "quirks.h"
#include "rmrr.h"
#include "selftest.h"
#include "syscore.h"

struct vtd_control vtd_control = {
	.lock = __MUTEX_INITIALIZER(vtd_control.lock),
};

static int vtd_read_table(struct vtd_reply *reply)
{
	struct vtd_parse_error err;
	struct acpi_table_header *table;
	unsigned int i;
	int ret;

	if (acpi_disabled ||
	    ACPI_FAILURE(acpi_get_table(ACPI_SIG_DMAR, 0, &table))) {
		vtd_say(reply,
			"no DMAR table: this machine has no Intel VT-d, or it is switched off in the firmware's set-up\n");
		return -ENODEV;
	}
	ret = vtd_dmar_parse(table, table->length, &vtd_control.dmar, &err);
	acpi_put_table(table);
	if (ret) {
		vtd_say(reply,
			"DMAR table refused at offset %u: %s; update the firmware or override the table (Documentation/troubleshooting.rst)\n",
			err.offset, err.reason);
		return ret;
	}
	for (i = 0; i < min_t(unsigned int, vtd_control.dmar->nr_notes,
			      VTD_PARSE_NOTES);
	     i++)
		pr_notice("DMAR table, offset %u: %s\n",
			  vtd_control.dmar->note[i].offset,
			  vtd_control.dmar->note[i].text);
	return 0;
}

/* Where the table and the machine do not go together; no reason to refuse. */
static void vtd_review_table(void)
{
	struct vtd_reply bugs = {}, notes = {};

	vtd_rmrrs_review(vtd_control.dmar, &bugs, &notes);
	vtd_reply_warn(&bugs);
	vtd_reply_notice(&notes);
	vtd_reply_free(&bugs);
	vtd_reply_free(&notes);
}

static void vtd_tell_quirk(const struct vtd_quirk *quirk, struct pci_dev *pdev,
			   void *data)
{
	pci_notice(pdev, "erratum %s: %s; %s\n", quirk->name, quirk->why,
		   quirk->done);
}

static bool vtd_is_gfx_driver(struct pci_dev *pdev)
{
	const struct vtd_driver_name name = vtd_pci_driver_name(pdev);

	return !strcmp(name.text, "i915") || !strcmp(name.text, "xe");
}

#define VTD_WHY_GRAPHICS \
	"a graphics unit stays off while i915 or xe is bound: load vtd_dmar before that driver"

/*
 * Graphics drivers chose their workarounds when they found no IOMMU; and some
 * units cannot be used for graphics.
 */
static const char *vtd_unit_off_reason(const struct vtd_unit *unit)
{
	const struct vtd_quirk *quirk;
	struct pci_dev *pdev = NULL;
	const char *reason = NULL;

	if (unit->drhd->include_all)
		return NULL;
	for_each_pci_dev(pdev) {
		if (vtd_unit_of(pdev) != unit)
			continue;
		quirk = vtd_quirk_of(pdev, unit, VTD_QUIRK_GRAPHICS);
		if (quirk)
			reason = quirk->why;
		else if (vtd_is_gfx_driver(pdev))
			reason = VTD_WHY_GRAPHICS;
		if (!reason)
			continue;
		pci_dev_put(pdev);
		break;
	}
	return reason;
}

static void vtd_units_destroy(void)
{
	unsigned int i;

	for (i = 0; i < vtd_control.nr_units; i++)
		if (vtd_control.units[i])
			vtd_unit_destroy(vtd_control.units[i]);
	kfree(vtd_control.units);
	vtd_control.units = NULL;
	vtd_control.nr_units = 0;
	vtd_dmar_free(vtd_control.dmar);
	vtd_control.dmar = NULL;
	vtd_root_buses_forget();
}

/* Read the table and claim every unit; nothing in hardware changes. */
static int vtd_units_create(struct vtd_reply *reply)
{
	unsigned int i;
	int ret;

	if (intel_iommu_enabled) {
		vtd_say(reply,
			"the built-in driver translates DMA on this machine: add 'intel_iommu=off intremap=off' to the kernel command line and reboot\n");
		return -EBUSY;
	}
	ret = vtd_read_table(reply);
	if (ret)
		return ret;
	vtd_control.units = kcalloc(vtd_control.dmar->nr_drhd,
				    sizeof(*vtd_control.units), GFP_KERNEL);
	if (!vtd_control.units || vtd_root_buses_note()) {
		vtd_units_destroy();
		return -ENOMEM;
	}
	vtd_control.nr_units = vtd_control.dmar->nr_drhd;
	for (i = 0; i < vtd_control.nr_units; i++) {
		struct vtd_unit *unit;

		unit = vtd_unit_create(vtd_control.dmar, i, reply);
		if (IS_ERR(unit)) {
			vtd_units_destroy();
			return PTR_ERR(unit);
		}
		vtd_control.units[i] = unit;
	}
	vtd_quirks_find();
	for (i = 0; i < vtd_control.nr_units; i++) {
		struct vtd_unit *unit = vtd_control.units[i];

		vtd_quirks_fix_unit(unit);
		unit->off_reason = vtd_unit_off_reason(unit);
		unit->failed = vtd_devices_quarantine;
	}
	return 0;
}

static int vtd_pass_through_sid(struct vtd_unit *unit, u16 sid)
{
	const struct vtd_translation same = vtd_identity(unit);

	return vtd_context_set(unit, &sid, 1, VTD_NO_PASID, &same);
}

static struct vtd_unit *vtd_unit_of_root_bus(const struct pci_bus *bus)
{
	unsigned int i;

	for (i = 0; i < vtd_control.nr_units; i++) {
		struct vtd_unit *unit = vtd_control.units[i];

		if (unit->drhd->include_all &&
		    unit->drhd->segment == pci_domain_nr((struct pci_bus *)bus))
			return unit;
	}
	return NULL;
}

/* A root bus can have functions that the kernel does not see. */
static int vtd_pass_through_root_bus(const struct pci_bus *bus)
{
	struct vtd_unit *unit = vtd_unit_of_root_bus(bus);
	unsigned int devfn;
	int ret;

	if (!unit || unit->off_reason)
		return 0;
	for (devfn = 0; devfn < VTD_CONTEXT_ENTRIES; devfn++) {
		ret = vtd_pass_through_sid(unit, PCI_DEVID(bus->number, devfn));
		if (ret)
			return ret;
	}
	return 0;
}

static int vtd_pass_through_device(struct pci_dev *pdev)
{
	struct vtd_unit *unit = vtd_unit_of(pdev);
	struct vtd_translation same;
	u16 sid[VTD_SIDS_MAX];
	int nr;

	if (!unit || unit->off_reason)
		return 0;
	nr = vtd_pci_sids(pdev, sid);
	if (nr < 0)
		return nr;
	same = vtd_identity(unit);
	return vtd_context_set(unit, sid, nr, VTD_NO_PASID, &same);
}

/* ACPI devices that do DMA under a source-id of a PCI bus (8.3.1, 8.7). */
static int vtd_pass_through_acpi(struct vtd_unit *unit)
{
	const struct vtd_scope_list *list = &unit->drhd->scopes;
	unsigned int i;
	int sid, ret;

	for (i = 0; i < list->nr; i++) {
		if (list->scope[i].type != DMAR_SCOPE_NAMESPACE)
			continue;
		sid = vtd_pci_scope_sid(&list->scope[i], unit->drhd->segment);
		if (sid < 0)
			continue;
		ret = vtd_pass_through_sid(unit, sid);
		if (ret)
			return ret;
	}
	return 0;
}

/* Before translation: whatever does DMA now can go on doing it. */
static int vtd_pass_through_everything(struct vtd_reply *reply)
{
	struct pci_dev *pdev = NULL;
	struct pci_bus *bus;
	unsigned int i;
	int ret;

	for (i = 0; i < vtd_control.nr_units; i++) {
		struct vtd_unit *unit = vtd_control.units[i];

		if (unit->off_reason)
			continue;
		ret = vtd_identity_init(unit) ?:
			      vtd_identity_regions(unit, vtd_control.dmar);
		if (!ret)
			ret = vtd_pass_through_acpi(unit);
		if (ret) {
			vtd_say(reply,
				"%s: cannot let present devices pass through (error %d)%s\n",
				unit->name, ret,
				ret == -ERANGE ?
					": memory ends beyond what it can address" :
					"");
			return ret;
		}
	}
	list_for_each_entry(bus, &pci_root_buses, node) {
		ret = vtd_pass_through_root_bus(bus);
		if (ret) {
			vtd_say(reply,
				"root bus %02x: cannot be let through (error %d)\n",
				bus->number, ret);
			return ret;
		}
	}
	for_each_pci_dev(pdev) {
		ret = vtd_pass_through_device(pdev);
		if (ret) {
			vtd_say(reply, "%s: cannot be let through (error %d)\n",
				pci_name(pdev), ret);
			pci_dev_put(pdev);
			return ret;
		}
	}
	return 0;
}

/* Translation off; tables stay when a unit does not let go of them. */
static void vtd_units_off(void)
{
	unsigned int i;

	for (i = 0; i < vtd_control.nr_units; i++) {
		struct vtd_unit *unit = vtd_control.units[i];
		int ret = 0;

		if (!unit)
			continue;
		vtd_fault_stop(unit);
		vtd_prq_stop(unit);
		if (unit->translating)
			ret = vtd_unit_disable(unit);
		if (!ret) {
			vtd_identity_destroy(unit);
			continue;
		}
		pr_err("%s: does not switch off; its memory is kept\n",
		       unit->name);
		vtd_control.units[i] = NULL;
	}
}

static int vtd_units_on(struct vtd_reply *reply)
{
	unsigned int i;
	int ret;

	for (i = 0; i < vtd_control.nr_units; i++) {
		struct vtd_unit *unit = vtd_control.units[i];

		if (unit->off_reason) {
			pr_notice("%s: %s\n", unit->name, unit->off_reason);
			continue;
		}
		ret = vtd_fault_start(unit);
		if (ret) {
			vtd_say(reply,
				"%s: no interrupt for its faults (error %d)\n",
				unit->name, ret);
			goto off;
		}
		ret = vtd_prq_start(unit);
		if (ret) {
			vtd_say(reply,
				"%s: no queue for page requests (error %d)\n",
				unit->name, ret);
			goto off;
		}
		ret = vtd_unit_enable(unit, reply);
		if (!ret && READ_ONCE(vtd_want_selftest))
			ret = vtd_selftest(unit, reply);
		if (ret)
			goto off;
		if (vtd_unit_caching_mode(unit))
			pr_info("%s: caching mode, so it is software: unmaps are flushed at once, which costs it less than all of a domain every few milliseconds ('vtdctl strict BDF off' puts them off)\n",
				unit->name);
	}
	return 0;

off:
	vtd_units_off();
	return ret;
}

static void vtd_units_unregister(void)
{
	unsigned int i;

	vtd_debugfs_remove();
	for (i = 0; i < vtd_control.nr_units; i++) {
		struct vtd_unit *unit = vtd_control.units[i];

		if (unit->registered)
			iommu_device_unregister(&unit->iommu);
		unit->registered = false;
		vtd_sysfs_remove(unit);
	}
}

/* Registered units decline every device that is there already. */
static int vtd_units_register(struct vtd_reply *reply)
{
	unsigned int i;
	int ret;

	WRITE_ONCE(vtd_control.registering, current);
	for (i = 0; i < vtd_control.nr_units; i++) {
		struct vtd_unit *unit = vtd_control.units[i];

		ret = vtd_sysfs_add(unit);
		if (ret)
			goto undo;
		ret = iommu_device_register(&unit->iommu, &vtd_iommu_ops, NULL);
		if (ret)
			goto undo;
		unit->registered = true;
	}
	WRITE_ONCE(vtd_control.registering, NULL);
	vtd_debugfs_add();
	return 0;

undo:
	WRITE_ONCE(vtd_control.registering, NULL);
	vtd_say(reply, "the kernel refused the units (error %d)\n", ret);
	vtd_units_unregister();
	return ret;
}

/* No device becomes managed from here on; all that are, are let go. */
static int vtd_unmanage_all(void)
{
	struct vtd_device *vdev;
	int ret;

	pci_lock_rescan_remove();
	vtd_control.closing = true;
	pci_unlock_rescan_remove();
	while ((vdev = list_first_entry_or_null(&vtd_devices, struct vtd_device,
						node))) {
		struct pci_dev *pdev = pci_dev_get(vdev->pdev);

		ret = vtd_unmanage(pdev);
		pci_dev_put(pdev);
		if (ret)
			return ret;
	}
	return 0;
}

/* Counters are for those who watch: that there are none fails nothing. */
static void vtd_perf_on(void)
{
	unsigned int i;

	for (i = 0; i < vtd_control.nr_units; i++) {
		if (!vtd_control.units[i]->translating)
			continue;
		vtd_perf_start(vtd_control.units[i]);
		vtd_perf_sw_start(vtd_control.units[i]);
	}
}

static void vtd_perf_off(void)
{
	unsigned int i;

	for (i = 0; i < vtd_control.nr_units; i++) {
		vtd_perf_stop(vtd_control.units[i]);
		vtd_perf_sw_stop(vtd_control.units[i]);
	}
}

static void vtd_takedown(void)
{
	vtd_perf_off();
	vtd_units_unregister();
	vtd_pci_notifier_remove();
	vtd_units_off();
	vtd_acs_restore();
	vtd_units_destroy();
	vtd_pools_drain();
	vtd_control.state = VTD_DETACHED;
	vtd_control.closing = false;
}

/**
 * vtd_attach() - take every unit over
 * @reply: told why not
 *
 * Devices that have a driver pass through and are left alone; all others are
 * managed.
 *
 * Context: may sleep; the control mutex is held.
 * Return: 0, also when attached before; a negative errno with everything as it
 * was.
 */
int vtd_attach(struct vtd_reply *reply)
{
	int ret;

	lockdep_assert_held(&vtd_control.lock);

	if (vtd_control.state != VTD_DETACHED) {
		/* What was held and did not come back may do so now. */
		vtd_hold_take_back(reply);
		return 0;
	}
	ret = vtd_handover_open();
	if (ret) {
		vtd_say(reply,
			"another version left devices that it held, in a way that this one does not know: load that version again\n");
		return ret;
	}
	ret = vtd_units_create(reply);
	if (ret)
		return ret;

	/* No device may come or go between its entry and its translation. */
	pci_lock_rescan_remove();
	vtd_review_table();
	vtd_quirks_each(vtd_unit_of, vtd_tell_quirk, NULL);
	ret = vtd_pass_through_everything(reply);
	if (!ret)
		ret = vtd_units_on(reply);
	if (ret) {
		pci_unlock_rescan_remove();
		goto destroy;
	}
	vtd_acs_enable();
	ret = vtd_pci_notifier_add();
	if (!ret)
		ret = vtd_units_register(reply);
	pci_unlock_rescan_remove();
	if (ret)
		goto takedown;

	ret = vtd_manage_unbound();
	if (ret) {
		vtd_say(reply, "managing the devices failed (error %d)\n", ret);
		vtd_unmanage_all();
		goto takedown;
	}
	vtd_perf_on();
	vtd_control.state = VTD_ATTACHED;
	pr_info("attached: %u unit(s) translate\n", vtd_control.nr_units);
	vtd_hold_take_back(reply);
	return 0;

takedown:
	vtd_takedown();
	return ret;
destroy:
	vtd_units_off();
	vtd_units_destroy();
	return ret;
}

/**
 * vtd_attach_plan() - say what vtd_attach() would do, and change nothing
 * @reply: the records of the units and devices, or why not
 *
 * Context: may sleep; the control mutex is held.
 * Return: 0 or what vtd_attach() would fail with.
 */
int vtd_attach_plan(struct vtd_reply *reply)
{
	struct pci_dev *pdev = NULL;
	unsigned int i;
	int ret;

	lockdep_assert_held(&vtd_control.lock);
	if (vtd_control.state != VTD_DETACHED) {
		vtd_say(reply, "attached already: see 'vtdctl status'\n");
		return -EALREADY;
	}
	ret = vtd_units_create(reply);
	if (ret)
		return ret;
	for (i = 0; i < vtd_control.nr_units; i++)
		vtd_status_unit(vtd_control.units[i], reply);
	for_each_pci_dev(pdev) {
		struct vtd_unit *unit = vtd_unit_of(pdev);
		const char *reason = vtd_unmanaged_reason(pdev, unit);

		vtd_say(reply,
			"device name=%s unit=%s action=%s reason=\"%s\"\n",
			pci_name(pdev), unit ? unit->name : "-",
			reason ? "pass-through" : "manage",
			reason ?: "no driver is bound");
	}
	vtd_units_destroy();
	return 0;
}

static void vtd_trial_over(struct work_struct *work)
{
	struct vtd_reply reply = {};

	mutex_lock(&vtd_control.lock);
	if (vtd_control.state == VTD_TRIAL) {
		pr_warn("not confirmed in time: giving the units back\n");
		vtd_release_all(&reply);
		if (vtd_detach(&reply))
			vtd_reply_log(&reply);
	}
	mutex_unlock(&vtd_control.lock);
	vtd_reply_free(&reply);
}

/**
 * vtd_attach_trial() - vtd_attach(), undone unless confirmed
 * @seconds: after how long
 * @reply: told why not
 *
 * When the time is over, drivers of managed devices are unbound and bound
 * again untranslated.
 *
 * Context: as vtd_attach().
 * Return: as vtd_attach(), and -EALREADY when attached before.
 */
int vtd_attach_trial(unsigned int seconds, struct vtd_reply *reply)
{
	int ret;

	if (vtd_control.state != VTD_DETACHED) {
		vtd_say(reply,
			"attached already: 'vtdctl detach' first, then try\n");
		return -EALREADY;
	}
	ret = vtd_attach(reply);
	if (ret)
		return ret;
	vtd_control.state = VTD_TRIAL;
	vtd_control.trial_end = jiffies + seconds * HZ;
	schedule_delayed_work(&vtd_control.trial_work, seconds * HZ);
	return 0;
}

/**
 * vtd_confirm() - keep what is on trial
 * @reply: told why not
 *
 * Context: the control mutex is held.
 * Return: 0, or -ENOENT when nothing is on trial.
 */
int vtd_confirm(struct vtd_reply *reply)
{
	lockdep_assert_held(&vtd_control.lock);
	if (vtd_control.state != VTD_TRIAL) {
		vtd_say(reply, "nothing is on trial\n");
		return -ENOENT;
	}
	/* The work finds the new state should it be waiting for the mutex. */
	vtd_control.state = VTD_ATTACHED;
	cancel_delayed_work(&vtd_control.trial_work);
	return 0;
}

/* Name each managed device that is in use; how many. */
static unsigned int vtd_devices_in_use(struct vtd_reply *reply)
{
	struct vtd_device *vdev;
	unsigned int busy = 0;

	pci_lock_rescan_remove();
	list_for_each_entry(vdev, &vtd_devices, node) {
		struct pci_dev *pdev = vdev->pdev;
		struct iommu_group *group = pdev->dev.iommu_group;

		if (READ_ONCE(pdev->dev.driver))
			vtd_say(reply,
				"%s is in use by driver %s: unbind it, or run 'vtdctl release %s'\n",
				pci_name(pdev), vtd_pci_driver_name(pdev).text,
				pci_name(pdev));
		else if (group && iommu_group_dma_owner_claimed(group))
			vtd_say(reply,
				"%s is owned by user space (VFIO) through its group: close it first\n",
				pci_name(pdev));
		else
			continue;
		busy++;
	}
	pci_unlock_rescan_remove();
	return busy;
}

/**
 * vtd_detach() - give every unit back
 * @reply: told why not, with the names of the devices in use
 *
 * Context: may sleep; the control mutex is held.
 * Return: 0, also when not attached; -EBUSY, and then everything stays managed
 * as it was.
 */
int vtd_detach(struct vtd_reply *reply)
{
	lockdep_assert_held(&vtd_control.lock);

	if (vtd_control.state == VTD_DETACHED)
		return 0;
	if (vtd_control.holder) {
		vtd_say(reply, "module %s uses the units: remove it first\n",
			vtd_control.holder);
		return -EBUSY;
	}
	if (vtd_devices_in_use(reply))
		return -EBUSY;
	if (vtd_unmanage_all()) {
		/* A driver was bound meanwhile: take the others back. */
		vtd_control.closing = false;
		vtd_manage_unbound();
		vtd_say(reply, "a device was taken into use meanwhile\n");
		vtd_devices_in_use(reply);
		return -EBUSY;
	}
	cancel_delayed_work(&vtd_control.trial_work);
	vtd_takedown();
	pr_info("detached: DMA is not translated\n");
	return 0;
}

static int vtd_suspend(void *data)
{
	unsigned int i;

	for (i = 0; i < vtd_control.nr_units; i++)
		vtd_perf_suspend(vtd_control.units[i]);
	return 0;
}

/* Firmware has reset the units; interrupts are off, one CPU runs. */
static void vtd_resume(void *data)
{
	unsigned int i;

	for (i = 0; i < vtd_control.nr_units; i++) {
		struct vtd_unit *unit = vtd_control.units[i];
		int ret;

		if (!unit->translating)
			continue;
		/* Before devices can ask for anything again. */
		vtd_prq_restore(unit);
		ret = vtd_unit_reenable(unit);
		if (ret)
			vtd_unit_failed(unit, "switching on after suspend",
					ret);
		vtd_irq_restore(unit->irq);
		vtd_perf_resume(unit);
	}
}

/* The next kernel, or the firmware, expects untranslated DMA. */
static void vtd_shutdown(void *data)
{
	unsigned int i;

	for (i = 0; i < vtd_control.nr_units; i++)
		if (vtd_control.units[i]->translating)
			vtd_unit_disable(vtd_control.units[i]);
}

VTD_SYSCORE(vtd_syscore, vtd_suspend, vtd_resume, vtd_shutdown);

/**
 * vtd_control_init() - be told of suspend, resume and shutdown
 *
 * Context: may sleep.
 */
void vtd_control_init(void)
{
	INIT_DELAYED_WORK(&vtd_control.trial_work, vtd_trial_over);
	vtd_register_syscore(vtd_syscore);
}

/**
 * vtd_control_exit() - undo vtd_control_init()
 *
 * Context: may sleep; nothing is attached.
 */
void vtd_control_exit(void)
{
	vtd_unregister_syscore(vtd_syscore);
	cancel_delayed_work_sync(&vtd_control.trial_work);
}
