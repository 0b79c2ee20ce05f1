// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_pgtable: tables of both stages and every shape, against a walk of
 * its own, written from VT-d 3.6, 3.7, 9.7 and 9.8 with literal bits, and a
 * plain array of what shall be mapped.
 */
#include <linux/mm.h>
#include <linux/sizes.h>

#include "pgtable.h"
#include "recorder.h"
#include "suites.h"

#define MB2 0x200000ULL
#define GB1 0x40000000ULL

struct shape {
	u8 levels;
	unsigned long sizes;
	bool coherent;
	bool first; /* stage */
};

static const struct shape shapes[] = {
	{ 3, SZ_4K, true },
	{ 3, SZ_4K | SZ_2M, true },
	{ 3, SZ_4K | SZ_2M | SZ_1G, true },
	{ 4, SZ_4K, true },
	{ 4, SZ_4K | SZ_2M, true },
	{ 4, SZ_4K | SZ_2M | SZ_1G, true },
	{ 5, SZ_4K, true },
	{ 5, SZ_4K | SZ_2M, true },
	{ 5, SZ_4K | SZ_2M | SZ_1G, true },
	{ 3, SZ_4K, false },
	{ 3, SZ_4K | SZ_2M, false },
	{ 3, SZ_4K | SZ_2M | SZ_1G, false },
	{ 4, SZ_4K, false },
	{ 4, SZ_4K | SZ_2M, false },
	{ 4, SZ_4K | SZ_2M | SZ_1G, false },
	{ 5, SZ_4K, false },
	{ 5, SZ_4K | SZ_2M, false },
	{ 5, SZ_4K | SZ_2M | SZ_1G, false },
	{ 4, SZ_4K | SZ_2M, true, true },
	{ 4, SZ_4K | SZ_2M | SZ_1G, true, true },
	{ 5, SZ_4K | SZ_2M, true, true },
	{ 5, SZ_4K | SZ_2M | SZ_1G, true, true },
	{ 4, SZ_4K | SZ_2M, false, true },
	{ 4, SZ_4K | SZ_2M | SZ_1G, false, true },
	{ 5, SZ_4K | SZ_2M, false, true },
	{ 5, SZ_4K | SZ_2M | SZ_1G, false, true },
};

static void shape_desc(const struct shape *s, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s%u levels, %s, %s",
		 s->first ? "first stage, " : "", s->levels,
		 s->sizes & SZ_1G ? "up to 1 GiB" :
		 s->sizes & SZ_2M ? "up to 2 MiB" :
				    "4 KiB",
		 s->coherent ? "coherent" : "not coherent");
}

KUNIT_ARRAY_PARAM(shapes, shapes, shape_desc);

static void destroy(void *pt)
{
	vtd_pt_destroy(pt);
}

static struct vtd_pgtable *tables(struct kunit *test, const struct shape *s)
{
	struct vtd_pt_config config = {
		.stage = s->first ? VTD_PT_FIRST : VTD_PT_SECOND,
		.levels = s->levels,
		.coherent = s->coherent,
		.pgsize_bitmap = s->sizes,
		.nid = NUMA_NO_NODE,
	};
	struct vtd_pgtable *pt = kunit_kzalloc(test, sizeof(*pt), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pt);
	KUNIT_ASSERT_EQ(test, vtd_pt_init(pt, &config, GFP_KERNEL), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, destroy, pt), 0);
	return pt;
}

static struct vtd_pgtable *plain(struct kunit *test)
{
	static const struct shape shape = { 4, SZ_4K | SZ_2M | SZ_1G, true };

	return tables(test, &shape);
}

/* What hardware would find; bits 1:0 and 11 are R, W and SNP, 0: nothing. */
struct found {
	u64 phys;
	u64 size;
	u64 bits;
};

static bool is_first(const struct vtd_pgtable *pt)
{
	return pt->stage == VTD_PT_FIRST;
}

/* What becomes of rights: the first stage always allows reads. */
static u64 granted(const struct vtd_pgtable *pt, u64 bits)
{
	return is_first(pt) && bits ? bits | 1 : bits;
}

/* A leaf without its address: nothing reserved, and A and D as they should. */
static bool leaf_is_right(const struct vtd_pgtable *pt, u64 bits, int level)
{
	u64 ps = level > 1 ? 0x80 : 0;

	if (level > 3)
		return false;
	if (is_first(pt))
		return bits == (0x25 | ps | (bits & 2 ? 0x42 : 0));
	return (bits & ~0x803ULL) == ps;
}

static struct found walk(struct kunit *test, const struct vtd_pgtable *pt,
			 u64 iova)
{
	u64 pointer = is_first(pt) ? 0x27 : 0x103;
	u64 present = is_first(pt) ? 1 : 3;
	const u64 *table = pt->root;
	struct found f = {};
	int level;

	for (level = pt->levels; level; level--) {
		unsigned int shift = 12 + 9 * (level - 1);
		u64 pte = READ_ONCE(table[iova >> shift & 511]);
		u64 low = (1ULL << shift) - 1;
		u64 phys = pte & 0xffffffffff000ULL & ~low;

		if (!(pte & present))
			return f;
		if (level > 1 && !(pte & 0x80)) {
			KUNIT_EXPECT_EQ(test, pte & 0xfff, pointer);
			table = phys_to_virt(pte & 0xffffffffff000ULL);
			continue;
		}
		if (!leaf_is_right(pt, pte & ~phys, level))
			KUNIT_FAIL(test, "leaf 0x%llx at level %d", pte, level);
		f.phys = phys | (iova & low);
		f.size = low + 1;
		f.bits = pte & (is_first(pt) ? 3 : 0x803);
		return f;
	}
	return f;
}

static void expect_at(struct kunit *test, const struct vtd_pgtable *pt,
		      u64 iova, u64 phys, u64 size, u64 bits)
{
	struct found f = walk(test, pt, iova);
	struct vtd_pt_leaf leaf = {};

	KUNIT_EXPECT_EQ(test, f.size, size);
	KUNIT_EXPECT_EQ(test, f.bits, granted(pt, bits));
	if (size)
		KUNIT_EXPECT_EQ(test, f.phys, phys);
	KUNIT_EXPECT_EQ(test, vtd_pt_lookup(pt, iova, &leaf), size != 0);
	if (size) {
		KUNIT_EXPECT_EQ(test, leaf.phys, phys);
		KUNIT_EXPECT_EQ(test, leaf.size, size);
		KUNIT_EXPECT_EQ(test, leaf.prot, granted(pt, bits));
	}
}

static int map(struct vtd_pgtable *pt, u64 iova, u64 phys, size_t size,
	       size_t nr, u64 bits, size_t *mapped)
{
	struct iommu_pages_list old = IOMMU_PAGES_LIST_INIT(old);
	size_t done = 0;
	int ret;

	ret = vtd_pt_map(pt, iova, phys, size, nr, bits, GFP_KERNEL, &old,
			 mapped ?: &done);
	iommu_put_pages_list(&old);
	return ret;
}

static size_t unmap(struct vtd_pgtable *pt, u64 iova, size_t size, size_t nr)
{
	struct iommu_pages_list old = IOMMU_PAGES_LIST_INIT(old);
	bool freed = false;
	size_t ret;

	ret = vtd_pt_unmap(pt, iova, size, nr, &old, &freed);
	iommu_put_pages_list(&old);
	return ret;
}

/* --- each shape ------------------------------------------------------- */

static void one_page_at_both_ends(struct kunit *test)
{
	struct vtd_pgtable *pt = tables(test, test->param_value);
	u64 top = pt->last_iova - 4095;

	KUNIT_EXPECT_EQ(test, pt->last_iova,
			(1ULL << (12 + 9 * pt->levels - is_first(pt))) - 1);
	KUNIT_EXPECT_EQ(test, map(pt, 0, 0x5000, SZ_4K, 1, 3, NULL), 0);
	KUNIT_EXPECT_EQ(test, map(pt, top, 0xffffffffff000, SZ_4K, 1, 1, NULL),
			0);
	expect_at(test, pt, 0, 0x5000, SZ_4K, 3);
	expect_at(test, pt, 0xfff, 0x5fff, SZ_4K, 3);
	expect_at(test, pt, 0x1000, 0, 0, 0);
	expect_at(test, pt, top - 1, 0, 0, 0);
	expect_at(test, pt, pt->last_iova, 0xfffffffffffff, SZ_4K, 1);
	KUNIT_EXPECT_EQ(test, unmap(pt, 0, SZ_4K, 1), SZ_4K);
	KUNIT_EXPECT_EQ(test, unmap(pt, top, SZ_4K, 1), SZ_4K);
	expect_at(test, pt, 0, 0, 0, 0);
	expect_at(test, pt, top, 0, 0, 0);
}

static void every_leaf_size(struct kunit *test)
{
	const struct shape *s = test->param_value;
	struct vtd_pgtable *pt = tables(test, s);
	u64 size;

	for (size = SZ_4K; size <= GB1; size <<= 9) {
		u64 at = 4 * GB1;
		int ret = map(pt, at, 8 * GB1, size, 3, 2, NULL);

		if (!(s->sizes & size)) {
			KUNIT_EXPECT_EQ(test, ret, -EINVAL);
			continue;
		}
		KUNIT_ASSERT_EQ(test, ret, 0);
		expect_at(test, pt, at - 1, 0, 0, 0);
		expect_at(test, pt, at, 8 * GB1, size, 2);
		expect_at(test, pt, at + 3 * size - 1, 8 * GB1 + 3 * size - 1,
			  size, 2);
		expect_at(test, pt, at + 3 * size, 0, 0, 0);
		KUNIT_EXPECT_EQ(test, unmap(pt, at, size, 3), 3 * size);
		expect_at(test, pt, at + size, 0, 0, 0);
	}
}

static void run_across_tables(struct kunit *test)
{
	struct vtd_pgtable *pt = tables(test, test->param_value);
	/* 1300 pages over two 2 MiB borders and one of 1 GiB. */
	u64 at = GB1 - 700 * 4096, i;

	KUNIT_ASSERT_EQ(test, map(pt, at, 0x100000000, SZ_4K, 1300, 3, NULL),
			0);
	for (i = 0; i < 1300; i += 13)
		expect_at(test, pt, at + i * 4096 + 5,
			  0x100000000 + i * 4096 + 5, SZ_4K, 3);
	expect_at(test, pt, at - 1, 0, 0, 0);
	expect_at(test, pt, at + 1300 * 4096, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, unmap(pt, at, SZ_4K, 1300), 1300 * 4096);
	for (i = 0; i < 1300; i += 13)
		expect_at(test, pt, at + i * 4096, 0, 0, 0);
}

/* Seam of the design: every line is in memory when the call returns. */
static void stores_reach_memory(struct kunit *test)
{
	const struct shape *s = test->param_value;
	struct vtd_pgtable *pt = tables(test, s);
	unsigned int i, nr;

	recorder_start();
	KUNIT_EXPECT_EQ(test,
			map(pt, MB2 - 5 * 4096, 0x40000000, SZ_4K, 10, 3, NULL),
			0);
	KUNIT_EXPECT_EQ(test, unmap(pt, MB2, SZ_4K, 3), 3 * SZ_4K);
	if (s->sizes & SZ_2M)
		KUNIT_EXPECT_EQ(test, map(pt, 8 * MB2, 0, SZ_2M, 2, 1, NULL),
				0);
	nr = recorder_stop();
	KUNIT_EXPECT_GT(test, nr, 13);
	if (!s->coherent) {
		/* Bits 61:52 are software's: 9.8. */
		KUNIT_EXPECT_EQ(test, recorder_unflushed(GENMASK_ULL(61, 52)),
				0);
		return;
	}
	for (i = 0; i < nr; i++)
		KUNIT_EXPECT_FALSE(test, recorder_event(i)->flush);
}

/* --- random, against an array ------------------------------------------ */

#define WINDOW 4096 /* pages: 16 MiB */
#define ROUNDS 300

struct page_ref {
	u64 phys; /* of this page */
	u32 size; /* of its leaf, 0: not mapped */
	u32 bits;
};

struct random_state {
	struct vtd_pgtable *pt;
	struct page_ref *ref;
	u64 base;
	u64 seed;
	bool big;
};

static u64 draw(struct random_state *r, u64 below)
{
	r->seed ^= r->seed << 13;
	r->seed ^= r->seed >> 7;
	r->seed ^= r->seed << 17;
	return (r->seed >> 20) % below;
}

static void random_map(struct kunit *test, struct random_state *r)
{
	u32 size = r->big && draw(r, 3) == 0 ? SZ_2M : SZ_4K;
	unsigned int per = size / 4096, i;
	unsigned int nr = size == SZ_4K ? draw(r, 700) + 1 : draw(r, 3) + 1;
	unsigned int at = draw(r, WINDOW / per) * per, free;
	u64 phys = draw(r, 1ULL << 27) * size;
	u64 bits = draw(r, 3) + 1;
	size_t mapped = 0;
	int ret;

	nr = min(nr, (WINDOW - at) / per);
	for (free = 0; free < nr * per; free++)
		if (r->ref[at + free].size)
			break;
	free = round_down(free, per);
	phys &= 0xfffffffff000ULL & ~(size - 1ULL);
	ret = map(r->pt, r->base + at * 4096ULL, phys, size, nr, bits, &mapped);
	KUNIT_ASSERT_EQ(test, ret, free == nr * per ? 0 : -EEXIST);
	KUNIT_ASSERT_EQ(test, mapped, free * 4096ULL);
	for (i = 0; i < free; i++) {
		r->ref[at + i].phys = phys + i * 4096ULL;
		r->ref[at + i].size = size;
		r->ref[at + i].bits = granted(r->pt, bits);
	}
}

/* A run of leaves, from the beginning of one to the end of another. */
static void random_unmap(struct kunit *test, struct random_state *r)
{
	unsigned int at = draw(r, WINDOW), end, want = draw(r, 1500) + 1;

	while (at < WINDOW && !r->ref[at].size)
		at++;
	if (at < WINDOW && r->ref[at].size == SZ_2M)
		at = round_down(at, 512);
	for (end = at; end < WINDOW && end - at < want && r->ref[end].size;)
		end += r->ref[end].size / 4096;
	if (end == at)
		return;
	KUNIT_ASSERT_EQ(test,
			unmap(r->pt, r->base + at * 4096ULL, SZ_4K, end - at),
			(end - at) * 4096ULL);
	memset(&r->ref[at], 0, (end - at) * sizeof(*r->ref));
}

static void compare(struct kunit *test, struct random_state *r,
		    unsigned int step)
{
	unsigned int i;

	for (i = draw(r, step); i < WINDOW; i += step) {
		struct found f = walk(test, r->pt, r->base + i * 4096ULL);

		KUNIT_ASSERT_EQ(test, f.size, r->ref[i].size);
		KUNIT_ASSERT_EQ(test, f.bits, r->ref[i].bits);
		KUNIT_ASSERT_EQ(test, f.phys, r->ref[i].phys);
	}
}

static void random_against_an_array(struct kunit *test)
{
	const struct shape *s = test->param_value;
	struct random_state r = {
		.pt = tables(test, s),
		.seed = 0x9e3779b97f4a7c15ULL + s->levels + s->sizes,
		.big = s->sizes & SZ_2M,
	};
	unsigned int i;

	r.ref = kunit_kcalloc(test, WINDOW, sizeof(*r.ref), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, r.ref);
	/* Across a border of 1 GiB tables, or of 512 GiB ones. */
	r.base = (s->levels > 3 ? 512 * GB1 : GB1) - WINDOW / 2 * 4096ULL;
	for (i = 0; i < ROUNDS; i++) {
		if (draw(&r, 2))
			random_map(test, &r);
		else
			random_unmap(test, &r);
		compare(test, &r, 37);
	}
	compare(test, &r, 1);
}

/* --- rules -------------------------------------------------------------- */

struct bad_map {
	const char *name;
	u64 iova;
	u64 phys;
	size_t size;
	size_t nr;
	u64 bits;
	int ret;
};

static const struct bad_map bad_maps[] = {
	{ "address not aligned", 0x800, 0, SZ_4K, 1, 3, -EINVAL },
	{ "memory not aligned", 0, 0x10, SZ_4K, 1, 3, -EINVAL },
	{ "2 MiB at a 4 KiB border", 0x1000, 0, SZ_2M, 1, 3, -EINVAL },
	{ "2 MiB of memory at a 4 KiB border", 0, 0x1000, SZ_2M, 1, 3,
	  -EINVAL },
	{ "size that does not exist", 0, 0, SZ_64K, 1, 3, -EINVAL },
	{ "two sizes", 0, 0, SZ_4K | SZ_2M, 1, 3, -EINVAL },
	{ "no page", 0, 0, SZ_4K, 0, 3, -EINVAL },
	{ "no permission", 0, 0, SZ_4K, 1, 0, -EINVAL },
	{ "a bit that is no permission", 0, 0, SZ_4K, 1, 0x83, -EINVAL },
	{ "beyond the width", 1ULL << 48, 0, SZ_4K, 1, 3, -ERANGE },
	{ "across the width", (1ULL << 48) - 4096, 0, SZ_4K, 2, 3, -ERANGE },
	{ "memory beyond 52 bits", 0, 1ULL << 52, SZ_4K, 1, 3, -ERANGE },
	{ "memory across 52 bits", 0, (1ULL << 52) - 4096, SZ_4K, 2, 3,
	  -ERANGE },
	{ "a length that overflows", 0x1000, 0, SZ_4K, SIZE_MAX, 3, -ERANGE },
};

KUNIT_ARRAY_PARAM_DESC(bad_maps, bad_maps, name);

static void bad_map_is_refused(struct kunit *test)
{
	const struct bad_map *b = test->param_value;
	struct vtd_pgtable *pt = plain(test);
	size_t mapped = 0;

	KUNIT_EXPECT_EQ(test,
			map(pt, b->iova, b->phys, b->size, b->nr, b->bits,
			    &mapped),
			b->ret);
	KUNIT_EXPECT_EQ(test, mapped, 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(pt->root, 0, 4096));
}

static void mapping_again_is_refused(struct kunit *test)
{
	struct vtd_pgtable *pt = plain(test);
	size_t mapped = 0;

	KUNIT_ASSERT_EQ(test, map(pt, 0x5000, 0x9000, SZ_4K, 1, 3, NULL), 0);
	KUNIT_EXPECT_EQ(test, map(pt, 0x2000, 0, SZ_4K, 8, 3, &mapped),
			-EEXIST);
	KUNIT_EXPECT_EQ(test, mapped, 0x3000);
	expect_at(test, pt, 0x5000, 0x9000, SZ_4K, 3);
	expect_at(test, pt, 0x4000, 0x2000, SZ_4K, 3);
	expect_at(test, pt, 0x6000, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, map(pt, 0, 0, SZ_2M, 1, 3, NULL), -EEXIST);
}

static void page_below_a_superpage_is_refused(struct kunit *test)
{
	struct vtd_pgtable *pt = plain(test);

	KUNIT_ASSERT_EQ(test, map(pt, MB2, GB1, SZ_2M, 1, 3, NULL), 0);
	KUNIT_EXPECT_EQ(test, map(pt, MB2 + 0x3000, 0, SZ_4K, 1, 3, NULL),
			-EEXIST);
	expect_at(test, pt, MB2 + 0x3000, GB1 + 0x3000, SZ_2M, 3);
}

/* Bug class: a superpage over a table that still exists leaks or strands it. */
static void superpage_takes_the_place_of_an_empty_table(struct kunit *test)
{
	struct iommu_pages_list old = IOMMU_PAGES_LIST_INIT(old);
	struct vtd_pgtable *pt = plain(test);
	size_t mapped = 0;

	KUNIT_ASSERT_EQ(test, map(pt, MB2, 0, SZ_4K, 4, 3, NULL), 0);
	KUNIT_ASSERT_EQ(test, unmap(pt, MB2, SZ_4K, 4), 4 * SZ_4K);
	KUNIT_EXPECT_EQ(test,
			vtd_pt_map(pt, MB2, GB1, SZ_2M, 1, 3, GFP_KERNEL, NULL,
				   &mapped),
			-EEXIST);
	KUNIT_EXPECT_EQ(test,
			vtd_pt_map(pt, MB2, GB1, SZ_2M, 1, 3, GFP_KERNEL, &old,
				   &mapped),
			0);
	KUNIT_EXPECT_FALSE(test, iommu_pages_list_empty(&old));
	iommu_put_pages_list(&old);
	expect_at(test, pt, MB2, GB1, SZ_2M, 3);
}

/* Bug class: a partial unmap of a superpage takes more than was named. */
static void unmap_that_begins_inside_a_superpage(struct kunit *test)
{
	struct vtd_pgtable *pt = plain(test);

	KUNIT_ASSERT_EQ(test, map(pt, MB2, GB1, SZ_2M, 1, 3, NULL), 0);
	KUNIT_EXPECT_EQ(test, unmap(pt, MB2 + 0x1000, SZ_4K, 1), 0);
	expect_at(test, pt, MB2, GB1, SZ_2M, 3);
}

static void unmap_that_ends_inside_a_superpage(struct kunit *test)
{
	struct vtd_pgtable *pt = plain(test);

	KUNIT_ASSERT_EQ(test, map(pt, MB2, GB1, SZ_2M, 2, 3, NULL), 0);
	KUNIT_EXPECT_EQ(test, unmap(pt, MB2, SZ_4K, 1), MB2);
	expect_at(test, pt, MB2, 0, 0, 0);
	expect_at(test, pt, 2 * MB2, GB1 + MB2, SZ_2M, 3);
}

static void unmap_stops_at_the_first_hole(struct kunit *test)
{
	struct vtd_pgtable *pt = plain(test);

	KUNIT_ASSERT_EQ(test, map(pt, 0x1000, 0, SZ_4K, 3, 3, NULL), 0);
	KUNIT_ASSERT_EQ(test, map(pt, 0x6000, 0, SZ_4K, 3, 3, NULL), 0);
	KUNIT_EXPECT_EQ(test, unmap(pt, 0x1000, SZ_4K, 20), 3 * SZ_4K);
	expect_at(test, pt, 0x6000, 0, SZ_4K, 3);
	KUNIT_EXPECT_EQ(test, unmap(pt, 0x1000, SZ_4K, 1), 0);
}

static void tables_are_freed_with_what_they_mapped(struct kunit *test)
{
	struct iommu_pages_list old = IOMMU_PAGES_LIST_INIT(old);
	struct vtd_pgtable *pt = plain(test);
	bool freed = false;

	KUNIT_ASSERT_EQ(test, map(pt, MB2, 0, SZ_4K, 512, 3, NULL), 0);
	KUNIT_EXPECT_EQ(test, vtd_pt_unmap(pt, MB2, SZ_4K, 512, &old, &freed),
			MB2);
	KUNIT_EXPECT_TRUE(test, freed);
	KUNIT_EXPECT_FALSE(test, iommu_pages_list_empty(&old));
	iommu_put_pages_list(&old);
}

static void no_table_is_freed_by_a_part(struct kunit *test)
{
	struct iommu_pages_list old = IOMMU_PAGES_LIST_INIT(old);
	struct vtd_pgtable *pt = plain(test);
	bool freed = false;

	KUNIT_ASSERT_EQ(test, map(pt, MB2, 0, SZ_4K, 512, 3, NULL), 0);
	KUNIT_EXPECT_EQ(test, vtd_pt_unmap(pt, MB2, SZ_4K, 511, &old, &freed),
			511 * SZ_4K);
	KUNIT_EXPECT_FALSE(test, freed);
	KUNIT_EXPECT_TRUE(test, iommu_pages_list_empty(&old));
	expect_at(test, pt, MB2 + 511 * 4096, 511 * 4096, SZ_4K, 3);
}

static void snoop_bit_goes_into_new_leaves(struct kunit *test)
{
	struct vtd_pgtable *pt = plain(test);

	KUNIT_ASSERT_EQ(test, map(pt, 0x1000, 0, SZ_4K, 1, 3, NULL), 0);
	vtd_pt_set_snoop(pt, true);
	KUNIT_ASSERT_EQ(test, map(pt, 0x2000, 0, SZ_4K, 1, 3, NULL), 0);
	KUNIT_ASSERT_EQ(test, map(pt, MB2, 0, SZ_2M, 1, 1, NULL), 0);
	expect_at(test, pt, 0x1000, 0, SZ_4K, 3);
	expect_at(test, pt, 0x2000, 0, SZ_4K, 0x803);
	expect_at(test, pt, MB2, 0, SZ_2M, 0x801);
	vtd_pt_set_snoop(pt, false);
	KUNIT_ASSERT_EQ(test, map(pt, 0x3000, 0, SZ_4K, 1, 3, NULL), 0);
	expect_at(test, pt, 0x3000, 0, SZ_4K, 3);
}

static void walk_tells_every_level(struct kunit *test)
{
	struct vtd_pgtable *pt = plain(test);
	struct vtd_pt_walk w;

	KUNIT_ASSERT_EQ(test, map(pt, 0x7000, 0x123000, SZ_4K, 1, 3, NULL), 0);
	KUNIT_ASSERT_EQ(test, vtd_pt_walk(pt, 0x7abc, &w), 0);
	KUNIT_EXPECT_EQ(test, w.top, 4);
	KUNIT_EXPECT_EQ(test, w.bottom, 1);
	KUNIT_EXPECT_EQ(test, w.entry[1], 0x123003);
	KUNIT_EXPECT_EQ(test, w.entry[4] & 0x83, 3);
	KUNIT_EXPECT_EQ(test, vtd_pt_walk(pt, 1ULL << 48, &w), -ERANGE);
}

/* The entries of 9.7, whole words: P, RW, US, A, D, PS and XD. */
static void entries_of_the_first_stage(struct kunit *test)
{
	static const struct shape shape = { 4, SZ_4K | SZ_2M | SZ_1G, true,
					    true };
	struct vtd_pgtable *pt = tables(test, &shape);
	struct vtd_pt_walk w;

	KUNIT_ASSERT_EQ(test, map(pt, 0x7000, 0x123000, SZ_4K, 1, 3, NULL), 0);
	KUNIT_ASSERT_EQ(test, map(pt, 0x8000, 0x456000, SZ_4K, 1, 1, NULL), 0);
	KUNIT_ASSERT_EQ(test, map(pt, MB2, GB1, SZ_2M, 1, 2, NULL), 0);
	KUNIT_ASSERT_EQ(test, map(pt, GB1, GB1, SZ_1G, 1, 1, NULL), 0);
	KUNIT_ASSERT_EQ(test, vtd_pt_walk(pt, 0x7abc, &w), 0);
	KUNIT_EXPECT_EQ(test, w.entry[1], 0x123067);
	KUNIT_EXPECT_EQ(test, w.entry[2] & 0xfff, 0x27);
	KUNIT_EXPECT_EQ(test, w.entry[4] & 0xfff, 0x27);
	KUNIT_ASSERT_EQ(test, vtd_pt_walk(pt, 0x8abc, &w), 0);
	KUNIT_EXPECT_EQ(test, w.entry[1], 0x456025);
	KUNIT_ASSERT_EQ(test, vtd_pt_walk(pt, MB2, &w), 0);
	KUNIT_EXPECT_EQ(test, w.entry[2], 0x400000e7);
	KUNIT_ASSERT_EQ(test, vtd_pt_walk(pt, GB1, &w), 0);
	KUNIT_EXPECT_EQ(test, w.entry[3], 0x400000a5);
	KUNIT_EXPECT_EQ(test, vtd_pt_walk(pt, 1ULL << 47, &w), -ERANGE);
	KUNIT_EXPECT_EQ(test,
			map(pt, (1ULL << 47) - 4096, 0, SZ_4K, 2, 3, NULL),
			-ERANGE);
	KUNIT_EXPECT_EQ(test, map(pt, 0x9000, 0, SZ_4K, 1, 0x803, NULL),
			-EINVAL);
}

struct bad_config {
	const char *name;
	struct vtd_pt_config config;
};

static const struct bad_config bad_configs[] = {
	{ "2 levels", { .levels = 2, .pgsize_bitmap = SZ_4K } },
	{ "6 levels", { .levels = 6, .pgsize_bitmap = SZ_4K } },
	{ "no 4 KiB", { .levels = 4, .pgsize_bitmap = SZ_2M } },
	{ "512 GiB leaves",
	  { .levels = 4, .pgsize_bitmap = SZ_4K | 1UL << 39 } },
	{ "more address than levels",
	  { .levels = 3, .iova_bits = 48, .pgsize_bitmap = SZ_4K } },
	{ "53 bits of memory",
	  { .levels = 4, .paddr_bits = 53, .pgsize_bitmap = SZ_4K } },
	{ "first stage, 3 levels",
	  { .stage = VTD_PT_FIRST, .levels = 3, .pgsize_bitmap = SZ_4K } },
	{ "first stage, both halves",
	  { .stage = VTD_PT_FIRST,
	    .levels = 4,
	    .iova_bits = 48,
	    .pgsize_bitmap = SZ_4K } },
	{ "accesses tracked by what does not snoop",
	  { .levels = 4, .dirty = true, .pgsize_bitmap = SZ_4K } },
};

KUNIT_ARRAY_PARAM_DESC(bad_configs, bad_configs, name);

static void bad_config_is_refused(struct kunit *test)
{
	const struct bad_config *b = test->param_value;
	struct vtd_pt_config config = b->config;
	struct vtd_pgtable pt = {};

	config.nid = NUMA_NO_NODE;
	KUNIT_EXPECT_EQ(test, vtd_pt_init(&pt, &config, GFP_KERNEL), -EINVAL);
	vtd_pt_destroy(&pt);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(one_page_at_both_ends, shapes_gen_params),
	KUNIT_CASE_PARAM(every_leaf_size, shapes_gen_params),
	KUNIT_CASE_PARAM(run_across_tables, shapes_gen_params),
	KUNIT_CASE_PARAM(stores_reach_memory, shapes_gen_params),
	KUNIT_CASE_PARAM_ATTR(random_against_an_array, shapes_gen_params,
			      { .speed = KUNIT_SPEED_SLOW }),
	KUNIT_CASE_PARAM(bad_map_is_refused, bad_maps_gen_params),
	KUNIT_CASE_PARAM(bad_config_is_refused, bad_configs_gen_params),
	KUNIT_CASE(mapping_again_is_refused),
	KUNIT_CASE(page_below_a_superpage_is_refused),
	KUNIT_CASE(superpage_takes_the_place_of_an_empty_table),
	KUNIT_CASE(unmap_that_begins_inside_a_superpage),
	KUNIT_CASE(unmap_that_ends_inside_a_superpage),
	KUNIT_CASE(unmap_stops_at_the_first_hole),
	KUNIT_CASE(tables_are_freed_with_what_they_mapped),
	KUNIT_CASE(no_table_is_freed_by_a_part),
	KUNIT_CASE(snoop_bit_goes_into_new_leaves),
	KUNIT_CASE(walk_tells_every_level),
	KUNIT_CASE(entries_of_the_first_stage),
	{}
};

struct kunit_suite vtd_pgtable_suite = {
	.name = "vtd_pgtable",
	.test_cases = cases,
};
