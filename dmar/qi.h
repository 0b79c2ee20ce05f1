/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The invalidation queue of one unit (VT-d 6.5.2).
 */
#ifndef VTD_QI_H
#define VTD_QI_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include <vtd/hw/qi.h>
#include <vtd/hw/regs.h>
#include <vtd/regs_io.h>

/* Most descriptors of one submission; a wait descriptor comes on top. */
#define VTD_QI_BATCH 16

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

/* Kinds of descriptors: type, and granularity where there is one, bits 5:0. */
#define VTD_QI_KINDS 64

/* Of so many batches, the wait for one is timed. */
#define VTD_QI_TIMED 64

/* Waits by length: up to 256 ns, and twice as long each; the last has no end. */
#define VTD_QI_BUCKETS 16

/**
 * struct vtd_qi_stats - counters, read without a lock
 * @submissions: of one or more descriptors each
 * @descriptors: written to the ring, wait descriptors included
 * @doorbells: writes of the tail register, each with one wait descriptor
 * @errors: error conditions that were found in the fault status
 * @iqe: of them, with a descriptor that the unit did not accept
 * @ite: with a device that did not answer in time
 * @ice: with an answer of a device that belongs to nothing
 * @last_error: the queue's error record (IQERCD) at the last of them
 * @refused: submissions that the unit did not accept
 * @retries: submissions that were made again, because the unit dropped them
 * @kind: descriptors by kind, without those that end a batch
 * @timed: submissions whose wait was timed
 * @timed_ns: how long those waited, in all
 * @max_ns: the longest wait that was timed, and of the slow ones
 * @slow: waits that went on for longer than %VTD_QI_POLLS polls
 * @bucket: timed waits by length
 */
struct vtd_qi_stats {
	u64 submissions;
	u64 descriptors;
	u64 doorbells;
	u64 errors;
	u64 iqe;
	u64 ite;
	u64 ice;
	u64 last_error;
	u64 refused;
	u64 retries;
	u64 kind[VTD_QI_KINDS];
	u64 timed;
	u64 timed_ns;
	u64 max_ns;
	u64 slow;
	u64 bucket[VTD_QI_BUCKETS];
};

/**
 * struct vtd_qi_line - what one submitter polls, a cache line of its own
 * @done: number of the newest batch that is complete, as far as this one
 *	needs to know.  For the first submission of a batch the unit writes it,
 *	for the others a CPU does
 * @turn: number of a batch that may be given to the unit now; a hint
 * @dust: where the unit may write what nobody reads
 */
struct vtd_qi_line {
	u32 done;
	u32 turn;
	u32 dust;
} ____cacheline_aligned;

/**
 * struct vtd_qi_slot - the submission that begins in a slot
 * @expect: number of its batch
 * @length: its slots
 * @batch: where it is the first of a batch: the slots of all of it, with the
 *	wait descriptor
 * @shared: where it is the first of a batch: others are to be told of its end
 * @verdict: written under the lock, looked at without
 */
struct vtd_qi_slot {
	u32 expect;
	u16 length;
	u16 batch;
	bool shared;
	u8 verdict;
};

/**
 * struct vtd_qi - the queue
 * @regs: registers of the unit (c)
 * @name: of the unit, for trace events, or NULL (c)
 * @ring: descriptors that hardware fetches (q)
 * @line: one for each slot; that of a submission's first slot is in use
 * @line_phys: its physical address (c)
 * @slot: one for each slot (q)
 * @slots: length of the ring, a power of two (c)
 * @shift: of the size of a descriptor: 5 for 256 bits, 4 for 128 (c)
 * @coherent: the unit snoops CPU caches (c)
 * @lock: short: no hardware is waited for under it
 * @head: oldest slot not taken back yet (q)
 * @tail: next free slot (q)
 * @seq: number of the newest batch that the unit was given (q)
 * @last: its first slot (q)
 * @last_nr: its submissions (q)
 * @last_polls: how often it was polled, or the one before it; a hint
 * @open: first slot of the batch that the unit will be given next (q)
 * @open_nr: its submissions, 0 without such a batch; looked at without @lock
 * @want: submissions that it is worth holding it back for; a hint
 * @skip: batches not to be held back for more to come; a hint
 * @skips: the same when the last one was held back in vain; a hint
 * @dead: the unit stopped answering; nothing more is submitted
 * @gone: and that because its registers read as all ones
 * @devices: submissions under way that devices are to answer
 * @timed_out: source-id of the device that did not answer in time last
 * @stats: counters (q)
 *
 * (c) constant after vtd_qi_init(), (q) under @lock.
 */
struct vtd_qi {
	const struct vtd_regs *regs;
	const char *name;
	struct vtd_qi_desc *ring;
	struct vtd_qi_line *line;
	u64 line_phys;
	struct vtd_qi_slot *slot;
	u32 slots;
	u8 shift;
	bool coherent;
	bool dead;
	bool gone;
	raw_spinlock_t lock;
	u32 head;
	u32 tail;
	u32 seq;
	u32 last;
	u32 last_nr;
	u32 last_polls;
	u32 open;
	u32 open_nr;
	u32 want;
	u32 skip;
	u32 skips;
	atomic_t devices;
	u16 timed_out;
	struct vtd_qi_stats stats;
};

/* Bytes of @slots descriptors, or the offset of one. */
static inline size_t vtd_qi_bytes(const struct vtd_qi *qi, u32 slots)
{
	/* The mask tells compiler and sanitizer that the shift is a sound one. */
	return (size_t)slots << (qi->shift & 63);
}

static inline struct vtd_qi_desc *vtd_qi_at(const struct vtd_qi *qi, u32 slot)
{
	return (void *)qi->ring + vtd_qi_bytes(qi, slot);
}

/* Physical address of the line that belongs to a slot. */
static inline u64 vtd_qi_line_phys(const struct vtd_qi *qi, u32 slot)
{
	return qi->line_phys + slot * sizeof(*qi->line);
}

/* The slot that is @by behind @slot. */
static inline u32 vtd_qi_next(const struct vtd_qi *qi, u32 slot, u32 by)
{
	return (slot + by) & (qi->slots - 1);
}

/* Numbers of batches wrap; a later one is less than 2^31 ahead. */
static inline bool vtd_qi_reached(u32 seen, u32 wanted)
{
	return (s32)(seen - wanted) >= 0;
}

/* Is @slot at or after @from and before @to, going round the ring? */
static inline bool vtd_qi_within(const struct vtd_qi *qi, u32 slot, u32 from,
				 u32 to)
{
	u32 mask = qi->slots - 1;

	return ((slot - from) & mask) < ((to - from) & mask);
}

/* Some types have other fields where most have a granularity. */
static inline u8 vtd_qi_kind_of(const struct vtd_qi_desc *desc)
{
	u8 type = FIELD_GET(VTD_QI_TYPE, desc->w[0]);

	if (type == VTD_QI_TYPE_PDEVTLB || type == VTD_QI_TYPE_RESPONSE)
		return type;
	return desc->w[0] % VTD_QI_KINDS;
}

/* Descriptors of a kind that the unit was given. */
static inline u64 vtd_qi_kind(const struct vtd_qi *qi, u8 kind)
{
	return READ_ONCE(qi->stats.kind[kind]);
}

/**
 * vtd_qi_fence() - a descriptor that parts those before it from those after it
 * @qi: the queue that it is for
 *
 * Without, the unit may execute what was submitted together in any order
 * (VT-d 6.5.2.8).
 *
 * Context: any.
 * Return: the descriptor; it counts as one of %VTD_QI_BATCH.
 */
static inline struct vtd_qi_desc vtd_qi_fence(const struct vtd_qi *qi)
{
	struct vtd_qi_desc desc = vtd_qi_wait(
		qi->line_phys + offsetof(struct vtd_qi_line, dust), 0);

	desc.w[0] |= VTD_QI_WAIT_FN;
	return desc;
}

/* What IQA holds for the queue (11.4.9.3). */
static inline u64 vtd_qi_iqa(const struct vtd_qi *qi)
{
	return virt_to_phys(qi->ring) |
	       (qi->shift == 5 ? VTD_IQA_DW | FIELD_PREP(VTD_IQA_QS, 1) : 0);
}

int vtd_qi_init(struct vtd_qi *qi, const struct vtd_regs *regs, int nid,
		bool coherent, bool wide);
void vtd_qi_destroy(struct vtd_qi *qi);
void vtd_qi_program(struct vtd_qi *qi);
int vtd_qi_submit(struct vtd_qi *qi, const struct vtd_qi_desc *desc,
		  unsigned int nr);
int vtd_qi_tend(struct vtd_qi *qi);
int vtd_qi_submit_one(struct vtd_qi *qi, struct vtd_qi_desc desc);

#endif /* VTD_QI_H */
