// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables of either stage.
 *
 * Owns the tables of one domain: their memory until it is handed to the
 * caller's list, and the order in which hardware sees their entries.  Must
 * never take a lock, touch a register or invalidate anything, and must never
 * free a table that hardware may still reach.  The contract for callers is in
 * pgtable.h.
 *
 * No leaf position is remembered between calls.  It could be kept safely only
 * as one word that holds both the address range and the table, and that word
 * would be written by every CPU that moves to another table: a cache line
 * bounced between CPUs, to save two loads of lines that are shared and clean.
 */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/minmax.h>
#include <linux/numa.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include <vtd/hw/pte_first.h>
#include <vtd/observe.h>

#include "pgtable.h"
#include "pgtable_fill.h"
#include "pgtable_walk.h"
#include "pool.h"

/* What is left of one call to vtd_pt_map(). */
struct pt_run {
	struct vtd_pgtable *pt;
	struct iommu_pages_list *replaced;
	u64 iova;
	u64 entry; /* the next leaf, complete */
	u64 step; /* page size */
	size_t left; /* pages */
	gfp_t gfp;
	unsigned int level; /* of the leaves */
};

static inline bool pt_points(const struct vtd_pgtable *pt, u64 pte,
			     unsigned int level)
{
	/* bit 7 says the same in both stages */
	return (pte & pt->present_bits) && !vtd_pte_is_leaf(pte, level);
}

static inline u64 pt_pointer(const struct vtd_pgtable *pt, u64 *table)
{
	return virt_to_phys(table) | pt->pointer_bits;
}

/*
 * A table that is zero but for @count entries from @index on, which the caller
 * writes before anything else is done with it.
 */
static u64 *pt_alloc(const struct vtd_pgtable *pt, gfp_t gfp,
		     unsigned int index, size_t count)
{
	u64 *table = vtd_pool_take(pt->pool, gfp);
	size_t rest = VTD_PTE_ENTRIES - index - count;

	if (!table)
		return iommu_alloc_pages_node_sz(pt->nid, gfp,
						 VTD_PTE_TABLE_BYTES);
	if (index)
		memset(table, 0, index * sizeof(*table));
	if (rest)
		memset(&table[index + count], 0, rest * sizeof(*table));
	return table;
}

static inline void pt_write_back(const struct vtd_pgtable *pt, u64 *first,
				 size_t count)
{
	if (!pt->coherent)
		vtd_flush_cache(first, count * sizeof(*first));
}

/*
 * Write a pointer back and take its mark off.  Whoever meets the mark does
 * this too, for the one who stored the pointer may not have come so far.  When
 * the exchange fails somebody else took the mark off, or hardware set the
 * accessed bit and the mark stays for the next one: both do no harm.
 */
static void pt_settle(u64 *slot, u64 pte)
{
	vtd_flush_word(slot);
	vtd_hw_try_cmpxchg64(slot, &pte, pte & ~PT_PENDING);
}

/*
 * Put a table, complete in memory, where other callers may look for one too.
 * Returns 0, or the entry of the table that came first.
 */
static u64 pt_install(const struct vtd_pgtable *pt, u64 *slot, u64 *table)
{
	u64 pte = pt_pointer(pt, table);
	u64 old = 0;

	if (!pt->coherent)
		pte |= PT_PENDING;
	if (!vtd_hw_try_cmpxchg64(slot, &old, pte))
		return old;
	if (!pt->coherent)
		pt_settle(slot, pte);
	return 0;
}

/* Hang an empty table, or find one hung meanwhile; 0 without memory. */
static u64 pt_extend(const struct vtd_pgtable *pt, u64 *slot, gfp_t gfp)
{
	u64 *table = pt_alloc(pt, gfp, 0, 0);
	u64 other;

	if (!table)
		return 0;
	pt_write_back(pt, table, VTD_PTE_ENTRIES);
	other = pt_install(pt, slot, table);
	if (!other)
		return pt_pointer(pt, table);
	iommu_free_pages(table);
	return other;
}

/* The table above the leaves that translates the run's next address. */
static u64 *pt_descend(const struct pt_run *run)
{
	const struct vtd_pgtable *pt = run->pt;
	u64 *table = pt->root;
	unsigned int level;

	for (level = pt->levels; level > run->level + 1; level--) {
		u64 *slot = &table[vtd_pte_index(run->iova, level)];
		u64 pte = pt_read(slot);

		if (unlikely(!pte)) {
			pte = pt_extend(pt, slot, run->gfp);
			if (!pte)
				return ERR_PTR(-ENOMEM);
		}
		if (unlikely(pte & (VTD_PTE_PS | PT_PENDING))) {
			if (pte & VTD_PTE_PS)
				return ERR_PTR(-EEXIST);
			pt_settle(slot, pte);
		}
		table = pt_table(pte);
	}
	return table;
}

/* Put a table at @level and all below it on a list; reads, never writes. */
static noinline void pt_collect(const struct vtd_pgtable *pt, u64 *table,
				unsigned int level,
				struct iommu_pages_list *list)
{
	u64 *path[VTD_PTE_MAX_LEVELS + 1];
	unsigned int next[VTD_PTE_MAX_LEVELS + 1];
	unsigned int top = level;

	path[level] = table;
	next[level] = 0;
	while (level <= top) {
		u64 pte;

		if (level == 1 || next[level] == VTD_PTE_ENTRIES) {
			iommu_pages_list_add(list, path[level]);
			level++;
			continue;
		}
		pte = path[level][next[level]++];
		if (!pt_points(pt, pte, level))
			continue;
		level--;
		path[level] = pt_table(pte);
		next[level] = 0;
	}
}

/* Whether nothing is mapped below a pointer that stands at level 2 or 3. */
static bool pt_maps_nothing(u64 pte, unsigned int level)
{
	const u64 *table = pt_table(pte);
	unsigned int i;

	if (level == 2)
		return pt_table_is_zero(table);
	for (i = 0; i < VTD_PTE_ENTRIES; i++) {
		if (!table[i])
			continue;
		if (vtd_pte_is_leaf(table[i], 2) ||
		    !pt_table_is_zero(pt_table(table[i])))
			return false;
	}
	return true;
}

/*
 * Put a superpage in the place of an empty lower table.  The run covers all
 * that the table translates, so nobody else is inside.
 */
static bool pt_replace(const struct pt_run *run, u64 *slot, u64 entry)
{
	u64 pte = *slot;

	if (!run->replaced || !pt_points(run->pt, pte, run->level) ||
	    !pt_maps_nothing(pte, run->level))
		return false;
	vtd_hw_store64(slot, entry);
	pt_collect(run->pt, pt_table(pte), run->level - 1, run->replaced);
	return true;
}

static inline void pt_advance(struct pt_run *run, size_t count)
{
	u64 bytes = count * run->step;

	run->iova += bytes;
	run->entry += bytes;
	run->left -= count;
}

/* Map what one existing table of leaves can take. */
static int pt_map_into(struct pt_run *run, u64 *table)
{
	unsigned int index = vtd_pte_index(run->iova, run->level);
	size_t count = min_t(size_t, run->left, VTD_PTE_ENTRIES - index);
	u64 *first = &table[index];
	size_t done;

	done = pt_fill(first, count, run->entry, run->step);
	while (unlikely(done < count) && run->level > 1) {
		u64 entry = run->entry + done * run->step;

		if (!pt_replace(run, &first[done], entry))
			break;
		done++;
		done += pt_fill(&first[done], count - done, entry + run->step,
				run->step);
	}
	if (done)
		pt_write_back(run->pt, first, done);
	pt_advance(run, done);
	return done < count ? -EEXIST : 0;
}

/* Map into the table that an entry of the upper table points to. */
static int pt_map_below(struct pt_run *run, u64 *slot, u64 pte)
{
	if (unlikely(pte & (VTD_PTE_PS | PT_PENDING))) {
		if (pte & VTD_PTE_PS)
			return -EEXIST;
		pt_settle(slot, pte);
	}
	return pt_map_into(run, pt_table(pte));
}

/*
 * Map through a new table of leaves, filled before it is hung.  When the run
 * covers all of it nobody else can look for it: the pointer needs no mark, and
 * is written back together with its neighbours (@own).
 */
static int pt_map_new(struct pt_run *run, u64 *slot, bool *own)
{
	const struct vtd_pgtable *pt = run->pt;
	unsigned int index = vtd_pte_index(run->iova, run->level);
	size_t count = min_t(size_t, run->left, VTD_PTE_ENTRIES - index);
	u64 *table = pt_alloc(pt, run->gfp, index, count);
	u64 other;

	if (!table)
		return -ENOMEM;
	pt_fill_fresh(&table[index], count, run->entry, run->step);
	pt_write_back(pt, table, VTD_PTE_ENTRIES);
	if (count == VTD_PTE_ENTRIES) {
		dma_wmb(); /* the table before the pointer to it */
		vtd_hw_store64(slot, pt_pointer(pt, table));
		*own = true;
	} else {
		other = pt_install(pt, slot, table);
		if (unlikely(other)) {
			iommu_free_pages(table);
			return pt_map_below(run, slot, other);
		}
	}
	pt_advance(run, count);
	return 0;
}

/* Map what lies below one table of pointers to tables of leaves. */
static int pt_map_slots(struct pt_run *run, u64 *upper)
{
	u64 *first = &upper[vtd_pte_index(run->iova, run->level + 1)];
	u64 *end = upper + VTD_PTE_ENTRIES;
	u64 *slot = first;
	bool own = false;
	int err;

	do {
		u64 pte = pt_read(slot);

		if (likely(pte))
			err = pt_map_below(run, slot, pte);
		else
			err = pt_map_new(run, slot, &own);
		slot++;
	} while (!err && run->left && slot != end);
	if (own)
		pt_write_back(run->pt, first, slot - first);
	return err;
}

/* Everything that the short way of vtd_pt_map() does not do. */
static noinline int pt_map_run(struct pt_run *run)
{
	int err;

	if (run->level == run->pt->levels)
		return pt_map_into(run, run->pt->root);
	do {
		u64 *upper = pt_descend(run);

		if (IS_ERR(upper))
			return PTR_ERR(upper);
		err = pt_map_slots(run, upper);
	} while (!err && run->left);
	return err;
}

static inline bool pt_has_pgsize(const struct vtd_pgtable *pt, size_t pgsize)
{
	return (pgsize & pt->pgsize_bitmap) && !(pgsize & (pgsize - 1));
}

/* Whether @count pages of BIT(@shift) bytes from @addr end at @last or before */
static inline bool pt_fits(u64 addr, size_t count, unsigned int shift, u64 last)
{
	return addr <= last && count - 1 <= (last - addr) >> (shift & 63);
}

/* What the short way left of a map: apart, for it needs a frame. */
static noinline int pt_map_rest(struct vtd_pgtable *pt, u64 iova, u64 entry,
				unsigned int shift, size_t pgcount, size_t done,
				gfp_t gfp, struct iommu_pages_list *replaced,
				size_t *mapped)
{
	u64 bytes = (u64)done << (shift & 63);
	struct pt_run run = {
		.pt = pt,
		.replaced = replaced,
		.iova = iova + bytes,
		.entry = entry + bytes,
		.step = BIT_ULL(shift & 63),
		.left = pgcount - done,
		.gfp = gfp,
		.level = (shift - VTD_PTE_PAGE_SHIFT + VTD_PTE_LEVEL_BITS) /
			 VTD_PTE_LEVEL_BITS,
	};
	int err = pt_map_run(&run);

	*mapped = run.iova - iova;
	return err;
}

/*
 * Map pages of one size; @stage and @shift are constants.  The short way: all
 * within one table that is there.
 */
static __always_inline int
pt_map_size(struct vtd_pgtable *pt, const enum vtd_pt_stage stage, u64 iova,
	    u64 paddr, unsigned int shift, size_t pgcount, u64 bits, gfp_t gfp,
	    struct iommu_pages_list *replaced, size_t *mapped)
{
	u64 entry = pt_leaf(pt, stage, paddr, bits);
	size_t done = 0;
	u64 *slot;

	if (!pt_fits(iova, pgcount, shift, pt->last_iova) ||
	    !pt_fits(paddr, pgcount, shift, pt->last_paddr))
		return -ERANGE;
	if (likely(pt_find(pt, stage, iova, shift, &slot)) &&
	    pgcount <= VTD_PTE_ENTRIES - pt_index(iova, shift)) {
		done = pt_fill(slot, pgcount, entry, BIT_ULL(shift));
		if (likely(done))
			pt_write_back(pt, slot, done);
		if (likely(done == pgcount)) {
			*mapped = done << shift;
			return 0;
		}
	}
	return pt_map_rest(pt, iova, entry, shift, pgcount, done, gfp, replaced,
			   mapped);
}

static __always_inline bool pt_prot_is_valid(const enum vtd_pt_stage stage,
					     u64 prot)
{
	u64 other = stage == VTD_PT_FIRST ? VTD_PTE_X : VTD_PTE_SNP;

	return vtd_pte_present(prot) &&
	       !(prot & ~(VTD_PTE_R | VTD_PTE_W | other));
}

static __always_inline int
pt_map_pages(struct vtd_pgtable *pt, const enum vtd_pt_stage stage, u64 iova,
	     u64 paddr, size_t pgsize, size_t pgcount, u64 prot, gfp_t gfp,
	     struct iommu_pages_list *replaced, size_t *mapped)
{
	*mapped = 0;
	if (!pt_has_pgsize(pt, pgsize) || !pgcount ||
	    ((iova | paddr) & (pgsize - 1)) || !pt_prot_is_valid(stage, prot))
		return -EINVAL;
	if (likely(pgsize == SZ_4K))
		return pt_map_size(pt, stage, iova, paddr, 12, pgcount, prot,
				   gfp, replaced, mapped);
	prot |= VTD_PTE_PS;
	if (pgsize == SZ_2M)
		return pt_map_size(pt, stage, iova, paddr, 21, pgcount, prot,
				   gfp, replaced, mapped);
	return pt_map_size(pt, stage, iova, paddr, 30, pgcount, prot, gfp,
			   replaced, mapped);
}

noinline int vtd_pt_map_second(struct vtd_pgtable *pt, u64 iova, u64 paddr,
			       size_t pgsize, size_t pgcount, u64 prot,
			       gfp_t gfp, struct iommu_pages_list *replaced,
			       size_t *mapped)
{
	return pt_map_pages(pt, VTD_PT_SECOND, iova, paddr, pgsize, pgcount,
			    prot, gfp, replaced, mapped);
}

noinline int vtd_pt_map_first(struct vtd_pgtable *pt, u64 iova, u64 paddr,
			      size_t pgsize, size_t pgcount, u64 prot,
			      gfp_t gfp, struct iommu_pages_list *replaced,
			      size_t *mapped)
{
	return pt_map_pages(pt, VTD_PT_FIRST, iova, paddr, pgsize, pgcount,
			    prot, gfp, replaced, mapped);
}

/* Pages of one size that may begin a range, at least one of 4 KiB. */
static size_t pt_best_pages(const struct vtd_pgtable *pt, u64 iova, u64 paddr,
			    u64 bytes, size_t *pgcount)
{
	u64 sizes = pt->pgsize_bitmap, larger = 0;
	u64 size;

	/* From the largest down; @larger is the one that did not do. */
	for (;; larger = size) {
		size = BIT_ULL(__fls(sizes));
		if (size == SZ_4K ||
		    (size <= bytes && !((iova | paddr) & (size - 1))))
			break;
		sizes &= ~size;
	}
	/* Where the larger one becomes possible further on, stop there. */
	if (larger && !((iova ^ paddr) & (larger - 1))) {
		u64 gap = larger - (iova & (larger - 1));

		if (gap < bytes && bytes - gap >= larger)
			bytes = gap;
	}
	*pgcount = bytes >> __ffs(size);
	return size;
}

/* A range of pages of several sizes: apart, for it needs a frame. */
static noinline int pt_map_mixed(struct vtd_pgtable *pt, u64 iova, u64 paddr,
				 u64 bytes, u64 prot, gfp_t gfp,
				 struct iommu_pages_list *replaced,
				 size_t *mapped)
{
	size_t pgsize, pgcount, done;
	int err;

	do {
		pgsize = pt_best_pages(pt, iova, paddr, bytes, &pgcount);
		err = vtd_pt_map(pt, iova, paddr, pgsize, pgcount, prot, gfp,
				 replaced, &done);
		*mapped += done;
		iova += done;
		paddr += done;
		bytes -= done;
	} while (!err && bytes);
	return err;
}

static __always_inline int
pt_map_bytes(struct vtd_pgtable *pt, const enum vtd_pt_stage stage, u64 iova,
	     u64 paddr, u64 bytes, u64 prot, gfp_t gfp,
	     struct iommu_pages_list *replaced, size_t *mapped)
{
	*mapped = 0;
	if (!bytes || ((iova | paddr | bytes) & (SZ_4K - 1)) ||
	    !pt_prot_is_valid(stage, prot))
		return -EINVAL;
	if (likely(bytes < SZ_2M || ((iova ^ paddr) & (SZ_2M - 1))))
		return pt_map_size(pt, stage, iova, paddr, 12,
				   bytes >> VTD_PTE_PAGE_SHIFT, prot, gfp,
				   replaced, mapped);
	/* One superpage: the size and its alignment say it all. */
	if ((bytes & pt->pgsize_bitmap) && !(bytes & (bytes - 1)) &&
	    !((iova | paddr) & (bytes - 1))) {
		if (bytes == SZ_2M)
			return pt_map_size(pt, stage, iova, paddr, 21, 1,
					   prot | VTD_PTE_PS, gfp, replaced,
					   mapped);
		return pt_map_size(pt, stage, iova, paddr, 30, 1,
				   prot | VTD_PTE_PS, gfp, replaced, mapped);
	}
	return pt_map_mixed(pt, iova, paddr, bytes, prot, gfp, replaced,
			    mapped);
}

int vtd_pt_map_range_second(struct vtd_pgtable *pt, u64 iova, u64 paddr,
			    u64 bytes, u64 prot, gfp_t gfp,
			    struct iommu_pages_list *replaced, size_t *mapped)
{
	return pt_map_bytes(pt, VTD_PT_SECOND, iova, paddr, bytes, prot, gfp,
			    replaced, mapped);
}

int vtd_pt_map_range_first(struct vtd_pgtable *pt, u64 iova, u64 paddr,
			   u64 bytes, u64 prot, gfp_t gfp,
			   struct iommu_pages_list *replaced, size_t *mapped)
{
	return pt_map_bytes(pt, VTD_PT_FIRST, iova, paddr, bytes, prot, gfp,
			    replaced, mapped);
}

static inline bool pt_covers(u64 iova, u64 last, u64 span)
{
	return !(iova & (span - 1)) && last - iova >= span - 1;
}

/* Unmap leaves and covered tables in one table above the lowest level. */
static noinline size_t pt_unmap_upper(const struct vtd_pgtable *pt, u64 *table,
				      unsigned int shift, u64 iova, u64 last,
				      struct iommu_pages_list *freed,
				      bool *tables_freed)
{
	unsigned int first = pt_index(iova, shift);
	unsigned int index = first;
	u64 span = BIT_ULL(shift & 63);

	for (; index < VTD_PTE_ENTRIES && iova <= last; index++, iova += span) {
		u64 pte = table[index];

		if (!pte)
			break;
		if (pte & VTD_PTE_PS) {
			if (iova & (span - 1))
				break;
			vtd_hw_store64(&table[index], 0);
			continue;
		}
		if (!pt_covers(iova, last, span))
			break;
		vtd_hw_store64(&table[index], 0);
		pt_collect(pt, pt_table(pte),
			   (shift - VTD_PTE_PAGE_SHIFT) / VTD_PTE_LEVEL_BITS,
			   freed);
		if (tables_freed)
			*tables_freed = true;
	}
	if (index > first)
		pt_write_back(pt, &table[first], index - first);
	return (u64)(index - first) << (shift & 63);
}

/* Unmap from one address on what one table holds; 0: nothing to be done. */
static size_t pt_unmap_part(const struct vtd_pgtable *pt, u64 iova, u64 last,
			    struct iommu_pages_list *freed, bool *tables_freed)
{
	unsigned int shift = pt->top_shift;
	u64 *table = pt->root;
	unsigned int index;
	size_t count;

	for (; shift != VTD_PTE_PAGE_SHIFT; shift -= VTD_PTE_LEVEL_BITS) {
		u64 pte = pt_read(&table[pt_index(iova, shift)]);

		if (unlikely(!pte))
			return 0;
		if (unlikely(pte & VTD_PTE_PS) ||
		    pt_covers(iova, last, BIT_ULL(shift & 63)))
			return pt_unmap_upper(pt, table, shift, iova, last,
					      freed, tables_freed);
		table = pt_table(pte);
	}
	index = pt_index(iova, VTD_PTE_PAGE_SHIFT);
	count = min_t(u64, VTD_PTE_ENTRIES - index,
		      ((last - iova) >> VTD_PTE_PAGE_SHIFT) + 1);
	table += index;
	count = pt_clear(table, count);
	if (likely(count))
		pt_write_back(pt, table, count);
	return count << VTD_PTE_PAGE_SHIFT;
}

static noinline size_t pt_unmap_parts(const struct vtd_pgtable *pt, u64 iova,
				      u64 last, struct iommu_pages_list *freed,
				      bool *tables_freed)
{
	u64 start = iova;
	size_t done;

	do {
		done = pt_unmap_part(pt, iova, last, freed, tables_freed);
		iova += done;
	} while (done && iova <= last);
	return iova - start;
}

/*
 * A range that is just what one entry of an upper table translates: a
 * superpage, or a table of leaves.  @stage and @shift are constants.
 */
static __always_inline bool pt_unmap_entry(const struct vtd_pgtable *pt,
					   const enum vtd_pt_stage stage,
					   u64 iova, unsigned int shift,
					   struct iommu_pages_list *freed,
					   bool *tables_freed)
{
	u64 *slot;
	u64 pte;

	if (!pt_find(pt, stage, iova, shift, &slot) ||
	    (iova & (BIT_ULL(shift) - 1)))
		return false;
	pte = *slot;
	if (!pte || (shift != 21 && !(pte & VTD_PTE_PS)))
		return false;
	vtd_hw_store64(slot, 0);
	if (!pt->coherent)
		vtd_flush_word(slot);
	if (shift == 21 && !(pte & VTD_PTE_PS)) {
		iommu_pages_list_add(freed, pt_table(pte));
		if (tables_freed)
			*tables_freed = true;
	}
	return true;
}

static __always_inline size_t pt_unmap_bytes(struct vtd_pgtable *pt,
					     const enum vtd_pt_stage stage,
					     u64 iova, u64 bytes,
					     struct iommu_pages_list *freed,
					     bool *tables_freed)
{
	size_t count = bytes >> VTD_PTE_PAGE_SHIFT;
	u64 last = pt->last_iova;
	u64 *slot;

	if (!bytes || ((iova | bytes) & (SZ_4K - 1)) || iova > last)
		return 0;
	if (bytes - 1 < last - iova)
		last = iova + bytes - 1;
	/* The short ways: within one table of leaves, and one superpage. */
	if (likely(count < VTD_PTE_ENTRIES &&
		   count <= VTD_PTE_ENTRIES - pt_index(iova, 12))) {
		if (likely(pt_find(pt, stage, iova, 12, &slot))) {
			count = pt_clear(slot, count);
			if (likely(count))
				pt_write_back(pt, slot, count);
			return count << VTD_PTE_PAGE_SHIFT;
		}
	} else if (bytes == SZ_2M) {
		if (likely(pt_unmap_entry(pt, stage, iova, 21, freed,
					  tables_freed)))
			return SZ_2M;
	} else if (bytes == SZ_1G) {
		if (likely(pt_unmap_entry(pt, stage, iova, 30, freed,
					  tables_freed)))
			return SZ_1G;
	}
	return pt_unmap_parts(pt, iova, last, freed, tables_freed);
}

size_t vtd_pt_unmap_range_second(struct vtd_pgtable *pt, u64 iova, u64 bytes,
				 struct iommu_pages_list *freed,
				 bool *tables_freed)
{
	return pt_unmap_bytes(pt, VTD_PT_SECOND, iova, bytes, freed,
			      tables_freed);
}

size_t vtd_pt_unmap_range_first(struct vtd_pgtable *pt, u64 iova, u64 bytes,
				struct iommu_pages_list *freed,
				bool *tables_freed)
{
	return pt_unmap_bytes(pt, VTD_PT_FIRST, iova, bytes, freed,
			      tables_freed);
}

static __always_inline size_t pt_unmap_pages(struct vtd_pgtable *pt,
					     const enum vtd_pt_stage stage,
					     u64 iova, size_t pgsize,
					     size_t pgcount,
					     struct iommu_pages_list *freed,
					     bool *tables_freed)
{
	unsigned int shift;

	if (!pt_has_pgsize(pt, pgsize) || !pgcount)
		return 0;
	shift = __ffs(pgsize) & 63;
	/* More than all there is: all there is. */
	if (pgcount > pt->last_iova >> shift)
		return VTD_PT_OF(stage, vtd_pt_unmap_range, pt, iova,
				 pt->last_iova - iova + 1, freed, tables_freed);
	return VTD_PT_OF(stage, vtd_pt_unmap_range, pt, iova,
			 (u64)pgcount << shift, freed, tables_freed);
}

size_t vtd_pt_unmap_second(struct vtd_pgtable *pt, u64 iova, size_t pgsize,
			   size_t pgcount, struct iommu_pages_list *freed,
			   bool *tables_freed)
{
	return pt_unmap_pages(pt, VTD_PT_SECOND, iova, pgsize, pgcount, freed,
			      tables_freed);
}

size_t vtd_pt_unmap_first(struct vtd_pgtable *pt, u64 iova, size_t pgsize,
			  size_t pgcount, struct iommu_pages_list *freed,
			  bool *tables_freed)
{
	return pt_unmap_pages(pt, VTD_PT_FIRST, iova, pgsize, pgcount, freed,
			      tables_freed);
}

bool vtd_pt_lookup(const struct vtd_pgtable *pt, u64 iova,
		   struct vtd_pt_leaf *leaf)
{
	unsigned int shift = pt->top_shift;
	u64 span, pte;

	if (unlikely(iova > pt->last_iova))
		return false;
	pte = pt_read(&pt->root[pt_index(iova, shift)]);
	while (shift != VTD_PTE_PAGE_SHIFT && (pte & pt->present_bits) &&
	       !(pte & VTD_PTE_PS)) {
		shift -= VTD_PTE_LEVEL_BITS;
		pte = pt_read(&pt_table(pte)[pt_index(iova, shift)]);
	}
	if (!(pte & pt->present_bits))
		return false;
	span = BIT_ULL(shift & 63);
	leaf->phys = vtd_pte_addr(pte) | (iova & (span - 1));
	leaf->size = span;
	leaf->prot = pte & pt->prot_bits;
	return true;
}

u64 vtd_pt_phys_slow(const struct vtd_pgtable *pt, u64 iova)
{
	struct vtd_pt_leaf leaf;

	return vtd_pt_lookup(pt, iova, &leaf) ? leaf.phys : 0;
}

int vtd_pt_walk(const struct vtd_pgtable *pt, u64 iova,
		struct vtd_pt_walk *walk)
{
	const u64 *table = pt->root;
	unsigned int level = pt->levels;
	u64 pte;

	memset(walk, 0, sizeof(*walk));
	if (iova > pt->last_iova)
		return -ERANGE;
	walk->top = level;
	for (;;) {
		pte = pt_read(&table[vtd_pte_index(iova, level)]);
		walk->entry[level] = pte;
		walk->bottom = level;
		if (!pt_points(pt, pte, level))
			return 0;
		table = pt_table(pte);
		level--;
	}
}

void vtd_pt_set_snoop(struct vtd_pgtable *pt, bool on)
{
	if (pt->stage == VTD_PT_SECOND)
		WRITE_ONCE(pt->snoop_bits, on ? VTD_PTE_SNP : 0);
}

/* What entries of the first stage are made of, and how they are read. */
static void pt_use_first(struct vtd_pgtable *pt,
			 const struct vtd_pt_config *config)
{
	/* with A and D set hardware has nothing to write */
	u64 accessed = config->dirty ? 0 : VTD_FPTE_A;
	u64 dirty = config->dirty ? 0 : VTD_FPTE_D;

	pt->present_bits = VTD_FPTE_P;
	pt->pointer_bits = PT_FIRST_POINTER;
	pt->prot_bits = VTD_PTE_R | VTD_PTE_W;
	pt->leaf_bits = VTD_FPTE_P | VTD_FPTE_US | accessed |
			(config->nx ? VTD_FPTE_XD : 0);
	pt->write_bits = VTD_FPTE_RW | dirty;
}

static void pt_use_second(struct vtd_pgtable *pt)
{
	pt->present_bits = VTD_PTE_R | VTD_PTE_W;
	pt->pointer_bits = PT_SECOND_POINTER;
	pt->prot_bits = ~(VTD_PTE_ADDR | VTD_PTE_PS | VTD_PTE_A | VTD_PTE_D);
}

/* Width of input addresses; 0 where the stage has no such levels. */
static unsigned int pt_widest(const struct vtd_pt_config *config)
{
	switch (config->stage) {
	case VTD_PT_SECOND:
		if (config->levels < VTD_PTE_MIN_LEVELS ||
		    config->levels > VTD_PTE_MAX_LEVELS || config->nx)
			return 0;
		return VTD_PTE_PAGE_SHIFT + config->levels * VTD_PTE_LEVEL_BITS;
	case VTD_PT_FIRST:
		if (config->levels < VTD_FPTE_MIN_LEVELS ||
		    config->levels > VTD_FPTE_MAX_LEVELS)
			return 0;
		return vtd_fpte_input_bits(config->levels);
	}
	return 0;
}

static bool pt_config_is_valid(const struct vtd_pt_config *config,
			       unsigned int iova_bits, unsigned int paddr_bits)
{
	return iova_bits >= 31 && iova_bits <= pt_widest(config) &&
	       paddr_bits >= 32 && paddr_bits <= 52 &&
	       (config->coherent || !config->dirty) &&
	       (config->pgsize_bitmap & SZ_4K) &&
	       !(config->pgsize_bitmap &
		 ~(unsigned long)(SZ_4K | SZ_2M | SZ_1G));
}

int vtd_pt_init(struct vtd_pgtable *pt, const struct vtd_pt_config *config,
		gfp_t gfp)
{
	unsigned int iova_bits = config->iova_bits ?: pt_widest(config);
	unsigned int paddr_bits = config->paddr_bits ?: 52;

	memset(pt, 0, sizeof(*pt));
	if (!pt_config_is_valid(config, iova_bits, paddr_bits))
		return -EINVAL;
	if (config->stage == VTD_PT_FIRST)
		pt_use_first(pt, config);
	else
		pt_use_second(pt);
	pt->stage = config->stage;
	pt->last_iova = BIT_ULL(iova_bits) - 1;
	pt->last_paddr = BIT_ULL(paddr_bits) - 1;
	pt->pgsize_bitmap = config->pgsize_bitmap;
	pt->nid = config->nid;
	pt->pool = config->pool;
	pt->levels = config->levels;
	pt->top_shift = vtd_pte_shift(config->levels);
	pt->coherent = config->coherent;
	pt->root = pt_alloc(pt, gfp, 0, 0);
	if (!pt->root)
		return -ENOMEM;
	pt_write_back(pt, pt->root, VTD_PTE_ENTRIES);
	return 0;
}

void vtd_pt_destroy(struct vtd_pgtable *pt)
{
	struct iommu_pages_list all = IOMMU_PAGES_LIST_INIT(all);

	if (!pt->root)
		return;
	pt_collect(pt, pt->root, pt->levels, &all);
	iommu_put_pages_list(&all);
	pt->root = NULL;
}
