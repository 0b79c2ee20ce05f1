/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a process asks of the device of the suite vtd_sva, through
 * /dev/vtd-sva: its address space is bound, and the device works in it.
 */
#ifndef VTD_SVA_DEVICE_H
#define VTD_SVA_DEVICE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Binds the process that asks; until the file is closed. */
#define SVA_BIND _IO('v', 1)

/**
 * struct sva_dma - the device reads or writes
 * @addr: in the address space that was bound, bytes
 * @value: what it writes, or has read: 8 bytes
 * @write: which of them
 * @endpoint: which device: 0 or 1
 */
struct sva_dma {
	__u64 addr;
	__u64 value;
	__u32 write;
	__u32 endpoint;
};

/* EFAULT when it is refused. */
#define SVA_DMA _IOWR('v', 2, struct sva_dma)

/* From now on, and until the file is closed, it writes there all the time. */
#define SVA_STREAM _IOW('v', 3, struct sva_dma)
/* Returns when the stream has tried to write since. */
#define SVA_STREAM_WAIT _IO('v', 4)

#endif /* VTD_SVA_DEVICE_H */
