/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What vtd_iommufd adds to the kernel's <linux/iommufd.h>: virtual IOMMU objects
 * for VT-d.
 *
 * Experimental: the numbers are this project's own, so that no type of a later
 * kernel is taken for one of these, or the other way round.
 * Documentation/iommufd.rst says how they are used.
 */
#ifndef VTD_UAPI_IOMMUFD_H
#define VTD_UAPI_IOMMUFD_H

#include <linux/types.h>

/* Type of IOMMU_VIOMMU_ALLOC; it takes no data. */
#define VTD_VIOMMU_TYPE 0x76746401
/* Type of IOMMU_VEVENTQ_ALLOC: records are struct vtd_vevent. */
#define VTD_VEVENTQ_TYPE 0x76746402
/* Type of IOMMU_HWPT_INVALIDATE of a vIOMMU: struct vtd_viommu_invalidate. */
#define VTD_VIOMMU_INVALIDATE 0x76746403

/**
 * enum vtd_vevent_kind - what an event tells
 * @VTD_VEVENT_FAULT: the unit refused a request of the device
 * @VTD_VEVENT_DEVICE_TLB: the device did not answer an invalidation of its TLB
 */
enum vtd_vevent_kind {
	VTD_VEVENT_FAULT = 1,
	VTD_VEVENT_DEVICE_TLB = 2,
};

/**
 * enum vtd_vevent_flags - more of a fault
 * @VTD_VEVENT_PASID: the request carried a PASID
 * @VTD_VEVENT_WRITE: it was a write; not of a device that asks for translations
 *	first (ATS)
 * @VTD_VEVENT_EXEC: it asked for execution
 * @VTD_VEVENT_PRIV: it asked for privileged mode
 */
enum vtd_vevent_flags {
	VTD_VEVENT_PASID = 1 << 0,
	VTD_VEVENT_WRITE = 1 << 1,
	VTD_VEVENT_EXEC = 1 << 2,
	VTD_VEVENT_PRIV = 1 << 3,
};

/**
 * struct vtd_vevent - an event of a device of the guest
 * @kind: enum vtd_vevent_kind
 * @flags: enum vtd_vevent_flags
 * @virt_id: of the device's vDEVICE
 * @addr: of the page that was asked for, bytes; as the device knows it
 * @pasid: the PASID, with VTD_VEVENT_PASID
 * @reason: of a fault: as the unit gave it (VT-d 7.1.3)
 */
struct vtd_vevent {
	__u32 kind;
	__u32 flags;
	__aligned_u64 virt_id;
	__aligned_u64 addr;
	__u32 pasid;
	__u32 reason;
};

/**
 * enum vtd_invalidate_scope - what is to be forgotten
 * @VTD_INVALIDATE_DEVICE_TLB: what a device has of a range, or of all
 * @VTD_INVALIDATE_ALL: what the unit and all devices of the vIOMMU have of its
 *	nested tables; @virt_id, @pasid and @addr are 0 and @npages is ~0
 */
enum vtd_invalidate_scope {
	VTD_INVALIDATE_DEVICE_TLB = 1,
	VTD_INVALIDATE_ALL = 2,
};

/**
 * enum vtd_invalidate_error - what became of one request
 * @VTD_INVALIDATE_DONE: it is forgotten
 * @VTD_INVALIDATE_NO_DEVICE: there is no such vDEVICE
 * @VTD_INVALIDATE_TIMED_OUT: the device did not answer
 * @VTD_INVALIDATE_FAILED: the unit refused it or did not answer
 * @VTD_INVALIDATE_BAD: the request makes no sense
 */
enum vtd_invalidate_error {
	VTD_INVALIDATE_DONE = 0,
	VTD_INVALIDATE_NO_DEVICE = 1,
	VTD_INVALIDATE_TIMED_OUT = 2,
	VTD_INVALIDATE_FAILED = 3,
	VTD_INVALIDATE_BAD = 4,
};

/**
 * struct vtd_viommu_invalidate - one request
 * @scope: enum vtd_invalidate_scope
 * @error: out: enum vtd_invalidate_error; the first that is not 0 ends the array
 * @virt_id: of the vDEVICE; 0 for VTD_INVALIDATE_ALL
 * @pasid: of the device's requests; 0 for those without one
 * @flags: must be 0
 * @addr: first byte, of a page
 * @npages: pages of 4096 bytes; ~0 with @addr 0: all
 */
struct vtd_viommu_invalidate {
	__u32 scope;
	__u32 error;
	__aligned_u64 virt_id;
	__u32 pasid;
	__u32 flags;
	__aligned_u64 addr;
	__aligned_u64 npages;
};

#endif /* VTD_UAPI_IOMMUFD_H */
