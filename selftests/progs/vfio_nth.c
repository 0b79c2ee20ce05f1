// SPDX-License-Identifier: GPL-2.0
/*
 * A device, taken through VFIO, with pages of all depths of its tables mapped and
 * unmapped: each call that fails must leave what was mapped before as it was.
 *
 * Usage: vfio_nth BDF
 * Status 0 when all went well, 1 when a call failed (it is named), 4 when one
 * that failed had done something.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "vfio_user.h"

/* Each has tables of its own. */
static const unsigned long iova[] = {
	0x10000000,
	0x80000000,
	0x4000000000,
	0x100000,
};

#define NR (sizeof(iova) / sizeof(*iova))
#define BYTES (3 * PAGE)

int main(int argc, char **argv)
{
	struct vfio_user user = { .device = -1 };
	unsigned long i, mapped = 0;
	int failed = 0;
	uint8_t *ram;

	if (argc != 2)
		return 2;
	user.bdf = argv[1];
	ram = mmap(NULL, NR * BYTES, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (ram == MAP_FAILED)
		return 2;
	vfio_join(&user, VFIO_TYPE1v2_IOMMU);
	for (i = 0; i < NR; i++) {
		int ret = vfio_map(&user, ram + i * BYTES, iova[i], BYTES,
				   VFIO_RW);

		if (!ret) {
			mapped |= 1UL << i;
			continue;
		}
		failed++;
		printf("map %#lx: %s\n", iova[i], strerror(-ret));
		if (strcmp(walk_to(user.bdf, iova[i]).end, "page"))
			continue;
		printf("map %#lx failed, and is there\n", iova[i]);
		return 4;
	}
	for (i = 0; i < NR; i++) {
		bool there = !strcmp(walk_to(user.bdf, iova[i]).end, "page");

		if (there != (mapped >> i & 1)) {
			printf("map %#lx: %s\n", iova[i],
			       there ? "is there" : "is not there");
			return 4;
		}
	}
	for (i = 0; i < NR; i++) {
		if (!(mapped >> i & 1))
			continue;
		if (vfio_unmap(&user, iova[i], BYTES, 0) != BYTES) {
			printf("unmap %#lx\n", iova[i]);
			return 4;
		}
	}
	close(user.group);
	close(user.container);
	return !!failed;
}
