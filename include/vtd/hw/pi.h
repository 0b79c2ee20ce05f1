/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Posted-interrupt descriptors (VT-d 5.2.3, 9.11).  Holds the specification
 * and nothing else.
 */
#ifndef VTD_HW_PI_H
#define VTD_HW_PI_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#define VTD_PI_VECTORS 256
#define VTD_PI_WORDS 4

/**
 * struct vtd_pi_desc - where a unit posts the interrupts of one virtual CPU
 * @pir: bit for each vector that was posted and not yet taken
 * @control: VTD_PI_* bits; the first word is bits 319:256 of the descriptor
 * @rsvd: 0
 *
 * One cache line, which hardware changes in one atomic step.
 */
struct vtd_pi_desc {
	u64 pir[VTD_PI_WORDS];
	u64 control;
	u64 rsvd[3];
} __aligned(64);

static_assert(sizeof(struct vtd_pi_desc) == 64);
static_assert(offsetof(struct vtd_pi_desc, control) == 32);

/* Bits 319:256 */
#define VTD_PI_ON BIT_ULL(0) /* outstanding notification */
#define VTD_PI_SN BIT_ULL(1) /* suppress notification */
#define VTD_PI_NV GENMASK_ULL(23, 16) /* notification vector */
#define VTD_PI_NDST GENMASK_ULL(63, 32) /* 32-bit APIC id */
#define VTD_PI_NDST_XAPIC GENMASK_ULL(47, 40) /* 8-bit APIC id */

#endif /* VTD_HW_PI_H */
