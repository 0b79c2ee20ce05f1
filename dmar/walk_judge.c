// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of a request, by the entries on its way (VT-d 7.1.3; those of
 * scalable mode are in walk_scalable.c), and where its walk ended, in words.
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
#include <vtd/hw/pte_first.h>
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

/**
 * vtd_walk_second_reserved() - reserved bits of a second-stage entry
 * @entry: the entry, present
 * @level: of its table
 * @unit: what it may have
 *
 * VT-d 9.8.
 *
 * Context: any.
 * Return: those of them that are set.
 */
u64 vtd_walk_second_reserved(u64 entry, unsigned int level,
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

/**
 * vtd_walk_reserved() - reserved bits that are set in an entry
 * @walk: from vtd_walk_tables()
 * @index: of the entry, which could be read and is present
 * @unit: what it may have
 * @reserved: set to those bits, of each word
 *
 * VT-d 9.1 to 9.8.
 *
 * Context: any.
 */
void vtd_walk_reserved(const struct vtd_walk *walk, unsigned int index,
		       const struct vtd_walk_unit *unit,
		       u64 reserved[VTD_WALK_WORDS])
{
	u64 above = ~0ULL << unit->host_bits;
	const u64 *w = walk->entry[index].w;

	memset(reserved, 0, VTD_WALK_WORDS * sizeof(*reserved));
	if (walk->way.scalable) {
		vtd_walk_sm_reserved(walk, index, unit, reserved);
		return;
	}
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
		reserved[0] = vtd_walk_second_reserved(
			w[0], vtd_walk_level(walk, index), unit);
	}
}

/**
 * vtd_walk_is_reserved() - are reserved bits set in an entry?
 * @walk: from vtd_walk_tables()
 * @index: of the entry, which could be read and is present
 * @unit: what it may have
 *
 * Context: any.
 * Return: true when some are.
 */
bool vtd_walk_is_reserved(const struct vtd_walk *walk, unsigned int index,
			  const struct vtd_walk_unit *unit)
{
	u64 reserved[VTD_WALK_WORDS], any = 0;
	unsigned int i;

	vtd_walk_reserved(walk, index, unit, reserved);
	for (i = 0; i < VTD_WALK_WORDS; i++)
		any |= reserved[i];
	return any;
}

/**
 * vtd_walk_width() - width of the addresses that a second stage takes
 * @walk: from vtd_walk_tables(), with tables
 * @unit: what it may have
 *
 * Context: any.
 * Return: bits.
 */
unsigned int vtd_walk_width(const struct vtd_walk *walk,
			    const struct vtd_walk_unit *unit)
{
	return min_t(unsigned int, FIELD_GET(VTD_CAP_MGAW, unit->cap) + 1,
		     vtd_pte_shift(walk->tables.levels) + VTD_PTE_LEVEL_BITS);
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
		return index == vtd_walk_top(w) ? VTD_FAULT_CONTEXT_INVALID :
						  VTD_FAULT_TABLE_UNREADABLE;
	/* Permissions come before what is wrong with the entry. */
	if (!(entry->w[0] & (write ? VTD_PTE_W : VTD_PTE_R)))
		return write ? VTD_FAULT_WRITE_DENIED : VTD_FAULT_READ_DENIED;
	if (vtd_walk_is_reserved(w, index, unit))
		return VTD_FAULT_TABLE_RESERVED;
	return 0;
}

static u8 vtd_walk_judge_legacy(const struct vtd_walk *w,
				const struct vtd_walk_unit *unit, bool write)
{
	const struct vtd_fault_tables *t = &w->tables;
	unsigned int i;
	u8 reason;

	reason = vtd_walk_judge_context(w, unit);
	if (reason)
		return reason;
	if (w->way.addr >> vtd_walk_width(w, unit))
		return VTD_FAULT_BEYOND_WIDTH;
	for (i = vtd_walk_top(w); i < w->nr; i++) {
		reason = vtd_walk_judge_level(w, i, unit, write);
		if (reason)
			return reason;
	}
	if (t->end == VTD_END_LEAF && t->phys >= VTD_INTERRUPT_FIRST &&
	    t->phys <= VTD_INTERRUPT_LAST)
		return VTD_FAULT_INTERRUPT_RANGE;
	return 0;
}

/**
 * vtd_walk_judge() - what becomes of an untranslated request
 * @walk: from vtd_walk_tables(); its end is not VTD_END_CHANGED
 * @unit: what the unit has
 * @write: it is a write, not a read
 *
 * VT-d 3.4, 3.6, 3.7, 7.1.3. For a request with a PASID, one of user privilege
 * and not to execute; without, for an address that is not in the interrupt
 * range.
 *
 * Context: any.
 * Return: 0 when the request is let through, or the fault reason. 0 where the
 * walk ended with VTD_END_NESTED says nothing.
 */
u8 vtd_walk_judge(const struct vtd_walk *walk, const struct vtd_walk_unit *unit,
		  bool write)
{
	return walk->way.scalable ? vtd_walk_sm_judge(walk, unit, write) :
				    vtd_walk_judge_legacy(walk, unit, write);
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
	*start = walk->way.addr & ~(span - 1);
	return span;
}

static const char *vtd_walk_span_name(unsigned int level)
{
	static const char *const names[] = {
		"", "4 KiB", "2 MiB", "1 GiB", "512 GiB", "256 TiB",
	};

	return level < ARRAY_SIZE(names) ? names[level] : "";
}

/* What the last entry that was looked at is. */
static const char *vtd_walk_last_name(const struct vtd_walk *w)
{
	static const char *const names[] = {
		[VTD_WALK_ROOT] = "the root entry",
		[VTD_WALK_CONTEXT] = "the context entry",
		[VTD_WALK_DIRECTORY] = "the PASID directory entry",
		[VTD_WALK_PASID] = "the PASID entry",
	};

	return !w->nr || w->nr > vtd_walk_top(w) ? "a page-table entry" :
						   names[w->nr - 1];
}

/* Where the page tables were not come to. */
static void vtd_walk_say_early(const struct vtd_walk *w, char *text,
			       size_t size)
{
	switch (w->tables.end) {
	case VTD_END_UNREADABLE:
		scnprintf(text, size, "no memory at 0x%llx, for %s",
			  w->nr ? w->entry[w->nr - 1].at : 0,
			  vtd_walk_last_name(w));
		return;
	case VTD_END_ROOT:
		scnprintf(text, size,
			  "the root entry of %sbus %02x is not present",
			  !w->way.scalable    ? "" :
			  w->way.sid & BIT(7) ? "the upper half of " :
						"the lower half of ",
			  w->way.sid >> 8);
		return;
	case VTD_END_CONTEXT:
		scnprintf(text, size, "the context entry is not present");
		return;
	case VTD_END_INVALID:
		scnprintf(text, size, "the context entry is invalid");
		return;
	case VTD_END_PASIDS_OFF:
		scnprintf(text, size,
			  "the context entry allows no requests with a PASID");
		return;
	case VTD_END_PASID_BEYOND:
		scnprintf(text, size,
			  "PASID 0x%x is beyond the directory of the device",
			  w->pasid);
		return;
	case VTD_END_DIRECTORY:
		scnprintf(
			text, size,
			"no PASID table: the directory entry of PASID 0x%x is not present",
			w->pasid);
		return;
	case VTD_END_PASID:
		scnprintf(text, size, "the entry of PASID 0x%x is not present",
			  w->pasid);
		return;
	case VTD_END_PASID_INVALID:
		scnprintf(text, size, "the entry of PASID 0x%x is invalid",
			  w->pasid);
		return;
	case VTD_END_NESTED:
		scnprintf(
			text, size,
			"PASID 0x%x is nested: a first stage of a guest in a second, not looked at",
			w->pasid);
		return;
	default:
		scnprintf(text, size, "not known, the tables were changing");
	}
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

	switch (t->end) {
	case VTD_END_PASS_THROUGH:
		scnprintf(text, size, "passes through to 0x%llx",
			  walk->way.addr);
		return;
	case VTD_END_BEYOND:
		if (t->first)
			scnprintf(
				text, size,
				"not canonical: with %u levels bits 63 to %u must be the same",
				t->levels, vtd_fpte_input_bits(t->levels));
		else
			scnprintf(
				text, size,
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
		scnprintf(text, size, "maps to 0x%llx, %s, in a page of %s%s",
			  t->phys, modes[t->read | t->write << 1],
			  bytes ? vtd_walk_span_name(t->level) : "",
			  t->first && !t->user ? ", for supervisors only" : "");
		return;
	default:
		vtd_walk_say_early(walk, text, size);
	}
}
