// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables: ranges whose page sizes the engine chooses.  Each must be
 * mapped with the largest pages that fit, and an error must leave nothing
 * mapped that was not told.
 *
 * RANGE_OPS: random ranges a test.
 *
 * SRCS: dmar/pgtable.c
 */
#include "test_pgtable.h"
#include "../../dmar/pgtable_walk.h"

#define RW 3ULL
#define ALL_SIZES (SZ_4K | SZ_2M | SZ_1G)

static struct vtd_pgtable pt;
static unsigned long sizes;

static void begin(int levels, bool coherent, unsigned long pgsizes)
{
	struct vtd_pt_config config = {
		.stage = stage,
		.levels = levels,
		.coherent = coherent,
		.pgsize_bitmap = pgsizes,
		.nid = NUMA_NO_NODE,
	};

	sizes = pgsizes;
	assert_int_equal(vtd_pt_init(&pt, &config, GFP_KERNEL), 0);
}

static u64 phys(u64 iova)
{
	if (stage == VTD_PT_FIRST)
		return vtd_pt_phys(&pt, VTD_PT_FIRST, iova);
	return vtd_pt_phys(&pt, VTD_PT_SECOND, iova);
}

static int map_range(u64 iova, u64 paddr, u64 bytes, u64 prot, size_t *mapped)
{
	return vtd_pt_map_range(&pt, iova, paddr, bytes, prot, GFP_KERNEL, NULL,
				mapped);
}

/* Tables that earlier ranges left empty may go. */
static int map_over(u64 iova, u64 paddr, u64 bytes, size_t *mapped)
{
	struct iommu_pages_list replaced = IOMMU_PAGES_LIST_INIT(replaced);
	int ret;

	ret = vtd_pt_map_range(&pt, iova, paddr, bytes, RW, GFP_KERNEL,
			       &replaced, mapped);
	iommu_put_pages_list(&replaced);
	return ret;
}

static size_t unmap_range(u64 iova, u64 bytes)
{
	struct iommu_pages_list freed = IOMMU_PAGES_LIST_INIT(freed);
	bool tables_freed = false;
	size_t done;

	done = vtd_pt_unmap_range(&pt, iova, bytes, &freed, &tables_freed);
	assert_int_equal(tables_freed, !iommu_pages_list_empty(&freed));
	iommu_put_pages_list(&freed);
	return done;
}

/* One page at a time: the largest that is aligned and fits. */
static u64 best(u64 iova, u64 paddr, u64 left)
{
	u64 size = GB1;

	while (!(size & sizes) || size > left || (iova | paddr) & (size - 1))
		size >>= 9;
	return size;
}

/* What to look at next: not all of a long run of small pages. */
static u64 after(u64 iova, u64 size)
{
	u64 gap = MB2 - (iova & (MB2 - 1));

	return size == KB4 ? min_t(u64, 37 * KB4, gap) : size;
}

static void expect_range(u64 iova, u64 paddr, u64 bytes, u64 whole)
{
	u64 off, size;

	for (off = 0; off < bytes; off += after(iova + off, size)) {
		u64 middle;

		size = best(iova + off, paddr + off, whole - off);
		assert_true(size <= bytes - off);
		middle = size / 2 + 0x123;
		expect_leaf(&pt, iova + off, paddr + off, size, RW);
		assert_int_equal(phys(iova + off), paddr + off);
		assert_int_equal(phys(iova + off + middle),
				 paddr + off + middle);
		assert_int_equal(phys(iova + off + size - 1),
				 paddr + off + size - 1);
	}
	assert_int_equal(phys(iova + bytes - 1), bytes ? paddr + bytes - 1 : 0);
}

static void expect_nothing(u64 iova)
{
	expect_empty(&pt, iova);
	assert_int_equal(phys(iova), 0);
}

/* Map, look, unmap. */
static void whole_life(u64 iova, u64 paddr, u64 bytes)
{
	size_t mapped = 77;

	assert_int_equal(map_over(iova, paddr, bytes, &mapped), 0);
	assert_int_equal(mapped, bytes);
	expect_range(iova, paddr, bytes, bytes);
	if (iova)
		expect_nothing(iova - 1);
	expect_nothing(iova + bytes);
	assert_int_equal(unmap_range(iova, bytes), bytes);
	expect_nothing(iova);
	expect_nothing(iova + bytes - 1);
}

struct range {
	u64 iova, paddr, bytes;
};

static const struct range ranges[] = {
	{ 0x1000, 0x5000, KB4 },
	{ 0x1000, 0x5000, 3 * KB4 },
	{ MB2 - KB4, 9 * KB4, 2 * KB4 },
	{ MB2, GB1 + MB2, MB2 },
	{ MB2, GB1 + KB4, MB2 },
	{ MB2, GB1 + MB2, MB2 - KB4 },
	{ MB2, GB1 + MB2, MB2 + KB4 },
	{ MB2 - KB4, GB1 - KB4, MB2 + 2 * KB4 },
	{ MB2 + 5 * KB4, GB1 + 5 * KB4, MB2 },
	{ MB2 + 5 * KB4, GB1 + 5 * KB4, 2 * MB2 },
	{ MB2, GB1 + MB2, 4 * MB2 },
	{ MB2, GB1 + MB2, 512 * MB2 },
	{ GB1, 5 * GB1, GB1 },
	{ GB1, 5 * GB1 + MB2, GB1 },
	{ GB1, 5 * GB1 + KB4, MB2 * 3 },
	{ GB1, 5 * GB1, 2 * GB1 },
	{ GB1, 5 * GB1, GB1 - KB4 },
	{ GB1 - MB2, 5 * GB1 - MB2, GB1 + 2 * MB2 },
	{ GB1 - MB2 - KB4, 5 * GB1 - MB2 - KB4, GB1 + 2 * MB2 + 2 * KB4 },
	{ GB1 - MB2, 5 * GB1 - MB2, GB1 },
	{ GB1 - KB4, 5 * GB1 + MB2 - KB4, 3 * MB2 },
	{ 7 * GB1 - KB4, 3 * GB1 - KB4, GB1 + KB4 },
};

struct range_case {
	const char *name;
	int levels;
	bool coherent;
	unsigned long sizes;
};

static const struct range_case cases[] = {
	{ "all sizes, 3 levels", 3, true, ALL_SIZES },
	{ "all sizes, 4 levels, non-coherent", 4, false, ALL_SIZES },
	{ "all sizes, 5 levels", 5, true, ALL_SIZES },
	{ "4K and 2M, 4 levels", 4, true, SZ_4K | SZ_2M },
	{ "4K and 2M, 5 levels, non-coherent", 5, false, SZ_4K | SZ_2M },
	{ "4K only, 4 levels, non-coherent", 4, false, SZ_4K },
};

static void test_ranges(void **state)
{
	const struct range_case *c = *state;

	begin(c->levels, c->coherent, c->sizes);
	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		const struct range *r = &ranges[i];

		whole_life(r->iova, r->paddr, r->bytes);
		/* in tables that are there, and to their last address */
		whole_life(r->iova, r->paddr, r->bytes);
		if (c->levels == 3)
			whole_life(r->iova + 8 * GB1, r->paddr, r->bytes);
		else
			whole_life(r->iova + GB512 - GB1, r->paddr, r->bytes);
	}
	vtd_pt_destroy(&pt);
}

/* What is in use stops the range; all before it is told. */
static void test_stopped(void **state)
{
	const struct range_case *c = *state;
	u64 iova = GB1 - MB2 - 3 * KB4, paddr = 5 * GB1 - MB2 - 3 * KB4;
	u64 bytes = GB1 + 2 * MB2 + 6 * KB4;
	const u64 at[] = {
		0,
		KB4,
		3 * KB4,
		3 * KB4 + MB2,
		bytes - MB2 - 3 * KB4,
		bytes - 3 * KB4,
		bytes - KB4,
	};

	for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
		size_t mapped = 77;

		begin(c->levels, c->coherent, c->sizes);
		assert_int_equal(
			map_range(iova + at[i], 0x7000, KB4, RW, &mapped), 0);
		assert_int_equal(map_range(iova, paddr, bytes, RW, &mapped),
				 -EEXIST);
		assert_int_equal(mapped, at[i]);
		expect_range(iova, paddr, mapped, bytes);
		expect_leaf(&pt, iova + at[i], 0x7000, KB4, RW);
		if (at[i] != bytes - KB4)
			expect_nothing(iova + at[i] + KB4);
		vtd_pt_destroy(&pt);
	}
}

/* Without memory at any step: what is told can be unmapped, and then again. */
static void test_no_memory(void **state)
{
	const struct range_case *c = *state;
	u64 iova = GB1 - MB2 - KB4, bytes = 2 * MB2 + 2 * KB4;
	size_t mapped, nth;

	for (nth = 1;; nth++) {
		int ret;

		begin(c->levels, c->coherent, c->sizes);
		vtd_shim_fail_alloc(nth);
		ret = map_range(iova, iova, bytes, RW, &mapped);
		vtd_shim_fail_alloc(0);
		if (!ret)
			break;
		assert_int_equal(ret, -ENOMEM);
		assert_true(mapped < bytes);
		expect_range(iova, iova, mapped, bytes);
		expect_nothing(iova + mapped);
		assert_int_equal(mapped ? unmap_range(iova, mapped) : 0,
				 mapped);
		whole_life(iova, iova, bytes);
		vtd_pt_destroy(&pt);
	}
	assert_true(nth > 3);
	vtd_pt_destroy(&pt);
}

static void refuse(u64 iova, u64 paddr, u64 bytes, u64 prot, int error)
{
	long tables = vtd_shim_live_tables();
	size_t mapped = 77;

	assert_int_equal(map_range(iova, paddr, bytes, prot, &mapped), error);
	assert_int_equal(mapped, 0);
	assert_int_equal(vtd_shim_live_tables(), tables);
}

static void test_refused(void **state)
{
	u64 end = width_of(4);

	begin(4, true, ALL_SIZES);
	refuse(0x1001, 0, KB4, RW, -EINVAL);
	refuse(0x1000, 0x800, KB4, RW, -EINVAL);
	refuse(0x1000, 0, KB4 + 1, RW, -EINVAL);
	refuse(0x1000, 0, 0, RW, -EINVAL);
	refuse(MB2, MB2 + 1, MB2, RW, -EINVAL);
	refuse(0x1000, 0, KB4, 0, -EINVAL);
	refuse(0x1000, 0, KB4, RW | 0x80, -EINVAL);
	refuse(MB2, 0, MB2, RW | 0x8, -EINVAL);
	refuse(MB2, 0, MB2, RW | (stage == VTD_PT_FIRST ? 0x800 : 0x4),
	       -EINVAL);
	refuse(GB1, 0, GB1, RW | 1ULL << 62, -EINVAL);
	refuse(end, 0, KB4, RW, -ERANGE);
	refuse(end, 0, GB1, RW, -ERANGE);
	refuse(end - KB4, 0, 2 * KB4, RW, -ERANGE);
	refuse(0, 1ULL << 52, KB4, RW, -ERANGE);
	refuse(0, (1ULL << 52) - KB4, 2 * KB4, RW, -ERANGE);
	refuse(0, 1ULL << 52, MB2, RW, -ERANGE);
	vtd_pt_destroy(&pt);
}

/* The last page of all, and what lies beyond the width. */
static void test_last(void **state)
{
	size_t mapped;

	for (int levels = min_levels(); levels <= 5; levels++) {
		u64 end = width_of(levels), last = end - GB1;

		begin(levels, true, ALL_SIZES);
		for (u64 bytes = KB4; bytes <= GB1; bytes <<= 9) {
			u64 iova = end - bytes;

			assert_int_equal(map_over(iova, GB1, bytes, &mapped),
					 0);
			expect_range(iova, GB1, bytes, bytes);
			assert_int_equal(phys(iova + bytes), 0);
			assert_int_equal(unmap_range(iova + bytes, bytes), 0);
			/* a length beyond the end takes what is there */
			assert_int_equal(unmap_range(iova, bytes + KB4), bytes);
			expect_nothing(last);
		}
		/* the same place modulo the width is somewhere else */
		assert_int_equal(map_over(0, GB1, 3 * KB4, &mapped), 0);
		assert_int_equal(phys(end), 0);
		assert_int_equal(unmap_range(end, KB4), 0);
		expect_range(0, GB1, 3 * KB4, 3 * KB4);
		vtd_pt_destroy(&pt);
	}
}

/* What is unmapped must be named to its page. */
static void test_unmap_refused(void **state)
{
	size_t mapped;

	begin(4, true, ALL_SIZES);
	assert_int_equal(map_range(0, 0, 4 * MB2, RW, &mapped), 0);
	assert_int_equal(map_range(4 * MB2, 0x1000, 8 * KB4, RW, &mapped), 0);
	assert_int_equal(unmap_range(4 * MB2, 0), 0);
	assert_int_equal(unmap_range(4 * MB2, 0x800), 0);
	assert_int_equal(unmap_range(4 * MB2, KB4 + 0x800), 0);
	assert_int_equal(unmap_range(4 * MB2 + 0x800, KB4), 0);
	expect_range(0, 0, 4 * MB2, 4 * MB2);
	expect_range(4 * MB2, 0x1000, 8 * KB4, 8 * KB4);
	/* from inside of a superpage, with a superpage's length */
	assert_int_equal(unmap_range(KB4, MB2), 0);
	assert_int_equal(unmap_range(MB2 + KB4, MB2), 0);
	assert_int_equal(unmap_range(MB2 - KB4, 2 * KB4), 0);
	/* empty places, with every length that has a way of its own */
	assert_int_equal(unmap_range(5 * MB2, MB2), 0);
	assert_int_equal(unmap_range(GB1, KB4), 0);
	assert_int_equal(unmap_range(GB1, MB2), 0);
	assert_int_equal(unmap_range(GB1, GB1), 0);
	assert_int_equal(unmap_range(GB1, 3 * MB2), 0);
	expect_range(0, 0, 4 * MB2, 4 * MB2);
	vtd_pt_destroy(&pt);
}

/* Exactly the pages that were named, whatever the length. */
static void test_unmap_exact(void **state)
{
	static const u64 pages[] = { 1, 2, 7, 8, 9, 500, 511, 512, 513, 1025 };
	const struct range_case *c = *state;

	for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
		u64 iova = GB1 - 300 * KB4, bytes = pages[i] * KB4;
		size_t mapped;

		begin(c->levels, c->coherent, c->sizes);
		assert_int_equal(map_range(iova - KB4, 0, bytes + 2 * KB4, RW,
					   &mapped),
				 0);
		assert_int_equal(unmap_range(iova, bytes), bytes);
		expect_nothing(iova);
		expect_nothing(iova + bytes - 1);
		expect_leaf(&pt, iova - KB4, 0, KB4, RW);
		expect_leaf(&pt, iova + bytes, bytes + KB4, KB4, RW);
		vtd_pt_destroy(&pt);
	}
}

/* Empty tables make way for the larger pages of a range. */
static void test_replacing(void **state)
{
	struct iommu_pages_list replaced = IOMMU_PAGES_LIST_INIT(replaced);
	u64 bytes = GB1 + 2 * MB2;
	size_t mapped;

	begin(4, true, ALL_SIZES);
	for (u64 off = 0; off < bytes; off += MB2) {
		assert_int_equal(map_range(GB1 + off, 0, KB4, RW, &mapped), 0);
		assert_int_equal(unmap_range(GB1 + off, KB4), KB4);
	}
	refuse(GB1, 3 * GB1, bytes, RW, -EEXIST);
	assert_int_equal(vtd_pt_map_range(&pt, GB1, 3 * GB1, bytes, RW,
					  GFP_KERNEL, &replaced, &mapped),
			 0);
	assert_int_equal(mapped, bytes);
	assert_false(iommu_pages_list_empty(&replaced));
	iommu_put_pages_list(&replaced);
	expect_range(GB1, 3 * GB1, bytes, bytes);
	vtd_pt_destroy(&pt);
}

static void test_snoop(void **state)
{
	size_t mapped;

	begin(4, true, ALL_SIZES);
	vtd_pt_set_snoop(&pt, true);
	assert_int_equal(map_range(MB2 - KB4, GB1 - KB4, MB2 + KB4, 1, &mapped),
			 0);
	expect_leaf(&pt, MB2 - KB4, GB1 - KB4, KB4, 0x801);
	expect_leaf(&pt, MB2, GB1, MB2, 0x801);
	vtd_pt_set_snoop(&pt, false);
	assert_int_equal(map_range(GB1, GB1, GB1, 2, &mapped), 0);
	expect_leaf(&pt, GB1, GB1, GB1, 2);
	vtd_pt_destroy(&pt);
}

/* Anything, with offsets that make every mixture likely. */
static void test_random(void **state)
{
	const struct range_case *c = *state;
	u64 ops = vtd_env("RANGE_OPS", 60), seed = c->levels * 8 + c->coherent;

	begin(c->levels, c->coherent, c->sizes);
	for (u64 op = 0; op < ops; op++) {
		static const u64 unit[] = { KB4, MB2, MB2 / 2, GB1 / 2 };
		u64 r = vtd_rand(&seed);
		u64 iova = GB1 * (r % 5), paddr = GB1 * (1 + r / 8 % 50);
		u64 bytes = unit[r / 512 % 4] * (1 + r / 2048 % 3);

		if (r >> 20 & 1)
			iova += unit[r / 512 % 3] * (r >> 24 & 7);
		if (r >> 21 & 1)
			paddr += iova & (GB1 - 1);
		if (r >> 22 & 1)
			bytes += KB4 * (r >> 28 & 1023);
		whole_life(iova, paddr, bytes);
	}
	vtd_pt_destroy(&pt);
}

#define GROUPS 5

static const struct both both[] = {
	BOTH_STAGES(test_refused),	 BOTH_STAGES(test_last),
	BOTH_STAGES(test_unmap_refused), BOTH_STAGES(test_replacing),
	BOTH_STAGES(test_snoop),
};

static struct CMUnitTest
	tests[2 * (GROUPS * ARRAY_SIZE(cases) + ARRAY_SIZE(both))];

static size_t nr_tests;

static void add(CMUnitTestFunction fn, const char *what,
		const struct range_case *c, enum vtd_pt_stage of)
{
	static char names[ARRAY_SIZE(tests)][80];
	char *name = names[nr_tests];

	if (of == VTD_PT_FIRST && c->levels == 3)
		return;
	snprintf(name, sizeof(names[0]), "%s%s: %s", STAGE_NAME(of), what,
		 c->name);
	tests[nr_tests++] = test_of(of, name, fn, c);
}

int main(void)
{
	static const struct {
		CMUnitTestFunction fn;
		const char *what;
	} group[GROUPS] = {
		{ test_ranges, "ranges" },
		{ test_stopped, "stopped" },
		{ test_no_memory, "no memory" },
		{ test_random, "random" },
		{ test_unmap_exact, "unmap, exact" },
	};

	nr_tests = add_both(tests, both, ARRAY_SIZE(both));
	for (size_t g = 0; g < GROUPS; g++) {
		for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
			add(group[g].fn, group[g].what, &cases[i],
			    VTD_PT_SECOND);
			add(group[g].fn, group[g].what, &cases[i],
			    VTD_PT_FIRST);
		}
	}
	return _cmocka_run_group_tests("pgtable_range", tests, nr_tests, NULL,
				       NULL);
}
