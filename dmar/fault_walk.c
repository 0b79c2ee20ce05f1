// SPDX-License-Identifier: GPL-2.0
/*
 * What the tables in memory say at an address: the way that a unit goes (VT-d
 * 3.4, 3.6, 3.7, 9.1 to 9.8), without its caches.
 *
 * Takes no lock and holds nothing: tables may change, and may be freed, while
 * they are read.  Every word is read through a function that can refuse, and
 * the walk is made twice; what differs is not told.
 */
#include <linux/string.h>

#include <vtd/hw/context.h>
#include <vtd/hw/pasid.h>
#include <vtd/hw/pte.h>
#include <vtd/hw/pte_first.h>

#include "walk.h"

/* The next entry on the way. */
static bool vtd_walk_peek(struct vtd_walk *w, u64 at, size_t bytes,
			  vtd_fault_peek peek)
{
	struct vtd_walk_entry *entry = &w->entry[w->nr++];
	unsigned int i;

	entry->at = at;
	for (i = 0; i < bytes / sizeof(u64); i++) {
		u64 word;

		if (!peek(at + i * sizeof(u64), &word))
			return false;
		entry->w[i < VTD_WALK_WORDS ? i : VTD_WALK_WORDS - 1] |= word;
	}
	entry->read = true;
	return true;
}

/* What an entry of a page table takes away of what is allowed. */
static void vtd_walk_rights(struct vtd_fault_tables *t)
{
	if (t->first) {
		t->read = t->read && vtd_fpte_present(t->entry);
		t->write = t->write && t->entry & VTD_FPTE_RW;
		t->user = t->user && t->entry & VTD_FPTE_US;
	} else {
		t->read = t->read && t->entry & VTD_PTE_R;
		t->write = t->write && t->entry & VTD_PTE_W;
	}
}

/* The walk below the entry that leads to page tables. */
static void vtd_walk_stage(struct vtd_walk *w, u64 table, vtd_fault_peek peek)
{
	struct vtd_fault_tables *t = &w->tables;
	u64 addr = w->way.addr;
	unsigned int level;

	t->read = true;
	t->write = true;
	t->user = t->first;
	for (level = t->levels; level; level--) {
		u64 at = table + vtd_pte_index(addr, level) * sizeof(u64);

		t->level = level;
		if (!vtd_walk_peek(w, at, sizeof(u64), peek)) {
			t->end = VTD_END_UNREADABLE;
			return;
		}
		t->entry = w->entry[w->nr - 1].w[0];
		vtd_walk_rights(t);
		if (t->first ? !vtd_fpte_present(t->entry) :
			       !vtd_pte_present(t->entry)) {
			t->end = VTD_END_ABSENT;
			return;
		}
		/* PS and the address are in the same bits of both stages. */
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

static void vtd_walk_second(struct vtd_walk *w, u64 table,
			    enum vtd_fault_end invalid, vtd_fault_peek peek)
{
	struct vtd_fault_tables *t = &w->tables;

	if (t->levels < VTD_PTE_MIN_LEVELS || t->levels > VTD_PTE_MAX_LEVELS)
		t->end = invalid;
	else if (w->way.addr >> (vtd_pte_shift(t->levels) + VTD_PTE_LEVEL_BITS))
		t->end = VTD_END_BEYOND;
	else
		vtd_walk_stage(w, table, peek);
}

static void vtd_walk_first(struct vtd_walk *w, u64 word, vtd_fault_peek peek)
{
	unsigned int mode = FIELD_GET(VTD_PASID_FSPM, word);
	struct vtd_fault_tables *t = &w->tables;
	u64 upper;

	if (mode > VTD_PASID_FSPM_5LVL) {
		t->end = VTD_END_PASID_INVALID;
		return;
	}
	t->first = true;
	t->levels = VTD_FPTE_MIN_LEVELS + mode;
	upper = ~0ULL << vtd_fpte_input_bits(t->levels);
	if (w->way.addr & upper && ~w->way.addr & upper)
		t->end = VTD_END_BEYOND;
	else
		vtd_walk_stage(w, word & VTD_PASID_FSPTPTR, peek);
}

/* From a PASID entry that is present. */
static void vtd_walk_below_pasid(struct vtd_walk *w, vtd_fault_peek peek)
{
	const u64 *pe = w->entry[VTD_WALK_PASID].w;
	struct vtd_fault_tables *t = &w->tables;

	t->levels = FIELD_GET(VTD_PASID_AW, pe[0]) + 2;
	switch (FIELD_GET(VTD_PASID_PGTT, pe[0])) {
	case VTD_PASID_PGTT_FIRST:
		vtd_walk_first(w, pe[2], peek);
		return;
	case VTD_PASID_PGTT_SECOND:
		vtd_walk_second(w, pe[0] & VTD_PASID_SSPTPTR,
				VTD_END_PASID_INVALID, peek);
		return;
	case VTD_PASID_PGTT_NESTED:
		t->end = VTD_END_NESTED;
		return;
	case VTD_PASID_PGTT_PASS_THROUGH:
		t->end = VTD_END_PASS_THROUGH;
		return;
	default:
		t->end = VTD_END_PASID_INVALID;
	}
}

/* From a context entry of scalable mode that is present. */
static void vtd_walk_directory(struct vtd_walk *w, vtd_fault_peek peek)
{
	const u64 *ce = w->entry[VTD_WALK_CONTEXT].w;
	struct vtd_fault_tables *t = &w->tables;
	unsigned int order =
		FIELD_GET(VTD_SM_CONTEXT_PDTS, ce[0]) + VTD_PASID_DIR_MIN_ORDER;
	u64 at;

	w->pasid = w->way.has_pasid ?
			   w->way.pasid :
			   FIELD_GET(VTD_SM_CONTEXT_RID_PASID, ce[1]);
	if (w->way.has_pasid && !(ce[0] & VTD_SM_CONTEXT_PASIDE)) {
		t->end = VTD_END_PASIDS_OFF;
		return;
	}
	if (w->pasid >> (order + VTD_PASID_TABLE_ORDER)) {
		t->end = VTD_END_PASID_BEYOND;
		return;
	}
	t->directory = true;
	at = (ce[0] & VTD_SM_CONTEXT_DIR) +
	     (w->pasid >> VTD_PASID_TABLE_ORDER) * sizeof(u64);
	if (!vtd_walk_peek(w, at, sizeof(u64), peek))
		return;
	at = w->entry[VTD_WALK_DIRECTORY].w[0];
	if (!(at & VTD_PASID_DIR_P)) {
		t->end = VTD_END_DIRECTORY;
		return;
	}
	at = (at & VTD_PASID_DIR_TABLE) +
	     w->pasid % VTD_PASID_TABLE_ENTRIES *
		     sizeof(struct vtd_pasid_entry);
	if (!vtd_walk_peek(w, at, sizeof(struct vtd_pasid_entry), peek))
		return;
	if (w->entry[VTD_WALK_PASID].w[0] & VTD_PASID_P)
		vtd_walk_below_pasid(w, peek);
	else
		t->end = VTD_END_PASID;
}

/* From a context entry of legacy mode that is present. */
static void vtd_walk_below_context(struct vtd_walk *w, vtd_fault_peek peek)
{
	const u64 *ce = w->entry[VTD_WALK_CONTEXT].w;

	w->tables.levels = FIELD_GET(VTD_CONTEXT_AW, ce[1]) + 2;
	if (FIELD_GET(VTD_CONTEXT_TT, ce[0]) == VTD_CONTEXT_TT_PASS_THROUGH)
		w->tables.end = VTD_END_PASS_THROUGH;
	else
		vtd_walk_second(w, ce[0] & VTD_CONTEXT_SSPTPTR, VTD_END_INVALID,
				peek);
}

static void vtd_walk_once(const struct vtd_fault_way *way, vtd_fault_peek peek,
			  struct vtd_walk *w)
{
	size_t bytes = way->scalable ? sizeof(struct vtd_sm_context_entry) :
				       sizeof(struct vtd_context_entry);
	unsigned int index = way->sid & 0xff, half = 0;
	struct vtd_fault_tables *t = &w->tables;
	u64 lo;

	memset(w, 0, sizeof(*w));
	memcpy(&w->way, way, sizeof(*way));
	t->end = VTD_END_UNREADABLE;
	if (way->scalable) {
		half = index / VTD_SM_CONTEXT_ENTRIES;
		index %= VTD_SM_CONTEXT_ENTRIES;
	}
	if (!vtd_walk_peek(w,
			   way->root + (way->sid >> 8) *
					       sizeof(struct vtd_root_entry),
			   sizeof(struct vtd_root_entry), peek))
		return;
	/* Present bit and pointer of either mode are in the same places. */
	lo = w->entry[VTD_WALK_ROOT].w[half];
	if (!(lo & VTD_ROOT_P)) {
		t->end = VTD_END_ROOT;
		return;
	}
	if (!vtd_walk_peek(w, (lo & VTD_ROOT_CTP) + index * bytes, bytes, peek))
		return;
	if (!(w->entry[VTD_WALK_CONTEXT].w[0] & VTD_CONTEXT_P))
		t->end = VTD_END_CONTEXT;
	else if (way->scalable)
		vtd_walk_directory(w, peek);
	else
		vtd_walk_below_context(w, peek);
}

/**
 * vtd_walk_tables() - what the tables say at an address, entry by entry
 * @way: which tables, and the address
 * @peek: reads a word of a table
 * @walk: filled in
 *
 * VT-d 3.4, 3.6, 3.7.
 *
 * Context: any; the root table stays, the others may change and go. What they
 * said may be of no use then: the end is VTD_END_CHANGED.
 */
void vtd_walk_tables(const struct vtd_fault_way *way, vtd_fault_peek peek,
		     struct vtd_walk *walk)
{
	struct vtd_walk again;

	vtd_walk_once(way, peek, walk);
	vtd_walk_once(way, peek, &again);
	if (memcmp(walk, &again, sizeof(again)))
		walk->tables.end = VTD_END_CHANGED;
}

/**
 * vtd_fault_walk() - what the tables say at an address
 * @way: which tables, and the address
 * @peek: reads a word of a table
 * @tables: filled in
 *
 * Context: as vtd_walk_tables().
 */
void vtd_fault_walk(const struct vtd_fault_way *way, vtd_fault_peek peek,
		    struct vtd_fault_tables *tables)
{
	struct vtd_walk walk;

	vtd_walk_tables(way, peek, &walk);
	*tables = walk.tables;
}
