// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that devices have written to: what iommufd reports is compared with what
 * was written, page by page; and a migration is rehearsed. See iommufd.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "iommufd_user.h"

#define IOVA 0x40000000ULL
#define PAGES 512UL
#define WORDS (PAGES / 64)
#define NO_CLEAR IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR

/**
 * struct tracked - memory that devices write to
 * @iommu: where it is
 * @ioas: has it at IOVA
 * @pt: a HWPT of that
 * @at: the memory
 * @bytes: of it
 */
struct tracked {
	int iommu;
	uint32_t ioas;
	uint32_t pt;
	uint8_t *at;
	uint64_t bytes;
};

static struct tracked tracked_new(struct iodev *dev, uint32_t flags, bool huge)
{
	struct tracked t = { .iommu = dev->iommu, .bytes = PAGES * PAGE };

	if (huge)
		t.bytes = 4 * HUGE;
	t.at = huge ? memory_huge(t.bytes) : memory_new(t.bytes);
	t.ioas = huge ? ioas_new(t.iommu) : ioas_new_small(t.iommu);
	is(map(t.iommu, t.ioas, t.at, IOVA, t.bytes), 0, "mapped");
	t.pt = hwpt(dev, t.ioas, IOMMU_HWPT_ALLOC_DIRTY_TRACKING | flags);
	return t;
}

static void tracked_end(struct tracked *t)
{
	is(destroy(t->iommu, t->pt), 0, "HWPT destroyed");
	is(destroy(t->iommu, t->ioas), 0, "IOAS destroyed");
	munmap(t->at, t->bytes);
}

static unsigned int bits_in(const uint64_t *map, unsigned int words)
{
	unsigned int nr = 0;

	while (words--)
		nr += __builtin_popcountll(*map++);
	return nr;
}

/* Which pages are dirty, all of them: @map has room for PAGES. */
static void dirty_now(struct tracked *t, uint32_t flags, uint64_t *map)
{
	int ret;

	memset(map, 0, WORDS * 8);
	ret = get_dirty(t->iommu, t->pt, flags, IOVA, PAGES * PAGE, PAGE, map);
	must(!ret, "dirty bits: %s", strerror(-ret));
}

static bool same(const uint64_t *dirty, const uint64_t *written)
{
	unsigned int i, missed = 0, more = 0;

	for (i = 0; i < WORDS; i++) {
		missed += __builtin_popcountll(written[i] & ~dirty[i]);
		more += __builtin_popcountll(dirty[i] & ~written[i]);
	}
	if (missed || more)
		check(false, "of %u pages %u are missed, %u were not written",
		      bits_in(written, WORDS), missed, more);
	return !missed && !more;
}

/* Rounds of writes and reports, exact each time; writes while it rests are none. */
static void exact_rounds(struct tracked *t, const uint32_t *w, unsigned int nr,
			 unsigned int rounds, const char *what)
{
	unsigned int i, j, k, bad = 0, all = 0;
	uint64_t dirty[WORDS], log[WORDS], written[WORDS];

	for (i = 0; i < rounds; i++) {
		for (j = 0; j < nr; j++)
			writer_log(w[j], false, NULL);
		for (j = 0; j <= i % 16; j++)
			writer_wait(w[i % nr]);
		memset(written, 0, sizeof(written));
		for (j = 0; j < nr; j++) {
			writer_log(w[j], true, log);
			for (k = 0; k < WORDS; k++)
				written[k] |= log[k];
		}
		dirty_now(t, 0, dirty);
		if (!same(dirty, written) && ++bad == 3)
			break;
		all += bits_in(written, WORDS);
		dirty_now(t, 0, dirty);
		if (bits_in(dirty, WORDS) && bad++ < 3)
			check(false, "%u pages are dirty once more",
			      bits_in(dirty, WORDS));
	}
	check(!bad && all, "%s: %u pages in %u rounds, %u rounds not exact",
	      what, all, rounds, bad);
}

/* It has written before, and rests; what it wrote is forgotten. */
static uint32_t resting(unsigned int nr, uint32_t pasid, uint64_t seed)
{
	uint64_t log[WORDS];
	uint32_t w = writer_new(nr, pasid, IOVA, PAGES, seed);

	writer_wait(w);
	writer_log(w, true, log);
	return w;
}

static void never_refused(uint32_t w)
{
	struct iotest_log log = writer_log(w, false, NULL);

	check(!log.refused, "%lu writes, %lu refused", (long)log.done,
	      (long)log.refused);
	writer_stop(w);
}

static void tracks(struct iodev *dev, uint32_t pasid)
{
	struct tracked t = tracked_new(
		dev, pasid == NO_PASID ? 0 : IOMMU_HWPT_ALLOC_PASID, false);
	uint64_t map[WORDS], again[WORDS], log[WORDS], value;
	uint32_t w;

	is(attach(dev, pasid, t.pt), 0, "device %u attached", dev->nr);
	w = resting(dev->nr, pasid, dev->nr + 1);
	is(set_dirty(t.iommu, t.pt, true), 0, "tracking");
	dirty_now(&t, 0, map);
	check(!bits_in(map, WORDS), "what was written before is not dirty: %u",
	      bits_in(map, WORDS));
	exact_rounds(&t, &w, 1, 20, "a device");
	/* Reading makes nothing dirty. */
	check(dma(dev->nr, pasid, 0, IOVA, &value, 8, NULL) == IOTEST_DONE,
	      "a page is read");
	dirty_now(&t, 0, map);
	check(!bits_in(map, WORDS), "a page that was read is not dirty");
	/* Without clearing it is as often as it is asked for. */
	writer_log(w, false, NULL);
	writer_wait(w);
	writer_log(w, true, log);
	dirty_now(&t, NO_CLEAR, map);
	dirty_now(&t, NO_CLEAR, again);
	check(same(map, log) && same(again, log), "looked at, and kept");
	dirty_now(&t, 0, again);
	check(same(again, log), "then taken");
	dirty_now(&t, NO_CLEAR, again);
	check(!bits_in(again, WORDS), "and gone");
	/* Off, written to, and on again. */
	is(set_dirty(t.iommu, t.pt, false), 0, "tracking no more");
	writer_log(w, false, NULL);
	writer_wait(w);
	writer_log(w, true, log);
	is(set_dirty(t.iommu, t.pt, true), 0, "tracking again");
	dirty_now(&t, 0, map);
	check(!bits_in(map, WORDS), "what was written meanwhile is not dirty");
	exact_rounds(&t, &w, 1, 10, "a device, tracked again");
	/* What it did stays when it has gone. */
	writer_log(w, false, NULL);
	writer_wait(w);
	writer_log(w, true, log);
	is(detach(dev, pasid), 0, "detached");
	dirty_now(&t, 0, map);
	check(same(map, log), "what a device did that has gone");
	/* Comes to a domain that is tracked. */
	is(attach(dev, pasid, t.pt), 0, "attached again");
	exact_rounds(&t, &w, 1, 10, "a device that came later");
	never_refused(w);
	is(detach(dev, pasid), 0, "detached");
	tracked_end(&t);
	quiet("dirty pages");
}

/* Parts of it, larger pages in the map, and a map that lies anywhere. */
static void maps(struct iodev *dev)
{
	struct tracked t = tracked_new(dev, 0, false);
	uint64_t *space = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t *map = space + 510, value = 1, other[WORDS];
	unsigned int i;

	is(attach(dev, NO_PASID, t.pt), 0, "attached");
	is(set_dirty(t.iommu, t.pt, true), 0, "tracking");
	for (i = 0; i < PAGES; i += 5)
		dma(dev->nr, NO_PASID, IOTEST_WRITE, IOVA + i * PAGE, &value, 8,
		    NULL);
	/* From page 70 on, over the end of the map's page. */
	is(get_dirty(t.iommu, t.pt, NO_CLEAR, IOVA + 70 * PAGE, 200 * PAGE,
		     PAGE, map),
	   0, "a part");
	for (i = 0; i < 256; i++) {
		bool dirty = map[i / 64] >> i % 64 & 1;

		if (dirty != (i < 200 && !((i + 70) % 5)))
			break;
	}
	check(i == 256, "a part: right up to page %u of 256", i);
	memset(space, 0, 2 * PAGE);
	is(get_dirty(t.iommu, t.pt, NO_CLEAR, IOVA, PAGES * PAGE, 4 * PAGE,
		     space),
	   0, "by 16 KiB");
	for (i = 0; i < PAGES / 4; i++) {
		bool dirty = space[i / 64] >> i % 64 & 1;
		unsigned int first = (i * 4 + 4) / 5 * 5;

		if (dirty != (first < i * 4 + 4))
			break;
	}
	check(i == PAGES / 4, "by 16 KiB: right up to %u", i);
	is(get_dirty(t.iommu, t.pt, 0, IOVA + 100 * PAGE, 100 * PAGE, PAGE,
		     space),
	   0, "a part is taken");
	dirty_now(&t, 0, other);
	for (i = 0; i < PAGES; i++)
		if ((other[i / 64] >> i % 64 & 1) !=
		    (!(i % 5) && (i < 100 || i >= 200)))
			break;
	check(i == PAGES, "the rest is there: right up to %u", i);
	check(get_dirty(t.iommu, t.pt, 0, IOVA + 8, PAGE, PAGE, space) ==
		      -EINVAL,
	      "an address that is not aligned");
	check(get_dirty(t.iommu, t.pt, 0, IOVA, PAGE, 0, space) == -EINVAL,
	      "pages of nothing");
	check(get_dirty(t.iommu, t.pt, 0, IOVA + PAGE, PAGE, 2 * PAGE, space) ==
		      -EINVAL,
	      "pages that are not aligned");
	check(get_dirty(t.iommu, t.pt, 2, IOVA, PAGE, PAGE, space) ==
		      -EOPNOTSUPP,
	      "an unknown flag");
	check(get_dirty(t.iommu, t.ioas, 0, IOVA, PAGE, PAGE, space) < 0,
	      "an IOAS");
	is(detach(dev, NO_PASID), 0, "detached");
	tracked_end(&t);
	munmap(space, 2 * PAGE);
}

/* Mapped by 2 MiB: no more than that is said to be dirty, and no less. */
static void huge_pages(struct iodev *dev)
{
	struct tracked t = tracked_new(dev, 0, true);
	const uint64_t blocks = t.bytes / HUGE;
	uint64_t value = 1;
	unsigned int round, i, wrong = 0;
	uint64_t map[4 * 8];

	is(attach(dev, NO_PASID, t.pt), 0, "attached");
	is(set_dirty(t.iommu, t.pt, true), 0, "tracking");
	for (round = 0; round < 16; round++) {
		uint64_t page[4];

		for (i = 0; i < blocks; i++) {
			page[i] = random_of(&value) % 512;
			if (round >> i & 1)
				dma(dev->nr, NO_PASID, IOTEST_WRITE,
				    IOVA + i * HUGE + page[i] * PAGE, &value, 8,
				    NULL);
		}
		memset(map, 0, sizeof(map));
		is(get_dirty(t.iommu, t.pt, 0, IOVA, t.bytes, PAGE, map), 0,
		   "round %u", round);
		for (i = 0; i < blocks; i++) {
			uint64_t word = map[i * 8 + page[i] / 64];

			if (round >> i & 1)
				wrong += !(word >> page[i] % 64 & 1);
			else
				wrong += bits_in(map + i * 8, 8) != 0;
		}
	}
	check(!wrong, "huge pages: %u of 64 were wrong", wrong);
	is(detach(dev, NO_PASID), 0, "detached");
	tracked_end(&t);
	quiet("dirty huge pages");
}

/* Several devices, PASIDs among them, in one domain. */
static void together(struct iodev *a, struct iodev *b, struct iodev *c)
{
	struct tracked t = tracked_new(a, IOMMU_HWPT_ALLOC_PASID, false);
	uint32_t w[4];
	unsigned int i;

	is(attach(a, NO_PASID, t.pt), 0, "a device attached");
	is(attach(a, 0x21, t.pt), 0, "its PASID attached");
	is(attach(b, NO_PASID, t.pt), 0, "a second device attached");
	w[0] = resting(a->nr, NO_PASID, 1);
	w[1] = resting(a->nr, 0x21, 2);
	w[2] = resting(b->nr, NO_PASID, 3);
	is(set_dirty(t.iommu, t.pt, true), 0, "tracking");
	exact_rounds(&t, w, 3, 10, "two devices and a PASID");
	is(attach(c, NO_PASID, t.pt), 0, "a third attached");
	w[3] = resting(c->nr, NO_PASID, 4);
	{
		uint64_t map[WORDS];

		dirty_now(&t, 0, map);
	}
	exact_rounds(&t, w, 4, 10, "three devices and a PASID");
	for (i = 0; i < 4; i++)
		never_refused(w[i]);
	is(detach(c, NO_PASID), 0, "detached");
	is(detach(b, NO_PASID), 0, "detached");
	is(detach(a, 0x21), 0, "detached");
	is(detach(a, NO_PASID), 0, "detached");
	tracked_end(&t);
	quiet("dirty pages of several");
}

/* --- through nested domains --------------------------------------------------- */

#define GUEST 0x100000000ULL

/*
 * The guest's tables lie behind what is compared; @late: the child comes when
 * the parent is tracked.
 */
static void nested_dirty(struct iodev *dev, uint32_t pasid, bool late)
{
	uint32_t flags = pasid == NO_PASID ? 0 : IOMMU_HWPT_ALLOC_PASID;
	struct tracked t =
		tracked_new(dev, IOMMU_HWPT_ALLOC_NEST_PARENT | flags, false);
	struct guest g = { .iova = GUEST, .bytes = HUGE };
	uint64_t table, va = 0x500000000000ULL, map[WORDS], log[WORDS];
	uint32_t id, w, nr;
	unsigned int i;

	g.at = memory_new(g.bytes);
	is(map_as(t.iommu, t.ioas, g.at, GUEST, g.bytes,
		  IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE),
	   0, "the guest's tables mapped");
	table = guest_table(&g);
	for (i = 0; i < PAGES; i++)
		guest_map(&g, table, va + i * PAGE, IOVA + i * PAGE, G_RW);
	id = nested_hwpt(dev, t.pt, flags, table);
	if (late)
		is(set_dirty(t.iommu, t.pt, true), 0, "tracking");
	is(attach(dev, pasid, id), 0, "a child attached");
	w = writer_new(dev->nr, pasid, va, PAGES, 5);
	writer_wait(w);
	writer_log(w, true, log);
	if (!late)
		is(set_dirty(t.iommu, t.pt, true), 0, "tracking");
	else
		dirty_now(&t, 0, map);
	exact_rounds(&t, &w, 1, 20,
		     late ? "a child that came later" : "a child");
	/* The unit has written accessed bits into the guest's tables. */
	guest_map(&g, table, va + PAGES * PAGE, IOVA, G_RW);
	memset(map, 0, sizeof(map));
	is(get_dirty(t.iommu, t.pt, 0, GUEST, g.bytes, PAGE, map), 0,
	   "the guest's tables");
	memset(map, 0, sizeof(map));
	nr = dma(dev->nr, pasid, 0, va + PAGES * PAGE, log, 8, NULL);
	is(get_dirty(t.iommu, t.pt, 0, GUEST, g.bytes, PAGE, map), 0,
	   "the guest's tables");
	check(nr == IOTEST_DONE && bits_in(map, WORDS),
	      "the unit's own writes to the guest's tables: %u pages",
	      bits_in(map, WORDS));
	/* The parent itself, in its place. */
	is(attach(dev, pasid, t.pt), 0, "the parent in its place");
	never_refused(w);
	w = resting(dev->nr, pasid, 6);
	dirty_now(&t, 0, map);
	exact_rounds(&t, &w, 1, 10, "the parent");
	never_refused(w);
	is(detach(dev, pasid), 0, "detached");
	is(destroy(t.iommu, id), 0, "the child destroyed");
	tracked_end(&t);
	munmap(g.at, g.bytes);
	quiet("dirty pages of children");
}

void run_dirty(void)
{
	int iommu = iommu_new();
	struct iodev dev[IOTEST_DEVICES];
	unsigned int i;

	for (i = 0; i < IOTEST_DEVICES; i++)
		dev[i] = take(i, iommu);
	tracks(&dev[PLAIN], NO_PASID);
	tracks(&dev[ATS], NO_PASID);
	tracks(&dev[ATS], 0x77);
	maps(&dev[ATS]);
	huge_pages(&dev[PLAIN]);
	huge_pages(&dev[ATS]);
	together(&dev[ATS], &dev[ATS_2], &dev[PLAIN]);
	if (machine.ecap & ECAP_NEST) {
		nested_dirty(&dev[PLAIN], NO_PASID, false);
		nested_dirty(&dev[PLAIN], NO_PASID, true);
		nested_dirty(&dev[ATS], NO_PASID, false);
		nested_dirty(&dev[ATS], 0x99, true);
	}
	for (i = 0; i < IOTEST_DEVICES; i++)
		give(&dev[i]);
	close(iommu);
	quiet("dirty, at the end");
}

/* --- a migration -------------------------------------------------------------- */

/* What is dirty goes over; returns how many pages. */
static unsigned int copy_round(struct tracked *t, uint8_t *shadow)
{
	uint64_t map[WORDS];
	unsigned int i, nr = 0;

	dirty_now(t, 0, map);
	for (i = 0; i < PAGES; i++) {
		if (!(map[i / 64] >> i % 64 & 1))
			continue;
		memcpy(shadow + i * PAGE, t->at + i * PAGE, PAGE);
		nr++;
	}
	return nr;
}

void run_migrate(unsigned int rounds)
{
	int iommu = iommu_new();
	struct iodev dev = take(ATS, iommu), plain = take(PLAIN, iommu);
	struct tracked t = tracked_new(&dev, IOMMU_HWPT_ALLOC_PASID, false);
	uint8_t *shadow = memory_new(t.bytes);
	unsigned long copied = 0;
	unsigned int i, nr, empty = 0;
	uint32_t w[3];

	is(attach(&dev, NO_PASID, t.pt), 0, "a device attached");
	is(attach(&dev, 0x31, t.pt), 0, "its PASID attached");
	is(attach(&plain, NO_PASID, t.pt), 0, "another attached");
	w[0] = writer_new(ATS, NO_PASID, IOVA, PAGES, 1);
	w[1] = writer_new(ATS, 0x31, IOVA, PAGES, 2);
	w[2] = writer_new(PLAIN, NO_PASID, IOVA, PAGES, 3);
	writer_wait(w[2]);
	is(set_dirty(iommu, t.pt, true), 0, "tracking");
	memcpy(shadow, t.at, t.bytes);
	for (i = 0; i < rounds; i++) {
		writer_wait(w[i % 3]);
		nr = copy_round(&t, shadow);
		copied += nr;
		empty += !nr;
	}
	for (i = 0; i < 3; i++)
		writer_log(w[i], true, NULL);
	copied += copy_round(&t, shadow);
	check(!copy_round(&t, shadow), "nothing is dirty at rest");
	for (i = 0; i < PAGES; i++)
		if (memcmp(shadow + i * PAGE, t.at + i * PAGE, PAGE))
			break;
	check(i == PAGES, "%u rounds, %lu pages copied: the same up to page %u",
	      rounds, copied, i);
	check(empty < rounds / 2 + 1, "%u rounds had nothing to copy", empty);
	is(set_dirty(iommu, t.pt, false), 0, "tracking no more");
	for (i = 0; i < 3; i++)
		never_refused(w[i]);
	give(&dev);
	give(&plain);
	tracked_end(&t);
	munmap(shadow, t.bytes);
	close(iommu);
	quiet("migration");
}
