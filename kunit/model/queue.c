// SPDX-License-Identifier: GPL-2.0
/*
 * The invalidation queue as hardware works it (6.5.2): descriptors are fetched
 * ahead, executed in any order that waits and fences allow, and answered late.
 */
#include <linux/array_size.h>
#include <linux/kernel.h>

#include "ats.h"

static void vtdm_queue_error(struct vtd_model_unit *u, unsigned int why)
{
	vtdm_put(u, VTDM_IQER, why);
	vtdm_fault_status(u, VTDM_F_IQE);
}

static bool vtdm_wide(const struct vtd_model_unit *u)
{
	return vtdm_get64(u, VTDM_IQA) & VTDM_IQA_DW;
}

/**
 * vtdm_descriptor_bytes() - of one descriptor
 * @u: the unit
 *
 * Return: 16, or 32 with DW.
 */
u32 vtdm_descriptor_bytes(const struct vtd_model_unit *u)
{
	return vtdm_wide(u) ? 32 : 16;
}

/* Without scalable mode its upper bits are reserved, whatever the type. */
static unsigned int vtdm_type(const struct vtd_model_unit *u, u64 lo)
{
	unsigned int type = lo & 0xf;

	if (vtdm_ecap(u, VTDM_ECAP_SMTS))
		type |= (lo & VTDM_D_TYPE_UPPER) >> 5;
	return type;
}

static unsigned int vtdm_if(bool bad)
{
	return bad ? VTDM_IQEI_RESERVED : 0;
}

static unsigned int vtdm_granularity(u64 lo)
{
	return lo >> 4 & 3;
}

static bool vtdm_mask_allowed(const struct vtd_model_unit *u, u64 hi)
{
	return (hi & 0x3f) <= (u->config.cap >> 48 & 0x3f);
}

static unsigned int vtdm_check_context(const struct vtd_model_unit *u, u64 lo,
				       u64 hi)
{
	return vtdm_if(lo & VTDM_D_CONTEXT_RSVD || hi || !vtdm_granularity(lo));
}

static unsigned int vtdm_check_iotlb(const struct vtd_model_unit *u, u64 lo,
				     u64 hi)
{
	return vtdm_if(
		lo & VTDM_D_IOTLB_RSVD || hi & VTDM_D_IOTLB_HI_RSVD ||
		!vtdm_granularity(lo) ||
		(vtdm_granularity(lo) == VTDM_D_SELECTIVE &&
		 (!vtdm_cap(u, VTDM_CAP_PSI) || !vtdm_mask_allowed(u, hi))));
}

static unsigned int vtdm_check_iec(const struct vtd_model_unit *u, u64 lo,
				   u64 hi)
{
	unsigned int mhmv = u->config.ecap >> 20 & 0xf;

	if (!vtdm_ecap(u, VTDM_ECAP_IR))
		return VTDM_IQEI_TYPE;
	return vtdm_if(lo & VTDM_D_IEC_RSVD || hi ||
		       (lo & VTDM_D_IEC_SELECTIVE && (lo >> 27 & 0x1f) > mhmv));
}

static unsigned int vtdm_check_wait(const struct vtd_model_unit *u, u64 lo,
				    u64 hi)
{
	return vtdm_if(lo & VTDM_D_WAIT_RSVD || hi & VTDM_D_WAIT_HI_RSVD ||
		       (lo & VTDM_D_PD && !vtdm_ecap(u, VTDM_ECAP_PDS)));
}

/**
 * vtdm_needs_scalable() - a descriptor of scalable mode, and of 256 bits
 * @u: the unit
 *
 * Return: 0 or the IQEI code.
 */
unsigned int vtdm_needs_scalable(const struct vtd_model_unit *u)
{
	if (!vtdm_ecap(u, VTDM_ECAP_SMTS))
		return VTDM_IQEI_TYPE;
	if (!vtdm_wide(u))
		return VTDM_IQEI_WIDTH;
	return u->scalable ? 0 : VTDM_IQEI_MODE;
}

static unsigned int vtdm_check_pasid_iotlb(const struct vtd_model_unit *u,
					   u64 lo, u64 hi)
{
	unsigned int granularity = vtdm_granularity(lo);
	bool bad = lo & VTDM_D_PASID_RSVD;

	if (granularity == VTDM_D_PI_PAGES)
		bad = bad || hi & VTDM_D_PI_HI_RSVD ||
		      !vtdm_mask_allowed(u, hi);
	else
		bad = bad || granularity != VTDM_D_PI_ALL;
	return vtdm_needs_scalable(u) ?: vtdm_if(bad);
}

static unsigned int vtdm_check_pasid_cache(const struct vtd_model_unit *u,
					   u64 lo, u64 hi)
{
	return vtdm_needs_scalable(u) ?:
					vtdm_if(lo & VTDM_D_PASID_RSVD || hi ||
						vtdm_granularity(lo) == 2);
}

static void vtdm_execute_context(struct vtd_model_unit *u,
				 const struct vtdm_pending *p)
{
	u16 did = p->lo >> 16, sid = p->lo >> 32;
	unsigned int fm = p->lo >> 48 & 3, granularity = p->lo >> 4 & 3;

	u->stats.contexts++;
	vtdm_drain();
	vtdm_forget_contexts(u, granularity, did, sid, fm);
	vtdm_check_forgot_context(u, granularity, did, sid, fm);
}

static void vtdm_execute_iotlb(struct vtd_model_unit *u,
			       const struct vtdm_pending *p)
{
	unsigned int granularity = p->lo >> 4 & 3;
	u16 did = p->lo >> 16;

	u->stats.iotlbs++;
	vtdm_drain();
	vtdm_forget_iotlb(u, granularity, did, p->hi & ~(VTDM_PAGE - 1),
			  p->hi & 0x3f, p->hi & VTDM_D_IH);
	vtdm_check_forgot_iotlb(u, granularity, did, p->fetched);
}

static void vtdm_execute_iec(struct vtd_model_unit *u,
			     const struct vtdm_pending *p)
{
	u->stats.iecs++;
	vtdm_drain();
	vtdm_forget_irtes(u, p->lo & VTDM_D_IEC_SELECTIVE, p->lo >> 32 & 0xffff,
			  p->lo >> 27 & 0x1f);
	vtdm_check_forgot_irtes(u, p->lo & VTDM_D_IEC_SELECTIVE,
				p->lo >> 32 & 0xffff, p->lo >> 27 & 0x1f,
				p->number);
}

static void vtdm_execute_wait(struct vtd_model_unit *u,
			      const struct vtdm_pending *p)
{
	u->stats.waits++;
	if (p->lo & VTDM_D_PD)
		vtdm_pages_drain(u);
	if (p->lo & VTDM_D_SW)
		vtdm_write32(p->hi, p->lo >> 32);
	if (!(p->lo & VTDM_D_IF) || vtdm_get(u, VTDM_ICS) & VTDM_ICS_IWC)
		return;
	vtdm_put(u, VTDM_ICS, VTDM_ICS_IWC);
	vtdm_event(u, VTDM_IECTL);
}

static u32 vtdm_pasid_of(u64 lo)
{
	return lo >> VTDM_D_PASID_SHIFT & 0xfffff;
}

static void vtdm_execute_pasid_iotlb(struct vtd_model_unit *u,
				     const struct vtdm_pending *p)
{
	unsigned int granularity = p->lo >> 4 & 3;
	u16 did = p->lo >> 16;

	u->stats.pasid_iotlbs++;
	vtdm_drain();
	vtdm_forget_first(u, granularity, did, vtdm_pasid_of(p->lo),
			  p->hi & ~(VTDM_PAGE - 1), p->hi & 0x3f,
			  p->hi & VTDM_D_IH);
	vtdm_check_forgot_first(u, granularity, did, vtdm_pasid_of(p->lo),
				p->fetched);
}

static void vtdm_execute_pasid_cache(struct vtd_model_unit *u,
				     const struct vtdm_pending *p)
{
	unsigned int granularity = p->lo >> 4 & 3;
	u16 did = p->lo >> 16;

	u->stats.pasids++;
	vtdm_drain();
	vtdm_forget_pasids(u, granularity, did, vtdm_pasid_of(p->lo));
	vtdm_check_forgot_pasids(u, granularity, did, vtdm_pasid_of(p->lo),
				 p->fetched);
}

/**
 * struct vtdm_op - a type of descriptor
 * @check: 0, or the IQEI code for what is wrong with one
 * @execute: do it
 */
struct vtdm_op {
	unsigned int (*check)(const struct vtd_model_unit *u, u64 lo, u64 hi);
	void (*execute)(struct vtd_model_unit *u, const struct vtdm_pending *p);
};

static const struct vtdm_op vtdm_descriptor_ops[] = {
	[VTDM_D_CONTEXT] = { vtdm_check_context, vtdm_execute_context },
	[VTDM_D_IOTLB] = { vtdm_check_iotlb, vtdm_execute_iotlb },
	[VTDM_D_DEVTLB] = { vtdm_devtlb_check, vtdm_devtlb_done },
	[VTDM_D_IEC] = { vtdm_check_iec, vtdm_execute_iec },
	[VTDM_D_WAIT] = { vtdm_check_wait, vtdm_execute_wait },
	[VTDM_D_PASID_IOTLB] = { vtdm_check_pasid_iotlb,
				 vtdm_execute_pasid_iotlb },
	[VTDM_D_PASID_CACHE] = { vtdm_check_pasid_cache,
				 vtdm_execute_pasid_cache },
	[VTDM_D_PASID_DEVTLB] = { vtdm_pasid_devtlb_check, vtdm_devtlb_done },
	[VTDM_D_RESPONSE] = { vtdm_response_check, vtdm_execute_response },
};

/* 0, or the IQEI code for what is wrong with a descriptor. */
static unsigned int vtdm_descriptor_check(const struct vtd_model_unit *u,
					  const u64 *word)
{
	unsigned int type = vtdm_type(u, word[0]);

	if (type >= ARRAY_SIZE(vtdm_descriptor_ops) ||
	    !vtdm_descriptor_ops[type].check)
		return VTDM_IQEI_TYPE;
	return vtdm_descriptor_ops[type].check(u, word[0], word[1]) ?:
		       vtdm_if(word[2] || word[3]);
}

static void vtdm_execute(struct vtd_model_unit *u, const struct vtdm_pending *p)
{
	unsigned int type = vtdm_type(u, p->lo);

	vtdm_descriptor_ops[type].execute(u, p);
}

static bool vtdm_is_wait(const struct vtd_model_unit *u,
			 const struct vtdm_pending *p)
{
	return vtdm_type(u, p->lo) == VTDM_D_WAIT;
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
		if (vtdm_is_wait(u, &u->window[0]))
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

/* The words of the descriptor at the head; false when they cannot be read. */
static bool vtdm_fetch_words(struct vtd_model_unit *u, u64 *word)
{
	u64 at = (vtdm_get64(u, VTDM_IQA) & ~(VTDM_PAGE - 1)) +
		 vtdm_get(u, VTDM_IQH);
	unsigned int i;

	for (i = 0; i < vtdm_descriptor_bytes(u) / sizeof(*word); i++)
		if (!vtdm_read_ring(u, at + i * sizeof(*word), &word[i]))
			return false;
	return true;
}

static void vtdm_fetch_one(struct vtd_model_unit *u)
{
	u64 word[4] = {};
	u32 bytes = VTDM_PAGE << (vtdm_get64(u, VTDM_IQA) & VTDM_IQA_QS);
	u32 head = vtdm_get(u, VTDM_IQH), tail = vtdm_get(u, VTDM_IQT);
	u32 step = vtdm_descriptor_bytes(u);
	const struct vtdm_injected *mishap;
	unsigned int why;

	if (head == tail)
		return;
	if (tail >= bytes || tail % step) {
		vtdm_queue_error(u, tail >= bytes ? VTDM_IQEI_TAIL :
						    VTDM_IQEI_MISALIGNED);
		return;
	}
	if (!vtdm_fetch_words(u, word)) {
		vtdm_queue_error(u, VTDM_IQEI_FETCH);
		return;
	}
	mishap = vtdm_mishap(u);
	if (mishap && mishap->error == VTD_MODEL_DEAD) {
		u->dead = true;
		return;
	}
	why = vtdm_descriptor_check(u, word);
	if (mishap && mishap->error == VTD_MODEL_IQE)
		why = VTDM_IQEI_RESERVED;
	if (why) {
		vtdm_queue_error(u, why);
		return;
	}
	u->window[u->nr_window++] = (struct vtdm_pending){
		.lo = word[0],
		.hi = word[1],
		.fetched = u->stats.waits,
		.number = u->fetches++,
		.wait = u->config.latency,
	};
	if (u->config.policy & VTD_MODEL_REORDER)
		u->window[u->nr_window - 1].wait += vtdm_random(u) & 7;
	vtdm_put(u, VTDM_IQH, (head + step) % bytes);
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
	if (vtdm_is_wait(u, &u->window[at]))
		return false;
	for (i = 0; i < at && !(u->config.policy & VTD_MODEL_REORDER); i++)
		if (!u->window[i].sent || !vtdm_is_devtlb(u->window[at].lo))
			return false;
	for (i = 0; i < at; i++)
		if (vtdm_is_wait(u, &u->window[i]) &&
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

/* Whatever is behind a fence begins after it. */
static void vtdm_fence(struct vtd_model_unit *u, unsigned int at)
{
	if (!vtdm_is_wait(u, &u->window[at]) || !(u->window[at].lo & VTDM_D_FN))
		return;
	while (++at < u->nr_window)
		u->window[at].fetched = u->stats.waits;
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
		vtdm_fence(u, at);
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
	if (u->dead || u->gone || !(vtdm_get(u, VTDM_GSTS) & VTDM_G_QIE))
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
