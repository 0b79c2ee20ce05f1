// SPDX-License-Identifier: GPL-2.0
/*
 * What the tables in memory say at an address: the way that a unit goes (VT-d
 * 3.4, 3.7, 9.1, 9.3, 9.8), without its caches.
 *
 * Takes no lock and holds nothing: tables may change, and may be freed, while
 * they are read.  Every word is read through a function that can refuse, and
 * the walk is made twice; what differs is not told.
 */
#include <linux/string.h>

#include <vtd/hw/context.h>
#include <vtd/hw/pte.h>

#include "walk.h"

/* The next entry on the way, of one or two words. */
static bool vtd_walk_peek(struct vtd_walk *w, u64 at, unsigned int words,
			  vtd_fault_peek peek)
{
	struct vtd_walk_entry *entry = &w->entry[w->nr++];
	unsigned int i;

	entry->at = at;
	for (i = 0; i < words; i++)
		if (!peek(at + i * sizeof(u64), &entry->w[i]))
			return false;
	entry->read = true;
	return true;
}

/* The walk below the context entry, which is present and no pass-through. */
static void vtd_walk_stage(struct vtd_walk *w, u64 table, vtd_fault_peek peek)
{
	struct vtd_fault_tables *t = &w->tables;
	unsigned int level;

	t->read = true;
	t->write = true;
	for (level = t->levels; level; level--) {
		u64 at = table + vtd_pte_index(w->addr, level) * sizeof(u64);

		t->level = level;
		if (!vtd_walk_peek(w, at, 1, peek)) {
			t->end = VTD_END_UNREADABLE;
			return;
		}
		t->entry = w->entry[w->nr - 1].w[0];
		t->read = t->read && t->entry & VTD_PTE_R;
		t->write = t->write && t->entry & VTD_PTE_W;
		if (!vtd_pte_present(t->entry)) {
			t->end = VTD_END_ABSENT;
			return;
		}
		if (vtd_pte_is_leaf(t->entry, level)) {
			t->bytes = vtd_pte_span(level);
			t->phys = (vtd_pte_addr(t->entry) & ~(t->bytes - 1)) |
				  (w->addr & (t->bytes - 1));
			t->end = VTD_END_LEAF;
			return;
		}
		table = vtd_pte_addr(t->entry);
	}
}

static void vtd_walk_once(u64 root, u16 sid, u64 addr, vtd_fault_peek peek,
			  struct vtd_walk *w)
{
	struct vtd_fault_tables *t = &w->tables;
	u64 lo, hi;

	memset(w, 0, sizeof(*w));
	w->sid = sid;
	w->addr = addr;
	t->end = VTD_END_UNREADABLE;
	if (!vtd_walk_peek(w, root + (sid >> 8) * sizeof(struct vtd_root_entry),
			   2, peek))
		return;
	lo = w->entry[VTD_WALK_ROOT].w[0];
	if (!(lo & VTD_ROOT_P)) {
		t->end = VTD_END_ROOT;
		return;
	}
	root = (lo & VTD_ROOT_CTP) +
	       (sid & 0xff) * sizeof(struct vtd_context_entry);
	if (!vtd_walk_peek(w, root, 2, peek))
		return;
	lo = w->entry[VTD_WALK_CONTEXT].w[0];
	hi = w->entry[VTD_WALK_CONTEXT].w[1];
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
	vtd_walk_stage(w, lo & VTD_CONTEXT_SSPTPTR, peek);
}

/**
 * vtd_walk_tables() - what the tables say at an address, entry by entry
 * @root: physical address of the unit's root table
 * @sid: source-id
 * @addr: input address, bytes
 * @peek: reads a word of a table
 * @walk: filled in
 *
 * VT-d 3.4, 3.7.
 *
 * Context: any; the root table stays, the others may change and go. What they
 * said may be of no use then: the end is VTD_END_CHANGED.
 */
void vtd_walk_tables(u64 root, u16 sid, u64 addr, vtd_fault_peek peek,
		     struct vtd_walk *walk)
{
	struct vtd_walk again;

	vtd_walk_once(root, sid, addr, peek, walk);
	vtd_walk_once(root, sid, addr, peek, &again);
	if (memcmp(walk, &again, sizeof(again)))
		walk->tables.end = VTD_END_CHANGED;
}

/**
 * vtd_fault_walk() - what the tables say at an address
 * @root: physical address of the unit's root table
 * @sid: source-id
 * @addr: input address, bytes
 * @peek: reads a word of a table
 * @tables: filled in
 *
 * Context: as vtd_walk_tables().
 */
void vtd_fault_walk(u64 root, u16 sid, u64 addr, vtd_fault_peek peek,
		    struct vtd_fault_tables *tables)
{
	struct vtd_walk walk;

	vtd_walk_tables(root, sid, addr, peek, &walk);
	*tables = walk.tables;
}
