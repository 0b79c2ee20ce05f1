// SPDX-License-Identifier: GPL-2.0
/*
 * Page requests of an endpoint (PCI Express 10.4): groups, how many may be
 * outstanding, and what it makes of the responses.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>

#include "ats.h"

static bool vtdm_same_owner(const struct vtd_model_page_request *a,
			    bool with_pasid, u32 pasid)
{
	return a->with_pasid == with_pasid &&
	       (!with_pasid || a->pasid == pasid);
}

static bool vtdm_group_used(const struct vtd_model_endpoint *ep,
			    unsigned int group)
{
	unsigned int i;

	for (i = 0; i < ep->nr_asked; i++)
		if (ep->asked[i].group == group)
			return true;
	return false;
}

static int vtdm_group(struct vtd_model_endpoint *ep)
{
	unsigned int i;

	for (i = 0; i < VTDM_GROUPS; i++) {
		unsigned int group = ep->next_group++ % VTDM_GROUPS;

		if (!vtdm_group_used(ep, group))
			return group;
	}
	return -EBUSY;
}

/* The message goes out; a stop marker is nothing to be answered. */
static bool vtdm_send(struct vtd_model_endpoint *ep,
		      const struct vtd_model_page_request *request, bool greedy)
{
	bool marker = request->last && !request->read && !request->write;
	u32 most = greedy ? VTDM_ASKED : ep->allocation;

	if (!ep->unit || !vtdm_may_ask(ep) ||
	    (request->with_pasid && !ep->pasid))
		return false;
	if (!marker) {
		if (ep->nr_asked >= most || ep->nr_asked >= VTDM_ASKED)
			return false;
		ep->asked[ep->nr_asked++] = *request;
		ep->answer[request->group] = -1;
	}
	ep->stats.requests++;
	vtdm_page_request(ep->unit, ep->config.sid, request);
	return true;
}

/**
 * vtdm_endpoint_wants() - ask for the page that a request needs
 * @ep: the endpoint, with PRI on
 * @request: what was refused
 *
 * One page, one group; asked for once until it is answered.
 *
 * Return: the group, or VTD_MODEL_NO_GROUP.
 */
u16 vtdm_endpoint_wants(struct vtd_model_endpoint *ep,
			const struct vtd_model_request *request)
{
	struct vtd_model_page_request page = {
		.with_pasid = request->with_pasid,
		.pasid = request->pasid,
		.privileged = request->privileged,
		.execute = request->execute,
		.read = request->access != VTD_MODEL_WRITE,
		.write = request->access != VTD_MODEL_READ,
		.last = true,
		.addr = request->addr & ~(VTDM_PAGE - 1),
	};
	unsigned int i;
	int group;

	for (i = 0; i < ep->nr_asked; i++) {
		const struct vtd_model_page_request *a = &ep->asked[i];

		if (vtdm_same_owner(a, page.with_pasid, page.pasid) &&
		    (a->addr & ~(VTDM_PAGE - 1)) == page.addr &&
		    a->write >= page.write && a->read >= page.read &&
		    a->execute >= page.execute)
			return a->group;
	}
	if (ep->nr_asked >= ep->allocation)
		return VTD_MODEL_NO_GROUP;
	group = vtdm_group(ep);
	if (group < 0)
		return VTD_MODEL_NO_GROUP;
	page.group = group;
	return vtdm_send(ep, &page, false) ? group : VTD_MODEL_NO_GROUP;
}

/**
 * vtdm_endpoint_response() - a page group response comes
 * @ep: the endpoint
 * @to: its group and PASID
 * @code: what it says
 *
 * One for a group that is not outstanding, or of another PASID, is told, and
 * noted in the status register.  A failure needs no group, and ends all page
 * requests until PRI is switched on anew (10.4.2.2).
 *
 * Context: the model's lock is held.
 */
void vtdm_endpoint_response(struct vtd_model_endpoint *ep,
			    const struct vtd_model_page_request *to,
			    unsigned int code)
{
	bool fails = code != VTDM_PRG_SUCCESS && code != VTDM_PRG_INVALID;
	unsigned int i, kept = 0, nr = ep->nr_asked;
	bool whole = false;

	if (ep->mute || ep->failed) {
		ep->stats.lost++;
		return;
	}
	for (i = 0; i < nr; i++)
		if (ep->asked[i].group == to->group &&
		    vtdm_same_owner(&ep->asked[i], to->with_pasid, to->pasid))
			whole |= ep->asked[i].last;
	if (!whole && !fails) {
		ep->status |= VTD_MODEL_PRI_UNEXPECTED;
		vtdm_report(
			VTD_MODEL_ORDER, NULL, to->group,
			"source-id 0x%04x: response to page request group %u, which is not outstanding",
			ep->config.sid, to->group);
		return;
	}
	for (i = 0; i < nr; i++)
		if (ep->asked[i].group != to->group ||
		    !vtdm_same_owner(&ep->asked[i], to->with_pasid, to->pasid))
			ep->asked[kept++] = ep->asked[i];
	ep->nr_asked = kept;
	ep->answer[to->group] = code;
	ep->stats.responses++;
	if (fails) {
		ep->status |= VTD_MODEL_PRI_FAILED;
		ep->failed = true;
		ep->nr_asked = 0;
	}
	if (ep->config.responded)
		ep->config.responded(ep->config.data, to->pasid, to->with_pasid,
				     to->group, code);
}

/**
 * vtd_model_endpoint_group() - an index that no outstanding group has
 * @ep: the endpoint
 *
 * Context: any.
 * Return: 0 to 511, or -EBUSY.
 */
int vtd_model_endpoint_group(struct vtd_model_endpoint *ep)
{
	unsigned long flags;
	int group;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	group = vtdm_group(ep);
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	return group;
}
EXPORT_SYMBOL_GPL(vtd_model_endpoint_group);

/**
 * vtd_model_endpoint_ask() - send one page request, as it is
 * @ep: the endpoint
 * @request: the message; a stop marker is of a PASID, the last of its group,
 *	and neither for reading nor for writing
 *
 * Context: any.
 * Return: true when it was sent: PRI is on, and less is outstanding than what
 * it may have.
 */
bool vtd_model_endpoint_ask(struct vtd_model_endpoint *ep,
			    const struct vtd_model_page_request *request)
{
	unsigned long flags;
	bool ok;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	ok = vtdm_send(ep, request, false);
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	return ok;
}
EXPORT_SYMBOL_GPL(vtd_model_endpoint_ask);

/**
 * vtd_model_endpoint_flood() - send many page requests at once
 * @ep: the endpoint
 * @first: the first message; the others are of the pages that follow
 * @nr: how many, each a group of its own
 * @greedy: as a broken device does, without regard for its allocation
 *
 * Context: any.
 * Return: how many were sent.
 */
unsigned int
vtd_model_endpoint_flood(struct vtd_model_endpoint *ep,
			 const struct vtd_model_page_request *first,
			 unsigned int nr, bool greedy)
{
	struct vtd_model_page_request r = *first;
	unsigned long flags;
	unsigned int sent;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	r.last = true;
	for (sent = 0; sent < nr; sent++) {
		int group = vtdm_group(ep);

		if (group < 0)
			break;
		r.group = group;
		if (!vtdm_send(ep, &r, greedy))
			break;
		r.addr += VTDM_PAGE;
	}
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	return sent;
}
EXPORT_SYMBOL_GPL(vtd_model_endpoint_flood);

/**
 * vtd_model_endpoint_parting() - a page request that crosses the end of PRI
 * @ep: the endpoint
 * @request: the message; it is sent, once, at the moment when PRI is switched
 *	off, and the last thing before
 *
 * Context: any.
 */
void vtd_model_endpoint_parting(struct vtd_model_endpoint *ep,
				const struct vtd_model_page_request *request)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	ep->last_word = *request;
	ep->parting = true;
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}
EXPORT_SYMBOL_GPL(vtd_model_endpoint_parting);

/**
 * vtdm_endpoint_part() - PRI is about to go off
 * @ep: the endpoint
 *
 * Context: the model's lock is held.
 */
void vtdm_endpoint_part(struct vtd_model_endpoint *ep)
{
	if (ep->parting)
		vtdm_send(ep, &ep->last_word, false);
	ep->parting = false;
}

/**
 * vtd_model_endpoint_answer() - what was a group answered?
 * @ep: the endpoint
 * @group: its index
 *
 * Context: any.
 * Return: the code of its last response; -EINPROGRESS without one.
 */
int vtd_model_endpoint_answer(struct vtd_model_endpoint *ep, unsigned int group)
{
	unsigned long flags;
	int answer;

	if (group >= VTDM_GROUPS)
		return -EINPROGRESS;
	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	answer = ep->answer[group];
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	return answer < 0 ? -EINPROGRESS : answer;
}
EXPORT_SYMBOL_GPL(vtd_model_endpoint_answer);

/**
 * vtd_model_endpoint_pri_status() - the PRI status register
 * @ep: the endpoint
 *
 * It has stopped when PRI is off and nothing is outstanding.
 *
 * Context: any.
 * Return: VTD_MODEL_PRI_* bits.
 */
u16 vtd_model_endpoint_pri_status(struct vtd_model_endpoint *ep)
{
	unsigned long flags;
	u16 status;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	status = ep->status;
	if (!vtdm_may_ask(ep) && !ep->nr_asked)
		status |= VTD_MODEL_PRI_STOPPED;
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	return status;
}
EXPORT_SYMBOL_GPL(vtd_model_endpoint_pri_status);

/**
 * vtd_model_endpoint_pri_clear() - clear bits of the PRI status register
 * @ep: the endpoint
 * @bits: VTD_MODEL_PRI_FAILED, VTD_MODEL_PRI_UNEXPECTED
 *
 * Context: any.
 */
void vtd_model_endpoint_pri_clear(struct vtd_model_endpoint *ep, u16 bits)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	ep->status &= ~bits;
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}
EXPORT_SYMBOL_GPL(vtd_model_endpoint_pri_clear);

/**
 * vtd_model_endpoint_pri_reset() - forget all outstanding page requests
 * @ep: the endpoint
 *
 * Has no effect while PRI is on, which is told (VTD_MODEL_ORDER).
 *
 * Context: any.
 */
void vtd_model_endpoint_pri_reset(struct vtd_model_endpoint *ep)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	if (ep->pri)
		vtdm_report(VTD_MODEL_ORDER, NULL, ep->config.sid,
			    "source-id 0x%04x: PRI reset while it is on",
			    ep->config.sid);
	else
		ep->nr_asked = 0;
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}
EXPORT_SYMBOL_GPL(vtd_model_endpoint_pri_reset);
