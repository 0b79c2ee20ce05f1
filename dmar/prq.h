/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page requests of devices (PCIe PRI).
 */
#ifndef VTD_PRQ_H
#define VTD_PRQ_H

#include <linux/iommu.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include <vtd/hw/prq.h>

struct vtd_device;
struct vtd_domain;
struct vtd_unit;

/* Waits for an answer by length: up to 4 us, and twice as long each. */
#define VTD_PRQ_BUCKETS 16

/**
 * struct vtd_prq_stats - counters of a unit's page requests
 * @requests: taken from the ring
 * @responses: groups that were answered
 * @failed: of them, not with success
 * @refused: requests from whom none is expected, and ones that make no sense
 * @overflows: times that the ring was full
 * @max_ns: longest time from a group's last request to its answer
 * @bucket: such times, by length
 */
struct vtd_prq_stats {
	u64 requests;
	atomic64_t responses;
	atomic64_t failed;
	u64 refused;
	u64 overflows;
	u64 max_ns;
	atomic64_t bucket[VTD_PRQ_BUCKETS];
};

/**
 * struct vtd_prq - the page request queue of a unit (VT-d 7.4.1)
 * @unit: the unit (c)
 * @ring: what hardware writes (c)
 * @pages: its size, a power of two (c)
 * @irq: Linux interrupt number (c)
 * @iopf: the core's queue of what waits to be served (c)
 * @lock: who takes requests from the ring, and the devices that may send any
 * @granted: requests that devices may have outstanding, all in all (q)
 * @stats: counters
 *
 * (c) constant, (q) under @lock.
 */
struct vtd_prq {
	struct vtd_unit *unit;
	struct vtd_prq_desc *ring;
	unsigned int pages;
	unsigned int irq;
	struct iopf_queue *iopf;
	struct mutex lock;
	unsigned int granted;
	struct vtd_prq_stats stats;
};

/* What PQA holds for the queue (11.4.10.3). */
static inline u64 vtd_prq_pqa(const struct vtd_prq *prq)
{
	return virt_to_phys(prq->ring) | ilog2(prq->pages);
}

extern unsigned int vtd_prq_pages;

int vtd_prq_start(struct vtd_unit *unit);
void vtd_prq_stop(struct vtd_unit *unit);
void vtd_prq_restore(struct vtd_unit *unit);
int vtd_prq_respond(struct vtd_prq *prq, u16 sid, bool with_pasid, u32 pasid,
		    u32 group, unsigned int code);
void vtd_prq_take(struct vtd_prq *prq);

int vtd_device_serve(struct vtd_device *vdev, const struct vtd_domain *d);
void vtd_device_serve_no_more(struct vtd_device *vdev,
			      const struct vtd_domain *d);
void vtd_device_request(struct vtd_device *vdev, struct vtd_prq *prq,
			const struct vtd_prq_desc *desc);
void vtd_page_response(struct device *dev, struct iopf_fault *evt,
		       struct iommu_page_response *msg);

#endif /* VTD_PRQ_H */
