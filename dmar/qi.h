/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The invalidation queue of one unit (VT-d 6.5.2).
 */
#ifndef VTD_QI_H
#define VTD_QI_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include <vtd/hw/qi.h>
#include <vtd/regs_io.h>

/* Most descriptors of one submission; a wait descriptor comes on top. */
#define VTD_QI_BATCH 16

/* Bytes between the status words of two slots: one cache line each. */
#define VTD_QI_STATUS_STRIDE 64

/**
 * enum vtd_qi_verdict - what became of a submission that met an error
 * @VTD_QI_FINE: nothing to say
 * @VTD_QI_RETRY: the unit dropped it for another's fault; submit it again
 * @VTD_QI_REFUSED: one of its own descriptors was refused
 */
enum vtd_qi_verdict {
	VTD_QI_FINE,
	VTD_QI_RETRY,
	VTD_QI_REFUSED,
};

/**
 * struct vtd_qi_stats - counters, read without a lock
 * @descriptors: written to the ring, wait descriptors included
 * @doorbells: writes of the tail register
 * @errors: error conditions that were found in the fault status
 */
struct vtd_qi_stats {
	u64 descriptors;
	u64 doorbells;
	u64 errors;
};

/**
 * struct vtd_qi - the queue
 * @regs: registers of the unit (c)
 * @ring: descriptors that hardware fetches (q)
 * @status: a word every VTD_QI_STATUS_STRIDE bytes, one for each slot; the
 *	unit writes the sequence number of the wait descriptor in that slot
 * @slots: length of the ring, a power of two (c)
 * @coherent: the unit snoops CPU caches (c)
 * @lock: short: no hardware is waited for under it
 * @head: oldest slot not taken back yet (q)
 * @tail: next free slot (q)
 * @seq: sequence number of the newest submission (q)
 * @length: by first slot: slots of that submission (q)
 * @expect: by wait slot: the sequence number that will be written there (q)
 * @verdict: by wait slot; written under @lock, looked at without
 * @dead: the unit stopped answering; nothing more is submitted
 * @stats: counters (q)
 *
 * (c) constant after vtd_qi_init(), (q) under @lock.
 */
struct vtd_qi {
	const struct vtd_regs *regs;
	struct vtd_qi_desc *ring;
	void *status;
	u32 slots;
	bool coherent;
	raw_spinlock_t lock;
	u32 head;
	u32 tail;
	u32 seq;
	u16 *length;
	u32 *expect;
	u8 *verdict;
	bool dead;
	struct vtd_qi_stats stats;
};

int vtd_qi_init(struct vtd_qi *qi, const struct vtd_regs *regs, int nid,
		bool coherent);
void vtd_qi_destroy(struct vtd_qi *qi);
void vtd_qi_program(struct vtd_qi *qi);
int vtd_qi_submit(struct vtd_qi *qi, const struct vtd_qi_desc *desc,
		  unsigned int nr);

#endif /* VTD_QI_H */
