// SPDX-License-Identifier: GPL-2.0
/*
 * A posted-interrupt descriptor, as software changes it while units post
 * (VT-d 5.2.3).
 *
 * Owns the order of accesses.  Hardware sets a bit of PIR and then looks at ON
 * and SN; software that lets it notify again does so first and looks at PIR
 * afterwards, so that one of the two always sees the other.  Pure and without
 * locks: every word changes by one atomic operation.
 */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/compiler.h>

#include "desc.h"

static u64 vtd_pi_route(struct vtd_pi_target to)
{
	return FIELD_PREP(VTD_PI_NV, to.vector) |
	       (to.wide ? FIELD_PREP(VTD_PI_NDST, to.apic_id) :
			  FIELD_PREP(VTD_PI_NDST_XAPIC, to.apic_id & 0xff));
}

/* Change some bits of the control word at once.  Returns what was there. */
static u64 vtd_pi_control(struct vtd_pi_desc *desc, u64 clear, u64 set)
{
	u64 old = READ_ONCE(desc->control);

	while (!try_cmpxchg64(&desc->control, &old, (old & ~clear) | set))
		;
	return old;
}

/**
 * vtd_pi_init() - an empty descriptor, whose notifications are suppressed
 * @desc: not in use
 * @to: where they go once vtd_pi_resume() lets them
 *
 * Context: any.
 */
void vtd_pi_init(struct vtd_pi_desc *desc, struct vtd_pi_target to)
{
	*desc = (struct vtd_pi_desc){ .control = VTD_PI_SN | vtd_pi_route(to) };
}

/**
 * vtd_pi_post() - post an interrupt as a unit does
 * @desc: the descriptor
 * @vector: that it has there
 * @urgent: notify even where that is suppressed
 *
 * Context: any.
 * Return: true when the caller has to send the notification.
 */
bool vtd_pi_post(struct vtd_pi_desc *desc, u8 vector, bool urgent)
{
	u64 stop = VTD_PI_ON | (urgent ? 0 : VTD_PI_SN), old;

	set_bit(vector, (unsigned long *)desc->pir);
	/* set_bit() alone does not keep the next look from going first. */
	smp_mb__after_atomic();
	old = READ_ONCE(desc->control);
	do {
		if (old & stop)
			return false;
	} while (!try_cmpxchg64(&desc->control, &old, old | VTD_PI_ON));
	return true;
}

/**
 * vtd_pi_pending() - was anything posted that nobody has taken?
 * @desc: the descriptor
 *
 * Context: any.
 * Return: true when so.
 */
bool vtd_pi_pending(const struct vtd_pi_desc *desc)
{
	unsigned int i;

	for (i = 0; i < VTD_PI_WORDS; i++)
		if (READ_ONCE(desc->pir[i]))
			return true;
	return false;
}

/**
 * vtd_pi_harvest() - take what was posted
 * @desc: the descriptor
 * @pir: of VTD_PI_WORDS; set to the vectors, bit for bit
 *
 * What is posted from now on is notified again.
 *
 * Context: any.
 * Return: how many vectors.
 */
unsigned int vtd_pi_harvest(struct vtd_pi_desc *desc, u64 *pir)
{
	unsigned int i, nr = 0;

	/* Before the first look at PIR: see the top of the file. */
	vtd_pi_control(desc, VTD_PI_ON, 0);
	for (i = 0; i < VTD_PI_WORDS; i++) {
		/* Most words are empty: leave the line to who writes it. */
		pir[i] = READ_ONCE(desc->pir[i]);
		if (pir[i])
			pir[i] = xchg(&desc->pir[i], 0);
		nr += hweight64(pir[i]);
	}
	return nr;
}

/**
 * vtd_pi_suspend() - let what comes accumulate without notifications
 * @desc: the descriptor
 *
 * One that is on its way already still arrives; urgent ones do, too.
 *
 * Context: any.
 */
void vtd_pi_suspend(struct vtd_pi_desc *desc)
{
	vtd_pi_control(desc, 0, VTD_PI_SN);
}

/**
 * vtd_pi_resume() - notify again, from now on there
 * @desc: the descriptor
 * @to: where notifications go
 *
 * Context: any.
 * Return: true when there is something of before: the caller has to take it
 * with vtd_pi_harvest(), no notification comes for it.
 */
bool vtd_pi_resume(struct vtd_pi_desc *desc, struct vtd_pi_target to)
{
	u64 old = vtd_pi_control(desc, VTD_PI_SN | VTD_PI_NV | VTD_PI_NDST,
				 vtd_pi_route(to));

	/* Outstanding, it would keep others from coming; it went elsewhere. */
	return old & VTD_PI_ON || vtd_pi_pending(desc);
}

/**
 * vtd_pi_move() - have notifications go elsewhere
 * @desc: the descriptor
 * @to: where they go; whether they are suppressed stays as it is
 *
 * Context: any.
 * Return: true when a notification is outstanding: it went to where they went
 * before, and none follows until it is taken.
 */
bool vtd_pi_move(struct vtd_pi_desc *desc, struct vtd_pi_target to)
{
	return vtd_pi_control(desc, VTD_PI_NV | VTD_PI_NDST, vtd_pi_route(to)) &
	       VTD_PI_ON;
}
