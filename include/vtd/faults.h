/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Faults as they come, for modules that pass them on to whoever owns the device.
 */
#ifndef VTD_FAULTS_H
#define VTD_FAULTS_H

#include <linux/list.h>
#include <linux/types.h>

/**
 * struct vtd_fault_event - a request that a unit refused
 * @ns: when it was read from the unit, nanoseconds since boot
 * @addr: the page that was asked for, bytes; of an interrupt, its index
 * @pasid: its PASID, with @has_pasid
 * @segment: PCI segment of the unit
 * @sid: source-id
 * @reason: fault reason (VT-d 7.1.3)
 * @interrupt: an interrupt was refused, not DMA
 * @write: it was a write
 * @execute: it asked for execution
 * @privileged: it asked for privileged mode
 * @has_pasid: it carried a PASID
 */
struct vtd_fault_event {
	u64 ns;
	u64 addr;
	u32 pasid;
	u16 segment;
	u16 sid;
	u8 reason;
	bool interrupt;
	bool write;
	bool execute;
	bool privileged;
	bool has_pasid;
};

/**
 * struct vtd_fault_watch - who is told of faults
 * @fault: told of each; may sleep, must not unwatch
 * @node: vtd_dmar's
 */
struct vtd_fault_watch {
	void (*fault)(struct vtd_fault_watch *watch,
		      const struct vtd_fault_event *event);
	struct list_head node;
};

/**
 * vtd_faults_watch() - be told of all faults of all units
 * @watch: stays valid until vtd_faults_unwatch()
 *
 * In a storm the units themselves lose faults, and so do watchers.
 *
 * Context: may sleep.
 */
void vtd_faults_watch(struct vtd_fault_watch *watch);

/**
 * vtd_faults_unwatch() - the end of it
 * @watch: as for vtd_faults_watch(); not called any more on return
 *
 * Context: may sleep.
 */
void vtd_faults_unwatch(struct vtd_fault_watch *watch);

#endif /* VTD_FAULTS_H */
