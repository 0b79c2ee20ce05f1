/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Root and context entries of legacy mode (VT-d 9.1 and 9.3), each 128 bits.
 * Holds the specification and nothing else.
 */
#ifndef VTD_HW_CONTEXT_H
#define VTD_HW_CONTEXT_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>

#define VTD_ROOT_ENTRIES 256 /* by bus number */
#define VTD_CONTEXT_ENTRIES 256 /* by device and function number */

/**
 * struct vtd_root_entry - 9.1
 * @w: bits 63:0, bits 127:64 (reserved)
 */
struct vtd_root_entry {
	u64 w[2];
};

#define VTD_ROOT_P BIT_ULL(0)
#define VTD_ROOT_CTP GENMASK_ULL(63, 12)

/**
 * struct vtd_context_entry - 9.3
 * @w: bits 63:0, bits 127:64
 */
struct vtd_context_entry {
	u64 w[2];
};

static_assert(sizeof(struct vtd_root_entry) == 16);
static_assert(sizeof(struct vtd_context_entry) == 16);

/* Bits 63:0 */
#define VTD_CONTEXT_P BIT_ULL(0)
#define VTD_CONTEXT_FPD BIT_ULL(1)
#define VTD_CONTEXT_TT GENMASK_ULL(3, 2)
#define VTD_CONTEXT_TT_SECOND_STAGE 0
#define VTD_CONTEXT_TT_WITH_ATS 1
#define VTD_CONTEXT_TT_PASS_THROUGH 2
#define VTD_CONTEXT_SSPTPTR GENMASK_ULL(63, 12)
/* Bits 127:64 */
#define VTD_CONTEXT_AW GENMASK_ULL(2, 0) /* levels - 2 */
#define VTD_CONTEXT_DID GENMASK_ULL(23, 8)

static inline u64 vtd_root_entry_lo(u64 context_table)
{
	return (context_table & VTD_ROOT_CTP) | VTD_ROOT_P;
}

static inline struct vtd_context_entry
vtd_context_second_stage(u64 table, unsigned int levels, u16 did)
{
	return (struct vtd_context_entry){ .w = {
						   (table &
						    VTD_CONTEXT_SSPTPTR) |
							   VTD_CONTEXT_P |
							   FIELD_PREP(
								   VTD_CONTEXT_TT,
								   VTD_CONTEXT_TT_SECOND_STAGE),
						   FIELD_PREP(VTD_CONTEXT_AW,
							      levels - 2) |
							   FIELD_PREP(
								   VTD_CONTEXT_DID,
								   did),
					   } };
}

static inline struct vtd_context_entry
vtd_context_pass_through(unsigned int levels, u16 did)
{
	return (struct vtd_context_entry){ .w = {
						   VTD_CONTEXT_P |
							   FIELD_PREP(
								   VTD_CONTEXT_TT,
								   VTD_CONTEXT_TT_PASS_THROUGH),
						   FIELD_PREP(VTD_CONTEXT_AW,
							      levels - 2) |
							   FIELD_PREP(
								   VTD_CONTEXT_DID,
								   did),
					   } };
}

static inline bool vtd_context_present(const struct vtd_context_entry *ce)
{
	return ce->w[0] & VTD_CONTEXT_P;
}

#endif /* VTD_HW_CONTEXT_H */
