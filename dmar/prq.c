// SPDX-License-Identifier: GPL-2.0
/*
 * The page request queue of a unit (VT-d 7.4, 7.5): taking requests from it,
 * and sending answers.
 *
 * Must never leave a group of requests without an answer, or lose those of one
 * device for another's: a queue that overflowed is emptied before it goes on,
 * and hardware has answered what it dropped, so that devices ask again.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "device.h"
#include "fault.h"
#include "iommu-pages.h"
#include "prq.h"
#include "trace.h"
#include "unit.h"

/* 64 KiB by default: 2048 requests. */
unsigned int vtd_prq_pages = 16;

#define VTD_PRQ_MAX_PAGES 128

static u32 vtd_prq_bytes(const struct vtd_prq *prq)
{
	return prq->pages * PAGE_SIZE;
}

/**
 * vtd_prq_respond() - answer a group of page requests
 * @prq: the queue
 * @sid: source-id of the device
 * @with_pasid: the requests had a PASID
 * @pasid: that PASID
 * @group: index of the group
 * @code: VTD_RESPONSE_*
 *
 * VT-d 7.5.2.1.
 *
 * Context: as vtd_qi_submit().
 * Return: as vtd_qi_submit().
 */
int vtd_prq_respond(struct vtd_prq *prq, u16 sid, bool with_pasid, u32 pasid,
		    u32 group, unsigned int code)
{
	struct vtd_qi_desc desc =
		vtd_qi_response(sid, with_pasid, pasid, group, code);
	int ret = vtd_qi_submit(&prq->unit->qi, &desc, 1);

	atomic64_inc(&prq->stats.responses);
	if (code != VTD_RESPONSE_SUCCESS)
		atomic64_inc(&prq->stats.failed);
	trace_vtd_page_response(prq->unit->name, sid,
				with_pasid ? (int)pasid : -1, group, code);
	if (ret)
		vtd_unit_failed(prq->unit, "answering a page request", ret);
	return ret;
}

/* A request that nobody is there for. */
static void vtd_prq_refuse(struct vtd_prq *prq, const struct vtd_prq_desc *desc)
{
	prq->stats.refused++;
	if (!(desc->w[1] & VTD_PRQ_HI_LPIG))
		return;
	vtd_prq_respond(prq, FIELD_GET(VTD_PRQ_RID, desc->w[0]),
			desc->w[0] & VTD_PRQ_PASID_P,
			FIELD_GET(VTD_PRQ_PASID, desc->w[0]),
			FIELD_GET(VTD_PRQ_HI_PRGI, desc->w[1]),
			VTD_RESPONSE_INVALID);
}

/*
 * Requests for nothing: the last of a group that has them is a stop marker, which
 * asks for no answer (PCIe 10.4.1.2.1).
 */
static bool vtd_prq_is_marker(const struct vtd_prq_desc *desc)
{
	return desc->w[0] & VTD_PRQ_PASID_P && desc->w[1] & VTD_PRQ_HI_LPIG &&
	       !(desc->w[1] & (VTD_PRQ_HI_RD | VTD_PRQ_HI_WR));
}

static void vtd_prq_one(struct vtd_prq *prq, const struct vtd_prq_desc *desc)
{
	struct vtd_device *vdev;
	u16 sid = FIELD_GET(VTD_PRQ_RID, desc->w[0]);

	prq->stats.requests++;
	trace_vtd_page_request(prq->unit->name, desc->w[0], desc->w[1]);
	if (FIELD_GET(VTD_PRQ_TYPE, desc->w[0]) != VTD_PRQ_TYPE_PAGE) {
		prq->stats.refused++;
		return;
	}
	if (vtd_prq_is_marker(desc))
		return;
	/* Under the lock it stays while it may send requests. */
	vdev = xa_load(&prq->unit->requesters, sid);
	if (vdev)
		vtd_device_request(vdev, prq, desc);
	else
		vtd_prq_refuse(prq, desc);
}

/* The ring is empty: what was dropped can be asked for again. */
static void vtd_prq_overflowed(struct vtd_prq *prq)
{
	struct vtd_unit *unit = prq->unit;

	prq->stats.overflows++;
	pr_warn_ratelimited(
		"%s: more page requests than its queue of %u takes: devices ask again; prq_pages=%u makes room\n",
		unit->name, vtd_prq_bytes(prq) / 32, prq->pages * 2);
	iopf_queue_discard_partial(prq->iopf);
	vtd_write32(&unit->regs, VTD_PRS, VTD_PRS_PRO);
}

/**
 * vtd_prq_take() - take all requests from the ring that are there now
 * @prq: the queue; its lock is held
 *
 * Context: may sleep.
 */
void vtd_prq_take(struct vtd_prq *prq)
{
	const struct vtd_regs *regs = &prq->unit->regs;
	u32 mask = vtd_prq_bytes(prq) - 1;
	u32 tail = vtd_read64(regs, VTD_PQT) & mask;
	u32 head = vtd_read64(regs, VTD_PQH) & mask;

	lockdep_assert_held(&prq->lock);

	if (vtd_regs_gone(vtd_read32(regs, VTD_PRS))) {
		vtd_unit_failed(prq->unit, "reading page requests", -ENXIO);
		return;
	}
	while (head != tail) {
		struct vtd_prq_desc desc = prq->ring[head / sizeof(desc)];

		head = (head + sizeof(desc)) & mask;
		/* Room at once: a group's answer may bring on the next. */
		vtd_write64(regs, VTD_PQH, head);
		vtd_prq_one(prq, &desc);
	}
	if (unlikely(vtd_read32(regs, VTD_PRS) & VTD_PRS_PRO) &&
	    head == (vtd_read64(regs, VTD_PQT) & mask))
		vtd_prq_overflowed(prq);
}

static irqreturn_t vtd_prq_thread(int irq, void *data)
{
	struct vtd_prq *prq = data;
	const struct vtd_regs *regs = &prq->unit->regs;

	/* Cleared first: what comes from now on is another interrupt. */
	vtd_write32(regs, VTD_PRS, VTD_PRS_PPR);
	mutex_lock(&prq->lock);
	vtd_prq_take(prq);
	mutex_unlock(&prq->lock);
	return IRQ_HANDLED;
}

static void vtd_prq_program(struct vtd_prq *prq)
{
	const struct vtd_regs *regs = &prq->unit->regs;

	vtd_write64(regs, VTD_PQH, 0);
	vtd_write64(regs, VTD_PQT, 0);
	vtd_write64(regs, VTD_PQA, vtd_prq_pqa(prq));
	vtd_write32(regs, VTD_PRS, VTD_PRS_PPR | VTD_PRS_PRO);
}

/**
 * vtd_prq_restore() - the registers of the queue again
 * @unit: they were lost, in a suspend; it does not translate yet
 *
 * Context: any.
 */
void vtd_prq_restore(struct vtd_unit *unit)
{
	if (!unit->prq)
		return;
	vtd_prq_program(unit->prq);
	vtd_irq_restore(unit->prq->irq);
}

static void vtd_prq_free(struct vtd_prq *prq)
{
	if (prq->iopf)
		iopf_queue_free(prq->iopf);
	if (prq->ring)
		iommu_free_pages(prq->ring);
	mutex_destroy(&prq->lock);
	kfree(prq);
}

static struct vtd_prq *vtd_prq_alloc(struct vtd_unit *unit)
{
	struct vtd_prq *prq = kzalloc(sizeof(*prq), GFP_KERNEL);

	if (!prq)
		return NULL;
	prq->unit = unit;
	mutex_init(&prq->lock);
	prq->pages = roundup_pow_of_two(
		clamp(READ_ONCE(vtd_prq_pages), 1U, VTD_PRQ_MAX_PAGES));
	prq->ring = iommu_alloc_pages_node_sz(unit->nid, GFP_KERNEL,
					      vtd_prq_bytes(prq));
	prq->iopf = iopf_queue_alloc(unit->name);
	if (prq->ring && prq->iopf)
		return prq;
	vtd_prq_free(prq);
	return NULL;
}

/**
 * vtd_prq_start() - let a unit take page requests, where it can
 * @unit: about to translate
 *
 * Context: may sleep.
 * Return: 0, also for a unit that takes none (ECAP.PRS); or a negative errno.
 */
int vtd_prq_start(struct vtd_unit *unit)
{
	struct vtd_prq *prq;
	int irq, ret;

	if (!unit->scalable || !(unit->ecap & VTD_ECAP_PRS))
		return 0;
	prq = vtd_prq_alloc(unit);
	if (!prq)
		return -ENOMEM;
	irq = vtd_irq_alloc(unit, VTD_EVENT_PAGE_REQUEST);
	if (irq < 0) {
		vtd_prq_free(prq);
		return irq;
	}
	prq->irq = irq;
	vtd_prq_program(prq);
	ret = request_threaded_irq(irq, NULL, vtd_prq_thread, IRQF_ONESHOT,
				   unit->name, prq);
	if (ret) {
		vtd_irq_free(irq);
		vtd_prq_free(prq);
		return ret;
	}
	unit->prq = prq;
	return 0;
}

/**
 * vtd_prq_stop() - undo vtd_prq_start()
 * @unit: no device may send page requests any more
 *
 * Context: may sleep.
 */
void vtd_prq_stop(struct vtd_unit *unit)
{
	struct vtd_prq *prq = unit->prq;

	if (!prq)
		return;
	unit->prq = NULL;
	free_irq(prq->irq, prq);
	vtd_irq_free(prq->irq);
	vtd_write64(&unit->regs, VTD_PQA, 0);
	/* One that has gone may write there all the same. */
	if (vtd_regs_gone(vtd_read32(&unit->regs, VTD_GSTS)))
		prq->ring = NULL;
	vtd_prq_free(prq);
}
