// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables: what is refused, what a superpage may replace, what a partial
 * unmap takes, and that a failed allocation leaves nothing behind.
 *
 * SRCS: dmar/pgtable.c
 */
#include "test_pgtable.h"

#define RW 3ULL
#define SNP 0x800ULL

static struct vtd_pgtable pt;
static size_t mapped;

/* --- making one ------------------------------------------------------------ */

static int init_with(u8 levels, u8 iova_bits, u8 paddr_bits,
		     unsigned long sizes)
{
	struct vtd_pt_config config = {
		.stage = stage,
		.levels = levels,
		.iova_bits = iova_bits,
		.paddr_bits = paddr_bits,
		.coherent = true,
		.pgsize_bitmap = sizes,
		.nid = NUMA_NO_NODE,
	};

	return vtd_pt_init(&pt, &config, GFP_KERNEL);
}

static void test_init_refuses(void **state)
{
	assert_int_equal(init_with(2, 0, 0, KB4), -EINVAL);
	assert_int_equal(init_with(6, 0, 0, KB4), -EINVAL);
	assert_int_equal(init_with(0, 0, 0, KB4), -EINVAL);
	if (stage == VTD_PT_FIRST) {
		assert_int_equal(init_with(3, 0, 0, KB4), -EINVAL);
		assert_int_equal(init_with(3, 39, 0, KB4), -EINVAL);
		assert_int_equal(init_with(4, 48, 0, KB4), -EINVAL);
		assert_int_equal(init_with(5, 57, 0, KB4), -EINVAL);
	} else {
		assert_int_equal(init_with(3, 40, 0, KB4), -EINVAL);
		assert_int_equal(init_with(4, 49, 0, KB4), -EINVAL);
		assert_int_equal(init_with(5, 58, 0, KB4), -EINVAL);
	}
	assert_int_equal(init_with(4, 30, 0, KB4), -EINVAL);
	assert_int_equal(init_with(4, 0, 31, KB4), -EINVAL);
	assert_int_equal(init_with(4, 0, 53, KB4), -EINVAL);
	assert_int_equal(init_with(4, 0, 0, MB2 | GB1), -EINVAL);
	assert_int_equal(init_with(4, 0, 0, KB4 | 0x10000), -EINVAL);
	assert_int_equal(init_with(4, 0, 0, 0), -EINVAL);
	vtd_pt_destroy(&pt);
}

static void test_init_without_memory(void **state)
{
	vtd_shim_fail_alloc(1);
	assert_int_equal(init_with(4, 0, 0, KB4), -ENOMEM);
	vtd_pt_destroy(&pt);
}

static void test_destroy_zeroed(void **state)
{
	memset(&pt, 0, sizeof(pt));
	vtd_pt_destroy(&pt);
}

static void test_destroy_twice(void **state)
{
	make_pt(&pt, 4, true);
	vtd_pt_destroy(&pt);
	vtd_pt_destroy(&pt);
}

static void test_destroy_full(void **state)
{
	make_pt(&pt, 5, true);
	for (u64 i = 1; i < 40; i++) {
		assert_int_equal(map(&pt, i * (TB256 / 7 & ~(GB1 - 1)), 0, KB4,
				     700, RW, &mapped),
				 0);
		assert_int_equal(map(&pt, i * (TB256 / 7 & ~(GB1 - 1)) + GB1, 0,
				     MB2, 700, RW, &mapped),
				 0);
	}
	vtd_pt_destroy(&pt);
}

/* --- what is refused ------------------------------------------------------- */

static void refuse(u64 iova, u64 paddr, u64 pgsize, size_t count, u64 prot,
		   int error)
{
	long tables = vtd_shim_live_tables();

	mapped = 77;
	assert_int_equal(map(&pt, iova, paddr, pgsize, count, prot, &mapped),
			 error);
	assert_int_equal(mapped, 0);
	assert_int_equal(vtd_shim_live_tables(), tables);
}

static void test_map_misaligned(void **state)
{
	make_pt(&pt, 4, true);
	refuse(0x1001, 0, KB4, 1, RW, -EINVAL);
	refuse(0x1000, 0x800, KB4, 1, RW, -EINVAL);
	refuse(MB2 + KB4, 0, MB2, 1, RW, -EINVAL);
	refuse(MB2, MB2 / 2, MB2, 1, RW, -EINVAL);
	refuse(GB1 + MB2, 0, GB1, 1, RW, -EINVAL);
	refuse(GB1, MB2, GB1, 1, RW, -EINVAL);
	vtd_pt_destroy(&pt);
}

static void test_map_page_size(void **state)
{
	assert_int_equal(init_with(4, 0, 0, KB4 | MB2), 0);
	refuse(0, 0, GB1, 1, RW, -EINVAL);
	refuse(0, 0, 0x2000, 1, RW, -EINVAL);
	refuse(0, 0, KB4 | MB2, 1, RW, -EINVAL);
	refuse(0, 0, 0, 1, RW, -EINVAL);
	refuse(0, 0, 1, 1, RW, -EINVAL);
	refuse(0, 0, KB4, 0, RW, -EINVAL);
	refuse(0, 0, GB512, 1, RW, -EINVAL);
	vtd_pt_destroy(&pt);
}

static void test_map_prot(void **state)
{
	make_pt(&pt, 4, true);
	refuse(0, 0, KB4, 1, 0, -EINVAL);
	refuse(0, 0, KB4, 1, SNP, -EINVAL);
	refuse(0, 0, KB4, 1, 4, -EINVAL);
	refuse(0, 0, KB4, 1, RW | (stage == VTD_PT_FIRST ? SNP : 4), -EINVAL);
	refuse(0, 0, KB4, 1, RW | 8, -EINVAL);
	refuse(0, 0, KB4, 1, RW | 0x80, -EINVAL);
	refuse(0, 0, KB4, 1, RW | 0x100, -EINVAL);
	refuse(0, 0, KB4, 1, RW | KB4, -EINVAL);
	refuse(0, 0, KB4, 1, RW | 1ULL << 52, -EINVAL);
	refuse(0, 0, KB4, 1, RW | 1ULL << 63, -EINVAL);
	vtd_pt_destroy(&pt);
}

static void test_map_beyond_width(void **state)
{
	size_t huge = ~(size_t)0;

	for (int levels = min_levels(); levels <= 5; levels++) {
		u64 end = width_of(levels);

		make_pt(&pt, levels, true);
		refuse(end, 0, KB4, 1, RW, -ERANGE);
		refuse(end - KB4, 0, KB4, 2, RW, -ERANGE);
		refuse(end - GB1, 0, GB1, 2, RW, -ERANGE);
		refuse(0, 0, KB4, (end >> 12) + 1, RW, -ERANGE);
		refuse(KB4, 0, KB4, huge, RW, -ERANGE);
		refuse(KB4, 0, KB4, 1ULL << 52, RW, -ERANGE);
		refuse(0, 0, GB1, 1ULL << 34, RW, -ERANGE);
		refuse(0xfffffffffffff000ULL, 0, KB4, 1, RW, -ERANGE);
		refuse(1ULL << 63, 0, GB1, 1, RW, -ERANGE);
		vtd_pt_destroy(&pt);
	}
}

static void test_map_narrow_width(void **state)
{
	assert_int_equal(init_with(4, 42, 0, KB4 | MB2 | GB1), 0);
	refuse(1ULL << 42, 0, KB4, 1, RW, -ERANGE);
	refuse((1ULL << 42) - KB4, 0, KB4, 2, RW, -ERANGE);
	assert_int_equal(map(&pt, (1ULL << 42) - KB4, 0, KB4, 1, RW, &mapped),
			 0);
	assert_int_equal(unmap(&pt, (1ULL << 42) - KB4, KB4, 5), KB4);
	assert_int_equal(unmap(&pt, 1ULL << 42, KB4, 1), 0);
	vtd_pt_destroy(&pt);
}

static void test_map_physical_width(void **state)
{
	assert_int_equal(init_with(4, 0, 36, KB4 | MB2 | GB1), 0);
	refuse(0, 1ULL << 36, KB4, 1, RW, -ERANGE);
	refuse(0, (1ULL << 36) - KB4, KB4, 2, RW, -ERANGE);
	refuse(0, (1ULL << 36) - GB1, GB1, 2, RW, -ERANGE);
	refuse(0, 0xfffffffffffff000ULL, KB4, 1, RW, -ERANGE);
	assert_int_equal(map(&pt, 0, (1ULL << 36) - KB4, KB4, 1, RW, &mapped),
			 0);
	expect_leaf(&pt, 0, (1ULL << 36) - KB4, KB4, RW);
	vtd_pt_destroy(&pt);
}

static void test_highest_physical(void **state)
{
	make_pt(&pt, 4, true);
	assert_int_equal(
		map(&pt, 0, 0x000ffffffffff000ULL, KB4, 1, RW, &mapped), 0);
	expect_leaf(&pt, 0, 0x000ffffffffff000ULL, KB4, RW);
	expect_leaf(&pt, 0xfff, 0x000fffffffffffffULL, KB4, RW);
	assert_int_equal(
		map(&pt, GB1, 0x000fffffc0000000ULL, GB1, 1, RW, &mapped), 0);
	expect_leaf(&pt, GB1, 0x000fffffc0000000ULL, GB1, RW);
	assert_int_equal(map(&pt, 2 * GB1, 0x000fffffffe00000ULL, MB2, 1, RW,
			     &mapped),
			 0);
	expect_leaf(&pt, 2 * GB1, 0x000fffffffe00000ULL, MB2, RW);
	vtd_pt_destroy(&pt);
}

static void test_lookup_beyond_width(void **state)
{
	struct vtd_pt_leaf leaf;
	struct vtd_pt_walk walk;
	u64 end = width_of(min_levels());

	make_pt(&pt, min_levels(), true);
	assert_int_equal(map(&pt, 0, 0, GB1, 1, RW, &mapped), 0);
	assert_false(vtd_pt_lookup(&pt, end, &leaf));
	assert_false(vtd_pt_lookup(&pt, ~0ULL, &leaf));
	assert_int_equal(vtd_pt_walk(&pt, end, &walk), -ERANGE);
	assert_int_equal(vtd_pt_walk(&pt, end - 1, &walk), 0);
	vtd_pt_destroy(&pt);
}

static void test_unmap_refuses(void **state)
{
	u64 end = width_of(min_levels());

	make_pt(&pt, min_levels(), true);
	assert_int_equal(map(&pt, 0, 0, KB4, 8, RW, &mapped), 0);
	assert_int_equal(unmap(&pt, 1, KB4, 1), 0);
	assert_int_equal(unmap(&pt, 0, KB4, 0), 0);
	assert_int_equal(unmap(&pt, 0, 0x2000, 1), 0);
	assert_int_equal(unmap(&pt, 0, 0, 1), 0);
	assert_int_equal(unmap(&pt, end, KB4, 1), 0);
	assert_int_equal(unmap(&pt, ~0ULL & ~0xfffULL, KB4, 1), 0);
	for (u64 i = 0; i < 8; i++)
		expect_leaf(&pt, i * KB4, i * KB4, KB4, RW);
	vtd_pt_destroy(&pt);
}

/* Lengths that would run over: the range is cut at the width. */
static void test_unmap_long_count(void **state)
{
	u64 end = width_of(5);

	make_pt(&pt, 5, true);
	assert_int_equal(map(&pt, end - 3 * KB4, 0, KB4, 3, RW, &mapped), 0);
	assert_int_equal(unmap(&pt, end - 3 * KB4, KB4, ~(size_t)0), 3 * KB4);
	assert_int_equal(map(&pt, end - 3 * KB4, 0, KB4, 3, RW, &mapped), 0);
	assert_int_equal(unmap(&pt, end - 3 * KB4, GB1, 1ULL << 34), 3 * KB4);
	assert_int_equal(
		map_replacing(&pt, end - 2 * GB1, 0, GB1, 2, RW, &mapped), 0);
	assert_int_equal(unmap(&pt, end - 2 * GB1, GB1, ~(size_t)0), 2 * GB1);
	vtd_pt_destroy(&pt);
}

/* --- rights and snooping --------------------------------------------------- */

static void test_rights(void **state)
{
	u64 snp = stage == VTD_PT_FIRST ? 0 : SNP;

	make_pt(&pt, 4, true);
	assert_int_equal(map(&pt, 0x1000, 0xa000, KB4, 1, 1, &mapped), 0);
	assert_int_equal(map(&pt, 0x2000, 0xb000, KB4, 1, 2, &mapped), 0);
	assert_int_equal(map(&pt, 0x3000, 0xc000, KB4, 1, RW | snp, &mapped),
			 0);
	assert_int_equal(map(&pt, GB1, 0, GB1, 1, 2, &mapped), 0);
	assert_int_equal(map(&pt, 2 * GB1, 0, MB2, 1, 1 | snp, &mapped), 0);
	expect_leaf(&pt, 0x1000, 0xa000, KB4, 1);
	expect_leaf(&pt, 0x2fff, 0xbfff, KB4, 2);
	expect_leaf(&pt, 0x3008, 0xc008, KB4, RW | snp);
	expect_leaf(&pt, GB1 + 5, 5, GB1, 2);
	expect_leaf(&pt, 2 * GB1 + 5, 5, MB2, 1 | snp);
	vtd_pt_destroy(&pt);
}

static void test_set_snoop(void **state)
{
	make_pt(&pt, 4, true);
	assert_int_equal(map(&pt, 0, 0, KB4, 1, RW, &mapped), 0);
	vtd_pt_set_snoop(&pt, true);
	assert_int_equal(map(&pt, KB4, 0, KB4, 20, RW, &mapped), 0);
	assert_int_equal(map(&pt, MB2, 0, MB2, 1, 1, &mapped), 0);
	vtd_pt_set_snoop(&pt, false);
	assert_int_equal(map(&pt, GB1, 0, GB1, 1, RW, &mapped), 0);
	expect_leaf(&pt, 0, 0, KB4, RW);
	for (u64 i = 0; i < 20; i++)
		expect_leaf(&pt, KB4 + i * KB4, i * KB4, KB4, RW | SNP);
	expect_leaf(&pt, MB2, 0, MB2, 1 | SNP);
	expect_leaf(&pt, GB1, 0, GB1, RW);
	vtd_pt_destroy(&pt);
}

/* Hardware sets A and D; neither shows nor hinders. */
static void test_accessed_dirty(void **state)
{
	struct vtd_pt_walk walk;
	struct vtd_pt_leaf leaf;
	u64 *table;

	make_pt(&pt, 3, true);
	assert_int_equal(map(&pt, 0, 0x5000, KB4, 2, RW, &mapped), 0);
	vtd_pt_walk(&pt, 0, &walk);
	table = (u64 *)(walk.entry[2] & 0x000ffffffffff000ULL);
	table[0] |= 0x300;
	pt.root[0] |= 0x100;
	assert_true(vtd_pt_lookup(&pt, 0x10, &leaf));
	assert_int_equal(leaf.phys, 0x5010);
	assert_int_equal(leaf.prot, RW);
	assert_int_equal(map(&pt, 0, 0, KB4, 1, RW, &mapped), -EEXIST);
	assert_int_equal(map(&pt, 2 * KB4, 0, KB4, 1, RW, &mapped), 0);
	assert_int_equal(unmap(&pt, 0, KB4, 3), 3 * KB4);
	assert_int_equal(table[0], 0);
	vtd_pt_destroy(&pt);
}

/* --- what is in the way ---------------------------------------------------- */

static void test_stops_at_used(void **state)
{
	for (u64 used = 0; used < 40; used++) {
		make_pt(&pt, 4, used & 1);
		assert_int_equal(map(&pt, used * KB4, GB1, KB4, 1, 1, &mapped),
				 0);
		assert_int_equal(map(&pt, 0, 0, KB4, 40, RW, &mapped), -EEXIST);
		assert_int_equal(mapped, used * KB4);
		for (u64 i = 0; i < 41; i++) {
			if (i < used)
				expect_leaf(&pt, i * KB4, i * KB4, KB4, RW);
			else if (i == used)
				expect_leaf(&pt, i * KB4, GB1, KB4, 1);
			else
				expect_empty(&pt, i * KB4);
		}
		vtd_pt_destroy(&pt);
	}
}

static void test_stops_at_used_later_table(void **state)
{
	make_pt(&pt, 4, false);
	assert_int_equal(map(&pt, 3 * MB2 + 9 * KB4, GB1, KB4, 1, 1, &mapped),
			 0);
	assert_int_equal(map(&pt, 5 * KB4, 0, KB4, 5000, RW, &mapped), -EEXIST);
	assert_int_equal(mapped, 3 * MB2 + 4 * KB4);
	expect_leaf(&pt, 3 * MB2 + 8 * KB4, 3 * MB2 + 3 * KB4, KB4, RW);
	expect_leaf(&pt, 3 * MB2 + 9 * KB4, GB1, KB4, 1);
	expect_empty(&pt, 3 * MB2 + 10 * KB4);
	expect_empty(&pt, 4 * MB2);
	vtd_pt_destroy(&pt);
}

static void test_small_over_superpage(void **state)
{
	make_pt(&pt, 4, true);
	assert_int_equal(map(&pt, MB2, 0, MB2, 1, RW, &mapped), 0);
	assert_int_equal(map(&pt, GB1, 0, GB1, 1, RW, &mapped), 0);
	refuse(MB2, 0, KB4, 1, RW, -EEXIST);
	refuse(MB2 + 7 * KB4, 0, KB4, 600, RW, -EEXIST);
	refuse(GB1, 0, KB4, 1, RW, -EEXIST);
	refuse(GB1 + MB2, 0, MB2, 1, RW, -EEXIST);
	refuse(2 * GB1 - KB4, 0, KB4, 2, RW, -EEXIST);
	assert_int_equal(map(&pt, 0, 0, KB4, 1024, RW, &mapped), -EEXIST);
	assert_int_equal(mapped, MB2);
	expect_leaf(&pt, MB2, 0, MB2, RW);
	expect_leaf(&pt, MB2 - 1, MB2 - 1, KB4, RW);
	expect_leaf(&pt, GB1, 0, GB1, RW);
	vtd_pt_destroy(&pt);
}

/* --- superpages in the place of empty tables -------------------------------- */

static void hollow(u64 iova, u64 pgsize, size_t count)
{
	assert_int_equal(map(&pt, iova, 0, pgsize, count, RW, &mapped), 0);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(unmap(&pt, iova + i * pgsize, pgsize, 1),
				 pgsize);
}

static void test_replace_2m(void **state)
{
	long before = vtd_shim_live_tables();

	make_pt(&pt, 4, true);
	hollow(MB2, KB4, 512);
	assert_int_equal(vtd_shim_live_tables() - before, 4);
	refuse(MB2, 0, MB2, 1, RW, -EEXIST);
	assert_int_equal(map_replacing(&pt, MB2, 0, MB2, 1, RW, &mapped), 0);
	assert_int_equal(vtd_shim_live_tables() - before, 3);
	expect_leaf(&pt, MB2, 0, MB2, RW);
	vtd_pt_destroy(&pt);
}

static void test_replace_1g(void **state)
{
	long before = vtd_shim_live_tables();

	make_pt(&pt, 4, false);
	hollow(GB1, KB4, 1025);
	hollow(GB1 + 8 * MB2, MB2, 4);
	assert_int_equal(vtd_shim_live_tables() - before, 6);
	refuse(GB1, 0, GB1, 1, RW, -EEXIST);
	assert_int_equal(map_replacing(&pt, GB1, 0, GB1, 1, RW, &mapped), 0);
	assert_int_equal(vtd_shim_live_tables() - before, 2);
	expect_leaf(&pt, 2 * GB1 - 1, GB1 - 1, GB1, RW);
	vtd_pt_destroy(&pt);
}

static void test_replace_not_empty(void **state)
{
	static const u64 used[] = { 0,	 KB4,	    255 * KB4, MB2 - KB4,
				    MB2, GB1 - MB2, GB1 - KB4 };

	for (size_t i = 0; i < ARRAY_SIZE(used); i++) {
		make_pt(&pt, 4, true);
		hollow(GB1 + 3 * MB2, KB4, 3);
		assert_int_equal(
			map(&pt, GB1 + used[i], 0, KB4, 1, RW, &mapped), 0);
		assert_int_equal(map_replacing(&pt, GB1, 0, GB1, 1, RW,
					       &mapped),
				 -EEXIST);
		assert_int_equal(mapped, 0);
		assert_int_equal(map_replacing(&pt, GB1 + used[i] / MB2 * MB2,
					       0, MB2, 1, RW, &mapped),
				 -EEXIST);
		expect_leaf(&pt, GB1 + used[i], 0, KB4, RW);
		vtd_pt_destroy(&pt);
	}
}

static void test_replace_1g_over_2m(void **state)
{
	make_pt(&pt, 4, true);
	assert_int_equal(map(&pt, 9 * MB2, 0, MB2, 1, RW, &mapped), 0);
	assert_int_equal(map_replacing(&pt, 0, 0, GB1, 1, RW, &mapped),
			 -EEXIST);
	expect_leaf(&pt, 9 * MB2, 0, MB2, RW);
	assert_int_equal(unmap(&pt, 9 * MB2, MB2, 1), MB2);
	assert_int_equal(map_replacing(&pt, 0, 0, GB1, 1, RW, &mapped), 0);
	expect_leaf(&pt, 9 * MB2, 9 * MB2, GB1, RW);
	vtd_pt_destroy(&pt);
}

/* A run of superpages over empty tables, gaps, and then something in use. */
static void test_replace_run(void **state)
{
	long before = vtd_shim_live_tables();

	make_pt(&pt, 4, false);
	hollow(MB2, KB4, 1);
	hollow(5 * MB2, KB4, 600);
	assert_int_equal(map(&pt, 20 * MB2 + KB4, 0, KB4, 1, 1, &mapped), 0);
	assert_int_equal(vtd_shim_live_tables() - before, 7);
	assert_int_equal(map_replacing(&pt, 0, 0, MB2, 30, RW, &mapped),
			 -EEXIST);
	assert_int_equal(mapped, 20 * MB2);
	assert_int_equal(vtd_shim_live_tables() - before, 4);
	for (u64 i = 0; i < 20; i++)
		expect_leaf(&pt, i * MB2, i * MB2, MB2, RW);
	expect_leaf(&pt, 20 * MB2 + KB4, 0, KB4, 1);
	expect_empty(&pt, 21 * MB2);
	vtd_pt_destroy(&pt);
}

/* Until the caller frees the list, a walk that started earlier may go on. */
static void test_replaced_is_kept(void **state)
{
	struct iommu_pages_list list = IOMMU_PAGES_LIST_INIT(list);
	struct vtd_pt_walk walk;
	u64 *old;

	make_pt(&pt, 4, true);
	hollow(0, KB4, 1);
	vtd_pt_walk(&pt, 0, &walk);
	old = (u64 *)(walk.entry[2] & 0x000ffffffffff000ULL);
	assert_int_equal(vtd_pt_map(&pt, 0, 0, MB2, 1, RW, GFP_KERNEL, &list,
				    &mapped),
			 0);
	assert_false(iommu_pages_list_empty(&list));
	for (int i = 0; i < 512; i++)
		assert_int_equal(READ_ONCE(old[i]), 0);
	iommu_put_pages_list(&list);
	vtd_pt_destroy(&pt);
}

/* --- what an unmap takes ---------------------------------------------------- */

static void test_unmap_end_in_superpage(void **state)
{
	make_pt(&pt, 4, true);
	assert_int_equal(map(&pt, 0, 0, MB2, 2, RW, &mapped), 0);
	assert_int_equal(map(&pt, GB1, 0, GB1, 2, RW, &mapped), 0);
	assert_int_equal(unmap(&pt, 0, KB4, 1), MB2);
	expect_empty(&pt, MB2 - 1);
	expect_leaf(&pt, MB2, MB2, MB2, RW);
	assert_int_equal(unmap(&pt, GB1, MB2, 3), GB1);
	expect_empty(&pt, 2 * GB1 - 1);
	expect_leaf(&pt, 2 * GB1, GB1, GB1, RW);
	vtd_pt_destroy(&pt);
}

static void test_unmap_begin_in_superpage(void **state)
{
	make_pt(&pt, 4, true);
	assert_int_equal(map(&pt, MB2, 0, MB2, 2, RW, &mapped), 0);
	assert_int_equal(map(&pt, GB1, 0, GB1, 1, RW, &mapped), 0);
	assert_int_equal(unmap(&pt, MB2 + KB4, KB4, 1), 0);
	assert_int_equal(unmap(&pt, 2 * MB2 - KB4, KB4, 2), 0);
	assert_int_equal(unmap(&pt, GB1 + MB2, MB2, 4), 0);
	assert_int_equal(unmap(&pt, 2 * GB1 - KB4, KB4, 1), 0);
	expect_leaf(&pt, MB2, 0, MB2, RW);
	expect_leaf(&pt, 2 * MB2, MB2, MB2, RW);
	expect_leaf(&pt, GB1, 0, GB1, RW);
	vtd_pt_destroy(&pt);
}

static void test_unmap_stops_at_hole(void **state)
{
	for (u64 hole = 0; hole < 20; hole++) {
		make_pt(&pt, 4, hole & 1);
		assert_int_equal(map(&pt, 0, 0, KB4, 20, RW, &mapped), 0);
		assert_int_equal(unmap(&pt, hole * KB4, KB4, 1), KB4);
		assert_int_equal(unmap(&pt, 0, KB4, 20), hole * KB4);
		for (u64 i = 0; i < 20; i++) {
			if (i <= hole)
				expect_empty(&pt, i * KB4);
			else
				expect_leaf(&pt, i * KB4, i * KB4, KB4, RW);
		}
		vtd_pt_destroy(&pt);
	}
}

static void test_unmap_stops_at_hole_upper(void **state)
{
	make_pt(&pt, 4, true);
	assert_int_equal(map(&pt, 0, 0, MB2, 3, RW, &mapped), 0);
	assert_int_equal(map(&pt, 4 * MB2, 0, MB2, 3, RW, &mapped), 0);
	assert_int_equal(unmap(&pt, 0, MB2, 7), 3 * MB2);
	assert_int_equal(unmap(&pt, 0, MB2, 7), 0);
	expect_leaf(&pt, 4 * MB2, 0, MB2, RW);
	vtd_pt_destroy(&pt);
}

/* 4K, 2M and 1G leaves in one range, from the middle of a table on. */
static void test_unmap_mixed(void **state)
{
	long before = vtd_shim_live_tables();
	u64 start = GB1 - 3 * MB2 - 5 * KB4;

	make_pt(&pt, 4, false);
	assert_int_equal(map(&pt, start, 0, KB4, 5 + 512, RW, &mapped), 0);
	assert_int_equal(map(&pt, GB1 - 2 * MB2, 0, MB2, 2, RW, &mapped), 0);
	assert_int_equal(map(&pt, GB1, 0, GB1, 2, RW, &mapped), 0);
	assert_int_equal(map(&pt, 3 * GB1, 0, KB4, 512 * 3 + 2, RW, &mapped),
			 0);
	assert_int_equal(unmap(&pt, start, KB4,
			       (3 * GB1 + 3 * MB2 + 2 * KB4 - start) / KB4),
			 3 * GB1 + 3 * MB2 + 2 * KB4 - start);
	for (u64 at = start; at < 3 * GB1 + 4 * MB2; at += 64 * KB4)
		expect_empty(&pt, at);
	/* root, PDP, PD and PT at the start, PD and PT at the end */
	assert_int_equal(vtd_shim_live_tables() - before, 6);
	vtd_pt_destroy(&pt);
}

static void test_unmap_covered_with_holes(void **state)
{
	long before = vtd_shim_live_tables();

	make_pt(&pt, 4, true);
	assert_int_equal(map(&pt, GB1 + 3 * KB4, 0, KB4, 1, RW, &mapped), 0);
	assert_int_equal(map(&pt, GB1 + 9 * MB2, 0, MB2, 1, RW, &mapped), 0);
	assert_int_equal(unmap(&pt, GB1, MB2, 512), GB1);
	assert_int_equal(vtd_shim_live_tables() - before, 2);
	expect_empty(&pt, GB1 + 3 * KB4);
	vtd_pt_destroy(&pt);
}

/* A table that is covered but for one page stays. */
static void test_unmap_almost_covered(void **state)
{
	long before = vtd_shim_live_tables();

	make_pt(&pt, 4, true);
	assert_int_equal(map(&pt, 0, 0, KB4, 1024, RW, &mapped), 0);
	assert_int_equal(unmap(&pt, KB4, KB4, 511), 511 * KB4);
	assert_int_equal(vtd_shim_live_tables() - before, 5);
	assert_int_equal(unmap(&pt, MB2, KB4, 511), 511 * KB4);
	assert_int_equal(vtd_shim_live_tables() - before, 5);
	expect_leaf(&pt, 0, 0, KB4, RW);
	expect_leaf(&pt, 2 * MB2 - KB4, 2 * MB2 - KB4, KB4, RW);
	assert_int_equal(unmap(&pt, 0, KB4, 512), MB2);
	assert_int_equal(vtd_shim_live_tables() - before, 4);
	vtd_pt_destroy(&pt);
}

static void test_1g_as_4k(void **state)
{
	long before = vtd_shim_live_tables();

	make_pt(&pt, 4, false);
	assert_int_equal(map(&pt, 5 * GB1, GB1, KB4, 262144, RW, &mapped), 0);
	assert_int_equal(mapped, GB1);
	assert_int_equal(vtd_shim_live_tables() - before, 515);
	for (u64 off = 0; off < GB1; off += 37 * KB4)
		expect_leaf(&pt, 5 * GB1 + off, GB1 + off, KB4, RW);
	assert_int_equal(unmap(&pt, 5 * GB1, GB1, 1), GB1);
	assert_int_equal(vtd_shim_live_tables() - before, 2);
	vtd_pt_destroy(&pt);
}

/* --- no memory --------------------------------------------------------------- */

struct scenario {
	const char *name;
	int levels;
	u64 iova, pgsize;
	size_t count;
};

static const struct scenario scenarios[] = {
	{ "no memory: one page, 3 levels", 3, GB1, KB4, 1 },
	{ "no memory: one page, 4 levels", 4, GB512 + GB1, KB4, 1 },
	{ "no memory: one page, 5 levels", 5, TB256, KB4, 1 },
	{ "no memory: many tables", 4, GB1 - 5 * KB4, KB4, 4000 },
	{ "no memory: across 512G", 4, GB512 - 9 * KB4, KB4, 1040 },
	{ "no memory: across 256T", 5, TB256 - 9 * KB4, KB4, 1040 },
	{ "no memory: 2M pages", 4, GB512 - 3 * MB2, MB2, 600 },
	{ "no memory: 1G pages", 5, TB256 - 3 * GB1, GB1, 520 },
};

/* Each allocation fails once: what is told as mapped is mapped, no more. */
static void test_no_memory(void **state)
{
	const struct scenario *s = *state;
	long before = vtd_shim_live_tables();
	size_t more, i, done;
	int ret;

	for (unsigned int nth = 1;; nth++) {
		assert_true(nth < 2000);
		make_pt(&pt, s->levels, nth & 1);
		vtd_shim_fail_alloc(nth);
		ret = map(&pt, s->iova, 0, s->pgsize, s->count, RW, &mapped);
		vtd_shim_fail_alloc(0);
		done = mapped / s->pgsize;
		if (!ret) {
			vtd_pt_destroy(&pt);
			break;
		}
		assert_int_equal(ret, -ENOMEM);
		assert_true(done < s->count);
		for (i = 0; i < s->count; i++) {
			u64 off = i * s->pgsize;

			if (i < done)
				expect_leaf(&pt, s->iova + off, off, s->pgsize,
					    RW);
			else
				expect_empty(&pt, s->iova + off);
		}
		assert_int_equal(map(&pt, s->iova + mapped, mapped, s->pgsize,
				     s->count - done, RW, &more),
				 0);
		assert_int_equal(mapped + more, s->count * s->pgsize);
		assert_int_equal(unmap(&pt, s->iova, s->pgsize, s->count),
				 mapped + more);
		vtd_pt_destroy(&pt);
		assert_int_equal(vtd_shim_live_tables(), before);
	}
	assert_int_equal(done, s->count);
	assert_int_equal(vtd_shim_live_tables(), before);
}

int main(void)
{
	static const struct both rules[] = {
		BOTH_STAGES(test_init_refuses),
		BOTH_STAGES(test_init_without_memory),
		BOTH_STAGES(test_destroy_zeroed),
		BOTH_STAGES(test_destroy_twice),
		BOTH_STAGES(test_destroy_full),
		BOTH_STAGES(test_map_misaligned),
		BOTH_STAGES(test_map_page_size),
		BOTH_STAGES(test_map_prot),
		BOTH_STAGES(test_map_beyond_width),
		BOTH_STAGES(test_map_narrow_width),
		BOTH_STAGES(test_map_physical_width),
		BOTH_STAGES(test_highest_physical),
		BOTH_STAGES(test_lookup_beyond_width),
		BOTH_STAGES(test_unmap_refuses),
		BOTH_STAGES(test_unmap_long_count),
		BOTH_STAGES(test_rights),
		BOTH_STAGES(test_set_snoop),
		BOTH_STAGES(test_stops_at_used),
		BOTH_STAGES(test_stops_at_used_later_table),
		BOTH_STAGES(test_small_over_superpage),
		BOTH_STAGES(test_replace_2m),
		BOTH_STAGES(test_replace_1g),
		BOTH_STAGES(test_replace_not_empty),
		BOTH_STAGES(test_replace_1g_over_2m),
		BOTH_STAGES(test_replace_run),
		BOTH_STAGES(test_replaced_is_kept),
		BOTH_STAGES(test_unmap_end_in_superpage),
		BOTH_STAGES(test_unmap_begin_in_superpage),
		BOTH_STAGES(test_unmap_stops_at_hole),
		BOTH_STAGES(test_unmap_stops_at_hole_upper),
		BOTH_STAGES(test_unmap_mixed),
		BOTH_STAGES(test_unmap_covered_with_holes),
		BOTH_STAGES(test_unmap_almost_covered),
		BOTH_STAGES(test_1g_as_4k),
	};
	static char names[2 * ARRAY_SIZE(scenarios)][80];
	struct CMUnitTest tests[2 * ARRAY_SIZE(rules) + ARRAY_SIZE(names) + 1];
	size_t n = add_both(tests, rules, ARRAY_SIZE(rules));

	tests[n++] = test_of(VTD_PT_SECOND, "test_accessed_dirty",
			     test_accessed_dirty, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct scenario *c = &scenarios[i / 2];
		enum vtd_pt_stage of = i % 2 ? VTD_PT_FIRST : VTD_PT_SECOND;

		if (of == VTD_PT_FIRST && c->levels == 3)
			continue;
		snprintf(names[i], sizeof(names[i]), "%s%s", STAGE_NAME(of),
			 c->name);
		tests[n++] = test_of(of, names[i], test_no_memory, c);
	}
	return _cmocka_run_group_tests("pgtable_rules", tests, n, NULL, NULL);
}
