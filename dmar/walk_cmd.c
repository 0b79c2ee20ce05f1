// SPDX-License-Identifier: GPL-2.0
/*
 * The way of a device's request through the tables: the records that answer
 * "walk BDF IOVA" (Documentation/control.rst).
 *
 * Only looks, and makes nobody wait: maps and unmaps go on meanwhile.
 */
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include "slab.h"
#include <linux/string.h>

#include <vtd/hw/context.h>
#include <vtd/hw/fault.h>

#include "control.h"
#include "device.h"
#include "pci.h"
#include "walk.h"

/* Looks at tables that change all the time. */
#define VTD_WALK_TRIES 16

/**
 * struct vtd_walk_ask - a question and what is known about it
 * @pdev: the device in question
 * @addr: the address, bytes
 * @unit: what translates its requests, or NULL
 * @vdev: what it is to us when it is managed, or NULL
 * @has: what the unit has
 * @walk: what the tables say
 */
struct vtd_walk_ask {
	struct pci_dev *pdev;
	u64 addr;
	struct vtd_unit *unit;
	struct vtd_device *vdev;
	struct vtd_walk_unit has;
	struct vtd_walk walk;
};

/**
 * struct vtd_walk_fate - what becomes of a read or a write
 * @what: in a word
 * @reason: of the fault, 0 for none
 * @text: meaning of @reason, or ""
 */
struct vtd_walk_fate {
	const char *what;
	u8 reason;
	const char *text;
};

static bool vtd_walk_interrupt(u64 addr)
{
	return addr >= VTD_INTERRUPT_FIRST && addr <= VTD_INTERRUPT_LAST;
}

/* Whether there are tables that the request goes through. */
static bool vtd_walk_has_tables(const struct vtd_walk_ask *ask)
{
	return ask->unit && ask->unit->translating && ask->unit->root &&
	       !vtd_walk_interrupt(ask->addr);
}

static struct vtd_walk_fate vtd_walk_fate(const struct vtd_walk_ask *ask,
					  bool write)
{
	const struct vtd_walk *w = &ask->walk;
	u8 reason;

	if (vtd_walk_interrupt(ask->addr))
		return (struct vtd_walk_fate){ write ? "interrupt" : "aborted",
					       0, "" };
	if (!vtd_walk_has_tables(ask))
		return (struct vtd_walk_fate){ "untranslated", 0, "" };
	if (w->tables.end == VTD_END_CHANGED)
		return (struct vtd_walk_fate){ "unknown", 0, "" };
	reason = vtd_walk_judge(w, &ask->has, write);
	if (reason)
		return (struct vtd_walk_fate){ "blocked", reason,
					       vtd_fault_reason(reason)->text };
	if (w->tables.end == VTD_END_PASS_THROUGH)
		return (struct vtd_walk_fate){ "passed-through", 0, "" };
	return (struct vtd_walk_fate){ "translated", 0, "" };
}

static const char *vtd_walk_end_name(enum vtd_fault_end end)
{
	static const char *const names[] = {
		[VTD_END_NONE] = "none",
		[VTD_END_CHANGED] = "changed",
		[VTD_END_UNREADABLE] = "unreadable",
		[VTD_END_ROOT] = "root",
		[VTD_END_CONTEXT] = "context",
		[VTD_END_INVALID] = "invalid",
		[VTD_END_PASS_THROUGH] = "pass-through",
		[VTD_END_BEYOND] = "beyond",
		[VTD_END_ABSENT] = "absent",
		[VTD_END_LEAF] = "page",
	};

	return names[end];
}

/* --- the entries ------------------------------------------------------------- */

/* Where an entry stands, and what it says, as far as it could be read. */
static void vtd_walk_say_entry(const struct vtd_walk_entry *entry,
			       const char *type, unsigned int words,
			       struct vtd_reply *reply)
{
	vtd_say(reply, "%s at=0x%llx", type, entry->at);
	if (!entry->read)
		vtd_say(reply, words == 2 ? " low=- high=-" : " entry=-");
	else if (words == 2)
		vtd_say(reply, " low=0x%llx high=0x%llx", entry->w[0],
			entry->w[1]);
	else
		vtd_say(reply, " entry=0x%llx", entry->w[0]);
}

static const char *vtd_yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

static void vtd_walk_say_root(const struct vtd_walk_ask *ask,
			      struct vtd_reply *reply)
{
	const struct vtd_walk_entry *e = &ask->walk.entry[VTD_WALK_ROOT];
	u64 reserved[2] = {};

	vtd_walk_say_entry(e, "root", 2, reply);
	vtd_say(reply, " index=%u", ask->walk.sid >> 8);
	if (e->read && e->w[0] & VTD_ROOT_P) {
		vtd_walk_reserved(&ask->walk, VTD_WALK_ROOT, &ask->has,
				  reserved);
		vtd_say(reply, " present=yes table=0x%llx",
			e->w[0] & VTD_ROOT_CTP);
	} else {
		vtd_say(reply, " present=%s table=-", e->read ? "no" : "-");
	}
	vtd_say(reply, " reserved=%s\n",
		vtd_yes_no(reserved[0] || reserved[1]));
}

static void vtd_walk_say_context(const struct vtd_walk_ask *ask,
				 struct vtd_reply *reply)
{
	static const char *const types[] = {
		[VTD_CONTEXT_TT_SECOND_STAGE] = "second-stage",
		[VTD_CONTEXT_TT_WITH_ATS] = "second-stage-and-ats",
		[VTD_CONTEXT_TT_PASS_THROUGH] = "pass-through",
		[3] = "reserved",
	};
	const struct vtd_walk_entry *e = &ask->walk.entry[VTD_WALK_CONTEXT];
	unsigned int tt = FIELD_GET(VTD_CONTEXT_TT, e->w[0]);
	unsigned int levels = FIELD_GET(VTD_CONTEXT_AW, e->w[1]) + 2;
	u64 reserved[2] = {};

	vtd_walk_say_entry(e, "context", 2, reply);
	vtd_say(reply, " index=%u", ask->walk.sid & 0xff);
	if (!e->read || !(e->w[0] & VTD_CONTEXT_P)) {
		vtd_say(reply, " present=%s\n", e->read ? "no" : "-");
		return;
	}
	vtd_walk_reserved(&ask->walk, VTD_WALK_CONTEXT, &ask->has, reserved);
	vtd_say(reply,
		" present=yes translation=%s levels=%u width=%u domain_id=%lu faults=%s",
		types[tt], levels,
		VTD_PTE_PAGE_SHIFT + levels * VTD_PTE_LEVEL_BITS,
		(unsigned long)FIELD_GET(VTD_CONTEXT_DID, e->w[1]),
		e->w[0] & VTD_CONTEXT_FPD ? "not-recorded" : "recorded");
	if (tt == VTD_CONTEXT_TT_PASS_THROUGH)
		vtd_say(reply, " table=-");
	else
		vtd_say(reply, " table=0x%llx", e->w[0] & VTD_CONTEXT_SSPTPTR);
	vtd_say(reply, " reserved=%s\n",
		vtd_yes_no(reserved[0] || reserved[1]));
}

static void vtd_walk_say_level(const struct vtd_walk_ask *ask, unsigned int i,
			       struct vtd_reply *reply)
{
	const struct vtd_walk_entry *e = &ask->walk.entry[i];
	unsigned int level = ask->walk.tables.levels - (i - VTD_WALK_LEVEL);
	u64 pte = e->w[0], reserved[2] = {};
	bool leaf = vtd_pte_is_leaf(pte, level);

	vtd_walk_say_entry(e, "level", 1, reply);
	vtd_say(reply, " nr=%u index=%u", level,
		vtd_pte_index(ask->addr, level));
	if (!e->read || !vtd_pte_present(pte)) {
		vtd_say(reply, " leads=%s\n", e->read ? "nowhere" : "-");
		return;
	}
	vtd_walk_reserved(&ask->walk, i, &ask->has, reserved);
	vtd_say(reply, " leads=%s to=0x%llx read=%s write=%s snoop=%s",
		leaf ? "page" : "table",
		leaf ? vtd_pte_addr(pte) & ~(vtd_pte_span(level) - 1) :
		       vtd_pte_addr(pte),
		vtd_yes_no(pte & VTD_PTE_R), vtd_yes_no(pte & VTD_PTE_W),
		vtd_yes_no(leaf && pte & VTD_PTE_SNP));
	vtd_say(reply, " reserved=0x%llx\n", reserved[0]);
}

static void vtd_walk_say_entries(const struct vtd_walk_ask *ask,
				 struct vtd_reply *reply)
{
	unsigned int i;

	for (i = 0; i < ask->walk.nr; i++) {
		if (i == VTD_WALK_ROOT)
			vtd_walk_say_root(ask, reply);
		else if (i == VTD_WALK_CONTEXT)
			vtd_walk_say_context(ask, reply);
		else
			vtd_walk_say_level(ask, i, reply);
	}
}

/* --- the answer --------------------------------------------------------------- */

static void vtd_walk_say_fate(const struct vtd_walk_ask *ask, bool write,
			      struct vtd_reply *reply)
{
	struct vtd_walk_fate fate = vtd_walk_fate(ask, write);
	const char *key = write ? "write" : "read";

	vtd_say(reply, " %s=%s", key, fate.what);
	if (fate.reason)
		vtd_say(reply, " %s_reason=0x%02x %s_text=\"%s\"", key,
			fate.reason, key, fate.text);
	else
		vtd_say(reply, " %s_reason=- %s_text=\"\"", key, key);
}

static void vtd_walk_say_where(const struct vtd_walk_ask *ask,
			       struct vtd_reply *reply)
{
	const struct vtd_walk *w = &ask->walk;
	char text[VTD_WALK_TEXT];
	u64 start, bytes;

	if (vtd_walk_interrupt(ask->addr)) {
		vtd_say(reply,
			" end=interrupt phys=- start=- bytes=0 text=\"the interrupt range: a write is an interrupt request, which these tables do not translate\"");
		return;
	}
	if (!vtd_walk_has_tables(ask)) {
		vtd_say(reply,
			" end=%s phys=0x%llx start=- bytes=0 text=\"%s: the address is that of memory\"",
			ask->unit ? "unit-off" : "no-unit", ask->addr,
			ask->unit ? "its unit does not translate" :
				    "no unit of the DMAR table translates it");
		return;
	}
	vtd_say(reply, " end=%s", vtd_walk_end_name(w->tables.end));
	if (w->tables.end == VTD_END_LEAF)
		vtd_say(reply, " phys=0x%llx", w->tables.phys);
	else if (w->tables.end == VTD_END_PASS_THROUGH)
		vtd_say(reply, " phys=0x%llx", ask->addr);
	else
		vtd_say(reply, " phys=-");
	bytes = vtd_walk_covers(w, &start);
	if (bytes)
		vtd_say(reply, " start=0x%llx bytes=%llu", start, bytes);
	else
		vtd_say(reply, " start=- bytes=0");
	vtd_walk_say_end(w, text, sizeof(text));
	vtd_say(reply, " text=\"%s\"", text);
}

static void vtd_walk_say(const struct vtd_walk_ask *ask, u16 sid,
			 struct vtd_reply *reply)
{
	vtd_say(reply,
		"walk device=%s sid=%02x:%02x.%x unit=%s mode=legacy driver=%s domain=%s address=0x%llx",
		pci_name(ask->pdev), sid >> 8, sid >> 3 & 0x1f, sid & 7,
		ask->unit ? ask->unit->name : "-",
		vtd_pci_driver_name(ask->pdev),
		ask->vdev ? vtd_domain_type(READ_ONCE(ask->vdev->type)) : "-",
		ask->addr);
	vtd_walk_say_fate(ask, false, reply);
	vtd_walk_say_fate(ask, true, reply);
	vtd_walk_say_where(ask, reply);
	vtd_say(reply, " entries=%u\n", ask->walk.nr);
	vtd_walk_say_entries(ask, reply);
}

static void vtd_walk_look(struct vtd_walk_ask *ask, u16 sid)
{
	unsigned int i;

	memset(&ask->walk, 0, sizeof(ask->walk));
	if (!vtd_walk_has_tables(ask))
		return;
	for (i = 0; i < VTD_WALK_TRIES; i++) {
		vtd_walk_tables(virt_to_phys(ask->unit->root), sid, ask->addr,
				vtd_fault_peek_memory, &ask->walk);
		if (ask->walk.tables.end != VTD_END_CHANGED)
			return;
	}
	/* What was read is of two moments: worse than nothing. */
	ask->walk.nr = 0;
}

static int vtd_walk_detached(struct vtd_reply *reply)
{
	vtd_say(reply, "not attached: run 'vtdctl attach' first\n");
	return -ENODEV;
}

/* Each of its source-ids; the rescan lock is held. */
static int vtd_walk_sids(struct vtd_walk_ask *ask, struct vtd_reply *reply)
{
	u16 sid[VTD_SIDS_MAX];
	int nr = vtd_pci_sids(ask->pdev, sid), i;

	if (nr < 0) {
		vtd_say(reply,
			"%s: its requests may carry more than %u source-ids\n",
			pci_name(ask->pdev), VTD_SIDS_MAX);
		return nr;
	}
	for (i = 0; i < nr; i++) {
		vtd_walk_look(ask, sid[i]);
		vtd_walk_say(ask, sid[i], reply);
	}
	return 0;
}

/**
 * vtd_walk() - the way of a device's request through the tables
 * @pdev: any PCI device
 * @addr: address of the request, bytes, any alignment
 * @reply: for each of its source-ids a "walk" record, and after it one for
 *	each entry on the way
 *
 * What the tables in memory say at this moment; caches of the unit are not
 * looked at. VT-d 3.4, 3.7, 7.1.3.
 *
 * Context: may sleep; the control mutex is held; takes
 * pci_lock_rescan_remove().
 * Return: 0, -ENODEV when not attached, -ENOMEM, -E2BIG for a device with more
 * source-ids than we can follow.
 */
int vtd_walk(struct pci_dev *pdev, u64 addr, struct vtd_reply *reply)
{
	struct vtd_walk_ask *ask;
	int ret;

	if (vtd_control.state == VTD_DETACHED)
		return vtd_walk_detached(reply);
	ask = kzalloc_obj(*ask);
	if (!ask)
		return -ENOMEM;
	pci_lock_rescan_remove();
	ask->pdev = pdev;
	ask->addr = addr;
	ask->unit = vtd_unit_of(pdev);
	ask->vdev = vtd_device_find(pdev);
	if (ask->unit) {
		ask->has.cap = ask->unit->cap;
		ask->has.ecap = ask->unit->ecap;
	}
	/* The CPU's width, or the DMAR table's where that is greater. */
	ask->has.host_bits = max_t(unsigned int, fls64(iomem_resource.end),
				   vtd_control.dmar->address_width);
	ask->has.host_bits =
		min_t(unsigned int, ask->has.host_bits, VTD_PTE_ADDRESS_BITS);
	ret = vtd_walk_sids(ask, reply);
	pci_unlock_rescan_remove();
	kfree(ask);
	return ret;
}

/**
 * vtd_walk_pasid() - the same for a request with a PASID
 * @pdev: any PCI device
 * @pasid: of the request
 * @reply: told why not
 *
 * Units run in legacy mode, which has no tables for PASIDs.
 *
 * Context: may sleep; the control mutex is held; takes
 * pci_lock_rescan_remove().
 * Return: -EOPNOTSUPP; -ENODEV when not attached.
 */
int vtd_walk_pasid(struct pci_dev *pdev, u32 pasid, struct vtd_reply *reply)
{
	struct vtd_unit *unit;

	if (vtd_control.state == VTD_DETACHED)
		return vtd_walk_detached(reply);
	pci_lock_rescan_remove();
	unit = vtd_unit_of(pdev);
	if (unit)
		vtd_say(reply,
			"%s: no tables for PASID 0x%x: %s is in legacy mode, where requests with a PASID are blocked (fault reason 0x%02x); leave the PASID out\n",
			pci_name(pdev), pasid, unit->name,
			VTD_FAULT_SM_PASID_IN_LEGACY);
	else
		vtd_say(reply,
			"%s: no tables for PASID 0x%x: no unit of the DMAR table translates it\n",
			pci_name(pdev), pasid);
	pci_unlock_rescan_remove();
	return -EOPNOTSUPP;
}
