/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Descriptors of the invalidation queue (VT-d 6.5.2).  In their 256-bit form
 * (IQA.DW), the upper half of all that are here is zero.  Holds the specification
 * and nothing else.
 */
#ifndef VTD_HW_QI_H
#define VTD_HW_QI_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>

/**
 * struct vtd_qi_desc - one descriptor
 * @w: bits 63:0, bits 127:64
 */
struct vtd_qi_desc {
	u64 w[2];
};

static_assert(sizeof(struct vtd_qi_desc) == 16);

#define VTD_QI_TYPE GENMASK_ULL(3, 0)
#define VTD_QI_TYPE_CONTEXT 1 /* 6.5.2.1 */
#define VTD_QI_TYPE_IOTLB 2 /* 6.5.2.3 */
#define VTD_QI_TYPE_DEVTLB 3 /* 6.5.2.5 */
#define VTD_QI_TYPE_WAIT 5 /* 6.5.2.8 */
/* In 256-bit form only: */
#define VTD_QI_TYPE_PIOTLB 6 /* 6.5.2.4 */
#define VTD_QI_TYPE_PASID 7 /* 6.5.2.2 */
#define VTD_QI_TYPE_PDEVTLB 8 /* 6.5.2.6 */
#define VTD_QI_TYPE_RESPONSE 9 /* 7.5.2.1 */

#define VTD_QI_GRANULARITY GENMASK_ULL(5, 4)
#define VTD_QI_GLOBAL 1
#define VTD_QI_DOMAIN 2
#define VTD_QI_DEVICE 3 /* context cache */
#define VTD_QI_PAGE 3 /* IOTLB */
#define VTD_QI_PASID_DOMAIN 0 /* PASID cache: all of a domain-id */
#define VTD_QI_PASID_ONE 1 /* PASID cache: one PASID of a domain-id */
#define VTD_QI_PASID_ALL 3 /* PASID cache: all */
#define VTD_QI_PIOTLB_PASID 2 /* IOTLB by PASID: all of a PASID */

#define VTD_QI_CONTEXT_DID GENMASK_ULL(31, 16)
#define VTD_QI_CONTEXT_SID GENMASK_ULL(47, 32)
#define VTD_QI_CONTEXT_FM GENMASK_ULL(49, 48)

#define VTD_QI_IOTLB_DW BIT_ULL(6)
#define VTD_QI_IOTLB_DR BIT_ULL(7)
#define VTD_QI_IOTLB_DID GENMASK_ULL(31, 16)
#define VTD_QI_IOTLB_HI_AM GENMASK_ULL(5, 0)
#define VTD_QI_IOTLB_HI_IH BIT_ULL(6)
#define VTD_QI_IOTLB_HI_ADDR GENMASK_ULL(63, 12)

/* The same place in every descriptor with a PASID */
#define VTD_QI_PASID_DID GENMASK_ULL(31, 16)
#define VTD_QI_PASID_PASID GENMASK_ULL(51, 32)

/* Which physical function answers: all that invalidate device TLBs (6.5.2.5) */
#define VTD_QI_DEVTLB_PFSID_LO GENMASK_ULL(15, 12) /* bits 3:0 */
#define VTD_QI_DEVTLB_PFSID_HI GENMASK_ULL(63, 52) /* bits 15:4 */
#define VTD_QI_DEVTLB_MIP GENMASK_ULL(20, 16)
#define VTD_QI_DEVTLB_SID GENMASK_ULL(47, 32)
#define VTD_QI_DEVTLB_HI_S BIT_ULL(0)
#define VTD_QI_PDEVTLB_MIP GENMASK_ULL(8, 4)
#define VTD_QI_PDEVTLB_SID GENMASK_ULL(31, 16)
#define VTD_QI_PDEVTLB_HI_G BIT_ULL(0)
#define VTD_QI_PDEVTLB_HI_S BIT_ULL(11)
#define VTD_QI_DEVTLB_HI_ADDR GENMASK_ULL(63, 12)

#define VTD_QI_RESPONSE_PASID_P BIT_ULL(4)
#define VTD_QI_RESPONSE_CODE GENMASK_ULL(15, 12)
#define VTD_QI_RESPONSE_RID GENMASK_ULL(31, 16)
#define VTD_QI_RESPONSE_HI_PRGI GENMASK_ULL(11, 3)

#define VTD_QI_WAIT_IF BIT_ULL(4)
#define VTD_QI_WAIT_SW BIT_ULL(5)
#define VTD_QI_WAIT_FN BIT_ULL(6)
#define VTD_QI_WAIT_PD BIT_ULL(7) /* page requests drained, with ECAP.PDS */
#define VTD_QI_WAIT_DATA GENMASK_ULL(63, 32)
#define VTD_QI_WAIT_HI_ADDR GENMASK_ULL(63, 2)

static inline struct vtd_qi_desc vtd_qi_context_global(void)
{
	return (struct vtd_qi_desc){ .w = {
					     FIELD_PREP(VTD_QI_TYPE,
							VTD_QI_TYPE_CONTEXT) |
						     FIELD_PREP(
							     VTD_QI_GRANULARITY,
							     VTD_QI_GLOBAL),
				     } };
}

/* Function mask 0: exactly the source-id @sid. */
static inline struct vtd_qi_desc vtd_qi_context_device(u16 did, u16 sid)
{
	return (struct vtd_qi_desc){ .w = {
					     FIELD_PREP(VTD_QI_TYPE,
							VTD_QI_TYPE_CONTEXT) |
						     FIELD_PREP(
							     VTD_QI_GRANULARITY,
							     VTD_QI_DEVICE) |
						     FIELD_PREP(
							     VTD_QI_CONTEXT_DID,
							     did) |
						     FIELD_PREP(
							     VTD_QI_CONTEXT_SID,
							     sid),
				     } };
}

static inline struct vtd_qi_desc vtd_qi_iotlb_global(u64 drain)
{
	return (struct vtd_qi_desc){ .w = {
					     FIELD_PREP(VTD_QI_TYPE,
							VTD_QI_TYPE_IOTLB) |
						     FIELD_PREP(
							     VTD_QI_GRANULARITY,
							     VTD_QI_GLOBAL) |
						     drain,
				     } };
}

static inline struct vtd_qi_desc vtd_qi_iotlb_domain(u16 did, u64 drain)
{
	return (struct vtd_qi_desc){ .w = {
					     FIELD_PREP(VTD_QI_TYPE,
							VTD_QI_TYPE_IOTLB) |
						     FIELD_PREP(
							     VTD_QI_GRANULARITY,
							     VTD_QI_DOMAIN) |
						     FIELD_PREP(VTD_QI_IOTLB_DID,
								did) |
						     drain,
				     } };
}

/* @addr aligned to 2^@am pages; @leaf_only keeps paging-structure caches. */
static inline struct vtd_qi_desc vtd_qi_iotlb_pages(u16 did, u64 addr,
						    unsigned int am,
						    bool leaf_only, u64 drain)
{
	return (struct vtd_qi_desc){ .w = {
					     FIELD_PREP(VTD_QI_TYPE,
							VTD_QI_TYPE_IOTLB) |
						     FIELD_PREP(
							     VTD_QI_GRANULARITY,
							     VTD_QI_PAGE) |
						     FIELD_PREP(VTD_QI_IOTLB_DID,
								did) |
						     drain,
					     (addr & VTD_QI_IOTLB_HI_ADDR) |
						     FIELD_PREP(
							     VTD_QI_IOTLB_HI_AM,
							     am) |
						     FIELD_PREP(
							     VTD_QI_IOTLB_HI_IH,
							     leaf_only),
				     } };
}

static inline struct vtd_qi_desc vtd_qi_pasid_global(void)
{
	return (struct vtd_qi_desc){
		.w = { VTD_QI_TYPE_PASID |
		       FIELD_PREP(VTD_QI_GRANULARITY, VTD_QI_PASID_ALL) },
	};
}

static inline struct vtd_qi_desc vtd_qi_pasid_one(u16 did, u32 pasid)
{
	return (struct vtd_qi_desc){
		.w = { VTD_QI_TYPE_PASID |
		       FIELD_PREP(VTD_QI_GRANULARITY, VTD_QI_PASID_ONE) |
		       FIELD_PREP(VTD_QI_PASID_DID, did) |
		       FIELD_PREP(VTD_QI_PASID_PASID, pasid) },
	};
}

static inline struct vtd_qi_desc vtd_qi_piotlb_pasid(u16 did, u32 pasid)
{
	return (struct vtd_qi_desc){
		.w = { VTD_QI_TYPE_PIOTLB |
		       FIELD_PREP(VTD_QI_GRANULARITY, VTD_QI_PIOTLB_PASID) |
		       FIELD_PREP(VTD_QI_PASID_DID, did) |
		       FIELD_PREP(VTD_QI_PASID_PASID, pasid) },
	};
}

/* As vtd_qi_iotlb_pages(); the upper half is the same. */
static inline struct vtd_qi_desc vtd_qi_piotlb_pages(u16 did, u32 pasid,
						     u64 addr, unsigned int am,
						     bool leaf_only)
{
	return (struct vtd_qi_desc){
		.w = { VTD_QI_TYPE_PIOTLB |
			       FIELD_PREP(VTD_QI_GRANULARITY, VTD_QI_PAGE) |
			       FIELD_PREP(VTD_QI_PASID_DID, did) |
			       FIELD_PREP(VTD_QI_PASID_PASID, pasid),
		       (addr & VTD_QI_IOTLB_HI_ADDR) |
			       FIELD_PREP(VTD_QI_IOTLB_HI_AM, am) |
			       FIELD_PREP(VTD_QI_IOTLB_HI_IH, leaf_only) },
	};
}

/* Fields of @pfsid that all invalidations of device TLBs have. */
static inline u64 vtd_qi_pfsid(u16 pfsid)
{
	return FIELD_PREP(VTD_QI_DEVTLB_PFSID_LO, pfsid & 0xf) |
	       FIELD_PREP(VTD_QI_DEVTLB_PFSID_HI, pfsid >> 4);
}

/* @addr holds the size, too, when @sized (6.5.2.5). */
static inline struct vtd_qi_desc vtd_qi_devtlb(u16 sid, u16 pfsid, u8 depth,
					       u64 addr, bool sized)
{
	return (struct vtd_qi_desc){
		.w = { VTD_QI_TYPE_DEVTLB | vtd_qi_pfsid(pfsid) |
			       FIELD_PREP(VTD_QI_DEVTLB_MIP, depth) |
			       FIELD_PREP(VTD_QI_DEVTLB_SID, sid),
		       (addr & VTD_QI_DEVTLB_HI_ADDR) |
			       FIELD_PREP(VTD_QI_DEVTLB_HI_S, sized) },
	};
}

static inline struct vtd_qi_desc vtd_qi_pdevtlb(u16 sid, u16 pfsid, u8 depth,
						u32 pasid, u64 addr, bool sized)
{
	return (struct vtd_qi_desc){
		.w = { VTD_QI_TYPE_PDEVTLB | vtd_qi_pfsid(pfsid) |
			       FIELD_PREP(VTD_QI_PDEVTLB_MIP, depth) |
			       FIELD_PREP(VTD_QI_PDEVTLB_SID, sid) |
			       FIELD_PREP(VTD_QI_PASID_PASID, pasid),
		       (addr & VTD_QI_DEVTLB_HI_ADDR) |
			       FIELD_PREP(VTD_QI_PDEVTLB_HI_S, sized) },
	};
}

static inline struct vtd_qi_desc vtd_qi_response(u16 sid, bool with_pasid,
						 u32 pasid, u32 group,
						 unsigned int code)
{
	return (struct vtd_qi_desc){
		.w = { VTD_QI_TYPE_RESPONSE |
			       (with_pasid ?
					VTD_QI_RESPONSE_PASID_P |
						FIELD_PREP(VTD_QI_PASID_PASID,
							   pasid) :
					0) |
			       FIELD_PREP(VTD_QI_RESPONSE_CODE, code) |
			       FIELD_PREP(VTD_QI_RESPONSE_RID, sid),
		       FIELD_PREP(VTD_QI_RESPONSE_HI_PRGI, group) },
	};
}

/* Write @data to @addr once everything queued before is complete. */
static inline struct vtd_qi_desc vtd_qi_wait(u64 addr, u32 data)
{
	return (struct vtd_qi_desc){ .w = {
					     FIELD_PREP(VTD_QI_TYPE,
							VTD_QI_TYPE_WAIT) |
						     VTD_QI_WAIT_SW |
						     FIELD_PREP(VTD_QI_WAIT_DATA,
								data),
					     addr & VTD_QI_WAIT_HI_ADDR,
				     } };
}

/* Is it a device that is to forget something, and which? */
static inline bool vtd_qi_for_device(const struct vtd_qi_desc *desc, u16 *sid)
{
	switch (FIELD_GET(VTD_QI_TYPE, desc->w[0])) {
	case VTD_QI_TYPE_DEVTLB:
		*sid = FIELD_GET(VTD_QI_DEVTLB_SID, desc->w[0]);
		return true;
	case VTD_QI_TYPE_PDEVTLB:
		*sid = FIELD_GET(VTD_QI_PDEVTLB_SID, desc->w[0]);
		return true;
	default:
		return false;
	}
}

#endif /* VTD_HW_QI_H */
