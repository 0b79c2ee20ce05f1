/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ring of an invalidation queue, as those see it who work on it: qi.c, and
 * qi_error.c, which puts right what an error left.
 */
#ifndef VTD_QI_RING_H
#define VTD_QI_RING_H

#include <vtd/hw/regs.h>
#include <vtd/observe.h>

#include "qi.h"

/* What may stop the queue, or says that it has been stopped (6.5.2.10). */
#define VTD_QI_ERRORS (VTD_FSTS_IQE | VTD_FSTS_ITE | VTD_FSTS_ICE)

/* Does the line of @slot say that batch @seq is complete? */
static inline bool vtd_qi_done(const struct vtd_qi *qi, u32 slot, u32 seq)
{
	/* What the unit has forgotten may be freed after this. */
	return vtd_qi_reached(smp_load_acquire(&qi->line[slot].done), seq);
}

/* Where what the unit was given ends; an open batch begins there. */
static inline u32 vtd_qi_end(const struct vtd_qi *qi)
{
	return qi->open_nr ? qi->open : qi->tail;
}

/* The slot of the wait descriptor of the batch that begins at @first. */
static inline u32 vtd_qi_wait_slot(const struct vtd_qi *qi, u32 first)
{
	return vtd_qi_next(qi, first, qi->slot[first].batch - 1);
}

static inline void vtd_qi_write_slot(struct vtd_qi *qi, u32 slot,
				     const struct vtd_qi_desc *desc)
{
	struct vtd_qi_desc *to = vtd_qi_at(qi, slot);

	vtd_hw_store64(&to->w[0], desc->w[0]);
	vtd_hw_store64(&to->w[1], desc->w[1]);
}

int vtd_qi_recover(struct vtd_qi *qi);

#endif /* VTD_QI_RING_H */
