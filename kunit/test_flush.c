// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_flush: which invalidation a range becomes, and on which units.
 *
 * The C file is part of this one, so that what is static in it can be tried.
 */
#include "../dmar/flush.c"

#include "context.h"
#include "soft_unit.h"
#include "suites.h"

#define CAP_PSI 0x8000000000ULL
#define CAP_DRAIN 0xc0000000000000ULL
#define CAP_MAMV(n) ((u64)(n) << 48)
#define CAP_PAGES (CAP_PSI | CAP_MAMV(18))
/* SOFT_CAP without all of these. */
#define CAP_NONE (SOFT_CAP & ~(CAP_PSI | CAP_DRAIN | CAP_MAMV(0x3f)))

/* Domain-id 5; 0x32 is page-selective, 0x22 domain-selective. */
struct flushed {
	const char *name;
	u64 cap;
	u64 start;
	u64 last;
	bool leaf_only;
	u64 lo;
	u64 hi;
};

/* clang-format off */
static const struct flushed ranges[] = {
	{ "one page", CAP_PAGES, 0x1000, 0x1fff, false, 0x50032, 0x1000 },
	{ "part of a page", CAP_PAGES, 0x1234, 0x1235, false, 0x50032, 0x1000 },
	{ "leaves only", CAP_PAGES, 0x1000, 0x1fff, true, 0x50032, 0x1040 },
	{ "two pages, aligned", CAP_PAGES, 0x2000, 0x3fff, false, 0x50032, 0x2001 },
	{ "two pages across a border", CAP_PAGES, 0x1000, 0x2fff, false, 0x50032, 0x2 },
	{ "three pages", CAP_PAGES, 0x4000, 0x6fff, false, 0x50032, 0x4002 },
	{ "2 MiB", CAP_PAGES, 0x200000, 0x3fffff, true, 0x50032, 0x200049 },
	{ "two pages across 2 MiB",
	  CAP_PAGES, 0x1ff000, 0x200fff, false, 0x50032, 0xa },
	{ "1 GiB", CAP_PAGES, 0x40000000, 0x7fffffff, false, 0x50032, 0x40000012 },
	{ "as large as MAMV",
	  CAP_PSI | CAP_MAMV(9), 0x200000, 0x3fffff, false, 0x50032, 0x200009 },
	{ "larger than MAMV",
	  CAP_PSI | CAP_MAMV(8), 0x200000, 0x3fffff, false, 0x50022, 0 },
	{ "across a border larger than MAMV",
	  CAP_PAGES, 0x7ffff000, 0x80000fff, false, 0x50022, 0 },
	{ "MAMV 0, one page", CAP_PSI, 0x1000, 0x1fff, false, 0x50032, 0x1000 },
	{ "MAMV 0, two pages", CAP_PSI, 0x2000, 0x3fff, false, 0x50022, 0 },
	{ "no page-selective invalidation",
	  CAP_MAMV(18), 0x1000, 0x1fff, false, 0x50022, 0 },
	{ "everything", CAP_PAGES, 0, U64_MAX, false, 0x50022, 0 },
	{ "drains, page",
	  CAP_PAGES | CAP_DRAIN, 0x1000, 0x1fff, false, 0x500f2, 0x1000 },
	{ "drains, domain", CAP_DRAIN, 0x1000, 0x1fff, false, 0x500e2, 0 },
	{ "highest page of 57 bits",
	  CAP_PAGES, 0x1fffffffffff000, 0x1ffffffffffffff, false, 0x50032, 0x1fffffffffff000 },
};

/* clang-format on */

KUNIT_ARRAY_PARAM_DESC(ranges, ranges, name);

static const u16 sid = 0x0018;
static const struct vtd_translation blocked;

/* A domain under domain-id 5 on a unit with these of the capabilities. */
static struct vtd_domain *domain_5(struct kunit *test, struct soft_unit *su)
{
	struct vtd_domain *d =
		vtd_domain_alloc(&su->unit, vtd_unit_usual(&su->unit));

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, d);
	ida_alloc_range(&su->unit.dids, 2, 2, GFP_KERNEL);
	ida_alloc_range(&su->unit.dids, 3, 3, GFP_KERNEL);
	ida_alloc_range(&su->unit.dids, 4, 4, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test,
			vtd_domain_attach(d, &su->unit, VTD_NO_PASID, &sid, 1),
			0);
	return d;
}

static void domain_5_free(struct vtd_domain *d, struct soft_unit *su)
{
	vtd_context_set(&su->unit, &sid, 1, VTD_NO_PASID, &blocked);
	vtd_domain_detach(d, &su->unit, VTD_NO_PASID, sid, true);
	vtd_domain_free(d);
}

static const struct vtd_domain_unit *only_unit(struct vtd_domain *d)
{
	return list_first_entry(&d->units, struct vtd_domain_unit, node);
}

static void range_becomes_a_descriptor(struct kunit *test)
{
	const struct flushed *r = test->param_value;
	struct soft_unit *su =
		soft_unit_translating(test, CAP_NONE | r->cap, SOFT_ECAP);
	struct vtd_domain *d = domain_5(test, su);
	struct vtd_qi_desc desc;

	desc = vtd_flush_desc(only_unit(d), r->start, r->last, r->leaf_only);
	KUNIT_EXPECT_EQ(test, desc.w[0], r->lo);
	KUNIT_EXPECT_EQ(test, desc.w[1], r->hi);
	domain_5_free(d, su);
}

/* Bug class: a range that the mask does not cover keeps a stale page. */
static void no_page_of_a_range_is_left_out(struct kunit *test)
{
	struct soft_unit *su = soft_unit_translating(
		test, CAP_NONE | CAP_PSI | CAP_MAMV(30), SOFT_ECAP);
	struct vtd_domain *d = domain_5(test, su);
	u64 seed = 88172645463325252ULL;
	unsigned int i;

	for (i = 0; i < 20000; i++) {
		struct vtd_qi_desc desc;
		u64 start, last, base, bytes;

		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		start = (seed & 0xffffffffffULL) & PAGE_MASK;
		last = start + ((seed >> 40) % 5000 + 1) * 4096 - 1;
		desc = vtd_flush_desc(only_unit(d), start, last, false);
		base = desc.w[1] & ~0xfffULL;
		bytes = 4096ULL << (desc.w[1] & 0x3f);
		KUNIT_EXPECT_EQ(test, base & (bytes - 1), 0);
		KUNIT_EXPECT_LE(test, base, start);
		KUNIT_EXPECT_GE(test, base + bytes - 1, last);
	}
	domain_5_free(d, su);
}

static struct vtd_domain *attached(struct kunit *test, struct soft_unit *a,
				   struct soft_unit *b)
{
	struct vtd_domain *d =
		vtd_domain_alloc(&a->unit, vtd_unit_usual(&a->unit));

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, d);
	KUNIT_EXPECT_EQ(
		test, vtd_domain_attach(d, &a->unit, VTD_NO_PASID, &sid, 1), 0);
	soft_unit_forget(a);
	if (b) {
		KUNIT_EXPECT_EQ(test,
				vtd_domain_attach(d, &b->unit, VTD_NO_PASID,
						  &sid, 1),
				0);
		soft_unit_forget(b);
	}
	return d;
}

static void release(struct vtd_domain *d, struct soft_unit *a,
		    struct soft_unit *b)
{
	a->refuse = 0;
	vtd_context_set(&a->unit, &sid, 1, VTD_NO_PASID, &blocked);
	vtd_domain_detach(d, &a->unit, VTD_NO_PASID, sid, true);
	if (b) {
		vtd_context_set(&b->unit, &sid, 1, VTD_NO_PASID, &blocked);
		vtd_domain_detach(d, &b->unit, VTD_NO_PASID, sid, true);
	}
	vtd_domain_free(d);
}

static void every_unit_of_a_domain_is_flushed(struct kunit *test)
{
	struct soft_unit *a = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);
	struct soft_unit *b = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);
	struct vtd_domain *d = attached(test, a, b);

	KUNIT_EXPECT_EQ(test, vtd_flush_range(d, 0x1000, 0x1fff, true), 0);
	KUNIT_EXPECT_EQ(test, a->nr, 1);
	KUNIT_EXPECT_EQ(test, b->nr, 1);
	soft_unit_expect(test, a, 0, 0x200f2, 0x1040);
	soft_unit_expect(test, b, 0, 0x200f2, 0x1040);
	release(d, a, b);
}

/* One that fails does not keep the others from being flushed. */
static void failure_of_one_unit_does_not_spare_the_next(struct kunit *test)
{
	struct soft_unit *a = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);
	struct soft_unit *b = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);
	struct vtd_domain *d = attached(test, a, b);

	a->refuse = 1;
	KUNIT_EXPECT_EQ(test, vtd_flush_range(d, 0x1000, 0x1fff, true),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, a->unit.health, VTD_HEALTH_FAILED);
	KUNIT_EXPECT_EQ(test, b->unit.health, VTD_HEALTH_OK);
	KUNIT_EXPECT_EQ(test, b->nr, 1);
	release(d, a, b);
}

static void unit_that_left_is_not_flushed(struct kunit *test)
{
	struct soft_unit *a = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);
	struct soft_unit *b = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);
	struct vtd_domain *d = attached(test, a, b);

	vtd_context_set(&b->unit, &sid, 1, VTD_NO_PASID, &blocked);
	vtd_domain_detach(d, &b->unit, VTD_NO_PASID, sid, true);
	soft_unit_forget(b);
	KUNIT_EXPECT_EQ(test, vtd_flush_all(d), 0);
	KUNIT_EXPECT_EQ(test, a->nr, 1);
	KUNIT_EXPECT_EQ(test, b->nr, 0);
	release(d, a, NULL);
}

static void all_is_domain_selective(struct kunit *test)
{
	struct soft_unit *a = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);
	struct vtd_domain *d = attached(test, a, NULL);

	KUNIT_EXPECT_EQ(test, vtd_flush_all(d), 0);
	soft_unit_expect(test, a, 0, 0x200e2, 0);
	release(d, a, NULL);
}

static void new_mapping_is_silent_on_plain_hardware(struct kunit *test)
{
	struct soft_unit *a = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);
	struct vtd_domain *d = attached(test, a, NULL);

	KUNIT_EXPECT_FALSE(test, d->sync_map);
	KUNIT_EXPECT_EQ(test, vtd_flush_mapped(d, 0x1000, 0x1fff), 0);
	KUNIT_EXPECT_EQ(test, a->seen, 0);
	KUNIT_EXPECT_EQ(test, a->nr_gcmd, 0);
	release(d, a, NULL);
}

/* 6.1 */
static void new_mapping_is_told_in_caching_mode(struct kunit *test)
{
	struct soft_unit *a =
		soft_unit_translating(test, SOFT_CAP | 0x80, SOFT_ECAP);
	struct vtd_domain *d = attached(test, a, NULL);

	KUNIT_EXPECT_TRUE(test, d->sync_map);
	KUNIT_EXPECT_EQ(test, vtd_flush_mapped(d, 0x1000, 0x1fff), 0);
	/* IH clear: tables may be new as well. */
	soft_unit_expect(test, a, 0, 0x200f2, 0x1000);
	release(d, a, NULL);
}

/* 6.8 */
static void new_mapping_drains_the_write_buffer(struct kunit *test)
{
	struct soft_unit *a =
		soft_unit_translating(test, SOFT_CAP | 0x10, SOFT_ECAP);
	struct vtd_domain *d = attached(test, a, NULL);

	KUNIT_EXPECT_TRUE(test, d->sync_map);
	KUNIT_EXPECT_EQ(test, vtd_flush_mapped(d, 0x1000, 0x1fff), 0);
	KUNIT_EXPECT_EQ(test, a->seen, 0);
	KUNIT_EXPECT_EQ(test, a->nr_gcmd, 1);
	release(d, a, NULL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(range_becomes_a_descriptor, ranges_gen_params),
	KUNIT_CASE(no_page_of_a_range_is_left_out),
	KUNIT_CASE(every_unit_of_a_domain_is_flushed),
	KUNIT_CASE(failure_of_one_unit_does_not_spare_the_next),
	KUNIT_CASE(unit_that_left_is_not_flushed),
	KUNIT_CASE(all_is_domain_selective),
	KUNIT_CASE(new_mapping_is_silent_on_plain_hardware),
	KUNIT_CASE(new_mapping_is_told_in_caching_mode),
	KUNIT_CASE(new_mapping_drains_the_write_buffer),
	{}
};

struct kunit_suite vtd_flush_suite = {
	.name = "vtd_flush",
	.suite_init = soft_unit_suite_init,
	.suite_exit = soft_unit_suite_exit,
	.test_cases = cases,
};
