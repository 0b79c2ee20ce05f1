// SPDX-License-Identifier: GPL-2.0
/*
 * VFIO_IOMMU_MAP_DMA and UNMAP_DMA of the type-1 container: what is mapped is
 * reached by QEMU's edu device, at the page it shall be; what is refused has its
 * errno and changes nothing.
 *
 * Usage: vfio_map BDF WIDTH all|short WRAP-ERRNO
 * WIDTH is the unit's, in bits.  WRAP-ERRNO is what the kernel has for ranges
 * that wrap around: its number.
 * The device must reach all of the address space (dma_mask of edu), its group be
 * bound to vfio-pci, VFIO's dma_entry_limit ENTRIES, and a page of 1 GiB and 8 of
 * 2 MiB be free.  Prints KTAP.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "vfio_user.h"

#define ENTRIES 4200U

#define MSI_FIRST 0xfee00000UL
#define MSI_LAST 0xfeefffffUL

/* Always mapped: it must go on working whatever else is refused. */
#define KEEP_IOVA 0x100000UL
#define KEEP_BYTES (16 * PAGE)
#define KEEP_SCRATCH (4 * PAGE)

#define SPARSE_IOVA (4 * GIB)
#define SPARSE_BYTES (64 * GIB)
#define SPARSE_STEP (16 * MIB)
#define SPARSE_NR (SPARSE_BYTES / SPARSE_STEP)

/* For all that is mapped to be tried and unmapped again. */
#define TRY_IOVA (128 * GIB)

static struct vfio_user user;
static unsigned int width;
static int wrap_errno;
static uint8_t *keep; /* what is at KEEP_IOVA */
static uint8_t *spare; /* pages that are there and not mapped */

#define SPARE_BYTES (4 * MIB)

static int map(const void *va, unsigned long iova, unsigned long size)
{
	return vfio_map(&user, va, iova, size, VFIO_RW);
}

static long unmap(unsigned long iova, unsigned long size)
{
	return vfio_unmap(&user, iova, size, 0);
}

static uint8_t *memory(unsigned long bytes, int prot)
{
	void *va = mmap(NULL, bytes, prot,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	must(va != MAP_FAILED, "memory");
	return va;
}

/* --- what must hold ----------------------------------------------------- */

/* Does the device read at @iova what is at @va, and write there? */
static bool reached(unsigned long iova, uint8_t *va)
{
	static unsigned int seed;
	uint8_t was[64], new[64];

	memcpy(was, va, 64);
	fill(new, 64, ++seed);
	memcpy(keep + KEEP_SCRATCH, new, 64);
	memset(keep + KEEP_SCRATCH + 64, 0, 64);
	edu_dma(&user, KEEP_IOVA + KEEP_SCRATCH, 0, 64, false);
	edu_dma(&user, iova, 64, 64, false);
	edu_dma(&user, iova, 0, 64, true);
	edu_dma(&user, KEEP_IOVA + KEEP_SCRATCH + 64, 64, 64, true);
	return !memcmp(keep + KEEP_SCRATCH + 64, was, 64) &&
	       !memcmp(va, new, 64);
}

/* The same of the first mapping, in half the time. */
static bool keeps_working(void)
{
	static unsigned int seed = 1U << 31;

	fill(keep, 64, ++seed);
	edu_dma(&user, KEEP_IOVA, 0, 64, false);
	edu_dma(&user, KEEP_IOVA + KEEP_BYTES - PAGE, 0, 64, true);
	return !memcmp(keep, keep + KEEP_BYTES - PAGE, 64);
}

/* Do the tables lead from @iova to @va, by an entry for @bytes? */
static bool leads(unsigned long iova, const void *va, unsigned long bytes)
{
	struct walked w = walk_to(user.bdf, iova);

	if (!strcmp(w.end, "page") && w.phys == physical(va) &&
	    (!bytes || w.bytes == bytes))
		return true;
	printf("# 0x%lx: %s, to 0x%lx by an entry for 0x%lx\n", iova, w.end,
	       w.phys, w.bytes);
	return false;
}

static bool nowhere(unsigned long iova)
{
	return strcmp(walk_to(user.bdf, iova).end, "page");
}

static unsigned long field_of(const char *path, const char *key)
{
	unsigned long val = 0;
	char line[256];
	FILE *f = fopen(path, "r");

	must(f, path);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)))
			val = strtoul(line + strlen(key), NULL, 10);
	fclose(f);
	return val;
}

/* Pins of pages that are held, also those a CPU has not yet told of. */
static unsigned long pinned(void)
{
	static int refresh = -1;

	if (refresh < 0)
		refresh = open("/proc/sys/vm/stat_refresh", O_WRONLY);
	must(write(refresh, "1", 1) == 1, "the counters are brought together");
	return field_of("/proc/vmstat", "nr_foll_pin_acquired ") -
	       field_of("/proc/vmstat", "nr_foll_pin_released ");
}

/* What VFIO tells of the container; the next call overwrites it. */
static struct vfio_iommu_type1_info *info_get(void)
{
	static uint64_t room[128];
	struct vfio_iommu_type1_info *info = (void *)room;

	memset(room, 0, sizeof(room));
	info->argsz = sizeof(room);
	must(!ioctl(user.container, VFIO_IOMMU_GET_INFO, info) &&
		     info->argsz <= sizeof(room),
	     "GET_INFO");
	return info;
}

static void *info_about(struct vfio_iommu_type1_info *info, unsigned int id)
{
	struct vfio_info_cap_header *cap;
	uint32_t at = info->flags & VFIO_IOMMU_INFO_CAPS ? info->cap_offset : 0;

	for (; at; at = cap->next) {
		cap = (void *)((char *)info + at);
		if (cap->id == id)
			return cap;
	}
	must(false, "the capability is there");
	return NULL;
}

static unsigned int entries_left(void)
{
	struct vfio_iommu_type1_info_dma_avail *cap =
		info_about(info_get(), VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL);

	return cap->avail;
}

static struct state {
	unsigned long left, locked, pinned, fault;
	struct walked there;
} before;

static struct state state_at(unsigned long iova)
{
	struct state s = {
		.left = entries_left(),
		.locked = field_of("/proc/self/status", "VmLck:"),
		.pinned = pinned(),
		.fault = last_fault().seq,
		.there = walk_to(user.bdf, iova),
	};

	return s;
}

/* Two checks: @got is the errno @want, and nothing has changed for it. */
static void check_refused(long got, int want, unsigned long iova,
			  const char *what)
{
	struct state s = state_at(iova);

	if (!check(got == -want, "%s is refused: %s", what,
		   strerrorname_np(want)))
		printf("# %ld\n", got);
	check(!memcmp(&s, &before, sizeof(s)) && keeps_working(),
	      "%s: nothing has changed", what);
}

static void refuse_map(const void *va, unsigned long iova, unsigned long size,
		       unsigned int flags, int want, const char *what)
{
	before = state_at(iova);
	check_refused(vfio_map(&user, va, iova, size, flags), want, iova, what);
}

static void refuse_unmap(unsigned long iova, unsigned long size,
			 unsigned int flags, int want, const char *what)
{
	before = state_at(iova);
	check_refused(vfio_unmap(&user, iova, size, flags), want, iova, what);
}

/* --- information -------------------------------------------------------- */

static void test_info(void)
{
	struct vfio_iommu_type1_info *info = info_get();
	struct vfio_iommu_type1_info_cap_iova_range *ranges;
	const char *status = vtd_ask("status");
	bool first = strstr(status, " stage=first ");
	unsigned long cap = number_of(status, "cap"), sizes = PAGE;

	/*
	 * Of the unit's capabilities: leaves of 2 MiB and 1 GiB of the second
	 * stage; the first always has 2 MiB.
	 */
	sizes |= first || cap >> 34 & 1 ? 2 * MIB : 0;
	sizes |= cap >> (first ? 56 : 35) & 1 ? GIB : 0;
	check(info->flags & VFIO_IOMMU_INFO_PGSIZES &&
		      info->iova_pgsizes == sizes,
	      "the page sizes are those of the unit, 0x%lx", sizes);
	check(sizes == (PAGE | 2 * MIB | GIB), "which has all three");
	check(info->iova_pgsizes == sizes && entries_left() == ENTRIES,
	      "%u mappings can be made", ENTRIES);
	ranges = info_about(info_get(), VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE);
	if (!check(ranges->nr_iovas == 2 && ranges->iova_ranges[0].start == 0 &&
			   ranges->iova_ranges[0].end == MSI_FIRST - 1 &&
			   ranges->iova_ranges[1].start == MSI_LAST + 1 &&
			   ranges->iova_ranges[1].end == (1UL << width) - 1,
		   "addresses are all of %u bits but the interrupt window",
		   width))
		for (cap = 0; cap < ranges->nr_iovas; cap++)
			printf("# 0x%llx to 0x%llx\n",
			       ranges->iova_ranges[cap].start,
			       ranges->iova_ranges[cap].end);
	check(ioctl(user.container, VFIO_CHECK_EXTENSION, VFIO_UNMAP_ALL) == 1,
	      "all can be unmapped at once");
}

static void test_keep(void)
{
	check(!map(keep, KEEP_IOVA, KEEP_BYTES), "the first mapping is made");
	check(reached(KEEP_IOVA, keep) && reached(KEEP_IOVA + KEEP_BYTES - PAGE,
						  keep + KEEP_BYTES - PAGE),
	      "both ends of it are reached");
}

/* --- sparse ------------------------------------------------------------- */

/* Of mapping @i: 1 to 4 pages, somewhere in its 16 MiB. */
static unsigned long sparse_bytes(unsigned int i)
{
	return (i % 4 + 1) * PAGE;
}

static unsigned long sparse_iova(unsigned int i)
{
	return SPARSE_IOVA + i * SPARSE_STEP + i * 37 % 4092 * PAGE;
}

static uint8_t *sparse_va(uint8_t *arena, unsigned int i)
{
	return arena + i * 4 * PAGE;
}

/* Of every 61st mapping: each page where it is, and nothing around them. */
static bool sparse_leads(uint8_t *arena, unsigned int skip)
{
	unsigned long iova, at;
	unsigned int i, wrong = 0;

	for (i = 0; i < SPARSE_NR; i += 61) {
		iova = sparse_iova(i);
		if (skip && i % skip == 0) {
			wrong += !nowhere(iova);
			continue;
		}
		for (at = 0; at < sparse_bytes(i); at += PAGE)
			wrong += !leads(iova + at, sparse_va(arena, i) + at,
					PAGE);
		wrong += !nowhere(iova - PAGE) + !nowhere(iova + at);
	}
	return !wrong;
}

static void test_limit(void)
{
	unsigned int left = entries_left(), made = 0;

	while (made <= left &&
	       !map(spare + made % 2 * PAGE, TRY_IOVA + made * 2 * PAGE, PAGE))
		made++;
	check(made == left, "mappings can be made up to VFIO's limit");
	refuse_map(spare, TRY_IOVA + 2 * GIB, PAGE, VFIO_RW, ENOSPC,
		   "a mapping more");
	check(unmap(TRY_IOVA, PAGE) == (long)PAGE &&
		      !map(spare + PAGE, TRY_IOVA + 2 * GIB, PAGE) &&
		      leads(TRY_IOVA + 2 * GIB, spare + PAGE, PAGE),
	      "after one is unmapped it can be made");
	check(unmap(TRY_IOVA, 4 * GIB) == (long)(made * PAGE),
	      "all of them are unmapped by one call");
	check(entries_left() == left, "and can be made again");
}

static void test_sparse(void)
{
	uint8_t *arena = memory(SPARSE_NR * 4 * PAGE, PROT_READ | PROT_WRITE);
	const unsigned int samples[] = { 1, 1337, SPARSE_NR - 1 };
	unsigned long total = 0, even = 0;
	unsigned int i, made = 0;
	struct fault last;

	for (i = 0; i < SPARSE_NR; i++) {
		fill(sparse_va(arena, i), 64, i);
		made += !map(sparse_va(arena, i), sparse_iova(i),
			     sparse_bytes(i));
		total += sparse_bytes(i);
		even += i % 2 ? 0 : sparse_bytes(i);
	}
	check(made == SPARSE_NR, "%lu mappings, 16 MiB apart, in 64 GiB",
	      SPARSE_NR);
	check(sparse_leads(arena, 0), "the tables lead to each, and not near");
	for (made = 0, i = 0; i < 3; i++)
		made += reached(sparse_iova(samples[i]),
				sparse_va(arena, samples[i]));
	check(made == 3, "the device reaches the first, the middle, the last");
	test_limit();
	for (made = 0, i = 0; i < SPARSE_NR; i += 2)
		made += unmap(sparse_iova(i), sparse_bytes(i)) ==
			(long)sparse_bytes(i);
	check(made == SPARSE_NR / 2, "every other one is unmapped");
	check(sparse_leads(arena, 2), "the tables lead to the rest only");
	check(reached(sparse_iova(1337), sparse_va(arena, 1337)),
	      "which is reached");
	last = last_fault();
	memset(sparse_va(arena, 1000), 0x5a, 64);
	edu_dma(&user, sparse_iova(1000), 0, 64, true);
	check_one_fault(last.seq, user.bdf, "write", sparse_iova(1000),
			"one that was unmapped");
	check(sparse_va(arena, 1000)[0] == 0x5a &&
		      sparse_va(arena, 1000)[63] == 0x5a,
	      "its memory is untouched");
	check(unmap(SPARSE_IOVA, SPARSE_BYTES) == (long)(total - even),
	      "the rest is unmapped by one call");
	munmap(arena, SPARSE_NR * 4 * PAGE);
}

/* --- pages of each size ------------------------------------------------- */

/* 1 GiB of pages of one size, each of which begins as no other does. */
static uint8_t *gigabyte(const struct pages *kind)
{
	uint8_t *base = gigabyte_of(kind);
	unsigned long at;

	for (at = 0; at < kind->bytes; at += PAGE)
		fill(base + at, 64, at);
	return base;
}

/*
 * Are @bytes from @iova on mapped to @va, by entries for @page? Looks at one page
 * of 4K in @step and at the ends.
 */
static bool leads_all(unsigned long iova, uint8_t *va, unsigned long bytes,
		      unsigned long page, unsigned long step)
{
	unsigned long at, wrong = 0;

	for (at = 0; at < bytes && wrong < 3; at += step)
		wrong += !leads(iova + at, va + at, page);
	wrong += !leads(iova + bytes - PAGE, va + bytes - PAGE, page);
	wrong += !nowhere(iova - PAGE) + !nowhere(iova + bytes);
	return !wrong;
}

static void test_gigabyte(const struct pages *kind)
{
	const unsigned long iova = TRY_IOVA;
	uint8_t *va = gigabyte(kind);
	struct state was = state_at(iova);
	const unsigned long step = 3 * MIB + PAGE;

	check(!map(va, iova, GIB), "1 GiB of %s pages is mapped", kind->name);
	check(leads_all(iova, va, GIB, kind->page, step),
	      "%s: to where it is, by entries for %s", kind->name, kind->name);
	check(reached(iova, va) &&
		      reached(iova + 333 * MIB + 77 * PAGE,
			      va + 333 * MIB + 77 * PAGE) &&
		      reached(iova + GIB - PAGE, va + GIB - PAGE),
	      "%s: reached at both ends and between", kind->name);
	check(pinned() > was.pinned, "%s: its pages are pinned", kind->name);
	check(unmap(iova, GIB) == (long)GIB, "%s: it is unmapped", kind->name);
	before = state_at(iova);
	check(!memcmp(&was, &before, sizeof(was)) &&
		      nowhere(iova + 333 * MIB) && nowhere(iova + GIB - PAGE),
	      "%s: nothing is left of it", kind->name);
	if (kind->page > PAGE) {
		/* Aligned for the next size down, and for no size at all. */
		check(!map(va, iova + kind->page / 512, kind->page) &&
			      leads_all(iova + kind->page / 512, va, kind->page,
					kind->page / 512, kind->page / 16),
		      "%s: not aligned to it, by entries one size smaller",
		      kind->name);
		check(reached(iova + kind->page, va + kind->page * 511 / 512),
		      "%s: and it is reached", kind->name);
		unmap(iova, 4 * GIB);
	}
	munmap(va, GIB);
}

#define TURNS 4

/* One address range, used for pages of another size each time. */
static void test_shapes(void)
{
	const unsigned long iova = TRY_IOVA;
	static const unsigned int turns[TURNS] = { 0, 1, 2, 0 };
	unsigned int i, good = 0;
	uint8_t *va[3];

	for (i = 0; i < 3; i++)
		va[i] = gigabyte(&page_kinds[i]);
	for (i = 0; i < TURNS; i++) {
		unsigned int k = turns[i];
		unsigned long bytes = page_kinds[k].page == GIB ? GIB : 8 * MIB;

		good += !map(va[k], iova, bytes) &&
			leads_all(iova, va[k], bytes, page_kinds[k].page,
				  bytes / 16) &&
			reached(iova + 7 * MIB, va[k] + 7 * MIB) &&
			unmap(iova, bytes) == (long)bytes;
	}
	check(good == TURNS, "one range with pages of one size after another");
	for (i = 0; i < 3; i++)
		munmap(va[i], GIB);
}

/* --- refusals ----------------------------------------------------------- */

static void test_arguments(void)
{
	const unsigned long top = ~0UL - PAGE + 1;

	refuse_map(spare, TRY_IOVA, 0, VFIO_RW, EINVAL, "size 0");
	refuse_map(spare, TRY_IOVA, PAGE + 512, VFIO_RW, EINVAL,
		   "a size that is not aligned");
	refuse_map(spare, TRY_IOVA + 512, PAGE, VFIO_RW, EINVAL,
		   "an iova that is not aligned");
	refuse_map(spare + 512, TRY_IOVA, PAGE, VFIO_RW, EINVAL,
		   "memory that is not aligned");
	refuse_map(spare, TRY_IOVA, PAGE, 0, EINVAL, "neither read nor write");
	refuse_map(spare, TRY_IOVA, PAGE, VFIO_RW | 1U << 31, EINVAL,
		   "a flag that is none");
	refuse_map(spare, top, 2 * PAGE, VFIO_RW, wrap_errno,
		   "an iova that wraps around");
	refuse_map(spare, TRY_IOVA, top, VFIO_RW, wrap_errno,
		   "memory that wraps around");
	refuse_map(spare, top, PAGE, VFIO_RW, EINVAL, "the last page of all");
}

static void test_overlaps(void)
{
	const unsigned long iova = TRY_IOVA + 4 * PAGE, bytes = 4 * PAGE;

	check(!map(spare, iova, bytes), "a mapping to overlap with");
	refuse_map(spare, iova, bytes, VFIO_RW, EEXIST, "the same range");
	refuse_map(spare + MIB, iova - PAGE, 2 * PAGE, VFIO_RW, EEXIST,
		   "one over its start");
	refuse_map(spare + MIB, iova + bytes - PAGE, 2 * PAGE, VFIO_RW, EEXIST,
		   "one over its end");
	refuse_map(spare + MIB, iova + PAGE, PAGE, VFIO_RW, EEXIST,
		   "one inside of it");
	refuse_map(spare + MIB, iova - PAGE, bytes + 2 * PAGE, VFIO_RW, EEXIST,
		   "one around it");
	check(!map(spare + MIB, iova - PAGE, PAGE) &&
		      !map(spare + 2 * MIB, iova + bytes, PAGE) &&
		      leads(iova - PAGE, spare + MIB, PAGE) &&
		      leads(iova + bytes, spare + 2 * MIB, PAGE) &&
		      leads(iova, spare, PAGE),
	      "neighbours on both sides are no overlap");
	refuse_unmap(iova + PAGE, PAGE, 0, EINVAL, "the middle unmapped");
	refuse_unmap(iova, bytes - PAGE, 0, EINVAL, "its start unmapped");
	refuse_unmap(iova + PAGE, bytes - PAGE, 0, EINVAL, "its end unmapped");
	refuse_unmap(iova - PAGE, 2 * PAGE, 0, EINVAL,
		     "one and part of the next unmapped");
	check(reached(iova + bytes - PAGE, spare + bytes - PAGE) &&
		      unmap(iova - PAGE, bytes + 2 * PAGE) ==
			      (long)(bytes + 2 * PAGE),
	      "it still works, and all three are unmapped by one call");
}

static void test_unmap_arguments(void)
{
	const unsigned int all = VFIO_DMA_UNMAP_FLAG_ALL;

	refuse_unmap(KEEP_IOVA, 0, 0, EINVAL, "0 bytes unmapped");
	refuse_unmap(KEEP_IOVA + 512, PAGE, 0, EINVAL,
		     "an iova that is not aligned unmapped");
	refuse_unmap(KEEP_IOVA, KEEP_BYTES + 512, 0, EINVAL,
		     "a size that is not aligned unmapped");
	refuse_unmap(KEEP_IOVA, ~0UL - PAGE + 1, 0, wrap_errno,
		     "a range that wraps around unmapped");
	refuse_unmap(KEEP_IOVA, KEEP_BYTES, 1U << 31, EINVAL,
		     "unmapped with a flag that is none");
	refuse_unmap(KEEP_IOVA, KEEP_BYTES, all, EINVAL,
		     "all unmapped, with a range");
	check(!unmap(TRY_IOVA, GIB) && keeps_working(),
	      "where nothing is mapped nothing is unmapped");
}

static void test_windows(void)
{
	refuse_map(spare, MSI_FIRST, PAGE, VFIO_RW, EINVAL,
		   "the start of the interrupt window");
	refuse_map(spare, MSI_LAST + 1 - PAGE, PAGE, VFIO_RW, EINVAL,
		   "the end of the interrupt window");
	refuse_map(spare, MSI_FIRST - PAGE, 2 * PAGE, VFIO_RW, EINVAL,
		   "a range into the interrupt window");
	refuse_map(spare, MSI_FIRST - PAGE, MIB + 2 * PAGE, VFIO_RW, EINVAL,
		   "a range around the interrupt window");
	check(!map(spare, MSI_FIRST - PAGE, PAGE) &&
		      !map(spare + PAGE, MSI_LAST + 1, PAGE) &&
		      reached(MSI_FIRST - PAGE, spare) &&
		      reached(MSI_LAST + 1, spare + PAGE),
	      "the pages on both sides of it are mapped and reached");
	check(unmap(MSI_FIRST - PAGE, MIB + 2 * PAGE) == 2 * (long)PAGE,
	      "and unmapped");
}

static void test_width(void)
{
	const unsigned long end = 1UL << width;

	refuse_map(spare, end, PAGE, VFIO_RW, EINVAL, "beyond the width");
	refuse_map(spare, end - PAGE, 2 * PAGE, VFIO_RW, EINVAL,
		   "a range over the width");
	refuse_map(spare, 1UL << 56, PAGE, VFIO_RW, EINVAL,
		   "far beyond the width");
	check(!map(spare, end - 2 * PAGE, 2 * PAGE) &&
		      leads(end - PAGE, spare + PAGE, PAGE) &&
		      reached(end - PAGE, spare + PAGE),
	      "the last page of %u bits is mapped and reached", width);
	check(unmap(end - 2 * PAGE, 2 * PAGE) == 2 * (long)PAGE &&
		      nowhere(end - PAGE),
	      "and unmapped");
	check(!map(spare, 0, PAGE) && reached(0, spare) &&
		      unmap(0, PAGE) == (long)PAGE,
	      "and so is the first, address 0");
}

static void test_memory(void)
{
	uint8_t *hole = memory(2 * MIB, PROT_READ | PROT_WRITE);
	uint8_t *fixed = memory(MIB, PROT_READ);
	struct fault last;
	uint8_t was[64];

	munmap(hole + MIB, MIB);
	refuse_map(hole + MIB, TRY_IOVA, MIB, VFIO_RW, EFAULT,
		   "memory that is not there");
	refuse_map(hole, TRY_IOVA, 2 * MIB, VFIO_RW, EFAULT,
		   "memory of which half is there");
	refuse_map(fixed, TRY_IOVA, MIB, VFIO_RW, EFAULT,
		   "memory that cannot be written, for writing");
	check(!map(hole, TRY_IOVA, MIB) && reached(TRY_IOVA, hole) &&
		      unmap(TRY_IOVA, MIB) == (long)MIB,
	      "the half that is there is mapped and reached");
	check(!vfio_map(&user, spare, TRY_IOVA, PAGE, VFIO_DMA_MAP_FLAG_READ),
	      "a mapping for reading only");
	fill(keep + KEEP_SCRATCH, 64, 4242);
	edu_dma(&user, KEEP_IOVA + KEEP_SCRATCH, 0, 64, false);
	memcpy(was, spare, 64);
	last = last_fault();
	edu_dma(&user, TRY_IOVA, 0, 64, true);
	check_one_fault(last.seq, user.bdf, "write", TRY_IOVA, "a write to it");
	check(!memcmp(spare, was, 64), "it is as it was");
	edu_dma(&user, TRY_IOVA, 128, 64, false);
	edu_dma(&user, KEEP_IOVA + KEEP_SCRATCH, 128, 64, true);
	check(!memcmp(keep + KEEP_SCRATCH, was, 64), "and can be read");
	check(!vfio_map(&user, fixed, TRY_IOVA + GIB, MIB,
			VFIO_DMA_MAP_FLAG_READ),
	      "memory that cannot be written is mapped for reading");
	unmap(TRY_IOVA, 2 * GIB);
	munmap(hole, MIB);
	munmap(fixed, MIB);
}

/* CAP_IPC_LOCK, which is beyond RLIMIT_MEMLOCK, in effect or not. */
static void lock_freely(bool on)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	must(!syscall(SYS_capget, &head, data), "capabilities are read");
	data[0].effective &= ~(1U << CAP_IPC_LOCK);
	data[0].effective |= (unsigned int)on << CAP_IPC_LOCK;
	must(!syscall(SYS_capset, &head, data), "CAP_IPC_LOCK is switched");
}

static void test_memlock(void)
{
	unsigned long locked = field_of("/proc/self/status", "VmLck:") * 1024;
	struct rlimit old, limit;

	must(!getrlimit(RLIMIT_MEMLOCK, &old), "RLIMIT_MEMLOCK");
	limit = old;
	limit.rlim_cur = locked + MIB;
	must(!setrlimit(RLIMIT_MEMLOCK, &limit), "RLIMIT_MEMLOCK");
	lock_freely(false);
	refuse_map(spare, TRY_IOVA, 2 * MIB, VFIO_RW, ENOMEM,
		   "2 MiB where RLIMIT_MEMLOCK leaves 1 MiB");
	check(!map(spare, TRY_IOVA, MIB) && reached(TRY_IOVA, spare),
	      "1 MiB is mapped and reached");
	refuse_map(spare + MIB, TRY_IOVA + MIB, PAGE, VFIO_RW, ENOMEM,
		   "a page more");
	check(unmap(TRY_IOVA, MIB) == (long)MIB &&
		      !map(spare + MIB, TRY_IOVA + MIB, PAGE) &&
		      unmap(TRY_IOVA + MIB, PAGE) == (long)PAGE,
	      "after that is unmapped it can be");
	lock_freely(true);
	check(!map(spare, TRY_IOVA, 2 * MIB) &&
		      unmap(TRY_IOVA, 2 * MIB) == 2 * (long)MIB,
	      "with CAP_IPC_LOCK 2 MiB can be");
	must(!setrlimit(RLIMIT_MEMLOCK, &old), "RLIMIT_MEMLOCK");
}

/* Ends without the first mapping, and with others that the files take away. */
static void test_unmap_all(void)
{
	struct fault last;
	int again;

	check(!map(spare, TRY_IOVA, MIB) && !map(spare, 0, PAGE) &&
		      !map(spare, (1UL << width) - PAGE, PAGE),
	      "mappings everywhere");
	check(vfio_unmap(&user, 0, 0, VFIO_DMA_UNMAP_FLAG_ALL) ==
		      (long)(MIB + 2 * PAGE + KEEP_BYTES),
	      "all is unmapped by one call");
	check(nowhere(0) && nowhere(KEEP_IOVA) && nowhere(TRY_IOVA) &&
		      nowhere((1UL << width) - PAGE),
	      "the tables lead nowhere");
	last = last_fault();
	edu_dma(&user, KEEP_IOVA, 0, 64, true);
	check_one_fault(last.seq, user.bdf, "write", KEEP_IOVA,
			"a write after that");
	check(entries_left() == ENTRIES &&
		      !field_of("/proc/self/status", "VmLck:"),
	      "nothing counts as mapped or locked");
	again = map(keep, KEEP_IOVA, KEEP_BYTES);
	check(!again && reached(KEEP_IOVA, keep), "it can be mapped again");
	check(!map(spare, TRY_IOVA, MIB), "and more is, to the end");
}

int main(int argc, char **argv)
{
	unsigned long at;
	bool all;

	if (argc != 5) {
		fprintf(stderr,
			"usage: vfio_map BDF WIDTH all|short WRAP-ERRNO\n");
		return 2;
	}
	user.bdf = argv[1];
	width = atoi(argv[2]);
	all = !strcmp(argv[3], "all");
	wrap_errno = atoi(argv[4]);
	keep = memory(KEEP_BYTES, PROT_READ | PROT_WRITE);
	spare = memory(SPARE_BYTES, PROT_READ | PROT_WRITE);
	for (at = 0; at < SPARE_BYTES; at += PAGE)
		fill(spare + at, 64, at);
	vfio_join(&user, VFIO_TYPE1v2_IOMMU);
	vfio_take(&user);
	must(edu_is(&user), "BAR 0 is edu's");
	check(true, "the device is ours");

	test_info();
	test_keep();
	test_width();
	if (all) {
		test_windows();
		test_sparse();
		test_arguments();
		test_overlaps();
		test_unmap_arguments();
		test_memory();
		test_memlock();
		test_gigabyte(&page_kinds[0]);
		test_gigabyte(&page_kinds[1]);
		test_shapes();
	}
	test_gigabyte(&page_kinds[2]);
	test_unmap_all();
	return checks_end();
}
