// SPDX-License-Identifier: GPL-2.0
/*
 * What is known of a device at the moment that its fault is read.
 *
 * Looks at things that may change and go at any time, and so keeps nothing but
 * copies.  Must never wait for anybody: whoever holds a lock may be waiting for
 * the device that faults.
 */
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/rculist.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "control.h"
#include "device.h"
#include "domain.h"
#include "fault.h"
#include "unit.h"

/**
 * vtd_fault_peek_memory() - a word of a table that may be given back meanwhile
 * @phys: physical address, bytes, aligned to 8
 * @value: set to the word; to anything when the table is none any more
 *
 * Context: any.
 * Return: false when there is no memory.
 */
bool vtd_fault_peek_memory(u64 phys, u64 *value)
{
	if (!pfn_valid(PHYS_PFN(phys)))
		return false;
	return !get_kernel_nofault(*value, (u64 *)phys_to_virt(phys));
}

/* The managed device that sends with @sid: @pdev itself, if that is one. */
static struct vtd_device *vtd_fault_sender(const struct vtd_unit *unit,
					   const struct pci_dev *pdev, u16 sid)
{
	struct vtd_device *vdev, *found = NULL;

	list_for_each_entry_rcu(vdev, &vtd_devices, node) {
		if (vdev->unit != unit || !vtd_device_has_sid(vdev, sid))
			continue;
		found = vdev;
		if (vdev->pdev == pdev)
			break;
	}
	return found;
}

/*
 * What its domain has to say; and who made the domain is told, where they asked
 * for it by iommu_set_fault_handler().  Domains are freed after a grace period.
 */
static void vtd_fault_look_domain(struct vtd_device *vdev, struct pci_dev *pdev,
				  const struct vtd_fault_request *request,
				  struct vtd_fault_facts *facts)
{
	struct vtd_domain *d = READ_ONCE(vdev->domain);
	unsigned int type;

	if (request->has_pasid)
		type = vtd_device_pasid_type(vdev, request->pasid, &d);
	else
		type = vtd_device_type(vdev);
	strscpy(facts->domain, vtd_domain_type(type));
	if (request->access == VTD_ACCESS_INTERRUPT)
		return;
	vtd_history_find(d, request->where, ktime_get_boottime_ns(),
			 &facts->last);
	if (d && pdev)
		report_iommu_fault(&d->domain, &pdev->dev, request->where,
				   request->access == VTD_ACCESS_READ ?
					   IOMMU_FAULT_READ :
					   IOMMU_FAULT_WRITE);
}

/* The function behind a source-id; the caller puts it. */
static struct pci_dev *vtd_fault_function(const struct vtd_unit *unit, u16 sid)
{
	return pci_get_domain_bus_and_slot(unit->drhd->segment,
					   PCI_BUS_NUM(sid), sid & 0xff);
}

/**
 * vtd_fault_look() - what is known of the device of a fault
 * @unit: translates, so that its root table stays
 * @request: the fault
 * @facts: filled in
 *
 * Context: may sleep; takes no lock.
 */
void vtd_fault_look(const struct vtd_unit *unit,
		    const struct vtd_fault_request *request,
		    struct vtd_fault_facts *facts)
{
	struct pci_dev *pdev = vtd_fault_function(unit, request->sid);
	struct vtd_fault_way way = {
		.addr = request->where,
		.pasid = request->pasid,
		.sid = request->sid,
		.scalable = unit->scalable,
		.has_pasid = request->has_pasid && unit->scalable,
	};
	struct vtd_device *vdev;
	int own = request->sid;

	memset(facts, 0, sizeof(*facts));
	facts->present = pdev;
	rcu_read_lock();
	vdev = vtd_fault_sender(unit, pdev, request->sid);
	if (vdev && vdev->pdev != pdev)
		own = vdev->sid[0];
	rcu_read_unlock();
	if (own != request->sid) {
		pci_dev_put(pdev);
		pdev = vtd_fault_function(unit, own);
		if (pdev)
			strscpy(facts->behind, pci_name(pdev));
	}
	if (pdev) {
		const struct vtd_driver_name name = vtd_pci_driver_name(pdev);

		strscpy(facts->driver, name.text);
	}
	/* Before the history: what is found cleared is noted there already. */
	if (request->access != VTD_ACCESS_INTERRUPT && unit->root) {
		way.root = virt_to_phys(unit->root);
		vtd_fault_walk(&way, vtd_fault_peek_memory, &facts->tables);
	}
	rcu_read_lock();
	vdev = vtd_fault_sender(unit, pdev, request->sid);
	if (vdev)
		vtd_fault_look_domain(vdev, pdev, request, facts);
	rcu_read_unlock();
	pci_dev_put(pdev);
}
