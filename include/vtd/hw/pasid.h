/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entries of scalable mode (VT-d 9.2 and 9.4 to 9.6): the root entry of 128
 * bits, the context entry of 256, the PASID directory entry of 64 and the PASID
 * table entry of 512.  Holds the specification and nothing else.
 */
#ifndef VTD_HW_PASID_H
#define VTD_HW_PASID_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>

/* 9.2: two context tables a bus, for devices 0 to 15 and 16 to 31 */
#define VTD_SM_ROOT_P BIT_ULL(0)
#define VTD_SM_ROOT_CTP GENMASK_ULL(63, 12)
#define VTD_SM_CONTEXT_ENTRIES 128 /* of one table */

/**
 * struct vtd_sm_context_entry - 9.4
 * @w: bits 63:0 and up, the last two are reserved
 */
struct vtd_sm_context_entry {
	u64 w[4];
};

/* Bits 63:0 */
#define VTD_SM_CONTEXT_P BIT_ULL(0)
#define VTD_SM_CONTEXT_FPD BIT_ULL(1)
#define VTD_SM_CONTEXT_DTE BIT_ULL(2) /* requests of ATS are taken */
#define VTD_SM_CONTEXT_PASIDE BIT_ULL(3) /* requests with PASID are taken */
#define VTD_SM_CONTEXT_PRE BIT_ULL(4) /* page requests are taken */
#define VTD_SM_CONTEXT_PDTS GENMASK_ULL(11, 9) /* 2^(PDTS + 7) entries */
#define VTD_SM_CONTEXT_DIR GENMASK_ULL(63, 12)
/* Bits 127:64 */
#define VTD_SM_CONTEXT_RID_PASID GENMASK_ULL(19, 0)
#define VTD_SM_CONTEXT_RID_PRIV BIT_ULL(20)

/* 9.5: a directory entry */
#define VTD_PASID_DIR_P BIT_ULL(0)
#define VTD_PASID_DIR_FPD BIT_ULL(1)
#define VTD_PASID_DIR_TABLE GENMASK_ULL(63, 12)
#define VTD_PASID_DIR_MIN_ORDER 7 /* entries of a directory with PDTS 0 */
#define VTD_PASID_TABLE_ORDER 6 /* entries of a table: one page */
#define VTD_PASID_TABLE_ENTRIES BIT(VTD_PASID_TABLE_ORDER)

/**
 * struct vtd_pasid_entry - 9.6
 * @w: bits 63:0 and up, the last five are reserved
 */
struct vtd_pasid_entry {
	u64 w[8];
};

static_assert(sizeof(struct vtd_sm_context_entry) == 32);
static_assert(sizeof(struct vtd_pasid_entry) == 64);

/* Bits 63:0 */
#define VTD_PASID_P BIT_ULL(0)
#define VTD_PASID_FPD BIT_ULL(1)
#define VTD_PASID_AW GENMASK_ULL(4, 2) /* levels - 2, of the second stage */
#define VTD_PASID_PGTT GENMASK_ULL(8, 6)
#define VTD_PASID_PGTT_FIRST 1
#define VTD_PASID_PGTT_SECOND 2
#define VTD_PASID_PGTT_NESTED 3
#define VTD_PASID_PGTT_PASS_THROUGH 4
#define VTD_PASID_SSADE BIT_ULL(9)
#define VTD_PASID_SSPTPTR GENMASK_ULL(63, 12)
/* Bits 127:64 */
#define VTD_PASID_DID GENMASK_ULL(15, 0)
#define VTD_PASID_PWSNP BIT_ULL(23) /* walks of second-stage tables snoop */
#define VTD_PASID_PGSNP BIT_ULL(24) /* requests snoop whatever they say */
/* Bits 191:128, of the first stage */
#define VTD_PASID_SRE BIT_ULL(0) /* supervisor requests are taken */
#define VTD_PASID_ERE BIT_ULL(1) /* requests for execution are taken */
#define VTD_PASID_FSPM GENMASK_ULL(3, 2)
#define VTD_PASID_FSPM_4LVL 0
#define VTD_PASID_FSPM_5LVL 1
#define VTD_PASID_WPE BIT_ULL(4)
#define VTD_PASID_NXE BIT_ULL(5)
#define VTD_PASID_SMEP BIT_ULL(6)
#define VTD_PASID_EAFE BIT_ULL(7)
#define VTD_PASID_FSPTPTR GENMASK_ULL(63, 12)

static inline bool vtd_pasid_present(const struct vtd_pasid_entry *pe)
{
	return pe->w[0] & VTD_PASID_P;
}

#endif /* VTD_HW_PASID_H */
