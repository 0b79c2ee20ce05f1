// SPDX-License-Identifier: GPL-2.0
/*
 * Who is told of each fault, besides what is kept and logged
 * (include/vtd/faults.h).
 *
 * Runs in the threads that read faults, so it must never wait for anybody who
 * may be waiting for a device.  While nobody watches it is one look at a list.
 */
#include <linux/export.h>
#include <linux/list.h>
#include <linux/rwsem.h>

#include <vtd/faults.h>

#include "fault.h"

/* Held for reading while watchers are told: an end waits for that. */
static DECLARE_RWSEM(vtd_fault_watch_lock);
static LIST_HEAD(vtd_fault_watches);

void vtd_faults_watch(struct vtd_fault_watch *watch)
{
	down_write(&vtd_fault_watch_lock);
	list_add_tail(&watch->node, &vtd_fault_watches);
	up_write(&vtd_fault_watch_lock);
}
EXPORT_SYMBOL_GPL(vtd_faults_watch);

void vtd_faults_unwatch(struct vtd_fault_watch *watch)
{
	down_write(&vtd_fault_watch_lock);
	list_del(&watch->node);
	up_write(&vtd_fault_watch_lock);
}
EXPORT_SYMBOL_GPL(vtd_faults_unwatch);

/**
 * vtd_fault_tell() - tell those who watch
 * @ns: when the fault was read, nanoseconds since boot
 * @segment: of the unit
 * @request: the fault
 *
 * Context: may sleep; not in a watcher.
 */
void vtd_fault_tell(u64 ns, u16 segment,
		    const struct vtd_fault_request *request)
{
	struct vtd_fault_event event;
	struct vtd_fault_watch *watch;

	/* Who begins to watch just now may miss it. */
	if (list_empty(&vtd_fault_watches))
		return;
	event = (struct vtd_fault_event){
		.ns = ns,
		.addr = request->where,
		.pasid = request->has_pasid ? request->pasid : 0,
		.segment = segment,
		.sid = request->sid,
		.reason = request->reason,
		.interrupt = request->access == VTD_ACCESS_INTERRUPT,
		.write = request->access == VTD_ACCESS_WRITE ||
			 request->access == VTD_ACCESS_ATOMIC,
		.execute = request->access == VTD_ACCESS_EXECUTE,
		.privileged = request->privileged,
		.has_pasid = request->has_pasid,
	};
	down_read(&vtd_fault_watch_lock);
	list_for_each_entry(watch, &vtd_fault_watches, node)
		watch->fault(watch, &event);
	up_read(&vtd_fault_watch_lock);
}
