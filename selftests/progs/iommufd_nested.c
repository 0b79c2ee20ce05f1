// SPDX-License-Identifier: GPL-2.0
/*
 * Nested domains: first-stage tables of a guest, in memory that the second
 * stage of the parent maps; see iommufd.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "iommufd_user.h"

/* Guest memory: tables and pages first, then room for a huge page and more. */
#define GUEST 0x100000000ULL
#define GUEST_BYTES (3 * HUGE)
#define HUGE_AT (GUEST + HUGE)
#define EXTRA_AT (GUEST + 2 * HUGE)
/* Where the guest's tables put it. */
#define VA 0x7f0012345000ULL
#define VA_HUGE 0x600000000000ULL

#define CAP_FL5LP (1ULL << 60)
#define INVALIDATE_S1 IOMMU_HWPT_INVALIDATE_DATA_VTD_S1

/**
 * struct nest - a guest's memory in a parent, and a nested domain
 * @iommu: where all of it is
 * @dev: one that the parent is good for
 * @ioas: has the guest's memory, what is from @EXTRA_AT on by itself
 * @parent: its HWPT
 * @g: the memory
 */
struct nest {
	int iommu;
	struct iodev *dev;
	uint32_t ioas;
	uint32_t parent;
	struct guest g;
};

static struct nest nest_of(struct iodev *dev, uint32_t flags)
{
	struct nest n = { .iommu = dev->iommu, .dev = dev };

	n.g = (struct guest){ .iova = GUEST, .bytes = GUEST_BYTES };
	n.g.at = memory_new(GUEST_BYTES);
	n.ioas = ioas_new(dev->iommu);
	is(map(n.iommu, n.ioas, n.g.at, GUEST, 2 * HUGE), 0,
	   "the guest's memory mapped");
	is(map(n.iommu, n.ioas, n.g.at + 2 * HUGE, EXTRA_AT, HUGE), 0,
	   "more of it");
	n.parent = hwpt(dev, n.ioas, IOMMU_HWPT_ALLOC_NEST_PARENT | flags);
	return n;
}

static void nest_end(struct nest *n)
{
	is(destroy(n->iommu, n->parent), 0, "the parent destroyed");
	is(destroy(n->iommu, n->ioas), 0, "its IOAS destroyed");
	munmap(n->g.at, GUEST_BYTES);
}

/* --- what the tables say ------------------------------------------------------ */

/* The accessed bits of all entries on the way, and the dirty one of the last. */
static void bits_are(struct nest *n, uint64_t table, uint64_t va,
		     unsigned int last, bool dirty, const char *what)
{
	unsigned int level, wrong = 0;
	uint64_t entry = 0;

	for (level = 4; level >= last; level--) {
		entry = *guest_entry(&n->g, table, va, level);
		wrong += !(entry & G_A);
	}
	check(!wrong && !!(entry & G_D) == dirty,
	      "%s: %u entries without an accessed bit, the last is 0x%lx", what,
	      wrong, (long)entry);
}

static void walks(struct nest *n, uint32_t pasid)
{
	struct guest *g = &n->g;
	uint64_t table = guest_table(g), page = guest_page(g);
	unsigned int nr = n->dev->nr;
	uint32_t id = nested_hwpt(
		n->dev, n->parent,
		pasid == NO_PASID ? 0 : IOMMU_HWPT_ALLOC_PASID, table);

	guest_map(g, table, VA, page, G_RW);
	guest_map(g, table, VA + PAGE, page, G_P | G_U);
	guest_map(g, table, VA + 2 * PAGE, page, G_P | G_W);
	guest_map(g, table, VA + 3 * PAGE, EXTRA_AT + HUGE, G_RW);
	guest_map(g, table, VA_HUGE, HUGE_AT, G_RW | G_PS);
	*guest_at(g, page) = 0xabc;
	is(attach(n->dev, pasid, id), 0, "a nested domain attached");
	dma_reads(nr, pasid, VA, 0xabc, "a page of the guest");
	bits_are(n, table, VA, 1, false, "it was read");
	dma_writes(nr, pasid, VA + 8, 0xdef, guest_at(g, page + 8), "the same");
	bits_are(n, table, VA, 1, true, "it was written");
	dma_reads(nr, pasid, VA + PAGE, 0xabc, "the same, read only");
	dma_refused(nr, pasid, IOTEST_WRITE, VA + PAGE, "a write to that");
	bits_are(n, table, VA + PAGE, 1, false, "it was not written");
	dma_refused(nr, pasid, 0, VA + 2 * PAGE, "a supervisor's page");
	dma_refused(nr, pasid, 0, VA + 3 * PAGE, "what the guest has not");
	dma_refused(nr, pasid, 0, VA + 4 * PAGE, "what it does not map");
	dma_refused(nr, pasid, 0, page, "its own address");
	dma_writes(nr, pasid, VA_HUGE + HUGE - 8, 1,
		   guest_at(g, HUGE_AT + HUGE - 8), "the end of a huge page");
	bits_are(n, table, VA_HUGE, 2, true, "a huge page");
	is(detach(n->dev, pasid), 0, "detached");
	dma_refused(nr, pasid, 0, VA, "nowhere");
	is(destroy(n->iommu, id), 0, "the nested domain destroyed");
}

/* --- invalidation ------------------------------------------------------------- */

/* Until the guest says so what is cached is as good; afterwards it is not. */
static void entries_changed(struct nest *n, uint32_t pasid)
{
	struct guest *g = &n->g;
	uint64_t table = guest_table(g), a = guest_page(g), b = guest_page(g);
	uint32_t id = nested_hwpt(
		n->dev, n->parent,
		pasid == NO_PASID ? 0 : IOMMU_HWPT_ALLOC_PASID, table);
	unsigned int nr = n->dev->nr, i;

	*guest_at(g, a) = 0xa;
	*guest_at(g, b) = 0xb;
	for (i = 0; i < 8; i++)
		guest_map(g, table, VA + i * PAGE, a, G_RW);
	is(attach(n->dev, pasid, id), 0, "attached");
	for (i = 0; i < 8; i++)
		dma_reads(nr, pasid, VA + i * PAGE, 0xa,
			  "before it is changed");
	for (i = 0; i < 8; i++)
		guest_map(g, table, VA + i * PAGE, b, G_RW);
	/* Or the rest would be no test. */
	dma_reads(nr, pasid, VA, 0xa, "what is cached");
	forget(n->iommu, id, VA, 1);
	dma_reads(nr, pasid, VA, 0xb, "one page, forgotten");
	forget(n->iommu, id, VA + PAGE, 3);
	for (i = 1; i < 4; i++)
		dma_reads(nr, pasid, VA + i * PAGE, 0xb,
			  "three pages, forgotten");
	forget(n->iommu, id, 0, ~0ULL);
	for (i = 4; i < 8; i++)
		dma_reads(nr, pasid, VA + i * PAGE, 0xb, "all forgotten");
	guest_map(g, table, VA, 0, 0);
	forget(n->iommu, id, VA, 1);
	dma_refused(nr, pasid, 0, VA, "what the guest has unmapped");
	is(detach(n->dev, pasid), 0, "detached");
	is(destroy(n->iommu, id), 0, "destroyed");
}

/* A table of the guest goes, with what is cached of its place in the tables. */
static void table_changed(struct nest *n, uint32_t pasid)
{
	struct guest *g = &n->g;
	uint64_t table = guest_table(g), a = guest_page(g), b = guest_page(g);
	uint64_t other = guest_page(g);
	uint32_t id = nested_hwpt(
		n->dev, n->parent,
		pasid == NO_PASID ? 0 : IOMMU_HWPT_ALLOC_PASID, table);
	unsigned int nr = n->dev->nr;

	*guest_at(g, a) = 0xa;
	*guest_at(g, b) = 0xb;
	guest_map(g, table, VA, a, G_RW);
	guest_map(g, table, VA + PAGE, a, G_RW);
	is(attach(n->dev, pasid, id), 0, "attached");
	dma_reads(nr, pasid, VA, 0xa, "before the table goes");
	*guest_at(g, other + (VA >> 12 & 511) * 8) = b | G_RW;
	*guest_at(g, other + ((VA >> 12 & 511) + 1) * 8) = b | G_RW;
	*guest_entry(g, table, VA, 2) = other | G_RW;
	forget(n->iommu, id, VA & ~(HUGE - 1), 512);
	dma_reads(nr, pasid, VA, 0xb, "by the new table");
	dma_reads(nr, pasid, VA + PAGE, 0xb, "by the new table, another");
	is(detach(n->dev, pasid), 0, "detached");
	is(destroy(n->iommu, id), 0, "destroyed");
}

/* --- what the parent takes away ----------------------------------------------- */

static void parent_changed(struct nest *n, uint32_t pasid)
{
	struct guest *g = &n->g;
	uint64_t table = guest_table(g), seen;
	uint32_t id = nested_hwpt(
		n->dev, n->parent,
		pasid == NO_PASID ? 0 : IOMMU_HWPT_ALLOC_PASID, table);
	volatile uint64_t *at = guest_at(g, EXTRA_AT),
			  *other = memory_new(HUGE);
	unsigned int nr = n->dev->nr;

	guest_map(g, table, VA, EXTRA_AT, G_RW);
	guest_map(g, table, VA_HUGE, EXTRA_AT, G_RW | G_PS);
	is(attach(n->dev, pasid, id), 0, "attached");
	dma_writes(nr, pasid, VA, 1, at, "while the guest has it");
	dma_writes(nr, pasid, VA_HUGE + PAGE, 2, at + 512, "by a huge page");
	is(unmap(n->iommu, n->ioas, EXTRA_AT, HUGE), 0,
	   "unmapped in the parent");
	seen = at[0];
	dma_refused(nr, pasid, IOTEST_WRITE, VA, "what the parent has not");
	dma_refused(nr, pasid, IOTEST_WRITE, VA_HUGE + PAGE, "the huge page");
	check(at[0] == seen && at[512] == 2, "nothing was written");
	is(map(n->iommu, n->ioas, (void *)other, EXTRA_AT, HUGE), 0,
	   "other memory mapped there");
	dma_writes(nr, pasid, VA, 3, other, "the other memory");
	is(unmap(n->iommu, n->ioas, EXTRA_AT, HUGE), 0, "unmapped again");
	is(map(n->iommu, n->ioas, (void *)at, EXTRA_AT, HUGE), 0,
	   "the first memory mapped again");
	dma_writes(nr, pasid, VA, 4, at, "the first memory");
	check(other[0] == 3, "the other keeps what it has");
	is(detach(n->dev, pasid), 0, "detached");
	is(destroy(n->iommu, n->parent), -EBUSY, "a parent with a child");
	is(destroy(n->iommu, id), 0, "destroyed");
	munmap((void *)other, HUGE);
}

/* The tables themselves lie in what is unmapped. */
static void tables_unmapped(struct nest *n)
{
	struct guest *g = &n->g, far = *g;
	unsigned int nr = n->dev->nr;
	uint64_t table, page = guest_page(g);
	uint32_t id;

	far.next = 2 * HUGE;
	table = guest_table(&far);
	guest_map(&far, table, VA, page, G_RW);
	*guest_at(g, page) = 0x77;
	id = nested_hwpt(n->dev, n->parent, 0, table);
	is(attach(n->dev, NO_PASID, id), 0, "attached");
	dma_reads(nr, NO_PASID, VA, 0x77, "by tables that are there");
	is(unmap(n->iommu, n->ioas, EXTRA_AT, HUGE), 0, "tables unmapped");
	dma_refused(nr, NO_PASID, 0, VA, "by tables that are not there");
	dma_refused(nr, NO_PASID, 0, VA + PAGE, "another page");
	is(map(n->iommu, n->ioas, n->g.at + 2 * HUGE, EXTRA_AT, HUGE), 0,
	   "tables mapped again");
	dma_reads(nr, NO_PASID, VA, 0x77, "by tables that are there again");
	is(detach(n->dev, NO_PASID), 0, "detached");
	is(destroy(n->iommu, id), 0, "destroyed");
}

/* --- several ------------------------------------------------------------------ */

#define CHILDREN 4

/* One parent, and a child for each PASID; the parent is used as well. */
static void children(struct nest *n, struct iodev *other)
{
	static const uint32_t pasid[CHILDREN] = { NO_PASID, 3, 4, 0xffff };
	struct guest *g = &n->g;
	uint64_t table[CHILDREN], page[CHILDREN];
	uint32_t id[CHILDREN];
	unsigned int i, nr = n->dev->nr;

	for (i = 0; i < CHILDREN; i++) {
		table[i] = guest_table(g);
		page[i] = guest_page(g);
		guest_map(g, table[i], VA, page[i], G_RW);
		id[i] = nested_hwpt(n->dev, n->parent, IOMMU_HWPT_ALLOC_PASID,
				    table[i]);
		is(attach(n->dev, pasid[i], id[i]), 0, "PASID 0x%x attached",
		   pasid[i]);
	}
	is(attach(n->dev, 5, n->parent), 0, "the parent attached beside them");
	for (i = 0; i < CHILDREN; i++)
		dma_writes(nr, pasid[i], VA, i + 1, guest_at(g, page[i]),
			   "each its own");
	dma_writes(nr, 5, page[0] + 8, 0x55, guest_at(g, page[0] + 8),
		   "the parent");
	/* Another device with the same child, then another PASID. */
	is(attach(other, NO_PASID, id[1]), 0, "another device attached");
	is(attach(n->dev, 6, id[1]), 0, "another PASID attached");
	dma_reads(other->nr, NO_PASID, VA, 2, "the other device");
	dma_reads(nr, 6, VA, 2, "the other PASID");
	guest_map(g, table[1], VA, page[2], G_RW);
	forget(n->iommu, id[1], VA, 1);
	dma_reads(nr, 3, VA, 3, "a change for the one");
	dma_reads(other->nr, NO_PASID, VA, 3, "for the other device");
	dma_reads(nr, 6, VA, 3, "for the other PASID");
	is(detach(n->dev, 3), 0, "one detached");
	dma_refused(nr, 3, 0, VA, "that");
	dma_reads(nr, 6, VA, 3, "the other PASID still");
	dma_reads(nr, 4, VA, 3, "another child");
	is(detach(other, NO_PASID), 0, "the other device detached");
	is(detach(n->dev, 6), 0, "the other PASID detached");
	is(detach(n->dev, 5), 0, "the parent detached");
	for (i = 0; i < CHILDREN; i++) {
		if (i != 1)
			is(detach(n->dev, pasid[i]), 0, "detached");
		is(destroy(n->iommu, id[i]), 0, "destroyed");
	}
}

/* --- replaced under DMA ------------------------------------------------------- */

#define SPAN (8 * PAGE)
#define WRITTEN (HUGE_AT + 64 * PAGE)

/* The same addresses by the parent, by one child, by the other. */
static void replaced(struct nest *n, uint32_t pasid)
{
	uint32_t flags = pasid == NO_PASID ? 0 : IOMMU_HWPT_ALLOC_PASID;
	const uint64_t to[3] = { WRITTEN, HUGE_AT, HUGE_AT + 128 * PAGE };
	static uint8_t copy[SPAN], zeroes[SPAN];
	unsigned int i, j, at = 0, wrong = 0;
	struct guest *g = &n->g;
	struct iotest_log log;
	uint32_t pt[3], w;

	pt[0] = n->parent;
	for (i = 1; i < 3; i++) {
		uint64_t table = guest_table(g);

		for (j = 0; j < SPAN / PAGE; j++)
			guest_map(g, table, WRITTEN + j * PAGE,
				  to[i] + j * PAGE, G_RW);
		pt[i] = nested_hwpt(n->dev, n->parent, flags, table);
	}
	is(attach(n->dev, pasid, pt[0]), 0, "attached");
	w = writer_new(n->dev->nr, pasid, WRITTEN, SPAN / PAGE, 1);
	for (i = 0; i < 60; i++) {
		unsigned int next = (at + 1 + i / 3 % 2) % 3;
		void *was = (void *)guest_at(g, to[at]);
		void *now = (void *)guest_at(g, to[next]);
		int ret = attach(n->dev, pasid, pt[next]);

		if (ret && wrong++ < 3)
			is(ret, 0, "replace %u by %u", at, next);
		memcpy(copy, was, SPAN);
		writer_wait(w);
		if (memcmp(copy, was, SPAN) && wrong++ < 3)
			check(false, "%u by %u: the old memory is written to",
			      at, next);
		memset(now, 0, SPAN);
		for (j = 0; j < 3; j++)
			writer_wait(w);
		if (!memcmp(zeroes, now, SPAN) && wrong++ < 3)
			check(false, "%u by %u: the new memory is not", at,
			      next);
		at = next;
	}
	log = writer_log(w, false, NULL);
	check(!log.refused && !wrong,
	      "60 replacements of parent and children: %lu writes, %lu refused (the last at 0x%lx, reason 0x%x)",
	      (long)log.done, (long)log.refused, (long)log.addr, log.reason);
	writer_stop(w);
	is(detach(n->dev, pasid), 0, "detached");
	for (i = 1; i < 3; i++)
		is(destroy(n->iommu, pt[i]), 0, "destroyed");
}

/* --- what is refused ---------------------------------------------------------- */

static void bad(struct nest *n, struct iommu_hwpt_vtd_s1 data, int expected,
		const char *what)
{
	uint32_t id;
	int ret = nested_new(n->dev, n->parent, 0, &data, &id);

	if (expected)
		is(ret, expected, "%s", what);
	else
		check(ret == -EINVAL || ret == -EOPNOTSUPP, "%s: %d", what,
		      ret);
	if (!ret)
		destroy(n->iommu, id);
}

static void bad_data(struct nest *n)
{
	struct iommu_hwpt_vtd_s1 good = {
		.pgtbl_addr = GUEST,
		.addr_width = 48,
	};
	struct iommu_hwpt_vtd_s1 d;
	uint32_t id;
	int ret;

	static const uint32_t widths[] = { 0,  12, 39, 47,	  49,
					   56, 58, 64, 0x80000030 };
	unsigned int i;

	for (i = 0; i < sizeof(widths) / sizeof(*widths); i++) {
		d = good;
		d.addr_width = widths[i];
		bad(n, d, 0, "a width that no first stage has");
	}
	d = good;
	d.addr_width = 57;
	ret = nested_new(n->dev, n->parent, 0, &d, &id);
	check(machine.cap & CAP_FL5LP ? !ret : ret < 0, "5 levels: %d", ret);
	if (!ret)
		destroy(n->iommu, id);
	d = good;
	d.__reserved = 1;
	bad(n, d, 0, "a reserved field");
	d = good;
	d.pgtbl_addr += 8;
	bad(n, d, 0, "a table that is not aligned");
	d.pgtbl_addr = 1ULL << 60;
	bad(n, d, 0, "a table beyond what the parent has");
	d.pgtbl_addr = 1ULL << 57;
	bad(n, d, 0, "a table just beyond it");
	d = good;
	d.flags = IOMMU_VTD_S1_SRE;
	bad(n, d, 0, "supervisor requests, which the unit has not");
	d.flags = IOMMU_VTD_S1_EAFE;
	bad(n, d, 0, "extended access flags, which the unit has not");
	d.flags = 1 << 3;
	bad(n, d, 0, "a flag that nobody knows");
	d.flags = 1ULL << 63;
	bad(n, d, 0, "another");
	ret = nested_new(n->dev, n->parent, IOMMU_HWPT_ALLOC_NEST_PARENT, &good,
			 &id);
	check(ret < 0, "a nested parent: %d", ret);
	ret = nested_new(n->dev, n->parent, IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
			 &good, &id);
	check(ret < 0, "a nested domain with dirty tracking: %d", ret);
	ret = nested_new(n->dev, n->parent, 1 << 5, &good, &id);
	check(ret < 0, "an unknown flag: %d", ret);
}

/* The length and the type of what goes with it. */
static void bad_size(struct nest *n)
{
	struct {
		struct iommu_hwpt_vtd_s1 data;
		uint64_t more;
	} d = { { .pgtbl_addr = GUEST, .addr_width = 48 }, 0 };
	struct iommu_hwpt_alloc arg = {
		.size = sizeof(arg),
		.dev_id = n->dev->id,
		.pt_id = n->parent,
		.data_type = IOMMU_HWPT_DATA_VTD_S1,
		.data_len = sizeof(d.data),
	};

	is(ask(n->iommu, IOMMU_HWPT_ALLOC, &arg), -EFAULT, "no data");
	arg.data_uptr = (uintptr_t)&d;
	arg.data_len = 8;
	is(ask(n->iommu, IOMMU_HWPT_ALLOC, &arg), -EINVAL, "half of the data");
	arg.data_len = sizeof(d.data);
	arg.data_type = IOMMU_HWPT_DATA_ARM_SMMUV3;
	check(ask(n->iommu, IOMMU_HWPT_ALLOC, &arg) < 0,
	      "data of another vendor");
}

static struct iommu_hwpt_vtd_s1_invalidate entries[5];

static void invalidates(struct nest *n, uint32_t id, unsigned int asked,
			int expected, unsigned int done, const char *what)
{
	uint32_t nr = asked;
	int ret = invalidate(n->iommu, id, INVALIDATE_S1, entries,
			     sizeof(*entries), &nr);

	check(ret == expected && nr == done,
	      "%s: %d, %u of %u done; %d and %u expected", what, ret, nr, asked,
	      expected, done);
}

static void fill(void)
{
	unsigned int i;

	memset(entries, 0, sizeof(entries));
	for (i = 0; i < 5; i++) {
		entries[i].addr = VA + i * PAGE;
		entries[i].npages = 1;
	}
}

static void invalidation_errors(struct nest *n)
{
	struct guest *g = &n->g;
	uint64_t table = guest_table(g), a = guest_page(g), b = guest_page(g);
	uint32_t id = nested_hwpt(n->dev, n->parent, 0, table), nr = 5;
	unsigned int dev = n->dev->nr;

	*guest_at(g, a) = 0xa;
	*guest_at(g, b) = 0xb;
	guest_map(g, table, VA, a, G_RW);
	fill();
	invalidates(n, id, 5, 0, 5, "a domain that nobody uses");
	is(attach(n->dev, NO_PASID, id), 0, "attached");
	dma_reads(dev, NO_PASID, VA, 0xa, "before");
	invalidates(n, id, 5, 0, 5, "five entries");
	invalidates(n, id, 0, 0, 0, "none");
	dma_reads(dev, NO_PASID, VA, 0xa, "cached");
	guest_map(g, table, VA, b, G_RW);
	fill();
	entries[2].addr += 8;
	invalidates(n, id, 5, -EINVAL, 2, "the third is not aligned");
	dma_reads(dev, NO_PASID, VA, 0xb, "the first was done");
	fill();
	entries[0].addr |= 1;
	invalidates(n, id, 5, -EINVAL, 0, "the first is not aligned");
	fill();
	entries[1].npages = ~0ULL;
	invalidates(n, id, 5, -EINVAL, 1, "the second wraps");
	fill();
	entries[4].npages = 1ULL << 52;
	invalidates(n, id, 5, -EINVAL, 4, "the last wraps");
	fill();
	entries[3].flags = IOMMU_VTD_INV_FLAGS_LEAF;
	invalidates(n, id, 5, 0, 5, "leaves only");
	entries[3].flags = 2;
	invalidates(n, id, 5, -EOPNOTSUPP, 3, "a flag that nobody knows");
	fill();
	entries[1].__reserved = 1;
	invalidates(n, id, 5, -EOPNOTSUPP, 1, "a reserved field");
	fill();
	entries[0] = (struct iommu_hwpt_vtd_s1_invalidate){ .npages = ~0ULL };
	invalidates(n, id, 5, 0, 5, "everything, then more");
	fill();
	is(invalidate(n->iommu, id, VTD_VIOMMU_INVALIDATE, entries,
		      sizeof(*entries), &nr),
	   -EINVAL, "another type");
	nr = 5;
	is(invalidate(n->iommu, id, INVALIDATE_S1, entries, 8, &nr), -EINVAL,
	   "short entries");
	check(!nr, "none of them done");
	nr = 1;
	is(invalidate(n->iommu, n->parent, INVALIDATE_S1, entries,
		      sizeof(*entries), &nr),
	   -EINVAL, "the parent");
	is(detach(n->dev, NO_PASID), 0, "detached");
	is(destroy(n->iommu, id), 0, "destroyed");
}

static void without_pasid(struct nest *n)
{
	walks(n, NO_PASID);
	entries_changed(n, NO_PASID);
	table_changed(n, NO_PASID);
	parent_changed(n, NO_PASID);
	tables_unmapped(n);
	replaced(n, NO_PASID);
	invalidation_errors(n);
	quiet("nested");
}

void run_nested(void)
{
	int iommu = iommu_new();
	struct iodev dev = take(ATS, iommu), plain = take(PLAIN, iommu);
	struct iodev other = take(ATS_2, iommu);
	struct nest n;

	n = nest_of(&plain, 0);
	without_pasid(&n);
	nest_end(&n);
	n = nest_of(&dev, IOMMU_HWPT_ALLOC_PASID);
	without_pasid(&n);
	walks(&n, 0x11);
	entries_changed(&n, 0x11);
	table_changed(&n, 0x11);
	parent_changed(&n, 0x11);
	replaced(&n, 0x11);
	children(&n, &other);
	bad_data(&n);
	bad_size(&n);
	quiet("nested with PASIDs");
	nest_end(&n);
	give(&dev);
	give(&plain);
	give(&other);
	close(iommu);
	quiet("nested, at the end");
}

/* A device that does not answer: whoever wants it to forget is told. */
void run_mute_nested(void)
{
	int iommu = iommu_new();
	struct iodev dev = take(ATS_2, iommu), other = take(ATS, iommu);
	struct nest n = nest_of(&dev, 0);
	struct guest *g = &n.g;
	uint64_t table = guest_table(g), page = guest_page(g);
	uint64_t next = guest_page(g);
	uint32_t id = nested_hwpt(&dev, n.parent, 0, table), nr;
	int ret;

	guest_map(g, table, VA, page, G_RW);
	is(attach(&dev, NO_PASID, id), 0, "attached");
	is(attach(&other, NO_PASID, id), 0, "another attached");
	dma_writes(ATS_2, NO_PASID, VA, 1, guest_at(g, page), "it answers");
	must(!ioctl(machine_fd, IOTEST_MUTE, ATS_2 | 0x100), "no mute");
	guest_map(g, table, VA, next, G_RW);
	fill();
	nr = 3;
	ret = invalidate(iommu, id, INVALIDATE_S1, entries, sizeof(*entries),
			 &nr);
	check((ret == -ETIMEDOUT || ret == -EIO) && !nr,
	      "an invalidation without an answer: %d, %u done", ret, nr);
	dma_refused(ATS_2, NO_PASID, IOTEST_WRITE, VA,
		    "the device from then on");
	check(*guest_at(g, page) == 1, "the old page is not written to");
	dma_writes(ATS, NO_PASID, VA, 2, guest_at(g, next),
		   "the other goes on");
	must(!ioctl(machine_fd, IOTEST_MUTE, ATS_2), "still mute");
	give(&dev);
	give(&other);
	close(iommu);
}
