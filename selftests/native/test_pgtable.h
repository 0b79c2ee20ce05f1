/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the page tables share: a walk of its own, written from the
 * specification (3.6, 3.7, 9.7, 9.8) with literal bits, so that a wrong constant
 * in the engine's headers is seen.
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

/* Of all tables that the running test makes. */
static enum vtd_pt_stage stage;

static inline int begin_second(void **state)
{
	stage = VTD_PT_SECOND;
	return vtd_shim_begin(state);
}

static inline int begin_first(void **state)
{
	stage = VTD_PT_FIRST;
	return vtd_shim_begin(state);
}

/* A test of one stage; what it finds in *state. */
static inline struct CMUnitTest test_of(enum vtd_pt_stage of, const char *name,
					CMUnitTestFunction fn,
					const void *state)
{
	return (struct CMUnitTest){
		.name = name,
		.test_func = fn,
		.setup_func = of == VTD_PT_FIRST ? begin_first : begin_second,
		.teardown_func = vtd_shim_end,
		.initial_state = (void *)state,
	};
}

#define STAGE_NAME(s) ((s) == VTD_PT_FIRST ? "first stage: " : "")

#define FIRST_STAGE(fn) { #fn, fn, begin_first, vtd_shim_end, NULL }

/* A test of both stages, and its name in each. */
struct both {
	const char *name[2];
	CMUnitTestFunction fn;
};

#define BOTH_STAGES(fn) { { #fn, "first stage: " #fn }, fn }

static inline size_t add_both(struct CMUnitTest *to, const struct both *both,
			      size_t nr)
{
	for (size_t i = 0; i < 2 * nr; i++)
		to[i] = test_of(i % 2, both[i / 2].name[i % 2], both[i / 2].fn,
				NULL);
	return 2 * nr;
}

/* Input addresses that tables of so many levels have; the lower half of them. */
static inline u64 width_of(int levels)
{
	return 1ULL << (12 + 9 * levels - (stage == VTD_PT_FIRST));
}

static inline int min_levels(void)
{
	return stage == VTD_PT_FIRST ? 4 : 3;
}

/* What an address translates to; size 0: to nothing. */
struct seen {
	u64 phys;
	u64 size; /* of the leaf */
	u64 bits; /* 0x1 read, 0x2 write, 0x800 snoop */
};

/* What becomes of rights: the first stage always allows reads, and has no SNP. */
static inline u64 granted(u64 bits)
{
	return stage == VTD_PT_FIRST ? (bits & 2) | 1 : bits;
}

/* Reads a word of a table, by physical address. */
typedef u64 (*read_word_t)(u64 phys);

static inline u64 read_memory(u64 phys)
{
	return READ_ONCE(*(u64 *)phys);
}

/* All bits of a leaf but the address. */
static inline void check_leaf_bits(u64 bits, int level)
{
	u64 ps = level > 1 ? 0x80 : 0;

	assert_true(level <= 3);
	if (stage == VTD_PT_FIRST) /* P, US, A; with W: RW, D */
		assert_int_equal(bits, 0x25 | ps | (bits & 2 ? 0x42 : 0));
	else
		assert_int_equal(bits & ~0x803ULL, ps);
}

/* R, W and A, or P, RW, US and A; ignored bits may be set. */
static inline void check_pointer_bits(u64 pte)
{
	assert_int_equal(pte & 0xfff, stage == VTD_PT_FIRST ? 0x27 : 0x103);
	assert_int_equal(pte & 0xc000000000000000ULL, 0);
}

/* A table whose entries are reserved or half made is a test failure. */
static inline struct seen see_through(read_word_t read_word, u64 root,
				      int levels, u64 iova)
{
	u64 present = stage == VTD_PT_FIRST ? 1 : 3;
	struct seen seen = { 0 };
	u64 table = root;
	int level;

	for (level = levels; level >= 1; level--) {
		int shift = 12 + 9 * (level - 1);
		u64 pte = read_word(table + 8 * ((iova >> shift) & 0x1ff));

		if (!(pte & present)) {
			assert_int_equal(pte, 0);
			return seen;
		}
		if (level == 1 || (pte & 0x80)) {
			u64 low = (1ULL << shift) - 1;
			u64 phys = pte & 0x000ffffffffff000ULL;

			assert_int_equal(phys & low, 0);
			check_leaf_bits(pte & ~phys, level);
			seen.phys = phys | (iova & low);
			seen.size = 1ULL << shift;
			seen.bits = pte & (stage == VTD_PT_FIRST ? 3 : 0x803);
			return seen;
		}
		check_pointer_bits(pte);
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
	assert_int_equal(seen.bits, granted(bits));
	assert_true(vtd_pt_lookup(pt, iova, &leaf));
	assert_int_equal(leaf.phys, phys);
	assert_int_equal(leaf.size, size);
	assert_int_equal(leaf.prot, granted(bits));
	assert_int_equal(vtd_pt_walk(pt, iova, &walk), 0);
	assert_int_equal(walk.top, pt->levels);
	assert_int_equal(walk.bottom, size == KB4 ? 1 : size == MB2 ? 2 : 3);
	assert_int_equal(walk.entry[walk.bottom] & 0x803, granted(bits));
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
		.stage = stage,
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
