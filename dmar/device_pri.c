// SPDX-License-Identifier: GPL-2.0
/*
 * Managed devices that ask for pages (PCIe PRI): when they may, how much at a
 * time, and what is still under way when they may no longer.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ktime.h>
#include <linux/pci-ats.h>

#include "device.h"
#include "domain.h"
#include "hist.h"
#include "prq.h"
#include "scalable.h"
#include "trace.h"

/*
 * Requests that a device may have outstanding: with as many for each, 16 devices
 * cannot fill the smallest ring that is not asked for, whatever they do.
 */
#define VTD_PRI_QUOTA 128

/* And while it has more than so many it is not well. */
#define VTD_PRI_EXCESS(quota) ((quota) * 2)

/* What of the ring is not granted yet. */
static u32 vtd_pri_left(const struct vtd_prq *prq)
{
	u32 slots = prq->pages * PAGE_SIZE / sizeof(struct vtd_prq_desc) - 1;

	return slots > prq->granted ? slots - prq->granted : 0;
}

static int vtd_pri_enable(struct vtd_device *vdev, u32 quota)
{
	struct pci_dev *pdev = vdev->pdev;
	u16 pri = pdev->pri_cap, status;

	pci_read_config_word(pdev, pri + PCI_PRI_STATUS, &status);
	if (!(status & PCI_PRI_STATUS_STOPPED))
		return -EBUSY;
	mutex_lock(&vdev->answer_lock);
	vdev->pri_generation++;
	mutex_unlock(&vdev->answer_lock);
	/* What a reset of the function left behind, it forgets. */
	pci_write_config_word(pdev, pri + PCI_PRI_CTRL, PCI_PRI_CTRL_RESET);
	pci_write_config_dword(pdev, pri + PCI_PRI_ALLOC_REQ, quota);
	pdev->pri_reqs_alloc = quota;
	pci_write_config_word(pdev, pri + PCI_PRI_CTRL, PCI_PRI_CTRL_ENABLE);
	pdev->pri_enabled = 1;
	return 0;
}

/* The unit takes its requests before it may send any, and as long as it may. */
static int vtd_pri_start(struct vtd_device *vdev, struct vtd_prq *prq)
{
	struct pci_dev *pdev = vdev->pdev;
	u32 quota = 0;
	int ret;

	pci_read_config_dword(pdev, pdev->pri_cap + PCI_PRI_MAX_REQ, &quota);
	quota = min3(quota, VTD_PRI_QUOTA, vtd_pri_left(prq));
	if (!quota)
		return -ENOSPC;
	ret = xa_err(xa_store(&vdev->unit->requesters, vdev->sid[0], vdev,
			      GFP_KERNEL));
	if (ret)
		return ret;
	ret = vtd_device_features(vdev, VTD_SM_CONTEXT_PRE, 0);
	if (!ret)
		ret = vtd_pri_enable(vdev, quota);
	if (ret) {
		vtd_device_features(vdev, 0, VTD_SM_CONTEXT_PRE);
		xa_erase(&vdev->unit->requesters, vdev->sid[0]);
		return ret;
	}
	vdev->quota = quota;
	prq->granted += quota;
	return 0;
}

/* The device sends no more, whatever it has sent may still be on its way. */
static void vtd_pri_silence(struct vtd_device *vdev)
{
	if (vdev->pdev->pri_enabled && !vdev->removed)
		pci_disable_pri(vdev->pdev);
}

static void vtd_pri_stop(struct vtd_device *vdev, struct vtd_prq *prq)
{
	lockdep_assert_held(&prq->lock);

	if (!vdev->quota)
		return;
	vtd_pri_silence(vdev);
	vtd_device_features(vdev, 0, VTD_SM_CONTEXT_PRE);
	xa_erase(&vdev->unit->requesters, vdev->sid[0]);
	prq->granted -= vdev->quota;
	/* Of answers on their way, the last is with the device after this. */
	mutex_lock(&vdev->answer_lock);
	vdev->quota = 0;
	mutex_unlock(&vdev->answer_lock);
}

/*
 * Does the device wait for the answer to a request of that time?  Who answers may
 * take long, and when a device is reset is not told: it has forgotten what it asked
 * for, and an answer to that would be taken for another's.
 */
static bool vtd_pri_awaits(struct vtd_device *vdev, u64 generation)
{
	struct pci_dev *pdev = vdev->pdev;
	u16 status;

	lockdep_assert_held(&vdev->answer_lock);

	if (generation != vdev->pri_generation || vdev->removed)
		return false;
	if (vdev->quota)
		return true;
	/* Told to stop, it stops when it has all answers, or by a reset. */
	pci_read_config_word(pdev, pdev->pri_cap + PCI_PRI_STATUS, &status);
	return !(status & PCI_PRI_STATUS_STOPPED);
}

/*
 * Take what devices have sent: all that the unit has received stands in the ring
 * when it answers, if it can say so (VT-d 7.10).
 */
static void vtd_pri_take(struct vtd_prq *prq)
{
	struct vtd_unit *unit = prq->unit;
	struct vtd_qi_desc drain = vtd_qi_fence(&unit->qi);
	int ret = 0;

	if (unit->ecap & VTD_ECAP_PDS) {
		drain.w[0] |= VTD_QI_WAIT_PD;
		ret = vtd_qi_submit_one(&unit->qi, drain);
	}
	if (ret)
		vtd_unit_failed(unit, "draining page requests", ret);
	vtd_prq_take(prq);
}

/**
 * vtd_device_stop_requests() - a device may send no page requests, for now
 * @vdev: a managed device
 *
 * Context: may sleep; takes the lock of the unit's page request queue.
 */
void vtd_device_stop_requests(struct vtd_device *vdev)
{
	struct vtd_prq *prq = vdev->unit->prq;

	if (!prq || !vdev->pdev->pri_cap)
		return;
	mutex_lock(&prq->lock);
	vtd_pri_stop(vdev, prq);
	mutex_unlock(&prq->lock);
}

/**
 * vtd_device_resume_requests() - undo vtd_device_stop_requests()
 * @vdev: a managed device
 *
 * Where that fails its page requests are refused until it is attached again.
 *
 * Context: may sleep; the group's mutex is held.
 */
void vtd_device_resume_requests(struct vtd_device *vdev)
{
	struct vtd_prq *prq = vdev->unit->prq;
	int ret = 0;

	vtd_device_assert_group(vdev);
	if (!prq || !vdev->pri_users)
		return;
	mutex_lock(&prq->lock);
	if (!vdev->quota)
		ret = vdev->pdev->ats_enabled ? vtd_pri_start(vdev, prq) :
						-EOPNOTSUPP;
	mutex_unlock(&prq->lock);
	if (ret)
		pci_notice(vdev->pdev,
			   "may send no page requests yet (error %d)\n", ret);
}

static int vtd_device_need_requests(struct vtd_device *vdev)
{
	struct vtd_prq *prq = vdev->unit->prq;
	int ret = 0;

	if (!vdev->pdev->pri_cap)
		return 0;
	if (!prq || !vdev->pdev->ats_enabled)
		return -EOPNOTSUPP;
	if (vdev->pri_users++)
		return 0;
	ret = iopf_queue_add_device(prq->iopf, &vdev->pdev->dev);
	if (!ret) {
		mutex_lock(&prq->lock);
		ret = vtd_pri_start(vdev, prq);
		mutex_unlock(&prq->lock);
		if (ret)
			iopf_queue_remove_device(prq->iopf, &vdev->pdev->dev);
	}
	if (ret)
		vdev->pri_users--;
	return ret;
}

static void vtd_device_drop_requests(struct vtd_device *vdev)
{
	struct vtd_prq *prq = vdev->unit->prq;

	if (!vdev->pdev->pri_cap || !prq || --vdev->pri_users)
		return;
	mutex_lock(&prq->lock);
	/*
	 * Those that it sent until it was told to stop: an answer that came later
	 * might find it reset, and waiting for another.
	 */
	vtd_pri_silence(vdev);
	vtd_pri_take(prq);
	vtd_pri_stop(vdev, prq);
	mutex_unlock(&prq->lock);
	iopf_queue_remove_device(prq->iopf, &vdev->pdev->dev);
}

/*
 * All requests that a device has sent are served.  Having answered the
 * invalidation of its translations, it has sent what it asked for before (VT-d
 * 7.9).  Only its own requests are waited for.
 */
static void vtd_device_drain_requests(struct vtd_device *vdev)
{
	struct vtd_prq *prq = vdev->unit->prq;

	if (!prq || !vdev->quota)
		return;
	mutex_lock(&prq->lock);
	vtd_pri_take(prq);
	mutex_unlock(&prq->lock);
	iopf_queue_flush_dev(&vdev->pdev->dev);
}

/**
 * vtd_device_serve() - a domain is to be attached to a device
 * @vdev: a managed device
 * @d: the domain; does nothing for one that serves no page requests
 *
 * Does nothing for a device without PRI: it may have a way of its own to ask.
 *
 * Context: may sleep; the group's mutex is held.
 * Return: 0; -EOPNOTSUPP where PRI is there and cannot be used; -ENOSPC when
 * other devices have been granted all of the queue; -ENOMEM; -EBUSY when the
 * device still has requests under way.
 */
int vtd_device_serve(struct vtd_device *vdev, const struct vtd_domain *d)
{
	vtd_device_assert_group(vdev);
	return d->domain.iopf_handler ? vtd_device_need_requests(vdev) : 0;
}

/**
 * vtd_device_serve_no_more() - undo vtd_device_serve()
 * @vdev: a managed device; the unit and it have forgotten what it translated
 *	with the domain
 * @d: the domain
 *
 * The requests that the device has sent are served.
 *
 * Context: may sleep; the group's mutex is held.
 */
void vtd_device_serve_no_more(struct vtd_device *vdev,
			      const struct vtd_domain *d)
{
	vtd_device_assert_group(vdev);
	if (!d->domain.iopf_handler)
		return;
	vtd_device_drain_requests(vdev);
	vtd_device_drop_requests(vdev);
}

/* More than it was granted: it takes the place of others. */
static bool vtd_device_greedy(struct vtd_device *vdev, struct vtd_prq *prq)
{
	if (atomic_inc_return(&vdev->outstanding) <=
	    VTD_PRI_EXCESS(vdev->quota))
		return false;
	pci_err(vdev->pdev,
		"has more page requests under way than the %u it was granted: it may send no more\n",
		vdev->quota);
	vtd_pri_stop(vdev, prq);
	return true;
}

/**
 * vtd_device_request() - a page request of a device
 * @vdev: the device
 * @prq: the queue of its unit; its lock is held
 * @desc: the request
 *
 * Context: may sleep.
 */
void vtd_device_request(struct vtd_device *vdev, struct vtd_prq *prq,
			const struct vtd_prq_desc *desc)
{
	u64 lo = desc->w[0], hi = desc->w[1];
	struct iopf_fault evt = {
		.fault.type = IOMMU_FAULT_PAGE_REQ,
		.fault.prm = {
			.addr = hi & VTD_PRQ_HI_ADDR,
			.grpid = FIELD_GET(VTD_PRQ_HI_PRGI, hi),
			.perm = (hi & VTD_PRQ_HI_RD ? IOMMU_FAULT_PERM_READ :
						      0) |
				(hi & VTD_PRQ_HI_WR ? IOMMU_FAULT_PERM_WRITE :
						      0) |
				(lo & VTD_PRQ_EXE ? IOMMU_FAULT_PERM_EXEC :
						    0) |
				(lo & VTD_PRQ_PRIV ? IOMMU_FAULT_PERM_PRIV : 0),
			/* Comes back with the answer. */
			.private_data = { ktime_get_ns(),
					  vdev->pri_generation },
		},
	};

	if (lo & VTD_PRQ_PASID_P) {
		evt.fault.prm.flags |= IOMMU_FAULT_PAGE_REQUEST_PASID_VALID |
				       IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID;
		evt.fault.prm.pasid = FIELD_GET(VTD_PRQ_PASID, lo);
	}
	if (hi & VTD_PRQ_HI_LPIG) {
		evt.fault.prm.flags |= IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE;
		if (vtd_device_greedy(vdev, prq)) {
			atomic_dec(&vdev->outstanding);
			vtd_prq_respond(prq, vdev->sid[0], lo & VTD_PRQ_PASID_P,
					evt.fault.prm.pasid,
					evt.fault.prm.grpid,
					VTD_RESPONSE_FAILURE);
			return;
		}
	}
	iommu_report_device_fault(&vdev->pdev->dev, &evt);
}

static void vtd_pri_note(struct vtd_prq_stats *stats, u64 ns)
{
	atomic64_inc(&stats->bucket[vtd_time_bucket(ns, 12, VTD_PRQ_BUCKETS)]);
	/* Of two at once the longer may be lost: it is for people to look at. */
	if (ns > READ_ONCE(stats->max_ns))
		WRITE_ONCE(stats->max_ns, ns);
}

/**
 * vtd_page_response() - answer a group of page requests, for the core
 * @dev: a managed device
 * @evt: the last request of the group
 * @msg: the answer
 *
 * Context: as the iommu core calls it; may sleep.
 */
void vtd_page_response(struct device *dev, struct iopf_fault *evt,
		       struct iommu_page_response *msg)
{
	static const u8 codes[] = {
		[IOMMU_PAGE_RESP_SUCCESS] = VTD_RESPONSE_SUCCESS,
		[IOMMU_PAGE_RESP_INVALID] = VTD_RESPONSE_INVALID,
		[IOMMU_PAGE_RESP_FAILURE] = VTD_RESPONSE_FAILURE,
	};
	const struct iommu_fault_page_request *prm = &evt->fault.prm;
	struct vtd_device *vdev = dev_iommu_priv_get(dev);
	struct vtd_prq *prq = vdev->unit->prq;

	if (!prq || !(prm->flags & IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE))
		return;
	vtd_pri_note(&prq->stats, ktime_get_ns() - prm->private_data[0]);
	mutex_lock(&vdev->answer_lock);
	if (vtd_pri_awaits(vdev, prm->private_data[1]))
		vtd_prq_respond(
			prq, vdev->sid[0],
			prm->flags & IOMMU_FAULT_PAGE_REQUEST_PASID_VALID,
			prm->pasid, prm->grpid,
			codes[min_t(u32, msg->code, IOMMU_PAGE_RESP_FAILURE)]);
	mutex_unlock(&vdev->answer_lock);
	atomic_dec(&vdev->outstanding);
}
