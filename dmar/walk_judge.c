// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of a request, by the entries on its way (VT-d 7.1.3, legacy
 * mode), and where its walk ended, in words.
 *
 * Pure.  Must come to what hardware does with the same entries; what it has
 * cached of others is not known here.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include <vtd/hw/context.h>
#include <vtd/hw/fault.h>
#include <vtd/hw/regs.h>

#include "walk.h"

/* 9.1, 9.3: what is neither a field nor ignored. */
#define VTD_ROOT_RESERVED GENMASK_ULL(11, 1)
#define VTD_CONTEXT_RESERVED GENMASK_ULL(11, 4)
#define VTD_CONTEXT_HI_RESERVED (GENMASK_ULL(63, 24) | BIT_ULL(7))
#define VTD_CONTEXT_AW_VALUES 4

static unsigned int vtd_walk_translation(const struct vtd_walk *w)
{
	return FIELD_GET(VTD_CONTEXT_TT, w->entry[VTD_WALK_CONTEXT].w[0]);
}

/* 9.8: in a page-table entry that is present. */
static u64 vtd_walk_level_reserved(u64 entry, unsigned int level,
				   const struct vtd_walk_unit *unit)
{
	u64 reserved = (~0ULL << unit->host_bits & VTD_PTE_ADDR) | VTD_PTE_TM;
	bool has_pages = level == 1 ||
			 (level == 2 && unit->cap & VTD_CAP_SLLPS_2M) ||
			 (level == 3 && unit->cap & VTD_CAP_SLLPS_1G);
	bool leaf = vtd_pte_is_leaf(entry, level) &&
		    level <= VTD_PTE_MAX_LEAF_LEVEL;

	if (!has_pages)
		reserved |= VTD_PTE_PS;
	/* The address of a page is aligned to its size. */
	if (leaf)
		reserved |= (vtd_pte_span(level) - 1) & VTD_PTE_ADDR;
	if (!leaf || !(unit->ecap & VTD_ECAP_SC))
		reserved |= VTD_PTE_SNP;
	return entry & reserved;
}

static unsigned int vtd_walk_level(const struct vtd_walk *w, unsigned int index)
{
	return w->tables.levels - (index - VTD_WALK_LEVEL);
}

/**
 * vtd_walk_reserved() - reserved bits that are set in an entry
 * @walk: from vtd_walk_tables()
 * @index: of the entry, which could be read and is present
 * @unit: what it may have
 * @reserved: set to those bits, of each word
 *
 * VT-d 9.1, 9.3, 9.8.
 *
 * Context: any.
 */
void vtd_walk_reserved(const struct vtd_walk *walk, unsigned int index,
		       const struct vtd_walk_unit *unit, u64 reserved[2])
{
	u64 above = ~0ULL << unit->host_bits;
	const u64 *w = walk->entry[index].w;

	reserved[1] = 0;
	switch (index) {
	case VTD_WALK_ROOT:
		reserved[0] = w[0] & (VTD_ROOT_RESERVED | above);
		reserved[1] = w[1];
		break;
	case VTD_WALK_CONTEXT:
		/* Pass-through has no use for the pointer. */
		if (vtd_walk_translation(walk) == VTD_CONTEXT_TT_PASS_THROUGH)
			above = 0;
		reserved[0] = w[0] & (VTD_CONTEXT_RESERVED | above);
		reserved[1] = w[1] & VTD_CONTEXT_HI_RESERVED;
		break;
	default:
		reserved[0] = vtd_walk_level_reserved(
			w[0], vtd_walk_level(walk, index), unit);
	}
}

static bool vtd_walk_is_reserved(const struct vtd_walk *w, unsigned int index,
				 const struct vtd_walk_unit *unit)
{
	u64 reserved[2];

	vtd_walk_reserved(w, index, unit, reserved);
	return reserved[0] || reserved[1];
}

/* Up to and with the context entry. */
static u8 vtd_walk_judge_context(const struct vtd_walk *w,
				 const struct vtd_walk_unit *unit)
{
	const struct vtd_walk_entry *root = &w->entry[VTD_WALK_ROOT];
	const struct vtd_walk_entry *context = &w->entry[VTD_WALK_CONTEXT];
	unsigned int aw;

	if (!root->read)
		return VTD_FAULT_ROOT_UNREADABLE;
	if (!(root->w[0] & VTD_ROOT_P))
		return VTD_FAULT_ROOT_NOT_PRESENT;
	if (vtd_walk_is_reserved(w, VTD_WALK_ROOT, unit))
		return VTD_FAULT_ROOT_RESERVED;
	if (!context->read)
		return VTD_FAULT_CONTEXT_UNREADABLE;
	if (!(context->w[0] & VTD_CONTEXT_P))
		return VTD_FAULT_CONTEXT_NOT_PRESENT;
	if (vtd_walk_is_reserved(w, VTD_WALK_CONTEXT, unit))
		return VTD_FAULT_CONTEXT_RESERVED;
	aw = FIELD_GET(VTD_CONTEXT_AW, context->w[1]);
	if (aw >= VTD_CONTEXT_AW_VALUES ||
	    !(FIELD_GET(VTD_CAP_SAGAW, unit->cap) >> aw & 1))
		return VTD_FAULT_CONTEXT_INVALID;
	switch (vtd_walk_translation(w)) {
	case VTD_CONTEXT_TT_SECOND_STAGE:
		return 0;
	case VTD_CONTEXT_TT_WITH_ATS:
		return unit->ecap & VTD_ECAP_DT ? 0 : VTD_FAULT_CONTEXT_INVALID;
	case VTD_CONTEXT_TT_PASS_THROUGH:
		return unit->ecap & VTD_ECAP_PT ? 0 : VTD_FAULT_CONTEXT_INVALID;
	default:
		return VTD_FAULT_CONTEXT_INVALID;
	}
}

/* One page-table entry on the way; 0 when the request goes on from it. */
static u8 vtd_walk_judge_level(const struct vtd_walk *w, unsigned int index,
			       const struct vtd_walk_unit *unit, bool write)
{
	const struct vtd_walk_entry *entry = &w->entry[index];

	/* To the top table leads the context entry: it is to blame. */
	if (!entry->read)
		return index == VTD_WALK_LEVEL ? VTD_FAULT_CONTEXT_INVALID :
						 VTD_FAULT_TABLE_UNREADABLE;
	/* Permissions come before what is wrong with the entry. */
	if (!(entry->w[0] & (write ? VTD_PTE_W : VTD_PTE_R)))
		return write ? VTD_FAULT_WRITE_DENIED : VTD_FAULT_READ_DENIED;
	if (vtd_walk_is_reserved(w, index, unit))
		return VTD_FAULT_TABLE_RESERVED;
	return 0;
}

/**
 * vtd_walk_judge() - what becomes of an untranslated request without a PASID
 * @walk: from vtd_walk_tables(); its end is not VTD_END_CHANGED
 * @unit: what the unit has
 * @write: it is a write, not a read
 *
 * VT-d 3.4, 3.7, 7.1.3. For an address that is not in the interrupt range.
 *
 * Context: any.
 * Return: 0 when the request is let through, or the fault reason.
 */
u8 vtd_walk_judge(const struct vtd_walk *walk, const struct vtd_walk_unit *unit,
		  bool write)
{
	const struct vtd_fault_tables *t = &walk->tables;
	unsigned int i, bits;
	u8 reason;

	reason = vtd_walk_judge_context(walk, unit);
	if (reason)
		return reason;
	bits = min_t(unsigned int, FIELD_GET(VTD_CAP_MGAW, unit->cap) + 1,
		     vtd_pte_shift(t->levels) + VTD_PTE_LEVEL_BITS);
	if (walk->addr >> bits)
		return VTD_FAULT_BEYOND_WIDTH;
	for (i = VTD_WALK_LEVEL; i < walk->nr; i++) {
		reason = vtd_walk_judge_level(walk, i, unit, write);
		if (reason)
			return reason;
	}
	if (t->end == VTD_END_LEAF && t->phys >= VTD_INTERRUPT_FIRST &&
	    t->phys <= VTD_INTERRUPT_LAST)
		return VTD_FAULT_INTERRUPT_RANGE;
	return 0;
}

/**
 * vtd_walk_covers() - what the last entry of a walk decides about
 * @walk: from vtd_walk_tables()
 * @start: set to the first address, bytes
 *
 * Context: any.
 * Return: bytes; 0 when the walk did not reach an entry for addresses.
 */
u64 vtd_walk_covers(const struct vtd_walk *walk, u64 *start)
{
	const struct vtd_fault_tables *t = &walk->tables;
	u64 span;

	*start = 0;
	if (t->end != VTD_END_LEAF && t->end != VTD_END_ABSENT)
		return 0;
	span = vtd_pte_span(t->level);
	*start = walk->addr & ~(span - 1);
	return span;
}

static const char *vtd_walk_span_name(unsigned int level)
{
	static const char *const names[] = {
		"", "4 KiB", "2 MiB", "1 GiB", "512 GiB", "256 TiB",
	};

	return level < ARRAY_SIZE(names) ? names[level] : "";
}

/**
 * vtd_walk_say_end() - where a walk ended
 * @walk: from vtd_walk_tables()
 * @text: set to a clause without quotes
 * @size: room there, bytes; VTD_WALK_TEXT is enough
 *
 * Context: any.
 */
void vtd_walk_say_end(const struct vtd_walk *walk, char *text, size_t size)
{
	static const char *const modes[] = { "nothing", "read only",
					     "write only", "read and write" };
	const struct vtd_fault_tables *t = &walk->tables;
	u64 start, bytes = vtd_walk_covers(walk, &start);
	u64 at = walk->nr ? walk->entry[walk->nr - 1].at : 0;

	switch (t->end) {
	case VTD_END_NONE:
	case VTD_END_CHANGED:
		scnprintf(text, size, "not known, the tables were changing");
		return;
	case VTD_END_UNREADABLE:
		scnprintf(text, size, "no memory at 0x%llx, for %s", at,
			  walk->nr == VTD_WALK_ROOT + 1 ? "the root entry" :
			  walk->nr == VTD_WALK_CONTEXT + 1 ?
							  "the context entry" :
							  "a page-table entry");
		return;
	case VTD_END_ROOT:
		scnprintf(text, size,
			  "the root entry of bus %02x is not present",
			  walk->sid >> 8);
		return;
	case VTD_END_CONTEXT:
		scnprintf(text, size, "the context entry is not present");
		return;
	case VTD_END_INVALID:
		scnprintf(text, size, "the context entry is invalid");
		return;
	case VTD_END_PASS_THROUGH:
		scnprintf(text, size, "passes through to 0x%llx", walk->addr);
		return;
	case VTD_END_BEYOND:
		scnprintf(text, size,
			  "beyond the tables, whose %u levels end below 0x%llx",
			  t->levels, vtd_pte_span(t->levels + 1));
		return;
	case VTD_END_ABSENT:
		scnprintf(
			text, size,
			"not present at level %u: the %s from 0x%llx on are not mapped",
			t->level, vtd_walk_span_name(t->level), start);
		return;
	case VTD_END_LEAF:
		scnprintf(text, size, "maps to 0x%llx, %s, in a page of %s",
			  t->phys, modes[t->read | t->write << 1],
			  bytes ? vtd_walk_span_name(t->level) : "");
		return;
	}
}
