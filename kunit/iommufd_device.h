/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the program of the suite vtd_iommufd asks of the machine of software,
 * through /dev/vtd-iommufd-test: DMA of its endpoints, which the program has
 * through VFIO and iommufd as any program has devices.
 */
#ifndef VTD_IOMMUFD_DEVICE_H
#define VTD_IOMMUFD_DEVICE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* 0: ATS, PASIDs of 20 bits, PRI; 1: the same, 16 bits; 2: none of them. */
#define IOTEST_DEVICES 3
#define IOTEST_WRITERS 32
#define IOTEST_WRITER_PAGES 65536

/**
 * struct iotest_info - what the machine is like
 * @cap: capability register of its unit
 * @ecap: extended capability register
 * @ats: the devices that can have ATS on
 * @broken: rules that the software VT-d found broken so far
 * @name: of the devices, as sysfs writes their addresses
 */
struct iotest_info {
	__u64 cap;
	__u64 ecap;
	__u32 ats;
	__u32 broken;
	char name[IOTEST_DEVICES][16];
};

#define IOTEST_INFO _IOR('v', 32, struct iotest_info)

#define IOTEST_WRITE 0x01 /* otherwise it reads */
#define IOTEST_PASID 0x02 /* the request carries one */
#define IOTEST_PRIV 0x04
#define IOTEST_EXEC 0x08

enum {
	IOTEST_DONE = 0,
	IOTEST_REFUSED = 1, /* with a fault */
	IOTEST_ABORTED =
		2, /* without: no master, or told by ATS that it may not */
};

#define IOTEST_DMA_MAX (4UL << 20)

/**
 * struct iotest_dma - a device reads or writes
 * @addr: as the device knows it, bytes
 * @data: pointer to what it writes, or has read
 * @bytes: length, up to IOTEST_DMA_MAX
 * @device: which
 * @flags: IOTEST_*
 * @pasid: with IOTEST_PASID
 * @outcome: out: IOTEST_DONE and others
 * @reason: out: the fault reason
 */
struct iotest_dma {
	__u64 addr;
	__u64 data;
	__u32 bytes;
	__u32 device;
	__u32 flags;
	__u32 pasid;
	__u32 outcome;
	__u32 reason;
};

/* 0 also when it is refused. */
#define IOTEST_DMA _IOWR('v', 33, struct iotest_dma)

/**
 * struct iotest_writer - a device that writes all the time, at random
 * @id: out: its number
 * @device: which
 * @flags: IOTEST_PASID or nothing
 * @pasid: with that
 * @addr: of the first page
 * @pages: how many, up to IOTEST_WRITER_PAGES
 * @seed: of what it does
 * @pause_us: between two writes
 * @reserved: must be 0
 */
struct iotest_writer {
	__u32 id;
	__u32 device;
	__u32 flags;
	__u32 pasid;
	__u64 addr;
	__u64 pages;
	__u64 seed;
	__u32 pause_us;
	__u32 reserved;
};

#define IOTEST_WRITER _IOWR('v', 34, struct iotest_writer)

/**
 * struct iotest_log - what a writer has done
 * @id: which
 * @hold: it rests after this, until one without
 * @done: out: writes that were let through
 * @refused: out: writes that were not
 * @addr: out: of the last that was refused
 * @reason: out: of that
 * @clear: @map is taken: from now on the log is empty
 * @map: pointer to a bit for each page, or 0: those written since the log was
 *	empty
 */
struct iotest_log {
	__u32 id;
	__u32 hold;
	__u64 done;
	__u64 refused;
	__u64 addr;
	__u32 reason;
	__u32 clear;
	__u64 map;
};

#define IOTEST_LOG _IOWR('v', 35, struct iotest_log)
/* Returns when the writer has tried at least twice since. */
#define IOTEST_WAIT _IO('v', 36)
#define IOTEST_STOP _IO('v', 37)

/* A device does not answer any more: its number, | 0x100; or answers again. */
#define IOTEST_MUTE _IO('v', 38)

/* Nothing runs: rules broken so far, what is found now included. */
#define IOTEST_CHECK _IO('v', 39)

#endif /* VTD_IOMMUFD_DEVICE_H */
