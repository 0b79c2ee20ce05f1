// SPDX-License-Identifier: GPL-2.0
/*
 * Invalidation queue engine (VT-d 6.5.2).
 *
 * Owns the ring, its slots and the answers to them.  A submitter takes slots
 * under a short lock and then waits, without the lock, on a cache line of its
 * own.  When the unit is free he rings the doorbell at once; otherwise he and
 * all who come while it is at work make one batch, with one doorbell and one
 * wait descriptor.  Must never wait for hardware under the lock, wait without
 * a bound, or take one submitter's error for another's.
 */
#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/processor.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <vtd/hw/regs.h>
#include <vtd/observe.h>
#include "hist.h"
#include "iommu-pages.h"
#include "qi.h"
#include "qi_ring.h"
#include "trace.h"

/* One page of descriptors of 16 bytes, or two of 32 bytes. */
#define VTD_QI_SLOTS 256

/*
 * A unit answers in microseconds.  Beyond this it is taken for dead, and the
 * caller keeps what it wanted to free.
 */
#define VTD_QI_TIMEOUT_NS (1000 * NSEC_PER_MSEC)

/*
 * But while a device is to forget something the unit waits for the device, and
 * gives up on it after a time of its own (6.5.2.10).
 */
#define VTD_QI_DEVICE_TIMEOUT_NS (10000 * NSEC_PER_MSEC)

/* How often a device may be the cause that its own invalidation is dropped. */
#define VTD_QI_DEVICE_TRIES 2

/* Polls between two looks at the clock and at the fault status. */
#define VTD_QI_POLLS 256

/* Polls between two looks at whether others need a hand. */
#define VTD_QI_HELP 64

/*
 * What is done at once under the lock, with interrupts off: slots that are
 * taken back, and submissions of one batch.
 */
#define VTD_QI_RECLAIM 32
#define VTD_QI_MEMBERS 64

/* Most polls that a batch is held back for more submissions to come. */
#define VTD_QI_HOLD 128U

/* How often a submission that the unit dropped is given to it again. */
#define VTD_QI_RETRIES 8

/**
 * vtd_qi_init() - allocate a queue
 * @qi: zeroed
 * @regs: registers of the unit, stay valid as long as the queue
 * @nid: NUMA node of the unit, or NUMA_NO_NODE
 * @coherent: the unit snoops CPU caches (ECAP.C)
 * @wide: descriptors of 256 bits, for a unit in scalable mode (6.5.2)
 *
 * Touches no register.
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM with nothing left allocated.
 */
int vtd_qi_init(struct vtd_qi *qi, const struct vtd_regs *regs, int nid,
		bool coherent, bool wide)
{
	qi->regs = regs;
	qi->coherent = coherent;
	qi->shift = wide ? 5 : 4;
	qi->slots = VTD_QI_SLOTS;
	raw_spin_lock_init(&qi->lock);
	qi->ring = iommu_alloc_pages_node_sz(nid, GFP_KERNEL,
					     vtd_qi_bytes(qi, qi->slots));
	qi->line = iommu_alloc_pages_node_sz(nid, GFP_KERNEL,
					     qi->slots * sizeof(*qi->line));
	qi->slot = kcalloc(qi->slots, sizeof(*qi->slot), GFP_KERNEL);
	if (qi->ring && qi->line && qi->slot) {
		qi->line_phys = virt_to_phys(qi->line);
		return 0;
	}
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
	kfree(qi->slot);
	if (qi->line)
		iommu_free_pages(qi->line);
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
	qi->open_nr = 0;
	qi->last_nr = 1;
	qi->last_polls = VTD_QI_HOLD;
	qi->dead = false;
	qi->gone = false;
	memset(qi->slot, 0, qi->slots * sizeof(*qi->slot));
	/* A last batch that is complete. */
	qi->last = 0;
	WRITE_ONCE(qi->line[0].done, qi->seq);
	vtd_write64(qi->regs, VTD_IQT, 0);
	vtd_write64(qi->regs, VTD_IQA, vtd_qi_iqa(qi));
}

/* Tell all who have a part in a batch that it is complete. */
static void vtd_qi_tell(struct vtd_qi *qi, u32 first)
{
	u32 wait = vtd_qi_wait_slot(qi, first);
	u32 at = first;

	lockdep_assert_held(&qi->lock);

	for (; at != wait; at = vtd_qi_next(qi, at, qi->slot[at].length))
		/* After what the unit wrote; see vtd_qi_done(). */
		smp_store_release(&qi->line[at].done, qi->slot[first].expect);
	WRITE_ONCE(qi->slot[first].shared, false);
}

/* Has each submission of a batch read what became of it? */
static bool vtd_qi_judged(const struct vtd_qi *qi, u32 first)
{
	u32 wait = vtd_qi_wait_slot(qi, first);
	u32 at = first;

	for (; at != wait; at = vtd_qi_next(qi, at, qi->slot[at].length))
		if (qi->slot[at].verdict != VTD_QI_FINE)
			return false;
	return true;
}

static u32 vtd_qi_free_slots(const struct vtd_qi *qi)
{
	/* One slot stays empty: head == tail means an empty ring. */
	return (qi->head - qi->tail - 1) & (qi->slots - 1);
}

/*
 * Take back the slots of finished batches, oldest first, until there is room
 * for @nr descriptors and a wait descriptor, and some more.
 */
static void vtd_qi_reclaim(struct vtd_qi *qi, unsigned int nr)
{
	u32 enough = max(nr, VTD_QI_RECLAIM);

	lockdep_assert_held(&qi->lock);

	while (qi->head != vtd_qi_end(qi) && vtd_qi_free_slots(qi) <= enough) {
		u32 first = qi->head;

		if (!vtd_qi_done(qi, first, qi->slot[first].expect))
			return;
		if (qi->slot[first].shared)
			vtd_qi_tell(qi, first);
		if (!vtd_qi_judged(qi, first))
			return;
		qi->head = vtd_qi_next(qi, first, qi->slot[first].batch);
	}
}

static noinline void vtd_qi_flush_wrapped(struct vtd_qi *qi, u32 first, u32 nr)
{
	u32 run = qi->slots - first;

	vtd_flush_cache(vtd_qi_at(qi, first), vtd_qi_bytes(qi, run));
	vtd_flush_cache(qi->ring, vtd_qi_bytes(qi, nr - run));
}

/*
 * Write back the @nr slots from @first on, for a unit that does not snoop.
 * The ring may wrap between them.
 */
static inline void vtd_qi_flush_slots(struct vtd_qi *qi, u32 first, u32 nr)
{
	if (qi->coherent)
		return;
	/* The ring begins and ends with a line: these do not wrap. */
	if (likely(vtd_qi_bytes(qi, first) % VTD_LINE + vtd_qi_bytes(qi, nr) <=
		   VTD_LINE))
		vtd_flush_line(vtd_qi_at(qi, first));
	else if (likely(nr <= qi->slots - first))
		vtd_flush_cache(vtd_qi_at(qi, first), vtd_qi_bytes(qi, nr));
	else
		vtd_qi_flush_wrapped(qi, first, nr);
}

/* Is there room for @nr descriptors and a wait descriptor? */
static inline bool vtd_qi_has_room(struct vtd_qi *qi, unsigned int nr)
{
	lockdep_assert_held(&qi->lock);

	if (likely(vtd_qi_free_slots(qi) > nr))
		return true;
	vtd_qi_reclaim(qi, nr);
	return vtd_qi_free_slots(qi) > nr;
}

/*
 * Is the unit through with all that it was given?  A hint without the lock.
 * The slot of the last batch may by now be one of the open batch: its line says
 * no less than that the last is complete.
 */
static inline bool vtd_qi_idle(const struct vtd_qi *qi)
{
	return vtd_qi_done(qi, READ_ONCE(qi->last), READ_ONCE(qi->seq));
}

/* A submission that begins at the tail, as part of the next batch. */
static inline u32 vtd_qi_enter(struct vtd_qi *qi, unsigned int nr)
{
	u32 first = qi->tail, seq = qi->seq + 1;
	struct vtd_qi_slot *slot = &qi->slot[first];

	lockdep_assert_held(&qi->lock);

	WRITE_ONCE(slot->expect, seq);
	slot->length = nr;
	/* What stands there from 2^31 batches ago would look like ahead. */
	WRITE_ONCE(qi->line[first].done, seq - 1);
	qi->tail = vtd_qi_next(qi, first, nr);
	qi->stats.submissions++;
	return first;
}

/*
 * Put a wait descriptor behind the @nr slots from @first to the tail, and have
 * the unit execute them all.  It writes the number of the batch into the line
 * of the first slot.
 */
static __always_inline void vtd_qi_ring(struct vtd_qi *qi, u32 first, u32 nr,
					unsigned int members)
{
	struct vtd_qi_slot *slot = &qi->slot[first];
	u32 seq = qi->seq + 1, tail = qi->tail;
	struct vtd_qi_desc last;

	lockdep_assert_held(&qi->lock);

	WRITE_ONCE(qi->seq, seq);
	last = vtd_qi_wait(vtd_qi_line_phys(qi, first), seq);
	vtd_qi_write_slot(qi, tail, &last);
	vtd_qi_flush_slots(qi, first, nr + 1);

	slot->batch = nr + 1;
	WRITE_ONCE(slot->shared, members > 1);
	WRITE_ONCE(qi->last, first);
	WRITE_ONCE(qi->last_nr, members);
	tail = vtd_qi_next(qi, tail, 1);
	qi->tail = tail;
	qi->stats.descriptors += nr + 1;
	qi->stats.doorbells++;
	/* The register write orders the descriptors before it (x86 UC store). */
	vtd_write64(qi->regs, VTD_IQT, vtd_qi_bytes(qi, tail));
}

/* Give the open batch to the unit. */
static void vtd_qi_ring_open(struct vtd_qi *qi)
{
	unsigned int members = qi->open_nr;

	WRITE_ONCE(qi->open_nr, 0);
	vtd_qi_ring(qi, qi->open, (qi->tail - qi->open) & (qi->slots - 1),
		    members);
}

/**
 * struct vtd_qi_ticket - a submission on its way
 * @first: its first slot, whose line is polled
 * @batch: first slot of its batch
 * @seq: number of its batch
 */
struct vtd_qi_ticket {
	u32 first;
	u32 batch;
	u32 seq;
};

/*
 * Those of a batch that has ended will soon be back.  Shall the next batch,
 * which could begin now, be held back for them?  Not where the last ones were
 * held back in vain.
 */
static bool vtd_qi_more_to_come(struct vtd_qi *qi)
{
	if (qi->last_nr <= 1)
		return false;
	if (!READ_ONCE(qi->skip))
		return true;
	WRITE_ONCE(qi->skip, qi->skip - 1);
	return false;
}

/* The open batch may be given to the unit, best with @want submissions. */
static void vtd_qi_give_turn(struct vtd_qi *qi, u32 want)
{
	WRITE_ONCE(qi->want, want);
	WRITE_ONCE(qi->line[qi->open].turn, qi->slot[qi->open].expect);
}

/*
 * Queue @nr descriptors.  While the unit is at work on others' they wait for
 * all who come meanwhile: one doorbell and one wait descriptor will do for
 * them.  Returns 0, or -EAGAIN when the ring is full.
 */
static int vtd_qi_queue(struct vtd_qi *qi, const struct vtd_qi_desc *desc,
			unsigned int nr, struct vtd_qi_ticket *ticket)
{
	bool idle = vtd_qi_idle(qi);
	unsigned int i;

	if (!vtd_qi_has_room(qi, nr))
		return -EAGAIN;
	for (i = 0; i < nr; i++) {
		vtd_qi_write_slot(qi, vtd_qi_next(qi, qi->tail, i), &desc[i]);
		qi->stats.kind[vtd_qi_kind_of(&desc[i])]++;
	}
	ticket->seq = qi->seq + 1;
	ticket->first = vtd_qi_enter(qi, nr);
	ticket->batch = ticket->first;
	if (qi->open_nr) {
		ticket->batch = qi->open;
		WRITE_ONCE(qi->open_nr, qi->open_nr + 1);
		if (qi->open_nr == VTD_QI_MEMBERS)
			vtd_qi_ring_open(qi);
	} else if (idle && !vtd_qi_more_to_come(qi)) {
		vtd_qi_ring(qi, ticket->first, nr, 1);
	} else {
		qi->open = ticket->first;
		WRITE_ONCE(qi->open_nr, 1);
		if (idle)
			vtd_qi_give_turn(qi, qi->last_nr);
	}
	return 0;
}

/* What a wait took; @sampled: one of those that are timed whatever they take. */
static void vtd_qi_note_wait(struct vtd_qi *qi, u64 ns, bool sampled)
{
	unsigned int bucket = vtd_time_bucket(ns, 8, VTD_QI_BUCKETS);
	unsigned long flags;

	raw_spin_lock_irqsave(&qi->lock, flags);
	qi->stats.max_ns = max(qi->stats.max_ns, ns);
	if (sampled) {
		qi->stats.timed++;
		qi->stats.timed_ns += ns;
		qi->stats.bucket[bucket]++;
	} else {
		qi->stats.slow++;
	}
	raw_spin_unlock_irqrestore(&qi->lock, flags);
}

/*
 * Has a wait gone on for too long?  Its first call, that starts the clock,
 * comes late: most answers are there before it is worth looking.
 */
static bool vtd_qi_too_long(const struct vtd_qi *qi, u64 *deadline)
{
	u64 now = ktime_get_mono_fast_ns();

	if (!*deadline)
		*deadline = now + VTD_QI_TIMEOUT_NS;
	if (now <= *deadline)
		return false;
	return !atomic_read(&qi->devices) ||
	       now > *deadline + VTD_QI_DEVICE_TIMEOUT_NS;
}

/*
 * A batch is complete: tell the others of it, and the next one that its turn
 * has come; read, and give back, what became of the submission itself.
 */
static enum vtd_qi_verdict vtd_qi_leave(struct vtd_qi *qi,
					const struct vtd_qi_ticket *ticket,
					unsigned int polls)
{
	struct vtd_qi_slot *slot = &qi->slot[ticket->first];
	enum vtd_qi_verdict verdict = VTD_QI_FINE;
	bool began = ticket->first == ticket->batch;
	unsigned long flags;

	if (READ_ONCE(slot->verdict) == VTD_QI_FINE &&
	    !(began && (READ_ONCE(qi->open_nr) || READ_ONCE(slot->shared))))
		return VTD_QI_FINE;
	raw_spin_lock_irqsave(&qi->lock, flags);
	/* The slot may be another's by now; then ours went well. */
	if (slot->expect == ticket->seq) {
		verdict = slot->verdict;
		WRITE_ONCE(slot->verdict, VTD_QI_FINE);
		if (slot->shared && began)
			vtd_qi_tell(qi, ticket->first);
	}
	if (began && polls)
		WRITE_ONCE(qi->last_polls, polls);
	if (qi->open_nr && vtd_qi_idle(qi))
		vtd_qi_give_turn(qi, qi->open_nr + qi->last_nr);
	raw_spin_unlock_irqrestore(&qi->lock, flags);
	return verdict;
}

/*
 * Wait a little for more submissions: at most as long as the unit was waited
 * for the last time, which is what a round trip less saves.
 */
static void vtd_qi_hold(struct vtd_qi *qi)
{
	unsigned int polls = min(READ_ONCE(qi->last_polls), VTD_QI_HOLD);
	u32 had = READ_ONCE(qi->open_nr), nr = had;
	u32 want = READ_ONCE(qi->want), skips = READ_ONCE(qi->skip);

	if (skips) {
		WRITE_ONCE(qi->skip, skips - 1);
		return;
	}
	for (; polls; polls--) {
		nr = READ_ONCE(qi->open_nr);
		if (!nr || nr >= want)
			break;
		cpu_relax();
	}
	skips = nr > had ? 0 : min(READ_ONCE(qi->skips) * 2 + 1, 15U);
	WRITE_ONCE(qi->skips, skips);
	WRITE_ONCE(qi->skip, skips);
}

/* Give the batch to the unit if it is still open and the unit is free. */
static void vtd_qi_take_turn(struct vtd_qi *qi,
			     const struct vtd_qi_ticket *ticket)
{
	unsigned long flags;

	if (!READ_ONCE(qi->open_nr) || !vtd_qi_idle(qi))
		return;
	raw_spin_lock_irqsave(&qi->lock, flags);
	if (qi->open_nr && qi->seq + 1 == ticket->seq && vtd_qi_idle(qi))
		vtd_qi_ring_open(qi);
	raw_spin_unlock_irqrestore(&qi->lock, flags);
}

/* Nothing more is submitted; gives @why back. */
static int vtd_qi_give_up(struct vtd_qi *qi, int why)
{
	if (why == -ENXIO)
		WRITE_ONCE(qi->gone, true);
	/* Who finds it dead finds out why. */
	smp_store_release(&qi->dead, true);
	return why;
}

/* The queue has been given up before. */
static int vtd_qi_stopped(const struct vtd_qi *qi)
{
	return READ_ONCE(qi->gone) ? -ENXIO : -EIO;
}

/* The rare look: is the unit all right?  Returns an errno when it is not. */
static int vtd_qi_look(struct vtd_qi *qi, u64 *deadline)
{
	int more = vtd_read32(qi->regs, VTD_FSTS) & VTD_QI_ERRORS;
	unsigned long flags;

	/* Pairs with vtd_qi_give_up(). */
	if (smp_load_acquire(&qi->dead))
		return vtd_qi_stopped(qi);
	while (more > 0) {
		raw_spin_lock_irqsave(&qi->lock, flags);
		more = vtd_qi_recover(qi);
		raw_spin_unlock_irqrestore(&qi->lock, flags);
	}
	if (more < 0)
		return vtd_qi_give_up(qi, more);
	if (!vtd_qi_too_long(qi, deadline))
		return 0;
	return vtd_qi_give_up(qi, -ETIMEDOUT);
}

/*
 * Wait for a batch to be complete, without the lock.  Who began it gives it to
 * the unit and tells the others.  Should that one be kept from running, any of
 * the others does it for him.
 */
static int vtd_qi_wait_for(struct vtd_qi *qi,
			   const struct vtd_qi_ticket *ticket)
{
	struct vtd_qi_line *line = &qi->line[ticket->first];
	/* One of a batch looks at the unit's registers, the others seldom. */
	unsigned int look = ticket->first == ticket->batch ? VTD_QI_POLLS :
							     4 * VTD_QI_POLLS;
	unsigned int polls = 0;
	bool given = false;
	u64 deadline = 0;
	int ret;

	while (!vtd_qi_done(qi, ticket->first, ticket->seq)) {
		polls++;
		if (READ_ONCE(line->turn) == ticket->seq) {
			WRITE_ONCE(line->turn, ticket->seq - 1);
			vtd_qi_hold(qi);
			vtd_qi_take_turn(qi, ticket);
		} else if (polls % VTD_QI_HELP == 0) {
			if (vtd_qi_done(qi, ticket->batch, ticket->seq))
				break;
			vtd_qi_take_turn(qi, ticket);
		}
		cpu_relax();
		if (polls % look)
			continue;
		/* The unit's time counts from when it was given the batch. */
		if (!given && vtd_qi_reached(READ_ONCE(qi->seq), ticket->seq)) {
			given = true;
			deadline = 0;
		}
		ret = vtd_qi_look(qi, &deadline);
		if (ret)
			return ret;
	}
	/* The clock was started at the first look. */
	if (unlikely(deadline))
		vtd_qi_note_wait(qi,
				 ktime_get_mono_fast_ns() + VTD_QI_TIMEOUT_NS -
					 deadline,
				 false);
	switch (vtd_qi_leave(qi, ticket, polls)) {
	case VTD_QI_RETRY:
		return -EAGAIN;
	case VTD_QI_REFUSED:
		return -EINVAL;
	default:
		return 0;
	}
}

/* The wait for one batch of some is timed. */
static int vtd_qi_wait_sampled(struct vtd_qi *qi,
			       const struct vtd_qi_ticket *ticket)
{
	u64 start;
	int ret;

	if (likely(ticket->seq % VTD_QI_TIMED))
		return vtd_qi_wait_for(qi, ticket);
	start = ktime_get_mono_fast_ns();
	ret = vtd_qi_wait_for(qi, ticket);
	vtd_qi_note_wait(qi, ktime_get_mono_fast_ns() - start, true);
	return ret;
}

static int vtd_qi_submit_once(struct vtd_qi *qi, const struct vtd_qi_desc *desc,
			      unsigned int nr)
{
	struct vtd_qi_ticket ticket;
	u64 deadline = 0;
	unsigned long flags;
	int ret, more = 0;

	for (;;) {
		/* Pairs with vtd_qi_give_up(). */
		if (smp_load_acquire(&qi->dead))
			return vtd_qi_stopped(qi);
		raw_spin_lock_irqsave(&qi->lock, flags);
		ret = vtd_qi_queue(qi, desc, nr, &ticket);
		if (ret == -EAGAIN)
			more = vtd_qi_recover(qi);
		raw_spin_unlock_irqrestore(&qi->lock, flags);
		if (!ret)
			return vtd_qi_wait_sampled(qi, &ticket);
		if (more < 0)
			return vtd_qi_give_up(qi, more);
		if (vtd_qi_too_long(qi, &deadline))
			return vtd_qi_give_up(qi, -ETIMEDOUT);
		cpu_relax();
	}
}

static void vtd_qi_note_retry(struct vtd_qi *qi)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&qi->lock, flags);
	qi->stats.retries++;
	raw_spin_unlock_irqrestore(&qi->lock, flags);
}

/*
 * A submission was dropped since a device did not answer in time.  Was it
 * the device that it was for?  Older units do not tell which one it was (ITESID
 * is 0).
 */
static bool vtd_qi_to_blame(const struct vtd_qi *qi,
			    const struct vtd_qi_desc *desc, unsigned int nr)
{
	u16 sid, guilty = READ_ONCE(qi->timed_out);
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (vtd_qi_for_device(&desc[i], &sid) &&
		    (!guilty || guilty == sid))
			return true;
	return false;
}

/* vtd_qi_submit(), with descriptors for devices among @desc or not. */
static int vtd_qi_submit_all(struct vtd_qi *qi, const struct vtd_qi_desc *desc,
			     unsigned int nr)
{
	unsigned int tries = 0, blamed = 0;
	int ret;

	do {
		ret = vtd_qi_submit_once(qi, desc, nr);
		if (likely(ret != -EAGAIN))
			return ret;
		vtd_qi_note_retry(qi);
		if (vtd_qi_to_blame(qi, desc, nr) &&
		    ++blamed == VTD_QI_DEVICE_TRIES)
			return -ETIME;
	} while (++tries < VTD_QI_RETRIES);
	return vtd_qi_give_up(qi, -EIO);
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
 * @desc; -ETIME when a device that one of them was for does not answer: nothing
 * else is wrong then; -EIO when the queue had stopped before; -ETIMEDOUT when the unit did
 * not answer within a second, after which the queue is stopped; -ENXIO when its
 * registers read as all ones: it has gone, and so has the queue.  After any
 * error a stale translation may live on: nothing it reaches may be freed.
 */
int vtd_qi_submit(struct vtd_qi *qi, const struct vtd_qi_desc *desc,
		  unsigned int nr)
{
	u64 start = 0;
	bool device;
	u16 sid;
	int ret;

	if (WARN_ON_ONCE(!nr || nr > VTD_QI_BATCH))
		return -EINVAL;
	trace_vtd_queue_submit(qi->name, desc, nr);
	if (trace_vtd_queue_wait_enabled())
		start = ktime_get_mono_fast_ns();
	/* The first tells: they come one by one. */
	device = vtd_qi_for_device(desc, &sid);
	if (device)
		atomic_inc(&qi->devices);
	ret = vtd_qi_submit_all(qi, desc, nr);
	if (device)
		atomic_dec(&qi->devices);
	if (start)
		trace_vtd_queue_wait(qi->name, ktime_get_mono_fast_ns() - start,
				     ret);
	return ret;
}

/* By value to here, so that the short way needs no frame for it. */
static noinline int vtd_qi_submit_copy(struct vtd_qi *qi,
				       struct vtd_qi_desc desc)
{
	return vtd_qi_submit(qi, &desc, 1);
}

/* The answer to a submission that did not come at once, or not alone. */
static noinline int vtd_qi_wait_long(struct vtd_qi *qi, struct vtd_qi_desc desc,
				     u32 first, u32 seq)
{
	const struct vtd_qi_ticket ticket = { first, first, seq };
	int ret = vtd_qi_wait_sampled(qi, &ticket);

	if (likely(ret != -EAGAIN))
		return ret;
	vtd_qi_note_retry(qi);
	return vtd_qi_submit_copy(qi, desc);
}

/**
 * vtd_qi_submit_one() - have the unit execute one descriptor, and wait for it
 * @qi: the queue, enabled in hardware
 * @desc: the descriptor; not for a device, which may be slow
 *
 * As vtd_qi_submit() with one descriptor, and the shortest way to it: every
 * strict unmap goes here.
 *
 * Context: as vtd_qi_submit().
 * Return: as vtd_qi_submit().
 */
int vtd_qi_submit_one(struct vtd_qi *qi, struct vtd_qi_desc desc)
{
	unsigned int polls = VTD_QI_POLLS;
	unsigned long flags;
	u32 first, seq;

	if (unlikely(READ_ONCE(qi->dead)))
		return vtd_qi_submit_copy(qi, desc);
	if (trace_vtd_queue_submit_enabled() || trace_vtd_queue_wait_enabled())
		return vtd_qi_submit_copy(qi, desc);
	raw_spin_lock_irqsave(&qi->lock, flags);
	if (unlikely(qi->open_nr || qi->last_nr > 1 || !vtd_qi_idle(qi) ||
		     !vtd_qi_has_room(qi, 1))) {
		raw_spin_unlock_irqrestore(&qi->lock, flags);
		return vtd_qi_submit_copy(qi, desc);
	}
	vtd_qi_write_slot(qi, qi->tail, &desc);
	qi->stats.kind[desc.w[0] % VTD_QI_KINDS]++;
	seq = qi->seq + 1;
	first = vtd_qi_enter(qi, 1);
	vtd_qi_ring(qi, first, 1, 1);
	raw_spin_unlock_irqrestore(&qi->lock, flags);

	if (unlikely(seq % VTD_QI_TIMED == 0))
		return vtd_qi_wait_long(qi, desc, first, seq);
	while (!vtd_qi_done(qi, first, seq) && --polls)
		cpu_relax();
	if (unlikely(!polls ||
		     READ_ONCE(qi->slot[first].verdict) != VTD_QI_FINE ||
		     READ_ONCE(qi->open_nr)))
		return vtd_qi_wait_long(qi, desc, first, seq);
	return 0;
}
