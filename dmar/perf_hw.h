/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Performance counters of one unit.
 */
#ifndef VTD_PERF_HW_H
#define VTD_PERF_HW_H

#include <linux/types.h>

#include <vtd/hw/perf.h>
#include <vtd/regs_io.h>

/* Counters that are used, and event groups that are known of. */
#define VTD_PERF_COUNTERS 64
#define VTD_PERF_GROUPS 16

/**
 * struct vtd_perf_want - what a counter is to count
 * @group: event group
 * @events: of that group, a bit each
 * @filters: those that are on, by VTD_PERF_FILTER_*
 * @filter: what they let through
 */
struct vtd_perf_want {
	u8 group;
	u32 events;
	u8 filters;
	u32 filter[VTD_PERF_FILTERS];
};

/**
 * struct vtd_perf_hw - the counters of a unit
 * @regs: its registers (c)
 * @config: offset of the counters' configuration (c)
 * @overflow: of the overflow status (c)
 * @counters: of the counters (c)
 * @stride: from one to the next, bytes (c)
 * @nr: how many (c)
 * @width: bits of each (c)
 * @groups: event groups (c)
 * @filters: those that there are, by VTD_PERF_FILTER_* (c)
 * @interrupts: overflow raises an interrupt (c)
 * @events: of each group, what some counter counts (c)
 * @can: the same of each counter (c)
 * @last: value of each counter when it was read last
 * @dead: the unit no longer answers commands
 *
 * (c) constant once set up; the caller keeps all else to one at a time.
 */
struct vtd_perf_hw {
	const struct vtd_regs *regs;
	u32 config;
	u32 overflow;
	u32 counters;
	u32 stride;
	unsigned int nr;
	unsigned int width;
	unsigned int groups;
	u8 filters;
	bool interrupts;
	u32 events[VTD_PERF_GROUPS];
	u32 can[VTD_PERF_COUNTERS][VTD_PERF_GROUPS];
	u64 last[VTD_PERF_COUNTERS];
	bool dead;
};

const char *vtd_perf_hw_init(struct vtd_perf_hw *hw,
			     const struct vtd_regs *regs, u64 cap);
int vtd_perf_hw_pick(const struct vtd_perf_hw *hw, u64 used,
		     const struct vtd_perf_want *want);
int vtd_perf_hw_start(struct vtd_perf_hw *hw, unsigned int counter,
		      const struct vtd_perf_want *want);
int vtd_perf_hw_stop(struct vtd_perf_hw *hw, unsigned int counter);
int vtd_perf_hw_freeze(struct vtd_perf_hw *hw, bool on);
u64 vtd_perf_hw_read(struct vtd_perf_hw *hw, unsigned int counter);
u64 vtd_perf_hw_overflows(const struct vtd_perf_hw *hw);

#endif /* VTD_PERF_HW_H */
