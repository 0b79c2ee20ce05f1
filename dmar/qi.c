// SPDX-License-Identifier: GPL-2.0
/*
 * Invalidation queue engine (VT-d 6.5.2).
 *
 * Owns the ring, its slots and the answers to them.  A submitter takes slots
 * under a short lock, rings the doorbell and then waits, without the lock, on
 * a status word of its own.  Must never wait for hardware under the lock, wait
 * without a bound, or take one submitter's error for another's.
 */
#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/processor.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <vtd/hw/regs.h>
#include <vtd/observe.h>
#include "iommu-pages.h"
#include "qi.h"

/* 256 descriptors of 16 bytes: one page, VTD_IQA_QS = 0. */
#define VTD_QI_SLOTS 256

/*
 * A unit answers in microseconds.  Beyond this it is taken for dead, and the
 * caller keeps what it wanted to free.
 */
#define VTD_QI_TIMEOUT_NS (1000 * NSEC_PER_MSEC)

/* Polls between two looks at the clock and at the fault status. */
#define VTD_QI_POLLS 256

/* How often a submission that the unit dropped is given to it again. */
#define VTD_QI_RETRIES 8

static u32 *vtd_qi_status(const struct vtd_qi *qi, u32 slot)
{
	return qi->status + slot * VTD_QI_STATUS_STRIDE;
}

static u32 vtd_qi_next(const struct vtd_qi *qi, u32 slot, u32 by)
{
	return (slot + by) & (qi->slots - 1);
}

/* Sequence numbers wrap; a later one is less than 2^31 ahead. */
static bool vtd_qi_reached(u32 seen, u32 wanted)
{
	return (s32)(seen - wanted) >= 0;
}

/**
 * vtd_qi_init() - allocate a queue
 * @qi: zeroed
 * @regs: registers of the unit, stay valid as long as the queue
 * @nid: NUMA node of the unit, or NUMA_NO_NODE
 * @coherent: the unit snoops CPU caches (ECAP.C)
 *
 * Touches no register.
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM with nothing left allocated.
 */
int vtd_qi_init(struct vtd_qi *qi, const struct vtd_regs *regs, int nid,
		bool coherent)
{
	qi->regs = regs;
	qi->coherent = coherent;
	qi->slots = VTD_QI_SLOTS;
	raw_spin_lock_init(&qi->lock);
	qi->ring = iommu_alloc_pages_node_sz(nid, GFP_KERNEL,
					     qi->slots * sizeof(*qi->ring));
	qi->status = iommu_alloc_pages_node_sz(
		nid, GFP_KERNEL, qi->slots * VTD_QI_STATUS_STRIDE);
	qi->length = kcalloc(qi->slots, sizeof(*qi->length), GFP_KERNEL);
	qi->expect = kcalloc(qi->slots, sizeof(*qi->expect), GFP_KERNEL);
	qi->verdict = kcalloc(qi->slots, sizeof(*qi->verdict), GFP_KERNEL);
	if (qi->ring && qi->status && qi->length && qi->expect && qi->verdict)
		return 0;
	vtd_qi_destroy(qi);
	return -ENOMEM;
}

/**
 * vtd_qi_destroy() - free a queue
 * @qi: switched off in hardware, or never switched on
 *
 * Context: may sleep.
 */
void vtd_qi_destroy(struct vtd_qi *qi)
{
	kfree(qi->verdict);
	kfree(qi->expect);
	kfree(qi->length);
	if (qi->status)
		iommu_free_pages(qi->status);
	if (qi->ring)
		iommu_free_pages(qi->ring);
	memset(qi, 0, sizeof(*qi));
}

/**
 * vtd_qi_program() - give the empty queue to the unit
 * @qi: the queue; no submitter is active
 *
 * Writes IQT and IQA (11.4.9.2, 11.4.9.3).  The caller enables the queue
 * (GCMD.QIE) after it; hardware starts at slot 0.
 *
 * Context: any.
 */
void vtd_qi_program(struct vtd_qi *qi)
{
	qi->head = 0;
	qi->tail = 0;
	qi->dead = false;
	memset(qi->verdict, VTD_QI_FINE, qi->slots * sizeof(*qi->verdict));
	vtd_write64(qi->regs, VTD_IQT, 0);
	vtd_write64(qi->regs, VTD_IQA, virt_to_phys(qi->ring));
}

/* Take back the slots of finished submissions, oldest first. */
static void vtd_qi_reclaim(struct vtd_qi *qi)
{
	lockdep_assert_held(&qi->lock);

	while (qi->head != qi->tail) {
		u32 length = qi->length[qi->head];
		u32 wait = vtd_qi_next(qi, qi->head, length - 1);

		/* A verdict stays until its submitter has read it. */
		if (qi->verdict[wait] != VTD_QI_FINE)
			return;
		if (!vtd_qi_reached(READ_ONCE(*vtd_qi_status(qi, wait)),
				    qi->expect[wait]))
			return;
		qi->head = vtd_qi_next(qi, qi->head, length);
	}
}

static u32 vtd_qi_free_slots(const struct vtd_qi *qi)
{
	/* One slot stays empty: head == tail means an empty ring. */
	return (qi->head - qi->tail - 1) & (qi->slots - 1);
}

static void vtd_qi_write_slot(struct vtd_qi *qi, u32 slot,
			      const struct vtd_qi_desc *desc)
{
	vtd_hw_store64(&qi->ring[slot].w[0], desc->w[0]);
	vtd_hw_store64(&qi->ring[slot].w[1], desc->w[1]);
}

/*
 * Write back the @nr slots from @first on, for a unit that does not snoop.
 * The ring may wrap between them.
 */
static void vtd_qi_flush_slots(struct vtd_qi *qi, u32 first, u32 nr)
{
	u32 run = min(nr, qi->slots - first);

	if (qi->coherent)
		return;
	vtd_flush_cache(&qi->ring[first], run * sizeof(*qi->ring));
	if (run < nr)
		vtd_flush_cache(qi->ring, (nr - run) * sizeof(*qi->ring));
}

/*
 * Queue @nr descriptors and a wait descriptor.  Returns the slot of the wait
 * descriptor and its number in @seq, or -EAGAIN when the ring is full.
 */
static int vtd_qi_queue(struct vtd_qi *qi, const struct vtd_qi_desc *desc,
			unsigned int nr, u32 *seq)
{
	u32 first = qi->tail;
	u32 wait = vtd_qi_next(qi, first, nr);
	struct vtd_qi_desc last;
	unsigned int i;

	lockdep_assert_held(&qi->lock);

	if (vtd_qi_free_slots(qi) < nr + 1)
		vtd_qi_reclaim(qi);
	if (vtd_qi_free_slots(qi) < nr + 1)
		return -EAGAIN;

	*seq = ++qi->seq;
	qi->length[first] = nr + 1;
	qi->expect[wait] = *seq;
	/* What stands there from 2^31 submissions ago would look like ahead. */
	WRITE_ONCE(*vtd_qi_status(qi, wait), *seq - 1);
	for (i = 0; i < nr; i++)
		vtd_qi_write_slot(qi, vtd_qi_next(qi, first, i), &desc[i]);
	last = vtd_qi_wait(virt_to_phys(vtd_qi_status(qi, wait)), *seq);
	vtd_qi_write_slot(qi, wait, &last);
	vtd_qi_flush_slots(qi, first, nr + 1);

	qi->tail = vtd_qi_next(qi, wait, 1);
	qi->stats.descriptors += nr + 1;
	qi->stats.doorbells++;
	/* The register write orders the descriptors before it (x86 UC store). */
	vtd_write64(qi->regs, VTD_IQT, (u64)qi->tail * sizeof(*qi->ring));
	return wait;
}

/* Is @slot at or after @from and before @to, going round the ring? */
static bool vtd_qi_within(const struct vtd_qi *qi, u32 slot, u32 from, u32 to)
{
	u32 mask = qi->slots - 1;

	return ((slot - from) & mask) < ((to - from) & mask);
}

/*
 * The unit stands at a descriptor it does not accept (6.5.2.10, IQE).  Make a
 * harmless one of it and blame the submission it belongs to; what was queued
 * behind is executed as soon as the error is cleared.
 */
static void vtd_qi_refused(struct vtd_qi *qi, u32 hw_head)
{
	struct vtd_qi_desc harmless;
	u32 at = qi->head;

	/*
	 * A wait descriptor for the number that slot had last: the number of
	 * this submission where it is the one to be waited for, an old one,
	 * that nobody waits for, anywhere else.
	 */
	harmless = vtd_qi_wait(virt_to_phys(vtd_qi_status(qi, hw_head)),
			       qi->expect[hw_head]);
	while (at != qi->tail) {
		u32 end = vtd_qi_next(qi, at, qi->length[at]);
		u32 wait = vtd_qi_next(qi, end, qi->slots - 1);

		if (vtd_qi_within(qi, hw_head, at, end)) {
			WRITE_ONCE(qi->verdict[wait], VTD_QI_REFUSED);
			vtd_qi_write_slot(qi, hw_head, &harmless);
			vtd_qi_flush_slots(qi, hw_head, 1);
			return;
		}
		at = end;
	}
}

/*
 * A device did not answer an invalidation in time (6.5.2.10, ITE).  The unit
 * has dropped every wait descriptor that it had fetched and not completed:
 * their submitters start again.
 */
static void vtd_qi_dropped(struct vtd_qi *qi, u32 hw_head)
{
	u32 at = qi->head;

	while (at != qi->tail) {
		u32 end = vtd_qi_next(qi, at, qi->length[at]);
		u32 wait = vtd_qi_next(qi, end, qi->slots - 1);

		if (!vtd_qi_within(qi, wait, qi->head, hw_head))
			return;
		if (qi->verdict[wait] == VTD_QI_FINE &&
		    !vtd_qi_reached(READ_ONCE(*vtd_qi_status(qi, wait)),
				    qi->expect[wait]))
			WRITE_ONCE(qi->verdict[wait], VTD_QI_RETRY);
		at = end;
	}
}

/* Look at the fault status and put right what stops the queue. */
static void vtd_qi_recover(struct vtd_qi *qi)
{
	u32 fsts, hw_head;

	lockdep_assert_held(&qi->lock);

	fsts = vtd_read32(qi->regs, VTD_FSTS) &
	       (VTD_FSTS_IQE | VTD_FSTS_ITE | VTD_FSTS_ICE);
	if (likely(!fsts))
		return;
	qi->stats.errors++;
	hw_head = vtd_read64(qi->regs, VTD_IQH) / sizeof(*qi->ring);
	if (hw_head < qi->slots) {
		if (fsts & VTD_FSTS_IQE)
			vtd_qi_refused(qi, hw_head);
		if (fsts & VTD_FSTS_ITE)
			vtd_qi_dropped(qi, hw_head);
	}
	/* Only after the ring is right again: clearing restarts the unit. */
	vtd_write32(qi->regs, VTD_FSTS, fsts);
}

/* Read, and give back, what was found out about submission @seq. */
static enum vtd_qi_verdict vtd_qi_verdict(struct vtd_qi *qi, u32 wait, u32 seq)
{
	enum vtd_qi_verdict verdict = VTD_QI_FINE;
	unsigned long flags;

	/* The slot may be another's by now; then ours went well. */
	if (likely(READ_ONCE(qi->verdict[wait]) == VTD_QI_FINE))
		return VTD_QI_FINE;
	raw_spin_lock_irqsave(&qi->lock, flags);
	if (qi->expect[wait] == seq) {
		verdict = qi->verdict[wait];
		if (verdict == VTD_QI_RETRY)
			/* No one else will write it: let the slots go. */
			WRITE_ONCE(*vtd_qi_status(qi, wait), seq);
		WRITE_ONCE(qi->verdict[wait], VTD_QI_FINE);
	}
	raw_spin_unlock_irqrestore(&qi->lock, flags);
	return verdict;
}

/*
 * Has a wait gone on for too long?  Its first call, that starts the clock,
 * comes late: most answers are there before it is worth looking.
 */
static bool vtd_qi_too_long(u64 *deadline)
{
	u64 now = ktime_get_mono_fast_ns();

	if (!*deadline)
		*deadline = now + VTD_QI_TIMEOUT_NS;
	return now > *deadline;
}

/* Wait for the unit to write @seq, without the lock. */
static int vtd_qi_wait_for(struct vtd_qi *qi, u32 wait, u32 seq)
{
	u64 deadline = 0;
	const u32 *status = vtd_qi_status(qi, wait);
	unsigned int polls = 0;
	unsigned long flags;

	while (!vtd_qi_reached(READ_ONCE(*status), seq)) {
		if (READ_ONCE(qi->verdict[wait]) == VTD_QI_RETRY)
			break;
		cpu_relax();
		if (++polls % VTD_QI_POLLS)
			continue;
		if (READ_ONCE(qi->dead))
			return -EIO;
		raw_spin_lock_irqsave(&qi->lock, flags);
		vtd_qi_recover(qi);
		raw_spin_unlock_irqrestore(&qi->lock, flags);
		if (vtd_qi_too_long(&deadline)) {
			WRITE_ONCE(qi->dead, true);
			return -ETIMEDOUT;
		}
	}
	switch (vtd_qi_verdict(qi, wait, seq)) {
	case VTD_QI_RETRY:
		return -EAGAIN;
	case VTD_QI_REFUSED:
		return -EINVAL;
	default:
		return 0;
	}
}

static int vtd_qi_submit_once(struct vtd_qi *qi, const struct vtd_qi_desc *desc,
			      unsigned int nr)
{
	u64 deadline = 0;
	unsigned long flags;
	u32 seq = 0;
	int wait;

	for (;;) {
		if (READ_ONCE(qi->dead))
			return -EIO;
		raw_spin_lock_irqsave(&qi->lock, flags);
		wait = vtd_qi_queue(qi, desc, nr, &seq);
		if (wait == -EAGAIN)
			vtd_qi_recover(qi);
		raw_spin_unlock_irqrestore(&qi->lock, flags);
		if (wait >= 0)
			return vtd_qi_wait_for(qi, wait, seq);
		if (vtd_qi_too_long(&deadline)) {
			WRITE_ONCE(qi->dead, true);
			return -ETIMEDOUT;
		}
		cpu_relax();
	}
}

/**
 * vtd_qi_submit() - have the unit execute descriptors, and wait until it has
 * @qi: the queue, enabled in hardware
 * @desc: @nr descriptors, in the order the specification wants them (6.5.2)
 * @nr: 1 to VTD_QI_BATCH
 *
 * Several callers may submit at once.  The caller's interrupt state is kept
 * while waiting; no lock is held then.
 *
 * Context: any that may spin for the unit's answer; does not sleep.
 * Return: 0 once the effect is complete; -EINVAL when the unit refused one of
 * @desc; -EIO when the queue had stopped before; -ETIMEDOUT when the unit did
 * not answer within a second, after which the queue is stopped.  After any
 * error a stale translation may live on: nothing it reaches may be freed.
 */
int vtd_qi_submit(struct vtd_qi *qi, const struct vtd_qi_desc *desc,
		  unsigned int nr)
{
	unsigned int tries = 0;
	int ret;

	if (WARN_ON_ONCE(!nr || nr > VTD_QI_BATCH))
		return -EINVAL;
	do {
		ret = vtd_qi_submit_once(qi, desc, nr);
	} while (ret == -EAGAIN && ++tries < VTD_QI_RETRIES);
	if (ret == -EAGAIN) {
		WRITE_ONCE(qi->dead, true);
		ret = -EIO;
	}
	return ret;
}
