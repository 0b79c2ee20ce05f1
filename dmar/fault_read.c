// SPDX-License-Identifier: GPL-2.0
/*
 * Fault recording registers: read and cleared (VT-d 7.2.1, 11.4.7).
 *
 * Pure, but for register accesses.  Must never read for as long as a device
 * keeps faulting, and never clear what it has not taken.
 */
#include <vtd/hw/regs.h>
#include <vtd/regs_io.h>

#include "fault.h"

/* One pass over all records, from @first on; how many were taken. */
static unsigned int
vtd_fault_pass(const struct vtd_regs *regs, u64 cap, u32 first,
	       unsigned int budget,
	       void (*take)(void *data, const struct vtd_fault_record *record),
	       void *data)
{
	u32 nr = FIELD_GET(VTD_CAP_NFR, cap) + 1;
	u32 base = FIELD_GET(VTD_CAP_FRO, cap) * 16;
	unsigned int found = 0, i;

	/*
	 * FRI tells where the first fault went when PPF came up.  While PPF
	 * stays up, the records before it may have been cleared long ago, and
	 * those that are pending stand anywhere after: none is skipped.
	 */
	for (i = 0; i < nr && found < budget; i++) {
		u32 off = base + (first + i) % nr * VTD_FRCD_BYTES;
		struct vtd_fault_record record;

		record.hi = vtd_read64(regs, off + 8);
		if (!(record.hi & VTD_FRCD_HI_F))
			continue;
		record.lo = vtd_read64(regs, off);
		/* Clear only F: it is the one bit that takes a write. */
		vtd_write64(regs, off + 8, VTD_FRCD_HI_F);
		take(data, &record);
		found++;
	}
	return found;
}

/**
 * vtd_fault_read() - take what a unit has recorded
 * @regs: its registers
 * @cap: its capability register
 * @budget: most records to take, at least 1
 * @take: called for each, in the order of the records
 * @data: for @take
 * @reading: set to what became of it
 *
 * A unit raises its interrupt only when none of the conditions in FSTS is up
 * (7.3).  Where @reading says that records are pending, or that interrupts are
 * held up, the caller looks again after a while.
 *
 * VT-d 7.2.1, 7.3, 11.4.7.1, 11.4.7.6.
 *
 * Context: any that @take allows; one call at a time for a unit.
 */
void vtd_fault_read(const struct vtd_regs *regs, u64 cap, unsigned int budget,
		    void (*take)(void *data,
				 const struct vtd_fault_record *record),
		    void *data, struct vtd_fault_reading *reading)
{
	u32 fsts = vtd_read32(regs, VTD_FSTS);

	*reading = (struct vtd_fault_reading){};
	reading->gone = vtd_regs_gone(fsts);
	if (reading->gone)
		return;
	while (fsts & VTD_FSTS_PPF && reading->found < budget) {
		unsigned int found =
			vtd_fault_pass(regs, cap, FIELD_GET(VTD_FSTS_FRI, fsts),
				       budget - reading->found, take, data);

		reading->found += found;
		if (!found)
			break;
		fsts = vtd_read32(regs, VTD_FSTS);
	}
	/*
	 * While PFO is up nothing is recorded, so it goes last, when there is
	 * room.  Only its own bit: others are cleared by who handles them.
	 */
	if (fsts & VTD_FSTS_PFO) {
		reading->overflow = true;
		vtd_write32(regs, VTD_FSTS, VTD_FSTS_PFO);
		fsts = vtd_read32(regs, VTD_FSTS);
	}
	reading->pending = fsts & VTD_FSTS_PPF;
	reading->held_up = fsts & (VTD_FSTS_IQE | VTD_FSTS_ICE | VTD_FSTS_ITE);
}
