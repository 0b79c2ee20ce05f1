/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/vtd-vfio: what the unit refused to a device, for whoever has the device
 * through VFIO (Documentation/vfio-faults.rst).
 *
 * Who holds the open file of a VFIO group owns its devices, and shows it:
 * VTD_VFIO_WATCH.  From then on read() returns records of faults, as many as
 * there are and fit; it waits for the first, unless the file has O_NONBLOCK.
 */
#ifndef VTD_UAPI_VFIO_H
#define VTD_UAPI_VFIO_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * struct vtd_vfio_watch - a group to be watched
 * @group: descriptor of /dev/vfio/N
 * @flags: must be 0
 */
struct vtd_vfio_watch {
	__s32 group;
	__u32 flags;
};

/* Faults that wait for read(); what comes while there are so many is lost. */
#define VTD_VFIO_QUEUE 64

/**
 * enum vtd_vfio_fault_flags - more of a fault
 * @VTD_VFIO_FAULT_WRITE: it was a write, otherwise a read
 * @VTD_VFIO_FAULT_EXEC: it asked for execution
 * @VTD_VFIO_FAULT_PRIV: it asked for privileged mode
 * @VTD_VFIO_FAULT_PASID: it carried a PASID
 * @VTD_VFIO_FAULT_INTERRUPT: it was an interrupt, not DMA
 */
enum vtd_vfio_fault_flags {
	VTD_VFIO_FAULT_WRITE = 1 << 0,
	VTD_VFIO_FAULT_EXEC = 1 << 1,
	VTD_VFIO_FAULT_PRIV = 1 << 2,
	VTD_VFIO_FAULT_PASID = 1 << 3,
	VTD_VFIO_FAULT_INTERRUPT = 1 << 4,
};

/**
 * struct vtd_vfio_fault - a request that the unit refused
 * @seq: counts the faults of this watch from 1, with those that were lost
 * @lost: how many of them were lost so far, because nobody read
 * @ns: when it was read from the unit: CLOCK_BOOTTIME, nanoseconds
 * @addr: the page that was asked for, bytes; of an interrupt, its index
 * @segment: PCI segment
 * @bdf: source-id: bus in bits 15:8, device in 7:3, function in 2:0.  Behind a
 *	bridge to conventional PCI it may be the bridge's
 * @pasid: with VTD_VFIO_FAULT_PASID
 * @flags: enum vtd_vfio_fault_flags
 * @reason: as the unit gave it (VT-d 7.1.3)
 */
struct vtd_vfio_fault {
	__aligned_u64 seq;
	__aligned_u64 lost;
	__aligned_u64 ns;
	__aligned_u64 addr;
	__u16 segment;
	__u16 bdf;
	__u32 pasid;
	__u32 flags;
	__u32 reason;
};

/**
 * enum vtd_vfio_info_flags - what holds for all devices of the group
 * @VTD_VFIO_ENFORCES_SNOOP: the unit makes all DMA coherent, whatever the device
 *	asks for (ECAP.SC); KVM is told the same
 * @VTD_VFIO_ISOLATES_INTERRUPTS: a device can raise no interrupt but its own
 * @VTD_VFIO_SCALABLE: the unit is in scalable mode
 * @VTD_VFIO_FIRST_STAGE: addresses are translated by tables of the first stage,
 *	otherwise of the second
 * @VTD_VFIO_ASSIGNED: the devices are in no address space of the kernel's own;
 *	faults are told only while this is so
 */
enum vtd_vfio_info_flags {
	VTD_VFIO_ENFORCES_SNOOP = 1 << 0,
	VTD_VFIO_ISOLATES_INTERRUPTS = 1 << 1,
	VTD_VFIO_SCALABLE = 1 << 2,
	VTD_VFIO_FIRST_STAGE = 1 << 3,
	VTD_VFIO_ASSIGNED = 1 << 4,
};

/**
 * struct vtd_vfio_info - of the group that is watched
 * @argsz: in: size of this
 * @flags: enum vtd_vfio_info_flags
 * @devices: devices of the group
 * @queued: faults that wait for read()
 * @seq: faults so far
 * @lost: of them, how many were lost because nobody read
 */
struct vtd_vfio_info {
	__u32 argsz;
	__u32 flags;
	__u32 devices;
	__u32 queued;
	__aligned_u64 seq;
	__aligned_u64 lost;
};

#define VTD_VFIO_WATCH _IOW('v', 0x78, struct vtd_vfio_watch)
#define VTD_VFIO_INFO _IOWR('v', 0x79, struct vtd_vfio_info)

#endif /* VTD_UAPI_VFIO_H */
