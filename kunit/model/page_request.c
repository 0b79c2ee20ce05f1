// SPDX-License-Identifier: GPL-2.0
/*
 * Page requests as a unit takes them (7.4): the queue in memory, its
 * registers, its overflow, and the event.
 *
 * A request that has come in stands in the queue only some steps later; a wait
 * descriptor with PD ends after all that came in before it.
 */
#include <linux/kernel.h>

#include "ats.h"

static u32 vtdm_prq_bytes(const struct vtd_model_unit *u)
{
	return VTDM_PAGE << (vtdm_get(u, VTDM_PQA) & VTDM_PQA_PQS);
}

static u64 vtdm_prq(const struct vtd_model_unit *u)
{
	return vtdm_get64(u, VTDM_PQA) & ~(VTDM_PAGE - 1);
}

/**
 * vtdm_is_prq() - is it a page of the page request queue?
 * @u: the unit
 * @phys: any address
 *
 * Return: true when it is.
 */
bool vtdm_is_prq(const struct vtd_model_unit *u, u64 phys)
{
	return vtdm_ecap(u, VTDM_ECAP_PRS) && vtdm_prq(u) &&
	       phys >= vtdm_prq(u) && phys - vtdm_prq(u) < vtdm_prq_bytes(u);
}

/* Status bits, with the event if they are the first (7.4.2). */
static void vtdm_pages_status(struct vtd_model_unit *u, u32 bit)
{
	u32 old = vtdm_get(u, VTDM_PRS);

	vtdm_put(u, VTDM_PRS, old | bit);
	if (!(old & (VTDM_PR_PPR | VTDM_PR_PRO)))
		vtdm_event(u, VTDM_PECTL);
}

static bool vtdm_is_marker(const struct vtd_model_page_request *r)
{
	return r->last && !r->read && !r->write;
}

/* The unit answers by itself; only the last of a group, and no marker. */
static void vtdm_answer(struct vtd_model_unit *u, const struct vtdm_arriving *a,
			unsigned int code)
{
	struct vtd_model_endpoint *ep = vtdm_endpoint(u, a->sid);

	if (!a->request.last || vtdm_is_marker(&a->request) || !ep)
		return;
	u->stats.page_answers++;
	vtdm_endpoint_response(ep, &a->request, code);
}

static void vtdm_page_fault(struct vtd_model_unit *u,
			    const struct vtdm_arriving *a, u8 reason)
{
	const struct vtd_model_request request = {
		.sid = a->sid,
		.with_pasid = a->request.with_pasid,
		.pasid = a->request.pasid,
		.privileged = a->request.privileged,
		.execute = a->request.execute,
		.access = VTD_MODEL_PAGE,
		.addr = a->request.addr,
	};

	u->stats.faults++;
	vtdm_fault(u, &request, reason);
}

/*
 * May a device ask?  Negative for yes; or the code of the answer, and the
 * reason of the fault if there is one to record.  Only context entries of
 * scalable mode have PRE (9.4).
 */
static int vtdm_pages_allowed(struct vtd_model_unit *u, u16 sid, u8 *reason)
{
	struct vtdm_context context;
	u8 why;

	*reason = VTDM_FR_NONE;
	if (!vtdm_on(u) || !u->scalable)
		return VTDM_PRG_INVALID;
	why = vtdm_context_lookup(u, sid, &context);
	if (!why && context.lo & VTDM_SC_PRE)
		return -1;
	if (!why)
		why = VTDM_FR_SCT_PAGES;
	/* FPD of what was read. */
	if (!(context.lo & VTDM_P && context.lo & VTDM_SC_FPD))
		*reason = why;
	return why == VTDM_FR_SRT_ABSENT || why == VTDM_FR_SCT_ABSENT ||
			       why == VTDM_FR_SCT_PAGES ?
		       VTDM_PRG_INVALID :
		       VTDM_PRG_FAILURE;
}

static bool vtdm_some_pages_allowed(const struct vtd_model_unit *u)
{
	unsigned int i;

	for (i = 0; u->scalable && i < u->nr_live; i++)
		if (u->live[i].lo & VTDM_SC_PRE)
			return true;
	return false;
}

static int vtdm_page_judge(struct vtd_model_unit *u,
			   const struct vtdm_arriving *a)
{
	u8 reason = 0;
	int code = vtdm_pages_allowed(u, a->sid, &reason);

	if (reason)
		vtdm_page_fault(u, a, reason);
	return code;
}

static void vtdm_page_write(struct vtd_model_unit *u, u64 at,
			    const struct vtd_model_page_request *r, u16 sid)
{
	u64 lo = VTDM_PRD_TYPE | (u64)sid << VTDM_PRD_RID_SHIFT;
	u64 hi = (r->addr & ~(VTDM_PAGE - 1)) | (u64)r->group
							<< VTDM_PRD_PRGI_SHIFT;

	if (r->with_pasid) {
		lo |= VTDM_PRD_PP | (u64)r->pasid << VTDM_PRD_PASID_SHIFT;
		lo |= r->execute ? VTDM_PRD_EXE : 0;
		lo |= r->privileged ? VTDM_PRD_PM : 0;
	}
	hi |= r->read ? VTDM_PRD_RD : 0;
	hi |= r->write ? VTDM_PRD_WR : 0;
	hi |= r->last ? VTDM_PRD_LPIG : 0;
	vtdm_write64(at, lo);
	vtdm_write64(at + 8, hi);
	vtdm_write64(at + 16, 0);
	vtdm_write64(at + 24, 0);
}

/*
 * Into the queue.  While it has overflown it takes nothing: the last request
 * of a group is answered as if the pages were there, so that the device tries
 * again, and the others are lost (7.4.1).
 */
static void vtdm_page_deliver(struct vtd_model_unit *u,
			      const struct vtdm_arriving *a)
{
	u32 head = vtdm_get(u, VTDM_PQH), tail = vtdm_get(u, VTDM_PQT);
	u32 next = (tail + VTDM_PRD_BYTES) % vtdm_prq_bytes(u);
	int code = vtdm_page_judge(u, a);

	if (code >= 0) {
		u->stats.page_refused++;
		vtdm_answer(u, a, code);
		return;
	}
	if (!(vtdm_get(u, VTDM_PRS) & VTDM_PR_PRO) && next == head)
		vtdm_pages_status(u, VTDM_PR_PRO);
	if (vtdm_get(u, VTDM_PRS) & VTDM_PR_PRO) {
		u->stats.page_overflows++;
		vtdm_answer(u, a, VTDM_PRG_SUCCESS);
		return;
	}
	vtdm_page_write(u, vtdm_prq(u) + tail, &a->request, a->sid);
	vtdm_put(u, VTDM_PQT, next);
	u->stats.page_queued++;
	u->perf.tag = (struct vtdm_perf_tag){
		.sid = a->sid,
		.pasid = a->request.pasid,
		.known = 1U << VTDM_PF_SID |
			 (a->request.with_pasid ? 1U << VTDM_PF_PASID : 0),
	};
	vtdm_count(u, 1, VTDM_EV1_PAGES);
	vtdm_pages_status(u, VTDM_PR_PPR);
}

static void vtdm_page_next(struct vtd_model_unit *u)
{
	struct vtdm_arriving a = u->arriving[0];
	unsigned int i;

	/* What is answered at once may have the device ask again. */
	for (i = 0, u->nr_arriving--; i < u->nr_arriving; i++)
		u->arriving[i] = u->arriving[i + 1];
	vtdm_page_deliver(u, &a);
}

/**
 * vtdm_pages_drain() - all that has come in stands in the queue
 * @u: the unit
 *
 * Context: the model's lock is held.
 */
void vtdm_pages_drain(struct vtd_model_unit *u)
{
	while (u->nr_arriving)
		vtdm_page_next(u);
}

/**
 * vtdm_pages_step() - a step of what has come in
 * @u: the unit
 *
 * Context: the model's lock is held.
 */
void vtdm_pages_step(struct vtd_model_unit *u)
{
	unsigned int i;

	for (i = 0; i < u->nr_arriving; i++)
		if (u->arriving[i].wait)
			u->arriving[i].wait--;
	while (u->nr_arriving && !u->arriving[0].wait)
		vtdm_page_next(u);
}

/**
 * vtdm_page_request() - a page request comes in
 * @u: the unit
 * @sid: who asks
 * @request: what for
 *
 * Context: the model's lock is held.
 */
void vtdm_page_request(struct vtd_model_unit *u, u16 sid,
		       const struct vtd_model_page_request *request)
{
	u->stats.page_requests++;
	if (u->nr_arriving == VTDM_ARRIVING)
		vtdm_page_next(u);
	u->arriving[u->nr_arriving++] = (struct vtdm_arriving){
		.sid = sid,
		.wait = u->config.page_latency,
		.request = *request,
	};
	if (!u->config.page_latency)
		vtdm_pages_drain(u);
}

static void vtdm_prq_head(struct vtd_model_unit *u, u32 value)
{
	u32 bytes = vtdm_prq_bytes(u);
	u32 head = vtdm_get(u, VTDM_PQH), tail = vtdm_get(u, VTDM_PQT);

	value &= 0x7ffe0;
	if (vtdm_on(u) && vtdm_prq(u) &&
	    (value >= bytes || (value - head) % bytes > (tail - head) % bytes))
		vtdm_report(
			VTD_MODEL_QUEUE, NULL, value,
			"page request queue: head 0x%x moved to 0x%x, past tail 0x%x",
			head, value, tail);
	vtdm_put(u, VTDM_PQH, value);
}

/* Where the queue is: not to be changed while requests may come. */
static void vtdm_prq_place(struct vtd_model_unit *u, u32 off, u32 value)
{
	static const char *const what[] = { "tail", "address" };

	if (vtdm_on(u) && vtdm_get(u, off) != value &&
	    vtdm_some_pages_allowed(u))
		vtdm_report(
			VTD_MODEL_COMMAND, NULL, value,
			"%s of the page request queue written while devices may ask",
			what[off != VTDM_PQT]);
	vtdm_put(u, off, value);
}

/**
 * vtdm_pages_write() - the driver writes a register of the queue
 * @u: the unit
 * @off: register offset
 * @value: 32 bits
 *
 * The event's own registers are like those of other events (regs.c).
 *
 * Context: the model's lock is held.
 * Return: true when it was one of them.
 */
bool vtdm_pages_write(struct vtd_model_unit *u, u32 off, u32 value)
{
	if (off < VTDM_PQH || off > VTDM_PRS)
		return false;
	if (!vtdm_ecap(u, VTDM_ECAP_PRS))
		return true;
	switch (off) {
	case VTDM_PQH:
		vtdm_prq_head(u, value);
		break;
	case VTDM_PQT:
		vtdm_prq_place(u, off, value & 0x7ffe0);
		break;
	case VTDM_PQA:
		vtdm_prq_place(u, off, value & 0xfffff007);
		break;
	case VTDM_PQA + 4:
		vtdm_prq_place(u, off, value);
		break;
	case VTDM_PRS:
		vtdm_put(u, off, vtdm_get(u, off) & ~(value & 3));
		if (!vtdm_get(u, off))
			vtdm_put(u, VTDM_PECTL,
				 vtdm_get(u, VTDM_PECTL) & ~VTDM_E_IP);
		break;
	}
	return true;
}
