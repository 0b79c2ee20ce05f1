// SPDX-License-Identifier: GPL-2.0
/*
 * Errors of the invalidation queue (VT-d 6.5.2.10): whose they are, who starts
 * again, and how the unit goes on.
 *
 * Must never take one submitter's error for another's, and never let the unit go
 * on before the ring is right again.
 */
#include <linux/lockdep.h>

#include "qi_ring.h"

/* The submission of the batch at @first that @slot belongs to. */
static u32 vtd_qi_owner(const struct vtd_qi *qi, u32 first, u32 slot)
{
	u32 wait = vtd_qi_wait_slot(qi, first);
	u32 at = first, next;

	for (; at != wait; at = next) {
		next = vtd_qi_next(qi, at, qi->slot[at].length);
		if (vtd_qi_within(qi, slot, at, next))
			return at;
	}
	/* The wait descriptor: who began the batch answers for it. */
	return first;
}

/*
 * The unit stands at a descriptor it does not accept (6.5.2.10, IQE).  Make a
 * harmless one of it and blame the submission it belongs to; what was queued
 * behind is executed as soon as the error is cleared.
 */
static void vtd_qi_refused(struct vtd_qi *qi, u32 hw_head)
{
	struct vtd_qi_desc harmless;
	u32 at = qi->head, end;
	u64 dust;

	for (; at != vtd_qi_end(qi); at = end) {
		end = vtd_qi_next(qi, at, qi->slot[at].batch);
		if (!vtd_qi_within(qi, hw_head, at, end))
			continue;
		/* The wait descriptor itself again, or one for nobody. */
		dust = vtd_qi_line_phys(qi, hw_head) +
		       offsetof(struct vtd_qi_line, dust);
		harmless = vtd_qi_wait(dust, 0);
		if (hw_head == vtd_qi_wait_slot(qi, at))
			harmless = vtd_qi_wait(vtd_qi_line_phys(qi, at),
					       qi->slot[at].expect);
		WRITE_ONCE(qi->slot[vtd_qi_owner(qi, at, hw_head)].verdict,
			   VTD_QI_REFUSED);
		qi->stats.refused++;
		vtd_qi_write_slot(qi, hw_head, &harmless);
		if (!qi->coherent)
			vtd_flush_cache(vtd_qi_at(qi, hw_head),
					vtd_qi_bytes(qi, 1));
		return;
	}
}

/*
 * All of a batch start again, but whoever was refused.  No one else will tell
 * them; see vtd_qi_tell().
 */
static void vtd_qi_retry_batch(struct vtd_qi *qi, u32 first)
{
	u32 wait = vtd_qi_wait_slot(qi, first), seq = qi->slot[first].expect;
	u32 at = first;

	for (; at != wait; at = vtd_qi_next(qi, at, qi->slot[at].length)) {
		if (qi->slot[at].verdict == VTD_QI_FINE)
			WRITE_ONCE(qi->slot[at].verdict, VTD_QI_RETRY);
		/* After the verdict, which is read then; see vtd_qi_leave(). */
		smp_store_release(&qi->line[at].done, seq);
	}
	WRITE_ONCE(qi->slot[first].shared, false);
}

/*
 * A device did not answer an invalidation in time (6.5.2.10, ITE).  The unit
 * has dropped every wait descriptor that it had fetched and not completed:
 * their submitters start again.  Does one batch; returns false when none is
 * left.
 */
static bool vtd_qi_dropped(struct vtd_qi *qi, u32 hw_head)
{
	u32 at = qi->head, end;

	for (; at != vtd_qi_end(qi); at = end) {
		end = vtd_qi_next(qi, at, qi->slot[at].batch);
		if (!vtd_qi_within(qi, vtd_qi_wait_slot(qi, at), qi->head,
				   hw_head))
			return false;
		if (!vtd_qi_done(qi, at, qi->slot[at].expect)) {
			vtd_qi_retry_batch(qi, at);
			return true;
		}
	}
	return false;
}

/* Counted once it is put right, by kind; it names no more than the last. */
static void vtd_qi_note_error(struct vtd_qi *qi, u32 fsts)
{
	u64 record = vtd_read64(qi->regs, VTD_IQER);

	qi->stats.errors++;
	qi->stats.iqe += !!(fsts & VTD_FSTS_IQE);
	qi->stats.ite += !!(fsts & VTD_FSTS_ITE);
	qi->stats.ice += !!(fsts & VTD_FSTS_ICE);
	qi->stats.last_error = record;
}

/**
 * vtd_qi_recover() - put right what stops the queue, if anything does
 * @qi: the queue
 *
 * VT-d 6.5.2.10, 11.4.7.1.
 *
 * Context: any; @qi->lock is held.
 * Return: 0; 1 when there is more to do, after the lock was let go of; -ENXIO
 * when the unit has gone: its registers read as all ones.
 */
int vtd_qi_recover(struct vtd_qi *qi)
{
	u32 status = vtd_read32(qi->regs, VTD_FSTS), hw_head;
	u32 fsts = status & VTD_QI_ERRORS;

	lockdep_assert_held(&qi->lock);

	if (likely(!fsts))
		return 0;
	if (unlikely(vtd_regs_gone(status)))
		return -ENXIO;
	hw_head = vtd_read64(qi->regs, VTD_IQH) / vtd_qi_bytes(qi, 1);
	if (hw_head < qi->slots) {
		/* Before anybody who is to start again looks who it was. */
		if (fsts & VTD_FSTS_ITE)
			WRITE_ONCE(qi->timed_out,
				   FIELD_GET(VTD_IQER_ITESID,
					     vtd_read64(qi->regs, VTD_IQER)));
		if ((fsts & VTD_FSTS_ITE) && vtd_qi_dropped(qi, hw_head))
			return 1;
		if (fsts & VTD_FSTS_IQE)
			vtd_qi_refused(qi, hw_head);
	}
	vtd_qi_note_error(qi, fsts);
	/* Only after the ring is right again: clearing restarts the unit. */
	vtd_write32(qi->regs, VTD_FSTS, fsts);
	return 0;
}

/**
 * vtd_qi_tend() - put right what nobody looks for
 * @qi: the queue
 *
 * Who waits looks only when it takes long.  An answer of a device that belongs to
 * nothing (ICE) stops nobody, but keeps the unit's interrupts for faults away (7.3).
 *
 * Context: any.
 * Return: 0, or -ENXIO when the unit has gone.
 */
int vtd_qi_tend(struct vtd_qi *qi)
{
	unsigned long flags;
	int more;

	do {
		raw_spin_lock_irqsave(&qi->lock, flags);
		more = vtd_qi_recover(qi);
		raw_spin_unlock_irqrestore(&qi->lock, flags);
	} while (more > 0);
	return more;
}
