// SPDX-License-Identifier: GPL-2.0
/*
 * What is, as records for /dev/vtd (Documentation/control.rst).
 */
#include <linux/jiffies.h>
#include <linux/pci-ats.h>
#include <linux/pci.h>
#include <linux/string.h>

#include <vtd/hw/dmar_table.h>

#include "control.h"
#include "device.h"
#include "domain.h"
#include "incident.h"
#include "quarantine.h"
#include "quirks.h"

/* Shown by vtdctl status; raised with each release. */
#define VTD_VERSION "0.1"

/**
 * vtd_status_unit() - the record of one unit
 * @unit: which
 * @reply: written to
 *
 * Context: may sleep; the control mutex is held.
 */
void vtd_status_unit(const struct vtd_unit *unit, struct vtd_reply *reply)
{
	unsigned int devices = 0;
	struct vtd_device *vdev;

	lockdep_assert_held(&vtd_control.lock);
	rcu_read_lock();
	list_for_each_entry_rcu(vdev, &vtd_devices, node) {
		if (vdev->unit == unit)
			devices++;
	}
	rcu_read_unlock();
	vtd_say(reply,
		"unit name=%s segment=%04x base=0x%llx version=%lu.%lu cap=0x%llx ecap=0x%llx translation=%s mode=%s stage=%s devices=%u domains=%u faults=%lld overflows=%lld health=%s\n",
		unit->name, unit->drhd->segment, unit->drhd->base,
		FIELD_GET(VTD_VER_MAJOR, unit->version),
		FIELD_GET(VTD_VER_MINOR, unit->version), unit->cap, unit->ecap,
		unit->translating ? "on" : "off",
		unit->scalable ? "scalable" : "legacy",
		unit->first_stage ? "first" : "second", devices,
		atomic_read(&unit->nr_did_used),
		(long long)atomic64_read(&unit->faults),
		(long long)atomic64_read(&unit->fault_overflows),
		READ_ONCE(unit->health) == VTD_HEALTH_OK ? "ok" : "failed");
}

/**
 * vtd_domain_type() - the kind of a domain, in a word
 * @type: IOMMU_DOMAIN_*
 *
 * Context: any.
 * Return: the word, as in the records of the control interface.
 */
const char *vtd_domain_type(unsigned int type)
{
	switch (type) {
	case IOMMU_DOMAIN_DMA:
		return "DMA";
	case IOMMU_DOMAIN_DMA_FQ:
		return "DMA-FQ";
	case IOMMU_DOMAIN_IDENTITY:
		return "identity";
	case IOMMU_DOMAIN_UNMANAGED:
		return "unmanaged";
	case IOMMU_DOMAIN_SVA:
		return "SVA";
	case IOMMU_DOMAIN_NESTED:
		return "nested";
	default:
		return "blocked";
	}
}

/* PASIDs that it may use, and how many are attached to something. */
static void vtd_status_pasids(struct vtd_device *vdev, struct vtd_reply *reply)
{
	unsigned int nr = 0;
	unsigned long pasid;
	void *entry;

	if (!vdev || !vdev->pasid_bits) {
		vtd_say(reply, " pasid_bits=- pasids=-");
		return;
	}
	/* What they are attached to may go meanwhile, and is not looked at. */
	xa_for_each(&vdev->pasids, pasid, entry)
		nr++;
	vtd_say(reply, " pasid_bits=%u pasids=%u", vdev->pasid_bits, nr);
}

static void vtd_status_device(struct pci_dev *pdev, struct vtd_reply *reply)
{
	struct vtd_device *vdev = vtd_device_find(pdev);
	struct vtd_unit *unit = vtd_unit_of(pdev);
	const char *state, *reason = "", *domain = "-";
	char sids[VTD_SIDS_TEXT] = "-";
	const char *ats = "-";
	u16 sid[VTD_SIDS_MAX];
	char group[16] = "-";

	if (vdev && pdev->dev.iommu_group) {
		unsigned int type, why = READ_ONCE(vdev->quarantine);

		rcu_read_lock();
		type = vtd_device_type(vdev);
		rcu_read_unlock();
		state = type == IOMMU_DOMAIN_BLOCKED ? "blocked" : "managed";
		if (why) {
			state = "quarantined";
			reason = vtd_quarantine_text(why);
		}
		domain = vtd_domain_type(type);
		if (pci_ats_supported(pdev))
			ats = vtd_ats_name(vdev->ats);
		snprintf(group, sizeof(group), "%d",
			 iommu_group_id(pdev->dev.iommu_group));
	} else {
		state = unit && unit->translating ? "pass-through" : "off";
		reason = vtd_unmanaged_reason(pdev, unit) ?:
				 "released; 'vtdctl adopt' takes it over";
	}
	if (unit)
		vtd_pci_sids_text(sid, vtd_pci_sids(pdev, sid), sids);
	vtd_say(reply,
		"device name=%s unit=%s state=%s driver=%s group=%s domain=%s sid=%s ats=%s",
		pci_name(pdev), unit ? unit->name : "-", state,
		vtd_pci_driver_name(pdev).text, group, domain, sids, ats);
	vtd_status_pasids(vdev, reply);
	vtd_say(reply, " reason=\"%s\"\n", reason);
}

static void vtd_status_quirk(const struct vtd_quirk *quirk,
			     struct pci_dev *pdev, void *data)
{
	struct vtd_reply *reply = data;

	vtd_say(reply, "quirk name=%s device=%s text=\"%s\" done=\"%s\"\n",
		quirk->name, pci_name(pdev), quirk->why, quirk->done);
}

/* ACPI devices that do DMA: whatever they are, they pass through (8.7). */
static void vtd_status_acpi(struct vtd_reply *reply)
{
	const struct vtd_dmar *dmar = vtd_control.dmar;
	const struct vtd_dev_scope *scope;
	unsigned int i;

	for (i = 0; i < dmar->nr_andd; i++) {
		const struct vtd_andd *andd = &dmar->andd[i];
		char sids[VTD_SIDS_TEXT] = "-", name[64], *at;
		struct vtd_unit *unit;
		int index, sid;
		u16 one;

		index = vtd_dmar_find_enum(dmar, DMAR_SCOPE_NAMESPACE,
					   andd->device_number, &scope);
		if (index < 0)
			continue;
		unit = vtd_control.units[index];
		sid = vtd_pci_scope_sid(scope, unit->drhd->segment);
		one = sid;
		vtd_pci_sids_text(&one, sid < 0 ? sid : 1, sids);
		strscpy(name, andd->name);
		for (at = name; *at; at++)
			if (*at == '"')
				*at = '\'';
		vtd_say(reply, "acpi name=\"%s\" unit=%s sid=%s state=%s\n",
			name, unit->name, sids,
			!unit->translating ? "off" :
			sid < 0		   ? "blocked" :
					     "pass-through");
	}
}

/**
 * vtd_status() - the records of everything
 * @reply: written to
 *
 * Context: may sleep; the control mutex is held.
 */
void vtd_status(struct vtd_reply *reply)
{
	static const char *const state[] = {
		[VTD_DETACHED] = "detached",
		[VTD_ATTACHED] = "attached",
		[VTD_TRIAL] = "trial",
	};
	struct pci_dev *pdev = NULL;
	unsigned int left = 0, i;

	lockdep_assert_held(&vtd_control.lock);
	if (vtd_control.state == VTD_TRIAL &&
	    time_before(jiffies, vtd_control.trial_end))
		left = (vtd_control.trial_end - jiffies) / HZ;
	vtd_say(reply, "vtd version=%s state=%s trial_left=%u\n", VTD_VERSION,
		state[vtd_control.state], left);
	vtd_incidents_say(reply);
	if (vtd_control.state == VTD_DETACHED)
		return;
	for (i = 0; i < vtd_control.nr_units; i++)
		vtd_status_unit(vtd_control.units[i], reply);
	pci_lock_rescan_remove();
	for_each_pci_dev(pdev)
		vtd_status_device(pdev, reply);
	vtd_status_acpi(reply);
	vtd_quirks_each(vtd_unit_of, vtd_status_quirk, reply);
	pci_unlock_rescan_remove();
}
