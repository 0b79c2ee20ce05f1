// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables: what devices have written to, by the dirty bits of leaves.
 *
 * Must never lose a mark that hardware sets while it is being read: a bit is
 * taken off by the same atomic exchange that shows it was there.
 */
#include <linux/minmax.h>

#include "pgtable.h"
#include "pgtable_walk.h"

/* Hardware sets at most A, D and EA meanwhile: each try after the first sees one. */
#define PT_DIRTY_TRIES 4

static u64 pt_dirty_bit(const struct vtd_pgtable *pt)
{
	return pt->stage == VTD_PT_FIRST ? VTD_FPTE_D : VTD_PTE_D;
}

static bool pt_is_pointer(const struct vtd_pgtable *pt, u64 pte,
			  unsigned int shift)
{
	return (pte & pt->present_bits) && shift != VTD_PTE_PAGE_SHIFT &&
	       !(pte & VTD_PTE_PS);
}

/* What could not be cleared is told again the next time, which does no harm. */
static void pt_take_dirty(u64 *slot, u64 pte, u64 dirty)
{
	unsigned int tries = PT_DIRTY_TRIES;

	while (!vtd_hw_try_cmpxchg64(slot, &pte, pte & ~dirty) && --tries)
		;
}

/* What one table holds, up to its end or to a pointer; where to go on. */
static u64 pt_read_dirty_part(const struct vtd_pgtable *pt, u64 iova, u64 last,
			      bool clear, vtd_pt_dirty_fn *tell, void *data)
{
	unsigned int shift = pt->top_shift;
	const u64 dirty = pt_dirty_bit(pt);
	u64 *slot = &pt->root[pt_index(iova, shift)];
	u64 pte = pt_read(slot);
	unsigned int index;

	while (pt_is_pointer(pt, pte, shift)) {
		shift -= VTD_PTE_LEVEL_BITS;
		slot = &pt_table(pte)[pt_index(iova, shift)];
		pte = pt_read(slot);
	}
	for (index = pt_index(iova, shift);
	     index < VTD_PTE_ENTRIES && iova <= last; index++, slot++) {
		u64 end = iova | (BIT_ULL(shift & 63) - 1);

		pte = pt_read(slot);
		if (pt_is_pointer(pt, pte, shift))
			break;
		if (pte & pt->present_bits && pte & dirty) {
			if (clear)
				pt_take_dirty(slot, pte, dirty);
			tell(data, iova, min(end, last) - iova + 1);
		}
		iova = end + 1;
	}
	return iova;
}

void vtd_pt_read_dirty(const struct vtd_pgtable *pt, u64 iova, u64 last,
		       bool clear, vtd_pt_dirty_fn *tell, void *data)
{
	last = min(last, pt->last_iova);
	while (iova <= last)
		iova = pt_read_dirty_part(pt, iova, last, clear, tell, data);
}
