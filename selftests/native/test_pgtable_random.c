// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables: random maps and unmaps of all sizes against a slow reference
 * that handles one page at a time and knows which tables must exist.
 *
 * PGTABLE_OPS: operations a test, PGTABLE_SEED: first seed.
 *
 * SRCS: dmar/pgtable.c
 */
#include "test_pgtable.h"

/* The reference: a window of 4 GiB, which lies across a boundary. */
#define W1G 4
#define W2M (W1G * 512)
#define W4K (W2M * 512)

struct ref {
	u64 base;
	u64 leaf1[W4K], leaf2[W2M], leaf3[W1G]; /* phys | rights, 0: nothing */
	unsigned int used1[W2M], used2[W1G]; /* leaves in a table */
	bool has1[W2M], has2[W1G]; /* tables of level 1 and 2 */
	bool has3[2]; /* tables of level 3, where they are not the root */
	long tables;
};

static struct ref *ref;
static struct vtd_pgtable pt;
static int levels;
static u64 snoop;

static void ref_free1(u64 s2)
{
	ref->has1[s2] = false;
	ref->tables--;
	for (u64 i = s2 * 512; ref->used1[s2]; i++) {
		ref->used1[s2] -= !!ref->leaf1[i];
		ref->leaf1[i] = 0;
	}
}

static void ref_free2(u64 s3)
{
	ref->has2[s3] = false;
	ref->tables--;
	for (u64 s2 = s3 * 512; s2 < (s3 + 1) * 512; s2++) {
		ref->leaf2[s2] = 0;
		if (ref->has1[s2])
			ref_free1(s2);
	}
	ref->used2[s3] = 0;
}

static bool ref_hollow(u64 s3)
{
	if (ref->used2[s3])
		return false;
	for (u64 s2 = s3 * 512; s2 < (s3 + 1) * 512; s2++)
		if (ref->used1[s2])
			return false;
	return true;
}

static int upper_of(u64 s3)
{
	return (ref->base + s3 * GB1) / GB512 != ref->base / GB512;
}

static void ref_table(bool *has)
{
	ref->tables += !*has;
	*has = true;
}

/* One page; false when something is in the way. */
static bool ref_map_one(u64 off, u64 leaf, u64 pgsize, bool replace)
{
	u64 s3 = off / GB1, s2 = off / MB2, s1 = off / KB4;

	if (levels > 3)
		ref_table(&ref->has3[upper_of(s3)]);
	if (ref->leaf3[s3])
		return false;
	if (pgsize == GB1) {
		if (ref->has2[s3]) {
			if (!replace || !ref_hollow(s3))
				return false;
			ref_free2(s3);
		}
		ref->leaf3[s3] = leaf;
		return true;
	}
	ref_table(&ref->has2[s3]);
	if (ref->leaf2[s2])
		return false;
	if (pgsize == MB2) {
		if (ref->has1[s2]) {
			if (!replace || ref->used1[s2])
				return false;
			ref_free1(s2);
		}
		ref->leaf2[s2] = leaf;
		ref->used2[s3]++;
		return true;
	}
	ref_table(&ref->has1[s2]);
	if (ref->leaf1[s1])
		return false;
	ref->leaf1[s1] = leaf;
	ref->used1[s2]++;
	return true;
}

/* Unmap what begins at an offset; returns its size, 0 at the end of the run. */
static u64 ref_unmap_one(u64 off, u64 length)
{
	u64 s3 = off / GB1, s2 = off / MB2, s1 = off / KB4;

	if (ref->leaf3[s3]) {
		if (off % GB1)
			return 0;
		ref->leaf3[s3] = 0;
		return GB1;
	}
	if (!ref->has2[s3])
		return 0;
	if (off % GB1 == 0 && length >= GB1) {
		ref_free2(s3);
		return GB1;
	}
	if (ref->leaf2[s2]) {
		if (off % MB2)
			return 0;
		ref->leaf2[s2] = 0;
		ref->used2[s3]--;
		return MB2;
	}
	if (!ref->has1[s2])
		return 0;
	if (off % MB2 == 0 && length >= MB2) {
		ref_free1(s2);
		return MB2;
	}
	if (!ref->leaf1[s1])
		return 0;
	ref->leaf1[s1] = 0;
	ref->used1[s2]--;
	return KB4;
}

static void check_at(u64 off)
{
	u64 s3 = off / GB1, s2 = off / MB2, s1 = off / KB4;
	u64 leaf = ref->leaf3[s3], size = GB1;

	if (!leaf) {
		leaf = ref->leaf2[s2];
		size = MB2;
	}
	if (!leaf) {
		leaf = ref->leaf1[s1];
		size = KB4;
	}
	if (!leaf)
		expect_empty(&pt, ref->base + off);
	else
		expect_leaf(&pt, ref->base + off,
			    (leaf & ~0xfffULL) + off % size, size,
			    leaf & 0xfff);
}

static void check_all(void)
{
	for (u64 off = 0; off < W1G * GB1;) {
		check_at(off);
		if (ref->leaf3[off / GB1] || !ref->has2[off / GB1])
			off += GB1;
		else if (ref->leaf2[off / MB2] || !ref->has1[off / MB2])
			off += MB2;
		else
			off += KB4;
	}
}

static u64 below(u64 *seed, u64 n)
{
	return vtd_rand(seed) % n;
}

struct range {
	u64 off, pgsize;
	size_t count;
};

/* Mostly small and close together, so that ranges meet. */
static struct range pick(u64 *seed)
{
	static const u64 sizes[] = { KB4, KB4, KB4, KB4, KB4, MB2, MB2, GB1 };
	struct range r = { .pgsize = sizes[below(seed, 8)] };
	u64 pages, dice = below(seed, 1000);

	r.count = 1 + below(seed, dice < 700 ? 4 : dice < 970 ? 40 : 1100);
	if (r.pgsize == GB1)
		r.count = 1 + below(seed, 2);
	if (r.pgsize == GB1 && dice < 600)
		r.pgsize = MB2;
	if (dice >= 998) {
		r.pgsize = KB4;
		r.count = 262144;
	}
	pages = W1G * GB1 / r.pgsize;
	r.count = min_t(u64, r.count, pages);
	r.off = below(seed, pages - r.count + 1) * r.pgsize;
	/* gather around the boundaries of tables */
	if (r.pgsize != GB1 && dice % 3) {
		r.off = r.off / GB1 * GB1 + below(seed, 3) * MB2;
		if (r.pgsize == KB4)
			r.off += (dice % 3 - 1) * 500 * KB4 +
				 below(seed, 40) * KB4;
		if (dice % 5 == 0 && r.off >= MB2)
			r.off -= min_t(u64, r.off, r.count / 2 * r.pgsize);
	}
	if (dice % 7 == 0)
		r.off = r.off / MB2 * MB2;
	if (dice % 49 == 0 && r.pgsize == KB4)
		r.count = ALIGN(r.count, 512);
	if (r.off + r.count * r.pgsize > W1G * GB1)
		r.off = W1G * GB1 - r.count * r.pgsize;
	return r;
}

static void random_map(u64 *seed)
{
	struct range r = pick(seed);
	u64 paddr = (vtd_rand(seed) & 0x000fffffffffffffULL) >> 2;
	u64 prot = 1 + below(seed, 3);
	bool replace = below(seed, 2);
	size_t mapped, done;
	int ret;

	paddr -= paddr % r.pgsize;
	if (below(seed, 200) == 0) {
		snoop ^= 0x800;
		vtd_pt_set_snoop(&pt, snoop);
	}
	for (done = 0; done < r.count; done++)
		if (!ref_map_one(r.off + done * r.pgsize,
				 (paddr + done * r.pgsize) | prot | snoop,
				 r.pgsize, replace))
			break;
	ret = (replace ? map_replacing : map)(&pt, ref->base + r.off, paddr,
					      r.pgsize, r.count, prot, &mapped);
	assert_int_equal(ret, done == r.count ? 0 : -EEXIST);
	assert_int_equal(mapped, done * r.pgsize);
	check_at(r.off);
	check_at(r.off + mapped - !!mapped);
	check_at(r.off + r.count * r.pgsize - 1);
}

static void random_unmap(u64 *seed)
{
	struct range r = pick(seed);
	u64 size = r.count * r.pgsize, done = 0, one;

	if (below(seed, 4) == 0 && r.pgsize == KB4) {
		/* a length in larger pages, from a place of its own */
		r.pgsize = MB2;
		r.count = 1 + below(seed, 3);
		size = r.count * r.pgsize;
		r.off = min_t(u64, r.off, W1G * GB1 - size);
	}
	while (done < size) {
		one = ref_unmap_one(r.off + done, size - done);
		if (!one)
			break;
		done += one;
	}
	assert_int_equal(unmap(&pt, ref->base + r.off, r.pgsize, r.count),
			 done);
	check_at(r.off);
	check_at(r.off + done - !!done);
	if (r.off + size < W1G * GB1)
		check_at(r.off + size);
}

struct random_case {
	const char *name;
	int levels;
	bool coherent;
	u64 base;
	enum vtd_pt_stage stage;
};

static const struct random_case cases[] = {
	{ "3 levels, from zero", 3, true, 0, VTD_PT_SECOND },
	{ "3 levels, to the end", 3, false, GB512 - 4 * GB1, VTD_PT_SECOND },
	{ "4 levels, across 512G", 4, true, GB512 - 2 * GB1, VTD_PT_SECOND },
	{ "4 levels, across 512G, non-coherent", 4, false, 7 * GB512 - GB1,
	  VTD_PT_SECOND },
	{ "4 levels, to the end", 4, true, TB256 - 4 * GB1, VTD_PT_SECOND },
	{ "5 levels, across 256T", 5, true, TB256 - 2 * GB1, VTD_PT_SECOND },
	{ "5 levels, across 256T, non-coherent", 5, false, 3 * TB256 - 3 * GB1,
	  VTD_PT_SECOND },
	{ "5 levels, to the end", 5, false, 512 * TB256 - 4 * GB1,
	  VTD_PT_SECOND },
	{ "first stage: 4 levels, across 512G", 4, true, GB512 - 2 * GB1,
	  VTD_PT_FIRST },
	{ "first stage: 4 levels, across 512G, non-coherent", 4, false,
	  7 * GB512 - GB1, VTD_PT_FIRST },
	{ "first stage: 4 levels, to the end", 4, true, TB256 / 2 - 4 * GB1,
	  VTD_PT_FIRST },
	{ "first stage: 5 levels, across 256T", 5, true, TB256 - 2 * GB1,
	  VTD_PT_FIRST },
	{ "first stage: 5 levels, to the end, non-coherent", 5, false,
	  256 * TB256 - 4 * GB1, VTD_PT_FIRST },
};

static long tables_above(const struct random_case *c)
{
	/* level 4 of a 5-level table, one or two of them */
	if (c->levels < 5)
		return 0;
	return ref->has3[0] +
	       (ref->has3[1] &&
		(c->base + 4 * GB1 - 1) / TB256 != c->base / TB256);
}

static void test_random(void **state)
{
	const struct random_case *c = *state;
	u64 ops = vtd_env("PGTABLE_OPS", 25000);
	u64 seed = vtd_env("PGTABLE_SEED", 1) + c->base + c->levels;
	long before = vtd_shim_live_tables();

	memset(ref, 0, sizeof(*ref));
	ref->base = c->base;
	levels = c->levels;
	snoop = 0;
	make_pt(&pt, c->levels, c->coherent);
	for (u64 op = 0; op < ops; op++) {
		if (vtd_rand(&seed) % 100 < 55)
			random_map(&seed);
		else
			random_unmap(&seed);
		assert_int_equal(vtd_shim_live_tables() - before,
				 1 + ref->tables + tables_above(c));
		if (op % 5000 == 4999)
			check_all();
	}
	for (u64 s3 = 0; s3 < W1G; s3++)
		unmap(&pt, c->base + s3 * GB1, GB1, 1);
	for (u64 s3 = 0; s3 < W1G; s3++)
		expect_empty(&pt, c->base + s3 * GB1);
	assert_int_equal(vtd_shim_live_tables() - before,
			 1 + (levels > 3 ? ref->has3[0] + ref->has3[1] : 0) +
				 tables_above(c));
	vtd_pt_destroy(&pt);
	assert_int_equal(vtd_shim_live_tables(), before);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(cases)];

	ref = calloc(1, sizeof(*ref));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		tests[i] = test_of(cases[i].stage, cases[i].name, test_random,
				   &cases[i]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
