// SPDX-License-Identifier: GPL-2.0
/*
 * Performance counters as hardware has them (VT-d 4.0, performance
 * monitoring): found, set up, started and stopped by enhanced commands, read.
 *
 * Counters cannot be written: what they count is the difference of two values,
 * and whether they went round in between is told by the overflow status.  Owns
 * both.  Must never wait without a bound: perf calls with interrupts off.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/processor.h>
#include <linux/string.h>

#include <vtd/hw/regs.h>

#include "perf_hw.h"

/*
 * Looks at a command's response.  A unit answers in less than a microsecond,
 * and a look takes about one; one that does not is not asked again.
 */
#define VTD_ECMD_POLLS 200

/* How often a counter that goes round while it is looked at is read again. */
#define VTD_PERF_READS 4

#define VTD_ECMD_BIT(code) BIT_ULL((code) % 64)
#define VTD_PERF_COMMANDS                                                 \
	(VTD_ECMD_BIT(VTD_ECMD_ENABLE) | VTD_ECMD_BIT(VTD_ECMD_DISABLE) | \
	 VTD_ECMD_BIT(VTD_ECMD_FREEZE) | VTD_ECMD_BIT(VTD_ECMD_UNFREEZE))

static u32 vtd_perf_config(const struct vtd_perf_hw *hw, unsigned int counter)
{
	return hw->config + counter * VTD_PERFCFG_BYTES;
}

/* Do @bytes at an offset that the unit tells lie in its register space? */
static bool vtd_perf_inside(const struct vtd_perf_hw *hw, u32 offset, u64 bytes)
{
	return offset && offset % 8 == 0 && offset + bytes <= hw->regs->bytes;
}

/* A counter with a word on its own; false when it cannot be used. */
static bool vtd_perf_own(struct vtd_perf_hw *hw, unsigned int counter, u32 cap)
{
	u32 *can = hw->can[counter];
	unsigned int i;

	/* All are read, and waited for, in the same way. */
	if (FIELD_GET(VTD_PERFCNTRCAP_CW, cap) != hw->width ||
	    !!(cap & VTD_PERFCNTRCAP_IOS) != hw->interrupts)
		return false;
	memset(can, 0, sizeof(hw->can[counter]));
	for (i = 0; i < FIELD_GET(VTD_PERFCNTRCAP_EGCNT, cap); i++) {
		u32 own = vtd_read32(hw->regs, vtd_perf_config(hw, counter) +
						       VTD_PERFCNTREVCAP(i));

		can[FIELD_GET(VTD_PERFCNTREVCAP_EGI, own)] |=
			FIELD_GET(VTD_PERFCNTREVCAP_ES, own);
	}
	return true;
}

static void vtd_perf_find(struct vtd_perf_hw *hw)
{
	u32 all[VTD_PERF_GROUPS] = {};
	unsigned int i, g;

	for (g = 0; g < hw->groups; g++)
		all[g] = FIELD_GET(VTD_PERFEVNTCAP_ES,
				   vtd_read64(hw->regs, VTD_PERFEVNTCAP(g)));
	for (i = 0; i < hw->nr; i++) {
		u32 cap = vtd_read32(hw->regs,
				     vtd_perf_config(hw, i) + VTD_PERFCNTRCAP);

		memcpy(hw->can[i], all, sizeof(all));
		if (cap & VTD_PERFCNTRCAP_PCC && !vtd_perf_own(hw, i, cap))
			memset(hw->can[i], 0, sizeof(hw->can[i]));
		for (g = 0; g < VTD_PERF_GROUPS; g++)
			hw->events[g] |= hw->can[i][g];
	}
}

/**
 * vtd_perf_hw_init() - what counters does a unit have?
 * @hw: filled in
 * @regs: registers of the unit, which says that it has performance monitoring
 *	(ECAP.PMS)
 * @cap: its capability register
 *
 * Changes nothing in hardware.
 *
 * Context: any.
 * Return: NULL, or why they cannot be used.
 */
const char *vtd_perf_hw_init(struct vtd_perf_hw *hw,
			     const struct vtd_regs *regs, u64 cap)
{
	u64 pcap;

	*hw = (struct vtd_perf_hw){ .regs = regs };
	if (!(cap & VTD_CAP_ECMDS))
		return "it has no enhanced commands";
	if (regs->bytes < VTD_ECCAP(4))
		return "its register space ends before them";
	if ((vtd_read64(regs, VTD_ECCAP(3)) & VTD_PERF_COMMANDS) !=
	    VTD_PERF_COMMANDS)
		return "it lacks the commands to start, stop and freeze them";
	pcap = vtd_read64(regs, VTD_PERFCAP);
	hw->nr = min_t(unsigned int, FIELD_GET(VTD_PERFCAP_NC, pcap),
		       VTD_PERF_COUNTERS);
	hw->width = FIELD_GET(VTD_PERFCAP_CW, pcap);
	hw->groups = min_t(unsigned int, FIELD_GET(VTD_PERFCAP_NEG, pcap),
			   VTD_PERF_GROUPS);
	hw->filters = FIELD_GET(VTD_PERFCAP_FILTERS, pcap);
	hw->interrupts = pcap & VTD_PERFCAP_IOS;
	hw->stride = 1024U << FIELD_GET(VTD_PERFCAP_CS, pcap);
	if (!hw->nr || !hw->groups || !hw->width || hw->width > 64)
		return "it tells of no counter, or of no event";
	hw->config = vtd_read32(regs, VTD_PERFCFGOFF);
	hw->overflow = vtd_read32(regs, VTD_PERFOVFOFF);
	hw->counters = vtd_read32(regs, VTD_PERFCNTROFF);
	if (!vtd_perf_inside(hw, hw->config, hw->nr * VTD_PERFCFG_BYTES) ||
	    !vtd_perf_inside(hw, hw->overflow, sizeof(u64)) ||
	    !vtd_perf_inside(hw, hw->counters,
			     (hw->nr - 1) * (u64)hw->stride + sizeof(u64)))
		return "their registers lie outside of its register space";
	vtd_perf_find(hw);
	return NULL;
}

/* Wait for the answer to the last command; 0, or -ETIMEDOUT for good. */
static int vtd_perf_answered(struct vtd_perf_hw *hw, u64 *response)
{
	unsigned int polls;

	for (polls = 0; polls < VTD_ECMD_POLLS && !hw->dead; polls++) {
		*response = vtd_read64(hw->regs, VTD_ECRSP);
		if (!(*response & VTD_ECRSP_IP))
			return 0;
		cpu_relax();
	}
	hw->dead = true;
	return -ETIMEDOUT;
}

static int vtd_perf_command(struct vtd_perf_hw *hw, u8 code,
			    unsigned int counter)
{
	u64 response;
	int ret;

	ret = vtd_perf_answered(hw, &response);
	if (ret)
		return ret;
	vtd_write64(hw->regs, VTD_ECMD,
		    FIELD_PREP(VTD_ECMD_CODE, code) |
			    FIELD_PREP(VTD_ECMD_OA, (u64)counter));
	ret = vtd_perf_answered(hw, &response);
	if (!ret && FIELD_GET(VTD_ECRSP_SC, response))
		ret = -EIO;
	return ret;
}

static unsigned int vtd_perf_abilities(const struct vtd_perf_hw *hw,
				       unsigned int counter)
{
	unsigned int g, nr = 0;

	for (g = 0; g < VTD_PERF_GROUPS; g++)
		nr += hweight32(hw->can[counter][g]);
	return nr;
}

/**
 * vtd_perf_hw_pick() - a counter for something
 * @hw: the unit's counters
 * @used: those that are taken, a bit each
 * @want: what it is to count
 *
 * Those that can count the least go first, so that the others stay free for what
 * only they can count.
 *
 * Context: any.
 * Return: the counter; -EBUSY when those that can are taken, -EOPNOTSUPP when
 * none can, or a filter is not there.
 */
int vtd_perf_hw_pick(const struct vtd_perf_hw *hw, u64 used,
		     const struct vtd_perf_want *want)
{
	unsigned int i, least = ~0U;
	int best = -EOPNOTSUPP;

	if (want->group >= VTD_PERF_GROUPS || !want->events ||
	    want->filters & ~hw->filters)
		return -EOPNOTSUPP;
	for (i = 0; i < hw->nr; i++) {
		unsigned int nr;

		if (want->events & ~hw->can[i][want->group])
			continue;
		if (used & BIT_ULL(i)) {
			best = best < 0 ? -EBUSY : best;
			continue;
		}
		nr = vtd_perf_abilities(hw, i);
		if (nr < least) {
			least = nr;
			best = i;
		}
	}
	return best;
}

static u64 vtd_perf_value(const struct vtd_perf_hw *hw, unsigned int counter)
{
	return vtd_read64(hw->regs, hw->counters + counter * hw->stride) &
	       GENMASK_ULL(hw->width - 1, 0);
}

/**
 * vtd_perf_hw_overflows() - which counters have gone round?
 * @hw: the unit's counters
 *
 * What vtd_perf_hw_read() has taken into account is no longer told.
 *
 * Context: any.
 * Return: a bit for each.
 */
u64 vtd_perf_hw_overflows(const struct vtd_perf_hw *hw)
{
	return vtd_read64(hw->regs, hw->overflow) & GENMASK_ULL(hw->nr - 1, 0);
}

static bool vtd_perf_went_round(const struct vtd_perf_hw *hw,
				unsigned int counter)
{
	return vtd_read64(hw->regs, hw->overflow) & BIT_ULL(counter);
}

static void vtd_perf_forget_round(const struct vtd_perf_hw *hw,
				  unsigned int counter)
{
	vtd_write64(hw->regs, hw->overflow, BIT_ULL(counter));
}

/**
 * vtd_perf_hw_start() - have a counter count something
 * @hw: the unit's counters
 * @counter: stopped, and one that can
 * @want: what
 *
 * Context: any; may poll the unit for some 200 us.
 * Return: 0; -EIO when the unit refuses, -ETIMEDOUT when it does not answer, now
 * or before.
 */
int vtd_perf_hw_start(struct vtd_perf_hw *hw, unsigned int counter,
		      const struct vtd_perf_want *want)
{
	u32 at = vtd_perf_config(hw, counter);
	unsigned int i;

	for (i = 0; i < VTD_PERF_FILTERS; i++) {
		if (!(hw->filters & BIT(i)))
			continue;
		vtd_write32(hw->regs, at + VTD_PERFCFG_FILTER(i),
			    want->filters & BIT(i) ?
				    VTD_PERF_FILTER_EN | want->filter[i] :
				    0);
	}
	vtd_write64(hw->regs, at,
		    FIELD_PREP(VTD_PERFCFG_EGI, want->group) |
			    FIELD_PREP(VTD_PERFCFG_ES, want->events) |
			    (hw->interrupts ? VTD_PERFCFG_INT : 0));
	vtd_perf_forget_round(hw, counter);
	hw->last[counter] = vtd_perf_value(hw, counter);
	return vtd_perf_command(hw, VTD_ECMD_ENABLE, counter);
}

/**
 * vtd_perf_hw_stop() - have a counter count nothing
 * @hw: the unit's counters
 * @counter: which; its value stays
 *
 * Context: as vtd_perf_hw_start().
 * Return: as vtd_perf_hw_start().
 */
int vtd_perf_hw_stop(struct vtd_perf_hw *hw, unsigned int counter)
{
	return vtd_perf_command(hw, VTD_ECMD_DISABLE, counter);
}

/**
 * vtd_perf_hw_freeze() - have all counters stand still, or go on
 * @hw: the unit's counters
 * @on: stand still
 *
 * Context: as vtd_perf_hw_start().
 * Return: as vtd_perf_hw_start().
 */
int vtd_perf_hw_freeze(struct vtd_perf_hw *hw, bool on)
{
	return vtd_perf_command(hw, on ? VTD_ECMD_FREEZE : VTD_ECMD_UNFREEZE,
				0);
}

/* What was counted to @value, which was read after the counter went round. */
static u64 vtd_perf_round(const struct vtd_perf_hw *hw, u64 last, u64 value)
{
	u64 counted = (value - last) & GENMASK_ULL(hw->width - 1, 0);

	/* Once round, and on past where it was. */
	if (value >= last && hw->width < 64)
		counted += BIT_ULL(hw->width);
	return counted;
}

/**
 * vtd_perf_hw_read() - what has a counter counted since it was read last?
 * @hw: the unit's counters
 * @counter: which; it may count meanwhile
 *
 * Right as long as it does not go round twice between two calls.
 *
 * Context: any.
 * Return: the number of events.
 */
u64 vtd_perf_hw_read(struct vtd_perf_hw *hw, unsigned int counter)
{
	u64 value, again, counted = 0;
	bool round;
	unsigned int reads;

	/* The status of the same moment as the value. */
	for (reads = 0; reads < VTD_PERF_READS; reads++) {
		round = vtd_perf_went_round(hw, counter);
		value = vtd_perf_value(hw, counter);
		if (round == vtd_perf_went_round(hw, counter))
			break;
	}
	if (round)
		counted = vtd_perf_round(hw, hw->last[counter], value);
	else
		counted = (value - hw->last[counter]) &
			  GENMASK_ULL(hw->width - 1, 0);
	/*
	 * What says that it went round once must not hide that it did so once
	 * more before that was cleared: then it is less than it was.
	 */
	for (reads = 0; round && reads < VTD_PERF_READS; reads++) {
		vtd_perf_forget_round(hw, counter);
		again = vtd_perf_value(hw, counter);
		round = again < value;
		counted += (again - value) & GENMASK_ULL(hw->width - 1, 0);
		value = again;
	}
	hw->last[counter] = value;
	return counted;
}
