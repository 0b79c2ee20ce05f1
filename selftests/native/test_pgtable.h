/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the page tables share: a walk of its own, written from the
 * specification (3.7, 9.8) with literal bits, so that a wrong constant in the
 * engine's headers is seen.
 */
#ifndef TEST_PGTABLE_H
#define TEST_PGTABLE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/sizes.h>

#include "../../dmar/pgtable.h"
#include "vtd_test.h"

#define KB4 0x1000ULL
#define MB2 0x200000ULL
#define GB1 0x40000000ULL
#define GB512 0x8000000000ULL
#define TB256 0x1000000000000ULL

/* What an address translates to; size 0: to nothing. */
struct seen {
	u64 phys;
	u64 size; /* of the leaf */
	u64 bits; /* 0x1 read, 0x2 write, 0x800 snoop */
};

/* Reads a word of a table, by physical address. */
typedef u64 (*read_word_t)(u64 phys);

static inline u64 read_memory(u64 phys)
{
	return READ_ONCE(*(u64 *)phys);
}

/* A table whose entries are reserved or half made is a test failure. */
static inline struct seen see_through(read_word_t read_word, u64 root,
				      int levels, u64 iova)
{
	struct seen seen = { 0 };
	u64 table = root;
	int level;

	for (level = levels; level >= 1; level--) {
		int shift = 12 + 9 * (level - 1);
		u64 pte = read_word(table + 8 * ((iova >> shift) & 0x1ff));

		if (!(pte & 3)) {
			assert_int_equal(pte, 0);
			return seen;
		}
		if (level == 1 || (pte & 0x80)) {
			u64 low = (1ULL << shift) - 1;
			u64 phys = pte & 0x000ffffffffff000ULL;

			assert_true(level <= 3);
			assert_int_equal(phys & low, 0);
			assert_int_equal(pte & ~(phys | 0x803ULL),
					 level > 1 ? 0x80 : 0);
			seen.phys = phys | (iova & low);
			seen.size = 1ULL << shift;
			seen.bits = pte & 0x803;
			return seen;
		}
		/* a pointer: R, W, address, and perhaps ignored bits */
		assert_int_equal(pte & 0x800ffffffffff003ULL & 0xfff,
				 pte & 0xfff);
		assert_int_equal(pte & 0xfff, 3);
		assert_int_equal(pte & 0xc000000000000000ULL, 0);
		table = pte & 0x000ffffffffff000ULL;
	}
	return seen;
}

static inline struct seen see(const struct vtd_pgtable *pt, u64 iova)
{
	return see_through(read_memory, (u64)pt->root, pt->levels, iova);
}

static inline void expect_leaf(const struct vtd_pgtable *pt, u64 iova, u64 phys,
			       u64 size, u64 bits)
{
	struct seen seen = see(pt, iova);
	struct vtd_pt_leaf leaf;
	struct vtd_pt_walk walk;

	assert_int_equal(seen.size, size);
	assert_int_equal(seen.phys, phys);
	assert_int_equal(seen.bits, bits);
	assert_true(vtd_pt_lookup(pt, iova, &leaf));
	assert_int_equal(leaf.phys, phys);
	assert_int_equal(leaf.size, size);
	assert_int_equal(leaf.prot, bits);
	assert_int_equal(vtd_pt_walk(pt, iova, &walk), 0);
	assert_int_equal(walk.top, pt->levels);
	assert_int_equal(walk.bottom, size == KB4 ? 1 : size == MB2 ? 2 : 3);
	assert_int_equal(walk.entry[walk.bottom] & 0x803, bits);
}

static inline void expect_empty(const struct vtd_pgtable *pt, u64 iova)
{
	struct vtd_pt_leaf leaf;
	struct vtd_pt_walk walk;

	assert_int_equal(see(pt, iova).size, 0);
	assert_false(vtd_pt_lookup(pt, iova, &leaf));
	assert_int_equal(vtd_pt_walk(pt, iova, &walk), 0);
	assert_int_equal(walk.entry[walk.bottom], 0);
}

static inline void make_pt(struct vtd_pgtable *pt, int levels, bool coherent)
{
	struct vtd_pt_config config = {
		.levels = levels,
		.coherent = coherent,
		.pgsize_bitmap = SZ_4K | SZ_2M | SZ_1G,
		.nid = NUMA_NO_NODE,
	};

	assert_int_equal(vtd_pt_init(pt, &config, GFP_KERNEL), 0);
	assert_int_equal(pt->levels, levels);
}

/* Unmap, and free what came off at once: what still points there is seen. */
static inline size_t unmap(struct vtd_pgtable *pt, u64 iova, u64 pgsize,
			   size_t count)
{
	struct iommu_pages_list freed = IOMMU_PAGES_LIST_INIT(freed);
	bool tables_freed = false;
	size_t done;

	done = vtd_pt_unmap(pt, iova, pgsize, count, &freed, &tables_freed);
	assert_int_equal(tables_freed, !iommu_pages_list_empty(&freed));
	iommu_put_pages_list(&freed);
	return done;
}

/* Map; replaced tables are freed at once. */
static inline int map_replacing(struct vtd_pgtable *pt, u64 iova, u64 paddr,
				u64 pgsize, size_t count, u64 prot,
				size_t *mapped)
{
	struct iommu_pages_list replaced = IOMMU_PAGES_LIST_INIT(replaced);
	int ret;

	ret = vtd_pt_map(pt, iova, paddr, pgsize, count, prot, GFP_KERNEL,
			 &replaced, mapped);
	iommu_put_pages_list(&replaced);
	return ret;
}

static inline int map(struct vtd_pgtable *pt, u64 iova, u64 paddr, u64 pgsize,
		      size_t count, u64 prot, size_t *mapped)
{
	return vtd_pt_map(pt, iova, paddr, pgsize, count, prot, GFP_KERNEL,
			  NULL, mapped);
}

/* Tables between the root and the leaves of a size, for one address. */
static inline int tables_below_root(int levels, u64 pgsize)
{
	return levels - (pgsize == KB4 ? 1 : pgsize == MB2 ? 2 : 3);
}

#endif /* TEST_PGTABLE_H */
