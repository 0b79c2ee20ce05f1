// SPDX-License-Identifier: GPL-2.0
/*
 * The invalidation queue as hardware works it (6.5.2): descriptors are fetched
 * ahead, executed in any order that waits and fences allow, and answered late.
 */
#include <linux/kernel.h>

#include "ats.h"

static void vtdm_queue_error(struct vtd_model_unit *u, unsigned int why)
{
	vtdm_put(u, VTDM_IQER, why);
	vtdm_fault_status(u, VTDM_F_IQE);
}

/* 0, or the IQEI code for what is wrong with a descriptor. */
static unsigned int vtdm_descriptor_check(const struct vtd_model_unit *u,
					  u64 lo, u64 hi)
{
	unsigned int granularity = lo >> 4 & 3;
	unsigned int mamv = u->config.cap >> 48 & 0x3f;
	unsigned int mhmv = u->config.ecap >> 20 & 0xf;
	bool bad;

	switch (lo & 0xf) {
	case VTDM_D_CONTEXT:
		bad = lo & VTDM_D_CONTEXT_RSVD || hi || !granularity;
		break;
	case VTDM_D_IOTLB:
		bad = lo & VTDM_D_IOTLB_RSVD || hi & VTDM_D_IOTLB_HI_RSVD ||
		      !granularity;
		if (granularity == VTDM_D_SELECTIVE)
			bad = bad || !vtdm_cap(u, VTDM_CAP_PSI) ||
			      (hi & 0x3f) > mamv;
		break;
	case VTDM_D_DEVTLB:
	case VTDM_D_PDEVTLB:
		return vtdm_devtlb_check(u, lo, hi);
	case VTDM_D_RESPONSE:
		return vtdm_response_check(u, lo, hi);
	case VTDM_D_IEC:
		if (!vtdm_ecap(u, VTDM_ECAP_IR))
			return VTDM_IQEI_TYPE;
		bad = lo & VTDM_D_IEC_RSVD || hi ||
		      (lo & VTDM_D_IEC_SELECTIVE && (lo >> 27 & 0x1f) > mhmv);
		break;
	case VTDM_D_WAIT:
		bad = lo & VTDM_D_WAIT_RSVD || hi & VTDM_D_WAIT_HI_RSVD ||
		      (lo & VTDM_D_PD && !vtdm_ecap(u, VTDM_ECAP_PDS));
		break;
	default:
		return VTDM_IQEI_TYPE;
	}
	return bad ? VTDM_IQEI_RESERVED : 0;
}

static void vtdm_execute_wait(struct vtd_model_unit *u, u64 lo, u64 hi)
{
	u->stats.waits++;
	if (lo & VTDM_D_PD)
		vtdm_pages_drain(u);
	if (lo & VTDM_D_SW)
		vtdm_write32(hi, lo >> 32);
	if (!(lo & VTDM_D_IF) || vtdm_get(u, VTDM_ICS) & VTDM_ICS_IWC)
		return;
	vtdm_put(u, VTDM_ICS, VTDM_ICS_IWC);
	vtdm_event(u, VTDM_IECTL);
}

static void vtdm_execute(struct vtd_model_unit *u, const struct vtdm_pending *p)
{
	unsigned int granularity = p->lo >> 4 & 3;
	u16 did = p->lo >> 16, sid = p->lo >> 32;
	unsigned int fm = p->lo >> 48 & 3;

	switch (p->lo & 0xf) {
	case VTDM_D_CONTEXT:
		u->stats.contexts++;
		vtdm_drain();
		vtdm_forget_contexts(u, granularity, did, sid, fm);
		vtdm_check_forgot_context(u, granularity, did, sid, fm);
		break;
	case VTDM_D_IOTLB:
		u->stats.iotlbs++;
		vtdm_drain();
		vtdm_forget_iotlb(u, granularity, did, p->hi & ~(VTDM_PAGE - 1),
				  p->hi & 0x3f, p->hi & VTDM_D_IH);
		vtdm_check_forgot_iotlb(u, granularity, did, p->fetched);
		break;
	case VTDM_D_IEC:
		u->stats.iecs++;
		vtdm_drain();
		vtdm_forget_irtes(u, p->lo & VTDM_D_IEC_SELECTIVE,
				  p->lo >> 32 & 0xffff, p->lo >> 27 & 0x1f);
		vtdm_check_forgot_irtes(u, p->lo & VTDM_D_IEC_SELECTIVE,
					p->lo >> 32 & 0xffff,
					p->lo >> 27 & 0x1f, p->number);
		break;
	case VTDM_D_DEVTLB:
	case VTDM_D_PDEVTLB:
		vtdm_devtlb_done(u, p);
		break;
	case VTDM_D_RESPONSE:
		vtdm_execute_response(u, p->lo, p->hi);
		break;
	case VTDM_D_WAIT:
		vtdm_execute_wait(u, p->lo, p->hi);
		break;
	}
}

static void vtdm_window_remove(struct vtd_model_unit *u, unsigned int at)
{
	for (u->nr_window--; at < u->nr_window; at++)
		u->window[at] = u->window[at + 1];
}

/*
 * A device did not answer: whatever else is pending is completed, but every
 * wait that was fetched is dropped, and nothing is fetched until the error is
 * cleared (6.5.2.10).
 */
static void vtdm_timed_out(struct vtd_model_unit *u, u16 sid)
{
	while (u->nr_window) {
		if ((u->window[0].lo & 0xf) == VTDM_D_WAIT)
			u->stats.dropped++;
		else
			vtdm_execute(u, &u->window[0]);
		vtdm_window_remove(u, 0);
	}
	vtdm_put64(u, VTDM_IQER, (u64)sid << 32);
	vtdm_fault_status(u, VTDM_F_ITE);
}

/* What was asked to go wrong at the descriptor being fetched. */
static const struct vtdm_injected *vtdm_mishap(struct vtd_model_unit *u)
{
	const struct vtdm_injected *found = NULL;
	unsigned int i;

	for (i = 0; i < VTDM_INJECTED; i++) {
		struct vtdm_injected *e = &u->injected[i];

		if (!e->armed || --e->nth)
			continue;
		e->armed = false;
		found = e;
	}
	return found;
}

static void vtdm_fetch_one(struct vtd_model_unit *u)
{
	u64 iqa = vtdm_get64(u, VTDM_IQA);
	u32 bytes = VTDM_PAGE << (iqa & VTDM_IQA_QS);
	u32 head = vtdm_get(u, VTDM_IQH), tail = vtdm_get(u, VTDM_IQT);
	const struct vtdm_injected *mishap;
	unsigned int why;
	u64 lo, hi;

	if (head == tail)
		return;
	if (tail >= bytes) {
		vtdm_queue_error(u, VTDM_IQEI_TAIL);
		return;
	}
	iqa &= ~(VTDM_PAGE - 1);
	if (!vtdm_read_ring(u, iqa + head, &lo) ||
	    !vtdm_read_ring(u, iqa + head + 8, &hi)) {
		vtdm_queue_error(u, VTDM_IQEI_FETCH);
		return;
	}
	mishap = vtdm_mishap(u);
	if (mishap && mishap->error == VTD_MODEL_DEAD) {
		u->dead = true;
		return;
	}
	why = vtdm_descriptor_check(u, lo, hi);
	if (mishap && mishap->error == VTD_MODEL_IQE)
		why = VTDM_IQEI_RESERVED;
	if (why) {
		vtdm_queue_error(u, why);
		return;
	}
	u->window[u->nr_window++] = (struct vtdm_pending){
		.lo = lo,
		.hi = hi,
		.fetched = u->stats.waits,
		.number = u->fetches++,
		.wait = u->config.latency,
	};
	if (u->config.policy & VTD_MODEL_REORDER)
		u->window[u->nr_window - 1].wait += vtdm_random(u) & 7;
	vtdm_put(u, VTDM_IQH, (head + 16) % bytes);
	if (mishap && mishap->error == VTD_MODEL_ITE)
		vtdm_timed_out(u, mishap->sid);
	if (mishap && mishap->error == VTD_MODEL_ICE) {
		vtdm_put64(u, VTDM_IQER, (u64)mishap->sid << 48);
		vtdm_fault_status(u, VTDM_F_ICE);
	}
}

/* May this one be completed now? */
static bool vtdm_eligible(const struct vtd_model_unit *u, unsigned int at)
{
	unsigned int i;

	if (u->window[at].wait)
		return false;
	if (!at)
		return true;
	if ((u->window[at].lo & 0xf) == VTDM_D_WAIT)
		return false;
	for (i = 0; i < at && !(u->config.policy & VTD_MODEL_REORDER); i++)
		if (!u->window[i].sent || !vtdm_is_devtlb(u->window[at].lo))
			return false;
	for (i = 0; i < at; i++)
		if ((u->window[i].lo & 0xf) == VTDM_D_WAIT &&
		    u->window[i].lo & VTDM_D_FN)
			return false;
	return true;
}

/* A device is to be asked, or is being waited for. */
static bool vtdm_still_waits(struct vtd_model_unit *u, unsigned int at,
			     u16 *sid)
{
	struct vtdm_pending *p = &u->window[at];

	if (!vtdm_is_devtlb(p->lo))
		return false;
	if (!p->sent) {
		if (!vtdm_devtlb_may_send(u, at))
			return true;
		vtdm_devtlb_send(u, at);
	}
	return !vtdm_devtlb_answered(u, p, sid);
}

static void vtdm_complete_one(struct vtd_model_unit *u)
{
	unsigned int i, first = 0;
	u16 sid = 0;

	for (i = 0; i < u->nr_window; i++)
		if (u->window[i].wait)
			u->window[i].wait--;
	if (!u->nr_window)
		return;
	if (u->config.policy & VTD_MODEL_REORDER)
		first = vtdm_random(u) % u->nr_window;
	for (i = 0; i < u->nr_window; i++) {
		unsigned int at = (first + i) % u->nr_window;

		if (!vtdm_eligible(u, at) || vtdm_still_waits(u, at, &sid))
			continue;
		if (u->window[at].waits) {
			u->stats.timeouts++;
			vtdm_timed_out(u, sid);
			return;
		}
		vtdm_execute(u, &u->window[at]);
		vtdm_window_remove(u, at);
		return;
	}
}

/**
 * vtdm_queue_step() - fetch a descriptor, complete a descriptor
 * @u: the unit
 *
 * Context: the model's lock is held.
 */
void vtdm_queue_step(struct vtd_model_unit *u)
{
	if (u->dead || !(vtdm_get(u, VTDM_GSTS) & VTDM_G_QIE))
		return;
	if (!(vtdm_get(u, VTDM_FSTS) & VTDM_F_STOPS) &&
	    u->nr_window < u->config.fetch)
		vtdm_fetch_one(u);
	if (!u->dead)
		vtdm_complete_one(u);
}

/**
 * vtdm_queue_off() - QIE was taken away: what is pending is gone
 * @u: the unit
 *
 * Context: the model's lock is held.
 */
void vtdm_queue_off(struct vtd_model_unit *u)
{
	u->nr_window = 0;
}
