// SPDX-License-Identifier: GPL-2.0
/*
 * Events for guests: what a unit refused their devices, and devices that do not
 * answer.  They go to the event queue of the virtual IOMMU that has the device,
 * and to nobody else.
 */
#include <linux/iommufd.h>
#include <linux/list.h>
#include <linux/mutex.h>

#include <vtd/faults.h>
#include <vtd/sids.h>
#include <vtd/uapi/iommufd.h>

#include "iommufd.h"
#include "viommu.h"

static DEFINE_MUTEX(vtd_event_lock);
static LIST_HEAD(vtd_event_devices);

/**
 * vtd_event_add() - a guest wants to know of a device
 * @vdev: stays until vtd_event_remove()
 *
 * Context: may sleep.
 */
void vtd_event_add(struct vtd_vdevice *vdev)
{
	mutex_lock(&vtd_event_lock);
	list_add_tail(&vdev->event, &vtd_event_devices);
	mutex_unlock(&vtd_event_lock);
}

/**
 * vtd_event_remove() - undo vtd_event_add()
 * @vdev: not touched any more on return
 *
 * Context: may sleep.
 */
void vtd_event_remove(struct vtd_vdevice *vdev)
{
	mutex_lock(&vtd_event_lock);
	list_del(&vdev->event);
	mutex_unlock(&vtd_event_lock);
}

static bool vtd_event_is_of(const struct vtd_vdevice *vdev,
			    const struct vtd_fault_event *fault)
{
	return vdev->segment == fault->segment &&
	       vtd_sids_have(vdev->sid, vdev->nr_sids, fault->sid);
}

/* Without a queue nobody is told; one that is full says so itself. */
static void vtd_event_report(const struct vtd_vdevice *vdev,
			     struct vtd_vevent event)
{
	event.virt_id = vdev->core.virt_id;
	iommufd_viommu_report_event(vdev->core.viommu, VTD_VEVENTQ_TYPE, &event,
				    sizeof(event));
}

static void vtd_event_fault(struct vtd_fault_watch *watch,
			    const struct vtd_fault_event *fault)
{
	const struct vtd_vevent event = {
		.kind = VTD_VEVENT_FAULT,
		.flags = (fault->has_pasid ? VTD_VEVENT_PASID : 0) |
			 (fault->write ? VTD_VEVENT_WRITE : 0) |
			 (fault->execute ? VTD_VEVENT_EXEC : 0) |
			 (fault->privileged ? VTD_VEVENT_PRIV : 0),
		.addr = fault->addr,
		.pasid = fault->pasid,
		.reason = fault->reason,
	};
	struct vtd_vdevice *vdev;

	/* Interrupts are the host's. */
	if (fault->interrupt)
		return;
	mutex_lock(&vtd_event_lock);
	list_for_each_entry(vdev, &vtd_event_devices, event)
		if (vtd_event_is_of(vdev, fault))
			vtd_event_report(vdev, event);
	mutex_unlock(&vtd_event_lock);
}

/**
 * vtd_event_device_failed() - a device did not answer an invalidation
 * @dev: the device
 *
 * Context: may sleep.
 */
void vtd_event_device_failed(struct device *dev)
{
	struct vtd_vdevice *vdev;

	mutex_lock(&vtd_event_lock);
	list_for_each_entry(vdev, &vtd_event_devices, event)
		if (vdev->dev == dev)
			vtd_event_report(vdev,
					 (struct vtd_vevent){
						 .kind = VTD_VEVENT_DEVICE_TLB,
					 });
	mutex_unlock(&vtd_event_lock);
}

static struct vtd_fault_watch vtd_event_watch = { .fault = vtd_event_fault };

/**
 * vtd_event_init() - hear of faults from now on
 *
 * Context: may sleep.
 */
void vtd_event_init(void)
{
	vtd_faults_watch(&vtd_event_watch);
}

/**
 * vtd_event_exit() - undo vtd_event_init()
 *
 * Context: may sleep.
 */
void vtd_event_exit(void)
{
	vtd_faults_unwatch(&vtd_event_watch);
}
