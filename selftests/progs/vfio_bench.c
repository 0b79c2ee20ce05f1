// SPDX-License-Identifier: GPL-2.0
/*
 * What mapping and unmapping 1 GiB through VFIO costs, with memory that is made
 * of pages of one size: prints a row of "make bench" for each.
 * Usage: vfio_bench BDF [ROUNDS]
 *
 * The time stamp counter counts instructions (-icount shift=0).  Interrupts are
 * on, and most of the work is VFIO's, which pins the pages: the rows tell what
 * a user of VFIO sees, not what the driver alone does.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <x86intrin.h>

#ifndef MFD_HUGE_2MB
#define MFD_HUGE_2MB (21U << 26)
#define MFD_HUGE_1GB (30U << 26)
#endif

#define MIB (1024UL * 1024)
#define GIB (1024 * MIB)
#define PAGE 4096UL
#define IOVA (4 * GIB)
#define MOST_ROUNDS 64
#define KINDS 3

static const struct pages {
	const char *size;
	unsigned int flags;
	unsigned long bytes; /* of memory, mapped as often as 1 GiB takes */
} kinds[KINDS] = {
	{ "1G-in-4K", 0, 16 * MIB },
	{ "1G-in-2M", MFD_HUGETLB | MFD_HUGE_2MB, 16 * MIB },
	{ "1G-in-1G", MFD_HUGETLB | MFD_HUGE_1GB, GIB },
};

static int container;

static void must(int good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "vfio_bench: %s: %m\n", what);
	exit(1);
}

/*
 * Pages that are neighbours in the file must not be neighbours in memory, or
 * VFIO maps many of them at once.  The kernel hands out memory in order: the
 * file takes it out of order.
 */
static void scatter(int fd, unsigned long bytes)
{
	unsigned long nr = bytes / PAGE, i;

	for (i = 0; i < nr; i++)
		must(pwrite(fd, "x", 1, i * 1021 % nr * PAGE) == 1,
		     "memory for the pages");
}

static char *gigabyte_of(const struct pages *kind)
{
	int fd = memfd_create(kind->size, kind->flags);
	unsigned long at;
	char *base;

	must(fd >= 0, "a file in memory");
	must(!ftruncate(fd, kind->bytes), "its size");
	if (!kind->flags)
		scatter(fd, kind->bytes);
	base = mmap(NULL, 2 * GIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	must(base != MAP_FAILED, "room for it");
	base = (char *)(((uintptr_t)base + GIB - 1) & ~(GIB - 1));
	for (at = 0; at < GIB; at += kind->bytes)
		must(mmap(base + at, kind->bytes, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_FIXED | MAP_POPULATE, fd,
			  0) != MAP_FAILED,
		     kind->size);
	close(fd);
	return base;
}

static uint64_t map(void *va)
{
	struct vfio_iommu_type1_dma_map arg = {
		.argsz = sizeof(arg),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)va,
		.iova = IOVA,
		.size = GIB,
	};
	uint64_t since = __rdtsc();

	must(!ioctl(container, VFIO_IOMMU_MAP_DMA, &arg), "map");
	return __rdtsc() - since;
}

static uint64_t unmap(void)
{
	struct vfio_iommu_type1_dma_unmap arg = {
		.argsz = sizeof(arg),
		.iova = IOVA,
		.size = GIB,
	};
	uint64_t since = __rdtsc();

	must(!ioctl(container, VFIO_IOMMU_UNMAP_DMA, &arg), "unmap");
	must(arg.size == GIB, "all of it is unmapped");
	return __rdtsc() - since;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void print_row(const char *op, const struct pages *kind, uint64_t *took,
		      unsigned int rounds)
{
	qsort(took, rounds, sizeof(*took), compare);
	printf("row op=%s size=%s rounds=%u median=%lu min=%lu\n", op,
	       kind->size, rounds, took[rounds / 2], took[0]);
}

static void set_up(const char *bdf)
{
	char path[128], target[256];
	ssize_t n;
	int group;

	container = open("/dev/vfio/vfio", O_RDWR);
	must(container >= 0, "/dev/vfio/vfio");
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group",
		 bdf);
	n = readlink(path, target, sizeof(target) - 1);
	must(n > 0, path);
	target[n] = '\0';
	snprintf(path, sizeof(path), "/dev/vfio/%.32s",
		 strrchr(target, '/') + 1);
	group = open(path, O_RDWR);
	must(group >= 0, path);
	must(!ioctl(group, VFIO_GROUP_SET_CONTAINER, &container),
	     "the group's container");
	must(!ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU),
	     "the type of the container");
}

int main(int argc, char **argv)
{
	unsigned int rounds = argc > 2 ? atoi(argv[2]) : 3, i, round;
	uint64_t mapped[MOST_ROUNDS], unmapped[MOST_ROUNDS];

	must(argc > 1 && rounds > 0 && rounds <= MOST_ROUNDS,
	     "usage: vfio_bench BDF [ROUNDS]");
	set_up(argv[1]);
	for (i = 0; i < KINDS; i++) {
		char *base = gigabyte_of(&kinds[i]);

		for (round = 0; round < rounds; round++) {
			mapped[round] = map(base);
			unmapped[round] = unmap();
		}
		print_row("vfio_map", &kinds[i], mapped, rounds);
		print_row("vfio_unmap", &kinds[i], unmapped, rounds);
		munmap(base, GIB);
	}
	return 0;
}
