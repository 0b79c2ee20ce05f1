// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables: every width, leaf size and kind of unit at the places where
 * arithmetic goes wrong.
 *
 * SRCS: dmar/pgtable.c
 */
#include "test_pgtable.h"

#define RW 3ULL

/* Where a run of pages starts, and how many. */
struct place {
	const char *name;
	u64 (*iova)(int levels, u64 pgsize, size_t count);
	size_t count;
	int min_levels;
	u64 only; /* page size this makes sense for, 0: all */
};

static u64 at_zero(int levels, u64 pgsize, size_t count)
{
	return 0;
}

static u64 at_end(int levels, u64 pgsize, size_t count)
{
	return width_of(levels) - count * pgsize;
}

static u64 in_middle(int levels, u64 pgsize, size_t count)
{
	return width_of(levels) / 2 + 3 * GB1;
}

static u64 across_middle(int levels, u64 pgsize, size_t count)
{
	return width_of(levels) / 2 - count / 2 * pgsize;
}

static u64 across_2m(int levels, u64 pgsize, size_t count)
{
	return 5 * GB1 + 7 * MB2 - count / 2 * pgsize;
}

static u64 across_1g(int levels, u64 pgsize, size_t count)
{
	return 100 * GB1 - count / 2 * pgsize;
}

static u64 across_512g(int levels, u64 pgsize, size_t count)
{
	return 3 * GB512 - count / 2 * pgsize;
}

static u64 across_256t(int levels, u64 pgsize, size_t count)
{
	return 3 * TB256 - count / 2 * pgsize;
}

static u64 whole_table(int levels, u64 pgsize, size_t count)
{
	return 7 * GB1;
}

static const struct place places[] = {
	{ "first page", at_zero, 1, 3, 0 },
	{ "last page", at_end, 1, 3, 0 },
	{ "one page in the middle", in_middle, 1, 3, 0 },
	{ "9 pages from zero", at_zero, 9, 3, 0 },
	{ "17 last pages", at_end, 17, 3, 0 },
	{ "30 pages across the middle", across_middle, 30, 3, 0 },
	{ "14 pages across 2M", across_2m, 14, 3, KB4 },
	{ "3000 pages across 2M", across_2m, 3000, 3, KB4 },
	{ "16 pages across 1G", across_1g, 16, 3, 0 },
	{ "10 pages across 512G", across_512g, 10, 4, 0 },
	{ "1400 pages across 512G", across_512g, 1400, 4, MB2 },
	{ "6 pages across 256T", across_256t, 6, 5, 0 },
	{ "a whole table", whole_table, 512, 3, KB4 },
	{ "a table and a page", whole_table, 513, 3, KB4 },
	{ "3 tables less a page", whole_table, 1535, 3, KB4 },
	{ "a whole directory", whole_table, 512, 3, MB2 },
};

struct map_case {
	char name[96];
	const struct place *place;
	int levels;
	bool coherent;
	u64 pgsize;
};

static void check_run(const struct vtd_pgtable *pt, u64 iova, u64 paddr,
		      u64 pgsize, size_t count, u64 bits)
{
	size_t i;

	for (i = 0; i < count; i++) {
		u64 off = i * pgsize;

		expect_leaf(pt, iova + off, paddr + off, pgsize, bits);
		expect_leaf(pt, iova + off + pgsize - 1,
			    paddr + off + pgsize - 1, pgsize, bits);
	}
}

static void check_around(const struct vtd_pgtable *pt, u64 iova, u64 size)
{
	if (iova)
		expect_empty(pt, iova - 1);
	if (iova + size < width_of(pt->levels))
		expect_empty(pt, iova + size);
}

/* Map, look, map again in vain, unmap in two ways, and nothing is left. */
static void test_place(void **state)
{
	const struct map_case *c = *state;
	size_t count = c->place->count, mapped;
	u64 iova = c->place->iova(c->levels, c->pgsize, count);
	u64 paddr = 0x23000000000ULL & ~(GB1 - 1);
	u64 flushed = vtd_shim_flushed_bytes();
	u64 size = count * c->pgsize;
	struct vtd_pgtable pt;
	long before;

	before = vtd_shim_live_tables();
	make_pt(&pt, c->levels, c->coherent);
	assert_int_equal(map(&pt, iova, paddr, c->pgsize, count, RW, &mapped),
			 0);
	assert_int_equal(mapped, size);
	check_run(&pt, iova, paddr, c->pgsize, count, RW);
	check_around(&pt, iova, size);

	/* taken is taken, and stays as it is */
	assert_int_equal(map(&pt, iova, 0, c->pgsize, count, 1, &mapped),
			 -EEXIST);
	assert_int_equal(mapped, 0);
	assert_int_equal(map(&pt, iova + size - c->pgsize, 0, c->pgsize, 1, 1,
			     &mapped),
			 -EEXIST);
	check_run(&pt, iova, paddr, c->pgsize, count, RW);

	/* page by page, then again as a whole with another right */
	for (size_t i = 0; i < count; i++) {
		expect_leaf(&pt, iova + i * c->pgsize, paddr + i * c->pgsize,
			    c->pgsize, RW);
		assert_int_equal(unmap(&pt, iova + i * c->pgsize, c->pgsize, 1),
				 c->pgsize);
		expect_empty(&pt, iova + i * c->pgsize);
	}
	assert_int_equal(unmap(&pt, iova, c->pgsize, 1), 0);
	assert_int_equal(map(&pt, iova, paddr, c->pgsize, count, 1, &mapped),
			 0);
	check_run(&pt, iova, paddr, c->pgsize, count, 1);
	check_around(&pt, iova, size);
	assert_int_equal(unmap(&pt, iova, c->pgsize, count), size);
	for (size_t i = 0; i < count; i++)
		expect_empty(&pt, iova + i * c->pgsize);

	vtd_pt_destroy(&pt);
	assert_int_equal(vtd_shim_live_tables(), before);
	assert_int_equal(vtd_shim_flushed_bytes() == flushed, c->coherent);
}

/* --- tables come and go ---------------------------------------------------- */

struct table_case {
	char name[96];
	int levels;
	u64 pgsize;
};

/* An unmap that covers every table below the root gives all of them back. */
static void test_tables_come_back(void **state)
{
	const struct table_case *c = *state;
	long before = vtd_shim_live_tables();
	u64 top = 1ULL << (3 + 9 * c->levels);
	u64 iova = top * 5 + 3 * GB1;
	struct vtd_pgtable pt;
	size_t mapped;

	make_pt(&pt, c->levels, true);
	assert_int_equal(map(&pt, iova, 0, c->pgsize, 3, RW, &mapped), 0);
	assert_int_equal(vtd_shim_live_tables() - before,
			 1 + tables_below_root(c->levels, c->pgsize));
	if (c->levels == 3 && c->pgsize == GB1) {
		assert_int_equal(unmap(&pt, iova, GB1, 3), 3 * GB1);
	} else if (c->levels == 3) {
		assert_int_equal(unmap(&pt, iova, GB1, 1), GB1);
	} else {
		/* a range this long exists for 1G pages only */
		assert_int_equal(unmap(&pt, top * 5, GB1, top / GB1), top);
	}
	assert_int_equal(vtd_shim_live_tables() - before, 1);
	expect_empty(&pt, iova);
	vtd_pt_destroy(&pt);
	assert_int_equal(vtd_shim_live_tables(), before);
}

#define MAX_CASES 800

static struct map_case map_cases[MAX_CASES];
static struct table_case table_cases[15];
static struct CMUnitTest tests[MAX_CASES];
static size_t nr_tests;

static const char *size_name(u64 pgsize)
{
	return pgsize == KB4 ? "4K" : pgsize == MB2 ? "2M" : "1G";
}

static void add_test(const char *name, CMUnitTestFunction fn, void *arg,
		     enum vtd_pt_stage of)
{
	assert_true(nr_tests < MAX_CASES);
	tests[nr_tests++] = test_of(of, name, fn, arg);
}

static const u64 sizes[] = { KB4, MB2, GB1 };

static struct table_case *add_tables(struct table_case *t, int levels,
				     enum vtd_pt_stage of)
{
	for (int s = 0; s < 3; s++, t++) {
		t->levels = levels;
		t->pgsize = sizes[s];
		snprintf(t->name, sizeof(t->name),
			 "%s%d levels, %s: tables come back", STAGE_NAME(of),
			 levels, size_name(sizes[s]));
		add_test(t->name, test_tables_come_back, t, of);
	}
	return t;
}

static struct map_case *add_places(struct map_case *c, int levels,
				   enum vtd_pt_stage of)
{
	for (int i = 0; i < 6 * (int)ARRAY_SIZE(places); i++) {
		c->place = &places[i / 6];
		c->levels = levels;
		c->coherent = i % 2;
		c->pgsize = sizes[i % 6 / 2];
		if (levels < c->place->min_levels ||
		    (c->place->only && c->place->only != c->pgsize))
			continue;
		snprintf(c->name, sizeof(c->name),
			 "%s%d levels, %s, %scoherent: %s", STAGE_NAME(of),
			 levels, size_name(c->pgsize),
			 c->coherent ? "" : "non-", c->place->name);
		add_test(c->name, test_place, c, of);
		c++;
	}
	return c;
}

int main(void)
{
	struct table_case *t = table_cases;
	struct map_case *c = map_cases;

	for (int levels = 3; levels <= 5; levels++) {
		t = add_tables(t, levels, VTD_PT_SECOND);
		c = add_places(c, levels, VTD_PT_SECOND);
	}
	for (int levels = 4; levels <= 5; levels++) {
		t = add_tables(t, levels, VTD_PT_FIRST);
		c = add_places(c, levels, VTD_PT_FIRST);
	}
	return _cmocka_run_group_tests("pgtable_map", tests, nr_tests, NULL,
				       NULL);
}
