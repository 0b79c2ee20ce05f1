// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: vfio_storm BDF SECONDS
 *
 * Has QEMU's iommu-testdev through VFIO, and lets it reach for an address that is
 * not mapped, as fast as it can. A user without scruples: it switches bus mastering on
 * again all the time. Prints how often it asked.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "vfio_user.h"

/* Registers of the device, from QEMU's public header: a read of the first asks. */
#define TRIGGER 0x00
#define ADDRESS_LOW 0x04
#define ADDRESS_HIGH 0x08
#define LENGTH 0x0c
#define ARM 0x14
#define ATTRIBUTES 0x18

#define NOWHERE 0x12345000UL

int main(int argc, char *argv[])
{
	struct vfio_user u = { .bdf = argc > 1 ? argv[1] : "", .device = -1 };
	unsigned long asked = 0;
	time_t end;

	if (argc != 3) {
		fprintf(stderr, "usage: vfio_storm BDF SECONDS\n");
		return 1;
	}
	vfio_join(&u, VFIO_TYPE1v2_IOMMU);
	vfio_take(&u);
	end = time(NULL) + atoi(argv[2]);
	while (time(NULL) < end) {
		vfio_master(&u);
		for (int i = 0; i < 50; i++, asked++) {
			vfio_put(&u, ADDRESS_LOW, NOWHERE);
			vfio_put(&u, ADDRESS_HIGH, 0);
			vfio_put(&u, LENGTH, 4);
			vfio_put(&u, ATTRIBUTES, 0);
			vfio_put(&u, ARM, 1);
			(void)*(volatile uint32_t *)(u.bar + TRIGGER);
		}
	}
	printf("asked=%lu\n", asked);
	return 0;
}
