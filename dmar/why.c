// SPDX-License-Identifier: GPL-2.0
/*
 * Whether a device can be handed to user space, and if not, exactly why and
 * what to do: the records that answer "why BDF" (Documentation/control.rst).
 *
 * Only looks.  What VFIO and the adapter would refuse must be told of here with
 * a reason, and a device that both would take must be called assignable.
 */
#include <linux/iommu.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <vtd/hw/dmar_table.h>

#include "control.h"
#include "device.h"
#include "pci.h"
#include "quarantine.h"
#include "quirks.h"
#include "rmrr.h"

/**
 * enum vtd_weight - what a reason means
 * @VTD_WHY_NOTE: nothing stands against it, but it explains
 * @VTD_WHY_TODO: the administrator can do something about it now
 * @VTD_WHY_NEVER: not on this machine as it is
 * @VTD_WEIGHTS: how many there are
 */
enum vtd_weight {
	VTD_WHY_NOTE,
	VTD_WHY_TODO,
	VTD_WHY_NEVER,
	VTD_WEIGHTS,
};

/* Links that are told of once, though they join several members. */
#define VTD_WHY_LINKS 32

/**
 * struct vtd_why - an answer in the making
 * @pdev: the device in question
 * @vdev: what it is to us when it is managed, or NULL
 * @unit: what translates its DMA, or NULL
 * @sid: source-ids of its requests
 * @nr_sids: how many, or an error
 * @rmrr_of: whose reserved regions are just told of
 * @reasons: the records so far
 * @count: how many, by weight
 * @seen: links told of
 * @nr_seen: how many
 */
struct vtd_why {
	struct pci_dev *pdev;
	struct vtd_device *vdev;
	struct vtd_unit *unit;
	u16 sid[VTD_SIDS_MAX];
	int nr_sids;
	struct pci_dev *rmrr_of;
	struct vtd_reply reasons;
	unsigned int count[VTD_WEIGHTS];
	struct vtd_link seen[VTD_WHY_LINKS];
	unsigned int nr_seen;
};

/* The first half of a record; the caller says keys of its own and the texts. */
static void vtd_why_begin(struct vtd_why *why, enum vtd_weight weight,
			  const char *code, struct pci_dev *pdev)
{
	static const char *const words[] = {
		[VTD_WHY_NOTE] = "note",
		[VTD_WHY_TODO] = "todo",
		[VTD_WHY_NEVER] = "never",
	};

	why->count[weight]++;
	vtd_say(&why->reasons, "reason code=%s weight=%s device=%s driver=%s",
		code, words[weight], pci_name(pdev),
		vtd_pci_driver_name(pdev).text);
}

/* --- the device itself -------------------------------------------------------- */

static void vtd_why_managed(struct vtd_why *why)
{
	struct pci_dev *pdev = why->pdev;

	if (!READ_ONCE(pdev->dev.driver))
		return;
	if (vtd_pci_driver_leaves_dma(pdev)) {
		vtd_why_begin(why, VTD_WHY_NOTE, "bound", pdev);
		vtd_say(&why->reasons,
			" text=\"%s hands it to user space or a guest\" remedy=\"\"\n",
			vtd_pci_driver_name(pdev).text);
		return;
	}
	vtd_why_begin(why, VTD_WHY_TODO, "bound", pdev);
	vtd_say(&why->reasons,
		" text=\"the host's driver %s has it\" remedy=\"unbind it: echo %s > /sys/bus/pci/devices/%s/driver/unbind; then bind it to vfio-pci\"\n",
		vtd_pci_driver_name(pdev).text, pci_name(pdev), pci_name(pdev));
}

static void vtd_why_unmanaged(struct vtd_why *why)
{
	struct pci_dev *pdev = why->pdev;
	const char *reason = vtd_unmanaged_reason(pdev, why->unit);

	if (vtd_quirk_untranslated(pdev, why->unit))
		return; /* told of by vtd_why_quirks() */
	if (why->unit && vtd_on_late_bus(pdev, why->unit)) {
		vtd_why_begin(why, VTD_WHY_NEVER, "late-bus", pdev);
		vtd_say(&why->reasons,
			" text=\"%s\" remedy=\"reboot with everything in place: the DMAR table names the unit then\"\n",
			reason);
		return;
	}
	if (why->unit && why->unit->off_reason) {
		vtd_why_begin(why, VTD_WHY_TODO, "unit-off", pdev);
		vtd_say(&why->reasons,
			" text=\"%s is off: %s\" remedy=\"'vtdctl detach', unbind the driver, then 'vtdctl attach'\"\n",
			why->unit->name, why->unit->off_reason);
		return;
	}
	vtd_why_begin(why, VTD_WHY_TODO, "unmanaged", pdev);
	vtd_say(&why->reasons,
		" text=\"its requests are not translated: %s\" remedy=\"vtdctl adopt %s; then unbind its driver\"\n",
		reason ?: "it was released", pci_name(pdev));
}

static void vtd_why_quirk(struct vtd_why *why, enum vtd_weight weight,
			  const struct vtd_quirk *quirk, const char *remedy)
{
	if (!quirk)
		return;
	vtd_why_begin(why, weight, "quirk", why->pdev);
	vtd_say(&why->reasons, " name=%s text=\"%s: %s\" remedy=\"%s\"\n",
		quirk->name, quirk->why, quirk->done, remedy);
}

#define VTD_FIX_VFIO \
	"only for guests that you trust: modprobe vfio-pci disable_denylist=1"

/* Errata of the device, of the unit, and of what raises interrupts. */
static void vtd_why_quirks(struct vtd_why *why)
{
	struct pci_dev *pdev = why->pdev;

	vtd_why_quirk(why, VTD_WHY_NEVER,
		      vtd_quirk_untranslated(pdev, why->unit), "");
	vtd_why_quirk(why,
		      vtd_pci_driver_leaves_dma(pdev) ? VTD_WHY_NOTE :
							VTD_WHY_TODO,
		      vtd_quirk_of(pdev, why->unit, VTD_QUIRK_USER_SPACE),
		      VTD_FIX_VFIO);
	vtd_why_quirk(why, VTD_WHY_NOTE,
		      vtd_quirk_of(pdev, why->unit, VTD_QUIRK_NO_ATS), "");
}

static void vtd_why_vmd(struct vtd_why *why)
{
	struct pci_dev *vmd = vtd_pci_dma_dev(why->pdev);

	if (vmd == why->pdev)
		return;
	vtd_why_begin(why, VTD_WHY_NEVER, "vmd", vmd);
	vtd_say(&why->reasons,
		" text=\"it is behind the VMD endpoint %s, whose source-id the requests of all behind it carry\" remedy=\"assign %s, with everything behind it, or switch VMD off in the firmware's set-up\"\n",
		pci_name(vmd), pci_name(vmd));
}

static void vtd_why_quarantine(struct vtd_why *why)
{
	if (!why->vdev || !READ_ONCE(why->vdev->quarantine))
		return;
	vtd_why_begin(why, VTD_WHY_TODO, "quarantine", why->pdev);
	vtd_say(&why->reasons,
		" text=\"it is in quarantine: %s\" remedy=\"reset it, where that may help, then: vtdctl recover %s\"\n",
		vtd_quarantine_text(READ_ONCE(why->vdev->quarantine)),
		pci_name(why->pdev));
}

/* Returns false when there is no use in looking any further. */
static bool vtd_why_self(struct vtd_why *why)
{
	struct pci_dev *pdev = why->pdev;

	if (vtd_pci_is_bridge(pdev)) {
		vtd_why_begin(why, VTD_WHY_NEVER, "bridge", pdev);
		vtd_say(&why->reasons,
			" text=\"a bridge only forwards the requests of others\" remedy=\"assign the devices behind it\"\n");
		return false;
	}
	if (!why->unit) {
		vtd_why_begin(why, VTD_WHY_NEVER, "no-unit", pdev);
		vtd_say(&why->reasons,
			" text=\"no unit of the DMAR table translates it\" remedy=\"update the firmware, or override the table (Documentation/troubleshooting.rst)\"\n");
		return false;
	}
	if (READ_ONCE(why->unit->health) != VTD_HEALTH_OK) {
		vtd_why_begin(why, VTD_WHY_NEVER, "unit-failed", pdev);
		vtd_say(&why->reasons,
			" text=\"%s stopped answering\" remedy=\"reboot; see the kernel log for what happened before\"\n",
			why->unit->name);
	}
	if (why->nr_sids < 0) {
		vtd_why_begin(why, VTD_WHY_NEVER, "source-ids", pdev);
		vtd_say(&why->reasons,
			" text=\"its requests may carry more than %u source-ids\" remedy=\"\"\n",
			VTD_SIDS_MAX);
		return false;
	}
	vtd_why_vmd(why);
	vtd_why_quirks(why);
	vtd_why_quarantine(why);
	if (why->vdev)
		vtd_why_managed(why);
	else
		vtd_why_unmanaged(why);
	return true;
}

static void vtd_why_notes(struct vtd_why *why)
{
	struct pci_dev *pdev = why->pdev;
	char sids[VTD_SIDS_TEXT] = "-";

	if (pdev->untrusted) {
		vtd_why_begin(why, VTD_WHY_NOTE, "untrusted", pdev);
		vtd_say(&why->reasons,
			" text=\"it can be plugged in from outside: for the host it is always translated and flushed at once\" remedy=\"\"\n");
	}
	if (why->vdev && why->vdev->ats == VTD_ATS_REQUIRED) {
		vtd_why_begin(why, VTD_WHY_NOTE, "ats", pdev);
		vtd_say(&why->reasons,
			" text=\"firmware says that it does not work without its translation cache (SATC): hardware keeps that on by itself\" remedy=\"\"\n");
	}
	if (why->nr_sids > 1) {
		vtd_pci_sids_text(why->sid, why->nr_sids, sids);
		vtd_why_begin(why, VTD_WHY_NOTE, "aliases", pdev);
		vtd_say(&why->reasons,
			" text=\"its requests may carry any of %s; all are translated alike\" remedy=\"\"\n",
			sids);
	}
}

/* --- its isolation set ---------------------------------------------------------- */

/* Names as the PCI specifications have them, with commas; "-" for none. */
static void vtd_why_acs_bits(u16 bits, char *text, size_t size)
{
	static const struct {
		u16 bit;
		const char *name;
	} names[] = {
		{ PCI_ACS_SV, "SV" },
		{ PCI_ACS_RR, "RR" },
		{ PCI_ACS_CR, "CR" },
		{ PCI_ACS_UF, "UF" },
	};
	size_t len = 0, i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (bits & names[i].bit)
			len += scnprintf(text + len, size - len, "%s%s",
					 len ? "," : "", names[i].name);
	if (!len)
		scnprintf(text, size, "-");
}

static const char *vtd_why_kind(struct pci_dev *pdev)
{
	switch (pci_pcie_type(pdev)) {
	case PCI_EXP_TYPE_ROOT_PORT:
		return "root port";
	case PCI_EXP_TYPE_UPSTREAM:
		return "upstream switch port";
	case PCI_EXP_TYPE_DOWNSTREAM:
		return "downstream switch port";
	default:
		return "function";
	}
}

#define VTD_WHY_PORT \
	"what is below it, and beside it on a switch, can be reached past the unit"
#define VTD_WHY_FUNCTION "the functions of its device can reach each other"
#define VTD_FIX_BITS \
	"something switched the bits off: 'vtdctl detach' and 'vtdctl attach' switch them on"
#define VTD_FIX_PORT \
	"move the device to a slot below another root port, or assign all members together"
#define VTD_FIX_FUNCTION "assign all functions together"

static void vtd_why_acs(struct vtd_why *why, const struct vtd_link *link)
{
	bool port = link->kind == VTD_LINK_PORT;
	char bits[16];

	vtd_why_acs_bits(link->missing, bits, sizeof(bits));
	vtd_why_begin(why, VTD_WHY_NOTE, "acs", link->at);
	vtd_say(&why->reasons, " capability=%s missing=%s text=\"%s %s ",
		link->no_acs ? "no" : "yes", bits, vtd_why_kind(link->at),
		pci_name(link->at));
	if (link->no_acs)
		vtd_say(&why->reasons, "has no ACS (%s)", bits);
	else if (link->missing)
		vtd_say(&why->reasons, "has ACS, but %s is off", bits);
	else
		vtd_say(&why->reasons, "does not isolate");
	vtd_say(&why->reasons, ": %s\" remedy=\"%s\"\n",
		port ? VTD_WHY_PORT : VTD_WHY_FUNCTION,
		!link->no_acs ? VTD_FIX_BITS :
		port	      ? VTD_FIX_PORT :
				VTD_FIX_FUNCTION);
}

static void vtd_why_link(struct vtd_why *why, const struct vtd_link *link)
{
	unsigned int i;

	for (i = 0; i < why->nr_seen; i++)
		if (why->seen[i].kind == link->kind &&
		    why->seen[i].at == link->at)
			return;
	if (why->nr_seen < VTD_WHY_LINKS)
		why->seen[why->nr_seen++] = *link;
	switch (link->kind) {
	case VTD_LINK_PORT:
	case VTD_LINK_FUNCTION:
		vtd_why_acs(why, link);
		break;
	case VTD_LINK_BUS:
		vtd_why_begin(why, VTD_WHY_NOTE, "pci-bus", link->at);
		vtd_say(&why->reasons,
			" text=\"%s leads to a conventional PCI bus, on which devices see each other and are not told apart\" remedy=\"assign all behind it together\"\n",
			pci_name(link->at));
		break;
	case VTD_LINK_SID:
		vtd_why_begin(why, VTD_WHY_NOTE, "source-id", link->at);
		vtd_say(&why->reasons,
			" text=\"requests of %s may carry the same source-id: the unit cannot tell them apart\" remedy=\"assign both together\"\n",
			pci_name(link->at));
		break;
	}
}

/* Must say what the adapter's check and VFIO's say of the same member. */
static void vtd_why_member(struct vtd_why *why, struct pci_dev *other,
			   bool same_group)
{
	struct pci_dev *pdev = why->pdev;
	const char *group = same_group ? "yes" : "no";

	if (!vtd_device_find(other)) {
		vtd_why_begin(why, VTD_WHY_TODO, "member", other);
		vtd_say(&why->reasons,
			" group=%s text=\"nothing isolates %s from it, and that one is not managed\" remedy=\"vtdctl adopt %s; then unbind its driver\"\n",
			group, pci_name(other), pci_name(other));
	} else if (READ_ONCE(other->dev.driver) &&
		   !vtd_pci_driver_leaves_dma(other)) {
		vtd_why_begin(why, VTD_WHY_TODO, "member", other);
		vtd_say(&why->reasons,
			" group=%s text=\"nothing isolates %s from it, and the host's driver %s has that one\" remedy=\"unbind it: echo %s > /sys/bus/pci/devices/%s/driver/unbind\"\n",
			group, pci_name(other), vtd_pci_driver_name(other).text,
			pci_name(other), pci_name(other));
	} else {
		vtd_why_begin(why, VTD_WHY_NOTE, "member", other);
		vtd_say(&why->reasons,
			" group=%s text=\"nothing isolates %s from it: who has %s can reach it\" remedy=\"\"\n",
			group, pci_name(other), pci_name(pdev));
	}
}

static bool vtd_why_same_group(struct pci_dev *a, struct pci_dev *b)
{
	return a->dev.iommu_group && a->dev.iommu_group == b->dev.iommu_group;
}

static void vtd_why_set(struct vtd_why *why)
{
	struct vtd_link link[VTD_LINKS_MAX];
	struct pci_dev *other = NULL;
	unsigned int nr, i;

	for_each_pci_dev(other) {
		bool same_group = vtd_why_same_group(why->pdev, other);

		if (other == why->pdev || vtd_pci_is_bridge(other))
			continue;
		nr = vtd_pci_links(why->pdev, other, link);
		for (i = 0; i < nr; i++)
			vtd_why_link(why, &link[i]);
		if (nr || same_group)
			vtd_why_member(why, other, same_group);
	}
}

/* --- what the firmware says ------------------------------------------------------ */

static void vtd_why_rmrr(const struct vtd_rmrr *rmrr, void *data)
{
	struct vtd_why *why = data;
	struct pci_dev *pdev = why->rmrr_of;
	bool relaxable = vtd_rmrr_relaxable(pdev);
	bool relaxed = vtd_rmrr_relaxed(pdev);
	enum vtd_weight weight = relaxable || relaxed ? VTD_WHY_NOTE :
							VTD_WHY_NEVER;
	u64 start, end;
	bool in_ram = vtd_rmrr_in_ram(rmrr, &start, &end);

	vtd_why_begin(why, weight, "rmrr", pdev);
	vtd_say(&why->reasons,
		" start=0x%llx end=0x%llx relaxable=%s relaxed=%s ram=%s text=\"firmware reserved 0x%llx-0x%llx for %s (RMRR at offset %u of the DMAR table)",
		rmrr->base, rmrr->limit, relaxable ? "yes" : "no",
		relaxed ? "yes" : "no", in_ram ? "yes" : "no", rmrr->base,
		rmrr->limit, pci_name(pdev), rmrr->offset);
	if (relaxable)
		vtd_say(&why->reasons,
			": such a device stops using it when a driver takes over");
	else if (relaxed)
		vtd_say(&why->reasons, ": relaxed by relax_rmrr");
	if (in_ram)
		vtd_say(&why->reasons,
			"; 0x%llx-0x%llx of it is memory of the kernel, a firmware bug",
			start, end);
	if (weight == VTD_WHY_NEVER)
		vtd_say(&why->reasons,
			"\" remedy=\"switch off in the firmware's set-up what uses it (management of disks or network), or, when you know that the device does not use it any more, load vtd_dmar with relax_rmrr=%s\"\n",
			pci_name(pdev));
	else
		vtd_say(&why->reasons, "\" remedy=\"\"\n");
}

/* The core keeps a whole group in place for the region of one member. */
static void vtd_why_rmrrs(struct vtd_why *why)
{
	struct pci_dev *other = NULL;

	for_each_pci_dev(other) {
		if (other != why->pdev &&
		    (vtd_pci_is_bridge(other) ||
		     !vtd_why_same_group(why->pdev, other)))
			continue;
		why->rmrr_of = other;
		vtd_rmrrs_each(vtd_control.dmar, other, vtd_why_rmrr, why);
	}
}

/* A region for a bus number where nothing is, and the device looks like it. */
static void vtd_why_meant(struct vtd_why *why)
{
	const struct vtd_dmar *dmar = vtd_control.dmar;
	unsigned int i, j;

	for (i = 0; i < dmar->nr_rmrr; i++) {
		const struct vtd_rmrr *rmrr = &dmar->rmrr[i];

		for (j = 0; j < rmrr->scopes.nr; j++) {
			const struct vtd_dev_scope *scope =
				&rmrr->scopes.scope[j];
			struct pci_dev *meant =
				vtd_scope_meant(scope, rmrr->segment);

			pci_dev_put(meant);
			if (meant != why->pdev)
				continue;
			vtd_why_begin(why, VTD_WHY_NOTE, "bus-number",
				      why->pdev);
			vtd_say(&why->reasons,
				" start=0x%llx end=0x%llx text=\"firmware reserved 0x%llx-0x%llx for a device behind bus %02x, where it is not, and may mean this one\" remedy=\"update the firmware; watch 'vtdctl faults' for these addresses\"\n",
				rmrr->base, rmrr->limit, rmrr->base,
				rmrr->limit, scope->start_bus);
		}
	}
}

/* The name of an ACPI object; quotes would end the value it goes into. */
static const char *vtd_why_andd(u8 number, char *text, size_t size)
{
	const struct vtd_dmar *dmar = vtd_control.dmar;
	unsigned int i;
	char *at;

	scnprintf(text, size, "number %u", number);
	for (i = 0; i < dmar->nr_andd; i++)
		if (dmar->andd[i].device_number == number)
			scnprintf(text, size, "%s", dmar->andd[i].name);
	for (at = text; *at; at++)
		if (*at == '"')
			*at = '\'';
	return text;
}

static bool vtd_why_has_sid(const struct vtd_why *why, int sid)
{
	int i;

	for (i = 0; i < why->nr_sids; i++)
		if (why->sid[i] == sid)
			return true;
	return false;
}

/* ACPI devices do DMA under a source-id that nothing keeps from PCI (8.7). */
static void vtd_why_acpi(struct vtd_why *why)
{
	const struct vtd_scope_list *list = &why->unit->drhd->scopes;
	char name[64];
	unsigned int i;

	for (i = 0; i < list->nr; i++) {
		const struct vtd_dev_scope *scope = &list->scope[i];

		if (scope->type != DMAR_SCOPE_NAMESPACE ||
		    !vtd_why_has_sid(
			    why,
			    vtd_pci_scope_sid(scope, why->unit->drhd->segment)))
			continue;
		vtd_why_begin(why, VTD_WHY_NEVER, "acpi", why->pdev);
		vtd_say(&why->reasons,
			" text=\"the ACPI device %s does DMA under its source-id\" remedy=\"switch one of the two off in the firmware's set-up\"\n",
			vtd_why_andd(scope->enum_id, name, sizeof(name)));
	}
}

/* --- the answer ------------------------------------------------------------------- */

static void vtd_why_interrupts(struct vtd_why *why)
{
	struct iommu_group *group = why->pdev->dev.iommu_group;
	const char *quirk = vtd_quirks_interrupts();

	if (!why->vdev || !group || iommu_group_has_isolated_msi(group))
		return;
	vtd_why_begin(why, VTD_WHY_TODO, "interrupts", why->pdev);
	if (quirk)
		vtd_say(&why->reasons,
			" text=\"it could raise any interrupt of the host, so VFIO refuses it, and %s\" remedy=\"only for guests that you trust: modprobe vfio_iommu_type1 allow_unsafe_interrupts=1\"\n",
			quirk);
	else
		vtd_say(&why->reasons,
			" text=\"it could raise any interrupt of the host, so VFIO refuses it\" remedy=\"modprobe vtd_intr_remap; 'vtdctl irqs' tells whether interrupts are isolated then\"\n");
}

static void vtd_why_answer(struct vtd_why *why, struct vtd_reply *reply)
{
	struct pci_dev *pdev = why->pdev;
	char sids[VTD_SIDS_TEXT] = "-";
	char group[16] = "-";

	if (why->vdev && pdev->dev.iommu_group)
		scnprintf(group, sizeof(group), "%d",
			  iommu_group_id(pdev->dev.iommu_group));
	if (why->unit)
		vtd_pci_sids_text(why->sid, why->nr_sids, sids);
	vtd_say(reply,
		"why device=%s assignable=%s unit=%s managed=%s driver=%s group=%s sid=%s reasons=%u\n",
		pci_name(pdev),
		why->count[VTD_WHY_NEVER] ? "no" :
		why->count[VTD_WHY_TODO]  ? "after" :
					    "yes",
		why->unit ? why->unit->name : "-", why->vdev ? "yes" : "no",
		vtd_pci_driver_name(pdev).text, group, sids,
		why->count[VTD_WHY_NOTE] + why->count[VTD_WHY_TODO] +
			why->count[VTD_WHY_NEVER]);
	if (why->reasons.len)
		vtd_say(reply, "%.*s", (int)why->reasons.len,
			why->reasons.text);
	if (why->reasons.cut)
		reply->cut = true;
}

/**
 * vtd_why() - can a device be handed to user space, and why not?
 * @pdev: any PCI device
 * @reply: a "why" record, and a "reason" record for each reason
 *
 * Context: may sleep; the control mutex is held; takes
 * pci_lock_rescan_remove().
 * Return: 0, -ENODEV when not attached, -ENOMEM.
 */
int vtd_why(struct pci_dev *pdev, struct vtd_reply *reply)
{
	struct vtd_why *why;

	lockdep_assert_held(&vtd_control.lock);
	if (vtd_control.state == VTD_DETACHED) {
		vtd_say(reply, "not attached: run 'vtdctl attach' first\n");
		return -ENODEV;
	}
	why = kzalloc(sizeof(*why), GFP_KERNEL);
	if (!why)
		return -ENOMEM;
	pci_lock_rescan_remove();
	why->pdev = pdev;
	why->vdev = vtd_device_find(pdev);
	why->unit = vtd_unit_of(pdev);
	why->nr_sids = vtd_pci_sids(pdev, why->sid);
	if (vtd_why_self(why)) {
		vtd_why_rmrrs(why);
		vtd_why_acpi(why);
		vtd_why_set(why);
		vtd_why_interrupts(why);
		vtd_why_meant(why);
		vtd_why_notes(why);
	}
	pci_unlock_rescan_remove();
	vtd_why_answer(why, reply);
	vtd_reply_free(&why->reasons);
	kfree(why);
	return 0;
}
