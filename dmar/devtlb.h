/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Translations that devices keep (ATS): their device TLBs.
 */
#ifndef VTD_DEVTLB_H
#define VTD_DEVTLB_H

#include <linux/types.h>

struct vtd_unit;

/**
 * struct vtd_devtlb - the device TLB of a function
 * @sid: its source-id (c)
 * @pfsid: that of its physical function, for units that want it (c)
 * @depth: invalidations that it takes at a time, 0 to 31; 0 is 32 (c)
 * @idle: it has nothing to forget: ATS is off, or nothing that it sends is let
 *	through any more
 * @switching: ATS is being switched on, for some microseconds: @idle will say
 * @mute: it did not answer an invalidation; set once
 * @containing: after @mute: it is being blocked, and not waited for meanwhile
 * @failed: told when it turns mute; any context
 *
 * (c) constant.
 */
struct vtd_devtlb {
	u16 sid;
	u16 pfsid;
	u8 depth;
	bool idle;
	bool switching;
	bool mute;
	bool containing;
	void (*failed)(struct vtd_devtlb *tlb);
};

int vtd_devtlb_add(struct vtd_unit *unit, struct vtd_devtlb *tlb);
void vtd_devtlb_remove(struct vtd_unit *unit, struct vtd_devtlb *tlb);
struct vtd_devtlb *vtd_devtlb_find(struct vtd_unit *unit, u16 sid);
int vtd_devtlb_flush(struct vtd_unit *unit, struct vtd_devtlb *tlb, u32 pasid,
		     u64 start, u64 last);

#endif /* VTD_DEVTLB_H */
