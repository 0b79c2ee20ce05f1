// SPDX-License-Identifier: GPL-2.0
/*
 * What the tables in memory say at the address of a fault: the way that the
 * unit went (VT-d 3.4, 3.7, 9.1, 9.3, 9.8), without its caches.
 *
 * Takes no lock and holds nothing: tables may change, and may be freed, while
 * they are read.  Every word is read through a function that can refuse, and
 * the walk is made twice; what differs is not told.
 */
#include <linux/string.h>

#include <vtd/hw/context.h>
#include <vtd/hw/pte.h>

#include "fault.h"

/* The walk below the context entry, which is present and no pass-through. */
static void vtd_fault_walk_stage(u64 table, u64 addr, vtd_fault_peek peek,
				 struct vtd_fault_tables *t)
{
	unsigned int level;

	t->read = true;
	t->write = true;
	for (level = t->levels; level; level--) {
		t->level = level;
		if (!peek(table + vtd_pte_index(addr, level) * sizeof(u64),
			  &t->entry)) {
			t->end = VTD_END_UNREADABLE;
			return;
		}
		t->read = t->read && t->entry & VTD_PTE_R;
		t->write = t->write && t->entry & VTD_PTE_W;
		if (!vtd_pte_present(t->entry)) {
			t->end = VTD_END_ABSENT;
			return;
		}
		if (vtd_pte_is_leaf(t->entry, level)) {
			t->bytes = vtd_pte_span(level);
			t->phys = (vtd_pte_addr(t->entry) & ~(t->bytes - 1)) |
				  (addr & (t->bytes - 1));
			t->end = VTD_END_LEAF;
			return;
		}
		table = vtd_pte_addr(t->entry);
	}
}

static void vtd_fault_walk_once(u64 root, u16 sid, u64 addr,
				vtd_fault_peek peek, struct vtd_fault_tables *t)
{
	u64 lo, hi;

	memset(t, 0, sizeof(*t));
	if (!peek(root + (sid >> 8) * sizeof(struct vtd_root_entry), &lo)) {
		t->end = VTD_END_UNREADABLE;
		return;
	}
	if (!(lo & VTD_ROOT_P)) {
		t->end = VTD_END_ROOT;
		return;
	}
	root = (lo & VTD_ROOT_CTP) +
	       (sid & 0xff) * sizeof(struct vtd_context_entry);
	if (!peek(root, &lo) || !peek(root + sizeof(lo), &hi)) {
		t->end = VTD_END_UNREADABLE;
		return;
	}
	if (!(lo & VTD_CONTEXT_P)) {
		t->end = VTD_END_CONTEXT;
		return;
	}
	t->levels = FIELD_GET(VTD_CONTEXT_AW, hi) + 2;
	if (FIELD_GET(VTD_CONTEXT_TT, lo) == VTD_CONTEXT_TT_PASS_THROUGH) {
		t->end = VTD_END_PASS_THROUGH;
		return;
	}
	if (t->levels < VTD_PTE_MIN_LEVELS || t->levels > VTD_PTE_MAX_LEVELS) {
		t->end = VTD_END_INVALID;
		return;
	}
	if (addr >> (vtd_pte_shift(t->levels) + VTD_PTE_LEVEL_BITS)) {
		t->end = VTD_END_BEYOND;
		return;
	}
	vtd_fault_walk_stage(lo & VTD_CONTEXT_SSPTPTR, addr, peek, t);
}

/**
 * vtd_fault_walk() - what the tables say at an address
 * @root: physical address of the unit's root table
 * @sid: source-id
 * @addr: input address, bytes
 * @peek: reads a word of a table
 * @tables: filled in
 *
 * VT-d 3.4, 3.7.
 *
 * Context: any; the root table stays, the others may change and go.
 */
void vtd_fault_walk(u64 root, u16 sid, u64 addr, vtd_fault_peek peek,
		    struct vtd_fault_tables *tables)
{
	struct vtd_fault_tables again;

	vtd_fault_walk_once(root, sid, addr, peek, tables);
	vtd_fault_walk_once(root, sid, addr, peek, &again);
	if (memcmp(tables, &again, sizeof(again)))
		tables->end = VTD_END_CHANGED;
}
