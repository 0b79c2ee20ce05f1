// SPDX-License-Identifier: GPL-2.0
/*
 * DMA by QEMU's edu device on behalf of user space, through VFIO: what is
 * mapped is reached, what is not mapped is not, and each refusal is reported
 * once.
 *
 * Usage: vfio_edu BDF type1|type1v2 [SOURCE [COHERENT]]
 * SOURCE is the device that reports name, where it is not BDF itself (behind a
 * bridge); COHERENT (0 or 1) is what VFIO shall say to DMA_CC_IOMMU.
 * The device's group must be bound to vfio-pci; a huge page must be free.
 * Prints KTAP.  Never starts a DMA whose device side leaves edu's own buffer:
 * QEMU would end.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include "vfio_user.h"

#define HUGE_PAGE (2 * MIB)

/* All below 2^28, which is as far as edu reaches unless told otherwise. */
#define IOVA_RO 0x200000UL
#define IOVA_WO 0x300000UL
#define IOVA_HUGE 0x4000000UL
#define IOVA_UNMAPPED 0x8000000UL
#define IOVA_MSI 0xfee00000UL

static struct vfio_user user;
static uint8_t *ram;
static uint8_t shadow[MIB];
static const char *source;

static int map(void *va, unsigned long iova, unsigned long size,
	       unsigned int flags)
{
	return vfio_map(&user, va, iova, size, flags);
}

static long unmap(unsigned long iova, unsigned long size)
{
	return vfio_unmap(&user, iova, size, 0);
}

static void set_up(unsigned long type)
{
	/* Before VFIO is asked: it says by itself where it is missing. */
	last_fault();
	vfio_join(&user, type);
	check(true, "container, group and SET_IOMMU");
	vfio_take(&user);
	must(edu_is(&user), "BAR 0 is edu's");
	check(true, "the device, its BAR 0 and bus mastering");
}

/* --- the checks --------------------------------------------------------- */

static bool ram_is_untouched(void)
{
	return !memcmp(ram, shadow, MIB);
}

/* From one iova to another through edu, whole pages. */
static bool copy(unsigned long from, unsigned long to)
{
	edu_dma(&user, from, 0, PAGE, false);
	edu_dma(&user, to, 0, PAGE, true);
	return !memcmp(ram + from, ram + to, PAGE);
}

static void test_mapped(void)
{
	struct fault before = last_fault();

	check(!map(ram, 0, MIB, VFIO_RW), "MAP_DMA of 1 MiB at iova 0");
	check(copy(0, 16 * PAGE), "the first page comes back as it went");
	check(copy(MIB - PAGE, PAGE), "and so does the last");
	memcpy(shadow + 16 * PAGE, shadow, PAGE);
	memcpy(shadow + PAGE, shadow + MIB - PAGE, PAGE);
	check(ram_is_untouched(), "nothing else was written");
	check(last_fault().seq == before.seq, "and nothing was reported");
}

static void test_refused_maps(void *other)
{
	check(map(other, IOVA_MSI, PAGE, VFIO_RW) == -EINVAL,
	      "MAP_DMA over the interrupt window is EINVAL");
	check(map(other, MIB - PAGE, PAGE, VFIO_RW) == -EEXIST,
	      "MAP_DMA over another mapping is EEXIST");
	check(map(other, 1UL << 60, PAGE, VFIO_RW) == -EINVAL,
	      "MAP_DMA beyond the width is EINVAL");
}

/* A blocked write: @iova must not be reached, nothing of ours may change. */
static void test_write_blocked(unsigned long iova, const char *what)
{
	struct fault before = last_fault();

	edu_dma(&user, iova, 0, 4, true);
	check(ram_is_untouched(), "%s: memory is untouched", what);
	check_one_fault(before.seq, source, "write", iova, what);
}

/* A blocked read: what is at @secret must not get into the device. */
static void test_read_blocked(unsigned long iova, const uint8_t *secret,
			      const char *what)
{
	struct fault before;

	/* What edu holds there is known before. */
	edu_dma(&user, 2 * PAGE, 64, 4, false);
	before = last_fault();
	edu_dma(&user, iova, 64, 4, false);
	check_one_fault(before.seq, source, "read", iova, what);
	edu_dma(&user, 3 * PAGE, 64, 4, true);
	check(memcmp(ram + 3 * PAGE, secret, 4),
	      "%s: the device did not get the data", what);
	memcpy(shadow + 3 * PAGE, ram + 3 * PAGE, 4);
}

/*
 * The refused access comes first each time: QEMU 11 reports one only while it
 * has to walk the tables, and not when its IOTLB knows the page.
 */
static void test_access(uint8_t *page)
{
	uint8_t copy[PAGE];

	fill(page, PAGE, 77);
	memcpy(copy, page, PAGE);
	check(!map(page, IOVA_RO, PAGE, VFIO_DMA_MAP_FLAG_READ),
	      "MAP_DMA for reading only");
	/* Other data than the page holds, so that a write would show. */
	edu_dma(&user, 5 * PAGE, 0, 4, false);
	test_write_blocked(IOVA_RO, "write to a read-only page");
	check(!memcmp(page, copy, PAGE), "the page is as it was");
	edu_dma(&user, IOVA_RO, 0, PAGE, false);
	edu_dma(&user, 4 * PAGE, 0, PAGE, true);
	memcpy(shadow + 4 * PAGE, copy, PAGE);
	check(ram_is_untouched(), "it can be read");
	edu_dma(&user, 5 * PAGE, 0, PAGE, false);
	edu_dma(&user, IOVA_RO, 0, PAGE, true);
	check(!memcmp(page, copy, PAGE), "and not be written after that");
	check(unmap(IOVA_RO, PAGE) == (long)PAGE, "UNMAP_DMA returns its size");

	check(!map(page, IOVA_WO, PAGE, VFIO_DMA_MAP_FLAG_WRITE),
	      "MAP_DMA for writing only");
	test_read_blocked(IOVA_WO, page, "read from a write-only page");
	edu_dma(&user, 6 * PAGE, 0, PAGE, false);
	edu_dma(&user, IOVA_WO, 0, PAGE, true);
	check(!memcmp(page, ram + 6 * PAGE, PAGE), "it can be written");
	check(unmap(IOVA_WO, PAGE) == (long)PAGE, "UNMAP_DMA returns its size");
}

static void test_huge(void)
{
	uint8_t *huge, *at;

	huge = mmap(NULL, HUGE_PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	must(huge != MAP_FAILED, "a huge page is free");
	fill(huge, HUGE_PAGE, 99);
	check(!map(huge, IOVA_HUGE, HUGE_PAGE, VFIO_RW),
	      "MAP_DMA of a 2 MiB page");
	at = huge + HUGE_PAGE - PAGE;
	edu_dma(&user, IOVA_HUGE + HUGE_PAGE - PAGE, 0, PAGE, false);
	edu_dma(&user, 7 * PAGE, 0, PAGE, true);
	check(!memcmp(ram + 7 * PAGE, at, PAGE), "its end can be read");
	edu_dma(&user, 8 * PAGE, 0, PAGE, false);
	edu_dma(&user, IOVA_HUGE + MIB, 0, PAGE, true);
	check(!memcmp(huge + MIB, ram + 8 * PAGE, PAGE),
	      "its middle can be written");
	memcpy(shadow + 7 * PAGE, at, PAGE);
	check(unmap(IOVA_HUGE, HUGE_PAGE) == (long)HUGE_PAGE,
	      "UNMAP_DMA returns 2 MiB");
	test_write_blocked(IOVA_HUGE + MIB, "write to the unmapped huge page");
}

static void test_unmap(bool v2)
{
	long half = unmap(0, MIB / 2);

	if (v2) {
		check(half == -EINVAL, "half a mapping cannot be unmapped");
		check(unmap(0, MIB) == (long)MIB, "UNMAP_DMA returns 1 MiB");
	} else {
		check(half == (long)MIB, "UNMAP_DMA of half takes it whole");
		check(unmap(0, MIB) == 0, "UNMAP_DMA again returns nothing");
	}
	test_write_blocked(0, "write after UNMAP_DMA");
	test_write_blocked(MIB - PAGE, "write to its end after UNMAP_DMA");
	check(!map(ram, 0, MIB, VFIO_RW), "MAP_DMA again");
	check(copy(9 * PAGE, 10 * PAGE), "is reached again");
}

int main(int argc, char **argv)
{
	bool v2 = argc >= 3 && !strcmp(argv[2], "type1v2");
	uint8_t *page;

	if (argc < 3 || argc > 5 || (!v2 && strcmp(argv[2], "type1"))) {
		fprintf(stderr,
			"usage: vfio_edu BDF type1|type1v2 [SOURCE [COHERENT]]\n");
		return 2;
	}
	user.bdf = argv[1];
	source = argc > 3 ? argv[3] : user.bdf;
	ram = mmap(NULL, MIB + PAGE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	must(ram != MAP_FAILED, "memory");
	page = ram + MIB;
	fill(ram, MIB, 1);
	memcpy(shadow, ram, MIB);

	set_up(v2 ? VFIO_TYPE1v2_IOMMU : VFIO_TYPE1_IOMMU);
	if (argc > 4)
		check(ioctl(user.container, VFIO_CHECK_EXTENSION,
			    VFIO_DMA_CC_IOMMU) == atoi(argv[4]),
		      "DMA_CC_IOMMU is %s", argv[4]);
	test_mapped();
	test_refused_maps(page);
	test_write_blocked(IOVA_UNMAPPED, "write to an unmapped address");
	/* What a device that is not translated would read there. */
	test_read_blocked(IOVA_UNMAPPED, ram + 2 * PAGE + 4,
			  "read from an unmapped address");
	test_access(page);
	test_huge();
	test_unmap(v2);
	/* Whatever is still mapped goes with the files. */
	return checks_end();
}
