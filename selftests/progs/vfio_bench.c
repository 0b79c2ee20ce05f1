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
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <x86intrin.h>
#include "vfio_user.h"

#define IOVA (4 * GIB)
#define MOST_ROUNDS 64

static struct vfio_user user;

static uint64_t map(void *va)
{
	uint64_t since = __rdtsc();

	must(!vfio_map(&user, va, IOVA, GIB, VFIO_RW), "map");
	return __rdtsc() - since;
}

static uint64_t unmap(void)
{
	uint64_t since = __rdtsc();

	must(vfio_unmap(&user, IOVA, GIB, 0) == (long)GIB, "unmap");
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
	printf("row op=%s size=1G-in-%s rounds=%u median=%lu min=%lu\n", op,
	       kind->name, rounds, took[rounds / 2], took[0]);
}

int main(int argc, char **argv)
{
	unsigned int rounds = argc > 2 ? atoi(argv[2]) : 3, i, round;
	uint64_t mapped[MOST_ROUNDS], unmapped[MOST_ROUNDS];

	must(argc > 1 && rounds > 0 && rounds <= MOST_ROUNDS,
	     "usage: vfio_bench BDF [ROUNDS]");
	user.bdf = argv[1];
	vfio_join(&user, VFIO_TYPE1v2_IOMMU);
	for (i = 0; i < PAGE_KINDS; i++) {
		uint8_t *base = gigabyte_of(&page_kinds[i]);

		for (round = 0; round < rounds; round++) {
			mapped[round] = map(base);
			unmapped[round] = unmap();
		}
		print_row("vfio_map", &page_kinds[i], mapped, rounds);
		print_row("vfio_unmap", &page_kinds[i], unmapped, rounds);
		munmap(base, GIB);
	}
	return 0;
}
