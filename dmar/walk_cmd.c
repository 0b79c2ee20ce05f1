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

#include <vtd/hw/fault.h>

#include "control.h"
#include "device.h"
#include "pci.h"
#include "walk.h"

/* Looks at tables that change all the time. */
#define VTD_WALK_TRIES 16

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

/* With a PASID it is an address like others (3.14). */
static bool vtd_walk_interrupt(const struct vtd_walk_ask *ask)
{
	return !ask->has_pasid && ask->addr >= VTD_INTERRUPT_FIRST &&
	       ask->addr <= VTD_INTERRUPT_LAST;
}

/* Whether there are tables that the request goes through. */
static bool vtd_walk_has_tables(const struct vtd_walk_ask *ask)
{
	return ask->unit && ask->unit->translating && ask->unit->root &&
	       !vtd_walk_interrupt(ask);
}

static struct vtd_walk_fate vtd_walk_fate(const struct vtd_walk_ask *ask,
					  bool write)
{
	const struct vtd_walk *w = &ask->walk;
	u8 reason;

	if (vtd_walk_interrupt(ask))
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
	if (w->tables.end == VTD_END_NESTED)
		return (struct vtd_walk_fate){ "unknown", 0, "" };
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
		[VTD_END_PASIDS_OFF] = "pasids-off",
		[VTD_END_PASID_BEYOND] = "pasid-beyond",
		[VTD_END_DIRECTORY] = "directory",
		[VTD_END_PASID] = "pasid",
		[VTD_END_PASID_INVALID] = "pasid-invalid",
		[VTD_END_NESTED] = "nested",
		[VTD_END_PASS_THROUGH] = "pass-through",
		[VTD_END_BEYOND] = "beyond",
		[VTD_END_ABSENT] = "absent",
		[VTD_END_LEAF] = "page",
	};

	return names[end];
}

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

	if (vtd_walk_interrupt(ask)) {
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

/* What the request's addresses belong to. */
static const char *vtd_walk_domain(const struct vtd_walk_ask *ask)
{
	struct vtd_domain *d;
	unsigned int type;

	if (!ask->vdev)
		return "-";
	rcu_read_lock();
	type = ask->has_pasid ?
		       vtd_device_pasid_type(ask->vdev, ask->pasid, &d) :
		       READ_ONCE(ask->vdev->type);
	rcu_read_unlock();
	return vtd_domain_type(type);
}

static void vtd_walk_say(const struct vtd_walk_ask *ask, u16 sid,
			 struct vtd_reply *reply)
{
	bool scalable = ask->unit && ask->unit->scalable;

	vtd_say(reply,
		"walk device=%s sid=%02x:%02x.%x unit=%s mode=%s driver=%s domain=%s",
		pci_name(ask->pdev), sid >> 8, sid >> 3 & 0x1f, sid & 7,
		ask->unit ? ask->unit->name : "-",
		scalable ? "scalable" : "legacy",
		vtd_pci_driver_name(ask->pdev).text, vtd_walk_domain(ask));
	if (ask->has_pasid)
		vtd_say(reply, " pasid=0x%x", ask->pasid);
	else if (scalable)
		vtd_say(reply, " pasid=-");
	vtd_say(reply, " address=0x%llx", ask->addr);
	vtd_walk_say_fate(ask, false, reply);
	vtd_walk_say_fate(ask, true, reply);
	vtd_walk_say_where(ask, reply);
	vtd_say(reply, " entries=%u\n", ask->walk.nr);
	vtd_walk_say_entries(ask, reply);
}

static void vtd_walk_look(struct vtd_walk_ask *ask, u16 sid)
{
	struct vtd_fault_way way = {
		.addr = ask->addr,
		.pasid = ask->pasid,
		.sid = sid,
		.has_pasid = ask->has_pasid,
	};
	unsigned int i;

	memset(&ask->walk, 0, sizeof(ask->walk));
	if (!vtd_walk_has_tables(ask))
		return;
	way.root = virt_to_phys(ask->unit->root);
	way.scalable = ask->unit->scalable;
	for (i = 0; i < VTD_WALK_TRIES; i++) {
		vtd_walk_tables(&way, vtd_fault_peek_memory, &ask->walk);
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

static void vtd_walk_ask_unit(struct vtd_walk_ask *ask)
{
	ask->unit = vtd_unit_of(ask->pdev);
	ask->vdev = vtd_device_find(ask->pdev);
	if (ask->unit) {
		ask->has.cap = ask->unit->cap;
		ask->has.ecap = ask->unit->ecap;
	}
	/* The CPU's width, or the DMAR table's where that is greater. */
	ask->has.host_bits = max_t(unsigned int, fls64(iomem_resource.end),
				   vtd_control.dmar->address_width);
	ask->has.host_bits =
		min_t(unsigned int, ask->has.host_bits, VTD_PTE_ADDRESS_BITS);
}

/* Whether requests with a PASID have tables, or are said to have none. */
static bool vtd_walk_takes_pasids(const struct vtd_walk_ask *ask,
				  struct vtd_reply *reply)
{
	if (ask->unit && ask->unit->scalable)
		return true;
	if (ask->unit)
		vtd_say(reply,
			"%s: no tables for PASID 0x%x: %s is in legacy mode, where requests with a PASID are blocked (fault reason 0x%02x); leave the PASID out\n",
			pci_name(ask->pdev), ask->pasid, ask->unit->name,
			VTD_FAULT_SM_PASID_IN_LEGACY);
	else
		vtd_say(reply,
			"%s: no tables for PASID 0x%x: no unit of the DMAR table translates it\n",
			pci_name(ask->pdev), ask->pasid);
	return false;
}

static int vtd_walk_answer(const struct vtd_walk_ask *question,
			   struct vtd_reply *reply)
{
	struct vtd_walk_ask *ask;
	int ret = -EOPNOTSUPP;

	if (vtd_control.state == VTD_DETACHED)
		return vtd_walk_detached(reply);
	ask = kzalloc_obj(*ask);
	if (!ask)
		return -ENOMEM;
	*ask = *question;
	pci_lock_rescan_remove();
	vtd_walk_ask_unit(ask);
	if (!ask->has_pasid || vtd_walk_takes_pasids(ask, reply))
		ret = vtd_walk_sids(ask, reply);
	pci_unlock_rescan_remove();
	kfree(ask);
	return ret;
}

/**
 * vtd_walk() - the way of a device's request through the tables
 * @pdev: any PCI device
 * @addr: address of the request, bytes, any alignment
 * @reply: for each of its source-ids a "walk" record, and after it one for
 *	each entry on the way
 *
 * What the tables in memory say at this moment; caches of the unit are not
 * looked at. VT-d 3.4, 3.6, 3.7, 7.1.3.
 *
 * Context: may sleep; the control mutex is held; takes
 * pci_lock_rescan_remove().
 * Return: 0, -ENODEV when not attached, -ENOMEM, -E2BIG for a device with more
 * source-ids than we can follow.
 */
int vtd_walk(struct pci_dev *pdev, u64 addr, struct vtd_reply *reply)
{
	const struct vtd_walk_ask question = { .pdev = pdev, .addr = addr };

	lockdep_assert_held(&vtd_control.lock);
	return vtd_walk_answer(&question, reply);
}

/**
 * vtd_walk_pasid() - the same for a request with a PASID
 * @pdev: any PCI device
 * @addr: address of the request, bytes, any alignment
 * @pasid: of the request
 * @reply: as vtd_walk(), or told why not
 *
 * Context: as vtd_walk().
 * Return: as vtd_walk(); -EOPNOTSUPP where the unit is in legacy mode, which has
 * no tables for PASIDs, or is none.
 */
int vtd_walk_pasid(struct pci_dev *pdev, u64 addr, u32 pasid,
		   struct vtd_reply *reply)
{
	const struct vtd_walk_ask question = {
		.pdev = pdev,
		.addr = addr,
		.pasid = pasid,
		.has_pasid = true,
	};

	return vtd_walk_answer(&question, reply);
}
