/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page request descriptors (VT-d 7.4.1.1) and response codes (7.5.2.1).  Holds
 * the specification and nothing else.
 */
#ifndef VTD_HW_PRQ_H
#define VTD_HW_PRQ_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>

/**
 * struct vtd_prq_desc - a page request
 * @w: bits 63:0 and up, the upper half reserved
 */
struct vtd_prq_desc {
	u64 w[4];
};

static_assert(sizeof(struct vtd_prq_desc) == 32);

/* Bits 63:0 */
#define VTD_PRQ_TYPE GENMASK_ULL(7, 0)
#define VTD_PRQ_TYPE_PAGE 1
#define VTD_PRQ_PASID_P BIT_ULL(8)
#define VTD_PRQ_RID GENMASK_ULL(31, 16)
#define VTD_PRQ_PASID GENMASK_ULL(51, 32)
#define VTD_PRQ_EXE BIT_ULL(52)
#define VTD_PRQ_PRIV BIT_ULL(53)
/* Bits 127:64 */
#define VTD_PRQ_HI_RD BIT_ULL(0)
#define VTD_PRQ_HI_WR BIT_ULL(1)
#define VTD_PRQ_HI_LPIG BIT_ULL(2) /* the last of its group */
#define VTD_PRQ_HI_PRGI GENMASK_ULL(11, 3)
#define VTD_PRQ_HI_ADDR GENMASK_ULL(63, 12)

#define VTD_RESPONSE_SUCCESS 0
#define VTD_RESPONSE_INVALID 1
#define VTD_RESPONSE_FAILURE 15

#endif /* VTD_HW_PRQ_H */
