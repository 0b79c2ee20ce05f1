/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/vtd-posted: a descriptor of a program's own (Documentation/posted.rst).
 *
 * A program that drives a device through VFIO has its interrupts posted to
 * memory: it takes up to 256 of them with one read(), and is woken once for
 * all that have come since.
 */
#ifndef VTD_UAPI_POSTED_H
#define VTD_UAPI_POSTED_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * struct vtd_posted_bind - an interrupt to be posted
 * @eventfd: that the interrupt was given with VFIO_DEVICE_SET_IRQS, before or
 *	after
 * @vector: its bit in what is read, 0 to 255
 * @flags: VTD_POSTED_URGENT or 0
 * @connected: set to 1 when it is posted from now on; 0 while no interrupt has
 *	this eventfd, or its unit cannot post: it is signalled as ever
 */
struct vtd_posted_bind {
	__s32 eventfd;
	__u32 vector;
	__u32 flags;
	__u32 connected;
};

#define VTD_POSTED_URGENT 1 /* wakes also while suspended */

#define VTD_POSTED_BIND _IOWR('v', 0x70, struct vtd_posted_bind)
#define VTD_POSTED_UNBIND _IOW('v', 0x71, __s32) /* an eventfd */
#define VTD_POSTED_SUSPEND _IO('v', 0x72) /* interrupts accumulate */
#define VTD_POSTED_RESUME _IO('v', 0x73)
/* As if an interrupt had come: a vector, with bit 31 for an urgent one */
#define VTD_POSTED_POST _IOW('v', 0x74, __u32)
#define VTD_POSTED_POST_URGENT 0x80000000U

#endif /* VTD_UAPI_POSTED_H */
