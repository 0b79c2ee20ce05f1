// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: vfio_interrupt BDF SECONDS
 *
 * Has QEMU's edu through VFIO, lets it write to an address that is not mapped, and
 * have an interrupt after each time. A user without scruples: it switches bus
 * mastering on again all the time. Prints how many interrupts were sent for, how many
 * came, and how many of the last ten.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "vfio_user.h"

/* Registers of the device, from QEMU's documentation. */
#define RAISE 0x60
#define ACKNOWLEDGE 0x64

#define NOWHERE 0x12345000UL

int main(int argc, char *argv[])
{
	struct vfio_user u = { .bdf = argc > 1 ? argv[1] : "", .device = -1 };
	unsigned long sent = 0, came = 0, last = 0;
	struct pollfd event = { .events = POLLIN };
	time_t end;

	if (argc != 3) {
		fprintf(stderr, "usage: vfio_interrupt BDF SECONDS\n");
		return 1;
	}
	vfio_join(&u, VFIO_TYPE1v2_IOMMU);
	vfio_take(&u);
	must(edu_is(&u), "edu");
	event.fd = vfio_event(&u, VFIO_PCI_MSI_IRQ_INDEX);
	end = time(NULL) + atoi(argv[2]);
	while (time(NULL) < end) {
		uint64_t count;

		vfio_master(&u);
		edu_dma(&u, NOWHERE, 0, 8, true);
		vfio_master(&u);
		vfio_put(&u, RAISE, 1);
		vfio_put(&u, ACKNOWLEDGE, 1);
		last = last << 1 & 0x3ff;
		if (poll(&event, 1, 50) == 1 &&
		    read(event.fd, &count, sizeof(count)) > 0) {
			came++;
			last |= 1;
		}
		sent++;
	}
	printf("sent=%lu came=%lu last=%d\n", sent, came,
	       __builtin_popcountl(last));
	return 0;
}
