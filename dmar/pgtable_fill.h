/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page tables: runs of entries in one table.
 *
 * Only for pgtable.c.  Knows what an entry is only so far that 0 is empty, so
 * the same serves both stages.
 */
#ifndef VTD_DMAR_PGTABLE_FILL_H
#define VTD_DMAR_PGTABLE_FILL_H

#include <linux/compiler.h>
#include <linux/math.h>
#include <linux/types.h>

#include <vtd/hw/pte.h>
#include <vtd/observe.h>

/* Entries handled between two looks at the loop's end: one cache line. */
#define PT_LINE 8

static inline void pt_store_line(u64 *to, u64 entry, u64 step)
{
	vtd_hw_store64(&to[0], entry);
	entry += step;
	vtd_hw_store64(&to[1], entry);
	entry += step;
	vtd_hw_store64(&to[2], entry);
	entry += step;
	vtd_hw_store64(&to[3], entry);
	entry += step;
	vtd_hw_store64(&to[4], entry);
	entry += step;
	vtd_hw_store64(&to[5], entry);
	entry += step;
	vtd_hw_store64(&to[6], entry);
	entry += step;
	vtd_hw_store64(&to[7], entry);
}

/*
 * Plain loads: the caller owns these entries, only hardware's A and D bits
 * could change, and never in an entry that is 0.
 */
static inline bool pt_line_is_zero(const u64 *at)
{
	return !(at[0] | at[1] | at[2] | at[3] | at[4] | at[5] | at[6] | at[7]);
}

static inline bool pt_line_is_full(const u64 *at)
{
	return at[0] && at[1] && at[2] && at[3] && at[4] && at[5] && at[6] &&
	       at[7];
}

/* Fill entries that are known to be empty. */
static void pt_fill_fresh(u64 *to, size_t count, u64 entry, u64 step)
{
	u64 *end = to + count;
	u64 *lines_end = to + round_down(count, PT_LINE);

	for (; to != lines_end; to += PT_LINE, entry += PT_LINE * step)
		pt_store_line(to, entry, step);
	for (; to != end; to++, entry += step)
		vtd_hw_store64(to, entry);
}

static noinline size_t pt_fill_run(u64 *first, size_t count, u64 entry,
				   u64 step)
{
	u64 *end = first + count;
	u64 *lines_end = first + round_down(count, PT_LINE);
	u64 *to = first;

	for (; to != lines_end; to += PT_LINE, entry += PT_LINE * step) {
		if (unlikely(!pt_line_is_zero(to)))
			break;
		pt_store_line(to, entry, step);
	}
	for (; to != end && likely(!*to); to++, entry += step)
		vtd_hw_store64(to, entry);
	return to - first;
}

/* Fill entries up to the first in use; returns how many. */
static inline size_t pt_fill(u64 *first, size_t count, u64 entry, u64 step)
{
	if (count != 1)
		return pt_fill_run(first, count, entry, step);
	if (unlikely(*first))
		return 0;
	vtd_hw_store64(first, entry);
	return 1;
}

static noinline size_t pt_clear_run(u64 *first, size_t count)
{
	u64 *end = first + count;
	u64 *lines_end = first + round_down(count, PT_LINE);
	u64 *at = first;

	for (; at != lines_end; at += PT_LINE) {
		if (unlikely(!pt_line_is_full(at)))
			break;
		pt_store_line(at, 0, 0);
	}
	for (; at != end && likely(*at); at++)
		vtd_hw_store64(at, 0);
	return at - first;
}

/* Clear entries up to the first empty one; returns how many. */
static inline size_t pt_clear(u64 *first, size_t count)
{
	if (count != 1)
		return pt_clear_run(first, count);
	if (unlikely(!*first))
		return 0;
	vtd_hw_store64(first, 0);
	return 1;
}

static bool pt_table_is_zero(const u64 *table)
{
	unsigned int i;

	for (i = 0; i < VTD_PTE_ENTRIES; i += PT_LINE)
		if (!pt_line_is_zero(&table[i]))
			return false;
	return true;
}

#endif /* VTD_DMAR_PGTABLE_FILL_H */
