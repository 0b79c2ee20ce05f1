// SPDX-License-Identifier: GPL-2.0
/*
 * What the iommu core calls of a paging domain, without a unit: each choice of
 * operations, in both stages, against a walk of the test's own.  What is to be
 * flushed is written down.
 *
 * SRCS: dmar/paging.c dmar/pgtable.c
 */
#include "test_pgtable.h"

#include <linux/iommu.h>

#include "../../dmar/adapter.h"
#include "../../dmar/domain.h"
#include "../../dmar/fault.h"
#include "../../dmar/paging.h"

#define RW (IOMMU_READ | IOMMU_WRITE)

/* --- what paging.c calls ------------------------------------------------------ */

DEFINE_STATIC_KEY_FALSE(vtd_strict_used);
struct vtd_pool *vtd_pools;

static struct {
	u64 start, last;
	bool leaf_only;
	unsigned int flushes, mapped_flushes;
} flushed;

static struct {
	u64 start, bytes;
	bool mapped;
	unsigned int count;
} noted;

static bool history;

int vtd_flush_range(struct vtd_domain *d, u64 start, u64 last, bool leaf_only)
{
	flushed.start = start;
	flushed.last = last;
	flushed.leaf_only = leaf_only;
	flushed.flushes++;
	return 0;
}

int vtd_flush_all(struct vtd_domain *d)
{
	return vtd_flush_range(d, 0, ~0ULL, false);
}

int vtd_flush_mapped(struct vtd_domain *d, u64 start, u64 last)
{
	flushed.start = start;
	flushed.last = last;
	flushed.mapped_flushes++;
	return 0;
}

void vtd_pools_put(struct vtd_pool *pools, struct iommu_pages_list *list)
{
	iommu_put_pages_list(list);
}

bool vtd_domain_enforce_snoop(struct vtd_domain *d)
{
	return false;
}

void vtd_domain_free(struct vtd_domain *d)
{
}

/* Of a CPU that has the erratum. */
static bool needs_write;

bool vtd_nested_needs_write(void)
{
	return needs_write;
}

int vtd_attach_paging(struct iommu_domain *domain, struct device *dev,
		      struct iommu_domain *old)
{
	return -EINVAL;
}

int vtd_set_pasid_paging(struct iommu_domain *domain, struct device *dev,
			 ioasid_t pasid, struct iommu_domain *old)
{
	return -ENODEV;
}

bool vtd_history_on(void)
{
	return history;
}

void vtd_history_note(const void *domain, u64 start, u64 bytes, bool mapped)
{
	noted.start = start;
	noted.bytes = bytes;
	noted.mapped = mapped;
	noted.count++;
}

/* --- a domain, and the core's side -------------------------------------------- */

struct choice {
	char name[80];
	enum vtd_pt_stage stage;
	u64 cap;
	bool noted;
	bool by_ranges;
	int levels;
};

static const struct choice *c;
static struct vtd_domain d;
static size_t mapped;

static void begin(const struct choice *choice)
{
	struct vtd_unit unit = { .cap = choice->cap };

	c = choice;
	history = c->noted;
	memset(&d, 0, sizeof(d));
	memset(&flushed, 0, sizeof(flushed));
	memset(&noted, 0, sizeof(noted));
	make_pt(&d.pt, c->levels, true);
	vtd_paging_use(&d, &unit);
	assert_non_null(d.domain.ops);
}

static int map_it(u64 iova, u64 paddr, u64 pgsize, size_t count, int prot)
{
	unsigned int before = noted.count;
	int ret;

	if (c->by_ranges)
		ret = d.iommu.ops->map_range(&d.iommu, iova, paddr,
					     pgsize * count, prot, GFP_KERNEL,
					     &mapped);
	else
		ret = d.domain.ops->map_pages(&d.domain, iova, paddr, pgsize,
					      count, prot, GFP_KERNEL, &mapped);
	assert_int_equal(noted.count - before, c->noted);
	if (c->noted) {
		assert_int_equal(noted.start, iova);
		assert_int_equal(noted.bytes, mapped);
		assert_true(noted.mapped);
	}
	return ret;
}

static size_t unmap_it(u64 iova, u64 pgsize, size_t count)
{
	struct iommu_iotlb_gather gather;
	size_t done;

	iommu_iotlb_gather_init(&gather);
	if (c->by_ranges)
		done = d.iommu.ops->unmap_range(&d.iommu, iova, pgsize * count,
						&gather);
	else
		done = d.domain.ops->unmap_pages(&d.domain, iova, pgsize, count,
						 &gather);
	if (done) {
		assert_int_equal(gather.start, iova);
		assert_int_equal(gather.end, iova + done - 1);
	}
	if (c->noted) {
		/* Before it is known how much of it there was. */
		assert_int_equal(noted.start, iova);
		assert_int_equal(noted.bytes, pgsize * count);
		assert_false(noted.mapped);
	}
	d.domain.ops->iotlb_sync(&d.domain, &gather);
	return done;
}

static void expect(u64 iova, u64 paddr, u64 size, u64 bits)
{
	expect_leaf(&d.pt, iova, paddr, size, bits);
	assert_int_equal(d.domain.ops->iova_to_phys(&d.domain, iova + 5),
			 paddr + 5);
}

static void expect_nothing(u64 iova)
{
	expect_empty(&d.pt, iova);
	assert_int_equal(d.domain.ops->iova_to_phys(&d.domain, iova), 0);
}

static void test_sizes(void **state)
{
	static const u64 sizes[] = { KB4, MB2, GB1 };
	static const size_t counts[] = { 1, 1, 7, 513 };

	begin(*state);
	for (size_t i = 0; i < ARRAY_SIZE(sizes) * ARRAY_SIZE(counts); i++) {
		size_t count = counts[i % ARRAY_SIZE(counts)];
		u64 size = sizes[i / ARRAY_SIZE(counts)];
		u64 iova = c->levels == 3 ? 4 * GB1 : GB512 - GB1;
		u64 bytes;
		/* so that a range finds no larger page either */
		u64 paddr = 8 * GB1 + (size == GB1 ? 0 : size);

		if (size == GB1 && count > 300)
			count = 300;
		bytes = size * count;
		expect_nothing(iova);
		assert_int_equal(map_it(iova, paddr, size, count, RW), 0);
		assert_int_equal(mapped, bytes);
		expect(iova, paddr, size, 3);
		expect(iova + bytes - size, paddr + bytes - size, size, 3);
		expect_nothing(iova + bytes);
		assert_int_equal(map_it(iova, 0, size, 1, RW), -EEXIST);
		assert_int_equal(unmap_it(iova, size, count), bytes);
		assert_int_equal(flushed.start, iova);
		assert_int_equal(flushed.last, iova + bytes - 1);
		expect_nothing(iova);
		expect_nothing(iova + bytes - size);
		assert_int_equal(unmap_it(iova, size, 1), 0);
	}
	assert_true(d.mapped);
	vtd_pt_destroy(&d.pt);
}

static void test_rights(void **state)
{
	begin(*state);
	assert_int_equal(map_it(0x1000, 0x5000, KB4, 1, IOMMU_READ), 0);
	assert_int_equal(map_it(0x2000, 0x6000, KB4, 1, IOMMU_WRITE), 0);
	assert_int_equal(map_it(0x3000, 0x8000, KB4, 3, IOMMU_READ), 0);
	assert_int_equal(map_it(0x6000, 0xd000, KB4, 3, IOMMU_WRITE), 0);
	expect(0x1000, 0x5000, KB4, 1);
	expect(0x2000, 0x6000, KB4, 2);
	expect(0x5000, 0xa000, KB4, 1);
	expect(0x7000, 0xe000, KB4, 2);
	assert_int_equal(map_it(0x9000, 0x5000, KB4, 1, 0), -EINVAL);
	vtd_pt_destroy(&d.pt);
}

/* A superpage over an empty table: the table is freed behind a flush. */
static void test_map_over(void **state)
{
	long before = vtd_shim_live_tables();

	begin(*state);
	assert_int_equal(map_it(GB1, 0, KB4, 1, RW), 0);
	assert_int_equal(unmap_it(GB1, KB4, 1), KB4);
	assert_true(flushed.leaf_only);
	memset(&flushed, 0, sizeof(flushed));
	assert_int_equal(map_it(GB1, MB2, MB2, 1, RW), 0);
	assert_int_equal(flushed.flushes, 1);
	assert_false(flushed.leaf_only);
	assert_int_equal(flushed.start, GB1);
	assert_int_equal(flushed.last, GB1 + MB2 - 1);
	expect(GB1, MB2, MB2, 3);
	vtd_pt_destroy(&d.pt);
	assert_int_equal(vtd_shim_live_tables(), before);
}

/* Told of new mappings are those that must be, once there is somebody. */
static void test_sync_map(void **state)
{
	begin(*state);
	if (!c->cap) {
		assert_null(d.domain.ops->iotlb_sync_map);
	} else {
		assert_int_equal(d.domain.ops->iotlb_sync_map(&d.domain, MB2,
							      3 * KB4),
				 0);
		assert_int_equal(flushed.mapped_flushes, 0);
		d.sync_map = true;
		assert_int_equal(d.domain.ops->iotlb_sync_map(&d.domain, MB2,
							      3 * KB4),
				 0);
		assert_int_equal(flushed.mapped_flushes, 1);
		assert_int_equal(flushed.start, MB2);
		assert_int_equal(flushed.last, MB2 + 3 * KB4 - 1);
	}
	vtd_pt_destroy(&d.pt);
}

/* What is put off is not gathered, unless the domain has become strict. */
static void test_queued(void **state)
{
	struct iommu_iotlb_gather gather;

	begin(*state);
	assert_int_equal(map_it(GB1, MB2, KB4, 9, RW), 0);
	for (int strict = 0; strict <= 1; strict++) {
		iommu_iotlb_gather_init(&gather);
		gather.queued = true;
		d.strict = strict ? VTD_STRICT_ON : VTD_STRICT_OFF;
		vtd_strict_used.enabled = strict;
		assert_int_equal(d.domain.ops->unmap_pages(&d.domain,
							   GB1 + strict * KB4,
							   KB4, 1, &gather),
				 KB4);
		assert_int_equal(gather.queued, !strict);
		assert_int_equal(gather.start > gather.end, !strict);
	}
	vtd_strict_used.enabled = 0;
	vtd_pt_destroy(&d.pt);
}

/*
 * Where nested requests may write in spite of it nothing is mapped for reading
 * alone, whatever the core says; others are as always.
 */
static void test_writable(void **state)
{
	struct vtd_unit unit = { .cap = 0 };
	struct iommu_iotlb_gather gather;
	const struct iommu_domain_ops *ops;

	begin(*state);
	vtd_pt_destroy(&d.pt);
	/* of two things that it takes, both */
	for (int i = 0; i < 4; i++) {
		memset(&d, 0, sizeof(d));
		make_pt(&d.pt, c->levels, true);
		d.nest_parent = i & 1;
		needs_write = i & 2;
		vtd_paging_use(&d, &unit);
		ops = d.domain.ops;
		assert_int_equal(ops->map_pages(&d.domain, MB2, GB1, KB4, 2,
						IOMMU_READ, GFP_KERNEL,
						&mapped),
				 i == 3 ? -EINVAL : 0);
		if (i < 3) {
			assert_int_equal(mapped, 2 * KB4);
			assert_non_null(d.iommu.ops);
			vtd_pt_destroy(&d.pt);
		}
	}
	needs_write = false;
	assert_int_equal(mapped, 0);
	expect_nothing(MB2);
	assert_false(d.mapped);
	assert_int_equal(ops->map_pages(&d.domain, MB2, GB1, KB4, 2, 0,
					GFP_KERNEL, &mapped),
			 -EINVAL);
	assert_int_equal(ops->map_pages(&d.domain, MB2, GB1, KB4, 2, RW,
					GFP_KERNEL, &mapped),
			 0);
	assert_int_equal(mapped, 2 * KB4);
	expect(MB2, GB1, KB4, 3);
	expect(MB2 + KB4, GB1 + KB4, KB4, 3);
	assert_int_equal(ops->map_pages(&d.domain, GB1, GB1, GB1, 1,
					IOMMU_WRITE, GFP_KERNEL, &mapped),
			 0);
	expect(GB1, GB1, GB1, 2);
	/* whole ranges would pass it by */
	assert_null(d.iommu.ops);
	/* units that come later may have to be told */
	assert_int_equal(ops->iotlb_sync_map(&d.domain, MB2, KB4), 0);
	assert_int_equal(flushed.mapped_flushes, 0);
	d.sync_map = true;
	assert_int_equal(ops->iotlb_sync_map(&d.domain, MB2, KB4), 0);
	assert_int_equal(flushed.mapped_flushes, 1);
	iommu_iotlb_gather_init(&gather);
	assert_int_equal(ops->unmap_pages(&d.domain, MB2, KB4, 2, &gather),
			 2 * KB4);
	expect_nothing(MB2);
	assert_int_equal(gather.end, MB2 + 2 * KB4 - 1);
	vtd_pt_destroy(&d.pt);
}

/* --- every choice --------------------------------------------------------------- */

#define CHOICES 48

static struct choice choices[CHOICES];

/* 3 levels to 5, as the stage has them; sync or not; noted or not; how. */
static size_t make_choices(void)
{
	size_t n = 0;

	for (int i = 0; i < CHOICES; i++) {
		struct choice *this = &choices[n];

		this->stage = i & 1 ? VTD_PT_FIRST : VTD_PT_SECOND;
		this->cap = i & 2 ? VTD_CAP_CM : 0;
		this->noted = i & 4;
		this->by_ranges = i & 8;
		this->levels = 3 + i / 16;
		if (this->stage == VTD_PT_FIRST && this->levels == 3)
			continue;
		snprintf(this->name, sizeof(this->name),
			 "%s%d levels%s%s, by %s", STAGE_NAME(this->stage),
			 this->levels, this->cap ? ", told of maps" : "",
			 this->noted ? ", noted" : "",
			 this->by_ranges ? "ranges" : "pages");
		n++;
	}
	return n;
}

int main(void)
{
	static const struct {
		const char *what;
		CMUnitTestFunction fn;
	} group[] = {
		{ "sizes", test_sizes },
		{ "rights", test_rights },
		{ "map over an empty table", test_map_over },
		{ "sync of maps", test_sync_map },
		{ "unmaps put off", test_queued },
	};
	static struct CMUnitTest tests[(ARRAY_SIZE(group) + 1) * CHOICES];
	static char names[ARRAY_SIZE(tests)][120];
	size_t nr = make_choices(), n = 0;

	for (size_t g = 0; g < ARRAY_SIZE(group); g++) {
		for (size_t i = 0; i < nr; i++, n++) {
			snprintf(names[n], sizeof(names[n]), "%s: %s",
				 group[g].what, choices[i].name);
			tests[n] = test_of(choices[i].stage, names[n],
					   group[g].fn, &choices[i]);
		}
	}
	for (size_t i = 0; i < nr; i++) {
		if (choices[i].stage != VTD_PT_SECOND)
			continue;
		snprintf(names[n], sizeof(names[n]), "writable only: %s",
			 choices[i].name);
		tests[n] = test_of(VTD_PT_SECOND, names[n], test_writable,
				   &choices[i]);
		n++;
	}
	return _cmocka_run_group_tests("paging", tests, n, NULL, NULL);
}
