// SPDX-License-Identifier: GPL-2.0
/*
 * What a unit sends to devices: invalidations of their device TLBs (6.5.2.5,
 * 6.5.2.6), as many at once as they take, and page group responses (7.6.1).
 *
 * An invalidation has come to an end when the device has answered.  One that
 * does not answer, or that is not there, or whose ATS is off, is waited for and
 * then given up: ITE.  Devices of a unit that no endpoint was put behind are
 * not modelled, and answer.
 */
#include <linux/kernel.h>

#include "ats.h"

#define VTDM_MIP_MAX 32 /* what 0 stands for */

/**
 * vtdm_endpoint() - the endpoint with a source-id
 * @u: the unit it is behind
 * @sid: source-id
 *
 * Return: the endpoint or NULL.
 */
struct vtd_model_endpoint *vtdm_endpoint(const struct vtd_model_unit *u,
					 u16 sid)
{
	unsigned int i;

	for (i = 0; i < vtd_model.nr_endpoints; i++)
		if (vtd_model.endpoint[i]->unit == u &&
		    vtd_model.endpoint[i]->config.sid == sid)
			return vtd_model.endpoint[i];
	return NULL;
}

/* Are the unit's devices modelled? */
static bool vtdm_some_endpoint(const struct vtd_model_unit *u)
{
	unsigned int i;

	for (i = 0; i < vtd_model.nr_endpoints; i++)
		if (vtd_model.endpoint[i]->unit == u)
			return true;
	return false;
}

/**
 * vtdm_is_devtlb() - is it an invalidation of a device TLB?
 * @lo: first word of the descriptor
 *
 * Return: true for both kinds.
 */
bool vtdm_is_devtlb(u64 lo)
{
	return (lo & 0xf) == VTDM_D_DEVTLB || (lo & 0xf) == VTDM_D_PASID_DEVTLB;
}

static u16 vtdm_devtlb_sid(u64 lo)
{
	return (lo & 0xf) == VTDM_D_DEVTLB ? lo >> 32 : lo >> 16;
}

static u16 vtdm_devtlb_pfsid(u64 lo)
{
	return (lo >> 12 & 0xf) | (lo >> 52) << 4;
}

static unsigned int vtdm_devtlb_mip(u64 lo)
{
	unsigned int mip = lo >> ((lo & 0xf) == VTDM_D_DEVTLB ? 16 : 4) & 0x1f;

	return mip ?: VTDM_MIP_MAX;
}

static unsigned int vtdm_depth(const struct vtd_model_endpoint *ep)
{
	return ep->config.qdep ?: VTDM_MIP_MAX;
}

/**
 * vtdm_devtlb_check() - is an invalidation without a PASID well-formed?
 * @u: the unit
 * @lo: first word of the descriptor
 * @hi: second word
 *
 * Return: 0 or the IQEI code.
 */
unsigned int vtdm_devtlb_check(const struct vtd_model_unit *u, u64 lo, u64 hi)
{
	if (!vtdm_ecap(u, VTDM_ECAP_DT))
		return VTDM_IQEI_TYPE;
	if (lo & VTDM_D_PFSID && !vtdm_ecap(u, VTDM_ECAP_DIT))
		return VTDM_IQEI_RESERVED;
	return lo & VTDM_D_DEVTLB_RSVD || hi & VTDM_D_DEVTLB_HI_RSVD ?
		       VTDM_IQEI_RESERVED :
		       0;
}

/**
 * vtdm_pasid_devtlb_check() - is one with a PASID well-formed?
 * @u: the unit
 * @lo: first word of the descriptor
 * @hi: second word
 *
 * Return: 0 or the IQEI code.
 */
unsigned int vtdm_pasid_devtlb_check(const struct vtd_model_unit *u, u64 lo,
				     u64 hi)
{
	if (!vtdm_ecap(u, VTDM_ECAP_DT))
		return VTDM_IQEI_TYPE;
	if (lo & VTDM_D_PFSID && !vtdm_ecap(u, VTDM_ECAP_DIT))
		return VTDM_IQEI_RESERVED;
	return vtdm_needs_scalable(u)		   ?:
		       hi & VTDM_D_PDEVTLB_HI_RSVD ? VTDM_IQEI_RESERVED :
						     0;
}

/* The range: its size is told by the lowest bit of the address that is 0. */
static struct vtdm_range vtdm_devtlb_range(u64 lo, u64 hi)
{
	bool with_pasid = (lo & 0xf) == VTDM_D_PASID_DEVTLB;
	bool many = hi & (with_pasid ? VTDM_D_PDEVTLB_S : VTDM_D_DEVTLB_S);
	u64 low = hi | (VTDM_PAGE - 1);
	struct vtdm_range range = {
		.with_pasid = with_pasid,
		.global = with_pasid && hi & VTDM_D_PDEVTLB_G,
		.pasid = with_pasid ? lo >> 32 & 0xfffff : 0,
		.first = hi & ~(VTDM_PAGE - 1),
		.last = low,
	};

	if (!many)
		return range;
	if (low == ~0ULL) {
		/* no 0 anywhere: no size that PCI Express knows */
		range.last = 0;
		return range;
	}
	/* the ones up to it and that bit itself */
	range.last = low | (low + 1);
	range.first = low & (low + 1);
	return range;
}

/* Invalidations sent and not answered, of who is throttled with this one. */
static unsigned int vtdm_devtlbs_sent(const struct vtd_model_unit *u, u64 lo)
{
	bool throttle = vtdm_ecap(u, VTDM_ECAP_DIT);
	unsigned int i, nr = 0;

	for (i = 0; i < u->nr_window; i++) {
		u64 other = u->window[i].lo;

		if (!u->window[i].sent || !vtdm_is_devtlb(other))
			continue;
		if (throttle ?
			    vtdm_devtlb_pfsid(other) == vtdm_devtlb_pfsid(lo) :
			    vtdm_devtlb_sid(other) == vtdm_devtlb_sid(lo))
			nr++;
	}
	return nr;
}

/**
 * vtdm_devtlb_may_send() - may the invalidation go to the device now?
 * @u: the unit
 * @at: place of the descriptor in the window
 *
 * It follows every IOTLB invalidation that was fetched before it, since the
 * device may ask again at once (6.5.2.11), and keeps to MIP.
 *
 * Return: true when it may.
 */
bool vtdm_devtlb_may_send(const struct vtd_model_unit *u, unsigned int at)
{
	u64 lo = u->window[at].lo;
	unsigned int i;

	for (i = 0; i < at; i++) {
		unsigned int type = u->window[i].lo & 0xf;

		if (type == VTDM_D_IOTLB || type == VTDM_D_PASID_IOTLB)
			return false;
	}
	return vtdm_devtlbs_sent(u, lo) < vtdm_devtlb_mip(lo);
}

/* What the driver said of the queue against what is true of it. */
static void vtdm_check_depth(const struct vtd_model_unit *u,
			     struct vtd_model_endpoint *ep, u64 lo)
{
	unsigned int mip = vtdm_devtlb_mip(lo), depth = vtdm_depth(ep), i;
	unsigned int pending = 0;

	if (mip > depth)
		vtdm_report(
			VTD_MODEL_QUEUE, NULL, lo,
			"source-id 0x%04x: %u invalidations at once, its queue takes %u",
			ep->config.sid, mip, depth);
	if (vtdm_ecap(u, VTDM_ECAP_DIT) &&
	    vtdm_devtlb_pfsid(lo) != ep->config.pfsid)
		vtdm_report(VTD_MODEL_QUEUE, NULL, lo,
			    "source-id 0x%04x: PFSID 0x%04x, it is 0x%04x",
			    ep->config.sid, vtdm_devtlb_pfsid(lo),
			    ep->config.pfsid);
	for (i = 0; i < u->nr_window; i++) {
		const struct vtd_model_endpoint *other = NULL;

		if (u->window[i].sent && vtdm_is_devtlb(u->window[i].lo))
			other = vtdm_endpoint(u,
					      vtdm_devtlb_sid(u->window[i].lo));
		pending += other && other->config.pfsid == ep->config.pfsid;
	}
	if (pending > ep->stats.most)
		ep->stats.most = pending;
	if (pending > depth)
		vtdm_report(
			VTD_MODEL_QUEUE, NULL, lo,
			"%u invalidations pending at function 0x%04x, which takes %u",
			pending, ep->config.pfsid, depth);
}

static bool vtdm_answers(const struct vtd_model_endpoint *ep)
{
	return ep && ep->ats && !ep->mute;
}

/**
 * vtdm_devtlb_send() - the invalidation goes to the device
 * @u: the unit
 * @at: place of the descriptor in the window
 */
void vtdm_devtlb_send(struct vtd_model_unit *u, unsigned int at)
{
	struct vtdm_pending *p = &u->window[at];
	struct vtd_model_endpoint *ep =
		vtdm_endpoint(u, vtdm_devtlb_sid(p->lo));

	u->stats.device_tlbs++;
	p->sent = true;
	p->waits = vtdm_some_endpoint(u) && !vtdm_answers(ep);
	p->wait = p->waits ? u->config.device_timeout :
		  ep	   ? ep->config.latency :
			     0;
	if (ep)
		vtdm_check_depth(u, ep, p->lo);
}

/**
 * vtdm_devtlb_answered() - an invalidation was waited for long enough
 * @u: the unit
 * @p: the descriptor, sent
 * @sid: who is to blame when it is given up
 *
 * A device that fell silent meanwhile is waited for anew.
 *
 * Return: true when there is nothing to wait for any more; @p->waits says that
 * it is given up.
 */
bool vtdm_devtlb_answered(struct vtd_model_unit *u, struct vtdm_pending *p,
			  u16 *sid)
{
	*sid = vtdm_devtlb_sid(p->lo);
	if (p->wait)
		return false;
	if (!p->waits && vtdm_some_endpoint(u) &&
	    !vtdm_answers(vtdm_endpoint(u, *sid))) {
		p->waits = true;
		p->wait = u->config.device_timeout;
		return false;
	}
	return true;
}

/**
 * vtdm_devtlb_done() - the device forgets, and answers
 * @u: the unit
 * @p: the descriptor
 */
void vtdm_devtlb_done(struct vtd_model_unit *u, const struct vtdm_pending *p)
{
	struct vtd_model_endpoint *ep =
		vtdm_endpoint(u, vtdm_devtlb_sid(p->lo));
	struct vtdm_range range = vtdm_devtlb_range(p->lo, p->hi);

	if (range.last < range.first)
		vtdm_report(VTD_MODEL_QUEUE, NULL, p->hi,
			    "device TLB invalidation of no size: 0x%llx",
			    p->hi);
	if (!ep)
		return;
	if (!vtdm_answers(ep)) {
		ep->stats.lost++;
		return;
	}
	ep->stats.invalidations++;
	vtdm_forget_devtlb(ep, &range);
}

/**
 * vtdm_response_check() - is a page group response well-formed?
 * @u: the unit
 * @lo: first word of the descriptor
 * @hi: second word
 *
 * Return: 0 or the IQEI code.
 */
unsigned int vtdm_response_check(const struct vtd_model_unit *u, u64 lo, u64 hi)
{
	bool bad = lo & VTDM_D_RESPONSE_RSVD || hi & VTDM_D_RESPONSE_HI_RSVD;

	if (!vtdm_ecap(u, VTDM_ECAP_PRS))
		return VTDM_IQEI_TYPE;
	return vtdm_needs_scalable(u) ?: bad ? VTDM_IQEI_RESERVED : 0;
}

/**
 * vtdm_execute_response() - the driver answers a page request group
 * @u: the unit
 * @p: the descriptor
 *
 * A message that nobody answers: for a device that is not there it is lost.
 */
void vtdm_execute_response(struct vtd_model_unit *u,
			   const struct vtdm_pending *p)
{
	u64 lo = p->lo, hi = p->hi;
	struct vtd_model_endpoint *ep = vtdm_endpoint(u, lo >> 16);
	const struct vtd_model_page_request to = {
		.with_pasid = lo & VTDM_D_RESPONSE_PP,
		.pasid = lo & VTDM_D_RESPONSE_PP ? lo >> 32 & 0xfffff : 0,
		.group = hi >> 3 & (VTDM_GROUPS - 1),
	};

	u->stats.responses++;
	if (ep)
		vtdm_endpoint_response(ep, &to, lo >> 12 & 0xf);
}
